//! W1: the engine alone against the bare loop and other simulators.

use crate::sections::Run;
use std::cell::RefCell;
use zonefall_benches::rounds::{Contender, Demand, Rounds, number};
use zonefall_benches::{bare, measure::cpu_seconds, peers, pins, repair_shop};

const RUST: [&str; 3] = ["desim", "simcore", "nexosim"];

pub fn run(run: &mut Run) {
    let tell = |result: Result<peers::Peer, String>| match result {
        Ok(peer) => Some(RefCell::new(peer)),
        Err(why) => {
            eprintln!("left out: {why}");
            None
        }
    };
    let rust = tell(peers::rust());
    let simpy = tell(peers::python("simpy_w1.py", &["simpy"]).map(|(peer, _)| peer));
    for (machines, ..) in pins::W1 {
        let events = run.amount(pins::W1_EVENTS);
        let horizon = bare::horizon_ms(machines, events);
        let ours = |of: fn(u64, u64, u64) -> bare::Repaired| -> Contender<'_> {
            Box::new(move || {
                let (seconds, repaired) = cpu_seconds(|| of(machines, horizon, pins::W1_SEED));
                (seconds, repaired.events as f64)
            })
        };
        let mut names = vec!["bare loop", "ours"];
        let mut contenders = vec![ours(bare::run), ours(repair_shop::run)];
        for (peer, name) in RUST.iter().filter_map(|name| Some((rust.as_ref()?, *name))) {
            names.push(name);
            contenders.push(peers::contender(peer, format!("{name} {machines} {events}")));
        }
        if let Some(peer) = &simpy {
            names.push("SimPy");
            contenders.push(peers::contender(peer, format!("{machines} {}", events / 5)));
        }
        let rounds = Rounds::run(run.rounds, &mut contenders);
        tell_row(run, machines, &names, &rounds);
    }
}

fn tell_row(run: &mut Run, machines: u64, names: &[&str], rounds: &Rounds) {
    let workload = format!("W1, {} machines", number(machines as f64));
    let ns = |at: usize| format!("{} ns an event", number(rounds.cost(at) * 1e9));
    run.table.add(&workload, "bare loop", 0.0, &ns(0), Demand::Nothing);
    let ratio = rounds.ratio(1, 0);
    let shown = format!("{}, {} × the bare loop", ns(1), number(ratio));
    run.table.add(&workload, "ours", ratio, &shown, Demand::AtMost(2.0, None));
    for (at, name) in names.iter().enumerate().skip(2) {
        let ratio = rounds.ratio(at, 1);
        let shown = format!("{}, {} × ours", ns(at), number(ratio));
        run.table.add(&workload, name, ratio, &shown, Demand::AtLeast(1.0, None));
    }
}
