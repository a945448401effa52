//! The trials of all candidates: how they are drawn, and what they prove.
//!
//! In: a question, and who is to live through how many trials. Out: estimates that hold for all candidates and looks together.
//! Candidates begin with plain trials, many at a time on the same storms. Where those hardly ever miss, a pilot looks whether
//! forced trials are worth it ([`Forced`]); which of the two tells of a candidate then hangs on what was seen, so each of them
//! has half of the chance to be wrong. What can go wrong: no overlap of outages is found that misses; the candidate stays with
//! plain trials, and [`Bench::methods`] says so.

use super::forced::Forced;
use super::{BAND, FIRST_LOOK, Method, Methods, Priced, Question, Stand, Told};
use crate::chance;
use crate::misses::{Kind, Kinds};
use crate::rare::GAIN_LEAST;
use crate::run::RunError;
use crate::stage::Stage;
use crate::study::Study;
use crate::visit::{Visit, Visitor, visit};
use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use zonefall_stats::estimate::HITS_FOR_INTERVAL;
use zonefall_stats::{Bounds, Interval, MeanEstimate, Moments};

/// Designs that live through their trials together.
pub(super) const TOGETHER: usize = 64;
/// The look (1,024 trials) after which it is asked whether plain trials will do.
const ASKED_AT: u32 = 4;
/// They will from so many with a miss on.
const HITS_OF_PLAIN: u64 = 10;

/// What is known of a candidate for a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Open,
    Meets,
    Misses,
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
    pub how: &'a Visit<'a>,
    told: Told<'a>,
    /// What it is at, and how many candidates were decided when that was last told.
    stand: Cell<(&'static str, usize)>,
    seen: Vec<Moments>,
    /// Candidates whose trials are forced.
    forced: BTreeMap<usize, Forced>,
    /// Candidates that stay with plain trials, and whether that is because nothing was found to force.
    plain: BTreeMap<usize, bool>,
    /// What misses the objective of each candidate, once it was asked for.
    kinds: Vec<OnceCell<Kinds>>,
    /// The last look of each candidate; 0 before the first.
    looks: Vec<u32>,
    /// Candidates from cheap to dear.
    pub order: Vec<usize>,
    /// Trials times designs.
    pub work: u64,
    /// From so many on no further candidate is tested.
    pub work_max: u64,
    /// Whether pilots may be asked.
    pub learns: bool,
    /// Into how many parts the chance to be wrong is split before looks and ways: all candidates, twice with simulated costs.
    parts: u64,
}

/// Interrupted.
pub(super) struct Stopped;

/// Trials of a look, from 1.
pub(super) fn trials_of(look: u32) -> u64 {
    FIRST_LOOK << (look - 1)
}

/// Sums, doubled so many times.
pub(super) fn again<T: Clone>(of: &T, times: u32, merge: impl Fn(&mut T, &T)) -> T {
    (0..times).fold(of.clone(), |mut all, _| {
        let same = all.clone();
        merge(&mut all, &same);
        all
    })
}

impl<'a> Bench<'a> {
    pub fn new(question: &'a Question, priced: Option<&Priced>, how: &'a Visit<'a>, told: Told<'a>) -> Self {
        let number = question.candidates.len();
        let mut order: Vec<usize> = (0..number).collect();
        let candidates = &question.candidates;
        order.sort_by(|&a, &b| candidates[a].cost.total_cmp(&candidates[b].cost).then(a.cmp(&b)));
        Self {
            question,
            how,
            told,
            stand: Cell::new(("", 0)),
            seen: vec![Moments::new(); number],
            forced: BTreeMap::new(),
            plain: BTreeMap::new(),
            kinds: vec![OnceCell::new(); number],
            looks: vec![0; number],
            order,
            work: 0,
            work_max: u64::MAX,
            learns: true,
            // What was left out was seen in the same trials.
            parts: priced.map_or(number as u64, |of| 2 * (number as u64 + of.too_dear)),
        }
    }

    /// Something else is done from here on.
    pub fn begins(&self, doing: &'static str) {
        let (_, decided) = self.stand.get();
        self.stand.set((doing, decided));
        (self.told)(Stand { doing, decided, trials: 0 });
    }

    /// So many candidates are decided, with so many trials each.
    pub fn reached(&self, decided: usize, trials: u64) {
        let (doing, _) = self.stand.get();
        self.stand.set((doing, decided));
        (self.told)(Stand { doing, decided, trials });
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

    /// Trials that tell of a candidate.
    pub fn trials(&self, candidate: usize) -> u64 {
        self.forced.get(&candidate).map_or_else(|| self.seen[candidate].n(), Forced::trials)
    }

    /// Whether the trials of a candidate are forced.
    pub fn is_forced(&self, candidate: usize) -> bool {
        self.forced.contains_key(&candidate)
    }

    /// How the trials of a candidate are forced, if they are.
    pub fn forced_by(&self, candidate: usize) -> Option<&crate::rare::Plan> {
        self.forced.get(&candidate).map(Forced::plan)
    }

    /// Trials that all candidates together have lived through and that tell of them.
    pub fn lived(&self) -> u64 {
        (0..self.looks.len()).map(|candidate| self.trials(candidate)).sum()
    }

    /// Whether more may be done.
    pub fn may_go_on(&self) -> bool {
        self.work <= self.work_max
    }

    fn measured_ms(&self) -> f64 {
        let measure = &self.question.study.measure;
        measure.horizon.since(measure.from).as_ms().max(1) as f64
    }

    /// Share of time missed; 1 where nothing is known.
    pub fn mean(&self, candidate: usize) -> f64 {
        if self.looks[candidate] == 0 {
            return 1.0;
        }
        let mean_ms = self.forced.get(&candidate).map_or_else(|| self.seen[candidate].mean(), Forced::mean_ms);
        mean_ms / self.measured_ms()
    }

    /// The share of time missed that may be shown: the mean, or with too few hits the upper end.
    pub fn shown(&self, candidate: usize) -> f64 {
        match self.estimate(candidate).bounds {
            _ if self.looks[candidate] == 0 => 1.0,
            Bounds::Interval(_) => self.mean(candidate),
            bounds => bounds.high(),
        }
    }

    /// The share of time missed with the bounds that hold for all candidates and looks together.
    pub fn estimate(&self, candidate: usize) -> MeanEstimate {
        self.estimate_after(candidate, 0)
    }

    /// The same so many looks later, if these show again what all before them did.
    fn estimate_after(&self, candidate: usize, more: u32) -> MeanEstimate {
        let look = u64::from(self.looks[candidate].max(1) + more);
        let ways = if self.question.method == Method::Auto { 2 } else { 1 };
        let parts = ways * self.parts * look * (look + 1);
        let (cap, level) = (self.measured_ms(), self.question.study.confidence.split(parts));
        if self.is_exact(candidate) {
            let mean = self.mean(candidate);
            let (trials, hits) = (self.seen[candidate].n(), self.seen[candidate].hits());
            return MeanEstimate { mean, trials, hits, bounds: Bounds::Interval(Interval::new(mean, mean)) };
        }
        let estimate = match self.forced.get(&candidate) {
            Some(forced) => forced.estimate_after(more, cap, level),
            None => {
                let seen = again(&self.seen[candidate], more, Moments::merge);
                MeanEstimate::new(&seen, cap, level).knowing(self.kinds(candidate).beyond(seen.n()), cap, level)
            }
        };
        estimate.scaled(1.0 / cap)
    }

    /// What misses the objective of a candidate.
    pub fn kinds(&self, candidate: usize) -> &Kinds {
        let design = &self.question.candidates[candidate].design;
        self.kinds[candidate].get_or_init(|| Kinds::of(&self.question.study, design))
    }

    /// The share of time for which plain trials of a candidate leave room, and the kind of misses that takes most of it.
    pub fn too_rare(&self, candidate: usize) -> Option<(f64, &Kind)> {
        let (kinds, trials) = (self.kinds(candidate), self.seen[candidate].n());
        let most = kinds.rare(trials).max_by(|a, b| a.ms_per_trial.total_cmp(&b.ms_per_trial));
        let most = most.filter(|_| !self.is_forced(candidate) && !self.is_exact(candidate))?;
        Some((kinds.rare_ms(trials) / self.measured_ms(), most))
    }

    /// What a candidate's trials prove. Within the band both would be right: meeting comes first.
    pub fn judge(&self, candidate: usize, allowed: f64) -> Standing {
        self.judge_after(candidate, allowed, 0)
    }

    /// What they would prove so many looks later, if these show again what all before them did.
    pub fn judge_after(&self, candidate: usize, allowed: f64, more: u32) -> Standing {
        if self.looks[candidate] == 0 {
            return Standing::Open;
        }
        match self.estimate_after(candidate, more).bounds {
            bounds if bounds.high() <= (1.0 + BAND) * allowed && self.is_carried(candidate, bounds, more) => {
                Standing::Meets
            }
            Bounds::Interval(Interval { low, .. }) if low > (1.0 - BAND) * allowed => Standing::Misses,
            _ => Standing::Open,
        }
    }

    /// Whether no chance reaches a candidate, so that its trials are all the same.
    fn is_exact(&self, candidate: usize) -> bool {
        let (study, seen) = (&self.question.study, &self.seen[candidate]);
        seen.n() > 0 && seen.is_constant() && !chance::reaches(study, &self.question.candidates[candidate].design)
    }

    /// Whether enough misses of like weight carry an interval of plain trials; an upper bound does without.
    fn is_carried(&self, candidate: usize, bounds: Bounds, more: u32) -> bool {
        let times = (1_u64 << more) as f64;
        matches!(bounds, Bounds::UpperBound { .. })
            || self.carried_by(candidate).is_none_or(|(weigh, least)| weigh * times >= least as f64)
    }

    /// As how many of like weight the misses of plain trials count, and how many are asked for; none where that is not asked.
    pub fn carried_by(&self, candidate: usize) -> Option<(f64, u64)> {
        let asked = !self.is_forced(candidate) && !self.is_exact(candidate);
        asked.then(|| (self.seen[candidate].effective_hits(), HITS_FOR_INTERVAL))
    }

    /// Lets candidates live through all trials of a look; those that are left when the work is done stay where they are.
    ///
    /// # Errors
    /// If a trial passes its event budget.
    pub fn test(&mut self, batch: &[usize], look: u32) -> Result<Result<(), Stopped>, RunError> {
        let behind = |bench: &Self, look: u32| -> Vec<usize> {
            batch.iter().copied().filter(|&of| bench.looks[of] < look && !bench.is_forced(of)).collect()
        };
        if self.question.method == Method::Auto
            && self.play_plain(&behind(self, look.min(ASKED_AT)), look.min(ASKED_AT))?.is_err()
        {
            return Ok(Err(Stopped));
        }
        for &candidate in batch {
            if self.looks[candidate] >= look || !self.may_go_on() {
                continue;
            }
            if self.asks(candidate) && self.learn(candidate)?.is_err() {
                return Ok(Err(Stopped));
            }
            if let Some(forced) = self.forced.get_mut(&candidate) {
                let before = forced.trials();
                if !forced.play(trials_of(look), self.how)? {
                    return Ok(Err(Stopped));
                }
                self.work += forced.trials() - before;
                self.looks[candidate] = look;
            }
        }
        self.play_plain(&behind(self, look), look)
    }

    /// Plain trials up to a look.
    fn play_plain(&mut self, candidates: &[usize], look: u32) -> Result<Result<(), Stopped>, RunError> {
        let mut begun: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for &candidate in candidates {
            begun.entry(self.seen[candidate].n()).or_default().push(candidate);
        }
        for (from, candidates) in begun {
            for together in candidates.chunks(TOGETHER) {
                if !self.may_go_on() {
                    return Ok(Ok(()));
                }
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

    /// Whether a pilot is to say how the trials of a candidate are drawn.
    fn asks(&self, candidate: usize) -> bool {
        let settled = self.plain.contains_key(&candidate) || self.forced.contains_key(&candidate);
        let starved = self.looks[candidate] >= ASKED_AT && self.seen[candidate].hits() < HITS_OF_PLAIN;
        match self.question.method {
            Method::Crude => false,
            Method::Forcing => !settled && self.learns,
            Method::Auto => !settled && self.learns && starved,
        }
    }

    /// Decides how the trials of a candidate are drawn.
    fn learn(&mut self, candidate: usize) -> Result<Result<(), Stopped>, RunError> {
        let design = self.question.candidates[candidate].design.clone();
        let learned = match Forced::learn(&self.question.study, design, self.how) {
            Err(RunError::Interrupted) => return Ok(Err(Stopped)),
            learned => learned?,
        };
        if self.how.stop.load(Ordering::Relaxed) {
            return Ok(Err(Stopped));
        }
        self.work += learned.as_ref().map_or(0, Forced::pilot_trials);
        match learned {
            Some(forced) if self.question.method == Method::Forcing || forced.gain() >= GAIN_LEAST => {
                self.forced.insert(candidate, forced);
            }
            other => {
                self.plain.insert(candidate, other.is_none());
            }
        }
        Ok(Ok(()))
    }

    /// How the trials of candidates were drawn.
    pub fn methods(&self) -> Methods {
        let tested = self.looks.iter().filter(|&&look| look > 0).count() as u64;
        let forced = self.forced.keys().filter(|&&candidate| self.looks[candidate] > 0).count() as u64;
        let nothing_found = self.plain.values().filter(|&&nothing| nothing).count() as u64;
        let gains = self.forced.values().map(Forced::gain);
        Methods {
            asked: self.question.method,
            plain: tested - forced,
            forced,
            nothing_found,
            gain_least: gains.reduce(f64::min),
        }
    }
}
