//! What `check` says that it understood of what is asked for, what arrives and what clients do.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;

use kit::{BASE, Desk, ran};
use serde_json::Value;
use std::ffi::OsStr;

/// What was understood of the tables of work and judgement, in the page and in JSON; what all designs say alike once.
#[test]
fn check_says_what_it_understood_of_objective_demand_jobs_tries_and_gate() {
    let desk = Desk::new();
    let root = kit::root().join("scenarios");
    let check = |name: &str, json: &[&str]| {
        let path = root.join(name);
        let words = ["check", "-q"].into_iter().chain(json.iter().copied()).map(OsStr::new);
        ran(&mut desk.command(words.chain([path.as_os_str()]))).ends(0)
    };
    let jobs = "12,000 a day at 22:00, due at 05:00 (Europe/Berlin); each the work of 1,000 requests; sigma 0.15";
    let told = check("jobs-beside-requests.toml", &[]).says(&[
        "Objective  99.9 % on average, and in 95 % of windows of 30 days\n",
        "Need       at least 100 % of each batch of jobs done by its deadline\n",
        "           demand: 160 to 600 req/s (Europe/Berlin); by 24 parts of a day\n",
    ]);
    // All designs have the jobs, two of three the demand.
    assert_eq!((told.out.matches("12,000 a day").count(), told.out.matches("demand: 160").count()), (1, 2), "{told}");
    let told: Value = serde_json::from_str(&check("jobs-beside-requests.toml", &["--format", "json"]).out).unwrap();
    let of = |at: usize, what: &str| told["designs"][at][what].clone();
    assert_eq!(of(0, "jobs"), jobs);
    assert_eq!((of(1, "demand"), of(2, "demand").is_string()), (Value::Null, true));
    assert!(told["objective"].is_string() && told["gate"].is_null());
    check("route-backlog.toml", &[])
        .says(&["180,000 a day at 22:00, due at 05:00 (Europe/Berlin); each a request's work;"]);
    check("retry-storm.toml", &[]).says(&[
        "Demand     192.78 to 540 req/s (UTC); by 24 parts of a day\n",
        "retry: 1 try; one that fails in overload costs 100 % of its work\n",
        "retry: 3 tries; one that fails in overload costs 100 % of its work; no breaker\n",
        "; no breaker; budget\n                  10 %\n",
        "; breaker at 50 %\n",
    ]);
    check("wait-or-refuse.toml", &[]).says(&[
        "Demand     600 to 900 req/s; a launch × 1.5 after 12 h and every 1 day\n",
        "patience: requests wait in line, and their clients give up after 5 s\n",
    ]);
    check("launch-night.toml", &[]).says(&[
        "600 to 2,880 req/s (America/New_York); a launch × 4.8 after 20 h and every 7 days; noise\n           of sigma 0.05 for 1 h each\n",
    ]);
}

/// A gate in the words of its verdicts, and a demand with all that it may have.
#[test]
fn check_says_what_the_gate_asks_and_every_shape_of_a_demand() {
    let text = BASE.replace(
        "min_serving = 6",
        "min_served = \"90%\"\ntarget = \"99.9%\"\nwindow = \"month\"\nconfidence = \"90%\"",
    );
    let text = format!("start = \"2026-01-01\"\n{text}")
        + "[gate]\ndowntime_max = \"4.3 min\"\nbatches_by_deadline = \"99%\"\nno_worse = true\nnot_resolved = \"pass\"\n\
           designs = [\"base\"]\n[jobs]\ncount = 30\nat = \"08:00\"\ndeadline = \"17:30\"\n[demand]\nrate = \"20 req/s\"\n\
           time_zone = \"Asia/Tokyo\"\ndaily = [1, 2]\nweekly = [1, 1, 1, 1, 1, 1, 3]\ngrowth_per_year = 0.5\n\
           [[demand.launch]]\nat = \"2026-01-02T00:00\"\npeak = 2\nlasts = \"1 h\"\n\
           [[demand.launch]]\nat = \"2 days\"\npeak = 3\nlasts = \"1 h\"\n";
    let desk = Desk::with(&text);
    desk.run("check s.toml -q").ends(0).says(&[
        "Objective  99.9 % on average, and in 90 % of calendar months\n",
        "Gate       base: 99.9 % on average; 99.9 % in 90 % of windows; at most 4.3 min of downtime a month;",
        "\n           99 % of batches complete by their deadline; not more downtime than base; what is not\n",
        "Demand     20.001 to 179.078 ",
        "req/s (Asia/Tokyo); by 2 parts of a day; by days of the week; 2\n           launches, × 3 at most; 50 %",
        "50 % more each year\n",
        "Jobs       30 a day at 08:00, due at 17:30 (UTC); each a request's work\n",
    ]);
    desk.put("t.csv", "time,rate\n0,5\n3600,7\n");
    let traced = text.split("[gate]").next().unwrap().to_owned()
        + "[demand]\ntrace = \"t.csv\"\ntrace_every = \"2 h\"\n[retry]\nbudget = \"20%\"\n[gate]\nwindows = false\n";
    desk.put("s.toml", &traced);
    desk.run("check s.toml -q").ends(0).says(&[
        "Demand     5 to 7 req/s (UTC); as `t.csv` has it, anew every 2 h; 2 rows, 2026-01-01 00:00 to\n",
        "           2026-01-01 01:00; 6 req/s on average\n",
        "Retry      3 tries;",
        "budget 20 %",
        "Gate       every design: 99.9 % on average; what is not resolved fails\n",
    ]);
}

/// A trace that begins late or lies beside the trial is told (W029), and a run says which demand it was.
#[test]
fn a_trace_beside_the_trial_is_told_and_a_run_says_what_it_understood() {
    let text = format!("start = \"2026-03-02\"\n{BASE}[demand]\ntrace = \"t.csv\"\n");
    let desk = Desk::with(&text.replace("min_serving = 6", "min_served = \"90%\""));
    let check = |from: &str, to: &str| {
        desk.put("t.csv", format!("time,rate\n{from} 00:00,5\n{to} 00:00,7\n"));
        desk.run("check s.toml").ends(0)
    };
    let told = |of: &kit::Ran| of.err.contains("W029");
    assert!(!told(&check("2026-03-02", "2026-03-03")) && !told(&check("2026-03-01", "2026-03-03")));
    check("2026-03-04", "2026-03-05")
        .complains(&["the trace begins 2 days after the trial does: until then its first rate holds"]);
    check("2025-03-02", "2025-03-03").complains(&["the trace ends 364 days before the trial begins"]);
    check("2037-03-02", "2037-03-03").complains(&["after the trial does, which lasts"]);
    desk.put("t.csv", "time,rate\n2026-03-02 00:00,5\n2026-03-03 00:00,7\n");
    desk.run("run s.toml --trials 20 --out r")
        .ends(0)
        .complains(&["note: demand: 5 to 7 req/s (UTC); as `t.csv` has it; 2 rows,"]);
}

/// Azure may refuse what an operator asks for: whether it is asked for again is said.
#[test]
fn check_says_whether_a_runbook_is_tried_again() {
    let of = |retry: &str| {
        let desk =
            Desk::with(&format!("{BASE}[[runbook]]\nwhen = {{ capacity_lost = \"30%\" }}\ncapacity = 12\n{retry}"));
        let shown = desk.run("check s.toml -q").ends(0).out.split_whitespace().collect::<Vec<&str>>().join(" ");
        (shown.contains("capacity 12, tried once"), shown.contains("capacity 12, again every 10 min until done"))
    };
    assert_eq!((of(""), of("retry = \"10 min\"\n")), ((true, false), (false, true)));
}

#[test]
fn check_says_which_sets_do_nothing_but_jobs() {
    let desk = Desk::new();
    let path = kit::root().join("scenarios/workers-beside-web.toml");
    let check = |words: &[&str]| {
        let words = ["check", "-q"].into_iter().chain(words.iter().copied()).map(OsStr::new);
        ran(&mut desk.command(words.chain([path.as_os_str()]))).ends(0)
    };
    let told = check(&[]);
    let (alone, left) = ("on `workers` alone, which take no requests", "; 6 left when the");
    let plain = told.out.split_whitespace().collect::<Vec<&str>>().join(" ");
    // One of three designs has no workers; nine machines serve requests in each.
    assert_eq!((plain.matches(alone).count(), plain.matches(left).count()), (2, 3), "{told}");
    // Of six workers four are left.
    let late = check(&["--what-if", "slo={jobs_by_deadline=\"100%\"}"]);
    let plain = late.out.split_whitespace().collect::<Vec<&str>>().join(" ");
    assert!(plain.contains("workers 2 in westeurope/1, 2 in westeurope/2, 2 in westeurope/3; 4 left"), "{late}");
}

/// A machine that hangs for ever is back in three minutes where repairs restart it, and was so before the trial, too.
const HANGS: &str = r#"
horizon = "60 days"
trials = 300
[slo]
min_serving = 8
[region.eastus]
[scale_set.web]
zones = [1, 2, 3]
capacity = 9
boot = "30 s"
warm_up = "60 s"
health = { source = "extension" }
repairs = { action = "restart" }
create_failure = "0%"
[faults]
profile = "none"
[faults.mode.hang]
scope = "instance"
rate = "30 per instance-year"
outage = { law = "exponential", mean = "1000 h" }
"#;

#[test]
fn ar_01_a_trial_begins_without_what_repairs_have_ended_before() {
    // Nine machines, of which two are out together: 0.047 min a month by a plain simulation of its own.
    for mean in ["12 h", "1000 h"] {
        let desk = Desk::with(&HANGS.replace("1000 h", mean));
        desk.run("run s.toml --out r --no-assumptions --no-counterfactual").ends(0);
        let minutes: f64 = desk.table("r/designs.csv").column("downtime_min_per_month")[0].parse().unwrap();
        assert!((0.02..0.1).contains(&minutes), "{mean}: {minutes}");
    }
}

#[test]
fn check_says_of_modes_that_never_end_that_they_are_in_no_sum() {
    let never = HANGS.replace("outage = { law = \"exponential\", mean = \"1000 h\" }", "repair = \"never\"");
    let told = Desk::with(&never).run("check s.toml").ends(0);
    told.says(&["never ends: what it hits stays down, and is not in the sum", "0.00 min a year"]);
}

/// The estimate of the work stands on the events of the first trial: what a run counts in a trial is near that, with demand, autoscale and
/// jobs as without.
#[test]
fn the_events_that_the_work_is_estimated_from_are_those_of_a_run() {
    let desk = Desk::new();
    for name in
        ["n-plus-one-zone", "probe-settings", "thresholds-too-high", "schedule-or-metric", "jobs-beside-requests"]
    {
        let path = kit::root().join("scenarios").join(format!("{name}.toml"));
        let path = path.to_str().unwrap();
        let check: Value =
            serde_json::from_str(&desk.run(&format!("check {path} -q --format json")).ends(0).out).unwrap();
        let estimated: Vec<u64> = serde_json::from_value(check["events_of_the_first_trial"].clone()).unwrap();
        let run = format!("run {path} -q --trials 8 --no-counterfactual --no-assumptions --format json --out {name}");
        let run: Value = serde_json::from_str(&desk.run(&run).out).unwrap();
        let counted = run["designs"].as_array().unwrap().iter().map(|of| of["events_per_trial"].as_f64().unwrap());
        let (estimated, counted) = (estimated.iter().sum::<u64>() as f64, counted.sum::<f64>());
        assert!(
            estimated < 1.5 * counted && counted < 1.5 * estimated,
            "{name}: {estimated} where {counted} are counted"
        );
    }
}

/// A step of a demand is a look at the book, no strike: a year of them by the hour is a matter of seconds, not of minutes.
#[test]
fn steps_of_a_demand_cost_what_they_take() {
    let shop = "name = \"shop\"\nhorizon = \"360 days\"\nstart = \"2026-01-01\"\ntrials = 10000\n[slo]\nmin_served = \"99%\"\n\
                target = \"99.95%\"\n[region.westeurope]\n[demand]\nrate = \"900 req/s\"\ndaily = [0.3, 0.7, 1, 1.1, 1.8, 0.6]\n\
                [scale_set.shop]\nzones = [1, 2, 3]\ncapacity = 24\ncapacity_per_instance = \"100 req/s\"\n[load_balancer]\n";
    let desk = Desk::with(shop);
    let told = desk.run("check s.toml -q").ends(0).out;
    let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let seconds = words.split("some ").nth(1).and_then(|of| of.split(' ').next()).and_then(|of| of.parse::<f64>().ok());
    let trials = 10_000.0
        + words
            .split(" trials of looks")
            .next()
            .and_then(|of| of.rsplit(' ').next())
            .map_or(0.0, |of| of.replace(',', "").parse::<f64>().unwrap_or(0.0));
    let an_event = seconds.unwrap() / (trials * 6.0 * 360.0);
    assert!((10e-9..70e-9).contains(&an_event), "{an_event} s an event: {words}");
}
