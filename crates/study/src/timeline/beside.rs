//! What is not about machines in words: releases by their names, batches of jobs, the instances of a gateway. What is about clients
//! is in `clients.rs`.

use super::clients;
use super::rows::Telling;
use super::whom::is_runbook;
use super::{Kind, Row};
use zonefall_engine::SimDuration;
use zonefall_fleet::management::{Action, Release, ReleaseKind};
use zonefall_fleet::{
    Act, Batched, CameTo, Gated, OPERATION_TABLE, Operation, Rolled, Seen, Sighting, Structure, Which, Who,
};

/// The row of something that is not about machines; none of anything else.
pub(super) fn row(of: &Telling<'_>, sighting: &Sighting) -> Option<Row> {
    Some(match sighting.what {
        Seen::Acted(act) => acted(of, sighting, act)?,
        Seen::Rolled(which, rolled) => release(of, sighting, which, rolled)?,
        Seen::Batch(number, batched) => Telling::row(sighting, Kind::Demand, batch(number, batched)),
        Seen::Gateway(gated) => {
            let row = Telling::row(sighting, Kind::Decision, instances(&of.gateway(gated.gate), gated));
            Row { rules: "AG-03".into(), ..row }
        }
        Seen::Orders(gate, more) => {
            let says = format!("{} orders more instances: {more}", of.gateway(gate));
            Row { rules: "AG-03".into(), times: 1, ..Telling::row(sighting, Kind::Decision, says) }
        }
        Seen::TurnsAway(gate, None) => {
            let says = format!("{} begins to turn requests away", of.gateway(gate));
            Row { rules: "AG-03".into(), times: 1, ..Telling::row(sighting, Kind::Decision, says) }
        }
        Seen::TurnsAway(gate, Some(requests)) => {
            let says = format!("{requests} requests have been turned away by {}", of.gateway(gate));
            Row { rules: "AG-03".into(), requests, ..Telling::row(sighting, Kind::Decision, says) }
        }
        Seen::Overload(entrance, overload) => clients::overload(of, sighting, entrance, overload),
        Seen::Line(line, lined) => clients::line(of, sighting, line, lined),
        Seen::Sent(group, ref parts) => clients::sent(of, sighting, group, parts)?,
        Seen::Works(set, before, now) if 0 < before && before < now => scaled_out(of, sighting, set, now)?,
        _ => return None,
    })
}

impl Telling<'_> {
    /// The part that clients come in at, by the number of the entrance, where there are several.
    pub fn entrance(&self, of: impl Fn(&Structure) -> Option<Vec<u32>>, at: u32) -> Option<&str> {
        let service = self.study.designs[self.design].structure()?;
        let entrances = of(service).filter(|entrances| entrances.len() > 1)?;
        let node = entrances.get(at as usize)?;
        Some(&service.nodes[*node as usize].name)
    }

    /// AG-03: "the application gateway of `east`" where each part that clients are sent to has one.
    fn gateway(&self, at: u32) -> String {
        let of = self.entrance(Structure::gates, at).map_or(String::new(), |name| format!(" of `{name}`"));
        format!("the application gateway{of}")
    }
}

/// ZN-06: a runbook has made its action; or whoever it was has found nothing to do it to.
fn acted(of: &Telling<'_>, sighting: &Sighting, Act { who, came_to }: Act) -> Option<Row> {
    let Who::Change(set, index) = who else { return None };
    let set = of.study.designs[of.design].sets.get(usize::from(set))?;
    let change = set.management.as_ref()?.changes.get(usize::from(index))?;
    let (stops, backs) = (matches!(change.action, Action::StopRollout), matches!(change.action, Action::RollBack));
    let words = match came_to {
        CameTo::Nothing if stops => "finds no rollout to stop",
        CameTo::Nothing => "finds nothing to roll back",
        _ if !is_runbook(change) => return None,
        CameTo::Whole => "has acted",
        CameTo::Part => "has acted, and not all of it could be done",
    };
    let rules = match () {
        () if stops => "ZN-06, UP-11",
        () if backs => "ZN-06, UP-13",
        () => "ZN-06",
    };
    let row = Telling::row(sighting, Kind::Decision, format!("{} {words}", of.whom(who)));
    Some(Row { rules: rules.into(), times: 1, ..row })
}

/// DR-07: a standby that ran in part has been scaled out.
fn scaled_out(of: &Telling<'_>, sighting: &Sighting, set: u32, works: u32) -> Option<Row> {
    let set = &of.study.designs[of.design].sets.get(set as usize)?.name;
    let says = match works {
        1000.. => format!("the standby is scaled out: all machines of {set} run"),
        _ => format!("the standby is scaled out: {} % of the machines of {set} run", f64::from(works) / 10.0),
    };
    Some(Row { rules: "DR-07".into(), times: 1, ..Telling::row(sighting, Kind::Decision, says) })
}

/// The release that something becomes of, its name, and its set's.
fn released<'a>(of: &'a Telling<'_>, which: Which) -> Option<(&'a Release, String, &'a str)> {
    let set = of.study.designs[of.design].sets.get(usize::from(which.set))?;
    let upgrades = set.management.as_ref()?.upgrades.as_ref()?;
    let release = upgrades.releases.get(usize::from(which.release))?;
    Some((release, name(release, which.nth), &set.name))
}

const fn way(back: bool) -> &'static str {
    if back { "the way back from" } else { "the rollout of" }
}

/// A rollout that has begun and is not over, and its rules.
pub(super) fn goes_on(of: &Telling<'_>, which: Which, back: bool) -> Option<(String, String)> {
    let (release, name, set) = released(of, which)?;
    let says = format!("{} {name} goes on: the {} of {set}", way(back), word(release.kind));
    Some((says, rules(Rolled::Begins { back }).into()))
}

fn release(of: &Telling<'_>, sighting: &Sighting, which: Which, rolled: Rolled) -> Option<Row> {
    let (release, name, set) = released(of, which)?;
    let says = match rolled {
        Rolled::Comes { bad } => {
            let bad = if bad { "; it is bad" } else { "" };
            format!("{name} is released: {set} has another {}{bad}", word(release.kind))
        }
        Rolled::Shows => format!("{name} shows on a first machine that it is bad"),
        Rolled::TakenBack => format!("the operator takes {name} back"),
        Rolled::Begins { back } => format!("{} {name} begins: the {} of {set}", way(back), word(release.kind)),
        Rolled::Batch { number, back, .. } => format!("batch {number} of {} {name} begins", way(back)),
        Rolled::Ends { idle: true, back, .. } => format!("{} {name} finds nothing left to do", way(back)),
        Rolled::Ends { how, back, left, .. } => {
            ends(how, &format!("{} {name}", way(back))) + &leaves(how, (release.kind, back), left)
        }
    };
    let machines = if let Rolled::Batch { machines, .. } = rolled { machines } else { 0 };
    let kind = if rolled == Rolled::Shows { Kind::Fault } else { Kind::Decision };
    let row = Telling::row(sighting, kind, says);
    Some(Row { rules: rules(rolled).into(), machines, times: u64::from(machines == 0), ..row })
}

fn ends(how: Operation, rollout: &str) -> String {
    match how {
        Operation::RolloutsFaulted => format!("unhealthy machines stop {rollout}"),
        Operation::RolloutsCancelled => format!("another order cuts {rollout} short"),
        _ => format!("{rollout} has reached every machine in its way"),
    }
}

/// What a rollout leaves that has not come to its end: "; 4 machines have the new image, 8 the one from before".
fn leaves(how: Operation, (kind, back): (ReleaseKind, bool), (with, without): (u64, u64)) -> String {
    if how == Operation::RolloutsCompleted {
        return String::new();
    }
    let machines = |count: u64| if count == 1 { "1 machine has".to_owned() } else { format!("{count} machines have") };
    let (new, old) = if back { ("good", "one that is taken back") } else { ("new", "one from before") };
    let new = format!("{} the {new} {}", machines(with), word(kind));
    format!("; {new}, {without} the {old}")
}

/// Its name, and which it is where it comes again and again.
fn name(release: &Release, nth: u64) -> String {
    let name = &release.name;
    if release.every.is_some() { format!("`{name}` no. {nth}") } else { format!("`{name}`") }
}

const fn word(kind: ReleaseKind) -> &'static str {
    match kind {
        ReleaseKind::Image => "image",
        ReleaseKind::Extension => "extension",
        ReleaseKind::Application => "application",
    }
}

fn rules(rolled: Rolled) -> &'static str {
    let of = match rolled {
        Rolled::Shows => return "UP-12",
        Rolled::Comes { .. } => Operation::Releases as usize,
        Rolled::TakenBack => Operation::ReleasesTakenBack as usize,
        Rolled::Begins { .. } => Operation::Rollouts as usize,
        Rolled::Batch { .. } => Operation::RolloutBatches as usize,
        Rolled::Ends { how, .. } => how as usize,
    };
    OPERATION_TABLE[of].rules
}

fn batch(number: u64, batched: Batched) -> String {
    match batched {
        Batched::Come { jobs, until_due } => {
            let jobs = if jobs == 1 { "1 job".to_owned() } else { format!("{jobs} jobs") };
            format!("batch {number} comes: {jobs}, due in {}", span(until_due))
        }
        Batched::Done { after } => format!("batch {number} is done, {} after it came", span(after)),
        Batched::Due { left: 0 } => format!("the deadline of batch {number}, which is done"),
        Batched::Due { left: 1 } => format!("the deadline of batch {number}: 1 of its jobs is not done"),
        Batched::Due { left } => format!("the deadline of batch {number}: {left} of its jobs are not done"),
    }
}

fn instances(gateway: &str, Gated { before, now, .. }: Gated) -> String {
    let instances = |count: u32| if count == 1 { "instance" } else { "instances" };
    if now > before {
        let more = now - before;
        let are = if more == 1 { "is" } else { "are" };
        format!("{more} more {} of {gateway} {are} there: it has {now}", instances(more))
    } else {
        let less = before - now;
        format!("{gateway} gives {less} {} back: it has {now}", instances(less))
    }
}

/// "7 h 30 min", "45 s": whole seconds.
pub(super) fn span(of: SimDuration) -> String {
    let seconds = of.as_ms().div_ceil(1000);
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let said: Vec<String> =
        parts.iter().filter(|part| part.0 > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if said.is_empty() { "0 s".into() } else { said.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_whole_seconds_in_hours_minutes_and_seconds() {
        let says = [0, 1, 1000, 90_000, 27_000_000, 3_601_000].map(|ms| span(SimDuration::from_ms(ms)));
        assert_eq!(says, ["0 s", "1 s", "1 s", "1 min 30 s", "7 h 30 min", "1 h 1 s"]);
    }

    #[test]
    fn batches_and_instances_are_counted_in_words() {
        let due = |left: u64| batch(2, Batched::Due { left });
        assert_eq!(due(0), "the deadline of batch 2, which is done");
        assert_eq!(due(1), "the deadline of batch 2: 1 of its jobs is not done");
        let told = |before, now| {
            instances("the application gateway of `e`", Gated { gate: 0, before, now, all: (before, now) })
        };
        assert_eq!(told(2, 3), "1 more instance of the application gateway of `e` is there: it has 3");
        assert_eq!(told(9, 2), "the application gateway of `e` gives 7 instances back: it has 2");
    }
}
