//! By whom something was done, or to whom: runbooks and changes by their place in the file and what they do, machines by their names.

use super::rows::{NAMED_MAX, Telling};
use zonefall_fleet::management::{Action, Change, Trigger};
use zonefall_fleet::{Noted, Who};

impl Telling<'_> {
    /// ": runbook 1 of web (capacity 13)"; nothing where it is not known of each, or of too many.
    pub fn by_whom(&self, deeds: &[Noted], times: u64) -> String {
        let mut names: Vec<String> = deeds.iter().map(|deed| self.whom(deed.who)).collect();
        names.dedup();
        if deeds.len() as u64 == times && (1..=NAMED_MAX).contains(&names.len()) {
            format!(": {}", names.join(", "))
        } else {
            String::new()
        }
    }

    pub fn whom(&self, who: Who) -> String {
        let set = |at: u16| &self.study.designs[self.design].sets[usize::from(at)];
        match who {
            Who::Machine(instance) => self.strikes.population().instance_name(instance),
            Who::Set(at) => set(at).name.clone(),
            Who::Change(at, index) => {
                let set = set(at);
                let changes = set.management.as_ref().map_or(&[][..], |managed| &managed.changes);
                changes.get(usize::from(index)).map_or_else(
                    || set.name.clone(),
                    |change| {
                        let alike = |other: &&Change| is_runbook(other) == is_runbook(change);
                        let number = changes[..=usize::from(index)].iter().filter(alike).count();
                        let what = if is_runbook(change) { "runbook" } else { "change" };
                        format!("{what} {number} of {} ({})", set.name, action(&change.action))
                    },
                )
            }
        }
    }
}

pub(super) const fn is_runbook(change: &Change) -> bool {
    matches!(change.trigger, Trigger::Alert(_))
}

/// What is done, as the file says it.
fn action(of: &Action) -> String {
    match of {
        Action::Capacity(machines) => format!("capacity {machines}"),
        Action::Zones(_) => "zones".into(),
        Action::Delete { count, .. } => format!("delete {count}"),
        Action::Attach { count, .. } => format!("attach {count}"),
        Action::Detach { count, .. } => format!("detach {count}"),
        Action::Deallocate(count) => format!("deallocate {count}"),
        Action::Start => "start".into(),
        Action::ReplaceFailed => "replace_failed".into(),
        Action::ResumeRepairs => "resume_repairs".into(),
        Action::ForceDetach => "force_detach".into(),
        Action::StopRollout => "stop_rollout".into(),
        Action::RollBack => "roll_back".into(),
    }
}
