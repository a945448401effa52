//! `trials = { until = "±0.5 min/month", at_most = 1_000_000 }`: how narrow an interval has to be before a run stops.

use crate::codes;
use crate::diagnostic::{Sink, nearest};
use crate::reader::Reader;
use crate::scenario::{HalfWidth, Until};
use crate::units::unit_ms;

/// Milliseconds in the month that downtime is quoted for.
const MS_PER_MONTH: f64 = 30.0 * 86_400_000.0;
const MS_PER_MINUTE: f64 = 60_000.0;
const MS_PER_YEAR: f64 = 365.0 * 86_400_000.0;

/// A half-width as it is written, with the unit that it is in.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Written {
    /// Of the estimate.
    Share(f64),
    /// Minutes a month.
    Downtime(f64),
    /// A year.
    Times(f64),
    /// Of a percentage.
    Points(f64),
}

/// The number of trials, and the rule if there is one: the most trials of a rule are its number.
pub(crate) fn trials(root: &Reader<'_>, sink: &mut Sink) -> Option<(u64, Option<Until>)> {
    if !root.is_table("trials") {
        return root.count("trials", sink).map(|trials| (trials, None));
    }
    let table = root.sub("trials", "trials", sink)?;
    let (text, at_most) = (table.text("until", sink), table.count("at_most", sink));
    let (of, design) = (table.choice("of", sink), table.optional("design", sink, Reader::text));
    for (key, example) in [("until", "until = \"±10 %\""), ("at_most", "at_most = 1_000_000")] {
        if !table.has(key) {
            table.missing(key, example, sink);
        }
    }
    let (text, of) = (text?, of?);
    let span = table.span_of("until");
    let half_width = match half_width(&text) {
        Ok(Written::Share(share)) => HalfWidth::Relative(share),
        Ok(written) => match in_unit(written, of) {
            Some(width) => HalfWidth::Absolute(width),
            None => {
                let words = format!("`until`: \"{text}\" is not a half-width of {of}");
                sink.error(codes::HALF_WIDTH, &span, words)
                    .help(format!("write \"±10 %\" of the estimate, or {}", example(of)));
                return None;
            }
        },
        Err(why) => {
            sink.error(codes::HALF_WIDTH, &span, format!("`until`: \"{text}\" {why}"))
                .help(format!("write \"±10 %\" of the estimate, or {}", example(of)));
            return None;
        }
    };
    let (at_most, design) = (at_most?, design?);
    Some((at_most, Some(Until { half_width, text, of, design })))
}

/// The rule asks of a design that is there, and of differences only where there are some.
pub(crate) fn check(until: &Until, designs: &[&str], root: &Reader<'_>, sink: &mut Sink) {
    let span = |key: &str| root.place(&format!("trials.{key}"));
    if let Some(name) = &until.design
        && !designs.contains(&name.as_str())
    {
        let more = sink.error(codes::HALF_WIDTH, &span("design"), format!("there is no design `{name}`"));
        if let Some(near) = nearest(name, designs) {
            more.help(format!("perhaps: {near}"));
        }
    }
    if until.of != "difference" {
        return;
    }
    let first = designs.first().copied();
    if designs.len() < 2 {
        sink.error(codes::HALF_WIDTH, &span("of"), "one design has no difference to another");
    } else if until.design.as_deref() == first {
        let words = "the first design is the reference of every difference: ask for another one";
        sink.error(codes::HALF_WIDTH, &span("design"), words);
    }
}

fn example(of: &str) -> &'static str {
    match of {
        "downtime" | "difference" => "\"±0.5 min/month\"",
        "outages" => "\"±0.01 per year\"",
        _ => "\"±0.1 points\" (of a percentage)",
    }
}

fn in_unit(written: Written, of: &str) -> Option<f64> {
    match (written, of) {
        (Written::Downtime(width), "downtime" | "difference") => Some(width),
        (Written::Times(width), "outages") => Some(width),
        (Written::Points(width), "breaches" | "capacity lost" | "unserved") => Some(width),
        _ => None,
    }
}

fn half_width(text: &str) -> Result<Written, String> {
    let text = text.trim();
    let bare = ["±", "+-", "+/-"].iter().find_map(|sign| text.strip_prefix(sign)).unwrap_or(text).trim();
    let end = bare.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(bare.len());
    let (number, unit) = (bare[..end].replace('_', ""), bare[end..].trim());
    let value: f64 = number.parse().map_err(|_| "does not begin with a number".to_owned())?;
    if value <= 0.0 || value >= 1e12 {
        return Err("must be above 0".into());
    }
    match unit {
        "" => return Err("has no unit".into()),
        "%" if value >= 100.0 => return Err("is as wide as the estimate".into()),
        "%" => return Ok(Written::Share(value / 100.0)),
        "point" | "points" => return Ok(Written::Points(value)),
        _ => {}
    }
    let (time, per) = unit.split_once('/').or_else(|| unit.split_once("per ")).ok_or("has a unit that is not known")?;
    let per = match per.trim() {
        "month" => MS_PER_MONTH,
        other => unit_ms(other).ok_or("is per a time that is not known")? as f64,
    };
    match time.trim() {
        "" | "outages" => Ok(Written::Times(value * MS_PER_YEAR / per)),
        time => {
            let ms = unit_ms(time).ok_or("has a unit that is not known")? as f64;
            Ok(Written::Downtime(value * ms / MS_PER_MINUTE * MS_PER_MONTH / per))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_widths_are_read_in_their_units() {
        let close = |text: &str, expected: Written| {
            let near = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-12;
            let fits = match (half_width(text), expected) {
                (Ok(Written::Share(a)), Written::Share(b)) => near(a, b),
                (Ok(Written::Downtime(a)), Written::Downtime(b)) => near(a, b),
                (Ok(Written::Times(a)), Written::Times(b)) => near(a, b),
                (Ok(Written::Points(a)), Written::Points(b)) => near(a, b),
                _ => false,
            };
            assert!(fits, "{text}: {:?}", half_width(text));
        };
        close("±0.5 min/month", Written::Downtime(0.5));
        close("+- 30 s per month", Written::Downtime(0.5));
        close("+/-365 min/year", Written::Downtime(30.0));
        close("1 min/day", Written::Downtime(30.0));
        close("±10 %", Written::Share(0.1));
        close("2.5%", Written::Share(0.025));
        close("±0.01 per year", Written::Times(0.01));
        close("±1/day", Written::Times(365.0));
        close("±0.1 points", Written::Points(0.1));
        for wrong in [
            "",
            "±",
            "±0 %",
            "±-1 %",
            "±1",
            "±100 %",
            "± x %",
            "±1 min",
            "±1 min/fortnight",
            "±1 parsec/year",
            "±nan %",
        ] {
            assert!(half_width(wrong).is_err(), "{wrong}");
        }
    }
}
