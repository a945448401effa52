//! Storms into which outages are put on purpose. Streams are used as in a plain storm, so that a storm with nothing forced
//! is the plain one.

use super::{Drawing, Process, Reach, StormModes};
use crate::clocks::each_with_probability;
use crate::forcing::{Forced, Of, Source, start_of};
use crate::mode::Outage;
use zonefall_engine::{SimTime, Stream};

impl StormModes {
    /// Every source among the storm's processes whose racks hold a machine, as far as `in_use` knows.
    pub(crate) fn sources(&self, in_use: impl Fn(u32) -> bool) -> Vec<Source> {
        let mut sources = Vec::new();
        for process in self.processes.iter().filter(|process| process.gap_ms.is_some()) {
            let mode = &self.modes[process.mode];
            for unit in 0..process.units {
                let (place, pair) = match process.reach {
                    Reach::Racks(zone) => (self.topology.racks_of(zone).start + unit, false),
                    Reach::Halls(zone) => (unit * self.topology.zone_count() + zone.0, false),
                    Reach::Zone(zone) => (zone.0, false),
                    Reach::Pair(one, other) => (one.0 * self.topology.zone_count() + other.0, true),
                    Reach::Region(region) => (region.0, false),
                    Reach::Component => (process.number, false),
                    Reach::Global | Reach::ControlPlane(_) | Reach::Allocation(_) | Reach::Wave(_) => continue,
                };
                let empty = match process.reach {
                    Reach::Racks(_) => !in_use(place),
                    Reach::Halls(zone) | Reach::Zone(zone) => !self.topology.racks_of(zone).any(&in_use),
                    Reach::Pair(one, other) => {
                        !self.topology.racks_of(one).any(&in_use) && !self.topology.racks_of(other).any(&in_use)
                    }
                    _ => false,
                };
                let of = Of::Storm { process: process.number, unit };
                let source = Source::new(mode, process.rate_times, of, pair, place);
                sources.extend(source.filter(|_| !empty));
            }
        }
        sources
    }
}

impl Drawing<'_> {
    /// [`Drawing::arrivals`] with what is forced in between.
    pub(super) fn forced_arrivals(&mut self, process: &Process, gap_ms: f64) {
        let mut stream = self.key(process).stream();
        let forced = self.forced_on(process);
        self.scratch.busy.clear();
        self.begin_units(process, &forced, &mut stream);
        let mut later = forced.iter().filter(|(_, forced)| forced.start_ms >= 0.0).peekable();
        let mut at_ms = 0.0;
        loop {
            at_ms += gap_ms * stream.exponential();
            while let Some((unit, forced)) = later.next_if(|(_, forced)| forced.start_ms <= at_ms) {
                self.arrive(process, *unit, start_of(forced), Some((forced.length_ms, 0.0)));
            }
            if at_ms >= self.horizon.as_ms() as f64 || self.is_full() {
                return;
            }
            let start = SimTime::from_ms((at_ms as u64).max(1));
            let unit = if process.units > 1 { stream.below(u64::from(process.units)) as u32 } else { 0 };
            self.arrive(process, unit, start, None);
        }
    }

    /// What is forced on a process, in order.
    fn forced_on(&self, process: &Process) -> Vec<(u32, Forced)> {
        let Some(forcing) = &self.forcing else { return Vec::new() };
        let mut forced: Vec<(u32, Forced)> = forcing.on_process(process.number).collect();
        forced.sort_by(|(_, a), (_, b)| a.start_ms.total_cmp(&b.start_ms));
        forced
    }

    /// The units that are out when the trial begins: those drawn, and those forced.
    fn begin_units(&mut self, process: &Process, forced: &[(u32, Forced)], stream: &mut Stream) {
        if process.down_at_start <= 0.0 {
            return;
        }
        let already = &mut self.scratch.already;
        already.clear();
        each_with_probability(process.down_at_start, process.units, stream, |unit| already.push(unit));
        let before = || forced.iter().filter(|(_, forced)| forced.start_ms < 0.0);
        for &(unit, _) in before() {
            if !already.contains(&unit) {
                already.push(unit);
            }
        }
        for at in 0..self.scratch.already.len() {
            let unit = self.scratch.already[at];
            let given = before().find(|(of, _)| *of == unit);
            self.given = given.map(|(_, forced)| (forced.length_ms, -forced.start_ms));
            let until = self.strike(process, unit, SimTime::ZERO);
            self.scratch.busy.push((unit, until));
        }
    }

    /// A strike arrives; if it finds its unit out it is dropped, but noted.
    fn arrive(&mut self, process: &Process, unit: u32, start: SimTime, given: Option<(f64, f64)>) {
        self.scratch.busy.retain(|&(_, until)| until > start);
        if self.scratch.busy.iter().all(|&(other, _)| other != unit) {
            self.given = given;
            let until = self.strike(process, unit, start);
            self.scratch.busy.push((unit, until));
            return;
        }
        let length_ms = match (given, &self.modes[process.mode].outage) {
            (Some((length_ms, _)), _) => length_ms,
            (None, Outage::Law(law)) => law.draw_ms(&mut self.strike_stream(process, unit, start)),
            (None, Outage::Never) => return,
        };
        self.note(process, unit, start, length_ms);
    }

    /// Notes an outage up to its main recovery.
    pub(super) fn note(&mut self, process: &Process, unit: u32, start: SimTime, left_ms: f64) {
        if let Some(forcing) = &mut self.forcing
            && let Some(source) = forcing.of_storm(process.number, unit)
        {
            forcing.note(source, start, left_ms);
        }
    }
}
