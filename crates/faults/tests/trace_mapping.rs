//! Traces of another topology or profile: refused, or mapped aloud.
mod common;

use common::{design, designs, live, rich_profile, set, topology, years};
use std::sync::Arc;
use zonefall_engine::SimTime;
use zonefall_faults::*;
use zonefall_fleet::population;
use zonefall_topology::{Region, Topology};

const ID: TrialId = TrialId { seed: 5, trial: 0, lineage: 0 };

fn trace() -> Trace {
    let topology = topology();
    let people = population(&designs(&topology), &topology);
    let mut strikes = Strikes::new(&rich_profile(), &topology, people, years(1.0));
    record(&mut strikes, ID.key(), Recording { profile: &rich_profile(), trial: ID, keep_thinned: false })
        .expect("plain names")
}

fn small() -> Arc<Topology> {
    let region = Region { name: "north".into(), zones: 2, halls_per_zone: 1, racks_per_zone: 3, hosts_per_rack: 2 };
    Arc::new(Topology::new(vec![region]).expect("counts are positive"))
}

#[test]
fn another_topology_or_profile_is_refused_and_says_why() {
    let (trace, topology) = (trace(), topology());
    let people = population(&designs(&topology), &topology);
    let other = Profile { name: "other".into(), modes: rich_profile().modes[..3].to_vec() };
    let words = |topology: &Topology, profile: &Profile| {
        replay(&trace, topology, profile, &people, Mapping::Refuse).expect_err("it differs").to_string()
    };
    assert!(words(&small(), &rich_profile()).contains("another topology"));
    assert!(words(&topology, &other).contains("another profile (`rich`"));
}

#[test]
fn another_topology_is_mapped_by_position_and_said() {
    let (trace, topology) = (trace(), small());
    let designs = vec![design("small", vec![set("app", &topology, 0, &[1, 2], 10)], 8)];
    let people = population(&designs, &topology);
    let mapped = replay(&trace, &topology, &rich_profile(), &people, Mapping::Allow).expect("it can be mapped");
    let said = mapped.notes.join("\n");
    for part in ["names of places", "names of hosts", "names of instances", "names of regions", "names of zones"] {
        assert!(said.contains(part), "{said}");
    }
    assert!(said.contains("mapped by position (first: `"), "{said}");
    assert!(said.contains("occupy other slots or hosts"), "{said}");
    let hosts = topology.host_count();
    assert!(mapped.storm.outages.iter().all(|outage| outage.first_rack + outage.racks <= topology.rack_count()));
    assert!(mapped.strikes.iter().all(|&(_, _, unit)| unit < hosts.max(people.instance_count())));
    let ledger = &live(&mut mapped.to_strikes(&topology, people), &designs, &topology, ID.key())[0];
    assert!(ledger.machine_failures > 0);
    assert_eq!(ledger.missed_by_cause_ms.iter().sum::<u64>(), ledger.missed_ms);
}

#[test]
fn unknown_causes_become_plain_modes_and_unknown_shocks_are_dropped_aloud() {
    let (trace, topology) = (trace(), topology());
    let designs = designs(&topology);
    let people = population(&designs, &topology);
    let mut other = Profile { name: "other".into(), modes: rich_profile().modes };
    other.modes.retain(|mode| ["zone", "guest crash", "rack"].contains(&mode.name.as_str()));
    // The same name, but struck in another way.
    other.modes.iter_mut().filter(|mode| mode.name == "rack").for_each(|mode| mode.effect = Effect::Degraded(1));
    let mapped = replay(&trace, &topology, &other, &people, Mapping::Allow).expect("it can be mapped");
    let said = mapped.notes.join("\n");
    assert!(said.contains("the cause `hardware`") && said.contains("becomes the plain mode `hardware` of scope host"));
    assert!(said.contains("plain mode `rack (trace, rack down)`"), "{said}");
    assert!(said.contains("rows of the shock `host crash` were dropped"), "{said}");
    assert!(said.contains("the strikes of `worn` are not in the file, nor is the mode in the profile"), "{said}");
    assert!(!said.contains("`zone`") && !said.contains("`guest crash`"), "{said}");
    assert_eq!(mapped.profile.modes[..3], other.modes[..]);
    assert!(mapped.profile.modes.iter().any(|mode| mode.name == "gray" && mode.effect == Effect::Degraded(400)));
    let strikes = mapped.to_strikes(&topology, people.clone());
    let causes = strikes.storm_modes().causes().to_vec();
    for event in &mapped.storm.events {
        assert!((event.cause as usize) < causes.len());
    }
    let exact = replay(&trace, &topology, &rich_profile(), &people, Mapping::Refuse).expect("all exists");
    let of_racks = |replay: &Replay| replay.storm.outages.iter().filter(|o| o.start < o.end).count();
    assert_eq!(of_racks(&mapped), of_racks(&exact), "only shocks are gone");
    for ledger in live(&mut mapped.to_strikes(&topology, people), &designs, &topology, ID.key()) {
        assert!(ledger.missed_ms > 0);
    }
}

#[test]
fn instances_that_no_design_has_are_dropped_aloud() {
    let (trace, topology) = (trace(), topology());
    let fewer = vec![designs(&topology).swap_remove(0)];
    let people = population(&fewer, &topology);
    let exact = replay(&trace, &topology, &rich_profile(), &people, Mapping::Refuse).expect("all places exist");
    assert!(exact.notes.iter().any(|note| note.contains("strikes on instances that no design has were dropped")));
    let drawn = {
        let people = population(&designs(&topology), &topology);
        let mut strikes = Strikes::new(&rich_profile(), &topology, people, years(1.0));
        live(&mut strikes, &fewer, &topology, ID.key())
    };
    let replayed = live(&mut exact.to_strikes(&topology, people), &fewer, &topology, ID.key());
    assert_eq!(replayed[0].missed_by_cause_ms, drawn[0].missed_by_cause_ms);
    assert_eq!(replayed[0].classes, drawn[0].classes);
}

#[test]
fn rows_that_contradict_the_same_profile_are_all_named() {
    let topology = topology();
    let profile = rich_profile();
    let people = population(&designs(&topology), &topology);
    let head = trace().to_text().expect("memory does not refuse");
    let head: String = head
        .lines()
        .take_while(|line| !line.starts_with(|c: char| c.is_ascii_digit()))
        .fold(String::new(), |text, line| text + line + "\n");
    let rows = "0,,main,,1,2,zone,eastus/9,down,,zone\n1,,main,,1,2,rack,eastus/1/rack03-rack05;mars,down,,rack\n\
                2,,main,,1,2,control-plane,eastus,down,,control plane\n3,,unit,,1,2,host,eastus/1,down,,hardware\n";
    let text = format!("{head}{rows}");
    let trace = parse_trace(text.as_bytes()).expect("it is a trace");
    let error = replay(&trace, &topology, &profile, &people, Mapping::Refuse).expect_err("it is wrong").to_string();
    let expected = "event 0: there is no zone, region or rack `eastus/9`\nevent 1: there is no zone, region or rack `mars`\n\
                    event 2: the stages control-plane and allocation go with the scopes of the same name\n\
                    event 3: there is no host `eastus/1`";
    assert_eq!(error, expected);
    let unknown = "0,,main,,1,2,zone,eastus/1,down,,meteor\n1,,unit,,1,2,instance,web/eastus/1/0,down,,worn\n";
    let trace = parse_trace(format!("{head}{unknown}").as_bytes()).expect("it is a trace");
    let error = replay(&trace, &topology, &profile, &people, Mapping::Refuse).expect_err("it is wrong").to_string();
    assert!(error.contains("event 0: the profile has no cause `meteor`"), "{error}");
    assert!(error.contains("event 1: the strikes of `worn` follow from the fleet's history"), "{error}");
}

#[test]
fn a_range_of_racks_is_one_member() {
    let topology = topology();
    let profile = rich_profile();
    let people = population(&designs(&topology), &topology);
    let storm = |first_rack, racks| {
        let mut storm = Storm::default();
        let (start, end) = (SimTime::from_ms(5), SimTime::from_ms(9));
        let cause = profile.find("rack").expect("it is there") as u16;
        let event = storm.add_event(Event { cause, parent: None, start, end });
        storm.outages.push(RackOutage { event, first_rack, racks, start, end });
        storm
    };
    let expected = [
        (3, 1, "eastus/1/rack03"),
        (3, 4, "eastus/1/rack03-rack06"),
        (10, 10, "eastus/2"),
        (0, 30, "eastus"),
        (0, 51, "*"),
        (28, 4, "eastus/3/rack08-rack09;west-eu/1/rack00-rack01"),
    ];
    for (first, count, name) in expected {
        let mut strikes = Strikes::new(&profile, &topology, people.clone(), years(0.1));
        strikes.replay(storm(first, count), vec![], vec![]);
        let recording = Recording { profile: &profile, trial: ID, keep_thinned: false };
        let trace = record(&mut strikes, ID.key(), recording).expect("plain names");
        assert_eq!(&*trace.rows()[0].members, name);
        let again = replay(&trace, &topology, &profile, &people, Mapping::Refuse).expect("all exists");
        let racks: Vec<u32> = again.storm.outages.iter().flat_map(|o| o.first_rack..o.first_rack + o.racks).collect();
        assert_eq!(racks, (first..first + count).collect::<Vec<_>>(), "{name}");
    }
}
