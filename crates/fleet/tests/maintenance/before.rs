//! What stood before the trial, and the owner's hours.

use super::*;
use zonefall_fleet::{Demand, Need, Step};

/// A mode that meets a machine so often a year.
fn often(mode: Mode, per_year: f64) -> Mode {
    Mode { time_to_failure: zonefall_engine::Law::exponential(365.0 * DAY as f64 / per_year).unwrap(), ..mode }
}

/// All of the demand, of which so many machines' worth comes by day (from 9 to 17) and by night, from an hour of the day on.
fn by_day_and_night(mut of: Design, (day, night): (u64, u64), begins: u64) -> Design {
    let rate = |hour: u64| 1000 * if (9..17).contains(&((begins + hour) % 24)) { day } else { night };
    let step = |hour| Step { from: SimTime::from_ms(hour * HOUR), per_second_milli: rate(hour) };
    let steps = (1..240).filter(|&hour| rate(hour) != rate(hour - 1)).map(step).collect();
    of.demand = Some(Demand::course(rate(0), steps, None));
    of.need = Need::Served(1, 1);
    of
}

/// Nine machines that are redeployed ahead of the wave of day 1, or of another.
fn restarted(design: Design, owner: Option<SelfService>, at: u64) -> u64 {
    let script = Script { outages: vec![(0, 0, 12, at, at + 2 * DAY)], ..script(restarts(), &[]) };
    script.play(with(design, Maintenance { self_service: owner, ..Maintenance::default() })).classes.down as u64
}

#[test]
fn mt_03_what_could_never_be_spared_was_not_redeployed_before_the_trial() {
    for at in [HOUR, DAY, 3 * DAY, 7 * DAY] {
        assert_eq!(restarted(design(&[1, 2, 3], 9, 9), owner(4 * DAY), at), 9 * 25 * MINUTE, "{at}");
    }
    assert!(restarted(design(&[1, 2, 3], 9, 8), owner(4 * DAY), DAY) < 9 * 5 * MINUTE);
}

#[test]
fn mt_03_over_any_horizon_as_much_is_left_to_the_platform() {
    let ahead = Maintenance { self_service: owner(35 * DAY), ..Maintenance::default() };
    for days in [30, 90] {
        let design = with(design(&[1], 1, 1), ahead.clone());
        let of = |ledger: &Ledger| ledger.classes.down as f64 / (25 * MINUTE) as f64;
        let (hits, error) = mean_over(days * DAY, design, &[often(restarts(), 4.0)], 20_000, of);
        assert!((hits - 4.0 * days as f64 / 365.0).abs() < 4.0 * error, "{days}: {hits} ± {error}");
    }
}

#[test]
fn mt_03_what_can_be_spared_by_night_was_redeployed_before_a_trial_that_begins_by_day() {
    let set = || by_day_and_night(design(&[1, 2, 3], 9, 0), (9, 5), 12);
    // Two days of four have passed, and half of the machines with them: the fifth falls to the beginning, and waits for the night.
    assert_eq!(restarted(set(), owner(4 * DAY), 2 * DAY), 5 * 5 * MINUTE);
    // The owner works by day only, when nobody can be spared.
    let by_day = (0..10).flat_map(|day| [day * DAY + 21 * HOUR, day * DAY + 29 * HOUR]).map(SimTime::from_ms).collect();
    let owner = owner(4 * DAY).map(|of| SelfService { office: Some(by_day), ..of });
    assert_eq!(restarted(set(), owner, 2 * DAY), 9 * 25 * MINUTE);
}

#[test]
fn mt_03_who_cannot_be_spared_within_the_hours_is_not_redeployed_after_them() {
    let by_day: Vec<SimTime> =
        (0..10).flat_map(|day| [day * DAY + 9 * HOUR, day * DAY + 17 * HOUR]).map(SimTime::from_ms).collect();
    let owner = owner(4 * DAY).map(|of| SelfService { office: Some(by_day), ..of });
    let busy_by = |of| by_day_and_night(design(&[1, 2, 3], 9, 0), of, 0);
    assert_eq!(restarted(busy_by((9, 5)), owner.clone(), 6 * DAY), 9 * 25 * MINUTE);
    assert_eq!(restarted(busy_by((5, 9)), owner, 6 * DAY), 9 * 5 * MINUTE);
}

#[test]
fn mt_05_pauses_of_waves_before_the_trial_wait_for_the_first_window() {
    let (length, quiet) = (2.25, 365.0 / 4.0 - 2.25);
    // A window meets a machine if a wave has begun in the 35 days before it: not, if the quiet time reaches back to the first of them.
    let met = 1.0 - quiet / (quiet + length) * f64::exp(-(35.0 - length) / quiet);
    for first in [1, 10, 40] {
        let windows = Some(Windows { first: SimTime::from_ms(first * DAY), every: ms(35 * DAY) });
        let sets = vec![OfSet { update_domains: 0, windows }];
        let held = with(design(&[1], 1, 1), Maintenance { sets, ..Maintenance::default() });
        let within = (first % 35 + 1) * DAY;
        let of = |ledger: &Ledger| ledger.machine_failures as f64;
        let (hits, error) = mean_over(within, held, &[often(pauses(4 * SECOND), 4.0)], 20_000, of);
        assert!((hits - met).abs() < 4.0 * error, "{first}: {hits} ± {error}, wanted {met}");
    }
}
