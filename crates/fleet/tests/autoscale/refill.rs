//! What counts as an instance: machines that are about to be made again do, those that nobody makes do not.

use super::*;
use zonefall_faults::{Effect, Kind, Mode};
use zonefall_fleet::policy::spot::PriorityMix;

/// Unit modes 0: evictions one by one, 1: the application.
fn modes() -> Vec<Mode> {
    let evicted = Mode { effect: Effect::Evicted, kind: Kind::Shock, ..mode("eviction", Scope::Instance) };
    vec![mode("zone", Scope::Zone), evicted, application("guest")]
}

const EVICTED: u32 = 0;
const GUEST: u32 = 1;

fn script() -> Script {
    Script::new(topology(3, 2, 20), modes(), DAY)
}

/// Three machines in a zone, which serve a tenth of what they could, and whose minimum is `minimum`.
fn kept_at(minimum: u32, say: impl FnOnce(&mut Management)) -> Design {
    let mut kept = web(&[1], 3, course(300, &[]), setting(vec![profile(minimum, 12, vec![])]));
    kept.need = Need::Serving(3);
    say(kept.sets[0].management.as_mut().unwrap());
    kept
}

#[test]
fn as_05_sp_02_evicted_machines_are_made_again_up_to_the_minimum() {
    let kept = kept_at(3, |set| {
        let mix = PriorityMix { base_regular: 0, regular_percent_above: 0 };
        set.spot = Some(Spot { mix, eviction: EvictionPolicy::Delete, restore: None });
    });
    // There is no hardware for half an hour: it asks at 1:00, 1:05 and so on, and the machine is made from 1:30 to 1:32.
    let short = script().units(&[(EVICTED, 0, HOUR, HOUR + 30 * MINUTE)]);
    let (ledger, world) = live(&short, kept);
    assert_eq!((world.instances(0), ledger.missed_ms), (vec![3], 32 * MINUTE));
}

#[test]
fn as_05_a_rule_adds_to_the_machines_that_exist() {
    // One of three is evicted at 1:00; 1.8 requests a second are 90 % of two machines: one more is asked for, and no more.
    let rules = vec![cpu(Direction::Out, 70, 1)];
    let mut busy = web(&[1], 3, course(1800, &[]), setting(vec![profile(1, 12, rules)]));
    let mix = PriorityMix { base_regular: 0, regular_percent_above: 0 };
    busy.sets[0].management.as_mut().unwrap().spot =
        Some(Spot { mix, eviction: EvictionPolicy::Delete, restore: None });
    let (ledger, world) = live(&script().units(&[(EVICTED, 0, HOUR, HOUR + MINUTE)]), busy);
    assert_eq!((count(&ledger, Operation::Creations), world.instances(0)), (1, vec![3]));
}

#[test]
fn as_05_a_replacement_that_finds_no_capacity_is_asked_for_again() {
    let mut short = script().units(&[(GUEST, 0, HOUR + 10 * MINUTE, DAY)]);
    let repairs = |set: &mut Management| repaired(set, RepairAction::Replace);
    short.shortages = vec![(1, 0, HOUR, 3 * HOUR)];
    let (ledger, world) = live(&short, kept_at(3, repairs));
    assert_eq!(world.instances(0), [3]);
    // Asked for every five minutes: at 3:05 at the latest, and made in two minutes.
    assert!((110 * MINUTE..118 * MINUTE).contains(&ledger.missed_ms), "{}", ledger.missed_ms);
    // As long as a repair goes on, nothing is missing.
    short.shortages = vec![];
    let slow = kept_at(3, |set| {
        repairs(set);
        set.deletion.time = constant(HOUR);
    });
    let (ledger, world) = live(&short, slow);
    assert_eq!((count(&ledger, Operation::AutoscaleOuts), world.instances(0)), (0, vec![3]));
    assert_eq!(count(&ledger, Operation::Creations), 1);
}

#[test]
fn as_21_a_prewarm_into_a_dark_zone_is_asked_for_again_when_it_is_back() {
    let warm = Profile { name: "warm".into(), ..profile(6, 12, vec![]) };
    let schedule = vec![(SimTime::ZERO, 0), (SimTime::from_ms(2 * HOUR), 1)];
    let set = Autoscale { schedule, ..setting(vec![profile(3, 12, vec![]), warm]) };
    let dark = script().outages(&[(0, 0, 2, HOUR, 3 * HOUR)]);
    let (ledger, world) = live(&dark, web(&[1], 3, course(300, &[]), set));
    assert_eq!(world.instances(0), [6]);
    // 3:00 is one of the instants at which it asks.
    assert_eq!(ledger.machine_ms, i128::from(3 * DAY + 3 * 21 * HOUR));
}

#[test]
fn ar_04_who_asks_again_for_what_nobody_gives_holds_no_repair_up() {
    let mut short = script().units(&[(GUEST, 0, HOUR, DAY)]);
    short.shortages = vec![(1, 0, 0, 10 * HOUR)];
    let (ledger, _) = live(&short, kept_at(5, |set| repaired(set, RepairAction::Restart)));
    assert!(count(&ledger, Operation::AutoscaleOuts) > 100);
    assert_eq!(count(&ledger, Operation::Repairs), 1);
}
