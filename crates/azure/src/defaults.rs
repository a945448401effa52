//! What a scenario need not say: boot and warm-up times, probe settings, the hidden topology.
//!
//! Each constant names its rule; [`DEFAULTS`] lists all of them with range, source and confidence for `explain`.

use crate::{Number, Unit};
use zonefall_engine::{Law, LawError, Shape};
use zonefall_faults::Confidence::{Assumed, Published};

/// The guest's operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Os {
    /// Linux.
    #[default]
    Linux,
    /// Windows.
    Windows,
}

/// Racks in each zone (FD-09).
pub const RACKS_PER_ZONE: u32 = 20;
/// Hosts in each rack.
pub const HOSTS_PER_RACK: u32 = 40;
/// Data halls in each zone.
pub const HALLS_PER_ZONE: u32 = 4;
/// Probability that a further machine of a regional set stays in the first one's zone (ZN-03).
pub const HIDDEN_ZONE_STICKY: f64 = 0.8;
/// Time between two health probes of the load balancer, in seconds (LB-01).
pub const PROBE_INTERVAL_SECONDS: u32 = 5;
/// Failed probes in a row until a machine leaves rotation (LB-01).
pub const PROBES_DOWN: u32 = 2;
/// Good probes in a row until it is back (LB-01).
pub const PROBES_UP: u32 = 1;

/// Time between two probes of an application gateway, and how long one waits, in seconds (AG-01).
pub const GATEWAY_PROBE_SECONDS: u32 = 30;
/// Failed probes in a row until an application gateway takes a machine out (AG-01); the first success brings it back.
pub const GATEWAY_PROBES_DOWN: u32 = 3;
/// How long an application gateway drains a machine that leaves its pool, in seconds (AG-02).
pub const GATEWAY_DRAIN_SECONDS: u32 = 30;
/// The most instances of an application gateway (AG-03).
pub const GATEWAY_INSTANCES_MAX: u64 = 125;
/// Capacity units of one of its instances (AG-03).
pub const GATEWAY_UNITS_PER_INSTANCE: u64 = 10;

/// From one rack to the next in a wave of maintenance (MT-04: update domains are at least so far apart).
pub const MAINTENANCE_BETWEEN_MINUTES: u32 = 30;
/// From a zone's end to the next zone's beginning in a wave of maintenance (MT-02).
pub const MAINTENANCE_BETWEEN_ZONES_HOURS: u32 = 24;

const PT: &str = "PT-03, chosen: Microsoft publishes no provisioning times";
const ZN_08: &str = "ZN-08, chosen: Microsoft publishes no restart times after a zone's recovery";
const LB: &str = "LB-01: portal default and documentation; REST and Terraform differ";

const fn seconds(value: f64, range: (f64, f64)) -> Number {
    Number::new(value, range, Unit::Seconds, Assumed, PT)
}

/// Least delay of a machine's restart after its zone or region is back (ZN-08).
pub const RESTART_LEAST: Number = Number::new(2.0, (1.0, 5.0), Unit::Minutes, Assumed, ZN_08);
/// Greatest such delay (ZN-08); evenly spread between the two.
pub const RESTART_GREATEST: Number = Number::new(15.0, (10.0, 60.0), Unit::Minutes, Assumed, ZN_08);

const CREATE_LINUX: Number = seconds(75.0, (40.0, 240.0));
const CREATE_WINDOWS: Number = seconds(240.0, (120.0, 600.0));
// σ = ln(p95 / median) / 1.645, from p95 = 180 s and 480 s.
const SIGMA_LINUX: Number = Number::new(0.5322, (0.3, 0.8), Unit::Plain, Assumed, PT);
const SIGMA_WINDOWS: Number = Number::new(0.4214, (0.3, 0.8), Unit::Plain, Assumed, PT);
const START_LINUX: Number = seconds(45.0, (20.0, 120.0));
const START_WINDOWS: Number = seconds(90.0, (45.0, 240.0));
const REBOOT_LINUX: Number = seconds(30.0, (10.0, 90.0));
const REBOOT_WINDOWS: Number = seconds(60.0, (30.0, 180.0));
const WARM_UP: Number = seconds(60.0, (0.0, 600.0));

/// One default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DefaultRow {
    /// The rule it belongs to; empty where no rule says anything.
    pub rule: &'static str,
    /// What it is.
    pub name: &'static str,
    /// The number with its range, unit, source and confidence.
    pub number: Number,
}

const fn row(rule: &'static str, name: &'static str, number: Number) -> DefaultRow {
    DefaultRow { rule, name, number }
}

const fn count(value: u32, range: (f64, f64), source: &'static str) -> Number {
    Number::new(value as f64, range, Unit::Plain, Assumed, source)
}

/// Every default, for `explain`.
pub const DEFAULTS: &[DefaultRow] = &[
    row("FD-09", "racks per zone", count(RACKS_PER_ZONE, (5.0, 100.0), "FD-09, chosen: the real number is hidden")),
    row(
        "R05",
        "hosts per rack",
        count(HOSTS_PER_RACK, (20.0, 80.0), "chosen; Google's racks of 2008 had 40 to 80 (R05)"),
    ),
    row("", "data halls per zone", count(HALLS_PER_ZONE, (1.0, 10.0), "chosen: the real number is hidden")),
    row(
        "ZN-03",
        "probability that a regional set stays in its zone",
        Number::new(
            HIDDEN_ZONE_STICKY,
            (0.0, 1.0),
            Unit::Share,
            Assumed,
            "ZN-03, chosen: the hidden zone is not visible",
        ),
    ),
    row(
        "LB-01",
        "probe interval",
        Number::new(PROBE_INTERVAL_SECONDS as f64, (5.0, 15.0), Unit::Seconds, Published, LB),
    ),
    row("LB-01", "failed probes until out", Number::new(PROBES_DOWN as f64, (1.0, 2.0), Unit::Plain, Published, LB)),
    row("LB-01", "good probes until back", Number::new(PROBES_UP as f64, (1.0, 2.0), Unit::Plain, Published, LB)),
    row("ZN-08", "restart delay after a zone's recovery, least", RESTART_LEAST),
    row("ZN-08", "restart delay after a zone's recovery, greatest", RESTART_GREATEST),
    row(
        "MT-04",
        "steps of maintenance apart",
        Number::new(
            MAINTENANCE_BETWEEN_MINUTES as f64,
            (30.0, 120.0),
            Unit::Minutes,
            Published,
            "MT-04: update domains are at least 30 min apart; racks are taken to be, too",
        ),
    ),
    row(
        "MT-02",
        "zones of maintenance apart",
        Number::new(
            MAINTENANCE_BETWEEN_ZONES_HOURS as f64,
            (0.0, 168.0),
            Unit::Hours,
            Assumed,
            "MT-02, chosen: zones go one after the other, and nobody says how long after",
        ),
    ),
    row("PT-03", "creation, Linux, median", CREATE_LINUX),
    row("PT-03", "creation, Linux, σ of the logarithm", SIGMA_LINUX),
    row("PT-03", "creation, Windows, median", CREATE_WINDOWS),
    row("PT-03", "creation, Windows, σ of the logarithm", SIGMA_WINDOWS),
    row("PT-03", "start of a deallocated machine, Linux", START_LINUX),
    row("PT-03", "start of a deallocated machine, Windows", START_WINDOWS),
    row("PT-03", "boot, Linux", REBOOT_LINUX),
    row("PT-03", "boot, Windows", REBOOT_WINDOWS),
    row("PT-03", "extensions and application warm-up", WARM_UP),
];

/// From the request to a running system (PT-03): lognormal, Linux median 75 s and p95 180 s, Windows 240 s and 480 s.
pub fn create_law(os: Os) -> Law {
    let (median, sigma) = match os {
        Os::Linux => (CREATE_LINUX, SIGMA_LINUX),
        Os::Windows => (CREATE_WINDOWS, SIGMA_WINDOWS),
    };
    made(Law::new(Shape::LogNormal(median.ms(), sigma.value), None))
}

/// Starting a deallocated machine (PT-03): always 45 s, Windows 90 s; PT-03 gives no spread.
pub fn start_law(os: Os) -> Law {
    always(if os == Os::Linux { START_LINUX } else { START_WINDOWS })
}

/// From power to a running system (PT-03, restart): always 30 s, Windows 60 s; PT-03 gives no spread.
pub fn boot_law(os: Os) -> Law {
    always(if os == Os::Linux { REBOOT_LINUX } else { REBOOT_WINDOWS })
}

/// Extensions and the application's warm-up (PT-03): always 60 s; PT-03 gives no spread.
pub fn warm_up_law() -> Law {
    always(WARM_UP)
}

fn always(length: Number) -> Law {
    made(Law::new(Shape::Constant(length.ms()), None))
}

fn made(law: Result<Law, LawError>) -> Law {
    law.expect("the parameters are constants, and a test makes every law")
}
