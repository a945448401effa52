//! The changes of one set, each held against what the set is by then.

use super::rows::{Asked, Row};
use super::{tell, tell_all};
use crate::codes;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use crate::sets;
use std::ops::Range;
use zonefall_azure::limits::{self, Attachment, Model, ScaleSetShape, StandbyShape, Violation};
use zonefall_fleet::management::{Action, Change, StandbyPool, Trigger};
use zonefall_topology::{RegionId, Topology, ZoneId};

/// The set that is changed.
pub(crate) struct Changed<'a> {
    pub model: Model,
    pub shape: ScaleSetShape,
    pub region: RegionId,
    pub topology: &'a Topology,
    /// Its zones now, by number.
    pub zones: Vec<u32>,
    pub has_repairs: bool,
    pub has_releases: bool,
    pub has_data_disk: bool,
    pub zone_redundant: bool,
    pub standby: Option<&'a StandbyPool>,
    /// Zones among those given that lack its size.
    pub lacking: &'a dyn Fn(&[ZoneId]) -> Vec<Violation>,
}

/// The changes in order of writing; everything that Azure would refuse is told.
pub(crate) fn changes(rows: &[&Row], mut set: Changed<'_>, sink: &mut Sink) -> Option<Vec<Change>> {
    let mut all = Vec::with_capacity(rows.len());
    let mut fine = true;
    let first = set.model.capacity;
    for row in rows {
        let reader = Reader::new(&row.node, row.path, sink);
        shrinks(row, first, &reader, sink);
        match action(row, &mut set, &reader, sink) {
            Some(action) => {
                all.push(Change { trigger: row.trigger.clone(), action, retry: row.retry, back_after: row.back_after })
            }
            None => fine = false,
        }
    }
    fine.then_some(all)
}

/// A runbook that answers an alert with fewer machines than the set begins with.
fn shrinks(row: &Row, first: u32, reader: &Reader<'_>, sink: &mut Sink) {
    let (Trigger::Alert(_), Asked::Capacity(asked)) = (&row.trigger, &row.asked) else { return };
    if *asked < first {
        let words = format!("this runbook shrinks `{}`: to {asked} machines, and it begins with {first}", row.set);
        sink.hint(codes::SHRINKS, &reader.span_of("capacity"), words)
            .help("`capacity` is how many there are to be in all, not how many more");
    }
}

fn action(row: &Row, set: &mut Changed<'_>, reader: &Reader<'_>, sink: &mut Sink) -> Option<Action> {
    match &row.asked {
        Asked::Capacity(capacity) => self::capacity(*capacity, set, reader, sink),
        Asked::Zones(numbers) => zones(numbers, set, reader, sink).map(Action::Zones),
        Asked::Delete(zone, count) => Some(Action::Delete { zone: place(*zone, set, reader, sink)?, count: *count }),
        Asked::Detach(zone, count) => {
            let fine = tell_all(reader, &limits::check_detach(&set.model), sink);
            let zone = place(*zone, set, reader, sink)?;
            fine.then_some(Action::Detach { zone, count: *count })
        }
        Asked::Attach(zone, count) => attach(*zone, *count, set, reader, sink),
        Asked::Deallocate(count) => Some(Action::Deallocate(*count)),
        Asked::Start => Some(Action::Start),
        Asked::ReplaceFailed => Some(Action::ReplaceFailed),
        Asked::ResumeRepairs if set.has_repairs => Some(Action::ResumeRepairs),
        Asked::StopRollout if set.has_releases => Some(Action::StopRollout),
        Asked::RollBack if set.has_releases => Some(Action::RollBack),
        Asked::ForceDetach { os_disk } => {
            let wrong = limits::check_force_detach(*os_disk, set.has_data_disk, set.zone_redundant);
            tell_all(reader, &wrong, sink).then_some(Action::ForceDetach)
        }
        refused => refuse(refused, set, reader, sink),
    }
}

/// What Azure refuses, or what changes nothing that is simulated.
fn refuse(asked: &Asked, set: &Changed<'_>, reader: &Reader<'_>, sink: &mut Sink) -> Option<Action> {
    let model = &set.model;
    let (violation, key, otherwise) = match asked {
        Asked::Orchestration(to) => (
            limits::check_orchestration_change(model.orchestration, *to),
            "orchestration",
            "the set has this orchestration mode already",
        ),
        Asked::SinglePlacementGroup(to) => (
            limits::check_placement_group_change(model.single_placement_group, *to),
            "single_placement_group",
            "Azure allows this (PG-03), but it changes nothing that is simulated here",
        ),
        Asked::RepairAction => (
            limits::check_repair_action_change(set.has_repairs),
            "repair_action",
            "the set has no repairs whose action could change",
        ),
        Asked::DeleteSet => {
            (limits::check_delete_set(model), "delete_set", "a set that is deleted as a whole is not simulated")
        }
        Asked::StopRollout => (None, "stop_rollout", "nothing is released to this set"),
        Asked::RollBack => (None, "roll_back", "nothing is released to this set"),
        _ => (None, "resume_repairs", "the set has no repairs that could be suspended"),
    };
    match violation {
        Some(violation) => tell(reader, &violation, sink),
        None => sink.error(codes::EXCLUSIVE, &reader.span_of(key), otherwise).help("take it out"),
    };
    None
}

/// The same mistakes, told of a key of the change.
fn about(key: &'static str, wrong: impl IntoIterator<Item = Violation>) -> impl Iterator<Item = Violation> {
    wrong.into_iter().map(move |violation| Violation { about: key, ..violation })
}

fn capacity(capacity: u32, set: &mut Changed<'_>, reader: &Reader<'_>, sink: &mut Sink) -> Option<Action> {
    let mut wrong: Vec<Violation> = limits::check_capacity(&set.shape, capacity).into_iter().collect();
    if let Some(pool) = set.standby {
        let asked = StandbyShape {
            min_ready: pool.min_ready,
            max_ready: pool.max_ready,
            capacity,
            runs_beside_autoscale: false,
        };
        let too_many = |violation: &Violation| violation.rule == "OM-06";
        wrong.extend(about("capacity", limits::check_standby(&set.model, asked).into_iter().filter(too_many)));
    }
    set.model.capacity = capacity;
    tell_all(reader, &wrong, sink).then_some(Action::Capacity(capacity))
}

/// CV-01: the zones from now on, in order of their numbers.
fn zones(
    numbers: &[(u64, Range<usize>)],
    set: &mut Changed<'_>,
    reader: &Reader<'_>,
    sink: &mut Sink,
) -> Option<Vec<ZoneId>> {
    let found = sets::zones(numbers, set.region, set.topology, sink)?;
    let to: Vec<u32> = numbers.iter().map(|(number, _)| *number as u32).collect();
    let mut wrong = limits::check_zone_change(&set.model, &set.zones, &to);
    if set.model.proximity_placement_group {
        let after = Model { zones: to.len() as u32, ..set.model };
        let ppg = limits::check_placement_groups(&after, None);
        wrong.extend(about("zones", ppg.into_iter().filter(|violation| violation.row == "V-22")));
    }
    let before = set.zones.clone();
    let new: Vec<ZoneId> =
        found.iter().zip(&to).filter(|(_, number)| !before.contains(number)).map(|(id, _)| *id).collect();
    wrong.extend(about("zones", (set.lacking)(&new)));
    if !tell_all(reader, &wrong, sink) {
        return None;
    }
    if new.is_empty() {
        sink.warn(codes::UNUSED, &reader.span_of("zones"), "this change adds no zone");
    }
    // Zones that were there keep their place, and new ones follow.
    set.zones.extend(to.iter().filter(|number| !before.contains(number)));
    set.model.zones = set.zones.len() as u32;
    Some(set.zones.iter().filter_map(|&number| set.topology.zone(set.region, number)).collect())
}

/// The zone in which machines are deleted or detached; the outer `None` is a mistake.
fn place(zone: Option<u64>, set: &Changed<'_>, reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<ZoneId>> {
    let Some(number) = zone else { return Some(None) };
    let id = set.topology.zone(set.region, number as u32).filter(|_| set.zones.contains(&(number as u32)));
    if id.is_none() {
        let words = format!("the set is not in zone {number} (V-09, ZN-01; our code InvalidZones)");
        sink.error(codes::ZONE, &reader.span_of("zone"), words).help("name one of the set's `zones`");
    }
    id.map(Some)
}

fn attach(
    zone: Option<u64>,
    count: u32,
    set: &mut Changed<'_>,
    reader: &Reader<'_>,
    sink: &mut Sink,
) -> Option<Action> {
    let existing = reader.sub("attach_existing", "change[].attach_existing", sink);
    let asked = match &existing {
        None => Attachment::default(),
        Some(reader) => attached(reader, sink)?,
    };
    let asked = Attachment {
        has_zone: zone.is_some(),
        zone_is_there: zone.is_some_and(|number| set.zones.contains(&(number as u32))),
        existing: existing.is_some(),
        ..asked
    };
    let mut wrong = limits::check_attach(&set.model, &asked);
    let after = set.model.capacity.saturating_add(count);
    wrong.extend(about("attach", limits::check_capacity(&set.shape, after)));
    let fine = tell_all(reader, &wrong, sink);
    let zone = if fine { place(zone, set, reader, sink)? } else { None };
    set.model.capacity = after;
    fine.then_some(Action::Attach { zone, count })
}

fn attached(reader: &Reader<'_>, sink: &mut Sink) -> Option<Attachment> {
    let flag = |name: &str, sink: &mut Sink| reader.flag(name, sink);
    let (availability_set, unmanaged) = (flag("availability_set", sink), flag("unmanaged_disk", sink));
    let (proximity, dedicated) = (flag("proximity_placement_group", sink), flag("dedicated_host", sink));
    let infiniband = flag("infiniband", sink);
    let domains = reader.count("fault_domains", sink);
    Some(Attachment {
        availability_set: availability_set?,
        fault_domains: domains? as u32,
        unmanaged_disk: unmanaged?,
        proximity_placement_group: proximity?,
        dedicated_host: dedicated?,
        infiniband: infiniband?,
        ..Attachment::default()
    })
}
