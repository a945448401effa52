//! What the sets of a design, their groups of slots and their changes remember within a trial.

use super::delete::Notice;
use super::order::Line;
use super::owed::Owed;
use super::shortage::Shortages;
use crate::balancer::ProbeTimes;
use crate::design::ScaleSet;
use crate::placement::Slots;
use crate::policy::instance_mix::{Mix, order};
use crate::policy::repair::Streak;
use std::ops::Range;
use zonefall_engine::{Key, SimTime, name_tag};
use zonefall_topology::ZoneId;

/// A group of slots (one set in one zone, or a regional set).
#[derive(Debug)]
pub(crate) struct GroupState {
    pub set: usize,
    pub zone: Option<ZoneId>,
    /// Its zone is one of those of its set.
    pub in_use: bool,
    /// Numbers of its slots in the population.
    pub numbers: Range<u32>,
    pub initial: u32,
    /// Machines that count for balance.
    pub count: u32,
    /// Those of them that are deallocated.
    pub deallocated: u32,
    /// Machines that hold hardware.
    pub allocated: u32,
    /// When a machine was refused last, and how many were at that instant.
    pub refused: (SimTime, u32),
    /// OV-01: machines of scale-outs that were asked for and are still being created.
    pub awaited: u32,
    /// OV-01, AZ-08, UP-07: machines beside those that are asked for.
    pub extras: u32,
    /// Its instances in the order of their ids: the regular ones, and the Spot ones.
    pub lines: [Line; 2],
    /// SP-02: how many Spot machines less its zone gives it after evictions for good.
    pub shortages: Shortages,
    /// SB: machines of the pool that are ready, and on their way.
    pub standby: u32,
    pub standby_coming: u32,
}

zonefall_engine::pooled_clone!(GroupState {
    set,
    zone,
    in_use,
    numbers,
    initial,
    count,
    deallocated,
    allocated,
    refused,
    awaited,
    extras,
    lines,
    shortages,
    standby,
    standby_coming
});

impl GroupState {
    pub fn new(group: &Slots) -> Self {
        Self {
            set: group.set as usize,
            zone: group.zone,
            in_use: false,
            numbers: group.numbers.clone(),
            initial: group.initial,
            count: 0,
            deallocated: 0,
            allocated: 0,
            refused: (SimTime::ZERO, 0),
            awaited: 0,
            extras: 0,
            lines: [Line::EMPTY; 2],
            shortages: Shortages::default(),
            standby: 0,
            standby_coming: 0,
        }
    }

    /// Forgets the last trial.
    pub fn reset(&mut self) {
        (self.count, self.allocated, self.awaited, self.extras) = (0, 0, 0, 0);
        (self.standby, self.standby_coming, self.deallocated) = (0, 0, 0);
        self.refused = (SimTime::ZERO, 0);
        self.shortages.clear();
        self.lines = [Line::EMPTY; 2];
    }

    /// Its instances that were asked for.
    pub fn listed(&self) -> u32 {
        self.lines[0].count + self.lines[1].count
    }
}

/// AZ: an operation of automatic zone balance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rebalance {
    pub new: u32,
    pub new_epoch: u16,
    pub source: u32,
    pub source_epoch: u16,
    pub until: SimTime,
    pub due: SimTime,
}

/// What was refused as a whole.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Refused {
    /// What its absence is charged to.
    pub cause: u16,
    pub machines: u32,
    /// The change that asked for it; none if autoscale did.
    pub by: Option<usize>,
}

/// A set.
#[derive(Debug)]
pub(crate) struct SetState {
    pub managed: bool,
    /// Where its quota is, and what a machine takes of it.
    pub region: usize,
    pub vcpus: u32,
    /// Its slot groups.
    pub groups: Range<usize>,
    pub regional: Option<usize>,
    /// The groups of its zones, in their order; zones that it does not have yet are not among them.
    pub zones: Vec<usize>,
    /// The zones that it begins with.
    first_zones: Vec<usize>,
    /// Instances that the customer asks for.
    pub desired: u32,
    pub exists: u32,
    pub spot: u32,
    pub next_id: u32,
    /// Some machine has got an id that says nothing of its age.
    pub renumbered: bool,
    /// SI-07: the ids below the second number are those of the oldest so many machines; of none if that is not known.
    pub protected: (u32, u32),
    /// The missing instances: as many as `desired` exceeds `exists`.
    pub short: Owed,
    /// Machines that the customer goes on wanting; not asked for, as nothing has changed.
    pub refused: Refused,
    pub repairing: u32,
    /// Machines that are made as soon as those are gone whose place they take.
    pub heirs: u32,
    /// Machines that wait for their repair.
    pub waiting: Vec<u32>,
    pub streak: Streak,
    pub suspended: bool,
    /// AR-08: when those are looked at again that wait.
    pub look_due: SimTime,
    /// AR-08: the last look at which repairs failed at once, and how many.
    pub failed: (SimTime, u32),
    pub grace_until: SimTime,
    /// SI-09: the notices that run, the earlier first.
    pub notices: Vec<Notice>,
    /// AZ-05: machines that changes of it are making or deleting, and when the last change was complete.
    pub changing: u32,
    pub last_change: Option<SimTime>,
    pub last_rebalance: Option<SimTime>,
    pub rebalance: Option<Rebalance>,
    pub rebalance_due: SimTime,
    /// What its zones or pools have has changed since rebalancing was considered.
    pub unconsidered: bool,
    /// When it was considered last, something was left to be done: any change may help.
    pub restless: bool,
    /// IM-02: the sizes of its mix in the order in which they are tried; empty without a mix.
    pub sizes: Vec<MixedSize>,
    /// The grid of its health probes.
    pub probes: Option<ProbeTimes>,
    /// The phase of the looks of automatic repairs.
    pub tick_phase_ms: u64,
    /// SB: machines of its pools, ready or on their way, and what the luck of those on their way is keyed by.
    pub pooled: u32,
    pub pool_luck: Key,
}

zonefall_engine::pooled_clone!(SetState {
    managed,
    region,
    vcpus,
    groups,
    regional,
    zones,
    first_zones,
    desired,
    refused,
    exists,
    spot,
    next_id,
    renumbered,
    protected,
    short,
    repairing,
    heirs,
    waiting,
    streak,
    suspended,
    look_due,
    failed,
    grace_until,
    notices,
    changing,
    last_change,
    last_rebalance,
    rebalance,
    rebalance_due,
    unconsidered,
    restless,
    sizes,
    probes,
    tick_phase_ms,
    pooled,
    pool_luck
});

impl SetState {
    /// The set with an index in the design, among the groups of all sets.
    pub fn new(index: usize, set: &ScaleSet, groups: &[GroupState]) -> Self {
        let start = groups.iter().position(|group| group.set == index).unwrap_or(0);
        let end = groups.iter().rposition(|group| group.set == index).map_or(0, |last| last + 1);
        let of_zone = |zone: &ZoneId| (start..end).find(|&group| groups[group].zone == Some(*zone));
        Self {
            managed: set.management.is_some(),
            region: set.region.0 as usize,
            vcpus: set.management.as_ref().map_or(0, |managed| managed.vcpus),
            groups: start..end,
            regional: (start..end).find(|&group| groups[group].zone.is_none()),
            zones: Vec::with_capacity(end - start),
            first_zones: set.zones.iter().filter_map(of_zone).collect(),
            desired: 0,
            refused: Refused::default(),
            exists: 0,
            spot: 0,
            next_id: 0,
            renumbered: false,
            protected: (0, 0),
            short: Owed::default(),
            repairing: 0,
            heirs: 0,
            waiting: Vec::new(),
            streak: Streak::default(),
            suspended: false,
            look_due: SimTime::NEVER,
            failed: (SimTime::NEVER, 0),
            grace_until: SimTime::ZERO,
            notices: Vec::new(),
            changing: 0,
            last_change: None,
            last_rebalance: None,
            rebalance: None,
            rebalance_due: SimTime::NEVER,
            unconsidered: true,
            restless: true,
            sizes: set
                .management
                .as_ref()
                .and_then(|managed| managed.instance_mix.as_ref())
                .map_or_else(Vec::new, MixedSize::of),
            probes: None,
            tick_phase_ms: 0,
            pooled: 0,
            pool_luck: Key::root(0),
        }
    }

    /// AR-08: how many repairs have failed at once in the look at `t`.
    pub fn failed_at(&self, t: SimTime) -> u32 {
        if self.failed.0 == t { self.failed.1 } else { 0 }
    }

    /// Forgets the last trial; its groups of all sets learn which of them are in use.
    pub fn reset(&mut self, groups: &mut [GroupState]) {
        self.zones.clear();
        self.zones.extend_from_slice(&self.first_zones);
        self.groups.clone().for_each(|group| groups[group].in_use = self.first_zones.contains(&group));
        self.short.clear();
        self.sizes.iter_mut().for_each(|size| size.used = 0);
        self.refused = Refused::default();
        self.waiting.clear();
        self.notices.clear();
        (self.desired, self.exists, self.spot, self.next_id, self.repairing, self.pooled) = (0, 0, 0, 0, 0, 0);
        (self.renumbered, self.protected) = (false, (0, 0));
        (self.streak, self.suspended) = (Streak::default(), false);
        (self.unconsidered, self.restless) = (true, true);
        self.heirs = 0;
        self.grace_until = SimTime::ZERO;
        (self.changing, self.last_change, self.last_rebalance, self.rebalance) = (0, None, None, None);
        (self.rebalance_due, self.look_due) = (SimTime::NEVER, SimTime::NEVER);
        self.failed = (SimTime::NEVER, 0);
    }

    /// The groups that its new machines go to.
    pub fn places(&self) -> impl Iterator<Item = usize> + '_ {
        self.zones.iter().copied().chain(self.regional.filter(|_| self.zones.is_empty()))
    }
}

/// IM-02: a size of a set's mix in a trial.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MixedSize {
    /// What its luck is keyed by.
    pub tag: u64,
    /// vCPUs of a machine.
    pub vcpus: u32,
    /// Regular vCPUs that the set may use of it, and uses.
    pub quota: u32,
    pub used: u32,
}

impl MixedSize {
    /// Those of a mix, in the order in which they are tried.
    fn of(mix: &Mix) -> Vec<Self> {
        let size = |at: usize| {
            let size = &mix.sizes[at];
            Self { tag: name_tag(&size.name), vcpus: size.vcpus, quota: size.quota, used: 0 }
        };
        order(mix).into_iter().map(size).collect()
    }

    /// vCPUs that are left of its own quota; Spot machines take none of it.
    pub const fn left(&self, spot: bool) -> u32 {
        if spot { u32::MAX } else { self.quota.saturating_sub(self.used) }
    }

    /// Whether one machine more finds quota; `left` as of the region.
    pub const fn has_quota(&self, spot: bool, left: u64) -> bool {
        self.vcpus <= self.left(spot) && self.vcpus as u64 <= left
    }
}

/// A change of the customer's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChangeState {
    pub set: usize,
    /// Its place among the set's changes.
    pub index: usize,
    pub due: SimTime,
    pub retry_due: SimTime,
    /// Since when too few machines serve.
    pub since: Option<SimTime>,
    /// It was made and not taken back.
    pub made: bool,
    /// The capacity from before.
    pub before: u32,
    pub back_due: SimTime,
}

impl ChangeState {
    pub const fn new(set: usize, index: usize) -> Self {
        Self {
            set,
            index,
            due: SimTime::NEVER,
            retry_due: SimTime::NEVER,
            since: None,
            made: false,
            before: 0,
            back_due: SimTime::NEVER,
        }
    }

    /// Forgets the last trial.
    pub const fn reset(&mut self) {
        (self.due, self.retry_due, self.back_due) = (SimTime::NEVER, SimTime::NEVER, SimTime::NEVER);
        (self.since, self.made) = (None, false);
    }
}
