//! Releases and rollouts: an entry of the file, and systems of our own with their closed forms.

use super::readings::*;
use super::text::Text;
use super::{Entry, Held, Oracles, Reading};
use zonefall_study::outcome::Outcome;

/// The entries of the capability `load and operations` that are held here.
pub const IDS: [&str; 1] = ["G03"];

/// Machines that are made, deleted and started by nothing but upgrades.
const PLAIN: &str = "boot = \"0 s\"\nwarm_up = \"0 s\"\nhealth = {}";

fn operation(outcome: &Outcome, name: &str) -> f64 {
    let done = first(outcome).operations.iter().find(|operation| operation.operation == name);
    done.map_or(0.0, |operation| operation.per_year.mean) / 8760.0 * outcome.observed_h
}

fn completion_s(outcome: &Outcome) -> Reading {
    Reading::Plain { value: operation(outcome, "rollout_h") * 3600.0, hits: 1 }
}

fn lost_vm_s(outcome: &Outcome) -> Reading {
    let hours = operation(outcome, "existing_machine_h") - first(outcome).serving_machine_hours;
    Reading::Plain { value: hours * 3600.0, hits: 1 }
}

/// Seconds in which the objective does not hold.
fn missed_s(outcome: &Outcome) -> Reading {
    Reading::Plain { value: first(outcome).unavailability.mean * outcome.observed_h * 3600.0, hits: 1 }
}

/// G03: batches of the whole rounded down, each out together, a pause between. What the machines' health says is left
/// out of it: nothing fails, nobody waits for it, and no limit stops it.
pub fn entries(file: &Oracles) -> Vec<Entry> {
    let of = |name: &str| file.number("G03", name);
    let exact = |name: &str| file.entry("G03")["exact_value"][name].as_f64().unwrap();
    let text = |least: f64| {
        let mut text = Text::new(of("n") as u32, 1, least as u32, "2 h");
        text.set += &format!("\n{PLAIN}");
        text.more = format!(
            "[scale_set.web.upgrade]\nmode = \"rolling\"\nbatch = {}\nmax_unhealthy = 100\n\
             max_unhealthy_upgraded = 100\nhealth_wait = \"0 s\"\npause = \"{} s\"\nreimage_time = \"{} s\"\n\n\
             [[release]]\nat = \"10 min\"\nbad = \"0%\"",
            of("max_batch_pct"),
            of("pause_s"),
            of("batch_s")
        );
        text
    };
    let least = exact("min_in_service");
    let exactly = |least: f64, expected: f64, read: fn(&Outcome) -> Reading| Entry {
        id: "G03",
        toml: text(least).to_string(),
        expected,
        read,
        trials: 1,
        held: Held::Exactly,
    };
    // The least in service is 16: that many always serve, and one more does not while any batch is out.
    let batches = (of("n") / (of("n") * of("max_batch_pct") / 100.0).floor()).ceil();
    vec![
        exactly(least, exact("completion_s"), completion_s),
        exactly(least, exact("lost_vm_s"), lost_vm_s),
        exactly(least, 0.0, missed_s),
        exactly(least + 1.0, batches * of("batch_s"), missed_s),
    ]
}

/// Releases every 100 hours for 1,000 hours; with probability p one is bad, and shows at once. The operator notices after
/// 1 to 3 hours, two on average, and a machine is down for six minutes for any image.
pub fn own() -> Vec<Entry> {
    let (p, n, releases, hours) = (0.3, 10.0, 10.0, 1000.0);
    let (reimage, notice, wait) = (0.1, 2.0, 5.0 / 60.0);
    let text = |policy: &str, more: &str| {
        let mut text = Text::new(n as u32, 1, n as u32, "1000 h");
        text.set += &format!("\n{PLAIN}");
        text.more = format!(
            "[scale_set.web.upgrade]\nreimage_time = \"6 min\"\n{policy}\n\n[[release]]\nat = \"50 h\"\n\
             every = \"100 h\"\nbad = \"30%\"\n\
             rollback = {{ notice = {{ law = \"uniform\", low = \"1 h\", high = \"3 h\" }} }}\n{more}"
        );
        text
    };
    let per_release = |good: f64, bad: f64| releases * ((1.0 - p) * good + p * bad) / hours;
    // All ten are out together, and again when the old image comes back.
    let automatic = per_release(reimage, reimage + notice + reimage);
    // Good: each of ten is out once. Bad: two are, wait for the operator, and are out again.
    let rolling = per_release(n * reimage, 2.0 * (reimage + notice + reimage)) / n;
    // Bad: the platform gives two their old disk back after five minutes; what the operator does then changes no machine.
    let os = per_release(n * reimage, 2.0 * (reimage + wait + reimage)) / n;
    // Half of what each of ten machines gives is lost until the operator sees it; health sees nothing.
    let slow = per_release(reimage, reimage + notice / 2.0 + reimage);
    let effect = "effect = { degraded = 0.5 }";
    vec![
        entry("bad, at once", &text("mode = \"automatic\"", ""), automatic, unavailability, (1000, 1000)),
        entry("bad, rolling", &text("mode = \"rolling\"", ""), rolling, capacity_lost, (1000, 1000)),
        entry("bad, old disk back", &text("automatic_os = true", ""), os, capacity_lost, (1000, 1000)),
        entry("bad, slow", &text("mode = \"automatic\"", effect), slow, capacity_lost, (1000, 1000)),
    ]
}
