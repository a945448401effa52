//! What a probe sees: detection against false alarms.

use crate::{answer, near};

/// Machine-seconds a year in which a machine is dead in rotation, and up out of it, by brute force over where in its interval
/// the probe stands and how long a pause is.
fn by_hand(interval: f64, failures: f64, timeout: f64, successes: f64) -> (f64, f64) {
    const STEPS: u32 = 400;
    let (crashes, pauses) = (12.0, 100.0);
    let (mut dead, mut waiting) = (0.0, 0.0);
    let middle = |at: u32, whole: f64| (f64::from(at) + 0.5) / f64::from(STEPS) * whole;
    let mut outage = |length: f64, next: f64, weight: f64| {
        let noticed = next + (failures - 1.0) * interval + timeout;
        dead += weight * length.min(noticed);
        if length > noticed {
            let probe = next + ((length - next) / interval).ceil() * interval;
            waiting += weight * (probe - length + (successes - 1.0) * interval);
        }
    };
    for phase in 0..STEPS {
        let next = middle(phase, interval);
        outage(600.0, next, crashes / f64::from(STEPS));
        for length in 0..STEPS {
            outage(2.0 + middle(length, 28.0), next, pauses / f64::from(STEPS * STEPS));
        }
    }
    (dead, waiting)
}

#[test]
fn lb_02_lb_03_lb_11_ag_01_slow_probes_lose_requests_and_wary_ones_lose_capacity() {
    let got = answer("probe-settings", 100);
    let year = 365.0 * 86_400.0;
    let share = |design: &str, path: [&str; 2]| got.design(design)[path[0]][path[1]].as_f64().unwrap();
    let cases = [
        ("5 s, two failures", (5.0, 2.0, 5.0, 1.0)),
        ("5 s, one failure", (5.0, 1.0, 5.0, 1.0)),
        ("15 s, two failures", (15.0, 2.0, 15.0, 1.0)),
        ("application gateway", (30.0, 3.0, 30.0, 1.0)),
        ("5 s, back after eight", (5.0, 2.0, 5.0, 8.0)),
    ];
    for (design, (interval, failures, timeout, successes)) in cases {
        let (dead, waiting) = by_hand(interval, failures, timeout, successes);
        // Of the requests a ninth goes to each machine.
        near(share(design, ["lost_to_dead", "mean"]), dead / year, 0.015 * dead / year);
        near(share(design, ["classes", "awaiting_probe"]), waiting / year, 0.04 * waiting / year);
    }
    let usual = "5 s, two failures";
    got.beats("5 s, one failure", usual, 0.75);
    got.beats(usual, "15 s, two failures", 0.65);
    got.beats("15 s, two failures", "application gateway", 0.8);
    let unserved = |design: &str| share(design, ["unserved", "mean"]);
    assert!(unserved("5 s, one failure") < unserved(usual) && unserved(usual) < unserved("15 s, two failures"));
    assert!(unserved("5 s, back after eight") > 1.2 * unserved(usual));
}
