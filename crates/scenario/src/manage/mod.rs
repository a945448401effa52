//! How a scale set changes while a trial runs: the keys, what Azure would refuse of them, and the fleet's
//! [`Management`] that comes of them; none for a set whose machines never change.

mod actions;
mod autoscale;
mod basics;
mod check;
mod health;
mod life;
mod maintenance;
mod offer;
mod quota;
mod release;
mod rows;
mod runbook;
mod scaling;
mod unused;
mod upgrade;

use crate::codes;
use crate::demand::Clock;
use crate::diagnostic::{More, Sink};
use crate::reader::Reader;
use std::ops::Range;
use zonefall_azure::limits::{Matter, Model, Orchestration as Mode, ScaleSetShape, Violation};
use zonefall_fleet::LoadBalancer;
use zonefall_fleet::management::{
    Change, Creation, Deletion, Management, Orchestration, Release, RepairAction, Repairs, Spot, StandbyPool, Upgrades,
};
use zonefall_fleet::policy::autoscale::Autoscale;
use zonefall_fleet::policy::spot::regular_target;
use zonefall_fleet::policy::zone_placement::AutoPlacement;

pub(crate) use actions::{Changed, changes};
pub(crate) use autoscale::most as most_autoscaled;
pub(crate) use basics::named as named_size;
pub(crate) use check::{Checked, check, check_sizes};
pub(crate) use maintenance::maintenance;
pub(crate) use quota::{Needs, OneMore, QuotaTold, check_quota, platform, quota};
pub(crate) use release::{Released, releases};
pub(crate) use rows::{Asked, Row, is_apart, rows};
pub(crate) use runbook::{LACKS, lack, office, only, runbooks};
pub(crate) use unused::{Happens, Use, used};

/// Everything that a scale set says of it.
pub(crate) struct Written {
    pub basics: basics::Basics,
    pub scaling: scaling::Scaling,
    pub health: Option<health::Told>,
    /// Repairs as they are written, or as `auto_zone_balance` turns them on (AZ-03).
    pub repairs: Option<Repairs>,
    pub repairs_are_written: bool,
    pub creation: Creation,
    pub deletion: Deletion,
    pub spot: offer::SpotTold,
    pub mix: Option<offer::MixTold>,
    pub standby: Option<StandbyPool>,
    pub reserved_per_zone: u32,
    pub hosts: Option<offer::HostsTold>,
    pub zonal_hosts_are_allowed: bool,
    pub placement: Option<offer::PlacementTold>,
    pub autoscale: Option<Autoscale>,
    pub upgrade: upgrade::Told,
}

/// Reads all keys, so that every mistake is told.
pub(crate) fn read(
    reader: &Reader<'_>,
    balancer: Option<&LoadBalancer>,
    clock: &Clock<'_>,
    sink: &mut Sink,
) -> Option<Written> {
    let basics = basics::read(reader, sink);
    let scaling = scaling::read(reader, sink);
    let health = health::health(reader, balancer, sink);
    let repairs = health::repairs(reader, sink);
    let creation = life::creation(reader, sink);
    let deletion = life::deletion(reader, sink);
    let spot = offer::spot(reader, sink);
    let mix = offer::mix(reader, basics.as_ref().and_then(|basics| basics.vcpus), sink);
    let standby = offer::standby(reader, creation.as_ref().map(|creation| &creation.start), sink);
    let reserved = if reader.is_off("reserved_per_zone") {
        Some(None)
    } else {
        reader.optional("reserved_per_zone", sink, Reader::count)
    };
    let hosts = offer::hosts(reader, sink);
    let zonal = reader.flag("allow_zonal_dedicated_host", sink);
    let placement = offer::placement(reader, sink);
    let autoscale = autoscale::autoscale(reader, clock, sink);
    let upgrade = upgrade::read(reader, sink);
    let (scaling, repairs) = (scaling?, repairs?);
    let heals = scaling.zone_self_healing;
    let replaces = repairs.map_or(!reader.is_off("repairs"), |repairs| repairs.action == RepairAction::Replace);
    if heals && !replaces {
        let words = "machines that heal into other zones are replaced, and `repairs` does something else (DR-09)";
        sink.error(codes::HEALTH, &reader.span_of("zone_self_healing"), words)
            .about(reader.span_of("repairs"))
            .help("`repairs.action = \"replace\"`, or take `zone_self_healing` out");
        return None;
    }
    if heals && matches!(health, Some(None)) {
        let words = "nothing tells which machines are lost: `zone_self_healing` needs `health` (DR-09, HM-01)";
        sink.error(codes::HEALTH, &reader.span_of("zone_self_healing"), words).help("`health = {}`");
        return None;
    }
    let turned_on = heals || scaling.auto_zone_balance && replaces;
    Some(Written {
        basics: basics?,
        health: health?,
        repairs_are_written: heals || repairs.is_some(),
        repairs: if turned_on && repairs.is_none() { health::usual_repairs(sink) } else { repairs },
        scaling,
        creation: creation?,
        deletion: deletion?,
        spot: spot?,
        mix: mix?,
        standby: standby?,
        reserved_per_zone: reserved?.unwrap_or(0) as u32,
        hosts: hosts?,
        zonal_hosts_are_allowed: zonal?,
        placement: placement?,
        autoscale: autoscale?,
        upgrade: upgrade?,
    })
}

impl Written {
    /// The set in Azure's eyes; `most` is the greatest capacity that it is ever given.
    pub fn model(&self, mode: Mode, zones: u32, capacity: u32, most: u32, fault_domains: u32) -> Model {
        // PG-02, PG-04: a single group for regional sets, where it is possible.
        let usual = mode == Mode::Uniform && zones == 0 && fault_domains > 1 && most <= 100;
        Model {
            orchestration: mode,
            zones,
            capacity,
            fault_domains,
            single_placement_group: self.basics.single.unwrap_or(usual),
            proximity_placement_group: self.basics.proximity,
            memory_preserving: self.sizes().all(|size| size.is_memory_preserving()),
            spot: self.spot.spot.is_some(),
            reservation: self.reserved_per_zone > 0,
            dedicated_hosts: self.hosts.is_some(),
            instance_mix: self.mix.is_some(),
            standby_pool: self.standby.is_some(),
            auto_placement: self.placement.is_some(),
            service_fabric: self.basics.service_fabric,
        }
    }

    /// What decides how large the set may be.
    pub fn shape(&self, model: &Model) -> ScaleSetShape {
        ScaleSetShape {
            orchestration: model.orchestration,
            image: self.basics.image,
            single_placement_group: model.single_placement_group,
            fault_domains: model.fault_domains,
            memory_preserving: model.memory_preserving,
            infiniband: self.sizes().any(|size| size.has_infiniband()),
        }
    }

    /// Its own size, or those of its mix.
    pub fn sizes(&self) -> impl Iterator<Item = &zonefall_azure::limits::Size> {
        self.basics.size.iter().chain(self.mix.iter().flat_map(|mix| &mix.sizes))
    }

    /// vCPUs of a machine.
    pub fn vcpus(&self) -> u32 {
        self.basics.vcpus.unwrap_or_else(|| self.sizes().map(|size| size.vcpus).max().unwrap_or(1))
    }

    /// Regular machines among so many.
    pub fn regular(&self, total: u32) -> u32 {
        self.spot.spot.as_ref().map_or(total, |spot| regular_target(total, spot.mix))
    }

    /// Whether anything can make the set's machines change during a trial.
    pub fn changes_machines(&self, reader: &Reader<'_>, creating: bool, has_changes: bool) -> bool {
        let of_creation = ["resilient_create", "overprovision", "create_failure", "create_timeout"];
        has_changes
            || self.repairs.is_some()
            || self.scaling.auto_zone_balance
            || self.spot.spot.is_some()
            || self.standby.is_some()
            || self.placement.is_some()
            || self.autoscale.is_some()
            || self.basics.disks.data
            || self.hosts.as_ref().is_some_and(|told| !told.hosts.auto_replace)
            || (creating && of_creation.iter().any(|key| reader.has(key)))
    }

    /// What the fleet is told.
    pub fn management(self, model: &Model, changes: Vec<Change>, releases: Vec<Release>) -> Management {
        let uniform = model.orchestration == Mode::Uniform;
        let overprovision = uniform && self.scaling.overprovision.unwrap_or(true);
        let vcpus = self.vcpus();
        let auto_placement = self
            .placement
            .as_ref()
            .map(|told| AutoPlacement { max_zones: told.max_zones, max_percent: told.max_percent.unwrap_or(50) });
        // SP-03: autoscale turns try and restore off.
        let restores = self.autoscale.is_none();
        let spot = self.spot.spot.map(|spot| Spot { restore: spot.restore.filter(|_| restores), ..spot });
        Management {
            orchestration: if uniform { Orchestration::Uniform } else { Orchestration::Flexible },
            balance: self.scaling.balance,
            auto_placement,
            single_placement_group: model.single_placement_group,
            scale_in: self.scaling.scale_in,
            force_deletion: self.scaling.force_deletion,
            protection: self.scaling.protection,
            terminate_notice: self.scaling.notice,
            overprovision: overprovision.then_some(self.scaling.overprovision_percent),
            creation: self.creation,
            deletion: self.deletion,
            health: self.health.map(|told| told.health),
            repairs: self.repairs,
            auto_zone_balance: self.scaling.auto_zone_balance,
            autoscale: self.autoscale.map(Box::new),
            vcpus,
            reserved_per_zone: self.reserved_per_zone,
            spot,
            instance_mix: self.mix.map(|told| told.mix),
            standby: self.standby,
            disks: self.basics.disks,
            dedicated: self.hosts.map(|told| told.hosts),
            changes,
            upgrades: (!releases.is_empty()).then(|| Box::new(Upgrades { policy: self.upgrade.policy, releases })),
        }
    }
}

/// Tells what Azure would refuse, at the key that it is about.
pub(crate) fn tell<'s>(reader: &Reader<'_>, violation: &Violation, sink: &'s mut Sink) -> More<'s> {
    tell_at(&reader.place(violation.about), violation, sink)
}

/// The same at a known place.
pub(crate) fn tell_at<'s>(span: &Range<usize>, violation: &Violation, sink: &'s mut Sink) -> More<'s> {
    let words = format!("{} ({})", violation.words, violation.reason());
    let more = sink.error(topic(violation), span, words);
    if violation.help.is_empty() { more } else { more.help(violation.help.as_str()) }
}

/// Tells them all; whether there were none.
pub(crate) fn tell_all(reader: &Reader<'_>, wrong: &[Violation], sink: &mut Sink) -> bool {
    for violation in wrong {
        tell(reader, violation, sink);
    }
    wrong.is_empty()
}

const fn topic(violation: &Violation) -> &'static str {
    match violation.matter {
        Matter::Capacity => codes::CAPACITY,
        Matter::Quota => codes::QUOTA,
        Matter::FaultDomains => codes::FAULT_DOMAINS,
        Matter::Zone => codes::ZONE,
        Matter::Placement => codes::PLACEMENT,
        Matter::Health => codes::HEALTH,
        Matter::Lifecycle => codes::LIFECYCLE,
        Matter::Change => codes::CHANGE,
        Matter::Upgrade => codes::UPGRADE,
        Matter::Offer => codes::OFFER,
        Matter::AvailabilitySet => codes::AVAILABILITY_SET,
        Matter::Hardware => codes::HARDWARE,
    }
}
