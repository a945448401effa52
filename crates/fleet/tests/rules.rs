//! Rules of the real system, each under its id.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "rules/failover.rs"]
mod failover;
mod maintenance;
#[path = "rules/parts.rs"]
mod parts;
#[path = "rules/restated.rs"]
mod restated;
#[path = "rules/retries.rs"]
mod retries;
mod support;
#[path = "rules/times.rs"]
mod times;
use support::*;
use zonefall_engine::{Key, Law, SimDuration, SimTime};
use zonefall_faults::{Kind, Mode, Recovery, Scope, Strikes};
use zonefall_fleet::{
    Demand, Design, HiddenZone, Ledger, LoadBalancer, Spreading, World, assign_fault_domain, population,
    spread_over_zones, worst_zone_loss,
};

#[test]
fn zb_03_instances_go_one_by_one_to_the_zone_with_the_fewest() {
    let spread = |capacity, zones| spread_over_zones(capacity, zones).collect::<Vec<u32>>();
    assert_eq!(spread(5, 3), [2, 2, 1]);
    assert_eq!(spread(9, 3), [3, 3, 3]);
    assert_eq!(spread(0, 3), [0, 0, 0]);
    assert_eq!(spread(2, 4), [1, 1, 0, 0]);
}

#[test]
fn ov_05_a_design_survives_if_the_rest_still_reaches_the_peak() {
    assert_eq!(worst_zone_loss(&spread_over_zones(10, 3).collect::<Vec<u32>>()), 6);
    assert_eq!(worst_zone_loss(&[5]), 0);
}

#[test]
fn fd_08_the_fault_domain_with_the_fewest_lowest_index_on_ties() {
    assert_eq!(assign_fault_domain(&[1, 0, 0], &[0; 3]), 1);
    assert_eq!(assign_fault_domain(&[2, 2, 2], &[2; 3]), 0);
}

/// Machines that are lost with each rack of zone 1, by losing one rack after the other.
fn machines_by_rack(spreading: Spreading, capacity: u32) -> Vec<u64> {
    let racks = 20;
    (0..racks)
        .map(|rack| {
            let script = Script::new(topology(1, racks, 40), vec![mode("rack", Scope::Rack)], DAY);
            let mut web = design(&[1], capacity, 0);
            web.sets[0].spreading = spreading;
            let ledger = script.outages(&[(0, rack, 1, HOUR, 2 * HOUR)]).play(web);
            ledger.classes.down as u64 / HOUR
        })
        .collect()
}

#[test]
fn fd_03_max_spreading_uses_as_many_racks_as_there_are() {
    assert_eq!(machines_by_rack(Spreading::Max, 12).iter().filter(|&&lost| lost == 1).count(), 12);
    assert!(machines_by_rack(Spreading::Max, 41).iter().all(|&lost| lost == 2 || lost == 3));
}

#[test]
fn fd_04_fixed_spreading_uses_exactly_that_many_fault_domains() {
    let lost: Vec<u64> = machines_by_rack(Spreading::Fixed(5), 12).into_iter().filter(|&lost| lost > 0).collect();
    assert_eq!(lost, [3, 3, 2, 2, 2]);
}

#[test]
fn zn_04_dr_09_a_zone_outage_takes_all_of_a_zonal_set_and_a_third_of_a_spanning_one() {
    let script =
        Script::new(topology(3, 4, 4), vec![mode("zone", Scope::Zone)], DAY).outages(&[(0, 0, 4, HOUR, 2 * HOUR)]);
    let down = |zones: &[u32]| script.play(design(zones, 9, 0)).classes.down / i128::from(HOUR);
    assert_eq!((down(&[1]), down(&[1, 2, 3]), down(&[2])), (9, 3, 0));
}

#[test]
fn zn_05_nothing_fails_over_by_itself_and_the_same_machines_return() {
    let script =
        Script::new(topology(3, 4, 4), vec![mode("zone", Scope::Zone)], DAY).outages(&[(0, 0, 4, HOUR, 20 * HOUR)]);
    let ledger = script.play(design(&[1, 2, 3], 9, 7));
    assert_eq!(ledger.missed_ms, 19 * HOUR);
}

#[test]
fn zn_08_machines_restart_two_to_fifteen_minutes_after_the_zone_returns_then_boot() {
    let mut zone = mode("zone", Scope::Zone);
    zone.recovery = Recovery::Boot;
    zone.restart =
        Some(Law::new(zonefall_engine::Shape::Uniform(2.0 * MINUTE as f64, 15.0 * MINUTE as f64), None).unwrap());
    let script = Script::new(topology(1, 20, 40), vec![zone], DAY).outages(&[(0, 0, 20, HOUR, 2 * HOUR)]);
    let mut web = design(&[1], 400, 400);
    web.sets[0].boot = constant(MINUTE);
    let ledger = script.play(web);
    let mean = ledger.classes.starting as f64 / 400.0 / MINUTE as f64;
    assert!((mean - 9.5).abs() < 0.6, "{mean}");
    assert!(ledger.missed_ms > HOUR + 15 * MINUTE && ledger.missed_ms <= HOUR + 16 * MINUTE);
}

#[test]
fn zn_03_a_regional_set_hides_its_zone() {
    let hidden = |hidden_zone| {
        let topology = topology(3, 4, 40);
        let script =
            Script::new(topology.clone(), vec![mode("zone", Scope::Zone)], DAY).outages(&[(0, 0, 4, HOUR, 2 * HOUR)]);
        let mut web = design(&[], 30, 0);
        web.sets[0].hidden_zone = hidden_zone;
        let people = population(std::slice::from_ref(&web), &topology);
        let horizon = script.measure.horizon.since(SimTime::ZERO);
        let mut strikes = Strikes::new(&profile(script.modes.clone()), &topology, people, horizon);
        strikes.replay(storm(&script.outages), vec![], vec![]);
        let mut world = World::new(web.into(), script.measure.into(), topology, &strikes);
        let trial = |t: u64| play(&mut strikes, &mut world, Key::root(5).part(t, 0), None).classes.down as u64 / HOUR;
        (0..3000).map(trial).collect::<Vec<u64>>()
    };
    let single = hidden(HiddenZone::Single);
    assert!(single.iter().all(|&lost| lost == 0 || lost == 30));
    let share = single.iter().filter(|&&lost| lost == 30).count() as f64 / 3000.0;
    assert!((share - 1.0 / 3.0).abs() < 0.04, "{share}");
    let mean = |lost: &[u64]| lost.iter().sum::<u64>() as f64 / lost.len() as f64;
    assert!((mean(&hidden(HiddenZone::Uniform)) - 10.0).abs() < 0.3);
    let sticky = hidden(HiddenZone::Sticky(0.8));
    assert!((mean(&sticky) - 10.0).abs() < 0.8);
    // In a third of the trials zone 1 is the first one's: then about 1 + 29 × 0.8 machines stand there.
    let many: Vec<u64> = sticky.iter().copied().filter(|&lost| lost > 15).collect();
    assert!((mean(&many) - 24.2).abs() < 0.4, "{}", mean(&many));
}

#[test]
fn hl_02_machines_of_a_failed_host_are_healed_one_by_one() {
    let mut host = mode("host", Scope::Host);
    host.kind = Kind::Shock;
    host.outage = zonefall_faults::Outage::Law(
        Law::new(zonefall_engine::Shape::Uniform(0.0, 16.0 * MINUTE as f64), None).unwrap(),
    );
    let mut script = Script::new(topology(1, 1, 1), vec![host], DAY);
    script.strikes = vec![(HOUR, 0, 0)];
    let ledger = script.play(design(&[1], 200, 0));
    let mean = ledger.classes.down as f64 / 200.0 / MINUTE as f64;
    assert!((mean - 8.0).abs() < 1.0, "{mean}");
    assert_eq!(ledger.machine_failures, 200);
}

/// A host that fails at 2:00, while from 1:00 to 5:00 so many thousandths of the requests for capacity succeed: missed
/// time, delayed healings, time without capacity, and missed time had the shortage never been.
fn healed_in_a_shortage(left_milli: u32) -> (u64, u64, u64, u64) {
    let mut host = mode("host", Scope::Host);
    host.kind = Kind::Shock;
    host.heals = true;
    let modes = vec![host, mode("capacity", Scope::Allocation)];
    let topology = topology(1, 1, 1);
    let web = design(&[1], 1, 1);
    let people = population(std::slice::from_ref(&web), &topology);
    let measure = measure(DAY, DAY);
    let mut strikes = Strikes::new(&profile(modes), &topology, people, measure.horizon.since(SimTime::ZERO));
    let mut storm = storm(&[]);
    let (start, end) = (SimTime::from_ms(HOUR), SimTime::from_ms(5 * HOUR));
    let event = storm.add_event(zonefall_faults::Event { cause: 1, parent: None, start, end });
    storm.allocation.push(zonefall_faults::Span { of: 0, event, start, end, left_milli });
    strikes.replay(storm, vec![(SimTime::from_ms(2 * HOUR), 0, 0)], vec![]);
    let mut world = World::new(web.into(), measure.into(), topology, &strikes);
    let ledger = play(&mut strikes, &mut world, Key::root(1), None);
    let without = play(&mut strikes, &mut world, Key::root(1), Some(1)).missed_ms;
    (ledger.missed_ms, ledger.delayed_healings, ledger.allocation_out_ms, without)
}

#[test]
fn hl_05_healing_waits_for_free_capacity_in_the_zone() {
    // Struck at 2:00, capacity returns at 5:00, then one hour of healing. Without the shortage it begins at once.
    assert_eq!(healed_in_a_shortage(0), (4 * HOUR, 1, 4 * HOUR, HOUR));
}

#[test]
fn in_07_a_partial_shortage_holds_no_healing_up_and_is_not_counted() {
    for left_milli in [1, 700, 1000] {
        assert_eq!(healed_in_a_shortage(left_milli), (HOUR, 0, 0, HOUR));
    }
}

#[test]
fn hl_12_machines_do_not_heal_across_zones() {
    let modes = vec![mode("zone", Scope::Zone), mode("rack", Scope::Rack)];
    let script = Script::new(topology(2, 1, 4), modes, DAY).outages(&[(0, 0, 1, HOUR, 9 * HOUR)]);
    assert_eq!(script.play(design(&[1, 2], 4, 3)).missed_ms, 8 * HOUR);
}

#[test]
fn av_01_an_availability_set_stands_in_one_zone_over_its_fault_domains() {
    let script =
        Script::new(topology(1, 20, 40), vec![mode("rack", Scope::Rack)], DAY).outages(&[(0, 1, 1, HOUR, 2 * HOUR)]);
    let mut set = design(&[], 5, 0);
    set.sets[0].spreading = Spreading::Fixed(3);
    assert_eq!(script.play(set).classes.down, 2 * i128::from(HOUR));
}

#[test]
fn lb_02_a_refused_probe_has_failed_at_once_and_an_unanswered_one_when_its_time_is_up() {
    // Nine of ten are asked for 10 % each; one stops, for ten minutes, forty times: until probes find it, it loses its share.
    let stops = |stopped: Mode| {
        let mut design = Design { balancer: Some(balancer()), ..design(&[1], 10, 1) };
        design.demand = Some(Demand::constant(1000));
        let units: Vec<_> = (0..40)
            .map(|at: u64| (0, 0, HOUR * (at + 1) + at * 777, HOUR * (at + 1) + at * 777 + 10 * MINUTE))
            .collect();
        let ledger = Script::new(topology(1, 10, 1), vec![stopped], 2 * DAY).units(&units).play(design);
        ledger.classes.dead_in_rotation as f64 / 40.0 / SECOND as f64
    };
    let (refused, silent) = (stops(application("crash")), stops(mode("crash", Scope::Instance)));
    // U(0, 5) + 5 s, and 5 s more until the last probe is given up.
    assert!((refused - 7.5).abs() < 1.0, "{refused}");
    assert!((silent - refused - 5.0).abs() < 1e-9, "{silent} {refused}");
}

#[test]
fn lb_05_where_no_backend_is_healthy_none_gets_flows_until_probes_succeed() {
    // Three machines of one zone are out, all at once, and back; four probes, one every 15 s, have to succeed.
    let probes = LoadBalancer { interval: SimDuration::from_ms(15 * SECOND), healthy_threshold: 4, ..balancer() };
    let longer = (1..20).map(|at: u64| {
        let design = Design { balancer: Some(probes), ..design(&[1], 3, 1) };
        let outage = (0, 0, 4, at * 777 + HOUR, at * 1777 + HOUR + 10 * MINUTE);
        let script = Script::new(topology(1, 4, 8), vec![mode("zone", Scope::Zone)], DAY);
        let [length] = script.outages(&[outage]).play(design).outages_ms[..] else { panic!("one outage") };
        length - (outage.4 - outage.3)
    });
    let longer: Vec<u64> = longer.collect();
    assert!(longer.iter().all(|ms| (45 * SECOND..60 * SECOND).contains(ms)), "{longer:?}");
}

/// Two machines of which the first is back after ten minutes and the second later, behind probes one every 15 s of which four
/// have to succeed.
fn one_after_the_other(all_when_none: bool, second: u64, least: u32, threshold: u32) -> Ledger {
    let interval = SimDuration::from_ms(15 * SECOND);
    let probes = LoadBalancer { interval, healthy_threshold: threshold, all_when_none, ..balancer() };
    let mut design = Design { balancer: Some(probes), ..design(&[1], 2, least) };
    design.sets[0].serves_milli = 1_000_000;
    design.demand = Some(Demand::constant(1_000_000));
    let back = HOUR + 10 * MINUTE;
    let outages = [(0, 0, 1, HOUR, back), (0, 1, 3, HOUR, back + second)];
    Script::new(topology(1, 4, 8), vec![mode("zone", Scope::Zone)], DAY).outages(&outages).play(design)
}

#[test]
fn lb_05_all_probed_up_serves_at_once_what_is_up_and_loses_the_share_of_the_dead() {
    let unserved = |ledger: &Ledger| ledger.offered - ledger.served;
    let all_of = |ms: u64| i128::from(ms) * 1_000_000;
    for threshold in [1, 4] {
        let none = one_after_the_other(false, HOUR, 1, threshold);
        let all = one_after_the_other(true, HOUR, 1, threshold);
        // Until the first success nobody is served, or half of all are: the other half goes to the machine that is dead.
        let waits = (unserved(&none) - all_of(10 * MINUTE)) / 1_000_000;
        assert!((0..i128::from(u64::from(threshold) * 15 * SECOND)).contains(&waits), "{waits}");
        assert!(waits > 0);
        assert_eq!(2 * (unserved(&all) - all_of(10 * MINUTE)), all_of(waits as u64));
        assert_eq!((none.outages_ms[0] as i128, all.outages_ms[0]), (i128::from(10 * MINUTE) + waits, 10 * MINUTE));
        // All is lost to the dead, not only until probes have found them.
        assert_eq!(all.lost_to_dead, all.offered - all.served);
        assert!(none.lost_to_dead < all.lost_to_dead);
    }
}

#[test]
fn lb_05_all_probed_up_is_over_with_the_first_success() {
    // Both are needed: they serve from 20 s after the first on, until that is found and the second is not yet.
    let ledger = one_after_the_other(true, 20 * SECOND, 2, 4);
    let [first, second] = ledger.outages_ms[..] else { panic!("{:?}", ledger.outages_ms) };
    assert_eq!(first, 10 * MINUTE + 20 * SECOND);
    assert!([15 * SECOND, 30 * SECOND].contains(&second), "{second}");
    // Without it both are waited for, to the same instant: four probes of the second.
    let [whole] = one_after_the_other(false, 20 * SECOND, 2, 4).outages_ms[..] else { panic!("one outage") };
    assert!((45 * SECOND..60 * SECOND).contains(&(whole - first)), "{whole}");
}
