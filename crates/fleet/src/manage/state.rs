//! What the managed sets of a design remember within a trial, all together.

use super::delete::Leaver;
use super::promise::Promise;
use super::rollout::Rollouts;
use super::sets::{ChangeState, GroupState, SetState};
use super::slot::{Capacity, Slot, State};
use super::vacancy::Vacancy;
use crate::design::Design;
use crate::management::Watch;
use crate::placement::Slots;
use crate::policy::allocation::Usage;
use crate::policy::scale_in::Candidate;
use crate::policy::zone_balance::ZoneState;
use std::ops::Range;
use zonefall_engine::{Key, SimTime};
use zonefall_topology::Topology;

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
    /// SP-01: until when the last wave of evictions leaves each zone without Spot capacity.
    pub spot_short: Vec<SimTime>,
    /// What each zone has to give, as far as it is known.
    pub capacity: Vec<Capacity>,
    /// No control plane is out in this time, as far as it is known.
    pub control_plane_up: Range<SimTime>,
    /// When one of these changes first.
    pub capacity_until: SimTime,
    /// The free slots.
    pub vacancy: Vacancy,
    /// Marks of hosts that stand on a slot whether or not a machine does.
    pub host_marks: u32,
    /// Marks that say a machine is unhealthy.
    pub unhealthy: u32,
    /// Marks of modes that strike hosts.
    pub of_host: u32,
    /// The marks of machines that nobody can reach: their rack or host is down, or under maintenance.
    pub out_of_reach: u32,
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
    spot_short,
    capacity,
    control_plane_up,
    capacity_until,
    vacancy,
    host_marks,
    unhealthy,
    of_host,
    out_of_reach,
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
        let groups: Vec<GroupState> = slots.iter().filter(|_| active).map(GroupState::new).collect();
        let sets = design.sets.iter().enumerate().filter(|_| active);
        let sets = sets.map(|(index, set)| SetState::new(index, set, &groups)).collect();
        let changes = design.sets.iter().enumerate().flat_map(|(set, of)| {
            let changes = of.management.as_ref().map_or(0, |managed| managed.changes.len());
            (0..changes).map(move |index| ChangeState::new(set, index))
        });
        let changes = changes.collect();
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
            spot_short: vec![SimTime::ZERO; when(topology.zone_count() as usize)],
            capacity: vec![Capacity::UNKNOWN; when(topology.zone_count() as usize)],
            control_plane_up: SimTime::ZERO..SimTime::ZERO,
            capacity_until: SimTime::ZERO,
            vacancy: Vacancy::default(),
            host_marks: 0,
            unhealthy: 0,
            of_host: 0,
            out_of_reach: 0,
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

    /// OV-01: a machine beside those asked for is one of them from now on, or the other way round.
    pub fn asks_for(&mut self, at: usize, asks: bool) {
        let slot = &mut self.slots[at];
        slot.extra = !asks;
        let is_coming = slot.state == State::Creating && slot.scale_out;
        let group = &mut self.groups[slot.group as usize];
        if asks {
            group.extras -= 1;
            group.awaited += u32::from(is_coming);
        } else {
            group.extras += 1;
            group.awaited -= u32::from(is_coming);
        }
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

    /// AL-03: whether the machine of a slot was deallocated, and is being started.
    #[inline]
    pub fn is_started(&self, at: usize) -> bool {
        self.slots.get(at).is_some_and(|slot| slot.starts)
    }

    /// RC-07: whether the creation of a slot's machine has failed for good.
    #[inline]
    pub fn is_failed(&self, at: usize) -> bool {
        self.slots.get(at).is_some_and(|slot| slot.state == State::Failed)
    }

    /// What is known of the storm is not so any more.
    pub fn forget_storm(&mut self) {
        self.capacity.fill(Capacity::UNKNOWN);
        self.control_plane_up = SimTime::ZERO..SimTime::ZERO;
        self.capacity_until = SimTime::ZERO;
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
        self.spot_short.fill(SimTime::ZERO);
        self.forget_storm();
        self.groups.iter_mut().for_each(GroupState::reset);
        self.sets.iter_mut().for_each(|set| set.reset(&mut self.groups));
        self.changes.iter_mut().for_each(ChangeState::reset);
    }
}
