//! What the managed sets of a design remember within a trial.

use super::delete::{Leaver, Notice};
use super::order::{Line, NOBODY};
use super::owed::Owed;
use super::promise::Promise;
use super::rollout::Rollouts;
use super::vacancy::Vacancy;
use crate::balancer::ProbeTimes;
use crate::design::Design;
use crate::management::Watch;
use crate::placement::Slots;
use crate::policy::allocation::Usage;
use crate::policy::health::Trouble;
use crate::policy::instance_mix::order;
use crate::policy::repair::Streak;
use crate::policy::scale_in::Candidate;
use crate::policy::zone_balance::ZoneState;
use std::ops::Range;
use zonefall_engine::{Key, SimTime, name_tag};
use zonefall_topology::{Topology, ZoneId};

/// What a slot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing.
    Vacant,
    /// A machine that does not run yet for the first time.
    Creating,
    /// A machine; it may well be down.
    Running,
    /// A machine whose creation failed for good; it counts (RC-07).
    Failed,
    /// A machine without hardware; it counts (OM-09).
    Deallocated,
    /// A machine that serves until its notice is over; it no longer counts.
    Terminating,
}

impl State {
    /// Whether the machine counts as an instance of its set.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Creating | Self::Running | Self::Failed | Self::Deallocated)
    }

    /// Whether it counts for the balance of zones (ZB-01): not what failed to be created.
    pub const fn balances(self) -> bool {
        matches!(self, Self::Creating | Self::Running | Self::Deallocated)
    }

    /// Whether there is data on its disk: it has run, and is not on its way out.
    pub const fn has_data(self) -> bool {
        matches!(self, Self::Running | Self::Terminating | Self::Deallocated)
    }

    /// Whether it holds hardware (CR-03).
    pub const fn is_allocated(self) -> bool {
        matches!(self, Self::Creating | Self::Running | Self::Terminating)
    }
}

/// A slot and the machine in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub state: State,
    /// Machines that stood here before.
    pub epoch: u16,
    /// Its slot group.
    pub group: u32,
    pub rack: u32,
    /// What its luck is keyed by.
    pub who: u64,
    /// OM-08: never used again in its set.
    pub id: u32,
    pub created: SimTime,
    /// When its data began to be written.
    pub data_since: SimTime,
    pub spot: bool,
    /// OV-01: one more than asked for.
    pub extra: bool,
    /// Being repaired, or (a new machine) the repair of another one.
    pub repairing: bool,
    /// Its repair was held up by strict balance, and counted as such.
    pub blocked: bool,
    /// DK-04: its data disk was detached, or is attached to it before it serves.
    pub data_moved: bool,
    /// Its data disk cannot be reached.
    pub disk_dark: bool,
    /// SL-02: it was started again, and has not been up since.
    pub starts: bool,
    /// Runs, and its application says that it is well.
    pub well: bool,
    /// Since when it is well or not.
    pub since: SimTime,
    pub trouble: Trouble,
    /// AR-04.
    pub grace_until: SimTime,
    /// The wait that its state is in.
    pub due: SimTime,
    pub repair_due: SimTime,
    pub product_due: SimTime,
    /// Attempts to create or to restore.
    pub attempts: u32,
    /// The first of them.
    pub first_try: SimTime,
    /// RC-03: when the present attempt to create times out.
    pub deadline: SimTime,
    /// SP: no Spot capacity here before this instant.
    pub short_until: SimTime,
    /// It counts among the ill ones of its group.
    pub counted_ill: bool,
    /// Its neighbours in its line.
    pub older: u32,
    pub newer: u32,
}

impl Slot {
    pub const VACANT: Self = Self {
        state: State::Vacant,
        epoch: 0,
        group: 0,
        rack: 0,
        who: 0,
        id: 0,
        created: SimTime::ZERO,
        data_since: SimTime::ZERO,
        spot: false,
        extra: false,
        repairing: false,
        blocked: false,
        data_moved: false,
        disk_dark: false,
        starts: false,
        well: true,
        since: SimTime::ZERO,
        trouble: Trouble::Application,
        grace_until: SimTime::ZERO,
        due: SimTime::NEVER,
        repair_due: SimTime::NEVER,
        product_due: SimTime::NEVER,
        attempts: 0,
        first_try: SimTime::ZERO,
        deadline: SimTime::NEVER,
        short_until: SimTime::ZERO,
        counted_ill: false,
        older: NOBODY,
        newer: NOBODY,
    };

    /// The same slot without a machine.
    pub const fn emptied(&self, epoch: u16) -> Self {
        Self { epoch, group: self.group, rack: self.rack, who: self.who, ..Self::VACANT }
    }
}

/// What a zone has to give from an instant on, and until when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Capacity {
    pub from: SimTime,
    pub until: SimTime,
    /// The share of requests, in thousandths, that it grants.
    pub left_milli: u32,
    /// If it grants none, when it does again.
    pub back: SimTime,
}

impl Capacity {
    pub const UNKNOWN: Self = Self { from: SimTime::ZERO, until: SimTime::ZERO, left_milli: 1000, back: SimTime::ZERO };
}

/// A group of slots (one set in one zone, or a regional set).
#[derive(Debug, Clone)]
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
    /// OV: machines asked for of the running scale-out that do not run yet.
    pub awaited: u32,
    /// Its instances in the order of their ids: the regular ones, and the Spot ones.
    pub lines: [Line; 2],
    /// SP: the last wave of evictions in the zone, and until when it leaves no capacity for new Spot machines.
    pub last_wave: Option<SimTime>,
    pub spot_short_until: SimTime,
    /// SB: machines of the pool that are ready, and on their way.
    pub standby: u32,
    pub standby_coming: u32,
}

impl GroupState {
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
    pub repairing: u32,
    /// Machines that wait for their repair.
    pub waiting: Vec<u32>,
    pub streak: Streak,
    pub suspended: bool,
    /// AR-08: when those are looked at again that wait.
    pub look_due: SimTime,
    pub grace_until: SimTime,
    /// SI-09: the notices that run, the earlier first.
    pub notices: Vec<Notice>,
    pub last_change: Option<SimTime>,
    pub last_rebalance: Option<SimTime>,
    pub rebalance: Option<Rebalance>,
    pub rebalance_due: SimTime,
    /// What its zones or pools have has changed since rebalancing was considered.
    pub unconsidered: bool,
    /// When it was considered last, something was left to be done: any change may help.
    pub restless: bool,
    /// IM-02: the sizes of its mix after the first, in the order in which they are tried, by the tags of their names.
    pub other_sizes: Vec<u64>,
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
    exists,
    spot,
    next_id,
    renumbered,
    protected,
    short,
    repairing,
    waiting,
    streak,
    suspended,
    look_due,
    grace_until,
    notices,
    last_change,
    last_rebalance,
    rebalance,
    rebalance_due,
    unconsidered,
    restless,
    other_sizes,
    probes,
    tick_phase_ms,
    pooled,
    pool_luck
});

impl SetState {
    /// The groups that its new machines go to.
    pub fn places(&self) -> impl Iterator<Item = usize> + '_ {
        self.zones.iter().copied().chain(self.regional.filter(|_| self.zones.is_empty()))
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

/// Everything about the managed sets of a design.
#[derive(Debug)]
pub(crate) struct Manager {
    active: bool,
    /// Machines whose marks have changed.
    pub touched: Vec<u32>,
    /// A rack has gone dark or come back.
    pub zones_changed: bool,
    pub slots: Vec<Slot>,
    /// Machines on their way out, and which of these entries are free.
    pub leavers: Vec<Leaver>,
    pub free_leavers: Vec<u32>,
    pub groups: Vec<GroupState>,
    pub sets: Vec<SetState>,
    /// SL-02.
    pub promise: Promise,
    pub changes: Vec<ChangeState>,
    /// AL-05: what is in use of the quota, by region.
    pub usage: Vec<Usage>,
    /// Outages of the health endpoint that reach each rack.
    pub sick_racks: Vec<u16>,
    /// DK-05: zones that are wholly dark, and were rolled for.
    pub lost: Vec<bool>,
    /// Dark racks of each zone.
    pub dark: Vec<u32>,
    /// What each zone has to give, as far as it is known.
    pub capacity: Vec<Capacity>,
    /// When that changes first.
    pub capacity_until: SimTime,
    /// The free slots.
    pub vacancy: Vacancy,
    /// Marks of hosts that stand on a slot whether or not a machine does.
    pub host_marks: u32,
    /// Marks that say a machine is unhealthy.
    pub unhealthy: u32,
    /// Marks of modes that strike hosts.
    pub of_host: u32,
    /// Marks of modes that stop the application only.
    pub of_application: u32,
    pub counts: Vec<u32>,
    pub states: Vec<ZoneState>,
    pub candidates: Vec<Candidate>,
    pub candidate_at: Vec<u32>,
    /// The zones of the victims that a strict scale-in chooses on paper.
    pub paper: Vec<Option<usize>>,
    pub ids: Vec<u32>,
    /// Where the machines of a scale-out go.
    pub places: Vec<usize>,
    /// The changes that wait for something, and for what.
    pub watching: Vec<(usize, Watch)>,
    /// UP: what is installed, and what is on its way.
    pub rollouts: Rollouts,
    /// The demand has changed, and somebody watches the objective.
    pub alerted: bool,
    /// The groups whose pools can be filled, and the luck of their machines.
    pub open: Vec<(usize, Key)>,
}

zonefall_engine::pooled_clone!(Manager {
    active,
    touched,
    zones_changed,
    slots,
    leavers,
    free_leavers,
    groups,
    sets,
    changes,
    usage,
    sick_racks,
    lost,
    dark,
    capacity,
    capacity_until,
    vacancy,
    host_marks,
    unhealthy,
    of_host,
    of_application,
    counts,
    states,
    candidates,
    candidate_at,
    paper,
    ids,
    places,
    watching,
    rollouts,
    alerted,
    open,
    promise
});

impl Manager {
    pub fn new(design: &Design, slots: &[Slots], machines: usize, racks: usize, topology: &Topology) -> Self {
        let active = design.sets.iter().any(|set| set.management.is_some());
        let when = |length: usize| if active { length } else { 0 };
        let groups = slots.iter().filter(|_| active).map(|group| GroupState {
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
            lines: [Line::EMPTY; 2],
            last_wave: None,
            spot_short_until: SimTime::ZERO,
            standby: 0,
            standby_coming: 0,
        });
        let groups: Vec<GroupState> = groups.collect();
        let sets = design.sets.iter().enumerate().filter(|_| active).map(|(index, set)| {
            let start = groups.iter().position(|group| group.set == index).unwrap_or(0);
            let end = groups.iter().rposition(|group| group.set == index).map_or(0, |last| last + 1);
            let of_zone = |zone: &ZoneId| (start..end).find(|&group| groups[group].zone == Some(*zone));
            SetState {
                managed: set.management.is_some(),
                region: set.region.0 as usize,
                vcpus: set.management.as_ref().map_or(0, |managed| managed.vcpus),
                groups: start..end,
                regional: (start..end).find(|&group| groups[group].zone.is_none()),
                zones: Vec::with_capacity(end - start),
                first_zones: set.zones.iter().filter_map(of_zone).collect(),
                desired: 0,
                exists: 0,
                spot: 0,
                next_id: 0,
                renumbered: false,
                protected: (0, 0),
                short: Owed::default(),
                repairing: 0,
                waiting: Vec::new(),
                streak: Streak::default(),
                suspended: false,
                look_due: SimTime::NEVER,
                grace_until: SimTime::ZERO,
                notices: Vec::new(),
                last_change: None,
                last_rebalance: None,
                rebalance: None,
                rebalance_due: SimTime::NEVER,
                unconsidered: true,
                restless: true,
                other_sizes: set.management.as_ref().map_or_else(Vec::new, |managed| {
                    let mix = managed.instance_mix.as_ref();
                    let sizes =
                        mix.map_or_else(Vec::new, |mix| order(mix).into_iter().map(|at| &mix.sizes[at]).collect());
                    sizes.iter().skip(1).map(|size| name_tag(&size.name)).collect()
                }),
                probes: None,
                tick_phase_ms: 0,
                pooled: 0,
                pool_luck: Key::root(0),
            }
        });
        let changes = design.sets.iter().enumerate().flat_map(|(set, of)| {
            let changes = of.management.as_ref().map_or(0, |managed| managed.changes.len());
            (0..changes).map(move |index| ChangeState {
                set,
                index,
                due: SimTime::NEVER,
                retry_due: SimTime::NEVER,
                since: None,
                made: false,
                before: 0,
                back_due: SimTime::NEVER,
            })
        });
        let (sets, changes) = (sets.collect(), changes.collect());
        Self {
            promise: Promise::new(design, topology),
            active,
            touched: Vec::new(),
            zones_changed: false,
            slots: vec![Slot::VACANT; when(machines)],
            leavers: Vec::new(),
            free_leavers: Vec::new(),
            groups,
            sets,
            changes,
            usage: vec![Usage::default(); topology.regions().len()],
            sick_racks: vec![0; when(racks)],
            lost: vec![false; when(topology.zone_count() as usize)],
            dark: vec![0; when(topology.zone_count() as usize)],
            capacity: vec![Capacity::UNKNOWN; when(topology.zone_count() as usize)],
            capacity_until: SimTime::ZERO,
            vacancy: Vacancy::default(),
            host_marks: 0,
            unhealthy: 0,
            of_host: 0,
            of_application: 0,
            counts: Vec::new(),
            states: Vec::new(),
            candidates: Vec::new(),
            candidate_at: Vec::new(),
            paper: Vec::new(),
            ids: Vec::new(),
            places: Vec::new(),
            watching: Vec::new(),
            rollouts: Rollouts::default(),
            alerted: false,
            open: Vec::new(),
        }
    }

    /// Whether some set of the design is managed.
    #[inline]
    pub fn is_active(&self) -> bool {
        self.active
    }

    #[inline]
    pub fn has_news(&self) -> bool {
        !self.touched.is_empty() || self.zones_changed || self.alerted
    }

    /// A machine is to be looked at; once is enough.
    #[inline]
    pub fn touch(&mut self, at: usize) {
        if self.touched.last() != Some(&(at as u32)) {
            self.touched.push(at as u32);
        }
    }

    /// Which of the machines that stood in a slot after each other stands there now.
    #[inline]
    pub fn epoch(&self, at: u32) -> u16 {
        self.slots.get(at as usize).map_or(0, |slot| slot.epoch)
    }

    /// Whether the machine of a slot does not run yet for the first time.
    #[inline]
    pub fn is_creating(&self, at: usize) -> bool {
        self.slots.get(at).is_some_and(|slot| slot.state == State::Creating)
    }

    /// Forgets the last trial.
    pub fn reset(&mut self) {
        self.touched.clear();
        self.zones_changed = false;
        self.rollouts.reset();
        self.alerted = false;
        self.leavers.clear();
        self.free_leavers.clear();
        self.usage.fill(Usage::default());
        self.vacancy.reset();
        self.sick_racks.fill(0);
        self.lost.fill(false);
        self.dark.fill(0);
        self.capacity.fill(Capacity::UNKNOWN);
        self.capacity_until = SimTime::ZERO;
        for group in &mut self.groups {
            (group.count, group.allocated, group.awaited) = (0, 0, 0);
            (group.standby, group.standby_coming, group.deallocated) = (0, 0, 0);
            (group.refused, group.spot_short_until) = ((SimTime::ZERO, 0), SimTime::ZERO);
            group.last_wave = None;
            group.lines = [Line::EMPTY; 2];
        }
        for set in &mut self.sets {
            set.zones.clear();
            set.zones.extend_from_slice(&set.first_zones);
            set.groups.clone().for_each(|group| self.groups[group].in_use = set.first_zones.contains(&group));
            set.short.clear();
            set.waiting.clear();
            set.notices.clear();
            (set.desired, set.exists, set.spot, set.next_id, set.repairing, set.pooled) = (0, 0, 0, 0, 0, 0);
            (set.renumbered, set.protected) = (false, (0, 0));
            (set.streak, set.suspended) = (Streak::default(), false);
            (set.unconsidered, set.restless) = (true, true);
            set.grace_until = SimTime::ZERO;
            (set.last_change, set.last_rebalance, set.rebalance) = (None, None, None);
            (set.rebalance_due, set.look_due) = (SimTime::NEVER, SimTime::NEVER);
        }
        for change in &mut self.changes {
            (change.due, change.retry_due, change.back_due) = (SimTime::NEVER, SimTime::NEVER, SimTime::NEVER);
            (change.since, change.made) = (None, false);
        }
    }
}
