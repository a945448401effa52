//! On which capacity a set runs: Spot, instance mix, standby pool, dedicated hosts, automatic placement.

use super::basics::named;
use crate::diagnostic::Sink;
use crate::keys::offer::MIX_SIZES_MAX;
use crate::laws;
use crate::reader::Reader;
use std::ops::Range;
use zonefall_azure::limits::{Size, SpotShape};
use zonefall_engine::{Law, SimDuration};
use zonefall_fleet::management::{DedicatedHosts, EvictionPolicy, Spot, StandbyPool};
use zonefall_fleet::policy::instance_mix::{Mix, Size as MixSize, Strategy};
use zonefall_fleet::policy::spot::PriorityMix;

/// What is said of Spot, in Azure's terms and in the fleet's.
pub(crate) struct SpotTold {
    pub shape: SpotShape,
    /// Nothing for regular machines.
    pub spot: Option<Spot>,
    /// SP-04: all machines are Spot, and stand in one fault domain of each zone.
    pub in_one_fault_domain: bool,
}

impl SpotTold {
    fn of(shape: SpotShape, spot: Option<Spot>, single: bool) -> Self {
        let all = spot.as_ref().is_some_and(|spot| {
            let PriorityMix { base_regular, regular_percent_above } = spot.mix;
            (base_regular, regular_percent_above) == (0, 0)
        });
        Self { shape, spot, in_one_fault_domain: all && single }
    }
}

pub(crate) fn spot(reader: &Reader<'_>, sink: &mut Sink) -> Option<SpotTold> {
    let priority = reader.choice("priority", sink);
    let usual = Spot {
        mix: PriorityMix { base_regular: 0, regular_percent_above: 0 },
        eviction: EvictionPolicy::Deallocate,
        restore: None,
    };
    let Some(reader) = reader.sub_or_off("spot", "scale_set.<name>.spot", sink) else {
        let spot = (priority? == "spot").then_some(usual);
        return Some(SpotTold::of(SpotShape::default(), spot, true));
    };
    let base = reader.count("base_regular", sink);
    let percent = reader.count("regular_percent_above", sink);
    let eviction = reader.choice("eviction", sink);
    let restore =
        if reader.is_off("restore") { Some(None) } else { reader.optional("restore", sink, Reader::span_of_time) };
    let price = reader.number("max_price", sink);
    let single = reader.flag("single_fault_domain", sink);
    let (base, percent, restore) = (base?, percent?, restore?);
    let shape = SpotShape {
        base_regular: reader.has("base_regular").then_some(base),
        regular_percent_above: reader.has("regular_percent_above").then_some(percent),
        has_eviction: reader.has("eviction"),
        restores: restore.is_some(),
        max_price: if reader.has("max_price") { Some(price?) } else { None },
    };
    let eviction = if eviction? == "delete" { EvictionPolicy::Delete } else { EvictionPolicy::Deallocate };
    let mix = PriorityMix { base_regular: base as u32, regular_percent_above: percent.min(100) as u32 };
    let spot = (priority? == "spot").then_some(Spot { mix, eviction, restore });
    Some(SpotTold::of(shape, spot, single?))
}

/// An instance mix, in Azure's terms and in the fleet's.
pub(crate) struct MixTold {
    pub sizes: Vec<Size>,
    pub has_tier: bool,
    pub mix: Mix,
}

/// The outer `None` is a mistake, the inner one no mix. `vcpus`: those of a machine of any size, if the set states them.
pub(crate) fn mix(reader: &Reader<'_>, vcpus: Option<u32>, sink: &mut Sink) -> Option<Option<MixTold>> {
    let Some(reader) = reader.sub_or_off("instance_mix", "scale_set.<name>.instance_mix", sink) else {
        return Some(None);
    };
    let strategy = reader.choice("strategy", sink);
    let shared = reader.number("shared_shortage", sink);
    let tier = reader.optional("tier", sink, Reader::text);
    let nodes = reader.tables("sizes", MIX_SIZES_MAX, sink);
    let wrong = reader.has("sizes") && !reader.is_list("sizes");
    let both: Vec<Option<(Size, MixSize)>> = nodes
        .iter()
        .map(|node| mix_size(&Reader::new(node, "scale_set.<name>.instance_mix.sizes[]", sink), vcpus, sink))
        .collect();
    let (sizes, mixed) = both.into_iter().collect::<Option<Vec<_>>>().filter(|_| !wrong)?.into_iter().unzip();
    let strategy = match strategy? {
        "capacity-optimized" => Strategy::CapacityOptimized,
        "prioritized" => Strategy::Prioritized,
        _ => Strategy::LowestPrice,
    };
    let mix = Mix { sizes: mixed, strategy, shared_shortage: shared? };
    Some(Some(MixTold { sizes, has_tier: tier?.is_some(), mix }))
}

fn mix_size(reader: &Reader<'_>, vcpus: Option<u32>, sink: &mut Sink) -> Option<(Size, MixSize)> {
    if !reader.has("name") {
        reader.missing("name", "name = \"Standard_D4s_v5\"", sink);
    }
    let name = reader.text("name", sink);
    let price = reader.number("price", sink);
    let rank = reader.count("rank", sink);
    let availability = reader.number("availability", sink);
    let quota = reader.optional("quota", sink, Reader::count);
    let size = named(&name?, "name", reader, sink)?;
    let mixed = MixSize {
        name: size.name.clone(),
        price: price?,
        rank: rank? as u32,
        availability: availability?,
        vcpus: vcpus.unwrap_or(size.vcpus),
        quota: quota?.map_or(u32::MAX, |quota| quota as u32),
    };
    Some((size, mixed))
}

/// The outer `None` is a mistake, the inner one no pool. `start` is how long a deallocated machine takes.
pub(crate) fn standby(reader: &Reader<'_>, start: Option<&Law>, sink: &mut Sink) -> Option<Option<StandbyPool>> {
    let Some(reader) = reader.sub_or_off("standby_pool", "scale_set.<name>.standby_pool", sink) else {
        return Some(None);
    };
    if !reader.has("max_ready") {
        reader.missing("max_ready", "max_ready = 12", sink);
    }
    let min = reader.count("min_ready", sink);
    let max = reader.count("max_ready", sink);
    let state = reader.choice("state", sink);
    let own = if reader.has("start") {
        laws::law(&reader, "start", sink).map(Some)
    } else {
        reader.node("start", sink);
        Some(None)
    };
    let running = state? == "running";
    let start = match own? {
        Some(law) => law,
        None if running => Law::constant(SimDuration::ZERO),
        None => start?.clone(),
    };
    Some(Some(StandbyPool { min_ready: min? as u32, max_ready: max? as u32, running, start }))
}

/// A group of hosts as the file says it.
pub(crate) struct HostsTold {
    pub hosts: DedicatedHosts,
    pub zone: Option<u32>,
    pub fault_domains: Option<u32>,
    pub size_matches: bool,
    pub automatic_placement: bool,
}

/// The outer `None` is a mistake, the inner one no dedicated hosts.
pub(crate) fn hosts(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<HostsTold>> {
    let Some(reader) = reader.sub_or_off("dedicated_hosts", "scale_set.<name>.dedicated_hosts", sink) else {
        return Some(None);
    };
    let auto_replace = reader.flag("auto_replace", sink);
    let redeploy = laws::law(&reader, "redeploy", sink);
    let zone = reader.optional("zone", sink, Reader::count);
    let domains = reader.optional("fault_domains", sink, Reader::count);
    let size_matches = reader.flag("size_matches", sink);
    let automatic_placement = reader.flag("automatic_placement", sink);
    Some(Some(HostsTold {
        hosts: DedicatedHosts { auto_replace: auto_replace?, redeploy: redeploy? },
        zone: zone?.map(|zone| zone as u32),
        fault_domains: domains?.map(|count| count as u32),
        size_matches: size_matches?,
        automatic_placement: automatic_placement?,
    }))
}

/// Automatic placement as the file says it.
pub(crate) struct PlacementTold {
    pub include: Option<Vec<(u64, Range<usize>)>>,
    pub exclude: Option<Vec<(u64, Range<usize>)>>,
    pub max_zones: Option<u32>,
    pub max_percent: Option<u32>,
    pub span: Range<usize>,
}

/// The outer `None` is a mistake, the inner one no automatic placement.
pub(crate) fn placement(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<PlacementTold>> {
    let Some(reader) = reader.sub_or_off("zone_placement", "scale_set.<name>.zone_placement", sink) else {
        return Some(None);
    };
    let policy = reader.choice("policy", sink);
    let include = reader.optional("include", sink, Reader::counts);
    let exclude = reader.optional("exclude", sink, Reader::counts);
    let zones = reader.optional("max_zone_count", sink, Reader::count);
    let percent = reader.optional("max_instance_percent_per_zone", sink, Reader::count);
    policy?;
    Some(Some(PlacementTold {
        include: include?,
        exclude: exclude?,
        max_zones: zones?.map(|count| count as u32),
        max_percent: percent?.map(|percent| percent.min(u64::from(u32::MAX)) as u32),
        span: reader.span().clone(),
    }))
}

impl PlacementTold {
    /// The zones to choose from among so many of the region, in order.
    pub fn eligible(&self, region_zones: u32) -> Vec<(u64, Range<usize>)> {
        let excluded = |zone: u64| self.exclude.iter().flatten().any(|(number, _)| *number == zone);
        match &self.include {
            Some(zones) => zones.clone(),
            None if region_zones < 2 => Vec::new(),
            None => (1..=u64::from(region_zones))
                .filter(|&zone| !excluded(zone))
                .map(|zone| (zone, self.span.clone()))
                .collect(),
        }
    }
}
