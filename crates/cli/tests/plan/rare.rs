//! Targets that plain trials do not see missed: forced trials resolve them, and the promise holds against exact answers.

use super::{answered, asked, calm, capacity, kit, limited, world};
use kit::Desk;
use serde_json::Value;
use zonefall_study::exactly::exactly;
use zonefall_study::plan::{CHEAPER, Method, Question, Verdict};

/// Eight of so many machines over three zones are needed: a zone is out, and a machine elsewhere.
fn eight(values: &str) -> String {
    let text = world(3, 8760, 1, &capacity(values, "more"));
    let text = text.replace("min_serving = 10", "min_serving = 8");
    text.replace("mean = \"1000 h\"", "mean = \"10000 h\"").replace("mean = \"3 h\"", "mean = \"1 h\"")
}

fn truth(question: &Question) -> Vec<f64> {
    let of = |design| exactly(&question.study, design).unwrap_or_else(|why| panic!("{why:?}")).unavailability;
    question.candidates.iter().map(|candidate| of(&candidate.design)).collect()
}

/// The cheapest candidate that truly meets a target.
fn cheapest(truth: &[f64], allowed: f64) -> usize {
    truth.iter().position(|&missed| missed <= allowed).unwrap()
}

#[test]
fn five_and_six_nines_are_resolved_and_the_design_is_the_right_one() {
    for target in ["99.999%", "99.9999%"] {
        let question = asked(&eight("9 to 15"), target, 3);
        let truth = truth(&question);
        let right = &question.candidates[cheapest(&truth, question.study.target.allowed_share())];
        assert_eq!(right.design.capacity(), 12);
        let found = answered(&question, 0);
        let best = found.best.as_ref().unwrap();
        println!("{target}: {} machines, {best:?}, {:?}", best.machines, found.methods);
        assert_eq!((found.verdict, best.machines), (Verdict::Found, 12), "{target}");
        assert!(best.forced && best.unavailability > 0.0, "{best:?}");
        let exact = truth[cheapest(&truth, 1e-5)];
        assert!(best.high >= exact && best.low.is_some_and(|low| low <= exact), "{exact:e} {best:?}");
        assert!(found.methods.forced > 0 && found.methods.asked == Method::Auto, "{:?}", found.methods);
        assert_eq!(found.cheaper.unwrap().machines, 11);
    }
}

#[test]
fn small_misses_do_not_hide_what_is_rare_and_large() {
    // A region is lost once in a hundred years, for longer than five nines allow; probes miss a little in every trial.
    let text = r#"
name = "small and large"
horizon = "360 days"

[slo]
target = "99.9%"
min_served = "95%"

[demand]
rate = "600 req/s"

[region.eastus]

[load_balancer]

[scale_set.web]
zones = [1, 2, 3]
capacity_per_instance = "100 req/s"
capacity = 9

[[plan.choice]]
key = "scale_set.web.capacity"
values = "8 to 9"
helps = "more"
"#;
    for seed in 1..=6 {
        let found = answered(&limited(text, "99.999%", seed, Some(4096)), 0);
        assert_ne!(found.verdict, Verdict::Found, "seed {seed}: {:?}", found.best);
    }
}

#[test]
fn short_misses_do_not_hide_two_zones_that_hardly_ever_meet() {
    // Both zones are out for 7e-6 of the time, more than twice of what is allowed, and once in seven thousand years; names often, for
    // a second.
    let text = r#"
name = "two must meet"
horizon = "1 year"
method = "crude"

[slo]
target = "99.9997%"
min_serving = 1

[region.eastus]

[scale_set.web]
zones = [1, 2]
capacity = 2
boot = "0 s"
warm_up = "0 s"

[service]
depends_on = ["names"]

[faults]
profile = "none"

[faults.mode.zone-lost]
scope = "zone"
rate = "0.01 per zone-year"
outage = { law = "exponential", mean = "2300 h" }

[faults.mode.names]
scope = "global"
rate = "1 per year"
outage = { law = "exponential", mean = "20 s" }

[[plan.choice]]
key = "scale_set.web.capacity"
values = "2 to 3"
"#;
    let mut told = 0;
    for seed in 1..=30 {
        let question = limited(text, "99.9997%", seed, Some(512));
        let truth = truth(&question);
        assert!(truth.iter().all(|&missed| missed > 6e-6), "{truth:?}");
        let found = answered(&question, 0);
        assert_ne!(found.verdict, Verdict::Found, "seed {seed}: {:?}", found.best);
        told += usize::from(found.notes.iter().any(|note| note.contains("zone-lost and zone-lost at once would")));
    }
    // One seed shows them by luck.
    assert!(told >= 28, "{told}");
}

/// Plans for each target.
const SEEDS: u64 = 8;

#[test]
fn what_is_promised_of_rare_misses_holds_against_exact_answers() {
    let text = eight("11 to 14");
    let truth = truth(&asked(&text, "99.999%", 1));
    let twelve = truth[1];
    let (mut played, mut broken, mut open) = (0, Vec::new(), 0);
    // Twelve machines just within the band, and just beyond it on either side.
    for (at, factor) in [0.86, 0.95, 1.0, 1.06, 1.16].into_iter().enumerate() {
        for seed in 0..SEEDS {
            let target = format!("{:.12}", 1.0 - twelve / factor);
            let question = limited(&text, &target, 100 * at as u64 + seed, Some(1 << 17));
            let allowed = question.study.target.allowed_share();
            let found = answered(&question, 0);
            played += 1;
            if found.verdict != Verdict::Found {
                open += 1;
                continue;
            }
            let of = found.best.as_ref().unwrap();
            let best = question.candidates.iter().position(|candidate| candidate.design.name == of.design).unwrap();
            let cheaper = |&at: &usize| {
                question.candidates[at].cost < (1.0 - CHEAPER) * question.candidates[best].cost
                    && truth[at] < 0.9 * allowed
            };
            if truth[best] > 1.1 * allowed || (0..truth.len()).any(|at| cheaper(&at)) {
                broken.push(format!("{factor} seed {seed}: {of:?}"));
            }
        }
    }
    println!("{played} plans, {} broken, {open} not resolved", broken.len());
    // At most one in twenty is allowed.
    assert!(broken.len() * 20 <= played && open * 10 <= played, "{open} open; {}", broken.join("\n"));
}

#[test]
fn plain_trials_alone_leave_six_nines_open_and_say_so_and_never_nothing_at_all() {
    let text = eight("11 to 13");
    let desk = Desk::with(&text);
    let out = desk.run("plan s.toml --target 99.9999% --method crude --trials 2048 --gate").ends(5);
    let out = out.says(&["Not resolved", "≤"]);
    assert!(!out.out.contains("±"), "{out}");
    desk.run("plan s.toml --target 99.9999% --gate").ends(0).says(&[
        "capacity 12",
        "Forced trials",
        "it meets the target",
    ]);
    desk.run("plan s.toml --target 99.9999% --method splitting").ends(2);
    // Where nothing can be forced the candidate stays with plain trials, in words.
    let ageing = calm(&world(3, 2000, 8, &capacity("10 to 12", "more")));
    let ageing = ageing.replace("law = \"exponential\"", "law = \"weibull\", shape = 2.0");
    desk.put("ageing.toml", ageing);
    desk.run("plan ageing.toml --target 99% --method forcing --trials 512")
        .ends(0)
        .says(&["Plain trials tell of", "no overlap of outages was found"]);
}

#[test]
fn a_forced_winner_is_looked_at_under_other_rates_and_says_what_its_downtime_comes_from() {
    let zone = "mean = \"8760 h\" }\n";
    let ranged = format!("{zone}rate_low = \"0.5 per zone-year\"\nrate_high = \"4 per zone-year\"\n");
    let text = eight("11 to 13").replacen(zone, &ranged, 1);
    assert_ne!(text, eight("11 to 13"));
    let desk = Desk::with(&text);
    let out = desk.run("plan s.toml --target 99.9999% --trials 8192 --format json").ends(0);
    let told: Value = serde_json::from_str(&out.out).unwrap();
    assert_eq!((&told["best"]["machines"], &told["best"]["forced"]), (&12.into(), &true.into()), "{told}");
    // Four times as many zones out, and the exact answer there.
    let high = asked(&eight("11 to 13").replacen("mean = \"8760 h\"", "mean = \"2190 h\"", 1), "99.9999%", 3);
    let exact = truth(&high)[1];
    let of = &told["assumed"][0];
    assert_eq!((&of["design"], &of["high_from"]), (&told["best"]["design"], &"high rates".into()), "{told}");
    let found = of["high"].as_f64().unwrap();
    println!("under high rates {found:.3e}, exactly {exact:.3e}");
    assert!((found / exact - 1.0).abs() < 0.2, "{found:e} {exact:e}");
    assert_eq!((&of["verdict_sampling"], &of["verdict"]), (&"meets".into(), &"not_resolved".into()), "{told}");
    let causes = told["why"]["causes"].as_array().unwrap();
    let zone = causes.iter().find(|cause| cause["cause"] == "zone").unwrap();
    assert!(zone["share"].as_f64().unwrap() > 0.3, "{told}");
}
