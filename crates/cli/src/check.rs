//! `check`: what a scenario says, before anything is computed.

use crate::args::{self, Check, Format};
use crate::arranged;
use crate::assemble::{self, Overrides};
use crate::assumptions;
use crate::console::Console;
use crate::exit::Exit;
use crate::managed;
use crate::understood::{self, OF_DESIGNS};
use anyhow::Result;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use zonefall_engine::SimTime;
use zonefall_faults::{Mode, Outage, Strikes};
use zonefall_fleet::{Design, Measure, Need, initial_counts, worst_zone_loss};
use zonefall_report::count;
use zonefall_scenario::{Diagnostics, FaultSource, Scenario, WhatIf};
use zonefall_study::Silent;
use zonefall_study::implied::{StartHours, one_machine};

/// The most events of a trial and machines of all designs that an estimate of the work plays.
const PLAYED_EVENTS: u64 = 200_000;
const PLAYED_MACHINES: u64 = 100_000;

/// Loads a scenario, changed or not; says everything that is wrong with it. Warnings are shown; mere hints are counted,
/// `check` shows them.
pub fn load(path: &Path, changes: &args::WhatIf, console: Console) -> Option<Scenario> {
    told((path, &changes.what_if), zonefall_scenario::load_with(path, &WhatIf::new(&changes.what_if)), console)
}

/// [`load`] where so many trials are played in place of the scenario's: what is said of trials is said of these.
pub fn load_for(path: &Path, changes: &args::WhatIf, trials: Option<u64>, console: Console) -> Option<Scenario> {
    let loaded = zonefall_scenario::load_with(path, &WhatIf::new(&changes.what_if));
    let Some(trials) = trials else { return told((path, &changes.what_if), loaded, console) };
    let change = format!("trials={trials}");
    let all: Vec<String> = changes.what_if.iter().chain([&change]).cloned().collect();
    let called = if changes.what_if.is_empty() { "--trials" } else { "--what-if and --trials" };
    match (loaded, zonefall_scenario::load_with(path, &WhatIf::new(&all).given_by(called))) {
        (Ok(scenario), Ok(played)) => {
            remark(&played.warnings, &checked(path, &all), console);
            Some(scenario)
        }
        (loaded, _) => told((path, &changes.what_if), loaded, console),
    }
}

/// [`load`], with every candidate of the plan.
pub fn load_plan(path: &Path, changes: &args::WhatIf, console: Console) -> Option<Scenario> {
    told((path, &changes.what_if), zonefall_scenario::load_plan(path, &WhatIf::new(&changes.what_if)), console)
}

/// What `zonefall check` is to be called with to see the same.
fn checked(path: &Path, changes: &[String]) -> String {
    let change = |change: &String| {
        format!(" --what-if {}", if change.contains([' ', '"', '[']) { format!("'{change}'") } else { change.clone() })
    };
    path.display().to_string() + &changes.iter().map(change).collect::<String>()
}

fn told(
    (path, changes): (&Path, &[String]),
    loaded: Result<Scenario, Diagnostics>,
    console: Console,
) -> Option<Scenario> {
    match loaded {
        Ok(scenario) => {
            remark(&scenario.warnings, &checked(path, changes), console);
            Some(scenario)
        }
        Err(diagnostics) => {
            console.complain(&diagnostics.render(console.colour_err()));
            None
        }
    }
}

/// Warnings, and how many hints `check` has with these arguments.
fn remark(told: &Diagnostics, check: &str, console: Console) {
    let (warnings, hints) = told.without_hints();
    if !warnings.is_empty() {
        console.remark(&warnings.render(console.colour_err()));
    }
    if hints > 0 {
        let s = if hints == 1 { "" } else { "s" };
        console.remark(&format!("{hints} hint{s}: zonefall check {check}"));
    }
}

/// Checks a scenario and shows it.
pub fn check(options: &Check, console: Console) -> Result<Exit> {
    if options.format == Format::Csv {
        console.complain("error: `check` speaks table or json");
        return Ok(Exit::Usage);
    }
    let Some(scenario) = load_plan(&options.scenario, &options.what_if, console.without_remarks()) else {
        return Ok(Exit::BadScenario);
    };
    if !scenario.warnings.is_empty() {
        console.remark(&scenario.warnings.render(console.colour_err()));
    }
    let resolved = resolved(&scenario)?;
    match options.format {
        Format::Json => console.data(&format!("{}\n", serde_json::to_string_pretty(&resolved)?))?,
        Format::Table | Format::Csv => console.data(&in_words(&scenario, &resolved))?,
    }
    Ok(Exit::Fine)
}

/// Machines in each zone of a design: `{"web": {"eastus/1": 3, …}}`; a regional set has its region's name.
fn placement(design: &Design, scenario: &Scenario) -> Value {
    let topology = &scenario.topology;
    let sets = design.sets.iter().map(|set| {
        let counts: serde_json::Map<String, Value> = if set.zones.is_empty() {
            [(topology.region(set.region).name.clone(), json!(set.capacity))].into_iter().collect()
        } else {
            let counts = initial_counts(set);
            set.zones.iter().zip(counts).map(|(&zone, count)| (topology.zone_name(zone), json!(count))).collect()
        };
        (set.name.clone(), Value::Object(counts))
    });
    Value::Object(sets.collect())
}

/// Machines left when the zone with the most is lost, of those that the objective hangs on; none if a zone is hidden.
fn after_zone_loss(design: &Design, scenario: &Scenario) -> Option<u32> {
    let mut counts = vec![0; scenario.topology.zone_count() as usize];
    for (_, set) in design.needed_sets() {
        if set.zones.is_empty() {
            return None;
        }
        for (zone, count) in set.zones.iter().zip(initial_counts(set)) {
            counts[zone.0 as usize] += count;
        }
    }
    Some(worst_zone_loss(&counts))
}

/// What changes the machines of each set during a trial; nothing for sets that never change.
fn what_happens(design: &Design, scenario: &Scenario) -> Value {
    let sets = design.sets.iter().filter(|set| set.management.is_some());
    let sets = sets.map(|set| (set.name.clone(), json!(managed::lines(set, &scenario.topology))));
    Value::Object(sets.collect())
}

fn failovers(design: &Design) -> Value {
    let lines = arranged::failovers(design).into_iter();
    Value::Object(lines.map(|(group, line)| (group, json!([line]))).collect())
}

/// What a design needs, by the keys of `[slo]` that ask for it; in words it is `need`, as in all other files.
fn need(design: &Design) -> Value {
    let mut need = match &design.need {
        Need::Serving(least) => json!({ "min_serving": least }),
        Need::Served(0, _) => json!({}),
        Need::Done(share, of) => {
            let mut need = json!({ "jobs_by_deadline": *share as f64 / *of as f64 });
            if let Some(service) = design.structure() {
                need["by_parts"] = json!(service.words());
            }
            need
        }
        Need::Served(share, of) => json!({ "min_served": *share as f64 / *of as f64 }),
        Need::Parts(structure) => json!({ "parts": structure.words() }),
    };
    if let Some(within) = design.within() {
        need["p95_latency_ms"] = json!(zonefall_fleet::in_ms(within));
    }
    need
}

/// Strikes that one trial expects, all designs together.
fn strikes_per_trial(scenario: &Scenario) -> f64 {
    let horizon = scenario.measure.horizon.since(SimTime::ZERO);
    let people = assemble::people(scenario);
    let mut strikes = Strikes::new(&scenario.profile, &scenario.topology, people, horizon);
    // A window is drawn to a number of entries: count those of one trial, or of the first windows of a long one.
    if strikes.begin(zonefall_engine::Key::root(scenario.seed)).is_err() {
        return f64::INFINITY;
    }
    let (mut windows, mut entries) = (0, 0);
    while windows < 64 && strikes.next_window() {
        windows += 1;
        entries += strikes.window().len();
    }
    entries as f64 * horizon.as_ms() as f64 / strikes.end().as_ms().max(1) as f64
}

/// The sizes by which the machines of a design are priced; none where nobody asks for money.
fn sizes_of(scenario: &Scenario, design: &str) -> Option<String> {
    let at = scenario.designs.iter().position(|of| of.name == design)?;
    let sizes = &scenario.money.as_ref()?.designs.get(at)?.sizes;
    (!sizes.is_empty()).then(|| sizes.join("; "))
}

fn resolved(scenario: &Scenario) -> Result<Value> {
    let designs: Vec<Value> = scenario
        .designs
        .iter()
        .zip(&scenario.arrivals)
        .map(|(design, arrivals)| {
            let mut told = json!({
                "design": design.name,
                "machines": design.capacity(),
                "need_by_key": need(design),
                "machines_by_zone": placement(design, scenario),
                "machines_after_losing_the_largest_zone": after_zone_loss(design, scenario),
                "what_happens": what_happens(design, scenario),
                "failover": failovers(design),
                "maintenance": arranged::maintenance(design),
                "service": arranged::service(design),
                "sla": design.sla.as_ref().map(|sla| sla.name.clone()),
                "sla_by_part": by_part(design),
            });
            if let Some(sizes) = sizes_of(scenario, &design.name) {
                told["sizes"] = json!(sizes);
            }
            for (what, words) in understood::of_design(design, arrivals, scenario.measure.horizon) {
                told[what] = json!(words);
            }
            told
        })
        .collect();
    let first = scenario.designs.first().and_then(|design| design.sets.first());
    let hours = |law: &zonefall_engine::Law| law.mean_ms() / 3_600_000.0;
    let start = first
        .map_or_else(StartHours::default, |set| StartHours { boot: hours(&set.boot), warm_up: hours(&set.warm_up) });
    let zones = first.map_or(1, |set| scenario.topology.region(set.region).zones);
    let depends: &[String] = scenario.designs.first().map_or(&[], |design| &design.depends_on);
    let implied = one_machine(&scenario.profile, zones, start, depends)?;
    let modes: Vec<Value> = implied
        .rows
        .iter()
        .map(|row| json!({ "mode": row.name, "downtime_min_per_year": row.minutes_per_year }))
        .collect();
    let never = |mode: &&Mode| mode.outage == Outage::Never && mode.stops_machines(depends);
    let never: Vec<&String> = scenario.profile.modes.iter().filter(never).map(|mode| &mode.name).collect();
    Ok(json!({
        "schema": "zonefall-check/2",
        "study": scenario.name,
        "seed": scenario.seed,
        "trials": scenario.trials,
        "until": scenario.until.as_ref().map(|until| until.text.clone()),
        "horizon_h": scenario.measure.horizon.since(SimTime::ZERO).as_hours(),
        "windows": scenario.measure.windows.whole(),
        "target": scenario.target.text,
        "objective": understood::objective(scenario),
        "gate": scenario.gate.as_ref().map(|gate| understood::gate(gate, scenario)),
        "designs": designs,
        "plan": scenario.plan.as_ref().map(|plan| json!({
            "keys": plan.choices.iter().map(|choice| &choice.key).collect::<Vec<_>>(),
            "candidates": plan.candidates.len(),
            "impossible": plan.impossible.iter().map(|of| of.candidates).sum::<u64>(),
            "over_limit": plan.over_limit,
            "doubts": plan.doubts.words().collect::<Vec<_>>(),
        })),
        "profile": scenario.profile.name,
        "one_machine_min_per_year": implied.unavailable_minutes_per_year(),
        "one_machine_by_mode": modes,
        "never_ends": never,
        "strikes_per_trial": match &scenario.source {
            FaultSource::Drawn => json!(strikes_per_trial(scenario)),
            FaultSource::Script(rows) => json!(rows.len()),
            FaultSource::Trace { .. } | FaultSource::Incidents { .. } => Value::Null,
        },
        "events_of_the_first_trial": match &scenario.source {
            FaultSource::Drawn | FaultSource::Script(_) => json!(first_trial(scenario)),
            FaultSource::Trace { .. } | FaultSource::Incidents { .. } => Value::Null,
        },
    }))
}

/// "web 5 in eastus/1, 4 in eastus/2".
fn standing(sets: &Value) -> String {
    let of_set = |(name, zones): (&String, &Value)| {
        let zones = zones
            .as_object()
            .into_iter()
            .flatten()
            .map(|(zone, number)| format!("{} in {zone}", number.as_u64().map_or(String::new(), count)));
        format!("{name} {}", zones.collect::<Vec<String>>().join(", "))
    };
    sets.as_object().into_iter().flatten().map(of_set).collect::<Vec<String>>().join("; ")
}

/// What events of a trial cost on one core, in seconds: measured once, to a factor of 3.
const STRIKE: f64 = 60e-9;
/// A step of a demand on which nothing else hangs than what is served.
const STEP: f64 = 25e-9;
/// An event of a fleet that is managed, or of which demand is asked.
const CHANGE: f64 = 0.12e-6;
/// One of a fleet that scales: what it looks at is kept up to then.
const SCALED: f64 = 0.2e-6;
/// One where clients wait or try again, or machines start slowly: equilibria have to be found.
const SETTLED: f64 = 0.4e-6;

/// What so many events of a trial of a design take.
fn seconds(design: &Design, events: u64, horizon: SimTime) -> f64 {
    let scales = design.sets.iter().any(|set| set.management.as_ref().is_some_and(|of| of.autoscale.is_some()));
    let settles = design.service.retry.is_some()
        || design.service.patience.is_some()
        || design.sets.iter().any(|set| set.slow_start.is_some());
    let an_event = match (&design.demand, design.is_managed()) {
        _ if scales => SCALED,
        (Some(_), _) if settles => SETTLED,
        (None, false) => STRIKE,
        (None, true) => CHANGE,
        // Each part is asked.
        (Some(_), _) if matches!(design.need, Need::Parts(_)) => CHANGE,
        (Some(demand), _) => {
            let steps = demand.steps().iter().filter(|step| step.from < horizon).count() as u64;
            let steps = steps.min(events);
            return steps as f64 * STEP + (events - steps) as f64 * CHANGE;
        }
    };
    events as f64 * an_event
}

/// How long so many trials take, from the events of the first one: no clock is read, so the words are always the same.
fn work(scenario: &Scenario, trials: u64, strikes: f64, first: &Value) -> String {
    let trials = trials as f64;
    let least = trials * (strikes * (1.0 + scenario.designs.len() as f64) * STRIKE + 3e-6);
    let horizon = scenario.measure.horizon;
    let taken = |events: &[u64]| {
        let of = |(design, &events): (&Design, &u64)| seconds(design, events, horizon);
        (trials * scenario.designs.iter().zip(events).map(of).sum::<f64>()).max(least)
    };
    match first.as_array() {
        Some(events) => match taken(&events.iter().filter_map(Value::as_u64).collect::<Vec<_>>()) {
            seconds if seconds < 0.1 => "less than 0.1 s".into(),
            seconds => format!("some {seconds:.1} s"),
        },
        None => {
            let each = PLAYED_EVENTS / scenario.designs.len().max(1) as u64;
            format!("at least {:.0} s", taken(&vec![each; scenario.designs.len()]))
        }
    }
}

/// The trials of the looks at what is assumed that a run takes.
fn trials_of_looks(scenario: &Scenario) -> u64 {
    let study = assemble::study(scenario, Overrides::default()).ok();
    let plan = study.and_then(|study| assumptions::plan(scenario, &study, study.trials, None, false));
    plan.map_or(0, |plan| plan.all_trials())
}

/// The events of each design in the first trial; none if they are too many to play for an estimate.
fn first_trial(scenario: &Scenario) -> Option<Vec<u64>> {
    let machines: u64 =
        scenario.designs.iter().flat_map(|design| &design.sets).map(|set| u64::from(set.capacity)).sum();
    if machines > PLAYED_MACHINES {
        return None;
    }
    let overrides = Overrides { trials: Some(1), no_counterfactual: true, ..Overrides::default() };
    let mut study = assemble::study(scenario, overrides).ok()?;
    let measure = &scenario.measure;
    let event_budget = measure.event_budget.min(PLAYED_EVENTS);
    study.measure = Arc::new(Measure { event_budget, ..measure.clone() });
    let finished = zonefall_study::run(&study, 1, &AtomicBool::new(false), &Silent).ok()?;
    Some(finished.tally.designs.iter().map(|tally| tally.events).collect())
}

fn in_words(scenario: &Scenario, resolved: &Value) -> String {
    let mut text = format!("{}: fine\n\n", scenario.name);
    let topology = &scenario.topology;
    for region in topology.regions() {
        text += &format!(
            "Region     {}: {} zones × {} racks × {} hosts\n",
            region.name, region.zones, region.racks_per_zone, region.hosts_per_rack
        );
    }
    let designs = resolved["designs"].as_array().map_or(&[][..], Vec::as_slice);
    text += &understood::of_all(resolved, designs);
    for design in designs {
        let left = design["machines_after_losing_the_largest_zone"].as_u64();
        let stands_in = design["failover"].as_object().is_some_and(|groups| !groups.is_empty());
        let left = match left {
            // Regions that stand in for each other do not serve together.
            _ if stands_in => "what is left when a zone is lost depends on who serves".into(),
            Some(left) => format!("{} left when the largest zone is lost", count(left)),
            None => "the zone is hidden".into(),
        };
        let name = design["design"].as_str().unwrap_or_default();
        let words = format!("{name}: {}; {left}", standing(&design["machines_by_zone"]));
        text += &understood::line("Design     ", &words);
        for (name, lines) in ["what_happens", "failover"].iter().filter_map(|of| design[of].as_object()).flatten() {
            for line in lines.as_array().into_iter().flatten().filter_map(Value::as_str) {
                text += &understood::line(&format!("           {name}: "), line);
            }
        }
        if let Some(words) = design["sizes"].as_str() {
            text += &understood::line("           sizes: ", words);
        }
        let apart = OF_DESIGNS.into_iter().filter(|what| !understood::is_common(what, designs));
        for what in apart.chain(["maintenance", "service"]) {
            if let Some(words) = design[what].as_str() {
                text += &understood::line(&format!("           {what}: "), words);
            }
        }
    }
    if let Some(plan) = &scenario.plan {
        let keys: Vec<&str> = plan.choices.iter().map(|choice| choice.key.as_str()).collect();
        let impossible: u64 = plan.impossible.iter().map(|of| of.candidates).sum();
        let words = format!(
            "{} candidates over {}; {} impossible, {} beyond a limit",
            count(plan.candidates.len() as u64),
            keys.join(", "),
            count(impossible),
            count(plan.over_limit)
        );
        text += &understood::line("Plan       ", &words);
        text.extend(plan.doubts.words().map(|words| understood::line("           ", &words)));
    }
    text + &of_faults(scenario, resolved) + &of_work(scenario, resolved)
}

/// What one machine gets of the profile, where it is drawn.
fn of_faults(scenario: &Scenario, resolved: &Value) -> String {
    match &scenario.source {
        FaultSource::Drawn => {}
        FaultSource::Script(_) => return "Faults     as the script says; none is drawn\n".into(),
        FaultSource::Trace { path, .. } => {
            return format!("Faults     as {} has them; none is drawn\n", path.display());
        }
        FaultSource::Incidents { path } => return format!("Faults     the incidents of {}\n", path.display()),
    }
    let mut text = format!("Profile    {}\n", scenario.profile.name);
    for mode in resolved["one_machine_by_mode"].as_array().into_iter().flatten() {
        let minutes = mode["downtime_min_per_year"].as_f64().unwrap_or_default();
        text += &format!(
            "           {:<24} {minutes:>8.2} min a year for one machine\n",
            mode["mode"].as_str().unwrap_or_default()
        );
    }
    for mode in resolved["never_ends"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        text += &format!("           {mode:<24} never ends: what it hits stays down, and is not in the sum\n");
    }
    // An empty sum is -0.
    let total = resolved["one_machine_min_per_year"].as_f64().unwrap_or_default() + 0.0;
    text + &format!("           {:<24} {total:>8.2} min a year (computed from the profile; no probes)\n", "all modes")
}

/// How much there is to be played.
fn of_work(scenario: &Scenario, resolved: &Value) -> String {
    let designs = match scenario.designs.len() {
        1 => "1 design".to_owned(),
        many => format!("{many} designs"),
    };
    let Some(strikes) = resolved["strikes_per_trial"].as_f64() else {
        return format!("Work       what is recorded × {designs}, each once\n");
    };
    let faults = match scenario.source {
        FaultSource::Script(_) if strikes == 1.0 => "1 scripted fault a trial".into(),
        FaultSource::Script(_) => format!("{strikes:.0} scripted faults a trial"),
        _ => format!("about {} strikes a trial", count(strikes.round() as u64)),
    };
    let looks = trials_of_looks(scenario);
    let told =
        if looks == 0 { String::new() } else { format!(", and {} trials of looks at what is assumed", count(looks)) };
    // A first miss ends its trial, and nothing is asked of its causes.
    let again = if scenario.measure.until_first_miss {
        ""
    } else {
        "; living through missed trials again without each cause comes on top"
    };
    let words = format!(
        "{}{} trials × {designs}, {faults}{told}, {} on one core{again}",
        if scenario.until.is_some() { "at most " } else { "" },
        count(scenario.trials),
        work(scenario, scenario.trials + looks, strikes, &resolved["events_of_the_first_trial"])
    );
    understood::line("Work       ", &words)
}

/// What Azure promises part by part, where it promises nothing for all machines; none where it does.
fn by_part(design: &Design) -> Option<Value> {
    let parts =
        design.agreements.iter().map(|of| json!({ "part": of.of, "each_machine": of.each, "sla": of.terms.name }));
    (!design.agreements.is_empty()).then(|| parts.collect())
}
