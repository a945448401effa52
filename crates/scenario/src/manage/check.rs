//! What Azure would refuse of a scale set as it is written: the rows of the validation matrix, one after the other.

use super::{Written, most_autoscaled, tell_all};
use crate::diagnostic::Sink;
use crate::reader::Reader;
use zonefall_azure::limits::{
    self, AutoBalance, HostGroup, MixShape, Model, Notice, Pins, PlacementPolicy, StandbyShape, Violation,
};
use zonefall_fleet::policy::instance_mix::{fill, room};
use zonefall_fleet::policy::zone_balance::Balance;

/// The set and what is around it.
pub(crate) struct Checked<'a> {
    pub written: &'a Written,
    pub model: Model,
    /// Its zones by number.
    pub zones: &'a [u32],
    /// Whether it names zones itself.
    pub names_zones: bool,
    /// Whether changes attach machines or add zones.
    pub attaches: bool,
    /// Whether changes add zones to a regional set.
    pub becomes_zonal: bool,
    /// Zones by name with the sizes that they lack.
    pub lacking: &'a [(String, &'a [String])],
}

/// V-10, ZN-10: a zone that has none of the set's sizes.
pub(crate) fn check_sizes(written: &Written, lacking: &[(String, &[String])]) -> Vec<Violation> {
    let about = if written.mix.is_some() { "instance_mix.sizes" } else { "size" };
    let mut wrong = Vec::new();
    for (zone, lacks) in lacking {
        let absent: Vec<Option<Violation>> =
            written.sizes().map(|size| limits::check_size_in_zone(size, zone, lacks)).collect();
        if absent.iter().all(Option::is_some) {
            wrong.extend(absent.into_iter().flatten().map(|violation| Violation { about, ..violation }));
        }
    }
    wrong
}

/// Tells everything; whether there was nothing.
pub(crate) fn check(reader: &Reader<'_>, set: &Checked<'_>, sink: &mut Sink) -> bool {
    let mut wrong = placing(set);
    wrong.extend(caring(set));
    wrong.extend(offered(set));
    tell_all(reader, &wrong, sink)
}

/// V-05, V-06, V-08, V-10, V-11, V-22, V-31, V-34.
fn placing(set: &Checked<'_>) -> Vec<Violation> {
    let (written, model) = (set.written, &set.model);
    let strict = written.scaling.balance.balance == Balance::Strict;
    let mut wrong = limits::check_placement_groups(model, written.sizes().find(|size| size.has_infiniband()));
    wrong.extend(limits::check_zone_balance(written.scaling.balance_is_written, model.zones));
    wrong.extend(check_sizes(written, set.lacking));
    if written.scaling.auto_zone_balance {
        let health_sources = written.health.as_ref().map_or(0, |told| told.sources.count());
        let asked = AutoBalance { strict, health_sources, regional_machines: set.becomes_zonal };
        wrong.extend(limits::check_auto_zone_balance(model, asked));
    }
    let pinned = written.basics.pinned_zone;
    wrong.extend(limits::check_pins(
        model,
        &Pins {
            zone: pinned,
            zone_is_there: pinned.is_some_and(|zone| set.zones.contains(&zone)),
            fault_domain: written.basics.pinned_fault_domain,
        },
    ));
    if let Some(told) = &written.placement {
        let policy = PlacementPolicy {
            names_zones: set.names_zones,
            includes: told.include.is_some(),
            excludes: told.exclude.is_some(),
            max_zones: told.max_zones,
            max_percent: told.max_percent,
            strict,
            attaches: set.attaches,
        };
        wrong.extend(limits::check_zone_placement(model, policy));
    }
    wrong
}

/// V-12 to V-18, V-35.
fn caring(set: &Checked<'_>) -> Vec<Violation> {
    let (written, model) = (set.written, &set.model);
    let mut wrong = Vec::new();
    let sources = written.health.as_ref().map_or_else(Default::default, |told| told.sources);
    if let Some(told) = &written.health {
        wrong.extend(limits::check_health_sources(model, told.sources));
        if told.sources.extension {
            wrong.extend(limits::check_health_probes(&told.probes));
        }
    }
    if let Some(repairs) = written.repairs.filter(|_| written.repairs_are_written) {
        wrong.extend(limits::check_repairs(model, sources, repairs.grace.as_ms()));
    }
    if let Some(notice) = &written.scaling.notice {
        wrong.extend(limits::check_terminate_notice(model, Notice { timeout_ms: notice.timeout.as_ms() }));
    }
    let protection = &written.scaling.protection;
    wrong.extend(limits::check_protection(protection.from_scale_in, protection.from_scale_set_actions));
    wrong.extend(limits::check_overprovision(model, written.scaling.overprovision));
    wrong.extend(limits::check_redundancy(written.basics.disk, written.basics.disks.zone_redundant));
    wrong
}

/// V-21, V-23 to V-26, V-28, V-29.
fn offered(set: &Checked<'_>) -> Vec<Violation> {
    let (written, model) = (set.written, &set.model);
    let own = written.basics.size.as_ref();
    let mut wrong = limits::check_reservation(model, own, written.basics.disk);
    wrong.extend(limits::check_spot(model, own, &written.spot.shape));
    if let Some(told) = &written.hosts {
        let set_zone = if let [only] = set.zones { Some(*only) } else { None };
        wrong.extend(limits::check_host_group(
            model,
            &HostGroup {
                zone: told.zone,
                fault_domains: told.fault_domains,
                size_matches: told.size_matches,
                automatic_placement: told.automatic_placement,
                set_zone,
                zonal_is_allowed: written.zonal_hosts_are_allowed,
            },
        ));
    }
    if let Some(told) = &written.mix {
        let sku_name = written.basics.size_text.as_deref();
        wrong.extend(limits::check_instance_mix(
            model,
            &MixShape { sizes: &told.sizes, sku_name, has_tier: told.has_tier },
        ));
        let regular = written.regular(model.capacity);
        let (fits, _) = fill(room(&told.mix, false), regular, u64::MAX);
        wrong.extend(limits::check_quota_of_mix(fits, regular).filter(|_| !told.sizes.is_empty()));
    }
    if let Some(pool) = &written.standby {
        let asked = StandbyShape {
            min_ready: pool.min_ready,
            max_ready: pool.max_ready,
            capacity: model.capacity.max(most_autoscaled(written.autoscale.as_ref())),
            runs_beside_autoscale: pool.running && written.autoscale.is_some(),
        };
        wrong.extend(limits::check_standby(model, asked));
    }
    wrong
}
