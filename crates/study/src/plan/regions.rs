//! Whether lost regions alone cost more than a target allows, in words: then no number of machines in one region helps.
//!
//! In: a candidate that misses or is not proven to meet, and what is allowed. Out: a sentence, where all of its machines stand in one
//! region and what takes that out is expected, by rate and length, to miss more than that.

use super::bench::Bench;
use crate::conclude::cap_ms;
use crate::misses::Kind;
use zonefall_faults::{Effect, Scope, mode_of_cause};

/// Says so, and what does help.
pub(super) fn words(bench: &Bench<'_>, shown: usize, allowed: f64) -> Option<String> {
    let (study, design) = (&bench.question.study, &bench.question.candidates[shown].design);
    let (first, others) = design.sets.split_first()?;
    if others.iter().any(|set| set.region != first.region) {
        return None;
    }
    let takes_all = |cause: &str| {
        let mode = mode_of_cause(&study.profile.modes, cause);
        mode.is_some_and(|mode| mode.scope == Scope::Region && mode.effect == Effect::Down)
    };
    let kinds: Vec<&Kind> =
        bench.kinds(shown).lonely().filter(|kind| kind.causes.iter().any(|cause| takes_all(cause))).collect();
    let times = kinds.iter().map(|kind| kind.ms_per_trial).sum::<f64>() / cap_ms(study) / allowed;
    let mut causes: Vec<&str> = kinds.iter().flat_map(|kind| &kind.causes).map(String::as_str).collect();
    causes.dedup();
    (times > 1.0).then(|| {
        format!(
            "More machines do not help: a lost region ({}) takes all of them, and is expected to cost {times:.*} times what the \
             target allows, by rate and length alone. What helps is a second region that takes over (`[failover]`).",
            causes.join(", "),
            usize::from(times < 9.95)
        )
    })
}
