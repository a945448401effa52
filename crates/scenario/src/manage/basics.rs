//! What the machines of a set are: system, size, image, placement groups, pins, disks.

use crate::codes;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use zonefall_azure::limits::{DiskKind, Image, Size};
use zonefall_fleet::management::Disks;

pub(crate) struct Basics {
    /// Nothing where an instance mix has the sizes.
    pub size: Option<Size>,
    /// The size as it is written, if it is.
    pub size_text: Option<String>,
    pub vcpus: Option<u32>,
    pub image: Image,
    /// Whether there is a single placement group, if the file says so.
    pub single: Option<bool>,
    pub proximity: bool,
    pub service_fabric: bool,
    pub pinned_zone: Option<u32>,
    pub pinned_fault_domain: Option<u32>,
    pub disk: DiskKind,
    pub disks: Disks,
    /// DK-06: how often a regional machine's disk stands in another zone, if the file says so.
    pub elsewhere: Option<f64>,
}

pub(crate) fn read(reader: &Reader<'_>, sink: &mut Sink) -> Option<Basics> {
    let size = size(reader, sink);
    let vcpus = reader.optional("vcpus", sink, Reader::count);
    let image = reader.choice("image", sink);
    let single = reader.optional("single_placement_group", sink, Reader::flag);
    let proximity = reader.flag("proximity_placement_group", sink);
    let service_fabric = reader.flag("service_fabric", sink);
    let zone = reader.optional("pinned_zone", sink, Reader::count);
    let domain = reader.optional("pinned_fault_domain", sink, Reader::count);
    let disk = reader.choice("disk", sink).map(kind_of);
    let disks = disks(reader, sink);
    let elsewhere = reader.optional("disk_elsewhere", sink, Reader::share);
    let size = size?;
    Some(Basics {
        size_text: if reader.has("size") { reader.text("size", sink) } else { None },
        size,
        vcpus: vcpus?.map(|count| count as u32),
        image: if image? == "managed" { Image::Managed } else { Image::Gallery },
        single: single?,
        proximity: proximity?,
        service_fabric: service_fabric?,
        pinned_zone: zone?.map(|zone| zone as u32),
        pinned_fault_domain: domain?.map(|domain| domain as u32),
        disk: disk?,
        disks: disks?,
        elsewhere: elsewhere?.map(|share| share.as_f64()),
    })
}

impl Basics {
    /// DK-06: ultra and premium disks stand with their machine (C-07: premium v1 as far as can be had), zone-redundant
    /// ones can be reached from everywhere, standard ones stand in any zone of the region.
    pub fn disk_elsewhere(&self, zones: u32) -> f64 {
        let standard = matches!(self.disk, DiskKind::StandardSsd | DiskKind::StandardHdd);
        let usual = if standard && !self.disks.zone_redundant { f64::from(zones - 1) / f64::from(zones) } else { 0.0 };
        self.elsewhere.unwrap_or(usual)
    }
}

/// The outer `None` is a mistake, the inner one a size that an instance mix says.
fn size(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<Size>> {
    let text = reader.text("size", sink)?;
    if reader.has("instance_mix") && !reader.is_off("instance_mix") {
        return Some(None);
    }
    named(&text, "size", reader, sink).map(Some)
}

/// The size called `text`, which stands at `key`.
pub(crate) fn named(text: &str, key: &str, reader: &Reader<'_>, sink: &mut Sink) -> Option<Size> {
    Size::parse(text)
        .map_err(|why| {
            sink.error(codes::SIZE, &reader.span_of(key), format!("`{key}`: \"{text}\" {why}"))
                .help("write for example `\"Standard_D4s_v5\"`: family D, 4 vCPUs");
        })
        .ok()
}

pub(crate) fn kind_of(word: &str) -> DiskKind {
    match word {
        "ultra" => DiskKind::Ultra,
        "premium-ssd-v2" => DiskKind::PremiumV2,
        "standard-ssd" => DiskKind::StandardSsd,
        "standard-hdd" => DiskKind::StandardHdd,
        _ => DiskKind::Premium,
    }
}

fn disks(reader: &Reader<'_>, sink: &mut Sink) -> Option<Disks> {
    let data = reader.flag("data_disk", sink);
    let redundancy = reader.choice("disk_redundancy", sink);
    let destroyed = reader.share("zone_destroyed", sink);
    Some(Disks { data: data?, zone_redundant: redundancy? == "zrs", zone_destroyed: destroyed?.as_f64() })
}
