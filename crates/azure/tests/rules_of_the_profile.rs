//! Rules that the default profile and the limits hold: HL-01, HL-06, FR-02, IN-05, and contradictions between sources.
#![allow(clippy::unwrap_used)]

use zonefall_azure::limits::{
    AvailabilitySet, Orchestration, allowed_fault_domains, check_availability_set, check_region_zones,
};
use zonefall_azure::profile::{azure_like_v0, evidence};
use zonefall_engine::Shape;
use zonefall_faults::{Mode, Outage, Recovery, Scope, Share};

fn mode(name: &str) -> Mode {
    azure_like_v0().modes.into_iter().find(|mode| mode.name == name).unwrap()
}

#[test]
fn hl_01_a_hung_host_is_back_on_the_same_hardware_within_minutes() {
    let hung = mode("host-software-reboot");
    assert_eq!((hung.scope, hung.recovery, hung.heals), (Scope::Host, Recovery::WarmUp, false));
    let rows = evidence();
    let outage = rows.iter().find(|row| row.mode == hung.name && row.quantity.contains("median")).unwrap().number;
    // Azure's usual 10 to 15 minutes lie within the range, at its upper end.
    assert!(outage.low <= 10.0 && outage.high >= 15.0, "{outage:?}");
}

#[test]
fn hl_06_mt_10_a_predicted_failure_is_a_pause_of_a_few_seconds_days_later() {
    let predicted = mode("host-hard-failure").predicted.unwrap();
    assert_eq!(predicted.pause.shape(), &Shape::Uniform(1000.0, 5000.0));
    let days = 24.0 * 3_600_000.0;
    assert_eq!(predicted.lead.shape(), &Shape::LogNormal(2.4 * days, 1.0));
}

#[test]
fn mt_12_maintenance_comes_as_three_kinds_of_waves_each_as_often_as_is_assumed() {
    let modes = zonefall_azure::profile::maintenance_modes();
    let rates: Vec<f64> = modes.iter().map(|mode| (mode.rate_per_year() * 1e6).round() / 1e6).collect();
    assert_eq!(rates, [4.0, 0.5, 0.05]);
    for mode in &modes {
        assert_eq!(mode.check(), Vec::new(), "{}", mode.name);
        let wave = mode.wave().expect("a wave");
        assert!(wave.between.as_ms() >= 30 * 60_000 && wave.paired && wave.overlap_milli == 0);
        assert!(mode.evidence.has_range() && azure_like_v0().find(&mode.name).is_none());
    }
    let shapes: Vec<Shape> = modes
        .iter()
        .map(|mode| match &mode.outage {
            Outage::Law(law) => law.shape().clone(),
            Outage::Never => panic!("maintenance ends"),
        })
        .collect();
    assert_eq!(shapes[0], Shape::LogNormal(4000.0, 0.5));
    assert_eq!(shapes[1], Shape::Constant(30_000.0));
    assert_eq!(shapes[2], Shape::LogNormal(25.0 * 60_000.0, 0.3));
}

#[test]
fn fr_02_many_units_are_poisson_hosts_weibull_repairs_lognormal() {
    for mode in azure_like_v0().modes {
        let memoryless = mode.time_to_failure.memoryless_mean().is_some();
        assert_eq!(memoryless, mode.name != "host-hard-failure", "{}", mode.name);
        if !matches!(mode.scope, Scope::Instance) {
            let Outage::Law(law) = &mode.outage else { panic!("{} never ends", mode.name) };
            assert!(matches!(law.shape(), Shape::LogNormal(..)), "{}", mode.name);
        }
    }
    assert!(matches!(mode("host-hard-failure").time_to_failure.shape(), Shape::Weibull(..)));
}

#[test]
fn in_05_a_region_fails_as_a_whole_or_loses_its_control_plane_only() {
    let (data, control) = (mode("region-data-plane"), mode("region-control-plane"));
    assert_eq!((data.scope, control.scope), (Scope::Region, Scope::ControlPlane));
    assert!(data.share == Share::ALL && control.rate_per_year() > data.rate_per_year());
}

#[test]
fn c_10_a_region_with_zones_has_three_or_more() {
    assert!(check_region_zones(2).is_some());
    assert!(check_region_zones(3).is_none() && check_region_zones(4).is_none());
}

#[test]
fn c_11_the_newest_table_of_fault_domains_is_followed() {
    assert_eq!(allowed_fault_domains(Orchestration::Uniform, 0), [1, 2, 3, 4, 5]);
    assert_eq!(allowed_fault_domains(Orchestration::Flexible, 3), [1]);
}

#[test]
fn c_13_an_availability_set_holds_two_hundred() {
    let wrong = |instances| {
        let set = AvailabilitySet { instances, fault_domains: 2, update_domains: 5, zones: 0, region: "eastus" };
        check_availability_set(&set).len()
    };
    assert_eq!((wrong(200), wrong(201)), (0, 1));
}
