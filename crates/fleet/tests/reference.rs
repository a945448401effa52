//! A second, slow simulator: one step for every tick of time, written from the documentation and not from the code.
//! On random scripts every figure of the ledger must equal its own.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;
use proptest::prelude::*;
use std::sync::Arc;
use support::*;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::{Effect, Recovery, Scope};
use zonefall_fleet::{
    Agreement, ClassTimes, Demand, Design, Kept, LoadBalancer, MONTH, Need, ScaleSet, SlaTerms, Spreading, StartState,
    Step, Windows,
};
use zonefall_topology::{Topology, ZoneId};

/// Divisible by every sum of withheld capacity that occurs, so that missed time splits without a remainder.
const SMOOTH: u64 = 720_720;

/// What a cause does, in words of the reference.
struct Cause {
    scope: Scope,
    recovery: Recovery,
    restart: u64,
    degrades: bool,
}

/// The profile of all scripts, in order of causes. The unit modes are those of scope instance and host.
fn causes(restart: u64) -> Vec<Cause> {
    let cause = |scope, recovery, restart, degrades| Cause { scope, recovery, restart, degrades };
    vec![
        cause(Scope::Rack, Recovery::Reachable, 0, false),
        cause(Scope::Instance, Recovery::WarmUp, 0, false),
        cause(Scope::Zone, Recovery::Boot, restart, false),
        cause(Scope::Rack, Recovery::Reachable, 0, true),
        cause(Scope::Host, Recovery::Boot, 0, false),
        cause(Scope::Instance, Recovery::Boot, 2 * restart, false),
        cause(Scope::Instance, Recovery::Reachable, 0, true),
    ]
}
const STORM: [u16; 3] = [0, 2, 3];
const UNIT: [u16; 4] = [1, 4, 5, 6];

/// One script; times in ticks.
#[derive(Debug, Clone)]
struct Story {
    tick: u64,
    zones: u32,
    racks: u32,
    hosts: u32,
    horizon: u64,
    from: u64,
    window: u64,
    at: Vec<u64>,
    /// (which of STORM, first rack, racks, start, length).
    outages: Vec<(usize, u32, u32, u64, u64)>,
    /// (which of UNIT, unit, start, length).
    units: Vec<(usize, u32, u64, u64)>,
    /// (capacity, zones as bits, serves, fault domains or 0, creating or none).
    sets: Vec<(u32, u32, u64, u32, Option<u64>)>,
    boot: u64,
    warm_up: u64,
    restart: u64,
    /// What arrives, and from when on how much else.
    demand: Option<(u64, u64, u64)>,
    need: Need,
    balancer: Option<(u64, u32, u32, u64, u64)>,
    /// LB-05: all are sent to where probes find none healthy.
    all_when_none: bool,
    suppressed: Option<u16>,
}

impl Story {
    fn topology(&self) -> Arc<Topology> {
        topology(self.zones, self.racks, self.hosts)
    }

    fn zones_of(&self, bits: u32) -> Vec<u32> {
        let zones: Vec<u32> = (0..self.zones).filter(|zone| bits >> zone & 1 == 1).collect();
        if zones.is_empty() { vec![0] } else { zones }
    }

    fn capacity(&self) -> u32 {
        self.sets.iter().map(|set| set.0).sum()
    }

    /// Ranges of racks, cut to the topology; zone outages take whole zones.
    fn outages(&self) -> Vec<(u16, u32, u32, u64, u64)> {
        let all = self.zones * self.racks;
        let range = |cause: u16, first: u32, racks: u32| {
            if cause == 2 {
                ((first % self.zones) * self.racks, self.racks)
            } else {
                (first % all, racks.min(all - first % all))
            }
        };
        let outage = |&(which, first, racks, start, length): &(usize, u32, u32, u64, u64)| {
            let (first, racks) = range(STORM[which], first, racks);
            (STORM[which], first, racks, start, start + length)
        };
        self.outages.iter().map(outage).collect()
    }

    /// (which of UNIT, unit, start, end), at most one for a unit and instant.
    fn units(&self) -> Vec<(usize, u32, u64, u64)> {
        let mut units: Vec<(usize, u32, u64, u64)> = Vec::new();
        for &(which, unit, start, length) in &self.units {
            let of = if which == 1 { self.zones * self.racks * self.hosts } else { self.capacity() };
            if of > 0 && !units.iter().any(|&(w, u, s, _)| (w, u, s) == (which, unit % of, start)) {
                units.push((which, unit % of, start, start + length));
            }
        }
        units
    }

    fn design(&self) -> Design {
        let law = |ticks: u64| constant(ticks * self.tick);
        let plain = design(&[1], 1, 0);
        let set = |(index, &(capacity, zones, serves_milli, domains, creating)): (
            usize,
            &(u32, u32, u64, u32, Option<u64>),
        )| {
            ScaleSet {
                name: format!("set{index}"),
                zones: self.zones_of(zones).into_iter().map(ZoneId).collect(),
                capacity,
                spreading: if domains == 0 { Spreading::Max } else { Spreading::Fixed(domains) },
                serves_milli,
                boot: law(self.boot),
                warm_up: law(self.warm_up),
                start: creating.map_or(StartState::Running, |length| StartState::Creating(law(length))),
                management: None,
                ..plain.sets[0].clone()
            }
        };
        let ms = |ticks: u64| SimDuration::from_ms(ticks * self.tick);
        Design {
            sets: self.sets.iter().enumerate().map(set).collect(),
            balancer: self.balancer.map(|(interval, unhealthy_threshold, healthy_threshold, timeout, flap)| {
                LoadBalancer {
                    interval: SimDuration::from_ms(interval),
                    unhealthy_threshold,
                    healthy_threshold,
                    timeout: ms(timeout),
                    flap_window: ms(flap),
                    all_when_none: self.all_when_none,
                }
            }),
            demand: self.demand.map(|(first, turn, then)| {
                let step = Step { from: SimTime::from_ms(turn * self.tick), per_second_milli: then };
                Demand::course(first, vec![step], None)
            }),
            need: self.need.clone(),
            sla: Some(SlaTerms { name: "some".into(), tiers: vec![], least_machines: 2, least_zones: 2 }),
            agreements: vec![agreement(0, true), agreement(1, false)],
            ..plain
        }
    }

    fn script(&self) -> Script {
        let modes = causes(self.restart).into_iter().enumerate().map(|(index, cause)| {
            let mut mode = mode(&format!("mode{index}"), cause.scope);
            mode.recovery = cause.recovery;
            mode.restart = (cause.restart > 0).then(|| constant(cause.restart * self.tick));
            if cause.degrades {
                mode.effect = Effect::Degraded(500);
            }
            mode
        });
        let ms = |ticks: u64| ticks * self.tick;
        let outages: Vec<Scripted> = self
            .outages()
            .into_iter()
            .map(|(cause, first, racks, start, end)| (cause, first, racks, ms(start), ms(end)))
            .collect();
        let units: Vec<(u32, u32, u64, u64)> = self
            .units()
            .into_iter()
            .map(|(which, unit, start, end)| (which as u32, unit, ms(start), ms(end)))
            .collect();
        let mut script =
            Script::new(self.topology(), modes.collect(), ms(self.horizon)).outages(&outages).units(&units);
        let (from, to) = (SimTime::from_ms(ms(self.from)), SimTime::from_ms(ms(self.horizon)));
        script.measure.from = from;
        script.measure.windows = Windows::every(SimDuration::from_ms(ms(self.window)), from, to);
        script.measure.months = script.measure.windows.clone();
        script.measure.at = self.at().into_iter().map(|at| SimTime::from_ms(ms(at))).collect();
        script
    }

    fn at(&self) -> Vec<u64> {
        let mut at: Vec<u64> = self.at.iter().map(|at| self.from + at % (self.horizon - self.from)).collect();
        at.sort_unstable();
        at
    }

    /// The phase of the probes in this trial, seen from outside: a machine that dies at an instant and stays dead is in
    /// rotation until its first failed probe.
    fn phase(&self) -> u64 {
        let Some((interval, ..)) = self.balancer else { return 0 };
        let mut one = Script::new(topology(1, 1, 1), vec![mode("rack", Scope::Rack)], 10 * interval);
        one.outages = vec![(0, 0, 1, interval, 20 * interval)];
        let mut design = design(&[1], 1, 1);
        design.balancer = Some(LoadBalancer {
            interval: SimDuration::from_ms(interval),
            unhealthy_threshold: 1,
            healthy_threshold: 1,
            timeout: SimDuration::ZERO,
            flap_window: SimDuration::ZERO,
            all_when_none: false,
        });
        one.play(design).classes.dead_in_rotation as u64 % interval
    }
}

/// SL-03: the steps of a credit; months are out at every of their instants, or at some.
const STEPS: [(u64, u64, u32); 2] = [(1, 1, 10), (1, 2, 25)];

/// SL-01: the machines of a set are promised each by itself, or together.
fn agreement(set: u32, each: bool) -> Agreement {
    let terms = SlaTerms { name: "part".into(), tiers: STEPS.to_vec(), least_machines: 1, least_zones: 0 };
    Agreement { of: format!("set{set}"), sets: vec![set], each, terms }
}

/// What a promise comes to whose accounts were out for so long in each month; all months but a last, shorter one are whole.
fn kept(story: &Story, each: bool, accounts: &[Vec<u64>]) -> Kept {
    let (length, window) = (story.horizon - story.from, story.window);
    let whole = length / window;
    let mut kept = Kept { months: whole * MONTH * if each { accounts.len() as u64 } else { 1 }, ..Kept::default() };
    for account in accounts {
        kept.clock_ms += length * story.tick;
        kept.down_ms += account.iter().sum::<u64>() * story.tick;
        for &out in account.iter().take(whole as usize).filter(|&&out| out > 0) {
            kept.reached[usize::from(2 * (window - out) < window)] += MONTH;
        }
    }
    kept
}

/// What the reference finds.
#[derive(Debug, Clone, Default, PartialEq)]
struct Findings {
    missed: u64,
    outages: Vec<u64>,
    by_window: Vec<u64>,
    unconnected_by_month: Vec<u64>,
    kept: Vec<Kept>,
    by_cause: Vec<u64>,
    first_miss: Option<SimTime>,
    cut: bool,
    held_at: Vec<bool>,
    classes: ClassTimes,
    machine_ms: i128,
    capacity_ms: i128,
    capacity_full_ms: i128,
    offered: i128,
    served: i128,
    lost_to_dead: i128,
    failures: u64,
    /// Some missed time was split in parts that are no whole ticks.
    rounded: bool,
}

/// A machine of the reference.
#[derive(Debug, Clone, Default)]
struct Body {
    serves: u64,
    rack: u32,
    host: u32,
    slot: u32,
    set: usize,
    /// Rack outages that hold it, oldest first.
    racks_out: Vec<u16>,
    /// Causes of unit outages that hold it.
    own_out: Vec<u16>,
    /// Causes that slow it.
    rack_slow: Vec<u16>,
    own_slow: Vec<u16>,
    ready: Option<u64>,
    /// It is not ready before this, whatever else happens to it.
    not_before: u64,
    /// It has restarted and booted, and can be reached.
    reached_from: u64,
    boot: bool,
    warm_up: bool,
    out_of_rotation: bool,
    charged: Option<u16>,
    failed_probes: u32,
    good_probes: u32,
    remove_at: Option<u64>,
    last_return: Option<u64>,
    flaps: u32,
}

impl Body {
    fn held(&self) -> bool {
        !self.racks_out.is_empty() || !self.own_out.is_empty()
    }

    fn alive(&self) -> bool {
        !self.held() && self.ready.is_none()
    }

    fn serving(&self) -> bool {
        self.alive() && !self.out_of_rotation
    }

    fn slowed_by(&self) -> Option<u16> {
        self.rack_slow.iter().chain(&self.own_slow).min().copied()
    }

    /// An outage takes hold.
    fn stop(&mut self, cause: u16, now: u64, story: &Story) {
        if self.held() {
            return;
        }
        if self.serving() {
            (self.failed_probes, self.remove_at) = (0, None);
            // Down since before the trial: the probes know.
            self.out_of_rotation = now == 0 && story.balancer.is_some();
        }
        self.charged = Some(cause);
        self.ready = None;
    }

    /// An outage has let go.
    fn go(&mut self, cause: u16, facts: &Cause, now: u64, story: &Story) {
        self.boot |= facts.recovery == Recovery::Boot;
        self.warm_up |= facts.recovery != Recovery::Reachable;
        let length = facts.restart + u64::from(self.boot) * story.boot + u64::from(self.warm_up) * story.warm_up;
        self.not_before = self.not_before.max(now + length);
        let boots = facts.restart + u64::from(self.boot) * story.boot;
        self.reached_from = self.reached_from.max(now + boots);
        if self.held() {
            if self.charged == Some(cause) {
                let oldest = self.racks_out.first().copied();
                self.charged = oldest.or(self.own_out.iter().min().copied());
            }
            return;
        }
        if self.not_before > now {
            self.ready = Some(self.not_before);
        } else {
            self.up(now, story);
        }
    }

    fn up(&mut self, now: u64, story: &Story) {
        (self.ready, self.boot, self.warm_up) = (None, false, false);
        if !self.out_of_rotation {
            self.charged = None;
            return;
        }
        self.good_probes = 0;
        let (.., flap) = story.balancer.unwrap();
        let again = flap > 0 && self.last_return.is_some_and(|last| now - last < flap);
        self.flaps = if again { self.flaps + 1 } else { 0 };
        self.last_return = Some(now).filter(|&now| now > 0);
    }

    fn probed(&mut self, now: u64, story: &Story) {
        let (_, dead, good, timeout, _) = story.balancer.unwrap();
        if self.alive() {
            self.good_probes += 1;
            if self.out_of_rotation && self.good_probes >= good * (1 << self.flaps.min(3)) {
                (self.out_of_rotation, self.charged) = (false, None);
            }
        } else {
            self.failed_probes += 1;
            if self.failed_probes == dead {
                self.remove_at = Some(now + timeout);
            }
        }
        self.notice(now);
    }

    fn notice(&mut self, now: u64) {
        if !self.alive() && !self.out_of_rotation && self.remove_at == Some(now) {
            self.out_of_rotation = true;
        }
    }
}

/// Where machines go: zones in turn, then the rack with the fewest machines of the set, then of the design, then its hosts in
/// turn.
fn place(story: &Story) -> Vec<Body> {
    let mut on_rack = vec![0; (story.zones * story.racks) as usize];
    let mut bodies: Vec<Body> = Vec::new();
    for (set, &(capacity, zones, serves, domains, creating)) in story.sets.iter().enumerate() {
        let zones = story.zones_of(zones);
        let mut in_zone = vec![0; zones.len()];
        let mut own = vec![0; on_rack.len()];
        (0..capacity).for_each(|instance| in_zone[instance as usize % zones.len()] += 1);
        for (&zone, &count) in zones.iter().zip(&in_zone) {
            for _ in 0..count {
                let usable = if domains == 0 { story.racks } else { domains.min(story.racks) };
                let mut rack = zone * story.racks;
                for other in zone * story.racks..zone * story.racks + usable {
                    let load = |rack: u32| (own[rack as usize], on_rack[rack as usize]);
                    if load(other) < load(rack) {
                        rack = other;
                    }
                }
                let host = rack * story.hosts + on_rack[rack as usize] % story.hosts;
                on_rack[rack as usize] += 1;
                own[rack as usize] += 1;
                let mut body = Body { serves, rack, host, slot: bodies.len() as u32, set, ..Body::default() };
                if let Some(length) = creating {
                    body.warm_up = true;
                    body.not_before = length + story.warm_up;
                    body.ready = Some(body.not_before);
                    body.charged = Some(causes(0).len() as u16);
                    body.out_of_rotation = story.balancer.is_some();
                }
                bodies.push(body);
            }
        }
    }
    bodies
}

fn reference(story: &Story) -> Findings {
    let facts = causes(story.restart);
    let (deployment, probe_lag, overload) = (facts.len(), facts.len() + 1, facts.len() + 2);
    let mut bodies = place(story);
    let wanted = |cause: u16| Some(cause) != story.suppressed;
    let outages: Vec<_> = story.outages().into_iter().filter(|outage| wanted(outage.0)).collect();
    let mut units: Vec<_> = story.units().into_iter().filter(|unit| wanted(UNIT[unit.0])).collect();
    units.sort_unstable();
    // Recorded outages of a unit that touch are one; one that begins within another is thinned.
    units.dedup_by(|next, last| {
        let joins = (next.0, next.1) == (last.0, last.1) && next.2 == last.3;
        last.3 = if joins { next.3 } else { last.3 };
        joins
    });
    let windows = (story.horizon - story.from).div_ceil(story.window) as usize;
    let mut found = Findings {
        by_window: vec![0; windows],
        unconnected_by_month: vec![0; windows],
        by_cause: vec![0; overload + 1],
        ..Findings::default()
    };
    let mut out_alone = vec![vec![0; windows]; story.sets[0].0 as usize];
    let mut out_together = vec![vec![0; windows]];
    let phase = story.phase();
    let mut running: Vec<(usize, u32, u64)> = Vec::new();
    let mut missed_before = false;
    let at = story.at();
    for now in 0..story.horizon {
        // What strikes, the storm first.
        let ends = outages.iter().filter(|outage| outage.4 == now && outage.3 < now).map(|outage| (outage, true));
        let begins = outages.iter().filter(|outage| outage.3 == now).flat_map(|outage| {
            let nothing = outage.3 == outage.4;
            [(outage, false)].into_iter().chain(nothing.then_some((outage, true)))
        });
        for (&(cause, first, racks, ..), over) in ends.chain(begins) {
            let of = &facts[cause as usize];
            for body in bodies.iter_mut().filter(|body| (first..first + racks).contains(&body.rack)) {
                let list = if of.degrades { &mut body.rack_slow } else { &mut body.racks_out };
                if over {
                    let at = list.iter().position(|&other| other == cause).unwrap();
                    list.remove(at);
                    if !of.degrades {
                        body.go(cause, of, now, story);
                    }
                } else if of.degrades {
                    list.push(cause);
                } else {
                    body.stop(cause, now, story);
                    body.racks_out.push(cause);
                }
            }
        }
        for &(which, unit, start, end) in units.iter().filter(|unit| unit.2 == now) {
            let (cause, of) = (UNIT[which], &facts[UNIT[which] as usize]);
            let on_host = of.scope == Scope::Host;
            if running.iter().any(|&(other, of, _)| (other, of) == (which, unit)) {
                continue;
            }
            let mine = |body: &&mut Body| if on_host { body.host == unit } else { body.slot == unit };
            for body in bodies.iter_mut().filter(mine) {
                found.failures += u64::from(start >= story.from);
                if of.degrades {
                    body.own_slow.push(cause);
                } else {
                    body.stop(cause, now, story);
                    body.own_out.push(cause);
                }
            }
            running.push((which, unit, end));
        }
        // Then repairs, machines before hosts; then what becomes ready.
        running.sort_unstable_by_key(|&(which, unit, _)| (which == 1, which, unit));
        for &(which, unit, _) in running.iter().filter(|run| run.2 == now) {
            let (cause, of) = (UNIT[which], &facts[UNIT[which] as usize]);
            let on_host = of.scope == Scope::Host;
            for body in bodies.iter_mut().filter(|body| if on_host { body.host == unit } else { body.slot == unit }) {
                let list = if of.degrades { &mut body.own_slow } else { &mut body.own_out };
                list.retain(|&other| other != cause);
                if !of.degrades {
                    body.go(cause, of, now, story);
                }
            }
        }
        running.retain(|run| run.2 != now);
        bodies.iter_mut().filter(|body| body.ready == Some(now)).for_each(|body| body.up(now, story));
        // Then probes.
        if let Some((interval, ..)) = story.balancer {
            let probe = story.tick > 1 || now % interval == phase;
            for body in &mut bodies {
                if probe { body.probed(now, story) } else { body.notice(now) }
            }
        }
        // The millisecond is over: look at what it was.
        let length = story.tick;
        let times = i128::from(length);
        let count = |is: &dyn Fn(&Body) -> bool| bodies.iter().filter(|body| is(body)).count() as u64;
        let open = story.all_when_none && story.balancer.is_some() && bodies.iter().all(|body| body.out_of_rotation);
        let serves = |body: &Body| body.alive() && (open || !body.out_of_rotation);
        let capacity: u64 = bodies
            .iter()
            .filter(|body| serves(body))
            .map(|body| if body.slowed_by().is_some() { body.serves / 2 } else { body.serves })
            .sum();
        let serving = count(&serves);
        let dead =
            if story.balancer.is_some() { count(&|body| !body.alive() && (open || !body.out_of_rotation)) } else { 0 };
        let awaiting = count(&|body| body.alive() && !serves(body));
        let starting = count(&|body| body.ready.is_some());
        let demand = story.demand.map_or(0, |(first, turn, then)| if now < turn { first } else { then });
        let served = if serving == 0 { 0 } else { (demand * serving / (serving + dead)).min(capacity) };
        let missed = match story.need {
            Need::Serving(least) => serving < u64::from(least),
            Need::Served(share, of) => served * of < demand * share,
            Need::Done(..) | Need::Parts(_) => unreachable!("stories have neither jobs nor parts"),
        };
        found.held_at.extend(at.iter().filter(|&&at| at == now).map(|_| !missed));
        if now < story.from {
            continue;
        }
        let classes = &mut found.classes;
        classes.serving += i128::from(serving) * times;
        classes.dead_in_rotation += i128::from(dead) * times;
        classes.awaiting_probe += i128::from(awaiting) * times;
        classes.starting += i128::from(starting) * times;
        classes.down += i128::from(count(&|body| body.held())) * times;
        classes.degraded += i128::from(count(&|body| serves(body) && body.slowed_by().is_some())) * times;
        found.machine_ms += bodies.len() as i128 * times;
        found.capacity_ms += i128::from(capacity) * times;
        found.capacity_full_ms += i128::from(bodies.iter().map(|body| body.serves).sum::<u64>()) * times;
        found.offered += i128::from(demand) * times;
        found.served += i128::from(served) * times;
        if dead > 0 {
            found.lost_to_dead += i128::from(demand * dead / (serving + dead)) * times;
        }
        let window = ((now - story.from) / story.window) as usize;
        let cut = |body: &Body| body.held() || now < body.reached_from;
        if serving + awaiting == 0 && !bodies.is_empty() && bodies.iter().all(cut) {
            found.unconnected_by_month[window] += length;
        }
        let alone = bodies.iter().filter(|body| body.set == 0).zip(&mut out_alone);
        alone.for_each(|(body, out)| out[window] += u64::from(cut(body)));
        let mut together = bodies.iter().filter(|body| body.set == 1).peekable();
        out_together[0][window] += u64::from(together.peek().is_some() && together.all(cut));
        if !missed {
            missed_before = false;
            continue;
        }
        found.missed += length;
        found.by_window[window] += length;
        found.first_miss.get_or_insert(SimTime::from_ms(now * length));
        if !missed_before {
            found.outages.push(0);
        }
        *found.outages.last_mut().unwrap() += length;
        missed_before = true;
        let enough_alive = match story.need {
            Need::Served(share, of) => story.demand.is_some() && demand.min(capacity) * of >= demand * share,
            Need::Serving(_) | Need::Done(..) | Need::Parts(_) => false,
        };
        let mut withheld = vec![0; deployment + 1];
        for body in &bodies {
            if let (false, Some(cause)) = (serves(body), body.charged) {
                withheld[cause as usize] += body.serves;
            } else if let Some(cause) = body.slowed_by() {
                withheld[cause as usize] += body.serves / 2;
            }
        }
        let lacking = match story.need {
            Need::Served(share, _) if story.demand.is_some() && !enough_alive => {
                // Even all machines together would not do.
                (demand * share).div_ceil(100).saturating_sub(capacity + withheld.iter().sum::<u64>())
            }
            _ => 0,
        };
        if lacking > 0 {
            withheld.resize(overload + 1, 0);
            withheld[overload] = lacking;
            found.rounded = true;
        }
        let all: u64 = withheld.iter().sum();
        match (enough_alive, all) {
            (true, _) => found.by_cause[probe_lag] += length,
            (false, 0) => found.by_cause[overload] += length,
            // Exact where the tick is smooth; not looked at where it is not.
            (false, _) => {
                withheld.iter().enumerate().for_each(|(cause, part)| found.by_cause[cause] += length * part / all)
            }
        }
    }
    found.kept = vec![kept(story, true, &out_alone), kept(story, false, &out_together)];
    if story.sets[1].0 == 0 {
        // Nobody has started a machine.
        found.kept[1].clock_ms = 0;
    }
    found.cut = missed_before;
    found
}

fn check(story: &Story) -> Result<(), TestCaseError> {
    let ledger = story.script().play_without(story.design(), story.suppressed);
    let mut expected = reference(story);
    let mut seen = Findings {
        missed: ledger.missed_ms,
        outages: ledger.outages_ms.clone(),
        by_window: ledger.missed_by_window_ms.clone(),
        unconnected_by_month: ledger.unconnected_by_month_ms.clone(),
        kept: ledger.kept.clone(),
        // Nothing here is managed: the causes of managed sets are charged with nothing.
        by_cause: ledger.missed_by_cause_ms[..expected.by_cause.len()].to_vec(),
        first_miss: ledger.first_miss,
        cut: ledger.cut_by_horizon,
        held_at: ledger.held_at.clone(),
        classes: ledger.classes,
        machine_ms: ledger.machine_ms,
        capacity_ms: ledger.capacity_ms,
        capacity_full_ms: ledger.capacity_full_ms,
        offered: ledger.offered,
        served: ledger.served,
        lost_to_dead: ledger.lost_to_dead,
        failures: ledger.machine_failures,
        rounded: false,
    };
    prop_assert_eq!(ledger.observed_ms, (story.horizon - story.from) * story.tick);
    prop_assert_eq!(seen.by_cause.iter().sum::<u64>(), seen.missed);
    if story.tick == 1 {
        // Splits leave remainders; the causes that are nobody's failure do not, but for what is lacking.
        let extra = causes(0).len() + 1;
        let compared = extra..seen.by_cause.len() - usize::from(expected.rounded);
        prop_assert_eq!(&seen.by_cause[compared.clone()], &expected.by_cause[compared]);
        (seen.by_cause, expected.by_cause) = (vec![], vec![]);
    }
    if std::mem::take(&mut expected.rounded) && story.tick > 1 {
        // At most a millisecond an interval between changes.
        let near = seen.by_cause.iter().zip(&expected.by_cause).all(|(one, two)| one.abs_diff(*two) <= story.horizon);
        prop_assert!(near, "{:?} {:?}", seen.by_cause, expected.by_cause);
        (seen.by_cause, expected.by_cause) = (vec![], vec![]);
    }
    prop_assert_eq!(seen, expected);
    Ok(())
}

fn stories() -> impl Strategy<Value = Story> {
    let world = (prop_oneof![Just(1u64), Just(SMOOTH)], 1..4u32, 1..4u32, 1..3u32);
    let length = || prop_oneof![4 => 1..40u64, 1 => Just(0u64), 1 => Just(500u64)];
    let when = || prop_oneof![1 => Just(0u64), 12 => 0..130u64];
    let outages = prop::collection::vec((0..3usize, 0..9u32, 1..4u32, when(), length()), 0..7);
    let units = prop::collection::vec((0..4usize, 0..18u32, when(), length()), 0..8);
    let measure = (1..121u64, 0..120u64, 1..50u64, prop::collection::vec(0..500u64, 0..5));
    let creating = prop_oneof![3 => Just(None), 1 => (0..10u64).prop_map(Some)];
    let set = |most: u32, serves: u64| (0..=most, 0..8u32, Just(serves), 0..3u32, creating.clone());
    let sets = (set(4, 1000), set(2, 2000)).prop_map(|(one, other)| vec![one, other]);
    let starts =
        (prop_oneof![Just(0u64), 0..12u64], prop_oneof![Just(0u64), 0..6u64], prop_oneof![Just(0u64), 0..6u64]);
    let need = prop_oneof![(0..7u32).prop_map(Need::Serving), (1..100u64).prop_map(|share| Need::Served(share, 100)),];
    let demand = prop_oneof![Just(None), (0..9000u64, 1..130u64, 0..9000u64).prop_map(Some)];
    let balancer =
        prop_oneof![Just(None), (1..9u64, 1..4u32, 1..4u32, 0..6u64, prop_oneof![Just(0u64), 1..60u64]).prop_map(Some)];
    let suppressed = prop_oneof![3 => Just(None), 1 => (0..7u16).prop_map(Some)];
    (world, outages, units, measure, sets, starts, (need, demand, balancer, suppressed, any::<bool>())).prop_map(
        |(world, outages, units, measure, sets, starts, (need, demand, balancer, suppressed, all))| {
            let (tick, zones, racks, hosts) = world;
            let (horizon, from, window, at) = measure;
            // With smooth ticks probes go out every millisecond: their phase does not show.
            let smooth = |(_, _, _, timeout, _)| (1, 1, 1, timeout, 0);
            Story {
                tick,
                zones,
                racks,
                hosts,
                horizon,
                from: from % horizon,
                window,
                at,
                outages,
                units,
                sets,
                boot: starts.0,
                warm_up: starts.1,
                restart: starts.2,
                demand,
                need,
                balancer: if tick > 1 { balancer.map(smooth) } else { balancer },
                suppressed,
                all_when_none: all,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_says_what_a_walk_through_every_instant_says(story in stories()) {
        check(&story)?;
    }
}

/// Found by chance: the only machine is out for no time and then for some, both from the beginning on.
#[test]
fn lb_05_who_goes_out_again_at_the_beginning_is_still_sent_to() {
    let story = Story {
        tick: 1,
        zones: 1,
        racks: 1,
        hosts: 1,
        horizon: 59,
        from: 0,
        window: 1,
        at: vec![],
        outages: vec![(0, 0, 1, 0, 0)],
        units: vec![(1, 0, 0, 1)],
        sets: vec![(0, 0, 1000, 0, None), (1, 0, 2000, 0, None)],
        boot: 0,
        warm_up: 0,
        restart: 0,
        demand: None,
        need: Need::Serving(0),
        balancer: Some((1, 1, 1, 0, 0)),
        all_when_none: true,
        suppressed: None,
    };
    check(&story).unwrap();
}
