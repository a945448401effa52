//! CH-03: an experiment disables the autoscale of scale sets.
//!
//! The resource is an autoscale setting, whose name says nothing of its set here: it is taken for that of the set of this
//! name, or of the only set that autoscales; else its selector must be told.

use super::{Drill, Script, Touched, leave_out, note, resource_name};
use crate::read::{Action, Selector};
use zonefall_engine::SimTime;
use zonefall_faults::{Effect, Recovery};
use zonefall_fleet::ScaleSet;
use zonefall_scenario::{Member, ScriptRow};

/// What the fault is called.
const CAUSE: &str = "disabled autoscale";

fn scales(set: &ScaleSet) -> bool {
    set.management.as_ref().is_some_and(|managed| managed.autoscale.is_some())
}

impl Drill<'_> {
    /// Disables the autoscale of what a selector stands for; what the action does not enable again has no end.
    pub(super) fn disable(&self, at: SimTime, action: &Action, enables: bool, script: &mut Script) {
        let urn = &action.urn;
        let selector = self.experiment.selectors.iter().find(|selector| Some(&selector.id) == action.selector.as_ref());
        let (Some(selector), Some(lasts)) = (selector, action.length) else {
            return leave_out(script, urn, "it is aimed at nothing, or takes no time");
        };
        if !self.design.sets.iter().any(scales) {
            // In effect it is run: no set scales while it lasts.
            return note(script, format!("{urn}: where no scale set autoscales there is nothing to disable"));
        }
        let fails = script.fails.len();
        let found = self.scaled_by(selector, script);
        if found.is_empty() && script.fails.len() == fails {
            return leave_out(script, urn, "what it is aimed at does not autoscale");
        }
        for set in found {
            let name = self.design.sets[set].name.clone();
            script.touched.push(Touched { at, lasts, cause: CAUSE.into(), what: format!("`{name}`") });
            script.rows.push(ScriptRow {
                at,
                lasts: enables.then_some(lasts),
                members: vec![Member::Autoscale(name)],
                effect: Effect::Down,
                recovery: Recovery::Reachable,
                cause: CAUSE.into(),
            });
        }
    }

    /// The sets whose autoscale a selector stands for.
    fn scaled_by(&self, selector: &Selector, script: &mut Script) -> Vec<usize> {
        let sets = &self.design.sets;
        let all: Vec<usize> = (0..sets.len()).filter(|&at| scales(&sets[at])).collect();
        let id = &selector.id;
        let told = self.targets.iter().filter(|(of, _)| of == id).map(|(_, set)| (set.clone(), true));
        let mut names: Vec<(String, bool)> = told.collect();
        if names.is_empty() {
            names.extend(selector.targets.iter().map(|target| (resource_name(target), false)));
        }
        if names.is_empty() {
            names.push(("a query".into(), false));
        }
        let mut found = Vec::new();
        for (name, told) in names {
            let named = sets.iter().position(|set| set.name.eq_ignore_ascii_case(&name));
            let at = match (named, all.as_slice()) {
                (Some(at), _) if scales(&sets[at]) => at,
                (Some(_), _) if told => {
                    note(script, format!("`{id}`: `{name}` does not autoscale: there is nothing to disable"));
                    continue;
                }
                (_, &[only]) if !told => {
                    let set = &sets[only].name;
                    note(
                        script,
                        format!("`{id}` ({name}) is taken for the autoscale of `{set}`, the only set that has any"),
                    );
                    only
                }
                _ => {
                    let words = format!("whose autoscale is `{name}` (selector `{id}`)? Say it: `--target {id}=SET`");
                    script.fails.push(words);
                    continue;
                }
            };
            if !found.contains(&at) {
                found.push(at);
            }
        }
        found
    }
}

/// What an action leaves disabled, a later one may enable when it is complete; else it stays so, which is told.
pub(super) fn enable_later(script: &mut Script) {
    for at in 0..script.rows.len() {
        let row = &script.rows[at];
        let [Member::Autoscale(name)] = row.members.as_slice() else { continue };
        if row.lasts.is_some() {
            continue;
        }
        let complete = row.at.after(script.touched[at].lasts);
        let others = script.rows.iter().filter(|other| other.members == row.members);
        let ends = others.filter_map(|other| Some(other.at.after(other.lasts?)));
        match ends.filter(|&end| end >= complete).min() {
            Some(enabled) => script.rows[at].lasts = Some(enabled.since(row.at)),
            None => {
                let words =
                    format!("autoscale of `{name}` stays disabled after the experiment: `enableOnComplete` is false");
                note(script, words);
            }
        }
    }
}
