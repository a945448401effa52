//! Keyed random streams: every random number is a function of what it is for, not of when it is asked for.
//!
//! A [`Key`] is 128 bits, derived by names and numbers from the seed; a [`Stream`] is a key and a counter. Word `i`
//! of a stream is the SplitMix64 function (Steele, Lea & Flood, OOPSLA 2014; Stafford's "Mix13" constants) of
//! `a + i·γ` with the second half of the key folded in between its two multiplications, so streams that meet in `a`
//! still differ. Opening a stream moves no other. The statistical battery is in `tests/streams.rs`; golden words pin
//! the bits.

use core::convert::Infallible;
use rand::TryRng;

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
const GAMMA_2: u64 = 0xd1b5_4a32_d192_ed03;
const MIX_1: u64 = 0xbf58_476d_1ce4_e5b9;
const MIX_2: u64 = 0x94d0_49bb_1331_11eb;

#[inline]
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(MIX_1);
    z = (z ^ (z >> 27)).wrapping_mul(MIX_2);
    z ^ (z >> 31)
}

/// A number for a name (FNV-1a folded through the mixer), for keys that must not depend on an order of declaration.
pub const fn name_tag(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    mix(hash)
}

/// What a stream is for: 128 bits derived from the seed by a path of names and numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    a: u64,
    b: u64,
}

impl Key {
    /// The root of everything drawn under `seed`.
    pub const fn root(seed: u64) -> Self {
        Self { a: mix(seed ^ GAMMA), b: mix(seed.wrapping_add(GAMMA_2)) }
    }

    /// The key of the part numbered `(x, y)` below this key.
    #[inline]
    #[must_use]
    pub const fn part(self, x: u64, y: u64) -> Self {
        let t = mix(self.a ^ x.wrapping_mul(GAMMA)).wrapping_add(y.wrapping_mul(GAMMA_2));
        Self { a: mix(t), b: mix(t.rotate_left(32) ^ self.b) }
    }

    /// The key of the part called `name` below this key.
    #[must_use]
    pub const fn named(self, name: &str) -> Self {
        self.part(name_tag(name), 1)
    }

    /// The stream of this key, from its first word.
    #[inline]
    pub const fn stream(self) -> Stream {
        Stream { key: self, at: 0 }
    }

    /// Word `i` of this key's stream.
    #[inline]
    pub const fn word(self, i: u64) -> u64 {
        let mut z = self.a.wrapping_add(i.wrapping_mul(GAMMA));
        z = (z ^ (z >> 30)).wrapping_mul(MIX_1) ^ self.b;
        z = (z ^ (z >> 27)).wrapping_mul(MIX_2);
        z ^ (z >> 31)
    }

    /// A number in `[0, 1)` from word `i`, a multiple of 2⁻⁵³.
    #[inline]
    pub fn unit(self, i: u64) -> f64 {
        to_unit(self.word(i))
    }
}

#[inline]
fn to_unit(word: u64) -> f64 {
    (word >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// The random words of one key, in order.
#[derive(Debug, Clone, Copy)]
pub struct Stream {
    key: Key,
    at: u64,
}

impl Stream {
    /// The next 64 random bits.
    #[inline]
    pub fn word(&mut self) -> u64 {
        let word = self.key.word(self.at);
        self.at = self.at.wrapping_add(1);
        word
    }

    /// A number in `[0, 1)`.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        to_unit(self.word())
    }

    /// A number in `(0, 1)`: never an end, so its logarithm is finite.
    #[inline]
    pub fn open_unit(&mut self) -> f64 {
        ((self.word() >> 12) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
    }

    /// A standard exponential variate (ziggurat).
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        crate::ziggurat::exponential(self)
    }

    /// A standard normal variate (ziggurat).
    #[inline]
    pub fn normal(&mut self) -> f64 {
        crate::ziggurat::normal(self)
    }

    /// A whole number below `n` (Lemire's multiplication; the bias is below n/2⁶⁴).
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.word()) * u128::from(n)) >> 64) as u64
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.word() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.word())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.word().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_words_pin_the_bits() {
        let key = Key::root(42).named("storm").part(7, 9);
        let words: Vec<u64> = (0..3).map(|i| key.word(i)).collect();
        assert_eq!(words, GOLDEN);
    }

    const GOLDEN: [u64; 3] = [17_663_936_842_310_295_554, 3_431_306_667_668_314_402, 2_737_538_519_219_898_084];

    #[test]
    fn a_stream_is_its_keys_words() {
        let key = Key::root(1).part(2, 3);
        let mut stream = key.stream();
        assert_eq!([stream.word(), stream.word()], [key.word(0), key.word(1)]);
    }

    #[test]
    fn a_unit_is_never_outside() {
        assert_eq!(to_unit(u64::MAX), 1.0 - f64::EPSILON / 2.0);
        assert_eq!(to_unit(0), 0.0);
    }
}
