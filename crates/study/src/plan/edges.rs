//! Whether an answer stands at an end of what may be chosen, in words: a range that ends there may leave a better one out.
//!
//! In: the answer, or the closest where no design meets. Out: a sentence for each of its keys whose values are numbers, where the step
//! from its neighbour within the range to it says that what lies beyond the end is worth a look: it costs no more, or, where nothing
//! meets, no less. The capacity of a set that autoscale resizes is only where it starts: nothing is said of its ends.

use super::{Candidate, Key, Question};
use zonefall_fleet::{Design, ScaleSet};

/// An end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Least,
    Greatest,
}

/// Says which ends.
pub(super) fn words(question: &Question, shown: usize, meets: bool) -> Vec<String> {
    let of = &question.candidates[shown];
    let ends = question.keys.iter().enumerate().filter_map(|(at, key)| {
        if is_only_a_start(&key.name, &of.design) {
            return None;
        }
        let value = of.values[at] as usize;
        let (end, inner) = end(&key.values, value)?;
        let step = neighbour(question, of, at, inner).map(|other| of.cost - other.cost);
        let may = match (meets, step) {
            (true, None | Some(..0.0)) => "a cheaper one",
            (true, Some(0.0)) => "one that misses less for the same cost",
            (false, None | Some(0.0..)) => "one that meets",
            _ => return None,
        };
        Some(said(key, value, end, may))
    });
    ends.collect()
}

/// Whether a key is the capacity of a set that autoscale resizes.
fn is_only_a_start(key: &str, design: &Design) -> bool {
    let of = key.rsplit_once('.').filter(|(_, last)| *last == "capacity").and_then(|(set, _)| set.rsplit_once('.'));
    let scales = |set: &ScaleSet| set.management.as_ref().is_some_and(|managed| managed.autoscale.is_some());
    let set = of.and_then(|(_, name)| design.sets.iter().find(|set| set.name == name.trim_matches('"')));
    set.is_some_and(scales)
}

fn said(key: &Key, value: usize, end: End, may: &str) -> String {
    let (most, bound) = match end {
        End::Least => ("least", "lower"),
        End::Greatest => ("greatest", "higher"),
    };
    let (name, value) = (&key.name, &key.values[value]);
    format!("`{name}` = {value} is the {most} that [plan] allows: a {bound} bound may find {may}.")
}

/// The candidate that has another value of one key and is alike in all others.
fn neighbour<'q>(question: &'q Question, of: &Candidate, key: usize, value: usize) -> Option<&'q Candidate> {
    let alike = |other: &&Candidate| {
        let mut pairs = other.values.iter().zip(&of.values).enumerate();
        other.shape == of.shape
            && pairs.all(|(at, (theirs, ours))| if at == key { *theirs as usize == value } else { theirs == ours })
    };
    question.candidates.iter().find(alike)
}

/// Which end of several numbers of one unit a value is, and which comes next to it; none where nothing lies beyond.
fn end(values: &[String], at: usize) -> Option<(End, usize)> {
    let numbers: Vec<(f64, &str)> = values.iter().map(|text| number(text)).collect::<Option<_>>()?;
    let (value, unit) = *numbers.get(at)?;
    if numbers.iter().any(|&(_, other)| other != unit) {
        return None;
    }
    let next = |of: fn(&f64, &f64) -> bool| {
        let far = |&other: &usize| (numbers[other].0 - value).abs();
        let beside = (0..numbers.len()).filter(|&other| of(&numbers[other].0, &value));
        beside.min_by(|a, b| far(a).total_cmp(&far(b)))
    };
    match (next(f64::lt), next(f64::gt)) {
        (None, Some(above)) if value > 0.0 => Some((End::Least, above)),
        (Some(below), None) if unit != "%" || value < 100.0 => Some((End::Greatest, below)),
        _ => None,
    }
}

/// A number and its unit: "6", "1.5 h", "\"90%\"".
fn number(text: &str) -> Option<(f64, &str)> {
    let text = text.trim().trim_matches(['"', '\'']).trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '_' | '-')).unwrap_or(text.len());
    let (digits, unit) = text.split_at(digits);
    Some((digits.replace('_', "").parse().ok()?, unit.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_numbers_are_known_and_of_nothing_else() {
        let of = |values: &[&str], at: usize| {
            let values: Vec<String> = values.iter().map(|&value| value.to_owned()).collect();
            end(&values, at)
        };
        assert_eq!(of(&["6", "9", "12"], 0), Some((End::Least, 1)));
        assert_eq!(of(&["6", "9", "12"], 1), None);
        assert_eq!(of(&["12", "6", "9"], 0), Some((End::Greatest, 2)));
        assert_eq!(of(&["\"5 min\"", "\"10 min\""], 1), Some((End::Greatest, 0)));
        assert_eq!(of(&["\"50 s\"", "\"1 min\""], 1), None, "units differ");
        // Nothing lies beyond.
        assert_eq!(of(&["0", "1"], 0), None);
        assert_eq!(of(&["50%", "100%"], 1), None);
        // One value is no range, and zones are no number.
        assert_eq!(of(&["3"], 0), None);
        assert_eq!(of(&["[1]", "[1, 2]"], 0), None);
    }
}
