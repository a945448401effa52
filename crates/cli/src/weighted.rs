//! `run` with a method: chooses how trials are drawn, and says so.

use crate::args;
use crate::assemble::labels;
use crate::console::Console;
use crate::exit::Exit;
use crate::progress::Bar;
use crate::{assumptions, results, run, storms};
use anyhow::Result;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use zonefall_scenario::Scenario;
use zonefall_study::assumptions::not_looked_at;
use zonefall_study::outcome::{MethodOutcome, Outcome};
use zonefall_study::rare::{
    Choice, Ladder, Layered, Method, Plan, choose, conclude_conditioned, conclude_weighted, run_conditioned,
    run_forced, run_split,
};
use zonefall_study::timeline::Storms;
use zonefall_study::{Labels, Progress, RunError, Silent, Study};

/// Looks are plain trials, and weighted ones are made because those see too little.
const NOT_LOOKED_AT: &str = "no verdict is given: what is assumed was not looked at, for looks are plain trials, which see too little here; with --no-assumptions (or `assumptions = false`) the verdict is that of luck alone";

/// The method of the command line.
pub const fn method(of: args::Method) -> Method {
    match of {
        args::Method::Crude => Method::Crude,
        args::Method::Forcing => Method::Forcing,
        args::Method::Splitting => Method::Splitting,
        args::Method::Conditioning => Method::Conditioning,
        args::Method::Auto => Method::Auto,
    }
}

/// What the command line asks for, or else the scenario.
pub fn asked(options: &args::Run, scenario: &Scenario) -> Method {
    options.method.map_or_else(|| of_scenario(scenario), method)
}

/// What the scenario asks for.
pub const fn of_scenario(scenario: &Scenario) -> Method {
    match scenario.method {
        zonefall_scenario::Method::Crude => Method::Crude,
        zonefall_scenario::Method::Forcing => Method::Forcing,
        zonefall_scenario::Method::Splitting => Method::Splitting,
        zonefall_scenario::Method::Conditioning => Method::Conditioning,
        zonefall_scenario::Method::Auto => Method::Auto,
    }
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
    let began = Instant::now();
    match choose(study, method, threads)? {
        Choice::Refused { why } => {
            console.complain(&format!("error: method {} cannot be used: {why}", method.word()));
            Ok(Exit::Failure)
        }
        Choice::Crude { why } => {
            console.remark(&format!("method: plain trials; {why}"));
            run::simulate(options, scenario, study, Some(plain(method, why)), out, console)
        }
        Choice::Forcing { plan, why } => {
            console.remark(&format!("method: forced trials; {why}"));
            weighted(options, scenario, study, (method, Way::Forced(plan), &why), began, out, console)
        }
        Choice::Splitting { ladder, why } => {
            console.remark(&format!("method: split trials; {why}"));
            weighted(options, scenario, study, (method, Way::Split(ladder), &why), began, out, console)
        }
        Choice::Conditioning { layered, why } => {
            console.remark(&format!("method: storms alone; {why}"));
            weighted(options, scenario, study, (method, Way::Given(layered), &why), began, out, console)
        }
    }
}

/// How weighted trials are drawn.
enum Way {
    Forced(Box<Plan>),
    Split(Ladder),
    Given(Layered),
}

impl Way {
    /// Runs it: the outcome, and trials and events with those of the pilot.
    fn run(
        self,
        study: &Study,
        (labels, method, why): (&Labels, Method, &str),
        threads: usize,
        stop: &AtomicBool,
        shown: &dyn Progress,
    ) -> Result<(Outcome, u64, u64), RunError> {
        let weighed = match self {
            Self::Forced(plan) => run_forced(study, *plan, threads, stop, shown)?,
            Self::Split(ladder) => run_split(study, ladder, threads, stop, shown)?,
            Self::Given(layered) => {
                let found = run_conditioned(study, &layered, threads, stop, shown)?;
                return Ok((conclude_conditioned(study, &found, labels, method, why), found.storms, found.events));
            }
        };
        let (trials, events) = (weighed.trials(), weighed.events() + weighed.pilot().1);
        Ok((conclude_weighted(study, &weighed, labels, method, why), trials, events))
    }
}

fn weighted(
    options: &args::Run,
    scenario: &Scenario,
    study: &Study,
    (method, way, why): (Method, Way, &str),
    began: Instant,
    out: &Path,
    console: Console,
) -> Result<Exit> {
    let stop = run::interrupt()?;
    let threads = options.threads.map_or(0, usize::from);
    let bar = console.shows_progress().then(|| Bar::new(study, 0, console.colour_err()));
    let shown: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let played = way.run(study, (&labels(scenario), method, why), threads, &stop, shown);
    if let Some(bar) = &bar {
        bar.clear();
    }
    let (mut outcome, trials, events) = played?;
    if assumptions::plan(scenario, study, study.trials, options.no_assumptions).is_some() {
        not_looked_at(&mut outcome, NOT_LOOKED_AT);
    }
    let timing = results::timing(began.elapsed().as_secs_f64(), threads, trials, events);
    let storms = Storms::none(storms::WEIGHTED);
    results::present(options, scenario, study, (&outcome, None, Some(&storms)), timing, trials, out, console)
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
        designs: Vec::new(),
    }
}
