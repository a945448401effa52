//! Split trials: against exact answers and plain trials, the same bits for any threads, honest where they see too little.

use super::*;
use zonefall_exact::kofn::KOfN;
use zonefall_exact::markov::MachineRepair;
use zonefall_exact::single::Alternating;
use zonefall_faults::{Clock, Start};
use zonefall_fleet::Need;
use zonefall_study::rare::{Ladder, run_split};

pub fn split(study: &Study, threads: usize) -> Outcome {
    let ladder = Ladder::learn(study, threads, &AtomicBool::new(false)).unwrap();
    let weighed = run_split(study, ladder, threads, &AtomicBool::new(false), &Silent).unwrap();
    conclude_weighted(study, &weighed, &labels(), Method::Splitting, "asked for")
}

/// Measured from the 60th day on: what began with everything up is forgotten.
pub fn settled(study: Study) -> Study {
    let from = zonefall_engine::SimTime::from_ms(60 * 86_400_000);
    Study { measure: Arc::new(Measure { from, ..(*study.measure).clone() }), ..study }
}

fn meets(name: &str, study: &Study, exact: f64, within: f64) {
    let outcome = split(study, 2);
    let found = outcome.designs[0].unavailability;
    let (z, method) = (z(&found, exact, 0.0), outcome.method.unwrap());
    let levels: Vec<String> = method.levels.iter().map(|of| format!("{} {:.3}", of.margin, of.share)).collect();
    println!(
        "{name}: exact {exact:.4e}, found {:.4e}, z {z:+.2}, gain {:.0?}, effective {:.0}, levels {levels:?}",
        found.mean, method.designs[0].gain, method.designs[0].effective_hits
    );
    assert_eq!(found.quality, Quality::Interval, "{name}");
    assert!(z.abs() <= 4.0, "{name}: z {z}");
    assert!((found.mean / exact - 1.0).abs() <= within, "{name}: {} for {exact}", found.mean);
    assert!((method.mean_weight - 1.0).abs() < 1e-9, "{name}: {}", method.mean_weight);
}

#[test]
fn crews_meet_the_exact_answer_at_one_in_ten_million() {
    let crewed = Mode { crews: Some(1), ..mode("vm", Scope::Instance, 1000.0, exponential(5.0)) };
    let study = settled(small(profile(vec![crewed]), bare(&[1], 10, 6), 10_000));
    let exact = MachineRepair::new(10, 1, Alternating::new(1000.0, 5.0).unwrap()).unwrap().unavailability(6);
    assert!((1e-8..2e-7).contains(&exact), "{exact}");
    meets("6 of 10 with one crew", &study, exact, 0.25);
}

#[test]
fn laws_with_memory_meet_the_exact_answer() {
    // Independent units: their long run knows the means only.
    for (shape, need) in [(0.6, 2), (2.5, 2)] {
        let scale = 500.0 / libm::tgamma(1.0 + 1.0 / shape);
        let ageing = Mode {
            time_to_failure: Law::new(Shape::Weibull(shape, scale * HOUR), None).unwrap(),
            ..mode("vm", Scope::Instance, 500.0, lognormal(4.0, 0.5))
        };
        let down = lognormal(4.0, 0.5).mean_ms() / HOUR;
        let exact = KOfN::new(need, 5, Alternating::new(500.0, down).unwrap()).unwrap().unavailability();
        let mut study = small(profile(vec![ageing]), bare(&[1], 5, need as u32), 8000);
        study.seed = 4;
        meets(&format!("2 of 5, Weibull {shape}"), &study, exact, 0.3);
    }
}

#[test]
fn zones_and_machines_meet_the_exact_answer() {
    let zone = |start| Mode { start, ..mode("zone", Scope::Zone, 8760.0, exponential(1.0)) };
    let machine = mode("vm", Scope::Instance, 2000.0, exponential(2.0));
    let study = small(profile(vec![zone(Start::Stationary), machine]), bare(&[1, 2, 3], 12, 7), 16_000);
    let exact = exactly(&study, &study.designs[0]).unwrap().unavailability;
    meets("need 7 of 12", &study, exact, 0.5);
}

/// Everything that can be compared, in standard errors.
fn agree(name: &str, split: &Outcome, plain: &Outcome) {
    let pick: [(&str, Pick); 6] = [
        ("unavailability", |of| of.unavailability),
        ("outages a year", |of| of.outages_per_year),
        ("any miss", |of| of.any_miss),
        ("windows met", |of| of.windows_met.unwrap()),
        ("capacity lost", |of| of.capacity_lost),
        ("unserved", |of| of.unserved.unwrap_or(of.capacity_lost)),
    ];
    for (one, other) in split.designs.iter().zip(&plain.designs) {
        for (what, pick) in pick {
            let (one, other) = (pick(one), pick(other));
            if one.quality == Quality::UpperBound {
                assert!(one.high >= other.low.unwrap(), "{name}, {what}: {one:?}");
                continue;
            }
            let error = (other.high - other.low.unwrap()) / 2.0 / 1.96;
            let z = z(&one, other.mean, error);
            println!("{name}, {what}: split {:.4e}, plain {:.4e} ± {error:.1e}, z {z:+.2}", one.mean, other.mean);
            assert!(z.abs() <= 4.0, "{name}, {what}: z {z}");
        }
    }
    for (one, other) in split.differences.iter().zip(&plain.differences) {
        let z = z_of_differences(one, other);
        println!("{name}, difference: z {z:+.2}");
        assert!(z.abs() <= 4.0, "{name}, difference: z {z}");
    }
}

#[test]
fn everything_on_agrees_with_plain_trials_too() {
    let of = |trials| {
        let study = everything(trials, 3.0);
        let mut tighter = (*study.designs[0]).clone();
        (tighter.name, tighter.need) = ("tighter".into(), Need::Serving(8));
        Study { designs: vec![study.designs[0].clone(), Arc::new(tighter)], ..study }
    };
    let split = split(&of(6000), 2);
    println!("{:?}\n{:?}", split.method.as_ref().unwrap().levels, split.method.as_ref().unwrap().designs);
    agree("default profile", &split, &plain(&of(20_000)));
}

#[test]
fn ageing_machines_and_crews_agree_with_plain_trials() {
    let weibull = |shape: f64, scale_h: f64| Law::new(Shape::Weibull(shape, scale_h * HOUR), None).unwrap();
    let aged = |name, clock, start, crews| Mode {
        time_to_failure: weibull(2.0, 700.0),
        clock,
        start,
        crews,
        ..mode(name, Scope::Instance, 620.0, lognormal(4.0, 0.8))
    };
    let worn = aged("worn", Clock::Operating, Start::New, None);
    let queued = aged("queued", Clock::Calendar, Start::New, Some(1));
    let rack = Mode { time_to_failure: weibull(0.7, 3000.0), ..mode("zone", Scope::Zone, 3800.0, exponential(3.0)) };
    let host = Mode { time_to_failure: weibull(1.5, 1500.0), ..mode("host", Scope::Host, 1354.0, exponential(3.0)) };
    let of = |trials| {
        let modes = vec![worn.clone(), queued.clone(), rack.clone(), host.clone()];
        small(profile(modes), bare(&[1, 2], 8, 3), trials)
    };
    let split = split(&of(8000), 2);
    println!("{:?}\n{:?}", split.method.as_ref().unwrap().levels, split.method.as_ref().unwrap().designs);
    agree("ageing", &split, &plain(&of(60_000)));
}

#[test]
fn the_outcome_of_splitting_is_the_same_for_any_threads() {
    let study = everything(400, 2.0);
    let one = split(&study, 1);
    assert_eq!(split(&study, 3), one);
}

#[test]
fn what_comes_at_one_blow_is_only_bounded() {
    let region = mode("region", Scope::Region, 1e8, exponential(1.0));
    let found = split(&small(profile(vec![region]), bare(&[1, 2, 3], 9, 3), 2000), 2);
    let unavailability = found.designs[0].unavailability;
    assert_eq!((unavailability.quality, unavailability.low), (Quality::UpperBound, None));
    assert!(unavailability.high > 1e-8, "{unavailability:?}");
    // A blow that none has met is one outage.
    let outages = found.designs[0].outages_per_year;
    assert!(outages.quality == Quality::UpperBound && outages.high > 1e-4 && outages.high < 1.0, "{outages:?}");
    assert!(found.warnings.iter().any(|words| words.words.contains("only an upper bound")), "{:?}", found.warnings);
}

#[test]
fn auto_splits_what_builds_up() {
    let Choice::Splitting { why, .. } = chosen(&queue(2000), Method::Auto, 2) else { panic!("not split") };
    assert!(why.contains("builds up"), "{why}");
}

/// One crew for ten machines that age.
fn queue(trials: u64) -> Study {
    let crewed = Mode {
        crews: Some(1),
        time_to_failure: Law::new(Shape::Weibull(1.5, 1000.0 * HOUR), None).unwrap(),
        ..mode("vm", Scope::Instance, 900.0, exponential(5.0))
    };
    small(profile(vec![crewed]), bare(&[1], 10, 6), trials)
}

#[test]
fn the_pilot_of_splitting_is_no_larger_than_the_study_allows() {
    for trials in [1000, 4000, 20_000] {
        let ladder = Ladder::learn(&queue(trials), 2, &AtomicBool::new(false)).unwrap();
        println!("{trials}: a pilot of {}", ladder.pilot_trials);
        assert!(ladder.pilot_trials > 0 && ladder.pilot_trials <= trials / 2, "{}", ladder.pilot_trials);
    }
    let Choice::Crude { why } = chosen(&queue(200), Method::Auto, 2) else { panic!("a pilot beyond its share") };
    assert!(why.contains("a pilot of more than 100 trials a design"), "{why}");
}

/// Nothing fails: one stage a design, played twice.
#[test]
fn saved_trials_of_all_designs_share_one_bound() {
    let region = mode("region", Scope::Region, 1e9, exponential(1.0));
    let of = |machines, designs| {
        let designs = vec![bare(&[1, 2, 3], machines, 1); designs];
        let study = study(profile(vec![region.clone()]), designs, 1, 100_000);
        Study { rows: false, counterfactual: false, ..study }
    };
    let pilot = |study: &Study| Ladder::learn(study, 1, &AtomicBool::new(false)).unwrap().pilot_trials;
    assert_eq!(pilot(&of(12, 1)), 2 * 256);
    // 2^28 bytes for two designs at two places each, of 50 kB and 3,000 times 600 B: 36 trials.
    assert_eq!(pilot(&of(3000, 2)), 2 * 2 * 36);
    for (machines, designs) in [(20_000, 1), (6000, 2)] {
        let Choice::Refused { why } = chosen(&of(machines, designs), Method::Splitting, 1) else {
            panic!("saved trials beyond the bound")
        };
        assert!(why.contains("too many: 256 MB a thread") && why.contains("the least is 20"), "{why}");
    }
}
