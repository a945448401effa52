//! A trace in memory, and the words that its file uses.

use crate::mode::{Effect, Scope};
use zonefall_engine::{Key, SimTime};

/// Which trial was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrialId {
    /// The study's seed.
    pub seed: u64,
    /// The trial's number.
    pub trial: u64,
    /// 0 except for branches made by splitting.
    pub lineage: u64,
}

impl TrialId {
    /// The key of everything drawn in this trial.
    pub fn key(self) -> Key {
        Key::root(self.seed).part(self.trial, self.lineage)
    }
}

/// What a trace says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The trial, if one was recorded.
    pub trial: Option<TrialId>,
    /// [`zonefall_topology::Topology::fingerprint`] of the topology whose names the rows carry.
    pub topology: u64,
    /// [`crate::Profile::fingerprint`] of the profile whose causes the rows carry.
    pub profile: u64,
    /// That profile's name.
    pub profile_name: String,
    /// [`crate::Population::fingerprint`] of the units that could be struck.
    pub population: Option<u64>,
    /// The end of the trial.
    pub horizon: SimTime,
    /// Strikes left out because they found their unit down by the same mode, in every design.
    pub thinned: u64,
    /// Modes whose strikes follow from the fleet's history and are in no file; a replay draws them again.
    pub not_recorded: Vec<String>,
}

/// Which part of an event a row tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Racks out until the main recovery.
    Main,
    /// Machines struck that recover each by its own luck.
    Shock,
    /// A region's control plane out.
    ControlPlane,
    /// A zone without capacity to allocate.
    Allocation,
    /// Racks that come back later than the main recovery.
    Tail,
    /// One host or one instance out.
    Unit,
    /// MT-05: a wave of pauses that was over before the trial, its end is how long before it it began.
    Past,
}

impl Stage {
    pub(crate) const ALL: [Self; 7] =
        [Self::Main, Self::Shock, Self::ControlPlane, Self::Allocation, Self::Tail, Self::Unit, Self::Past];

    /// The word in the file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Shock => "shock",
            Self::ControlPlane => "control-plane",
            Self::Allocation => "allocation",
            Self::Tail => "tail",
            Self::Unit => "unit",
            Self::Past => "past",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }
}

const SCOPES: [Scope; 10] = [
    Scope::Instance,
    Scope::Host,
    Scope::Rack,
    Scope::Hall,
    Scope::Zone,
    Scope::Region,
    Scope::Global,
    Scope::ControlPlane,
    Scope::Allocation,
    Scope::Component,
];

/// A scope's word in the file.
pub(crate) const fn scope_word(scope: Scope) -> &'static str {
    match scope {
        Scope::Instance => "instance",
        Scope::Host => "host",
        Scope::Rack => "rack",
        Scope::Hall => "hall",
        Scope::Zone => "zone",
        Scope::Region => "region",
        Scope::Global => "global",
        Scope::ControlPlane => "control-plane",
        Scope::Allocation => "allocation",
        Scope::Component => "component",
    }
}

pub(crate) fn scope_from_word(word: &str) -> Option<Scope> {
    SCOPES.into_iter().find(|&scope| scope_word(scope) == word)
}

/// Every effect's word once.
pub(crate) const EFFECTS: [Effect; 5] =
    [Effect::Down, Effect::Degraded(0), Effect::Frozen, Effect::Evicted, Effect::Unhealthy];

/// An effect's word in the file; `degraded` has its factor beside it.
pub(crate) const fn effect_word(effect: Effect) -> &'static str {
    match effect {
        Effect::Down => "down",
        Effect::Degraded(_) => "degraded",
        Effect::Frozen => "frozen",
        Effect::Evicted => "evicted",
        Effect::Unhealthy => "unhealthy",
    }
}

/// One row of a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The event.
    pub event_id: u64,
    /// The event that brought it.
    pub parent_id: Option<u64>,
    /// Which part of the event.
    pub stage: Stage,
    /// When it was announced, if it was seen coming: then the machine only pauses.
    pub announced: Option<SimTime>,
    /// From here …
    pub start: SimTime,
    /// … until here (exclusive); [`SimTime::NEVER`] if it never ends.
    pub end: SimTime,
    /// What kind of thing is struck.
    pub scope: Scope,
    /// Names separated by `;`.
    pub members: Box<str>,
    /// What happens to it.
    pub effect: Effect,
    /// Index into [`Trace::causes`].
    pub cause: u32,
}

/// A fault trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// What it says about itself.
    pub header: Header,
    causes: Vec<String>,
    rows: Vec<Row>,
}

impl Trace {
    /// A trace without a row.
    pub fn new(header: Header) -> Self {
        Self { header, causes: Vec::new(), rows: Vec::new() }
    }

    /// The names of the causes, in the order of their first rows.
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// The rows, in the order of the file.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The name of a row's cause.
    pub fn cause(&self, row: &Row) -> &str {
        &self.causes[row.cause as usize]
    }

    /// Adds a row; `cause` is the name that its index is set to.
    pub fn push(&mut self, row: Row, cause: &str) {
        let known = self.causes.iter().position(|name| name == cause);
        let at = known.unwrap_or_else(|| {
            self.causes.push(cause.into());
            self.causes.len() - 1
        });
        self.rows.push(Row { cause: at as u32, ..row });
    }
}
