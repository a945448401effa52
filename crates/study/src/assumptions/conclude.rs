//! From looks to the second interval of every design, and to the headline verdict.

use super::milder::{Judged, Run};
use super::{Kind, Look, Looks, PAIR_FRACTION};
use crate::outcome::{
    AssumptionsOutcome, CauseOutcome, DesignAssumptions, DesignOutcome, DesignVariation, Estimate, Outcome, Quality,
    Verdict,
};
use crate::study::Study;
use zonefall_faults::{Mode, cause_name};

impl Looks {
    /// Puts the looks into the outcome of the run: the second interval, and verdicts that stand at both ends only.
    pub fn add_to(&self, outcome: &mut Outcome, study: &Study) {
        let run = Run::of(outcome);
        for (at, design) in outcome.designs.iter_mut().enumerate() {
            let seen: Vec<(&Look, &DesignOutcome)> =
                self.looks.iter().map(|look| (look, &look.outcome.designs[at])).collect();
            let mut assumptions = of_design((&run, study), design, &seen);
            assumptions.ignorance =
                self.drawn.as_ref().and_then(|drawn| drawn.ignorance(study, at, outcome.observed_h, outcome.trials));
            if assumptions.mean_depends_on.is_some() {
                design.verdict_mean = Verdict::NotResolved;
            }
            if assumptions.windows_depend_on.is_some() {
                design.verdict_windows = Some(Verdict::NotResolved);
            }
            design.assumptions = Some(assumptions);
        }
        outcome.assumptions = Some(AssumptionsOutcome {
            trials: self.trials,
            fixed: self.fixed,
            variations: self.looks.iter().map(|look| look.variation.clone()).collect(),
            drawn: self.drawn.as_ref().map(|drawn| drawn.outcome(study)),
        });
    }
}

fn of_design(
    (run, study): (&Run, &Study),
    design: &DesignOutcome,
    seen: &[(&Look, &DesignOutcome)],
) -> DesignAssumptions {
    let variation = |&(look, of): &(&Look, &DesignOutcome)| DesignVariation {
        unavailability: of.unavailability,
        windows_met: of.windows_met,
        verdict_mean: of.verdict_mean,
        verdict_windows: of.verdict_windows,
        batches_met: of.jobs.as_ref().map(|jobs| jobs.met),
        mostly: mostly(study, look, design, of).map(|mode| mode.name.clone()),
    };
    let variations: Vec<DesignVariation> = seen.iter().map(variation).collect();
    let own = ends(design.unavailability);
    let (mut low, mut high) = ((own.0, None), (own.1, None));
    for ((look, _), of) in seen.iter().zip(&variations) {
        let (least, most) = ends(of.unavailability);
        if least < low.0 {
            low = (least, Some(look.variation.name.clone()));
        }
        if most > high.0 && !run.bounds(design.unavailability, &look.variation, of.unavailability) {
            high = (most, Some(look.variation.name.clone()));
        }
    }
    DesignAssumptions {
        low: low.0,
        low_from: low.1,
        high: high.0,
        high_from: high.1,
        verdict_mean_sampling: design.verdict_mean,
        verdict_windows_sampling: design.verdict_windows,
        mean_depends_on: depends_on((run, study), design, seen, on_average),
        windows_depend_on: depends_on((run, study), design, seen, in_windows),
        variations,
        ignorance: None,
    }
}

/// The ends of what a look says: with too few hits, nothing and the upper bound.
fn ends(of: Estimate) -> (f64, f64) {
    match of.quality {
        Quality::Interval | Quality::Recorded | Quality::Exact => (of.mean, of.mean),
        Quality::UpperBound => (0.0, of.high),
    }
}

/// The verdict on the mean, and what it is on.
pub(super) fn on_average(of: &DesignOutcome) -> Option<Judged> {
    Some((of.verdict_mean, of.unavailability))
}

/// The verdict on windows, and the share of them that miss.
pub(super) fn in_windows(of: &DesignOutcome) -> Option<Judged> {
    Some((of.verdict_windows?, of.windows_met?.missed()))
}

/// The look that unsettles a verdict most, in words.
fn depends_on(
    (run, study): (&Run, &Study),
    design: &DesignOutcome,
    seen: &[(&Look, &DesignOutcome)],
    read: impl Fn(&DesignOutcome) -> Option<Judged>,
) -> Option<String> {
    let own = read(design)?;
    let mut most: Option<(bool, f64, Verdict, &Look, &DesignOutcome)> = None;
    for &(look, of) in seen {
        let Some(found) = read(of).filter(|&found| run.is_turned(own, &look.variation, found)) else { continue };
        // The opposite verdict before one that is open, then the greater difference, then the first.
        let (opposite, differs) = (found.0 != Verdict::NotResolved, (found.1.mean - own.1.mean).abs());
        if most.is_none_or(|most| (opposite, differs) > (most.0, most.1)) {
            most = Some((opposite, differs, found.0, look, of));
        }
    }
    let (_, _, verdict, look, of) = most?;
    Some(format!("{verdict} with {}{}", look.variation.name, because(study, look, design, of)))
}

/// ", above all of datacenter: 0.09 a year in place of 0.03 (assumed)".
fn because(study: &Study, look: &Look, design: &DesignOutcome, of: &DesignOutcome) -> String {
    let Some(mode) = mostly(study, look, design, of) else { return String::new() };
    let confidence = mode.evidence.confidence.word();
    let (was, is) = match look.kind {
        Kind::Rates => (mode.rate_per_year(), look.rate_of(study, mode)),
        Kind::Pairs => {
            let fraction = mode.common_cause;
            return format!(
                " (stated: {} %; assumed, {} to {} %)",
                rounded(100.0 * fraction),
                100.0 * PAIR_FRACTION.0,
                100.0 * PAIR_FRACTION.1
            );
        }
    };
    format!(", above all of {}: {} a year in place of {} ({confidence})", mode.name, rounded(is), rounded(was))
}

/// Three digits.
fn rounded(number: f64) -> f64 {
    format!("{number:.2e}").parse().unwrap_or(number)
}

/// The varied mode that makes most of the difference between a look and the run: by the downtime that the run avoids without it
/// and how much its rate differs, which counts what follows from it, too; where that was not asked, by what it is charged.
fn mostly<'a>(study: &'a Study, look: &Look, run: &DesignOutcome, of: &DesignOutcome) -> Option<&'a Mode> {
    let avoided = |mode: &Mode| sum_of(run, mode, |cause| cause.avoided_min_per_month);
    let is_asked = look.kind == Kind::Rates && study.profile.modes.iter().any(|mode| avoided(mode).is_some());
    let differs = |mode: &Mode| {
        if is_asked {
            return avoided(mode).unwrap_or(0.0) * (look.rate_of(study, mode) / mode.rate_per_year() - 1.0);
        }
        let charged = |of| sum_of(of, mode, |cause| Some(cause.downtime_min_per_month)).unwrap_or(0.0);
        charged(of) - charged(run)
    };
    let changes = study.profile.modes.iter().filter(|mode| look.kind.varies(mode) && mode.rate_per_year() > 0.0);
    let changes = changes.map(|mode| (mode, differs(mode).abs()));
    let most = changes.reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    (most.1 > 0.0).then_some(most.0)
}

/// A figure of the causes that a mode is, if it is known of any.
fn sum_of(of: &DesignOutcome, mode: &Mode, read: impl Fn(&CauseOutcome) -> Option<Estimate>) -> Option<f64> {
    let names = [cause_name(mode, false), cause_name(mode, true)];
    let causes = of.causes.iter().filter(|cause| names.contains(&cause.cause));
    causes.filter_map(|cause| Some(read(cause)?.mean)).reduce(|sum, next| sum + next)
}

impl Look {
    /// The rate that a mode of the study has here, a year.
    fn rate_of(&self, study: &Study, mode: &Mode) -> f64 {
        study.profile.find(&mode.name).map_or(mode, |at| &self.study.profile.modes[at]).rate_per_year()
    }
}
