//! Lengths, some of them cut off.

/// Why lengths make no sample.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a length must be a finite number above 0, not {0}")]
pub struct SampleError(
    /// The rejected length.
    pub f64,
);

/// Lengths that were seen to their end, and lengths that were only seen to be longer than something.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Sorted.
    exact: Vec<f64>,
    /// Sorted: each is longer than this.
    beyond: Vec<f64>,
    /// Mean of the logarithms of `exact`.
    mean_log: f64,
    /// Σ (ln x − mean)² over `exact`.
    squares_log: f64,
    /// Σ of `exact`.
    sum: f64,
}

impl Sample {
    /// Takes lengths, in any order; those of `beyond` are longer than they say.
    ///
    /// # Errors
    /// If a length is not positive and finite.
    pub fn new(mut exact: Vec<f64>, mut beyond: Vec<f64>) -> Result<Self, SampleError> {
        if let Some(&wrong) = exact.iter().chain(&beyond).find(|length| !(length.is_finite() && **length > 0.0)) {
            return Err(SampleError(wrong));
        }
        exact.sort_unstable_by(f64::total_cmp);
        beyond.sort_unstable_by(f64::total_cmp);
        Ok(Self::sorted(exact, beyond))
    }

    /// No length at all.
    #[must_use]
    pub fn empty() -> Self {
        Self::sorted(Vec::new(), Vec::new())
    }

    /// From lengths that are known to be fine.
    pub(super) fn sorted(exact: Vec<f64>, beyond: Vec<f64>) -> Self {
        let n = exact.len().max(1) as f64;
        let mean_log = exact.iter().map(|&x| libm::log(x)).sum::<f64>() / n;
        let square = |x: f64| (libm::log(x) - mean_log) * (libm::log(x) - mean_log);
        let squares_log = exact.iter().map(|&x| square(x)).sum();
        let sum = exact.iter().sum();
        Self { exact, beyond, mean_log, squares_log, sum }
    }

    /// Lengths seen to their end, sorted.
    #[must_use]
    pub fn exact(&self) -> &[f64] {
        &self.exact
    }

    /// What the cut-off lengths are longer than, sorted.
    #[must_use]
    pub fn beyond(&self) -> &[f64] {
        &self.beyond
    }

    /// How many were seen to their end.
    #[must_use]
    pub fn n(&self) -> usize {
        self.exact.len()
    }

    /// Mean of the logarithms of those seen to their end; 0 without any.
    #[must_use]
    pub fn mean_log(&self) -> f64 {
        self.mean_log
    }

    /// Standard deviation (divisor n − 1) of the logarithms of those seen to their end; none below two.
    #[must_use]
    pub fn sd_log(&self) -> Option<f64> {
        (self.n() >= 2).then(|| libm::sqrt(self.squares_log / (self.n() - 1) as f64))
    }

    pub(super) fn squares_log(&self) -> f64 {
        self.squares_log
    }

    /// The mean; none where a length is cut off, for then it depends on a law.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.n() > 0 && self.beyond.is_empty()).then(|| self.sum / self.n() as f64)
    }

    /// All the time that was seen: Σ of both kinds.
    pub(super) fn total(&self) -> f64 {
        self.sum + self.beyond.iter().sum::<f64>()
    }

    /// Σ of those seen to their end.
    pub(super) fn sum(&self) -> f64 {
        self.sum
    }

    /// Whether at least two different lengths were seen to their end: what a law of two parameters needs.
    pub(super) fn varies(&self) -> bool {
        self.exact.first() < self.exact.last()
    }

    /// The `p`-quantile of what was seen: the middle between neighbours at a border, by the product-limit estimate
    /// (Kaplan and Meier, 1958) where lengths are cut off; none where the record does not reach so far.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let want = 1.0 - p;
        let (mut alive, mut cut) = (1.0, 0);
        let all = self.exact.len() + self.beyond.len();
        let mut border = None;
        for (seen, &x) in self.exact.iter().enumerate() {
            if let Some(border) = border {
                return Some(x.midpoint(border));
            }
            // Cut-off lengths that end before x are no longer at risk.
            while self.beyond.get(cut).is_some_and(|&c| c < x) {
                cut += 1;
            }
            alive *= 1.0 - 1.0 / (all - seen - cut) as f64;
            if alive < want - 1e-9 {
                return Some(x);
            }
            if alive <= want + 1e-9 {
                border = Some(x);
            }
        }
        border
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_positive_lengths() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Sample::new(vec![1.0, bad], vec![]).is_err());
            assert!(Sample::new(vec![1.0], vec![bad]).is_err());
        }
    }

    #[test]
    fn quantiles_by_hand() {
        let of = |exact: &[f64], beyond: &[f64], p| Sample::new(exact.to_vec(), beyond.to_vec()).unwrap().quantile(p);
        assert_eq!(of(&[3.0, 1.0, 2.0], &[], 0.5), Some(2.0));
        assert_eq!(of(&[1.0, 2.0, 3.0, 4.0], &[], 0.5), Some(2.5));
        assert_eq!(of(&[1.0, 2.0, 3.0, 4.0], &[], 0.9), Some(4.0));
        assert_eq!(of(&[5.0], &[], 0.5), Some(5.0));
        assert_eq!(of(&[], &[], 0.5), None);
        // The textbook case: 6, 6, 6, 6+, 7, 9+, 10, … of Freireich's remission times (weeks, treated group):
        // S falls to 0.448 at 23 weeks, so the median is 23 and the 90 % quantile is never reached.
        let exact = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
        let beyond = [6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0];
        assert_eq!(of(&exact, &beyond, 0.5), Some(23.0));
        assert_eq!(of(&exact, &beyond, 0.9), None);
        assert_eq!(of(&exact, &beyond, 0.4), Some(22.0));
    }

    #[test]
    fn logarithms_by_hand() {
        let e = core::f64::consts::E;
        let sample = Sample::new(vec![1.0, e * e, e], vec![]).unwrap();
        assert!((sample.mean_log() - 1.0).abs() < 1e-15);
        assert!((sample.sd_log().unwrap() - 1.0).abs() < 1e-15);
        assert_eq!(Sample::new(vec![2.0], vec![]).unwrap().sd_log(), None);
        assert_eq!(Sample::new(vec![2.0], vec![3.0]).unwrap().mean(), None);
    }
}
