//! Azure's promise for a design (SL-01 to SL-03): uptime by its definition, breaches, steps of credit.
//!
//! Where hardly a trial is ever without a connection, trials alone allow for much. But most objectives are missed whenever no machine
//! serves, so there is a connection at least as long as they hold; and a month below a promise has had so much time without one at
//! least. Bounds are held to both.

use crate::outcome::{CreditTier, Estimate, MINUTES_PER_MONTH, Quality, SlaOutcome};
use crate::study::Study;
use zonefall_fleet::{Design, Ledger, SlaTerms, Windows};

/// What trials, weighted or not, say of Azure's promise.
pub(crate) struct Promises {
    /// Share of the time without a connection.
    pub unconnected: f64,
    /// Share of the time in which the clock of the promise runs.
    pub clock_share: f64,
    pub unconnected_min_per_month: Estimate,
    pub breach_share: Option<Estimate>,
    pub credit_percent: Option<Estimate>,
    /// The share of months at each step, in the order of the terms.
    pub tiers: Vec<Option<Estimate>>,
}

/// SL-02, SL-03: of each whole month below the promise, the step of the credit that it reaches.
pub(crate) fn tiers_reached(sla: &SlaTerms, months: &Windows, ledger: &Ledger) -> impl Iterator<Item = usize> {
    (0..months.whole()).filter_map(|month| {
        let unconnected = ledger.unconnected_by_month_ms[month];
        let stands = ledger.unpromised_by_month_ms.get(month).copied().unwrap_or(0);
        let clock = months.length(month).as_ms() - stands;
        sla.tier_below(clock - unconnected, clock).filter(|_| unconnected > 0)
    })
}

/// The most minutes a month without a connection: no more than the objective is missed, where it needs a machine.
pub(crate) fn most_unconnected(study: &Study, design: &Design, unavailability: Estimate) -> Option<f64> {
    let says = design.needs_a_machine() && !study.measure.until_first_miss;
    says.then_some(unavailability.high * MINUTES_PER_MONTH)
}

/// A bound that is held to another one.
fn held_to(of: Estimate, most: f64) -> Estimate {
    let is_bound = of.quality == Quality::UpperBound || of.hits == 0 && of.quality == Quality::Interval;
    if is_bound { Estimate { high: of.high.min(most), ..of } } else { of }
}

impl Promises {
    /// What trials say, held to what is known besides: the most minutes a month without a connection, if anything, and of
    /// how many measured milliseconds the months are.
    pub fn bounded(self, terms: &SlaTerms, most_min: Option<f64>, (measured_ms, months): (f64, &Windows)) -> Self {
        let unconnected = held_to(self.unconnected_min_per_month, most_min.unwrap_or(f64::INFINITY));
        let shortest = (0..months.whole()).map(|month| months.length(month).as_ms()).min();
        // A clock that stands makes months shorter.
        let Some(shortest) = shortest.filter(|_| self.clock_share >= 1.0) else {
            return Self { unconnected_min_per_month: unconnected, ..self };
        };
        // Of all time without a connection in whole months, the share of a month that each of them has on average.
        let share = unconnected.high / MINUTES_PER_MONTH * measured_ms / (months.whole() as f64 * shortest as f64);
        let needs = |&(up, of, _): &(u64, u64, u32)| (of - up) as f64 / of as f64;
        let below = |tier: &(u64, u64, u32)| share / needs(tier);
        let credit = terms.tiers.iter().map(|tier| f64::from(tier.2) * below(tier)).fold(0.0, f64::max);
        let tiers = terms.tiers.iter().zip(self.tiers);
        Self {
            unconnected_min_per_month: unconnected,
            breach_share: self.breach_share.map(|of| held_to(of, terms.tiers.first().map_or(1.0, below))),
            credit_percent: self.credit_percent.map(|of| held_to(of, credit)),
            tiers: tiers.map(|(tier, of)| of.map(|of| held_to(of, below(tier)))).collect(),
            ..self
        }
    }

    pub fn outcome(self, terms: &SlaTerms) -> SlaOutcome {
        let ratio = |up: u64, of: u64| up as f64 / of as f64;
        let tier = |(&(up, of, credit_percent), share): (&(u64, u64, u32), Option<Estimate>)| {
            Some(CreditTier { below: ratio(up, of), credit_percent, months_share: share? })
        };
        // A clock that never runs has lost nothing.
        let uptime = if self.clock_share > 0.0 { 1.0 - self.unconnected / self.clock_share } else { 1.0 };
        SlaOutcome {
            name: terms.name.clone(),
            promise: terms.tiers.first().map_or(1.0, |&(up, of, _)| ratio(up, of)),
            uptime,
            unconnected_min_per_month: self.unconnected_min_per_month,
            breach_share: self.breach_share,
            expected_credit_percent: self.credit_percent.map(|of| of.mean),
            credit_percent: self.credit_percent,
            tiers: terms.tiers.iter().zip(self.tiers).filter_map(tier).collect(),
            clock_share: self.clock_share,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use zonefall_engine::{SimDuration, SimTime};

    const DAY: u64 = 86_400_000;

    fn terms() -> SlaTerms {
        let tiers = vec![(9999, 10_000, 10), (99, 100, 25), (95, 100, 100)];
        SlaTerms { name: "two zones".into(), tiers, least_machines: 2, least_zones: 2 }
    }

    fn bound(high: f64) -> Estimate {
        Estimate { mean: 0.0, low: None, high, quality: Quality::UpperBound, hits: 0 }
    }

    /// Nothing was seen in few trials of 360 days, of twelve months each.
    fn few(clock_share: f64) -> Promises {
        Promises {
            unconnected: 0.0,
            clock_share,
            unconnected_min_per_month: bound(4879.0),
            breach_share: Some(Estimate { low: Some(0.0), quality: Quality::Interval, ..bound(0.138) }),
            credit_percent: Some(bound(11.3)),
            tiers: vec![Some(bound(0.113)); 3],
        }
    }

    fn months(days: u64) -> Windows {
        Windows::every(SimDuration::from_ms(30 * DAY), SimTime::ZERO, SimTime::from_ms(days * DAY))
    }

    #[track_caller]
    fn near(of: Option<Estimate>, high: f64) {
        let of = of.unwrap().high;
        assert!((of / high - 1.0).abs() < 1e-9, "{of}, not {high}");
    }

    #[test]
    fn sl_01_who_misses_for_a_third_of_a_minute_is_without_a_connection_for_no_longer() {
        // 370 days have twelve whole months, each of which may have had all of it: 0.3 minutes of 30 days, in 370/360 of
        // such a month's share.
        let of = few(1.0).bounded(&terms(), Some(0.3), (370.0 * DAY as f64, &months(370)));
        let share = 0.3 / MINUTES_PER_MONTH * 370.0 / 360.0;
        near(Some(of.unconnected_min_per_month), 0.3);
        near(of.breach_share, share / 0.0001);
        // A month at 10 % has been without for 0.0001 of it, one at 25 % for 0.01, one at 100 % for 0.05.
        near(of.credit_percent, share * 10.0 / 0.0001);
        [0.0001, 0.01, 0.05].into_iter().zip(of.tiers).for_each(|(needs, tier)| near(tier, share / needs));
        // Trials that say more than that are left as they are.
        let lax = few(1.0).bounded(&terms(), Some(9999.0), (360.0 * DAY as f64, &months(360)));
        near(Some(lax.unconnected_min_per_month), 4879.0);
        near(lax.breach_share, 0.138);
        near(lax.credit_percent, 11.3);
    }

    #[test]
    fn sl_02_months_of_a_clock_that_stands_are_as_short_as_can_be() {
        let of = few(0.9).bounded(&terms(), Some(0.3), (360.0 * DAY as f64, &months(360)));
        near(Some(of.unconnected_min_per_month), 0.3);
        near(of.credit_percent, 11.3);
        // No month is known, or nothing of the objective.
        let none = few(1.0).bounded(&terms(), None, (20.0 * DAY as f64, &months(20)));
        near(Some(none.unconnected_min_per_month), 4879.0);
    }

    #[test]
    fn sl_03_what_was_measured_is_not_touched() {
        let known = Estimate { mean: 2.0, low: Some(1.0), high: 3.0, quality: Quality::Interval, hits: 99 };
        let of = Promises { unconnected_min_per_month: known, credit_percent: Some(known), ..few(1.0) };
        let of = of.bounded(&terms(), Some(0.3), (360.0 * DAY as f64, &months(360)));
        assert_eq!((of.unconnected_min_per_month, of.credit_percent), (known, Some(known)));
    }
}
