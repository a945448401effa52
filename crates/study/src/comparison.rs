//! Designs of one or several scenarios against each other: every pair, with intervals that hold for all pairs together.
//!
//! In: studies that measure the same length of time. Out: a [`Comparison`]. Trial i of one is set against trial i of every
//! other, always: the pairs are independent of each other whatever happens within a pair, so the interval of their mean
//! difference is right even where two studies live through different storms. Where they share them it is narrow, too;
//! `difference_of_storms` says in words why they do not.
//!
//! A place is a range: one more than the designs that are better beyond doubt, to all but those that are worse beyond
//! doubt. With simultaneous intervals all places hold together (Mogstad, Romano, Shaikh, Wilhelm, Review of Economic
//! Studies 91 (2024) 476–518). Differences by cause sum to the difference. Sessions lost are compared where both designs of a
//! pair hold some; their intervals hold together among themselves.

mod sessions;

use crate::chance;
use crate::misses::Kinds;
use crate::outcome::{Compared, Estimate, MINUTES_PER_MONTH, Quality, SessionsDifference};
use crate::run::RunError;
use crate::stage::{self, Stage};
use crate::study::Study;
use crate::unseen::missed_ms;
use crate::visit::{Visit, Visitor, visit};
use serde::Serialize;
use sessions::{Concluded, SeenSessions};
use zonefall_engine::SimTime;
use zonefall_fleet::Design;
use zonefall_stats::multiple::{holm, simultaneous_level};
use zonefall_stats::{Confidence, DifferenceEstimate, MeanEstimate, Moments};

/// The version of the form.
pub const SCHEMA: &str = "zonefall-comparison/1";
/// The most designs of a comparison: 780 pairs.
pub const DESIGNS_MAX: usize = 40;

/// All of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Trials.
    pub trials: u64,
    /// Length of a trial in hours.
    pub horizon_h: f64,
    /// The confidence of all differences together.
    pub confidence: f64,
    /// The designs, the least downtime first.
    pub standings: Vec<Standing>,
    /// All pairs, in the order of the standings.
    pub pairs: Vec<Pair>,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// One design's place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// Its name; with its scenario's where there are several.
    pub design: String,
    /// Its machines.
    pub machines: u64,
    /// The best place that it may have.
    pub place_from: usize,
    /// The worst.
    pub place_to: usize,
    /// Downtime, each interval by itself.
    pub downtime_min_per_month: Estimate,
    /// Sessions lost, each interval by itself; none of a design without sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions_lost_per_month: Option<Estimate>,
}

/// A design against another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pair {
    /// The design with less downtime.
    pub design: String,
    /// The other.
    pub against: String,
    /// Whether they live through the same storms.
    pub same_storms: bool,
    /// Its downtime less the other's.
    pub difference: Gap,
    /// The p value against "no difference", adjusted for all pairs (Holm).
    pub p_adjusted: f64,
    /// What that says.
    pub says: Compared,
    /// By cause, the largest first; they sum to the difference.
    pub causes: Vec<(String, Gap)>,
    /// Sessions that it loses less those of the other; none where one of the two has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions: Option<SessionsDifference>,
}

/// A difference in minutes a month with its simultaneous interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Gap {
    /// The difference.
    pub min_per_month: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Trials in which the two differ.
    pub hits: u64,
}

/// Why two studies do not live through the same storms; nothing if they do.
fn difference_of_storms(a: &Study, b: &Study) -> Option<String> {
    let reasons = [
        (a.seed != b.seed, "the seed"),
        (a.topology.regions() != b.topology.regions(), "the topology"),
        (a.profile != b.profile, "the failure modes"),
        (a.measure.horizon != b.measure.horizon, "the horizon"),
        (a.replay != b.replay, "the script"),
    ];
    let reasons: Vec<&str> = reasons.iter().filter(|(differs, _)| *differs).map(|&(_, what)| what).collect();
    (!reasons.is_empty()).then(|| reasons.join(" and "))
}

/// Puts the designs of studies that share their storms together: adding a design changes no other's rows. A script numbers
/// the machines of its own designs, so a study that lives through one stays by itself.
pub fn united(studies: Vec<Study>) -> Vec<Study> {
    let mut united: Vec<Study> = Vec::new();
    for study in studies {
        let same = |other: &&mut Study| {
            study.replay.is_none() && difference_of_storms(other, &study).is_none() && other.measure == study.measure
        };
        match united.iter_mut().find(same) {
            Some(other) => other.designs.extend(study.designs),
            None => united.push(study),
        }
    }
    united
}

/// Exact sums over trials: of every design, of every pair, and by cause.
struct Seen {
    missed: Vec<Moments>,
    pairs: Vec<Moments>,
    /// By pair, then cause.
    causes: Vec<Moments>,
    sessions: SeenSessions,
    map: std::sync::Arc<Causes>,
    row: Vec<(u64, Vec<u64>)>,
}

/// The causes of all studies by name, and where each study's own stand among them.
struct Causes {
    names: Vec<String>,
    of: Vec<Vec<usize>>,
}

impl Causes {
    fn new(studies: &[Study]) -> Self {
        let mut names: Vec<String> = Vec::new();
        let mut place = |name: String| match names.iter().position(|other| *other == name) {
            Some(at) => at,
            None => {
                names.push(name);
                names.len() - 1
            }
        };
        let of = studies.iter().map(|study| stage::causes(study).into_iter().map(&mut place).collect()).collect();
        Self { names, of }
    }
}

fn pairs(designs: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..designs).flat_map(move |a| (a + 1..designs).map(move |b| (a, b)))
}

impl Visitor for Seen {
    fn see(&mut self, _: u64, stages: &[Stage]) {
        let mut at = 0;
        for (stage, places) in stages.iter().zip(&self.map.of) {
            for design in 0..stage.designs() {
                let ledger = stage.ledger(design);
                let row = &mut self.row[at];
                row.0 = ledger.missed_ms;
                row.1.fill(0);
                for (&missed, &place) in ledger.missed_by_cause_ms.iter().zip(places) {
                    row.1[place] += missed;
                }
                self.sessions.design(at, ledger);
                at += 1;
            }
        }
        let causes = self.map.names.len();
        for (moments, (missed, _)) in self.missed.iter_mut().zip(&self.row) {
            moments.add(*missed as i64);
        }
        for (pair, (a, b)) in pairs(self.row.len()).enumerate() {
            let ((missed_a, by_a), (missed_b, by_b)) = (&self.row[a], &self.row[b]);
            self.pairs[pair].add(*missed_a as i64 - *missed_b as i64);
            if missed_a + missed_b == 0 {
                continue;
            }
            for (cause, (a, b)) in by_a.iter().zip(by_b).enumerate().filter(|(_, (a, b))| a != b) {
                self.causes[pair * causes + cause].add(*a as i64 - *b as i64);
            }
        }
        self.sessions.trial();
    }

    fn merge(&mut self, later: Self) {
        let mine = self.missed.iter_mut().chain(&mut self.pairs).chain(&mut self.causes);
        let theirs = later.missed.iter().chain(&later.pairs).chain(&later.causes);
        mine.zip(theirs).for_each(|(mine, theirs)| mine.merge(theirs));
        self.sessions.merge(&later.sessions);
    }
}

/// Compares all designs of the studies over their first `trials` trials. `names` are those of the designs, in order.
/// None if interrupted.
///
/// # Errors
/// If a trial passes its event budget.
///
/// # Panics
/// If there are not as many names as designs.
pub fn compare(
    studies: &[Study],
    names: &[String],
    trials: u64,
    how: &Visit<'_>,
) -> Result<Option<Comparison>, RunError> {
    let map = std::sync::Arc::new(Causes::new(studies));
    let (designs, causes) = (names.len(), map.names.len());
    assert_eq!(designs, studies.iter().map(|study| study.designs.len()).sum::<usize>());
    let number = pairs(designs).count();
    let new = || Seen {
        missed: vec![Moments::new(); designs],
        pairs: vec![Moments::new(); number],
        causes: vec![Moments::new(); number * causes],
        sessions: SeenSessions::new(studies, pairs(designs)),
        map: map.clone(),
        row: vec![(0, vec![0; causes]); designs],
    };
    let Some(seen) = visit(studies, 0..trials, how, new)? else { return Ok(None) };
    let all = studies.iter().flat_map(|study| study.designs.iter().map(move |design| (study, design)));
    let kinds = all.map(|(study, design)| Kinds::of(study, design)).collect();
    Ok(studies.first().map(|first| Concluding { studies, first, names, trials, seen, kinds }.comparison()))
}

struct Concluding<'a> {
    studies: &'a [Study],
    first: &'a Study,
    names: &'a [String],
    trials: u64,
    seen: Seen,
    /// What is known to miss the objective of each design.
    kinds: Vec<Kinds>,
}

impl Concluding<'_> {
    fn measured_ms(&self) -> f64 {
        self.first.measure.horizon.since(self.first.measure.from).as_ms().max(1) as f64
    }

    /// Minutes a month for a millisecond a trial.
    fn factor(&self) -> f64 {
        MINUTES_PER_MONTH / self.measured_ms()
    }

    fn comparison(&self) -> Comparison {
        let number = self.seen.pairs.len().max(1) as u64;
        let level = simultaneous_level(self.first.confidence, number);
        let most = |of: usize| self.missed_ms(of, level.split(2)).bounds.high();
        let most: Vec<f64> = (0..self.names.len()).map(most).collect();
        let of_pair = |((a, b), seen): ((usize, usize), &Moments)| {
            let room = self.kinds[a].room(&self.kinds[b], self.trials);
            let estimate = DifferenceEstimate::with_room(seen, room, self.measured_ms(), level);
            let estimate = estimate.at_most(most[a].max(most[b]));
            if self.is_exact(a) && self.is_exact(b) { estimate.exactly() } else { estimate }
        };
        let all: Vec<DifferenceEstimate> = pairs(self.names.len()).zip(&self.seen.pairs).map(of_pair).collect();
        let adjusted = holm(&all.iter().map(|of| of.p_value).collect::<Vec<f64>>());
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        order.sort_by_key(|&design| (self.seen.missed[design].sum(), design));
        let better = |a: usize, b: usize| {
            let gap = self.gap(&all[self.pair_at(a.min(b), a.max(b))]);
            if a < b { gap.high < 0.0 } else { gap.low > 0.0 }
        };
        let others = |design: usize| order.iter().copied().filter(move |&other| other != design);
        let concluded = self.concluded();
        let sessions = self.seen.sessions.differences(self.studies, &concluded);
        let standings = order.iter().map(|&design| Standing {
            design: self.names[design].clone(),
            machines: self.machines(design),
            place_from: 1 + others(design).filter(|&other| better(other, design)).count(),
            place_to: order.len() - others(design).filter(|&other| better(design, other)).count(),
            downtime_min_per_month: self.downtime(design),
            sessions_lost_per_month: self.seen.sessions.lost(design, self.design(design), &concluded),
        });
        let in_order = pairs(order.len()).map(|(a, b)| (order[a], order[b]));
        let told = in_order.map(|(a, b)| {
            let at = self.pair_at(a.min(b), a.max(b));
            let place = self.seen.sessions.place((a.min(b), a.max(b)));
            let sessions = place.map(|place| sessions.pair(place, a > b, &self.names[b]));
            Pair { sessions, ..self.pair(a, b, &all[at], adjusted[at]) }
        });
        Comparison {
            schema: SCHEMA,
            trials: self.trials,
            horizon_h: self.first.measure.horizon.since(SimTime::ZERO).as_hours(),
            confidence: self.first.confidence.level(),
            standings: standings.collect(),
            pairs: told.collect(),
            notes: self.notes(),
        }
    }

    /// Where a pair (a before b) stands among all.
    fn pair_at(&self, a: usize, b: usize) -> usize {
        let designs = self.names.len();
        a * designs - a * (a + 1) / 2 + b - a - 1
    }

    fn study_of(&self, design: usize) -> (usize, usize) {
        let mut left = design;
        for (at, study) in self.studies.iter().enumerate() {
            if left < study.designs.len() {
                return (at, left);
            }
            left -= study.designs.len();
        }
        (0, 0)
    }

    fn machines(&self, design: usize) -> u64 {
        self.design(design).capacity()
    }

    /// Whether no chance reaches a design.
    fn is_exact(&self, design: usize) -> bool {
        let study = &self.studies[self.study_of(design).0];
        self.seen.missed[design].is_constant() && !chance::reaches(study, self.design(design))
    }

    fn downtime(&self, design: usize) -> Estimate {
        let missed = &self.seen.missed[design];
        if self.is_exact(design) {
            return Estimate::known(missed.mean() * self.factor(), missed.hits(), Quality::Exact);
        }
        crate::conclude::estimate(&self.missed_ms(design, self.first.confidence), self.factor())
    }

    /// The missed time of a trial.
    fn missed_ms(&self, design: usize, level: Confidence) -> MeanEstimate {
        let study = &self.studies[self.study_of(design).0];
        missed_ms(study, self.design(design), &self.kinds[design], &self.seen.missed[design], level)
    }

    fn design(&self, design: usize) -> &Design {
        let (study, within) = self.study_of(design);
        &self.studies[study].designs[within]
    }

    fn concluded(&self) -> Concluded {
        let horizons = self.studies.iter().map(|study| study.measure.horizon.as_ms());
        let horizon_ms = horizons.max().unwrap_or(0) as f64;
        Concluded { horizon_ms, measured_ms: self.measured_ms(), confidence: self.first.confidence }
    }

    fn gap(&self, of: &DifferenceEstimate) -> Gap {
        let factor = self.factor();
        let (low, high) = of.bounds.ends();
        Gap { min_per_month: of.mean * factor, low: low * factor, high: high * factor, hits: of.hits }
    }

    /// The pair as `a` less `b`, whichever stands first among the sums.
    fn pair(&self, a: usize, b: usize, all: &DifferenceEstimate, p_adjusted: f64) -> Pair {
        let turned = |gap: Gap| {
            let turn = |of: f64| if of == 0.0 { 0.0 } else { -of };
            if a < b {
                gap
            } else {
                Gap { min_per_month: turn(gap.min_per_month), low: turn(gap.high), high: turn(gap.low), ..gap }
            }
        };
        let mut difference = turned(self.gap(all));
        let ends = (difference.low, difference.high);
        (difference.low, difference.high) =
            crate::conclude::within_bounds(self.names.len(), ends, self.downtime(a), self.downtime(b));
        let causes = self.causes(self.pair_at(a.min(b), a.max(b))).into_iter();
        Pair {
            design: self.names[a].clone(),
            against: self.names[b].clone(),
            same_storms: difference_of_storms(self.study(a), self.study(b)).is_none(),
            difference,
            p_adjusted,
            says: Compared::of(difference.hits, difference.low, difference.high),
            causes: causes.map(|(cause, gap)| (cause, turned(gap))).collect(),
            sessions: None,
        }
    }

    fn study(&self, design: usize) -> &Study {
        &self.studies[self.study_of(design).0]
    }

    /// By cause; the intervals hold for all pairs and causes together.
    fn causes(&self, pair: usize) -> Vec<(String, Gap)> {
        let names = &self.seen.map.names;
        let level = simultaneous_level(self.first.confidence, self.seen.causes.len().max(1) as u64);
        let of_pair = &self.seen.causes[pair * names.len()..(pair + 1) * names.len()];
        let differing = names.iter().zip(of_pair).filter(|(_, moments)| moments.hits() > 0);
        let mut causes: Vec<(String, Gap)> = differing
            .map(|(name, moments)| {
                let all = crate::conclude::with_zeros(moments, self.trials);
                (name.clone(), self.gap(&DifferenceEstimate::new(&all, self.measured_ms(), level)))
            })
            .collect();
        causes.sort_by(|(_, a), (_, b)| b.min_per_month.abs().total_cmp(&a.min_per_month.abs()));
        causes
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for (at, study) in self.studies.iter().enumerate().skip(1) {
            let Some(why) = difference_of_storms(self.first, study) else { continue };
            let first = |study: usize| {
                let at: usize = self.studies[..study].iter().map(|study| study.designs.len()).sum();
                self.names[at].clone()
            };
            notes.push(format!(
                "{} does not live through the storms of {}: {why} differ{}. Their trials are set against each other as \
                 independent ones: the differences are right, but luck is in them twice.",
                first(at),
                first(0),
                if why.contains(" and ") || why.ends_with("modes") { "" } else { "s" },
            ));
        }
        let heavy: Vec<&str> = self.studies.iter().flat_map(crate::conclude::heavy_tails).collect();
        if let Some(mode) = heavy.first() {
            notes.push(format!(
                "Outages of {mode} have no usable variance: no number of trials makes these intervals right"
            ));
        }
        notes.extend(
            self.studies
                .iter()
                .flat_map(|study| &study.designs)
                .flat_map(|of| crate::ceiling::words(of))
                .map(String::from),
        );
        notes
    }
}
