//! From a scenario to a study.

use crate::script;
use anyhow::{Context, Result};
use std::sync::Arc;
use zonefall_faults::{Population, Replay};
use zonefall_fleet::population;
use zonefall_scenario::{FaultSource, Scenario};
use zonefall_stats::{Confidence, Target};
use zonefall_study::{Labels, Study};

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

/// What this version leaves out; one line under every result.
pub const NOT_MODELLED: &str = "rollouts, planned maintenance, latency, costs";

/// The study of a scenario: drawn from its profile, or scripted. Traces and incidents are put in by their commands.
///
/// # Errors
/// If a script contradicts itself.
pub fn study(scenario: &Scenario, overrides: Overrides) -> Result<Study> {
    let target: Target = scenario.target.text.parse().context("the target")?;
    let confidence = Confidence::new(scenario.confidence.share()).context("the confidence")?;
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
        counterfactual: !overrides.no_counterfactual && !scenario.measure.until_first_miss,
        rows: overrides.rows,
    };
    if let FaultSource::Script(rows) = &scenario.source {
        let replay = script::replay(rows, &people(scenario), scenario.measure.horizon)?;
        study = with_replay(study, replay);
    }
    Ok(study)
}

/// Who can be struck in a scenario.
pub fn people(scenario: &Scenario) -> Population {
    population(&scenario.designs, &scenario.topology)
}

/// A study that lives through a record.
pub fn with_replay(study: Study, replay: Replay) -> Study {
    Study { profile: replay.profile.clone(), replay: Some(Arc::new(replay)), ..study }
}

/// What the outcome carries of the scenario.
pub fn labels(scenario: &Scenario) -> Labels {
    Labels {
        version: env!("CARGO_PKG_VERSION").into(),
        scenario_hash: scenario.hash.clone(),
        target: scenario.target.text.clone(),
        window: scenario.window.words(),
        not_modelled: NOT_MODELLED.into(),
    }
}
