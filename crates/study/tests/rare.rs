//! Forced trials: against exact answers, against plain trials, the same bits for any threads, honest where they cannot know.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

#[path = "rare/biasing.rs"]
mod biasing;
#[path = "rare/browned.rs"]
mod browned;
#[path = "rare/conditioning.rs"]
mod conditioning;
#[path = "rare/honesty.rs"]
mod honesty;
#[path = "rare/interrupts.rs"]
mod interrupts;
#[path = "rare/known.rs"]
mod known;
#[path = "rare/looks.rs"]
mod looks;
#[path = "rare/passed_by.rs"]
mod passed_by;
#[path = "rare/splitting.rs"]
mod splitting;
mod support;
#[path = "rare/unforced.rs"]
mod unforced;
#[path = "rare/unshown.rs"]
mod unshown;
#[path = "rare/unweighed.rs"]
mod unweighed;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use support::*;
use zonefall_azure::profile::azure_like_v0;
use zonefall_engine::{Law, Shape, SimDuration};
use zonefall_faults::Method;
use zonefall_faults::{Mode, Outage, Profile, Scope, Staged};
use zonefall_fleet::{Design, LoadBalancer, Measure};
use zonefall_study::exactly::exactly;
use zonefall_study::outcome::{DesignOutcome, Difference, Estimate, Outcome, Quality};
use zonefall_study::rare::{Choice, Plan, choose, conclude_weighted, run_forced};
use zonefall_study::stopping::{HalfWidth, Metric, Rule};
use zonefall_study::{Labels, Silent, Stage, Study, conclude, run};
use zonefall_topology::{Region, Topology};

const HOUR: f64 = 3_600_000.0;
const YEAR_H: f64 = 8760.0;

fn labels() -> Labels {
    let words = || "x".to_owned();
    Labels { version: words(), scenario_hash: words(), target: words(), window: words(), not_modelled: words() }
}

fn forced(study: &Study, threads: usize) -> Outcome {
    let plan = Plan::learn(study, threads, &AtomicBool::new(false)).unwrap().expect("something to force");
    let weighed = run_forced(study, plan, threads, &AtomicBool::new(false), &Silent).unwrap();
    conclude_weighted(study, &weighed, &labels(), Method::Forcing, "asked for")
}

fn chosen(study: &Study, asked: Method, threads: usize) -> Choice {
    choose(study, asked, threads, &AtomicBool::new(false)).unwrap()
}

fn plain(study: &Study) -> Outcome {
    conclude(study, &run(study, 2, &AtomicBool::new(false), &Silent).unwrap(), &labels())
}

/// Machines that need nothing after an outage.
fn bare(zones: &[u32], capacity: u32, need: u32) -> Design {
    let mut design = design("bare", zones, capacity, need);
    design.sets[0].boot = constant(0);
    design.sets[0].warm_up = constant(0);
    design
}

fn mode(name: &str, scope: Scope, up_h: f64, outage: Law) -> Mode {
    Mode::plain(name, scope, YEAR_H / up_h, Outage::Law(outage)).unwrap()
}

fn exponential(mean_h: f64) -> Law {
    Law::exponential(mean_h * HOUR).unwrap()
}

fn lognormal(median_h: f64, sigma: f64) -> Law {
    Law::new(Shape::LogNormal(median_h * HOUR, sigma), None).unwrap()
}

/// One rack a zone.
fn small(profile: Profile, design: Design, trials: u64) -> Study {
    let region = Region { name: "east".into(), zones: 3, halls_per_zone: 1, racks_per_zone: 1, hosts_per_rack: 12 };
    let study = study(profile, vec![design], 365, trials);
    Study { topology: Arc::new(Topology::new(vec![region]).unwrap()), rows: false, counterfactual: false, ..study }
}

fn profile(modes: Vec<Mode>) -> Profile {
    Profile { name: "test".into(), modes }
}

/// Standard errors between two numbers, of which one or both are estimated.
fn z(one: &Estimate, other: f64, other_error: f64) -> f64 {
    let error = (one.high - one.low.unwrap()) / 2.0 / 1.96;
    (one.mean - other) / (error * error + other_error * other_error).sqrt()
}

/// Standard errors between two estimates of a difference.
fn z_of_differences(one: &Difference, other: &Difference) -> f64 {
    let error = |of: &Difference| (of.high.unwrap() - of.low.unwrap()) / 2.0 / 1.96;
    (one.downtime_min_per_month - other.downtime_min_per_month) / error(one).hypot(error(other))
}

fn held_to_exact(name: &str, study: &Study, within: f64) {
    let exact = exactly(study, &study.designs[0]).unwrap().unavailability;
    let outcome = forced(study, 2);
    let found = outcome.designs[0].unavailability;
    let z = z(&found, exact, 0.0);
    let method = outcome.method.unwrap();
    let (of, weight) = (&method.designs[0], method.mean_weight);
    println!(
        "{name}: exact {exact:.4e}, found {:.4e}, z {z:+.2}, gain {:.0?}, mean weight {weight:.3}",
        found.mean, of.gain
    );
    assert!(z.abs() <= 4.0, "{name}: z {z}");
    assert!((found.mean / exact - 1.0).abs() <= within, "{name}: {} for {exact}", found.mean);
    assert!((weight - 1.0).abs() <= 4.0 / (outcome.trials as f64).sqrt(), "{name}: mean weight {weight}");
}

#[test]
fn rare_systems_meet_their_exact_answers() {
    let zone = |up_h| mode("zone", Scope::Zone, up_h, exponential(1.0));
    let machine = |up_h, down_h| mode("vm", Scope::Instance, up_h, exponential(down_h));
    let all_down = profile(vec![machine(1000.0, 1.0)]);
    held_to_exact("R01", &small(all_down, bare(&[1], 4, 1), 4000), 0.01);
    let three_zones = profile(vec![zone(8760.0), machine(2000.0, 2.0)]);
    held_to_exact("R10", &small(three_zones.clone(), bare(&[1, 2, 3], 12, 1), 2000), 0.05);
    held_to_exact("need 8 of 12", &small(three_zones.clone(), bare(&[1, 2, 3], 12, 8), 4000), 0.1);
    held_to_exact("need 5 of 12", &small(three_zones, bare(&[1, 2, 3], 12, 5), 4000), 0.1);
}

/// Two zones that are seldom lost for long, beside machines that restart every week: nearly every trial with a zone out misses, for
/// some minutes of it.
#[test]
fn a_pattern_that_often_misses_for_a_little_is_made_larger() {
    let days = |days: f64| Law::new(Shape::Constant(days * 24.0 * HOUR), None).unwrap();
    let modes = vec![
        mode("zone", Scope::Zone, YEAR_H * 100.0, days(30.0)),
        mode("vm", Scope::Instance, YEAR_H / 52.0, days(301.0 / 86_400.0)),
    ];
    let study = small(profile(modes), bare(&[1, 2], 2, 1), 200);
    let exact = exactly(&study, &study.designs[0]).unwrap().unavailability;
    let found = (0..30).map(|seed| forced(&Study { seed, ..study.clone() }, 2).designs[0].unavailability);
    let (mut below, mut means) = (0, 0.0);
    for of in found {
        below += u32::from(of.high < exact);
        means += of.mean / 30.0;
    }
    println!("{below} of 30 below {exact:.3e}, {means:.3e} on average");
    assert!(below <= 3 && (means / exact - 1.0).abs() < 0.1, "{below} of 30, {means}");
}

/// Two hosts a zone, with two machines and one: a zone and two hosts miss for one pair of hosts in six.
#[test]
fn intervals_cover_where_a_pattern_misses_for_few_of_its_units() {
    let of = |name, scope, a_year: f64, hours| mode(name, scope, YEAR_H / a_year, exponential(hours));
    let modes =
        vec![of("zone", Scope::Zone, 2.0, 8.0), of("host", Scope::Host, 3.0, 6.0), of("vm", Scope::Instance, 6.0, 5.0)];
    let region = Region { name: "east".into(), zones: 3, halls_per_zone: 1, racks_per_zone: 1, hosts_per_rack: 2 };
    let uneven = small(profile(modes), bare(&[1, 2, 3], 9, 3), 4000);
    let uneven = Study { topology: Arc::new(Topology::new(vec![region]).unwrap()), ..uneven };
    let exact = exactly(&uneven, &uneven.designs[0]).unwrap().unavailability;
    let covers = |seed: u64| {
        let found = forced(&Study { seed, ..uneven.clone() }, 2).designs[0].unavailability;
        found.low.unwrap() <= exact && exact <= found.high
    };
    let covered = (0..30).filter(|&seed| covers(seed)).count();
    // Fewer than 25 of 30 by luck: one in 200 where each covers with 95 %.
    println!("{covered} of 30 intervals cover {exact:.4e}");
    assert!(covered >= 25, "{covered} of 30");
}

#[test]
fn pairs_racks_hosts_and_laws_meet_their_exact_answers() {
    let pairs = Mode { common_cause: 0.1, ..mode("zone", Scope::Zone, 50_000.0, lognormal(2.0, 1.0)) };
    let rack = mode("rack", Scope::Rack, 20_000.0, lognormal(1.0, 0.7));
    let host = mode("host", Scope::Host, 5000.0, Law::constant(SimDuration::from_ms(1_800_000)));
    let region = mode("region", Scope::Region, 1e9, exponential(1.0));
    let modes = vec![pairs, rack, host, region];
    let study = study(profile(modes), vec![bare(&[1, 2, 3], 9, 4)], 365, 4000);
    let study = Study { rows: false, counterfactual: false, ..study };
    held_to_exact("layers", &study, 0.15);
}

/// Reads a figure off a design.
type Pick = fn(&DesignOutcome) -> Estimate;

/// Every 5 s; two failures in a row, one success.
fn probes() -> LoadBalancer {
    LoadBalancer {
        interval: SimDuration::from_ms(5000),
        unhealthy_threshold: 2,
        healthy_threshold: 1,
        timeout: SimDuration::ZERO,
        flap_window: SimDuration::ZERO,
        all_when_none: false,
    }
}

/// The default profile with everything on that the fleet does about it.
fn everything(trials: u64, times: f64) -> Study {
    let mut profile = azure_like_v0();
    profile.modes.retain(|mode| mode.scope != Scope::Region);
    profile.modes = profile.modes.iter().map(|mode| mode.with_rate_times(times)).collect();
    let mut design = design("spanning", &[1, 2, 3], 9, 6);
    design.healing_needs_control_plane = true;
    design.balancer = Some(probes());
    Study { rows: false, ..study(profile, vec![design], 365, trials) }
}

#[test]
fn everything_on_agrees_with_plain_trials() {
    let (forced, plain) = (forced(&everything(6000, 3.0), 2), plain(&everything(30_000, 3.0)));
    let pick: [(&str, Pick); 6] = [
        ("unavailability", |of| of.unavailability),
        ("outages a year", |of| of.outages_per_year),
        ("any miss", |of| of.any_miss),
        ("windows met", |of| of.windows_met.unwrap()),
        ("capacity lost", |of| of.capacity_lost),
        ("first miss", |of| of.first_miss_h.unwrap()),
    ];
    for (name, pick) in pick {
        let (one, other) = (pick(&forced.designs[0]), pick(&plain.designs[0]));
        let error = (other.high - other.low.unwrap()) / 2.0 / 1.96;
        let z = z(&one, other.mean, error);
        println!("{name}: forced {:.4e}, plain {:.4e} ± {error:.1e}, z {z:+.2}", one.mean, other.mean);
        assert!(z.abs() <= 4.0, "{name}: z {z}");
    }
    let share = |of: &Outcome| of.designs[0].causes.iter().map(|cause| cause.share).sum::<f64>();
    assert!((share(&forced) - 1.0).abs() < 1e-12 && (share(&plain) - 1.0).abs() < 1e-12);
    let bars = |of: &Outcome| of.designs[0].window_bars.iter().map(|bar| bar.cumulative_share).collect::<Vec<_>>();
    for (one, other) in bars(&forced).iter().zip(bars(&plain)) {
        assert!((one - other).abs() < 2e-3, "{one} {other}");
    }
    let method = forced.method.unwrap();
    println!("{:?}\n{:?}", method.patterns, method.designs);
    assert!(method.designs[0].gain.unwrap() > 3.0);
}

#[test]
fn the_outcome_is_the_same_for_any_threads() {
    let study = everything(500, 1.0);
    let one = forced(&study, 1);
    for threads in [2, 3] {
        assert_eq!(forced(&study, threads), one);
    }
}

#[test]
fn a_trial_with_nothing_forced_is_the_plain_trial() {
    let study = everything(1, 20.0);
    let (mut plain, mut forced) = (Stage::new(&study), Stage::new(&study));
    forced.force(&study.topology);
    for trial in 0..20 {
        let key = study.trial_key(trial);
        plain.play(key).unwrap();
        forced.play_forced(key, &[]).unwrap();
        assert_eq!(plain.ledger(0), forced.ledger(0), "trial {trial}");
    }
}

#[test]
fn staged_recovery_and_a_warm_up_do_not_bias() {
    // A zone is out for two hours, four fifths of it; the rest stays up to three times as long.
    let staged = Mode {
        staged: Some(Staged { main: 0.8, tail: 3.0 }),
        ..mode("zone", Scope::Zone, 2000.0, lognormal(2.0, 0.5))
    };
    let of = |trials| {
        let study = study(profile(vec![staged.clone()]), vec![design("two", &[1, 2], 8, 3)], 90, trials);
        let from = SimDuration::from_ms(10 * 86_400_000);
        let measure = Measure { from: zonefall_engine::SimTime::ZERO.after(from), ..(*study.measure).clone() };
        Study { rows: false, counterfactual: false, measure: Arc::new(measure), ..study }
    };
    let (forced, plain) = (forced(&of(4000), 2), plain(&of(40_000)));
    let other = plain.designs[0].unavailability;
    let z = z(&forced.designs[0].unavailability, other.mean, (other.high - other.low.unwrap()) / 3.92);
    println!("staged: {:.4e} {:.4e} z {z:+.2}", forced.designs[0].unavailability.mean, other.mean);
    assert!(z.abs() <= 4.0, "z {z}");
}

#[test]
fn too_little_is_only_bounded() {
    let machine = mode("vm", Scope::Instance, 1000.0, exponential(1.0));
    let study = small(profile(vec![machine]), bare(&[1], 4, 1), 30);
    let found = forced(&study, 1).designs[0].unavailability;
    assert_eq!((found.quality, found.low), (Quality::UpperBound, None));
    assert!(found.high > 9.96e-13, "{found:?}");
    // What plain trials say of the same: nothing was seen, never ±0.
    let plain = plain(&Study { trials: 1000, ..study }).designs[0].unavailability;
    assert_eq!((plain.quality, plain.hits), (Quality::UpperBound, 0));
    // There may be ln(20) misses in 1,000 trials, of two hours at most: what an inspector finds of one that lasts an hour.
    assert!((plain.high / (20.0_f64.ln() / 1000.0 * 2.0 / YEAR_H) - 1.0).abs() < 1e-9, "{plain:?}");
}

#[test]
fn auto_says_why() {
    let often = small(profile(vec![mode("vm", Scope::Instance, 100.0, exponential(1.0))]), bare(&[1], 4, 4), 1000);
    let Choice::Crude { why } = chosen(&often, Method::Auto, 1) else { panic!("forced for nothing") };
    assert!(why.contains("plain trials see enough"), "{why}");
    let rarely = small(profile(vec![mode("vm", Scope::Instance, 1000.0, exponential(1.0))]), bare(&[1], 4, 1), 1000);
    let Choice::Forcing { why, plan } = chosen(&rarely, Method::Auto, 1) else { panic!("plain for nothing") };
    assert!(why.contains("less than one"), "{why}");
    // A small pilot decides; what is forced is learned from a whole one, as where forcing is asked for.
    let Choice::Forcing { plan: whole, .. } = chosen(&rarely, Method::Forcing, 1) else { panic!("not as asked") };
    let before = plan.pilot_trials - whole.pilot_trials;
    assert!((1..=1000).contains(&before), "a pilot of {before} before {}", whole.pilot_trials);
    let larger = Study { trials: 2600, ..rarely.clone() };
    let Choice::Forcing { plan, .. } = chosen(&larger, Method::Auto, 1) else { panic!("plain for nothing") };
    let before = plan.pilot_trials - whole.pilot_trials;
    assert!((1..=1300).contains(&before), "a pilot of {before} before {}", whole.pilot_trials);
    let shock = Mode { kind: zonefall_faults::Kind::Shock, ..mode("zone", Scope::Zone, 1000.0, exponential(1.0)) };
    let unfit = small(profile(vec![shock]), bare(&[1, 2, 3], 9, 1), 1000);
    let Choice::Refused { why } = chosen(&unfit, Method::Forcing, 1) else { panic!("what was forced?") };
    assert!(why.contains("no overlap"), "{why}");
    let rule =
        Rule { half_width: HalfWidth::Relative(0.1), text: "±10%".into(), metric: Metric::Downtime, design: None };
    let until = Study { stopping: Some(rule), ..rarely.clone() };
    let Choice::Refused { why } = chosen(&until, Method::Forcing, 1) else { panic!("a rule was passed over") };
    assert!(why.contains("rule of stopping"), "{why}");
    let rows = Study { rows: true, ..rarely };
    assert!(matches!(chosen(&rows, Method::Auto, 1), Choice::Crude { .. }));
}
