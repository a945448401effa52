//! W1 (machine repair) in desim, simcore and NeXosim. Each is used as its own examples show, one component or process
//! kind, the same generator and exponential as the bare loop.
//!
//! One request a line on standard input: `<peer> <machines> <events>`; one answer a line on standard output: CPU
//! seconds, events, the sum of the machines' time up (hours), the horizon (hours).
#![feature(coroutines, coroutine_trait, stmt_expr_attributes)]

mod desim_w1;
mod luck;
mod nexosim_w1;
mod simcore_w1;

use std::io::BufRead;

/// Mean time up and mean time down, in hours.
const UP_H: f64 = 1000.0;
const DOWN_H: f64 = 2.0;

/// What is kept of the machines: how many are up, since when, and the integral.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    up: u64,
    since_h: f64,
    up_h: f64,
    events: u64,
}

impl Tally {
    fn change(&mut self, now_h: f64, up: bool) {
        self.up_h += self.up as f64 * (now_h - self.since_h);
        self.since_h = now_h;
        self.up = if up { self.up + 1 } else { self.up - 1 };
        self.events += 1;
    }

    fn finish(&mut self, horizon_h: f64) {
        self.up_h += self.up as f64 * (horizon_h - self.since_h);
    }
}

fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line of text");
        let words: Vec<&str> = line.split_whitespace().collect();
        let machines: u64 = words[1].parse().expect("a number of machines");
        let events: f64 = words[2].parse().expect("a number of events");
        let horizon_h = events * (UP_H + DOWN_H) / 2.0 / machines as f64;
        // All three run in the thread that calls them.
        let before = cpu_time::ThreadTime::now();
        let tally = match words[0] {
            "desim" => desim_w1::run(machines, horizon_h),
            "simcore" => simcore_w1::run(machines, horizon_h),
            "nexosim" => nexosim_w1::run(machines, horizon_h),
            other => panic!("no peer called {other}"),
        };
        println!("{} {} {} {horizon_h}", before.elapsed().as_secs_f64(), tally.events, tally.up_h);
    }
}
