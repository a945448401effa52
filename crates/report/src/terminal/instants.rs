//! How often the objective held at the instants that were asked for.

use super::designs::estimate;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::Outcome;

/// Instants that a table shows; the others are in `designs.csv`.
const SHOWN: usize = 6;

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    if outcome.asked_h.is_empty() {
        return;
    }
    page.title("Up at the instants asked");
    let shown = &outcome.asked_h[..outcome.asked_h.len().min(SHOWN)];
    let heads = shown.iter().map(|&hours| (format!("after\n{}", instant(hours)), Side::Right));
    let columns = std::iter::once(("design".to_owned(), Side::Name)).chain(heads).collect();
    let rows = outcome.designs.iter().map(|design| {
        let held = design.held_at.iter().take(SHOWN);
        let held = held.map(|&held| estimate(page, held, |share| number::percent(share, Toward::Down)));
        std::iter::once(clean(&design.design)).chain(held).collect()
    });
    page.grid(&Grid { rows: rows.collect(), columns });
    let rest = outcome.asked_h.len() - shown.len();
    let more = if rest > 0 { format!(" {rest} more instants are there.") } else { String::new() };
    let note = format!("The share of trials in which the objective held; intervals are in designs.csv.{more}");
    page.paragraph(None, &note, Some(Tone::Faint));
}

/// Hours from the beginning as days, hours and minutes.
fn instant(hours: f64) -> String {
    let minutes = (hours * 60.0).round() as u64;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let parts = [(days, "d"), (hours, "h"), (minutes, "min")];
    let words: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n} {unit}")).collect();
    if words.is_empty() { "0 min".into() } else { words.join(" ") }
}
