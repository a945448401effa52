//! `plan`: the cheapest design that meets the objective.

use crate::answers::{self, Steps};
use crate::args;
use crate::assemble::{self, Asked};
use crate::check;
use crate::console::Console;
use crate::exit::{Exit, usage};
use crate::gate::ends;
use crate::planned;
use crate::results::style;
use crate::run::{interrupt, is_record};
use anyhow::Result;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use zonefall_scenario::{FaultSource, Impossible, Plan, Scenario, standbys_unpriced};
use zonefall_study::plan::{Method, Planned, Stand, Verdict, plan as planned};
use zonefall_study::{Threads, Visit};

/// Plans.
pub fn plan(options: &args::Plan, console: Console) -> Result<Exit> {
    answers::refuse_idle_locale(options.shown.csv_locale, options.shown.writes_csv() || !options.report.is_empty())?;
    let began = Instant::now();
    let Some(scenario) = check::load_plan(&options.scenario, &options.what_if, console) else {
        return Ok(Exit::BadScenario);
    };
    planned::refuse_unless_free(options, &scenario)?;
    let Some(plan) = &scenario.plan else {
        console.complain("error: the scenario has no `[plan]`: it says what may be chosen (`zonefall explain plan`)");
        return Ok(Exit::BadScenario);
    };
    if is_record(&scenario) || matches!(scenario.source, FaultSource::Script(_)) {
        return Err(usage("a plan needs faults that are drawn, not a record and not a script"));
    }
    if scenario.measure.until_first_miss {
        return Err(usage("the scenario ends its trials at the first miss: there is no availability to plan for"));
    }
    let asked = Asked {
        target: options.target.clone(),
        seed: options.effort.seed,
        trials_max: options.effort.trials,
        method: options.method,
        no_assumptions: options.no_assumptions,
    };
    let question = assemble::question(&scenario, plan, &asked)?;
    let stop = interrupt()?;
    let threads = Threads::new(options.effort.threads.map_or(0, usize::from))?;
    let bar = Steps::open(console, question.candidates.len() as u64, "candidates decided");
    let lived = AtomicU64::new(0);
    let told = |of: Stand| {
        let each = if of.trials > 0 { format!(" with {} trials each", of.trials) } else { String::new() };
        bar.reached(of.decided as u64, &format!("{}{each}", of.doing));
    };
    let count = |more: u64| bar.worked(lived.fetch_add(more, Ordering::Relaxed) + more);
    let how = Visit { threads: &threads, stop: &stop, told: &count };
    let answer = planned(&question, &how, &told);
    bar.clear();
    let Some(mut answer) = answer? else {
        console.complain("interrupted: nothing kept");
        return Ok(Exit::Interrupted);
    };
    answer.notes.extend(set_aside(options, plan));
    let shown = answer.best.as_ref().or(answer.closest.as_ref()).map(|of| of.design.clone());
    answer.notes.extend(notes(plan, shown.as_deref()));
    let csv = zonefall_report::plan_csv(&answer, options.shown.csv_locale.into())?;
    let json = || zonefall_report::to_json(&answer);
    let table = || zonefall_report::terminal::plan(&answer, style(console));
    answers::show(&options.shown, json, table, &csv, console)?;
    planned::write(options, &scenario, &answer, began.elapsed().as_secs_f64(), console)?;
    Ok(gate(options, &scenario, &answer, console))
}

/// That the scenario's way to draw trials is none for plans.
fn set_aside(options: &args::Plan, plan: &Plan) -> Option<String> {
    let word = plan.method.filter(|&method| Method::try_from(method).is_err())?.word();
    let instead =
        if options.method.is_some() { "--method is what was asked for" } else { "trials are drawn as with `auto`" };
    Some(format!("The scenario's method = \"{word}\" is for `run` and set aside here: {instead}."))
}

/// What was left out, hints on candidates, those on the one that is shown first, and where the cost comes from.
fn notes(plan: &Plan, shown: Option<&str>) -> Vec<String> {
    let mut notes = Vec::new();
    match &plan.price {
        Some(price) => notes.push(format!(
            "Cost: in {}, prices as of {}{}, 730 h a month; of the machines asked for, whatever happens to them.",
            price.currency,
            price.date,
            if price.source.is_empty() { String::new() } else { format!(" ({})", price.source) }
        )),
        None => notes.push("Cost: the number of machines, for there is neither `[money]` nor `[plan.price]`.".into()),
    }
    let unpriced = plan.price.as_ref().and_then(|price| zonefall_scenario::unpriced_in_words(&price.unpriced));
    notes.extend(unpriced.map(|words| format!("Cost: {words}.")));
    notes
        .extend(standbys_unpriced(plan.candidates.iter().map(|of| &*of.design)).map(|words| format!("Cost: {words}.")));
    notes.extend(plan.doubts.words_first_of(shown.unwrap_or_default()));
    if plan.over_limit > 0 {
        let limits: Vec<String> = plan.limits_broken.iter().map(|key| format!("`{key}`")).collect();
        let (are, were) = if plan.over_limit == 1 { ("candidate is", "was") } else { ("candidates are", "were") };
        let (left_out, limits) = (plan.over_limit, limits.join(", "));
        notes.push(format!("{left_out} {are} beyond a limit of the plan ({limits}) and {were} left out."));
    }
    for Impossible { why, candidates, first } in plan.impossible.iter().take(5) {
        notes.push(match (candidates, first.as_str()) {
            (1, first) => format!("1 candidate is impossible, {first}: {why}"),
            (_, "") => format!("{candidates} candidates are impossible for {why}"),
            (_, first) => format!("{candidates} candidates are impossible, the first of them {first}: {why}"),
        });
    }
    notes
}

/// With `--gate` the verdict decides, and what `[gate]` asks, as of a run.
fn gate(options: &args::Plan, scenario: &Scenario, answer: &Planned, console: Console) -> Exit {
    match answer.verdict {
        _ if !options.gate => Exit::Fine,
        Verdict::Found | Verdict::NoneMeets if answer.depends_on().is_some() => Exit::NotResolved,
        Verdict::Found => answer.gate.as_ref().map_or(Exit::Fine, |judged| ends(judged, scenario, console)),
        Verdict::NoneMeets | Verdict::TooDear => Exit::Missed,
        Verdict::NotResolved => Exit::NotResolved,
    }
}
