//! `[[change]]`: when something is changed, and what; not yet held against the set that it changes.

use crate::codes;
use crate::diagnostic::Sink;
use crate::keys::change::CHANGES_MAX;
use crate::laws;
use crate::node::{Node, Value};
use crate::reader::Reader;
use std::ops::Range;
use std::rc::Rc;
use zonefall_azure::limits::Orchestration;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_fleet::management::Trigger;
use zonefall_topology::listed;

/// One change as it is written.
pub(crate) struct Row {
    pub node: Rc<Node>,
    /// The place of its table in the table of keys.
    pub path: &'static str,
    /// Its set's name.
    pub set: String,
    pub trigger: Trigger,
    pub asked: Asked,
    pub retry: Option<SimDuration>,
    pub back_after: Option<SimDuration>,
}

/// What is asked for; zones by number.
pub(crate) enum Asked {
    Capacity(u32),
    Zones(Vec<(u64, Range<usize>)>),
    Delete(Option<u64>, u32),
    Attach(Option<u64>, u32),
    Detach(Option<u64>, u32),
    Deallocate(u32),
    Start,
    ReplaceFailed,
    ResumeRepairs,
    ForceDetach { os_disk: bool },
    Orchestration(Orchestration),
    SinglePlacementGroup(bool),
    RepairAction,
    DeleteSet,
    StopRollout,
    RollBack,
}

/// Nothing is done again any faster, on average.
const GAP_LEAST: SimDuration = SimDuration::from_ms(60_000);

const ACTIONS: [&str; 14] = [
    "capacity",
    "zones",
    "delete",
    "attach",
    "detach",
    "deallocate",
    "start",
    "replace_failed",
    "resume_repairs",
    "force_detach",
    "orchestration",
    "single_placement_group",
    "repair_action",
    "delete_set",
];

/// All changes of a design. `sets` are the names of its scale sets.
pub(crate) fn rows(root: &Reader<'_>, sets: &[&str], horizon: Option<SimTime>, sink: &mut Sink) -> Option<Vec<Row>> {
    let wrong = root.has("change") && !root.is_list("change");
    let nodes = root.tables("change", CHANGES_MAX, sink);
    let mut fine = !wrong;
    let mut all = Vec::with_capacity(nodes.len());
    for node in nodes {
        match row(&node, sets, horizon, sink) {
            Some(row) => all.push(row),
            None => fine = false,
        }
    }
    fine.then_some(all)
}

fn row(node: &Rc<Node>, sets: &[&str], horizon: Option<SimTime>, sink: &mut Sink) -> Option<Row> {
    let reader = Reader::new(node, "change[]", sink);
    let set = set_named(&reader, sets, "change", sink);
    let trigger = trigger(&reader, horizon, sink);
    let asked = asked(&reader, sink);
    let retry = reader.optional("retry", sink, again);
    let back_after = reader.optional("back_after", sink, Reader::duration);
    if reader.has("back_after") && !reader.has("when") {
        let words = "`back_after` goes back from a change that answers to `when`";
        sink.error(codes::EXCLUSIVE, &reader.span_of("back_after"), words).help("use `when`, or take it out");
    }
    // `retry` goes with every action: any may be refused while the control plane is out.
    if reader.has("back_after") && !reader.has("capacity") {
        let words = "`back_after` has no effect: this change asks for no capacity";
        sink.warn(codes::UNUSED, &reader.span_of("back_after"), words);
    }
    Some(Row {
        node: node.clone(),
        path: "change[]",
        set: set?,
        trigger: trigger?,
        asked: asked?,
        retry: retry?,
        back_after: back_after?,
    })
}

/// After how long something is done again.
pub(super) fn again(reader: &Reader<'_>, key: &str, sink: &mut Sink) -> Option<SimDuration> {
    let length = reader.span_of_time(key, sink)?;
    is_apart(reader, key, length.as_ms() as f64, "15 min", sink).then_some(length)
}

/// Whether what is done again and again is far enough apart: a trial would never come to its end otherwise.
pub(crate) fn is_apart(reader: &Reader<'_>, key: &str, mean_ms: f64, example: &str, sink: &mut Sink) -> bool {
    if mean_ms >= GAP_LEAST.as_ms() as f64 {
        return true;
    }
    sink.error(codes::RANGE, &reader.span_of(key), format!("`{key}` is less than a minute"))
        .help(format!("write for example `{key} = \"{example}\"`"));
    false
}

/// The scale set that an entry of a list is about; where there is one, it need not be named.
pub(super) fn set_named(reader: &Reader<'_>, sets: &[&str], list: &str, sink: &mut Sink) -> Option<String> {
    let named = reader.optional("set", sink, Reader::text)?;
    match (named, sets) {
        (Some(name), _) if sets.contains(&name.as_str()) => Some(name),
        (Some(name), _) => {
            sink.error(codes::SET, &reader.span_of("set"), format!("there is no scale set `{name}`"))
                .lacks_named(&["scale_set"], &name)
                .nearest(&name, sets.iter().copied())
                .help(format!("only scale sets change; a design without the set needs a `{list}` list of its own"));
            None
        }
        (None, [only]) => Some((*only).to_owned()),
        (None, []) => {
            sink.error(codes::SET, reader.span(), format!("there is no scale set for this `{list}`"));
            None
        }
        (None, several) => {
            sink.error(codes::SET, reader.span(), format!("which scale set is this `{list}` about? There are several"))
                .help(format!("write `set = ` and one of {}", listed(several)));
            None
        }
    }
}

fn trigger(reader: &Reader<'_>, horizon: Option<SimTime>, sink: &mut Sink) -> Option<Trigger> {
    let at = reader.optional("at", sink, Reader::duration);
    let every = reader.optional("every", sink, again);
    let when = reader.sub("when", "change[].when", sink).map(|when| serving_below(&when, sink));
    let (at, every) = (at?, every?);
    match (at, when) {
        (Some(at), None) => {
            let at = SimTime::ZERO.after(at);
            if horizon.is_some_and(|horizon| at >= horizon) {
                sink.error(codes::TIME, &reader.span_of("at"), "this change happens at the horizon or after it");
                return None;
            }
            Some(Trigger::At { at, every })
        }
        (None, Some(_)) if every.is_some() => {
            let words = "`every` repeats a change that has an instant (`at`), not one that answers to `when`";
            sink.error(codes::EXCLUSIVE, &reader.span_of("every"), words).help("take `every` out");
            None
        }
        (None, Some(when)) => when,
        (Some(_), Some(_)) => {
            let words = "`at` and `when` are two occasions: keep one";
            sink.error(codes::EXCLUSIVE, &reader.span_of("when"), words);
            None
        }
        (None, None) => {
            reader.missing("at", "at = \"100 days\"", sink);
            None
        }
    }
}

fn serving_below(reader: &Reader<'_>, sink: &mut Sink) -> Option<Trigger> {
    if !reader.has("serving_below") {
        reader.missing("serving_below", "serving_below = 6", sink);
    }
    let machines = reader.count("serving_below", sink);
    let lasting = reader.duration("lasting", sink);
    let react = laws::law(reader, "react", sink);
    Some(Trigger::ServingBelow { machines: machines? as u32, lasting: lasting?, react: react? })
}

fn asked(reader: &Reader<'_>, sink: &mut Sink) -> Option<Asked> {
    let written: Vec<&str> = ACTIONS.into_iter().filter(|name| reader.has(name)).collect();
    let zone = zone(reader, &written, sink);
    let action = match written[..] {
        [] => {
            let names = ACTIONS.join(", ");
            sink.error(codes::MISSING_KEY, reader.span(), "this change changes nothing")
                .help("write for example `capacity = 12`")
                .help(format!("one of: {names}"));
            None
        }
        [name] => action(name, zone?, reader, sink),
        [_, second, ..] => {
            let words = format!("one change has one action, and this has {}: keep one", written.join(" and "));
            sink.error(codes::EXCLUSIVE, &reader.span_of(second), words).help("write a `[[change]]` for each");
            None
        }
    };
    // Its own keys are read where the change is held against its set.
    if reader.has("attach_existing") && !written.contains(&"attach") {
        let words = "`attach_existing` says what the machines of `attach` are";
        sink.error(codes::EXCLUSIVE, &reader.span_of("attach_existing"), words).help("add `attach = 1`");
    }
    action
}

/// The outer `None` is a mistake, the inner one no zone.
fn zone(reader: &Reader<'_>, written: &[&str], sink: &mut Sink) -> Option<Option<u64>> {
    let zone = reader.optional("zone", sink, Reader::count);
    if reader.has("zone") && !written.iter().any(|name| ["delete", "attach", "detach"].contains(name)) {
        let words = "`zone` goes with `delete`, `attach` or `detach`";
        sink.error(codes::EXCLUSIVE, &reader.span_of("zone"), words).help("take it out");
        return None;
    }
    zone
}

fn action(name: &str, zone: Option<u64>, reader: &Reader<'_>, sink: &mut Sink) -> Option<Asked> {
    Some(match name {
        "capacity" => Asked::Capacity(reader.count(name, sink)? as u32),
        "zones" => Asked::Zones(reader.counts(name, sink)?),
        "delete" => Asked::Delete(zone, reader.count(name, sink)? as u32),
        "attach" => Asked::Attach(zone, reader.count(name, sink)? as u32),
        "detach" => Asked::Detach(zone, reader.count(name, sink)? as u32),
        "deallocate" => Asked::Deallocate(reader.count(name, sink)? as u32),
        "start" => only_true(name, reader, sink, Asked::Start)?,
        "replace_failed" => only_true(name, reader, sink, Asked::ReplaceFailed)?,
        "resume_repairs" => only_true(name, reader, sink, Asked::ResumeRepairs)?,
        "delete_set" => only_true(name, reader, sink, Asked::DeleteSet)?,
        "force_detach" => match &reader.node(name, sink)?.value {
            Value::Text(_) => Asked::ForceDetach { os_disk: reader.choice(name, sink)? == "os" },
            _ => only_true(name, reader, sink, Asked::ForceDetach { os_disk: false })?,
        },
        "orchestration" => Asked::Orchestration(match reader.choice(name, sink)? {
            "uniform" => Orchestration::Uniform,
            _ => Orchestration::Flexible,
        }),
        "single_placement_group" => Asked::SinglePlacementGroup(reader.flag(name, sink)?),
        _ => {
            reader.choice(name, sink)?;
            Asked::RepairAction
        }
    })
}

pub(super) fn only_true(name: &str, reader: &Reader<'_>, sink: &mut Sink, asked: Asked) -> Option<Asked> {
    if reader.flag(name, sink)? {
        return Some(asked);
    }
    sink.error(codes::RANGE, &reader.span_of(name), format!("`{name} = false` changes nothing"))
        .help("write `true`, or take the change out");
    None
}
