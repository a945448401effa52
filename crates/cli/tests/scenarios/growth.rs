//! What grows with the load, and what does not: gateways, databases, machines by sessions, workers by the queue.

use crate::{MONTH, answer, near};

#[test]
fn ag_03_a_gateway_turns_away_what_comes_before_its_instances() {
    let got = answer("gateway-grows-too-late", 100);
    let (alone, four, six) = ("it scales by itself", "a minimum of 4", "a minimum of 6");
    // Fridays a year; a rise in two steps of 2 min, orders that take 4 min on average.
    let fridays = 365.0 / 7.0;
    let first = 2.0 * 800.0 + 2.0 * 2_000.0 + 2.0 * 1_000.0;
    for (design, minutes) in [(alone, first), (four, 4.0 * 1_000.0)] {
        let by_hand = minutes * 60.0 * fridays;
        near(got.done(design, "gateway_turned_away"), by_hand, 0.01 * by_hand);
    }
    let missed = |minutes: f64| minutes * fridays / 365.0 * 30.0;
    for (design, minutes) in [(alone, 6.0), (four, 4.0)] {
        near(got.down(design) - got.down(six), missed(minutes), 0.02 * missed(minutes));
    }
    assert_eq!(got.done(six, "gateway_turned_away"), 0.0);
    assert_eq!(got.down(six), got.down("no limit"));
}

#[test]
fn machines_and_database_together_serve_the_lunch_and_neither_alone() {
    let got = answer("shared-database", 20);
    near(got.down("9 machines"), 4.0 / 24.0 * MONTH, 8.0);
    near(got.down("12 machines"), 4.0 / 24.0 * MONTH, 8.0);
    near(got.down("9 machines, larger database"), 2.0 / 24.0 * MONTH, 8.0);
    got.beats("12 machines, larger database", "9 machines, larger database", 0.01);
}

#[test]
fn as_08_scale_in_that_looks_at_sessions_loses_fewer_of_them_and_keeps_more_machines() {
    let got = answer("cpu-or-sessions", 5);
    let (cpu, few) = ("by CPU", "and below 40 sessions");
    let hours = |design: &str| got.done(design, "existing_machine_h");
    assert!(got.lost(few, None) < 0.5 * got.lost(cpu, None));
    assert!(got.lost(few, None) < got.lost("and below 80 sessions", None));
    assert!((1.1..1.3).contains(&(hours(few) / hours(cpu))));
    assert!(got.lost(cpu, Some("planned")) > 0.99 * got.lost(cpu, None));
}

#[test]
fn as_08_workers_by_the_queue_meet_the_deadline_for_less_than_half_of_the_hours() {
    let got = answer("workers-by-queue", 20);
    let met = |design: &str| got.design(design)["jobs"]["met"]["mean"].as_f64().unwrap();
    let half = |design: &str| got.design(design)["jobs"]["clearance_p50_h"]["value"].as_f64().unwrap();
    let steps = "3 to 15 by queue";
    assert!(met(steps) > 0.999);
    // Twelve machines all the year.
    assert!(got.done(steps, "existing_machine_h") < 0.45 * 12.0 * 8_760.0);
    // Fifteen do the median batch in 3.3 h; what the steps to fifteen cost is less than half an hour.
    let fifteen = 180_000.0 / 15.0 / 3600.0 * (-0.15f64 * 0.15 / 2.0).exp();
    assert!((fifteen..fifteen + 0.5).contains(&half(steps)), "{}", half(steps));
    assert!(half("3 to 15 in one step") < half(steps));
}
