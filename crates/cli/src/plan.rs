//! `plan`: the cheapest design that meets the objective.

use crate::answers::{self, Steps};
use crate::args::{self, PlanMethod};
use crate::assemble::{self, Asked};
use crate::check;
use crate::console::Console;
use crate::exit::Exit;
use crate::gate::ends;
use crate::planned;
use crate::results::style;
use crate::run::{interrupt, is_record};
use anyhow::{Result, bail};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use zonefall_scenario::{FaultSource, Impossible, Method, Plan, Scenario, standbys_unpriced};
use zonefall_study::gate::{Condition, Judgement, of_batches, of_windows, percent};
use zonefall_study::plan::{AskedBy, Planned, Stand, Verdict, plan as planned};
use zonefall_study::{Threads, Visit};

/// Plans.
pub fn plan(options: &args::Plan, console: Console) -> Result<Exit> {
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
        bail!("a plan needs faults that are drawn, not a record and not a script");
    }
    if scenario.measure.until_first_miss {
        bail!("the scenario ends its trials at the first miss: there is no availability to plan for");
    }
    let asked = Asked {
        target: options.target.clone(),
        seed: options.effort.seed,
        trials_max: options.effort.trials,
        method: options.method.map(PlanMethod::method),
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
    answer.notes.extend(notes(plan));
    let csv = zonefall_report::plan_csv(&answer, options.shown.csv_locale.into())?;
    let json = || zonefall_report::to_json(&answer);
    let table = || zonefall_report::terminal::plan(&answer, style(console));
    answers::show(&options.shown, json, table, &csv, console)?;
    planned::write(options, &scenario, &answer, began.elapsed().as_secs_f64(), console)?;
    Ok(gate(options, &scenario, &answer, console))
}

/// That the scenario's way to draw trials is none for plans.
fn set_aside(options: &args::Plan, plan: &Plan) -> Option<String> {
    let word = match plan.method? {
        Method::Splitting => "splitting",
        Method::Conditioning => "conditioning",
        Method::Biasing => "biasing",
        Method::Crude | Method::Forcing | Method::Auto => return None,
    };
    let instead =
        if options.method.is_some() { "--method is what was asked for" } else { "trials are drawn as with `auto`" };
    Some(format!("The scenario's method = \"{word}\" is for `run` and set aside here: {instead}."))
}

/// What was left out, and where the cost comes from.
fn notes(plan: &Plan) -> Vec<String> {
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
    notes.extend(plan.doubts.words());
    if plan.over_limit > 0 {
        notes.push(format!("{} candidates are beyond a limit of the plan and were left out.", plan.over_limit));
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

/// With `--gate` the verdict decides, and what `[gate]` asks of windows and of batches of jobs, as of a run.
fn gate(options: &args::Plan, scenario: &Scenario, answer: &Planned, console: Console) -> Exit {
    match answer.verdict {
        _ if !options.gate => Exit::Fine,
        Verdict::Found | Verdict::NoneMeets if answer.depends_on().is_some() => Exit::NotResolved,
        Verdict::Found => asked_beside(scenario, answer, console),
        Verdict::NoneMeets | Verdict::TooDear => Exit::Missed,
        Verdict::NotResolved => Exit::NotResolved,
    }
}

fn asked_beside(scenario: &Scenario, answer: &Planned, console: Console) -> Exit {
    let windows = answer.windows.as_ref().filter(|of| of.asked_by == AskedBy::Gate);
    let target = format!("{}%", percent(answer.target_share));
    let windows = windows.map(|of| (of_windows(&target, of.asked_share), of.verdict));
    let batches = answer.batches_asked.map(|of| (of_batches(of.share), of.verdict));
    let design = answer.best.as_ref().map_or_else(String::new, |best| best.design.clone());
    let asked = [windows, batches].into_iter().flatten();
    let conditions: Vec<Condition> =
        asked.map(|(asks, verdict)| Condition { design: design.clone(), asks, verdict }).collect();
    if conditions.is_empty() {
        return Exit::Fine;
    }
    let open_passes = scenario.gate.as_ref().is_some_and(|gate| gate.not_resolved_passes);
    ends(&Judgement::of(conditions, open_passes), scenario, console)
}
