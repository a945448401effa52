//! Clients that try again, as the book meets them: which state each load settles in, and how long what holds.
//!
//! In: what arrives, the machines alive and dead, capacity. Out: attempts that reach a machine, and what is served in the
//! end (`policy/retry.rs` decides). What is remembered is the share of attempts that fails for lack of capacity: an overload
//! that began may hold itself when its cause is over. A state settles at once; only states that last are entered.

use crate::ledger::Ledger;
use crate::operations::Operation;
use crate::parts::portion;
use crate::policy::retry::{Load, Retry, Uneven};
use std::cell::Cell;

/// The clients of a trial.
#[derive(Debug)]
pub(crate) struct Clients {
    retry: Retry,
    /// The share of attempts that fails for lack of capacity.
    failing: f64,
    /// What lasted last or before was measured: a storm that is on when measuring begins is counted as one.
    was_measured: bool,
    /// The share that was sent to machines alive, and the most that attempts ask for there.
    most: (f64, f64),
    /// Machines alive by what one of them can serve, where requests go evenly to them and they are not alike.
    uneven: Vec<(i64, i64)>,
    /// What was found last: an interval asks for the same several times.
    last: Cell<Option<Found>>,
}

zonefall_engine::pooled_clone!(Clients { retry, failing, was_measured, most, uneven, last });

/// What comes of a state of load.
#[derive(Debug, Clone, Copy)]
struct Found {
    asked: Asked,
    failing: f64,
    /// The share that fails for lack of capacity if the state lasts, and whether nobody tries again.
    settled: (f64, bool),
    /// Attempts that reach a machine, and what is served in the end.
    flow: (u64, u64),
}

/// A state of load, in thousandths of a request a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked {
    pub demand_milli: u64,
    pub capacity_milli: u64,
    /// What is sent to machines alive, and to dead ones, in any unit.
    pub alive: u64,
    pub dead: u64,
    /// AG-03: what a gateway before them lets through; [`u64::MAX`] without one.
    pub gate_milli: u64,
}

/// What clients ask for while attempts fail for lack of capacity, in thousandths of a request a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// First tries.
    pub first_milli: u64,
    /// All of them.
    pub all_milli: u64,
    /// What the machines, and a gateway before them, are good for.
    pub capacity_milli: u64,
    /// None would fail, had none failed before: tries again alone keep the overload up.
    pub hold_themselves: bool,
    /// Machines are not alike and each gets the same: some have room for it, and nothing else has any fail.
    pub uneven: bool,
}

impl Default for Asked {
    fn default() -> Self {
        Self { demand_milli: 0, capacity_milli: 0, alive: 0, dead: 0, gate_milli: u64::MAX }
    }
}

impl Asked {
    pub fn load(self) -> Load {
        let alive = if self.alive == 0 { 0.0 } else { self.alive as f64 / (self.alive + self.dead) as f64 };
        let capacity = if self.alive == 0 { 0 } else { self.capacity_milli };
        let demand = self.demand_milli as f64;
        let gate = if self.gate_milli == u64::MAX { f64::INFINITY } else { self.gate_milli as f64 / demand };
        Load { alive, capacity: capacity as f64 / demand, gate }
    }
}

impl Clients {
    pub fn new(retry: Retry) -> Self {
        Self {
            retry,
            failing: 0.0,
            was_measured: false,
            most: (1.0, retry.most(1.0)),
            uneven: Vec::new(),
            last: Cell::new(None),
        }
    }

    /// A trial begins.
    pub fn begin(&mut self) {
        (self.failing, self.was_measured) = (0.0, false);
        self.meet(&[]);
    }

    /// Requests go evenly to machines alive of these levels from now on.
    pub fn meet(&mut self, levels: &[(i64, i64)]) {
        self.uneven.clear();
        if levels.len() > 1 {
            self.uneven.extend_from_slice(levels);
        }
        self.last.set(None);
    }

    /// What of it concerns machines that are not alike; none where all are.
    fn uneven(&self, asked: Asked) -> Option<Uneven<'_>> {
        let each = asked.demand_milli as f64 / (asked.alive + asked.dead).max(1) as f64;
        (!self.uneven.is_empty()).then_some(Uneven { levels: &self.uneven, each })
    }

    /// The state that a load settles in, from one in which such a share has failed on.
    fn settles(&self, asked: Asked, before: f64) -> (f64, bool) {
        match self.uneven(asked) {
            Some(uneven) => self.retry.settles_unevenly(asked.load(), uneven, before),
            None => self.retry.settles(asked.load(), before),
        }
    }

    /// The share of attempts that has failed for lack of capacity so far.
    pub fn failing(&self) -> f64 {
        self.failing
    }

    /// So many clients stay, and others come at once, of whose attempts this share has failed elsewhere: they try again here.
    pub fn joined_by(&mut self, staying: u32, (coming, failing): (u32, f64)) {
        let (staying, coming) = (f64::from(staying), f64::from(coming));
        self.failing = (staying * self.failing + coming * failing) / (staying + coming);
    }

    /// Whether attempts fail for lack of capacity.
    pub fn is_failing(&self) -> bool {
        self.failing > 0.0
    }

    /// What comes of this state, after the one before.
    fn find(&self, asked: Asked) -> Found {
        if let Some(last) = self.last.get().filter(|last| last.asked == asked && last.failing == self.failing) {
            return last;
        }
        let found = if asked.demand_milli == 0 {
            Found { asked, failing: self.failing, settled: (0.0, false), flow: (0, 0) }
        } else {
            let settled = self.settles(asked, self.failing);
            Found { asked, failing: self.failing, settled, flow: self.flow_in(asked, settled) }
        };
        self.last.set(Some(found));
        found
    }

    /// Attempts that reach a machine, and what is served in the end. In overload no fewer reach one than it can serve.
    fn flow_in(&self, asked: Asked, settled: (f64, bool)) -> (u64, u64) {
        let (reach, served) = self.retry.flow(asked.load(), settled);
        let milli = |share: f64| (share * asked.demand_milli as f64).round() as u64;
        // A gateway may keep more away from them, and some may have room while others have none.
        let is_full = settled.0 > 0.0 && asked.gate_milli == u64::MAX && self.uneven.is_empty();
        let reach = if is_full { milli(reach).max(asked.capacity_milli) } else { milli(reach) };
        (reach, milli(served).min(asked.demand_milli))
    }

    /// Takes a state of load as settled: by clients of several parts together, so that what one of them finds is not all.
    pub fn settled_with_others(&self, asked: Asked, settled: (f64, bool)) {
        let found = match asked.demand_milli {
            0 => Found { asked, failing: self.failing, settled: (0.0, false), flow: (0, 0) },
            _ => Found { asked, failing: self.failing, settled, flow: self.flow_in(asked, settled) },
        };
        self.last.set(Some(found));
    }

    /// How clients try again.
    pub fn retry(&self) -> Retry {
        self.retry
    }

    /// Attempts that reach a machine, and what is served in the end.
    pub fn flow(&self, asked: Asked) -> (u64, u64) {
        self.find(asked).flow
    }

    /// Attempts, but for those that are lost on the way.
    pub fn attempts(&self, asked: Asked) -> u64 {
        if asked.demand_milli == 0 {
            return 0;
        }
        let tries = self.retry.attempts(asked.load(), self.find(asked).settled);
        (tries * (1.0 - self.retry.faults) * asked.demand_milli as f64).round() as u64
    }

    /// Of so much that comes to the gateway with the attempts, what it lets in.
    pub fn let_in(&self, asked: Asked, milli: u64) -> u64 {
        if asked.gate_milli == u64::MAX {
            return milli;
        }
        let comes = self.attempts(asked);
        if comes <= asked.gate_milli { milli } else { portion(milli, asked.gate_milli, comes) }
    }

    /// What clients ask for in this state, for whoever watches; none where no attempt fails for lack of capacity.
    pub fn tries(&self, asked: Asked) -> Option<Attempts> {
        let settled = self.find(asked).settled;
        let weaker = |of| self.retry.fails_at_the_weaker_alone(asked.load(), of, settled);
        self.fails_in(asked).then(|| Attempts {
            first_milli: asked.demand_milli,
            all_milli: self.attempts(asked),
            capacity_milli: if asked.alive == 0 { 0 } else { asked.capacity_milli.min(asked.gate_milli) },
            hold_themselves: self.holds_itself(asked, settled.0),
            uneven: self.uneven(asked).is_some_and(weaker),
        })
    }

    /// Whether attempts fail for lack of capacity in this state.
    pub fn fails_in(&self, asked: Asked) -> bool {
        self.find(asked).settled.0 > 0.0
    }

    /// What is served in the end as long as no attempt fails for lack of capacity, up to the capacity.
    pub fn served_below(&self, asked: Asked) -> u64 {
        if asked.demand_milli == 0 {
            return 0;
        }
        let (_, served) = self.retry.flow(asked.load(), (0.0, false));
        ((served * asked.demand_milli as f64).round() as u64).min(asked.demand_milli)
    }

    /// Whether tries again alone keep a state up: fewer would fail in it, had none before.
    fn holds_itself(&self, asked: Asked, p: f64) -> bool {
        match self.uneven(asked) {
            Some(uneven) => self.retry.holds_itself_unevenly(asked.load(), uneven, p),
            None => self.retry.settles(asked.load(), 0.0).0 <= 0.0,
        }
    }

    /// What they take of the machines: all that reaches one, as far as it can serve it.
    pub fn takes(&self, asked: Asked) -> u64 {
        let reach = self.flow(asked).0;
        if self.uneven.is_empty() || asked.alive == 0 {
            return reach;
        }
        let each = i64::try_from(reach / asked.alive).unwrap_or(i64::MAX);
        let taken = self.uneven.iter().map(|&(can, machines)| can.min(each).saturating_mul(machines)).sum::<i64>();
        taken.max(0) as u64
    }

    /// The state lasts, measured or not; what it is, for whoever counts.
    pub fn lasts(&mut self, asked: Asked, is_measured: bool) -> Spell {
        let (settled, _) = self.find(asked).settled;
        let before = std::mem::replace(&mut self.failing, settled);
        let was_measured = self.was_measured;
        self.was_measured |= is_measured;
        if !is_measured || asked.demand_milli == 0 {
            return Spell::default();
        }
        let load = asked.load();
        let mut spell = Spell { failed: was_measured && before > 0.0, fails: settled > 0.0, ..Spell::default() };
        if spell.fails {
            spell.holds_itself = self.holds_itself(asked, settled);
        } else if let Some(uneven) = self.uneven(asked) {
            spell.is_vulnerable = self.retry.settles_unevenly(load, uneven, 1.0).0 > 0.0;
        } else {
            if self.most.0 != load.alive {
                self.most = (load.alive, self.retry.most(load.alive));
            }
            spell.is_vulnerable = self.retry.is_vulnerable_below(load, self.most.1);
        }
        spell
    }
}

/// What a state of load was that lasted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spell {
    /// Attempts failed for lack of capacity before it, in time that was measured.
    failed: bool,
    /// They do in it.
    fails: bool,
    /// They would not, had they not before.
    holds_itself: bool,
    /// None fails, but all would once some had.
    is_vulnerable: bool,
}

impl Spell {
    /// The same of two parts that clients are sent to.
    pub fn beside(self, other: Self) -> Self {
        Self {
            failed: self.failed || other.failed,
            fails: self.fails || other.fails,
            holds_itself: self.holds_itself || other.holds_itself,
            is_vulnerable: self.is_vulnerable || other.is_vulnerable,
        }
    }

    /// The same where clients of several parts share something: whether some fail who would not had nobody before, and, where none
    /// fails, whether what they share would hold an overload.
    pub fn of_all<T>(
        self,
        common: &mut T,
        holds_itself: impl FnOnce(&mut T) -> bool,
        is_vulnerable: impl FnOnce(&mut T) -> bool,
    ) -> Self {
        match self.fails {
            true => Self { holds_itself: holds_itself(common), ..self },
            false => Self { is_vulnerable: self.is_vulnerable || is_vulnerable(common), ..self },
        }
    }

    /// Counts its measured length.
    pub fn count(self, counted_ms: u64, ledger: &mut Ledger) {
        let mut count = |operation: Operation, times| ledger.operations[operation as usize] += times;
        if self.fails {
            count(Operation::RetryStorms, u64::from(!self.failed));
            count(Operation::RetryStormMs, counted_ms);
            count(Operation::MetastableMs, if self.holds_itself { counted_ms } else { 0 });
        } else if self.is_vulnerable {
            count(Operation::VulnerableMs, counted_ms);
        }
    }
}
