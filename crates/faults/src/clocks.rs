//! Unit clocks: when modes of scope host and instance strike, for the units that some design occupies.
//!
//! Constant hazards are Poisson streams over doubling blocks of units (4, 4, 8, 16, …), keyed by (mode, group, block):
//! adding a unit changes nobody's draws. A strike that finds its unit down is thinned away by the fleet, which is
//! exact without memory. Other laws are a renewal a unit, drawn for the whole trial when it begins; a unit whose first
//! random word lies beyond the horizon costs that word only. Modes that depend on the fleet's history
//! ([`crate::UnitMode::depends_on_history`]) are not drawn here.

mod branch;

use crate::mode::{Kind, Scope, Start};
use crate::packed::{Entry, STRIKES_MAX};
use crate::population::Population;
use crate::unit::{UnitMode, UnitModes};
pub(crate) use branch::TRIES;
use branch::UnitLife;
use zonefall_engine::{Key, SimTime, Stream};

/// Units in the first block of a group.
const BLOCK: u32 = 4;

/// A Poisson stream over a block of units.
#[derive(Debug, Clone)]
struct Block {
    mode: u32,
    group: u32,
    first: u32,
    size: u32,
    on_host: bool,
    gap_ms: f64,
    stream: Stream,
    next_ms: f64,
}

/// The clocks of all unit modes in one trial.
#[derive(Debug, Default)]
pub(crate) struct Clocks {
    blocks: Vec<Block>,
    renewing: Vec<u32>,
    /// The lives of the units of renewing modes, once branches are made.
    lives: Vec<UnitLife>,
    /// Strikes drawn for the whole trial: (time, mode, unit), in order.
    drawn: Vec<(SimTime, u32, u32)>,
    taken: usize,
}

zonefall_engine::pooled_clone!(Clocks { blocks, renewing, lives, drawn, taken });

/// The blocks that cover `count` units: (first, size).
fn blocks(count: u32) -> impl Iterator<Item = (u32, u32)> {
    let mut next = (0, BLOCK);
    std::iter::from_fn(move || {
        let (first, size) = next;
        next = (first + size, first + size);
        (first < count).then_some((first, size))
    })
}

impl Clocks {
    pub fn new(modes: &UnitModes, population: &Population) -> Self {
        let mut clocks = Self::default();
        for (index, mode) in modes.as_slice().iter().enumerate() {
            if !mode.mode.is_unit() || mode.depends_on_history() {
                continue;
            }
            let memoryless = mode.mode.time_to_failure.memoryless_mean().filter(|_| mode.mode.repeat.is_none());
            let Some(mean) = memoryless else {
                clocks.renewing.push(index as u32);
                continue;
            };
            for (group, (_, count)) in groups(mode, population) {
                let block = |(first, size): (u32, u32)| Block {
                    mode: index as u32,
                    group,
                    first,
                    size,
                    on_host: mode.mode.scope == Scope::Host,
                    gap_ms: mean / f64::from(size),
                    stream: Key::root(0).stream(),
                    next_ms: 0.0,
                };
                clocks.blocks.extend(blocks(count).map(block));
            }
        }
        clocks
    }

    /// Expected strikes per millisecond.
    pub fn rate_per_ms(&self, modes: &UnitModes, population: &Population) -> f64 {
        let renewing = self.renewing.iter().map(|&mode| {
            let mode = &modes.as_slice()[mode as usize];
            let units: u32 = groups(mode, population).map(|(_, (_, count))| count).sum();
            f64::from(units) / mode.time_to_failure.mean_ms()
        });
        self.blocks.iter().map(|block| 1.0 / block.gap_ms).sum::<f64>() + renewing.sum::<f64>()
    }

    /// Opens every stream for a trial; `modes` are keyed for it already. False if there are too many strikes to hold.
    pub fn begin(&mut self, modes: &UnitModes, population: &Population, horizon: SimTime) -> bool {
        self.drawn.clear();
        self.taken = 0;
        self.lives.iter_mut().for_each(UnitLife::reset);
        for block in &mut self.blocks {
            let mode = &modes.as_slice()[block.mode as usize];
            let key = block.key(mode, population);
            block.stream = key.stream();
            let share_down = mode.down_at_start();
            if share_down > 0.0 {
                let mut stream = key.part(0xd0, 0).stream();
                each_with_probability(share_down, block.size, &mut stream, |at| {
                    if let Some(unit) = unit_of(mode, block.group, block.first + at, population) {
                        self.drawn.push((SimTime::ZERO, block.mode, unit));
                    }
                });
            }
            block.next_ms = gap(block.gap_ms, &mut block.stream);
        }
        for &mode in &self.renewing {
            renew_all(modes, mode, population, horizon, &mut self.drawn);
        }
        self.drawn.sort_unstable();
        self.drawn.len() as u64 <= STRIKES_MAX
    }

    /// The machines or hosts that a mode without memory strikes; nobody under a mode with memory.
    pub fn units_of<'a>(&'a self, mode: u32, population: &'a Population) -> impl Iterator<Item = u32> + 'a {
        let blocks = self.blocks.iter().filter(move |block| block.mode == mode);
        blocks.flat_map(move |block| {
            let within = block.first..block.first + block.size;
            within.filter_map(move |at| unit_in(block.on_host, block.group, at, population))
        })
    }

    /// Adds strikes to those drawn; a unit that is down at the beginning already is so once.
    pub fn add(&mut self, strikes: &[(SimTime, u32, u32)]) {
        if !strikes.is_empty() {
            self.drawn.extend_from_slice(strikes);
            self.drawn.sort_unstable();
            self.drawn.dedup();
        }
    }

    /// Every strike of modes without memory in the trial that has just begun: (mode, unit, instant).
    pub fn each_strike(
        &self,
        modes: &UnitModes,
        population: &Population,
        horizon: SimTime,
        mut each: impl FnMut(u32, u32, SimTime),
    ) {
        let end_ms = horizon.as_ms() as f64;
        for &(time, mode, unit) in &self.drawn {
            if !self.renewing.contains(&mode) {
                each(mode, unit, time);
            }
        }
        for block in &self.blocks {
            let mut block = block.clone();
            debug_assert_eq!(block.on_host, modes.as_slice()[block.mode as usize].mode.scope == Scope::Host);
            while block.next_ms < end_ms {
                let at = block.first + block.stream.below(u64::from(block.size)) as u32;
                if let Some(unit) = unit_in(block.on_host, block.group, at, population) {
                    each(block.mode, unit, SimTime::from_ms((block.next_ms as u64).max(1)));
                }
                block.next_ms += gap(block.gap_ms, &mut block.stream);
            }
        }
    }

    /// Adds the strikes of `[base, end)` to a window.
    pub fn fill(
        &mut self,
        base: SimTime,
        end: SimTime,
        modes: &UnitModes,
        population: &Population,
        out: &mut Vec<Entry>,
    ) {
        let end_ms = end.as_ms() as f64;
        for block in &mut self.blocks {
            if block.next_ms >= end_ms {
                continue;
            }
            let on_host = modes.as_slice()[block.mode as usize].mode.scope == Scope::Host;
            if on_host {
                let hosts = &population.host_groups()[block.group as usize];
                block.fill(base, end_ms, out, |at| hosts.occupied(at, population));
            } else {
                let slots = &population.groups()[block.group as usize];
                block.fill(base, end_ms, out, |at| (at < slots.count).then_some(slots.first + at));
            }
        }
        while let Some(&(time, mode, unit)) = self.drawn.get(self.taken).filter(|drawn| drawn.0 < end) {
            out.push(Entry::new(base, time, mode + 1, unit));
            self.taken += 1;
        }
    }
}

impl Block {
    /// What its stream is keyed by.
    fn key(&self, mode: &UnitMode, population: &Population) -> Key {
        let tag = match mode.mode.scope {
            Scope::Host => population.host_groups()[self.group as usize].tag,
            _ => population.groups()[self.group as usize].tag,
        };
        mode.stream_key(tag, u64::from(self.first))
    }

    /// Adds this block's strikes up to `end_ms` on units that exist.
    #[inline]
    fn fill(&mut self, base: SimTime, end_ms: f64, out: &mut Vec<Entry>, unit: impl Fn(u32) -> Option<u32>) {
        while self.next_ms < end_ms {
            let at = self.first + self.stream.below(u64::from(self.size)) as u32;
            if let Some(unit) = unit(at) {
                let time = SimTime::from_ms((self.next_ms as u64).max(1));
                out.push(Entry::new(base, time, self.mode + 1, unit));
            }
            self.next_ms += gap(self.gap_ms, &mut self.stream);
        }
    }
}

#[inline]
fn gap(mean_ms: f64, stream: &mut Stream) -> f64 {
    mean_ms * stream.exponential()
}

/// The unit at `at` in a group's numbering, if some design occupies it.
#[inline]
fn unit_of(mode: &UnitMode, group: u32, at: u32, population: &Population) -> Option<u32> {
    unit_in(mode.mode.scope == Scope::Host, group, at, population)
}

#[inline]
fn unit_in(on_host: bool, group: u32, at: u32, population: &Population) -> Option<u32> {
    if on_host {
        population.host_groups()[group as usize].occupied(at, population)
    } else {
        let slots = &population.groups()[group as usize];
        (at < slots.count).then_some(slots.first + at)
    }
}

/// Calls `hit` for each of `n` units independently with probability `p`, by geometric gaps.
pub(crate) fn each_with_probability(p: f64, n: u32, stream: &mut Stream, mut hit: impl FnMut(u32)) {
    let step = libm::log1p(-p.min(1.0 - 1e-12));
    let mut at = 0.0;
    loop {
        at += libm::floor(libm::log(stream.open_unit()) / step);
        if at >= f64::from(n) {
            return;
        }
        hit(at as u32);
        at += 1.0;
    }
}

fn renew_all(
    modes: &UnitModes,
    mode: u32,
    population: &Population,
    horizon: SimTime,
    out: &mut Vec<(SimTime, u32, u32)>,
) {
    let unit_mode = &modes.as_slice()[mode as usize];
    each_unit(unit_mode, population, |unit, who| renew(modes, mode, unit, who, horizon, out));
}

/// Every unit of a mode that some design occupies, and who it is.
fn each_unit(mode: &UnitMode, population: &Population, mut each: impl FnMut(u32, (u64, u64))) {
    for (group, (tag, count)) in groups(mode, population) {
        for at in 0..count {
            let Some(unit) = unit_of(mode, group, at, population) else { continue };
            let who = match mode.mode.scope {
                Scope::Host => population.host_key(unit),
                _ => (tag, u64::from(at)),
            };
            each(unit, who);
        }
    }
}

/// The groups that a mode's units fall into: (number, (tag, size)).
fn groups<'a>(mode: &UnitMode, population: &'a Population) -> impl Iterator<Item = (u32, (u64, u32))> + 'a {
    let hosts = mode.mode.scope == Scope::Host;
    let count = if hosts { population.host_groups().len() } else { population.groups().len() };
    (0..count as u32).map(move |group| {
        let at = group as usize;
        if hosts {
            (group, (population.host_groups()[at].tag, population.host_groups()[at].count))
        } else {
            (group, (population.groups()[at].tag, population.groups()[at].count))
        }
    })
}

/// The alternating renewal of one unit over the trial: its strikes, each after the outage before it has ended.
fn renew(
    modes: &UnitModes,
    mode: u32,
    unit: u32,
    who: (u64, u64),
    horizon: SimTime,
    out: &mut Vec<(SimTime, u32, u32)>,
) {
    let unit_mode = &modes.as_slice()[mode as usize];
    let mut stream = unit_mode.unit_key(who).stream();
    let mut u = stream.unit();
    let share_down = if unit_mode.mode.start == Start::Stationary { unit_mode.down_at_start() } else { 0.0 };
    let life = &unit_mode.time_to_failure;
    let next_ms = if u < share_down {
        0.0
    } else {
        u = (u - share_down) / (1.0 - share_down);
        match life.first(u, &mut stream) {
            Some(ms) => ms.max(1.0),
            None => return,
        }
    };
    renew_from(modes, (mode, unit, who), (next_ms, &mut stream), horizon, out);
}

/// The strikes of a unit, the next of them at an instant that is known.
fn renew_from(
    modes: &UnitModes,
    (mode, unit, who): (u32, u32, (u64, u64)),
    (mut next_ms, stream): (f64, &mut Stream),
    horizon: SimTime,
    out: &mut Vec<(SimTime, u32, u32)>,
) {
    let unit_mode = &modes.as_slice()[mode as usize];
    while next_ms < horizon.as_ms() as f64 {
        let start = SimTime::from_ms(next_ms as u64);
        out.push((start, mode, unit));
        if out.len() as u64 > STRIKES_MAX {
            return;
        }
        if unit_mode.mode.kind == Kind::Outage {
            match modes.outcome(mode, unit, who, start).length {
                Some(length) => next_ms += length.as_ms() as f64,
                None => return,
            }
        }
        next_ms += unit_mode.time_to_failure.next(stream).max(1.0);
    }
}
