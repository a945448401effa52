//! Whether trials can be forced, and whether it is worth while.

use super::biasing::Bias;
use super::conditioning::{Layered, expected_gain};
use super::plan::Plan;
use super::splitting::{self, Ladder};
use crate::run::RunError;
use crate::study::Study;
use std::sync::atomic::AtomicBool;
use zonefall_faults::Method;

/// What is done, and why.
#[derive(Debug)]
pub enum Choice {
    /// Plain trials.
    Crude {
        /// Why.
        why: String,
    },
    /// Forced trials.
    Forcing {
        /// How they are drawn.
        plan: Box<Plan>,
        /// Why.
        why: String,
    },
    /// Trials that are split.
    Splitting {
        /// Where.
        ladder: Ladder,
        /// Why.
        why: String,
    },
    /// Storms alone.
    Conditioning {
        /// What is known given a storm.
        layered: Layered,
        /// Why.
        why: String,
    },
    /// Cycles, from failure to failure.
    Biasing {
        /// How they are drawn.
        bias: Bias,
        /// Why.
        why: String,
    },
    /// What was asked for cannot be done.
    Refused {
        /// Why not.
        why: String,
    },
}

impl Choice {
    /// What it is, in words.
    fn word(&self) -> &'static str {
        match self {
            Self::Crude { .. } | Self::Refused { .. } => "plain trials",
            Self::Forcing { .. } => "forcing",
            Self::Splitting { .. } => "splitting",
            Self::Conditioning { .. } => "storms alone",
            Self::Biasing { .. } => "failure biasing",
        }
    }
}

/// So many plain trials with a miss are enough to be content with.
const HITS_TO_REST_ON: f64 = 400.0;
/// So many times as efficient forcing has to be, by its pilot, where plain trials see too little.
pub(crate) const GAIN_LEAST: f64 = 3.0;
/// So many are plenty, even if a pilot was mistaken by a factor of two.
const HITS_PLENTY: f64 = 2.0 * HITS_TO_REST_ON;
/// Forced trials tell windows and causes, too: where half of their interval comes to this share of the value, nothing narrower
/// is looked for.
const NARROW: f64 = 0.1;
/// An interval that is expected to end so many times as far above its value as that of another method is no better one, however little
/// observations vary.
const FARTHER: f64 = 2.0;
/// No design may lose more than this by it.
const GAIN_NOWHERE_BELOW: f64 = 0.5;

/// Unless asked for, pilots of forcing and of splitting each play at most one trial for so many of the study.
const PILOT_SHARE: u64 = 2;
/// So many are allowed in any case, if the study has as many.
const PILOT_LEAST: u64 = 1000;

/// Decides how to draw the trials of a study.
///
/// # Errors
/// If a trial of the pilot passes its event budget, threads cannot be started, or the pilot is interrupted.
pub fn choose(study: &Study, asked: Method, threads: usize, stop: &AtomicBool) -> Result<Choice, RunError> {
    if asked == Method::Crude {
        return Ok(Choice::Crude { why: "asked for".into() });
    }
    let instead = |why: String| match asked {
        Method::Auto => Choice::Crude { why },
        _ => Choice::Refused { why },
    };
    if let Some(why) = obstacle(study) {
        return Ok(instead(why.into()));
    }
    if asked == Method::Conditioning {
        return Ok(match Layered::new(study) {
            Ok(layered) => Choice::Conditioning { layered, why: "asked for".into() },
            Err(why) => Choice::Refused { why },
        });
    }
    if asked == Method::Biasing {
        return Ok(match learned(study, stop)? {
            Ok(bias) => Choice::Biasing { bias, why: "asked for".into() },
            Err(why) => Choice::Refused { why },
        });
    }
    let too_large = splitting::obstacle(study);
    if let (Method::Splitting, Some(why)) = (asked, &too_large) {
        return Ok(Choice::Refused { why: why.clone() });
    }
    if asked == Method::Splitting {
        return Ok(Choice::Splitting { ladder: Ladder::learn(study, threads, stop)?, why: "asked for".into() });
    }
    if asked == Method::Auto {
        return best(study, (threads, stop), too_large.is_none() && builds_up(study));
    }
    Ok(forcing(study, asked, (threads, stop), instead)?.0)
}

/// Cycles, and what their pilot has learned; or why not, in words. That one of them passes the event budget stops nothing: trials
/// need not.
pub(super) fn learned(study: &Study, stop: &AtomicBool) -> Result<Result<Bias, String>, RunError> {
    let bias = match Bias::new(study) {
        Ok(bias) => bias.learn(study, stop),
        Err(why) => return Ok(Err(why)),
    };
    match bias {
        Err(RunError::Budget { .. }) => {
            Ok(Err("a cycle of the pilot has more events than `event_budget` allows".into()))
        }
        other => other.map(Ok),
    }
}

/// Whatever promises most.
fn best(study: &Study, (threads, stop): (usize, &AtomicBool), may_split: bool) -> Result<Choice, RunError> {
    let bias = learned(study, stop)?.ok();
    // The pilot of cycles is by far the cheaper one.
    if let Some(fewest) = bias.as_ref().and_then(|bias| bias.fewest_hits(study)).filter(|&hits| hits >= HITS_PLENTY) {
        return Ok(Choice::Crude { why: enough(fewest) });
    }
    let promised = bias.and_then(|bias| bias.gain(study, HITS_TO_REST_ON).map(|(gain, hits)| (bias, gain, hits)));
    let promised = promised.filter(|(_, gain, _)| gain.poorest >= GAIN_LEAST && gain.worst >= GAIN_NOWHERE_BELOW);
    let (chosen, sees_enough) = forcing(study, Method::Auto, (threads, stop), |why| Choice::Crude { why })?;
    let promised = promised.filter(|(bias, ..)| !ends_farther(study, bias, &chosen));
    match (chosen, promised) {
        (Choice::Forcing { plan, why }, promised) => {
            let (chosen, other) = storms_or_forced(study, plan, why, stop)?;
            let narrow = matches!(&chosen, Choice::Forcing { plan, .. } if is_narrow(plan, study.trials));
            Ok(match promised.filter(|(_, gain, _)| !narrow && gain.worst > other) {
                Some((bias, gain, _)) => {
                    let words =
                        "failures are independent or wait for crews alone, and the pilot expects a gain of about";
                    let why =
                        format!("{words} {:.0} from failure biasing, {other:.0} from {}", gain.worst, chosen.word());
                    Choice::Biasing { bias, why }
                }
                None => on_a_whole_pilot(study, (threads, stop), chosen)?,
            })
        }
        (Choice::Crude { why }, Some((bias, gain, hits))) if !sees_enough => {
            let words = format!("{why}; failures are independent or wait for crews alone: plain trials would show");
            let why = format!(
                "{words} {} with a miss, and the pilot expects a gain of about {:.0} from failure biasing",
                few(hits),
                gain.poorest
            );
            Ok(Choice::Biasing { bias, why })
        }
        (Choice::Crude { why }, None) if !sees_enough && may_split => split(study, (threads, stop), why),
        (chosen, _) => Ok(chosen),
    }
}

/// Whether the interval of cycles is expected to end much farther above the value than that of forced trials, or of plain ones where
/// none are forced, for any design.
fn ends_farther(study: &Study, bias: &Bias, other: &Choice) -> bool {
    let others: Vec<f64> = match other {
        Choice::Forcing { plan, .. } => {
            let kinds = plan.kinds_as_drawn(study);
            plan.forecasts
                .iter()
                .zip(&kinds)
                .map(|(of, kinds)| of.expected.above_forced(study, kinds, of.size_ms()))
                .collect()
        }
        _ => bias.expected().zip(&study.designs).map(|([_, plain], of)| plain.above_plain(study, of)).collect(),
    };
    bias.expected().zip(others).any(|([cycle, _], other)| cycle.above_cycles(study) > FARTHER * other)
}

/// Whether forced trials are expected to come to narrow intervals for all designs.
fn is_narrow(plan: &Plan, trials: u64) -> bool {
    plan.forecasts.iter().all(|of| {
        let (cost, events) = of.cost;
        let relative_variance = cost / of.gain / (events * trials as f64);
        1.96 * 1.96 * relative_variance <= NARROW * NARROW
    })
}

/// What is expected to be gained, storms alone or forced trials: storms, where the machine layer can be solved and that promises more than forcing.
fn storms_or_forced(study: &Study, plan: Box<Plan>, why: String, stop: &AtomicBool) -> Result<(Choice, f64), RunError> {
    let forced = plan.forecasts.iter().map(|of| of.gain).fold(f64::INFINITY, f64::min);
    let costs = || plan.forecasts.iter().map(|of| of.cost);
    let Ok(layered) = Layered::new(study) else { return Ok((Choice::Forcing { plan, why }, forced)) };
    let gain = expected_gain(study, &layered, costs(), stop)?;
    Ok(match gain.filter(|&gain| gain > forced && gain >= GAIN_LEAST) {
        Some(gain) => {
            let words = "nothing couples single machines with the storm, and the pilot expects a gain of about";
            let why = format!("{words} {gain:.0} from storms alone, {forced:.0} from forcing");
            (Choice::Conditioning { layered, why }, gain)
        }
        None => (Choice::Forcing { plan, why }, forced),
    })
}

/// Trials that the pilot of forcing may play where nobody asked for it.
fn allowed(study: &Study) -> u64 {
    (study.trials / PILOT_SHARE).max(PILOT_LEAST.min(study.trials))
}

/// Whether to force trials, and whether plain ones would do.
fn forcing(
    study: &Study,
    asked: Method,
    (threads, stop): (usize, &AtomicBool),
    instead: impl Fn(String) -> Choice,
) -> Result<(Choice, bool), RunError> {
    let allowed = if asked == Method::Auto { allowed(study) } else { u64::MAX };
    let Some(plan) = Plan::learn_within(study, threads, stop, allowed)? else {
        return Ok((instead(NOTHING_FOUND.into()), false));
    };
    if asked == Method::Forcing {
        return Ok((Choice::Forcing { plan: Box::new(plan), why: "asked for".into() }, false));
    }
    let hits = |hit: f64| hit * study.trials as f64;
    let poorest = plan.forecasts.iter().filter(|of| hits(of.hit) < HITS_TO_REST_ON);
    let gain = poorest.map(|of| of.gain).fold(f64::NEG_INFINITY, f64::max);
    let worst = plan.forecasts.iter().map(|of| of.gain).fold(f64::INFINITY, f64::min);
    let fewest = plan.forecasts.iter().map(|of| hits(of.hit)).fold(f64::INFINITY, f64::min);
    // What no forced trial of the pilot has shown has no gain, not one below nothing.
    let worst_shown = if worst > 0.0 { worst } else { 0.0 };
    let choice = if gain == f64::NEG_INFINITY {
        Choice::Crude { why: enough(fewest) }
    } else if gain < GAIN_LEAST || worst < GAIN_NOWHERE_BELOW {
        let words = "the pilot expects too little of forcing: a gain of";
        Choice::Crude { why: format!("{words} {gain:.1} where plain trials see least, of {worst_shown:.1} at worst") }
    } else if plain_ends_nearer(study, &plan) {
        let words = "the pilot shows too few misses that can be weighed: what forced trials say may end more than";
        Choice::Crude { why: format!("{words} {FARTHER:.0} times as high as what plain ones say") }
    } else {
        let words = "plain trials see too little: the pilot expects";
        let why = format!("{words} {} with a miss, and a gain of about {gain:.0} from forcing", few(fewest));
        Choice::Forcing { plan: Box::new(plan), why }
    };
    Ok((choice, gain == f64::NEG_INFINITY))
}

/// The same with forcing learned from a whole pilot, where the choice fell on it by a small one: that may have passed by patterns that
/// hold a good part of what is missed, and then intervals end below it.
fn on_a_whole_pilot(study: &Study, (threads, stop): (usize, &AtomicBool), chosen: Choice) -> Result<Choice, RunError> {
    let Choice::Forcing { plan: small, why } = chosen else { return Ok(chosen) };
    let Some(mut plan) = Plan::learn(study, threads, stop)?.map(Box::new) else {
        return Ok(Choice::Forcing { plan: small, why });
    };
    plan.pilot_trials += small.pilot_trials;
    plan.pilot_events += small.pilot_events;
    Ok(Choice::Forcing { plan, why })
}

/// Whether what forced trials say is expected to end much higher than what plain ones say, for any design; these end above the value.
fn plain_ends_nearer(study: &Study, plan: &Plan) -> bool {
    let kinds = plan.kinds_as_drawn(study);
    plan.forecasts.iter().zip(&study.designs).zip(&kinds).any(|((of, design), kinds)| {
        let plain = 1.0 + of.plain.above_plain(study, design).max(0.0);
        1.0 + of.expected.above_forced(study, kinds, of.size_ms()) > FARTHER * plain
    })
}

/// Whether misses may build up in ways that no overlap of outages is: queues before crews, ageing, sets that change.
fn builds_up(study: &Study) -> bool {
    let ageing =
        |mode: &zonefall_faults::Mode| mode.time_to_failure.memoryless_mean().is_none() || mode.repeat.is_some();
    study.profile.modes.iter().any(|mode| mode.crews.is_some() || ageing(mode))
        || study.designs.iter().any(|design| design.is_managed())
}

/// Whether to split trials, where forcing is not for them.
fn split(study: &Study, (threads, stop): (usize, &AtomicBool), why: String) -> Result<Choice, RunError> {
    let allowed = study.trials / PILOT_SHARE;
    let (ladder, whole) = Ladder::learn_within(study, threads, stop, allowed)?;
    if !whole {
        let words = "levels for splitting would take a pilot of more than";
        return Ok(Choice::Crude { why: format!("{why}; {words} {allowed} trials a design, a half of the run") });
    }
    let hits = |hit: f64| hit * study.trials as f64;
    let poorest = ladder.forecasts.iter().min_by(|a, b| a.hit.total_cmp(&b.hit)).copied();
    let worst = ladder.forecasts.iter().map(|of| of.gain).fold(f64::INFINITY, f64::min);
    Ok(match poorest.filter(|of| of.hit > 0.0 && hits(of.hit) < HITS_TO_REST_ON) {
        Some(of) if of.gain >= GAIN_LEAST && worst >= GAIN_NOWHERE_BELOW => {
            let few = few(hits(of.hit));
            let words = format!("{why}; splitting is for what builds up: plain trials would show {few} with a miss");
            Choice::Splitting { ladder, why: format!("{words}, and the pilot expects a gain of about {:.0}", of.gain) }
        }
        _ => Choice::Crude { why },
    })
}

const NOTHING_FOUND: &str = "the pilot found no overlap of outages that misses the objective of any design";

fn enough(fewest: f64) -> String {
    format!("plain trials see enough: the pilot expects at least {fewest:.0} with a miss for every design")
}

fn few(hits: f64) -> String {
    if hits < 1.0 { "less than one".into() } else { format!("{hits:.0}") }
}

/// Why no trial of a study can be forced.
fn obstacle(study: &Study) -> Option<&'static str> {
    if study.replay.is_some() {
        Some("the faults are recorded or scripted: nothing is drawn")
    } else if study.measure.until_first_miss {
        Some("trials end at the first miss: no share of time is measured")
    } else if study.stopping.is_some() {
        Some("the rule of stopping (`until`) looks at plain trials; `--trials N` sets it aside")
    } else if study.rows {
        Some("rows of single trials are kept, which would need their weights")
    } else {
        None
    }
}
