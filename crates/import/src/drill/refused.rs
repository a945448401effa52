//! CH-02, CH-05: what Azure would refuse of an experiment that can be run here all the same.

use super::Drill;
use crate::actions::{AGENT_INSTANCES, is_agent, shuts_down_a_set};
use crate::read::Action;
use zonefall_scenario::Orchestration;

impl Drill<'_> {
    /// Says why Azure would not run an action on a set. `single`: its targets are machines one by one.
    pub(super) fn refuse(&self, set: usize, single: bool, action: &Action, script: &mut super::Script) {
        let Some(Some(orchestration)) = self.orchestrations.get(set) else { return };
        let (name, urn) = (&self.design.sets[set].name, &action.urn);
        let flexible = *orchestration == Orchestration::Flexible;
        let words = if flexible && shuts_down_a_set(urn) {
            format!(
                "{urn}: `{name}` is Flexible, and this fault is for Uniform sets only (CH-02): aim \
                 `virtualMachine:shutdown` at each of its machines, or write `orchestration = \"uniform\"`"
            )
        } else if is_agent(urn) && !single && action.parameter(AGENT_INSTANCES).is_none() {
            format!(
                "{urn}: `{name}` is a scale set, and agent faults need a parameter `{AGENT_INSTANCES}`, the ids of its \
                 machines (CH-05); here all of them are struck"
            )
        } else {
            return;
        };
        if !script.refused.contains(&words) {
            script.refused.push(words);
        }
    }
}
