//! Where clients come into a service of parts: what stands there meets them before anything else does, and each entrance has queues of
//! its own behind it.
//!
//! In: the tree and its failover groups. Out: the nodes, none of which is within another; everything of a limited capacity (machines,
//! components with a ceiling) lies behind one of them. Without failover that is the whole service. Where clients are sent to one of
//! several parts, it is these parts; none are told where what has a limit is beside them, or within several such groups.

use crate::failover::{Failover, Pattern};
use crate::structure::{Part, Structure};
use zonefall_engine::SimDuration;

impl Structure {
    /// The entrances of the service; none where its parts and what is beside them have limits at once.
    pub fn entrances(&self) -> Option<Vec<u32>> {
        let behind = |at: &Vec<u32>| at.iter().map(|&node| self.limited_within(node as usize)).sum::<usize>();
        self.entrances_beside_limits().filter(|at| behind(at) == self.limited_within(self.nodes.len() - 1))
    }

    /// The same where what all clients need beside the parts that they are sent to may have limits too.
    pub fn entrances_beside_limits(&self) -> Option<Vec<u32>> {
        let root = self.nodes.len() - 1;
        let groups = self.failovers.iter().map(|failover| failover.node as usize);
        let mut groups = groups.filter(|&group| self.limited_within(group) > 0);
        let Some(group) = groups.next() else { return Some(vec![root as u32]) };
        let is_only = groups.next().is_none() && self.is_passed_by_all(group);
        is_only.then(|| self.parts_of(group).to_vec())
    }

    /// The failover groups whose parts have limits.
    pub fn failovers_with_limits(&self) -> usize {
        self.failovers.iter().filter(|of| self.limited_within(of.node as usize) > 0).count()
    }

    /// Other failover groups that do not send all of their clients from one part to another at once: for a while what all need is there
    /// for some of them.
    pub fn failovers_in_between(&self) -> impl Iterator<Item = &Failover> {
        let others = self.failovers.iter().filter(|of| self.limited_within(of.node as usize) == 0);
        others.filter(|of| of.spread > SimDuration::ZERO || matches!(of.pattern, Pattern::ActiveActive { .. }))
    }

    /// Where gateways stand: before all that has a limit, and if nothing with a limit stands before the parts that clients are sent to,
    /// before each of these.
    pub fn gates(&self) -> Option<Vec<u32>> {
        let root = self.nodes.len() as u32 - 1;
        let parts = self.entrances_beside_limits()?;
        let group = parts.first().and_then(|&part| self.parent(part as usize));
        let is_met_first = group.is_none_or(|group| !self.has_limits_before(group));
        Some(if is_met_first { parts } else { vec![root] })
    }

    /// Whether requests meet something of a limited capacity before a node.
    fn has_limits_before(&self, node: usize) -> bool {
        let Some(above) = self.parent(node) else { return false };
        let before = self.parts_of(above).iter().take_while(|&&part| part as usize != node);
        before.map(|&part| self.limited_within(part as usize)).sum::<usize>() > 0 || self.has_limits_before(above)
    }

    /// Whether clients come to one of several entrances, each client to its own.
    pub fn has_several_entrances(&self) -> bool {
        self.entrances_beside_limits().is_some_and(|entrances| entrances.len() > 1)
    }

    /// Leaves of a limited capacity within a node.
    fn limited_within(&self, node: usize) -> usize {
        match &self.nodes[node].part {
            Part::Sets(..) => 1,
            Part::Component(component) => usize::from(component.ceiling.is_some()),
            Part::Group { parts, .. } => parts.iter().map(|&part| self.limited_within(part as usize)).sum(),
        }
    }

    /// Whether everything that passes the service passes a node.
    fn is_passed_by_all(&self, node: usize) -> bool {
        self.parent(node).is_none_or(|group| self.is_series(group) && self.is_passed_by_all(group))
    }
}

/// The entrances of a service, by number, and what lies behind each.
#[derive(Debug)]
pub(crate) struct Entrances {
    /// Their nodes.
    pub at: Vec<u32>,
    /// The number of each node's entrance; [`NONE`] of what is beside or above.
    of: Vec<u32>,
}

zonefall_engine::pooled_clone!(Entrances { at, of });

/// No entrance.
const NONE: u32 = u32::MAX;

impl Entrances {
    /// Those of a service; its root where they are not known, which the scenario refuses for whatever needs them.
    pub fn new(service: &Structure) -> Self {
        Self::at(service, service.entrances())
    }

    /// The same where what is beside them may have limits.
    pub fn beside_limits(service: &Structure) -> Self {
        Self::at(service, service.entrances_beside_limits())
    }

    /// Those at which gateways stand.
    pub fn of_gates(service: &Structure) -> Self {
        Self::at(service, service.gates())
    }

    fn at(service: &Structure, at: Option<Vec<u32>>) -> Self {
        let at = at.unwrap_or_else(|| vec![service.nodes.len() as u32 - 1]);
        let mut of = vec![NONE; service.nodes.len()];
        for node in (0..of.len()).rev() {
            if let Some(entrance) = at.iter().position(|&entrance| entrance as usize == node) {
                of[node] = entrance as u32;
            }
            service.parts_of(node).iter().for_each(|&part| of[part as usize] = of[node]);
        }
        Self { at, of }
    }

    /// Whether there is one, before all there is.
    pub fn is_whole(&self) -> bool {
        self.at.len() == 1
    }

    /// The entrance that a node lies behind, if any.
    pub fn of_node(&self, node: usize) -> Option<u32> {
        self.at.get(self.of[node] as usize).copied()
    }

    /// What a node lies behind, among what there is one of for each entrance.
    #[inline]
    pub fn behind<'a, T>(&self, node: usize, each: &'a [T]) -> Option<&'a T> {
        each.get(self.of[node] as usize)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Entrances;
    use crate::failover::{ALL_CLIENTS, Failover, Pattern, Sight};
    use crate::structure::{Component, Footing, Least, Node, Part, Structure, Throughput};
    use zonefall_engine::{Law, SimDuration};

    fn sets(set: u32) -> Part {
        Part::Sets(vec![set], Least::Serving(1))
    }

    fn component(ceiling: bool) -> Part {
        let ceiling = ceiling.then_some(Throughput { capacity_milli: 1, least: (1, 1) });
        Part::Component(Component { cause: None, footing: Footing::Global, ceiling })
    }

    fn group(parts: &[u32], least: u32) -> Part {
        Part::Group { parts: parts.to_vec(), least }
    }

    fn service(parts: Vec<Part>, failovers: &[u32]) -> Structure {
        let now = Law::constant(SimDuration::ZERO);
        let failover = |&node: &u32| Failover {
            node,
            pattern: Pattern::ActiveActive { weights: vec![1, 1] },
            sight: Sight::Laws { out: now.clone(), back: now.clone() },
            spread: SimDuration::ZERO,
            clients_least: ALL_CLIENTS,
        };
        let node = |part| Node { name: String::new(), part, promise: None };
        Structure { nodes: parts.into_iter().map(node).collect(), failovers: failovers.iter().map(failover).collect() }
    }

    #[test]
    fn clients_come_in_at_the_parts_that_they_are_sent_to_or_at_the_whole() {
        let two = |beside: Part, failovers: &[u32]| {
            service(vec![sets(0), sets(1), group(&[0, 1], 1), beside, group(&[3, 2], 2)], failovers).entrances()
        };
        assert_eq!(two(component(false), &[]), Some(vec![4]));
        assert_eq!(two(component(false), &[2]), Some(vec![0, 1]));
        // What all share has a limit of its own.
        assert_eq!(two(component(true), &[2]), None);
        assert_eq!(two(sets(2), &[2]), None);
        // Two stores that let everything through, behind machines.
        let stores = [component(false), component(false), group(&[0, 1], 1), sets(0), group(&[3, 2], 2)];
        assert_eq!(service(stores.to_vec(), &[2]).entrances(), Some(vec![4]));
        // An alternative to both: not everything passes them.
        let either = [sets(0), sets(1), group(&[0, 1], 1), component(false), group(&[3, 2], 1)];
        assert_eq!(service(either.to_vec(), &[2]).entrances(), None);
    }

    #[test]
    fn every_node_behind_an_entrance_knows_which() {
        let parts = vec![sets(0), component(true), group(&[0, 1], 2), sets(1), group(&[2, 3], 1), component(false)];
        let service = service([parts, vec![group(&[5, 4], 2)]].concat(), &[4]);
        let entrances = Entrances::new(&service);
        assert_eq!(entrances.at, [2, 3]);
        let behind: Vec<Option<&char>> = (0..7).map(|node| entrances.behind(node, &['a', 'b'])).collect();
        assert_eq!(behind, [Some(&'a'), Some(&'a'), Some(&'a'), Some(&'b'), None, None, None]);
    }
}
