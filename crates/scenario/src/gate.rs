//! `[gate]`: what a pipeline asks of the results.

use crate::codes;
use crate::diagnostic::Sink;
use crate::overlay::Seen;
use crate::reader::Reader;
use zonefall_engine::SimDuration;

/// What a pipeline asks of the results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// The designs that are asked; empty for all.
    pub designs: Vec<String>,
    /// Whether the mean availability has to meet the target.
    pub average: bool,
    /// Whether enough windows have to meet the target.
    pub windows: bool,
    /// The most downtime in a month of 30 days.
    pub downtime_max: Option<SimDuration>,
    /// Whether a design may have more downtime than the first.
    pub no_worse: bool,
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
    let gate = Gate {
        designs: named.into_iter().map(|(name, _)| name).collect(),
        average: gate.flag("average", sink)?,
        windows: gate.flag("windows", sink)?,
        downtime_max,
        no_worse: gate.flag("no_worse", sink)?,
        not_resolved_passes: gate.choice("not_resolved", sink)? == "pass",
    };
    if !(gate.average || gate.windows || gate.no_worse || gate.downtime_max.is_some()) {
        let words = "the gate asks nothing: every condition is turned off";
        sink.error(codes::GATE, &root.span_of("gate"), words);
    }
    Some(gate)
}
