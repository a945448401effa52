//! UP: which way a release goes to the machines that exist: all at once, or batch by batch within which limits.

use crate::management::{Automatic, ReleaseKind, UpgradePolicy};
use crate::policy::upgrade::{Mode, Rolling};
use zonefall_engine::SimDuration;

/// The way of one rollout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frame {
    /// No order and no check.
    AtOnce,
    /// Batch by batch.
    Batches(Batches),
}

/// How batches go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Batches {
    pub rolling: Rolling,
    pub pause: SimDuration,
    /// UP-09, UP-10: a machine that is not healthy in time gets its old model back.
    pub reverts: bool,
    /// UP-11: the unhealthy ones get it back when the rollout stops.
    pub reverts_at_stop: bool,
    /// UP-07.
    pub surges: bool,
    /// UP-09, UP-10: the platform brings what was released, and nothing else of the model.
    pub automatic: bool,
}

impl Frame {
    pub fn is_automatic(&self) -> bool {
        matches!(self, Self::Batches(batches) if batches.automatic)
    }

    /// UP-02, UP-07, UP-09, UP-10: the way of a release; none if it goes to no machine that exists. `by_operator`: a
    /// model that an operator orders, who upgrades machines by hand where the policy would not, and whom no automatic
    /// rollback helps (UP-09).
    pub fn of(policy: &UpgradePolicy, kind: ReleaseKind, by_operator: bool) -> Option<Self> {
        if let Some(Automatic { rolling, pause, rolls_back }) = policy.automatic(kind) {
            let surges = policy.max_surge && kind == ReleaseKind::Image;
            let reverts = rolls_back && !by_operator;
            return Some(Self::Batches(Batches {
                rolling,
                pause,
                reverts,
                reverts_at_stop: false,
                surges,
                automatic: true,
            }));
        }
        match policy.mode {
            Mode::Manual => by_operator.then_some(Self::AtOnce),
            Mode::Automatic => Some(Self::AtOnce),
            Mode::Rolling => Some(Self::Batches(Batches {
                rolling: policy.rolling,
                pause: policy.pause,
                reverts: false,
                reverts_at_stop: policy.rollback_failed,
                surges: policy.max_surge,
                automatic: false,
            })),
        }
    }
}
