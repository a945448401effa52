//! Failover in a trial: who has found out what, where the clients are, what is waited for.
//!
//! After an event in which an alternative of a routed group began or ceased to hold, its route looks again and waits for what
//! comes next: the router finds out, somebody decides and the standby is ready, enough clients have moved, all have moved, the
//! first alternative is back. A wait is checked when it is over: one that comes at another instant than the route remembers
//! is stale. Clients who move over the time to live are counted half here and half there while they do, which is right for
//! every sum; when enough of them have moved for the objective is computed (`Routing::crossing`).

use crate::balancer::ProbeTimes;
use crate::design::Design;
use crate::operations::Operation;
use crate::pending::Pending;
use crate::routing::{ALL_CLIENTS, Detection, Routing, Standby, even_shares};
use crate::structure::Part;
use crate::world::World;
use zonefall_engine::{SimTime, name_tag};

/// Purposes of a route's luck.
const DETECT: u64 = 10;
const READY: u64 = 11;
const CAPACITY: u64 = 12;
const FAIL_BACK: u64 = 13;
const DATA: u64 = 14;

/// What a route waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Wait {
    /// The router finds out that an alternative is gone.
    Gone,
    /// The router finds out that it is back.
    Back,
    /// A standby is ready.
    Ready,
    /// Enough clients have moved for the objective.
    Enough,
    /// All clients have moved.
    All,
    /// Clients return to an alternative.
    Return,
}

impl Wait {
    pub const ALL: [Self; 6] = [Self::Gone, Self::Back, Self::Ready, Self::Enough, Self::All, Self::Return];
}

/// An alternative, as its route knows it.
#[derive(Debug, Clone, Copy)]
struct Side {
    node: u32,
    /// Whether it held when the route last looked.
    held: bool,
    /// The router has taken it out.
    out: bool,
    /// Since when it does not hold.
    since: SimTime,
    /// When the router finds out that it is gone or back, and when clients return.
    due: SimTime,
    back: SimTime,
}

/// The route of one group.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    node: u32,
    routing: Routing,
    who: u64,
    probes: Option<ProbeTimes>,
    sides: Vec<Side>,
    /// Who serves, where the others wait.
    at: usize,
    /// Who is made ready, and when.
    target: usize,
    ready: SimTime,
    enough: SimTime,
    all: SimTime,
    /// Shares of the clients when all have moved.
    shares: Vec<u32>,
    old: Vec<u32>,
    mean: Vec<u32>,
    rotation: Vec<bool>,
}

/// The routes of a design.
pub(crate) fn routes(design: &Design) -> Vec<Route> {
    let nodes = design.need.structure().map_or(&[][..], |service| &service.nodes);
    let route = |(node, of): (usize, &crate::structure::Node)| {
        let Part::Group { parts, routing: Some(routing), .. } = &of.part else { return None };
        let side = |&node: &u32| Side {
            node,
            held: true,
            out: false,
            since: SimTime::ZERO,
            due: SimTime::NEVER,
            back: SimTime::NEVER,
        };
        Some(Route {
            node: node as u32,
            routing: (**routing).clone(),
            who: name_tag(&of.name),
            probes: None,
            sides: parts.iter().map(side).collect(),
            at: 0,
            target: 0,
            ready: SimTime::NEVER,
            enough: SimTime::NEVER,
            all: SimTime::NEVER,
            shares: vec![0; parts.len()],
            old: vec![0; parts.len()],
            mean: vec![0; parts.len()],
            rotation: vec![true; parts.len()],
        })
    };
    nodes.iter().enumerate().filter_map(route).collect()
}

impl Route {
    /// The shares of the clients as the router has them now.
    fn wanted(&mut self) {
        match self.routing.standby {
            Standby::Waiting => {
                self.shares.fill(0);
                self.shares[self.at] = ALL_CLIENTS;
            }
            Standby::Active => {
                self.rotation.iter_mut().zip(&self.sides).for_each(|(is_in, side)| *is_in = !side.out);
                if self.rotation.iter().all(|is_in| !is_in) {
                    // AFD-03, TM-03: where none is healthy all are answered with.
                    self.rotation.fill(true);
                }
                even_shares(&self.rotation, &mut self.shares);
            }
        }
    }
}

impl World {
    /// Opens the routes of a trial: all clients where they belong.
    pub(crate) fn begin_routes(&mut self) {
        for at in 0..self.routes.len() {
            let luck = self.luck.part(self.routes[at].who, DETECT).unit(0);
            let route = &mut self.routes[at];
            route.probes = match route.routing.detection {
                Detection::Probes(probes) => Some(ProbeTimes::new(probes, luck)),
                Detection::After(_) => None,
            };
            (route.at, route.target) = (0, 0);
            (route.ready, route.enough, route.all) = (SimTime::NEVER, SimTime::NEVER, SimTime::NEVER);
            for side in &mut route.sides {
                (side.held, side.out, side.since) = (true, false, SimTime::ZERO);
                (side.due, side.back) = (SimTime::NEVER, SimTime::NEVER);
            }
            route.wanted();
            if let Some(parts) = &mut self.book.parts {
                let sides = || route.sides.iter().map(|side| side.node);
                parts.count_clients(route.node, sides().zip(route.shares.iter().copied()));
                parts.send_clients(sides().zip(route.shares.iter().copied()));
            }
        }
        self.reroute(SimTime::ZERO);
    }

    /// Looks again at the routes whose alternatives may have begun or ceased to hold.
    #[inline]
    pub(crate) fn reroute(&mut self, t: SimTime) {
        if !self.routes.is_empty() {
            self.look_at_routes(t);
        }
    }

    #[inline(never)]
    fn look_at_routes(&mut self, t: SimTime) {
        // What one route moves may make another one's alternative hold: an outer group comes after its inner ones.
        for route in 0..self.routes.len() {
            for side in 0..self.routes[route].sides.len() {
                let Side { node, held, .. } = self.routes[route].sides[side];
                let holds = self.book.parts.as_ref().is_some_and(|parts| parts.part_holds(node));
                if holds != held {
                    self.routes[route].sides[side].held = holds;
                    if holds { self.side_returns(route, side, t) } else { self.side_fails(route, side, t) }
                }
            }
        }
    }

    fn side_fails(&mut self, at: usize, side: usize, t: SimTime) {
        let route = &mut self.routes[at];
        (route.sides[side].since, route.sides[side].back) = (t, SimTime::NEVER);
        if route.sides[side].out {
            route.sides[side].due = SimTime::NEVER;
            return;
        }
        let found = match (&route.routing.detection, route.probes) {
            (Detection::After(law), _) => {
                let who = route.who.wrapping_add(side as u64);
                t.after(law.draw(&mut self.luck_by(who, t, DETECT).stream()))
            }
            (_, Some(probes)) => probes.removed(t),
            _ => t,
        };
        self.routes[at].sides[side].due = found;
        self.await_route(at, side, Wait::Gone, found);
    }

    fn side_returns(&mut self, at: usize, side: usize, t: SimTime) {
        let route = &mut self.routes[at];
        let found = match route.probes {
            Some(probes) if route.sides[side].out => probes.readmitted(t, 0),
            _ => t,
        };
        if !route.sides[side].out {
            // Gone for less than it takes to find out. Who serves and is back needs no standby.
            route.sides[side].due = SimTime::NEVER;
            if side == route.at {
                route.ready = SimTime::NEVER;
            }
            self.prepare_standby(at, t);
            return;
        }
        if side == route.at {
            route.ready = SimTime::NEVER;
        }
        route.sides[side].due = found;
        self.await_route(at, side, Wait::Back, found);
    }

    /// A wait of a route is over.
    pub(crate) fn route_is_due(&mut self, at: usize, side: usize, wait: Wait, t: SimTime) {
        let Some(route) = self.routes.get_mut(at) else { return };
        let mine = route.sides[side];
        match wait {
            Wait::Gone if mine.due == t && !mine.held => self.side_is_out(at, side, t),
            Wait::Back if mine.due == t && mine.held => self.side_is_back(at, side, t),
            Wait::Ready if route.ready == t => self.standby_is_ready(at, t),
            Wait::Enough if route.enough == t => self.enough_have_moved(at, t),
            Wait::All if route.all == t => self.all_have_moved(at, t),
            Wait::Return if mine.back == t && mine.held && !mine.out => {
                route.at = side;
                self.book.count(Operation::FailBacks, 1, t, &self.measure);
                self.move_clients(at, t);
            }
            _ => {}
        }
    }

    fn side_is_out(&mut self, at: usize, side: usize, t: SimTime) {
        let route = &mut self.routes[at];
        (route.sides[side].out, route.sides[side].due) = (true, SimTime::NEVER);
        match route.routing.standby {
            Standby::Active => {
                self.book.count(Operation::Failovers, 1, t, &self.measure);
                self.move_clients(at, t);
            }
            Standby::Waiting => self.prepare_standby(at, t),
        }
    }

    fn side_is_back(&mut self, at: usize, side: usize, t: SimTime) {
        let route = &mut self.routes[at];
        (route.sides[side].out, route.sides[side].due) = (false, SimTime::NEVER);
        match route.routing.standby {
            Standby::Active => self.move_clients(at, t),
            Standby::Waiting if side < route.at => {
                let Some(law) = route.routing.fail_back.clone() else { return self.prepare_standby(at, t) };
                let who = route.who.wrapping_add(side as u64);
                let back = t.after(law.draw(&mut self.luck_by(who, t, FAIL_BACK).stream()));
                self.routes[at].sides[side].back = back;
                self.await_route(at, side, Wait::Return, back);
                self.prepare_standby(at, t);
            }
            Standby::Waiting => self.prepare_standby(at, t),
        }
    }

    /// Who serves is gone and known to be: the first other alternative that holds is made ready, once.
    fn prepare_standby(&mut self, at: usize, t: SimTime) {
        let route = &self.routes[at];
        let gone = route.sides[route.at].out && !route.sides[route.at].held;
        if route.routing.standby != Standby::Waiting || !gone || route.ready < SimTime::NEVER {
            return;
        }
        let other = |&side: &usize| side != route.at && route.sides[side].held && !route.sides[side].out;
        let Some(target) = (0..route.sides.len()).find(other) else { return };
        let mut stream = self.luck_by(route.who, t, READY).stream();
        let ready = t.after(route.routing.decision.draw(&mut stream)).after(route.routing.ready.draw(&mut stream));
        (self.routes[at].target, self.routes[at].ready) = (target, ready);
        self.await_route(at, target, Wait::Ready, ready);
    }

    fn standby_is_ready(&mut self, at: usize, t: SimTime) {
        let route = &mut self.routes[at];
        route.ready = SimTime::NEVER;
        if !route.sides[route.target].held {
            return self.prepare_standby(at, t);
        }
        let route = &self.routes[at];
        let drawn = self.luck_by(route.who, t, CAPACITY).unit(0);
        if drawn * 1000.0 >= f64::from(route.routing.chance_milli) {
            self.book.count(Operation::FailoversRefused, 1, t, &self.measure);
            let wait = route.routing.retry.draw(&mut self.luck_by(route.who, t, READY).stream());
            let again = t.after(wait.max(zonefall_engine::SimDuration::from_ms(1)));
            self.routes[at].ready = again;
            return self.await_route(at, self.routes[at].target, Wait::Ready, again);
        }
        self.fail_over(at, t);
    }

    fn fail_over(&mut self, at: usize, t: SimTime) {
        let route = &self.routes[at];
        let took = t.since(route.sides[route.at].since);
        let late = route.routing.promised.is_some_and(|promised| took > promised);
        let lost = route.routing.recovery_point.draw(&mut self.luck_by(route.who, t, DATA).stream());
        self.book.count(Operation::Failovers, 1, t, &self.measure);
        self.book.count(Operation::FailoversLate, u64::from(late), t, &self.measure);
        self.book.count(Operation::DataLostMs, lost.as_ms(), t, &self.measure);
        let route = &mut self.routes[at];
        route.at = route.target;
        self.move_clients(at, t);
    }

    /// Clients go where they are wanted now, over the time to live. What still moves from before has moved.
    fn move_clients(&mut self, at: usize, t: SimTime) {
        let route = &mut self.routes[at];
        route.old.clone_from(&route.shares);
        route.wanted();
        if route.old == route.shares {
            return;
        }
        let lost = |(side, (&old, &new)): (&Side, (&u32, &u32))| if side.held { 0 } else { old.saturating_sub(new) };
        let leaving = route.sides.iter().zip(route.old.iter().zip(&route.shares)).map(lost).sum();
        (route.enough, route.all) = (route.routing.crossing(leaving, t), t.after(route.routing.time_to_live));
        for (mean, (&old, &new)) in route.mean.iter_mut().zip(route.old.iter().zip(&route.shares)) {
            *mean = old / 2 + new / 2 + (old % 2 + new % 2) / 2;
        }
        let (enough, all) = (route.enough, route.all);
        self.book.settle(t, &self.measure);
        let route = &self.routes[at];
        let sides = || route.sides.iter().map(|side| side.node);
        if let Some(parts) = &mut self.book.parts {
            parts.count_clients(route.node, sides().zip(route.old.iter().copied()));
            parts.send_clients(sides().zip(route.mean.iter().copied()));
        }
        if enough <= t { self.enough_have_moved(at, t) } else { self.await_route(at, 0, Wait::Enough, enough) }
        if all <= t { self.all_have_moved(at, t) } else { self.await_route(at, 0, Wait::All, all) }
    }

    fn enough_have_moved(&mut self, at: usize, t: SimTime) {
        self.book.settle(t, &self.measure);
        let route = &mut self.routes[at];
        route.enough = SimTime::NEVER;
        if let Some(parts) = &mut self.book.parts {
            parts.count_clients(route.node, route.sides.iter().map(|side| side.node).zip(route.shares.iter().copied()));
        }
    }

    fn all_have_moved(&mut self, at: usize, t: SimTime) {
        self.book.settle(t, &self.measure);
        let route = &mut self.routes[at];
        route.all = SimTime::NEVER;
        if let Some(parts) = &mut self.book.parts {
            parts.send_clients(route.sides.iter().map(|side| side.node).zip(route.shares.iter().copied()));
        }
    }

    fn await_route(&mut self, at: usize, side: usize, wait: Wait, t: SimTime) {
        if t < self.measure.horizon {
            self.pending.push(t, Pending::Route { route: at as u16, side: side as u16, wait }.tag());
        }
    }
}
