//! Planned maintenance: the answer of the scenario, and waves that are drawn.

use super::kit::{self, Desk};
use super::{answer, near};

#[test]
fn mt_02_one_zone_to_spare_is_not_enough_for_a_wave_that_nothing_stops() {
    let got = answer("maintenance-and-a-zone-down", 300);
    let unstopped = "9, nothing stops the wave";
    // Two thirds of the trials × 3 machines × 15 of 20 racks × 27.3 min, in 8 days of a month of 30.
    near(got.down(unstopped), 2.0 / 3.0 * 3.0 * 0.75 * 27.3 * 30.0 / 8.0, 25.0);
    got.beats("9, bad health stops it", unstopped, 0.05);
    assert!(got.down("9, events and approval") > 0.9 * got.down(unstopped));
    assert_eq!(got.down("9, redeployed by the owner") + got.down("12, nothing stops the wave"), 0.0);
    assert!(got.charged(unstopped, "maintenance-reboot") > 0.2 && got.charged(unstopped, "zone lost") > 0.5);
}

#[test]
fn mt_12_a_machine_is_down_for_rate_times_length() {
    let text = "horizon = \"365 days\"\ntrials = 4000\nassumptions = false\n[slo]\nmin_serving = 1\n\
                [region.eastus]\n[faults]\nprofile = \"none\"\n[maintenance]\n[virtual_machine.one]\nzone = 1\n\
                warm_up = \"0 s\"\n";
    let desk = Desk::with(text);
    desk.run("run s.toml --out r").ends(0);
    let summary = kit::json(&desk.path("r/summary.json"));
    let minutes = |cause: &str| {
        let causes = summary["designs"][0]["causes"].as_array().unwrap();
        let share = causes.iter().find(|row| row["cause"] == cause).unwrap()["share"].as_f64().unwrap();
        share * summary["designs"][0]["unavailability"]["mean"].as_f64().unwrap() * 365.0 * 24.0 * 60.0
    };
    // Lognormal of median 4 s and sigma 0.5; always 30 s; lognormal of median 25 min and sigma 0.3.
    near(minutes("maintenance-pause"), 4.0 * 4.0 * (0.5f64 * 0.5 / 2.0).exp() / 60.0, 0.01);
    near(minutes("maintenance-long-pause"), 0.25, 0.03);
    near(minutes("maintenance-reboot"), 0.05 * 25.0 * (0.3f64 * 0.3 / 2.0).exp(), 0.4);
}

#[test]
fn mt_02_the_order_of_a_wave_is_the_same_whatever_else_may_strike() {
    let base = "name = \"t\"\nhorizon = \"90 days\"\ntrials = 60\nassumptions = false\n[slo]\nmin_serving = 9\n[region.eastus]\n\
                [scale_set.web]\nzones = [1, 2, 3]\ncapacity = 9\n[maintenance]\n[faults]\nprofile = \"azure-like-v0\"\n\
                [faults.mode.maintenance-reboot]\nrate = \"6/yr\"\n[[design]]\nname = \"a\"\n";
    let spot = "[[design]]\nname = \"b\"\nscale_set.web.priority = \"spot\"\n";
    let desk = Desk::new();
    let rows = |name: &str, text: String| -> Vec<String> {
        desk.put(&format!("{name}.toml"), text);
        desk.run(&format!("run {name}.toml --rows --out {name}")).ends(0);
        let rows = desk.read(&format!("{name}/trials.csv"));
        rows.lines().filter(|row| row.contains(",a,")).map(str::to_owned).collect()
    };
    let alone = rows("alone", base.into());
    assert_eq!(alone.len(), 60);
    assert_eq!(alone, rows("beside", format!("{base}{spot}")));
}

#[test]
fn mt_02_what_does_not_go_with_waves_says_so() {
    let text = "horizon = \"365 days\"\ntrials = 2000\n[slo]\nmin_serving = 1\n[region.eastus]\n[maintenance]\n\
                [scale_set.web]\nzones = [1, 2, 3]\ncapacity = 3\n";
    let desk = Desk::with(text);
    for method in ["splitting", "conditioning"] {
        desk.run(&format!("run s.toml --method {method} --out r")).ends(1).complains(&["maintenance"]);
    }
}

#[test]
fn mt_04_a_script_lets_a_wave_begin_in_a_zone_a_hall_or_a_rack() {
    let desk = Desk::new();
    let shares = ["eastus", "eastus/1", "eastus/1/hall0", "eastus/1/rack03", "eastus/3/rack19"].map(|member| {
        let text = format!(
            "horizon = \"40 days\"\ntrials = 4\n[slo]\nmin_serving = 9\n[region.eastus]\n[availability_set.app]\n\
             capacity = 9\nfault_domains = 3\nupdate_domains = 5\n[maintenance]\nself_service = {{ window = \"5 d\" }}\n\
             [[script]]\nat = \"10 d\"\nmembers = [\"{member}\"]\ncause = \"maintenance-reboot\"\n"
        );
        desk.put("s.toml", text);
        desk.run("run s.toml --out r").ends(0);
        kit::json(&desk.path("r/summary.json"))["designs"][0]["unavailability"]["mean"].as_f64().unwrap()
    });
    assert!(shares[0] > 0.0 && shares[1..].iter().all(|share| *share <= shares[0]), "{shares:?}");
}
