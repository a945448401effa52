//! Scripted faults: a game day, row by row.

mod members;
mod replay;

use crate::codes;
use crate::designs::Laid;
use crate::diagnostic::Sink;
use crate::keys::fault::{MEMBERS_MAX, SCRIPT_MAX};
use crate::mode_parts;
use crate::node::{Node, Value};
use crate::reader::Reader;
use crate::scenario::{Hypothesis, Member, ScriptRow, SecurityRule};
use members::{Aim, Names, members};
pub use replay::{disable_autoscale, length, merged, replay, wave};
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::{Effect, Recovery};
use zonefall_topology::Topology;

/// What members are looked up in.
pub(crate) struct World<'a> {
    pub topology: Option<&'a Topology>,
    pub laid: &'a [Laid],
    /// Whether every design could be read; if not, a machine that is not found is no mistake of the script.
    pub designs_are_complete: bool,
    pub horizon: Option<SimTime>,
}

/// The rows in their order of writing.
pub(crate) fn script(root: &Reader<'_>, world: &World<'_>, sink: &mut Sink) -> Option<Vec<ScriptRow>> {
    let nodes = root.tables("script", SCRIPT_MAX, sink);
    let names = world.topology.filter(|_| !nodes.is_empty()).map(|topology| Names::new(world.laid, topology));
    let names = names.unwrap_or_default();
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
        match row(&reader, world, &names, sink) {
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
    let security_rule = reader.choice("security_rule", sink).map(|word| match word {
        "action" => SecurityRule::Action,
        "access" => SecurityRule::Access,
        _ => SecurityRule::Either,
    });
    Some(Hypothesis {
        said: root.has("drill"),
        begins: begins?,
        may_miss: may_miss?,
        recover_within: recover_within?,
        watch: watch?,
        security_rule: security_rule?,
    })
}

fn row(reader: &Reader<'_>, world: &World<'_>, names: &Names, sink: &mut Sink) -> Option<ScriptRow> {
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
    let aim = aim(reader, sink);
    if aim != Aim::Machines && reader.has("recovery") {
        let words = "`recovery` is what machines need afterwards: this effect strikes none";
        sink.error(codes::EXCLUSIVE, &reader.span_of("recovery"), words);
        return None;
    }
    let members = members(reader, aim, world, names, sink);
    if let (Some(at), Some(horizon)) = (at, world.horizon)
        && at >= horizon
    {
        sink.error(codes::TIME, &reader.span_of("at"), "this fault strikes at the horizon or after it");
        return None;
    }
    let effect = effect?.unwrap_or(Effect::Down);
    let members = members?;
    let parts = members.iter().any(|member| matches!(member, Member::Component { .. }));
    if parts && (effect != Effect::Down || reader.has("recovery")) {
        let words = "a component is up or down: neither another effect nor `recovery` goes with it";
        sink.error(codes::EXCLUSIVE, &reader.span_of("members"), words);
        return None;
    }
    let boots = effect == Effect::Down && aim == Aim::Machines;
    let usual = if boots { Recovery::Boot } else { Recovery::Reachable };
    Some(ScriptRow { at: at?, lasts: lasts?, members, effect, recovery: recovery?.unwrap_or(usual), cause: cause? })
}

/// The outer `None` is a mistake, the inner one to the end.
fn lasts(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<SimDuration>> {
    let lasts = reader.span_of_time("for", sink);
    if reader.has("for") { lasts.map(Some) } else { Some(None) }
}

/// What the effect's word is aimed at.
fn aim(reader: &Reader<'_>, sink: &mut Sink) -> Aim {
    let Some(Value::Text(word)) = reader.node("effect", sink).map(|node| node.value.clone()) else {
        return Aim::Machines;
    };
    match word.as_str() {
        "control-plane" => Aim::ControlPlane,
        "allocation" => Aim::Allocation,
        "no-autoscale" => Aim::Autoscale,
        _ => Aim::Machines,
    }
}
