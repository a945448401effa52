//! Azure's promise for a design (SL-01 to SL-03): uptime by its definition, breaches, steps of credit.

use crate::outcome::{CreditTier, Estimate, SlaOutcome};
use zonefall_fleet::{Ledger, SlaTerms, Windows};

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

impl Promises {
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
