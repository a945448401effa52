//! `drill`: an Azure Chaos Studio experiment, or the scenario's own script, on each design, held against the scenario's
//! hypothesis.

mod deadlines;
mod outage;
mod own;
mod paged;

use crate::args;
use crate::assemble::{self, Overrides};
use crate::check;
use crate::console::Console;
use crate::exit::{Exit, bad_input, usage};
use crate::inputs;
use crate::results::style;
use crate::timeline::named;
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_fleet::{Design, Windows, population};
use zonefall_import::{Action, Drill, Experiment, ImportError, Script, ZONE_OUTAGE, experiment};
use zonefall_report::terminal::Told;
use zonefall_scenario::script::{disable_autoscale, replay};
use zonefall_scenario::{Scenario, ScriptRow, no_experiment as foreign_name};
use zonefall_study::Study;
use zonefall_study::drill::{Busiest, DrillDesign, Drilled, FailedBy, Hypothesis, Load, SCHEMA, Trials, Verdict};
use zonefall_study::listed;
use zonefall_study::timeline::{Timeline, timeline};

/// CH-07: what a shutdown leaves out.
const OUTAGE_ADDS: &str = "A shutdown is no zone outage (CH-07): in a real one the racks go dark with everything else on \
    them, nothing can be allocated in the zone, disks copied within it cannot be reached, and machines come back one by \
    one; the region's control plane may be out too, and capacity short in the other zones. --as-outage runs that.";

/// What is run.
enum Faults {
    Experiment(Experiment, PathBuf),
    /// The scenario's own script.
    Script(Vec<ScriptRow>),
}

impl Faults {
    fn lasts(&self) -> SimDuration {
        match self {
            Self::Experiment(experiment, _) => experiment.schedule().1,
            Self::Script(rows) => own::lasts(rows),
        }
    }

    fn name(&self, scenario: &Scenario) -> String {
        match self {
            Self::Experiment(experiment, path) if experiment.name.is_empty() => path.display().to_string(),
            Self::Experiment(experiment, _) => experiment.name.clone(),
            Self::Script(_) => format!("the script of {}", scenario.name),
        }
    }
}

/// Runs a drill.
pub fn drill(options: &args::Drill, console: Console) -> Result<Exit> {
    let Some(mut scenario) = check::load(&options.on, &options.what_if, console) else {
        return Ok(Exit::BadScenario);
    };
    let names: Vec<&str> = scenario.designs.iter().map(|design| design.name.as_str()).collect();
    let asked = match &options.design {
        None => None,
        Some(name) => match named(name, &names, console) {
            None => return Ok(Exit::Usage),
            found => found,
        },
    };
    let Some(path) = &options.experiment else {
        let rows = own::rows(&scenario)?;
        if !options.target.is_empty() {
            return Err(usage("--target goes with an experiment: the script of a scenario names what it strikes"));
        }
        scenario.hypothesis.begins = own::begins(&rows).since(SimTime::ZERO);
        return show((options, asked), &scenario, &Faults::Script(rows), console);
    };
    let text = inputs::text(path)?;
    let experiment = match experiment(&text) {
        Ok(experiment) => experiment,
        Err(why) => {
            console.complain(&no_experiment(path, &text, &why));
            return Ok(Exit::BadScenario);
        }
    };
    for (selector, _) in &options.target {
        if !experiment.selectors.iter().any(|known| known.id == *selector) {
            let known = listed(experiment.selectors.iter().map(|known| &known.id));
            return Err(usage(format!("--target: the experiment has no selector `{selector}`; there are: {known}")));
        }
    }
    show((options, asked), &scenario, &Faults::Experiment(experiment, path.clone()), console)
}

/// What is wrong with the file of an experiment, with its place; of a scenario or a template in its place, what to do.
fn no_experiment(path: &Path, text: &str, why: &ImportError) -> String {
    let name = path.display();
    if let (ImportError::None | ImportError::Json(_), Some((what, help))) = (why, foreign_name(text)) {
        return format!("error: {name}: this is {what}, and there is no experiment in it: {help}");
    }
    let ImportError::Json(of) = why else { return format!("error: {name}: {why}") };
    let is_json = text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']);
    let is_scenario = !is_json || path.extension().is_some_and(|extension| extension == "toml");
    let told = format!("error: {name}:{}:{}: {why}", of.line(), of.column());
    if !is_scenario {
        return told;
    }
    format!(
        "{told}\n  an experiment is JSON, and this looks like a scenario: `zonefall drill --on {name}` runs the script of a \
         scenario,\n  `zonefall drill experiment.json --on {name}` an experiment on its designs"
    )
}

/// Runs it on each design, and prints what came of it.
fn show(
    (options, asked): (&args::Drill, Option<usize>),
    scenario: &Scenario,
    of: &Faults,
    console: Console,
) -> Result<Exit> {
    paged::refuse_unless_free(options, scenario)?;
    let began = Instant::now();
    let drilled = drilled((options, asked), scenario, of)?;
    match options.format {
        args::DrillFormat::Table => {
            console.data(&zonefall_report::terminal::drill(&drilled.0, style(console)))?;
            if let Some(timeline) = drilled.0.told().and_then(|at| drilled.1[at].as_ref()) {
                console.data(&zonefall_report::terminal::timeline(timeline, Told::Drilled, style(console)))?;
            }
        }
        args::DrillFormat::Json => console.data(&zonefall_report::to_json(&drilled.0)?)?,
    }
    paged::write(options, scenario, &drilled, began.elapsed().as_secs_f64(), console)?;
    Ok(match drilled.0.verdict(options.allow_not_run) {
        Verdict::Passes => Exit::Fine,
        Verdict::Fails => Exit::Missed,
        Verdict::NotRun | Verdict::NotJudged => Exit::NotResolved,
    })
}

/// The drill, with the design that is asked for, and the worst trial of each design.
fn drilled(
    (options, asked): (&args::Drill, Option<usize>),
    scenario: &Scenario,
    of: &Faults,
) -> Result<(Drilled, Vec<Option<Timeline>>)> {
    let hypothesis = hypothesis(scenario, of);
    let horizon = scenario.measure.horizon.as_ms();
    if hypothesis.horizon_ms > horizon {
        let takes = zonefall_scenario::duration_words(SimDuration::from_ms(hypothesis.horizon_ms));
        return Err(bad_input(format!(
            "the drill takes {takes}, longer than the horizon of the scenario: demand and schedules are known until then only"
        )));
    }
    let (mut designs, mut notes, mut worst) = (Vec::new(), Vec::new(), Vec::new());
    let (mut as_outage, mut goes_dark) = (Vec::new(), false);
    let (mut guessed, mut refused, mut not_run, mut actions) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for (at, design) in scenario.designs.iter().enumerate() {
        let script = script(options, scenario, of, at);
        add_new(&mut refused, &script.refused);
        goes_dark |= script.touched.iter().any(|touched| touched.cause == ZONE_OUTAGE);
        add_new(&mut notes, &script.notes);
        add_new(&mut as_outage, &script.as_outage);
        add_new(&mut guessed, &script.guessed);
        // The design on which the least can be run.
        if script.not_run.len() > not_run.len() || actions == 0 {
            (not_run, actions) = (script.not_run.clone(), script.actions);
        }
        let (found, timeline) = one(options, scenario, of, (design, &script), &hypothesis)?;
        designs.push(found);
        worst.push(timeline);
    }
    if goes_dark && options.as_outage {
        as_outage.splice(0..0, outage::words(scenario));
    }
    let name = of.name(scenario);
    let adds = !options.as_outage && designs.iter().any(DrillDesign::was_run);
    let (study, outage_adds) = (scenario.name.clone(), outage_adds(of, scenario).filter(|_| adds));
    let begins = scenario.start.as_ref().and_then(|start| start.after(scenario.hypothesis.begins));
    let drilled = Drilled {
        schema: SCHEMA,
        experiment: name,
        study,
        hypothesis,
        hypothesis_stated: scenario.hypothesis.said,
        begins,
        designs,
        guessed,
        refused,
        actions,
        not_run,
        notes,
        as_outage,
        outage_adds,
        asked,
    };
    Ok((drilled, worst))
}

fn add_new(to: &mut Vec<String>, from: &[String]) {
    for words in from {
        if !to.contains(words) {
            to.push(words.clone());
        }
    }
}

/// CH-07: what an outage would add to a shutdown, or to a script that takes zones.
fn outage_adds(of: &Faults, scenario: &Scenario) -> Option<String> {
    let takes = |row: &ScriptRow| row.members.iter().any(|member| outage::takes_zones(row, member, scenario));
    let shuts_down = |(_, action): &(SimDuration, &Action)| action.urn.contains(":shutdown/");
    match of {
        Faults::Experiment(of, _) => of.schedule().0.iter().any(shuts_down).then(|| OUTAGE_ADDS.into()),
        Faults::Script(rows) if rows.iter().any(takes) => Some(own::OUTAGE_ADDS.into()),
        Faults::Script(_) => None,
    }
}

fn hypothesis(scenario: &Scenario, of: &Faults) -> Hypothesis {
    let says = scenario.hypothesis;
    let ends = says.begins.plus(of.lasts());
    let recovered = ends.plus(says.recover_within);
    let ms = SimDuration::as_ms;
    Hypothesis {
        begins_ms: ms(says.begins),
        ends_ms: ms(ends),
        may_miss_ms: ms(says.may_miss),
        recovered_ms: ms(recovered),
        horizon_ms: ms(recovered.plus(says.watch)),
    }
}

fn script(options: &args::Drill, scenario: &Scenario, of: &Faults, at: usize) -> Script {
    let (design, orchestrations) = (&scenario.designs[at], scenario.orchestrations[at].as_slice());
    let experiment = match of {
        Faults::Experiment(experiment, _) => experiment,
        Faults::Script(rows) => return own::script(rows, design, scenario, options.as_outage),
    };
    let begins = SimTime::ZERO.after(scenario.hypothesis.begins);
    let (topology, targets) = (&scenario.topology, options.target.as_slice());
    let (as_outage, security_rule) = (options.as_outage, scenario.hypothesis.security_rule);
    Drill { experiment, design, orchestrations, topology, targets, begins, as_outage, security_rule }.script()
}

/// One design, in every trial.
fn one(
    options: &args::Drill,
    scenario: &Scenario,
    of: &Faults,
    (design, script): (&Design, &Script),
    hypothesis: &Hypothesis,
) -> Result<(DrillDesign, Option<Timeline>)> {
    let minutes = |at: SimTime| zonefall_scenario::duration_words(at.since(SimTime::ZERO));
    let struck = script.touched.iter().map(|of| {
        let lasts = zonefall_scenario::duration_words(of.lasts);
        format!("{} of {} from {} for {lasts}", of.cause, of.what, minutes(of.at))
    });
    let unrun = DrillDesign {
        design: design.name.clone(),
        fails: script.fails.clone(),
        load: load(scenario, design, hypothesis, of),
        struck: struck.collect(),
        trials: 0,
        passed: 0,
        failed_by: FailedBy::default(),
        fails_without: None,
        worst: None,
        judged: None,
        not_judged: None,
        typical_during_ms: None,
        least_serving: None,
    };
    if !script.fails.is_empty() || script.touched.is_empty() {
        return Ok((unrun, None));
    }
    let (rows, lost) = match options.as_outage {
        true => outage::part(script.rows.clone(), &scenario.topology),
        false => (script.rows.clone(), Vec::new()),
    };
    let study = study(options, scenario, design, &rows, hypothesis)?;
    let mut outages = outage::Outages::new(&study, &lost, scenario);
    let mut trials = Trials::new(hypothesis);
    for trial in 0..options.trials {
        trials.see(timeline(&outages.in_trial(trial)?, trial, 0)?);
    }
    let found = trials.found(design);
    let mut worst = found.worst;
    let not_judged = found.not_judged.map(|why| deadlines::words(why, scenario, hypothesis));
    if let (Some(why), Some(told)) = (&not_judged, &mut worst) {
        told.not_judged = Some(why.clone());
    }
    let mut drilled = DrillDesign {
        trials: found.trials,
        passed: found.passed,
        failed_by: found.failed_by,
        worst: worst.as_ref().map(|told| told.trial),
        judged: found.judged,
        not_judged,
        typical_during_ms: found.typical_during_ms,
        least_serving: found.least_serving,
        ..unrun
    };
    if drilled.verdict() == Verdict::Fails {
        drilled.fails_without = Some(fails_without(options, scenario, design, hypothesis)?);
    }
    Ok((drilled, worst))
}

/// In how many of the same trials the hypothesis does not hold though nothing of the experiment is run.
fn fails_without(options: &args::Drill, scenario: &Scenario, design: &Design, hypothesis: &Hypothesis) -> Result<u64> {
    let study = study(options, scenario, design, &[], hypothesis)?;
    let mut trials = Trials::new(hypothesis);
    for trial in 0..options.trials {
        trials.see(timeline(&study, trial, 0)?);
    }
    Ok(trials.failed())
}

/// What is asked of a design when the experiment begins.
fn load(scenario: &Scenario, design: &Design, hypothesis: &Hypothesis, of: &Faults) -> Option<Load> {
    let demand = design.demand.as_ref()?;
    let (least, most) = demand.range_milli();
    let begins = demand.at_milli(SimTime::ZERO.after(scenario.hypothesis.begins));
    let busiest = match of {
        Faults::Experiment(..) => busiest(scenario, design, hypothesis),
        // Its rows say when.
        Faults::Script(_) => None,
    };
    let [at_its_beginning, least, most] = [begins, least, most].map(per_second);
    Some(Load { at_its_beginning, least, most, busiest })
}

fn per_second(milli: u64) -> f64 {
    milli as f64 / 1000.0
}

/// The first time of the most that is asked for, among those from which the whole drill is within the horizon; none if nothing is
/// more than what it begins with.
fn busiest(scenario: &Scenario, design: &Design, hypothesis: &Hypothesis) -> Option<Busiest> {
    let demand = design.demand.as_ref()?;
    let takes = hypothesis.horizon_ms - hypothesis.begins_ms;
    let last = SimTime::from_ms(scenario.measure.horizon.as_ms().checked_sub(takes)?);
    let begins = demand.at_milli(SimTime::from_ms(hypothesis.begins_ms));
    let steps = demand.steps();
    let more = steps.iter().filter(|step| step.from <= last && step.per_second_milli > begins);
    // Of equals the first.
    let most = more.reduce(|most, step| if step.per_second_milli > most.per_second_milli { step } else { most })?;
    let begins = most.from.since(SimTime::ZERO);
    Some(Busiest {
        requests: per_second(most.per_second_milli),
        begins: zonefall_scenario::duration_words(begins),
        on: scenario.start.as_ref().and_then(|start| start.after(begins)),
    })
}

/// A study of one design that lives through the experiment and nothing else.
fn study(
    options: &args::Drill,
    scenario: &Scenario,
    design: &Design,
    rows: &[ScriptRow],
    hypothesis: &Hypothesis,
) -> Result<Study> {
    let overrides =
        Overrides { trials: Some(options.trials), seed: options.seed, no_counterfactual: true, ..Overrides::default() };
    let horizon = SimTime::from_ms(hypothesis.horizon_ms);
    let mut designs = [design.clone()];
    disable_autoscale(&mut designs[0], rows);
    let people = population(&designs, &scenario.topology);
    let replay = replay(rows, &people, horizon, scenario)?;
    let mut study = assemble::with_replay(assemble::study(scenario, overrides)?, replay)?;
    study.designs = designs.into_iter().map(Arc::new).collect();
    let measure = Arc::make_mut(&mut study.measure);
    (measure.horizon, measure.from, measure.until_first_miss) = (horizon, SimTime::ZERO, false);
    measure.windows = Windows::every(horizon.since(SimTime::ZERO), SimTime::ZERO, horizon);
    measure.at.clear();
    Ok(study)
}
