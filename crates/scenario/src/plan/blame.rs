//! Which values of a plan are told as mistakes, where no candidate with them is possible.
//!
//! In: for each choice and value, whether some candidate is possible, and the first that was not. Out: mistakes, causes first.
//! A value that is wrong by itself (a mistake lies at its place) spoils every candidate in which it stands: values that were
//! seen to fail only beside such a one are not blamed, nor are their other mistakes repeated. Where no candidate at all is
//! possible for what stands elsewhere, that is told once, not for each value.

use super::chosen::Read;
use crate::codes;
use crate::diagnostic::Sink;
use std::rc::Rc;

/// A candidate that is not possible, and why.
pub(super) struct Failed {
    pub values: Vec<u32>,
    pub name: String,
    pub mistakes: Rc<Sink>,
}

/// Tells the values with which no candidate is possible; whether there is none.
pub(super) fn tell(read: &[Read], possible: &[Vec<bool>], first: Vec<Vec<Option<Failed>>>, sink: &mut Sink) -> bool {
    let each = || possible.iter().enumerate().flat_map(|(key, of)| (0..of.len()).map(move |value| (key, value)));
    let bad: Vec<(usize, usize)> = each().filter(|&(key, value)| !possible[key][value]).collect();
    let failed = |&(key, value): &(usize, usize)| first[key][value].as_ref();
    let wrong = |&(key, value): &(usize, usize)| {
        let span = &read[key].nodes[value].span;
        // The values of a range share one place.
        let single = read[key].nodes.iter().filter(|node| node.span == *span).count() == 1;
        single && first[key][value].as_ref().is_some_and(|failed| failed.mistakes.has_error_within(span))
    };
    let causes: Vec<(usize, usize)> = bad.iter().filter(|at| wrong(at)).copied().collect();
    let beside = |failed: &&Failed| {
        let values = failed.values.iter().enumerate();
        !values.map(|(key, &value)| (key, value as usize)).any(|at| causes.contains(&at))
    };
    let others: Vec<(usize, usize)> =
        bad.iter().filter(|at| failed(at).is_some_and(|failed| beside(&failed))).copied().collect();
    for &(key, value) in &causes {
        let failed = failed(&(key, value));
        no_candidate_with(read, (key, value), failed, sink);
        if let Some(failed) = failed {
            sink.copy_errors(&failed.mistakes, Some(&read[key].nodes[value].span));
        }
    }
    let none = each().count() == bad.len();
    if none && !others.is_empty() {
        sink.error(codes::PLAN, &read[0].span, "no candidate is possible");
    }
    for &(key, value) in &others {
        let failed = failed(&(key, value));
        if !none {
            no_candidate_with(read, (key, value), failed, sink);
        }
        if let Some(failed) = failed {
            sink.copy_errors(&failed.mistakes, None);
        }
    }
    bad.is_empty()
}

fn no_candidate_with(read: &[Read], (key, value): (usize, usize), failed: Option<&Failed>, sink: &mut Sink) {
    let of = &read[key].choice;
    let words = format!("no candidate with `{}` {} is possible", of.key, of.values[value]);
    let told = sink.error(codes::PLAN, &read[key].nodes[value].span, words);
    if let Some(failed) = failed {
        told.help(format!("the first of them: {}", failed.name));
    }
}
