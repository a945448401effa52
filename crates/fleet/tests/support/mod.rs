//! A small builder for scripted and drawn trials: reads like the scenario.
#![allow(dead_code, clippy::unwrap_used)]

use std::sync::Arc;
use zonefall_engine::{Key, Law, SimDuration, SimTime};
use zonefall_faults::{Event, Mode, Outage, Profile, RackOutage, Scope, Span, Storm, Strikes};
use zonefall_fleet::management::*;
use zonefall_fleet::policy::health::HealthSource;
use zonefall_fleet::policy::scale_in::{Order, ScaleInRules};
use zonefall_fleet::policy::zone_balance::{Balance, BalanceRules};
use zonefall_fleet::{
    Design, Failback, HiddenZone, Ledger, LoadBalancer, Measure, Need, Operation, ScaleSet, Spreading, Standby,
    StartState, Windows, World, population,
};
use zonefall_topology::{Region, RegionId, Topology, ZoneId};

pub const SECOND: u64 = 1000;
pub const MINUTE: u64 = 60 * SECOND;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;

pub fn topology(zones: u32, racks_per_zone: u32, hosts_per_rack: u32) -> Arc<Topology> {
    let region = Region { name: "east".into(), zones, halls_per_zone: 1, racks_per_zone, hosts_per_rack };
    Arc::new(Topology::new(vec![region]).unwrap())
}

pub fn constant(ms: u64) -> Law {
    Law::constant(SimDuration::from_ms(ms))
}

/// A scale set called `web` over zones (numbers from 1; none for a regional set) that needs `need` serving.
pub fn design(zones: &[u32], capacity: u32, need: u32) -> Design {
    let set = ScaleSet {
        name: "web".into(),
        region: RegionId(0),
        zones: zones.iter().map(|&zone| ZoneId(zone - 1)).collect(),
        capacity,
        spreading: Spreading::Max,
        hidden_zone: HiddenZone::Single,
        placement_groups: false,
        disk_elsewhere: 0.0,
        serves_milli: 1000,
        boot: constant(0),
        warm_up: constant(0),
        slow_start: None,
        start: StartState::Running,
        management: None,
    };
    Design {
        name: "test".into(),
        sets: vec![set],
        balancer: None,
        demand: None,
        need: Need::Serving(need),
        sla: None,
        agreements: Vec::new(),
        depends_on: vec![],
        healing_needs_control_plane: false,
        quota: None,
        zone_down_milli: 500,
        service: Default::default(),
        jobs: None,
        bought: None,
        maintenance: None,
    }
}

pub fn balancer() -> LoadBalancer {
    LoadBalancer {
        interval: SimDuration::from_ms(5 * SECOND),
        unhealthy_threshold: 2,
        healthy_threshold: 1,
        timeout: SimDuration::from_ms(5 * SECOND),
        flap_window: SimDuration::from_ms(5 * MINUTE),
        all_when_none: false,
    }
}

/// A hot standby: ready in a minute, and back at once.
pub fn standby() -> Standby {
    Standby {
        operator: None,
        ready: constant(MINUTE),
        sent_at_once: false,
        running_milli: 1000,
        standing_milli: 1000,
        needs_control_plane: false,
        capacity_risk: 0.0,
        capacity_retry: constant(MINUTE),
        promised: None,
        recovery_point: constant(0),
        failback: Some(Failback { after: constant(0), outage: constant(0), by_operator: false }),
    }
}

pub fn measure(horizon_ms: u64, window_ms: u64) -> Measure {
    let horizon = SimTime::from_ms(horizon_ms);
    let windows = Windows::every(SimDuration::from_ms(window_ms), SimTime::ZERO, horizon);
    Measure {
        horizon,
        from: SimTime::ZERO,
        months: windows.clone(),
        windows,
        at: vec![],
        until_first_miss: false,
        event_budget: 1_000_000_000,
    }
}

pub fn mode(name: &str, scope: Scope) -> Mode {
    Mode::plain(name, scope, 1.0, Outage::Law(constant(HOUR))).unwrap()
}

/// A mode that stops the application of a machine, whose health endpoint tells.
pub fn application(name: &str) -> Mode {
    Mode { application_only: true, ..mode(name, Scope::Instance) }
}

pub fn profile(modes: Vec<Mode>) -> Profile {
    Profile { name: "test".into(), modes }
}

/// An outage of racks `first..first + racks` by the cause of that index.
pub type Scripted = (u16, u32, u32, u64, u64);

pub fn storm(outages: &[Scripted]) -> Storm {
    let mut storm = Storm::default();
    for &(cause, first_rack, racks, start, end) in outages {
        let (start, end) = (SimTime::from_ms(start), SimTime::from_ms(end));
        let event = storm.add_event(Event { cause, parent: None, start, end });
        storm.outages.push(RackOutage { event, first_rack, racks, start, end });
    }
    storm
}

/// A managed set whose machines are made in 75 s and deleted in 60 s, and that does nothing of itself.
pub fn management() -> Management {
    Management {
        orchestration: Orchestration::Flexible,
        balance: BalanceRules { balance: Balance::BestEffort, atomic: true, starved_is_down: false },
        auto_placement: None,
        single_placement_group: false,
        scale_in: ScaleInRules { order: Order::Default, prioritize_unhealthy: false, falls_back: true },
        force_deletion: false,
        protection: Protection { from_scale_in: 0, from_scale_set_actions: 0, from_manual: true },
        terminate_notice: None,
        overprovision: None,
        creation: Creation {
            time: constant(75 * SECOND),
            timeout: SimDuration::from_ms(8 * MINUTE),
            failure: 0.0,
            resilient: false,
            start: constant(45 * SECOND),
        },
        deletion: Deletion {
            time: constant(MINUTE),
            failure: 0.0,
            resilient: false,
            in_dead_zone: SimDuration::from_ms(10 * MINUTE),
        },
        health: None,
        repairs: None,
        auto_zone_balance: false,
        autoscale: None,
        vcpus: 2,
        reserved_per_zone: 0,
        spot: None,
        instance_mix: None,
        standby: None,
        disks: Disks { data: false, zone_redundant: false, zone_destroyed: 0.0 },
        dedicated: None,
        changes: vec![],
        upgrades: None,
    }
}

/// The set of a design, managed, with something else said of it.
pub fn managed(mut design: Design, say: impl FnOnce(&mut Management)) -> Design {
    let mut management = management();
    say(&mut management);
    design.sets[0].management = Some(Box::new(management));
    design
}

/// How often something was done.
pub fn count(ledger: &Ledger, operation: Operation) -> u64 {
    ledger.operations[operation as usize]
}

/// Health by a binary extension every 5 s that calls a dead machine unhealthy after a minute.
pub fn binary_health() -> Health {
    Health {
        source: HealthSource::Binary,
        interval: SimDuration::from_ms(5 * SECOND),
        probes: 1,
        grace: SimDuration::from_ms(5 * SECOND),
        dead_after: Some(SimDuration::from_ms(MINUTE)),
    }
}

/// That, and repairs of one kind.
pub fn repaired(management: &mut Management, action: RepairAction) {
    management.health = Some(binary_health());
    management.repairs = Some(Repairs {
        action,
        grace: SimDuration::from_ms(10 * MINUTE),
        dwell: SimDuration::ZERO,
        tick: SimDuration::ZERO,
        suspend_after: 3,
    });
}

/// A change at an instant.
/// A scripted trial, and the world at its end.
pub fn live(script: &Script, design: Design) -> (Ledger, World) {
    script.live(design, None)
}

pub fn min(minutes: u64) -> SimDuration {
    SimDuration::from_ms(minutes * MINUTE)
}

pub fn at(ms: u64, action: Action) -> Change {
    let trigger = Trigger::At { at: SimTime::from_ms(ms), every: None };
    Change { trigger, action, retry: None, back_after: None }
}

pub struct Script {
    pub topology: Arc<Topology>,
    pub modes: Vec<Mode>,
    pub measure: Measure,
    pub outages: Vec<Scripted>,
    /// (when, unit mode, unit).
    pub strikes: Vec<(u64, u32, u32)>,
    /// (unit mode, unit, start, end).
    pub ends: Vec<(u32, u32, u64, u64)>,
    /// (zone from 1, thousandths left, start, end), by cause 0.
    pub shortages: Vec<(u32, u32, u64, u64)>,
    /// (start, end), by cause 0.
    pub control_plane: Vec<(u64, u64)>,
}

impl Script {
    pub fn new(topology: Arc<Topology>, modes: Vec<Mode>, horizon_ms: u64) -> Self {
        let measure = measure(horizon_ms, horizon_ms);
        Self {
            topology,
            modes,
            measure,
            outages: vec![],
            strikes: vec![],
            ends: vec![],
            shortages: vec![],
            control_plane: vec![],
        }
    }

    pub fn outages(mut self, outages: &[Scripted]) -> Self {
        self.outages = outages.to_vec();
        self
    }

    /// Unit outages: (mode, unit, start, end).
    pub fn units(mut self, outages: &[(u32, u32, u64, u64)]) -> Self {
        self.strikes = outages.iter().map(|&(mode, unit, start, _)| (start, mode, unit)).collect();
        self.ends = outages.to_vec();
        self
    }

    pub fn windows(mut self, window_ms: u64) -> Self {
        self.measure = measure(self.measure.horizon.as_ms(), window_ms);
        self
    }

    pub fn play(&self, design: Design) -> Ledger {
        self.play_without(design, None)
    }

    pub fn play_without(&self, design: Design, suppressed: Option<u16>) -> Ledger {
        self.live(design, suppressed).0
    }

    /// The ledger, and the world as it is at the end.
    pub fn live(&self, design: Design, suppressed: Option<u16>) -> (Ledger, World) {
        let designs = [design];
        let ms = SimTime::from_ms;
        let horizon = self.measure.horizon.since(SimTime::ZERO);
        let people = population(&designs, &self.topology);
        let mut strikes = Strikes::new(&profile(self.modes.clone()), &self.topology, people, horizon);
        let units = self.strikes.iter().map(|&(at, mode, unit)| (ms(at), mode, unit)).collect();
        let ends = self.ends.iter().map(|&(mode, unit, start, end)| (mode, unit, ms(start), ms(end))).collect();
        let mut storm = storm(&self.outages);
        for &(zone, left_milli, start, end) in &self.shortages {
            let event = storm.add_event(Event { cause: 0, parent: None, start: ms(start), end: ms(end) });
            storm.allocation.push(Span { of: zone - 1, event, start: ms(start), end: ms(end), left_milli });
        }
        for &(start, end) in &self.control_plane {
            let event = storm.add_event(Event { cause: 0, parent: None, start: ms(start), end: ms(end) });
            storm.control_plane.push(Span { of: 0, event, start: ms(start), end: ms(end), left_milli: 0 });
        }
        strikes.replay(storm, units, ends);
        let [design] = designs;
        let mut world = World::new(Arc::new(design), Arc::new(self.measure.clone()), self.topology.clone(), &strikes);
        let ledger = play(&mut strikes, &mut world, Key::root(1), suppressed);
        assert_eq!(world.audit(), Vec::<String>::new());
        (ledger, world)
    }
}

pub fn play(strikes: &mut Strikes, world: &mut World, trial: Key, suppressed: Option<u16>) -> Ledger {
    strikes.begin(trial).unwrap();
    world.begin(trial, strikes, suppressed.map(zonefall_fleet::Suppressed::Cause));
    while strikes.next_window() {
        if world.live(strikes).unwrap() {
            break;
        }
    }
    let ledger = world.finish(strikes).clone();
    assert_eq!(ledger.missed_by_cause_ms.iter().sum::<u64>(), ledger.missed_ms, "causes must sum");
    ledger
}

/// A router's view of a part, restated: whether it works, whether it is taken for working, and when that is next known to be otherwise. Known
/// after so long that it is out, and that it is back; at the beginning at once.
pub fn look((healthy, seen, known): &mut (bool, bool, u64), works: bool, now: u64, (out, back): (u64, u64)) {
    if works != *healthy {
        *healthy = works;
        *known = match now {
            _ if works == *seen => u64::MAX,
            0 => 0,
            _ => now + if works { back } else { out },
        };
    }
    if *known <= now {
        (*seen, *known) = (works, u64::MAX);
    }
}
