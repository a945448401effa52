//! The table of designs: a line each, or estimates above their intervals, or in two pieces; the first that fits.

use super::answer;
use super::number::{self, Toward};
use super::page::{Grid, Page, Picture, Side, Tone, clean};
use zonefall_study::outcome::{DesignOutcome, Estimate, MINUTES_PER_MONTH, Outcome, Quality, Quantile};

/// What stands in a column of intervals where the figure beside it is a bound: on what is good, and on what is bad.
pub(super) const AT_LEAST: &str = "at least";
pub(super) const AT_MOST: &str = "at most";
/// Nobody takes a bound of more outages a year for one: an outage a minute.
const OUTAGES_MAX: f64 = 525_600.0;
/// Cells of the part that says how available, and of the part that says how bad outages are.
const HOW_AVAILABLE: usize = 5;
/// The columns that are intervals of the column before them.
const INTERVALS: [usize; 2] = [2, 4];

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    page.title("Designs");
    page.picture(Picture::Downtime, None);
    let whole = grid(page, outcome);
    let stacked = stacked(&whole);
    if page.fits(&whole) {
        page.grid(&whole);
    } else if page.fits(&stacked) {
        page.grid(&stacked);
    } else {
        let (first, second) = halves(whole);
        page.grid(&first);
        page.line("");
        page.grid(&second);
    }
    page.paragraph(None, &notes(outcome), Some(Tone::Faint));
}

/// What a window is called in a header.
pub(super) fn window(outcome: &Outcome) -> &'static str {
    let is_month = outcome.window.contains("month") || outcome.window.starts_with("30 d");
    if is_month { "month" } else { "window" }
}

fn grid(page: &Page, outcome: &Outcome) -> Grid {
    let interval = format!("{} interval", number::percent_given(outcome.confidence));
    let window = window(outcome);
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("availability".to_owned(), Side::Left),
        (interval.clone(), Side::Left),
        ("downtime\nmin a month".into(), Side::Right),
        (interval, Side::Left),
        (format!("1-in-10-\nyear {window}"), Side::Right),
        ("outages\na year".into(), Side::Right),
        ("longest\noutage".into(), Side::Right),
        (format!("{window}s\nin breach"), Side::Right),
        ("capacity\nlost".into(), Side::Right),
    ];
    let row = |design: &DesignOutcome| {
        let mut row = vec![clean(&design.design)];
        row.extend(how_available(page, outcome, design));
        row.extend(how_bad(page, design));
        row
    };
    Grid { columns, rows: outcome.designs.iter().map(row).collect() }
}

/// The same with each interval below its estimate.
fn stacked(grid: &Grid) -> Grid {
    let columns = grid.columns.iter().enumerate().filter(|(at, _)| !INTERVALS.contains(at));
    let columns = columns.map(|(at, (header, side))| match grid.columns.get(at + 1) {
        Some((interval, _)) if INTERVALS.contains(&(at + 1)) => (format!("{header}\n{interval}"), *side),
        _ => (header.clone(), *side),
    });
    let stack = |row: &Vec<String>| {
        let cells = row.iter().enumerate().filter(|(at, _)| !INTERVALS.contains(at));
        let cells = cells.map(|(at, cell)| {
            let below = row.get(at + 1).filter(|interval| INTERVALS.contains(&(at + 1)) && !interval.is_empty());
            // What stands before the digits of the estimate stands before those of its interval.
            let indent = " ".repeat(cell.len() - cell.trim_start().len());
            below.map_or_else(|| cell.clone(), |interval| format!("{cell}\n{indent}{interval}"))
        });
        cells.collect()
    };
    Grid { columns: columns.collect(), rows: grid.rows.iter().map(stack).collect() }
}

/// The same as two tables; both begin with the design.
fn halves(mut grid: Grid) -> (Grid, Grid) {
    let mut columns = grid.columns.split_off(HOW_AVAILABLE);
    columns.insert(0, grid.columns[0].clone());
    let second = grid.rows.iter_mut().map(|row| {
        let mut rest = row.split_off(HOW_AVAILABLE);
        rest.insert(0, row[0].clone());
        rest
    });
    let rows = second.collect();
    (grid, Grid { columns, rows })
}

fn how_available(page: &Page, outcome: &Outcome, design: &DesignOutcome) -> Vec<String> {
    let of = design.unavailability;
    let dash = page.sign("–", "-");
    let low = of.low.unwrap_or(of.mean);
    let decimals = number::target_decimals(outcome.target_share);
    let [worst, _, best] = number::availability_between(of.high, of.mean, low, decimals);
    let [mean, low, high] = minutes(of.times(MINUTES_PER_MONTH));
    let availability = answer::availability(page, outcome, design);
    match of.quality {
        Quality::Interval => vec![availability, format!("{worst}{dash}{best}"), mean, format!("{low}{dash}{high}")],
        Quality::UpperBound => {
            vec![availability, AT_LEAST.into(), at_most(page, &high), AT_MOST.into()]
        }
        Quality::Recorded => vec![availability, String::new(), mean, String::new()],
        Quality::Exact => vec![availability, "exact".into(), mean, "exact".into()],
    }
}

/// The words of a bound on what is good and on what is bad, with how sure it is.
pub(crate) fn with(confidence: f64) -> [String; 2] {
    [AT_LEAST, AT_MOST].map(|words| format!("{words}, with {}", number::percent_given(confidence)))
}

/// Minutes and both ends of their interval, in digits of the largest: wherever downtime stands, it reads the same.
pub(crate) fn minutes(of: Estimate) -> [String; 3] {
    let low = of.low.unwrap_or(of.mean);
    let digits = number::decimals_of(&[of.mean, low, of.high]);
    let shown = |minutes: f64, toward| number::fixed(minutes, digits, toward);
    let [low, high] = number::ends(low, of.high, shown);
    [shown(of.mean, Toward::Up), low, high]
}

/// The same as one figure: of few misses only what it is at most.
pub(super) fn downtime(page: &Page, of: Estimate) -> String {
    let [mean, _, most] = minutes(of);
    if of.quality == Quality::UpperBound { at_most(page, &most) } else { mean }
}

fn how_bad(page: &Page, design: &DesignOutcome) -> Vec<String> {
    let breach = design.windows_met.map(|met| Estimate {
        mean: 1.0 - met.mean,
        high: 1.0 - met.low.unwrap_or(0.0),
        low: Some(1.0 - met.high),
        quality: match met.quality {
            Quality::Interval if met.hits == 0 => Quality::UpperBound,
            quality => quality,
        },
        hits: met.hits,
    });
    vec![
        length(design.once_in_10_years_min),
        outages(page, design.outages_per_year),
        length(design.longest_p95_min),
        breach.map_or_else(|| number::NONE.into(), |of| share_of_few(page, of)),
        estimate(page, design.capacity_lost, |share| number::percent(share, Toward::Up)),
    ]
}

/// Outages a year; a bound that says nothing is none.
fn outages(page: &Page, of: Estimate) -> String {
    if of.quality == Quality::UpperBound && of.high > OUTAGES_MAX {
        return number::NONE.into();
    }
    estimate(page, of, |number| number::plain(number, Toward::Up))
}

/// A share; of few trials only what it is at most.
pub(super) fn share_of_few(page: &Page, of: Estimate) -> String {
    let quality = if of.is_of_few() { Quality::UpperBound } else { of.quality };
    estimate(page, Estimate { quality, ..of }, |share| number::percent(share, Toward::Up))
}

/// An estimate as its mean, or as "≤ x" where only an upper bound is known.
pub(super) fn estimate(page: &Page, of: Estimate, show: impl Fn(f64) -> String) -> String {
    match of.quality {
        Quality::Interval | Quality::Recorded | Quality::Exact => show(of.mean),
        Quality::UpperBound => at_most(page, &show(of.high)),
    }
}

fn at_most(page: &Page, shown: &str) -> String {
    format!("{} {shown}", page.sign("≤", "<="))
}

/// A quantile as a length of time, marked where the sample is too small for an interval.
fn length(of: Option<Quantile>) -> String {
    let Some(of) = of else { return number::NONE.into() };
    let mark = if is_thin(&of) { "*" } else { "" };
    let length = if of.value == 0.0 { "none".into() } else { number::duration(of.value) };
    format!("{length}{mark}")
}

fn is_thin(of: &Quantile) -> bool {
    of.high.is_none()
}

fn notes(outcome: &Outcome) -> String {
    let window = window(outcome);
    let quantiles = outcome.designs.iter().flat_map(|design| [design.once_in_10_years_min, design.longest_p95_min]);
    let thin = quantiles.flatten().any(|of| is_thin(&of));
    let mut notes = format!(
        "1-in-10-year {window}: the downtime that a {window} exceeds once in ten years. Longest outage: 95 % of trials \
         have none longer; none: so many have no outage at all. Availability is rounded down, downtime up, intervals outwards."
    );
    if thin {
        notes.push_str(" *: too few observations for an interval, and perhaps too low.");
    }
    notes
}
