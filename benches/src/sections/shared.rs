//! What is shared: ten designs on one storm, two threads, memory over many trials.

use crate::sections::{MEMORY_OF, Run};
use std::process::{Command, ExitCode};
use std::sync::atomic::AtomicBool;
use zonefall_benches::measure::{cpu_seconds, resident_bytes, wall_seconds};
use zonefall_benches::rounds::{Demand, Rounds, number};
use zonefall_benches::workloads::{Player, alone, default_fleet, ten_designs};
use zonefall_benches::{bare, pins};
use zonefall_study::{Silent, Study};

pub fn designs(run: &mut Run) {
    let trials = run.amount(10_000);
    let study = ten_designs();
    let mut apart: Vec<Player> = (0..10).map(|design| Player::new(alone(&study, design))).collect();
    let mut first = Player::new(alone(&study, 0));
    let mut together = Player::new(study);
    let extra = (together.events(trials) - first.events(trials)) as f64 / trials as f64;
    let count = trials as f64;
    let rounds = Rounds::run(
        run.rounds,
        &mut [
            Box::new(|| (cpu_seconds(|| together.play(trials)).0, count)),
            Box::new(|| (cpu_seconds(|| apart.iter_mut().for_each(|player| drop(player.play(trials)))).0, count)),
            Box::new(|| (cpu_seconds(|| first.play(trials)).0, count)),
        ],
    );
    let ratio = rounds.ratio(1, 0);
    let us = |at: usize| number(rounds.cost(at) * 1e6);
    let shown = format!("{} µs together, {} µs apart, {} × cheaper", us(0), us(1), number(ratio));
    run.table.add("ten designs", "on one storm", ratio, &shown, Demand::AtLeast(1.6, Some(2.5)));
    let ns = rounds.figure(|costs| (costs[0] - costs[2]) * 1e9 / extra);
    let shown = format!("{} ns an event", number(ns));
    run.table.add("ten designs", "an extra design", ns, &shown, Demand::AtMost(25.0, Some(10.0)));
}

fn study_run(study: &Study, threads: usize) {
    let finished = zonefall_study::run(study, threads, &AtomicBool::new(false), &Silent);
    let finished = finished.expect("the event budget is ample and threads can be started");
    assert_eq!(finished.trials, study.trials, "nobody interrupts");
}

pub fn threads(run: &mut Run) {
    let study = Study { trials: run.amount(60_000), ..default_fleet(100) };
    let horizon = bare::horizon_ms(1_000, 10 * run.amount(pins::W1_EVENTS));
    let loops = |threads: u64| {
        std::thread::scope(|scope| {
            for thread in 0..threads {
                scope.spawn(move || {
                    let runs = (thread..2).step_by(threads as usize);
                    std::hint::black_box(runs.map(|seed| bare::run(1_000, horizon, seed).up_ms).sum::<u64>());
                });
            }
        });
    };
    let rounds = Rounds::run(
        run.rounds,
        &mut [
            Box::new(|| (wall_seconds(|| study_run(&study, 1)).0, 1.0)),
            Box::new(|| (wall_seconds(|| study_run(&study, 2)).0, 1.0)),
            Box::new(|| (wall_seconds(|| loops(1)).0, 1.0)),
            Box::new(|| (wall_seconds(|| loops(2)).0, 1.0)),
        ],
    );
    let (ours, bare) = (rounds.ratio(0, 1), rounds.ratio(2, 3));
    let ratio = rounds.figure(|seconds| seconds[0] / seconds[1] / (seconds[2] / seconds[3]));
    let shown = format!("{} × faster; the bare loop {} ×; ratio {}", number(ours), number(bare), number(ratio));
    run.table.add("two threads", "a study of W6, 100 machines", ratio, &shown, Demand::AtLeast(0.95, None));
}

/// Peaks of memory in a process of its own.
pub struct Peak {
    /// Beyond what the process had before it set the stage, in bytes.
    pub growth: f64,
    /// In all, in bytes.
    pub peak: f64,
}

/// Plays a study of W6 in a child process.
pub fn memory_in_child(machines: u32, trials: u64) -> Option<Peak> {
    let program = std::env::current_exe().ok()?;
    let arguments = [MEMORY_OF, &machines.to_string(), &trials.to_string()].map(str::to_owned);
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut numbers = text.split_whitespace().filter_map(|word| word.parse().ok());
    Some(Peak { growth: numbers.next()?, peak: numbers.next()? })
}

/// `memory-of <machines> <trials>`: prints growth and peak in bytes.
pub fn memory_of(arguments: &[String]) -> ExitCode {
    let numbers: Vec<u64> = arguments.iter().filter_map(|word| word.parse().ok()).collect();
    let (&[machines, trials], Some((before, _))) = (numbers.as_slice(), resident_bytes()) else {
        return ExitCode::from(2);
    };
    let study = Study { trials, ..default_fleet(machines as u32) };
    study_run(&study, 1);
    let Some((_, peak)) = resident_bytes() else { return ExitCode::FAILURE };
    println!("{} {peak}", peak.saturating_sub(before));
    ExitCode::SUCCESS
}

pub fn memory(run: &mut Run) {
    let (few, many) = (run.amount(1_000), run.amount(100_000));
    let (Some(of_few), Some(of_many)) = (memory_in_child(100, few), memory_in_child(100, many)) else {
        eprintln!("left out: no resident memory to read on this system");
        return;
    };
    let more = (of_many.peak - of_few.peak) / 1e6;
    let trials = |count: u64| number(count as f64);
    let mb = |bytes: f64| number(bytes / 1e6);
    let shown = format!(
        "{} MB at {} trials, {} MB at {}: {} MB more",
        mb(of_few.peak),
        trials(few),
        mb(of_many.peak),
        trials(many),
        number(more)
    );
    // Histograms gain a few cells; a row a trial would be ten megabytes.
    run.table.add("memory", "peak, W6, 100 machines, in MB more", more, &shown, Demand::AtMost(1.0, None));
}
