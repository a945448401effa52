//! Storms alone, the machine layer solved given each: against exact answers and plain trials, and what is refused.

use super::*;
use zonefall_faults::{Kind, Share};
use zonefall_study::rare::{Conditioned, Layered, conclude_conditioned, run_conditioned};

pub fn layered(study: &Study) -> Layered {
    Layered::new(study).unwrap()
}

fn given(study: &Study, threads: usize) -> (Outcome, Conditioned) {
    let found = run_conditioned(study, &layered(study), threads, &AtomicBool::new(false), &Silent).unwrap();
    (conclude_conditioned(study, &found, &labels(), Method::Conditioning, "asked for"), found)
}

fn zones_and_machines(need: u32, trials: u64) -> Study {
    let zone = mode("zone", Scope::Zone, 8760.0, exponential(1.0));
    let machine = mode("vm", Scope::Instance, 10_000.0, exponential(1.0));
    small(profile(vec![zone, machine]), bare(&[1, 2, 3], 12, need), trials)
}

fn agrees_with_exact(name: &str, study: &Study, within: f64) {
    let exact = exactly(study, &study.designs[0]).unwrap().unavailability;
    let outcome = given(study, 2).0;
    let found = outcome.designs[0].unavailability;
    let error = (found.high - found.low.unwrap()) / 2.0 / 2.24;
    let z = (found.mean - exact) / error;
    println!("{name}: exact {exact:.4e}, found {:.4e}, z {z:+.2}, {:?}", found.mean, outcome.method.unwrap().designs);
    assert_eq!(found.quality, Quality::Interval, "{name}");
    assert!(z.abs() <= 4.0 && (found.mean / exact - 1.0).abs() <= within, "{name}: {z} {}", found.mean / exact);
}

#[test]
fn storms_alone_meet_the_exact_answer() {
    agrees_with_exact("eight of twelve", &zones_and_machines(8, 100_000), 0.1);
    agrees_with_exact("nine of twelve", &zones_and_machines(9, 20_000), 0.1);
    // A zone that surely misses, and nothing else that is worth a figure.
    let zone = mode("zone", Scope::Zone, 100_000.0, lognormal(2.0, 0.5));
    let machine = mode("vm", Scope::Instance, 500.0, exponential(1.0));
    agrees_with_exact("44 of 60", &small(profile(vec![zone, machine]), bare(&[1, 2, 3], 60, 44), 20_000), 0.1);
}

/// Outages of half a day: of what is out at the end, only what lies before it counts.
#[test]
fn what_ends_after_the_horizon_counts_up_to_it() {
    let zone = mode("zone", Scope::Zone, 500.0, exponential(12.0));
    let machine = mode("vm", Scope::Instance, 2000.0, exponential(2.0));
    for (days, trials) in [(1, 40_000), (5, 20_000), (30, 10_000)] {
        let study = study(profile(vec![zone.clone(), machine.clone()]), vec![bare(&[1, 2, 3], 12, 8)], days, trials);
        let study = Study { rows: false, counterfactual: false, ..study };
        agrees_with_exact(&format!("{days} days"), &study, 0.1);
    }
}

#[test]
fn pairs_racks_hosts_regions_and_hidden_zones_meet_the_exact_answer() {
    let pairs = Mode { common_cause: 0.1, ..mode("zone", Scope::Zone, 5000.0, lognormal(2.0, 1.0)) };
    let rack = mode("rack", Scope::Rack, 20_000.0, lognormal(1.0, 0.7));
    let hall = mode("hall", Scope::Hall, 20_000.0, exponential(2.0));
    let host = mode("host", Scope::Host, 5000.0, Law::constant(SimDuration::from_ms(1_800_000)));
    let region = mode("region", Scope::Region, 1e5, exponential(1.0));
    let modes = vec![pairs, rack, hall, host, region, mode("vm", Scope::Instance, 2000.0, exponential(1.0))];
    let mut regional = bare(&[], 6, 5);
    regional.name = "regional".into();
    for design in [bare(&[1, 2, 3], 9, 6), regional] {
        let name = design.name.clone();
        let study = study(profile(modes.clone()), vec![design], 365, 20_000);
        agrees_with_exact(&name, &Study { rows: false, counterfactual: false, ..study }, 0.1);
    }
}

#[test]
fn parts_of_zones_and_staged_recovery_agree_with_plain_trials() {
    let zone = Mode {
        share: Share { whole: 0.3, low: 0.1, high: 0.8 },
        staged: Some(Staged { main: 0.8, tail: 3.0 }),
        ..mode("zone", Scope::Zone, 3000.0, lognormal(2.0, 0.5))
    };
    let machine = mode("vm", Scope::Instance, 500.0, exponential(2.0));
    let of = |trials| {
        let designs = vec![bare(&[1, 2, 3], 18, 14), bare(&[1, 2], 18, 14)];
        let study = study(profile(vec![zone.clone(), machine.clone()]), designs, 90, trials);
        Study { rows: false, counterfactual: false, ..study }
    };
    let (given, plain) = (given(&of(20_000), 2).0, plain(&of(40_000)));
    for (one, other) in given.designs.iter().zip(&plain.designs) {
        let (one, other) = (one.unavailability, other.unavailability);
        let z = z(&one, other.mean, (other.high - other.low.unwrap()) / 3.92);
        println!("parts: {:.4e} {:.4e} z {z:+.2}", one.mean, other.mean);
        assert!(z.abs() <= 4.0, "z {z}");
    }
    let (one, other) = (&given.differences[0], &plain.differences[0]);
    let z = z_of_differences(one, other);
    println!("difference {:.3} {:.3} z {z:+.2}", one.downtime_min_per_month, other.downtime_min_per_month);
    assert!(z.abs() <= 4.0, "difference: z {z}");
}

#[test]
fn the_outcome_of_storms_is_the_same_for_any_threads() {
    let study = zones_and_machines(9, 2000);
    let one = given(&study, 1).0;
    assert_eq!(given(&study, 3).0, one);
}

#[test]
fn storms_that_surely_miss_and_are_too_few_leave_an_upper_bound() {
    let outcome = given(&zones_and_machines(8, 1000), 2).0;
    let found = outcome.designs[0].unavailability;
    assert_eq!((found.quality, found.low), (Quality::UpperBound, None));
    assert!(outcome.warnings.iter().any(|words| words.words.contains("surely missed")), "{:?}", outcome.warnings);
}

#[test]
fn what_couples_the_layers_is_refused_in_words() {
    let refused = |study: &Study| match chosen(study, Method::Conditioning, 1) {
        Choice::Refused { why } => why,
        _ => panic!("not refused"),
    };
    let of = zones_and_machines(8, 100);
    let with = |mode: Mode| {
        let mut study = of.clone();
        study.profile.modes.push(mode);
        refused(&study)
    };
    let crews = with(Mode { crews: Some(1), ..mode("queue", Scope::Instance, 1000.0, exponential(1.0)) });
    assert!(crews.contains("`queue`: crews that machines share"), "{crews}");
    let shock = with(Mode { kind: Kind::Shock, ..mode("blow", Scope::Rack, 1000.0, exponential(1.0)) });
    assert!(shock.contains("`blow`: a shock"), "{shock}");
    let managed = refused(&everything(100, 1.0));
    assert!(managed.contains("a load balancer") && managed.contains("boot or warm up"), "{managed}");
    let mut calm = of.clone();
    calm.profile.modes.retain(|mode| mode.scope == Scope::Instance);
    assert!(refused(&calm).contains("nothing is left to draw"));
}

#[test]
fn auto_takes_storms_where_they_promise_more() {
    // A zone that misses for sure, often enough, and machines that seldom matter.
    let zone = mode("zone", Scope::Zone, 150_000.0, exponential(3.0));
    let staged = Mode { staged: Some(Staged { main: 0.8, tail: 3.0 }), ..zone.clone() };
    let machine = mode("vm", Scope::Instance, 100.0, exponential(0.1));
    let of = |zone| small(profile(vec![zone, machine.clone()]), bare(&[1, 2, 3], 60, 41), 2000);
    let Choice::Conditioning { why, .. } = chosen(&of(staged), Method::Auto, 2) else { panic!("not storms alone") };
    assert!(why.contains("couples"), "{why}");
    // Where zones come back at once it is a chain, and its cycles tell the same and promise more.
    let Choice::Biasing { why, .. } = chosen(&of(zone), Method::Auto, 2) else { panic!("not cycles") };
    assert!(why.contains("from failure biasing") && why.contains("from storms alone"), "{why}");
}
