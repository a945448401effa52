//! UP-09: automatic OS upgrades never go through both regions of a pair at once.
//!
//! Two regions of a design are a pair, as for maintenance (DR-06). The one that is first goes first; a set of the other
//! waits until no automatic rollout of an image runs there. What an operator orders waits for nobody.

use super::frame::Frame;
use super::state::Queued;
use crate::design::Design;
use crate::management::ReleaseKind;
use crate::pending::Due;
use crate::world::World;
use zonefall_engine::SimTime;

/// The sets of the other region of a set's pair; none where the design has one region, or more than two.
fn sets_of_pair(design: &Design, set: usize) -> impl Iterator<Item = usize> {
    let sets = &design.sets;
    let own = sets[set].region;
    let other = sets.iter().map(|of| of.region).find(|&region| region != own);
    let is_pair = sets.iter().all(|of| of.region == own || Some(of.region) == other);
    (0..sets.len()).filter(move |&at| is_pair && Some(sets[at].region) == other)
}

impl World {
    /// Whether a rollout waits for one in the other region.
    pub(super) fn waits_for_pair(&self, set: usize, kind: ReleaseKind, frame: Frame, mends: Option<u32>) -> bool {
        let runs = |at: usize| {
            let run = self.manager.rollouts.sets[at].run;
            run.is_some_and(|run| run.kind == ReleaseKind::Image && run.mends.is_none() && run.frame.is_automatic())
        };
        let waits = kind == ReleaseKind::Image && mends.is_none() && frame.is_automatic();
        waits && sets_of_pair(&self.design, set).any(runs)
    }

    /// It begins when that is over.
    pub(super) fn await_pair(&mut self, set: usize, kind: ReleaseKind) {
        self.manager.rollouts.sets[set].queued[kind as usize] = Some(Queued { mends: None });
    }

    /// A rollout is over: sets of the other region that waited for it look.
    pub(super) fn pair_is_free(&mut self, set: usize, t: SimTime) {
        let design = self.design.clone();
        for at in sets_of_pair(&design, set) {
            let of = &self.manager.rollouts.sets[at];
            if of.run.is_none() && of.queued[ReleaseKind::Image as usize].is_some() {
                self.wait(Due::Rollout, at, t);
            }
        }
    }
}
