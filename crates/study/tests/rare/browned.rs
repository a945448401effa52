//! A part of a failover group that still answers, but serves too little: no router sees it, so it is missed until its outage is over,
//! not until a failover is done.

use super::*;
use zonefall_fleet::management::Lack;
use zonefall_fleet::{
    ALL_CLIENTS, Alarm, Demand, Failover, Least, Need, Node, Operator, Part, Pattern, ScaleSet, Sight, Standby,
    Structure,
};
use zonefall_study::misses::alone;
use zonefall_topology::ZoneId;

/// Two regions of nine machines in three zones each, which have to serve all of so many machines' worth of demand.
fn regions(standby: bool, alarm: Option<Alarm>, demand: u64) -> Study {
    let law = |minutes: f64| Law::new(Shape::Constant(minutes * HOUR / 60.0), None).unwrap();
    let people = Operator { notice: law(3.0), act: law(12.0), office: None, success: 1.0, waits: true, alarm };
    let hot = Standby {
        operator: Some(people),
        ready: law(0.0),
        sent_at_once: false,
        running_milli: 1000,
        standing_milli: 1000,
        needs_control_plane: false,
        capacity_risk: 0.0,
        capacity_retry: law(1.0),
        promised: None,
        recovery_point: law(0.0),
        failback: None,
    };
    let pattern = if standby { Pattern::Standby(Box::new(hot)) } else { Pattern::ActiveActive { weights: vec![1, 1] } };
    let sight = Sight::Laws { out: law(1.0), back: law(0.0) };
    let failover = Failover { node: 2, pattern, sight, spread: SimDuration::ZERO, clients_least: ALL_CLIENTS };
    let node = |part| Node { name: "part".into(), part, promise: None };
    let sets = |set| node(Part::Sets(vec![set], Least::Served(99, 100)));
    let nodes = vec![sets(0), sets(1), node(Part::Group { parts: vec![0, 1], least: 1 })];
    let one = bare(&[1, 2, 3], 9, 1);
    let set = |name: &str, first: u32| ScaleSet {
        name: name.into(),
        zones: (first..first + 3).map(ZoneId).collect(),
        serves_milli: 1000,
        ..one.sets[0].clone()
    };
    let design = Design {
        sets: vec![set("east", 0), set("west", 3)],
        need: Need::Parts(Arc::new(Structure { nodes, failovers: vec![failover] })),
        demand: Some(Demand::constant(demand * 100)),
        ..one
    };
    let outage = Law::new(Shape::Constant(20.0 * HOUR), None).unwrap();
    let zone = mode("zone", Scope::Zone, YEAR_H / 0.5, outage);
    let region =
        |name: &str| Region { name: name.into(), zones: 3, halls_per_zone: 1, racks_per_zone: 1, hosts_per_rack: 12 };
    let topology = Arc::new(Topology::new(vec![region("east"), region("west")]).unwrap());
    Study { topology, ..small(profile(vec![zone]), design, 4000) }
}

/// Hours that one outage of a zone costs, as it is known without a trial and as it is simulated.
fn hours(study: &Study) -> (f64, f64) {
    let found = alone(study, &study.designs[0]);
    let [of] = &found[..] else { panic!("{found:?}") };
    let missed = plain(study).designs[0].unavailability.mean * YEAR_H * HOUR;
    (of.ms_per_trial / of.per_trial / HOUR, missed / of.per_trial / HOUR)
}

#[test]
fn zn_06_a_brown_out_that_nobody_sees_lasts_as_long_as_its_outage() {
    let people = |milli| Some(Alarm { lack: Lack::CapacityLost(milli), lasting: SimDuration::from_ms(5 * 60_000) });
    let near = |study: &Study, expected: f64| {
        let (known, simulated) = hours(study);
        println!("{known:.3} {simulated:.3} {expected:.3}");
        assert!((known / expected - 1.0).abs() < 0.01, "{known} {expected}");
        // Two at once are left out there.
        assert!((simulated / expected - 1.0).abs() < 0.05, "{simulated} {expected}");
    };
    // Six of nine machines are left, and 7.5 are asked for: no router sees that, nor do people who look for the loss of half.
    near(&regions(true, None, 75), 20.0);
    near(&regions(true, people(500), 75), 20.0);
    // Those who look for a third need five minutes, three and twelve, beside the minute that a router would.
    let (known, simulated) = hours(&regions(true, people(330), 75));
    assert!((known - 21.0 / 60.0).abs() < 1e-9 && simulated < 1.0, "{known} {simulated}");
    // Where both serve, either is left with six of nine for half of fourteen.
    near(&regions(false, None, 140), 20.0);
}
