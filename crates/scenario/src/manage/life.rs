//! How machines are made and deleted.

use crate::diagnostic::Sink;
use crate::laws;
use crate::reader::Reader;
use zonefall_fleet::management::{Creation, Deletion};

pub(crate) fn creation(reader: &Reader<'_>, sink: &mut Sink) -> Option<Creation> {
    let time = laws::law(reader, "create_time", sink);
    let timeout = reader.span_of_time("create_timeout", sink);
    let failure = reader.share("create_failure", sink);
    let resilient = reader.flag("resilient_create", sink);
    let start = laws::law(reader, "start_time", sink);
    Some(Creation { time: time?, timeout: timeout?, failure: failure?.as_f64(), resilient: resilient?, start: start? })
}

pub(crate) fn deletion(reader: &Reader<'_>, sink: &mut Sink) -> Option<Deletion> {
    let time = laws::law(reader, "delete_time", sink);
    let failure = reader.share("delete_failure", sink);
    let resilient = reader.flag("resilient_delete", sink);
    let in_dead_zone = reader.duration("dead_zone_delete", sink);
    Some(Deletion { time: time?, failure: failure?.as_f64(), resilient: resilient?, in_dead_zone: in_dead_zone? })
}
