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
use zonefall_topology::grouped;

/// The keys, in the order of a [`Size`], and what they are limits of.
const KEYS: [(&str, &str); 3] =
    [("max_machines", "machines"), ("max_machines_per_zone", "machines in one zone"), (COST, "machines")];
/// The key whose limit is money where there are prices.
const COST: &str = "max_cost";

/// The most of each size; none where nobody says.
pub(super) struct Limits {
    most: [Option<f64>; KEYS.len()],
    spans: [Range<usize>; KEYS.len()],
    /// The currency of costs, which are machines without prices.
    currency: Option<String>,
}

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
        let spans = KEYS.map(|(key, _)| reader.span_of(key));
        Some(Self { most: [count(machines?), count(per_zone?), cost?], spans, currency: None })
    }

    /// The same with costs in a currency, if there are prices.
    pub fn in_currency(self, currency: Option<&str>) -> Self {
        Self { currency: currency.map(str::to_owned), ..self }
    }

    pub fn cost(&self) -> Option<f64> {
        self.most[2]
    }

    /// The limits that a candidate is beyond.
    pub fn broken_by(&self, size: &Size) -> impl Iterator<Item = &'static str> {
        // What binary fractions add to a cost is no money.
        let is_beyond = |most: f64, size: f64| size > most * (1.0 + 1e-9);
        let of = KEYS.iter().zip(self.most).zip(size.0);
        of.filter(move |&((_, most), size)| most.is_some_and(|most| is_beyond(most, size))).map(|((key, _), _)| key.0)
    }

    /// Tells that no candidate is within them, and why.
    pub fn tell(&self, least: &Least, span: &Range<usize>, sink: &mut Sink) {
        let Some(least) = &least.0 else {
            sink.error(codes::PLAN, span, "no candidate is within the limits of the plan");
            return;
        };
        let given: Vec<usize> = (0..KEYS.len()).filter(|&at| self.most[at].is_some()).collect();
        let beyond: Vec<usize> =
            given.iter().copied().filter(|&at| self.most[at].is_some_and(|most| least[at] > most)).collect();
        let amount = |at: usize, of: f64| match &self.currency {
            Some(currency) if KEYS[at].0 == COST => format!("{} {currency} a month", cash(of)),
            _ => format!("{of} {}", KEYS[at].1),
        };
        let limit = |&at: &usize| format!("`{}` = {}", KEYS[at].0, self.most[at].unwrap_or_default());
        let words =
            |at: &usize| format!("{} and the least that a candidate has is {}", limit(at), amount(*at, least[*at]));
        let mut each: Vec<String> = beyond.iter().map(words).collect();
        if each.is_empty() {
            let keys: Vec<String> = given.iter().map(limit).collect();
            each.push(format!(
                "each of {} holds for some candidate, but no candidate keeps all of them",
                keys.join(", ")
            ));
        }
        let place = beyond.first().or(given.first()).map_or(span, |&at| &self.spans[at]);
        sink.error(codes::PLAN, place, "no candidate is within the limits of the plan").help(each.join("; "));
    }
}

/// An amount of money, rounded up: with two decimals below a thousand, and none above.
fn cash(amount: f64) -> String {
    // What binary fractions add is no money.
    let cents = (amount * 100.0 - 1e-4).ceil().max(0.0) as u128;
    if cents < 100_000 { format!("{}.{:02}", cents / 100, cents % 100) } else { grouped(cents.div_ceil(100)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_rounded_up_to_cents_or_whole_units() {
        let of = [1327.2099999999998, 70.08, 70.081, 3.0, 999.999, 1_000_000.0].map(cash);
        assert_eq!(of, ["1,328", "70.08", "70.09", "3.00", "1,000", "1,000,000"]);
    }
}
