//! What a method has done, what it gained, and what a reader of its numbers should know.

use super::conclude::wanted_trials;
use super::plan::{PLAIN, Plan};
use super::run::{Drawn, Weighed};
use super::splitting::Ladder;
use super::tally::{Total, WeightedDesign};
use crate::conclude::cap_ms;
use crate::exactly::exactly;
use crate::misses::Kinds;
use crate::outcome::*;
use crate::study::Study;
use crate::warnings::{Cut, MATTERS, cut_off, most_of, no_room, of_the_study, too_few};
use zonefall_faults::Method;
use zonefall_fleet::{Design, Operation};
use zonefall_stats::estimate::HITS_FOR_INTERVAL;
use zonefall_stats::intervals::clopper_pearson_upper;
use zonefall_stats::skewed::coverage_warning;
use zonefall_stats::{Confidence, Sample};

pub(super) fn method(study: &Study, of: &Weighed, wanted: Method, why: &str) -> MethodOutcome {
    let weights = of.tally.designs.first().map_or(1.0, |first| first.total(Total::Weights) / of.whole().max(1.0));
    let (pilot_trials, pilot_events) = of.pilot();
    let (used, patterns, levels) = match &of.drawn {
        Drawn::Forced(plan) => (Method::Forcing, patterns(plan), Vec::new()),
        Drawn::Split(ladder) => (Method::Splitting, Vec::new(), levels(study, of, ladder)),
    };
    MethodOutcome {
        asked: wanted.word().into(),
        used: used.word().into(),
        why: why.into(),
        pilot_trials,
        pilot_events,
        mean_weight: weights,
        greatest_weight: if used == Method::Forcing { Plan::most_weight().value() } else { 1.0 },
        patterns,
        levels,
        failure_share: None,
        untold: untold(study),
        designs: study
            .designs
            .iter()
            .zip(&of.tally.designs)
            .map(|(design, tally)| gained(study, of, design, tally))
            .collect(),
    }
}

/// What only plain trials tell and the study has.
fn untold(study: &Study) -> Vec<String> {
    let any = |has: fn(&Design) -> bool| study.designs.iter().any(|design| has(design));
    let all: [(&str, bool); 3] = [
        ("times of responses", any(|of| of.service.latency.is_some() || of.service.ways.is_some())),
        ("sessions", any(|of| of.service.sessions.is_some())),
        (BATCHES, any(|of| of.jobs.is_some())),
    ];
    all.into_iter().filter(|(_, has)| *has).map(|(words, _)| words.to_owned()).collect()
}

fn patterns(plan: &Plan) -> Vec<PatternOutcome> {
    plan.in_words().into_iter().map(|(pattern, share)| PatternOutcome { pattern, share }).collect()
}

fn levels(study: &Study, of: &Weighed, ladder: &Ladder) -> Vec<LevelOutcome> {
    let of_design = |((design, levels), tally): ((&std::sync::Arc<Design>, &Vec<i64>), &WeightedDesign)| {
        let level = |(stage, &margin): (usize, &i64)| {
            let (begun, reached) = tally.stages.get(stage).copied().unwrap_or((0, 0));
            LevelOutcome { design: design.name.clone(), margin, share: reached as f64 / begun.max(1) as f64 }
        };
        levels.iter().enumerate().map(level).collect::<Vec<_>>()
    };
    study.designs.iter().zip(&ladder.levels).zip(&of.tally.designs).flat_map(of_design).collect()
}

/// From this share of trials with a miss on, plain trials tell more.
const COMMON: f64 = 0.2;

/// That a method for rare misses is none for a design that misses as a rule.
fn too_common(design: &DesignOutcome, method: &MethodOutcome) -> Option<Warning> {
    let share = design.any_miss.mean;
    (share >= COMMON).then(|| {
        let words = format!(
            "about {:.0} % of trials miss the objective, and {} is for rare misses: plain trials tell more of it (leave out `method`); estimates are cut at what can be, so that no share is below 0 or above 1",
            100.0 * share,
            method.used
        );
        Warning::of(&design.design, words)
    })
}

/// How likely misses are at most that hold no pattern: they are drawn half as often as by plain trials.
pub(crate) fn unforeseen(hits: u64, trials: u64, level: Confidence) -> f64 {
    clopper_pearson_upper(hits, trials, level) / PLAIN
}

fn gained(study: &Study, of: &Weighed, design: &Design, tally: &WeightedDesign) -> MethodDesign {
    // All designs share the pilot.
    let pilot = of.pilot().1 as f64 / study.designs.len().max(1) as f64;
    let plain = tally.missed.plain_variance() * tally.total(Total::Events) / of.whole().max(1.0);
    let weighted = tally.missed.variance() / tally.missed.n().max(1) as f64 * (tally.events as f64 + pilot);
    let hit = tally.any_miss.mean();
    let mean_miss = if hit > 0.0 { tally.missed.mean() / hit } else { cap_ms(study) };
    // Levels foresee everything.
    let unforeseen = match of.drawn {
        Drawn::Forced(_) => unforeseen(tally.unforeseen, of.trials(), study.confidence),
        Drawn::Split(_) => 0.0,
    };
    MethodDesign {
        design: design.name.clone(),
        effective_hits: tally.missed.effective_hits(),
        gain: (tally.missed.carries_an_interval() && weighted > 0.0).then(|| plain / weighted),
        exact: exactly(study, design).ok().map(|exact| exact.unavailability),
        unforeseen_hits: tally.unforeseen,
        unforeseen_at_most: (unforeseen * mean_miss / cap_ms(study).max(1.0)).min(1.0),
    }
}

/// What forced trials expect too few of to have shown it, where it matters.
fn left_out(study: &Study, trials: u64, design: &DesignOutcome, kinds: &Kinds) -> Option<Warning> {
    let most = most_of(kinds.rare(trials))?;
    let room_ms = kinds.room_above(design.unavailability.mean * cap_ms(study), trials) - kinds.unforced().ms;
    let share = room_ms / cap_ms(study);
    if !most.causes.is_empty() {
        return too_few(design, ("what these trials expect too few of to have shown it", share), most, trials);
    }
    (share > MATTERS * design.unavailability.high).then(|| {
        let words = format!(
            "its machines may stand elsewhere than is known, so outages that no forced trial was drawn for may miss it, too: the \
             upper end has {:.3} min a month of room for them; a longer run has a larger pilot, which tries more",
            share * MINUTES_PER_MONTH
        );
        Warning::of(&design.design, words)
    })
}

/// What forced trials cannot be forced into, where it matters.
fn unforced(study: &Study, design: &DesignOutcome, kinds: &Kinds) -> Option<Warning> {
    let of = kinds.unforced();
    let share = of.ms / cap_ms(study);
    (share > MATTERS * design.unavailability.high).then(|| {
        let words = format!(
            "failures of {} cannot be forced (laws with memory, failures that repeat, or more than an outage), and several of them may \
             miss it together with others: the upper end has {:.3} min a month of room for that; more trials narrow it",
            of.causes.join(", "),
            share * MINUTES_PER_MONTH
        );
        Warning::of(&design.design, words)
    })
}

pub(super) fn warnings(
    study: &Study,
    of: &Weighed,
    (designs, kinds): (&[DesignOutcome], &[Kinds]),
    method: &MethodOutcome,
) -> Vec<Warning> {
    let mut said: Vec<Warning> = Vec::new();
    if of.trials() < wanted_trials(study, of) {
        let asked = wanted_trials(study, of);
        said.push(format!("Interrupted: these are the first {} of {asked} trials", of.trials()).into());
    }
    said.extend(of_the_study(study));
    let untold = untold(study);
    if !untold.is_empty() {
        said.push(format!("{} are told by plain trials only (`method = \"crude\"`)", untold.join(", ")).into());
    }
    if matches!(of.drawn, Drawn::Split(_)) && study.money.is_some() {
        said.push("bills are told by plain and forced trials only".into());
    }
    said.extend(designs.iter().filter_map(|design| too_common(design, method)));
    if matches!(of.drawn, Drawn::Forced(_)) {
        said.extend(
            designs.iter().zip(kinds).filter_map(|(design, kinds)| left_out(study, of.trials(), design, kinds)),
        );
        said.extend(designs.iter().zip(kinds).filter_map(|(design, kinds)| unforced(study, design, kinds)));
    }
    let mut cut: Vec<Cut<'_>> = Vec::new();
    for ((design, tally), known) in designs.iter().zip(&of.tally.designs).zip(&method.designs) {
        let (name, hits, effective) = (&design.design, tally.missed.hits(), tally.missed.effective_hits());
        let mut warn = |words: String| said.push(Warning::of(name, words));
        if design.unavailability.quality == Quality::UpperBound {
            let (all, groups) = match of.drawn {
                Drawn::Forced(_) => (format!("trial of {}", of.trials()), "pairs of trials"),
                Drawn::Split(_) => (format!("branch of {} replications", of.whole()), "replications"),
            };
            warn(if hits == 0 {
                let light = "or by outages so unlikely together that it counts for nothing";
                let light = if matches!(of.drawn, Drawn::Forced(_)) { format!(", {light}") } else { String::new() };
                format!("no {all} missed its objective{light}; only an upper bound is given")
            } else {
                format!(
                    "{hits} {groups} missed their objective, but few of them carry the sum (as good as {effective:.0} of equal weight; an interval needs {HITS_FOR_INTERVAL}); only an upper bound is given"
                )
            });
        } else if let Some(coverage) = coverage_warning(&tally.missed) {
            warn(format!(
                "weighted downtime is very skewed (as good as {effective:.0} trials of equal weight): a plain interval would cover about {:.0} %; the one given is corrected, but run more trials before you lean on it",
                100.0 * coverage
            ));
        }
        // Patterns can be overlooked; where the exact answer is known, it has the last word.
        let of = &design.unavailability;
        if let Some(exact) = known.exact
            && (exact > of.high || of.low.is_some_and(|low| exact < low))
        {
            warn(format!(
                "the exact unavailability, {exact:.4e}, lies outside the interval; believe the exact one, and run more trials for all that it does not say"
            ));
        }
        said.extend(no_room(name, tally.operations.get(Operation::NoRoom as usize).map_or(0, Sample::hits)));
        cut.push(Cut { name, outages: tally.cut_by_horizon, short: false });
    }
    said.extend(cut_off(&cut));
    said
}
