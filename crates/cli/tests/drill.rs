//! `drill` from the command line: what is judged, what is not, and how it ends.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;

use kit::Desk;
use serde_json::Value;

/// Six machines in two zones and three in one; four must serve through a drill.
const ON: &str = "\
name = \"drilled\"
horizon = \"2 days\"
trials = 1
seed = 1
[slo]
min_serving = 3
[region.east]
[faults]
profile = \"none\"
[scale_set.web]
zones = [1, 2]
capacity = 8
";

/// One action on a set in a zone.
fn experiment(action: &str, set: &str, zone: u32) -> String {
    let target = format!(
        "/subscriptions/0/resourceGroups/shop/providers/Microsoft.Compute/virtualMachineScaleSets/{set}/providers/Microsoft.Chaos/\
         targets/Microsoft-VirtualMachineScaleSet"
    );
    format!(
        r#"{{"name": "one", "location": "eastus", "properties": {{
            "selectors": [{{"type": "List", "id": "web", "targets": [{{"type": "ChaosTarget", "id": "{target}"}}],
              "filter": {{"type": "Simple", "parameters": {{"zones": ["{zone}"]}}}}}}],
            "steps": [{{"name": "s", "branches": [{{"name": "b", "actions": [
              {{"type": "continuous", "name": "{action}", "selectorId": "web", "duration": "PT30M", "parameters": []}}]}}]}}]}}}}"#
    )
}

const SHUTDOWN: &str = "urn:csci:microsoft:virtualMachineScaleSet:shutdown/2.0";
/// Something that the model does not hold.
const NOT_HELD: &str = "urn:csci:microsoft:networkSecurityGroup:securityRule/1.0";
/// Something that does nothing where no set scales.
const IDLE: &str = "urn:csci:microsoft:autoscaleSettings:disableAutoscale/1.0";
const TOLD: &str = "drill e.json --on s.toml --trials 2";

/// The file is not there, is no text, or has nothing to run: all of it is the input's, and ends as a bad scenario does.
#[test]
fn an_experiment_or_a_script_that_is_not_there_is_bad_input() {
    let desk = Desk::with(ON);
    desk.put("one.json", experiment(SHUTDOWN, "web", 1));
    desk.run("drill one.jsn --on s.toml").ends(3).complains(&["one.jsn", "did you mean `one.json`?"]);
    desk.put("latin.json", b"{ \"name\": \"\xe9\" }");
    desk.run("drill latin.json --on s.toml").ends(3).complains(&["latin.json is not UTF-8 text"]);
    desk.run("drill --on s.toml").ends(3).complains(&["no `[[script]]`"]);
    desk.put("s.toml", format!("{ON}[[script]]\nat = \"1 h\"\nmembers = [\"east\"]\n"));
    desk.run("drill --on s.toml").ends(3).complains(&["script[1] has no end"]);
    desk.put("s.toml", ON.replace("2 days", "20 min"));
    desk.run("drill one.json --on s.toml").ends(3).complains(&["longer than the horizon"]);
    desk.put("empty.json", "{ \"properties\": { \"steps\": [], \"selectors\": [] } }");
    desk.run("drill empty.json --on s.toml").ends(3).complains(&["empty.json"]);
}

/// What of an outage is held stands under a heading of its own: it is nothing that the model does otherwise than Azure.
#[test]
fn ch_07_what_of_an_outage_is_held_stands_under_its_own_heading() {
    let desk = Desk::with(ON);
    desk.put("e.json", experiment(SHUTDOWN, "web", 1));
    let told = desk.run(&format!("{TOLD} --as-outage")).says(&["As an outage", "like mode `datacenter`"]);
    let (above, _) = told.out.split_once("like mode `datacenter`").unwrap();
    assert!(above.trim_end_matches([' ', '·', '-']).ends_with("As an outage\n"), "{told}");
    desk.put("e.json", experiment(SHUTDOWN, "web", 1).replace("\"filter\"", "\"nothing\""));
    let told = desk.run(&format!("{TOLD} --as-outage"));
    let (_, below) = told.out.split_once("As an outage\n").unwrap();
    assert!(below.contains("filters no zone"), "{told}");
}

#[test]
fn ch_02_where_nothing_can_be_run_nothing_is_judged() {
    let desk = Desk::with(ON);
    for (action, zone, why) in [
        (SHUTDOWN, 3, "the experiment cannot be run: nothing of `web` stands in zone 3"),
        (IDLE, 1, "nothing was run: nothing that the experiment does strikes anything that the model has"),
        (NOT_HELD, 1, "nothing was run: nothing that the experiment does strikes anything that the model has"),
    ] {
        desk.put("e.json", experiment(action, "web", zone));
        let ran =
            desk.run(TOLD).ends(5).says(&["Nothing was run, so nothing was judged: no design passes or fails.", why]);
        for words in ["No design passes", "Every design passes", "Figures are those", "A shutdown is no zone outage"] {
            assert!(!ran.out.contains(words), "{words}: {}", ran.out);
        }
        let told: Value = serde_json::from_str(&desk.run(&format!("{TOLD} --format json")).ends(5).out).unwrap();
        assert_eq!((&told["designs"][0]["trials"], &told["designs"][0]["judged"]), (&0.into(), &Value::Null), "{told}");
    }
}

#[test]
fn ch_07_a_drill_ends_by_what_was_judged_and_else_by_what_was_not() {
    let third = "[[design]]\nname = \"two\"\n[[design]]\nname = \"third\"\nscale_set.web.zones = [3]\n";
    let desk = Desk::with(&format!("{ON}{third}"));
    desk.put("e.json", experiment(SHUTDOWN, "web", 1));
    // One passes, and nothing stands in zone 1 of the other.
    desk.run(TOLD)
        .ends(5)
        .says(&["1 of 1 designs pass: two.", "Nothing was run on third, so nothing was judged there."]);
    // One fails, whatever was not run: its timeline is shown.
    desk.put("s.toml", format!("{ON}{third}").replace("min_serving = 3", "min_serving = 5"));
    desk.run(TOLD).ends(4).says(&["No design passes. Nothing was run on third", "trial 0 of two"]);
    desk.put("s.toml", ON);
    let default = "This is the default, as the scenario has no `[drill]`";
    desk.run(TOLD).ends(0).says(&["Every design passes.", default]);
    desk.put("s.toml", format!("{ON}[drill]\nwatch = \"1 h\"\n"));
    assert!(!desk.run(TOLD).ends(0).out.contains(default));
    desk.run("explain exit-codes").ends(0).says(&["of a drill: none failed it, but on one nothing was run"]);
}

/// Beside the verdict, not below: what was only guessed, and what was not run.
#[test]
fn ch_03_a_verdict_says_of_how_much_of_the_experiment_it_is_and_on_what() {
    let desk = Desk::with(ON);
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let above_the_table = |out: &str| flat(out.split("The objective must hold").next().unwrap());
    // A set that the scenario does not know.
    desk.put("e.json", experiment(SHUTDOWN, "shop-vmss", 1));
    let guessed = "no scale set here is called `shop-vmss` (selector `web`): it was taken for `web`, the only one";
    let ran = desk.run(TOLD).ends(0);
    assert!(above_the_table(&ran.out).contains(guessed), "{ran}");
    let told: Value = serde_json::from_str(&desk.run(&format!("{TOLD} --format json")).ends(0).out).unwrap();
    assert!(told["guessed"][0].as_str().unwrap().starts_with(guessed), "{told}");
    let said = desk.run(&format!("{TOLD} --target web=web")).ends(0);
    assert!(!said.out.contains("shop-vmss"), "{said}");
    // A second action that the model does not hold.
    let one = format!("{{\"type\": \"continuous\", \"name\": \"{SHUTDOWN}\"");
    let with = |action: &str| {
        let other =
            one.replace(SHUTDOWN, action) + ", \"selectorId\": \"web\", \"duration\": \"PT30M\", \"parameters\": []}, ";
        experiment(SHUTDOWN, "web", 1).replace(&one, &(other + &one))
    };
    // Where no set scales, autoscale that is disabled changes nothing: the verdict is of the whole experiment.
    desk.put("e.json", with(IDLE));
    let ran = desk.run(TOLD).ends(0).says(&["Every design passes."]);
    assert!(!ran.out.contains("a part of the experiment"), "{ran}");
    desk.put("e.json", with(NOT_HELD));
    let ran = desk.run(TOLD).ends(5);
    let words = "Every design passes as far as it was run. That is of a part of the experiment: 1 of its 2 actions was run, not \
                 networksecuritygroup:securityrule.";
    assert!(above_the_table(&ran.out).contains(words), "{ran}");
    desk.run(&format!("{TOLD} --allow-not-run")).ends(0).says(&["Every design passes as far as it was run."]);
    let told: Value = serde_json::from_str(&desk.run(&format!("{TOLD} --format json")).ends(5).out).unwrap();
    assert_eq!((&told["actions"], &told["not_run"][0]), (&2.into(), &"networksecuritygroup:securityrule".into()));
    // Options of `trace` are none of a drill.
    for option in ["--all", "--csv", "--longest"] {
        assert!(!ran.out.contains(option), "{option}: {ran}");
    }
}

/// Six workers that need 100 minutes for a batch, and stand still from 00:30 to 01:00.
fn worked_off(deadline: &str, more: &str) -> String {
    format!(
        "name = \"nightly\"\nstart = \"2026-03-02\"\nhorizon = \"2 days\"\ntrials = 1\nseed = 1\n[slo]\njobs_by_deadline = \"100%\"\n\
         [jobs]\ncount = 36_000\nat = \"00:10\"\ndeadline = \"{deadline}\"\n[region.east]\n[faults]\nprofile = \"none\"\n\
         [scale_set.web]\nzones = [1, 2]\ncapacity = 6\ncapacity_per_instance = \"1 req/s\"\n\
         [[script]]\nat = \"30 min\"\nfor = \"30 min\"\nmembers = [\"east\"]\n{more}"
    )
}

/// Nothing serves, and no deadline tells: that is no pass.
#[test]
fn a_deadline_that_the_drill_does_not_see_is_not_judged() {
    let desk = Desk::with(&worked_off("04:30", ""));
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let call = "drill --on s.toml --trials 2";
    let ran = desk.run(call).ends(5).says(&["? not judged"]);
    let why = "no deadline passes in the 100 min from the beginning of the experiment to the end of the drill. The next one passes \
               140 min later, on Monday, 2026-03-02 04:30 UTC; a longer drill would judge it: `drill.watch = \"4 h\"`";
    let out = flat(&ran.out);
    assert!(out.contains(&format!("No design passes or fails. The objective is not judged: {why}.")), "{ran}");
    assert!(out.contains(") is not judged in 2.17 h: no deadline passes"), "{ran}");
    for words in ["passes. ", "holds for all", "Figures are those"] {
        assert!(!out.contains(words), "{words}: {ran}");
    }
    let told: Value = serde_json::from_str(&desk.run(&format!("{call} --format json")).ends(5).out).unwrap();
    let of = &told["designs"][0];
    assert_eq!((&of["passed"], &of["judged"], &of["least_serving"]), (&0.into(), &Value::Null, &0.into()), "{of}");
    assert_eq!(of["not_judged"], why);
    // The longer drill judges it: in time, and not.
    desk.put("s.toml", worked_off("04:30", "[drill]\nwatch = \"4 h\"\n"));
    desk.run(call).ends(0).says(&["Every design passes.", "holds for all"]);
    desk.put("s.toml", worked_off("02:00", "[drill]\nwatch = \"4 h\"\n"));
    desk.run(call).ends(4).says(&["No design passes."]);
    // Beside a design that is judged and passes, and one that is judged and fails.
    let beside = |deadline: &str| {
        let drill = "[drill]\nmay_miss = \"1 h\"\nwatch = \"90 min\"\n";
        let other = format!("[[design]]\nname = \"by day\"\njobs.deadline = \"{deadline}\"\n");
        worked_off("04:30", &format!("{drill}[[design]]\nname = \"by night\"\n{other}"))
    };
    desk.put("s.toml", beside("02:25"));
    let ran = desk.run(call).ends(5);
    let words = "1 of 1 designs pass: by day. The objective is not judged on by night: no deadline passes";
    assert!(flat(&ran.out).contains(words), "{ran}");
    desk.put("s.toml", beside("02:15"));
    let ran = desk.run(call).ends(4).says(&["of by day"]);
    assert!(flat(&ran.out).contains("No design passes. The objective is not judged on by night"), "{ran}");
    // Beyond what the scenario knows of.
    desk.put("s.toml", worked_off("04:30", "").replace("2 days", "3 h"));
    assert!(flat(&desk.run(call).ends(5).out).contains("`drill.watch = \"4 h\"` and a longer `horizon`."));
}

/// 100 minutes of work in an hour are late whatever the script does; in two hours they are late only by it.
#[test]
fn ch_07_what_fails_without_the_experiment_too_is_said_to() {
    let desk = Desk::new();
    let call = "drill --on s.toml --trials 3";
    let without = |ends: i32| -> Value {
        let told: Value = serde_json::from_str(&desk.run(&format!("{call} --format json")).ends(ends).out).unwrap();
        told["designs"][0]["fails_without"].clone()
    };
    let watch = "[drill]\nwatch = \"4 h\"\n";
    let short = watch.to_owned() + "[[design]]\nname = \"alone\"\n";
    for (deadline, script) in [("01:10", "30 min"), ("01:10", "1 s")] {
        desk.put("s.toml", worked_off(deadline, &short).replace("for = \"30 min\"", &format!("for = \"{script}\"")));
        desk.run(call).ends(4).says(&["No design passes. alone fails 3 of 3 without the experiment, too."]);
        assert_eq!(without(4), 3);
    }
    desk.put("s.toml", worked_off("02:00", watch));
    let ran = desk.run(call).ends(4).says(&["No design passes."]);
    assert!(!ran.out.contains("without the experiment"), "{ran}");
    assert_eq!(without(4), 0);
    // Nothing is played again where everything passes.
    desk.put("s.toml", worked_off("04:30", watch));
    assert_eq!(without(0), Value::Null);
}

#[test]
fn a_trial_without_a_deadline_is_not_told_as_one_that_meets_it() {
    let desk = Desk::with(&worked_off("04:30", "").replace("2 days", "4 h"));
    let words = ") is not judged in 4.00 h:\n  no deadline passes in the measured time.";
    desk.run("trace s.toml --trial 0").ends(0).says(&[words]);
    let told: Value = serde_json::from_str(&desk.run("trace s.toml --trial 0 --format json").ends(0).out).unwrap();
    assert_eq!(told["not_judged"], "no deadline passes in the measured time");
    desk.put("s.toml", worked_off("04:30", ""));
    desk.run("trace s.toml --trial 0").ends(0).says(&["holds for all of"]);
}

#[test]
fn ch_02_a_set_that_has_grown_loses_all_that_stands_in_the_zone() {
    // Four machines of a request a second see ten, and are eight long before noon: four of them stand in zone 1.
    let grown = ON
        .replace("min_serving = 3", "min_serving = 5")
        .replace("capacity = 8", "capacity = 4\ncapacity_per_instance = \"1 req/s\"")
        + "[demand]\nrate = \"10 req/s\"\n[drill]\nbegins = \"12 h\"\n[scale_set.web.autoscale]\nminimum = 4\nmaximum = 8\n\
           [[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\nwindow = \"10 min\"\noperator = \">\"\nthreshold = 60\nincrease = 4\n";
    let desk = Desk::with(&grown);
    desk.put("e.json", experiment(SHUTDOWN, "web", 1));
    desk.run(TOLD).ends(4).says(&["all machines of `web` in zone 1 at the time (2 at first)", "4 serve"]);
}

#[test]
fn beside_the_worst_trial_stands_a_typical_one() {
    let desk = Desk::new();
    kit::scenarios(&desk);
    let experiment = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/experiments/zone-1-down.json");
    desk.put("e.json", std::fs::read(experiment).unwrap());
    let call = "drill e.json --on scenarios/zone-down-drill.toml";
    let told = |more: &str| -> Value {
        let told: Value = serde_json::from_str(&desk.run(&format!("{call} --format json{more}")).ends(4).out).unwrap();
        told["designs"][3].clone()
    };
    let during = |of: &Value| of["judged"]["during_ms"].as_u64().unwrap();
    let all = told("");
    let typical = all["typical_during_ms"].as_u64().unwrap();
    assert!(0 < typical && typical < during(&all), "{all}");
    // The lower of the two in the middle: at least half of the trials miss no more, and of one trial it is that.
    let one = told(" --trials 1");
    assert_eq!(one["typical_during_ms"], during(&one), "{one}");
    let two = told(" --trials 2");
    assert!(two["typical_during_ms"].as_u64().unwrap() <= during(&two).min(during(&one)), "{two} {one}");
    desk.run(call).ends(4).says(&["during: worst", "typical: while the experiment lasted half"]);
}

/// Verdicts first, then what to be warned of, what must hold, what happened, what the model leaves out, and how to make it again.
#[test]
fn a_drill_is_reported_in_a_folder_of_its_own() {
    let third = "[[design]]\nname = \"two\"\n[[design]]\nname = \"third\"\nscale_set.web.zones = [3]\n";
    let text = format!("{ON}{third}").replace("min_serving = 3", "min_serving = 5");
    let desk = Desk::with(&text);
    desk.put("e.json", experiment(SHUTDOWN, "shop", 1));
    let ran = desk.run(&format!("{TOLD} --report md,html,md")).ends(4);
    assert!(ran.err.contains("wrote drill.json report.html report.md") && ran.err.contains("s-drill-e"), "{ran}");
    let folder = "results/s-drill-e";
    let told: Value = serde_json::from_str(&desk.read(&format!("{folder}/drill.json"))).unwrap();
    assert_eq!(told["designs"][0]["passed"], 0);
    let again = "zonefall drill e.json --on s.toml --trials 2 --report html,md";
    let [html, md] = ["html", "md"].map(|kind| desk.read(&format!("{folder}/report.{kind}")));
    let in_order = |text: &str, words: &[&str]| {
        let found: Vec<Option<usize>> = words.iter().map(|of| text.find(of)).collect();
        assert!(found.iter().all(Option::is_some) && found.is_sorted(), "{words:?} {found:?}: {text}");
    };
    let body = html.split("<main>").nth(1).unwrap();
    in_order(
        body,
        &[
            "No design passes. Nothing was run on third",
            "✗\u{a0}fails",
            "Before you believe a number",
            "was taken for <code>web</code>",
            "third: the experiment cannot be run: nothing of <code>web</code> stands in zone 1",
            "What must hold</h2>",
            "Worst trial of two",
            "<h2>Outage 1: day 0 ",
            "<b class=\"when\">day 0 ",
            "What a real outage would add</h2>",
            again,
        ],
    );
    in_order(
        &md,
        &[
            "**No design passes. Nothing was run on third",
            "| two | ✗ fails | 0 of 2 | during (2)",
            "## Warnings",
            "* third: the experiment cannot be run",
            "## What must hold",
            "| the experiment | ",
            "| two | worst | 0 |",
            "## Outage 1: day 0 ",
            "* **day 0 ",
            "## What a real outage would add",
            again,
        ],
    );
    // The same bytes from anywhere, and another folder for another question.
    let here = desk.path("").display().to_string();
    let from = format!("drill {here}/e.json --on {here}/s.toml --trials 2 --report html,md");
    desk.run(&format!("{from} --out q")).ends(4);
    assert_eq!([html, md], ["html", "md"].map(|kind| desk.read(&format!("q/report.{kind}"))));
    assert!(desk.run(&format!("{from} --as-outage")).ends(4).err.contains("s-drill-e-as-outage"));
    desk.run(&format!("{TOLD} --report xlsx")).ends(2).complains(&["[possible values: html, md]"]);
}

/// What stands in the way is seen before anything is run.
#[test]
fn a_report_of_a_drill_replaces_nothing_of_others() {
    let desk = Desk::with(ON);
    desk.put("e.json", experiment(SHUTDOWN, "web", 1));
    desk.put("r/report.md", "mine");
    let ran = desk.run(&format!("{TOLD} --report md --out r")).ends(1);
    assert!(ran.out.is_empty() && desk.read("r/report.md") == "mine" && desk.lacks("r/drill.json"), "{ran}");
    desk.run(&format!("{TOLD} --report md --out r --force")).ends(0);
    assert!(desk.read("r/report.md").contains("Every design passes."));
}

/// A drill that begins in a quiet hour says which is the busiest from which all of it is within the horizon, and how to begin then: this is
/// taken as it is said, and then there is none busier.
#[test]
fn a_drill_in_a_quiet_hour_names_the_busiest_and_how_to_begin_then() {
    let demand = "[demand]\nrate = \"100 req/s\"\ndaily = [0.5, 0.5, 1, 1.8, 1, 2]\n";
    let text = ON
        .replace("capacity = 8", "capacity = 8\ncapacity_per_instance = \"100 req/s\"")
        .replace("trials = 1", "trials = 1\nstart = \"2026-01-05\"")
        .replace("2 days", "22 h")
        + demand;
    let desk = Desk::with(&text);
    desk.put("e.json", experiment(SHUTDOWN, "web", 1));
    // The last part of the day is busier, and the drill would fit after 20:00.
    let told = desk.run(TOLD).out.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = "A busier hour may end otherwise: the most that it can meet is 200 requests a second, on Monday, 2026-01-05 20:00 UTC: \
                 `--what-if 'drill.begins=\"20 h\"'`.";
    assert!(told.contains(words), "{told}");
    let then = |begins: &str| {
        let change = format!("drill.begins=\"{begins}\"");
        let args = TOLD.split(' ').chain(["--what-if", &change, "--format", "json"]);
        let ran = kit::ran(&mut desk.command(args));
        serde_json::from_str::<Value>(&ran.out).unwrap()["designs"][0]["load"].clone()
    };
    let there = then("20 h");
    assert_eq!((&there["at_its_beginning"], &there["busiest"]), (&200.0.into(), &Value::Null));
    // Where it would not fit any more, the busiest from which it does.
    desk.put("s.toml", text.replace("22 h", "20 h"));
    let there = then("1 h");
    assert_eq!((&there["most"], &there["busiest"]["requests"]), (&180.0.into(), &180.0.into()), "{there}");
    assert_eq!(there["busiest"]["begins"], "12 h");
}
