//! What a gate asks of a figure of a design: that no more than so much is missed.
//!
//! In: the run, and what the looks at what is assumed say of the same figure. Out: the verdict that stands under every look, the
//! figures that it rests on, and what keeps it open. The trials that looks get (`assumptions::longer`) follow the same questions.

use super::{Gate, at_least, at_most, straddles, times_to_tell};
use crate::assumptions::{Judged, Run};
use crate::outcome::{DesignOutcome, DesignVariation, Estimate, MINUTES_PER_MONTH, Outcome, Variation, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A figure of a design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// The share of time in which the objective does not hold, on average.
    Unavailability,
    /// The share of windows that meet the target.
    Windows,
    /// Minutes of downtime a month.
    Downtime,
    /// The share of batches that are complete by their deadline.
    Batches,
}

/// What a condition is judged by: its whole interval counts, in the run and under every look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Basis {
    /// Which figure.
    pub figure: Figure,
    /// How much of it is asked: the least of a share that meets, the most of what is missed.
    pub bound: f64,
    /// What the run says of it.
    pub run: Estimate,
    /// The look at what is assumed that keeps the condition open; none if none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look: Option<LookSays>,
}

/// What a look at what is assumed says of a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LookSays {
    /// Its name.
    pub name: String,
    /// Its trials.
    pub trials: u64,
    /// The figure under it.
    pub found: Estimate,
    /// What that says.
    pub verdict: Verdict,
}

/// What keeps a condition open: of luck, how many trials would end it, where that can be told.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Open {
    /// The luck of the run.
    pub luck: Option<Option<f64>>,
    /// The luck of a look at what is assumed.
    pub looks: Option<Option<f64>>,
    /// A look at what is assumed.
    pub assumptions: bool,
}

/// A figure in its own unit, and what is said of it.
type Found = (Verdict, Estimate);

/// What is asked of a figure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub figure: Figure,
    pub bound: f64,
}

/// What a gate asks of figures, in the order of its conditions.
pub(crate) fn asked(gate: &Gate, outcome: &Outcome) -> Vec<Asked> {
    let asked = [
        (Figure::Unavailability, gate.average.then_some(1.0 - outcome.target_share)),
        (Figure::Windows, gate.windows.then_some(outcome.confidence)),
        (Figure::Downtime, gate.downtime_max_min),
        (Figure::Batches, gate.batches_by_deadline),
    ];
    asked.into_iter().filter_map(|(figure, bound)| Some(Asked { figure, bound: bound? })).collect()
}

impl Asked {
    /// The share that may be missed.
    pub fn most(self) -> f64 {
        match self.figure {
            Figure::Unavailability => self.bound,
            Figure::Downtime => self.bound / MINUTES_PER_MONTH,
            Figure::Windows | Figure::Batches => 1.0 - self.bound,
        }
    }

    /// What is missed of a figure.
    fn missed(self, (verdict, of): Found) -> Judged {
        let missed = match self.figure {
            Figure::Unavailability => of,
            Figure::Downtime => of.times(1.0 / MINUTES_PER_MONTH),
            Figure::Windows | Figure::Batches => of.missed(),
        };
        (verdict, missed)
    }

    /// What luck alone says of a design, and what of it is missed; none where that is not known.
    pub fn of_run(self, of: &DesignOutcome) -> Option<Judged> {
        self.found(of).map(|found| self.missed(found))
    }

    fn found(self, of: &DesignOutcome) -> Option<Found> {
        let sampling = of.assumptions.as_ref();
        Some(match self.figure {
            Figure::Unavailability => {
                (sampling.map_or(of.verdict_mean, |of| of.verdict_mean_sampling), of.unavailability)
            }
            Figure::Windows => {
                let own = sampling.and_then(|of| of.verdict_windows_sampling).or(of.verdict_windows)?;
                (own, of.windows_met?)
            }
            Figure::Downtime => self.of_downtime(of.unavailability),
            Figure::Batches => self.of_batches(of.jobs.as_ref()?.met),
        })
    }

    /// What a look says of it.
    fn of_look(self, of: &DesignVariation) -> Option<Found> {
        Some(match self.figure {
            Figure::Unavailability => (of.verdict_mean, of.unavailability),
            Figure::Windows => (of.verdict_windows?, of.windows_met?),
            Figure::Downtime => self.of_downtime(of.unavailability),
            Figure::Batches => self.of_batches(of.batches_met?),
        })
    }

    fn of_downtime(self, of: Estimate) -> Found {
        (at_most(of, self.most()), of.times(MINUTES_PER_MONTH))
    }

    fn of_batches(self, met: Estimate) -> Found {
        (at_least(met, self.bound), met)
    }

    /// The verdict that stands under every look, what it rests on, and what keeps it open.
    pub(super) fn judged(self, outcome: &Outcome, design: &DesignOutcome) -> (Verdict, Option<Basis>, Open) {
        let Some(found) = self.found(design) else {
            // Forced trials tell nothing of single batches, and of windows maybe no more than their verdict.
            let verdict = design.verdict_windows.filter(|_| self.figure == Figure::Windows);
            return (verdict.unwrap_or(Verdict::NotResolved), None, Open::default());
        };
        let own = self.missed(found);
        let variations = outcome.assumptions.iter().flat_map(|of| &of.variations);
        let seen = design.assumptions.iter().flat_map(|of| &of.variations);
        let looks: Vec<Seen<'_>> = variations.zip(seen).filter_map(|(look, of)| Seen::of(self, look, of)).collect();
        let question = Question {
            run: Run::of(outcome),
            trials: outcome.trials,
            fixed: outcome.assumptions.as_ref().is_some_and(|of| of.fixed),
            most: self.most(),
            // An estimate of a few outages tells nothing of how its interval shrinks.
            tells: !design.carried_by_few || matches!(self.figure, Figure::Windows | Figure::Batches),
        };
        let open = question.kept_open(own, &looks);
        let stands = !open.assumptions && open.looks.is_none();
        let look = question.decisive(own, &looks, open).map(|seen| LookSays {
            name: seen.look.name.clone(),
            trials: seen.look.trials,
            found: seen.found.1,
            verdict: seen.found.0,
        });
        let basis = Basis { figure: self.figure, bound: self.bound, run: found.1, look };
        (if stands { own.0 } else { Verdict::NotResolved }, Some(basis), open)
    }
}

/// A look, what it says of a figure, and what of it is missed.
struct Seen<'a> {
    look: &'a Variation,
    found: Found,
    judged: Judged,
}

impl<'a> Seen<'a> {
    fn of(asked: Asked, look: &'a Variation, of: &DesignVariation) -> Option<Self> {
        let found = asked.of_look(of)?;
        Some(Self { look, found, judged: asked.missed(found) })
    }

    fn is_open(&self) -> bool {
        self.found.0 == Verdict::NotResolved
    }
}

/// A figure of one design of a run.
struct Question {
    run: Run,
    trials: u64,
    fixed: bool,
    most: f64,
    tells: bool,
}

impl Question {
    fn told(&self, of: Estimate, trials: u64) -> Option<f64> {
        times_to_tell(of, self.most).filter(|_| self.tells).map(|times| times * trials as f64)
    }

    fn turns(&self, own: Judged, seen: &Seen<'_>) -> bool {
        self.run.is_turned(own, seen.look, seen.judged)
    }

    fn kept_open(&self, own: Judged, looks: &[Seen<'_>]) -> Open {
        let says = |verdict: Verdict| looks.iter().any(|seen| seen.found.0 == verdict);
        let assumptions = match own.0 {
            Verdict::NotResolved => says(Verdict::Meets) && says(Verdict::Misses),
            _ => looks.iter().any(|seen| !seen.is_open() && self.turns(own, seen)),
        };
        let left = looks.iter().filter(|seen| seen.is_open() && self.turns(own, seen));
        let needs = left.map(|seen| self.told(seen.judged.1, seen.look.trials));
        let needs = needs.reduce(|most, more| Some(most?.max(more?)));
        let by_luck = own.0 == Verdict::NotResolved && straddles(own.1, self.most);
        Open {
            luck: by_luck.then(|| self.needs_of_run(own, looks)),
            looks: needs.filter(|_| !assumptions),
            assumptions,
        }
    }

    /// So many trials tell of the run, and of each look that is open as well and will have as many.
    fn needs_of_run(&self, own: Judged, looks: &[Seen<'_>]) -> Option<f64> {
        let is_open =
            |seen: &&Seen<'_>| !self.fixed && seen.is_open() && !self.run.bounds(own.1, seen.look, seen.judged.1);
        let of_looks = looks.iter().filter(is_open).filter_map(|seen| self.told(seen.judged.1, seen.look.trials));
        Some(of_looks.fold(self.told(own.1, self.trials)?, f64::max))
    }

    /// The look that keeps a condition open: one that turns it before one that is open itself, then the one that lies farthest.
    fn decisive<'a>(&self, own: Judged, looks: &'a [Seen<'a>], open: Open) -> Option<&'a Seen<'a>> {
        let keeps = |seen: &&Seen<'_>| match own.0 {
            Verdict::NotResolved => open.assumptions && seen.found.0 == Verdict::Misses,
            _ => self.turns(own, seen),
        };
        let farness = |seen: &Seen<'_>| (!seen.is_open(), (seen.judged.1.mean - own.1.mean).abs());
        looks.iter().filter(keeps).reduce(|best, next| if farness(next) > farness(best) { next } else { best })
    }
}
