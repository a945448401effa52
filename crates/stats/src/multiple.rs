//! Several comparisons in one table.

use crate::confidence::Confidence;

/// Holm's step-down adjusted p-values, in the order given: rejecting every
/// hypothesis whose adjusted value is at most α keeps the probability of any
/// false rejection at or below α, whatever the dependence. NaN counts as 1.
/// Source: S. Holm, Scand. J. Statist. 6 (1979) 65–70.
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let clean = |p: f64| if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) };
    let count = p_values.len();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&i, &j| clean(p_values[i]).total_cmp(&clean(p_values[j])).then(i.cmp(&j)));
    let mut adjusted = vec![1.0; count];
    let mut running = 0.0_f64;
    for (rank, &i) in order.iter().enumerate() {
        running = running.max(((count - rank) as f64 * clean(p_values[i])).min(1.0));
        adjusted[i] = running;
    }
    adjusted
}

/// The level at which each of `m` intervals is drawn so that all cover at
/// once with confidence `conf` (Bonferroni: 1 − α/m). `m` below 1 counts as 1.
///
/// These intervals are valid together, so they may share a table without a
/// word; Holm's steps ([`holm`]) sharpen decisions, not intervals.
#[must_use]
pub fn simultaneous_level(conf: Confidence, m: u64) -> Confidence {
    conf.split(m)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holm_by_hand() {
        let close = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (ours, hand) in close.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((ours - hand).abs() < 1e-15);
        }
    }

    #[test]
    fn nonsense_never_rejects_and_nothing_panics() {
        assert_eq!(holm(&[f64::NAN, 2.0, -1.0]), vec![1.0, 1.0, 0.0]);
        assert!(holm(&[]).is_empty());
    }
}
