//! What Azure promises for the machines of a design.

use crate::sets::Placed;
use zonefall_azure::sla::{self, Disk, GroupKind, Machines};
use zonefall_fleet::SlaTerms;
use zonefall_topology::ZoneId;

/// SL-01: Azure's promise for the machines of a design, all of its sets together. None over several regions.
pub(crate) fn terms(sets: &[&Placed]) -> Option<SlaTerms> {
    let table = sla::terms_for(&machines(sets)?)?;
    let (least_machines, least_zones) = table.least;
    Some(SlaTerms { name: table.name.to_owned(), tiers: table.tiers.to_vec(), least_machines, least_zones })
}

/// Why there is no promise for the machines of one region together, in words; none where there is one.
pub(crate) fn lacks(sets: &[&Placed]) -> Option<&'static str> {
    machines(sets).filter(|machines| sla::terms_for(machines).is_none()).map(|machines| sla::why(&machines))
}

/// The machines that a promise may cover, if they are all of one region.
fn machines(sets: &[&Placed]) -> Option<Machines> {
    // SL-03: no promise covers Spot machines.
    let sets: Vec<&Placed> = sets.iter().copied().filter(|placed| placed.regular_machines() > 0).collect();
    let first = sets.first()?;
    if sets.iter().any(|placed| placed.set.region != first.set.region) {
        return None;
    }
    let mut zones: Vec<_> = sets.iter().copied().flat_map(used_zones).collect();
    zones.sort_unstable();
    zones.dedup();
    let kind = match sets[..] {
        [only] => only.kind,
        // Machines of several sets share a promise only by their zones.
        _ => GroupKind::ScaleSet,
    };
    Some(Machines {
        instances: sets.iter().map(|placed| u64::from(placed.regular_machines())).sum(),
        zones: zones.len() as u32,
        kind,
        disk: sets.iter().map(|placed| placed.disk).max_by_key(|disk| badness(*disk))?,
        regional: sets.iter().any(|placed| placed.set.zones.is_empty()),
    })
}

/// Zones with a machine in them: a set of two over three zones uses two.
fn used_zones(placed: &Placed) -> impl Iterator<Item = ZoneId> + '_ {
    placed.set.zones.iter().copied().take(placed.regular_machines() as usize)
}

fn badness(disk: Disk) -> u8 {
    match disk {
        Disk::UltraDisk | Disk::PremiumSsd => 0,
        Disk::StandardSsd => 1,
        Disk::StandardHdd => 2,
    }
}
