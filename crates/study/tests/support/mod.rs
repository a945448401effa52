//! A small builder of studies.
#![allow(dead_code, clippy::unwrap_used)]

use std::sync::Arc;
use zonefall_engine::{Law, SimDuration, SimTime};
use zonefall_faults::Profile;
use zonefall_fleet::{Design, HiddenZone, Measure, Need, ScaleSet, Spreading, StartState, Windows};
use zonefall_stats::Confidence;
use zonefall_study::Study;
use zonefall_topology::{Region, RegionId, Topology, ZoneId};

pub fn constant(seconds: u64) -> Law {
    Law::constant(SimDuration::from_ms(seconds * 1000))
}

pub fn design(name: &str, zones: &[u32], capacity: u32, need: u32) -> Design {
    let set = ScaleSet {
        name: "web".into(),
        region: RegionId(0),
        zones: zones.iter().map(|&zone| ZoneId(zone - 1)).collect(),
        capacity,
        spreading: Spreading::Max,
        hidden_zone: HiddenZone::Sticky(0.8),
        placement_groups: false,
        disk_elsewhere: 0.0,
        serves_milli: 1000,
        boot: constant(30),
        warm_up: constant(60),
        slow_start: None,
        start: StartState::Running,
        management: None,
    };
    Design {
        name: name.into(),
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

pub fn study(profile: Profile, designs: Vec<Design>, days: u64, trials: u64) -> Study {
    let region = Region { name: "east".into(), zones: 3, halls_per_zone: 4, racks_per_zone: 20, hosts_per_rack: 40 };
    let horizon = SimTime::from_ms(days * 86_400_000);
    let windows = Windows::every(SimDuration::from_ms(30 * 86_400_000), SimTime::ZERO, horizon);
    let measure = Measure {
        horizon,
        from: SimTime::ZERO,
        months: windows.clone(),
        windows,
        at: vec![],
        until_first_miss: false,
        event_budget: 1 << 32,
    };
    Study {
        name: "test".into(),
        seed: 11,
        trials,
        first_trial: 0,
        stopping: None,
        money: None,
        designs: designs.into_iter().map(Arc::new).collect(),
        topology: Arc::new(Topology::new(vec![region]).unwrap()),
        profile,
        replay: None,
        measure: Arc::new(measure),
        target: "99.95%".parse().unwrap(),
        confidence: Confidence::P95,
        counterfactual: true,
        rows: true,
        local_time: None,
    }
}
