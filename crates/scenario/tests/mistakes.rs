//! One mistake a row: what stands in the file, and the code that it brings.
#![allow(clippy::unwrap_used)]

use zonefall_fleet::Need;
use zonefall_scenario::{CODES, Severity, parse};

/// A scenario that is right, with marks where mistakes are put in.
const RIGHT: &str = r#"
horizon = "360 days"
#top
[slo]
min_serving = 6
#slo
[region.eastus]
#region
[scale_set.web]
zones = [1, 2, 3]
capacity = 9
#set
[load_balancer]
#balancer
[faults]
#faults
#end
"#;

fn codes(text: &str) -> Vec<&'static str> {
    match parse(text, "x.toml") {
        Ok(fine) => fine.warnings.items().iter().map(|item| item.code).collect(),
        Err(wrong) => {
            assert!(wrong.error_count() > 0);
            let rendered = wrong.render(false);
            assert!(!rendered.is_empty() && !rendered.contains("unknown here"));
            wrong.items().iter().map(|item| item.code).collect()
        }
    }
}

/// Replaces a part of the right scenario.
fn with(old: &str, new: &str) -> String {
    assert!(RIGHT.contains(old), "{old}");
    RIGHT.replacen(old, new, 1)
}

/// A price of one size, on demand only.
const DEAR: &str = "[money.prices.size.D4s_v5]\non_demand = 1";

#[test]
fn the_right_scenario_is_right() {
    assert_eq!(codes(RIGHT), Vec::<&str>::new());
}

/// What is replaced, what by, and the code that this brings.
fn cases() -> Vec<(&'static str, String, &'static str)> {
    let design = |text: &str| format!("[[design]]\nname = \"a\"\n{text}");
    let mode =
        |text: &str| format!("[faults.mode.new]\nscope = \"host\"\nrate = \"1 per year\"\noutage = \"1 h\"\n{text}");
    let demand = |text: &str| format!("[demand]\nrate = \"9 req/s\"\n{text}");
    let jobs = |text: &str| format!("[jobs]\ncount = 9000\nat = \"22:00\"\ndeadline = \"05:00\"\n{text}");
    let launch = |text: &str| demand(&format!("[[demand.launch]]\npeak = 4.8\nlasts = \"3 h\"\n{text}"));
    let rate = |text: &str| format!("[faults.mode.rack-failure]\nrate = {text}");
    let scaled = |text: &str| demand(&format!("[scale_set.web.autoscale]\nminimum = 3\nmaximum = 12\n{text}"));
    let series = |text: &str| scaled(&format!("{SERIES}\n{text}\n"));
    let rule = |text: &str| scaled(&format!("{RULE}\n{text}\n"));
    let grows =
        |kind: &str, text: &str| format!("{kind}\n[demand]\nrate = \"9 req/s\"\n[load_balancer.autoscale]\n{text}");
    let watches =
        |metric: &str, text: &str| rule(&format!("increase = 1\n{text}")).replace("\"cpu\"", &format!("\"{metric}\""));
    let money = |text: &str| format!("[money.prices]\ndate = \"2026\"\n{text}");
    vec![
        ("#top", "money = 3".into(), "E012"),
        ("#end", "[money]\nprice = 1".into(), "E010"),
        ("#end", "[money]\ndowntime_per_hour = -1".into(), "E020"),
        ("#end", money(&format!("inter_zone_gb = -0.01\n{DEAR}")), "E020"),
        ("#end", money(&format!("inter_zone_gb = 11\n{DEAR}")), "E020"),
        ("#end", money(&format!("inter_zone_gb = \"1 cent\"\n{DEAR}")), "E012"),
        ("#end", "[demand]\nrate = \"9 req/s\"\nkb_between_zones = -1".into(), "E020"),
        ("#end", "[demand]\nrate = \"9 req/s\"\nkb_between_zones = \"1 MB\"".into(), "E012"),
        ("#end", "[money]\ndowntime_per_hour = \"much\"".into(), "E012"),
        ("#end", money(""), "E011"),
        ("#end", money("[money.prices.size.Standard_D4s_v5]\nspot = 0.1"), "E011"),
        ("#end", money("[money.prices.size.large]\non_demand = 1"), "E055"),
        ("#end", money("[money.prices.size.Standard_D4as_v5]\non_demand = 1"), "E085"),
        (
            "#end",
            money("[money.prices.size.D4s_v5]\non_demand = 1\n[money.prices.size.Standard_D4s_v5]\non_demand = 2"),
            "E015",
        ),
        ("#end", money("disk = { premium = 3 }\n[money.prices.size.D4s_v5]\non_demand = 1"), "E010"),
        ("#end", money("[money.prices.size.D4s_v5]\non_demand = 2000000"), "E020"),
        ("#set", "size = \"Standard_D4s_v6\"\n[money]".into(), "E085"),
        ("#set", format!("priority = \"spot\"\n{}", money(DEAR)), "E085"),
        ("#set", format!("committed = 3\n{}", money(DEAR)), "E085"),
        ("#set", format!("committed = 3\ncommitted_for = \"2 years\"\n{}", money(DEAR)), "E014"),
        (
            "#end",
            "[money]\n[[plan.choice]]\nkey = \"scale_set.web.capacity\"\nvalues = \"6 to 8\"\n[plan.price]\nper_machine_hour = 1\ndate = \"today\"".into(),
            "E013",
        ),
        ("horizon = \"360 days\"", "horizon = ".into(), "E005"),
        ("#top", "trails = 5".into(), "E010"),
        ("#end", "[component.db]".into(), "E011"),
        ("#end", "[component.db]\navailability = \"99.9%\"\ntime_to_failure = \"9 h\"".into(), "E013"),
        ("#end", "[component.db]\navailability = \"0%\"".into(), "E020"),
        ("#end", "[component.db]\navailability = \"101%\"".into(), "E023"),
        ("#end", "[component.db]\navailability = \"99.9%\"\noutage = \"0 s\"".into(), "E020"),
        ("#end", "[component.db]\navailability = \"99.9%\"\nkind = \"queue\"".into(), "E014"),
        ("#end", "[component.db]\nkind = \"load-balancer\"\nzone = 4".into(), "E032"),
        ("#end", "[component.db]\nkind = \"load-balancer\"\nzones_needed = 4".into(), "E020"),
        ("#end", "[component.db]\nkind = \"load-balancer\"\nplacement = \"zonal\"".into(), "E011"),
        ("#end", "[component.db]\nkind = \"load-balancer\"\nplacement = \"regional\"\nzone = 1".into(), "E013"),
        ("#end", "[component.db]\nkind = \"front-door\"\nregion = \"eastus\"".into(), "E013"),
        ("#end", "[component.db]\nkind = \"load-balancer\"\nregion = \"eastus2\"".into(), "E031"),
        ("#end", "[component.rack-failure]\nkind = \"load-balancer\"".into(), "E015"),
        ("#end", "[component.db]\nkind = \"load-balancer\"\nspeed = 1".into(), "E010"),
        ("#slo", "holds = \"web\"".into(), "E086"),
        ("#end", "[part.a]\nsets = [\"web\"]".into(), "E086"),
        ("#slo", "holds = \"a\"\n[part.a]\nall = [\"b\"]\n[part.b]\nall = [\"a\"]".into(), "E086"),
        ("#slo", "holds = \"a\"\n[part.a]\nall = [\"a\"]".into(), "E086"),
        ("#end", "[part.a]\nsets = [\"wep\"]\nmin_serving = 1".into(), "E086"),
        ("#end", "[part.a]\nsets = [\"web\"]\nmin_serving = 1".into(), "E013"),
        ("min_serving = 6", "[part.a]\nsets = [\"web\", \"web\"]\nmin_serving = 1".into(), "E015"),
        ("min_serving = 6", "[part.a]\nsets = [\"web\"]\nmin_served = \"99%\"".into(), "E045"),
        ("min_serving = 6", "[part.a]\nsets = []\nmin_serving = 1".into(), "E086"),
        ("min_serving = 6", "[part.a]\nmin_serving = 1".into(), "E086"),
        ("min_serving = 6", "[component.db]\nkind = \"load-balancer\"".into(), "E086"),
        ("#end", "[part.a]\nall = [\"machines\"]\nleast = 1".into(), "E013"),
        ("#end", "[part.a]\nof = [\"machines\"]".into(), "E011"),
        ("#end", "[part.a]\nof = [\"machines\"]\nleast = 2".into(), "E020"),
        ("#end", "[part.a]\nall = [\"machine\"]".into(), "E086"),
        ("#end", "[part.a]\nall = [\"b\"]\n[part.b]\nall = [\"a\"]".into(), "E086"),
        ("#end", "[part.a]\nall = [\"machines\"]\n[part.b]\nall = [\"machines\"]".into(), "E086"),
        ("#slo", "holds = \"machines\"\n[component.db]\nkind = \"load-balancer\"".into(), "E086"),
        ("#slo", "holds = \"machine\"\n[component.db]\nkind = \"load-balancer\"".into(), "E086"),
        ("#end", "[component.machines]\nkind = \"load-balancer\"".into(), "E015"),
        ("#end", "[part.a]\nsets = [\"web\"]\nmin_serving = 10".into(), "E013"),
        ("min_serving = 6", "holds = \"a\"\n[part.a]\nsets = [\"web\"]\nmin_serving = 10".into(), "W009"),
        (
            "#end",
            "[component.db]\nkind = \"load-balancer\"\n[[design]]\nname = \"a\"\ncomponent.bd = false".into(),
            "E010",
        ),
        ("#end", "[gate]\ndesigns = [\"bass\"]".into(), "E081"),
        ("#end", "[gate]\ndesigns = []".into(), "E081"),
        ("#end", "[gate]\naverage = false\nwindows = false".into(), "E081"),
        ("#end", "[gate]\ndesigns = [\"base\", \"base\"]".into(), "E015"),
        ("#end", "[gate]\nnot_resolved = \"maybe\"".into(), "E014"),
        ("#end", "[gate]\ndowntime_max = 5".into(), "E012"),
        ("#end", "[gate]\nbatches_by_deadline = \"99%\"".into(), "E081"),
        ("#end", "[gate]\nbatches_by_deadline = \"0%\"".into(), "E020"),
        ("#set", "fault_domain = 1".into(), "E010"),
        ("horizon = \"360 days\"", "".into(), "E011"),
        ("capacity = 9", "".into(), "E011"),
        ("capacity = 9", "capacity = \"9\"".into(), "E012"),
        ("#set", "boot = 30".into(), "E012"),
        ("#slo", "min_served = \"99%\"".into(), "E013"),
        ("#faults", "columns = { unit = \"x\" }".into(), "E013"),
        ("#set", "disk = \"floppy\"".into(), "E014"),
        ("zones = [1, 2, 3]", "zones = [1, 1]".into(), "E015"),
        ("#end", format!("{}{}", design(""), design("")), "E015"),
        ("#end", "[virtual_machine.web]".into(), "E015"),
        ("#top", "trials = 0".into(), "E020"),
        ("#top", "trials = 1_000_000_001".into(), "E020"),
        ("#top", "seed = -1".into(), "E020"),
        ("horizon = \"360 days\"", "horizon = \"0 s\"".into(), "E020"),
        ("capacity = 9", "capacity = 1_000_000_000_000".into(), "E020"),
        ("capacity = 9", "capacity = 99999999999999999999999999999999999999999999999".into(), "E020"),
        ("capacity = 9", "capacity = -9".into(), "E020"),
        ("capacity = 9", "capacity = 0".into(), "E020"),
        ("#set", "hidden_zone = { sticky = nan }".into(), "E020"),
        ("#set", "hidden_zone = { sticky = inf }".into(), "E020"),
        ("#balancer", "probe_interval = \"0 s\"".into(), "E020"),
        ("#slo", "confidence = \"100%\"".into(), "E020"),
        ("#end", mode("").replace("1 per year", "0 per year"), "E020"),
        ("#set", "capacity_per_instance = \"0 req/s\"".into(), "E020"),
        ("horizon = \"360 days\"", "horizon = \"12 parsecs\"".into(), "E021"),
        ("horizon = \"360 days\"", "horizon = \"-1 day\"".into(), "E021"),
        ("#end", mode("").replace("1 per year", "often"), "E022"),
        ("#end", mode("").replace("1 per year", "nan per year"), "E022"),
        ("#end", "[demand]\nrate = \"0 req/s\"".into(), "E020"),
        ("#end", "[demand]".into(), "E011"),
        ("#end", "[retry]".into(), "E083"),
        ("#end", demand("[retry]\ntries = 0"), "E020"),
        ("#end", demand("[retry]\ntries = \"3\""), "E012"),
        ("#end", demand("[retry]\nwasted_work = \"much\""), "E023"),
        ("#end", demand("[retry]\nbreaker = true"), "E012"),
        ("#end", demand("[retry]\nbudget = [1]"), "E012"),
        ("#end", demand("[retry]\nfaults = \"101%\""), "E023"),
        ("#end", demand("[retry]\ntrys = 3"), "E010"),
        ("#end", demand("[service.ceiling]\nname = \"db\""), "E011"),
        ("#end", demand("[service.ceiling]\ncapacity = 800"), "E012"),
        ("#end", demand("[service.ceiling]\ncapacity = \"many\""), "E024"),
        ("#end", demand("[service.ceiling]\ncapacity = \"0 req/s\""), "E020"),
        ("#end", demand("[service.ceiling]\ncapasity = \"8 req/s\""), "E010"),
        ("#end", demand("[service]\nceiling = true"), "E012"),
        ("#end", "[service.ceiling]\ncapacity = \"8 req/s\"".into(), "E083"),
        ("#end", demand("[service]\nparallelism = 8\nceiling = { capacity = \"8 req/s\" }"), "E013"),
        (
            "min_serving = 6",
            "min_served = \"99%\"\n[demand]\nrate = \"9 req/s\"\n[service.ceiling]\ncapacity = \"8 req/s\"".into(),
            "W009",
        ),
        ("#end", "[sessions]\nat_once = 9".into(), "E011"),
        ("#end", "[sessions]\nlength = \"20 min\"".into(), "E083"),
        ("#end", "[sessions]\nlength = \"20 min\"\nrequests = 60".into(), "E083"),
        ("#end", "[sessions]\nlength = \"20 min\"\nat_once = 9\nrequests = 60".into(), "E013"),
        ("#end", "[sessions]\nlength = \"0 s\"\nat_once = 9".into(), "E020"),
        ("#end", "[sessions]\nlength = 20\nat_once = 9".into(), "E012"),
        ("#end", "[sessions]\nlength = \"20 min\"\nat_once = 0".into(), "E020"),
        ("#end", demand("[sessions]\nlength = \"20 min\"\nrequests = nan"), "E020"),
        ("#end", demand("[sessions]\nlength = \"20 min\"\nrequests = 0"), "E020"),
        ("#end", "[sessions]\nlength = \"20 min\"\nat_once = 9\npatience = \"long\"".into(), "E021"),
        ("#end", "[sessions]\nlength = \"20 min\"\nat_onse = 9".into(), "E010"),
        ("#balancer", "kind = \"gateway\"".into(), "E014"),
        ("#balancer", "kind = 7".into(), "E012"),
        ("#balancer", "kind = \"application-gateway\"\nhealthy_threshold = 2".into(), "E020"),
        ("#balancer", "kind = \"application-gateway\"\nunhealthy_threshold = 21".into(), "E020"),
        ("#balancer", "kind = \"application-gateway\"\ndrain = \"2 h\"".into(), "E020"),
        ("#balancer", "kind = \"application-gateway\"\ndrain = \"0 s\"".into(), "E020"),
        ("#balancer", "drain = 30".into(), "E012"),
        ("#balancer", "drain = \"soon\"".into(), "E021"),
        ("#balancer", "drane = \"30 s\"".into(), "E010"),
        ("#balancer", "drain = \"30 s\"".into(), "W015"),
        ("#balancer", grows("kind = \"load-balancer\"", ""), "E013"),
        ("#balancer", grows(GATEWAY, "minimum = 30"), "E020"),
        ("#balancer", grows(GATEWAY, "maximum = 126"), "E020"),
        ("#balancer", grows(GATEWAY, "maximum = 0"), "E020"),
        ("#balancer", grows(GATEWAY, "requests_per_unit = \"0 req/s\""), "E020"),
        ("#balancer", grows(GATEWAY, "requests_per_unit = 50"), "E012"),
        ("#balancer", grows(GATEWAY, "grows_in = \"soon\""), "E021"),
        ("#balancer", grows(GATEWAY, "shrinks_after = \"0 s\""), "E020"),
        ("#balancer", grows(GATEWAY, "most = 3"), "E010"),
        ("#balancer", grows(GATEWAY, "").replace("[demand]\nrate = \"9 req/s\"", ""), "E083"),
        ("#balancer", format!("{GATEWAY}\nautoscale = 3"), "E012"),
        ("#set", "slow_start = { capacity = \"50%\" }".into(), "E011"),
        ("#set", "slow_start = { capacity = \"0%\", time = \"5 min\" }".into(), "E020"),
        ("#set", "slow_start = { capacity = 1, time = \"5 min\" }".into(), "E020"),
        ("#set", "slow_start = { capacity = \"half\", time = \"5 min\" }".into(), "E023"),
        ("#set", "slow_start = { capacity = 0.5, time = \"soon\" }".into(), "E021"),
        ("#set", "slow_start = { capacity = 0.5, time = \"5 min\", share = 1 }".into(), "E010"),
        ("#set", "slow_start = 0.5".into(), "E012"),
        ("#set", "upgrade.drain = \"soon\"".into(), "E021"),
        ("#set", "upgrade.drain = 5".into(), "E012"),
        ("#set", "upgrade.drains = \"5 min\"".into(), "E010"),
        ("#set", "slow_start = { time = \"5 min\" }".into(), "W015"),
        ("#balancer", scaled("").replace("[demand]", "drain = \"30 s\"\n[demand]"), "W019"),
        ("#end", "[demand]\nrate = \"9 req/s\"\n[retry]\ntries = 1".into(), "W020"),
        ("#end", "[jobs]".into(), "E011"),
        ("#end", jobs(""), "E084"),
        ("horizon = \"360 days\"", "jobs = 5\nhorizon = \"360 days\"".into(), "E012"),
        ("#end", jobs("work = 0"), "E020"),
        ("#end", jobs("work = 1.5"), "E012"),
        ("#end", jobs("sigma = 9"), "E020"),
        ("#end", jobs("sigma = \"1\""), "E012"),
        (
            "horizon = \"360 days\"",
            "start = \"2026-01-01\"\nhorizon = \"360 days\"\njobs = { count = 1_000_000_000, at = \"22:00\", deadline = \"05:00\", sigma = 3 }".into(),
            "E090",
        ),
        ("#end", jobs("").replace("22:00", "25:00"), "E084"),
        ("#end", jobs("").replace("05:00", "soon"), "E084"),
        ("#end", jobs("").replace("9000", "0"), "E020"),
        ("#end", jobs("time_zone = \"Mars\""), "E084"),
        ("#end", jobs("deadlin = \"06:00\""), "E010"),
        ("#slo", "jobs_by_deadline = \"99%\"".into(), "E013"),
        ("min_serving = 6", "jobs_by_deadline = \"99%\"".into(), "E084"),
        ("#slo", "p95_latency = \"90 ms\"".into(), "E013"),
        ("min_serving = 6", "p95_latency = \"90 ms\"".into(), "E083"),
        ("min_serving = 6", "p95_latency = 90".into(), "E012"),
        ("min_serving = 6", "p95_latency = \"0 s\"".into(), "E020"),
        ("#end", "[service]\nparallelism = 8".into(), "E083"),
        ("#end", demand("[service]\nqueue = \"shared\""), "E083"),
        ("#end", demand("[service]\npatience = \"30 s\""), "E083"),
        ("#end", demand("[service]\nparallelism = 8\npatience = \"30 s\""), "E083"),
        ("#end", demand("[service]\nparallelism = 8\nqueue = \"shared\"\npatience = \"0 s\""), "E020"),
        ("#end", demand("[service]\nparallelism = 8\nqueue = \"shared\"\npatience = \"25 h\""), "E020"),
        ("#end", demand("[service]\nparallelism = 8\nqueue = \"shared\"\npatience = \"soon\""), "E021"),
        ("#end", demand("[retry]\n[service]\nparallelism = 8\nqueue = \"shared\"\npatience = \"30 s\""), "E013"),
        ("#end", demand("[service]\nspread = \"fair\""), "E014"),
        ("#end", "[service]\nspread = \"even\"".into(), "E083"),
        ("#end", demand("[service]\nparallelism = 8\nqueue = \"shared\"\nspread = \"even\""), "E013"),
        ("#end", demand("[service]\nparallelism = 0"), "E020"),
        ("#end", demand("[service]\nparallelism = \"many\""), "E012"),
        ("#end", demand("[service]\nparallelism = 8\nqueue = \"two\""), "E014"),
        ("#end", demand("[service]\nparallelism = 9999\nqueue = \"shared\""), "E083"),
        ("#end", demand("[service]\nparalellism = 8"), "E010"),
        (
            "#end",
            demand("[service]\nparallelism = 8\n[virtual_machine.slow]\ncapacity_per_instance = \"9 req/s\""),
            "E083",
        ),
        ("#end", demand("daily = [1, 2, 3, 4, 5, 6, 7]"), "E058"),
        ("#end", demand("weekly = [1, 2]"), "E058"),
        ("#end", demand("weekly = [1, 1, 1, 1, 1, 1, 1]"), "E058"),
        ("#end", demand("daily = [1, -1]"), "E020"),
        ("#end", demand("daily = [1, \"2\"]"), "E012"),
        ("#end", demand("daily = 1"), "E012"),
        ("#end", demand("time_zone = \"Mars/Olympus\""), "E026"),
        ("#end", demand("growth_per_year = -1"), "E020"),
        ("#end", demand("growth_per_year = 1e9"), "E020"),
        ("#end", demand("growth_per_year = 100").replace("9 req", "900000000 req"), "E020"),
        ("#end", demand("noise = { sigma = 9 }"), "E020"),
        ("#end", demand("noise = { every = \"0 s\" }"), "E020"),
        ("#end", demand("noise = { every = \"1 ms\" }"), "E090"),
        ("#end", demand("step = \"0 s\""), "E020"),
        ("#end", demand("trace_every = \"7 days\""), "E013"),
        ("#end", demand("trace = \"x.csv\""), "E013"),
        ("#end", demand("launch = 3"), "E012"),
        ("#end", demand("[[demand.launch]]"), "E011"),
        ("#end", launch("at = \"someday\""), "E026"),
        ("#end", launch("at = \"2026-06-01\""), "E058"),
        ("#end", launch("at = 5"), "E012"),
        ("#end", launch("at = \"1 day\"\nevery = \"2 h\""), "E058"),
        ("#end", launch("at = \"1 day\"\nrise = \"100 days\"").replace("[[", "step = \"1 ms\"\n[["), "E090"),
        ("#end", scaled("").replace("[demand]\nrate = \"9 req/s\"", ""), "E059"),
        ("#end", scaled("").replace("minimum = 3", ""), "E011"),
        ("#end", scaled("").replace("minimum = 3", "minimum = 30"), "E059"),
        ("#end", scaled("").replace("maximum = 12", "maximum = 1200"), "E046"),
        ("#end", scaled("default = 2"), "E059"),
        ("#end", scaled("tick = \"0 s\""), "E020"),
        ("#end", scaled("cooldown = \"none\""), "E014"),
        ("#end", scaled("limits_wait = \"yes\""), "E012"),
        ("#end", scaled("round_increase = \"away\""), "E014"),
        ("#end", scaled("round_decrease = 1"), "E012"),
        ("#end", scaled("shortened_to = \"27\""), "E014"),
        ("#end", scaled("failures_cool = 5"), "E012"),
        ("#end", "[drill]\nsecurity_rule = \"acces\"".into(), "E014"),
        ("#end", scaled("rule = 7"), "E012"),
        ("#end", scaled(&format!("{RULE}\nincrease = 1\n").repeat(11)), "E059"),
        ("#end", rule(""), "E011"),
        ("#end", rule("increase = 1\ndecrease = 1"), "E013"),
        ("#end", rule("decrease = 1"), "E059"),
        ("#end", rule("increase = 0"), "E020"),
        ("#end", rule("increase = 1\naggregation = \"total\""), "E059"),
        ("#end", rule("increase = 1\nper_instance = true"), "E059"),
        ("#end", rule("increase = 1\nseries = \"players\""), "E013"),
        ("#end", rule("increase = 1").replace("\"cpu\"", "\"memory\""), "E059"),
        ("#end", rule("increase = 1").replace("\"cpu\"", "\"series\""), "E011"),
        ("#end", rule("increase = 1\nseries = \"x\"").replace("\"cpu\"", "\"series\""), "E059"),
        ("#end", rule("increase = 1").replace("\"cpu\"", "\"sessions\""), "E059"),
        ("#end", rule("increase = 1").replace("\"cpu\"", "\"queue\""), "E059"),
        ("#end", watches("queue", "per_instance = true"), "E059"),
        ("#end", watches("queue", "aggregation = \"maximum\""), "E059"),
        ("#end", watches("sessions", "aggregation = \"minimum\""), "E059"),
        ("#end", watches("sessions", "aggregation = \"total\""), "E059"),
        ("#end", scaled("memory = { at_rest = 50 }"), "E011"),
        ("#end", scaled("memory = { at_rest = 50, at_full = 40 }"), "E059"),
        ("#end", scaled("memory = { at_rest = 50, at_full = 140 }"), "E020"),
        ("#end", scaled("predictive = { look_ahead = \"5 min\" }"), "E059"),
        ("#end", scaled("predictive = { look_ahead = \"2 h\" }"), "E059"),
        ("#end", scaled("predictive = { mode = \"on\" }"), "E014"),
        ("#end", rule("increase = 1\naggregation = \"last\"").replace("[[", "predictive = {}\n[["), "E059"),
        ("#end", series("value = -1"), "E020"),
        ("#end", series(""), "E011"),
        ("#end", series("value = 1\ntrace = \"x.csv\""), "E013"),
        ("#end", series("value = 1\ndaily = [1, 2]"), "E058"),
        ("#end", series("value = 1e9\nnoise = { every = \"1 ms\" }"), "E090"),
        ("#end", series("value = 1").replace("\"players\"", "\"a/b\""), "E027"),
        ("#end", scaled(&format!("{SERIES}\nvalue = 1\n{SERIES}\nvalue = 2")), "E015"),
        ("#end", scaled(&format!("{SERIES}\nvalue = 1\n").repeat(5)), "E090"),
        ("#end", rule("increase = 1\ncooldown = \"1 s\""), "E059"),
        ("#end", rule("increase = 1\nwindow = \"1 min\""), "W018"),
        ("#end", rule("increase = 1\nwindow = \"13 h\""), "E059"),
        ("#end", rule("increase = 1").replace("threshold = 70", ""), "E011"),
        ("#end", rule("increase = 1").replace("\">\"", "\"!=\""), "E014"),
        ("#end", scaled("[[scale_set.web.autoscale.profile]]\nname = \"a\"\nstarts = \"18:00\""), "E059"),
        ("#slo", "target = 99.95".into(), "E023"),
        ("#slo", "target = nan".into(), "E023"),
        ("#set", "capacity_per_instance = \"fast\"".into(), "E024"),
        ("#set", "boot = { law = \"weibull\", shape = 1.5 }".into(), "E025"),
        ("#set", "boot = { law = \"exponential\", mean = \"1 min\", sigma = 1 }".into(), "E025"),
        ("#set", "boot = { law = \"pareto\", index = 0.5, least = \"1 s\" }".into(), "E025"),
        ("#set", "boot = { law = \"empirical\", values = [] }".into(), "E025"),
        ("#set", "boot = { law = \"uniform\", low = \"2 s\", high = \"1 s\" }".into(), "E025"),
        ("#set", "boot = { law = \"lognormal\", median = \"1 s\", sigma = 90 }".into(), "E025"),
        ("#top", "start = \"yesterday\"".into(), "E026"),
        ("#top", "start = \"2026-01-01\"\ntime_zone = \"Mars\"".into(), "E026"),
        ("[region.eastus]", "[region.\"a/b\"]".into(), "E027"),
        ("[region.eastus]", "[region.\"a\u{202e}b\"]".into(), "E027"),
        ("[region.eastus]", "[region.\"a\u{200f}b\"]".into(), "E027"),
        ("#region", "halls_per_zone = 30".into(), "E030"),
        ("#region", "racks_per_zone = 16_000_000".into(), "E030"),
        ("#end", "[region.westus]".into(), "E031"),
        ("#set", "region = \"eastsu\"".into(), "E031"),
        ("zones = [1, 2, 3]", "zones = [1, 4]".into(), "E032"),
        ("#set", "fault_domains = 5".into(), "E040"),
        ("#set", "fault_domains = 2\norchestration = \"uniform\"".into(), "E040"),
        ("#set", "fault_domains = 5\norchestration = \"uniform\"\n[region.eastus]\nracks_per_zone = 4".into(), "E005"),
        ("#end", "[availability_set.x]\ncapacity = 3\nfault_domains = 4".into(), "E042"),
        ("#end", "[availability_set.x]\ncapacity = 201".into(), "E042"),
        ("capacity = 9", "capacity = 9_999_999\n[scale_set.more]\ncapacity = 2".into(), "E043"),
        ("#end", design("scale_set.web = false"), "E044"),
        ("min_serving = 6", "".into(), "E045"),
        ("min_serving = 6", "min_served = \"99%\"".into(), "E045"),
        ("#end", design("seed = 3"), "E050"),
        ("#end", design("faults.profile = \"none\""), "E050"),
        ("#end", design("slo.target = \"99%\""), "E050"),
        ("#end", design("scale_set.wbe = false"), "E010"),
        ("#top", "measure_from = \"360 days\"".into(), "E060"),
        ("#top", "measure_at = [\"361 days\"]".into(), "E060"),
        ("#slo", "window = \"1 min\"".into(), "E061"),
        ("#slo", "window = \"month\"".into(), "E062"),
        ("#faults", "profile = \"aws\"".into(), "E014"),
        ("#end", "[faults.mode.rack-failur]\nrate = \"1 per year\"".into(), "E071"),
        ("#end", mode("crews = 2"), "E072"),
        ("#top", "assumptions = true".into(), "E012"),
        ("#top", "trials = { until = \"±10 %\" }".into(), "E011"),
        ("#top", "trials = { at_most = 10_000 }".into(), "E011"),
        ("#top", "trials = { until = \"±10 %\", at_most = 0 }".into(), "E020"),
        ("#top", "trials = { until = 10, at_most = 10_000 }".into(), "E012"),
        ("#top", "trials = { until = \"±10\", at_most = 10_000 }".into(), "E063"),
        ("#top", "trials = { until = \"±10 points\", at_most = 10_000 }".into(), "E063"),
        ("#top", "trials = { until = \"±1 min/month\", of = \"outages\", at_most = 10_000 }".into(), "E063"),
        ("#top", "trials = { until = \"±10 %\", of = \"difference\", at_most = 10_000 }".into(), "E063"),
        ("#top", "trials = { until = \"±10 %\", design = \"b\", at_most = 10_000 }".into(), "E063"),
        ("#top", "trials = { until = \"±10 %\", of = \"nines\", at_most = 10_000 }".into(), "E014"),
        ("#top", "trials = { untill = \"±10 %\", until = \"±10 %\", at_most = 10_000 }".into(), "E010"),
        ("#top", "trials = \"10_000\"".into(), "E012"),
        ("#top", "assumptions = 0".into(), "E020"),
        ("#end", rate("{ events = 3 }"), "E022"),
        ("#end", rate("{}"), "E022"),
        ("#end", rate("{ events = 3, unit_years = 10, factor = 2 }"), "E022"),
        ("#end", rate("{ median = \"1 per rack-year\", unit_years = 10 }"), "E022"),
        ("#end", rate("{ events = -1, unit_years = 10 }"), "E020"),
        ("#end", rate("{ events = 3, unit_years = 0 }"), "E020"),
        ("#end", rate("{ median = \"1 per rack-year\", factor = 0.5 }"), "E020"),
        ("#end", rate("{ median = \"1 per rack-year\", factor = 225 }"), "E020"),
        ("#end", rate("{ median = \"0 per rack-year\", factor = 2 }"), "E020"),
        ("#end", rate("{ median = \"1 per zone-year\", factor = 2 }"), "E078"),
        ("#end", rate("{ median = 1, factor = 2 }"), "E012"),
        ("#end", rate("{ events = 3, unit_yaers = 10 }"), "E010"),
        ("#end", rate("{ median = \"1e8 per rack-year\", factor = 1000 }"), "E020"),
        ("#end", rate("{ events = 3, unit_years = 10 }\nrate_low = \"0.01 per rack-year\""), "E013"),
        ("#end", rate("{ events = 3, unit_years = 10 }\nmttf = \"1 year\""), "E013"),
        ("#end", rate("7"), "E012"),
        ("#end", mode("common_cause = 0.1"), "E072"),
        ("#end", mode("share = { low = 0.5, high = 0.5 }"), "E072"),
        ("#end", mode("repeat = { factor = 2 }\nclock = \"operating\"\nshare = { low = 0.9, high = 0.1 }"), "E072"),
        ("#end", mode("surge = { least = 0.1, greatest = 0.2 }"), "E072"),
        ("#end", mode("effect = \"unhealthy\""), "E072"),
        ("#end", mode("effect = \"evicted\"\nkind = \"shock\"\nheals = true"), "E072"),
        ("#end", mode("effect = \"evict\""), "E014"),
        ("#end", mode("effect = { degraded = 1.5 }"), "E020"),
        ("#end", "[faults.mode.datacenter]\nsurge = { least = 0.4 }".into(), "E072"),
        ("#end", "[faults.mode.datacenter]\nsurge = { most = 0.4 }".into(), "E010"),
        ("#end", "[faults.mode.datacenter]\nsurge = { greatest = 1.5 }".into(), "E023"),
        ("#end", "[faults.mode.datacenter]\nsurge = { greatest = true }".into(), "E012"),
        ("#end", "[faults.mode.datacenter]\nsurge = true".into(), "E012"),
        ("#end", "[faults.mode.datacenter]\nsurge = 0.3".into(), "E012"),
        ("#end", "[faults.mode.region-control-plane]\neffect = { degraded = 0.5 }".into(), "E072"),
        ("#end", "[faults.mode.spot-eviction]\nrate = \"10 per VM-year\"".into(), "E071"),
        ("#end", "[[script]]\nat = \"1 h\"\nmembers = [\"eastus\"]\neffect = \"evicted\"".into(), "E014"),
        ("#end", "[service]\ndepends_on = [\"global-edg\"]".into(), "E074"),
        ("#faults", "trace = \"a.csv\"\nincidents = \"b.csv\"".into(), "E075"),
        ("#end", "[[script]]\nat = \"1 h\"\nmembers = [\"eastus/9\"]".into(), "E077"),
        ("#end", "[[script]]\nat = \"1 h\"\nmembers = [\"web/eastus/1/3\"]".into(), "E077"),
        ("#end", "[[script]]\nat = \"1 h\"\nmembers = []".into(), "E077"),
        ("#end", "[[script]]\nat = \"1 h\"\nmembers = [\"eastus/1\"]\neffect = \"control-plane\"".into(), "E077"),
        ("#end", "[[script]]\nat = \"1 h\"\nmembers = [\"web\"]\neffect = \"allocation\"".into(), "E077"),
        ("#end", "[[script]]\nat = \"1 h\"\nmembers = [\"web\"]\neffect = \"no-autoscale\"".into(), "E077"),
        ("#end", "[[script]]\nat = \"1 h\"\nmembers = [\"eastus\"]\neffect = \"control-plane\"\nrecovery = \"boot\"".into(), "E013"),
        ("#end", "[[script]]\nat = \"360 days\"\nmembers = [\"eastus\"]".into(), "E060"),
        ("#end", mode("").replace("per year", "per zone-year"), "E078"),
        ("capacity = 9", "capacity = 1001".into(), "W001"),
        ("capacity = 9", "capacity = 2".into(), "W002"),
        ("capacity = 9", "capacity = 8".into(), "W003"),
        ("#top", "trials = 1".into(), "W004"),
        ("horizon = \"360 days\"", "horizon = \"365 days\"".into(), "W005"),
        ("#balancer", "probe_interval = \"1 s\"".into(), "W006"),
        ("#faults", "profile = \"none\"\ntrace = \"a.csv\"".into(), "W007"),
        ("#region", "zones = 2".into(), "W008"),
        ("min_serving = 6", "min_serving = 10".into(), "W009"),
        ("#end", format!("{}{}", design(""), design("").replace("\"a\"", "\"b\"")), "W010"),
        ("#top", "trials = 999".into(), "W011"),
        ("#top", "start = \"2026-01-02\"\nslo.window = \"month\"".into(), "E005"),
        ("horizon = \"360 days\"", "horizon = \"7 days\"".into(), "W013"),
    ]
}

#[test]
fn each_mistake_brings_its_code() {
    for (old, new, code) in cases() {
        let text = with(old, &new);
        let found = codes(&text);
        assert!(found.contains(&code), "{code} for\n{new}\ngave {found:?}");
    }
}

#[test]
fn lb_02_ag_01_ag_02_a_gateway_probes_and_drains_as_documented_unless_something_else_is_written() {
    let of = |balancer: &str| {
        let design = parse(&with("#balancer", balancer), "x.toml").unwrap().designs[0].clone();
        let probes = design.balancer.unwrap();
        let seconds = |length: zonefall_engine::SimDuration| length.as_ms() / 1000;
        let failures = probes.unhealthy_threshold;
        let times = [probes.interval, probes.timeout, probes.flap_window].map(seconds);
        (times, failures, probes.healthy_threshold, design.service.drain.map(seconds))
    };
    let gateway = "kind = \"application-gateway\"\n";
    assert_eq!(of(""), ([5, 5, 300], 2, 1, None));
    let timeout = |balancer: &str| of(balancer).0[1];
    let waits = [timeout("probe_interval = \"45 s\""), timeout("probe = \"http\"\nprobe_interval = \"45 s\"")];
    assert_eq!(waits, [45, 30], "LB-02: until the next probe, 30 s at most for HTTP");
    assert_eq!(of(gateway), ([30, 30, 0], 3, 1, Some(30)));
    let own = "probe_interval = \"10 s\"\nprobe_timeout = \"8 s\"\nunhealthy_threshold = 2\nflap_window = \"1 min\"\ndrain = \"1 h\"";
    assert_eq!(of(&format!("{gateway}{own}")), ([10, 8, 60], 2, 1, Some(3600)));
    // LB-05: what only a load balancer does.
    let to_all = |balancer: &str| parse(&with("#balancer", balancer), "x.toml").unwrap().designs[0].balancer.unwrap();
    let up = "no_healthy_backends = \"all-probed-up\"\n";
    assert!(!to_all("").all_when_none && to_all(up).all_when_none);
    assert_eq!(codes(&with("#balancer", &format!("{gateway}{up}"))), ["E020"]);
    assert_eq!(codes(&with("#balancer", &format!("{gateway}probe = \"http\""))), ["E020"]);
    assert_eq!(codes(&with("#balancer", "no_healthy_backends = \"some\"")), ["E014"]);
    // Faster than a load balancer may be.
    assert_eq!(codes(&with("#balancer", &format!("{gateway}probe_interval = \"2 s\""))), Vec::<&str>::new());
}

#[test]
fn ag_03_a_gateway_is_told_to_be_too_small_for_a_peak() {
    let scaled = |maximum: u32| {
        let text = with("#balancer", &format!("{GATEWAY}\n[load_balancer.autoscale]\nmaximum = {maximum}"));
        let text = text.replace("min_serving = 6", "min_served = \"99%\"\n[demand]\nrate = \"700 req/s\"");
        let fine = parse(&text, "x.toml").unwrap();
        fine.warnings.items().iter().map(|item| item.message.clone()).collect::<Vec<_>>()
    };
    // Ten units of 50 requests are 500 an instance: one is too small for 700, two are not.
    let one = scaled(1);
    assert!(one.iter().any(|words| words.contains("its gateway lets through at most 500")), "{one:?}");
    assert!(!scaled(2).iter().any(|words| words.contains("gateway")));
}

#[test]
fn mt_11_azure_waits_for_an_image_and_not_for_long() {
    let text = |drain: &str, kind: &str| {
        let release = format!("[[release]]\nat = \"1 day\"\nkind = \"{kind}\"");
        let policy = format!("upgrade = {{ mode = \"automatic\", drain = \"{drain}\" }}");
        codes(&with("#set", &policy).replace("#end", &release))
    };
    assert_eq!(text("15 min", "image"), Vec::<&str>::new());
    assert_eq!(text("16 min", "image"), ["W019"]);
    // Nobody but your own deployment brings an application, and an extension takes nothing out.
    assert_eq!(text("16 min", "application"), Vec::<&str>::new());
    assert_eq!(text("5 min", "extension"), ["W015"]);
}

#[test]
fn lb_10_mt_13_a_drain_needs_somebody_who_waits_for_it() {
    let text = |drain: &str, set: &str| {
        let scales = format!(
            "[demand]\nrate = \"9 req/s\"\n[scale_set.web.autoscale]\nminimum = 3\nmaximum = 12\n{BACK}\n{RULE}\nincrease = 1"
        );
        with("#end", &scales).replace("#balancer", drain).replace("#set", set)
    };
    let notice = "terminate_notice = \"5 min\"";
    assert_eq!(codes(&text("drain = \"5 min\"", notice)), Vec::<&str>::new());
    assert_eq!(codes(&text("drain = \"6 min\"", notice)), ["W019"]);
    assert_eq!(codes(&text("drain = \"0 s\"", "")), Vec::<&str>::new());
    let by_hand = "[[change]]\nat = \"1 h\"\ncapacity = 8";
    assert_eq!(codes(&with("#balancer", "drain = \"30 s\"").replace("#end", by_hand)), Vec::<&str>::new());
}

const GATEWAY: &str = "kind = \"application-gateway\"";
const SERIES: &str = "[[scale_set.web.autoscale.series]]\nname = \"players\"";
/// A rule that scales in.
const BACK: &str = "[[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\noperator = \"<\"\nthreshold = 30\ndecrease = 1";
const RULE: &str = "[[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\noperator = \">\"\nthreshold = 70";

#[test]
fn as_01_as_03_profiles_that_cannot_be() {
    let text = |times: &str| {
        let autoscale = "[demand]\nrate = \"9 req/s\"\n[scale_set.web.autoscale]\nminimum = 3\nmaximum = 12";
        let profile = format!(
            "{autoscale}\n{BACK}\n{RULE}\nincrease = 1\n[[scale_set.web.autoscale.profile]]\nname = \"evening\"\n{times}"
        );
        with("#end", &profile).replace("#top", "start = \"2026-01-01\"")
    };
    assert_eq!(codes(&text("starts = \"18:00\"")), Vec::<&str>::new());
    let cases = [
        ("", "E059"),
        ("starts = \"18:00\"\nfrom = \"2026-01-01\"", "E059"),
        ("days = [\"monday\"]", "E011"),
        ("starts = \"18:00\"\ndays = [\"mondays\"]", "E014"),
        ("starts = \"6 pm\"", "E026"),
        ("starts = \"24:00\"", "E026"),
        ("starts = \"18:00\"\nends = \"later\"", "E026"),
        ("from = \"2026-02-01\"", "E011"),
        ("from = \"2026-02-01\"\nuntil = \"2026-01-01\"", "E059"),
        ("from = \"2026-02-01\"\nuntil = \"2027-03-01\"", "E059"),
        ("from = 5\nuntil = \"2027-03-01\"", "E012"),
        ("starts = \"18:00\"\nmaximum = 2", "E059"),
    ];
    for (times, code) in cases {
        let found = codes(&text(times));
        assert!(found.contains(&code), "{code} for {times} gave {found:?}");
    }
    let twenty = "[[scale_set.web.autoscale.profile]]\nname = \"x\"\nstarts = \"18:00\"\n".repeat(20);
    assert!(codes(&text(&format!("starts = \"18:00\"\n{twenty}"))).contains(&"E059"));
}

#[test]
fn as_07_rules_look_at_sessions_and_queues_where_there_are_some() {
    let rule = |metric: &str, more: &str| {
        let rule = RULE.replace("cpu", metric);
        format!(
            "[scale_set.web.autoscale]\nminimum = 3\nmaximum = 12\n{BACK}\n{rule}\nincrease = 1\naggregation = \"last\"\n{more}"
        )
    };
    let jobs = "[jobs]\ncount = 9000\nat = \"22:00\"\ndeadline = \"05:00\"\n";
    let deadline = |metric: &str| {
        let text = with("#end", &format!("{}{jobs}", rule(metric, "")));
        let text = text.replace("min_serving = 6", "jobs_by_deadline = \"99%\"");
        format!("start = \"2026-01-01\"\n{text}")
    };
    assert_eq!(codes(&deadline("queue")), Vec::<&str>::new());
    assert_eq!(codes(&deadline("cpu")), Vec::<&str>::new());
    assert_eq!(codes(&deadline("requests")), ["E059"]);
    let sessions = "[demand]\nrate = \"9 req/s\"\n[sessions]\nlength = \"20 min\"\nrequests = 60\n";
    let held = with("#end", &format!("{}{sessions}", rule("sessions", "per_instance = true\n")));
    assert_eq!(codes(&held), Vec::<&str>::new());
    // Two sets would share them.
    let more = "[scale_set.more]\nzones = [1]\ncapacity = 2\n";
    assert_eq!(codes(&format!("{held}\n{more}")), ["E059"]);
}

#[test]
fn fixed_spreading_needs_as_many_racks() {
    let text = with("#region", "racks_per_zone = 4").replace("#set", "fault_domains = 5\norchestration = \"uniform\"");
    assert_eq!(codes(&text), ["E041"]);
}

#[test]
fn months_that_begin_in_the_middle_are_told_also_with_a_date_of_toml() {
    let text = with("#top", "start = 2026-01-02").replace("#slo", "window = \"month\"");
    assert_eq!(codes(&text), ["W012", "W005"]);
}

#[test]
fn too_many_of_anything_is_refused() {
    let designs: String = (0..201).map(|at| format!("[[design]]\nname = \"{at}\"\n")).collect();
    assert!(codes(&with("#end", &designs)).contains(&"E051"));
    let modes: String = (0..25)
        .map(|at| format!("[faults.mode.m{at}]\nscope = \"host\"\nrate = \"1 per year\"\noutage = \"1 h\"\n"))
        .collect();
    assert!(codes(&with("#end", &modes)).contains(&"E073"));
    let sets: String = (0..201).map(|at| format!("[virtual_machine.v{at}]\n")).collect();
    assert!(codes(&with("#end", &sets)).contains(&"E090"));
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    let text = with("#top", "trails = 5").replace("capacity = 9", "capacity = -9").replace("[1, 2, 3]", "[7]");
    let wrong = parse(&text, "shop.toml").unwrap_err();
    let found: Vec<(&str, usize, usize)> =
        wrong.items().iter().map(|item| (item.code, item.line, item.column)).collect();
    assert_eq!(found, [("E010", 3, 1), ("E032", 10, 10), ("E020", 11, 12)]);
    let said = wrong.render(false);
    assert!(said.contains("shop.toml:3:1") && said.contains("did you mean `trials`?"), "{said}");
    assert!(wrong.render(true).contains('\u{1b}') && !said.contains('\u{1b}'));
}

#[test]
fn a_broken_line_does_not_hide_the_other_mistakes() {
    let text = with("#top", "this is not TOML").replace("capacity = 9", "capacity = -9");
    let found = codes(&text);
    assert!(found.contains(&"E005") && found.contains(&"E020"), "{found:?}");
}

/// A slip of syntax in one table, and misspelt keys in the tables before and behind it, and of a table.
#[test]
fn a_broken_line_does_not_hide_misspelt_keys() {
    for (old, new) in [
        ("zones = [1, 2, 3]", "zones = 1 2"),
        ("zones = [1, 2, 3]", "zones [1, 2, 3]"),
        ("zones = [1, 2, 3]", "zones = \"1"),
        ("zones = [1, 2, 3]", "zones = "),
        ("zones = [1, 2, 3]", "zones = [1]\nzones = [2]"),
    ] {
        let text = with("#top", "trails = 10").replace("#slo", "tagret = \"99 %\"").replace("#balancer", "probbe = 3");
        let text = text.replace("#end", "[falts]").replace(old, new);
        assert_eq!(codes(&text), ["E010", "E010", "E005", "E010", "E010"], "{new}");
    }
}

/// A line that is lost may have been a header: what stands below it is not judged as the keys of the table above.
#[test]
fn a_broken_line_makes_no_key_unknown_that_is_not() {
    let slips: [fn(&str) -> String; 6] = [
        |line| line.replacen(']', "", 1),
        |line| line.replacen('[', "", 1),
        |line| line.replacen('=', "", 1),
        |line| line.replacen('"', "", 1),
        |line| line.replacen('}', "", 1),
        |line| line.split('=').next().unwrap_or_default().to_owned() + "= ",
    ];
    let mut broken = 0;
    let beside = [("zone-down", include_str!("../../../scenarios/zone-down-drill.toml"))];
    let templates = zonefall_scenario::template_names().map(|name| (name, zonefall_scenario::template(name).unwrap()));
    for (name, right) in templates.chain(beside) {
        let lines: Vec<&str> = right.lines().filter(|line| !line.starts_with('#')).collect();
        for (at, line) in lines.iter().enumerate() {
            for slip in slips {
                let changed = slip(line);
                let text = [&lines[..at], &[changed.as_str()], &lines[at + 1..]].concat().join("\n");
                let Err(wrong) = parse(&text, "x.toml") else { continue };
                let is_broken = wrong.items().iter().any(|item| item.code == "E005");
                broken += usize::from(is_broken);
                let unknown = wrong.items().iter().filter(|item| is_broken && item.code == "E010");
                let unknown: Vec<&str> = unknown.map(|item| item.message.as_str()).collect();
                assert!(unknown.is_empty(), "{name}, line {at}, `{changed}`: {unknown:?}");
            }
        }
    }
    assert!(broken > 300, "{broken}");
}

#[test]
fn warnings_never_stop_a_run_and_errors_do() {
    for code in CODES {
        let stops = code.id.starts_with('E');
        assert!(stops || code.id.starts_with('W'), "{}", code.id);
    }
    let scenario = parse(&with("min_serving = 6", "min_serving = 10"), "x.toml").unwrap();
    assert!(scenario.warnings.items().iter().all(|item| item.severity != Severity::Error));
}

#[test]
fn control_characters_of_the_file_do_not_reach_the_terminal() {
    let said = parse("\"\\u001b[31m\" = 1\nx = \"\\u0007\"\n", "x\u{1b}.toml").unwrap_err().render(false);
    assert!(!said.contains('\u{1b}') && !said.contains('\u{7}'), "{said:?}");
}

#[test]
fn one_slip_of_syntax_is_one_mistake() {
    for (old, new) in [
        ("zones = [1, 2, 3]", "zones = [1, 2, 3"),
        ("horizon = \"360 days\"", "horizon = \"360 days"),
        ("capacity = 9", "capacity = "),
        ("#set", "disk"),
        ("[scale_set.web]", "[scale_set.web"),
        ("capacity = 9", "capacity = 9\ncapacity = 8"),
    ] {
        assert_eq!(codes(&with(old, new)), ["E005"], "{new}");
    }
}

/// What is told of a text: errors with what helps.
fn told(text: &str) -> Vec<(String, Vec<String>)> {
    let wrong = parse(text, "x.toml").err().unwrap();
    let errors = wrong.items().iter().filter(|item| item.severity == Severity::Error);
    errors.map(|item| (item.message.clone(), item.help.clone())).collect()
}

#[test]
fn a_value_that_cannot_be_read_hides_no_misspelt_key_beside_it() {
    let misspelt = |text: &str| told(text).iter().filter(|of| of.0.contains("is not a key of")).count();
    for broken in ["capacity = = 9", "capacity : 9", "capacity = 9\ncapacity = 9", "capacity = 9%", "capacity = \"9"] {
        let text = with("capacity = 9", broken).replace("#set", "boott = \"9 s\"").replace("#balancer", "prob = 1");
        assert_eq!((misspelt(&text), told(&text).len()), (2, 3), "{broken}: {:?}", told(&text));
    }
}

#[test]
fn a_list_or_a_text_that_is_not_closed_hides_nothing_that_follows() {
    for (what, open) in
        [("list", "zones = [1, 2, 3"), ("list", "zones = [\n  1,\n  2"), ("multi-line", "zones = \"\"\"1")]
    {
        let text = with("zones = [1, 2, 3]", open).replace("#set", "boott = \"9 s\"").replace("#balancer", "prob = 1");
        let told = told(&text);
        let has = |words: &str| told.iter().any(|of| of.0.contains(words));
        assert!(has(what) && has("`boott` is not a key") && has("`prob` is not a key"), "{open}: {told:?}");
        assert_eq!(told.len(), 3, "{open}: {told:?}");
    }
    // Lists within lists are no headers.
    let nested = told(&with("#end", "[faults.mode.x]\noutage = [\n  [1, 2]\n  [3, 4]\n]"));
    assert!(nested.len() == 1 && nested[0].0.contains("missing comma"), "{nested:?}");
}

#[test]
fn a_list_written_as_a_text_is_told_how_to_write_it() {
    for (text, list) in [("\"1,2,3\"", "[1, 2, 3]"), ("\"1; 2\"", "[1, 2]"), ("\"[1 2]\"", "[1, 2]"), ("\"2\"", "[2]")]
    {
        let told = told(&with("zones = [1, 2, 3]", &format!("zones = {text}")));
        assert_eq!(told[0].1, [format!("write `zones = {list}`")], "{text}");
    }
    let one = told(&with("zones = [1, 2, 3]", "zones = 3"));
    assert_eq!(one[0].1, ["a list of one: `zones = [3]`"]);
    let none = told(&with("zones = [1, 2, 3]", "zones = \"all\""));
    assert_eq!(none[0].1, [""; 0]);
}

#[test]
fn an_amount_with_its_currency_is_told_to_be_a_number() {
    let help = |amount: &str| {
        told(&with("#end", &format!("[money]\ndowntime_per_hour = \"{amount}\"\n{DEAR}"))).remove(0).1.join("; ")
    };
    for amount in ["320 EUR", "€ 320", "320 $", "USD 320", "320 EUR/h", "320 euro per hour"] {
        let words = "write 320, without quotes and currency: amounts are in the currency of the prices";
        assert!(help(amount).starts_with(words), "{amount}: {}", help(amount));
    }
    assert!(help("€1.200,50").contains("nothing parts thousands"), "{}", help("€1.200,50"));
    assert_eq!(help("320 apples"), "");
}

#[test]
fn a_table_that_is_none_is_told_tables_and_a_key_keys() {
    let of = |text: &str| told(&with("#end", text)).remove(0).1.join("; ");
    for name in ["objective", "objectives", "goal"] {
        assert_eq!(of(&format!("[{name}]\nmin_serving = 6")), "did you mean `slo`?");
    }
    assert_eq!(of("[failures]\nprofile = \"none\""), "did you mean `faults`?");
    assert_eq!(of("[[clients]]\nx = 1"), "");
    assert_eq!(
        of("[autoscale]\nminimum = 1"),
        "did you mean `load_balancer.autoscale` or `scale_set.<name>.autoscale`?"
    );
    // In place of the objective itself nothing else is said to be missing.
    let instead = told(&RIGHT.replace("[slo]", "[objective]"));
    assert_eq!(instead.len(), 1, "{instead:?}");
}

#[test]
fn a_trial_that_ends_at_its_first_miss_is_not_judged_by_windows() {
    let until = |length: &str| {
        with("horizon = \"360 days\"", &format!("horizon = {{ until = \"first miss\", at_most = \"{length}\" }}"))
    };
    assert_eq!(codes(&until("100000 h")), Vec::<&str>::new());
    assert_eq!(codes(&until("0 s")), ["E020"]);
    assert!(codes(&until("9999 years").replace("#slo", "window = \"1 h\"")).contains(&"E061"));
    let at_the_end = with("#top", "measure_at = [\"360 days\"]");
    assert_eq!(codes(&at_the_end), ["E060"]);
}

#[test]
fn a_script_that_is_too_long_is_refused() {
    let row = "[[script]]\nat = \"1 h\"\nmembers = [\"eastus\"]\n";
    assert!(codes(&with("#end", &row.repeat(10_001))).contains(&"E090"));
    assert_eq!(codes(&with("#end", row)), Vec::<&str>::new());
}

#[test]
fn a_mode_with_a_slip_in_its_name_is_one_mistake() {
    assert_eq!(codes(&with("#end", "[faults.mode.rack-failur]\nrate = \"1 per rack-year\"")), ["E071"]);
    assert_eq!(codes(&with("#end", "[faults.mode.rack-failur]\nrate = \"1 per zone-year\"")), ["E071", "E078"]);
    assert_eq!(codes(&with("#end", "[faults.mode.zzz]\nrate = \"1 per zone-year\"")), ["E071"]);
}

#[test]
fn a_rate_that_is_a_distribution_brings_its_range_and_its_evidence() {
    let read = |rate: &str| {
        let text = format!("[faults.mode.rack-failure]\nrate = {rate}");
        let scenario = parse(&with("#end", &text), "x.toml").unwrap();
        scenario.profile.modes[scenario.profile.find("rack-failure").unwrap()].clone()
    };
    let counted = read("{ events = 3, unit_years = 120 }");
    assert!((counted.rate_per_year() - 3.5 / 120.0).abs() < 1e-12);
    assert!((counted.evidence.rate_low_high.0 - 2.167_35 / 240.0).abs() < 1e-6);
    assert_eq!(counted.evidence.source, "the scenario: 3 events in 120 unit-years");
    assert_eq!(counted.evidence.confidence.word(), "derived");
    let judged = read("{ median = \"0.1 per rack-year\", factor = 3 }");
    assert!(judged.rate_per_year() > 0.1 && (judged.evidence.rate_low_high.1 - 0.3).abs() < 1e-9);
    assert_eq!(judged.evidence.confidence.word(), "assumed");
    // What is said as a plain rate afterwards is a plain rate.
    let plain = read("\"0.1 per rack-year\"");
    assert!(plain.evidence.spread.is_none() && !plain.evidence.has_range());
}

#[test]
fn all_mistakes_of_parts_are_told_at_once() {
    let parts = "[part.a]\nsets = [\"wep\"]\nmin_serving = 1\n[part.b]\nall = [\"machines\", \"nobody\"]\nleast = 1\n\
                 [part.c]\nany = [\"a\", \"db\"]\n[component.db]\nkind = \"qeue\"\n";
    let text = with("#slo", "holds = \"cc\"").replace("#end", parts);
    let wrong = parse(&text, "x.toml").unwrap_err();
    let mut said: Vec<&str> = wrong.items().iter().map(|item| item.message.as_str()).collect();
    said.sort_unstable();
    assert_eq!(said.len(), 5, "{said:#?}");
    for name in ["`wep`", "`nobody`", "\"qeue\"", "`cc`", "`least`"] {
        assert!(said.iter().any(|words| words.contains(name)), "{name}: {said:#?}");
    }
}

#[test]
fn mistakes_of_parts_are_told_beside_those_of_sets() {
    let parts = "[failover.x]\nparts = [\"web\"]\npattern = \"hott\"\n[part.a]\nsets = [\"web\"]\nall = [\"x\"]\n";
    let text = with("capacity = 9", "capacity = \"nine\"").replace("#end", parts);
    let wrong = parse(&text, "x.toml").unwrap_err();
    let said: Vec<&str> = wrong.items().iter().map(|item| item.message.as_str()).collect();
    for words in ["`capacity`", "hott", "`router` is missing", "has 1 part", "needs one of"] {
        assert!(said.iter().any(|of| of.contains(words)), "{words}: {said:#?}");
    }
}

#[test]
fn a_component_says_what_it_lets_through_and_how_much_has_to_be() {
    let component = |lines: &str, demand: &str| {
        let db = format!("[component.db]\navailability = \"99.9%\"\n{lines}\n{demand}");
        with("#end", &db)
    };
    let demand = "[demand]\nrate = \"600 req/s\"";
    let fine = "capacity = \"800 req/s\"\nmin_served = \"99%\"";
    assert_eq!(codes(&component(fine, demand)), Vec::<&str>::new());
    assert_eq!(codes(&component(fine, "")), ["E083"]);
    assert_eq!(codes(&component("capacity = \"800 req/s\"", demand)), ["E011"]);
    assert_eq!(codes(&component("min_served = \"99%\"", demand)), ["E083"]);
    assert_eq!(codes(&component("capacity = \"0 req/s\"\nmin_served = \"0%\"", demand)).len(), 1);
    assert_eq!(codes(&component("capacity = 800\nmin_served = \"many\"", demand)).len(), 2);
    let one_queue = component("", demand).replace("#end", "") + "[service.ceiling]\ncapacity = \"9 req/s\"\n";
    let told = parse(&one_queue, "x.toml").unwrap_err();
    assert!(told.render(false).contains("is a component with `capacity` and `min_served`"), "{}", told.render(false));
}

#[test]
fn sessions_in_a_service_of_parts_are_held_by_parts_that_no_request_comes_to_twice() {
    let two = |lines: &str, parts: &str| {
        let back =
            "[scale_set.back]\nzones = [1, 2]\ncapacity = 4\n[part.behind]\nsets = [\"back\"]\nmin_serving = 2\n";
        let site = "[component.db]\navailability = \"99.9%\"\n";
        with("#end", &format!("[sessions]\nlength = \"20 min\"\nat_once = 9\n{lines}\n{back}{site}{parts}"))
    };
    let fails_over =
        "[failover.site]\npattern = \"active-active\"\nparts = [\"machines\", \"behind\"]\nrouter = \"front-door\"\n";
    assert_eq!(codes(&two("parts = [\"machines\"]", "")), Vec::<&str>::new());
    assert_eq!(codes(&two("", "")), ["E083"]);
    assert_eq!(codes(&two("parts = []", "")), ["E020"]);
    assert_eq!(codes(&two("parts = [\"machnes\", \"db\"]", "")), ["E086", "E086"]);
    assert_eq!(codes(&two("parts = [\"machines\", \"behind\"]", "")), ["E013"]);
    assert_eq!(codes(&two("parts = [\"behind\", \"behind\"]", fails_over)), ["E013"]);
    assert_eq!(codes(&two("parts = 1", "")), ["E012"]);
    // Autoscale sees the sessions of all machines: those of its own part, or it may not look.
    let looks = format!(
        "[demand]\nrate = \"9 req/s\"\n[scale_set.back.autoscale]\nminimum = 3\nmaximum = 12\n{}\nincrease = 1\naggregation = \"last\"\n",
        RULE.replace("cpu", "sessions").replace("scale_set.web", "scale_set.back")
    );
    for (parts, rest) in [("machines", ""), ("behind", ""), ("machines\", \"behind", fails_over)] {
        let found = codes(&two(&format!("parts = [\"{parts}\"]"), &format!("{rest}{looks}")));
        assert_eq!(found.contains(&"E059"), parts != "behind", "{found:?}");
    }
    let wrong = codes(&two("parts = [\"machines\", \"behind\"]", fails_over));
    assert!(!wrong.iter().any(|code| code.starts_with("E")), "{wrong:?}");
    let alone = with("#end", "[sessions]\nlength = \"20 min\"\nat_once = 9\nparts = [\"web\"]");
    assert_eq!(codes(&alone), ["E083"]);
}

#[test]
fn clients_try_again_at_a_service_of_parts_unless_something_stands_in_for_those_of_a_failover() {
    let back =
        "[scale_set.back]\nzones = [1, 2]\ncapacity = 4\n[part.behind]\nsets = [\"back\"]\nmin_served = \"99%\"\n";
    let tries = |more: &str| with("#end", &format!("[demand]\nrate = \"9 req/s\"\n{back}{more}[retry]\ntries = 3\n"));
    let fails_over = |pattern: &str| {
        format!(
            "[failover.site]\npattern = \"{pattern}\"\nparts = [\"machines\", \"behind\"]\nrouter = \"front-door\"\n"
        )
    };
    let any = "[part.either]\nany = [\"machines\", \"behind\"]\n";
    for fine in ["", any] {
        assert_eq!(codes(&tries(fine)), Vec::<&str>::new(), "{fine}");
    }
    let db = "[component.db]\navailability = \"99.9%\"\n";
    let limited = format!("{db}capacity = \"9 req/s\"\nmin_served = \"99%\"\n");
    let third = "[scale_set.front]\nzones = [1]\ncapacity = 4\n[part.first]\nsets = [\"front\"]\nmin_serving = 1\n";
    let stores = "[component.db]\navailability = \"99.9%\"\n[component.copy]\navailability = \"99.9%\"\n[failover.data]\npattern = \"hot\"\nparts = [\"db\", \"copy\"]\nrouter = \"front-door\"\n";
    for pattern in ["active-active", "hot", "warm"] {
        let site = fails_over(pattern);
        // What all need beside these parts may have a limit.
        for fine in [site.clone(), format!("{site}{db}"), format!("{site}{limited}"), format!("{site}{third}")] {
            assert!(!codes(&tries(&fine)).iter().any(|code| code.starts_with('E')), "{pattern}: {fine}");
        }
        let instead = &format!("{limited}[part.any]\nany = [\"site\", \"db\"]\n");
        for beside in [instead, stores] {
            let text = tries(&format!("{site}{beside}"));
            assert_eq!(codes(&text), ["E013"], "{pattern}: {beside}");
            let off = text.replace("[retry]\ntries = 3\n", "");
            assert!(!codes(&off).contains(&"E013"), "{pattern}: {beside}");
        }
        // Stores to which all are sent at once are there for all or for none.
        let at_once = tries(&format!("{site}{}", stores.replace("front-door", "global-load-balancer")));
        assert!(!codes(&at_once).iter().any(|code| code.starts_with('E')), "{pattern}");
    }
    assert_eq!(codes(&tries(stores)), ["E013"]);
    assert_eq!(codes(&tries(&stores.replace("front-door", "global-load-balancer"))), Vec::<&str>::new());
    assert_eq!(codes(&tries(&stores.replace("front-door", "traffic-manager"))), ["E013"]);
    assert_eq!(codes(&tries(&stores.replace("front-door\"", "traffic-manager\"\nttl = \"0 s\""))), Vec::<&str>::new());
    let both = stores.replace("\"hot\"", "\"active-active\"").replace("front-door", "global-load-balancer");
    assert_eq!(codes(&tries(&both)), ["E013"]);
    let two = stores
        .replace("availability = \"99.9%\"", "availability = \"99.9%\"\ncapacity = \"9 req/s\"\nmin_served = \"99%\"");
    // Each is told its own reason.
    let site = fails_over("hot");
    for (more, reason) in [
        (format!("{site}{limited}[part.any]\nany = [\"site\", \"db\"]\n"), "here something stands in for these"),
        (format!("{site}{two}"), "and here are `failover."),
        (format!("{site}{stores}"), "`failover.data` sends some of them elsewhere before others"),
        (stores.to_owned(), "`failover.data` sends some of them elsewhere before others"),
    ] {
        let text = tries(&more);
        let wrong = parse(&text, "x.toml").unwrap_err();
        assert!(wrong.items().iter().any(|item| item.message.contains(reason)), "{reason}: {wrong}");
    }
}

#[test]
fn requests_wait_before_a_service_of_parts_and_all_that_stands_against_it_is_said_at_once() {
    let back =
        "[scale_set.back]\nzones = [1, 2]\ncapacity = 4\n[part.behind]\nsets = [\"back\"]\nmin_served = \"99%\"\n";
    let demand = "[demand]\nrate = \"9 req/s\"\n";
    let waits = |more: &str| with("#end", &format!("{demand}{back}{more}[service]\npatience = \"30 s\"\n"));
    let site = "[failover.site]\npattern = \"hot\"\nparts = [\"machines\", \"behind\"]\nrouter = \"front-door\"\n";
    let db = "[component.db]\navailability = \"99.9%\"\n";
    let limited = format!("{db}capacity = \"9 req/s\"\nmin_served = \"99%\"\n");
    let copies = "[component.copy]\navailability = \"99.9%\"\n[failover.data]\npattern = \"hot\"\nparts = [\"db\", \"copy\"]\nrouter = \"global-load-balancer\"\n";
    for fine in [String::new(), site.into(), limited.clone(), format!("{site}{db}"), format!("{site}{db}{copies}")] {
        let text = waits(&fine);
        assert!(!codes(&text).iter().any(|code| code.starts_with('E')), "{fine}");
        let service = parse(&text, "x.toml").unwrap().designs.remove(0).service;
        let most = zonefall_engine::SimDuration::from_ms(30_000);
        assert_eq!(service.patience, Some(zonefall_fleet::Patience { most, in_time: None }));
        assert!(!service.spreads_evenly);
    }
    let stores = "[component.copy]\navailability = \"99.9%\"\n[failover.data]\npattern = \"hot\"\nparts = [\"db\", \"copy\"]\nrouter = \"front-door\"\n";
    let at_once = format!("{site}{limited}[retry]\n");
    for (text, expected) in [
        (waits(&format!("{site}{limited}")), vec!["E013"]),
        (waits(&format!("{site}{db}{stores}")), vec!["E013"]),
        (waits("").replace("[service]\n", "[service]\nparallelism = 8\n"), vec!["E013"]),
        (waits("").replace(demand, "").replace("min_served = \"99%\"", "min_serving = 1"), vec!["E083"]),
        (waits("[retry]\n"), vec!["E013"]),
        (waits(&at_once).replace("[service]\n", "[service]\nparallelism = 8\n"), vec!["E013"; 4]),
    ] {
        assert_eq!(codes(&text), expected, "{text}");
    }
    // Of machines in one pool too.
    let pool = |rest: &str| codes(&with("#end", &format!("{demand}[service]\npatience = \"30 s\"\n{rest}")));
    assert_eq!(pool("queue = \"shared\"\n[retry]\n"), ["E013", "E083"]);
    assert_eq!(pool("queue = \"per-machine\"\n[retry]\n"), ["E083", "E013", "E083"]);
}

#[test]
fn jobs_wait_for_the_parts_of_a_service_that_work_on_them() {
    let jobs = |slo: &str, more: &str| {
        let back =
            "[scale_set.back]\nzones = [1, 2]\ncapacity = 4\n[part.behind]\nsets = [\"back\"]\nmin_serving = 2\n";
        let batch = "[jobs]\ncount = 9000\nat = \"22:00\"\ndeadline = \"05:00\"\n";
        with("#slo", slo).replace("#top", "start = \"2026-01-01\"").replace("#end", &format!("{batch}{back}{more}"))
    };
    let (done, db) = ("jobs_by_deadline = \"99%\"", "[component.db]\navailability = \"99.9%\"\n");
    let site = "[failover.site]\npattern = \"hot\"\nparts = [\"machines\", \"behind\"]\nrouter = \"front-door\"\n";
    let requests = "[demand]\nrate = \"9 req/s\"\n";
    for (slo, more) in [(done, ""), ("", ""), (done, db), (done, site), (done, requests), ("", requests)] {
        let text = jobs(slo, more);
        // Both parts stand in the one region.
        let hints: &[&str] = if more == site { &["W022"] } else { &[] };
        assert_eq!(codes(&text), hints, "{text}");
        let design = parse(&text, "x.toml").unwrap().designs.remove(0);
        let through = design.jobs.as_ref().and_then(|jobs| jobs.through.as_ref());
        assert_eq!((through.is_some(), matches!(design.need, Need::Done(99, 100))), (slo == done, slo == done));
        assert!(design.structure().is_some());
    }
    for (text, code) in [
        (jobs(done, "").replace("[jobs]\n", "[jobs]\nsigma = 9\n"), "E020"),
        (jobs("jobs_by_deadline = 0", ""), "E020"),
        (jobs(done, "").replace("min_serving = 2", "min_served = \"99%\""), "E045"),
        (jobs(done, "[demand]\nrate = \"9 req/s\"\n[service]\npatience = \"9 s\""), "E013"),
        (jobs(done, "[service.ceiling]\ncapacity = \"9 req/s\""), "E013"),
        (jobs(done, "[retry]"), "E083"),
    ] {
        assert_eq!(codes(&text), [code], "{text}");
    }
    // Nor does a part say how it works.
    let two = jobs("jobs_by_deadline = 1\np95_latency = \"9 s\"", "[demand]\nrate = \"9 req/s\"");
    assert_eq!(codes(&two), ["E013", "E083"]);
}

#[test]
fn jobs_stand_beside_requests_and_say_what_each_takes() {
    let both = |slo: &str, more: &str| {
        let batch = "[jobs]\ncount = 9000\nwork = 600\nat = \"22:00\"\ndeadline = \"05:00\"\n";
        let text = with("#end", &format!("[demand]\nrate = \"9 req/s\"\n{batch}{more}"));
        text.replace("#top", "start = \"2026-01-01\"").replace("min_serving = 6", slo)
    };
    for slo in ["min_serving = 6", "min_served = \"99%\"", "jobs_by_deadline = \"99%\""] {
        for more in ["", "[retry]\n"] {
            let text = both(slo, more);
            assert_eq!(codes(&text), Vec::<&str>::new(), "{text}");
            let design = parse(&text, "x.toml").unwrap().designs.remove(0);
            assert_eq!((design.jobs.unwrap().work, design.demand.is_some()), (600, true));
        }
        let text = both(slo, "[service]\nparallelism = 8\nqueue = \"shared\"\npatience = \"20 s\"\n");
        assert_eq!(codes(&text), Vec::<&str>::new(), "{text}");
        let design = parse(&text, "x.toml").unwrap().designs.remove(0);
        assert!(design.jobs.is_some() && design.service.patience.is_some());
    }
    let both_asked = both("min_served = \"99%\"\njobs_by_deadline = \"99%\"", "");
    assert_eq!(codes(&both_asked), ["E013"]);
}

/// A web tier and workers; `keys` go to the jobs.
fn with_workers(slo: &str, keys: &str, more: &str) -> String {
    let back = "[scale_set.back]\nzones = [1, 2]\ncapacity = 4\ncapacity_per_instance = \"9 req/s\"\n";
    let batch = "[jobs]\ncount = 9000\nat = \"22:00\"\ndeadline = \"05:00\"\n";
    let text = with("#end", &format!("{back}{batch}{keys}\n{more}\n"));
    text.replace("#top", "start = \"2026-01-01\"").replace("min_serving = 6", slo)
}

#[test]
fn sets_that_do_nothing_but_jobs_are_told_apart() {
    let (back, requests) = ("sets = [\"back\"]", "[demand]\nrate = \"9 req/s\"\n");
    let scales = |set: &str, metric: &str| {
        let rule = RULE.replace("scale_set.web", &format!("scale_set.{set}")).replace("cpu", metric);
        let last = if metric == "cpu" { "" } else { "aggregation = \"last\"\n" };
        format!("{requests}[scale_set.{set}.autoscale]\nminimum = 3\nmaximum = 12\n{rule}\nincrease = 1\n{last}")
    };
    let (done, served) = ("jobs_by_deadline = \"99%\"", "min_served = \"99%\"");
    let part = |set: &str| format!("[part.one]\nsets = [\"{set}\"]\nmin_serving = 2\n");
    let limit = format!("{requests}[service]\nparallelism = 8\n");
    for (slo, more) in [
        ("min_serving = 6", ""),
        (served, requests),
        (done, requests),
        (done, ""),
        ("", &part("web")),
        (served, &scales("web", "cpu")),
        (served, &scales("web", "requests")),
        (served, &scales("back", "queue")),
        (served, &scales("back", "cpu")),
        // Machines that are not alike, of which no request comes to the others.
        ("p95_latency = \"9 s\"", &limit),
        (served, &format!("{requests}[service.ceiling]\ncapacity = \"99 req/s\"\n")),
    ] {
        // Of rules only the metric matters here.
        let text = with_workers(slo, back, more).replace("start = ", "allow = [\"W027\"]\nstart = ");
        assert_eq!(codes(&text), Vec::<&str>::new(), "{text}");
        let design = parse(&text, "x.toml").unwrap().designs.remove(0);
        assert_eq!((design.only_works(0), design.only_works(1)), (false, true));
    }
    for (text, code) in [
        (with_workers(served, "sets = [\"bakc\"]", requests), "E084"),
        (with_workers(served, "sets = [\"back\", \"back\"]", requests), "E015"),
        (with_workers(served, "sets = \"back\"", requests), "E012"),
        (with_workers(served, "sets = [1]", requests), "E012"),
        // Nobody is left to serve.
        (with_workers(served, "sets = [\"web\", \"back\"]", requests), "E084"),
        (with_workers(done, "sets = [\"web\", \"back\"]", requests), "E084"),
        (with_workers("min_serving = 6", "sets = [\"web\", \"back\"]", ""), "E084"),
        (with_workers("", back, &part("back")), "E013"),
        (with_workers(served, back, &scales("web", "queue")), "E059"),
        (with_workers(served, back, &scales("back", "requests")), "E059"),
        // Nothing but jobs passes these machines, and none passes the ceiling.
        (with_workers(done, back, "[service.ceiling]\ncapacity = \"99 req/s\"\n"), "E083"),
        (with_workers("min_serving = 10", back, ""), "W009"),
        (with_workers(done, &format!("{back}\nwork = 90_000"), ""), "W026"),
    ] {
        assert_eq!(codes(&text), [code], "{text}");
    }
    // All there are may do nothing else where nothing else is asked.
    assert_eq!(codes(&with_workers(done, "sets = [\"web\", \"back\"]", "")), Vec::<&str>::new());
    // A table that says nothing else is no table of jobs.
    assert_eq!(codes(&with("#end", "[jobs]\nsets = [\"web\"]"))[..3], ["E011"; 3]);
    // A wrong name brings nothing else: its set may be the one that is in no part.
    assert_eq!(codes(&with_workers("", "sets = [\"bakc\"]", &part("web"))), ["E084"]);
}

#[test]
fn mistakes_in_sets_of_jobs_stand_at_their_line() {
    let told = |text: &str| parse(text, "x.toml").unwrap_err().render(false);
    let wrong = told(&with_workers("min_served = \"99%\"", "sets = [\"bakc\"]", "[demand]\nrate = \"9 req/s\"\n"));
    let lines = ["error[E084]: the design has no set `bakc`", "x.toml:25:9", "did you mean `back`?"];
    assert!(lines.iter().all(|line| wrong.contains(line)), "{wrong}");
    let all = told(&with_workers("min_serving = 6", "sets = [\"web\", \"back\"]", "[demand]\nrate = \"9 req/s\"\n"));
    let lines = ["every set does nothing but jobs, and requests arrive: nobody is left to serve them", "x.toml:25:8"];
    assert!(lines.iter().all(|line| all.contains(line)), "{all}");
    let part = told(&with_workers("", "sets = [\"back\"]", "[part.one]\nsets = [\"back\"]\nmin_serving = 2\n"));
    assert!(part.contains("set `back` does nothing but jobs, and parts serve requests"), "{part}");
}

#[test]
fn gateways_stand_before_a_service_of_parts_or_before_the_parts_that_clients_are_sent_to() {
    let back =
        "[scale_set.back]\nzones = [1, 2]\ncapacity = 4\n[part.behind]\nsets = [\"back\"]\nmin_served = \"99%\"\n";
    let grows = |more: &str| {
        with("#balancer", GATEWAY)
            .replace("#end", &format!("[load_balancer.autoscale]\n[demand]\nrate = \"9 req/s\"\n{back}{more}"))
    };
    let site = "[failover.site]\npattern = \"hot\"\nparts = [\"machines\", \"behind\"]\nrouter = \"front-door\"\n";
    let third = "[scale_set.front]\nzones = [1]\ncapacity = 4\n[part.first]\nsets = [\"front\"]\nmin_serving = 1\n";
    let again = "[retry]\n";
    let some = [String::new(), site.into(), format!("{site}{third}")];
    for fine in some.iter().flat_map(|some| [some.clone(), format!("{some}{again}")]) {
        let hints: &[&str] = if fine.contains(site) { &["W022"] } else { &[] };
        assert_eq!(codes(&grows(&fine)), hints, "{fine}");
    }
    let (any, db) = ("[part.any]\nany = [\"site\", \"db\"]\n", "[component.db]\navailability = \"99.9%\"\n");
    let more = format!("{site}{db}{any}");
    assert_eq!(codes(&grows(&more)), ["E013"], "{more}");
}

/// Two parts in series, which say how they work on requests; `more` goes to the second.
fn tiers(slo: &str, service: &str, more: &str) -> String {
    let back = "[scale_set.back]\nzones = [1, 2]\ncapacity = 4\n[part.behind]\nsets = [\"back\"]\nmin_serving = 2\n";
    with("#slo", slo).replace("#end", &format!("[demand]\nrate = \"90 req/s\"\n{service}\n{back}{more}\n"))
}

#[test]
fn times_of_a_service_of_parts_need_parts_that_say_how_they_work() {
    let (slo, service) = ("p95_latency = \"900 ms\"", "[service]\nparallelism = 8");
    let own = "parallelism = 2\nqueue = \"shared\"";
    for fine in [tiers(slo, service, ""), tiers("", service, own), tiers(slo, service, own)] {
        assert_eq!(codes(&fine), Vec::<&str>::new());
    }
    let db = "[component.db]\navailability = \"99.9%\"\ncapacity = \"99 req/s\"\nmin_served = \"99%\"";
    let other = "[virtual_machine.slow]\ncapacity_per_instance = \"9 req/s\"";
    let third = "[scale_set.c]\nzones = [1]\ncapacity = 1\n[part.c]\nsets = [\"c\"]\nmin_serving = 1\n[part.of]\nof = [\"c\", \"behind\", \"machines\"]\nleast = 2";
    for (text, code) in [
        (tiers(slo, "", ""), "E083"),
        (tiers(slo, "", own), "E083"),
        (tiers("", "[service]\nqueue = \"shared\"", ""), "E083"),
        (tiers("", "", "queue = \"shared\""), "E083"),
        (tiers("p95_latency = \"1 ms\"", service, ""), "E083"),
        (tiers("p95_latency = 9", service, ""), "E012"),
        (tiers("", service, "parallelism = 0"), "E020"),
        (tiers("", service, "parallelism = \"two\""), "E012"),
        (tiers("", service, "queue = \"two\""), "E014"),
        (tiers("", service, "parallelism = 9999\nqueue = \"shared\""), "E083"),
        (tiers("", service, "paralellism = 2"), "E010"),
        (tiers("", service, "").replace("[demand]\nrate = \"90 req/s\"", ""), "E083"),
        (tiers("", service, db), "E013"),
        (tiers("", service, other), "E083"),
        (tiers("", service, third), "E083"),
        (tiers("", service, "[part.all]\nall = [\"behind\", \"machines\"]\nparallelism = 2"), "E013"),
        (tiers("", "[service]\nparallelism = 8\nspread = \"even\"", own), "E013"),
        (tiers("", "[retry]\n[service]\nspread = \"even\"", ""), "E013"),
        (tiers("jobs_by_deadline = \"99%\"", service, ""), "E084"),
    ] {
        assert_eq!(codes(&text), [code], "{text}");
    }
    // All at once.
    let both = tiers(slo, "[service]\nparallelism = 0", "parallelism = \"two\"");
    assert_eq!(codes(&both), ["E020", "E012"]);
}

/// What is wrong with a set hides nothing that is wrong with the parts, and a group is not offered to itself.
#[test]
fn mistakes_of_parts_are_told_beside_those_of_their_sets() {
    let text = "horizon = \"1 year\"\ntrials = 1000\n[slo]\nholds = \"service\"\nmin_serving = 2\n[region.east]\n\
                [scale_set.web]\nregion = \"est\"\nzones = [1, 2]\ncapacity = 4\n\
                [part.front]\nsets = [\"web\"]\nmin_serving = 2\n[part.service]\nall = [\"front\", \"bck\"]\n";
    let found = |text: &str| {
        let told = parse(text, "s.toml").unwrap_err();
        let all = told.items().iter().map(|item| format!("{} {} {}", item.code, item.message, item.help.join("; ")));
        all.collect::<Vec<String>>()
    };
    let has = |all: &[String], words: &str| all.iter().any(|item| item.contains(words));
    // E031, and every set is in a part that says what it needs, so that nobody is left for `min_serving`.
    let all = found(text);
    assert!(has(&all, "E031 there is no region `est`"), "{all:?}");
    assert!(has(&all, "E013 every set is in a part"), "{all:?}");
    assert!(has(&all, "no part or component `bck` known here: front"), "{all:?}");
    // A set that is not there, in the file and in a design.
    let other = text.replace("sets = [\"web\"]", "sets = [\"wb\"]").replace("min_serving = 2\n[region", "[region");
    let all =
        found(&format!("{other}[[design]]\nname = \"x\"\n[[design]]\nname = \"y\"\npart.front.sets = [\"wib\"]\n"));
    for words in ["E031 there is no region", "E086 the design has no set `wb`", "E086 the design has no set `wib`"] {
        assert!(has(&all, words), "{words}: {all:?}");
    }
    // One that is there is not asked for again.
    assert!(!has(&found(&text.replace("min_serving = 2\n[region", "[region")), "is in no part"));
}

/// Mistakes of twenty tables, and none of them hides another or brings one that follows from it.
#[test]
fn a_scenario_full_of_mistakes_tells_each_of_them_once() {
    let text = include_str!("data/full-of-mistakes.toml");
    let wrong = parse(text, "x.toml").unwrap_err();
    let line = |words: &str| text.lines().position(|line| line.starts_with(words)).unwrap() + 1;
    let expected: Vec<(usize, &str, &str)> = [
        ("sed", "E010", "seed"),
        ("trials", "E063", "there is no design `c`"),
        ("strat", "E010", "start"),
        ("min_servng", "E010", "min_serving"),
        ("target", "E023", "high"),
        ("designs", "E081", "bass"),
        ("zones", "E032", "zone 4"),
        ("boot", "E021", "soon"),
        ("committed_for", "E014", "2 years"),
        ("image", "E014", "managd"),
        ("minimum", "E059", "the minimum 12 is above the maximum 3"),
        ("metric", "E014", "cpuu"),
        ("starts", "E026", "6 pm"),
        ("daily", "E058", "7 equal parts"),
        ("at = \"25", "E084", "25:00"),
        ("tries", "E020", "99"),
        ("prob_interval", "E010", "probe_interval"),
        ("[faults.mode", "E071", "rack-failur"),
        ("at = \"40", "E060", "this fault strikes"),
        ("action", "E010", "known here: at, for, members, effect, recovery, cause"),
        ("members", "E077", "eastus/9"),
        ("at = \"40", "E060", "this change happens"),
        ("key", "E010", "capcity"),
        ("scale_set.web.capacty", "E010", "capacity"),
        ("seed", "E050", "cannot change `seed`"),
    ]
    .map(|(begin, code, words)| (line(begin), code, words))
    .to_vec();
    let told: Vec<(&str, String)> =
        wrong.items().iter().map(|of| (of.code, format!("{} {}", of.message, of.help.join(" ")))).collect();
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for ((told, of), (at, code, words)) in told.iter().zip(wrong.items()).zip(expected) {
        // The change stands at the second such line.
        let at = if words.starts_with("this change") { at + 5 } else { at };
        assert!(
            (told.0, of.line) == (code, at) && told.1.contains(words),
            "{told:?} at {} is not {at}: {words}",
            of.line
        );
    }
}

/// What is wrong with the trials, the target or the boot hides nothing of the clock, the zones or the limits.
#[test]
fn mistakes_elsewhere_hide_nothing_of_the_calendar_the_zones_and_autoscale() {
    let scaled = format!(
        "[demand]\nrate = \"9 req/s\"\n[scale_set.web.autoscale]\nminimum = 12\nmaximum = 3\n{RULE}\nincrease = 1\n\
         [[scale_set.web.autoscale.profile]]\nname = \"evening\"\nstarts = \"18:00\"\n"
    );
    let text = with("#end", &scaled).replace("[1, 2, 3]", "[1, 4]");
    let words = |text: &str| {
        let wrong = parse(text, "x.toml").unwrap_err();
        wrong.items().iter().map(|of| of.message.clone()).collect::<Vec<_>>()
    };
    let alone = words(&text);
    for (at, part) in
        ["zone 4 does not exist", "the minimum 12 is above", "profiles need to know the calendar"].iter().enumerate()
    {
        assert!(alone.len() == 3 && alone[at].contains(part), "{alone:#?}");
    }
    for (old, new) in [
        ("#top", "trials = 0"),
        ("#top", "seed = -1"),
        ("#top", "measure_from = \"400 days\""),
        ("#slo", "target = \"much\""),
        ("#slo", "window = \"none\""),
        ("#set", "boot = \"soon\""),
        ("#set", "disk = \"floppy\""),
        ("#set", "hidden_zone = 3"),
        ("#faults", "profile = \"aws\""),
        ("#balancer", "probe_interval = 3"),
    ] {
        let found = words(&text.replace(old, new));
        assert_eq!(found.len(), 4, "{new}: {found:#?}");
        assert!(alone.iter().all(|of| found.contains(of)), "{new}: {found:#?}");
    }
}

/// What is misspelt and has a near name counts as meant: nothing is said to be missing.
#[test]
fn what_is_misspelt_is_not_missed() {
    for (old, new) in [
        ("min_serving = 6", "min_servng = 6"),
        ("[slo]", "[sol]"),
        ("[scale_set.web]", "[scale_sets.web]"),
        ("min_serving = 6", "min_served = \"99%\"\n[demnd]\nrate = \"9 req/s\""),
        ("#top", "strat = \"2026-01-01\"\njobs = { count = 5, at = \"01:00\", deadline = \"05:00\" }"),
        ("min_serving = 6", "jobs_by_deadline = \"99%\"\n[job]\ncount = 5"),
        ("#end", "[[design]]\nname = \"a\"\nslo.min_servng = 3"),
    ] {
        let text = with(old, new);
        assert_eq!(codes(&text), ["E010"], "{new}");
    }
    // What is like nothing there is missed.
    assert_eq!(codes(&with("min_serving = 6", "quorum = 6")), ["E045", "E010"]);
}
