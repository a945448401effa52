//! Cost against availability as a picture, of the designs of a run and of those of a plan.

use super::figures::Figure;
use crate::chart::{self, Offer as Dot, Words};
use crate::frontier::{Standing, at, offered};
use crate::number;
use crate::page::{Page, Picture, Style, clean};
use crate::terminal::{availability, cost_words, minutes_of, plan_availability, plan_downtime, target};
use zonefall_study::outcome::{MINUTES_PER_MONTH, Outcome, Quality};
use zonefall_study::plan::{Offer, Planned, Verdict};

/// Offers of a plan that are drawn.
const OFFERS_MAX: usize = 30;

/// The designs of a run that have a bill.
pub(super) fn frontier(outcome: &Outcome) -> Option<Figure> {
    let money = outcome.money.as_ref()?;
    let page = Page::new(Style::WORDS);
    let dots: Vec<Dot> = offered(outcome)
        .into_iter()
        .map(|offer| {
            let (of, bill) = (offer.of.unavailability, offer.bill);
            let words = availability(&page, outcome, offer.of).trim().to_owned();
            let cost = number::count(at(bill).max(0.0).ceil() as u64);
            let bound = of.quality == Quality::UpperBound;
            let [mean, _, most] = minutes_of(of.times(MINUTES_PER_MONTH));
            Dot {
                label: clean(&offer.of.design),
                words: format!("{cost}, {words}"),
                tip: format!(
                    "{}: {cost} {} a month, {words}, {}{} min of downtime a month; {}",
                    clean(&offer.of.design),
                    clean(&money.currency),
                    if bound { "at most " } else { "" },
                    if bound { most } else { mean },
                    clean(&offer.standing.words())
                ),
                cost: at(bill),
                cost_ends: bill.low.map(|low| (low, bill.high)),
                missed: at(of),
                missed_ends: (of.low.filter(|low| !bound && *low > 0.0), of.high),
                on: offer.standing == Standing::On,
            }
        })
        .collect();
    let words = Words {
        axis: format!("{} a month; cheaper on the left", clean(&money.currency)),
        goal: (1.0 - outcome.target_share, format!("objective {}", target(outcome))),
    };
    let caption = "Cheaper on the left, better above. Filled circles: no other design costs as little and misses as little; the line is \
                   the border that they make. Empty squares lie behind it, are not told apart from what is cheaper, or cannot be placed. Upright lines are intervals; an arrow: only a bound is \
                   known, or the design lies beyond the edge, so far that the others could not be told apart. By the numbers the list names the designs.";
    Figure::new(caption, None, |width| chart::scatter("Cost against availability", &dots, &words, width))
}

/// The frontier of a plan, and what its answer names beside it.
pub(super) fn plan_figure(picture: Picture, of: &Planned) -> Option<Figure> {
    if picture != Picture::Frontier {
        return None;
    }
    let mut offers: Vec<(&Offer, bool)> = of.frontier.iter().map(|offer| (offer, true)).collect();
    let named = [&of.best, &of.runner_up, &of.cheaper, &of.closest].into_iter().flatten().chain(&of.ties);
    for offer in named {
        if !offers.iter().any(|(other, _)| other.design == offer.design) {
            offers.push((offer, false));
        }
    }
    offers.truncate(OFFERS_MAX);
    offers.sort_by(|a, b| a.0.cost.total_cmp(&b.0.cost).then(a.0.shown().total_cmp(&b.0.shown())));
    let role = |offer: &Offer| {
        let is = |named: &Option<Offer>| named.as_ref().is_some_and(|named| named.design == offer.design);
        match () {
            () if is(&of.best) && of.verdict == Verdict::Found => " (the answer)",
            () if is(&of.best) => " (most promising)",
            () if is(&of.runner_up) => " (runner-up)",
            () if is(&of.cheaper) => " (cheaper, misses it)",
            () if is(&of.closest) => " (closest)",
            () => "",
        }
    };
    let page = Page::new(Style::WORDS);
    let dot = |&(offer, on): &(&Offer, bool)| {
        let share = plan_availability(&page, of, offer);
        let name = format!("{}{}", clean(&offer.design), role(offer));
        Dot {
            tip: format!(
                "{name}: {}, {share}, {} min missed a month",
                cost_words(of, offer),
                plan_downtime(&page, offer)
            ),
            words: format!("{}, {share}", number::count(offer.cost.max(0.0).ceil() as u64)),
            label: name,
            cost: offer.cost,
            cost_ends: None,
            missed: offer.shown(),
            missed_ends: (offer.low, offer.high),
            on,
        }
    };
    let dots: Vec<Dot> = offers.iter().map(dot).collect();
    let words = Words {
        axis: format!("{}; cheaper on the left", clean(&of.unit)),
        goal: (1.0 - of.target_share, format!("target {}", number::percent_given(of.target_share))),
    };
    let caption = "Cheaper on the left, better above. Filled circles: designs that miss at least a tenth less than all that is \
                   cheaper and are told apart from the one before, among those that were simulated; empty squares: what the answer names beside them. Upright lines: \
                   intervals that hold for all candidates together; an arrow: only a bound is known, or the design lies beyond the edge.";
    let label = "Cost against availability: designs that miss at least a tenth less than all cheaper ones, and what the answer names";
    Figure::new(caption, None, |width| chart::scatter(label, &dots, &words, width))
}
