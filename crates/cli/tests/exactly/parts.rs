//! Services of parts: components in series, as alternatives, as k of n; tiers that share their zones.

use super::{answer, answers, mode, same};

/// A component that is out for a share of the time.
fn component(name: &str, availability: &str, more: &str) -> String {
    format!("[component.{name}]\navailability = \"{availability}\"\n{more}\n")
}

/// A scenario whose sets never fail, but for what modes say.
fn service(rest: &str, modes: &[String]) -> String {
    format!(
        "name = \"t\"\nhorizon = \"100 h\"\ntrials = 10\n[slo]\n{rest}\n[region.here]\nzones = 3\nhalls_per_zone = 1\n\
         racks_per_zone = 4\nhosts_per_rack = 4\n[scale_set.web]\nzones = [1, 2, 3]\ncapacity = 3\n\
         [faults]\nprofile = \"none\"\n{}\n",
        modes.join("\n")
    )
}

#[test]
fn components_in_series_as_alternatives_and_as_k_of_n() {
    let all = ["a", "b", "c"].map(|name| component(name, "90%", "")).join("");
    let of = |part: &str| {
        answer(&service(&format!("holds = \"all\"\n{all}[part.w]\nsets = [\"web\"]\nmin_serving = 3\n{part}"), &[]))
    };
    let series = of("[part.all]\nall = [\"a\", \"b\", \"c\", \"w\"]");
    same(series, 1.0 - 0.9_f64.powi(3), 1e-12);
    let any = of("[part.x]\nany = [\"a\", \"b\", \"c\"]\n[part.all]\nall = [\"x\", \"w\"]");
    same(any, 1e-3, 1e-12);
    let two = of("[part.x]\nof = [\"a\", \"b\", \"c\"]\nleast = 2\n[part.all]\nall = [\"x\", \"w\"]");
    same(two, 3.0 * 0.01 * 0.9 + 0.001, 1e-12);
    // Regions: series within alternatives within a series.
    let nested = of("[part.x]\nall = [\"a\", \"b\"]\n[part.y]\nany = [\"x\", \"c\"]\n[part.all]\nall = [\"y\", \"w\"]");
    same(nested, (1.0 - 0.81) * 0.1, 1e-12);
}

#[test]
fn a_component_that_starts_new_and_one_that_never_fails() {
    let new = "start = \"new\"\noutage = { law = \"exponential\", mean = \"10 h\" }";
    let text = service(&format!("min_serving = 3\n{}{}", component("a", "90%", new), component("b", "100%", "")), &[]);
    // Up Exp(90 h), out Exp(10 h), over the first 100 h: 0.1 (1 - (1 - e^(-r T)) / (r T)).
    let rate_times = (1.0 / 90.0 + 0.1) * 100.0;
    same(answer(&text), 0.1 * (1.0 - (1.0 - f64::exp(-rate_times)) / rate_times), 1e-9);
}

/// The probability that a service is missed, by every state of its causes: each is out with its probability and takes
/// leaves' machines (by number) or components.
fn count(causes: &[(f64, Vec<usize>)], holds: impl Fn(&dyn Fn(usize) -> bool) -> bool) -> f64 {
    let mut missed = 0.0;
    for state in 0..1_u32 << causes.len() {
        let out = |cause: usize| state >> cause & 1 == 1;
        let chance: f64 = causes.iter().enumerate().map(|(at, (p, _))| if out(at) { *p } else { 1.0 - p }).product();
        let up = |unit: usize| !causes.iter().enumerate().any(|(at, (_, takes))| out(at) && takes.contains(&unit));
        if !holds(&up) {
            missed += chance;
        }
    }
    missed
}

#[test]
fn tiers_that_share_zones_with_each_other_and_with_a_zonal_database() {
    let modes = [
        mode("vm", "instance", 90.0, 10.0, ""),
        mode("zone", "zone", 100.0, 10.0, "common_cause = 0.4"),
        mode("region", "region", 300.0, 3.0, ""),
    ];
    let parts = "holds = \"all\"\n[scale_set.api]\nzones = [1, 2]\ncapacity = 2\n\
                 [component.db]\navailability = \"80%\"\nzone = 1\n\
                 [component.lb]\navailability = \"95%\"\nzones_needed = 2\n\
                 [part.front]\nsets = [\"web\"]\nmin_serving = 2\n[part.back]\nsets = [\"api\"]\nmin_serving = 1\n\
                 [part.all]\nall = [\"front\", \"back\", \"db\", \"lb\"]";
    let found = answer(&service(parts, &modes));
    // Machines 0 to 2 of web in zones 1 to 3, 3 and 4 of api in zones 1 and 2, the database 5, the frontend 6 with its
    // three feet 7 to 9.
    let out = |times: f64| 10.0 / (100.0 / times + 10.0);
    let zones = [vec![0, 3, 5, 7], vec![1, 4, 8], vec![2, 9]];
    let mut causes: Vec<(f64, Vec<usize>)> = (0..5).map(|machine| (0.1, vec![machine])).collect();
    causes.extend([(0.2, vec![5]), (0.05, vec![6])]);
    causes.extend(zones.iter().map(|zone| (out(0.6), zone.clone())));
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        causes.push((out(0.4), [zones[one].clone(), zones[other].clone()].concat()));
    }
    causes.push((3.0 / 303.0, (0..10).collect()));
    let expected = count(&causes, |up| {
        let number = |units: &[usize]| units.iter().filter(|&&unit| up(unit)).count();
        number(&[0, 1, 2]) >= 2 && number(&[3, 4]) >= 1 && up(5) && up(6) && number(&[7, 8, 9]) >= 2
    });
    same(found, expected, 1e-12);
}

#[test]
fn machines_of_a_dark_zone_wait_for_crews_all_the_same() {
    let shared = [
        mode("vm", "instance", 5.0, 2.0, "start = \"new\"\ncrews = 1"),
        mode("host", "host", 40.0, 2.0, "start = \"new\"\ncrews = 1"),
        mode("zone", "zone", 30.0, 10.0, ""),
    ];
    for (modes, least) in [(&shared[..], 1), (&shared[..], 2), (&shared[1..], 1), (&shared[1..], 3)] {
        let pool = answer(&service(&format!("min_serving = {least}"), modes));
        let part = "holds = \"all\"\n[part.w]\nsets = [\"web\"]\nmin_serving = ";
        let parts = answer(&service(&format!("{part}{least}\n[part.all]\nall = [\"w\"]"), modes));
        same(parts, pool, 1e-12);
    }
}

#[test]
fn what_only_slows_machines_takes_no_component() {
    let parts = format!(
        "holds = \"all\"\n{}[part.w]\nsets = [\"web\"]\nmin_serving = 3\n[part.all]\nall = [\"a\", \"w\"]",
        component("a", "90%", "zone = 1")
    );
    let slow = ["zone", "region"].map(|scope| mode(scope, scope, 90.0, 10.0, "effect = { degraded = 0.5 }"));
    same(answer(&service(&parts, &slow)), 0.1, 1e-12);
}

#[test]
fn what_parts_share_beyond_zones_is_refused_in_words() {
    let parts = "holds = \"all\"\n[scale_set.api]\nzones = [1]\ncapacity = 12\n[component.db]\navailability = \"80%\"\nzone = 1\n\
                 [part.front]\nsets = [\"web\"]\nmin_serving = 2\n[part.back]\nsets = [\"api\"]\nmin_serving = 1\n\
                 [part.all]\nall = [\"front\", \"back\", \"db\"]";
    let cases = [
        (mode("rack", "rack", 90.0, 10.0, ""), "parts that share racks"),
        (mode("hall", "hall", 90.0, 10.0, ""), "the halls in which components stand"),
        (mode("jolt", "zone", 90.0, 10.0, "kind = \"shock\""), "a shock, from which components recover by themselves"),
        (mode("vm", "instance", 90.0, 10.0, "start = \"new\"\ncrews = 1"), "parts that share crews"),
    ];
    for (mode, words) in cases {
        let said = answers(&service(parts, &[mode]))[0].clone().expect_err(words).0.join("\n");
        assert!(said.contains(words), "{said}");
    }
    let demand = parts.replacen("min_serving = 2", "min_served = \"90%\"", 1) + "\n[demand]\nrate = \"100 req/s\"";
    let said = answers(&service(&demand, &[]))[0].clone().unwrap_err().0.join("\n");
    assert!(said.contains("`min_served` of a part"), "{said}");
}
