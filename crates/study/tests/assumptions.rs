//! The looks at what is assumed, against exact answers; what unsettles a verdict; the same bits for any threads.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::sync::atomic::AtomicBool;
use support::{design, study};
use zonefall_engine::{Law, Shape, SimDuration};
use zonefall_faults::{Mode, Outage, Profile, RateSpread, Scope};
use zonefall_stats::Verdict;
use zonefall_study::assumptions::Plan;
use zonefall_study::gate::Gate;
use zonefall_study::outcome::{Estimate, Outcome};
use zonefall_study::{Labels, Silent, Study, conclude, run};

const HOURS_PER_YEAR: f64 = 8760.0;

fn zone_mode(rate: f64, range: (f64, f64), hours: u64) -> Mode {
    let outage = Outage::Law(Law::constant(SimDuration::from_ms(hours * 3_600_000)));
    let mut mode = Mode::plain("zone-outage", Scope::Zone, rate, outage).unwrap();
    mode.evidence.rate_low_high = range;
    mode
}

fn small(mode: Mode, designs: &[(&str, &[u32])], trials: u64) -> Study {
    let profile = Profile { name: "test".into(), modes: vec![mode] };
    let designs = designs.iter().map(|&(name, zones)| design(name, zones, 2, 1)).collect();
    Study { rows: false, counterfactual: false, ..study(profile, designs, 365, trials) }
}

fn looked(study: &Study, threads: usize, trials: Option<u64>) -> Outcome {
    let stop = AtomicBool::new(false);
    let finished = run(study, threads, &stop, &Silent).unwrap();
    let mut outcome = conclude(study, &finished, &Labels::default());
    if let Some(plan) = Plan::new(study, trials) {
        plan.play(study, &outcome, threads, &stop, &Silent).unwrap().unwrap().add_to(&mut outcome, study);
    }
    outcome
}

/// The unavailability of a unit that fails at `rate` a year and is out for `hours`.
fn exact(rate: f64, hours: f64) -> f64 {
    let cycle = rate * hours / HOURS_PER_YEAR;
    cycle / (1.0 + cycle)
}

#[track_caller]
fn holds(estimate: Estimate, exact: f64) {
    // Wider than 95 %: a handful of intervals have to hold at once, at fixed seeds.
    let half = 0.5 * (estimate.high - estimate.low.unwrap_or(0.0));
    assert!((estimate.mean - exact).abs() < 1.8 * half, "{estimate:?} does not hold {exact}");
}

#[test]
fn rates_at_their_ends_give_the_exact_answers_there() {
    let study = small(zone_mode(1.0, (0.25, 4.0), 6), &[("one zone", &[1])], 4000);
    let outcome = looked(&study, 2, None);
    let looks = outcome.assumptions.as_ref().unwrap();
    assert_eq!(looks.trials, 1000);
    assert_eq!(looks.variations.iter().map(|look| look.name.as_str()).collect::<Vec<_>>(), ["low rates", "high rates"]);
    let of = outcome.designs[0].assumptions.as_ref().unwrap();
    holds(outcome.designs[0].unavailability, exact(1.0, 6.0));
    holds(of.variations[0].unavailability, exact(0.25, 6.0));
    holds(of.variations[1].unavailability, exact(4.0, 6.0));
    assert_eq!((of.low_from.as_deref(), of.high_from.as_deref()), (Some("low rates"), Some("high rates")));
    assert_eq!((of.low, of.high), (of.variations[0].unavailability.mean, of.variations[1].unavailability.mean));
}

#[test]
fn pairs_are_looked_at_over_their_range() {
    // Up while either zone is up: only pairs (and coincidences, a thousandth of them) count. Three zones, so a pair of two
    // given ones is struck at 2βλ/2.
    let mode = Mode { common_cause: 0.05, ..zone_mode(2.0, (2.0, 2.0), 6) };
    let study = small(mode, &[("two zones", &[1, 2])], 8000);
    let outcome = looked(&study, 2, Some(8000));
    let names: Vec<&str> = outcome.assumptions.as_ref().unwrap().variations.iter().map(|of| of.name.as_str()).collect();
    assert_eq!(names, ["pairs 0 %", "pairs 15 %"]);
    let of = outcome.designs[0].assumptions.as_ref().unwrap();
    let alone = |fraction: f64| exact(2.0 * (1.0 - 0.5 * fraction), 6.0);
    let both = |fraction: f64| exact(2.0 * fraction, 6.0) + alone(fraction) * alone(fraction);
    holds(of.variations[1].unavailability, both(0.15));
    assert!(of.variations[0].unavailability.high < 0.2 * both(0.05), "{of:?}");
    assert_eq!(of.high_from.as_deref(), Some("pairs 15 %"));
    // A single zone is struck at its rate, and as the second of a pair.
    let study = small(Mode { common_cause: 0.05, ..zone_mode(2.0, (2.0, 2.0), 6) }, &[("one zone", &[1])], 2000);
    let of = looked(&study, 2, Some(2000)).designs.remove(0).assumptions.unwrap();
    holds(of.variations[0].unavailability, exact(2.0, 6.0));
    holds(of.variations[1].unavailability, exact(2.3, 6.0));
}

#[test]
fn a_verdict_that_turns_at_an_end_is_not_resolved_and_names_the_mode() {
    let target = |share: f64| format!("{:.6}%", 100.0 * (1.0 - share));
    let mut study = small(zone_mode(1.0, (0.25, 4.0), 6), &[("one zone", &[1])], 4000);
    let verdicts = |study: &Study| {
        let outcome = looked(study, 2, None);
        let design = &outcome.designs[0];
        let of = design.assumptions.clone().unwrap();
        (of.verdict_mean_sampling, design.verdict_mean, of.mean_depends_on)
    };
    study.target = target(exact(2.0, 6.0)).parse().unwrap();
    let (sampling, headline, why) = verdicts(&study);
    assert_eq!((sampling, headline), (Verdict::Meets, Verdict::NotResolved));
    let why = why.unwrap();
    assert!(
        why.starts_with("misses with high rates, above all of zone-outage: 4 a year in place of 1 (assumed)"),
        "{why}"
    );
    study.target = target(exact(0.5, 6.0)).parse().unwrap();
    let (sampling, headline, why) = verdicts(&study);
    assert_eq!((sampling, headline), (Verdict::Misses, Verdict::NotResolved));
    assert!(why.unwrap().starts_with("meets with low rates"));
    for (share, verdict) in [(exact(8.0, 6.0), Verdict::Meets), (exact(0.1, 6.0), Verdict::Misses)] {
        study.target = target(share).parse().unwrap();
        assert_eq!(verdicts(&study), (verdict, verdict, None));
    }
}

#[test]
fn nothing_in_a_range_is_not_looked_at() {
    let mut study = small(zone_mode(1.0, (1.0, 1.0), 6), &[("one zone", &[1])], 1000);
    assert!(Plan::new(&study, None).is_none());
    study.profile.modes[0].evidence.rate_low_high = (0.5, 1.0);
    assert!(Plan::new(&study, None).is_some());
    let mut first_miss = (*study.measure).clone();
    first_miss.until_first_miss = true;
    study.measure = std::sync::Arc::new(first_miss);
    assert!(Plan::new(&study, None).is_none());
}

fn uncertain(spread: RateSpread, hours: u64) -> Mode {
    let (mean, low, high) = spread.mean_low_high().unwrap();
    let mut mode = zone_mode(mean, (low, high), hours);
    mode.evidence.spread = Some(spread);
    mode
}

/// The expected unavailability is nearly rate × outage, so its law is the rate's law, scaled.
#[test]
fn nested_sampling_tells_what_is_not_known_from_luck() {
    for spread in [RateSpread::Events { events: 3, unit_years: 2.0 }, RateSpread::Factor { median: 1.5, factor: 2.0 }] {
        let law = spread.law().unwrap();
        let sd = match law.shape() {
            Shape::Gamma(shape, scale) => shape.sqrt() * scale,
            Shape::LogNormal(_, sigma) => law.mean_ms() * ((sigma * sigma).exp() - 1.0).sqrt(),
            _ => unreachable!(),
        };
        let outcome = looked(&small(uncertain(spread, 6), &[("one zone", &[1])], 4000), 2, Some(2000));
        let of = outcome.designs[0].assumptions.as_ref().unwrap().ignorance.unwrap();
        let years = 6.0 / HOURS_PER_YEAR;
        let near = |ours: f64, exact: f64, within: f64, what: &str| {
            assert!((ours / exact - 1.0).abs() < within, "{what}: {ours} is not {exact}");
        };
        near(of.mean, law.mean_ms() * years, 0.05, "mean");
        near(of.sd_not_known, sd * years, 0.08, "sd");
        for (end, level) in [(of.low, 0.025), (of.high, 0.975)] {
            near(1.0 - law.survival(end / years / (of.mean / law.mean_ms() / years)), level, 0.35, "level of an end");
        }
        // Luck of the run: a Poisson number of constant outages.
        near(of.sd_luck, (law.mean_ms() / 4000.0).sqrt() * years, 0.15, "luck");
        assert_eq!(outcome.assumptions.unwrap().drawn.unwrap().modes, ["zone-outage"]);
    }
}

/// Both of two machines that fail by themselves: the unavailability grows with the square of the rate, which the charged
/// minutes do not foretell, so the line has to be fitted. E θ² and Var θ² of a lognormal law are exact.
#[test]
fn nested_sampling_sees_more_than_proportional_growth() {
    let spread = RateSpread::Factor { median: 30.0, factor: 1.4 };
    let (mean, low, high) = spread.mean_low_high().unwrap();
    let Shape::LogNormal(median, sigma) = *spread.law().unwrap().shape() else { unreachable!() };
    let outage = Outage::Law(Law::constant(SimDuration::from_ms(24 * 3_600_000)));
    let mut mode = Mode::plain("crash", Scope::Instance, mean, outage).unwrap();
    mode.evidence.rate_low_high = (low, high);
    mode.evidence.spread = Some(spread);
    let outcome = looked(&small(mode, &[("two machines", &[1])], 4000), 2, Some(2000));
    let of = outcome.designs[0].assumptions.as_ref().unwrap().ignorance.unwrap();
    // By quadrature over the lognormal law.
    let q = |z: f64| exact(median * (sigma * z).exp(), 24.0).powi(2);
    let steps: Vec<(f64, f64)> =
        (-400..=400).map(|i| f64::from(i) * 0.015).map(|z| (z, (-0.5 * z * z).exp())).collect();
    let weight: f64 = steps.iter().map(|(_, w)| w).sum();
    let exact_mean = steps.iter().map(|&(z, w)| w * q(z)).sum::<f64>() / weight;
    let exact_sd = (steps.iter().map(|&(z, w)| w * (q(z) - exact_mean).powi(2)).sum::<f64>() / weight).sqrt();
    assert!((of.mean / exact_mean - 1.0).abs() < 0.05, "{} is not {exact_mean}", of.mean);
    assert!((of.sd_not_known / exact_sd - 1.0).abs() < 0.2, "{} is not {exact_sd}", of.sd_not_known);
}

#[test]
fn too_few_misses_say_nothing_of_the_rates() {
    let mode = uncertain(RateSpread::Events { events: 0, unit_years: 5000.0 }, 6);
    let outcome = looked(&small(mode, &[("one zone", &[1])], 1000), 2, None);
    let of = outcome.designs[0].assumptions.as_ref().unwrap();
    assert_eq!(of.ignorance, None);
    assert_eq!(of.low, 0.0);
    assert!(of.high > 0.0);
}

#[test]
fn fewer_misses_under_lower_rates_do_not_withhold_the_verdict() {
    // Few misses in the run, fewer in the look at low rates, whose bound is often wider for it.
    let study = |range, seed| {
        let outage = Outage::Law(Law::exponential(6.0 * 3_600_000.0).unwrap());
        let mode = Mode { outage, ..zone_mode(0.02, range, 6) };
        Study { seed, ..small(mode, &[("one zone", &[1])], 300) }
    };
    let share = |bound: f64| format!("{:.6}%", 100.0 * (1.0 - bound)).parse().unwrap();
    let told = |study: &Study| looked(study, 2, None).designs.remove(0);
    let mut open = 0;
    for seed in 0..40 {
        let mut study = study((0.01, 0.02), seed);
        let own = told(&study).unavailability;
        assert!(own.low.is_none(), "{own:?}");
        study.target = share(1.01 * own.high);
        let of = told(&study);
        let assumed = of.assumptions.as_ref().unwrap();
        let look = &assumed.variations[0];
        if look.unavailability.hits > own.hits {
            continue;
        }
        open += u32::from(look.verdict_mean == Verdict::NotResolved);
        assert_eq!((of.verdict_mean, &assumed.mean_depends_on), (Verdict::Meets, &None));
        assert_eq!((assumed.high, assumed.high_from.as_deref()), (own.high, None));
    }
    assert!(open > 0, "no look was open");
    // Higher rates with few misses, more downtime and a wider bound still turn it.
    let mut turned = 0;
    for seed in 0..40 {
        let mut study = study((0.02, 0.05), seed);
        let own = told(&study).unavailability;
        study.target = share(1.01 * own.high);
        let of = told(&study);
        let assumed = of.assumptions.as_ref().unwrap();
        let look = &assumed.variations[1];
        if look.verdict_mean != Verdict::NotResolved || look.unavailability.low.is_some() {
            continue;
        }
        assert!(look.unavailability.mean > own.mean);
        turned += 1;
        assert_eq!((assumed.verdict_mean_sampling, of.verdict_mean), (Verdict::Meets, Verdict::NotResolved));
        assert!(assumed.mean_depends_on.as_ref().unwrap().starts_with("not resolved with high rates"));
        assert_eq!(assumed.high_from.as_deref(), Some("high rates"));
    }
    assert!(turned > 0, "no look turned a verdict");
}

#[test]
fn threads_do_not_matter() {
    let mode = Mode { common_cause: 0.05, ..uncertain(RateSpread::Events { events: 3, unit_years: 2.0 }, 6) };
    let study = small(mode, &[("one", &[1]), ("two", &[1, 2])], 1000);
    let json = |threads| format!("{:?}", looked(&study, threads, Some(500)));
    let one = json(1);
    assert!(one.contains("sd_not_known"));
    assert_eq!(one, json(2));
    assert_eq!(one, json(5));
}

#[test]
fn an_interrupt_leaves_no_looks() {
    let study = small(zone_mode(1.0, (0.25, 4.0), 6), &[("one zone", &[1])], 4000);
    let outcome = looked(&study, 1, Some(1));
    let plan = Plan::new(&study, None).unwrap();
    assert!(plan.play(&study, &outcome, 1, &AtomicBool::new(true), &Silent).unwrap().is_none());
}

/// A zone that fails once in two years, and once a year at its high rate, against a target that both meet.
fn close(trials: u64) -> Study {
    let study = small(zone_mode(0.5, (0.5, 1.0), 10), &[("one zone", &[1])], trials);
    Study { target: "99.883%".parse().unwrap(), ..study }
}

#[test]
fn a_look_that_leaves_open_what_the_run_resolves_has_more_trials() {
    let outcome = looked(&close(4000), 2, None);
    let looks = outcome.assumptions.as_ref().unwrap();
    let design = &outcome.designs[0];
    let of = design.assumptions.as_ref().unwrap();
    // 0.1140 % of 0.117 %: 1,000 trials do not tell.
    assert!(looks.variations[1].trials > looks.trials, "{looks:?}");
    assert_eq!((of.variations[1].verdict_mean, design.verdict_mean), (Verdict::Meets, Verdict::Meets));
    assert_eq!(looked(&close(4000), 1, None), outcome);
    // The scenario gives the trials: they stay, and what is open is so for the luck of a look.
    let outcome = looked(&close(4000), 2, Some(200));
    let (looks, design) = (outcome.assumptions.as_ref().unwrap(), &outcome.designs[0]);
    assert_eq!((looks.fixed, looks.variations[1].trials), (true, 200));
    assert_eq!((design.verdict_mean, design.kept_open(false)), (Verdict::NotResolved, (true, false)));
    let judged = zonefall_study::gate::judge(&Gate { windows: false, ..Gate::default() }, &outcome);
    assert_eq!((judged.open_for_luck, judged.open_for_assumptions, judged.trials_would_do), (true, false, None));
    assert!(judged.looks_would_do.unwrap() > 200, "{judged:?}");
}

#[test]
fn a_gate_on_downtime_weighs_what_is_assumed_as_the_average_does() {
    let minutes = |share: f64| share * 30.0 * 24.0 * 60.0;
    let outcome = looked(&small(zone_mode(0.5, (0.5, 4.0), 10), &[("one zone", &[1])], 4000), 2, None);
    let judged = |most: f64| {
        let gate = Gate { average: false, windows: false, downtime_max_min: Some(minutes(most)), ..Gate::default() };
        let of = zonefall_study::gate::judge(&gate, &outcome);
        (of.verdict, of.open_for_luck, of.open_for_assumptions)
    };
    assert_eq!(judged(2.0 * exact(4.0, 10.0)), (Verdict::Meets, false, false));
    assert_eq!(judged(2.0 * exact(0.5, 10.0)), (Verdict::NotResolved, false, true));
    assert_eq!(judged(0.5 * exact(0.5, 10.0)), (Verdict::Misses, false, false));
}

#[test]
fn a_look_that_leaves_a_gate_on_downtime_open_has_more_trials() {
    // As above, but the target is met beyond doubt and the gate asks what only many trials tell.
    let study = Study { target: "99%".parse().unwrap(), ..close(8000) };
    let gate = Gate { windows: false, downtime_max_min: Some(0.001_17 * 43_200.0), ..Gate::default() };
    let stop = AtomicBool::new(false);
    let looked = |asked: Option<u64>, of_gate: Option<Gate>| {
        let finished = run(&study, 2, &stop, &Silent).unwrap();
        let mut outcome = conclude(&study, &finished, &Labels::default());
        let plan = Plan::new(&study, asked).unwrap().for_gate(of_gate);
        plan.play(&study, &outcome, 2, &stop, &Silent).unwrap().unwrap().add_to(&mut outcome, &study);
        let judged = zonefall_study::gate::judge(&gate, &outcome);
        (outcome.assumptions.unwrap().variations[1].trials, judged)
    };
    let (few, open) = looked(None, None);
    let (more, told) = looked(None, Some(gate.clone()));
    assert_eq!((few, open.verdict), (2000, Verdict::NotResolved));
    assert!(more > few && more <= 8000, "{more}");
    assert_eq!(told.verdict, Verdict::Meets, "{told:?}");
    // The condition names the look, its figure and why it is open; no advice is to run what was run.
    let of = &open.conditions[1];
    let basis = of.basis.as_ref().unwrap();
    let look = basis.look.as_ref().unwrap();
    assert_eq!((look.name.as_str(), of.open_for_luck, of.open_for_assumptions), ("high rates", true, false));
    assert!(look.found.mean < basis.bound && basis.bound < look.found.high, "{basis:?}");
    assert!(basis.run.high < basis.bound);
    assert!(open.trials_would_do.is_none_or(|trials| trials > 8000), "{open:?}");
    // Where the scenario gives the trials of looks, a longer run does not help, and the gate says so.
    let (_, fixed) = looked(Some(500), Some(gate.clone()));
    assert!(fixed.looks_are_fixed && fixed.trials_would_do.is_none(), "{fixed:?}");
}
