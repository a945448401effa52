//! Which mode of a profile a row's cause is, and what happens to causes that the profile does not know.

use super::row::{Row, Stage, Trace, effect_word, scope_word};
use crate::mode::{Effect, Kind, Mode, ModeError, Outage, Profile, Scope, cause_name};
use std::collections::BTreeMap;
use zonefall_topology::Topology;

/// How the fleet meets a strike: rows of one cause may meet it in more than one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    Racks,
    RackShock,
    Everything,
    EverythingShock,
    Host,
    HostShock,
    Instance,
    Component,
    /// A control plane or a zone's capacity; only the name of the cause matters. Last, so that others name it first.
    Span,
}

impl Way {
    fn of_row(row: &Row) -> Self {
        let shock = row.stage == Stage::Shock;
        match (row.stage, row.scope) {
            (Stage::ControlPlane | Stage::Allocation, _) | (_, Scope::ControlPlane | Scope::Allocation) => Self::Span,
            (_, Scope::Instance) => Self::Instance,
            (_, Scope::Component) => Self::Component,
            (_, Scope::Host) if shock => Self::HostShock,
            (_, Scope::Host) => Self::Host,
            (_, Scope::Global) if shock => Self::EverythingShock,
            (_, Scope::Global) => Self::Everything,
            _ if shock => Self::RackShock,
            _ => Self::Racks,
        }
    }

    fn of_mode(mode: &Mode) -> Self {
        let shock = mode.kind == Kind::Shock;
        match mode.scope {
            Scope::ControlPlane | Scope::Allocation => Self::Span,
            Scope::Instance => Self::Instance,
            Scope::Component => Self::Component,
            Scope::Host if shock => Self::HostShock,
            Scope::Host => Self::Host,
            Scope::Global if shock => Self::EverythingShock,
            Scope::Global => Self::Everything,
            _ if shock => Self::RackShock,
            _ => Self::Racks,
        }
    }

    pub fn is_unit(self) -> bool {
        matches!(self, Self::Host | Self::HostShock | Self::Instance)
    }

    fn is_shock(self) -> bool {
        matches!(self, Self::RackShock | Self::EverythingShock | Self::HostShock)
    }
}

/// One way in which one cause strikes.
type Kinship = (Way, u32, (u8, u32));

fn kinship(row: &Row) -> Kinship {
    let effect = match (Way::of_row(row), row.effect) {
        (Way::Span, _) | (_, Effect::Down) => (0, 0),
        (_, Effect::Frozen) => (1, 0),
        (_, Effect::Degraded(left)) => (2, left),
        (_, Effect::Evicted) => (3, 0),
        (_, Effect::Unhealthy) => (4, 0),
    };
    (Way::of_row(row), row.cause, effect)
}

/// What a cause of the trace is here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    /// Index into the causes.
    pub cause: u16,
    /// Index into the modes that mark machines.
    pub unit_mode: Option<u32>,
    /// The mode's outages never end.
    pub never: bool,
}

/// The causes of a trace in a profile, which may have grown for them.
pub(crate) struct Causes {
    pub profile: Profile,
    targets: BTreeMap<Kinship, Option<Target>>,
    pairs: bool,
    /// What was said about modes that had to be made or dropped.
    pub sentences: Vec<String>,
}

/// The profile's causes as a storm numbers them, with the mode behind each. `pairs`: some region has two zones.
fn numbered(profile: &Profile, pairs: bool) -> Vec<(String, usize)> {
    let modes = || profile.modes.iter().enumerate();
    let pairs =
        modes().filter(|(_, mode)| pairs && mode.common_cause > 0.0).map(|(at, mode)| (cause_name(mode, true), at));
    modes().map(|(at, mode)| (mode.name.clone(), at)).chain(pairs).collect()
}

impl Causes {
    /// Finds the causes of a trace. With `maps`, causes that the profile does not have in this way become new plain
    /// modes; shocks cannot (their recovery is a law that no trace holds) and are dropped.
    pub fn new(trace: &Trace, profile: &Profile, topology: &Topology, maps: bool) -> Result<Self, Vec<(u64, String)>> {
        let mut kinds: BTreeMap<Kinship, (u64, &Row)> = BTreeMap::new();
        for row in trace.rows() {
            kinds.entry(kinship(row)).or_insert((0, row)).0 += 1;
        }
        let pairs = topology.regions().iter().any(|region| region.zones > 1);
        let (profile, targets) = (profile.clone(), BTreeMap::new());
        let mut causes = Self { profile, targets, pairs, sentences: Vec::new() };
        let (mut names, mut wrong) = (Vec::new(), Vec::new());
        for (&kind, &(count, row)) in &kinds {
            let known = causes.find(trace.cause(row), row);
            let name = match known {
                Ok(()) => Some(trace.cause(row).to_owned()),
                Err(words) if !maps => {
                    wrong.push((row.event_id, words));
                    None
                }
                Err(_) => {
                    causes.adopt(trace.cause(row), row, count).map_err(|e| vec![(row.event_id, e.to_string())])?
                }
            };
            names.push((kind, name));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        causes.settle(names);
        Ok(causes)
    }

    /// Whether the profile has this cause, striking in the way of this row.
    fn find(&self, name: &str, row: &Row) -> Result<(), String> {
        let numbered = numbered(&self.profile, self.pairs);
        let Some(&(_, at)) = numbered.iter().find(|(known, _)| known == name) else {
            return Err(format!("the profile has no cause `{name}`"));
        };
        let mode = &self.profile.modes[at];
        let (way, here) = (Way::of_row(row), Way::of_mode(mode));
        if way == Way::Span {
            return Ok(());
        }
        if way != here {
            let scope = scope_word(row.scope);
            return Err(format!("`{name}` is a {:?} of scope {scope}, but not in the profile", row.stage));
        }
        if row.effect != mode.effect {
            let word = effect_word(row.effect);
            return Err(format!("`{name}` leaves its units {word} otherwise than the profile says"));
        }
        if mode.depends_on_history() {
            return Err(format!("the strikes of `{name}` follow from the fleet's history and are in no trace"));
        }
        Ok(())
    }

    /// Makes a plain mode for a cause that the profile does not have; `None` if that cannot be.
    fn adopt(&mut self, name: &str, row: &Row, count: u64) -> Result<Option<String>, ModeError> {
        let way = Way::of_row(row);
        if way.is_shock() {
            self.sentences.push(format!(
                "{count} rows of the shock `{name}` were dropped: the profile has no law for how each machine recovers"
            ));
            return Ok(None);
        }
        let taken = numbered(&self.profile, self.pairs).iter().any(|(known, _)| known == name);
        let mut new_name = name.to_owned();
        if taken {
            new_name = format!("{name} (trace, {} {})", scope_word(row.scope), effect_word(row.effect));
            if let Effect::Degraded(left) = row.effect {
                new_name = format!("{new_name} {left}");
            }
        }
        let mut mode = Mode::plain(&new_name, row.scope, 1.0, Outage::Never)?;
        mode.effect = row.effect;
        mode.evidence.source = "a fault trace".into();
        self.profile.modes.push(mode);
        self.sentences.push(format!(
            "the cause `{name}` ({count} rows) is not in the profile in this way: it becomes the plain mode `{new_name}` \
             of scope {}",
            scope_word(row.scope)
        ));
        Ok(Some(new_name))
    }

    fn settle(&mut self, names: Vec<(Kinship, Option<String>)>) {
        let numbered = numbered(&self.profile, self.pairs);
        let marking: Vec<usize> =
            self.profile.modes.iter().enumerate().filter(|(_, m)| m.marks_machines()).map(|(at, _)| at).collect();
        for (kind, name) in names {
            let target = name.and_then(|name| {
                let cause = numbered.iter().position(|(known, _)| *known == name)?;
                let mode = numbered[cause].1;
                let unit_mode = marking.iter().position(|&at| at == mode).map(|at| at as u32);
                let never = self.profile.modes[mode].outage == Outage::Never;
                Some(Target { cause: cause as u16, unit_mode: unit_mode.filter(|_| kind.0.is_unit()), never })
            });
            self.targets.insert(kind, target);
        }
    }

    /// What a row's cause is here; `None` if it was dropped.
    pub fn target(&self, row: &Row) -> Option<Target> {
        self.targets.get(&kinship(row)).copied().flatten()
    }
}
