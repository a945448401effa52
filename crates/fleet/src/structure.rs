//! A service of parts: groups of sets and components, joined in series, as alternatives, or as k of n.
//!
//! In: what a scenario says, checked. Out: a tree in one list, every node after its children and the root last, so that the
//! whole of it is looked through without recursion. The objective holds while the root holds.
//!
//! What must never be here: the state of a trial (`parts.rs`).

use crate::failover::{Failover, Pattern};
use zonefall_topology::{RegionId, ZoneId};

/// What a group of sets needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Least {
    /// At least this many instances in rotation and alive.
    Serving(u32),
    /// At least this share of the demand served, as a ratio.
    Served(u64, u64),
}

/// Which racks' outages take a component with them. A component stands on one rack of each zone that it is in; outages of
/// single racks and hosts are in its own law already, so only those of halls and more reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Footing {
    /// Nowhere: nothing but its own failures.
    Global,
    /// In a region as a whole: outages of the region.
    Region(RegionId),
    /// In one zone, whose fate it shares (LB-07).
    Zone(ZoneId),
    /// In all zones of a region, of which it needs so many (LB-07).
    Zones {
        /// The region.
        region: RegionId,
        /// Zones that must be left.
        least: u32,
    },
}

/// A part that is no group of machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// The mode of scope component that is its own failure; none if it never fails by itself.
    pub cause: Option<String>,
    /// What else takes it down.
    pub footing: Footing,
    /// What it lets through, where that does not scale with the machines before it; none if it lets everything through.
    pub ceiling: Option<Throughput>,
}

/// A capacity that does not scale, and how much of the demand has to pass it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throughput {
    /// Thousandths of a request a second.
    pub capacity_milli: u64,
    /// The component holds while it lets this share of the demand through, as a ratio.
    pub least: (u64, u64),
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A group of sets, by index in the design. Every set is in one group.
    Sets(Vec<u32>, Least),
    /// A component.
    Component(Component),
    /// Parts of which so many must hold: all of them in series, one of alternatives.
    Group {
        /// Indices of nodes before this one; every node but the root is in one group.
        parts: Vec<u32>,
        /// So many.
        least: u32,
    },
}

/// A part under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name, unique in the service.
    pub name: String,
    /// What it is.
    pub part: Part,
    /// The availability that is promised for it, as a ratio; none where nothing is, and for groups of parts but those that
    /// fail over: there it is the promise for the router, all of 1 where a component stands for that.
    pub promise: Option<(u64, u64)>,
}

/// Whether so many parts hold.
pub(crate) fn enough(parts: &[bool], least: u32) -> bool {
    parts.iter().filter(|holds| **holds).count() >= least as usize
}

/// A service of parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Structure {
    /// Every node after its children; the root is the last. Never empty.
    pub nodes: Vec<Node>,
    /// Groups whose parts stand in for each other only when clients have been sent over; none is within another.
    pub failovers: Vec<Failover>,
}

impl Structure {
    /// A service without failover.
    pub fn new(nodes: Vec<Node>) -> Self {
        Self { nodes, failovers: Vec::new() }
    }

    /// The parts of a group; none of a leaf.
    pub fn parts_of(&self, node: usize) -> &[u32] {
        if let Part::Group { parts, .. } = &self.nodes[node].part { parts } else { &[] }
    }

    /// Whether it never holds while no machine serves, where something is asked of it all the time or not.
    pub fn needs_a_machine(&self, always_asked: bool) -> bool {
        let mut needs: Vec<bool> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            needs.push(match &node.part {
                Part::Sets(_, Least::Serving(least)) => *least > 0,
                Part::Sets(_, Least::Served(share, _)) => *share > 0 && always_asked,
                Part::Component(_) => false,
                Part::Group { parts, least } => {
                    let without = parts.iter().filter(|&&part| !needs[part as usize]).count();
                    without < *least as usize
                }
            });
        }
        needs.last().copied().unwrap_or(false)
    }

    /// The sets within a node.
    pub fn sets_within(&self, node: usize) -> Vec<u32> {
        match &self.nodes[node].part {
            Part::Sets(sets, _) => sets.clone(),
            Part::Component(_) => Vec::new(),
            Part::Group { parts, .. } => parts.iter().flat_map(|&part| self.sets_within(part as usize)).collect(),
        }
    }

    /// The group of a node; none for the root.
    pub fn parent(&self, node: usize) -> Option<usize> {
        let holds = |of: &Node| matches!(&of.part, Part::Group { parts, .. } if parts.contains(&(node as u32)));
        self.nodes.iter().position(holds)
    }

    /// The node whose group of sets a set is in.
    pub fn node_of_set(&self, set: usize) -> Option<usize> {
        let holds = |of: &Node| matches!(&of.part, Part::Sets(sets, _) if sets.contains(&(set as u32)));
        self.nodes.iter().position(holds)
    }

    /// The components with their nodes.
    pub fn components(&self) -> impl Iterator<Item = (usize, &Component)> {
        let component = |(at, of): (usize, _)| match of {
            &Node { part: Part::Component(ref component), .. } => Some((at, component)),
            _ => None,
        };
        self.nodes.iter().enumerate().filter_map(component)
    }

    /// Folds the tree from its leaves to its root: `leaf` says what a group of sets or a component is, `group` what comes of
    /// its parts, of which so many must hold.
    pub fn fold<T: Clone>(&self, leaf: impl FnMut(usize) -> T, mut group: impl FnMut(&[T], u32) -> T) -> T {
        self.fold_nodes(leaf, |_, parts, least| group(parts, least))
    }

    /// The same, where `group` also hears which node it is about.
    pub(crate) fn fold_nodes<T: Clone>(
        &self,
        mut leaf: impl FnMut(usize) -> T,
        mut group: impl FnMut(usize, &[T], u32) -> T,
    ) -> T {
        let mut all: Vec<T> = Vec::with_capacity(self.nodes.len());
        for (at, node) in self.nodes.iter().enumerate() {
            let value = match &node.part {
                Part::Group { parts, least } => {
                    let parts: Vec<T> = parts.iter().map(|&part| all[part as usize].clone()).collect();
                    group(at, &parts, *least)
                }
                _ => leaf(at),
            };
            all.push(value);
        }
        all.pop().expect("a service has a root")
    }

    /// Whether the service holds where its leaves do.
    pub fn holds(&self, leaf: impl FnMut(usize) -> bool) -> bool {
        self.fold(leaf, enough)
    }

    /// The same in the first instant after all of them held: nobody has been sent over yet, so clients need the part of a
    /// failover group that they were sent to, or all of several.
    pub fn holds_at_once(&self, leaf: impl FnMut(usize) -> bool) -> bool {
        self.fold_nodes(leaf, |at, parts, least| {
            match self.failovers.iter().find(|of| of.node as usize == at).map(|of| &of.pattern) {
                None => enough(parts, least),
                Some(Pattern::Standby(_)) => parts[0],
                Some(Pattern::ActiveActive { weights }) => {
                    parts.iter().zip(weights).all(|(&holds, &weight)| weight == 0 || holds)
                }
            }
        })
    }

    /// SL-07: what the promises for the parts leave of 1, as if parts failed independently, a failover group only as available
    /// as its router; none where a part has no promise. A router without one is left out.
    pub fn unpromised(&self) -> Option<f64> {
        let down = |at: usize| self.nodes[at].promise.map(|(up, of)| (of - up) as f64 / of as f64);
        let group = |at: usize, parts: &[Option<f64>], least: u32| {
            let parts: Option<Vec<f64>> = parts.iter().copied().collect();
            let router = down(at).unwrap_or(0.0);
            parts.map(|parts| fewer_hold(&parts, least)).map(|parts| parts + router - parts * router)
        };
        self.fold_nodes(down, group)
    }

    /// In words: `db and (east or west)`, groups by what they are made of. A failover group says that its clients have to come to a
    /// part that holds: one part that does is not enough while they are sent to another.
    pub fn words(&self) -> String {
        let join = |parts: &[(String, bool)], word: &str| {
            let inner = |(words, joined): &(String, bool)| if *joined { format!("({words})") } else { words.clone() };
            parts.iter().map(inner).collect::<Vec<_>>().join(word)
        };
        let failover = |at: usize| self.failovers.iter().find(|of| of.node as usize == at);
        let group = |at: usize, parts: &[(String, bool)], least: u32| match (least as usize, failover(at)) {
            _ if parts.len() == 1 => parts[0].clone(),
            (_, Some(of)) => (format!("{} at one that holds: {}", of.clients_in_words(), join(parts, " or ")), true),
            (least, None) if least == parts.len() => (join(parts, " and "), true),
            (1, None) => (join(parts, " or "), true),
            (least, None) => {
                let names: Vec<&str> = parts.iter().map(|(words, _)| words.as_str()).collect();
                (format!("{least} of ({})", names.join(", ")), false)
            }
        };
        self.fold_nodes(|at| (self.leaf_words(at), false), group).0
    }

    fn leaf_words(&self, at: usize) -> String {
        let Node { name, part, .. } = &self.nodes[at];
        match part {
            Part::Sets(_, Least::Serving(least)) => format!("{name} (at least {least} serving)"),
            Part::Sets(_, Least::Served(share, of)) => {
                format!("{name} (at least {} % of demand served)", 100.0 * *share as f64 / *of as f64)
            }
            Part::Component(Component { ceiling: Some(Throughput { least: (share, of), .. }), .. }) => {
                format!("{name} (at least {} % of demand let through)", 100.0 * *share as f64 / *of as f64)
            }
            _ => name.clone(),
        }
    }

    /// Groups of sets and components in series with a node: all that passes one of them passes the other. What is beside
    /// alternatives, or beside a group that fails over, is in series with the whole of it, not with its parts.
    pub fn in_series_with(&self, node: usize) -> Vec<usize> {
        let (mut found, mut below) = (Vec::new(), node);
        while let Some(group) = self.parent(below).filter(|&group| self.is_series(group)) {
            let others = self.parts_of(group).iter().map(|&part| part as usize).filter(|&part| part != below);
            found.extend(others.flat_map(|part| self.passed_by_all(part)));
            below = group;
        }
        found
    }

    /// Whether a failover group sends each client to one of two nodes at most.
    pub fn shares_clients(&self, a: usize, b: usize) -> bool {
        let above = |node: usize| std::iter::successors(Some(node), |&below| self.parent(below));
        let first_of_both = above(a).find(|&node| above(b).any(|other| other == node));
        a != b && first_of_both.is_some_and(|node| self.failovers.iter().any(|of| of.node as usize == node))
    }

    /// Whether all that passes a group passes each of its parts.
    pub(crate) fn is_series(&self, group: usize) -> bool {
        let fails_over = self.failovers.iter().any(|failover| failover.node as usize == group);
        let Part::Group { parts, least } = &self.nodes[group].part else { return false };
        !fails_over && *least as usize == parts.len()
    }

    /// The leaves of a node that all that passes it passes.
    fn passed_by_all(&self, node: usize) -> Vec<usize> {
        match &self.nodes[node].part {
            Part::Group { parts, .. } if self.is_series(node) => {
                parts.iter().flat_map(|&part| self.passed_by_all(part as usize)).collect()
            }
            Part::Group { .. } => Vec::new(),
            _ => vec![node],
        }
    }
}

/// The probability that fewer than `least` of independent parts hold, which do not with these probabilities. Sums of what
/// is missed only, so that small ones keep their digits.
pub fn fewer_hold(down: &[f64], least: u32) -> f64 {
    // by_count[k]: the probability that k of them do not hold.
    let mut by_count = vec![0.0; down.len() + 1];
    by_count[0] = 1.0;
    for &down in down {
        for k in (0..by_count.len()).rev() {
            let before = if k > 0 { by_count[k - 1] } else { 0.0 };
            by_count[k] = by_count[k] * (1.0 - down) + before * down;
        }
    }
    by_count.iter().skip(down.len() + 1 - least as usize).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::failover::{ALL_CLIENTS, Sight};
    use zonefall_engine::{Law, SimDuration};

    #[test]
    fn fewer_than_so_many_of_independent_parts() {
        let down = [0.1, 0.2, 0.5];
        let close = |found: f64, exact: f64| assert!((found - exact).abs() < 1e-15, "{found} is not {exact}");
        close(fewer_hold(&down, 3), 1.0 - 0.9 * 0.8 * 0.5);
        close(fewer_hold(&down, 1), 0.1 * 0.2 * 0.5);
        close(fewer_hold(&down, 2), 0.1 * 0.2 * 0.5 + 0.9 * 0.2 * 0.5 + 0.1 * 0.8 * 0.5 + 0.1 * 0.2 * 0.5);
    }

    fn node(name: &str, part: Part) -> Node {
        Node { name: name.into(), part, promise: None }
    }

    #[test]
    fn parts_in_series_are_those_that_everything_passes() {
        let service = service();
        let names = |node: usize| -> Vec<&str> {
            service.in_series_with(node).into_iter().map(|at| service.nodes[at].name.as_str()).collect()
        };
        // Clients of east need its cache; what passes west passes nothing else, for the database is beside both.
        assert_eq!((names(1), names(2), names(4)), (vec!["cache"], vec!["east"], vec![]));
        assert_eq!(names(0), Vec::<&str>::new());
    }

    /// db and one of (east and its cache, west).
    fn service() -> Structure {
        let component = || Part::Component(Component { cause: None, footing: Footing::Global, ceiling: None });
        let nodes = vec![
            node("db", component()),
            node("east", Part::Sets(vec![0], Least::Serving(3))),
            node("cache", component()),
            node("first", Part::Group { parts: vec![1, 2], least: 2 }),
            node("west", Part::Sets(vec![1], Least::Served(99, 100))),
            node("either", Part::Group { parts: vec![3, 4], least: 1 }),
            node("all", Part::Group { parts: vec![0, 5], least: 2 }),
        ];
        Structure::new(nodes)
    }

    #[test]
    fn sl_07_of_two_regions_one_must_hold_times_the_routers_promise() {
        let leaf = |name: &str, part| Node { promise: Some((9999, 10_000)), ..node(name, part) };
        let sets = |set: u32| Part::Sets(vec![set], Least::Serving(1));
        let unpromised = |router: Option<(u64, u64)>| {
            let either = Node { promise: router, ..node("either", Part::Group { parts: vec![0, 1], least: 1 }) };
            Structure::new(vec![leaf("east", sets(0)), leaf("west", sets(1)), either]).unpromised().unwrap()
        };
        let close = |found: f64, exact: f64| assert!((found / exact - 1.0).abs() < 1e-12, "{found} is not {exact}");
        close(unpromised(None), 1e-8);
        close(unpromised(Some((1, 1))), 1e-8);
        close(unpromised(Some((9999, 10_000))), 1e-4 + 1e-8 - 1e-12);
        // Digits that are lost in what is left of 1.
        let of = |parts: u32| {
            let all = (0..parts)
                .map(|set| leaf("region", sets(set)))
                .chain([node("any", Part::Group { parts: (0..parts).collect(), least: 1 })]);
            Structure::new(all.collect()).unpromised().unwrap()
        };
        close(of(5), 1e-20);
    }

    #[test]
    fn a_service_says_what_it_needs_and_holds_where_that_does() {
        let service = service();
        assert_eq!(
            service.words(),
            "db and ((east (at least 3 serving) and cache) or west (at least 99 % of demand served))"
        );
        // Where clients are sent to one of them, that the other holds is not enough.
        let sent = |clients_least: u32| {
            let pattern = Pattern::ActiveActive { weights: vec![1, 1] };
            let sight = Sight::Laws { out: Law::constant(SimDuration::ZERO), back: Law::constant(SimDuration::ZERO) };
            let failover = Failover { node: 5, pattern, sight, spread: SimDuration::ZERO, clients_least };
            Structure { failovers: vec![failover], ..service.clone() }.words()
        };
        let parts = "(east (at least 3 serving) and cache) or west (at least 99 % of demand served)";
        assert_eq!(sent(ALL_CLIENTS), format!("db and (all clients at one that holds: {parts})"));
        assert_eq!(sent(290_000), format!("db and (at least 29 % of clients at one that holds: {parts})"));
        let holds = |up: &[&str]| service.holds(|at| up.contains(&service.nodes[at].name.as_str()));
        assert!(holds(&["db", "west"]) && holds(&["db", "east", "cache"]));
        assert!(!holds(&["db", "east"]) && !holds(&["east", "cache", "west"]));
        assert_eq!((service.parent(2), service.parent(6)), (Some(3), None));
        assert_eq!((service.node_of_set(1), service.node_of_set(2)), (Some(4), None));
    }
}
