//! What a reader should know before believing a number.

use crate::conclude::heavy_tails;
use crate::outcome::{DesignOutcome, Quality};
use crate::run::Finished;
use crate::study::Study;
use zonefall_fleet::Operation;
use zonefall_stats::estimate::HITS_FOR_INTERVAL;
use zonefall_stats::skewed::coverage_warning;

/// Says what is thin, cut or out of reach.
pub(crate) fn warnings(study: &Study, finished: &Finished, designs: &[DesignOutcome]) -> Vec<String> {
    let mut said = Vec::new();
    if finished.trials < study.trials {
        said.push(format!("interrupted: these are the first {} of {} trials", finished.trials, study.trials));
    }
    if study.replay.is_some() && finished.trials == 1 {
        said.push("one record was lived through: these are its figures, not estimates of what to expect".into());
        return said;
    }
    for mode in heavy_tails(study) {
        said.push(format!(
            "the outages of {mode} have so heavy a tail that a mean over trials does not settle: intervals are too short, and no design is said to meet its target; cut the law (`below`)"
        ));
    }
    for (design, tally) in designs.iter().zip(&finished.tally.designs) {
        let name = &design.design;
        let hits = tally.missed.hits();
        if design.unavailability.quality == Quality::UpperBound {
            said.push(if hits == 0 {
                format!("{name}: no trial of {} missed its objective; only an upper bound is given", finished.trials)
            } else {
                format!("{name}: only {hits} trials missed their objective (an interval needs {HITS_FOR_INTERVAL}); only an upper bound is given")
            });
        } else if let Some(coverage) = coverage_warning(&tally.missed) {
            said.push(format!(
                "{name}: downtime is very skewed ({hits} trials with a miss): a plain interval would cover about {:.0} %; the one given is corrected, but run more trials before you lean on it",
                100.0 * coverage
            ));
        }
        if let Some(times) = tally.operations.get(Operation::NoRoom as usize).filter(|times| times.hits() > 0) {
            said.push(format!(
                "{name}: in {} trials the model had no slot for a machine where Azure may have had hardware (`no_room_in_model`): part of what is charged to `no capacity` is the model's",
                times.hits()
            ));
        }
        if tally.cut_by_horizon > 0 {
            said.push(format!("{name}: {} outages were cut by the end of the trial", tally.cut_by_horizon));
        }
        if study.measure.until_first_miss && hits < finished.trials {
            said.push(format!(
                "{name}: {} trials reached the horizon without a miss; the mean time to the first miss is taken over the others and is too short",
                finished.trials - hits
            ));
        }
    }
    if study.measure.windows.whole() == 0 && !study.measure.until_first_miss {
        said.push("the measured time is shorter than one window, so no window can be judged".into());
    }
    said
}
