//! After warm-up a trial allocates nothing while it fits the high-water mark (invariant 3).
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "allocation/branches.rs"]
mod branches;
#[path = "allocation/services.rs"]
mod services;
mod support;
use std::sync::Arc;
use support::*;
use zonefall_engine::{Key, Law, Shape, SimDuration, SimTime};
use zonefall_faults::*;
use zonefall_fleet::management::*;
use zonefall_fleet::policy::autoscale::{
    Aggregation, Autoscale, Blind, Change as By, Chosen, Direction, Metric, Operator, Profile as Limits, Rule,
};
use zonefall_fleet::policy::instance_mix::{Mix, Size, Strategy};
use zonefall_fleet::policy::retry::Retry;
use zonefall_fleet::policy::scale_in::Order;
use zonefall_fleet::policy::spot::PriorityMix;
use zonefall_fleet::policy::upgrade::{Mode as UpgradeMode, Rolling};
use zonefall_fleet::policy::zone_balance::{Balance, BalanceRules};
use zonefall_fleet::{
    Begin, Demand, Design, HiddenZone, Ledger, Need, Noise, Operation, Sessions, SlowStart, Spreading, World,
    population,
};
use zonefall_topology::ZoneId;

/// A profile with every kind of mode, often enough to overlap.
pub fn rich_profile() -> Profile {
    let lognormal = |median_ms: u64, sigma| Law::new(Shape::LogNormal(median_ms as f64, sigma), None).unwrap();
    let plain = |name: &str, scope, rate: f64, law: Law| Mode::plain(name, scope, rate, Outage::Law(law)).unwrap();
    let mut host = plain("host", Scope::Host, 4.0, lognormal(8 * MINUTE, 0.7));
    host.kind = Kind::Shock;
    host.heals = true;
    host.time_to_failure = Law::new(Shape::Weibull(0.8, 2190.0 * HOUR as f64), None).unwrap();
    host.repeat = Some(Repeat { factor: 20.0, within_ms: 7.0 * DAY as f64 });
    let reboot = plain("reboot", Scope::Host, 4.0, lognormal(6 * MINUTE, 0.5));
    let guest = plain("guest", Scope::Instance, 20.0, constant(30 * SECOND));
    let mut crewed = plain("crewed", Scope::Instance, 10.0, lognormal(HOUR, 1.0));
    crewed.crews = Some(1);
    crewed.start = Start::New;
    let mut rack = plain("rack", Scope::Rack, 2.0, lognormal(2 * HOUR, 0.7));
    rack.recovery = Recovery::Boot;
    let mut gray = plain("gray", Scope::Rack, 2.0, lognormal(45 * MINUTE, 0.8));
    gray.effect = Effect::Degraded(500);
    let mut zone = plain("zone", Scope::Zone, 3.0, lognormal(7 * HOUR, 0.9));
    zone.share = Share { whole: 0.25, low: 0.05, high: 0.6 };
    zone.staged = Some(Staged { main: 0.8, tail: 3.0 });
    zone.restart = Some(Law::new(Shape::Uniform(2.0 * MINUTE as f64, 15.0 * MINUTE as f64), None).unwrap());
    zone.recovery = Recovery::Boot;
    zone.common_cause = 0.2;
    zone.control_plane = Some(ControlPlaneHit { probability: 0.3, outage: lognormal(3 * HOUR, 0.5) });
    let region = plain("region", Scope::Region, 1.0, lognormal(8 * HOUR, 0.9));
    let capacity = plain("capacity", Scope::Allocation, 5.0, lognormal(HOUR, 0.9));
    profile(vec![host, reboot, guest, crewed, rack, gray, zone, region, capacity])
}

fn rich_designs() -> Vec<Design> {
    let mut spanning = design(&[1, 2, 3], 30, 20);
    spanning.balancer = Some(balancer());
    spanning.demand = Some(Demand::constant(20_000));
    spanning.need = Need::Served(99, 100);
    for set in &mut spanning.sets {
        set.boot = constant(30 * SECOND);
        set.warm_up = constant(MINUTE);
    }
    let mut regional = spanning.clone();
    regional.name = "regional".into();
    regional.sets[0].zones.clear();
    regional.sets[0].hidden_zone = HiddenZone::Sticky(0.8);
    vec![spanning, regional, design(&[2], 30, 20)]
}

/// Whatever may be done to a set, often.
fn everything(management: &mut Management, zones: u32) {
    repaired(management, RepairAction::Replace);
    management.balance.balance = Balance::BestEffort;
    management.protection.from_scale_in = 3;
    management.scale_in.prioritize_unhealthy = true;
    let approval = Law::new(Shape::Exponential(MINUTE as f64), None).unwrap();
    management.terminate_notice =
        Some(TerminateNotice { timeout: SimDuration::from_ms(5 * MINUTE), approval: Some(approval) });
    management.creation.time = Law::new(Shape::LogNormal(75.0 * SECOND as f64, 0.5), None).unwrap();
    (management.creation.failure, management.creation.resilient) = (0.05, true);
    (management.deletion.failure, management.deletion.resilient) = (0.05, true);
    management.auto_zone_balance = zones > 1;
    management.reserved_per_zone = 2;
    management.spot = Some(Spot {
        mix: PriorityMix { base_regular: 5, regular_percent_above: 50 },
        eviction: EvictionPolicy::Deallocate,
        restore: Some(SimDuration::from_ms(HOUR)),
    });
    management.standby = Some(StandbyPool { min_ready: 2, max_ready: 40, running: false, start: constant(MINUTE) });
    management.disks = Disks { data: true, zone_redundant: true, zone_destroyed: 0.1 };
    management.dedicated = Some(DedicatedHosts { auto_replace: false, redeploy: constant(HOUR) });
    let size = |name: &str, quota| Size { name: name.into(), price: 1.0, rank: 0, availability: 1.0, vcpus: 2, quota };
    management.instance_mix = Some(Mix {
        sizes: vec![size("a", 60), size("b", u32::MAX)],
        strategy: Strategy::LowestPrice,
        shared_shortage: 0.5,
    });
    let every = |hour: u64, days: u64, action: Action| {
        let (at, every) = (SimTime::from_ms(hour * HOUR), Some(SimDuration::from_ms(days * DAY)));
        let trigger = Trigger::At { at, every };
        Change { trigger, action, retry: Some(SimDuration::from_ms(10 * MINUTE)), back_after: None }
    };
    let short = Trigger::ServingBelow { machines: 25, lasting: SimDuration::from_ms(MINUTE), react: constant(MINUTE) };
    let zone = (zones > 1).then_some(ZoneId(1));
    management.changes = vec![
        every(8, 1, Action::Capacity(36)),
        every(20, 1, Action::Capacity(30)),
        every(30, 9, Action::Deallocate(3)),
        every(31, 9, Action::Start),
        every(33, 9, Action::Delete { zone, count: 2 }),
        every(35, 9, Action::Attach { zone, count: 2 }),
        every(37, 9, Action::Detach { zone, count: 2 }),
        every(38, 9, Action::ReplaceFailed),
        every(39, 9, Action::ResumeRepairs),
        every(40, 9, Action::ForceDetach),
        Change {
            trigger: short,
            action: Action::Capacity(40),
            retry: Some(SimDuration::from_ms(10 * MINUTE)),
            back_after: Some(SimDuration::from_ms(30 * MINUTE)),
        },
    ];
    if zones > 1 {
        management.changes.push(every(50, 1000, Action::Zones((0..zones).map(ZoneId).collect())));
    }
}

fn autoscale() -> Autoscale {
    let rule = |direction, operator, percent: i64| Rule {
        metric: Metric::Cpu,
        aggregation: Aggregation::Average,
        window: SimDuration::from_ms(10 * MINUTE),
        grain: SimDuration::ZERO,
        operator,
        threshold_micro: percent * 1_000_000,
        direction,
        change: By::Count(3),
        cooldown: SimDuration::from_ms(5 * MINUTE),
    };
    let rules = vec![rule(Direction::Out, Operator::Above, 70), rule(Direction::In, Operator::Below, 40)];
    Autoscale {
        tick: SimDuration::from_ms(MINUTE),
        phase: None,
        metric_delay: SimDuration::from_ms(90 * SECOND),
        shared_cooldown: true,
        blind: Blind { deletes: SimDuration::from_ms(2 * HOUR), capacity: SimDuration::from_ms(HOUR) },
        profiles: vec![Limits { name: "default".into(), minimum: 20, maximum: 45, default: 30, rules }],
        schedule: vec![(SimTime::ZERO, 0)],
        series: vec![],
        look_ahead: None,
        chosen: Chosen::default(),
        disabled: Vec::new(),
    }
}

/// Surge, batches and releases that are bad now and then.
fn upgrades() -> Upgrades {
    let rolling = Rolling { unhealthy: 100, unhealthy_upgraded: 100, ..Rolling::USUAL };
    let release = |name: &str, kind, hours: u64| Release {
        name: name.into(),
        kind,
        at: SimTime::from_ms(HOUR),
        every: Some(constant(hours * HOUR)),
        bad: Some(Bad {
            probability: 0.2,
            symptom: Symptom::Down,
            after: constant(10 * MINUTE),
            rollback: Some(Rollback { notice: constant(5 * MINUTE), act: constant(MINUTE) }),
        }),
    };
    Upgrades {
        policy: UpgradePolicy {
            mode: UpgradeMode::Rolling,
            rolling,
            pause: SimDuration::from_ms(MINUTE),
            health_wait: SimDuration::from_ms(5 * MINUTE),
            rollback_failed: true,
            max_surge: true,
            automatic_os: None,
            automatic_extension: None,
            drain: SimDuration::from_ms(MINUTE),
            reimage: constant(4 * MINUTE),
            extension: constant(MINUTE),
            application: constant(MINUTE),
        },
        releases: vec![release("image", ReleaseKind::Image, 50), release("extension", ReleaseKind::Extension, 70)],
    }
}

/// Spanning with everything on; regional and overprovisioned; strict, with fixed fault domains and deleted Spot machines.
fn managed_designs() -> Vec<Design> {
    let [spanning, regional, _] = <[Design; 3]>::try_from(rich_designs()).unwrap();
    let mut spanning = managed(spanning, |management| {
        everything(management, 3);
        management.autoscale = Some(Box::new(autoscale()));
        management.upgrades = Some(Box::new(upgrades()));
    });
    let noise = Noise { sigma: 0.3, every: SimDuration::from_ms(HOUR) };
    spanning.demand = Some(Demand::course(20_000, vec![], Some(noise)));
    spanning.quota = Some(Quota { vcpus: 60, spot_vcpus: 60, machines: 45 });
    spanning.service.drain = Some(SimDuration::from_ms(2 * MINUTE));
    spanning.service.sessions = Some(Sessions {
        length: SimDuration::from_ms(HOUR),
        begin: Begin::EveryRequests(60.0),
        patience: SimDuration::from_ms(4 * MINUTE),
        parts: Vec::new(),
    });
    let regional = managed(regional, |management| {
        everything(management, 1);
        management.overprovision = Some(20);
        management.standby = None;
        management.scale_in.order = Order::OldestFirst;
    });
    let mut strict = managed(design(&[1, 2, 3], 30, 20), |management| {
        everything(management, 3);
        management.balance = BalanceRules { balance: Balance::Strict, atomic: false, starved_is_down: true };
        management.repairs.as_mut().unwrap().action = RepairAction::Reimage;
        management.spot.as_mut().unwrap().eviction = EvictionPolicy::Delete;
        management.instance_mix = None;
    });
    strict.sets[0].spreading = Spreading::Fixed(5);
    vec![spanning, regional, strict]
}

/// Strikes that only managed sets heed, and zones that have little to give.
fn managed_profile() -> Profile {
    let mut profile = rich_profile();
    for (name, scope, rate, effect) in [
        ("eviction", Scope::Instance, 20.0, Effect::Evicted),
        ("hang", Scope::Instance, 10.0, Effect::Unhealthy),
        ("short", Scope::Allocation, 20.0, Effect::Degraded(700)),
    ] {
        let mut mode = Mode::plain(name, scope, rate, Outage::Law(constant(2 * HOUR))).unwrap();
        mode.effect = effect;
        profile.modes.push(mode);
    }
    profile
}

#[test]
fn a_trial_that_fits_the_high_water_mark_allocates_nothing() {
    second_time_without_allocation(&rich_designs(), &rich_profile());
}

#[test]
fn nor_does_a_trial_of_managed_sets() {
    for design in managed_designs() {
        let ledger = second_time_without_allocation(&[design], &managed_profile());
        for operation in [
            Operation::ScaleOuts,
            Operation::ScaleIns,
            Operation::Repairs,
            Operation::Evictions,
            Operation::CreationsTimedOut,
            Operation::DeletionsRetried,
            Operation::AllocationsFailed,
            Operation::TemporaryDisksLost,
        ] {
            assert!(ledger.operations[operation as usize] > 0, "{operation:?}");
        }
    }
}

/// Each machine gets as much as the others, is slow at first, and clients try again, with a breaker and without.
#[test]
fn nor_does_a_trial_of_machines_that_are_not_alike_and_are_tried_again() {
    for breaker in [None, Some(0.5)] {
        let [mut design, ..] = <[Design; 3]>::try_from(rich_designs()).unwrap();
        let noise = Noise { sigma: 0.2, every: SimDuration::from_ms(HOUR) };
        design.demand = Some(Demand::course(21_000, vec![], Some(noise)));
        design.service.spreads_evenly = true;
        design.service.retry = Some(Retry { tries: 3, wasted: 0.9, breaker, budget: None, faults: 0.001 });
        let time = Law::new(Shape::LogNormal(10.0 * MINUTE as f64, 0.5), None).unwrap();
        design.sets[0].slow_start = Some(SlowStart { capacity_milli: 400, time });
        let ledger = second_time_without_allocation(&[design], &rich_profile());
        for operation in [Operation::RetryStorms, Operation::RetryStormMs] {
            assert!(ledger.operations[operation as usize] > 0, "{operation:?}");
        }
    }
}

/// Plays trials twice; returns the last ledger.
fn second_time_without_allocation(designs: &[Design], profile: &Profile) -> Ledger {
    let topology = topology(3, 8, 10);
    let measure = Arc::new(measure(365 * DAY, 30 * DAY));
    let horizon = measure.horizon.since(SimTime::ZERO);
    let people = population(designs, &topology);
    let mut strikes = Strikes::new(profile, &topology, people, horizon);
    let world = |d: &Design| World::new(Arc::new(d.clone()), measure.clone(), topology.clone(), &strikes);
    let mut worlds: Vec<World> = designs.iter().map(world).collect();
    let mut play_all = || {
        let mut missed = 0;
        for trial in 0..50 {
            let key = Key::root(7).part(trial, 0);
            strikes.begin(key).unwrap();
            worlds.iter_mut().for_each(|world| world.begin(key, &strikes, None));
            while strikes.next_window() {
                worlds.iter_mut().for_each(|world| {
                    world.live(&strikes).unwrap();
                });
            }
            worlds.iter_mut().for_each(|world| missed += world.finish(&strikes).missed_ms);
        }
        missed
    };
    let first = play_all();
    assert!(first > 0);
    let mut second = 0;
    let counted = allocation_counter::measure(|| second = play_all());
    assert_eq!((second, counted.count_total), (first, 0));
    let last = worlds.last().unwrap();
    assert_eq!(last.audit(), Vec::<String>::new());
    last.ledger().clone()
}
