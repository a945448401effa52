//! Every design against the first, on the same storms.

use super::number::{self, Toward};
use super::page::{Grid, Page, Picture, Side, Tone, clean};
use zonefall_study::outcome::{Difference, Outcome, Quality};

/// What is said of designs with upper bounds only.
pub(super) const CUT: &str = "Both designs have an upper bound only: the interval is cut at what the two bounds allow, which hold each by itself.";

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    let Some(first) = outcome.differences.first() else { return };
    page.title(&format!("Against {}, on the same storms", clean(&first.against)));
    page.picture(Picture::Differences, None);
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("difference\nmin a month".into(), Side::Right),
        (format!("{} interval\nfor all together", number::percent_given(outcome.confidence)), Side::Left),
        (String::new(), Side::Left),
    ];
    let minus = page.sign('−', '-');
    let rows = outcome.differences.iter().map(|of| row(of, minus)).collect();
    page.grid(&Grid { columns, rows });
    let bounded = |name: &str| {
        let of = outcome.designs.iter().find(|of| of.design == name);
        of.is_some_and(|of| of.unavailability.quality == Quality::UpperBound)
    };
    // Among more designs nothing is cut.
    let alone = if let [of] = &outcome.differences[..] { Some(of) } else { None };
    if alone.is_some_and(|of| of.hits > 0 && bounded(&of.design) && bounded(&of.against)) {
        page.paragraph(None, CUT, Some(Tone::Faint));
    }
}

/// The design, the difference, its interval, and what that says.
pub(crate) fn row(of: &Difference, minus: char) -> Vec<String> {
    let cells = cells(of.downtime_min_per_month, (of.low, of.high), of.hits, minus);
    [clean(&of.design)].into_iter().chain(cells).chain([of.says.to_string()]).collect()
}

/// A difference that so many trials show, to the nearest with two significant digits at least, and its interval.
pub(super) fn cells(mean: f64, ends: (Option<f64>, Option<f64>), hits: u64, minus: char) -> [String; 2] {
    cells_with(mean, ends, hits, 0, minus)
}

/// The same with at least so many decimals: those of the causes that sum to it.
pub(super) fn cells_with(
    mean: f64,
    (low, high): (Option<f64>, Option<f64>),
    hits: u64,
    decimals_min: u32,
    minus: char,
) -> [String; 2] {
    let largest = [Some(mean), low, high].into_iter().flatten().fold(0.0, |most: f64, of| most.max(of.abs()));
    let decimals = number::decimals_of(&[largest]).max(number::decimals_together(&[mean])).max(decimals_min);
    let end = |value: f64, toward| number::signed(value, largest, toward, minus);
    if hits == 0 {
        return ["0".into(), String::new()];
    }
    let interval = match (low, high) {
        (Some(low), Some(high)) if low == high => String::new(),
        (Some(low), Some(high)) => number::ends(low, high, end).join(" to "),
        _ => number::NONE.into(),
    };
    [number::signed_to(mean, decimals, Toward::Nearest, minus), interval]
}
