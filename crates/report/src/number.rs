//! Numbers for people, rounded towards the bad side: availability down, downtime up. The ends of an interval are rounded outwards: it never
//! looks narrower than it is.
//!
//! Rounding is exact on the shortest decimal that reads back as the number (what a file shows), so that 99.95 % stays
//! 99.95 % and 99.949999 % never becomes it.

use std::cmp::Ordering;
use zonefall_study::grouped;

/// Which way a number is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Toward {
    /// Away from zero: how bad things are.
    Up,
    /// Towards zero: how good things are.
    Down,
    /// To the nearest: what is neither, as parts that sum to a whole.
    Nearest,
}

/// No more decimals than this are worth a reader's time.
const DECIMALS_MAX: u32 = 9;
/// Shown where there is no finite number.
pub(crate) const NONE: &str = "-";

/// `value` times ten to the `power`, rounded to an integer; none for what is negative, not finite or enormous.
fn scaled(value: f64, power: u32, toward: Toward) -> Option<u128> {
    if !(value.is_finite() && (0.0..1e20).contains(&value)) {
        return None;
    }
    let plain = format!("{}", value + 0.0);
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let (kept, cut) = fraction.split_at(fraction.len().min(power as usize));
    let digits: u128 = format!("{whole}{kept:0<width$}", width = power as usize).parse().ok()?;
    let more = match toward {
        Toward::Up => cut.bytes().any(|digit| digit != b'0'),
        Toward::Down => false,
        Toward::Nearest => cut.bytes().next().is_some_and(|digit| digit >= b'5'),
    };
    Some(digits + u128::from(more))
}

/// An integer number of `10^-decimals`, written out with commas between thousands.
fn written(digits: u128, decimals: u32) -> String {
    let one = 10_u128.saturating_pow(decimals);
    let (whole, fraction) = (grouped(digits / one), digits % one);
    if decimals == 0 { whole } else { format!("{whole}.{fraction:0>width$}", width = decimals as usize) }
}

/// A count with commas between thousands.
pub fn count(number: u64) -> String {
    grouped(number.into())
}

/// Decimals that show so many significant digits.
fn decimals(value: f64, significant: i32) -> u32 {
    if value.partial_cmp(&0.0) != Some(Ordering::Greater) || !value.is_finite() {
        return 0;
    }
    let exponent = libm::floor(libm::log10(value)) as i32;
    (significant - 1 - exponent).clamp(0, DECIMALS_MAX as i32) as u32
}

/// A number of at least zero with a given number of decimals.
pub(crate) fn fixed(value: f64, decimals: u32, toward: Toward) -> String {
    scaled(value, decimals, toward).map_or_else(|| NONE.into(), |digits| written(digits, decimals))
}

/// A number of at least zero with three significant digits.
pub(crate) fn plain(value: f64, toward: Toward) -> String {
    fixed(value, decimals(value, 3), toward)
}

/// A number that was given, for people and without the dust of a conversion: four digits, and all of those before the point.
pub(crate) fn stated(value: f64) -> String {
    let rounded = if value.abs() < 1000.0 { format!("{value:.3e}") } else { format!("{value:.0}") };
    format!("{}", rounded.parse().unwrap_or(value))
}

/// Both ends of an interval, shown outwards: the lower one rounded down, the upper one up, below zero too.
pub(crate) fn ends(low: f64, high: f64, show: impl Fn(f64, Toward) -> String) -> [String; 2] {
    let down = if low < 0.0 { Toward::Up } else { Toward::Down };
    let up = if high < 0.0 { Toward::Down } else { Toward::Up };
    [show(low, down), show(high, up)]
}

/// Decimals that show three significant digits of the largest.
pub(crate) fn decimals_of(values: &[f64]) -> u32 {
    decimals(values.iter().copied().fold(0.0, f64::max), 3)
}

/// A signed number; each sign keeps its digits, and what is not zero does not look like zero.
pub(crate) fn signed(value: f64, decimals_of: f64, toward: Toward, minus: char) -> String {
    signed_to(value, decimals(decimals_of, 3).max(decimals(value.abs(), 1)), toward, minus)
}

/// A signed number with so many decimals.
pub(crate) fn signed_to(value: f64, decimals: u32, toward: Toward, minus: char) -> String {
    let size = fixed(value.abs(), decimals, toward);
    if value < 0.0 { format!("{minus}{size}") } else { size }
}

/// Decimals for numbers that belong together, whatever their sign: three significant digits of the largest, two of each.
pub(crate) fn decimals_together(values: &[f64]) -> u32 {
    let sizes = || values.iter().map(|value| value.abs());
    let of_each = sizes().map(|size| decimals(size, 2)).max().unwrap_or(0);
    decimals(sizes().fold(0.0, f64::max), 3).max(of_each)
}

/// A share in percent with two significant digits, from 10 % on with one decimal; `%` included.
pub(crate) fn percent(share: f64, toward: Toward) -> String {
    let digits = decimals(share * 100.0, if share < 0.1 { 2 } else { 3 }).min(6);
    percent_with(share, digits, toward)
}

/// The shares of parts in all of them, in tenths of a percent that sum to 100 %: what rounding down leaves goes to those that
/// lost most by it.
pub(crate) fn shares(parts: &[u64]) -> Vec<String> {
    const ALL: u128 = 1000;
    let sum = parts.iter().map(|&part| u128::from(part)).sum::<u128>().max(1);
    let mut tenths: Vec<u128> = parts.iter().map(|&part| u128::from(part) * ALL / sum).collect();
    let mut order: Vec<usize> = (0..parts.len()).filter(|&at| parts[at] > 0).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(u128::from(parts[at]) * ALL % sum));
    let left = ALL.saturating_sub(tenths.iter().sum()) as usize;
    order.into_iter().take(left).for_each(|at| tenths[at] += 1);
    let words = |(&part, tenths): (&u64, u128)| match (part, tenths) {
        (1.., 0) => "under 0.1 %".to_owned(),
        (_, tenths) if tenths.is_multiple_of(10) => format!("{} %", tenths / 10),
        (_, tenths) => format!("{}.{} %", tenths / 10, tenths % 10),
    };
    parts.iter().zip(tenths).map(words).collect()
}

/// A share in percent with so many decimals.
pub(crate) fn percent_with(share: f64, decimals: u32, toward: Toward) -> String {
    scaled(share, decimals + 2, toward).map_or_else(|| NONE.into(), |digits| format!("{} %", written(digits, decimals)))
}

/// A share in percent as it was given: 0.95 is "95 %".
pub(crate) fn percent_given(share: f64) -> String {
    percent_with(share, target_decimals(share), Toward::Down)
}

/// How many decimals the target has in percent.
pub(crate) fn target_decimals(share: f64) -> u32 {
    let plain = format!("{share}");
    let fraction = plain.split_once('.').map_or(0, |(_, fraction)| fraction.len() as u32);
    fraction.saturating_sub(2).min(DECIMALS_MAX)
}

/// Availabilities in percent from unavailabilities, without the sign: all rounded down, with the same decimals: one
/// more than the target, two significant digits of the smallest unavailability, and enough to tell the ends apart.
pub(crate) fn availabilities(unavailable: &[f64], target_decimals: u32) -> Vec<String> {
    let show = |share: f64, digits| availability_toward(share, digits, Toward::Down);
    availabilities_to(unavailable, target_decimals, &show, &|_| false)
}

/// The availability and both ends of its interval, the least first, in the digits of [`availabilities`]. The best end is rounded up,
/// with so many digits that this takes it to no target that it does not reach.
pub(crate) fn availability_between(least: f64, mean: f64, best: f64, target_decimals: u32) -> [String; 3] {
    let show = |share: f64, digits| {
        let toward = if share == best && share != mean { Toward::Up } else { Toward::Down };
        availability_toward(share, digits, toward)
    };
    let touches = |shown: &[String]| {
        let Some((_, behind)) = shown[2].split_once('.') else { return false };
        let whole = behind.bytes().skip(target_decimals as usize).all(|digit| digit == b'0');
        let known = 100.0 * (1.0 - best);
        whole && shown[2].parse::<f64>().is_ok_and(|said| said > known + 1e-10)
    };
    let shown = availabilities_to(&[least, mean, best], target_decimals, &show, &touches);
    <[String; 3]>::try_from(shown).unwrap_or_default()
}

fn availabilities_to(
    unavailable: &[f64],
    target_decimals: u32,
    show: &dyn Fn(f64, u32) -> String,
    misleads: &dyn Fn(&[String]) -> bool,
) -> Vec<String> {
    let positive = unavailable.iter().copied().filter(|&share| share > 0.0);
    let smallest = positive.fold(1.0, f64::min);
    let mut digits = decimals(smallest * 100.0, 2).max(target_decimals + 1).min(DECIMALS_MAX);
    let all = |digits| -> Vec<String> { unavailable.iter().map(|&share| show(share, digits)).collect() };
    let confused = |shown: &[String]| {
        let pairs = shown.windows(2).zip(unavailable.windows(2));
        pairs.into_iter().any(|(shown, share)| shown[0] == shown[1] && share[0] != share[1])
    };
    let mut shown = all(digits);
    while (confused(&shown) || misleads(&shown)) && digits < DECIMALS_MAX {
        digits += 1;
        shown = all(digits);
    }
    shown
}

/// An availability in percent from an unavailability, rounded down, without the sign, with so many decimals at most.
pub(crate) fn availability(unavailable: f64, decimals: u32) -> String {
    availability_toward(unavailable, decimals.min(DECIMALS_MAX), Toward::Down)
}

fn availability_toward(unavailable: f64, decimals: u32, toward: Toward) -> String {
    let whole = 100 * 10_u128.pow(decimals);
    let lost = scaled(unavailable, decimals + 2, if toward == Toward::Down { Toward::Up } else { Toward::Down });
    lost.map_or_else(|| NONE.into(), |lost| written(whole.saturating_sub(lost), decimals))
}

/// A length of time from minutes, rounded up: "2 h 05 min", "12.3 min", "48 s", "3 d 04 h".
pub(crate) fn duration(minutes: f64) -> String {
    const HOUR: u128 = 60;
    const DAY: u128 = 24 * HOUR;
    let Some(whole) = scaled(minutes, 0, Toward::Up) else { return NONE.into() };
    match whole {
        0 => "0 min".into(),
        1 if minutes < 1.0 => format!("{} s", fixed(minutes * 60.0, 0, Toward::Up)),
        1..=10 => format!("{} min", fixed(minutes, 1, Toward::Up)),
        11..=59 => format!("{whole} min"),
        60..1440 => format!("{} h {:02} min", whole / HOUR, whole % HOUR),
        _ => {
            let hours = whole.div_ceil(HOUR);
            format!("{} d {:02} h", hours / 24, hours % (DAY / HOUR))
        }
    }
}

/// A length of time from hours, as people say it: "1 year", "90 days", "36 h".
pub(crate) fn span(hours: f64) -> String {
    let units = [(8760.0, "year", "years"), (24.0, "day", "days")];
    for (length, one, many) in units {
        let number = hours / length;
        if number >= 1.0 && number.fract() == 0.0 {
            return if number == 1.0 { format!("1 {one}") } else { format!("{number} {many}") };
        }
    }
    format!("{} h", plain(hours, Toward::Up))
}

/// A number without the dust of arithmetic: nine digits.
pub(crate) fn tidy(number: f64) -> f64 {
    format!("{number:.8e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn rounding_never_turns_a_miss_into_a_meet() {
        let target = 0.9995;
        let decimals = target_decimals(target);
        assert_eq!(decimals, 2);
        for (unavailable, meets) in
            [(0.0005, true), (0.000_500_000_1, false), (0.000_499_9, true), (0.000_5 + 1e-12, false), (0.000_55, false)]
        {
            let shown = &availabilities(&[unavailable], decimals)[0];
            assert_eq!(shown.parse::<f64>().unwrap() >= 99.95, meets, "{unavailable} {shown}");
        }
        for at in 1..2000_u32 {
            let unavailable = f64::from(at) * 3.7e-7;
            for target in [0.999, 0.9995, 0.9999, 0.99995] {
                let shown = &availabilities(&[unavailable], target_decimals(target))[0];
                let shown: f64 = shown.parse().unwrap();
                assert_eq!(shown >= target * 100.0, unavailable <= 1.0 - target, "{unavailable} {target} {shown}");
            }
        }
    }

    #[test]
    fn availability_has_enough_digits() {
        assert_eq!(availabilities(&[8.8e-5], 2), ["99.9912"]);
        assert_eq!(availabilities(&[8.81e-5], 2), ["99.9911"]);
        assert_eq!(availabilities(&[8.804e-5, 8.801e-5], 2), ["99.991196", "99.991199"]);
        assert_eq!(availabilities(&[0.0], 2), ["100.000"]);
        assert_eq!(availabilities(&[1.0, 0.5], 0), ["0.0", "50.0"]);
        assert_eq!(availabilities(&[f64::NAN], 2), [NONE]);
    }

    #[test]
    fn downtime_is_rounded_up() {
        assert_eq!(plain(12.301, Toward::Up), "12.4");
        assert_eq!(plain(12.301, Toward::Down), "12.3");
        assert_eq!(plain(0.000_412_01, Toward::Up), "0.000413");
        assert_eq!(plain(1_234_567.2, Toward::Up), "1,234,568");
        assert_eq!(plain(0.0, Toward::Up), "0");
        assert_eq!(plain(f64::INFINITY, Toward::Up), NONE);
        assert_eq!(decimals_of(&[12.3, 0.061]), 1);
        assert_eq!(percent(0.126_01, Toward::Up), "12.7 %");
        assert_eq!(percent(0.949_999, Toward::Down), "94.9 %");
        assert_eq!(percent(1.0, Toward::Down), "100 %");
        assert_eq!(signed(-0.004, 31.0, Toward::Up, '-'), "-0.004");
        assert_eq!(signed(-31.02, 31.0, Toward::Down, '-'), "-31.0");
    }

    #[test]
    fn an_interval_never_looks_narrower_than_it_is() {
        let plainly = |value: f64, toward| signed(value, 12.3, toward, '-');
        assert_eq!(ends(12.31, 45.61, plainly), ["12.3", "45.7"]);
        assert_eq!(ends(-12.31, -4.56, plainly), ["-12.4", "-4.5"]);
        assert_eq!(ends(-0.021, 0.021, plainly), ["-0.03", "0.03"]);
        assert_eq!(availability_between(2.04e-4, 1.62e-4, 1.38e-4, 2), ["99.979", "99.983", "99.987"]);
        assert_eq!(availability_between(2e-4, 1e-4, 0.0, 2), ["99.980", "99.990", "100.000"]);
        assert_eq!(availability_between(1e-4, 1e-4, 1e-4, 2), ["99.990", "99.990", "99.990"]);
        // Not to the target of 99.95 %, which this end does not reach.
        assert_eq!(availability_between(7e-4, 6e-4, 5.04e-4, 2), ["99.9300", "99.9400", "99.9496"]);
    }

    #[test]
    fn shares_sum_to_all_of_it() {
        assert_eq!(shares(&[1, 1, 1]), ["33.4 %", "33.3 %", "33.3 %"]);
        assert_eq!(shares(&[2, 1]), ["66.7 %", "33.3 %"]);
        assert_eq!(shares(&[1_000_000, 1]), ["100 %", "under 0.1 %"]);
        assert_eq!((shares(&[7]), shares(&[]), shares(&[0])), (vec!["100 %".into()], vec![], vec!["0 %".into()]));
    }

    #[test]
    fn durations_read_like_speech() {
        let said = [0.0, 0.5, 1.0, 3.21, 10.0, 10.01, 59.0, 59.1, 125.0, 1439.1, 1441.0, 4600.0].map(duration);
        let expected = [
            "0 min",
            "30 s",
            "1.0 min",
            "3.3 min",
            "10.0 min",
            "11 min",
            "59 min",
            "1 h 00 min",
            "2 h 05 min",
            "1 d 00 h",
            "1 d 01 h",
            "3 d 05 h",
        ];
        assert_eq!(said, expected);
        assert_eq!([8760.0, 17520.0, 2160.0, 36.5].map(span), ["1 year", "2 years", "90 days", "36.5 h"]);
        assert_eq!(duration(f64::NAN), NONE);
    }
}
