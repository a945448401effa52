//! Whether trials can be forced, and whether it is worth while.

use super::plan::Plan;
use crate::run::RunError;
use crate::study::Study;

/// How trials are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// As the world would draw them.
    Crude,
    /// Half of them forced into patterns of outages, all weighed.
    Forcing,
    /// Whichever of the two promises the better numbers.
    Auto,
}

impl Method {
    /// The word of the scenario file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Crude => "crude",
            Self::Forcing => "forcing",
            Self::Auto => "auto",
        }
    }
}

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
    /// Forcing was asked for and cannot be done.
    Refused {
        /// Why not.
        why: String,
    },
}

/// So many plain trials with a miss are enough to be content with.
const HITS_ENOUGH: f64 = 400.0;
/// So many times as efficient forcing has to be where plain trials see too little.
const GAIN_LEAST: f64 = 3.0;
/// No design may lose more than this by it.
const GAIN_NOWHERE_BELOW: f64 = 0.5;

/// Decides how to draw the trials of a study.
///
/// # Errors
/// If a trial of the pilot passes its event budget or threads cannot be started.
pub fn choose(study: &Study, asked: Method, threads: usize) -> Result<Choice, RunError> {
    if asked == Method::Crude {
        return Ok(Choice::Crude { why: "asked for".into() });
    }
    let instead = |why: String| match asked {
        Method::Forcing => Choice::Refused { why },
        _ => Choice::Crude { why },
    };
    if let Some(why) = obstacle(study) {
        return Ok(instead(why.into()));
    }
    let Some(plan) = Plan::learn(study, threads)? else {
        return Ok(instead(NOTHING_FOUND.into()));
    };
    let weighed = |why: String| Choice::Forcing { plan: Box::new(plan.clone()), why };
    if asked == Method::Forcing {
        return Ok(weighed("asked for".into()));
    }
    let hits = |hit: f64| hit * study.trials as f64;
    let poorest = plan.forecasts.iter().filter(|of| hits(of.hit) < HITS_ENOUGH);
    let gain = poorest.map(|of| of.gain).fold(f64::NEG_INFINITY, f64::max);
    let worst = plan.forecasts.iter().map(|of| of.gain).fold(f64::INFINITY, f64::min);
    let fewest = plan.forecasts.iter().map(|of| hits(of.hit)).fold(f64::INFINITY, f64::min);
    Ok(if gain == f64::NEG_INFINITY {
        let words = "plain trials see enough: the pilot expects at least";
        Choice::Crude { why: format!("{words} {fewest:.0} with a miss for every design") }
    } else if gain < GAIN_LEAST || worst < GAIN_NOWHERE_BELOW {
        let words = "the pilot expects too little of forcing: a gain of";
        Choice::Crude { why: format!("{words} {gain:.1} where plain trials see least, of {worst:.1} at worst") }
    } else {
        let words = "plain trials see too little: the pilot expects";
        weighed(format!("{words} {} with a miss, and a gain of about {gain:.0} from forcing", few(fewest)))
    })
}

const NOTHING_FOUND: &str = "the pilot found no overlap of outages that misses the objective of any design";

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
