//! What runs, and may not do what its writer means: what stands by for bad days and is too small, or shares their region.
#![allow(clippy::unwrap_used)]

use zonefall_scenario::{WhatIf, load_plan, parse, parse_with};

/// Code, line, column, words and help of everything that is told.
fn told(text: &str) -> Vec<(&'static str, usize, usize, String)> {
    let fine = parse(text, "x.toml").unwrap_or_else(|wrong| panic!("{wrong}"));
    let words = |help: &[String]| if help.is_empty() { String::new() } else { format!(" / {}", help.join(" / ")) };
    fine.warnings
        .items()
        .iter()
        .map(|of| (of.code, of.line, of.column, format!("{}{}", of.message, words(&of.help))))
        .collect()
}

fn only(code: &str, text: &str) -> Vec<String> {
    told(text).into_iter().filter(|of| of.0 == code).map(|of| of.3).collect()
}

const BASE: &str = "horizon = \"360 days\"\nslo.min_serving = 6\n[region.eastus]\n[scale_set.web]\nzones = [1, 2, 3]\n\
    capacity = 9\n[[design]]\nname = \"a\"\n";

/// Two parts that stand in for each other, the second in a region.
fn site(pattern: &str, west: &str, capacity: u32) -> String {
    format!(
        "horizon = \"360 days\"\nslo.min_served = \"50%\"\ndemand.rate = \"600 req/s\"\n[region.eastus]\n[region.westus]\n\
         [scale_set.web]\nregion = \"eastus\"\nzones = [1]\ncapacity = 9\n\
         [scale_set.behind]\nregion = \"{west}\"\nzones = [2]\ncapacity = {capacity}\n\
         [failover.site]\nparts = [\"east\", \"west\"]\nrouter = \"front-door\"\n{pattern}\n\
         [part.east]\nsets = [\"web\"]\nmin_served = \"50%\"\n[part.west]\nsets = [\"behind\"]\nmin_served = \"50%\"\n"
    )
    .replace("slo.min_served = \"50%\"\n", "slo.holds = \"site\"\n")
}

#[test]
fn zn_06_parts_that_share_a_region_are_hinted() {
    let hot = "pattern = \"hot\"";
    let found = only("W022", &site(hot, "eastus", 9));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("all parts of `site` are in region `eastus`: none stands in when that is lost"));
    assert!(only("W022", &site(hot, "westus", 9)).is_empty());
}

#[test]
fn dr_07_a_standby_that_carries_less_than_the_peak_is_hinted() {
    let warm =
        |running: &str, capacity| only("W025", &site(&format!("pattern = \"warm\"\n{running}"), "westus", capacity));
    // Nine machines of 100 req/s; three of them run first.
    let found = warm("running = \"30%\"", 9);
    assert!(
        found[0].starts_with("until standby `west` has grown it carries 300 req/s, and at the peak 600 arrive"),
        "{found:?}"
    );
    assert!(warm("running = \"60%\"", 9).is_empty());
    let found = warm("running = \"60%\"", 5);
    assert_eq!(found, ["all machines of standby `west` carry 500 req/s, and at the peak 600 arrive"]);
    // Where nothing has to grow only all of it counts.
    assert!(only("W025", &site("pattern = \"hot\"", "westus", 6)).is_empty());
    assert_eq!(only("W025", &site("pattern = \"hot\"", "westus", 5)).len(), 1);
    // Of alternatives one has to carry all: two of five machines do not carry what six do.
    let either = |capacity| {
        site("pattern = \"hot\"", "westus", capacity)
            .replace("[part.west]\nsets = [\"behind\"]", "[part.one]\nsets = [\"behind\"]")
            .replace(
                "[failover.site]",
                &format!(
                    "[scale_set.beside]\nregion = \"westus\"\nzones = [1]\ncapacity = {capacity}\n[failover.site]"
                ),
            )
            + "[part.two]\nsets = [\"beside\"]\nmin_served = \"50%\"\n[part.west]\nany = [\"one\", \"two\"]\n"
    };
    assert_eq!(
        only("W025", &either(5)),
        ["all machines of standby `west` carry 500 req/s, and at the peak 600 arrive"]
    );
    assert!(only("W025", &either(6)).is_empty());
}

#[test]
fn ag_03_a_gateway_that_is_too_small_for_the_peak_is_hinted_whatever_the_objective_asks_for() {
    let of = |objective: &str, maximum: u32| {
        let text = format!(
            "horizon = \"360 days\"\nslo.{objective}\ndemand.rate = \"700 req/s\"\n[region.eastus]\n[scale_set.web]\n\
             zones = [1, 2, 3]\ncapacity = 9\n[load_balancer]\nkind = \"application-gateway\"\n\
             [load_balancer.autoscale]\nmaximum = {maximum}\n"
        );
        (only("W023", &text), only("W016", &text).len() + only("W009", &text).len())
    };
    let (found, others) = of("min_serving = 6", 1);
    assert_eq!((found.len(), others), (1, 0), "{found:?}");
    assert!(found[0].starts_with("at its maximum of 1 the gateway lets 500 req/s through, and at the peak 700 arrive"));
    assert!(found[0].ends_with("`maximum = 2` lets all of it through"), "{found:?}");
    assert_eq!(of("min_serving = 6", 2), (vec![], 0));
    assert_eq!(of("min_served = \"50%\"", 1).0.len(), 1);
    // One before each of two parts that share all clients.
    let gated = "[load_balancer]\nkind = \"application-gateway\"\n[load_balancer.autoscale]\nmaximum = 1\n";
    let beside = |rate: &str| {
        let text = site("pattern = \"active-active\"", "westus", 12).replace("600 req/s", rate) + gated;
        only("W023", &text.replace("router", "min_clients = \"50%\"\nrouter"))
    };
    assert_eq!(beside("900 req/s"), Vec::<String>::new());
    assert!(
        beside("1100 req/s")[0].starts_with("2 gateways at their maximum of 1 let 1000 req/s through"),
        "{:?}",
        beside("1100 req/s")
    );
    // The objective alone is told where it asks for more.
    assert_eq!(of("min_served = \"99%\"", 1), (vec![], 1));
}

#[test]
fn ar_04_ar_07_hm_05_a_warm_up_that_outlasts_what_leaves_a_machine_alone_is_hinted() {
    let of = |warm_up: &str, health: &str| {
        let set = format!("capacity = 9\nwarm_up = \"{warm_up}\"\nhealth = {{ {health} }}\nrepairs = {{}}\n");
        only("W030", &BASE.replacen("capacity = 9\n", &set, 1))
    };
    let found = of("20 min", "source = \"extension\"");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with(
            "a machine of `web` warms up for 20 min, and 10 min after it is up it is repaired as unhealthy"
        ),
        "{found:?}"
    );
    assert!(of("10 min", "source = \"extension\"").is_empty());
    let rich = |grace: &str| format!("source = \"extension\", rich = true, grace = \"{grace}\"");
    assert_eq!(of("20 min", &rich("15 min")).len(), 1);
    assert!(of("20 min", &rich("20 min")).is_empty());
}

#[test]
fn a_runbook_that_shrinks_its_set_is_hinted() {
    let of = |capacity: u32| {
        let runbook =
            format!("[[runbook]]\nset = \"web\"\nwhen = {{ capacity_lost = \"30%\" }}\ncapacity = {capacity}\n");
        told(&BASE.replace("[[design]]\nname = \"a\"\n", &runbook))
    };
    let found: Vec<_> = of(4).into_iter().filter(|of| of.0 == "W024").collect();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].1, found[0].2), (10, 12));
    assert!(found[0].3.starts_with("this runbook shrinks `web`: to 4 machines, and it begins with 9"), "{found:?}");
    assert!(of(9).iter().chain(&of(12)).all(|of| of.0 != "W024"));
}

#[test]
fn what_is_nothing_like_a_key_is_offered_no_key_of_another_table() {
    let help = |key: &str| {
        let wrong =
            parse(&BASE.replace("slo.min_serving = 6", &format!("slo.min_serving = 6\nslo.{key} = 3")), "x.toml");
        let wrong = wrong.expect_err("a key that is none");
        wrong.items().iter().find(|of| of.code == "E010").unwrap().help.join(" ")
    };
    for far in ["foo", "bar", "fob"] {
        assert!(help(far).starts_with("known here: "), "{far}: {}", help(far));
    }
    assert_eq!(help("min_servin"), "did you mean `min_serving`?");
    assert!(help("capacty").starts_with("did you mean `"), "{}", help("capacty"));
}

/// Six machines of a request a second: 518,400 in a day, 93,600 in 4 h 20 min.
fn nightly(jobs: &str, more: &str) -> Vec<String> {
    nightly_for("360 days", jobs, more)
}

fn nightly_for(horizon: &str, jobs: &str, more: &str) -> Vec<String> {
    only("W026", &nightly_text(horizon, jobs, more))
}

fn nightly_text(horizon: &str, jobs: &str, more: &str) -> String {
    format!(
        "start = \"2026-03-02\"\nhorizon = \"{horizon}\"\n[slo]\njobs_by_deadline = \"50%\"\n[jobs]\nat = \"00:10\"\ndeadline = \"04:30\"\n{jobs}\n\
             [region.east]\n[scale_set.web]\nzones = [1, 2]\ncapacity = 6\ncapacity_per_instance = \"1 req/s\"\n{more}"
    )
}

#[test]
fn jobs_that_all_machines_together_never_get_done_are_told_with_the_arithmetic() {
    // Half of 187,200 is what a night does.
    assert!(nightly("count = 187_200", "").is_empty() && nightly("count = 3_120\nwork = 60", "").is_empty());
    let found = nightly("count = 187_202", "");
    let words = "design `base` is late with every batch of jobs: a batch is 187,202 jobs, a request's work each, and its 6 machines \
                 together do 93,600 from `at` to `deadline` (6 req/s × 15,600 s)";
    assert!(found[0].starts_with(words) && found[0].ends_with("or a later `deadline`"), "{found:?}");
    // Where the deadline is not the objective the whole batch has to be done.
    let reported = |count: &str| {
        let text = nightly_text("360 days", &format!("count = {count}"), "[demand]\nrate = \"1 req/s\"\n");
        let machines = text.replace("jobs_by_deadline = \"50%\"", "min_serving = 3");
        let gate = "[gate]\nbatches_by_deadline = \"90%\"\n[slo]\nmin_served";
        [only("W026", &machines), only("W026", &text.replace("[slo]\njobs_by_deadline", gate))].map(|found| found.len())
    };
    assert_eq!((reported("78_000"), reported("78_001")), ([0, 0], [1, 1]));
    // Where no batch comes none is late.
    assert!(!nightly_for("1 h", "count = 187_202", "").is_empty());
    assert!(nightly_for("5 min", "count = 187_202", "").is_empty());
    // A small batch among them may be done in time.
    assert!(nightly("count = 187_202\nsigma = 0.5", "").is_empty());
    let found = nightly("count = 10_000\nwork = 60\nsigma = 0.5", "");
    let words = "design `base` never gets done with its jobs: each day brings 10,000 jobs × 60 = 600,000 requests' work, and its 6 \
                 machines together do 518,400 in a day (6 req/s × 86,400 s)";
    assert!(found[0].starts_with(words) && found[0].ends_with("(`count`, `work`)"), "{found:?}");
    // Requests come first: 3 a second leave half, whatever the objective is.
    let served = "[demand]\nrate = \"3 req/s\"\n";
    let found = nightly("count = 5_000\nwork = 60", served);
    assert!(
        found[0].contains("do 259,200 in a day (6 req/s less the 3 req/s that arrive at least × 86,400 s)"),
        "{found:?}"
    );
    // What grows counts at its greatest size.
    let grows = "[scale_set.web.autoscale]\nminimum = 6\nmaximum = 12\n[[scale_set.web.autoscale.rule]]\nmetric = \"queue\"\n\
                 window = \"5 min\"\noperator = \">\"\nthreshold = 10\nincrease = 1\n";
    assert!(nightly("count = 10_000\nwork = 60\nsigma = 0.5", grows).is_empty());
}

/// Two standbys that are too small are one hint, that of the first, with the other named.
#[test]
fn dr_07_standbys_that_are_too_small_are_told_once() {
    let two = site("pattern = \"hot\"", "westus", 5)
        .replace("parts = [\"east\", \"west\"]", "parts = [\"east\", \"west\", \"north\"]")
        .replace(
            "[failover.site]",
            "[scale_set.third]\nregion = \"westus\"\nzones = [3]\ncapacity = 4\n[failover.site]",
        )
        + "[part.north]\nsets = [\"third\"]\nmin_served = \"50%\"\n";
    let found = only("W025", &two);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("standby `west` carry 500 req/s"), "{found:?}");
    assert!(
        found[0].contains("1 more like it: line") && found[0].contains("standby `north` carry 400 req/s"),
        "{found:?}"
    );
}

/// Every warning and hint is silenced in the same way, a mistake in none.
#[test]
fn what_is_allowed_is_not_told() {
    let slip = format!("{BASE}scale_set.wbe.capacity = 3\nscale_set.wbe.zones = [1]\n");
    let small = site("pattern = \"hot\"", "westus", 5);
    for (code, text) in [("W021", slip), ("W025", small)] {
        assert_eq!(only(code, &text).len(), 1, "{code}");
        let others = told(&text).into_iter().filter(|of| of.0 != code).count();
        let quiet = format!("allow = [\"{}\"]\n{text}", code.to_lowercase());
        assert_eq!((only(code, &quiet).len(), told(&quiet).len()), (0, others), "{code}");
        let how = zonefall_scenario::explain(code).unwrap();
        assert!(how.contains(&format!("allow = [\"{code}\"]")), "{how}");
    }
    for wrong in ["E010", "W999", "x"] {
        let refused = parse(&format!("allow = [\"{wrong}\"]\n{BASE}"), "x.toml").unwrap_err().to_string();
        assert!(refused.contains(&format!("`{wrong}` is no code of a warning or hint")), "{refused}");
    }
}

/// `explain` of a table names each of its keys.
#[test]
fn a_table_is_explained_with_its_keys() {
    let blips = zonefall_scenario::explain("blips").unwrap();
    for name in ["every", "lasts", "fails"] {
        assert!(blips.contains(&format!("\n    {name} ")), "{blips}");
    }
    for key in zonefall_scenario::keys() {
        let inner = zonefall_scenario::keys().iter().filter(|inner| inner.parent() == key.path);
        let text = zonefall_scenario::explain(key.path).unwrap();
        inner.for_each(|inner| {
            assert!(text.contains(&format!("\n    {}", inner.name())), "{} {}", key.path, inner.path)
        });
    }
}

#[test]
fn as_05_autoscale_that_no_rule_ever_moves_is_told() {
    let rule = "[[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\noperator = \">\"\nthreshold = 70\nincrease = 1\n";
    let profile = |limits: &str| {
        format!("[[scale_set.web.autoscale.profile]]\nname = \"evening\"\nstarts = \"18:00\"\n{limits}\n")
    };
    let of = |more: &str| {
        let text = BASE.replace("[[design]]\nname = \"a\"\n", "");
        only(
            "W027",
            &format!(
                "start = \"2026-01-01\"\n{text}[demand]\nrate = \"500 req/s\"\n[scale_set.web.autoscale]\nminimum = 3\nmaximum = 12\n{more}"
            ),
        )
    };
    let words = "autoscale of `web` has no rule: it keeps to 3 to 12 machines, whatever the load / \
                 add `[[scale_set.web.autoscale.rule]]` with `metric`, `operator`, `threshold` and `increase`";
    assert_eq!(of(""), [words]);
    assert_eq!(of(&profile("")), [words]);
    let rules = rule.to_owned() + &rule.replace('>', "<").replace("70", "30").replace("increase", "decrease");
    assert!(of(&rules).is_empty() && of(&profile("minimum = 6")).is_empty());
    assert!(of(&(profile("") + &rules.replace("autoscale.rule", "autoscale.profile.rule"))).is_empty());
    // Of designs only the one that takes its rules away.
    let text = of_designs(&format!("[scale_set.web.autoscale]\nminimum = 3\nmaximum = 12\n{rules}"));
    assert_eq!(only("W027", &text), [words]);
}

fn of_designs(base: &str) -> String {
    let text = BASE.replace("[[design]]", &format!("[demand]\nrate = \"500 req/s\"\n{base}[[design]]"));
    text + "[[design]]\nname = \"still\"\nscale_set.web.autoscale.rule = []\n"
}

/// What-ifs of a key of a table that a design turns off, drops, or says as a whole.
#[test]
fn a_change_that_a_design_without_its_table_does_not_feel_is_told() {
    let told = |design: &str, change: &str| {
        let text = BASE.replace("[[design]]\nname = \"a\"\n", "");
        let text = format!(
            "{text}boot = {{ law = \"exponential\", mean = \"3 min\" }}\n[demand]\nrate = \"500 req/s\"\n[retry]\ntries = 3\n\
             [[design]]\nname = \"with\"\n[[design]]\nname = \"b\"\n{design}\n"
        );
        let fine = parse_with(&text, "x.toml", &WhatIf::new(&[change])).unwrap_or_else(|wrong| panic!("{wrong}"));
        let told = fine.warnings.others().iter().flat_map(|of| of.items()).filter(|of| of.code == "W017");
        told.map(|of| format!("{} / {}", of.message, of.help.join(" / "))).collect::<Vec<_>>()
    };
    let without = "the design `b` does without `retry`, and does not feel this / \
                   to change it there: `design.b.retry.tries=…`";
    for design in ["retry = false", "drop = [\"retry\"]", "drop = [\"retry\"]\nretry = { breaker = false }"] {
        assert_eq!(told(design, "retry.tries=2"), [without], "{design}");
    }
    assert_eq!(told("drop = [\"retry.tries\"]", "retry.tries=2").len(), 1);
    let stays = |own: &str| format!("the design `b` says its own `{own}`, which stays");
    assert!(told("retry.tries = 4", "retry.tries=2")[0].starts_with(&stays("retry.tries")));
    assert!(
        told("retry = false", "retry.tries=2").len() == 1 && told("retry.breaker = false", "retry.tries=2").is_empty()
    );
    // A law is a whole, and so is what is no table.
    let boot = "scale_set.web.boot.mean=4 min";
    for own in ["\"2 min\"", "{ law = \"exponential\", mean = \"2 min\" }"] {
        assert!(told(&format!("scale_set.web.boot = {own}"), boot)[0].starts_with(&stays("scale_set.web.boot")));
    }
    assert!(told("scale_set.web.warm_up = \"1 min\"", boot).is_empty());
    let gone = "the design `b` does without `scale_set.web`";
    let own = "scale_set.web = false\nscale_set.own = { capacity = 6 }";
    assert!(told(own, "scale_set.web.capacity=12")[0].starts_with(gone));
}

/// A choice turns on nothing that a design has turned off: that is told, and its candidates are impossible.
#[test]
fn a_plan_makes_no_candidate_of_a_design_without_what_it_chooses() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.toml");
    let planned = |without: &str| {
        let text = BASE.replace("[[design]]\nname = \"a\"\n", "");
        let designs = format!("[[design]]\nname = \"with\"\n[[design]]\nname = \"b\"\n{without}\n");
        let plan = "[[plan.choice]]\nkey = \"retry.tries\"\nvalues = \"1 to 3\"\n";
        let text = format!("{text}[demand]\nrate = \"500 req/s\"\n[retry]\nwasted_work = 0\n{designs}{plan}");
        std::fs::write(&path, text).unwrap();
        load_plan(&path, &WhatIf::default()).unwrap_or_else(|wrong| panic!("{wrong}"))
    };
    for without in ["retry = false", "drop = [\"retry\"]"] {
        let found = planned(without);
        let plan = found.plan.as_ref().unwrap();
        assert_eq!(plan.candidates.iter().map(|of| of.shape).collect::<Vec<_>>(), [0, 0, 0], "{without}");
        assert_eq!(plan.impossible.len(), 1);
        assert_eq!(
            (plan.impossible[0].candidates, &plan.impossible[0].why[..]),
            (3, "the design `b` does without `retry`")
        );
        let told: Vec<_> = found.warnings.items().iter().filter(|of| of.code == "W017").collect();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].message, "the design `b` does without `retry`: no candidate is made of it");
    }
    let both = planned("retry.breaker = false");
    assert_eq!((both.plan.unwrap().candidates.len(), both.warnings.items().len()), (6, 0));
}

#[test]
fn w032_machines_that_are_slow_one_by_one_and_cost_nothing_are_hinted() {
    let of = |scope: &str, rest: &str| {
        let mode = format!(
            "demand.rate = \"600 req/s\"\n{rest}[faults.mode.slow]\nscope = \"{scope}\"\nrate = \"2 per {}-year\"\noutage = \"1 h\"\n\
             effect = {{ degraded = 0.5 }}\n[region.eastus]",
            if scope == "instance" { "VM" } else { scope }
        );
        only("W032", &BASE.replace("[region.eastus]", &mode))
    };
    for scope in ["instance", "host"] {
        let found = of(scope, "");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("machines that `slow` slows get no more requests than they can serve"),
            "{found:?}"
        );
        assert!(found[0].contains("a `[load_balancer]`, or `spread = \"even\"`"), "{found:?}");
        for fine in [
            "[load_balancer]\n",
            "[service]\nspread = \"even\"\n",
            "[service]\nspread = \"by-capacity\"\n",
            "[service]\nparallelism = 8\nqueue = \"shared\"\n",
        ] {
            assert_eq!(of(scope, fine), Vec::<String>::new(), "{fine}");
        }
        assert_eq!(of(scope, "allow = [\"W032\"]\n"), Vec::<String>::new());
    }
    // A rack that is slow is more than single machines, and without a demand nothing is spread.
    assert!(of("rack", "").is_empty() && only("W032", BASE).is_empty());
    let release = "demand.rate = \"600 req/s\"\n[[release]]\nname = \"new\"\nat = \"1 day\"\nbad = \"5%\"\neffect = { degraded = 0.5 }\n[region.eastus]";
    assert!(only("W032", &BASE.replace("[region.eastus]", release))[0].starts_with("machines that `new` slows"));
}
