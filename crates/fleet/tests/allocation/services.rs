//! Services of parts that stand in for each other, autoscale, and have ceilings and clients that try again; gateways that grow; waves
//! of maintenance.

use super::*;
use zonefall_fleet::maintenance::{Events, HealthStop, Maintenance, OfSet, SelfService};
use zonefall_fleet::management::Lack;
use zonefall_fleet::policy::gateway::Gateway;
use zonefall_fleet::policy::maintenance::Windows;
use zonefall_fleet::{
    Alarm, Batch, Component, Failback, Failover, Footing, Jobs, Latency, Least, Node, Operator, Part, Patience,
    Pattern, Queue, Sight, Standby, Structure, Throughput, Tier, Ways,
};

/// Outages of a database, and waves of pauses and of restarts, often.
pub fn service_profile() -> Profile {
    let mut profile = rich_profile();
    let mut database = Mode::plain("database", Scope::Component, 20.0, Outage::Law(constant(HOUR))).unwrap();
    database.kind = Kind::Outage;
    profile.modes.push(database);
    for (name, effect, length) in [("pause", Effect::Frozen, 10 * SECOND), ("restart", Effect::Down, 25 * MINUTE)] {
        let mut mode = Mode::plain(name, Scope::Region, 12.0, Outage::Law(constant(length))).unwrap();
        (mode.kind, mode.effect) = (
            Kind::Wave(Wave {
                between: SimDuration::from_ms(30 * MINUTE),
                between_zones: SimDuration::from_ms(HOUR),
                overlap_milli: 300,
                steps_least: 2,
                paired: false,
            }),
            effect,
        );
        assert_eq!(mode.check(), vec![]);
        profile.modes.push(mode);
    }
    profile
}

fn maintenance(sets: usize) -> Maintenance {
    let ms = SimDuration::from_ms;
    Maintenance {
        health: Some(HealthStop { above_milli: 200, again: ms(HOUR), patience: ms(DAY) }),
        events: Some(Events {
            freeze_notice: ms(15 * MINUTE),
            reboot_notice: ms(15 * MINUTE),
            noticed_after: ms(MINUTE),
            preparation: ms(5 * MINUTE),
            approves: true,
            neighbours: 0.7,
        }),
        self_service: Some(SelfService {
            window: ms(7 * DAY),
            redeploy: constant(10 * MINUTE),
            again: ms(2 * HOUR),
            office: None,
        }),
        sets: vec![OfSet { update_domains: 5, windows: None }; sets],
    }
}

fn warm() -> Pattern {
    let lognormal = |median_ms: u64| Law::new(Shape::LogNormal(median_ms as f64, 0.5), None).unwrap();
    Pattern::Standby(Box::new(Standby {
        operator: Some(Operator {
            notice: constant(MINUTE),
            act: constant(MINUTE),
            office: None,
            success: 0.7,
            waits: false,
            alarm: Some(Alarm { lack: Lack::CapacityLost(300), lasting: SimDuration::from_ms(5 * MINUTE) }),
        }),
        ready: lognormal(5 * MINUTE),
        sent_at_once: true,
        running_milli: 400,
        standing_milli: 400,
        needs_control_plane: true,
        capacity_risk: 0.3,
        capacity_retry: constant(10 * MINUTE),
        promised: Some(SimDuration::from_ms(HOUR)),
        recovery_point: lognormal(MINUTE),
        failback: Some(Failback { after: constant(HOUR), outage: constant(MINUTE), by_operator: false }),
    }))
}

/// Two sets that stand in for each other, one with a database of its own.
fn service(name: &str, pattern: Pattern, sight: Sight) -> Design {
    let node = |name: &str, part| Node { name: name.into(), part, promise: None };
    let set = |at| Part::Sets(vec![at], Least::Served(99, 100));
    let database = Component { cause: Some("database".into()), footing: Footing::Global, ceiling: None };
    let group = |parts: [u32; 2], least| Part::Group { parts: parts.into(), least };
    let nodes = vec![
        node("web-east", set(0)),
        node("database", Part::Component(database)),
        node("east", group([0, 1], 2)),
        node("west", set(1)),
        node("site", group([2, 3], 1)),
    ];
    let failover =
        Failover { node: 4, pattern, sight, spread: SimDuration::from_ms(5 * MINUTE), clients_least: 950_000 };
    let [mut design, ..] = <[Design; 3]>::try_from(rich_designs()).unwrap();
    design.name = name.into();
    let mut west = design.sets[0].clone();
    (design.sets[0].zones, west.zones) = (vec![ZoneId(0)], vec![ZoneId(1), ZoneId(2)]);
    west.name = "west".into();
    design.sets.push(west);
    design.need = Need::Parts(Arc::new(Structure { nodes, failovers: vec![failover] }));
    let noise = Noise { sigma: 0.3, every: SimDuration::from_ms(HOUR) };
    design.demand = Some(Demand::course(8_000, vec![], Some(noise)));
    design.maintenance = Some(Box::new(maintenance(2)));
    design
}

/// The sets of a service become managed ones that go by the demand that comes to their parts.
fn scaled(design: Design) -> Design {
    let mut design = managed(design, |management| management.autoscale = Some(Box::new(autoscale())));
    let [first, others @ ..] = &mut design.sets[..] else { unreachable!("a service has sets") };
    others.iter_mut().for_each(|set| set.management = first.management.clone());
    design
}

/// Two tiers and a database that is too small now and then, in series, whose clients try again.
fn trying(retry: Retry) -> Design {
    let mut design = service("trying", Pattern::ActiveActive { weights: vec![1, 2] }, Sight::Probes(balancer()));
    let Need::Parts(structure) = &mut design.need else { unreachable!("a service of parts") };
    let structure = Arc::get_mut(structure).unwrap();
    structure.failovers.clear();
    let Part::Component(database) = &mut structure.nodes[1].part else { unreachable!("a database") };
    database.ceiling = Some(Throughput { capacity_milli: 14_000, least: (9, 10) });
    structure.nodes[4].part = Part::Group { parts: vec![2, 3], least: 2 };
    design.service.retry = Some(retry);
    design
}

/// Clients that try again at whichever of two they are sent to.
fn sent_and_trying() -> Design {
    let global = || Sight::Laws { out: constant(2 * MINUTE), back: constant(30 * SECOND) };
    let mut design = service("sent", Pattern::ActiveActive { weights: vec![1, 2] }, global());
    let Need::Parts(structure) = &mut design.need else { unreachable!("a service of parts") };
    Arc::get_mut(structure).unwrap().failovers[0].spread = SimDuration::ZERO;
    design.service.retry = Some(Retry { tries: 3, wasted: 0.9, breaker: None, budget: None, faults: 0.0 });
    design
}

/// The same before a database that all of them need, and that is too small now and then.
fn sharing() -> Design {
    let mut design = Design { name: "sharing".into(), ..sent_and_trying() };
    let Need::Parts(structure) = &mut design.need else { unreachable!("a service of parts") };
    let structure = Arc::get_mut(structure).unwrap();
    let ceiling = Some(Throughput { capacity_milli: 14_000, least: (9, 10) });
    let database = Component { cause: Some("database".into()), footing: Footing::Global, ceiling };
    let node = |name: &str, part| Node { name: name.into(), part, promise: None };
    structure.nodes.push(node("shared", Part::Component(database)));
    structure.nodes.push(node("all", Part::Group { parts: vec![4, 5], least: 2 }));
    design
}

/// Two that serve at once, before each of which clients wait.
fn patient_at_each(mut both: Design) -> Design {
    both.name = "in lines".into();
    both.demand = Some(Demand::course(50_000, vec![], Some(Noise { sigma: 0.3, every: SimDuration::from_ms(HOUR) })));
    both.service.patience = Some(Patience { most: SimDuration::from_ms(10 * MINUTE), in_time: None });
    both
}

/// A warm standby, each part behind a gateway of its own.
fn behind_gateways() -> Design {
    let standby = service("gateways", warm(), Sight::Probes(balancer()));
    Design { service: gateway().service, ..standby }
}

/// A batch a week for the machines of a standby and of what it stands by for.
fn working() -> Design {
    let mut standby = service("working", warm(), Sight::Probes(balancer()));
    let through = standby.structure().cloned().map(Arc::new);
    let batch =
        |week: u64| Batch { at: SimTime::from_ms(week * 7 * DAY), due: SimTime::from_ms(week * 7 * DAY + 30 * HOUR) };
    standby.jobs = Some(Jobs {
        count: 2_500_000,
        work: 1,
        sigma: 0.3,
        batches: (0..52).map(batch).collect(),
        through,
        sets: [].into(),
    });
    (standby.need, standby.demand) = (Need::Done(9, 10), None);
    standby
}

/// The same, of what requests leave.
fn working_beside() -> Design {
    Design { name: "beside".into(), demand: behind_gateways().demand, ..working() }
}

/// The same two tiers, answers in time being asked, beside clients that are sent to one of two.
fn timed(mut design: Design) -> Design {
    design.name = "timed".into();
    let tier = |node| Tier { node, parallelism: 2, queue: Queue::Each, serves_milli: 1000 };
    let tiers = vec![tier(0), tier(3)];
    let ways = design.structure().map(|service| service.ways(&tiers).unwrap()).unwrap();
    design.service.ways = Some(Ways { tiers, ways, within: Some(std::time::Duration::from_secs(7)) });
    design
}

/// Machines behind a gateway that grows.
fn gateway() -> Design {
    let [mut design, ..] = <[Design; 3]>::try_from(rich_designs()).unwrap();
    design.name = "gateway".into();
    design.demand = Some(Demand::course(15_000, vec![], Some(Noise { sigma: 0.4, every: SimDuration::from_ms(HOUR) })));
    let grows_in = Law::new(Shape::Uniform(3.0 * MINUTE as f64, 5.0 * MINUTE as f64), None).unwrap();
    let shrinks_after = SimDuration::from_ms(10 * MINUTE);
    design.service.gateway = Some(Gateway { instance_milli: 1500, least: 2, most: 30, grows_in, shrinks_after });
    design
}

/// The same whose clients try again, and two that serve at once whose clients do, each behind a gateway of its own.
fn gateways_and_tries() -> [Design; 2] {
    let retry = sent_and_trying().service.retry;
    let mut alone = Design { name: "tries at a gateway".into(), ..gateway() };
    let mut each = Design { name: "tries at gateways".into(), ..sent_and_trying() };
    each.service.gateway = alone.service.gateway.clone();
    alone.service.retry = retry;
    [alone, each]
}

/// Machines before which clients wait.
fn patient() -> Design {
    let mut design = Design { name: "patient".into(), ..gateway() };
    design.demand = Some(Demand::course(25_000, vec![], Some(Noise { sigma: 0.3, every: SimDuration::from_ms(HOUR) })));
    design.service.gateway = None;
    design.service.latency = Some(Latency { parallelism: 1, queue: Queue::Shared, serves_milli: 1000, limit: None });
    design.service.patience = Some(Patience { most: SimDuration::from_ms(10 * MINUTE), in_time: None });
    design
}

/// The same with a batch a week, which is the objective.
fn patient_and_working() -> Design {
    let jobs = working().jobs.map(|jobs| Jobs { through: None, ..jobs });
    Design { name: "patient and working".into(), need: Need::Done(9, 10), jobs, ..patient() }
}

/// A warm standby that is found by probes; two that serve at once; the same that autoscale; machines alone in whose way waves are;
/// clients that try again; a gateway; clients that wait, beside jobs too.
pub fn services() -> Vec<Design> {
    let laws = || Sight::Laws { out: constant(2 * MINUTE), back: constant(30 * SECOND) };
    let standby = service("standby", warm(), Sight::Probes(balancer()));
    let both = service("both", Pattern::ActiveActive { weights: vec![1, 2] }, laws());
    let [mut alone, ..] = <[Design; 3]>::try_from(rich_designs()).unwrap();
    let mut kept = maintenance(1);
    kept.sets[0].windows = Some(Windows { first: SimTime::from_ms(3 * HOUR), every: SimDuration::from_ms(7 * DAY) });
    alone.maintenance = Some(Box::new(kept));
    let mut growing = scaled(both.clone());
    growing.name = "growing".into();
    let trying = trying(Retry { tries: 3, wasted: 0.7, breaker: Some(0.5), budget: None, faults: 1e-5 });
    let (timed, in_lines) = (timed(both.clone()), both.clone());
    let [tries_at_one, tries_at_each] = gateways_and_tries();
    vec![
        standby,
        both,
        growing,
        alone,
        trying,
        sent_and_trying(),
        timed,
        gateway(),
        behind_gateways(),
        patient(),
        patient_and_working(),
        sharing(),
        patient_at_each(in_lines),
        working(),
        working_beside(),
        tries_at_one,
        tries_at_each,
    ]
}

#[test]
fn nor_does_a_trial_of_services_that_fail_over_and_are_maintained() {
    for design in services() {
        let name = design.name.clone();
        let ledger = second_time_without_allocation(&[design], &service_profile());
        assert_eq!(
            ledger.operations[Operation::Failovers as usize] > 0,
            ["standby", "gateways", "working", "beside"].contains(&&*name)
        );
        assert_eq!(ledger.slow > 0, name == "timed");
        assert_eq!(
            (ledger.batches_due > 0, ledger.missed_ms > 0),
            (["working", "beside", "patient and working"].contains(&&*name), true),
            "{name}"
        );
        assert_eq!(ledger.ways.iter().any(|states| states.iter().count() > 0), name == "timed");
        for (of, operation) in [
            ("growing", Operation::ScaleOuts),
            ("trying", Operation::RetryStorms),
            ("sent", Operation::RetryStorms),
            ("gateway", Operation::GatewayTurnedAway),
            ("gateways", Operation::GatewayTurnedAway),
            ("patient", Operation::GaveUp),
            ("patient", Operation::LineMs),
            ("patient and working", Operation::LineMs),
            ("sharing", Operation::RetryStorms),
            ("tries at a gateway", Operation::RetryStorms),
            ("tries at a gateway", Operation::GatewayTurnedAway),
            ("tries at gateways", Operation::RetryStorms),
            ("tries at gateways", Operation::GatewayTurnedAway),
            ("in lines", Operation::GaveUp),
            ("in lines", Operation::LineMs),
        ] {
            assert!(name != of || ledger.operations[operation as usize] > 0, "{name}");
        }
    }
}
