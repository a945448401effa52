//! How far times of responses from closed forms, state by state, are from those of single requests: a queue is simulated
//! request by request while its load jumps between two values, each held for a number of settling times.
//!
//! `ZONEFALL_BLESS=1 cargo test -p zonefall-study --release --test latency -- --ignored` measures the whole grid and writes
//! its tables into docs/latency.md.
#![allow(missing_docs, clippy::unwrap_used)]

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use zonefall_engine::{Key, Stream};
use zonefall_exact::waiting::{Station, settling_time};
use zonefall_study::latency::SETTLED;

const LOADS: [f64; 5] = [0.5, 0.7, 0.8, 0.9, 0.95];
const SERVERS: [u64; 4] = [1, 4, 16, 64];
/// Lengths of a spell, in settling times of the busier state.
const LENGTHS: [f64; 6] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0];
const LEVEL: f64 = 0.95;

/// What a queue does with single requests.
struct Queue {
    /// When each server is free, in billionths of a service time.
    free: BinaryHeap<Reverse<u64>>,
    stream: Stream,
    now: f64,
}

const FINE: f64 = 1e9;

impl Queue {
    fn new(servers: u64, stream: Stream) -> Self {
        Self { free: (0..servers).map(|_| Reverse(0)).collect(), stream, now: 0.0 }
    }

    /// Requests arrive at a rate until `end`; their responses are told, in service times.
    fn spell(&mut self, arrival: f64, end: f64, mut told: impl FnMut(f64)) {
        loop {
            // Memoryless: what was left of the last gap does not matter.
            let gap = self.stream.exponential() / arrival;
            if self.now + gap >= end {
                self.now = end;
                return;
            }
            self.now += gap;
            let Reverse(free) = self.free.pop().unwrap();
            let begins = (free as f64 / FINE).max(self.now);
            let ends = begins + self.stream.exponential();
            self.free.push(Reverse((ends * FINE) as u64));
            told(ends - self.now);
        }
    }
}

/// The 95 % quantile in the busier of two states that take turns, over the formula's.
fn ratio(servers: u64, load: f64, length: f64, requests: f64, seed: u64) -> f64 {
    let arrival = load * servers as f64;
    let spell = length * settling_time(servers, arrival, 1.0);
    let mut queue = Queue::new(servers, Key::root(seed).stream());
    let spells = (requests / (arrival * spell)).ceil().max(2.0) as u64;
    let mut responses = Vec::new();
    for at in 0..spells {
        let begins = 2.0 * at as f64 * spell;
        queue.spell(0.5 * arrival, begins + spell, |_| {});
        queue.spell(arrival, begins + 2.0 * spell, |response| responses.push(response as f32));
    }
    let at = (LEVEL * responses.len() as f64) as usize;
    let (_, measured, _) = responses.select_nth_unstable_by(at, f32::total_cmp);
    f64::from(*measured) / Station::new(servers, arrival, 1.0).unwrap().response_quantile(LEVEL).unwrap()
}

#[test]
fn settled_states_are_right_to_five_percent() {
    for (servers, load) in [(1, 0.7), (4, 0.5), (4, 0.9), (16, 0.8)] {
        let found = ratio(servers, load, SETTLED, 400_000.0, 1);
        assert!((found - 1.0).abs() < 0.05, "{servers} servers at {load}: {found}");
    }
}

#[test]
fn short_states_are_not() {
    // A queue that has just been idle is shorter than one at rest.
    let found = ratio(1, 0.9, 1.0, 200_000.0, 1);
    assert!(found < 0.9, "{found}");
}

fn table(servers: u64) -> String {
    let head: String = LENGTHS.iter().map(|length| format!(" {length} |")).collect();
    let rule = "---|".repeat(LENGTHS.len() + 1);
    let mut text = format!("{servers} server{}\n\n| load |{head}\n|{rule}\n", if servers == 1 { "" } else { "s" });
    for load in LOADS {
        // Near the limit responses are alike for long: there it takes more of them to say as much.
        let runs = if load < 0.85 { 1 } else { (0.08 / ((1.0 - load) * (1.0 - load) * 4.0)) as u64 + 1 };
        let cell = |length: &f64| {
            let of = |run: u64| ratio(servers, load, *length, 3e6, servers * 1000 + *length as u64 * 100 + run);
            let error = 100.0 * ((0..runs).map(of).sum::<f64>() / runs as f64 - 1.0);
            if error.abs() < 5.0 { format!(" {error:+.1} % |") } else { format!(" **{error:+.1} %** |") }
        };
        text += &format!("| {load} |{}\n", LENGTHS.iter().map(cell).collect::<String>());
    }
    text + "\n"
}

#[test]
#[ignore = "measures the whole grid: a minute"]
fn the_page_holds_what_is_measured() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/latency.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once("<!-- measured -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end -->\n").unwrap();
    let tables: String = SERVERS.iter().map(|&servers| table(servers)).collect();
    let new = format!("{before}<!-- measured -->\n{tables}<!-- end -->\n{after}");
    if std::env::var_os("ZONEFALL_BLESS").is_some() {
        std::fs::write(path, new).unwrap();
    } else {
        assert_eq!(page, new);
    }
}
