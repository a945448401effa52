//! FR-01 as a table: one row a mode, in the order of causes in reports.
//!
//! Rates without evidence to the contrary may be wrong by a factor of three either way. The medians of fitted outages
//! are exp(mean of ln hours); their ranges are the 95 % Student and chi-square intervals of the fit.

use super::extra::Extra;
use crate::{Number, Unit};
use zonefall_faults::Confidence::{Assumed, Derived};
use zonefall_faults::{Effect, Kind, Recovery, Scope};

/// How long an outage lasts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Length {
    /// Always this long.
    Constant(Number),
    /// Lognormal: median, standard deviation of the logarithm, and the length that it never exceeds.
    LogNormal { median: Number, sigma: Number, below: Option<Number> },
}

/// One mode of the profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    pub name: &'static str,
    pub scope: Scope,
    pub effect: Effect,
    pub kind: Kind,
    pub recovery: Recovery,
    pub rate: Number,
    pub shape: Option<Number>,
    pub outage: Length,
    pub extras: &'static [Extra],
}

const CHOSEN: &str = "FR-01, chosen";
const ZONE_FIT: &str = "fit to 19 published zone events with power or cooling causes, 2011-2026: ln h 2.03, 0.99 (IN)";
const REGION_FIT: &str = "fit to 12 published region events, 2011-2026: ln h 2.10, 0.90 (IN)";
const GLOBAL_FIT: &str = "fit to 10 published global events, 2011-2026: ln h 1.41, 1.13 (IN)";
const FEW: &str =
    "FR-01: ln h 2.0, 1.0, shrunk from a fit to 5 published events (2.98, 1.27) towards the other zone fit";

const fn minutes(median: f64, range: (f64, f64), source: &'static str) -> Number {
    Number::new(median, range, Unit::Minutes, Assumed, source)
}

const fn sigma(value: f64, range: (f64, f64)) -> Number {
    Number::new(value, range, Unit::Plain, Assumed, CHOSEN)
}

pub(super) const fn lognormal(median: Number, sigma: Number) -> Length {
    Length::LogNormal { median, sigma, below: None }
}

/// A fit to incidents: median in hours and standard deviation of the logarithm.
const fn fitted(median: (f64, f64, f64), sigma: (f64, f64, f64), source: &'static str) -> (Number, Number) {
    (
        Number::new(median.0, (median.1, median.2), Unit::Hours, Derived, source),
        Number::new(sigma.0, (sigma.1, sigma.2), Unit::Plain, Derived, source),
    )
}

const ZONE: (Number, Number) = fitted((7.614_086_358_779_973, 4.7, 12.3), (0.99, 0.75, 1.46), ZONE_FIT);
const REGION: (Number, Number) = fitted((8.166_169_912_567_652, 4.6, 14.5), (0.90, 0.64, 1.53), REGION_FIT);
const GLOBAL: (Number, Number) = fitted((4.095_955_404_071_176, 1.8, 9.2), (1.13, 0.78, 2.06), GLOBAL_FIT);

/// What most modes have in common; rows override it.
pub(super) const PLAIN: Row = Row {
    name: "",
    scope: Scope::Host,
    effect: Effect::Down,
    kind: Kind::Outage,
    recovery: Recovery::Reachable,
    rate: Number::within_three(0.0, Unit::PerYear, ""),
    shape: None,
    outage: Length::Constant(Number::within_three(0.0, Unit::Minutes, "")),
    extras: &[],
};

/// The modes of `azure-like-v0`.
pub(super) const ROWS: &[Row] = &[
    Row {
        name: "host-hard-failure",
        kind: Kind::Shock,
        recovery: Recovery::WarmUp,
        rate: Number::within_three(
            0.04,
            Unit::PerHostYear,
            "FR-01, chosen at the top of the 2 to 4 % of servers a year that Dean 2009 is quoted for (R02)",
        ),
        shape: Some(Number::new(
            0.8,
            (0.7, 1.0),
            Unit::Plain,
            Assumed,
            "chosen: Schroeder & Gibson 2006 find a decreasing hazard (R21)",
        )),
        outage: lognormal(
            minutes(8.0, (4.0, 15.0), "FR-01, chosen; Azure documents typically at most 15 min (HL-02)"),
            sigma(0.7, (0.5, 1.0)),
        ),
        extras: &[Extra::Heals, Extra::Repeats, Extra::Predicted],
        ..PLAIN
    },
    Row {
        name: "host-software-reboot",
        recovery: Recovery::WarmUp,
        rate: Number::within_three(
            0.04,
            Unit::PerHostYear,
            "FR-01, chosen so that 0.06 host failures a machine-year come unpredicted",
        ),
        outage: lognormal(
            minutes(6.0, (3.0, 15.0), "FR-01, chosen; Azure documents usually 10 to 15 min (HL-01)"),
            sigma(0.5, (0.3, 0.8)),
        ),
        extras: &[Extra::Repeats],
        ..PLAIN
    },
    Row {
        name: "guest-crash",
        scope: Scope::Instance,
        rate: Number::within_three(2.0, Unit::PerInstanceYear, CHOSEN),
        outage: Length::Constant(Number::new(
            30.0,
            (10.0, 90.0),
            Unit::Seconds,
            Assumed,
            "FR-01, chosen: a watchdog restarts the application",
        )),
        extras: &[Extra::ApplicationOnly],
        ..PLAIN
    },
    Row {
        name: "rack-failure",
        scope: Scope::Rack,
        recovery: Recovery::Boot,
        rate: Number::new(
            0.05,
            (0.05 / 3.0, 0.44),
            Unit::PerRackYear,
            Assumed,
            "FR-01, chosen below the 0.44 of Google's clusters in 2008 (R05), which is the high value",
        ),
        outage: lognormal(
            minutes(120.0, (60.0, 360.0), "FR-01, chosen within the 1 to 6 h of Google's clusters in 2008 (R05)"),
            sigma(0.7, (0.5, 1.0)),
        ),
        ..PLAIN
    },
    Row {
        name: "rack-gray",
        scope: Scope::Rack,
        effect: Effect::Degraded(500),
        rate: Number::new(
            0.02,
            (0.02 / 3.0, 0.11),
            Unit::PerRackYear,
            Assumed,
            "FR-01, chosen below the 0.11 of Google's clusters in 2008 (R06), which is the high value",
        ),
        outage: lognormal(minutes(45.0, (15.0, 135.0), CHOSEN), sigma(0.8, (0.5, 1.2))),
        ..PLAIN
    },
    Row {
        name: "datacenter",
        scope: Scope::Zone,
        recovery: Recovery::Boot,
        rate: Number::new(
            0.03,
            (0.013, 0.09),
            Unit::PerZoneYear,
            Assumed,
            "FR-01, chosen above the floor of 0.013 that published Azure events give (R41), which is the low value",
        ),
        outage: lognormal(ZONE.0, ZONE.1),
        extras: &[
            Extra::Partial,
            Extra::Staged,
            Extra::Restarts,
            Extra::HitsControlPlane,
            Extra::CommonCause,
            Extra::Surges,
        ],
        ..PLAIN
    },
    Row {
        name: "zone-network",
        scope: Scope::Zone,
        rate: Number::within_three(0.01, Unit::PerZoneYear, "FR-01, chosen: few data"),
        outage: lognormal(
            Number::new(7.389_056_098_930_65, (2.5, 20.0), Unit::Hours, Assumed, FEW),
            Number::new(1.0, (0.7, 1.5), Unit::Plain, Assumed, FEW),
        ),
        extras: &[Extra::Partial, Extra::HitsControlPlane, Extra::CommonCause, Extra::Surges],
        ..PLAIN
    },
    Row {
        name: "region-data-plane",
        scope: Scope::Region,
        recovery: Recovery::Boot,
        rate: Number::within_three(0.01, Unit::PerRegionYear, CHOSEN),
        outage: lognormal(REGION.0, REGION.1),
        extras: &[Extra::Restarts],
        ..PLAIN
    },
    Row {
        name: "region-control-plane",
        scope: Scope::ControlPlane,
        rate: Number::within_three(0.05, Unit::PerRegionYear, CHOSEN),
        outage: lognormal(Number::new(3.0, (1.0, 9.0), Unit::Hours, Assumed, CHOSEN), sigma(0.9, (0.6, 1.3))),
        ..PLAIN
    },
    Row {
        name: "global-edge",
        scope: Scope::Global,
        rate: Number::within_three(1.0, Unit::PerYear, "FR-01: about one a year in published lists, 2018-2026"),
        outage: Length::LogNormal {
            median: GLOBAL.0,
            sigma: GLOBAL.1,
            below: Some(Number::new(24.0, (12.0, 48.0), Unit::Hours, Assumed, CHOSEN)),
        },
        ..PLAIN
    },
];
