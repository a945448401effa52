//! The bare loop of W1: the least that an event-driven machine repair shop can cost, and nothing else.
//!
//! Integer milliseconds; one slot a machine in a 4-ary minimum tree, time and slot packed in a `u64`; one xoshiro256++
//! and the ziggurat exponential of `rand_distr`; the count of machines up and its integral.

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use rand_distr::{Distribution, Exp1};

/// Mean time up in milliseconds (1,000 h).
pub const UP_MS: f64 = 3.6e9;
/// Mean time down in milliseconds (2 h).
pub const DOWN_MS: f64 = 7.2e6;

/// The horizon, in milliseconds, in which `machines` are expected to change `events` times.
pub fn horizon_ms(machines: u64, events: u64) -> u64 {
    (events as f64 * (UP_MS + DOWN_MS) / 2.0 / machines as f64) as u64
}

/// What a run of W1 leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repaired {
    /// Failures and repairs before the horizon.
    pub events: u64,
    /// Machine-milliseconds up.
    pub up_ms: u64,
    /// Machines × horizon.
    pub machine_ms: u64,
}

impl Repaired {
    /// Share of the time that a machine is up.
    pub fn availability(&self) -> f64 {
        self.up_ms as f64 / self.machine_ms as f64
    }
}

/// A 4-ary tree of minima over slots: groups of four keys, leaves first, each level a quarter of the one below.
struct MinTree {
    groups: Vec<[u64; 4]>,
    /// Where each level begins, leaves first.
    levels: Vec<usize>,
}

impl MinTree {
    fn new(slots: usize) -> Self {
        let (mut levels, mut total, mut groups) = (Vec::new(), 0, slots.div_ceil(4));
        loop {
            levels.push(total);
            total += groups;
            if groups == 1 {
                return Self { groups: vec![[u64::MAX; 4]; total], levels };
            }
            groups = groups.div_ceil(4);
        }
    }

    /// Gives a slot a new key; returns the least key of all.
    #[inline]
    fn set(&mut self, mut slot: usize, mut key: u64) -> u64 {
        for &level in &self.levels {
            let group = &mut self.groups[level + slot / 4];
            group[slot % 4] = key;
            key = group[0].min(group[1]).min(group[2].min(group[3]));
            slot /= 4;
        }
        key
    }
}

/// Runs W1.
pub fn run(machines: u64, horizon_ms: u64, seed: u64) -> Repaired {
    let mut luck = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut draw = |mean: f64| -> u64 {
        let unit: f64 = Exp1.sample(&mut luck);
        (mean * unit + 0.5) as u64
    };
    let bits = u64::BITS - (machines - 1).leading_zeros();
    let mut tree = MinTree::new(machines as usize);
    let mut next = u64::MAX;
    for machine in 0..machines {
        next = tree.set(machine as usize, draw(UP_MS) << bits | machine);
    }
    let mut is_up = vec![true; machines as usize];
    let (mut up, mut since, mut up_ms, mut events) = (machines, 0, 0, 0);
    while next >> bits < horizon_ms {
        let (now, machine) = (next >> bits, (next & ((1 << bits) - 1)) as usize);
        up_ms += up * (now - since);
        since = now;
        is_up[machine] = !is_up[machine];
        let mean = if is_up[machine] {
            up += 1;
            UP_MS
        } else {
            up -= 1;
            DOWN_MS
        };
        events += 1;
        next = tree.set(machine, (now + draw(mean)) << bits | machine as u64);
    }
    Repaired { events, up_ms: up_ms + up * (horizon_ms - since), machine_ms: machines * horizon_ms }
}
