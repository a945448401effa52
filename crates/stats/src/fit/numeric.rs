//! Roots and maxima of functions of one number.

/// A root of `f` between `low` and `high` where it changes its sign, to a relative 1e-12; none if it does not.
/// R. P. Brent, *Algorithms for Minimization without Derivatives* (1973), ch. 4.
pub(super) fn root(f: impl Fn(f64) -> f64, low: f64, high: f64) -> Option<f64> {
    let (mut a, mut b) = (low, high);
    let (mut fa, mut fb) = (f(a), f(b));
    if fa.is_nan() || fb.is_nan() || fa * fb.signum() > 0.0 {
        return None;
    }
    let (mut c, mut fc) = (a, fa);
    let mut d = b - a;
    let mut e = d;
    for _ in 0..200 {
        if fb * fc > 0.0 {
            (c, fc) = (a, fa);
            d = b - a;
            e = d;
        }
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let tolerance = 2e-16 * b.abs() + 1e-13;
        let half = 0.5 * (c - b);
        if half.abs() <= tolerance || fb == 0.0 {
            return Some(b);
        }
        let step =
            if e.abs() >= tolerance && fa.abs() > fb.abs() { interpolated([a, b, c], [fa, fb, fc]) } else { None };
        match step.filter(|step| step * half > 0.0 && step.abs() < (1.5 * half.abs()).min(0.5 * e.abs())) {
            Some(step) => (e, d) = (d, step),
            None => (e, d) = (half, half),
        }
        (a, fa) = (b, fb);
        b += if d.abs() > tolerance { d } else { tolerance.copysign(half) };
        fb = f(b);
    }
    Some(b)
}

/// The step from b by inverse quadratic or linear interpolation.
fn interpolated([a, b, c]: [f64; 3], [fa, fb, fc]: [f64; 3]) -> Option<f64> {
    let s = fb / fa;
    let step = if a == c {
        (c - b) * s / (1.0 - s)
    } else {
        let (q, r) = (fa / fc, fb / fc);
        let p = s * ((c - b) * q * (q - r) - (b - a) * (r - 1.0));
        -p / ((q - 1.0) * (r - 1.0) * (s - 1.0))
    };
    step.is_finite().then_some(step)
}

/// Where `f` is greatest between `low` and `high`, if it rises and then falls. Golden section.
pub(super) fn maximum(f: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    const GOLD: f64 = 0.618_033_988_749_894_8;
    let (mut a, mut b) = (low, high);
    let (mut x, mut y) = (b - GOLD * (b - a), a + GOLD * (b - a));
    let (mut fx, mut fy) = (f(x), f(y));
    for _ in 0..100 {
        if (b - a).abs() < 1e-9 {
            break;
        }
        // What is not a number counts as low.
        if fx > fy || fy.is_nan() {
            b = y;
            (y, fy) = (x, fx);
            x = b - GOLD * (b - a);
            fx = f(x);
        } else {
            a = x;
            (x, fx) = (y, fy);
            y = a + GOLD * (b - a);
            fy = f(y);
        }
    }
    a.midpoint(b)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn roots_and_maxima_by_hand() {
        assert!((root(|x| x * x - 2.0, 0.0, 9.0).unwrap() - core::f64::consts::SQRT_2).abs() < 1e-12);
        assert!((root(|x| libm::exp(x) - 5.0, -40.0, 40.0).unwrap() - libm::log(5.0)).abs() < 1e-12);
        assert!((root(|x| x * x * x, -1.0, 7.0).unwrap()).abs() < 1e-3);
        assert_eq!(root(|x| x * x + 1.0, -1.0, 1.0), None);
        assert_eq!(root(|_| f64::NAN, -1.0, 1.0), None);
        assert!((maximum(|x| -(x - 0.3) * (x - 0.3), -10.0, 10.0) - 0.3).abs() < 1e-7);
    }
}
