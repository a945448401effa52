//! What candidates are to an answer: each is one thing only.
//!
//! In: a finished search and its runner-up. Out: the best, ties, what is open, what is cheaper and misses, the closest. A design that
//! would be several is the first of these. Nothing is tested here but the runner-up.

use super::bench::{Bench, Standing, Stopped};
use super::planned::Thumb;
use super::search::Found;
use super::{BAND, CHEAPER};
use crate::run::RunError;
use zonefall_fleet::Need;
use zonefall_stats::Bounds;

/// Candidates among which the runner-up is looked for, next in cost.
const NEXT: usize = 32;
/// Ties and open candidates that are listed.
const LISTED: usize = 20;

/// Who is what.
pub(super) struct Roles {
    /// The cheapest that meets; where the search is not decided and none does, the most promising.
    pub best: Option<usize>,
    pub ties: Vec<usize>,
    /// Cheaper candidates that the trials could not decide.
    pub open: Vec<usize>,
    /// What is cheaper by more than [`CHEAPER`], proven to miss, and misses least.
    pub cheaper: Option<usize>,
    /// The cheapest that misses hardly more than any other, at most, where there is no best.
    pub closest: Option<usize>,
}

impl Roles {
    pub fn new(bench: &Bench<'_>, allowed: f64, found: &Found, runner_up: Option<usize>) -> Self {
        let hope = || bench.hope(allowed, &found.standings).filter(|_| !found.decided);
        let best = found.best.or_else(hope);
        let closest = if best.is_none() { closest(bench) } else { None };
        let mut ties = ties(bench, allowed, found);
        ties.retain(|&of| Some(of) != runner_up);
        let limit = found.best.map(|best| bench.cost(best) * (1.0 - CHEAPER));
        let is_cheaper = |of: usize| limit.is_none_or(|limit| bench.cost(of) < limit);
        let free = |of: usize| ![best, closest, runner_up].contains(&Some(of)) && !ties.contains(&of);
        let standing = |of: usize, standing| free(of) && is_cheaper(of) && found.standings[of] == standing;
        let open = tested(bench).filter(|&of| standing(of, Standing::Open)).take(LISTED).collect();
        let cheaper = limit.and_then(|_| least(bench, tested(bench).filter(|&of| standing(of, Standing::Misses))));
        Self { best, ties, open, cheaper, closest }
    }

    /// The one that comes first, whether it meets the target or not.
    pub fn first(&self) -> Option<usize> {
        self.best.or(self.closest)
    }
}

/// Candidates that have lived through trials, from cheap to dear.
fn tested<'a>(bench: &'a Bench<'_>) -> impl Iterator<Item = usize> + use<'a> {
    bench.order.iter().copied().filter(|&candidate| bench.look(candidate) > 0)
}

/// The one that misses least.
fn least(bench: &Bench<'_>, of: impl Iterator<Item = usize>) -> Option<usize> {
    of.min_by(|&a, &b| bench.mean(a).total_cmp(&bench.mean(b)))
}

/// The cheapest tested candidate whose upper end lies within [`BAND`] of the least: few trials with few misses make none the closest,
/// nor does luck between two that can hardly be told apart.
fn closest(bench: &Bench<'_>) -> Option<usize> {
    let high = |of: usize| bench.estimate(of).bounds.high();
    let least = tested(bench).map(high).fold(f64::INFINITY, f64::min);
    tested(bench).find(|&of| high(of) <= (1.0 + BAND) * least)
}

/// The next cheapest that meets or may, tested as long as the best; of equal cost the one that misses least.
pub(super) fn runner_up(
    bench: &mut Bench<'_>,
    allowed: f64,
    found: &Found,
) -> Result<Result<Option<usize>, Stopped>, RunError> {
    let Some(best) = found.best else { return Ok(Ok(None)) };
    let look = bench.look(best).max(1);
    let comes_next = |&of: &usize| of != best && (bench.cost(of) >= bench.cost(best) || bench.cost_the_same(of, best));
    let next: Vec<usize> = bench.order.iter().copied().filter(comes_next).take(NEXT).collect();
    if bench.test(&next, look)?.is_err() {
        return Ok(Err(Stopped));
    }
    let may =
        |&candidate: &usize| bench.judge(candidate, allowed) != Standing::Misses && bench.mean(candidate) <= allowed;
    let Some(first) = next.iter().copied().find(|candidate| may(candidate)) else { return Ok(Ok(None)) };
    let equals = next.into_iter().filter(|candidate| bench.cost_the_same(first, *candidate) && may(candidate));
    Ok(Ok(equals.min_by(|&a, &b| bench.shown(a).total_cmp(&bench.shown(b)))))
}

fn ties(bench: &Bench<'_>, allowed: f64, found: &Found) -> Vec<usize> {
    let Some(best) = found.best else { return Vec::new() };
    let cost = bench.cost(best);
    let high = bench.estimate(best).bounds.high();
    let misses_more = |of: usize| matches!(bench.estimate(of).bounds, Bounds::Interval(of) if of.low > high);
    let tied = |&candidate: &usize| {
        let near = (bench.cost(candidate) - cost).abs() <= CHEAPER * cost;
        if near {
            let may = bench.look(candidate) > 0 && found.standings[candidate] != Standing::Misses;
            return may && !misses_more(candidate);
        }
        // Cheaper, and proven to miss nine tenths of the budget, but not more than eleven tenths of it.
        let in_band = |bounds: Bounds| matches!(bounds, Bounds::Interval(of) if of.low <= (1.0 + BAND) * allowed);
        bench.cost(candidate) < cost
            && bench.look(candidate) > 0
            && in_band(bench.estimate(candidate).bounds)
            && bench.mean(candidate) <= (1.0 + BAND) * allowed
    };
    bench.order.iter().copied().filter(|&candidate| candidate != best).filter(tied).take(LISTED).collect()
}

/// OV-04 beside what the search says, for designs of one set of which nobody changes the number of machines. Where the answer
/// spans no zones, of the cheapest that does and was seen to meet the target, or of one with the most zones, if none was.
pub(super) fn thumb(bench: &Bench<'_>, allowed: f64, best: usize) -> Option<Thumb> {
    let spans = |&candidate: &usize| match bench.question.candidates[candidate].design.sets.as_slice() {
        [set] => set.zones.len() > 1 && set.management.as_ref().is_none_or(|managed| managed.autoscale.is_none()),
        _ => false,
    };
    let meets = |&candidate: &usize| bench.shown(candidate) <= allowed;
    let spanning = || bench.order.iter().copied().filter(spans);
    let widest = || spanning().max_by_key(|&of| bench.question.candidates[of].design.sets[0].zones.len());
    let seen = spans(&best).then_some(best).or_else(|| spanning().find(meets));
    let of = seen.or_else(widest)?;
    let design = &bench.question.candidates[of].design;
    let [set] = design.sets.as_slice() else { return None };
    let zones = set.zones.len() as u64;
    let peak = match design.need {
        Need::Serving(least) => u64::from(least),
        Need::Served(share, of) => {
            let demand = u128::from(design.demand.as_ref()?.range_milli().1) * u128::from(share);
            demand.div_ceil(u128::from(of) * u128::from(set.serves_milli.max(1))) as u64
        }
        Need::Done(..) | Need::Parts(_) => return None,
    };
    let simulated = seen.map(|_| design.capacity());
    let other = seen.filter(|&of| of != best).map(|_| design.name.clone());
    Some(Thumb { peak, zones, machines: (peak * zones).div_ceil(zones - 1), simulated, other })
}
