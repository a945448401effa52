//! Storms: their bits, which no new kind of event may move, and the surges that zone events bring.
mod common;

use common::{managed_profile, rich_profile, topology, years};
use zonefall_engine::{Key, Law, Shape, SimDuration, SimTime};
use zonefall_faults::*;
use zonefall_topology::{RackId, Region, Topology, ZoneId};

fn draw(profile: &Profile, trial: u64) -> Storm {
    let horizon = years(4.0);
    let mut storm = Storm::default();
    assert!(StormModes::new(profile, &topology(), horizon).draw(
        trial_key(trial),
        SimTime::ZERO.after(horizon),
        &mut storm
    ));
    storm
}

fn trial_key(trial: u64) -> Key {
    TrialId { seed: 3, trial, lineage: 0 }.key()
}

/// One number for every bit of a storm.
fn digest(storm: &Storm) -> u64 {
    let mut key = Key::root(0);
    let mut add = |a: u64, b: u64| key = key.part(a, b);
    for event in &storm.events {
        add(u64::from(event.cause), event.parent.map_or(u64::MAX, |parent| u64::from(parent.0)));
        add(event.start.as_ms(), event.end.as_ms());
    }
    for outage in &storm.outages {
        add(u64::from(outage.event.0), u64::from(outage.first_rack) << 32 | u64::from(outage.racks));
        add(outage.start.as_ms(), outage.end.as_ms());
    }
    storm.edges.iter().for_each(|&(time, code)| add(time.as_ms(), u64::from(code)));
    for span in storm.control_plane.iter().chain(&storm.allocation) {
        add(u64::from(span.of), u64::from(span.event.0));
        add(span.start.as_ms(), span.end.as_ms());
    }
    key.word(0)
}

#[test]
fn the_bits_of_a_storm_stay() {
    let digests: Vec<u64> = (0..4).map(|trial| digest(&draw(&rich_profile(), trial))).collect();
    assert_eq!(
        digests,
        [12_742_174_591_295_762_151, 3_865_419_690_976_068_969, 14_266_355_062_729_436_786, 3_828_582_248_372_694_403]
    );
}

fn zone_mode(rate: f64, median_hours: f64, surge: Option<Surge>) -> Mode {
    let law = Law::new(Shape::LogNormal(median_hours * 3_600_000.0, 0.9), None).expect("positive");
    let mode = Mode::plain("zone", Scope::Zone, rate, Outage::Law(law)).expect("positive");
    let staged = Some(Staged { main: 0.8, tail: 3.0 });
    Mode { common_cause: 0.2, staged, surge, ..mode }
}

fn only(mode: Mode) -> Profile {
    Profile { name: "one mode".into(), modes: vec![mode] }
}

/// The zones that an event's own outages touch.
fn zones_hit(storm: &Storm, event: EventId) -> Vec<ZoneId> {
    let topology = topology();
    let racks = storm.outages.iter().filter(|outage| outage.event == event);
    let mut zones: Vec<ZoneId> = racks.map(|outage| topology.zone_of(RackId(outage.first_rack))).collect();
    zones.sort_unstable();
    zones.dedup();
    zones
}

#[test]
fn in_07_the_other_zones_are_short_during_a_zone_event() {
    let topology = topology();
    let profile = only(zone_mode(4.0, 6.0, Some(Surge { least: 0.05, greatest: 0.3 })));
    let (mut events, mut alone, mut left) = (0, 0, Vec::new());
    for trial in 0..120 {
        let storm = draw(&profile, trial);
        for (at, event) in storm.events.iter().enumerate().filter(|(_, event)| event.parent.is_none()) {
            let of = EventId(at as u32);
            let children = storm.events.iter().enumerate().filter(|(_, child)| child.parent == Some(of));
            let children: Vec<EventId> = children.map(|(at, _)| EventId(at as u32)).collect();
            if event.start == event.end {
                assert!(children.is_empty(), "its main duration was over when the trial began");
                continue;
            }
            let [child] = children[..] else { panic!("{children:?}") };
            let hit = zones_hit(&storm, of);
            let region = topology.region_of(hit[0]);
            let expected: Vec<ZoneId> = topology.zones_of(region).filter(|zone| !hit.contains(zone)).collect();
            let spans: Vec<&Span> = storm.allocation.iter().filter(|span| span.event == child).collect();
            assert_eq!(spans.iter().map(|span| ZoneId(span.of)).collect::<Vec<_>>(), expected);
            for span in spans {
                assert_eq!((span.start, span.end), (event.start, event.end), "as long as the main duration");
                left.push(f64::from(span.left_milli) / 1000.0);
            }
            (events, alone) = (events + 1, alone + usize::from(hit.len() == 1));
        }
        assert_eq!(storm.allocation.iter().filter(|span| span.left_milli == 0).count(), 0);
    }
    // Of all events 20 % take a second zone: two other zones or one.
    let share = f64::from(alone as u32) / f64::from(events);
    assert!(events > 8000 && (share - 0.8).abs() < 4.0 * (0.16 / f64::from(events)).sqrt(), "{events} {share}");
    // The share left is even between 0.7 and 0.95.
    let n = left.len() as f64;
    left.sort_by(f64::total_cmp);
    assert!(left[0] >= 0.7 && left[left.len() - 1] <= 0.95, "{} {}", left[0], left[left.len() - 1]);
    let gap = |(at, x): (usize, &f64)| ((at as f64 + 0.5) / n - (x - 0.7) / 0.25).abs();
    let furthest = left.iter().enumerate().map(gap).fold(0.0, f64::max);
    // Kolmogorov-Smirnov at one in a thousand, and the grid of thousandths.
    assert!(furthest < 1.95 / n.sqrt() + 0.002, "{furthest} over {n}");
}

#[test]
fn in_07_a_surge_may_leave_nothing_and_a_region_of_one_zone_has_none() {
    let storm = draw(&only(zone_mode(4.0, 6.0, Some(Surge { least: 1.0, greatest: 1.0 }))), 0);
    assert!(storm.allocation.len() > 20 && storm.allocation.iter().all(|span| span.left_milli == 0));
    let region = Region { name: "lone".into(), zones: 1, halls_per_zone: 1, racks_per_zone: 4, hosts_per_rack: 4 };
    let lone = Topology::new(vec![region]).expect("counts are positive");
    let profile = only(zone_mode(4.0, 6.0, Some(Surge { least: 0.1, greatest: 0.2 })));
    let mut storm = Storm::default();
    assert!(StormModes::new(&profile, &lone, years(4.0)).draw(
        trial_key(0),
        SimTime::ZERO.after(years(4.0)),
        &mut storm
    ));
    assert!(!storm.outages.is_empty() && storm.allocation.is_empty());
}

/// The storm as it would be without the children that only make capacity short.
fn without_surges(storm: &Storm) -> Storm {
    let event = |id: EventId| storm.events[id.0 as usize];
    let surges: Vec<EventId> =
        storm.allocation.iter().map(|span| span.event).filter(|&id| event(id).parent.is_some()).collect();
    let kept: Vec<u32> = (0..storm.events.len() as u32).filter(|&at| !surges.contains(&EventId(at))).collect();
    let new = |id: EventId| EventId(kept.binary_search(&id.0).expect("it is kept") as u32);
    let mut left = Storm::default();
    for &at in &kept {
        let event = event(EventId(at));
        left.events.push(Event { parent: event.parent.map(new), ..event });
    }
    left.outages.extend(storm.outages.iter().map(|outage| RackOutage { event: new(outage.event), ..*outage }));
    left.control_plane.extend(storm.control_plane.iter().map(|span| Span { event: new(span.event), ..*span }));
    let own = storm.allocation.iter().filter(|span| !surges.contains(&span.event));
    left.allocation.extend(own.map(|span| Span { event: new(span.event), ..*span }));
    left.settle();
    left
}

#[test]
fn in_07_a_surge_moves_nothing_else_of_a_storm() {
    let with = managed_profile();
    let mut off = with.clone();
    off.modes.iter_mut().for_each(|mode| mode.surge = None);
    for trial in 0..40 {
        let storm = draw(&with, trial);
        assert!(storm.allocation.iter().any(|span| storm.events[span.event.0 as usize].parent.is_some()));
        assert_eq!(without_surges(&storm), draw(&off, trial), "trial {trial}");
    }
}

#[test]
fn al_03_a_degraded_allocation_mode_lets_a_part_of_the_requests_succeed() {
    let law = Outage::Law(Law::exponential(3_600_000.0).expect("positive"));
    let mode = Mode::plain("short", Scope::Allocation, 5.0, law).expect("positive");
    for (effect, left_milli) in [(Effect::Down, 0), (Effect::Degraded(800), 800), (Effect::Degraded(0), 0)] {
        let mode = Mode { effect, ..mode.clone() };
        assert_eq!(mode.check(), []);
        let storm = draw(&only(mode), 0);
        assert!(storm.allocation.len() > 20 && storm.allocation.iter().all(|span| span.left_milli == left_milli));
    }
}

/// A zone that is lost at a stated instant: its length is the stated one, all else is drawn as of any other outage.
#[test]
fn in_02_in_04_in_07_a_stated_outage_is_drawn_but_for_its_length() {
    let (topology, hour) = (topology(), 3_600_000);
    let control_plane = Some(ControlPlaneHit { probability: 0.26, outage: Law::constant(SimDuration::from_ms(hour)) });
    let surge = Some(Surge { least: 0.05, greatest: 0.3 });
    let mode = Mode { common_cause: 0.0, control_plane, ..zone_mode(4.0, 6.0, surge) };
    let mut modes = StormModes::new(&only(mode), &topology, years(1.0));
    let zone = ZoneId(1);
    let (at, lasts) = (SimTime::from_ms(hour), SimDuration::from_ms(10 * hour));
    let racks = topology.racks_of(zone);
    let (mut hits, mut main, mut late, mut whole) = (0, 0, Vec::new(), 0);
    for trial in 0..2000 {
        let mut storm = Storm::default();
        modes.lose_zone(0, zone, (at, lasts), trial_key(trial), &mut storm);
        let mut again = Storm::default();
        modes.lose_zone(0, zone, (at, lasts), trial_key(trial), &mut again);
        storm.settle();
        again.settle();
        assert_eq!(storm, again);
        assert_eq!((storm.events[0].start, storm.events[0].end), (at, at.after(lasts)));
        let mut out: Vec<u32> = storm.outages.iter().map(|outage| outage.first_rack).collect();
        out.sort_unstable();
        assert_eq!(out, racks.clone().collect::<Vec<u32>>());
        whole += out.len();
        hits += storm.control_plane.len();
        for outage in &storm.outages {
            match outage.end == at.after(lasts) {
                true => main += 1,
                false => late.push(outage.end.since(at).as_ms() as f64 / lasts.as_ms() as f64),
            }
        }
        let others: Vec<u32> = storm.allocation.iter().map(|span| span.of).collect();
        let region = topology.region_of(zone);
        let expected: Vec<u32> = topology.zones_of(region).filter(|of| *of != zone).map(|of| of.0).collect();
        assert_eq!(others, expected);
        assert!(storm.allocation.iter().all(|span| (700..=950).contains(&span.left_milli)));
    }
    // Each within 4 standard errors.
    let near = |seen: f64, share: f64, of: f64| (seen / of - share).abs() < 4.0 * (share * (1.0 - share) / of).sqrt();
    assert!(near(hits as f64, 0.26, 2000.0), "{hits}");
    assert!(near(main as f64, 0.8, whole as f64), "{main} of {whole}");
    assert!(late.iter().all(|times| (1.0..=3.0).contains(times)));
    let mean = late.iter().sum::<f64>() / late.len() as f64;
    assert!((mean - 2.0).abs() < 4.0 * (1.0 / 3.0 / late.len() as f64).sqrt(), "{mean}");
}

/// Waves of pauses that meet each region so often a year.
fn pauses(per_year: f64, paired: bool) -> Profile {
    let length = Outage::Law(Law::constant(SimDuration::from_ms(60_000)));
    let mut mode = Mode::plain("pause", Scope::Region, per_year, length).expect("a rate");
    let hours = |hours: u64| SimDuration::from_ms(hours * 3_600_000);
    let wave = Wave { between: hours(1), between_zones: hours(24), overlap_milli: 0, steps_least: 1, paired };
    (mode.effect, mode.kind) = (Effect::Frozen, Kind::Wave(wave));
    assert!(mode.check().is_empty());
    Profile { name: "waves".into(), modes: vec![mode] }
}

#[test]
fn mt_05_waves_before_the_trial_are_as_many_as_within_it() {
    let region =
        |name: &str| Region { name: name.into(), zones: 3, halls_per_zone: 1, racks_per_zone: 4, hosts_per_rack: 2 };
    let topology = Topology::new(vec![region("east"), region("west")]).expect("a world");
    let horizon = SimDuration::from_ms(35 * 24 * 3_600_000);
    for paired in [true, false] {
        let mut modes = StormModes::new(&pauses(6.0, paired), &topology, horizon);
        let (mut storm, trials) = (Storm::default(), 20_000);
        // Of each region: those that began within 35 days before the trial, and within it.
        let (mut before, mut within) = ([0_u32; 2], [0_u32; 2]);
        for trial in 0..trials {
            assert!(modes.draw(trial_key(trial), SimTime::ZERO.after(horizon), &mut storm));
            let region = |rack: u32| usize::from(rack >= 12);
            for past in &storm.past_waves {
                assert!(past.ago < horizon && past.racks == 12);
                before[region(past.first_rack)] += 1;
            }
            for outage in &storm.outages {
                let of = if outage.start == SimTime::ZERO { &mut before } else { &mut within };
                of[region(outage.first_rack)] += u32::from(outage.start.as_ms() < horizon.as_ms());
            }
        }
        let wanted = 6.0 * 35.0 / 365.0 * trials as f64;
        for count in before.into_iter().chain(within) {
            // Waves come more evenly than by chance.
            assert!(
                (f64::from(count) - wanted).abs() < 4.0 * wanted.sqrt(),
                "{paired}: {before:?} {within:?}, wanted {wanted}"
            );
        }
    }
}
