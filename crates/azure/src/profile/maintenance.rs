//! Planned maintenance (MT-12): three modes that a profile gets where a scenario asks for maintenance.
//!
//! Their rates are how often a machine is met in a year; each wave of maintenance meets every machine of a region once.

use super::rows::{Length, PLAIN, Row, lognormal};
use crate::defaults::{MAINTENANCE_BETWEEN, MAINTENANCE_BETWEEN_ZONES};
use crate::{Number, Unit};
use zonefall_engine::SimDuration;
use zonefall_faults::Confidence::{Assumed, Derived};
use zonefall_faults::{Effect, Kind, Recovery, Scope, Wave};

const PAUSES: &str =
    "MT-12, chosen: Azure publishes no frequency; the documentation calls pauses rare and mostly below 10 s";
const LONG: &str = "MT-12, chosen below the documented «no more than once every 18 months» for general-purpose sizes, which is the high value";
const REBOOTS: &str = "MT-12, chosen: Azure publishes no frequency; once in 20 years of a machine";

/// How waves go unless a scenario says otherwise (MT-02, MT-04).
const WAVE: Wave = Wave {
    between: SimDuration::from_ms(MAINTENANCE_BETWEEN.ms() as u64),
    between_zones: SimDuration::from_ms(MAINTENANCE_BETWEEN_ZONES.ms() as u64),
    overlap_milli: 0,
    steps_least: 1,
    paired: true,
};

const MAINTENANCE: Row = Row { scope: Scope::Region, kind: Kind::Wave(WAVE), effect: Effect::Frozen, ..PLAIN };

/// The modes, in the order of causes in reports.
pub(super) const ROWS: &[Row] = &[
    Row {
        name: "maintenance-pause",
        rate: Number::within_three(4.0, Unit::PerInstanceYear, PAUSES),
        outage: lognormal(
            Number::new(4.0, (1.0, 10.0), Unit::Seconds, Assumed, "MT-12, chosen; MT-01: nearly always below 10 s"),
            Number::new(0.5, (0.3, 0.8), Unit::Plain, Assumed, "MT-12, chosen"),
        ),
        ..MAINTENANCE
    },
    Row {
        name: "maintenance-long-pause",
        rate: Number::new(0.5, (0.5 / 3.0, 2.0 / 3.0), Unit::PerInstanceYear, Assumed, LONG),
        outage: Length::Constant(Number::new(30.0, (10.0, 30.0), Unit::Seconds, Derived, "MT-01: about 30 s")),
        ..MAINTENANCE
    },
    Row {
        name: "maintenance-reboot",
        effect: Effect::Down,
        recovery: Recovery::WarmUp,
        rate: Number::within_three(0.05, Unit::PerInstanceYear, REBOOTS),
        outage: lognormal(
            Number::new(25.0, (10.0, 60.0), Unit::Minutes, Derived, "MT-03: about 25 min, the boot among them"),
            Number::new(0.3, (0.1, 0.6), Unit::Plain, Assumed, "chosen: only one length is documented"),
        ),
        ..MAINTENANCE
    },
];
