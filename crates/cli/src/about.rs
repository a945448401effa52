//! What a report says of a run beside its results: the command, and every number of the failure profile.

use crate::args;
use crate::results;
use std::path::Path;
use zonefall_azure::profile;
use zonefall_faults::{Mode, Profile, Scope};
use zonefall_report::{About, Assumption};
use zonefall_scenario::Scenario;
use zonefall_study::Study;

/// What there is to say about a run. What is recorded or scripted rests on no rate: of such a world only the maintenance
/// counts that a script lets begin, less how often it comes.
pub fn about(options: &args::Run, scenario: &Scenario, study: &Study) -> About {
    let mut assumptions = assumptions(&scenario.profile);
    if let Some(replay) = &study.replay {
        let begins = |of: &str| replay.profile.modes.iter().any(|mode| mode.wave().is_some() && mode.name == of);
        assumptions.retain(|of| begins(&of.of) && of.quantity != "rate");
    }
    About { command: command(options), assumptions }
}

/// The same of a command and a profile.
pub fn of_profile(command: String, profile: &Profile) -> About {
    About { command, assumptions: assumptions(profile) }
}

/// The command that makes the same results, without what tells of this machine: where its folders are.
fn command(options: &args::Run) -> String {
    let bare = |path: &Path| match path.file_name() {
        Some(name) if path.is_absolute() => name.into(),
        _ => path.to_owned(),
    };
    let options = args::Run {
        scenario: bare(&options.scenario),
        faults: options.faults.as_deref().map(bare),
        output: args::Output { out: None, ..options.output.clone() },
        ..options.clone()
    };
    results::command(&options)
}

/// Every number of a profile: of a mode that is as the default profile has it all of them, of another its rate.
fn assumptions(of: &Profile) -> Vec<Assumption> {
    let default = profile::with_maintenance_modes(profile::with_spot_modes(profile::azure_like_v0()));
    let evidence = profile::evidence();
    let of_mode = |mode: &Mode| -> Vec<Assumption> {
        if default.find(&mode.name).is_none_or(|found| default.modes[found] != *mode) {
            return vec![rate(mode)];
        }
        let rows = evidence.iter().filter(|row| row.mode == mode.name);
        let assumption = |row: &profile::EvidenceRow| Assumption {
            of: row.mode.into(),
            quantity: row.quantity.into(),
            value: row.number.value,
            low: row.number.low,
            high: row.number.high,
            unit: row.number.unit.word().into(),
            confidence: row.number.confidence.word().into(),
            source: row.number.source.into(),
        };
        rows.map(assumption).collect()
    };
    of.modes.iter().flat_map(of_mode).collect()
}

fn rate(mode: &Mode) -> Assumption {
    let (low, high) = mode.evidence.rate_low_high;
    let unit = match mode.scope {
        Scope::Region if mode.wave().is_some() => "per instance-year",
        Scope::Instance => "per instance-year",
        Scope::Host => "per host-year",
        Scope::Rack => "per rack-year",
        Scope::Hall => "per hall-year",
        Scope::Zone | Scope::Allocation => "per zone-year",
        Scope::Region | Scope::ControlPlane => "per region-year",
        Scope::Global => "per year",
        Scope::Component => "per component-year",
    };
    Assumption {
        of: mode.name.clone(),
        quantity: "rate".into(),
        value: mode.rate_per_year(),
        low,
        high,
        unit: unit.into(),
        confidence: mode.evidence.confidence.word().into(),
        source: mode.evidence.source.clone(),
    }
}
