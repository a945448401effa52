//! What a person designed: scale sets, a load balancer, a demand, an objective. Typed and checked; no laws of the world.

use crate::balancer::LoadBalancer;
use crate::demand::Demand;
use crate::jobs::Jobs;
use crate::maintenance::Maintenance;
use crate::management::{Management, Quota};
use crate::service::{Limit, Service};
use crate::slow_start::SlowStart;
use crate::structure::Structure;
use std::sync::Arc;
use std::time::Duration;
use zonefall_engine::Law;
use zonefall_topology::{RegionId, ZoneId};

/// How instances are spread over racks (FD-02..04).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spreading {
    /// Over as many racks as possible (fault domain count 1, FD-03).
    Max,
    /// Over exactly this many fault domains (FD-04).
    Fixed(u32),
}

/// Where the instances of a regional set stand; the zone is hidden (ZN-03).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HiddenZone {
    /// All in one zone, drawn per trial.
    Single,
    /// A further instance stays with the first with this probability, else goes to one of the other zones.
    Sticky(f64),
    /// Each in a zone of its own draw.
    Uniform,
}

/// The state of the machines when the trial begins.
#[derive(Debug, Clone, PartialEq)]
pub enum StartState {
    /// Running and serving.
    Running,
    /// Being created: each takes a draw of this law, then its warm-up.
    Creating(Law),
}

/// A group of like machines: a scale set, an availability set, or a single machine.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleSet {
    /// Its name, unique in the design.
    pub name: String,
    /// The region it is in.
    pub region: RegionId,
    /// Zones it is pinned to or spread over; none for a regional set (ZN-01).
    pub zones: Vec<ZoneId>,
    /// Instances.
    pub capacity: u32,
    /// Spreading over racks.
    pub spreading: Spreading,
    /// The hidden zones of a regional set.
    pub hidden_zone: HiddenZone,
    /// PG-01: a regional set is made of placement groups of at most 100, each with a hidden zone of its own.
    pub placement_groups: bool,
    /// DK-06: probability that the disk of a regional machine stands in another zone than the machine.
    pub disk_elsewhere: f64,
    /// What one instance can serve, in thousandths of a request a second.
    pub serves_milli: u64,
    /// From power to a running system.
    pub boot: Law,
    /// From a running system to the first request served.
    pub warm_up: Law,
    /// Until it serves in full; none if it does from the first request on.
    pub slow_start: Option<SlowStart>,
    /// State at the beginning.
    pub start: StartState,
    /// What happens to it while the trial runs; none for a set that never changes.
    pub management: Option<Box<Management>>,
}

/// What the service needs to meet its objective at an instant.
#[derive(Debug, Clone, PartialEq)]
pub enum Need {
    /// At least this many instances in rotation and alive.
    Serving(u32),
    /// At least this share of the demand served, as a ratio; and answered in time, where the service has a limit.
    Served(u64, u64),
    /// Each batch of jobs to this share by its deadline, as a ratio: from the deadline on until it is.
    Done(u64, u64),
    /// Parts that hold together.
    Parts(Arc<Structure>),
}

impl Need {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::Serving(least) => format!("at least {least} serving"),
            Self::Served(share, of) => format!("at least {} % of demand served", 100.0 * *share as f64 / *of as f64),
            Self::Done(share, of) => {
                format!("at least {} % of each batch of jobs done by its deadline", 100.0 * *share as f64 / *of as f64)
            }
            Self::Parts(structure) => structure.words(),
        }
    }

    /// The parts, if it is made of parts. Of a whole design, which may have jobs that parts work on: [`Design::structure`].
    pub(crate) fn structure(&self) -> Option<&Structure> {
        if let Self::Parts(structure) = self { Some(structure) } else { None }
    }
}

/// Azure's own promise for this configuration (SL-01), a yardstick beside the objective.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlaTerms {
    /// In words.
    pub name: String,
    /// Uptime below a fraction (numerator, denominator) brings a credit in percent; the first is the promise.
    pub tiers: Vec<(u64, u64, u32)>,
    /// SL-02: it counts while at least so many machines, not Spot, have been started and not stopped by the customer.
    pub least_machines: u32,
    /// In at least so many zones.
    pub least_zones: u32,
}

impl SlaTerms {
    /// The last tier whose fraction `up` of `length` lies below; none where the promise is kept.
    pub fn tier_below(&self, up: u64, length: u64) -> Option<usize> {
        let below =
            |tier: &&(u64, u64, u32)| u128::from(up) * u128::from(tier.1) < u128::from(length) * u128::from(tier.0);
        self.tiers.iter().take_while(below).count().checked_sub(1)
    }
}

/// SL-01: a promise for some of the machines, where there is none for all of them together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// What it is for: a region, or a set.
    pub of: String,
    /// The sets that it covers.
    pub sets: Vec<u32>,
    /// Each machine is promised by itself; else all of them together.
    pub each: bool,
    /// What is promised.
    pub terms: SlaTerms,
}

/// What is bought for a set, whether or not a machine makes use of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bought {
    /// Machines that are paid for in advance (CO-02).
    pub committed: u32,
    /// CR-01: reserved capacity in each zone, or in the region of a regional set.
    pub reserved_per_zone: u32,
}

/// One design.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// Its name, unique in the study.
    pub name: String,
    /// Its scale sets.
    pub sets: Vec<ScaleSet>,
    /// What sends requests to the machines; without one, a machine serves whenever it runs.
    pub balancer: Option<LoadBalancer>,
    /// What arrives.
    pub demand: Option<Demand>,
    /// Jobs that come in batches, in place of a demand or beside it.
    pub jobs: Option<Jobs>,
    /// How its machines work on it.
    pub service: Service,
    /// What it needs.
    pub need: Need,
    /// Azure's promise.
    pub sla: Option<SlaTerms>,
    /// The same part by part, where there is none for all machines together. No set is in two of them.
    pub agreements: Vec<Agreement>,
    /// Global modes it depends on, by name.
    pub depends_on: Vec<String>,
    /// Whether healing on other hardware waits while the region's control plane is out.
    pub healing_needs_control_plane: bool,
    /// AL-05: what the subscription allows; unlimited without it.
    pub quota: Option<Quota>,
    /// From this share of its racks, in thousandths, a zone counts as unavailable (ZB-05).
    pub zone_down_milli: u32,
    /// For a bill: what is bought for each set; none where nobody asks for one.
    pub bought: Option<Vec<Bought>>,
    /// MT: what it does about planned maintenance; none where there is none, or it is taken as it comes.
    pub maintenance: Option<Box<Maintenance>>,
}

impl Design {
    /// Whether its jobs are what is looked at of all that waits: where requests wait in line too, jobs are if they are the objective.
    pub fn jobs_wait_foremost(&self) -> bool {
        self.jobs.is_some() && (self.service.patience.is_none() || matches!(self.need, Need::Done(..)))
    }

    /// Whether some set changes while the trial runs.
    pub fn is_managed(&self) -> bool {
        self.sets.iter().any(|set| set.management.is_some())
    }

    /// Whether sets of it do nothing but jobs.
    pub fn has_workers(&self) -> bool {
        self.jobs.as_ref().is_some_and(|jobs| !jobs.sets.is_empty())
    }

    /// Whether a set does nothing but jobs.
    pub fn only_works(&self, set: usize) -> bool {
        self.jobs.as_ref().is_some_and(|jobs| jobs.sets.contains(&(set as u32)))
    }

    /// Whether the objective hangs on sets alone that do nothing but jobs.
    pub fn is_about_workers(&self) -> bool {
        self.has_workers() && matches!(self.need, Need::Done(..))
    }

    /// Whether the objective hangs on a set: where some do nothing but jobs, one on jobs on these alone, any other on all others.
    pub fn is_needed(&self, set: usize) -> bool {
        !self.has_workers() || self.only_works(set) == self.is_about_workers()
    }

    /// The sets that the objective hangs on, with their numbers.
    pub fn needed_sets(&self) -> impl Iterator<Item = (usize, &ScaleSet)> {
        self.sets.iter().enumerate().filter(|&(set, _)| self.is_needed(set))
    }

    /// Whether its objective may hang on its jobs: it is about them, or machines come and go with how busy all are. Else jobs take only
    /// what is left, and whoever serves knows nothing of them.
    pub fn hangs_on_jobs(&self) -> bool {
        let scales = |set: &ScaleSet| set.management.as_ref().is_some_and(|management| management.autoscale.is_some());
        let beside = !self.has_workers() && self.sets.iter().any(scales);
        self.jobs.is_some() && (matches!(self.need, Need::Done(..)) || beside)
    }

    /// Whether something is counted in it besides what its machines do.
    pub fn counts_operations(&self) -> bool {
        self.is_managed()
            || self.service.retry.is_some()
            || self.service.gateway.is_some()
            || self.service.patience.is_some()
            || self.fails_over()
    }

    /// The parts of its service, if it is made of parts: what holds together, or works on jobs together.
    pub fn structure(&self) -> Option<&Structure> {
        let of_jobs = || self.jobs.as_ref()?.through.as_deref();
        self.need.structure().or_else(of_jobs)
    }

    /// Whether parts of it stand in for each other only when clients have been sent over.
    pub fn fails_over(&self) -> bool {
        self.structure().is_some_and(|service| !service.failovers.is_empty())
    }

    /// A set as it is paid for while nothing happens: of one that stands by, the machines that run.
    pub fn set_as_paid(&self, set: usize) -> ScaleSet {
        let of = &self.sets[set];
        ScaleSet { capacity: of.capacity - crate::routing::idle_as_designed(self, set), ..of.clone() }
    }

    /// The limit on the times of responses, if the objective has one.
    pub fn limit(&self) -> Option<&Limit> {
        self.service.latency.as_ref()?.limit.as_ref()
    }

    /// In which time 95 of 100 requests are to be answered, if that is asked.
    pub fn within(&self) -> Option<Duration> {
        let of_parts = self.service.ways.as_ref().and_then(|ways| ways.within);
        self.limit().map(|limit| limit.within).or(of_parts)
    }

    /// Marks on a machine that the design needs beside those of failure modes: one for each thing that its bad releases do.
    pub fn own_marks(&self) -> usize {
        crate::manage::symptoms(self).len()
    }

    /// Whether its objective is missed whenever no machine serves.
    pub fn needs_a_machine(&self) -> bool {
        let always_asked = || self.demand.as_ref().is_some_and(|demand| demand.range_milli().0 > 0);
        match &self.need {
            Need::Serving(least) => *least > 0,
            Need::Served(share, _) => *share > 0 && always_asked(),
            Need::Done(..) => false,
            Need::Parts(service) => service.needs_a_machine(always_asked()),
        }
    }

    /// Instances of all sets.
    pub fn capacity(&self) -> u64 {
        self.sets.iter().map(|set| u64::from(set.capacity)).sum()
    }
}
