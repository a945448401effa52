//! Signed integers of a fixed number of 64-bit limbs.
//!
//! Sums of cubes of milliseconds do not fit 128 bits. This is the smallest
//! integer that holds them: two's complement, little-endian limbs, addition,
//! subtraction and multiplication modulo 2^(64·L). The callers choose `L` so
//! that nothing wraps; the bounds are stated where the choice is made.

use serde::{Deserialize, Serialize};

/// A two's-complement integer of `L` limbs of 64 bits, least significant first.
///
/// Arithmetic wraps modulo 2^(64·L), so it is associative whatever happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wide<const L: usize>([u64; L]);

impl<const L: usize> Wide<L> {
    /// Zero.
    pub const ZERO: Self = Self([0; L]);

    /// The integer `value`, sign-extended. Needs `L ≥ 2` to be lossless.
    #[must_use]
    pub fn from_i128(value: i128) -> Self {
        let fill = if value < 0 { u64::MAX } else { 0 };
        let mut limbs = [fill; L];
        let words = [value as u64, (value >> 64) as u64];
        for (limb, word) in limbs.iter_mut().zip(words) {
            *limb = word;
        }
        Self(limbs)
    }

    /// The same integer in another width: sign-extended, or cut modulo 2^(64·M).
    #[must_use]
    pub fn resize<const M: usize>(self) -> Wide<M> {
        let fill = if self.is_negative() { u64::MAX } else { 0 };
        let mut limbs = [fill; M];
        for (limb, word) in limbs.iter_mut().zip(self.0) {
            *limb = word;
        }
        Wide(limbs)
    }

    /// The limbs, least significant first.
    #[must_use]
    pub fn limbs(self) -> [u64; L] {
        self.0
    }

    /// The integer of these limbs, least significant first.
    #[must_use]
    pub fn from_limbs(limbs: [u64; L]) -> Self {
        Self(limbs)
    }

    /// Whether the integer is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0.last().is_some_and(|top| top >> 63 == 1)
    }

    /// `self + other`, modulo 2^(64·L).
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let mut limbs = self.0;
        let mut carry = false;
        for (limb, word) in limbs.iter_mut().zip(other.0) {
            let (sum, first) = limb.overflowing_add(word);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            *limb = sum;
            carry = first | second;
        }
        Self(limbs)
    }

    /// `−self`, modulo 2^(64·L).
    #[must_use]
    pub fn negated(self) -> Self {
        let mut limbs = self.0;
        let mut carry = true;
        for limb in &mut limbs {
            let (sum, over) = (!*limb).overflowing_add(u64::from(carry));
            *limb = sum;
            carry = over;
        }
        Self(limbs)
    }

    /// `self − other`, modulo 2^(64·L).
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.plus(other.negated())
    }

    /// `self × other`, modulo 2^(64·L).
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        let mut limbs = [0u64; L];
        for (i, &a) in self.0.iter().enumerate() {
            if a == 0 {
                continue;
            }
            let mut carry = 0u128;
            for (limb, &b) in limbs.iter_mut().skip(i).zip(&other.0) {
                let cell = u128::from(a) * u128::from(b) + u128::from(*limb) + carry;
                *limb = cell as u64;
                carry = cell >> 64;
            }
        }
        Self(limbs)
    }

    /// The integer as an `i128`, or `None` where it does not fit.
    #[must_use]
    pub fn to_i128(self) -> Option<i128> {
        let low = u128::from(self.0.first().copied().unwrap_or(0));
        let high = u128::from(self.0.get(1).copied().unwrap_or(0));
        let value = ((high << 64) | low) as i128;
        (Self::from_i128(value) == self).then_some(value)
    }

    /// The nearest `f64`, correctly rounded (ties to even). Widths up to 16
    /// limbs stay finite.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        let negative = self.is_negative();
        let limbs = if negative { self.negated().0 } else { self.0 };
        let Some(top) = limbs.iter().rposition(|&limb| limb != 0) else {
            return 0.0;
        };
        let magnitude = if top < 2 {
            let high = u128::from(limbs.get(1).copied().unwrap_or(0));
            ((high << 64) | u128::from(limbs[0])) as f64
        } else {
            let lead = limbs[top].leading_zeros();
            let three = [limbs[top], limbs[top - 1], limbs[top - 2]];
            let mut head = (u128::from(three[0]) << 64) | u128::from(three[1]);
            let mut rest = three[2] != 0;
            if lead > 0 {
                head = (head << lead) | u128::from(three[2] >> (64 - lead));
                rest = three[2] << lead != 0;
            }
            let sticky = rest || limbs[..top - 2].iter().any(|&limb| limb != 0);
            let exponent = 64 * (top as i32 - 1) - lead as i32;
            libm::ldexp((head | u128::from(sticky)) as f64, exponent)
        };
        if negative { -magnitude } else { magnitude }
    }
}

impl<const L: usize> Serialize for Wide<L> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_slice().serialize(serializer)
    }
}

impl<'de, const L: usize> Deserialize<'de> for Wide<L> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let limbs = Vec::<u64>::deserialize(deserializer)?;
        let count = limbs.len();
        let wrong = |_| serde::de::Error::invalid_length(count, &"one u64 for each limb");
        limbs.try_into().map(Self).map_err(wrong)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    type W = Wide<4>;

    #[test]
    fn cubes_of_the_extremes_are_exact() {
        let x = W::from_i128(i128::from(i64::MIN));
        let cube = x.times(x).times(x);
        assert_eq!(cube.to_i128(), None);
        assert_eq!(cube.to_f64(), -libm::ldexp(1.0, 189));
        assert_eq!(cube.resize::<8>().to_f64(), cube.to_f64());
    }

    #[test]
    fn rounding_is_to_nearest_even_above_128_bits() {
        let scale = |v: i128| {
            let shift = W::from_i128(1 << 100);
            W::from_i128(v).times(shift).plus(W::from_i128(1))
        };
        // 2^53 + 1 is a tie at 54 bits: the sticky bit far below decides upwards.
        let tie = (1i128 << 53) + 1;
        let up = libm::ldexp((1u64 << 53) as f64 + 2.0, 100);
        assert_eq!(scale(tie).to_f64(), up);
        let exact_tie = scale(tie).minus(W::from_i128(1));
        assert_eq!(exact_tie.to_f64(), libm::ldexp((1u64 << 53) as f64, 100));
    }

    proptest! {
        #[test]
        fn agrees_with_i128(a in any::<i64>(), b in any::<i64>()) {
            let (x, y) = (i128::from(a), i128::from(b));
            let (p, q) = (W::from_i128(x), W::from_i128(y));
            prop_assert_eq!(p.plus(q).to_i128(), Some(x + y));
            prop_assert_eq!(p.minus(q).to_i128(), Some(x - y));
            prop_assert_eq!(p.times(q).to_i128(), Some(x * y));
            prop_assert_eq!(p.times(q).to_f64(), (x * y) as f64);
            prop_assert_eq!(p.times(q).resize::<8>().to_i128(), Some(x * y));
        }

        #[test]
        fn survives_serialisation(a in any::<i128>(), b in any::<i128>()) {
            let wide = W::from_i128(a).times(W::from_i128(b));
            let text = serde_json::to_string(&wide).unwrap();
            prop_assert_eq!(serde_json::from_str::<W>(&text).unwrap(), wide);
            prop_assert_eq!(W::from_limbs(wide.limbs()), wide);
        }
    }
}
