//! `--gate`: the exit code that a pipeline gets, and why.

use crate::args;
use crate::console::Console;
use crate::exit::Exit;
use zonefall_scenario::Scenario;
use zonefall_stats::Verdict;
use zonefall_study::gate::{Gate, judge};
use zonefall_study::outcome::Outcome;

const MS_PER_MINUTE: f64 = 60_000.0;

/// What the scenario asks; both verdicts of every design if it does not say.
fn asked(scenario: &Scenario) -> Gate {
    let of = |gate: &zonefall_scenario::Gate| Gate {
        designs: gate.designs.clone(),
        average: gate.average,
        windows: gate.windows,
        downtime_max_min: gate.downtime_max.map(|most| most.as_ms() as f64 / MS_PER_MINUTE),
        batches_by_deadline: gate.batches_by_deadline,
        no_worse: gate.no_worse,
        not_resolved_passes: gate.not_resolved_passes,
    };
    scenario.gate.as_ref().map_or_else(Gate::default, of)
}

/// How a run ends. Without `--gate` the verdicts do not matter.
pub fn gate(output: &args::Output, scenario: &Scenario, outcome: &Outcome, console: Console) -> Exit {
    if !output.gate {
        return Exit::Fine;
    }
    let gate = asked(scenario);
    let judged = judge(&gate, outcome);
    for condition in judged.conditions.iter().filter(|condition| condition.verdict != Verdict::Meets) {
        let passes = gate.not_resolved_passes && condition.verdict == Verdict::NotResolved;
        let passes = if passes { ", which passes" } else { "" };
        console.complain(&format!("gate: {}: {}: {}{passes}", condition.design, condition.asks, condition.verdict));
    }
    match judged.verdict {
        Verdict::Misses => Exit::Missed,
        Verdict::NotResolved => Exit::NotResolved,
        Verdict::Meets => {
            console.remark(&format!("gate: {} conditions are met", judged.conditions.len()));
            Exit::Fine
        }
    }
}
