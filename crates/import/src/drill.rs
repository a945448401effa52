//! An experiment on one design: which machines it strikes, when, and what it touches in vain.
//!
//! A resource id says a name; a scale set of that name is meant, in any case of letters. A name that the design does not
//! have (a placeholder, an expression, a set with another name) must be told by its selector, unless the design has one
//! set only. Single machines (`…/virtualMachines/app1`) that stand for a set in this way are as many of its machines (CH-02).

mod autoscale;
mod refused;

use crate::actions::{INSTANCES, Meaning, meaning, nearest};
use crate::read::{Action, Experiment, Selector};
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::{Effect, Recovery};
use zonefall_fleet::{Design, SlotGroup, slot_groups};
use zonefall_scenario::{Member, Orchestration, ScriptRow, SecurityRule};
use zonefall_topology::{Topology, ZoneId};

/// An experiment, and what it is run on.
#[derive(Debug, Clone, Copy)]
pub struct Drill<'a> {
    /// What is done.
    pub experiment: &'a Experiment,
    /// To whom.
    pub design: &'a Design,
    /// How its sets are orchestrated; none of availability sets and single machines.
    pub orchestrations: &'a [Option<Orchestration>],
    /// Where.
    pub topology: &'a Topology,
    /// Scale sets that selectors stand for: (selector, set).
    pub targets: &'a [(String, String)],
    /// When it begins.
    pub begins: SimTime,
    /// CH-07: zones that are filtered go dark as a whole.
    pub as_outage: bool,
    /// CH-04: how a security rule allows or denies.
    pub security_rule: SecurityRule,
}

/// CH-07: what a filtered zone that goes dark is charged to.
pub const ZONE_OUTAGE: &str = "zone outage";

/// One action, as it strikes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// When.
    pub at: SimTime,
    /// How long.
    pub lasts: SimDuration,
    /// What is done.
    pub cause: String,
    /// To what, in words.
    pub what: String,
}

/// What an experiment comes to on a design.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Script {
    /// The faults.
    pub rows: Vec<ScriptRow>,
    /// The same in words.
    pub touched: Vec<Touched>,
    /// What the model does not hold, or holds in another way.
    pub notes: Vec<String>,
    /// Where an outage of zones is asked for, what is none.
    pub as_outage: Vec<String>,
    /// Why it cannot be run on this design, here as in Azure.
    pub fails: Vec<String>,
    /// What Azure would refuse as it stands, though it is run here.
    pub refused: Vec<String>,
    /// Targets that no scale set is called by, and what each was taken for.
    pub guessed: Vec<String>,
    /// Actions other than waiting.
    pub actions: usize,
    /// Those of them that are not run: nothing in the model is struck by them.
    pub not_run: Vec<String>,
    /// How long it takes.
    pub lasts: SimDuration,
}

impl Script {
    /// Notes that machines are slowed, and that requests go where there is room all the same.
    pub fn tell_of_spread(&mut self, design: &Design) {
        let slows = self.rows.iter().any(|row| matches!(row.effect, Effect::Degraded(_)));
        if slows && design.demand.is_some() && !design.service.spreads_evenly && design.capacity() > 1 {
            let words = "requests go where there is room (`service.spread` is by capacity), so a slow machine gets no more than it can \
                         serve; Azure's load balancers spread evenly and do not know who is slow: `--what-if 'service.spread=\"even\"'`";
            note(self, words.into());
        }
    }
}

impl Drill<'_> {
    /// The faults, the notes, and why the experiment fails, if it does.
    pub fn script(&self) -> Script {
        let (schedule, lasts) = self.experiment.schedule();
        let mut script = Script { lasts, ..Script::default() };
        for (begins, action) in schedule {
            self.act(self.begins.after(begins), action, &mut script);
        }
        autoscale::enable_later(&mut script);
        script.tell_of_spread(self.design);
        script
    }

    fn act(&self, at: SimTime, action: &Action, script: &mut Script) {
        let urn = &action.urn;
        let meant = meaning(action, self.security_rule);
        script.actions += usize::from(!matches!(meant, Meaning::Delay));
        let (cause, effect, recovery, but) = match meant {
            Meaning::Delay => return,
            Meaning::NotHeld(why) => {
                let meant = nearest(urn).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                return leave_out(script, urn, &format!("{why}{meant}"));
            }
            Meaning::Allows => return note(script, format!("{urn}: it allows, and cuts nothing off (CH-04)")),
            Meaning::DisablesAutoscale { enables } => return self.disable(at, action, enables, script),
            Meaning::Strikes { cause, effect, recovery, but } => (cause, effect, recovery, but),
        };
        if !but.is_empty() {
            note(script, format!("{urn}: {but}"));
        }
        let selector = self.experiment.selectors.iter().find(|selector| Some(&selector.id) == action.selector.as_ref());
        let (Some(selector), Some(lasts)) = (selector, action.length) else {
            return leave_out(script, urn, "it is aimed at nothing, or takes no time");
        };
        for (set, ids) in self.sets(selector, script) {
            self.refuse(set, ids.is_some(), action, script);
            let found = match self.struck(set, ids.as_deref(), selector, action) {
                Ok(found) => found,
                Err(why) => {
                    script.fails.push(why);
                    continue;
                }
            };
            let asked = self.as_outage && cause == "shutdown";
            if asked && selector.zones.is_none() {
                let words = format!("`{}` filters no zone: it stays a shutdown, whatever an outage adds", selector.id);
                if !script.as_outage.contains(&words) {
                    script.as_outage.push(words);
                }
            }
            let dark = asked && selector.zones.is_some() && ids.is_none();
            let (cause, recovery) = if dark { (ZONE_OUTAGE, Recovery::Boot) } else { (cause, recovery) };
            let (members, what) = if dark { self.zones_of(set, selector) } else { found };
            script.touched.push(Touched { at, lasts, cause: cause.into(), what });
            script.rows.push(ScriptRow { at, lasts: Some(lasts), members, effect, recovery, cause: cause.into() });
        }
    }

    /// The sets that a selector stands for, and of those whose machines are its targets one by one, which (OM-08).
    fn sets(&self, selector: &Selector, script: &mut Script) -> Vec<(usize, Option<Vec<u32>>)> {
        let sets = &self.design.sets;
        let named = |name: &str| sets.iter().position(|set| set.name.eq_ignore_ascii_case(name));
        let told: Vec<&str> =
            self.targets.iter().filter(|(id, _)| *id == selector.id).map(|(_, set)| set.as_str()).collect();
        let single: Vec<&String> = selector.targets.iter().filter(|target| is_single(target)).collect();
        let ids = |targets: usize| (0..targets as u32).map(Some);
        let names: Vec<(String, Option<u32>)> = match (told.is_empty(), selector.targets.is_empty()) {
            (false, false) if single.len() == selector.targets.len() => {
                told.iter().flat_map(|&name| ids(single.len()).map(move |id| (name.to_owned(), id))).collect()
            }
            (false, _) => told.iter().map(|&name| (name.to_owned(), None)).collect(),
            (true, true) => vec![("a query".into(), None)],
            (true, false) => {
                let (machines, wrong): (Vec<_>, Vec<_>) =
                    selector.targets.iter().map(|target| machine_of(target)).partition(Result::is_ok);
                script.fails.extend(wrong.into_iter().filter_map(Result::err));
                machines.into_iter().flatten().collect()
            }
        };
        let mut found: Vec<(usize, Option<Vec<u32>>)> = Vec::new();
        for (name, id) in &names {
            let (at, id) = match named(name) {
                Some(at) => (at, *id),
                None if told.is_empty() && sets.len() == 1 => {
                    let machine = single.iter().position(|target| resource_name(target) == *name);
                    guess(script, &selector.id, (name, machine.is_some()), &sets[0].name);
                    (0, id.or_else(|| u32::try_from(machine?).ok()))
                }
                None => {
                    let id = &selector.id;
                    script.fails.push(format!("no scale set here is called `{name}` (selector `{id}`): say which is meant, `--target {id}=SET`"));
                    continue;
                }
            };
            let ids = id.map(|id| vec![id]);
            match found.iter_mut().find(|(set, _)| *set == at) {
                None => found.push((at, ids)),
                Some((_, all)) => *all = all.take().zip(ids).map(|(all, more)| [all, more].concat()),
            }
        }
        found
    }

    /// The machines of a set, or those of it with these ids, that an action strikes; an error if its filter, or its list of
    /// instances, matches nothing.
    fn struck(
        &self,
        set: usize,
        targets: Option<&[u32]>,
        selector: &Selector,
        action: &Action,
    ) -> Result<(Vec<Member>, String), String> {
        let groups: Vec<SlotGroup> =
            slot_groups(self.design, self.topology).into_iter().filter(|group| group.set as usize == set).collect();
        let name = &self.design.sets[set].name;
        let listed = INSTANCES.iter().find_map(|key| action.parameter(key));
        let listed = listed.filter(|text| !matches!(text.trim(), "" | "*"));
        let ids: Option<Vec<u32>> = match listed {
            Some(text) => Some(
                instance_ids(text)
                    .ok_or_else(|| format!("`{text}` is no list of instance ids such as [\"1\",\"3\"]"))?,
            ),
            None => None,
        };
        let ids = match (ids, targets) {
            (Some(ids), Some(targets)) => Some(ids.into_iter().filter(|id| targets.contains(id)).collect()),
            (ids, targets) => ids.or_else(|| targets.map(<[u32]>::to_vec)),
        };
        let inside = |zone: Option<ZoneId>| {
            let Some(zones) = &selector.zones else { return true };
            zone.is_some_and(|zone| zones.contains(&self.topology.zone_number(zone)))
        };
        // Ids are those of the beginning; without a list whoever stands there at the time is struck, also who has come since.
        let places = |group: &SlotGroup| if ids.is_some() { group.initial } else { group.slots };
        let mut members = Vec::new();
        for (id, (group, ordinal)) in (0u32..).zip(in_order(&groups, places)) {
            if inside(group.zone) && ids.as_ref().is_none_or(|ids| ids.contains(&id)) {
                members.push(Member::Instance { group: group.name.clone(), ordinal });
            }
        }
        let filter = selector.zones.as_ref().map_or(String::new(), |zones| format!(" in zone {}", join(zones)));
        if members.is_empty() {
            return Err(format!(
                "nothing of `{name}` stands{filter}{}: an experiment whose target is empty fails in Azure (CH-02)",
                if ids.is_some() { " and has such an id" } else { "" }
            ));
        }
        let first: u32 = groups.iter().filter(|group| inside(group.zone)).map(|group| group.initial).sum();
        let what = match members.len() {
            all if ids.is_none() && all > first as usize => {
                format!("all machines of `{name}`{filter} at the time ({first} at first)")
            }
            all => format!("{} of `{name}`{filter}", count(all)),
        };
        Ok((members, what))
    }

    /// The zones of a filter as a whole.
    fn zones_of(&self, set: usize, selector: &Selector) -> (Vec<Member>, String) {
        let region = self.design.sets[set].region;
        let zones = selector.zones.iter().flatten().filter_map(|&zone| self.topology.zone(region, zone));
        let racks = zones
            .map(|zone| Member::Racks { name: self.topology.zone_name(zone), racks: self.topology.racks_of(zone) });
        let members: Vec<Member> = racks.collect();
        let names: Vec<&str> =
            members.iter().map(|member| if let Member::Racks { name, .. } = member { name } else { "" }).collect();
        let what = format!("everything in {}", names.join(" and "));
        (members, what)
    }
}

/// OM-08: the places of a set, so many of each group, in the order of the ids of its first machines: round the zones.
fn in_order(groups: &[SlotGroup], places: impl Fn(&SlotGroup) -> u32) -> impl Iterator<Item = (&SlotGroup, u32)> {
    let most = groups.iter().map(&places).max().unwrap_or(0);
    let all = (0..most).flat_map(|ordinal| groups.iter().map(move |group| (group, ordinal)));
    all.filter(move |&(group, ordinal)| ordinal < places(group))
}

fn note(script: &mut Script, words: String) {
    if !script.notes.contains(&words) {
        script.notes.push(words);
    }
}

/// An action is not run.
fn leave_out(script: &mut Script, urn: &str, why: &str) {
    note(script, format!("{urn}: {why}"));
    script.not_run.push(short_name(urn));
}

/// A target that is in no scenario is taken for the only scale set.
fn guess(script: &mut Script, selector: &str, (name, is_machine): (&str, bool), set: &str) {
    let one = if is_machine { "one machine of " } else { "" };
    let words = format!(
        "no scale set here is called `{name}` (selector `{selector}`): it was taken for {one}`{set}`, the only one; \
         `--target {selector}={set}` says that it is meant"
    );
    if !script.guessed.contains(&words) {
        script.guessed.push(words);
    }
}

/// "autoscalesettings:disableautoscale" of "urn:csci:microsoft:autoscalesettings:disableautoscale/1.0".
fn short_name(urn: &str) -> String {
    let plain = urn.split('/').next().unwrap_or(urn);
    let parts: Vec<&str> = plain.split(':').collect();
    parts[parts.len().saturating_sub(2)..].join(":")
}

/// What follows a part of a resource id that says a kind.
fn after<'a>(id: &'a str, kind: &str) -> Option<&'a str> {
    let mut parts = id.split('/');
    parts.find(|part| part.eq_ignore_ascii_case(kind))?;
    parts.next().filter(|name| !name.is_empty())
}

/// The name in a resource id: what follows its resource type; of a machine of a scale set that of the set.
fn resource_name(id: &str) -> String {
    let kinds = ["virtualmachinescalesets", "virtualmachines", "autoscalesettings"];
    kinds.iter().find_map(|kind| after(id, kind)).unwrap_or(id).to_owned()
}

/// Whether a resource id is that of a machine of no scale set.
fn is_single(id: &str) -> bool {
    after(id, "virtualmachinescalesets").is_none() && after(id, "virtualmachines").is_some()
}

/// The name in a resource id, and of a machine of a scale set its id (OM-08): `…/virtualMachineScaleSets/web/virtualMachines/0`.
fn machine_of(target: &str) -> Result<(String, Option<u32>), String> {
    let name = resource_name(target);
    let machine = after(target, "virtualmachinescalesets").and_then(|_| after(target, "virtualmachines"));
    match machine.map(|machine| (machine, machine.parse().ok())) {
        None => Ok((name, None)),
        Some((_, Some(id))) => Ok((name, Some(id))),
        Some((machine, None)) => {
            Err(format!("which machine of `{name}` is `{machine}`? Only instance ids are known here, such as 0"))
        }
    }
}

/// `["1","3"]`, all texts (CH-01).
fn instance_ids(text: &str) -> Option<Vec<u32>> {
    let ids: Vec<serde_json::Value> = serde_json::from_str(text).ok()?;
    let id = |id: &serde_json::Value| {
        id.as_str().and_then(|id| id.parse().ok()).or_else(|| u32::try_from(id.as_u64()?).ok())
    };
    ids.iter().map(id).collect()
}

fn join(numbers: &[u32]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn count(machines: usize) -> String {
    if machines == 1 { "one machine".into() } else { format!("{machines} machines") }
}
