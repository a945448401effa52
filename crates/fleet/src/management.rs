//! What happens to a scale set while a trial runs, as it was designed: balance, scale-in, health, repairs, creation and
//! deletion, Spot, reservations, standby, disks, and the customer's changes. Keys only, no state and no luck.
//!
//! A set without a [`Management`] never changes: its machines fail and come back in place (ZN-05), and nothing of this
//! is on its path.

use crate::policy::autoscale::Autoscale;
use crate::policy::health::HealthSource;
use crate::policy::instance_mix::Mix;
use crate::policy::scale_in::ScaleInRules;
use crate::policy::spot::PriorityMix;
use crate::policy::zone_balance::BalanceRules;
use crate::policy::zone_placement::AutoPlacement;
use zonefall_engine::{Law, SimDuration, SimTime};
use zonefall_topology::ZoneId;

mod runbook;
mod upgrade;

pub(crate) use runbook::noticed;
pub use runbook::{Alert, Lack, Office, Watch};
pub use upgrade::{Automatic, Bad, Release, ReleaseKind, Rollback, Symptom, UpgradePolicy, Upgrades};

/// OM-02: the most machines that a set may have.
const LARGEST_SET: u32 = 1000;

/// The orchestration mode (OM-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orchestration {
    /// Like machines with integer ids, in placement groups of at most 100.
    Uniform,
    /// Ordinary machines, grouped.
    Flexible,
}

/// How machines are made (PT, RC).
#[derive(Debug, Clone, PartialEq)]
pub struct Creation {
    /// From the request to a running system; the set's warm-up follows.
    pub time: Law,
    /// RC-03: a machine that does not run by then has timed out.
    pub timeout: SimDuration,
    /// FR-01: probability that a creation times out whatever its draw says.
    pub failure: f64,
    /// RC-02, RC-04: whether timed-out creations are tried again.
    pub resilient: bool,
    /// PT-03: from the request to a running system for a machine that is deallocated.
    pub start: Law,
}

/// How machines are deleted (PT, RC, AR-10).
#[derive(Debug, Clone, PartialEq)]
pub struct Deletion {
    /// From the request until the machine is gone.
    pub time: Law,
    /// Probability that an attempt meets a transient platform error.
    pub failure: f64,
    /// RC-05: whether failed deletions are tried again.
    pub resilient: bool,
    /// AR-10: how long the deletion of a machine in a dead zone takes.
    pub in_dead_zone: SimDuration,
}

/// SI-07, SI-08: how many of the oldest machines are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Protection {
    /// From scale-in.
    pub from_scale_in: u32,
    /// From scale-in and from actions on the whole set.
    pub from_scale_set_actions: u32,
    /// SI-08: whether a manual change of capacity respects it too.
    pub from_manual: bool,
}

/// SI-09: a deletion is announced.
#[derive(Debug, Clone, PartialEq)]
pub struct TerminateNotice {
    /// The machine is deleted at the latest after this time.
    pub timeout: SimDuration,
    /// How long the application takes to approve; without it the whole time is waited for.
    pub approval: Option<Law>,
}

/// HM: how the set learns that a machine is not well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// Who tells.
    pub source: HealthSource,
    /// HM-04: time between two probes.
    pub interval: SimDuration,
    /// HM-04: equal answers in a row for any change.
    pub probes: u32,
    /// HM-04, HM-05: how long a new machine may stay `Initializing` (rich states).
    pub grace: SimDuration,
    /// HM-07: after this time a dead machine counts as unhealthy; `None` if it never does.
    pub dead_after: Option<SimDuration>,
}

/// AR-01, AR-02: what a repair does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepairAction {
    /// Deletes the machine and creates a new one.
    Replace,
    /// Puts the model's image on it again.
    Reimage,
    /// Restarts it.
    Restart,
}

/// AR: automatic instance repairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repairs {
    /// What is done.
    pub action: RepairAction,
    /// AR-04: no repair of a machine so soon after it was made or the set was changed.
    pub grace: SimDuration,
    /// AR-08: how long a machine must have been unhealthy.
    pub dwell: SimDuration,
    /// AR-08: time between two looks; zero: at once.
    pub tick: SimDuration,
    /// AR-07: repairs are suspended after so many in a row whose product is not healthy.
    pub suspend_after: u32,
}

/// SP: what becomes of Spot machines that are evicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvictionPolicy {
    /// They are deallocated and go on counting (SP-02).
    Deallocate,
    /// They are deleted.
    Delete,
}

/// SP: Spot machines of a set.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    /// SP-05: which machines are Spot. A pure Spot set has a base of 0 and 0 % regular above it.
    pub mix: PriorityMix,
    /// SP-01.
    pub eviction: EvictionPolicy,
    /// SP-03: how long restoring an evicted machine is tried; `None`: not at all.
    pub restore: Option<SimDuration>,
}

/// SB: machines kept beside the set.
#[derive(Debug, Clone, PartialEq)]
pub struct StandbyPool {
    /// The least that is kept ready.
    pub min_ready: u32,
    /// Ready and instances together.
    pub max_ready: u32,
    /// Whether pooled machines run, and so hold their capacity (SB-01).
    pub running: bool,
    /// From the request to a running system for a machine of the pool.
    pub start: Law,
}

/// DK: what a machine's data lie on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Disks {
    /// Whether each machine has a data disk whose loss counts.
    pub data: bool,
    /// Whether it is copied over three zones (ZRS).
    pub zone_redundant: bool,
    /// DK-05: probability that an outage of a whole zone destroys what lies there.
    pub zone_destroyed: f64,
}

/// DH-02: machines on dedicated hosts.
#[derive(Debug, Clone, PartialEq)]
pub struct DedicatedHosts {
    /// A failed host is replaced by the platform; otherwise the customer redeploys.
    pub auto_replace: bool,
    /// How long that takes the customer.
    pub redeploy: Law,
}

/// When a change happens.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// At an instant, and every so often after it.
    At {
        /// The first time.
        at: SimTime,
        /// The time to the next, if it happens again.
        every: Option<SimDuration>,
    },
    /// Whenever fewer machines of the design serve than this for so long; the customer takes `react` to act.
    ServingBelow {
        /// Machines of the design that serve.
        machines: u32,
        /// For at least this long.
        lasting: SimDuration,
        /// To notice and act.
        react: Law,
    },
    /// Whenever an alert goes off and somebody answers.
    Alert(Box<Alert>),
}

/// What the customer does to the set.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Sets the capacity.
    Capacity(u32),
    /// CV-01: adds zones; all zones from now on, in order.
    Zones(Vec<ZoneId>),
    /// Deletes machines of a zone (or, without one, any), newest first, whatever their protection (ZB-14, SI-07).
    Delete {
        /// Where.
        zone: Option<ZoneId>,
        /// How many.
        count: u32,
    },
    /// CV-05, CV-06: running machines join the set.
    Attach {
        /// Where.
        zone: Option<ZoneId>,
        /// How many.
        count: u32,
    },
    /// CV-07: machines leave the set, newest first.
    Detach {
        /// Where.
        zone: Option<ZoneId>,
        /// How many.
        count: u32,
    },
    /// OM-09, AL-03: deallocates machines, newest first.
    Deallocate(u32),
    /// Starts every deallocated machine.
    Start,
    /// RC-07: deletes machines that failed to be created, and asks for others.
    ReplaceFailed,
    /// AR-07: ends a suspension of repairs.
    ResumeRepairs,
    /// DK-04: data disks (ZRS) of machines in dead zones are detached and attached to new machines elsewhere.
    ForceDetach,
    /// A rollout under way stops; what it has done stays.
    StopRollout,
    /// UP-13: the model from before the newest one is brought back.
    RollBack,
}

/// One change of a set.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// When.
    pub trigger: Trigger,
    /// What.
    pub action: Action,
    /// AL-04: if the capacity was not reached, it is asked for again after this time.
    pub retry: Option<SimDuration>,
    /// ZN-09: for a [`Trigger::ServingBelow`] or an alert, the capacity from before is asked for again once no zone has been dark
    /// for this long.
    pub back_after: Option<SimDuration>,
}

/// AL-05: what the subscription allows in the region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Regular vCPUs, deallocated machines included.
    pub vcpus: u32,
    /// Spot vCPUs, a pool of their own.
    pub spot_vcpus: u32,
    /// Machines.
    pub machines: u32,
}

/// What a set does while a trial runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Management {
    /// OM-01.
    pub orchestration: Orchestration,
    /// ZB.
    pub balance: BalanceRules,
    /// ZP: zones are chosen by the platform among the set's.
    pub auto_placement: Option<AutoPlacement>,
    /// PG: all machines (of a zone) in one placement group, so in one cluster.
    pub single_placement_group: bool,
    /// SI.
    pub scale_in: ScaleInRules,
    /// SI-06: victims are deleted without a graceful shutdown.
    pub force_deletion: bool,
    /// SI-07.
    pub protection: Protection,
    /// SI-09.
    pub terminate_notice: Option<TerminateNotice>,
    /// OV-01, OV-02: how many percent more machines a scale-out starts with; `None`: off.
    pub overprovision: Option<u32>,
    /// PT, RC.
    pub creation: Creation,
    /// PT, RC.
    pub deletion: Deletion,
    /// HM.
    pub health: Option<Health>,
    /// AR.
    pub repairs: Option<Repairs>,
    /// AZ: automatic zone balance.
    pub auto_zone_balance: bool,
    /// AS.
    pub autoscale: Option<Box<Autoscale>>,
    /// vCPUs of a machine, for quota.
    pub vcpus: u32,
    /// CR: reserved capacity in each zone (in the region, for a regional set).
    pub reserved_per_zone: u32,
    /// SP.
    pub spot: Option<Spot>,
    /// IM.
    pub instance_mix: Option<Mix>,
    /// SB.
    pub standby: Option<StandbyPool>,
    /// DK.
    pub disks: Disks,
    /// DH.
    pub dedicated: Option<DedicatedHosts>,
    /// The customer's changes, in order of writing.
    pub changes: Vec<Change>,
    /// UP: none where nothing is ever released.
    pub upgrades: Option<Box<Upgrades>>,
}

impl Management {
    /// The most machines that the set is ever asked to have.
    pub fn most_asked(&self, capacity: u32) -> u32 {
        let scaled = self.autoscale.as_ref().map_or(0, |autoscale| autoscale.most());
        self.changes.iter().fold(capacity.max(scaled), |most, change| match change.action {
            Action::Capacity(capacity) => most.max(capacity),
            Action::Attach { count, .. } => most.saturating_add(count),
            _ => most,
        })
    }

    /// The most machines that the set may have at one time, in transition included.
    pub fn most(&self, capacity: u32) -> u32 {
        let asked = self.changes.iter().map(|change| match change.action {
            Action::Capacity(capacity) => capacity,
            _ => 0,
        });
        let attached: u32 = self
            .changes
            .iter()
            .map(|change| match (&change.action, &change.trigger) {
                (Action::Attach { count, .. }, Trigger::At { every: None, .. }) => *count,
                // How often it will happen is not known here.
                (Action::Attach { .. }, _) => LARGEST_SET,
                _ => 0,
            })
            .fold(0, u32::saturating_add);
        let scaled = self.autoscale.as_ref().map_or(0, |autoscale| autoscale.most());
        let asked = asked.fold(capacity.max(scaled), u32::max);
        let target = asked.saturating_add(attached.min(LARGEST_SET.saturating_sub(asked)));
        let extra = self.overprovision.map_or(0, |percent| crate::policy::overprovision::extra(target, percent));
        // SI-09: a whole generation may still serve during its notice while the next one is created.
        let noticed = if self.terminate_notice.is_none() { 0 } else { target };
        // A machine that is rebalanced to, and some choice among the racks for the last ones.
        let choice = 2 + crate::policy::repair::limit(target);
        let surge = self.upgrades.as_ref().map_or(0, |upgrades| upgrades.surge(target));
        [extra, noticed, choice, surge].into_iter().fold(target, u32::saturating_add)
    }

    /// Every zone that the set may ever be in.
    pub fn zones_ever(&self, zones: &[ZoneId]) -> Vec<ZoneId> {
        let mut all = zones.to_vec();
        for change in &self.changes {
            if let Action::Zones(zones) = &change.action {
                all.extend(
                    zones.iter().filter(|zone| !zones.is_empty() && !all.contains(zone)).copied().collect::<Vec<_>>(),
                );
            }
        }
        all
    }
}
