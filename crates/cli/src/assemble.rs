//! From a scenario to a study.

use crate::exit;
use crate::gate;
use anyhow::{Context, Result, bail};
use std::sync::Arc;
use zonefall_engine::SimTime;
use zonefall_faults::{Population, Replay, UNIT_MODES_MAX};
use zonefall_fleet::population;
use zonefall_scenario::script;
use zonefall_scenario::{Assumptions, FaultSource, Plan, PlanCandidate, PlanChoice, Scenario, Until};
use zonefall_stats::{Confidence, Target};
use zonefall_study::money::{Money, PRICE_UNIT, Rates};
use zonefall_study::plan::{self, Candidate, FIRST_LOOK, Gated, Key, Question};
use zonefall_study::stopping::{HalfWidth, Metric, Rule};
use zonefall_study::{Labels, LocalTime, Study};

/// The most trials where a rule of stopping is set aside.
const WITHOUT_RULE: u64 = 10_000;

/// What the command line changes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Overrides {
    /// `--trials`
    pub trials: Option<u64>,
    /// `--seed`
    pub seed: Option<u64>,
    /// `--rows`
    pub rows: bool,
    /// `--no-counterfactual`
    pub no_counterfactual: bool,
}

/// What a scenario leaves out unless it asks for it; one line under its results.
pub const NOT_MODELLED: &str = "planned maintenance";

/// The study of a scenario: drawn from its profile, or scripted. Traces and incidents are put in by their commands.
///
/// # Errors
/// If a script contradicts itself.
pub fn study(scenario: &Scenario, overrides: Overrides) -> Result<Study> {
    let target: Target = scenario.target.text.parse().context("the target")?;
    let confidence = Confidence::new(scenario.confidence.share()).context("the confidence")?;
    let until = scenario.until.as_ref().filter(|_| overrides.trials.is_none());
    let mut study = Study {
        name: scenario.name.clone(),
        seed: overrides.seed.unwrap_or(scenario.seed),
        trials: overrides.trials.unwrap_or(scenario.trials),
        first_trial: 0,
        designs: scenario.designs.iter().cloned().map(Arc::new).collect(),
        topology: Arc::new(scenario.topology.clone()),
        profile: scenario.profile.clone(),
        replay: None,
        measure: Arc::new(scenario.measure.clone()),
        target,
        confidence,
        stopping: until.map(|until| rule(until, scenario)).transpose()?,
        counterfactual: !overrides.no_counterfactual && !scenario.measure.until_first_miss,
        rows: overrides.rows,
        money: scenario.money.as_ref().map(|money| Arc::new(priced(scenario, money))),
        local_time: local_time(scenario, scenario.measure.horizon),
    };
    if let FaultSource::Script(rows) = &scenario.source {
        for design in &mut study.designs {
            script::disable_autoscale(Arc::make_mut(design), rows);
        }
        let replay = script::replay(rows, &people(scenario), scenario.measure.horizon, scenario)?;
        study = with_replay(study, replay)?;
    }
    Ok(study)
}

/// What clocks show in a trial of this length; none without a calendar.
pub fn local_time(scenario: &Scenario, horizon: SimTime) -> Option<Arc<LocalTime>> {
    let start = scenario.start.as_ref()?;
    let (time_zone, ahead_s) = (start.time_zone.clone(), start.ahead_s(horizon));
    Some(Arc::new(LocalTime { time_zone, start_unix_ms: start.unix_ms, ahead_s }))
}

/// A study of a known number of trials: a rule of stopping says nothing of what is asked, and is set aside.
pub fn without_rule(study: Study) -> Study {
    match study.stopping {
        Some(_) => Study { trials: study.trials.min(WITHOUT_RULE), stopping: None, ..study },
        None => study,
    }
}

/// Prices in whole units.
fn rates(of: &zonefall_scenario::Rates) -> Rates {
    let whole = |price: f64| (price * PRICE_UNIT).round() as u64;
    Rates {
        sets: of.sets.iter().map(|prices| prices.map(whole)).collect(),
        once: whole(of.once),
        is_gateway: of.is_gateway,
        gateway_instance: whole(of.gateway_instance),
        components: whole(of.components),
        million: whole(of.request * 1e6),
    }
}

/// The prices of a scenario's designs.
fn priced(scenario: &Scenario, of: &zonefall_scenario::Money) -> Money {
    let names = scenario.designs.iter().map(|design| design.name.clone());
    Money {
        currency: of.currency.clone(),
        date: of.date.clone(),
        source: of.source.clone(),
        notes: of.notes.clone(),
        downtime_per_hour: of.downtime_per_hour,
        designs: names.zip(of.designs.iter().map(rates)).collect(),
    }
}

/// The rule of stopping of a scenario.
fn rule(until: &Until, scenario: &Scenario) -> Result<Rule> {
    let metric = Metric::named(until.of).with_context(|| format!("no metric is called {}", until.of))?;
    let half_width = match until.half_width {
        zonefall_scenario::HalfWidth::Absolute(width) => HalfWidth::Absolute(width),
        zonefall_scenario::HalfWidth::Relative(share) => HalfWidth::Relative(share),
    };
    let named = |name: &String| scenario.designs.iter().position(|design| design.name == *name);
    Ok(Rule { half_width, text: until.text.clone(), metric, design: until.design.as_ref().and_then(named) })
}

/// What the command line changes of a plan.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// `--target`
    pub target: Option<String>,
    /// `--seed`
    pub seed: Option<u64>,
    /// `--trials`
    pub trials_max: Option<u64>,
    /// `--method`
    pub method: Option<plan::Method>,
    /// `--no-assumptions`
    pub no_assumptions: bool,
}

/// The question of a scenario's plan.
///
/// # Errors
/// If the target is none that can be met, or one that everything meets.
pub fn question(scenario: &Scenario, of: &Plan, asked: &Asked) -> Result<Question> {
    let overrides = Overrides { seed: asked.seed, no_counterfactual: true, ..Overrides::default() };
    let mut study = study(scenario, overrides)?;
    let text = asked.target.as_ref().or(of.target.as_ref().map(|target| &target.text));
    if let Some(text) = text {
        study.target = text.parse::<Target>().with_context(|| format!("the target {text}"))?;
    }
    // Whose the target is.
    let refuse = |words: &str| if asked.target.is_some() { exit::usage(words) } else { exit::bad_input(words) };
    if study.target.allowed_share() <= 0.0 {
        return Err(refuse("no design meets a target of 100 %: everything fails now and then"));
    }
    if study.target.allowed_share() >= 1.0 {
        return Err(refuse("every design meets a target of 0 %: write for example 99.9%"));
    }
    let key = |of: &PlanChoice| Key { name: of.key.clone(), values: of.values.clone(), more_helps: of.more_helps };
    let candidate = |of: &PlanCandidate| Candidate {
        design: Arc::clone(&of.design),
        cost: of.cost,
        rates: of.rates.as_ref().map(rates),
        shape: of.shape,
        values: of.values.clone(),
    };
    let trials_max = asked.trials_max.unwrap_or(of.trials_max);
    if trials_max < FIRST_LOOK {
        let words = format!(
            "a plan looks at a candidate after {FIRST_LOOK} trials first: fewer do not do (--trials {trials_max})"
        );
        return Err(exit::usage(words));
    }
    Ok(Question {
        study,
        keys: of.choices.iter().map(key).collect(),
        candidates: of.candidates.iter().map(candidate).collect(),
        trials_max,
        method: asked.method.unwrap_or_else(|| method(of)),
        cost_max: of.max_cost,
        window: scenario.window.words(),
        gate: gated(scenario),
        assumptions: !asked.no_assumptions && scenario.assumptions != Assumptions::Off,
        unit: of.price.as_ref().map_or("machines".into(), |price| format!("{} a month", price.currency)),
    })
}

/// What `run --gate` asks of a design.
fn gated(scenario: &Scenario) -> Gated {
    let named = |name: &String| scenario.designs.iter().position(|design| design.name == *name);
    Gated {
        own: scenario.gate.as_ref().map(gate::asked),
        shapes: scenario.gate.iter().flat_map(|gate| &gate.designs).filter_map(named).collect(),
    }
}

/// How the trials of a plan are drawn: as the scenario says; where it says nothing, or a method that is not for plans, as is
/// best.
fn method(of: &Plan) -> plan::Method {
    of.method.and_then(|method| method.try_into().ok()).unwrap_or(plan::Method::Auto)
}

/// Who can be struck in a scenario.
pub fn people(scenario: &Scenario) -> Population {
    population(&scenario.designs, &scenario.topology)
}

/// A study that lives through a record.
///
/// # Errors
/// If machines lack marks for all that its causes and the designs' bad releases do.
pub fn with_replay(study: Study, replay: Replay) -> Result<Study> {
    let marking = replay.profile.modes.iter().filter(|mode| mode.marks_machines()).count();
    let own = study.designs.iter().map(|design| design.own_marks()).max().unwrap_or(0);
    if marking + own > UNIT_MODES_MAX {
        bail!(
            "{marking} recorded causes strike single machines and bad releases have {own} effects on them: \
             more than {UNIT_MODES_MAX} together"
        );
    }
    Ok(Study { profile: replay.profile.clone(), replay: Some(Arc::new(replay)), ..study })
}

/// Whether the scenario asks for planned maintenance.
fn is_maintained(scenario: &Scenario) -> bool {
    scenario.profile.modes.iter().any(|mode| mode.wave().is_some())
}

/// What the outcome carries of the scenario.
pub fn labels(scenario: &Scenario) -> Labels {
    Labels {
        version: env!("CARGO_PKG_VERSION").into(),
        scenario_hash: scenario.hash.clone(),
        target: scenario.target.text.clone(),
        window: scenario.window.words(),
        not_modelled: if is_maintained(scenario) { String::new() } else { NOT_MODELLED.into() },
    }
}
