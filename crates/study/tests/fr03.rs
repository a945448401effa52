//! FR-03: the sums computed from the profile by `exact` and the simulation agree.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;
use std::sync::atomic::AtomicBool;
use support::*;
use zonefall_azure::profile::azure_like_v0;
use zonefall_engine::{Law, Shape};
use zonefall_faults::{Mode, Outage, Profile, Recovery, Scope};
use zonefall_fleet::Design;
use zonefall_stats::Moments;
use zonefall_study::implied::{StartHours, one_machine, whole_set};
use zonefall_study::{Finished, Silent, run};

const TEN_YEARS: u64 = 3650;

fn go(profile: Profile, design: Design, days: u64, trials: u64) -> Finished {
    let mut study = study(profile, vec![design], days, trials);
    (study.rows, study.counterfactual) = (false, false);
    run(&study, 2, &AtomicBool::new(false), &Silent).unwrap()
}

fn exponential_hours(mean: f64) -> Law {
    Law::new(Shape::Exponential(mean * 3_600_000.0), None).unwrap()
}

/// Minutes a year with their standard error, from missed milliseconds a trial that are added where they are not zero.
fn minutes_a_year(moments: &Moments, trials: u64, days: u64) -> (f64, f64) {
    let mut all = *moments;
    all.add_times(0, trials - all.n());
    let per_year = 365.0 / days as f64 / 60_000.0;
    (all.mean() * per_year, all.standard_error() * per_year)
}

#[test]
fn fr_03_one_machine_by_mode() {
    let trials = 20_000;
    let finished = go(azure_like_v0(), design("one", &[2], 1, 1), TEN_YEARS, trials);
    let start = StartHours { boot: 30.0 / 3600.0, warm_up: 60.0 / 3600.0 };
    let implied = one_machine(&azure_like_v0(), 3, start, &[]).unwrap();
    let tally = &finished.tally.designs[0];
    for row in &implied.rows {
        // A mode's own hits and its hits on pairs of zones are two causes.
        let mut both = Moments::new();
        let mut seen = (0.0, 0.0);
        for (at, cause) in finished.causes.iter().enumerate() {
            if *cause == row.name || *cause == format!("{} (two zones)", row.name) {
                let (mean, error) = minutes_a_year(&tally.by_cause[at], trials, TEN_YEARS);
                seen = (seen.0 + mean, f64::hypot(seen.1, error));
                both.merge(&tally.by_cause[at]);
            }
        }
        let (mean, error) = seen;
        assert!(both.hits() > 30 || row.minutes_per_year < 0.01, "{}: {} hits", row.name, both.hits());
        assert!(
            (mean - row.minutes_per_year).abs() < 4.0 * error + 0.02,
            "{}: {mean} ± {error}, exact {}",
            row.name,
            row.minutes_per_year
        );
    }
    let (mean, error) = minutes_a_year(&tally.missed, trials, TEN_YEARS);
    assert!((mean - implied.unavailable_minutes_per_year()).abs() < 4.0 * error, "{mean} ± {error}");
    assert!((25.0..38.0).contains(&implied.total_minutes_per_year), "{}", implied.total_minutes_per_year);
}

#[test]
fn fr_03_a_mode_that_strikes_often_is_no_less_than_it_is() {
    // 60 a year of 12 h while it is up, then a boot and a warm-up of 90 s, in which it may fail again.
    let hang = Mode::plain("hang", Scope::Instance, 60.0, Outage::Law(exponential_hours(12.0))).unwrap();
    let profile = Profile { name: "often".into(), modes: vec![Mode { recovery: Recovery::Boot, ..hang }] };
    let start = StartHours { boot: 30.0 / 3600.0, warm_up: 60.0 / 3600.0 };
    let implied = one_machine(&profile, 3, start, &[]).unwrap();
    let (rate, boots) = (60.0 / 8760.0, 90.0 / 3600.0);
    let share = (12.0 + (1.0 - f64::exp(-rate * boots)) / rate) / (12.0 + 1.0 / rate);
    assert!((implied.unavailability / share - 1.0).abs() < 1e-12, "{} and {share}", implied.unavailability);
    let finished = go(profile, design("one", &[2], 1, 1), TEN_YEARS, 400);
    let (mean, error) = minutes_a_year(&finished.tally.designs[0].missed, 400, TEN_YEARS);
    assert!((mean - share * 525_600.0).abs() < 4.0 * error, "{mean} ± {error}");
}

#[test]
fn fr_03_a_spread_set_loses_everything_only_through_regions_and_pairs_of_zones() {
    // Rates and common cause are raised so that the rare overlap is seen; machines stand on every rack.
    let mut profile = azure_like_v0();
    profile.modes.retain(|mode| matches!(mode.scope, Scope::Zone | Scope::Region));
    for mode in &mut profile.modes {
        *mode = mode.with_rate_times(20.0);
        mode.common_cause *= 4.0;
        mode.restart = None;
        mode.recovery = Recovery::Reachable;
    }
    for zones in [1, 2, 3] {
        let only = |zones: u32| (1..=zones).collect::<Vec<u32>>();
        let mut set = study(profile.clone(), vec![design("set", &only(zones), 60 * zones, 1)], 365, 6000);
        let mut region = set.topology.regions()[0].clone();
        region.zones = zones;
        set.topology = std::sync::Arc::new(zonefall_topology::Topology::new(vec![region]).unwrap());
        (set.rows, set.counterfactual) = (false, false);
        let finished = run(&set, 2, &AtomicBool::new(false), &Silent).unwrap();
        let (mean, error) = minutes_a_year(&finished.tally.designs[0].missed, 6000, 365);
        let exact = whole_set(&profile, zones).unwrap() * 525_600.0;
        // `whole_set` ends an outage of everything at the main recovery; late racks never make it longer.
        assert!((mean - exact).abs() < 4.0 * error, "{zones} zones: {mean} ± {error}, exact {exact}");
    }
}
