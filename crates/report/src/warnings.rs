//! Warnings for people: what is said of several designs in the same words is said once.

use crate::alike::alike;
use zonefall_study::outcome::{Outcome, Warning};

/// The warnings of an outcome in their order, those of designs with the same words as one.
pub(crate) fn warnings(outcome: &Outcome) -> Vec<String> {
    together(&outcome.warnings)
}

fn together(all: &[Warning]) -> Vec<String> {
    // What is nobody's stays by itself.
    let said = |(at, of): (usize, &Warning)| {
        let alone = of.designs.is_empty().then_some(at);
        (of.designs.clone(), (alone, of.words.clone()))
    };
    let told = alike(all.iter().enumerate().map(said));
    told.into_iter().map(|(designs, (_, words))| Warning { designs: designs.concat(), words }.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_of_several_designs_are_one_warning() {
        let all = ["of all".into(), Warning::of("a", "few"), Warning::of("a: b", "few"), "few".into(), "few".into()];
        assert_eq!(together(&all), ["of all", "a; a: b: few", "few", "few"]);
    }
}
