//! The machine layer, exactly, given what the storm has made dark: how likely too few machines serve, by themselves.
//!
//! Machines and hosts are independent alternating processes that have always been running, so the chance that a machine is
//! down at an instant is the same whatever the storm does; the storm itself may do what it likes (parts of zones, staged
//! recovery, laws with memory), as it is drawn. Racks whose machines stand alike are of one *class*: only how many of each
//! class are lit matters.
//!
//! Out: [`Machines`], or everything that couples the two layers, in words.

use super::course::Course;
use super::layers::{Layers, after_outages};
use super::{Obstacles, of_study, places};
use crate::study::Study;
use std::collections::BTreeMap;
use zonefall_exact::spread::{Part, distribution};
use zonefall_exact::{convolve, probability_fewer_than};
use zonefall_faults::{Kind, Mode, Scope};
use zonefall_fleet::{Design, Need};
use zonefall_topology::{HostId, Topology};

/// One way for the machines of a design to stand, with its probability.
#[derive(Debug, Clone)]
struct Way {
    weight: f64,
    /// P(j machines of a lit rack are up), by class.
    classes: Vec<Vec<f64>>,
    /// The class of each rack in use.
    class_of: BTreeMap<u32, usize>,
}

/// The machine layer of a design.
#[derive(Debug, Clone)]
pub(crate) struct Machines {
    needed: usize,
    ways: Vec<Way>,
    /// By dark racks of each class, way after way.
    known: BTreeMap<Vec<u32>, f64>,
}

/// So many numbers the patterns that are remembered may hold together.
const REMEMBERED_MAX: usize = 1 << 20;

/// Why nothing is left to the storm.
pub(crate) const NO_STORM: &str = "no failure mode strikes several machines at once: nothing is left to draw";

impl Machines {
    /// The machine layer of a design.
    ///
    /// # Errors
    /// With everything that couples it with the storm.
    pub fn new(study: &Study, design: &Design) -> Result<Self, Obstacles> {
        let mut obstacles = of_study(study, design);
        let of_units = |mode: &&Mode| matches!(mode.scope, Scope::Instance | Scope::Host);
        let units: Vec<Mode> = study.profile.modes.iter().filter(of_units).cloned().collect();
        let layers = Layers::of_units(&study.profile, &units, design, &mut obstacles);
        let storm = study.profile.modes.iter().filter(|mode| strikes_racks(mode, design));
        if storm.clone().next().is_none() {
            obstacles.push(NO_STORM.into());
        }
        for mode in storm {
            obstacles.extend(couples(mode, design).into_iter().map(|words| format!("mode `{}`: {words}", mode.name)));
        }
        if design.structure().is_some() {
            obstacles.push(
                "a service of parts: what is given of the storm would have to be given of components, too".into(),
            );
        }
        let places = places::needed(design, &study.topology).map_err(|words| obstacles.push(words));
        let (Ok(places), true, &Need::Serving(needed)) = (places, obstacles.is_empty(), &design.need) else {
            return Err(Obstacles(obstacles));
        };
        let refused = |words: String| Obstacles(vec![words]);
        let (machine, host) = (settled(&layers, Scope::Instance), settled(&layers, Scope::Host));
        let (machine, host) = (machine.map_err(refused)?, host.map_err(refused)?);
        let way = |(weight, hosts): (f64, Vec<HostId>)| Way::new(weight, &hosts, (machine, host), &study.topology);
        let ways = places.into_iter().map(way).collect::<Result<_, _>>();
        let ways = ways.map_err(|error: zonefall_exact::Error| refused(error.to_string()))?;
        Ok(Self { needed: needed as usize, ways, known: BTreeMap::new() })
    }

    /// P(too few machines serve), the racks `is_dark` being out. `key` is room to work in.
    pub fn misses(&mut self, is_dark: impl Fn(u32) -> bool, key: &mut Vec<u32>) -> f64 {
        key.clear();
        for way in &self.ways {
            let begin = key.len();
            key.resize(begin + way.classes.len(), 0);
            for (&rack, &class) in &way.class_of {
                key[begin + class] += u32::from(!is_dark(rack));
            }
        }
        if let Some(&known) = self.known.get(key.as_slice()) {
            return known;
        }
        let mut lit = key.as_slice();
        let mut misses = 0.0;
        for way in &self.ways {
            let (mine, rest) = lit.split_at(way.classes.len());
            lit = rest;
            misses += way.weight * probability_fewer_than(&way.up(mine), self.needed);
        }
        if self.known.len() * key.len() < REMEMBERED_MAX {
            self.known.insert(key.clone(), misses);
        }
        misses
    }

    /// Whether a rack's machines count.
    pub fn uses(&self, rack: u32) -> bool {
        self.ways.iter().any(|way| way.class_of.contains_key(&rack))
    }
}

impl Way {
    fn new(
        weight: f64,
        hosts: &[HostId],
        (machine, host): (f64, f64),
        topology: &Topology,
    ) -> Result<Self, zonefall_exact::Error> {
        let mut racks: BTreeMap<u32, BTreeMap<HostId, usize>> = BTreeMap::new();
        for &host in hosts {
            *racks.entry(topology.rack_of(host).0).or_default().entry(host).or_default() += 1;
        }
        let (mut kinds, mut classes, mut class_of) = (Vec::<Vec<usize>>::new(), Vec::new(), BTreeMap::new());
        for (rack, hosts) in racks {
            let mut kind: Vec<usize> = hosts.into_values().collect();
            kind.sort_unstable();
            let known = kinds.iter().position(|other| *other == kind);
            if known.is_none() {
                let of_host = |&count: &usize| Part::Group {
                    unavailability: host,
                    parts: vec![Part::Unit { unavailability: machine, count }],
                };
                let parts = kind.iter().map(of_host).collect();
                classes.push(distribution(&Part::Group { unavailability: 0.0, parts })?);
                kinds.push(kind);
            }
            class_of.insert(rack, known.unwrap_or(kinds.len() - 1));
        }
        Ok(Self { weight, classes, class_of })
    }

    /// P(j machines are up) with so many racks of each class lit.
    fn up(&self, lit: &[u32]) -> Vec<f64> {
        let mut up = vec![1.0];
        for (class, &racks) in self.classes.iter().zip(lit) {
            // By doubling: as few long convolutions as there are bits.
            let (mut left, mut power) = (racks, class.clone());
            while left > 0 {
                if left & 1 == 1 {
                    up = convolve(&up, &power);
                }
                left >>= 1;
                if left > 0 {
                    power = convolve(&power, &power);
                }
            }
        }
        up
    }
}

/// Whether a mode makes racks dark for a design.
pub(crate) fn strikes_racks(mode: &Mode, design: &Design) -> bool {
    !mode.is_unit() && mode.stops_machines(&design.depends_on)
}

/// What of a mode of the storm reaches into the machine layer.
fn couples(mode: &Mode, design: &Design) -> Vec<String> {
    let mut words: Vec<String> = after_outages(mode, design).into_iter().map(str::to_owned).collect();
    if mode.wave().is_some() {
        words.push("planned maintenance, which takes the machines one after the other".into());
    }
    if mode.kind == Kind::Shock {
        words.push("a shock: each machine that it hits recovers by itself".into());
    }
    words
}

/// P(down) of one unit of a scope, at every instant the same.
fn settled(layers: &Layers, scope: Scope) -> Result<f64, String> {
    let mut up = 1.0;
    for course in layers.outages(scope) {
        match course {
            Course::Settled(share) => up *= 1.0 - share,
            Course::FromNew { .. } => {
                return Err(
                    "single machines or hosts that start new: how likely they are down changes with time".into()
                );
            }
        }
    }
    Ok(1.0 - up)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_bounded_and_what_is_not_is_the_same() {
        let racks = 17;
        let way = Way {
            weight: 1.0,
            classes: vec![vec![0.25, 0.75]; racks],
            class_of: (0..racks as u32).map(|rack| (rack, rack as usize)).collect(),
        };
        let mut machines = Machines { needed: 1, ways: vec![way], known: BTreeMap::new() };
        let mut key = Vec::new();
        for pattern in 0..1_u32 << racks {
            let lit = racks as i32 - pattern.count_ones() as i32;
            let misses = machines.misses(|rack| pattern >> rack & 1 == 1, &mut key);
            assert!((misses / 0.25_f64.powi(lit) - 1.0).abs() < 1e-9, "{pattern:b}: {misses}");
        }
        assert_eq!(machines.known.len(), REMEMBERED_MAX.div_ceil(racks));
    }
}
