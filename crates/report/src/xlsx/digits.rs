//! How many digits a cell shows: enough to tell, and never so few that a miss looks like a meet.
//!
//! In: numbers and the objective. Out: decimals for a format; the cell holds the unrounded number. A spreadsheet rounds to the
//! nearest, so a number that would be shown on the other side of the objective gets more decimals.

use zonefall_study::outcome::MINUTES_PER_MONTH;

/// More decimals than these say nothing.
pub(super) const DECIMALS_MAX: usize = 12;
/// Digits that count.
const SIGNIFICANT: i32 = 3;

/// The objective that numbers are held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Objective {
    /// The availability that is asked for.
    pub target: f64,
}

impl Objective {
    /// Decimals of a share in percent: three digits of it, or of what it lacks to the whole.
    pub fn of_share(self, share: f64) -> usize {
        let least = share.abs().min((1.0 - share).abs());
        let least = if least > 0.0 { least } else { share.abs() };
        enough(share * 100.0, least * 100.0, &[self.target * 100.0, (1.0 - self.target) * 100.0], 1)
    }

    /// Decimals of a number in its unit.
    pub fn of_number(self, number: f64, unit: &str) -> usize {
        let allowed = (1.0 - self.target) * MINUTES_PER_MONTH;
        let edges: &[f64] = if unit == "min/month" { &[allowed] } else { &[] };
        enough(number, number.abs(), edges, 0)
    }
}

/// Decimals that show three digits of `least`, and leave `number` on its side of every edge.
fn enough(number: f64, least: f64, edges: &[f64], fewest: usize) -> usize {
    let exponent = if least > 0.0 && least.is_finite() { libm::floor(libm::log10(least)) as i32 } else { 0 };
    // What has fewer digits, as 99.99 % or 12 machines, gets no zeros behind them.
    let plain = format!("{}", crate::number::tidy(number));
    let own = plain.split_once('.').map_or(0, |(_, behind)| behind.len());
    let wanted = usize::try_from(SIGNIFICANT - 1 - exponent).unwrap_or(0).min(own).clamp(fewest, DECIMALS_MAX);
    let crosses = |decimals: usize| {
        let shown: f64 = format!("{number:.decimals$}").parse().unwrap_or(number);
        edges.iter().any(|&edge| {
            let edge = crate::number::tidy(edge);
            (number < edge) != (shown < edge) || (number > edge) != (shown > edge)
        })
    };
    (wanted..DECIMALS_MAX).find(|&decimals| !crosses(decimals)).unwrap_or(DECIMALS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_of_what_is_missing() {
        let of = Objective { target: 0.9995 };
        assert_eq!([0.9999, 12.0].map(|number| of.of_number(number, "")), [3, 0]);
        assert_eq!([0.9991, 0.999_986_123_456, 0.5, 0.0, 1.0].map(|share| of.of_share(share)), [2, 5, 1, 1, 1]);
        assert_eq!([151.2, 4.381, 0.0441, 0.0].map(|minutes| of.of_number(minutes, "min/month")), [0, 2, 4, 0]);
    }

    #[test]
    fn a_miss_never_looks_like_a_meet() {
        let of = Objective { target: 0.9995 };
        for at in 1..400_u32 {
            for sign in [-1.0, 1.0] {
                let share = 0.9995 + sign * f64::from(at) * 7.3e-9;
                let decimals = of.of_share(share);
                let shown: f64 = format!("{:.decimals$}", share * 100.0).parse().unwrap_or(f64::NAN);
                assert_eq!(shown >= 99.95, share >= 0.9995, "{share} {shown}");
                let minutes = (1.0 - share) * MINUTES_PER_MONTH;
                let decimals = of.of_number(minutes, "min/month");
                let shown: f64 = format!("{minutes:.decimals$}").parse().unwrap_or(f64::NAN);
                assert_eq!(shown > 21.6, minutes > 21.6, "{minutes} {shown}");
            }
        }
    }
}
