//! DR-07: a warm standby serves with what runs of it, and grows.

use super::*;

/// Zones as strikes on racks: the first part stands in one, the second in the other.
fn play_zones(design: Design, outages: &[(u16, u64, u64)], dies: &[(u64, u64)]) -> Ledger {
    let modes = vec![mode("east", Scope::Zone), mode("west", Scope::Zone), mode("guest", Scope::Instance)];
    let dark = |&(zone, start, end): &(u16, u64, u64)| (zone - EAST, u32::from(zone - EAST) * 4, 4, start, end);
    let outages: Vec<Scripted> = outages.iter().map(dark).collect();
    // The first machine of the second part.
    let dies: Vec<(u32, u32, u64, u64)> = dies.iter().map(|&(start, end)| (0, 10, start, end)).collect();
    Script::new(topology(2, 4, 8), modes, DAY).outages(&outages).units(&dies).play(design)
}

/// Two sets of ten, each a part that needs this, of which three of the second serve at once and all in ten minutes.
fn warm(least: Least, change: impl FnOnce(&mut Standby)) -> Design {
    let mut warm = standby();
    (warm.ready, warm.sent_at_once, warm.running_milli) = (constant(10 * MINUTE), true, 300);
    change(&mut warm);
    let mut design = two_sets(warm);
    for node in &mut structure(&mut design).nodes {
        if let Part::Sets(_, of) = &mut node.part {
            *of = least;
        }
    }
    design
}

fn structure(design: &mut Design) -> &mut Structure {
    let Need::Parts(service) = &mut design.need else { unreachable!("a service of parts") };
    Arc::make_mut(service)
}

const SERVED: Least = Least::Served(99, 100);

#[test]
fn dr_07_a_warm_standby_serves_what_it_can_while_it_grows() {
    let mut design = warm(SERVED, |_| {});
    design.demand = Some(Demand::constant(8000));
    let ledger = play_zones(design, &[(EAST, HOUR, 2 * HOUR)], &[]);
    assert_eq!(ledger.outages_ms, [12 * MINUTE]);
    // Nobody for two minutes, three of ten machines for ten.
    let lost = 8000 * 2 * MINUTE + 5000 * 10 * MINUTE;
    assert_eq!(ledger.offered - ledger.served, i128::from(lost));
}

#[test]
fn dr_07_of_a_warm_standby_whole_machines_run_by_what_they_serve_as_by_their_number() {
    // A share of 0.25 of ten are three machines, not 2.5, whoever counts.
    let quarter = |least| warm(least, |of| of.running_milli = 250);
    let of_demand = |milli: u64| Design { demand: Some(Demand::constant(milli)), ..quarter(SERVED) };
    let evenly = |mut design: Design| {
        design.service.spreads_evenly = true;
        design
    };
    for design in [of_demand(3000), quarter(Least::Serving(3)), evenly(of_demand(3000))] {
        let ledger = play_zones(design, &[(EAST, HOUR, 2 * HOUR)], &[]);
        assert_eq!(ledger.outages_ms, [2 * MINUTE]);
        // Nobody is served for two minutes, if anybody asks.
        let asked = ledger.offered / i128::from(DAY);
        assert_eq!(ledger.offered - ledger.served, asked * i128::from(2 * MINUTE));
    }
    assert_eq!(play_zones(quarter(Least::Serving(4)), &[(EAST, HOUR, 2 * HOUR)], &[]).outages_ms, [12 * MINUTE]);
}

#[test]
fn dr_07_a_warm_standby_holds_as_soon_as_what_runs_of_it_is_enough() {
    // Three machines of 1 request a second are 99 % of 3.03; by number they are three.
    let of_demand = |milli: u64| Design { demand: Some(Demand::constant(milli)), ..warm(SERVED, |_| {}) };
    let enough = [of_demand(3030), warm(Least::Serving(3), |_| {})];
    let too_few = [of_demand(3031), warm(Least::Serving(4), |_| {})];
    for (designs, minutes) in [(enough, 2), (too_few, 12)] {
        for design in designs {
            let ledger = play_zones(design, &[(EAST, HOUR, 2 * HOUR)], &[]);
            assert_eq!(ledger.outages_ms, [minutes * MINUTE]);
            assert_eq!(ledger.missed_by_cause_ms[FAILOVER], minutes * MINUTE);
        }
    }
}

#[test]
fn dr_07_a_machine_less_of_what_runs_may_be_one_too_few() {
    let dies = [(HOUR + 5 * MINUTE, HOUR + 7 * MINUTE)];
    let missed = |design: Design| play_zones(design, &[(EAST, HOUR, 2 * HOUR)], &dies).outages_ms;
    // 2.7 machines serve 89 % of 3.03 requests a second, and the third still runs for somebody.
    let design = Design { demand: Some(Demand::constant(3030)), ..warm(SERVED, |_| {}) };
    assert_eq!(missed(design), [2 * MINUTE, 2 * MINUTE]);
    assert_eq!(missed(warm(Least::Serving(3), |_| {})), [2 * MINUTE]);
    // The demand rises to more than runs, and falls again.
    let step =
        |minute: u64, milli: u64| Step { from: SimTime::from_ms(HOUR + minute * MINUTE), per_second_milli: milli };
    let mut design = warm(SERVED, |_| {});
    design.demand = Some(Demand::course(3000, vec![step(4, 6000), step(6, 3000)], None));
    assert_eq!(play_zones(design, &[(EAST, HOUR, 2 * HOUR)], &[]).outages_ms, [2 * MINUTE, 2 * MINUTE]);
}

#[test]
fn dr_07_what_runs_is_looked_for_behind_other_parts() {
    // A database in series with the machines of the standby is there as a whole.
    let behind = |least: u32| {
        let mut design = warm(Least::Serving(least), |_| {});
        let service = structure(&mut design);
        let both = Part::Group { parts: vec![1, 2], least: 2 };
        service.nodes.insert(2, component("west"));
        service.nodes.insert(3, Node { name: "west and db".into(), part: both, promise: None });
        service.nodes[4].part = Part::Group { parts: vec![0, 3], least: 1 };
        service.failovers[0].node = 4;
        play_zones(design, &[(EAST, HOUR, 2 * HOUR)], &[]).outages_ms
    };
    assert_eq!((behind(3), behind(4)), (vec![2 * MINUTE], vec![12 * MINUTE]));
}

#[test]
fn dr_07_a_warm_standby_that_fails_while_it_grows_grows_anew_when_it_is_back() {
    let of = || warm(Least::Serving(6), |standby| standby.failback = None);
    let outages = [(EAST, HOUR, 20 * HOUR), (WEST, HOUR + 5 * MINUTE, HOUR + 9 * MINUTE)];
    // Seen to be out from the seventh minute to the ninth.
    assert_eq!(play_zones(of(), &outages, &[]).outages_ms, [19 * MINUTE]);
    // What nobody sees stops nothing.
    let outages = [(EAST, HOUR, 20 * HOUR), (WEST, HOUR + 5 * MINUTE, HOUR + 6 * MINUTE)];
    assert_eq!(play_zones(of(), &outages, &[]).outages_ms, [12 * MINUTE]);
}

#[test]
fn dr_03_dr_04_clients_go_back_from_a_standby_that_finds_no_room() {
    let refused = |after: u64| {
        warm(Least::Serving(6), |standby| {
            standby.capacity_risk = 1.0;
            standby.failback = Some(Failback { after: constant(after), outage: constant(0), by_operator: false });
        })
    };
    let ledger = play_zones(refused(0), &[(EAST, HOUR, 2 * HOUR)], &[]);
    assert_eq!((ledger.outages_ms.as_slice(), count(&ledger, Operation::Failbacks)), ([HOUR].as_slice(), 1));
    // Room is asked for all the while, every minute from the twelfth on.
    let ledger = play_zones(refused(HOUR), &[(EAST, HOUR, 2 * HOUR)], &[]);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::FailoversRefused)), (2 * HOUR, 108));
}

#[test]
fn the_first_part_is_all_there_when_it_takes_over_from_a_standby_that_fails() {
    let outages = [(EAST, HOUR, 2 * HOUR), (WEST, 5 * HOUR, 6 * HOUR)];
    let ledger = play_zones(warm(Least::Serving(6), |standby| standby.failback = None), &outages, &[]);
    assert_eq!(ledger.outages_ms, [12 * MINUTE, 2 * MINUTE]);
}
