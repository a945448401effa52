//! What a scenario asks for and what arrives, in words, for `check`: needs, demand, jobs, tries, waiting, objective and gate.

use crate::gate::in_minutes;
use crate::managed::percent;
use serde_json::Value;
use zonefall_engine::SimTime;
use zonefall_fleet::policy::retry::Retry;
use zonefall_fleet::{Design, Need};
use zonefall_report::count;
use zonefall_report::terminal::wrapped;
use zonefall_scenario::{Arrivals, Course, Daily, Gate, Scenario, Surge, Window, duration_words};
use zonefall_study::gate::{of_average, of_batches, of_downtime, of_no_worse, of_windows, spaced};
use zonefall_study::listed;

/// The width of a page.
const WIDTH: usize = 100;

/// What may be said of every design, in this order.
pub const OF_DESIGNS: [&str; 5] = ["need", "demand", "jobs", "retry", "patience"];

/// Whether all designs say the same of it.
pub fn is_common(what: &str, designs: &[Value]) -> bool {
    designs.iter().all(|design| design[what] == designs[0][what])
}

/// Objective and gate, and what all designs say alike, a line each.
pub fn of_all(resolved: &Value, designs: &[Value]) -> String {
    let of_scenario = ["objective", "gate"].into_iter().filter_map(|what| Some((what, resolved[what].as_str()?)));
    let common = OF_DESIGNS.into_iter().filter(|what| is_common(what, designs));
    let common = common.filter_map(|what| Some((what, designs.first()?[what].as_str()?)));
    of_scenario.chain(common).fold(String::new(), |text, (what, words)| {
        let (first, rest) = what.split_at(1);
        text + &line(&format!("{:<11}", first.to_uppercase() + rest), words)
    })
}

/// What stands in a page after its head, on as many lines as it needs, those after the first under its begin.
pub fn line(head: &str, words: &str) -> String {
    let indent = head.chars().count();
    // A number and its sign stay together.
    let lines = wrapped(&words.replace(" %", "\u{a0}%"), WIDTH - indent.min(WIDTH));
    let below = format!("\n{:indent$}", "");
    format!("{head}{}\n", lines.join(&below).replace('\u{a0}', " "))
}

/// What one design says of each of [`OF_DESIGNS`]; none of what it has not.
pub fn of_design(design: &Design, arrivals: &Arrivals, horizon: SimTime) -> [(&'static str, Option<String>); 5] {
    let demand = demand_in_words(design, arrivals, horizon);
    let jobs = design.jobs.as_ref().zip(arrivals.jobs.as_ref());
    let jobs = jobs.map(|(jobs, daily)| jobs_in_words(jobs, daily) + &workers(design));
    let patience = design.service.patience.as_ref().map(|patience| {
        format!("requests wait in line, and their clients give up after {}", duration_words(patience.most))
    });
    let [need_of, demand_of, jobs_of, retry_of, patience_of] = OF_DESIGNS;
    let retry = design.service.retry.as_ref().map(retry);
    [(need_of, Some(need(design))), (demand_of, demand), (jobs_of, jobs), (retry_of, retry), (patience_of, patience)]
}

/// What arrives; none where nothing does.
fn demand_in_words(design: &Design, arrivals: &Arrivals, horizon: SimTime) -> Option<String> {
    let demand = design.demand.as_ref()?;
    let (least, most) = demand.range_milli();
    let rate = if least == most { per_second(most) } else { format!("{} to {}", milli(least), per_second(most)) };
    Some(rate + &arrivals.demand.as_ref().map_or(String::new(), |of| course(of, demand.mean_milli(horizon))))
}

/// What arrives at each design by a trace, for a run to say it beside its results; what several have alike once.
pub fn of_traces(scenario: &Scenario) -> Vec<String> {
    let mut says: Vec<(String, Vec<&str>)> = Vec::new();
    for (design, arrivals) in scenario.designs.iter().zip(&scenario.arrivals) {
        if arrivals.demand.as_ref().is_none_or(|of| of.trace.is_none()) {
            continue;
        }
        let Some(words) = demand_in_words(design, arrivals, scenario.measure.horizon) else { continue };
        match says.iter_mut().find(|(known, _)| *known == words) {
            Some((_, names)) => names.push(&design.name),
            None => says.push((words, vec![&design.name])),
        }
    }
    let all = says.len() == 1 && says[0].1.len() == scenario.designs.len();
    let whose = |names: &[&str]| if all { String::new() } else { format!(" of {}", listed(names)) };
    says.iter().map(|(words, names)| format!("demand{}: {words}", whose(names))).collect()
}

fn need(design: &Design) -> String {
    let in_time = design.within().map(|within| format!("95 % of answers within {} ms", zonefall_fleet::in_ms(within)));
    let mut says = match &design.need {
        Need::Served(0, _) => Vec::new(),
        need => vec![need.words()],
    };
    if let (Need::Done(..), Some(parts), false) = (&design.need, design.structure(), design.has_workers()) {
        says.push(format!("worked on by {}", parts.words()));
    }
    says.extend(in_time);
    says.join(", ")
}

/// Thousandths as a number.
pub fn milli(rate: u64) -> String {
    let rest = format!("{:03}", rate % 1000);
    match rest.trim_end_matches('0') {
        "" => count(rate / 1000),
        rest => format!("{}.{rest}", count(rate / 1000)),
    }
}

fn per_second(rate: u64) -> String {
    format!("{} req/s", milli(rate))
}

/// Its clock, and what makes the demand rise and fall; empty where nothing does.
fn course(of: &Course, mean: u64) -> String {
    let mut says = Vec::new();
    says.extend(of.trace.as_ref().map(|trace| {
        let again = of.trace_every.map_or(String::new(), |every| format!(", anew every {}", duration_words(every)));
        format!("as `{trace}` has it{again}")
    }));
    says.extend(of.trace_rows.as_ref().map(|(count, [first, last])| {
        let rows = if *count == 1 { format!("1 row, at {first}") } else { format!("{count} rows, {first} to {last}") };
        format!("{rows}; {} on average", per_second(mean))
    }));
    if of.day_parts > 0 {
        says.push(format!("by {} parts of a day", of.day_parts));
    }
    if of.by_weekday {
        says.push("by days of the week".into());
    }
    match &of.launches[..] {
        [] => {}
        [only] => says.push(format!("a launch {}", surge(only))),
        all => {
            let peak = all.iter().map(|of| of.peak).fold(0.0, f64::max);
            says.push(format!("{} launches, × {peak} at most", all.len()));
        }
    }
    if of.growth != 0.0 {
        says.push(format!("{} more each year", percent(of.growth)));
    }
    says.extend(
        of.noise.map(|noise| format!("noise of sigma {} for {} each", noise.sigma, duration_words(noise.every))),
    );
    let zone = of.time_zone.as_ref().map_or(String::new(), |zone| format!(" ({zone})"));
    says.into_iter().fold(zone, |text, words| text + "; " + &words)
}

fn surge(of: &Surge) -> String {
    let at = match u64::try_from(of.at_ms) {
        Ok(at) => format!("after {}", duration_words(zonefall_engine::SimDuration::from_ms(at))),
        Err(_) => "before the beginning".into(),
    };
    let again = of.every.map_or(String::new(), |every| format!(" and every {}", duration_words(every)));
    format!("× {} {at}{again}", of.peak)
}

fn jobs_in_words(jobs: &zonefall_fleet::Jobs, daily: &Daily) -> String {
    let Daily { at, deadline, time_zone } = daily;
    let work = match jobs.work {
        1 => "each a request's work".to_owned(),
        work => format!("each the work of {} requests", count(work)),
    };
    let differ = if jobs.sigma > 0.0 { format!("; sigma {}", jobs.sigma) } else { String::new() };
    format!("{} a day at {at}, due at {deadline} ({time_zone}); {work}{differ}", count(jobs.count))
}

/// The sets that do nothing but jobs; empty where all machines work on them.
fn workers(design: &Design) -> String {
    let names: Vec<String> = design
        .sets
        .iter()
        .enumerate()
        .filter(|&(at, _)| design.only_works(at))
        .map(|(_, set)| format!("`{}`", set.name))
        .collect();
    if names.is_empty() { String::new() } else { format!("; on {} alone, which take no requests", names.join(" and ")) }
}

fn retry(of: &Retry) -> String {
    let tries = if of.tries == 1 { "1 try".to_owned() } else { format!("{} tries", of.tries) };
    let mut says = vec![tries, format!("one that fails in overload costs {} of its work", percent(of.wasted))];
    // Both stop tries again, never the first.
    if of.tries > 1 {
        says.push(of.breaker.map_or("no breaker".into(), |share| format!("breaker at {}", percent(share))));
        says.extend(of.budget.map(|share| format!("budget {}", percent(share))));
    }
    says.join("; ")
}

/// `[slo]`, but for what each design needs.
pub fn objective(scenario: &Scenario) -> String {
    let window = match scenario.window {
        Window::Month => "calendar months".to_owned(),
        Window::Length(length) => format!("windows of {}", duration_words(length)),
    };
    let share = percent(scenario.confidence.share());
    format!("{} on average, and in {share} of {window}", spaced(&scenario.target.text))
}

/// `[gate]`: of whom it asks what, with the words of its verdicts.
pub fn gate(of: &Gate, scenario: &Scenario) -> String {
    let target = &scenario.target.text;
    let mut asks = Vec::new();
    if of.average {
        asks.push(of_average(target));
    }
    if of.windows && scenario.measure.windows.whole() > 0 {
        asks.push(of_windows(target, scenario.confidence.share()));
    }
    if let Some(most) = of.downtime_max {
        asks.push(of_downtime(in_minutes(most)));
    }
    asks.extend(of.batches_by_deadline.map(of_batches));
    if let (Some(margin), Some(first)) = (of.no_worse, scenario.designs.first()) {
        asks.push(of_no_worse(&first.name, in_minutes(margin)));
    }
    let whom = if of.designs.is_empty() { "every design".to_owned() } else { listed(&of.designs) };
    let open = if of.not_resolved_passes { "passes" } else { "fails" };
    format!("{whom}: {}; what is not resolved {open}", asks.join("; "))
}
