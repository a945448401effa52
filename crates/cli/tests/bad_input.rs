//! Input and surroundings that are wrong: a clear word, the documented exit code, nothing lost, and never a panic.
//!
//! Exit codes: 1 failure, 2 usage, 3 bad scenario or trace, 130 interrupted (`zonefall explain exit-codes`).
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;
#[path = "bad_input/meant.rs"]
mod meant;

use kit::{BASE, Desk, Ran, STRESS, digest, ran};
use std::process::Stdio;

/// More trials than anybody waits for: what can be known before the run must be said before it.
const ENDLESS: &str = "--trials 1000000000";

/// [`BASE`] with something else in place of a part of it.
#[track_caller]
fn base(from: &str, to: &str) -> String {
    assert!(BASE.contains(from), "{from}");
    BASE.replace(from, to)
}

/// A scenario that must be refused by `check` and by `run`, before anything is touched.
#[track_caller]
fn refused(scenario: impl AsRef<[u8]>) -> Ran {
    let desk = Desk::new();
    desk.put("s.toml", scenario);
    let check = desk.run("check s.toml").ends(3);
    let run = desk.run(&format!("run s.toml {ENDLESS} --out r")).ends(3);
    assert_eq!((check.out.as_str(), run.out.as_str()), ("", ""), "{run}");
    assert!(desk.lacks("r"), "{run}");
    run.complains(&["error[E", "s.toml"])
}

/// `line:column` of a text in a scenario, as errors show it.
#[track_caller]
fn place(scenario: &str, text: &str) -> String {
    let at = scenario.find(text).unwrap_or_else(|| panic!("{text} is not in the scenario"));
    let before = &scenario[..at];
    let line = before.matches('\n').count() + 1;
    format!("s.toml:{line}:{}", before.chars().rev().take_while(|&c| c != '\n').count() + 1)
}

// Scenario files.

#[test]
fn no_scenario_there() {
    let desk = Desk::with(BASE);
    desk.put("folder/x", "");
    for path in ["missing.toml", "folder", "s.toml/x", "folder/../missing.toml"] {
        for command in ["check", "run"] {
            desk.run(&format!("{command} {path}")).ends(3).complains(&["error[E001]", path]);
        }
        desk.run(&format!("trace {path} --trial 1 --faults f.csv")).ends(3).complains(&["error[E001]"]);
    }
    assert!(desk.lacks("results") && desk.lacks("f.csv"));
    ran(&mut desk.command(["run", ""])).complains(&["error"]);
}

#[cfg(unix)]
#[test]
fn a_scenario_that_is_a_device_or_a_pipe_is_not_waited_for() {
    let desk = Desk::new();
    desk.run("run /dev/null").ends(3).complains(&["error[E001]", "regular file"]);
    if make_pipe(&desk, "pipe") {
        desk.run("run pipe").ends(3).complains(&["error[E001]", "regular file"]);
    }
}

/// Makes a named pipe that nobody writes into; says so if that cannot be done.
fn make_pipe(desk: &Desk, name: &str) -> bool {
    let made = std::process::Command::new("mkfifo").arg(desk.path(name)).status().is_ok_and(|status| status.success());
    if !made {
        println!("skipped: no named pipes here");
    }
    made
}

#[cfg(unix)]
#[test]
fn an_unreadable_scenario() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::with(BASE);
    std::fs::set_permissions(desk.path("s.toml"), std::fs::Permissions::from_mode(0o0)).unwrap();
    if std::fs::read(desk.path("s.toml")).is_err() {
        desk.run("run s.toml").ends(3).complains(&["error[E001]", "denied"]);
    } else if std::path::Path::new("/proc/self/mem").is_file() {
        // Nobody may read this from its beginning, not even root.
        desk.run("run /proc/self/mem").ends(3).complains(&["error[E001]", "/proc/self/mem"]);
    } else {
        println!("skipped: this user may read every file");
    }
}

#[test]
fn an_empty_scenario() {
    for text in ["", " \n\t\r\n", "\u{feff}", "\u{feff}\n"] {
        refused(text).complains(&["error[E002]", "empty", "zonefall init"]);
    }
    refused("# only a comment\n");
}

#[test]
fn a_huge_scenario() {
    let padded = |bytes: usize| format!("{BASE}{}", "#\n".repeat(bytes)).into_bytes()[..bytes].to_vec();
    let desk = Desk::new();
    desk.put("s.toml", padded(8 << 20));
    desk.run("check s.toml").ends(0);
    refused(padded((8 << 20) + 1)).complains(&["error[E003]", "8 MiB"]);
}

#[test]
fn a_scenario_that_is_not_text() {
    let binary: Vec<u8> = (0..5000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    refused(&binary).complains(&["error[E004]"]);
    refused(b"name = \"\xff\xfe\"\n").complains(&["error[E004]", "byte 8"]);
    refused(b"name = \"a\0b\"\n").complains(&["error[E004]", "NUL"]);
    let utf_16: Vec<u8> = std::iter::once(0xfeff).chain(BASE.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    refused(utf_16).complains(&["error[E004]"]);
}

#[test]
fn a_scenario_that_is_not_toml() {
    let scenario = base("capacity = 9", "capacity = ");
    refused(&scenario).complains(&["error[E005]", "s.toml:9:"]);
    refused(base("[slo]", "[slo")).complains(&["error[E005]", "s.toml:4:"]);
    refused(base("trials = 100", "trials = 100\ntrials = 200")).complains(&["trials"]);
    refused("]".repeat(100_000)).complains(&["error[E005]"]);
    refused(format!("a = {}", "[".repeat(100_000))).complains(&["error[E005]"]);
    refused(format!("{}= 1", "a.".repeat(50_000))).complains(&["error"]);
}

// What scenarios say.

#[test]
fn methods_that_do_not_fit() {
    let with = |line: &str| base("trials = 100", &format!("trials = 100\n{line}"));
    refused(with("method = \"forced\"")).complains(&["error[E014]", "s.toml:3:", "forcing"]);
    let until = "horizon = { until = \"first miss\", at_most = \"365 days\" }";
    let first_miss = with("method = \"forcing\"").replace("horizon = \"365 days\"", until);
    refused(first_miss).complains(&["error[E013]", "first miss"]);
    let scripted =
        with("method = \"forcing\"") + "\n[[script]]\nat = \"1 h\"\nfor = \"1 h\"\nmembers = [\"eastus/1\"]\n";
    refused(scripted).complains(&["error[E013]", "drawn"]);
    let split = with("method = \"splitting\"").replace("horizon = \"365 days\"", until);
    refused(split.clone()).complains(&["error[E013]", "splitting", "first miss"]);
    refused(split.replace("splitting", "biasing")).complains(&["error[E013]", "biasing", "first miss"]);
    let desk = Desk::with(BASE);
    desk.run("run s.toml --method splitting --rows").ends(2).complains(&["--rows", "plain trials"]);
    desk.run("run s.toml --method splitting --checkpoint c").ends(2).complains(&["--checkpoint", "plain trials"]);
    desk.run("run s.toml --method forced").ends(2).complains(&["forcing"]);
    desk.run("run s.toml --method auto --partial p").ends(2).complains(&["--partial", "plain trials"]);
    desk.run("run s.toml --method forcing --checkpoint c").ends(2).complains(&["--checkpoint", "plain trials"]);
    desk.run("run s.toml --method forcing --rows").ends(2).complains(&["--rows", "plain trials"]);
    desk.put("s.toml", base("min_serving = 6", "min_serving = 1") + "\n[faults]\nprofile = \"none\"\n");
    desk.run("run s.toml --method forcing").ends(1).complains(&["found no overlap"]);
    desk.run("run s.toml --method conditioning").ends(1).complains(&["nothing is left to draw"]);
    desk.run("run s.toml --method biasing")
        .ends(1)
        .complains(&["method biasing cannot be used", "no failure mode can take"]);
    // Everything that makes it no chain, at once.
    let worn = "time_to_failure = { law = \"weibull\", shape = 2.0, mean = \"900 h\" }\noutage = \"2 h\"\nclock = \"operating\"\nstart = \"new\"\n";
    let zone = "rate = \"1 per zone-year\"\noutage = \"2 h\"\nkind = \"shock\"\n";
    let modes = format!("[faults.mode.worn]\nscope = \"instance\"\n{worn}[faults.mode.blow]\nscope = \"zone\"\n{zone}");
    desk.put("s.toml", base("min_serving = 6", "min_serving = 1") + "\n[faults]\nprofile = \"none\"\n" + &modes);
    desk.run("run s.toml --method biasing").ends(1).complains(&[
        "`worn`: its clock stops",
        "a Weibull time to failure",
        "`blow`: a shock",
    ]);
}

#[test]
fn unknown_keys_are_offered_the_nearest_name() {
    for (from, to, wrong, right) in [
        ("trials = 100", "trails = 100", "trails", "trials"),
        ("capacity = 9", "capacty = 9", "capacty", "capacity"),
        ("zones = [1, 2, 3]", "zoness = [1, 2, 3]", "zoness", "zones"),
        ("min_serving = 6", "min_servng = 6", "min_servng", "min_serving"),
        ("[scale_set.web]", "[scaleset.web]", "scaleset", "scale_set"),
        ("[region.eastus]", "[region.eastus]\nrack_per_zone = 9", "rack_per_zone", "racks_per_zone"),
        ("[slo]", "[load_balancer]\nprobe_intervall = \"5 s\"\n[slo]", "probe_intervall", "probe_interval"),
        ("[slo]", "[faults.mode.rack-failure]\nrat = \"1 per rack-year\"\n[slo]", "rat ", "rate"),
        ("[slo]", "[faults.mode.rack-failur]\nrate = \"1 per rack-year\"\n[slo]", "rack-failur]", "rack-failure"),
    ] {
        let scenario = base(from, to);
        refused(&scenario).complains(&[&format!("did you mean `{right}`?"), &place(&scenario, wrong)]);
    }
    refused(base("trials = 100", "xyzzy = 1")).complains(&["error[E010]", "`xyzzy`", "s.toml:3:1"]);
}

#[test]
fn a_required_key_that_is_misspelt_is_told_once() {
    let told =
        refused(base("capacity =", "capcity =")).complains(&["`capcity` is not a key", "did you mean `capacity`?"]);
    assert!(!told.err.contains("is missing"), "{told}");
    // What is like no key is missing all the same.
    refused(base("capacity =", "wombat =")).complains(&["`wombat` is not a key", "`capacity` is missing"]);
}

#[test]
fn all_mistakes_are_told_at_once() {
    let scenario = BASE
        .replace("365 days", "-5 days")
        .replace("trials = 100", "trials = 0")
        .replace("min_serving = 6", "min_serving = -6")
        .replace("zones =", "zoness =")
        .replace("capacity = 9", "capacity = \"nine\"\nboot = \"soon\"");
    let scenario = format!("{scenario}[faults.mode.rack-failure]\nrate = \"nan per rack-year\"\n");
    let told = refused(&scenario).complains(&[
        &place(&scenario, "\"-5 days\""),
        &place(&scenario, "0\n"),
        &place(&scenario, "-6"),
        &place(&scenario, "zoness"),
        &place(&scenario, "\"nine\""),
        &place(&scenario, "\"soon\""),
        &place(&scenario, "\"nan per"),
    ]);
    assert!(told.err.matches("error[E").count() >= 7, "{told}");
}

#[test]
fn every_error_code_can_be_explained() {
    let scenario = base("capacity = 9", "capacty = -1\nzoness = 3");
    let told = refused(scenario);
    let desk = Desk::new();
    for code in told.err.split("error[").skip(1).filter_map(|rest| rest.split(']').next()) {
        desk.run(&format!("explain {code}")).ends(0).says(&[code]);
    }
}

#[test]
fn quiet_does_not_silence_errors() {
    let desk = Desk::with("");
    for command in ["check s.toml -q", "--quiet run s.toml", "trace -q s.toml --trial 1 --faults f"] {
        desk.run(command).ends(3).complains(&["error[E002]"]);
    }
}

#[test]
fn numbers_that_cannot_be() {
    for number in
        ["-1", "0", "nan", "-nan", "inf", "-inf", "1e999", "1.5", "\"9\"", "true", "[9]", "9223372036854775807"]
    {
        for (from, key) in
            [("capacity = 9", "capacity"), ("min_serving = 6", "min_serving"), ("trials = 100", "trials")]
        {
            let line = format!("{key} = {number}\n");
            let scenario = base(&format!("{from}\n"), &line);
            let column = key.len() + 4;
            let place = place(&scenario, &line).replace(":1", "");
            refused(&scenario).complains(&[key, &format!("{place}:{column}")]);
        }
    }
    for number in ["-1", "nan", "inf", "-inf", "1.5"] {
        for line in [
            "rate = \"# per rack-year\"".replace('#', if number == "1.5" { "1,5" } else { number }),
            format!("rate = {{ median = \"1 per rack-year\", factor = {} }}", number.replace("1.5", "0.5")),
            format!("rate = {{ events = 1, unit_years = {} }}", number.replace("1.5", "0")),
            format!("share = {{ low = {number} }}"),
            format!("effect = {{ degraded = {number} }}"),
            format!("share = {{ whole = {number} }}"),
            format!("repeat = {{ factor = {} }}", if number == "1.5" { "0.5" } else { number }),
            format!("common_cause = {number}"),
            format!("outage = {{ law = \"lognormal\", median = \"1 h\", sigma = {} }}", number.replace("1.5", "1e9")),
        ] {
            refused(format!("{BASE}[faults.mode.rack-failure]\n{line}\n")).complains(&["s.toml:11:"]);
        }
    }
    for target in ["\"-1%\"", "\"101%\"", "2", "nan", "-inf", "\"nan%\"", "\"all\"", "\"99,95%\""] {
        refused(base("[slo]", &format!("[slo]\ntarget = {target}"))).complains(&["target", "s.toml:5:10"]);
    }
    for seed in ["-1", "1.5", "nan", "18446744073709551616"] {
        refused(base("trials = 100", &format!("seed = {seed}"))).complains(&["s.toml:3:"]);
    }
}

#[test]
fn zones_that_do_not_exist_or_stand_twice() {
    refused(base("[1, 2, 3]", "[4]")).complains(&["error[E032]", "zone 4", "s.toml:8:10"]);
    refused(base("[1, 2, 3]", "[1, 2, 1]")).complains(&["error[E015]", "zone 1", "s.toml:8:16"]);
    refused(base("[1, 2, 3]", "[0]")).complains(&["error[E020]", "s.toml:8:10"]);
    refused(base("[1, 2, 3]", "[-1]")).complains(&["error[E020]"]);
    refused(base("[1, 2, 3]", "[1.5]")).complains(&["s.toml:8:10"]);
    refused(base("[1, 2, 3]", "[\"1\"]")).complains(&["s.toml:8:10"]);
    refused(base("[region.eastus]", "[region.eastus]\nzones = 2")).complains(&["error[E032]", "zone 3"]);
    refused(base("capacity = 9", "capacity = 9\nregion = \"westus\"")).complains(&["error[E031]", "westus"]);
}

#[test]
fn sizes_beyond_all_bounds() {
    refused(base("capacity = 9", "capacity = 1000000000000")).complains(&["error[E020]", "10000000", "s.toml:9:12"]);
    refused(base("[region.eastus]", "[region.eastus]\nracks_per_zone = 16777216")).complains(&["error[E030]"]);
    refused(base("trials = 100", "trials = 1000000001")).complains(&["error[E020]"]);
    refused(base("min_serving = 6", "min_serving = 6\nwindow = \"1 ms\"")).complains(&["error[E061]"]);
    let designs: String = (0..201).map(|n| format!("[[design]]\nname = \"d{n}\"\n")).collect();
    refused(format!("{BASE}{designs}")).complains(&["error["]);
}

#[test]
fn no_time_at_all() {
    for horizon in
        ["\"0 s\"", "\"0 days\"", "0", "\"\"", "\"-1 h\"", "\"nan h\"", "\"1e999 h\"", "\"999999 years\"", "true"]
    {
        refused(base("\"365 days\"", horizon)).complains(&["horizon", "s.toml:2:11"]);
    }
    refused(base("trials = 100", "measure_from = \"365 days\"")).complains(&["measure_from"]);
    refused(base("trials = 100", "measure_from = \"400 days\"")).complains(&["measure_from"]);
}

#[test]
fn no_trials_at_all() {
    refused(base("trials = 100", "trials = 0")).complains(&["error[E020]", "trials", "s.toml:3:10"]);
    let desk = Desk::with(BASE);
    for trials in ["0", "-1", "1.5", "many", "1000000001", "99999999999999999999"] {
        desk.run(&format!("run s.toml --trials {trials}")).ends(2).complains(&["error"]);
    }
    assert!(desk.lacks("results"));
}

#[test]
fn modes_that_contradict_themselves() {
    let new = "[faults.mode.new]\nscope = \"rack\"\nmttf = \"100 h\"\noutage = \"2 h\"\n";
    for (code, lines) in [
        ("E013", "[faults.mode.rack-failure]\nrate = \"1 per rack-year\"\nmttf = \"1 h\"\n".to_owned()),
        ("E013", format!("{new}repair = \"never\"\n")),
        ("E072", format!("{new}crews = 2\n")),
        ("E072", format!("{new}kind = \"shock\"\nstaged = {{ main = 0.5 }}\n")),
        ("E078", new.replace("mttf = \"100 h\"", "rate = \"1 per zone-year\"")),
        ("E071", "[faults.mode.nobody-knows]\nrate = \"1 per rack-year\"\n".to_owned()),
        ("E014", new.replace("\"rack\"", "\"cupboard\"")),
        ("E011", "[faults.mode.new]\nscope = \"rack\"\n".to_owned()),
        ("E075", "[[script]]\nat = \"1 h\"\nmembers = [\"eastus/1\"]\n[faults]\ntrace = \"s.toml\"\n".to_owned()),
        ("E074", "[service]\ndepends_on = [\"rack-failure\"]\n".to_owned()),
    ] {
        refused(format!("{BASE}{lines}")).complains(&[code]);
    }
}

#[test]
fn twenty_five_modes_that_strike_machines() {
    let mode = |n: u32| format!("[faults.mode.m{n}]\nscope = \"host\"\nmttf = \"100000 h\"\noutage = \"2 h\"\n");
    let scenario = |count| format!("{BASE}[faults]\nprofile = \"none\"\n{}", (0..count).map(mode).collect::<String>());
    Desk::with(&scenario(24)).run("run s.toml --trials 2 --out r").ends(0);
    refused(scenario(25)).complains(&["error[E073]", "25", "24"]);
}

#[test]
fn laws_that_cannot_be() {
    for law in [
        "{ law = \"empirical\", values = [] }",
        "{ law = \"empirical\" }",
        "{ law = \"uniform\", low = \"2 h\", high = \"1 h\" }",
        "{ law = \"weibull\", mean = \"1 h\" }",
        "{ law = \"weibull\", shape = 2 }",
        "{ law = \"weibull\", shape = 2, mean = \"1 h\", scale = \"1 h\" }",
        "{ law = \"weibull\", shape = -2, mean = \"1 h\" }",
        "{ law = \"pareto\", index = 0, least = \"1 h\" }",
        "{ law = \"normal\", mean = \"1 h\" }",
        "{ mean = \"1 h\" }",
        "{}",
        "[]",
        "\"\"",
        "\"5\"",
        "\"5 fortnights\"",
        "5",
        "nan",
    ] {
        refused(format!("{BASE}[faults.mode.rack-failure]\noutage = {law}\n")).complains(&["s.toml:11:"]);
        refused(base("capacity = 9", &format!("capacity = 9\nboot = {law}"))).complains(&["s.toml:10:"]);
    }
}

#[test]
fn designs_do_not_change_the_world() {
    for line in [
        "region.eastus.zones = 4",
        "horizon = \"3 days\"",
        "trials = 5",
        "seed = 3",
        "faults.mode.rack-failure.rate = \"1 per rack-year\"",
        "slo.target = \"99%\"",
        "slo.window = \"1 day\"",
        "slo.confidence = \"99%\"",
    ] {
        let scenario = format!("{BASE}[[design]]\nname = \"a\"\n[[design]]\nname = \"b\"\n{line}\n");
        refused(&scenario).complains(&["error[E050]", "s.toml:14:"]);
    }
    refused(format!("{BASE}[[design]]\nname = \"a\"\n[[design]]\nname = \"a\"\n")).complains(&["error[E015]", "`a`"]);
    refused(format!("{BASE}[[design]]\nname = \"a\"\nscale_set.web = false\n")).complains(&["error[E044]"]);
}

#[test]
fn files_that_the_scenario_names_are_not_there() {
    for line in ["trace = \"nothing.csv\"", "incidents = \"nothing.csv\"", "trace = \"\"", "incidents = \"..\""] {
        refused(format!("{BASE}[faults]\n{line}\n")).complains(&["error[E076]", "s.toml:11:"]);
    }
}

/// What `run` will not accept of `[faults.columns]`, `check` must not call fine.
#[test]
fn bad_columns_of_a_foreign_trace_are_mistakes_of_the_scenario() {
    let good = ["unit = \"u\"", "start = \"s\"", "end = \"e\"", "time_unit = \"s\"", "scope = \"host\""];
    let scenario =
        |lines: &[&str]| format!("{BASE}[faults]\ntrace = \"t.csv\"\n[faults.columns]\n{}\n", lines.join("\n"));
    let desk = Desk::new();
    desk.put("t.csv", "u,s,e\na,0,3600\n");
    desk.put("s.toml", scenario(&good));
    desk.run("check s.toml").ends(0);
    desk.run("run s.toml --out good").ends(0);
    let without =
        |at: usize| good.iter().enumerate().filter(|&(i, _)| i != at).map(|(_, line)| *line).collect::<Vec<_>>();
    let with = |at: usize, line: &'static str| [without(at), vec![line]].concat();
    for lines in [
        without(0),
        without(1),
        without(2),
        with(4, "scope = \"hall\""),
        with(4, "scope = \"cupboard\""),
        with(3, "time_unit = \"fortnight\""),
    ] {
        desk.put("s.toml", scenario(&lines));
        desk.run("run s.toml --out r").ends(3).complains(&["error[E"]);
        desk.run("check s.toml").ends(3).complains(&["error[E"]);
        assert!(desk.lacks("r"));
    }
    // Whatever `check` lets pass must be understood.
    for unit in ["ms", "s", "min", "h", "day"] {
        desk.put("s.toml", scenario(&good).replace("time_unit = \"s\"", &format!("time_unit = \"{unit}\"")));
        let check = desk.run("check s.toml");
        let run = desk.run("run s.toml --out r --force");
        assert_eq!(check.code, run.code, "{run}");
    }
}

// Where results go.

#[test]
fn results_do_not_replace_what_is_no_folder() {
    let desk = Desk::with(BASE);
    desk.put("file", "mine");
    let before = desk.files("");
    for force in ["", "--force"] {
        let run = |out: &str| {
            desk.run(&format!("run s.toml {ENDLESS} {force} --out {out}")).ends(1).complains(&["error", out])
        };
        assert!(run("file").complains(&["is a file"]).out.is_empty());
        run("file/below");
        run("file/below/deeper");
        #[cfg(unix)]
        {
            run("/dev/null").complains(&["is a device"]);
            run("/dev/null/x");
        }
    }
    assert_eq!(desk.files(""), before);
}

#[cfg(unix)]
#[test]
fn results_do_not_follow_links_to_nowhere() {
    let desk = Desk::with(BASE);
    std::os::unix::fs::symlink("nowhere", desk.path("link")).unwrap();
    desk.run(&format!("run s.toml {ENDLESS} --out link --force")).ends(1).complains(&["link", "symbolic link"]);
    assert!(desk.lacks("nowhere"));
    // A link to a folder is a folder; a link in place of a result is somebody's.
    desk.put("real/x", "");
    desk.put("precious", "mine");
    std::os::unix::fs::symlink("real", desk.path("folder")).unwrap();
    desk.run("run s.toml --out folder").ends(0);
    std::fs::remove_file(desk.path("real/summary.json")).unwrap();
    std::os::unix::fs::symlink("../precious", desk.path("real/summary.json")).unwrap();
    desk.run(&format!("run s.toml {ENDLESS} --out folder --force"))
        .ends(1)
        .complains(&["summary.json", "never replaced"]);
    assert_eq!(desk.read("precious"), "mine");
}

#[cfg(unix)]
#[test]
fn results_that_cannot_be_written() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::with(BASE);
    if std::path::Path::new("/proc/self").exists() {
        for out in ["/proc/x", "/proc/x/y", "/proc"] {
            let told = desk.run(&format!("run s.toml {ENDLESS} --out {out}")).ends(1).complains(&["error", "/proc"]);
            assert!(told.out.is_empty(), "{told}");
        }
    } else {
        println!("skipped: no /proc here");
    }
    desk.put("closed/x", "");
    std::fs::set_permissions(desk.path("closed"), std::fs::Permissions::from_mode(0o555)).unwrap();
    if std::fs::write(desk.path("closed/y"), "").is_err() {
        for out in ["closed", "closed/r"] {
            desk.run(&format!("run s.toml {ENDLESS} --out {out}")).ends(1).complains(&["error", "denied"]);
        }
    } else {
        println!("skipped: this user may write everywhere");
    }
}

#[test]
fn foreign_files_are_not_replaced() {
    for name in ["designs.csv", "summary.json", "manifest.json", "timing.json", "dictionary.csv"] {
        let desk = Desk::with(BASE);
        desk.put(&format!("r/{name}"), "mine");
        let before = desk.files("");
        desk.run(&format!("run s.toml {ENDLESS} --out r")).ends(1).complains(&["error", name, "force"]);
        assert_eq!(desk.files(""), before, "{name}");
        desk.run("run s.toml --out r --force").ends(0);
        desk.digest("r");
    }
    let desk = Desk::with(BASE);
    desk.put("r/summary.json/x", "mine");
    for force in ["", "--force"] {
        desk.run(&format!("run s.toml {ENDLESS} --out r {force}")).ends(1).complains(&["summary.json", "folder"]);
    }
    assert_eq!(desk.files("r").len(), 1);
}

#[test]
fn a_manifest_of_somebody_else_makes_nothing_ours() {
    let desk = Desk::with(BASE);
    desk.run("run s.toml --out r").ends(0);
    let ours = desk.read("r/manifest.json");
    for manifest in
        [ours.replace("zonefall-manifest/1", "other/1"), ours.replace("causes.csv", "../s.toml"), "{}".into()]
    {
        desk.put("r/manifest.json", manifest);
        desk.run(&format!("run s.toml {ENDLESS} --out r")).ends(1).complains(&["error", "force"]);
        assert_eq!(desk.read("s.toml"), BASE);
    }
}

#[test]
fn a_rerun_replaces_its_own_files_only() {
    let desk = Desk::with(BASE);
    desk.run("run s.toml --out r --rows").ends(0);
    let first = desk.files("r");
    assert!(first.contains_key("r/trials.csv"));
    desk.put("r/notes.txt", "mine");
    desk.put("r/more/designs.csv", "mine");
    desk.run("run s.toml --out r").ends(0);
    let mut second = desk.files("r");
    assert_eq!(second.remove("r/notes.txt").unwrap(), b"mine");
    assert_eq!(second.remove("r/more/designs.csv").unwrap(), b"mine");
    // What the last run left and this one does not have is gone; everything else is the same but for the time it took.
    assert!(!second.contains_key("r/trials.csv"));
    for name in ["summary.json", "designs.csv", "causes.csv", "windows.csv", "differences.csv"] {
        assert_eq!(first[&format!("r/{name}")], second[&format!("r/{name}")], "{name}");
    }
    assert!(!second.keys().any(|name| name.contains(".zonefall-")), "{:?}", second.keys());
}

// Where words go.

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output() {
    let desk = Desk::with(BASE);
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    for (n, format) in ["table", "json", "csv"].into_iter().enumerate() {
        let out = format!("r{n}");
        let mut command = desk.command(["run", "s.toml", "--out", &out, "--format", format]);
        ran(command.stdout(full()).stderr(Stdio::piped())).ends(1);
        desk.digest(&out);
    }
    for args in ["check s.toml", "explain", "explain E001", "schema", "completions bash", "init", "--help", "--version"]
    {
        let ran = ran(desk.command(args.split(' ')).stdout(full()).stderr(Stdio::piped()));
        assert_eq!(ran.code, Some(1), "{ran}");
    }
    let told = ran(desk.command(["schema"]).stdout(full()).stderr(Stdio::piped()));
    told.complains(&["cannot write to standard output", "No space left"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_that_nobody_reads() {
    let desk = Desk::with(BASE);
    for (n, format) in ["json", "csv", "table"].into_iter().enumerate() {
        let out = format!("r{n}");
        let mut command = desk.command(["run", "s.toml", "--out", &out, "--format", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        kit::told(format!("{command:?}"), &output)
            .ends(1)
            .complains(&["error: cannot write to standard output: its reader closed the pipe"]);
        desk.digest(&out);
    }
    // Nobody listens to remarks either.
    let mut child =
        desk.command(["run", "s.toml", "--out", "r9"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert!(child.wait_with_output().unwrap().status.success());
    desk.digest("r9");
}

/// Runs a shell script on a file system of 64 KiB that only it sees, at `disk`; none if that cannot be had.
#[cfg(target_os = "linux")]
fn on_a_small_disk(desk: &Desk, script: &str) -> Option<Ran> {
    std::fs::create_dir_all(desk.path("disk")).unwrap();
    let mount = "mount -t tmpfs -o size=96k none disk";
    let shell = |script: &str| {
        let mut command = std::process::Command::new("unshare");
        command.args(["-rm", "sh", "-c", script]).current_dir(desk.path(""));
        command.env("ZONEFALL", env!("CARGO_BIN_EXE_zonefall")).stdin(Stdio::null());
        command
    };
    if !shell(mount).output().is_ok_and(|output| output.status.success()) {
        println!("skipped: no small disk can be mounted here");
        return None;
    }
    Some(ran(&mut shell(&format!("{mount} && {{ {script}\n}}"))))
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let desk = Desk::with(BASE);
    // Too full for a first result: nothing is left behind, and what was computed is shown.
    let script = "head -c 50000 /dev/zero > disk/fill; \"$ZONEFALL\" run s.toml --out disk/r; echo exit $?; ls -A disk";
    let Some(ran) = on_a_small_disk(&desk, script) else { return };
    ran.complains(&["cannot write", "No space left"]).says(&["Objective", "exit 1\nfill\n"]);
    // Too full for a second: the first one stays as it was.
    let script =
        "\"$ZONEFALL\" run s.toml --out disk/r > said && cp -r disk/r first && head -c 9000 /dev/zero > disk/fill
        \"$ZONEFALL\" run s.toml --seed 9 --rows --out disk/r >> said; echo exit $?; cp -r disk/r second";
    let ran = on_a_small_disk(&desk, script).unwrap();
    ran.complains(&["cannot write", "No space left"]).says(&["exit 1\n"]);
    let bare = |folder: &str| -> Vec<(String, Vec<u8>)> {
        desk.files(folder).into_iter().map(|(name, bytes)| (name.replace(folder, ""), bytes)).collect()
    };
    assert!(bare("first") == bare("second"), "the results that were there have changed");
    desk.digest("second");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_does_not_cost_the_faults_that_were_there() {
    let desk = Desk::with(BASE);
    desk.put("big.toml", STRESS);
    let script = "\"$ZONEFALL\" trace s.toml --trial 1 --faults disk/f.csv && cp disk/f.csv first
        head -c 78000 /dev/zero > disk/fill
        \"$ZONEFALL\" trace big.toml --trial 1 --faults disk/f.csv --force; echo exit $?; cp disk/f.csv second; ls -A disk";
    let Some(ran) = on_a_small_disk(&desk, script) else { return };
    let ran = ran.complains(&["cannot write", "No space left"]).says(&["exit 1\n"]);
    assert_eq!(desk.read("first"), desk.read("second"), "{ran}");
}

// Interruptions.

#[cfg(unix)]
#[test]
fn an_interrupted_run_keeps_what_it_has() {
    let desk = Desk::with(BASE);
    let args = ["run", "s.toml", "--trials", "1000000000", "--out", "r"];
    let told = kit::interrupted(&mut desk.command(args), 1).ends(130).says(&["Interrupted", "of 1,000,000,000 trials"]);
    let digest = desk.digest("r");
    let summary = kit::json(&desk.path("r/summary.json"));
    let manifest = kit::json(&desk.path("r/manifest.json"));
    assert_eq!((&summary["partial"], &manifest["partial"]), (&true.into(), &true.into()), "{told}");
    assert_eq!(summary["trials_asked"], 1_000_000_000_u64);
    let trials = summary["trials"].as_u64().unwrap();
    assert!((1..1_000_000_000).contains(&trials) && manifest["trials"] == trials, "{trials}");
    // What was kept is what a run of so many trials gives.
    if trials <= 300_000 {
        desk.run(&format!("run s.toml --trials {trials} --out whole")).ends(0);
        assert_eq!(desk.files("r")["r/windows.csv"], desk.files("whole")["whole/windows.csv"]);
        assert_ne!(desk.digest("whole"), digest, "a summary says whether it is partial");
    }
    // A complete run takes the place of a partial one.
    desk.run("run s.toml --out r").ends(0);
    assert_eq!(kit::json(&desk.path("r/manifest.json"))["partial"], false);
}

#[cfg(unix)]
#[test]
fn a_partial_result_never_replaces_a_complete_one() {
    let desk = Desk::with(BASE);
    desk.run("run s.toml --out r --rows").ends(0);
    let before = desk.files("r");
    let mut command = desk.command(["run", "s.toml", "--trials", "1000000000", "--out", "r"]);
    kit::interrupted(&mut command, 1).ends(130).says(&["Interrupted", "r-partial"]);
    assert_eq!(desk.files("r"), before);
    assert_eq!(kit::json(&desk.path("r-partial/manifest.json"))["partial"], true);
    desk.digest("r-partial");
    kit::interrupted(command.arg("--force"), 1).ends(130);
    assert_eq!(kit::json(&desk.path("r/manifest.json"))["partial"], true);
    digest(&desk.path("r"));
}

/// What an interrupted run has got stays until another gets further; of something else it stays in any case.
#[cfg(unix)]
#[test]
fn a_partial_result_that_got_further_stays() {
    let desk = Desk::with(BASE);
    desk.run("run s.toml --out r").ends(0);
    let run = |seed: &str| {
        let mut command = desk.command(["run", "s.toml", "--trials", "1000000000", "--out", "r", "--seed", seed]);
        kit::interrupted(&mut command, 1).ends(130)
    };
    run("1").complains(&["trials kept in", "r-partial"]);
    let manifest = desk.read("r-partial/manifest.json");
    let trials = kit::json(&desk.path("r-partial/manifest.json"))["trials"].as_u64().unwrap();
    // As if it had got much further.
    desk.put("r-partial/manifest.json", manifest.replace(&format!("\"trials\": {trials}"), "\"trials\": 999999999"));
    let before = desk.files("r-partial");
    let told =
        run("1").complains(&["not written", "r-partial stays as it is, with 999999999 trials of the same scenario"]);
    assert!(desk.files("r-partial") == before && desk.lacks("r-partial-2"), "{told}");
    let told = run("2").complains(&["trials kept in", "r-partial-2"]);
    assert!(desk.files("r-partial") == before && !desk.lacks("r-partial-2/manifest.json"), "{told}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_trace_says_so() {
    let desk = Desk::with(BASE);
    let mut command = desk.command(["trace", "s.toml", "--worst", "--what-if", "trials=100000000", "--svg", "w.svg"]);
    kit::interrupted(&mut command, 1).ends(130).complains(&["interrupted: nothing kept"]);
    assert!(desk.lacks("w.svg"));
}

/// The folder beside is beside, however the folder is written.
#[cfg(unix)]
#[test]
fn a_partial_result_does_not_go_into_a_complete_one() {
    let desk = Desk::with(BASE);
    desk.run("run s.toml --out r").ends(0);
    let before = desk.files("r");
    kit::interrupted(&mut desk.command(["run", "s.toml", "--trials", "1000000000", "--out", "r/"]), 1).ends(130);
    let after = desk.files("r");
    assert!(after == before, "now there is {:?}", after.keys());
    desk.digest("r-partial");
}

#[cfg(unix)]
#[test]
fn a_second_interrupt_does_not_wait() {
    // Blocks of trials that take very long.
    let scenario =
        base("365 days", "3650000 days").replace("min_serving = 6", "min_serving = 6\nwindow = \"365 days\"");
    let scenario =
        scenario.replace("capacity = 9", "capacity = 500").replace("trials = 100", "event_budget = 1000000000000");
    let desk = Desk::with(&scenario);
    let mut command = desk.command(["run", "s.toml", "--trials", "1000000", "--out", "r"]);
    kit::interrupted(&mut command, u32::MAX).ends(130);
    assert!(desk.lacks("r"), "{:?}", desk.files(""));
}

// Files of faults.

/// A run with a file of faults that must be refused, before anything is written.
#[track_caller]
fn faults_refused(desk: &Desk, file: &str) -> Ran {
    let ran = desk.run(&format!("run s.toml --faults {file} --out r"));
    assert!(matches!(ran.code, Some(1 | 3)), "{ran}");
    assert!(ran.out.is_empty() && desk.lacks("r"), "{ran}");
    ran.complains(&["error", file])
}

/// Files of faults that are wrong in themselves.
fn broken_faults(desk: &Desk) -> Vec<&'static str> {
    desk.run("trace s.toml --trial 3 --faults good.csv").ends(0);
    let good = desk.read("good.csv");
    assert!(good.lines().count() > 14, "{good}");
    desk.put("empty", "");
    desk.put("garbage", "garbage\n");
    desk.put("binary", [0x7f, b'E', b'L', b'F', 0, 0, 1, 0xff, 0xfe].repeat(500));
    desk.put("table", "unit,start,end\na,1,2\n");
    desk.put("header-only", "# zonefall fault trace\n");
    desk.put("later", good.replace("# format: 1", "# format: 2"));
    desk.put("no-columns", good.split("event_id").next().unwrap());
    desk.put("no-number", good.replace(",down,", ",sideways,"));
    desk.put("cut", &good[..good.len() - 20]);
    vec!["empty", "garbage", "binary", "table", "header-only", "later", "no-columns", "no-number", "cut"]
}

#[test]
fn broken_faults_are_refused() {
    let desk = Desk::with(BASE);
    for file in broken_faults(&desk) {
        faults_refused(&desk, file);
    }
    faults_refused(&desk, "garbage").complains(&["fault trace"]);
    faults_refused(&desk, "later").complains(&["format"]);
    faults_refused(&desk, "no-number").complains(&["line ", "sideways"]);
}

/// `explain exit-codes`: 3 is a bad scenario or trace.
#[test]
fn broken_faults_end_with_3() {
    let desk = Desk::with(BASE);
    desk.run("explain exit-codes").ends(0).says(&["3 bad scenario or trace"]);
    for file in broken_faults(&desk) {
        faults_refused(&desk, file).ends(3);
    }
}

#[test]
fn faults_that_are_no_file() {
    let desk = Desk::with(BASE);
    desk.put("folder/x", "");
    desk.put("mising.csv", "");
    let near = ["there is no file", "missing.csv", "did you mean", "mising.csv"];
    faults_refused(&desk, "missing.csv").ends(3).complains(&near);
    desk.run("fit missing.csv").ends(3).complains(&near);
    desk.run("drill missing.csv --on s.toml").ends(3).complains(&near);
    faults_refused(&desk, "folder").complains(&["folder"]);
    faults_refused(&desk, "s.toml").complains(&["fault trace"]);
}

/// Not waited for: nobody writes into it.
#[cfg(unix)]
#[test]
fn faults_from_a_pipe_are_not_waited_for() {
    let desk = Desk::with(BASE);
    if !make_pipe(&desk, "pipe") {
        return;
    }
    let mut child = desk
        .command(["run", "s.toml", "--faults", "pipe"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..50 {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(matches!(status.code(), Some(1 | 3)), "{status}");
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    panic!("it waits for a pipe");
}

#[test]
fn faults_of_another_world_need_permission() {
    let desk = Desk::with(BASE);
    desk.put("other.toml", base("[region.eastus]", "[region.eastus]\nracks_per_zone = 30"));
    desk.put("profile.toml", format!("{BASE}[faults.mode.rack-failure]\nrate = \"1 per rack-year\"\n"));
    desk.run("trace s.toml --trial 3 --faults f.csv").ends(0);
    for (scenario, word) in [("other.toml", "topology"), ("profile.toml", "profile")] {
        let ran = desk.run(&format!("run {scenario} --faults f.csv --out r"));
        assert!(matches!(ran.code, Some(1 | 3)), "{ran}");
        ran.complains(&["f.csv", word, "mapping"]);
        assert!(desk.lacks("r"));
        desk.run(&format!("run {scenario} --faults f.csv --allow-mapping --out r")).ends(0);
        desk.digest("r");
        std::fs::remove_dir_all(desk.path("r")).unwrap();
    }
    desk.run("run s.toml --allow-mapping").ends(2).complains(&["--faults"]);
}

#[test]
fn a_budget_that_is_too_small() {
    let desk = Desk::with(&base("trials = 100", "trials = 100\nevent_budget = 3\nseed = 77"));
    let mut said = Vec::new();
    for threads in ["1", "2", "4"] {
        let ran = desk.run(&format!("run s.toml --out r --threads {threads}")).ends(1);
        said.push(ran.complains(&["trial 0 of seed 77", "event_budget", "3 events"]).err);
        assert!(desk.lacks("r"));
    }
    assert!(said.iter().all(|one| *one == said[0]), "{said:?}");
    desk.run("run s.toml --out r --seed 78").ends(1).complains(&["seed 78"]);
    desk.put("s.toml", base("trials = 100", "event_budget = 0"));
    desk.run("run s.toml --out r").ends(3).complains(&["event_budget"]);
}

#[test]
fn faults_are_not_written_over_anything() {
    let desk = Desk::with(BASE);
    desk.put("f.csv", "mine");
    desk.put("folder/x", "");
    desk.run("trace s.toml --trial 3 --faults f.csv").ends(1).complains(&["f.csv", "exists", "--force"]);
    assert_eq!(desk.read("f.csv"), "mine");
    for target in ["folder", "missing/f.csv", if cfg!(unix) { "/dev/null" } else { "folder" }] {
        desk.run(&format!("trace s.toml --trial 3 --faults {target} --force")).ends(1).complains(&["error", target]);
    }
    desk.run("trace s.toml --trial 3 --faults f.csv --force").ends(0);
    assert!(desk.read("f.csv").starts_with("# zonefall fault trace"));
    desk.put("s.toml", format!("{BASE}[[script]]\nat = \"1 h\"\nmembers = [\"eastus/1\"]\n"));
    desk.run("trace s.toml --trial 3 --faults g.csv").ends(2).complains(&["does not draw"]);
    assert!(desk.lacks("g.csv"));
}

// The command line.

#[test]
fn commands_that_make_no_sense() {
    let desk = Desk::with(BASE);
    for args in [
        "",
        "bogus",
        "run",
        "check",
        "trace s.toml",
        "trace s.toml --trial x",
        "trace s.toml --trial -1 --faults f",
        "run s.toml --format xml",
        "run s.toml --threads 0",
        "run s.toml --threads 100000",
        "run s.toml --seed -1",
        "run s.toml --seed x",
        "run s.toml --csv-locale de",
        "run s.toml --color pink",
        "run s.toml s.toml",
        "run s.toml --bogus",
        "run s.toml --out",
        "completions tcsh",
        "explain nonsense",
        "init --template nonsense",
        "schema x",
    ] {
        let ran = desk.run(args).ends(2);
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{ran}");
    }
    assert_eq!(desk.files("").len(), 1);
}

/// One reason, once; and no name of a temporary file that nobody knows.
#[test]
fn no_complaint_says_its_reason_twice() {
    let desk = Desk::with(BASE);
    desk.put("file", "");
    desk.put("small.toml", base("trials = 100", "event_budget = 3"));
    let mut wrong = Vec::new();
    for (args, code) in [
        ("run s.toml --out file/x", 1),
        ("run s.toml --faults missing.csv", 3),
        ("run small.toml --out r", 1),
        ("trace s.toml --trial 1 --faults file/x", 1),
        ("init file/x", 1),
        (if cfg!(target_os = "linux") { "run s.toml --out /proc/x" } else { "run s.toml --out file/x" }, 1),
    ] {
        let said = desk.run(args).ends(code).err;
        let line = said.lines().find(|line| line.starts_with("error")).unwrap();
        let parts: Vec<&str> = line.split(": ").collect();
        let repeats = (1..parts.len()).any(|at| parts[..at].iter().any(|before| before.contains(parts[at])));
        if repeats || line.contains(".zonefall-") {
            wrong.push(line.to_owned());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
