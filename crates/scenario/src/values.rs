//! Single values: their kinds, ranges and units, told in words where they are wrong.

use crate::codes;
use crate::diagnostic::{More, Sink};
use crate::keys::Kind;
use crate::node::{Node, Value};
use crate::units;
use std::ops::Range;
use std::time::Duration;
use zonefall_engine::SimDuration;
use zonefall_topology::is_hidden;

/// The words of a choice, also where a table may stand in its place.
pub(crate) fn words_of(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Choice(words) => words,
        Kind::Either(kinds) => kinds
            .iter()
            .find_map(|kind| if let Kind::Choice(words) = kind { Some(*words) } else { None })
            .unwrap_or(&[]),
        _ => &[],
    }
}

/// The range of a whole number, also where a word may stand in its place.
pub(crate) fn range_of(kind: Kind) -> Option<(u64, u64)> {
    match kind {
        Kind::Count(low, high) => Some((low, high)),
        Kind::Either(kinds) => kinds.iter().find_map(|&kind| range_of(kind)),
        _ => None,
    }
}

/// A number that is asked for: under which name, of what kind, and whether it counts in percent.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub name: &'a str,
    pub kind: Kind,
    pub in_percent: bool,
}

pub(crate) fn count_of(node: &Node, asked: Asked<'_>, sink: &mut Sink) -> Option<u64> {
    let Asked { name, kind, .. } = asked;
    let (low, high) = range_of(kind)?;
    let Value::Integer(number) = node.value else { return no_number(node, asked, sink) };
    match u64::try_from(number).ok().filter(|number| (low..=high).contains(number)) {
        Some(number) => Some(number),
        None => {
            sink.error(codes::RANGE, &node.span, format!("`{name}` must be {}, not {number}", kind.words()));
            None
        }
    }
}

pub(crate) fn number_of(node: &Node, asked: Asked<'_>, sink: &mut Sink) -> Option<f64> {
    let Asked { name, kind, .. } = asked;
    let Kind::Number(low, high) = kind else { return None };
    let number = match node.value {
        Value::Integer(number) => number as f64,
        Value::Float(number, _) => number,
        _ => return no_number(node, asked, sink),
    };
    if !(low..=high).contains(&number) {
        sink.error(codes::RANGE, &node.span, format!("`{name}` must be {}, not {number}", kind.words()));
        return None;
    }
    Some(number)
}

/// Tells of a value that is no number, and what to write where a text means one: `"20%"`, `"9"`.
fn no_number<T>(node: &Node, asked: Asked<'_>, sink: &mut Sink) -> Option<T> {
    let Asked { name, kind, in_percent } = asked;
    let words = format!("`{name}` must be {}, not {}", kind.words(), node.kind());
    let more = sink.error(codes::WRONG_TYPE, &node.span, words);
    let Value::Text(text) = &node.value else { return None };
    let (text, has_sign) = match text.trim().strip_suffix('%') {
        Some(number) => (number.trim_end(), true),
        None => (text.trim(), false),
    };
    let Some(number) = text.parse::<f64>().ok().filter(|number| number.is_finite()) else {
        in_money(text).into_iter().fold(more, More::help);
        return None;
    };
    match has_sign {
        false => more.help(format!("write {text}, without quotes")),
        true if in_percent => more.help(format!("it is in percent already: write {text}")),
        // A share of machines cannot be counted.
        true if range_of(kind).is_some() => return None,
        true => more.help(format!("{text} % is {0} here: write {0}", (number * 1e10).round() / 1e12)),
    };
    None
}

/// What to write where an amount is written with its currency, "320 EUR" or "€1,200.50".
fn in_money(text: &str) -> Option<String> {
    let is_digit = |c: char| c.is_ascii_digit();
    let (begin, end) = (text.find(is_digit)?, text.rfind(is_digit)? + 1);
    let (before, amount, after) = (text[..begin].trim(), &text[begin..end], text[end..].trim());
    let unit = if before.is_empty() { after.split([' ', '/']).next()? } else { before };
    let is_code = unit.len() == 3 && unit.chars().all(|c| c.is_ascii_uppercase());
    let is_currency = is_code || ["€", "$", "£", "¥"].contains(&unit) || matches!(unit, "euro" | "euros" | "dollars");
    if !is_currency {
        return None;
    }
    let write = match amount.parse::<f64>() {
        Ok(_) => format!("write {amount}, without quotes and currency"),
        Err(_) => {
            "write a number alone, for example 1200.5: nothing parts thousands, and decimals stand after a point".into()
        }
    };
    Some(format!("{write}: amounts are in the currency of the prices, which the price list names"))
}

pub(crate) fn duration_of(node: &Node, name: &str, sink: &mut Sink) -> Option<SimDuration> {
    let Value::Text(text) = &node.value else { return wrong_type(node, name, &Kind::Duration.words(), sink) };
    let example = if text.to_ascii_lowercase().contains("month") { "30 days" } else { "90 min" };
    told(units::duration(text), codes::DURATION, node, name, text, example, sink)
}

pub(crate) fn fine_duration_of(node: &Node, name: &str, sink: &mut Sink) -> Option<Duration> {
    let Value::Text(text) = &node.value else { return wrong_type(node, name, &Kind::Duration.words(), sink) };
    told(units::fine_duration(text), codes::DURATION, node, name, text, "250 ms", sink)
}

/// The value, or the complaint about its text.
pub(crate) fn told<T>(
    result: Result<T, String>,
    code: &'static str,
    node: &Node,
    name: &str,
    text: &str,
    example: &str,
    sink: &mut Sink,
) -> Option<T> {
    result
        .map_err(|why| {
            let more = sink.error(code, &node.span, format!("`{name}`: \"{text}\" {why}"));
            more.help(format!("write for example \"{example}\""));
        })
        .ok()
}

pub(crate) fn wrong_type<T>(node: &Node, name: &str, must: &str, sink: &mut Sink) -> Option<T> {
    sink.error(codes::WRONG_TYPE, &node.span, format!("`{name}` must be {must}, not {}", node.kind()));
    None
}

/// Names become parts of paths and columns of reports.
pub(crate) fn check_name(name: &str, span: &Range<usize>, sink: &mut Sink) -> bool {
    let why = why_no_name(name);
    if let Some(why) = &why {
        sink.error(codes::NAME, span, format!("`{name}` cannot be a name: {why}"));
    }
    why.is_none()
}

/// The first rule of names that it breaks.
fn why_no_name(name: &str) -> Option<String> {
    let hidden = name.chars().find(|&c| is_hidden(c));
    let letters = name.chars().count();
    match () {
        () if name.is_empty() => Some("it is empty".into()),
        () if letters > 80 => Some(format!("it has {letters} characters, and may have 80")),
        () if name.contains('/') => Some("`/` separates the parts of a path".into()),
        () if name.trim() != name => Some("there are blanks around it".into()),
        () => hidden.map(|c| match c.is_control() {
            true => format!("U+{:04X} is a control character", c as u32),
            false => format!("U+{:04X} is not seen, and turns the text around it", c as u32),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::why_no_name;

    #[test]
    fn a_name_that_is_none_is_told_the_one_rule_it_breaks() {
        let why = |name: &str| why_no_name(name).unwrap_or_default();
        assert_eq!(why(&"x".repeat(81)), "it has 81 characters, and may have 80");
        assert_eq!(why(" x"), "there are blanks around it");
        assert_eq!(why("a\u{7}"), "U+0007 is a control character");
        assert_eq!(why("日本語 🚀 \u{202e}rtl"), "U+202E is not seen, and turns the text around it");
        for turns in ['\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{2066}', '\u{2069}'] {
            assert!(why_no_name(&format!("a{turns}b")).is_some(), "U+{:04X}", turns as u32);
        }
        assert_eq!(why_no_name("日本語 🚀 שלום"), None);
    }
}
