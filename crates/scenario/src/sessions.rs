//! `[sessions]`: connections that last.
//!
//! In: the table, and whether anything arrives. Out: what the fleet follows. What can go wrong: two ways to say how many
//! begin, or none; sessions that begin with requests where none arrive.

use crate::codes;
use crate::diagnostic::Sink;
use crate::reader::Reader;
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
