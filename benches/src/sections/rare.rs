//! Rare events: variance × events of plain trials over those of forced ones, and how they meet exact answers or plain trials.

use crate::sections::Run;
use std::sync::atomic::AtomicBool;
use zonefall_benches::measure::wall_seconds;
use zonefall_benches::rounds::{Demand, number};
use zonefall_cli::assemble::{self, Overrides};
use zonefall_faults::Method;
use zonefall_study::exactly::exactly;
use zonefall_study::outcome::{Estimate, Outcome};
use zonefall_study::rare::{
    Bias, Ladder, Layered, Plan, Way, conclude_conditioned, conclude_weighted, run_conditioned, run_forced, run_split,
};
use zonefall_study::{Labels, Silent, Study, conclude};

macro_rules! scenario {
    ($name:literal) => {
        ($name, include_str!(concat!("../rare/", $name, ".toml")))
    };
}

/// Where an estimate is wrong, in standard errors.
const Z_MOST: f64 = 4.0;

fn study((name, text): (&str, &str)) -> Study {
    let scenario = zonefall_scenario::parse(text, name).unwrap_or_else(|why| panic!("{}", why.render(false)));
    let overrides = Overrides { no_counterfactual: true, ..Overrides::default() };
    assemble::study(&scenario, overrides).unwrap_or_else(|why| panic!("{name}: {why:#}"))
}

fn labels() -> Labels {
    let words = String::new;
    Labels { version: words(), scenario_hash: words(), target: words(), window: words(), not_modelled: words() }
}

/// Pilot and trials.
fn forced(study: &Study) -> Outcome {
    let plan = Plan::learn(study, 0, &AtomicBool::new(false))
        .expect("the event budget is ample")
        .expect("there is something to force");
    let weighed = run_forced(study, plan, 0, &AtomicBool::new(false), &Silent).expect("the event budget is ample");
    conclude_weighted(study, &weighed, &labels(), Method::Forcing, "asked for")
}

fn error(of: &Estimate) -> f64 {
    (of.high - of.low.unwrap_or(0.0)) / 2.0 / 1.96
}

fn gain(run: &mut Run, scenario: (&str, &str), floor: f64) -> (Study, Estimate) {
    let mut study = study(scenario);
    study.trials = run.amount(study.trials);
    let outcome = forced(&study);
    let found = outcome.designs[0].unavailability;
    let gain = outcome.method.as_ref().and_then(|method| method.designs[0].gain).unwrap_or(0.0);
    let shown = format!("{} × at {:.2e}", number(gain), found.mean);
    run.table.add("rare", &format!("{}: variance × events", scenario.0), gain, &shown, Demand::AtLeast(floor, None));
    (study, found)
}

fn agreement(run: &mut Run, name: &str, with: &str, z: f64) {
    let shown = format!("{z:+.2} standard errors from {with}");
    run.table.add("rare", &format!("{name}: agreement"), z.abs(), &shown, Demand::AtMost(Z_MOST, None));
}

fn held_to_exact(run: &mut Run, scenario: (&str, &str), floor: f64) {
    let (study, found) = gain(run, scenario, floor);
    let exact = exactly(&study, &study.designs[0]).expect("it has an exact answer").unavailability;
    agreement(run, scenario.0, &format!("the exact {exact:.3e}"), (found.mean - exact) / error(&found));
}

pub fn rare(run: &mut Run) {
    held_to_exact(run, scenario!("eight-of-twelve"), 100.0);
    held_to_exact(run, scenario!("four-of-twelve"), 10_000.0);
    let everything = scenario!("everything-on");
    let (mut study, found) = gain(run, everything, 30.0);
    study.trials = run.amount(300_000);
    let plain = plain(&study).designs[0].unavailability;
    let (a, b) = (error(&found), error(&plain));
    let z = (found.mean - plain.mean) / (a * a + b * b).sqrt();
    agreement(run, everything.0, &format!("{} plain trials, {:.2e}", study.trials, plain.mean), z);
    precision(run);
    storms_alone(run);
    one_crew(run);
    failure_biasing(run, scenario!("one-crew"), 10_000.0);
    failure_biasing(run, scenario!("four-of-twelve"), 1000.0);
    common_random_numbers(run);
}

fn plain(study: &Study) -> Outcome {
    let played = zonefall_study::run(study, 0, &AtomicBool::new(false), &Silent).expect("the event budget is ample");
    conclude(study, &played, &labels())
}

/// Storms alone against plain trials of the same scenario, both measured.
fn storms_alone(run: &mut Run) {
    let scenario = scenario!("storms-alone");
    let mut study = study(scenario);
    study.trials = run.amount(study.trials);
    let layered = Layered::new(&study).expect("nothing couples the layers");
    let found = run_conditioned(&study, &layered, 0, &AtomicBool::new(false), &Silent).expect("the budget is ample");
    let outcome = conclude_conditioned(&study, &found, &labels(), Method::Conditioning, "asked for");
    let crude = plain(&Study { trials: run.amount(4000), ..study.clone() });
    let variance = found.storm_variance(0);
    let of_storms = variance / found.storms as f64 * found.events as f64;
    let deviation_ms = crude.designs[0].missed_min_sd * 60_000.0;
    let gain = deviation_ms * deviation_ms * crude.designs[0].events_per_trial / of_storms;
    let estimate = outcome.designs[0].unavailability;
    let shown = format!("{} × at {:.2e}", number(gain), estimate.mean);
    run.table.add("rare", "storms-alone: variance × events", gain, &shown, Demand::AtLeast(30.0, None));
    let exact = exactly(&study, &study.designs[0]).expect("it has an exact answer").unavailability;
    agreement(run, scenario.0, &format!("the exact {exact:.3e}"), (estimate.mean - exact) / error(&estimate));
    let other = crude.designs[0].unavailability;
    let z = (estimate.mean - other.mean) / error(&estimate).hypot(error(&other));
    agreement(run, scenario.0, &format!("{} plain trials, {:.2e}", crude.trials, other.mean), z);
}

/// A queue before one crew, by splitting.
fn one_crew(run: &mut Run) {
    let scenario = scenario!("one-crew");
    let mut study = study(scenario);
    study.trials = run.amount(study.trials);
    let ladder = Ladder::learn(&study, 0, &AtomicBool::new(false)).expect("the event budget is ample");
    let weighed = run_split(&study, ladder, 0, &AtomicBool::new(false), &Silent).expect("the event budget is ample");
    let outcome = conclude_weighted(&study, &weighed, &labels(), Method::Splitting, "asked for");
    let found = outcome.designs[0].unavailability;
    let gain = outcome.method.as_ref().and_then(|method| method.designs[0].gain).unwrap_or(0.0);
    let shown = format!("{} × at {:.2e}", number(gain), found.mean);
    run.table.add("rare", "one-crew: variance × events", gain, &shown, Demand::AtLeast(10.0, None));
    let exact = exactly(&study, &study.designs[0]).expect("it has an exact answer").unavailability;
    agreement(run, scenario.0, &format!("the exact {exact:.3e}"), (found.mean - exact) / error(&found));
}

/// From failure to failure.
fn failure_biasing(run: &mut Run, scenario: (&str, &str), floor: f64) {
    let mut study = study(scenario);
    study.trials = run.amount(40_000);
    let bias = Bias::new(&study).expect("it is a Markov chain");
    let way = Way::Biased(bias.learn(&study, &AtomicBool::new(false)).expect("the event budget is ample"));
    let played = way.play(&study, (&labels(), Method::Biasing, "asked for"), 0, &AtomicBool::new(false), &Silent);
    let outcome = played.expect("the event budget is ample").outcome;
    let found = outcome.designs[0].unavailability;
    let gain = outcome.method.as_ref().and_then(|method| method.designs[0].gain).unwrap_or(0.0);
    let name = format!("{}, biasing", scenario.0);
    let shown = format!("{} × at {:.2e}", number(gain), found.mean);
    run.table.add("rare", &format!("{name}: variance × events"), gain, &shown, Demand::AtLeast(floor, None));
    let exact = exactly(&study, &study.designs[0]).expect("it has an exact answer").unavailability;
    agreement(run, &name, &format!("the exact {exact:.3e}"), (found.mean - exact) / error(&found));
}

/// A difference on the same bad luck, against the same from independent runs.
fn common_random_numbers(run: &mut Run) {
    let mut study = study(scenario!("slower-boot"));
    study.trials = run.amount(study.trials);
    let outcome = plain(&study);
    let difference = &outcome.differences[0];
    let (low, high) = (difference.low.unwrap_or(f64::NAN), difference.high.unwrap_or(f64::NAN));
    let paired = (high - low) / 2.0 / 1.96;
    let of = |at: usize| outcome.designs[at].missed_min_sd * outcome.designs[at].missed_min_sd;
    let minutes = outcome.observed_h * 60.0;
    let apart = (of(0) + of(1)) / outcome.trials as f64 * (43_200.0 / minutes) * (43_200.0 / minutes);
    let gain = apart / (paired * paired);
    let shown = format!("{} ×; {:.3} ± {paired:.4} min/month", number(gain), difference.downtime_min_per_month);
    run.table.add("rare", "slower-boot: variance of a difference", gain, &shown, Demand::AtLeast(40.0, None));
}

/// R01 to one per cent, pilot and all.
fn precision(run: &mut Run) {
    let scenario = scenario!("four-machines");
    let study = study(scenario);
    let (seconds, outcome) = wall_seconds(|| forced(&study));
    let found = outcome.designs[0].unavailability;
    let relative = error(&found) / found.mean;
    let shown = format!("{:.2} % in {seconds:.3} s, {:.3e}", 100.0 * relative, found.mean);
    run.table.add("rare", "four-machines: standard error", relative, &shown, Demand::AtMost(0.01, None));
    run.table.add("rare", "four-machines: seconds", seconds, &shown, Demand::AtMost(0.1, None));
}
