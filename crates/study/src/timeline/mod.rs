//! One trial of one design as a timeline: faults, what the platform did, probes, decisions, the objective.
//!
//! In: a study, a trial, a design. Out: a [`Timeline`] of named rows. The trial is lived through twice: once as always,
//! for the ledger, and once watched. Both must agree to the millisecond ([`TimelineError::Differs`] is a bug).
//! What can go wrong: too many machines times events to look at, a trial that ends at its first miss.

mod amiss;
mod beside;
mod capacity;
mod clients;
mod decisions;
mod folded;
mod lanes;
mod late;
mod needed;
mod pick;
mod rows;
mod storms;
mod struck;
mod waiting;
mod whom;

pub use amiss::Amiss;
pub use capacity::Capacity;
pub use folded::{Folded, folded};
pub use pick::{Pick, pick};
pub use storms::{DesignStorms, SEARCHED_MAX, Storms, StormsError, storms};
pub use waiting::{Fluid, Waiting};

use crate::deadlines::not_judged;
use crate::stage;
use crate::study::{LocalTime, Study};
use serde::Serialize;
use std::ops::Range;
use std::sync::Arc;
use thiserror::Error;
use zonefall_engine::{BudgetExceeded, SimTime};
use zonefall_faults::Strikes;
use zonefall_fleet::{Ledger, Need, Seen, Sighting, Stand, Witness, World, population};

/// The version of the form.
pub const SCHEMA: &str = "zonefall-timeline/1";
/// The most looks at a machine: about a minute.
const LOOKS_MAX: u64 = 30_000_000_000;

/// A timeline that cannot be made.
#[derive(Debug, Error)]
pub enum TimelineError {
    /// The trial passes its event budget.
    #[error("trial {0}: {1}; raise `event_budget`")]
    Budget(u64, BudgetExceeded),
    /// Looking would take too long.
    #[error("{0} events of {1} machines are too many to be looked at one by one; ask for a smaller fleet or horizon")]
    Large(u64, usize),
    /// The trial is over at its first miss.
    #[error("the scenario ends its trials at the first miss: there is no time after it to be shown")]
    FirstMiss,
    /// What was seen is not what was booked.
    #[error("the timeline misses {seen} ms and the ledger {booked} ms; this is a bug of the program")]
    Differs {
        /// Missed as seen.
        seen: u64,
        /// Missed as booked.
        booked: u64,
    },
}

/// One trial of one design.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeline {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The study's name.
    pub study: String,
    /// The design's.
    pub design: String,
    /// The trial, from 0.
    pub trial: u64,
    /// The seed.
    pub seed: u64,
    /// Nothing before this instant counts.
    pub measured_from_ms: u64,
    /// The end of the trial.
    pub horizon_ms: u64,
    /// What clocks show in it; none without a calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_time: Option<LocalTime>,
    /// Its objective in words.
    pub need: String,
    /// Machines that must serve, where that is the objective.
    pub least_serving: Option<u32>,
    /// Whether there is a demand.
    pub has_demand: bool,
    /// Why the objective was not judged, in words, where nothing in the time shown could miss it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_judged: Option<String>,
    /// Missed time of the ledger.
    pub missed_ms: u64,
    /// Sessions lost in the measured time by cause, the most first; empty where none are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sessions_lost: Vec<(String, f64)>,
    /// Outages of the objective in order.
    pub outages: Vec<Outage>,
    /// Which of them is the longest, from 0; of equals the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest: Option<usize>,
    /// Everything that happened, in order.
    pub rows: Vec<Row>,
    /// Machines that serve, by zone: a step at each change.
    pub lanes: Vec<Lane>,
    /// The same of racks that the storm takes out, where it does not take their whole zone.
    pub racks: Vec<Lane>,
    /// The fewest machines that meet the objective if each of them does its full work, a step at each change; empty where the
    /// objective is no number of machines.
    pub needed: Vec<(u64, i64)>,
    /// What the machines that serve are good for; none where their number tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// What an application gateway that grows lets through; none where it does not change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Capacity>,
    /// The jobs, or the requests in line, that wait; none where nothing ever does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
}

impl Timeline {
    /// The longest of its outages; of equals the last.
    pub fn longest_outage(&self) -> Option<&Outage> {
        self.outages.get(self.longest?)
    }

    /// Which rows tell an outage: from what led to it until what was amiss is over.
    pub fn rows_of(&self, outage: &Outage) -> Range<usize> {
        let first = self.rows.partition_point(|row| row.at_ms < outage.roots_ms);
        first..self.rows.partition_point(|row| row.at_ms <= outage.over_ms)
    }
}

impl Outage {
    /// How long it lasted.
    pub const fn length_ms(&self) -> u64 {
        self.to_ms - self.from_ms
    }
}

/// The objective was missed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outage {
    /// When the first of what was amiss then had begun: a machine that was down or is not warm yet, a late batch that came, a line,
    /// attempts that failed, a gateway that turned requests away.
    pub roots_ms: u64,
    /// From here …
    pub from_ms: u64,
    /// … until here.
    pub to_ms: u64,
    /// When what was amiss at its end was over too, where no other outage came before: a line that was not empty yet, attempts that
    /// still failed, a gateway that turned requests away.
    pub over_ms: u64,
    /// Whether the end of the trial cut it.
    pub cut: bool,
    /// Its missed time by cause, the largest first.
    pub causes: Vec<(String, u64)>,
    /// What was amiss when it began, and since before `roots_ms`; empty where nothing was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amiss: Vec<Amiss>,
    /// What is amiss still where the end of the trial cut it; empty otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub still: Vec<Amiss>,
}

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something of the world begins or ends.
    Fault,
    /// The demand changes.
    Demand,
    /// Machines stop, start, serve, come or go.
    Machine,
    /// Probes notice or readmit.
    Probe,
    /// The platform, the customer or clients do something by a rule.
    Decision,
    /// The objective is missed or holds again.
    Objective,
}

/// Where a row stands within its instant: what leads to something comes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The world strikes, or lets go.
    Fault,
    /// The demand changes.
    Demand,
    /// Machines go down or serve.
    Machine,
    /// Probes notice.
    Probe,
    /// Something is over or is asked for.
    Asked,
    /// Something is decided.
    Decided,
    /// What was decided is begun.
    Begun,
    /// Machines are made, changed, or go.
    Follows,
    /// Sessions are lost with machines.
    Lost,
    /// The objective.
    Objective,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// When.
    pub at_ms: u64,
    /// Where within its instant.
    #[serde(skip)]
    pub within: Place,
    /// What kind.
    pub kind: Kind,
    /// In words.
    pub says: String,
    /// Of a fault of the storm: whether it is over.
    #[serde(skip)]
    pub ends: bool,
    /// Whether it is a refusal, which comes again as long as somebody asks.
    #[serde(skip)]
    pub refused: bool,
    /// The rules behind it; empty where there are none.
    pub rules: String,
    /// The cause; empty where there is none.
    pub cause: String,
    /// Where; empty where it is nowhere.
    pub place: String,
    /// Of a fault of the storm: what it strikes, as the bars of pictures say it ("new machines in eastus/2 (datacenter)").
    #[serde(skip)]
    pub strikes: String,
    /// Machines that it is about.
    pub machines: u64,
    /// How often it happened, where it is no machine's.
    #[serde(skip_serializing_if = "is_none")]
    pub times: u64,
    /// Requests that it is about.
    #[serde(skip_serializing_if = "is_none")]
    pub requests: u64,
    /// Machines that serve when the instant is over.
    pub serving: i64,
    /// Dead machines that still get requests.
    pub dead: i64,
    /// Requests a second that are not served then; 0 without demand.
    pub unserved_per_s: f64,
    /// Sessions that are lost, in the row that tells it: expected numbers.
    #[serde(skip_serializing_if = "is_zero")]
    pub sessions_lost: f64,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

/// Machines that serve in one place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lane {
    /// The zone or the rack.
    pub name: String,
    /// When, and how many from then on.
    pub steps: Vec<(u64, i64)>,
    /// Of a rack: from when until when the storm holds it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub out: Vec<(u64, u64)>,
}

/// Lives through a trial and tells it.
///
/// # Errors
/// [`TimelineError`].
pub fn timeline(study: &Study, trial: u64, design: usize) -> Result<Timeline, TimelineError> {
    within(study, trial, design, LOOKS_MAX)
}

/// The same with at most so many looks at a machine.
fn within(study: &Study, trial: u64, design: usize, looks_max: u64) -> Result<Timeline, TimelineError> {
    if study.measure.until_first_miss {
        return Err(TimelineError::FirstMiss);
    }
    let designs: Vec<_> = study.designs.iter().map(|design| (**design).clone()).collect();
    let horizon = study.measure.horizon.since(SimTime::ZERO);
    let mut strikes = Strikes::new(&study.profile, &study.topology, population(&designs, &study.topology), horizon);
    if let Some(replay) = &study.replay {
        replay.load(&mut strikes);
    }
    let (measure, topology) = (study.measure.clone(), study.topology.clone());
    let mut world = World::new(Arc::clone(&study.designs[design]), measure, topology, &strikes);
    let ledger = alone(study, trial, &mut world, &mut strikes).map_err(|why| TimelineError::Budget(trial, why))?;
    if ledger.events.saturating_mul(world.places() as u64) > looks_max {
        return Err(TimelineError::Large(ledger.events, world.places()));
    }
    let Watched { begins, sightings, arrives_milli, good_for_milli, at_first } =
        watched(study, trial, &mut world, &mut strikes).map_err(|why| TimelineError::Budget(trial, why))?;
    let told = rows::Telling { study, design, strikes: &strikes, causes: stage::causes(study) };
    let (rows, outages) = told.rows_and_outages(&at_first, (&begins, &sightings), &ledger);
    let seen = outages.iter().map(|outage| outage.to_ms - outage.from_ms).sum();
    if seen != ledger.missed_ms {
        return Err(TimelineError::Differs { seen, booked: ledger.missed_ms });
    }
    let of = &study.designs[design];
    Ok(Timeline {
        schema: SCHEMA,
        study: study.name.clone(),
        design: of.name.clone(),
        trial,
        seed: study.seed,
        measured_from_ms: study.measure.from.as_ms(),
        horizon_ms: study.measure.horizon.as_ms(),
        local_time: study.local_time.as_deref().cloned(),
        need: crate::conclude::need_in_words(of),
        least_serving: if let Need::Serving(least) = of.need { Some(least) } else { None },
        has_demand: of.demand.is_some(),
        not_judged: not_judged(of, study.measure.from, study.measure.horizon)
            .filter(|_| ledger.missed_ms == 0)
            .map(|_| "no deadline passes in the measured time".into()),
        missed_ms: ledger.missed_ms,
        sessions_lost: sessions_lost(&ledger, &told.causes),
        longest: (0..outages.len()).max_by_key(|&at| outages[at].length_ms()),
        outages,
        rows,
        lanes: told.lanes(&begins, &sightings),
        racks: told.rack_lanes(&begins, &sightings),
        needed: needed::needed(of, arrives_milli, &sightings),
        capacity: capacity::capacity(of, (arrives_milli, good_for_milli), &sightings),
        gateway: capacity::gateway(of, arrives_milli, &sightings),
        waiting: waiting::waiting(of, &sightings),
    })
}

fn sessions_lost(ledger: &Ledger, causes: &[String]) -> Vec<(String, f64)> {
    let some = causes.iter().zip(&ledger.sessions_lost).filter(|(_, milli)| **milli > 0);
    let mut lost: Vec<(String, f64)> = some.map(|(cause, &milli)| (cause.clone(), milli as f64 / 1000.0)).collect();
    lost.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    lost
}

/// The ledger of a trial as every run has it.
fn alone(study: &Study, trial: u64, world: &mut World, strikes: &mut Strikes) -> Result<Ledger, BudgetExceeded> {
    let key = study.trial_key(trial);
    strikes.begin(key)?;
    world.begin(key, strikes, None);
    while strikes.next_window() {
        if world.live(strikes)? {
            break;
        }
    }
    Ok(world.finish(strikes).clone())
}

/// What is to be seen in a trial.
struct Watched {
    /// Where machines stand when it begins.
    begins: Vec<(Stand, bool)>,
    sightings: Vec<Sighting>,
    /// The demand when it begins.
    arrives_milli: Option<u64>,
    /// What the machines are good for when it begins.
    good_for_milli: Option<u64>,
    /// What everything is like before anything is to be seen.
    at_first: Sighting,
}

/// Looks on while a trial is lived through.
fn watched(study: &Study, trial: u64, world: &mut World, strikes: &mut Strikes) -> Result<Watched, BudgetExceeded> {
    let key = study.trial_key(trial);
    strikes.begin(key)?;
    world.begin(key, strikes, None);
    let begins = world.standings().collect();
    let (arrives_milli, good_for_milli) = (world.arrives_milli(), world.good_for_milli());
    let (serving, dead, unserved_milli) = world.rotation();
    let what = Seen::Demand(arrives_milli.unwrap_or(0));
    let at_first = Sighting { t: SimTime::ZERO, what, serving, dead, unserved_milli };
    let mut witness = Witness::new();
    world.note_deeds();
    world.show(SimTime::ZERO, &mut witness);
    while strikes.next_window() {
        if world.live_watched(strikes, &mut witness)? {
            break;
        }
    }
    world.finish(strikes);
    let sightings = witness.finish(world, strikes.horizon());
    Ok(Watched { begins, sightings, arrives_milli, good_for_milli, at_first })
}
