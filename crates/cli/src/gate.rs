//! `--gate`: the exit code that a pipeline gets, and why.

use crate::args;
use crate::console::Console;
use crate::exit::Exit;
use zonefall_engine::SimDuration;
use zonefall_scenario::Scenario;
use zonefall_stats::Verdict;
use zonefall_study::gate::{Condition, Gate, Judgement, judge};
use zonefall_study::outcome::Outcome;
use zonefall_study::quoted;

/// A length in minutes.
pub fn in_minutes(length: SimDuration) -> f64 {
    length.as_ms() as f64 / 60_000.0
}

/// What came of what the scenario asks; none where it asks nothing of its own.
pub fn judged(scenario: &Scenario, outcome: &Outcome) -> Option<Judgement> {
    scenario.gate.as_ref().map(|gate| judge(&asked(gate), outcome))
}

/// What a scenario's gate asks.
pub fn asked(gate: &zonefall_scenario::Gate) -> Gate {
    Gate {
        designs: gate.designs.clone(),
        average: gate.average,
        windows: gate.windows,
        downtime_max_min: gate.downtime_max.map(in_minutes),
        batches_by_deadline: gate.batches_by_deadline,
        no_worse_min: gate.no_worse.map(in_minutes),
        not_resolved_passes: gate.not_resolved_passes,
    }
}

/// How a run ends. Without `--gate` the verdicts do not matter.
pub fn gate(output: &args::Output, scenario: &Scenario, outcome: &Outcome, console: Console) -> Exit {
    if !output.gate {
        return Exit::Fine;
    }
    // Without a gate both verdicts of every design.
    let judged = outcome.gate.clone().unwrap_or_else(|| judge(&Gate::default(), outcome));
    ends(&judged, scenario, console)
}

/// The exit code that a judgement makes, and why.
pub fn ends(judged: &Judgement, scenario: &Scenario, console: Console) -> Exit {
    let open_passes = scenario.gate.as_ref().is_some_and(|gate| gate.not_resolved_passes);
    for condition in judged.conditions.iter().filter(|condition| condition.verdict != Verdict::Meets) {
        let passes = open_passes && condition.verdict == Verdict::NotResolved;
        let passes = if passes { ", which passes" } else { "" };
        let by = zonefall_report::judged_by(condition).map_or_else(String::new, |by| format!(" ({by})"));
        let Condition { asks, verdict, .. } = condition;
        console.complain(&format!("gate: {}: {asks}: {verdict}{by}{passes}", quoted(&condition.design)));
    }
    match judged.verdict {
        Verdict::Misses => Exit::Missed,
        Verdict::NotResolved => {
            console.complain(&format!("gate: not resolved{}", zonefall_report::what_would_resolve(judged)));
            Exit::NotResolved
        }
        Verdict::Meets => {
            console.remark(&match judged.conditions.len() {
                1 => "gate: 1 condition is met".to_owned(),
                all => format!("gate: {all} conditions are met"),
            });
            Exit::Fine
        }
    }
}
