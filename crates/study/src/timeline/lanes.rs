//! Machines that serve, by zone and by rack: a step at each change.

use super::Lane;
use super::rows::Telling;
use std::collections::BTreeMap;
use zonefall_fleet::{Seen, Sighting, Stand, working};
use zonefall_topology::RackId;

impl Telling<'_> {
    /// Machines that serve by zone.
    pub fn lanes(&self, begins: &[(Stand, bool)], sightings: &[Sighting]) -> Vec<Lane> {
        let lanes = steps_by(begins, sightings, |stand| Some(stand.zone));
        lanes
            .into_iter()
            .map(|(zone, steps)| Lane { name: self.study.topology.zone_name(zone), steps, out: Vec::new() })
            .collect()
    }

    /// Machines that serve by rack, of racks that the storm takes out without all others of their zone.
    pub fn rack_lanes(&self, begins: &[(Stand, bool)], sightings: &[Sighting]) -> Vec<Lane> {
        let topology = &self.study.topology;
        let whole = |first: u32, count: u32| topology.racks_of(topology.zone_of(RackId(first))).len() as u32 <= count;
        let mut struck: BTreeMap<RackId, Vec<(u64, u64)>> = BTreeMap::new();
        for outage in &self.strikes.storm().outages {
            if outage.racks == 0 || whole(outage.first_rack, outage.racks) {
                continue;
            }
            for rack in outage.first_rack..outage.first_rack + outage.racks {
                struck.entry(RackId(rack)).or_default().push((outage.start.as_ms(), outage.end.as_ms()));
            }
        }
        let lanes = steps_by(begins, sightings, |stand| struck.contains_key(&stand.rack).then_some(stand.rack));
        let lane = |(rack, steps)| Lane {
            name: topology.rack_name(rack),
            steps,
            out: struck.remove(&rack).unwrap_or_default(),
        };
        lanes.into_iter().map(lane).collect()
    }
}

/// How many machines serve by place, a step at each change. Those of a set that stands by do not, however well they are.
fn steps_by<K: Ord>(
    begins: &[(Stand, bool)],
    sightings: &[Sighting],
    place: impl Fn(&Stand) -> Option<K>,
) -> BTreeMap<K, Vec<(u64, i64)>> {
    let mut all: BTreeMap<K, Vec<(u64, i64)>> = BTreeMap::new();
    let mut serving = Serving::default();
    for (stand, up) in begins {
        let Some(key) = place(stand) else { continue };
        all.entry(key).or_insert_with(|| vec![(0, 0)])[0].1 += i64::from(*up);
        serving.up.entry(stand.set).or_default().insert(stand.instance, (*stand, *up, *up));
    }
    for sighting in sightings {
        let t = sighting.t.as_ms();
        let changed = match &sighting.what {
            Seen::Serves(stand) => serving.turns(stand, true),
            Seen::Down(stand, _)
            | Seen::Gone(stand)
            | Seen::Out(stand, ..)
            | Seen::Starts(stand)
            | Seen::Awaits(stand) => serving.turns(stand, false),
            Seen::Works(set, _, works) => serving.works(*set as u16, *works),
            _ => continue,
        };
        for (stand, by) in changed {
            let Some(key) = place(&stand) else { continue };
            let steps = all.entry(key).or_insert_with(|| vec![(0, 0)]);
            let now = steps.last().map_or(0, |step| step.1) + by;
            match steps.last_mut() {
                Some(last) if last.0 == t => last.1 = now,
                _ => steps.push((t, now)),
            }
        }
    }
    all
}

/// Which machines are up, and which of them serve demand.
#[derive(Default)]
struct Serving {
    /// By set, then by machine: whether it is up, and whether it serves.
    up: BTreeMap<u16, BTreeMap<u32, (Stand, bool, bool)>>,
    /// Thousandths of a set that serve, where not all of it does.
    works: BTreeMap<u16, u32>,
}

impl Serving {
    /// A machine is up or not from here on; who serves more or less than before.
    fn turns(&mut self, stand: &Stand, up: bool) -> Vec<(Stand, i64)> {
        let of = self.up.entry(stand.set).or_default().entry(stand.instance).or_insert((*stand, false, false));
        of.1 = up;
        if self.works.contains_key(&stand.set) {
            return self.count(stand.set);
        }
        let before = std::mem::replace(&mut of.2, up);
        if before == up { Vec::new() } else { vec![(*stand, i64::from(up) - i64::from(before))] }
    }

    fn works(&mut self, set: u16, works: u32) -> Vec<(Stand, i64)> {
        self.works.insert(set, works);
        self.count(set)
    }

    /// Of the machines of a set that are up, every so many serves.
    fn count(&mut self, set: u16) -> Vec<(Stand, i64)> {
        let works = self.works.get(&set).copied().unwrap_or(1000);
        let (mut seen, mut changed) = (0, Vec::new());
        for (stand, up, serves) in self.up.entry(set).or_default().values_mut() {
            let now = *up && working(seen + 1, works) > working(seen, works);
            seen += u64::from(*up);
            if *serves != now {
                changed.push((*stand, i64::from(now) - i64::from(*serves)));
            }
            *serves = now;
        }
        changed
    }
}
