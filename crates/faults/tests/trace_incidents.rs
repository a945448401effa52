//! Published incidents, put on a zone.
#![allow(clippy::print_stdout)]
mod common;

use common::{design, live, set, shared, years};
use std::sync::Arc;
use zonefall_engine::{Key, SimDuration, SimTime};
use zonefall_faults::*;
use zonefall_fleet::population;
use zonefall_topology::{Region, RegionId, Topology, ZoneId};

const HEAD: &str = "id,start_utc,main_hours,tail_hours,cloud,region,scope,cause_class,control_plane_hit,\
                    data_plane_hit,confidence,source\n";

fn topology() -> Arc<Topology> {
    let region = Region { name: "r".into(), zones: 3, halls_per_zone: 1, racks_per_zone: 20, hosts_per_rack: 2 };
    Arc::new(Topology::new(vec![region]).expect("counts are positive"))
}

fn one(row: &str) -> Incident {
    parse_incidents(format!("{HEAD}{row}\n").as_bytes()).expect("it is right").incidents.remove(0)
}

fn at(hours: f64) -> SimTime {
    SimTime::ZERO.after(SimDuration::from_hours(hours).expect("small"))
}

#[test]
fn a_zone_comes_back_in_stages() {
    let topology = topology();
    let incident = one("19,2023-08-30T08:41Z,10,14,Azure,Australia East,zone,power+cooling,y,y,read,\"a, b\"");
    assert!(incident.is_zone_incident());
    let (profile, storm) = incident_storm(&incident, ZoneId(1), &topology).expect("possible");
    assert!(profile.modes[0].check().is_empty());
    let outages: Vec<_> = storm.outages.iter().map(|o| (o.first_rack, o.racks, o.start, o.end)).collect();
    let expected = [
        (20, 16, at(1.0), at(11.0)),
        (36, 1, at(1.0), at(12.0)),
        (37, 1, at(1.0), at(13.0)),
        (38, 1, at(1.0), at(14.0)),
        (39, 1, at(1.0), at(15.0)),
    ];
    assert_eq!(outages, expected);
    let span = storm.control_plane[0];
    assert_eq!((span.of, span.start, span.end), (RegionId(0).0, at(1.0), at(11.0)));
    assert_eq!(storm.events[span.event.0 as usize].parent, Some(EventId(0)));
}

#[test]
fn an_incident_of_the_control_plane_takes_no_machine() {
    let topology = topology();
    let incident = one("16,2023-01-31T07:01Z,17.98,20,Azure,East US 2,zone,control-plane,y,n,read,x");
    let (profile, storm) = incident_storm(&incident, ZoneId(0), &topology).expect("possible");
    assert!(profile.modes[0].check().is_empty());
    assert_eq!((storm.outages.len(), storm.control_plane.len(), storm.events.len()), (0, 1, 1));
}

#[test]
fn an_incident_goes_through_a_file_and_a_fleet() {
    let topology = topology();
    let incident = one("41,2016-06-05T05:25Z,2.5,9.5,AWS,ap-southeast-2,zone,software,n,y,read,x");
    let (profile, storm) = incident_storm(&incident, ZoneId(2), &topology).expect("possible");
    let designs = vec![design("zonal", vec![set("web", &topology, 0, &[3], 20)], 20)];
    let people = population(&designs, &topology);
    let mut strikes = Strikes::new(&profile, &topology, people.clone(), years(0.01));
    strikes.replay(storm.clone(), vec![], vec![]);
    let ledger = live(&mut strikes, &designs, &topology, Key::root(3));
    assert_eq!(ledger[0].missed_ms, (9.5 * 3.6e6) as u64);
    assert_eq!(ledger[0].missed_by_cause_ms[0], ledger[0].missed_ms);
    let id = TrialId { seed: 3, trial: 0, lineage: 0 };
    let recording = Recording { profile: &profile, trial: id, keep_thinned: false };
    let trace = record(&mut strikes, id.key(), recording).expect("plain names");
    let replayed = replay(&trace, &topology, &profile, &people, Mapping::Refuse).expect("all exists");
    assert_eq!(replayed.storm, storm);
}

#[test]
fn every_bad_line_is_named() {
    let rows = "1,a,x,,c,r,zone,p,y,y,read,s\n2,a,3,2,c,r,zone,p,y,y,read,s\n3,a,3,,c,r,zone,p,maybe,y,read,s\n\
                4,a,,,c,r,zone,p,y,y,read,s\n";
    let error = parse_incidents(format!("{HEAD}{rows}").as_bytes()).expect_err("it is wrong").to_string();
    let expected = "line 2: `main_hours` must be a number of hours, not `x`\n\
                    line 3: the tail ends before the main recovery\n\
                    line 4: `control_plane_hit` must be y or n, not `maybe`";
    assert_eq!(error, expected);
}

#[test]
fn the_published_incidents() {
    let Some(path) = shared("incidents.csv") else {
        println!("skipped: incidents.csv is not there");
        return;
    };
    let found = read_incidents(&path).expect("it can be read");
    println!("{} incidents; without main recovery: {}", found.incidents.len(), found.without_main);
    assert_eq!((found.incidents.len(), found.without_main.count()), (46, 2));
    let zones = || found.incidents.iter().filter(|incident| incident.is_zone_incident());
    let count = |of: &dyn Fn(&Incident) -> bool| zones().filter(|incident| of(incident)).count();
    let hours: f64 = zones().map(|incident| incident.main.as_hours()).sum();
    println!(
        "zone incidents {} with tail {} control plane {} data plane {} mean main {:.2} h",
        zones().count(),
        count(&|i| i.tail.is_some()),
        count(&|i| i.control_plane_hit),
        count(&|i| i.data_plane_hit),
        hours / zones().count() as f64,
    );
    let topology = topology();
    for incident in &found.incidents {
        let (profile, storm) = incident_storm(incident, ZoneId(0), &topology).expect("possible");
        assert!(profile.modes[0].check().is_empty(), "{}", incident.id);
        let racks: u32 = storm.outages.iter().map(|outage| outage.racks).sum();
        assert_eq!(racks, if incident.data_plane_hit { 20 } else { 0 });
        let last = storm.outages.iter().map(|outage| outage.end).max();
        let expected = SimTime::from_ms(3_600_000).after(incident.tail.unwrap_or(incident.main));
        assert!(last.is_none_or(|last| last == expected), "{}", incident.id);
    }
}
