//! HM: what health monitoring says of a machine, and how long it takes to say it.

use zonefall_engine::SimDuration;

/// HM-01: the one source of health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthSource {
    /// The application health extension with binary states (HM-02).
    Binary,
    /// The extension with rich states over HTTP (HM-03).
    RichHttp,
    /// The extension with rich states over TCP (HM-03).
    RichTcp,
    /// A load balancer's probe; Uniform only.
    LoadBalancerProbe,
}

/// The state of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthState {
    /// HM-05: new, not known yet.
    Initializing,
    /// Well.
    Healthy,
    /// Not well.
    Unhealthy,
    /// No usable answer.
    Unknown,
}

/// What is wrong with a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The application says so itself, or does not answer while the machine runs.
    Application,
    /// The machine or its host is dead, so that nothing in it can report.
    Machine,
}

/// HM-02, HM-03, HM-07: what the source calls a machine in trouble.
pub const fn state_in_trouble(source: HealthSource, trouble: Trouble) -> HealthState {
    match (source, trouble) {
        (HealthSource::RichHttp, _) => HealthState::Unknown,
        _ => HealthState::Unhealthy,
    }
}

/// HM-05: what a machine that has not reported by the end of its grace is called.
pub const fn state_after_grace(source: HealthSource) -> HealthState {
    if matches!(source, HealthSource::RichHttp) { HealthState::Unknown } else { HealthState::Unhealthy }
}

/// HM-05: whether new machines begin as `Initializing`.
pub const fn begins_initializing(source: HealthSource) -> bool {
    matches!(source, HealthSource::RichHttp | HealthSource::RichTcp)
}

/// HM-04: how long equal answers take to change the state, from the first of them on.
pub const fn settling(interval: SimDuration, probes: u32) -> SimDuration {
    SimDuration::from_ms(interval.as_ms() * (probes as u64 - 1))
}

/// HM-07: the default time after which a dead machine counts as unhealthy: three missed intervals, at least a minute.
pub const fn dead_after(interval: SimDuration) -> SimDuration {
    let three = 3 * interval.as_ms();
    SimDuration::from_ms(if three < 60_000 { 60_000 } else { three })
}
