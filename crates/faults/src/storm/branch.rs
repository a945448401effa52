//! The storm of a trial that goes on as a branch: what has begun stays with all that it brings, what comes after is drawn
//! anew.

use super::{Drawing, EventId, Process, Storm, StormModes};
use crate::clocks::TRIES;
use crate::packed::STRIKES_MAX;
use zonefall_engine::{Key, SimTime};

/// A strike of the storm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Struck {
    pub process: u32,
    pub unit: u32,
    pub start: SimTime,
    /// Until when the unit is not struck again.
    pub until: SimTime,
}

impl StormModes {
    /// Draws the storm after `after` by `lineage`; racks stand where `trial` put them. False if it holds too much.
    pub(crate) fn branch(
        &mut self,
        (trial, lineage): (Key, Key),
        (after, horizon): (SimTime, SimTime),
        storm: &mut Storm,
        struck: &mut Vec<Struck>,
        before: &mut Vec<Struck>,
    ) -> bool {
        before.clone_from(struck);
        storm.keep_until(after);
        struck.retain(|strike| strike.start <= after);
        let Self { topology, modes, processes, scratch, .. } = self;
        let (forcing, given, struck) = (None, None, Some(struck));
        let mut drawing =
            Drawing { topology, modes, trial: lineage, places: trial, horizon, scratch, storm, forcing, given, struck };
        for process in processes {
            match process.gap_ms {
                Some(gap_ms) => drawing.arrivals_after(process, gap_ms, after, before),
                None => (0..process.units).for_each(|unit| drawing.renewals_after(process, unit, after, before)),
            }
        }
        drawing.storm.settle();
        storm.edges.len() as u64 <= STRIKES_MAX
    }
}

impl Storm {
    /// The end of the time from `t` on that is covered by lacks of capacity and of control planes without a gap, wherever they
    /// are: nobody who waits at `t` has looked further ahead.
    pub(crate) fn foreseen_at(&self, t: SimTime) -> SimTime {
        let mut until = t;
        loop {
            let spans = self.control_plane.iter().chain(&self.allocation).filter(|span| span.left_milli == 0);
            let later = spans.filter(|span| span.start <= until && until < span.end).map(|span| span.end).max();
            match later {
                Some(later) if later < SimTime::NEVER => until = later,
                Some(never) => return never,
                None => return until,
            }
        }
    }

    /// Forgets what begins after `after`.
    fn keep_until(&mut self, after: SimTime) {
        let Self { events, outages, control_plane, allocation, edges, past_waves: _ } = self;
        outages.retain(|outage| outage.start <= after);
        control_plane.retain(|span| span.start <= after);
        allocation.retain(|span| span.start <= after);
        // Numbers of events are places. The edges are made anew afterwards: until then they hold the new places.
        edges.clear();
        let mut stay = 0;
        for event in &*events {
            edges.push((event.start, stay));
            stay += u32::from(event.start <= after);
        }
        let place = |of: EventId| EventId(edges[of.0 as usize].1);
        outages.iter_mut().for_each(|outage| outage.event = place(outage.event));
        control_plane.iter_mut().chain(allocation).for_each(|span| span.event = place(span.event));
        events.iter_mut().for_each(|event| event.parent = event.parent.map(place));
        events.retain(|event| event.start <= after);
    }
}

impl Drawing<'_> {
    fn arrivals_after(&mut self, process: &Process, gap_ms: f64, after: SimTime, before: &[Struck]) {
        let mut stream = self.key(process).stream();
        let out = before.iter().filter(|of| of.process == process.number && of.start <= after && of.until > after);
        self.scratch.busy.clear();
        self.scratch.busy.extend(out.map(|of| (of.unit, of.until)));
        self.arrivals_from(process, gap_ms, after.as_ms() as f64 + 1.0, &mut stream);
    }

    fn renewals_after(&mut self, process: &Process, unit: u32, after: SimTime, before: &[Struck]) {
        let mut stream = self.key(process).part(u64::from(unit), 1).stream();
        let now_ms = after.as_ms() as f64 + 1.0;
        let mine = || before.iter().filter(|of| of.process == process.number && of.unit == unit);
        let last = mine().filter(|of| of.start <= after).max_by_key(|of| of.start);
        let next_ms = match last.map(|last| last.until) {
            Some(SimTime::NEVER) => return,
            Some(until) if until > after => Some(until.as_ms() as f64 + process.life.next(&mut stream).max(1.0)),
            Some(until) => {
                let since_ms = until.as_ms() as f64;
                process.life.after(now_ms - since_ms, &mut stream, TRIES).map(|ms| since_ms + ms)
            }
            None => process.life.first_after(now_ms, &mut stream, TRIES),
        };
        // In vain: the strike that was drawn before stays.
        let drawn = || mine().filter(|of| of.start > after).map(|of| of.start.as_ms() as f64).min_by(f64::total_cmp);
        if let Some(next_ms) = next_ms.or_else(drawn) {
            self.renewals_from(process, unit, next_ms, &mut stream);
        }
    }
}
