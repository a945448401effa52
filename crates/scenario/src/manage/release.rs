//! `[[release]]`: what is released to which set, when, and how likely it is bad.

use super::rows::{is_apart, set_named};
use crate::codes;
use crate::diagnostic::Sink;
use crate::keys::upgrade::RELEASES_MAX;
use crate::laws;
use crate::mode_parts;
use crate::node::Node;
use crate::reader::Reader;
use std::ops::Range;
use std::rc::Rc;
use zonefall_engine::{Law, SimDuration, SimTime};
use zonefall_faults::Effect;
use zonefall_fleet::management::{Bad, Release, ReleaseKind, Rollback, Symptom};

/// Keys that say what a bad release does.
const OF_BAD: [&str; 3] = ["effect", "symptom_after", "rollback"];

/// A release, its place and its set's name.
pub(crate) struct Released {
    pub span: Range<usize>,
    pub set: String,
    pub release: Release,
}

/// All releases of a design. `sets` are the names of its scale sets.
pub(crate) fn releases(
    root: &Reader<'_>,
    sets: &[&str],
    horizon: Option<SimTime>,
    sink: &mut Sink,
) -> Option<Vec<Released>> {
    let wrong = root.has("release") && !root.is_list("release");
    let nodes = root.tables("release", RELEASES_MAX, sink);
    let mut fine = !wrong;
    let mut all: Vec<Released> = Vec::with_capacity(nodes.len());
    for node in nodes {
        match release(&node, sets, horizon, &all, sink) {
            Some(release) => all.push(release),
            None => fine = false,
        }
    }
    fine.then_some(all)
}

fn release(
    node: &Rc<Node>,
    sets: &[&str],
    horizon: Option<SimTime>,
    before: &[Released],
    sink: &mut Sink,
) -> Option<Released> {
    let reader = Reader::new(node, "release[]", sink);
    let set = set_named(&reader, sets, "release", sink);
    let kind = reader.choice("kind", sink);
    let name = reader.optional("name", sink, Reader::text);
    if !reader.has("at") {
        reader.missing("at", "at = \"100 days\"", sink);
    }
    let at = reader.duration("at", sink).and_then(|at| within(&reader, at, horizon, sink));
    let every = reader.optional("every", sink, |reader, key, sink| gap(reader, key, sink));
    let bad = bad(&reader, sink);
    let kind = match kind? {
        "extension" => ReleaseKind::Extension,
        "application" => ReleaseKind::Application,
        _ => ReleaseKind::Image,
    };
    let (set, named, at, every, bad) = (set?, name?, at?, every?, bad?);
    let alike = before.iter().filter(|other| other.set == set && other.release.kind == kind).count();
    let name = named.unwrap_or_else(|| format!("{set} {} {}", word(kind), alike + 1));
    if before.iter().any(|other| other.release.name == name) {
        let span = if reader.has("name") { reader.span_of("name") } else { reader.span().clone() };
        sink.error(codes::DUPLICATE, &span, format!("two releases are called `{name}`"))
            .help("they would share their luck: give each a name of its own");
        return None;
    }
    Some(Released { span: reader.span().clone(), set, release: Release { name, kind, at, every, bad } })
}

fn word(kind: ReleaseKind) -> &'static str {
    match kind {
        ReleaseKind::Image => "image",
        ReleaseKind::Extension => "extension",
        ReleaseKind::Application => "application",
    }
}

fn within(reader: &Reader<'_>, at: SimDuration, horizon: Option<SimTime>, sink: &mut Sink) -> Option<SimTime> {
    let at = SimTime::ZERO.after(at);
    if horizon.is_some_and(|horizon| at >= horizon) {
        sink.error(codes::TIME, &reader.span_of("at"), "this release happens at the horizon or after it");
        return None;
    }
    Some(at)
}

fn gap(reader: &Reader<'_>, key: &str, sink: &mut Sink) -> Option<Law> {
    let law = laws::law(reader, key, sink)?;
    is_apart(reader, key, law.mean_ms(), "30 days", sink).then_some(law)
}

/// The outer `None` is a mistake, the inner one releases that are never bad.
fn bad(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<Bad>> {
    let probability = reader.share("bad", sink);
    let effect = effect(reader, sink);
    let after = laws::law(reader, "symptom_after", sink);
    let rollback = rollback(reader, sink);
    let probability = probability?.as_f64();
    if probability == 0.0 {
        for key in OF_BAD.into_iter().filter(|key| reader.has(key)) {
            let words = format!("`{key}` has no effect: this release is never bad");
            sink.warn(codes::UNUSED, &reader.span_of(key), words);
        }
    }
    let bad = Bad { probability, symptom: effect?, after: after?, rollback: rollback? };
    Some((probability > 0.0).then_some(bad))
}

fn effect(reader: &Reader<'_>, sink: &mut Sink) -> Option<Symptom> {
    match mode_parts::effect(reader, "release[]", sink)? {
        Some(Effect::Degraded(left)) => Some(Symptom::Degraded(left)),
        _ => Some(Symptom::Down),
    }
}

/// The outer `None` is a mistake, the inner one nobody who takes it back.
fn rollback(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<Rollback>> {
    let nothing = Node::empty_table();
    if reader.is_off("rollback") {
        return Some(None);
    }
    let written = reader.sub("rollback", "release[].rollback", sink);
    let reader = written.unwrap_or_else(|| Reader::new(&nothing, "release[].rollback", sink));
    let (notice, act) = (laws::law(&reader, "notice", sink), laws::law(&reader, "act", sink));
    Some(Some(Rollback { notice: notice?, act: act? }))
}
