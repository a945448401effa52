//! Timelines as a study would give them.

use zonefall_study::timeline::{Amiss, DesignStorms, Kind, Lane, Outage, Place, Row, SCHEMA, Storms, Timeline};

const HOUR: u64 = 3_600_000;

fn row(at_ms: u64, kind: Kind, says: &str, cause: &str, place: &str) -> Row {
    Row {
        at_ms,
        within: Place::Fault,
        kind,
        says: says.into(),
        ends: says.contains("over"),
        refused: false,
        rules: "LB-02".into(),
        cause: cause.into(),
        place: place.into(),
        strikes: String::new(),
        machines: 1,
        times: 0,
        requests: 0,
        serving: 3,
        dead: 0,
        unserved_per_s: 0.0,
        sessions_lost: 0.0,
    }
}

/// A trial whose machines come and go `changes` times during its outage; every word of it is `name`.
pub fn timeline(name: &str, trial: u64, changes: u64) -> Timeline {
    let lane = |zone: u64| {
        let busy = (0..changes).map(|at| (100 * HOUR + at * 10_000 + zone, (at as i64 * 7 + zone as i64) % 5));
        Lane {
            name: format!("{name} zone{zone}"),
            steps: [(0, 5)].into_iter().chain(busy).collect(),
            out: vec![(100 * HOUR, 104 * HOUR)],
        }
    };
    let storm = |at, says| row(at, Kind::Fault, says, name, name);
    let quiet = row(101 * HOUR, Kind::Machine, name, name, name);
    let mut rows = vec![storm(100 * HOUR, "storm begins")];
    rows.extend(vec![quiet; 40]);
    rows.push(storm(103 * HOUR, "storm is over"));
    Timeline {
        schema: SCHEMA,
        study: name.into(),
        design: name.into(),
        trial,
        seed: 1,
        measured_from_ms: 0,
        horizon_ms: 8760 * HOUR,
        local_time: None,
        need: "at least 6 serving".into(),
        least_serving: Some(6),
        has_demand: false,
        not_judged: None,
        missed_ms: 4 * HOUR,
        sessions_lost: vec![],
        outages: vec![Outage {
            roots_ms: 100 * HOUR,
            from_ms: 100 * HOUR,
            to_ms: 104 * HOUR,
            over_ms: 104 * HOUR,
            cut: false,
            causes: vec![(name.into(), 4 * HOUR)],
            amiss: vec![Amiss { since_ms: HOUR, says: format!("{name} stays Failed"), rules: "RC-07".into() }],
            still: vec![],
        }],
        longest: Some(0),
        rows,
        lanes: (0..6).map(lane).collect(),
        racks: (0..9).map(lane).collect(),
        needed: vec![(0, 6), (102 * HOUR, 9)],
        capacity: None,
        gateway: None,
        waiting: None,
    }
}

/// Storms of designs of these names, a typical and the worst of each.
pub fn storms(names: &[&str], changes: u64) -> Storms {
    let design = |name: &&str| DesignStorms {
        design: (*name).into(),
        missed: 12,
        typical: Some(timeline(name, 7, changes)),
        worst: Some(timeline(name, 17, changes)),
    };
    Storms { searched: 300, trials: 1_000, designs: names.iter().map(design).collect(), notes: Vec::new() }
}
