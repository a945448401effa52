//! Plans among 10,000 candidates, in wall and CPU time, from the file to the answer: of a fleet on the default profile, and of a
//! service with a recorded year of demand, of whose candidates a good part misses the objective by its load alone.

use crate::sections::Run;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use zonefall_benches::measure::{process_seconds, wall_seconds};
use zonefall_benches::rounds::{Demand, number};
use zonefall_cli::assemble::{Asked, question};
use zonefall_scenario::{Scenario, WhatIf, load_plan};
use zonefall_study::plan::{Planned, Verdict, plan};
use zonefall_study::{Threads, Visit};

const TEN_THOUSAND: &str = include_str!("../plan/ten-thousand.toml");
const TRACED: &str = include_str!("../plan/traced.toml");

/// Threads of the demand.
const THREADS: usize = 2;
/// Seconds of the demand.
const SECONDS: f64 = 60.0;

/// A year of hours: days and weeks with a rush on one day in ninety.
fn year() -> String {
    let mut rows = "time,rate\n".to_owned();
    for hour in 0..8760_u32 {
        let of_day = 1.0 - ((f64::from(hour % 24) - 15.0) / 24.0 * std::f64::consts::TAU).cos() * -0.5;
        let of_week = if hour / 24 % 7 > 4 { 0.7 } else { 1.0 };
        let rush = if hour / 24 % 90 == 60 { 1.6 } else { 1.0 };
        let _ = writeln!(rows, "{},{:.1}", hour * 3600, 800.0 * of_day * of_week * rush);
    }
    rows
}

/// The scenario with its candidates, and the seconds that they took.
fn read(path: &Path, text: &str) -> (f64, Scenario) {
    std::fs::write(path, text).expect("a temporary file can be written");
    let (seconds, scenario) = wall_seconds(|| load_plan(path, &WhatIf::default()));
    let scenario = scenario.unwrap_or_else(|why| panic!("{why}"));
    let candidates = scenario.plan.as_ref().map_or(0, |plan| plan.candidates.len());
    assert_eq!(candidates, 10_000, "{}", path.display());
    (seconds, scenario)
}

fn answered(scenario: &Scenario) -> Planned {
    let of = scenario.plan.as_ref().expect("it has a plan");
    let asked = question(scenario, of, &Asked::default()).unwrap_or_else(|why| panic!("{why:#}"));
    let (threads, stop) = (Threads::new(THREADS).expect("threads can be started"), AtomicBool::new(false));
    let how = Visit { threads: &threads, stop: &stop, told: &|_| () };
    plan(&asked, &how, &|_| ()).expect("the event budget is ample").expect("nobody interrupts")
}

/// A whole plan: from the file to the answer.
fn whole(run: &mut Run, folder: &Path, name: &str, text: &str) {
    let path = folder.join(format!("{name}.toml"));
    let ((wall, (reading, found)), cpu) = process_seconds(|| {
        wall_seconds(|| {
            let (reading, scenario) = read(&path, text);
            (reading, answered(&scenario))
        })
    });
    assert_eq!(found.verdict, Verdict::Found, "{name}");
    let shown = format!(
        "{} s on {THREADS} threads, {} s of CPU; {} s of them reading; {} candidates lived through {} trials in all",
        number(wall),
        number(cpu),
        number(reading),
        number(found.tested as f64),
        number(found.work as f64)
    );
    run.table.add("plan", &format!("{name}: seconds"), wall, &shown, Demand::AtMost(SECONDS, None));
}

pub fn plans(run: &mut Run) {
    let folder = std::env::temp_dir().join(format!("zonefall-benches-plan-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    std::fs::write(folder.join("year.csv"), year()).expect("a temporary file can be written");
    whole(run, &folder, "ten-thousand", TEN_THOUSAND);
    whole(run, &folder, "traced", TRACED);
    std::fs::remove_dir_all(&folder).expect("the temporary folder can be removed");
}
