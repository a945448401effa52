//! Services of parts that stand in for each other, and waves of maintenance that go through them.

use super::*;
use zonefall_fleet::maintenance::{Events, HealthStop, Maintenance, OfSet, SelfService};
use zonefall_fleet::policy::maintenance::Windows;
use zonefall_fleet::{Component, Failback, Failover, Footing, Least, Node, Part, Pattern, Sight, Standby, Structure};

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
        operator: None,
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

/// A warm standby that is found by probes; two that serve at once; machines alone in whose way waves are.
pub fn services() -> Vec<Design> {
    let laws = || Sight::Laws { out: constant(2 * MINUTE), back: constant(30 * SECOND) };
    let standby = service("standby", warm(), Sight::Probes(balancer()));
    let both = service("both", Pattern::ActiveActive { weights: vec![1, 2] }, laws());
    let [mut alone, ..] = <[Design; 3]>::try_from(rich_designs()).unwrap();
    let mut kept = maintenance(1);
    kept.sets[0].windows = Some(Windows { first: SimTime::from_ms(3 * HOUR), every: SimDuration::from_ms(7 * DAY) });
    alone.maintenance = Some(Box::new(kept));
    vec![standby, both, alone]
}

#[test]
fn nor_does_a_trial_of_services_that_fail_over_and_are_maintained() {
    for design in services() {
        let stands_by = design.name == "standby";
        let ledger = second_time_without_allocation(&[design], &service_profile());
        assert_eq!(ledger.operations[Operation::Failovers as usize] > 0, stands_by);
    }
}
