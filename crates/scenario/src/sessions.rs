//! `[sessions]` and `load_balancer.drain`: connections that last, and how machines that go are relieved of them.
//!
//! In: the tables, and whether anything arrives. Out: what the fleet follows. What can go wrong: two ways to say how many
//! begin, or none; sessions that begin with requests where none arrive; a drain that does not fit what deletes the machines.

use crate::codes;
use crate::diagnostic::Sink;
use crate::manage::Use;
use crate::reader::Reader;
use crate::sets::Placed;
use zonefall_engine::SimDuration;
use zonefall_fleet::{Begin, Sessions};

/// The outer `None` is a mistake, the inner one no sessions.
pub(crate) fn sessions(design: &Reader<'_>, has_demand: bool, sink: &mut Sink) -> Option<Option<Sessions>> {
    let Some(reader) = design.sub_or_off("sessions", "sessions", sink) else { return Some(None) };
    if !reader.has("length") {
        reader.missing("length", "length = \"20 min\"", sink);
    }
    let length = reader.span_of_time("length", sink);
    let patience = reader.duration("patience", sink);
    let requests = reader.optional("requests", sink, Reader::number);
    let at_once = reader.optional("at_once", sink, Reader::count);
    let begin = match (requests?, at_once?) {
        (Some(_), Some(_)) => {
            let words = "`requests` and `at_once` both say how many sessions begin: keep one";
            sink.error(codes::EXCLUSIVE, &reader.span_of("at_once"), words);
            return None;
        }
        (None, None) => {
            sink.error(codes::SERVICE, reader.span(), "nothing says how many sessions begin")
                .help("add `requests = 60` (of the demand, a session), or `at_once = 12000`");
            return None;
        }
        (Some(_), None) if !has_demand => {
            let words = "these sessions begin with requests, and nothing arrives";
            sink.error(codes::SERVICE, &reader.span_of("requests"), words)
                .help("add `[demand]` with `rate = \"600 req/s\"`, or write `at_once = 12000` in its place");
            return None;
        }
        (Some(requests), None) => Begin::EveryRequests(requests),
        (None, Some(at_once)) => Begin::AtOnce(at_once as f64),
    };
    Some(Some(Sessions { length: length?, begin, patience: patience? }))
}

/// The outer `None` is a mistake, the inner one no drain.
pub(crate) fn drain(design: &Reader<'_>, sets: Option<&[Placed]>, sink: &mut Sink) -> Option<Option<SimDuration>> {
    if design.is_off("load_balancer") {
        return Some(None);
    }
    let Some(reader) = design.sub("load_balancer", "load_balancer", sink) else { return Some(None) };
    let drain = reader.optional("drain", sink, Reader::duration)?.filter(|drain| *drain > SimDuration::ZERO);
    if let Some(drain) = drain {
        let sets = sets.unwrap_or_default();
        sets.iter().for_each(|placed| is_waited_for(&reader, placed, drain, sink));
    }
    Some(drain)
}

/// LB-10: autoscale deletes a machine at once, or when its notice is over.
fn is_waited_for(reader: &Reader<'_>, placed: &Placed, drain: SimDuration, sink: &mut Sink) {
    let Some(managed) = placed.set.management.as_ref().filter(|managed| managed.autoscale.is_some()) else { return };
    let name = &placed.set.name;
    let words = match &managed.terminate_notice {
        None => format!(
            "autoscale deletes machines of `{name}` without waiting for them to drain, unless they get a notice"
        ),
        Some(notice) if notice.timeout < drain => {
            format!("the notice of termination of `{name}` is over before this drain is: it ends with the notice")
        }
        Some(_) => return,
    };
    sink.warn(codes::DRAIN, &reader.span_of("drain"), words)
        .help(format!("`terminate_notice` of at least this time under `[scale_set.{name}]`"));
}

/// A drain of machines that are never deleted.
pub(crate) fn uses(design: &Reader<'_>, sets: &[Placed]) -> Option<Use> {
    let span = design.place("load_balancer.drain");
    let written = span != design.place("load_balancer") && !design.is_off("load_balancer");
    let deletes = sets.iter().any(|placed| placed.set.management.is_some());
    let idle = (!deletes).then_some("no machine is deleted while a trial runs");
    Use { span, key: "drain", idle }.when(written)
}
