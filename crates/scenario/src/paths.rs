//! Paths of keys as people write them: `scale_set."my web".zones`, `scale_set.web.autoscale.rule[0].threshold`.
//!
//! In: a text. Out: its parts with their places. A part is a key of TOML; an entry of a list is a part of its own, `[0]` for the
//! first. Whether there is such a list only the tree knows. What can go wrong: the text is no path.

use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// A part and its place.
pub(crate) type Part = (String, Range<usize>);

/// The parts of a key's path, the text beginning at `base`.
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
            path.push((format!("[{which}]"), base + at..base + end));
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
    let mut path = vec![(key.get_ref().to_string(), base + span.start..base + span.end)];
    if let DeValue::Table(inner) = value.get_ref() {
        path.extend(parts(inner, base)?);
    }
    Some(path)
}

/// Which entry of a list a part means, from 0, if it means one.
pub(crate) fn index(part: &str) -> Option<usize> {
    let digits = part.strip_prefix('[')?.strip_suffix(']')?;
    if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// The parts as one text.
pub(crate) fn spelled<'p>(parts: impl IntoIterator<Item = &'p str>) -> String {
    let mut text = String::new();
    for part in parts {
        if !text.is_empty() && index(part).is_none() {
            text.push('.');
        }
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cut_at_its_dots_and_brackets_and_put_together_again() {
        let of = |text: &str| path_of(text, 10).map(|path| path.into_iter().map(|(part, _)| part).collect::<Vec<_>>());
        for text in ["a", "a.b.c", "a.b[0].c", "a[12]", "a[0][1].b", "design.wide.rule[3]"] {
            let parts = of(text).unwrap_or_default();
            assert_eq!(spelled(parts.iter().map(String::as_str)), text);
        }
        assert_eq!(of("a.\"b[0].c\".d [ 0 ]"), None);
        assert_eq!(of(" a . 'b[0].c' [00] . d "), Some(["a", "b[0].c", "[0]", "d"].map(String::from).to_vec()));
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
