//! PT-03, ZN-03, ZN-08, FD-09, LB-01.
#![allow(clippy::unwrap_used)]

use zonefall_azure::defaults::{
    DEFAULTS, GATEWAY_DRAIN_SECONDS, GATEWAY_PROBE_SECONDS, GATEWAY_PROBES_DOWN, HALLS_PER_ZONE, HIDDEN_ZONE_STICKY,
    HOSTS_PER_RACK, Os, PROBE_INTERVAL_SECONDS, PROBES_DOWN, PROBES_UP, RACKS_PER_ZONE, boot_law, create_law,
    start_law, warm_up_law,
};
use zonefall_topology::{Region, Topology};

#[test]
fn pt_03_creation_has_its_median_and_its_95_percent_point() {
    for (os, median, p95) in [(Os::Linux, 75e3, 180e3), (Os::Windows, 240e3, 480e3)] {
        let law = create_law(os);
        assert!((law.survival(median) - 0.5).abs() < 1e-12);
        assert!((law.survival(p95) - 0.05).abs() < 1e-4, "{os:?}: {}", law.survival(p95));
    }
}

#[test]
fn pt_03_boot_start_and_warm_up() {
    assert_eq!((boot_law(Os::Linux).mean_ms(), boot_law(Os::Windows).mean_ms()), (30e3, 60e3));
    assert_eq!((start_law(Os::Linux).mean_ms(), start_law(Os::Windows).mean_ms()), (45e3, 90e3));
    assert_eq!(warm_up_law().mean_ms(), 60e3);
}

#[test]
fn lb_01_probes_every_5_seconds_2_down_1_up() {
    assert_eq!((PROBE_INTERVAL_SECONDS, PROBES_DOWN, PROBES_UP), (5, 2, 1));
}

#[test]
fn ag_01_ag_02_probes_every_30_seconds_3_down_and_a_drain_of_30_seconds() {
    assert_eq!((GATEWAY_PROBE_SECONDS, GATEWAY_PROBES_DOWN, GATEWAY_DRAIN_SECONDS), (30, 3, 30));
}

#[test]
fn zn_03_a_regional_set_stays_in_its_zone_at_0_8() {
    assert_eq!(HIDDEN_ZONE_STICKY, 0.8);
}

#[test]
fn fd_09_twenty_racks_a_zone_make_a_topology() {
    let region = Region {
        name: "eastus".into(),
        zones: 3,
        halls_per_zone: HALLS_PER_ZONE,
        racks_per_zone: RACKS_PER_ZONE,
        hosts_per_rack: HOSTS_PER_RACK,
    };
    let topology = Topology::new(vec![region]).unwrap();
    assert_eq!((topology.rack_count(), topology.host_count()), (60, 2400));
}

#[test]
fn every_default_has_a_range_and_a_source() {
    for row in DEFAULTS {
        let number = row.number;
        assert!(number.low <= number.value && number.value <= number.high, "{row:?}");
        assert!(!number.source.is_empty() && !row.name.is_empty(), "{row:?}");
    }
    let find = |name| DEFAULTS.iter().find(|row| row.name == name).unwrap().number.value;
    assert_eq!(find("racks per zone"), f64::from(RACKS_PER_ZONE));
    assert_eq!(find("restart delay after a zone's recovery, greatest"), 15.0);
}
