//! Recorded faults: drawn trials as files, outage logs of somebody else, real incidents.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;

use kit::{BASE, Desk, STRESS};
use std::collections::BTreeMap;

/// The rows of a trial in `trials.csv`, as they stand there.
fn rows_of(desk: &Desk, folder: &str, trial: u64) -> Vec<String> {
    let text = desk.read(&format!("{folder}/trials.csv"));
    text.lines().skip(1).filter(|line| line.starts_with(&format!("{trial},"))).map(str::to_owned).collect()
}

/// A trial drawn and the same trial from its file are one, bit for bit; returns its rows.
#[track_caller]
fn replays(desk: &Desk, scenario: &str, trial: u64) -> Vec<String> {
    desk.run(&format!("trace {scenario} --trial {trial} --faults f{trial}.csv --force")).ends(0);
    desk.run(&format!("run {scenario} --rows --trials {} --out drawn --force", trial + 1)).ends(0);
    desk.run(&format!("run {scenario} --rows --faults f{trial}.csv --out again --force")).ends(0);
    let (drawn, again) = (rows_of(desk, "drawn", trial), rows_of(desk, "again", trial));
    assert_eq!(drawn, again, "{scenario}, trial {trial}");
    assert_eq!(desk.table("again/trials.csv").rows.len(), again.len(), "{scenario}: one trial, and no other");
    desk.digest("again");
    again
}

#[test]
fn trial_17_is_replayed_bit_for_bit() {
    let desk = Desk::new();
    kit::scenarios(&desk);
    let scenario = "scenarios/zonal-or-spanning.toml";
    assert_eq!(replays(&desk, scenario, 17).len(), 6);
}

#[test]
fn trials_that_miss_are_replayed_bit_for_bit() {
    let desk = Desk::with(STRESS);
    let mut missed = BTreeMap::new();
    for trial in [0, 5, 17] {
        let rows = replays(&desk, "s.toml", trial);
        assert_eq!(rows.len(), 4);
        for row in rows {
            let cells: Vec<&str> = row.split(',').collect();
            *missed.entry(cells[1].to_owned()).or_insert(0.0) += cells[2].parse::<f64>().unwrap();
        }
    }
    assert!(missed.values().all(|&minutes| minutes > 0.0), "some design missed nothing: {missed:?}");
}

/// A machine that is repaired can be struck again before the outage that was drawn for it would have ended.
#[test]
fn what_strikes_a_repaired_machine_is_written() {
    let hangs = "\
name = \"hangs\"
horizon = \"20 h\"
[slo]
min_serving = 1
window = \"1 h\"
[region.eastus]
[scale_set.web]
zones = [1]
capacity = 1
health = { source = \"extension\" }
[faults]
profile = \"none\"
[faults.mode.hang]
scope = \"instance\"
rate = \"4000 per instance-year\"
outage = \"5 h\"
[[design]]
name = \"left alone\"
[[design]]
name = \"restarted\"
scale_set.web.repairs = { action = \"restart\", suspend_after = 100 }
";
    let desk = Desk::with(hangs);
    for trial in 0..4 {
        replays(&desk, "s.toml", trial);
    }
}

/// Every scenario that draws its faults, and what modes can do besides.
#[test]
fn every_kind_of_fault_is_replayed_bit_for_bit() {
    let desk = Desk::new();
    for name in kit::scenarios(&desk) {
        let path = format!("scenarios/{name}.toml");
        let text = desk.read(&path);
        if !text.contains("incidents = ") && !text.contains("[[script]]") {
            replays(&desk, &path, 3);
        }
    }
    let modes = "\
[faults.mode.host-hard-failure]
repeat = { factor = 20, within = \"3 days\" }
predicted = { share = \"50%\" }
rate = \"20 per host-year\"
[faults.mode.crewed]
scope = \"instance\"
rate = \"30 per VM-year\"
outage = { law = \"weibull\", shape = 0.7, mean = \"5 h\" }
start = \"new\"
crews = 1
[faults.mode.slow]
scope = \"rack\"
rate = \"20 per rack-year\"
outage = { law = \"lognormal\", median = \"2 h\", sigma = 1.5 }
effect = { degraded = 0.5 }
[faults.mode.frozen]
scope = \"zone\"
rate = \"9 per zone-year\"
outage = \"30 min\"
effect = \"frozen\"
staged = { main = 0.5, tail = 4 }
common_cause = 0.5
[faults.mode.edge]
scope = \"global\"
rate = \"3 per year\"
outage = \"1 h\"
[faults.mode.plane]
scope = \"control-plane\"
rate = \"30 per region-year\"
outage = \"10 h\"
[service]
depends_on = [\"edge\"]
[healing]
needs_control_plane = true
";
    let plain = "[faults.mode.host-hard-failure]\nrate = \"20 per host-year\"\n";
    assert!(STRESS.contains(plain));
    desk.put("s.toml", STRESS.replace(plain, modes));
    for trial in [2, 9] {
        replays(&desk, "s.toml", trial);
    }
}

#[test]
fn a_trial_has_one_file() {
    let desk = Desk::with(STRESS);
    for name in ["a", "b"] {
        desk.run(&format!("trace s.toml --trial 4 --faults {name}")).ends(0);
    }
    desk.run("trace s.toml --trial 5 --faults c").ends(0);
    desk.run("trace s.toml --trial 4 --seed 8 --faults d").ends(0);
    assert_eq!(desk.read("a"), desk.read("b"));
    assert_ne!(desk.read("a"), desk.read("c"));
    assert_ne!(desk.read("a"), desk.read("d"));
    // The file knows its seed.
    desk.run("run s.toml --seed 8 --trials 5 --rows --out drawn").ends(0);
    desk.run("run s.toml --faults d --rows --out again").ends(0);
    assert_eq!(rows_of(&desk, "drawn", 4), rows_of(&desk, "again", 4));
    let summary = kit::json(&desk.path("again/summary.json"));
    assert_eq!((&summary["seed"], &summary["trials"]), (&8.into(), &1.into()));
    desk.run("trace s.toml --trial 999999999 --what-if trials=1000000000 --faults last").ends(0);
    desk.run("run s.toml --faults last --out last-run").ends(0);
}

/// Others may read the file if they may read what is written otherwise.
#[cfg(unix)]
#[test]
fn the_file_is_readable_like_any_other() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::with(STRESS);
    desk.run("trace s.toml --trial 4 --faults f.csv").ends(0);
    let mode = |name: &str| std::fs::metadata(desk.path(name)).unwrap().permissions().mode();
    assert_eq!(format!("{:o}", mode("f.csv")), format!("{:o}", mode("s.toml")));
}

#[test]
fn one_record_is_no_estimate() {
    let desk = Desk::with(STRESS);
    desk.run("trace s.toml --trial 17 --faults f.csv").ends(0);
    desk.run("run s.toml --faults f.csv --out r").ends(0).says(&["not estimates"]);
    let table = desk.table("r/designs.csv");
    assert!(table.column("availability_quality").iter().all(|quality| *quality == "recorded"), "{table:?}");
    // No interval, or none that has a width.
    for end in ["availability_low", "availability_high"] {
        for (end, value) in table.column(end).into_iter().zip(table.column("availability")) {
            assert!(end.is_empty() || end == value, "{table:?}");
        }
    }
}

#[test]
fn another_topology_is_mapped_only_by_permission() {
    let desk = Desk::with(STRESS);
    desk.put("larger.toml", STRESS.replace("racks_per_zone = 5", "racks_per_zone = 6"));
    desk.put("renamed.toml", STRESS.replace("region.eastus", "region.westus"));
    desk.run("trace s.toml --trial 17 --faults f.csv").ends(0);
    for scenario in ["larger.toml", "renamed.toml"] {
        let ran = desk.run(&format!("run {scenario} --faults f.csv --out r"));
        assert!(matches!(ran.code, Some(1 | 3)), "{ran}");
        ran.complains(&["f.csv", "topology", "mapping"]);
        assert!(desk.lacks("r"));
    }
    let told = desk.run("run larger.toml --faults f.csv --allow-mapping --rows --out r").ends(0);
    assert!(told.err.contains("note: "), "a mapping is said aloud: {told}");
    assert_eq!(desk.table("r/trials.csv").rows.len(), 4);
}

// Outage logs of somebody else.

/// A scenario that lives through `log.csv`, whose units are zones.
fn with_log(columns: &str) -> String {
    let scenario = BASE
        .replace("min_serving = 6", "min_serving = 9\nwindow = \"1 h\"")
        .replace("zones = [1, 2, 3]", "zones = [1]");
    format!(
        "{scenario}[faults]\ntrace = \"log.csv\"\n[faults.columns]\nunit = \"u\"\nstart = \"from\"\nend = \"to\"\n{columns}\n"
    )
}

#[test]
fn a_log_is_lived_through_as_it_stands() {
    // Unit a is zone 1, b zone 2. Time begins at 1000 s: zone 1 is out for 1 h at once, and for 30 min later.
    let seconds =
        "u,from,to\na,1000,4600\nb,2000,2000\nc,9000,8000\nd,x,1\na,100000,101800\na,101000,101200\nb,1000,901000\n";
    let iso = "u,from,to\na,2020-01-01T00:00:00Z,2020-01-01T01:00:00Z\na,2020-01-02T00:00,2020-01-02T00:30\nb,2020-01-01T00:00Z,2020-01-11T10:00Z\n";
    let ms = "u,from,to\na,1000000,4600000\nb,1000000,901000000\na,100000000,101800000\n";
    let desk = Desk::new();
    for (log, columns) in [
        (seconds, "time_unit = \"s\"\nscope = \"zone\""),
        (iso, "scope = \"zone\""),
        (ms, "time_unit = \"ms\"\nscope = \"zone\""),
    ] {
        desk.put("log.csv", log);
        desk.put("s.toml", with_log(columns));
        let told = desk.run("run s.toml --rows --out r").ends(0);
        let table = desk.table("r/trials.csv");
        assert_eq!((table.column("missed_min"), table.column("outages")), (vec!["90"], vec!["2"]), "{told}");
        assert_eq!((table.column("observed_h"), table.column("longest_min")), (vec!["250"], vec!["60"]), "{told}");
        if log == seconds {
            told.complains(&[
                "7 rows of 4 units",
                "cannot be read (lines 5)",
                "before they start (lines 4)",
                "when they start (lines 3)",
                "1 overlapping",
            ]);
        }
    }
}

#[test]
fn a_log_that_cannot_be_lived_through() {
    let desk = Desk::with(&with_log("time_unit = \"s\"\nscope = \"zone\""));
    for (log, words) in [
        ("", "log.csv"),
        ("u,from\na,1\n", "`to`"),
        ("u,from,to\n", "no row"),
        ("u,from,to\na,5,5\n", "no row"),
        ("u,from,to\na,1,2\nb,1,2\nc,1,2\nd,1,2\n", "log.csv"),
        ("u,from,to\na,0,99999999999999\n", "log.csv"),
    ] {
        desk.put("log.csv", log);
        let ran = desk.run("run s.toml --out r");
        assert!(matches!(ran.code, Some(1 | 3)), "{log:?} {ran}");
        ran.complains(&["error", words]);
        assert!(desk.lacks("r"));
    }
}

/// Digits without the signs that people put between them.
fn plain(text: &str) -> String {
    text.replace([',', '\u{202f}', '\u{a0}'], "")
}

#[test]
fn ten_years_of_los_alamos() {
    let Some(log) = kit::shared("data/lanl-node-outages.csv") else { return };
    let desk = Desk::new();
    let scenario = format!(
        "name = \"lanl\"\nhorizon = \"365 days\"\n[slo]\nmin_serving = 3000\n[region.lanl]\nzones = 3\nracks_per_zone = 20\n\
         hosts_per_rack = 60\n[scale_set.web]\nzones = [1, 2, 3]\ncapacity = 3600\n[faults]\ntrace = {:?}\n[faults.columns]\n\
         unit = \"node_id\"\nstart = \"start_unix_s\"\nend = \"end_unix_s\"\ntime_unit = \"s\"\nscope = \"host\"\n",
        log.display().to_string()
    );
    desk.put("s.toml", scenario);
    let told = desk.run("run s.toml --rows --out r").ends(0).says(&["not estimates"]);
    let said = plain(&told.err);
    for words in ["23451 rows", "3577 units", "23329 outages", "122 rows that end when they start"] {
        assert!(said.contains(words), "{words}: {told}");
    }
    assert!(!said.contains("cannot be read") && !said.contains("before they start"), "{told}");
    let table = desk.table("r/trials.csv");
    assert_eq!(table.column("machine_failures"), ["23329"], "every outage strikes one machine");
    desk.digest("r");
    // Fewer hosts than nodes.
    desk.put(
        "s.toml",
        desk.read("s.toml").replace("hosts_per_rack = 60", "hosts_per_rack = 59").replace("3600", "3540"),
    );
    let ran = desk.run("run s.toml --out small");
    assert!(matches!(ran.code, Some(1 | 3)) && desk.lacks("small"), "{ran}");
}

/// `docs/real-data.md` says what `docs/lanl.toml` gives.
#[test]
fn the_page_about_real_data_is_right() {
    let page = kit::root().join("docs/real-data.md");
    let (Some(log), Ok(page)) = (kit::shared("data/lanl-node-outages.csv"), std::fs::read_to_string(page)) else {
        return;
    };
    let desk = Desk::new();
    std::fs::copy(log, desk.path("lanl-node-outages.csv")).unwrap();
    std::fs::copy(kit::root().join("docs/lanl.toml"), desk.path("lanl.toml")).unwrap();
    let told = desk.run("run lanl.toml --out r").ends(0);
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with('|') && line.contains(" needed | ")).collect();
    assert!(rows.len() >= 3, "{rows:?}");
    for row in rows {
        // "| 600 machines, 594 needed | 99.500 %; 74.4 % of 30-day windows …" and "600 of which 594  … 99.500 % …".
        let numbers: Vec<String> = row
            .split(|c: char| !(c.is_ascii_digit() || ",.".contains(c)))
            .filter(|word| word.contains(|c: char| c.is_ascii_digit()))
            .map(|word| word.trim_matches([',', '.']).to_owned())
            .collect();
        let design = format!("{} of which {}", numbers[0], numbers[1]);
        let figure = format!("{} %", numbers[2]);
        let shown = told.out.lines().any(|line| {
            line.contains(&design) && (line.contains(&figure) || numbers[2] == "100" && line.contains("100.000 %"))
        });
        assert!(shown, "{row}: {told}");
    }
}

// Incidents.

#[test]
fn real_incidents_are_conditional_losses() {
    let desk = Desk::new();
    kit::scenarios(&desk);
    let scenario = "scenarios/real-incidents-replay.toml";
    for (n, format) in ["table", "json", "csv"].into_iter().enumerate() {
        let told = desk.run(&format!("run {scenario} --format {format} --out r{n}")).ends(0);
        let said = told.out.to_lowercase();
        assert!(!said.contains("availability") && !said.contains("nines") && !said.contains("per year"), "{told}");
        if format == "table" {
            assert!(said.contains("conditional loss"), "{told}");
        }
        for (name, bytes) in desk.files(&format!("r{n}")) {
            let text = String::from_utf8(bytes).unwrap().to_lowercase();
            assert!(!text.contains("availability") && !text.contains("nines"), "{name}");
        }
        desk.digest(&format!("r{n}"));
    }
    assert!(desk.read("r0/summary.json").contains("conditional loss"));
    assert!(desk.lacks("r0/designs.csv") && desk.lacks("r0/windows.csv"));
    assert_eq!(desk.digest("r0"), desk.digest("r2"));
}

/// What programs read says it as well: standard output is `summary.json`, as for every other run.
#[test]
fn losses_as_json_say_that_they_are_conditional() {
    let desk = Desk::new();
    kit::scenarios(&desk);
    let scenario = "scenarios/real-incidents-replay.toml";
    let told = desk.run(&format!("run {scenario} --format json --out r")).ends(0);
    let said: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    assert!(said == kit::json(&desk.path("r/summary.json")), "standard output is not summary.json");
    assert!(told.out.contains("conditional loss"));
}

/// What the page about real data says of the incidents.
#[test]
fn the_figures_of_the_incidents() {
    let desk = Desk::new();
    kit::scenarios(&desk);
    let scenario = "scenarios/real-incidents-replay.toml";
    desk.run(&format!("run {scenario} --out r")).ends(0).complains(&["22 incidents", "2 incidents"]);
    let table = desk.table("r/losses.csv");
    let mut missed: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (design, minutes) in table.column("design").into_iter().zip(table.column("missed_min")) {
        missed.entry(design).or_default().push(minutes.parse().unwrap());
    }
    let figures = |design: &str| {
        let all = &missed[design];
        let worst = all.iter().copied().fold(0.0, f64::max);
        (
            all.len(),
            all.iter().filter(|&&minutes| minutes > 0.0).count(),
            all.iter().sum::<f64>() / all.len() as f64,
            worst,
        )
    };
    let Ok(page) = std::fs::read_to_string(kit::root().join("docs/real-data.md")) else { return };
    for (design, words) in [
        ("zonal", "| zonal |"),
        ("zone-spanning-2", "| zone-spanning over 2 |"),
        ("zone-spanning-3", "| zone-spanning over 3 |"),
    ] {
        let (cases, with_loss, mean, worst) = figures(design);
        let row = plain(page.lines().find(|line| line.starts_with(words)).unwrap_or_else(|| panic!("no row {words}")));
        let told: Vec<f64> =
            row.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
        let told = if words.contains("over") { &told[1..] } else { &told[..] };
        assert_eq!((told[0], told[1]), (with_loss as f64, cases as f64), "{row}");
        assert!((told[2] - mean).abs() < 1.0 && (told[3] - worst).abs() < 1.0, "{row}: {mean}, {worst}");
    }
}

#[test]
fn broken_incidents() {
    let desk = Desk::with(&format!("{BASE}[faults]\nincidents = \"i.csv\"\n"));
    for text in ["", "garbage", "a,b\n1,2\n", "\u{0}\u{1}"] {
        desk.put("i.csv", text);
        let ran = desk.run("run s.toml --out r");
        assert!(matches!(ran.code, Some(1 | 3)), "{ran}");
        ran.complains(&["error", "i.csv"]);
        assert!(desk.lacks("r"));
    }
}
