//! How a set gets new models, as it was designed: its upgrade policy, and the releases that happen. Keys only.

use crate::policy::upgrade::{Mode, Rolling, batch_size};
use zonefall_engine::{Law, SimDuration, SimTime};

/// UP-01, UP-02: the upgrade policy of a set.
#[derive(Debug, Clone, PartialEq)]
pub struct UpgradePolicy {
    /// UP-02.
    pub mode: Mode,
    /// UP-03 to UP-06.
    pub rolling: Rolling,
    /// UP-06: after a finished batch.
    pub pause: SimDuration,
    /// UP-09: how long a batch may take to be healthy.
    pub health_wait: SimDuration,
    /// UP-11: when a rollout stops, its unhealthy machines get their old model back.
    pub rollback_failed: bool,
    /// UP-07: new machines are made before old ones go.
    pub max_surge: bool,
    /// UP-09: images come by automatic OS upgrades, with these limits.
    pub automatic_os: Option<Automatic>,
    /// UP-10: extensions come by automatic upgrades, with these limits.
    pub automatic_extension: Option<Automatic>,
    /// MT-11: so long before a machine is taken for an image or an application it gets nothing new.
    pub drain: SimDuration,
    /// UP-08: how long a machine is down for a new image.
    pub reimage: Law,
    /// UP-08: how long an extension takes; the machine goes on serving.
    pub extension: Law,
    /// How long the application of a machine is down for a new version of it.
    pub application: Law,
}

impl UpgradePolicy {
    /// UP-09, UP-10: how the platform brings releases of a kind by itself, if it does.
    pub fn automatic(&self, kind: ReleaseKind) -> Option<Automatic> {
        match kind {
            ReleaseKind::Image => self.automatic_os,
            ReleaseKind::Extension => self.automatic_extension,
            ReleaseKind::Application => None,
        }
    }
}

/// UP-09, UP-10: an upgrade that the platform runs by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Automatic {
    /// Its limits.
    pub rolling: Rolling,
    /// After a finished batch.
    pub pause: SimDuration,
    /// Whether a machine that is not healthy in time gets its old model back.
    pub rolls_back: bool,
}

/// UP-08: what a release changes, and so what it costs a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseKind {
    /// The image: the machine is reimaged.
    Image = 0,
    /// An extension: nothing stops.
    Extension,
    /// The application: it restarts.
    Application,
}

impl ReleaseKind {
    /// All of them, the one that costs a machine most first.
    pub(crate) const ALL: [Self; 3] = [Self::Image, Self::Application, Self::Extension];
}

/// What a bad release does to a machine that runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symptom {
    /// It does not serve.
    Down,
    /// It works at this many thousandths of its capacity.
    Degraded(u32),
}

/// UP-13: how the operator answers to a bad release.
#[derive(Debug, Clone, PartialEq)]
pub struct Rollback {
    /// From the first symptom until it is noticed.
    pub notice: Law,
    /// From then until the old model is ordered.
    pub act: Law,
}

/// FR-01, UP-12: a release that may be bad.
#[derive(Debug, Clone, PartialEq)]
pub struct Bad {
    /// How likely.
    pub probability: f64,
    /// What it does.
    pub symptom: Symptom,
    /// UP-12: how long a machine runs it before it shows; the same for all machines of a release.
    pub after: Law,
    /// What the operator does; without it nothing.
    pub rollback: Option<Rollback>,
}

/// A release, once or again and again.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    /// What its luck is keyed by: the same release is bad in every design or in none.
    pub name: String,
    /// What changes.
    pub kind: ReleaseKind,
    /// The first one.
    pub at: SimTime,
    /// From one to the next; without it there is one.
    pub every: Option<Law>,
    /// Whether and how it can be bad.
    pub bad: Option<Bad>,
}

/// A set's policy and its releases.
#[derive(Debug, Clone, PartialEq)]
pub struct Upgrades {
    /// The policy.
    pub policy: UpgradePolicy,
    /// The releases.
    pub releases: Vec<Release>,
}

impl Upgrades {
    /// UP-07: how many machines a surge adds to a set of so many.
    pub(super) fn surge(&self, machines: u32) -> u32 {
        if self.policy.max_surge { batch_size(machines, self.policy.rolling.batch) } else { 0 }
    }
}
