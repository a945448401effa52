//! `[[runbook]]`: an alert, the people who answer to it, and what they do.

use super::autoscale::{hours, minute_of, week};
use super::rows::{Asked, Row, again, only_true, set_named};
use crate::codes;
use crate::demand::{self, Clock};
use crate::diagnostic::Sink;
use crate::keys::change::CHANGES_MAX;
use crate::laws;
use crate::node::Node;
use crate::reader::Reader;
use std::rc::Rc;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_fleet::management::{Alert, Lack, Office, Trigger, Watch};

const ACTIONS: [&str; 7] =
    ["capacity", "start", "replace_failed", "resume_repairs", "force_detach", "stop_rollout", "roll_back"];
/// What of machines an alert may look at, with examples.
pub(crate) const LACKS: [(&str, &str); 2] = [("capacity_lost", "\"30%\""), ("serving_below", "6")];
const WATCHED: [(&str, &str); 3] = [LACKS[0], LACKS[1], ("objective", "\"missed\"")];

/// All runbooks of a design, as changes that alerts trigger. `sets` are the names of its scale sets.
pub(crate) fn runbooks(root: &Reader<'_>, sets: &[&str], clock: &Clock<'_>, sink: &mut Sink) -> Option<Vec<Row>> {
    let wrong = root.has("runbook") && !root.is_list("runbook");
    let nodes = root.tables("runbook", CHANGES_MAX, sink);
    let mut fine = !wrong;
    let mut all = Vec::with_capacity(nodes.len());
    for node in nodes {
        match runbook(&node, sets, clock, sink) {
            Some(row) => all.push(row),
            None => fine = false,
        }
    }
    fine.then_some(all)
}

fn runbook(node: &Rc<Node>, sets: &[&str], clock: &Clock<'_>, sink: &mut Sink) -> Option<Row> {
    let reader = Reader::new(node, "runbook[]", sink);
    let set = set_named(&reader, sets, "runbook", sink);
    let watch = watch(&reader, sink);
    let (notice, act) = (laws::law(&reader, "notice", sink), laws::law(&reader, "act", sink));
    let office = office(&reader, "runbook[].office", clock, sink);
    let success = reader.share("success", sink);
    let waits = reader.choice("control_plane", sink).map(|word| word == "wait");
    let asked = asked(&reader, sink);
    let retry = reader.optional("retry", sink, again);
    let back_after = reader.optional("back_after", sink, Reader::duration);
    if reader.has("back_after") && !reader.has("capacity") {
        let words = "`back_after` has no effect: this runbook asks for no capacity";
        sink.warn(codes::UNUSED, &reader.span_of("back_after"), words);
    }
    let ((watch, lasting), success) = (watch?, success?.as_f64());
    let (notice, act, office, waits) = (notice?, act?, office?, waits?);
    let alert = Alert { watch, lasting, notice, act, office, success, waits };
    Some(Row {
        node: node.clone(),
        path: "runbook[]",
        set: set?,
        trigger: Trigger::Alert(Box::new(alert)),
        asked: asked?,
        retry: retry?,
        back_after: back_after?,
    })
}

fn watch(reader: &Reader<'_>, sink: &mut Sink) -> Option<(Watch, SimDuration)> {
    let Some(when) = reader.sub("when", "runbook[].when", sink) else {
        reader.missing("when", "when = { capacity_lost = \"30%\" }", sink);
        return None;
    };
    let lasting = when.duration("lasting", sink);
    let watch = match only(&when, &WATCHED, sink)? {
        "objective" => {
            when.choice("objective", sink)?;
            Watch::Missed
        }
        key => Watch::Lacks(lack(&when, key, sink)?),
    };
    Some((watch, lasting?))
}

/// The one of these keys that an alert has, with an example of each.
pub(crate) fn only<'a>(when: &Reader<'_>, keys: &[(&'a str, &str)], sink: &mut Sink) -> Option<&'a str> {
    let written: Vec<&str> = keys.iter().map(|(key, _)| *key).filter(|key| when.has(key)).collect();
    match written[..] {
        [key] => Some(key),
        [] => {
            let examples: Vec<String> = keys.iter().map(|(key, value)| format!("`{key} = {value}`")).collect();
            sink.error(codes::MISSING_KEY, when.span(), "this alert looks at nothing")
                .help(format!("write for example {}", examples.join(" or ")));
            None
        }
        [_, second, ..] => {
            let words = format!("one alert looks at one thing, and this has {}", written.join(" and "));
            sink.error(codes::EXCLUSIVE, &when.span_of(second), words);
            None
        }
    }
}

/// What of machines is missing: `serving_below`, or `capacity_lost` in thousandths.
pub(crate) fn lack(when: &Reader<'_>, key: &str, sink: &mut Sink) -> Option<Lack> {
    if key == "serving_below" {
        return Some(Lack::ServingBelow(when.count(key, sink)? as u32));
    }
    let milli = (when.share("capacity_lost", sink)?.as_f64() * 1000.0).round() as u32;
    if milli == 0 {
        sink.error(codes::RANGE, &when.span_of("capacity_lost"), "an alert on no loss at all never ends");
        return None;
    }
    Some(Lack::CapacityLost(milli))
}

/// The outer `None` is a mistake, the inner one people who are always there.
pub(crate) fn office(
    reader: &Reader<'_>,
    path: &'static str,
    clock: &Clock<'_>,
    sink: &mut Sink,
) -> Option<Option<Office>> {
    let Some(office) = reader.sub("office", path, sink) else { return Some(None) };
    let outside = office.optional("notice_outside", sink, |reader, key, sink| laws::law(reader, key, sink));
    let turns = turns(&office, (clock, SimDuration::ZERO), sink)?;
    Some(Some(Office { turns, notice_outside: outside? }))
}

/// When the hours of a table `office` begin and end until so long after the horizon, in turn.
pub(super) fn turns(
    office: &Reader<'_>,
    (clock, ahead): (&Clock<'_>, SimDuration),
    sink: &mut Sink,
) -> Option<Vec<SimTime>> {
    let days = office.texts("days", sink);
    for (key, example) in [("from", "from = \"09:00\""), ("to", "to = \"17:00\"")] {
        if !office.has(key) {
            office.missing(key, example, sink);
        }
    }
    let (from, to) = (minute_of(office, "from", sink), minute_of(office, "to", sink));
    let zone = demand::zone(office, clock, sink);
    let days = week(&days?, sink);
    if clock.lacks_calendar {
        sink.error(codes::MONTHS, office.span(), "hours of work need to know the calendar")
            .help("add for example `start = \"2026-01-01\"` at the top of the file");
        return None;
    }
    hours(days?, (from??, to??), (clock, ahead), &zone?, office, sink)
}

fn asked(reader: &Reader<'_>, sink: &mut Sink) -> Option<Asked> {
    let written: Vec<&str> = ACTIONS.into_iter().filter(|name| reader.has(name)).collect();
    match written[..] {
        [] => {
            sink.error(codes::MISSING_KEY, reader.span(), "this runbook does nothing")
                .help("write for example `capacity = 12`")
                .help(format!("one of: {}", ACTIONS.join(", ")))
                .help("an operator who sends clients to another set or region: `when` of a `[failover.<name>]`");
            None
        }
        ["capacity"] => Some(Asked::Capacity(reader.count("capacity", sink)? as u32)),
        [name] => {
            let asked = match name {
                "start" => Asked::Start,
                "replace_failed" => Asked::ReplaceFailed,
                "resume_repairs" => Asked::ResumeRepairs,
                "force_detach" => Asked::ForceDetach { os_disk: false },
                "stop_rollout" => Asked::StopRollout,
                _ => Asked::RollBack,
            };
            only_true(name, reader, sink, asked)
        }
        [_, second, ..] => {
            let words = format!("one runbook has one action, and this has {}: keep one", written.join(" and "));
            sink.error(codes::EXCLUSIVE, &reader.span_of(second), words).help("write a `[[runbook]]` for each");
            None
        }
    }
}
