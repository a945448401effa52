//! How far times of responses from closed forms, state by state, are from those of single requests: a queue is simulated
//! request by request while its load jumps between two values, each held for a number of settling times.
//!
//! `ZONEFALL_BLESS=1 cargo test -p zonefall-study --release --test latency -- --ignored` measures the whole grid and writes
//! its tables into docs/latency.md.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "latency/line.rs"]
mod line;
mod support;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use zonefall_engine::{Key, Stream};
use zonefall_exact::tandem::Tandem;
use zonefall_exact::waiting::{Station, settling_time};
use zonefall_fleet::{Load, Slow, Works};
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

    /// Requests arrive at a rate until `end`, first come, first served; their responses are told, in service times, or that their
    /// clients gave up after so long.
    fn spell(&mut self, (arrival, patience): (f64, f64), end: f64, mut told: impl FnMut(Option<f64>)) {
        loop {
            // Memoryless: what was left of the last gap does not matter.
            let gap = self.stream.exponential() / arrival;
            if self.now + gap >= end {
                self.now = end;
                return;
            }
            self.now += gap;
            let Reverse(free) = *self.free.peek().unwrap();
            let begins = (free as f64 / FINE).max(self.now);
            // Whose turn would come too late is gone by then, and takes nobody's place.
            if begins - self.now > patience {
                told(None);
                continue;
            }
            let ends = begins + self.stream.exponential();
            self.free.pop();
            self.free.push(Reverse((ends * FINE) as u64));
            told(Some(ends - self.now));
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
        queue.spell((0.5 * arrival, f64::INFINITY), begins + spell, |_| {});
        queue.spell((arrival, f64::INFINITY), begins + 2.0 * spell, |response| {
            responses.extend(response.map(|response| response as f32));
        });
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

/// A tier, request by request: machines with a line each, or one line for all.
struct Tier {
    lines: Vec<Queue>,
    choice: Stream,
}

impl Tier {
    fn new(machines: u64, parallelism: u64, shared: bool, key: Key) -> Self {
        let (lines, servers) = if shared { (1, machines * parallelism) } else { (machines, parallelism) };
        let lines = (0..lines).map(|line| Queue::new(servers, key.part(line, 0).stream())).collect();
        Self { lines, choice: key.named("which machine").stream() }
    }

    /// When each of these requests, in the order in which they come, is answered; a service takes one on average.
    fn answers(&mut self, comes: &mut [(f64, f64)]) {
        for (_, now) in &mut *comes {
            let line = self.choice.below(self.lines.len() as u64) as usize;
            let Queue { free, stream, .. } = &mut self.lines[line];
            let Reverse(next) = free.pop().unwrap();
            let ends = (next as f64 / FINE).max(*now) + stream.exponential();
            free.push(Reverse((ends * FINE) as u64));
            *now = ends;
        }
        comes.sort_by(|a, b| a.1.total_cmp(&b.1));
    }
}

/// The 95 % quantile of requests that pass tiers of one load, over the formula's. Tiers: machines, parallelism, one line.
fn ratio_of_tiers(tiers: &[(u64, u64, bool)], load: f64, requests: usize, seed: u64) -> f64 {
    let key = Key::root(seed);
    // The first tier's servers give the arrival rate; services of the others are stretched to have the same load.
    let servers = |&(machines, parallelism, _): &(u64, u64, bool)| machines * parallelism;
    let arrival = load * servers(&tiers[0]) as f64;
    let mut arrivals = key.named("arrivals").stream();
    let mut now = 0.0;
    let come = |_| {
        now += arrivals.exponential() / arrival;
        (now, now)
    };
    let mut all: Vec<(f64, f64)> = (0..requests).map(come).collect();
    let mut stations = Vec::new();
    for (at, tier) in tiers.iter().enumerate() {
        let speed = servers(&tiers[0]) as f64 / servers(tier) as f64;
        let scale = |all: &mut [(f64, f64)], by: f64| all.iter_mut().for_each(|(_, now)| *now *= by);
        // In units of this tier's service time.
        scale(&mut all, speed);
        Tier::new(tier.0, tier.1, tier.2, key.part(at as u64, 1)).answers(&mut all);
        scale(&mut all, 1.0 / speed);
        let (servers, arrival) = if tier.2 { (servers(tier), arrival) } else { (tier.1, arrival / tier.0 as f64) };
        stations.push(Station::new(servers, arrival, speed).unwrap());
    }
    // The first tenth is not at rest yet.
    let from = all.len() / 10;
    let mut responses: Vec<f64> = all[from..].iter().map(|(came, ends)| ends - came).collect();
    let at = (LEVEL * responses.len() as f64) as usize;
    let (_, measured, _) = responses.select_nth_unstable_by(at, f64::total_cmp);
    *measured / Tandem::new(&stations).unwrap().response_quantile(LEVEL).unwrap()
}

#[test]
fn times_through_two_tiers_are_the_sum_of_independent_ones() {
    let (one, four, shared) = ((1, 1, true), (1, 4, true), (4, 4, true));
    let each = (8, 2, false);
    for (tiers, load) in [([one, one], 0.8), ([four, one], 0.7), ([shared, four], 0.9), ([each, (3, 4, false)], 0.8)] {
        let found = ratio_of_tiers(&tiers, load, 1_000_000, 3);
        assert!((found - 1.0).abs() < 0.02, "{tiers:?} at {load}: {found}");
    }
}

#[test]
fn times_through_three_and_four_tiers_are_near_it() {
    // One server and one line each: exact. Others overtake in between: not to be seen at a million requests.
    let one = (1, 1, true);
    for (tiers, load) in [
        (vec![one, one, one], 0.8),
        (vec![(4, 1, true); 3], 0.8),
        (vec![(4, 1, false); 3], 0.8),
        (vec![(2, 2, true), (6, 4, true), (2, 1, false), (8, 1, false)], 0.85),
    ] {
        let found = ratio_of_tiers(&tiers, load, 1_000_000, 4);
        assert!((found - 1.0).abs() < 0.02, "{tiers:?} at {load}: {found}");
    }
}

/// The share of requests that machines of these speeds answer later than the 95 % quantile of the closed forms says; each serves 1 at
/// full speed, with so many at once. Each gets as much as every other, or as much as it can serve.
fn later_than_told(speeds: &[(u32, u32)], parallelism: u32, load: f64, evenly: bool) -> f64 {
    let machines: u32 = speeds.iter().map(|of| of.0).sum();
    let mut state = Load { evenly, ..Load::whole(machines, 0) };
    let slow = speeds.iter().filter(|of| of.1 < 1000).map(|&(machines, milli)| Slow { machines, lacks: 1000 - milli });
    state.slow.iter_mut().zip(slow).for_each(|(place, of)| *place = of);
    let can = |&(machines, milli): &(u32, u32)| f64::from(machines * milli) / 1000.0;
    let capacity: f64 = speeds.iter().map(can).sum();
    let comes = load * capacity;
    state.reach_milli = (comes * 1000.0) as u64;
    let works = Works { parallelism, queue: zonefall_fleet::Queue::Each, serves_milli: 1000 };
    let (mut low, mut high) = (0.0, 1e4);
    while high - low > 1e-6 * high {
        let middle = 0.5 * (low + high);
        if works.late(&state, middle) > 1.0 - LEVEL { low = middle } else { high = middle }
    }
    let (mut all, mut late) = (0_u64, 0_u64);
    for (at, of) in speeds.iter().enumerate() {
        let share = if evenly { f64::from(of.0) / f64::from(machines) } else { can(of) / capacity };
        // In units of the service time of this kind: what comes to one of its machines, and how many it serves.
        let service = f64::from(of.1) / 1000.0 / f64::from(parallelism);
        let arrival = comes * share / f64::from(of.0) / service;
        let mut queue = Queue::new(u64::from(parallelism), Key::root(7).part(at as u64, 0).stream());
        let end = 4_000_000.0 * share / arrival;
        queue.spell((arrival, f64::INFINITY), 0.05 * end, |_| {});
        queue.spell((arrival, f64::INFINITY), end, |response| {
            let response = response.unwrap() / service;
            (all, late) = (all + 1, late + u64::from(response > high));
        });
    }
    late as f64 / all as f64
}

#[test]
fn machines_that_are_slower_than_others_answer_as_late_as_told() {
    for evenly in [true, false] {
        // Two of nine at 65 %, and one of two at 90 %, with eight at once; one of five at 70 %, and three kinds, with one.
        for (speeds, parallelism, load) in [
            (&[(2, 650), (7, 1000)][..], 8, 0.6),
            (&[(1, 900), (1, 1000)], 8, 0.63),
            (&[(1, 700), (4, 1000)], 1, 0.6),
            (&[(1, 600), (2, 800), (5, 1000)], 1, 0.55),
        ] {
            let late = later_than_told(speeds, parallelism, load, evenly);
            assert!((late / 0.05 - 1.0).abs() < 0.05, "{speeds:?} {evenly}: {late}");
        }
    }
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
    let tables: String = SERVERS.iter().map(|&servers| table(servers)).collect();
    page("measured", &tables);
}

/// What stands in docs/latency.md from this mark to the next end is this, or is made to be.
fn page(mark: &str, tables: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/latency.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once(&format!("<!-- {mark} -->\n")).unwrap();
    let (_, after) = rest.split_once("<!-- end -->\n").unwrap();
    let new = format!("{before}<!-- {mark} -->\n{tables}<!-- end -->\n{after}");
    if std::env::var_os("ZONEFALL_BLESS").is_some() {
        std::fs::write(path, new).unwrap();
    } else {
        assert_eq!(page, new);
    }
}
