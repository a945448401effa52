//! Azure's promise for virtual machines (SL-01) and its credits (SL-03): a yardstick beside the objective.
//!
//! A promise is about connectivity to at least one machine of a group; it is a refund, not a forecast. Scale sets have
//! none of their own: what counts is where their machines stand.

/// One promise with its credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlaTable {
    /// In words.
    pub name: &'static str,
    /// The rule it comes from.
    pub rule: &'static str,
    /// Monthly uptime below a fraction (numerator, denominator) brings a credit in percent; the first is the promise.
    pub tiers: &'static [(u64, u64, u32)],
    /// SL-02: it counts while at least so many machines in so many zones have been started and not stopped.
    pub least: (u32, u32),
}

/// Two or more machines over two or more zones of a region: 99.99 %.
pub const ZONES: SlaTable = SlaTable {
    name: "two or more machines in two or more availability zones, 99.99 %",
    rule: "SL-01",
    tiers: &[(9999, 10_000, 10), (99, 100, 25), (95, 100, 100)],
    least: (2, 2),
};
/// Two or more machines in one availability set: 99.95 %.
pub const AVAILABILITY_SET: SlaTable = SlaTable {
    name: "two or more machines in an availability set, 99.95 %",
    rule: "SL-01",
    tiers: &[(9995, 10_000, 10), (99, 100, 25), (95, 100, 100)],
    least: (2, 0),
};
/// Two or more machines in one group of dedicated hosts: 99.95 %.
pub const DEDICATED_HOSTS: SlaTable =
    SlaTable { name: "two or more machines in a dedicated host group, 99.95 %", ..AVAILABILITY_SET };
/// A single machine, every disk Premium SSD or Ultra: 99.9 %.
pub const SINGLE_PREMIUM: SlaTable = SlaTable {
    name: "single machine with Premium SSD or Ultra disks, 99.9 %",
    rule: "SL-01",
    tiers: &[(999, 1000, 10), (99, 100, 25), (95, 100, 100)],
    least: (1, 0),
};
/// A single machine whose worst disk is a Standard SSD: 99.5 %. The credits below the promise are not verified.
pub const SINGLE_STANDARD_SSD: SlaTable = SlaTable {
    name: "single machine with Standard SSD disks, 99.5 %",
    rule: "SL-01",
    tiers: &[(995, 1000, 10), (95, 100, 25), (90, 100, 100)],
    least: (1, 0),
};
/// A single machine whose worst disk is a Standard HDD: 95 %. The credits below the promise are not verified.
pub const SINGLE_STANDARD_HDD: SlaTable = SlaTable {
    name: "single machine with Standard HDD disks, 95 %",
    rule: "SL-01",
    tiers: &[(95, 100, 10), (92, 100, 25), (90, 100, 100)],
    least: (1, 0),
};

/// All promises, for `explain`.
pub const TABLES: &[SlaTable] =
    &[ZONES, AVAILABILITY_SET, DEDICATED_HOSTS, SINGLE_PREMIUM, SINGLE_STANDARD_SSD, SINGLE_STANDARD_HDD];

/// What the machines are grouped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    /// One or more scale sets.
    ScaleSet,
    /// An availability set.
    AvailabilitySet,
    /// A scale set on hosts of its own.
    DedicatedHosts,
    /// Machines on their own.
    SingleMachine,
}

/// The worst disk of a machine, which decides (SL-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    /// Premium SSD, also version 2.
    PremiumSsd,
    /// Ultra disk.
    UltraDisk,
    /// Standard SSD.
    StandardSsd,
    /// Standard HDD.
    StandardHdd,
}

/// The machines of a service in one region, all of its sets together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machines {
    /// How many.
    pub instances: u64,
    /// Distinct zones that they are pinned to or spread over; 0 for regional ones.
    pub zones: u32,
    /// What they are grouped in.
    pub kind: GroupKind,
    /// Their worst disk.
    pub disk: Disk,
    /// Whether some are regional: their zones are hidden and count for nothing.
    pub regional: bool,
}

/// The promise that covers the group as a whole. None for two or more machines that are neither in two zones nor in an
/// availability set or a dedicated host group: each machine then has its single-machine promise, and the group has nothing beyond that.
pub fn terms_for(machines: &Machines) -> Option<&'static SlaTable> {
    match (machines.instances, machines.zones, machines.kind) {
        (0, ..) => None,
        (1, ..) => Some(single(machines.disk)),
        (_, 2.., GroupKind::ScaleSet | GroupKind::DedicatedHosts | GroupKind::SingleMachine) => Some(&ZONES),
        (_, _, GroupKind::DedicatedHosts) => Some(&DEDICATED_HOSTS),
        (_, 0, GroupKind::AvailabilitySet) => Some(&AVAILABILITY_SET),
        _ => None,
    }
}

/// SL-07: the promise for a kind of component, as a ratio; none where it depends on what was bought.
pub fn component(kind: &str) -> Option<(u64, u64)> {
    match kind {
        "load-balancer" | "front-door" | "traffic-manager" => Some((9999, 10_000)),
        "application-gateway" => Some((9995, 10_000)),
        _ => None,
    }
}

/// The promise for one machine by itself.
pub fn single(worst_disk: Disk) -> &'static SlaTable {
    match worst_disk {
        Disk::PremiumSsd | Disk::UltraDisk => &SINGLE_PREMIUM,
        Disk::StandardSsd => &SINGLE_STANDARD_SSD,
        Disk::StandardHdd => &SINGLE_STANDARD_HDD,
    }
}

/// Why [`terms_for`] says what it says, in a sentence.
pub fn why(machines: &Machines) -> &'static str {
    match (terms_for(machines), machines.kind) {
        (Some(table), _) if *table == ZONES => "two or more machines stand in two or more zones (SL-01)",
        (Some(table), _) if *table == DEDICATED_HOSTS => "two or more machines share a dedicated host group (SL-01)",
        (Some(table), _) if *table == AVAILABILITY_SET => "two or more machines share an availability set (SL-01)",
        (Some(_), _) => "one machine: its worst disk decides (SL-01)",
        (None, _) if machines.instances == 0 => "there is no machine to promise anything for",
        (None, GroupKind::AvailabilitySet) => "an availability set cannot have zones (AV-01)",
        (None, _) if machines.regional => {
            "the machines' zones are hidden, so two zones are not assured, and there is no availability set; each \
             machine has its single-machine promise (SL-01)"
        }
        (None, _) => {
            "two or more machines in one zone without an availability set; each has its single-machine promise (SL-01)"
        }
    }
}
