//! The search: looks, proofs, and who is tested next.

use super::lattice::Lattice;
use super::{BAND, CHEAPER, FIRST_LOOK, Question, Told};
use crate::run::RunError;
use crate::stage::Stage;
use crate::study::Study;
use crate::visit::{Visit, Visitor, visit};
use std::collections::BTreeMap;
use zonefall_stats::{Bounds, Interval, MeanEstimate, Moments};

/// Designs that live through their trials together.
const TOGETHER: usize = 64;
/// Candidates that are tested before it is looked again who should be.
const ROUND: usize = 256;

/// What is known of a candidate for a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Open,
    Meets,
    Misses,
}

/// What a search came to.
pub(super) struct Found {
    pub standings: Vec<Standing>,
    /// The cheapest that is proven to meet.
    pub best: Option<usize>,
    /// Whether nothing cheaper is open.
    pub decided: bool,
}

struct Sums(Vec<Moments>);

impl Visitor for Sums {
    fn see(&mut self, _: u64, stages: &[Stage]) {
        for (design, moments) in self.0.iter_mut().enumerate() {
            moments.add(stages[0].ledger(design).missed_ms as i64);
        }
    }

    fn merge(&mut self, later: Self) {
        self.0.iter_mut().zip(&later.0).for_each(|(mine, theirs)| mine.merge(theirs));
    }
}

/// The trials of all candidates so far.
pub(super) struct Bench<'a> {
    pub question: &'a Question,
    how: &'a Visit<'a>,
    told: Told<'a>,
    pub seen: Vec<Moments>,
    /// The last look of each candidate; 0 before the first.
    looks: Vec<u32>,
    /// Candidates from cheap to dear.
    pub order: Vec<usize>,
    /// Trials times designs.
    pub work: u64,
}

/// Interrupted.
pub(super) struct Stopped;

/// Trials of a look, from 1.
pub(super) fn trials_of(look: u32) -> u64 {
    FIRST_LOOK << (look - 1)
}

impl<'a> Bench<'a> {
    pub fn new(question: &'a Question, how: &'a Visit<'a>, told: Told<'a>) -> Self {
        let number = question.candidates.len();
        let mut order: Vec<usize> = (0..number).collect();
        let candidates = &question.candidates;
        order.sort_by(|&a, &b| candidates[a].cost.total_cmp(&candidates[b].cost).then(a.cmp(&b)));
        Self { question, how, told, seen: vec![Moments::new(); number], looks: vec![0; number], order, work: 0 }
    }

    /// The last look within the budget of trials.
    pub fn last_look(&self) -> u32 {
        (1..=40).take_while(|&look| trials_of(look) <= self.question.trials_max).last().unwrap_or(1)
    }

    pub fn look(&self, candidate: usize) -> u32 {
        self.looks[candidate]
    }

    pub fn cost(&self, candidate: usize) -> f64 {
        self.question.candidates[candidate].cost
    }

    fn measured_ms(&self) -> f64 {
        let measure = &self.question.study.measure;
        measure.horizon.since(measure.from).as_ms().max(1) as f64
    }

    /// Share of time missed; 1 where nothing is known.
    pub fn mean(&self, candidate: usize) -> f64 {
        if self.looks[candidate] == 0 { 1.0 } else { self.seen[candidate].mean() / self.measured_ms() }
    }

    /// The share of time missed with the bounds that hold for all candidates and looks together.
    pub fn estimate(&self, candidate: usize) -> MeanEstimate {
        let look = u64::from(self.looks[candidate].max(1));
        let parts = self.question.candidates.len() as u64 * look * (look + 1);
        let level = self.question.study.confidence.split(parts);
        MeanEstimate::new(&self.seen[candidate], self.measured_ms(), level).scaled(1.0 / self.measured_ms())
    }

    /// What a candidate's trials prove. Within the band both would be right: meeting comes first.
    pub fn judge(&self, candidate: usize, allowed: f64) -> Standing {
        if self.looks[candidate] == 0 {
            return Standing::Open;
        }
        match self.estimate(candidate).bounds {
            bounds if bounds.high() <= (1.0 + BAND) * allowed => Standing::Meets,
            Bounds::Interval(Interval { low, .. }) if low > (1.0 - BAND) * allowed => Standing::Misses,
            _ => Standing::Open,
        }
    }

    /// Lets candidates live through all trials of a look.
    ///
    /// # Errors
    /// If a trial passes its event budget.
    pub fn test(&mut self, batch: &[usize], look: u32) -> Result<Result<(), Stopped>, RunError> {
        let mut begun: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for &candidate in batch.iter().filter(|&&candidate| self.looks[candidate] < look) {
            begun.entry(self.seen[candidate].n()).or_default().push(candidate);
        }
        for (from, candidates) in begun {
            for together in candidates.chunks(TOGETHER) {
                let designs = together.iter().map(|&at| self.question.candidates[at].design.clone()).collect();
                let study = Study { designs, counterfactual: false, rows: false, ..self.question.study.clone() };
                let new = || Sums(vec![Moments::new(); together.len()]);
                let range = from..trials_of(look);
                self.work += (range.end - range.start) * together.len() as u64;
                let Some(Sums(sums)) = visit(std::slice::from_ref(&study), range, self.how, new)? else {
                    return Ok(Err(Stopped));
                };
                for (&candidate, sum) in together.iter().zip(&sums) {
                    self.seen[candidate].merge(sum);
                    self.looks[candidate] = look;
                }
            }
        }
        Ok(Ok(()))
    }

    /// Decides a candidate and all that its proof decides.
    fn decide(&self, candidate: usize, allowed: f64, lattice: &Lattice, standings: &mut [Standing]) {
        if standings[candidate] != Standing::Open {
            return;
        }
        let standing = self.judge(candidate, allowed);
        standings[candidate] = standing;
        for &other in &lattice.groups[lattice.of[candidate]] {
            let follows = match standing {
                Standing::Open => false,
                Standing::Meets => lattice.at_most(candidate, other),
                Standing::Misses => lattice.at_most(other, candidate),
            };
            if follows && standings[other] == Standing::Open {
                standings[other] = standing;
            }
        }
    }

    /// The cheapest candidate that meets, or may.
    pub fn hope(&self, allowed: f64, standings: &[Standing]) -> Option<usize> {
        let may = |candidate: usize| match standings[candidate] {
            Standing::Meets => true,
            Standing::Open => self.looks[candidate] > 0 && self.mean(candidate) <= allowed,
            Standing::Misses => false,
        };
        self.order.iter().copied().find(|&candidate| may(candidate))
    }

    /// Who has to be tested at a look, one of each group: the middle of what is open and not too dear.
    fn next(&self, look: u32, allowed: f64, lattice: &Lattice, standings: &[Standing]) -> Vec<usize> {
        let hope = self.hope(allowed, standings);
        let dear = hope.map_or(f64::INFINITY, |hope| match standings[hope] {
            Standing::Meets => self.cost(hope) * (1.0 - CHEAPER),
            _ => self.cost(hope),
        });
        let needed = |candidate: &usize| {
            standings[*candidate] == Standing::Open && self.looks[*candidate] < look && self.cost(*candidate) <= dear
        };
        let mut of_group: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for &candidate in self.order.iter().filter(|&candidate| needed(candidate)) {
            of_group.entry(lattice.of[candidate]).or_default().push(candidate);
        }
        let mut next: Vec<usize> = of_group
            .into_values()
            .map(|mut open| {
                open.sort_by_key(|&candidate| (lattice.height(candidate), candidate));
                open[open.len() / 2]
            })
            .collect();
        next.sort_by(|&a, &b| self.cost(a).total_cmp(&self.cost(b)).then(a.cmp(&b)));
        next.truncate(if hope.is_some() { ROUND } else { TOGETHER });
        next
    }

    /// Searches the cheapest candidate that misses at most the allowed share, until so many trials times designs are done.
    ///
    /// # Errors
    /// If a trial passes its event budget.
    pub fn search(
        &mut self,
        allowed: f64,
        lattice: &Lattice,
        work_max: u64,
    ) -> Result<Result<Found, Stopped>, RunError> {
        let mut standings = vec![Standing::Open; self.question.candidates.len()];
        for candidate in self.order.clone() {
            self.decide(candidate, allowed, lattice, &mut standings);
        }
        for look in 1..=self.last_look() {
            loop {
                let next = self.next(look, allowed, lattice, &standings);
                if next.is_empty() || self.work > work_max {
                    break;
                }
                if self.test(&next, look)?.is_err() {
                    return Ok(Err(Stopped));
                }
                for candidate in next {
                    self.decide(candidate, allowed, lattice, &mut standings);
                }
                let decided = standings.iter().filter(|&&standing| standing != Standing::Open).count();
                (self.told)(decided, standings.len(), trials_of(look));
            }
            if self.is_decided(&standings) || self.work > work_max {
                break;
            }
        }
        let best = self.cheapest(&standings, Standing::Meets);
        let decided = self.is_decided(&standings);
        Ok(Ok(Found { standings, best, decided }))
    }

    fn cheapest(&self, standings: &[Standing], standing: Standing) -> Option<usize> {
        self.order.iter().copied().find(|&candidate| standings[candidate] == standing)
    }

    /// Whether nothing is open that is cheaper than the cheapest that meets.
    fn is_decided(&self, standings: &[Standing]) -> bool {
        let open = self.cheapest(standings, Standing::Open);
        let best = self.cheapest(standings, Standing::Meets);
        match (open, best) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(open), Some(best)) => self.cost(open) >= (1.0 - CHEAPER) * self.cost(best),
        }
    }
}
