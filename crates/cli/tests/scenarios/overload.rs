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
