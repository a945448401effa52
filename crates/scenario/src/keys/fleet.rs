//! Keys of the designs: sets of machines, load balancer, and what else a design may change.

use super::Key;
use super::Kind::{
    Choice, Count, Duration, Either, Flag, Law, List, Number, Off, RequestRate, Share, Table, Tables, Text,
};

use zonefall_azure::defaults::{self, GATEWAY_INSTANCES_MAX};

/// The most machines of a design.
pub(crate) const MACHINES_MAX: u64 = 10_000_000;
/// The most sets of a design.
pub(crate) const SETS_MAX: usize = 200;
/// The most that one design drops of the base.
pub(crate) const DROPPED_MAX: usize = 200;
/// The most designs of a study.
pub(crate) const DESIGNS_MAX: usize = 200;

const DISKS: super::Kind = Choice(&["ultra", "premium-ssd-v2", "premium-ssd", "standard-ssd", "standard-hdd"]);
const HIDDEN: super::Kind = Either(&[Choice(&["single", "uniform"]), Table]);
const DOMAINS: super::Kind = Either(&[Choice(&["max"]), Count(1, 5)]);
const STATES: super::Kind = Choice(&["running", "creating"]);

const REGION: &str = "The region it is in. May be left out where there is one region.";
const SERVES: &str = "What one machine can serve; matters with `[demand]`.";
const BOOT: &str = "From power to a running system.";
const WARM_UP: &str = "From a running system to the first request served: extensions and the application.";
const SLOW: &str = "From its first request on a machine that has started serves a part of its capacity, and is warm when it has served for some time: caches are cold, code is not compiled. It counts for `min_serving`, and for capacity and times as what it can do; what comes to it of the demand `service.spread` says, and autoscale sees its CPU accordingly. What it lacks is charged to what took it out. `false` in a design removes it.";
const SLOW_CAPACITY: &str = "The part of its capacity that it serves until it is warm.";
const SLOW_TIME: &str = "How long it serves before it is warm; time out of rotation does not count.";
const STATE: &str = "Whether the machines serve when the trial begins, or are only then created.";
const CREATE: &str = "From request to a running system, with `start_state = \"creating\"` and for every machine made later. On Windows (`os`) median 240 s, sigma 0.421.";
const DISK: &str = "The disks; decides which SLA a machine alone has.";
const COMMITTED: &str =
    "Machines that are paid for in advance, running or not; further ones are paid on demand. Matters with `[money]`.";
const COMMITTED_FOR: &str = "For how long they are paid in advance.";
const SIZE: &str = "The machine size, for its price. Matters with `[money]`.";
const TERMS: super::Kind = Choice(&["1 year", "3 years"]);
/// Where a set has other defaults.
pub(super) const ON_WINDOWS: &str = "os = \"windows\"";
/// Where a load balancer has other defaults.
const GATEWAY: &str = "kind = \"application-gateway\"";

macro_rules! machine_keys {
    ($set:literal) => {
        [
            Key::new(concat!($set, ".<name>.region"), Text, REGION).overlay(),
            Key::new(concat!($set, ".<name>.capacity_per_instance"), RequestRate, SERVES)
                .or("100 req/s")
                .overlay()
                .from("assumed"),
            Key::new(concat!($set, ".<name>.boot"), Law, BOOT).preset(&defaults::BOOT).overlay().from("PT-03"),
            Key::new(concat!($set, ".<name>.warm_up"), Law, WARM_UP).preset(&defaults::WARM_UP).overlay().from("PT-03"),
            Key::new(concat!($set, ".<name>.slow_start"), Either(&[Table, Off]), SLOW).overlay().from("AS-20"),
            Key::new(concat!($set, ".<name>.slow_start.capacity"), Share, SLOW_CAPACITY)
                .or("50%")
                .overlay()
                .from("assumed"),
            Key::new(concat!($set, ".<name>.slow_start.time"), Law, SLOW_TIME).overlay().from("AS-20"),
            Key::new(concat!($set, ".<name>.start_state"), STATES, STATE).or("running").overlay(),
            Key::new(concat!($set, ".<name>.create_time"), Law, CREATE)
                .preset(&defaults::CREATE)
                .overlay()
                .from("PT-03"),
            Key::new(concat!($set, ".<name>.disk"), DISKS, DISK).or("premium-ssd").overlay().from("SL-01, SL-03"),
            Key::new(concat!($set, ".<name>.committed"), Count(0, MACHINES_MAX), COMMITTED)
                .or("0")
                .overlay()
                .from("CO-02"),
            Key::new(concat!($set, ".<name>.committed_for"), TERMS, COMMITTED_FOR).or("1 year").overlay().from("CO-02"),
        ]
    };
}

const SCALE: [Key; 12] = machine_keys!("scale_set");
const AVAILABILITY: [Key; 12] = machine_keys!("availability_set");
const SINGLE: [Key; 12] = machine_keys!("virtual_machine");

pub(super) const KEYS: &[Key] = &[
    Key::new("scale_set", Table, "Virtual machine scale sets, each `[scale_set.<name>]`.").overlay(),
    Key::new("scale_set.<name>", Either(&[Table, Off]), "A scale set; `false` in a design removes it.").overlay(),
    SCALE[0],
    Key::new(
        "scale_set.<name>.zones",
        List(&Count(1, 100), 100),
        "Zones by number. One: zonal. Several: zone-spanning. None: regional, in hidden zones.",
    )
    .or("[]")
    .overlay()
    .from("ZN-01, ZB-03"),
    Key::new("scale_set.<name>.capacity", Count(1, MACHINES_MAX), "Machines.").overlay().from("OM-02"),
    Key::new(
        "scale_set.<name>.fault_domains",
        DOMAINS,
        "How machines are spread over racks in each zone: `\"max\"` (the same as 1) over as many as possible, or over exactly this many. Without it: 5 for uniform regional sets, else max.",
    )
    .overlay()
    .from("FD-02, FD-03, FD-04"),
    Key::new(
        "scale_set.<name>.orchestration",
        Choice(&["flexible", "uniform"]),
        "The orchestration mode; decides which fault domain counts Azure accepts.",
    )
    .or("flexible")
    .overlay()
    .from("OM-01, FD-02"),
    Key::new(
        "scale_set.<name>.hidden_zone",
        HIDDEN,
        "Where the machines of a regional set stand: all in one zone, each in a zone of its own draw, or mostly in the first one's.",
    )
    .preset(&defaults::HIDDEN_ZONE)
    .overlay()
    .from("ZN-03"),
    Key::new(
        "scale_set.<name>.hidden_zone.sticky",
        Number(0.0, 1.0),
        "Probability that a further machine goes to the zone of the first one.",
    )
    .overlay()
    .from("ZN-03"),
    SCALE[1], SCALE[2].but(ON_WINDOWS, &defaults::BOOT_WINDOWS), SCALE[3], SCALE[4], SCALE[5], SCALE[6], SCALE[7],
    SCALE[8].but(ON_WINDOWS, &defaults::CREATE_WINDOWS), SCALE[9], SCALE[10], SCALE[11],
    Key::new("availability_set", Table, "Availability sets, each `[availability_set.<name>]`: regional, in one zone.").overlay(),
    Key::new("availability_set.<name>", Either(&[Table, Off]), "An availability set; `false` in a design removes it.")
        .overlay(),
    AVAILABILITY[0],
    Key::new("availability_set.<name>.capacity", Count(1, MACHINES_MAX), "Machines; Azure allows 200.")
        .overlay()
        .from("AV-01"),
    Key::new(
        "availability_set.<name>.fault_domains",
        Count(1, 100),
        "Racks that the machines are spread over: at most 3, in some regions 2.",
    )
    .or("2")
    .overlay()
    .from("AV-01"),
    Key::new(
        "availability_set.<name>.update_domains",
        Count(1, 1000),
        "Update domains, at most 20: planned restarts go through them one at a time, where the scenario has `[maintenance]`.",
    )
    .or("5")
    .overlay()
    .from("AV-01, FD-11"),
    Key::new("availability_set.<name>.zones", List(&Count(1, 100), 100), "Azure refuses zones of an availability set.")
        .or("[]")
        .overlay()
        .from("AV-01"),
    Key::new(
        "availability_set.<name>.priority",
        Choice(&["regular", "spot"]),
        "Azure refuses Spot machines in an availability set.",
    )
    .or("regular")
    .overlay()
    .from("SP-04"),
    Key::new(
        "availability_set.<name>.reserved_per_zone",
        Count(1, MACHINES_MAX),
        "Azure refuses a capacity reservation for an availability set.",
    )
    .overlay()
    .from("CR-04"),
    AVAILABILITY[1], AVAILABILITY[2], AVAILABILITY[3], AVAILABILITY[4], AVAILABILITY[5], AVAILABILITY[6], AVAILABILITY[7], AVAILABILITY[8], AVAILABILITY[9],
    AVAILABILITY[10], AVAILABILITY[11],
    Key::new("availability_set.<name>.size", Text, SIZE).or("Standard_D4s_v5").overlay().from("CO-01"),
    Key::new("virtual_machine", Table, "Single machines, each `[virtual_machine.<name>]`.").overlay(),
    Key::new("virtual_machine.<name>", Either(&[Table, Off]), "One machine; `false` in a design removes it.").overlay(),
    SINGLE[0],
    Key::new("virtual_machine.<name>.zone", Count(1, 100), "Its zone; regional without it.").overlay().from("AV-02"),
    SINGLE[1], SINGLE[2], SINGLE[3], SINGLE[4], SINGLE[5], SINGLE[6], SINGLE[7], SINGLE[8], SINGLE[9], SINGLE[10], SINGLE[11],
    Key::new("virtual_machine.<name>.size", Text, SIZE).or("Standard_D4s_v5").overlay().from("CO-01"),
    Key::new(
        "load_balancer",
        Either(&[Table, Off]),
        "Finds dead machines by probes. Without the table a machine serves whenever it runs; `false` in a design removes it.",
    )
    .overlay()
    .from("LB-01"),
    Key::new(
        "load_balancer.kind",
        Choice(&["load-balancer", "application-gateway"]),
        "What it is. An application gateway probes every 30 s, waits 30 s, takes a machine out after 3 failures, takes flapping for nothing, and drains for 30 s, where nothing else is written; bills take it for a load balancer.",
    )
    .or("load-balancer")
    .overlay()
    .from("LB-01, AG-01, AG-02"),
    Key::new("load_balancer.probe_interval", Duration, "Time between probes; Azure's least is 5 s.")
        .preset(&defaults::PROBE_INTERVAL)
        .but(GATEWAY, &defaults::GATEWAY_PROBE)
        .overlay()
        .from("LB-01"),
    Key::new(
        "load_balancer.unhealthy_threshold",
        Count(1, 100),
        "Failed probes in a row that take a machine out of rotation.",
    )
    .preset(&defaults::PROBES_DOWN)
    .but(GATEWAY, &defaults::GATEWAY_PROBES_DOWN)
    .overlay()
    .from("LB-01"),
    Key::new("load_balancer.healthy_threshold", Count(1, 100), "Successful probes in a row that bring it back.")
        .preset(&defaults::PROBES_UP)
        .overlay()
        .from("LB-01"),
    Key::new(
        "load_balancer.probe",
        Choice(&["tcp", "http"]),
        "How it probes, which decides how long it waits for an answer (`probe_timeout`). Not with an application gateway, which asks by HTTP.",
    )
    .or("tcp")
    .overlay()
    .from("LB-02"),
    Key::new(
        "load_balancer.probe_timeout",
        Duration,
        "How long an unanswered probe takes to count as failed. Without it until the next probe (`probe_interval`), for HTTP at most 30 s; with an application gateway 30 s. A machine that lives and whose application does not (`application_only`) refuses probes: they have failed at once.",
    )
    .but(GATEWAY, &defaults::GATEWAY_PROBE)
    .overlay()
    .from("LB-02, AG-01"),
    Key::new(
        "load_balancer.no_healthy_backends",
        Choice(&["all-probed-down", "all-probed-up"]),
        "Where probes find no machine healthy (of a part, in a service of parts): none gets requests, or all do. With all, machines that are up again serve before a probe has succeeded, and the others get as large a share, which is lost, until the first probe succeeds. Not with an application gateway.",
    )
    .or("all-probed-down")
    .overlay()
    .from("LB-05"),
    Key::new(
        "load_balancer.flap_window",
        Duration,
        "Each return within this time of the last doubles the successes needed, up to 8 times; 0 s turns it off.",
    )
    .or("5 min")
    .but(GATEWAY, &defaults::GATEWAY_FLAP_WINDOW)
    .overlay()
    .from("LB-03"),
    Key::new(
        "load_balancer.drain",
        Duration,
        "A machine that is to be deleted gets nothing new for so long before; what it holds goes on. A machine with a notice of termination drains within it, and says that it may go when it has. Without one, whoever deletes it waits: a script of the customer that closes the backend first, never autoscale.",
    )
    .but(GATEWAY, &defaults::GATEWAY_DRAIN)
    .overlay()
    .from("LB-09, LB-10, MT-13"),
    Key::new(
        "load_balancer.autoscale",
        Either(&[Table, Off]),
        "An application gateway (version 2) that scales by itself. It orders instances as soon as more comes than those that it has let through, and what comes beyond them is turned away, charged to `overload`, until they are there. With `[retry]` it grows with all tries, also those that fail behind it: an overload of the machines may end with its cause as long as it is small, and hold itself once it has grown. In a service of parts it stands before all of them; where `[failover]` sends clients to one of several parts, each of these has one of its own, unless something with a capacity stands before them (a front tier): then one stands before that. Without the table it lets everything through; `false` in a design removes it.",
    )
    .overlay()
    .from("AG-03"),
    Key::new(
        "load_balancer.autoscale.minimum",
        Count(0, GATEWAY_INSTANCES_MAX),
        "The instances that it always has. With none it still lets through what one does.",
    )
    .or("0")
    .overlay()
    .from("AG-03"),
    Key::new("load_balancer.autoscale.maximum", Count(1, GATEWAY_INSTANCES_MAX), "The most instances that it may have.")
        .or("20")
        .overlay()
        .from("AG-03"),
    Key::new(
        "load_balancer.autoscale.requests_per_unit",
        RequestRate,
        "What one of the ten capacity units of an instance lets through: a unit opens about 50 TLS connections a second, or keeps 2,500, or carries 2.22 Mbit/s. Requests that share connections are more.",
    )
    .or("50 req/s")
    .overlay()
    .from("AG-03"),
    Key::new("load_balancer.autoscale.grows_in", Law, "From an order to the instances.")
        .or("{ law = \"uniform\", low = \"3 min\", high = \"5 min\" }")
        .overlay()
        .from("AG-03"),
    Key::new(
        "load_balancer.autoscale.shrinks_after",
        Duration,
        "How long instances are not needed until they are given back. Nobody publishes it.",
    )
    .or("10 min")
    .overlay()
    .from("assumed"),
    Key::new("service", Table, "What the service depends on besides its machines.").overlay(),
    Key::new(
        "service.depends_on",
        List(&Text, 100),
        "Failure modes of scope `global` that take the service down. Others of that scope do not touch it. The machines can be reached all the same, so the SLA counts none of it (SL-02).",
    )
    .or("[]")
    .overlay()
    .from("FR-01"),
    Key::new("healing", Table, "How the platform heals machines on other hardware.").overlay(),
    Key::new(
        "healing.needs_control_plane",
        Flag,
        "Whether healing waits while the region's control plane is out.",
    )
    .or("false")
    .overlay()
    .from("HL-02, HL-05"),
    Key::new(
        "design[]",
        Tables(DESIGNS_MAX),
        "Designs to compare, each laid over the base; the first is the reference. Without one the base is the only design.",
    ),
    Key::new("design[].name", Text, "The design's name, unique."),
    Key::new(
        "design[].drop",
        List(&Text, DROPPED_MAX),
        "Keys and tables of the base that the design does without, by their paths: `[\"failover.regions.when\"]`. What it says of them itself is laid over nothing. A path that the base has not is refused.",
    ),
];
