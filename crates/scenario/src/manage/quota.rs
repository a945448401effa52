//! AL-05: the subscription's quota, and whether the designed sets fit it; ZB-05: when a zone counts as unavailable.

use super::tell_at;
use crate::codes;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use crate::sets::Placed;
use std::ops::Range;
use zonefall_azure::limits;
use zonefall_fleet::management::Quota;
use zonefall_fleet::policy::instance_mix::{fill, room};

/// A quota and the places of its parts.
pub(crate) struct QuotaTold {
    pub quota: Quota,
    places: [Range<usize>; 3],
}

/// The outer `None` is a mistake, the inner one no quota.
pub(crate) fn quota(root: &Reader<'_>, sink: &mut Sink) -> Option<Option<QuotaTold>> {
    let Some(reader) = root.sub_or_off("quota", "quota", sink) else { return Some(None) };
    let [vcpus, spot_vcpus, machines] =
        ["vcpus", "spot_vcpus", "machines"].map(|name| reader.optional(name, sink, Reader::count));
    let limit = |count: Option<u64>| count.map_or(u32::MAX, |count| count as u32);
    let quota = Quota { vcpus: limit(vcpus?), spot_vcpus: limit(spot_vcpus?), machines: limit(machines?) };
    let places = ["vcpus", "spot_vcpus", "machines"].map(|name| reader.span_of(name));
    Some(Some(QuotaTold { quota, places }))
}

/// `[platform]`: from how many thousandths of its racks dark a zone counts as unavailable.
pub(crate) fn platform(root: &Reader<'_>, sink: &mut Sink) -> Option<u32> {
    let Some(reader) = root.sub("platform", "platform", sink) else { return Some(500) };
    let share = reader.share("zone_unavailable_from", sink)?;
    let milli = (u128::from(share.numerator) * 1000).div_ceil(u128::from(share.denominator)) as u32;
    if milli == 0 {
        let words = "a zone cannot be unavailable from 0% of its racks on";
        sink.error(codes::RANGE, &reader.span_of("zone_unavailable_from"), words).help("write for example \"50%\"");
        return None;
    }
    Some(milli)
}

/// What a set needs of a quota.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Needs {
    /// Machines, regular and Spot ones.
    pub regular: u32,
    pub spot: u32,
    /// vCPUs of a machine, where all are of one size.
    pub vcpus: u64,
    /// What it needs one more machine of, where it is rebalanced automatically (AZ-08).
    pub one_more: Option<OneMore>,
}

/// The machine that a rebalance makes before it takes one of the same class away.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OneMore {
    pub vcpus: u64,
    /// The classes of the set's machines.
    pub regular: bool,
    pub spot: bool,
}

/// vCPUs that sets need of what a quota allows their regular machines, or their Spot ones. IM-02: sets with a mix take
/// smaller sizes where others no longer fit.
fn vcpus<'s>(sets: impl Iterator<Item = &'s Placed>, spot: bool, quota: u32) -> u64 {
    sets.fold(0, |taken, placed| {
        let needs = placed.needs;
        let machines = if spot { needs.spot } else { needs.regular };
        let mix = placed.set.management.as_ref().and_then(|managed| managed.instance_mix.as_ref());
        taken
            + match mix {
                None => u64::from(machines) * needs.vcpus,
                Some(mix) => {
                    let left = u64::from(quota).saturating_sub(taken);
                    let fits = fill(room(mix, spot), machines, left);
                    if fits.0 == machines { fits.1 } else { fill(room(mix, spot), machines, u64::MAX).1 }
                }
            }
    })
}

/// Tells sets that do not fit the quota of their region, and rebalancing that has no room (V-36).
pub(crate) fn check_quota(sets: &[Placed], told: &QuotaTold, sink: &mut Sink) -> bool {
    let mut regions: Vec<_> = sets.iter().map(|placed| placed.set.region).collect();
    regions.sort_unstable();
    regions.dedup();
    let quota = &told.quota;
    let mut fine = true;
    for region in regions {
        let there = || sets.iter().filter(|placed| placed.set.region == region);
        let rows = [
            ("vCPUs", vcpus(there(), false, quota.vcpus), quota.vcpus),
            ("Spot vCPUs", vcpus(there(), true, quota.spot_vcpus), quota.spot_vcpus),
            (
                "machines",
                there().map(|placed| u64::from(placed.needs.regular + placed.needs.spot)).sum(),
                quota.machines,
            ),
        ];
        for ((what, needed, most), span) in rows.into_iter().zip(&told.places) {
            if let Some(violation) = limits::check_quota(what, needed, u64::from(most)) {
                tell_at(span, &violation, sink);
                fine = false;
            }
        }
        let fits = |row: usize, more: u64| rows[row].1 + more <= u64::from(rows[row].2);
        for placed in there() {
            let Some(more) = placed.needs.one_more.filter(|_| fine) else { continue };
            let has_vcpus = more.regular && fits(0, more.vcpus) || more.spot && fits(1, more.vcpus);
            if !has_vcpus || !fits(2, 1) {
                let words = format!(
                    "automatic zone balance of `{}` never starts: the quota has no room for one more machine (V-36, AZ-08)",
                    placed.set.name
                );
                sink.warn(codes::NO_HEADROOM, &placed.capacity_span, words)
                    .help("give the quota room for one more machine, or make the set smaller");
            }
        }
    }
    fine
}
