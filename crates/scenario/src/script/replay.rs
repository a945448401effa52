//! Scripted faults: rows of a scenario turned into a recorded storm.
//!
//! Every cause becomes a mode of its own: several, if it strikes racks, whole halls or zones, hosts or single machines, or if its rows
//! say different things of what it does. Overlapping rows of one mode on one unit are one outage. A cause that is a mode of
//! planned maintenance begins a wave of it. Autoscale that is disabled is no fault of the world, but a state of the designs
//! ([`disable_autoscale`]).

use crate::scenario::{Member, Scenario, ScriptRow};
use std::collections::BTreeMap;
use std::ops::Range;
use zonefall_engine::{Law, SimDuration, SimTime};
use zonefall_faults::{
    Event, Mode, ModeError, Outage, Population, Profile, RackOutage, Replay, Scope, Span, Storm, UNIT_MODES_MAX, Wave,
};
use zonefall_fleet::Design;
use zonefall_topology::{RackId, Topology};

/// The most outages of units that a script may hold.
const OUTAGES_MAX: usize = 1_000_000;

/// A unit that can be out: a rack, a host, an instance, a control plane (by its region) or the capacity of a zone, and what is
/// struck with it: the rack alone, its zone or its region. Of components the cause says which.
type Unit = (Scope, u32);
/// Outages of one unit by one cause, with the row that says what they do.
type Outages = BTreeMap<(String, Unit), Vec<(SimTime, SimTime)>>;

/// A script as a record, up to `horizon`, in the world of a scenario.
pub fn replay(
    rows: &[ScriptRow],
    population: &Population,
    horizon: SimTime,
    world: &Scenario,
) -> Result<Replay, ModeError> {
    let racks = |member: &Member| if let Member::Racks { racks, .. } = member { racks.len() } else { 1 };
    let outages_in_all: usize = rows.iter().flat_map(|row| &row.members).map(racks).sum();
    if outages_in_all > OUTAGES_MAX {
        return Err(ModeError::Contradiction(format!(
            "the script takes out {outages_in_all} units in all; at most {OUTAGES_MAX} can be kept"
        )));
    }
    let mut profile = Profile { name: "script".into(), modes: Vec::new() };
    let mut outages = Outages::new();
    let (waves, rows): (Vec<_>, Vec<_>) = rows.iter().partition(|row| wave(row, world).is_some());
    for row in rows {
        let end = row.lasts.map_or(SimTime::NEVER, |lasts| row.at.after(lasts));
        for member in &row.members {
            if let Member::Component { causes, .. } = member {
                for cause in causes {
                    component(&mut profile, cause)?;
                    outages.entry((cause.clone(), (Scope::Component, 0))).or_default().push((row.at, end));
                }
                continue;
            }
            let units = units(member, population, &world.topology);
            let Some(&(scope, _)) = units.first() else { continue };
            let name = mode_of(&mut profile, row, scope)?;
            for unit in units {
                outages.entry((name.clone(), unit)).or_default().push((row.at, end));
            }
        }
    }
    if profile.modes.iter().filter(|mode| mode.marks_machines()).count() > UNIT_MODES_MAX {
        let words = format!("the script has more than {UNIT_MODES_MAX} causes that strike single machines or hosts");
        return Err(ModeError::Contradiction(words));
    }
    let (mut storm, mut strikes, mut ends) = (Storm::default(), Vec::new(), Vec::new());
    waves.into_iter().for_each(|row| begin_wave(row, world, &mut profile, &mut storm));
    let marking: Vec<usize> = (0..profile.modes.len()).filter(|&at| profile.modes[at].marks_machines()).collect();
    // The last outage of racks by cause and span: their neighbours are out with them.
    let mut racks_out: BTreeMap<(u16, SimTime, SimTime), usize> = BTreeMap::new();
    for ((name, (scope, unit)), spans) in outages {
        let Some(cause) = profile.find(&name) else { continue };
        for (start, end) in merged(spans) {
            if !scope.strikes_machines() {
                take_other(&mut storm, cause as u16, (scope, unit), (start, end));
            } else if !matches!(scope, Scope::Host | Scope::Instance) {
                let last = racks_out.entry((cause as u16, start, end)).or_insert(usize::MAX);
                take_rack(&mut storm, cause as u16, RackId(unit), (start, end), last, world);
            } else if let Some(mode) = marking.iter().position(|&at| at == cause) {
                strikes.push((start, mode as u32, unit));
                ends.push((mode as u32, unit, start, end));
            }
        }
    }
    Ok(Replay { profile, storm, strikes, ends, pauses: Vec::new(), horizon, was_drawn: false, notes: Vec::new() })
}

/// CH-03: the autoscale of a design's sets is disabled as rows say; without an end for good.
pub fn disable_autoscale(design: &mut Design, rows: &[ScriptRow]) {
    for set in &mut design.sets {
        let Some(autoscale) = set.management.as_mut().and_then(|managed| managed.autoscale.as_mut()) else { continue };
        let is_set = |member: &Member| matches!(member, Member::Autoscale(name) if *name == set.name);
        let of_set = rows.iter().filter(|row| row.members.iter().any(is_set));
        let spans = of_set.map(|row| (row.at, row.lasts.map_or(SimTime::NEVER, |lasts| row.at.after(lasts))));
        autoscale.disabled = merged(spans.collect());
    }
}

/// A control plane, the capacity of a zone or a component is gone.
fn take_other(storm: &mut Storm, cause: u16, (scope, of): Unit, (start, end): (SimTime, SimTime)) {
    let event = storm.add_event(Event { cause, parent: None, start, end });
    let span = Span { of, event, start, end, left_milli: 0 };
    match scope {
        Scope::ControlPlane => storm.control_plane.push(span),
        Scope::Allocation => storm.allocation.push(span),
        _ => storm.outages.push(RackOutage { event, first_rack: 0, racks: 0, start, end }),
    }
}

/// A rack is out, together with the one before it if that is in the same zone.
fn take_rack(
    storm: &mut Storm,
    cause: u16,
    rack: RackId,
    (start, end): (SimTime, SimTime),
    last: &mut usize,
    world: &Scenario,
) {
    if let Some(out) = storm.outages.get_mut(*last)
        && out.first_rack + out.racks == rack.0
        && world.topology.zone_of(RackId(out.first_rack)) == world.topology.zone_of(rack)
    {
        out.racks += 1;
        return;
    }
    *last = storm.outages.len();
    let event = storm.add_event(Event { cause, parent: None, start, end });
    storm.outages.push(RackOutage { event, first_rack: rack.0, racks: 1, start, end });
}

/// The mode of planned maintenance that a row names.
pub fn wave<'a>(row: &ScriptRow, world: &'a Scenario) -> Option<(&'a Mode, Wave)> {
    let mode = world.profile.modes.iter().find(|mode| mode.name == row.cause)?;
    let racks = row.members.iter().all(|member| matches!(member, Member::Racks { .. }));
    mode.wave().filter(|_| racks).map(|wave| (mode, wave))
}

/// How long a row lasts; a wave of maintenance takes its time. None if to the end of the trial.
pub fn length(row: &ScriptRow, world: &Scenario) -> Option<SimDuration> {
    let Some((_, wave)) = wave(row, world) else { return row.lasts };
    let in_region = |member: &Member| {
        let Member::Racks { racks, .. } = member else { return SimDuration::ZERO };
        wave.length(world.topology.region_of(world.topology.zone_of(RackId(racks.start))), &world.topology)
    };
    row.members.iter().map(in_region).max()
}

/// Lets a wave of maintenance begin in the members of a row; it takes its time.
fn begin_wave(row: &ScriptRow, world: &Scenario, profile: &mut Profile, storm: &mut Storm) {
    let Some((mode, wave)) = wave(row, world) else { return };
    let cause = profile.find(&mode.name).unwrap_or_else(|| {
        profile.modes.push(mode.clone());
        profile.modes.len() - 1
    });
    let (cause, start) = (cause as u16, row.at);
    for member in &row.members {
        let Member::Racks { racks, .. } = member else { continue };
        let region = world.topology.region_of(world.topology.zone_of(RackId(racks.start)));
        let end = start.after(wave.length(region, &world.topology));
        let event = storm.add_event(Event { cause, parent: None, start, end });
        let (first_rack, racks) = (racks.start, racks.len() as u32);
        storm.outages.push(RackOutage { event, first_rack, racks, start, end });
    }
}

fn mode_name(cause: &str, scope: Scope) -> String {
    match scope {
        Scope::Host => format!("{cause} (host)"),
        Scope::Instance => format!("{cause} (machine)"),
        Scope::ControlPlane => format!("{cause} (control plane)"),
        Scope::Allocation => format!("{cause} (capacity)"),
        _ => cause.into(),
    }
}

/// The name of the mode that does what a row says to units of a scope; it is numbered where the row's cause does something else
/// elsewhere.
fn mode_of(profile: &mut Profile, row: &ScriptRow, scope: Scope) -> Result<String, ModeError> {
    let name = mode_name(&row.cause, scope);
    let names = std::iter::once(name.clone()).chain((2..).map(|nth| format!("{name} ({nth})")));
    for name in names {
        match profile.find(&name).map(|at| &profile.modes[at]) {
            Some(mode) if (mode.scope, mode.effect, mode.recovery) != (scope, row.effect, row.recovery) => {}
            Some(_) => return Ok(name),
            None => {
                let mode = never_drawn(&name, scope)?;
                profile.modes.push(Mode { effect: row.effect, recovery: row.recovery, ..mode });
                return Ok(name);
            }
        }
    }
    Ok(name)
}

/// A mode that only names a cause.
fn never_drawn(name: &str, scope: Scope) -> Result<Mode, ModeError> {
    Mode::plain(name, scope, 1.0, Outage::Law(Law::constant(SimDuration::ZERO)))
}

/// The mode that is a component's own failure: the design knows it by its name.
fn component(profile: &mut Profile, cause: &str) -> Result<(), ModeError> {
    if profile.find(cause).is_none() {
        profile.modes.push(never_drawn(cause, Scope::Component)?);
    }
    Ok(())
}

/// What is struck where these racks are: components feel the loss of the hall, the zone or the region that they stand in, not
/// that of some racks.
fn struck(racks: &Range<u32>, topology: &Topology) -> Scope {
    let zone = topology.zone_of(RackId(racks.start));
    let of_zone = topology.racks_of(zone);
    let within = |of: Range<u32>| racks.start <= of.start && of.end <= racks.end;
    let is_hall = |hall: u32| {
        let of = topology.hall_racks(zone, hall);
        !of.is_empty() && within(of_zone.start + of.start..of_zone.start + of.end)
    };
    if within(topology.racks_of_region(topology.region_of(zone))) {
        Scope::Region
    } else if within(of_zone.clone()) {
        Scope::Zone
    } else if (0..topology.halls_in(zone)).any(is_hall) {
        Scope::Hall
    } else {
        Scope::Rack
    }
}

fn units(member: &Member, population: &Population, topology: &Topology) -> Vec<Unit> {
    match member {
        Member::Racks { racks, .. } => {
            let scope = struck(racks, topology);
            racks.clone().map(|rack| (scope, rack)).collect()
        }
        Member::Host(host) => vec![(Scope::Host, host.0)],
        Member::ControlPlane(region) => vec![(Scope::ControlPlane, region.0)],
        Member::Allocation(zone) => vec![(Scope::Allocation, zone.0)],
        Member::Component { .. } | Member::Autoscale(_) => Vec::new(),
        Member::Instance { group, ordinal } => {
            let slots = population.slots(group).unwrap_or(0..0);
            slots.clone().nth(*ordinal as usize).map(|slot| (Scope::Instance, slot)).into_iter().collect()
        }
    }
}

/// Spans that overlap or touch become one.
pub fn merged(mut spans: Vec<(SimTime, SimTime)>) -> Vec<(SimTime, SimTime)> {
    spans.sort_unstable();
    let mut whole: Vec<(SimTime, SimTime)> = Vec::new();
    for (start, end) in spans {
        match whole.last_mut().filter(|last| start <= last.1) {
            Some(last) => last.1 = last.1.max(end),
            None => whole.push((start, end)),
        }
    }
    whole
}
