//! Keys of a scale set that say on which capacity it runs: Spot, instance mix, standby pool, reservation, hosts, disks,
//! automatic placement.

use super::Key;
use super::Kind::{self, Choice, Count, Duration, Either, Flag, Law, List, Number, Off, Share, Table, Tables, Text};
use super::change::VCPUS_MAX;
use super::fleet::MACHINES_MAX;
use super::manage::set_key;

const TABLE_OR_OFF: Kind = Either(&[Table, Off]);
/// More than Azure allows, so that it can be said in its words.
pub(crate) const MIX_SIZES_MAX: usize = 100;
/// More than a percentage may be, for the same reason.
const PERCENT_MAX: u64 = 1_000_000;

pub(super) const KEYS: &[Key] = &[
    set_key!(
        "priority",
        Choice(&["regular", "spot"]),
        "Whether machines are Spot: cheap, and evicted when capacity is needed.",
        "regular",
        "SP-01"
    ),
    set_key!(
        "spot",
        TABLE_OR_OFF,
        "How Spot machines are mixed, evicted and restored; needs `priority = \"spot\"`.",
        "SP-01"
    ),
    set_key!("spot.base_regular", Count(0, MACHINES_MAX), "So many machines are regular. Flexible only.", "0", "SP-05"),
    set_key!(
        "spot.regular_percent_above",
        Count(0, PERCENT_MAX),
        "Of the machines above the base, so many percent are regular. Flexible only.",
        "0",
        "SP-05"
    )
    .in_percent(),
    set_key!(
        "spot.eviction",
        Choice(&["deallocate", "delete"]),
        "What becomes of an evicted machine.",
        "deallocate",
        "SP-01, SP-02"
    ),
    set_key!(
        "spot.restore",
        Either(&[Duration, Off]),
        "How long restoring an evicted machine is tried; off without it, and where autoscale is on. Only deallocated machines are restored.",
        "SP-03"
    ),
    set_key!(
        "spot.single_fault_domain",
        Flag,
        "Whether a set of Spot machines only stands in a single fault domain, one rack of each of its zones, as Azure documents; with
`false` it is spread by `fault_domains`. Sets with regular machines among them always are.",
        "true",
        "SP-04"
    ),
    set_key!(
        "spot.max_price",
        Number(-1e9, 1e9),
        "The price above which machines are evicted; -1 for never. Checked only: prices do not move here.",
        "-1",
        "SP-01"
    ),
    set_key!("instance_mix", TABLE_OR_OFF, "Several sizes, tried in turn.", "IM-01"),
    set_key!(
        "instance_mix.strategy",
        Choice(&["lowest-price", "capacity-optimized", "prioritized"]),
        "In which order sizes are tried.",
        "lowest-price",
        "IM-02"
    ),
    set_key!(
        "instance_mix.shared_shortage",
        Number(0.0, 1.0),
        "Probability that a zone's lack of capacity for one size is one for another too. Assumed.",
        "0.5",
        "IM-03"
    ),
    set_key!("instance_mix.tier", Text, "The tier of the size; Azure refuses any with an instance mix.", "IM-01"),
    set_key!("instance_mix.sizes[]", Tables(MIX_SIZES_MAX), "The sizes, at most 5.", "IM-01"),
    set_key!("instance_mix.sizes[].name", Text, "The size.", "IM-01"),
    set_key!("instance_mix.sizes[].price", Number(0.0, 1e9), "What it costs an hour, in any unit.", "1", "IM-02"),
    set_key!("instance_mix.sizes[].rank", Count(0, 1_000_000), "Lower goes first, with `prioritized`.", "0", "IM-02"),
    set_key!(
        "instance_mix.sizes[].availability",
        Number(0.0, 1e9),
        "How likely it is to be had, relative to the others: the order of `capacity-optimized`, and nothing else.",
        "1",
        "IM-02"
    ),
    set_key!(
        "instance_mix.sizes[].quota",
        Count(0, VCPUS_MAX),
        "vCPUs of regular machines that the subscription lets this set have of this size; as many as `[quota]` without it. A size is
skipped while it has no room for one machine more.",
        "IM-02, AL-05"
    ),
    set_key!("standby_pool", TABLE_OR_OFF, "Machines kept ready beside the set.", "SB-01"),
    set_key!("standby_pool.min_ready", Count(0, MACHINES_MAX), "The least that is kept ready.", "0", "SB-01"),
    set_key!(
        "standby_pool.max_ready",
        Count(0, MACHINES_MAX),
        "Ready machines and those of the set together.",
        "SB-01"
    ),
    set_key!(
        "standby_pool.state",
        Choice(&["running", "deallocated", "hibernated"]),
        "In which state they wait.",
        "running",
        "SB-01"
    ),
    set_key!(
        "standby_pool.start",
        Law,
        "From the request to a running system for a machine of the pool. Without it: at once if it runs, else `start_time`. Not published.",
        "SB-01"
    ),
    set_key!(
        "reserved_per_zone",
        Either(&[Count(1, MACHINES_MAX), Off]),
        "Reserved capacity in each zone, or in the region of a regional set: so many machines need no quota and always find capacity.",
        "CR-01, CR-02"
    ),
    set_key!("dedicated_hosts", TABLE_OR_OFF, "The machines run on a group of dedicated hosts.", "DH-01"),
    set_key!(
        "dedicated_hosts.auto_replace",
        Flag,
        "Whether the platform replaces a failed host and heals its machines; otherwise the customer redeploys.",
        "true",
        "DH-02"
    ),
    set_key!("dedicated_hosts.redeploy", Law, "How long redeploying takes the customer. Assumed.", "1 h", "DH-02"),
    set_key!("dedicated_hosts.zone", Count(1, 100), "The host group's zone; has to be the set's.", "DH-01"),
    set_key!(
        "dedicated_hosts.fault_domains",
        Count(1, 100),
        "The host group's fault domains; have to be the set's. The same without it.",
        "DH-01"
    ),
    set_key!("dedicated_hosts.size_matches", Flag, "Whether the hosts are of the size's series.", "true", "DH-01"),
    set_key!(
        "dedicated_hosts.automatic_placement",
        Flag,
        "Whether machines are placed on the hosts automatically; a scale set needs it.",
        "true",
        "DH-01"
    ),
    set_key!(
        "allow_zonal_dedicated_host",
        Flag,
        "Whether a zonal set may be on dedicated hosts. The pages contradict each other.",
        "false",
        "DH-03, C-06"
    ),
    set_key!(
        "zone_placement",
        TABLE_OR_OFF,
        "Automatic zone placement (a preview): the platform chooses the zones, in place of `zones`.",
        "ZP-01"
    ),
    set_key!("zone_placement.policy", Choice(&["auto"]), "The placement policy.", "auto", "ZP-01"),
    set_key!(
        "zone_placement.include",
        List(&Count(1, 100), 100),
        "Zones to choose from; all of the region without it.",
        "ZP-01"
    ),
    set_key!(
        "zone_placement.exclude",
        List(&Count(1, 100), 100),
        "Zones not to choose from; one of this and `include`.",
        "ZP-01"
    ),
    set_key!(
        "zone_placement.max_zone_count",
        Count(1, 100),
        "The most zones. Without it 3, and a fourth where they cannot satisfy.",
        "ZP-02"
    ),
    set_key!(
        "zone_placement.max_instance_percent_per_zone",
        Count(0, PERCENT_MAX),
        "The most of the machines in one zone, in percent. Without it 50.",
        "ZP-03, ZP-04"
    )
    .in_percent(),
    set_key!("data_disk", Flag, "Whether each machine has a data disk whose loss counts.", "false", "DK-03, DK-07"),
    set_key!(
        "disk_redundancy",
        Choice(&["lrs", "zrs"]),
        "Whether disks are kept in one datacenter or copied over three zones.",
        "lrs",
        "DK-01, DK-02"
    ),
    set_key!(
        "disk_elsewhere",
        Share,
        "Probability that the disk of a regional machine stands in another zone than the machine, so that either zone can stop it. Without it: never for ultra and premium disks and for zone-redundant ones, by chance for standard ones.",
        "DK-06"
    ),
    set_key!(
        "zone_destroyed",
        Share,
        "Probability that an outage of a whole zone destroys what is stored there. Assumed.",
        "0%",
        "DK-05"
    ),
];
