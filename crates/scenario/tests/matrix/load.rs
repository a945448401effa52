//! Where requests go and how long they wait, by what a scenario says of it.

use crate::{allowed, scenario, told};
use zonefall_engine::{Law, Shape, SimDuration};
use zonefall_fleet::policy::blip::Blips;
use zonefall_fleet::{Patience, Service};

const SLOW: &str = "capacity = 6\nslow_start = { capacity = \"40%\", time = \"5 min\" }";
const DEMAND: &str = "[demand]\nrate = \"300 req/s\"\n";

fn service(set: &str, rest: &str) -> Service {
    allowed(&scenario(set, rest)).designs[0].service.clone()
}

#[test]
fn requests_are_spread_evenly_by_default_behind_a_load_balancer_or_a_slow_start_if_nobody_knows_who_is_free() {
    let spreads = |set: &str, more: &str| service(set, &format!("{DEMAND}{more}")).spreads_evenly;
    assert!(spreads(SLOW, "") && !spreads("", ""));
    assert!(spreads(SLOW, "[retry]\n") && spreads("", "[retry]\n[service]\nspread = \"even\"\n"));
    assert!(!spreads(SLOW, "[service]\nparallelism = 8\nqueue = \"shared\"\n"));
    assert!(spreads(SLOW, "[service]\nparallelism = 8\n"));
    assert!(spreads("", "[service]\nspread = \"even\"\n"));
    assert!(!spreads(SLOW, "[service]\nspread = \"by-capacity\"\n"));
    assert!(!service(SLOW, "").spreads_evenly, "nothing arrives");
    let balanced = "[load_balancer]\n";
    assert!(spreads("", balanced) && spreads("", "[load_balancer]\nkind = \"application-gateway\"\n"));
    let without = scenario("", DEMAND).replacen("horizon", "load_balancer = false\nhorizon", 1);
    assert!(!allowed(&without).designs[0].service.spreads_evenly && !service("", balanced).spreads_evenly);
    assert!(!spreads("", &format!("{balanced}[service]\nspread = \"by-capacity\"\n")));
    assert!(!spreads("", &format!("{balanced}[service]\nparallelism = 8\nqueue = \"shared\"\n")));
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

#[test]
fn a_limit_on_times_is_kept_to_the_microsecond() {
    let of = |text: &str| {
        let text = scenario("", &format!("{DEMAND}[service]\nparallelism = 1000\n"))
            .replace("min_serving = 1", &format!("p95_latency = \"{text}\""));
        allowed(&text).designs[0].within().unwrap().as_micros()
    };
    assert_eq!(["59.4 s", "59999.999 ms"].map(of), [59_400_000, 59_999_999]);
    let fine = scenario("capacity_per_instance = \"10000 req/s\"\n", &format!("{DEMAND}[service]\nparallelism = 1\n"))
        .replace("min_serving = 1", "p95_latency = \"0.4 ms\"");
    assert_eq!(allowed(&fine).designs[0].within().unwrap().as_micros(), 400);
}

#[test]
fn tf_03_breaks_of_the_network_are_there_where_they_are_asked_for() {
    let blips = |more: &str| service("", &format!("{DEMAND}{more}")).blips;
    assert_eq!(blips(""), None);
    let ms = SimDuration::from_ms;
    let lasts = Law::new(Shape::Uniform(500.0, 3000.0), None).unwrap();
    let usual = Blips { every: ms(86_400_000), lasts, fails: 1.0, waits: [ms(0), ms(1000)] };
    assert_eq!(blips("[blips]\n"), Some(usual));
    let own =
        "[retry]\n[blips]\nevery = \"6 h\"\nlasts = \"2 s\"\nfails = \"20%\"\nfirst_wait = \"1 s\"\nwait = \"3 s\"\n";
    let other =
        Blips { every: ms(21_600_000), lasts: Law::constant(ms(2000)), fails: 0.2, waits: [ms(1000), ms(3000)] };
    assert_eq!(blips(own), Some(other));
}

#[test]
fn tf_03_breaks_that_cannot_be() {
    for (rest, code, words) in [
        ("[blips]\n".to_owned(), "E083", "nothing arrives"),
        (format!("{DEMAND}[blips]\nevery = \"0 s\"\n"), "E020", "longer than nothing"),
        (format!("{DEMAND}[blips]\nevery = \"10 s\"\n"), "E020", "not told apart"),
        (format!("{DEMAND}[blips]\nfails = \"101%\"\n"), "E023", "fails"),
        (format!("{DEMAND}[blips]\nlasts = \"soon\"\n"), "E021", "soon"),
        (format!("{DEMAND}[blips]\nlength = \"1 s\"\n"), "E010", "length"),
        (format!("{DEMAND}blips = 3\n"), "E010", "blips"),
    ] {
        let items = told(&scenario("", &rest));
        assert!(items.iter().any(|item| item.code == code && item.message.contains(words)), "{rest}{items:#?}");
    }
    // Waits of clients who do not try again.
    let fine = allowed(&scenario("", &format!("{DEMAND}[blips]\nwait = \"3 s\"\n")));
    assert!(fine.warnings.items().iter().any(|item| item.message.contains("`wait`")), "{:#?}", fine.warnings.items());
}
