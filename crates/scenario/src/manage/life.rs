//! How machines are made and deleted.

use crate::diagnostic::Sink;
use crate::laws;
use crate::reader::Reader;
use zonefall_azure::defaults::Os;
use zonefall_engine::Law;
use zonefall_fleet::management::{Creation, Deletion};
use zonefall_fleet::policy::resilient::TIMEOUT_WINDOWS;

/// PT-03: creation on Windows.
pub(crate) const CREATE_WINDOWS: &str = "{ law = \"lognormal\", median = \"240 s\", sigma = 0.421 }";
/// PT-03: start of a deallocated machine on Windows.
const START_WINDOWS: &str = "90 s";

/// The law of `create_time`, whose default depends on the system.
pub(crate) fn create_time(reader: &Reader<'_>, os: Os, sink: &mut Sink) -> Option<Law> {
    laws::law_or(reader, "create_time", (os == Os::Windows).then_some(CREATE_WINDOWS), sink)
}

pub(crate) fn creation(reader: &Reader<'_>, os: Os, sink: &mut Sink) -> Option<Creation> {
    let windows = os == Os::Windows;
    let time = create_time(reader, os, sink);
    let timeout = reader.span_of_time("create_timeout", sink);
    let failure = reader.share("create_failure", sink);
    let resilient = reader.flag("resilient_create", sink);
    let start = laws::law_or(reader, "start_time", windows.then_some(START_WINDOWS), sink);
    let timeout = if windows && !reader.has("create_timeout") { TIMEOUT_WINDOWS } else { timeout? };
    Some(Creation { time: time?, timeout, failure: failure?.as_f64(), resilient: resilient?, start: start? })
}

pub(crate) fn deletion(reader: &Reader<'_>, sink: &mut Sink) -> Option<Deletion> {
    let time = laws::law(reader, "delete_time", sink);
    let failure = reader.share("delete_failure", sink);
    let resilient = reader.flag("resilient_delete", sink);
    let in_dead_zone = reader.duration("dead_zone_delete", sink);
    Some(Deletion { time: time?, failure: failure?.as_f64(), resilient: resilient?, in_dead_zone: in_dead_zone? })
}
