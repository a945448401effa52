//! A fragment of failure modes, written from fits: what `[faults] modes_from` of a scenario reads.

use crate::page::clean;
use std::fmt::Write as _;
use thiserror::Error;
use zonefall_study::fitting::{Fitted, Group, Law, Mode, Verdict};

/// What each group strikes: the scope's name, and the unit of its rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Struck<'a> {
    /// `host`, `zone` …
    pub scope: &'a str,
    /// `VM`, `host`, `zone` …
    pub unit: &'a str,
}

/// Why there is nothing to write.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ModesError {
    /// No group has a law.
    #[error("no group has a known duration: there is no mode to write")]
    Nothing,
    /// A mode of its own needs a rate per unit.
    #[error("a failure mode needs a rate per unit: say how many units were watched (--units or --unit)")]
    NoUnits,
    /// A mode of its own needs to know what it strikes.
    #[error("a failure mode needs to know what it strikes: say --scope, for example --scope host")]
    NoScope,
}

/// The text of a fragment. Groups that stand for a mode of the default profile change that mode (its rate only where
/// units are known); every other group becomes a mode of its own, which needs `struck` and a rate.
///
/// # Errors
/// If there is nothing to write, or something that a mode needs is not known.
pub fn modes_toml(fitted: &Fitted, struck: Option<Struck<'_>>) -> Result<String, ModesError> {
    let mut text = format!(
        "# Failure modes fitted to {}: {} events. Written by `zonefall fit`; a scenario takes them with\n\
         # [faults]\n# modes_from = \"this-file.toml\"\n# Intervals below are {} %.\n",
        clean(&fitted.source),
        fitted.events,
        fitted.confidence * 100.0
    );
    let mut modes = 0;
    for group in &fitted.groups {
        let (name, known) = match group.mode {
            Some(Mode::PartOf(whole)) => {
                let _ = writeln!(text, "\n# {} is a part of {whole} and no mode of its own.", group.name);
                continue;
            }
            Some(Mode::Is(name)) => (name, true),
            None => (group.name.as_str(), false),
        };
        let Some(law) = law(group) else {
            let _ = writeln!(text, "\n# {}: no duration is known, so no mode.", group.name);
            continue;
        };
        modes += 1;
        let _ = writeln!(text, "\n# {}: {}.", clean(&group.name), clean(&group.word));
        parameters(&mut text, group);
        for remark in &group.remarks {
            let _ = writeln!(text, "# Note: {}.", clean(remark));
        }
        let _ = writeln!(text, "[faults.mode.{name}]");
        let own = if known { None } else { Some(struck.ok_or(ModesError::NoScope)?) };
        if let Some(struck) = own {
            let _ = writeln!(text, "scope = \"{}\"", struck.scope);
        }
        rate(&mut text, group, name, own)?;
        let _ =
            writeln!(text, "source = {}", quoted(&format!("fitted to {} ({} events)", fitted.source, group.events)));
        let _ = writeln!(text, "confidence = \"derived\"\n{law}");
    }
    if modes == 0 { Err(ModesError::Nothing) } else { Ok(text) }
}

/// The rate with its low and high values.
fn rate(text: &mut String, group: &Group, name: &str, own: Option<Struck<'_>>) -> Result<(), ModesError> {
    let often = group.often.filter(|often| often.units.is_some());
    let unit = match (own, name) {
        (Some(struck), _) => struck.unit,
        (None, "datacenter" | "zone-network") => "zone",
        (None, "global-edge") => "world",
        (None, _) => "region",
    };
    let Some(often) = often else {
        let _ = writeln!(text, "# The rate stays the profile's: nobody said how many units were watched.");
        return if own.is_some() { Err(ModesError::NoUnits) } else { Ok(()) };
    };
    for (key, value) in [("rate", often.per_year), ("rate_low", often.interval.low), ("rate_high", often.interval.high)]
    {
        let _ = writeln!(text, "{key} = \"{} per {unit}-year\"", digits(value));
    }
    Ok(())
}

fn parameters(text: &mut String, group: &Group) {
    let Some(first) = group.fit.first().filter(|_| group.own_h.is_empty()) else { return };
    for of in &first.parameters {
        let unit = if of.is_length { " h" } else { "" };
        let _ = writeln!(
            text,
            "# {} {}{unit}, low {}, high {}",
            of.name,
            digits(of.value),
            digits(of.interval.low),
            digits(of.interval.high)
        );
    }
}

/// The law of the outage.
fn law(group: &Group) -> Option<String> {
    if !group.own_h.is_empty() {
        let values: Vec<String> = group.own_h.iter().map(|&hours| format!("\"{}\"", duration(hours))).collect();
        let lines: Vec<String> = values.chunks(8).map(|chunk| format!("    {},", chunk.join(", "))).collect();
        return Some(format!("outage = {{ law = \"empirical\", values = [\n{}\n] }}", lines.join("\n")));
    }
    if let Verdict::Constant(hours) = group.fit.verdict {
        return Some(format!("outage = \"{}\"", duration(hours)));
    }
    let shape = |value: f64| digits(value.clamp(1e-3, 1e6));
    let law = match group.fit.first()?.law {
        Law::Exponential { mean } => format!("law = \"exponential\", mean = \"{}\"", duration(mean)),
        Law::LogNormal { median, sigma } => {
            format!("law = \"lognormal\", median = \"{}\", sigma = {}", duration(median), digits(sigma.min(100.0)))
        }
        Law::Weibull { shape: k, scale } => {
            format!("law = \"weibull\", shape = {}, scale = \"{}\"", shape(k), duration(scale))
        }
        Law::Gamma { shape: k, mean } => {
            format!("law = \"gamma\", shape = {}, mean = \"{}\"", shape(k), duration(mean))
        }
    };
    Some(format!("outage = {{ {law} }}"))
}

/// A duration as scenarios write it, to five digits.
fn duration(hours: f64) -> String {
    let (value, unit) = match hours {
        hours if hours >= 1.0 => (hours, "h"),
        hours if hours * 60.0 >= 1.0 => (hours * 60.0, "min"),
        hours if hours * 3600.0 >= 1.0 => (hours * 3600.0, "s"),
        hours => ((hours * 3.6e6).max(1.0), "ms"),
    };
    format!("{} {unit}", digits(value))
}

/// Six significant digits in plain notation.
fn digits(value: f64) -> String {
    if value.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) || !value.is_finite() {
        return if value == f64::INFINITY { "unlimited".into() } else { "0".into() };
    }
    let exponent = libm::floor(libm::log10(value)) as i32;
    let text = format!("{value:.*}", (5 - exponent).clamp(0, 18) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A TOML text in one line.
fn quoted(words: &str) -> String {
    let words: String = words.chars().take(300).collect();
    format!("\"{}\"", clean(&words).replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_a_scenario_reads() {
        assert_eq!([7.613_8, 0.5, 0.01, 1e-5, 1e-9].map(duration), ["7.6138 h", "30 min", "36 s", "36 ms", "1 ms"]);
        assert_eq!(
            [0.030_04, 123_456_789.0, 0.0, f64::INFINITY, 12.0].map(digits),
            ["0.03004", "123456789", "0", "unlimited", "12"]
        );
        assert_eq!(quoted("a \"b\" \\ \n"), "\"a \\\"b\\\" \\\\ \u{fffd}\"");
    }
}
