//! Keys of a scale set that say how its machines change: placement, balance, scale-in, health, repairs, creation.

use super::Key;
use super::Kind::{self, Choice, Count, Duration, Either, Flag, Law, List, Off, Share, Table, Text};
use super::fleet::{MACHINES_MAX, ON_WINDOWS};
use zonefall_azure::defaults;

const TABLE_OR_OFF: Kind = Either(&[Table, Off]);
const SOURCES: Kind = Choice(&["extension", "load-balancer"]);
const DELETE_DEFAULT: &str = "{ law = \"lognormal\", median = \"60 s\", sigma = 0.668 }";

/// A key of a scale set: name, kind, meaning, default if there is one, source.
macro_rules! set_key {
    ($name:literal, $kind:expr, $doc:literal, $source:literal) => {
        Key::new(concat!("scale_set.<name>.", $name), $kind, $doc).overlay().from($source)
    };
    (concat $at:literal, $name:literal, $kind:expr, $doc:literal, $source:literal) => {
        Key::new(concat!("scale_set.<name>.", $at, $name), $kind, $doc).overlay().from($source)
    };
    ($name:literal, $kind:expr, $doc:literal, $default:expr, $source:literal) => {
        set_key!($name, $kind, $doc, $source).or($default)
    };
}
pub(super) use set_key;

pub(super) const KEYS: &[Key] = &[
    set_key!(
        "os",
        Choice(&["linux", "windows"]),
        "The guest's system; decides the defaults of `boot` (60 s on Windows), `create_time`, `create_timeout` and `start_time`.",
        "linux",
        "PT-03, RC-03"
    ),
    set_key!(
        "size",
        Text,
        "The machine size; its family and vCPUs decide limits and quota. `\"Mix\"` with `instance_mix`.",
        "Standard_D4s_v5",
        "OM-04, AL-05, IM-01"
    ),
    set_key!(
        "vcpus",
        Count(1, 10_000),
        "vCPUs of a machine, for quota. Those of `size` without it; of each size of an instance mix its own.",
        "AL-05"
    ),
    set_key!(
        "image",
        Choice(&["gallery", "managed"]),
        "Where the image comes from: marketplace or Compute Gallery (1,000 machines), or a legacy managed image (600).",
        "gallery",
        "OM-02"
    ),
    set_key!(
        "single_placement_group",
        Flag,
        "Whether all machines (of a zone) share one placement group of at most 100. Without it: true for a Uniform regional set of at most 100 machines with fixed spreading, else false.",
        "PG-01, PG-02, PG-04"
    ),
    set_key!(
        "proximity_placement_group",
        Flag,
        "Whether the set is in a proximity placement group: one datacenter, so at most one zone.",
        "false",
        "PG-08"
    ),
    set_key!(
        "service_fabric",
        Flag,
        "Whether the set carries a Service Fabric cluster; checked only: no automatic repairs, no zones added, no automatic placement.",
        "false",
        "AR-06, CV-03, ZP-07"
    ),
    set_key!(
        "pinned_zone",
        Count(1, 100),
        "A zone that machines are pinned to. Checked only: `zones` decides where machines stand.",
        "FD-08, OM-07"
    ),
    set_key!(
        "pinned_fault_domain",
        Count(0, 100),
        "A fault domain, from 0, that machines are pinned to. Checked only.",
        "FD-08, OM-07"
    ),
    set_key!(
        "zone_balance",
        Choice(&["best-effort", "strict"]),
        "Whether an operation that would leave zones unbalanced is blocked. Only with more than one zone; best effort without it.",
        "ZB-02, ZB-05, ZB-07"
    ),
    set_key!(
        "strict_atomicity",
        Choice(&["all-or-nothing", "partial"]),
        "What becomes of a strict operation that cannot be done whole. Not published.",
        "all-or-nothing",
        "ZB-09"
    ),
    set_key!(
        "starved_zone_counts_as_down",
        Flag,
        "Whether a zone without capacity counts as unavailable when two unavailable zones block scaling. Not published.",
        "false",
        "ZB-11"
    ),
    set_key!(
        "scale_in_policy",
        Choice(&["default", "oldest", "newest"]),
        "Which machine a scale-in removes: by zones, fault domains and id, or by age within the fullest zones.",
        "default",
        "SI-03"
    ),
    set_key!("prioritize_unhealthy", Flag, "Whether a scale-in removes unhealthy machines first.", "false", "SI-06"),
    set_key!(
        "force_deletion",
        Flag,
        "Whether machines that a scale-in removes are deleted without a graceful shutdown.",
        "false",
        "SI-06"
    ),
    set_key!(
        "protected_zone_fallback",
        Flag,
        "Whether a scale-in takes the next fullest zone where the fullest holds only protected machines. Not published.",
        "true",
        "SI-05"
    ),
    set_key!(
        "protection",
        TABLE_OR_OFF,
        "How many of the oldest machines are protected; `false` in a design takes it out.",
        "SI-07"
    ),
    set_key!(
        "protection.scale_in",
        Count(0, MACHINES_MAX),
        "Machines protected from scale-in, repairs and rebalancing.",
        "0",
        "SI-07"
    ),
    set_key!(
        "protection.scale_set_actions",
        Count(0, MACHINES_MAX),
        "Of them, machines protected from actions on the whole set too.",
        "0",
        "SI-07"
    ),
    set_key!(
        "protection.manual",
        Flag,
        "Whether a manual change of capacity respects the protection. The pages contradict each other.",
        "true",
        "SI-08"
    ),
    set_key!(
        "terminate_notice",
        Either(&[Duration, Off]),
        "How long before its deletion a machine is told: 5 to 15 minutes. Off without it.",
        "SI-09"
    ),
    set_key!(
        "terminate_approval",
        Law,
        "How long the application takes to approve its deletion; without it the whole notice is waited for.",
        "SI-09, SI-10"
    ),
    set_key!(
        "overprovision",
        Flag,
        "Whether a scale-out starts more machines and deletes what is too much. Uniform only, where it is on without this key.",
        "OV-01"
    ),
    set_key!("overprovision_percent", Count(1, 1000), "How many percent more. Not published.", "20", "OV-02")
        .in_percent(),
    set_key!("health", TABLE_OR_OFF, "How the set learns that a machine is not well; repairs need it.", "HM-01"),
    set_key!(
        "health.source",
        Either(&[SOURCES, List(&SOURCES, 2)]),
        "Who tells: the application health extension, or the load balancer's probe (Uniform only).",
        "extension",
        "HM-01"
    ),
    set_key!(
        "health.rich",
        Flag,
        "Whether the extension tells rich states (`Initializing`, `Unknown`).",
        "false",
        "HM-03, HM-05"
    ),
    set_key!(
        "health.protocol",
        Choice(&["http", "https", "tcp"]),
        "How the extension asks. `http` with a `request_path`, else `tcp`.",
        "HM-02, HM-04"
    ),
    set_key!("health.request_path", Text, "The path that HTTP asks for; not with `tcp`.", "HM-04"),
    set_key!(
        "health.interval",
        Duration,
        "Time between two probes, 5 to 60 seconds. Of a load balancer: its `probe_interval`.",
        "5 s",
        "HM-04"
    ),
    set_key!(
        "health.probes",
        Count(0, 1000),
        "Equal answers in a row for any change, 1 to 24. Of a load balancer: its `unhealthy_threshold`.",
        "1",
        "HM-04"
    ),
    set_key!(
        "health.grace",
        Duration,
        "Rich states only: for how long a machine that was created, restarted or reimaged may be initializing, from when it is up; then it is Unknown (HTTP) or Unhealthy (TCP). Meanwhile it is not repaired, and rolling upgrades wait. Without it: interval times probes.",
        "HM-04, HM-05"
    ),
    set_key!(
        "health.dead_after",
        Duration,
        "After this time a dead machine counts as unhealthy. Without it: three intervals, at least 60 s; of a load balancer: its threshold. Not published.",
        "HM-07"
    ),
    set_key!(
        "health.dead_vm_triggers_repair",
        Flag,
        "Whether a dead machine ever counts as unhealthy. Not published.",
        "true",
        "HM-07"
    ),
    set_key!(
        "repairs",
        TABLE_OR_OFF,
        "Automatic instance repairs; `false` keeps them off also with `auto_zone_balance`, which otherwise turns them on.",
        "AR-01, AZ-03"
    ),
    set_key!(
        "repairs.action",
        Choice(&["replace", "reimage", "restart"]),
        "What a repair does.",
        "replace",
        "AR-01, AR-02"
    ),
    set_key!(
        "repairs.grace",
        Duration,
        "No repair so soon after a machine was made or repaired, from when it is up (its warm-up counts), or the set was changed; 10 to 90 minutes.",
        "10 min",
        "AR-04, C-14"
    ),
    set_key!("repairs.dwell", Duration, "How long a machine must have been unhealthy. Not published.", "0 s", "AR-08"),
    set_key!("repairs.tick", Duration, "Time between two looks. Not published.", "60 s", "AR-08"),
    set_key!(
        "repairs.suspend_after",
        Count(1, 1_000_000),
        "Repairs are suspended after so many in a row whose product is not healthy. Not published.",
        "3",
        "AR-07"
    ),
    set_key!(
        "zone_self_healing",
        Flag,
        "Whether machines of a lost zone are made again in healthy ones without anybody asking, as a field manual of 2022 has it; newer documents say that they stay down until their zone returns. It turns on repairs that replace, at their pace, and needs `health`.",
        "false",
        "DR-09"
    ),
    set_key!(
        "auto_zone_balance",
        Flag,
        "Automatic zone balance: one machine at a time moves from the fullest zone to the emptiest.",
        "false",
        "AZ-01, AZ-06"
    ),
    set_key!(
        "resilient_create",
        Flag,
        "Whether machines that time out while the set is created or scaled out are tried again; repairs and rebalances are not.",
        "false",
        "RC-01, RC-02"
    ),
    set_key!("resilient_delete", Flag, "Whether deletions that fail are tried again.", "false", "RC-01, RC-05"),
    set_key!("create_timeout", Duration, "A creation that takes longer has failed. On Windows 20 min.", "RC-03")
        .preset(&defaults::CREATE_TIMEOUT)
        .but(ON_WINDOWS, &defaults::CREATE_TIMEOUT_WINDOWS),
    set_key!("create_failure", Share, "Probability that a creation fails whatever its time.", "1%", "FR-01"),
    set_key!(
        "start_time",
        Law,
        "From the request to a running system for a deallocated machine. On Windows 90 s.",
        "PT-03"
    )
    .preset(&defaults::START)
    .but(ON_WINDOWS, &defaults::START_WINDOWS),
    set_key!("delete_time", Law, "From the request until a machine is gone.", DELETE_DEFAULT, "PT-03"),
    set_key!(
        "delete_failure",
        Share,
        "Probability that a deletion meets a transient error of the platform.",
        "0%",
        "RC-05"
    ),
    set_key!(
        "dead_zone_delete",
        Duration,
        "How long the deletion of a machine in a dark zone takes. Not published.",
        "10 min",
        "AR-10"
    ),
];
