//! Misses so unlikely that a forced trial with one weighs less than can be counted: `auto` leaves them to plain trials, and forced
//! trials without one bound no less than the plain ones among them do.

use super::*;
use zonefall_study::rare::Way;

fn crashing(zones: &[u32], capacity: u32, need: u32, trials: u64) -> Study {
    let crash = mode("crash", Scope::Instance, YEAR_H, lognormal(0.5, 1.5));
    // Machines wait for probes, so that cycles do not stand in.
    let web = Design { balancer: Some(probes()), ..design("web", zones, capacity, need) };
    small(profile(vec![crash]), web, trials)
}

#[test]
fn auto_never_ends_much_higher_than_plain_trials() {
    for (capacity, need) in [(3, 2), (5, 2), (6, 4), (10, 4), (10, 6), (12, 4), (20, 4)] {
        for zones in [&[1][..], &[1, 2], &[1, 2, 3]] {
            let study = crashing(zones, capacity, need, 1000);
            let high = |of: Outcome| of.designs[0].unavailability.high;
            let bound = high(plain(&study));
            let (drawn, found) = match chosen(&study, Method::Auto, 2) {
                Choice::Crude { .. } => ("plain", bound),
                Choice::Forcing { plan, why } => {
                    let said = (&labels(), Method::Auto, &why[..]);
                    let way = Way::Forced(plan);
                    ("forced", high(way.play(&study, said, 2, &AtomicBool::new(false), &Silent).unwrap().outcome))
                }
                other => panic!("{other:?}"),
            };
            println!("{need} of {capacity} in {zones:?}: {drawn} {found:.3e}, plain {bound:.3e}");
            assert!(found <= 2.0 * bound, "{need} of {capacity} in {zones:?}: {found:.3e}, and {bound:.3e} plain");
        }
    }
}

#[test]
fn auto_forces_nothing_that_weighs_nothing() {
    for trials in [1000, 20_000] {
        let Choice::Crude { why } = chosen(&crashing(&[1, 2, 3], 10, 4, trials), Method::Auto, 2) else {
            panic!("forced")
        };
        assert!(why.contains("too few misses that can be weighed"), "{why}");
    }
    // Six of ten miss at weights of 1e-12, which count.
    let Choice::Forcing { .. } = chosen(&crashing(&[1, 2, 3], 10, 6, 1000), Method::Auto, 2) else { panic!("plain") };
}

/// One of each pair is plain: half as many plain trials without a miss bound twice as much.
#[test]
fn forced_trials_without_a_miss_bound_as_their_plain_half_does() {
    let study = crashing(&[1, 2, 3], 10, 4, 1000);
    let [one, half] = [forced(&study, 2), plain(&Study { trials: 500, ..study })];
    let [found, bound] = [&one, &half].map(|of| of.designs[0].unavailability);
    assert_eq!((found.quality, found.hits), (Quality::UpperBound, 0));
    assert!((found.high / bound.high - 1.0).abs() < 1e-9, "{:.3e} {:.3e}", found.high, bound.high);
    let said = |words: &str| one.warnings.iter().any(|warning| warning.words.contains(words));
    assert!(said("or by outages so unlikely together that it counts for nothing"), "{:?}", one.warnings);
}
