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

/// The same in a service of parts: a database in series with the machines.
#[test]
fn a_database_in_series_with_the_machines_is_a_ceiling_too_and_every_answer_says_so() {
    let parts = "[component.db]\navailability = \"100%\"\ncapacity = \"800 req/s\"\nmin_served = \"94%\"\n[part.front]\nsets = [\"web\"]\nmin_served = \"94%\"\n";
    let base =
        SHARED.replace("min_served = \"94%\"\n", "").replace("[service.ceiling]\ncapacity = \"800 req/s\"\n", parts);
    let designs = "[[design]]\nname = \"8\"\nscale_set.web.capacity = 8\n[[design]]\nname = \"12\"\nscale_set.web.capacity = 12\n[[design]]\nname = \"less\"\ncomponent.db.capacity = \"700 req/s\"\n";
    let desk = Desk::with(&format!("{base}{designs}"));
    let says = "12: `db` lets 800 a second through and `front` in series with it serves up to 1200";
    desk.run("run s.toml --out r").ends(0).says(&[says]).complains(&["cannot hold ever: it lets 700 req/s through"]);
    let summary = kit::json(&desk.path("r/summary.json"));
    for (design, lets) in [(0, 800.0), (1, 800.0), (2, 700.0)] {
        let unserved = summary["designs"][design]["unserved"]["mean"].as_f64().unwrap();
        assert!((unserved - (850.0 - lets) / 850.0).abs() < 1e-9, "{unserved}");
    }
    // 700 of 850 is less than 94 %, always.
    assert_eq!(summary["designs"][2]["unavailability"]["mean"], 1.0);
    assert_eq!(summary["designs"][2]["causes"][0]["cause"], "overload");
    desk.run("compare s.toml").ends(0).says(&[says]);
    let choice = "[[plan.choice]]\nkey = \"scale_set.web.capacity\"\nvalues = \"10 to 12\"\n";
    desk.put("plan.toml", format!("{base}{choice}"));
    desk.run("plan plan.toml").says(&[SAYS]);
    desk.run("verify s.toml").says(&["`capacity` of a component"]);
}
