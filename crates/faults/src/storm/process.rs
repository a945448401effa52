//! The processes of a profile on a topology: what each strikes, how often, and by which stream.

use crate::mode::{Kind, Mode, Outage, Scope, Start, component_of};
use crate::renewal::TimeToFailure;
use zonefall_engine::{SimDuration, name_tag};
use zonefall_topology::{RegionId, Topology, ZoneId};

/// What a process strikes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reach {
    Racks(ZoneId),
    Halls(ZoneId),
    Zone(ZoneId),
    Pair(ZoneId, ZoneId),
    Region(RegionId),
    Global,
    ControlPlane(RegionId),
    Allocation(ZoneId),
    Component,
    /// Maintenance, through one region after the other.
    Wave(Vec<RegionId>),
}

/// One stream of strikes.
#[derive(Debug, Clone)]
pub(super) struct Process {
    /// Its place in the list.
    pub number: u32,
    pub cause: u16,
    pub mode: usize,
    pub reach: Reach,
    pub units: u32,
    pub tags: (u64, u64),
    /// What the mode's rate is multiplied by.
    pub rate_times: f64,
    /// Mean gap of the whole group, if the law has no memory.
    pub gap_ms: Option<f64>,
    pub life: TimeToFailure,
    /// Probability that a unit is struck already when a stationary trial begins.
    pub down_at_start: f64,
}

/// Whether a reach is a zone with another one in its region.
pub(super) fn has_partner(reach: &Reach, topology: &Topology) -> bool {
    matches!(reach, Reach::Zone(zone) if topology.region(topology.region_of(*zone)).zones > 1)
}

pub(super) fn region_of(reach: &Reach, topology: &Topology) -> Option<RegionId> {
    match reach {
        Reach::Racks(zone) | Reach::Halls(zone) | Reach::Zone(zone) | Reach::Pair(zone, _) => {
            Some(topology.region_of(*zone))
        }
        Reach::Region(region) => Some(*region),
        _ => None,
    }
}

pub(super) fn reaches(mode: &Mode, topology: &Topology) -> Vec<(Reach, u32)> {
    if let Some(wave) = mode.wave() {
        return wave.courses(topology).into_iter().map(|course| (Reach::Wave(course), 1)).collect();
    }
    match mode.scope {
        Scope::Instance | Scope::Host => Vec::new(),
        Scope::Rack => topology.zone_ids().map(|zone| (Reach::Racks(zone), topology.racks_in(zone))).collect(),
        Scope::Hall => topology.zone_ids().map(|zone| (Reach::Halls(zone), topology.halls_in(zone))).collect(),
        Scope::Zone => topology.zone_ids().map(|zone| (Reach::Zone(zone), 1)).collect(),
        Scope::Region => topology.region_ids().map(|region| (Reach::Region(region), 1)).collect(),
        Scope::Global => vec![(Reach::Global, 1)],
        Scope::ControlPlane => topology.region_ids().map(|region| (Reach::ControlPlane(region), 1)).collect(),
        Scope::Allocation => topology.zone_ids().map(|zone| (Reach::Allocation(zone), 1)).collect(),
        Scope::Component => vec![(Reach::Component, 1)],
    }
}

/// All pairs of zones of one region, with the factor on the zone's rate.
pub(super) fn pairs(common_cause: f64, topology: &Topology) -> Vec<(Reach, f64)> {
    let mut pairs = Vec::new();
    for region in topology.region_ids() {
        let zones: Vec<ZoneId> = topology.zones_of(region).collect();
        for (at, &one) in zones.iter().enumerate() {
            for &other in &zones[at + 1..] {
                pairs.push((Reach::Pair(one, other), 2.0 * common_cause / (zones.len() as f64 - 1.0)));
            }
        }
    }
    pairs
}

impl Process {
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        mode: &Mode,
        index: usize,
        cause: u16,
        reach: Reach,
        units: u32,
        rate_times: f64,
        topology: &Topology,
        horizon: SimDuration,
    ) -> Self {
        let name = match &reach {
            Reach::Racks(zone) | Reach::Halls(zone) | Reach::Zone(zone) | Reach::Allocation(zone) => {
                topology.zone_name(*zone)
            }
            Reach::Pair(one, other) => format!("{}+{}", topology.zone_name(*one), topology.zone_name(*other)),
            Reach::Region(region) | Reach::ControlPlane(region) => topology.region(*region).name.clone(),
            Reach::Global => "everything".into(),
            Reach::Component => "component".into(),
            Reach::Wave(regions) => {
                regions.iter().map(|&region| topology.region(region).name.as_str()).collect::<Vec<_>>().join("+")
            }
        };
        let tail = mode.staged.map_or(1.0, |staged| staged.tail);
        let extent_ms = match &mode.outage {
            Outage::Law(law) if mode.kind == Kind::Outage => law.mean_ms() * tail,
            _ => 0.0,
        };
        let wave_ms = match (mode.wave(), &reach) {
            (Some(wave), Reach::Wave(course)) => Some(wave.course_length(course, topology).as_ms() as f64),
            _ => None,
        };
        let quiet = wave_ms.map(|wave_ms| mode.quiet_between(wave_ms));
        let extent_ms = wave_ms.unwrap_or(extent_ms);
        let up_ms = quiet.as_ref().unwrap_or(mode).time_to_failure.mean_ms() / rate_times;
        let stationary = mode.start == Start::Stationary;
        Self {
            number: 0,
            cause,
            mode: index,
            units,
            tags: (
                name_tag(if mode.scope == Scope::Component { component_of(&mode.name) } else { &mode.name }),
                name_tag(&name),
            ),
            rate_times,
            gap_ms: mode
                .time_to_failure
                .memoryless_mean()
                .filter(|_| wave_ms.is_none())
                .map(|mean| mean / rate_times / f64::from(units)),
            life: TimeToFailure::new(quiet.as_ref().unwrap_or(mode), horizon.as_ms() as f64),
            down_at_start: if stationary { extent_ms / (up_ms + extent_ms) } else { 0.0 },
            reach,
        }
    }
}
