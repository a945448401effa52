//! Estimates that say no more than the trials know.
//!
//! A *hit* is a non-zero observation. From 20 hits on, a mean gets the
//! skew-corrected interval of [`crate::skewed`]. Below, only an upper bound
//! is given, and never ±0:
//!
//! * **No hit in n trials.** The probability p of a hit is at most
//!   p⁺ = 1 − α^{1/n} (the exact form of the rule of three), and no
//!   observation exceeds the stated maximum `cap`, so the mean is at most
//!   p⁺·cap. *Guaranteed* for any distribution within the cap; hopelessly wide
//!   where the cap is the whole horizon, and honest.
//! * **1 to 19 hits.** The mean is p·E(size of a hit). p is at most its exact
//!   Clopper–Pearson bound at α/2. The mean size is at most
//!   x̄ₕ·exp(σ²/2 + z·σ/√k), z the normal quantile at 1 − α/2, x̄ₕ the mean of
//!   the k hits, and never more than the cap. *Guaranteed* for lognormal hit
//!   sizes of log standard deviation up to σ: the mean is
//!   exp(σ²/2)·(geometric mean of the law), the observed geometric mean falls
//!   below that of the law by more than exp(z·σ/√k) with probability α/2 only, and x̄ₕ
//!   is never below the observed geometric mean. Together they fail with
//!   probability at most α. σ is 1, or what the hits show if that is more.
//!   Heavier tails than lognormal are not covered by any bound from so few
//!   hits other than p⁺·cap.
//!
//! Both know nothing but the trials, and so the second may lie far below the first: without a hit nothing says how large one is.
//! [`MeanEstimate::knowing_the_unseen`] takes in what is known without trials, a mean size s that no kind of hit exceeds:
//!
//! * **No hit**: the mean is at most λ⁺·s with λ⁺ = −ln(α)/n, the most hits an observation (they may be several in one) that n show
//!   none of with a probability of α.
//! * **1 to 19 hits**: never less than without a hit. A kind of hits that none of n trials has shown comes at most λ⁺ times,
//!   whatever the others showed: it may bring as much as without a hit. That makes the bound monotone: no study reads better for a hit.
//! * Kinds of hits that are known to be too rare for so many trials are added with their expected sum, which needs no trial; to
//!   the upper end of an interval, too, which knows the kinds that were seen.
//! * Of kinds that come often a few hits may be much longer than all others, and none of them in the sample: its spread says nothing
//!   of them. Where the variance of an observation is known to be at least v, the upper end is no lower than x̄ + z·√(v/n). A sum
//!   that is skewed to long hits falls short of its mean by z·√(v·n) less often than a normal one.
//!
//! Measured at 95 % (`tests/coverage.rs`, 20,000 studies each, 0.5 to 25 hits
//! expected over 2,000 trials, among the studies that print a bound): at least
//! 99.8 % covered for σ = 0.5 and 1, at least 96.8 % for σ = 1.5. The bound is
//! 4 to 9 times the sample mean at 7 to 19 hits: the price of the guarantee.

use crate::confidence::Confidence;
use crate::intervals::{Interval, clopper_pearson, clopper_pearson_upper};
use crate::sample::Sample;
use crate::skewed::SkewedMean;
use crate::special::normal_quantile;
use serde::{Deserialize, Serialize};

/// Fewest hits for a two-sided interval.
pub const HITS_FOR_INTERVAL: u64 = 20;

/// Log standard deviation that a hit's size is at least credited with.
const LEAST_LOG_SD: f64 = 1.0;

/// Why only an upper bound is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpperBoundReason {
    /// No trials at all: the bound is the cap.
    NoTrials,
    /// Trials, but not one hit.
    NoHits,
    /// Some hits, fewer than [`HITS_FOR_INTERVAL`].
    FewHits,
}

/// What encloses a mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bounds {
    /// A two-sided interval.
    Interval(Interval),
    /// Only a one-sided upper bound.
    UpperBound {
        /// The bound, in the unit of the observations.
        high: f64,
        /// Why there is no interval.
        why: UpperBoundReason,
    },
}

impl Bounds {
    /// The upper end of either.
    #[must_use]
    pub fn high(&self) -> f64 {
        match self {
            Self::Interval(interval) => interval.high,
            Self::UpperBound { high, .. } => *high,
        }
    }

    /// Either one with both ends multiplied by a positive `factor`: from
    /// milliseconds a trial to a share of the horizon, say.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        match *self {
            Self::Interval(interval) => Self::Interval(interval.scaled(factor)),
            Self::UpperBound { high, why } => Self::UpperBound { high: high * factor, why },
        }
    }
}

/// A mean of a non-negative quantity, with what is known about it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeanEstimate {
    /// The sample mean, in the unit of the observations.
    pub mean: f64,
    /// Number of trials.
    pub trials: u64,
    /// Number of trials with a non-zero observation.
    pub hits: u64,
    /// What encloses the mean.
    pub bounds: Bounds,
}

impl MeanEstimate {
    /// Estimates the mean of observations in `0..=cap`.
    ///
    /// `cap` is the most that one trial can contribute (its length, for missed
    /// time), in the unit of the observations; +∞ where nothing is known, and
    /// then a bound without hits is infinite.
    #[must_use]
    pub fn new(moments: &impl Sample, cap: f64, conf: Confidence) -> Self {
        let (trials, hits) = (moments.n(), moments.hits());
        let bound = |high, why| Bounds::UpperBound { high, why };
        let bounds = if trials == 0 {
            bound(cap, UpperBoundReason::NoTrials)
        } else if hits == 0 {
            bound(size_times_probability(moments, 0.0, cap, conf), UpperBoundReason::NoHits)
        } else if !moments.carries_an_interval() {
            let high = size_times_probability(moments, mean_hit(moments), cap, conf);
            bound(high, UpperBoundReason::FewHits)
        } else if moments.is_constant() {
            Bounds::Interval(constant_interval(moments, Interval::new(0.0, cap), conf))
        } else {
            let interval = SkewedMean::of_non_negative(moments).interval(conf);
            Bounds::Interval(interval.clamped(0.0, cap))
        };
        Self { mean: moments.mean(), trials, hits, bounds }
    }

    /// An interval at least as wide as what the number of hits leaves open: were all of one size, the mean would be that
    /// size × the probability of a hit, which the exact interval of Clopper and Pearson encloses. For samples in which
    /// nearly every observation shows nearly the same (forced trials): where no observation misses, their spread says
    /// nothing of those that would.
    #[must_use]
    pub fn as_wide_as_its_hits(self, conf: Confidence) -> Self {
        let Bounds::Interval(of) = self.bounds else { return self };
        let size = self.mean * (self.trials as f64 / self.hits.max(1) as f64);
        let probability = clopper_pearson(self.hits, self.trials, conf).scaled(size);
        let bounds = Bounds::Interval(Interval::new(of.low.min(probability.low), of.high.max(probability.high)));
        Self { bounds, ..self }
    }

    /// Where only few and light ones of weighted observations were hits, what no observation has shown yet may weigh more: an
    /// upper bound no lower than that without a hit.
    #[must_use]
    pub fn not_below_the_unseen(self, cap: f64, conf: Confidence) -> Self {
        let Bounds::UpperBound { high, why } = self.bounds else { return self };
        let unseen = clopper_pearson_upper(0, self.trials, conf) * cap;
        Self { bounds: Bounds::UpperBound { high: high.max(unseen), why }, ..self }
    }

    /// The bounds with what is known of hits that no observation has shown.
    #[must_use]
    pub fn knowing_the_unseen(self, of: Unseen, cap: f64, conf: Confidence) -> Self {
        let Bounds::UpperBound { why, .. } = self.bounds else { return self.knowing(of.beyond, cap, conf) };
        let high = self.varying(of.beyond.variance, cap, conf).bounds.high();
        // Kinds of hits may come several times in one observation: their number is bounded, as that of a Poisson stream.
        let nothing_seen = -libm::log(conf.alpha()) / self.trials.max(1) as f64 * of.hit;
        let high = match why {
            UpperBoundReason::NoTrials => high,
            UpperBoundReason::NoHits => high.min(nothing_seen),
            UpperBoundReason::FewHits if of.hit < cap => (high + of.beyond.rare).max(nothing_seen),
            UpperBoundReason::FewHits => high + of.beyond.rare,
        };
        Self { bounds: Bounds::UpperBound { high: high.min(cap), why }, ..self }
    }

    /// The bounds with what is known beyond the kinds of hits that were seen.
    #[must_use]
    pub fn knowing(self, of: Beyond, cap: f64, conf: Confidence) -> Self {
        self.varying(of.variance, cap, conf).with_room(of.rare, cap)
    }

    /// Where an observation varies by so much at least, squared, whatever these have shown: the upper end is no lower than where a
    /// normal mean ends, and at most `cap`.
    fn varying(self, variance: f64, cap: f64, conf: Confidence) -> Self {
        let least = (self.mean + deviation(variance, self.trials, conf)).min(cap);
        let bounds = match self.bounds {
            Bounds::Interval(of) => Bounds::Interval(Interval::new(of.low, of.high.max(least))),
            Bounds::UpperBound { high, why } => Bounds::UpperBound { high: high.max(least), why },
        };
        Self { bounds, ..self }
    }

    /// With room for what no observation has shown: the upper end is so much higher, and at most `cap`.
    #[must_use]
    pub fn with_room(self, more: f64, cap: f64) -> Self {
        let above = |high: f64| (high + more).min(cap);
        let bounds = match self.bounds {
            Bounds::Interval(of) => Bounds::Interval(Interval::new(of.low, above(of.high))),
            Bounds::UpperBound { high, why } => Bounds::UpperBound { high: above(high), why },
        };
        Self { bounds, ..self }
    }

    /// The same, cut at what an observation can be: chance may carry the mean of weighted observations, or the end of an interval,
    /// beyond `cap`.
    #[must_use]
    pub fn within(self, cap: f64) -> Self {
        let bounds = match self.bounds {
            Bounds::Interval(of) => Bounds::Interval(of.clamped(0.0, cap)),
            Bounds::UpperBound { high, why } => Bounds::UpperBound { high: high.min(cap), why },
        };
        Self { mean: self.mean.clamp(0.0, cap.max(0.0)), bounds, ..self }
    }

    /// The same estimate in another unit: everything times a positive `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        Self { mean: self.mean * factor, bounds: self.bounds.scaled(factor), ..*self }
    }
}

/// What is known, without observations, of hits that none has shown, in their unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unseen {
    /// The mean size of a hit of any kind, at most; infinite where nothing is known.
    pub hit: f64,
    /// What lies beyond the kinds that were seen.
    pub beyond: Beyond,
}

/// What is known, without observations, of kinds of hits, in their unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beyond {
    /// What those bring to the mean that are too rare for so many observations, in all.
    pub rare: f64,
    /// Variance of an observation, at least, by those that are not.
    pub variance: f64,
}

impl Beyond {
    /// Nothing.
    pub const NONE: Self = Self { rare: 0.0, variance: 0.0 };
}

/// By how much a normal mean of so many observations of a known variance strays, at the level of a two-sided interval.
pub(crate) fn deviation(variance: f64, trials: u64, conf: Confidence) -> f64 {
    -normal_quantile(0.5 * conf.alpha()) * libm::sqrt(variance / trials.max(1) as f64)
}

/// Mean size of the hits, for observations of one sign.
fn mean_hit(moments: &impl Sample) -> f64 {
    moments.mean() * (moments.n() as f64 / moments.hits().max(1) as f64)
}

/// The upper bound below 20 hits; see the module. `size` is the mean size of
/// the hits or more (their root mean square where signs cancel).
pub(crate) fn size_times_probability(moments: &impl Sample, size: f64, cap: f64, conf: Confidence) -> f64 {
    let (n, hits) = (moments.n(), moments.hits());
    if hits == 0 {
        return (clopper_pearson_upper(0, n, conf) * moments.most_weight() * cap).min(cap);
    }
    let half = conf.split(2);
    let spread = moments.hit_root_mean_square() / size;
    // ln(1 + cv²) is the squared log standard deviation of a lognormal law.
    let shown = libm::sqrt((2.0 * libm::log(spread)).max(0.0));
    let sigma = shown.max(LEAST_LOG_SD);
    let z = -normal_quantile(half.alpha());
    let factor = libm::exp(0.5 * sigma * sigma + z.max(0.0) * sigma / libm::sqrt(hits as f64));
    (clopper_pearson_upper(hits, n, half) * (size * factor).min(moments.most_weight() * cap)).min(cap)
}

/// Equal observations have no spread to estimate from. All that n of them say
/// is that a different value has probability at most p⁺; it may lie anywhere
/// in `range`.
pub(crate) fn constant_interval(moments: &impl Sample, range: Interval, conf: Confidence) -> Interval {
    let p = (clopper_pearson_upper(0, moments.n(), conf) * moments.most_weight()).min(1.0);
    let x = moments.mean();
    Interval::new(x - p * (x - range.low).max(0.0), x + p * (range.high - x).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::difference::{DifferenceBounds, DifferenceEstimate};
    use crate::moments::Moments;
    use proptest::prelude::*;

    const C95: Confidence = Confidence::P95;
    const YEAR_MS: f64 = 31_536_000_000.0;

    #[test]
    fn where_nearly_all_hit_alike_the_exact_interval_of_their_number_holds() {
        // 50 observations of nearly one size: the law may well be 0 now and then (0.025^(1/50) = 0.929).
        let hits: Vec<i64> = (0..50).map(|at| 1_000_000 + at).collect();
        let plain = MeanEstimate::new(&sparse(&hits, 50), 1e9, C95);
        let wide = plain.as_wide_as_its_hits(C95);
        let (Bounds::Interval(plain), Bounds::Interval(wide)) = (plain.bounds, wide.bounds) else { panic!() };
        assert!(plain.low > 999_000.0 && (wide.low / 1_000_024.5 - 0.9289).abs() < 1e-3, "{plain:?} {wide:?}");
        assert!(wide.high >= plain.high);
        // Where sizes differ and hits are few, nothing changes.
        let hits: Vec<i64> = (0..100).map(|at| 1000 * (1 + at % 40) * (1 + at % 7)).collect();
        let plain = MeanEstimate::new(&sparse(&hits, 5000), 1e9, C95);
        assert_eq!(plain.as_wide_as_its_hits(C95), plain);
    }

    fn sparse(hits: &[i64], n: u64) -> Moments {
        let mut moments: Moments = hits.iter().copied().collect();
        moments.add_times(0, n - hits.len() as u64);
        moments
    }

    #[test]
    fn no_study_reads_better_for_a_hit() {
        let known = Unseen { hit: 36_000_000.0, beyond: Beyond::NONE };
        let bound = |hits: &[i64], n| {
            MeanEstimate::new(&sparse(hits, n), YEAR_MS, C95).knowing_the_unseen(known, YEAR_MS, C95).bounds.high()
        };
        for n in [20, 100, 1_000, 10_000] {
            let none = bound(&[], n);
            assert!((none * n as f64 / (known.hit * 20.0_f64.ln()) - 1.0).abs() < 1e-12);
            for size in [1, 60_000, 3_600_000] {
                (1..20).for_each(|k| assert!(bound(&vec![size; k], n) >= none, "{k} of {n}, {size} ms"));
            }
        }
        // Where nothing is known, only what is too rare comes on top.
        let unknown = Unseen { hit: f64::INFINITY, beyond: Beyond { rare: 5.0, variance: 0.0 } };
        let plain = MeanEstimate::new(&sparse(&[700; 3], 1_000), 1e6, C95);
        assert_eq!(plain.knowing_the_unseen(unknown, 1e6, C95).bounds.high(), plain.bounds.high() + 5.0);
        let none = MeanEstimate::new(&sparse(&[], 1_000), 1e6, C95);
        assert_eq!(none.knowing_the_unseen(unknown, 1e6, C95), none);
        let many = MeanEstimate::new(&sparse(&[700; 30], 1_000), 1e6, C95);
        assert_eq!(many.knowing_the_unseen(known, 1e6, C95), many);
        assert_eq!(many.knowing_the_unseen(unknown, 1e6, C95), many.with_room(5.0, 1e6));
    }

    #[test]
    fn light_hits_do_not_bound_what_was_not_seen() {
        let light = MeanEstimate::new(&sparse(&[1, 1, 2], 1000), 1e6, C95);
        let wide = light.not_below_the_unseen(1e6, C95);
        assert!(light.bounds.high() < 1.0 && (wide.bounds.high() / 2991.0 - 1.0).abs() < 1e-3, "{light:?} {wide:?}");
        let many = MeanEstimate::new(&sparse(&[1; 30], 1000), 1e6, C95);
        assert_eq!(many.not_below_the_unseen(1e6, C95), many);
    }

    #[test]
    fn an_upper_end_knows_how_much_an_observation_varies() {
        let low = |bounds| if let Bounds::Interval(of) = bounds { of.low } else { f64::NAN };
        // 1,000 hits of 1, and one in a thousand may be of 1,000: none is here.
        let alike = MeanEstimate::new(&sparse(&[1, 2].repeat(500), 1_000), 1e6, C95);
        let known = alike.varying(1e3, 1e6, C95);
        assert!((known.bounds.high() - 1.5 - 1.959_964).abs() < 1e-6, "{known:?}");
        assert_eq!(low(known.bounds), low(alike.bounds));
        assert_eq!(alike.varying(1e-9, 1e6, C95), alike);
        assert_eq!(alike.varying(1e30, 1e6, C95).bounds.high(), 1e6);
    }

    #[test]
    fn room_is_above_and_within_what_can_be() {
        let bounds = [
            Bounds::Interval(Interval::new(2.0, 5.0)),
            Bounds::UpperBound { high: 5.0, why: UpperBoundReason::FewHits },
        ];
        for bounds in bounds {
            let estimate = MeanEstimate { mean: 3.0, trials: 100, hits: 10, bounds };
            assert_eq!(estimate.with_room(2.0, 10.0).bounds.high(), 7.0);
            assert_eq!(estimate.with_room(20.0, 10.0).bounds.high(), 10.0);
            assert_eq!(estimate.with_room(0.0, 10.0), estimate);
        }
    }

    #[test]
    fn nothing_is_beyond_what_can_be() {
        let bounds = Bounds::Interval(Interval::new(8.0, 12.0));
        let cut = MeanEstimate { mean: 10.3, trials: 100, hits: 100, bounds }.within(10.0);
        assert_eq!((cut.mean, cut.bounds), (10.0, Bounds::Interval(Interval::new(8.0, 10.0))));
        let bounds = Bounds::UpperBound { high: 11.0, why: UpperBoundReason::FewHits };
        let cut = MeanEstimate { mean: 3.0, trials: 100, hits: 3, bounds }.within(10.0);
        assert_eq!((cut.mean, cut.bounds.high()), (3.0, 10.0));
    }

    #[test]
    fn no_hits_bound_the_probability_times_the_cap() {
        let e = MeanEstimate::new(&sparse(&[], 1_000), YEAR_MS, C95);
        let Bounds::UpperBound { high, why } = e.bounds else { panic!("an interval from nothing") };
        assert_eq!(why, UpperBoundReason::NoHits);
        assert!((high / YEAR_MS - 0.002_991).abs() < 1e-6);
        let none = MeanEstimate::new(&Moments::new(), YEAR_MS, C95);
        assert_eq!(none.bounds, Bounds::UpperBound { high: YEAR_MS, why: UpperBoundReason::NoTrials });
    }

    #[test]
    fn few_hits_give_a_bound_above_the_mean_and_within_the_cap() {
        for k in 1..20 {
            let m = sparse(&vec![60_000; k], 1_000);
            let e = MeanEstimate::new(&m, YEAR_MS, C95);
            assert!(matches!(e.bounds, Bounds::UpperBound { why: UpperBoundReason::FewHits, .. }));
            assert!(e.bounds.high() > 2.0 * e.mean);
            let tight = MeanEstimate::new(&m, 60_000.0, C95);
            assert!(tight.bounds.high() < e.bounds.high());
        }
        let twenty = MeanEstimate::new(&sparse(&[60_000; 20], 1_000), YEAR_MS, C95);
        assert!(matches!(twenty.bounds, Bounds::Interval(_)));
    }

    #[test]
    fn equal_observations_are_not_plus_minus_zero() {
        let e = MeanEstimate::new(&sparse(&[5_000; 100], 100), 1e6, C95);
        let Bounds::Interval(i) = e.bounds else { panic!("100 hits have an interval") };
        assert!(i.low < 5_000.0 && i.high > 5_000.0 + 0.029 * 1e6 * 0.99);
        let d = DifferenceEstimate::new(&sparse(&[5_000; 100], 100), 1e6, C95);
        assert!(!d.excludes_zero() && d.p_value > 0.05);
        let d = DifferenceEstimate::new(&sparse(&[5_000; 1_000], 1_000), 1e6, C95);
        assert!(d.excludes_zero() && d.p_value < 0.05);
    }

    #[test]
    fn differences_tell_none_from_unresolved() {
        let none = DifferenceEstimate::new(&sparse(&[], 1_000), 1e6, C95);
        assert!(matches!(none.bounds, DifferenceBounds::NoneObserved { size_high } if size_high > 2_900.0));
        let few = DifferenceEstimate::new(&sparse(&[7, -7, 9], 1_000), 1e6, C95);
        assert!(matches!(few.bounds, DifferenceBounds::NotResolved { size_high } if size_high > 0.0));
        assert_eq!((none.p_value, few.p_value), (1.0, 1.0));
        let clear = DifferenceEstimate::new(&sparse(&[900, 1_000, 1_100].repeat(30), 1_000), 1e6, C95);
        assert!(clear.excludes_zero() && clear.p_value < 0.001);
    }

    proptest! {
        #[test]
        fn never_plus_minus_zero_and_never_nan(
            xs in prop::collection::vec(0i64..1_000, 0..60),
            n in 60u64..2_000,
            level in 0.01..0.999f64,
        ) {
            let conf = Confidence::new(level).map_err(|e| TestCaseError::fail(e.to_string()))?;
            let m = sparse(&xs, n);
            let e = MeanEstimate::new(&m, 1_000.0, conf);
            match e.bounds {
                Bounds::Interval(i) => prop_assert!(0.0 <= i.low && i.low < i.high && i.high <= 1_000.0),
                Bounds::UpperBound { high, .. } => prop_assert!(high > 0.0 && high <= 1_000.0),
            }
            let d = DifferenceEstimate::new(&m, 1_000.0, conf);
            match d.bounds {
                DifferenceBounds::Interval(i) => prop_assert!(i.low < i.high),
                DifferenceBounds::NotResolved { size_high } | DifferenceBounds::NoneObserved { size_high } =>
                    prop_assert!(size_high > 0.0 && size_high <= 1_000.0),
            }
            prop_assert!((0.0..=1.0).contains(&d.p_value));
        }

        #[test]
        fn any_moments_are_answered(xs in prop::collection::vec(any::<i64>(), 0..40), cap: f64) {
            let m: Moments = xs.into_iter().collect();
            let _ = MeanEstimate::new(&m, cap, C95);
            let _ = DifferenceEstimate::new(&m, cap, C95);
        }
    }
}
