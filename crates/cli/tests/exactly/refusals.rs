//! What has no exact answer, and the words that say so.

use super::{THREE_ZONES, answers, mode, text};

/// The words that stand in the way of a scenario's first design.
fn obstacles(text: &str) -> String {
    match &answers(text)[0] {
        Ok(exact) => panic!("an exact answer: {exact:?}\n{text}"),
        Err(words) => words.0.join("\n"),
    }
}

#[test]
fn modes_are_refused_by_what_is_in_the_way() {
    let exponential = "{ law = \"exponential\", mean = \"90 h\" }";
    let of = |scope: &str, ttf: &str, outage: &str, more: &str| {
        format!("[faults.mode.odd]\nscope = \"{scope}\"\ntime_to_failure = {ttf}\noutage = {outage}\n{more}")
    };
    let weibull = "{ law = \"weibull\", mean = \"90 h\", shape = 2.0 }";
    let cases = [
        (
            of("zone", exponential, "\"5 h\"", "staged = { main = 0.8, tail = 3 }"),
            "repair with staged recovery is not Markov",
        ),
        (of("zone", exponential, "\"5 h\"", "share = { whole = 0.5, low = 0.1, high = 0.6 }"), "a part of a zone"),
        (of("instance", weibull, "\"5 h\"", "start = \"new\""), "a Weibull time to failure that starts new"),
        (of("instance", exponential, "\"5 h\"", "start = \"new\""), "a constant outage of a mode that starts new"),
        (of("instance", exponential, "\"5 h\"", "start = \"new\"\ncrews = 1"), "a constant repair with crews"),
        (of("rack", exponential, "\"5 h\"", "kind = \"shock\""), "after a shock is not Markov"),
        (of("hall", exponential, exponential, "kind = \"shock\""), "a shock to halls"),
        (of("zone", exponential, exponential, "kind = \"shock\"\ncommon_cause = 0.1"), "takes a second zone"),
        (of("instance", exponential, "\"5 h\"", "recovery = \"boot\""), "boot or warm up"),
        (of("instance", exponential, "\"5 h\"", "restart = \"1 min\""), "restart after it one by one"),
        (of("instance", exponential, "\"5 h\"", "clock = \"operating\""), "its clock stops"),
    ];
    let other = mode("plain", "rack", 100.0, 5.0, "");
    for (odd, words) in cases {
        let said = obstacles(&text(THREE_ZONES, "zones = [1, 2]\ncapacity = 4", 3, &[&other, &odd]));
        assert!(said.contains(words) && said.contains("`odd`") && !said.contains("`plain`"), "{odd}\n{said}");
    }
}

#[test]
fn what_the_design_asks_is_refused_too_and_everything_is_said_at_once() {
    let vm = mode("vm", "instance", 90.0, 10.0, "recovery = \"boot\"\nrestart = \"1 min\"");
    let text = text(THREE_ZONES, "zones = [1, 2, 3]\ncapacity = 6", 4, &[&vm]) + "[load_balancer]\n";
    let said = obstacles(&text);
    for words in ["a load balancer", "boot or warm up", "restart after it"] {
        assert!(said.contains(words), "{said}");
    }
    let plain = mode("vm", "instance", 90.0, 10.0, "");
    for (set, words) in [
        ("zones = []\ncapacity = 6\ndisk_elsewhere = 0.2", "disks may stand in another zone"),
        ("zones = []\ncapacity = 90\ndisk_elsewhere = 0", "ways to stand"),
        ("zones = [1]\ncapacity = 600", ""),
    ] {
        let found = &answers(&super::text(THREE_ZONES, set, 4, &[&plain]))[0];
        match found {
            Ok(_) => assert!(words.is_empty(), "{set}"),
            Err(said) => assert!(!words.is_empty() && said.0.join("\n").contains(words), "{set}: {said:?}"),
        }
    }
}

#[test]
fn a_chain_that_is_too_large_says_how_large() {
    let crews = mode("vm", "instance", 90.0, 10.0, "start = \"new\"\ncrews = 3");
    let said = obstacles(&text(THREE_ZONES, "zones = [1, 2, 3]\ncapacity = 99", 4, &[&crews]));
    assert!(said.contains("a chain of 100 states is too large"), "{said}");
    let hosts = mode("host", "host", 90.0, 10.0, "start = \"new\"\ncrews = 1");
    let few = "zones = 1\nhalls_per_zone = 1\nracks_per_zone = 1\nhosts_per_rack = 2";
    assert!(obstacles(&text(few, "capacity = 4", 2, &[&hosts])).contains("hosts with several machines"));
}

/// Jobs take what machines have left: who counts machines knows nothing of them, unless a set grows with what waits.
#[test]
fn jobs_stand_in_no_ones_way_but_where_machines_come_and_go_with_them() {
    let vm = mode("vm", "instance", 90.0, 10.0, "");
    let dated = "start = \"2026-01-01\"\n[slo]";
    let alone = text(THREE_ZONES, "zones = [1, 2, 3]\ncapacity = 6", 4, &[&vm]).replace("[slo]", dated);
    let jobs = "[jobs]\ncount = 1000\nat = \"22:00\"\ndeadline = \"05:00\"\n";
    let serves =
        |capacity: &str| alone.replace("capacity = 6", &format!("{capacity}\ncapacity_per_instance = \"1 req/s\""));
    let beside = serves("capacity = 6") + jobs;
    assert_eq!(answers(&alone)[0], answers(&beside)[0]);
    assert!(answers(&alone)[0].is_ok());
    let scales = "[scale_set.web.autoscale]\nminimum = 3\nmaximum = 9\n[[scale_set.web.autoscale.rule]]\nmetric = \"queue\"\n\
                  window = \"5 min\"\noperator = \">\"\nthreshold = 10\nincrease = 1\n";
    let said = obstacles(&(beside + scales));
    assert!(said.contains("a managed set") && said.contains("what is late"), "{said}");
    let late = serves("capacity = 6").replace("min_serving = 4", "jobs_by_deadline = \"100%\"") + jobs;
    assert_eq!(obstacles(&late), "`[jobs]`: what is late depends on what happened before");
}

#[test]
fn workers_beside_those_that_serve_change_no_exact_answer_and_are_refused_where_they_would() {
    let modes = |crews: &str| {
        let exponential = "{ law = \"exponential\", mean = \"5 h\" }";
        let vm = format!(
            "[faults.mode.vm]\nscope = \"instance\"\ntime_to_failure = {}\noutage = {exponential}\n{crews}",
            exponential.replace('5', "90")
        );
        [vm, mode("rack", "rack", 100.0, 5.0, ""), mode("host", "host", 90.0, 4.0, "")]
    };
    let plain = modes("");
    let web = text(THREE_ZONES, "zones = [1, 2]\ncapacity = 4", 3, &[&plain[0], &plain[1], &plain[2]]);
    let jobs = "[jobs]\ncount = 9000\nat = \"01:00\"\ndeadline = \"05:00\"\n";
    let tier = |of: &str, name: &str, more: &str| {
        let workers = format!("[scale_set.{name}]\nzones = [2, 3]\ncapacity = 5\n{jobs}sets = [\"{name}\"]\n{more}");
        format!("start = \"2026-01-01\"\n{of}{workers}")
    };
    let exact = |text: &str| answers(text)[0].clone().unwrap();
    assert_eq!(exact(&tier(&web, "workers", "")), exact(&web));
    let part = |of: &str| {
        of.replace("min_serving = 3", "holds = \"front\"") + "[part.front]\nsets = [\"web\"]\nmin_serving = 3\n"
    };
    let (one, two) = (exact(&part(&web)), exact(&part(&tier(&web, "workers", ""))));
    assert!((one.unavailability - two.unavailability).abs() < 1e-12 && one.unavailability > 0.0, "{one:?} {two:?}");
    // Crews are shared, and late jobs are what happened before.
    let crews = modes("start = \"new\"\ncrews = 1");
    let web = text(THREE_ZONES, "zones = [1]\ncapacity = 4", 3, &[&crews[0]]);
    assert!(exact(&web).unavailability > 0.0);
    assert!(obstacles(&tier(&web, "workers", "")).contains("`jobs.sets`: these machines wait for the same crews"));
    let late = tier(&web, "workers", "").replace("min_serving = 3", "jobs_by_deadline = \"100%\"");
    assert!(obstacles(&late).contains("what is late depends on what happened before"));
}
