//! The fleet workloads as ordinary studies, and a player that lives through their trials as a study does: windows of
//! 30 days, the full ledger, the tally of every trial.

use std::sync::Arc;
use zonefall_engine::{Law, Shape, SimDuration, SimTime};
use zonefall_faults::{Kind, Mode, Outage, Profile, Recovery, Scope, Share, Start};
use zonefall_fleet::{Design, HiddenZone, LoadBalancer, Measure, Need, ScaleSet, Spreading, StartState, Windows};
use zonefall_stats::{Confidence, Target};
use zonefall_study::{Stage, Study, Tally};
use zonefall_topology::{Region, RegionId, Topology, ZoneId};

pub(crate) const SECOND: u64 = 1000;
pub(crate) const MINUTE: f64 = 60_000.0;
pub(crate) const HOUR: f64 = 3_600_000.0;
pub(crate) const DAY: u64 = 24 * 3_600_000;
pub(crate) const YEAR_H: f64 = 8760.0;
const SEED: u64 = 20_250_101;

pub(crate) fn seconds(count: u64) -> SimDuration {
    SimDuration::from_ms(count * SECOND)
}

pub(crate) fn law(shape: Shape) -> Law {
    Law::new(shape, None).expect("the laws of the workloads are constants")
}

pub(crate) fn mode(name: &str, scope: Scope, rate_per_year: f64, outage: Shape) -> Mode {
    Mode::plain(name, scope, rate_per_year, Outage::Law(law(outage))).expect("the rates are above zero")
}

/// Machines spread over the first `zones` zones, of which `need` must serve.
pub(crate) fn design(zones: u32, machines: u32, need: u32) -> Design {
    let set = ScaleSet {
        name: "web".into(),
        region: RegionId(0),
        zones: (0..zones).map(ZoneId).collect(),
        capacity: machines,
        spreading: Spreading::Max,
        hidden_zone: HiddenZone::Single,
        placement_groups: false,
        disk_elsewhere: 0.0,
        serves_milli: 1000,
        boot: Law::constant(SimDuration::ZERO),
        warm_up: Law::constant(SimDuration::ZERO),
        slow_start: None,
        start: StartState::Running,
        management: None,
    };
    Design {
        name: format!("{need} of {machines}"),
        sets: vec![set],
        balancer: None,
        demand: None,
        need: Need::Serving(need),
        sla: None,
        agreements: Vec::new(),
        depends_on: Vec::new(),
        healing_needs_control_plane: false,
        quota: None,
        zone_down_milli: 500,
        service: Default::default(),
        jobs: None,
        bought: None,
        maintenance: None,
    }
}

pub(crate) fn study(name: &str, place: (u32, u32, u32), modes: Vec<Mode>, designs: Vec<Design>) -> Study {
    let (zones, racks_per_zone, hosts_per_rack) = place;
    let region = Region { name: "east".into(), zones, halls_per_zone: 1, racks_per_zone, hosts_per_rack };
    let horizon = SimTime::from_ms(365 * DAY);
    let windows = Windows::every(SimDuration::from_ms(30 * DAY), SimTime::ZERO, horizon);
    let measure = Measure {
        horizon,
        from: SimTime::ZERO,
        months: windows.clone(),
        windows,
        at: Vec::new(),
        until_first_miss: false,
        event_budget: 1_000_000_000,
    };
    Study {
        name: name.into(),
        seed: SEED,
        trials: 0,
        first_trial: 0,
        stopping: None,
        money: None,
        local_time: None,
        designs: designs.into_iter().map(Arc::new).collect(),
        topology: Arc::new(Topology::new(vec![region]).expect("the topologies are constants")),
        profile: Profile { name: name.into(), modes },
        replay: None,
        measure: Arc::new(measure),
        target: "99.9%".parse::<Target>().expect("a share"),
        confidence: Confidence::new(0.95).expect("a level"),
        counterfactual: false,
        rows: false,
    }
}

/// W2: 3 zones × 84 hosts × 4 machines; a host fails every 1,000 h and is repaired in 1 h. With `probes`, a machine then
/// boots (30 s), warms up (60 s) and waits for the load balancer.
pub fn peer_fleet(probes: bool) -> Study {
    let mut host = mode("host", Scope::Host, YEAR_H / 1000.0, Shape::Exponential(HOUR));
    host.start = Start::New;
    let mut fleet = design(3, 1008, 1000);
    if probes {
        host.recovery = Recovery::Boot;
        fleet.sets[0].boot = Law::constant(seconds(30));
        fleet.sets[0].warm_up = Law::constant(seconds(60));
        fleet.balancer = Some(LoadBalancer {
            interval: seconds(5),
            unhealthy_threshold: 2,
            healthy_threshold: 1,
            timeout: seconds(5),
            flap_window: seconds(300),
            all_when_none: false,
        });
    }
    study("W2", (3, 21, 4), vec![host], vec![fleet])
}

/// W4: `need` of `machines`, each failing every 1,000 h and repaired in 10 h, by `crews` crews if they are limited.
pub fn k_of_n(machines: u32, need: u32, crews: Option<u32>) -> Study {
    let mut machine = mode("machine", Scope::Instance, YEAR_H / 1000.0, Shape::Exponential(10.0 * HOUR));
    machine.start = Start::New;
    machine.crews = crews;
    study("W4", (1, 20, 40), vec![machine], vec![design(1, machines, need)])
}

pub(crate) fn default_profile() -> Vec<Mode> {
    let mut host = mode("host", Scope::Host, 0.08, Shape::LogNormal(8.0 * MINUTE, 0.7));
    host.kind = Kind::Shock;
    let mut zone = mode("zone", Scope::Zone, 0.03, Shape::LogNormal(7.6 * HOUR, 0.99));
    zone.share = Share { whole: 0.25, low: 0.05, high: 0.6 };
    vec![
        host,
        mode("guest", Scope::Instance, 2.0, Shape::Constant(0.5 * MINUTE)),
        mode("rack", Scope::Rack, 0.05, Shape::LogNormal(2.0 * HOUR, 0.7)),
        zone,
        mode("region", Scope::Region, 0.01, Shape::LogNormal(8.17 * HOUR, 0.9)),
    ]
}

/// W6: the rates of the default profile on 3 zones × 20 racks; two thirds must serve. A rack has 40 hosts, or as many as
/// give every machine its own.
pub fn default_fleet(machines: u32) -> Study {
    let hosts = machines.div_ceil(3 * 20).max(40);
    study("W6", (3, 20, hosts), default_profile(), vec![design(3, machines, machines * 2 / 3)])
}

/// Ten designs for the profile of W6: 100 to 109 machines, each with its own objective.
pub fn ten_designs() -> Study {
    let designs = (0..10).map(|extra| design(3, 100 + extra, 66 + extra)).collect();
    study("ten designs", (3, 20, 40), default_profile(), designs)
}

/// The same study with one of its designs only.
pub fn alone(study: &Study, design: usize) -> Study {
    Study { designs: vec![Arc::clone(&study.designs[design])], ..study.clone() }
}

/// A study on its stage.
pub struct Player {
    study: Study,
    stage: Stage,
}

impl Player {
    /// Sets the stage.
    pub fn new(study: Study) -> Self {
        let stage = Stage::new(&study);
        Self { study, stage }
    }

    /// Lives through trials 0 to `trials`, with the tally of a study.
    pub fn play(&mut self, trials: u64) -> Tally {
        let mut tally = Tally::new(&self.study, self.stage.causes().len());
        for trial in 0..trials {
            self.stage.tally(&self.study, trial, &mut tally).expect("the event budget is ample");
        }
        tally
    }

    /// Events in trials 0 to `trials`, all designs together.
    pub fn events(&mut self, trials: u64) -> u64 {
        self.play(trials).designs.iter().map(|design| design.events).sum()
    }
}
