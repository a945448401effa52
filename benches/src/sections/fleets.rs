//! W2, W4, W6, the managed fleet and autoscaled ones: trials of the ordinary fleet model, tallied as a study tallies them.

use crate::sections::{Run, shared};
use std::cell::RefCell;
use zonefall_benches::autoscale::autoscaled;
use zonefall_benches::managed::managed_fleet;
use zonefall_benches::measure::cpu_seconds;
use zonefall_benches::rounds::{Contender, Demand, Rounds, number};
use zonefall_benches::workloads::{Player, default_fleet, k_of_n, peer_fleet};
use zonefall_benches::{bare, peers, pins};
use zonefall_study::Study;

/// A study played for so many trials, and its events a trial.
fn contender(study: Study, trials: u64) -> (Contender<'static>, f64) {
    let mut player = Player::new(study);
    let events = player.events(trials) as f64 / trials as f64;
    let run = move || (cpu_seconds(|| player.play(trials)).0, trials as f64);
    (Box::new(run), events)
}

/// `n trials/s (best n), n events a trial, n ns an event`.
fn speed(rounds: &Rounds, at: usize, events: f64) -> String {
    let (cost, best) = (rounds.cost(at), rounds.best(at));
    let (rate, best, ns) = (number(1.0 / cost), number(1.0 / best), number(cost * 1e9 / events));
    format!("{rate} trials/s (best {best}), {} events a trial, {ns} ns an event", number(events))
}

/// The bare loop of W1 with 1,000 machines, in turn with the workload: how fast the machine was just then.
fn yardstick(run: &Run) -> Contender<'static> {
    let horizon = bare::horizon_ms(1_000, run.amount(pins::W1_EVENTS));
    Box::new(move || {
        let (seconds, repaired) = cpu_seconds(|| bare::run(1_000, horizon, pins::W1_SEED));
        (seconds, repaired.events as f64)
    })
}

/// `bare loop n ns (best n)`.
fn beside(rounds: &Rounds, at: usize) -> String {
    format!("bare loop {} ns (best {})", number(rounds.cost(at) * 1e9), number(rounds.best(at) * 1e9))
}

pub fn w2(run: &mut Run) {
    let trials = run.amount(2_000);
    let (plain, plain_events) = contender(peer_fleet(false), trials);
    let (probes, probes_events) = contender(peer_fleet(true), trials);
    let rounds = Rounds::run(run.rounds, &mut [plain, probes, yardstick(run)]);
    let rows =
        [("full ledger", plain_events, 2.5e6, 6e6), ("with boots, probes, detection", probes_events, 1e6, 2.5e6)];
    for (at, (what, events, floor, goal)) in rows.into_iter().enumerate() {
        let rate = 1008.0 / rounds.cost(at);
        let shown = format!("{} VM-years/s; {}; {}", number(rate), speed(&rounds, at, events), beside(&rounds, 2));
        run.table.add("W2", what, rate, &shown, Demand::AtLeast(floor, Some(goal)));
    }
}

/// What RePyability 0.15 reached on the machine where the demands were written down, in trials a second.
const PUBLISHED: [f64; 3] = [40_514.0, 3_217.0, 15_911.0];

pub fn w4(run: &mut Run) {
    let peer = match peers::python("repyability_w4.py", &["repyability", "numba"]) {
        Ok((peer, seconds)) => {
            eprintln!("RePyability: {seconds} s to load and compile, not counted");
            Some(RefCell::new(peer))
        }
        Err(why) => {
            eprintln!("left out, published figures instead: {why}");
            None
        }
    };
    let cases = [
        ("8 of 10", 10, 8, None, 60_000, 6.0),
        ("95 of 100", 100, 95, None, 6_000, 6.0),
        ("8 of 10, 2 crews", 10, 8, Some(2), 50_000, 9.0),
    ];
    for ((what, machines, need, crews, trials, goal), published) in cases.into_iter().zip(PUBLISHED) {
        let trials = run.amount(trials);
        let (ours, events) = contender(k_of_n(machines, need, crews), trials);
        let mut contenders = vec![ours];
        let request = format!("{machines} {need} {} {}", crews.unwrap_or(0), trials / 3);
        if let Some(peer) = &peer {
            contenders.push(peers::contender(peer, request));
        }
        let rounds = Rounds::run(run.rounds, &mut contenders);
        let (whose, rate, ratio) = match peer {
            Some(_) => ("RePyability", 1.0 / rounds.cost(1), rounds.ratio(1, 0)),
            None => ("RePyability as published", published, 1.0 / rounds.cost(0) / published),
        };
        let own = speed(&rounds, 0, events);
        let shown = format!("{own}; {whose} {} trials/s; ratio {}", number(rate), number(ratio));
        run.table.add("W4", what, ratio, &shown, Demand::AtLeast(3.0, Some(goal)));
    }
}

pub fn w6(run: &mut Run) {
    let cases =
        [(9, 100_000, 150_000.0, 400_000.0), (100, 30_000, 30_000.0, 90_000.0), (1_000, 4_000, 5_000.0, 13_000.0)];
    for (machines, trials, floor, goal) in cases {
        let workload = format!("W6, {} machines", number(f64::from(machines)));
        let (ours, events) = contender(default_fleet(machines), run.amount(trials));
        let rounds = Rounds::run(run.rounds, &mut [ours, yardstick(run)]);
        let (cost, demand) = (rounds.cost(0), Demand::AtLeast(floor, Some(goal)));
        let shown = format!("{}; {}", speed(&rounds, 0, events), beside(&rounds, 1));
        run.table.add(&workload, "trials a second", 1.0 / cost, &shown, demand);
        if machines >= 100 {
            nanoseconds(run, &workload, cost / events, Demand::AtMost(45.0, Some(20.0)));
        }
    }
    let workload = "W6, 1,000,000 machines";
    let (ours, events) = contender(default_fleet(1_000_000), run.amount(4));
    let rounds = Rounds::run(run.rounds, &mut [ours, yardstick(run)]);
    let cost = rounds.cost(0);
    let shown = format!("{} s; {}; {}", number(cost), speed(&rounds, 0, events), beside(&rounds, 1));
    run.table.add(workload, "seconds a trial", cost, &shown, Demand::AtMost(0.4, Some(0.13)));
    nanoseconds(run, workload, cost / events, Demand::AtMost(60.0, Some(25.0)));
    if let Some(bytes) = shared::memory_in_child(1_000_000, 1) {
        let each = bytes.growth / 1e6;
        let shown = format!("{} bytes of resident memory a machine, topology and stage included", number(each));
        run.table.add(workload, "memory", each, &shown, Demand::AtMost(32.0, Some(8.0)));
    }
}

/// 1,000 machines with everything on that may happen to a set.
pub fn managed(run: &mut Run) {
    let (ours, events) = contender(managed_fleet(), run.amount(100));
    let rounds = Rounds::run(run.rounds, &mut [ours, yardstick(run)]);
    let cost = rounds.cost(0);
    let workload = "managed, 1,000 machines";
    let shown = format!("{}; {}", speed(&rounds, 0, events), beside(&rounds, 1));
    run.table.add(workload, "trials a second", 1.0 / cost, &shown, Demand::Nothing);
    let ns = cost * 1e9 / events;
    run.table.add(workload, "all-in", ns, &format!("{} ns an event", number(ns)), Demand::AtMost(45.0, None));
}

/// 100 machines, a year of hourly demand, autoscale.
pub fn autoscale(run: &mut Run) {
    for (name, trials) in [("level", 1_000), ("daily", 100)] {
        let (ours, events) = contender(autoscaled(name), run.amount(trials));
        let rounds = Rounds::run(run.rounds, &mut [ours, yardstick(run)]);
        let ms = rounds.cost(0) * 1e3;
        let shown = format!("{} ms a trial; {}; {}", number(ms), speed(&rounds, 0, events), beside(&rounds, 1));
        run.table.add("autoscale", &format!("{name}, 100 machines"), ms, &shown, Demand::AtMost(2.0, None));
    }
}

fn nanoseconds(run: &mut Run, workload: &str, cost: f64, demand: Demand) {
    let ns = cost * 1e9;
    run.table.add(workload, "all-in", ns, &format!("{} ns an event", number(ns)), demand);
}
