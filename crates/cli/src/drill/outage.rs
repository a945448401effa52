//! `--as-outage`: zones that are lost as the profile says that zones are, drawn anew in each trial (CH-07).

use crate::assemble;
use anyhow::Result;
use std::collections::BTreeMap;
use zonefall_azure::profile;
use zonefall_engine::{Law, SimDuration, SimTime};
use zonefall_faults::{Effect, Kind, Mode, Profile, Replay, Scope, Share, StormModes};
use zonefall_import::ZONE_OUTAGE;
use zonefall_scenario::script::{merged, wave};
use zonefall_scenario::{Member, Scenario, ScriptRow};
use zonefall_study::Study;
use zonefall_topology::{Topology, ZoneId};

/// Zones that are lost, when and for how long.
pub(super) type Lost = Vec<(ZoneId, SimTime, SimDuration)>;

/// The mode that zones are lost by: of those that stop a zone's machines, the one that says most of what comes with it; that of
/// the default profile where the scenario's has none. And the name of its profile.
fn mode(scenario: &Scenario) -> Option<(Mode, String)> {
    let says = |mode: &Mode| {
        let all = [mode.restart.is_some(), mode.staged.is_some(), mode.control_plane.is_some(), mode.surge.is_some()];
        all.iter().filter(|says| **says).count()
    };
    let most = |of: &Profile| {
        let stops = |mode: &&Mode| (mode.scope, mode.kind, mode.effect) == (Scope::Zone, Kind::Outage, Effect::Down);
        // The first of those that say as much.
        of.modes.iter().rev().filter(stops).max_by_key(|mode| says(mode)).cloned()
    };
    let own = most(&scenario.profile).map(|mode| (mode, scenario.profile.name.clone()));
    own.or_else(|| {
        let usual = profile::azure_like_v0();
        most(&usual).map(|mode| (mode, format!("{} (the scenario's profile loses no zone)", usual.name)))
    })
}

/// What of an outage is held, by its mode, and what is not.
pub(super) fn words(scenario: &Scenario) -> Option<String> {
    let (mode, profile) = mode(scenario)?;
    let mean = |law: &Law| match law.mean_ms() / 60_000.0 {
        long if long >= 120.0 => format!("{} h", (long / 6.0).round() / 10.0),
        short => format!("{} min", (short * 10.0).round() / 10.0),
    };
    let percent = |share: f64| format!("{} %", (share * 1000.0).round() / 10.0);
    let (mut held, mut lacks) = (vec!["all racks of the zone go dark".to_owned()], Vec::new());
    let mut say = |words: Option<String>, without: &'static str| match words {
        Some(words) => held.push(words),
        None => lacks.push(without),
    };
    let staged = mode.staged.map(|of| {
        let (main, tail) = (percent(of.main), of.tail);
        format!(
            "{main} of them come back when the experiment ends, the others after up to {tail} times its length (IN-02)"
        )
    });
    say(staged, "racks that come back late (IN-02)");
    let restart = mode.restart.as_ref();
    let restart = restart.map(|law| format!("machines restart one by one, after {} in the mean (ZN-08)", mean(law)));
    say(restart, "restarts one by one (ZN-08)");
    let control_plane = mode.control_plane.as_ref().map(|of| {
        let (share, lasts) = (percent(of.probability), mean(&of.outage));
        format!("in {share} of the trials the region's control plane is out too, for {lasts} in the mean (IN-04)")
    });
    say(control_plane, "an outage of the control plane (IN-04)");
    let surge = mode.surge.map(|of| {
        let (least, most) = (percent(of.least), percent(of.greatest));
        format!("meanwhile {least} to {most} of the requests for capacity in the region's other zones fail (IN-07)")
    });
    say(surge, "a lack of capacity in other zones (IN-07)");
    let lacks = if lacks.is_empty() { String::new() } else { format!("; it says nothing of {}", lacks.join(", ")) };
    Some(format!("like mode `{}` of {profile}: {}{lacks}", mode.name, held.join("; ")))
}

/// The zones that a member takes as a whole, if it takes nothing else: of a region all.
fn zones(member: &Member, topology: &Topology) -> Vec<ZoneId> {
    let Member::Racks { racks, .. } = member else { return Vec::new() };
    let whole = |zone: &ZoneId| {
        let of = topology.racks_of(*zone);
        racks.start <= of.start && of.end <= racks.end
    };
    let zones: Vec<ZoneId> = topology.zone_ids().filter(whole).collect();
    let all: usize = zones.iter().map(|&zone| topology.racks_of(zone).len()).sum();
    if all == racks.len() { zones } else { Vec::new() }
}

/// Whether a row takes a member's zones out as a whole: no wave of maintenance, and no slower machines.
pub(super) fn takes_zones(row: &ScriptRow, member: &Member, scenario: &Scenario) -> bool {
    let is_outage = row.effect == Effect::Down && wave(row, scenario).is_none();
    is_outage && !zones(member, &scenario.topology).is_empty()
}

/// Parts zones that are lost as a whole from the other rows.
pub(super) fn part(rows: Vec<ScriptRow>, topology: &Topology) -> (Vec<ScriptRow>, Lost) {
    let dark = |row: &ScriptRow| {
        let is_dark = row.cause == ZONE_OUTAGE && row.effect == Effect::Down;
        is_dark && row.members.iter().all(|of| !zones(of, topology).is_empty())
    };
    let (dark, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(dark);
    // Experiments on several sets name a zone several times.
    let mut lost: BTreeMap<ZoneId, Vec<(SimTime, SimTime)>> = BTreeMap::new();
    for row in dark {
        let Some(lasts) = row.lasts else { continue };
        for zone in row.members.iter().flat_map(|member| zones(member, topology)) {
            lost.entry(zone).or_default().push((row.at, row.at.after(lasts)));
        }
    }
    let spans = |(zone, spans)| merged(spans).into_iter().map(move |(from, until)| (zone, from, until.since(from)));
    let lost = lost.into_iter().flat_map(spans).collect();
    (others, lost)
}

/// A study in whose trials zones are lost.
pub(super) struct Outages<'a> {
    study: &'a Study,
    lost: &'a Lost,
    /// The record without them, with their mode at its end, and how that is drawn.
    drawn: Option<(Replay, StormModes)>,
}

impl<'a> Outages<'a> {
    pub fn new(study: &'a Study, lost: &'a Lost, scenario: &Scenario) -> Self {
        let drawn =
            study.replay.as_ref().filter(|_| !lost.is_empty()).zip(mode(scenario)).map(|(replay, (mode, _))| {
                let mut replay = Replay::clone(replay);
                replay.profile.modes.push(Mode {
                    name: ZONE_OUTAGE.into(),
                    share: Share::ALL,
                    common_cause: 0.0,
                    ..mode
                });
                let modes = StormModes::new(&replay.profile, &study.topology, replay.horizon.since(SimTime::ZERO));
                (replay, modes)
            });
        Self { study, lost, drawn }
    }

    /// The study as it is in a trial.
    pub fn in_trial(&mut self, trial: u64) -> Result<Study> {
        let Some((replay, modes)) = &mut self.drawn else { return Ok(self.study.clone()) };
        let (mut replay, key) = (replay.clone(), self.study.trial_key(trial));
        let mode = replay.profile.modes.len() - 1;
        for &(zone, at, lasts) in self.lost {
            modes.lose_zone(mode, zone, (at, lasts), key, &mut replay.storm);
        }
        assemble::with_replay(self.study.clone(), replay)
    }
}
