//! FR-01, FR-03, IN-01..04, IN-07, SP-01 and SP-04 against the assembled profile.
#![allow(clippy::unwrap_used)]

use zonefall_azure::Unit;
use zonefall_azure::profile::{
    EvidenceRow, azure_like_v0, evidence, profile, profile_names, spot_modes, with_spot_modes,
};
use zonefall_engine::{Law, Shape};
use zonefall_faults::{
    Clock, Confidence, Effect, Kind, Mode, Outage, Profile, Recovery, Scope, Share, Staged, Start, Surge,
};

const MINUTE: f64 = 60_000.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

fn mode(name: &str) -> Mode {
    let profile = azure_like_v0();
    let at = profile.find(name).unwrap();
    profile.modes[at].clone()
}

fn outage(name: &str) -> Law {
    match mode(name).outage {
        Outage::Law(law) => law,
        Outage::Never => panic!("{name} never ends"),
    }
}

fn close(a: f64, b: f64, relative: f64) -> bool {
    (a - b).abs() <= relative * b.abs()
}

/// The lognormal law has this median and spread.
fn lognormal(name: &str, median_ms: f64, sigma: f64) {
    let law = outage(name);
    let Shape::LogNormal(median, spread) = law.shape() else { panic!("{name}: {law:?}") };
    assert!(close(*median, median_ms, 1e-12), "{name}: median {median}");
    assert_eq!(*spread, sigma, "{name}");
}

#[test]
fn fr_01_names_and_order() {
    let profile = azure_like_v0();
    let names: Vec<&str> = profile.modes.iter().map(|mode| mode.name.as_str()).collect();
    let table = [
        "host-hard-failure",
        "host-software-reboot",
        "guest-crash",
        "rack-failure",
        "rack-gray",
        "datacenter",
        "zone-network",
        "region-data-plane",
        "region-control-plane",
        "global-edge",
    ];
    assert_eq!(names, table);
}

#[test]
fn fr_01_rates_and_scopes() {
    let table = [
        ("host-hard-failure", Scope::Host, 0.04),
        ("host-software-reboot", Scope::Host, 0.04),
        ("guest-crash", Scope::Instance, 2.0),
        ("rack-failure", Scope::Rack, 0.05),
        ("rack-gray", Scope::Rack, 0.02),
        ("datacenter", Scope::Zone, 0.03),
        ("zone-network", Scope::Zone, 0.01),
        ("region-data-plane", Scope::Region, 0.01),
        ("region-control-plane", Scope::ControlPlane, 0.05),
        ("global-edge", Scope::Global, 1.0),
    ];
    for (name, scope, rate) in table {
        let mode = mode(name);
        assert_eq!(mode.scope, scope, "{name}");
        assert!(close(mode.rate_per_year(), rate, 1e-9), "{name}: {}", mode.rate_per_year());
    }
}

#[test]
fn fr_01_every_mode_is_sound_stationary_and_on_the_calendar() {
    for mode in azure_like_v0().modes {
        assert_eq!(mode.check(), Vec::new(), "{}", mode.name);
        assert_eq!((mode.start, mode.clock, mode.crews), (Start::Stationary, Clock::Calendar, None), "{}", mode.name);
    }
}

#[test]
fn fr_01_outages() {
    lognormal("host-hard-failure", 8.0 * MINUTE, 0.7);
    lognormal("host-software-reboot", 6.0 * MINUTE, 0.5);
    lognormal("rack-failure", 2.0 * HOUR, 0.7);
    lognormal("rack-gray", 45.0 * MINUTE, 0.8);
    lognormal("datacenter", 2.03f64.exp() * HOUR, 0.99);
    lognormal("zone-network", 2.0f64.exp() * HOUR, 1.0);
    lognormal("region-data-plane", 2.10f64.exp() * HOUR, 0.90);
    lognormal("region-control-plane", 3.0 * HOUR, 0.9);
    lognormal("global-edge", 1.41f64.exp() * HOUR, 1.13);
    assert_eq!(outage("guest-crash").shape(), &Shape::Constant(30_000.0));
    assert_eq!(outage("global-edge").below(), Some(24.0 * HOUR));
}

#[test]
fn fr_01_recoveries_effects_and_kinds() {
    let table = [
        ("host-hard-failure", Recovery::WarmUp),
        ("host-software-reboot", Recovery::WarmUp),
        ("guest-crash", Recovery::Reachable),
        ("rack-failure", Recovery::Boot),
        ("datacenter", Recovery::Boot),
        ("zone-network", Recovery::Reachable),
        ("region-data-plane", Recovery::Boot),
        ("global-edge", Recovery::Reachable),
    ];
    for (name, recovery) in table {
        assert_eq!(mode(name).recovery, recovery, "{name}");
    }
    for mode in azure_like_v0().modes {
        let effect = if mode.name == "rack-gray" { Effect::Degraded(500) } else { Effect::Down };
        let hard = mode.name == "host-hard-failure";
        assert_eq!(mode.effect, effect, "{}", mode.name);
        assert_eq!(mode.kind, if hard { Kind::Shock } else { Kind::Outage }, "{}", mode.name);
        assert_eq!(mode.heals, hard, "{}", mode.name);
    }
}

#[test]
fn fr_01_host_failures_are_weibull_of_shape_0_8() {
    let law = mode("host-hard-failure").time_to_failure;
    let Shape::Weibull(shape, _) = law.shape() else { panic!("{law:?}") };
    assert_eq!(*shape, 0.8);
    assert!(mode("host-software-reboot").time_to_failure.memoryless_mean().is_some());
}

#[test]
fn fr_01_half_of_the_hard_failures_are_predicted() {
    let predicted = mode("host-hard-failure").predicted.unwrap();
    assert_eq!(predicted.share, 0.5);
    assert_eq!(predicted.pause.shape(), &Shape::Uniform(1_000.0, 5_000.0));
    assert_eq!(predicted.lead.shape(), &Shape::LogNormal(2.4 * DAY, 1.0));
}

#[test]
fn fr_01_unpredicted_host_failures_are_0_06_a_machine_year() {
    let hosts = azure_like_v0().modes.into_iter().filter(|mode| mode.scope == Scope::Host);
    let unpredicted = |mode: Mode| mode.rate_per_year() * (1.0 - mode.predicted.map_or(0.0, |p| p.share));
    let sum: f64 = hosts.map(unpredicted).sum();
    assert!(close(sum, 0.06, 1e-9), "{sum}");
}

#[test]
fn fr_01_failures_of_hosts_repeat_twentyfold_for_a_week() {
    for mode in azure_like_v0().modes {
        let repeat = mode.repeat.map(|repeat| (repeat.factor, repeat.within_ms));
        let expected = (mode.scope == Scope::Host).then_some((20.0, 7.0 * DAY));
        assert_eq!(repeat, expected, "{}", mode.name);
    }
}

#[test]
fn fr_01_one_zone_event_in_26_takes_a_second_zone() {
    for mode in azure_like_v0().modes {
        let expected = if mode.scope == Scope::Zone { 1.0 / 26.0 } else { 0.0 };
        assert_eq!(mode.common_cause, expected, "{}", mode.name);
    }
}

#[test]
fn in_01_a_quarter_of_zone_events_take_the_whole_zone() {
    assert_eq!(mode("datacenter").share, Share { whole: 0.25, low: 0.05, high: 0.6 });
    assert_eq!(mode("zone-network").share, mode("datacenter").share);
}

#[test]
fn in_02_four_fifths_are_back_at_the_main_recovery() {
    assert_eq!(mode("datacenter").staged, Some(Staged { main: 0.8, tail: 3.0 }));
    assert_eq!(mode("zone-network").staged, None);
}

#[test]
fn in_04_a_zone_event_takes_the_control_plane_in_26_of_100() {
    for name in ["datacenter", "zone-network"] {
        let hit = mode(name).control_plane.unwrap();
        assert_eq!(hit.probability, 0.26);
        assert_eq!(hit.outage.shape(), &Shape::Uniform(HOUR, 11.0 * HOUR));
    }
    assert_eq!(mode("region-data-plane").control_plane, None);
}

#[test]
fn in_07_allocation_fails_in_5_to_30_of_100_during_zone_events() {
    for mode in azure_like_v0().modes {
        let expected = (mode.scope == Scope::Zone).then_some(Surge { least: 0.05, greatest: 0.3 });
        assert_eq!(mode.surge, expected, "{}", mode.name);
    }
    let rows = evidence();
    let surge = |row: &&EvidenceRow| row.mode == "zone-network" && row.quantity.contains("allocation fails");
    assert_eq!(rows.iter().filter(surge).count(), 2);
}

fn spot(name: &str) -> Mode {
    spot_modes().into_iter().find(|mode| mode.name == name).unwrap()
}

#[test]
fn sp_01_spot_modes_evict_and_nothing_else() {
    for mode in spot_modes() {
        assert_eq!(mode.check(), Vec::new(), "{}", mode.name);
        assert_eq!(mode.effect, Effect::Evicted);
        assert!(azure_like_v0().find(&mode.name).is_none());
        let of_mode: Vec<_> = evidence().into_iter().filter(|row| row.mode == mode.name).collect();
        assert!(close(of_mode[0].number.value, mode.rate_per_year(), 1e-12) && of_mode.len() >= 3);
        assert_eq!(mode.evidence.rate_low_high, (of_mode[0].number.low, of_mode[0].number.high));
    }
    let wave = spot("spot-eviction-wave");
    assert_eq!((wave.scope, wave.kind, wave.share), (Scope::Zone, Kind::Shock, Share::ALL));
    assert!(close(wave.rate_per_year(), 12.0, 1e-12));
    let shape = |mode: Mode| match mode.outage {
        Outage::Law(law) => law.shape().clone(),
        Outage::Never => panic!("{} never ends", mode.name),
    };
    assert_eq!(shape(wave), Shape::LogNormal(2.0 * HOUR, 0.8));
    assert_eq!(shape(spot("spot-eviction")), Shape::LogNormal(30.0 * MINUTE, 1.0));
}

#[test]
fn sp_04_one_machine_in_a_hundred_is_evicted_an_hour() {
    let mode = spot("spot-eviction");
    assert!(mode.time_to_failure.memoryless_mean().is_some());
    let an_hour = |per_year: f64| 1.0 - (-per_year / 8760.0).exp();
    assert!(close(an_hour(mode.rate_per_year()), 0.01, 1e-9));
    let (low, high) = mode.evidence.rate_low_high;
    assert!(close(an_hour(low), 0.001, 1e-9) && close(an_hour(high), 0.05, 1e-9));
}

#[test]
fn spot_modes_come_last_and_do_not_replace_a_mode_of_the_same_name() {
    let with = with_spot_modes(azure_like_v0());
    assert_eq!(with.modes[..10], azure_like_v0().modes[..]);
    assert_eq!(with.modes[10..], spot_modes()[..]);
    let mut own = azure_like_v0();
    own.modes.push(spot("spot-eviction").with_rate_times(2.0));
    let with = with_spot_modes(own.clone());
    assert_eq!((with.modes[..11].to_vec(), with.modes.len()), (own.modes, 12));
}

#[test]
fn zn_08_machines_restart_2_to_15_minutes_after_power() {
    for mode in azure_like_v0().modes {
        let expected = matches!(mode.name.as_str(), "datacenter" | "region-data-plane");
        let shape = Shape::Uniform(2.0 * MINUTE, 15.0 * MINUTE);
        assert_eq!(mode.restart.as_ref().map(Law::shape), expected.then_some(&shape), "{}", mode.name);
    }
}

#[test]
fn fr_03_worked_means() {
    assert!(close(outage("datacenter").mean_ms(), 746.0 * MINUTE, 1e-3));
    assert!(close(outage("region-data-plane").mean_ms(), 735.0 * MINUTE, 1e-3));
    assert!(close(mode("datacenter").share.mean(), 0.494, 1e-3));
}

/// Minutes a year that one machine is down by a mode, boot and warm-up not counted.
fn minutes_a_year(mode: &Mode) -> f64 {
    mode.rate_per_year() * mode.share.mean() * mode.mean_time_back_ms() / MINUTE
}

#[test]
fn fr_03_downtime_of_one_machine() {
    let within = |name: &str, low: f64, high: f64| {
        let minutes = minutes_a_year(&mode(name));
        assert!((low..=high).contains(&minutes), "{name}: {minutes} min a year");
    };
    within("rack-failure", 7.0, 8.0);
    // With 80 % back at the main recovery and the rest evenly up to three times it, the mean is 1.2 times the main one.
    within("datacenter", 13.0, 14.0);
    within("zone-network", 3.5, 4.0);
    within("region-data-plane", 7.0, 8.0);
    let hosts = minutes_a_year(&mode("host-hard-failure")) + minutes_a_year(&mode("host-software-reboot"));
    assert!((0.4..=1.0).contains(&hosts), "hosts: {hosts} min a year");
}

#[test]
fn fr_01_every_number_has_a_range_a_source_and_a_confidence() {
    let rows = evidence();
    for row in &rows {
        let number = row.number;
        assert!(number.low <= number.value && number.value <= number.high, "{row:?}");
        assert!(!number.source.is_empty(), "{row:?}");
    }
    for mode in azure_like_v0().modes {
        let rate = rows.iter().find(|row| row.mode == mode.name && row.quantity == "rate").unwrap().number;
        assert!(close(mode.rate_per_year(), rate.value, 1e-9), "{}", mode.name);
        assert_eq!(mode.evidence.rate_low_high, (rate.low, rate.high), "{}", mode.name);
        assert_eq!((mode.evidence.source.as_str(), mode.evidence.confidence), (rate.source, rate.confidence));
        assert!(rate.unit.word().contains("year"), "{}", mode.name);
        assert!(rate.high / rate.low > 2.0, "{}: nobody knows this rate better than that", mode.name);
    }
}

#[test]
fn fr_01_no_rate_claims_to_be_published() {
    let mut rates = evidence().into_iter().filter(|row| row.quantity == "rate");
    assert!(rates.all(|row| row.number.confidence == Confidence::Assumed));
}

#[test]
fn fr_01_low_and_high_move_the_rates_only() {
    let base = azure_like_v0();
    for (other, pick) in [(base.at_low(), 0), (base.at_high(), 1)] {
        for (was, is) in base.modes.iter().zip(&other.modes) {
            let (low, high) = was.evidence.rate_low_high;
            assert!(close(is.rate_per_year(), [low, high][pick], 1e-9), "{}", is.name);
            assert_eq!(is.check(), Vec::new(), "{}", is.name);
            let back = is.with_rate_times(was.rate_per_year() / is.rate_per_year());
            assert!(close(back.rate_per_year(), was.rate_per_year(), 1e-9));
            assert_eq!(Mode { time_to_failure: was.time_to_failure.clone(), ..back }, *was);
        }
        assert_ne!(other.fingerprint(), base.fingerprint());
    }
}

#[test]
fn profiles_by_name() {
    for name in profile_names() {
        assert_eq!(profile(name).unwrap().name, name);
    }
    assert_eq!(profile("none"), Some(Profile::none()));
    assert_eq!(profile("azure"), None);
}

#[test]
fn lengths_of_time_have_milliseconds() {
    assert_eq!(Unit::Days.ms(), Some(DAY));
    assert_eq!(Unit::Share.ms(), None);
    for row in evidence() {
        let expected = row.number.value * row.number.unit.ms().unwrap_or(1.0);
        assert_eq!(row.number.ms(), expected, "{row:?}");
    }
}
