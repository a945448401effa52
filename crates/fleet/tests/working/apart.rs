//! A worker tier beside a web tier, against timelines by hand: each has its own load, its own outages, and nothing of the other's.

use super::super::{OVERLOAD, RACK, steps, workers};
use crate::support::*;
use std::sync::Arc;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::Scope;
use zonefall_fleet::*;
use zonefall_topology::ZoneId;

/// Two machines of a web tier in the first zone, and the two workers of [`workers`] in the second.
fn tiers(first: u64, of: &[(u64, u64)], need: Need) -> Design {
    let mut both = workers((1, 1));
    let own = ScaleSet { name: "workers".into(), zones: vec![ZoneId(1)], ..both.sets[0].clone() };
    both.sets.push(own);
    both.jobs = both.jobs.map(|jobs| Jobs { sets: [1].into(), ..jobs });
    both.demand = Some(Demand::course(first, steps(of), None));
    both.need = need;
    both
}

fn play(design: Design, outages: &[Scripted]) -> Ledger {
    let modes = vec![mode("rack", Scope::Rack), mode("db", Scope::Component)];
    Script::new(topology(2, 2, 1), modes, 2 * DAY).outages(outages).play(design)
}

const LATE: Need = Need::Done(1, 1);
const SERVED: Need = Need::Served(1, 1);
/// The racks of the web tier, and of the workers.
const WEB: u32 = 0;
const WORKERS: u32 = 2;

/// What racks answer for, and overload: the only other mode is between them.
fn charged(ledger: &Ledger) -> (u64, u64) {
    (ledger.missed_by_cause_ms[usize::from(RACK)], ledger.missed_by_cause_ms[OVERLOAD + 1])
}

#[test]
fn jobs_have_all_of_their_own_machines_and_none_of_the_others() {
    // Beside as much as the web tier serves, and far too much, 7,200 jobs of two workers take an hour each day.
    for (demand, served) in [(2000, 2000), (50_000, 2000), (0, 0)] {
        let ledger = play(tiers(demand, &[], LATE), &[]);
        assert_eq!((&ledger.clearance_ms[..], ledger.missed_ms), (&[HOUR, HOUR][..], 0));
        assert_eq!(ledger.served, i128::from(2 * DAY * served));
    }
    // An idle web tier does none of four times as many: 28,800 take four hours, two more than there are.
    let mut many = tiers(0, &[], LATE);
    many.jobs = many.jobs.map(|jobs| Jobs { count: 4 * 7200, ..jobs });
    assert_eq!(charged(&play(many, &[])), (0, 4 * HOUR));
}

#[test]
fn requests_have_none_of_the_workers() {
    // Three a second are too many for two machines from 06:00 to 08:00, at whatever the workers do.
    let ledger = play(tiers(1000, &[(6 * HOUR, 3000), (8 * HOUR, 1000)], SERVED), &[]);
    assert_eq!((ledger.missed_ms, charged(&ledger)), (2 * HOUR, (0, 2 * HOUR)));
    assert_eq!(ledger.offered - ledger.served, i128::from(2 * HOUR * 1000));
    // Three of four machines: the four are two of each kind.
    assert_eq!(play(tiers(0, &[], Need::Serving(3)), &[]).missed_ms, 2 * DAY);
    assert_eq!(play(tiers(0, &[], Need::Serving(2)), &[]).missed_ms, 0);
}

#[test]
fn each_tier_answers_for_its_own_outages() {
    let out = |first| [(RACK, first, 2, HOUR + HOUR / 2, 3 * HOUR + HOUR / 2)];
    // The workers are out for two hours: half of the jobs are left at 03:30 and done at 04:00.
    let late = play(tiers(2000, &[], LATE), &out(WORKERS));
    assert_eq!((late.missed_ms, charged(&late), &late.clearance_ms[..]), (HOUR, (HOUR, 0), &[3 * HOUR, HOUR][..]));
    assert_eq!(late.served, late.offered);
    let served = play(tiers(2000, &[], SERVED), &out(WORKERS));
    assert_eq!((served.missed_ms, served.clearance_ms), (0, late.clearance_ms));
    // The web tier is: no job is late.
    let late = play(tiers(2000, &[], LATE), &out(WEB));
    assert_eq!((late.missed_ms, &late.clearance_ms[..]), (0, &[HOUR, HOUR][..]));
    assert_eq!(late.offered - late.served, i128::from(2 * HOUR * 2000));
    let served = play(tiers(2000, &[], SERVED), &out(WEB));
    assert_eq!((served.missed_ms, charged(&served)), (2 * HOUR, (2 * HOUR, 0)));
    // Machine-time and capacity are those of both.
    assert_eq!((served.machine_ms, served.capacity_full_ms), (i128::from(8 * DAY), i128::from(8 * DAY * 1000)));
    assert_eq!((served.classes.serving, served.classes.down), (i128::from(8 * DAY - 4 * HOUR), i128::from(4 * HOUR)));
    assert_eq!(served.capacity_ms, i128::from((8 * DAY - 4 * HOUR) * 1000));
}

#[test]
fn lb_01_nobody_probes_workers() {
    // A web machine is dead in rotation until two probes have failed; a worker never is, and works as soon as it runs.
    let out = |first| [(RACK, first, 1, HOUR + HOUR / 2, 2 * HOUR)];
    let mut both = tiers(1000, &[], LATE);
    both.balancer = Some(LoadBalancer { all_when_none: true, ..balancer() });
    let ledger = play(both.clone(), &out(WORKERS));
    assert_eq!((ledger.classes.dead_in_rotation, ledger.classes.awaiting_probe, ledger.lost_to_dead), (0, 0, 0));
    // 5,400 of two workers' 7,200 until 02:15: a quarter of an hour later than without an outage.
    assert_eq!(ledger.clearance_ms, [HOUR + HOUR / 4, HOUR]);
    let ledger = play(both, &out(WEB));
    assert!(ledger.classes.dead_in_rotation > 0 && ledger.classes.awaiting_probe > 0 && ledger.lost_to_dead > 0);
    assert_eq!(ledger.clearance_ms, [HOUR, HOUR]);
}

#[test]
fn clients_in_line_and_those_who_try_again_keep_nothing_from_jobs() {
    let storm = policy::retry::Retry { tries: 3, wasted: 1.0, breaker: None, budget: None, faults: 0.0 };
    let mut tries = tiers(1500, &[], LATE);
    tries.service.retry = Some(storm);
    let mut waits = tiers(1500, &[], LATE);
    waits.service.patience = Some(Patience { most: SimDuration::from_ms(HOUR), in_time: None });
    for design in [tries, waits] {
        // A rack of the web tier is out while jobs come: two machines' worth of attempts, or a line, at one.
        let ledger = play(design, &[(RACK, WEB, 1, HOUR / 2, 3 * HOUR)]);
        assert_eq!((&ledger.clearance_ms[..], ledger.missed_ms), (&[HOUR, HOUR][..], 0));
        assert!(ledger.served < ledger.offered || ledger.waited.iter().any(|waited| waited.requests > 0));
    }
}

#[test]
fn parts_of_a_service_serve_requests_and_workers_are_in_none() {
    let node = |name: &str, part| Node { name: name.into(), part, promise: None };
    let db = Part::Component(Component { cause: Some("db".into()), footing: Footing::Global, ceiling: None });
    let nodes = vec![
        node("web", Part::Sets(vec![0], Least::Served(1, 1))),
        node("db", db),
        node("all", Part::Group { parts: vec![0, 1], least: 2 }),
    ];
    let service = Arc::new(Structure::new(nodes));
    let down = [(1, 0, 0, HOUR, 2 * HOUR), (RACK, WORKERS, 1, 4 * HOUR, 5 * HOUR)];
    let ledger = play(tiers(1000, &[], Need::Parts(Arc::clone(&service))), &down);
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[1]), (HOUR, HOUR));
    // The database is down while jobs are worked on: they need none of the service.
    assert_eq!(ledger.clearance_ms, [HOUR, HOUR]);
    let mut late = tiers(1000, &[], LATE);
    late.jobs = late.jobs.map(|jobs| Jobs { through: Some(service), ..jobs });
    let ledger = play(late, &[(1, 0, 0, HOUR, 2 * HOUR), (RACK, WORKERS, 2, 2 * HOUR - HOUR / 2, 4 * HOUR)]);
    // Half is left at 04:00, an hour after the deadline.
    assert_eq!((ledger.missed_ms, charged(&ledger)), (3 * HOUR / 2, (3 * HOUR / 2, 0)));
    assert_eq!(ledger.offered - ledger.served, i128::from(HOUR * 1000));
}

#[test]
fn what_watches_a_tier_sees_that_tier() {
    use zonefall_fleet::management::{Action, Change, Trigger};
    // A runbook of either tier adds a machine where fewer than two of it serve for five minutes.
    let runs = |set: usize, first: u32| {
        let mut both = Design { zone_down_milli: 1000, ..tiers(1000, &[], SERVED) };
        let mut management = management();
        let react = constant(0);
        let trigger = Trigger::ServingBelow { machines: 2, lasting: SimDuration::from_ms(5 * MINUTE), react };
        management.changes = vec![Change { trigger, action: Action::Capacity(3), retry: None, back_after: None }];
        both.sets[set].management = Some(Box::new(management));
        let ledger = play(both, &[(RACK, first, 1, 6 * HOUR, 7 * HOUR)]);
        ledger.machine_ms > i128::from(8 * DAY)
    };
    assert_eq!([runs(0, WEB), runs(0, WORKERS), runs(1, WEB), runs(1, WORKERS)], [true, false, false, true]);
}

#[test]
fn a_trial_without_a_deadline_of_jobs_is_told_of_the_tier_that_it_is_about() {
    // Of four machines two serve requests, and two are looked at where the deadline is the objective.
    let told = |need: Need| {
        let (_, world) = Script::new(topology(2, 2, 1), vec![mode("rack", Scope::Rack)], DAY)
            .outages(&[(RACK, WORKERS, 1, 20 * HOUR, 3 * DAY)])
            .live(tiers(1000, &[], need), None);
        (world.rotation().0, SimTime::ZERO)
    };
    assert_eq!((told(SERVED).0, told(LATE).0), (2, 1));
}
