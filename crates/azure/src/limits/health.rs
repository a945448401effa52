//! HM and AR: sources of health (V-12), their probes (V-14), automatic repairs (V-13, AR-06).

use super::model::those;
use super::{Matter, Model, Violation};

/// Who tells the health of machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HealthSources {
    /// The application health extension.
    pub extension: bool,
    /// A load balancer's probe.
    pub load_balancer: bool,
    /// Whether there is a load balancer whose probe could tell.
    pub has_load_balancer: bool,
}

impl HealthSources {
    /// How many there are.
    pub fn count(self) -> u32 {
        u32::from(self.extension) + u32::from(self.load_balancer)
    }
}

/// V-12, HM-01: one source, and a probe only of Uniform sets behind a load balancer.
pub fn check_health_sources(model: &Model, sources: HealthSources) -> Vec<Violation> {
    let refuse = |words: &str, help: &str| {
        Violation::ours(Matter::Health, "HM-01", "HealthSourceInvalid", words.into())
            .row("V-12", "health.source")
            .help(help)
    };
    those([
        (
            sources.count() > 1,
            refuse("a scale set has one source of health, not two", "write `source = \"extension\"`"),
        ),
        (
            sources.load_balancer && model.is_flexible(),
            refuse(
                "a Flexible scale set has its health from the extension only",
                "write `source = \"extension\"`, or `orchestration = \"uniform\"`",
            ),
        ),
        (
            sources.load_balancer && !model.is_flexible() && !sources.has_load_balancer,
            refuse("there is no load balancer whose probe could tell", "add `[load_balancer]`, or take the extension"),
        ),
    ])
}

/// How machines are probed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HealthProbes {
    /// `intervalInSeconds`, in milliseconds.
    pub interval_ms: u64,
    /// `numberOfProbes`.
    pub probes: u32,
    /// `gracePeriod`, in milliseconds.
    pub grace_ms: u64,
    /// HTTP or HTTPS instead of TCP.
    pub http: bool,
    /// Whether a path is requested.
    pub has_path: bool,
}

/// V-14, HM-04: the ranges of the extension's settings.
pub fn check_health_probes(asked: &HealthProbes) -> Vec<Violation> {
    let refuse = |about, words: String, help: &str| {
        Violation::ours(Matter::Health, "HM-04", "InvalidParameter", words).row("V-14", about).help(help)
    };
    let path = "health.request_path";
    those([
        (
            !(5_000..=60_000).contains(&asked.interval_ms) || !asked.interval_ms.is_multiple_of(1000),
            refuse(
                "health.interval",
                "the health extension probes every 5 to 60 whole seconds".into(),
                "write for example `interval = \"5 s\"`",
            ),
        ),
        (
            !(1..=24).contains(&asked.probes),
            refuse(
                "health.probes",
                format!("1 to 24 equal answers change the health, not {}", asked.probes),
                "write for example `probes = 1`",
            ),
        ),
        (
            asked.grace_ms > 14_400_000,
            refuse(
                "health.grace",
                "a new machine may be initializing for at most 14,400 seconds".into(),
                "write at most `grace = \"4 h\"`",
            ),
        ),
        (
            !asked.http && asked.has_path,
            refuse(path, "a path is not requested over TCP".into(), "take it out, or write `protocol = \"http\"`"),
        ),
        (
            asked.http && !asked.has_path,
            refuse(
                "health.protocol",
                "HTTP needs a path to request".into(),
                "add `request_path = \"/health\"`, or write `protocol = \"tcp\"`",
            ),
        ),
    ])
}

/// V-12, V-13, AR-04, AR-06: what automatic repairs need.
pub fn check_repairs(model: &Model, sources: HealthSources, grace_ms: u64) -> Vec<Violation> {
    those([
        (
            sources.count() == 0,
            Violation::ours(Matter::Health, "HM-01", "HealthSourceInvalid", "repairs need a source of health".into())
                .row("V-12", "repairs")
                .help("add `health = { source = \"extension\" }`"),
        ),
        (
            !(600_000..=5_400_000).contains(&grace_ms),
            Violation::ours(
                Matter::Health,
                "AR-04",
                "InvalidParameter",
                "the grace of repairs is 10 to 90 minutes".into(),
            )
            .row("V-13", "repairs.grace")
            .help("write for example `grace = \"10 min\"` (C-14)"),
        ),
        (
            model.service_fabric,
            Violation::ours(
                Matter::Health,
                "AR-06",
                "OperationNotAllowed",
                "Service Fabric sets are not repaired automatically".into(),
            )
            .row("", "repairs")
            .help("take `repairs` or `service_fabric` out"),
        ),
    ])
}
