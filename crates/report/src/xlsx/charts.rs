//! Native charts, over ranges of the sheets that they stand on.

use super::sheets::{Styles, place, put};
use super::summary::DOWNTIME;
use crate::csv::{Cell, Sheet};
use rust_xlsxwriter::{
    Chart, ChartAxis, ChartErrorBars, ChartErrorBarsType, ChartFormat, ChartLegendPosition, ChartLine, ChartRange,
    ChartType, Worksheet, XlsxError,
};
use zonefall_study::outcome::{DesignOutcome, Outcome, Quality};

/// The height of a row in pixels, as worksheets have it by default.
const ROW_PX: usize = 20;
/// The sheet's columns left of a chart's own table are its list; so many stay free between them.
const GAP: usize = 2;

/// The downtime of the designs with error bars, from the table under row `head`; returns the row below the chart. The
/// error bars need their lengths, which stand beside the table.
pub(super) fn downtime(
    sheet: &mut Worksheet,
    outcome: &Outcome,
    head: usize,
    from: usize,
    styles: &Styles,
) -> Result<usize, XlsxError> {
    if outcome.until_first_miss || outcome.designs.is_empty() {
        return Ok(from);
    }
    let count = outcome.designs.len();
    let ((first, column), (last, _)) = (place(head + 1, DOWNTIME[0].into())?, place(head + count, 0)?);
    let lengths = [DOWNTIME[2] + 2, DOWNTIME[2] + 3];
    let bound = DOWNTIME[2] + 4;
    let names = ["error bar, down", "error bar, up", "upper bound"];
    for (name, column) in names.into_iter().zip([lengths[0], lengths[1], bound]) {
        put(sheet, (head, column.into()), &Cell::Text(format!("{name} (for the chart)")), &styles.head)?;
        sheet.set_column_width(column, 16)?;
    }
    for (at, design) in outcome.designs.iter().enumerate() {
        let of = design.unavailability;
        let minutes = |share: f64| share * zonefall_study::outcome::MINUTES_PER_MONTH;
        let ends = match (of.quality, of.low) {
            (Quality::Interval, Some(low)) => [of.mean - low, of.high - of.mean].map(|length| minutes(length.max(0.0))),
            _ => [0.0, 0.0],
        };
        for (end, column) in ends.into_iter().zip(lengths) {
            put(sheet, (head + 1 + at, column.into()), &Cell::Number(end), styles.number(end, "min"))?;
        }
        if only_a_bound(design) {
            let most = minutes(of.high);
            put(sheet, (head + 1 + at, bound.into()), &Cell::Number(most), styles.number(most, "min/month"))?;
        }
    }
    let range = |column: u16| ChartRange::new_from_range("Summary", first, column, last, column);
    let bars = ChartErrorBarsType::Custom(range(lengths[1]), range(lengths[0]));
    let mut chart = Chart::new(ChartType::Bar);
    chart
        .add_series()
        .set_name("estimate")
        .set_categories(("Summary", first, 0, last, 0))
        .set_values(("Summary", first, column, last, column))
        .set_x_error_bars(ChartErrorBars::new().set_type(bars));
    if outcome.designs.iter().any(only_a_bound) {
        chart
            .add_series()
            .set_name("at most (only a bound is known)")
            .set_categories(("Summary", first, 0, last, 0))
            .set_values(("Summary", first, bound, last, bound))
            .set_format(
                ChartFormat::new().set_no_fill().set_border(ChartLine::new().set_color("#5F6B7A").set_width(1.25)),
            )
            .set_overlap(100);
        chart.legend().set_position(ChartLegendPosition::Bottom);
    } else {
        chart.legend().set_hidden();
    }
    chart.title().set_name("Downtime of the designs, with intervals");
    // The axis of a bar chart's names is its upright one; they stand in the order of the table.
    chart.y_axis().set_reverse();
    chart.x_axis().set_name("minutes a month");
    let shown = outcome.designs.iter().map(|design| {
        let of = design.unavailability;
        (if only_a_bound(design) { of.high } else { of.mean }) * zonefall_study::outcome::MINUTES_PER_MONTH
    });
    spread_out(chart.x_axis(), shown.clone());
    let highs = outcome.designs.iter().map(|design| design.unavailability.high);
    let most = highs.fold(0.0, f64::max) * zonefall_study::outcome::MINUTES_PER_MONTH;
    if decades(shown).is_none() && most > 0.0 && most.is_finite() {
        // Error bars are no part of what a spreadsheet scales an axis by.
        chart.x_axis().set_min(0).set_max(round_above(most));
    }
    chart.y_axis().set_label_interval(1);
    chart.set_alt_text(
        "Mean downtime of each design in minutes a month with its interval, or the bound where only that is known, as in \
         the table above.",
    );
    let height = 120 + 34 * count;
    chart.set_width(900).set_height(u32::try_from(height).unwrap_or(1000));
    let (row, _) = place(from, 0)?;
    sheet.insert_chart(row, 0, &chart)?;
    Ok(from + height / ROW_PX + 2)
}

/// The next half of its power of ten at or above a number.
fn round_above(number: f64) -> f64 {
    let step = libm::pow(10.0, libm::floor(libm::log10(number))) / 2.0;
    libm::ceil(number / step) * step
}

/// So many times apart are nines and not shades.
const APART: f64 = 20.0;

/// Powers of ten around numbers; none where none is above zero.
fn around(numbers: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let shown = numbers.filter(|number| *number > 0.0 && number.is_finite());
    let (least, most) = shown.fold((f64::INFINITY, 0.0), |(least, most): (f64, f64), of| (least.min(of), most.max(of)));
    let ten = |exponent: f64| libm::pow(10.0, exponent);
    (most > 0.0).then(|| (ten(libm::floor(libm::log10(least))), ten(libm::ceil(libm::log10(most)))))
}

/// The same where they are nines apart.
fn decades(numbers: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let all: Vec<f64> = numbers.filter(|number| *number > 0.0 && number.is_finite()).collect();
    let least = all.iter().copied().fold(f64::INFINITY, f64::min);
    around(all.iter().copied()).filter(|_| all.iter().any(|&number| number > APART * least))
}

/// A logarithmic axis for numbers that are nines apart.
fn spread_out(axis: &mut ChartAxis, numbers: impl Iterator<Item = f64>) {
    if let Some((low, high)) = decades(numbers) {
        axis.set_log_base(10).set_min(low).set_max(high);
    }
}

/// Whether the table above has no estimate of a design's downtime, only what it is at most.
fn only_a_bound(design: &DesignOutcome) -> bool {
    design.unavailability.low.is_none()
}

/// Downtime by cause as stacked bars, over a table of design and cause to the right of the list.
pub(super) fn causes(sheet: &mut Worksheet, outcome: &Outcome, list: &Sheet, styles: &Styles) -> Result<(), XlsxError> {
    let mut names: Vec<&str> = Vec::new();
    for cause in outcome.designs.iter().flat_map(|design| &design.causes) {
        if !names.contains(&cause.cause.as_str()) {
            names.push(&cause.cause);
        }
    }
    if names.is_empty() {
        return Ok(());
    }
    let left = list.columns.len() + GAP;
    put(sheet, (0, left), &Cell::text("min a month"), &styles.head)?;
    sheet.set_column_width(place(0, left)?.1, 32)?;
    for (at, name) in names.iter().enumerate() {
        put(sheet, (0, left + 1 + at), &Cell::text(name), &styles.head)?;
        sheet.set_column_width(place(0, left + 1 + at)?.1, 18)?;
    }
    for (at, design) in outcome.designs.iter().enumerate() {
        put(sheet, (at + 1, left), &Cell::text(&design.design), &styles.strong)?;
        for (of, name) in names.iter().enumerate() {
            let minutes = design.causes.iter().find(|cause| cause.cause == *name);
            let minutes = minutes.map_or(0.0, |cause| cause.downtime_min_per_month.mean);
            put(sheet, (at + 1, left + 1 + of), &Cell::Number(minutes), styles.number(minutes, "min"))?;
        }
    }
    let (last, category) = place(outcome.designs.len(), left)?;
    let totals = outcome.designs.iter().map(|design| design.unavailability.mean);
    // Of designs that are nines apart only the shares can be seen side by side.
    let apart = decades(totals).is_some();
    let mut chart = Chart::new(if apart { ChartType::BarPercentStacked } else { ChartType::BarStacked });
    for of in 0..names.len() {
        let (_, column) = place(0, left + 1 + of)?;
        chart
            .add_series()
            .set_name(("Causes", 0, column))
            .set_categories(("Causes", 1, category, last, category))
            .set_values(("Causes", 1, column, last, column));
    }
    chart.title().set_name("Downtime by cause");
    // The axis of a bar chart's names is its upright one; they stand in the order of the table.
    chart.y_axis().set_reverse();
    chart.x_axis().set_name(if apart { "share of the design's downtime" } else { "minutes a month" });
    chart.set_alt_text("Downtime charged to each cause, one bar a design; in minutes a month in the table above.");
    chart.set_width(900).set_height(u32::try_from(160 + 34 * outcome.designs.len()).unwrap_or(1000));
    sheet.insert_chart(last + 2, category, &chart)?;
    Ok(())
}

/// How often windows exceed a downtime, one line a design, over the rows of the list.
pub(super) fn windows(sheet: &mut Worksheet, outcome: &Outcome) -> Result<(), XlsxError> {
    /// `up_to_min` and `exceeded_share` among the columns of the list.
    const COLUMNS: (u16, u16) = (3, 9);
    let mut chart = Chart::new(ChartType::ScatterStraightWithMarkers);
    let (mut row, mut any) = (1, false);
    for design in &outcome.designs {
        // Logarithmic axes have no place for zero: neither for the bar without downtime nor for shares of nothing.
        let bars = design.window_bars.iter().skip(1).take_while(|bar| bar.cumulative_share < 1.0).count();
        let ((first, _), (last, _)) = (place(row + 1, 0)?, place(row + bars, 0)?);
        if bars > 0 {
            any = true;
            let mut format = ChartFormat::new();
            format.set_line(ChartLine::new().set_width(1.75));
            chart
                .add_series()
                .set_name(("Windows", first, 0))
                .set_categories(("Windows", first, COLUMNS.0, last, COLUMNS.0))
                .set_values(("Windows", first, COLUMNS.1, last, COLUMNS.1))
                .set_format(&mut format);
        }
        row += design.window_bars.len();
    }
    if !any {
        return Ok(());
    }
    chart.title().set_name("Windows with more downtime than so many minutes");
    chart.x_axis().set_name("minutes of downtime").set_log_base(10).set_min(1);
    chart.y_axis().set_name("share of windows with more").set_log_base(10).set_num_format("0.####%");
    chart.set_alt_text(
        "Share of windows with more than so many minutes of downtime, one line a design, as in the list.",
    );
    chart.set_width(900).set_height(480);
    sheet.insert_chart(1, 11, &chart)?;
    Ok(())
}

/// Where cost and what is missed stand on a sheet.
pub(super) struct Places<'a> {
    pub(super) sheet: &'a str,
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) cost: usize,
    pub(super) missed: usize,
}

/// Cost against what is missed, a point a row, right of the list.
pub(super) fn frontier(sheet: &mut Worksheet, at: &Places<'_>, table: &Sheet, missed: &str) -> Result<(), XlsxError> {
    if at.first > at.last {
        return Ok(());
    }
    let ((first, cost), (last, column)) = (place(at.first, at.cost)?, place(at.last, at.missed)?);
    let mut chart = Chart::new(ChartType::Scatter);
    chart
        .add_series()
        .set_name("designs")
        .set_categories((at.sheet, first, cost, last, cost))
        .set_values((at.sheet, first, column, last, column));
    chart.title().set_name("Cost against what is missed");
    let column = |column: usize| {
        let rows = table.rows.iter().skip(at.first - 1).take(at.last + 1 - at.first);
        rows.filter_map(move |row| if let Cell::Number(number) = row[column] { Some(number) } else { None })
    };
    chart.x_axis().set_name("cost a month");
    // The differences are what is looked at: not from zero.
    let (cheapest, dearest) = (column(at.cost).fold(f64::INFINITY, f64::min), column(at.cost).fold(0.0, f64::max));
    let step = libm::pow(10.0, libm::floor(libm::log10((dearest - cheapest).max(dearest * 0.01).max(1e-9))));
    if cheapest.is_finite() {
        chart.x_axis().set_min((libm::floor(cheapest / step) * step).max(0.0));
    }
    // What misses little stands high, as on the page.
    chart.y_axis().set_name(missed).set_log_base(10).set_reverse();
    if let Some((low, high)) = around(column(at.missed)) {
        chart.y_axis().set_min(low).set_max(high);
    }
    chart.legend().set_hidden();
    chart.set_alt_text("What each design costs a month against what it misses, one point a row of the list.");
    chart.set_width(760).set_height(460);
    sheet.insert_chart(1, place(0, table.columns.len() + 1)?.1, &chart)?;
    Ok(())
}
