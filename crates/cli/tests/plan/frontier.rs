//! The frontier of a plan whose candidates differ in what costs nothing.

use crate::kit::Desk;
use serde_json::Value;

/// One machine or two, whose outages of 100 min are over once a probe has seen so: one of this many intervals, each 30 s longer. Those
/// that are tested along the frontier, every third in the order of the file, are the longest of them.
fn probed(intervals: usize, target: &str) -> String {
    let longest = intervals / 3;
    let seconds = |at: usize| match at % 3 {
        0 => 30 * (intervals - longest + (7 * at / 3 + 3) % longest + 1),
        _ => 30 * (11 * (at - at / 3 - 1) % (intervals - longest) + 1),
    };
    let mut all: Vec<usize> = (0..intervals).map(seconds).collect();
    let values = all.iter().map(|seconds| format!("\"{seconds} s\"")).collect::<Vec<_>>().join(", ");
    all.sort_unstable();
    assert!(all.into_iter().eq((1..=intervals).map(|at| 30 * at)), "{values}");
    format!(
        "name = \"probed\"\nhorizon = \"90 days\"\ntrials = 1024\nseed = 3\n[slo]\nmin_serving = 1\ntarget = \"{target}\"\n\
         [region.eastus]\n[load_balancer]\nprobe_timeout = \"1 s\"\nflap_window = \"0 s\"\n[scale_set.web]\nzones = [1]\ncapacity = 1\n\
         [faults]\nprofile = \"none\"\n[faults.mode.m]\nscope = \"instance\"\nrate = \"100 per instance-year\"\noutage = \"100 min\"\n\
         [plan.price]\nper_machine_hour = 0.2\ncurrency = \"USD\"\ndate = \"example of 2026-01\"\n[plan]\n\
         [[plan.choice]]\nkey = \"scale_set.web.capacity\"\nvalues = [1, 2]\n\
         [[plan.choice]]\nkey = \"load_balancer.probe_interval\"\nvalues = [{values}]\n"
    )
}

fn planned(text: &str) -> Value {
    let desk = Desk::with(text);
    let ran = desk.run("plan s.toml --trials 4096 --method crude --no-assumptions --format json");
    serde_json::from_str(&ran.ends(0).out).unwrap()
}

/// The share of time in which none of so many machines serves: each is out for 100 min, and until its next probe, whose phase is even,
/// unless it goes out again before. By what is lost between two outages, over what lies between their beginnings.
fn missed(machines: i32, interval_s: f64) -> f64 {
    let (rate, outage, interval) = (100.0 / 525_600.0, 100.0, interval_s / 60.0);
    let waits = 1.0 / rate - (1.0 - f64::exp(-rate * interval)) / (rate * rate * interval);
    ((outage + waits) / (outage + 1.0 / rate)).powi(machines)
}

/// Of 96 designs at each of two prices, a quarter of a percent apart.
#[test]
fn the_frontier_has_the_best_of_each_price() {
    let of = planned(&probed(96, "99%"));
    let frontier = of["frontier"].as_array().unwrap();
    let at = |of: &Value| {
        let words = of["values"][1].as_str().unwrap();
        (of["machines"].as_i64().unwrap() as i32, words.trim_end_matches(" s").parse::<f64>().unwrap())
    };
    assert_eq!(frontier.iter().map(|of| at(of).0).collect::<Vec<_>>(), [1, 2], "{frontier:#?}");
    for on in frontier {
        let (machines, interval) = at(on);
        let (truth, best) = (missed(machines, interval), missed(machines, 30.0));
        assert!(truth <= 1.005 * best, "{machines} probed each {interval} s: {truth} where {best} costs as much");
        let [low, high] = ["low", "high"].map(|end| on[end].as_f64().unwrap());
        assert!(low <= truth && truth <= high, "{low} {truth} {high}");
    }
}

/// Outages of 140 h: one machine is out for 61.5 % of the time, two together for 37.9 %.
#[test]
fn what_is_out_for_most_of_the_time_is_no_offer() {
    let text = probed(6, "80%").replace("100 min", "140 h").replace("values = [1, 2]", "values = [1, 2, 3]");
    let of = planned(&text);
    let frontier = of["frontier"].as_array().unwrap();
    assert_eq!(frontier.iter().map(|of| of["machines"].as_i64().unwrap()).collect::<Vec<_>>(), [2, 3], "{frontier:#?}");
}

/// 480 designs at two prices, none of which meets: whoever may be the best of a price lives through no more trials than those along the
/// frontier may, and what is under way.
#[test]
fn what_may_be_the_best_of_a_price_is_tested_as_long_as_the_frontier() {
    let of = planned(&probed(240, "99.9999%"));
    let (first, least, under_way) = (480 * 128, 200_000, 64 * 4096);
    let work = of["work"].as_u64().unwrap();
    assert!(first < work && work <= first + 2 * (least + under_way), "{work}");
    // Else all of them would.
    assert!(2 * work < 480 * 4096, "{work}");
}

/// One zone or three: whichever is the cheaper by half a tenth of a percent of its simulated bill is the most promising, and one price
/// with the other, which misses less by luck. In files it is called what it is called in words.
#[test]
fn what_is_named_first_stands_on_the_frontier_and_is_called_promising_where_it_is_not_proven() {
    let rule = |metric: &str, operator: &str, threshold: u32, does: &str| {
        format!(
            "[[scale_set.api.autoscale.rule]]\nmetric = \"cpu\"\nwindow = \"{metric}\"\noperator = \"{operator}\"\n\
             threshold = {threshold}\n{does}\n"
        )
    };
    let text = String::from(
        "name = \"api\"\nhorizon = \"28 days\"\nstart = \"2026-01-05\"\ntrials = 400\n\
         [slo]\nmin_served = \"99.5%\"\ntarget = \"99.9%\"\n[money]\n[region.eastus]\n\
         [demand]\nrate = \"400 req/s\"\ndaily = [0.4, 0.4, 0.4, 0.6, 1.2, 1.8, 1.6, 0.8]\n\
         [scale_set.api]\nzones = [1, 2, 3]\ncapacity = 9\ncapacity_per_instance = \"100 req/s\"\nsize = \"Standard_D2s_v5\"\n\
         [scale_set.api.autoscale]\nminimum = 6\nmaximum = 20\n",
    ) + &rule("5 min", ">", 70, "increase = 2")
        + &rule("10 min", "<", 30, "decrease = 1")
        + "[load_balancer]\n[plan]\ntrials_max = 256\nmax_cost = 1200\n\
           [[plan.choice]]\nkey = \"scale_set.api.autoscale.minimum\"\nvalues = [4, 6]\n\
           [[plan.choice]]\nkey = \"scale_set.api.zones\"\nvalues = [[1], [1, 2, 3]]\n";
    let desk = Desk::with(&text);
    desk.run("plan s.toml --report html,md,xlsx --out p --format json").ends(0);
    let of = crate::kit::json(&desk.path("p/plan.json"));
    assert_eq!(of["verdict"], "not_resolved");
    let (first, frontier) = (&of["best"], of["frontier"].as_array().unwrap());
    let [cheap, on] = &frontier[..] else { panic!("{frontier:#?}") };
    assert_eq!(on["design"], first["design"], "{frontier:#?}");
    assert_eq!(cheap["design"], of["nines"][0]["best"]["design"], "{frontier:#?}");
    let table = desk.table("p/plan.csv");
    let role = |design: &Value| {
        let at = table.column("design").iter().position(|name| *design == *name).unwrap();
        table.column("role")[at].to_owned()
    };
    assert_eq!(role(&first["design"]), "promising");
    assert!(!table.column("role").contains(&"best"));
}
