//! Declarations that a key helps, checked.
//!
//! A declaration is not used where a feature makes it doubtful (a quota of sets whose machines change, strict balance, autoscale, changes that depend
//! on how many serve). Else pairs of candidates that differ in the key alone live through the same trials; if the better one
//! misses more beyond doubt, the declaration is dropped.

use super::planned::Checked;
use super::{Alike, Key, Question};
use crate::run::RunError;
use crate::stage::Stage;
use crate::study::Study;
use crate::visit::{Visit, Visitor, visit};
use std::collections::BTreeMap;
use zonefall_engine::Key as Luck;
use zonefall_fleet::management::Trigger;
use zonefall_fleet::policy::zone_balance::Balance;
use zonefall_stats::multiple::simultaneous_level;
use zonefall_stats::{DifferenceBounds, DifferenceEstimate, Moments};

/// Pairs that are checked of each key.
const PAIRS: usize = 8;
/// Trials of a pair.
const TRIALS: u64 = 1024;

struct Pairs(Vec<Moments>);

impl Visitor for Pairs {
    fn see(&mut self, _: u64, stages: &[Stage]) {
        for (pair, moments) in self.0.iter_mut().enumerate() {
            let missed = |design: usize| stages[0].ledger(design).missed_ms as i64;
            moments.add(missed(2 * pair) - missed(2 * pair + 1));
        }
    }

    fn merge(&mut self, later: Self) {
        self.0.iter_mut().zip(&later.0).for_each(|(mine, theirs)| mine.merge(theirs));
    }
}

/// Why no declaration of this question is to be trusted.
fn doubt(question: &Question) -> Option<&'static str> {
    let designs = || question.candidates.iter().map(|candidate| &candidate.design);
    let managed = || designs().flat_map(|design| design.sets.iter().filter_map(|set| set.management.as_ref()));
    let grows = |design: &zonefall_fleet::Design| {
        design.quota.is_some() && design.sets.iter().any(|set| set.management.is_some())
    };
    if designs().any(|design| grows(design)) {
        return Some("a quota may refuse more machines");
    }
    if managed().any(|managed| managed.balance.balance == Balance::Strict) {
        return Some("strict balance may block what is larger");
    }
    if managed().any(|managed| managed.autoscale.is_some()) {
        return Some("autoscale reads metrics that more machines dilute");
    }
    let depends = |trigger: &Trigger| matches!(trigger, Trigger::ServingBelow { .. });
    managed()
        .any(|managed| managed.changes.iter().any(|change| depends(&change.trigger)))
        .then_some("changes depend on how many machines serve")
}

/// Which declarations are used, and what is to be said of each.
pub(super) type Declared = (Vec<bool>, Vec<Checked>);

/// Looks at every declaration; none if interrupted.
pub(super) fn check(question: &Question, how: &Visit<'_>) -> Result<Option<Declared>, RunError> {
    let mut used = vec![false; question.keys.len()];
    let mut told = Vec::new();
    let doubt = doubt(question);
    for (at, key) in question.keys.iter().enumerate().filter(|(_, key)| key.more_helps.is_some()) {
        let says = match doubt {
            Some(why) => format!("not used: {why}"),
            None => match pairs_hold(question, at, key, how)? {
                None => return Ok(None),
                Some(Ok((0, _))) => "not used: no two candidates differ in it alone".into(),
                Some(Ok((pairs, told_apart))) => {
                    used[at] = true;
                    let trials = TRIALS.min(question.trials_max);
                    let apart = match told_apart {
                        0 => ", none of which told the two apart".to_owned(),
                        _ if told_apart == pairs => String::new(),
                        _ => format!(", {told_apart} of which told the two apart"),
                    };
                    format!("used: held in {pairs} of {pairs} pairs over {trials} trials{apart}")
                }
                Some(Err(words)) => format!("not used: {words}"),
            },
        };
        told.push(Checked { key: key.name.clone(), used: used[at], says });
    }
    Ok(Some((used, told)))
}

/// Pairs (worse, better) that differ in a key alone, by one step of it.
fn pairs(question: &Question, at: usize, key: &Key) -> Vec<(usize, usize)> {
    let mut alike: BTreeMap<Alike, Vec<(u32, usize)>> = BTreeMap::new();
    for (candidate, of) in question.candidates.iter().enumerate() {
        let mut others = of.values.clone();
        let value = others.remove(at);
        alike.entry((of.shape, others)).or_default().push((value, candidate));
    }
    let mut pairs = Vec::new();
    for mut line in alike.into_values() {
        line.sort_unstable();
        let steps = line.windows(2).map(|step| (step[0].1, step[1].1));
        pairs.extend(steps.map(|(less, more)| if key.more_helps == Some(true) { (less, more) } else { (more, less) }));
    }
    // Which are checked follows from the seed.
    let luck = Luck::root(question.study.seed).named("pairs that are checked").part(at as u64, 0);
    let mut keyed: Vec<(u64, (usize, usize))> =
        pairs.into_iter().enumerate().map(|(pair, of)| (luck.part(pair as u64, 0).word(0), of)).collect();
    keyed.sort_unstable();
    keyed.into_iter().take(PAIRS).map(|(_, pair)| pair).collect()
}

/// Pairs that hold, and those of them in which any trial differed; or the words for one that does not.
type Held = Result<(usize, usize), String>;

/// How many pairs hold, and in how many of them any trial differed; or the words for one that does not; none if interrupted.
fn pairs_hold(question: &Question, at: usize, key: &Key, how: &Visit<'_>) -> Result<Option<Held>, RunError> {
    let pairs = pairs(question, at, key);
    if pairs.is_empty() {
        return Ok(Some(Ok((0, 0))));
    }
    let design = |candidate: usize| question.candidates[candidate].design.clone();
    let designs = pairs.iter().flat_map(|&(worse, better)| [design(worse), design(better)]).collect();
    let study = Study { designs, counterfactual: false, rows: false, ..question.study.clone() };
    let trials = TRIALS.min(question.trials_max);
    let new = || Pairs(vec![Moments::new(); pairs.len()]);
    let Some(Pairs(sums)) = visit(std::slice::from_ref(&study), 0..trials, how, new)? else { return Ok(None) };
    let level = simultaneous_level(study.confidence, pairs.len() as u64);
    let cap = study.measure.horizon.since(study.measure.from).as_ms() as f64;
    for (&(worse, better), differences) in pairs.iter().zip(&sums) {
        if let DifferenceBounds::Interval(of) = DifferenceEstimate::new(differences, cap, level).bounds
            && of.high < 0.0
        {
            let (worse, better) = (&design(worse).name, &design(better).name);
            return Ok(Some(Err(format!("`{better}` misses more than `{worse}`"))));
        }
    }
    Ok(Some(Ok((pairs.len(), sums.iter().filter(|of| of.hits() > 0).count()))))
}
