//! What a command reads it does not write over, and one file is not written twice.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;

use kit::{BASE, Desk};

const DESIGNS: &str = "\
[[design]]
name = \"six\"
scale_set.web.capacity = 6
[[design]]
name = \"nine\"
";

const PLAN: &str = "\
[plan]
[[plan.choice]]
key = \"scale_set.web.capacity\"
values = \"6 to 7\"
";

const TRACE: &str = "time,rate\n0,100\n3600,120\n7200,90\n";

const INCIDENTS: &str = "node,began,ended\nn1,0,10\nn2,50,80\nn1,90,120\nn3,200,220\n";

const EXPERIMENT: &str = r#"{"properties": {
    "selectors": [{"id": "s", "type": "List", "targets": [{"type": "ChaosTarget", "id":
        "/subscriptions/x/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/web/providers/Microsoft.Chaos/targets/Microsoft-VirtualMachineScaleSet"}]}],
    "steps": [{"name": "1", "branches": [{"name": "b", "actions": [{"type": "continuous",
        "name": "urn:csci:microsoft:virtualMachineScaleSet:shutdown/2.0", "selectorId": "s", "duration": "PT10M",
        "parameters": [{"key": "abruptShutdown", "value": "true"}]}]}]}]}}"#;

/// Two designs as `s.toml`, a plan as `p.toml`, and a demand after `tr.csv`, as `d.toml`.
fn desk() -> Desk {
    let desk = Desk::with(&format!("{BASE}{DESIGNS}"));
    let demand = "capacity_per_instance = \"20 req/s\"\n[demand]\ntrace = \"tr.csv\"\n";
    let asked = BASE.replace("min_serving = 6", "min_served = \"99%\"");
    desk.put("d.toml", format!("{asked}{demand}"));
    desk.put("p.toml", format!("{BASE}{PLAN}"));
    desk.put("tr.csv", TRACE);
    desk.put("i.csv", INCIDENTS);
    desk.put("drills/drill.json", EXPERIMENT);
    desk
}

/// With `--force` and without: told as an input, never with the advice to force it, and every file is as it was.
#[track_caller]
fn is_refused(desk: &Desk, args: &str, input: &str) {
    let before = desk.files("");
    for force in ["", " --force"] {
        let told = desk.run(&format!("{args}{force}")).ends(2).complains(&[input, "an input"]);
        assert!(!told.err.contains("--force"), "{told}");
        assert!(desk.files("") == before, "a file has changed: {told}");
    }
}

#[test]
fn the_scenario_is_not_written_over() {
    let desk = desk();
    for args in [
        "compare s.toml --csv s.toml",
        "compare s.toml --md ./s.toml",
        "compare d.toml s.toml --md s.toml",
        "sweep s.toml --vary seed=1,2 --csv s.toml",
        "importance s.toml --csv s.toml",
        "trace s.toml --worst --csv s.toml",
        "trace s.toml --trial 1 --svg drills/../s.toml",
        "trace s.toml --trial 1 --faults s.toml",
    ] {
        is_refused(&desk, args, "s.toml");
    }
    let whole = desk.path("s.toml").display().to_string();
    is_refused(&desk, &format!("trace s.toml --trial 1 --csv {whole}"), "s.toml");
    is_refused(&desk, "plan p.toml --csv p.toml", "p.toml");
    is_refused(&desk, "fit i.csv --start began --end ended --time s --units 9 --span 0..1000 --write i.csv", "i.csv");
}

#[test]
fn what_the_scenario_names_is_not_written_over() {
    let desk = desk();
    for args in [
        "compare d.toml s.toml --csv tr.csv",
        "sweep d.toml --vary seed=1,2 --csv tr.csv",
        "importance d.toml --csv tr.csv",
        "trace d.toml --worst --csv tr.csv",
        "trace d.toml --trial 1 --faults tr.csv",
    ] {
        is_refused(&desk, args, "tr.csv");
    }
    // A value of a point names a file, too.
    desk.put("tr2.csv", TRACE);
    is_refused(&desk, "sweep d.toml --vary demand.trace=tr.csv,tr2.csv --csv tr2.csv", "tr2.csv");
    kit::scenarios(&desk);
    let prices = "scenarios/data/prices-example.toml";
    is_refused(&desk, &format!("trace scenarios/what-it-costs.toml --worst --csv {prices}"), prices);
}

#[test]
fn a_folder_of_results_leaves_what_is_read() {
    let desk = desk();
    // A trace of a demand that is called as a result is.
    let here = desk.read("d.toml").replace("tr.csv", "r/windows.csv");
    desk.put("e.toml", here);
    desk.put("r/windows.csv", TRACE);
    is_refused(&desk, "run e.toml --out r", "windows.csv");
    desk.run("run e.toml --out other").ends(0);
    desk.run("trace s.toml --trial 1 --faults r/designs.csv").ends(0);
    is_refused(&desk, "run s.toml --out r --faults r/designs.csv", "designs.csv");
    std::fs::create_dir(desk.path("parts")).unwrap();
    desk.run("run s.toml --partial parts/designs.csv").ends(0);
    is_refused(&desk, "merge s.toml parts/designs.csv --out parts", "designs.csv");
    is_refused(&desk, "drill drills/drill.json --on s.toml --report md --out drills", "drill.json");
}

#[test]
fn one_file_is_not_written_twice() {
    let desk = desk();
    for args in [
        "trace s.toml --trial 1 --csv x.svg --svg x.svg",
        "trace s.toml --trial 1 --csv x.svg --svg ./x.svg",
        "compare s.toml --md x.txt --csv drills/../x.txt",
        "plan p.toml --report md --out r --csv r/plan.csv",
        "run s.toml --checkpoint c --partial ./c",
    ] {
        let told = desk.run(args).ends(2).complains(&["twice"]);
        assert!(desk.lacks("x.svg") && desk.lacks("x.txt") && desk.lacks("r") && desk.lacks("c"), "{told}");
    }
}
