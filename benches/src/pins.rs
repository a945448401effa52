//! Event counts that every run must reproduce: without them, nanoseconds an event say nothing. A change of the engine's
//! draws or of what counts as an event changes a pin, which is then changed here, in sight of everybody.

use crate::autoscale::autoscaled;
use crate::managed::managed_fleet;
use crate::workloads::{Player, default_fleet, k_of_n, peer_fleet, ten_designs};
use crate::{bare, repair_shop};

/// Expected events of one run of W1.
pub const W1_EVENTS: u64 = 2_000_000;
/// Seed of W1.
pub const W1_SEED: u64 = 1;

/// W1: machines, events of the bare loop, events of ours.
pub const W1: [(u64, u64, u64); 3] =
    [(100, 1_999_872, 1_998_062), (1_000, 2_000_571, 1_998_819), (10_000, 2_002_264, 1_998_815)];

/// Fleet workloads: name, trials, events.
pub const FLEETS: [(&str, u64, u64); 13] = [
    ("W2", 10, 43_848),
    ("W2 with probes", 10, 306_788),
    ("W4 8 of 10", 1_000, 176_156),
    ("W4 95 of 100", 100, 174_566),
    ("W4 8 of 10, 2 crews", 1_000, 176_155),
    ("W6 9", 1_000, 44_575),
    ("W6 100", 1_000, 423_371),
    ("W6 1,000", 100, 415_671),
    ("W6 1,000,000", 1, 4_161_005),
    ("ten designs", 100, 440_034),
    ("managed", 5, 668_839),
    ("autoscale level", 20, 178_031),
    ("autoscale daily", 5, 303_727),
];

/// The workload of a pin.
fn player(name: &str) -> Player {
    Player::new(match name {
        "W2" => peer_fleet(false),
        "W2 with probes" => peer_fleet(true),
        "W4 8 of 10" => k_of_n(10, 8, None),
        "W4 95 of 100" => k_of_n(100, 95, None),
        "W4 8 of 10, 2 crews" => k_of_n(10, 8, Some(2)),
        "ten designs" => ten_designs(),
        "managed" => managed_fleet(),
        "autoscale level" => autoscaled("level"),
        "autoscale daily" => autoscaled("daily"),
        machines => default_fleet(machines[3..].replace(',', "").parse().expect("a number of machines")),
    })
}

/// Counts again; returns what differs, in words.
pub fn check() -> Vec<String> {
    let mut wrong = Vec::new();
    let mut compare = |what: String, pinned: u64, counted: u64| {
        if pinned != counted {
            wrong.push(format!("{what}: {counted} events, pinned are {pinned}"));
        }
    };
    for (machines, of_bare, of_ours) in W1 {
        let horizon = bare::horizon_ms(machines, W1_EVENTS);
        compare(format!("W1 bare loop {machines}"), of_bare, bare::run(machines, horizon, W1_SEED).events);
        compare(format!("W1 ours {machines}"), of_ours, repair_shop::run(machines, horizon, W1_SEED).events);
    }
    for (name, trials, pinned) in FLEETS {
        compare(format!("{name}, {trials} trials"), pinned, player(name).events(trials));
    }
    wrong
}
