//! How much of a file with many mistakes is told in one round.
#![allow(clippy::unwrap_used)]

use zonefall_scenario::{WhatIf, load_plan, parse, template};

const MANY: &str = r#"
nam = "typo"
horizon = "1 yr"
trials = "10k"
start = "2026-02-30"
time_zone = "Europe/Berln"
[slo]
min_serving = 14
target = "99,95%"
[regions.westeurope]
[scale_set.web]
region = "westeuorpe"
zones = [1, 2, 4]
capcity = 12
boot = "90"
orchestration = "flex"
[component.db]
kind = "databse"
availability = 99.95
placement = "zonal"
zone = 7
[component.cache]
availability = 99.9
zone = 8
[faults]
profile = "azure-like-v1"
[faults.mode.datacentre]
rate = "0.1 per zone"
"#;

/// The texts at whose places something is told.
fn told(text: &str) -> Vec<String> {
    let wrong = parse(text, "x.toml").unwrap_err();
    let shown = |line: usize| text.lines().nth(line - 1).unwrap().to_owned();
    wrong.items().iter().filter(|item| item.code.starts_with('E')).map(|item| shown(item.line)).collect()
}

#[test]
fn what_is_misspelt_hides_no_other_mistakes() {
    let found = told(MANY);
    for line in [
        "start = \"2026-02-30\"",
        "time_zone = \"Europe/Berln\"",
        "region = \"westeuorpe\"",
        "zones = [1, 2, 4]",
        "kind = \"databse\"",
        "availability = 99.95",
        "zone = 7",
        "availability = 99.9",
        "zone = 8",
        "profile = \"azure-like-v1\"",
        "[faults.mode.datacentre]",
        "rate = \"0.1 per zone\"",
    ] {
        assert!(found.iter().any(|told| told == line), "nothing is told of {line}: {found:#?}");
    }
}

/// The mistakes of a plan as text, and how many there are.
fn of_plan(plan: &str) -> (usize, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.toml");
    std::fs::write(&path, template("minimal").unwrap().to_owned() + plan).unwrap();
    let wrong = load_plan(&path, &WhatIf::default()).unwrap_err();
    (wrong.error_count(), wrong.render(false))
}

#[test]
fn a_wrong_target_of_a_plan_hides_none_of_its_other_mistakes() {
    let plan = "[plan]\ntarget = \"101%\"\ntrials_max = \"many\"\nmax_cost = \"1000 EUR\"\nmax_machines = -1\n\
                price = { per_machine_hour = \"0.2\" }\n\
                [[plan.choice]]\nkey = \"scale_set.wbe.capacity\"\nvalues = \"6 to 12\"\n\
                [[plan.choice]]\nkey = \"scale_set.web.zones\"\nvalues = [1, 1]\n";
    let (count, text) = of_plan(plan);
    for words in
        ["101%", "trials_max", "1000 EUR", "max_machines", "per_machine_hour", "`date`", "scale_set.wbe", "has 1 twice"]
    {
        assert!(text.contains(words), "nothing is told of {words}: {text}");
    }
    assert!(count >= 8, "{text}");
}

/// Where a mistake may hide others, that is said; where all was looked at, it is not.
#[test]
fn a_mistake_that_hides_others_is_said_to() {
    let more = "when they are mended, more may come";
    let base = template("minimal").unwrap();
    let text = |wrong: &str, right: &str| parse(&base.replace(right, wrong), "x.toml").unwrap_err().render(false);
    assert!(text("capacity = \"six\"", "capacity = 9").ends_with("more may come."));
    assert!(!parse(&format!("{base}[gate]\nno_worse = 3\n"), "x.toml").unwrap_err().render(false).contains(more));
    let (_, of_a_plan) =
        of_plan("[plan]\ntarget = \"101%\"\n[[plan.choice]]\nkey = \"scale_set.web.capacity\"\nvalues = \"3 to 6\"\n");
    assert!(of_a_plan.contains(more), "{of_a_plan}");
}
