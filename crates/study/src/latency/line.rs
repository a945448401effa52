//! Requests that have waited in line, by how long.
//!
//! In: how many have waited for between so long and so long, evenly, a stretch at a time. Out: how many have waited for each time that is
//! told apart, to one part in 512. A stretch costs a few additions, however many of these times it spans: what changes from one to
//! the next is noted at its two ends, and summed up once.
//!
//! Integers: what comes out sums exactly to what went in, whatever the order of the stretches.

use super::{WAIT_BITS, left_open};
use zonefall_fleet::Waited;

/// Requests are counted in so many parts of a millionth meanwhile, as a power of two.
const PARTS: u32 = 20;
/// Times below are told apart by the millisecond; from here on each octave has half as many steps.
const FIRST: u64 = 1 << WAIT_BITS;

/// How many have waited for each time that is told apart.
#[derive(Debug, Default)]
pub(super) struct Waits {
    /// In the step itself; and by how much the requests a millisecond change with it.
    steps: Vec<(i128, i128)>,
}

/// The step that a time in milliseconds is in.
fn step(ms: u64) -> usize {
    let shift = left_open(ms, WAIT_BITS);
    ((u64::from(shift) * FIRST / 2) + (ms >> shift)) as usize
}

/// Where a step begins.
fn begins(step: usize) -> u64 {
    let (step, half) = (step as u64, FIRST / 2);
    let shift = (step / half).saturating_sub(1);
    (step - shift * half) << shift
}

impl Waits {
    pub fn add(&mut self, of: &Waited) {
        let (least, most) = (of.from_ms.min(of.to_ms).max(0) as u64, of.from_ms.max(of.to_ms).max(0) as u64);
        let (first, last) = (step(least), step(most));
        if self.steps.len() < last + 2 {
            self.steps.resize(last + 2, (0, 0));
        }
        let all = of.requests << PARTS;
        if first == last {
            self.steps[first].0 += all;
            return;
        }
        let a_millisecond = all / i128::from(most - least);
        // What the division leaves over is less than a part a millisecond: it goes to the first step.
        let rest = all - a_millisecond * i128::from(most - least);
        self.steps[first].0 += a_millisecond * i128::from(begins(first + 1) - least) + rest;
        self.steps[first + 1].1 += a_millisecond;
        self.steps[last].0 += a_millisecond * i128::from(most - begins(last));
        self.steps[last].1 -= a_millisecond;
    }

    /// Each time with its requests, in millionths.
    pub fn requests(&self) -> impl Iterator<Item = (u64, i128)> + '_ {
        let (mut a_millisecond, mut sum) = (0, 0);
        let of = move |(at, &(inside, change)): (usize, &(i128, i128))| {
            let (from, before) = (begins(at), sum);
            a_millisecond += change;
            sum += inside + a_millisecond * i128::from(begins(at + 1) - from);
            (from, (sum >> PARTS) - (before >> PARTS))
        };
        self.steps.iter().enumerate().map(of).filter(|&(_, requests)| requests > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_each_other_without_a_gap() {
        for at in 0..10_000 {
            let (from, next) = (begins(at), begins(at + 1));
            assert!(step(from) == at && step(next - 1) == at && step(next) == at + 1, "{at}: {from} {next}");
            assert!(next - from == 1 || (next - from) * (FIRST / 2) <= from, "{at}: {from} {next}");
        }
    }

    #[test]
    fn many_stretches_come_to_what_each_of_them_has_in_each_step() {
        let mut state = 5u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut stretches: Vec<Waited> = Vec::new();
        for _ in 0..200 {
            let (from_ms, length) = (next(30_000), next(9000) * next(2));
            let (from_ms, to_ms) = (from_ms as i64, (from_ms + length) as i64);
            let (from_ms, to_ms) = if next(2) > 0 { (from_ms, to_ms) } else { (to_ms, from_ms) };
            stretches.push(Waited { from_ms, to_ms, requests: i128::from(next(1 << 30)), sure: true });
        }
        let told = |stretches: &[Waited]| {
            let mut waits = Waits::default();
            stretches.iter().for_each(|of| waits.add(of));
            waits.requests().collect::<Vec<_>>()
        };
        let found = told(&stretches);
        let sum: i128 = found.iter().map(|of| of.1).sum();
        assert_eq!(sum, stretches.iter().map(|of| of.requests).sum::<i128>());
        for &(from, requests) in &found {
            let end = begins(step(from) + 1);
            let inside = |of: &Waited| {
                let (least, most) = (of.from_ms.min(of.to_ms) as u64, of.from_ms.max(of.to_ms) as u64);
                let common = most.min(end).saturating_sub(least.max(from)) as f64;
                let whole = most == least && (from..end).contains(&least);
                of.requests as f64 * if whole { 1.0 } else { common / (most - least).max(1) as f64 }
            };
            let exact: f64 = stretches.iter().map(inside).sum();
            assert!((requests as f64 - exact).abs() < 2.0, "{from}: {requests} {exact}");
        }
        stretches.reverse();
        assert_eq!(told(&stretches), found);
    }
}
