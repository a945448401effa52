//! Which candidates a proof for one of them decides.
//!
//! Candidates that are alike in everything but the keys that are declared to help make a group. Within it x is at most as
//! good as y if it is so in each of these keys.

use super::{Alike, Question};
use std::collections::BTreeMap;

/// The groups of all candidates.
pub(super) struct Lattice {
    /// The candidates of each group.
    pub groups: Vec<Vec<usize>>,
    /// The group of each candidate.
    pub of: Vec<usize>,
    /// How good each candidate is in each key that helps; more is better.
    ranks: Vec<Vec<u32>>,
}

impl Lattice {
    /// The groups where the keys marked as used help.
    pub fn new(question: &Question, used: &[bool]) -> Self {
        let mut groups: BTreeMap<Alike, Vec<usize>> = BTreeMap::new();
        let mut ranks = Vec::with_capacity(question.candidates.len());
        for (at, candidate) in question.candidates.iter().enumerate() {
            let (mut same, mut rank) = (Vec::new(), Vec::new());
            for (key, &value) in candidate.values.iter().enumerate() {
                match question.keys[key].more_helps.filter(|_| used[key]) {
                    Some(true) => rank.push(value),
                    Some(false) => rank.push(u32::MAX - value),
                    None => same.push(value),
                }
            }
            groups.entry((candidate.shape, same)).or_default().push(at);
            ranks.push(rank);
        }
        let groups: Vec<Vec<usize>> = groups.into_values().collect();
        let mut of = vec![0; question.candidates.len()];
        for (group, members) in groups.iter().enumerate() {
            members.iter().for_each(|&member| of[member] = group);
        }
        Self { groups, of, ranks }
    }

    /// Whether `x` is at most as good as `y`.
    pub fn at_most(&self, x: usize, y: usize) -> bool {
        self.of[x] == self.of[y] && self.ranks[x].iter().zip(&self.ranks[y]).all(|(x, y)| x <= y)
    }

    /// How good a candidate is within its group, for picking a middle one.
    pub fn height(&self, candidate: usize) -> u64 {
        self.ranks[candidate].iter().map(|&rank| u64::from(rank)).sum()
    }
}
