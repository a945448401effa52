//! Services of parts against a slow restatement: random trees of tiers, components and ceilings, through random outages and
//! demands. Between two changes everything is counted anew, from the leaves to the root, by recursion.

use super::parts::{node, service};
use crate::support::*;
use zonefall_engine::{Key, SimDuration, SimTime, Stream};
use zonefall_exact::tandem::Tandem;
use zonefall_exact::waiting::Station;
use zonefall_faults::Scope;
use zonefall_fleet::policy::gateway::Gateway;
use zonefall_fleet::policy::retry::Retry;
use zonefall_fleet::{
    Batch, Component, Demand, Design, Footing, Jobs, Least, Need, Node, Part, Queue, Step, Structure, Throughput, Tier,
    Ways,
};

/// Racks of a zone; every set has as many machines on each rack of its zones.
const RACKS: u32 = 4;
const COMPONENTS: usize = 4;
const PLENTY: u64 = 1 << 60;

/// A service, as it is drawn.
#[derive(Default)]
struct Drawn {
    nodes: Vec<Node>,
    /// Zones of each set, and machines on each of their racks.
    sets: Vec<(Vec<u32>, u32)>,
    components: usize,
}

impl Drawn {
    /// A node with all that is below it; its index.
    fn grow(&mut self, depth: u64, luck: &mut Stream) -> u32 {
        let part = match luck.below(if depth == 0 { 2 } else { 5 }) {
            1 if self.components < COMPONENTS => self.component(luck),
            0 | 1 => self.tier(luck),
            kind => {
                let parts: Vec<u32> = (0..2 + luck.below(2)).map(|_| self.grow(depth - 1, luck)).collect();
                let all = parts.len() as u32;
                let least = [all, 1, 1 + luck.below(u64::from(all)) as u32][kind as usize - 2];
                Part::Group { parts, least }
            }
        };
        self.nodes.push(node(&format!("n{}", self.nodes.len()), part));
        self.nodes.len() as u32 - 1
    }

    fn tier(&mut self, luck: &mut Stream) -> Part {
        let zones = [vec![1], vec![2], vec![1, 2]][luck.below(3) as usize].clone();
        let on_rack = 1 + luck.below(3) as u32;
        let all = zones.len() as u32 * RACKS * on_rack;
        let least = match luck.below(2) {
            0 => Least::Serving(1 + luck.below(u64::from(all)) as u32),
            _ => Least::Served(1 + luck.below(10), 10),
        };
        self.sets.push((zones, on_rack));
        Part::Sets(vec![self.sets.len() as u32 - 1], least)
    }

    fn component(&mut self, luck: &mut Stream) -> Part {
        let ceiling = (luck.below(2) == 0)
            .then(|| Throughput { capacity_milli: 1000 * (1 + luck.below(12)), least: (1 + luck.below(10), 10) });
        self.components += 1;
        let cause = Some(format!("c{}", self.components - 1));
        Part::Component(Component { cause, footing: Footing::Global, ceiling })
    }
}

/// What is out: (cause, zone from 0 or nothing, racks from, racks to), and when.
type Out = Scripted;

/// A state, told anew.
struct Restated<'a> {
    drawn: &'a Drawn,
    out: Vec<&'a Out>,
    demand: u64,
    /// What a gateway before everything lets through of it.
    comes: u64,
}

impl Restated<'_> {
    fn alive(&self, set: u32) -> u64 {
        let (zones, on_rack) = &self.drawn.sets[set as usize];
        let lit = |zone: u32| {
            let rack = |rack: u32| (zone - 1) * RACKS + rack;
            let dark = |at: u32| {
                self.out.iter().any(|&&(cause, first, racks, ..)| cause == 0 && (first..first + racks).contains(&at))
            };
            (0..RACKS).filter(|&at| !dark(rack(at))).count() as u64
        };
        zones.iter().map(|&zone| lit(zone) * u64::from(*on_rack)).sum()
    }

    fn is_up(&self, cause: &Option<String>) -> bool {
        let number: u16 = cause.as_ref().unwrap()[1..].parse().unwrap();
        self.out.iter().all(|&&(of, ..)| of != number + 1)
    }

    fn passes(&self, at: u32) -> u64 {
        match &self.drawn.nodes[at as usize].part {
            Part::Sets(sets, _) => (1000 * self.alive(sets[0])).min(self.comes),
            Part::Component(of) if self.is_up(&of.cause) => {
                of.ceiling.map_or(self.comes, |ceiling| ceiling.capacity_milli.min(self.comes))
            }
            Part::Component(_) => 0,
            Part::Group { parts, least } => {
                let mut all: Vec<u64> = parts.iter().map(|&part| self.passes(part)).collect();
                all.sort_unstable();
                all[all.len() - *least as usize]
            }
        }
    }

    /// What is left for jobs: of each part what requests do not take.
    fn leaves(&self, at: u32) -> u64 {
        match &self.drawn.nodes[at as usize].part {
            Part::Sets(sets, _) => (1000 * self.alive(sets[0])).saturating_sub(self.comes),
            Part::Component(of) if self.is_up(&of.cause) => {
                of.ceiling.map_or(PLENTY, |ceiling| ceiling.capacity_milli.saturating_sub(self.comes))
            }
            Part::Component(_) => 0,
            Part::Group { parts, least } => {
                let mut all: Vec<u64> = parts.iter().map(|&part| self.leaves(part)).collect();
                all.sort_unstable();
                all[all.len() - *least as usize]
            }
        }
    }

    fn holds(&self, at: u32) -> bool {
        let enough = |share: u64, of: u64| self.passes(at) * of >= self.demand * share;
        match &self.drawn.nodes[at as usize].part {
            Part::Sets(sets, Least::Serving(least)) => self.alive(sets[0]) >= u64::from(*least),
            Part::Sets(_, Least::Served(share, of)) => enough(*share, *of),
            Part::Component(of) => {
                self.is_up(&of.cause) && of.ceiling.is_none_or(|ceiling| enough(ceiling.least.0, ceiling.least.1))
            }
            Part::Group { parts, least } => parts.iter().filter(|&&part| self.holds(part)).count() >= *least as usize,
        }
    }

    /// The tiers that a request passes, with the machines of each; none where it is stopped.
    fn way(&self, at: u32) -> Option<Vec<u64>> {
        match &self.drawn.nodes[at as usize].part {
            Part::Sets(sets, _) => Some(vec![self.alive(sets[0])]).filter(|way| way[0] > 0),
            Part::Component(of) => self.is_up(&of.cause).then(Vec::new),
            Part::Group { parts, least: 1 } if parts.len() > 1 => {
                let best = parts.iter().map(|&part| self.passes(part)).max()?;
                self.way(*parts.iter().find(|&&part| self.passes(part) == best)?)
            }
            Part::Group { parts, .. } => {
                let ways: Option<Vec<Vec<u64>>> = parts.iter().map(|&part| self.way(part)).collect();
                Some(ways?.concat())
            }
        }
    }

    /// Whether more than 5 % of the answers take longer, where each machine works on one request at a time.
    fn is_late(&self, root: u32, seconds: f64) -> bool {
        if self.demand == 0 {
            return false;
        }
        let Some(way) = self.way(root) else { return true };
        let station = |&machines: &u64| Station::new(1, self.demand as f64 / 1000.0 / machines as f64, 1.0).ok();
        let stations: Option<Vec<Station>> = way.iter().map(station).collect();
        stations.is_none_or(|stations| Tandem::new(&stations).unwrap().response_exceeds(seconds) > 0.05)
    }
}

/// A service with its outages and its demand.
fn case(number: u64) -> (Drawn, Vec<Out>, Vec<(u64, u64)>) {
    let mut luck = Key::root(11).part(number, 0).stream();
    let mut drawn = Drawn::default();
    while drawn.sets.is_empty() {
        drawn = Drawn::default();
        drawn.grow(3, &mut luck);
    }
    let out = |luck: &mut Stream, cause: u64| {
        let from = luck.below(22 * HOUR);
        let to = from + 1 + luck.below(3 * HOUR);
        let first = luck.below(u64::from(2 * RACKS)) as u32;
        let racks = 1 + luck.below(u64::from(2 * RACKS - first)) as u32;
        if cause == 0 { (0, first, racks, from, to.min(DAY)) } else { (cause as u16, 0, 0, from, to.min(DAY)) }
    };
    // One mode never overlaps itself: an outage a cause, several of racks one after the other.
    let mut outages: Vec<Out> = (0..=drawn.components as u64).map(|cause| out(&mut luck, cause)).collect();
    let ends = outages[0].4;
    if ends + HOUR < DAY {
        outages.push((0, 0, RACKS, ends + MINUTE, DAY - MINUTE));
    }
    let mut course: Vec<(u64, u64)> = (1..6).map(|_| (1 + luck.below(DAY - 1), 500 * luck.below(25))).collect();
    course.push((0, 4000));
    course.sort_unstable();
    course.dedup_by_key(|step| step.0);
    (drawn, outages, course)
}

fn design(drawn: &Drawn, course: &[(u64, u64)]) -> Design {
    let sets: Vec<(&[u32], u32)> =
        drawn.sets.iter().map(|(zones, on_rack)| (&zones[..], zones.len() as u32 * RACKS * on_rack)).collect();
    let mut design = service(&sets, drawn.nodes.clone());
    let steps = course[1..].iter().map(|&(ms, per_second_milli)| Step { from: SimTime::from_ms(ms), per_second_milli });
    design.demand = Some(Demand::course(course[0].1, steps.collect(), None));
    design
}

/// Missed time, what is served, and the outages.
fn restate(
    (drawn, outages, course): &(Drawn, Vec<Out>, Vec<(u64, u64)>),
    within: Option<u64>,
    gate: u64,
) -> (u64, i128, Vec<u64>) {
    let mut borders: Vec<u64> =
        outages.iter().flat_map(|of| [of.3, of.4]).chain(course.iter().map(|of| of.0)).collect();
    borders.push(DAY);
    borders.sort_unstable();
    borders.dedup();
    let root = drawn.nodes.len() as u32 - 1;
    let (mut missed, mut served, mut lengths, mut open) = (0, 0, Vec::new(), 0);
    for (&from, &to) in borders.iter().zip(&borders[1..]) {
        let out = outages.iter().filter(|of| of.3 <= from && from < of.4).collect();
        let demand = course.iter().rev().find(|step| step.0 <= from).unwrap().1;
        let now = Restated { drawn, out, demand, comes: demand.min(gate) };
        served += i128::from(now.passes(root)) * i128::from(to - from);
        if now.holds(root) && !within.is_some_and(|seconds| now.is_late(root, seconds as f64)) {
            lengths.extend((open > 0).then_some(open));
            open = 0;
        } else {
            missed += to - from;
            open += to - from;
        }
    }
    lengths.extend((open > 0).then_some(open));
    (missed, served, lengths)
}

#[test]
fn every_tree_holds_passes_and_answers_as_when_it_is_counted_anew() {
    let (mut with_times, mut missed, mut done_beside) = (0, 0, 0);
    for number in 0..400 {
        let case = case(number);
        let (drawn, outages, course) = &case;
        let mut design = design(drawn, course);
        let modes: Vec<_> = [mode("rack", Scope::Rack)]
            .into_iter()
            .chain((0..drawn.components).map(|at| mode(&format!("c{at}"), Scope::Component)))
            .collect();
        let script = Script::new(topology(2, RACKS, 3), modes, DAY).outages(outages);
        let plain = script.play(design.clone());
        let told = restate(&case, None, u64::MAX);
        assert_eq!(
            (plain.missed_ms, plain.served, plain.outages_ms.clone()),
            told,
            "{number}: {}",
            design.need.words()
        );
        missed += u64::from((1..DAY).contains(&plain.missed_ms));
        // Who tries once is as who does not try again.
        design.service.retry = Some(Retry { tries: 1, wasted: 0.0, breaker: None, budget: None, faults: 0.0 });
        let once = script.play(design.clone());
        assert_eq!(
            (once.missed_ms, &once.missed_by_cause_ms),
            (plain.missed_ms, &plain.missed_by_cause_ms),
            "{number}"
        );
        assert!((once.served - plain.served).abs() <= i128::from(DAY), "{number}");
        design.service.retry = None;
        // A gateway before all that never grows.
        let instance_milli = 500 * (1 + number % 20);
        let (grows_in, shrinks_after) = (constant(HOUR), SimDuration::from_ms(HOUR));
        design.service.gateway = Some(Gateway { instance_milli, least: 1, most: 1, grows_in, shrinks_after });
        let gated = script.play(design.clone());
        let told = restate(&case, None, instance_milli);
        assert_eq!((gated.missed_ms, gated.served, gated.outages_ms), told, "{number} behind {instance_milli}");
        design.service.gateway = None;
        works(&case, design.clone(), &script, (number, true));
        done_beside += u32::from(works(&case, design.clone(), &script, (number, false)));
        with_times += u32::from(in_time(&case, design, &script, number));
    }
    // The cases say something.
    assert!(missed > 100 && with_times > 50 && done_beside > 50, "{missed} {with_times} {done_beside}");
}

/// The same tree works on a batch of jobs, which should be done in time: alone, or of what requests leave.
fn works(
    case: &(Drawn, Vec<Out>, Vec<(u64, u64)>),
    mut design: Design,
    script: &Script,
    (number, alone): (u64, bool),
) -> bool {
    let (drawn, outages, course) = case;
    let (at, due, count) = (HOUR, (3 + number % 9) * HOUR, 3600 * (1 + number % 40));
    let Need::Parts(parts) = design.need.clone() else { unreachable!("a service of parts") };
    let batch = Batch { at: SimTime::from_ms(at), due: SimTime::from_ms(due) };
    design.jobs =
        Some(Jobs { count, work: 1, sigma: 0.0, batches: [batch].into(), through: Some(parts), sets: [].into() });
    design.need = Need::Done(1, 1);
    if alone {
        design.demand = None;
    }
    let mut borders: Vec<u64> = outages.iter().flat_map(|of| [of.3, of.4]).chain([at, DAY]).collect();
    borders.extend(course.iter().map(|step| step.0));
    borders.sort_unstable();
    borders.dedup();
    let (mut left, mut done) = (u128::from(count) * 1_000_000, None);
    for (&from, &to) in borders.iter().zip(&borders[1..]).filter(|(from, _)| **from >= at) {
        let out = outages.iter().filter(|of| of.3 <= from && from < of.4).collect();
        let demand = if alone { 0 } else { course.iter().rev().find(|step| step.0 <= from).unwrap().1 };
        let rate = Restated { drawn, out, demand, comes: demand }.leaves(drawn.nodes.len() as u32 - 1);
        let takes = left.checked_div(rate.into()).map(|_| left.div_ceil(rate.into()) as u64);
        if let Some(takes) = takes.filter(|takes| done.is_none() && *takes <= to - from) {
            done = Some(from + takes);
        }
        left = left.saturating_sub(u128::from(rate) * u128::from(to - from));
    }
    let ledger = script.play(design);
    let missed = done.unwrap_or(DAY).saturating_sub(due);
    assert_eq!(
        (ledger.missed_ms, ledger.clearance_ms.first().map(|ms| at + ms)),
        (missed, done),
        "{number}: {count} jobs"
    );
    if !alone {
        let told = restate(case, None, u64::MAX);
        assert_eq!(ledger.served, told.1, "{number}: requests know nothing of jobs");
    }
    done.is_some()
}

/// The same with times of responses, where they are known.
fn in_time(case: &(Drawn, Vec<Out>, Vec<(u64, u64)>), mut design: Design, script: &Script, number: u64) -> bool {
    let nodes = &case.0.nodes;
    let limited = |node: &Node| matches!(&node.part, Part::Component(Component { ceiling: Some(_), .. }));
    if nodes.iter().any(limited) {
        return false;
    }
    let tier = |(at, of): (usize, &Node)| {
        let machines = matches!(of.part, Part::Sets(..));
        machines.then_some(Tier { node: at as u32, parallelism: 1, queue: Queue::Each, serves_milli: 1000 })
    };
    let tiers: Vec<Tier> = nodes.iter().enumerate().filter_map(tier).collect();
    let Ok(ways) = Structure::new(nodes.clone()).ways(&tiers) else { return false };
    let seconds = 3 + number % 9;
    design.service.ways = Some(Ways { tiers, ways, within: Some(std::time::Duration::from_secs(seconds)) });
    let ledger = script.play(design);
    let (missed, _, lengths) = restate(case, Some(seconds), u64::MAX);
    assert_eq!((ledger.missed_ms, &ledger.outages_ms), (missed, &lengths), "{number} in {seconds} s");
    true
}
