//! Who answers for what is missed when more than one part of a failover group lacks something.

use super::*;

const Z: usize = 0;
const W: usize = 1;
const OVERLOAD: usize = 2 + 2;

/// East in the zones 0 and 2 and west in 1 and 3, of so many machines each, and so much demand in machines' worth of it.
fn regions(machines: [u32; 2], demand: u64) -> Design {
    let mut design = two_sets_that_serve();
    for (set, (zone, capacity)) in design.sets.iter_mut().zip([0, 1].into_iter().zip(machines)) {
        (set.zones, set.capacity) = (vec![ZoneId(zone), ZoneId(zone + 2)], capacity);
    }
    design.demand = Some(Demand::constant(demand * 1000));
    design
}

fn active(mut design: Design) -> Design {
    let Need::Parts(service) = &mut design.need else { unreachable!("a service of parts") };
    Arc::make_mut(service).failovers[0].pattern = Pattern::ActiveActive { weights: vec![1, 1] };
    design
}

/// Zones that a cause takes for some hours.
fn live(design: Design, outages: &[(usize, u32, u64, u64)]) -> Ledger {
    let outage =
        |&(cause, zone, from, to): &(usize, u32, u64, u64)| (cause as u16, zone * 4, 4, from * HOUR, to * HOUR);
    let outages: Vec<Scripted> = outages.iter().map(outage).collect();
    let modes = ["z", "w"].map(|name| mode(name, Scope::Zone));
    Script::new(topology(4, 4, 8), modes.to_vec(), DAY).outages(&outages).play(design)
}

/// All of east, by one cause.
const EAST_OUT: [(usize, u32, u64, u64); 2] = [(Z, 0, 1, 6), (Z, 2, 1, 6)];

/// Missed by `z`, by `w`, by overload and while failing over.
fn charged(ledger: &Ledger) -> [u64; 4] {
    let by = &ledger.missed_by_cause_ms;
    assert_eq!(by.iter().sum::<u64>(), ledger.missed_ms);
    [by[Z], by[W], by[OVERLOAD], *by.last().unwrap()]
}

#[test]
fn what_is_out_of_the_part_that_others_have_come_to_answers_beside_what_has_sent_them() {
    let half_of_west = |machines| live(regions([10, machines], 8), &[EAST_OUT[0], EAST_OUT[1], (W, 1, 3, 4)]);
    // Either alone would have been served: as much for each as where both are out as a whole.
    let ledger = half_of_west(10);
    assert_eq!(ledger.outages_ms, [3 * MINUTE, HOUR]);
    assert_eq!(charged(&ledger), [HOUR / 2, HOUR / 2, 0, 3 * MINUTE]);
    let whole = live(regions([10, 10], 8), &[EAST_OUT[0], EAST_OUT[1], (W, 1, 3, 4), (W, 3, 3, 4)]);
    assert_eq!(charged(&whole), charged(&ledger));
    // Of six machines three are out, and 1.92 would be too few with all of them: west answers for 3 / 4.92 of what east does.
    let ledger = half_of_west(6);
    assert_eq!(ledger.outages_ms, [5 * HOUR]);
    let w = HOUR * 300 / (300 + 492);
    assert_eq!(charged(&ledger), [5 * HOUR - w, w, 0, 0]);
    // Active parts too: half of the clients are at home in west, for whom five machines would do.
    let ledger = live(active(regions([10, 10], 8)), &[EAST_OUT[0], EAST_OUT[1], (W, 1, 3, 4)]);
    assert_eq!(charged(&ledger), [HOUR / 2, HOUR / 2, 0, 2 * MINUTE]);
}

#[test]
fn a_standby_that_nobody_is_sent_to_answers_for_nothing() {
    let half_of_east = |west: u32, demand: u64| live(regions([10, west], demand), &[(Z, 0, 1, 7)]);
    for west in [10, 6, 1] {
        assert_eq!(charged(&half_of_east(west, 8)), [6 * HOUR, 0, 0, 0], "{west}");
    }
    // Neither does what is out of it.
    let ledger = live(regions([10, 10], 8), &[(Z, 0, 1, 7), (W, 1, 2, 5)]);
    assert_eq!(charged(&ledger), [6 * HOUR, 0, 0, 0]);
}

#[test]
fn overload_is_what_would_be_too_much_with_everything_up_as_for_one_set() {
    // Twelve of ten: 11.88 are needed, and five of ten withheld.
    let z = 6 * HOUR * 500 / (500 + 188);
    let expected = [z, 0, DAY - z, 0];
    let mut single = regions([10, 10], 12);
    single.sets.truncate(1);
    single.need = Need::Served(99, 100);
    assert_eq!(charged(&live(single, &[(Z, 0, 1, 7)])), expected);
    for west in [11, 6] {
        assert_eq!(charged(&live(regions([10, west], 12), &[(Z, 0, 1, 7)])), expected, "{west}");
    }
    // Seven each of six, 0.93 too many: with east out 7.86 are too many for west, of which 6.93 are what east should serve.
    let ledger = live(active(regions([6, 6], 14)), &EAST_OUT);
    let z = |of: u64, west: u64| of * 786 / (786 + west) * 600 / 693;
    let z = z(2 * MINUTE, 786) + z(5 * HOUR - 2 * MINUTE, 93);
    assert_eq!(charged(&ledger), [z, 0, DAY - z, 0]);
}
