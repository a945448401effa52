//! Exact accumulation of integer observations.

use crate::estimate::HITS_FOR_INTERVAL;
use crate::wide::Wide;
use serde::{Deserialize, Serialize};

/// Count and sums of the first three powers of integer observations, kept
/// exactly, so that merging is associative to the last bit.
///
/// The sums are 256-bit integers. For any `i64` observations and any `u64`
/// count, |Σx| < 2^127, Σx² ≤ 2^190 and |Σx³| ≤ 2^253, so nothing can wrap;
/// the only saturating quantity is the count itself, at 2^64 − 1.
///
/// Observations may be negative: paired differences use the same type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moments {
    n: u64,
    hits: u64,
    sum: Wide<4>,
    sum2: Wide<4>,
    sum3: Wide<4>,
}

impl Default for Moments {
    fn default() -> Self {
        Self::new()
    }
}

impl Moments {
    /// No observations.
    #[must_use]
    pub fn new() -> Self {
        let zero = Wide::ZERO;
        Self { n: 0, hits: 0, sum: zero, sum2: zero, sum3: zero }
    }

    /// Counts one observation.
    pub fn add(&mut self, x: i64) {
        self.add_times(x, 1);
    }

    /// Counts the same observation `times` times.
    pub fn add_times(&mut self, x: i64, times: u64) {
        self.n = self.n.saturating_add(times);
        if x == 0 {
            return;
        }
        self.hits = self.hits.saturating_add(times);
        let x1 = Wide::from_i128(i128::from(x));
        let weighted = x1.times(Wide::from_i128(i128::from(times)));
        let weighted2 = weighted.times(x1);
        self.sum = self.sum.plus(weighted);
        self.sum2 = self.sum2.plus(weighted2);
        self.sum3 = self.sum3.plus(weighted2.times(x1));
    }

    /// Takes in everything that `other` has counted.
    pub fn merge(&mut self, other: &Self) {
        self.n = self.n.saturating_add(other.n);
        self.hits = self.hits.saturating_add(other.hits);
        self.sum = self.sum.plus(other.sum);
        self.sum2 = self.sum2.plus(other.sum2);
        self.sum3 = self.sum3.plus(other.sum3);
    }

    /// What they are made of, for those who write them down: n, hits, and Σx, Σx², Σx³.
    #[must_use]
    pub fn parts(&self) -> (u64, u64, [Wide<4>; 3]) {
        let &Self { n, hits, sum, sum2, sum3 } = self;
        (n, hits, [sum, sum2, sum3])
    }

    /// Moments of what was written down; `None` where no observations can have made them.
    #[must_use]
    pub fn from_parts(n: u64, hits: u64, [sum, sum2, sum3]: [Wide<4>; 3]) -> Option<Self> {
        let of_hits = match hits {
            0 => sum == Wide::ZERO && sum2 == Wide::ZERO && sum3 == Wide::ZERO,
            _ => sum2 != Wide::ZERO,
        };
        let moments = Self { n, hits, sum, sum2, sum3 };
        let sane = hits <= n && of_hits && sum.to_i128().is_some() && !sum2.is_negative();
        (sane && !moments.scaled_variance().is_negative()).then_some(moments)
    }

    /// How many observations.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// How many observations were not zero.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.hits
    }

    /// Σx, exactly.
    #[must_use]
    pub fn sum(&self) -> i128 {
        self.sum.to_i128().unwrap_or(i128::MAX) // always fits, see the type
    }

    /// Σx², exactly.
    #[must_use]
    pub fn sum2(&self) -> Wide<4> {
        self.sum2
    }

    /// Σx³, exactly.
    #[must_use]
    pub fn sum3(&self) -> Wide<4> {
        self.sum3
    }

    /// The mean, in the unit of the observations; 0 without observations.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.n == 0 {
            return 0.0;
        }
        self.sum.to_f64() / self.n as f64
    }

    /// n·Σx² − (Σx)² = n²·(population variance), an exact integer ≥ 0.
    fn scaled_variance(&self) -> Wide<8> {
        let n = Wide::<8>::from_i128(i128::from(self.n));
        let sum = self.sum.resize::<8>();
        n.times(self.sum2.resize()).minus(sum.times(sum))
    }

    /// n²·Σx³ − 3n·Σx·Σx² + 2(Σx)³ = n³·(third central moment), exact;
    /// below 2^384 in size.
    fn scaled_third_moment(&self) -> Wide<8> {
        let n = Wide::<8>::from_i128(i128::from(self.n));
        let (sum, sum2) = (self.sum.resize::<8>(), self.sum2.resize::<8>());
        let cubes = n.times(n).times(self.sum3.resize());
        let cross = n.times(sum).times(sum2).times(Wide::from_i128(3));
        let mean = sum.times(sum).times(sum).times(Wide::from_i128(2));
        cubes.minus(cross).plus(mean)
    }

    /// The unbiased variance (divisor n − 1), in squared units; 0 below two
    /// observations. The subtraction is done in integers, so a variance that
    /// is tiny beside the mean loses nothing.
    #[must_use]
    pub fn variance(&self) -> f64 {
        if self.n < 2 {
            return 0.0;
        }
        let n = self.n as f64;
        self.scaled_variance().to_f64() / n / (n - 1.0)
    }

    /// Square root of [`Moments::variance`].
    #[must_use]
    pub fn standard_deviation(&self) -> f64 {
        libm::sqrt(self.variance())
    }

    /// Standard error of the mean: √(variance / n); 0 without observations.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        libm::sqrt(self.variance() / self.n.max(1) as f64)
    }

    /// The sample skewness m₃ / m₂^{3/2} (population moments; dimensionless);
    /// 0 where all observations are equal.
    #[must_use]
    pub fn skewness(&self) -> f64 {
        let m2 = self.scaled_variance().to_f64();
        if m2 <= 0.0 {
            return 0.0;
        }
        self.scaled_third_moment().to_f64() / (m2 * libm::sqrt(m2))
    }

    /// Whether all observations are the same number (true for none).
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.scaled_variance() == Wide::ZERO
    }

    /// Kish's effective number of hits, (Σx)² / Σx²: as many hits of equal
    /// size would say as much. Between 0 and `hits` for observations of one
    /// sign; meaningless where signs cancel. Source: L. Kish, *Survey
    /// Sampling* (1965), §11.7.
    #[must_use]
    pub fn effective_hits(&self) -> f64 {
        let sum = self.sum.to_f64();
        let sum2 = self.sum2.to_f64();
        if sum2 > 0.0 { sum / sum2 * sum } else { 0.0 }
    }

    /// Whether there are hits enough for an interval that weigh like too few. By a half less at least: equal ones weigh like as many,
    /// but for rounding.
    #[must_use]
    pub fn is_carried_by_few(&self) -> bool {
        self.hits >= HITS_FOR_INTERVAL && self.effective_hits() < HITS_FOR_INTERVAL as f64 - 0.5
    }

    /// Root mean square of the hits, in the unit of the observations; 0
    /// without hits.
    #[must_use]
    pub fn hit_root_mean_square(&self) -> f64 {
        libm::sqrt(self.sum2.to_f64() / self.hits.max(1) as f64)
    }
}

impl FromIterator<i64> for Moments {
    fn from_iter<I: IntoIterator<Item = i64>>(observations: I) -> Self {
        let mut moments = Self::new();
        for x in observations {
            moments.add(x);
        }
        moments
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_numbers_by_hand() {
        let m: Moments = [0, 0, 3, 9].into_iter().collect();
        assert_eq!((m.n(), m.hits(), m.sum()), (4, 2, 12));
        assert_eq!(m.mean(), 3.0);
        assert_eq!(m.variance(), 18.0);
        assert_eq!(m.standard_error(), libm::sqrt(4.5));
        // Σ(x−3)³/4 = (−27−27+0+216)/4 = 40.5; m₂ = 13.5
        assert!((m.skewness() - 40.5 / libm::pow(13.5, 1.5)).abs() < 1e-15);
        assert_eq!(m.effective_hits(), 144.0 / 90.0);
        let few = |large: i64| [large].into_iter().chain([1; 24]).collect::<Moments>().is_carried_by_few();
        assert!(few(100) && !few(1));
    }

    #[test]
    fn a_tiny_variance_beside_a_huge_mean_survives() {
        let big = 3_200_000_000_000;
        let m: Moments = [big, big + 1, big + 2].into_iter().collect();
        assert_eq!(m.variance(), 1.0);
        assert_eq!(m.skewness(), 0.0);
    }

    #[test]
    fn extremes_neither_wrap_nor_panic() {
        let mut m = Moments::new();
        m.add_times(i64::MIN, u64::MAX / 2);
        m.add_times(i64::MAX, u64::MAX / 2);
        assert!((m.skewness()).abs() < 1e-6);
        assert!((m.standard_deviation() / 9.223_372_036_854_776e18 - 1.0).abs() < 1e-12);
        assert_eq!(m.sum(), -i128::from(u64::MAX / 2));
    }

    #[test]
    fn nothing_gives_zeros() {
        let m = Moments::new();
        assert_eq!((m.mean(), m.variance(), m.skewness(), m.standard_error()), (0.0, 0.0, 0.0, 0.0));
        assert!(m.is_constant());
    }

    #[test]
    fn parts_that_nothing_can_have_made_are_refused() {
        let w = |value: i128| Wide::from_i128(value);
        let fine = Moments::from_parts(3, 2, [w(5), w(13), w(35)]);
        assert_eq!(fine, Some([0, 2, 3].into_iter().collect()));
        for (n, hits, sums) in [
            (1, 2, [5, 13, 35]),  // more hits than observations
            (3, 0, [5, 13, 35]),  // sums of nothing
            (3, 2, [0, 0, 0]),    // hits that are zero
            (3, 2, [5, -13, 35]), // squares below zero
            (3, 2, [50, 13, 35]), // a variance below zero
        ] {
            assert_eq!(Moments::from_parts(n, hits, sums.map(w)), None, "{n} {hits} {sums:?}");
        }
    }

    proptest! {
        #[test]
        fn any_grouping_gives_the_same_bits(
            xs in prop::collection::vec(any::<i64>(), 0..60),
            cut in any::<prop::sample::Index>(),
            chunk in 1usize..9,
        ) {
            let whole: Moments = xs.iter().copied().collect();
            let (a, b) = xs.split_at(cut.index(xs.len() + 1));
            let mut halves: Moments = b.iter().copied().collect();
            halves.merge(&a.iter().copied().collect());
            prop_assert_eq!(whole, halves);
            let mut chunks = Moments::new();
            for part in xs.chunks(chunk).rev() {
                chunks.merge(&part.iter().copied().collect());
            }
            prop_assert_eq!(whole, chunks);
            prop_assert_eq!(whole.skewness().to_bits(), chunks.skewness().to_bits());
            let text = serde_json::to_string(&whole).unwrap();
            prop_assert_eq!(serde_json::from_str::<Moments>(&text).unwrap(), whole);
            let (n, hits, sums) = whole.parts();
            prop_assert_eq!(Moments::from_parts(n, hits, sums), Some(whole));
        }

        #[test]
        fn agrees_with_the_two_pass_formula(xs in prop::collection::vec(-1_000_000i64..1_000_000, 2..50)) {
            let m: Moments = xs.iter().copied().collect();
            let n = xs.len() as f64;
            let mean = xs.iter().sum::<i64>() as f64 / n;
            let variance = xs.iter().map(|&x| (x as f64 - mean) * (x as f64 - mean)).sum::<f64>() / (n - 1.0);
            prop_assert!((m.variance() - variance).abs() <= 1e-9 * variance.max(1.0));
        }

        #[test]
        fn weights_are_repetitions(x in any::<i64>(), times in 0u64..20) {
            let mut weighted = Moments::new();
            weighted.add_times(x, times);
            let repeated: Moments = (0..times).map(|_| x).collect();
            prop_assert_eq!(weighted, repeated);
        }
    }
}
