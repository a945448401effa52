//! Jobs that come in batches, wait for workers, and have a deadline.
//!
//! In: the batches of a design (cut by the scenario, which alone knows calendars) and the capacity of its machines over
//! time. Out: when each batch is complete, and whether the objective is late. Work is a fluid: between two changes of
//! capacity the backlog falls in a straight line, so every instant that matters is solved for in integers and nothing
//! ticks. First come, first served. The unit of work is a millionth of that of a request (a
//! thousandth of a request a second, for a millisecond), and a job is as many requests as is said.
//!
//! Sets may do nothing but jobs, which then are theirs alone. Else the machines may serve requests too. These come first, and a
//! job steps aside at once, so whoever asks what requests get need not know of jobs; jobs get what is left.
//!
//! Time that is late is charged to what was withheld since the backlog began, not only to what is out at the moment, and to
//! overload for work that nobody withheld.

use crate::demand::mean_one;
use crate::ledger::{Ledger, split};
use crate::structure::Structure;
use std::sync::Arc;
use zonefall_engine::{Key, SimTime};

/// Millionths of a request's work.
const PER_REQUEST: u64 = 1_000_000;
/// The most jobs of a batch, its luck included.
const JOBS_MAX: f64 = 1e11;
/// The most that all jobs of a trial take, in requests: what a count of millionths holds, with room.
pub const JOBS_TOTAL_MAX: f64 = 1e13;
/// Deviations of luck that are reckoned with: one batch in a thousand million is larger.
const DEVIATIONS: f64 = 6.0;

/// Jobs that come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// When they come.
    pub at: SimTime,
    /// When they should be done; later than `at`, and in the order of the batches.
    pub due: SimTime,
}

/// The jobs of a design.
#[derive(Debug, Clone, PartialEq)]
pub struct Jobs {
    /// Jobs of a batch, on average.
    pub count: u64,
    /// What a job takes, in requests that machines could serve instead.
    pub work: u64,
    /// Standard deviation of the logarithm of the factor on it, drawn for each batch: lognormal with mean 1.
    pub sigma: f64,
    /// The batches, in order.
    pub batches: Arc<[Batch]>,
    /// The parts of a service that work on them together, where their deadline is the objective; none where sets or all machines do.
    pub through: Option<Arc<Structure>>,
    /// The sets that do nothing else and work on them alone, by index, in order; none where all machines do.
    pub sets: Arc<[u32]>,
}

impl Jobs {
    /// The first deadline at or after an instant: whether one passes in a time is whether that lies in it.
    pub fn next_deadline(&self, from: SimTime) -> Option<SimTime> {
        self.batches.iter().map(|batch| batch.due).find(|&due| due >= from)
    }

    /// The most work that a trial reckons with, in requests, the luck of its batches included; beyond the count they are cut off.
    pub fn most(&self) -> f64 {
        let luck = libm::exp(self.sigma * (DEVIATIONS - self.sigma / 2.0)).max(1.0);
        let jobs = (self.count as f64 * luck).min(JOBS_MAX).max(self.count as f64);
        jobs * self.work as f64 * self.batches.len() as f64
    }
}

/// What waits for workers in a trial.
#[derive(Debug)]
pub(crate) struct Backlog {
    jobs: Jobs,
    /// The share of a batch that its deadline asks for.
    need: Option<(u64, u64)>,
    /// Work up to the end of each batch.
    ends: Vec<u64>,
    done: u64,
    /// Batches that have come, that are complete, and whose deadlines have passed.
    arrived: usize,
    complete: usize,
    due: usize,
    /// Work that each cause withheld since the backlog began, and what `overload` answers for.
    withheld: Vec<i64>,
    overload: usize,
    /// Work that was late at the last deadline and that nobody withheld: there were too few workers.
    lacking: i64,
    /// What each cause withholds now, where requests come first; and a place to split it in.
    kept: Vec<i64>,
    shares: Vec<u64>,
    /// What each withheld in the interval that was worked last.
    withholds: Vec<i64>,
    /// Time for which jobs were late that is not charged to anybody yet.
    late_ms: u64,
}

zonefall_engine::pooled_clone!(Backlog {
    jobs,
    need,
    ends,
    done,
    arrived,
    complete,
    due,
    withheld,
    overload,
    lacking,
    kept,
    shares,
    withholds,
    late_ms
});

impl Backlog {
    pub fn new(jobs: Jobs, need: Option<(u64, u64)>, (causes, overload): (usize, usize)) -> Self {
        Self {
            jobs,
            need,
            ends: Vec::new(),
            done: 0,
            arrived: 0,
            complete: 0,
            due: 0,
            withheld: vec![0; causes],
            overload,
            lacking: 0,
            kept: vec![0; causes],
            shares: vec![0; causes],
            withholds: vec![0; causes],
            late_ms: 0,
        }
    }

    /// A trial begins: the luck of its batches is keyed by the trial and their number, the same for every design.
    pub fn begin(&mut self, trial: Key) {
        let luck = trial.named("batch size");
        (self.done, self.arrived, self.complete, self.due) = (0, 0, 0, 0);
        self.withheld.fill(0);
        self.withholds.fill(0);
        (self.lacking, self.late_ms) = (0, 0);
        self.ends.clear();
        let Jobs { count, sigma, work, .. } = self.jobs;
        let mut sum = 0_u64;
        for batch in 0..self.jobs.batches.len() {
            let jobs = if sigma > 0.0 {
                let factor = mean_one(luck.part(batch as u64, 0), sigma);
                libm::round((count as f64 * factor).clamp(1.0, JOBS_MAX)) as u64
            } else {
                count
            };
            sum = sum.saturating_add(jobs.saturating_mul(work).saturating_mul(PER_REQUEST));
            self.ends.push(sum);
        }
    }

    /// Batches come and deadlines pass at `t`; the work up to `t` is booked.
    pub fn advance(&mut self, t: SimTime, from: SimTime, ledger: &mut Ledger) {
        let batches = &self.jobs.batches;
        while batches.get(self.arrived).is_some_and(|batch| batch.at <= t) {
            if self.complete == self.arrived {
                self.withheld.fill(0);
            }
            self.arrived += 1;
        }
        while let Some(batch) = batches.get(self.due).filter(|batch| batch.due <= t) {
            if batch.at >= from {
                ledger.batches_due += 1;
                ledger.batches_met += u32::from(self.complete > self.due);
            }
            self.due += 1;
            self.withheld[self.overload] = 0;
            let late = self.target().saturating_sub(self.done);
            let withheld = self.withheld.iter().map(|&work| i128::from(work)).sum::<i128>();
            self.lacking = i64::try_from((i128::from(late) - withheld).max(0)).unwrap_or(i64::MAX);
        }
    }

    /// Batches that have come.
    pub fn arrived(&self) -> usize {
        self.arrived
    }

    /// Batches that are done.
    pub fn complete(&self) -> usize {
        self.complete
    }

    /// Batches whose deadlines have passed.
    pub fn due(&self) -> usize {
        self.due
    }

    /// A batch by its number, from 0.
    pub fn batch(&self, number: usize) -> Batch {
        self.jobs.batches[number]
    }

    /// Jobs of a batch.
    pub fn jobs_of(&self, number: usize) -> u64 {
        let before = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        (self.ends[number] - before) / (self.jobs.work * PER_REQUEST)
    }

    /// Jobs of a batch that are not done.
    pub fn left_of(&self, number: usize) -> u64 {
        self.ends[number].saturating_sub(self.done).div_ceil(self.jobs.work * PER_REQUEST).min(self.jobs_of(number))
    }

    /// Jobs are late for so long.
    pub fn is_late_for(&mut self, ms: u64) {
        self.late_ms += ms;
    }

    /// Charges what jobs were late until `ms_ago` before the end of the interval that was worked last, and are no more: by what each
    /// cause withheld from the begin of the backlog until then, and to overload for what nobody did.
    pub fn charge(&mut self, ms_ago: u64, charged: &mut [u64]) {
        let late_ms = std::mem::take(&mut self.late_ms);
        if late_ms == 0 {
            return;
        }
        let since = |part: i64| part.saturating_mul(ms_ago as i64);
        self.withheld.iter_mut().zip(&self.withholds).for_each(|(sum, part)| *sum -= since(*part));
        let causes = charged.len();
        split(late_ms, &self.weights()[..causes], charged);
        self.withheld.iter_mut().zip(&self.withholds).for_each(|(sum, part)| *sum += since(*part));
    }

    /// What answers for late jobs, by cause: what each withheld, and overload for what nobody did.
    fn weights(&mut self) -> &[i64] {
        (self.withheld[self.overload], self.withholds[self.overload]) = (0, 0);
        let nobody = self.withheld.iter().all(|&work| work == 0);
        self.withheld[self.overload] = if nobody { self.lacking.max(1) } else { self.lacking };
        &self.withheld
    }

    /// The work that has come.
    pub fn came(&self) -> u64 {
        self.arrived.checked_sub(1).map_or(0, |last| self.ends[last])
    }

    /// The work that waits, so long after it was last worked on, at this capacity since.
    pub fn waiting(&self, length_ms: u64, capacity_milli: u64) -> u64 {
        self.came().saturating_sub(self.done).saturating_sub(capacity_milli.saturating_mul(length_ms))
    }

    /// When the next batch comes or the next deadline passes.
    pub fn next(&self) -> SimTime {
        let batches = &self.jobs.batches;
        let at = batches.get(self.arrived).map_or(SimTime::NEVER, |batch| batch.at);
        batches.get(self.due).map_or(at, |batch| batch.due.min(at))
    }

    /// Work that must be done by now for the objective.
    fn target(&self) -> u64 {
        let (Some((share, of)), Some(last)) = (self.need, self.due.checked_sub(1)) else { return 0 };
        let before = last.checked_sub(1).map_or(0, |before| self.ends[before]);
        let asked = (u128::from(self.ends[last] - before) * u128::from(share)).div_ceil(u128::from(of));
        before + asked as u64
    }

    /// Whether less is done than deadlines ask for.
    pub fn is_late(&self) -> bool {
        self.done < self.target()
    }

    /// When it is no longer late at this capacity, from `from` on; never without capacity.
    pub fn caught_up(&self, from: SimTime, capacity_milli: u64) -> SimTime {
        after(from, self.target().saturating_sub(self.done), capacity_milli)
    }

    /// Works from `from` to `to` at this capacity, and books the batches that become complete.
    pub fn work(
        &mut self,
        from: SimTime,
        to: SimTime,
        capacity: (u64, &[i64]),
        counted_from: SimTime,
        ledger: &mut Ledger,
    ) {
        let (capacity_milli, withheld) = capacity;
        let came = self.came();
        if self.done >= came {
            return;
        }
        let length = to.since(from).as_ms();
        self.withholds.iter_mut().zip(withheld).for_each(|(now, part)| *now = *part);
        let could = u128::from(capacity_milli) * u128::from(length);
        let done = u128::from(came).min(u128::from(self.done) + could) as u64;
        while self.complete < self.arrived && self.ends[self.complete] <= done {
            let batch = self.jobs.batches[self.complete];
            if batch.at >= counted_from {
                let end = after(from, self.ends[self.complete] - self.done, capacity_milli);
                ledger.clearance_ms.push(end.since(batch.at).as_ms());
            }
            self.complete += 1;
        }
        self.done = done;
        for (sum, part) in self.withheld.iter_mut().zip(withheld) {
            *sum = sum.saturating_add(part.saturating_mul(length as i64));
        }
    }

    /// Splits what is withheld of work over what withholds machines.
    pub fn keep(&mut self, lost: u64, withheld: &[i64]) {
        let Self { shares, kept, .. } = self;
        shares.fill(0);
        split(lost, &withheld[..shares.len()], shares);
        kept.iter_mut().zip(shares).for_each(|(kept, share)| *kept = *share as i64);
    }

    /// The same as [`Self::work`], where what is withheld has been split.
    pub fn work_on(
        &mut self,
        from: SimTime,
        to: SimTime,
        capacity_milli: u64,
        counted_from: SimTime,
        ledger: &mut Ledger,
    ) {
        let kept = std::mem::take(&mut self.kept);
        self.work(from, to, (capacity_milli, &kept), counted_from, ledger);
        self.kept = kept;
    }
}

/// When so much work is done.
pub(crate) fn after(from: SimTime, work: u64, capacity_milli: u64) -> SimTime {
    match (work, capacity_milli) {
        (0, _) => from,
        (_, 0) => SimTime::NEVER,
        _ => SimTime::from_ms(from.as_ms().saturating_add(work.div_ceil(capacity_milli))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backlog(need: (u64, u64)) -> Backlog {
        let ms = SimTime::from_ms;
        let batches = [Batch { at: ms(0), due: ms(100) }, Batch { at: ms(1000), due: ms(1100) }];
        let jobs =
            Jobs { count: 1, work: 1, sigma: 0.0, batches: Arc::from(batches), through: None, sets: Arc::default() };
        let mut backlog = Backlog::new(jobs, Some(need), (2, 1));
        backlog.begin(Key::root(1));
        backlog
    }

    #[test]
    fn a_batch_is_complete_at_the_millisecond_that_is_solved_for() {
        let (mut backlog, mut ledger, t) = (backlog((1, 1)), Ledger::default(), SimTime::from_ms);
        backlog.advance(t(0), t(0), &mut ledger);
        assert_eq!(backlog.next(), t(100));
        // A millionth of a job a millisecond and thousandth of capacity: 7,000 need 143 ms.
        backlog.work(t(0), t(100), (7000, &[0, 0]), t(0), &mut ledger);
        backlog.advance(t(100), t(0), &mut ledger);
        assert!(backlog.is_late());
        assert_eq!(backlog.caught_up(t(100), 7000), t(143));
        assert_eq!(backlog.caught_up(t(100), 0), SimTime::NEVER);
        backlog.work(t(100), t(1000), (7000, &[0]), t(0), &mut ledger);
        assert!(!backlog.is_late());
        assert_eq!((&ledger.clearance_ms[..], ledger.batches_due, ledger.batches_met), (&[143][..], 1, 0));
    }

    #[test]
    fn more_jobs_than_can_be_counted_are_cut_off() {
        let batch = Batch { at: SimTime::from_ms(0), due: SimTime::from_ms(1) };
        let jobs = Jobs {
            count: 1_000_000_000,
            work: 1,
            sigma: 0.0,
            batches: vec![batch; 20_000].into(),
            through: None,
            sets: Arc::default(),
        };
        assert!(jobs.most() > JOBS_TOTAL_MAX);
        let mut backlog = Backlog::new(jobs, Some((1, 1)), (2, 1));
        backlog.begin(Key::root(1));
        assert_eq!((backlog.ends[0], backlog.ends[19_999]), (1_000_000_000_000_000, u64::MAX));
    }

    #[test]
    fn a_share_of_the_batch_may_be_late_and_idle_workers_save_nothing_up() {
        let (mut backlog, mut ledger, t) = (backlog((1, 2)), Ledger::default(), SimTime::from_ms);
        backlog.advance(t(0), t(0), &mut ledger);
        backlog.work(t(0), t(100), (5000, &[3]), t(0), &mut ledger);
        backlog.advance(t(100), t(0), &mut ledger);
        assert!(!backlog.is_late(), "half is done");
        assert_eq!(backlog.weights(), [300, 0]);
        backlog.work(t(100), t(1000), (5000, &[0]), t(0), &mut ledger);
        backlog.advance(t(1000), t(0), &mut ledger);
        assert_eq!((backlog.withheld[0], backlog.next()), (0, t(1100)));
        backlog.work(t(1000), t(1100), (100, &[0]), t(0), &mut ledger);
        backlog.advance(t(1100), t(0), &mut ledger);
        assert!(backlog.is_late());
        // Half of the second batch less what was done of it, which nobody withheld.
        assert_eq!(backlog.weights(), [0, 490_000]);
        assert_eq!((ledger.batches_due, ledger.batches_met), (2, 0));
    }

    #[test]
    fn late_time_is_charged_by_all_that_was_withheld_until_it_is_over_however_it_is_cut() {
        let charged = |cuts: &[u64]| {
            let (jobs, t) = (backlog((1, 1)).jobs, SimTime::from_ms);
            let (mut backlog, mut ledger) = (Backlog::new(jobs, Some((1, 1)), (3, 2)), Ledger::default());
            backlog.begin(Key::root(1));
            backlog.advance(t(0), t(0), &mut ledger);
            backlog.work(t(0), t(100), (0, &[7, 0, 0]), t(0), &mut ledger);
            backlog.advance(t(100), t(0), &mut ledger);
            backlog.lacking = 0;
            for of in cuts.windows(2) {
                backlog.work(t(of[0]), t(of[1]), (0, &[0, 7, 0]), t(0), &mut ledger);
                backlog.is_late_for(of[1].min(250) - of[0]);
            }
            // They were late for 150 ms, and the rest of the last interval is not theirs.
            let mut into = [0; 3];
            backlog.charge(cuts[cuts.len() - 1] - 250, &mut into);
            into
        };
        for cuts in [&[100, 250][..], &[100, 130, 131, 250], &[100, 200, 900]] {
            assert_eq!(charged(cuts), [60, 90, 0], "{cuts:?}");
        }
    }
}
