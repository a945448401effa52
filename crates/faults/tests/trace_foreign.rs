//! Foreign files: dirty rows are counted, time is joined, bursts survive; the real outages of Los Alamos.
#![allow(clippy::print_stdout)]
mod common;

use common::{design, live, set, shared};
use std::sync::Arc;
use zonefall_engine::Key;
use zonefall_faults::*;
use zonefall_fleet::population;
use zonefall_topology::{Region, Topology};

fn topology(zones: u32, racks_per_zone: u32, hosts_per_rack: u32) -> Arc<Topology> {
    let region = Region { name: "r".into(), zones, halls_per_zone: 1, racks_per_zone, hosts_per_rack };
    Arc::new(Topology::new(vec![region]).expect("counts are positive"))
}

fn columns(time: TimeUnit) -> ForeignColumns {
    let cause = ForeignCause::Column("why".into());
    ForeignColumns { unit: "node".into(), start: "from".into(), end: "to".into(), time, cause, scope: Scope::Host }
}

#[test]
fn dirty_rows_are_told_apart_and_time_is_joined() {
    let text = "why,node,from,to\n\
                disk,a,100,200\ndisk,b,150,160\n,c,1e2,130.5\nfan,a,180,260\ndisk,a,260,270\n\
                disk,d,90,90\ndisk,d,90,80\ndisk,,1,2\ndisk,e,soon,7\ndisk,e,5\ndisk,b,160.5,170\n";
    let foreign = parse_foreign(text.as_bytes(), &columns(TimeUnit::UnixSeconds), &topology(2, 2, 2)).expect("fine");
    let report = &foreign.report;
    assert_eq!((report.rows, report.units, report.outages), (11, 5, 4));
    assert_eq!((report.overlapping, report.adjoining, report.causes_lost), (1, 1, 1));
    assert_eq!(report.dirty.ends_at_start.shown(), [(7, "ends at its start".to_owned())]);
    assert_eq!(report.dirty.ends_before_start.shown(), [(8, "ends 10000 ms before it starts".to_owned())]);
    assert_eq!(
        report.dirty.unreadable.to_string(),
        "line 9: no unit\nline 10: `soon` is no time\nline 11: 3 fields instead of 4"
    );
    assert_eq!(report.down_ms, 170_000 + 10_000 + 30_500 + 9_500);
    assert_eq!(report.begins_unix_ms, 100_000);
    let rows: Vec<(&str, u64, u64, &str)> = foreign
        .trace
        .rows()
        .iter()
        .map(|row| (&*row.members, row.start.as_ms(), row.end.as_ms(), foreign.trace.cause(row)))
        .collect();
    let expected = [
        ("r/1/rack00/host000", 0, 170_000, "disk"),
        ("r/1/rack01/host000", 0, 30_500, "unknown"),
        ("r/2/rack00/host000", 50_000, 60_000, "disk"),
        ("r/2/rack00/host000", 60_500, 70_000, "disk"),
    ];
    assert_eq!(rows, expected);
    assert_eq!(foreign.trace.header.horizon.as_ms(), 170_000);
}

#[test]
fn iso_times_and_other_scopes() {
    let text = "node,from,to,why\nx,2014-11-19T00:51Z,2014-11-19T01:51:00+00:00,w\ny,2014-11-19 00:52:00,2014-11-19T00:53:00.5Z,w\n";
    let zones = ForeignColumns { scope: Scope::Zone, ..columns(TimeUnit::Iso8601) };
    let foreign = parse_foreign(text.as_bytes(), &zones, &topology(2, 3, 1)).expect("fine");
    let rows: Vec<_> = foreign.trace.rows().iter().map(|r| (&*r.members, r.start.as_ms(), r.end.as_ms())).collect();
    assert_eq!(rows, [("r/1", 0, 3_600_000), ("r/2", 60_000, 120_500)]);
    let people = Population::new(&topology(2, 3, 1));
    let replayed =
        replay(&foreign.trace, &topology(2, 3, 1), &foreign.profile, &people, Mapping::Refuse).expect("fine");
    assert_eq!(replayed.storm.outages.iter().map(|o| (o.first_rack, o.racks)).collect::<Vec<_>>(), [(0, 3), (3, 3)]);
    let error = parse_foreign(text.as_bytes(), &zones, &topology(1, 3, 1)).expect_err("two units").to_string();
    assert!(error.starts_with("unit 2 of the file has no place: the topology has 1 zones"), "{error}");
    let wrong = ForeignColumns { unit: "host".into(), ..zones };
    let error = parse_foreign(text.as_bytes(), &wrong, &topology(2, 3, 1)).expect_err("no column").to_string();
    assert_eq!(error, "the columns `host` are missing; the file has `node`, `from`, `to`, `why`");
}

#[test]
fn a_column_that_is_looked_for_and_stands_there_twice_is_a_mistake_with_its_places() {
    let text = "\nnode,from,to,why,from\nx,0,1,w,0\n";
    let error = parse_foreign(text.as_bytes(), &columns(TimeUnit::UnixMs), &topology(2, 3, 1)).expect_err("twice");
    assert_eq!(error.to_string(), "line 2: columns 2 and 5 are both called `from`; give one of them another name");
    let text = "node,from,to,why,note,note\nx,0,1,w,,\n";
    assert!(parse_foreign(text.as_bytes(), &columns(TimeUnit::UnixMs), &topology(2, 3, 1)).is_ok());
}

#[test]
fn rare_causes_share_a_name() {
    let rows: String = (0..40).map(|at| format!("n{at},{at},{},cause {}\n", at + 1, at.min(30))).collect();
    let text = format!("node,from,to,why\n{rows}");
    let foreign = parse_foreign(text.as_bytes(), &columns(TimeUnit::UnixMs), &topology(2, 10, 2)).expect("fine");
    assert_eq!(foreign.profile.modes.len(), UNIT_MODES_MAX);
    assert_eq!(foreign.report.causes_lumped, 8);
    assert!(foreign.profile.find("cause 30").is_some() && foreign.profile.find("other causes").is_some());
}

#[test]
fn the_outages_of_los_alamos() {
    let Some(path) = shared("lanl-node-outages.csv") else {
        println!("skipped: lanl-node-outages.csv is not there");
        return;
    };
    let columns = ForeignColumns {
        unit: "node_id".into(),
        start: "start_unix_s".into(),
        end: "end_unix_s".into(),
        time: TimeUnit::UnixSeconds,
        cause: ForeignCause::Constant("node outage".into()),
        scope: Scope::Host,
    };
    let small = read_foreign(&path, &columns, &topology(3, 20, 59)).expect_err("3,540 hosts");
    println!("too small: {small}");
    let topology = topology(3, 20, 60);
    let foreign = read_foreign(&path, &columns, &topology).expect("it can be read");
    let report = &foreign.report;
    let dirty = &report.dirty;
    println!(
        "rows {} units {} unreadable {} before {} at start {} overlapping {} adjoining {} outages {} down {:.1} unit-years",
        report.rows,
        report.units,
        dirty.unreadable.count(),
        dirty.ends_before_start.count(),
        dirty.ends_at_start.count(),
        report.overlapping,
        report.adjoining,
        report.outages,
        report.down_ms as f64 / 3.6e6 / 8760.0,
    );
    println!("bursts before {:?} after {:?}", report.bursts_before, report.bursts_after);
    let years = foreign.trace.header.horizon.as_ms() as f64 / 3.6e6 / 8760.0;
    println!(
        "begins {} spans {years:.2} years; rate {:.3}",
        report.begins_unix_ms,
        foreign.profile.modes[0].rate_per_year()
    );
    assert_eq!((report.rows, report.units), (23_451, 3_577));
    assert_eq!((dirty.unreadable.count(), dirty.ends_before_start.count(), dirty.ends_at_start.count()), (0, 0, 122));
    assert_eq!(report.outages + report.overlapping + report.adjoining + 122, 23_451);
    assert!(report.bursts_before.count > 0);
    assert_eq!(report.bursts_before, report.bursts_after);
    lives_through(&foreign, &topology);
}

/// With one machine on every host, the machines' time down is the file's, to the millisecond.
fn lives_through(foreign: &Foreign, topology: &Arc<Topology>) {
    let designs = vec![design("all", vec![set("web", topology, 0, &[1, 2, 3], topology.host_count())], 3500)];
    let people = population(&designs, topology);
    let text = foreign.trace.to_text().expect("memory does not refuse");
    let read = parse_trace(text.as_bytes()).expect("what was written can be read");
    assert_eq!(read, foreign.trace);
    let replayed = replay(&read, topology, &foreign.profile, &people, Mapping::Refuse).expect("all exists");
    let ledger = &live(&mut replayed.to_strikes(topology, people), &designs, topology, Key::root(1))[0];
    assert_eq!(ledger.classes.down as u128, foreign.report.down_ms);
    assert_eq!(ledger.machine_failures, foreign.report.outages);
    println!("missed {:.2} h, {} outages of the objective", ledger.missed_ms as f64 / 3.6e6, ledger.outages_ms.len());
}
