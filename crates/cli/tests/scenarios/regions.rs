//! Two regions: what each kind of standby leaves of a lost region, and what it costs.

use super::kit::{self, Desk};
use super::{Answer, answer, near};

/// Minutes a month, of so many failovers a year that take so many seconds each.
fn by_hand(failovers: f64, seconds: f64) -> f64 {
    failovers * seconds / 60.0 * 30.0 / 365.0
}

fn bill(of: &Answer, design: &str) -> f64 {
    of.design(design)["bill"]["bill_per_month"]["mean"].as_f64().unwrap()
}

#[test]
fn dr_07_a_second_region_leaves_the_time_to_fail_over() {
    let got = answer("two-regions", 20_000);
    let designs = ["active-active", "hot", "warm", "site recovery", "cold", "one region"];
    for pair in designs.windows(2) {
        got.beats(pair[0], pair[1], 0.9);
    }
    got.beats("hot", "one region", 0.01);
    got.beats("warm", "one region", 0.1);
    for design in &designs[..5] {
        assert!(got.charged(design, "failover") > 0.95, "{design}");
    }
    // Probes on a grid of 30 s (115 s on the mean), a minute to be ready, and 99 % of a minute to live.
    let hot = by_hand(got.done("hot", "failovers"), 115.0 + 60.0 + 59.4);
    near(got.down("hot") / hot, 1.0, 0.05);
    // Somebody notices and acts (lognormal of medians 5 and 10 min, sigma 0.7), and half a day of data is lost.
    let cold = got.done("cold", "failovers");
    near(got.done("cold", "failover_data_lost_h") / cold, 12.0, 1.5);
    near(got.done("site recovery", "failover_data_lost_h") / got.done("site recovery", "failovers"), 2.5 / 60.0, 0.005);
    // Room is found in 82.5 % of tries.
    let refused = |design: &str| got.done(design, "failovers_refused") / got.done(design, "failovers");
    near(refused("warm"), 0.175 / 0.825, 0.08);
    assert_eq!(refused("hot"), 0.0);
}

/// Two regions that serve half of the clients each, one of which is lost for two hours: the other has capacity for 72 % of all.
#[test]
fn afd_03_a_lost_region_answers_for_what_the_other_cannot_take_and_the_objective_says_when_it_is_missed() {
    let set = |name: &str| {
        format!(
            "[scale_set.{name}]\nregion = \"{name}\"\nzones = [1, 2, 3]\ncapacity = 9\ncapacity_per_instance = \"80 req/s\"\n\
             [part.{name}]\nsets = [\"{name}\"]\nmin_served = \"99%\"\n"
        )
    };
    let desk = Desk::with(&format!(
        "horizon = \"10 days\"\ntrials = 1\n[slo]\nwindow = \"1 day\"\nholds = \"service\"\n[region.east]\n[region.west]\n\
         [faults]\nprofile = \"none\"\n[demand]\nrate = \"1000 req/s\"\n[load_balancer]\n{}{}[failover.service]\n\
         parts = [\"east\", \"west\"]\npattern = \"active-active\"\nrouter = \"front-door\"\n\
         [[script]]\nat = \"1 day\"\nfor = \"2 h\"\nmembers = [\"east\"]\n",
        set("east"),
        set("west")
    ));
    let ran = desk.run("run s.toml --out r").ends(0);
    let flat = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("with at least 99 % of clients at one that holds: east (at least 99 % of demand served) or west"),
        "{flat}"
    );
    let design = &kit::json(&desk.path("r/summary.json"))["designs"][0];
    let share = |cause: &str| {
        let causes = design["causes"].as_array().unwrap();
        causes.iter().find(|row| row["cause"] == cause).map_or(0.0, |row| row["share"].as_f64().unwrap())
    };
    // A minute and a half until they are sent to west; what overload has is the time until they are sent back.
    assert!(
        share("script") > 0.96 && (0.0..0.02).contains(&share("failover")) && share("overload") < 0.025,
        "{design}"
    );
    desk.run("explain overload").ends(0).says(&["What is out answers for its own"]);
}

/// What is charged to failing over would not be, had the region not been lost.
#[test]
fn the_loss_of_a_region_is_answerable_for_the_failover() {
    let desk = Desk::with(
        "horizon = \"360 days\"\ntrials = 200\nassumptions = false\n[slo]\ntarget = \"99%\"\nholds = \"service\"\n[region.eastus]\n[region.westus]\n\
         [faults]\nprofile = \"none\"\n[faults.mode.region-lost]\nscope = \"region\"\nrate = \"2/yr\"\noutage = \"12 h\"\n\
         [scale_set.east]\nregion = \"eastus\"\nzones = [1]\ncapacity = 2\n[scale_set.west]\nregion = \"westus\"\nzones = [1]\n\
         capacity = 2\n[part.first]\nsets = [\"east\"]\nmin_serving = 2\n[part.second]\nsets = [\"west\"]\nmin_serving = 2\n\
         [failover.service]\nparts = [\"first\", \"second\"]\npattern = \"hot\"\nrouter = \"other\"\ndetect = \"1 min\"\n",
    );
    desk.run("run s.toml --out r").ends(0);
    let design = &kit::json(&desk.path("r/summary.json"))["designs"][0];
    let causes = design["causes"].as_array().unwrap();
    let lost = causes.iter().find(|row| row["cause"] == "region-lost").unwrap();
    let charged = causes.iter().find(|row| row["cause"] == "failover").unwrap()["share"].as_f64().unwrap();
    let (avoided, missed) =
        (lost["avoided_min_per_month"]["mean"].as_f64().unwrap(), design["unavailability"]["mean"].as_f64().unwrap());
    assert!(charged > 0.1, "{design}");
    near(avoided / (missed * 30.0 * 1440.0), 1.0, 1e-9);
}

/// Two of three zones of a region for six hours: a third of its machines answers, so no router sees it, but people do.
#[test]
fn dr_04_zn_06_an_operator_redirects_clients_from_a_region_that_still_answers() {
    let set = |name: &str, region: &str| {
        format!(
            "[scale_set.{name}]\nregion = \"{region}\"\nzones = [1, 2, 3]\ncapacity = 9\ncapacity_per_instance = \"100 req/s\"\n"
        )
    };
    let when = "when = { capacity_lost = \"50%\" }, notice = \"3 min\", act = \"12 min\"";
    let told = [("router", String::new()), ("people", format!(", {when}"))];
    let designs = told.map(|(name, more)| {
        format!("[[design]]\nname = \"{name}\"\nfailover.service = {{ parts = [\"first\", \"second\"], pattern = \"hot\", router = \"other\", detect = \"1 min\", ready = \"0 s\", trigger = \"operator\"{more} }}\n")
    });
    let desk = Desk::with(&format!(
        "horizon = \"1 day\"\ntrials = 20\n[slo]\ntarget = \"50%\"\nwindow = \"1 day\"\nholds = \"service\"\n[region.eastus]\n[region.westus]\n\
         [demand]\nrate = \"800 req/s\"\n[faults]\nprofile = \"none\"\n[[script]]\nat = \"2 h\"\nfor = \"6 h\"\n\
         members = [\"eastus/1\", \"eastus/2\"]\nrecovery = \"reachable\"\n{}{}[part.first]\nsets = [\"east\"]\nmin_served = \"99%\"\n[part.second]\n\
         sets = [\"west\"]\nmin_served = \"99%\"\n{}",
        set("east", "eastus"),
        set("west", "westus"),
        designs.concat()
    ));
    let told = desk.run("check s.toml").ends(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("also when 50 % of the capacity is lost for 5 min"), "{told}");
    desk.run("run s.toml --out r").ends(0);
    let designs = &kit::json(&desk.path("r/summary.json"))["designs"];
    let hours = |at: usize| designs[at]["unavailability"]["mean"].as_f64().unwrap() * 24.0;
    near(hours(0), 6.0, 1e-9);
    near(hours(1), 20.0 / 60.0, 1e-9);
    let told = desk.run("trace s.toml --worst --design people");
    // Somebody sees it when it has lasted; the line may be cut in two.
    told.says(&["02:05:00 the part that serves is found to be out, or to have lost too much"]);
}

#[test]
fn a_standby_is_paid_for_as_far_as_it_runs() {
    let got = answer("two-regions", 1000);
    // Nine machines and nine disks a region, and a balancer where some run: prices of the built-in list.
    let region = 9.0 * (0.192 * 730.0 + 5.28);
    let balancer = 0.025 * 730.0;
    near(bill(&got, "one region"), region + balancer, 1e-3);
    near(bill(&got, "active-active"), 2.0 * (region + balancer), 1e-3);
    near(bill(&got, "hot"), 2.0 * (region + balancer), 1e-3);
    // Three of nine machines, rounded up, but for the days in which all run.
    near(bill(&got, "warm") / (region * 4.0 / 3.0 + 2.0 * balancer), 1.0, 1e-3);
    near(bill(&got, "cold") / (region + balancer), 1.0, 1e-3);
    let notes = got.0["money"]["notes"].to_string();
    assert!(notes.contains("replicas (Site Recovery)") && !notes.contains("in full"), "{notes}");
    // SL-02: the clock of what does not run stands; what serves has its credit.
    assert!(notes.contains("no credit of standbys"), "{notes}");
    let parts = |name: &str| -> Vec<String> {
        let design = got.0["designs"].as_array().unwrap().iter().find(|of| of["design"] == name).unwrap();
        let all = design["agreements"].as_array().into_iter().flatten();
        all.filter_map(|of| Some(of["of"].as_str()?.to_owned())).collect()
    };
    assert_eq!(
        (parts("active-active"), parts("cold")),
        (vec!["eastus".into(), "westus".into()], vec!["eastus".into()])
    );
}
