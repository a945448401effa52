//! A capacity that does not scale: no more is served, and every answer says so.

use crate::kit::{self, Desk};

/// 850 req/s, of which a database lets 800 through.
const SHARED: &str = r#"
horizon = "30 days"
trials = 1000
[slo]
min_served = "94%"
target = "99%"
window = "30 days"
[region.eastus]
[demand]
rate = "850 req/s"
[service.ceiling]
capacity = "800 req/s"
[scale_set.web]
zones = [1, 2, 3]
capacity = 12
[faults]
profile = "none"
"#;

const SAYS: &str = "lets 800 a second through";

#[test]
fn machines_beyond_a_ceiling_gain_nothing_and_run_compare_and_plan_say_so() {
    let designs = "[[design]]\nname = \"8\"\nscale_set.web.capacity = 8\n[[design]]\nname = \"12\"\nscale_set.web.capacity = 12\n";
    let desk = Desk::with(&format!("{SHARED}{designs}"));
    let ran = desk.run("run s.toml --out r").ends(0);
    let ran = ran.says(&[SAYS]);
    assert_eq!(ran.out.matches(SAYS).count(), 1, "only of the design with more machines");
    let summary = kit::json(&desk.path("r/summary.json"));
    for design in summary["designs"].as_array().unwrap() {
        // 50 of 850 are never served, in any design.
        let unserved = design["unserved"]["mean"].as_f64().unwrap();
        assert!((unserved - 50.0 / 850.0).abs() < 1e-9, "{unserved}");
    }
    desk.run("compare s.toml").ends(0).says(&["the same in every trial", SAYS]);
    desk.put(
        "plan.toml",
        format!("{SHARED}[[plan.choice]]\nkey = \"scale_set.web.capacity\"\nvalues = \"10 to 12\"\n"),
    );
    desk.run("plan plan.toml").says(&[SAYS]);
}
