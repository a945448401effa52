//! From recorded events to rates and laws, group by group.
//!
//! In: [`Records`] and a [`Plan`]. Out: a [`Fitted`] with everything that a table, a file of figures or a fragment of
//! failure modes needs. Durations are hours, rates per unit and year of 365 days. Nothing here prints or reads a file.

mod groups;
mod words;

pub use groups::{INCIDENT_COLUMNS, Mode};
pub use zonefall_stats::fit::{
    Candidate, Dispersion, Family, Fit, Goodness, Law, Parameter, Rate, TELLS_FROM, TESTED_MAX, Verdict,
};

use groups::{Sorted, slug};
use serde::Serialize;
use thiserror::Error;
use zonefall_faults::{Lasted, Problems, Record, Records};
use zonefall_stats::fit::{Sample, fit};
use zonefall_stats::{Confidence, Interval};

const MS_PER_HOUR: f64 = 3_600_000.0;
const HOURS_PER_YEAR: f64 = 8760.0;
/// The most values of a law made of recorded durations; of more, equally many together count as their mean.
const OWN_MAX: usize = 500;
/// Lines that are named for each reason.
const LINES_SHOWN: usize = 5;

/// How rows become groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grouping {
    /// By the values of the group columns; without such columns all are one group of this name.
    Columns(String),
    /// By reach and family of causes, as `explain fit` says: for files of published incidents with the group columns
    /// [`INCIDENT_COLUMNS`].
    Incidents,
}

/// How long was watched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Observed {
    /// From one instant to another, in milliseconds since 1970.
    Between(i64, i64),
    /// So many milliseconds, from the first start on.
    For(f64),
    /// From the first start to the last start or end of the file.
    AsRecorded,
}

/// Which law to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// What the data prefer.
    Auto,
    /// One family.
    Family(Family),
    /// The recorded durations themselves.
    Empirical,
}

/// What to do with the records.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What the file is called.
    pub source: String,
    /// How rows become groups.
    pub grouping: Grouping,
    /// How long was watched.
    pub observed: Observed,
    /// How many units were watched, for all groups.
    pub units: Option<u64>,
    /// The same for single groups, by name.
    pub units_of: Vec<(String, u64)>,
    /// Which law to take.
    pub choice: Choice,
    /// Of all intervals.
    pub confidence: Confidence,
}

/// Why nothing can be fitted.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FitError {
    /// No row is an event.
    #[error("no row of the file is an event{0}")]
    Nothing(String),
    /// A number of units for a group that is not there.
    #[error("there is no group `{name}`; there are: {}", zonefall_topology::listed(.groups))]
    NoGroup {
        /// The name.
        name: String,
        /// The groups.
        groups: Vec<String>,
    },
    /// The record is longer than it is said to be.
    #[error("the record spans {found_days:.1} days, more than the {said_days:.1} that are said to be watched")]
    ShortSpan {
        /// What was found.
        found_days: f64,
        /// What was said.
        said_days: f64,
    },
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HowOften {
    /// Events per unit and year; per year of the whole record where nobody said how many units there are.
    pub per_year: f64,
    /// Its interval: exact for a Poisson process; wider by the dispersion where events are clustered.
    pub interval: Interval,
    /// Whether it was made wider.
    pub widened: bool,
    /// Units; none if nobody said.
    pub units: Option<u64>,
    /// Years (times units) that were watched.
    pub exposure_years: f64,
}

/// How long, as recorded.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HowLong {
    /// Half lasted longer; none if too many are cut off.
    pub median_h: Option<f64>,
    /// The mean; none if any is cut off.
    pub mean_h: Option<f64>,
    /// One in ten lasted longer; none if too many are cut off.
    pub p90_h: Option<f64>,
    /// Mean of ln(hours) of those whose end is known.
    pub mean_ln_h: f64,
    /// Standard deviation (divisor n − 1) of the same; none below two.
    pub sd_ln_h: Option<f64>,
}

/// What the law to take says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AsFitted {
    /// Its median.
    pub median_h: f64,
    /// Its mean.
    pub mean_h: f64,
    /// What one in ten exceeds.
    pub p90_h: f64,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// Its name, fit for a failure mode.
    pub name: String,
    /// What is in it.
    pub holds: String,
    /// The failure mode of the default profile that it stands for, if it is one group of published incidents.
    pub mode: Option<Mode>,
    /// Events.
    pub events: u64,
    /// Events whose duration is known.
    pub durations: u64,
    /// Events of which is only known that they lasted longer than something.
    pub cut_off: u64,
    /// Events whose duration nobody knows.
    pub unknown: u64,
    /// How often; none without starts or without time between them.
    pub often: Option<HowOften>,
    /// Whether it is a Poisson process; none below ten events.
    pub dispersion: Option<Dispersion>,
    /// How long, as recorded; none without any known duration.
    pub long: Option<HowLong>,
    /// The families; lengths in hours.
    pub fit: Fit,
    /// What the first of them says.
    pub fitted: Option<AsFitted>,
    /// Recorded durations in hours, where they are the law to take.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub own_h: Vec<f64>,
    /// How far the choice of the law can be trusted, in words.
    pub word: String,
    /// What else there is to say.
    pub remarks: Vec<String>,
}

/// Rows that are no events.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeftOut {
    /// "end before start".
    pub why: &'static str,
    /// How many.
    pub rows: u64,
    /// The lines of the first few.
    pub lines: Vec<u64>,
    /// What is wrong with the first.
    pub first: String,
}

impl LeftOut {
    /// "2 rows, end before start (lines 4, 9)".
    #[must_use]
    pub fn words(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(u64::to_string).collect();
        let more = if self.rows > self.lines.len() as u64 { ", ..." } else { "" };
        let s = if self.rows == 1 { "" } else { "s" };
        format!("{} row{s}, {} (line{s} {}{more})", self.rows, self.why, lines.join(", "))
    }
}

/// What came of a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fitted {
    /// `zonefall-fit/1`.
    pub schema: &'static str,
    /// The file.
    pub source: String,
    /// The confidence of all intervals.
    pub confidence: f64,
    /// Rows of the file.
    pub rows: u64,
    /// Rows left aside by a filter.
    pub aside: u64,
    /// Rows that are no events, by reason.
    pub left_out: Vec<LeftOut>,
    /// Events.
    pub events: u64,
    /// Days that were watched; none without starts.
    pub span_days: Option<f64>,
    /// Whether the span is only what the record spans.
    pub span_as_recorded: bool,
    /// The groups.
    pub groups: Vec<Group>,
    /// What else there is to say.
    pub remarks: Vec<String>,
}

/// Fits every group.
///
/// # Errors
/// If no row is an event, or the plan does not go with the file.
pub fn fit_records(records: &Records, plan: &Plan) -> Result<Fitted, FitError> {
    let left_out: Vec<LeftOut> =
        records.dirty.iter().map(|(dirt, problems)| left_out(dirt.words(), problems)).collect();
    if records.events.is_empty() {
        return Err(FitError::Nothing(words::why_nothing(records, &left_out)));
    }
    let sorted = groups::sort(records, &plan.grouping);
    for (name, _) in &plan.units_of {
        if !sorted.iter().any(|group| group.name == *name) {
            let groups = sorted.iter().map(|group| group.name.clone()).collect();
            return Err(FitError::NoGroup { name: name.clone(), groups });
        }
    }
    let span = span(records, plan.observed)?;
    let groups: Vec<Group> = sorted.into_iter().map(|sorted| group(sorted, span, plan)).collect();
    let mut fitted = Fitted {
        schema: "zonefall-fit/1",
        source: plan.source.clone(),
        confidence: plan.confidence.level(),
        rows: records.rows,
        aside: records.aside,
        left_out,
        events: records.events.len() as u64,
        span_days: span.map(|(begin, end)| (end - begin) / MS_PER_HOUR / 24.0),
        span_as_recorded: plan.observed == Observed::AsRecorded,
        groups,
        remarks: Vec::new(),
    };
    fitted.remarks = words::remarks(&fitted, plan, records.units);
    Ok(fitted)
}

fn left_out(why: &'static str, problems: &Problems) -> LeftOut {
    LeftOut {
        why,
        rows: problems.count(),
        lines: problems.shown().iter().take(LINES_SHOWN).map(|(line, _)| *line).collect(),
        first: problems.shown().first().map_or(String::new(), |(_, words)| words.clone()),
    }
}

/// From when to when was watched, in milliseconds; none without starts or without time between them.
fn span(records: &Records, observed: Observed) -> Result<Option<(f64, f64)>, FitError> {
    let starts = || records.events.iter().filter_map(|event| event.start);
    let Some(first) = starts().min() else { return Ok(None) };
    let end = |event: &Record| {
        let (Lasted::Exactly(ms) | Lasted::Longer(ms)) = event.lasted else { return event.start.map(|at| at as f64) };
        event.start.map(|at| at as f64 + ms)
    };
    let last = records.events.iter().filter_map(end).fold(first as f64, f64::max);
    let last_start = starts().max().unwrap_or(first);
    let (begin, end) = match observed {
        Observed::Between(from, to) => (from as f64, to as f64),
        Observed::For(ms) => {
            let found = (last_start - first) as f64;
            if ms < found {
                let days = |ms: f64| ms / MS_PER_HOUR / 24.0;
                return Err(FitError::ShortSpan { found_days: days(found), said_days: days(ms) });
            }
            (first as f64, first as f64 + ms)
        }
        Observed::AsRecorded => (first as f64, last),
    };
    Ok((end > begin).then_some((begin, end)))
}

fn group(sorted: Sorted, span: Option<(f64, f64)>, plan: &Plan) -> Group {
    let (mut exact, mut beyond, mut unknown) = (Vec::new(), Vec::new(), 0);
    for event in &sorted.events {
        match event.lasted {
            Lasted::Exactly(ms) => exact.push(ms / MS_PER_HOUR),
            Lasted::Longer(ms) => beyond.push(ms / MS_PER_HOUR),
            Lasted::Unknown => unknown += 1,
        }
    }
    // The reader lets only positive, finite durations through.
    let sample = Sample::new(exact, beyond).unwrap_or_else(|_| Sample::empty());
    let asked = if let Choice::Family(family) = plan.choice { Some(family) } else { None };
    let fit = fit(&sample, asked, plan.confidence);
    let starts: Vec<f64> = sorted.events.iter().filter_map(|event| event.start).map(|at| at as f64).collect();
    let dispersion = span.and_then(|(begin, end)| Dispersion::test(&starts, begin, end));
    let often = span.and_then(|span| often(&sorted, span, dispersion, plan));
    let long = (sample.n() > 0).then(|| HowLong {
        median_h: sample.quantile(0.5),
        mean_h: sample.mean(),
        p90_h: sample.quantile(0.9),
        mean_ln_h: sample.mean_log(),
        sd_ln_h: sample.sd_log(),
    });
    let own = plan.choice == Choice::Empirical || fit.verdict == Verdict::NoneFits;
    let own_h = if own && sample.beyond().is_empty() { thinned(sample.exact()) } else { Vec::new() };
    let law = fit.first().map(|first| first.law);
    let mut group = Group {
        name: sorted.name,
        holds: sorted.holds,
        mode: sorted.mode,
        events: sorted.events.len() as u64,
        durations: sample.n() as u64,
        cut_off: sample.beyond().len() as u64,
        unknown,
        often,
        dispersion,
        long,
        fitted: law.map(|law| AsFitted { median_h: law.quantile(0.5), mean_h: law.mean(), p90_h: law.quantile(0.9) }),
        fit,
        own_h,
        word: String::new(),
        remarks: Vec::new(),
    };
    group.word = words::word(&group, plan.choice);
    group.remarks = words::of_group(&group, plan.choice);
    group
}

fn often(sorted: &Sorted, span: (f64, f64), dispersion: Option<Dispersion>, plan: &Plan) -> Option<HowOften> {
    let own = plan.units_of.iter().find(|(name, _)| *name == sorted.name).map(|(_, units)| *units);
    let units = own.or(plan.units);
    let exposure_years = (span.1 - span.0) / MS_PER_HOUR / HOURS_PER_YEAR * units.unwrap_or(1) as f64;
    let rate = Rate::new(sorted.events.len() as u64, exposure_years)?;
    let clustered = dispersion.filter(Dispersion::is_clustered);
    let interval = rate.interval_if(clustered.map_or(1.0, |found| found.index), plan.confidence);
    Some(HowOften { per_year: rate.value(), interval, widened: clustered.is_some(), units, exposure_years })
}

/// Sorted lengths, or the means of [`OWN_MAX`] equally large lots of them: the mean stays.
fn thinned(sorted: &[f64]) -> Vec<f64> {
    if sorted.len() <= OWN_MAX {
        return sorted.to_vec();
    }
    let n = sorted.len() as f64;
    let per = n / OWN_MAX as f64;
    // A length at the border of two lots belongs to each in part.
    let mut lots = vec![0.0; OWN_MAX];
    for (at, &length) in sorted.iter().enumerate() {
        let (from, to) = (at as f64 / per, (at + 1) as f64 / per);
        let (first, last) = (from as usize, (to as usize).min(OWN_MAX - 1));
        for (lot, sum) in lots.iter_mut().enumerate().take(last + 1).skip(first) {
            let part = to.min(lot as f64 + 1.0) - from.max(lot as f64);
            *sum += length * part.max(0.0);
        }
    }
    lots
}

/// A name fit for a failure mode.
#[must_use]
pub fn mode_name(words: &str) -> String {
    slug(words)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
