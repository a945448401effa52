//! What a timeline tells of clients: where they are sent, the line they wait in, the tries again that keep an overload up, and the
//! gateway of each part.

use super::kit::{self, Desk, ran};
use super::told;
use serde_json::Value;

/// Two regions, both of which serve; the first is lost for half an hour and comes back a zone at a time.
const TWO: &str = r#"
name = "two"
horizon = "1 day"
trials = 1
seed = 1
[slo]
target = "99.9%"
holds = "site"
[region.eastus]
[region.westus]
[demand]
rate = "900 req/s"
[faults]
profile = "none"
[scale_set.e]
region = "eastus"
zones = [1, 2]
capacity = 6
capacity_per_instance = "160 req/s"
[scale_set.w]
region = "westus"
zones = [1, 2]
capacity = 6
capacity_per_instance = "160 req/s"
[part.east]
sets = ["e"]
min_served = "99%"
[part.west]
sets = ["w"]
min_served = "99%"
[failover.site]
parts = ["east", "west"]
pattern = "active-active"
router = "front-door"
[[script]]
at = "5 h"
for = "30 min"
members = ["eastus/1", "eastus/2"]
[[script]]
at = "5 h 30 min"
for = "20 min"
members = ["eastus/2"]
"#;

/// Retries beside it: whom the first region comes back to too early finds half of its machines, of which the last zone is lost again.
const RETRIED: &str = r#"
[retry]
tries = 3
breaker = false
[[script]]
at = "6 h"
for = "30 min"
members = ["westus/1"]
"#;

fn rows(of: &Value) -> &[Value] {
    of["rows"].as_array().unwrap()
}

fn says(row: &Value) -> &str {
    row["says"].as_str().unwrap()
}

/// When, what and by which rules of the rows that contain these words.
fn with<'a>(of: &'a Value, words: &str) -> Vec<(f64, &'a str, &'a str)> {
    let row = |row: &'a Value| (row["at_ms"].as_f64().unwrap() / 60_000.0, says(row), row["rules"].as_str().unwrap());
    rows(of).iter().filter(|row| says(row).contains(words)).map(row).collect()
}

fn trace(text: &str) -> Value {
    told(&Desk::with(text), &["s.toml", "--trial", "0"])
}

#[test]
fn afd_03_clients_of_active_regions_are_told_to_go_and_to_come_back() {
    let of = trace(TWO);
    let sent = with(&of, "clients are sent");
    assert_eq!(sent.len(), 2, "{sent:#?}");
    assert!(sent.iter().all(|(.., rules)| *rules == "AFD-03, TM-03"));
    let (away, back) = (sent[0], sent[1]);
    assert_eq!(
        away.1,
        "`east` is taken for out: clients are sent to `west` (100 %, 50 % before); clients go over within 30 s"
    );
    assert_eq!(
        back.1,
        "`east` is taken for working again, 3 of its 6 machines serve: clients are sent to `east` (50 %, 0 % before) and `west` \
         (50 %, 100 % before); clients go over within 30 s"
    );
    // AFD-02: two bad samples every 30 s take it out.
    assert!((away.0 - 301.0).abs() < 1e-9 && (330.0..340.0).contains(&back.0), "{} {}", away.0, back.0);
}

#[test]
fn afd_03_without_any_part_that_is_taken_for_working_clients_are_sent_to_all() {
    let both = "[[script]]\nat = \"5 h 10 min\"\nfor = \"10 min\"\nmembers = [\"westus/1\", \"westus/2\"]\n";
    let of = trace(&format!("{TWO}{both}"));
    let sent = with(&of, "no part is taken for working: clients are sent to `east` (50 %, 0 % before) and `west`");
    assert_eq!(sent.len(), 1, "{:#?}", with(&of, "clients are sent"));
}

#[test]
fn dr_07_a_standby_is_told_by_name_when_it_takes_over_is_scaled_out_and_hands_back() {
    let warm = TWO.replace("\"active-active\"", "\"warm\"").replace("\"front-door\"", "\"traffic-manager\"");
    let desk = Desk::with(&warm);
    let of = told(&desk, &["s.toml", "--trial", "0"]);
    let order: Vec<(&str, &str)> = ["is found to be out", "another part serves", "is scaled out", "are sent back"]
        .iter()
        .flat_map(|words| with(&of, words))
        .map(|(_, says, rules)| (says, rules))
        .collect();
    let [out, over, grown, back] = order.as_slice() else { panic!("{order:#?}") };
    assert_eq!(out.1, "LB-08, AFD-02, TM-02");
    assert!(over.0.starts_with("another part serves from here on: `west` for `east`, ") && over.1 == "DR-04, DR-07");
    assert_eq!(*grown, ("the standby is scaled out: all machines of w run", "DR-07"));
    assert!(back.0.starts_with("clients are sent back from `west` to `east`, all of its 6 machines serve"));
    assert_eq!(back.1, "DR-04");
    // Told as often as it is counted.
    desk.run("run s.toml --force --no-counterfactual --out counted").ends(0);
    let table = desk.table("counted/operations.csv");
    let counts = table.column("operation").into_iter().zip(table.column("per_year"));
    let sent: Vec<_> = counts.filter(|(of, _)| ["failovers", "failbacks"].contains(of)).collect();
    assert!(sent.len() == 2 && sent.iter().all(|(_, times)| *times == "365"), "{sent:?}");
}

#[test]
fn tf_01_an_overload_that_only_retries_keep_up_is_said_to_be_and_until_when() {
    let of = trace(&format!("{TWO}{RETRIED}"));
    let begins = with(&of, "begin to fail for lack of capacity");
    assert_eq!(
        begins[0].1,
        "attempts begin to fail for lack of capacity at `east`: 1350 attempts a second for 450 requests, capacity for 0"
    );
    let left = with(&of, "as nobody comes there");
    assert_eq!(left.len(), 1);
    assert!(
        left[0].1.starts_with(
            "no attempt fails for lack of capacity any more at `east`, as nobody comes there, after 1 min"
        )
    );
    // A zone of the other region is lost with half of the clients there: 480 for 450 is enough.
    assert_eq!(begins.len(), 1, "{begins:#?}");
    // With all of them it is not, and three tries each hold it when all machines are back.
    let dear = format!("{TWO}{RETRIED}")
        .replace("at = \"6 h\"", "at = \"5 h 5 min\"")
        .replace("for = \"30 min\"\nmembers = [\"westus/1\"]", "for = \"10 min\"\nmembers = [\"westus/1\"]");
    let of = trace(&dear);
    let holds = with(&of, "retries keep the overload up");
    assert_eq!(
        holds[0].1,
        "capacity would be enough again at `west`, but retries keep the overload up, as failed attempts cost work too: 2700 \
         attempts a second for 900 requests, capacity for 960"
    );
    assert!(holds.iter().all(|row| row.2 == "TF-01") && holds.len() == 1);
    let last = with(&of, "kept up by retries alone");
    assert_eq!(last.len(), 1);
    assert!(last[0].1.starts_with("the trial ends, and attempts still fail at `west`, after "), "{}", last[0].1);
    // As long as is counted: from the row that says so to the end.
    let desk = Desk::with(&dear);
    desk.run("run s.toml --force --no-counterfactual --out counted").ends(0);
    let table = desk.table("counted/operations.csv");
    let mut counts = table.column("operation").into_iter().zip(table.column("per_year"));
    let hours: f64 = counts.find(|(of, _)| *of == "metastable_h").unwrap().1.parse().unwrap();
    assert!((hours / 365.0 - (last[0].0 - holds[0].0) / 60.0).abs() < 1e-6, "{hours}");
    // Within an instant, what clients make of a fault follows it.
    let order: Vec<&str> = rows(&of).iter().filter(|row| row["at_ms"] == 5 * 3_600_000).map(says).collect();
    let at = |words: &str| order.iter().position(|says| says.contains(words)).unwrap();
    assert!(at("stop serving") < at("begin to fail") && at("begin to fail") < at("objective is missed"), "{order:#?}");
}

#[test]
fn tf_01_lb_08_tries_that_come_along_with_clients_are_said_to() {
    let text = format!("{TWO}{RETRIED}").replace("\"front-door\"", "\"global-load-balancer\"");
    let of = trace(&text);
    let along =
        with(&of, "tries again that come along keep it up (2700 attempts a second for 900 requests, capacity for 960)");
    assert_eq!(along.len(), 1, "{:#?}", with(&of, "attempts"));
    assert!(along[0].1.contains("at `west`, though there would be enough for first tries"));
}

/// What all clients share has no part's name, and nobody is told that a part fails which does not.
#[test]
fn tf_01_an_overload_of_what_all_clients_pass_is_told_there() {
    let shared = "[scale_set.gate]\nregion = \"eastus\"\nzones = [3]\ncapacity = 10\ncapacity_per_instance = \"160 req/s\"\n\
        [part.front]\nsets = [\"gate\"]\nmin_served = \"99%\"\n[part.all]\nall = [\"front\", \"site\"]\n\
        [retry]\ntries = 3\nbreaker = false\n";
    let text = TWO.replace("holds = \"site\"", "holds = \"all\"").replace("for = \"30 min\"", "for = \"2 h\"");
    let of = trace(&format!("{text}{shared}"));
    // Tries for the region that is out load what stands before it: up to 900 + 2 × 450 of 1,600 a second, then 2,700.
    let front = with(&of, "what all clients pass first");
    assert!(front.iter().any(|row| row.1.contains("attempts begin to fail")), "{of:#}");
    // The region that works has room for all that come to it.
    assert!(with(&of, "at `west`").is_empty(), "{:#?}", with(&of, "at `west`"));
}

#[test]
fn tf_01_a_line_is_told_from_where_it_builds_to_where_it_is_empty_with_who_gave_up() {
    let desk = Desk::new();
    kit::scenarios(&desk);
    let args = ["scenarios/wait-or-refuse.toml", "--trial", "0", "--design", "waits for 5 s"];
    let of = told(&desk, &args);
    let (builds, gives_up, ends) =
        (with(&of, "a line begins to build"), with(&of, "begin to give up"), with(&of, "the line is empty"));
    assert_eq!((builds[0].0, gives_up[0].0), (12.0 * 60.0, 12.0 * 60.0 + 0.75));
    // By hand: 900 come for two minutes, 800 are served, 600 come after that. Who waits for 5 s is one of 4,500; 100 a second
    // give up from the 45th second on to the 125th.
    assert_eq!(ends[0].0, 12.0 * 60.0 + 2.0 + 1.0 / 3.0);
    assert_eq!(ends[0].1, "the line is empty again, after 2 min 20 s: at most 4500 waited, 8000 clients gave up");
    assert_eq!(builds.len(), ends.len());
    // What led to an outage and what came after it are told with it.
    ran(desk.command(["trace"]).args(args))
        .ends(0)
        .says(&["a line begins to build", "the line is empty again, after 2"]);
    let outage = &of["outages"][0];
    assert_eq!(outage["roots_ms"].as_f64().unwrap() / 60_000.0, builds[0].0);
    assert_eq!(outage["over_ms"].as_f64().unwrap() / 60_000.0, ends[0].0);
    // As many give up as are counted.
    let text = desk.read("scenarios/wait-or-refuse.toml").replace("trials = 100", "trials = 1");
    desk.put("one.toml", text);
    desk.run("run one.toml --force --no-counterfactual --out counted").ends(0);
    let table = desk.table("counted/operations.csv");
    let rows = table.column("design").into_iter().zip(table.column("operation")).zip(table.column("per_year"));
    let mut counted = rows.filter(|((design, of), _)| *design == "waits for 5 s" && *of == "gave_up");
    let counted: f64 = counted.next().unwrap().1.parse().unwrap();
    let sum: u64 = super::clients::rows(&of).iter().filter_map(|row| row["requests"].as_u64()).sum();
    assert!((counted - sum as f64).abs() < ends.len() as f64, "{counted} {sum}");
}

#[test]
fn tf_01_a_line_that_the_trial_cuts_is_told_too() {
    let text = "horizon = \"2 h\"\ntrials = 1\nseed = 1\n[slo]\nmin_served = \"99%\"\n[region.e]\n[demand]\nrate = \"700 req/s\"\n\
        [service]\npatience = \"10 s\"\nparallelism = 8\nqueue = \"shared\"\n[faults]\nprofile = \"none\"\n\
        [scale_set.web]\nzones = [1]\ncapacity = 6\ncapacity_per_instance = \"100 req/s\"\n";
    let of = trace(text);
    let ends = with(&of, "requests in line");
    assert_eq!(ends.len(), 1);
    // Who is served has waited a second longer every 7 seconds: from the 70th on 100 of 700 a second have waited for 10 s.
    assert_eq!(
        ends[0].1,
        "the trial ends with requests in line, after 2 h: at most 7000 waited, 713000 clients gave up"
    );
    assert_eq!(with(&of, "begin to give up").iter().map(|row| row.0 * 60.0).collect::<Vec<f64>>(), [70.0]);
}

#[test]
fn tf_01_lines_are_told_by_the_part_before_which_they_stand() {
    let of = trace(&format!("{}[service]\npatience = \"10 s\"\n", TWO.replace("900 req/s", "1200 req/s")));
    // 1,200 a second come to the second region while the first is out, 960 are served.
    let west = with(&of, "before `west`");
    assert_eq!(west.len(), 3, "{west:#?}");
    assert!(west[0].1.contains("a line begins to build before `west`") && west[0].0 > 5.0 * 60.0 + 1.0);
    assert!(west[1].1.starts_with("clients begin to give up before `west`"));
    // Who waits 10 s is one of 12,000, of whom 960 in 1,200 are served.
    assert!(west[2].1.contains("the line before `west` is empty again") && west[2].1.contains("at most 12000 waited"));
    // Nobody waits before machines that are all dead; the half that comes back is too little for 600.
    let east: Vec<&str> = with(&of, "before `east`").into_iter().map(|row| row.1).collect();
    assert_eq!(east.len(), 3, "{east:#?}");
    assert!(east[2].contains("at most 6000 waited"), "{east:#?}");
}

#[test]
fn ag_03_each_parts_gateway_is_called_by_the_part() {
    let gateways = "[load_balancer]\nkind = \"application-gateway\"\nautoscale = { minimum = 1, maximum = 20 }\n";
    let of = trace(&format!("{TWO}{gateways}"));
    let west: Vec<&str> = with(&of, "the application gateway of `west`").into_iter().map(|row| row.1).collect();
    for words in [
        "orders more instances: ",
        "begins to turn requests away",
        "requests have been turned away by",
        "is there: it has",
    ] {
        assert!(
            west.iter().any(|says| says.contains(words) || says.contains(&words.replace("is there", "are there"))),
            "{words}: {west:#?}"
        );
    }
    // No row speaks of a gateway without saying which.
    let all = with(&of, "application gateway");
    assert!(all.iter().all(|row| row.1.contains("application gateway of `")), "{all:#?}");
    let east = with(&of, "the application gateway of `east`");
    assert!(east.iter().all(|row| !row.1.contains("turn")), "{east:#?}");
}

/// Twenty outages are shown, of which the last is the longest; what led to it is told there if the one before it is not.
#[test]
fn the_longest_outage_is_told_from_where_it_begins() {
    let mut text = "name = \"many\"\nhorizon = \"2 days\"\ntrials = 1\n[slo]\nmin_serving = 1\n[region.e]\n\
        [scale_set.web]\nzones = [1, 2]\ncapacity = 2\n[faults]\nprofile = \"none\"\n\
        [[script]]\nat = \"1 h\"\nfor = \"40 h\"\nmembers = [\"e/1\"]\n"
        .to_owned();
    for hour in 2..27 {
        let length = if hour == 26 { "3 h" } else { "1 min" };
        text += &format!("[[script]]\nat = \"{hour} h\"\nfor = \"{length}\"\nmembers = [\"e/2\"]\n");
    }
    let desk = Desk::with(&text);
    let shown = ran(&mut desk.command(["trace", "s.toml", "--trial", "0"])).ends(0).out;
    let (_, longest) = shown.split_once("Outage 25:").unwrap();
    assert!(!shown.contains("Outage 24:") && longest.contains("script begins: e/1"), "{longest}");
    assert!(shown.contains("Outage 19:") && shown.contains("begins with what was out in outage 18"), "{shown}");
    the_longest_is_named_first_and_told_alone(&desk, &shown);
}

/// 24 outages take a minute each and one three hours, all of them a minute and a half more for the boot.
fn the_longest_is_named_first_and_told_alone(desk: &Desk, shown: &str) {
    let of: Value = serde_json::from_str(&desk.run("trace s.toml --trial 0 --format json").ends(0).out).unwrap();
    let length = |of: &Value| of["to_ms"].as_u64().unwrap() - of["from_ms"].as_u64().unwrap();
    let outages = of["outages"].as_array().unwrap();
    assert_eq!((outages.len(), of["longest"].as_u64()), (25, Some(24)));
    let share = length(&outages[24]) * 1000 / of["missed_ms"].as_u64().unwrap();
    let words = format!("{}.{} % of the missed time", share / 10, share % 10);
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (top, _) = shown.split_once("Outage 1:").unwrap();
    let top = flat(top);
    assert!(
        top.contains("The longest is outage 25, on day 1 02:00:00: 3 h ") && top.contains(&words),
        "{words}: {top}"
    );
    assert!(top.contains("--longest"), "{top}");
    // Alone, in text, CSV and picture.
    let alone = desk.run("trace s.toml --trial 0 --longest --csv l.csv --svg l.svg").ends(0).out;
    let told: Vec<&str> = alone.lines().filter(|line| line.contains("Outage ")).collect();
    assert!(matches!(told.as_slice(), [one] if one.starts_with("Outage 25:")), "{told:?}");
    assert!(alone.contains("script begins: e/1") && flat(&alone).contains(&words), "{alone}");
    // Of the rows below one heading each says whose it is, if it is another's: the first that led to it, not its own.
    assert!(flat(&alone).contains("the objective is missed (0 serve): outage 1 day 0 02:0"), "{alone}");
    assert!(!alone.contains(": outage 25"), "{alone}");
    assert_eq!(outages[..24].iter().map(length).sum::<u64>(), 3_600_000);
    assert!(flat(&alone).contains("The other 24 outages (1 h 0 min 0 s in all): without --longest."), "{alone}");
    let rows =
        |table: &kit::Table| table.column("at_ms").iter().map(|ms| ms.parse::<u64>().unwrap()).collect::<Vec<_>>();
    let (first, last) = (outages[24]["roots_ms"].as_u64().unwrap(), outages[24]["over_ms"].as_u64().unwrap());
    desk.run("trace s.toml --trial 0 --csv all.csv").ends(0);
    let all: Vec<u64> = rows(&desk.table("all.csv")).into_iter().filter(|at| (first..=last).contains(at)).collect();
    assert_eq!(rows(&desk.table("l.csv")), all);
    assert_eq!(desk.run("trace s.toml --trial 0 --longest --format csv").ends(0).out, desk.read("l.csv"));
    assert!(desk.read("l.svg").contains("outage 25 of 25, the longest"));
    desk.run("trace s.toml --trial 0 --longest --format json").ends(2).complains(&["`longest`"]);
    desk.run("trace s.toml --trial 0 --longest --all").ends(2);
}
