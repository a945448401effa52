//! A chaos experiment held against a steady-state hypothesis: before it, while it lasts, and after it.
//!
//! In: trials under the experiment, and the hypothesis. Out: what holds and what does not, and the verdict of each design and of all.
//! Nothing here says how often anything happens: a drill is a question about one experiment.

mod trials;

pub use crate::deadlines::NoDeadline;
use serde::Serialize;
pub use trials::{Found, Trials};

/// The instants of a drill and what must hold, in milliseconds of the trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Hypothesis {
    /// The objective must hold until here, where the experiment begins.
    pub begins_ms: u64,
    /// The experiment ends.
    pub ends_ms: u64,
    /// So much of the time between may be missed.
    pub may_miss_ms: u64,
    /// From here on the objective must hold again.
    pub recovered_ms: u64,
    /// The end of the trial.
    pub horizon_ms: u64,
}

impl Hypothesis {
    /// How long a drill has to be watched so that it sees what passes at an instant after its end, in whole hours.
    pub fn watch_to_see_ms(&self, at_ms: u64) -> u64 {
        (at_ms.saturating_sub(self.recovered_ms) / HOUR_MS + 1) * HOUR_MS
    }
}

const HOUR_MS: u64 = 3_600_000;

/// What a trial has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// Missed before the experiment.
    pub before_ms: u64,
    /// Missed while it lasted.
    pub during_ms: u64,
    /// From the end of the experiment until the objective held for good; none if it did not until the end of the trial.
    pub recovers_ms: Option<u64>,
    /// Missed after the objective should have held again.
    pub late_ms: u64,
    /// Whether all of the hypothesis holds.
    pub passes: bool,
}

impl Judged {
    /// What of a hypothesis does not hold.
    pub fn fails(&self, of: &Hypothesis) -> FailedBy {
        FailedBy {
            before: u64::from(self.before_ms > 0),
            during: u64::from(self.during_ms > of.may_miss_ms),
            after: u64::from(self.late_ms > 0),
        }
    }
}

/// In how many trials each part of a hypothesis does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct FailedBy {
    /// The objective was missed before the experiment.
    pub before: u64,
    /// It was missed for longer than it may be while the experiment lasted.
    pub during: u64,
    /// It was missed after it had to hold again.
    pub after: u64,
}

impl FailedBy {
    /// The parts that do not hold, with their trials.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        [("before", self.before), ("during", self.during), ("after", self.after)].into_iter().filter(|(_, of)| *of > 0)
    }
}

/// Holds the spans of missed time, half-open and in order, against a hypothesis.
pub fn judge(missed: &[(u64, u64)], of: &Hypothesis) -> Judged {
    let within = |from: u64, to: u64| -> u64 {
        missed.iter().map(|&(start, end)| end.min(to).saturating_sub(start.max(from))).sum()
    };
    let before_ms = within(0, of.begins_ms);
    let during_ms = within(of.begins_ms, of.ends_ms);
    let late_ms = within(of.recovered_ms, of.horizon_ms);
    let last = missed.last().map_or(0, |&(_, end)| end);
    let recovers_ms = (last < of.horizon_ms).then(|| last.saturating_sub(of.ends_ms));
    let judged = Judged { before_ms, during_ms, recovers_ms, late_ms, passes: true };
    Judged { passes: judged.fails(of) == FailedBy::default(), ..judged }
}

/// What arrives when an experiment begins, in requests a second and without noise, and between what it lies in the whole trial.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Load {
    /// When it begins.
    pub at_its_beginning: f64,
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
    /// The busiest time at which it could begin; none if it begins with as much, or its own script says when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub busiest: Option<Busiest>,
}

/// When a drill would meet the most that it can.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Busiest {
    /// Requests a second.
    pub requests: f64,
    /// What `drill.begins` would have to say.
    pub begins: String,
    /// The date and the clock, where the scenario has a calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
}

/// A drill on one design.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DrillDesign {
    /// The design.
    pub design: String,
    /// Why Azure would not run the experiment on it; then nothing was run.
    pub fails: Vec<String>,
    /// What is asked of it; none without a demand.
    pub load: Option<Load>,
    /// What was struck, in words.
    pub struck: Vec<String>,
    /// Trials, which differ in the luck of boots and repairs, and in the noise of a demand; 0 where nothing was run: Azure would not,
    /// or nothing of the experiment strikes it.
    pub trials: u64,
    /// Trials in which the hypothesis held; 0 where it was not judged.
    pub passed: u64,
    /// In how many trials each part of it did not hold.
    pub failed_by: FailedBy,
    /// Trials in which the hypothesis does not hold without the experiment either; none where it held in every trial, or was not
    /// judged.
    pub fails_without: Option<u64>,
    /// The trial that missed the most; none where nothing was run.
    pub worst: Option<u64>,
    /// What that trial has shown; none where that says nothing.
    pub judged: Option<Judged>,
    /// Why the objective was not judged though the experiment was run, in words: nothing that happens in the drill can miss it.
    pub not_judged: Option<String>,
    /// Missed while the experiment lasted: in half of the trials no more than this; none where nothing was judged.
    pub typical_during_ms: Option<u64>,
    /// The fewest machines that served in it from the beginning of the experiment on.
    pub least_serving: Option<i64>,
}

/// What came of a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was run.
    NotRun,
    /// The hypothesis was held against nothing that it could fail by; or it held, and only a part of the experiment was run.
    NotJudged,
    /// It held in every trial.
    Passes,
    /// In one of them it did not.
    Fails,
}

/// Trials that fail though nothing of the experiment is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailsWithout {
    /// How many.
    pub times: u64,
    /// Whether as many as with the experiment, or more.
    pub too: bool,
}

impl DrillDesign {
    /// What came of it on this design.
    pub fn verdict(&self) -> Verdict {
        match self.trials {
            0 => Verdict::NotRun,
            _ if self.not_judged.is_some() => Verdict::NotJudged,
            all if self.passed == all => Verdict::Passes,
            _ => Verdict::Fails,
        }
    }

    /// Whether anything was run on it.
    pub fn was_run(&self) -> bool {
        self.verdict() != Verdict::NotRun
    }

    /// Whether the hypothesis was judged.
    pub fn is_judged(&self) -> bool {
        matches!(self.verdict(), Verdict::Passes | Verdict::Fails)
    }

    /// Whether it fails without the experiment, too; none where it does not, or that was not asked.
    pub fn fails_without(&self) -> Option<FailsWithout> {
        let times = self.fails_without.filter(|&times| times > 0)?;
        Some(FailsWithout { times, too: times >= self.trials - self.passed })
    }
}

/// A drill.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drilled {
    /// The version of the form.
    pub schema: &'static str,
    /// The experiment.
    pub experiment: String,
    /// The study.
    pub study: String,
    /// What must hold.
    pub hypothesis: Hypothesis,
    /// Whether the scenario states it; else it is the default of `[drill]`.
    pub hypothesis_stated: bool,
    /// Day and time when the experiment begins; none where the scenario has no calendar.
    pub begins: Option<String>,
    /// Each design.
    pub designs: Vec<DrillDesign>,
    /// Targets that no scale set is called by, and what each was taken for.
    pub guessed: Vec<String>,
    /// What Azure would refuse as it stands, though it was run here.
    pub refused: Vec<String>,
    /// Actions of the experiment other than waiting.
    pub actions: usize,
    /// Those of them that are not run, as the model has nothing that they strike.
    pub not_run: Vec<String>,
    /// What the model does not hold, or holds in another way.
    pub notes: Vec<String>,
    /// CH-07: where an outage of zones is asked for, what of it is held, and what is none.
    pub as_outage: Vec<String>,
    /// CH-07: what a real outage would add; none if one was run.
    pub outage_adds: Option<String>,
    /// The design that is to be told of, if one is asked for.
    #[serde(skip)]
    pub asked: Option<usize>,
}

impl Drilled {
    /// What came of it on all designs. A hypothesis that was not held against anything is neither kept nor missed; one that was held
    /// against a part of the experiment is kept only for those who say that the part is enough.
    pub fn verdict(&self, part_is_enough: bool) -> Verdict {
        let all = || self.designs.iter().map(DrillDesign::verdict);
        let whole = self.not_run.is_empty() || part_is_enough;
        match () {
            () if all().any(|of| of == Verdict::Fails) => Verdict::Fails,
            () if whole && all().all(|of| of == Verdict::Passes) => Verdict::Passes,
            () if all().all(|of| of == Verdict::NotRun) => Verdict::NotRun,
            () => Verdict::NotJudged,
        }
    }

    /// The design of which a trial is told: the one that is asked for, else the first that fails, or on which something was run.
    pub fn told(&self) -> Option<usize> {
        let first = |which: fn(&DrillDesign) -> bool| self.designs.iter().position(which);
        if let Some(asked) = self.asked {
            return Some(asked).filter(|&at| self.designs[at].was_run());
        }
        first(|of| of.verdict() == Verdict::Fails).or_else(|| first(DrillDesign::was_run))
    }
}

/// [`Drilled::schema`].
pub const SCHEMA: &str = "zonefall-drill/1";

#[cfg(test)]
mod tests {
    use super::*;

    const OF: Hypothesis =
        Hypothesis { begins_ms: 100, ends_ms: 200, may_miss_ms: 30, recovered_ms: 250, horizon_ms: 1000 };

    fn judged(missed: &[(u64, u64)]) -> (u64, u64, Option<u64>, u64, bool) {
        let of = judge(missed, &OF);
        (of.before_ms, of.during_ms, of.recovers_ms, of.late_ms, of.passes)
    }

    #[test]
    fn ch_07_a_hypothesis_looks_before_during_and_after() {
        assert_eq!(judged(&[]), (0, 0, Some(0), 0, true));
        assert_eq!(judged(&[(110, 140)]), (0, 30, Some(0), 0, true));
        assert_eq!(judged(&[(110, 141)]), (0, 31, Some(0), 0, false));
        assert_eq!(judged(&[(99, 110)]), (1, 10, Some(0), 0, false));
        assert_eq!(judged(&[(190, 250)]), (0, 10, Some(50), 0, true));
        assert_eq!(judged(&[(190, 251)]), (0, 10, Some(51), 1, false));
        assert_eq!(judged(&[(190, 1000)]), (0, 10, None, 750, false));
        let failed = |missed: &[(u64, u64)]| judge(missed, &OF).fails(&OF).parts().collect::<Vec<_>>();
        assert_eq!(failed(&[(110, 140)]), []);
        assert_eq!(failed(&[(99, 110), (120, 150), (300, 301)]), [("before", 1), ("during", 1), ("after", 1)]);
        assert_eq!(failed(&[(190, 251)]), [("after", 1)]);
    }
}
