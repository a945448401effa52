//! Cost against availability, and what the next nine costs.

use super::answer::availability;
use super::designs::{AT_MOST, downtime, estimate, minutes};
use super::money::{cash, cents};
use super::number::{self, Toward};
use super::page::{Grid, Page, Picture, Side, Tone, clean};
use crate::frontier::{Offered, Step, offered, steps};
use zonefall_study::outcome::{MINUTES_PER_MONTH, MoneyOutcome, Outcome, Quality};
use zonefall_study::plan::SAME_PRICE;

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    let Some(money) = &outcome.money else { return };
    let all = offered(outcome);
    if all.len() < 2 {
        return;
    }
    page.title("Cost against availability");
    page.picture(Picture::Frontier, None);
    page.grid(&designs(page, outcome, money, &all));
    let steps = steps(&all);
    if !steps.is_empty() {
        page.line("");
        page.grid(&prices(page, money, &steps));
    }
    let words = format!(
        "On the frontier: no other design costs as little and misses as little, by the estimates, and it is told apart from what \
                 is cheaper there. Where the difference of two tells them apart, it decides; a design of which only a bound is known stands at \
                 its bound, and cannot be placed where what its trials missed says otherwise. Bills within {:.1} % are one price. A nine: what it costs to miss ten times less, at the price of this step. The \
                 bill is meant, without credit and without the cost of downtime.",
        SAME_PRICE * 100.0
    );
    let at_once = match outcome.differences.len() {
        0 | 1 => String::new(),
        pairs => format!(
            " Differences are those from the first design, and their intervals hold for {pairs} pairs at once; those of fewer \
             designs (`zonefall compare --only`) are narrower, and may tell more apart."
        ),
    };
    page.paragraph(None, &(words + &at_once), Some(Tone::Faint));
}

fn designs(page: &Page, outcome: &Outcome, money: &MoneyOutcome, all: &[Offered<'_>]) -> Grid {
    let columns = vec![
        ("design".to_owned(), Side::Name),
        (format!("bill\n{} a month", clean(&money.currency)), Side::Right),
        ("availability".into(), Side::Right),
        ("downtime\nmin a month".into(), Side::Right),
        (format!("{} interval", number::percent_given(outcome.confidence)), Side::Left),
        ("beside the others".into(), Side::Text),
    ];
    let row = |of: &Offered<'_>| {
        let missed = of.of.unavailability.times(MINUTES_PER_MONTH);
        let [_, least, most] = minutes(missed);
        vec![
            clean(&of.of.design),
            estimate(page, of.bill, cents),
            availability(page, outcome, of.of),
            downtime(page, missed),
            match missed.quality {
                Quality::Interval => [least, most].join(page.sign("–", "-")),
                Quality::UpperBound => AT_MOST.into(),
                _ => String::new(),
            },
            clean(&of.standing.words()),
        ]
    };
    Grid { columns, rows: all.iter().map(row).collect() }
}

fn prices(page: &Page, money: &MoneyOutcome, steps: &[Step<'_>]) -> Grid {
    let currency = clean(&money.currency);
    let columns = vec![
        ("from".to_owned(), Side::Name),
        ("to".into(), Side::Name),
        (format!("{currency} a\nmonth more"), Side::Right),
        ("times less\nmissed".into(), Side::Right),
        (format!("a nine, {currency}\na month"), Side::Right),
    ];
    let row = |step: &Step<'_>| {
        let (least, most) =
            if step.at_least() { (page.sign("≥ ", ">= "), page.sign("≤ ", "<= ")) } else { ("", "") };
        let times = step.times_less.map(|times| format!("{least}{}", number::plain(times, Toward::Down)));
        let nine = step.a_nine().map(|cost| format!("{most}{}", cash(cost, Toward::Up)));
        let none = || number::NONE.to_owned();
        vec![
            clean(&step.from.of.design),
            clean(&step.to.of.design),
            cash(step.more, Toward::Up),
            times.unwrap_or_else(none),
            nine.unwrap_or_else(none),
        ]
    };
    Grid { columns, rows: steps.iter().map(row).collect() }
}
