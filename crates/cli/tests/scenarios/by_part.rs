//! SL-01 to SL-03, part by part: uptimes and credits of regions, sets and single machines against sums by hand; what is summed sums
//! to the cent in every file. CO: what downtime costs.

use super::kit::{self, Desk};
use serde_json::Value;

const HEAD: &str = "horizon = \"60 days\"\ntrials = 1\nassumptions = false\n[slo]\nmin_serving = 1\nwindow = \"30 days\"\n\
                    [region.eastus]\n[region.westus]\n[money]\n";

fn outcome(text: &str) -> (Desk, Value) {
    let desk = Desk::with(text);
    desk.run("run s.toml --out r --force --report html,md,xlsx").ends(0);
    let summary = kit::json(&desk.path("r/summary.json"));
    (desk, summary)
}

/// An outage of a region or zone.
fn script(at: &str, lasts: &str, member: &str) -> String {
    format!("[[script]]\nat = \"{at}\"\nfor = \"{lasts}\"\nmembers = [\"{member}\"]\ncause = \"gone\"\n")
}

fn number(of: &Value) -> f64 {
    of.as_f64().unwrap_or_else(|| panic!("{of} is no number"))
}

#[track_caller]
fn near(of: &Value, expected: f64) {
    assert!((number(of) - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{of}, not {expected}");
}

/// Of one part: its promise, the months at each step, the credit in percent, and in money.
#[track_caller]
fn part(design: &Value, name: &str, promise: f64, steps: [f64; 3], money: f64) {
    let all = design["agreements"].as_array().unwrap();
    let sla = &all.iter().find(|of| of["of"] == name).unwrap_or_else(|| panic!("{name} in {all:?}"))["sla"];
    near(&sla["promise"], promise);
    let shares: Vec<f64> =
        sla["tiers"].as_array().unwrap().iter().map(|tier| number(&tier["months_share"]["mean"])).collect();
    assert_eq!(shares, steps, "{name}");
    let percent = steps[0] * 10.0 + steps[1] * 25.0 + steps[2] * 100.0;
    near(&sla["credit_percent"]["mean"], percent);
    near(&sla["breach_share"]["mean"], steps.iter().sum());
    let credits = design["bill"]["credits"].as_array().unwrap();
    let credit = credits.iter().find(|of| of["of"] == name).unwrap();
    near(&credit["credit_per_month"]["mean"], (money * percent + 1e-6).floor() / 100.0);
}

/// What stands in money.csv: whole cents, each item once, items to the bill, parts to the credit, all of it to the total.
#[track_caller]
fn sums(desk: &Desk, summary: &Value) {
    let cents = |text: &str| -> i64 {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        assert!(part.len() <= 2, "{text} is not cents");
        format!("{whole}{part:0<2}").parse().unwrap()
    };
    let rows = desk.table("r/money.csv");
    let columns = ["design", "item", "part", "cost_per_month"].map(|name| rows.column(name));
    let pages = [desk.read("r/report.md"), desk.read("r/report.html")];
    for design in summary["designs"].as_array().unwrap() {
        let (mut items, mut parts, mut whole, mut seen) = (0, 0, [0; 4], Vec::new());
        for at in (0..columns[0].len()).filter(|&at| columns[0][at] == design["design"].as_str().unwrap()) {
            let (item, of, amount) = (columns[1][at], columns[2][at], cents(columns[3][at]));
            assert!(!seen.contains(&(item, of)), "{item} {of} twice");
            seen.push((item, of));
            match ["bill", "credit", "downtime", "total"].iter().position(|known| *known == item) {
                Some(place) => whole[place] = amount,
                None if item == "credit_of_part" => {
                    parts += amount;
                    let shown = format!("{}.{:02}", amount / 100, amount % 100);
                    assert!(pages.iter().all(|page| page.contains(&shown)), "{of}: {shown} on no page");
                }
                None => items += amount,
            }
        }
        let [bill, credit, downtime, total] = whole;
        assert_eq!((items, bill + downtime - credit), (bill, total), "{}", design["design"]);
        let by_part = design["bill"]["credits"].as_array();
        assert!(by_part.is_none() || parts == credit, "{}: {parts} of {credit}", design["design"]);
    }
}

/// Two months of 720 hours: the east is lost for an hour in the first, the west for eight in the first and for 40 in the second.
#[test]
fn sl_01_sl_03_regions_have_uptimes_and_credits_of_their_own() {
    let sets = "[scale_set.east]\nregion = \"eastus\"\nzones = [1, 2, 3]\ncapacity = 3\n\
                [scale_set.west]\nregion = \"westus\"\nzones = [1, 2]\ncapacity = 2\nsize = \"Standard_D2s_v5\"\n\
                [[design]]\nname = \"both\"\n[[design]]\nname = \"one alone\"\nscale_set.west.capacity = 1\n";
    let faults = script("2 d", "1 h", "eastus") + &script("9 d", "8 h", "westus") + &script("40 d", "40 h", "westus");
    let (desk, summary) = outcome(&format!("{HEAD}{faults}{sets}"));
    let [both, alone] = [0, 1].map(|at| &summary["designs"][at]);
    assert_eq!(both["sla"], Value::Null);
    part(both, "eastus", 0.9999, [0.5, 0.0, 0.0], 3.0 * 0.192 * 730.0);
    part(both, "westus", 0.9999, [0.0, 0.5, 0.5], 2.0 * 0.096 * 730.0);
    // One machine has the promise of a single one.
    part(alone, "westus", 0.999, [0.0, 0.5, 0.5], 0.096 * 730.0);
    sums(&desk, &summary);
}

/// Machines of one zone are promised each by itself; a set and a single machine in one region each have their own.
#[test]
fn sl_01_sl_03_single_machines_and_sets_are_promised_by_themselves() {
    let sets = "[scale_set.web]\nzones = [1]\ncapacity = 4\nregion = \"eastus\"\n\
                [[design]]\nname = \"zone\"\n\
                [[design]]\nname = \"set\"\nscale_set.web = false\navailability_set.pair = { region = \"eastus\", capacity = 2 }\n\
                virtual_machine.one = { region = \"eastus\", zone = 2, disk = \"standard-hdd\", size = \"Standard_D2s_v5\" }\n";
    // 96.5 hours of 720 are below 90 % and 50 below 95.
    let faults =
        script("2 d", "1 h", "eastus/1") + &script("9 d", "50 h", "eastus/2") + &script("40 d", "96.5 h", "eastus");
    let (desk, summary) = outcome(&format!("{HEAD}{faults}{sets}"));
    let [zone, set] = [0, 1].map(|at| &summary["designs"][at]);
    assert_eq!(zone["agreements"][0]["each_machine"], true);
    part(zone, "web", 0.999, [0.5, 0.0, 0.5], 4.0 * 0.192 * 730.0);
    part(set, "one", 0.95, [0.5, 0.0, 0.5], 0.096 * 730.0);
    assert_eq!(set["agreements"][0]["sla"]["promise"], 0.9995);
    sums(&desk, &summary);
    let told = desk.run("check s.toml --format json").ends(0);
    assert!(told.out.contains("sla_by_part") && told.out.contains("Standard HDD"), "{}", told.out);
}

/// Outages of machines and regions by chance, beside a closed form: a month is below 99.99 % if its region is lost in it, or
/// both of its machines are; one hour of a region six times a year, two hours of a machine 24 times.
#[test]
fn sl_03_credits_by_part_are_those_of_a_closed_form() {
    let text = HEAD.replace("60 days", "360 days").replace("trials = 1\n", "trials = 2000\n")
        + "[faults]\nprofile = \"none\"\n[faults.mode.crash]\nscope = \"instance\"\nrate = \"24 per machine-year\"\n\
           outage = \"2 h\"\nrecovery = \"reachable\"\n[faults.mode.lost]\nscope = \"region\"\nrate = \"6 per region-year\"\n\
           outage = \"1 h\"\nrecovery = \"reachable\"\n[scale_set.east]\nregion = \"eastus\"\nzones = [1]\ncapacity = 4\n\
           [scale_set.west]\nregion = \"westus\"\nzones = [1, 2]\ncapacity = 2\n";
    let (desk, summary) = outcome(&text);
    let agreements = &summary["designs"][0]["agreements"];
    let share = |at: usize| number(&agreements[at]["sla"]["breach_share"]["mean"]);
    let (month, year) = (720.0, 8760.0);
    // An outage that lies over the border of two months is in both.
    let both = 24.0 * 24.0 * 2.0 * 2.0 / year;
    let west = 1.0 - f64::exp(-(6.0 * (month + 1.0) + both * (month + 1.0)) / year);
    let east = 1.0 - f64::exp(-(6.0 * (month + 1.0) + 24.0 * (month + 2.0)) / year);
    // In 24,000 months, and four times as many of machines that share their region's outages.
    assert!((share(1) - west).abs() < 0.013, "{} {west}", share(1));
    assert!((share(0) - east).abs() < 0.008, "{} {east}", share(0));
    sums(&desk, &summary);
}

/// Three of 720 hours are missed, at 100 an hour and 730 hours a month: 304.166… a month, rounded up. With a demand that one of
/// two machines cannot serve the other's lost hours count as well.
#[test]
fn co_what_downtime_costs_with_and_without_demand() {
    let money = HEAD.replace("[money]\n", "[money]\ndowntime_per_hour = 100\n").replace("60 days", "30 days");
    let sets = "[scale_set.web]\nregion = \"eastus\"\nzones = [1, 2]\ncapacity = 2\n";
    let faults = script("2 d", "3 h", "eastus") + &script("9 d", "5 h", "eastus/1");
    let cost = |text: &str| {
        let (desk, summary) = outcome(text);
        sums(&desk, &summary);
        let design = &summary["designs"][0];
        let bill = &design["bill"];
        let credit = number(&bill["credit_per_month"]["mean"]);
        near(
            &bill["total_per_month"]["mean"],
            number(&bill["bill_per_month"]["mean"]) + number(&bill["downtime_cost_per_month"]["mean"]) - credit,
        );
        (number(&design["unavailability"]["mean"]), number(&bill["downtime_cost_per_month"]["mean"]))
    };
    let up = |hours: f64| (hours / 720.0 * 73_000.0 * 100.0 - 1e-6).ceil() / 100.0;
    let (missed, told) = cost(&format!("{money}{faults}{sets}"));
    // Restarts and boots come on top.
    assert!((missed * 720.0 - 3.0).abs() < 0.2, "{missed}");
    assert!((told - up(missed * 720.0)).abs() < 1e-6, "{told}");
    let busy = "capacity_per_instance = \"100 req/s\"\n[demand]\nrate = \"150 req/s\"\n";
    let text = format!("{money}{faults}{sets}{busy}").replace("min_serving = 1", "min_served = \"99%\"");
    let (missed, told) = cost(&text);
    assert!((missed * 720.0 - 8.0).abs() < 0.4, "{missed}");
    assert!((told - up(missed * 720.0)).abs() < 1e-6, "{told}");
}
