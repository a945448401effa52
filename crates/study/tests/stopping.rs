//! Runs that stop when an interval is narrow enough: by the rules, at the same trial always, and with the coverage that is
//! left. `STOPPING_STUDIES=1000 cargo test --release -p zonefall-study --test stopping -- --nocapture coverage` prints the
//! table of docs/coverage.md.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stderr)]

mod support;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use support::{design, study};
use zonefall_engine::{Law, Shape};
use zonefall_faults::{Mode, Outage, Profile, Scope};
use zonefall_study::misses::alone;
use zonefall_study::outcome::Outcome;
use zonefall_study::partial::{Origin, Partial};
use zonefall_study::stopping::{HITS_MIN, HalfWidth, Metric, Rule, TRIALS_MIN, floor};
use zonefall_study::{Finished, Labels, Progress, Silent, Study, conclude, go_on, run};

const MS_PER_HOUR: f64 = 3_600_000.0;

fn lognormal(median_h: f64, sigma: f64) -> Law {
    Law::new(Shape::LogNormal(median_h * MS_PER_HOUR, sigma), None).unwrap()
}

fn zone_mode(rate: f64, outage: Law) -> Mode {
    Mode::plain("zone-outage", Scope::Zone, rate, Outage::Law(outage)).unwrap()
}

fn rule(half_width: HalfWidth, metric: Metric) -> Rule {
    Rule { half_width, text: "as asked".into(), metric, design: None }
}

/// One machine in one zone, and (a second design) a machine in each of two.
fn small(rate: f64, outage: Law, at_most: u64, stopping: Option<Rule>) -> Study {
    let profile = Profile { name: "test".into(), modes: vec![zone_mode(rate, outage)] };
    let designs = vec![design("one", &[1], 1, 1)];
    Study { rows: false, counterfactual: false, stopping, ..study(profile, designs, 365, at_most) }
}

fn played(study: &Study, threads: usize) -> (Finished, Outcome) {
    let finished = run(study, threads, &AtomicBool::new(false), &Silent).unwrap();
    let outcome = conclude(study, &finished, &Labels::default());
    (finished, outcome)
}

#[test]
fn a_run_stops_at_the_first_look_that_is_narrow_enough() {
    let study = small(0.1, lognormal(4.0, 1.0), 100_000, Some(rule(HalfWidth::Relative(0.2), Metric::Downtime)));
    let (finished, outcome) = played(&study, 2);
    let of = outcome.stopping.as_ref().unwrap();
    assert!(of.reached && !outcome.partial && outcome.warnings.iter().all(|said| !said.words.contains("interrupted")));
    assert!((1500..8000).contains(&finished.trials), "{}", finished.trials);
    let width = &of.widths[0];
    assert!(width.half_width.unwrap() <= 0.2 * width.estimate && width.hits >= HITS_MIN);
    let share = outcome.designs[0].unavailability;
    assert!((share.mean * 43_200.0 / width.estimate - 1.0).abs() < 1e-12, "the unit is minutes a month");
    // The very trials of a run of that length, and one look earlier it was not there yet.
    let fixed = Study { trials: finished.trials, stopping: None, ..study.clone() };
    assert_eq!(played(&fixed, 1).0.tally.designs, finished.tally.designs);
    let earlier = Study { trials: finished.trials - 100, ..study.clone() };
    assert!(!played(&earlier, 2).1.stopping.unwrap().reached);
}

#[test]
fn threads_blocks_and_interruptions_do_not_move_the_stop() {
    let study = small(0.1, lognormal(4.0, 1.0), 100_000, Some(rule(HalfWidth::Relative(0.25), Metric::Downtime)));
    let (one, outcome) = played(&study, 1);
    for threads in [2, 5] {
        let (other, again) = played(&study, threads);
        assert_eq!((other.trials, &other.tally.designs), (one.trials, &one.tally.designs));
        assert_eq!(again, outcome);
    }
    let origin = Origin::new(&study, "0", "x");
    for cut in [1, 63, 640, 1000, 1001, one.trials - 1, one.trials] {
        let part = Study { trials: cut, stopping: None, ..study.clone() };
        let kept = Partial::new(&study, &origin, &played(&part, 2).0).unwrap().to_bytes();
        let begun = Partial::from_bytes(&kept, &study, &origin).unwrap().into_finished();
        let ended = go_on(&study, begun, 3, &AtomicBool::new(false), &Silent).unwrap();
        assert_eq!((ended.trials, &ended.tally.designs), (one.trials, &one.tally.designs), "after {cut}");
    }
    // A checkpoint of another rule, or of none, looked elsewhere.
    for other in [None, Some(rule(HalfWidth::Relative(0.24), Metric::Downtime))] {
        let other = Study { stopping: other, ..study.clone() };
        let differences = Origin::new(&other, "0", "x").differences(&origin);
        assert!(differences.iter().any(|said| said.contains("rule of stopping")), "{differences:?}");
    }
}

/// Raises the flag once so many trials are merged.
struct StopAfter<'a>(u64, &'a AtomicBool, Mutex<u64>);

impl Progress for StopAfter<'_> {
    fn merged(&self, finished: &Finished) {
        *self.2.lock().unwrap() = finished.trials;
        self.1.fetch_or(finished.trials >= self.0, Ordering::Relaxed);
    }
    fn computed(&self, _: u64) {}
}

#[test]
fn an_interrupted_run_says_so_and_goes_on_to_the_same_stop() {
    let study = small(0.1, lognormal(4.0, 1.0), 100_000, Some(rule(HalfWidth::Relative(0.25), Metric::Downtime)));
    let whole = played(&study, 2).0;
    let stop = AtomicBool::new(false);
    let begun = run(&study, 2, &stop, &StopAfter(1200, &stop, Mutex::new(0))).unwrap();
    assert!(begun.trials < whole.trials);
    assert!(conclude(&study, &begun, &Labels::default()).partial);
    let ended = go_on(&study, begun, 1, &AtomicBool::new(false), &Silent).unwrap();
    assert_eq!((ended.trials, &ended.tally.designs), (whole.trials, &whole.tally.designs));
}

#[test]
fn never_before_a_thousand_trials_and_a_hundred_hits() {
    // As wide as one likes.
    let wide = rule(HalfWidth::Absolute(1e9), Metric::Downtime);
    assert_eq!(played(&small(5.0, lognormal(4.0, 0.5), 50_000, Some(wide.clone())), 2).0.trials, TRIALS_MIN);
    let (finished, _) = played(&small(0.02, lognormal(4.0, 0.5), 50_000, Some(wide)), 2);
    assert!(finished.tally.designs[0].missed.hits() >= HITS_MIN && finished.trials > 3000);
}

#[test]
fn never_before_each_lonely_mode_is_expected_ten_times() {
    let mut study = small(1.0, lognormal(4.0, 0.5), 50_000, Some(rule(HalfWidth::Absolute(1e9), Metric::Downtime)));
    let region = Mode::plain("region-outage", Scope::Region, 0.004, Outage::Law(lognormal(4.0, 0.5))).unwrap();
    study.profile.modes.push(region);
    let causes: Vec<(String, f64)> =
        alone(&study, &study.designs[0]).into_iter().map(|of| (of.words(), of.per_trial)).collect();
    assert_eq!(causes, [("zone-outage".to_owned(), 1.0), ("region-outage".to_owned(), 0.004)]);
    assert_eq!(floor(&study), 2500);
    assert_eq!(played(&study, 2).0.trials, 2500);
    // Three zones with one machine to spare: only pairs and the region stop it.
    study.profile.modes[0].common_cause = 0.1;
    study.designs = vec![std::sync::Arc::new(design("three", &[1, 2, 3], 3, 2))];
    let causes: Vec<(String, f64)> =
        alone(&study, &study.designs[0]).into_iter().map(|of| (of.words(), of.per_trial)).collect();
    assert_eq!(causes.len(), 2, "{causes:?}");
    assert_eq!(causes[0].0, "zone-outage (two zones)");
    // Three pairs at 2βλ/2 each.
    assert!((causes[0].1 - 0.3).abs() < 1e-12, "{causes:?}");
    let said = "region-outage can alone miss the objective of three";
    let warned = |trials| {
        let warnings = played(&Study { trials, ..study.clone() }, 1).1.warnings;
        warnings.iter().any(|words| words.words.starts_with(said) && words.words.contains("0.08 times"))
    };
    assert!(warned(20));
    // An interval has room for it, and so little that it is not worth a word beside the pairs.
    assert!(!warned(100));
}

#[test]
fn what_is_out_of_reach_is_told_with_the_trials_that_it_would_take() {
    let asked = rule(HalfWidth::Relative(0.05), Metric::Downtime);
    let study = small(0.1, lognormal(4.0, 0.5), 4000, Some(asked));
    let (finished, outcome) = played(&study, 2);
    let of = outcome.stopping.as_ref().unwrap();
    assert!(!of.reached && finished.trials == 4000 && !outcome.partial);
    let needed = of.widths[0].trials_needed.unwrap();
    assert!(
        outcome.warnings.iter().any(|said| said.words.contains("was not reached in 4000 trials: about")),
        "{outcome:?}"
    );
    // And that is about what it takes.
    let (enough, _) = played(&Study { trials: 10 * needed, ..study }, 2);
    let ratio = enough.trials as f64 / needed as f64;
    assert!((0.7..1.5).contains(&ratio), "{ratio}");
}

#[test]
fn a_paired_difference_and_the_other_metrics_stop_runs() {
    let mut study = small(0.3, lognormal(4.0, 0.5), 60_000, None);
    study.designs.push(std::sync::Arc::new(design("two", &[1, 2], 2, 1)));
    let cases = [
        (HalfWidth::Relative(0.2), Metric::Difference),
        (HalfWidth::Absolute(0.02), Metric::Outages),
        (HalfWidth::Absolute(0.1), Metric::Breaches),
        (HalfWidth::Relative(0.1), Metric::CapacityLost),
    ];
    for (half_width, metric) in cases {
        let asked = Rule { design: (metric != Metric::Difference).then_some(0), ..rule(half_width, metric) };
        let (finished, outcome) = played(&Study { stopping: Some(asked), ..study.clone() }, 2);
        let of = outcome.stopping.unwrap();
        assert!(of.reached && finished.trials < 60_000, "{of:?}");
        assert_eq!(of.widths.len(), 1);
        if metric == Metric::Difference {
            let difference = &outcome.differences[0];
            let half = 0.5 * (difference.high.unwrap() - difference.low.unwrap());
            assert!((half / of.widths[0].half_width.unwrap() - 1.0).abs() < 1e-9);
            assert!(half <= 0.2 * difference.downtime_min_per_month.abs() * (1.0 + 1e-12));
        }
    }
}

struct Covered {
    studies: u64,
    covered: u64,
    below: u64,
    above: u64,
    trials: u64,
    ratios: f64,
}

/// Plays studies with seeds of their own until each stops; the exact unavailability is known.
fn covers(study: &Study, exact: f64, studies: u64) -> Covered {
    let all = Mutex::new(Covered { studies, covered: 0, below: 0, above: 0, trials: 0, ratios: 0.0 });
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let all = &all;
            scope.spawn(move || {
                for seed in (thread..studies).step_by(2) {
                    let (finished, outcome) = played(&Study { seed: 500_000 + seed, ..study.clone() }, 1);
                    assert!(outcome.stopping.unwrap().reached);
                    let of = outcome.designs[0].unavailability;
                    let (below, above) = (exact < of.low.unwrap(), exact > of.high);
                    let mut all = all.lock().unwrap();
                    all.covered += u64::from(!below && !above);
                    all.below += u64::from(below);
                    all.above += u64::from(above);
                    all.trials += finished.trials;
                    // Whole millionths: the order of the threads does not show.
                    all.ratios += (of.mean / exact * 1e6).round();
                }
            });
        }
    });
    all.into_inner().unwrap()
}

#[test]
fn coverage_is_kept_after_a_stop() {
    let studies = std::env::var("STOPPING_STUDIES").ok().and_then(|text| text.parse().ok()).unwrap_or(100);
    let mut pooled = (0, 0);
    for (rate, sigma) in [(0.1, 0.5), (0.1, 1.0), (0.5, 1.0), (0.1, 1.5)] {
        let outage = lognormal(4.0, sigma);
        let cycle = rate * outage.mean_ms() / MS_PER_HOUR / 8760.0;
        let exact = cycle / (1.0 + cycle);
        for half_width in
            [HalfWidth::Relative(0.3), HalfWidth::Relative(0.2), HalfWidth::Absolute(0.15 * exact * 43_200.0)]
        {
            let study = small(rate, outage.clone(), 10_000_000, Some(rule(half_width, Metric::Downtime)));
            let of = covers(&study, exact, studies);
            let asked = match half_width {
                HalfWidth::Relative(share) => format!("±{:.0} %", 100.0 * share),
                HalfWidth::Absolute(width) => format!("±{width:.2} min/month"),
            };
            let share = of.covered as f64 / studies as f64;
            eprintln!(
                "| {rate} | {sigma} | {asked} | {} | {} of {} | {} | {} | {:.1} % | {:.4} |",
                of.trials / studies,
                of.covered,
                of.studies,
                of.below,
                of.above,
                100.0 * share,
                of.ratios / 1e6 / studies as f64
            );
            // Four standard errors below what was measured with 1,000.
            let least = if sigma > 1.0 { 0.90 } else { 0.92 };
            assert!(share > least - 4.0 * (0.95_f64 * 0.05 / studies as f64).sqrt(), "{rate} {sigma} {asked}: {share}");
            pooled = (pooled.0 + of.covered, pooled.1 + of.studies);
        }
    }
    eprintln!("pooled: {} of {}", pooled.0, pooled.1);
}

#[test]
fn outages_of_which_every_trial_has_one_are_counted_as_poisson() {
    // Two of one machine are needed: one outage, as long as the trial.
    let missed = design("two of one", &[1], 1, 2);
    let study = Study { designs: vec![missed.into()], ..small(1.0, lognormal(1.0, 0.5), 500, None) };
    let of = played(&study, 1).1.designs[0].outages_per_year;
    // The exact bounds (Garwood) on the mean of 500 that were seen.
    let near = |of: f64, exact: f64| (of / exact - 1.0).abs() < 1e-3;
    assert!(near(of.mean, 1.0) && near(of.low.unwrap(), 0.91412) && near(of.high, 1.09181), "{of:?}");
}
