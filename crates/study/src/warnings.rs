//! What a reader should know before believing a number.

use crate::conclude::{cap_ms, heavy_tails};
use crate::deadlines::no_deadline;
use crate::latency;
use crate::misses::{Kind, Kinds, OCCURRENCES_MIN};
use crate::outcome::{DesignOutcome, MINUTES_PER_MONTH, Quality, Warning};
use crate::run::Finished;
use crate::stopping::{self, in_words};
use crate::study::Study;
use crate::tally::DesignTally;
use zonefall_fleet::Operation;
use zonefall_stats::Moments;
use zonefall_stats::Verdict;
use zonefall_stats::estimate::HITS_FOR_INTERVAL;
use zonefall_stats::skewed::coverage_warning;
use zonefall_topology::quoted;

/// Room for what no trial may show is worth a word from this share of the upper end on.
pub(crate) const MATTERS: f64 = 0.05;

/// Says what is thin, cut or out of reach.
pub(crate) fn warnings(study: &Study, finished: &Finished, designs: &[DesignOutcome], kinds: &[Kinds]) -> Vec<Warning> {
    let mut said: Vec<Warning> = Vec::new();
    if !stopping::is_finished(study, finished) {
        said.push(format!("Interrupted: these are the first {} of {} trials", finished.trials, study.trials).into());
    }
    if study.replay.is_some() && finished.trials == 1 {
        said.push("One record was lived through: these are its figures, not estimates of what to expect".into());
        return said;
    }
    if study.replay.is_some() {
        said.push(
            "The faults are a script: all figures, those a month and a year too, are given that it happens; how often it does \
             is in none of them"
                .into(),
        );
    }
    said.extend(of_the_study(study));
    let (mut cut, mut skewed): (Vec<Cut<'_>>, Vec<String>) = Default::default();
    for (at, (design, tally)) in designs.iter().zip(&finished.tally.designs).enumerate() {
        let (name, hits) = (&design.design, tally.missed.hits());
        match its_trials(finished.trials, design, tally) {
            Some(words) => said.push(Warning::of(name, words)),
            None => skewed.extend(
                coverage_warning(&tally.missed)
                    .map(|coverage| format!("{name} (about {:.0} %, {hits} trials with a miss)", 100.0 * coverage)),
            ),
        }
        said.extend(no_room(name, tally.operations.get(Operation::NoRoom as usize).map_or(0, Moments::hits)));
        cut.push(Cut { name, outages: tally.cut_by_horizon, short: tally.cut_by_horizon * 20 > hits });
        let few = carried(&tally.missed);
        said.extend(without_deadline(study, at, design).map(|words| Warning::of(name, words)));
        said.extend(design.latency.iter().flat_map(|of| latency::warnings(name, of)));
        // What a few outages carry tells nothing of how intervals shrink.
        said.extend(to_resolve(study, finished, design).filter(|_| few.is_none()));
        said.extend(few.map(|words| Warning::of(name, words)));
        if study.measure.until_first_miss && hits < finished.trials {
            said.push(Warning::of(name, format!(
                "{} trials reached the horizon without a miss; the mean time to the first miss is taken over the others and is too short",
                finished.trials - hits
            )));
        }
    }
    if !skewed.is_empty() {
        said.push(very_skewed(&skewed).into());
    }
    said.extend(cut_off(&cut));
    said.extend(stopping::warning(study, finished).map(Warning::from));
    said.extend(too_rare(study, finished, designs, kinds));
    said.extend(meet_too_rarely(study, finished.trials, designs, kinds));
    said
}

/// What the trials of a design do not tell of its downtime; none where they give an interval.
fn its_trials(trials: u64, design: &DesignOutcome, tally: &DesignTally) -> Option<String> {
    let words = match (design.unavailability.quality, tally.missed.hits()) {
        (Quality::Exact, _) => {
            "nothing that is drawn reaches it: every trial is the same, and its figures are exact".into()
        }
        (Quality::UpperBound, 0) => {
            format!("no trial of {trials} missed its objective; only an upper bound is given")
        }
        (Quality::UpperBound, hits) => format!(
            "only {hits} {} (an interval needs {HITS_FOR_INTERVAL}); only an upper bound is given",
            if hits == 1 { "trial missed its objective" } else { "trials missed their objective" }
        ),
        _ if tally.missed.is_constant() => {
            "every trial misses for equally long; the interval leaves room for what so few trials may not have shown"
                .into()
        }
        _ => return None,
    };
    Some(words)
}

/// That few of many outages make the downtime.
fn carried(missed: &Moments) -> Option<String> {
    let (hits, weigh) = (missed.hits(), missed.effective_hits());
    missed
        .is_carried_by_few()
        .then(|| format!("a few long outages carry the downtime: {hits} trials with a miss weigh like {weigh:.0}"))
}

fn very_skewed(designs: &[String]) -> String {
    format!(
        "downtime is very skewed, so that a plain interval would cover less than it says: {}. Those given are corrected, but run more \
         trials before you lean on them",
        designs.join("; ")
    )
}

/// Jobs of which nothing is known, or that cannot be late: no deadline passes.
fn without_deadline(study: &Study, at: usize, design: &DesignOutcome) -> Option<&'static str> {
    let (jobs, outcome) = (study.designs[at].jobs.as_ref()?, design.jobs.as_ref()?);
    let none = no_deadline(jobs, study.measure.from, study.measure.horizon).is_some();
    match (none, outcome.batches) {
        (true, 0) => Some(
            "no deadline of a batch passes within the measured time: nothing is known of its jobs, and an objective on them cannot be \
             missed",
        ),
        (true, _) => {
            Some("no deadline of a batch passes before the measured time ends: an objective on them cannot be missed")
        }
        (false, 0) => Some(
            "in no trial a batch came within the measured time whose deadline passed before it ended: nothing is known of its jobs but \
             what an objective on them missed",
        ),
        (false, _) => None,
    }
}

/// Outages of a design that the end of the trial cut.
pub(crate) struct Cut<'a> {
    pub(crate) name: &'a str,
    pub(crate) outages: u64,
    /// Whether they are many beside all trials with a miss.
    pub(crate) short: bool,
}

/// One warning for all designs.
pub(crate) fn cut_off(of: &[Cut<'_>]) -> Option<Warning> {
    let some: Vec<&Cut<'_>> = of.iter().filter(|of| of.outages > 0).collect();
    let counted = |of: &&Cut<'_>| format!("{} {}", quoted(of.name), of.outages);
    let named = some.iter().map(counted).collect::<Vec<_>>().join("; ");
    let short: Vec<String> = some.iter().filter(|of| of.short).map(|of| quoted(of.name)).collect();
    let whose = if short.len() == some.len() { String::new() } else { format!(" of {}", short.join("; ")) };
    let short = match short.is_empty() {
        true => String::new(),
        false => format!(
            ". The horizon is short for outages as long as those{whose}, and what is said of their lengths is too kind"
        ),
    };
    (!some.is_empty()).then(|| format!("outages cut by the end of the trial: {named}{short}").into())
}

/// Outages that miss an objective where two or three of them meet, and hardly ever do in all trials together; told where they matter.
fn meet_too_rarely(study: &Study, trials: u64, designs: &[DesignOutcome], kinds: &[Kinds]) -> Vec<Warning> {
    let words = |(kinds, outcome): (&Kinds, &DesignOutcome)| {
        let meet: Vec<&Kind> = kinds.rare(trials).filter(|kind| kind.causes.len() > 1).collect();
        let share = meet.iter().map(|kind| kind.ms_per_trial).sum::<f64>() / cap_ms(study);
        let what = "what misses its objective only where two or three outages meet";
        too_few(outcome, (what, share), most_of(meet.into_iter())?, trials)
    };
    kinds.iter().zip(designs).filter_map(words).collect()
}

/// The kind that brings most.
pub(crate) fn most_of<'a>(kinds: impl Iterator<Item = &'a Kind>) -> Option<&'a Kind> {
    kinds.max_by(|a, b| a.ms_per_trial.total_cmp(&b.ms_per_trial))
}

/// What so many trials expect too few of to have shown it, and adds such a share to the upper end; told where it matters.
pub(crate) fn too_few(
    outcome: &DesignOutcome,
    (what, share): (&str, f64),
    most: &Kind,
    trials: u64,
) -> Option<Warning> {
    let of = outcome.unavailability;
    (of.quality != Quality::Exact && share > MATTERS * of.high).then(|| {
        let words = format!(
            "{what} ({} above all: expected {} times in all trials together): {:.3} min a month of the upper end are room for it, \
             known from rates and places; more trials would show it",
            most.words(),
            digits(most.per_trial * trials as f64),
            share * MINUTES_PER_MONTH
        );
        Warning::of(&outcome.design, words)
    })
}

/// Two digits of a number below ten.
fn digits(expected: f64) -> String {
    match expected {
        0.1.. => format!("{expected:.1}"),
        0.01.. => format!("{expected:.2}"),
        _ => "less than 0.01".into(),
    }
}

/// About how many trials would resolve the verdict on the mean, if the mean stays where it is: half-widths shrink with the
/// root of the trials.
fn to_resolve(study: &Study, finished: &Finished, design: &DesignOutcome) -> Option<Warning> {
    let of = design.unavailability;
    let open = design.verdict_mean == Verdict::NotResolved && !study.measure.until_first_miss;
    let low = of.low.filter(|_| open && of.quality == Quality::Interval)?;
    let allowed = study.target.allowed_share();
    // The half that reaches over the target.
    let half = if of.mean <= allowed { of.high - of.mean } else { of.mean - low };
    let needed = finished.trials as f64 * (half / (of.mean - allowed)) * (half / (of.mean - allowed));
    (needed > finished.trials as f64).then(|| {
        let trials = in_words(needed.min(1e18) as u64);
        let words = format!(
            "not resolved on average; if its downtime stays where it is, about {trials} trials would settle what is luck"
        );
        Warning::of(&design.design, words)
    })
}

/// Modes that can alone miss an objective and are hardly expected in all trials together; those for which an interval has little room
/// are not worth a word.
fn too_rare(study: &Study, finished: &Finished, designs: &[DesignOutcome], kinds: &[Kinds]) -> Vec<Warning> {
    let mut found: Vec<(String, f64, Vec<&str>, bool)> = Vec::new();
    for (at, design) in study.designs.iter().enumerate() {
        for of in kinds[at].lonely() {
            let expected = of.per_trial * finished.trials as f64;
            // Of several ways in which a mode strikes the rarest is told.
            let mut others = kinds[at].lonely().filter(|other| other.causes == of.causes);
            let found_of = designs[at].unavailability;
            let matters = of.ms_per_trial / cap_ms(study) > MATTERS * found_of.high;
            if found_of.quality == Quality::Interval && !matters {
                continue;
            }
            if expected >= OCCURRENCES_MIN || others.any(|other| other.per_trial < of.per_trial) {
                continue;
            }
            let name = &of.words();
            let charged = finished.causes.iter().position(|cause| cause == name);
            let seen = charged.is_some_and(|cause| finished.tally.designs[at].by_cause[cause].n() > 0);
            let told = digits(expected);
            match found.iter_mut().find(|(cause, other, ..)| cause == name && digits(*other) == told) {
                Some((_, _, names, any)) => {
                    names.push(&design.name);
                    *any |= seen;
                }
                None => found.push((name.clone(), expected, vec![&design.name], seen)),
            }
        }
    }
    let words = |(cause, expected, names, seen): (String, f64, Vec<&str>, bool)| {
        let enough = in_words((OCCURRENCES_MIN / expected * finished.trials as f64).min(1e18) as u64);
        let seen = if seen { "" } else { ", and no miss was charged to it" };
        format!(
            "{cause} can alone miss the objective of {} and is expected {} times in all trials together{seen}: upper ends have room for \
             what it brings on average; {enough} trials would see it ten times",
            names.join("; "),
            digits(expected)
        )
        .into()
    };
    found.into_iter().map(words).collect()
}

/// The model lacked slots.
pub(crate) fn no_room(design: &str, trials: u64) -> Option<Warning> {
    (trials > 0).then(|| {
        let words = format!(
            "in {trials} trials the model had no slot for a machine where Azure may have had hardware (`no_room_in_model`): part of what is charged to `no capacity` is the model's"
        );
        Warning::of(design, words)
    })
}

/// What is to be said before any trial: laws without a usable variance, windows that are too long.
pub(crate) fn of_the_study(study: &Study) -> Vec<Warning> {
    let heavy = heavy_tails(study).map(|mode| {
        format!(
            "The outages of {mode} have so heavy a tail that a mean over trials does not settle: intervals are too short, and no design is said to meet its target; cut the law (`below`)"
        )
        .into()
    });
    let long = study.measure.windows.whole() == 0 && !study.measure.until_first_miss;
    heavy
        .chain(study.designs.iter().flat_map(|design| crate::ceiling::words(design)))
        .chain(long.then(|| "The measured time is shorter than one window, so no window can be judged".into()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cut_is_said_once_with_its_counts() {
        let cut = |name, outages, short| Cut { name, outages, short };
        assert_eq!(cut_off(&[cut("a", 0, false)]), None);
        let told =
            cut_off(&[cut("a", 3, false), cut("b", 0, false), cut("c", 1, true)]).map_or(String::new(), String::from);
        assert!(told.starts_with("outages cut by the end of the trial: a 3; c 1. The horizon is short"), "{told}");
        assert!(told.contains("as long as those of c, and"), "{told}");
        // A name with a comma reads like two names, and one that ends in a number like two counts.
        let told = cut_off(&[cut("three, 12 machines", 1, false)]).map_or(String::new(), String::from);
        assert!(told.contains(": `three, 12 machines` 1"), "{told}");
    }
}
