//! `slow_start` of a set: its machines begin with a part of their capacity.
//!
//! In: the table. Out: what the fleet follows, and whether anything hangs on it. What can go wrong: a part that is nothing
//! or everything.

use crate::codes;
use crate::diagnostic::Sink;
use crate::laws;
use crate::manage::Use;
use crate::reader::Reader;
use crate::sets::Placed;
use zonefall_azure::sla::GroupKind;
use zonefall_fleet::SlowStart;

/// What serves in full.
const FULL_MILLI: u128 = 1000;

/// The outer `None` is a mistake, the inner one no slow start. `path` is the table's place in the table of keys.
pub(crate) fn slow_start(set: &Reader<'_>, path: &'static str, sink: &mut Sink) -> Option<Option<SlowStart>> {
    let Some(reader) = set.sub_or_off("slow_start", path, sink) else { return Some(None) };
    let capacity = reader.share("capacity", sink);
    if !reader.has("time") {
        reader.missing("time", "time = \"5 min\"", sink);
    }
    let time = laws::law(&reader, "time", sink);
    let capacity = capacity?;
    let milli = u128::from(capacity.numerator) * FULL_MILLI / u128::from(capacity.denominator);
    if !(1..FULL_MILLI).contains(&milli) {
        let words = "a machine that starts slowly serves a part of its capacity: at least 0.1%, and less than 100%";
        sink.error(codes::RANGE, &reader.span_of("capacity"), words);
        return None;
    }
    Some(Some(SlowStart { capacity_milli: milli as u32, time: time? }))
}

/// Slow starts where nothing is asked of the capacity of machines.
pub(crate) fn uses<'a>(
    design: &'a Reader<'_>,
    sets: &'a [Placed],
    has_load: bool,
) -> impl Iterator<Item = Use> + use<'a> {
    let idle = (!has_load).then_some("nothing arrives, so the capacity of a machine matters to nothing");
    let slow = sets.iter().filter(|placed| placed.set.slow_start.is_some());
    slow.map(move |placed| {
        let kind = match placed.kind {
            GroupKind::ScaleSet | GroupKind::DedicatedHosts => "scale_set",
            GroupKind::AvailabilitySet => "availability_set",
            GroupKind::SingleMachine => "virtual_machine",
        };
        let span = design.place(&format!("{kind}.{}.slow_start", placed.set.name));
        Use { span, key: "slow_start", idle }
    })
}
