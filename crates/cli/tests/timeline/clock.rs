//! Times of a trace are those of the scenario's clock, in summer too, wherever they are shown.

use super::kit::Desk;
use super::told;

/// A zone is out half an hour in March and an hour in June, 2,000 and 4,000 hours after the year began in Berlin.
const YEAR: &str = "\
name = \"clock\"
start = \"2026-01-01\"
time_zone = \"Europe/Berlin\"
horizon = \"365 days\"
trials = 2
seed = 1
[slo]
min_serving = 6
[region.east]
[faults]
profile = \"none\"
[scale_set.web]
zones = [1, 2]
capacity = 6
[[script]]
at = \"2000 h\"
for = \"30 min\"
members = [\"east/1\"]
[[script]]
at = \"4000 h\"
for = \"1 h\"
members = [\"east/1\"]
";

#[test]
fn times_are_those_of_clocks_in_the_zone_then_and_have_their_date_everywhere() {
    let desk = Desk::with(YEAR);
    let text = desk.run("trace s.toml --trial 0 --svg p.svg --csv t.csv").ends(0).out;
    let (winter, summer) = ("2026-03-25 08:00:00", "2026-06-16 17:00:00");
    for words in ["Times are local, of Europe/Berlin.", &format!("Outage 1: {winter}"), &format!("Outage 2: {summer}")]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.contains(&format!("  {summer} the objective is missed")) && !text.contains("day "), "{text}");
    let table = desk.table("t.csv");
    let (clock, at) = (table.column("local_time"), table.column("at_ms"));
    let of = |hours: u64| clock[at.iter().position(|at| *at == (hours * 3_600_000).to_string()).unwrap()];
    assert_eq!([of(2000), of(4000)], ["2026-03-25T08:00:00.000+01:00", "2026-06-16T17:00:00.000+02:00"]);
    // The axis begins a little before the longest.
    let svg = desk.read("p.svg");
    assert!(svg.contains(">From 2026-06-16 16:47:") && svg.contains("Times are local, of Europe/Berlin."), "{svg}");
    desk.run("run s.toml --out r --report html,md").ends(0);
    for report in ["r/report.html", "r/report.md"] {
        let report = desk.read(report).replace("&#x2f;", "/");
        assert!(report.contains(summer) && report.contains("Times are local, of Europe/Berlin."), "{report}");
    }
    let json = told(&desk, &["s.toml", "--trial", "0"]);
    let clock = &json["local_time"];
    assert_eq!(clock["time_zone"], "Europe/Berlin");
    let changes: Vec<i64> = clock["ahead_s"].as_array().unwrap().iter().map(|of| of[1].as_i64().unwrap()).collect();
    assert_eq!(changes, [3600, 7200, 3600]);
}

#[test]
fn without_a_calendar_times_count_from_the_beginning_of_the_trial() {
    let text = YEAR.replace("start = \"2026-01-01\"\ntime_zone = \"Europe/Berlin\"\n", "");
    let desk = Desk::with(&text);
    let text = desk.run("trace s.toml --trial 0 --csv t.csv").ends(0).out;
    assert!(
        text.contains("Outage 2: day 166 16:00:00") && text.contains("from the beginning of the trial, day 0."),
        "{text}"
    );
    assert!(desk.table("t.csv").column("local_time").iter().all(|cell| cell.is_empty()));
}

/// IN-02: racks of a zone that come back late are told as such.
#[test]
fn in_02_what_is_over_but_for_late_racks_says_until_when() {
    let staged = "[faults]\nprofile = \"none\"\n[faults.mode.zone]\nscope = \"zone\"\nrate = \"20 per zone-year\"\n\
                  outage = { law = \"constant\", mean = \"2 h\" }\n";
    let desk = Desk::with("");
    let over = |late: &str| {
        let base = YEAR.split("[[script]]").next().unwrap();
        desk.put("s.toml", base.replace("[faults]\nprofile = \"none\"\n", &format!("{staged}{late}")));
        let json = told(&desk, &["s.toml", "--trial", "0"]);
        let rows = json["rows"].as_array().unwrap().iter().map(|row| row["says"].as_str().unwrap().to_owned());
        rows.filter(|says| says.contains("zone is over")).collect::<Vec<String>>()
    };
    let (plain, late) = (over(""), over("staged = { main = 0.5, tail = 2 }\n"));
    assert!(!plain.is_empty() && plain.iter().all(|says| says.starts_with("zone is over: east/")), "{plain:?}");
    let named = |says: &&String| says.starts_with("zone is over but for rack") && says.contains(" later: east/");
    let named: Vec<&String> = late.iter().filter(named).collect();
    assert!(!named.is_empty(), "{late:?}");
    for says in named {
        let racks = says.split_once("but for rack").unwrap().1.trim_start_matches('s').trim();
        let first = racks.split([',', ' ']).next().unwrap();
        assert_eq!(first.split('/').count(), 3, "{says}");
    }
    // Who is back is told once, and none of them is among those that are not.
    let page = desk.run("trace s.toml --trial 0 --all").ends(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = page.split("zone is over but for rack").skip(1);
    let lines: Vec<&str> = lines.map(|line| line.split(" serve").next().unwrap()).collect();
    assert!(!lines.is_empty(), "{page}");
    for line in lines {
        let (late, back) = line.split_once(" later: ").unwrap();
        let racks = |of: &str| {
            let names = of.split([' ', ',']).filter(|word| word.starts_with("east/")).map(str::to_owned);
            names.collect::<Vec<String>>()
        };
        let (late, back) = (racks(late), racks(back));
        assert!(late.iter().all(|rack| !back.contains(rack)), "{line}");
        assert!(
            back.len() <= 3 && back.iter().collect::<std::collections::BTreeSet<_>>().len() == back.len(),
            "{line}"
        );
    }
}
