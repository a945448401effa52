//! Parts that stand in for each other: E01 and E05 of the file, and systems of our own with closed forms.

use super::readings::{entry, unavailability};
use super::text::{Text, exponential, lognormal};
use super::{Entry, Oracles};
use zonefall_exact::failover::{pair_unavailability, standby_unavailability};
use zonefall_exact::laws::{lognormal_capped_mean, lognormal_median};

/// The entries that are held here.
pub const IDS: [&str; 2] = ["E01", "E05"];

const TEN_YEARS: &str = "87600 h";

/// Two components of these laws that stand in for each other, and a machine to which nothing happens.
fn pair(east: (&str, &str), west: &str, failover: &str) -> Text {
    let mut text = Text::new(1, 1, 1, TEN_YEARS);
    text.more = format!(
        "[component.east]\nplacement = \"global\"\ntime_to_failure = {}\noutage = {}\n\
         [component.west]\nplacement = \"global\"\n{west}\n\
         [failover.site]\nparts = [\"east\", \"west\"]\nrouter = \"other\"\nmin_clients = \"100%\"\n{failover}",
        east.0, east.1
    );
    text
}

fn failing(up: &str, outage: &str) -> String {
    format!("time_to_failure = {up}\noutage = {outage}")
}

pub fn entries(file: &Oracles) -> Vec<Entry> {
    let e01 = |name: &str| file.number("E01", name);
    // Two minutes to see it, and one to switch.
    assert_eq!(e01("failover_min"), 3.0);
    let east = (exponential(e01("mttf_h")), lognormal(e01("repair_mean_h"), e01("sigma")));
    let hot = "pattern = \"hot\"\ndetect = \"2 min\"\nready = \"1 min\"";
    let first = pair((&east.0, &east.1), "availability = 1", hot);
    let e05 = |name: &str| file.number("E05", name);
    let (up, down) = (exponential(e05("region_up_h")), exponential(e05("region_down_h")));
    let switch = exponential(e05("failover_mean_min") / 60.0);
    // Where both are down, the switch waits for the other from the instant that it is back.
    let memoryless =
        format!("pattern = \"hot\"\ndetect = {switch}\ndetect_back = {switch}\nready = \"0 s\"\nfailback = \"never\"");
    let second = pair((&up, &down), &failing(&up, &down), &memoryless);
    vec![
        entry("E01", &first, file.exact("E01"), unavailability, (400, 200)),
        entry("E05", &second, file.exact("E05"), unavailability, (1000, 400)),
    ]
}

/// Deterministic times to see and to switch, in hours, under repairs of either family.
pub fn own() -> Vec<Entry> {
    let (up, down, delay) = (500.0, 1.0, 0.1);
    let exponential_capped = -down * f64::exp_m1(-delay / down);
    let (alternating, outage) = (exponential(up), exponential(down));
    let both = "pattern = \"active-active\"\ndetect = \"6 min\"";
    let pair_of = |outage: &str| pair((&alternating, outage), &failing(&alternating, outage), both);
    let sigma = 0.8;
    let lognormal_capped = lognormal_capped_mean(lognormal_median(down, sigma).unwrap(), sigma, delay).unwrap();
    let standby =
        pair((&alternating, &outage), "availability = 1", "pattern = \"hot\"\ndetect = \"4 min\"\nready = \"2 min\"");
    let exact = |capped: f64| pair_unavailability(up, down, capped).unwrap();
    vec![
        entry("active-active", &pair_of(&outage), exact(exponential_capped), unavailability, (400, 100)),
        entry(
            "active-active lognormal",
            &pair_of(&lognormal(down, sigma)),
            exact(lognormal_capped),
            unavailability,
            (400, 100),
        ),
        entry(
            "standby",
            &standby,
            standby_unavailability(up, down, exponential_capped).unwrap(),
            unavailability,
            (400, 100),
        ),
    ]
}
