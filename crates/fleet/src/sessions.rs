//! Sessions (connections that last) by the machine that holds them, and how many are lost with it.
//!
//! In: the rate at which sessions begin, how many machines are in rotation, which machine comes and goes. Out: expected
//! numbers, given what happens to the fleet: sessions that begin are spread evenly over the machines in rotation, one that
//! goes to a dead machine does not begin, and a session ends after an exponential length. So an undisturbed machine costs
//! nothing: it holds `steady` (what one holds that has been in rotation all along) and a difference to it that fades.
//!
//! A machine out of rotation may keep its sessions: while it drains, until an announced restart, or while it only pauses,
//! as long as clients wait. What can go wrong: nothing here knows why a machine goes; whoever takes it out says what becomes
//! of its sessions (`holding.rs`).

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

const NOTHING: Stock =
    Stock { amount: 0.0, since: SimTime::ZERO, place: Place::Out { until: SimTime::NEVER, cause: 0 } };

/// The sessions of a trial.
#[derive(Debug)]
pub(crate) struct Held {
    sessions: Sessions,
    /// What a machine holds that has been in rotation all along.
    steady: f64,
    machines: Vec<Stock>,
    /// What all of them hold, those out of rotation too, and when.
    all: f64,
    until: SimTime,
    /// By cause, in the measured time.
    lost: Vec<f64>,
    begun: f64,
}

zonefall_engine::pooled_clone!(Held { sessions, steady, machines, all, until, lost, begun });

/// What the machines in rotation meet: requests a second (thousandths), and how many of them are alive and dead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rotation {
    pub demand_milli: u64,
    pub alive: u64,
    pub dead: u64,
}

impl Held {
    pub fn new(sessions: Sessions, causes: usize) -> Self {
        let (machines, until, lost) = (Vec::new(), SimTime::ZERO, vec![0.0; causes]);
        Self { sessions, steady: 0.0, machines, all: 0.0, until, lost, begun: 0.0 }
    }

    /// The share of sessions that goes on for longer than this.
    fn outlast(&self, length: SimDuration) -> f64 {
        libm::exp(-(length.as_ms() as f64) / self.sessions.length.as_ms() as f64)
    }

    /// Sessions that begin on each machine in rotation, a millisecond.
    fn begin_on_each(&self, of: Rotation) -> f64 {
        if of.alive + of.dead == 0 {
            return 0.0;
        }
        let all = match self.sessions.begin {
            Begin::EveryRequests(requests) => of.demand_milli as f64 / 1e6 / requests,
            Begin::AtOnce(at_once) => at_once / self.sessions.length.as_ms() as f64,
        };
        all / (of.alive + of.dead) as f64
    }

    /// What each machine holds if nothing changes for long.
    fn settles(&self, of: Rotation) -> f64 {
        self.begin_on_each(of) * self.sessions.length.as_ms() as f64
    }

    /// A trial begins, with these machines in rotation since long before.
    pub fn begin(&mut self, of: Rotation, serves: impl Iterator<Item = bool>) {
        self.steady = self.settles(of);
        self.begun = 0.0;
        self.lost.fill(0.0);
        self.machines.clear();
        let stock = |serves: bool| if serves { Stock { place: Place::In, ..NOTHING } } else { NOTHING };
        self.machines.extend(serves.map(stock));
        let held = self.machines.iter().filter(|stock| stock.place == Place::In).count();
        (self.all, self.until) = (self.steady * held as f64, SimTime::ZERO);
    }

    /// The state lasts from `from` to `to`; `counted_ms` of that are measured.
    pub fn lasts(&mut self, of: Rotation, from: SimTime, to: SimTime, counted_ms: u64) {
        let (settled, outlast) = (self.settles(of), self.outlast(to.since(from)));
        let heads = settled * of.alive as f64;
        self.all = heads + (self.all - heads) * outlast;
        self.until = to;
        self.steady = settled + (self.steady - settled) * outlast;
        self.begun += self.begin_on_each(of) * of.alive as f64 * counted_ms as f64;
    }

    /// What all machines hold at `t`, what they would if all stayed as it is, and the length of a session in milliseconds.
    pub fn all(&self, of: Rotation, t: SimTime) -> (f64, f64, f64) {
        let heads = self.settles(of) * of.alive as f64;
        let held = heads + (self.all - heads) * self.outlast(t.since(self.until));
        (held.max(0.0), heads, self.sessions.length.as_ms() as f64)
    }

    /// The sessions of a machine.
    fn held(&self, at: usize, t: SimTime) -> f64 {
        let stock = &self.machines[at];
        let left = stock.amount * self.outlast(t.since(stock.since));
        // Not below nothing by rounding.
        if stock.place == Place::In { (self.steady + left).max(0.0) } else { left }
    }

    /// A machine leaves the rotation with its sessions, which are lost to a cause at an instant if it has not come back.
    pub fn keep(&mut self, at: usize, until: SimTime, cause: u16, t: SimTime) {
        self.machines[at] = Stock { amount: self.held(at, t), since: t, place: Place::Out { until, cause } };
    }

    /// A machine comes into the rotation, with what it has kept.
    pub fn join(&mut self, at: usize, t: SimTime) {
        self.machines[at] = Stock { amount: self.held(at, t) - self.steady, since: t, place: Place::In };
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
        };
        let mut held = Held::new(sessions, 1);
        held.begin(rotation(machines as u64, 0), (0..machines).map(|_| true));
        held
    }

    /// 600 requests a second are 10 sessions a second.
    fn rotation(alive: u64, dead: u64) -> Rotation {
        Rotation { demand_milli: 600_000, alive, dead }
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
        held.lasts(rotation(1, 0), t(1), t(1 + HOUR), HOUR);
        let e = libm::exp(-1.0);
        assert!((held.held(1, t(1 + HOUR)) - (36_000.0 - 18_000.0 * e)).abs() < 1e-6);
        held.join(0, t(1 + HOUR));
        assert_eq!(held.held(0, t(1 + HOUR)), 0.0);
        held.lasts(rotation(2, 0), t(1 + HOUR), t(1 + 2 * HOUR), HOUR);
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
    fn no_session_begins_on_a_dead_machine_or_where_there_is_none() {
        let mut held = held(2);
        held.lasts(rotation(1, 1), t(0), t(1000), 1000);
        assert!((held.begun - 5.0).abs() < 1e-9);
        held.lasts(rotation(0, 0), t(1000), t(1000 + 100 * HOUR), 0);
        assert!(held.steady < 1e-30);
    }
}
