//! Planned maintenance (MT): waves, what holds them up, what machines and owners do about them.

mod before;
mod managed;
mod pair;

use crate::support::*;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;
use zonefall_engine::{Key, SimDuration, SimTime};
use zonefall_faults::{Effect, Kind, Mode, Outage, Scope, Storm, Strikes, Wave};
use zonefall_fleet::maintenance::{Events, HealthStop, Maintenance, OfSet, SelfService};
use zonefall_fleet::policy::maintenance::Windows;
use zonefall_fleet::{Design, Ledger, Seen, Sighting, Spreading, Stand, Witness, World, population};

fn ms(ms: u64) -> SimDuration {
    SimDuration::from_ms(ms)
}

fn wave() -> Wave {
    Wave { between: ms(30 * MINUTE), between_zones: ms(DAY), overlap_milli: 0, steps_least: 1, paired: true }
}

/// Waves of pauses or restarts of one length.
fn waves(name: &str, effect: Effect, length_ms: u64) -> Mode {
    let mut mode = mode(name, Scope::Region);
    (mode.kind, mode.effect, mode.outage) = (Kind::Wave(wave()), effect, Outage::Law(constant(length_ms)));
    assert_eq!(mode.check(), vec![]);
    mode
}

fn restarts() -> Mode {
    waves("restart", Effect::Down, 25 * MINUTE)
}

fn pauses(length_ms: u64) -> Mode {
    waves("pause", Effect::Frozen, length_ms)
}

fn with(mut design: Design, maintenance: Maintenance) -> Design {
    design.maintenance = Some(Box::new(maintenance));
    design
}

fn events(approves: bool) -> Events {
    Events {
        freeze_notice: ms(15 * MINUTE),
        reboot_notice: ms(15 * MINUTE),
        noticed_after: ms(MINUTE),
        preparation: ms(5 * MINUTE),
        approves,
        neighbours: 1.0,
    }
}

/// A wave that begins on day 1 and goes through three zones of four racks, with what else befalls the region.
fn script(mode: Mode, others: &[Scripted]) -> Script {
    let outages: Vec<Scripted> = std::iter::once((0, 0, 12, DAY, 2 * DAY)).chain(others.iter().copied()).collect();
    Script::new(topology(3, 4, 2), vec![mode, super::support::mode("zone", Scope::Zone)], 10 * DAY).outages(&outages)
}

/// What is seen of a scripted trial.
fn sightings(of: &Script, design: Design, trial: u64) -> Vec<Sighting> {
    sightings_of((!of.outages.is_empty()).then(|| storm(&of.outages)), of, design, trial)
}

/// The same of this storm, or of one that is drawn.
fn sightings_of(storm: Option<Storm>, of: &Script, design: Design, trial: u64) -> Vec<Sighting> {
    let designs = [design];
    let horizon = of.measure.horizon.since(SimTime::ZERO);
    let people = population(&designs, &of.topology);
    let mut strikes = Strikes::new(&profile(of.modes.clone()), &of.topology, people, horizon);
    if let Some(storm) = storm {
        strikes.replay(storm, vec![], vec![]);
    }
    let [design] = designs;
    let mut world = World::new(Arc::new(design), Arc::new(of.measure.clone()), of.topology.clone(), &strikes);
    let mut witness = Witness::new();
    strikes.begin(Key::root(trial)).unwrap();
    world.begin(Key::root(trial), &strikes, None);
    world.show(SimTime::ZERO, &mut witness);
    while strikes.next_window() {
        world.live_watched(&strikes, &mut witness).unwrap();
    }
    world.finish(&strikes);
    assert_eq!(world.audit(), Vec::<String>::new());
    witness.finish(&world, strikes.horizon())
}

/// When each machine went down by maintenance.
fn hits(of: &[Sighting]) -> Vec<(SimTime, Stand)> {
    let down = |sighting: &Sighting| match sighting.what {
        Seen::Down(stand, 0) => Some((sighting.t, stand)),
        _ => None,
    };
    of.iter().filter_map(down).collect()
}

/// The machines that are down by maintenance after each event.
fn down_together(of: &[Sighting]) -> Vec<Vec<Stand>> {
    let mut down: Vec<Stand> = Vec::new();
    let mut all = Vec::new();
    for sighting in of {
        match sighting.what {
            Seen::Down(stand, 0) => down.push(stand),
            Seen::Serves(stand) => down.retain(|other| other.instance != stand.instance),
            _ => continue,
        }
        all.push(down.clone());
    }
    all
}

fn zones(of: &[Stand]) -> BTreeSet<u32> {
    of.iter().map(|stand| stand.zone.0).collect()
}

fn racks(of: &[Stand]) -> BTreeSet<u32> {
    of.iter().map(|stand| stand.rack.0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn mt_02_a_wave_takes_one_rack_of_one_zone_at_a_time_and_every_machine_once(trial in 0_u64..1000, capacity in 1_u32..30) {
        let seen = sightings(&script(restarts(), &[]), design(&[1, 2, 3], capacity, 1), trial);
        let hit: BTreeSet<u32> = hits(&seen).iter().map(|(_, stand)| stand.instance).collect();
        prop_assert_eq!((hit.len(), hits(&seen).len()), (capacity as usize, capacity as usize));
        for down in down_together(&seen) {
            prop_assert!(racks(&down).len() <= 1);
        }
        let mut order: Vec<u32> = hits(&seen).iter().map(|(_, stand)| stand.zone.0).collect();
        order.dedup();
        prop_assert_eq!(order.len(), order.iter().collect::<BTreeSet<_>>().len(), "a zone is left once");
    }

    #[test]
    fn mt_02_drawn_waves_of_restarts_never_take_two_zones(trial in 0_u64..1000, per_year in 0.5_f64..30.0) {
        let often = Mode { time_to_failure: zonefall_engine::Law::exponential(365.0 * DAY as f64 / per_year).unwrap(), ..restarts() };
        let script = Script::new(topology(3, 4, 2), vec![often], 365 * DAY);
        for down in down_together(&sightings(&script, design(&[1, 2, 3], 9, 1), trial)) {
            prop_assert!(zones(&down).len() <= 1 && racks(&down).len() <= 1);
        }
    }

    #[test]
    fn mt_03_mt_04_waves_that_begin_in_some_racks_take_every_machine_there_once_and_no_other(
        trial in 0_u64..1000,
        (first, more) in (0_u32..12, 1_u32..12),
        apart in 0_u64..4,
        window in 0_u64..6,
        domains in 0_u32..8,
    ) {
        let sets = vec![OfSet { update_domains: domains, windows: None }];
        let self_service = (window > 0).then(|| owner(window * DAY)).flatten();
        let kept = with(design(&[1, 2, 3], 24, 1), Maintenance { sets, self_service, ..Maintenance::default() });
        let seen = |waves: &[(u32, u32, u64)]| {
            let outages = waves.iter().map(|&(first, racks, at)| (0, first, racks, at, at + 2 * DAY)).collect();
            hits(&sightings(&Script { outages, ..script(restarts(), &[]) }, kept.clone(), trial))
        };
        // One rack of each zone in a wave of its own, and a range of racks that are not among them.
        let own: Vec<u32> = [1, 6, 11].into_iter().filter(|rack| !(first..first + more).contains(rack)).collect();
        let last = (first + more).min(12);
        let mut waves = vec![(first, last - first, 6 * DAY)];
        waves.extend(own.iter().map(|&rack| (rack, 1, (6 + apart) * DAY)));
        let takes = |rack: u32| (first..last).contains(&rack) || own.contains(&rack);
        let all = seen(&[(0, 12, 6 * DAY)]);
        let mut wanted: Vec<u32> = all.iter().filter(|hit| takes(hit.1.rack.0)).map(|hit| hit.1.instance).collect();
        let mut hit: Vec<u32> = seen(&waves).iter().map(|hit| hit.1.instance).collect();
        wanted.sort_unstable();
        hit.sort_unstable();
        prop_assert_eq!(all.len(), 24);
        prop_assert_eq!(hit, wanted);
    }
}

#[test]
fn mt_03_a_restart_takes_25_minutes_and_is_charged_to_maintenance() {
    let ledger = script(restarts(), &[]).play(design(&[1, 2, 3], 9, 9));
    assert_eq!(ledger.classes.down as u64, 9 * 25 * MINUTE);
    assert_eq!(ledger.missed_by_cause_ms[0], ledger.missed_ms);
    assert_eq!(ledger.missed_ms, 9 * 25 * MINUTE, "racks hold one machine each");
}

#[test]
fn mt_01_hl_07_lb_11_only_a_pause_longer_than_the_probes_take_removes_a_machine() {
    let paused = |length: u64| {
        let design = Design { balancer: Some(balancer()), ..design(&[1, 2, 3], 9, 9) };
        script(pauses(length), &[]).play(design).classes
    };
    let short = paused(4 * SECOND);
    assert_eq!((short.dead_in_rotation, short.down, short.awaiting_probe), (36_000, 36_000, 0));
    let long = paused(30 * SECOND);
    // Two failed probes at an interval of 5 s and their timeout: out after 10 to 15 s; back with the first good probe.
    assert!((9 * 10_000..=9 * 15_000).contains(&long.dead_in_rotation), "{long:?}");
    assert!(long.awaiting_probe > 0 && long.awaiting_probe <= 9 * 5000 && long.starting == 0);
}

#[test]
fn mt_04_fd_11_update_domains_go_one_at_a_time_half_an_hour_apart() {
    let mut set = design(&[1], 10, 1);
    set.sets[0].spreading = Spreading::Fixed(2);
    let of_set = OfSet { update_domains: 5, windows: None };
    let set = with(set, Maintenance { sets: vec![of_set], ..Maintenance::default() });
    let seen = sightings(&script(restarts(), &[]), set, 7);
    assert!(down_together(&seen).iter().all(|down| down.len() <= 2));
    assert!(down_together(&seen).iter().any(|down| racks(down).len() == 2), "a domain is no rack");
    let mut instants: Vec<SimTime> = hits(&seen).iter().map(|&(t, _)| t).collect();
    assert_eq!(instants.len(), 10);
    instants.dedup();
    assert_eq!(instants.len(), 5);
    assert!(instants.windows(2).all(|pair| pair[1].since(pair[0]) >= ms(30 * MINUTE)));
}

/// With a rack of another zone out for two days from the middle of the wave on.
fn meets_an_outage(health: Option<HealthStop>) -> (Vec<(SimTime, Stand)>, Ledger) {
    let script = script(restarts(), &[(1, 0, 4, DAY, 3 * DAY)]);
    let design = with(design(&[1, 2, 3], 9, 6), Maintenance { health, ..Maintenance::default() });
    (hits(&sightings(&script, design.clone(), 1)), script.play(design))
}

#[test]
fn mt_02_bad_health_holds_a_wave_up() {
    let (unheld, missed) = meets_an_outage(None);
    assert!(unheld.iter().any(|(t, stand)| *t < SimTime::from_ms(3 * DAY) && stand.zone.0 > 0));
    assert!(missed.missed_ms > 0 && missed.missed_by_cause_ms[0] > 0);
    let stop = HealthStop { above_milli: 100, again: ms(30 * MINUTE), patience: ms(7 * DAY) };
    let (held, missed) = meets_an_outage(Some(stop));
    assert!(held.iter().all(|(t, stand)| *t >= SimTime::from_ms(3 * DAY) || stand.zone.0 == 0));
    assert_eq!(missed.missed_ms, 0);
    // Those of the dark zone may have been restarted meanwhile, which nobody sees.
    assert!(held.len() >= 6);
    let (called_off, _) = meets_an_outage(Some(HealthStop { patience: ms(HOUR), ..stop }));
    assert!(called_off.is_empty());
}

#[test]
fn mt_06_mt_08_hl_08_prepared_machines_lose_no_request_and_approval_saves_the_wait() {
    let played = |events: Option<Events>, mode: Mode| {
        let design = Design { balancer: Some(balancer()), ..design(&[1, 2, 3], 9, 9) };
        script(mode, &[]).play(with(design, Maintenance { events, ..Maintenance::default() })).classes
    };
    let restart = 25 * MINUTE as i128;
    let unprepared = played(None, restarts());
    assert!(unprepared.dead_in_rotation > 0);
    assert_eq!(unprepared.down, 9 * restart);
    let approved = played(Some(events(true)), restarts());
    assert_eq!((approved.dead_in_rotation, approved.down), (0, 9 * restart));
    // 15 min of notice, 1 to see it, 5 to drain: 9 min idle.
    let waits = played(Some(events(false)), restarts());
    assert_eq!((waits.dead_in_rotation, waits.down), (0, 9 * (restart + 9 * MINUTE as i128)));
    let late = played(Some(Events { preparation: ms(15 * MINUTE), ..events(true) }), restarts());
    assert_eq!((late.dead_in_rotation, late.down), (unprepared.dead_in_rotation, unprepared.down));
    let alone = played(Some(Events { neighbours: 0.0, ..events(true) }), pauses(4 * SECOND));
    assert_eq!(alone.down, 9 * (4 * SECOND + 9 * MINUTE) as i128);
}

#[test]
fn mt_06_who_is_told_long_before_the_wave_begins_prepares_before_it_does() {
    // The first rack of each zone half an hour after the zone's turn comes, and told of it an hour ahead: 54 min idle.
    let told = Events { reboot_notice: ms(HOUR), ..events(false) };
    let maintained = |design| {
        with(design, Maintenance { events: Some(told), self_service: owner(12 * HOUR), ..Maintenance::default() })
    };
    let idle = |script: &Script, capacity: u32| script.play(maintained(design(&[1], capacity, capacity))).classes.down;
    // Nobody can be spared: the owner leaves them all to the platform.
    assert_eq!(idle(&script(restarts(), &[]), 4), i128::from(4 * (25 + 54) * MINUTE));
    // A wave that is through before it begins meets nobody again.
    let alone =
        Script { outages: vec![(0, 0, 1, DAY, DAY + HOUR)], topology: topology(1, 1, 2), ..script(restarts(), &[]) };
    assert_eq!(idle(&alone, 2), i128::from(2 * (25 + 54) * MINUTE));
    let seen = hits(&sightings(&alone, maintained(design(&[1], 2, 2)), 1));
    assert!(seen.iter().all(|(t, _)| *t == SimTime::from_ms(DAY - 24 * MINUTE)), "{seen:?}");
}

#[test]
fn mt_07_an_event_starts_when_it_is_approved_or_at_its_announced_time() {
    let begins = |events| {
        hits(&sightings(
            &script(restarts(), &[]),
            with(design(&[1, 2, 3], 9, 1), Maintenance { events, ..Maintenance::default() }),
            3,
        ))
    };
    let (hit, told) = (begins(None), begins(Some(events(true))));
    assert!(hit.iter().zip(&told).all(|(hit, told)| hit.1 == told.1 && hit.0.since(told.0) == ms(9 * MINUTE)));
}

fn owner(window: u64) -> Option<SelfService> {
    Some(SelfService { window: ms(window), redeploy: constant(5 * MINUTE), again: ms(HOUR), office: None })
}

#[test]
fn mt_03_hl_09_owners_redeploy_machine_by_machine_ahead_of_the_wave() {
    let script = Script { outages: vec![(0, 0, 12, 5 * DAY, 7 * DAY)], ..script(restarts(), &[]) };
    let maintained = |need| {
        with(design(&[1, 2, 3], 9, need), Maintenance { self_service: owner(4 * DAY), ..Maintenance::default() })
    };
    let seen = sightings(&script, maintained(8), 1);
    assert_eq!(hits(&seen).len(), 9);
    assert!(hits(&seen).iter().all(|(t, _)| (DAY..5 * DAY).contains(&t.as_ms())));
    assert!(down_together(&seen).iter().all(|down| down.len() <= 1));
    assert_eq!(script.play(maintained(8)).classes.down as u64, 9 * 5 * MINUTE);
    // Nobody can be spared: the platform restarts them all.
    assert_eq!(script.play(maintained(9)).classes.down as u64, 9 * 25 * MINUTE);
}

#[test]
fn mt_03_a_machine_that_cannot_be_spared_holds_up_nobody_behind_it() {
    // The first rack is dark from day 1 until after the wave of day 5: its machine cannot be moved, the other eight can.
    let outages = vec![(0, 0, 12, 5 * DAY, 7 * DAY), (1, 0, 1, DAY / 2, 8 * DAY)];
    let script = Script { outages, ..script(restarts(), &[]) };
    let owned = with(design(&[1, 2, 3], 9, 7), Maintenance { self_service: owner(4 * DAY), ..Maintenance::default() });
    let seen = hits(&sightings(&script, owned, 1));
    assert!(seen.iter().all(|(t, _)| (DAY..5 * DAY).contains(&t.as_ms())), "{seen:?}");
    assert_eq!(seen.len(), 8);
}

#[test]
fn mt_03_what_was_redeployed_before_the_trial_is_done() {
    let script = script(restarts(), &[]);
    let design = with(design(&[1, 2, 3], 9, 8), Maintenance { self_service: owner(2 * DAY), ..Maintenance::default() });
    let ledger = script.play(design);
    // The wave begins on day 1: half of the window was before the trial; the fifth of nine is redeployed at its beginning.
    assert_eq!(ledger.classes.down as u64, 5 * 5 * MINUTE);
}

#[test]
fn mt_05_a_configuration_holds_pauses_until_its_window_and_takes_all_at_once() {
    let windows = Some(Windows { first: SimTime::from_ms(4 * DAY), every: ms(7 * DAY) });
    let sets = vec![OfSet { update_domains: 0, windows }];
    let maintenance = Maintenance { sets, ..Maintenance::default() };
    let seen = sightings(&script(pauses(4 * SECOND), &[]), with(design(&[1, 2, 3], 9, 1), maintenance.clone()), 1);
    assert_eq!(hits(&seen).len(), 9);
    assert!(hits(&seen).iter().all(|&(t, _)| t == SimTime::from_ms(4 * DAY)));
    // Restarts are not its business.
    let seen = sightings(&script(restarts(), &[]), with(design(&[1, 2, 3], 9, 1), maintenance), 1);
    assert!(hits(&seen).iter().all(|&(t, _)| t < SimTime::from_ms(4 * DAY)));
}

/// Mean and its standard error over trials of a year.
fn mean(modes: &[Mode], trials: u64, of: impl Fn(&Ledger) -> f64) -> (f64, f64) {
    mean_over(365 * DAY, design(&[1], 1, 1), modes, trials, of)
}

/// The same over trials of some length.
fn mean_over(length: u64, design: Design, modes: &[Mode], trials: u64, of: impl Fn(&Ledger) -> f64) -> (f64, f64) {
    let topology = topology(3, 4, 2);
    let designs = [design];
    let people = population(&designs, &topology);
    let measure = Arc::new(measure(length, length));
    let mut strikes = Strikes::new(&profile(modes.to_vec()), &topology, people, ms(length));
    let [design] = designs;
    let mut world = World::new(Arc::new(design), measure, topology, &strikes);
    let values: Vec<f64> =
        (0..trials).map(|trial| of(&play(&mut strikes, &mut world, Key::root(trial), None))).collect();
    let mean = values.iter().sum::<f64>() / trials as f64;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (trials - 1) as f64;
    (mean, (variance / trials as f64).sqrt())
}

#[test]
fn mt_12_a_machine_is_met_as_often_as_its_rate_says_and_is_down_for_rate_times_length() {
    // Four a year, each 30 s; the wave of a region takes more than two days, and that makes none rarer.
    let often = Mode {
        time_to_failure: zonefall_engine::Law::exponential(365.0 * DAY as f64 / 4.0).unwrap(),
        ..pauses(30 * SECOND)
    };
    let (hits, error) = mean(std::slice::from_ref(&often), 20_000, |ledger| ledger.machine_failures as f64);
    assert!((hits - 4.0).abs() < 4.0 * error, "{hits} ± {error}");
    let (missed, error) = mean(std::slice::from_ref(&often), 20_000, |ledger| ledger.missed_ms as f64);
    assert!((missed - 4.0 * 30.0 * SECOND as f64).abs() < 4.0 * error, "{missed} ± {error}");
}

#[test]
fn mt_12_nothing_is_drawn_for_a_design_without_maintenance() {
    let (plain, modes) = (design(&[1, 2, 3], 9, 8), vec![mode("zone", Scope::Zone)]);
    let mut more = modes.clone();
    more.push(restarts());
    let missed = |modes: Vec<Mode>| {
        let script = Script::new(topology(3, 4, 2), modes, 365 * DAY);
        hits(&sightings(&script, plain.clone(), 5))
    };
    assert_eq!(missed(modes), missed(more), "other modes strike at the same instants");
}

#[test]
fn mt_03_owners_redeploy_ahead_of_waves_that_come_after_the_horizon() {
    // Four a year; a machine is redeployed in the middle of a window of 35 days, or of 80, ahead of each wave, whatever others are
    // announced: within 60 days as often as waves come, though many of those that it is for begin later.
    let often =
        Mode { time_to_failure: zonefall_engine::Law::exponential(365.0 * DAY as f64 / 4.0).unwrap(), ..restarts() };
    for window in [35, 80] {
        let ahead = Maintenance { self_service: owner(window * DAY), ..Maintenance::default() };
        let design = with(design(&[1], 1, 0), ahead);
        let of = |ledger: &Ledger| ledger.classes.down as f64 / (5 * MINUTE) as f64;
        let (hits, error) = mean_over(60 * DAY, design, std::slice::from_ref(&often), 20_000, of);
        assert!((hits - 4.0 * 60.0 / 365.0).abs() < 4.0 * error, "{window}: {hits} ± {error}");
    }
}

#[test]
fn mt_12_what_comes_after_the_horizon_moves_nothing_before() {
    // A year, and its first 60 days alone: the same machines go down at the same instants.
    let often =
        Mode { time_to_failure: zonefall_engine::Law::exponential(365.0 * DAY as f64 / 40.0).unwrap(), ..restarts() };
    for trial in 0..20 {
        let seen = |days: u64| {
            let script = Script::new(topology(3, 4, 2), vec![often.clone()], days * DAY);
            let mut hits = hits(&sightings(&script, design(&[1, 2, 3], 9, 1), trial));
            hits.retain(|(t, _)| *t < SimTime::from_ms(60 * DAY));
            hits
        };
        assert_eq!(seen(60), seen(365), "{trial}");
    }
}
