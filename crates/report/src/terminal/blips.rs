//! Short breaks of the network, where they are asked for.

use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::Outcome;

const NOTE: &str = "Expected shares of requests, by a closed form beside all other figures: breaks change none of them. Lost: all \
                    tries of a request fail in one break (TF-03).";

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    if outcome.designs.iter().all(|design| design.blips.is_none()) {
        return;
    }
    page.title("Breaks of the network");
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("lost".into(), Side::Right),
        ("if tried once".into(), Side::Right),
        ("breaker".into(), Side::Left),
    ];
    let rows = outcome.designs.iter().filter_map(|design| {
        let of = design.blips?;
        let share = |share| number::percent(share, Toward::Up);
        let breaker = if of.breaker_opens { "opens: nobody tries again" } else { "" };
        Some(vec![clean(&design.design), share(of.lost), share(of.lost_tried_once), breaker.to_owned()])
    });
    page.grid(&Grid { rows: rows.collect(), columns });
    page.paragraph(None, NOTE, Some(Tone::Faint));
}
