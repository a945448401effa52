//! `[sessions]`: connections that last.
//!
//! In: the table, the need of the design (none where it could not be read), and whether anything arrives. Out: what the fleet
//! follows. What can go wrong: two ways to say how many begin, or none; sessions that begin with requests where none arrive;
//! parts that are not there, that hold no machines, or that one request comes to.

use crate::codes;
use crate::diagnostic::Sink;
use crate::objective::as_read;
use crate::reader::Reader;
use std::ops::Range;
use zonefall_fleet::{Begin, Need, Part, Sessions, Structure};
use zonefall_topology::listed;

/// A name and where it stands.
type Name = (String, Range<usize>);

/// The most parts that hold sessions.
const TIERS_MAX: usize = 200;

/// The outer `None` is a mistake, the inner one no sessions.
pub(crate) fn sessions(
    design: &Reader<'_>,
    need: Option<&Need>,
    has_demand: bool,
    sink: &mut Sink,
) -> Option<Option<Sessions>> {
    let Some(reader) = design.sub_or_off("sessions", "sessions", sink) else { return Some(None) };
    if !reader.has("length") {
        reader.missing("length", "length = \"20 min\"", sink);
    }
    let length = reader.span_of_time("length", sink);
    let patience = reader.duration("patience", sink);
    let names = reader.optional("parts", sink, Reader::texts);
    let parts = need.zip(names).map(|(need, names)| parts(&reader, need, names, sink));
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
                .lacks(["demand"])
                .help("add `[demand]` with `rate = \"600 req/s\"`, or write `at_once = 12000` in its place");
            return None;
        }
        (Some(requests), None) => Begin::EveryRequests(requests),
        (None, Some(at_once)) => Begin::AtOnce(at_once as f64),
    };
    Some(Some(Sessions { length: length?, begin, patience: patience?, parts: parts?? }))
}

/// The parts whose machines hold sessions; none of a design without parts.
fn parts(reader: &Reader<'_>, need: &Need, names: Option<Vec<Name>>, sink: &mut Sink) -> Option<Vec<u32>> {
    let Some(service) = as_read(need) else {
        if names.is_some() {
            let words = "`parts` is of a service of parts, and this design has none";
            sink.error(codes::SERVICE, &reader.span_of("parts"), words).help("take it out: all machines hold sessions");
            return None;
        }
        return Some(Vec::new());
    };
    let of_sets = |at: &usize| matches!(service.nodes[*at].part, Part::Sets(..));
    let all: Vec<usize> = (0..service.nodes.len()).filter(of_sets).collect();
    let Some(names) = names else {
        if let [only] = all[..] {
            return Some(vec![only as u32]);
        }
        let words = "nothing says which part's machines hold the sessions";
        let names: Vec<&str> = all.iter().map(|&at| service.nodes[at].name.as_str()).collect();
        sink.error(codes::SERVICE, reader.span(), words).help(format!(
            "write for example `parts = [\"{}\"]`; there are: {}",
            names.first().unwrap_or(&""),
            listed(&names)
        ));
        return None;
    };
    if names.is_empty() || names.len() > TIERS_MAX {
        let words = format!("one part or up to {TIERS_MAX} hold sessions, not {}", names.len());
        sink.error(codes::RANGE, &reader.span_of("parts"), words);
        return None;
    }
    let find = |(name, span): &Name| {
        let found = all.iter().copied().find(|&at| service.nodes[at].name == *name);
        if found.is_none() {
            let others = all.iter().map(|&at| service.nodes[at].name.as_str());
            sink.error(codes::PART, span, format!("the design has no part of sets `{name}`"))
                .lacks_named(&["part"], name)
                .nearest(name, others);
        }
        found
    };
    let found: Vec<Option<usize>> = names.iter().map(find).collect();
    let found: Vec<usize> = found.into_iter().collect::<Option<_>>()?;
    are_apart(service, &found, &names, sink).then(|| found.into_iter().map(|at| at as u32).collect())
}

/// Whether no request comes to two of the parts: only a group that fails over sends clients to one of its parts.
fn are_apart(service: &Structure, found: &[usize], names: &[Name], sink: &mut Sink) -> bool {
    let mut fine = true;
    for (at, &part) in found.iter().enumerate() {
        for (before, &other) in found[..at].iter().enumerate() {
            if !service.shares_clients(part, other) {
                let (name, other) = (&names[at].0, &names[before].0);
                let words = format!("what comes to `{name}` comes to `{other}` too: its sessions would be held twice");
                sink.error(codes::EXCLUSIVE, &names[at].1, words)
                    .help("name one of them, or parts that a failover group sends clients to");
                fine = false;
            }
        }
    }
    fine
}
