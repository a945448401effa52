//! LB-04, LB-06, LB-09, LB-10, AG-02, MT-13: what becomes of sessions when machines die, are deleted, drain or pause.

mod hit_again;
mod moves;
mod served;

use crate::support::*;
use std::sync::Arc;
use zonefall_engine::{Key, SimDuration};
use zonefall_faults::{Effect, Mode, Scope, Strikes};
use zonefall_fleet::management::*;
use zonefall_fleet::{Begin, Demand, Design, Ledger, Seen, Sessions, Witness, World, population};

/// Mean length of a session.
const LENGTH: u64 = 20 * MINUTE;
const ZONE: usize = 0;
const GUEST: usize = 1;
const PAUSE: usize = 2;
/// Strikes are numbered by the modes of single machines.
const DIES: u32 = 0;
const PAUSES: u32 = 1;
/// The fleet's own causes follow the modes; the seventh of them is a machine that was taken out on purpose.
const PLANNED: usize = 3 + 6;

fn modes() -> Vec<Mode> {
    let pause = Mode { effect: Effect::Frozen, ..mode("pause", Scope::Instance) };
    vec![mode("zone", Scope::Zone), mode("guest", Scope::Instance), pause]
}

fn script() -> Script {
    Script::new(topology(3, 4, 2), modes(), DAY)
}

/// 600 requests a second, of which 60 are a session: 10 sessions a second, 12,000 at a time. One machine could serve all.
fn with_sessions(mut design: Design) -> Design {
    design.sets.iter_mut().for_each(|set| set.serves_milli = 600_000);
    design.demand = Some(Demand::constant(600_000));
    design.service.sessions = Some(Sessions {
        length: SimDuration::from_ms(LENGTH),
        begin: Begin::EveryRequests(60.0),
        patience: SimDuration::from_ms(4 * MINUTE),
        parts: Vec::new(),
    });
    design
}

fn four(changes: Vec<Change>) -> Design {
    with_sessions(managed(design(&[1, 2], 4, 1), |set| set.changes = changes))
}

/// The share of sessions that lasts longer.
fn outlast(ms: u64) -> f64 {
    libm::exp(-(ms as f64) / LENGTH as f64)
}

#[track_caller]
fn lost(ledger: &Ledger, by_cause: &[(usize, f64)]) {
    for (cause, &milli) in ledger.sessions_lost.iter().enumerate() {
        let expected: f64 = by_cause.iter().filter(|(of, _)| *of == cause).map(|(_, lost)| lost).sum();
        assert!((milli as f64 / 1000.0 - expected).abs() < 1e-3, "cause {cause}: {milli} thousandths, not {expected}");
    }
}

#[test]
fn lb_10_a_machine_that_dies_loses_the_sessions_that_it_holds() {
    // Down for an hour, then back and filling up for ten minutes.
    let twice = [(DIES, 0, HOUR, 2 * HOUR), (DIES, 0, 2 * HOUR + 10 * MINUTE, 3 * HOUR)];
    let ledger = script().units(&twice).play(with_sessions(design(&[1, 2], 4, 1)));
    lost(&ledger, &[(GUEST, 3000.0 + 3000.0 * (1.0 - outlast(10 * MINUTE)))]);
    let day = 10.0 * 86_400.0;
    assert!((ledger.sessions_begun as f64 / 1000.0 - day).abs() < 1e-2);
}

#[test]
fn lb_04_no_session_begins_on_a_dead_machine_that_probes_have_not_found() {
    let mut design = with_sessions(design(&[1, 2], 4, 1));
    design.balancer = Some(balancer());
    let ledger = script().units(&[(DIES, 0, HOUR, 2 * HOUR)]).play(design);
    lost(&ledger, &[(GUEST, 3000.0)]);
    // A quarter of what begins is sent to it as long as it is in rotation.
    let in_rotation = ledger.classes.dead_in_rotation as f64 / 1000.0;
    assert!(in_rotation > 5.0);
    let begun = 10.0 * (86_400.0 - in_rotation / 4.0);
    assert!((ledger.sessions_begun as f64 / 1000.0 - begun).abs() < 1e-2);
}

#[test]
fn lb_09_lb_10_a_machine_that_is_deleted_loses_all_and_one_that_drains_what_lasts_longer() {
    for drain in [0, 30 * SECOND, 5 * MINUTE, 2 * HOUR] {
        let mut design = four(vec![at(HOUR, Action::Capacity(3))]);
        design.service.drain = (drain > 0).then(|| SimDuration::from_ms(drain));
        let ledger = script().play(design);
        lost(&ledger, &[(PLANNED, 3000.0 * outlast(drain))]);
        // It gets nothing new, but is paid for until it has gone.
        assert_eq!(ledger.classes.serving, i128::from(3 * DAY + HOUR));
        assert_eq!(ledger.machine_ms, i128::from(3 * DAY + HOUR + drain + MINUTE));
    }
}

#[test]
fn mt_13_with_a_notice_of_termination_a_machine_drains_within_it() {
    let play = |drain: u64, approval: Option<u64>| {
        let notice = TerminateNotice { timeout: SimDuration::from_ms(5 * MINUTE), approval: approval.map(constant) };
        let mut design = with_sessions(managed(design(&[1, 2], 4, 1), |set| {
            set.changes = vec![at(HOUR, Action::Capacity(3))];
            set.terminate_notice = Some(notice);
        }));
        design.service.drain = (drain > 0).then(|| SimDuration::from_ms(drain));
        script().play(design)
    };
    // Nobody drains: it takes new sessions until the notice is over, and then loses all.
    lost(&play(0, None), &[(PLANNED, 3000.0)]);
    lost(&play(0, Some(MINUTE)), &[(PLANNED, 3000.0)]);
    // It says that it may go when it has drained, or when that was said anyway; the notice ends all the same.
    for (drain, approval, waits) in [(2, None, 2), (2, Some(4), 4), (3, Some(1), 3), (30, None, 5), (30, Some(9), 5)] {
        let ledger = play(drain * MINUTE, approval.map(|minutes| minutes * MINUTE));
        lost(&ledger, &[(PLANNED, 3000.0 * outlast(waits * MINUTE))]);
        assert_eq!(ledger.classes.serving, i128::from(3 * DAY + HOUR));
    }
}

#[test]
fn lb_10_what_strikes_a_machine_that_drains_loses_what_is_left_and_nothing_twice() {
    let drained = |changes| {
        let mut design = four(changes);
        design.service.drain = Some(SimDuration::from_ms(10 * MINUTE));
        design
    };
    let changes = || vec![at(HOUR, Action::Delete { zone: Some(zonefall_topology::ZoneId(0)), count: 1 })];
    // Zone 1 goes dark five minutes later: two machines of it are hit, one of which drains.
    let dark = [(ZONE as u16, 0, 4, HOUR + 5 * MINUTE, HOUR + 6 * MINUTE)];
    let ledger = script().outages(&dark).play(drained(changes()));
    let other = 4000.0 + (3000.0 - 4000.0) * outlast(5 * MINUTE);
    lost(&ledger, &[(ZONE, 3000.0 * outlast(5 * MINUTE) + other)]);
}

#[test]
fn lb_04_lb_06_lb_11_sessions_stay_with_a_machine_that_pauses_until_clients_give_up() {
    // A pause of a minute loses nothing; in one of an hour it is dropped after four.
    let play = |pause: u64, probed: bool| {
        let mut design = with_sessions(design(&[1, 2], 4, 1));
        design.balancer = probed.then(balancer);
        script().units(&[(PAUSES, 0, HOUR, HOUR + pause), (DIES, 0, 20 * HOUR, 21 * HOUR)]).play(design)
    };
    for probed in [false, true] {
        lost(&play(MINUTE, probed), &[(GUEST, 3000.0)]);
        lost(&play(HOUR, probed), &[(GUEST, 3000.0), (PAUSE, 3000.0 * outlast(4 * MINUTE))]);
    }
    // It dies while it pauses.
    let units = [(PAUSES, 0, HOUR, HOUR + 3 * MINUTE), (DIES, 0, HOUR + MINUTE, 2 * HOUR)];
    let ledger = script().units(&units).play(with_sessions(design(&[1, 2], 4, 1)));
    lost(&ledger, &[(GUEST, 3000.0 * outlast(MINUTE))]);
}

#[test]
fn so_many_sessions_at_once_need_no_demand_and_what_is_lost_before_the_measured_time_is_not_counted() {
    let mut design = with_sessions(design(&[1, 2], 4, 1));
    design.demand = None;
    if let Some(sessions) = &mut design.service.sessions {
        sessions.begin = Begin::AtOnce(8000.0);
    }
    let mut script = script().units(&[(DIES, 0, HOUR, 2 * HOUR), (DIES, 1, 20 * HOUR, 21 * HOUR)]);
    script.measure.from = zonefall_engine::SimTime::from_ms(3 * HOUR);
    let ledger = script.play(design);
    lost(&ledger, &[(GUEST, 2000.0)]);
    assert!((ledger.sessions_begun as f64 / 1000.0 - 8000.0 * (21 * HOUR) as f64 / LENGTH as f64).abs() < 1e-2);
}

/// What a machine serves in the walk, in thousandths of a request a second.
const EACH: u64 = 90_000;

/// The same by brute force: every machine is led through every event.
#[test]
fn sessions_are_what_a_plain_walk_over_all_machines_finds() {
    let topology = topology(3, 4, 2);
    let mut design = with_sessions(design(&[1, 2, 3], 12, 1));
    // A zone less is too little for the highest of them.
    design.sets[0].serves_milli = EACH;
    design.balancer = Some(balancer());
    design.demand = Some(Demand::course(
        600_000,
        (1..100)
            .map(|day| zonefall_fleet::Step {
                from: zonefall_engine::SimTime::from_ms(day * 5 * HOUR),
                per_second_milli: 100_000 + day % 7 * 150_000,
            })
            .collect(),
        None,
    ));
    let often = |name: &str, scope, rate: f64| {
        Mode::plain(name, scope, rate, zonefall_faults::Outage::Law(constant(17 * MINUTE))).unwrap()
    };
    let modes = vec![
        often("guest", Scope::Instance, 300.0),
        often("host", Scope::Host, 50.0),
        often("zone", Scope::Zone, 60.0),
    ];
    let measure = measure(20 * DAY, 20 * DAY);
    let people = population(std::slice::from_ref(&design), &topology);
    let horizon = measure.horizon.since(zonefall_engine::SimTime::ZERO);
    let mut strikes = Strikes::new(&profile(modes), &topology, people, horizon);
    let mut world = World::new(Arc::new(design), Arc::new(measure.clone()), topology, &strikes);
    for trial in 0..5 {
        let key = Key::root(9).part(trial, 0);
        strikes.begin(key).unwrap();
        world.begin(key, &strikes, None);
        let mut witness = Witness::new();
        world.show(zonefall_engine::SimTime::ZERO, &mut witness);
        while strikes.next_window() {
            world.live_watched(&strikes, &mut witness).unwrap();
        }
        let ledger = world.finish(&strikes).clone();
        let (lost, begun) = walk(witness.finish(&world, measure.horizon), 12, measure.horizon.as_ms());
        let found: u64 = ledger.sessions_lost.iter().sum();
        assert!(found > 1_000_000, "{found}");
        assert!((found as f64 / 1000.0 - lost).abs() < 1e-6 * lost, "{found} thousandths, not {lost}");
        assert!((ledger.sessions_begun as f64 / 1000.0 - begun).abs() < 1e-6 * begun);
    }
}

fn walk(sightings: Vec<zonefall_fleet::Sighting>, machines: usize, end_ms: u64) -> (f64, f64) {
    let (mut demand, mut now, mut lost, mut begun) = (600_000.0, 0, 0.0, 0.0);
    let (mut alive, mut dead) = (machines as f64, 0.0);
    let mut held = vec![10.0 * LENGTH as f64 / 1000.0 / machines as f64; machines];
    let mut serves = vec![true; machines];
    for sighting in sightings.iter().map(Some).chain([None]) {
        let t = sighting.map_or(end_ms, |of| of.t.as_ms());
        let length = (t - now) as f64;
        // What goes to dead machines is lost, and so is what is too much for those alive.
        let reach = if alive > 0.0 { demand / (alive + dead) } else { 0.0 };
        let each = f64::min(reach, EACH as f64) / 60.0 / 1e6;
        let fades = libm::exp(-length / LENGTH as f64);
        for (held, serves) in held.iter_mut().zip(&serves) {
            let settled = if *serves { each * LENGTH as f64 } else { 0.0 };
            *held = settled + (*held - settled) * fades;
        }
        begun += each * alive * length;
        now = t;
        let Some(sighting) = sighting else { break };
        match &sighting.what {
            Seen::Down(stand, _) => {
                let at = stand.instance as usize;
                // Of what is down since before the trial nothing is lost.
                lost += if t > 0 { held[at] } else { 0.0 };
                (held[at], serves[at]) = (0.0, false);
            }
            Seen::Serves(stand) => serves[stand.instance as usize] = true,
            Seen::Demand(milli) => demand = *milli as f64,
            _ => {}
        }
        (alive, dead) = (sighting.serving as f64, sighting.dead as f64);
    }
    (lost, begun)
}

#[test]
fn lb_04_clients_of_a_machine_that_answers_again_do_not_mind_that_probes_have_not_found_it_yet() {
    let play = |pause: u64| {
        let mut design = with_sessions(design(&[1, 2], 4, 1));
        design.balancer = Some(balancer());
        script().units(&[(PAUSES, 0, HOUR, HOUR + pause), (DIES, 0, 20 * HOUR, 21 * HOUR)]).play(design)
    };
    lost(&play(4 * MINUTE - 1), &[(GUEST, 3000.0)]);
    lost(&play(4 * MINUTE + 1), &[(GUEST, 3000.0), (PAUSE, 3000.0 * outlast(4 * MINUTE))]);
}

#[test]
fn lb_06_lb_09_a_machine_that_drains_and_pauses_keeps_its_sessions_no_longer_than_others() {
    let play = |pause: u64| {
        let mut design = four(vec![at(HOUR, Action::Delete { zone: Some(zonefall_topology::ZoneId(0)), count: 1 })]);
        design.service.drain = Some(SimDuration::from_ms(30 * MINUTE));
        let stop = Mode { effect: Effect::Frozen, ..mode("stop", Scope::Zone) };
        let script = Script::new(topology(3, 4, 2), vec![stop], DAY);
        let begins = HOUR + 5 * MINUTE;
        script.outages(&[(0, 0, 4, begins, begins + pause)]).play(design)
    };
    // The other machine of the zone has taken more since; both are given up four minutes after they have stopped.
    let other = 4000.0 + (3000.0 - 4000.0) * outlast(5 * MINUTE);
    lost(&play(10 * MINUTE), &[(0, 3000.0 * outlast(9 * MINUTE) + other * outlast(4 * MINUTE))]);
    // A short stop loses nothing; what outlasts the drain is lost to it.
    lost(&play(3 * MINUTE), &[(1 + 6, 3000.0 * outlast(30 * MINUTE))]);
}
