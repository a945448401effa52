//! What keeps those waiting who wait, by cause.
//!
//! In: what each cause withholds and what nobody does, constant from one change to the next, and whether clients give up. Out: the
//! share of each in what was withheld since the line began. But where clients give up, nothing that lies further back than
//! their patience has one: whoever waited then has left, and as many would wait now without it. The shares of a stretch are the mean of
//! those of its instants, an integral, so it does not matter how time is cut.

use std::collections::VecDeque;

/// A share of one, in weights.
const WHOLE: f64 = (1_u64 << 40) as f64;
/// A sum that changes by less than this share of itself has its mean share taken from three points.
const HARDLY: f64 = 1e-3;

#[derive(Debug)]
pub(super) struct Blame {
    patience: i64,
    overload: usize,
    /// When each piece begins that may have to be forgotten yet; and by piece and cause what is withheld a millisecond.
    begins: VecDeque<i64>,
    rates: VecDeque<i64>,
    /// What each has withheld since then.
    since: i64,
    sums: Vec<i128>,
    /// So many milliseconds of the last stretch are each one's.
    shares: Vec<f64>,
    weights: Vec<i64>,
}

zonefall_engine::pooled_clone!(Blame { patience, overload, begins, rates, since, sums, shares, weights });

impl Blame {
    pub fn new(patience: i64, (causes, overload): (usize, usize)) -> Self {
        Self {
            patience,
            overload,
            begins: VecDeque::with_capacity(16),
            rates: VecDeque::with_capacity(16 * causes),
            since: 0,
            sums: vec![0; causes],
            shares: vec![0.0; causes],
            weights: vec![0; causes],
        }
    }

    /// A line begins.
    pub fn begin(&mut self, t: i64) {
        self.begins.clear();
        self.rates.clear();
        self.sums.fill(0);
        self.since = t;
    }

    /// What answers for the stretch that was lived through last.
    pub fn weights(&self) -> &[i64] {
        &self.weights
    }

    /// From `t` to `until` so much is short, of which each cause withholds so much; clients give up, or do not.
    pub fn lasts(&mut self, (t, until): (i64, i64), withheld: &[i64], short: u64, gives_up: bool) {
        self.note(t, withheld, short);
        if gives_up && self.since < t - self.patience {
            self.forget_until(t - self.patience, t);
        }
        self.shares.fill(0.0);
        let mut at = t;
        while at < until {
            let slides = gives_up && self.since == at - self.patience;
            let next = if slides { self.begins.get(1).copied() } else { gives_up.then_some(self.since) };
            let end = next.map_or(until, |next| until.min(next + self.patience));
            self.share(end - at, slides);
            if slides {
                self.since += end - at;
            }
            at = end;
            while self.begins.get(1).is_some_and(|&begin| begin <= at - self.patience) {
                self.begins.pop_front();
                self.rates.drain(..self.sums.len());
            }
        }
        let scale = WHOLE / (until - t).max(1) as f64;
        self.weights
            .iter_mut()
            .zip(&self.shares)
            .for_each(|(weight, share)| *weight = libm::round(share * scale) as i64);
    }

    /// From now on so much is withheld.
    fn note(&mut self, t: i64, withheld: &[i64], short: u64) {
        let causes = self.sums.len();
        let withheld = &withheld[..causes];
        let others = withheld.iter().sum::<i64>() - withheld[self.overload];
        let lacking = i64::try_from(short).unwrap_or(i64::MAX).saturating_sub(others).max(0);
        let rate = |at: usize| if at == self.overload { lacking } else { withheld[at] };
        let first = self.rates.len().saturating_sub(causes);
        if self.rates.is_empty() || (0..causes).any(|at| self.rates[first + at] != rate(at)) {
            self.begins.push_back(t);
            (0..causes).for_each(|at| self.rates.push_back(rate(at)));
        }
    }

    /// What was withheld before an instant answers for nothing any more.
    fn forget_until(&mut self, since: i64, t: i64) {
        self.since = since;
        self.sums.fill(0);
        for (piece, &begin) in self.begins.iter().enumerate() {
            let end = self.begins.get(piece + 1).copied().unwrap_or(t);
            let length = i128::from((end - begin.max(since)).max(0));
            let rates = self.rates.range(piece * self.sums.len()..);
            self.sums.iter_mut().zip(rates).for_each(|(sum, &rate)| *sum += i128::from(rate) * length);
        }
    }

    /// Shares out so many milliseconds, in which what is withheld now comes to the sums, and what was withheld a patience ago goes.
    fn share(&mut self, length: i64, slides: bool) {
        let causes = self.sums.len();
        let last = self.rates.len() - causes;
        let Self { rates, sums, shares, .. } = self;
        let change = |at: usize| rates[last + at] - if slides { rates[at] } else { 0 };
        let all = (sums.iter().sum::<i128>(), (0..causes).map(|at| i128::from(change(at))).sum());
        let all = Total::of(all, length);
        let mut left = length as f64;
        for at in 0..causes {
            let of = (sums[at], i128::from(change(at)));
            let share = all.mean_share(of) * length as f64;
            sums[at] += of.1 * i128::from(length);
            shares[at] += share;
            left -= share;
        }
        if all.is_nothing() {
            shares[self.overload] += left;
        }
    }
}

/// A sum A + B·s over s from 0 to a length.
struct Total {
    a: i128,
    b: i128,
    length: f64,
    /// It is nothing at the beginning, or at the end.
    vanishes: bool,
    /// By how much of itself it grows, and ln of what it grows to of itself.
    grows: f64,
    log: f64,
}

impl Total {
    fn of((a, b): (i128, i128), length: i64) -> Self {
        let vanishes = a == 0 || a + b * i128::from(length) == 0;
        let grows = if vanishes { 0.0 } else { b as f64 * length as f64 / a as f64 };
        let log = if grows.abs() < HARDLY { 0.0 } else { libm::log1p(grows) };
        Self { a, b, length: length as f64, vanishes, grows, log }
    }

    fn is_nothing(&self) -> bool {
        (self.a, self.b) == (0, 0)
    }

    /// The mean of (a + b·s) / (A + B·s); 0 where all is 0.
    fn mean_share(&self, (a, b): (i128, i128)) -> f64 {
        if self.vanishes {
            // Both are in proportion all along.
            let (part, whole) = if self.a == 0 { (b, self.b) } else { (a, self.a) };
            return if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        }
        let (a, b, of_a, of_b) = (a as f64, b as f64, self.a as f64, self.b as f64);
        if self.grows.abs() < HARDLY {
            let at = |s: f64| (a + b * s) / (of_a + of_b * s);
            return (at(0.0) + 4.0 * at(self.length / 2.0) + at(self.length)) / 6.0;
        }
        (b / of_b + (a - b * of_a / of_b) * self.log / (of_b * self.length)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by steps of a millisecond.
    fn slowly(pieces: &[(i64, i64, [i64; 2], u64, bool)], patience: i64, last: (i64, i64)) -> [f64; 3] {
        let at = |ms: i64| pieces.iter().find(|of| of.0 <= ms && ms < of.1);
        let (mut since, mut shares) = (pieces[0].0, [0.0; 3]);
        for ms in 0..last.1 {
            if at(ms).is_some_and(|of| of.4) {
                since = since.max(ms - patience);
            }
            if ms < last.0 {
                continue;
            }
            let mut sums = [0.0; 3];
            for &(_, _, withheld, short, _) in (since..ms).filter_map(at) {
                let lacking = (short as i64 - withheld.iter().sum::<i64>()).max(0);
                [withheld[0], withheld[1], lacking].iter().zip(&mut sums).for_each(|(rate, sum)| *sum += *rate as f64);
            }
            let all: f64 = sums.iter().sum();
            sums.iter().zip(&mut shares).filter(|_| all > 0.0).for_each(|(sum, share)| *share += sum / all);
        }
        shares.map(|share| share / (last.1 - last.0) as f64)
    }

    #[test]
    fn shares_are_what_steps_of_a_millisecond_say_however_time_is_cut() {
        let pieces = [
            (0, 200, [5, 0], 7, false),
            (200, 400, [2, 0], 7, false),
            (400, 900, [5, 3], 8, false),
            (900, 1500, [0, 3], 9, true),
            (1500, 1510, [0, 0], 0, false),
            (1510, 1700, [2, 0], 0, false),
            (1700, 2500, [1, 0], 4, true),
        ];
        for patience in [250, 700, 5000] {
            for (number, &(from, to, ..)) in pieces.iter().enumerate() {
                let shares = |cut: i64| {
                    let (mut blame, mut all) = (Blame::new(patience, (3, 2)), [0.0; 3]);
                    blame.begin(0);
                    for &(from, to, withheld, short, gives_up) in &pieces[..=number] {
                        all = [0.0; 3];
                        let mut at = from;
                        while at < to {
                            let end = (at + cut).min(to);
                            blame.lasts((at, end), &[withheld[0], withheld[1], 0], short, gives_up);
                            let of = blame.weights().iter().map(|&weight| weight as f64 / WHOLE * (end - at) as f64);
                            all.iter_mut().zip(of).for_each(|(sum, share)| *sum += share);
                            at = end;
                        }
                    }
                    all.map(|share| share / (to - from) as f64)
                };
                let (whole, slow) = (shares(10_000), slowly(&pieces, patience, (from, to)));
                for cut in [1, 7, 333] {
                    assert!(shares(cut).iter().zip(whole).all(|(a, b)| (a - b).abs() < 1e-9), "{patience} {number}");
                }
                assert!(whole.iter().zip(slow).all(|(a, b)| (a - b).abs() < 0.01), "{whole:?} {slow:?}");
            }
        }
    }
}
