//! Machines that start cold, and requests that wait.

use super::kit::{self, Desk};
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
    // TF-01: attempts at one cold machine come to the others, which have room; of those at two (2/9)³ are lost, more than 1 %.
    let tried = "clients try again";
    let two = 36.0 * cold(10.0).powi(2);
    near(got.down(tried) / MONTH, two, 0.3 * two);
    let lost = 9.0 * cold(10.0) / 729.0;
    near(got.design(tried)["unserved"]["mean"].as_f64().unwrap(), lost, 0.05 * lost);
    near(got.done(tried, "retry_storms"), 108.0, 4.0);
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

/// Half a second to three a day: what is lost with one try, with three, and where the breaker opens; and nothing else changes.
#[test]
fn tf_03_breaks_of_the_network_are_a_figure_of_their_own() {
    let head = "horizon = \"30 days\"\ntrials = 20\nassumptions = false\n[slo]\nmin_served = \"99%\"\n[region.eastus]\n[demand]\n\
                rate = \"300 req/s\"\n[scale_set.web]\ncapacity = 6\ncapacity_per_instance = \"100 req/s\"\n";
    let designs = "[[design]]\nname = \"once\"\n[[design]]\nname = \"three\"\nretry = { breaker = false }\n\
                   [[design]]\nname = \"breaker\"\nretry = {}\n";
    let run = |blips: &str| {
        let desk = Desk::with(&format!("{head}{blips}{designs}"));
        let page = desk.run("run s.toml --out r --force").ends(0).out;
        (page, kit::json(&desk.path("r/summary.json")), std::fs::read_to_string(desk.path("r/designs.csv")).unwrap())
    };
    let (page, summary, csv) = run("[blips]\n");
    let day = 86_400.0;
    for (at, lost, opens) in [(0, 1.75 / day, false), (1, 0.804_166_667 / day, false), (2, 1.75 / day, true)] {
        let of = &summary["designs"][at]["blips"];
        near(of["lost"].as_f64().unwrap(), lost, 1e-6 * lost);
        near(of["lost_tried_once"].as_f64().unwrap(), 1.75 / day, 1e-6 / day);
        assert_eq!(of["breaker_opens"], opens);
    }
    assert!(page.contains("Breaks of the network") && page.contains("opens: nobody tries again"), "{page}");
    assert!(csv.lines().next().unwrap().contains("lost_in_blips"));
    let (page, without, _) = run("");
    assert!(!page.contains("Breaks of the network"));
    for (with, without) in (0..3).map(|at| (&summary["designs"][at], &without["designs"][at])) {
        assert_eq!((&with["unserved"], &with["unavailability"]), (&without["unserved"], &without["unavailability"]));
    }
}
