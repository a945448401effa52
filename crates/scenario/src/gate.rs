//! `[gate]`: what a pipeline asks of the results.

use crate::codes;
use crate::diagnostic::Sink;
use crate::overlay::Seen;
use crate::reader::Reader;
use std::ops::Range;
use zonefall_engine::SimDuration;

/// What a pipeline asks of the results.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// The designs that are asked; empty for all.
    pub designs: Vec<String>,
    /// Whether the mean availability has to meet the target.
    pub average: bool,
    /// Whether enough windows have to meet the target.
    pub windows: bool,
    /// The most downtime in a month of 30 days.
    pub downtime_max: Option<SimDuration>,
    /// The least share of batches that are complete by their deadline.
    pub batches_by_deadline: Option<f64>,
    /// How much more downtime a month than the first a design may have; none where that is not asked.
    pub no_worse: Option<SimDuration>,
    /// Whether a condition that is not resolved passes.
    pub not_resolved_passes: bool,
}

/// Reads the gate; none if the file has none.
pub(crate) fn gate(root: &Reader<'_>, designs: &[Seen], sink: &mut Sink) -> Option<Gate> {
    let gate = root.sub("gate", "gate", sink)?;
    let named = if gate.has("designs") { gate.texts("designs", sink)? } else { Vec::new() };
    if gate.has("designs") && named.is_empty() {
        let words = "the gate asks no design: leave `designs` out to ask all";
        sink.error(codes::GATE, &gate.span_of("designs"), words);
    }
    for (at, (name, span)) in named.iter().enumerate() {
        let names = || designs.iter().map(|seen| seen.name.as_str());
        if !names().any(|known| known == name) {
            sink.error(codes::GATE, span, format!("no design is called `{name}`")).nearest(name, names());
        } else if named[..at].iter().any(|(other, _)| other == name) {
            sink.error(codes::DUPLICATE, span, format!("`{name}` is asked twice"));
        }
    }
    let downtime_max = if gate.has("downtime_max") { Some(gate.duration("downtime_max", sink)?) } else { None };
    let batches_by_deadline = batches(&gate, designs, &named, sink)?;
    let gate = Gate {
        designs: named.into_iter().map(|(name, _)| name).collect(),
        average: gate.flag("average", sink)?,
        windows: gate.flag("windows", sink)?,
        downtime_max,
        batches_by_deadline,
        no_worse: no_worse(&gate, sink)?,
        not_resolved_passes: gate.choice("not_resolved", sink)? == "pass",
    };
    let asks = gate.downtime_max.is_some() || gate.batches_by_deadline.is_some();
    if !(gate.average || gate.windows || gate.no_worse.is_some() || asks) {
        let words = "the gate asks nothing: every condition is turned off";
        sink.error(codes::GATE, &root.span_of("gate"), words);
    }
    Some(gate)
}

/// The margin beside the first design; the outer `None` is a mistake.
fn no_worse(gate: &Reader<'_>, sink: &mut Sink) -> Option<Option<SimDuration>> {
    let asked = gate.flag("no_worse", sink)?;
    let margin = gate.duration("no_worse_margin", sink)?;
    if !asked && gate.has("no_worse_margin") {
        let words = "`no_worse_margin` asks nothing without `no_worse = true`";
        sink.error(codes::GATE, &gate.span_of("no_worse_margin"), words);
    }
    Some(asked.then_some(margin))
}

/// The share of batches that is asked; the outer `None` is a mistake: a share that says nothing, or a design without jobs.
fn batches(
    gate: &Reader<'_>,
    designs: &[Seen],
    named: &[(String, Range<usize>)],
    sink: &mut Sink,
) -> Option<Option<f64>> {
    const KEY: &str = "batches_by_deadline";
    let Some(share) = gate.optional(KEY, sink, Reader::share)? else { return Some(None) };
    if share.numerator == 0 {
        sink.error(codes::RANGE, &gate.span_of(KEY), "a share of 0% is always met");
        return None;
    }
    let asked = |seen: &&Seen| named.is_empty() || named.iter().any(|(name, _)| *name == seen.name);
    let mut fine = true;
    for seen in designs.iter().filter(asked).filter(|seen| !has_jobs(seen)) {
        let words = format!("`{KEY}` is a share of batches of jobs, and design `{}` has none", seen.name);
        sink.error(codes::GATE, &gate.span_of(KEY), words)
            .help("add `[jobs]`, or name the designs that have it in `designs`");
        fine = false;
    }
    fine.then(|| Some(share.as_f64()))
}

fn has_jobs(seen: &Seen) -> bool {
    seen.tree.table().and_then(|tree| tree.get("jobs")).is_some_and(|jobs| !jobs.is_off())
}
