//! What a pipeline asks of an outcome, condition by condition.
//!
//! In: conditions and an outcome. Out: for each design and condition whether it is met, missed or not resolved. Nothing is
//! estimated here; a condition reads the verdicts and intervals that the outcome has.

mod figure;

pub(crate) use figure::{Asked, asked};
pub use figure::{Basis, Figure, LookSays};

use crate::outcome::{Compared, DesignOutcome, Difference, Estimate, Outcome, Quality, Verdict};
use figure::Open;
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
    /// By how many minutes a month a design may have more downtime than the first; none where that is not asked.
    pub no_worse_min: Option<f64>,
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
            no_worse_min: None,
            not_resolved_passes: false,
        }
    }
}

impl Gate {
    /// Whether a design is asked.
    pub(crate) fn is_on(&self, design: &str) -> bool {
        self.designs.is_empty() || self.designs.iter().any(|asked| asked == design)
    }
}

/// One condition on one design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Condition {
    /// The design.
    pub design: String,
    /// What is asked, in words.
    pub asks: String,
    /// What came of it.
    pub verdict: Verdict,
    /// The figure that it is judged by; none where it is a comparison with another design.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// Whether luck keeps it open, of the run or of the look that `basis` names.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open_for_luck: bool,
    /// Whether what is assumed does: the look that `basis` names turns it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open_for_assumptions: bool,
}

impl Condition {
    /// One of which no more is known than what came of it.
    #[must_use]
    pub const fn new(design: String, asks: String, verdict: Verdict) -> Self {
        Self { design, asks, verdict, basis: None, open_for_luck: false, open_for_assumptions: false }
    }
}

/// What came of a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// Whether a longer run tells no more: looks alone are open, and the scenario gives their trials.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub looks_are_fixed: bool,
}

/// Judges an outcome. A record of the past resolves nothing about what to expect: what it does not miss stays open.
pub fn judge(gate: &Gate, outcome: &Outcome) -> Judgement {
    let found = outcome
        .designs
        .iter()
        .filter(|design| gate.is_on(&design.design))
        .flat_map(|design| conditions(gate, outcome, design));
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
        // No more than were run would be no advice.
        trials_would_do: most(if fixed { |open| open.luck } else { |open| open.luck.or(open.looks) })
            .filter(|&trials| trials > outcome.trials),
        looks_would_do: if fixed { most(looks) } else { None },
        looks_are_fixed: fixed
            && why.iter().any(|open| open.looks.is_some())
            && why.iter().all(|open| open.luck.is_none()),
        ..Judgement::of(conditions, gate.not_resolved_passes)
    }
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
            looks_are_fixed: false,
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
pub fn of_no_worse(against: &str, margin_min: f64) -> String {
    if margin_min > 0.0 {
        return format!("at most {margin_min} min of downtime a month more than {against}");
    }
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
    let figures = asked(gate, outcome)
        .into_iter()
        .filter(|asked| asked.figure != Figure::Windows || design.verdict_windows.is_some());
    let of_figure = |asked: Asked| {
        let asks = match asked.figure {
            Figure::Unavailability => of_average(&outcome.target),
            Figure::Windows => of_windows(&outcome.target, outcome.confidence),
            Figure::Downtime => of_downtime(asked.bound),
            Figure::Batches => of_batches(asked.bound),
        };
        let (verdict, basis, open) = asked.judged(outcome, design);
        (asks, verdict, basis, open)
    };
    let difference = gate.no_worse_min.and_then(|margin| {
        let of = outcome.differences.iter().find(|of| of.design == design.design)?;
        let (verdict, open) = no_worse(of, margin, outcome.trials);
        Some((of_no_worse(&of.against, margin), verdict, None, open))
    });
    // A record is no sample: what it does not miss stays open, and nothing about it is luck.
    let recorded = design.unavailability.quality == Quality::Recorded;
    let condition = |(asks, verdict, basis, open): (String, Verdict, Option<Basis>, Open)| {
        let open = if recorded { Open::default() } else { open };
        let verdict = if recorded && verdict == Verdict::Meets { Verdict::NotResolved } else { verdict };
        let (luck, assumptions) = (open.luck.is_some() || open.looks.is_some(), open.assumptions);
        let design = design.design.clone();
        (Condition { design, asks, verdict, basis, open_for_luck: luck, open_for_assumptions: assumptions }, open)
    };
    figures.map(of_figure).chain(difference).map(condition).collect()
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

/// Whether a design has at most `margin` minutes a month more than the other, with its whole interval. Two that are the same in
/// every trial are no worse than each other.
fn no_worse(of: &Difference, margin: f64, trials: u64) -> (Verdict, Open) {
    if of.says == Compared::Same {
        return (Verdict::Meets, Open::default());
    }
    let (mean, high) = (of.downtime_min_per_month, of.high.unwrap_or(f64::INFINITY));
    let found = Estimate { mean, low: of.low, high, quality: Quality::Interval, hits: of.hits };
    let verdict = at_most(found, margin);
    let luck =
        (verdict == Verdict::NotResolved).then(|| times_to_tell(found, margin).map(|times| times * trials as f64));
    (verdict, Open { luck, ..Open::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_worse_is_not_resolved_where_the_interval_holds_the_margin() {
        let of = |low: Option<f64>, high: Option<f64>, hits| Difference {
            design: "new".into(),
            against: "old".into(),
            downtime_min_per_month: low.zip(high).map_or(3.0, |(low, high)| (low + high) / 2.0),
            low,
            high,
            hits,
            p_adjusted: 1.0,
            says: Compared::of(hits, low.unwrap_or(f64::MIN), high.unwrap_or(f64::MAX)),
        };
        let says = |of: &Difference, margin| no_worse(of, margin, 100);
        let wide = of(Some(-1.0), Some(5.0), 24);
        let (verdict, open) = says(&wide, 0.0);
        assert_eq!((verdict, open.luck), (Verdict::NotResolved, Some(Some(225.0))));
        assert_eq!(says(&wide, 5.0).0, Verdict::Meets);
        assert_eq!(says(&of(None, None, 1), 0.0).0, Verdict::NotResolved);
        assert_eq!(says(&of(Some(0.6), Some(2.0), 152), 0.0).0, Verdict::Misses);
        assert_eq!(says(&of(Some(0.6), Some(2.0), 152), 1.0).0, Verdict::NotResolved);
        assert_eq!(says(&of(Some(-4.0), Some(-1.0), 99), 0.0).0, Verdict::Meets);
        assert_eq!(says(&of(Some(0.0), Some(0.0), 0), 0.0).0, Verdict::Meets);
    }

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
