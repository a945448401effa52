//! How trials are drawn.

use crate::codes;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use crate::scenario::{FaultSource, Method};
use crate::timeline::Timeline;

/// The method of the file.
pub(crate) fn method(root: &Reader<'_>, sink: &mut Sink) -> Option<Method> {
    Some(match root.choice("method", sink)? {
        "forcing" => Method::Forcing,
        "auto" => Method::Auto,
        _ => Method::Crude,
    })
}

/// Forcing needs faults that are drawn, and trials that are measured to their end.
pub(crate) fn check(method: Method, source: &FaultSource, timeline: &Timeline, root: &Reader<'_>, sink: &mut Sink) {
    if method != Method::Forcing {
        return;
    }
    if *source != FaultSource::Drawn {
        let words =
            "`method = \"forcing\"` needs faults that are drawn, not recorded, scripted or taken from incidents";
        sink.error(codes::EXCLUSIVE, &root.span_of("method"), words);
    }
    if timeline.until.is_some() {
        let words = "`method = \"forcing\"` does not go with `until`: the rule of stopping looks at plain trials";
        sink.error(codes::EXCLUSIVE, &root.span_of("method"), words);
    }
    if timeline.measure.until_first_miss {
        let words = "`method = \"forcing\"` measures a share of time: trials must not end at the first miss";
        sink.error(codes::EXCLUSIVE, &root.span_of("method"), words);
    }
}
