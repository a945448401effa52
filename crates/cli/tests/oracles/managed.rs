//! Managed sets with exact answers: entries of the file that come with the compute rules, and systems of our own, each
//! with its closed form beside it.

use super::readings::*;
use super::text::{Text, constant, exponential};
use super::{Entry, Oracles, Reading};
use zonefall_study::outcome::{Estimate, Outcome, Quality};

const YEAR: &str = "8760 h";
/// Machines that are made and deleted as the entry says, and by nothing else.
const PLAIN: &str = "boot = \"0 s\"\nwarm_up = \"0 s\"\ndelete_time = \"0 s\"\ncreate_failure = \"0%\"";
/// Health that knows of a dead machine at once (HM-07).
const HEALTH: &str = "health = { interval = \"5 s\", probes = 1, dead_after = \"0 s\" }";

/// Machines that serve, over the hour that is measured.
fn serving(outcome: &Outcome) -> Reading {
    let design = first(outcome);
    Reading::Plain { value: design.serving_machine_hours / outcome.observed_h, hits: design.capacity_lost.hits }
}

/// What was done to the sets, a year.
fn operation(outcome: &Outcome, name: &str) -> Estimate {
    let done = first(outcome).operations.iter().find(|operation| operation.operation == name);
    done.map_or(Estimate::known(0.0, 0, Quality::Recorded), |operation| operation.per_year)
}

/// Machine-hours deallocated over machine-hours in existence.
fn deallocated_share(outcome: &Outcome) -> Reading {
    let off = operation(outcome, "deallocated_machine_h");
    Reading::Plain { value: off.mean / operation(outcome, "existing_machine_h").mean, hits: off.hits }
}

/// Scale-outs that were blocked, a trial.
fn blocked(outcome: &Outcome) -> Reading {
    let blocked = operation(outcome, "scale_outs_blocked");
    Reading::Plain { value: blocked.mean * outcome.observed_h / 8760.0, hits: blocked.hits }
}

/// An entry whose interval is printed.
/// The entries of the file.
pub fn entries(file: &Oracles) -> Vec<Entry> {
    [vec![replaced(file)], scaled_out(file)].into_iter().flatten().collect()
}

/// A12: a machine that reboots, or is replaced if that takes too long.
fn replaced(file: &Oracles) -> Entry {
    let number = |name| file.number("A12", name);
    let mut text = Text::new(1, 1, 1, YEAR).mode(
        "vm",
        "instance",
        exponential(number("mttf_h")),
        exponential(number("reboot_mean_min") / 60.0),
        "clock = \"operating\"\nstart = \"new\"",
    );
    // AR-04's grace of 10 minutes is over before any repair could be due: that takes as long from the failure on.
    text.set += &format!(
        "\n{PLAIN}\n{HEALTH}\ncreate_time = \"{} min\"\ncreate_timeout = \"1 h\"\n\
         repairs = {{ action = \"replace\", dwell = \"{} min\", tick = \"0 s\", grace = \"10 min\" }}",
        number("replace_min"),
        number("grace_min")
    );
    entry("A12", &text, 1.0 - file.exact("A12"), unavailability, (1000, 100))
}

/// A regional or zone-spanning set that has been asked for more machines before anything is measured, for one hour.
fn grown(from: u32, to: u32, zones: u32, more: &str) -> Text {
    let mut text = Text::new(from, zones, to, "2 h").measured_from("1 h");
    text.set += &format!("\n{PLAIN}\ncreate_time = \"0 s\"\n{more}");
    text.more = format!("[[change]]\nat = \"30 min\"\ncapacity = {to}");
    text
}

/// A mode under way at any instant with a probability; it lasts much longer than what is watched.
fn lasting(text: Text, scope: &str, probability: f64, more: &str) -> Text {
    let hours = 1e6;
    let (up, out) = (exponential(hours * (1.0 - probability)), exponential(hours * probability));
    text.mode("lasting", scope, up, out, more)
}

/// G09: each zone lacks capacity by itself.
fn scaled_out(file: &Oracles) -> Vec<Entry> {
    let p = file.number("G09", "p_no_capacity");
    let exact = |name: &str| file.entry("G09")["exact_value"][name].as_f64().unwrap();
    let set = |balance: &str| lasting(grown(9, 12, 3, &format!("zone_balance = \"{balance}\"")), "allocation", p, "");
    let strict = set("strict");
    vec![
        without_interval("G09", &strict, exact("strict"), serving, 200),
        without_interval("G09", &set("best-effort"), exact("best_effort"), serving, 20_000),
        // How often it stays at nine, with the interval that is printed of it.
        entry("G09", &strict, (12.0 - exact("strict")) / 3.0, unavailability, (200, 800)),
    ]
}

/// Systems of our own.
pub fn own() -> Vec<Entry> {
    [evicted(), created(), repaired_in_turn(), blocked_by_zones(), granted_in_part()].into_iter().flatten().collect()
}

/// Two regular machines, and half of the four above them; Spot machines are evicted at random, and are restored at the
/// first attempt that finds capacity again.
///
/// Attempts come 1, 3, 7, 15, 30, … minutes after the eviction (SP-03), so a shortage of 10 minutes keeps a machine
/// deallocated for D = 15 minutes. It then starts for s, and can be evicted while it does. A machine is allocated for
/// A ~ Exp(M) at a time, so it is deallocated for D / (M + D) of the time, and serves for
/// E max(A − s, 0) / (M + D) = M e^(−s/M) / (M + D).
fn evicted() -> Vec<Entry> {
    let (m, d, s) = (10.0, 0.25, 0.5);
    let (machines, spot) = (6.0, 2.0);
    let mut text = Text::new(6, 1, 1, "1000 h").measured_from("10 h").mode(
        "eviction",
        "instance",
        exponential(m),
        constant("10 min"),
        "effect = \"evicted\"",
    );
    text.set += &format!(
        "\n{PLAIN}\nstart_time = \"{s} h\"\npriority = \"spot\"\nspot = {{ base_regular = 2, \
         regular_percent_above = 50, eviction = \"deallocate\", restore = \"1 h\" }}"
    );
    let lost = 1.0 - m * f64::exp(-s / m) / (m + d);
    vec![
        without_interval("deallocated", &text, spot / machines * d / (m + d), deallocated_share, 100),
        entry("evicted", &text, spot / machines * lost, capacity_lost, (100, 100)),
    ]
}

/// One machine, asked for at the beginning. Each attempt takes 5 minutes, or (with probability p) fails after 8 (RC-03).
/// A resilient set makes attempts at 0, 8, 16 and 24 minutes (RC-04: five, or 30 minutes in all); the k-th makes it run
/// at 8 (k − 1) + 5 with probability p^(k − 1) (1 − p), so it runs with probability 1 − p^k after k attempts.
fn created() -> Vec<Entry> {
    let p = 0.4_f64;
    let mut text = Text::new(1, 1, 1, "2 h");
    text.time += "\nmeasure_at = [\"6 min\", \"14 min\", \"22 min\", \"30 min\", \"100 min\"]";
    text.set += &format!(
        "\n{}\nstart_state = \"creating\"\ncreate_time = \"5 min\"\ncreate_timeout = \"8 min\"\nresilient_create = true",
        PLAIN.replace("0%", "40%")
    );
    let after = |attempts: i32| 1.0 - p.powi(attempts);
    // Without resilience one attempt is all there is.
    let mut once = text.clone();
    once.set = once.set.replace("resilient_create = true", "");
    vec![
        entry("created 1", &text, after(1), held::<0>, (1000, 1000)),
        entry("created 2", &text, after(2), held::<1>, (1000, 1000)),
        entry("created 3", &text, after(3), held::<2>, (1000, 1000)),
        entry("created 4", &text, after(4), held::<3>, (1000, 1000)),
        entry("created at last", &text, after(4), held::<4>, (1000, 1000)),
        entry("created once", &once, after(1), held::<4>, (1000, 1000)),
    ]
}

/// Twenty machines that never come back by themselves; one at a time is replaced (AR-05), which takes B = Exp(10 h):
/// machine repair with one crew. With load ρ = B / M, P(d down) is in proportion to n! / (n − d)! ρ^d.
///
/// AR-04's grace of 10 minutes after 200 h moves the answer by less than 1e-4 of itself.
fn repaired_in_turn() -> Vec<Entry> {
    let (n, m, b) = (20_u32, 200.0, 10.0);
    let mut text = Text::new(n, 1, 10, "6000 h").measured_from("1000 h");
    text.modes.push(format!(
        "[faults.mode.vm]\nscope = \"instance\"\ntime_to_failure = {}\nrepair = \"never\"\nstart = \"new\"",
        exponential(m)
    ));
    text.set += &format!(
        "\n{PLAIN}\n{HEALTH}\ncreate_time = {}\ncreate_timeout = \"100000 h\"\n\
         repairs = {{ action = \"replace\", tick = \"0 s\", suspend_after = 1000000 }}",
        exponential(b)
    );
    let weights: Vec<f64> = std::iter::successors(Some((0, 1.0)), |&(d, weight)| {
        (d < n).then(|| (d + 1, weight * f64::from(n - d) * b / m))
    })
    .map(|(_, weight)| weight)
    .collect();
    let total: f64 = weights.iter().sum();
    let down: f64 = weights.iter().enumerate().map(|(down, weight)| down as f64 * weight).sum::<f64>() / total;
    let short: f64 = weights[11..].iter().sum::<f64>() / total;
    vec![
        entry("in turn", &text, down / f64::from(n), capacity_lost, (100, 100)),
        entry("in turn, 10", &text, short, unavailability, (100, 100)),
    ]
}

/// Two machines in each of two zones, and two more are asked for; each zone is down with probability q. Strict balance
/// blocks it unless both are up: 1 − (1 − q)². Best effort goes round one zone that is down, and is blocked by two: q².
fn blocked_by_zones() -> Vec<Entry> {
    let q = 0.2;
    let text = |balance: &str| lasting(grown(4, 6, 2, &format!("zone_balance = \"{balance}\"")), "zone", q, "");
    let counted = |balance: &str| Text { time: "horizon = \"2 h\"".into(), ..text(balance) };
    let up = 1.0 - q;
    // Machines in zones that are up. One down: best effort has 4 of the 6 in the other, strict 2 of the 4.
    let (best, strict) = (6.0 * up * up + 2.0 * q * up * 4.0, 6.0 * up * up + 2.0 * q * up * 2.0);
    vec![
        without_interval("strict blocked", &counted("strict"), 1.0 - up * up, blocked, 500),
        without_interval("best effort blocked", &counted("best-effort"), q * q, blocked, 500),
        without_interval("strict serving", &text("strict"), strict, serving, 500),
        without_interval("best effort serving", &text("best-effort"), best, serving, 500),
    ]
}

/// Five machines in a zone, and ten more are asked for while (with probability ½) the zone grants 80 % of the requests,
/// each by itself: all ten come with ½ + ½ 0.8^10, and 10 (½ + ½ 0.8) of them on average.
fn granted_in_part() -> Vec<Entry> {
    let p = 0.8_f64;
    let text = lasting(grown(5, 15, 2, ""), "allocation", 0.5, "effect = { degraded = 0.8 }");
    let one = Text { set: text.set.replace("zones = [1, 2]", "zones = [1]"), ..text };
    vec![
        without_interval("granted", &one, 5.0 + 10.0 * (0.5 + 0.5 * p), serving, 500),
        entry("granted, all", &one, 1.0 - (0.5 + 0.5 * p.powi(10)), any_miss, (500, 500)),
        entry("granted, share", &one, 10.0 * 0.5 * (1.0 - p) / 15.0, capacity_lost, (500, 200)),
    ]
}
