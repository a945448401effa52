//! What is written and changes nothing: a scale-in policy of a set that never scales in, a release that nobody takes.
//!
//! What one design does not use another may, so what is told is decided over all designs.

use super::{Asked, Released, Row, Written};
use crate::reader::Reader;
use std::ops::Range;
use zonefall_engine::SimDuration;
use zonefall_fleet::management::{EvictionPolicy, ReleaseKind};
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
    pub releases: &'a [&'a Released],
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
    let releases = !releases.is_empty();
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
    let releases = !happens.releases.is_empty();
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
    let asked = table.into_iter().filter(|(key, ..)| asks(key));
    let of_keys = asked.map(|(key, used, why)| Use { span: reader.span_of(key), key, idle: (!used).then_some(why) });
    let of_tables = drained(reader, written, happens).into_iter().chain(restored(reader, written));
    let of_tables = of_tables.chain(spread(reader, written)).chain(priced(reader, written));
    of_keys.chain(of_tables).chain(released(written, happens)).collect()
}

/// MT-11: a drain before releases that take no machine out.
fn drained(reader: &Reader<'_>, written: &Written, happens: &Happens<'_>) -> Option<Use> {
    let takes = |released: &&Released| released.release.kind != ReleaseKind::Extension;
    let idle = (!happens.releases.iter().any(takes)).then_some("an extension takes no machine out");
    let span = reader.place("upgrade.drain");
    Use { span, key: "drain", idle }
        .when(written.upgrade.policy.drain > SimDuration::ZERO && !happens.releases.is_empty())
}

/// V-36, SP-03: evicted machines are not restored where autoscale is on, nor where they are deleted.
fn restored(reader: &Reader<'_>, written: &Written) -> Option<Use> {
    let spot = written.spot.spot.as_ref()?;
    let idle = match spot.eviction {
        EvictionPolicy::Delete => Some("evicted machines are deleted, and only deallocated ones are restored (SP-03)"),
        EvictionPolicy::Deallocate => {
            written.autoscale.is_some().then_some("autoscale is on, which turns try and restore off (V-36, SP-03)")
        }
    };
    Use { span: reader.place("spot.restore"), key: "restore", idle }.when(spot.restore.is_some())
}

/// SP-04: fault domains of a set that stands in one.
fn spread(reader: &Reader<'_>, written: &Written) -> Option<Use> {
    let idle = written.spot.in_one_fault_domain.then_some(ONE_FAULT_DOMAIN);
    Use { span: reader.span_of("fault_domains"), key: "fault_domains", idle }.when(reader.has("fault_domains"))
}

const ONE_FAULT_DOMAIN: &str = "a set of Spot machines stands in one fault domain (SP-04): \
                                write `spot = { single_fault_domain = false }` to spread it";

/// SP-01: a price above which machines would be evicted.
fn priced(reader: &Reader<'_>, written: &Written) -> Option<Use> {
    let idle = Some("prices of Spot machines do not move here, so nobody is evicted for one (SP-01)");
    let price = written.spot.shape.max_price.filter(|_| written.spot.spot.is_some());
    Use { span: reader.place("spot.max_price"), key: "max_price", idle }.when(price.is_some_and(|price| price > 0.0))
}

/// UP-01, UP-02: a release by hand goes to machines that are made after it, and to no other.
fn released(written: &Written, happens: &Happens<'_>) -> impl Iterator<Item = Use> {
    let takes = brings_machines(written, happens);
    let of = move |released: &&Released| {
        let by_hand = written.upgrade.is_by_hand(released.release.kind);
        let idle = (by_hand && !takes).then_some(BY_HAND);
        Use { span: released.span.clone(), key: "release", idle }
    };
    happens.releases.iter().map(of)
}

const BY_HAND: &str = "the set upgrades by hand, so it reaches no machine that exists, and none is made after it: \
                       write for example `upgrade = { mode = \"rolling\" }` and `health = {}` in the set";

/// Whether machines may come after the first ones, or an operator brings a model to those that are there.
fn brings_machines(written: &Written, happens: &Happens<'_>) -> bool {
    let of_row = |asked: &Asked| {
        matches!(
            asked,
            Asked::Capacity(_)
                | Asked::Zones(_)
                | Asked::Attach(..)
                | Asked::ReplaceFailed
                | Asked::ResumeRepairs
                | Asked::ForceDetach { .. }
                | Asked::RollBack
        )
    };
    happens.creating
        || happens.rows.iter().any(|row| of_row(&row.asked))
        || written.autoscale.is_some()
        || written.repairs.is_some()
        || written.scaling.auto_zone_balance
        || written.spot.spot.is_some()
        || written.standby.is_some()
        || written.placement.is_some()
        || written.hosts.as_ref().is_some_and(|told| !told.hosts.auto_replace)
}
