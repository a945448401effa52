//! One drawn trial as a trace.
//!
//! Every event of the storm has its row, so that the storm can be put together again with the same events in the same
//! order; strikes on single units follow in time order. Rows are sorted by their start.

use super::layout::{find_racks, rack_names};
use super::problems::TraceError;
use super::row::{Header, Row, Stage, Trace, TrialId};
use super::write::header_name;
use crate::mode::{Clock, Effect, Kind, Profile, Scope, component_of};
use crate::packed::What;
use crate::storm::{EventId, PastWave, Span};
use crate::strikes::Strikes;
use crate::unit::UnitMode;
use std::collections::BTreeMap;
use zonefall_engine::{Key, SimTime};
use zonefall_topology::{HostId, RegionId, Topology, ZoneId};

/// What to write down.
#[derive(Debug, Clone, Copy)]
pub struct Recording<'a> {
    /// The profile that `strikes` was laid out for.
    pub profile: &'a Profile,
    /// Which trial.
    pub trial: TrialId,
    /// Also write strikes within the drawn outage of the same mode there. They change nothing but `Ledger::events`, the
    /// count of what was dispatched, unless a set of some design repairs or replaces its machines.
    pub keep_thinned: bool,
}

/// A row with its cause, before rows are sorted.
type Draft = (Row, u16);

struct Recorder<'a> {
    strikes: &'a Strikes,
    topology: &'a Topology,
    drafts: Vec<Draft>,
    /// Until when a unit is held by a mode.
    held: BTreeMap<(u32, u32), SimTime>,
    thinned: u64,
    keep_thinned: bool,
}

/// Draws the trial of `key` and writes it down. `strikes` has run through the trial afterwards.
///
/// # Errors
/// If the name of a place, an instance or a cause is ambiguous or contains `;`.
pub fn record(strikes: &mut Strikes, key: Key, recording: Recording<'_>) -> Result<Trace, TraceError> {
    strikes.begin(key)?;
    let mut units = Vec::new();
    while strikes.next_window() {
        let base = strikes.base();
        units.extend(strikes.window().iter().filter_map(|entry| match entry.what() {
            What::Unit { mode, unit } => Some((entry.time(base), mode, unit)),
            What::Edge(_) => None,
        }));
    }
    let strikes = &*strikes;
    let topology = strikes.storm_modes().topology();
    let mut recorder = Recorder {
        strikes,
        topology,
        drafts: Vec::new(),
        held: BTreeMap::new(),
        thinned: 0,
        keep_thinned: recording.keep_thinned,
    };
    recorder.storm()?;
    units.into_iter().try_for_each(|(start, mode, unit)| recorder.unit(start, mode, unit))?;
    recorder.into_trace(&recording)
}

/// Whether a strike that finds its unit within the mode's last outage there changes nothing in any design: the outage
/// is no longer than drawn anywhere, and does not wait for crews or capacity. (An evicted or unhealthy machine may have
/// been replaced.)
fn thins(unit: &UnitMode) -> bool {
    let mode = &unit.mode;
    let one_outage = mode.kind == Kind::Outage || mode.scope == Scope::Instance;
    one_outage && mode.crews.is_none() && mode.clock == Clock::Calendar && !mode.heals && !mode.effect.is_managed()
}

impl Recorder<'_> {
    /// A row of an event in the words of its mode.
    fn draft(&mut self, event: EventId, stage: Stage, start: SimTime, end: SimTime, members: String) {
        let Some(of) = self.strikes.storm().events.get(event.0 as usize) else { return };
        let mode = self.strikes.storm_modes().mode_of(of.cause);
        let what = (mode.scope, mode.effect);
        self.draft_as(event, stage, what, (start, end), members);
    }

    fn draft_as(
        &mut self,
        event: EventId,
        stage: Stage,
        (scope, effect): (Scope, Effect),
        (start, end): (SimTime, SimTime),
        members: String,
    ) {
        let Some(of) = self.strikes.storm().events.get(event.0 as usize) else { return };
        let row = Row {
            event_id: u64::from(event.0),
            parent_id: of.parent.map(|parent| u64::from(parent.0)),
            stage,
            announced: None,
            start,
            end,
            scope,
            members: members.into(),
            effect,
            cause: 0,
        };
        self.drafts.push((row, of.cause));
    }

    fn storm(&mut self) -> Result<(), TraceError> {
        let storm = self.strikes.storm();
        let mut outages: Vec<_> = storm.outages.iter().collect();
        outages.sort_by_key(|outage| (outage.event, outage.start, outage.end));
        let mut told = vec![false; storm.events.len()];
        for group in outages.chunk_by(|a, b| (a.event, a.start, a.end) == (b.event, b.start, b.end)) {
            let (event, start, end) = (group[0].event, group[0].start, group[0].end);
            let of = &storm.events[event.0 as usize];
            let mode = self.strikes.storm_modes().mode_of(of.cause);
            let stage = match mode.kind {
                Kind::Shock => Stage::Shock,
                Kind::Outage | Kind::Wave(_) if (start, end) == (of.start, of.end) => Stage::Main,
                Kind::Outage | Kind::Wave(_) => Stage::Tail,
            };
            told[event.0 as usize] |= stage != Stage::Tail;
            let mut names = Vec::new();
            if mode.scope == Scope::Component {
                let name = component_of(&mode.name);
                self.must_be_plain(name, true)?;
                names.push(name.to_owned());
            }
            for outage in group {
                let mut next = outage.first_rack;
                for name in rack_names(next..next + outage.racks, mode.scope, self.topology) {
                    let found = find_racks(&name, self.topology).filter(|racks| racks.start == next);
                    self.must_be_plain(&name, found.is_some())?;
                    next = found.map_or(next, |racks| racks.end);
                    names.push(name);
                }
            }
            self.draft(event, stage, start, end, names.join(";"));
        }
        self.spans(&storm.control_plane, Stage::ControlPlane, &mut told)?;
        self.spans(&storm.allocation, Stage::Allocation, &mut told)?;
        for (at, of) in storm.events.iter().enumerate().filter(|&(at, _)| !told[at]) {
            let shock = self.strikes.storm_modes().mode_of(of.cause).kind == Kind::Shock;
            let stage = if shock { Stage::Shock } else { Stage::Main };
            self.draft(EventId(at as u32), stage, of.start, of.end, String::new());
        }
        storm.past_waves.iter().try_for_each(|wave| self.past(wave))
    }

    /// MT-05: a wave that was over before the trial, as an event of its own.
    fn past(&mut self, wave: &PastWave) -> Result<(), TraceError> {
        let mode = self.strikes.storm_modes().mode_of(wave.cause);
        let racks = wave.first_rack..wave.first_rack + wave.racks;
        let names = rack_names(racks, mode.scope, self.topology);
        names.iter().try_for_each(|name| self.must_be_plain(name, find_racks(name, self.topology).is_some()))?;
        let row = Row {
            event_id: (self.strikes.storm().events.len() + self.drafts.len()) as u64,
            parent_id: None,
            stage: Stage::Past,
            announced: None,
            start: SimTime::ZERO,
            end: SimTime::ZERO.after(wave.ago),
            scope: mode.scope,
            members: names.join(";").into(),
            effect: mode.effect,
            cause: 0,
        };
        self.drafts.push((row, wave.cause));
        Ok(())
    }

    fn spans(&mut self, spans: &[Span], stage: Stage, told: &mut [bool]) -> Result<(), TraceError> {
        for span in spans {
            let (name, found) = if stage == Stage::ControlPlane {
                let name = self.topology.region(RegionId(span.of)).name.clone();
                let found = self.topology.find_region(&name) == Some(RegionId(span.of));
                (name, found)
            } else {
                let name = self.topology.zone_name(ZoneId(span.of));
                let found = self.topology.find_zone(&name) == Some(ZoneId(span.of));
                (name, found)
            };
            self.must_be_plain(&name, found)?;
            let of = &self.strikes.storm().events[span.event.0 as usize];
            told[span.event.0 as usize] |= (span.start, span.end) == (of.start, of.end);
            let effect = if span.left_milli == 0 { Effect::Down } else { Effect::Degraded(span.left_milli) };
            let scope = if stage == Stage::ControlPlane { Scope::ControlPlane } else { Scope::Allocation };
            self.draft_as(span.event, stage, (scope, effect), (span.start, span.end), name);
        }
        Ok(())
    }

    fn must_be_plain(&self, name: &str, found: bool) -> Result<(), TraceError> {
        let plain = found && !name.contains(';') && name.trim() == name;
        if plain { Ok(()) } else { Err(TraceError::Name(name.into())) }
    }

    fn unit(&mut self, start: SimTime, mode: u32, unit: u32) -> Result<(), TraceError> {
        let unit_mode = &self.strikes.unit_modes().as_slice()[mode as usize];
        let population = self.strikes.population();
        let on_host = unit_mode.mode.scope == Scope::Host;
        let (name, found, who) = if on_host {
            let name = self.topology.host_name(HostId(unit));
            let found = self.topology.find_host(&name) == Some(HostId(unit));
            (name, found, self.strikes.population().host_key(unit))
        } else {
            let name = population.instance_name(unit);
            let found = population.find_instance(&name) == Some(unit);
            (name, found, population.instance_key(unit))
        };
        self.must_be_plain(&name, found)?;
        let shock = on_host && unit_mode.mode.kind == Kind::Shock;
        let (mut end, mut announced) = (start, None);
        if !shock {
            let outcome = self.strikes.unit_modes().outcome(mode, unit, who, start);
            end = outcome.length.map_or(SimTime::NEVER, |length| start.after(length));
            announced = outcome.predicted.then(|| unit_mode.announced(who, start));
        }
        if thins(unit_mode) {
            // What strikes in the millisecond in which an outage ends still finds the unit down.
            let held = self.held.get(&(mode, unit)).is_some_and(|&until| start <= until);
            self.thinned += u64::from(held && !self.keep_thinned);
            if held && !self.keep_thinned {
                return Ok(());
            }
            self.held.insert((mode, unit), end);
        }
        let row = Row {
            event_id: (self.strikes.storm().events.len() + self.drafts.len()) as u64,
            parent_id: None,
            stage: if shock { Stage::Shock } else { Stage::Unit },
            announced,
            start,
            end,
            scope: unit_mode.mode.scope,
            members: name.into(),
            effect: unit_mode.mode.effect,
            cause: 0,
        };
        self.drafts.push((row, unit_mode.cause));
        Ok(())
    }

    fn into_trace(mut self, recording: &Recording<'_>) -> Result<Trace, TraceError> {
        let causes = self.strikes.storm_modes().causes();
        for (at, cause) in causes.iter().enumerate() {
            let plain = causes.iter().position(|name| name == cause) == Some(at);
            self.must_be_plain(&cause.replace(';', ","), plain && !cause.is_empty())?;
        }
        let history = self.strikes.unit_modes().as_slice().iter().filter(|unit| unit.depends_on_history());
        let mut trace = Trace::new(Header {
            trial: Some(recording.trial),
            topology: self.topology.fingerprint(),
            profile: recording.profile.fingerprint(),
            profile_name: header_name(&recording.profile.name),
            population: Some(self.strikes.population().fingerprint()),
            horizon: self.strikes.horizon(),
            thinned: self.thinned,
            not_recorded: history.map(|unit| header_name(&unit.mode.name)).collect(),
        });
        self.drafts.sort_by_key(|(row, _)| (row.start, row.event_id, row.stage, row.end));
        for (row, cause) in self.drafts {
            trace.push(row, &causes[cause as usize]);
        }
        Ok(trace)
    }
}
