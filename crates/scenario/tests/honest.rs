//! What an honest mistake is told: where to look, what to write instead; and paths of lists that people write by number.
#![allow(clippy::unwrap_used)]

use zonefall_scenario::{Diagnostics, Scenario, Severity, WhatIf, explain, load, load_plan, parse, parse_with};

/// A shop that scales by two rules, and by another one at night.
const SHOP: &str = "start = \"2026-01-05\"\nhorizon = \"360 days\"\nslo.min_served = \"99%\"\n[region.east]\n[demand]\nrate = \"500 req/s\"\n\
    [scale_set.web]\nzones = [1, 2, 3]\ncapacity = 9\ncapacity_per_instance = \"100 req/s\"\n\
    [scale_set.web.autoscale]\nminimum = 6\nmaximum = 12\n\
    [[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\noperator = \">\"\nthreshold = 70\nincrease = 2\n\
    [[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\noperator = \"<\"\nthreshold = 30\ndecrease = 1\n\
    [[scale_set.web.autoscale.profile]]\nname = \"night\"\nstarts = \"22:00\"\nminimum = 3\nsame_rules = false\n\
    [[scale_set.web.autoscale.profile.rule]]\nmetric = \"cpu\"\noperator = \">\"\nthreshold = 80\nincrease = 1\n";

fn told(of: &Diagnostics) -> String {
    let own = of.items().iter().map(|item| {
        format!(
            "{} {}: {}",
            item.code,
            item.line,
            [&item.message, &item.help.join(" / ")].map(String::as_str).join(" / ")
        )
    });
    own.chain(of.others().iter().map(told)).collect::<Vec<_>>().join("\n")
}

/// The one mistake of a text, with its help.
fn mistake(text: &str) -> String {
    told(&parse(text, "x.toml").unwrap_err())
}

fn changed(change: &str) -> Result<Scenario, Diagnostics> {
    parse_with(SHOP, "x.toml", &WhatIf::new(&[change]))
}

/// Thresholds in percent: of the default profile, and of the night.
fn thresholds(of: &Scenario) -> (Vec<f64>, Vec<f64>) {
    let managed = of.designs[0].sets[0].management.as_ref().unwrap();
    let profiles = &managed.autoscale.as_ref().unwrap().profiles;
    let of = |at: usize| profiles[at].rules.iter().map(|rule| rule.threshold_micro as f64 / 1e6).collect();
    (of(0), of(1))
}

#[test]
fn an_entry_of_a_list_is_changed_by_its_index() {
    let of = |change: &str| thresholds(&changed(change).unwrap_or_else(|wrong| panic!("{change}: {wrong}")));
    assert_eq!(of("slo.target=99%"), (vec![70.0, 30.0], vec![80.0]));
    assert_eq!(of("scale_set.web.autoscale.rule[0].threshold=60"), (vec![60.0, 30.0], vec![80.0]));
    assert_eq!(of("scale_set.\"web\".autoscale.rule[1].threshold=20"), (vec![70.0, 20.0], vec![80.0]));
    assert_eq!(of("scale_set.web.autoscale.profile[0].rule[0].threshold = 90"), (vec![70.0, 30.0], vec![90.0]));
    // Of the top too, and of lists of plain values.
    let script = format!("{SHOP}[[script]]\nat = \"1 h\"\nfor = \"1 h\"\nmembers = [\"east/1\"]\n");
    let of = |change: &str| parse_with(&script, "x.toml", &WhatIf::new(&[change])).unwrap().source;
    assert_eq!(of("script[0].at=2 h"), of("script.1.at=2 h"));
    assert_ne!(of("script[0].at=2 h"), of("script[0].at=1 h"));
    let twice = told(&changed("scale_set.web.zones[2]=1").unwrap_err());
    assert!(twice.contains("E015") || twice.contains("E032"), "{twice}");
}

#[test]
fn an_index_that_leads_nowhere_is_told_in_words() {
    let of = |change: &str| told(&changed(change).unwrap_err());
    let of_rule = |rest: &str| of(&format!("scale_set.web.autoscale.rule{rest}=60"));
    let beyond = of_rule("[2].threshold");
    assert!(beyond.contains("`rule` has 2 entries") && beyond.contains("`rule[0]` to `rule[1]`"), "{beyond}");
    let dotted = of_rule(".0.threshold");
    assert!(dotted.contains("`rule` is a list of 2") && dotted.contains("rule[0]"), "{dotted}");
    let whole = of_rule("[1]");
    assert!(whole.contains("`rule[1]` is a table: name one of its keys"), "{whole}");
    let doubled = of_rule("[1][0]");
    assert!(doubled.contains("`rule[1]` is a table: name one of its keys"), "{doubled}");
    let none = of("scale_set.web[0].capacity=60");
    assert!(none.contains("`web` is no list"), "{none}");
    let absent = of("scale_set.web.autoscale.series[0].value=60");
    assert!(absent.contains("there is no list `series`"), "{absent}");
    let deep = of_rule("[0].treshold");
    assert!(deep.contains("did you mean `threshold`?"), "{deep}");
    for wrong in [
        "[x].threshold",
        "[-1].threshold",
        "[].threshold",
        "[0]threshold",
        "[0.threshold",
        "[99999999999999999999].threshold",
    ] {
        let found = of_rule(wrong);
        assert!(
            found.contains("does not begin with the path of a key") || found.contains("has 2 entries"),
            "{wrong}: {found}"
        );
    }
    let twice =
        WhatIf::new(&["scale_set.web.autoscale.rule[0].threshold=60", "scale_set.web.autoscale.rule[0].threshold=61"]);
    let twice = told(&parse_with(SHOP, "x.toml", &twice).unwrap_err());
    assert!(twice.contains("`scale_set.web.autoscale.rule[0].threshold` is changed twice"), "{twice}");
}

#[test]
fn a_design_that_says_its_own_list_is_named_by_the_way_into_it() {
    let own = "[[design]]\nname = \"own\"\n[[design.scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\noperator = \">\"\nthreshold = 75\nincrease = 3\n";
    let text = format!("{SHOP}[[design]]\nname = \"same\"\n{own}");
    let of = |change: &str| parse_with(&text, "x.toml", &WhatIf::new(&[change]));
    let kept = of("scale_set.web.autoscale.rule[0].threshold=60").unwrap();
    assert_eq!(thresholds(&kept).0, [60.0, 30.0]);
    let kept = told(&kept.warnings);
    assert!(
        kept.contains("says its own `scale_set.web.autoscale.rule`")
            && kept.contains("`design.own.scale_set.web.autoscale.rule[0].threshold=…`"),
        "{kept}"
    );
    let fine = of("design.own.scale_set.web.autoscale.rule[0].threshold=60").unwrap();
    let managed = fine.designs[1].sets[0].management.as_ref().unwrap();
    assert_eq!(managed.autoscale.as_ref().unwrap().profiles[0].rules[0].threshold_micro, 60_000_000);
    let inherited = told(&of("design.same.scale_set.web.autoscale.rule[0].threshold=60").unwrap_err());
    assert!(inherited.contains("there is no list `rule`") && inherited.contains("the base's"), "{inherited}");
}

#[test]
fn a_plan_chooses_thresholds_by_their_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.toml");
    let of = |key: &str, values: &str| {
        let plan = format!("[plan]\ntrials_max = 1000\n[[plan.choice]]\nkey = \"{key}\"\nvalues = \"{values}\"\n");
        std::fs::write(&path, format!("{SHOP}{plan}")).unwrap();
        load_plan(&path, &WhatIf::default())
    };
    let plan = of("scale_set.web.autoscale.rule[0].threshold", "50 to 70 step 10")
        .unwrap_or_else(|wrong| panic!("{wrong}"))
        .plan
        .unwrap();
    let threshold = |at: usize| {
        let managed = plan.candidates[at].design.sets[0].management.as_ref().unwrap();
        managed.autoscale.as_ref().unwrap().profiles[0].rules[0].threshold_micro
    };
    assert_eq!(((0..plan.candidates.len()).map(threshold)).collect::<Vec<_>>(), [50_000_000, 60_000_000, 70_000_000]);
    assert_eq!(plan.candidates[0].design.name, "threshold 50");
    let beyond = told(&of("scale_set.web.autoscale.rule[2].threshold", "50, 60").unwrap_err());
    assert!(beyond.contains("`rule` has 2 entries"), "{beyond}");
    let unknown = told(&of("scale_set.web.autoscale.rule[0].treshold", "50, 60").unwrap_err());
    assert!(unknown.contains("did you mean `threshold`?"), "{unknown}");
    let no_list = told(&of("scale_set.web.capacity[0]", "50, 60").unwrap_err());
    assert!(no_list.contains("`capacity` is no list"), "{no_list}");
}

#[test]
fn explain_takes_paths_as_it_prints_them_and_as_a_change_writes_them() {
    let threshold = explain("scale_set.<name>.autoscale.rule[].threshold").unwrap();
    for path in [
        "scale_set.web.autoscale.rule[].threshold",
        "scale_set.web.autoscale.rule[0].threshold",
        "scale_set.autoscale.rule[3].threshold",
    ] {
        assert_eq!(explain(path).as_ref(), Some(&threshold), "{path}");
    }
    let rule = explain("scale_set.<name>.autoscale.rule[]").unwrap();
    for path in ["scale_set.web.autoscale.rule[]", "scale_set.web.autoscale.rule[0]", "scale_set.web.autoscale.rule"] {
        assert_eq!(explain(path).as_ref(), Some(&rule), "{path}");
    }
    assert_eq!(explain("script[0]"), explain("script[]"));
    assert!(explain("rule[]").unwrap().contains(&rule) && explain("scale_set.web.autoscale.rule[x]").is_none());
}

/// The demand of a trace, or what it is told.
fn traced(rows: &str) -> Result<Vec<u64>, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("d.csv"), rows).unwrap();
    let path = folder.path().join("s.toml");
    std::fs::write(&path, SHOP.replace("rate = \"500 req/s\"", "trace = \"d.csv\"")).unwrap();
    let found = load(&path).map_err(|wrong| told(&wrong))?;
    let demand = found.designs[0].demand.clone().unwrap();
    let hour = zonefall_engine::SimDuration::from_ms(3_600_000);
    Ok((0..2).map(|at| demand.at_milli(zonefall_engine::SimTime::ZERO.after(hour.times(at)))).collect())
}

#[test]
fn a_trace_of_a_european_spreadsheet_is_read_as_it_is() {
    let plain = traced("time,rate\n2026-01-05T00:00,257.9\n2026-01-05T01:00,1222\n").unwrap();
    assert_eq!(plain, [257_900, 1_222_000]);
    for same in [
        "time;rate\n2026-01-05T00:00;257,9\n2026-01-05T01:00;1222\n",
        "time;rate;note\r\n0;257,9;a, b\r\n3600;1222,0;c\r\n",
        "\u{feff}time;rate\n0;257.9\n3600;1222.0\n",
        "time;rate\n0,0;257,9\n3600,0;1222\n",
        "sep=;\ntime;rate\n0;257,9\n3600;1222\n",
        "\u{feff}\"sep=,\"\r\ntime,rate\r\n0,257.9\r\n3600,1222\r\n",
    ] {
        assert_eq!(traced(same).as_deref(), Ok(&plain[..]), "{same}");
    }
    // A point and a comma in one file: which of them are decimals nobody knows.
    for both in ["time;rate\n0;257,9\n3600;1.222\n", "time;rate\n0;257.9\n3600;1222,5\n"] {
        let wrong = traced(both).unwrap_err();
        assert!(wrong.contains("3: `rate`") && wrong.contains("point") && wrong.contains("comma"), "{wrong}");
    }
    let thousands = traced("time;rate\n0;257,9\n3600;1.222,0\n").unwrap_err();
    assert!(thousands.contains("3: `rate`: \"1.222,0\" is not a number / write 1222,0"), "{thousands}");
    let named = traced("when;rate\n0;1\n").unwrap_err();
    assert!(named.contains("there is no column `time`"), "{named}");
    let below = traced("sep=;\ntime;rate\n0;257,9\n3600;x\n").unwrap_err();
    assert!(below.contains("4: `rate`: \"x\""), "{below}");
    let tabs = traced("time\trate\n0\t1\n").unwrap_err();
    assert!(tabs.contains("separated by tabs"), "{tabs}");
}

#[test]
fn a_mistake_of_every_row_is_told_of_the_first_few() {
    let rows: String =
        (0..2000).map(|at| format!("{:02}.01.2026 {:02}:00,{at}\n", 1 + at / 24 % 28, at % 24)).collect();
    let wrong = traced(&format!("time,rate\n{rows}")).unwrap_err();
    assert_eq!(wrong.lines().count(), 5, "{wrong}");
    assert!(wrong.contains("1,997 more rows have such a mistake in `time`"), "{wrong}");
    assert!(wrong.contains("write 2026-01-01T00:00: year, month, day"), "{wrong}");
    // Each kind by itself, and few mistakes one by one.
    let wrong = traced("time,rate\n0,x\n1,x\n2,x\nx,1\n4,x\nx,2\n").unwrap_err();
    assert_eq!(wrong.lines().count(), 7, "{wrong}");
    assert!(wrong.contains("one more row has such a mistake in `rate`"), "{wrong}");
}

#[test]
fn a_key_of_the_same_table_is_meant_before_one_of_another() {
    let of = |old: &str, new: &str| mistake(&SHOP.replacen(old, new, 1));
    let found = of("slo.min_served = \"99%\"", "slo.min_served = \"99%\"\nslo.availability = \"99.9%\"");
    assert!(found.contains("did you mean `target`?") && !found.contains("component"), "{found}");
    let found = mistake(&format!(
        "{SHOP}[plan]\nbudget = 2000\n[[plan.choice]]\nkey = \"scale_set.web.capacity\"\nvalues = \"6 to 9\"\n"
    ));
    assert!(found.contains("did you mean `max_cost`?") && !found.contains("retry"), "{found}");
    let found = of("minimum = 6\nmaximum = 12", "min = 6\nmax = 12");
    assert!(found.contains("did you mean `minimum`?") && found.contains("did you mean `maximum`?"), "{found}");
    let found = of("threshold = 70\nincrease = 2", "above = 70\nadd = 2");
    assert!(found.contains("did you mean `threshold`?") && found.contains("did you mean `increase`?"), "{found}");
    let found = mistake(&format!("{SHOP}[component.db]\nsla = \"99.9%\"\n"));
    assert!(found.contains("did you mean `availability`?"), "{found}");
    // What stands in another table only is still found there.
    let found = of("horizon = \"360 days\"", "horizon = \"360 days\"\nmin_serving = 3");
    assert!(found.contains("did you mean `slo.min_serving`"), "{found}");
}

#[test]
fn a_rate_of_requests_without_its_unit_is_told_which_there_are() {
    let of = |rate: &str| mistake(&SHOP.replacen("500 req/s", rate, 1));
    for rate in ["600/s", "600 /s", "6 tps", "1_000.5 qps"] {
        let found = of(rate);
        assert!(found.contains("does not end with `req/s`, `req/min` or `req/h`"), "{rate}: {found}");
    }
    assert!(of("600").contains("has no unit") && of("about 6 req/s").contains("does not begin with a decimal number"));
    assert!(of("1.2.3 req/s").contains("does not begin with a decimal number"));
}

#[test]
fn a_key_of_a_set_in_a_design_is_told_where_it_belongs() {
    let of = |line: &str| mistake(&format!("{SHOP}[[design]]\nname = \"a\"\n{line}\n"));
    let found = of("zones = [1, 2]");
    assert!(found.contains("`scale_set.web.zones`"), "{found}");
    let found = of("capacity = 6");
    assert!(found.contains("`scale_set.web.capacity`"), "{found}");
    assert!(of("scale_sets = 6").contains("did you mean `scale_set`?"));
}

#[test]
fn a_percentage_where_a_number_is_meant_is_told_what_to_write() {
    let growth = mistake(&SHOP.replacen("rate =", "growth_per_year = \"20%\"\nrate =", 1));
    assert!(growth.contains("write 0.2"), "{growth}");
    let threshold = mistake(&SHOP.replacen("threshold = 70", "threshold = \"70 %\"", 1));
    assert!(threshold.contains("write 70"), "{threshold}");
    let batch = mistake(&SHOP.replacen("capacity = 9", "capacity = 9\nupgrade = { batch = \"20%\" }", 1));
    assert!(batch.contains("write 20"), "{batch}");
    let quoted = mistake(&SHOP.replacen("capacity = 9", "capacity = \"9\"", 1));
    assert!(quoted.contains("write 9") && quoted.contains("quotes"), "{quoted}");
    // Of machines no percentage makes sense, and other texts say nothing of what is meant.
    for capacity in ["\"20%\"", "\"many\"", "\"NaN\"", "\"inf%\""] {
        let found = mistake(&SHOP.replacen("capacity = 9", &format!("capacity = {capacity}"), 1));
        assert!(!found.contains("write"), "{found}");
    }
}

fn warned(code: &str, text: &str) -> Vec<(Severity, usize, String)> {
    let fine = parse(text, "x.toml").unwrap_or_else(|wrong| panic!("{wrong}"));
    let those = fine.warnings.items().iter().filter(|of| of.code == code);
    those.map(|of| (of.severity, of.line, of.message.clone())).collect()
}

/// The line of a text on which some words stand first, from 1.
fn line(text: &str, words: &str) -> usize {
    text.lines().position(|line| line.contains(words)).unwrap() + 1
}

#[test]
fn a_ceiling_below_the_peak_is_told_at_its_own_line_and_warned_of_where_it_takes_the_target() {
    // Above 600 req/s for so many hours of a day.
    let of = |hours: usize, more: &str| {
        let day: Vec<&str> = (0..24).map(|at| if at < hours { "1.4" } else { "1" }).collect();
        let demand = format!("rate = \"500 req/s\"\ndaily = [{}]", day.join(", "));
        let text = SHOP.replacen("rate = \"500 req/s\"", &demand, 1);
        format!(
            "{text}[component.db]\navailability = \"99.9%\"\ncapacity = \"600 req/s\"\nmin_served = \"99%\"\n{more}"
        )
    };
    let text = of(8, "");
    let found = warned("W016", &text);
    assert_eq!(
        (found.len(), found[0].0, found[0].1),
        (1, Severity::Warning, line(&text, "capacity = \"600")),
        "{found:?}"
    );
    assert!(found[0].2.contains("for 33.3 % of the time"), "{found:?}");
    // An hour of a day is 4 %: a target of 95 % can bear it.
    let text = format!("slo.target = \"95%\"\n{}", of(1, ""));
    assert_eq!(warned("W016", &text)[0].0, Severity::Hint);
    assert_eq!(warned("W016", &of(1, ""))[0].0, Severity::Warning);
    // Of a design its own line.
    let text = of(
        8,
        "[[design]]\nname = \"big\"\ncomponent.db.capacity = \"900 req/s\"\n[[design]]\nname = \"small\"\ncomponent.db.capacity = \"650 req/s\"\n",
    );
    let found = warned("W016", &text);
    assert_eq!((found.len(), found[0].1), (1, line(&text, "650 req/s")), "{found:?}");
    // Machines that cannot serve it.
    let text = of(8, "")
        .replace("maximum = 12", "maximum = 6")
        .replace("capacity = \"600 req/s\"\nmin_served = \"99%\"\n", "");
    let machines = warned("W016", &text.replace("capacity = 9", "capacity = 6"));
    assert!(
        machines.len() == 1 && machines[0].0 == Severity::Warning && machines[0].2.contains("for 33.3 % of the time"),
        "{machines:?}"
    );
}

#[test]
fn as_09_autoscale_that_goes_one_way_only_is_told() {
    let rules = |text: &str| SHOP.split("[[scale_set.web.autoscale.rule]]").next().unwrap().to_owned() + text;
    let out = "[[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\noperator = \">\"\nthreshold = 70\nincrease = 2\n";
    let back = "[[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\noperator = \"<\"\nthreshold = 30\ndecrease = 1\n";
    let grows = warned("W027", &rules(out));
    assert!(
        grows.len() == 1 && grows[0].2.contains("no rule that scales in") && grows[0].2.contains("stay"),
        "{grows:?}"
    );
    let shrinks = warned("W027", &rules(back));
    assert!(shrinks.len() == 1 && shrinks[0].2.contains("no rule that scales out"), "{shrinks:?}");
    assert!(warned("W027", &rules(&format!("{out}{back}"))).is_empty());
    // A profile with other limits moves it, and so does who asks for a capacity.
    let night = "[[scale_set.web.autoscale.profile]]\nname = \"night\"\nstarts = \"22:00\"\nmaximum = 6\n";
    assert!(warned("W027", &rules(&format!("{out}{night}"))).is_empty());
    let nightly = "[[change]]\nat = \"1 day\"\nevery = \"1 day\"\ncapacity = 6\n";
    assert!(warned("W027", &rules(&format!("{out}{nightly}"))).is_empty());
}
