//! Is it a Poisson process? The dispersion of counts over equal windows.

use super::draws::Draws;
use serde::Serialize;

/// Windows hold so many events on average.
const PER_WINDOW: usize = 5;
const WINDOWS_MAX: usize = 100;
/// Fewer events tell nothing.
const EVENTS_MIN: usize = 10;

/// How unevenly events lie in time.
///
/// 1 is a Poisson process. Well above: they come in clusters, or the rate changes with time; both make the interval of
/// the rate too narrow. Below: they come at regular intervals.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Dispersion {
    /// Variance over mean of the counts in the windows.
    pub index: f64,
    /// The share of equally many events thrown evenly whose index is at least as large; one added to both counts.
    pub p: f64,
    /// Windows.
    pub windows: usize,
}

impl Dispersion {
    /// Tests events at instants between `begin` and `end` (others count as if at the border); none below ten events or
    /// without time between.
    #[must_use]
    pub fn test(instants: &[f64], begin: f64, end: f64) -> Option<Self> {
        let span = end - begin;
        if instants.len() < EVENTS_MIN || !(span.is_finite() && span > 0.0) {
            return None;
        }
        let windows = (instants.len() / PER_WINDOW).clamp(2, WINDOWS_MAX);
        let mut counts = vec![0_u64; windows];
        for &at in instants {
            let window = ((at - begin) / span * windows as f64).clamp(0.0, windows as f64 - 1.0);
            counts[window as usize] += 1;
        }
        let squares = sum_of_squares(&counts);
        let mut draws = Draws::new([instants.len() as u64, windows as u64]);
        let rounds = (20_000_000 / instants.len()).clamp(49, 1999);
        let mut as_uneven = 0;
        for _ in 0..rounds {
            counts.fill(0);
            for _ in instants {
                counts[(draws.unit() * windows as f64) as usize % windows] += 1;
            }
            as_uneven += usize::from(sum_of_squares(&counts) >= squares);
        }
        let (n, m) = (instants.len() as f64, windows as f64);
        let index = (squares as f64 - n * n / m) / (m - 1.0) / (n / m);
        Some(Self { index, p: (1 + as_uneven) as f64 / (1 + rounds) as f64, windows })
    }

    /// Whether the interval of the rate has to be wider: uneven beyond chance (5 %).
    #[must_use]
    pub fn is_clustered(&self) -> bool {
        self.index > 1.0 && self.p < 0.05
    }
}

/// With a fixed number of events it rises and falls with the index.
fn sum_of_squares(counts: &[u64]) -> u64 {
    counts.iter().map(|count| count * count).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn by_hand() {
        // Ten events, two windows: 8 and 2. Mean 5, variance 18, index 3.6; P(at least so uneven) = 2·P(X ≤ 2) of
        // Binomial(10, ½) = 112/1024.
        let instants = [0.0, 0.1, 0.2, 0.3, 0.4, 0.45, 0.46, 0.47, 0.6, 1.0];
        let found = Dispersion::test(&instants, 0.0, 1.0).unwrap();
        assert_eq!((found.index, found.windows), (3.6, 2));
        assert!((found.p - 112.0 / 1024.0).abs() < 0.025, "{}", found.p);
        assert!(!found.is_clustered());
        assert_eq!(Dispersion::test(&instants[1..], 0.0, 1.0), None);
        assert_eq!(Dispersion::test(&instants, 1.0, 1.0), None);
        assert_eq!(Dispersion::test(&instants, 0.0, f64::NAN), None);
    }

    #[test]
    fn false_alarms_are_rare_and_clusters_are_found() {
        let mut draws = Draws::new([4, 4]);
        let mut alarms = 0;
        for _ in 0..300 {
            let even: Vec<f64> = (0..60).map(|_| draws.unit()).collect();
            alarms += u32::from(Dispersion::test(&even, 0.0, 1.0).unwrap().is_clustered());
        }
        assert!(alarms <= 27, "{alarms} of 300");
        // Every event four times: the index is near 4.
        let fourfold: Vec<f64> = (0..100).map(|_| draws.unit()).flat_map(|at| [at; 4]).collect();
        let found = Dispersion::test(&fourfold, 0.0, 1.0).unwrap();
        assert!(found.is_clustered() && (2.5..5.5).contains(&found.index), "{found:?}");
    }
}
