//! What a scenario file says, typed: everything that a study needs, nothing left to interpret.

use crate::arrivals::Arrivals;
use crate::diagnostic::Diagnostics;
use crate::gate::Gate;
use crate::money::Money;
use crate::plan::Plan;
use crate::units::duration_words;
use crate::what_if::Kept;
use std::ops::Range;
use std::path::PathBuf;
use zonefall_azure::limits::Orchestration;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::{Effect, Method, Profile, Recovery};
use zonefall_fleet::{Design, Measure};
use zonefall_topology::{HostId, RegionId, Topology, ZoneId};

/// One scenario, checked.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// What the study is called.
    pub name: String,
    /// The seed of all luck.
    pub seed: u64,
    /// Independent replications; the most of them where `until` stops earlier.
    pub trials: u64,
    /// How they are drawn.
    pub method: Method,
    /// When the trials are enough.
    pub until: Option<Until>,
    /// Horizon, warm-up, windows, sampled instants, event budget, and whether a trial ends at the first miss.
    pub measure: Measure,
    /// The calendar's date at the beginning of a trial and its time zone, if the scenario has a calendar.
    pub start: Option<CalendarStart>,
    /// The availability that each window should reach.
    pub target: Target,
    /// The span over which the target is judged.
    pub window: Window,
    /// How sure a verdict must be, as a share.
    pub confidence: Target,
    /// Regions, zones, racks and hosts.
    pub topology: Topology,
    /// The failure modes.
    pub profile: Profile,
    /// Where faults come from.
    pub source: FaultSource,
    /// What a drill must find.
    pub hypothesis: Hypothesis,
    /// The designs in their order; the first is the reference.
    pub designs: Vec<Design>,
    /// What was understood of what arrives at each of them, for people.
    pub arrivals: Vec<Arrivals>,
    /// How the sets of each are orchestrated; none of availability sets and single machines.
    pub orchestrations: Vec<Vec<Option<Orchestration>>>,
    /// How closely what is assumed is looked at.
    pub assumptions: Assumptions,
    /// What a pipeline asks of the results; none if the file says nothing of it.
    pub gate: Option<Gate>,
    /// What may be chosen, for `zonefall plan`.
    pub plan: Option<Plan>,
    /// What designs cost; none if nobody asks.
    pub money: Option<Money>,
    /// Warnings and hints, never errors.
    pub warnings: Diagnostics,
    /// Who does not feel which change of a what-if.
    pub kept: Vec<Kept>,
    /// The SHA-256 of the file's text, in hexadecimal digits.
    pub hash: String,
    /// The files that it names, in the order of their paths: price lists, modes, traces, records.
    pub files: Vec<PathBuf>,
}

/// When the trials are enough: an interval is so narrow.
#[derive(Debug, Clone, PartialEq)]
pub struct Until {
    /// Half of the interval's width.
    pub half_width: HalfWidth,
    /// The same as it was written.
    pub text: String,
    /// The quantity, a word of the key `trials.of`.
    pub of: &'static str,
    /// The design; all of them if none.
    pub design: Option<String>,
}

/// Half of an interval's width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HalfWidth {
    /// In minutes a month, outages a year, or points of a percentage.
    Absolute(f64),
    /// As a share of the estimate.
    Relative(f64),
}

/// How closely what is assumed is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assumptions {
    /// Not at all.
    Off,
    /// With as many trials as the run's own number suggests.
    Auto,
    /// With so many trials a look.
    Trials(u64),
}

/// An exact share, as it was written and as a ratio of integers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// As it was written, for example `99.95%`.
    pub text: String,
    /// The share's numerator, at most the denominator.
    pub numerator: u64,
    /// The share's denominator, a power of ten up to 10^18.
    pub denominator: u64,
}

impl Target {
    /// The nearest float, for plots and levels; decide with the ratio.
    pub fn share(&self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

/// The span over which the target is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Windows of one length, from the end of the warm-up on.
    Length(SimDuration),
    /// Calendar months; the first whole one begins the first window.
    Month,
}

impl Window {
    /// In words: `30 days`, `calendar month`.
    pub fn words(self) -> String {
        match self {
            Self::Month => "calendar month".into(),
            Self::Length(length) => duration_words(length),
        }
    }
}

/// The calendar's date at the beginning of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarStart {
    /// Date and time there, `2026-01-01T00:00:00`.
    pub date: String,
    /// An IANA time zone.
    pub time_zone: String,
    /// The same instant in milliseconds since 1970-01-01 UTC.
    pub unix_ms: i64,
}

impl CalendarStart {
    /// Day, date and time there after so long; none beyond what the calendar knows.
    pub fn after(&self, length: SimDuration) -> Option<String> {
        let at_ms = self.unix_ms.checked_add(i64::try_from(length.as_ms()).ok()?)?;
        let there = jiff::Timestamp::from_millisecond(at_ms).ok()?.in_tz(&self.time_zone).ok()?;
        Some(format!("{} {}", there.strftime("%A, %Y-%m-%d %H:%M"), self.time_zone))
    }

    /// From when on, in milliseconds of a trial, clocks there are how many seconds ahead of UTC: from its beginning to its end.
    pub fn ahead_s(&self, horizon: SimTime) -> Vec<(u64, i32)> {
        let begin = jiff::Timestamp::from_millisecond(self.unix_ms).ok();
        let Some((begin, zone)) = begin.zip(crate::months::zone(&self.time_zone)) else { return Vec::new() };
        let changes = zone.following(begin).map_while(|change| {
            let after_ms = change.timestamp().as_millisecond().checked_sub(self.unix_ms)?;
            let at = u64::try_from(after_ms).ok().filter(|&at| at < horizon.as_ms())?;
            Some((at, change.offset().seconds()))
        });
        std::iter::once((0, zone.to_offset(begin).seconds())).chain(changes).collect()
    }
}

/// `[drill]`: the steady state that a chaos experiment is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hypothesis {
    /// Whether the scenario states one.
    pub said: bool,
    /// The experiment begins after this time, in which the objective must hold.
    pub begins: SimDuration,
    /// So long the objective may be missed while it lasts.
    pub may_miss: SimDuration,
    /// So long after it the objective must hold again, for good.
    pub recover_within: SimDuration,
    /// So long it is watched after that.
    pub watch: SimDuration,
    /// CH-04: how the parameter of a security rule is called that allows or denies.
    pub security_rule: SecurityRule,
}

/// CH-04: what allows or denies in a security rule of an experiment: the table of the documents and their sample differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecurityRule {
    /// Either word is taken.
    #[default]
    Either,
    /// As in the table.
    Action,
    /// As in the sample.
    Access,
}

/// Where faults come from.
#[derive(Debug, Clone, PartialEq)]
pub enum FaultSource {
    /// Drawn from the profile.
    Drawn,
    /// Replayed from a file of outages.
    Trace {
        /// The file.
        path: PathBuf,
        /// What its columns are called, if it is not in our own form.
        columns: Option<TraceColumns>,
        /// Whether units that the topology does not know may be mapped in order of appearance.
        allow_mapping: bool,
    },
    /// Given each of the incidents of a file: what would it have cost?
    Incidents {
        /// The file.
        path: PathBuf,
    },
    /// Scripted, in place of drawn ones.
    Script(Vec<ScriptRow>),
}

/// The columns of a foreign trace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TraceColumns {
    /// What was struck.
    pub unit: Option<String>,
    /// The beginning.
    pub start: Option<String>,
    /// The end.
    pub end: Option<String>,
    /// The length of one unit of time.
    pub time_unit: Option<SimDuration>,
    /// The cause.
    pub cause: Option<String>,
    /// The scope.
    pub scope: Option<String>,
}

/// One scripted fault.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptRow {
    /// When it strikes.
    pub at: SimTime,
    /// How long it lasts; to the end of the trial if none.
    pub lasts: Option<SimDuration>,
    /// What it strikes.
    pub members: Vec<Member>,
    /// What happens to the machines.
    pub effect: Effect,
    /// What they need afterwards.
    pub recovery: Recovery,
    /// What the fault is called in reports.
    pub cause: String,
}

/// What a scripted fault strikes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Member {
    /// A region, a zone, a hall or a rack: a range of rack ids.
    Racks {
        /// Its name.
        name: String,
        /// The racks' ids.
        racks: Range<u32>,
    },
    /// One host.
    Host(HostId),
    /// One machine, by the slot that it has in every design which has it.
    Instance {
        /// The group of slots, as the fleet names it: `web/eastus/1`, or `web/eastus` for a regional set.
        group: String,
        /// Its place in the group, from 0.
        ordinal: u32,
    },
    /// A component that fails by itself.
    Component {
        /// Its name.
        name: String,
        /// What its failures are called, which may differ by design.
        causes: Vec<String>,
    },
    /// The control plane of a region.
    ControlPlane(RegionId),
    /// The free capacity of a zone.
    Allocation(ZoneId),
    /// CH-03: the autoscale of a set, by its name: it is disabled.
    Autoscale(String),
}
