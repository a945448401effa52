//! Waves of planned maintenance in a storm: each is an event for every region that it goes through, as long as it takes
//! there. What it does to whom, and when, is the fleet's.
//!
//! Waves of restarts are announced, so a storm holds those too that begin within a while after its horizon ([`KNOWN_AHEAD`]).
//! Pauses may be held up, so it holds those too that were over before it ([`HELD_AT_MOST`]).

use super::process::Reach;
use super::{Drawing, Event, PastWave, Process, RackOutage, Struck};
use crate::mode::Effect;
use crate::wave::{HELD_AT_MOST, KNOWN_AHEAD, Wave};
use zonefall_engine::{SimDuration, SimTime, Stream};
use zonefall_topology::RegionId;

impl Drawing<'_> {
    /// Lets one wave go through its regions; returns its end. At instant 0 it has been going on: a region that it has
    /// left already has no event, and the event of the one that it is in is as long as what is left.
    pub(super) fn sweep(
        &mut self,
        process: &Process,
        (wave, regions): (Wave, &[RegionId]),
        start: SimTime,
        stream: &mut Stream,
    ) -> SimTime {
        let whole_ms = wave.course_length(regions, self.topology).as_ms();
        let age_ms = if start == SimTime::ZERO { (whole_ms as f64 * stream.unit()) as u64 } else { 0 };
        let mut parent = None;
        for (region, from, to) in wave.legs(regions, self.topology) {
            let (from_ms, to_ms) = (from.as_ms(), to.as_ms());
            if to_ms > age_ms {
                let at = |ms: u64| start.after(SimDuration::from_ms(ms.saturating_sub(age_ms)));
                let (start, end) = (at(from_ms), at(to_ms));
                let event = self.storm.add_event(Event { cause: process.cause, parent, start, end });
                parent = parent.or(Some(event));
                let racks = self.topology.racks_of_region(region);
                let (first_rack, racks) = (racks.start, racks.len() as u32);
                self.storm.outages.push(RackOutage { event, first_rack, racks, start, end });
            }
        }
        let until = start.after(SimDuration::from_ms(whole_ms - age_ms));
        if let Some(struck) = &mut self.struck {
            struck.push(Struck { process: process.number, unit: 0, start, until });
        }
        until
    }

    /// MT-03: the waves of restarts that begin after the horizon, the one that comes last before it being over at `until`. The time
    /// between two waves has no memory, so what comes has a stream of its own, and nothing before the horizon depends on it.
    pub(super) fn waves_ahead(&mut self, process: &Process, until: SimTime) {
        let restarts = self.modes[process.mode].effect == Effect::Down;
        if !restarts || !matches!(process.reach, Reach::Wave(_)) {
            return;
        }
        let mut stream = self.key(process).named("ahead").stream();
        let (horizon, mut free) = (self.horizon, until.max(self.horizon));
        while !self.is_full() {
            let next = free.after(SimDuration::from_ms(process.life.next(&mut stream).max(1.0) as u64));
            if next > horizon.after(KNOWN_AHEAD) {
                return;
            }
            free = self.strike(process, 0, next);
        }
    }

    /// MT-05: the waves of pauses that have left a region when the trial begins, amid a wave or not. The time between two waves has no
    /// memory backwards either; it has a stream of its own.
    pub(super) fn waves_behind(&mut self, process: &Process, amid: bool) {
        let mode = &self.modes[process.mode];
        let (Some(wave), Reach::Wave(regions), Effect::Frozen) = (mode.wave(), &process.reach, mode.effect) else {
            return;
        };
        let whole_ms = wave.course_length(regions, self.topology).as_ms();
        let mut ago_ms = 0;
        if amid {
            // As `sweep` draws it.
            let mut stream = self.strike_stream(process, 0, SimTime::ZERO);
            ago_ms = (whole_ms as f64 * stream.unit()) as u64;
            self.has_left(process, (wave, regions), ago_ms);
        }
        let mut stream = self.key(process).named("behind").stream();
        while ago_ms < HELD_AT_MOST.as_ms() + whole_ms {
            ago_ms += process.life.next(&mut stream).max(1.0) as u64 + whole_ms;
            self.has_left(process, (wave, regions), ago_ms);
        }
    }

    /// Notes the regions that a wave has left which began so long ago.
    fn has_left(&mut self, process: &Process, (wave, regions): (Wave, &[RegionId]), ago_ms: u64) {
        for (region, from, to) in wave.legs(regions, self.topology) {
            let (from_ms, to_ms) = (from.as_ms(), to.as_ms());
            let began_ms = ago_ms.saturating_sub(from_ms);
            if to_ms <= ago_ms && began_ms < HELD_AT_MOST.as_ms() {
                let racks = self.topology.racks_of_region(region);
                let (first_rack, racks) = (racks.start, racks.len() as u32);
                let ago = SimDuration::from_ms(began_ms);
                self.storm.past_waves.push(PastWave { cause: process.cause, first_rack, racks, ago });
            }
        }
    }
}
