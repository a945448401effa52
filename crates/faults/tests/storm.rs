//! Storms: their bits, which no new kind of event may move.
mod common;

use common::{rich_profile, topology, years};
use zonefall_engine::{Key, SimTime};
use zonefall_faults::*;

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
