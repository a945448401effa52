//! Sessions (connections that last) by the machine that holds them, and how many are lost with it.
//!
//! In: what is served of the demand, how many machines serve it, which machine comes and goes. Out: expected
//! numbers, given what happens to the fleet: a session begins with a request that is served, so none begins with one that goes to a
//! dead machine, is too much, or needs a component that is down. They are spread evenly over the machines that serve,
//! and a session ends after an exponential length. So an undisturbed machine costs
//! nothing: it holds `steady` (what one holds that has been in rotation all along) and a difference to it that fades.
//!
//! In a service of parts the machines of some parts hold them, each a tier of its own: what begins there follows the clients that
//! come to it and are served, what is held stays where it is (TM-02: open connections never move).
//!
//! A machine out of rotation may keep its sessions: while it drains, until an announced restart, or while it only pauses,
//! as long as clients wait. What can go wrong: nothing here knows why a machine goes; whoever takes it out says what becomes
//! of its sessions (`holding.rs`).

use crate::design::Design;
use crate::ledger::Ledger;
use crate::service::{Begin, Sessions};
use zonefall_engine::{SimDuration, SimTime};

/// Ledgers count in thousandths of a session.
const MILLI: f64 = 1000.0;

/// Where the sessions of a machine are.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    /// In rotation: so many more than `steady` (below 0 where it came later).
    In,
    /// Out of it: so many, lost to a cause at an instant if it has not come back.
    Out { until: SimTime, cause: u16 },
}

/// What a machine holds.
#[derive(Debug, Clone, Copy)]
struct Stock {
    amount: f64,
    /// When it was so much.
    since: SimTime,
    place: Place,
}

/// The tier of a machine that holds none, whatever happens to it.
const HOLDS_NONE: u8 = u8::MAX;

/// Machines over which the sessions that come to them are spread.
#[derive(Debug, Clone, Copy)]
struct Tier {
    /// The part of the service; none where all machines of the design are one tier.
    part: Option<u32>,
    /// What a machine holds that has been in rotation all along.
    steady: f64,
}

const NOTHING: Stock =
    Stock { amount: 0.0, since: SimTime::ZERO, place: Place::Out { until: SimTime::NEVER, cause: 0 } };

/// The sessions of a trial.
#[derive(Debug)]
pub(crate) struct Held {
    sessions: Sessions,
    tiers: Vec<Tier>,
    /// The tier of each set's machines.
    tier_of_set: Vec<u8>,
    machines: Vec<Stock>,
    /// The tier of each machine.
    tier_of: Vec<u8>,
    /// What all of them hold, those out of rotation too, and when.
    all: f64,
    until: SimTime,
    /// By cause, in the measured time.
    lost: Vec<f64>,
    begun: f64,
}

zonefall_engine::pooled_clone!(Held { sessions, tiers, tier_of_set, machines, tier_of, all, until, lost, begun });

/// What the machines of a tier serve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rotation {
    /// Requests, in thousandths a second.
    pub served_milli: f64,
    /// The share of all clients who are served there.
    pub share: f64,
    /// How many of them are in rotation and alive.
    pub alive: u64,
}

impl Held {
    /// Of a design with sessions.
    pub fn of(design: &Design, causes: usize) -> Option<Self> {
        let sessions = design.service.sessions.clone()?;
        let structure = design.structure();
        let tier_of = |set: usize| {
            if design.only_works(set) {
                return HOLDS_NONE;
            }
            let Some(service) = structure else { return 0 };
            let part = service.node_of_set(set);
            let tier = sessions.parts.iter().position(|&of| Some(of as usize) == part);
            tier.map_or(HOLDS_NONE, |tier| tier as u8)
        };
        let tier_of_set = (0..design.sets.len()).map(tier_of).collect();
        let parts = if structure.is_some() { sessions.parts.iter().copied().map(Some).collect() } else { vec![None] };
        Some(Self::new(sessions, parts, tier_of_set, causes))
    }

    fn new(sessions: Sessions, parts: Vec<Option<u32>>, tier_of_set: Vec<u8>, causes: usize) -> Self {
        let tiers = parts.into_iter().map(|part| Tier { part, steady: 0.0 }).collect();
        let (machines, tier_of, lost) = (Vec::new(), Vec::new(), vec![0.0; causes]);
        Self { sessions, tiers, tier_of_set, machines, tier_of, all: 0.0, until: SimTime::ZERO, lost, begun: 0.0 }
    }

    /// The share of sessions that goes on for longer than this.
    fn outlast(&self, length: SimDuration) -> f64 {
        libm::exp(-(length.as_ms() as f64) / self.sessions.length.as_ms() as f64)
    }

    /// Sessions that begin on each machine that serves, a millisecond.
    fn begin_on_each(&self, of: Rotation) -> f64 {
        if of.alive == 0 {
            return 0.0;
        }
        let all = match self.sessions.begin {
            Begin::EveryRequests(requests) => of.served_milli / 1e6 / requests,
            Begin::AtOnce(at_once) => of.share * at_once / self.sessions.length.as_ms() as f64,
        };
        all / of.alive as f64
    }

    /// What each machine holds if nothing changes for long.
    fn settles(&self, of: Rotation) -> f64 {
        self.begin_on_each(of) * self.sessions.length.as_ms() as f64
    }

    /// A trial begins, with machines of these sets in rotation since long before, or not. `rotation` says what a part meets.
    pub fn begin(&mut self, rotation: impl Fn(Option<u32>) -> Rotation, machines: impl Iterator<Item = (bool, usize)>) {
        for at in 0..self.tiers.len() {
            self.tiers[at].steady = self.settles(rotation(self.tiers[at].part));
        }
        self.begun = 0.0;
        self.lost.fill(0.0);
        self.machines.clear();
        self.tier_of.clear();
        (self.all, self.until) = (0.0, SimTime::ZERO);
        for (serves, set) in machines {
            let tier = self.tier_of_set[set];
            self.tier_of.push(tier);
            let is_in = serves && tier != HOLDS_NONE;
            self.all += if is_in { self.tiers[usize::from(tier)].steady } else { 0.0 };
            self.machines.push(if is_in { Stock { place: Place::In, ..NOTHING } } else { NOTHING });
        }
    }

    /// Whether a machine may hold sessions.
    pub fn holds(&self, at: usize) -> bool {
        self.tier_of[at] != HOLDS_NONE
    }

    /// The state lasts from `from` to `to`; `counted_ms` of that are measured.
    pub fn lasts(&mut self, rotation: impl Fn(Option<u32>) -> Rotation, from: SimTime, to: SimTime, counted_ms: u64) {
        let outlast = self.outlast(to.since(from));
        let mut heads = 0.0;
        for at in 0..self.tiers.len() {
            let of = rotation(self.tiers[at].part);
            let (settled, begin_on_each) = (self.settles(of), self.begin_on_each(of));
            heads += settled * of.alive as f64;
            let tier = &mut self.tiers[at];
            tier.steady = settled + (tier.steady - settled) * outlast;
            self.begun += begin_on_each * of.alive as f64 * counted_ms as f64;
        }
        self.all = heads + (self.all - heads) * outlast;
        self.until = to;
    }

    /// What a machine of a tier holds that has been in rotation all along.
    fn steady(&self, at: usize) -> f64 {
        self.tiers.get(usize::from(self.tier_of[at])).map_or(0.0, |tier| tier.steady)
    }

    /// What all machines hold at `t`, what they would if all stayed as it is, and the length of a session in milliseconds.
    pub fn all(&self, rotation: impl Fn(Option<u32>) -> Rotation, t: SimTime) -> (f64, f64, f64) {
        let of_tier = |tier: &Tier| {
            let of = rotation(tier.part);
            self.settles(of) * of.alive as f64
        };
        let heads: f64 = self.tiers.iter().map(of_tier).sum();
        let held = heads + (self.all - heads) * self.outlast(t.since(self.until));
        (held.max(0.0), heads, self.sessions.length.as_ms() as f64)
    }

    /// The sessions of a machine.
    fn held(&self, at: usize, t: SimTime) -> f64 {
        let stock = &self.machines[at];
        let left = stock.amount * self.outlast(t.since(stock.since));
        // Not below nothing by rounding.
        if stock.place == Place::In { (self.steady(at) + left).max(0.0) } else { left }
    }

    /// A machine leaves the rotation with its sessions, which are lost to a cause at an instant if it has not come back.
    pub fn keep(&mut self, at: usize, until: SimTime, cause: u16, t: SimTime) {
        self.machines[at] = Stock { amount: self.held(at, t), since: t, place: Place::Out { until, cause } };
    }

    /// A machine comes into the rotation, with what it has kept.
    pub fn join(&mut self, at: usize, t: SimTime) {
        if self.holds(at) {
            self.machines[at] = Stock { amount: self.held(at, t) - self.steady(at), since: t, place: Place::In };
        }
    }

    /// Whether a machine has left the rotation.
    pub fn is_out(&self, at: usize) -> bool {
        self.machines[at].place != Place::In
    }

    /// What a machine holds is lost. Of one that is down since before the trial nothing is.
    pub fn lose(&mut self, at: usize, cause: u16, t: SimTime, from: SimTime) {
        if t > SimTime::ZERO && t >= from {
            self.lost[cause as usize] += self.held(at, t);
        }
        // As of when the others were counted.
        self.all -= self.held(at, self.until);
        self.machines[at] = Stock { since: t, ..NOTHING };
    }

    /// Clients wait no longer for a machine, if it is still out since the same time.
    pub fn give_up(&mut self, at: usize, t: SimTime, from: SimTime) {
        if let Place::Out { until, cause } = self.machines[at].place
            && until == t
        {
            self.lose(at, cause, t, from);
        }
    }

    /// Clients of a machine that is still out since the same time wait on.
    pub fn answers(&mut self, at: usize, t: SimTime) {
        if let Place::Out { until, .. } = &mut self.machines[at].place
            && *until == t
        {
            *until = SimTime::NEVER;
        }
    }

    /// Until when clients of a machine wait that is out of rotation; at no time of one in it.
    pub fn waits_until(&self, at: usize) -> SimTime {
        if let Place::Out { until, .. } = self.machines[at].place { until } else { SimTime::ZERO }
    }

    /// How long clients wait for a machine that only pauses.
    pub fn patience(&self) -> SimDuration {
        self.sessions.patience
    }

    /// The trial is over.
    pub fn finish(&self, ledger: &mut Ledger) {
        ledger.sessions_begun = milli(self.begun);
        ledger.sessions_lost.extend(self.lost_milli());
    }

    /// Lost so far by cause, in thousandths.
    pub fn lost_milli(&self) -> impl Iterator<Item = u64> + '_ {
        self.lost.iter().map(|&lost| milli(lost))
    }
}

fn milli(sessions: f64) -> u64 {
    libm::round(sessions * MILLI) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;

    fn held(machines: usize) -> Held {
        let sessions = Sessions {
            length: SimDuration::from_ms(HOUR),
            begin: Begin::EveryRequests(60.0),
            patience: SimDuration::from_ms(1000),
            parts: Vec::new(),
        };
        let mut held = Held::new(sessions, vec![None], vec![0], 1);
        held.begin(rotation(machines as u64, 1.0), (0..machines).map(|_| (true, 0)));
        held
    }

    /// 600 requests a second are 10 sessions a second, of which so much is served.
    fn rotation(alive: u64, share: f64) -> impl Fn(Option<u32>) -> Rotation {
        move |_| Rotation { served_milli: share * 600_000.0, share, alive }
    }

    fn t(ms: u64) -> SimTime {
        SimTime::from_ms(ms)
    }

    #[test]
    fn a_machine_holds_rate_times_length_over_machines() {
        let held = held(4);
        assert!((held.held(0, t(5)) - 36_000.0 / 4.0).abs() < 1e-9);
    }

    #[test]
    fn a_machine_that_comes_later_fills_up_and_the_others_empty() {
        let mut held = held(2);
        held.lose(0, 0, t(1), t(0));
        assert!((held.lost[0] - 18_000.0).abs() < 1e-9);
        held.lasts(rotation(1, 1.0), t(1), t(1 + HOUR), HOUR);
        let e = libm::exp(-1.0);
        assert!((held.held(1, t(1 + HOUR)) - (36_000.0 - 18_000.0 * e)).abs() < 1e-6);
        held.join(0, t(1 + HOUR));
        assert_eq!(held.held(0, t(1 + HOUR)), 0.0);
        held.lasts(rotation(2, 1.0), t(1 + HOUR), t(1 + 2 * HOUR), HOUR);
        assert!((held.held(0, t(1 + 2 * HOUR)) - 18_000.0 * (1.0 - e)).abs() < 1e-6);
        // What has begun less what has ended is what is held: all sessions begin somewhere.
        let all = held.held(0, t(1 + 2 * HOUR)) + held.held(1, t(1 + 2 * HOUR));
        let (first, second) = (36_000.0 - 18_000.0 * e, 36_000.0);
        assert!((all - (second + (first - second) * e)).abs() < 1e-6);
        assert!((held.begun - 72_000.0).abs() < 1e-6);
    }

    #[test]
    fn of_what_is_kept_the_share_that_outlasts_the_wait_is_lost_unless_the_machine_comes_back() {
        let mut held = held(2);
        held.keep(0, t(HOUR), 0, t(0));
        held.give_up(0, t(HOUR - 1), t(0));
        assert_eq!(held.lost[0], 0.0);
        held.give_up(0, t(HOUR), t(0));
        assert!((held.lost[0] - 18_000.0 * libm::exp(-1.0)).abs() < 1e-6);
        held.keep(1, t(HOUR), 0, t(0));
        held.join(1, t(HOUR / 2));
        held.give_up(1, t(HOUR), t(0));
        assert!((held.lost[0] - 18_000.0 * libm::exp(-1.0)).abs() < 1e-6);
    }

    #[test]
    fn no_session_begins_that_nobody_serves() {
        let mut held = held(2);
        held.lasts(rotation(1, 0.5), t(0), t(1000), 1000);
        assert!((held.begun - 5.0).abs() < 1e-9);
        held.lasts(rotation(0, 0.0), t(1000), t(1000 + 100 * HOUR), 0);
        assert!(held.steady(0) < 1e-30);
    }
}
