//! AZ: automatic zone balance: when it may act, between which zones, and how an operation ends.

use zonefall_engine::{SimDuration, SimTime};

/// AZ-06: at most one operation in this time.
pub const PACE: SimDuration = SimDuration::from_ms(12 * 3_600_000);
/// AZ-05: no operation so soon after a change of the set.
pub const QUIET: SimDuration = SimDuration::from_ms(3_600_000);
/// AZ-07: how long the new machine may take to be healthy.
pub const HEALTH_WAIT: SimDuration = SimDuration::from_ms(90 * 60_000);

/// Machines of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ZoneLoad {
    /// All: active and deallocated (AZ-04).
    pub total: u32,
    /// Those not deallocated.
    pub active: u32,
}

/// AZ-04: the zone to take a machine from and the zone to create one in. It does not look at the health of zones
/// (AZ-12).
pub fn imbalance(zones: &[ZoneLoad]) -> Option<(usize, usize)> {
    let most = zones.iter().map(|zone| zone.total).max()?;
    let least = zones.iter().map(|zone| zone.total).min()?;
    let over = zones.iter().position(|zone| zone.total == most)?;
    let under = zones.iter().position(|zone| zone.total == least)?;
    let fires = most - least >= 2 && zones[under].active < zones[over].active;
    fires.then_some((over, under))
}

/// AZ-05, AZ-06: the first instant from `now` on at which the clocks allow an operation.
pub fn earliest(now: SimTime, last_change: Option<SimTime>, last_rebalance: Option<SimTime>) -> SimTime {
    let quiet = last_change.map_or(now, |last| last.after(QUIET));
    let pace = last_rebalance.map_or(now, |last| last.after(PACE));
    now.max(quiet).max(pace)
}

/// What an operation comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The new machine stays, the source is deleted.
    DeleteSource,
    /// The source stays, the new machine is deleted.
    DeleteNew,
}

/// AZ-07: how an operation ends once the new machine is healthy or the wait is over.
pub const fn conclude(new_is_healthy: bool, source_is_healthy: bool) -> End {
    if new_is_healthy || !source_is_healthy { End::DeleteSource } else { End::DeleteNew }
}

/// AZ-10: what a cancelled operation leaves: the new machine stays if it is healthy.
pub const fn keeps_new_on_cancel(new_is_healthy: bool) -> bool {
    new_is_healthy
}
