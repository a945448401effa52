//! The mean over time of something that settles: exact at each instant, integrated by Gauss–Legendre panels.

use crate::error::{Error, check, nonnegative, positive};

/// Nonnegative nodes and weights of the nine-point Gauss–Legendre rule on [-1, 1].
pub(crate) const GAUSS_LEGENDRE_9: [(f64, f64); 5] = [
    (0.0, 0.330_239_355_001_259_8),
    (0.324_253_423_403_808_9, 0.312_347_077_040_002_84),
    (0.613_371_432_700_590_4, 0.260_610_696_402_935_5),
    (0.836_031_107_326_635_8, 0.180_648_160_694_857_4),
    (0.968_160_239_507_626_1, 0.081_274_388_361_574_41),
];

/// Mean of `value` over \[`from`, `to`\], for sums of decaying exponentials whose fastest rate is `fastest` > 0: panels
/// double from a small part of 1/`fastest` on. Good to about 1e-10 of the largest value (tested against uniformisation).
pub fn mean_over(
    (from, to): (f64, f64),
    fastest: f64,
    mut value: impl FnMut(f64) -> Result<f64, Error>,
) -> Result<f64, Error> {
    nonnegative("beginning", from)?;
    check(to.is_finite() && to > from, "end", to, "finite and after the beginning")?;
    let (mut left, mut sum) = (from, 0.0);
    let mut border = 0.25 / positive("fastest rate", fastest)?;
    while left < to {
        while border <= left {
            border *= 1.5;
        }
        let right = border.min(to);
        let (middle, half) = (0.5 * (left + right), 0.5 * (right - left));
        for (node, weight) in GAUSS_LEGENDRE_9 {
            if node == 0.0 {
                sum += half * weight * value(middle)?;
            } else {
                sum += half * weight * (value(middle - half * node)? + value(middle + half * node)?);
            }
        }
        left = right;
    }
    Ok(sum / (to - from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kofn::KOfN;
    use crate::single::Alternating;

    #[test]
    fn a_settling_tail_agrees_with_uniformisation() -> Result<(), Error> {
        let unit = Alternating::new(1000.0, 10.0)?;
        let system = KOfN::new(8, 10, unit)?;
        for horizon in [3.0, 100.0, 8760.0] {
            let exact = system.expected_downtime(horizon)? / horizon;
            let found = mean_over((0.0, horizon), 0.2, |t| {
                let mass = crate::kofn::up_distribution(&[(10, unit.point_unavailability(t)?)])?;
                Ok(crate::probability_fewer_than(&mass, 8))
            })?;
            assert!((found / exact - 1.0).abs() < 1e-9, "{horizon}: {found} {exact}");
        }
        assert!(mean_over((2.0, 2.0), 1.0, |_| Ok(0.0)).is_err());
        Ok(())
    }
}
