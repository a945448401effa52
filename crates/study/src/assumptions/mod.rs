//! Looks at what is assumed: the same designs on the same luck, with the stated ranges at their ends.
//!
//! In: a study. Out: the second interval of every design, and the assumption that a verdict depends on. More trials shrink
//! luck, not ignorance: a verdict stands only if it stands at both ends of every range.
//!
//! * **Rates**: all at their low values, all at their high ones.
//! * **Pairs**: the fraction of zone events that take a second zone, at both ends of [`PAIR_FRACTION`].
//! * **Distributions** (`nested`): where rates are distributions, rates are drawn from them, each set for a few trials, which
//!   tells what is not known from luck.
//!
//! Every look plays the run's first trials again: the same keys, so the same luck stretched to another rate. It takes
//! fewer trials than the run, more where it leaves open what the run resolves (`longer`), and no second look without each cause. Where
//! the run's trials are forced, split or storms alone, so are those of the looks (`Way::under`), with weights that are exact under their rates. What can go wrong: a look with few hits cannot tell on
//! which side it lies; `verdict` says when that unsettles a verdict, and `milder` when the run knows better. Bit-identical for any threads, like every run.

mod conclude;
mod longer;
mod milder;
mod nested;
mod verdict;

pub(crate) use milder::{Judged, Run};
pub(crate) use verdict::{Badness, unsettles};

use crate::conclude::{Labels, conclude};
use crate::gate::Gate;
use crate::outcome::{Outcome, Variation};
use crate::rare::{Way, Weighed, with_plain_trials};
use crate::run::{Finished, Progress, RunError, Threads, run_on};
use crate::study::Study;
use std::sync::atomic::{AtomicBool, Ordering};
use zonefall_faults::{Mode, Profile};

/// FR-01: the fraction of zone events that take a second zone is assumed, and is looked at over this range.
pub const PAIR_FRACTION: (f64, f64) = (0.0, 0.15);
/// Fewest and most trials of a look, unless the scenario says.
const TRIALS: (u64, u64) = (1000, 5000);

/// The looks that a study asks for.
#[derive(Debug)]
pub struct Plan {
    trials: u64,
    /// The scenario gives that number; else a look may have as many as the run.
    fixed: bool,
    most: u64,
    looks: Vec<(Variation, Kind, Profile)>,
    nested: Option<nested::Plan>,
    /// How the run's trials are drawn, if they are not plain.
    way: Option<Way>,
    /// What is asked of the run beside both verdicts.
    gate: Option<Gate>,
}

/// What a look varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rates,
    Pairs,
}

impl Kind {
    /// Whether a look of this kind varies a mode.
    fn varies(self, mode: &Mode) -> bool {
        match self {
            Self::Rates => mode.evidence.has_range(),
            Self::Pairs => mode.common_cause > 0.0,
        }
    }
}

/// What the looks found.
#[derive(Debug)]
pub struct Looks {
    trials: u64,
    fixed: bool,
    played: u64,
    looks: Vec<Look>,
    drawn: Option<nested::Drawn>,
}

/// One look, played.
#[derive(Debug)]
struct Look {
    variation: Variation,
    kind: Kind,
    study: Study,
    outcome: Outcome,
    events: u64,
}

impl Plan {
    /// The looks at a study, each of `asked` trials or of as many as suit it; none if nothing is assumed in a range,
    /// nothing is drawn, or trials end at the first miss.
    pub fn new(study: &Study, asked: Option<u64>) -> Option<Self> {
        Self::drawn(study, asked, None)
    }

    /// The same, for a run whose trials are drawn in some `way` of their own.
    pub fn drawn(study: &Study, asked: Option<u64>, way: Option<Way>) -> Option<Self> {
        let plain = (study.trials / 4).clamp(TRIALS.0, TRIALS.1);
        let suits = way.as_ref().map_or(plain, |way| way.look_trials(plain, study.trials));
        let trials = asked.unwrap_or(suits).min(study.trials);
        if study.replay.is_some() || study.measure.until_first_miss || trials == 0 {
            return None;
        }
        let looks: Vec<_> = rates(&study.profile).into_iter().chain(pairs(study)).collect();
        let nested = nested::Plan::new(study, trials.min(plain), way.as_ref());
        (!looks.is_empty() || nested.is_some()).then_some(Self {
            trials,
            fixed: asked.is_some(),
            most: study.trials,
            looks,
            nested,
            way,
            gate: None,
        })
    }

    /// The same, where a gate is asked: a look that leaves one of its conditions open has more trials, too.
    #[must_use]
    pub fn for_gate(self, gate: Option<Gate>) -> Self {
        Self { gate, ..self }
    }

    /// Trials of all looks together, as far as is known before they are taken.
    pub fn all_trials(&self) -> u64 {
        self.trials * self.looks.len() as u64 + self.nested.as_ref().map_or(0, nested::Plan::all_trials)
    }

    /// Plays every look at a run that has come to `outcome`; none if it was interrupted.
    ///
    /// # Errors
    /// If a trial passes its event budget or the threads cannot be started.
    pub fn play(
        self,
        study: &Study,
        outcome: &Outcome,
        threads: usize,
        stop: &AtomicBool,
        progress: &dyn Progress,
    ) -> Result<Option<Looks>, RunError> {
        let player = Player { way: self.way.clone(), count: threads, threads: Threads::new(threads)?, stop, progress };
        match self.played_by(study, outcome, &player) {
            // A pilot: what the run has computed is not lost by it.
            Err(RunError::Interrupted) => Ok(None),
            played => played,
        }
    }

    fn played_by(self, study: &Study, outcome: &Outcome, player: &Player<'_>) -> Result<Option<Looks>, RunError> {
        let (mut looks, mut played) = (Vec::with_capacity(self.looks.len()), 0);
        for (variation, kind, profile) in self.looks {
            let Some(look) = player.take(study, (variation, kind), profile, self.trials)? else { return Ok(None) };
            played += self.trials;
            looks.push(look);
        }
        for at in 0..looks.len() {
            while let Some(trials) =
                longer::needed(outcome, self.gate.as_ref(), &looks, at, self.most).filter(|_| !self.fixed)
            {
                let Look { variation, kind, study: of, events, .. } = &looks[at];
                let (said, profile, events) = ((variation.clone(), *kind), of.profile.clone(), *events);
                let Some(look) = player.take(study, said, profile, trials)? else { return Ok(None) };
                played += trials;
                looks[at] = Look { events: events + look.events, ..look };
            }
        }
        played += self.nested.as_ref().map_or(0, nested::Plan::all_trials);
        let drawn = match self.nested {
            Some(nested) => match nested.play(study, player)? {
                Some(drawn) => Some(drawn),
                None => return Ok(None),
            },
            None => None,
        };
        Ok(Some(Looks { trials: self.trials, fixed: self.fixed, played, looks, drawn }))
    }
}

impl Looks {
    /// Trials of all looks together.
    pub fn trials_played(&self) -> u64 {
        self.played
    }

    /// Events dispatched for all looks.
    pub fn events(&self) -> u64 {
        self.looks.iter().map(|look| look.events).sum::<u64>() + self.drawn.as_ref().map_or(0, nested::Drawn::events)
    }
}

/// Plays studies under other rates as the run was played.
struct Player<'a> {
    way: Option<Way>,
    count: usize,
    threads: Threads,
    stop: &'a AtomicBool,
    progress: &'a dyn Progress,
}

impl Player<'_> {
    /// One look; none if it was interrupted.
    fn take(
        &self,
        study: &Study,
        (mut variation, kind): (Variation, Kind),
        profile: Profile,
        trials: u64,
    ) -> Result<Option<Look>, RunError> {
        variation.milder = milder::is_milder(&profile, &study.profile);
        let study = varied(study, profile, trials);
        let (outcome, events) = self.look(&study)?;
        variation.trials = outcome.trials;
        let look = Look { variation, kind, study, outcome, events };
        Ok((!self.stop.load(Ordering::Relaxed)).then_some(look))
    }

    fn look(&self, study: &Study) -> Result<(Outcome, u64), RunError> {
        let labels = Labels::default();
        if let Some(way) = self.under(study)? {
            let said = (&labels, way.method(), "a look");
            let played = way.play(study, said, self.count, self.stop, &Counting(self.progress))?;
            return Ok((played.outcome, played.events));
        }
        // What neither storms nor cycles tell under these rates is looked at by as many plain trials as they have beside them.
        let few = matches!(self.way, Some(Way::Given(_) | Way::Biased(_)));
        let study = if few { &with_plain_trials(study) } else { study };
        let finished = self.plain(study)?;
        let events = finished.tally.designs.iter().map(|design| design.events).sum();
        Ok((conclude(study, &finished, &labels), events))
    }

    /// The way of the run, under the rates of this study.
    fn under(&self, study: &Study) -> Result<Option<Way>, RunError> {
        self.way.as_ref().map_or(Ok(None), |way| way.under(study, self.count, self.stop))
    }

    fn plain(&self, study: &Study) -> Result<Finished, RunError> {
        run_on(study, &self.threads, self.stop, &Counting(self.progress))
    }

    /// The weighted sums; none where trials are plain.
    fn weighed(&self, study: &Study) -> Result<Option<Weighed>, RunError> {
        match self.under(study)? {
            Some(way) => way.weigh(study, self.count, self.stop, &Counting(self.progress)),
            None => Ok(None),
        }
    }
}

/// Only counts: the tally of a look is not the run's.
struct Counting<'a>(&'a dyn Progress);

impl Progress for Counting<'_> {
    fn merged(&self, _: &Finished) {}

    fn computed(&self, trials: u64) {
        self.0.computed(trials);
    }
}

/// The study of a look.
fn varied(study: &Study, profile: Profile, trials: u64) -> Study {
    Study { profile, trials, counterfactual: false, stopping: None, rows: false, ..study.clone() }
}

/// All rates at their ends.
fn rates(profile: &Profile) -> Vec<(Variation, Kind, Profile)> {
    if !profile.modes.iter().any(|mode| Kind::Rates.varies(mode)) {
        return Vec::new();
    }
    let look = |name: &str, which: &str, profile: Profile| {
        let says = format!("every rate that has a range at its {which} value");
        (Variation::new(name.into(), says), Kind::Rates, profile)
    };
    vec![look("low rates", "low", profile.at_low()), look("high rates", "high", profile.at_high())]
}

/// Pairs of zones at both ends; nothing where no region has two zones or no mode takes a second one.
fn pairs(study: &Study) -> Vec<(Variation, Kind, Profile)> {
    let takes_two = study.profile.modes.iter().any(|mode| Kind::Pairs.varies(mode));
    if !takes_two || study.topology.regions().iter().all(|region| region.zones < 2) {
        return Vec::new();
    }
    let look = |fraction: f64, at: fn(f64, f64) -> f64| {
        let mut profile = study.profile.clone();
        profile.name += &format!(" (pairs {} %)", 100.0 * fraction);
        for mode in profile.modes.iter_mut().filter(|mode| Kind::Pairs.varies(mode)) {
            mode.common_cause = at(mode.common_cause, fraction);
        }
        let says = format!("{} % of zone events take a second zone", 100.0 * fraction);
        let changes = profile.modes != study.profile.modes;
        changes.then_some((Variation::new(format!("pairs {} %", 100.0 * fraction), says), Kind::Pairs, profile))
    };
    // Where more is stated than the high end, that is the high end.
    [look(PAIR_FRACTION.0, f64::min), look(PAIR_FRACTION.1, f64::max)].into_iter().flatten().collect()
}
