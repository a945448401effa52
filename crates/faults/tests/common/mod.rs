//! What the trace tests share: a topology of two regions, a profile with every kind of mode, and the shared data.
#![allow(dead_code)]

use std::path::PathBuf;
use std::sync::Arc;
use zonefall_engine::{Law, Shape, SimDuration, SimTime};
use zonefall_faults::*;
use zonefall_fleet::*;
use zonefall_topology::{Region, RegionId, Topology};

const HOUR: f64 = 3_600_000.0;

pub fn topology() -> Arc<Topology> {
    let region = |name: &str, racks_per_zone| Region {
        name: name.into(),
        zones: 3,
        halls_per_zone: 2,
        racks_per_zone,
        hosts_per_rack: 4,
    };
    Arc::new(Topology::new(vec![region("eastus", 10), region("west-eu", 7)]).expect("counts are positive"))
}

fn lognormal(median_hours: f64) -> Outage {
    Outage::Law(Law::new(Shape::LogNormal(median_hours * HOUR, 0.9), None).expect("positive"))
}

fn hours(hours: f64) -> Law {
    Law::constant(SimDuration::from_hours(hours).expect("small"))
}

fn mode(name: &str, scope: Scope, rate: f64, outage: Outage) -> Mode {
    Mode::plain(name, scope, rate, outage).expect("positive rate")
}

/// One mode of every kind, struck often.
pub fn rich_profile() -> Profile {
    let exponential = |mean: f64| Outage::Law(Law::exponential(mean * HOUR).expect("positive"));
    let mut host_shock = mode("host crash", Scope::Host, 1.0, lognormal(0.2));
    (host_shock.kind, host_shock.recovery) = (Kind::Shock, Recovery::Boot);
    let mut hardware = mode("hardware", Scope::Host, 0.5, lognormal(60.0));
    (hardware.recovery, hardware.restart) = (Recovery::Boot, Some(hours(0.1)));
    let mut aged = mode("disk", Scope::Host, 0.4, lognormal(20.0));
    aged.time_to_failure = Law::new(Shape::Weibull(0.8, 2.0 * 8760.0 * HOUR), None).expect("positive");
    aged.repeat = Some(Repeat { factor: 20.0, within_ms: 200.0 * HOUR });
    let mut guest = mode("guest crash", Scope::Instance, 6.0, Outage::Law(hours(0.1)));
    guest.recovery = Recovery::WarmUp;
    let mut gray = mode("gray", Scope::Instance, 3.0, exponential(40.0));
    gray.effect = Effect::Degraded(400);
    let mut maintenance = mode("maintenance", Scope::Instance, 3.0, lognormal(2.0));
    maintenance.recovery = Recovery::Boot;
    maintenance.predicted = Some(Predicted { share: 0.6, pause: hours(0.01), lead: hours(1.0) });
    let mut healed = mode("healed", Scope::Instance, 2.0, exponential(100.0));
    healed.heals = true;
    let mut worn = mode("worn", Scope::Instance, 2.0, exponential(3.0));
    worn.time_to_failure = Law::new(Shape::Weibull(2.0, 4000.0 * HOUR), None).expect("positive");
    (worn.clock, worn.start) = (Clock::Operating, Start::New);
    let mut crewed = mode("crewed", Scope::Instance, 4.0, exponential(60.0));
    (crewed.crews, crewed.start) = (Some(1), Start::New);
    let mut rack = mode("rack", Scope::Rack, 1.0, lognormal(5.0));
    rack.recovery = Recovery::Boot;
    let mut slow_rack = mode("slow rack", Scope::Rack, 0.5, lognormal(24.0));
    slow_rack.effect = Effect::Degraded(700);
    let mut hall = mode("hall", Scope::Hall, 0.4, lognormal(3.0));
    hall.time_to_failure = Law::new(Shape::Gamma(2.0, 8760.0 * HOUR), None).expect("positive");
    let mut zone = mode("zone", Scope::Zone, 2.0, lognormal(8.0));
    zone.share = Share { whole: 0.3, low: 0.0, high: 0.7 };
    zone.staged = Some(Staged { main: 0.8, tail: 3.0 });
    zone.common_cause = 0.2;
    zone.control_plane = Some(ControlPlaneHit { probability: 0.5, outage: hours(4.0) });
    let mut surge = mode("surge", Scope::Zone, 1.0, lognormal(0.5));
    (surge.kind, surge.recovery) = (Kind::Shock, Recovery::Boot);
    let region = mode("region", Scope::Region, 0.5, lognormal(2.0));
    let global = mode("identity", Scope::Global, 1.0, lognormal(1.0));
    let control = mode("control plane", Scope::ControlPlane, 2.0, lognormal(3.0));
    let capacity = mode("no capacity", Scope::Allocation, 3.0, lognormal(10.0));
    let for_ever = mode("lost", Scope::Instance, 0.02, Outage::Never);
    let modes = vec![
        host_shock,
        hardware,
        aged,
        guest,
        gray,
        maintenance,
        healed,
        worn,
        crewed,
        rack,
        slow_rack,
        hall,
        zone,
        surge,
        region,
        global,
        control,
        capacity,
        for_ever,
    ];
    assert!(modes.iter().all(|mode| mode.check().is_empty()), "the profile is possible");
    Profile { name: "rich".into(), modes }
}

/// The same with a component in it.
pub fn service_profile() -> Profile {
    let mut profile = rich_profile();
    profile.modes.push(mode("store", Scope::Component, 4.0, lognormal(6.0)));
    profile
}

/// The same with evictions, bad health, partial shortages and surges in it.
pub fn managed_profile() -> Profile {
    let mut profile = rich_profile();
    for (name, effect) in [("evicted", Effect::Evicted), ("unhealthy", Effect::Unhealthy)] {
        let mut one = mode(name, Scope::Instance, 20.0, lognormal(5.0));
        one.effect = effect;
        let mut wave = mode(&format!("{name} wave"), Scope::Zone, 3.0, lognormal(5.0));
        (wave.effect, wave.kind, wave.common_cause) = (effect, Kind::Shock, 0.3);
        wave.share = Share { whole: 0.5, low: 0.2, high: 0.8 };
        let mut of_host = mode(&format!("{name} host"), Scope::Host, 1.0, lognormal(1.0));
        (of_host.effect, of_host.kind) = (effect, Kind::Shock);
        profile.modes.extend([one, wave, of_host]);
    }
    let mut short = mode("little capacity", Scope::Allocation, 3.0, lognormal(10.0));
    short.effect = Effect::Degraded(800);
    profile.modes.push(short);
    for mode in profile.modes.iter_mut().filter(|mode| mode.name == "zone") {
        mode.surge = Some(Surge { least: 0.05, greatest: 0.3 });
    }
    assert!(profile.modes.iter().all(|mode| mode.check().is_empty()), "the profile is possible");
    profile
}

pub fn set(name: &str, topology: &Topology, region: u32, zones: &[u32], capacity: u32) -> ScaleSet {
    let region = RegionId(region);
    let zone = |&number: &u32| topology.zone(region, number).expect("it exists");
    ScaleSet {
        name: name.into(),
        region,
        zones: zones.iter().map(zone).collect(),
        capacity,
        spreading: Spreading::Max,
        hidden_zone: HiddenZone::Uniform,
        placement_groups: false,
        disk_elsewhere: 0.0,
        serves_milli: 1000,
        boot: Law::exponential(0.05 * HOUR).expect("positive"),
        warm_up: hours(0.02),
        slow_start: None,
        start: StartState::Running,
        management: None,
    }
}

pub fn design(name: &str, sets: Vec<ScaleSet>, need: u32) -> Design {
    Design {
        name: name.into(),
        sets,
        balancer: None,
        demand: None,
        need: Need::Serving(need),
        sla: None,
        agreements: Vec::new(),
        depends_on: vec!["identity".into()],
        healing_needs_control_plane: true,
        quota: None,
        zone_down_milli: 500,
        service: Default::default(),
        jobs: None,
        bought: None,
        maintenance: None,
    }
}

/// A zonal set, a spanning one with a regional one beside it, and one in two regions.
pub fn designs(topology: &Topology) -> Vec<Design> {
    let store = Component {
        cause: Some("store".into()),
        footing: Footing::Zones { region: RegionId(0), least: 2 },
        ceiling: None,
    };
    let nodes = vec![
        Node { name: "store".into(), part: Part::Component(store), promise: None },
        Node { name: "web".into(), part: Part::Sets(vec![0], Least::Serving(25)), promise: None },
        Node { name: "all".into(), part: Part::Group { parts: vec![0, 1], least: 2 }, promise: None },
    ];
    let mut parts = design("parts", vec![set("web", topology, 0, &[1, 2], 30)], 25);
    parts.need = Need::Parts(Arc::new(Structure::new(nodes)));
    vec![
        parts,
        design("zonal", vec![set("web", topology, 0, &[1], 24)], 20),
        design("spanning", vec![set("web", topology, 0, &[1, 2, 3], 60), set("db", topology, 0, &[], 8)], 55),
        design("two regions", vec![set("web", topology, 0, &[1, 2], 30), set("far", topology, 1, &[1, 3], 20)], 42),
    ]
}

pub fn measure(horizon: SimTime) -> Arc<Measure> {
    let month = SimDuration::from_hours(730.0).expect("small");
    let windows = Windows::every(month, SimTime::ZERO, horizon);
    Arc::new(Measure {
        horizon,
        from: SimTime::ZERO,
        months: windows.clone(),
        windows,
        at: vec![],
        until_first_miss: false,
        event_budget: 1 << 40,
    })
}

/// Lives through one trial in every design.
pub fn live(
    strikes: &mut Strikes,
    designs: &[Design],
    topology: &Arc<Topology>,
    trial: zonefall_engine::Key,
) -> Vec<Ledger> {
    let measure = measure(strikes.horizon());
    strikes.begin(trial).expect("few strikes");
    let world = |design: &Design| {
        let mut world = World::new(Arc::new(design.clone()), measure.clone(), topology.clone(), strikes);
        world.begin(trial, strikes, None);
        world
    };
    let mut worlds: Vec<World> = designs.iter().map(world).collect();
    while strikes.next_window() {
        for world in &mut worlds {
            world.live(strikes).expect("the budget is large");
        }
    }
    worlds.iter_mut().map(|world| world.finish(strikes).clone()).collect()
}

pub fn years(years: f64) -> SimDuration {
    SimDuration::from_hours(years * 8760.0).expect("small")
}

/// A file of the shared data, if it is there. `ZONEFALL_SHARED` names the folder; set but wrong is an error.
pub fn shared(file: &str) -> Option<PathBuf> {
    let given = std::env::var_os("ZONEFALL_SHARED").map(PathBuf::from);
    let folder = given.clone().unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    let path = folder.join("data").join(file);
    assert!(given.is_none() || path.is_file(), "ZONEFALL_SHARED is set, but {} is not there", path.display());
    path.is_file().then_some(path)
}
