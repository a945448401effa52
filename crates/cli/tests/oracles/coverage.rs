//! How often the printed intervals cover the exact value.

use super::Entry;
use zonefall_study::outcome::{Estimate, Quality};

/// Studies of each entry in the test.
pub const SEEDS: u64 = 200;
/// Away from the seeds that the precision is tested with.
const SEEDS_AWAY: u64 = 100_000;

pub const HEAD: &str = "\
| entry | hours a trial | trials | hits a study | covered | exact below | exact above | upper bounds | share | mean / exact | s |
|---|---|---|---|---|---|---|---|---|---|---|";

/// Counts over studies.
#[derive(Debug, Default, Clone)]
pub struct Covered {
    pub studies: u64,
    pub covered: u64,
    /// The exact value lies below the interval.
    pub below: u64,
    /// The exact value lies above the interval.
    pub above: u64,
    /// Studies with too few hits for an interval; they cover if the exact value lies below their bound.
    pub upper_bounds: u64,
    pub hits: u64,
    /// Estimates over the exact value, and their squares, summed.
    ratios: (f64, f64),
    /// The horizon of a trial.
    horizon_h: f64,
    pub seconds: f64,
}

/// Plays so many studies of an entry.
pub fn play(entry: &Entry, trials: u64, studies: u64, threads: u64) -> Covered {
    let began = std::time::Instant::now();
    let part = |thread: u64| {
        let mut part = Covered::default();
        for study in (thread..studies).step_by(threads as usize) {
            part.count(entry, trials, entry.first_seed() + SEEDS_AWAY + study);
        }
        part
    };
    let mut all = Covered::default();
    std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads).map(|thread| scope.spawn(move || part(thread))).collect();
        parts.into_iter().for_each(|part| all.add(&part.join().unwrap()));
    });
    all.seconds = began.elapsed().as_secs_f64();
    all
}

impl Covered {
    fn count(&mut self, entry: &Entry, trials: u64, seed: u64) {
        let outcome = entry.play(trials, seed);
        let reading = (entry.read)(&outcome);
        let estimate = reading.interval().unwrap_or_else(|| panic!("{} has no interval", entry.id));
        self.judge(estimate, (reading.value(), entry.expected), (outcome.horizon_h, reading.hits(trials)));
    }

    /// Counts one interval: the value beside it and the exact one; the horizon, and the hits that it rests on.
    pub fn judge(&mut self, estimate: &Estimate, (value, exact): (f64, f64), (horizon_h, hits): (f64, u64)) {
        let below = estimate.low.is_some_and(|low| exact < low);
        let above = estimate.high < exact;
        self.studies += 1;
        self.covered += u64::from(!below && !above);
        self.below += u64::from(below);
        self.above += u64::from(above);
        self.upper_bounds += u64::from(estimate.quality == Quality::UpperBound);
        self.horizon_h = horizon_h;
        self.hits += hits;
        let ratio = value / exact;
        self.ratios = (self.ratios.0 + ratio, self.ratios.1 + ratio * ratio);
    }

    pub fn add(&mut self, other: &Self) {
        self.studies += other.studies;
        self.covered += other.covered;
        self.below += other.below;
        self.above += other.above;
        self.upper_bounds += other.upper_bounds;
        self.horizon_h = other.horizon_h;
        self.hits += other.hits;
        self.ratios = (self.ratios.0 + other.ratios.0, self.ratios.1 + other.ratios.1);
        self.seconds += other.seconds;
    }

    pub fn share(&self) -> f64 {
        self.covered as f64 / self.studies.max(1) as f64
    }

    /// A row of the table.
    pub fn row(&self, id: &str, trials: u64) -> String {
        format!("{} {:.1} |", self.row_without_time(id, trials), self.seconds)
    }

    /// The same without what differs from machine to machine.
    pub fn row_without_time(&self, id: &str, trials: u64) -> String {
        let Self { studies, covered, below, above, upper_bounds, horizon_h, .. } = self;
        let hits = self.hits as f64 / (*studies).max(1) as f64;
        let share = 100.0 * self.share();
        let (mean, error) = self.mean_ratio();
        format!(
            "| {id} | {horizon_h} | {trials} | {hits:.0} | {covered} of {studies} | {below} | {above} | {upper_bounds} | {share:.1} % \
             | {mean:.4} ± {error:.4} |"
        )
    }

    /// The mean of all estimates over the exact value, with its standard error.
    fn mean_ratio(&self) -> (f64, f64) {
        let (n, (sum, squares)) = (self.studies.max(1) as f64, self.ratios);
        let mean = sum / n;
        (mean, ((squares / n - mean * mean).max(0.0) / n).sqrt())
    }

    /// The last row of the table.
    pub fn pooled(&self) -> String {
        format!("{} {:.1} |", self.pooled_without_time(), self.seconds)
    }

    pub fn pooled_without_time(&self) -> String {
        let Self { studies, covered, below, above, upper_bounds, .. } = self;
        let share = 100.0 * self.share();
        format!("| all | | | | {covered} of {studies} | {below} | {above} | {upper_bounds} | {share:.2} % | |")
    }
}
