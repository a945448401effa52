//! DR-04, ZN-06: people who send clients elsewhere although some machines still answer.

use super::*;
use zonefall_fleet::management::Lack;

const HALF: Lack = Lack::CapacityLost(500);

/// Two sets of ten of which the first stands in two zones, a demand of eight, and people who look at what is lost: five
/// minutes until it is told, five to notice, ten to act, one to get ready.
fn watched(lack: Option<Lack>) -> Design {
    let mut design = two_sets_that_serve();
    design.sets[0].zones = vec![ZoneId(0), ZoneId(2)];
    design.demand = Some(Demand::constant(8000));
    let alarm = lack.map(|lack| Alarm { lack, lasting: SimDuration::from_ms(5 * MINUTE) });
    group_of(&mut design).operator = Some(Operator { alarm, ..people() });
    design
}

/// Zones of four racks that are out: the first and the third are east, the second is west.
fn live(design: Design, outages: &[(u32, u64, u64)]) -> Ledger {
    let outages: Vec<Scripted> = outages.iter().map(|&(zone, start, end)| (0, zone * 4, 4, start, end)).collect();
    Script::new(topology(3, 4, 8), vec![mode("zone", Scope::Zone)], DAY).outages(&outages).play(design)
}

fn moves(ledger: &Ledger) -> [u64; 3] {
    [Operation::FailoversBegun, Operation::Failovers, Operation::Failbacks].map(|of| count(ledger, of))
}

#[test]
fn dr_04_zn_06_people_send_clients_elsewhere_though_half_of_the_machines_answer() {
    let outage = [(0, HOUR, 7 * HOUR)];
    // Nobody looks: a router sees a part that answers.
    let ledger = live(watched(None), &outage);
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[0], moves(&ledger)), (6 * HOUR, 6 * HOUR, [0; 3]));
    // Three of eight thousand are not served until somebody has acted.
    for lack in [HALF, Lack::ServingBelow(6)] {
        let ledger = live(watched(Some(lack)), &outage);
        assert_eq!(ledger.outages_ms, [21 * MINUTE]);
        assert_eq!((ledger.missed_by_cause_ms.last(), moves(&ledger)), (Some(&(21 * MINUTE)), [1; 3]));
        assert_eq!(ledger.offered - ledger.served, i128::from(3000 * 21 * MINUTE));
    }
    // Five of ten are not more than that, and not fewer than five.
    for lack in [Lack::CapacityLost(501), Lack::ServingBelow(5)] {
        assert_eq!(live(watched(Some(lack)), &outage).missed_ms, 6 * HOUR);
    }
}

#[test]
fn dr_04_clients_go_back_when_nothing_has_been_missing_for_as_long_and_protection_is_turned_round() {
    // Back at five hours, out again three minutes later until six: gone back at 6:05 and 30 minutes after that, for which
    // two minutes are lost.
    let mut design = watched(Some(HALF));
    group_of(&mut design).failback =
        Some(Failback { after: constant(30 * MINUTE), outage: constant(2 * MINUTE), by_operator: false });
    let flapping = [(0, HOUR, 5 * HOUR), (0, 5 * HOUR + 3 * MINUTE, 6 * HOUR)];
    let west = |from: u64| (1, 6 * HOUR + from * MINUTE, 6 * HOUR + (from + 1) * MINUTE);
    let ledger = live(design.clone(), &flapping);
    assert_eq!((ledger.outages_ms.clone(), moves(&ledger)), (vec![21 * MINUTE, 2 * MINUTE], [1; 3]));
    // Clients are at west in the 34th minute, and are gone back after the 37th.
    let missed = |minute: u64| live(design.clone(), &[flapping[0], flapping[1], west(minute)]).missed_ms;
    assert_eq!((missed(33), missed(37)), (24 * MINUTE, 23 * MINUTE));
}

#[test]
fn zn_06_what_lasts_less_than_the_alarm_needs_moves_nobody() {
    let blips = [60, 65, 70].map(|at| (0, at * MINUTE, (at + 4) * MINUTE));
    let ledger = live(watched(Some(HALF)), &blips);
    assert_eq!((ledger.missed_ms, moves(&ledger)), (12 * MINUTE, [0; 3]));
    // Over for five minutes while somebody is at it: called off.
    let ledger = live(watched(Some(HALF)), &[(0, HOUR, HOUR + 14 * MINUTE)]);
    assert_eq!((ledger.missed_ms, moves(&ledger)), (14 * MINUTE, [1, 0, 0]));
}

#[test]
fn zn_06_people_go_on_with_what_comes_and_goes() {
    // Fourteen minutes of fifteen, for three hours: the alarm stays up, and somebody has acted at 1:20.
    let flaps: Vec<(u32, u64, u64)> =
        (0..12).map(|at| (0, HOUR + at * 15 * MINUTE, HOUR + (at * 15 + 14) * MINUTE)).collect();
    let ledger = live(watched(Some(HALF)), &flaps);
    assert_eq!((ledger.missed_ms, moves(&ledger)), (20 * MINUTE, [1; 3]));
}

#[test]
fn dr_04_a_part_that_lacks_as_much_is_gone_to_only_from_one_that_is_out() {
    let mut design = watched(Some(HALF));
    design.sets[1].zones = vec![ZoneId(1), ZoneId(3)];
    let play = |outages: &[(u32, u64, u64)]| {
        let outages: Vec<Scripted> = outages.iter().map(|&(zone, from, to)| (0, zone * 4, 4, from, to)).collect();
        Script::new(topology(4, 4, 8), vec![mode("zone", Scope::Zone)], DAY).outages(&outages).play(design.clone())
    };
    // Half of either: nowhere to go, until west is back and has been for five minutes.
    let halves = [(0, HOUR, 6 * HOUR), (1, HOUR, 3 * HOUR)];
    let ledger = play(&halves);
    assert_eq!((ledger.missed_ms, moves(&ledger)), (2 * HOUR + 21 * MINUTE, [1; 3]));
    // East goes out as a whole at two: seen two minutes later, and half of west is better than nothing.
    let ledger = play(&[halves[0], halves[1], (2, 2 * HOUR, 6 * HOUR)]);
    assert_eq!((ledger.missed_ms, moves(&ledger)), (2 * HOUR, [1; 3]));
    assert_eq!(ledger.offered - ledger.served, i128::from(3000 * HOUR + 8000 * 18 * MINUTE + 3000 * 42 * MINUTE));
}

#[test]
fn tm_02_clients_who_leave_a_part_that_is_too_small_relieve_it_up_to_the_last() {
    let mut design = watched(Some(HALF));
    let Need::Parts(service) = &mut design.need else { unreachable!("a service of parts") };
    Arc::make_mut(service).failovers[0].spread = SimDuration::from_ms(10 * MINUTE);
    // East serves 99 % of what comes from 5000 / (0.99 x 8000) of all clients on: at the sixth step of sixteen.
    let ledger = live(design, &[(0, HOUR, 7 * HOUR)]);
    assert_eq!(ledger.outages_ms, [21 * MINUTE + 206_250]);
}

#[test]
fn dr_04_people_who_are_at_sending_clients_back_go_on_with_it_when_the_standby_fails() {
    // Half of east until seven: the alarm is over at 7:05, protection turned round some minutes later, and in ten more somebody has
    // sent clients back, which nobody is served for so long.
    let back = |after: u64, outage: u64, lost: (u64, u64)| {
        let mut design = watched(Some(HALF));
        group_of(&mut design).failback =
            Some(Failback { after: constant(after * MINUTE), outage: constant(outage * MINUTE), by_operator: true });
        let west = (1, 7 * HOUR + lost.0 * MINUTE, 7 * HOUR + lost.1 * MINUTE);
        let ledger = live(design, &[(0, HOUR, 7 * HOUR), west]);
        assert_eq!(ledger.outages_ms[0], 21 * MINUTE);
        (ledger.outages_ms[1..].to_vec(), moves(&ledger))
    };
    let minutes = |minutes: u64| vec![minutes * MINUTE];
    // West is lost at 7:08: clients are back at 7:15 as if it was not, and in east already when it is lost after that.
    assert_eq!(back(0, 0, (8, 90)), (minutes(7), [1; 3]));
    assert_eq!(back(0, 0, (16, 90)), (vec![], [1; 3]));
    // It is there again at 7:12, which is seen at once, and nobody has begun anew.
    assert_eq!(back(0, 0, (8, 12)), (minutes(4), [1; 3]));
    // Protection would be turned round at 7:10. West is lost before: seen at 7:10, and sixteen minutes for a failover to east.
    assert_eq!(back(5, 0, (8, 90)), (minutes(18), [2, 2, 0]));
    assert_eq!(back(5, 0, (11, 90)), (minutes(9), [1; 3]));
    // Going back takes until 7:26 or more by itself: as long as the failover, and longer.
    assert_eq!(back(0, 11, (8, 90)), (minutes(18), [1; 3]));
    assert_eq!(back(0, 12, (8, 90)), (minutes(18), [2, 2, 0]));
}

#[test]
fn dr_04_tm_02_clients_who_are_not_gone_back_yet_stay_when_the_first_part_fails_again() {
    let mut design = watched(Some(HALF));
    let Need::Parts(service) = &mut design.need else { unreachable!("a service of parts") };
    Arc::make_mut(service).failovers[0].spread = SimDuration::from_ms(32 * MINUTE);
    (group_of(&mut design).operator, group_of(&mut design).failback) =
        (None, Some(Failback { after: constant(0), outage: constant(0), by_operator: false }));
    // East is out as a whole from one to two, and again five minutes after it is back: clients go back in steps of two minutes at
    // odd minutes. At 2:08, seen and ready, four of sixteen have gone; the others stay, and these come one by one until 2:40.
    let lost = [(0, HOUR, 2 * HOUR), (2, HOUR, 2 * HOUR)];
    let again = [(0, 2 * HOUR + 5 * MINUTE, 4 * HOUR), (2, 2 * HOUR + 5 * MINUTE, 4 * HOUR)];
    let ledger = live(design, &[lost[0], lost[1], again[0], again[1]]);
    assert_eq!((ledger.outages_ms.clone(), moves(&ledger)), (vec![35 * MINUTE, 35 * MINUTE], [2; 3]));
    // Sixteenths of all clients: all of them for 3 and half of 32 minutes; three for two minutes, four for one and half of 32.
    let sixteenths = 16 * (3 + 16) + 3 * 2 + 4 * (1 + 16);
    assert_eq!(ledger.offered - ledger.served, i128::from(500 * sixteenths * MINUTE));
}
