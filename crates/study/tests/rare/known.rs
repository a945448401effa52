//! What is known without trials: designs that no chance reaches are exact, and misses that no trial has shown are bounded by what
//! outages last. Held to exact answers.

use super::*;
use zonefall_engine::SimTime;
use zonefall_faults::{Clock, Event, RackOutage, Replay, Storm};
use zonefall_fleet::{
    ALL_CLIENTS, Batch, Component, Demand, Failover, Footing, Jobs, Least, Need, Node, Noise, Part, Pattern, Sight,
    Structure,
};
use zonefall_stats::Verdict;
use zonefall_study::misses::alone;
use zonefall_study::outcome::{Compared, Warning};
use zonefall_topology::ZoneId;

fn minutes(minutes: u64) -> SimTime {
    SimTime::from_ms(minutes * 60_000)
}

/// A record: the racks of a zone are out for an hour from the second one on.
fn record(zone: u32) -> Replay {
    let (start, end) = (minutes(60), minutes(120));
    let mut storm = Storm::default();
    let event = storm.add_event(Event { cause: 0, parent: None, start, end });
    storm.outages.push(RackOutage { event, first_rack: zone - 1, racks: 1, start, end });
    let profile = profile(vec![mode("script", Scope::Zone, 1.0, constant(0))]);
    let horizon = minutes(30 * 1440);
    Replay { profile, storm, strikes: vec![], ends: vec![], pauses: vec![], horizon, was_drawn: false, notes: vec![] }
}

fn recorded(design: Design, trials: u64) -> Study {
    let replay = record(1);
    let study = small(replay.profile.clone(), design, trials);
    let mut measure = (*study.measure).clone();
    measure.horizon = replay.horizon;
    measure.windows =
        zonefall_fleet::Windows::every(replay.horizon.since(SimTime::ZERO), SimTime::ZERO, replay.horizon);
    measure.months = measure.windows.clone();
    Study { replay: Some(Arc::new(replay)), measure: Arc::new(measure), ..study }
}

#[test]
fn a_script_without_chance_is_exact() {
    // Boot and warm-up take nothing, all stand in the zone that is out: 60 of 43,200 minutes.
    let study = recorded(bare(&[1], 3, 1), 100);
    let outcome = plain(&study);
    let found = &outcome.designs[0];
    let share = 60.0 / 43_200.0;
    assert_eq!((found.unavailability.quality, found.unavailability.hits), (Quality::Exact, 100));
    assert_eq!((found.unavailability.low, found.unavailability.high), (Some(share), share));
    assert_eq!((found.verdict_mean, found.verdict_windows), (Verdict::Misses, Some(Verdict::Misses)));
    assert_eq!(found.any_miss.low, Some(1.0));
    assert!(
        outcome.warnings.iter().any(|words| words.words.contains("its figures are exact")),
        "{:?}",
        outcome.warnings
    );
    // Nothing is missed, and that is no bound.
    let spared = plain(&recorded(bare(&[2], 3, 1), 100));
    let found = &spared.designs[0];
    assert_eq!((found.unavailability.high, found.verdict_mean), (0.0, Verdict::Meets));
    assert_eq!(found.unavailability.quality, Quality::Exact);
}

#[test]
fn what_is_drawn_after_a_scripted_strike_is_estimated() {
    let quality = |design| plain(&recorded(design, 40)).designs[0].unavailability.quality;
    let lasting = |boot| {
        let mut design = bare(&[1], 3, 1);
        design.sets[0].boot = boot;
        design
    };
    assert_eq!(quality(lasting(constant(60))), Quality::Exact);
    assert_eq!(quality(lasting(exponential(0.1))), Quality::Interval);
    let mut probed = bare(&[1], 3, 1);
    probed.balancer = Some(probes());
    assert_eq!(quality(probed), Quality::Interval);
    let hidden = Design { sets: bare(&[], 3, 1).sets, ..bare(&[1], 3, 1) };
    assert_ne!(quality(hidden), Quality::Exact);
}

/// Lengths are kept to 0.1 %: without luck a quantile still lies between the ends of what was kept.
#[test]
fn the_interval_of_an_exact_quantile_holds_the_length_itself() {
    let step = |ms, per_second_milli| zonefall_fleet::Step { from: SimTime::from_ms(ms), per_second_milli };
    let too_much = |of: u64| {
        let (from, length) = (of * 86_400_000 + 3_600_000, if of < 39 { 3_600_300 } else { 7_200_000 });
        [step(from, 5000), step(from + length, 1000)]
    };
    let demand = Demand::course(1000, (0..40).flat_map(too_much).collect(), None);
    let design = Design { demand: Some(demand), need: Need::Served(95, 100), ..bare(&[1], 3, 1) };
    let outcome = plain(&small(Profile::none(), design, 3));
    assert_eq!(outcome.designs[0].unavailability.quality, Quality::Exact);
    let of = outcome.designs[0].outage_p95_min.unwrap();
    let (low, high, truth) = (of.low.unwrap(), of.high.unwrap(), 3_600_300.0 / 60_000.0);
    assert!(low <= truth && truth <= high && high < 1.001 * low, "{low} {truth} {high}");
    assert!(low < of.value && of.value == high, "{low} {of:?}");
}

/// What is charged to a cause is a part of the downtime: so few trials as show it, its bound is no more than all of it.
#[test]
fn a_cause_is_charged_no_more_than_all_downtime_may_be() {
    // One dead machine of three is missed until its probes have failed: that is charged to their lag, and 0 to what killed it.
    let mut probed = bare(&[1], 3, 1);
    probed.balancer = Some(probes());
    let demand = Demand::course(1000, vec![], None);
    let probed = Design { demand: Some(demand), need: Need::Served(95, 100), ..probed };
    let dies = Mode { clock: Clock::Operating, ..mode("dies", Scope::Instance, 2000.0, exponential(1.0)) };
    let study = Study { counterfactual: true, ..small(profile(vec![dies]), probed, 100) };
    let of = &plain(&study).designs[0];
    let (most, charged) = (43_200.0 * of.unavailability.high, |at: usize| of.causes[at].downtime_min_per_month);
    assert_eq!([&*of.causes[0].cause, &*of.causes[1].cause], ["probe lag", "dies"]);
    assert_eq!((charged(1).mean, charged(1).quality, charged(1).high), (0.0, Quality::UpperBound, most));
    assert!(charged(0).mean > 0.1 && charged(0).high <= most && most < 0.2, "{most} {:?}", charged(0));
}

/// Two of 24 hours ask for more than there is.
#[test]
fn a_demand_is_exact_as_long_as_it_has_no_noise() {
    let course = |noise| {
        let step = |hour: u64, per_second_milli| zonefall_fleet::Step { from: minutes(hour * 60), per_second_milli };
        let demand = Demand::course(1000, vec![step(10, 5000), step(12, 1000)], noise);
        Design { demand: Some(demand), need: Need::Served(95, 100), ..bare(&[1], 3, 1) }
    };
    let quiet = small(Profile::none(), course(None), 50);
    let outcome = plain(&quiet);
    let found = outcome.designs[0].unavailability;
    assert_eq!((found.quality, found.low), (Quality::Exact, Some(2.0 / 8760.0)));
    let noise = Noise { sigma: 0.01, every: SimDuration::from_ms(3_600_000) };
    let noisy = plain(&small(Profile::none(), course(Some(noise)), 50));
    assert_eq!(noisy.designs[0].unavailability.quality, Quality::Interval);
    // A mode that strikes machines may strike.
    let struck = profile(vec![mode("vm", Scope::Instance, 1e6, exponential(1.0))]);
    assert_ne!(plain(&small(struck, course(None), 50)).designs[0].unavailability.quality, Quality::Exact);
    // One on which nothing depends does not.
    let elsewhere = profile(vec![mode("names", Scope::Global, 100.0, exponential(1.0))]);
    let same = plain(&small(elsewhere, course(None), 50));
    assert_eq!(same.designs[0].unavailability, found);
    // Two exact designs differ exactly.
    let mut pair = quiet.clone();
    pair.designs.push(Arc::new(Design { name: "other".into(), ..bare(&[1], 3, 1) }));
    let differs = &plain(&pair).differences[0];
    assert_eq!((differs.low, differs.high, differs.says), (differs.high, differs.low, Compared::Less));
    assert_eq!(differs.p_adjusted, 0.0);
}

/// Few trials of systems that hardly ever miss: what is printed as a bound holds the exact answer in 95 of 100 studies, and a study
/// with a miss never reads better than one of as many trials without.
#[test]
fn bounds_hold_the_exact_answer_and_no_miss_makes_them_better() {
    let zone = || mode("zone", Scope::Zone, 4000.0, lognormal(4.0, 1.2));
    let machine = |up_h, hours| mode("vm", Scope::Instance, up_h, lognormal(hours, 1.0));
    let rack = || mode("rack", Scope::Rack, 2000.0, exponential(12.0));
    let cases = [
        (
            "a long outage once in twenty years",
            profile(vec![mode("zone", Scope::Zone, 20.0 * YEAR_H, lognormal(40.0, 1.2))]),
            bare(&[1], 2, 1),
        ),
        ("two of three zones", profile(vec![zone(), machine(3000.0, 0.5)]), bare(&[1, 2, 3], 6, 3)),
        ("four of five", profile(vec![machine(5000.0, 1.0)]), bare(&[1], 5, 4)),
        ("short and long", profile(vec![machine(9000.0, 0.05), rack()]), bare(&[1, 2], 4, 1)),
    ];
    for (name, profile, design) in cases {
        let study = small(profile, design, 0);
        let exact = exactly(&study, &study.designs[0]).unwrap().unavailability;
        for trials in [1, 20, 100] {
            let (mut bounds, mut covered, mut none, mut least) = (0, 0, f64::INFINITY, f64::INFINITY);
            for seed in 0..300 {
                let found = plain(&Study { trials, seed, ..study.clone() }).designs[0].unavailability;
                if found.quality != Quality::UpperBound {
                    continue;
                }
                bounds += 1;
                covered += u32::from(found.high >= exact);
                let end = if found.hits == 0 { &mut none } else { &mut least };
                *end = end.min(found.high);
            }
            println!(
                "{name}, {trials}: exact {exact:.2e}, {covered} of {bounds}; without a miss {none:.2e}, with one {least:.2e}"
            );
            // By luck: one in 1,000 where each covers with 95 %.
            assert!(covered * 100 >= bounds * 91, "{name}, {trials}: {covered} of {bounds}");
            assert!(none == f64::INFINITY || none <= least, "{name}, {trials}: {none} and {least}");
        }
    }
}

/// A demand of which two thirds of the machines carry the days, and one third the nights: a bound without a miss knows how long one is.
#[test]
fn a_demand_that_is_carried_has_bounds_by_what_outages_last() {
    let step = |half_day: u64, machines: u64| zonefall_fleet::Step {
        from: minutes(half_day * 720),
        per_second_milli: machines * 1000,
    };
    let course = |most| {
        let steps = (1..730).map(|at| step(at, if at % 2 == 0 { 2 } else { most })).collect();
        Design { demand: Some(Demand::course(2000, steps, None)), need: Need::Served(1, 1), ..bare(&[1, 2, 3], 6, 1) }
    };
    let zone = || mode("zone", Scope::Zone, 4000.0, lognormal(2.0, 1.2));
    let modes = profile(vec![zone(), mode("vm", Scope::Instance, 3000.0, lognormal(0.5, 1.0))]);
    let of = |need| {
        let counted = small(modes.clone(), bare(&[1, 2, 3], 6, need), 0);
        exactly(&counted, &counted.designs[0]).unwrap().unavailability
    };
    let exact = (of(2) + of(4)) / 2.0;
    let (mut bounds, mut covered, mut hits, mut most) = (0, 0, 0, 0.0_f64);
    for (trials, seed) in [1, 20].into_iter().flat_map(|trials| (0..300).map(move |seed| (trials, seed))) {
        let found = plain(&Study { seed, ..small(modes.clone(), course(4), trials) }).designs[0].unavailability;
        if found.quality == Quality::UpperBound {
            (bounds, covered, hits) = (bounds + 1, covered + u32::from(found.high >= exact), hits + found.hits);
            most = if trials == 20 { most.max(found.high) } else { most };
        }
    }
    println!("{covered} of {bounds} with {hits} hits hold {exact:.2e}; at most {most:.2e}");
    assert!(covered * 100 >= bounds * 91 && hits > 0, "{covered} of {bounds}, {hits}");
    // Where it varies by chance, or is more than all machines carry, a miss may last as long as a trial.
    let rare = profile(vec![mode("zone", Scope::Zone, 1e9, exponential(2.0))]);
    let none = |demand: Demand| {
        let study = small(rare.clone(), Design { demand: Some(demand), ..course(4) }, 20);
        let found = plain(&study).designs[0].unavailability;
        (found.hits, found.high)
    };
    let noise = Noise { sigma: 1e-6, every: SimDuration::from_ms(3_600_000) };
    let (quiet, noisy) = (none(Demand::constant(4000)), none(Demand::course(4000, vec![], Some(noise))));
    assert!(quiet.0 == 0 && quiet.1 < 0.001, "{quiet:?}");
    assert!(noisy.0 == 0 && noisy.1 > 0.1, "{noisy:?}");
}

/// Two hours' work for four machines, which comes after half an hour and is due after two and a half, and as much half a year later.
fn worked_on_by(nodes: Vec<Node>, failovers: Vec<Failover>) -> Design {
    let batch = |hours: u64| Batch { at: minutes(hours * 60 + 30), due: minutes(hours * 60 + 150) };
    let through = Some(Arc::new(Structure { nodes, failovers }));
    let jobs = Jobs {
        count: 4 * 7200,
        work: 1,
        sigma: 0.0,
        batches: [batch(0), batch(4380)].into(),
        through,
        sets: [].into(),
    };
    Design { jobs: Some(jobs), need: Need::Done(1, 1), ..bare(&[1], 4, 1) }
}

/// Jobs take what is left, so whoever counts machines, or asks what requests get, knows as much as without them: the exact answer, what
/// misses at which variance, and the interval with its room, to the bit. Where machines come and go with how busy all are, or the
/// deadline is the objective, none of it holds.
#[test]
fn an_objective_beside_jobs_is_known_as_well_as_without_them() {
    let batches: Vec<Batch> =
        (0..300).map(|day| [day * 1440, day * 1440 + 900].map(minutes)).map(|[at, due]| Batch { at, due }).collect();
    let jobs = Jobs { count: 30_000, work: 2, sigma: 0.3, batches: batches.into(), through: None, sets: [].into() };
    let asked = |need| Design { demand: Some(Demand::constant(4000)), need, ..bare(&[1, 2, 3], 6, 4) };
    let parts = vec![node("web", Part::Sets(vec![0], Least::Serving(4)))];
    let of_parts = Need::Parts(Arc::new(Structure { nodes: parts, failovers: vec![] }));
    let long = Law::new(Shape::LogNormal(60_000.0, 3.0), None).unwrap();
    let modes = vec![mode("zone", Scope::Zone, 500.0, long), mode("vm", Scope::Instance, 100.0, exponential(0.01))];
    for (name, plain_one, is_exact) in [
        ("counted", bare(&[1, 2, 3], 6, 4), true),
        ("counted beside requests", asked(Need::Serving(4)), true),
        ("served", asked(Need::Served(1, 1)), false),
        ("parts", Design { need: of_parts, ..bare(&[1, 2, 3], 6, 4) }, true),
    ] {
        let beside = Design { jobs: Some(jobs.clone()), ..plain_one.clone() };
        let late = Design { need: Need::Done(1, 1), ..beside.clone() };
        // Workers of their own, of which some stand in every zone, are nothing to whoever asks what serves.
        let workers = zonefall_fleet::ScaleSet { name: "workers".into(), capacity: 7, ..plain_one.sets[0].clone() };
        let mut apart = Design { jobs: Some(Jobs { sets: [1].into(), ..jobs.clone() }), ..plain_one.clone() };
        apart.sets.push(workers);
        let [alone, beside, late, apart] =
            [plain_one, beside, late, apart].map(|of| small(profile(modes.clone()), of, 60));
        let of = |study: &Study| exactly(study, &study.designs[0]).map(|exact| exact.unavailability);
        assert_eq!(of(&alone).is_ok(), is_exact, "{name}");
        assert_eq!(of(&alone).ok(), of(&beside).ok(), "{name}");
        let difference = |one: f64, other: f64| (one / other - 1.0).abs();
        match (of(&alone), of(&apart)) {
            (Ok(one), Ok(other)) => assert!(difference(one, other) < 1e-12, "{name}: {one} {other}"),
            (one, other) => assert!(one.is_err() && other.is_err(), "{name}"),
        }
        assert!(of(&late).unwrap_err().0.iter().any(|words| words.contains("what is late")), "{name}");
        let kinds = |study: &Study| zonefall_study::misses::Kinds::of(study, &study.designs[0]);
        assert_eq!(kinds(&alone), kinds(&beside), "{name}");
        assert_eq!(kinds(&alone), kinds(&apart), "{name}");
        let [alone, beside, apart] = [plain(&alone), plain(&beside), plain(&apart)];
        assert_eq!(alone.designs[0].unavailability, apart.designs[0].unavailability, "{name}");
        assert!(apart.designs[0].jobs.is_some());
        assert_eq!(alone.designs[0].unavailability, beside.designs[0].unavailability, "{name}");
        let done = beside.designs[0].jobs.as_ref().unwrap();
        println!("{name}: {:?}, {done:?}", beside.designs[0].unavailability);
        assert!(alone.designs[0].jobs.is_none() && alone.designs[0].unavailability.hits > 0);
    }
}

fn node(name: &str, part: Part) -> Node {
    Node { name: name.into(), part, promise: None }
}

fn machines(set: u32) -> Part {
    Part::Sets(vec![set], Least::Serving(1))
}

fn with_a_database(footing: Footing, cause: Option<&str>) -> Design {
    let database = Part::Component(Component { cause: cause.map(Into::into), footing, ceiling: None });
    let all = Part::Group { parts: vec![0, 1], least: 2 };
    worked_on_by(vec![node("web", machines(0)), node("database", database), node("all", all)], vec![])
}

/// What chance does to parts that jobs wait for is an estimate: one trial says nothing.
#[test]
fn jobs_that_wait_for_a_part_that_may_fail_are_estimated() {
    let design = with_a_database(Footing::Global, Some("database"));
    let fails = profile(vec![mode("database", Scope::Component, YEAR_H, exponential(24.0))]);
    let study = small(fails.clone(), design.clone(), 1);
    for seed in 1..=10 {
        let found = &plain(&Study { seed, ..study.clone() }).designs[0];
        assert_ne!(found.unavailability.quality, Quality::Exact, "seed {seed}");
        assert_ne!(found.verdict_mean, Verdict::Meets, "seed {seed}");
    }
    // It is what trials wait for, and they show it.
    let mut modes = fails.modes;
    modes
        .extend([mode("vm", Scope::Instance, 1e6, exponential(1.0)), mode("zone", Scope::Zone, 1e6, exponential(1.0))]);
    let both = small(profile(modes), design, 1);
    let causes: Vec<String> = alone(&both, &both.designs[0]).into_iter().flat_map(|of| of.causes).collect();
    // One machine less is enough to be late, though the part holds.
    assert_eq!(causes, ["database", "vm", "zone"]);
    let many = plain(&Study { trials: 2000, ..study }).designs[0].unavailability;
    assert!(many.hits > 0 && many.mean > 0.0, "{many:?}");
    // Nothing strikes: exact, and done in time.
    let quiet = &plain(&small(Profile::none(), with_a_database(Footing::Global, None), 1)).designs[0];
    assert_eq!((quiet.unavailability.quality, quiet.unavailability.high), (Quality::Exact, 0.0));
}

#[test]
fn jobs_of_a_service_that_fails_over_are_drawn_under_a_script() {
    let quality = |design| plain(&recorded(design, 40)).designs[0].unavailability.quality;
    assert_eq!(quality(with_a_database(Footing::Global, None)), Quality::Exact);
    // On a rack that goes by its name.
    assert_eq!(quality(with_a_database(Footing::Zone(ZoneId(0)), None)), Quality::Exact);
    let failover = Failover {
        node: 2,
        pattern: Pattern::ActiveActive { weights: vec![1, 1] },
        sight: Sight::Laws { out: exponential(0.2), back: constant(0) },
        spread: SimDuration::ZERO,
        clients_least: ALL_CLIENTS,
    };
    let any = Part::Group { parts: vec![0, 1], least: 1 };
    let nodes = vec![node("east", machines(0)), node("west", machines(1)), node("either", any)];
    let mut both = worked_on_by(nodes, vec![failover]);
    both.sets.push(zonefall_fleet::ScaleSet { name: "west".into(), zones: vec![ZoneId(1)], ..both.sets[0].clone() });
    assert_ne!(quality(both), Quality::Exact);
}

/// A script of one hour ends before the first deadline: that no batch is late says nothing. At the very end it passes, and nothing is
/// missed by it any more; where the batch came before time was measured it is in no count, but its objective is missed.
#[test]
fn jobs_without_a_deadline_in_the_measured_time_are_told() {
    let told = |from: f64, until: f64, machines_up: bool| {
        let strikes = if machines_up { vec![] } else { vec![mode("zone", Scope::Zone, 0.001, constant(100 * 3600))] };
        let mut study = small(profile(strikes), worked_on_by(vec![node("web", machines(0))], vec![]), 30);
        let [from, horizon] = [from, until].map(|hours| SimTime::from_ms((hours * HOUR) as u64));
        study.measure = Arc::new(Measure { from, horizon, ..(*study.measure).clone() });
        let told = plain(&study);
        let of_jobs = told.warnings.into_iter().filter(|of| of.words.contains("an objective on them"));
        (of_jobs.collect::<Vec<_>>(), told.designs[0].unavailability.mean > 0.0)
    };
    let is = |words: &str| vec![Warning::of(&bare(&[1], 4, 1).name, words)];
    let none = "no deadline of a batch passes within the measured time: nothing is known of its jobs, and an objective on them cannot be \
                missed";
    let at_the_end =
        "no deadline of a batch passes before the measured time ends: an objective on them cannot be missed";
    let uncounted = "in no trial a batch came within the measured time whose deadline passed before it ended: nothing is known of its \
                     jobs but what an objective on them missed";
    for up in [true, false] {
        assert_eq!(told(0.0, 1.0, up), (is(none), false));
        assert_eq!(told(0.0, 2.5, up), (is(at_the_end), false));
        assert_eq!(told(0.0, 3.0, up), (vec![], !up));
        assert_eq!(told(1.0, 3.0, up), (is(uncounted), !up));
    }
}
