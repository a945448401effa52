//! The storm: what strikes many at once. A short list in time order, fixed by (seed, trial, lineage, topology, profile)
//! and never by a design.
//!
//! Every (mode, zone) or (mode, region) has its own stream; a mode's hits on a pair of zones have a stream keyed by the
//! pair's names. A zone mode of rate λ and common cause β over n zones strikes each zone alone at λ(1−β) and each pair
//! at 2λβ/(n−1): of all zone events a fraction β takes a second zone with it.
//!
//! A partial outage takes neighbouring racks. Which logical rack stands where is a keyed permutation per zone and trial,
//! so that no design profits from the numbering. Everything ends up as outages of ranges of racks.

mod branch;
mod forced;
mod process;
mod stated;
mod surge;
mod waves;

pub(crate) use branch::Struck;

use crate::clocks::each_with_probability;
use crate::forcing::Forcing;
use crate::mode::{Effect, Kind, Mode, Outage, Profile, cause_name};
use crate::packed::STRIKES_MAX;
use process::{Process, Reach, has_partner, pairs, reaches, region_of};
use std::ops::Range;
use zonefall_engine::{Key, SimDuration, SimTime, Stream, name_tag};
use zonefall_topology::{Topology, ZoneId};

/// An event's place in its storm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventId(pub u32);

/// Something that happened to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Index into [`StormModes::causes`].
    pub cause: u16,
    /// The event that brought this one.
    pub parent: Option<EventId>,
    /// When it began.
    pub start: SimTime,
    /// When the main recovery came.
    pub end: SimTime,
}

/// A range of racks that an event takes out together; no rack at all where a component fails by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RackOutage {
    /// Whose.
    pub event: EventId,
    /// The first rack.
    pub first_rack: u32,
    /// How many.
    pub racks: u32,
    /// From here …
    pub start: SimTime,
    /// … until here (exclusive).
    pub end: SimTime,
}

/// A time in which a control plane is gone or a zone has no capacity to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The region's or the zone's number.
    pub of: u32,
    /// Whose.
    pub event: EventId,
    /// From here …
    pub start: SimTime,
    /// … until here (exclusive).
    pub end: SimTime,
    /// Thousandths of the requests for capacity that still succeed: 0 if nothing can be allocated. 0 for control planes.
    pub left_milli: u32,
}

/// A wave that has left a region when the trial begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastWave {
    /// Index into [`StormModes::causes`].
    pub cause: u16,
    /// The first rack.
    pub first_rack: u32,
    /// How many.
    pub racks: u32,
    /// How long before the trial it began there.
    pub ago: SimDuration,
}

/// One trial's storm.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Storm {
    /// The events, by number.
    pub events: Vec<Event>,
    /// What they take out.
    pub outages: Vec<RackOutage>,
    /// Beginnings and ends of outages in time order: (when, outage × 2 + is it the end).
    pub edges: Vec<(SimTime, u32)>,
    /// Control planes, by region.
    pub control_plane: Vec<Span>,
    /// Capacity to allocate, by zone.
    pub allocation: Vec<Span>,
    /// MT-05: waves of pauses that went through a region before the trial.
    pub past_waves: Vec<PastWave>,
}

zonefall_engine::pooled_clone!(Storm { events, outages, edges, control_plane, allocation, past_waves });

impl Storm {
    /// Empties it, keeps the memory.
    pub fn clear(&mut self) {
        self.events.clear();
        self.outages.clear();
        self.edges.clear();
        self.control_plane.clear();
        self.allocation.clear();
        self.past_waves.clear();
    }

    /// Adds an event.
    pub fn add_event(&mut self, event: Event) -> EventId {
        self.events.push(event);
        EventId(self.events.len() as u32 - 1)
    }

    /// Puts the edges in order. Ends come before beginnings of the same instant, then the order of the outages.
    pub fn settle(&mut self) {
        self.edges.clear();
        for (index, outage) in self.outages.iter().enumerate() {
            let code = index as u32 * 2;
            self.edges.push((outage.start, code));
            if outage.end < SimTime::NEVER {
                self.edges.push((outage.end, code + 1));
            }
        }
        // An outage of no length must begin before it ends.
        let outages = &self.outages;
        let is_end = |code: u32| {
            code & 1 == 1 && {
                let outage = &outages[code as usize / 2];
                outage.start < outage.end
            }
        };
        self.edges.sort_unstable_by_key(|&(time, code)| (time, !is_end(code), code));
        self.control_plane.sort_unstable_by_key(|span| (span.start, span.of, span.event));
        self.allocation.sort_unstable_by_key(|span| (span.start, span.of, span.event));
    }
}

/// A profile's storm modes on a topology, ready to be drawn.
#[derive(Debug, Clone)]
pub struct StormModes {
    topology: Topology,
    modes: Vec<Mode>,
    causes: Vec<String>,
    /// The mode behind each cause.
    mode_of: Vec<usize>,
    processes: Vec<Process>,
    scratch: Scratch,
}

/// Lists kept between trials so that drawing allocates nothing.
#[derive(Debug, Clone, Default)]
struct Scratch {
    already: Vec<u32>,
    busy: Vec<(u32, SimTime)>,
    places: Vec<u32>,
}

/// One trial's drawing.
struct Drawing<'a> {
    topology: &'a Topology,
    modes: &'a [Mode],
    trial: Key,
    /// What keys where racks stand: the trial that branches came from.
    places: Key,
    horizon: SimTime,
    scratch: &'a mut Scratch,
    storm: &'a mut Storm,
    /// What is forced and noted, if anything is.
    forcing: Option<&'a mut Forcing>,
    /// The length and the age of the next strike, in place of drawn ones.
    given: Option<(f64, f64)>,
    /// Who was struck, if anybody wants to know.
    struck: Option<&'a mut Vec<Struck>>,
}

/// One strike while it is turned into outages. `age_ms` is how long it has been going on when the trial begins.
struct Blow {
    event: EventId,
    start: SimTime,
    length_ms: f64,
    age_ms: f64,
    stream: Stream,
}

impl StormModes {
    /// Lays out the processes of a profile for trials up to `horizon`.
    pub fn new(profile: &Profile, topology: &Topology, horizon: SimDuration) -> Self {
        let mut causes: Vec<String> = profile.modes.iter().map(|mode| mode.name.clone()).collect();
        let mut mode_of: Vec<usize> = (0..profile.modes.len()).collect();
        let mut processes = Vec::new();
        for (index, mode) in profile.modes.iter().enumerate() {
            let pairs = if mode.common_cause > 0.0 { pairs(mode.common_cause, topology) } else { Vec::new() };
            for (reach, units) in reaches(mode, topology) {
                let alone = if has_partner(&reach, topology) { 1.0 - mode.common_cause } else { 1.0 };
                processes.push(Process::new(mode, index, index as u16, reach, units, alone, topology, horizon));
            }
            let cause = causes.len() as u16;
            if !pairs.is_empty() {
                causes.push(cause_name(mode, true));
            }
            for (reach, times) in pairs {
                mode_of.resize(causes.len(), index);
                processes.push(Process::new(mode, index, cause, reach, 1, times, topology, horizon));
            }
        }
        processes.retain(|process| process.gap_ms.is_none_or(f64::is_finite));
        processes.iter_mut().enumerate().for_each(|(number, process)| process.number = number as u32);
        let (topology, modes) = (topology.clone(), profile.modes.clone());
        Self { topology, modes, causes, mode_of, processes, scratch: Scratch::default() }
    }

    /// The names of the causes: the profile's modes in order, then the pairs of zones.
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// The topology that the storm passes over.
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// The mode behind a cause.
    pub fn mode_of(&self, cause: u16) -> &Mode {
        &self.modes[self.mode_of[cause as usize]]
    }

    /// Draws a trial's storm. False if it holds more than can be told apart.
    pub fn draw(&mut self, trial: Key, horizon: SimTime, storm: &mut Storm) -> bool {
        self.draw_with(trial, horizon, storm, None, None)
    }

    /// The same, with outages forced and noted, and with a list of who was struck.
    pub(crate) fn draw_with(
        &mut self,
        trial: Key,
        horizon: SimTime,
        storm: &mut Storm,
        forcing: Option<&mut Forcing>,
        struck: Option<&mut Vec<Struck>>,
    ) -> bool {
        storm.clear();
        let Self { topology, modes, processes, scratch, .. } = self;
        let mut drawing =
            Drawing { topology, modes, trial, places: trial, horizon, scratch, storm, forcing, given: None, struck };
        for process in processes {
            match process.gap_ms {
                Some(gap_ms) if drawing.forcing.is_some() => drawing.forced_arrivals(process, gap_ms),
                Some(gap_ms) => drawing.arrivals(process, gap_ms),
                None => (0..process.units).for_each(|unit| drawing.renewals(process, unit)),
            }
        }
        drawing.storm.settle();
        storm.edges.len() as u64 <= STRIKES_MAX
    }
}

impl Drawing<'_> {
    fn key(&self, process: &Process) -> Key {
        self.trial.part(process.tags.0, process.tags.1)
    }

    /// More edges than a window's entries can name: the trial is given up.
    fn is_full(&self) -> bool {
        self.storm.outages.len().max(self.storm.events.len()) as u64 > STRIKES_MAX / 2
    }

    /// A memoryless mode: one Poisson stream over the group; a strike that finds its unit still out is dropped.
    fn arrivals(&mut self, process: &Process, gap_ms: f64) {
        let mut stream = self.key(process).stream();
        self.scratch.busy.clear();
        if process.down_at_start > 0.0 {
            let already = &mut self.scratch.already;
            already.clear();
            each_with_probability(process.down_at_start, process.units, &mut stream, |unit| already.push(unit));
            for at in 0..self.scratch.already.len() {
                let unit = self.scratch.already[at];
                let until = self.strike(process, unit, SimTime::ZERO);
                self.scratch.busy.push((unit, until));
            }
        }
        self.arrivals_from(process, gap_ms, 0.0, &mut stream);
    }

    /// What arrives from an instant on; `scratch.busy` says who is out then.
    fn arrivals_from(&mut self, process: &Process, gap_ms: f64, mut at_ms: f64, stream: &mut Stream) {
        loop {
            at_ms += gap_ms * stream.exponential();
            if at_ms >= self.horizon.as_ms() as f64 || self.is_full() {
                return;
            }
            let start = SimTime::from_ms((at_ms as u64).max(1));
            let unit = if process.units > 1 { stream.below(u64::from(process.units)) as u32 } else { 0 };
            self.scratch.busy.retain(|&(_, until)| until > start);
            if self.scratch.busy.iter().all(|&(other, _)| other != unit) {
                let until = self.strike(process, unit, start);
                self.scratch.busy.push((unit, until));
            }
        }
    }

    /// The alternating renewal of one unit, for laws with memory.
    fn renewals(&mut self, process: &Process, unit: u32) {
        let mut stream = self.key(process).part(u64::from(unit), 1).stream();
        let (u, down) = (stream.unit(), process.down_at_start);
        let next_ms = if u < down {
            Some(0.0)
        } else {
            process.life.first((u - down) / (1.0 - down), &mut stream).map(|ms| ms.max(1.0))
        };
        let until = next_ms.map_or(SimTime::ZERO, |next_ms| self.renewals_from(process, unit, next_ms, &mut stream));
        self.waves_ahead(process, until);
        if process.down_at_start > 0.0 {
            self.waves_behind(process, next_ms == Some(0.0));
        }
    }

    /// A unit's strikes, the next of them at an instant that is known; until when the last of them lasts.
    fn renewals_from(&mut self, process: &Process, unit: u32, mut next_ms: f64, stream: &mut Stream) -> SimTime {
        let mut until = SimTime::ZERO;
        while next_ms < self.horizon.as_ms() as f64 && !self.is_full() {
            until = self.strike(process, unit, SimTime::from_ms(next_ms as u64));
            if until == SimTime::NEVER {
                break;
            }
            next_ms = until.as_ms() as f64 + process.life.next(stream).max(1.0);
        }
        until
    }

    /// What one strike is drawn from.
    fn strike_stream(&self, process: &Process, unit: u32, start: SimTime) -> Stream {
        self.key(process).part(u64::from(unit), start.as_ms().wrapping_add(2)).stream()
    }

    /// Lets one unit be struck; returns until when it cannot be struck again. At instant 0 the event has been going on.
    fn strike(&mut self, process: &Process, unit: u32, start: SimTime) -> SimTime {
        let mode = &self.modes[process.mode];
        let mut stream = self.strike_stream(process, unit, start);
        if let (Some(wave), Reach::Wave(regions)) = (mode.wave(), &process.reach) {
            return self.sweep(process, (wave, regions), start, &mut stream);
        }
        let tail = mode.staged.map_or(1.0, |staged| staged.tail);
        // SP-01: a wave of evictions has one length for all whom it takes; after other shocks each has its own.
        let (shock, evicts) = (mode.kind == Kind::Shock, mode.effect == Effect::Evicted);
        let (length_ms, age_ms) = match &mode.outage {
            _ if shock && !evicts => (0.0, 0.0),
            Outage::Never => (f64::INFINITY, 0.0),
            Outage::Law(law) if start == SimTime::ZERO => {
                let whole = law.draw_biased_ms(&mut stream);
                (whole, whole * tail * stream.unit())
            }
            Outage::Law(law) => (law.draw_ms(&mut stream), 0.0),
        };
        let (length_ms, age_ms) = self.given.take().unwrap_or((length_ms, age_ms));
        self.note(process, unit, start, length_ms - age_ms);
        let end = end_after(start, length_ms - age_ms);
        let event = self.storm.add_event(Event { cause: process.cause, parent: None, start, end });
        let mut blow = Blow { event, start, length_ms, age_ms, stream };
        match process.reach {
            Reach::ControlPlane(region) => {
                self.storm.control_plane.push(Span { of: region.0, event, start, end, left_milli: 0 });
            }
            Reach::Allocation(zone) => {
                let left_milli = if let Effect::Degraded(left) = mode.effect { left } else { 0 };
                self.storm.allocation.push(Span { of: zone.0, event, start, end, left_milli });
            }
            Reach::Racks(zone) => {
                let rack = self.topology.racks_of(zone).start + unit;
                self.hit(mode, rack..rack + 1, &mut blow);
            }
            Reach::Halls(zone) => {
                self.scratch.places.clear();
                self.scratch.places.extend(self.topology.hall_racks(zone, unit));
                self.hit_places(zone, mode, &mut blow);
            }
            Reach::Zone(zone) => self.hit_zone(zone, mode, &mut blow),
            Reach::Pair(one, other) => {
                self.hit_zone(one, mode, &mut blow);
                self.hit_zone(other, mode, &mut blow);
            }
            Reach::Region(region) => self.hit(mode, self.topology.racks_of_region(region), &mut blow),
            Reach::Global => self.hit(mode, 0..self.topology.rack_count(), &mut blow),
            Reach::Component | Reach::Wave(_) => self.hit(mode, 0..0, &mut blow),
        }
        self.hit_control_plane(process, mode, &mut blow);
        // Last, so that it moves no draw of anything else.
        self.surge(process, mode, &mut blow);
        let until = if shock { start } else { end_after(start, length_ms * tail - age_ms) };
        if let Some(struck) = &mut self.struck {
            struck.push(Struck { process: process.number, unit, start, until });
        }
        until
    }

    fn hit_control_plane(&mut self, process: &Process, mode: &Mode, blow: &mut Blow) {
        let (Some(hit), Some(region)) = (&mode.control_plane, region_of(&process.reach, self.topology)) else { return };
        if blow.stream.unit() < hit.probability {
            let (start, end) = (blow.start, blow.start.after(hit.outage.draw(&mut blow.stream)));
            let parent = Some(blow.event);
            let event = self.storm.add_event(Event { cause: process.cause, parent, start, end });
            self.storm.control_plane.push(Span { of: region.0, event, start, end, left_milli: 0 });
        }
    }

    /// Hits a share of a zone's racks: neighbours, from a keyed place on. The share is rounded at random, so that its
    /// mean stays.
    fn hit_zone(&mut self, zone: ZoneId, mode: &Mode, blow: &mut Blow) {
        let racks = self.topology.racks_of(zone);
        let share = mode.share;
        if share.whole >= 1.0 || blow.stream.unit() < share.whole {
            return self.hit(mode, racks, blow);
        }
        let count = racks.len() as u32;
        let wanted = (share.low + (share.high - share.low) * blow.stream.unit()) * f64::from(count);
        let hit = ((wanted + blow.stream.unit()) as u32).min(count);
        let from = blow.stream.below(u64::from(count)) as u32;
        self.scratch.places.clear();
        self.scratch.places.extend((0..hit).map(|step| (from + step) % count));
        self.hit_places(zone, mode, blow);
    }

    /// Hits the racks that stand at `scratch.places` of a zone in this trial.
    fn hit_places(&mut self, zone: ZoneId, mode: &Mode, blow: &mut Blow) {
        let racks = self.topology.racks_of(zone);
        let (hit, count) = (self.scratch.places.len(), racks.len());
        self.scratch.places.extend(0..count as u32);
        let mut order = self.places.part(name_tag("rack places"), self.topology.zone_tag(zone)).stream();
        for at in (1..count).rev() {
            self.scratch.places.swap(hit + at, hit + order.below(at as u64 + 1) as usize);
        }
        for place in 0..hit {
            let rack = racks.start + self.scratch.places[hit + self.scratch.places[place] as usize];
            self.hit(mode, rack..rack + 1, blow);
        }
    }

    /// Takes racks out, together or (staged recovery) each for itself.
    fn hit(&mut self, mode: &Mode, racks: Range<u32>, blow: &mut Blow) {
        let (event, start) = (blow.event, blow.start);
        let Some(staged) = mode.staged else {
            let end = end_after(start, blow.length_ms - blow.age_ms);
            let racks = (racks.start, racks.len() as u32);
            return self.storm.outages.push(RackOutage { event, first_rack: racks.0, racks: racks.1, start, end });
        };
        for rack in racks {
            let late = blow.stream.unit() >= staged.main;
            let times = if late { 1.0 + (staged.tail - 1.0) * blow.stream.unit() } else { 1.0 };
            let left_ms = blow.length_ms * times - blow.age_ms;
            if left_ms > 0.0 {
                let end = end_after(start, left_ms);
                self.storm.outages.push(RackOutage { event, first_rack: rack, racks: 1, start, end });
            }
        }
    }
}

fn end_after(start: SimTime, length_ms: f64) -> SimTime {
    if !length_ms.is_finite() {
        return SimTime::NEVER;
    }
    start.after(SimDuration::from_ms((length_ms.max(0.0) + 0.5) as u64))
}
