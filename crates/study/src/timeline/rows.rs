//! Sightings put into words: like things of one instant are one row.

use super::amiss::Stays;
use super::beside;
use super::decisions::{Counts, counts, event, is_refusal, place_of, refused};
use super::late::Batches;
use super::{Kind, Outage, Place, Row};
use crate::study::Study;
use std::collections::{BTreeMap, BTreeSet};
use zonefall_faults::{Effect, Strikes};
use zonefall_fleet::{Ledger, Lined, Noted, OPERATION_TABLE, Operation, Overload, Seen, Sighting, Stand};
use zonefall_topology::ZoneId;

/// So many machines of a row are named.
pub(super) const NAMED_MAX: usize = 3;

/// What the rows are told from.
pub(super) struct Telling<'a> {
    pub study: &'a Study,
    pub design: usize,
    pub strikes: &'a Strikes,
    pub causes: Vec<String>,
}

/// What makes machines of one instant alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Alike {
    Down(u16),
    Starts,
    Noticed,
    Awaits,
    Serves,
    ServesCold(u32),
    Warm,
    Made(bool),
    Gone,
    Out(u16, bool),
    Failed(bool),
}

fn alike(seen: &Seen) -> Option<(Alike, Stand)> {
    Some(match *seen {
        Seen::Down(stand, cause) => (Alike::Down(cause), stand),
        Seen::Starts(stand) => (Alike::Starts, stand),
        Seen::Noticed(stand) => (Alike::Noticed, stand),
        Seen::Awaits(stand) => (Alike::Awaits, stand),
        Seen::Serves(stand) => (Alike::Serves, stand),
        Seen::Cold(stand, milli) => (Alike::ServesCold(milli), stand),
        Seen::Warm(stand) => (Alike::Warm, stand),
        Seen::Made(stand, started) => (Alike::Made(started), stand),
        Seen::Gone(stand) => (Alike::Gone, stand),
        Seen::Out(stand, cause, drains) => (Alike::Out(cause, drains), stand),
        Seen::Failed(stand, failed) => (Alike::Failed(failed), stand),
        Seen::Works(..)
        | Seen::Did(..)
        | Seen::Demand(_)
        | Seen::GoodFor(_)
        | Seen::Acted(_)
        | Seen::Rolled(..)
        | Seen::Batch(..)
        | Seen::Gateway(..)
        | Seen::Orders(..)
        | Seen::TurnsAway(..)
        | Seen::Sent(..)
        | Seen::Line(..)
        | Seen::Waits(_)
        | Seen::Overload(..)
        | Seen::Lost(..)
        | Seen::Missed(_)
        | Seen::Met(_) => return None,
    })
}

impl Alike {
    /// Whether it follows from what is decided in the same instant.
    fn follows(self) -> bool {
        matches!(self, Self::Starts | Self::Made(_) | Self::Gone | Self::Out(..) | Self::Failed(_))
    }
}

/// Machines that begin to serve in one instant and are not warm.
fn cold(instant: &[Sighting]) -> BTreeSet<u32> {
    let cold = instant.iter().filter_map(|sighting| match sighting.what {
        Seen::Cold(stand, _) => Some(stand.instance),
        _ => None,
    });
    cold.collect()
}

/// Creations of one instant that its machines tell by name, all of them: they are not told again.
fn created_by_name(instant: &[Sighting]) -> Vec<usize> {
    let named = |of: fn(&Seen) -> bool| instant.iter().filter(|sighting| of(&sighting.what)).count() as u64;
    let did = |operation: Operation| -> u64 {
        let times = |sighting: &Sighting| match sighting.what {
            Seen::Did(of, times, _) if of == operation as usize => times,
            _ => 0,
        };
        instant.iter().map(times).sum()
    };
    let told = [
        (Operation::Creations, named(|seen| matches!(seen, Seen::Made(_, false)))),
        (Operation::CreationsFailed, named(|seen| matches!(seen, Seen::Failed(_, true)))),
    ];
    told.into_iter().filter(|(of, named)| did(*of) == *named).map(|(of, _)| of as usize).collect()
}

fn rules_of(operation: Operation) -> &'static str {
    OPERATION_TABLE[operation as usize].rules
}

/// What begins (`true`) or ends and is no machine, by its kind and its entrance.
fn lasting(seen: &Seen) -> Option<((u8, u32), bool)> {
    Some(match *seen {
        Seen::Line(_, Lined::GivesUp) | Seen::Overload(_, Overload::Holds(_)) => return None,
        Seen::Line(at, lined) => ((0, at), lined == Lined::Begins),
        Seen::Overload(at, overload) => ((1, at), matches!(overload, Overload::Begins(_))),
        Seen::TurnsAway(at, requests) => ((2, at), requests.is_none()),
        _ => return None,
    })
}

/// Whether an operation is that clients are sent elsewhere, which is seen with it.
fn is_sending(operation: usize) -> bool {
    [Operation::Failovers as usize, Operation::Failbacks as usize].contains(&operation)
}

impl Telling<'_> {
    /// All rows in order, and the outages of the objective.
    pub fn rows_and_outages(
        &self,
        at_first: &Sighting,
        (begins, sightings): (&[(Stand, bool)], &[Sighting]),
        ledger: &Ledger,
    ) -> (Vec<Row>, Vec<Outage>) {
        let (mut rows, storm) = self.storm_rows(at_first, sightings);
        let mut stays = Stays::new(begins);
        let mut outages: Vec<Outage> = Vec::new();
        let (mut down, mut amiss) = (BTreeMap::new(), BTreeMap::new());
        let mut batches = Batches::default();
        // What of it was not over when the last outage was.
        let mut after = BTreeSet::new();
        let mut before: Vec<u64> = Vec::new();
        let mut at = 0;
        while at < sightings.len() {
            let t = sightings[at].t;
            let end = at + sightings[at..].iter().take_while(|sighting| sighting.t == t).count();
            self.machines(&sightings[at..end], &mut rows);
            let created = created_by_name(&sightings[at..end]);
            let colds = cold(&sightings[at..end]);
            for sighting in &sightings[at..end] {
                stays.see(self, sighting);
                batches.see(sighting);
                match lasting(&sighting.what) {
                    Some((what, true)) => _ = amiss.entry(what).or_insert(t.as_ms()),
                    Some((what, false)) if amiss.remove(&what).is_some() => {
                        let after = outages.last_mut().filter(|_| after.remove(&what));
                        after.into_iter().for_each(|outage| outage.over_ms = t.as_ms());
                    }
                    _ => {}
                }
                match &sighting.what {
                    Seen::Down(stand, _) | Seen::Made(stand, _) | Seen::Out(stand, ..) => {
                        down.entry(stand.instance).or_insert(t.as_ms());
                    }
                    // One that is cold still lacks what its outage took.
                    Seen::Serves(stand) if colds.contains(&stand.instance) => {}
                    Seen::Serves(stand) | Seen::Warm(stand) | Seen::Gone(stand) | Seen::Failed(stand, _) => {
                        down.remove(&stand.instance);
                    }
                    Seen::Lost(cause, milli) => rows.push(self.lost(sighting, *cause, *milli)),
                    // Where clients are sent is told by the names of the parts.
                    Seen::Did(operation, ..) if is_sending(*operation) => {}
                    Seen::Did(operation, ..) if created.contains(operation) => {}
                    Seen::Did(operation, times, deeds) => {
                        rows.push(self.decision(sighting, *operation, (*times, deeds)))
                    }
                    Seen::Demand(milli) => {
                        let says = format!("{} requests a second arrive", *milli as f64 / 1000.0);
                        rows.push(Self::row(sighting, Kind::Demand, says));
                    }
                    Seen::Missed(by_cause) => {
                        before.clone_from(by_cause);
                        after.clear();
                        // A miss is told when time moves on, so what ended it may have been seen already.
                        let roots = down.values().chain(amiss.values()).copied().filter(|&since| since <= t.as_ms());
                        let roots = roots.chain(batches.root(&self.study.designs[self.design].need, t.as_ms())).min();
                        let roots = roots.unwrap_or(t.as_ms());
                        outages.push(Outage {
                            roots_ms: roots,
                            amiss: stays.before(self, &storm, (roots, t.as_ms())),
                            from_ms: t.as_ms(),
                            to_ms: t.as_ms(),
                            over_ms: t.as_ms(),
                            cut: false,
                            causes: Vec::new(),
                            still: Vec::new(),
                        });
                        rows.push(Self::row(sighting, Kind::Objective, "the objective is missed".into()));
                    }
                    Seen::Met(by_cause) => {
                        if let Some(outage) = outages.last_mut() {
                            (outage.to_ms, outage.over_ms) = (t.as_ms(), t.as_ms());
                            after.extend(amiss.keys().copied());
                            outage.causes = self.split(&before, by_cause);
                        }
                        let cut = ledger.cut_by_horizon && t == self.strikes.horizon();
                        let says = if cut {
                            "the trial ends, the objective is still missed"
                        } else {
                            "the objective holds again"
                        };
                        rows.push(Self::row(sighting, Kind::Objective, says.into()));
                    }
                    _ => rows.extend(beside::row(self, sighting)),
                }
            }
            at = end;
        }
        if let Some(last) = outages.last_mut().filter(|_| ledger.cut_by_horizon) {
            last.cut = true;
            last.still = stays.before(self, &storm, (u64::MAX, self.strikes.horizon().as_ms()));
        }
        rows.sort_by_key(|row| (row.at_ms, row.within));
        (rows, outages)
    }

    fn split(&self, before: &[u64], after: &[u64]) -> Vec<(String, u64)> {
        let parts = self.causes.iter().zip(before.iter().zip(after));
        let mut parts: Vec<(String, u64)> =
            parts.filter(|(_, (old, new))| new > old).map(|(name, (old, new))| (name.clone(), new - old)).collect();
        parts.sort_by(|(a_name, a), (b_name, b)| b.cmp(a).then_with(|| a_name.cmp(b_name)));
        parts
    }

    pub fn row(of: &Sighting, kind: Kind, says: String) -> Row {
        Row {
            at_ms: of.t.as_ms(),
            within: match kind {
                Kind::Fault => Place::Fault,
                Kind::Demand => Place::Demand,
                Kind::Machine => Place::Machine,
                Kind::Probe => Place::Probe,
                Kind::Decision => Place::Decided,
                Kind::Objective => Place::Objective,
            },
            kind,
            says,
            ends: false,
            refused: false,
            rules: String::new(),
            cause: String::new(),
            place: String::new(),
            strikes: String::new(),
            machines: 0,
            times: 0,
            requests: 0,
            serving: of.serving,
            dead: of.dead,
            unserved_per_s: of.unserved_milli as f64 / 1000.0,
            sessions_lost: 0.0,
        }
    }

    fn lost(&self, sighting: &Sighting, cause: u16, milli: u64) -> Row {
        let (cause, lost) = (self.causes[cause as usize].clone(), milli as f64 / 1000.0);
        let says = match lost {
            _ if lost < 1.5 => format!("{lost:.1} sessions are lost: {cause}"),
            _ => format!("{lost:.0} sessions are lost: {cause}"),
        };
        Row {
            within: Place::Lost,
            cause,
            rules: "LB-10".into(),
            sessions_lost: lost,
            ..Self::row(sighting, Kind::Machine, says)
        }
    }

    pub fn decision(&self, sighting: &Sighting, operation: usize, (times, deeds): (u64, &[Noted])) -> Row {
        let of = &OPERATION_TABLE[operation];
        let people_watch = || {
            self.study.designs[self.design]
                .structure()
                .into_iter()
                .flat_map(|service| &service.failovers)
                .any(|failover| failover.alarm().is_some())
        };
        let words = match event(of.operation).unwrap_or(of.doc) {
            _ if of.operation == Operation::FailoversBegun && people_watch() => {
                "the part that serves is found to be out, or to have lost too much, with another to go to"
            }
            words => words,
        };
        let why = deeds.first().and_then(|deed| deed.why);
        let (words, rules) = why.map_or((words, of.rules), refused);
        let words = match counts(of.operation) {
            Counts::Requests => format!("{times} {words}"),
            _ if times == 1 => words.to_owned(),
            _ => format!("{times} × {words}"),
        };
        let row = Self::row(sighting, Kind::Decision, words + &self.by_whom(deeds, times));
        let (machines, times, requests) = match counts(of.operation) {
            Counts::Machines => (times, 0, 0),
            Counts::Times => (0, times, 0),
            Counts::Requests => (0, 0, times),
        };
        let (within, refused) = (place_of(of.operation), is_refusal(of.operation));
        Row { within, refused, rules: rules.into(), machines, times, requests, ..row }
    }

    /// The machines of one instant: one row for those of one set in one zone that do the same.
    fn machines(&self, instant: &[Sighting], rows: &mut Vec<Row>) {
        let Some(last) = instant.last() else { return };
        let mut groups: BTreeMap<(Alike, u16, ZoneId), Vec<Stand>> = BTreeMap::new();
        let cold = cold(instant);
        for (what, stand) in instant.iter().filter_map(|sighting| alike(&sighting.what)) {
            // Told with how much it serves.
            if what == Alike::Serves && cold.contains(&stand.instance) {
                continue;
            }
            groups.entry((what, stand.set, stand.zone)).or_default().push(stand);
        }
        for ((what, set, zone), stands) in groups {
            let set = &self.study.designs[self.design].sets[set as usize].name;
            let place = self.place(zone, &stands);
            let who = match stands.len() {
                1..=NAMED_MAX => stands.iter().map(|stand| self.name(stand)).collect::<Vec<String>>().join(", "),
                many => format!("{many} machines of {set} in {}", self.study.topology.zone_name(zone)),
            };
            let (kind, says, rules, cause) = self.words(what, stands.len() == 1);
            let row = Self::row(last, kind, format!("{who} {says}"));
            let within = if what.follows() { Place::Follows } else { row.within };
            rows.push(Row { within, rules: rules.into(), cause, place, machines: stands.len() as u64, ..row });
        }
    }

    /// "web/eastus/1/0".
    pub fn name(&self, stand: &Stand) -> String {
        self.strikes.population().instance_name(stand.instance)
    }

    fn words(&self, what: Alike, one: bool) -> (Kind, String, &'static str, String) {
        let s = |singular: &str, plural: &str| if one { singular.to_owned() } else { plural.to_owned() };
        let plain = |kind, says, rules| (kind, says, rules, String::new());
        match what {
            Alike::Down(cause) => {
                let rules = self.rules_of(cause);
                let cause = self.causes.get(cause as usize).cloned().unwrap_or_else(|| "not asked for".into());
                (Kind::Machine, format!("{}: {cause}", s("stops serving", "stop serving")), rules, cause)
            }
            Alike::Starts => plain(Kind::Machine, s("starts again", "start again"), "HL-02"),
            Alike::Noticed => {
                plain(Kind::Probe, s("is found dead by the probes", "are found dead by the probes"), "LB-02")
            }
            Alike::Awaits => {
                plain(Kind::Probe, s("is up, and waits for the probes", "are up, and wait for the probes"), "LB-02")
            }
            Alike::Serves => plain(Kind::Machine, s("serves", "serve"), ""),
            Alike::ServesCold(milli) => {
                let (it, percent) = (s("serves", "serve"), f64::from(milli) / 10.0);
                let until = s("it is warm", "they are warm");
                plain(Kind::Machine, format!("{it} {percent} % until {until}"), "")
            }
            Alike::Warm => {
                plain(Kind::Machine, s("is warm, and serves all it can", "are warm, and serve all they can"), "")
            }
            Alike::Made(true) => plain(Kind::Machine, s("is being started", "are being started"), "AL-03"),
            Alike::Made(false) => {
                plain(Kind::Machine, s("is being created", "are being created"), rules_of(Operation::Creations))
            }
            Alike::Failed(true) => {
                let says = s("is not created: it stays in state Failed", "are not created: they stay in state Failed");
                plain(Kind::Machine, says, rules_of(Operation::CreationsFailed))
            }
            Alike::Failed(false) => plain(Kind::Machine, s("is Failed no more", "are Failed no more"), ""),
            Alike::Out(cause, drains) => {
                let cause = self.causes.get(cause as usize).cloned().unwrap_or_else(|| "not asked for".into());
                let says = if drains {
                    s("leaves the rotation and drains", "leave the rotation and drain")
                } else {
                    s("is taken out to be changed where it stands", "are taken out to be changed where they stand")
                };
                (Kind::Machine, format!("{says}: {cause}"), if drains { "MT-11" } else { "UP-08, AR-02" }, cause)
            }
            Alike::Gone => plain(Kind::Machine, s("is gone", "are gone"), ""),
        }
    }

    /// The rules behind a cause of planned maintenance; empty for any other.
    pub(super) fn rules_of(&self, cause: u16) -> &'static str {
        let modes = self.strikes.storm_modes();
        let mode = modes.causes().get(cause as usize).map(|_| modes.mode_of(cause));
        match mode.filter(|mode| mode.wave().is_some()).map(|mode| mode.effect) {
            Some(Effect::Frozen) => "MT-01, MT-02",
            Some(_) => "MT-02, MT-03",
            None => "",
        }
    }

    /// The smallest place that holds all of them.
    fn place(&self, zone: ZoneId, stands: &[Stand]) -> String {
        let topology = &self.study.topology;
        let first = stands[0];
        match () {
            () if stands.iter().all(|stand| stand.host == first.host) => topology.host_name(first.host),
            () if stands.iter().all(|stand| stand.rack == first.rack) => topology.rack_name(first.rack),
            () => topology.zone_name(zone),
        }
    }
}

/// The first names, and how many more there are.
pub(super) fn shortened(names: &[String]) -> String {
    let shown = names.len().min(NAMED_MAX);
    let more = names.len() - shown;
    let text = names[..shown].join(", ");
    if more == 0 { text } else { format!("{text} and {more} more") }
}
