//! What a design does about planned maintenance, as it was designed (MT). Keys only; how waves go is a part of the
//! failure modes ([`zonefall_faults::Wave`]).

use crate::policy::maintenance::Windows;
use zonefall_engine::{Law, SimDuration, SimTime};

/// Planned maintenance as it meets a design.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Maintenance {
    /// MT-02: bad health stops a wave.
    pub health: Option<HealthStop>,
    /// MT-06: the service listens to scheduled events.
    pub events: Option<Events>,
    /// MT-03: the owner redeploys machines ahead of a wave that restarts them.
    pub self_service: Option<SelfService>,
    /// What is so for each set.
    pub sets: Vec<OfSet>,
}

/// MT-02: when a wave stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HealthStop {
    /// If more than so many thousandths of the design's machines do not serve, those of the step at hand aside.
    pub above_milli: u32,
    /// After this time it looks again.
    pub again: SimDuration,
    /// A wave that is so late is called off for what is left of it.
    pub patience: SimDuration,
}

/// MT-06 to MT-08: how machines take what they are told of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Events {
    /// The notice of a pause.
    pub freeze_notice: SimDuration,
    /// The notice of a restart.
    pub reboot_notice: SimDuration,
    /// From the event until a machine has seen it.
    pub noticed_after: SimDuration,
    /// From then until it takes no requests any more.
    pub preparation: SimDuration,
    /// MT-08: whether it then says that it may begin.
    pub approves: bool,
    /// MT-08: probability that everybody else on the host has said so as well.
    pub neighbours: f64,
}

/// MT-03: the owner redeploys machine by machine, on hosts that are done already.
#[derive(Debug, Clone, PartialEq)]
pub struct SelfService {
    /// How long before the wave it may begin.
    pub window: SimDuration,
    /// How long a machine is away.
    pub redeploy: Law,
    /// A machine that cannot be spared now is looked at again after this time.
    pub again: SimDuration,
    /// When people are at their desks: beginnings and ends in turn. Always without it.
    pub office: Option<Vec<SimTime>>,
}

/// What is so for one set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OfSet {
    /// MT-04: restarts go by update domain; 0 where there are none.
    pub update_domains: u32,
    /// MT-05: pauses wait for these windows, and take all machines at once.
    pub windows: Option<Windows>,
}
