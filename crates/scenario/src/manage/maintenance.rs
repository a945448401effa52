//! `[maintenance]` as a design's: what stops a wave, scheduled events, the owner's redeployments, and configurations.

use super::runbook::turns;
use crate::codes;
use crate::demand::Clock;
use crate::designs::SET_KINDS;
use crate::diagnostic::Sink;
use crate::laws;
use crate::modes::{Given, table_or_off};
use crate::node::Node;
use crate::reader::Reader;
use crate::sets::Placed;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::KNOWN_AHEAD;
use zonefall_fleet::maintenance::{Events, HealthStop, Maintenance, OfSet, SelfService};
use zonefall_fleet::policy::maintenance::{HELD_AT_MOST, Windows, prepared_before};

/// MT-05: the least window of a configuration.
const WINDOW_LEAST: SimDuration = SimDuration::from_ms(2 * 3_600_000);
/// A shorter wait would be a tick.
const AGAIN_LEAST: SimDuration = SimDuration::from_ms(60_000);

/// The outer `None` is a mistake, the inner one that the world knows no maintenance. A design that says nothing of it has
/// the defaults.
pub(crate) fn maintenance(
    design: &Reader<'_>,
    sets: Option<&[Placed]>,
    (clock, has_waves): (&Clock<'_>, bool),
    sink: &mut Sink,
) -> Option<Option<Box<Maintenance>>> {
    let nothing = Node::empty_table();
    let reader = match design.sub("maintenance", "maintenance", sink) {
        Some(said) => said,
        None if has_waves => Reader::new(&nothing, "maintenance", sink),
        None => return Some(None),
    };
    let health = health(&reader, sink);
    let events = events(&reader, sink);
    let owner = self_service(&reader, clock, sink);
    let windows = configuration(&reader, sets, sink);
    let of_sets =
        sets.unwrap_or_default().iter().map(|placed| OfSet { update_domains: placed.update_domains, windows: None });
    let mut of_sets: Vec<OfSet> = of_sets.collect();
    if let Some((windows, assigned)) = windows? {
        assigned.into_iter().for_each(|set| of_sets[set].windows = Some(windows));
    }
    Some(Some(Box::new(Maintenance { health: health?, events: events?, self_service: owner?, sets: of_sets })))
}

/// A wait of at least a minute.
fn again(reader: &Reader<'_>, key: &str, sink: &mut Sink) -> Option<SimDuration> {
    let wait = reader.duration(key, sink)?;
    if wait < AGAIN_LEAST {
        sink.error(codes::RANGE, &reader.span_of(key), format!("`{key}` must be at least 1 min"));
        return None;
    }
    Some(wait)
}

fn health(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<HealthStop>> {
    let (again, patience) = (again(reader, "look_again", sink), reader.duration("patience", sink));
    if reader.is_off("stop_above") {
        reader.node("stop_above", sink);
        for key in ["look_again", "patience"].into_iter().filter(|key| reader.has(key)) {
            let words = format!("`{key}` has no effect: nothing stops a wave");
            sink.warn(codes::UNUSED, &reader.span_of(key), words);
        }
        return Some(None);
    }
    let above_milli = (reader.share("stop_above", sink)?.as_f64() * 1000.0) as u32;
    Some(Some(HealthStop { above_milli, again: again?, patience: patience? }))
}

fn events(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<Events>> {
    let Given::Said(reader) = table_or_off(reader, "events", "maintenance.events", sink) else { return Some(None) };
    let (freeze, reboot) = (reader.duration("freeze_notice", sink), reader.duration("reboot_notice", sink));
    let (noticed, preparation) = (reader.duration("noticed_after", sink), reader.duration("preparation", sink));
    let (approves, neighbours) = (reader.flag("approve", sink), reader.share("neighbours", sink));
    let events = Events {
        freeze_notice: freeze?,
        reboot_notice: reboot?,
        noticed_after: noticed?,
        preparation: preparation?,
        approves: approves?,
        neighbours: neighbours?.as_f64(),
    };
    let late = |notice| prepared_before(notice, events.noticed_after, events.preparation).is_none();
    if late(events.freeze_notice) && late(events.reboot_notice) {
        let words = "machines need longer to prepare than they are told ahead: every one is hit as it is";
        sink.warn(codes::UNUSED, &reader.span_of("preparation"), words);
    }
    if !events.approves && reader.has("neighbours") {
        let words = "`neighbours` has no effect: this service approves nothing";
        sink.warn(codes::UNUSED, &reader.span_of("neighbours"), words);
    }
    Some(Some(events))
}

fn self_service(reader: &Reader<'_>, clock: &Clock<'_>, sink: &mut Sink) -> Option<Option<SelfService>> {
    let Given::Said(reader) = table_or_off(reader, "self_service", "maintenance.self_service", sink) else {
        return Some(None);
    };
    let window = reader.span_of_time("window", sink);
    let redeploy = laws::law(&reader, "redeploy", sink);
    let again = again(&reader, "again", sink);
    let office = match reader.sub("office", "maintenance.self_service.office", sink) {
        // Waves are known that come after the horizon: the hours until then are known, too.
        Some(office) => turns(&office, (clock, KNOWN_AHEAD), sink).map(Some),
        None => (!reader.has("office")).then_some(None),
    };
    let window = window?;
    if window > KNOWN_AHEAD {
        let words = format!("owners hear of waves {} days ahead at most (MT-03: 35)", KNOWN_AHEAD.as_ms() / 86_400_000);
        sink.error(codes::RANGE, &reader.span_of("window"), words);
        return None;
    }
    Some(Some(SelfService { window, redeploy: redeploy?, again: again?, office: office? }))
}

/// MT-05: the windows, and the sets that wait for them.
fn configuration(
    reader: &Reader<'_>,
    sets: Option<&[Placed]>,
    sink: &mut Sink,
) -> Option<Option<(Windows, Vec<usize>)>> {
    let Given::Said(reader) = table_or_off(reader, "configuration", "maintenance.configuration", sink) else {
        return Some(None);
    };
    let (names, isolated) = (reader.texts("sets", sink), reader.flag("isolated", sink));
    let (first, every) = (reader.duration("first", sink), reader.span_of_time("every", sink));
    let length = reader.duration("length", sink);
    let mut fine = true;
    if length.is_some_and(|length| length < WINDOW_LEAST) {
        let words = "a window of a maintenance configuration is at least 2 h long (MT-05)";
        sink.error(codes::MAINTENANCE, &reader.span_of("length"), words);
        fine = false;
    }
    if every.is_some_and(|every| every > HELD_AT_MOST) {
        let words = "a maintenance configuration holds updates for at most 35 days (MT-05)";
        sink.error(codes::MAINTENANCE, &reader.span_of("every"), words).help("write `every = \"35 d\"` or less");
        fine = false;
    }
    let (names, isolated, sets) = (names?, isolated?, sets?);
    if names.is_empty() {
        reader.missing("sets", "sets = [\"web\"]", sink);
        return None;
    }
    let mut assigned = Vec::new();
    for (name, span) in &names {
        let Some(at) = sets.iter().position(|placed| placed.set.name == *name) else {
            let words = format!("the design has no set `{name}`");
            sink.error(codes::SET, span, words)
                .lacks_named(&SET_KINDS, name)
                .nearest(name, sets.iter().map(|placed| placed.set.name.as_str()));
            fine = false;
            continue;
        };
        let dedicated = sets[at].set.management.as_ref().is_some_and(|managed| managed.dedicated.is_some());
        if !dedicated && !isolated {
            let words =
                format!("`{name}` shares its hosts: a maintenance configuration of scope host is refused (MT-05)");
            sink.error(codes::MAINTENANCE, span, words)
                .help("add `isolated = true` if its machines are of an isolated size, or `dedicated_hosts` to the set");
            fine = false;
        }
        assigned.push(at);
    }
    fine.then_some(Some((Windows { first: SimTime::ZERO.after(first?), every: every? }, assigned)))
}
