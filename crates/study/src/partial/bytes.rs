//! Integers, texts and statistics as bytes, and back. The reader trusts nothing.

use super::fields::Pass;
use std::convert::Infallible;
use zonefall_stats::wide::Wide;
use zonefall_stats::{Histogram, Moments, Proportion};

/// Why something cannot be read.
type Wrong = &'static str;

const SHORT: Wrong = "it ends too early";
const TOO_LARGE: Wrong = "a number is too large";

/// Writes down.
#[derive(Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Seven bits a byte, least significant first; the highest bit says that more follow.
    fn put(&mut self, value: impl Into<u128>) {
        let mut rest: u128 = value.into();
        while rest >= 0x80 {
            self.0.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.0.push(rest as u8);
    }

    fn put_wide(&mut self, value: Wide<4>) {
        value.limbs().into_iter().for_each(|limb| self.0.extend_from_slice(&limb.to_le_bytes()));
    }

    fn put_text(&mut self, text: &str) {
        self.put(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }
}

impl Pass for Writer {
    type Error = Infallible;

    fn number(&mut self, value: &mut u64) -> Result<(), Infallible> {
        self.put(*value);
        Ok(())
    }

    fn amount(&mut self, value: &mut i128) -> Result<(), Infallible> {
        self.put(((*value << 1) ^ (*value >> 127)) as u128);
        Ok(())
    }

    fn yes_or_no(&mut self, value: &mut bool) -> Result<(), Infallible> {
        self.0.push(u8::from(*value));
        Ok(())
    }

    fn fingerprint(&mut self, value: &mut [u8; 32]) -> Result<(), Infallible> {
        self.0.extend_from_slice(value);
        Ok(())
    }

    fn text(&mut self, value: &mut String) -> Result<(), Infallible> {
        self.put_text(value);
        Ok(())
    }

    fn texts(&mut self, value: &mut Vec<String>) -> Result<(), Infallible> {
        self.put(value.len() as u64);
        value.iter().for_each(|text| self.put_text(text));
        Ok(())
    }

    fn moments(&mut self, value: &mut Moments) -> Result<(), Infallible> {
        let (n, hits, sums) = value.parts();
        self.put(n);
        self.put(hits);
        // Without a hit there is nothing to sum up.
        if hits > 0 {
            sums.into_iter().for_each(|sum| self.put_wide(sum));
        }
        Ok(())
    }

    fn proportion(&mut self, value: &mut Proportion) -> Result<(), Infallible> {
        let (counts, sums) = value.parts();
        counts.into_iter().for_each(|count| self.put(count));
        sums.into_iter().for_each(|sum| self.put(sum));
        Ok(())
    }

    fn histogram(&mut self, value: &mut Histogram) -> Result<(), Infallible> {
        self.put(value.parts().len() as u64);
        let mut last = 0;
        for (place, count) in value.parts() {
            self.put(place - last);
            self.put(count);
            last = place;
        }
        if let Some((low, high)) = value.min().zip(value.max()) {
            self.put(low);
            self.put(high);
        }
        Ok(())
    }
}

/// Reads back.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Nothing may be left.
    pub fn end(&self) -> Result<(), Wrong> {
        if self.0.is_empty() { Ok(()) } else { Err("something is left behind its end") }
    }

    fn take<const N: usize>(&mut self) -> Result<&'a [u8; N], Wrong> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(SHORT)?;
        self.0 = rest;
        Ok(taken)
    }

    fn get(&mut self) -> Result<u128, Wrong> {
        let mut value = 0;
        for shift in (0..128).step_by(7) {
            let &[byte] = self.take()?;
            let bits = u128::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return Err(TOO_LARGE);
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(TOO_LARGE)
    }

    fn get_u64(&mut self) -> Result<u64, Wrong> {
        u64::try_from(self.get()?).map_err(|_| TOO_LARGE)
    }

    /// How many things follow, each of at least `bytes_each` bytes.
    fn get_length(&mut self, bytes_each: usize) -> Result<usize, Wrong> {
        let length = usize::try_from(self.get()?).map_err(|_| TOO_LARGE)?;
        if length > self.0.len() / bytes_each { Err(SHORT) } else { Ok(length) }
    }

    fn get_wide(&mut self) -> Result<Wide<4>, Wrong> {
        let mut limbs = [0; 4];
        for limb in &mut limbs {
            *limb = u64::from_le_bytes(*self.take()?);
        }
        Ok(Wide::from_limbs(limbs))
    }

    fn get_text(&mut self) -> Result<String, Wrong> {
        let length = self.get_length(1)?;
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        std::str::from_utf8(text).map(str::to_owned).map_err(|_| "a name is not text")
    }
}

impl Pass for Reader<'_> {
    type Error = Wrong;

    fn number(&mut self, value: &mut u64) -> Result<(), Wrong> {
        *value = self.get_u64()?;
        Ok(())
    }

    fn amount(&mut self, value: &mut i128) -> Result<(), Wrong> {
        let zigzag = self.get()?;
        *value = (zigzag >> 1) as i128 ^ -((zigzag & 1) as i128);
        Ok(())
    }

    fn yes_or_no(&mut self, value: &mut bool) -> Result<(), Wrong> {
        *value = match self.take()? {
            [0] => false,
            [1] => true,
            _ => return Err("neither yes nor no"),
        };
        Ok(())
    }

    fn fingerprint(&mut self, value: &mut [u8; 32]) -> Result<(), Wrong> {
        *value = *self.take()?;
        Ok(())
    }

    fn text(&mut self, value: &mut String) -> Result<(), Wrong> {
        *value = self.get_text()?;
        Ok(())
    }

    fn texts(&mut self, value: &mut Vec<String>) -> Result<(), Wrong> {
        let length = self.get_length(1)?;
        value.clear();
        for _ in 0..length {
            value.push(self.get_text()?);
        }
        Ok(())
    }

    fn moments(&mut self, value: &mut Moments) -> Result<(), Wrong> {
        let (n, hits) = (self.get_u64()?, self.get_u64()?);
        let mut sums = [Wide::ZERO; 3];
        if hits > 0 {
            for sum in &mut sums {
                *sum = self.get_wide()?;
            }
        }
        *value = Moments::from_parts(n, hits, sums).ok_or("moments that no observations have")?;
        Ok(())
    }

    fn proportion(&mut self, value: &mut Proportion) -> Result<(), Wrong> {
        let (mut counts, mut sums) = ([0; 5], [0; 3]);
        for count in &mut counts {
            *count = self.get_u64()?;
        }
        for sum in &mut sums {
            *sum = self.get()?;
        }
        *value = Proportion::from_parts(counts, sums).ok_or("a proportion that no trials have")?;
        Ok(())
    }

    fn histogram(&mut self, value: &mut Histogram) -> Result<(), Wrong> {
        let length = self.get_length(2)?;
        let (mut parts, mut last) = (Vec::with_capacity(length), 0u32);
        for _ in 0..length {
            let step = u32::try_from(self.get()?).map_err(|_| TOO_LARGE)?;
            last = last.checked_add(step).ok_or(TOO_LARGE)?;
            parts.push((last, self.get_u64()?));
        }
        let extremes = if length > 0 { Some((self.get_u64()?, self.get_u64()?)) } else { None };
        *value = Histogram::from_parts(parts, extremes).ok_or("a histogram that no observations have")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    /// Writes a value down, reads it back, and tries whether anything shorter would do.
    macro_rules! there_and_back {
        ($value:expr, $method:ident) => {{
            let (mut value, mut writer) = ($value.clone(), Writer::default());
            let Ok(()) = writer.$method(&mut value);
            let bytes = writer.into_bytes();
            let mut reader = Reader::new(&bytes);
            value = Default::default();
            reader.$method(&mut value).unwrap();
            reader.end().unwrap();
            for end in 0..bytes.len() {
                assert!(Reader::new(&bytes[..end]).$method(&mut value.clone()).is_err());
            }
            value
        }};
    }

    #[test]
    fn the_extremes_of_integers() {
        for value in [0i128, 1, -1, 63, 64, -64, -65, i128::MAX, i128::MIN] {
            assert_eq!(there_and_back!(value, amount), value);
        }
        for value in [0u64, 127, 128, u64::MAX] {
            assert_eq!(there_and_back!(value, number), value);
        }
        let mut writer = Writer::default();
        writer.put(u128::from(u64::MAX) + 1);
        assert_eq!(Reader::new(&writer.into_bytes()).number(&mut 0), Err(TOO_LARGE));
        assert_eq!(Reader::new(&[0xff; 40]).amount(&mut 0), Err(TOO_LARGE));
    }

    #[test]
    fn lengths_are_held_against_the_bytes_before_anything_is_allocated() {
        let mut writer = Writer::default();
        writer.put(1u64 << 40);
        let bytes = writer.into_bytes();
        assert_eq!(Reader::new(&bytes).text(&mut String::new()), Err(SHORT));
        assert_eq!(Reader::new(&bytes).texts(&mut Vec::new()), Err(SHORT));
        assert_eq!(Reader::new(&bytes).histogram(&mut Histogram::new()), Err(SHORT));
    }

    proptest! {
        #[test]
        fn statistics_come_back_as_they_were(
            values in prop::collection::vec(any::<i64>(), 0..40),
            windows in prop::collection::vec((any::<u32>(), any::<u32>()), 0..20),
            texts in prop::collection::vec(any::<String>(), 0..5),
        ) {
            let moments: Moments = values.iter().copied().collect();
            prop_assert_eq!(there_and_back!(moments, moments), moments);
            let mut histogram = Histogram::new();
            values.iter().for_each(|&value| histogram.add(value.unsigned_abs() >> (value & 63)));
            prop_assert_eq!(&there_and_back!(histogram, histogram), &histogram);
            let mut proportion = Proportion::new();
            windows.iter().for_each(|&(of, whole)| proportion.add(of, whole));
            prop_assert_eq!(there_and_back!(proportion, proportion), proportion);
            prop_assert_eq!(&there_and_back!(texts, texts), &texts);
        }

        #[test]
        fn whatever_the_bytes_are_nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut reader = Reader::new(&bytes);
            let _ = reader.moments(&mut Moments::new());
            let _ = reader.histogram(&mut Histogram::new());
            let _ = reader.proportion(&mut Proportion::new());
            let _ = reader.texts(&mut Vec::new());
            let _ = reader.amount(&mut 0);
        }
    }
}
