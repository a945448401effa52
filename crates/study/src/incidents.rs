//! Conditional losses: what a real incident would have cost each design, put once on each zone.
//!
//! Never an availability: nothing here says how often.

use crate::stage::Stage;
use crate::study::Study;
use serde::{Deserialize, Serialize};
use zonefall_engine::BudgetExceeded;

/// What one incident on one zone costs one design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loss {
    /// The incident.
    pub incident: String,
    /// The zone it was put on.
    pub zone: String,
    /// The design.
    pub design: String,
    /// Minutes in which the objective was missed.
    pub missed_min: f64,
    /// The longest outage in minutes.
    pub longest_min: f64,
    /// Machine-hours lost.
    pub machine_hours_lost: f64,
}

/// Plays one storm on every design.
///
/// # Errors
/// If a trial passes its event budget.
pub fn losses(study: &Study, incident: &str, zone: &str) -> Result<Vec<Loss>, BudgetExceeded> {
    let mut stage = Stage::new(study);
    stage.play(study.trial_key(study.first_trial))?;
    let hours = |ms: f64| ms / 3_600_000.0;
    let loss = |(index, design): (usize, &std::sync::Arc<zonefall_fleet::Design>)| {
        let ledger = stage.ledger(index);
        Loss {
            incident: incident.into(),
            zone: zone.into(),
            design: design.name.clone(),
            missed_min: ledger.missed_ms as f64 / 60_000.0,
            longest_min: ledger.longest_ms() as f64 / 60_000.0,
            machine_hours_lost: hours((ledger.machine_ms - ledger.classes.serving) as f64),
        }
    };
    Ok(study.designs.iter().enumerate().map(loss).collect())
}
