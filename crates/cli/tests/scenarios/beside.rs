//! Jobs on what requests leave: what the head of the scenario says, by hand and by trials.

use super::kit::{self, Desk};
use crate::{Answer, answer, near};

const NINE: &str = "9 beside requests";
const OWN: &str = "9 of their own";
const TWELVE: &str = "12 beside requests";

#[test]
fn a_batch_beside_requests_takes_what_the_night_leaves() {
    let got = answer("jobs-beside-requests", 20);
    let of = |design: &str| &got.design(design)["jobs"];
    let met = |design: &str| of(design)["met"]["mean"].as_f64().unwrap();
    // 7,280 nights, 0.21 % of which have a larger batch than the night leaves: 16 of them, give or take 12.
    near(met(NINE), 1.0 - 0.0021, 12.0 / 7280.0);
    assert!(met(NINE) < 0.9999 && met(OWN) > 0.999 && met(TWELVE) > 0.999);
    // The median batch: 660 a second for an hour, 700 for another, then 740; by its own 900 all the time.
    let work = 12e6 * (-0.15f64 * 0.15 / 2.0).exp();
    let beside = |spare: f64| 2.0 + (work / 3600.0 - (2.0 * spare + 40.0)) / (spare + 80.0);
    for (design, hours) in [(NINE, beside(660.0)), (OWN, work / 900.0 / 3600.0), (TWELVE, beside(960.0))] {
        near(of(design)["clearance_p50_h"]["value"].as_f64().unwrap(), hours, 0.05);
    }
    // Requests: what is lost is lost to outages, not to jobs.
    assert!(got.design(NINE)["unserved"]["mean"].as_f64().unwrap() < 1e-3);
}

/// Batches of one size in a world that takes a zone for ten days now and then: the 99 % quantile is a night without it.
#[test]
fn a_night_without_a_zone_is_late_beside_requests_and_in_time_with_three_machines_more() {
    let desk = Desk::new();
    kit::scenarios(&desk);
    let text = std::fs::read_to_string(desk.path("scenarios/jobs-beside-requests.toml")).unwrap();
    let zone = "[faults]\nprofile = \"none\"\n[faults.mode.zone]\nscope = \"zone\"\nrate = \"0.4 per zone-year\"\n\
                outage = \"10 d\"\ncommon_cause = 0.0\n";
    desk.put("s.toml", text.replace("sigma = 0.15", "sigma = 0.0") + zone);
    desk.run("run s.toml --trials 100 --no-assumptions --out r").ends(0);
    let got = Answer(kit::json(&desk.path("r/summary.json")));
    // What is left at 05:00 waits for machines that serve 200 a second from then on.
    let late = (12e6 - 3600.0 * (360.0 + 400.0 + 5.0 * 440.0)) / 400.0 / 3600.0;
    let twelve = 2.0 + (12e6 / 3600.0 - 560.0 - 600.0) / 640.0;
    for (design, hours) in [(NINE, 7.0 + late), (OWN, 12e6 / 600.0 / 3600.0), (TWELVE, twelve)] {
        near(got.design(design)["jobs"]["clearance_p99_h"]["value"].as_f64().unwrap(), hours, 0.02);
    }
}

/// Two tiers in one scenario: requests are the same whatever the workers are, and nights go by these alone.
#[test]
fn workers_beside_a_web_tier_change_the_nights_and_nothing_else() {
    let got = answer("workers-beside-web", 20);
    let of = |design: &str| &got.design(design)["jobs"];
    let met = |design: &str| of(design)["met"]["mean"].as_f64().unwrap();
    let (one, six, queue) = ("one tier", "six workers", "3 to 9 by queue");
    for design in [six, queue] {
        for of in ["unavailability", "unserved"] {
            assert_eq!(got.design(design)[of], got.design(one)[of], "{design}");
        }
    }
    // 5.3 % of 7,280 nights have more than six workers do: 386, give or take 20.
    near(met(six), 1.0 - 0.0531, 4.0 * 20.0 / 7280.0);
    assert!(met(one) > 0.996 && met(queue) > 0.999);
    // The median batch: six machines at 100 a second.
    let work = 12e6 * (-0.15f64 * 0.15 / 2.0).exp();
    near(of(six)["clearance_p50_h"]["value"].as_f64().unwrap(), work / 600.0 / 3600.0, 0.05);
}
