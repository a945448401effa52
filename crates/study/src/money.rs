//! What designs cost (CO-01 to CO-05): the prices of a study, and the bill of a trial.
//!
//! In: prices by set and by what a machine is paid as, and the machine-time of a ledger. Out: bills in millionths of the
//! currency a trial, exact integers, so that they merge. A month of a bill has 730 hours, as price pages have it. What a
//! design has once, whatever its machines (a load balancer), is paid by the hour. Amounts of an outcome are whole cents, rounded
//! once and here (`cents`), so that what all reports show of them sums.

mod cents;

use crate::conclude::MS_PER_HOUR;
use crate::outcome::{
    AgreementOutcome, BillItem, BillOutcome, Estimate, MoneyOutcome, PartCredit, Quality, SlaOutcome,
};
use std::collections::BTreeMap;
use zonefall_fleet::{Ledger, Operation, PAID, PAID_TABLE, Paid};

/// Hours of a month in bills.
pub const HOURS_PER_MONTH: f64 = 730.0;
/// Prices are whole trillionths of the currency.
pub const PRICE_UNIT: f64 = 1e12;
/// Bills are whole millionths of the currency.
pub(crate) const BILL_UNIT: f64 = 1e6;
/// From trillionths × milliseconds / hour to millionths.
const PER_MILLIONTH: i128 = 3_600_000 * 1_000_000;
/// From trillionths a million requests to millionths a request.
const PER_REQUEST: i128 = 1_000_000 * 1_000_000;

const PER_MILLION: f64 = 1e6;

/// Whole requests that were served in a trial.
pub(crate) fn requests(ledger: &Ledger) -> i128 {
    ledger.served / 1_000_000
}

/// Instance-milliseconds of gateways in a trial.
fn gateway_ms(ledger: &Ledger) -> u64 {
    ledger.operations[Operation::GatewayInstanceMs as usize]
}

/// The prices of one design, in [`PRICE_UNIT`] an hour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates {
    /// Of a machine, by set and [`zonefall_fleet::Paid`].
    pub sets: Vec<[u64; PAID]>,
    /// Of what the design has once.
    pub once: u64,
    /// Of its components.
    pub components: u64,
    /// What it has once is an application gateway.
    pub is_gateway: bool,
    /// CO-03: of an instance of a gateway that scales by itself: its capacity units.
    pub gateway_instance: u64,
    /// CO-04: not an hour, but of a million requests that are served: what they move between zones.
    pub million: u64,
}

/// The prices of a study.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Money {
    /// What they are in.
    pub currency: String,
    /// As of when.
    pub date: String,
    /// Where from.
    pub source: String,
    /// What is to be known of the prices of these designs, in words.
    pub notes: Vec<String>,
    /// What an hour costs in which the objective is missed.
    pub downtime_per_hour: Option<f64>,
    /// By design.
    pub designs: BTreeMap<String, Rates>,
}

impl Rates {
    /// The bill of a trial in millionths.
    pub(crate) fn bill(&self, ledger: &Ledger) -> i64 {
        let parts = self.sets.iter().zip(&ledger.paid).flat_map(|(rates, times)| rates.iter().zip(times));
        let machines: i128 = parts.map(|(&rate, &machine_ms)| i128::from(rate) * machine_ms).sum();
        let once = (i128::from(self.once) + i128::from(self.components)) * i128::from(ledger.observed_ms);
        let once = once + i128::from(self.gateway_instance) * i128::from(gateway_ms(ledger));
        let traffic = i128::from(self.million) * requests(ledger) / PER_REQUEST;
        i64::try_from((machines + once) / PER_MILLIONTH + traffic).unwrap_or(i64::MAX)
    }
}

impl Money {
    /// What an outcome says of the prices.
    pub(crate) fn outcome(&self) -> MoneyOutcome {
        MoneyOutcome {
            currency: self.currency.clone(),
            prices_date: self.date.clone(),
            prices_source: self.source.clone(),
            notes: self.notes.clone(),
            hours_per_month: HOURS_PER_MONTH,
            downtime_per_hour: self.downtime_per_hour,
        }
    }
}

/// What is known of a design when its bill is put together.
pub(crate) struct Billing<'a> {
    pub rates: &'a Rates,
    /// Mean machine-milliseconds of a trial, by set.
    pub paid: Vec<[f64; PAID]>,
    /// Mean requests served in a trial.
    pub requests: f64,
    /// Mean instance-milliseconds of gateways in a trial.
    pub gateway_ms: f64,
    /// Mean measured milliseconds of a trial.
    pub observed_ms: f64,
    /// The bill of a trial in millionths.
    pub bill: Estimate,
    pub sla: Option<&'a SlaOutcome>,
    /// What is promised part by part, and of which sets.
    pub agreements: Vec<(&'a [u32], &'a AgreementOutcome)>,
    pub unavailability: Estimate,
    pub downtime_per_hour: Option<f64>,
}

impl Billing<'_> {
    /// The bill.
    pub(crate) fn outcome(&self) -> BillOutcome {
        let bill = self.bill.times(HOURS_PER_MONTH * MS_PER_HOUR / self.observed_ms / BILL_UNIT);
        let mut items = self.items();
        let credit = self.sla.and_then(|sla| sla.credit_percent);
        let credit = credit.map(|percent| cents::gained(credited(percent, self.covered(0..self.paid.len()))));
        let credits = self.credits();
        let credit = credit.or_else(|| cents::together(credits.iter().map(|part| part.credit_per_month)));
        let downtime =
            self.downtime_per_hour.map(|cost| cents::spent(self.unavailability.times(HOURS_PER_MONTH * cost)));
        let bill = cents::billed(bill, &mut items);
        BillOutcome {
            items,
            bill_per_month: bill,
            credit_per_month: credit,
            credits,
            downtime_cost_per_month: downtime,
            total_per_month: total(bill, credit, downtime),
        }
    }

    /// SL-03: what sets cost a month of what a promise covers: not Spot machines, nor what is no machine.
    fn covered(&self, sets: impl Iterator<Item = usize>) -> f64 {
        let cost = |set: usize, paid: Paid| self.paid[set][paid as usize] * self.rates.sets[set][paid as usize] as f64;
        let costs = sets.map(|set| cost(set, Paid::OnDemand) + cost(set, Paid::Committed));
        costs.sum::<f64>() / PRICE_UNIT * HOURS_PER_MONTH / self.observed_ms
    }

    /// What each part gives back.
    fn credits(&self) -> Vec<PartCredit> {
        let of_part = |(sets, of): &(&[u32], &AgreementOutcome)| {
            let covered = self.covered(sets.iter().map(|&set| set as usize));
            let credit_per_month = cents::gained(credited(of.sla.credit_percent?, covered));
            Some(PartCredit { of: of.of.clone(), covered_per_month: cents::nearest(covered), credit_per_month })
        };
        self.agreements.iter().filter_map(of_part).collect()
    }

    /// What is paid for, item by item; those that nothing is paid for are left out.
    fn items(&self) -> Vec<BillItem> {
        let share = HOURS_PER_MONTH * MS_PER_HOUR / self.observed_ms;
        let item = |(at, (_, name, _)): (usize, &(Paid, &str, &str))| {
            let hours: f64 = self.paid.iter().map(|set| set[at] / MS_PER_HOUR).sum();
            let costs = self.paid.iter().zip(&self.rates.sets);
            let cost: f64 = costs.map(|(set, rates)| set[at] / MS_PER_HOUR * rates[at] as f64 / PRICE_UNIT).sum();
            BillItem {
                item: (*name).into(),
                machine_hours_per_month: Some(cents::hours(hours * share)),
                cost_per_month: cost * share,
            }
        };
        let once = self.rates.once as f64 / PRICE_UNIT * HOURS_PER_MONTH;
        let named = if self.rates.is_gateway { "application_gateway" } else { "load_balancer" };
        let once = BillItem { item: named.into(), machine_hours_per_month: None, cost_per_month: once };
        let units = self.gateway_ms / MS_PER_HOUR * self.rates.gateway_instance as f64 / PRICE_UNIT * share;
        let units = BillItem { item: "capacity_units".into(), machine_hours_per_month: None, cost_per_month: units };
        let components = self.rates.components as f64 / PRICE_UNIT * HOURS_PER_MONTH;
        let components =
            BillItem { item: "components".into(), machine_hours_per_month: None, cost_per_month: components };
        let traffic = self.requests / PER_MILLION * self.rates.million as f64 / PRICE_UNIT * share;
        let traffic = BillItem { item: "inter_zone".into(), machine_hours_per_month: None, cost_per_month: traffic };
        let all = PAID_TABLE.iter().enumerate().map(item).chain([once, units, components, traffic]);
        all.filter(|item| item.cost_per_month > 0.0 || item.is_machine_time()).collect()
    }
}

impl BillItem {
    /// Whether machines have spent time as this, other than by having disks.
    fn is_machine_time(&self) -> bool {
        self.item != "disks" && self.machine_hours_per_month.is_some_and(|hours| hours > 0.0)
    }
}

/// SL-03: so many percent of what was paid, and no more than all of it.
fn credited(percent: Estimate, paid: f64) -> Estimate {
    percent.map(|of| (of * paid / 100.0).min(paid))
}

/// Bill and downtime less credit. Their ends are added up: never too narrow, whatever they have to do with each other.
fn total(bill: Estimate, credit: Option<Estimate>, downtime: Option<Estimate>) -> Estimate {
    let or_zero = |of: Option<Estimate>, end: fn(Estimate) -> f64| of.map_or(0.0, end);
    let bounded = [Some(bill), downtime].into_iter().flatten().any(|of| of.quality == Quality::UpperBound);
    let low = bill.low.map(|low| low + or_zero(downtime, |of| of.low.unwrap_or(0.0)) - or_zero(credit, |of| of.high));
    // What is whole cents stays so: only what binary fractions add is rounded away.
    Estimate {
        mean: cents::nearest(bill.mean + or_zero(downtime, |of| of.mean) - or_zero(credit, |of| of.mean)),
        low: low.filter(|_| !bounded).map(|low| cents::nearest(low.max(0.0))),
        high: cents::nearest(bill.high + or_zero(downtime, |of| of.high) - or_zero(credit, |of| of.low.unwrap_or(0.0))),
        quality: if bounded { Quality::UpperBound } else { bill.quality },
        hits: bill.hits,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn certain(mean: f64) -> Estimate {
        Estimate { mean, low: Some(mean), high: mean, quality: Quality::Interval, hits: 1000 }
    }

    #[test]
    fn co_01_a_machine_at_0_096_an_hour_costs_70_08_a_month() {
        let rates = Rates { sets: vec![[96_000_000_000, 0, 0, 0, 0, 0]], ..Rates::default() };
        let year = 8760 * 3_600_000;
        let ledger = Ledger {
            observed_ms: year,
            paid: vec![[i128::from(year), 0, 0, 0, 0, i128::from(year)]],
            ..Ledger::default()
        };
        assert_eq!(rates.bill(&ledger), 840_960_000);
        let billing = Billing {
            rates: &rates,
            paid: vec![[year as f64, 0.0, 0.0, 0.0, 0.0, year as f64]],
            requests: 0.0,
            gateway_ms: 0.0,
            observed_ms: year as f64,
            bill: certain(rates.bill(&ledger) as f64),
            sla: None,
            agreements: Vec::new(),
            unavailability: certain(0.001),
            downtime_per_hour: Some(1000.0),
        };
        let outcome = billing.outcome();
        assert!((outcome.bill_per_month.mean - 70.08).abs() < 1e-9);
        assert!((outcome.downtime_cost_per_month.unwrap().mean - 730.0).abs() < 1e-9);
        assert!((outcome.total_per_month.mean - 800.08).abs() < 1e-9);
        let items: Vec<&str> = outcome.items.iter().map(|item| item.item.as_str()).collect();
        assert_eq!(items, ["on_demand"]);
        assert!((outcome.items[0].cost_per_month - 70.08).abs() < 1e-9);
    }

    #[test]
    fn co_03_a_gateway_is_billed_by_itself_and_by_its_capacity_units() {
        // An hour of a gateway at 0.20 with eight instances of ten units at 0.008.
        let rates =
            Rates { once: 200_000_000_000, is_gateway: true, gateway_instance: 80_000_000_000, ..Rates::default() };
        let hour = 3_600_000;
        let mut ledger = Ledger { observed_ms: hour, ..Ledger::default() };
        ledger.operations[Operation::GatewayInstanceMs as usize] = 8 * hour;
        assert_eq!(rates.bill(&ledger), 840_000);
        let billing = Billing {
            rates: &rates,
            paid: vec![],
            requests: 0.0,
            gateway_ms: 8.0 * hour as f64,
            observed_ms: hour as f64,
            bill: certain(840_000.0),
            sla: None,
            agreements: Vec::new(),
            unavailability: certain(0.0),
            downtime_per_hour: None,
        };
        let outcome = billing.outcome();
        let items: Vec<_> = outcome.items.iter().map(|of| (of.item.as_str(), of.cost_per_month.round())).collect();
        assert_eq!(items, [("application_gateway", 146.0), ("capacity_units", 467.0)]);
        assert!((outcome.bill_per_month.mean - 613.2).abs() < 1e-9);
    }

    #[test]
    fn sl_03_a_credit_is_no_more_than_what_was_paid() {
        let wide = Estimate { low: Some(90.0), high: 130.0, ..certain(100.0) };
        let credit = credited(wide, 50.0);
        assert_eq!((credit.mean, credit.low, credit.high), (50.0, Some(45.0), 50.0));
    }

    #[test]
    fn a_total_is_as_uncertain_as_its_parts_together() {
        let bill = Estimate { low: Some(90.0), high: 110.0, ..certain(100.0) };
        let credit = Estimate { low: Some(1.0), high: 3.0, ..certain(2.0) };
        let of = total(bill, Some(credit), Some(Estimate { low: Some(4.0), high: 6.0, ..certain(5.0) }));
        assert_eq!((of.mean, of.low, of.high), (103.0, Some(91.0), 115.0));
        let rare = Estimate { mean: 0.0, low: None, high: 7.0, quality: Quality::UpperBound, hits: 0 };
        let of = total(bill, None, Some(rare));
        assert_eq!((of.low, of.high, of.quality), (None, 117.0, Quality::UpperBound));
    }
}
