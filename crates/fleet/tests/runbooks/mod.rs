//! Runbooks, played on scripts: who notices when, and what becomes of what they do.

use crate::support::*;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::Scope;
use zonefall_fleet::management::*;
use zonefall_fleet::policy::upgrade::{Mode, Rolling};
use zonefall_fleet::{Batch, Demand, Design, Jobs, Latency, Need, Operation, Patience, Queue, Step};

fn alert() -> Alert {
    Alert {
        watch: Watch::Lacks(Lack::CapacityLost(300)),
        lasting: SimDuration::from_ms(5 * MINUTE),
        notice: constant(10 * MINUTE),
        act: constant(5 * MINUTE),
        office: None,
        success: 1.0,
        waits: true,
    }
}

fn runbook(alert: Alert, action: Action) -> Change {
    Change { trigger: Trigger::Alert(Box::new(alert)), action, retry: None, back_after: None }
}

/// Six machines over three zones, all of them needed; one asks for nine when a zone is lost: three more come in 75 s.
fn design_with(change: Change) -> Design {
    managed(design(&[1, 2, 3], 6, 6), |set| set.changes = vec![change])
}

/// Zone 1 is dark from 1 h to 9 h.
fn script() -> Script {
    Script::new(topology(3, 4, 8), vec![mode("zone", Scope::Zone)], DAY).outages(&[(0, 0, 4, HOUR, 9 * HOUR)])
}

const MADE: u64 = 75 * SECOND;

#[test]
fn an_alert_is_noticed_and_acted_on() {
    let (ledger, world) = script().live(design_with(runbook(alert(), Action::Capacity(9))), None);
    assert_eq!(ledger.missed_ms, 20 * MINUTE + MADE);
    assert_eq!(count(&ledger, Operation::RunbooksBegun), 1);
    // Nobody takes it back.
    assert_eq!(world.instances(0).iter().sum::<u32>(), 9);
    // A loss that is less than the alert asks for is none of its business.
    let deaf = Alert { watch: Watch::Lacks(Lack::CapacityLost(340)), ..alert() };
    let (ledger, _) = script().live(design_with(runbook(deaf, Action::Capacity(9))), None);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::RunbooksBegun)), (8 * HOUR, 0));
    for watch in [Watch::Missed, Watch::Lacks(Lack::ServingBelow(6))] {
        let (ledger, _) = script().live(design_with(runbook(Alert { watch, ..alert() }, Action::Capacity(9))), None);
        assert_eq!(ledger.missed_ms, 20 * MINUTE + MADE);
    }
}

/// Nothing happens but what the design brings about itself.
fn play_quietly(design: Design) -> (u64, u64) {
    let ledger = Script::new(topology(3, 4, 8), vec![mode("zone", Scope::Zone)], DAY).play(design);
    (ledger.missed_ms, count(&ledger, Operation::RunbooksBegun))
}

fn when_missed(capacity: u32) -> Change {
    runbook(Alert { watch: Watch::Missed, ..alert() }, Action::Capacity(capacity))
}

#[test]
fn what_is_missed_from_the_first_instant_is_alerted_then() {
    for watch in [Watch::Missed, Watch::Lacks(Lack::ServingBelow(9))] {
        let mut design = design_with(runbook(Alert { watch, ..alert() }, Action::Capacity(9)));
        design.need = Need::Serving(9);
        assert_eq!(play_quietly(design), (20 * MINUTE + MADE, 1));
    }
}

#[test]
fn jobs_that_are_late_are_alerted_at_their_deadline() {
    // A job a second each: of 43,200 half are done at the deadline, an hour after they came.
    let mut design = design_with(when_missed(9));
    let batch = Batch { at: SimTime::from_ms(HOUR), due: SimTime::from_ms(2 * HOUR) };
    let batches = [batch].into();
    design.jobs = Some(Jobs { count: 43_200, work: 1, sigma: 0.0, batches, through: None, sets: [].into() });
    design.need = Need::Done(1, 1);
    let before = 20 * MINUTE + MADE;
    let left = 21_600 * SECOND - 6 * before;
    assert_eq!(play_quietly(design), (before + left / 9, 1));
}

#[test]
fn requests_that_wait_are_no_alert_until_their_clients_give_up() {
    // Nine a second come to six machines: who is next has waited for a third of the time, ten minutes after half an hour.
    let mut design = design_with(when_missed(12));
    let step = Step { from: SimTime::from_ms(HOUR), per_second_milli: 9000 };
    design.demand = Some(Demand::course(3000, vec![step], None));
    design.need = Need::Served(99, 100);
    design.service.latency = Some(Latency { parallelism: 1, queue: Queue::Shared, serves_milli: 1000, limit: None });
    design.service.patience = Some(Patience { most: SimDuration::from_ms(10 * MINUTE), in_time: None });
    assert_eq!(play_quietly(design), (20 * MINUTE + MADE, 1));
}

#[test]
fn zn_09_the_capacity_goes_back_when_it_is_not_needed_any_more() {
    for watch in [Watch::Lacks(Lack::CapacityLost(300)), Watch::Missed] {
        let change = runbook(Alert { watch, ..alert() }, Action::Capacity(9));
        let change = Change { back_after: Some(SimDuration::from_ms(HOUR)), ..change };
        let (ledger, world) = script().live(design_with(change), None);
        assert_eq!(ledger.missed_ms, 20 * MINUTE + MADE);
        assert_eq!(world.instances(0).iter().sum::<u32>(), 6, "{watch:?}");
    }
}

#[test]
fn people_come_in_the_morning_or_are_called() {
    let turns = vec![SimTime::from_ms(4 * HOUR), SimTime::from_ms(12 * HOUR)];
    let office = |notice_outside| Some(Office { turns: turns.clone(), notice_outside });
    let of = |office| design_with(runbook(Alert { office, ..alert() }, Action::Capacity(9)));
    let (ledger, _) = script().live(of(office(None)), None);
    assert_eq!(ledger.missed_ms, 3 * HOUR + 15 * MINUTE + MADE);
    let (ledger, _) = script().live(of(office(Some(constant(HOUR)))), None);
    assert_eq!(ledger.missed_ms, 5 * MINUTE + HOUR + 5 * MINUTE + MADE);
    // Who is called is slower than those who come in the morning, or hardly faster.
    let (ledger, _) = script().live(of(office(Some(constant(4 * HOUR)))), None);
    assert_eq!(ledger.missed_ms, 3 * HOUR + 15 * MINUTE + MADE);
    let (ledger, _) = script().live(of(office(Some(constant(3 * HOUR)))), None);
    assert_eq!(ledger.missed_ms, 3 * HOUR + 10 * MINUTE + MADE);
    // Nobody ever comes.
    let (ledger, _) = script().live(of(Some(Office { turns: vec![], notice_outside: None })), None);
    assert_eq!(ledger.missed_ms, 8 * HOUR);
}

#[test]
fn what_is_over_needs_no_runbook() {
    let brief = Script::new(topology(3, 4, 8), vec![mode("zone", Scope::Zone)], DAY)
        .outages(&[(0, 0, 4, HOUR, HOUR + 10 * MINUTE), (0, 0, 4, 5 * HOUR, 6 * HOUR)]);
    let (ledger, _) = brief.live(design_with(runbook(alert(), Action::Capacity(9))), None);
    assert_eq!((count(&ledger, Operation::RunbooksBegun), count(&ledger, Operation::RunbooksIdle)), (2, 1));
    // The second alert is answered as if the first had not been.
    assert_eq!(ledger.missed_ms, 10 * MINUTE + 20 * MINUTE + MADE);
}

#[test]
fn in_04_an_action_waits_for_the_control_plane_or_fails() {
    let mut out = script();
    out.control_plane = vec![(HOUR, 3 * HOUR)];
    let of = |waits, retry: Option<u64>| {
        let change = runbook(Alert { waits, ..alert() }, Action::Capacity(9));
        design_with(Change { retry: retry.map(SimDuration::from_ms), ..change })
    };
    let (ledger, _) = out.live(of(true, None), None);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::RunbooksFailed)), (2 * HOUR + MADE, 0));
    let (ledger, _) = out.live(of(false, None), None);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::RunbooksFailed)), (8 * HOUR, 1));
    let (ledger, _) = out.live(of(false, Some(HOUR)), None);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::RunbooksFailed)), (2 * HOUR + 20 * MINUTE + MADE, 2));
}

#[test]
fn an_action_may_fail_and_is_tried_again() {
    let of = |success, retry: Option<u64>| {
        let change = runbook(Alert { success, ..alert() }, Action::Capacity(9));
        design_with(Change { retry: retry.map(SimDuration::from_ms), ..change })
    };
    let (ledger, _) = script().live(of(0.0, None), None);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::RunbooksFailed)), (8 * HOUR, 1));
    // Tried until it succeeds, at most until the zone is back at 9 h.
    let (ledger, _) = script().live(of(0.5, Some(10 * MINUTE)), None);
    let tries = count(&ledger, Operation::RunbooksFailed);
    assert_eq!(ledger.missed_ms, 20 * MINUTE + tries * 10 * MINUTE + MADE);
}

#[test]
fn al_05_a_quota_that_nobody_thought_of_stops_a_runbook() {
    let mut design = design_with(runbook(alert(), Action::Capacity(9)));
    design.quota = Some(Quota { vcpus: 13, spot_vcpus: 0, machines: 100 });
    let (ledger, _) = script().live(design, None);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::QuotaRefusals)), (8 * HOUR, 1));
}

/// What is refused is not asked for: the capacity is what it was, and the next loss is measured by it.
#[test]
fn al_01_a_refused_runbook_answers_the_next_alert() {
    let zones = [(0, 0, 4, HOUR, 2 * HOUR), (0, 0, 4, 12 * HOUR, 13 * HOUR)];
    let twice = || Script::new(topology(3, 4, 8), vec![mode("zone", Scope::Zone)], DAY).outages(&zones);
    // Before it would be taken back too.
    for back_after in [None, Some(SimDuration::from_ms(30 * MINUTE)), Some(SimDuration::from_ms(20 * HOUR))] {
        let mut design = design_with(Change { back_after, ..runbook(alert(), Action::Capacity(20)) });
        design.quota = Some(Quota { vcpus: 13, spot_vcpus: 0, machines: 100 });
        let (ledger, world) = twice().live(design, None);
        assert_eq!(world.instances(0), vec![2, 2, 2]);
        assert_eq!((count(&ledger, Operation::RunbooksBegun), count(&ledger, Operation::QuotaRefusals)), (2, 2));
        // A third of the capacity, for two hours of a day.
        let lost = 1.0 - ledger.capacity_ms as f64 / ledger.capacity_full_ms as f64;
        assert!((lost - 2.0 / 24.0 / 3.0).abs() < 2e-3, "{lost}");
    }
}

#[test]
fn nobody_tries_again_what_is_not_needed_any_more() {
    let change = runbook(Alert { success: 0.0, ..alert() }, Action::Capacity(9));
    let (ledger, _) = script().live(design_with(Change { retry: Some(SimDuration::from_ms(HOUR)), ..change }), None);
    // At 1:20, 2:20 … 8:20; at 9 h the zone is back.
    assert_eq!((count(&ledger, Operation::RunbooksFailed), count(&ledger, Operation::RunbooksIdle)), (8, 0));
}

#[test]
fn up_13_a_runbook_rolls_a_bad_release_back_or_stops_it() {
    let of = |action| {
        managed(design(&[1], 10, 10), |set| {
            let policy = UpgradePolicy {
                mode: Mode::Automatic,
                rolling: Rolling::USUAL,
                pause: SimDuration::ZERO,
                health_wait: SimDuration::from_ms(5 * MINUTE),
                rollback_failed: false,
                max_surge: false,
                automatic_os: None,
                automatic_extension: None,
                drain: SimDuration::ZERO,
                reimage: constant(4 * MINUTE),
                extension: constant(MINUTE),
                application: constant(MINUTE),
            };
            let bad = Bad { probability: 1.0, symptom: Symptom::Down, after: constant(MINUTE), rollback: None };
            let release = Release {
                name: "image".into(),
                kind: ReleaseKind::Image,
                at: SimTime::from_ms(HOUR),
                every: None,
                bad: Some(bad),
            };
            set.upgrades = Some(Box::new(Upgrades { policy, releases: vec![release] }));
            set.changes = vec![runbook(Alert { watch: Watch::Missed, ..alert() }, action)];
        })
    };
    let calm = || Script::new(topology(3, 4, 8), vec![mode("zone", Scope::Zone)], DAY);
    let (ledger, _) = calm().live(of(Action::RollBack), None);
    // Down for the reimage, well for a minute, down for good; the alert rings after five more, and is answered in fifteen.
    assert_eq!(ledger.missed_ms, (4 + 20 + 4) * MINUTE);
    assert_eq!(count(&ledger, Operation::ReleasesTakenBack), 1);
    let (ledger, _) = calm().live(of(Action::StopRollout), None);
    assert_eq!(ledger.missed_ms, 23 * HOUR - MINUTE);
}
