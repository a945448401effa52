//! IN-07: while a zone is out, its customers want machines in the other zones of the region, and allocation fails there
//! now and then.

use super::{Blow, Drawing, Event, Process, Reach, Span};
use crate::mode::Mode;

impl Drawing<'_> {
    /// One child event with a span for every zone of the region that the event does not hit, as long as its main
    /// duration.
    pub(super) fn surge(&mut self, process: &Process, mode: &Mode, blow: &mut Blow) {
        let Some(surge) = mode.surge else { return };
        let hit = match process.reach {
            Reach::Zone(zone) => [zone, zone],
            Reach::Pair(one, other) => [one, other],
            _ => return,
        };
        let Event { cause, start, end, .. } = self.storm.events[blow.event.0 as usize];
        let mut others = self.topology.zones_of(self.topology.region_of(hit[0])).filter(|zone| !hit.contains(zone));
        // An event that is in its tail when the trial begins has no main duration left.
        let Some(first) = others.next().filter(|_| start < end) else { return };
        let event = self.storm.add_event(Event { cause, parent: Some(blow.event), start, end });
        for zone in std::iter::once(first).chain(others) {
            let fails = surge.least + (surge.greatest - surge.least) * blow.stream.unit();
            let left_milli = 1000 - (1000.0 * fails + 0.5) as u32;
            self.storm.allocation.push(Span { of: zone.0, event, start, end, left_milli });
        }
    }
}
