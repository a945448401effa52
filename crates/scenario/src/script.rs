//! Scripted faults: a game day, row by row.

use crate::codes;
use crate::designs::Laid;
use crate::diagnostic::Sink;
use crate::keys::fault::{MEMBERS_MAX, SCRIPT_MAX};
use crate::mode_parts;
use crate::node::Node;
use crate::reader::Reader;
use crate::scenario::{Hypothesis, Member, ScriptRow};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::{Effect, Recovery};
use zonefall_fleet::spread_over_zones;
use zonefall_topology::Topology;

/// What members are looked up in.
pub(crate) struct World<'a> {
    pub topology: Option<&'a Topology>,
    pub laid: &'a [Laid],
    /// Whether every design could be read; if not, a machine that is not found is no mistake of the script.
    pub designs_are_complete: bool,
    pub horizon: Option<SimTime>,
}

/// Slots by group, as the fleet names them, with the most of any design.
type Groups = BTreeMap<String, u32>;

/// The rows in their order of writing.
pub(crate) fn script(root: &Reader<'_>, world: &World<'_>, sink: &mut Sink) -> Option<Vec<ScriptRow>> {
    let nodes = root.tables("script", SCRIPT_MAX, sink);
    let groups = world.topology.filter(|_| !nodes.is_empty()).map(|topology| groups(world.laid, topology));
    let groups = groups.unwrap_or_default();
    let mut rows = Vec::with_capacity(nodes.len());
    let (mut fine, mut members) = (true, 0);
    for node in nodes {
        let reader = Reader::new(&node, "script[]", sink);
        members += reader.list("members", sink).map_or(0, |(items, _)| items.len());
        if members > MEMBERS_MAX {
            let words = format!("the rows of the script have more than {MEMBERS_MAX} members together");
            sink.error(codes::TOO_MUCH, &reader.span_of("members"), words);
            return None;
        }
        match row(&reader, world, &groups, sink) {
            Some(row) => rows.push(row),
            None => fine = false,
        }
    }
    fine.then_some(rows)
}

/// `[drill]`.
pub(crate) fn hypothesis(root: &Reader<'_>, sink: &mut Sink) -> Option<Hypothesis> {
    let nothing = Node::empty_table();
    let reader = root.sub("drill", "drill", sink).unwrap_or_else(|| Reader::new(&nothing, "drill", sink));
    let (begins, may_miss) = (reader.span_of_time("begins", sink), reader.duration("may_miss", sink));
    let (recover_within, watch) = (reader.duration("recover_within", sink), reader.span_of_time("watch", sink));
    Some(Hypothesis { begins: begins?, may_miss: may_miss?, recover_within: recover_within?, watch: watch? })
}

fn row(reader: &Reader<'_>, world: &World<'_>, groups: &Groups, sink: &mut Sink) -> Option<ScriptRow> {
    if !reader.has("at") {
        reader.missing("at", "at = \"10 min\"", sink);
    }
    if !reader.has("members") {
        reader.missing("members", "members = [\"eastus/1\"]", sink);
    }
    let at = reader.duration("at", sink).map(|at| SimTime::ZERO.after(at));
    let lasts = lasts(reader, sink);
    let effect = mode_parts::effect(reader, "script[]", sink);
    let recovery = mode_parts::recovery(reader, sink);
    let cause = reader.text("cause", sink);
    let members = members(reader, world, groups, sink);
    if let (Some(at), Some(horizon)) = (at, world.horizon)
        && at >= horizon
    {
        sink.error(codes::TIME, &reader.span_of("at"), "this fault strikes at the horizon or after it");
        return None;
    }
    let effect = effect?.unwrap_or(Effect::Down);
    let usual = if effect == Effect::Down { Recovery::Boot } else { Recovery::Reachable };
    Some(ScriptRow {
        at: at?,
        lasts: lasts?,
        members: members?,
        effect,
        recovery: recovery?.unwrap_or(usual),
        cause: cause?,
    })
}

/// The outer `None` is a mistake, the inner one to the end.
fn lasts(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<SimDuration>> {
    let lasts = reader.span_of_time("for", sink);
    if reader.has("for") { lasts.map(Some) } else { Some(None) }
}

fn members(reader: &Reader<'_>, world: &World<'_>, groups: &Groups, sink: &mut Sink) -> Option<Vec<Member>> {
    let texts = reader.texts("members", sink)?;
    if texts.is_empty() {
        sink.error(codes::MEMBER, &reader.span_of("members"), "this fault strikes nothing");
        return None;
    }
    let topology = world.topology?;
    let mut all = Vec::with_capacity(texts.len());
    let mut seen = BTreeSet::new();
    let mut fine = true;
    for (text, span) in texts {
        match member(&text, topology).or_else(|| instance(&text, groups)) {
            Some(_) if !seen.insert(text.clone()) => {
                sink.error(codes::DUPLICATE, &span, format!("`{text}` is listed twice"));
                fine = false;
            }
            Some(found) => all.push(found),
            None if !world.designs_are_complete => fine = false,
            None => {
                unknown(&text, &span, topology, groups, sink);
                fine = false;
            }
        }
    }
    fine.then_some(all)
}

fn unknown(text: &str, span: &Range<usize>, topology: &Topology, groups: &Groups, sink: &mut Sink) {
    let zones = topology.zone_ids().take(100).map(|zone| topology.zone_name(zone));
    let groups = groups.keys().take(100).map(|name| format!("{name}/0"));
    let names: Vec<String> = zones.chain(groups).collect();
    let more = sink.error(codes::MEMBER, span, format!("there is no `{text}` in this world or in any design"));
    more.nearest(text, names.iter().map(String::as_str))
        .help("a region, a zone `eastus/1`, a hall `eastus/1/hall0`, a rack, a host, or a machine `web/eastus/1/0`");
}

/// A region, zone, hall, rack or host.
fn member(text: &str, topology: &Topology) -> Option<Member> {
    let racks = |racks: Range<u32>| Some(Member::Racks { name: text.to_owned(), racks });
    if let Some(region) = topology.find_region(text) {
        return racks(topology.racks_of_region(region));
    }
    if let Some(zone) = topology.find_zone(text) {
        return racks(topology.racks_of(zone));
    }
    if let Some((zone, hall)) = text.rsplit_once("/hall") {
        let (zone, hall) = (topology.find_zone(zone)?, hall.parse::<u32>().ok()?);
        let first = topology.racks_of(zone).start;
        let within = (hall < topology.halls_in(zone)).then(|| topology.hall_racks(zone, hall))?;
        return racks(first + within.start..first + within.end);
    }
    if let Some(rack) = topology.find_rack(text) {
        return racks(rack.0..rack.0 + 1);
    }
    topology.find_host(text).map(Member::Host)
}

fn groups(laid: &[Laid], topology: &Topology) -> Groups {
    let mut groups = Groups::new();
    let mut add = |name: String, count: u32| {
        let most = groups.entry(name).or_insert(0);
        *most = count.max(*most);
    };
    for set in laid.iter().flat_map(|laid| &laid.design.sets) {
        if set.zones.is_empty() {
            add(format!("{}/{}", set.name, topology.region(set.region).name), set.capacity);
        }
        for (zone, count) in set.zones.iter().zip(spread_over_zones(set.capacity, set.zones.len().max(1))) {
            add(format!("{}/{}", set.name, topology.zone_name(*zone)), count);
        }
    }
    groups
}

/// A machine, by set, zone (or region) and ordinal, that some design has.
fn instance(text: &str, groups: &Groups) -> Option<Member> {
    let (group, ordinal) = text.rsplit_once('/')?;
    let ordinal: u32 = ordinal.parse().ok()?;
    let there = groups.get(group).is_some_and(|&count| ordinal < count);
    there.then(|| Member::Instance { group: group.to_owned(), ordinal })
}
