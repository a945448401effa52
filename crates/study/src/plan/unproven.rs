//! Why a design that looks good is not the answer, in words.
//!
//! In: a finished search and what its candidates are to the answer. Out: a sentence for each of the few that a reader would ask
//! about: who costs the same as the best and missed less, and who would be it but is not proven to meet.

use super::BAND;
use super::bench::{Bench, Standing};
use super::enough;
use super::roles::Roles;
use super::search::Found;
use crate::outcome::MINUTES_PER_MONTH;

/// So many are named.
const NAMED: usize = 3;

/// Says why not.
pub(super) fn words(bench: &Bench<'_>, allowed: f64, found: &Found, roles: &Roles) -> Vec<String> {
    let name = |of: usize| bench.question.candidates[of].design.name.as_str();
    let minutes = |share: f64| format!("{:.3} min a month", share * MINUTES_PER_MONTH);
    let Some(best) = found.best else {
        let unproven = roles.best.into_iter().filter(|&of| found.standings[of] == Standing::Open);
        return unproven
            .map(|of| format!("`{}` is not proven to meet: {}.", name(of), why(bench, of, allowed)))
            .collect();
    };
    let open = |&of: &usize| of != best && bench.look(of) > 0 && found.standings[of] == Standing::Open;
    let dear = bench.cost(best);
    let promising = |of: &usize| {
        let as_cheap = bench.cost(*of) < dear || bench.cost_the_same(*of, best);
        as_cheap && bench.mean(*of) < (1.0 - BAND) * bench.mean(best)
    };
    let of = bench.order.iter().copied().filter(open).filter(promising).take(NAMED);
    let said = of.map(|of| {
        let cost = if bench.cost_the_same(of, best) { "costs the same and" } else { "is cheaper and" };
        format!(
            "`{}` {cost} missed less in its trials ({} against {}), but is not the answer, for it is not proven to meet: {}. \
             With {} (`trials_max`) it may be.",
            name(of),
            minutes(bench.mean(of)),
            minutes(bench.mean(best)),
            why(bench, of, allowed),
            enough::to_meet(bench, of, allowed).map_or("more trials".into(), |trials| format!("about {trials} trials"))
        )
    });
    said.collect()
}

/// What most of the upper end is, where that is room for what the trials expect too few of.
fn too_rare(bench: &Bench<'_>, candidate: usize, high: f64) -> String {
    match bench.too_rare(candidate) {
        Some((room, kind)) if room > 0.5 * high => format!(
            ", and {:.3} of these are what {} would bring on average, too rare for so many trials",
            room * MINUTES_PER_MONTH,
            kind.words()
        ),
        _ => String::new(),
    }
}

/// What a proof lacks.
fn why(bench: &Bench<'_>, candidate: usize, allowed: f64) -> String {
    let (estimate, minutes) = (bench.estimate(candidate), |share: f64| share * MINUTES_PER_MONTH);
    let high = estimate.bounds.high();
    if high > (1.0 + BAND) * allowed {
        return format!(
            "for all candidates together, it may miss up to {:.3} min a month where {:.3} are allowed, by {} trials of which {} \
             missed{}",
            minutes(high),
            minutes(allowed),
            bench.trials(candidate),
            estimate.hits,
            too_rare(bench, candidate, high)
        );
    }
    match bench.carried_by(candidate) {
        Some((weigh, least)) => format!(
            "its interval lies within what is allowed, but a few long outages carry it: {} trials with a miss weigh like {weigh:.0}, \
             and {least} are asked for",
            estimate.hits
        ),
        None => "no trials were left for it".into(),
    }
}
