//! Keys that are written and change nothing: a scale-in policy of a set that never scales in.
//!
//! What one design does not use another may, so what is told is decided over all designs.

use super::{Asked, Row, Written};
use crate::reader::Reader;
use std::ops::Range;
use zonefall_fleet::management::EvictionPolicy;
use zonefall_fleet::policy::zone_balance::Balance;

/// A key that is written, and why it changes nothing in this design; nothing if it does.
pub(crate) struct Use {
    pub span: Range<usize>,
    pub key: &'static str,
    pub idle: Option<&'static str>,
}

impl Use {
    /// It, if it is written at all.
    pub fn when(self, written: bool) -> Option<Self> {
        written.then_some(self)
    }
}

/// What there is that may change the machines of a set.
pub(crate) struct Happens<'a> {
    pub rows: &'a [&'a Row],
    pub releases: bool,
    /// Anything at all.
    pub managed: bool,
    /// The set begins by being created.
    pub creating: bool,
}

/// What happens to the machines of a set.
struct Life {
    managed: bool,
    removes: bool,
    creates: bool,
    starts: bool,
    heals: bool,
}

fn life(written: &Written, happens: &Happens<'_>) -> Life {
    let Happens { rows, releases, managed, creating } = *happens;
    let scales = rows.iter().any(|row| matches!(row.asked, Asked::Capacity(_))) || written.autoscale.is_some();
    let heals = written.repairs.is_some() || written.scaling.auto_zone_balance;
    let surges = releases && written.upgrade.policy.max_surge;
    let starts = rows.iter().any(|row| matches!(row.asked, Asked::Deallocate(_) | Asked::Start))
        || written.spot.spot.as_ref().is_some_and(|spot| spot.eviction == EvictionPolicy::Deallocate)
        || written.standby.as_ref().is_some_and(|pool| !pool.running);
    Life {
        managed,
        removes: scales || written.scaling.auto_zone_balance,
        creates: managed && (scales || creating || surges),
        starts,
        heals,
    }
}

/// Every key of the set that may be idle.
pub(crate) fn used(reader: &Reader<'_>, written: &Written, happens: &Happens<'_>) -> Vec<Use> {
    let life = life(written, happens);
    let releases = happens.releases;
    let never = "nothing changes the machines of this set while a trial runs";
    let scaling = "the capacity of this set never changes";
    let strict = written.scaling.balance.balance == Balance::Strict;
    let data = written.basics.disks.data;
    let table: [(&'static str, bool, &'static str); 26] = [
        ("zone_balance", life.managed, never),
        ("strict_atomicity", life.managed && strict, "the balance of zones is not strict"),
        ("starved_zone_counts_as_down", life.managed && !strict, "it concerns best-effort balance of a changing set"),
        ("scale_in_policy", life.removes, scaling),
        ("prioritize_unhealthy", life.removes, scaling),
        ("protected_zone_fallback", life.removes, scaling),
        ("force_deletion", life.removes, scaling),
        (
            "protection",
            life.removes || life.heals || releases,
            "nothing would remove, repair or upgrade machines of this set",
        ),
        ("terminate_notice", life.managed, never),
        ("terminate_approval", written.scaling.notice.is_some(), "there is no `terminate_notice`"),
        ("overprovision", life.creates, "no machines are created"),
        ("overprovision_percent", life.creates && written.scaling.overprovision != Some(false), "no more are started"),
        ("health", life.heals || releases, "neither repairs nor automatic zone balance nor rollouts look at it"),
        ("create_timeout", life.managed, never),
        ("create_failure", life.managed, never),
        ("resilient_create", life.managed, never),
        ("start_time", life.starts, "no machine of this set is ever deallocated"),
        ("delete_time", life.managed, never),
        ("delete_failure", life.managed, never),
        ("resilient_delete", life.managed, never),
        ("dead_zone_delete", life.managed, never),
        ("reserved_per_zone", life.managed, never),
        ("instance_mix", life.managed, never),
        ("upgrade", releases, "nothing is released to this set"),
        ("disk_redundancy", data, "there is no `data_disk` whose loss counts"),
        ("zone_destroyed", data, "there is no `data_disk` whose loss counts"),
    ];
    // What is written as `false` asks for nothing, but where the default is `true`.
    let asks = |key: &str| reader.has(key) && (!reader.is_off(key) || key == "protected_zone_fallback");
    let written = table.into_iter().filter(|(key, ..)| asks(key));
    written.map(|(key, used, why)| Use { span: reader.span_of(key), key, idle: (!used).then_some(why) }).collect()
}
