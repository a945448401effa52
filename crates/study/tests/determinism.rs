//! The same bits for any threads and any order of trials, and after another design has come in.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;
use std::sync::atomic::AtomicBool;
use support::*;
use zonefall_azure::profile::azure_like_v0;
use zonefall_study::outcome::Outcome;
use zonefall_study::{Finished, Labels, Silent, Stage, Study, Tally, TrialRow, conclude, run};

fn busy_profile() -> zonefall_faults::Profile {
    let mut profile = azure_like_v0();
    profile.modes = profile.modes.iter().map(|mode| mode.with_rate_times(20.0)).collect();
    profile
}

fn designs() -> Vec<zonefall_fleet::Design> {
    vec![design("zonal", &[1], 9, 6), design("spanning", &[1, 2, 3], 9, 6), design("regional", &[], 9, 6)]
}

fn outcome(study: &Study, finished: &Finished) -> Outcome {
    let words = || "x".to_owned();
    let labels =
        Labels { version: words(), scenario_hash: words(), target: words(), window: words(), not_modelled: words() };
    conclude(study, finished, &labels)
}

fn go(study: &Study, threads: usize) -> Finished {
    run(study, threads, &AtomicBool::new(false), &Silent).unwrap()
}

#[test]
fn the_outcome_is_the_same_for_one_two_and_four_threads() {
    let study = study(busy_profile(), designs(), 365, 600);
    let one = go(&study, 1);
    for threads in [2, 4] {
        let more = go(&study, threads);
        assert_eq!(more.tally.rows, one.tally.rows);
        assert_eq!(outcome(&study, &more), outcome(&study, &one));
    }
}

#[test]
fn trials_in_any_order_and_any_grouping_give_the_same_tally() {
    let study = study(busy_profile(), designs(), 365, 60);
    let forward = go(&study, 1);
    let mut stage = Stage::new(&study);
    let mut parts: Vec<Tally> = Vec::new();
    for part in [40..60, 0..7, 7..40] {
        let mut tally = Tally::new(&study, forward.causes.len());
        part.rev().for_each(|trial| stage.tally(&study, trial, &mut tally).unwrap());
        parts.push(tally);
    }
    let mut backward = Tally::new(&study, forward.causes.len());
    parts.into_iter().rev().for_each(|part| backward.merge(part));
    backward.rows.sort_by_key(|row| (row.trial, row.design));
    assert_eq!(backward.rows, forward.tally.rows);
    let finished = Finished { tally: backward, trials: 60, causes: forward.causes.clone() };
    assert_eq!(outcome(&study, &finished), outcome(&study, &forward));
}

#[test]
fn another_design_leaves_the_other_rows_as_they_were() {
    let few = study(busy_profile(), designs(), 365, 100);
    let mut more = designs();
    more.push(design("large", &[3, 1], 40, 30));
    more.insert(1, design("zonal in 2", &[2], 12, 6));
    let more = study(busy_profile(), more, 365, 100);
    let rows = |study: &Study, name: &str| -> Vec<TrialRow> {
        let index = study.designs.iter().position(|design| design.name == name).unwrap();
        let rows = go(study, 2).tally.rows.into_iter().filter(|row| row.design == index);
        rows.map(|row| TrialRow { design: 0, ..row }).collect()
    };
    for name in ["zonal", "spanning", "regional"] {
        assert_eq!(rows(&few, name), rows(&more, name), "{name}");
    }
}

#[test]
fn in_07_a_surge_changes_nothing_for_designs_that_create_no_machine() {
    let with = study(busy_profile(), designs(), 365, 200);
    let mut profile = busy_profile();
    profile.modes.iter_mut().for_each(|mode| mode.surge = None);
    let without = study(profile, designs(), 365, 200);
    assert_ne!(with.profile, without.profile);
    assert_eq!(outcome(&with, &go(&with, 2)), outcome(&without, &go(&without, 2)));
}

#[test]
fn an_interrupt_keeps_an_unbroken_run_of_trials_from_the_first_on() {
    struct StopSoon<'a>(&'a AtomicBool);
    impl zonefall_study::Progress for StopSoon<'_> {
        fn merged(&self, _: &Finished) {
            self.0.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        fn computed(&self, _: u64) {}
    }
    let study = study(busy_profile(), designs(), 365, 2000);
    let stop = AtomicBool::new(false);
    let part = run(&study, 2, &stop, &StopSoon(&stop)).unwrap();
    assert!(part.trials > 0 && part.trials < 2000);
    let whole = go(&study, 2);
    assert_eq!(part.tally.rows[..], whole.tally.rows[..part.tally.rows.len()]);
    let outcome = outcome(&study, &part);
    assert!(outcome.partial && outcome.warnings[0].starts_with("interrupted"));
}

#[test]
fn a_runaway_trial_ends_with_its_number_and_seed() {
    let mut study = study(busy_profile(), designs(), 365, 100);
    let measure = std::sync::Arc::make_mut(&mut study.measure);
    measure.event_budget = 10;
    let error = run(&study, 2, &AtomicBool::new(false), &Silent).unwrap_err().to_string();
    assert!(error.contains("seed 11") && error.contains("trial "), "{error}");
}
