//! Which study a partial result is of.

use crate::stage;
use crate::study::Study;
use sha2::{Digest, Sha256};
use std::fmt::{self, Write};
use zonefall_engine::SimTime;
use zonefall_fleet::OPERATIONS;

/// Everything by which two studies may differ in the figures of a trial. The number of trials is not among them, nor is
/// the confidence of the intervals: a trial is the same trial in a longer run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The program's version.
    pub version: String,
    /// SHA-256 of the scenario's text.
    pub scenario_hash: String,
    /// The seed.
    pub seed: u64,
    /// Whether missed trials are lived through again without each cause.
    pub counterfactual: bool,
    /// The length of a trial.
    pub horizon_ms: u64,
    /// SHA-256 of the study as the program has understood it: designs, topology, profile, record, measure, target.
    pub fingerprint: [u8; 32],
    /// The designs' names, in order.
    pub designs: Vec<String>,
    /// The causes' names, in order.
    pub causes: Vec<String>,
}

impl Origin {
    /// The origin of a study's partial results; the version and the scenario's hash as in
    /// [`Labels`](crate::Labels).
    pub fn new(study: &Study, version: &str, scenario_hash: &str) -> Self {
        Self {
            version: version.into(),
            scenario_hash: scenario_hash.into(),
            seed: study.seed,
            counterfactual: study.counterfactual,
            horizon_ms: study.measure.horizon.since(SimTime::ZERO).as_ms(),
            fingerprint: fingerprint(study),
            designs: study.designs.iter().map(|design| design.name.clone()).collect(),
            causes: stage::causes(study),
        }
    }

    /// In what it differs from the origin asked for, in words; nothing if it is the same.
    pub fn differences(&self, asked: &Self) -> Vec<String> {
        let Self { version, scenario_hash, seed, counterfactual, horizon_ms, fingerprint, designs, causes } = self;
        let mut said = Vec::new();
        let mut say = |differs: bool, what: &str, theirs: &dyn fmt::Debug, ours: &dyn fmt::Debug| {
            if differs {
                said.push(format!("{what} is {theirs:?}, not {ours:?}"));
            }
        };
        say(*version != asked.version, "its program version", version, &asked.version);
        // Names and numbers of another scenario differ as they like.
        if *scenario_hash != asked.scenario_hash {
            let short = |hash: &str| hash.chars().take(12).collect::<String>();
            let (theirs, ours) = (short(scenario_hash), short(&asked.scenario_hash));
            say(true, "the SHA-256 of its scenario", &theirs, &ours);
        } else {
            say(*horizon_ms != asked.horizon_ms, "the horizon in milliseconds", horizon_ms, &asked.horizon_ms);
            say(*designs != asked.designs, "the list of designs", designs, &asked.designs);
            say(*causes != asked.causes, "the list of causes", causes, &asked.causes);
        }
        say(*seed != asked.seed, "its seed", seed, &asked.seed);
        let look = ["left out (--no-counterfactual)", "taken"];
        let (theirs, ours) = (look[usize::from(*counterfactual)], look[usize::from(asked.counterfactual)]);
        if theirs != ours {
            said.push(format!("its second look without each cause is {theirs}, not {ours}"));
        }
        if said.is_empty() && *fingerprint != asked.fingerprint {
            said.push(
                "its scenario was understood otherwise (by another build of the program, with other data, or with another rule of stopping)".into(),
            );
        }
        said
    }
}

/// Feeds a text to a sum without keeping it.
struct Hashing(Sha256);

impl Write for Hashing {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

/// The sum of what decides a trial's figures. A number is written as the shortest decimal that reads back as the same
/// bits, so this tells apart whatever the program tells apart.
fn fingerprint(study: &Study) -> [u8; 32] {
    let Study {
        name,
        seed,
        trials: _,
        first_trial: _,
        designs,
        topology,
        profile,
        replay,
        measure,
        target,
        confidence: _,
        counterfactual,
        stopping,
        rows: _,
        money,
        local_time: _,
    } = study;
    let mut hashing = Hashing(Sha256::new());
    let all = (name, seed, designs, topology, profile, replay, measure, (target, counterfactual, OPERATIONS));
    // Only a `Debug` of ours could fail, and none does; what was written until then still counts.
    let _ = write!(hashing, "{all:?}");
    // A run that goes on does not look back: it must have looked by the same rule.
    if let Some(rule) = stopping {
        let _ = write!(hashing, "{rule:?}");
    }
    if let Some(money) = money {
        let _ = write!(hashing, "{money:?}");
    }
    hashing.0.finalize().into()
}
