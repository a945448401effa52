//! Hints on capacity that come of values which a plan or a sweep puts in.

use crate::kit::Desk;
use serde_json::Value;

/// A set with autoscale of 3 to 12 machines, all of it as it should be.
fn scaled(more: &str) -> Desk {
    Desk::with(&format!(
        "name = \"shop\"\nhorizon = \"30 days\"\nslo.min_served = \"99%\"\n[region.east]\n[demand]\nrate = \"250 req/s\"\n\
         [scale_set.web]\nzones = [1, 2, 3]\ncapacity = 6\ncapacity_per_instance = \"100 req/s\"\n\
         [scale_set.web.autoscale]\nminimum = 3\nmaximum = 12\n\
         [[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\noperator = \">\"\nthreshold = 70\nincrease = 1\n\
         [[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\noperator = \"<\"\nthreshold = 30\ndecrease = 1\n{more}"
    ))
}

fn choice(key: &str, values: &str) -> String {
    format!("[[plan.choice]]\nkey = \"{key}\"\nvalues = {values}\n")
}

fn notes(desk: &Desk) -> Vec<String> {
    let told = desk.run("plan s.toml --target 90% --trials 128 --no-assumptions --format json").ends(0).out;
    let of: Value = serde_json::from_str(&told).unwrap();
    of["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap().to_owned()).collect()
}

#[test]
fn as_05_as_06_what_candidates_hardly_mean_is_told_once_with_their_names() {
    let more = choice("scale_set.web.capacity", "[1, 2, 6, 14]")
        + &choice("scale_set.web.autoscale.rule[0].threshold", "[0.6, 70]");
    let of = |desk: &Desk| -> Vec<String> { notes(desk).into_iter().filter(|note| note.contains("(W028)")).collect() };
    let found = of(&scaled(&more));
    assert_eq!(found.len(), 3, "{found:?}");
    let has = |words: &str| assert!(found.iter().any(|note| note.contains(words)), "{words}: {found:?}");
    has("With capacity 1, threshold 0.6: `web` begins with 1 machines");
    has("With capacity 1, threshold 0.6: this is 0.6 % of CPU");
    has("this scales in up to 30, and another rule on the same metric scales out from 0.6 on");
    has("the like with capacity 2, threshold 0.6; capacity 14, threshold 0.6; and more.");
    // What is right is not told of, nor what the scenario allows.
    let right = choice("scale_set.web.capacity", "[3, 6, 12]");
    assert_eq!(of(&scaled(&right)), [""; 0]);
    let desk = scaled(&more);
    desk.put("s.toml", format!("allow = [\"W028\"]\n{}", desk.read("s.toml")));
    assert_eq!(of(&desk), [""; 0]);
}

/// Of many candidates of which one thing is told, the answer is named first, and in its own words.
#[test]
fn what_is_told_of_the_answer_comes_first() {
    let desk = scaled(&choice("scale_set.web.capacity", "[60, 50, 40, 30, 20, 15]"));
    let of = |desk: &Desk| -> Value {
        let ran = desk.run("plan s.toml --target 90% --trials 128 --no-assumptions --format json");
        serde_json::from_str(&ran.ends(0).out).unwrap()
    };
    let told = of(&desk);
    let best = told["best"]["design"].as_str().unwrap();
    let hints: Vec<&str> = told["notes"].as_array().unwrap().iter().filter_map(|note| note.as_str()).collect();
    let hint = hints.iter().find(|note| note.contains("(W028)")).unwrap();
    assert!(hint.starts_with(&format!("With {best}: ")), "{best}: {hint}");
    // Where autoscale resizes the set, its capacity is only where it starts: nothing lies beyond its ends.
    assert!(hints.iter().all(|note| !note.contains("that [plan] allows")), "{hints:?}");
    desk.put("s.toml", desk.read("s.toml").replace("[60, 50, 40, 30, 20, 15]", "[4, 5, 6]"));
    let told = of(&desk).to_string();
    assert!(!told.contains("that [plan] allows"), "{told}");
}

#[test]
fn a_peak_above_what_a_candidate_gives_is_told_with_the_candidate() {
    let text = "start = \"2026-01-05\"\nname = \"shop\"\nhorizon = \"30 days\"\nslo.min_served = \"99%\"\n[region.east]\n[demand]\nrate = \"250 req/s\"\n\
                daily = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]\n\
                [scale_set.web]\nzones = [1, 2, 3]\ncapacity = 9\ncapacity_per_instance = \"100 req/s\"\n";
    let desk = Desk::with(&(text.to_owned() + &choice("scale_set.web.capacity", "[3, 4, 9]")));
    let found: Vec<String> = notes(&desk).into_iter().filter(|note| note.contains("(W016)")).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("With capacity 3: design `base` cannot meet the objective at its peak"), "{found:?}");
    assert!(found[0].ends_with("(W016); the like with capacity 4."), "{found:?}");
}

#[test]
fn each_design_is_judged_by_itself_and_lines_too() {
    let text = "name = \"shop\"\nhorizon = \"30 days\"\nslo.min_served = \"99%\"\n[region.east]\n[demand]\nrate = \"250 req/s\"\n\
                [[demand.launch]]\nat = \"9 h\"\npeak = 2\nlasts = \"1 h\"\n\
                [scale_set.web]\nzones = [1, 2, 3]\ncapacity = 9\ncapacity_per_instance = \"100 req/s\"\n";
    let choice = choice("scale_set.web.capacity", "[4, 9]");
    let of = |more: &str| {
        let desk = Desk::with(&format!("{text}{choice}{more}"));
        let all: Vec<String> = notes(&desk).into_iter().filter(|note| note.contains("(W016)")).collect();
        all.join("\n")
    };
    let strong = "[[design]]\nname = \"strong\"\nscale_set.web.capacity_per_instance = \"200 req/s\"\n";
    let weak = "[[design]]\nname = \"weak\"\n";
    for order in [[strong, weak], [weak, strong]] {
        let found = of(&order.concat());
        assert!(found.contains("weak") && found.contains("capacity 4") && !found.contains("capacity 9"), "{found}");
    }
    let found = of("[service]\nparallelism = 1\nqueue = \"shared\"\npatience = \"5 s\"\n");
    assert!(found.contains("for longer than its clients wait (5 s)") && found.contains("capacity 4"), "{found}");
}

#[test]
fn as_05_as_06_what_points_of_a_sweep_hardly_mean_is_told_once() {
    let desk = scaled("");
    let said = desk.run("sweep s.toml --vary scale_set.web.capacity=1,2,6 --trials 8 --no-assumptions").ends(0).err;
    assert_eq!(said.matches("(W028)").count(), 1, "{said}");
    assert!(said.contains("With scale_set.web.capacity=1: `web` begins with 1 machines"), "{said}");
    assert!(said.contains("(W028); the like with scale_set.web.capacity=2."), "{said}");
    let key = "scale_set.web.autoscale.rule[0].threshold";
    let said = desk.run(&format!("sweep s.toml --vary {key}=0.7,70 --trials 8 --no-assumptions")).ends(0).err;
    assert_eq!(said.matches("this is 0.7 % of CPU").count(), 1, "{said}");
}
