//! From cycles to an outcome.
//!
//! The interval is the skew-corrected one over cycles, which are independent and alike. Weights have no bound, so below 20
//! effective hits cycles bound nothing: then what the plain trials say stands, with a warning.

use super::{Bias, Biased, HOUR_MS, Known, with_plain_trials};
use crate::conclude::{Labels, cap_ms, compare, conclude, difference_level, estimate, mean_verdict};
use crate::exactly::exactly;
use crate::outcome::*;
use crate::rare::conditioning::without_draws;
use crate::study::Study;
use crate::tally::DesignTally;
use crate::warnings::of_the_study;
use zonefall_faults::Method;
use zonefall_stats::estimate::HITS_FOR_INTERVAL;
use zonefall_stats::skewed::coverage_warning;
use zonefall_stats::{DifferenceEstimate, Interval, MeanEstimate, Sample};

/// Draws the conclusions of biased cycles.
pub fn conclude_biased(
    study: &Study,
    bias: &Bias,
    of: &Biased,
    labels: &Labels,
    (asked, why): (Method, &str),
) -> Outcome {
    let cap = cap_ms(study);
    let mut outcome = conclude(&with_plain_trials(study), &of.plain, labels);
    (outcome.trials, outcome.trials_asked) = (of.cycles, study.trials);
    outcome.partial = of.cycles < study.trials;
    outcome.warnings = of_the_study(study);
    let mut method = method(study, bias, of, asked, why);
    let mut told = Vec::with_capacity(of.designs.len());
    for (at, (design, known)) in outcome.designs.iter_mut().zip(&of.designs).enumerate() {
        let plain = design.unavailability;
        let unit = libm::ldexp(1.0, bias.units_log2(at).0);
        let missed = MeanEstimate::new(&known.missed, cap / unit, study.confidence);
        let found =
            estimate(&missed.as_wide_as_its_hits(study.confidence).scaled(unit).within(cap), 1.0 / cap.max(1.0));
        let exact = method.designs[at].exact;
        let lies_outside = exact.is_some_and(|exact| exact > found.high || found.low.is_some_and(|low| exact < low));
        let tells = bias.tells(at, known) && !lies_outside;
        if !tells {
            method.designs[at].gain = None;
        }
        told.push(tells);
        design.unavailability = if tells { found } else { bounded(plain, found) };
        let bounds = design.unavailability;
        let interval = Interval { low: bounds.low.unwrap_or(f64::NEG_INFINITY), high: bounds.high };
        design.verdict_mean = mean_verdict(study, interval);
        let seen = (&design.unavailability, &plain);
        outcome.warnings.extend(if tells {
            doubts(&design.design, seen, known)
        } else if let Some(exact) = exact.filter(|_| lies_outside) {
            let words = format!(
                "the exact unavailability, {exact:.4e}, lies outside what cycles say ({:.4e}); what is given is that of {} plain trials",
                found.mean, of.plain.trials
            );
            vec![Warning::of(&design.design, words)]
        } else {
            vec![too_few(&design.design, &plain, (known.missed.hits(), bias.effective_hits(at, known)), of)]
        });
    }
    let level = difference_level(study);
    let differs = |(at, (known, plain)): (usize, (&Known, &DesignTally))| {
        if told[at] && told[0] {
            let unit = libm::ldexp(1.0, bias.units_log2(at).1);
            return DifferenceEstimate::new(&known.against_reference, cap / unit, level).scaled(unit);
        }
        DifferenceEstimate::new(&plain.against_reference, cap, level)
    };
    let estimates = of.designs.iter().zip(&of.plain.tally.designs).enumerate().skip(1).map(differs).collect();
    outcome.differences = compare(&outcome.designs, estimates, cap, false);
    let rest = format!(
        "all but unavailability and differences (windows, outages, causes, capacity, sessions, credits, bills) is that of {} plain trials; these two are of {} cycles",
        of.plain.trials, of.cycles
    );
    outcome.warnings.push(rest.into());
    outcome.warnings.extend(without_draws(study).map(Warning::from));
    outcome.method = Some(method);
    outcome
}

/// Where cycles show too little: what the plain trials bound, around what cycles found.
fn bounded(plain: Estimate, found: Estimate) -> Estimate {
    match plain.quality {
        Quality::UpperBound => Estimate {
            mean: found.mean.min(plain.high),
            low: None,
            high: plain.high,
            quality: Quality::UpperBound,
            hits: found.hits,
        },
        _ => plain,
    }
}

fn too_few(name: &str, plain: &Estimate, (hits, effective): (u64, f64), of: &Biased) -> Warning {
    let trials = of.plain.trials;
    let given = if plain.low.is_some() { "what is given is" } else { "only an upper bound is given," };
    let words = format!(
        "{hits} cycles of {} missed its objective, as good as {effective:.0} of equal weight (an interval needs {HITS_FOR_INTERVAL}, and one in the pilot); {given} that of {trials} plain trials",
        of.cycles
    );
    Warning::of(name, words)
}

/// What speaks against an interval.
fn doubts(name: &str, (found, plain): (&Estimate, &Estimate), known: &Known) -> Vec<Warning> {
    let effective = known.missed.effective_hits();
    let mut warnings = Vec::new();
    let mut warn = |words: String| warnings.push(Warning::of(name, words));
    if let Some(coverage) = coverage_warning(&known.missed) {
        warn(format!(
            "weighed downtime is very skewed (as good as {effective:.0} cycles of equal weight): a plain interval would cover about {:.0} %; the one given is corrected, but run more trials before you lean on it",
            100.0 * coverage
        ));
    }
    let apart = plain.low.is_some_and(|low| low > found.high || found.low.is_some_and(|low| plain.high < low));
    if apart {
        warn(format!(
            "plain trials say {:.4e}, and their interval and that of the cycles have nothing in common; believe the plain ones, and run more trials",
            plain.mean
        ));
    }
    warnings
}

fn method(study: &Study, bias: &Bias, of: &Biased, asked: Method, why: &str) -> MethodOutcome {
    let gained = |at: usize| {
        let (design, known, plain) = (&study.designs[at], &of.designs[at], &of.plain.tally.designs[at]);
        let unit = libm::ldexp(1.0, bias.units_log2(at).0);
        // All designs share the pilot and the plain trials.
        let shared = of.events - of.designs.iter().map(|known| known.events).sum::<u64>();
        let events = known.events as f64 + shared as f64 / study.designs.len().max(1) as f64;
        let cycles = known.missed.n().max(1) as f64;
        let of_cycles = known.missed.variance() * unit * unit / cycles * events;
        let a_trial = plain.events as f64 / of.plain.trials.max(1) as f64;
        let of_plain = known.plain.mean() * unit * HOUR_MS * a_trial;
        let varies = of_cycles > 0.0;
        MethodDesign {
            design: design.name.clone(),
            effective_hits: bias.effective_hits(at, known),
            gain: varies.then(|| of_plain / of_cycles),
            exact: exactly(study, design).ok().map(|exact| exact.unavailability),
            unforeseen_hits: 0,
            unforeseen_at_most: 0.0,
        }
    };
    MethodOutcome {
        asked: asked.word().into(),
        used: Method::Biasing.word().into(),
        why: why.into(),
        pilot_trials: bias.pilot.0,
        pilot_events: bias.pilot.1,
        mean_weight: of.designs.first().map_or(1.0, Known::mean_weight),
        greatest_weight: of.designs.iter().map(|known| known.greatest_weight).fold(0.0, f64::max),
        patterns: Vec::new(),
        levels: Vec::new(),
        failure_share: Some(bias.failures),
        untold: Vec::new(),
        designs: (0..study.designs.len()).map(gained).collect(),
    }
}
