//! `sweep` and `compare`: the figures are those of `run`, on the same luck; wrong input is told.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;
#[path = "sweep_compare/within.rs"]
mod within;

use kit::{BASE, Desk, STRESS, Table, json, ran};
use serde_json::Value;
use std::sync::atomic::AtomicBool;
use zonefall_cli::assemble::{self, Overrides};
use zonefall_study::comparison::compare;
use zonefall_study::exactly::exactly;
use zonefall_study::{Threads, Visit};

const VARY: &str = "scale_set.web.capacity=7 to 11 step 2";
const NEED: &str = "slo.min_serving=5, 6";

/// One design on the world of [`STRESS`].
fn plain() -> String {
    let design = STRESS.find("[[design]]").unwrap();
    STRESS[..design].replace("capacity = 9", "capacity = 9\nzones = [1, 2, 3]")
}

#[test]
fn a_point_of_a_sweep_is_the_run_of_the_changed_scenario_and_all_points_share_their_luck() {
    let desk = Desk::with(&plain());
    let args = ["sweep", "s.toml", "--vary", VARY, "--vary", NEED, "--csv", "w.csv", "--format", "json"];
    let all: Value = serde_json::from_str(&ran(&mut desk.command(args)).ends(0).out).unwrap();
    let points = all["points"].as_array().unwrap();
    assert_eq!(points.len(), 6);
    let values: Vec<String> = points.iter().map(|p| format!("{} {}", p["values"][0], p["values"][1])).collect();
    assert_eq!(values[0], "\"7\" \"5\"");
    assert_eq!(values[5], "\"11\" \"6\"");
    desk.run("run s.toml --no-counterfactual --what-if scale_set.web.capacity=9 --what-if slo.min_serving=6 --out r")
        .ends(0);
    let alone = json(&desk.path("r/summary.json"));
    let point = &points[3]["outcome"];
    assert_eq!(point["designs"][0]["unavailability"], alone["designs"][0]["unavailability"]);
    assert_eq!(point["designs"][0]["causes"], alone["designs"][0]["causes"]);
    // The same verdict by the same rule: luck, and what is assumed.
    for key in ["verdict_mean", "verdict_windows", "assumptions"] {
        assert_eq!(point["designs"][0][key], alone["designs"][0][key], "{key}");
    }
    assert!(point["designs"][0]["assumptions"].is_object(), "{point}");
    // On the same storms more machines never miss more, nor does a smaller need, point by point.
    let missed = |at: usize| points[at]["outcome"]["designs"][0]["unavailability"]["mean"].as_f64().unwrap();
    assert!(missed(5) <= missed(3) && missed(3) <= missed(1) && missed(1) > 0.0);
    assert!((0..3).all(|row| missed(2 * row) <= missed(2 * row + 1)));
    let csv = desk.table("w.csv");
    assert_eq!(csv.columns[..4], ["point", "scale_set.web.capacity", "slo.min_serving", "design"]);
    let rows: Vec<&Vec<String>> = csv.rows.iter().filter(|row| row[0] == "4" && row[5] == "unavailability").collect();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][7].parse::<f64>().unwrap(), missed(3));
    let column = |name: &str| csv.columns.iter().position(|column| column == name).unwrap();
    let (verdict, quality) = (&rows[0][column("verdict")], &rows[0][column("quality")]);
    assert_eq!(*verdict, point["designs"][0]["verdict_mean"].as_str().unwrap());
    assert_eq!(*quality, point["designs"][0]["unavailability"]["quality"].as_str().unwrap());
}

#[test]
fn a_sweep_is_a_heat_map_a_list_or_one_key_at_a_time_and_the_same_on_any_number_of_threads() {
    let desk = Desk::with(&plain());
    let sweep = |more: &[&str]| ran(desk.command(["sweep", "s.toml"]).args(more)).ends(0);
    let one = sweep(&["--vary", VARY, "--vary", NEED, "--threads", "1"]);
    let two = sweep(&["--vary", VARY, "--vary", NEED, "--threads", "2"]);
    assert_eq!(one.out, two.out);
    one.says(&[
        "base, by slo.min_serving",
        "scale_set.web.capacity",
        "6 points, 18 trials each",
        "No figure is known well enough",
    ]);
    sweep(&["--vary", VARY, "--vary", NEED, "--trials", "60"]).says(&["█", "min a month in equal steps"]);
    sweep(&["--vary", VARY]).says(&["scale_set.web.capacity", "11"]);
    let each = sweep(&["--vary", VARY, "--vary", NEED, "--one-at-a-time", "--format", "csv"]);
    let each = Table::read(each.out.as_bytes(), b',');
    assert_eq!(each.column("point").last(), Some(&"6"));
    assert_eq!(each.column("slo.min_serving")[0], "");
}

/// A design that says a key itself, or does without it, is not varied in it: no row and no column says that it was.
#[test]
fn a_design_that_keeps_its_own_value_is_not_told_to_vary() {
    let own = "[[design]]\nname = \"old\"\n[[design]]\nname = \"new\"\nscale_set.web.capacity = 11\n";
    let desk = Desk::with(&(plain() + own));
    let args = "--vary scale_set.web.capacity=9,10 --vary slo.min_serving=5,6 --what-if seed=7 --trials 20 -q";
    let told = desk.run(&format!("sweep s.toml {args} --csv w.csv --no-assumptions")).ends(0).out;
    let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("`scale_set.web.capacity` is not varied in new: what the design itself says of it stays"),
        "{told}"
    );
    let table = desk.table("w.csv");
    let of = |name: &str| table.column(name);
    let rows = of("design").into_iter().zip(of("scale_set.web.capacity")).zip(of("keeps")).zip(of("slo.min_serving"));
    let (mut old, mut new) = (0, 0);
    for (((design, capacity), keeps), needed) in rows {
        assert!(["5", "6"].contains(&needed), "{needed}");
        match design {
            "old" => assert!(["9", "10"].contains(&capacity) && keeps.is_empty(), "{capacity} {keeps}"),
            _ => assert_eq!((capacity, keeps), ("", "scale_set.web.capacity")),
        }
        *if design == "old" { &mut old } else { &mut new } += 1;
    }
    assert!(old > 0 && new >= old);
    // The other way round the columns are those of the key that it keeps; one at a time too.
    let args = "--vary slo.min_serving=5,6 --vary scale_set.web.capacity=9,10 --trials 20 -q --no-assumptions";
    desk.run(&format!("sweep s.toml {args}")).ends(0).says(&["new, by scale_set.web.capacity (it keeps its own)"]);
    let each = desk.run(&format!("sweep s.toml {args} --one-at-a-time --format json")).ends(0).out;
    let each: Value = serde_json::from_str(&each).unwrap();
    assert_eq!(each["kept"], serde_json::json!([{ "key": "scale_set.web.capacity", "design": "new" }]));
    let none =
        desk.run("sweep s.toml --vary slo.min_serving=5,6 --trials 20 -q --no-assumptions --format json").ends(0).out;
    assert!(serde_json::from_str::<Value>(&none).unwrap()["kept"].is_null());
}

/// Targets that vary are all named; a bound is no figure to be shaded by.
#[test]
fn a_sweep_names_every_target_and_shades_no_bound() {
    let desk = Desk::with(&plain());
    let told = desk.run("sweep s.toml --vary slo.target=90%,99% --trials 40").ends(0).out;
    assert!(told.contains("Targets are 90%, 99%, by point"), "{told}");
    let few = desk.run("sweep s.toml --vary slo.min_serving=1,2 --trials 2").ends(0).out;
    let bounded: Vec<&str> = few.lines().filter(|line| line.contains('≤') && !line.contains("fewer than")).collect();
    assert!(!bounded.is_empty() && bounded.iter().all(|line| !line.contains(['░', '▒', '▓', '█'])), "{few}");
}

#[test]
fn sweeps_that_make_no_sense_are_refused_in_words() {
    let desk = Desk::with(BASE);
    for (vary, code, words) in [
        ("scale_set.web.capacity", 2, "key=values"),
        ("scale_set.web.capacity=", 2, "empty place"),
        ("scale_set.web.capacity=9 to 6", 2, "begins above its end"),
        ("scale_set.web.capacity=0 to 999999999", 2, "more than 10000 values"),
        ("scale_set.web.capacityy=6, 9", 3, "did you mean `capacity`?"),
        ("scale_set.web.capacity=9, many", 3, "--vary:1:24"),
        ("slo.target=99%, 101%", 3, "E023"),
    ] {
        ran(&mut desk.command(["sweep", "s.toml", "--vary", vary])).ends(code).complains(&[words]);
    }
    let many = ["sweep", "s.toml", "--vary", "seed=1 to 200", "--vary", "trials=1 to 200"];
    ran(&mut desk.command(many)).ends(2).complains(&["points are more than 10000"]);
    desk.put("there.csv", "mine");
    let there = ["sweep", "s.toml", "--vary", "seed=1, 2", "--csv", "there.csv"];
    ran(&mut desk.command(there)).ends(1).complains(&["exists; use --force"]);
    assert_eq!(desk.read("there.csv"), "mine");
    desk.run("sweep missing.toml --vary seed=1").ends(3).complains(&["E001"]);
    desk.run("sweep s.toml").ends(2);
}

#[test]
fn a_comparison_has_the_figures_of_a_run_and_its_causes_sum_to_the_difference() {
    let desk = Desk::with(STRESS);
    desk.run("run s.toml --no-counterfactual --out r").ends(0);
    let run = json(&desk.path("r/summary.json"));
    let out = desk.run("compare s.toml --format json").ends(0).out;
    let all: Value = serde_json::from_str(&out).unwrap();
    let pairs = all["pairs"].as_array().unwrap();
    assert_eq!((all["standings"].as_array().unwrap().len(), pairs.len()), (4, 6));
    for difference in run["differences"].as_array().unwrap() {
        let named = |pair: &&Value| {
            let names = [&pair["design"], &pair["against"]];
            names.contains(&&difference["design"]) && names.contains(&&difference["against"])
        };
        let pair = pairs.iter().find(named).unwrap();
        let sign = if pair["design"] == difference["design"] { 1.0 } else { -1.0 };
        let mean = pair["difference"]["min_per_month"].as_f64().unwrap();
        let there = difference["downtime_min_per_month"].as_f64().unwrap();
        assert!((sign * mean - there).abs() < 1e-9 * (1.0 + there.abs()));
        // More pairs, wider intervals: all of them hold together.
        let width = pair["difference"]["high"].as_f64().unwrap() - pair["difference"]["low"].as_f64().unwrap();
        assert!(width >= difference["high"].as_f64().unwrap() - difference["low"].as_f64().unwrap() - 1e-9);
    }
    for pair in pairs {
        let causes = pair["causes"].as_array().unwrap();
        let sum: f64 = causes.iter().map(|cause| cause[1]["min_per_month"].as_f64().unwrap()).sum();
        let whole = pair["difference"]["min_per_month"].as_f64().unwrap();
        assert!((sum - whole).abs() < 1e-9 * (1.0 + whole.abs()), "{pair}");
        assert!(whole <= 0.0 && pair["same_storms"] == true);
    }
    let text = desk.run("compare s.toml").ends(0);
    text.says(&["The order, least downtime first", "not distinguishable", "Every pair", "each by itself"]);
    assert_eq!(desk.run("compare s.toml --threads 1").out, desk.run("compare s.toml --threads 2").out);
    desk.run("compare s.toml --only zonal --only eight --csv c.csv").ends(0);
    assert_eq!(desk.table("c.csv").column("cause")[0], "all");
}

/// Few trials of designs that hardly ever miss: two of at most b each differ by at most b.
#[test]
fn two_designs_with_upper_bounds_only_differ_by_no_more_than_these() {
    const CUT: &str = "is cut at what the two bounds allow";
    let desk = Desk::new();
    kit::scenarios(&desk);
    let all = desk.read("scenarios/zonal-or-spanning.toml");
    let parts: Vec<&str> = all.split("[[design]]").collect();
    desk.put("two.toml", format!("{}[[design]]{}[[design]]{}", parts[0], parts[1], parts[4]));
    let played = |file: &str| desk.run(&format!("run {file} --no-counterfactual --no-assumptions --out r --force"));
    // Bounds that hold each by itself would not hold for many differences together.
    assert!(!played("scenarios/zonal-or-spanning.toml --trials 200").ends(0).out.contains(CUT));
    let file = "two.toml --trials 200";
    played(file).ends(0).says(&[CUT]);
    let run = json(&desk.path("r/summary.json"));
    let told: Value = serde_json::from_str(&desk.run(&format!("compare {file} --format json")).ends(0).out).unwrap();
    let number = |of: &Value| of.as_f64().unwrap();
    let mut held = 0;
    let mut holds = |low: &Value, high: &Value, (a, b): (f64, f64)| {
        assert!(number(low) >= -b * (1.0 + 1e-9) && number(high) <= a * (1.0 + 1e-9), "{low} {high} {a} {b}");
        held += 1;
    };
    let bound = |name: &Value| {
        let of = run["designs"].as_array().unwrap().iter().find(|of| of["design"] == *name).unwrap();
        let few = of["unavailability"]["quality"] == "upper_bound";
        few.then(|| number(&of["unavailability"]["high"]) * 43_200.0)
    };
    for of in run["differences"].as_array().unwrap() {
        if let (Some(a), Some(b)) = (bound(&of["design"]), bound(&of["against"])) {
            holds(&of["low"], &of["high"], (a, b));
        }
    }
    for pair in told["pairs"].as_array().unwrap() {
        if let (Some(a), Some(b)) = (bound(&pair["design"]), bound(&pair["against"])) {
            holds(&pair["difference"]["low"], &pair["difference"]["high"], (a, b));
        }
    }
    assert_eq!(held, 2);
    // In the table of places a bound stands for both of them, and no estimate of few misses.
    let text = desk.run(&format!("compare {file}")).ends(0).out;
    let places = text.split("Every pair").next().unwrap();
    assert_eq!(places.lines().filter(|line| line.contains("≤ ")).count(), 2, "{text}");
    for of in told["standings"].as_array().unwrap() {
        let mean = format!(" {:.2}", number(&of["downtime_min_per_month"]["mean"]));
        assert!(!places.contains(mean.trim_end_matches('0')), "{mean}: {text}");
    }
}

#[test]
fn two_files_that_share_their_storms_are_paired_and_others_are_told() {
    let desk = Desk::with(&plain());
    desk.put("t.toml", plain().replace("zones = [1, 2, 3]", "zones = [1]"));
    desk.put("u.toml", plain().replace("seed = 7", "seed = 8"));
    let one = STRESS.replace("name = \"regional\"", "name = \"gone\"");
    desk.put("all.toml", one);
    let json = |args: &str| -> Value { serde_json::from_str(&desk.run(args).ends(0).out).unwrap() };
    let files = json("compare s.toml t.toml --format json");
    let designs = json("compare all.toml --only spanning --only zonal --format json");
    let whole = |of: &Value| (of["pairs"][0]["difference"].clone(), of["pairs"][0]["same_storms"].clone());
    assert_eq!(whole(&files), whole(&designs));
    assert_eq!(files["standings"][0]["design"], "s");
    let others = json("compare s.toml u.toml --format json");
    assert_eq!(others["pairs"][0]["same_storms"], false);
    desk.run("compare s.toml u.toml").ends(0).says(&["u does not live through the storms of s: the seed differs"]);
    // The same designs on other luck: what is there is luck.
    assert!(others["pairs"][0]["says"] != "the same in every trial");
    desk.run("compare s.toml all.toml").ends(0).says(&["all: zonal"]);
}

#[test]
fn comparisons_that_make_no_sense_are_refused_in_words() {
    let desk = Desk::with(STRESS);
    desk.put("short.toml", plain().replace("200 days", "100 days"));
    desk.put("broken.toml", "horizon = ");
    desk.put("first.toml", plain().replace("\"200 days\"", "{ until = \"first miss\", at_most = \"200 days\" }"));
    desk.run("compare s.toml short.toml").ends(2).complains(&["the same length of time", "--what-if horizon"]);
    desk.run("compare s.toml short.toml --what-if horizon=50days").ends(0);
    desk.run("compare s.toml broken.toml missing.toml").ends(3).complains(&["broken.toml:1", "missing.toml"]);
    desk.run("compare short.toml").ends(2).complains(&["needs two designs"]);
    desk.run("compare first.toml s.toml").ends(2).complains(&["first miss"]);
    desk.run("compare s.toml --only zonall").ends(2).complains(&["did you mean `zonal`?"]);
    desk.run("compare").ends(2);
}

/// Machines and two zones that fail by themselves, with exact answers.
const KNOWN: &str = "\
horizon = \"8760 h\"
[slo]
min_serving = 10
window = \"8760 h\"
[region.here]
zones = 2
halls_per_zone = 1
racks_per_zone = 1
hosts_per_rack = 40
[scale_set.web]
zones = [1, 2]
capacity = 11
[faults]
profile = \"none\"
[faults.mode.vm]
scope = \"instance\"
time_to_failure = { law = \"exponential\", mean = \"1000 h\" }
outage = { law = \"exponential\", mean = \"3 h\" }
[faults.mode.zone]
scope = \"zone\"
time_to_failure = { law = \"exponential\", mean = \"4000 h\" }
outage = { law = \"exponential\", mean = \"8 h\" }
[[design]]
name = \"eleven\"
[[design]]
name = \"twelve\"
scale_set.web.capacity = 12
[[design]]
name = \"thirteen in one zone\"
scale_set.web.capacity = 13
scale_set.web.zones = [1]
[[design]]
name = \"twenty\"
scale_set.web.capacity = 20
";

/// Comparisons, each of six intervals, all of which have to cover at once.
const COMPARISONS: u64 = 100;
/// So many at least: three standard deviations below 95 %.
const COVER_LEAST: usize = 88;

#[test]
fn the_intervals_of_all_pairs_cover_the_exact_differences_at_once() {
    let scenario = zonefall_scenario::parse(KNOWN, "known").unwrap();
    let threads = Threads::new(0).unwrap();
    let stop = AtomicBool::new(false);
    let how = Visit { threads: &threads, stop: &stop, told: &|_| () };
    let mut covered = 0;
    for seed in 0..COMPARISONS {
        let overrides = Overrides { seed: Some(seed), no_counterfactual: true, ..Overrides::default() };
        let study = assemble::study(&scenario, overrides).unwrap();
        let names: Vec<String> = study.designs.iter().map(|design| design.name.clone()).collect();
        let truth = |name: &str| {
            let design = study.designs.iter().find(|design| design.name == name).unwrap();
            43_200.0 * exactly(&study, design).unwrap().unavailability
        };
        let of = compare(std::slice::from_ref(&study), &names, 300, &how).unwrap().unwrap();
        let holds = |pair: &zonefall_study::comparison::Pair| {
            let exact = truth(&pair.design) - truth(&pair.against);
            pair.difference.low <= exact && exact <= pair.difference.high
        };
        // The true order is within the places.
        let mut order = names.clone();
        order.sort_by(|a, b| truth(a).total_cmp(&truth(b)));
        let place = |name: &str| 1 + order.iter().position(|other| other == name).unwrap();
        let placed = of.standings.iter().all(|of| (of.place_from..=of.place_to).contains(&place(&of.design)));
        covered += usize::from(of.pairs.iter().all(holds) && placed);
    }
    println!("{covered} of {COMPARISONS} comparisons cover all six differences and all places");
    assert!(covered >= COVER_LEAST);
}

/// Hints on trials are on those that are played, not on those of the file.
#[test]
fn hints_speak_of_the_trials_that_are_asked_for() {
    let few = BASE.replace("trials = 100", "trials = 7");
    let desk = Desk::with(&few);
    let vary = ["sweep", "s.toml", "--no-assumptions", "--vary", "scale_set.web.capacity=9,10", "--trials"];
    let hints = |trials: &str| ran(desk.command(vary).arg(trials)).ends(0).err;
    let checked = |change: &str| ran(desk.command(["check", "s.toml"]).args(["--what-if", change])).ends(0).err;
    for trials in ["7", "2000"] {
        let told = checked(&format!("trials={trials}"));
        let count = told.matches("hint[").count();
        let expected = format!(
            "{count} hint{}: zonefall check s.toml --what-if trials={trials}",
            if count == 1 { "" } else { "s" }
        );
        assert_eq!(hints(trials).contains(&expected), count > 0, "{expected}: {}", hints(trials));
        assert!(count > 0 || !hints(trials).contains("hint"));
    }
    assert!(checked("trials=7").contains("W011") && !checked("trials=2000").contains("W011"));
}
