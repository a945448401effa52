//! Trials with a miss, by what they weigh.
//!
//! Where many light trials carry a sum, their spread says nothing of heavy ones that few trials are drawn for: a miss that forcing
//! does not make frequent comes in them or not at all. So those weights of which too few trials have missed to be judged by their
//! spread leave room for as many misses as their number may hide.
//!
//! In: weights. Out: misses a trial, above those that were seen. Classes are independent, so what each leaves open is added as
//! deviations are (Zou & Donner, *Statistics in Medicine* 27, 2008).

use zonefall_stats::estimate::HITS_FOR_INTERVAL;
use zonefall_stats::intervals::clopper_pearson_upper;
use zonefall_stats::{Confidence, Weight};

/// Halvings of the greatest weight, 2, that are told apart: what is lighter hides next to nothing.
const CLASSES: usize = 10;

/// How many trials with a miss weigh more than a half of 2, a half of that, …
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ByWeight([u64; CLASSES]);

/// The most that a trial of a class weighs.
fn most(class: usize) -> f64 {
    libm::exp2(1.0 - class as f64)
}

impl ByWeight {
    /// A trial with a miss.
    pub fn add(&mut self, weight: Weight) {
        let weight = weight.value();
        if let Some(class) = (0..CLASSES).find(|&class| weight > most(class + 1)) {
            self.0[class] += 1;
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// How many misses a trial so many trials may hide.
    pub fn hidden(&self, trials: u64, confidence: Confidence) -> f64 {
        let few = self.0.iter().enumerate().filter(|(_, hits)| **hits < HITS_FOR_INTERVAL);
        let open = few.map(|(class, &hits)| {
            let share = clopper_pearson_upper(hits, trials, confidence) - hits as f64 / trials.max(1) as f64;
            most(class) * share
        });
        libm::sqrt(open.map(|open| open * open).sum())
    }
}
