//! The looks at what is assumed, between the run and its results.

use crate::console::Console;
use crate::progress::Bar;
use crate::results::{Looked, Work};
use anyhow::Result;
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use zonefall_scenario::{Assumptions, Scenario};
use zonefall_study::assumptions::Plan;
use zonefall_study::stopping::is_finished;
use zonefall_study::{Progress, Silent, Study};

/// The looks that a scenario asks for at a study of which so many trials are finished.
pub fn plan(scenario: &Scenario, study: &Study, trials: u64, off: bool) -> Option<Plan> {
    let study = &Study { trials, ..study.clone() };
    match scenario.assumptions {
        _ if off => None,
        Assumptions::Off => None,
        Assumptions::Auto => Plan::new(study, None),
        Assumptions::Trials(trials) => Plan::new(study, Some(trials)),
    }
}

/// Takes the looks and adds them to the work, unless the run itself was interrupted.
pub fn look(plan: Plan, study: &Study, work: &mut Work, stop: &AtomicBool, console: Console) -> Result<()> {
    if !is_finished(study, &work.finished) {
        return Ok(());
    }
    let (began, trials) = (Instant::now(), plan.all_trials());
    let bar = console.shows_progress().then(|| Bar::of_looks(study, trials, console.colour_err()));
    let shown: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let looks = plan.play(study, work.threads, stop, shown);
    if let Some(bar) = &bar {
        bar.clear();
    }
    work.looks = looks?.map_or(Looked::Interrupted, |looks| Looked::Taken(Box::new(looks)));
    if let Looked::Taken(looks) = &work.looks {
        work.trials += trials;
        work.events += looks.events();
    }
    work.seconds += began.elapsed().as_secs_f64();
    Ok(())
}
