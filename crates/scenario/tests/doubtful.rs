//! What runs, and may not do what its writer means: names that are nearly known, and what stands by for bad days and is too small.
#![allow(clippy::unwrap_used)]

use zonefall_scenario::{Severity, parse};

/// Code, line, column, words and help of everything that is told.
fn told(text: &str) -> Vec<(&'static str, usize, usize, String)> {
    let fine = parse(text, "x.toml").unwrap_or_else(|wrong| panic!("{wrong}"));
    let words = |help: &[String]| if help.is_empty() { String::new() } else { format!(" / {}", help.join(" / ")) };
    fine.warnings
        .items()
        .iter()
        .map(|of| (of.code, of.line, of.column, format!("{}{}", of.message, words(&of.help))))
        .collect()
}

fn only(code: &str, text: &str) -> Vec<String> {
    told(text).into_iter().filter(|of| of.0 == code).map(|of| of.3).collect()
}

const BASE: &str = "horizon = \"360 days\"\nslo.min_serving = 6\n[region.eastus]\n[scale_set.web]\nzones = [1, 2, 3]\n\
    capacity = 9\n[[design]]\nname = \"a\"\n";

#[test]
fn a_design_that_misspells_a_set_is_warned_where_it_stands() {
    let text = format!("{BASE}[design.scale_set.wbe]\ncapacity = 12\n");
    let found = told(&text);
    let words = "`scale_set.wbe` makes a new set: the base has none of this name / did you mean `web`?";
    assert!(found.contains(&("W021", 9, 19, words.into())), "{found:?}");
    let warned = parse(&text, "x.toml").unwrap();
    assert!(warned.warnings.items().iter().any(|of| of.code == "W021" && of.severity == Severity::Warning));
}

#[test]
fn a_design_that_adds_a_set_on_purpose_is_not_warned() {
    let warned = |design: &str| !only("W021", &format!("{BASE}{design}\n")).is_empty();
    assert!(warned("[design.scale_set.webs]\ncapacity = 12"));
    for fine in [
        // The base's own, another name, and names that differ by a number or a letter behind a hyphen.
        "[design.scale_set.web]\ncapacity = 12",
        "[design.scale_set.batch]\ncapacity = 12",
        "[design.scale_set.web2]\ncapacity = 12",
        "[design.scale_set.web-b]\ncapacity = 12",
        // Who takes the base's own out knows its name.
        "[design.scale_set]\nweb = false\n[design.scale_set.wbe]\ncapacity = 12",
    ] {
        assert!(!warned(fine), "{fine}");
    }
    let regions = BASE.replace("scale_set.web", "scale_set.east");
    assert!(only("W021", &format!("{regions}[design.scale_set.west]\ncapacity = 9\n")).is_empty());
}

/// Two parts that stand in for each other, the second in a region.
fn site(pattern: &str, west: &str, capacity: u32) -> String {
    format!(
        "horizon = \"360 days\"\nslo.min_served = \"50%\"\ndemand.rate = \"600 req/s\"\n[region.eastus]\n[region.westus]\n\
         [scale_set.web]\nregion = \"eastus\"\nzones = [1]\ncapacity = 9\n\
         [scale_set.behind]\nregion = \"{west}\"\nzones = [2]\ncapacity = {capacity}\n\
         [failover.site]\nparts = [\"east\", \"west\"]\nrouter = \"front-door\"\n{pattern}\n\
         [part.east]\nsets = [\"web\"]\nmin_served = \"50%\"\n[part.west]\nsets = [\"behind\"]\nmin_served = \"50%\"\n"
    )
    .replace("slo.min_served = \"50%\"\n", "slo.holds = \"site\"\n")
}

#[test]
fn zn_06_parts_that_share_a_region_are_hinted() {
    let hot = "pattern = \"hot\"";
    let found = only("W022", &site(hot, "eastus", 9));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("all parts of `site` are in region `eastus`: none stands in when that is lost"));
    assert!(only("W022", &site(hot, "westus", 9)).is_empty());
}

#[test]
fn dr_07_a_standby_that_carries_less_than_the_peak_is_hinted() {
    let warm =
        |running: &str, capacity| only("W025", &site(&format!("pattern = \"warm\"\n{running}"), "westus", capacity));
    // Nine machines of 100 req/s; three of them run first.
    let found = warm("running = \"30%\"", 9);
    assert!(
        found[0].starts_with("until standby `west` has grown it carries 300 req/s, and at the peak 600 arrive"),
        "{found:?}"
    );
    assert!(warm("running = \"60%\"", 9).is_empty());
    let found = warm("running = \"60%\"", 5);
    assert_eq!(found, ["all machines of standby `west` carry 500 req/s, and at the peak 600 arrive"]);
    // Where nothing has to grow only all of it counts.
    assert!(only("W025", &site("pattern = \"hot\"", "westus", 6)).is_empty());
    assert_eq!(only("W025", &site("pattern = \"hot\"", "westus", 5)).len(), 1);
}

#[test]
fn ag_03_a_gateway_that_is_too_small_for_the_peak_is_hinted_whatever_the_objective_asks_for() {
    let of = |objective: &str, maximum: u32| {
        let text = format!(
            "horizon = \"360 days\"\nslo.{objective}\ndemand.rate = \"700 req/s\"\n[region.eastus]\n[scale_set.web]\n\
             zones = [1, 2, 3]\ncapacity = 9\n[load_balancer]\nkind = \"application-gateway\"\n\
             [load_balancer.autoscale]\nmaximum = {maximum}\n"
        );
        (only("W023", &text), only("W016", &text).len() + only("W009", &text).len())
    };
    let (found, others) = of("min_serving = 6", 1);
    assert_eq!((found.len(), others), (1, 0), "{found:?}");
    assert!(found[0].starts_with("at its maximum of 1 the gateway lets 500 req/s through, and at the peak 700 arrive"));
    assert!(found[0].ends_with("`maximum = 2` lets all of it through"), "{found:?}");
    assert_eq!(of("min_serving = 6", 2), (vec![], 0));
    assert_eq!(of("min_served = \"50%\"", 1).0.len(), 1);
    // The objective alone is told where it asks for more.
    assert_eq!(of("min_served = \"99%\"", 1), (vec![], 1));
}

#[test]
fn a_runbook_that_shrinks_its_set_is_hinted() {
    let of = |capacity: u32| {
        let runbook =
            format!("[[runbook]]\nset = \"web\"\nwhen = {{ capacity_lost = \"30%\" }}\ncapacity = {capacity}\n");
        told(&BASE.replace("[[design]]\nname = \"a\"\n", &runbook))
    };
    let found: Vec<_> = of(4).into_iter().filter(|of| of.0 == "W024").collect();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].1, found[0].2), (10, 12));
    assert!(found[0].3.starts_with("this runbook shrinks `web`: to 4 machines, and it begins with 9"), "{found:?}");
    assert!(of(9).iter().chain(&of(12)).all(|of| of.0 != "W024"));
}

#[test]
fn what_is_nothing_like_a_key_is_offered_no_key_of_another_table() {
    let help = |key: &str| {
        let wrong =
            parse(&BASE.replace("slo.min_serving = 6", &format!("slo.min_serving = 6\nslo.{key} = 3")), "x.toml");
        let wrong = wrong.expect_err("a key that is none");
        wrong.items().iter().find(|of| of.code == "E010").unwrap().help.join(" ")
    };
    for far in ["foo", "bar", "fob"] {
        assert!(help(far).starts_with("known here: "), "{far}: {}", help(far));
    }
    assert_eq!(help("min_servin"), "did you mean `min_serving`?");
    assert!(help("capacty").starts_with("did you mean `"), "{}", help("capacty"));
}
