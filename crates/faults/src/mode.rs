//! What a failure mode says: scope, effect, laws, how it starts, who repairs it, how it recovers.
//!
//! Rates are per unit of the scope and year of 365 days; laws are in milliseconds. One mode never overlaps itself on
//! one unit. Every number carries its evidence.

use crate::spread::RateSpread;
use crate::wave::Wave;
use thiserror::Error;
use zonefall_engine::{Law, LawError};

/// Milliseconds in a year of 365 days.
pub(crate) const MS_PER_YEAR: f64 = 365.0 * 24.0 * 3_600_000.0;

/// How many modes may strike single machines (instance and host modes, and shocks of any scope).
pub const UNIT_MODES_MAX: usize = 24;

/// What a mode strikes. The rate is per such unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One instance of a scale set.
    Instance,
    /// One host with everything on it.
    Host,
    /// One rack, which is a fault domain (FD-01).
    Rack,
    /// One data hall: an even share of a zone's racks.
    Hall,
    /// One availability zone, or a share of its racks.
    Zone,
    /// A whole region.
    Region,
    /// Everything, everywhere, for services that declare the dependency.
    Global,
    /// The control plane of a region: running machines go on, nothing can be created.
    ControlPlane,
    /// The free capacity of a zone: running machines go on, nothing can be allocated there.
    Allocation,
    /// One component of a service by name (a database, a load balancer): its own failures, which no machine feels.
    Component,
}

impl Scope {
    /// Whether machines feel a strike on it.
    pub fn strikes_machines(self) -> bool {
        !matches!(self, Self::ControlPlane | Self::Allocation | Self::Component)
    }
}

/// What happens to a machine that is struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It stops.
    Down,
    /// It works at this many thousandths of its capacity.
    Degraded(u32),
    /// It pauses and goes on where it was.
    Frozen,
    /// A Spot machine is taken away (SP-01); nobody else is touched. What becomes of it is the fleet's. The outage is
    /// how long Spot capacity stays short there afterwards: of a storm (scope rack to region) one length for all whom it
    /// takes, whose event ends with it. Another may come meanwhile. A trial begins with nobody evicted.
    Evicted,
    /// It goes on serving, but its health endpoint reports trouble for as long as the outage. What comes of that is the
    /// fleet's.
    Unhealthy,
}

impl Effect {
    /// Whether the strike by itself takes nothing away: the management of the set decides what becomes of the machine.
    pub const fn is_managed(self) -> bool {
        matches!(self, Self::Evicted | Self::Unhealthy)
    }
}

/// What a machine still needs when the outage is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// Nothing: its processes ran on, it only could not be reached.
    Reachable,
    /// The application's warm-up.
    WarmUp,
    /// A boot, then the warm-up.
    Boot,
}

/// Whether all units come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Everything hit returns when the outage ends.
    Outage,
    /// Each machine hit recovers by its own draw of the outage law; evictions by storm have one draw.
    Shock,
    /// Planned maintenance: it goes through the region step by step, each machine is out for its own draw of the outage law.
    Wave(Wave),
}

/// The state of a unit when the trial begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// As if it had been running for ever: it may be down, or on its way to the next failure.
    Stationary,
    /// New and up.
    New,
}

/// Whether a unit ages while something else holds it down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// It does.
    Calendar,
    /// It does not; a machine that is already down is not struck.
    Operating,
}

/// How long an outage lasts.
#[derive(Debug, Clone, PartialEq)]
pub enum Outage {
    /// A law of durations.
    Law(Law),
    /// Until the end of the trial.
    Never,
}

/// Failures cluster after a failure: the hazard is `factor` times the usual right after one and falls linearly to the
/// usual over `within_ms`. A mixture in the renewal law, renormalised so that the stated rate stays the rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Repeat {
    /// The hazard right after a failure, as a multiple of the usual; at least 1.
    pub factor: f64,
    /// How long the excess lasts, in milliseconds.
    pub within_ms: f64,
}

/// The share of the scope's racks that an event hits: all of them with probability `whole`, else evenly between
/// `low` and `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Probability that everything is hit.
    pub whole: f64,
    /// Least share otherwise.
    pub low: f64,
    /// Greatest share otherwise.
    pub high: f64,
}

impl Share {
    /// Everything, always.
    pub const ALL: Self = Self { whole: 1.0, low: 1.0, high: 1.0 };

    /// The mean share hit.
    pub fn mean(self) -> f64 {
        self.whole + (1.0 - self.whole) * 0.5 * (self.low + self.high)
    }
}

/// Staged recovery: this share of the racks hit is back when the drawn duration ends, the rest evenly between then
/// and `tail` times the duration (IN-02).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Staged {
    /// Share back at the main recovery.
    pub main: f64,
    /// The last are back by this multiple of the drawn duration.
    pub tail: f64,
}

/// A share of the strikes is predicted: the machine is moved away in time and only pauses.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicted {
    /// Share of strikes that are predicted.
    pub share: f64,
    /// Length of the pause.
    pub pause: Law,
    /// How long before the strike it is announced.
    pub lead: Law,
}

/// An event of this mode may take the region's control plane with it (IN-04).
#[derive(Debug, Clone, PartialEq)]
pub struct ControlPlaneHit {
    /// With this probability.
    pub probability: f64,
    /// For this long.
    pub outage: Law,
}

/// While an event of a zone mode lasts, machines are wanted in the region's other zones, and allocation fails there
/// with a probability drawn evenly between these two, for each zone by itself (IN-07).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surge {
    /// The least probability that an allocation fails.
    pub least: f64,
    /// The greatest.
    pub greatest: f64,
}

impl Surge {
    /// Whether it may leave nothing at all to allocate.
    pub fn may_exhaust(self) -> bool {
        self.greatest >= 0.9995
    }
}

/// How well a number is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// Read in a published source.
    Published,
    /// Computed from published data.
    Derived,
    /// Chosen.
    Assumed,
}

impl Confidence {
    /// The word for reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Derived => "derived",
            Self::Assumed => "assumed",
        }
    }
}

/// Where a mode's rate comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// In words.
    pub source: String,
    /// How well it is known.
    pub confidence: Confidence,
    /// The rate per unit-year at its low and high value.
    pub rate_low_high: (f64, f64),
    /// The distribution over the rate, where one is given; its 5 % and 95 % points are the range then.
    pub spread: Option<RateSpread>,
}

impl Evidence {
    /// Whether the rate is said to lie in a range, and not just to be what it is.
    pub fn has_range(&self) -> bool {
        self.rate_low_high.0 < self.rate_low_high.1
    }
}

/// One failure mode.
#[derive(Debug, Clone, PartialEq)]
pub struct Mode {
    /// Its name, unique in the profile; the name of the cause in every report.
    pub name: String,
    /// What it strikes.
    pub scope: Scope,
    /// What that does.
    pub effect: Effect,
    /// The law of the time to failure, without the repeat factor.
    pub time_to_failure: Law,
    /// Clustering after a failure.
    pub repeat: Option<Repeat>,
    /// The law of the outage.
    pub outage: Outage,
    /// Which share of the racks in scope is hit.
    pub share: Share,
    /// Late recoveries.
    pub staged: Option<Staged>,
    /// An extra delay per machine before it starts again (ZN-08).
    pub restart: Option<Law>,
    /// What a machine needs afterwards.
    pub recovery: Recovery,
    /// Together or each by itself.
    pub kind: Kind,
    /// State at the beginning.
    pub start: Start,
    /// Ageing.
    pub clock: Clock,
    /// Repair crews, first come first served; unlimited if none. Host and instance modes only.
    pub crews: Option<u32>,
    /// Strikes that are seen coming.
    pub predicted: Option<Predicted>,
    /// Fraction of a zone's events that take a second zone with them.
    pub common_cause: f64,
    /// Whether the control plane goes too.
    pub control_plane: Option<ControlPlaneHit>,
    /// Whether allocation fails now and then in the other zones. Zone modes only.
    pub surge: Option<Surge>,
    /// Whether the platform heals the machine on other hardware, which needs free capacity in the zone (HL-02, HL-05).
    pub heals: bool,
    /// Whether only the application stops: the machine's health endpoint still tells (HM-07). Instance modes only.
    pub application_only: bool,
    /// Where the numbers come from.
    pub evidence: Evidence,
}

/// A mode that cannot be.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ModeError {
    /// A law is impossible.
    #[error(transparent)]
    Law(#[from] LawError),
    /// A number is out of range or two keys contradict each other.
    #[error("{0}")]
    Contradiction(String),
}

impl Mode {
    /// A mode with an exponential time to failure of `rate_per_year` and everything else plain: all of the scope goes
    /// down together, stationary start, calendar clock, nothing needed afterwards.
    ///
    /// # Errors
    /// If the rate is not positive.
    pub fn plain(name: &str, scope: Scope, rate_per_year: f64, outage: Outage) -> Result<Self, ModeError> {
        let law = Law::exponential(MS_PER_YEAR / rate_per_year)?;
        Ok(Self {
            name: name.into(),
            scope,
            effect: Effect::Down,
            time_to_failure: law,
            repeat: None,
            outage,
            share: Share::ALL,
            staged: None,
            restart: None,
            recovery: Recovery::Reachable,
            kind: Kind::Outage,
            start: Start::Stationary,
            clock: Clock::Calendar,
            crews: None,
            predicted: None,
            common_cause: 0.0,
            control_plane: None,
            surge: None,
            heals: false,
            application_only: false,
            evidence: Evidence {
                source: "the scenario".into(),
                confidence: Confidence::Assumed,
                rate_low_high: (rate_per_year, rate_per_year),
                spread: None,
            },
        })
    }

    /// Failures per unit and year of time that the unit is up.
    pub fn rate_per_year(&self) -> f64 {
        MS_PER_YEAR / self.time_to_failure.mean_ms()
    }

    /// The same mode with its rate multiplied by `factor`.
    #[must_use]
    pub fn with_rate_times(&self, factor: f64) -> Self {
        Self { time_to_failure: self.time_to_failure.scaled(1.0 / factor), ..self.clone() }
    }

    /// Whether this mode strikes one host or one instance.
    pub fn is_unit(&self) -> bool {
        matches!(self.scope, Scope::Instance | Scope::Host)
    }

    /// Whether a machine carries a mark of its own for this mode (host and instance modes, shocks of any scope, maintenance).
    pub fn marks_machines(&self) -> bool {
        self.is_unit() || (self.kind != Kind::Outage && self.scope.strikes_machines())
    }

    /// Whether a strike stops machines of a service that declares these dependencies, rather than slowing them or nothing.
    pub fn stops_machines(&self, depends_on: &[String]) -> bool {
        matches!(self.effect, Effect::Down | Effect::Frozen)
            && self.scope.strikes_machines()
            && (self.scope != Scope::Global || depends_on.contains(&self.name))
    }

    /// Whether the next failure depends on what happened to the machine in its design: it ages only while it runs, or
    /// waits for a crew, under a law with memory. Such failures are drawn by the fleet, not by the world.
    pub fn depends_on_history(&self) -> bool {
        let memory = self.time_to_failure.memoryless_mean().is_none() || self.repeat.is_some();
        memory && self.is_unit() && (self.crews.is_some() || self.clock == Clock::Operating)
    }

    /// The mean time until one machine that was hit is back, restart included, boot and warm-up not; milliseconds.
    /// Infinite where it never is.
    pub fn mean_time_back_ms(&self) -> f64 {
        let Outage::Law(law) = &self.outage else { return f64::INFINITY };
        let stage = self.staged.map_or(1.0, |s| s.main + (1.0 - s.main) * 0.5 * (1.0 + s.tail));
        let down = law.mean_ms() * stage + self.restart.as_ref().map_or(0.0, Law::mean_ms);
        match &self.predicted {
            Some(p) => (1.0 - p.share) * down + p.share * p.pause.mean_ms(),
            None => down,
        }
    }
}

/// A list of modes under a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The profile's name.
    pub name: String,
    /// Its modes; the order is the order of causes in reports and breaks ties.
    pub modes: Vec<Mode>,
}

impl Profile {
    /// The profile without a failure.
    pub fn none() -> Self {
        Self { name: "none".into(), modes: Vec::new() }
    }

    /// The mode called `name`.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.modes.iter().position(|mode| mode.name == name)
    }

    /// The same with every rate as `rate` says, per unit and year; its name says so in `words`. Nothing else changes.
    #[must_use]
    pub fn at_rates(&self, words: &str, rate: impl Fn(&Mode) -> f64) -> Self {
        let at = |mode: &Mode| mode.with_rate_times(rate(mode) / mode.rate_per_year());
        Self { name: format!("{} ({words})", self.name), modes: self.modes.iter().map(at).collect() }
    }

    /// The same with every rate at its low value.
    #[must_use]
    pub fn at_low(&self) -> Self {
        self.at_rates("low rates", |mode| mode.evidence.rate_low_high.0)
    }

    /// The same with every rate at its high value.
    #[must_use]
    pub fn at_high(&self) -> Self {
        self.at_rates("high rates", |mode| mode.evidence.rate_low_high.1)
    }

    /// A number that two profiles share only if every mode does the same. Where the numbers come from does not count.
    pub fn fingerprint(&self) -> u64 {
        let unsourced = |mode: &Mode| {
            let (source, rate_low_high, spread) = (String::new(), (0.0, 0.0), None);
            let evidence = Evidence { source, confidence: Confidence::Assumed, rate_low_high, spread };
            Mode { evidence, ..mode.clone() }
        };
        zonefall_engine::name_tag(&format!("{:?}", self.modes.iter().map(unsourced).collect::<Vec<Mode>>()))
    }
}

/// What follows the name of a mode where it takes a pair of zones.
const OF_PAIR: &str = " (two zones)";

/// What a cause is called in reports: a mode's name, or that name with its pair of zones.
pub fn cause_name(mode: &Mode, pair: bool) -> String {
    if pair { format!("{}{OF_PAIR}", mode.name) } else { mode.name.clone() }
}

/// The mode behind a cause as reports call it.
pub fn mode_of_cause<'a>(modes: &'a [Mode], cause: &str) -> Option<&'a Mode> {
    let name = cause.strip_suffix(OF_PAIR);
    modes.iter().find(|mode| mode.name == cause).or_else(|| modes.iter().find(|mode| Some(mode.name.as_str()) == name))
}

/// What a component's mode is called where several designs have a component of this name with different laws.
pub fn component_cause(component: &str, design: Option<&str>) -> String {
    design.map_or_else(|| component.to_owned(), |design| format!("{component}{OF_DESIGN}{design})"))
}

/// The component that a mode of scope component strikes: components of one name share their luck in all designs.
pub fn component_of(cause: &str) -> &str {
    cause.split_once(OF_DESIGN).map_or(cause, |(component, _)| component)
}

const OF_DESIGN: &str = " (design ";
