//! The same bits for any threads and any order of trials, and after another design has come in.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;
use std::sync::atomic::AtomicBool;
use support::*;
use zonefall_azure::profile::azure_like_v0;
use zonefall_engine::{Law, Shape, SimDuration, SimTime};
use zonefall_faults::{Effect, Mode, Outage, Scope};
use zonefall_fleet::management::*;
use zonefall_fleet::policy::health::HealthSource;
use zonefall_fleet::policy::scale_in::{Order, ScaleInRules};
use zonefall_fleet::policy::spot::PriorityMix;
use zonefall_fleet::policy::upgrade::{Mode as UpgradeMode, Rolling};
use zonefall_fleet::policy::zone_balance::{Balance, BalanceRules};
use zonefall_fleet::{Demand, Latency, Need, Noise, Patience, Queue};
use zonefall_study::outcome::Outcome;
use zonefall_study::{Finished, Labels, Silent, Stage, Study, Tally, TrialRow, conclude, run};

fn busy_profile() -> zonefall_faults::Profile {
    let mut profile = azure_like_v0();
    profile.modes = profile.modes.iter().map(|mode| mode.with_rate_times(20.0)).collect();
    profile
}

fn designs() -> Vec<zonefall_fleet::Design> {
    vec![design("zonal", &[1], 9, 6), design("spanning", &[1, 2, 3], 9, 6), design("regional", &[], 9, 6)]
}

fn outcome(study: &Study, finished: &Finished) -> Outcome {
    let words = || "x".to_owned();
    let labels =
        Labels { version: words(), scenario_hash: words(), target: words(), window: words(), not_modelled: words() };
    conclude(study, finished, &labels)
}

fn go(study: &Study, threads: usize) -> Finished {
    run(study, threads, &AtomicBool::new(false), &Silent).unwrap()
}

#[test]
fn the_outcome_is_the_same_for_one_two_and_four_threads() {
    let study = study(busy_profile(), designs(), 365, 600);
    let one = go(&study, 1);
    for threads in [2, 4] {
        let more = go(&study, threads);
        assert_eq!(more.tally.rows, one.tally.rows);
        assert_eq!(outcome(&study, &more), outcome(&study, &one));
    }
}

#[test]
fn trials_in_any_order_and_any_grouping_give_the_same_tally() {
    let study = study(busy_profile(), designs(), 365, 60);
    let forward = go(&study, 1);
    let mut stage = Stage::new(&study);
    let mut parts: Vec<Tally> = Vec::new();
    for part in [40..60, 0..7, 7..40] {
        let mut tally = Tally::new(&study, forward.causes.len());
        part.rev().for_each(|trial| stage.tally(&study, trial, &mut tally).unwrap());
        parts.push(tally);
    }
    let mut backward = Tally::new(&study, forward.causes.len());
    parts.into_iter().rev().for_each(|part| backward.merge(part));
    backward.rows.sort_by_key(|row| (row.trial, row.design));
    assert_eq!(backward.rows, forward.tally.rows);
    let finished = Finished { tally: backward, trials: 60, causes: forward.causes.clone() };
    assert_eq!(outcome(&study, &finished), outcome(&study, &forward));
}

#[test]
fn another_design_leaves_the_other_rows_as_they_were() {
    let few = study(busy_profile(), designs(), 365, 100);
    let mut more = designs();
    more.push(design("large", &[3, 1], 40, 30));
    more.insert(1, design("zonal in 2", &[2], 12, 6));
    let more = study(busy_profile(), more, 365, 100);
    let rows = |study: &Study, name: &str| -> Vec<TrialRow> {
        let index = study.designs.iter().position(|design| design.name == name).unwrap();
        let rows = go(study, 2).tally.rows.into_iter().filter(|row| row.design == index);
        rows.map(|row| TrialRow { design: 0, ..row }).collect()
    };
    for name in ["zonal", "spanning", "regional"] {
        assert_eq!(rows(&few, name), rows(&more, name), "{name}");
    }
}

/// A set that repairs, rebalances, evicts, restores and is scaled every day.
fn managed(mut design: zonefall_fleet::Design, action: RepairAction, balance: Balance) -> zonefall_fleet::Design {
    let ms = SimDuration::from_ms;
    let law = |shape| Law::new(shape, None).unwrap();
    let daily = |hour: u64, capacity: u32| Change {
        trigger: Trigger::At { at: SimTime::from_ms(hour * 3_600_000), every: Some(ms(86_400_000)) },
        action: Action::Capacity(capacity),
        retry: Some(ms(600_000)),
        back_after: None,
    };
    let capacity = design.sets[0].capacity;
    let short = Change {
        trigger: Trigger::ServingBelow { machines: capacity - 1, lasting: ms(60_000), react: constant(600) },
        action: Action::Capacity(capacity + 3),
        retry: Some(ms(600_000)),
        back_after: Some(ms(1_800_000)),
    };
    design.sets[0].management = Some(Box::new(Management {
        orchestration: Orchestration::Flexible,
        balance: BalanceRules { balance, atomic: true, starved_is_down: true },
        auto_placement: None,
        single_placement_group: false,
        scale_in: ScaleInRules { order: Order::Default, prioritize_unhealthy: true, falls_back: true },
        force_deletion: false,
        protection: Protection { from_scale_in: 1, from_scale_set_actions: 0, from_manual: true },
        terminate_notice: Some(TerminateNotice { timeout: ms(300_000), approval: None }),
        overprovision: None,
        creation: Creation {
            time: law(Shape::LogNormal(75_000.0, 0.5)),
            timeout: ms(480_000),
            failure: 0.02,
            resilient: true,
            start: constant(45),
        },
        deletion: Deletion {
            time: law(Shape::LogNormal(60_000.0, 0.7)),
            failure: 0.02,
            resilient: true,
            in_dead_zone: ms(600_000),
        },
        health: Some(Health {
            source: HealthSource::Binary,
            interval: ms(5000),
            probes: 2,
            grace: ms(10_000),
            dead_after: Some(ms(60_000)),
        }),
        repairs: Some(Repairs { action, grace: ms(600_000), dwell: ms(0), tick: ms(60_000), suspend_after: 3 }),
        auto_zone_balance: !design.sets[0].zones.is_empty(),
        autoscale: None,
        vcpus: 2,
        reserved_per_zone: 1,
        spot: Some(Spot {
            mix: PriorityMix { base_regular: 2, regular_percent_above: 50 },
            eviction: EvictionPolicy::Deallocate,
            restore: Some(ms(3_600_000)),
        }),
        instance_mix: None,
        standby: Some(StandbyPool { min_ready: 1, max_ready: 20, running: true, start: constant(0) }),
        disks: Disks { data: true, zone_redundant: false, zone_destroyed: 0.1 },
        dedicated: None,
        changes: vec![daily(8, capacity + 2), daily(20, capacity), short],
        upgrades: Some(Box::new(upgrades())),
    }));
    design
}

/// An image every month and an application every week, of which every fifth is bad.
fn upgrades() -> Upgrades {
    let days = |days: u64| constant(86_400 * days);
    let release = |name: &str, kind, gap: u64| Release {
        name: name.into(),
        kind,
        at: SimTime::from_ms(86_400_000),
        every: Some(days(gap)),
        bad: Some(Bad {
            probability: 0.2,
            symptom: Symptom::Down,
            after: constant(600),
            rollback: Some(Rollback { notice: constant(600), act: constant(60) }),
        }),
    };
    Upgrades {
        policy: UpgradePolicy {
            mode: UpgradeMode::Rolling,
            rolling: Rolling { unhealthy: 60, ..Rolling::USUAL },
            pause: SimDuration::ZERO,
            health_wait: SimDuration::from_ms(300_000),
            rollback_failed: false,
            max_surge: true,
            automatic_os: None,
            automatic_extension: None,
            drain: SimDuration::from_ms(60_000),
            reimage: constant(240),
            extension: constant(60),
            application: constant(30),
        },
        releases: vec![release("image", ReleaseKind::Image, 30), release("web", ReleaseKind::Application, 7)],
    }
}

fn managed_profile() -> zonefall_faults::Profile {
    let mut profile = busy_profile();
    for (name, effect) in [("eviction", Effect::Evicted), ("hang", Effect::Unhealthy)] {
        let mut mode = Mode::plain(name, Scope::Instance, 10.0, Outage::Law(constant(3600))).unwrap();
        mode.effect = effect;
        profile.modes.push(mode);
    }
    profile
}

fn managed_designs() -> Vec<zonefall_fleet::Design> {
    let [zonal, spanning, regional] = <[_; 3]>::try_from(designs()).unwrap();
    vec![
        managed(zonal, RepairAction::Restart, Balance::BestEffort),
        managed(spanning.clone(), RepairAction::Replace, Balance::BestEffort),
        managed(zonefall_fleet::Design { name: "strict".into(), ..spanning }, RepairAction::Replace, Balance::Strict),
        managed(regional, RepairAction::Reimage, Balance::BestEffort),
    ]
}

#[test]
fn managed_sets_too_are_the_same_for_one_two_and_four_threads() {
    let study = study(managed_profile(), managed_designs(), 90, 200);
    let one = go(&study, 1);
    assert!(one.tally.designs.iter().all(|design| design.operations.iter().filter(|of| of.hits() > 0).count() > 12));
    for threads in [2, 4] {
        let more = go(&study, threads);
        assert_eq!(more.tally.rows, one.tally.rows);
        assert_eq!(outcome(&study, &more), outcome(&study, &one));
    }
}

#[test]
fn requests_that_wait_are_the_same_for_any_threads_and_wait_no_longer_than_is_measured() {
    let waiting = |name: &str, demand: u64, patience: u64| {
        let mut design = design(name, &[1, 2, 3], 9, 6);
        let noise = Noise { sigma: 0.3, every: SimDuration::from_ms(3_600_000) };
        design.demand = Some(Demand::course(demand, vec![], Some(noise)));
        design.need = Need::Served(99, 100);
        design.service.latency =
            Some(Latency { parallelism: 1, queue: Queue::Shared, serves_milli: 1000, limit: None });
        design.service.patience = Some(Patience { most: SimDuration::from_ms(patience), in_time: None });
        design
    };
    let designs = vec![waiting("briefly", 8000, 30_000), waiting("for hours", 7000, 36_000_000)];
    let study = study(busy_profile(), designs, 90, 100);
    let one = go(&study, 1);
    let told = outcome(&study, &one);
    for design in &told.designs {
        let row = design.operations.iter().find(|of| of.operation == "line_h").unwrap();
        assert!(row.per_year.mean > 0.0 && row.per_year.high <= 365.25 * 24.0, "{row:?}");
    }
    for threads in [2, 4] {
        let more = go(&study, threads);
        assert_eq!(more.tally.rows, one.tally.rows);
        assert_eq!(outcome(&study, &more), told);
    }
}

#[test]
fn another_managed_design_leaves_the_other_rows_as_they_were() {
    let with = |more: Vec<zonefall_fleet::Design>| {
        let all = designs()
            .into_iter()
            .map(|design| zonefall_fleet::Design { name: "static ".to_owned() + &design.name, ..design });
        study(managed_profile(), managed_designs().into_iter().chain(all).chain(more).collect(), 90, 60)
    };
    let few = with(vec![]);
    let large = || managed(design("large", &[3, 1], 40, 30), RepairAction::Replace, Balance::BestEffort);
    let mut more = with(vec![design("zonal in 2", &[2], 12, 6), large()]);
    more.designs.rotate_right(2);
    let (few, more) = ((go(&few, 2), few), (go(&more, 2), more));
    let rows = |(finished, study): &(Finished, Study), name: &str| -> Vec<TrialRow> {
        let index = study.designs.iter().position(|design| design.name == name).unwrap();
        let rows = finished.tally.rows.iter().filter(|row| row.design == index);
        rows.map(|row| TrialRow { design: 0, ..row.clone() }).collect()
    };
    for design in &few.1.designs {
        assert_eq!(rows(&few, &design.name), rows(&more, &design.name), "{}", design.name);
    }
}

#[test]
fn in_07_a_surge_changes_nothing_for_designs_that_create_no_machine() {
    let with = study(busy_profile(), designs(), 365, 200);
    let mut profile = busy_profile();
    profile.modes.iter_mut().for_each(|mode| mode.surge = None);
    let without = study(profile, designs(), 365, 200);
    assert_ne!(with.profile, without.profile);
    assert_eq!(outcome(&with, &go(&with, 2)), outcome(&without, &go(&without, 2)));
}

#[test]
fn an_interrupt_keeps_an_unbroken_run_of_trials_from_the_first_on() {
    struct StopSoon<'a>(&'a AtomicBool);
    impl zonefall_study::Progress for StopSoon<'_> {
        fn merged(&self, _: &Finished) {
            self.0.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        fn computed(&self, _: u64) {}
    }
    let study = study(busy_profile(), designs(), 365, 2000);
    let stop = AtomicBool::new(false);
    let part = run(&study, 2, &stop, &StopSoon(&stop)).unwrap();
    assert!(part.trials > 0 && part.trials < 2000);
    let whole = go(&study, 2);
    assert_eq!(part.tally.rows[..], whole.tally.rows[..part.tally.rows.len()]);
    let outcome = outcome(&study, &part);
    assert!(outcome.partial && outcome.warnings[0].words.starts_with("Interrupted"));
}

#[test]
fn a_runaway_trial_ends_with_its_number_and_seed() {
    let mut study = study(busy_profile(), designs(), 365, 100);
    let measure = std::sync::Arc::make_mut(&mut study.measure);
    measure.event_budget = 10;
    let error = run(&study, 2, &AtomicBool::new(false), &Silent).unwrap_err().to_string();
    assert!(error.contains("seed 11") && error.contains("trial "), "{error}");
}
