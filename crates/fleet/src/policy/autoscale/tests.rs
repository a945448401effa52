#![allow(clippy::unwrap_used)]

use super::*;

const MICRO: i64 = 1_000_000;

fn rule(direction: Direction, threshold: f64, change: Change) -> Rule {
    Rule {
        metric: Metric::Cpu,
        aggregation: Aggregation::Average,
        window: SimDuration::from_ms(600_000),
        grain: SimDuration::ZERO,
        operator: if direction == Direction::Out { Operator::Above } else { Operator::Below },
        threshold_micro: (threshold * MICRO as f64) as i64,
        direction,
        change,
        cooldown: SimDuration::from_ms(300_000),
    }
}

fn out(threshold: f64, add: u32) -> Rule {
    rule(Direction::Out, threshold, Change::Count(add))
}

fn r#in(threshold: f64, remove: u32) -> Rule {
    rule(Direction::In, threshold, Change::Count(remove))
}

fn profile((minimum, maximum): (u32, u32), rules: &[Rule]) -> Profile {
    Profile { name: "default".into(), minimum, maximum, default: minimum, rules: rules.to_vec() }
}

fn value(of: f64) -> Reading {
    Reading { sum: (of * MICRO as f64) as i128 * 1000, weight: 1000 }
}

/// Decides where no cooldown stands in the way.
fn decided(now: u32, profile: &Profile, readings: &[Reading]) -> Decision {
    decide(&view(now, profile, readings))
}

fn view<'a>(capacity: u32, profile: &'a Profile, readings: &'a [Reading]) -> View<'a> {
    let (foreseen, chosen) = (Reading::MISSING, Chosen::default());
    View { capacity, profile, readings, foreseen, may_out: true, may_in: true, chosen }
}

#[test]
fn as_05_limits_come_first_and_no_cooldown_delays_them() {
    let within = profile((3, 6), &[out(70.0, 1)]);
    assert_eq!(decided(1, &within, &[value(99.0)]), Decision::ToLimit(3));
    assert_eq!(decided(8, &within, &[value(99.0)]), Decision::ToLimit(6));
    // From 12 to a maximum of 10 at a switch of profiles, and from 1 to a minimum of 3, in a cooldown.
    let limits = profile((3, 10), &[]);
    let cooling = |capacity| View { may_out: false, may_in: false, ..view(capacity, &limits, &[]) };
    assert_eq!([12, 1].map(|now| decide(&cooling(now))), [Decision::ToLimit(10), Decision::ToLimit(3)]);
    // As a switch, the cooldown of its own direction delays it.
    let chosen = Chosen { limits_wait: true, ..Chosen::default() };
    assert_eq!([12, 1].map(|now| decide(&View { chosen, ..cooling(now) })), [Decision::Stay; 2]);
    let half = |capacity| View { chosen, may_out: true, ..cooling(capacity) };
    assert_eq!([12, 1].map(|now| decide(&half(now))), [Decision::Stay, Decision::ToLimit(3)]);
}

#[test]
fn as_12_memory_is_projected_as_it_is_measured_and_a_series_only_where_it_is_shared_out() {
    let of = |metric, threshold| Rule { metric, ..rule(Direction::Out, threshold, Change::Count(1)) };
    // 60 % of three machines are 90 % of two, for memory as for CPU.
    let memory = of(Metric::Memory { at_rest: 30 * MICRO, at_full: 90 * MICRO }, 80.0);
    assert!(!memory.fires(value(60.0), 3, 3) && memory.fires(value(60.0), 3, 2));
    let series = |per_instance| of(Metric::Series { which: 0, per_instance }, 500.0);
    assert!(!series(true).fires(value(1500.0), 3, 3) && series(true).fires(value(1500.0), 3, 2));
    assert!(!series(false).fires(value(400.0), 3, 1) && series(false).fires(value(501.0), 3, 3));
}

#[test]
fn as_07_storage_messages_are_per_instance() {
    let queue = |direction, threshold| Rule {
        metric: Metric::Jobs,
        operator: if direction == Direction::Out { Operator::AtLeast } else { Operator::AtMost },
        ..rule(direction, threshold, Change::Count(1))
    };
    let more = queue(Direction::Out, 50.0);
    assert!(more.fires(value(100.0), 2, 2) && !more.fires(value(99.0), 2, 2));
    assert!(more.fires(value(150.0), 3, 3) && !more.fires(value(149.0), 3, 3));
    assert!(queue(Direction::In, 10.0).fires(value(30.0), 3, 3));
    // Six flows over two are three, where that is asked; sessions too.
    for (flows, all) in [
        (Metric::Requests { per_instance: true }, Metric::Requests { per_instance: false }),
        (Metric::Sessions { per_instance: true }, Metric::Sessions { per_instance: false }),
    ] {
        let flows = |threshold| Rule { metric: flows, ..queue(Direction::Out, threshold) };
        assert!(flows(3.0).fires(value(6.0), 2, 2) && !flows(3.1).fires(value(6.0), 2, 2));
        assert!(Rule { metric: all, ..flows(6.0) }.fires(value(6.0), 2, 2));
    }
}

#[test]
fn as_09_out_is_any_and_takes_the_largest_in_is_all_and_takes_the_smallest_cut() {
    let outs = profile((1, 20), &[out(70.0, 1), out(80.0, 4), out(95.0, 9)]);
    assert_eq!(decided(10, &outs, &[value(85.0); 3]), Decision::Out { to: 14, rule: 1 });
    let half = rule(Direction::In, 30.0, Change::Percent(50, Rounding::Down));
    let ins = profile((1, 20), &[half, r#in(30.0, 3)]);
    assert_eq!(decided(10, &ins, &[value(20.0); 2]), Decision::In { to: 7, rule: 1, shortened: false });
    assert_eq!(decided(10, &ins, &[value(20.0), value(40.0)]), Decision::Stay);
    // Rules that scale in are not asked while one fires that scales out, even where that can do nothing.
    let both = profile((1, 10), &[out(10.0, 1), r#in(30.0, 1)]);
    assert_eq!(decided(10, &both, &[value(20.0); 2]), Decision::Stay);
    assert_eq!(decided(10, &profile((1, 20), &[]), &[]), Decision::Stay);
    assert_eq!(decided(10, &profile((1, 20), &[out(70.0, 1)]), &[value(0.0)]), Decision::Stay);
}

#[test]
fn as_10_percentages_round_away_from_no_change_and_targets_are_limited() {
    let up = rule(Direction::Out, 70.0, Change::Percent(10, Rounding::Up));
    let down = rule(Direction::In, 30.0, Change::Percent(10, Rounding::Down));
    assert_eq!([1, 10, 11].map(|now| up.target(now)), [2, 11, 13]);
    assert_eq!([1, 10, 19].map(|now| down.target(now)), [0, 9, 18]);
    // 10 % of 14, 15 and 16: as the scenario says, but one at least.
    let rounded = |direction, rounding| {
        let by = rule(direction, 50.0, Change::Percent(10, rounding));
        [3, 14, 15, 16].map(|now| by.target(now).abs_diff(now))
    };
    for direction in [Direction::Out, Direction::In] {
        assert_eq!(rounded(direction, Rounding::Up), [1, 2, 2, 2]);
        assert_eq!(rounded(direction, Rounding::Nearest), [1, 1, 2, 2]);
        assert_eq!(rounded(direction, Rounding::Down), [1, 1, 1, 1]);
    }
    assert_eq!(rule(Direction::Out, 70.0, Change::Exact(7)).target(3), 7);
    let limited = profile((2, 12), &[out(70.0, 5), r#in(30.0, 5)]);
    assert_eq!(decided(10, &limited, &[value(80.0); 2]), Decision::Out { to: 12, rule: 0 });
    assert_eq!(decided(12, &limited, &[value(80.0); 2]), Decision::Stay);
    assert_eq!(decided(4, &limited, &[value(5.0); 2]), Decision::In { to: 2, rule: 1, shortened: false });
}

#[test]
fn as_12_a_scale_in_is_projected_before_it_is_made() {
    let stays = |outs: f64, ins: f64, of: f64, now: u32| {
        let rules = [Rule { operator: Operator::AtLeast, ..out(outs, 1) }, r#in(ins, 1)];
        decided(now, &profile((1, 20), &rules), &[value(of); 2]) == Decision::Flapping
    };
    // 60 % × 3 / 2 = 90 ≥ 80; 50 % × 3 / 2 = 75 < 80.
    assert!(stays(80.0, 61.0, 60.0, 3));
    assert!(!stays(80.0, 60.0, 50.0, 3));
    // Threads: 575 × 3 / 2 = 862.5 ≥ 600.
    assert!(stays(600.0, 600.0, 575.0, 3));
    // 1,250 / 2 = 625 stays, 1,180 / 2 = 590 goes: totals of two instances for one.
    assert!(stays(600.0, 600.0, 1250.0 / 3.0, 3));
    assert!(!stays(600.0, 600.0, 1180.0 / 3.0, 3));
}

#[test]
fn as_13_the_count_nearest_to_the_aim_that_is_safe() {
    // 30 at 65 %, limit 70 %, ten fewer: at 28 they would see 69.6 %, at 27 72.2 %.
    let rules = [out(70.0, 1), r#in(66.0, 10)];
    let found = decided(30, &profile((1, 50), &rules), &[value(65.0); 2]);
    assert_eq!(found, Decision::In { to: 28, rule: 1, shortened: true });
    // The page's example stops at 27: by its own projection that is above the limit, so it would scale out at once.
    let [at_27, at_28] = [27.0, 28.0].map(|count| 65.0 * 30.0 / count);
    assert!(at_27 > 72.2 && at_28 < 69.7);
    let again = |count: u32, sees: f64| decided(count, &profile((1, 50), &rules), &[value(sees); 2]);
    assert_eq!((again(27, at_27), again(28, at_28)), (Decision::Out { to: 28, rule: 0 }, Decision::Stay));
    // As a switch the example is followed: 30 × 65 / 70 = 27.9, rounded down; never beyond the aim, nor where none is safe.
    let chosen = Chosen { stops_as_example: true, ..Chosen::default() };
    let as_example = |now: u32, minimum: u32, sees: f64| {
        decide(&View { chosen, ..view(now, &profile((minimum, 50), &rules), &[value(sees); 2]) })
    };
    assert_eq!(as_example(30, 1, 65.0), Decision::In { to: 27, rule: 1, shortened: true });
    // 30 × 63 / 70 = 27 is whole, and 70 % of 27 is not above the limit.
    assert_eq!(as_example(30, 1, 63.0), Decision::In { to: 27, rule: 1, shortened: true });
    assert_eq!(as_example(30, 28, 65.0), Decision::In { to: 28, rule: 1, shortened: false });
    assert_eq!(as_example(3, 1, 65.0), Decision::Flapping);
}

#[test]
fn as_14_totals_that_do_not_depend_on_the_count_are_not_projected() {
    let total = |of: Rule| Rule { metric: Metric::Requests { per_instance: false }, ..of };
    let rules = [total(out(700.0, 1)), total(r#in(650.0, 5))];
    let found = decided(10, &profile((1, 50), &rules), &[value(640.0); 2]);
    assert_eq!(found, Decision::In { to: 5, rule: 1, shortened: false });
}

#[test]
fn as_15_missing_metrics_never_scale_in_and_bring_the_default() {
    let set = Profile { default: 6, ..profile((2, 12), &[out(70.0, 2), r#in(30.0, 2)]) };
    assert_eq!(decided(4, &set, &[Reading::MISSING; 2]), Decision::ToDefault(6));
    assert_eq!(decided(8, &set, &[Reading::MISSING; 2]), Decision::Stay);
    assert_eq!(decided(8, &set, &[Reading::MISSING, value(5.0)]), Decision::Stay);
    // No comparison holds of nothing, not even one that holds of equals.
    for operator in [Operator::Above, Operator::AtLeast, Operator::Below, Operator::AtMost] {
        assert!(!Rule { operator, ..out(70.0, 2) }.fires(Reading::MISSING, 8, 8), "{operator:?}");
    }
    let equals = Profile { rules: vec![Rule { operator: Operator::AtLeast, ..out(70.0, 2) }], ..set.clone() };
    assert_eq!(decided(8, &equals, &[Reading::MISSING]), Decision::Stay);
    // Another rule that has data may still scale out.
    let set = Profile { rules: vec![out(70.0, 2), out(90.0, 4)], ..set };
    assert_eq!(decided(4, &set, &[value(80.0), Reading::MISSING]), Decision::Out { to: 6, rule: 0 });
}

#[test]
fn as_06_comparisons_are_exact_at_the_threshold() {
    let strict = out(70.0, 1);
    let loose = Rule { operator: Operator::AtLeast, ..strict };
    assert!(!strict.fires(value(70.0), 3, 3) && loose.fires(value(70.0), 3, 3));
    let third = Reading { sum: 210 * MICRO as i128, weight: 3 };
    assert!(!strict.fires(third, 7, 7) && loose.fires(third, 7, 7));
}
