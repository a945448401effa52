//! Paths of keys as people write them: `scale_set."my web".zones`, `scale_set.web.autoscale.rule[0].threshold`.
//!
//! In: a text. Out: its steps with their places: keys of TOML, and entries of lists, `[0]` for the first. Whether there is such a
//! list only the tree knows. What can go wrong: the text is no path. A path begins with a key.

use std::fmt;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// To what stands under a key of a table.
    Key(String),
    /// To an entry of a list, from 0.
    At(usize),
}

impl Step {
    /// The key, if it is one.
    pub fn key(&self) -> Option<&str> {
        if let Self::Key(key) = self { Some(key) } else { None }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => f.write_str(key),
            Self::At(at) => write!(f, "[{at}]"),
        }
    }
}

/// A step and its place.
pub(crate) type Part = (Step, Range<usize>);

/// The steps of a key's path, the text beginning at `base`.
pub(crate) fn path_of(text: &str, base: usize) -> Option<Vec<Part>> {
    let mut path = Vec::new();
    let mut at = 0;
    loop {
        let open = bracket(&text[at..]).map_or(text.len(), |open| at + open);
        path.extend(keys_of(&text[at..open], base + at)?);
        at = open;
        while text[at..].starts_with('[') {
            let end = at + text[at..].find(']')? + 1;
            let which = index(&text[at..end])?;
            path.push((Step::At(which), base + at..base + end));
            at = end;
        }
        let rest = text[at..].trim_start();
        if rest.is_empty() {
            return Some(path);
        }
        at = text.len() - rest.strip_prefix('.')?.len();
    }
}

/// The first bracket outside quotes.
fn bracket(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '[') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    None
}

/// Dotted keys of TOML.
fn keys_of(text: &str, base: usize) -> Option<Vec<Part>> {
    let document = format!("{text}=0");
    DeTable::parse(&document).ok().and_then(|table| parts(table.get_ref(), base))
}

fn parts(table: &DeTable<'_>, base: usize) -> Option<Vec<Part>> {
    let (key, value) = table.iter().next()?;
    let span = key.span();
    let mut path = vec![(Step::Key(key.get_ref().to_string()), base + span.start..base + span.end)];
    if let DeValue::Table(inner) = value.get_ref() {
        path.extend(parts(inner, base)?);
    }
    Some(path)
}

/// Which entry of a list brackets mean, if they mean one.
fn index(brackets: &str) -> Option<usize> {
    let digits = brackets.strip_prefix('[')?.strip_suffix(']')?;
    if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// The steps as one text.
pub(crate) fn spelled<'p>(steps: impl IntoIterator<Item = &'p Step>) -> String {
    let mut text = String::new();
    for step in steps {
        if !text.is_empty() && step.key().is_some() {
            text.push('.');
        }
        text.push_str(&step.to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cut_at_its_dots_and_brackets_and_put_together_again() {
        let of = |text: &str| path_of(text, 10).map(|path| path.into_iter().map(|(step, _)| step).collect::<Vec<_>>());
        for text in ["a", "a.b.c", "a.b[0].c", "a[12]", "a[0][1].b", "design.wide.rule[3]"] {
            assert_eq!(spelled(&of(text).unwrap_or_default()), text);
        }
        assert_eq!(of("a.\"b[0].c\".d [ 0 ]"), None);
        let key = |key: &str| Step::Key(key.to_owned());
        assert_eq!(of(" a . 'b[0].c' [00] . d "), Some(vec![key("a"), key("b[0].c"), Step::At(0), key("d")]));
        assert_eq!(of("a.'[0]'"), Some(vec![key("a"), key("[0]")]));
        for wrong in [
            "",
            "[0]",
            "[0].a",
            "a[]",
            "a[-1]",
            "a[+1]",
            "a[x]",
            "a[0",
            "a[0]b",
            "a[0].",
            "a[0]..b",
            "a.[0]",
            "a]",
            "a b",
            "a[99999999999999999999]",
        ] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        let places: Vec<_> = path_of("ab[7].c", 10).into_iter().flatten().map(|(_, place)| place).collect();
        assert_eq!(places, [10..12, 12..15, 16..17]);
    }
}
