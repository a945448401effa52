//! UP: which upgrade policies go with which sets.

use super::model::those;
use super::{Matter, Model, Violation};

/// An upgrade policy as far as Azure may refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UpgradeShape {
    /// Batch by batch.
    pub is_rolling: bool,
    /// Automatic OS image upgrades.
    pub automatic_os: bool,
    /// Automatic extension upgrades.
    pub automatic_extensions: bool,
    /// New machines are made before old ones go.
    pub max_surge: bool,
    /// Failed machines get their old model back when a rollout stops.
    pub rollback_failed: bool,
    /// `maxBatchInstancePercent`.
    pub batch: u32,
    /// `maxUnhealthyInstancePercent`.
    pub max_unhealthy: u32,
    /// Sources of health of the set.
    pub health_sources: u32,
}

/// UP-01, UP-02, UP-07, UP-11.
pub fn check_upgrade(model: &Model, shape: &UpgradeShape) -> Vec<Violation> {
    let by_health = shape.is_rolling || shape.automatic_os || shape.automatic_extensions;
    let refuse = |rule: &'static str, about: &'static str, words: &str, help: &str| {
        Violation::ours(Matter::Upgrade, rule, "InvalidUpgradePolicy", words.into()).about(about).help(help)
    };
    those([
        (
            by_health && shape.health_sources != 1,
            refuse(
                "UP-02",
                "upgrade",
                "upgrades that go batch by batch need one source of health",
                "add `health = { source = \"extension\" }` to the set",
            ),
        ),
        (
            shape.batch > shape.max_unhealthy,
            refuse(
                "UP-01",
                "upgrade.batch",
                "a batch is larger than the machines that may be unhealthy",
                "make `max_unhealthy` at least `batch`",
            ),
        ),
        (
            shape.max_surge && shape.automatic_os && model.is_flexible(),
            refuse(
                "UP-07",
                "upgrade.max_surge",
                "surge does not go with automatic OS upgrades of a Flexible set",
                "take one of the two out, or write `orchestration = \"uniform\"`",
            ),
        ),
        (
            shape.rollback_failed && model.is_flexible(),
            refuse(
                "UP-11",
                "upgrade.rollback_failed",
                "only Uniform sets give failed machines their old model back when a rollout stops",
                "take it out, or write `orchestration = \"uniform\"`",
            ),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_01_up_02_up_07_up_11_what_is_refused() {
        let fine =
            UpgradeShape { is_rolling: true, batch: 20, max_unhealthy: 20, health_sources: 1, ..Default::default() };
        let rules = |shape: UpgradeShape| {
            check_upgrade(&Model::PLAIN, &shape).iter().map(|wrong| wrong.rule).collect::<Vec<_>>()
        };
        assert!(rules(fine).is_empty());
        assert_eq!(rules(UpgradeShape { health_sources: 0, ..fine }), ["UP-02"]);
        assert_eq!(rules(UpgradeShape { batch: 21, ..fine }), ["UP-01"]);
        assert_eq!(rules(UpgradeShape { max_surge: true, automatic_os: true, ..fine }), ["UP-07"]);
        assert_eq!(rules(UpgradeShape { rollback_failed: true, ..fine }), ["UP-11"]);
        assert!(rules(UpgradeShape { health_sources: 0, is_rolling: false, ..fine }).is_empty());
    }
}
