//! Components that cost something: in bills, in plans, and in words where they cost nothing.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;

use kit::{Desk, ran};
use serde_json::Value;

const SHOP: &str = "\
name = \"shop\"
horizon = \"30 days\"
trials = 1000
[money]
[slo]
holds = \"all\"
target = \"99%\"
[region.eastus]
[scale_set.web]
zones = [1, 2, 3]
capacity = 6
size = \"Standard_D4s_v5\"
[part.web]
sets = [\"web\"]
min_serving = 4
[part.all]
all = [\"web\", \"db\"]
[component.db]
kind = \"database\"
availability = \"99.99%\"
";

fn bill(desk: &Desk) -> (f64, Vec<(String, f64)>) {
    desk.run("run s.toml --trials 100 --out r --force -q").ends(0);
    let told: Value = serde_json::from_str(&desk.read("r/summary.json")).unwrap();
    let bill = &told["designs"][0]["bill"];
    let item = |item: &Value| (item["item"].as_str().unwrap().to_owned(), item["cost_per_month"].as_f64().unwrap());
    (bill["bill_per_month"]["mean"].as_f64().unwrap(), bill["items"].as_array().unwrap().iter().map(item).collect())
}

#[test]
fn a_component_with_a_price_is_a_part_of_the_bill_and_one_without_is_said_to_be_none() {
    let desk = Desk::with(SHOP);
    let (free, items) = bill(&desk);
    assert!(items.iter().all(|(item, _)| item != "components"), "{items:?}");
    let words = "no price of the component db: it has no `price`";
    let page = desk.run("run s.toml --trials 100 --out r --force").ends(0);
    assert!(page.out.split_whitespace().collect::<Vec<_>>().join(" ").contains(words), "{page}");
    desk.put("s.toml", format!("{SHOP}price = 350\n"));
    let (priced, items) = bill(&desk);
    let of = items.iter().find(|(item, _)| item == "components").unwrap().1;
    assert!((of - 350.0).abs() < 1e-6 && (priced - free - 350.0).abs() < 1e-3, "{items:?} {priced} {free}");
    assert!(desk.read("r/money.csv").contains("components"));
}

#[test]
fn a_plan_pays_for_components_and_says_which_cost_nothing() {
    let plan = "[plan]\n[[plan.choice]]\nkey = \"scale_set.web.capacity\"\nvalues = \"6 to 8\"\n";
    let desk = Desk::with(&format!("{SHOP}{plan}"));
    let cost = |text: &str| {
        desk.put("s.toml", text);
        let told = desk.run("plan s.toml --format json -q").ends(0);
        let told: Value = serde_json::from_str(&told.out).unwrap();
        (told["best"]["cost"].as_f64().unwrap(), told["notes"].to_string())
    };
    let (free, notes) = cost(&format!("{SHOP}{plan}"));
    assert!(notes.contains("no price of the component db"), "{notes}");
    let (priced, notes) = cost(&format!("{SHOP}price = 350\n{plan}"));
    assert!((priced - free - 350.0).abs() < 1e-6 && !notes.contains("no price of"), "{free} {priced} {notes}");
}

#[test]
fn a_budget_that_is_too_small_is_told_at_its_key_and_in_money() {
    let plan = "[plan]\nmax_cost = 500\n[[plan.choice]]\nkey = \"scale_set.web.capacity\"\nvalues = \"6 to 8\"\n";
    let desk = Desk::with(&format!("{SHOP}price = 486.25\n{plan}"));
    let line = SHOP.lines().count() + 3;
    let told = desk.run("plan s.toml").ends(3).complains(&[
        &format!("s.toml:{line}:12"),
        "`max_cost` = 500 and the least that a candidate has is 1,359 USD a month",
    ]);
    assert!(!told.err.contains(".2099"), "{told}");
    let what_if = ran(&mut desk.command(["plan", "s.toml", "--what-if", "plan.max_cost=600"])).ends(3);
    assert!(what_if.err.contains("--what-if:1:") && what_if.err.contains("`max_cost` = 600"), "{what_if}");
}

#[test]
fn a_price_that_nobody_asks_for_changes_nothing_and_that_is_said() {
    let text = format!("{SHOP}price = 350\n");
    let desk = Desk::with(&text.replace("[money]\n", ""));
    desk.run("check s.toml").ends(0).complains(&["W015", "nobody asks for a bill"]);
    desk.put("s.toml", text);
    assert!(!desk.run("check s.toml").ends(0).err.contains("W015"));
}
