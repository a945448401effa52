//! Amounts of money as an outcome tells them: whole cents of the currency.
//!
//! In: amounts as they were computed. Out: the same in cents, once and for every report. What is spent is rounded up and what is
//! gained down, the ends of an interval outwards. The items of a bill sum to it: what rounding them down leaves goes to those that
//! lost most by it. What binary fractions add to an amount is no money.

use crate::outcome::{BillItem, Estimate, Quality};

/// Cents of the currency.
const CENTS: f64 = 100.0;
/// A part of a cent that is the dust of arithmetic.
const DUST: f64 = 1e-4;
/// Machine-hours are told in thousandths.
const HOUR_PARTS: f64 = 1000.0;

pub(super) fn nearest(amount: f64) -> f64 {
    libm::round(amount * CENTS) / CENTS + 0.0
}

fn up(amount: f64) -> f64 {
    libm::ceil(amount * CENTS - DUST) / CENTS + 0.0
}

fn down(amount: f64) -> f64 {
    libm::floor(amount * CENTS + DUST) / CENTS + 0.0
}

/// Machine-hours.
pub(super) fn hours(hours: f64) -> f64 {
    libm::round(hours * HOUR_PARTS) / HOUR_PARTS
}

/// What is spent.
pub(super) fn spent(of: Estimate) -> Estimate {
    around(of, up(of.mean))
}

/// What comes back.
pub(super) fn gained(of: Estimate) -> Estimate {
    around(of, down(of.mean))
}

/// The sum of amounts that are whole cents; none of none. Its ends are theirs added up.
pub(super) fn together(parts: impl Iterator<Item = Estimate>) -> Option<Estimate> {
    parts.reduce(|sum, of| Estimate {
        mean: nearest(sum.mean + of.mean),
        low: sum.low.zip(of.low).map(|(sum, low)| nearest(sum + low)),
        high: nearest(sum.high + of.high),
        quality: if of.quality == Quality::UpperBound { of.quality } else { sum.quality },
        hits: sum.hits.max(of.hits),
    })
}

/// With the ends outwards; what is certain has none.
fn around(of: Estimate, mean: f64) -> Estimate {
    if of.low == Some(of.high) {
        return Estimate { mean, low: Some(mean), high: mean, ..of };
    }
    Estimate { mean, low: of.low.map(|low| down(low).min(mean)), high: up(of.high).max(mean), ..of }
}

/// The bill that its items sum to, each within a cent of what it is.
pub(super) fn billed(bill: Estimate, items: &mut [BillItem]) -> Estimate {
    let sum: f64 = items.iter().map(|item| item.cost_per_month).sum();
    let exact: Vec<f64> = items.iter().map(|item| item.cost_per_month * CENTS).collect();
    let mut whole: Vec<f64> = exact.iter().map(|&exact| libm::floor(exact + DUST)).collect();
    let left = libm::round(sum * CENTS) - whole.iter().sum::<f64>();
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|&a, &b| (exact[b] - whole[b]).total_cmp(&(exact[a] - whole[a])).then(a.cmp(&b)));
    order.into_iter().take(left.max(0.0) as usize).for_each(|at| whole[at] += 1.0);
    items.iter_mut().zip(&whole).for_each(|(item, cents)| item.cost_per_month = cents / CENTS);
    around(bill, whole.iter().sum::<f64>() / CENTS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Quality;

    fn item(cost_per_month: f64) -> BillItem {
        BillItem { item: "x".into(), machine_hours_per_month: None, cost_per_month }
    }

    fn of(mean: f64, low: f64, high: f64) -> Estimate {
        Estimate { mean, low: Some(low), high, quality: Quality::Interval, hits: 100 }
    }

    #[test]
    fn items_sum_to_the_bill_to_the_cent() {
        let mut items = [item(10.333_333), item(20.333_333), item(30.333_334), item(730.500_000_000_11)];
        let bill = billed(of(791.500_000_1, 790.0, 793.333), &mut items);
        let costs: Vec<f64> = items.iter().map(|item| item.cost_per_month).collect();
        assert_eq!(costs, [10.33, 20.33, 30.34, 730.5]);
        assert_eq!((bill.mean, bill.low, bill.high), (791.5, Some(790.0), 793.34));
        // What no luck changes has no interval, whatever its digits.
        let certain = billed(of(5.621, 5.621, 5.621), &mut [item(5.621)]);
        assert_eq!((certain.mean, certain.low, certain.high), (5.62, Some(5.62), 5.62));
    }

    #[test]
    fn what_is_spent_is_rounded_up_and_what_is_gained_down() {
        let (cost, gain) = (spent(of(0.001, 0.0, 0.012)), gained(of(0.019, 0.011, 0.021)));
        assert_eq!((cost.mean, cost.low, cost.high), (0.01, Some(0.0), 0.02));
        assert_eq!((gain.mean, gain.low, gain.high), (0.01, Some(0.01), 0.03));
        assert_eq!((up(730.500_000_000_11), down(730.499_999_999_9), nearest(-0.001)), (730.5, 730.5, 0.0));
    }
}
