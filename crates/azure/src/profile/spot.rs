//! Evictions of Spot machines (SP-01, SP-04): two modes that a profile gets where a design has Spot machines.

use super::extra::Extra;
use super::rows::{PLAIN, Row, lognormal};
use crate::{Number, Unit};
use zonefall_faults::Confidence::Assumed;
use zonefall_faults::{Effect, Kind, Scope};

/// Azure quotes p, the share of machines evicted an hour; the rate a year is −ln(1 − p) × 8,760.
const RATE: Number = Number::new(
    88.040_942_076_672_64,
    (8.764_382_922_191_754, 449.329_258_834_942_7),
    Unit::PerInstanceYear,
    Assumed,
    "SP-04, chosen: 1 % an hour (0.1 to 5 %); Azure quotes a size's evictions an hour over 7 days in bands of 5 %",
);
const SHORT: &str = "chosen: Azure publishes nothing of how long Spot capacity stays short after an eviction";
const WAVE: &str = "chosen: a wave a month in each zone; Azure publishes nothing of evictions that come together";

const fn short(median: f64, range: (f64, f64), sigma: f64, sigma_range: (f64, f64)) -> super::rows::Length {
    lognormal(
        Number::new(median, range, Unit::Minutes, Assumed, SHORT),
        Number::new(sigma, sigma_range, Unit::Plain, Assumed, SHORT),
    )
}

/// The modes. Their outage is how long Spot capacity stays short there afterwards.
pub(super) const ROWS: &[Row] = &[
    Row {
        name: "spot-eviction",
        scope: Scope::Instance,
        effect: Effect::Evicted,
        rate: RATE,
        outage: short(30.0, (10.0, 90.0), 1.0, (0.5, 1.5)),
        ..PLAIN
    },
    Row {
        name: "spot-eviction-wave",
        scope: Scope::Zone,
        effect: Effect::Evicted,
        kind: Kind::Shock,
        rate: Number::within_three(12.0, Unit::PerZoneYear, WAVE),
        outage: short(120.0, (40.0, 360.0), 0.8, (0.5, 1.2)),
        extras: &[Extra::WholeZone],
        ..PLAIN
    },
];
