//! How many jobs, or requests in line, wait over a timeline, and where that is drawn and written.

use super::kit::{self, Desk, Table};
use super::told;
use serde_json::Value;

const SECOND: u64 = 1000;

/// The corners of a course: seconds from an instant, and how many wait.
fn course(of: &Value, from: u64) -> Vec<(f64, f64)> {
    let corners = of["waiting"]["course"].as_array().unwrap().iter();
    corners.map(|corner| ((corner[0].as_f64().unwrap() - from as f64) / 1000.0, corner[1].as_f64().unwrap())).collect()
}

/// Six workers need 100 minutes for a batch that has an hour.
pub const NIGHTLY: &str = r#"
name = "nightly"
start = "2026-03-02"
horizon = "1 day"
trials = 1
seed = 1
[slo]
jobs_by_deadline = "100%"
[jobs]
count = 36_000
at = "00:10"
deadline = "01:10"
[region.east]
[faults]
profile = "none"
[scale_set.web]
zones = [1, 2]
capacity = 6
capacity_per_instance = "1 req/s"
"#;

#[test]
fn a_backlog_falls_in_a_straight_line_from_the_batch_to_its_last_job() {
    let desk = Desk::with(NIGHTLY);
    let of = told(&desk, &["s.toml", "--trial", "0"]);
    let day = 86_400.0;
    assert_eq!(course(&of, 0), [(0.0, 0.0), (600.0, 0.0), (600.0, 36_000.0), (6600.0, 0.0), (day, 0.0)]);
    assert_eq!(of["waiting"]["what"], "jobs");
    // An hour does 21,600 of them.
    assert_eq!(of["waiting"]["deadlines"], serde_json::json!([[4200 * SECOND, 14_400]]));
    // Nobody works on them in the second half hour: two places that differ by one corner.
    let out = "[[script]]\nat = \"40 min\"\nfor = \"10 min\"\nmembers = [\"east/1\"]\ncause = \"zone lost\"\n";
    desk.put("half.toml", format!("{NIGHTLY}{out}"));
    let of = told(&desk, &["half.toml", "--trial", "0"]);
    let corners = course(&of, 0);
    // 1,800 s at six, then three that are left.
    assert!(corners.contains(&(2400.0, 25_200.0)), "{corners:?}");
    let (next, left) = corners[corners.iter().position(|corner| corner.0 == 2400.0).unwrap() + 1];
    assert!((left - (25_200.0 - 3.0 * (next - 2400.0))).abs() < 1e-3 && next >= 3000.0, "{corners:?}");
}

#[test]
fn tf_01_a_line_rises_to_what_a_patience_lets_wait_and_falls() {
    let desk = Desk::new();
    kit::scenarios(&desk);
    let of = told(&desk, &["scenarios/wait-or-refuse.toml", "--trial", "0", "--design", "waits for 5 s"]);
    let corners = course(&of, 12 * 3600 * SECOND);
    let first = corners.iter().position(|corner| corner.0 == 0.0).unwrap();
    // By hand: 900 come for two minutes, 800 are served, 600 come after that; those of the last 5 s are in line while anybody gives up.
    let expected = [(0.0, 0.0), (45.0, 4500.0), (120.0, 4500.0), (125.0, 3000.0), (140.0, 0.0)];
    assert_eq!(corners[first..first + 5], expected);
    assert_eq!((of["waiting"]["what"].as_str(), of["waiting"].get("deadlines")), (Some("requests"), None));
    // Who is turned away at once does not wait.
    let refuses = told(&desk, &["scenarios/wait-or-refuse.toml", "--trial", "0", "--design", "refused"]);
    assert_eq!(refuses.get("waiting"), None);
}

#[test]
fn of_jobs_and_a_line_that_is_told_which_the_objective_is_about() {
    // Four requests a second and six machines, of which three are out from 00:20 to 00:30: 600 wait then, for five minutes more. Jobs
    // get two a second before and after.
    let both =
        NIGHTLY.replace("36_000", "3600").replace("\"1 req/s\"", "\"1 req/s\"\nboot = \"0 s\"\nwarm_up = \"0 s\"")
            + "[demand]\nrate = \"4 req/s\"\n[service]\nparallelism = 1\nqueue = \"shared\"\npatience = \"1 h\"\n\
           [[script]]\nat = \"20 min\"\nfor = \"10 min\"\nmembers = [\"east/1\"]\ncause = \"zone lost\"\n";
    let desk = Desk::with(&both);
    let of = told(&desk, &["s.toml", "--trial", "0"]);
    let jobs = [(600.0, 0.0), (600.0, 3600.0), (1200.0, 2400.0), (2100.0, 2400.0), (3300.0, 0.0)];
    assert_eq!((of["waiting"]["what"].as_str(), &course(&of, 0)[1..6]), (Some("jobs"), &jobs[..]));
    desk.put("line.toml", both.replace("jobs_by_deadline = \"100%\"", "min_served = \"99%\""));
    let of = told(&desk, &["line.toml", "--trial", "0"]);
    let line = [(1200.0, 0.0), (1800.0, 600.0), (2100.0, 0.0)];
    assert_eq!((of["waiting"]["what"].as_str(), &course(&of, 0)[1..4]), (Some("requests"), &line[..]));
    assert_eq!(of["waiting"].get("deadlines"), None);
}

/// Whatever befalls the workers: what a deadline finds is what waits then, as one batch is done before the next comes.
#[test]
fn what_deadlines_find_is_what_waits_then() {
    let desk = Desk::new();
    kit::scenarios(&desk);
    let mut late = 0;
    for (file, trial) in [("route-backlog", "121"), ("route-backlog", "41"), ("jobs-beside-requests", "3")] {
        let of = told(&desk, &[&format!("scenarios/{file}.toml"), "--trial", trial]);
        let corners = course(&of, 0);
        assert!(corners.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0] != pair[1]), "{file}: in order");
        assert!(corners.iter().all(|corner| corner.1 >= 0.0));
        for deadline in of["waiting"]["deadlines"].as_array().unwrap() {
            let (at, left) = (deadline[0].as_f64().unwrap() / 1000.0, deadline[1].as_f64().unwrap());
            let next = corners.partition_point(|corner| corner.0 <= at);
            let (from, to) = (corners[next - 1], corners[next]);
            let waits = from.1 + (to.1 - from.1) * (at - from.0) / (to.0 - from.0);
            assert_eq!((waits - 1e-4).ceil(), left, "{file} at {at}");
            late += u32::from(left > 0.0);
        }
    }
    assert!(late > 20, "{late}");
}

#[test]
fn what_waits_is_written_and_drawn() {
    let desk = Desk::with(NIGHTLY);
    desk.run("trace s.toml --trial 0 --csv t.csv --svg t.svg").ends(0);
    let table: Table = desk.table("t.csv");
    let of = table.column("says").into_iter().zip(table.column("waiting"));
    let waits: Vec<f64> = of.filter(|(says, _)| says.contains("batch 1")).map(|(_, n)| n.parse().unwrap()).collect();
    assert_eq!(waits, [36_000.0, 14_400.0, 0.0]);
    let svg = desk.read("t.svg");
    assert!(
        svg.contains(">jobs that wait</text>")
            && svg.contains(">0 to 36,000</text>")
            && svg.contains(">deadline</text>")
    );
    // The whole backlog is drawn, from its batch on.
    let other = NIGHTLY.replace("36_000", "21_000");
    desk.put("other.toml", other);
    desk.run("trace other.toml --trial 0 --svg o.svg").ends(0);
    assert!(desk.read("o.svg").contains(">0 to 21,000</text>"));
}
