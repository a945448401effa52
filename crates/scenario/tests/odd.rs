//! What is accepted and hardly means what it says: peaks that outlast clients, modes of nobody, thresholds that are none.
#![allow(clippy::unwrap_used)]

use zonefall_scenario::parse;

/// Line, words and help of what is told with a code.
fn only(code: &str, text: &str) -> Vec<(usize, String)> {
    let fine = parse(text, "x.toml").unwrap_or_else(|wrong| panic!("{wrong}"));
    let those = fine.warnings.items().iter().filter(|of| of.code == code);
    those.map(|of| (of.line, [std::slice::from_ref(&of.message), &of.help[..]].concat().join(" / "))).collect()
}

/// Nine machines of 100 req/s, in the clock of UTC.
fn shop(demand: &str, more: &str) -> String {
    format!(
        "start = \"2026-01-05\"\nhorizon = \"360 days\"\nslo.min_served = \"99%\"\n[region.east]\n[demand]\n{demand}\n\
         [scale_set.web]\nzones = [1, 2, 3]\ncapacity = 9\ncapacity_per_instance = \"100 req/s\"\n{more}"
    )
}

/// A line at 1,000 req/s grows by 100 requests a second, and is 900 × its clients' patience long when they give up.
#[test]
fn a_peak_that_lasts_longer_than_clients_wait_is_hinted() {
    let waits = |rate: &str, peak: f64, patience: &str| {
        let demand = format!(
            "rate = \"{rate}\"\ndaily = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, {peak}]"
        );
        let service = format!("[service]\nparallelism = 8\nqueue = \"shared\"\npatience = \"{patience}\"\n");
        only("W016", &shop(&demand, &service))
    };
    let found = waits("500 req/s", 2.0, "20 s");
    let words = "design `base` cannot meet the objective at its peak: it must serve 990 req/s then, and its machines together serve \
                 900, for longer than its clients wait (20 s)";
    assert_eq!(found, [(3, words.to_owned())]);
    // An hour's surplus is 360,000 requests, six minutes and 40 s of work.
    assert_eq!(waits("500 req/s", 2.0, "6 min").len(), 1);
    assert!(waits("500 req/s", 2.0, "7 min").is_empty());
    // A peak within what is served brings nothing, nor one that only the whole demand exceeds.
    assert!(waits("500 req/s", 1.8, "1 s").is_empty() && waits("500 req/s", 1.81, "1 s").is_empty());
    // Two peaks do not add up where the line is gone between them, and do where it is not.
    let two = |between: &str| {
        let demand = format!(
            "rate = \"500 req/s\"\ndaily = [1, 2, {between}, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"
        );
        only("W016", &shop(&demand, "[service]\nparallelism = 8\nqueue = \"shared\"\npatience = \"7 min\"\n")).len()
    };
    assert_eq!((two("1"), two("1.8")), (0, 1));
}

#[test]
fn a_component_before_which_clients_wait_in_vain_is_hinted() {
    let of = |patience: &str| {
        let demand =
            "rate = \"500 req/s\"\ndaily = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1.4]";
        let db = "[component.db]\navailability = \"99.9%\"\ncapacity = \"600 req/s\"\nmin_served = \"99%\"\n";
        only("W016", &shop(demand, &format!("{db}[service]\npatience = \"{patience}\"\n")))
    };
    let found = of("20 s");
    assert_eq!(found.len(), 1);
    let end =
        "cannot hold at the peak of the demand: it lets 600 req/s through, for longer than its clients wait (20 s)";
    assert!(found[0].1.ends_with(end), "{found:?}");
    // 360,000 requests are ten minutes of its work.
    assert!(of("9 min").len() == 1 && of("11 min").is_empty());
}

/// Machines in a part of their own beside a database: what every request needs is asked of, what one of two may do is not.
#[test]
fn a_part_that_cannot_serve_the_peak_is_told() {
    let of = |code: &str, rate: &str, patience: &str, more: &str| {
        let peak = "daily = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]";
        let part = "[part.front]\nsets = [\"web\"]\nmin_served = \"99%\"\n";
        let db = "[component.db]\navailability = \"99.9%\"\n";
        let text = shop(&format!("rate = \"{rate}\"\n{peak}"), &format!("{part}{db}{patience}{more}"));
        only(code, &text.replace("slo.min_served = \"99%\"\n", ""))
    };
    let waits = |most: &str| format!("[service]\npatience = \"{most}\"\n");
    let words = "part `front` of design `base` cannot hold at the peak: it must serve 990 req/s, and its machines together serve 900";
    let found = of("W016", "500 req/s", "", "");
    let longer =
        format!("{words}, for 4.2 % of the time / that alone is more than the target of the objective can spare");
    assert!(found.len() == 1 && found[0].1 == longer, "{found:?}");
    let found = of("W016", "500 req/s", &waits("20 s"), "");
    assert!(found.len() == 1 && found[0].1 == format!("{words}, for longer than its clients wait (20 s)"), "{found:?}");
    assert!(of("W016", "500 req/s", &waits("7 min"), "").is_empty() && of("W016", "454 req/s", "", "").is_empty());
    let always = of("W009", "1000 req/s", "", "");
    assert!(always.len() == 1 && always[0].1.contains("can never hold: it must serve 990 req/s"), "{always:?}");
    let jobs = "[slo]\njobs_by_deadline = \"50%\"\n[jobs]\ncount = 10\nat = \"22:00\"\ndeadline = \"05:00\"\n";
    assert!(of("W016", "500 req/s", "", jobs).is_empty());
    // A second one that may serve instead.
    let either = "[scale_set.back]\nzones = [1]\ncapacity = 90\n[part.back]\nsets = [\"back\"]\nmin_served = \"99%\"\n\
                  [part.either]\nany = [\"front\", \"back\"]\n";
    assert!(of("W016", "500 req/s", "", either).is_empty());
    assert_eq!(of("W016", "500 req/s", "", &either.replace("any", "all")).len(), 1);
}

#[test]
fn a_mode_of_scope_global_that_no_design_depends_on_is_told() {
    let mode = "[faults.mode.db-down]\nscope = \"global\"\nrate = \"1 per year\"\noutage = \"1 h\"\n";
    let of = |more: &str| only("W015", &shop("rate = \"500 req/s\"", &format!("{mode}{more}")));
    let found = of("");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, 11);
    let words = "`db-down` has no effect: it is a mode of scope global, and no design depends on it / \
                 write `depends_on = [\"db-down\"]` under `[service]`, in the base or in a design";
    assert_eq!(found[0].1, words);
    assert!(of("[service]\ndepends_on = [\"db-down\"]\n").is_empty());
    assert!(of("[[design]]\nname = \"a\"\n[[design]]\nname = \"b\"\nservice.depends_on = [\"db-down\"]\n").is_empty());
    // Of any other scope it strikes by itself, and one that is off is not there.
    assert!(only("W015", &shop("rate = \"500 req/s\"", &mode.replace("global", "region"))).is_empty());
    assert!(
        only(
            "W015",
            &shop(
                "rate = \"500 req/s\"",
                &mode.replace("[faults.mode.db-down]\n", "[faults.mode.db-down]\nenabled = false\n")
            )
        )
        .is_empty()
    );
    // A plan may choose it.
    assert!(of("[[plan.choice]]\nkey = \"service.depends_on\"\nvalues = [[\"db-down\"], []]\n").is_empty());
}

/// Autoscale of 3 to 12 machines with rules of metric, operator, threshold and action.
fn scaled(capacity: u32, rules: &[[&str; 4]], more: &str) -> Vec<(usize, String)> {
    let autoscale = "[scale_set.web.autoscale]\nminimum = 3\nmaximum = 12\nmemory = { at_rest = 30, at_full = 85 }\n";
    let rule = |[metric, operator, threshold, action]: &[&str; 4]| {
        format!(
            "[[scale_set.web.autoscale.rule]]\nmetric = \"{metric}\"\noperator = \"{operator}\"\nthreshold = {threshold}\n{action} = 1\n"
        )
    };
    let rules: String = rules.iter().map(rule).collect();
    let text = shop("rate = \"500 req/s\"", &format!("{autoscale}{rules}{more}"));
    only("W028", &text.replace("capacity = 9", &format!("capacity = {capacity}")))
}

#[test]
fn as_06_a_threshold_that_is_no_percentage_is_hinted() {
    let of = |metric, operator, threshold| {
        let action = if operator == "<" || operator == "<=" { "decrease" } else { "increase" };
        scaled(9, &[[metric, operator, threshold, action]], "")
    };
    let found = of("cpu", ">", "0.6");
    assert_eq!(found, [(18, "this is 0.6 % of CPU: thresholds are in percent (AS-06) / write 60 for 60 %".to_owned())]);
    assert!(
        of("memory", "<=", "1")[0]
            .1
            .starts_with("this is 1 % of memory: thresholds are in percent (AS-06) / write 100")
    );
    assert!(of("cpu", ">", "100")[0].1.starts_with("CPU is never above 100 %: this rule never fires"));
    assert!(of("cpu", ">=", "100.5")[0].1.contains("never fires") && of("cpu", ">=", "100").is_empty());
    assert!(
        of("cpu", "<", "101")[0].1.contains("always fires") && of("cpu", "<=", "100")[0].1.contains("always fires")
    );
    assert!(of("cpu", ">", "1.5").is_empty() && of("cpu", ">", "99").is_empty() && of("cpu", "<", "100").is_empty());
    // Requests are no percentage.
    assert!(of("requests", ">", "0.5").is_empty() && of("requests", ">", "900").is_empty());
}

#[test]
fn as_12_rules_that_leave_no_room_between_them_are_hinted() {
    let (out, more) = (["cpu", ">", "60", "increase"], ["cpu", ">", "80", "increase"]);
    let found = scaled(9, &[out, ["cpu", "<", "70", "decrease"]], "");
    let words = "this scales in up to 70, and another rule on the same metric scales out from 60 on: there is no room between them (AS-09, AS-12)";
    assert!(found.len() == 1 && found[0].0 == 23 && found[0].1.starts_with(words), "{found:?}");
    assert_eq!(scaled(9, &[["cpu", "<", "60", "decrease"], out, more], "").len(), 1);
    assert!(scaled(9, &[out, more, ["cpu", "<", "35", "decrease"]], "").is_empty());
    assert!(scaled(9, &[out, ["memory", "<", "70", "decrease"]], "").is_empty());
}

#[test]
fn as_05_a_set_that_begins_outside_of_its_limits_is_hinted() {
    let out = [["cpu", ">", "60", "increase"]];
    let found = scaled(20, &out, "");
    let words = "`web` begins with 20 machines, outside of the 3 to 12 of its autoscale: the first evaluation makes them 12 (AS-05)";
    assert!(found.len() == 1 && found[0].0 == 9 && found[0].1.starts_with(words), "{found:?}");
    assert!(scaled(2, &out, "")[0].1.contains("the first evaluation makes them 3 (AS-05)"));
    assert!(scaled(3, &out, "").is_empty() && scaled(12, &out, "").is_empty());
    // A schedule moves it anyway.
    let evening = "[[scale_set.web.autoscale.profile]]\nname = \"evening\"\nstarts = \"18:00\"\nmaximum = 24\n";
    assert!(scaled(20, &out, evening).is_empty());
}

#[test]
fn as_05_a_minimum_above_the_maximum_shows_both() {
    let of = |limits: &str| {
        let text = shop("rate = \"500 req/s\"", &format!("[scale_set.web.autoscale]\n{limits}"));
        parse(&text, "x.toml").unwrap_err().to_string()
    };
    let found = of("minimum = 6\nmaximum = 4\n");
    for words in
        ["the minimum 6 is above the maximum 4 (AS-05)", "x.toml:12:11", "minimum = 6", "x.toml:13:11", "maximum = 4"]
    {
        assert!(found.contains(words), "{words}: {found}");
    }
    // A profile's own maximum below the minimum of all.
    let profile = "minimum = 6\nmaximum = 9\n[[scale_set.web.autoscale.profile]]\nname = \"night\"\nstarts = \"18:00\"\nmaximum = 4\n";
    assert!(of(profile).contains("x.toml:17:11"), "{}", of(profile));
}

/// What is due when the next one comes has a day.
#[test]
fn a_deadline_at_the_time_of_the_batch_is_a_day_later() {
    let jobs = "[jobs]\ncount = 1000\nat = \"22:00\"\ndeadline = \"22:00\"\n";
    let fine = parse(&shop("rate = \"5 req/s\"", jobs), "x.toml").unwrap();
    let batches = &fine.designs[0].jobs.as_ref().unwrap().batches;
    assert_eq!(batches[0].due.since(batches[0].at).as_ms(), 24 * 3_600_000);
    assert!(zonefall_scenario::explain("jobs.deadline").unwrap().contains("the same time as `at` is a day later"));
    assert!(
        zonefall_scenario::explain("faults.mode.<name>.crews").unwrap().contains("all regions share this one pool")
    );
}
