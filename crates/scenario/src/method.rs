//! How trials are drawn.

use crate::codes;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use crate::scenario::{FaultSource, Method};
use crate::timeline::Times;

/// The method of the file.
pub(crate) fn method(root: &Reader<'_>, sink: &mut Sink) -> Option<Method> {
    Some(match root.choice("method", sink)? {
        "forcing" => Method::Forcing,
        "splitting" => Method::Splitting,
        "conditioning" => Method::Conditioning,
        "biasing" => Method::Biasing,
        "auto" => Method::Auto,
        _ => Method::Crude,
    })
}

/// Weighted trials need faults that are drawn, and trials that are measured to their end.
pub(crate) fn check(method: Method, source: &FaultSource, times: &Times, root: &Reader<'_>, sink: &mut Sink) {
    let word = match method {
        Method::Forcing => "forcing",
        Method::Splitting => "splitting",
        Method::Conditioning => "conditioning",
        Method::Biasing => "biasing",
        Method::Crude | Method::Auto => return,
    };
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
