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
