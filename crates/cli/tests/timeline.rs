//! `trace` as a timeline: what it shows missed is what the ledger booked, and the right trial is picked.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

#[path = "timeline/amiss.rs"]
mod amiss;
#[path = "timeline/beside.rs"]
mod beside;
#[path = "timeline/clients.rs"]
mod clients;
#[path = "timeline/clock.rs"]
mod clock;
#[path = "timeline/cold.rs"]
mod cold;
mod kit;
#[path = "timeline/runbooks.rs"]
mod runbooks;
#[path = "timeline/spot.rs"]
mod spot;
#[path = "timeline/waiting.rs"]
mod waiting;

use kit::{BASE, Desk, STRESS, Table, ran};
use serde_json::Value;
use std::collections::BTreeMap;

fn told(desk: &Desk, args: &[&str]) -> Value {
    let ran = ran(desk.command(["trace"]).args(args).args(["--format", "json"])).ends(0);
    serde_json::from_str(&ran.out).unwrap()
}

/// Missed milliseconds and outages by trial and design, as a run keeps them.
fn booked(desk: &Desk, file: &str, trials: u64) -> BTreeMap<(u64, String), (f64, u64)> {
    let args = ["run", file, "--rows", "--no-counterfactual", "--force", "--out", "rows"];
    ran(desk.command(args).args(["--trials", &trials.to_string()])).ends(0);
    let rows = desk.table("rows/trials.csv");
    let column = |name: &str| rows.column(name).into_iter().map(str::to_owned).collect::<Vec<String>>();
    let (trials, designs) = (column("trial"), column("design"));
    let missed = rows.columns.iter().find(|name| name.contains("missed") || name.contains("downtime")).unwrap().clone();
    let outages = column("outages");
    let missed = column(&missed);
    (0..trials.len())
        .map(|at| {
            let key = (trials[at].parse().unwrap(), designs[at].clone());
            (key, (missed[at].parse().unwrap(), outages[at].parse().unwrap()))
        })
        .collect()
}

/// The level of steps at an instant.
fn level(steps: &Value, at: u64) -> i64 {
    let mut steps = steps.as_array().unwrap().iter();
    steps.rfind(|step| step[0].as_u64().unwrap() <= at).map_or(0, |step| step[1].as_i64().unwrap())
}

/// While fewer machines serve than are needed the objective is missed; where it is a number of machines, just then.
fn needs(of: &Value) {
    if of["needed"].as_array().unwrap().is_empty() {
        return;
    }
    let lanes = of["lanes"].as_array().unwrap();
    let from = of["measured_from_ms"].as_u64().unwrap();
    let instants =
        lanes.iter().flat_map(|lane| lane["steps"].as_array().unwrap()).map(|step| step[0].as_u64().unwrap());
    for at in instants.filter(|&at| at >= from && at < of["horizon_ms"].as_u64().unwrap()) {
        let serving: i64 = lanes.iter().map(|lane| level(&lane["steps"], at)).sum();
        let few = serving < level(&of["needed"], at);
        let is = |name: &str, outage: &Value| outage[name].as_u64().unwrap();
        let missed = of["outages"]
            .as_array()
            .unwrap()
            .iter()
            .any(|outage| is("from_ms", outage) <= at && at < is("to_ms", outage));
        assert!(!few || missed, "at {at} {serving} serve and the objective holds");
        assert!(few || !missed || of["has_demand"] == true, "at {at} {serving} serve and the objective is missed");
    }
}

/// Every trial of every design: the missed intervals sum to the ledger's downtime, their causes to each of them.
fn holds(desk: &Desk, file: &str, trials: u64) -> u64 {
    let mut missed_in_all = 0;
    for ((trial, design), (minutes, outages)) in booked(desk, file, trials) {
        let of = told(desk, &[file, "--trial", &trial.to_string(), "--design", &design]);
        let missed = of["missed_ms"].as_u64().unwrap();
        assert!(
            (missed as f64 / 60_000.0 - minutes).abs() < 1e-6,
            "{file} {trial} {design}: {missed} ms, {minutes} min"
        );
        needs(&of);
        let all = of["outages"].as_array().unwrap();
        assert_eq!(all.len() as u64, outages, "{file} {trial} {design}");
        let mut sum = 0;
        for outage in all {
            let at = |name: &str| outage[name].as_u64().unwrap();
            let causes: u64 = outage["causes"].as_array().unwrap().iter().map(|cause| cause[1].as_u64().unwrap()).sum();
            assert_eq!(causes, at("to_ms") - at("from_ms"), "{file} {trial} {design}: {outage}");
            assert!(at("roots_ms") <= at("from_ms"));
            sum += causes;
        }
        assert_eq!(sum, missed, "{file} {trial} {design}");
        missed_in_all += missed;
    }
    missed_in_all
}

#[test]
fn what_is_shown_missed_is_what_was_booked() {
    let desk = Desk::with(STRESS);
    assert!(holds(&desk, "s.toml", 6) > 0);
    desk.put("warm.toml", STRESS.replace("trials = 18", "trials = 18\nmeasure_from = \"40 days\""));
    assert!(holds(&desk, "warm.toml", 4) > 0);
}

/// Managed sets, demand, jobs, hidden zones, Spot: whatever the scenarios that come with the program do.
#[test]
fn it_holds_for_the_scenarios_that_come_with_the_program() {
    let desk = Desk::new();
    kit::scenarios(&desk);
    let mut missed = 0;
    for name in ["repairs-help-or-hurt", "quota-runs-out", "spot-mix", "n-plus-one-zone", "route-backlog"] {
        missed += holds(&desk, &format!("scenarios/{name}.toml"), 2);
    }
    assert!(missed > 0);
}

/// More comes than is served from the first moment on: a line that nobody's event begins. Autoscale looks on meanwhile.
const IN_LINE: &str = r#"
horizon = "6 h"
trials = 3
[slo]
min_served = "90%"
[region.eastus]
[demand]
rate = "600 req/s"
noise = { sigma = 0.2, every = "7 min" }
[service]
patience = "2 min"
parallelism = 8
queue = "shared"
[scale_set.web]
zones = [1, 2, 3]
capacity = 5
capacity_per_instance = "100 req/s"
[scale_set.web.autoscale]
minimum = 5
maximum = 9
[[scale_set.web.autoscale.rule]]
metric = "cpu"
window = "5 min"
operator = ">"
threshold = 95
increase = 1
[[scale_set.web.autoscale.rule]]
metric = "cpu"
window = "5 min"
operator = "<"
threshold = 70
decrease = 1
"#;

#[test]
fn what_waits_in_line_is_looked_at_when_it_stands_otherwise() {
    let desk = Desk::with(IN_LINE);
    assert!(holds(&desk, "s.toml", 3) > 0);
    kit::scenarios(&desk);
    assert!(holds(&desk, "scenarios/wait-or-refuse.toml", 5) > 0);
}

#[test]
fn the_chain_is_told_from_the_fault_to_the_end_of_the_outage() {
    let desk = Desk::with(STRESS);
    let args = ["s.toml", "--worst", "--design", "spanning"];
    let of = told(&desk, &args);
    let rows = of["rows"].as_array().unwrap();
    let outage = &of["outages"][0];
    let within: Vec<&Value> = rows
        .iter()
        .filter(|row| {
            row["at_ms"].as_u64() >= outage["roots_ms"].as_u64() && row["at_ms"].as_u64() <= outage["to_ms"].as_u64()
        })
        .collect();
    let says = |words: &str| within.iter().any(|row| row["says"].as_str().unwrap().contains(words));
    for words in ["stop", "the probes", "the objective is missed", "the objective holds again", "serve"] {
        assert!(says(words), "nothing is said of {words}: {within:#?}");
    }
    assert!(within.iter().any(|row| row["rules"] == "LB-02"));
    assert!(rows.windows(2).all(|pair| pair[0]["at_ms"].as_u64() <= pair[1]["at_ms"].as_u64()));
    // Lanes are the zones; together they are what serves.
    let lanes = of["lanes"].as_array().unwrap();
    assert_eq!(lanes.len(), 3);
    for row in rows.iter().filter(|row| row["kind"] == "objective") {
        let at = row["at_ms"].as_u64().unwrap();
        let level = |lane: &Value| {
            let mut steps = lane["steps"].as_array().unwrap().iter();
            steps.rfind(|step| step[0].as_u64().unwrap() <= at).map_or(0, |step| step[1].as_i64().unwrap())
        };
        assert_eq!(lanes.iter().map(level).sum::<i64>(), row["serving"].as_i64().unwrap(), "{row}");
    }
    let text = ran(desk.command(["trace"]).args(args)).ends(0);
    text.says(&["Outage 1: day ", "Charged to ", "[LB-02]", "the objective is missed"]);
}

/// A first region that fails now and then, and a second that stands by as `pattern` says.
fn two_regions(pattern: &str) -> String {
    format!(
        "name = \"two\"\nhorizon = \"90 days\"\ntrials = 4\nseed = 3\n[slo]\nholds = \"service\"\ntarget = \"99%\"\n\
         [region.east]\n[region.west]\n\
         [scale_set.east]\nregion = \"east\"\nzones = [1, 2, 3]\ncapacity = 6\n\
         [scale_set.west]\nregion = \"west\"\nzones = [1, 2, 3]\ncapacity = 9\n\
         [part.first]\nsets = [\"east\"]\nmin_serving = 6\n[part.second]\nsets = [\"west\"]\nmin_serving = 6\n\
         [failover.service]\nparts = [\"first\", \"second\"]\npattern = \"{pattern}\"\nrouter = \"traffic-manager\"\n\
         [faults]\nprofile = \"none\"\n[faults.mode.lost]\nscope = \"region\"\nrate = \"6 per region-year\"\n\
         outage = {{ law = \"constant\", mean = \"24 h\" }}\n"
    )
}

/// A standby, whether it runs or not, is no machine that serves until clients are sent there, and all that runs afterwards.
#[test]
fn machines_that_stand_by_are_not_shown_as_serving() {
    for (pattern, in_the_end) in [("cold", 9), ("warm", 9), ("hot", 9), ("active-active", 9)] {
        let desk = Desk::with(&two_regions(pattern));
        assert!(holds(&desk, "s.toml", 4) > 0);
        let of = told(&desk, &["s.toml", "--worst"]);
        let west = |at: u64| -> i64 {
            let lanes = of["lanes"].as_array().unwrap().iter();
            let lanes = lanes.filter(|lane| lane["name"].as_str().unwrap().contains("west"));
            lanes.map(|lane| level(&lane["steps"], at)).sum()
        };
        let outage = &of["outages"][0];
        let at = |name: &str| outage[name].as_u64().unwrap();
        let idle = if pattern == "active-active" { 9 } else { 0 };
        assert_eq!((west(0), west(at("from_ms")), west(at("to_ms"))), (idle, idle, in_the_end), "{pattern}: {outage}");
        let first = of["rows"].as_array().unwrap().iter().find(|row| row["kind"] == "objective").unwrap();
        assert_eq!(first["serving"], idle, "{pattern}: {first}");
        // DR-07: what ran in part and is scaled out says so, when more machines serve.
        let rows = of["rows"].as_array().unwrap().iter();
        let scaled: Vec<_> = rows.filter(|row| row["says"].as_str().unwrap().contains("is scaled out: all")).collect();
        assert_eq!(scaled.is_empty(), pattern != "warm", "{pattern}");
        for row in scaled {
            let at = row["at_ms"].as_u64().unwrap();
            assert!(row["says"].as_str().unwrap().ends_with("of west run") && west(at) > west(at - 1), "{row}");
        }
        // What rows count is what the picture shows, at every instant.
        for row in of["rows"].as_array().unwrap().iter().filter(|row| row["kind"] == "machine") {
            let lanes = of["lanes"].as_array().unwrap().iter();
            let shown: i64 = lanes.map(|lane| level(&lane["steps"], row["at_ms"].as_u64().unwrap())).sum();
            assert_eq!(row["serving"].as_i64().unwrap(), shown, "{pattern}: {row}");
        }
    }
}

/// Outages that begin with the same failure tell what led to them once.
#[test]
fn no_row_of_a_timeline_is_told_twice() {
    let desk = Desk::with(&two_regions("hot"));
    for trial in 0..4 {
        let text = desk.run(&format!("trace s.toml --trial {trial}")).ends(0).out;
        let rows: Vec<&str> =
            text.lines().filter(|line| line.starts_with("  day ") && line.contains("begins")).collect();
        let mut once = rows.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), rows.len(), "{text}");
    }
}

/// Nine machines of 100 req/s for 850; a zone of three is out for half an hour, and they serve 40 % for twenty minutes after it.
const SLOW: &str = r#"
horizon = "1 day"
trials = 1
[slo]
min_served = "99%"
[region.eastus]
[demand]
rate = "850 req/s"
[scale_set.web]
zones = [1, 2, 3]
capacity = 9
capacity_per_instance = "100 req/s"
slow_start = { capacity = "40%", time = "20 min" }
[faults]
profile = "none"
[[script]]
at = "2 h"
for = "30 min"
members = ["eastus/1"]
cause = "zone lost"
"#;

#[test]
fn what_machines_are_good_for_is_told_where_their_number_is_not_it() {
    let desk = Desk::with(SLOW);
    let of = told(&desk, &["s.toml", "--trial", "0"]);
    let steps = |name: &str| -> Vec<(u64, f64)> {
        let steps = of["capacity"][name].as_array().unwrap().iter();
        steps.map(|step| (step[0].as_u64().unwrap(), step[1].as_f64().unwrap())).collect()
    };
    let (good_for, outages) = (steps("good_for"), of["outages"].as_array().unwrap());
    let levels: Vec<f64> = good_for.iter().map(|step| step.1).collect();
    assert_eq!(levels.first(), Some(&900.0));
    assert_eq!(levels.last(), Some(&900.0));
    assert!(levels.contains(&600.0) && levels.contains(&720.0), "{levels:?}");
    // The last of three is warm twenty minutes after it began to serve, and the objective holds again.
    let (serve, warm) = (good_for.iter().rfind(|step| step.1 < 900.0).unwrap().0, good_for.last().unwrap().0);
    assert!(warm - serve <= 20 * 60_000 && warm > 7_200_000 + 50 * 60_000);
    assert_eq!(outages.last().unwrap()["to_ms"].as_u64(), Some(warm));
    assert_eq!(steps("needed"), [(0, 841.5)]);
    desk.run("trace s.toml --trial 0 --svg p.svg").ends(0);
    assert!(desk.read("p.svg").contains("good for requests/s"));
    let quick = Desk::with(&SLOW.replace("slow_start", "# slow_start"));
    assert!(told(&quick, &["s.toml", "--trial", "0"]).get("capacity").is_none());
}

#[test]
fn tf_01_attempts_that_fail_at_cold_machines_are_told_to() {
    // Three of nine get 60 of 540 each, and serve 40: every third attempt fails, and 13/9 are made of each request.
    let desk = Desk::with(&format!("{}[retry]\ntries = 3\n", SLOW.replace("850 req/s", "540 req/s")));
    let of = told(&desk, &["s.toml", "--trial", "0"]);
    let begins = "attempts begin to fail for lack of capacity at machines that can serve less than others, as each gets the same: 780 \
                  attempts a second for 540 requests, capacity for 720 in all";
    let rows = of["rows"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["says"] == begins), "{rows:#?}");
}

/// Nine machines of 100 and three of 50 for 590, a quarter of both in each zone that is lost.
const MIXED: &str = r#"
horizon = "1 day"
trials = 1
[slo]
min_served = "99%"
[region.eastus]
[demand]
rate = "590 req/s"
[retry]
tries = 3
[service]
spread = "even"
[scale_set.web]
zones = [1, 2, 3]
capacity = 9
capacity_per_instance = "100 req/s"
[scale_set.old]
zones = [1, 2, 3]
capacity = 3
capacity_per_instance = "50 req/s"
[faults]
profile = "none"
[[script]]
at = "2 h"
for = "30 min"
members = ["eastus/1"]
"#;

#[test]
fn tf_01_attempts_that_fail_at_all_machines_are_not_told_to_fail_at_the_weaker() {
    let begins = |text: &str| -> String {
        let of = told(&Desk::with(text), &["s.toml", "--trial", "0"]);
        let mut rows = of["rows"].as_array().unwrap().iter().map(|row| row["says"].as_str().unwrap());
        rows.find(|says| says.starts_with("attempts begin")).unwrap().to_owned()
    };
    // Eight get 74: every fourth attempt fails, and with 21/16 of each request they get 97.
    let weaker = " at machines that can serve less than others, as each gets the same";
    let numbers = "774 attempts a second for 590 requests, capacity for 700";
    assert_eq!(begins(MIXED), format!("attempts begin to fail for lack of capacity{weaker}: {numbers} in all"));
    // Four get 148 each, so that the breaker opens: nobody tries again.
    let numbers = "590 attempts a second for 590 requests, capacity for 350";
    let lost = MIXED.replace("[\"eastus/1\"]", "[\"eastus/1\", \"eastus/2\"]");
    assert_eq!(begins(&lost), format!("attempts begin to fail for lack of capacity: {numbers}"));
}

#[test]
fn the_trial_is_picked_by_what_a_run_books() {
    let desk = Desk::with(STRESS);
    let rows = booked(&desk, "s.toml", 18);
    let mut of: Vec<(f64, u64)> = rows
        .iter()
        .filter(|((_, design), _)| design == "zonal")
        .map(|((trial, _), (missed, _))| (*missed, *trial))
        .collect();
    of.retain(|(missed, _)| *missed > 0.0);
    of.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let trial = |which: &str| told(&desk, &["s.toml", which])["trial"].as_u64().unwrap();
    assert_eq!(trial("--worst"), of.last().unwrap().1);
    assert_eq!(trial("--median"), of[(of.len() - 1) / 2].1);
    let breaches = desk.table("rows/trials.csv");
    let first = breaches.rows.iter().zip(breaches.column("design")).zip(breaches.column("breaches"));
    let first =
        first.filter(|((_, design), count)| *design == "zonal" && *count != "0").map(|((row, _), _)| row[0].clone());
    assert_eq!(trial("--first-breach").to_string(), first.min_by_key(|trial| trial.parse::<u64>().unwrap()).unwrap());
    let calm = Desk::with(&BASE.replace("trials = 100", "trials = 1"));
    calm.run("trace s.toml --worst").ends(1).complains(&["none of 1 trials"]);
    calm.run("trace s.toml --trial 0").ends(0).says(&["holds for all of"]);
}

#[test]
fn a_picture_and_a_table_are_written_and_names_are_no_markup() {
    let desk = Desk::with(
        &STRESS.replace("name = \"zonal\"", "name = \"<script>alert(1)</script>\"").replace("</script>", ""),
    );
    desk.run("trace s.toml --worst --svg p.svg --csv t.csv").ends(0);
    let svg = desk.read("p.svg");
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n") && !svg.contains("<script"), "{svg}");
    assert!(svg.contains("&lt;script&gt;") && svg.contains("<path class=\"level l0\" d=\"M"));
    let table = desk.table("t.csv");
    assert_eq!(table.columns[..4], ["at_ms", "day", "local_time", "kind"]);
    let printed = desk.run("trace s.toml --worst --format csv").ends(0);
    assert_eq!(Table::read(printed.out.as_bytes(), b','), table);
    desk.run("trace s.toml --worst --svg p.svg").ends(1).complains(&["exists; use --force"]);
    desk.run("trace s.toml --worst --svg p.svg --force").ends(0);
    assert_eq!(desk.read("p.svg"), svg);
    desk.run("trace s.toml --worst --all").ends(0).says(&["Everything that happened"]);
}

#[test]
fn what_makes_no_sense_is_refused_in_words() {
    let desk = Desk::with(STRESS);
    desk.run("trace s.toml").ends(2).complains(&["--worst"]);
    desk.run("trace s.toml --trial 1 --worst").ends(2);
    desk.run("trace s.toml --worst --faults f.csv").ends(2);
    desk.run("trace s.toml --trial 1 --faults f.csv --svg p.svg").ends(2);
    desk.run("trace s.toml --trial 1 --design zonall").ends(2).complains(&["did you mean `zonal`?"]);
    desk.run("trace missing.toml --worst").ends(3).complains(&["E001"]);
    desk.run("trace s.toml --trial -1").ends(2);
    let first = STRESS.replace("\"200 days\"", "{ until = \"first miss\", at_most = \"200 days\" }");
    desk.put("first.toml", first);
    desk.run("trace first.toml --trial 0").ends(1).complains(&["first miss"]);
    desk.put("record.toml", format!("{BASE}[faults]\ntrace = \"f.csv\"\n"));
    desk.put("f.csv", "x");
    desk.run("trace record.toml --trial 0").ends(2).complains(&["a record"]);
    assert!(desk.lacks("p.svg"));
}

/// A zone that a script takes out is one row, not one a rack, and a run says that its figures are given the script.
#[test]
fn a_scripted_zone_is_one_place_and_figures_are_conditional() {
    let desk = Desk::with(&format!("{BASE}[[script]]\nat = \"2 h\"\nfor = \"1 h\"\nmembers = [\"eastus/1\"]\n"));
    let of = told(&desk, &["s.toml", "--trial", "0"]);
    let faults: Vec<&str> = of["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["kind"] == "fault")
        .map(|row| row["says"].as_str().unwrap())
        .collect();
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults.iter().all(|says| says.ends_with("eastus/1")), "{faults:?}");
    desk.run("run s.toml --trials 100 --out r").ends(0).says(&["are given that it happens"]);
}

/// The answer comes first: hints are counted, also beside a warning.
#[test]
fn hints_are_counted_beside_warnings() {
    let desk = Desk::new();
    kit::scenarios(&desk);
    let told = desk.run("trace scenarios/launch-night.toml --what-if scale_set.web.capacity=20 --median").ends(0);
    assert!(
        told.err.contains("W017") && told.err.contains("hints: zonefall check") && !told.err.contains("hint["),
        "{told}"
    );
}

/// A day's script, for a service with a machine set in one region and a database in another.
fn scripted(database: &str, script: &str) -> Desk {
    Desk::with(&scripted_text(database, script))
}

fn scripted_text(database: &str, script: &str) -> String {
    format!(
        "horizon = \"1 day\"\ntrials = 1\n[slo]\nwindow = \"1 day\"\nholds = \"service\"\n[region.a]\n[region.b]\n\
         [scale_set.web]\nregion = \"b\"\nzones = [1, 2, 3]\ncapacity = 6\nboot = \"0 s\"\nwarm_up = \"0 s\"\n\
         [part.front]\nsets = [\"web\"]\nmin_serving = 5\n\
         [component.db]\navailability = \"99.9%\"\nregion = \"a\"\n{database}\n[part.service]\nall = [\"db\", \"front\"]\n{script}"
    )
}

/// The minutes that it costs.
fn minutes_of_script(database: &str, script: &str) -> f64 {
    minutes_missed(&scripted(database, script))
}

fn minutes_missed(desk: &Desk) -> f64 {
    desk.run("run s.toml --out r").ends(0);
    kit::json(&desk.path("r/summary.json"))["designs"][0]["unavailability"]["mean"].as_f64().unwrap() * 1440.0
}

#[test]
fn what_comes_before_the_first_event_of_a_machine_is_told_as_everything_was() {
    let slow = "[[script]]\nat = \"3 h\"\nfor = \"1 h\"\nmembers = [\"b/1\"]\neffect = { degraded = 0.2 }\n";
    let down = "[[script]]\nat = \"8 h\"\nfor = \"1 h\"\nmembers = [\"b/1\"]\n";
    let told = told(&scripted("zone = 2", &format!("{slow}{down}")), &["s.toml", "--trial", "0", "--all"]);
    let rows = told["rows"].as_array().unwrap();
    let serving = |hours: u64| rows.iter().find(|row| row["at_ms"] == hours * 3_600_000).unwrap()["serving"].as_u64();
    assert_eq!((serving(3), serving(4), serving(8)), (Some(6), Some(6), Some(4)));
}

#[test]
fn a_scripted_zone_or_region_takes_the_components_that_stand_in_it() {
    let hours = |members: &str| format!("[[script]]\nat = \"3 h\"\nfor = \"3 h\"\nmembers = [{members}]\n");
    let (zonal, redundant, regional) = ("zone = 1", "placement = \"zone-redundant\"", "placement = \"regional\"");
    for (database, members, minutes) in [
        (zonal, "\"a/1\"", 180.0),
        (zonal, "\"a/2\"", 0.0),
        (zonal, "\"a\"", 180.0),
        (redundant, "\"a/1\"", 0.0),
        (redundant, "\"a\"", 180.0),
        (regional, "\"a/1\"", 0.0),
        (regional, "\"a\"", 180.0),
        (regional, "\"b/1/rack00\"", 0.0),
    ] {
        let missed = minutes_of_script(database, &hours(members));
        assert!((missed - minutes).abs() < 1e-9, "{database}, {members}: {missed}");
    }
}

/// As an outage of the scope `hall` that is drawn, or lived through again.
#[test]
fn a_scripted_hall_takes_the_components_that_stand_in_it() {
    let minutes = |members: &str| {
        let script = format!("[[script]]\nat = \"3 h\"\nfor = \"3 h\"\nmembers = [{members}]\n");
        let text = scripted_text("zone = 1", &script)
            .replace("[region.a]", "[region.a]\nracks_per_zone = 8\nhalls_per_zone = 2");
        minutes_missed(&Desk::with(&text))
    };
    // It stands on one rack: in one of the halls.
    let halls = [minutes("\"a/1/hall0\""), minutes("\"a/1/hall1\"")];
    assert!(halls == [180.0, 0.0] || halls == [0.0, 180.0], "{halls:?}");
    assert_eq!(minutes("\"a/1/hall0\", \"a/1/hall1\""), 180.0);
    assert_eq!(minutes("\"a/2/hall0\", \"a/2/hall1\""), 0.0);
    // Racks are in its own law.
    let racks: Vec<String> = (0..8).map(|rack| format!("\"a/1/rack0{rack}\"")).collect();
    assert_eq!(minutes(&racks.join(", ")), 0.0);
}

#[test]
fn rows_of_one_cause_that_do_different_things_each_do_their_own() {
    // A zone at a fifth of its capacity takes no machine out, and later the same zone is lost: for an hour, whatever the order
    // of the rows is.
    let slow = "[[script]]\nat = \"3 h\"\nfor = \"3 h\"\nmembers = [\"b/1\"]\neffect = { degraded = 0.2 }\n";
    let down = "[[script]]\nat = \"8 h\"\nfor = \"1 h\"\nmembers = [\"b/1\"]\n";
    for script in [format!("{slow}{down}"), format!("{down}{slow}")] {
        let missed = minutes_of_script("zone = 2", &script);
        assert!((missed - 60.0).abs() < 1e-9, "{missed}");
    }
}

/// A set that wants a machine more than its quota has, every quarter of an hour.
const REFUSED: &str = "\
name = \"refused\"
horizon = \"2 days\"
trials = 1
seed = 1
[slo]
min_serving = 3
[region.east]
[faults]
profile = \"none\"
[scale_set.web]
zones = [1, 2, 3]
capacity = 3
size = \"Standard_D4s_v5\"
[quota]
vcpus = 12
[[change]]
at = \"1 h\"
set = \"web\"
capacity = 6
retry = \"15 min\"
";

#[test]
fn al_01_a_refusal_that_comes_again_is_told_once_in_text_and_each_time_in_tables() {
    let desk = Desk::with(REFUSED);
    let csv = desk.run("trace s.toml --trial 0 --format csv").ends(0).out;
    let refused = csv.lines().filter(|line| line.contains("for lack of quota")).count();
    assert!(refused > 100, "{csv}");
    let ran = desk.run("trace s.toml --trial 0 --all").ends(0);
    let flat = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(flat.matches("for lack of quota").count(), 1, "{ran}");
    let words = format!(", and again {} times until day 1 ", refused - 1);
    assert!(flat.contains(&words), "{words}: {ran}");
    assert!(ran.out.lines().count() < 30, "{ran}");
}

#[test]
fn faults_are_written_of_a_trial_by_its_number_and_the_reason_is_said() {
    let desk = Desk::with(REFUSED);
    for which in ["--worst", "--median", "--first-breach"] {
        let ran = ran(&mut desk.command(["trace", "s.toml", which, "--faults", "f.csv"])).ends(2);
        let words = format!("--faults does not go with {which}: it writes what strikes all designs in a trial");
        assert!(ran.err.contains(&words) && ran.err.contains("--trial N --faults FILE"), "{ran}");
    }
    ran(&mut desk.command(["trace", "s.toml", "--trial", "0", "--faults", "f.csv"])).ends(0);
}
