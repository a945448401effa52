//! Machines that start cold, and requests that wait.

use crate::{MONTH, answer, near};

#[test]
fn a_cold_machine_overflows_where_requests_are_spread_evenly_and_more_machines_make_it_worse() {
    let got = answer("cold-caches", 200);
    // Out of a machine's cycle it is out for a minute and cold for the next ten, unless it crashes before.
    let rate = 12.0 / (365.0 * 24.0 * 60.0);
    let cycle = 1.0 / rate + 1.0;
    let cold = |minutes: f64| -> f64 { (1.0 - (-rate * minutes).exp()) / rate / cycle };
    for (design, machines, minutes) in
        [("nine, evenly", 9.0, 10.0), ("13 machines", 13.0, 10.0), ("warm in 2 minutes", 9.0, 2.0)]
    {
        // Two at a time are rare: together as much is lost, but at once.
        let any = 1.0 - (1.0 - cold(minutes)).powf(machines);
        near(got.down(design) / MONTH, any, 0.02 * any);
        let lost = machines * cold(minutes) * (700.0 / machines - 40.0) / 700.0;
        near(got.design(design)["unserved"]["mean"].as_f64().unwrap(), lost, 0.03 * lost);
        assert_eq!(got.design(design)["causes"][0]["cause"], "crash", "{design}");
    }
    assert!(got.down("13 machines") > 1.4 * got.down("nine, evenly"));
    for design in ["18 machines", "knows who is free", "no slow start"] {
        assert!(got.down(design) < 0.05, "{design}: only where two crash at once");
    }
}

#[test]
fn what_waits_is_not_lost_unless_its_clients_give_up_first() {
    let got = answer("wait-or-refuse", 20);
    let minutes_a_day = |design: &str| got.down(design) / 30.0;
    near(minutes_a_day("refused"), 2.0, 0.02);
    near(minutes_a_day("waits for 5 s"), 80.0 / 60.0, 0.02);
    near(got.done("waits for 5 s", "gave_up"), 8000.0 * 365.0, 0.02 * 8000.0 * 365.0);
    near(got.done("waits for 30 s", "line_h"), 3.0 / 60.0 * 365.0, 0.2);
    for design in ["waits for 30 s", "nine machines"] {
        assert!(got.down(design) < 0.5, "{design}: {}", got.down(design));
    }
    let unserved = |design: &str| got.design(design)["unserved"]["mean"].as_f64().unwrap();
    let all = 600.0 * 86_400.0 + 300.0 * 120.0;
    near(unserved("refused"), 12_000.0 / all, 0.02 * 12_000.0 / all);
    near(unserved("waits for 5 s"), 8000.0 / all, 0.02 * 8000.0 / all);
    let latency = &got.design("waits for 30 s")["latency"];
    assert!(
        latency["p99_ms"].as_f64().unwrap() < 1000.0 && latency["overloaded"].as_f64().unwrap() < 1e-4,
        "{latency}"
    );
}
