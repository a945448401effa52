//! A scenario's own script as an experiment.

use super::outage::takes_zones;
use crate::exit::bad_input;
use anyhow::Result;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_fleet::{Design, slot_groups};
use zonefall_import::{Script, Touched, ZONE_OUTAGE};
use zonefall_scenario::script::length;
use zonefall_scenario::{FaultSource, Member, Scenario, ScriptRow};
use zonefall_topology::Topology;

/// CH-07: what a zone that a script takes leaves out.
pub(super) const OUTAGE_ADDS: &str = "A zone that a script takes comes back as a whole. In a real outage (CH-07) some racks come \
    back late and machines one by one, the region's control plane may be out too, and capacity short in the other zones; \
    --as-outage runs that.";

/// The rows of a scenario, each with its end.
///
/// # Errors
/// If it has none, or the experiment has no end.
pub(super) fn rows(scenario: &Scenario) -> Result<Vec<ScriptRow>> {
    let FaultSource::Script(rows) = &scenario.source else {
        return Err(bad_input(
            "the scenario has no `[[script]]`: write one, or say which experiment is run (`zonefall drill experiment.json --on …`)",
        ));
    };
    let mut rows = rows.clone();
    for (at, row) in rows.iter_mut().enumerate() {
        row.lasts = length(row, scenario);
        if row.lasts.is_none() && !is_only_autoscale(row) {
            let words =
                format!("script[{}] has no end, so nothing can be said of the time after it: add `for`", at + 1);
            return Err(bad_input(words));
        }
    }
    if rows.iter().all(|row| row.lasts.is_none()) {
        let words = "no row of the script has an end, so nothing can be said of the time after it: add `for`";
        return Err(bad_input(words));
    }
    Ok(rows)
}

/// CH-03: autoscale may stay disabled.
fn is_only_autoscale(row: &ScriptRow) -> bool {
    row.members.iter().all(|member| matches!(member, Member::Autoscale(_)))
}

/// When the first row strikes.
pub(super) fn begins(rows: &[ScriptRow]) -> SimTime {
    rows.iter().map(|row| row.at).min().unwrap_or(SimTime::ZERO)
}

/// From there until the last row ends.
pub(super) fn lasts(rows: &[ScriptRow]) -> SimDuration {
    end(rows).since(begins(rows))
}

fn end(rows: &[ScriptRow]) -> SimTime {
    rows.iter().filter_map(|row| Some(row.at.after(row.lasts?))).max().unwrap_or(begins(rows))
}

/// What the rows do to a design.
pub(super) fn script(rows: &[ScriptRow], design: &Design, scenario: &Scenario, as_outage: bool) -> Script {
    let (end, topology) = (end(rows), &scenario.topology);
    let mut script = Script { lasts: lasts(rows), ..Script::default() };
    let groups = slot_groups(design, topology);
    for row in rows {
        let there = |member: &&Member| match member {
            Member::Instance { group, ordinal } => groups.iter().any(|of| of.name == *group && *ordinal < of.initial),
            Member::Component { causes, .. } => design.structure().is_some_and(|service| {
                service.components().any(|(_, of)| of.cause.as_ref().is_some_and(|cause| causes.contains(cause)))
            }),
            Member::Autoscale(name) => design.sets.iter().any(|set| {
                set.name == *name && set.management.as_ref().is_some_and(|managed| managed.autoscale.is_some())
            }),
            _ => true,
        };
        let dark = |member: &&Member| as_outage && takes_zones(row, member, scenario);
        let (there, lacking): (Vec<&Member>, Vec<&Member>) = row.members.iter().partition(there);
        script.actions += row.members.len();
        script.not_run.extend(lacking.into_iter().map(|member| words(member, topology)));
        let (zones, others): (Vec<&Member>, Vec<&Member>) = there.into_iter().partition(dark);
        for (members, cause) in [(zones, ZONE_OUTAGE), (others, row.cause.as_str())] {
            if members.is_empty() {
                continue;
            }
            let what = members.iter().take(3).map(|member| words(member, topology)).collect::<Vec<_>>().join(", ");
            let more = members.len().saturating_sub(3);
            let what = if more > 0 { format!("{what} and {more} more") } else { what };
            let lasts = row.lasts.unwrap_or(end.since(row.at.min(end)));
            script.touched.push(Touched { at: row.at, lasts, cause: cause.into(), what });
            let members = members.into_iter().cloned().collect();
            script.rows.push(ScriptRow { members, cause: cause.into(), ..row.clone() });
        }
    }
    if as_outage && script.touched.iter().all(|touched| touched.cause != ZONE_OUTAGE) {
        script.as_outage.push("the script takes no whole zone: it stays as it is, whatever an outage adds".into());
    }
    script.tell_of_spread(design);
    script
}

fn words(member: &Member, topology: &Topology) -> String {
    match member {
        Member::Racks { name, .. } | Member::Component { name, .. } => name.clone(),
        Member::Host(host) => topology.host_name(*host),
        Member::Instance { group, ordinal } => format!("{group}/{ordinal}"),
        Member::ControlPlane(region) => format!("the control plane of {}", topology.region(*region).name),
        Member::Allocation(zone) => format!("the capacity of {}", topology.zone_name(*zone)),
        Member::Autoscale(set) => format!("the autoscale of `{set}`"),
    }
}
