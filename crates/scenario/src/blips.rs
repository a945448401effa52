//! `[blips]`: short breaks of the network (TF-03).
//!
//! In: the table, and whether anything arrives. Out: what a closed form needs. What can go wrong: nothing that arrives, breaks that
//! overlap; told at their places.

use crate::codes;
use crate::diagnostic::Sink;
use crate::laws;
use crate::manage::Use;
use crate::reader::Reader;
use zonefall_fleet::policy::blip::Blips;

/// Breaks last at most this share of the time from one to the next on average: they do not overlap.
const APART: f64 = 0.1;

/// The outer `None` is a mistake, the inner one no breaks.
pub(crate) fn blips(design: &Reader<'_>, has_demand: bool, sink: &mut Sink) -> Option<Option<Blips>> {
    let Some(reader) = design.sub_or_off("blips", "blips", sink) else { return Some(None) };
    let (every, lasts) = (reader.span_of_time("every", sink), laws::law(&reader, "lasts", sink));
    let fails = reader.share("fails", sink);
    let (first, second) = (reader.duration("first_wait", sink), reader.duration("wait", sink));
    if !has_demand {
        sink.error(codes::SERVICE, reader.span(), "a break of the network loses requests, and nothing arrives")
            .lacks_demand();
        return None;
    }
    let (every, lasts, fails, waits) = (every?, lasts?, fails?.as_f64(), [first?, second?]);
    if lasts.mean_ms() > APART * every.as_ms() as f64 {
        let words = "breaks that last more than a tenth of the time from one to the next are not told apart here";
        sink.error(codes::RANGE, &reader.span_of("lasts"), words)
            .help("shorter ones, or a failure mode `[faults.mode.<name>]` for what lasts");
        return None;
    }
    if fails == 0.0 {
        let words = "`blips` has no effect: with `fails = 0` no attempt fails in a break";
        sink.warn(codes::UNUSED, &reader.span_of("fails"), words).help("a share above 0, or take `[blips]` out");
    }
    Some(Some(Blips { every, lasts, fails, waits }))
}

/// Waits of clients who do not try again.
pub(crate) fn uses(design: &Reader<'_>) -> impl Iterator<Item = Use> {
    let tries_again = design.has("retry") && !design.is_off("retry");
    let idle = (!tries_again).then_some("without `[retry]` nobody tries again");
    let written = ["first_wait", "wait"].map(|key| {
        let span = design.place(&format!("blips.{key}"));
        let is_there = design.is_table("blips") && span != design.place("blips");
        Use { span, key, idle }.when(is_there)
    });
    written.into_iter().flatten()
}
