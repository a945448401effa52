//! Who keeps the gate where the answer of a plan does not.

use crate::kit::{Desk, json};
use crate::{asked, capacity, nights, world};
use serde_json::Value;
use zonefall_study::exactly::exactly;

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A plan over so many machines in months, with the gate on windows.
fn monthly(machines: &str, target: &str) -> Desk {
    let gate = format!("[gate]\nwindows = true\n[slo]\ntarget = \"{target}\"");
    let text = world(3, 17520, 8, &capacity(machines, "more")).replace("window = \"8760 h\"", "window = \"30 days\"");
    Desk::with(&text.replace("[slo]", &gate))
}

const PLAN: &str = "plan s.toml --trials 4096 --no-assumptions --gate";

fn planned(desk: &Desk) -> Value {
    serde_json::from_str(&desk.run(&format!("{PLAN} --format json")).ends(4).out).unwrap()
}

#[test]
fn the_cheapest_that_keeps_the_gate_is_named_where_the_answer_fails_it() {
    let desk = monthly("10 to 20", "99.9%");
    let out = flat(&desk.run(PLAN).ends(4).out);
    let told = planned(&desk);
    let (best, by) = (&told["best"], &told["gate_kept"]["by"]);
    assert!(by["cost"].as_f64() > best["cost"].as_f64(), "{told}");
    let (name, cost) = (by["design"].as_str().unwrap(), by["cost"].as_f64().unwrap());
    assert!(out.contains("All that the gate asks was then asked of dearer candidates, the cheapest first"), "{out}");
    assert!(out.contains(&format!("{name}, for {cost} machines, is known to keep it")), "{out}");
    assert!(!out.contains("a higher --target"), "{out}");
    // A run of it says the same.
    let call = format!("--what-if scale_set.web.capacity={} --trials {}", by["machines"], by["trials"]);
    desk.run(&format!("run s.toml {call} --out r --no-assumptions --gate")).ends(0);
    // Without a gate that asks for it nobody is judged.
    desk.put("s.toml", desk.read("s.toml").replace("[gate]\nwindows = true\n", ""));
    let told: Value = serde_json::from_str(&desk.run(&format!("{PLAN} --format json")).ends(0).out).unwrap();
    assert_eq!(told.get("gate_kept"), None);
}

#[test]
fn where_nobody_keeps_the_gate_it_is_said_of_how_many() {
    let desk = monthly("10 to 14", "99.85%");
    let out = flat(&desk.run(PLAN).ends(4).out);
    let told = planned(&desk);
    let kept = &told["gate_kept"];
    assert!(kept["by"].is_null() && kept["judged"].as_u64() > Some(0), "{told}");
    assert!(out.contains("none is known to keep it (") || out.contains("it is missed there, too"), "{out}");
    // It was asked of all that a higher target could lead to: that advice would lead nowhere.
    assert!(!out.contains("higher --target") && !out.contains("windows = true"), "{out}");
    // Nobody dearer is there.
    let out = flat(&monthly("10 to 14", "99.9%").run(PLAN).ends(4).out);
    assert!(out.contains("No dearer candidate was tested that might keep the gate"), "{out}");
}

#[test]
fn a_gate_on_nights_that_is_not_resolved_says_how_many_trials_would_do() {
    let text = nights();
    let desk = Desk::with(&text);
    let plan = "plan s.toml --target 99% --trials 1024 --no-assumptions";
    let first: Value = serde_json::from_str(&desk.run(&format!("{plan} --format json")).ends(0).out).unwrap();
    // A share just below the mean: more trials tell.
    let met = &first["batches"][0]["jobs"]["met"];
    let (low, mean) = (met["low"].as_f64().unwrap(), met["mean"].as_f64().unwrap());
    let gate = format!("[gate]\nwindows = false\nbatches_by_deadline = \"{:.6}%\"\n[faults]", 50.0 * (low + mean));
    desk.put("s.toml", text.replacen("[faults]", &gate, 1));
    let out = flat(&desk.run(&format!("{plan} --gate")).ends(5).out);
    let told: Value = serde_json::from_str(&desk.run(&format!("{plan} --format json")).ends(0).out).unwrap();
    let trials = told["batches_asked"]["trials_would_do"].as_u64().unwrap();
    assert!(trials > told["batches"][0]["trials"].as_u64().unwrap(), "{told}");
    assert!(out.contains("trials would do, in a `run` of this design"), "{out}");
    assert!(out.contains("gate asks") || out.contains("might keep the gate"), "{out}");
    // With so many a run of it is resolved.
    let call = format!("--what-if scale_set.web.capacity={} --trials {}", told["best"]["machines"], 2 * trials);
    let run = desk.run(&format!("run s.toml {call} --out r --no-assumptions"));
    run.ends(0);
    let judged = &json(&desk.path("r/summary.json"))["gate"]["conditions"];
    let batches = judged.as_array().unwrap().iter().find(|of| of["asks"].as_str().unwrap().contains("batches"));
    assert_eq!(batches.unwrap()["verdict"], "meets", "{judged}");
}

/// What misses a twentieth too much is within the band of a plan, and fails the gate of a run: the plan says so in the same words.
#[test]
fn a_plan_and_a_run_judge_one_gate_alike() {
    let text = world(3, 2000, 8, &capacity("12 to 15", "more")).replacen("[slo]", "[gate]\nwindows = false\n[slo]", 1);
    let base = asked(&text, "99%", 1);
    let of = &base.candidates[1].design;
    let truth = exactly(&base.study, of).unwrap_or_else(|why| panic!("{why:?}")).unavailability;
    let desk =
        Desk::with(&text.replacen("[slo]", &format!("[slo]\ntarget = \"{:.6}%\"", 100.0 - 100.0 * truth / 1.05), 1));
    let plan = "plan s.toml --trials 131072 --no-assumptions --gate";
    let ran = desk.run(plan).ends(4);
    let told: Value = serde_json::from_str(&desk.run(&format!("{plan} --format json")).ends(4).out).unwrap();
    let best = &told["best"];
    assert_eq!((&told["verdict"], &told["meets_target_itself"]), (&"found".into(), &false.into()), "{told}");
    let call = format!("--what-if scale_set.web.capacity={} --trials {}", best["machines"], best["trials"]);
    let run = desk.run(&format!("run s.toml {call} --out r --no-assumptions --gate")).ends(4);
    let judged = &json(&desk.path("r/summary.json"))["gate"]["conditions"][0];
    let own = &told["gate"]["conditions"][0];
    assert_eq!(judged["verdict"], own["verdict"], "{judged} {own}");
    let asks = own["asks"].as_str().unwrap();
    assert!(flat(&ran.out).contains(&format!("But `run --gate` asks for {asks}, and that is missed.")), "{ran}");
    for (err, asks) in [(&ran.err, asks), (&run.err, judged["asks"].as_str().unwrap())] {
        assert!(err.contains(&format!("{asks}: misses")), "{err}");
    }
}
