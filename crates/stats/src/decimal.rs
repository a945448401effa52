//! Availability targets as exact decimals.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Most digits after the point of the share: 10^18 fits the integers used.
const MAX_SCALE: u32 = 18;

/// Why a text is not an availability target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Nothing but blanks.
    #[error("an availability target is missing; write for example 99.95%")]
    Empty,
    /// Not digits with at most one point, and an optional percent sign.
    #[error("`{0}` is not a decimal number; write for example 99.95% or 0.9995")]
    NotDecimal(String),
    /// A comma stands where the point belongs.
    #[error("`{0}` has a comma; write the decimals after a point, for example 99.95%")]
    Comma(String),
    /// Below zero.
    #[error("`{0}` is negative; a target lies between 0% and 100%")]
    Negative(String),
    /// Above 100 %.
    #[error("`{0}` is more than 100%; a share above 1 needs a percent sign, for example 99.95%")]
    AboveOne(String),
    /// More decimals than the exact arithmetic holds.
    #[error("`{0}` has more than {MAX_SCALE} decimals of a share")]
    TooPrecise(String),
}

/// An availability target: an exact share `numerator / 10^scale` in [0, 1].
///
/// Parsed from `99.95%`, `99.95 %` or `0.9995`; printed as a percentage in
/// the shortest form (`99.95%`). Decisions are made in integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Target {
    numerator: u64,
    scale: u32,
}

impl Target {
    /// Numerator of the share, at most [`Target::denominator`].
    #[must_use]
    pub fn numerator(&self) -> u64 {
        self.numerator
    }

    /// Denominator of the share, a power of ten up to 10^18.
    #[must_use]
    pub fn denominator(&self) -> u64 {
        10u64.pow(self.scale)
    }

    /// The share as the nearest `f64`, for plots; decide with [`Target::allows`].
    #[must_use]
    pub fn share(&self) -> f64 {
        self.numerator as f64 / self.denominator() as f64
    }

    /// The allowed unavailability, 1 − share, as the nearest `f64`.
    #[must_use]
    pub fn allowed_share(&self) -> f64 {
        (self.denominator() - self.numerator) as f64 / self.denominator() as f64
    }

    /// Whether a window of `length_ms` with `missed_ms` missed meets the
    /// target: (length − missed) / length ≥ share, decided in integers. An
    /// empty window meets every target; more missed than the length, none.
    #[must_use]
    pub fn allows(&self, missed_ms: u64, length_ms: u64) -> bool {
        let Some(up_ms) = length_ms.checked_sub(missed_ms) else {
            return false;
        };
        u128::from(up_ms) * u128::from(self.denominator()) >= u128::from(length_ms) * u128::from(self.numerator)
    }

    /// The most whole milliseconds that a window of `length_ms` may miss:
    /// ⌊length · (1 − share)⌋.
    #[must_use]
    pub fn allowed_ms(&self, length_ms: u64) -> u64 {
        let slack = u128::from(self.denominator() - self.numerator);
        let allowed = u128::from(length_ms) * slack / u128::from(self.denominator());
        allowed as u64 // at most length_ms
    }

    fn reduced(mut numerator: u64, mut scale: u32) -> Self {
        while scale > 0 && numerator.is_multiple_of(10) {
            numerator /= 10;
            scale -= 1;
        }
        Self { numerator, scale }
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(TargetError::Empty);
        }
        let said = || trimmed.to_owned();
        let (number, percent) = match trimmed.strip_suffix('%') {
            Some(number) => (number.trim_end(), 2),
            None => (trimmed, 0),
        };
        let (whole, fraction) = split_decimal(number).ok_or_else(|| reject(trimmed, number))?;
        let fraction = fraction.trim_end_matches('0');
        let scale = u32::try_from(fraction.len()).map_or(u32::MAX, |digits| digits.saturating_add(percent));
        let whole = whole.trim_start_matches('0');
        if whole.len() > 3 {
            return Err(TargetError::AboveOne(said()));
        }
        if scale > MAX_SCALE {
            return Err(TargetError::TooPrecise(said()));
        }
        let digits = format!("0{whole}{fraction}");
        let numerator: u64 = digits.parse().map_err(|_| TargetError::AboveOne(said()))?;
        if numerator > 10u64.pow(scale) {
            return Err(TargetError::AboveOne(said()));
        }
        Ok(Self::reduced(numerator, scale))
    }
}

/// The digits before and after the point; `None` for anything else.
fn split_decimal(number: &str) -> Option<(&str, &str)> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    (digits(whole) && digits(fraction)).then_some((whole, fraction))
}

/// The most helpful reason why `number`, part of `said`, is no decimal.
fn reject(said: &str, number: &str) -> TargetError {
    let said = said.to_owned();
    if number.strip_prefix('-').is_some_and(|rest| split_decimal(rest).is_some()) {
        TargetError::Negative(said)
    } else if split_decimal(&number.replacen(',', ".", 1)).is_some() {
        TargetError::Comma(said)
    } else {
        TargetError::NotDecimal(said)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A share with one decimal or none has a whole percentage.
        let (numerator, scale) = match self.scale {
            0 => (u128::from(self.numerator) * 100, 0),
            1 => (u128::from(self.numerator) * 10, 0),
            scale => (u128::from(self.numerator), scale - 2),
        };
        let unit = 10u128.pow(scale);
        write!(f, "{}", numerator / unit)?;
        if scale > 0 {
            write!(f, ".{:0width$}", numerator % unit, width = scale as usize)?;
        }
        f.write_str("%")
    }
}

impl TryFrom<String> for Target {
    type Error = TargetError;
    fn try_from(text: String) -> Result<Self, TargetError> {
        text.parse()
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.to_string()
    }
}

/// How many nines an unavailability has: −log₁₀(u). Infinite at 0 (or below);
/// 0 at 1. 99.95 % has 3.3 nines.
#[must_use]
pub fn nines(unavailability: f64) -> f64 {
    if unavailability <= 0.0 {
        return f64::INFINITY;
    }
    if unavailability == 1.0 { 0.0 } else { -libm::log10(unavailability) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn target(text: &str) -> Target {
        text.parse().unwrap()
    }

    #[test]
    fn three_spellings_are_one_target() {
        for text in ["99.95%", "0.9995", "99.95 %", " 099.9500% ", "0.99950"] {
            assert_eq!(target(text), target("99.95%"), "{text}");
        }
        let t = target("99.95%");
        assert_eq!((t.numerator(), t.denominator()), (9_995, 10_000));
        assert_eq!(t.to_string(), "99.95%");
        assert_eq!(t.allowed_share(), 0.0005);
    }

    #[test]
    fn printing_is_canonical() {
        for (text, canonical) in [
            ("1", "100%"),
            ("0", "0%"),
            ("0.5", "50%"),
            ("0.05", "5%"),
            ("0.005", "0.5%"),
            ("100.000%", "100%"),
            ("99.999", "x"),
            ("0.999999999999999999", "99.9999999999999999%"),
        ] {
            match text.parse::<Target>() {
                Ok(t) => assert_eq!(t.to_string(), canonical),
                Err(e) => assert!(matches!(e, TargetError::AboveOne(_)) && canonical == "x"),
            }
        }
    }

    #[test]
    fn mistakes_are_told_apart() {
        use TargetError as E;
        let error = |text: &str| text.parse::<Target>().unwrap_err();
        assert_eq!(error("  "), E::Empty);
        for junk in ["NaN", "inf", "1e-3", "99.9.5%", "%", ".5", "99.%", "+1", "99%%", "−1", "٩٩%"] {
            assert!(matches!(error(junk), E::NotDecimal(_)), "{junk}");
        }
        assert!(matches!(error("-1%"), E::Negative(_)));
        assert!(matches!(error("99,95%"), E::Comma(_)));
        for above in ["100.001%", "1.5", "99.95", "999999999999999999999999"] {
            assert!(matches!(error(above), E::AboveOne(_)), "{above}");
        }
        assert!(matches!(error("0.9999999999999999999"), E::TooPrecise(_)));
    }

    #[test]
    fn a_month_at_three_and_a_half_nines() {
        let month_ms = 30 * 24 * 3_600_000;
        let t = target("99.95%");
        assert_eq!(t.allowed_ms(month_ms), 1_296_000);
        assert!(t.allows(1_296_000, month_ms) && !t.allows(1_296_001, month_ms));
        assert!(t.allows(0, 0) && !t.allows(1, 0));
        assert!(target("100%").allows(0, month_ms) && !target("100%").allows(1, month_ms));
        assert!(target("0%").allows(u64::MAX, u64::MAX));
    }

    #[test]
    fn nines_of_round_numbers() {
        assert_eq!(nines(0.001), 3.0);
        assert_eq!(nines(0.0), f64::INFINITY);
        assert_eq!(nines(1.0).to_bits(), 0);
    }

    proptest! {
        #[test]
        fn allowed_is_the_last_that_is_allowed(n in 0u64..=1_000_000, length in any::<u64>(), off in 0u64..3) {
            let t = target(&format!("0.{n:07}"));
            let most = t.allowed_ms(length);
            prop_assert!(t.allows(most.saturating_sub(off), length));
            prop_assert!(!t.allows(most.saturating_add(1 + off), length) || most == u64::MAX);
            prop_assert_eq!(target(&t.to_string()), t);
            let text = serde_json::to_string(&t).unwrap();
            prop_assert_eq!(serde_json::from_str::<Target>(&text).unwrap(), t);
        }

        #[test]
        fn any_text_is_answered(text in ".*") {
            let _ = text.parse::<Target>();
        }
    }
}
