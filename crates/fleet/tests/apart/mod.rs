//! A worker tier beside a web tier: in one design each is what it is alone, through everything that may happen to managed sets.
//!
//! What both share would not be so: a quota, crews, an SLA of all machines. The workers stand in a zone of their own, as the racks of
//! a zone are dealt to all sets of a design.

use super::*;
use zonefall_fleet::{Batch, ClassTimes, Jobs, ScaleSet};

/// Workers in the third zone that grow with their queue; batches come every six hours and are due after four.
fn workers(count: u64, capacity: u32) -> Design {
    let rule = |direction, operator, jobs: i64, by| Rule {
        metric: Metric::Jobs,
        aggregation: Aggregation::Last,
        window: SimDuration::from_ms(10 * MINUTE),
        grain: SimDuration::ZERO,
        operator,
        threshold_micro: jobs * 1_000_000,
        direction,
        change: By::Count(by),
        cooldown: SimDuration::from_ms(5 * MINUTE),
    };
    let busy = Rule { metric: Metric::Cpu, ..rule(Direction::Out, Operator::Above, 90, 1) };
    let rules = vec![rule(Direction::Out, Operator::Above, 2000, 1), rule(Direction::In, Operator::Below, 1, 1), busy];
    let limits = Limits { name: "default".into(), minimum: 1, maximum: capacity + 3, default: capacity, rules };
    let mut design = managed(design(&[3], capacity, 1), |set| {
        let schedule = vec![(SimTime::ZERO, 0)];
        set.autoscale =
            Some(Box::new(Autoscale { profiles: vec![limits], schedule, ..autoscale(capacity + 3, true, false) }));
        repaired(set, RepairAction::Replace);
    });
    design.sets[0].name = "workers".into();
    (design.sets[0].boot, design.sets[0].warm_up) = (constant(30 * SECOND), constant(MINUTE));
    let batch = |turn: u64| {
        let at = |hours: u64| SimTime::from_ms((6 * turn + hours) * HOUR);
        Batch { at: at(1), due: at(5) }
    };
    let batches = (0..30 * 4).map(batch).collect();
    design.jobs = Some(Jobs { count, work: 1, sigma: 0.4, batches, through: None, sets: [].into() });
    design.need = Need::Done(1, 1);
    design
}

fn beside(web: &Design, workers: &Design, need: Need) -> Design {
    let sets: Vec<ScaleSet> = web.sets.iter().chain(&workers.sets).cloned().collect();
    let jobs = workers.jobs.clone().map(|jobs| Jobs { sets: [1].into(), ..jobs });
    Design { sets, jobs, need, ..web.clone() }
}

fn played(design: Design, seed: u64) -> (Ledger, Vec<String>) {
    let topology = topology(3, 4, 3);
    let mut measure = measure(30 * DAY, 10 * DAY);
    measure.event_budget = 3_000_000;
    let horizon = measure.horizon.since(SimTime::ZERO);
    let designs = [design];
    let people = population(&designs, &topology);
    let mut wild = wild_profile();
    wild.modes.retain(|mode| mode.crews.is_none());
    let mut strikes = Strikes::new(&wild, &topology, people, horizon);
    let [design] = designs;
    let mut world = World::new(Arc::new(design), Arc::new(measure), topology.clone(), &strikes);
    let ledger = play(&mut strikes, &mut world, Key::root(seed).part(7, 7), None);
    (ledger, world.audit())
}

/// What is observed of the objective.
fn objective(of: &Ledger) -> impl PartialEq + std::fmt::Debug + use<> {
    (of.missed_ms, of.missed_by_window_ms.clone(), of.outages_ms.clone(), of.first_miss, of.cut_by_horizon)
}

/// Whether two charge the same causes: what each interval is split into is whole milliseconds, and events cut intervals.
fn charge_the_same(one: &Ledger, other: &Ledger) -> bool {
    let by_cause = one.missed_by_cause_ms.iter().zip(&other.missed_by_cause_ms);
    let apart: u64 = by_cause.map(|(one, other)| one.abs_diff(*other)).sum();
    apart <= one.events + other.events
}

fn requests(of: &Ledger) -> impl PartialEq + std::fmt::Debug + use<> {
    (of.offered, of.served, of.slow, of.lost_to_dead)
}

/// Whether as many sessions begin, by a sum of decimal fractions, and are lost: what a machine holds is known as of the last event.
fn lose_as_many(one: &Ledger, other: &Ledger) -> bool {
    let sum = |of: &Ledger| of.sessions_lost.iter().sum::<u64>();
    one.sessions_begun.abs_diff(other.sessions_begun) <= 2 && sum(one).abs_diff(sum(other)) <= sum(other) / 1000 + 1000
}

fn jobs(of: &Ledger) -> impl PartialEq + std::fmt::Debug + use<> {
    (of.batches_due, of.batches_met, of.clearance_ms.clone())
}

/// What both together add up to.
fn machines(of: &Ledger) -> Vec<i128> {
    let ClassTimes { serving, dead_in_rotation, awaiting_probe, starting, down, degraded } = of.classes;
    let counted = [of.machine_failures, of.delayed_healings].map(i128::from);
    let classes = [serving, dead_in_rotation, awaiting_probe, starting, down, degraded];
    let capacity = [of.machine_ms, of.capacity_ms, of.capacity_full_ms];
    [&counted[..], &classes, &capacity, &of.operations.map(i128::from)].concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_web_tier_and_a_worker_tier_in_one_design_are_what_each_is_alone(
        mut web in designs(), count in 1u64..40_000, capacity in 1u32..5, seed in 0u64..1000,
    ) {
        web.sets[0].zones.retain(|zone| zone.0 < 2);
        if web.sets[0].zones.is_empty() {
            web.sets[0].zones.push(ZoneId(0));
        }
        (web.quota, web.sla, web.bought) = (None, None, None);
        // Pools, zones and services that are not as they should be are looked at again when anything happens, to whomever.
        let managed = web.sets[0].management.as_mut().unwrap();
        (managed.standby, managed.auto_zone_balance, managed.upgrades) = (None, false, None);
        managed.changes.retain(|change| matches!(change.trigger, Trigger::At { .. }) && change.back_after.is_none());
        if web.demand.is_some() && seed % 2 == 0 {
            web.need = Need::Served(9, 10);
        }
        let workers = workers(count, capacity);
        let (own, _) = played(web.clone(), seed);
        let (alone, _) = played(workers.clone(), seed);
        let (both, wrong) = played(beside(&web, &workers, web.need.clone()), seed);
        prop_assert_eq!(wrong, Vec::<String>::new());
        prop_assert_eq!((objective(&both), requests(&both)), (objective(&own), requests(&own)));
        prop_assert!(charge_the_same(&both, &own), "{:?} {:?}", both.missed_by_cause_ms, own.missed_by_cause_ms);
        prop_assert_eq!(jobs(&both), jobs(&alone));
        prop_assert!(lose_as_many(&both, &own), "{:?} {:?}", both.sessions_lost, own.sessions_lost);
        let sums: Vec<i128> = machines(&own).iter().zip(machines(&alone)).map(|(a, b)| a + b).collect();
        prop_assert_eq!(machines(&both), sums);
        // The same where the deadline is the objective.
        let (late, _) = played(beside(&web, &workers, Need::Done(1, 1)), seed);
        prop_assert_eq!((objective(&late), jobs(&late)), (objective(&alone), jobs(&alone)));
        prop_assert!(charge_the_same(&late, &alone), "{:?} {:?}", late.missed_by_cause_ms, alone.missed_by_cause_ms);
        prop_assert_eq!(requests(&late), requests(&own));
    }
}
