//! What a scenario need not say: boot and warm-up times, probe settings, the hidden topology.
//!
//! Each constant names its rule. The scenario's keys take their defaults from here, and show them with their evidence.

use crate::{Number, Unit};
use std::fmt;
use zonefall_faults::Confidence::{Assumed, Published};

/// What holds where a key is not written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Preset {
    /// One number.
    One(Number),
    /// Several under their names.
    Parts(&'static [(&'static str, Number)]),
    /// A family of laws, and its parameters.
    Law(&'static str, &'static [(&'static str, Number)]),
}

impl Preset {
    /// Its numbers, each with its name, which is empty if there is only one.
    pub fn numbers(&self) -> impl Iterator<Item = (&'static str, Number)> + '_ {
        let (one, parts): (_, &[_]) = match self {
            Self::One(number) => (Some(("", *number)), &[]),
            Self::Parts(parts) | Self::Law(_, parts) => (None, parts),
        };
        one.into_iter().chain(parts.iter().copied())
    }
}

/// As a scenario writes it: `30 s`, `{ sticky = 0.8 }`.
impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = match self {
            Self::One(number) => return f.write_str(&written(number)),
            Self::Parts(parts) | Self::Law(_, parts) => parts.iter(),
        };
        let each = parts.map(|(name, number)| match number.unit {
            Unit::Plain | Unit::Share => format!("{name} = {}", number.value),
            _ => format!("{name} = \"{}\"", written(number)),
        });
        let family = if let Self::Law(family, _) = self { Some(format!("law = \"{family}\"")) } else { None };
        write!(f, "{{ {} }}", family.into_iter().chain(each).collect::<Vec<_>>().join(", "))
    }
}

fn written(number: &Number) -> String {
    match number.unit {
        Unit::Plain | Unit::Share => number.value.to_string(),
        unit => format!("{} {}", number.value, unit.word()),
    }
}

const PT: &str = "PT-03, chosen: Microsoft publishes no provisioning times";
const RC_03: &str = "RC-03: an old page";
const ZN_08: &str = "ZN-08, chosen: Microsoft publishes no restart times after a zone's recovery";
const LB: &str = "LB-01: portal default and documentation; REST and Terraform differ";
const AG_01: &str = "AG-01: documentation of health probes";

const fn seconds(value: f64, range: (f64, f64)) -> Number {
    Number::new(value, range, Unit::Seconds, Assumed, PT)
}

const fn count(value: f64, range: (f64, f64), source: &'static str) -> Preset {
    Preset::One(Number::new(value, range, Unit::Plain, Assumed, source))
}

const fn published(value: f64, range: (f64, f64), unit: Unit, source: &'static str) -> Preset {
    Preset::One(Number::new(value, range, unit, Published, source))
}

/// Racks in each zone (FD-09).
pub const RACKS_PER_ZONE: Preset = count(20.0, (5.0, 100.0), "FD-09, chosen: the real number is hidden");
/// Hosts in each rack.
pub const HOSTS_PER_RACK: Preset = count(40.0, (20.0, 80.0), "chosen; Google's racks of 2008 had 40 to 80 (R05)");
/// Data halls in each zone.
pub const HALLS_PER_ZONE: Preset = count(4.0, (1.0, 10.0), "chosen: the real number is hidden");
/// Probability that a further machine of a regional set stays in the first one's zone (ZN-03).
pub const HIDDEN_ZONE: Preset = Preset::Parts(&[(
    "sticky",
    Number::new(0.8, (0.0, 1.0), Unit::Share, Assumed, "ZN-03, chosen: the hidden zone is not visible"),
)]);

/// Time between two health probes of the load balancer (LB-01).
pub const PROBE_INTERVAL: Preset = published(5.0, (5.0, 15.0), Unit::Seconds, LB);
/// Failed probes in a row until a machine leaves rotation (LB-01).
pub const PROBES_DOWN: Preset = published(2.0, (1.0, 2.0), Unit::Plain, LB);
/// Good probes in a row until it is back (LB-01).
pub const PROBES_UP: Preset = published(1.0, (1.0, 2.0), Unit::Plain, LB);

/// Time between two probes of an application gateway, and how long one waits (AG-01).
pub const GATEWAY_PROBE: Preset = published(30.0, (30.0, 30.0), Unit::Seconds, AG_01);
/// Failed probes in a row until an application gateway takes a machine out (AG-01).
pub const GATEWAY_PROBES_DOWN: Preset = published(3.0, (3.0, 3.0), Unit::Plain, AG_01);
/// An application gateway takes flapping for nothing.
pub const GATEWAY_FLAP_WINDOW: Preset =
    published(0.0, (0.0, 0.0), Unit::Seconds, "AG-01: the first success brings a machine back");
/// How long an application gateway drains a machine that leaves its pool (AG-02).
pub const GATEWAY_DRAIN: Preset = published(30.0, (30.0, 30.0), Unit::Seconds, "AG-02: documentation of HTTP settings");
/// The most instances of an application gateway (AG-03).
pub const GATEWAY_INSTANCES_MAX: u64 = 125;
/// Capacity units of one of its instances (AG-03).
pub const GATEWAY_UNITS_PER_INSTANCE: u64 = 10;

/// From one rack to the next in a wave of maintenance (MT-04: update domains are at least so far apart).
pub const MAINTENANCE_BETWEEN: Number = Number::new(
    30.0,
    (30.0, 120.0),
    Unit::Minutes,
    Published,
    "MT-04: update domains are at least 30 min apart; racks are taken to be, too",
);
/// From a zone's end to the next zone's beginning in a wave of maintenance (MT-02).
pub const MAINTENANCE_BETWEEN_ZONES: Number = Number::new(
    1.0,
    (0.0, 7.0),
    Unit::Days,
    Assumed,
    "MT-02, chosen: zones go one after the other, and nobody says how long after",
);

/// Least delay of a machine's restart after its zone or region is back (ZN-08).
pub const RESTART_LEAST: Number = Number::new(2.0, (1.0, 5.0), Unit::Minutes, Assumed, ZN_08);
/// Greatest such delay (ZN-08); evenly spread between the two.
pub const RESTART_GREATEST: Number = Number::new(15.0, (10.0, 60.0), Unit::Minutes, Assumed, ZN_08);

// σ = ln(p95 / median) / 1.645, from p95 = 180 s and 480 s.
const SIGMA_LINUX: Number = Number::new(0.532, (0.3, 0.8), Unit::Plain, Assumed, PT);
const SIGMA_WINDOWS: Number = Number::new(0.421, (0.3, 0.8), Unit::Plain, Assumed, PT);
/// From the request to a running Linux (PT-03): median 75 s, p95 180 s.
pub const CREATE: Preset =
    Preset::Law("lognormal", &[("median", seconds(75.0, (40.0, 240.0))), ("sigma", SIGMA_LINUX)]);
/// From the request to a running Windows (PT-03): median 240 s, p95 480 s.
pub const CREATE_WINDOWS: Preset =
    Preset::Law("lognormal", &[("median", seconds(240.0, (120.0, 600.0))), ("sigma", SIGMA_WINDOWS)]);
/// After how long a creation has failed, on Linux (RC-03).
pub const CREATE_TIMEOUT: Preset = published(8.0, (8.0, 8.0), Unit::Minutes, RC_03);
/// After how long a creation has failed, on Windows (RC-03).
pub const CREATE_TIMEOUT_WINDOWS: Preset = published(20.0, (20.0, 20.0), Unit::Minutes, RC_03);
/// Starting a deallocated Linux machine (PT-03, which gives no spread).
pub const START: Preset = Preset::One(seconds(45.0, (20.0, 120.0)));
/// Starting a deallocated Windows machine (PT-03).
pub const START_WINDOWS: Preset = Preset::One(seconds(90.0, (45.0, 240.0)));
/// From power to a running Linux (PT-03, restart).
pub const BOOT: Preset = Preset::One(seconds(30.0, (10.0, 90.0)));
/// From power to a running Windows (PT-03, restart).
pub const BOOT_WINDOWS: Preset = Preset::One(seconds(60.0, (30.0, 180.0)));
/// Extensions and the application's warm-up (PT-03).
pub const WARM_UP: Preset = Preset::One(seconds(60.0, (0.0, 600.0)));
