//! Counts of machines and capacity, and their integrals over the measured time.

/// A count of machines (or their capacity) and its integral over the measured time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Level {
    pub now: i64,
    integral: i128,
}

impl Level {
    /// Changes the level at a clipped time.
    #[inline]
    pub fn add(&mut self, delta: i64, at_ms: i64) {
        self.now += delta;
        self.integral -= i128::from(delta) * i128::from(at_ms);
    }

    pub fn total(self, end_ms: i64) -> i128 {
        self.integral + i128::from(self.now) * i128::from(end_ms)
    }
}

/// Which level changes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Class {
    Serving,
    Capacity,
    Dead,
    Awaiting,
    Starting,
    Degraded,
    /// Machines that exist: running, starting, down, deallocated, failed.
    Existing,
    /// Capacity that is asked for.
    Asked,
    Spot,
    Deallocated,
    Standby,
    Suspended,
    DiskUnreachable,
    /// Rollouts under way.
    Rollouts,
    /// AG-03: instances of gateways.
    GatewayInstances,
    /// Machines that serve, of sets that do nothing but jobs; these are no part of `Serving`, `Capacity` and `Asked`.
    Working,
    WorkingCapacity,
    WorkingAsked,
}

/// The number of classes.
pub(super) const CLASSES: usize = Class::WorkingAsked as usize + 1;
