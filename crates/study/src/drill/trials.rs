//! What trials of a drill on one design have shown, one after another.

use super::{FailedBy, Hypothesis, Judged, judge};
use crate::deadlines::{NoDeadline, not_judged};
use crate::timeline::Timeline;
use zonefall_engine::SimTime;
use zonefall_fleet::Design;

/// Trials that are held against a hypothesis.
#[derive(Debug)]
pub struct Trials<'a> {
    of: &'a Hypothesis,
    passed: u64,
    failed_by: FailedBy,
    during_ms: Vec<u64>,
    /// The first of those that missed the most.
    worst: Option<(Timeline, Judged)>,
}

/// What came of them.
#[derive(Debug)]
pub struct Found {
    /// How many there were.
    pub trials: u64,
    /// In how many the hypothesis held; 0 where it was not judged.
    pub passed: u64,
    /// In how many each part of it did not hold.
    pub failed_by: FailedBy,
    /// Why it was not: in none of the trials it failed, and in none it could.
    pub not_judged: Option<NoDeadline>,
    /// What the trial that missed the most has shown; none where that says nothing.
    pub judged: Option<Judged>,
    /// Missed while the experiment lasted: in half of the trials no more than this; none where nothing was judged.
    pub typical_during_ms: Option<u64>,
    /// The fewest machines that served in the trial that missed the most, from the beginning of the experiment on.
    pub least_serving: Option<i64>,
    /// That trial; of equals the first.
    pub worst: Option<Timeline>,
}

impl<'a> Trials<'a> {
    /// None yet.
    pub fn new(of: &'a Hypothesis) -> Self {
        Self { of, passed: 0, failed_by: FailedBy::default(), during_ms: Vec::new(), worst: None }
    }

    /// The next one.
    pub fn see(&mut self, told: Timeline) {
        let missed: Vec<(u64, u64)> = told.outages.iter().map(|outage| (outage.from_ms, outage.to_ms)).collect();
        let judged = judge(&missed, self.of);
        self.passed += u64::from(judged.passes);
        let (all, more) = (&mut self.failed_by, judged.fails(self.of));
        (all.before, all.during, all.after) =
            (all.before + more.before, all.during + more.during, all.after + more.after);
        self.during_ms.push(judged.during_ms);
        if self.worst.as_ref().is_none_or(|(worst, _)| told.missed_ms > worst.missed_ms) {
            self.worst = Some((told, judged));
        }
    }

    /// In how many the hypothesis did not hold.
    pub fn failed(&self) -> u64 {
        self.during_ms.len() as u64 - self.passed
    }

    /// What came of them on their design. An objective on deadlines of which none passes from the beginning of the experiment on cannot
    /// be missed, whatever is out.
    pub fn found(mut self, design: &Design) -> Found {
        self.during_ms.sort_unstable();
        let (begins, horizon) = (SimTime::from_ms(self.of.begins_ms), SimTime::from_ms(self.of.horizon_ms));
        let not_judged = not_judged(design, begins, horizon).filter(|_| self.failed() == 0);
        let says = |ms: Option<u64>| ms.filter(|_| not_judged.is_none());
        let (worst, judged) = self.worst.unzip();
        Found {
            trials: self.during_ms.len() as u64,
            passed: says(Some(self.passed)).unwrap_or(0),
            failed_by: self.failed_by,
            not_judged,
            judged: judged.filter(|_| not_judged.is_none()),
            typical_during_ms: says(self.during_ms.get(self.during_ms.len().saturating_sub(1) / 2).copied()),
            least_serving: worst.as_ref().and_then(|worst| least_serving(worst, begins.as_ms())),
            worst,
        }
    }
}

/// The fewest machines that serve from an instant on: those that do when it comes, and after each change.
fn least_serving(of: &Timeline, from_ms: u64) -> Option<i64> {
    let since = of.rows.partition_point(|row| row.at_ms < from_ms);
    of.rows[since.saturating_sub(1)..].iter().map(|row| row.serving).min()
}
