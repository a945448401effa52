//! A trial that is written down and lived through again gives bit for bit the same ledgers, also after the file's text.
mod common;

use common::{designs, live, managed_profile, rich_profile, service_profile, topology, years};
use zonefall_engine::{Law, SimDuration, SimTime};
use zonefall_faults::*;
use zonefall_fleet::population;
use zonefall_topology::Topology;

fn strikes(topology: &Topology) -> Strikes {
    Strikes::new(&service_profile(), topology, population(&designs(topology), topology), years(2.0))
}

fn recorded(topology: &Topology, id: TrialId, keep_thinned: bool) -> Trace {
    let recording = Recording { profile: &service_profile(), trial: id, keep_thinned };
    record(&mut strikes(topology), id.key(), recording).expect("plain names")
}

/// The storm with each event's outages in the order of racks.
fn sorted(storm: &Storm) -> Storm {
    let mut storm = storm.clone();
    storm.outages.sort_by_key(|outage| (outage.event, outage.first_rack, outage.end));
    storm.settle();
    storm
}

#[test]
fn a_replayed_trial_is_the_drawn_trial() {
    let topology = topology();
    let designs = designs(&topology);
    for trial in 0..6 {
        let id = TrialId { seed: 42, trial, lineage: 0 };
        let mut drawing = strikes(&topology);
        let drawn = live(&mut drawing, &designs, &topology, id.key());
        assert!(drawn.iter().all(|ledger| ledger.missed_ms > 0 && ledger.machine_failures > 50));
        let trace = recorded(&topology, id, true);
        let text = trace.to_text().expect("memory does not refuse");
        let read = parse_trace(text.as_bytes()).expect("what was written can be read");
        assert_eq!(read, trace);
        assert_eq!(read.to_text().expect("memory does not refuse"), text);
        for trace in [&trace, &read] {
            let population = population(&designs, &topology);
            let replayed =
                replay(trace, &topology, &service_profile(), &population, Mapping::Refuse).expect("all exists");
            assert_eq!(replayed.notes, [""; 0]);
            assert_eq!(sorted(&replayed.storm), sorted(drawing.storm()), "trial {trial}");
            let mut strikes = replayed.to_strikes(&topology, population);
            assert_eq!(live(&mut strikes, &designs, &topology, id.key()), drawn, "trial {trial}");
        }
    }
}

#[test]
fn in_07_sp_01_surges_shortages_evictions_and_bad_health_are_replayed_bit_for_bit() {
    let topology = topology();
    let designs = designs(&topology);
    let profile = managed_profile();
    let (mut partial, mut evicted) = (0, 0);
    for trial in 0..6 {
        let id = TrialId { seed: 43, trial, lineage: 0 };
        let mut drawing = Strikes::new(&profile, &topology, population(&designs, &topology), years(2.0));
        let drawn = live(&mut drawing, &designs, &topology, id.key());
        let recording = Recording { profile: &profile, trial: id, keep_thinned: true };
        let text = record(&mut drawing, id.key(), recording).expect("plain names").to_text().expect("it fits");
        let trace = parse_trace(text.as_bytes()).expect("what was written can be read");
        assert_eq!(trace.to_text().expect("it fits"), text);
        let people = population(&designs, &topology);
        let replayed = replay(&trace, &topology, &profile, &people, Mapping::Refuse).expect("all exists");
        assert_eq!(sorted(&replayed.storm), sorted(drawing.storm()), "trial {trial}");
        partial += replayed.storm.allocation.iter().filter(|span| span.left_milli > 0).count();
        let evictions = trace.rows().iter().filter(|row| row.effect == Effect::Evicted && row.stage == Stage::Unit);
        evicted += evictions.count();
        let again = live(&mut replayed.to_strikes(&topology, people), &designs, &topology, id.key());
        assert_eq!(again, drawn, "trial {trial}");
    }
    assert!(partial > 50 && evicted > 1000, "{partial} {evicted}");
}

#[test]
fn mt_02_waves_of_maintenance_are_replayed_bit_for_bit() {
    let topology = topology();
    let designs = designs(&topology);
    let minutes = |m: u64| SimDuration::from_ms(m * 60_000);
    let wave =
        Wave { between: minutes(30), between_zones: minutes(60), overlap_milli: 0, steps_least: 1, paired: true };
    let mut profile = rich_profile();
    for (name, effect, rate, length) in [("pause", Effect::Frozen, 12.0, 1), ("restart", Effect::Down, 6.0, 25)] {
        let mut mode =
            Mode::plain(name, Scope::Region, rate, Outage::Law(Law::constant(minutes(length)))).expect("a rate");
        (mode.effect, mode.kind) = (effect, Kind::Wave(wave));
        assert!(mode.check().is_empty());
        profile.modes.push(mode);
    }
    let (mut waves, mut past) = (0, 0);
    for trial in 0..4 {
        let id = TrialId { seed: 44, trial, lineage: 0 };
        let mut drawing = Strikes::new(&profile, &topology, population(&designs, &topology), years(2.0));
        let drawn = live(&mut drawing, &designs, &topology, id.key());
        let recording = Recording { profile: &profile, trial: id, keep_thinned: true };
        let text = record(&mut drawing, id.key(), recording).expect("plain names").to_text().expect("it fits");
        let trace = parse_trace(text.as_bytes()).expect("what was written can be read");
        let people = population(&designs, &topology);
        let replayed = replay(&trace, &topology, &profile, &people, Mapping::Refuse).expect("all exists");
        assert_eq!(sorted(&replayed.storm), sorted(drawing.storm()), "trial {trial}");
        waves += replayed.storm.events.iter().filter(|event| event.cause as usize + 2 >= profile.modes.len()).count();
        past += replayed.storm.past_waves.len();
        let again = live(&mut replayed.to_strikes(&topology, people), &designs, &topology, id.key());
        assert_eq!(again, drawn, "trial {trial}");
    }
    assert!(waves > 50 && past > 2, "{waves} {past}");
}

#[test]
fn sp_01_an_eviction_of_a_machine_that_is_evicted_is_never_left_out_of_a_trace() {
    let topology = topology();
    let designs = designs(&topology);
    let mut profile = managed_profile();
    profile.modes.retain(|mode| mode.name == "evicted" || mode.name == "unhealthy");
    let mut strikes = Strikes::new(&profile, &topology, population(&designs, &topology), years(2.0));
    let id = TrialId { seed: 1, trial: 0, lineage: 0 };
    let recording = Recording { profile: &profile, trial: id, keep_thinned: false };
    let trace = record(&mut strikes, id.key(), recording).expect("plain names");
    // Another machine may stand in its place by then.
    assert_eq!(trace.header.thinned, 0);
    let at_start =
        |effect| trace.rows().iter().filter(|row| row.effect == effect && row.start == SimTime::ZERO).count();
    assert!(at_start(Effect::Unhealthy) > 0, "bad health may have begun before the trial");
    assert_eq!(at_start(Effect::Evicted), 0, "nobody has been evicted when a trial begins");
}

#[test]
fn thinned_strikes_change_nothing_but_the_count_of_events() {
    let topology = topology();
    let designs = designs(&topology);
    let mut thinned = 0;
    for trial in 0..6 {
        let id = TrialId { seed: 7, trial, lineage: 0 };
        let mut drawn = live(&mut strikes(&topology), &designs, &topology, id.key());
        let trace = recorded(&topology, id, false);
        thinned += trace.header.thinned;
        let people = population(&designs, &topology);
        let exact = replay(&trace, &topology, &service_profile(), &people, Mapping::Refuse).expect("all exists");
        let mut replayed = live(&mut exact.to_strikes(&topology, people), &designs, &topology, id.key());
        for (drawn, replayed) in drawn.iter_mut().zip(&mut replayed) {
            assert!(replayed.events <= drawn.events && drawn.events - replayed.events <= trace.header.thinned);
            (drawn.events, replayed.events) = (0, 0);
        }
        assert_eq!(replayed, drawn, "trial {trial}");
    }
    assert!(thinned > 0, "the case occurs");
}

/// Where an outage may last longer in a design than was drawn, a strike within it is not thinned by every design.
#[test]
fn strikes_on_units_that_wait_for_healing_or_a_crew_are_kept() {
    let topology = topology();
    let designs = designs(&topology);
    let mut profile = service_profile();
    profile.modes.retain(|mode| ["healed", "crewed", "no capacity", "gray"].contains(&mode.name.as_str()));
    profile.modes.iter_mut().for_each(|mode| *mode = mode.with_rate_times(30.0));
    for trial in 0..4 {
        let id = TrialId { seed: 1, trial, lineage: 0 };
        let people = population(&designs, &topology);
        let mut drawing = Strikes::new(&profile, &topology, people.clone(), years(1.0));
        let mut drawn = live(&mut drawing, &designs, &topology, id.key());
        assert!(drawn[0].delayed_healings > 0 && drawn[0].crew_wait_ms > 0);
        let recording = Recording { profile: &profile, trial: id, keep_thinned: false };
        let trace = record(&mut drawing, id.key(), recording).expect("plain names");
        assert!(trace.header.thinned > 0);
        let exact = replay(&trace, &topology, &profile, &people, Mapping::Refuse).expect("all exists");
        let mut replayed = live(&mut exact.to_strikes(&topology, people), &designs, &topology, id.key());
        drawn.iter_mut().chain(&mut replayed).for_each(|ledger| ledger.events = 0);
        assert_eq!(replayed, drawn, "trial {trial}");
    }
}

#[test]
fn every_kind_of_row_occurs_and_history_is_named() {
    let topology = topology();
    let trace = recorded(&topology, TrialId { seed: 42, trial: 0, lineage: 0 }, false);
    for stage in [Stage::Main, Stage::Tail, Stage::Shock, Stage::Unit, Stage::ControlPlane, Stage::Allocation] {
        assert!(trace.rows().iter().any(|row| row.stage == stage), "{stage:?}");
    }
    assert!(trace.causes().iter().any(|cause| cause == "zone (two zones)"));
    assert!(trace.rows().iter().any(|row| row.announced.is_some_and(|announced| announced < row.start)));
    assert!(trace.rows().iter().any(|row| row.parent_id.is_some() && row.stage == Stage::ControlPlane));
    assert!(trace.rows().iter().any(|row| row.start.as_ms() == 0 && row.stage == Stage::Unit), "residuals");
    assert_eq!(trace.header.not_recorded, ["worn"]);
    assert!(trace.rows().iter().all(|row| trace.cause(row) != "worn"));
    assert!(trace.rows().windows(2).all(|pair| pair[0].start <= pair[1].start));
}

#[test]
fn recorded_outages_do_not_depend_on_the_luck_of_the_trial_that_replays_them() {
    let topology = topology();
    let designs = designs(&topology);
    let id = TrialId { seed: 42, trial: 1, lineage: 0 };
    let trace = recorded(&topology, id, false);
    let people = population(&designs, &topology);
    let exact = replay(&trace, &topology, &service_profile(), &people, Mapping::Refuse).expect("all exists");
    let mut strikes = exact.to_strikes(&topology, people);
    strikes.begin(TrialId { seed: 99, ..id }.key()).expect("few strikes");
    for &(mode, unit, start, end) in &exact.ends {
        let outcome = strikes.unit_modes().outcome(mode, unit, (1, 2), start);
        assert_eq!(outcome, Outcome { length: Some(end.since(start)), predicted: false });
    }
    assert!(!exact.pauses.is_empty());
    for &(mode, unit, start, end) in &exact.pauses {
        let outcome = strikes.unit_modes().outcome(mode, unit, (1, 2), start);
        assert_eq!(outcome, Outcome { length: Some(end.since(start)), predicted: true });
    }
}
