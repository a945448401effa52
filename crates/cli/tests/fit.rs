//! `fit`: the published fits come out again, foreign records go in, and what is written is taken by a scenario.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;

use kit::{BASE, Desk, Ran};
use serde_json::Value;
use std::path::Path;

fn figures(ran: Ran) -> Value {
    serde_json::from_str(&ran.ends(0).out).unwrap()
}

/// Fits a file and returns the figures.
fn fitted(file: &Path, args: &str) -> Value {
    let mut command = kit::binary();
    command.arg("fit").arg(file).args(args.split_whitespace()).args(["--format", "json"]);
    figures(kit::ran(&mut command))
}

fn group<'a>(fitted: &'a Value, name: &str) -> &'a Value {
    let groups = fitted["groups"].as_array().unwrap();
    groups.iter().find(|group| group["name"] == name).unwrap_or_else(|| panic!("no {name}: {fitted}"))
}

/// Section 10 of the rule document: mean and standard deviation of ln(hours), and how many.
const PUBLISHED: [(&str, f64, f64, u64); 6] = [
    ("zone-power-cooling", 2.03, 0.99, 19),
    ("zone-power", 1.76, 1.09, 12),
    ("zone-cooling", 2.50, 0.61, 7),
    ("zone-other", 2.98, 1.27, 5),
    ("region", 2.10, 0.90, 12),
    ("global", 1.41, 1.13, 10),
];

fn section_10(file: &Path) {
    let found = fitted(file, "");
    for (name, mean, sd, n) in PUBLISHED {
        let group = group(&found, name);
        let long = &group["long"];
        let two = |value: &Value| format!("{:.2}", value.as_f64().unwrap());
        assert_eq!(
            (two(&long["mean_ln_h"]), two(&long["sd_ln_h"])),
            (format!("{mean:.2}"), format!("{sd:.2}")),
            "{name}"
        );
        assert_eq!(group["durations"], n, "{name}");
        // The law to take has exactly these parameters.
        let law = &group["fit"]["candidates"][0]["law"];
        assert_eq!(law["family"], "lognormal", "{name}");
        assert!((law["median"].as_f64().unwrap().ln() - long["mean_ln_h"].as_f64().unwrap()).abs() < 1e-12);
        assert!((law["sigma"].as_f64().unwrap() - long["sd_ln_h"].as_f64().unwrap()).abs() < 1e-12);
        assert!(group["word"].as_str().unwrap().contains("the family cannot be told"), "{name}");
    }
    // "median 7.6 h, p90 27 h".
    let law = &group(&found, "zone-power-cooling")["fitted"];
    assert!(
        (law["median_h"].as_f64().unwrap() - 7.6).abs() < 0.05 && (law["p90_h"].as_f64().unwrap() - 27.0).abs() < 0.5
    );
    assert_eq!(group(&found, "zone-power-cooling")["unknown"], 1);
    assert_eq!(found["events"], 48);
}

#[test]
fn the_published_fits_come_out_again() {
    section_10(&kit::root().join("scenarios/data/incidents.csv"));
    if let Some(path) = kit::shared("data/incidents.csv") {
        section_10(&path);
    }
}

#[test]
fn the_cloud_uptime_archive() {
    let Some(path) = kit::shared("data/cloud-uptime-archive/incidents-2018-2020.csv") else { return };
    let found = fitted(&path, "--start start_utc --end end_utc --group provider --span 2018-01-01..2021-01-01");
    assert_eq!((&found["rows"], &found["events"]), (&591.into(), &588.into()));
    let left: Vec<(&str, u64)> = found["left_out"]
        .as_array()
        .unwrap()
        .iter()
        .map(|left| (left["why"].as_str().unwrap(), left["rows"].as_u64().unwrap()))
        .collect();
    assert_eq!(left, [("end before start", 2), ("end at start", 1)]);
    let aws = group(&found, "aws");
    assert_eq!((&aws["events"], &group(&found, "azure")["events"]), (&377.into(), &211.into()));
    // 377 in 1096 days of 365-day years.
    assert!((aws["often"]["per_year"].as_f64().unwrap() - 377.0 * 365.0 / 1096.0).abs() < 1e-9);
    assert_eq!(aws["often"]["widened"], true);
    let multi = fitted(
        &path,
        "--start start_utc --end end_utc --where provider=Azure --where location=Global --where location=global",
    );
    assert_eq!(multi["rows"], multi["events"].as_u64().unwrap() + multi["aside"].as_u64().unwrap() + dirty(&multi));
    assert!((1..211).contains(&multi["events"].as_u64().unwrap()));
}

fn dirty(found: &Value) -> u64 {
    found["left_out"].as_array().unwrap().iter().map(|left| left["rows"].as_u64().unwrap()).sum()
}

/// The figures of docs/fit.md and docs/real-data.md.
#[test]
fn the_outages_of_los_alamos() {
    let Some(path) = kit::shared("data/lanl-node-outages.csv") else { return };
    let desk = Desk::new();
    let modes = desk.path("lanl.toml");
    let args = format!(
        "--start start_unix_s --end end_unix_s --time s --unit node_id --scope host --write {}",
        modes.display()
    );
    let found = fitted(&path, &args);
    assert_eq!((&found["rows"], &found["events"]), (&23_451.into(), &23_329.into()));
    assert_eq!((&found["left_out"][0]["rows"], &found["left_out"][0]["lines"][0]), (&122.into(), &1620.into()));
    let group = group(&found, "lanl-node-outages");
    let near = |value: &Value, said: f64, digits: f64| {
        assert!((value.as_f64().unwrap() - said).abs() <= 0.5 * digits, "{value} is not {said}");
    };
    let often = &group["often"];
    assert_eq!(often["units"], 3577);
    near(&often["per_year"], 0.63, 0.01);
    near(&often["interval"]["low"], 0.54, 0.01);
    near(&often["interval"]["high"], 0.74, 0.01);
    near(&group["dispersion"]["index"], 144.0, 1.0);
    let law = &group["fit"]["candidates"][0]["law"];
    assert_eq!(law["family"], "lognormal");
    near(&law["median"], 1.05, 0.01);
    near(&law["sigma"], 1.42, 0.01);
    near(&group["fitted"]["mean_h"], 2.9, 0.1);
    near(&group["long"]["mean_h"], 5.9, 0.1);
    assert_eq!(group["fit"]["verdict"], "none_fits");
    // The recorded durations keep their mean on the way into the file.
    let own: Vec<f64> = group["own_h"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
    let mean = own.iter().sum::<f64>() / own.len() as f64;
    assert!((mean / group["long"]["mean_h"].as_f64().unwrap() - 1.0).abs() < 1e-9);
    desk.put("s.toml", format!("{BASE}[faults]\nmodes_from = \"lanl.toml\"\n"));
    desk.run("run s.toml --trials 20").ends(0);
}

/// A log of one kind: hours of length 1, 2, 3 …
fn log(rows: usize) -> String {
    let row = |at: usize| format!("{},{},x\n", at * 100, (at * 7) % 23 + 1);
    "at,hours,kind\n".to_owned() + &(0..rows).map(row).collect::<String>()
}

const MAPPED: &str = "--start at --duration hours --time hours";

#[test]
fn what_is_written_is_taken() {
    let desk = Desk::with(&format!("{BASE}[faults]\nprofile = \"none\"\nmodes_from = \"own/f.toml\"\n"));
    desk.put("log.csv", log(30));
    desk.put("own/.keep", "");
    let written = format!("fit log.csv {MAPPED} --units 12 --span 400days --scope rack --write own/f.toml");
    desk.run(&written).ends(0).complains(&["wrote own/f.toml", "modes_from = \"f.toml\""]);
    let text = desk.read("own/f.toml");
    for words in ["[faults.mode.log]", "scope = \"rack\"", "rate_low", "per rack-year", "confidence = \"derived\""] {
        assert!(text.contains(words), "{text}");
    }
    // 30 events, 12 racks, 400 days.
    let rate = 30.0 / (12.0 * 400.0 / 365.0);
    assert!(text.contains(&format!("rate = \"{rate:.5} per rack-year\"")), "{rate} {text}");
    desk.run("check s.toml").ends(0).says(&["log "]);
    desk.run("run s.toml --out a").ends(0);
    // The file is a part of the scenario: another law, another hash.
    let hash = |folder: &str| kit::json(&desk.path(folder).join("summary.json"))["scenario_hash"].clone();
    desk.run(&format!("{written} --force --law exponential")).ends(0);
    desk.run("run s.toml --out b").ends(0);
    assert_ne!(hash("a"), hash("b"));
    // The scenario has the last word.
    desk.put("s.toml", format!("{BASE}[faults]\nmodes_from = \"own/f.toml\"\n[faults.mode.log]\nenabled = false\n"));
    let ran = desk.run("check s.toml").ends(0);
    assert!(!ran.out.contains("log "), "{ran}");
}

#[test]
fn incidents_change_the_profiles_own_modes() {
    let desk = Desk::with(&format!("{BASE}[faults]\nmodes_from = \"f.toml\"\n"));
    let incidents = kit::root().join("scenarios/data/incidents.csv");
    let fit = |more: &str| {
        let mut command = desk.command(["fit"]);
        command.arg(&incidents).args(["--write", "f.toml", "--force"]).args(more.split_whitespace());
        kit::ran(&mut command)
    };
    fit("").ends(0);
    assert!(!desk.read("f.toml").contains("rate ="), "without units the rates stay the profile's");
    desk.run("run s.toml --trials 50").ends(0);
    fit("--units zone-power-cooling=120 --units region=60").ends(0);
    let text = desk.read("f.toml");
    assert!(text.contains("per zone-year") && text.contains("per region-year"), "{text}");
    desk.run("check s.toml").ends(0);
    fit("--units zones=120").ends(2).complains(&["there is no group `zones`", "zone-power-cooling, zone-power"]);
}

#[test]
fn nothing_is_overwritten_without_being_asked() {
    let desk = Desk::new();
    desk.put("log.csv", log(8));
    desk.put("f.toml", "mine");
    let write = |to: &str| desk.run(&format!("fit log.csv {MAPPED} --units 3 --scope host --write {to}"));
    write("f.toml").ends(1).complains(&["exists; use --force"]);
    assert_eq!(desk.read("f.toml"), "mine");
    write("f.toml --force").ends(0);
    desk.put("folder/x", "");
    write("folder --force").ends(1).complains(&["not a regular file"]);
    write("gone/f.toml").ends(1).complains(&["cannot write"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("f.toml", desk.path("link")).unwrap();
        write("link --force").ends(1).complains(&["not a regular file"]);
        write("/dev/null --force").ends(1).complains(&["not a regular file"]);
    }
}

#[test]
fn modes_that_no_scenario_would_take_are_not_written() {
    let desk = Desk::new();
    desk.put("log.csv", log(8));
    desk.run(&format!("fit log.csv {MAPPED} --units 3 --write f.toml")).ends(2).complains(&["--scope"]);
    desk.run(&format!("fit log.csv {MAPPED} --scope host --write f.toml")).ends(2).complains(&["--units"]);
    let many: String = (0..60).map(|at| format!("{at},1,kind {at}\n{},2,kind {at}\n", at + 5)).collect();
    desk.put("many.csv", format!("at,hours,kind\n{many}"));
    desk.run(&format!("fit many.csv {MAPPED} --group kind --units 3 --scope host --write f.toml"))
        .ends(2)
        .complains(&["no scenario would take these modes", "at most 24"]);
    desk.put("open.csv", "at,hours\n1,\n2,\n");
    desk.run(&format!("fit open.csv {MAPPED} --units 3 --scope host --write f.toml"))
        .ends(2)
        .complains(&["no mode to write"]);
    assert!(desk.lacks("f.toml"));
}

#[test]
fn mistakes_in_the_file_of_modes_are_told_in_its_own_lines() {
    let desk = Desk::with(&format!("{BASE}[faults]\nmodes_from = \"f.toml\"\n"));
    desk.run("check s.toml").ends(3).complains(&["E076", "s.toml:11:14"]);
    for (text, words) in [
        ("", &["E002", "f.toml"][..]),
        (
            "[faults.mode.x]\nscope = \"rak\"\nrate = \"1 per rack-year\"\noutage = \"1 h\"\n",
            &["E014", "f.toml:2:9", "rack"],
        ),
        ("[faults.mode.rack-failur]\nenabled = false\n", &["E071", "f.toml:1:14", "rack-failure"]),
        ("horizon = \"1 year\"\n[faults.mode.rack-failure]\nenabled = false\n", &["E010", "f.toml:1:1"]),
        ("[faults]\nprofile = \"none\"\n", &["E010", "f.toml:2:1", "there is no table `faults.mode`"]),
        ("[faults]\nmodes_from = \"f.toml\"\n", &["E010", "f.toml:2:1"]),
        ("[faults.mode.x\n", &["E005", "f.toml:1"]),
        ("x = \"\0\"", &["E004", "NUL"]),
    ] {
        desk.put("f.toml", text);
        desk.run("check s.toml").ends(3).complains(words).complains(&["s.toml:11:14"]);
    }
    desk.put("f.toml", [0xff, 0xfe]);
    desk.run("check s.toml").ends(3).complains(&["E004"]);
    desk.put("f.toml", vec![b'#'; (8 << 20) + 1]);
    desk.run("check s.toml").ends(3).complains(&["E003"]);
    desk.put("s.toml", format!("{BASE}[faults]\nmodes_from = 7\n"));
    desk.run("check s.toml").ends(3).complains(&["E012"]);
    #[cfg(unix)]
    {
        desk.put("s.toml", format!("{BASE}[faults]\nmodes_from = \"/dev/zero\"\n"));
        desk.run("check s.toml").ends(3).complains(&["E076"]);
    }
}

#[test]
fn the_same_file_gives_the_same_bits_in_every_format() {
    let desk = Desk::new();
    desk.put("log.csv", log(60));
    for format in ["table", "json", "csv"] {
        let ran = || desk.run(&format!("fit log.csv {MAPPED} --group kind --format {format}")).ends(0).out;
        assert_eq!(ran(), ran());
    }
    let table = kit::Table::read(desk.run(&format!("fit log.csv {MAPPED} --format csv")).ends(0).out.as_bytes(), b',');
    assert_eq!((table.column("group"), table.column("events")), (vec!["log"], vec!["60"]));
    let log_rows: Vec<f64> = (0..60).map(|at| f64::from((at * 7) % 23 + 1)).collect();
    let mean = log_rows.iter().sum::<f64>() / 60.0;
    assert!((table.column("mean_h")[0].parse::<f64>().unwrap() - mean).abs() < 1e-9);
}

#[test]
fn one_event_and_two_alike() {
    let desk = Desk::new();
    desk.put("one.csv", "at,hours\n5,4\n");
    let one = figures(desk.run(&format!("fit one.csv {MAPPED} --format json --units 10 --span 1year")));
    let group = &one["groups"][0];
    // 1 event in 10 unit-years: Garwood 0.0253 to 5.572 over 10; 4 h over χ² with 2 degrees of freedom.
    assert!((group["often"]["interval"]["low"].as_f64().unwrap() - 0.002_531_8).abs() < 1e-6);
    assert!((group["often"]["interval"]["high"].as_f64().unwrap() - 0.557_164).abs() < 1e-5);
    let mean = &group["fit"]["candidates"][0]["parameters"][0];
    assert!((mean["interval"]["low"].as_f64().unwrap() - 4.0 / 3.688_879).abs() < 1e-5, "{mean}");
    assert_eq!(group["word"], "1 duration: the family cannot be told; exponential by convention");
    desk.put("alike.csv", "at,hours\n5,4\n50,4\n");
    desk.run(&format!("fit alike.csv {MAPPED} --units 2 --scope host --write f.toml")).ends(0).says(&["all alike"]);
    assert!(desk.read("f.toml").contains("outage = \"4 h\""));
    // The same instant twice: no time between, no rate.
    desk.put("once.csv", "at,hours\n5,\n5,\n");
    desk.run(&format!("fit once.csv {MAPPED}")).ends(0).says(&["no rate", "no duration is known"]);
}

#[test]
fn dirt_is_counted_and_named() {
    let desk = Desk::new();
    let rows = "at,hours,kind\n1,2,a\n2,-2,a\n3,0,a\nx,1,a\n4,many,a\n5,1\n6,1,a\n7,nan,a\n8,1e300,a\n9,inf,a\n10,>3,a\n11,,a\n12,1,\0\n13,2,b\n";
    desk.put("dirty.csv", rows);
    let found = figures(desk.run(&format!("fit dirty.csv {MAPPED} --where kind=a --format json")));
    let left: Vec<(String, u64, Vec<u64>)> = found["left_out"]
        .as_array()
        .unwrap()
        .iter()
        .map(|left| {
            let lines = left["lines"].as_array().unwrap().iter().map(|line| line.as_u64().unwrap()).collect();
            (left["why"].as_str().unwrap().to_owned(), left["rows"].as_u64().unwrap(), lines)
        })
        .collect();
    let expected = [
        ("not a row of this table", vec![7, 14]),
        ("no readable start", vec![5]),
        ("no readable duration", vec![6, 9, 11]),
        ("end before start", vec![3]),
        ("end at start", vec![4]),
        ("longer than 10,000 years", vec![10]),
    ];
    assert_eq!(left, expected.map(|(why, lines)| (why.to_owned(), lines.len() as u64, lines)));
    assert_eq!((&found["rows"], &found["events"], &found["aside"]), (&14.into(), &4.into(), &1.into()));
    let group = &found["groups"][0];
    assert_eq!((&group["durations"], &group["cut_off"], &group["unknown"]), (&2.into(), &1.into(), &1.into()));
}

#[test]
fn files_without_an_event() {
    let desk = Desk::new();
    for (text, words) in [
        ("at,hours\n", &["no row of the file is an event", "it has no rows"][..]),
        ("at,hours\nx,1\ny,2\n", &["2 rows, no readable start (lines 2, 3): `x` is no time"]),
        ("at,hours\n1,-1\n2,0\n", &["1 row, end before start (line 2)", "1 row, end at start (line 3)"]),
        ("", &["no column `at`; it has none"]),
        ("\0\0\0\0", &["no column"]),
    ] {
        desk.put("x.csv", text);
        let ran = desk.run(&format!("fit x.csv {MAPPED}")).complains(words);
        assert!(matches!(ran.code, Some(2 | 3)), "{ran}");
    }
    desk.put("x.csv", log(3));
    desk.run(&format!("fit x.csv {MAPPED} --where kind=y")).ends(3).complains(&["3 left aside by the filter"]);
    desk.run("fit gone.csv").ends(3).complains(&["there is no file"]);
    desk.run("fit .").ends(1).complains(&["not a regular file"]);
}

#[test]
fn command_lines_that_make_no_sense() {
    let desk = Desk::new();
    desk.put("x.csv", log(3));
    for (args, words) in [
        ("", &["say --end or --duration", "`at`, `hours`, `kind`"][..]),
        ("--start at --duration hour", &["no column `hour`", "did you mean `hours`?"]),
        ("--start att --duration hours", &["did you mean `at`?"]),
        ("--end hours", &["--end needs --start"]),
        ("--start at --duration hours --end kind", &["cannot be used with"]),
        ("--start at --duration hours --group knd", &["did you mean `kind`?"]),
        ("--start at --duration hours --where kind", &["write COLUMN=VALUE"]),
        ("--start at --duration hours --units 0", &["no number of units"]),
        ("--start at --duration hours --units 2 --units 3", &["two numbers"]),
        ("--start at --duration hours --span soon", &["--span", "is not a duration"]),
        ("--start at --duration hours --time hours --span 9..3", &["ends before it begins"]),
        ("--start at --end hours --time hours --span 9days --still-running", &["FROM..TO"]),
        ("--start at --duration hours --time hours --span 1h", &["more than the"]),
        ("--start at --duration hours --scope rak", &["rack"]),
        ("--start at --duration hours --force", &["--write"]),
    ] {
        desk.run(&format!("fit x.csv {args}")).ends(2).complains(words);
    }
}

#[test]
fn large_files_are_bounded() {
    let desk = Desk::new();
    let huge = desk.put("huge.csv", "at,hours\n");
    std::fs::OpenOptions::new().append(true).open(&huge).unwrap().set_len((512 << 20) + 1).unwrap();
    desk.run(&format!("fit huge.csv {MAPPED}")).ends(3).complains(&["more than the limit of 536870912"]);
    let groups: String = (0..300).map(|at| format!("{at},1,kind {at}\n")).collect();
    desk.put("groups.csv", format!("at,hours,kind\n{groups}"));
    desk.run(&format!("fit groups.csv {MAPPED} --group kind"))
        .ends(3)
        .complains(&["groups are more than the limit of 200"]);
    desk.put("long.csv", log(100_000));
    desk.run(&format!("fit long.csv {MAPPED} --quiet")).ends(0).says(&["100,000"]);
}

#[test]
fn words_from_the_file_cannot_move_the_cursor() {
    let desk = Desk::new();
    desk.put("x.csv", "at,hours,kind\n1,2,\x1b[2Jred\n2,3,\x1b]0;x\x07\n");
    let ran = desk.run(&format!("fit x.csv {MAPPED} --group kind")).ends(0);
    assert!(!ran.out.contains('\x1b') && !ran.out.contains('\x07'), "{ran}");
}

/// A list has commas between its names; a name that has one itself stands in quotes.
#[test]
fn a_column_whose_name_has_a_comma_can_be_grouped_by() {
    let desk = Desk::new();
    desk.put("x.csv", "at,hours,\"region, zone\",kind\n1,2,east,a\n2,3,east,b\n3,4,west,a\n4,4,west,a\n");
    let groups = |list: &str| {
        let mut fit = desk.command(["fit", "x.csv", "--format", "json"]);
        let found = figures(kit::ran(fit.args(MAPPED.split(' ')).args(["--group", list])));
        found["groups"].as_array().unwrap().len()
    };
    assert_eq!([groups("\"region, zone\""), groups("kind,\"region, zone\""), groups("kind")], [2, 3, 2]);
    let help = desk.run("fit --help").ends(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("a name with a comma in double quotes"), "{help}");
    let help = desk.run("sweep --help").ends(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("a text with a comma stands in quotes"), "{help}");
}

/// docs/fit.md shows what the program prints. `ZONEFALL_BLESS=1` writes it anew.
#[test]
fn the_page_shows_what_is_printed() {
    let path = kit::root().join("docs/fit.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (mut said, mut shown) = (String::new(), 0);
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        said += &format!("{line}\n");
        let Some(command) = line.strip_prefix("$ zonefall ") else { continue };
        let old =
            std::iter::from_fn(|| lines.next_if(|line| !line.starts_with("```") && !line.starts_with("$ "))).count();
        if old > 0 {
            let mut run = kit::binary();
            run.args(command.replace("\"3 years\"", "3years").split_whitespace()).current_dir(kit::root());
            said += &kit::ran(&mut run).ends(0).out;
            shown += 1;
        }
    }
    assert!(shown >= 2, "docs/fit.md shows no result");
    if std::env::var_os("ZONEFALL_BLESS").is_some() {
        std::fs::write(&path, &said).unwrap();
    } else {
        assert_eq!(page, said, "docs/fit.md shows the first, the program prints the second");
    }
}

#[test]
fn the_modes_that_the_page_names_are_those_that_are_written() {
    let desk = Desk::new();
    let docs = kit::root().join("docs");
    let mut command = desk.command(["fit"]);
    command.arg(docs.join("fit-example.csv"));
    command
        .args("--start began --duration minutes --duration-unit min --group kind --units 40 --span 3years".split(' '));
    kit::ran(command.args(["--scope", "host", "--write", "f.toml"])).ends(0);
    assert_eq!(desk.read("f.toml"), std::fs::read_to_string(docs.join("fit-example-modes.toml")).unwrap());
    let mut command = desk.command(["run"]);
    kit::ran(command.arg(docs.join("fit-example.toml")).args(["--trials", "50", "--out", "r"])).ends(0);
}

/// A table as half of Europe writes it; what reads as thousands is told and left out.
#[test]
fn semicolons_and_decimal_commas_are_read() {
    let desk = Desk::with(BASE);
    let rows = |mark: &str, point: &str| {
        let hours = ["1.5", "2.5", "0.125", "12"].map(|hours| hours.replace('.', point));
        let row = |(at, hours): (usize, &String)| format!("{at}{mark}2023-0{}-04T10:00{mark}{hours}\n", at + 1);
        format!("id{mark}begin{mark}lasts\n{}", hours.iter().enumerate().map(row).collect::<String>())
    };
    desk.put("uk.csv", rows(",", "."));
    desk.put("de.csv", rows(";", ","));
    desk.put("sep.csv", format!("sep=;\n{}", rows(";", ",")));
    let args = "--start begin --duration lasts --duration-unit h --units 3 --span 1y --format json";
    let told = |file: &str| desk.run(&format!("fit {file} {args}")).ends(0).out;
    let long = |file: &str| figures(desk.run(&format!("fit {file} {args}")))["groups"][0]["long"].clone();
    assert_eq!(long("uk.csv")["mean_h"].as_f64().unwrap(), (1.5 + 2.5 + 0.125 + 12.0) / 4.0);
    assert_eq!((long("de.csv"), long("sep.csv")), (long("uk.csv"), long("uk.csv")));
    desk.put("odd.csv", format!("{}9;2023-09-04T10:00;1,500\n", rows(";", ",")));
    assert!(told("odd.csv").contains("is `1,500` 1.500 or 1500?"), "{}", told("odd.csv"));
}
