//! Incident studies: every zone incident of a table, put once on every zone. Losses, never an availability.

use crate::assemble::with_replay;
use anyhow::{Context, Result};
use std::path::Path;
use zonefall_faults::{Replay, incident_storm, read_incidents};
use zonefall_scenario::Scenario;
use zonefall_study::Study;
use zonefall_study::incidents::{Loss, losses};

/// The losses, and what there is to say about the table.
pub fn play(scenario: &Scenario, study: &Study, path: &Path) -> Result<(Vec<Loss>, Vec<String>)> {
    let table = read_incidents(path).with_context(|| format!("the incidents of {}", path.display()))?;
    let mut notes = Vec::new();
    if table.without_main.count() > 0 {
        notes.push(format!("left out: {} incidents without a known main recovery", table.without_main.count()));
    }
    let elsewhere = table.incidents.iter().filter(|incident| !incident.is_zone_incident()).count();
    notes.push(format!("left out: {elsewhere} incidents that reached beyond one zone (regions, global services)"));
    let mut all = Vec::new();
    for incident in table.incidents.iter().filter(|incident| incident.is_zone_incident()) {
        for zone in scenario.topology.zone_ids() {
            let (profile, storm) = incident_storm(incident, zone, &scenario.topology)?;
            let horizon = study.measure.horizon;
            let (strikes, ends, pauses, said) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            let replay = Replay { profile, storm, strikes, ends, pauses, horizon, was_drawn: false, notes: said };
            let study = with_replay(Study { trials: 1, ..study.clone() }, replay)?;
            all.extend(losses(&study, &incident.name(), &scenario.topology.zone_name(zone))?);
        }
    }
    Ok((all, notes))
}
