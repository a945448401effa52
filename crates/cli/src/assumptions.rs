//! The looks at what is assumed, between the run and its results.

use crate::assemble::labels;
use crate::console::Console;
use crate::gate;
use crate::progress::Bar;
use crate::results::{Looked, Work};
use anyhow::Result;
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use zonefall_scenario::{Assumptions, Scenario};
use zonefall_study::assumptions::Plan;
use zonefall_study::outcome::Outcome;
use zonefall_study::rare::Way;
use zonefall_study::stopping::is_finished;
use zonefall_study::{Progress, Silent, Study, conclude};

/// The looks that a scenario asks for at a study of which so many trials are finished, drawn in some way of their own.
pub fn plan(scenario: &Scenario, study: &Study, trials: u64, way: Option<Way>, off: bool) -> Option<Plan> {
    let study = &Study { trials, ..study.clone() };
    let plan = match scenario.assumptions {
        _ if off => None,
        Assumptions::Off => None,
        Assumptions::Auto => Plan::drawn(study, None, way),
        Assumptions::Trials(trials) => Plan::drawn(study, Some(trials), way),
    };
    plan.map(|plan| plan.for_gate(scenario.gate.as_ref().map(gate::asked)))
}

/// Whether something is assumed in a range, and nobody has looked at it: no look was asked for, or the run was interrupted.
pub fn are_not_weighed(study: &Study, outcome: &Outcome) -> bool {
    outcome.assumptions.is_none() && Plan::new(study, None).is_some()
}

/// Takes the looks and adds them to the work, unless the run itself was interrupted.
pub fn look(
    plan: Plan,
    (scenario, study): (&Scenario, &Study),
    work: &mut Work,
    stop: &AtomicBool,
    console: Console,
) -> Result<()> {
    if !is_finished(study, &work.finished) {
        return Ok(());
    }
    let began = Instant::now();
    let outcome = conclude(study, &work.finished, &labels(scenario));
    work.looks = take(plan, study, &outcome, work.threads, stop, console)?;
    if let Looked::Taken(looks) = &work.looks {
        work.trials += looks.trials_played();
        work.events += looks.events();
    }
    work.seconds += began.elapsed().as_secs_f64();
    Ok(())
}

/// Takes the looks at a run that has come to `outcome`.
pub fn take(
    plan: Plan,
    study: &Study,
    outcome: &Outcome,
    threads: usize,
    stop: &AtomicBool,
    console: Console,
) -> Result<Looked> {
    let bar = console.shows_progress().then(|| Bar::of_looks(study, plan.all_trials(), console.colour_err()));
    let shown: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let looks = plan.play(study, outcome, threads, stop, shown);
    if let Some(bar) = &bar {
        bar.clear();
    }
    Ok(looks?.map_or(Looked::Interrupted, |looks| Looked::Taken(Box::new(looks))))
}
