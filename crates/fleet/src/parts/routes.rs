//! Which clients come to which part of a failover group, and what follows for the tree.
//!
//! In: weights of parts in millionths of all clients, set by `routing.rs`. Out: whether such a group holds, and the range of
//! the demand that comes to each node. Nothing here knows of time.

use super::{Counts, Leaf, Parts};
use crate::failover::{ALL_CLIENTS, Failover, Pattern};
use crate::policy::router::{STEPS, spread_by_weight};
use crate::structure::{Least, Part, Structure};

/// A part that runs as a whole, in thousandths.
pub(crate) const WHOLLY: u32 = 1000;

/// Machines among so many that serve if so many thousandths of them do.
pub fn working(count: u64, works: u32) -> u64 {
    (count * u64::from(works)).div_ceil(u64::from(WHOLLY))
}

/// All of all.
pub(crate) const ALL: (u64, u64) = (1, 1);

/// The capacity of machines of which as many run of so many.
pub(super) fn of_capacity(capacity: i64, (runs, of): (u64, u64)) -> i64 {
    if runs == of { capacity } else { (i128::from(capacity) * i128::from(runs) / i128::from(of)) as i64 }
}

/// The clients of one failover group.
#[derive(Debug)]
pub(crate) struct Route {
    pub node: u32,
    pub children: Vec<u32>,
    clients_least: u32,
    /// Clients at each part, as demand is served.
    pub now: Vec<u32>,
    /// Clients at each part when those began to move that were sent last; `to` once they are seen to have come.
    pub from: Vec<u32>,
    /// Where all clients will be.
    pub to: Vec<u32>,
    /// Whether so many have come that where they go says how many are well served, and not where they were.
    pub past: bool,
    /// What runs of each part, in thousandths.
    pub running: Vec<u32>,
    /// Whether people who watch over each part find too little of it.
    pub short: Vec<bool>,
}

zonefall_engine::pooled_clone!(Route { node, children, clients_least, now, from, to, past, running, short });

impl Route {
    /// The clients of a group whose parts these are.
    pub fn new(failover: &Failover, children: &[u32]) -> Self {
        let none = vec![0; children.len()];
        Self {
            node: failover.node,
            children: children.to_vec(),
            clients_least: failover.clients_least,
            now: none.clone(),
            from: none.clone(),
            past: false,
            running: vec![WHOLLY; children.len()],
            short: vec![false; children.len()],
            to: none,
        }
    }

    /// All clients are where they go if every part works.
    fn send_home(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::ActiveActive { weights } => spread_by_weight(weights, &vec![true; weights.len()], &mut self.now),
            Pattern::Standby(_) => self.now[0] = ALL_CLIENTS,
        }
    }

    /// The clients that a part has to be fit for: those it has, or will have, or the last who leave it, or could have if it
    /// stands by.
    fn expects(&self, child: usize) -> u32 {
        match (self.now[child], self.left()[child], self.to[child]) {
            (0, 0, 0) => ALL_CLIENTS,
            (0, left, 0) => left.div_ceil(STEPS),
            (0, _, on_their_way) => on_their_way,
            (now, ..) => now,
        }
    }

    /// Whether clients are at a part, leave it, or will come.
    pub fn has_clients(&self, child: usize) -> bool {
        [self.now[child], self.left()[child], self.to[child]] != [0; 3]
    }

    /// Where clients were who still count there.
    fn left(&self) -> &[u32] {
        if self.past { &self.to } else { &self.from }
    }

    /// Clients among these, in millionths, that go to a part of which `works` says by its place that it does.
    fn good(&self, clients: &[u32], works: impl Fn(usize) -> bool) -> u32 {
        clients.iter().enumerate().filter(|&(child, _)| works(child)).map(|(_, clients)| clients).sum()
    }

    /// Whether a part runs, but not as a whole.
    fn runs_in_part(&self) -> bool {
        self.running.iter().any(|running| (1..WHOLLY).contains(running))
    }
}

/// The routes of a service, every group with none of its parts served yet.
pub(super) fn routes(service: &Structure) -> Vec<Route> {
    let of = |failover: &Failover| Route::new(failover, service.parts_of(failover.node as usize));
    service.failovers.iter().map(of).collect()
}

impl Parts {
    /// Whether whoever looks at a part finds that it works: it holds, or, where a share of the demand is asked of its
    /// machines or of a component, any of them serves or it is up.
    pub fn is_healthy(&self, part: u32) -> bool {
        let at = part as usize;
        match &self.leaves[at] {
            Leaf::Sets { need: Least::Served(..), counts, .. } => counts.serving > 0,
            Leaf::Sets { .. } => self.states[at].holds,
            Leaf::Component { .. } => self.is_up(at),
            Leaf::Group => {
                let healthy = self.children[at].iter().filter(|&&child| self.is_healthy(child)).count();
                healthy >= self.states[at].least as usize
            }
        }
    }

    /// The machines within a node, whether or not they run for it.
    pub fn machines_within(&self, at: usize) -> Counts {
        let add = |sum: Counts, part: &u32| {
            let of = self.machines_within(*part as usize);
            Counts { serving: sum.serving + of.serving, dead: sum.dead + of.dead, capacity: sum.capacity + of.capacity }
        };
        self.children[at].iter().fold(self.counts(at), add)
    }

    /// Clients in millionths that go to parts of which enough runs, before those on their way have come and when all have.
    pub fn well_served(&self, route: usize) -> (u32, u32) {
        let of = &self.routes[route];
        let works = |child: usize| self.works(of.children[child] as usize, of.running[child]);
        (of.good(&of.from, works), of.good(&of.to, works))
    }

    /// Whether a part of a failover group holds with so many thousandths of its machines.
    fn works(&self, part: usize, running: u32) -> bool {
        if running == WHOLLY { self.states[part].holds } else { running > 0 && self.holds_as_it_runs(part) }
    }

    /// Whether a node within a part that runs in part holds with what runs: by the number of its machines, or what they serve.
    /// A component is there as a whole.
    fn holds_as_it_runs(&self, at: usize) -> bool {
        match &self.leaves[at] {
            Leaf::Sets { need: Least::Serving(least), .. } => self.serving(at) >= i64::from(*least),
            Leaf::Sets { need: Least::Served(share, of), .. } => self.serves_enough(at, (*share, *of), self.runs(at)),
            Leaf::Component { .. } => self.states[at].holds,
            Leaf::Group => {
                let hold = self.children[at].iter().filter(|&&child| self.holds_as_it_runs(child as usize)).count();
                hold >= self.states[at].least as usize
            }
        }
    }

    /// Of the machines of a group of sets those that run if so many thousandths do: as many of so many, whole ones as they were
    /// designed. What has failed since may be any of them.
    pub(super) fn machines_of(&self, at: usize, running: u32) -> (u64, u64) {
        match self.machines[at] {
            machines if running < WHOLLY && machines > 0 => (working(machines, running), machines),
            _ => ALL,
        }
    }

    /// Machines of a group of sets that serve, as far as they run.
    pub(super) fn serving(&self, at: usize) -> i64 {
        let Leaf::Sets { counts, .. } = &self.leaves[at] else { return 0 };
        let (runs, of) = self.machines_of(at, self.runs(at));
        if runs == of { counts.serving } else { (counts.serving.max(0) as u64 * runs).div_ceil(of) as i64 }
    }

    /// Looks again at the groups of which a part runs in part: one of its machines more or less may decide.
    #[inline(never)]
    pub(super) fn weigh_groups_in_part(&mut self) {
        for route in 0..self.routes.len() {
            if self.routes[route].runs_in_part() {
                self.turn(self.routes[route].node as usize, self.holds_by_route(route));
            }
        }
    }

    /// What a route says has changed: the demand comes elsewhere, and the group holds or not.
    pub fn rerouted(&mut self, route: usize) {
        self.spread_demand();
        self.in_part = self.routes.iter().any(Route::runs_in_part);
        let node = self.routes[route].node as usize;
        self.try_again();
        self.look_at_lines();
        // Where clients try again, what stands beside the group may feel it too.
        (0..self.leaves.len()).for_each(|part| self.weigh(part));
        let holds = self.holds_by_route(route);
        self.turn(node, holds);
        self.forget();
    }

    /// Whether enough clients come to parts that hold, as far as those on their way have come.
    pub(super) fn holds_by_route(&self, route: usize) -> bool {
        let (before, after) = self.well_served(route);
        let route = &self.routes[route];
        (if route.past { after } else { before }) >= route.clients_least
    }

    /// What clients come to if every part works.
    pub(super) fn reach_if_all_work(&self, service: &Structure) -> Vec<Reach> {
        let mut reach = self.reach.clone();
        let mut all = routes(service);
        all.iter_mut().zip(&service.failovers).for_each(|(route, failover)| route.send_home(&failover.pattern));
        self.spread_over(&all, &mut reach);
        reach
    }

    fn spread_demand(&mut self) {
        let mut reach = std::mem::take(&mut self.reach);
        self.spread_over(&self.routes, &mut reach);
        self.reach = reach;
    }

    /// The range of the demand that comes to each node: every group passes its own on to its parts, a failover group by its
    /// clients.
    fn spread_over(&self, routes: &[Route], reach: &mut [Reach]) {
        for at in (0..reach.len()).rev() {
            let here = reach[at];
            if let Some(route) = routes.get(self.states[at].route as usize) {
                let (width, mut upto) = (u64::from(here.to - here.from), 0);
                for (child, &part) in route.children.iter().enumerate() {
                    let from = here.from + (width * upto / u64::from(ALL_CLIENTS)) as u32;
                    upto += u64::from(route.now[child]);
                    let to = here.from + (width * upto / u64::from(ALL_CLIENTS)) as u32;
                    reach[part as usize] =
                        Reach { from, to, expects: route.expects(child), running: route.running[child] };
                }
            } else {
                self.children[at].iter().for_each(|&part| reach[part as usize] = here);
            }
        }
    }

    /// The demand that comes to a node, and its machines as far as they run.
    #[inline]
    pub fn share(&self, at: usize, demand: u64) -> u64 {
        match self.reach.get(at) {
            None => demand,
            Some(reach) => reach.share(demand),
        }
    }

    /// Thousandths of a set's machines that serve demand: none where no clients come to any part that it is in; none said
    /// where it is in no part.
    pub fn at_work(&self, service: &Structure, set: u32) -> Option<u32> {
        let is_in = |part: &Part| matches!(part, Part::Sets(sets, _) if sets.contains(&set));
        let leaves = service.nodes.iter().zip(&self.reach).filter(|(node, _)| is_in(&node.part));
        leaves.map(|(_, reach)| if reach.from == reach.to { 0 } else { reach.running }).max()
    }

    /// The demand that a node has to be fit for: of what comes to it, or would come if it stands by.
    pub(super) fn expected(&self, at: usize, demand: u64) -> u64 {
        self.reach.get(at).map_or(demand, |reach| of(demand, reach.expects))
    }

    /// Thousandths of a part that run.
    #[inline]
    pub(super) fn runs(&self, at: usize) -> u32 {
        self.reach.get(at).map_or(WHOLLY, |reach| reach.running)
    }

    #[inline]
    pub(super) fn running(&self, at: usize, counts: Counts) -> Counts {
        match self.reach.get(at) {
            Some(reach) if reach.running < WHOLLY => {
                Counts { capacity: of_capacity(counts.capacity, self.machines_of(at, reach.running)), ..counts }
            }
            _ => counts,
        }
    }

    /// Whether a failover group that does not hold would if clients were where a part could serve them, and a router or people
    /// could see that, or are at it: a part that clients are sent to is out by what a router sees, or too small by what people
    /// do, or not all there, or clients are on their way. A part that is overloaded is for no router to see: what overloads it
    /// is to blame.
    pub(super) fn is_failing_over(&self, at: usize) -> bool {
        let Some(route) = self.routes.get(self.states[at].route as usize) else { return false };
        self.acts(route) && route.children.iter().any(|&child| self.states[child as usize].holds)
    }

    /// Whether a router or people see that a part that clients are sent to is out, or too small, or not all there, or are at it.
    pub(super) fn acts(&self, route: &Route) -> bool {
        let mut used = (0..route.children.len()).filter(|&child| route.to[child] > 0);
        route.left() != route.to
            || used.any(|child| {
                route.running[child] < WHOLLY || route.short[child] || !self.is_healthy(route.children[child])
            })
    }
}

/// What comes to a node: a range of all clients in millionths, what it has to be fit for, and what of it runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    pub from: u32,
    pub to: u32,
    pub expects: u32,
    pub running: u32,
}

impl Reach {
    /// Everything.
    pub const ALL: Self = Self { from: 0, to: ALL_CLIENTS, expects: ALL_CLIENTS, running: WHOLLY };

    /// Whether anybody comes.
    pub const fn has_clients(&self) -> bool {
        self.to > self.from
    }

    /// What comes of a demand.
    pub fn share(&self, demand: u64) -> u64 {
        of(demand, self.to) - of(demand, self.from)
    }
}

fn of(demand: u64, clients: u32) -> u64 {
    (u128::from(demand) * u128::from(clients) / u128::from(ALL_CLIENTS)) as u64
}
