//! The first miss of a trial, in hours.

use super::kit::Desk;

/// A whole number of hours is shown as one, whatever was measured before it.
#[test]
fn a_first_miss_after_ten_days_is_one_after_240_hours() {
    let desk = Desk::with(
        "horizon = \"30 days\"\nmeasure_from = \"5 days\"\ntrials = 10\nassumptions = false\n[slo]\nmin_serving = 1\n\
         window = \"5 days\"\n[region.eastus]\n[scale_set.web]\nzones = [1]\ncapacity = 1\n[faults]\nprofile = \"none\"\n\
         [[script]]\nat = \"10 d\"\nfor = \"1 h\"\nmembers = [\"eastus\"]\n",
    );
    desk.run("run s.toml --out r --force").ends(0);
    assert_eq!(desk.table("r/designs.csv").column("first_miss_h"), ["240"]);
}
