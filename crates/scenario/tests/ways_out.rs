//! What a mistake's help says to do leads out of it: nobody is sent in a circle, or to what is there already.
#![allow(clippy::unwrap_used)]

use zonefall_scenario::{Severity, parse};

/// Code, words and help of every mistake.
fn told(text: &str) -> Vec<(&'static str, String, String)> {
    let Err(wrong) = parse(text, "x.toml") else { return Vec::new() };
    let errors = wrong.items().iter().filter(|of| of.severity == Severity::Error);
    errors.map(|of| (of.code, of.message.clone(), of.help.join(" / "))).collect()
}

/// Machines in one pool, with more beside them.
fn shop(slo: &str, more: &str) -> String {
    format!(
        "start = \"2026-01-05\"\nhorizon = \"360 days\"\n[slo]\n{slo}\n[region.east]\n[demand]\nrate = \"500 req/s\"\n\
         [service]\npatience = \"20 s\"\n[scale_set.web]\nzones = [1, 2, 3]\ncapacity = 9\n{more}"
    )
}

const DB: &str = "[component.db]\navailability = \"99.99%\"\n";
const JOBS: &str = "[jobs]\ncount = 1000\nat = \"22:00\"\ndeadline = \"05:00\"\n";

#[test]
fn who_waits_beside_jobs_learns_what_makes_a_service_of_parts() {
    let help = |more: &str| {
        let all = told(&shop("min_served = \"99%\"", &format!("{JOBS}{more}")));
        assert_eq!((all.len(), all[0].0), (1, "E013"), "{all:?}");
        all[0].2.clone()
    };
    let one = help(DB);
    assert_eq!(
        one,
        "keep `patience` or `[jobs]`, or else take `[component.db]` out, which makes a service of parts: let `service.depends_on` \
         name a mode of scope `global` in its place"
    );
    let two = help(&format!("{DB}{}", DB.replace("db", "cache")));
    assert!(two.contains("take `[component.db]` and 1 more out, which make a service of parts"), "{two}");
    let part = "[scale_set.back]\nzones = [1]\ncapacity = 9\n[part.behind]\nsets = [\"back\"]\nmin_served = \"99%\"\n";
    let alone = help(part);
    assert!(alone.ends_with("or else take `[part.behind]` out, which makes a service of parts"), "{alone}");
    let both = help(&format!("{part}{DB}"));
    assert!(
        both.ends_with("put all machines into one pool: `[part.behind]` and 1 more make a service of parts"),
        "{both}"
    );
    // What is said to do is right.
    let mode = "[faults.mode.db-down]\nscope = \"global\"\nrate = \"1 per year\"\noutage = \"1 h\"\n";
    let instead = shop("min_served = \"99%\"", &format!("{JOBS}{mode}"));
    let queue = "patience = \"20 s\"\nqueue = \"shared\"\nparallelism = 8\ndepends_on = [\"db-down\"]";
    assert_eq!(told(&instead.replace("patience = \"20 s\"", queue)), []);
}

#[test]
fn who_waits_before_parts_is_told_all_that_times_are_asked_by() {
    let of = |slo: &str, service: &str| {
        told(
            &shop(&format!("min_served = \"99%\"\n{slo}"), DB)
                .replace("[service]\n", &format!("[service]\n{service}\n")),
        )
    };
    let first = |slo: &str, service: &str| of(slo, service).into_iter().find(|of| of.0 == "E013").unwrap().2;
    assert_eq!(first("", "parallelism = 8\nqueue = \"shared\""), "take `parallelism` and `queue` out, or `patience`");
    assert_eq!(first("", "parallelism = 8"), "take `parallelism` out, or `patience`");
    let all = first("p95_latency = \"200 ms\"", "parallelism = 8\nqueue = \"shared\"");
    assert_eq!(
        all,
        "take `parallelism` and `queue` and `p95_latency` out, or `patience`; beside `patience` ask for `min_served`: who has waited in vain is not served"
    );
    // Who leaves one of them is not sent back.
    let queue = of("", "queue = \"shared\"");
    assert_eq!(queue.len(), 1);
    assert_eq!(
        (queue[0].0, &*queue[0].2),
        ("E083", "take `queue` out: by `patience` requests wait in one line before the parts")
    );
    let limit = of("p95_latency = \"200 ms\"", "");
    assert!(limit.iter().all(|of| of.2.contains("take `p95_latency` out, or `patience`")), "{limit:?}");
    assert_eq!(of("", ""), []);
}

#[test]
fn a_set_where_a_part_belongs_is_told_with_the_part_to_write() {
    let of = |more: &str| told(&shop("target = \"99.9%\"", &format!("{DB}{more}")));
    let service = "[part.service]\nall = [\"web\", \"db\"]\n";
    let found = of(service);
    let help = "`web` is a scale set: write `[part.web]` with `sets = [\"web\"]` and what it needs (`min_serving` or `min_served`)";
    assert!(found.iter().any(|of| of.0 == "E086" && of.2 == help), "{found:?}");
    assert_eq!(of(&format!("{service}[part.web]\nsets = [\"web\"]\nmin_served = \"99%\"\n")), []);
    // It is in another part already.
    let found = of(&format!("{service}[part.front]\nsets = [\"web\"]\nmin_served = \"99%\"\n"));
    assert!(found.iter().any(|of| of.2 == "`web` is a scale set, and in part `front`: name that"), "{found:?}");
    let vms = shop("target = \"99.9%\"", &format!("{DB}{service}")).replace("scale_set", "availability_set");
    let found = told(&vms.replace("zones = [1, 2, 3]\n", ""));
    assert!(found.iter().any(|of| of.2.starts_with("`web` is an availability set: write `[part.web]`")), "{found:?}");
    // What is no set keeps its nearest name.
    assert!(
        of("[part.service]\nall = [\"machine\", \"db\"]\n")
            .iter()
            .any(|of| of.2.contains("known here: db") || of.2.contains("did you mean"))
    );
}
