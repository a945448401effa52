//! `sweep`: a scenario at many points, each with the verdict that a run of it gives: luck, and what is assumed.

use crate::answers::{self, Steps};
use crate::args;
use crate::assemble::{self, Overrides};
use crate::assumptions;
use crate::check;
use crate::console::Console;
use crate::exit::{Exit, usage};
use crate::results::style;
use crate::run::{interrupt, is_record};
use crate::target;
use anyhow::Result;
use std::sync::atomic::Ordering;
use zonefall_scenario::{Diagnostic, Diagnostics, Doubts, Scenario, WhatIf, choices, load_with};
use zonefall_study::sweep::{Kept, Point, SCHEMA, Sweep};
use zonefall_study::{Silent, Threads, conclude, run_on};

/// The most points.
const POINTS_MAX: usize = 10_000;

/// A key and its values.
struct Varied {
    key: String,
    values: Vec<String>,
}

/// Runs a scenario at every point.
pub fn sweep(options: &args::Sweep, console: Console) -> Result<Exit> {
    let varied: Vec<Varied> = match options.vary.iter().map(|text| varied(text)).collect() {
        Ok(varied) => varied,
        Err(words) => {
            let words: String = words;
            console.complain(&format!("error: {words}"));
            return Ok(Exit::Usage);
        }
    };
    let points = points(&varied, options.one_at_a_time);
    if points.len() > POINTS_MAX {
        console.complain(&format!("error: {} points are more than {POINTS_MAX}", points.len()));
        return Ok(Exit::Usage);
    }
    answers::refuse_idle_locale(options.shown.csv_locale, options.shown.writes_csv())?;
    let Some(scenarios) = scenarios(options, &varied, &points, console) else { return Ok(Exit::BadScenario) };
    let read = scenarios.iter().flat_map(|scenario| target::read_for(&options.scenario, scenario));
    target::refuse_unless_free(&options.shown.csv, read, options.shown.force)?;
    if scenarios.iter().any(is_record) {
        return Err(usage("a record is one trial of one world: there is nothing to sweep"));
    }
    let kept = kept(&varied, &points, &scenarios, options.what_if.what_if.len());
    let (all, points) = (points.len(), play(options, points, &scenarios, console)?);
    let is_whole = points.len() == all;
    let keys = varied.into_iter().map(|varied| varied.key).collect();
    let sweep = Sweep { schema: SCHEMA, keys, one_at_a_time: options.one_at_a_time, kept, points };
    let csv = zonefall_report::sweep_csv(&sweep, options.shown.csv_locale.into())?;
    if !is_whole {
        let kept = options.shown.csv.as_ref().filter(|_| !sweep.points.is_empty());
        answers::keep(&options.shown, &csv, kept.is_some(), console)?;
        let kept = kept.map_or("none kept".to_owned(), |path| format!("kept in {}", path.display()));
        console.complain(&format!("interrupted: {} of {all} points done, {kept}", sweep.points.len()));
        return Ok(Exit::Interrupted);
    }
    let table = || zonefall_report::terminal::sweep(&sweep, style(console));
    answers::show(&options.shown, || zonefall_report::to_json(&sweep), table, &csv, console)?;
    Ok(Exit::Fine)
}

fn varied(text: &str) -> Result<Varied, String> {
    let (key, values) = text.split_once('=').ok_or_else(|| format!("`{text}` is not of the form key=values"))?;
    let values = choices(values).map_err(|why| format!("`{text}` {why}"))?;
    Ok(Varied { key: key.trim().to_owned(), values })
}

/// The values of every point, the last key fastest; one at a time begins with the file as it is.
fn points(varied: &[Varied], one_at_a_time: bool) -> Vec<Vec<Option<String>>> {
    if one_at_a_time {
        let mut points = vec![vec![None; varied.len()]];
        for (at, of) in varied.iter().enumerate() {
            let point = |value: &String| {
                let mut point = vec![None; varied.len()];
                point[at] = Some(value.clone());
                point
            };
            points.extend(of.values.iter().map(point));
        }
        return points;
    }
    let mut points = vec![Vec::new()];
    for of in varied {
        // Beyond the limit the product is not made: the caller refuses it.
        if points.len().saturating_mul(of.values.len()) > POINTS_MAX {
            return vec![Vec::new(); points.len().saturating_mul(of.values.len()).min(POINTS_MAX + 1)];
        }
        let with = |point: &Vec<Option<String>>, value: &String| {
            point.iter().cloned().chain([Some(value.clone())]).collect::<Vec<_>>()
        };
        points = points.iter().flat_map(|point| of.values.iter().map(move |value| with(point, value))).collect();
    }
    points
}

/// The scenario of every point; says what is wrong with the first that is.
fn scenarios(
    options: &args::Sweep,
    varied: &[Varied],
    points: &[Vec<Option<String>>],
    console: Console,
) -> Option<Vec<Scenario>> {
    let one = |point: &Vec<Option<String>>| {
        let set = varied.iter().zip(point).filter_map(|(of, value)| Some(format!("{}={}", of.key, value.as_ref()?)));
        let changes: Vec<String> = options.what_if.what_if.iter().cloned().chain(set).collect();
        let called = if options.what_if.what_if.is_empty() { "--vary" } else { "--what-if and --vary" };
        load_with(&options.scenario, &WhatIf::new(&changes).given_by(called))
    };
    // Points have no names of their own.
    let base = check::load_for(&options.scenario, &options.what_if, options.effort.trials, console)?;
    match points.iter().map(one).collect::<Result<Vec<Scenario>, _>>() {
        Ok(mut scenarios) => {
            tell(&base, varied, (points, &scenarios), console);
            scenarios.iter_mut().for_each(|scenario| scenario.name.clone_from(&base.name));
            Some(scenarios)
        }
        Err(diagnostics) => {
            console.complain(&diagnostics.render(console.colour_err()));
            None
        }
    }
}

/// Which designs do not feel which key, in the order of keys; so many changes come before those of the points.
fn kept(varied: &[Varied], points: &[Vec<Option<String>>], scenarios: &[Scenario], before: usize) -> Vec<Kept> {
    let mut found: Vec<(usize, &str)> = Vec::new();
    for (scenario, point) in scenarios.iter().zip(points) {
        let keys: Vec<usize> = (0..varied.len()).filter(|&key| point[key].is_some()).collect();
        for of in &scenario.kept {
            let key = of.change.checked_sub(before).and_then(|at| keys.get(at));
            found.extend(key.map(|&key| (key, of.design.as_str())));
        }
    }
    let mut once: Vec<(usize, &str)> = Vec::new();
    found.sort_by_key(|&(key, _)| key);
    for of in found {
        if !once.contains(&of) {
            once.push(of);
        }
    }
    once.into_iter().map(|(key, design)| Kept { key: varied[key].key.clone(), design: design.to_owned() }).collect()
}

/// What is to be told of points: of capacity each thing once, all else of the first of which there is any.
fn tell(
    base: &Scenario,
    varied: &[Varied],
    (points, scenarios): (&[Vec<Option<String>>], &[Scenario]),
    console: Console,
) {
    let of_values = |remarks: &Diagnostics| -> Vec<Diagnostic> {
        remarks.others().iter().flat_map(Diagnostics::items).cloned().collect()
    };
    let all = |remarks: &Diagnostics| [remarks.items(), &of_values(remarks)].concat();
    // One at a time, the first point changes nothing.
    let told = |remarks: &Diagnostics| of_values(remarks).iter().any(|item| !Doubts::is_one(item));
    let mut remarks = scenarios.iter().map(|point| &point.warnings).enumerate();
    if let Some((at, remarks)) = remarks.find(|(_, remarks)| told(remarks)) {
        let which = if at == 0 { "the first point".to_owned() } else { format!("point {}", at + 1) };
        console.remark(&format!("at {which}:\n{}", remarks.without(Doubts::is_one).render(console.colour_err())));
    }
    let mut doubts = Doubts::default();
    for (scenario, point) in scenarios.iter().zip(points) {
        doubts.tell(&all(&scenario.warnings), || of_point(varied, point));
    }
    doubts.forget(&all(&base.warnings));
    doubts.words().for_each(|words| console.remark(&words));
}

/// The values of a point.
fn of_point(varied: &[Varied], point: &[Option<String>]) -> String {
    let value = |(of, value): (&Varied, &Option<String>)| Some(format!("{}={}", of.key, value.as_ref()?));
    let values: Vec<String> = varied.iter().zip(point).filter_map(value).collect();
    if values.is_empty() { "the file as it is".into() } else { values.join(", ") }
}

/// The points in their order, fewer where it was interrupted.
fn play(
    options: &args::Sweep,
    points: Vec<Vec<Option<String>>>,
    scenarios: &[Scenario],
    console: Console,
) -> Result<Vec<Point>> {
    let stop = interrupt()?;
    let bar = Steps::new(console, points.len() as u64, "points");
    let count = options.effort.threads.map_or(0, usize::from);
    let threads = Threads::new(count)?;
    let overrides =
        Overrides { trials: options.effort.trials, seed: options.effort.seed, rows: false, no_counterfactual: true };
    let is_stopped = || {
        let stopped = stop.load(Ordering::Relaxed);
        if stopped {
            bar.clear();
        }
        stopped
    };
    let mut played = Vec::with_capacity(points.len());
    for (values, scenario) in points.into_iter().zip(scenarios) {
        let study = assemble::study(scenario, overrides)?;
        let finished = run_on(&study, &threads, &stop, &Silent)?;
        if is_stopped() {
            return Ok(played);
        }
        let mut outcome = conclude(&study, &finished, &assemble::labels(scenario));
        if let Some(plan) = assumptions::plan(scenario, &study, finished.trials, None, options.no_assumptions)
            && let Some(looks) = plan.play(&study, &outcome, count, &stop, &Silent)?
        {
            looks.add_to(&mut outcome, &study);
        }
        if is_stopped() {
            return Ok(played);
        }
        played.push(Point { values, outcome });
        bar.told(1);
    }
    bar.clear();
    Ok(played)
}
