//! Ranges and lists of values in words: `6, 9, 12`, `6 to 30 step 3`, `90% to 99% step 1%`, `[1], [1, 2], [1, 2, 3]`.
//!
//! A range counts in decimals, not in binary fractions, so its end is met exactly; both ends belong to it. What stands
//! behind the number, a unit, has to be the same everywhere. A comma within brackets or quotes parts nothing.

/// The most values of one key.
pub const CHOICES_MAX: usize = 10_000;
/// Digits behind the point.
const DECIMALS_MAX: usize = 12;

/// The values that a text names, as texts.
///
/// # Errors
/// What is wrong with it, in words that go on after the text.
pub fn choices(text: &str) -> Result<Vec<String>, String> {
    let mut all: Vec<String> = Vec::new();
    for part in parts(of_lists(text)) {
        let part = part.trim();
        if part.is_empty() {
            return Err("has an empty place between its commas".into());
        }
        match part.split_once(" to ") {
            Some((from, rest)) if !part.starts_with(['[', '{', '"', '\'']) => range(from, rest, &mut all)?,
            _ if is_range_otherwise(part) || lacks_an_end(part) => {
                return Err(format!("has `{part}`: a range is written `5 to 7`, or `5 to 7 step 2`, both ends in"));
            }
            _ => all.push(part.to_owned()),
        }
        if all.len() > CHOICES_MAX {
            return Err(format!("names more than {CHOICES_MAX} values"));
        }
    }
    Ok(all)
}

/// A list of lists as TOML writes it, `[[1], [1, 2]]`, without its outer brackets: no key takes one as its value.
fn of_lists(text: &str) -> &str {
    let inner = text.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let list = |part: &str| part.trim().starts_with('[') && part.trim().ends_with(']');
    inner.filter(|inner| parts(inner).into_iter().all(list)).unwrap_or(text)
}

/// The parts between commas outside brackets and quotes.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut begin, mut depth, mut quote) = (Vec::new(), 0, 0_i32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) => quote = (c != open).then_some(open),
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[begin..]);
    parts
}

/// Whether a range lacks one of its ends: `6 to`.
fn lacks_an_end(part: &str) -> bool {
    let end = part.strip_suffix(" to").or_else(|| part.strip_prefix("to "));
    end.is_some_and(|end| number(end.trim()).is_ok())
}

/// Whether somebody means a range who writes it as elsewhere: `5-7`, `5..7`, `10% – 20%`.
fn is_range_otherwise(part: &str) -> bool {
    let signs = ["..=", "...", "..", "…", "–", "—", "-"];
    let ends = signs.iter().find_map(|sign| part.split_once(sign));
    ends.and_then(|(from, to)| unit_of(from).zip(unit_of(to))).is_some_and(|(from, to)| from == to || from.is_empty())
}

/// The unit of what can be an end of a range; none of what is no number, or a part of a date.
fn unit_of(text: &str) -> Option<&str> {
    let text = text.trim();
    let number = number(text).ok()?;
    let of_date = text.starts_with('0') && text.len() > 1 && !text.starts_with("0.");
    (number.units >= 0 && !of_date && !number.unit.contains(|c: char| c.is_ascii_digit())).then_some(number.unit)
}

fn range(from: &str, rest: &str, all: &mut Vec<String>) -> Result<(), String> {
    let (to, step) = match rest.split_once(" step ") {
        Some((to, step)) => (to, Some(step)),
        None => (rest, None),
    };
    let (low, high) = (number(from)?, number(to)?);
    let step = match step {
        Some(step) => number(step)?,
        None => Number { units: 1, decimals: 0, ..low },
    };
    if low.unit != high.unit || low.unit != step.unit {
        return Err(format!("mixes units: `{}`, `{}`, `{}`", from.trim(), to.trim(), step.unit));
    }
    let decimals = low.decimals.max(high.decimals).max(step.decimals);
    let (low_units, high_units, by) = (low.at(decimals), high.at(decimals), step.at(decimals));
    if by <= 0 {
        return Err("has a step that is not above zero".into());
    }
    if low_units > high_units {
        return Err("begins above its end".into());
    }
    let count = (high_units - low_units) / by + 1;
    if count > CHOICES_MAX as i128 {
        return Err(format!("names more than {CHOICES_MAX} values"));
    }
    all.extend((0..count).map(|at| written(low_units + at * by, decimals) + low.unit));
    Ok(())
}

#[derive(Clone, Copy)]
struct Number<'t> {
    units: i128,
    decimals: usize,
    unit: &'t str,
}

impl Number<'_> {
    fn at(&self, decimals: usize) -> i128 {
        self.units * 10_i128.pow((decimals - self.decimals) as u32)
    }
}

fn number(text: &str) -> Result<Number<'_>, String> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-')).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let (whole, behind) = digits.split_once('.').unwrap_or((digits, ""));
    let wrong = || format!("has `{text}` where a number is needed");
    if behind.len() > DECIMALS_MAX || whole.len() > 15 || behind.contains(['-', '.']) || whole.is_empty() {
        return Err(wrong());
    }
    let units: i128 = format!("{whole}{behind}").parse().map_err(|_| wrong())?;
    Ok(Number { units, decimals: behind.len(), unit })
}

fn written(units: i128, decimals: usize) -> String {
    if decimals == 0 {
        return units.to_string();
    }
    let of = 10_i128.pow(decimals as u32);
    let sign = if units < 0 { "-" } else { "" };
    let text = format!("{sign}{}.{:0decimals$}", units.abs() / of, units.abs() % of);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_ranges_say_their_values() {
        for (text, values) in [
            ("6, 9,12", "6|9|12"),
            ("6 to 9", "6|7|8|9"),
            ("6 to 30 step 12", "6|18|30"),
            ("1 to 6 step 2", "1|3|5"),
            ("0.1 to 0.3 step 0.1", "0.1|0.2|0.3"),
            ("-1 to 1", "-1|0|1"),
            ("99% to 99.9% step 0.3%", "99%|99.3%|99.6%|99.9%"),
            ("1 h to 2 h step 0.5 h", "1 h|1.5 h|2 h"),
            ("3, 6 to 8, 20", "3|6|7|8|20"),
            ("[1], [1, 2],[1,2,3]", "[1]|[1, 2]|[1,2,3]"),
            ("[[1], [1, 2]]", "[1]|[1, 2]"),
            (" [ [], [1] ] ", "[]|[1]"),
            ("[1, 2]", "[1, 2]"),
            ("[1], [2]", "[1]|[2]"),
            ("\"a, b\", c", "\"a, b\"|c"),
            ("true,false", "true|false"),
            ("2026-01-05", "2026-01-05"),
            ("2026-01", "2026-01"),
            ("-5", "-5"),
            ("best-effort", "best-effort"),
        ] {
            assert_eq!(choices(text).map(|values| values.join("|")), Ok(values.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, words) in [
            ("", "empty place"),
            ("1,,2", "empty place"),
            ("9 to 6", "above its end"),
            ("6 to 9 step 0", "not above zero"),
            ("6 to 9 step -1", "not above zero"),
            ("1 h to 90 min", "mixes units"),
            ("a to b", "a number is needed"),
            ("0 to 999999999999999", "more than 10000"),
            ("0 to 1 step 0.0000000000001", "a number is needed"),
            ("1.2.3 to 4", "a number is needed"),
            ("5-7", "`5 to 7`"),
            ("5..7", "`5 to 7`"),
            ("3, 5..=7", "a range is written"),
            ("90%–99%", "a range is written"),
            ("1 - 2 h", "a range is written"),
        ] {
            let why = choices(text).expect_err(text);
            assert!(why.contains(words), "{text}: {why}");
        }
    }
}
