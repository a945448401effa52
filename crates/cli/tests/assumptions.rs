//! The second interval on the command line: what a verdict depends on, what the files say, and how to leave it out.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;

use kit::{BASE, Desk};

/// One zone, one machine; up at 99.9 % at the stated rate, far below at the high one.
const TURNS: &str = "\
name = \"turns\"
horizon = \"365 days\"
trials = 3000
[slo]
min_serving = 1
target = \"99.9%\"
[region.eastus]
[scale_set.web]
zones = [1]
capacity = 1
[faults]
profile = \"none\"
[faults.mode.flood]
scope = \"zone\"
rate = \"1 per zone-year\"
rate_low = \"0.3 per zone-year\"
rate_high = \"4 per zone-year\"
outage = \"4 h\"
";

#[test]
fn a_verdict_that_an_assumption_turns_is_not_resolved_and_says_why() {
    let desk = Desk::with(TURNS);
    let told = desk.run("run s.toml --out r --gate").ends(5);
    let told =
        told.says(&["Two intervals", "sampling", "assumptions", "? not resolved", "depends on assumptions: misses"]);
    // Beside each interval its own verdict: luck leaves it, what is assumed does not.
    let (_, table) = told.out.split_once("Two intervals").unwrap();
    let row = table.lines().find(|row| row.contains('–')).unwrap();
    let (sampling, assumed) = (row.find("✓ 99."), row.find("? 99."));
    assert!(sampling.is_some() && sampling < assumed, "{row}");
    // Wrapped lines.
    let words: Vec<&str> = told.out.split_whitespace().collect();
    assert!(words.join(" ").contains("above all of flood: 4 a year in place of 1 (assumed)"), "{told}");
    let summary = kit::json(&desk.path("r/summary.json"));
    let of = &summary["designs"][0];
    assert_eq!(
        (&of["verdict_mean"], &of["assumptions"]["verdict_mean_sampling"]),
        (&"not_resolved".into(), &"meets".into())
    );
    assert!(of["assumptions"]["high"].as_f64() > of["unavailability"]["high"].as_f64());
    assert_eq!(summary["assumptions"]["trials"], 1000);
    let rows = desk.read("r/assumptions.csv");
    let looks: Vec<&str> = rows.lines().skip(1).filter_map(|row| row.split(',').nth(1)).collect();
    assert_eq!(looks, ["as stated", "low rates", "high rates"]);
    assert!(rows.lines().nth(1).unwrap().contains("misses with high rates"), "{rows}");
}

/// A database with a standby: nearly all downtime is the change-over, whatever made it necessary; crashes cost little.
const CHANGES_OVER: &str = r#"
name = "changes over"
horizon = "365 days"
trials = 1000
[slo]
target = "99.9%"
[region.eastus]
[region.westus]
[scale_set.web]
region = "westus"
capacity = 1
[component.db]
kind = "database"
availability = "99.9%"
region = "eastus"
[component.spare]
kind = "database"
availability = "99.9%"
region = "westus"
[part.front]
sets = ["web"]
min_serving = 1
[failover.any]
parts = ["db", "spare"]
pattern = "hot"
router = "other"
detect = "5 min"
ready = "1 min"
[faults]
profile = "none"
[faults.mode.crash]
scope = "instance"
rate = "1 per instance-year"
rate_low = "0.3 per instance-year"
rate_high = "4 per instance-year"
outage = "4 min"
"#;

#[test]
fn what_follows_from_a_rate_is_its_own_where_nearly_all_is_charged_to_the_failover() {
    let desk = Desk::with(CHANGES_OVER);
    desk.run("run s.toml --out r").ends(0);
    let rows = desk.read("r/assumptions.csv");
    let high = rows.lines().find(|row| row.contains("high rates")).unwrap();
    assert!(high.split(',').any(|cell| cell == "db"), "{rows}");
}

/// Nine machines over three zones: five nines and more, which plain trials do not see.
const FIVE_NINES: &str = "\
name = \"five nines\"
horizon = \"8760 h\"
trials = 4000
method = \"auto\"
[slo]
min_serving = 6
target = \"99.999%\"
window = \"8760 h\"
[region.eastus]
[scale_set.web]
zones = [1, 2, 3]
capacity = 9
boot = \"0 s\"
warm_up = \"0 s\"
[faults]
profile = \"none\"
[faults.mode.crash]
scope = \"instance\"
rate = \"1 per instance-year\"
rate_low = \"0.5 per instance-year\"
rate_high = \"2 per instance-year\"
outage = \"1 h\"
[faults.mode.flood]
scope = \"zone\"
rate = \"0.1 per zone-year\"
rate_low = \"0.05 per zone-year\"
rate_high = \"0.2 per zone-year\"
outage = \"2 h\"
";

#[test]
fn a_run_of_five_nines_looks_by_its_own_method_and_gives_a_verdict() {
    let desk = Desk::with(FIVE_NINES);
    let told = desk.run("run s.toml --out r --gate");
    let summary = kit::json(&desk.path("r/summary.json"));
    assert_eq!(summary["method"]["used"], "forcing", "{told}");
    let of = &summary["designs"][0];
    println!("{} {}", of["unavailability"], of["assumptions"]["high"]);
    assert_eq!((&of["verdict_mean"], &of["verdict_windows"]), (&"meets".into(), &"meets".into()), "{told}");
    let told = told.ends(0).says(&["✓ meets", "assumptions"]);
    assert!(!told.out.contains("not resolved"), "{told}");
    // A zone that fails a hundred times as often at its high rate.
    desk.put("s.toml", FIVE_NINES.replace("0.2 per", "10 per"));
    desk.run("run s.toml --out r --gate").ends(5).says(&["? not resolved", "misses with high rates"]);
    desk.put("s.toml", FIVE_NINES.replace("99.999%", "99.9999999%"));
    desk.run("run s.toml --out r --gate").ends(4).says(&["✗ misses"]);
}

#[test]
fn the_looks_can_be_left_out() {
    let desk = Desk::with(TURNS);
    // On average it meets; its months do not.
    desk.run("run s.toml --out r --no-assumptions --gate").ends(4).says(&["✓ meets", "--no-assumptions"]);
    assert!(desk.lacks("r/assumptions.csv") && !desk.read("r/summary.json").contains("assumptions"));
    desk.put("off.toml", TURNS.replace("trials = 3000", "trials = 3000\nassumptions = false"));
    desk.run("run off.toml --out off --gate").ends(4);
    assert_eq!(desk.read("off/designs.csv"), desk.read("r/designs.csv"));
    // A file of an earlier run does not stay behind.
    desk.run("run s.toml --out r").ends(0);
    assert!(!desk.lacks("r/assumptions.csv"));
    desk.run("run s.toml --out r --no-assumptions").ends(0);
    assert!(desk.lacks("r/assumptions.csv"));
}

#[test]
fn the_looks_are_the_same_bits_for_any_threads_and_shards() {
    let uncertain = "rate = { events = 3, unit_years = 4 }";
    let lines = "rate = \"1 per zone-year\"\nrate_low = \"0.3 per zone-year\"\nrate_high = \"4 per zone-year\"";
    let desk = Desk::with(&TURNS.replace(lines, uncertain).replace("trials = 3000", "trials = 900\nassumptions = 400"));
    let told = desk.run("run s.toml --threads 1 --out one").ends(0);
    told.says(&["What is not known of the rates", "Rates drawn from what is known of them (flood): 100 sets"]);
    desk.run("run s.toml --threads 3 --out three").ends(0);
    assert_eq!(desk.digest("one"), desk.digest("three"));
    for (range, file) in [("0..300", "a"), ("300..900", "b")] {
        desk.run(&format!("run s.toml --trials-range {range} --partial {file}")).ends(0);
    }
    desk.run("merge s.toml b a --out merged").ends(0);
    assert_eq!(desk.digest("one"), desk.digest("merged"));
    desk.run("merge s.toml b a --no-assumptions --out less").ends(0).says(&["--no-assumptions"]);
    desk.run("run s.toml --no-assumptions --out alone").ends(0);
    assert_eq!(desk.digest("less"), desk.digest("alone"));
}

#[test]
fn the_number_of_trials_of_a_look_can_be_said() {
    let desk = Desk::with(&BASE.replace("trials = 100", "trials = 100\nassumptions = 5000"));
    desk.run("run s.toml --out r").ends(0);
    // Never more than the run has.
    assert_eq!(kit::json(&desk.path("r/summary.json"))["assumptions"]["trials"], 100);
    desk.run("explain assumptions").ends(0).says(&["false", "1,000"]);
}

#[test]
fn importance_tells_what_matters_and_which_assumption_turns_the_verdict() {
    let desk = Desk::with(TURNS);
    let told = desk.run("importance s.toml --csv i.csv").ends(0);
    let told =
        told.says(&["what matters most", "flood", "elasticity", "eastus/1", "rate from end to end", "turns the"]);
    let words: Vec<&str> = told.out.split_whitespace().collect();
    assert!(
        words.join(" ").contains("a rate within its range turns that: not resolved, depends on assumptions"),
        "{told}"
    );
    let rows = desk.read("i.csv");
    let kinds: Vec<&str> = rows.lines().skip(1).filter_map(|row| row.split(',').nth(1)).collect();
    assert_eq!(kinds, ["cause", "zone", "rate"]);
    desk.run("importance s.toml --csv i.csv").ends(1).complains(&["exists"]);
    let json = |threads: u8| {
        desk.run(&format!("importance s.toml --trials 500 --threads {threads} --format json")).ends(0).out
    };
    let one = json(1);
    assert_eq!(one, json(3));
    assert_eq!(serde_json::from_str::<serde_json::Value>(&one).unwrap()["schema"], "zonefall-importance/2");
    // Nothing ever strikes, and there is too little of everything: that is the fleet's own.
    desk.put(
        "lacking.toml",
        "name = \"t\"\nhorizon = \"30 days\"\ntrials = 100\n[slo]\nmin_served = \"99%\"\ntarget = \"99%\"\n[region.eastus]\n\
         [demand]\nrate = \"300 req/s\"\n[scale_set.web]\nzones = [1]\ncapacity = 2\ncapacity_per_instance = \"100 req/s\"\n\
         [faults]\nprofile = \"none\"\n[faults.mode.harmless]\nscope = \"global\"\nrate = \"1 per year\"\noutage = \"1 h\"\n",
    );
    desk.run("importance lacking.toml --csv own.csv").ends(0).says(&["charged to the fleet itself"]);
    assert!(desk.read("own.csv").lines().any(|row| row.contains(",fleet,,43200")), "{}", desk.read("own.csv"));
    desk.put("script.toml", format!("{TURNS}[[script]]\nat = \"1 h\"\nmembers = [\"eastus/1\"]\n"));
    desk.run("importance script.toml").ends(2).complains(&["faults that are drawn"]);
}

/// A share of trials that never failed, or hardly ever, is a bound and no figure.
#[test]
fn importance_of_few_misses_is_told_as_bounds() {
    let rare = TURNS
        .replace("\"1 per zone-year\"", "\"0.01 per zone-year\"")
        .replace("\"0.3 per zone-year\"", "\"0.003 per zone-year\"")
        .replace("\"4 per zone-year\"", "\"0.02 per zone-year\"");
    let desk = Desk::with(&rare);
    let told = desk.run("importance s.toml --trials 500 --csv i.csv").ends(0);
    let told = told.says(&["≥ 99.", "at either: few misses", "few trials"]);
    assert!(!told.out.contains("100.000") && !told.out.contains('*'), "{told}");
    let table = desk.table("i.csv");
    for column in ["spared_if_never_min_per_month_quality", "unavailability_if_never_quality"] {
        assert!(table.column(column).iter().filter(|cell| !cell.is_empty()).all(|cell| *cell == "upper_bound"));
    }
    let often = Desk::with(TURNS).run("importance s.toml").ends(0);
    assert!(often.out.contains(" (") && often.out.contains(" to ") && often.out.contains(" … "), "{often}");
}
