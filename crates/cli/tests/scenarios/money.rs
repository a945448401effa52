//! Bills by hand beside bills by the program; the same figures in every form.

use super::kit::{self, Desk};
use serde_json::Value;

const HEAD: &str =
    "horizon = \"365 days\"\ntrials = 300\nassumptions = false\n[slo]\nmin_serving = 2\n[region.eastus]\n";

#[track_caller]
fn bills(desk: &Desk) -> Value {
    desk.run("run s.toml --out r --force --report html,md,xlsx").ends(0);
    kit::json(&desk.path("r/summary.json"))
}

#[track_caller]
fn near(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap();
    assert!((value - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{value}, not {expected}");
}

/// An amount as results have it: whole cents, within one of what it is.
#[track_caller]
fn to_the_cent(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap();
    assert!((value - expected).abs() <= 0.01 + 1e-9, "{value}, not {expected}");
    assert_eq!(value, (100.0 * value).round() / 100.0, "not whole cents");
}

fn item<'a>(design: &'a Value, name: &str) -> &'a Value {
    let items = design["bill"]["items"].as_array().unwrap();
    items.iter().find(|item| item["item"] == name).unwrap_or(&Value::Null)
}

#[test]
fn co_01_co_02_co_03_a_bill_by_hand() {
    let sets = "[money]\ndowntime_per_hour = 100\n[scale_set.web]\nzones = [1, 2, 3]\ncapacity = 6\nsize = \"Standard_D2s_v5\"\n\
                committed = 4\n[availability_set.db]\ncapacity = 2\ndisk = \"standard-hdd\"\n[virtual_machine.one]\n\
                size = \"Standard_D8s_v5\"\ncommitted = 1\ncommitted_for = \"3 years\"\n[load_balancer]\n";
    let desk = Desk::with(&format!("{HEAD}{sets}"));
    let summary = bills(&desk);
    let design = &summary["designs"][0];
    // Two of six D2s and two D4s on demand; four D2s for a year, one D8s for three; seven P4 disks, two S4, one balancer.
    to_the_cent(&item(design, "on_demand")["cost_per_month"], (2.0 * 0.096 + 2.0 * 0.192) * 730.0);
    near(&item(design, "on_demand")["machine_hours_per_month"], 4.0 * 730.0);
    to_the_cent(&item(design, "committed")["cost_per_month"], (4.0 * 0.0576 + 0.1536) * 730.0);
    assert!((item(design, "disks")["cost_per_month"].as_f64().unwrap() - 7.0 * 5.28 - 2.0 * 1.54).abs() < 1e-6);
    to_the_cent(&item(design, "load_balancer")["cost_per_month"], 0.025 * 730.0);
    let bill = design["bill"]["bill_per_month"]["mean"].as_f64().unwrap();
    let sum: f64 =
        design["bill"]["items"].as_array().unwrap().iter().map(|of| of["cost_per_month"].as_f64().unwrap()).sum();
    assert!((bill - sum).abs() < 1e-4, "{bill} {sum}");
    let down = design["unavailability"]["mean"].as_f64().unwrap();
    to_the_cent(&design["bill"]["downtime_cost_per_month"]["mean"], down * 730.0 * 100.0);
}

#[test]
fn co_03_disks_without_a_price_beside_disks_that_have_one_are_a_mistake() {
    // Free, they would be the cheapest: for the built-in list, and for one's own.
    let desk = Desk::with(&format!("{HEAD}[money]\n[scale_set.web]\ncapacity = 2\ndisk = \"standard-ssd\"\n"));
    let told = desk.run("check s.toml").ends(3);
    assert!(told.err.contains("disk.standard-ssd"), "{}", told.err);
    let list = "[money.prices]\ndate = \"2026-01\"\nsize.Standard_D4s_v5.on_demand = 0.192\n";
    let desk = Desk::with(&format!("{HEAD}{list}[scale_set.web]\ncapacity = 2\ndisk = \"standard-ssd\"\n"));
    let notes = bills(&desk)["money"]["notes"].to_string();
    assert!(notes.contains("no prices of disks"), "{notes}");
}

#[test]
fn co_03_ag_03_an_application_gateway_is_billed_with_the_units_of_its_instances() {
    let text = |gateway: &str| {
        format!(
            "{HEAD}[money]\n[demand]\nrate = \"4000 req/s\"\n[scale_set.web]\nzones = [1, 2, 3]\ncapacity = 60\n\
             capacity_per_instance = \"100 req/s\"\n[load_balancer]\nkind = \"application-gateway\"\n{gateway}\n"
        )
    };
    let summary = bills(&Desk::with(&text("autoscale = { minimum = 8, maximum = 20 }")));
    let design = &summary["designs"][0];
    to_the_cent(&item(design, "application_gateway")["cost_per_month"], 0.20 * 730.0);
    to_the_cent(&item(design, "capacity_units")["cost_per_month"], 80.0 * 0.008 * 730.0);
    assert_eq!(item(design, "load_balancer"), &Value::Null);
    // One that does not scale by itself has nobody knows how many units.
    let summary = bills(&Desk::with(&text("")));
    to_the_cent(&item(&summary["designs"][0], "application_gateway")["cost_per_month"], 0.20 * 730.0);
    assert_eq!(item(&summary["designs"][0], "capacity_units"), &Value::Null);
    assert!(summary["money"]["notes"].to_string().contains("capacity units"));
}

#[test]
fn sl_01_dedicated_hosts_have_a_promise_and_machines_of_one_zone_none_together() {
    let set = |more: &str| {
        format!("{HEAD}[money]\n[scale_set.web]\ncapacity = 3\nzones = [1]\norchestration = \"flexible\"\n{more}\n")
    };
    let hosts = "allow_zonal_dedicated_host = true\n\
                 dedicated_hosts = { zone = 1, fault_domains = 1, automatic_placement = true }";
    let summary = bills(&Desk::with(&set(hosts)));
    assert!(
        summary["designs"][0]["sla"]["name"].to_string().contains("dedicated host group"),
        "{}",
        summary["designs"][0]["sla"]
    );
    let summary = bills(&Desk::with(&set("")));
    assert_eq!(summary["designs"][0]["sla"], Value::Null);
    let each = &summary["designs"][0]["agreements"][0];
    assert_eq!(
        (&each["of"], &each["each_machine"], &each["sla"]["promise"]),
        (&"web".into(), &true.into(), &0.999.into())
    );
}

/// Two of three pairs of machines stand in different zones; a region with one zone and machines in none beside it. The older
/// price, the newer one, and nobody who says what requests move.
#[test]
fn co_04_traffic_between_zones_is_charged_by_the_request_where_a_list_has_a_price() {
    let list = "[money.prices]\ndate = \"2026-01\"\nsize.Standard_D4s_v5.on_demand = 0.192\n";
    let text = |price: &str, demand: &str, sets: &str| {
        let demand = format!("[demand]\nrate = \"300 req/s\"\n{demand}\n");
        let quiet = "[faults]\nprofile = \"none\"\n";
        Desk::with(&format!("{HEAD}[region.west]\n{quiet}{demand}{list}{price}\n{sets}"))
    };
    let set = |name: &str, more: &str| {
        let of = "size = \"Standard_D4s_v5\"\ncapacity_per_instance = \"100 req/s\"";
        format!("[scale_set.{name}]\nregion = \"eastus\"\n{of}\n{more}\n")
    };
    let (moves, old) = ("kb_between_zones = 20", "inter_zone_gb = 0.01");
    let three = set("web", "zones = [1, 2, 3]\ncapacity = 6");
    let cost = |desk: &Desk| {
        let summary = bills(desk);
        let design = summary["designs"][0].clone();
        (item(&design, "inter_zone")["cost_per_month"].as_f64(), design, summary["money"]["notes"].clone())
    };
    // 300 requests a second for 730 hours, 20 KB each, two thirds of them at 0.01 a GB.
    let month = 300.0 * 730.0 * 3600.0 * 20e-6 * 0.01;
    let (found, design, _) = cost(&text(old, moves, &three));
    to_the_cent(&found.into(), month * 2.0 / 3.0);
    let bill = design["bill"]["bill_per_month"]["mean"].as_f64().unwrap();
    let machines = 6.0 * 0.192 * 730.0;
    assert!((bill - machines - found.unwrap()).abs() < 1e-4, "{bill}");
    // Two in each of two zones and two in none: of 36 pairs 8 are of machines in different zones.
    let mixed = set("web", "zones = [1, 2]\ncapacity = 4") + &set("rest", "capacity = 2");
    let (found, ..) = cost(&text(old, moves, &mixed));
    to_the_cent(&found.into(), month * 8.0 / 36.0);
    // Three in a region of one zone beside six in three: none of theirs cross, so two thirds of two thirds do.
    let two = three.clone() + &set("far", "zones = [1]\ncapacity = 3").replace("eastus", "west");
    let (found, ..) = cost(&text(old, moves, &two));
    to_the_cent(&found.into(), month * 4.0 / 9.0);
    // The newer word, a design within a zone, and requests that move nothing.
    let one = set("web", "zones = [1]\ncapacity = 6");
    for (price, moves, sets, noted) in [("", moves, &three, true), (old, moves, &one, false), (old, "", &three, false)]
    {
        let (found, _, notes) = cost(&text(price, moves, sets));
        assert_eq!(found, None);
        assert_eq!(notes.to_string().contains("traffic between zones is not charged"), noted, "{notes}");
    }
}

#[test]
fn sl_03_the_expected_credit_is_the_sum_of_its_steps() {
    let sets = "[money]\n[scale_set.web]\nzones = [1, 2, 3]\ncapacity = 6\n[faults.mode.region-data-plane]\nrate = \"6 per region-year\"\n";
    let desk = Desk::with(&format!("{HEAD}{sets}"));
    let summary = bills(&desk);
    let design = &summary["designs"][0];
    let sla = &design["sla"];
    let tiers = sla["tiers"].as_array().unwrap();
    let steps: Vec<u64> = tiers.iter().map(|tier| tier["credit_percent"].as_u64().unwrap()).collect();
    assert_eq!(steps, [10, 25, 100]);
    let share = |tier: &Value| tier["months_share"]["mean"].as_f64().unwrap();
    let sum: f64 = tiers.iter().map(|tier| share(tier) * tier["credit_percent"].as_f64().unwrap()).sum();
    near(&sla["credit_percent"]["mean"], sum);
    near(&sla["expected_credit_percent"], sum);
    let below: f64 = tiers.iter().map(share).sum();
    near(&sla["breach_share"]["mean"], below);
    assert!(below > 0.05 && sla["clock_share"] == 1.0, "{below}");
    let machines = 6.0 * 0.192 * 730.0;
    to_the_cent(&design["bill"]["credit_per_month"]["mean"], sum / 100.0 * machines);
    // The tables hold the same numbers.
    let credits = desk.table("r/credits.csv");
    let shares: Vec<f64> = credits.column("months_share").iter().map(|cell| cell.parse().unwrap()).collect();
    assert_eq!(shares, tiers.iter().map(share).collect::<Vec<f64>>());
    let money = desk.table("r/money.csv");
    let at = money.column("item").iter().position(|item| *item == "credit").unwrap();
    near(&design["bill"]["credit_per_month"]["mean"], money.column("cost_per_month")[at].parse().unwrap());
    for report in ["r/report.html", "r/report.md"] {
        let text = desk.read(report);
        assert!(text.contains("Money") && text.contains("built-in list prices"), "{report}");
    }
}

#[test]
fn sl_02_sl_03_credits_go_by_months_whatever_the_windows_of_the_objective_are() {
    let sets = "[money]\n[scale_set.web]\nzones = [1, 2, 3]\ncapacity = 6\n[faults.mode.region-data-plane]\nrate = \"6 per region-year\"\n";
    let by = |window: &str| {
        let head = HEAD.replace("[slo]\n", &format!("[slo]\nwindow = \"{window}\"\n"));
        assert_ne!(head, HEAD);
        let summary = bills(&Desk::with(&format!("{head}{sets}")));
        assert!(!summary["money"]["notes"].to_string().contains("no whole month"));
        summary["designs"][0]["sla"].clone()
    };
    let by_months = by("30 days");
    assert!(by_months["breach_share"]["mean"].as_f64().unwrap() > 0.05);
    assert_eq!(by("7 days"), by_months);
    assert_eq!(by("365 days"), by_months);
    // A calendar has months of its own, and what comes before the first of them is measured, too.
    let dated = |window: &str| {
        let head = HEAD.replace("[slo]\n", &format!("start = \"2026-01-16\"\n[slo]\nwindow = \"{window}\"\n"));
        bills(&Desk::with(&format!("{head}{sets}")))["designs"][0]["sla"].clone()
    };
    assert_eq!(dated("7 days"), dated("month"));
    assert_eq!(dated("30 days"), dated("month"));
    assert_eq!(dated("month")["uptime"], by_months["uptime"]);
}

#[test]
fn sl_03_without_a_whole_month_there_is_no_credit_in_words() {
    let head = HEAD.replace("365 days", "20 days");
    let summary = bills(&Desk::with(&format!("{head}[money]\n[scale_set.web]\nzones = [1, 2, 3]\ncapacity = 6\n")));
    assert!(summary["money"]["notes"].to_string().contains("no whole month"));
    assert_eq!(summary["designs"][0]["sla"]["credit_percent"], Value::Null);
}

#[test]
fn sl_03_a_calendar_without_a_whole_month_has_no_credit() {
    // Down for an hour of thirty days, of which none is a month of the calendar; and of 45, of which February is one.
    let of = |horizon: &str| {
        let head = HEAD.replace("365 days", horizon).replace("min_serving = 2", "min_serving = 1\nwindow = \"month\"");
        let sets = "[money]\n[scale_set.web]\nzones = [1]\ncapacity = 1\n[faults]\nprofile = \"none\"\n\
                    [[script]]\nat = \"3 d\"\nfor = \"1 h\"\nmembers = [\"eastus\"]\n";
        bills(&Desk::with(&format!("start = \"2026-01-15\"\n{head}{sets}")))
    };
    for horizon in ["29 days", "30 days"] {
        let none = of(horizon);
        assert!(none["money"]["notes"].to_string().contains("no whole month"), "{horizon}");
        let design = &none["designs"][0];
        assert_eq!((&design["sla"]["breach_share"], &design["sla"]["credit_percent"]), (&Value::Null, &Value::Null));
        assert_eq!(design["bill"]["credit_per_month"], Value::Null);
    }
    let february = of("45 days");
    assert_eq!(february["designs"][0]["sla"]["breach_share"]["mean"], 0.0);
    assert!(!february["money"]["notes"].to_string().contains("no whole month"));
}

#[test]
fn co_03_a_load_balancer_is_billed_in_each_region_that_requests_come_to() {
    let sets = "[money]\n[load_balancer]\n[region.westus]\n[scale_set.web]\nregion = \"eastus\"\nzones = [1, 2, 3]\ncapacity = 6\n";
    let west = "[scale_set.west]\nregion = \"westus\"\nzones = [1, 2, 3]\ncapacity = 6\n";
    let cost = |more: &str| {
        let desk = Desk::with(&format!("start = \"2026-01-01\"\n{HEAD}{sets}{more}"));
        let summary = bills(&desk);
        item(&summary["designs"][0], "load_balancer")["cost_per_month"].clone()
    };
    near(&cost(""), 0.025 * 730.0);
    near(&cost(west), 2.0 * 0.025 * 730.0);
    // Nobody sends requests to machines that do nothing but jobs.
    let jobs = "[jobs]\nsets = [\"west\"]\nat = \"22:00\"\ncount = 10\nwork = 1\ndeadline = \"05:00\"\n";
    near(&cost(&format!("{west}{jobs}")), 0.025 * 730.0);
}

#[test]
fn sl_03_parts_of_a_service_in_two_regions_earn_credits_of_their_own() {
    let sets = "holds = \"service\"\n[money]\n[region.eastus]\n[region.westus]\n\
                [scale_set.web]\nregion = \"eastus\"\nzones = [1, 2, 3]\ncapacity = 6\n\
                [scale_set.west]\nregion = \"westus\"\nzones = [1, 2, 3]\ncapacity = 6\n\
                [part.one]\nsets = [\"web\"]\nmin_serving = 2\n[part.two]\nsets = [\"west\"]\nmin_serving = 2\n\
                [part.service]\nany = [\"one\", \"two\"]\n";
    let desk = Desk::with(&format!("{}{sets}", HEAD.replace("min_serving = 2\n[region.eastus]\n", "")));
    let summary = bills(&desk);
    let design = &summary["designs"][0];
    let parts: Vec<&str> = design["agreements"].as_array().unwrap().iter().filter_map(|of| of["of"].as_str()).collect();
    assert_eq!((parts, &design["sla"]), (vec!["eastus", "westus"], &Value::Null));
    let credits = design["bill"]["credits"].as_array().unwrap();
    let ends = |end: &str| -> f64 { credits.iter().map(|of| of["credit_per_month"][end].as_f64().unwrap()).sum() };
    near(&design["bill"]["credit_per_month"]["mean"], ends("mean"));
    near(&design["bill"]["credit_per_month"]["high"], ends("high"));
    assert!(!summary["money"]["notes"].to_string().contains("no credit"), "{}", summary["money"]);
}

#[test]
fn a_price_list_of_its_own_tells_its_mistakes_in_its_own_lines() {
    let sets = "[money]\nprices = \"p.toml\"\n[scale_set.web]\nzones = [1, 2, 3]\ncapacity = 6\n";
    let desk = Desk::with(&format!("{HEAD}{sets}"));
    desk.run("check s.toml").ends(3).complains(&["E076", "p.toml"]);
    desk.put("p.toml", "date = \"2026\"\n[size.Standard_D4s_v5]\non_demnd = 1\n");
    desk.run("check s.toml").ends(3).complains(&["E085", "p.toml:3:1", "on_demand"]);
    desk.put("p.toml", "date = \"2026\"\ncurrency = \"EUR\"\n[size.Standard_D4as_v5]\non_demand = 1\n");
    desk.run("check s.toml").ends(3).complains(&["E085", "Standard_D4s_v5", "Standard_D4as_v5"]);
    desk.put("p.toml", "date = \"2026\"\ncurrency = \"EUR\"\n[size.Standard_D4s_v5]\non_demand = 1\n");
    let summary = bills(&desk);
    near(&summary["designs"][0]["bill"]["bill_per_month"]["mean"], 6.0 * 730.0);
    assert_eq!(summary["money"]["currency"], "EUR");
    // Without `[money]` there is none.
    desk.put("s.toml", HEAD.to_owned() + "[scale_set.web]\nzones = [1, 2, 3]\ncapacity = 6\n");
    let summary = bills(&desk);
    assert_eq!((&summary["money"], &summary["designs"][0]["bill"]), (&Value::Null, &Value::Null));
    assert!(desk.lacks("r/money.csv"));
}

#[test]
fn forced_trials_bill_what_plain_ones_do() {
    let moves = "[demand]\nrate = \"300 req/s\"\nkb_between_zones = 20\n[money.prices]\ndate = \"2026\"\nload_balancer = 0.025\n\
                 inter_zone_gb = 0.01\ndisk.premium-ssd = 5.28\nsize.Standard_D4s_v5.on_demand = 0.192\n";
    let sets = format!(
        "[money]\ndowntime_per_hour = 1\n{moves}[scale_set.web]\nzones = [1, 2, 3]\ncapacity = 6\n\
         capacity_per_instance = \"100 req/s\"\n[load_balancer]\n"
    );
    let desk = Desk::with(&format!("method = \"forcing\"\n{}{sets}", HEAD.replace("300", "2000")));
    let summary = bills(&desk);
    let bill = &summary["designs"][0]["bill"];
    let expected = (6.0 * 0.192 + 0.025) * 730.0 + 6.0 * 5.28;
    let mean = bill["bill_per_month"]["mean"].as_f64().unwrap();
    // Two thirds of what is served moves between zones: nearly all of it.
    let traffic = item(&summary["designs"][0], "inter_zone")["cost_per_month"].as_f64().unwrap();
    let all = 300.0 * 730.0 * 3600.0 * 20e-6 * 0.01 * 2.0 / 3.0;
    assert!((0.999..=1.0).contains(&(traffic / all)), "{traffic} {all}");
    assert!((mean - expected - traffic).abs() < 1e-3, "{mean} {expected} {traffic}");
}

#[test]
fn sl_01_no_bound_on_uptime_or_credit_contradicts_the_availability_beside_it() {
    // One of six is missing every other day; all six never are.
    let sets = "[money]\n[scale_set.web]\nzones = [1, 2, 3]\ncapacity = 6\n[faults]\nprofile = \"none\"\n\
                [faults.mode.guest]\nscope = \"instance\"\nrate = \"30 per machine-year\"\noutage = \"3 min\"\n";
    let head = HEAD.replace("min_serving = 2", "min_serving = 6").replace("trials = 300", "trials = 30");
    let desk = Desk::with(&format!("{head}{sets}"));
    let summary = bills(&desk);
    let (design, number) = (&summary["designs"][0], |value: &Value| value.as_f64().unwrap());
    let (missed, sla) = (number(&design["unavailability"]["high"]), &design["sla"]);
    let unconnected = &sla["unconnected_min_per_month"];
    assert_eq!((unconnected["hits"].as_u64(), &unconnected["quality"]), (Some(0), &Value::from("upper_bound")));
    assert!(missed < 0.002, "{missed}");
    // Thirty trials with nothing allow for a tenth of all time.
    near(&unconnected["high"], missed * 43_200.0);
    // 95 % or less in at most so many of twelve months of 30 days.
    near(&sla["tiers"][2]["months_share"]["high"], missed * 365.0 / 360.0 / 0.05);
    let page = std::fs::read_to_string(desk.path("r/report.md")).unwrap();
    assert!(page.contains("too few trials were ever without a connection"));
}

/// Odd prices, Spot machines that come and go, traffic, and downtime that costs: every amount is whole cents, what is summed sums to the
/// cent, and the table, the workbook's source and the pages have the figures of summary.json.
#[test]
fn amounts_are_cents_that_sum_and_are_the_same_in_every_report() {
    let text = "[money]\ndowntime_per_hour = 77.77\n[demand]\nrate = \"300 req/s\"\nkb_between_zones = 7\n[money.prices]\n\
                date = \"2026\"\nload_balancer = 0.0251\ninter_zone_gb = 0.0133\ndisk.premium-ssd = 5.283\n\
                size.Standard_D4s_v5.on_demand = 0.1917\nsize.Standard_D4s_v5.spot = 0.0333\n\
                [scale_set.web]\nzones = [1, 2, 3]\ncapacity = 7\ncapacity_per_instance = \"100 req/s\"\n[load_balancer]\n\
                [[design]]\nname = \"plain\"\n[[design]]\nname = \"spot\"\nscale_set.web.priority = \"spot\"\n";
    let desk = Desk::with(&format!("{HEAD}{text}"));
    let summary = bills(&desk);
    let cents = |text: &str| -> i64 {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        assert!(part.len() <= 2, "{text} is not cents");
        format!("{whole}{part:0<2}").parse().unwrap()
    };
    let rows = desk.table("r/money.csv");
    let column = |name: &str| rows.column(name);
    let (designs, items, costs) = (column("design"), column("item"), column("cost_per_month"));
    let pages = [desk.read("r/report.md"), desk.read("r/report.html")];
    for design in summary["designs"].as_array().unwrap() {
        let name = design["design"].as_str().unwrap();
        let bill = &design["bill"];
        let mut sums = [0; 2];
        for at in (0..rows.column("item").len()).filter(|&at| designs[at] == name) {
            let amount = cents(costs[at]);
            let told = match items[at] {
                "bill" => &bill["bill_per_month"]["mean"],
                "credit" => &bill["credit_per_month"]["mean"],
                "downtime" => &bill["downtime_cost_per_month"]["mean"],
                "total" => &bill["total_per_month"]["mean"],
                other => &item(design, other)["cost_per_month"],
            };
            assert_eq!(told.as_f64(), costs[at].parse().ok(), "{name} {}", items[at]);
            match items[at] {
                "bill" => {
                    assert_eq!(sums[0], amount, "{name}: items do not sum to the bill");
                    sums[1] += amount;
                    let (whole, part) = (amount / 100, amount % 100);
                    let shown = format!("{},{:03}.{part:02}", whole / 1000, whole % 1000);
                    let shown = if whole < 1000 { format!("{whole}.{part:02}") } else { shown };
                    pages.iter().for_each(|page| assert!(page.contains(&shown), "{name}: {shown} stands on no page"));
                }
                "credit" => sums[1] -= amount,
                "downtime" => sums[1] += amount,
                "total" => assert_eq!(sums[1], amount, "{name}: parts do not sum to the total"),
                _ => sums[0] += amount,
            }
            for end in ["cost_per_month_low", "cost_per_month_high"] {
                let end = column(end)[at];
                assert!(end.is_empty() || cents(end) >= 0, "{end}");
            }
            let hours = column("machine_hours_per_month")[at];
            assert!(hours.split_once('.').is_none_or(|(_, part)| part.len() <= 3), "{hours}");
        }
        assert!(sums[0] > 0, "{name}");
    }
}
