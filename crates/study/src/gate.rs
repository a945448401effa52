//! What a pipeline asks of an outcome, condition by condition.
//!
//! In: conditions and an outcome. Out: for each design and condition whether it is met, missed or not resolved. Nothing is
//! estimated here; a condition reads the verdicts and intervals that the outcome has.

use crate::assumptions::{Judged, Run};
use crate::outcome::{
    Compared, DesignOutcome, DesignVariation, Difference, Estimate, MINUTES_PER_MONTH, Outcome, Quality, Variation,
    Verdict,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Conditions.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// The designs that are asked; empty for all.
    pub designs: Vec<String>,
    /// Whether the mean availability has to meet the target.
    pub average: bool,
    /// Whether enough windows have to meet the target.
    pub windows: bool,
    /// The most downtime in minutes a month.
    pub downtime_max_min: Option<f64>,
    /// The least share of batches that are complete by their deadline.
    pub batches_by_deadline: Option<f64>,
    /// Whether a design may have more downtime than the first.
    pub no_worse: bool,
    /// Whether a condition that is not resolved passes.
    pub not_resolved_passes: bool,
}

impl Default for Gate {
    /// Both verdicts of every design.
    fn default() -> Self {
        Self {
            designs: Vec::new(),
            average: true,
            windows: true,
            downtime_max_min: None,
            batches_by_deadline: None,
            no_worse: false,
            not_resolved_passes: false,
        }
    }
}

/// One condition on one design.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Condition {
    /// The design.
    pub design: String,
    /// What is asked, in words.
    pub asks: String,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Judgement {
    /// Every condition.
    pub conditions: Vec<Condition>,
    /// All of it: missed if one condition is, else not resolved if one is not and that does not pass.
    pub verdict: Verdict,
    /// Whether luck keeps a condition open, of the run or of a look at what is assumed, which more trials end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open_for_luck: bool,
    /// Whether what is assumed does: a look turns the verdict, which more trials do not end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open_for_assumptions: bool,
    /// So many trials would about do against luck, if the estimates stay and intervals shrink as they use to; none where nothing tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trials_would_do: Option<u64>,
    /// The same of the trials of looks, where the scenario gives them (`assumptions`) and they are too few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looks_would_do: Option<u64>,
}

/// Judges an outcome. A record of the past resolves nothing about what to expect: what it does not miss stays open.
pub fn judge(gate: &Gate, outcome: &Outcome) -> Judgement {
    let asked = |design: &&DesignOutcome| gate.designs.is_empty() || gate.designs.contains(&design.design);
    let found = outcome.designs.iter().filter(asked).flat_map(|design| conditions(gate, outcome, design));
    let (conditions, why): (Vec<Condition>, Vec<Open>) = found.unzip();
    let most = |needs: fn(&Open) -> Option<Option<f64>>| {
        let all = why.iter().filter_map(needs);
        all.reduce(|most, more| Some(most?.max(more?))).flatten().map(round_up)
    };
    // Looks whose trials the scenario gives have no more in a longer run.
    let fixed = outcome.assumptions.as_ref().is_some_and(|of| of.fixed);
    let looks = |needs: &Open| needs.looks.filter(|_| needs.luck.is_none());
    Judgement {
        open_for_luck: why.iter().any(|open| open.luck.is_some() || open.looks.is_some()),
        open_for_assumptions: why.iter().any(|open| open.assumptions),
        trials_would_do: most(if fixed { |open| open.luck } else { |open| open.luck.or(open.looks) }),
        looks_would_do: if fixed { most(looks) } else { None },
        ..Judgement::of(conditions, gate.not_resolved_passes)
    }
}

/// What keeps a condition open: of luck, how many trials would end it, where that can be told.
#[derive(Debug, Clone, Copy, Default)]
struct Open {
    /// The luck of the run.
    luck: Option<Option<f64>>,
    /// The luck of a look at what is assumed.
    looks: Option<Option<f64>>,
    /// A look at what is assumed.
    assumptions: bool,
}

/// How many times the trials bring the nearer end of an interval to `most`: its ends come as close as the root of trials, the bound of
/// what was never seen as trials. None where nothing tells.
pub(crate) fn times_to_tell(of: Estimate, most: f64) -> Option<f64> {
    let (mean, low) = (of.mean, of.lower());
    let times = match (mean < most, low) {
        (true, _) if of.hits == 0 && mean <= 0.0 => Some(of.high / most),
        (true, _) => Some(((of.high - mean) / (most - mean)).powi(2)),
        (false, Some(low)) if mean > most => Some(((mean - low) / (mean - most)).powi(2)),
        (false, _) => None,
    };
    times.filter(|times| times.is_finite() && (1.0..=TIMES_MAX).contains(times))
}

/// Whether an interval holds `most`.
fn straddles(of: Estimate, most: f64) -> bool {
    of.high > most && of.lower().is_none_or(|low| low <= most)
}

/// What a condition asks of a figure: that no more than so much is missed.
struct Asked<R> {
    /// What luck alone says of the run, and the figure.
    own: Judged,
    most: f64,
    /// What a look says of it.
    read: R,
    /// An estimate of a few outages tells nothing of how its interval shrinks.
    tells: bool,
}

impl<R: Fn(&DesignVariation) -> Option<Judged>> Asked<R> {
    /// The verdict that stands under every look, and what keeps it open.
    fn judged(self, outcome: &Outcome, design: &DesignOutcome) -> (Verdict, Open) {
        let (run, own, most) = (Run::of(outcome), self.own, self.most);
        let told = |times: Option<f64>, trials: u64| times.filter(|_| self.tells).map(|times| times * trials as f64);
        let mut open = Open::default();
        if own.0 == Verdict::NotResolved && straddles(own.1, most) {
            open.luck = Some(told(times_to_tell(own.1, most), outcome.trials));
        }
        let looks = outcome.assumptions.iter().flat_map(|of| &of.variations);
        let seen = design.assumptions.iter().flat_map(|of| &of.variations);
        let found: Vec<(&Variation, Judged)> =
            looks.zip(seen).filter_map(|(look, of)| Some((look, (self.read)(of)?))).collect();
        let says = |verdict: Verdict| found.iter().any(|(_, found)| found.0 == verdict);
        open.assumptions = match own.0 {
            Verdict::NotResolved => says(Verdict::Meets) && says(Verdict::Misses),
            _ => found.iter().any(|(look, found)| found.0 != Verdict::NotResolved && run.is_turned(own, look, *found)),
        };
        let left =
            found.iter().filter(|(look, found)| found.0 == Verdict::NotResolved && run.is_turned(own, look, *found));
        let needs = left.map(|(look, found)| told(times_to_tell(found.1, most), look.trials));
        open.looks = needs.reduce(|most, more| Some(most?.max(more?))).filter(|_| !open.assumptions);
        let stands = !open.assumptions && open.looks.is_none();
        (if stands { own.0 } else { Verdict::NotResolved }, open)
    }
}

/// Nobody lives through so many times the trials.
const TIMES_MAX: f64 = 10_000.0;

/// Two digits, upwards.
fn round_up(trials: f64) -> u64 {
    let unit = libm::pow(10.0, (libm::floor(libm::log10(trials.max(1.0))) - 1.0).max(0.0));
    (libm::ceil(trials / unit) * unit) as u64
}

impl Judgement {
    /// Of all conditions together, where one that is not resolved passes or does not.
    pub fn of(conditions: Vec<Condition>, not_resolved_passes: bool) -> Self {
        let any = |of: Verdict| conditions.iter().any(|condition| condition.verdict == of);
        let verdict = if any(Verdict::Misses) {
            Verdict::Misses
        } else if any(Verdict::NotResolved) && !not_resolved_passes {
            Verdict::NotResolved
        } else {
            Verdict::Meets
        };
        Self {
            conditions,
            verdict,
            open_for_luck: false,
            open_for_assumptions: false,
            trials_would_do: None,
            looks_would_do: None,
        }
    }
}

/// A target as it was written, with the space before its unit that all pages have.
pub fn spaced(target: &str) -> String {
    let target = target.trim();
    target.strip_suffix('%').map_or_else(|| target.to_owned(), |number| format!("{} %", number.trim_end()))
}

/// What is asked on average, in words.
pub fn of_average(target: &str) -> String {
    format!("{} on average", spaced(target))
}

/// What is asked of downtime, in words.
pub fn of_downtime(most_min: f64) -> String {
    format!("at most {most_min} min of downtime a month")
}

/// What is asked beside another design, in words.
pub fn of_no_worse(against: &str) -> String {
    format!("not more downtime than {against}")
}

/// What is asked of windows, in words.
pub fn of_windows(target: &str, share: f64) -> String {
    format!("{} in {} % of windows", spaced(target), 100.0 * share)
}

/// What is asked of batches of jobs, in words.
pub fn of_batches(share: f64) -> String {
    format!("{} % of batches complete by their deadline", percent(share))
}

fn conditions(gate: &Gate, outcome: &Outcome, design: &DesignOutcome) -> Vec<(Condition, Open)> {
    let (of, allowed) = (design.unavailability, 1.0 - outcome.target_share);
    // What a few outages carry tells nothing of how intervals shrink.
    let tells = !design.carried_by_few;
    let sampling = design.assumptions.as_ref();
    let mut asked = Vec::new();
    if gate.average {
        let own = (sampling.map_or(design.verdict_mean, |of| of.verdict_mean_sampling), of);
        let read = |look: &DesignVariation| Some((look.verdict_mean, look.unavailability));
        asked.push((of_average(&outcome.target), Asked { own, most: allowed, read, tells }.judged(outcome, design)));
    }
    if let Some(verdict) = design.verdict_windows.filter(|_| gate.windows) {
        let own = sampling.and_then(|of| of.verdict_windows_sampling).unwrap_or(verdict);
        let judged = design.windows_met.map(|met| {
            let read = |look: &DesignVariation| Some((look.verdict_windows?, look.windows_met?.missed()));
            let most = 1.0 - outcome.confidence;
            Asked { own: (own, met.missed()), most, read, tells: true }.judged(outcome, design)
        });
        let judged = judged.unwrap_or((verdict, Open::default()));
        asked.push((of_windows(&outcome.target, outcome.confidence), judged));
    }
    if let Some(most_min) = gate.downtime_max_min {
        let most = most_min / MINUTES_PER_MONTH;
        let read = |look: &DesignVariation| Some((at_most(look.unavailability, most), look.unavailability));
        let judged = Asked { own: (at_most(of, most), of), most, read, tells }.judged(outcome, design);
        asked.push((of_downtime(most_min), judged));
    }
    if let Some(least) = gate.batches_by_deadline {
        // Forced trials tell nothing of single batches.
        let judged = design.jobs.as_ref().map(|jobs| {
            let own = (at_least(jobs.met, least), jobs.met.missed());
            let of_look = |met: Estimate| (at_least(met, least), met.missed());
            let read = |look: &DesignVariation| look.batches_met.map(of_look);
            Asked { own, most: 1.0 - least, read, tells: true }.judged(outcome, design)
        });
        asked.push((of_batches(least), judged.unwrap_or((Verdict::NotResolved, Open::default()))));
    }
    let difference = outcome.differences.iter().find(|difference| difference.design == design.design);
    if let Some(difference) = difference.filter(|_| gate.no_worse) {
        asked.push((of_no_worse(&difference.against), (no_worse(difference), Open::default())));
    }
    // A record is no sample: what it does not miss stays open, and nothing about it is luck.
    let recorded = of.quality == Quality::Recorded;
    let condition = |(asks, (verdict, open)): (String, (Verdict, Open))| {
        let open = if recorded { Open::default() } else { open };
        let verdict = if recorded && verdict == Verdict::Meets { Verdict::NotResolved } else { verdict };
        (Condition { design: design.design.clone(), asks, verdict }, open)
    };
    asked.into_iter().map(condition).collect()
}

fn at_most(of: Estimate, most: f64) -> Verdict {
    if of.high <= most {
        Verdict::Meets
    } else if of.low.is_some_and(|low| low > most) {
        Verdict::Misses
    } else {
        Verdict::NotResolved
    }
}

/// Whether a share is at least so much, with its whole interval.
pub(crate) fn at_least(of: Estimate, least: f64) -> Verdict {
    if of.low.is_some_and(|low| low >= least) {
        Verdict::Meets
    } else if of.high < least {
        Verdict::Misses
    } else {
        Verdict::NotResolved
    }
}

/// About how many trials would tell of a share that is not resolved whether it is at least so much; none where nothing tells.
pub(crate) fn trials_would_do((met, verdict): (Estimate, Verdict), least: f64, trials: u64) -> Option<u64> {
    let (of, most) = (met.missed(), 1.0 - least);
    let times = times_to_tell(of, most).filter(|_| verdict == Verdict::NotResolved && straddles(of, most))?;
    Some(round_up(times * trials as f64))
}

/// A share in percent as it was written: of the digits that a share has, none is lost or made up.
pub fn percent(share: f64) -> f64 {
    libm::round(share * 1e12) / 1e10
}

fn no_worse(of: &Difference) -> Verdict {
    if of.says == Compared::More { Verdict::Misses } else { Verdict::Meets }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_stand_apart_from_their_number() {
        assert_eq!(
            ["99.995%", "99.9 %", "0.999"].map(of_average),
            ["99.995 %", "99.9 %", "0.999"].map(|of| format!("{of} on average"))
        );
        assert_eq!(of_windows("99.95%", 0.95), "99.95 % in 95 % of windows");
    }

    #[test]
    fn trials_that_would_do_go_with_the_square_of_what_an_interval_lacks() {
        let of = |mean, low, high, hits| {
            let quality = if low > 0.0 { Quality::Interval } else { Quality::UpperBound };
            let of = Estimate { mean, low: Some(low), high, quality, hits };
            straddles(of, 4.0).then(|| times_to_tell(of, 4.0))
        };
        assert_eq!(of(3.0, 1.0, 5.0, 50), Some(Some(4.0)));
        assert_eq!(of(4.5, 3.0, 6.0, 50), Some(Some(9.0)));
        // Nothing seen: the bound falls as trials grow. Few seen above what is asked: nothing tells.
        assert_eq!(of(0.0, 0.0, 12.0, 0), Some(Some(3.0)));
        assert_eq!((of(5.0, 0.0, 12.0, 3), of(4.0, 1.0, 7.0, 50)), (Some(None), Some(None)));
        // What is told already is not open for luck.
        assert_eq!((of(2.0, 1.0, 3.0, 50), of(6.0, 5.0, 7.0, 50)), (None, None));
        assert_eq!([1.0, 99.5, 1_301.0].map(round_up), [1, 100, 1_400]);
    }
}
