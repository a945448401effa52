//! Random managed designs through random storms: what is kept by changes is what is counted, causes sum, ids are never
//! used twice, and time goes on.
#![allow(missing_docs, clippy::unwrap_used)]

mod apart;
mod support;
use proptest::prelude::*;
use std::sync::Arc;
use support::*;
use zonefall_engine::{Key, Law, Shape, SimDuration, SimTime};
use zonefall_faults::*;
use zonefall_fleet::management::*;
use zonefall_fleet::policy::autoscale::{
    Aggregation, Autoscale, Blind, Change as By, Chosen, Direction, Metric, Operator, Profile as Limits, Rule,
};
use zonefall_fleet::policy::health::HealthSource;
use zonefall_fleet::policy::instance_mix::{Mix, Size, Strategy as MixStrategy};
use zonefall_fleet::policy::retry::Retry;
use zonefall_fleet::policy::scale_in::Order;
use zonefall_fleet::policy::spot::PriorityMix;
use zonefall_fleet::policy::upgrade::{Mode as UpgradeMode, Rolling};
use zonefall_fleet::policy::zone_balance::Balance;
use zonefall_fleet::policy::zone_placement::AutoPlacement;
use zonefall_fleet::{
    Agreement, Begin, Bought, Demand, Design, HiddenZone, Ledger, Need, Noise, Operation, Paid, Sessions, SlaTerms,
    SlowStart, Spreading, StartState, World, population,
};
use zonefall_topology::ZoneId;

/// Everything that may happen, far more often than it does.
fn wild_profile() -> Profile {
    let lognormal = |median: u64, sigma| Law::new(Shape::LogNormal(median as f64, sigma), None).unwrap();
    let plain = |name: &str, scope, rate: f64, law: Law| Mode::plain(name, scope, rate, Outage::Law(law)).unwrap();
    let mut host = plain("host", Scope::Host, 20.0, lognormal(8 * MINUTE, 0.7));
    (host.kind, host.heals) = (Kind::Shock, true);
    let together = plain("reboot", Scope::Host, 20.0, lognormal(6 * MINUTE, 0.5));
    let guest = plain("guest", Scope::Instance, 60.0, lognormal(10 * MINUTE, 1.5));
    let mut crewed = plain("crewed", Scope::Instance, 10.0, lognormal(HOUR, 1.0));
    (crewed.crews, crewed.start) = (Some(1), Start::New);
    crewed.time_to_failure = Law::new(Shape::Weibull(0.8, 300.0 * HOUR as f64), None).unwrap();
    let mut slow = plain("slow", Scope::Instance, 20.0, lognormal(HOUR, 1.0));
    slow.effect = Effect::Degraded(500);
    let mut sick = plain("sick", Scope::Instance, 20.0, lognormal(HOUR, 1.0));
    sick.effect = Effect::Unhealthy;
    let mut endpoint = plain("endpoint", Scope::Zone, 4.0, lognormal(HOUR, 1.0));
    endpoint.effect = Effect::Unhealthy;
    let mut evicted = plain("evicted", Scope::Instance, 100.0, lognormal(HOUR, 1.0));
    evicted.effect = Effect::Evicted;
    let mut wave = plain("wave", Scope::Zone, 12.0, lognormal(HOUR, 1.0));
    (wave.effect, wave.kind) = (Effect::Evicted, Kind::Shock);
    let mut rack = plain("rack", Scope::Rack, 10.0, lognormal(2 * HOUR, 0.7));
    rack.recovery = Recovery::Boot;
    let mut zone = plain("zone", Scope::Zone, 10.0, lognormal(7 * HOUR, 0.9));
    zone.share = Share { whole: 0.5, low: 0.2, high: 0.8 };
    zone.staged = Some(Staged { main: 0.8, tail: 3.0 });
    zone.common_cause = 0.3;
    zone.control_plane = Some(ControlPlaneHit { probability: 0.5, outage: lognormal(3 * HOUR, 0.5) });
    zone.surge = Some(Surge { least: 0.05, greatest: 0.6 });
    let capacity = plain("capacity", Scope::Allocation, 20.0, lognormal(3 * HOUR, 0.9));
    profile(vec![host, together, guest, crewed, slow, sick, endpoint, evicted, wave, rack, zone, capacity])
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let zone = prop_oneof![Just(None), (0u32..3).prop_map(|zone| Some(ZoneId(zone)))];
    let action = (0u32..10, 0u32..14, zone).prop_map(|(kind, count, zone)| match kind {
        0..3 => Action::Capacity(count),
        3 => Action::Delete { zone, count: count / 4 },
        4 => Action::Attach { zone, count: count / 6 },
        5 => Action::Detach { zone, count: count / 4 },
        6 => Action::Deallocate(count / 3),
        7 => Action::Start,
        8 => Action::ResumeRepairs,
        _ => Action::ForceDetach,
    });
    let trigger = prop_oneof![
        (1u64..60, proptest::option::of(1u64..20)).prop_map(|(day, every)| Trigger::At {
            at: SimTime::from_ms(day * DAY / 2),
            every: every.map(|days| SimDuration::from_ms(days * DAY)),
        }),
        (1u32..8).prop_map(|machines| Trigger::ServingBelow {
            machines,
            lasting: SimDuration::from_ms(5 * MINUTE),
            react: constant(10 * MINUTE),
        }),
    ];
    let change = (trigger, action, any::<bool>(), any::<bool>()).prop_map(|(trigger, action, retry, back)| Change {
        trigger,
        action,
        retry: retry.then(|| SimDuration::from_ms(20 * MINUTE)),
        back_after: back.then(|| SimDuration::from_ms(HOUR)),
    });
    proptest::collection::vec(change, 0..5)
}

fn autoscale(maximum: u32, shared_cooldown: bool, averages: bool) -> Autoscale {
    let rule = |direction, operator, percent: i64, by| Rule {
        metric: Metric::Cpu,
        aggregation: if averages { Aggregation::Average } else { Aggregation::Last },
        window: SimDuration::from_ms(10 * MINUTE),
        grain: SimDuration::ZERO,
        operator,
        threshold_micro: percent * 1_000_000,
        direction,
        change: By::Count(by),
        cooldown: SimDuration::from_ms(5 * MINUTE),
    };
    let rules = vec![rule(Direction::Out, Operator::Above, 70, 2), rule(Direction::In, Operator::Below, 40, 1)];
    let usual = Limits { name: "default".into(), minimum: 1, maximum, default: 2, rules };
    let night = Limits { name: "night".into(), minimum: 2, default: 3, ..usual.clone() };
    Autoscale {
        tick: SimDuration::from_ms(MINUTE),
        phase: None,
        metric_delay: SimDuration::from_ms(90 * SECOND),
        shared_cooldown,
        blind: Blind { deletes: SimDuration::from_ms(2 * HOUR), capacity: SimDuration::from_ms(HOUR) },
        profiles: vec![usual, night],
        schedule: (0..30).map(|turn| (SimTime::from_ms(turn * DAY), (turn % 2) as u16)).collect(),
        series: vec![],
        look_ahead: None,
        chosen: Chosen::default(),
        disabled: Vec::new(),
    }
}

/// Releases of three kinds that come often and are bad often, and a policy.
fn upgrades() -> impl Strategy<Value = Upgrades> {
    let flags = proptest::collection::vec(any::<bool>(), 9);
    let kinds = proptest::collection::vec((0usize..3, 6u64..200, any::<bool>()), 1..4);
    (0usize..4, flags, kinds).prop_map(|(mode, flags, kinds)| {
        let minutes = |minutes: u64| constant(minutes * MINUTE);
        let percent = if flags[0] { 100 } else { 20 };
        let rolling = Rolling {
            batch: if flags[1] { 50 } else { 20 },
            unhealthy: percent,
            unhealthy_upgraded: percent,
            cross_zone: flags[2],
            prioritize_unhealthy: flags[3],
            ..Rolling::USUAL
        };
        let automatic = Automatic { rolling, pause: SimDuration::from_ms(MINUTE), rolls_back: flags[4] };
        let policy = UpgradePolicy {
            mode: [UpgradeMode::Manual, UpgradeMode::Automatic, UpgradeMode::Rolling, UpgradeMode::Rolling][mode],
            rolling,
            pause: SimDuration::from_ms(if flags[0] { 0 } else { 10 * MINUTE }),
            health_wait: SimDuration::from_ms(5 * MINUTE),
            rollback_failed: flags[5],
            max_surge: flags[6],
            automatic_os: flags[7].then_some(automatic),
            automatic_extension: flags[8].then_some(automatic),
            drain: SimDuration::from_ms(if flags[1] { 3 * MINUTE } else { 0 }),
            reimage: Law::exponential(4.0 * MINUTE as f64).unwrap(),
            extension: minutes(1),
            application: minutes(0),
        };
        let release = |(kind, every, slow): (usize, u64, bool)| Release {
            name: format!("{kind} {every}"),
            kind: [ReleaseKind::Image, ReleaseKind::Extension, ReleaseKind::Application][kind],
            at: SimTime::from_ms(every * MINUTE),
            every: Some(Law::exponential((every * HOUR) as f64).unwrap()),
            bad: Some(Bad {
                probability: 0.5,
                symptom: if slow { Symptom::Degraded(300) } else { Symptom::Down },
                after: minutes(every % 20),
                rollback: flags[0].then(|| Rollback { notice: minutes(every), act: minutes(0) }),
            }),
        };
        Upgrades { policy, releases: kinds.into_iter().map(release).collect() }
    })
}

fn designs() -> impl Strategy<Value = Design> {
    let flags = proptest::collection::vec(any::<bool>(), 24);
    // Of half of the designs the capacity follows a demand: the most machines, and how far it swings.
    let load = proptest::option::of((3u32..14, 1u64..9));
    let upgrades = proptest::option::of(upgrades());
    let all = (flags, changes(), 0u32..4, 1u32..12, 0u32..3, load, upgrades);
    all.prop_map(|(flags, changes, zones, capacity, action, load, upgrades)| {
        let numbers: Vec<u32> = (1..=zones).collect();
        let mut bought = Bought { committed: capacity / 3, reserved_per_zone: 0 };
        let mut wild = managed(design(&numbers, capacity, capacity.div_ceil(2)), |set| {
            set.changes = changes;
            set.upgrades = upgrades.map(Box::new);
            if flags[0] {
                set.balance.balance = Balance::Strict;
            }
            (set.balance.atomic, set.balance.starved_is_down) = (flags[1], flags[2]);
            set.scale_in.order = [Order::Default, Order::OldestFirst, Order::NewestFirst][action as usize];
            (set.scale_in.prioritize_unhealthy, set.scale_in.falls_back) = (flags[3], flags[4]);
            set.protection = Protection { from_scale_in: u32::from(flags[5]) * 2, ..Protection::default() };
            if flags[6] {
                let timeout = SimDuration::from_ms(5 * MINUTE);
                set.terminate_notice = Some(TerminateNotice { timeout, approval: flags[7].then(|| constant(MINUTE)) });
            }
            set.overprovision = flags[8].then_some(20);
            (set.creation.failure, set.creation.resilient) = (0.2, flags[9]);
            (set.deletion.failure, set.deletion.resilient) = (0.2, flags[10]);
            if flags[11] {
                let actions = [RepairAction::Replace, RepairAction::Reimage, RepairAction::Restart];
                repaired(set, actions[action as usize]);
                set.repairs.as_mut().unwrap().suspend_after = 50;
                if flags[12] {
                    set.health.as_mut().unwrap().source = HealthSource::RichHttp;
                }
            }
            set.auto_zone_balance = flags[13] && !flags[0];
            if flags[14] {
                let mix = PriorityMix { base_regular: 2, regular_percent_above: 30 };
                let eviction = if flags[15] { EvictionPolicy::Delete } else { EvictionPolicy::Deallocate };
                set.spot = Some(Spot { mix, eviction, restore: flags[16].then(|| SimDuration::from_ms(HOUR)) });
            }
            if flags[17] {
                set.standby =
                    Some(StandbyPool { min_ready: 1, max_ready: 8, running: flags[18], start: constant(SECOND) });
            }
            set.disks = Disks { data: flags[19], zone_redundant: flags[20], zone_destroyed: 0.1 };
            if flags[21] {
                let size = |name: &str, vcpus, quota| Size {
                    name: name.into(),
                    price: 1.0,
                    rank: 0,
                    availability: 1.0,
                    vcpus,
                    quota,
                };
                let sizes = vec![size("a", 4, 12), size("b", 2, u32::MAX)];
                set.instance_mix = Some(Mix { sizes, strategy: MixStrategy::LowestPrice, shared_shortage: 0.5 });
            }
            if flags[22] && zones > 1 {
                set.auto_placement = Some(AutoPlacement { max_zones: flags[10].then_some(2), max_percent: 50 });
            }
            set.reserved_per_zone = u32::from(flags[23]);
            bought.reserved_per_zone = set.reserved_per_zone;
            set.autoscale = load.map(|(most, _)| Box::new(autoscale(most, flags[1], flags[2])));
            if let Some(setting) = set.autoscale.as_mut().filter(|_| flags[4]) {
                let rules = &mut setting.profiles[0].rules;
                let (metric, threshold_micro) = (Metric::Sessions { per_instance: true }, 250_000_000);
                rules.push(Rule { metric, threshold_micro, ..rules[0] });
            }
        });
        wild.demand = load.map(|(_, swing)| {
            let noise = Noise { sigma: 0.1 * swing as f64, every: SimDuration::from_ms(2 * HOUR) };
            Demand::course(4000, vec![], Some(noise))
        });
        let set = &mut wild.sets[0];
        set.hidden_zone = HiddenZone::Uniform;
        (set.boot, set.warm_up) = (constant(30 * SECOND), constant(MINUTE));
        set.slow_start =
            flags[20].then(|| SlowStart { capacity_milli: 300, time: Law::exponential(10.0 * MINUTE as f64).unwrap() });
        wild.service.spreads_evenly = flags[11];
        let retry = Retry { tries: 3, wasted: 0.7, breaker: None, budget: None, faults: 0.01 };
        wild.service.retry = (flags[9] && wild.demand.is_some()).then_some(retry);
        let set = &mut wild.sets[0];
        if flags[7] {
            set.start = StartState::Creating(constant(75 * SECOND));
        }
        if flags[12] && zones == 0 {
            set.spreading = Spreading::Fixed(2);
        }
        wild.balancer = flags[3].then(|| zonefall_fleet::LoadBalancer { all_when_none: flags[9], ..balancer() });
        wild.service.drain = flags[3].then(|| SimDuration::from_ms(3 * MINUTE));
        let (length, patience) = (SimDuration::from_ms(20 * MINUTE), SimDuration::from_ms(MINUTE));
        wild.service.sessions =
            flags[4].then_some(Sessions { length, begin: Begin::AtOnce(1000.0), patience, parts: Vec::new() });
        wild.quota = flags[4].then_some(Quota { vcpus: 30, spot_vcpus: 20, machines: 14 });
        wild.need = Need::Serving(capacity.div_ceil(2));
        wild.bought = Some(vec![bought]);
        let (least_machines, least_zones) = if zones > 1 { (2, 2) } else { (1, 0) };
        let terms = SlaTerms { name: "some".into(), tiers: vec![(999, 1000, 10)], least_machines, least_zones };
        wild.sla = flags[5].then(|| terms.clone());
        // The same promise once more as one by part, or each machine by itself.
        wild.agreements = vec![Agreement { of: "part".into(), sets: vec![0], each: !flags[5], terms }];
        wild
    })
}

/// SL-02: one account of all machines says what the book says of them; those of single machines are out only while they run.
fn is_kept(ledger: &Ledger, design: &Design) {
    let [kept] = ledger.kept[..] else { panic!("one agreement: {:?}", ledger.kept) };
    assert!(kept.down_ms <= kept.clock_ms && kept.reached.iter().sum::<u64>() <= kept.months, "{kept:?}");
    match design.agreements[0].each {
        false => {
            let clock = ledger.observed_ms - ledger.unpromised_ms;
            assert_eq!((kept.down_ms, kept.clock_ms), (ledger.unconnected_ms, clock));
        }
        true => assert!(i128::from(kept.clock_ms) <= ledger.machine_ms, "{kept:?} of {}", ledger.machine_ms),
    }
}

/// CO: what is paid for is what there was: counted by set here, by design there.
fn is_paid_for(ledger: &Ledger, design: &Design) {
    let counted = |operation: Operation| i128::from(ledger.operations[operation as usize]);
    let [paid] = ledger.paid[..] else { panic!("one set: {:?}", ledger.paid) };
    let of = |kind: Paid| paid[kind as usize];
    let (stopped, standby) = (counted(Operation::DeallocatedMs), counted(Operation::StandbyMs));
    assert_eq!((of(Paid::Stopped), of(Paid::Standby)), (stopped, standby));
    assert_eq!(of(Paid::Disks), ledger.machine_ms + standby);
    let bought = design.bought.as_ref().unwrap()[0];
    assert_eq!(of(Paid::Committed), i128::from(bought.committed) * i128::from(ledger.observed_ms));
    let management = design.sets[0].management.as_ref().unwrap();
    if management.overprovision.is_none() {
        assert_eq!(of(Paid::Spot), counted(Operation::SpotMs));
    }
    let places = design.sets[0].zones.len().max(1) as i128;
    let reserved = i128::from(bought.reserved_per_zone) * places * i128::from(ledger.observed_ms);
    let most = ledger.machine_ms - stopped - of(Paid::Spot) + reserved;
    assert!((0..=most).contains(&of(Paid::OnDemand)), "{paid:?}, at most {most}");
    // OV-01: only what nobody asked for is free, and it is gone before it serves.
    let least = ledger.classes.serving - of(Paid::Spot) - of(Paid::Committed);
    assert!(of(Paid::OnDemand) >= least, "{paid:?}, at least {least}");
    let unpromised: u64 = ledger.unpromised_by_month_ms.iter().sum();
    let unconnected: u64 = ledger.unconnected_by_month_ms.iter().sum();
    assert!(unpromised + unconnected <= ledger.observed_ms, "{unpromised} {unconnected}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn om_08_counts_conserve_and_ids_are_never_used_again(design in designs(), seed in 0u64..1000) {
        let topology = topology(3, 4, 3);
        let mut measure = measure(30 * DAY, 10 * DAY);
        measure.event_budget = 3_000_000;
        let horizon = measure.horizon.since(SimTime::ZERO);
        let designs = [design];
        let people = population(&designs, &topology);
        let mut strikes = Strikes::new(&wild_profile(), &topology, people, horizon);
        let [design] = designs;
        let mut world = World::new(Arc::new(design), Arc::new(measure), topology.clone(), &strikes);
        let mut first = None;
        for round in 0..2 {
            let trial = Key::root(seed).part(7, 7);
            strikes.begin(trial).unwrap();
            world.begin(trial, &strikes, None);
            while strikes.next_window() {
                world.live(&strikes).unwrap();
                prop_assert_eq!(world.audit(), Vec::<String>::new());
            }
            let ledger = world.finish(&strikes).clone();
            prop_assert_eq!(ledger.missed_by_cause_ms.iter().sum::<u64>(), ledger.missed_ms);
            prop_assert!(ledger.classes.serving >= 0 && ledger.classes.down >= 0);
            prop_assert!(ledger.classes.serving <= ledger.machine_ms);
            is_paid_for(&ledger, world.design());
            is_kept(&ledger, world.design());
            // No more sessions are lost than there were when it began, and have begun since.
            prop_assert!(ledger.sessions_lost.iter().sum::<u64>() <= ledger.sessions_begun + 1_000_100);
            if round == 0 {
                first = Some(ledger);
            } else {
                // The same trial again, in a world that was used: nothing is left over.
                prop_assert_eq!(&Some(ledger), &first);
            }
        }
    }
}
