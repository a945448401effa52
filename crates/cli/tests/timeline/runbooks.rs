//! What runbooks have done, and what a rollout leaves that is stopped.

use super::kit::Desk;
use super::told;
use serde_json::Value;

/// Four machines, two at a time; a runbook stops what leaves two for a minute. Later two machines are lost beside any rollout.
const STOPPED: &str = "\
name = \"stopped\"
horizon = \"2 days\"
trials = 1
seed = 1
[slo]
min_serving = 3
[region.east]
[faults]
profile = \"none\"
[scale_set.web]
zones = [1]
capacity = 4
health = {}
warm_up = \"0 s\"
[scale_set.web.upgrade]
mode = \"rolling\"
batch = 50
max_unhealthy = 50
reimage_time = \"20 min\"
[[release]]
name = \"patches\"
at = \"1 h\"
bad = \"0%\"
[[runbook]]
set = \"web\"
when = { serving_below = 3, lasting = \"1 min\" }
notice = \"1 min\"
act = \"1 min\"
success = 1
stop_rollout = true
[[script]]
at = \"30 h\"
for = \"1 h\"
members = [\"web/east/1/0\", \"web/east/1/1\"]
";

/// Two of three zones are lost for a day: every ten minutes a runbook asks for more, and is refused (ZB-06).
const REFUSED: &str = "\
name = \"refused\"
horizon = \"3 days\"
trials = 1
seed = 1
[slo]
min_serving = 4
[region.east]
[faults]
profile = \"none\"
[scale_set.web]
zones = [1, 2, 3]
capacity = 6
[[runbook]]
set = \"web\"
when = { serving_below = 4, lasting = \"1 min\" }
notice = \"1 min\"
act = \"1 min\"
success = 1
capacity = 9
retry = \"10 min\"
[[script]]
at = \"10 h\"
for = \"24 h\"
members = [\"east/1\", \"east/2\"]
";

/// A zone is lost now and then, and has no room for what an alert asks for.
const NO_ROOM: &str = "\
name = \"no room\"
horizon = \"180 days\"
trials = 400
seed = 5
[slo]
min_serving = 5
[region.east]
[load_balancer]
[scale_set.web]
zones = [1]
capacity = 5
[faults.mode.datacenter]
rate = \"2 per zone-year\"
share = { whole = \"100%\" }
[[change]]
when = { serving_below = 5, lasting = \"1 min\", react = \"1 min\" }
capacity = 8
retry = \"10 min\"
back_after = \"1 h\"
";

fn rows(of: &Value, words: &str) -> Vec<(String, String)> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let rows = of["rows"].as_array().unwrap().iter().map(|row| (text(row, "says"), text(row, "rules")));
    rows.filter(|(says, _)| says.contains(words)).collect()
}

#[test]
fn zn_06_up_11_a_runbook_that_has_acted_or_found_nothing_is_told_with_what_it_leaves() {
    let desk = Desk::with(STOPPED);
    let of = told(&desk, &["s.toml", "--trial", "0"]);
    let own = "runbook 1 of web (stop_rollout)";
    assert_eq!(rows(&of, "has acted"), [(format!("{own} has acted"), "ZN-06, UP-11".into())], "{of}");
    assert_eq!(rows(&of, "finds no"), [(format!("{own} finds no rollout to stop"), "ZN-06, UP-11".into())], "{of}");
    let says =
        "another order cuts the rollout of `patches` short; 2 machines have the new image, 2 the one from before";
    assert_eq!(rows(&of, "cuts the rollout").iter().map(|(says, _)| says).collect::<Vec<_>>(), [says]);
    // What was stopped stays amiss, with what it left.
    let page = desk.run("trace s.toml --trial 0").ends(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.contains(&format!("{own} has acted [ZN-06, UP-11]")), "{page}");
    // A way back that finds nothing, and one that has something to bring back.
    desk.put("s.toml", STOPPED.replace("stop_rollout", "roll_back"));
    let of = told(&desk, &["s.toml", "--trial", "0"]);
    let own = "runbook 1 of web (roll_back)";
    assert_eq!(rows(&of, "has acted"), [(format!("{own} has acted"), "ZN-06, UP-13".into())], "{of}");
    assert_eq!(rows(&of, "finds nothing to")[0].0, format!("{own} finds nothing to roll back"));
    // Of machines: wholly, or in part where a zone has no room.
    desk.put("s.toml", STOPPED.replace("stop_rollout = true", "capacity = 6"));
    let of = told(&desk, &["s.toml", "--trial", "0"]);
    assert_eq!(rows(&of, "has acted")[0], ("runbook 1 of web (capacity 6) has acted".into(), "ZN-06".into()), "{of}");
}

#[test]
fn up_12_a_rollout_that_unhealthy_machines_stop_says_what_it_leaves() {
    let text = STOPPED.split("[[runbook]]").next().unwrap().replace("bad = \"0%\"", "bad = \"100%\"");
    let of = told(&Desk::with(&text), &["s.toml", "--trial", "0"]);
    let stopped = rows(&of, "unhealthy machines stop");
    let says = "unhealthy machines stop the rollout of `patches`; 2 machines have the new image, 2 the one from before";
    assert_eq!(stopped.iter().map(|(says, _)| says).collect::<Vec<_>>(), [says], "{of}");
}

/// An attempt and its refusal are told once as long as nothing else happens, on every page; tables have each of them.
#[test]
fn zn_06_zb_06_al_02_an_attempt_that_is_refused_again_and_again_is_told_once() {
    for (text, attempt, refusal) in [
        (REFUSED, "runbook 1 of web (capacity 9) has acted, and not all", "a capacity increase is refused"),
        (NO_ROOM, "a capacity increase is accepted", "finds no capacity in its zone"),
    ] {
        let desk = Desk::with(text);
        let csv = desk.run("trace s.toml --worst --longest --format csv").ends(0).out;
        let [attempts, refusals] = [attempt, refusal].map(|words| csv.matches(words).count());
        assert!(refusals > 50 && attempts >= refusals, "{attempts} and {refusals}: {csv}");
        let page = desk.run("trace s.toml --worst --longest").ends(0).out;
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!page.contains(" more rows "), "{page}");
        let again = format!(", and both again {} times until ", refusals - 1);
        let (before, after) = page.split_once(&again).unwrap_or_else(|| panic!("{again}: {page}"));
        assert_eq!((before.matches(attempt).count(), before.matches(refusal).count()), (1, 1), "{page}");
        assert!(!after.contains(refusal), "{page}");
    }
}
