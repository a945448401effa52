//! What the ledger says of scripted trials, to the millisecond.
#![allow(missing_docs)]

mod support;
use support::*;
use zonefall_engine::SimTime;
use zonefall_faults::{Effect, Recovery, Scope};
use zonefall_fleet::{Demand, Need, StartState};

const RACK: u16 = 0;
const ZONE: u16 = 1;

fn racks_and_zones() -> Vec<zonefall_faults::Mode> {
    vec![mode("rack", Scope::Rack), mode("zone", Scope::Zone)]
}

#[test]
fn two_faults_harmless_alone_miss_together_and_share_the_blame_by_capacity() {
    // Three zones of one rack, two machines each; four of six are needed.
    let script = Script::new(topology(3, 1, 2), racks_and_zones(), DAY);
    let one = script.outages(&[(RACK, 0, 1, HOUR, 3 * HOUR)]);
    assert_eq!(one.play(design(&[1, 2, 3], 6, 4)).missed_ms, 0);
    let both = one.outages(&[(RACK, 0, 1, HOUR, 3 * HOUR), (ZONE, 1, 1, 2 * HOUR, 5 * HOUR)]);
    let ledger = both.play(design(&[1, 2, 3], 6, 4));
    assert_eq!(ledger.missed_ms, HOUR);
    assert_eq!(ledger.missed_by_cause_ms[..2], [HOUR / 2, HOUR / 2]);
    assert_eq!(ledger.first_miss, Some(SimTime::from_ms(2 * HOUR)));
    // Without either, nothing is missed: the counterfactuals need not sum.
    assert_eq!(both.play_without(design(&[1, 2, 3], 6, 4), Some(RACK)).missed_ms, 0);
    assert_eq!(both.play_without(design(&[1, 2, 3], 6, 4), Some(ZONE)).missed_ms, 0);
}

#[test]
fn a_fault_in_an_unused_zone_changes_nothing() {
    let script = Script::new(topology(3, 2, 2), racks_and_zones(), DAY).outages(&[(ZONE, 4, 2, HOUR, 9 * HOUR)]);
    let ledger = script.play(design(&[1, 2], 4, 4));
    assert_eq!((ledger.missed_ms, ledger.classes.serving), (0, ledger.machine_ms));
}

#[test]
fn a_cause_that_ends_before_its_effect_is_charged_until_the_machine_serves_again() {
    let mut modes = racks_and_zones();
    modes[0].recovery = Recovery::Boot;
    let script = Script::new(topology(1, 1, 1), modes, DAY).outages(&[(RACK, 0, 1, HOUR, 2 * HOUR)]);
    let mut slow = design(&[1], 1, 1);
    slow.sets[0].boot = constant(3 * MINUTE);
    slow.sets[0].warm_up = constant(2 * MINUTE);
    slow.balancer = Some(balancer());
    let ledger = script.play(slow);
    let after = ledger.missed_ms - HOUR;
    assert!((5 * MINUTE..=5 * MINUTE + 5 * SECOND).contains(&after), "{after}");
    assert_eq!(ledger.missed_by_cause_ms[0], ledger.missed_ms);
    assert_eq!(ledger.classes.starting, i128::from(5 * MINUTE));
    assert_eq!(ledger.classes.awaiting_probe, i128::from(after - 5 * MINUTE));
}

#[test]
fn an_outage_over_a_window_border_is_split_at_the_border() {
    let script = Script::new(topology(1, 1, 1), racks_and_zones(), 10 * DAY).windows(4 * DAY).outages(&[(
        RACK,
        0,
        1,
        3 * DAY,
        5 * DAY,
    )]);
    let ledger = script.play(design(&[1], 1, 1));
    assert_eq!(ledger.missed_by_window_ms, [DAY, DAY, 0]);
    assert_eq!(ledger.outages_ms, [2 * DAY]);
}

#[test]
fn an_outage_cut_by_the_horizon_is_counted_and_flagged() {
    let script = Script::new(topology(1, 1, 1), racks_and_zones(), DAY).outages(&[(RACK, 0, 1, 20 * HOUR, 30 * HOUR)]);
    let ledger = script.play(design(&[1], 1, 1));
    assert_eq!((ledger.missed_ms, ledger.outages_ms.len(), ledger.cut_by_horizon), (4 * HOUR, 1, true));
}

#[test]
fn overlapping_causes_hand_over_when_the_first_ends() {
    let script = Script::new(topology(1, 1, 1), racks_and_zones(), DAY)
        .outages(&[(RACK, 0, 1, HOUR, 3 * HOUR), (ZONE, 0, 1, 2 * HOUR, 6 * HOUR)]);
    let ledger = script.play(design(&[1], 1, 1));
    assert_eq!(ledger.missed_by_cause_ms[..2], [2 * HOUR, 3 * HOUR]);
}

#[test]
fn an_outage_of_no_length_costs_nothing_and_two_that_touch_are_one() {
    let script = Script::new(topology(1, 1, 1), racks_and_zones(), DAY).outages(&[
        (RACK, 0, 1, HOUR, HOUR),
        (RACK, 0, 1, 2 * HOUR, 3 * HOUR),
        (ZONE, 0, 1, 3 * HOUR, 4 * HOUR),
    ]);
    let ledger = script.play(design(&[1], 1, 1));
    assert_eq!(ledger.outages_ms, [2 * HOUR]);
}

#[test]
fn a_machine_struck_while_it_boots_boots_again_afterwards() {
    let mut modes = racks_and_zones();
    modes[0].recovery = Recovery::Boot;
    modes.push(mode("guest", Scope::Instance));
    let mut slow = design(&[1], 1, 1);
    slow.sets[0].boot = constant(10 * MINUTE);
    let script = Script::new(topology(1, 1, 1), modes, DAY).outages(&[(RACK, 0, 1, HOUR, 2 * HOUR)]).units(&[(
        0,
        0,
        2 * HOUR + 5 * MINUTE,
        2 * HOUR + 6 * MINUTE,
    )]);
    // Down 1:00, power 2:00, struck 2:05 to 2:06 while booting, then the whole boot: serving at 2:16.
    let ledger = script.play(slow);
    assert_eq!(ledger.missed_ms, HOUR + 16 * MINUTE);
    assert_eq!(ledger.missed_by_cause_ms[0], HOUR + 5 * MINUTE);
    assert_eq!(ledger.missed_by_cause_ms[2], 11 * MINUTE);
}

#[test]
fn a_degraded_rack_withholds_its_share_of_capacity() {
    let mut modes = racks_and_zones();
    modes[0].effect = Effect::Degraded(500);
    let script = Script::new(topology(1, 2, 1), modes, DAY).outages(&[(RACK, 0, 1, HOUR, 5 * HOUR)]);
    let mut web = design(&[1], 2, 2);
    web.demand = Some(Demand::constant(2000));
    web.need = Need::Served(9, 10);
    let ledger = script.play(web);
    assert_eq!(ledger.missed_ms, 4 * HOUR);
    assert_eq!(ledger.missed_by_cause_ms[0], 4 * HOUR);
    assert_eq!(ledger.offered - ledger.served, i128::from(500 * 4 * HOUR));
    assert_eq!(ledger.classes.degraded, i128::from(4 * HOUR));
    assert_eq!(ledger.classes.serving, ledger.machine_ms);
}

#[test]
fn a_fleet_that_is_too_small_is_overloaded_and_nobody_else_is_blamed() {
    let script = Script::new(topology(1, 2, 1), racks_and_zones(), DAY);
    let ledger = script.play(design(&[1], 2, 3));
    assert_eq!(ledger.missed_by_cause_ms[..5], [0, 0, 0, 0, DAY]);
}

#[test]
fn requests_to_an_unnoticed_dead_machine_are_lost_and_charged_to_the_lag_of_the_probes() {
    let script = Script::new(topology(1, 2, 1), racks_and_zones(), DAY).outages(&[(RACK, 0, 1, HOUR, 5 * HOUR)]);
    let mut web = design(&[1], 2, 2);
    web.balancer = Some(balancer());
    web.demand = Some(Demand::constant(1000));
    web.need = Need::Served(99, 100);
    let ledger = script.play(web);
    // Two failed probes 5 s apart and a time-out of 5 s: between 10 and 15 s, in which half of the requests are lost.
    assert!((10 * SECOND..=15 * SECOND).contains(&ledger.missed_ms), "{}", ledger.missed_ms);
    assert_eq!(ledger.missed_by_cause_ms[3], ledger.missed_ms);
    assert_eq!(ledger.lost_to_dead, i128::from(500 * ledger.missed_ms));
}

#[test]
fn machines_that_are_being_created_serve_when_they_are_warm_and_that_is_nobodys_failure() {
    let script = Script::new(topology(1, 2, 1), racks_and_zones(), DAY);
    let mut new = design(&[1], 2, 1);
    new.sets[0].start = StartState::Creating(constant(3 * MINUTE));
    new.sets[0].warm_up = constant(MINUTE);
    let ledger = script.play(new);
    assert_eq!(ledger.missed_by_cause_ms[..5], [0, 0, 4 * MINUTE, 0, 0]);
}

#[test]
fn nothing_before_the_measured_time_counts() {
    let mut script = Script::new(topology(1, 1, 1), racks_and_zones(), DAY).outages(&[(RACK, 0, 1, HOUR, 3 * HOUR)]);
    script.measure.from = SimTime::from_ms(2 * HOUR);
    let ledger = script.play(design(&[1], 1, 1));
    assert_eq!((ledger.missed_ms, ledger.observed_ms), (HOUR, 22 * HOUR));
    assert_eq!(ledger.classes.serving, i128::from(21 * HOUR));
}

#[test]
fn the_objective_is_sampled_at_instants_and_a_trial_may_end_at_the_first_miss() {
    let mut script = Script::new(topology(1, 1, 1), racks_and_zones(), DAY).outages(&[(RACK, 0, 1, HOUR, 3 * HOUR)]);
    script.measure.at = [HOUR - 1, HOUR, 3 * HOUR - 1, 3 * HOUR].map(SimTime::from_ms).to_vec();
    assert_eq!(script.play(design(&[1], 1, 1)).held_at, [true, false, false, true]);
    script.measure.until_first_miss = true;
    let ledger = script.play(design(&[1], 1, 1));
    assert_eq!(ledger.first_miss, Some(SimTime::from_ms(HOUR)));
}
