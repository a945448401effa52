//! Hints on capacity that come of values laid over a scenario: of a plan's candidates, of a sweep's points.
//!
//! In: hints, each with the name of who it is told of. Out: what is alike but for its numbers once, with the first few names. What is
//! told of the scenario as it is written is not told again.

use crate::codes;
use crate::diagnostic::{Diagnostic, Severity};
use std::collections::BTreeMap;

/// Hints that say of machines, gateways, standbys, jobs and autoscale that they hardly do what is meant.
const OF_CAPACITY: [&str; 6] =
    [codes::PEAK, codes::GATEWAY_PEAK, codes::SMALL_STANDBY, codes::OVERWORKED, codes::NO_RULE, codes::ODD_RULE];
/// Of those of whom one thing is told, how many are named beside the first.
const NAMED: usize = 3;

/// One hint, and whom it is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Doubt {
    code: &'static str,
    /// Of the first.
    message: String,
    /// Each with what is told of it: whom the same is told of, is not named.
    names: Vec<(String, String)>,
    more: bool,
    /// What is told of each, by its name.
    everybody: BTreeMap<String, String>,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Doubts(Vec<Doubt>);

impl Doubts {
    /// Whether it is a hint on capacity.
    pub fn is_one(item: &Diagnostic) -> bool {
        item.severity != Severity::Error && OF_CAPACITY.contains(&item.code)
    }

    /// Adds what is told of one.
    pub fn tell<'a>(&mut self, items: impl IntoIterator<Item = &'a Diagnostic>, name: impl Fn() -> String) {
        for item in items.into_iter().filter(|item| Self::is_one(item)) {
            let known = self.0.iter_mut().find(|of| of.code == item.code && alike(&of.message, &item.message));
            let Some(known) = known else {
                let (code, message, name) = (item.code, item.message.clone(), name());
                let everybody = BTreeMap::from([(name.clone(), message.clone())]);
                self.0.push(Doubt { code, names: vec![(name, message.clone())], message, more: false, everybody });
                continue;
            };
            known.everybody.entry(name()).or_insert_with(|| item.message.clone());
            let is_new = known.names.iter().all(|(_, message)| *message != item.message);
            if is_new && known.names.len() <= NAMED {
                known.names.push((name(), item.message.clone()));
            } else {
                // A candidate may have two rules of which the same is said.
                known.more |= known.names.last().is_some_and(|(last, _)| *last != name());
            }
        }
    }

    /// Leaves out what is told already.
    pub fn forget<'a>(&mut self, told: impl IntoIterator<Item = &'a Diagnostic>) {
        for item in told {
            self.0.retain(|of| of.code != item.code || of.message != item.message);
        }
    }

    /// Leaves out what is allowed.
    pub(crate) fn allow(&mut self, allowed: impl Fn(&str) -> bool) {
        self.0.retain(|of| !allowed(of.code));
    }

    /// A sentence each: "With capacity 2: `web` begins with 2 machines … (W028); the like with capacity 3".
    pub fn words(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|of| of.words(None))
    }

    /// The same, where what is told of one of them comes first, and in its words.
    pub fn words_first_of(&self, name: &str) -> Vec<String> {
        let (own, others): (Vec<&Doubt>, Vec<&Doubt>) = self.0.iter().partition(|of| of.everybody.contains_key(name));
        own.into_iter().chain(others).map(|of| of.words(Some(name))).collect()
    }
}

impl Doubt {
    fn words(&self, of: Option<&str>) -> String {
        let own = of.and_then(|name| self.everybody.get_key_value(name));
        let known = own.into_iter().chain(self.names.iter().map(|(name, message)| (name, message)));
        let mut told: Vec<(&str, &str)> = Vec::new();
        for (name, message) in known {
            if told.iter().all(|(other, of)| other != name && of != message) {
                told.push((name, message));
            }
        }
        let more = self.more || told.len() > NAMED + 1;
        told.truncate(NAMED + 1);
        let names: Vec<&str> = told.iter().skip(1).map(|(name, _)| *name).collect();
        let others = match (names.as_slice(), more) {
            ([], false) => String::new(),
            ([], true) => "; the like with more of them".to_owned(),
            (names, false) => format!("; the like with {}", names.join("; ")),
            (names, true) => format!("; the like with {}; and more", names.join("; ")),
        };
        let (first, message) = told.first().copied().unwrap_or_default();
        format!("With {first}: {message} ({}){others}.", self.code)
    }
}

/// Whether two say the same but for numbers.
fn alike(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|of| !of.is_ascii_digit() && !matches!(of, '.' | ','))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Sink;

    fn told(doubts: &mut Doubts, name: &str, code: &'static str, words: &str) {
        let mut sink = Sink::default();
        sink.hint(code, &(0..0), words);
        doubts.tell(sink.finish("", "").items(), || name.to_owned());
    }

    #[test]
    fn what_is_alike_but_for_its_numbers_is_told_once_with_the_first_few_names() {
        let mut doubts = Doubts::default();
        for at in 1..=6 {
            told(&mut doubts, &format!("capacity {at}"), codes::ODD_RULE, &format!("begins with {at}, below 7"));
        }
        told(&mut doubts, "capacity 1", codes::ODD_RULE, "CPU is never above 100 %");
        told(&mut doubts, "capacity 1", codes::UNUSED, "is no matter of capacity");
        let said: Vec<String> = doubts.words().collect();
        let first = "With capacity 1: begins with 1, below 7 (W028); the like with capacity 2; capacity 3; capacity 4; and more.";
        assert_eq!(said, [first, "With capacity 1: CPU is never above 100 % (W028)."]);
        // Of one of them it comes first, also where it has no place among the few.
        let of = doubts.words_first_of("capacity 6").remove(0);
        let first = "With capacity 6: begins with 6, below 7 (W028); the like with capacity 1; capacity 2; capacity 3; and more.";
        assert_eq!(of, first);
        assert_eq!(doubts.words_first_of("capacity 9").remove(0), said[0]);
        doubts.allow(|code| code == "W028");
        assert_eq!(doubts, Doubts::default());
    }
}
