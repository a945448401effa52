//! The parts of a service in a trial: which of them hold, what is missing from each, and whom that is charged to.
//!
//! In: changes of levels by part, and components that go down or come back. Out: whether the root holds, the demand that
//! passes, and the charge of missed time. A change of a leaf goes up the tree only as far as something flips; nothing else is
//! ever looked at. Integers only.
//!
//! A failover group (`routes.rs`) holds by where its clients are.

mod charge;
mod flow;
mod gates;
mod leaf;
mod lines;
pub(crate) mod routes;
mod shared;
mod times;
mod tries;
mod work;

use crate::design::Design;
use crate::parts::flow::Scratch;
pub(crate) use crate::parts::flow::portion;
use crate::parts::gates::Gates;
use crate::parts::leaf::Leaf;
pub(crate) use crate::parts::leaf::{Counts, WHOLE};
use crate::parts::lines::Lines;
use crate::parts::routes::{Reach, Route, WHOLLY};
use crate::parts::times::Times;
use crate::parts::tries::Tries;
use crate::parts::work::Work;
use crate::room::Room;
use crate::service::is_share;
use crate::structure::{Component, Footing, Least, Part, Structure};
use std::cell::{Cell, RefCell};
use zonefall_topology::Topology;

/// The parent of the root.
const NOBODY: u32 = u32::MAX;

/// A node of the tree.
#[derive(Debug, Clone)]
struct State {
    parent: u32,
    /// Children that must hold; 0 for a leaf.
    least: u32,
    /// Children that do.
    holding: u32,
    holds: bool,
    /// Its number among the failover groups; [`NOBODY`] for all others.
    route: u32,
}

/// All parts of a service.
#[derive(Debug)]
pub(crate) struct Parts {
    states: Vec<State>,
    leaves: Vec<Leaf>,
    children: Vec<Vec<u32>>,
    /// Requests go evenly to the machines of each part.
    is_even: bool,
    /// Machines of each leaf, as they were designed; none of any until they are told.
    machines: Vec<u64>,
    /// Leaves whose lack is charged.
    missing: Vec<u32>,
    shares: Vec<u64>,
    /// How much each of them answers for.
    portions: Vec<i64>,
    weights: Vec<i64>,
    demand: Option<u64>,
    passes: Cell<Option<Passes>>,
    scratch: RefCell<Scratch>,
    /// The failover groups.
    pub routes: Vec<Route>,
    /// What comes to each node; empty without failover groups: everything comes to all.
    reach: Vec<Reach>,
    /// The same if nothing is out.
    at_home: Vec<Reach>,
    /// A part of a failover group runs, but not as a whole.
    in_part: bool,
    /// A part has changed since somebody last looked where clients should go.
    pub stirred: bool,
    /// The cause of what is missed while clients could be served elsewhere.
    failing_over: usize,
    /// The cause of what a component does not let through while it is up.
    overload: usize,
    /// Clients that try again, if they do.
    tries: Option<Box<Tries>>,
    /// Requests that wait, if they do.
    lines: Option<Box<Lines>>,
    /// Times of responses, if they are asked for.
    times: Option<Box<Times>>,
    /// AG-03: the gateways before its parts, if they grow.
    gates: Option<Box<Gates>>,
    /// Jobs that they work on, if there are any.
    work: Option<Box<Work>>,
}

zonefall_engine::pooled_clone!(Parts {
    states,
    leaves,
    children,
    is_even,
    machines,
    missing,
    shares,
    portions,
    weights,
    demand,
    passes,
    scratch,
    routes,
    reach,
    at_home,
    in_part,
    stirred,
    failing_over,
    overload,
    tries,
    lines,
    times,
    gates,
    work
});

/// What passes of the demand; found when somebody asks after a change.
#[derive(Debug, Clone, Copy)]
struct Passes {
    served: u64,
    /// What meets a dead machine.
    lost: u64,
}

impl Parts {
    /// The parts of a design's service, where there are so many causes, among which are that of failing over and
    /// overload.
    pub fn new(
        service: &Structure,
        design: &Design,
        causes: usize,
        (failing_over, overload): (usize, usize),
        topology: &Topology,
    ) -> Self {
        let route = |at: usize| service.failovers.iter().position(|failover| failover.node as usize == at);
        let state = |at: usize| State {
            parent: service.parent(at).map_or(NOBODY, |parent| parent as u32),
            least: if let Part::Group { least, .. } = service.nodes[at].part { least } else { 0 },
            holding: 0,
            holds: false,
            route: route(at).map_or(NOBODY, |route| route as u32),
        };
        let leaf = |part: &Part| match part {
            Part::Sets(_, need) => Leaf::Sets { need: *need, counts: Counts::default(), room: None },
            Part::Component(Component { footing, ceiling, .. }) => {
                let (seats, least) = match *footing {
                    Footing::Zones { region, least } => (topology.zones_of(region).count() as u32, least),
                    _ => (1, 1),
                };
                Leaf::Component { held: Vec::with_capacity(16), seats, least, ceiling: *ceiling }
            }
            Part::Group { .. } => Leaf::Group,
        };
        let children = |part: &Part| if let Part::Group { parts, .. } = part { parts.clone() } else { Vec::new() };
        let (count, works) = (service.nodes.len(), &design.service);
        let mut parts = Self {
            states: (0..count).map(state).collect(),
            leaves: service.nodes.iter().map(|node| leaf(&node.part)).collect(),
            children: service.nodes.iter().map(|node| children(&node.part)).collect(),
            is_even: false,
            machines: vec![0; count],
            missing: Vec::with_capacity(count),
            shares: vec![0; count],
            portions: vec![0; count],
            weights: vec![0; causes],
            demand: None,
            passes: Cell::new(None),
            scratch: RefCell::new(Scratch::new(count)),
            routes: routes::routes(service),
            reach: if service.failovers.is_empty() { Vec::new() } else { vec![Reach::ALL; count] },
            at_home: Vec::new(),
            in_part: false,
            stirred: false,
            failing_over,
            overload,
            tries: works.retry.map(|retry| Box::new(Tries::new(retry, service))),
            lines: works.patience.map(|most| Box::new(Lines::new(most, service, (causes, overload)))),
            times: works.ways.clone().map(|ways| Box::new(Times::new(ways, count))),
            gates: works.gateway.as_ref().map(|_| Box::new(Gates::new(service, works.retry.is_some()))),
            work: None,
        };
        parts.at_home = parts.reach_if_all_work(service);
        parts.work =
            design.jobs.as_ref().filter(|jobs| jobs.sets.is_empty()).map(|_| Box::new(Work::new(count, causes)));
        parts
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// How many machines each set of the service has.
    pub fn made_of(&mut self, service: &Structure, capacity: impl Fn(usize) -> u32) {
        for (machines, node) in self.machines.iter_mut().zip(&service.nodes) {
            if let Part::Sets(sets, _) = &node.part {
                *machines = sets.iter().map(|&set| u64::from(capacity(set as usize))).sum();
            }
        }
    }

    /// Opens a trial: no machine serves yet, every component is up.
    pub fn begin(&mut self, demand: Option<u64>) {
        self.demand = demand;
        self.stirred = true;
        for (leaf, state) in self.leaves.iter_mut().zip(&mut self.states) {
            (state.holding, state.holds) = (0, false);
            match leaf {
                Leaf::Sets { counts, room, .. } => {
                    *counts = Counts::default();
                    room.iter_mut().for_each(Room::clear);
                }
                Leaf::Component { held, .. } => held.clear(),
                Leaf::Group => {}
            }
        }
        if let Some(times) = &mut self.times {
            times.begin();
        }
        if let Some(tries) = &mut self.tries {
            tries.begin();
        }
        if let Some(lines) = &mut self.lines {
            lines.begin();
        }
        self.weigh_all();
        self.forget();
    }

    /// Whether the objective holds: the parts do, and answers are in time.
    #[inline]
    pub fn hold(&self) -> bool {
        self.root_holds() && !self.are_slow()
    }

    #[inline]
    pub fn root_holds(&self) -> bool {
        self.states.last().is_some_and(|root| root.holds)
    }

    /// What was found of the demand holds no longer.
    fn forget(&self) {
        self.passes.set(None);
        if let Some(times) = &self.times {
            times.forget();
        }
    }

    /// How much more may be lost before the objective is missed: machines, components, parts of a group; below 0 if it is
    /// missed.
    pub fn margin(&self) -> i64 {
        if self.hold() { self.margin_of(self.states.len() - 1).max(0) } else { -1 }
    }

    fn margin_of(&self, at: usize) -> i64 {
        let state = &self.states[at];
        if let Some(route) = self.routes.get(state.route as usize) {
            // What clients are sent to has to hold.
            let used = route.children.iter().zip(&route.to).filter(|(_, clients)| **clients > 0);
            return used.map(|(&child, _)| self.margin_of(child as usize)).min().unwrap_or(-1);
        }
        let children = || self.children[at].iter().map(|&child| self.margin_of(child as usize));
        match &self.leaves[at] {
            Leaf::Sets { need: Least::Serving(least), .. } => self.serving(at) - i64::from(*least),
            Leaf::Sets { .. } | Leaf::Component { .. } => i64::from(state.holds) - 1,
            Leaf::Group if state.least as usize == self.children[at].len() => children().min().unwrap_or(0),
            // All alternatives have to be lost.
            Leaf::Group if state.least == 1 => children().map(|margin| margin.max(-1) + 1).sum::<i64>() - 1,
            Leaf::Group => i64::from(state.holding) - i64::from(state.least),
        }
    }

    /// The machines of a part.
    pub fn counts(&self, part: usize) -> Counts {
        if let Leaf::Sets { counts, .. } = self.leaves[part] { counts } else { Counts::default() }
    }

    /// So many machines of this capacity serve from the beginning. Whether their part holds is looked at when all have been put.
    pub fn put(&mut self, part: usize, machines: i64, capacity: i64) {
        if let Leaf::Sets { counts, .. } = &mut self.leaves[part] {
            counts.serving += machines;
            counts.capacity += machines * capacity;
        }
    }

    /// The machines of a group of sets change.
    pub fn add(&mut self, part: usize, by: Counts) {
        if let Leaf::Sets { counts, .. } = &mut self.leaves[part] {
            counts.serving += by.serving;
            counts.dead += by.dead;
            counts.capacity += by.capacity;
        }
        self.changed(part);
    }

    /// Requests go evenly to the machines of each part.
    pub fn spread_evenly(&mut self) {
        self.is_even = true;
        for leaf in &mut self.leaves {
            if let Leaf::Sets { room, .. } = leaf {
                *room = Some(Room::default());
            }
        }
    }

    /// So many machines of this capacity more serve.
    pub fn spread(&mut self, part: usize, capacity: i64, machines: i64) {
        if let Some(times) = &mut self.times {
            times.spread(part, capacity, machines);
        }
        let Leaf::Sets { room: Some(room), .. } = &mut self.leaves[part] else { return };
        room.change(capacity, machines);
        self.changed(part);
    }

    /// What each machine of a part can serve, where requests go evenly to all.
    pub fn room(&self, part: usize) -> Option<&Room> {
        if let Leaf::Sets { room, .. } = &self.leaves[part] { room.as_ref() } else { None }
    }

    /// The demand changes: every part that needs a share of it is looked at again.
    pub fn demand_changes(&mut self, demand: Option<u64>) {
        self.demand = demand;
        self.weigh_all();
        self.forget();
        self.stirred = true;
    }

    /// A leaf has changed; with clients that try again or wait the others feel it.
    fn changed(&mut self, part: usize) {
        if self.tries.is_some() || self.lines.is_some() {
            self.weigh_all()
        } else {
            self.weigh(part);
            if self.in_part {
                self.weigh_groups_in_part();
            }
        }
        self.forget();
        self.stirred = true;
    }

    fn weigh_all(&mut self) {
        self.try_again();
        self.look_at_lines();
        (0..self.leaves.len()).for_each(|part| self.weigh(part));
        if self.in_part {
            self.weigh_groups_in_part();
        }
    }

    /// Whether what a leaf, of which so many thousandths run, serves of the demand that it has to be fit for is this share of it.
    fn serves_enough(&self, at: usize, least: (u64, u64), running: u32) -> bool {
        let again = || self.lets_enough_wait(at, least, running);
        if let Some(enough) = self.lets_enough_through(at, least, running).or_else(again) {
            return enough;
        }
        let demand = self.expected(at, self.demand.unwrap_or(0));
        let comes = demand.min(self.gate_in_use(at));
        is_share(self.way_as_it_runs(at, comes, running).passed(), least, demand)
    }

    /// Whether a group of sets or a component holds now.
    fn weigh(&mut self, part: usize) {
        let holds = match &self.leaves[part] {
            Leaf::Sets { need: Least::Serving(least), counts, .. } => counts.serving >= i64::from(*least),
            Leaf::Sets { need: Least::Served(share, of), .. } => self.serves_enough(part, (*share, *of), WHOLLY),
            Leaf::Component { ceiling: Some(ceiling), .. } => {
                self.is_up(part) && self.serves_enough(part, ceiling.least, WHOLLY)
            }
            Leaf::Component { .. } => self.is_up(part),
            Leaf::Group => return,
        };
        self.turn(part, holds);
    }

    /// Whether a component is up.
    fn is_up(&self, part: usize) -> bool {
        self.leaves[part].is_up()
    }

    /// A cause takes a component, or one of its seats, or gives it back.
    pub fn hold_down(&mut self, part: usize, cause: u16, seat: u32, ends: bool) {
        let Leaf::Component { held, .. } = &mut self.leaves[part] else { return };
        if !ends {
            held.push((cause, seat));
        } else if let Some(at) = held.iter().position(|&of| of == (cause, seat)) {
            held.remove(at);
        }
        self.changed(part);
    }

    /// A node holds or not; what that flips above it flips.
    fn turn(&mut self, part: usize, holds: bool) {
        let mut at = part;
        let mut holds = holds;
        while self.states[at].holds != holds {
            self.states[at].holds = holds;
            let parent = self.states[at].parent;
            if parent == NOBODY {
                return;
            }
            at = parent as usize;
            let above = &mut self.states[at];
            above.holding = if holds { above.holding + 1 } else { above.holding - 1 };
            holds = match above.route {
                NOBODY => above.holding >= above.least,
                route => self.holds_by_route(route as usize),
            };
        }
    }

    /// The demand that is served.
    fn flow_served(&self, demand: u64) -> u64 {
        self.go_through(demand, |at, comes| self.way(at, comes)).passed()
    }

    /// What passes of the demand, where there is one.
    fn pass(&self) -> Passes {
        if let Some(passes) = self.passes.get() {
            return passes;
        }
        let Some(demand) = self.demand else { return Passes { served: 0, lost: 0 } };
        // What is served last: whoever asks for the way of a part finds it as it was gone through then.
        let lost = self.meets_the_dead(demand);
        let passes = Passes { served: self.flow_served(demand), lost };
        self.passes.set(Some(passes));
        passes
    }

    /// What no gateway turns away and meets somebody dead.
    fn meets_the_dead(&self, demand: u64) -> u64 {
        let (let_in, nobody) = (self.let_in(demand), self.meets_nobody_dead(demand));
        match self.tries {
            Some(_) => portion(demand.saturating_sub(nobody), let_in, demand),
            None => let_in.saturating_sub(nobody),
        }
    }

    /// Demand served in the current state.
    pub fn served(&self) -> u64 {
        match (&self.tries, &self.lines) {
            (Some(tries), _) => tries.served(),
            (None, Some(lines)) => lines.served(),
            (None, None) => self.pass().served,
        }
    }

    /// Demand that comes in and meets a dead machine in the current state.
    pub fn lost_to_dead(&self) -> u64 {
        self.pass().lost
    }
}
