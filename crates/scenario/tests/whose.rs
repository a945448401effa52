//! Mistakes that a design makes of what the base says: named after it, at its lines. And right keys under other words.
#![allow(clippy::unwrap_used)]

use zonefall_scenario::{Severity, WhatIf, parse, parse_with};

const NIGHTLY: &str = "start = \"2026-03-02\"\nhorizon = \"2 days\"\n[slo]\njobs_by_deadline = \"100%\"\n\
    [jobs]\ncount = 36_000\nat = \"00:10\"\ndeadline = \"04:30\"\n[demand]\nrate = \"1 req/s\"\n[region.east]\n\
    [scale_set.web]\nzones = [1, 2]\ncapacity = 6\ncapacity_per_instance = \"1 req/s\"\n";

/// The errors: line, words and help.
fn errors(text: &str) -> Vec<(usize, String, Vec<String>)> {
    let wrong = parse(text, "x.toml").unwrap_err();
    let errors = wrong.items().iter().filter(|of| of.severity == Severity::Error);
    errors.map(|of| (of.line, of.message.clone(), of.help.clone())).collect()
}

/// The line on which words stand, from 1.
fn line(text: &str, words: &str) -> usize {
    text.lines().position(|line| line.contains(words)).unwrap() + 1
}

#[test]
fn a_design_that_takes_away_what_the_objective_needs_is_named_at_its_line() {
    let with = "[[design]]\nname = \"with\"\n";
    for (without, at) in
        [("jobs = false", "jobs = false"), ("drop = [\"jobs\"]", "drop"), ("drop = ['demand', 'jobs']", "drop")]
    {
        // Alone, beside one that does not, and before it.
        for (before, after) in [("", ""), (with, ""), ("", with)] {
            let text = format!("{NIGHTLY}{before}[[design]]\nname = \"idle\"\n{without}\n{after}");
            let found = errors(&text);
            let words = "design `idle`: `jobs_by_deadline` is a share of jobs, and there are none";
            assert_eq!((found.len(), found[0].0, &found[0].1[..]), (1, line(&text, at), words), "{found:?}");
            let help = "let it keep `jobs`, or say what it needs instead, such as `slo.min_serving` of its 6 machines";
            assert_eq!(found[0].2, [help]);
            // The line that asks for it is shown, too.
            let shown = parse(&text, "x.toml").unwrap_err().render(false);
            assert!(shown.contains("jobs_by_deadline = \"100%\"") && shown.contains("what it is about"), "{shown}");
        }
    }
    // Two of them are named, and a demand is no other case.
    let served = NIGHTLY.replace("jobs_by_deadline = \"100%\"", "min_served = \"99%\"");
    let text =
        format!("{served}{with}[[design]]\nname = \"a\"\ndemand = false\n[[design]]\nname = \"b\"\ndemand = false\n");
    let found = errors(&text);
    let words = "designs `a`, `b`: `min_served` is a share of a demand, and there is none";
    assert_eq!((found[0].0, &found[0].1[..]), (line(&text, "demand = false"), words), "{found:?}");
    let text = format!("{served}[[design]]\nname = \"a\"\ndrop = [\"slo.min_served\"]\n");
    let found = errors(&text);
    assert_eq!(
        (found[0].0, found[0].1.starts_with("design `a`: the scenario does not say")),
        (line(&text, "drop"), true)
    );
}

/// What is missing is known by its key, not by words that happen to stand in a message or to be a name.
#[test]
fn what_is_missing_is_looked_for_by_its_key() {
    let served = NIGHTLY.replace("jobs_by_deadline = \"100%\"", "min_served = \"99%\"");
    let base =
        format!("{served}[component.demand]\navailability = \"99%\"\n[component.share]\navailability = \"99%\"\n");
    let off = "component.demand = false\ncomponent.share = false\ndemand = false\n";
    let text = format!("{base}[[design]]\nname = \"a\"\n{off}");
    let found = errors(&text);
    assert_eq!((found.len(), found[0].0), (1, text.lines().count()), "{found:?}");
    assert!(found[0].2[0].starts_with("let it keep `demand`, or say what"), "{found:?}");
    // Another need than the objective's, a key that is needed, a set that a list names, and no line that takes anything away.
    let told = |base: &str, design: &str| {
        let text = format!("{NIGHTLY}{base}[[design]]\nname = \"a\"\n{design}");
        let found = errors(&text);
        assert_eq!(found.len(), 1, "{found:?}");
        (text.lines().nth(found[0].0 - 1).unwrap().to_owned(), found[0].2[0].clone())
    };
    let keep = |path: &str| format!("let it keep `{path}`, or do without what asks for it");
    assert_eq!(told("[retry]\ntries = 2\n", "demand = false"), ("demand = false".into(), keep("demand")));
    assert_eq!(told("", "drop = [\"demand.rate\"]"), ("drop = [\"demand.rate\"]".into(), keep("demand.rate")));
    let own = "scale_set.web = false\nscale_set.own = { capacity = 3, capacity_per_instance = \"1 req/s\" }";
    let change = "[[change]]\nset = \"web\"\nat = \"1 h\"\ncapacity = 7\n";
    assert_eq!(told(change, own), ("scale_set.web = false".into(), keep("scale_set.web")));
    let (at, help) = told("", "slo.min_served = \"9%\"\ndrop = [\"demand\"]");
    assert_eq!((&at[..], help.starts_with("add")), ("slo.min_served = \"9%\"", true));
    // Of one machine, and of nobody knows how many.
    let help = |sets: &str| {
        let text = NIGHTLY.split("[scale_set.web]").next().unwrap().to_owned() + sets;
        errors(&format!("{text}[[design]]\nname = \"a\"\njobs = false\n")).pop().unwrap().2[0].clone()
    };
    assert!(help("[virtual_machine.one]\nzone = 1\n").ends_with("such as `slo.min_serving = 1`"));
    assert!(help("[scale_set.web]\ncapacity = \"six\"\n").ends_with("instead, such as `slo.min_serving`"));
}

#[test]
fn what_is_wrong_in_the_base_or_in_a_line_of_a_design_stays_where_it_is() {
    let designs = "[[design]]\nname = \"a\"\n[[design]]\nname = \"b\"\nscale_set.web.capacity = 0\n";
    let text = NIGHTLY.replace("[jobs]\ncount = 36_000\nat = \"00:10\"\ndeadline = \"04:30\"\n", "") + designs;
    let found = errors(&text);
    assert!(found.iter().all(|of| !of.1.starts_with("design")), "{found:?}");
    let lines: Vec<usize> = found.iter().map(|of| of.0).collect();
    for words in ["jobs_by_deadline", "capacity = 0"] {
        assert!(lines.contains(&line(&text, words)), "{words}: {found:?}");
    }
}

/// Places on the command line and in the file are not taken for each other.
#[test]
fn a_change_that_takes_it_away_is_told_at_the_change() {
    let text = format!("{NIGHTLY}[[design]]\nname = \"a\"\n[[design]]\nname = \"b\"\n");
    let what_if = WhatIf::new(&["design.b.jobs=false"]);
    let shown = parse_with(&text, "x.toml", &what_if).unwrap_err().render(false);
    assert!(
        shown.contains("design `b`: `jobs_by_deadline` is a share of jobs") && shown.contains("--what-if:1:"),
        "{shown}"
    );
    assert!(!shown.contains("what it is about"), "{shown}");
}

fn two(blips: &str, failover: &str) -> String {
    format!(
        "horizon = \"30 days\"\n[slo]\nholds = \"service\"\n[region.east]\n[region.west]\n[demand]\nrate = \"3 req/s\"\n{blips}\n\
         [scale_set.e]\nregion = \"east\"\ncapacity = 6\n[scale_set.w]\nregion = \"west\"\ncapacity = 6\n[part]\n\
         east = {{ sets = [\"e\"], min_served = \"99%\" }}\nwest = {{ sets = [\"w\"], min_served = \"99%\" }}\n\
         [failover.service]\nparts = [\"east\", \"west\"]\npattern = \"hot\"\nrouter = \"traffic-manager\"\n{failover}\n"
    )
}

#[test]
fn keys_of_people_say_what_they_need_and_other_words_find_their_key() {
    let found = errors(&two("", "success = \"90%\""));
    assert!(
        found[0].1.contains("does not go with a router that decides by itself: it is about orders that people give"),
        "{found:?}"
    );
    assert!(found[0].2[0].contains("`trigger = \"operator\"`"), "{found:?}");
    let found = errors(&two("[blips]\nrate = \"1 per day\"", ""));
    assert_eq!(found[0].2, ["did you mean `every`?"]);
}

#[test]
fn what_can_never_happen_is_told() {
    let warned = |text: &str| {
        let fine = parse(text, "x.toml").unwrap_or_else(|wrong| panic!("{wrong}"));
        let told = fine.warnings.items().iter().filter(|of| of.code == "W015").map(|of| of.message.clone());
        told.collect::<Vec<_>>()
    };
    let orders = |success: &str| warned(&two("", &format!("trigger = \"operator\"\nsuccess = {success}")));
    assert_eq!(orders("\"0%\""), ["no order ever works: clients are sent nowhere, and the group has no effect"]);
    assert!(orders("\"1%\"").is_empty());
    let breaks = |fails: &str| warned(&two(&format!("[blips]\nfails = {fails}"), ""));
    assert_eq!(breaks("0"), ["`blips` has no effect: with `fails = 0` no attempt fails in a break"]);
    assert!(breaks("\"1%\"").is_empty());
}

#[test]
fn a_change_of_what_only_a_design_has_says_how_it_is_written() {
    let told = |text: &str, change: &str| {
        let what_if = WhatIf::new(&[change]);
        parse_with(text, "x.toml", &what_if).unwrap_err().render(false)
    };
    let base =
        two("", "").replace("[failover.service]", "[[design]]\nname = \"two regions\"\n[design.failover.service]");
    let base = base.replace("holds = \"service\"", "holds = \"east\"");
    let shown = told(&base, "failover.service.success=90%");
    assert!(shown.contains("the base has no `failover.service` to change"), "{shown}");
    assert!(
        shown.contains("the design `two regions` has it: `design.\"two regions\".failover.service.success=…`"),
        "{shown}"
    );
    let shown = told(NIGHTLY, "failover.service.success=90%");
    assert!(shown.contains("there is no `[failover.<name>]` at all"), "{shown}");
}

/// A share of batches is asked of those only that have any: of all designs, or of the named ones.
#[test]
fn a_gate_that_asks_for_batches_names_the_designs_without_jobs() {
    let designs = "[[design]]\nname = \"with\"\n[[design]]\nname = \"idle\"\njobs = false\n[[design]]\nname = \"bare\"\ndrop = [\"jobs\"]\n";
    let gated = |named: &str| {
        let served = NIGHTLY.replace("jobs_by_deadline = \"100%\"", "min_served = \"99%\"");
        format!("{served}{designs}[gate]\nbatches_by_deadline = \"99%\"\n{named}\n")
    };
    assert!(parse(&gated("designs = [\"with\"]"), "x.toml").is_ok());
    for (named, without) in [
        ("", &["idle", "bare"][..]),
        ("designs = [\"with\", \"bare\"]", &["bare"]),
        ("designs = [\"idle\"]", &["idle"]),
    ] {
        let (text, words) = (gated(named), "`batches_by_deadline` is a share of batches of jobs, and design");
        let expected: Vec<(usize, String)> =
            without.iter().map(|name| (line(&text, "batches_by"), format!("{words} `{name}` has none"))).collect();
        let found: Vec<(usize, String)> = errors(&text).into_iter().map(|(line, words, _)| (line, words)).collect();
        assert_eq!(found, expected, "{named}");
    }
}
