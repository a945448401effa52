//! What a run really takes where nothing is written: PT-03, RC-03, ZN-03, FD-09, LB-01, AG-01, AG-02, MT-02, MT-04.

use crate::{allowed, change, scenario};
use zonefall_fleet::management::Management;
use zonefall_fleet::{Design, HiddenZone, StartState};
use zonefall_scenario::keys;

fn design(set: &str, rest: &str) -> Design {
    allowed(&scenario(set, rest)).designs[0].clone()
}

fn management(set: &str) -> Management {
    *design(set, &change("capacity = 8")).sets[0].management.clone().unwrap()
}

#[test]
fn pt_03_creation_has_its_median_and_its_95_percent_point() {
    for (os, median, p95) in [("linux", 75e3, 180e3), ("windows", 240e3, 480e3)] {
        let set = format!("os = \"{os}\"\n");
        let StartState::Creating(start) =
            design(&(set.clone() + "start_state = \"creating\""), "").sets[0].start.clone()
        else {
            panic!("{os}: runs")
        };
        for law in [start, management(&set).creation.time] {
            assert!((law.survival(median) - 0.5).abs() < 1e-12);
            assert!((law.survival(p95) - 0.05).abs() < 2e-4, "{os}: {}", law.survival(p95));
        }
    }
}

#[test]
fn pt_03_rc_03_boot_start_warm_up_and_timeout() {
    for (os, boot, start, timeout) in [("linux", 30e3, 45e3, 480_000), ("windows", 60e3, 90e3, 1_200_000)] {
        let set = format!("os = \"{os}\"");
        let machines = &design(&set, "").sets[0];
        assert_eq!((machines.boot.mean_ms(), machines.warm_up.mean_ms()), (boot, 60e3), "{os}");
        let creation = management(&set).creation;
        assert_eq!((creation.start.mean_ms(), creation.timeout.as_ms()), (start, timeout), "{os}");
    }
}

#[test]
fn lb_01_probes_every_5_seconds_2_down_1_up() {
    let probes = design("", "[load_balancer]").balancer.unwrap();
    let counts = (probes.unhealthy_threshold, probes.healthy_threshold);
    assert_eq!((probes.interval.as_ms(), counts), (5000, (2, 1)));
}

#[test]
fn ag_01_ag_02_probes_every_30_seconds_3_down_and_a_drain_of_30_seconds() {
    let design = design("", "[load_balancer]\nkind = \"application-gateway\"");
    let probes = design.balancer.unwrap();
    assert_eq!([probes.interval, probes.timeout, probes.flap_window].map(|time| time.as_ms()), [30_000, 30_000, 0]);
    assert_eq!((probes.unhealthy_threshold, probes.healthy_threshold), (3, 1));
    assert_eq!(design.service.drain.map(|drain| drain.as_ms()), Some(30_000));
}

#[test]
fn zn_03_a_regional_set_stays_in_its_zone_at_0_8() {
    assert_eq!(design("", "").sets[0].hidden_zone, HiddenZone::Sticky(0.8));
}

#[test]
fn fd_09_twenty_racks_a_zone_make_a_topology() {
    let topology = allowed(&scenario("", "")).topology;
    let region = &topology.regions()[0];
    assert_eq!((region.zones, region.halls_per_zone, region.racks_per_zone, region.hosts_per_rack), (4, 4, 20, 40));
    assert_eq!(topology.regions()[1].zones, 3);
}

#[test]
fn mt_02_mt_04_racks_are_30_minutes_apart_and_zones_a_day() {
    let modes = allowed(&scenario("", "[maintenance]")).profile.modes;
    let waves: Vec<_> = modes.iter().filter_map(|mode| mode.wave()).collect();
    assert!(!waves.is_empty());
    for wave in waves {
        assert_eq!((wave.between.as_ms(), wave.between_zones.as_ms()), (1_800_000, 86_400_000));
    }
}

#[test]
fn ar_04_ar_07_ar_08_balance_turns_repairs_on_with_the_defaults_of_their_keys() {
    let set = |repairs: &str| format!("zones = [1, 2, 3]\nhealth = {{}}\nauto_zone_balance = true\n{repairs}");
    let on = management(&set("")).repairs.unwrap();
    assert_eq!(Some(on), management(&set("repairs = {}")).repairs);
    assert_eq!((on.grace.as_ms(), on.dwell.as_ms(), on.tick.as_ms(), on.suspend_after), (600_000, 0, 60_000, 3));
}

#[test]
fn every_number_of_a_default_has_a_range_and_a_source() {
    let presets: Vec<_> = keys()
        .iter()
        .flat_map(|key| key.default.into_iter().chain(key.but.map(|(_, default)| default)))
        .filter_map(|default| default.preset())
        .collect();
    assert!(presets.len() > 20);
    for number in presets.iter().flat_map(|preset| preset.numbers()).map(|(_, number)| number) {
        assert!(number.low <= number.value && number.value <= number.high, "{number:?}");
        assert!(!number.source.is_empty(), "{number:?}");
    }
}

#[test]
fn explain_shows_what_is_known_of_a_default() {
    let text = zonefall_scenario::explain("scale_set.boot").unwrap();
    let known = "  default  30 s\n           from 10 to 90 s, assumed: PT-03, chosen: Microsoft publishes no provisioning times\n  \
                 default  60 s where os = \"windows\"\n           from 30 to 180 s, assumed: PT-03";
    assert!(text.contains(known), "{text}");
    let text = zonefall_scenario::explain("scale_set.create_time").unwrap();
    assert!(text.contains("\n           median from 40 to 240 s, assumed: PT-03"), "{text}");
    let text = zonefall_scenario::explain("load_balancer.drain").unwrap();
    assert!(
        text.contains("  default  30 s where kind = \"application-gateway\"\n           published: AG-02"),
        "{text}"
    );
}
