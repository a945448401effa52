//! How many trials a look gets.
//!
//! In: the run, and looks of few trials. Out: for a look that leaves open what the run resolves, the trials that would about
//! tell, up to those of the run; none where it tells, where another look has turned that verdict already, or where more than the
//! run's would be needed: then the run is too short, and says so.

use super::Look;
use super::conclude::{in_windows, on_average};
use super::milder::{Judged, Run};
use crate::gate::times_to_tell;
use crate::outcome::{DesignOutcome, Outcome, Verdict};

/// An estimate of what would tell is itself one of few misses.
const TO_SPARE: f64 = 1.5;

/// The trials that the look at `at` would about need to tell of every design what the run tells; none if it has enough, or `most`
/// would not do.
pub(super) fn needed(outcome: &Outcome, looks: &[Look], at: usize, most: u64) -> Option<u64> {
    let has = looks[at].outcome.trials;
    let run = Run::of(outcome);
    let allowed = (1.0 - outcome.target_share, 1.0 - outcome.confidence);
    let of_design = |design: usize| {
        let of =
            |read: fn(&DesignOutcome) -> Option<Judged>, most| open(&run, outcome, looks, (at, design), read, most);
        [of(on_average, allowed.0), of(in_windows, allowed.1)]
    };
    let times = (0..outcome.designs.len()).flat_map(of_design).flatten().reduce(f64::max)?;
    let needs = (times * TO_SPARE * has as f64).max(2.0 * has as f64);
    (has < most && times * has as f64 <= most as f64).then(|| (needs as u64).min(most))
}

/// How many times its trials a look needs to tell of a design, if it leaves open what the run resolves and no other look turns; as many
/// as the rest of the run where nothing tells.
fn open(
    run: &Run,
    outcome: &Outcome,
    looks: &[Look],
    (at, design): (usize, usize),
    read: fn(&DesignOutcome) -> Option<Judged>,
    most: f64,
) -> Option<f64> {
    let own = read(&outcome.designs[design])?;
    let of = |look: &Look| read(&look.outcome.designs[design]);
    let is_turned = |look: &Look| of(look).filter(|&found| run.is_turned(own, &look.variation, found));
    let found = is_turned(&looks[at]).filter(|found| found.0 == Verdict::NotResolved)?;
    if looks.iter().filter_map(is_turned).any(|found| found.0 != Verdict::NotResolved) {
        return None;
    }
    Some(times_to_tell(found.1, most).unwrap_or(1.0))
}
