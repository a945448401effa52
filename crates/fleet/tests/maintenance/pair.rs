//! DR-06, MT-02: of a pair of regions one is updated at a time, however long its restarts take and whatever holds it up.

use super::*;
use zonefall_faults::{Event, RackOutage};
use zonefall_topology::{Region, RegionId, Topology, ZoneId};

/// Two regions of three zones of two racks.
fn pair() -> Arc<Topology> {
    let region =
        |name: &str| Region { name: name.into(), zones: 3, halls_per_zone: 1, racks_per_zone: 2, hosts_per_rack: 4 };
    Arc::new(Topology::new(vec![region("east"), region("west")]).unwrap())
}

/// Twelve machines in each.
fn in_both() -> Design {
    let mut both = design(&[1, 2, 3], 12, 1);
    let mut west = both.sets[0].clone();
    (west.name, west.region) = ("west".into(), RegionId(1));
    west.zones = [3, 4, 5].map(ZoneId).to_vec();
    both.sets.push(west);
    both
}

/// The instants at which machines of each region go down.
fn by_region(of: &[Sighting]) -> [Vec<SimTime>; 2] {
    let hit = hits(of);
    [0, 1].map(|region| hit.iter().filter(|(_, at)| at.zone.0 / 3 == region).map(|&(t, _)| t).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn dr_06_mt_02_two_regions_of_a_pair_are_never_out_together(trial in 0_u64..1000, hours in 1_u64..24) {
        let law = zonefall_engine::Law::exponential(20.0 * DAY as f64).unwrap();
        let often = Mode { time_to_failure: law, ..waves("restart", Effect::Down, hours * HOUR) };
        let seen = sightings(&Script::new(pair(), vec![often], 365 * DAY), in_both(), trial);
        prop_assert!(by_region(&seen).iter().all(|of| of.len() >= 12));
        for down in down_together(&seen) {
            let regions: BTreeSet<u32> = zones(&down).iter().map(|zone| zone / 3).collect();
            prop_assert!(regions.len() <= 1, "{down:?}");
        }
    }
}

#[test]
fn dr_06_mt_02_what_holds_up_one_region_holds_up_the_other() {
    // The wave begins on day 1; three zones of an hour with two days between them, and a day until the other region.
    let west = 4 * DAY + 3 * HOUR;
    let mut storm = Storm::default();
    let mut event = |parent, first_rack, (start, end)| {
        let (start, end) = (SimTime::from_ms(start), SimTime::from_ms(end));
        let event = storm.add_event(Event { cause: 0, parent, start, end });
        storm.outages.push(RackOutage { event, first_rack, racks: 6, start, end });
        event
    };
    let first = event(None, 0, (DAY, 3 * DAY + 3 * HOUR));
    event(Some(first), 6, (west, west + 2 * DAY + 3 * HOUR));
    // All of the first region's third zone is out for ten days when its turn may have come.
    let (start, end) = (SimTime::from_ms(3 * DAY), SimTime::from_ms(13 * DAY));
    let dark = storm.add_event(Event { cause: 1, parent: None, start, end });
    storm.outages.push(RackOutage { event: dark, first_rack: 0, racks: 1, start, end });
    storm.outages.sort_by_key(|outage| outage.start);
    let modes = vec![restarts(), mode("rack", Scope::Rack)];
    let script = Script::new(pair(), modes, 40 * DAY);
    let health = Some(HealthStop { above_milli: 50, again: ms(30 * MINUTE), patience: ms(30 * DAY) });
    let late = sightings_of(Some(storm), &script, with(in_both(), Maintenance { health, ..Maintenance::default() }), 1);
    let [east, west] = by_region(&late);
    let (last, next) = (*east.last().unwrap(), west[0]);
    assert!(last > SimTime::from_ms(13 * DAY), "{last:?}");
    // What is left of its plan, and a day; a look every half hour.
    assert!(next.since(last) >= ms(DAY + 30 * MINUTE) && next.since(last) <= ms(2 * DAY), "{last:?} {next:?}");
}
