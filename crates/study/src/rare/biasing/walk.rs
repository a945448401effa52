//! One excursion: from the first failure until everything is up again, failures made frequent until the objective is missed.
//!
//! While something is out and nothing has been missed, the next event is a failure with a stated chance (or its own, if that is
//! greater), and of each of a class's units alike. Of which class, an excursion decides when it begins: of each that can still fail
//! alike (*balanced* biasing: Shahabuddin, Manage. Sci. 40 (1994) 333), by their rates (*simple* biasing), or by half of both. The
//! weight is that of the mixture of the three (the balance heuristic), so neither a rare class nor the usual way is starved: a
//! miss has a third of the chance or more that the best of them gives it. Repairs keep their proportions. From the first miss on events come as they are, so that the
//! excursion ends by itself (Goyal et al., IEEE Trans. Comput. 41 (1992) 36). The weight is the product of all true chances over
//! those drawn by, and is fixed at the first miss.

use super::openings::Opening;
use crate::exactly::chain::{Chain, Way};
use zonefall_engine::Stream;

/// The shares of the classes' chance that all of them have alike, by kind of excursion.
const ALIKE: [f64; 3] = [1.0, 0.5, 0.0];

/// What an excursion has come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Excursion {
    /// Missed milliseconds, expected or as drawn, without the weight.
    pub missed_ms: f64,
    /// Their expected square.
    pub missed_ms2: f64,
    /// The weight at the first miss; at the end if there was none.
    pub weight: f64,
    /// Failures and repairs.
    pub events: u64,
}

/// The state of the chain.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    chain: &'a Chain,
    way: &'a Way,
    /// How many units hold each item.
    depth: Vec<u16>,
    /// Items that serve, by leaf.
    serving: Vec<u32>,
    /// Units that are up, by class.
    up: Vec<u32>,
    is_out: Vec<bool>,
    /// Units that are out, by cause, in the order in which they failed.
    out: Vec<Vec<u32>>,
    misses: bool,
    /// Whether modes that begin new have begun.
    begun: bool,
}

impl<'a> Walk<'a> {
    /// Everything up.
    pub fn new(chain: &'a Chain, way: &'a Way) -> Self {
        Self {
            chain,
            way,
            depth: vec![0; chain.leaf_of.len()],
            serving: chain.leaves.iter().map(|leaf| leaf.items).collect(),
            up: way.classes.iter().map(|class| class.units.len() as u32).collect(),
            is_out: vec![false; way.class_of.len()],
            out: vec![Vec::new(); chain.causes.len()],
            misses: false,
            begun: true,
        }
    }

    /// Lives through an excursion that begins with the first failure; none if it takes more events than allowed. Everything is
    /// up again afterwards.
    pub fn excursion(
        &mut self,
        opening: &Opening,
        failures: f64,
        stream: &mut Stream,
        most_events: u64,
    ) -> Option<Excursion> {
        let mut of = Excursion { missed_ms: 0.0, missed_ms2: 0.0, weight: 1.0, events: 0 };
        let (mut clock, mut been_missed) = (*opening, false);
        let mut choice = Choice { kind: stream.below(ALIKE.len() as u64) as usize, densities: [1.0; ALIKE.len()] };
        self.begun = clock.has_begun();
        let ended = loop {
            if of.events >= most_events {
                break false;
            }
            let biased = (!been_missed).then_some(&mut choice);
            let (weight, fails) = self.next_event(failures, biased, stream);
            of.weight *= weight;
            of.events += 1;
            match fails {
                Event::Failure(unit) => self.fail(unit),
                Event::Repair(cause, place) => self.repair(cause, place),
            }
            been_missed |= self.misses;
            if self.out.iter().all(Vec::is_empty) {
                break true;
            }
            if !self.hold(&mut clock, &mut of, stream) {
                break true;
            }
        };
        self.mend_all();
        of.weight /= choice.densities.iter().sum::<f64>() / ALIKE.len() as f64;
        of.missed_ms2 += if opening.is_drawn() { 0.0 } else { of.missed_ms * of.missed_ms };
        ended.then_some(of)
    }

    /// The state lasts; false if what is measured ends meanwhile.
    fn hold(&mut self, clock: &mut Opening, of: &mut Excursion, stream: &mut Stream) -> bool {
        if !clock.is_drawn() {
            if self.misses {
                let mean = 1.0 / (self.failing() + self.mending());
                of.missed_ms += mean;
                // The square of a sum of exponential times: the square of the mean, and the variance.
                of.missed_ms2 += mean * mean;
            }
            return true;
        }
        let mut missed = 0.0;
        let goes_on = loop {
            let length = stream.exponential() / (self.failing() + self.mending());
            let held = clock.pass(length);
            if self.misses {
                missed += held.measured_ms;
            }
            if held.begins {
                // Others may fail from now on; without memory the wait begins anew.
                self.begun = true;
                continue;
            }
            break !held.is_over;
        };
        of.missed_ms2 += missed * (missed + 2.0 * of.missed_ms);
        of.missed_ms += missed;
        goes_on
    }

    /// The next event, and its true chance over that by which it was drawn, but for the choice of a class.
    fn next_event(&self, failures: f64, biased: Option<&mut Choice>, stream: &mut Stream) -> (f64, Event) {
        let (failing, mending) = (self.failing(), self.mending());
        let natural = failing / (failing + mending);
        let share = if mending <= 0.0 {
            1.0
        } else if biased.is_some() && failing > 0.0 {
            natural.max(failures)
        } else {
            natural
        };
        if stream.unit() < share {
            let class = self.class(biased, failing, stream);
            (natural / share, Event::Failure(self.unit(class, stream)))
        } else {
            let (cause, place) = self.mended(mending, stream);
            ((1.0 - natural) / (1.0 - share), Event::Repair(cause, place))
        }
    }

    /// The class that fails.
    fn class(&self, biased: Option<&mut Choice>, failing: f64, stream: &mut Stream) -> usize {
        let rates = (0..self.up.len()).map(|class| self.rate(class)).enumerate().filter(|(_, rate)| *rate > 0.0);
        let even = failing / rates.clone().count().max(1) as f64;
        let worth = |alike: f64, rate: f64| alike * even + (1.0 - alike) * rate;
        let alike = biased.as_ref().map_or(0.0, |choice| ALIKE[choice.kind]);
        let mut left = stream.unit() * failing;
        let mut chosen = (0, 1.0);
        for (class, rate) in rates {
            chosen = (class, rate);
            left -= worth(alike, rate);
            if left < 0.0 {
                break;
            }
        }
        let (class, rate) = chosen;
        if let Some(choice) = biased {
            for (density, alike) in choice.densities.iter_mut().zip(ALIKE) {
                *density *= worth(alike, rate) / rate;
            }
        }
        class
    }

    /// One of the units of a class that are up.
    fn unit(&self, class: usize, stream: &mut Stream) -> u32 {
        let units = &self.way.classes[class].units;
        loop {
            let unit = units.start + stream.below(units.len() as u64) as u32;
            if !self.is_out[unit as usize] {
                return unit;
            }
        }
    }

    /// The cause one of whose units is mended, and its place in the queue.
    fn mended(&self, mending: f64, stream: &mut Stream) -> (usize, usize) {
        let mut left = stream.unit() * mending;
        let mut last = 0;
        for cause in (0..self.out.len()).filter(|&cause| !self.out[cause].is_empty()) {
            last = cause;
            left -= self.busy(cause) as f64 * self.chain.causes[cause].repair;
            if left < 0.0 {
                break;
            }
        }
        (last, stream.below(self.busy(last) as u64) as usize)
    }

    /// Units of a cause that are under repair: the first in the queue.
    fn busy(&self, cause: usize) -> usize {
        let out = self.out[cause].len();
        self.chain.causes[cause].crews.map_or(out, |crews| out.min(crews as usize))
    }

    /// The rate at which units of a class fail.
    fn rate(&self, class: usize) -> f64 {
        let cause = &self.chain.causes[self.way.classes[class].cause];
        if cause.new && !self.begun { 0.0 } else { f64::from(self.up[class]) * cause.rate }
    }

    fn failing(&self) -> f64 {
        (0..self.up.len()).map(|class| self.rate(class)).sum()
    }

    fn mending(&self) -> f64 {
        (0..self.out.len()).map(|cause| self.busy(cause) as f64 * self.chain.causes[cause].repair).sum()
    }

    fn fail(&mut self, unit: u32) {
        let class = self.way.class_of[unit as usize] as usize;
        self.up[class] -= 1;
        self.is_out[unit as usize] = true;
        self.out[self.way.classes[class].cause].push(unit);
        let mut turned = false;
        for &item in self.way.items_of(unit) {
            let depth = &mut self.depth[item as usize];
            *depth += 1;
            if *depth == 1 {
                let leaf = self.chain.leaf_of[item as usize] as usize;
                turned |= self.serving[leaf] == self.chain.leaves[leaf].least;
                self.serving[leaf] -= 1;
            }
        }
        self.look(turned);
    }

    fn repair(&mut self, cause: usize, place: usize) {
        let unit = self.out[cause].remove(place);
        self.up[self.way.class_of[unit as usize] as usize] += 1;
        self.is_out[unit as usize] = false;
        let mut turned = false;
        for &item in self.way.items_of(unit) {
            let depth = &mut self.depth[item as usize];
            *depth -= 1;
            if *depth == 0 {
                let leaf = self.chain.leaf_of[item as usize] as usize;
                self.serving[leaf] += 1;
                turned |= self.serving[leaf] == self.chain.leaves[leaf].least;
            }
        }
        self.look(turned);
    }

    fn look(&mut self, turned: bool) {
        if turned {
            let Self { chain, serving, .. } = self;
            self.misses = !chain.holds(|leaf| serving[leaf as usize] >= chain.leaves[leaf as usize].least);
        }
    }

    fn mend_all(&mut self) {
        for cause in 0..self.out.len() {
            while let Some(last) = self.out[cause].len().checked_sub(1) {
                self.repair(cause, last);
            }
        }
    }
}

/// How an excursion chooses the classes that fail.
#[derive(Debug, Clone, Copy)]
struct Choice {
    /// Which of [`ALIKE`].
    kind: usize,
    /// The chance of all choices so far over the true one, by kind.
    densities: [f64; ALIKE.len()],
}

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// Of a unit.
    Failure(u32),
    /// Of a cause, at a place of its queue.
    Repair(usize, usize),
}
