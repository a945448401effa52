//! Failover groups in a trial: what a router sees, what is decided, what gets ready, and when clients move.
//!
//! In: parts that hold or not (`parts/routes.rs`), the design's [`Failover`]. Out: the clients of each part. Nothing ticks:
//! each wait is an event, checked when it is over. In one millisecond routers look last, when everything else has happened:
//! what else happens only asks for a look.
//! Luck is keyed by the group's name and the instant, so it is the same in every design.
//!
//! A failover that is not needed any more (the part that serves is known to be back) is called off until clients are sent
//! over. A standby that fails before that is waited for: when it is known to be healthy again, it is decided anew. One that
//! serves and is not all there yet grows, however often that is refused, until clients are sent back by the rule for going back.
//! If the standby fails when protection has been turned round, people who are at sending clients back go on with that, unless
//! another failover would be done sooner.
//!
//! People may see more than a router does (`alarm.rs`): a part that answers, but has lost too much.

mod alarm;
mod clients;
mod paid;
mod standby;

use crate::balancer::ProbeTimes;
use crate::design::Design;
use crate::failover::{Failover, Pattern, Sight};
use crate::pending::Pending;
use crate::policy::router::spread_by_weight;
use crate::world::World;
use clients::Move;
pub(crate) use paid::idle_as_designed;
use standby::Watch;
use std::sync::Arc;
use zonefall_engine::{Key, SimTime, name_tag};
use zonefall_faults::Strikes;

/// Purposes of a group's luck, after those of machines and components.
#[derive(Debug, Clone, Copy)]
enum Luck {
    Phase = 100,
    Out,
    Back,
    Notice,
    Act,
    Ready,
    Room,
    Retry,
    Lost,
    After,
    Outage,
    Start,
    Works,
}

/// What is known of a part.
#[derive(Debug, Clone, Copy)]
struct View {
    /// Whether it works.
    healthy: bool,
    /// Whether the router takes it for working.
    seen: bool,
    /// When the router will know better; never, if it is right.
    known: SimTime,
    /// What people make of the machines that are left.
    lack: alarm::Lacking,
}

impl View {
    /// It works, and that is known.
    const FINE: Self = Self { healthy: true, seen: true, known: SimTime::NEVER, lack: alarm::Lacking::NOTHING };
}

/// One failover group.
#[derive(Debug)]
pub(crate) struct Switch {
    /// Whose luck.
    who: u64,
    views: Vec<View>,
    probes: Option<ProbeTimes>,
    /// Somebody waits for it at this instant.
    woken: SimTime,
    /// A look has been asked for at this instant.
    asked: SimTime,
    moving: Move,
    watch: Watch,
    /// The sets of each part.
    sets: Vec<Vec<u32>>,
    /// Whether each part is paid for in full.
    paid: Vec<bool>,
}

zonefall_engine::pooled_clone!(Switch { who, views, probes, woken, asked, moving, watch, sets, paid });

/// The failover groups of a design.
pub(crate) fn switches(design: &Design) -> Vec<Switch> {
    let Some(service) = design.structure() else { return Vec::new() };
    let switch = |failover: &Failover| {
        let parts = service.parts_of(failover.node as usize);
        Switch {
            who: name_tag(&service.nodes[failover.node as usize].name),
            views: vec![View::FINE; parts.len()],
            probes: None,
            woken: SimTime::NEVER,
            asked: SimTime::NEVER,
            moving: Move::new(parts.len()),
            watch: Watch::FIRST,
            sets: parts.iter().map(|&part| service.sets_within(part as usize)).collect(),
            paid: vec![true; parts.len()],
        }
    };
    service.failovers.iter().map(switch).collect()
}

impl World {
    /// A trial begins: clients are where the design wants them.
    pub(crate) fn begin_routing(&mut self) {
        let design = Arc::clone(&self.design);
        let Some(service) = design.structure() else { return };
        for (at, failover) in service.failovers.iter().enumerate() {
            let phase = self.luck_by(self.routing[at].who, SimTime::ZERO, Luck::Phase as u64).unit(0);
            let switch = &mut self.routing[at];
            switch.views.fill(View::FINE);
            switch.watch = Watch::FIRST;
            (switch.woken, switch.asked) = (SimTime::NEVER, SimTime::NEVER);
            switch.paid.fill(true);
            switch.probes = match &failover.sight {
                Sight::Probes(balancer) => Some(ProbeTimes::new(*balancer, phase)),
                Sight::Laws { .. } => None,
            };
            let mut to = std::mem::take(&mut switch.moving.goal);
            if let Some(parts) = &mut self.book.parts {
                parts.routes[at].short.fill(false);
            }
            self.clients_wanted(at, failover, &mut to);
            self.settle_clients(at, &to);
            self.routing[at].moving.goal = to;
            self.pay_for_parts(at, failover, SimTime::ZERO);
        }
    }

    /// Something has happened: whoever looks at the parts of a service does at the end of this millisecond.
    #[inline]
    pub(crate) fn route(&mut self, t: SimTime) {
        if self.book.parts.as_ref().is_some_and(|parts| parts.stirred) {
            self.ask_for_looks(t);
        }
    }

    fn ask_for_looks(&mut self, t: SimTime) {
        self.look_for_lack();
        let Some(parts) = &mut self.book.parts else { return };
        parts.stirred = false;
        for (at, switch) in self.routing.iter_mut().enumerate() {
            let route = &parts.routes[at];
            let mut seen = route.children.iter().zip(&route.short).zip(&switch.views);
            let changed = seen
                .any(|((&child, &short), view)| parts.is_healthy(child) != view.healthy || short != view.lack.is_so());
            // How many are well served on the way depends on every machine.
            if (changed || switch.moving.goes_on(t)) && switch.asked != t {
                switch.asked = t;
                self.pending.push(t, Pending::Routed { group: at as u32 }.tag());
            }
        }
    }

    /// Somebody's wait for a failover group is over.
    pub(crate) fn routing_due(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        if self.routing[at].woken == t {
            self.routing[at].woken = SimTime::NEVER;
        }
        self.advance(at, t, strikes);
    }

    /// Everything that is due in a group at `t`, and the next look.
    fn advance(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        let design = Arc::clone(&self.design);
        let Some(service) = design.structure() else { return };
        let failover = &service.failovers[at];
        self.look(at, failover, t);
        match &failover.pattern {
            Pattern::ActiveActive { .. } => self.send_by_weight(at, failover, t),
            Pattern::Standby(standby) => {
                while self.decide(at, standby, t, strikes) {}
                self.grow(at, standby, t, strikes);
            }
        }
        self.move_on(at, failover, t);
        if !self.growths.is_empty() {
            self.book.settle(t, &self.measure);
            self.gateways_meet_demand(t);
        }
        self.pay_for_parts(at, failover, t);
        let switch = &self.routing[at];
        let past = self.book.parts.as_ref().is_some_and(|parts| parts.routes[at].past);
        let known = switch.views.iter().map(|view| view.known.min(view.lack.known())).min().unwrap_or(SimTime::NEVER);
        let next = known.min(switch.watch.due).min(switch.watch.grown).min(switch.moving.next(past)).max(t);
        if next < SimTime::NEVER && next < switch.woken && next < self.measure.horizon {
            self.routing[at].woken = next;
            self.pending.push(next, Pending::Routed { group: at as u32 }.tag());
        }
    }

    /// LB-08, AFD-02, TM-02: the router comes to know of what has changed, some time later.
    fn look(&mut self, at: usize, failover: &Failover, t: SimTime) {
        for part in 0..self.routing[at].views.len() {
            let child = self.book.parts.as_ref().map_or(0, |parts| parts.routes[at].children[part]);
            let healthy = self.book.parts.as_ref().is_none_or(|parts| parts.is_healthy(child));
            let mut view = self.routing[at].views[part];
            if healthy != view.healthy {
                view.healthy = healthy;
                view.known = if healthy == view.seen { SimTime::NEVER } else { self.seen_at(at, failover, part, t) };
                if !healthy && !view.lack.is_so() {
                    self.routing[at].watch.failed(part, t);
                }
            }
            if view.known <= t {
                (view.seen, view.known) = (view.healthy, SimTime::NEVER);
            }
            if let Some(alarm) = failover.alarm() {
                let short = self.book.parts.as_ref().is_some_and(|parts| parts.routes[at].short[part]);
                if view.lack.look(short, alarm.lasting, t) && short && view.healthy {
                    self.routing[at].watch.failed(part, t);
                }
            }
            self.routing[at].views[part] = view;
        }
    }

    /// When the router knows of a part that has changed just now. What was so before the trial began is known.
    fn seen_at(&self, at: usize, failover: &Failover, part: usize, t: SimTime) -> SimTime {
        if t == SimTime::ZERO {
            return t;
        }
        let healthy = !self.routing[at].views[part].healthy;
        match (&failover.sight, self.routing[at].probes) {
            (Sight::Laws { out, back }, _) => {
                let (law, purpose) = if healthy { (back, Luck::Back) } else { (out, Luck::Out) };
                t.after(law.draw(&mut self.group_luck(at, purpose, t).part(part as u64, 0).stream()))
            }
            (_, Some(probes)) if healthy => probes.readmitted(t, 0),
            (_, Some(probes)) => probes.removed(t),
            (_, None) => t,
        }
    }

    fn group_luck(&self, at: usize, purpose: Luck, t: SimTime) -> Key {
        self.luck_by(self.routing[at].who, t, purpose as u64)
    }

    /// AFD-03, TM-03: clients by weight to what is not known to be out.
    fn send_by_weight(&mut self, at: usize, failover: &Failover, t: SimTime) {
        let mut to = std::mem::take(&mut self.routing[at].moving.goal);
        self.clients_wanted(at, failover, &mut to);
        if self.book.parts.as_ref().is_some_and(|parts| parts.routes[at].to != to) {
            self.send(at, failover, &to, t);
        }
        self.routing[at].moving.goal = to;
    }

    /// Where the clients of a group should be.
    fn clients_wanted(&self, at: usize, failover: &Failover, into: &mut Vec<u32>) {
        let switch = &self.routing[at];
        into.clear();
        into.resize(switch.views.len(), 0);
        match &failover.pattern {
            Pattern::ActiveActive { weights } => {
                let mut seen = [true; PARTS_MAX];
                let views = seen.iter_mut().zip(&switch.views);
                views.for_each(|(seen, view)| *seen = view.seen);
                spread_by_weight(weights, &seen[..weights.len()], into);
            }
            Pattern::Standby(_) => {
                let active = switch.watch.active as usize;
                if let Some(of) = into.get_mut(active) {
                    *of = crate::failover::ALL_CLIENTS;
                }
            }
        }
    }

    /// Whether the router of a group takes a part for working, and the sets of that.
    pub(crate) fn sees(&self, group: usize, part: usize) -> (bool, &[u32]) {
        let switch = &self.routing[group];
        (switch.views[part].seen, &switch.sets[part])
    }

    /// What runs of a part, or of all of them.
    fn run_parts(&mut self, at: usize, part: Option<usize>, running: u32, t: SimTime) {
        self.book.settle(t, &self.measure);
        let Some(parts) = &mut self.book.parts else { return };
        match part {
            Some(part) => parts.routes[at].running[part] = running,
            None => parts.routes[at].running.fill(running),
        }
        parts.rerouted(at);
    }
}

/// The most parts of a failover group.
pub const PARTS_MAX: usize = 32;
