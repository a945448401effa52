//! What is still amiss when the objective comes to be missed, and began before anything of the chain that the outage tells:
//! machines that are gone or stay Failed, repairs that are suspended, requests for capacity that were refused, rollouts that were
//! stopped or still go on, storms. The same of what is amiss when the end of a trial cuts an outage.

use super::beside;
use super::rows::{Telling, shortened};
use super::whom::is_runbook;
use serde::Serialize;
use std::collections::BTreeMap;
use zonefall_fleet::{Noted, OPERATION_TABLE, Operation, Rolled, Seen, Sighting, Stand, Who, Why};

/// Something that is amiss already when an outage begins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Amiss {
    /// Since when.
    pub since_ms: u64,
    /// In words.
    pub says: String,
    /// The rules behind it; empty where there are none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub rules: String,
}

/// An event of the storm: from when until when, in words.
pub(super) type Lasts = (u64, u64, Amiss);

/// What stays as it is until something else is seen.
#[derive(Debug, Default)]
pub(super) struct Stays {
    failed: BTreeMap<u32, (u64, Stand)>,
    /// Machines of each set: at first, now, and since when.
    machines: BTreeMap<u16, (i64, i64, u64)>,
    /// Since when repairs are suspended, by set.
    suspended: BTreeMap<u16, u64>,
    /// The first of the refusals since capacity was last granted, how many there were, and the last operation.
    refused: Option<Refused>,
    /// By set.
    rollouts: BTreeMap<u16, Amiss>,
}

#[derive(Debug)]
struct Refused {
    first: u64,
    last: u64,
    times: u64,
    operation: usize,
    why: Option<Why>,
}

impl Stays {
    /// Before anything is seen; with every place for a machine, and whether one stands there.
    pub fn new(begins: &[(Stand, bool)]) -> Self {
        let mut stays = Self::default();
        for (stand, there) in begins {
            let (first, now, _) = stays.machines.entry(stand.set).or_default();
            (*first, *now) = (*first + i64::from(*there), *now + i64::from(*there));
        }
        stays
    }

    pub fn see(&mut self, of: &Telling<'_>, sighting: &Sighting) {
        let t = sighting.t.as_ms();
        match sighting.what {
            Seen::Failed(stand, true) => _ = self.failed.insert(stand.instance, (t, stand)),
            Seen::Failed(stand, false) => _ = self.failed.remove(&stand.instance),
            Seen::Made(stand, _) => self.come(stand.set, 1, t),
            Seen::Gone(stand) => self.come(stand.set, -1, t),
            Seen::Did(of, _, ref deeds) if of == Operation::Suspensions as usize => {
                let sets =
                    deeds.iter().filter_map(|deed| if let Who::Set(set) = deed.who { Some((set, t)) } else { None });
                self.suspended.extend(sets);
            }
            Seen::Did(of, ..) if of == Operation::Repairs as usize => self.suspended.clear(),
            Seen::Did(operation, times, ref deeds) => self.count(operation, (times, deeds), t),
            Seen::Rolled(which, rolled) => {
                let words = match rolled {
                    Rolled::Begins { back } => beside::goes_on(of, which, back),
                    Rolled::Ends { how, .. } if how != Operation::RolloutsCompleted => {
                        beside::row(of, sighting).map(|row| (row.says, row.rules))
                    }
                    Rolled::Ends { .. } => None,
                    _ => return,
                };
                self.rollouts.remove(&which.set);
                let amiss = words.map(|(says, rules)| Amiss { since_ms: t, says, rules });
                self.rollouts.extend(amiss.map(|amiss| (which.set, amiss)));
            }
            _ => {}
        }
    }

    fn come(&mut self, set: u16, more: i64, t: u64) {
        let (_, now, since) = self.machines.entry(set).or_default();
        (*now, *since) = (*now + more, t);
    }

    fn count(&mut self, operation: usize, (times, deeds): (u64, &[Noted]), t: u64) {
        let is = |all: &[Operation]| all.iter().any(|&of| of as usize == operation);
        if is(&[Operation::Creations, Operation::ScaleIns]) {
            // What is refused in part is granted in part.
            self.refused.take_if(|refused| refused.last < t);
        } else if is(&REFUSALS) {
            let why = deeds.first().and_then(|deed| deed.why);
            let refused = self.refused.get_or_insert(Refused { first: t, last: t, times: 0, operation, why });
            (refused.last, refused.operation, refused.why) = (t, operation, why);
            refused.times += times;
        }
    }

    /// What stays amiss and began before `roots`, when the objective is missed from `from` on.
    pub fn before(&self, of: &Telling<'_>, storm: &[Lasts], (roots, from): (u64, u64)) -> Vec<Amiss> {
        let lasting = storm.iter().filter(|(start, end, _)| *start < from && *end > from).map(|(.., amiss)| amiss);
        let mut all: Vec<Amiss> = lasting.chain(self.rollouts.values()).cloned().collect();
        all.extend(self.failed_machines(of));
        all.extend(self.gone_machines(of));
        all.extend(self.suspended.iter().map(|(&set, &since_ms)| Amiss {
            since_ms,
            says: format!("repairs of {} are suspended", of.study.designs[of.design].sets[usize::from(set)].name),
            rules: OPERATION_TABLE[Operation::Suspensions as usize].rules.into(),
        }));
        all.extend(self.refused.as_ref().map(|refused| {
            let row = &OPERATION_TABLE[refused.operation];
            let any = (super::decisions::event(row.operation).unwrap_or(row.doc), row.rules);
            let (words, rules) = refused.why.map_or(any, super::decisions::refused);
            let times =
                if refused.times == 1 { String::new() } else { format!(", the last of {} times", refused.times) };
            Amiss {
                since_ms: refused.first,
                says: format!("no more capacity since: {words}{times}"),
                rules: rules.into(),
            }
        }));
        all.retain(|amiss| amiss.since_ms < roots);
        all.sort();
        all
    }

    /// Sets that have fewer machines than they began with, where nobody has asked for another number but runbooks.
    fn gone_machines(&self, of: &Telling<'_>) -> Vec<Amiss> {
        let fewer = self.machines.iter().filter(|(_, (first, now, _))| now < first);
        let told = fewer.filter_map(|(&set, &(first, now, since_ms))| {
            let set = &of.study.designs[of.design].sets[usize::from(set)];
            let managed = set.management.as_ref()?;
            let asked = managed.autoscale.is_some() || managed.changes.iter().any(|change| !is_runbook(change));
            let says = format!("{} has {now} machines, and had {first} when the trial began", set.name);
            (!asked).then(|| Amiss { since_ms, says, rules: String::new() })
        });
        told.collect()
    }

    /// RC-07: those of each set together.
    fn failed_machines(&self, of: &Telling<'_>) -> Vec<Amiss> {
        let mut of_sets: BTreeMap<u16, Vec<(u64, Stand)>> = BTreeMap::new();
        for &(since, stand) in self.failed.values() {
            of_sets.entry(stand.set).or_default().push((since, stand));
        }
        let told = of_sets.into_iter().map(|(set, machines)| {
            let set = &of.study.designs[of.design].sets[usize::from(set)];
            let names: Vec<String> = machines.iter().map(|(_, stand)| of.name(stand)).collect();
            let (stay, count) = if names.len() == 1 { ("stays", "counts") } else { ("stay", "count") };
            let scaler = set.management.as_ref().and_then(|managed| managed.autoscale.as_ref());
            let most = scaler.and_then(|of| of.profiles.iter().map(|profile| profile.maximum).max());
            let most = most.map_or(String::new(), |most| format!(", of which autoscale allows {most}"));
            let since_ms = machines.iter().map(|(since, _)| *since).min().unwrap_or(0);
            let later =
                if machines.iter().any(|(since, _)| *since > since_ms) { " (the first since then)" } else { "" };
            let (names, of) = (shortened(&names), &set.name);
            let says = format!("{names}{later} {stay} in state Failed and {count} among the machines of {of}{most}");
            Amiss { since_ms, says, rules: OPERATION_TABLE[Operation::CreationsFailed as usize].rules.into() }
        });
        told.collect()
    }
}

/// Capacity that was asked for and not granted.
pub(super) const REFUSALS: [Operation; 6] = [
    Operation::ControlPlaneRefusals,
    Operation::QuotaRefusals,
    Operation::AllocationsFailed,
    Operation::NoRoom,
    Operation::ScaleOutsBlocked,
    Operation::AutoscaleFailed,
];
