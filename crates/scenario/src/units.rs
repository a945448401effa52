//! Texts with units: durations, rates, shares, rates of requests. Exact in integers wherever the value is decided in
//! integers. A day has 24 hours and a year 365 days; a month has no fixed length.

use std::time::Duration;
use zonefall_engine::SimDuration;

/// Milliseconds in a year of 365 days.
pub(crate) const MS_PER_YEAR: f64 = 365.0 * 24.0 * 3_600_000.0;
/// Most digits after the point of a share.
const SCALE_MAX: usize = 18;

/// A share in [0, 1] as an exact ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ratio {
    pub numerator: u64,
    /// A power of ten up to 10^18.
    pub denominator: u64,
}

impl Ratio {
    pub fn as_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

/// `99.95%` or `0.9995`.
pub(crate) fn share(text: &str) -> Result<Ratio, String> {
    let text = text.trim();
    let (number, percent) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), 2),
        None => (text, 0),
    };
    if number.contains(',') {
        return Err("has a comma; decimals stand after a point".into());
    }
    if number.starts_with('-') {
        return Err("is negative".into());
    }
    let (whole, fraction) = decimal(number).ok_or("is not a decimal number")?;
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let scale = fraction.len() + percent;
    if scale > SCALE_MAX {
        return Err(format!("has more than {SCALE_MAX} decimals"));
    }
    let denominator = 10u64.pow(scale as u32);
    let numerator = if whole.len() > 3 { None } else { format!("0{whole}{fraction}").parse::<u64>().ok() };
    match numerator.filter(|&numerator| numerator <= denominator) {
        Some(numerator) => Ok(Ratio { numerator, denominator }),
        None if percent == 0 => Err("is more than 1; a percentage needs its sign, as in \"99.95%\"".into()),
        None => Err("is more than 100%".into()),
    }
}

/// The digits before and after the point.
fn decimal(number: &str) -> Option<(&str, &str)> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    (digits(whole) && digits(fraction)).then_some((whole, fraction))
}

/// `90 min`, `1h 30m`, `2.4 days`, `PT90M`, rounded to the millisecond.
///
/// # Errors
/// What is wrong with the text, in words that follow it: "has no unit".
pub fn duration(text: &str) -> Result<SimDuration, String> {
    let ns = nanoseconds(text)?;
    let ms = (ns + NS_PER_MS / 2) / NS_PER_MS;
    match u64::try_from(ms).ok().map(SimDuration::from_ms).filter(|&length| length <= SimDuration::MAX) {
        _ if ms == 0 && ns > 0 => Err("is less than a millisecond".into()),
        Some(length) => Ok(length),
        None => Err("is longer than the limit of 10,000 years".into()),
    }
}

/// A duration in the largest unit that divides it.
pub fn duration_words(length: SimDuration) -> String {
    const UNITS: [(u64, &str); 5] = [(86_400_000, "days"), (3_600_000, "h"), (60_000, "min"), (1000, "s"), (1, "ms")];
    let ms = length.as_ms();
    let found = UNITS.iter().find(|(unit, _)| ms > 0 && ms.is_multiple_of(*unit));
    match found {
        Some((unit, "days")) if ms == *unit => "1 day".into(),
        Some((unit, word)) => format!("{} {word}", ms / unit),
        None => "0 s".into(),
    }
}

/// [`duration`] in whole microseconds: nothing of what was written is lost.
pub(crate) fn fine_duration(text: &str) -> Result<Duration, String> {
    let ns = nanoseconds(text)?;
    if !ns.is_multiple_of(1000) {
        return Err("is finer than a microsecond, which is all that is kept".into());
    }
    let longest = u128::from(SimDuration::MAX.as_ms()) * NS_PER_MS;
    let micros = u64::try_from(ns / 1000).ok().filter(|_| ns <= longest);
    micros.map(Duration::from_micros).ok_or_else(|| "is longer than the limit of 10,000 years".into())
}

const NS_PER_MS: u128 = 1_000_000;

fn nanoseconds(text: &str) -> Result<u128, String> {
    let text = text.trim();
    if text.starts_with('-') {
        return Err("is negative".into());
    }
    if text.len() > 100 {
        return Err("is too long a text for a duration".into());
    }
    one_unit(text).unwrap_or_else(|| several_units(text))
}

/// A decimal and one unit, with fractions of any unit; what is more than nothing is at least a nanosecond.
fn one_unit(text: &str) -> Option<Result<u128, String>> {
    let split = text.find(|c: char| c.is_alphabetic())?;
    let number = text[..split].trim().replace('_', "");
    let (whole, fraction) = decimal(&number)?;
    let unit = unit_ms(text[split..].trim())?;
    if whole.len() + fraction.len() > 20 {
        return Some(Err("has too many digits".into()));
    }
    let value: u128 = format!("{whole}{fraction}").parse().ok()?;
    let ns = value * u128::from(unit) * NS_PER_MS / 10u128.pow(fraction.len() as u32);
    Some(Ok(ns.max(u128::from(value > 0))))
}

/// The milliseconds of a unit of fixed length.
pub(crate) fn unit_ms(unit: &str) -> Option<u64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "ms" | "msec" | "millisecond" | "milliseconds" => 1,
        "s" | "sec" | "secs" | "second" | "seconds" => 1000,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000,
        "d" | "day" | "days" => 86_400_000,
        "w" | "wk" | "wks" | "week" | "weeks" => 7 * 86_400_000,
        "y" | "yr" | "yrs" | "year" | "years" => 365 * 86_400_000,
        _ => return None,
    })
}

/// ISO 8601 and friendly spans, by jiff.
fn several_units(text: &str) -> Result<u128, String> {
    if text.bytes().all(|b| b.is_ascii_digit() || b"._".contains(&b)) && !text.is_empty() {
        return Err("has no unit".into());
    }
    let span: jiff::Span = text.parse().map_err(|_| "is not a duration".to_owned())?;
    if span.is_negative() {
        return Err("is negative".into());
    }
    if span.get_months() != 0 {
        return Err("counts months, which have no fixed length; say days".into());
    }
    let days = i128::from(span.get_years()) * 365 + i128::from(span.get_weeks()) * 7 + i128::from(span.get_days());
    let hours = days * 24 + i128::from(span.get_hours());
    let seconds = (hours * 60 + i128::from(span.get_minutes())) * 60 + i128::from(span.get_seconds());
    let us = (seconds * 1000 + i128::from(span.get_milliseconds())) * 1000 + i128::from(span.get_microseconds());
    u128::try_from(us * 1000 + i128::from(span.get_nanoseconds())).map_err(|_| "is negative".into())
}

/// Failures per year, and the unit that the text names (`rack` in `0.1 per rack-year`).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RateText {
    pub per_year: f64,
    pub unit: Option<String>,
}

/// `0.03 per zone-year`, `2 per VM-year`, `0.1 per year`, `1 per 1000 h`.
pub(crate) fn rate(text: &str) -> Result<RateText, String> {
    let (number, per) = text
        .split_once(" per ")
        .or_else(|| text.split_once('/'))
        .ok_or("has no `per`: write for example \"0.1 per rack-year\"")?;
    let number = number.trim().replace('_', "");
    if number.starts_with('-') {
        return Err("is negative".into());
    }
    let value: f64 = number.parse().map_err(|_| "does not begin with a number")?;
    if !value.is_finite() {
        return Err("is not finite".into());
    }
    let per = per.trim();
    if let Ok(every) = duration(per) {
        return if every == SimDuration::ZERO {
            Err("is per no time at all".into())
        } else {
            Ok(RateText { per_year: value * MS_PER_YEAR / every.as_ms() as f64, unit: None })
        };
    }
    let (unit, time) = match per.rsplit_once('-') {
        Some((unit, time)) => (Some(unit.trim().to_lowercase()), time),
        None => (None, per),
    };
    let ms = unit_ms(time.trim()).ok_or("does not end with a time such as `year`, `rack-year` or `1000 h`")?;
    Ok(RateText { per_year: value * MS_PER_YEAR / ms as f64, unit })
}

/// Thousandths of a request a second, from `100 req/s`.
pub(crate) fn request_rate(text: &str) -> Result<u64, String> {
    let lower = text.trim().to_ascii_lowercase();
    // Without what is counted its unit begins with a slash: `600/s`.
    let split = lower.find(|c: char| c.is_alphabetic() || c == '/').ok_or("has no unit")?;
    let (number, unit) = (lower[..split].trim().replace('_', ""), lower[split..].replace(' ', ""));
    if number.starts_with('-') {
        return Err("is negative".into());
    }
    let (whole, fraction) = decimal(&number).ok_or("does not begin with a decimal number")?;
    let time = unit
        .strip_suffix("/s")
        .or_else(|| unit.strip_suffix("ps"))
        .or_else(|| unit.strip_suffix("/sec"))
        .or_else(|| unit.strip_suffix("/second"))
        .or_else(|| unit.strip_suffix("persecond"))
        .map(|what| (what, 1))
        .or_else(|| unit.strip_suffix("/min").or_else(|| unit.strip_suffix("/minute")).map(|what| (what, 60)))
        .or_else(|| unit.strip_suffix("/h").or_else(|| unit.strip_suffix("/hour")).map(|what| (what, 3600)));
    let seconds = match time {
        Some(("req" | "reqs" | "request" | "requests" | "r", seconds)) => seconds,
        _ => return Err("does not end with `req/s`, `req/min` or `req/h`".into()),
    };
    if whole.len() + fraction.len() > 24 {
        return Err("has too many digits".into());
    }
    let value: u128 = format!("{whole}{fraction}").parse().map_err(|_| "has too many digits")?;
    let per = 10u128.pow(fraction.len() as u32) * seconds;
    let milli = (value * 1000 + per / 2) / per;
    // Beyond a thousandth of itself it would be another rate.
    if (milli * per).abs_diff(value * 1000) > value {
        return Err("falls between whole thousandths of a request a second, which is all that is kept: count smaller pieces of work, here and in what serves them".into());
    }
    u64::try_from(milli).map_err(|_| "is too large".into())
}

#[cfg(test)]
#[path = "units_tests.rs"]
mod tests;
