//! Published cloud incidents, and one of them put on a zone.

use super::problems::{Problems, TraceError};
use super::table::{Fields, Table, read_file, without_mark};
use crate::mode::{
    Confidence, ControlPlaneHit, Evidence, Mode, ModeError, Outage, Profile, Recovery, Scope, Staged, Start,
};
use crate::storm::{Event, EventId, RackOutage, Span, Storm};
use std::ops::Range;
use std::path::Path;
use zonefall_engine::{Law, SimDuration, SimTime};
use zonefall_topology::{Topology, ZoneId};

const COLUMNS: [&str; 12] = [
    "id",
    "start_utc",
    "cloud",
    "region",
    "scope",
    "cause_class",
    "main_hours",
    "tail_hours",
    "control_plane_hit",
    "data_plane_hit",
    "confidence",
    "source",
];

/// One published incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Its number in the file.
    pub id: String,
    /// When it began, as written.
    pub start: String,
    /// Whose cloud.
    pub cloud: String,
    /// The region, as written.
    pub region: String,
    /// How far it reached: `zone`, `datacenter`, `region`, `multi-region`, `global` …
    pub scope: String,
    /// The kind of cause: `power`, `cooling`, `software` …
    pub cause_class: String,
    /// From its beginning to the main recovery.
    pub main: SimDuration,
    /// From its beginning to the end of the tail, if there was one.
    pub tail: Option<SimDuration>,
    /// Whether control planes were hit.
    pub control_plane_hit: bool,
    /// Whether running machines were hit.
    pub data_plane_hit: bool,
    /// `read` or `partly read`.
    pub confidence: String,
    /// Where it was published.
    pub source: String,
}

/// The incidents of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incidents {
    /// Those with a duration, in the order of the file.
    pub incidents: Vec<Incident>,
    /// Those without a main recovery, by line; they are not among the incidents.
    pub without_main: Problems,
}

/// Reads a file of incidents; see [`parse_incidents`].
///
/// # Errors
/// If the file cannot be read, or for the reasons of [`parse_incidents`].
pub fn read_incidents(path: &Path) -> Result<Incidents, TraceError> {
    parse_incidents(&read_file(path)?)
}

/// Reads incidents from CSV text with the columns `id, start_utc, cloud, region, scope, cause_class, main_hours,
/// tail_hours, control_plane_hit, data_plane_hit, confidence, source` (and others, which are not looked at).
///
/// # Errors
/// If a column is missing or any line is wrong; every wrong line is named.
pub fn parse_incidents(bytes: &[u8]) -> Result<Incidents, TraceError> {
    let mut table = Table::new(without_mark(bytes), 0)?;
    let columns = table.columns(COLUMNS)?;
    let mut problems = Problems::new("line");
    let mut found = Incidents { incidents: Vec::new(), without_main: Problems::new("line") };
    while let Some(fields) = table.next()? {
        match fields.check().and_then(|()| incident(&fields, &columns)) {
            Ok(Some(incident)) => found.incidents.push(incident),
            Ok(None) => {
                let id = fields.text(columns[0]);
                found.without_main.add(fields.line, format!("incident {id} has no main recovery"));
            }
            Err(words) => problems.add(fields.line, words),
        }
    }
    problems.into_result()?;
    Ok(found)
}

/// The incident of a row; `None` without a main recovery.
fn incident(fields: &Fields<'_>, columns: &[usize; 12]) -> Result<Option<Incident>, String> {
    let text = |column: usize| fields.text(columns[column]).to_owned();
    let hours = |column: usize| match fields.text(columns[column]) {
        "" => Ok(None),
        text => match text.parse().map(SimDuration::from_hours) {
            Ok(Ok(length)) => Ok(Some(length)),
            _ => Err(format!("`{}` must be a number of hours, not `{text}`", COLUMNS[column])),
        },
    };
    let yes = |column: usize| match fields.text(columns[column]) {
        "y" => Ok(true),
        "n" => Ok(false),
        text => Err(format!("`{}` must be y or n, not `{text}`", COLUMNS[column])),
    };
    let (tail, control_plane_hit, data_plane_hit) = (hours(7)?, yes(8)?, yes(9)?);
    let Some(main) = hours(6)? else { return Ok(None) };
    if tail.is_some_and(|tail| tail < main) {
        return Err("the tail ends before the main recovery".into());
    }
    Ok(Some(Incident {
        id: text(0),
        start: text(1),
        cloud: text(2),
        region: text(3),
        scope: text(4),
        cause_class: text(5),
        main,
        tail,
        control_plane_hit,
        data_plane_hit,
        confidence: text(10),
        source: text(11),
    }))
}

impl Incident {
    /// Whether it stayed within one zone or datacenter.
    pub fn is_zone_incident(&self) -> bool {
        matches!(self.scope.as_str(), "zone" | "datacenter" | "datacenter/zone")
    }

    /// The name of its mode.
    pub fn name(&self) -> String {
        format!(
            "{} {}, {} (no. {})",
            self.start.split('T').next().unwrap_or_default(),
            self.region,
            self.cause_class,
            self.id
        )
    }

    /// Machines lost their power, or their heat could not be carried away: they must boot.
    fn stops_machines(&self) -> bool {
        ["power", "cooling", "fire", "water", "physical"].iter().any(|word| self.cause_class.contains(word))
    }
}

/// When a replayed incident begins.
const BEGINS: SimTime = SimTime::from_ms(3_600_000);

/// An incident, once, on one zone, an hour after the trial begins: the profile that holds its mode, and the storm.
///
/// The whole zone goes down. Four racks in five (to the nearest rack), in the order of their numbers, are back at the
/// main recovery; if there was a tail, the others come back one by one, evenly spaced, the last at its end. Without a
/// tail all are back at the main recovery. If the control plane was hit, the region's is out until the main recovery;
/// if running machines were not hit, only that. Machines boot afterwards where the cause was power, heat, water, fire
/// or an attack; else they only could not be reached.
///
/// # Errors
/// If the incident's name or times make an impossible mode.
pub fn incident_storm(incident: &Incident, zone: ZoneId, topology: &Topology) -> Result<(Profile, Storm), ModeError> {
    let only_control = !incident.data_plane_hit;
    let scope = if only_control { Scope::ControlPlane } else { Scope::Zone };
    let mut mode = Mode::plain(&incident.name(), scope, 1.0, Outage::Law(Law::constant(incident.main)))?;
    mode.start = Start::New;
    mode.recovery = if incident.stops_machines() { Recovery::Boot } else { Recovery::Reachable };
    let main_ms = incident.main.as_ms().max(1) as f64;
    let tail = incident.tail.filter(|_| !only_control);
    mode.staged = tail.map(|tail| Staged { main: 0.8, tail: tail.as_ms() as f64 / main_ms });
    if incident.control_plane_hit && !only_control {
        mode.control_plane = Some(ControlPlaneHit { probability: 1.0, outage: Law::constant(incident.main) });
    }
    mode.evidence = Evidence {
        source: format!("{} {}, {}: {}", incident.cloud, incident.region, incident.start, incident.source),
        confidence: Confidence::Published,
        rate_low_high: (1.0, 1.0),
        spread: None,
    };
    let end = BEGINS.after(incident.main);
    let mut storm = Storm::default();
    let event = storm.add_event(Event { cause: 0, parent: None, start: BEGINS, end });
    if incident.data_plane_hit {
        take_zone(&mut storm, event, topology.racks_of(zone), end, tail.map(|tail| BEGINS.after(tail)));
    }
    if incident.control_plane_hit {
        let event = if only_control {
            event
        } else {
            storm.add_event(Event { cause: 0, parent: Some(event), start: BEGINS, end })
        };
        storm.control_plane.push(Span { of: topology.region_of(zone).0, event, start: BEGINS, end, left_milli: 0 });
    }
    storm.settle();
    Ok((Profile { name: incident.name(), modes: vec![mode] }, storm))
}

fn take_zone(storm: &mut Storm, event: EventId, racks: Range<u32>, main: SimTime, tail: Option<SimTime>) {
    let count = racks.len() as u32;
    let late = if tail.is_some() { (count + 2) / 5 } else { 0 };
    let outage = |first_rack, racks, end| RackOutage { event, first_rack, racks, start: BEGINS, end };
    if count > late {
        storm.outages.push(outage(racks.start, count - late, main));
    }
    let span = tail.unwrap_or(main).since(main).as_ms();
    for nth in 1..=u64::from(late) {
        let end = main.after(SimDuration::from_ms(span * nth / u64::from(late)));
        storm.outages.push(outage(racks.end - late + nth as u32 - 1, 1, end));
    }
}
