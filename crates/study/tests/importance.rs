//! Importances against exact answers: what a cause spares, derivatives by the closed forms of k-of-n, and the verdict.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::sync::atomic::AtomicBool;
use support::{design, study};
use zonefall_engine::{Law, SimDuration};
use zonefall_exact::kofn::KOfN;
use zonefall_exact::single::Alternating;
use zonefall_faults::{Mode, Outage, Profile, Scope};
use zonefall_stats::Verdict;
use zonefall_study::importance::{How, Importance, play};
use zonefall_study::outcome::Quality;
use zonefall_study::{Study, Threads};

fn constant(hours: u64) -> Outage {
    Outage::Law(Law::constant(SimDuration::from_ms(hours * 3_600_000)))
}

fn exponential(hours: f64) -> Outage {
    Outage::Law(Law::exponential(hours * 3_600_000.0).unwrap())
}

fn small(modes: Vec<Mode>, designs: Vec<zonefall_fleet::Design>) -> Study {
    let profile = Profile { name: "test".into(), modes };
    Study { rows: false, ..study(profile, designs, 365, 4000) }
}

fn looked(study: &Study, threads: usize, trials: u64, ends: u64) -> Importance {
    let (pool, stop) = (Threads::new(threads).unwrap(), AtomicBool::new(false));
    let how = How { threads: &pool, stop: &stop, told: &|_| {} };
    play(study, trials, ends, &how).unwrap().unwrap()
}

#[track_caller]
fn near(ours: f64, exact: f64, within: f64) {
    assert!((ours / exact - 1.0).abs() < within, "{ours} is not {exact}");
}

/// Two modes of one zone that each stop the only machine: each is worth its own share, and the shares add up.
#[test]
fn causes_that_miss_alone_are_worth_their_shares() {
    let flood = Mode::plain("flood", Scope::Zone, 0.6, constant(4)).unwrap();
    let fire = Mode::plain("fire", Scope::Rack, 0.02, constant(24)).unwrap();
    let study = small(vec![flood, fire], vec![design("one", &[1], 1, 1)]);
    let of = looked(&study, 2, 4000, 100).designs.remove(0);
    let downtime = of.downtime_min_per_month.mean;
    // The machine stands in one rack.
    let hours = [0.6 * 4.0, 0.02 * 24.0];
    let all: f64 = hours.iter().sum();
    for (cause, hours) in ["flood", "fire"].into_iter().zip(hours) {
        let of = of.causes.iter().find(|of| of.cause == cause).unwrap();
        let elasticity = of.elasticity.unwrap();
        let (low, high) = (elasticity.low.unwrap_or(0.0), elasticity.high.unwrap_or(1.0));
        let slack = 0.5 * (high - low);
        assert!((low - slack..high + slack).contains(&(hours / all)), "{cause} {elasticity:?} {}", hours / all);
        assert!(of.spared_if_never.mean <= elasticity.mean * downtime + 1e-9, "{cause}");
    }
    let sum: f64 = of.causes.iter().map(|of| of.elasticity.unwrap().mean).sum();
    near(sum, 1.0, 0.01);
    // All that strikes the zone is all there is; no other zone matters.
    assert_eq!(of.parts.len(), 1);
    near(of.parts[0].spared_if_never.mean, of.downtime_min_per_month.mean, 1e-9);
    // Never seen to miss then is not never missing: a bound.
    let left = of.parts[0].unavailability_if_never;
    assert_eq!((left.mean, left.low, left.quality), (0.0, None, Quality::UpperBound));
    assert!(left.high > 2.9 / 4000.0 && left.high < 4.0 / 4000.0, "{left:?}");
    // What is missed without the flood is what the fire takes, with its interval.
    let dry = of.causes.iter().find(|of| of.cause == "flood").unwrap().unavailability_if_never;
    let exact = hours[1] / 8760.0;
    assert!(dry.low.is_some_and(|low| low < exact) && dry.high > exact, "{dry:?} {exact}");
}

/// k of n machines that fail by themselves: the derivative of the binomial closed form.
#[test]
fn the_elasticity_of_k_of_n_is_the_exact_one() {
    for (n, need) in [(2, 1), (3, 2), (4, 2)] {
        // 10 failures a year of 24 h: a machine is down 2.7 % of the time.
        let (rate, hours) = (10.0, 24.0);
        let mode = Mode::plain("crash", Scope::Instance, rate, exponential(hours)).unwrap();
        let study = small(vec![mode], vec![design("set", &[1], n, need)]);
        let of = looked(&study, 2, 3000, 100).designs.remove(0);
        let exact = |rate: f64| {
            let unit = Alternating::new(8760.0 / rate, hours).unwrap();
            KOfN::new(need as usize, n as usize, unit).unwrap().unavailability()
        };
        near(of.unavailability.mean, exact(rate), 0.15);
        let step = 1e-4;
        let elasticity = (exact(rate * (1.0 + step)) - exact(rate * (1.0 - step))) / (2.0 * step) / exact(rate);
        let ours = of.causes[0].elasticity.unwrap();
        // Leaving an event out also lets a strike through that had found its machine down: 2.7 % at most.
        near(ours.mean, elasticity, 0.08);
        near(of.causes[0].per_event_a_year.unwrap().mean, ours.mean * of.downtime_min_per_month.mean / rate, 1e-9);
        // Without it nothing fails at all.
        near(of.causes[0].spared_if_never.mean, of.downtime_min_per_month.mean, 1e-9);
    }
}

/// A zone that both designs use matters to the one that needs it.
#[test]
fn a_zone_matters_where_it_cannot_be_spared() {
    let flood = Mode { common_cause: 0.2, ..Mode::plain("flood", Scope::Zone, 2.0, constant(6)).unwrap() };
    let designs = vec![design("two zones", &[1, 2], 2, 1), design("one zone", &[2], 1, 1)];
    let all = looked(&small(vec![flood], designs), 2, 2000, 100);
    let both = &all.designs[0];
    // Either zone spares everything: it takes both to miss.
    assert_eq!(both.parts.len(), 2);
    both.parts.iter().for_each(|part| near(part.spared_if_never.mean, both.downtime_min_per_month.mean, 1e-9));
    assert_eq!(both.causes[0].cause, "flood (two zones)");
    let one = &all.designs[1];
    assert_eq!(one.parts.iter().map(|part| part.part.as_str()).collect::<Vec<_>>(), ["east/2"]);
    // λ alone, and λβ in a pair with either of two others at 2βλ/2.
    let share = |cause: &str| one.causes.iter().find(|of| of.cause == cause).unwrap().elasticity.unwrap().mean;
    near(share("flood (two zones)") / share("flood"), 0.4 / 0.8, 0.1);
}

#[test]
fn the_tornado_is_in_order_and_says_which_assumption_turns_the_verdict() {
    let ranged = |name: &str, rate: f64, times: f64| {
        let mut mode = Mode::plain(name, Scope::Zone, rate, constant(4)).unwrap();
        mode.evidence.rate_low_high = (rate / times, rate * times);
        mode
    };
    let modes = vec![ranged("small", 0.2, 1.5), ranged("large", 0.8, 4.0), ranged("fixed", 0.1, 1.0)];
    let mut study = small(modes, vec![design("one", &[1], 1, 1)]);
    let hours = |large: f64| (0.2 + large + 0.1) * 4.0;
    study.target = format!("{:.6}%", 100.0 * (1.0 - hours(1.6) / 8760.0)).parse().unwrap();
    let of = looked(&study, 2, 200, 3000).designs.remove(0);
    assert_eq!(of.tornado.iter().map(|swing| swing.mode.as_str()).collect::<Vec<_>>(), ["large", "small"]);
    near(of.tornado[0].at_high.mean, hours(3.2) / 8760.0, 0.1);
    near(of.tornado[0].at_low.mean, hours(0.2) / 8760.0, 0.2);
    assert_eq!((of.verdict_mean, of.survives), (Verdict::Meets, Some(false)));
    assert_eq!((of.tornado[0].turns_verdict, of.tornado[1].turns_verdict), (true, false));
    study.target = "99%".parse().unwrap();
    assert_eq!(looked(&study, 2, 200, 3000).designs[0].survives, Some(true));
}

#[test]
fn threads_do_not_matter() {
    let flood = Mode { common_cause: 0.2, ..Mode::plain("flood", Scope::Zone, 2.0, constant(6)).unwrap() };
    let mut crash = Mode::plain("crash", Scope::Instance, 10.0, exponential(24.0)).unwrap();
    crash.evidence.rate_low_high = (5.0, 20.0);
    let study = small(vec![flood, crash], vec![design("a", &[1, 2], 3, 2), design("b", &[3], 2, 1)]);
    let one = looked(&study, 1, 300, 300);
    assert_eq!(one, looked(&study, 2, 300, 300));
    assert_eq!(one, looked(&study, 5, 300, 300));
}
