//! What cannot be changed once a set is there: mode, placement groups, repair action, zones, and the set itself
//! (V-01, V-07, V-15, V-19, V-20, V-33).

use super::model::those;
use super::{Matter, Model, Orchestration, Violation};

const FIXED: &str = "PropertyChangeNotAllowed";

/// V-01, OM-01: the mode is fixed at creation.
pub fn check_orchestration_change(from: Orchestration, to: Orchestration) -> Option<Violation> {
    let words = format!("the orchestration mode is fixed at creation: {} stays {}", from.word(), from.word());
    (from != to).then(|| {
        Violation::azures(Matter::Change, "OM-01", FIXED, words)
            .row("V-01", "orchestration")
            .help("write it on the scale set, and compare two designs instead")
    })
}

/// V-07, PG-03: several placement groups never become one again.
pub fn check_placement_group_change(from_single: bool, to_single: bool) -> Option<Violation> {
    let words = "a set with several placement groups never gets a single one again".to_owned();
    (!from_single && to_single).then(|| {
        Violation::ours(Matter::Change, "PG-03", FIXED, words)
            .row("V-07", "single_placement_group")
            .help("write `single_placement_group = true` on the scale set")
    })
}

/// V-15, AR-06: the action of repairs is not changed while they are on.
pub fn check_repair_action_change(enabled: bool) -> Option<Violation> {
    let words = "the action of repairs cannot be changed while they are enabled".to_owned();
    enabled.then(|| {
        Violation::ours(Matter::Change, "AR-06", "OperationNotAllowed", words)
            .row("V-15", "repair_action")
            .help("write the action under `repairs`, and compare two designs instead")
    })
}

/// V-19, V-20, CV-01, CV-03: zones may only be added, and not to every set. The model is the set before.
pub fn check_zone_change(model: &Model, from: &[u32], to: &[u32]) -> Vec<Violation> {
    let lost: Vec<String> = from.iter().filter(|zone| !to.contains(zone)).map(u32::to_string).collect();
    let all = from.iter().chain(to).map(u32::to_string).collect::<std::collections::BTreeSet<_>>();
    let words = match to {
        [] if !from.is_empty() => "a set with zones never becomes regional again".to_owned(),
        _ => format!("zones may only be added, and zone {} is missing", lost.join(" and ")),
    };
    let domains = model.fault_domains;
    let refuse = |rule, words: String, help: &str| {
        Violation::ours(Matter::Change, rule, "OperationNotAllowed", words).row("V-20", "zones").help(help)
    };
    let adds = to.iter().any(|zone| !from.contains(zone));
    let unfit = if model.is_flexible() { domains != 1 } else { ![1, 5].contains(&domains) };
    those([
        (
            !lost.is_empty(),
            Violation::ours(Matter::Change, "CV-01", FIXED, words)
                .row("V-19", "zones")
                .help(format!("write `zones = [{}]`", all.into_iter().collect::<Vec<_>>().join(", "))),
        ),
        (
            adds && unfit,
            refuse(
                "CV-03",
                format!("zones cannot be added to a set with {domains} fault domains"),
                "write `fault_domains = 1` on the scale set",
            ),
        ),
        (
            adds && model.reservation,
            refuse(
                "CV-03",
                "zones cannot be added while the set has a capacity reservation".into(),
                "take `reserved_per_zone` out",
            ),
        ),
        (
            adds && model.dedicated_hosts,
            refuse("CV-03", "zones cannot be added to a set on dedicated hosts".into(), "take `dedicated_hosts` out"),
        ),
        (
            adds && model.service_fabric,
            refuse("CV-03", "zones cannot be added to a Service Fabric set".into(), "take `service_fabric` out"),
        ),
    ])
}

/// V-33, OM-10: a Flexible set with machines in it is not deleted.
pub fn check_delete_set(model: &Model) -> Option<Violation> {
    let words = format!("a Flexible scale set that contains machines ({}) cannot be deleted", model.capacity);
    (model.is_flexible() && model.capacity > 0).then(|| {
        Violation::azures(Matter::Change, "OM-10", "OperationNotAllowed", words)
            .row("V-33", "delete_set")
            .help("delete its machines first: `capacity = 0`")
    })
}
