//! A service of parts: what stands with what, who is charged, what the tree makes of it.

use crate::support::*;
use std::sync::Arc;
use zonefall_engine::SimTime;
use zonefall_faults::{Kind, Scope};
use zonefall_fleet::{
    Component, Demand, Design, EXTRA_CAUSES, Footing, Least, Ledger, Need, Node, Part, ScaleSet, Step, Structure,
    Throughput,
};
use zonefall_topology::{RegionId, ZoneId};

const REGION: RegionId = RegionId(0);

pub fn node(name: &str, part: Part) -> Node {
    Node { name: name.into(), part, promise: None }
}

pub fn component(name: &str, footing: Footing) -> Node {
    node(name, Part::Component(Component { cause: Some(name.into()), footing, ceiling: None }))
}

pub fn series(parts: &[u32]) -> Part {
    Part::Group { parts: parts.to_vec(), least: parts.len() as u32 }
}

pub fn any(parts: &[u32]) -> Part {
    Part::Group { parts: parts.to_vec(), least: 1 }
}

/// A design of sets with their zones and machines, and of parts.
pub fn service(sets: &[(&[u32], u32)], nodes: Vec<Node>) -> Design {
    let mut whole = design(&[1], 1, 1);
    let set = |(at, &(zones, capacity)): (usize, &(&[u32], u32))| {
        let [set] = <[ScaleSet; 1]>::try_from(design(zones, capacity, 1).sets).unwrap();
        ScaleSet { name: format!("set{at}"), ..set }
    };
    whole.sets = sets.iter().enumerate().map(set).collect();
    whole.need = Need::Parts(Arc::new(Structure::new(nodes)));
    whole
}

/// Modes: a zone's, a rack's, and those of components.
fn modes(components: &[&str]) -> Vec<zonefall_faults::Mode> {
    let own = components.iter().map(|name| mode(name, Scope::Component));
    [mode("zone", Scope::Zone), mode("rack", Scope::Rack)].into_iter().chain(own).collect()
}

fn script(components: &[&str], outages: &[Scripted]) -> Script {
    Script::new(topology(3, 4, 8), modes(components), DAY).outages(outages)
}

fn charged(ledger: &Ledger) -> Vec<(usize, u64)> {
    let all = ledger.missed_by_cause_ms.iter().enumerate();
    all.filter(|(_, ms)| **ms > 0).map(|(cause, &ms)| (cause, ms / MINUTE)).collect()
}

const ZONE: u16 = 0;
const RACK: u16 = 1;
const FIRST: u16 = 2;

#[test]
fn lb_07_a_zonal_frontend_shares_its_zones_fate_and_a_zone_redundant_one_survives_it() {
    let frontend = |footing| {
        let nodes = vec![
            component("lb", footing),
            node("web", Part::Sets(vec![0], Least::Serving(4))),
            node("all", series(&[0, 1])),
        ];
        service(&[(&[1, 2, 3], 6)], nodes)
    };
    // Zone 1 for an hour, then zones 1 and 2 together, then one rack of zone 1.
    let outages = [
        (ZONE, 0, 4, HOUR, 2 * HOUR),
        (ZONE, 0, 4, 5 * HOUR, 6 * HOUR),
        (ZONE, 4, 4, 5 * HOUR, 6 * HOUR),
        (RACK, 0, 1, 9 * HOUR, 10 * HOUR),
        (RACK, 1, 1, 11 * HOUR, 12 * HOUR),
        (RACK, 2, 1, 13 * HOUR, 14 * HOUR),
        (RACK, 3, 1, 15 * HOUR, 16 * HOUR),
    ];
    let script = script(&["lb"], &outages);
    let missed = |footing| script.play(frontend(footing)).missed_ms / MINUTE;
    // Of six machines four stay when a zone is lost: the machines miss the second outage only.
    assert_eq!(missed(Footing::Global), 60);
    assert_eq!(missed(Footing::Zones { region: REGION, least: 1 }), 60);
    assert_eq!(missed(Footing::Zone(ZoneId(0))), 120);
    assert_eq!(missed(Footing::Zone(ZoneId(2))), 60);
    // A store with a quorum of all three zones misses both.
    assert_eq!(missed(Footing::Zones { region: REGION, least: 3 }), 120);
    assert_eq!(missed(Footing::Region(REGION)), 60);
}

#[test]
fn lb_07_a_zone_that_a_component_survives_answers_for_nothing() {
    let nodes = vec![
        component("db", Footing::Zones { region: REGION, least: 1 }),
        node("web", Part::Sets(vec![0], Least::Serving(2))),
        node("all", series(&[0, 1])),
    ];
    let design = service(&[(&[1, 2, 3], 6)], nodes);
    // Zone 1 is out for three hours, and for one of them the database by itself.
    let one = (ZONE, 0, 4, HOUR, 4 * HOUR);
    let ledger = script(&["db"], &[one, (FIRST, 0, 0, 2 * HOUR, 3 * HOUR)]).play(design.clone());
    assert_eq!(charged(&ledger), [(usize::from(FIRST), 60)]);
    // All three zones are out for an hour, and for half of it the database by itself: of this the zones answer for three quarters, and of
    // the other half for all; so do they for the machines, which half of everything is charged to.
    let all = [(ZONE, 0, 12, 6 * HOUR, 7 * HOUR), (FIRST, 0, 0, 6 * HOUR + HOUR / 2, 7 * HOUR)];
    let ledger = script(&["db"], &all).play(design);
    assert_eq!(ledger.missed_ms, HOUR);
    assert!(ledger.missed_by_cause_ms[usize::from(ZONE)] > 3 * HOUR / 4);
}

#[test]
fn a_components_own_failure_is_a_cause_by_its_name_and_missed_time_is_split_over_what_is_missing() {
    let nodes = vec![
        component("db", Footing::Global),
        node("web", Part::Sets(vec![0], Least::Serving(2))),
        node("all", series(&[0, 1])),
    ];
    let design = service(&[(&[1], 2)], nodes);
    // The database from 1 h to 3 h; the machines' zone from 2 h to 4 h: an hour is missed by both.
    let script = script(&["db"], &[(FIRST, 0, 0, HOUR, 3 * HOUR), (ZONE, 0, 4, 2 * HOUR, 4 * HOUR)]);
    let ledger = script.play(design.clone());
    assert_eq!(charged(&ledger), [(usize::from(ZONE), 90), (usize::from(FIRST), 90)]);
    assert_eq!(ledger.outages_ms, [3 * HOUR]);
    // Without one of them the other's time is left.
    assert_eq!(script.play_without(design.clone(), Some(FIRST)).missed_ms, 2 * HOUR);
    assert_eq!(script.play_without(design, Some(ZONE)).missed_ms, 2 * HOUR);
}

#[test]
fn regions_are_alternatives_of_series() {
    let side = |at: u32| {
        [
            component(["db0", "db1"][at as usize], Footing::Global),
            node("web", Part::Sets(vec![at], Least::Serving(1))),
            node("side", series(&[3 * at, 3 * at + 1])),
        ]
    };
    let mut nodes = [side(0), side(1)].concat();
    nodes.push(node("site", any(&[2, 5])));
    let design = service(&[(&[1], 1), (&[2], 1)], nodes);
    let outages = [
        (FIRST, 0, 0, HOUR, 4 * HOUR),
        // The other side loses its machines for an hour of these.
        (ZONE, 4, 4, 2 * HOUR, 3 * HOUR),
        // Half of each side is enough for none.
        (FIRST + 1, 0, 0, 8 * HOUR, 9 * HOUR),
        (ZONE, 0, 4, 8 * HOUR, 10 * HOUR),
    ];
    let ledger = script(&["db0", "db1"], &outages).play(design);
    assert_eq!(ledger.outages_ms, [HOUR, HOUR]);
    assert_eq!(charged(&ledger), [(usize::from(ZONE), 60), (usize::from(FIRST), 30), (usize::from(FIRST) + 1, 30)]);
}

#[test]
fn so_many_of_a_group_and_the_demand_that_passes() {
    let nodes = vec![
        component("a", Footing::Global),
        component("b", Footing::Global),
        component("c", Footing::Global),
        node("quorum", Part::Group { parts: vec![0, 1, 2], least: 2 }),
        node("web", Part::Sets(vec![0], Least::Served(1, 2))),
        node("all", series(&[3, 4])),
    ];
    let mut design = service(&[(&[1, 2], 4)], nodes);
    design.demand = Some(Demand::constant(4000));
    let outages = [
        (FIRST, 0, 0, HOUR, 4 * HOUR),
        (FIRST + 2, 0, 0, 3 * HOUR, 5 * HOUR),
        // Half of the machines serve half of the demand: enough.
        (ZONE, 4, 4, 8 * HOUR, 10 * HOUR),
    ];
    let ledger = script(&["a", "b", "c"], &outages).play(design);
    assert_eq!(ledger.outages_ms, [HOUR]);
    assert_eq!(charged(&ledger), [(usize::from(FIRST), 30), (usize::from(FIRST) + 2, 30)]);
    let full = 4000 * i128::from(DAY);
    assert_eq!(ledger.offered, full);
    assert_eq!(ledger.served, full - 4000 * i128::from(HOUR) - 2000 * i128::from(2 * HOUR));
}

#[test]
fn probes_of_a_part_lose_the_requests_of_that_part() {
    let nodes = vec![
        node("web", Part::Sets(vec![0], Least::Serving(1))),
        node("api", Part::Sets(vec![1], Least::Serving(1))),
        node("all", series(&[0, 1])),
    ];
    let mut design = service(&[(&[1, 2], 2), (&[3], 2)], nodes);
    design.demand = Some(Demand::constant(1000));
    design.balancer = Some(balancer());
    let ledger = script(&[], &[(ZONE, 0, 4, HOUR, 2 * HOUR)]).play(design);
    // Until its probes notice, half of the requests of one tier go to a dead machine; the other tier loses none.
    let lag = ledger.lost_to_dead / 500;
    assert!((10 * i128::from(SECOND)..=15 * i128::from(SECOND)).contains(&lag), "{lag}");
    assert_eq!(ledger.missed_ms, 0);
    assert_eq!(ledger.offered - ledger.served, ledger.lost_to_dead);
}

#[test]
fn a_shock_takes_a_component_until_it_recovers_by_itself() {
    let mut shock = mode("shock", Scope::Zone);
    shock.kind = Kind::Shock;
    let modes = vec![shock, mode("db", Scope::Component)];
    let nodes = vec![
        component("db", Footing::Zone(ZoneId(0))),
        node("web", Part::Sets(vec![0], Least::Serving(1))),
        node("all", series(&[0, 1])),
    ];
    let design = service(&[(&[2], 1)], nodes);
    let script = Script::new(topology(2, 4, 8), modes, DAY).outages(&[(0, 0, 4, HOUR, HOUR)]);
    let (ledger, world) = script.live(design, None);
    assert_eq!((ledger.missed_ms, ledger.outages_ms.len()), (HOUR, 1));
    assert_eq!(ledger.first_miss, Some(SimTime::from_ms(HOUR)));
    assert_eq!(world.design().need.words(), "db and web (at least 1 serving)");
}

/// A database that lets so much through, of which 99 % has to pass.
pub fn limited(name: &str, capacity_milli: u64) -> Node {
    let ceiling = Some(Throughput { capacity_milli, least: (99, 100) });
    let cause = Some(name.into());
    node(name, Part::Component(Component { cause, footing: Footing::Global, ceiling }))
}

pub fn step(hour: u64, per_second_milli: u64) -> Step {
    Step { from: SimTime::from_ms(hour * HOUR), per_second_milli }
}

#[test]
fn a_request_has_to_meet_a_machine_alive_in_each_tier() {
    // A zone takes half of either tier: until the probes notice, three of four requests meet a dead machine in one of them.
    let nodes = vec![
        node("web", Part::Sets(vec![0], Least::Serving(1))),
        node("api", Part::Sets(vec![1], Least::Serving(1))),
        node("all", series(&[0, 1])),
    ];
    let mut design = service(&[(&[1, 2], 2), (&[1, 2], 2)], nodes);
    design.demand = Some(Demand::constant(1000));
    design.balancer = Some(balancer());
    let ledger = script(&[], &[(ZONE, 0, 4, HOUR, 2 * HOUR)]).play(design);
    let (both, one) = (ledger.lost_to_dead / 750, ledger.lost_to_dead / 500);
    assert!((10 * i128::from(SECOND)..=15 * i128::from(SECOND)).contains(&both), "{both} {one}");
    assert_eq!(ledger.offered - ledger.served, ledger.lost_to_dead);
}

#[test]
fn what_passes_is_the_least_of_what_parts_in_series_let_through() {
    let nodes =
        vec![limited("db", 5000), node("front", Part::Sets(vec![0], Least::Serving(1))), node("all", series(&[0, 1]))];
    let mut design = service(&[(&[1, 2], 8)], nodes);
    let play = |design: &Design, outages: &[Scripted]| script(&["db"], outages).play(design.clone());
    design.demand = Some(Demand::course(4000, vec![step(10, 6000), step(12, 5050), step(14, 4000)], None));
    let overload = modes(&["db"]).len() + overload();
    // 5,000 of 6,000 for two hours, and of 5,050 for two: that is 99 %.
    let ledger = play(&design, &[]);
    assert_eq!(charged(&ledger), [(overload, 120)]);
    assert_eq!(ledger.offered - ledger.served, i128::from(1000 * 2 * HOUR + 50 * 2 * HOUR));
    assert_eq!(ledger.lost_to_dead, 0);
    // While it is out nothing passes, and that is what is to blame.
    let ledger = play(&design, &[(FIRST, 0, 0, 11 * HOUR, 11 * HOUR + 30 * MINUTE)]);
    assert_eq!(charged(&ledger), [(FIRST as usize, 30), (overload, 90)]);
    // Machines beyond gain nothing; fewer of them let less through.
    design.sets[0].capacity = 80;
    assert_eq!(play(&design, &[]).served, play_with(&design, 8).served);
    assert!(play_with(&design, 4).served < play_with(&design, 8).served);
}

#[test]
fn what_is_too_much_for_one_part_does_not_come_to_the_next_however_requests_are_spread() {
    let nodes = vec![
        node("web", Part::Sets(vec![0], Least::Serving(1))),
        node("api", Part::Sets(vec![1, 2], Least::Serving(1))),
        node("all", series(&[0, 1])),
    ];
    let mut design = service(&[(&[1], 4), (&[1], 2), (&[1], 2)], nodes);
    design.demand = Some(Demand::constant(5000));
    let unserved = |[large, small]: [u64; 2], evenly: bool| {
        let mut design = design.clone();
        (design.sets[1].serves_milli, design.sets[2].serves_milli) = (large, small);
        design.service.spreads_evenly = evenly;
        let ledger = script(&[], &[]).play(design);
        ((ledger.offered - ledger.served) * 5000 / ledger.offered) as u64
    };
    // All are alike: 4,000 of 5,000 pass the first part and the second serves these.
    assert_eq!([unserved([1000; 2], false), unserved([1000; 2], true)], [1000; 2]);
    // 1,000 come to each machine of the second part; two of these serve no more than 500.
    assert_eq!([unserved([2000, 500], false), unserved([2000, 500], true)], [1000, 2000]);
}

fn play_with(design: &Design, machines: u32) -> Ledger {
    let mut design = design.clone();
    design.sets[0].capacity = machines;
    script(&["db"], &[]).play(design)
}

/// Where the cause of what is too much stands among the fleet's own.
pub fn overload() -> usize {
    EXTRA_CAUSES.iter().position(|(name, _)| *name == "overload").unwrap()
}

#[test]
fn of_alternatives_the_best_lets_its_part_through_and_one_is_enough() {
    let nodes = vec![
        limited("small", 3000),
        limited("large", 5000),
        node("stores", any(&[0, 1])),
        node("front", Part::Sets(vec![0], Least::Serving(1))),
        node("all", series(&[2, 3])),
    ];
    let mut design = service(&[(&[1], 9)], nodes);
    design.demand = Some(Demand::constant(4000));
    let ledger = script(&["small", "large"], &[(FIRST + 1, 0, 0, HOUR, 2 * HOUR)]).play(design);
    // Without the large one the small one lets three quarters through.
    assert_eq!(ledger.offered - ledger.served, i128::from(1000 * HOUR));
    let (causes, large) = (modes(&["small", "large"]).len(), FIRST as usize + 1);
    assert_eq!(charged(&ledger), [(large, 30), (causes + overload(), 30)]);
}
