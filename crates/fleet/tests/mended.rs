//! Smallest cases of what a critical reading once found wrong in the core, so that they stay mended.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;
use std::sync::Arc;
use support::*;
use zonefall_engine::{Key, Law, SimTime};
use zonefall_faults::*;
use zonefall_fleet::management::Action;
use zonefall_fleet::{Design, Ledger, StartState, World, population};
use zonefall_topology::{Region, Topology};

fn drawn(modes: Vec<Mode>, topology: &Arc<Topology>, design: Design, horizon: u64, trial: u64) -> Ledger {
    for mode in &modes {
        assert_eq!(mode.check(), vec![], "the mode must be allowed");
    }
    let designs = [design];
    let measure = measure(horizon, horizon);
    let people = population(&designs, topology);
    let mut strikes = Strikes::new(&profile(modes), topology, people, measure.horizon.since(SimTime::ZERO));
    let [design] = designs;
    let mut world = World::new(Arc::new(design), Arc::new(measure), topology.clone(), &strikes);
    play(&mut strikes, &mut world, Key::root(1).part(trial, 0), None)
}

fn every(name: &str, scope: Scope, life: u64, outage: u64) -> Mode {
    let mut mode = mode(name, scope);
    mode.time_to_failure = constant(life);
    mode.outage = Outage::Law(constant(outage));
    mode.start = Start::New;
    mode
}

#[test]
fn two_operating_lives_that_end_together_both_go_on() {
    let operating = |name| {
        let mut mode = every(name, Scope::Instance, 10 * HOUR, HOUR);
        mode.clock = Clock::Operating;
        mode
    };
    let ledger = drawn(vec![operating("a"), operating("b")], &topology(1, 1, 1), design(&[1], 1, 1), 100 * HOUR, 0);
    assert!(
        ledger.missed_by_cause_ms[1] > 0 || ledger.machine_failures > 10,
        "{:?} {}",
        ledger.missed_by_cause_ms,
        ledger.machine_failures
    );
}

#[test]
fn a_zone_without_a_partner_keeps_its_rate() {
    let region = |name: &str, zones| Region {
        name: name.into(),
        zones,
        halls_per_zone: 1,
        racks_per_zone: 1,
        hosts_per_rack: 1,
    };
    let topology = Topology::new(vec![region("east", 3), region("west", 1)]).unwrap();
    let mut zone = mode("zone", Scope::Zone);
    zone.time_to_failure = Law::exponential(DAY as f64).unwrap();
    zone.outage = Outage::Law(constant(1));
    zone.common_cause = 0.5;
    let profile = profile(vec![zone]);
    let mut modes = StormModes::new(&profile, &topology, SimTime::from_ms(10_000 * DAY).since(SimTime::ZERO));
    let mut storm = Storm::default();
    assert!(modes.draw(Key::root(1), SimTime::from_ms(10_000 * DAY), &mut storm));
    let on = |rack| storm.outages.iter().filter(|outage| outage.first_rack == rack).count();
    let seen: Vec<usize> = (0..4).map(on).collect();
    assert!((9600..10_400).contains(&seen[3]), "per zone in 10,000 days at one a day: {seen:?}");
}

#[test]
fn a_pair_shock_is_charged_to_the_pair() {
    let mut zone = mode("zone", Scope::Zone);
    zone.time_to_failure = Law::exponential(10.0 * DAY as f64).unwrap();
    zone.kind = Kind::Shock;
    zone.common_cause = 1.0;
    let ledger = drawn(vec![zone], &topology(2, 1, 1), design(&[1, 2], 2, 2), 1000 * DAY, 0);
    assert!(ledger.missed_ms > 0);
    assert_eq!(ledger.missed_by_cause_ms[..2], [0, ledger.missed_ms]);
}

#[test]
fn recorded_outages_of_a_unit_that_touch_are_one() {
    let script = Script::new(topology(1, 1, 1), vec![mode("guest", Scope::Instance)], DAY);
    let ledger = script.units(&[(0, 0, HOUR, 2 * HOUR), (0, 0, 2 * HOUR, 3 * HOUR)]).play(design(&[1], 1, 1));
    assert_eq!(ledger.outages_ms, [2 * HOUR]);
}

#[test]
fn one_more_outage_never_brings_a_machine_back_sooner() {
    let mut new = design(&[1], 1, 1);
    new.sets[0].start = StartState::Creating(constant(3 * HOUR));
    let script = Script::new(topology(1, 1, 1), vec![mode("guest", Scope::Instance)], DAY);
    assert_eq!(script.play(new.clone()).missed_ms, 3 * HOUR);
    let struck = script.units(&[(0, 0, HOUR, HOUR + SECOND)]).play(new);
    assert!(struck.missed_ms >= 3 * HOUR, "created after {} s", struck.missed_ms / SECOND);
}

#[test]
fn a_blink_does_not_skip_the_restart_of_a_zone() {
    let mut zone = mode("zone", Scope::Zone);
    zone.restart = Some(constant(15 * MINUTE));
    let script = Script::new(topology(1, 1, 1), vec![zone, mode("guest", Scope::Instance)], DAY).outages(&[(
        0,
        0,
        1,
        HOUR,
        2 * HOUR,
    )]);
    let web = design(&[1], 1, 1);
    assert_eq!(script.play(web.clone()).missed_ms, HOUR + 15 * MINUTE);
    let blink = script.units(&[(0, 0, 2 * HOUR + 1, 2 * HOUR + SECOND)]).play(web);
    assert!(blink.missed_ms >= HOUR + 15 * MINUTE, "back after {} s instead of 4500", blink.missed_ms / SECOND);
}

#[test]
fn control_plane_out_is_a_time_not_a_sum() {
    let mut plane = mode("plane", Scope::ControlPlane);
    plane.time_to_failure = Law::exponential(HOUR as f64).unwrap();
    let mut other = plane.clone();
    other.name = "other".into();
    let ledger = drawn(vec![plane, other], &topology(1, 1, 1), design(&[1], 1, 1), 1000 * HOUR, 0);
    let share = ledger.control_plane_out_ms as f64 / (1000 * HOUR) as f64;
    assert!((share - 0.75).abs() < 0.1, "{share}");
}

#[test]
fn samples_stay_beside_their_instants() {
    let mut script =
        Script::new(topology(1, 1, 1), vec![mode("rack", Scope::Rack)], DAY).outages(&[(0, 0, 1, 2 * HOUR, 3 * HOUR)]);
    script.measure.from = SimTime::from_ms(2 * HOUR);
    script.measure.at = [HOUR, 2 * HOUR, 4 * HOUR].map(SimTime::from_ms).to_vec();
    assert_eq!(script.play(design(&[1], 1, 1)).held_at.len(), 3);
}

#[test]
fn a_regional_set_uses_its_zones_capacity() {
    let mut capacity = mode("capacity", Scope::Allocation);
    capacity.time_to_failure = Law::exponential(HOUR as f64).unwrap();
    assert!(
        drawn(vec![capacity.clone()], &topology(1, 1, 1), design(&[1], 1, 1), 1000 * HOUR, 0).allocation_out_ms > 0
    );
    assert!(drawn(vec![capacity], &topology(1, 1, 1), design(&[], 1, 1), 1000 * HOUR, 0).allocation_out_ms > 0);
}

#[test]
fn a_machine_that_is_down_at_the_beginning_is_known_to_be() {
    let mut guest = mode("guest", Scope::Instance);
    guest.time_to_failure = Law::exponential(10.0 * DAY as f64).unwrap();
    guest.outage = Outage::Law(Law::exponential(10.0 * DAY as f64).unwrap());
    let mut web = design(&[1], 1000, 1);
    web.balancer = Some(balancer());
    let ledger = drawn(vec![guest], &topology(1, 1, 1), web, MINUTE, 0);
    assert!(
        ledger.classes.dead_in_rotation < i128::from(10 * MINUTE),
        "{} of {}",
        ledger.classes.dead_in_rotation,
        ledger.machine_ms
    );
}

#[test]
fn contradictory_modes_are_refused() {
    let operating = Mode { clock: Clock::Operating, ..every("host", Scope::Host, 10 * HOUR, HOUR) };
    let staged = Staged { main: 0.8, tail: 3.0 };
    let staged_shock = Mode { kind: Kind::Shock, staged: Some(staged), ..every("zone", Scope::Zone, 10 * HOUR, HOUR) };
    let predicted = Some(Predicted { share: 0.5, pause: constant(SECOND), lead: constant(HOUR) });
    let predicted_host = Mode { predicted: predicted.clone(), ..every("host", Scope::Host, 10 * HOUR, HOUR) };
    let predicted_crew = Mode { predicted, crews: Some(1), ..every("guest", Scope::Instance, 10 * HOUR, HOUR) };
    let healed_crew = Mode { heals: true, crews: Some(1), ..every("guest", Scope::Instance, 10 * HOUR, HOUR) };
    for mode in [operating, staged_shock, predicted_host, predicted_crew, healed_crew] {
        assert_eq!(mode.check().len(), 1, "{mode:?}");
    }
}

#[test]
fn machine_time_is_the_sum_of_its_parts() {
    let mut web = design(&[1], 2, 1);
    web.balancer = Some(balancer());
    web.sets[0].boot = constant(MINUTE);
    let guest = Mode { recovery: Recovery::Boot, ..every("guest", Scope::Instance, 3 * HOUR, 10 * MINUTE) };
    let ledger = drawn(vec![guest], &topology(1, 2, 2), web, DAY, 0);
    let classes = ledger.classes;
    assert_eq!(classes.serving + classes.awaiting_probe + classes.starting + classes.down, ledger.machine_ms);
    assert!(classes.dead_in_rotation > 0 && classes.dead_in_rotation <= classes.down + classes.starting);
}

/// A rack that was out while a slot on it was free: the machine that is made there later neither boots twice nor warms
/// up from the rack's return on.
#[test]
fn a_new_machine_knows_nothing_of_outages_of_its_slot() {
    let rack = Mode { recovery: Recovery::Boot, ..mode("rack", Scope::Rack) };
    let mut web = managed(design(&[1], 1, 1), |management| {
        management.creation.time = constant(0);
        management.changes = vec![at(3 * HOUR, Action::Capacity(2))];
    });
    (web.sets[0].boot, web.sets[0].warm_up) = (constant(10 * MINUTE), constant(5 * MINUTE));
    let script = Script::new(topology(1, 1, 10), vec![rack], 10 * HOUR);
    let ledger = script.outages(&[(0, 0, 1, HOUR, 2 * HOUR)]).play(web);
    let (first, second) = (9 * HOUR - 15 * MINUTE, 7 * HOUR - 5 * MINUTE);
    assert_eq!(ledger.classes.serving, i128::from(first + second));
}

/// Several machines asked of a zone that grants a part of the requests: each request has luck of its own.
#[test]
fn a_refused_request_does_not_refuse_the_next() {
    let trial = |trial: u64| {
        let mut short = mode("short", Scope::Allocation);
        (short.effect, short.start) = (Effect::Degraded(500), Start::Stationary);
        short.time_to_failure = Law::exponential(MINUTE as f64).unwrap();
        short.outage = Outage::Law(constant(1000 * DAY));
        let web = managed(design(&[1], 1, 1), |management| {
            management.creation.time = constant(0);
            management.changes = vec![at(HOUR, Action::Capacity(21))];
        });
        let ledger = drawn(vec![short], &topology(1, 1, 40), web, 2 * HOUR, trial);
        (ledger.classes.serving - i128::from(2 * HOUR)) / i128::from(HOUR)
    };
    let made: i128 = (0..40).map(trial).sum();
    assert!((340..=460).contains(&made), "{made} of 800 at one half each");
}
