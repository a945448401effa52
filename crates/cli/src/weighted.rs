//! `run` with a method: chooses how trials are drawn, and says so.

use crate::args;
use crate::assemble::labels;
use crate::console::Console;
use crate::exit::Exit;
use crate::progress::Bar;
use crate::results::{self, Looked, held_against};
use crate::{assumptions, run, storms};
use anyhow::Result;
use std::path::Path;
use std::time::Instant;
use zonefall_faults::Method;
use zonefall_scenario::Scenario;
use zonefall_study::outcome::MethodOutcome;
use zonefall_study::rare::{Choice, Played, Way, choose};
use zonefall_study::timeline::Storms;
use zonefall_study::{Progress, RunError, Silent, Study};

/// What the command line asks for, or else the scenario.
pub fn asked(options: &args::Run, scenario: &Scenario) -> Method {
    options.method.unwrap_or(scenario.method)
}

/// What does not go with a method, in words.
pub fn nonsense(options: &args::Run, method: Method) -> Option<String> {
    if method == Method::Crude {
        return None;
    }
    let keep = &options.keep;
    let flag = match () {
        () if keep.partial.is_some() => "--partial",
        () if keep.checkpoint.is_some() => "--checkpoint",
        () if method != Method::Auto && options.rows => "--rows",
        () if method != Method::Auto && options.faults.is_some() => "--faults",
        () => return None,
    };
    let word = method.word();
    Some(format!("{flag} does not go with method {word}: it holds plain trials, without weights; say --method crude"))
}

/// Chooses, runs and says what came of it.
pub fn run(
    options: &args::Run,
    scenario: &Scenario,
    study: &Study,
    method: Method,
    out: &Path,
    console: Console,
) -> Result<Exit> {
    let threads = options.threads.map_or(0, usize::from);
    let (began, stop) = (Instant::now(), run::interrupt()?);
    let chosen = match choose(study, method, threads, &stop) {
        Err(why @ RunError::Interrupted) => {
            console.complain(&format!("{why}; nothing is written"));
            return Ok(Exit::Interrupted);
        }
        chosen => chosen?,
    };
    let (way, why) = match chosen {
        Choice::Refused { why } => {
            let each = why.replace("; ", "\n  ");
            console.complain(&format!("error: method {} cannot be used:\n  {each}", method.word()));
            return Ok(Exit::Failure);
        }
        Choice::Crude { why } => {
            console.remark(&format!("method: plain trials; {why}"));
            return run::simulate(options, scenario, study, Some(plain(method, why)), &stop, out, console);
        }
        Choice::Forcing { plan, why } => (Way::Forced(plan), why),
        Choice::Splitting { ladder, why } => (Way::Split(ladder), why),
        Choice::Conditioning { layered, why } => (Way::Given(layered), why),
        Choice::Biasing { bias, why } => (Way::Biased(bias), why),
    };
    console.remark(&format!("method: {}; {why}", trials_of(&way)));
    let bar = console.shows_progress().then(|| Bar::new(study, 0, console.colour_err()));
    let shown: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let played = way.play(study, (&labels(scenario), method, &why), threads, &stop, shown);
    if let Some(bar) = &bar {
        bar.clear();
    }
    let Played { mut outcome, mut trials, mut events } = played?;
    if let Some(plan) = assumptions::plan(scenario, study, study.trials, Some(way), options.no_assumptions)
        && !outcome.partial
    {
        let looks = assumptions::take(plan, study, &outcome, threads, &stop, console)?;
        if let Looked::Taken(looks) = &looks {
            (trials, events) = (trials + looks.trials_played(), events + looks.events());
        }
        looks.add_to(&mut outcome, study);
    }
    outcome.not_weighed = assumptions::are_not_weighed(study, &outcome);
    held_against(scenario, &mut outcome);
    let timing = results::timing(began.elapsed().as_secs_f64(), threads, trials, events);
    let storms = Storms::none(storms::WEIGHTED);
    results::present(options, scenario, study, (&outcome, None, Some(&storms)), timing, trials, out, console)
}

/// How a way is called.
const fn trials_of(way: &Way) -> &'static str {
    match way {
        Way::Forced(_) => "forced trials",
        Way::Split(_) => "split trials",
        Way::Given(_) => "storms alone",
        Way::Biased(_) => "failure biasing",
    }
}

/// What is said of a method that chose plain trials.
fn plain(asked: Method, why: String) -> MethodOutcome {
    MethodOutcome {
        asked: asked.word().into(),
        used: Method::Crude.word().into(),
        why,
        pilot_trials: 0,
        pilot_events: 0,
        mean_weight: 1.0,
        greatest_weight: 1.0,
        patterns: Vec::new(),
        levels: Vec::new(),
        failure_share: None,
        untold: Vec::new(),
        designs: Vec::new(),
    }
}
