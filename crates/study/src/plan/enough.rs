//! How many trials would about do, where those of a plan do not suffice.
//!
//! In: a search that ended open. Out: the trials of a later look. It is asked what would be proven if further trials showed again
//! what those so far did: means stay, intervals shrink, and what was too rare comes to be expected. Rough, as all that luck may do
//! to a mean is left out.

use super::CHEAPER;
use super::bench::{Bench, Standing, trials_of};
use super::search::Found;

/// Looks that anybody would wait for: eight thousand times the trials.
const MORE_MAX: u32 = 13;

/// Trials of a candidate with which the search would end; none where it ended, or nothing tells.
pub(super) fn for_all(bench: &Bench<'_>, allowed: f64, found: &Found) -> Option<u64> {
    let last = bench.last_look();
    let ends = |look: &u32| {
        let after = |of: usize| match found.standings[of] {
            Standing::Open => bench.judge_after(of, allowed, look - bench.look(of)),
            known => known,
        };
        // Who was never tested is decided by others, or is too dear.
        let tested =
            bench.order.iter().copied().filter(|&of| bench.look(of) > 0 || found.standings[of] != Standing::Open);
        let cheapest =
            tested.map(|of| (after(of), bench.cost(of))).filter(|(standing, _)| *standing != Standing::Misses);
        let mut open = f64::INFINITY;
        for (standing, cost) in cheapest {
            match standing {
                Standing::Meets => return open >= (1.0 - CHEAPER) * cost,
                _ => open = open.min(cost),
            }
        }
        open.is_infinite()
    };
    (last + 1..=last + MORE_MAX).find(ends).filter(|_| !found.decided).map(trials_of)
}

/// Trials with which one candidate would be proven to meet; none where nothing tells.
pub(super) fn to_meet(bench: &Bench<'_>, candidate: usize, allowed: f64) -> Option<u64> {
    let meets = |more: &u32| bench.judge_after(candidate, allowed, *more) == Standing::Meets;
    (1..=MORE_MAX).find(meets).map(|more| trials_of(bench.look(candidate) + more))
}
