//! Every entry of the file that is played, as a scenario.
//!
//! What a file leaves open is chosen here: the law of repairs where only its mean is given, and the time that is watched.
//! Entries in the long run begin stationary, or new with a warm-up of many repairs where crews or shocks are at work.

use super::readings::*;
use super::text::{Text, constant, exponential, lognormal, weibull};
use super::{Entry, Held, Oracles, Reading, failover, load, managed, rare, rollouts};
use zonefall_study::outcome::{Estimate, Outcome, Quality};

const NEW: &str = "start = \"new\"";
const YEAR: &str = "8760 h";
const YEAR_H: f64 = 8760.0;
const TEN_YEARS: &str = "87600 h";
const TEN_YEARS_H: f64 = 87_600.0;
/// Minutes of a month, in which differences are printed.
const MONTH_MIN: f64 = 43_200.0;

/// The parameters of one entry.
#[derive(Clone, Copy)]
struct Given<'a>(&'a Oracles, &'a str);

impl Given<'_> {
    fn h(self, name: &str) -> f64 {
        self.0.number(self.1, name)
    }

    fn count(self, name: &str) -> u32 {
        self.h(name) as u32
    }

    fn exact(self) -> f64 {
        self.0.exact(self.1)
    }
}

/// All entries in the order of the file.
pub fn entries(file: &Oracles) -> Vec<Entry> {
    let spine =
        [single(file), k_of_n(file), crews(file), zones(file), racks(file), shocks(file), probes(file), script(file)];
    spine
        .into_iter()
        .flatten()
        .chain(managed::entries(file))
        .chain(load::entries(file))
        .chain(failover::entries(file))
        .chain(rollouts::entries(file))
        .chain(rare::entries(file))
        .collect()
}

/// Squared standard deviation of a trial's missed hours, over the trial's length.
fn variance_rate_h(outcome: &Outcome) -> Reading {
    let design = first(outcome);
    let value = (design.missed_min_sd / 60.0).powi(2) / outcome.observed_h;
    Reading::Plain { value, hits: design.unavailability.hits }
}

fn outage_mean_h(outcome: &Outcome) -> Reading {
    let design = first(outcome);
    Reading::Plain { value: design.outage_mean_min.unwrap_or(0.0) / 60.0, hits: design.outages_per_year.hits }
}

fn crew_wait_h(outcome: &Outcome) -> Reading {
    let design = first(outcome);
    Reading::Plain { value: design.crew_wait_mean_h.unwrap_or(0.0), hits: design.capacity_lost.hits }
}

fn unserved(outcome: &Outcome) -> Reading {
    Reading::Estimated(first(outcome).unserved.unwrap())
}

fn lost_to_dead(outcome: &Outcome) -> Reading {
    Reading::Estimated(first(outcome).lost_to_dead.unwrap())
}

fn dead_in_rotation(outcome: &Outcome) -> Reading {
    let design = first(outcome);
    Reading::Plain { value: design.classes.dead_in_rotation, hits: design.unavailability.hits }
}

fn awaiting_probe(outcome: &Outcome) -> Reading {
    let design = first(outcome);
    Reading::Plain { value: design.classes.awaiting_probe, hits: design.unavailability.hits }
}

/// The second design less the first, as a share of time.
fn difference(outcome: &Outcome) -> Reading {
    let row = &outcome.differences[0];
    let quality = if row.hits < 20 { Quality::UpperBound } else { Quality::Interval };
    Reading::Estimated(Estimate {
        mean: row.downtime_min_per_month / MONTH_MIN,
        low: row.low.map(|low| low / MONTH_MIN),
        high: row.high.unwrap() / MONTH_MIN,
        quality,
        hits: row.hits,
    })
}

/// One machine that fails and is repaired.
fn machine(given: Given<'_>, horizon: &str, more: &str) -> Text {
    let (up, down) = (exponential(given.h("mttf_h")), exponential(given.h("mttr_h")));
    Text::new(1, 1, 1, horizon).mode("vm", "instance", up, down, more)
}

fn single(file: &Oracles) -> Vec<Entry> {
    let of = |id| Given(file, id);
    let a01 = of("A01");
    let a02 = of("A02");
    let a02_text = Text::new(1, 1, 1, YEAR).mode(
        "vm",
        "instance",
        weibull(a02.h("mttf_h"), a02.h("weibull_shape")),
        lognormal(a02.h("mttr_h"), a02.h("lognormal_sigma")),
        "",
    );
    let a04 = of("A04");
    let mut a04_text = machine(a04, &format!("{} h", a04.h("t_h") + 1.0), NEW);
    a04_text.time += &format!("\nmeasure_at = [\"{} h\"]", a04.h("t_h"));
    let (a05, a06) = (of("A05"), of("A06"));
    let hours = |given: Given<'_>| format!("{} h", given.h("horizon_h"));
    let a07 = of("A07");
    let mut a07_text = machine(a07, &hours(a07), NEW);
    // 4.38 h of 730 h.
    a07_text.slo += &format!("\ntarget = {}", 1.0 - a07.h("sla_downtime_h") / a07.h("horizon_h"));
    let a10 = of("A10");
    let a10_text =
        Text::new(1, 1, 1, &hours(a10)).mode("vm", "instance", exponential(a10.h("mttf_h")), constant("2 h"), NEW);
    let a11 = of("A11");
    let a11_text = Text::new(1, 1, 1, TEN_YEARS).mode(
        "vm",
        "instance",
        exponential(a11.h("mttf_h")),
        lognormal(a11.h("mttr_h"), a11.h("sigma")),
        "",
    );
    vec![
        entry("A01", &machine(a01, YEAR, ""), 1.0 - a01.exact(), unavailability, (2000, 100)),
        entry("A02", &a02_text, 1.0 - a02.exact(), unavailability, (2000, 100)),
        entry("A04", &a04_text, a04.exact(), held::<0>, (20_000, 8000)),
        entry("A05", &machine(a05, &hours(a05), NEW), 1.0 - a05.exact(), unavailability, (5000, 100)),
        entry("A06", &machine(a06, &hours(a06), ""), 1.0 - a06.exact(), unavailability, (5000, 100)),
        entry("A07", &a07_text, 1.0 - a07.exact(), windows_met, (5000, 800)),
        entry("A10", &a10_text, 1.0 - a10.exact(), any_miss, (5000, 800)),
        // The limit: what a trial of ten years lacks of it is a few hours in 87,600.
        without_interval("A11", &a11_text, a11.exact(), variance_rate_h, 200),
    ]
}

/// `n` machines, `k` of them needed, repaired each for itself.
fn group(given: Given<'_>, horizon: &str, more: &str) -> Text {
    let (up, down) = (exponential(given.h("mttf_h")), exponential(given.h("mttr_h")));
    Text::new(given.count("n"), 1, given.count("k"), horizon).mode("vm", "instance", up, down, more)
}

/// `n` machines, `k` of them needed, never repaired.
fn group_without_repair(given: Given<'_>, horizon: &str) -> Text {
    let up = exponential(given.h("mttf_h"));
    let mut text = Text::new(given.count("n"), 1, given.count("k"), horizon);
    text.modes.push(format!(
        "[faults.mode.vm]\nscope = \"instance\"\ntime_to_failure = {up}\nrepair = \"never\"\nstart = \"new\""
    ));
    text
}

fn k_of_n(file: &Oracles) -> Vec<Entry> {
    let of = |id| Given(file, id);
    let (b01, b02, b03, b04) = (of("B01"), of("B02"), of("B03"), of("B04"));
    let b02_text = Text::new(b02.count("n"), 1, b02.count("k"), YEAR).mode(
        "vm",
        "instance",
        weibull(b02.h("mttf_h"), b02.h("shape")),
        lognormal(b02.h("mttr_h"), b02.h("sigma")),
        "",
    );
    let (b05, b07, b08, b09, b11) = (of("B05"), of("B07"), of("B08"), of("B09"), of("B11"));
    // Exp(17500) ends later than this once in 10^24.
    let b05_text = group(b05, "1000000 h", NEW).until_first_miss("1000000 h");
    let b09_text = group_without_repair(b09, "100000 h").until_first_miss("100000 h");
    let mission = |given: Given<'_>| format!("{} h", given.h("mission_h"));
    vec![
        entry("B01", &group(b01, YEAR, ""), 1.0 - b01.exact(), unavailability, (1000, 800)),
        entry("B02", &b02_text, 1.0 - b02.exact(), unavailability, (1000, 700)),
        // An outage under way when a trial begins counts, too: 4e-5 more in ten years.
        entry("B03", &group(b03, TEN_YEARS, ""), b03.exact() * YEAR_H, outages_per_year, (100, 100)),
        without_interval("B04", &group(b04, TEN_YEARS, ""), b04.exact(), outage_mean_h, 100),
        entry("B05", &b05_text, b05.exact(), first_miss_h, (1000, 200)),
        entry("B07", &group(b07, &mission(b07), NEW), b07.exact(), any_miss, (2000, 500)),
        entry("B08", &group_without_repair(b08, &mission(b08)), 1.0 - b08.exact(), any_miss, (5000, 600)),
        entry("B09", &b09_text, b09.exact(), first_miss_h, (5000, 200)),
        entry("B11", &group(b11, YEAR, NEW), b11.exact() / YEAR_H, unavailability, (1000, 800)),
    ]
}

/// `n` machines and few crews; nothing counts before the queue has settled.
fn queue(given: Given<'_>, min_serving: u32, horizon: &str) -> Text {
    let (up, down) = (exponential(given.h("mttf_h")), exponential(given.h("mttr_h")));
    let crews = format!("{NEW}\ncrews = {}", given.h("crews"));
    Text::new(given.count("n"), 1, min_serving, horizon).mode("vm", "instance", up, down, &crews).measured_from("500 h")
}

fn crews(file: &Oracles) -> Vec<Entry> {
    let of = |id| Given(file, id);
    let (c01, c02, c03, c06) = (of("C01"), of("C02"), of("C03"), of("C06"));
    vec![
        entry("C01", &queue(c01, 1, "1500 h"), 1.0 - c01.exact(), capacity_lost, (500, 150)),
        entry("C02", &queue(c02, c02.count("k"), "1500 h"), 1.0 - c02.exact(), unavailability, (500, 150)),
        // Waits count from the beginning, when nobody waits: 2e-4 of this horizon.
        without_interval("C03", &queue(c03, 1, "100000 h"), c03.exact(), crew_wait_h, 2),
        entry("C06", &queue(c06, 1, "1500 h"), 1.0 - c06.exact(), capacity_lost, (500, 150)),
    ]
}

/// Two zones whose outages lie over those of their machines.
fn two_zones(given: Given<'_>, min_serving: u32, horizon: &str) -> Text {
    let (zones, each) = (given.count("zones"), given.count("vms_per_zone"));
    Text::new(zones * each, zones, min_serving, horizon)
        .mode("vm", "instance", exponential(given.h("vm_mttf_h")), lognormal(given.h("vm_mttr_h"), 1.0), "")
        .mode("zone", "zone", exponential(given.h("zone_mtbf_up_h")), exponential(given.h("zone_outage_h")), "")
}

fn zones(file: &Oracles) -> Vec<Entry> {
    let of = |id| Given(file, id);
    let (d01, d02, d03, d05, d13, d15) = (of("D01"), of("D02"), of("D03"), of("D05"), of("D13"), of("D15"));
    let mut d03_text = two_zones(d03, 1, YEAR);
    d03_text.set += "\ncapacity_per_instance = \"100 req/s\"";
    d03_text.more = format!("[demand]\nrate = \"{} req/s\"", 100.0 * d03.h("demand_vms"));
    let mut d05_text = Text::new(d05.count("zones") * d05.count("fds") * d05.count("vms"), 3, d05.count("k"), YEAR)
        .mode("vm", "instance", exponential(d05.h("vm_mttf_h")), weibull(d05.h("vm_mttr_h"), 1.5), "")
        .mode("rack", "rack", exponential(d05.h("fd_up_h")), exponential(d05.h("fd_out_h")), "")
        .mode("zone", "zone", exponential(d05.h("zone_up_h")), exponential(d05.h("zone_out_h")), "");
    d05_text.racks = d05.count("fds");
    let d13_text = two_zones(d01, 1, TEN_YEARS).mode(
        "region",
        "region",
        exponential(d13.h("region_up_h")),
        exponential(d13.h("region_out_h")),
        "",
    );
    let zones = d15.count("zones");
    // One machine a zone, all of them needed: a miss is an outage of any zone.
    let d15_text = Text::new(zones, zones, zones, &format!("{} h", d15.h("horizon_h"))).mode(
        "zone",
        "zone",
        exponential(d15.h("up_h")),
        constant(format!("{} h", d15.h("outage_h"))),
        NEW,
    );
    vec![
        entry("D01", &two_zones(d01, 1, TEN_YEARS), d01.exact(), unavailability, (300, 800)),
        entry("D02", &two_zones(d02, d02.count("k"), YEAR), 1.0 - d02.exact(), unavailability, (500, 200)),
        entry("D03", &d03_text, 1.0 - d03.exact(), unserved, (500, 200)),
        entry("D05", &d05_text, 1.0 - d05.exact(), unavailability, (600, 350)),
        entry("D13", &d13_text, d13.exact(), unavailability, (400, 100)),
        entry("D15", &d15_text, 1.0 - d15.exact(), any_miss, (8000, 8000)),
    ]
}

/// Twelve machines in one zone, over so many of its five racks. Which counts a set may have depends on its kind: Azure
/// takes two and five for regional ones, and this region has one zone.
fn spread(given: Given<'_>, horizon: &str) -> Text {
    let mut text = Text::new(given.count("n"), 1, given.count("k"), horizon)
        .mode("vm", "instance", exponential(given.h("vm_mttf_h")), exponential(given.h("vm_mttr_h")), "")
        .mode("rack", "rack", exponential(given.h("fd_up_h")), exponential(given.h("fd_out_h")), "");
    text.racks = 5;
    text.set = format!("capacity = {}\norchestration = \"uniform\"\nhidden_zone = \"single\"", given.h("n"));
    text
}

fn racks(file: &Oracles) -> Vec<Entry> {
    let of = |id| Given(file, id);
    let (five, two) = (of("D08_fixed5"), of("D08_fixed2"));
    let over = |mut text: Text, domains: u32| {
        text.set += &format!("\nfault_domains = {domains}");
        text
    };
    let mut both = spread(five, YEAR);
    both.more = "[[design]]\nname = \"five\"\nscale_set.web.fault_domains = 5\n\n\
                 [[design]]\nname = \"two\"\nscale_set.web.fault_domains = 2"
        .into();
    vec![
        entry("D08_fixed5", &over(spread(five, TEN_YEARS), 5), five.exact(), unavailability, (200, 250)),
        entry("D08_fixed2", &over(spread(two, YEAR), 2), two.exact(), unavailability, (1000, 200)),
        entry("D09", &both, of("D09").exact(), difference, (1000, 200)),
    ]
}

/// Machines that fail alone, and all at once; each is repaired for itself, and only those that are up are struck.
fn shocked(given: Given<'_>) -> Text {
    let repair = exponential(given.h("mttr_h"));
    Text::new(given.count("n"), 1, 1, YEAR)
        .mode("vm", "instance", exponential(given.h("vm_mttf_h")), &repair, "clock = \"operating\"\nstart = \"new\"")
        .mode(
            "shock",
            "zone",
            exponential(given.h("shock_mtbf_h")),
            &repair,
            "kind = \"shock\"\nclock = \"operating\"\nstart = \"new\"",
        )
        .measured_from("100 h")
}

fn shocks(file: &Oracles) -> Vec<Entry> {
    let (d10, d11) = (Given(file, "D10"), Given(file, "D11"));
    vec![
        entry("D10", &shocked(d10), d10.exact(), unavailability, (1000, 200)),
        entry("D11", &shocked(d11), 1.0 - d11.exact(), capacity_lost, (1000, 100)),
    ]
}

/// Machines behind probes. What was already down at the beginning has been found when the measuring begins.
fn probed(given: Given<'_>, machines: u32, horizon: &str) -> Text {
    let outage = constant(format!("{} s", given.h("down_s")));
    let mut text = Text::new(machines, 1, 1, horizon)
        .mode("vm", "instance", exponential(given.h("mttf_h")), outage, "")
        .measured_from("1 h");
    text.more = format!(
        "[load_balancer]\nprobe_interval = \"{} s\"\nunhealthy_threshold = {}\nhealthy_threshold = {}\n\
         probe_timeout = \"0 s\"\nflap_window = \"0 s\"",
        given.h("probe_interval_s"),
        given.h("unhealthy_threshold"),
        given.h("healthy_threshold")
    );
    text
}

fn probes(file: &Oracles) -> Vec<Entry> {
    let of = |id| Given(file, id);
    let (f01, f02, f05) = (of("F01"), of("F02"), of("F05"));
    let mut f05_text = probed(f05, f05.count("n"), YEAR);
    f05_text.more += "\n\n[demand]\nrate = \"1000 req/s\"";
    vec![
        without_interval("F01", &probed(f01, 1, TEN_YEARS), f01.exact(), dead_in_rotation, 40),
        without_interval("F02", &probed(f02, 1, TEN_YEARS), f02.exact(), awaiting_probe, 40),
        entry("F05", &f05_text, f05.exact(), lost_to_dead, (40, 100)),
    ]
}

/// G05: the script of the description.
fn script(file: &Oracles) -> Vec<Entry> {
    let exact = &file.entry("G05")["exact_value"];
    let mut text = Text::new(6, 2, 4, "3600 s");
    text.more = [(600, 600, "web/here/1/0"), (900, 600, "here/1"), (1400, 600, "web/here/2/1"), (2500, 30, "here")]
        .map(|(at, lasts, member)| {
            format!(
                "[[script]]\nat = \"{at} s\"\nfor = \"{lasts} s\"\nmembers = [\"{member}\"]\nrecovery = \"reachable\""
            )
        })
        .join("\n\n");
    let exactly = |name: &str, read: fn(&Outcome) -> Reading| {
        let expected = exact[name].as_f64().unwrap_or_else(|| panic!("G05 has no {name}"));
        Entry { id: "G05", toml: text.to_string(), expected, read, trials: 1, held: Held::Exactly }
    };
    vec![
        exactly("capacity_vm_s", |outcome| Reading::Plain {
            value: first(outcome).serving_machine_hours * 3600.0,
            hits: 1,
        }),
        exactly("seconds_below_4", |outcome| Reading::Plain {
            value: first(outcome).unavailability.mean * 3600.0,
            hits: 1,
        }),
    ]
}
