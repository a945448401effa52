//! How trials are drawn.

use crate::codes;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use crate::scenario::FaultSource;
use crate::timeline::Times;
use zonefall_faults::Method;

/// The method of the file.
pub(crate) fn method(root: &Reader<'_>, sink: &mut Sink) -> Option<Method> {
    root.choice("method", sink)?.parse().ok()
}

/// Weighted trials need faults that are drawn, and trials that are measured to their end.
pub(crate) fn check(method: Method, source: &FaultSource, times: &Times, root: &Reader<'_>, sink: &mut Sink) {
    if matches!(method, Method::Crude | Method::Auto) {
        return;
    }
    let word = method.word();
    let mut wrong = |says: &str| {
        sink.error(codes::EXCLUSIVE, &root.span_of("method"), format!("`method = \"{word}\"` {says}"));
    };
    if *source != FaultSource::Drawn {
        wrong("needs faults that are drawn, not recorded, scripted or taken from incidents");
    }
    if times.until.is_some() {
        wrong("does not go with `until`: the rule of stopping looks at plain trials");
    }
    if times.until_first_miss {
        wrong("measures a share of time: trials must not end at the first miss");
    }
}
