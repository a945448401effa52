//! Where requests go and how long they wait, by what a scenario says of it.

use crate::{allowed, scenario};
use zonefall_engine::SimDuration;
use zonefall_fleet::{Patience, Service};

const SLOW: &str = "capacity = 6\nslow_start = { capacity = \"40%\", time = \"5 min\" }";
const DEMAND: &str = "[demand]\nrate = \"300 req/s\"\n";

fn service(set: &str, rest: &str) -> Service {
    allowed(&scenario(set, rest)).designs[0].service.clone()
}

#[test]
fn requests_are_spread_evenly_by_default_where_a_set_starts_slowly_and_nobody_knows_who_is_free() {
    let spreads = |set: &str, more: &str| service(set, &format!("{DEMAND}{more}")).spreads_evenly;
    assert!(spreads(SLOW, "") && !spreads("", ""));
    assert!(!spreads(SLOW, "[retry]\n") && !spreads(SLOW, "[service]\nparallelism = 8\nqueue = \"shared\"\n"));
    assert!(spreads(SLOW, "[service]\nparallelism = 8\n"));
    assert!(spreads("", "[service]\nspread = \"even\"\n"));
    assert!(!spreads(SLOW, "[service]\nspread = \"by-capacity\"\n"));
    assert!(!service(SLOW, "").spreads_evenly, "nothing arrives");
}

#[test]
fn clients_are_patient_for_as_long_as_is_said_and_answers_late_by_what_a_service_leaves() {
    let line = "[service]\nparallelism = 8\nqueue = \"shared\"\npatience = \"30 s\"\n";
    let most = SimDuration::from_ms(30_000);
    assert_eq!(service("", &format!("{DEMAND}{line}")).patience, Some(Patience { most, in_time: None }));
    assert_eq!(service("", &format!("{DEMAND}{}", line.replace("\"30 s\"", "false"))).patience, None);
    // A service takes 80 ms, and one in twenty more than 239.7 ms: of a second 760.3 ms are left to wait.
    let limited = scenario("", &format!("{DEMAND}{line}")).replace("min_serving = 1", "p95_latency = \"1 s\"");
    let in_time = Some(SimDuration::from_ms(760));
    assert_eq!(allowed(&limited).designs[0].service.patience, Some(Patience { most, in_time }));
}
