//! Clients that try again at one of several parts, and what all of them need besides: machines or a component with a ceiling before
//! these parts or behind them.
//!
//! In: the machines of each part, and the demand. Out: which attempts fail, at what is shared or at the part that clients are sent to
//! (`policy/retry/together.rs` decides), and what each of the shared parts makes of them. The narrowest of what stands before the parts decides there,
//! and of what stands behind them, as in one queue.

use super::flow::{Way, portion};
use super::tries::{Queue, Tries, as_the_whole, asked, let_through};
use super::{NOBODY, Parts};
use crate::entrances::Entrances;
use crate::policy::retry::{Beside, Load, Own, Retry, Shared};
use crate::retries::{Asked, Attempts, Spell};
use crate::structure::Structure;

/// Where a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    /// Among the parts that clients are sent to, or a group around these.
    Within,
    Behind,
}

/// What all clients need.
#[derive(Debug)]
pub(super) struct Common {
    sides: Vec<Side>,
    /// The group of parts that clients are sent to.
    group: usize,
    /// What lets all clients through before the parts, and behind them, if nothing else lost or stopped any.
    before: Way,
    behind: Way,
    /// AG-03: what a gateway before all of it lets through; [`u64::MAX`] where there is none.
    gate: u64,
    demand: u64,
    /// The shares of attempts that fail beside the parts now.
    settled: Beside,
    /// The most that attempts ask for before and behind, each with the share of those that meet nobody dead.
    most: [(f64, f64); 2],
    own: Vec<Own>,
    /// Scratch, for what might be.
    other: Vec<Own>,
}

zonefall_engine::pooled_clone!(Common { sides, group, before, behind, gate, demand, settled, most, own, other });

impl Common {
    /// What stands beside these entrances.
    pub fn new(service: &Structure, entrances: &Entrances) -> Self {
        let mut sides = vec![Side::Within; service.nodes.len()];
        let group = entrances.at.first().and_then(|&part| service.parent(part as usize)).unwrap_or(0);
        let mut at = group;
        while let Some(above) = service.parent(at) {
            let mut side = Side::Before;
            for &part in service.parts_of(above) {
                if part as usize == at {
                    side = Side::Behind;
                } else {
                    mark(service, part as usize, side, &mut sides);
                }
            }
            at = above;
        }
        let queues = entrances.at.len();
        Self {
            sides,
            group,
            before: Way::default(),
            behind: Way::default(),
            gate: u64::MAX,
            demand: 0,
            settled: Beside::default(),
            most: [(f64::NAN, 0.0); 2],
            own: Vec::with_capacity(queues),
            other: Vec::with_capacity(queues),
        }
    }

    pub fn begin(&mut self) {
        self.settled = Beside::default();
    }

    fn limits(&self) -> Shared {
        let of = |milli: u64| if milli == u64::MAX { f64::INFINITY } else { milli as f64 };
        let reach = of_those_alive(self.before, self.demand);
        let alive_before = if self.demand == 0 { 1.0 } else { (reach as f64 / self.demand as f64).min(1.0) };
        let (before, behind) = (of(self.before.capacity), of(self.behind.capacity));
        Shared { before, behind, alive_before, gate: of(self.gate) }
    }

    /// Whether some fail who would not if nobody had before.
    fn holds_itself(&mut self, retry: Retry) -> bool {
        let limits = self.limits();
        self.other.clear();
        self.other.extend(self.own.iter().map(|own| Own::new(own.demand, own.load, 0.0)));
        retry.settles_together(limits, &mut self.other);
        self.own.iter().zip(&self.other).any(|(own, fresh)| own.settled.0 > 0.0 && fresh.settled.0 <= 0.0)
    }

    /// Whether what stands before the parts, or behind them, would hold an overload of all clients by itself once it is in it.
    fn is_vulnerable(&mut self, retry: Retry) -> bool {
        let Shared { before, behind, alive_before, gate } = self.limits();
        let clients: f64 = self.own.iter().map(|own| own.demand).sum();
        let alive = self.own.iter().map(|own| own.demand * own.load.alive).sum::<f64>() / clients;
        // No more comes than the gateway before all of it lets in, or those before each part.
        let asked = self.own.iter().filter(|own| own.demand > 0.0);
        let gates = asked.map(|own| own.demand * own.load.gate).sum::<f64>();
        let stages = [(before, alive_before, gate), (behind, alive, gate.min(gates))];
        stages.into_iter().zip(&mut self.most).any(|((capacity, alive, gate), most)| {
            if capacity == f64::INFINITY {
                return false;
            }
            if most.0 != alive {
                *most = (alive, retry.most(alive));
            }
            retry.is_vulnerable_below(Load { alive, capacity: capacity / clients, gate: gate / clients }, most.1)
        })
    }
}

fn mark(service: &Structure, at: usize, side: Side, sides: &mut [Side]) {
    sides[at] = side;
    service.parts_of(at).iter().for_each(|&part| mark(service, part as usize, side, sides));
}

impl Tries {
    /// What a leaf beside the entrances lets through of a demand.
    pub fn lets_through_beside(&self, at: usize, part: Way, demand: u64) -> u64 {
        let (Some(common), Some(queue)) = (&self.common, self.queues.first()) else { return part.passed() };
        let alone = queue.clients.served_below(asked(demand, part));
        let whole = if common.sides[at] == Side::Before { common.before } else { common.behind };
        match () {
            // What the gateway before all turns away comes to none of them.
            () if common.settled.gate > 0.0 => as_the_whole(alone, self.served(), part, whole),
            () if self.fails_beside(at) => let_through(alone, self.served(), part, whole),
            () => alone,
        }
    }

    /// What all clients ask for of what they share before the entrances, or behind them; none where no attempt fails there.
    pub fn shared(&self, before: bool) -> Option<Attempts> {
        let common = self.common.as_ref()?;
        let Beside { gate, before: at_first, behind } = common.settled;
        let (fails, capacity_milli, all_milli) = match before {
            true => (gate > 0.0 || at_first > 0.0, common.before.capacity.min(common.gate), self.attempts()),
            false => (behind > 0.0, common.behind.capacity, self.attempts_of(Side::Behind)),
        };
        let first_milli = common.demand;
        let hold_themselves = capacity_milli >= first_milli;
        (fails && all_milli > 0).then_some(Attempts {
            first_milli,
            all_milli,
            capacity_milli,
            hold_themselves,
            uneven: false,
        })
    }

    /// All attempts, whatever becomes of them.
    pub fn attempts(&self) -> u64 {
        self.queues.iter().map(Queue::attempts).sum()
    }

    /// Attempts that come in at an entrance, or all, where it is none.
    pub fn attempts_at_entrance(&self, entrance: u32) -> u64 {
        let own = self.queues.iter().find(|queue| queue.entrance == entrance);
        own.map_or_else(|| self.attempts(), Queue::attempts)
    }

    /// First tries that no gateway turns away.
    pub fn let_in(&self) -> u64 {
        let first = |queue: &Queue| queue.let_in(queue.asked.demand_milli);
        self.let_in_by_all(self.queues.iter().map(first).sum())
    }

    /// The same of so much that comes to a node.
    pub fn let_in_at(&self, at: usize, milli: u64) -> u64 {
        self.let_in_by_all(self.of(at).map_or(milli, |queue| queue.let_in(milli)))
    }

    /// AG-03: what a gateway before all of it lets in of so much that comes with the attempts.
    pub fn let_in_by_all(&self, milli: u64) -> u64 {
        let gate = self.common.as_ref().map_or(u64::MAX, |common| common.gate);
        if gate == u64::MAX { milli } else { portion(milli, gate.min(self.attempts()), self.attempts()) }
    }

    /// Attempts that come to a leaf beside the entrances: behind them only those that have not failed there.
    pub fn attempts_beside(&self, at: usize) -> u64 {
        self.attempts_of(self.common.as_ref().map_or(Side::Before, |common| common.sides[at]))
    }

    fn attempts_of(&self, side: Side) -> u64 {
        let comes = |(number, queue): (usize, &Queue)| match &self.common {
            Some(common) if side == Side::Behind => {
                let (turned_away, own) = common.own.get(number).map_or((0.0, 0.0), |own| (own.turned_away, own.fails));
                let Beside { gate, before, .. } = common.settled;
                let left = (1.0 - before) * (1.0 - own) * (1.0 - gate) * (1.0 - turned_away);
                (queue.attempts() as f64 * left).round() as u64
            }
            Some(_) => self.let_in_by_all(queue.attempts()),
            None => queue.attempts(),
        };
        self.queues.iter().enumerate().map(comes).sum()
    }

    /// Whether attempts fail there for lack of capacity.
    pub fn fails_beside(&self, at: usize) -> bool {
        self.common.as_ref().is_some_and(|common| match common.sides[at] {
            Side::Before => common.settled.before > 0.0,
            Side::Behind => common.settled.behind > 0.0,
            Side::Within => false,
        })
    }

    /// The state lasts; what it is to all clients together, and whether it may be another from now on.
    pub fn last_together(&mut self, spell: Spell, is_measured: bool) -> (Spell, bool) {
        let (Some(common), Some(queue)) = (&mut self.common, self.queues.first()) else { return (spell, false) };
        let retry = queue.clients.retry();
        let changed = common.own.iter().any(|own| own.failed != own.settled.0);
        if !is_measured || self.queues.iter().all(|queue| queue.asked.demand_milli == 0) {
            return (spell, changed);
        }
        (spell.of_all(common, |common| common.holds_itself(retry), |common| common.is_vulnerable(retry)), changed)
    }
}

impl Parts {
    /// What lets all clients through before the parts that they are sent to, and behind these.
    pub(super) fn look_at_limits(&self, common: &mut Common) {
        let demand = self.demand.unwrap_or(0);
        let of_side = |side: Side| {
            let sides = &common.sides;
            let all = |comes: u64| Way { reach: comes, capacity: u64::MAX };
            self.go_through(demand, |at, comes| if sides[at] == side { self.way(at, comes) } else { all(comes) })
        };
        common.demand = demand;
        common.gate = self.own_gate(self.states.len() - 1);
        (common.before, common.behind) = (of_side(Side::Before), of_side(Side::Behind));
    }

    /// All clients settle, each of them where it is and all at what they share.
    pub(super) fn settle_together(&self, tries: &mut Tries) {
        let Tries { queues, common: Some(common), .. } = tries else { return };
        let demand = self.demand.unwrap_or(0);
        let Some(retry) = queues.first().map(|queue| queue.clients.retry()) else { return };
        common.own.clear();
        for queue in queues.iter_mut() {
            // Who meets somebody dead before the part or behind it does not reach anybody alive.
            let reach = portion(queue.whole.reach, of_those_alive(common.before, demand), demand);
            let capacity = self.left_behind(common.group, queue.whole.capacity);
            let comes = self.share(queue.entrance as usize, demand);
            let way = Way { reach: portion(reach, of_those_alive(common.behind, demand), demand), capacity };
            queue.asked = Asked { gate_milli: queue.asked.gate_milli, ..asked(comes, way) };
            let load = if comes == 0 { Load::NOBODY } else { queue.asked.load() };
            common.own.push(Own::new(comes as f64, load, queue.clients.failing()));
        }
        common.settled = retry.settles_together(common.limits(), &mut common.own);
        for (queue, own) in queues.iter_mut().zip(&mut common.own) {
            if own.demand <= 0.0 {
                // Nobody comes, of whose attempts a share would fail.
                (own.settled, own.fails, own.turned_away) = ((own.failed, false), 0.0, 0.0);
            }
            queue.clients.settled_with_others(queue.asked, own.settled);
            queue.fails_there = Some(own.fails > 0.0 || own.turned_away > 0.0);
        }
    }

    /// What is left of a capacity behind the group when what stands behind it has lost its part to dead machines.
    fn left_behind(&self, group: usize, capacity: u64) -> u64 {
        let ways = &self.scratch.borrow().ways;
        let (mut left, mut at) = (capacity, group);
        while self.states[at].parent != NOBODY && left != u64::MAX {
            let above = self.states[at].parent as usize;
            let comes = self.comes(above, self.demand.unwrap_or(0));
            let behind = self.children[above].iter().skip_while(|&&part| part as usize != at).skip(1);
            let reach = |&part: &u32| of_those_alive(ways[part as usize], comes);
            left = behind.fold(left, |left, part| portion(left, reach(part), comes));
            at = above;
        }
        left
    }
}

/// What meets nobody dead; what is out as a whole is no matter of luck.
fn of_those_alive(way: Way, demand: u64) -> u64 {
    if way.capacity == 0 { demand } else { way.reach }
}
