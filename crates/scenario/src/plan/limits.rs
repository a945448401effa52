//! The limits of a plan: machines, machines in a zone, cost.
//!
//! In: the sizes of candidates. Out: which of them are within all limits; where none is, a mistake that says for each limit what
//! the smallest candidate would need.

use crate::codes;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use std::collections::BTreeMap;
use std::ops::Range;
use zonefall_fleet::{Design, initial_counts};

/// The keys, in the order of a [`Size`], and what they are limits of.
const KEYS: [(&str, &str); 3] =
    [("max_machines", "machines"), ("max_machines_per_zone", "machines in one zone"), ("max_cost", "of cost a month")];

/// The most of each size; none where nobody says.
pub(super) struct Limits([Option<f64>; KEYS.len()]);

/// How large a candidate is: its machines, the most of them in a zone, its cost a month.
pub(super) struct Size([f64; KEYS.len()]);

/// The least of each size among all candidates.
#[derive(Default)]
pub(super) struct Least(Option<[f64; KEYS.len()]>);

impl Size {
    pub fn of(design: &Design, cost: f64) -> Self {
        let mut zones: BTreeMap<u32, u64> = BTreeMap::new();
        for set in &design.sets {
            for (zone, count) in set.zones.iter().zip(initial_counts(set)) {
                *zones.entry(zone.0).or_default() += u64::from(count);
            }
        }
        let most = zones.values().copied().max().unwrap_or(0);
        Self([design.capacity() as f64, most as f64, cost])
    }
}

impl Least {
    pub fn note(&mut self, size: &Size) {
        let least = self.0.get_or_insert(size.0);
        least.iter_mut().zip(size.0).for_each(|(least, size)| *least = least.min(size));
    }
}

impl Limits {
    pub fn read(reader: &Reader<'_>, sink: &mut Sink) -> Option<Self> {
        let mut count = |key| reader.optional(key, sink, Reader::count);
        let (machines, per_zone) = (count(KEYS[0].0), count(KEYS[1].0));
        let cost = reader.optional(KEYS[2].0, sink, Reader::number);
        let count = |of: Option<u64>| of.map(|of| of as f64);
        Some(Self([count(machines?), count(per_zone?), cost?]))
    }

    pub fn cost(&self) -> Option<f64> {
        self.0[2]
    }

    pub fn hold(&self, size: &Size) -> bool {
        self.0.iter().zip(size.0).all(|(most, size)| most.is_none_or(|most| size <= most))
    }

    /// Tells that no candidate is within them, and why.
    pub fn tell(&self, least: &Least, span: &Range<usize>, sink: &mut Sink) {
        let told = sink.error(codes::PLAN, span, "no candidate is within the limits of the plan");
        let Some(least) = &least.0 else { return };
        let given = KEYS.iter().zip(self.0).zip(least).filter_map(|((key, most), least)| Some((key, most?, least)));
        let given: Vec<(&(&str, &str), f64, &f64)> = given.collect();
        let beyond = given.iter().filter(|(_, most, least)| **least > *most);
        let words = |((key, what), most, least): &(&(&str, &str), f64, &f64)| {
            format!("`{key}` = {most} and the least that a candidate has is {least} {what}")
        };
        let mut each: Vec<String> = beyond.map(words).collect();
        if each.is_empty() {
            let keys: Vec<String> = given.iter().map(|((key, _), most, _)| format!("`{key}` = {most}")).collect();
            each.push(format!(
                "each of {} holds for some candidate, but no candidate keeps all of them",
                keys.join(", ")
            ));
        }
        told.help(each.join("; "));
    }
}
