//! A trace as what [`Strikes`] lives through instead of drawing.
//!
//! With the topology, profile and population of the recording and the same trial key, every design's ledger is bit for
//! bit that of the drawn trial (but for `Ledger::events` where thinned strikes were left out of the file).

use super::causes::{Causes, Target};
use super::members::Names;
use super::problems::{Problems, TraceError};
use super::row::{Row, Stage, Trace};
use super::{ROWS_MAX, layout};
use crate::mode::{Effect, Profile, Scope, UNIT_MODES_MAX};
use crate::population::Population;
use crate::storm::{Event, EventId, PastWave, RackOutage, Span, Storm};
use crate::strikes::Strikes;
use zonefall_engine::SimTime;
use zonefall_topology::Topology;

/// What to do with a trace from another topology or profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapping {
    /// Refuse it.
    Refuse,
    /// Map names by position and unknown causes to new modes, and say what was done.
    Allow,
}

/// A trace, ready to be lived through.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// The profile to lay out strikes with: the one asked for, grown by the trace's own causes if mapping was needed.
    pub profile: Profile,
    /// What strikes many at once.
    pub storm: Storm,
    /// Strikes on single units: (when, mode, unit).
    pub strikes: Vec<(SimTime, u32, u32)>,
    /// The ends of their outages: (mode, unit, start, end).
    pub ends: Vec<(u32, u32, SimTime, SimTime)>,
    /// The pauses of those that were seen coming.
    pub pauses: Vec<(u32, u32, SimTime, SimTime)>,
    /// The end of the recorded trial.
    pub horizon: SimTime,
    /// Whether it was a drawn trial, whose first outages may have been under way already.
    pub was_drawn: bool,
    /// What was mapped, dropped or may differ from the recorded trial, one sentence each. Empty for an exact replay.
    pub notes: Vec<String>,
}

impl Replay {
    /// Lets strikes be lived through from this record. They must be laid out with [`Replay::profile`]; worlds must be
    /// built afterwards.
    pub fn load(&self, strikes: &mut Strikes) {
        strikes.replay(self.storm.clone(), self.strikes.clone(), self.ends.clone());
        strikes.replay_predicted(self.pauses.clone());
        if !self.was_drawn {
            strikes.take_as_written();
        }
    }

    /// Strikes that live through this record.
    pub fn to_strikes(&self, topology: &Topology, population: Population) -> Strikes {
        let horizon = self.horizon.since(SimTime::ZERO);
        let mut strikes = Strikes::new(&self.profile, topology, population, horizon);
        self.load(&mut strikes);
        strikes
    }
}

/// Makes a trace ready to be lived through on a topology, with a profile, by the designs of a population.
///
/// # Errors
/// If the topology or the profile is not that of the recording and mapping is refused; if rows name what does not exist
/// or contradict the profile (all of them are named); if there are too many outages or modes.
pub fn replay(
    trace: &Trace,
    topology: &Topology,
    profile: &Profile,
    population: &Population,
    mapping: Mapping,
) -> Result<Replay, TraceError> {
    let header = &trace.header;
    let same_topology = header.topology == topology.fingerprint();
    let same_profile = header.profile == profile.fingerprint();
    if mapping == Mapping::Refuse && !same_topology {
        return Err(TraceError::OtherTopology { recorded: header.topology, here: topology.fingerprint() });
    }
    if mapping == Mapping::Refuse && !same_profile {
        let (name, here) = (header.profile_name.clone(), profile.fingerprint());
        return Err(TraceError::OtherProfile { name, recorded: header.profile, here });
    }
    let causes = Causes::new(trace, profile, topology, mapping == Mapping::Allow).map_err(|wrong| {
        let mut problems = Problems::new("event");
        wrong.into_iter().for_each(|(event, words)| problems.add(event, words));
        TraceError::Problems(problems)
    })?;
    let marking = causes.profile.modes.iter().filter(|mode| mode.marks_machines()).count();
    if marking > UNIT_MODES_MAX {
        let (what, limit) = ("modes that strike single machines", UNIT_MODES_MAX as u64);
        return Err(TraceError::TooMany { what, count: marking as u64, limit });
    }
    let names = Names::new(topology, population, mapping == Mapping::Allow && !same_topology);
    let mut builder = Builder::new(trace, &causes, names);
    builder.build()?;
    let Builder { mut replay, names, .. } = builder;
    replay.notes = notes(trace, &causes, population);
    replay.notes.extend(names.sentences());
    Ok(replay)
}

/// What may differ from the recorded trial, but for names.
fn notes(trace: &Trace, causes: &Causes, population: &Population) -> Vec<String> {
    let mut notes = causes.sentences.clone();
    if trace.header.population.is_some_and(|recorded| recorded != population.fingerprint()) {
        notes.push(
            "the designs occupy other slots or hosts than those recorded: slots and hosts that the record did not \
             watch are never struck by host and instance modes"
                .into(),
        );
    }
    let lost = trace.header.not_recorded.iter().filter(|name| causes.profile.find(name).is_none());
    notes.extend(
        lost.map(|name| format!("the strikes of `{name}` are not in the file, nor is the mode in the profile")),
    );
    notes
}

/// Puts a replay together, row by row.
struct Builder<'a> {
    trace: &'a Trace,
    causes: &'a Causes,
    names: Names<'a>,
    problems: Problems,
    replay: Replay,
    /// The event ids of the storm's events, in order.
    ids: Vec<u64>,
}

impl<'a> Builder<'a> {
    fn new(trace: &'a Trace, causes: &'a Causes, names: Names<'a>) -> Self {
        let replay = Replay {
            profile: causes.profile.clone(),
            storm: Storm::default(),
            strikes: Vec::new(),
            ends: Vec::new(),
            pauses: Vec::new(),
            horizon: trace.header.horizon,
            was_drawn: trace.header.trial.is_some(),
            notes: Vec::new(),
        };
        Self { trace, causes, names, problems: Problems::new("event"), replay, ids: Vec::new() }
    }

    fn build(&mut self) -> Result<(), TraceError> {
        let trace = self.trace;
        let mut rows: Vec<&Row> = trace.rows().iter().collect();
        rows.sort_by_key(|row| (row.event_id, row.stage));
        for row in rows {
            let Some(target) = self.causes.target(row) else { continue };
            let done = match target.unit_mode {
                Some(mode) => self.unit(row, mode, target),
                None if row.stage == Stage::Past => self.past(row, target),
                None => self.event(row, target).and_then(|event| self.storm(row, event)),
            };
            if let Err(words) = done {
                self.problems.add(row.event_id, words);
            }
            let outages = self.replay.storm.outages.len();
            if outages > ROWS_MAX {
                return Err(TraceError::TooMany { what: "outages", count: outages as u64, limit: ROWS_MAX as u64 });
            }
        }
        self.replay.strikes.sort_unstable();
        self.replay.storm.settle();
        std::mem::take(&mut self.problems).into_result()
    }

    /// The event of a storm's row: its first row says what it is.
    fn event(&mut self, row: &Row, target: Target) -> Result<EventId, String> {
        if self.ids.last() == Some(&row.event_id) {
            return Ok(EventId(self.ids.len() as u32 - 1));
        }
        let parent = row.parent_id.and_then(|id| self.ids.binary_search(&id).ok()).map(|at| EventId(at as u32));
        self.ids.push(row.event_id);
        Ok(self.replay.storm.add_event(Event { cause: target.cause, parent, start: row.start, end: row.end }))
    }

    fn storm(&mut self, row: &Row, event: EventId) -> Result<(), String> {
        let (start, end) = (row.start, row.end);
        let of_span = matches!(row.scope, Scope::ControlPlane | Scope::Allocation);
        if of_span != matches!(row.stage, Stage::ControlPlane | Stage::Allocation) {
            return Err("the stages control-plane and allocation go with the scopes of the same name".into());
        }
        let mut hit: Vec<std::ops::Range<u32>> = Vec::new();
        for name in row.members.split(';').filter(|name| !name.is_empty()) {
            match row.stage {
                Stage::ControlPlane => {
                    let of = self.names.region(name)?;
                    self.replay.storm.control_plane.push(Span { of, event, start, end, left_milli: 0 });
                }
                Stage::Allocation => {
                    let of = self.names.zone(name)?;
                    let left_milli = if let Effect::Degraded(left) = row.effect { left } else { 0 };
                    self.replay.storm.allocation.push(Span { of, event, start, end, left_milli });
                }
                Stage::Unit => return Err("stage `unit` goes with scope host or instance".into()),
                // Not an outage; `past` has taken it.
                Stage::Past => {}
                // Its cause says which component; no rack is hit.
                Stage::Main if row.scope == Scope::Component => {
                    self.replay.storm.outages.push(RackOutage { event, first_rack: 0, racks: 0, start, end });
                }
                Stage::Main | Stage::Shock | Stage::Tail => hit.extend(self.names.racks(name)?),
            }
        }
        for racks in layout::without_overlap(hit) {
            let (first_rack, racks) = (racks.start, racks.len() as u32);
            self.replay.storm.outages.push(RackOutage { event, first_rack, racks, start, end });
        }
        Ok(())
    }

    /// MT-05: a wave that was over before the trial.
    fn past(&mut self, row: &Row, target: Target) -> Result<(), String> {
        let (cause, ago) = (target.cause, row.end.since(SimTime::ZERO));
        for name in row.members.split(';').filter(|name| !name.is_empty()) {
            for racks in self.names.racks(name)? {
                let (first_rack, racks) = (racks.start, racks.len() as u32);
                self.replay.storm.past_waves.push(PastWave { cause, first_rack, racks, ago });
            }
        }
        Ok(())
    }

    fn unit(&mut self, row: &Row, mode: u32, target: Target) -> Result<(), String> {
        if !matches!(row.stage, Stage::Unit | Stage::Shock) {
            return Err("hosts and instances have rows of stage `unit` or `shock`".into());
        }
        for name in row.members.split(';').filter(|name| !name.is_empty()) {
            let unit = match row.scope {
                Scope::Host => Some(self.names.host(name)?),
                _ => self.names.instance(name)?,
            };
            let Some(unit) = unit else { continue };
            self.replay.strikes.push((row.start, mode, unit));
            let end = (mode, unit, row.start, row.end);
            match (row.stage, row.announced) {
                (Stage::Shock, _) => {}
                (_, Some(_)) => self.replay.pauses.push(end),
                // Where the mode itself says that outages never end, the record has nothing to add.
                _ if target.never && row.end == SimTime::NEVER => {}
                _ => self.replay.ends.push(end),
            }
        }
        Ok(())
    }
}
