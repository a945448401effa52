//! How many trials a look gets.
//!
//! In: the run, and looks of few trials. Out: for a look that leaves open what the run resolves, the trials that would about
//! tell, up to those of the run; none where it tells, or where another look has turned that verdict already. What few trials say of
//! how many would tell is itself luck, so a look that is open in the end has as many as the run: then the run is too short.

use super::Look;
use super::milder::Run;
use crate::gate::{Asked, Gate, asked, times_to_tell};
use crate::outcome::{Outcome, Verdict};

/// An estimate of what would tell is itself one of few misses.
const TO_SPARE: f64 = 1.5;

/// The trials that the look at `at` would about need to tell of every design what the run tells, in both verdicts and in what the gate
/// asks beside them; none if it has enough.
pub(super) fn needed(outcome: &Outcome, gate: Option<&Gate>, looks: &[Look], at: usize, most: u64) -> Option<u64> {
    let has = looks[at].outcome.trials;
    let run = Run::of(outcome);
    let verdicts = asked(&Gate::default(), outcome);
    let of_design = |design: usize| {
        let on = gate.filter(|gate| gate.is_on(&outcome.designs[design].design));
        let of_gate = on.map_or_else(Vec::new, |gate| asked(gate, outcome));
        let all = verdicts.iter().copied().chain(of_gate);
        all.filter_map(|asked| open(&run, outcome, looks, (at, design), asked)).reduce(f64::max)
    };
    let times = (0..outcome.designs.len()).filter_map(of_design).reduce(f64::max)?;
    let needs = (times * TO_SPARE * has as f64).max(2.0 * has as f64);
    (has < most).then(|| (needs as u64).min(most))
}

/// How many times its trials a look needs to tell of a design, if it leaves open what the run resolves and no other look turns; as many
/// as the rest of the run where nothing tells.
fn open(run: &Run, outcome: &Outcome, looks: &[Look], (at, design): (usize, usize), asked: Asked) -> Option<f64> {
    let own = asked.of_run(&outcome.designs[design])?;
    let of = |look: &Look| asked.of_run(&look.outcome.designs[design]);
    let is_turned = |look: &Look| of(look).filter(|&found| run.is_turned(own, &look.variation, found));
    let found = is_turned(&looks[at]).filter(|found| found.0 == Verdict::NotResolved)?;
    if looks.iter().filter_map(is_turned).any(|found| found.0 != Verdict::NotResolved) {
        return None;
    }
    Some(times_to_tell(found.1, asked.most()).unwrap_or(1.0))
}
