//! Sweeps and comparisons as tables for spreadsheets: long, one figure a row.

use super::cell::{Cell, CsvLocale};
use super::sheet::{Field, Sheet, field};
use crate::files::FilesError;
use zonefall_study::comparison::{Comparison, Gap, Pair};
use zonefall_study::outcome::{DesignOutcome, Estimate, MINUTES_PER_MONTH};
use zonefall_study::sweep::{Point, Sweep};

/// A figure of a design at a point.
struct Figure<'a> {
    number: u64,
    point: &'a Point,
    design: &'a DesignOutcome,
    name: &'static str,
    unit: &'static str,
    of: Estimate,
}

fn figures(design: &DesignOutcome) -> Vec<(&'static str, &'static str, Estimate)> {
    let times = |of: Estimate, factor: f64| Estimate {
        mean: of.mean * factor,
        low: of.low.map(|low| low * factor),
        high: of.high * factor,
        ..of
    };
    let all = [
        ("unavailability", "share", Some(design.unavailability)),
        ("downtime", "min/month", Some(times(design.unavailability, MINUTES_PER_MONTH))),
        ("windows_met", "share", design.windows_met),
        ("outages", "1/year", Some(design.outages_per_year)),
        ("any_miss", "probability", Some(design.any_miss)),
        ("capacity_lost", "share", Some(design.capacity_lost)),
        ("unserved", "share", design.unserved),
    ];
    all.into_iter().filter_map(|(name, unit, of)| Some((name, unit, of?))).collect()
}

/// One row for each point, design and figure.
pub(crate) fn sweep(of: &Sweep, locale: CsvLocale) -> Result<Sheet, FilesError> {
    let mut fields: Vec<Vec<Field<Figure<'_>>>> =
        vec![field("point", "", "the point, from 1", |row: &Figure<'_>| Cell::Count(row.number))];
    for (at, key) in of.keys.iter().enumerate() {
        fields.push(field(key, "", "its value; empty where the file's own stands", move |row: &Figure<'_>| {
            row.point.values[at].as_deref().map_or(Cell::Empty, value)
        }));
    }
    fields.extend([
        field("design", "", "the design", |row: &Figure<'_>| Cell::text(&row.design.design)),
        field("machines", "", "its machines", |row: &Figure<'_>| Cell::Count(row.design.machines)),
        field("figure", "", "what is told", |row: &Figure<'_>| Cell::text(row.name)),
        field("unit", "", "its unit", |row: &Figure<'_>| Cell::text(row.unit)),
        field("value", "", "the estimate", |row: &Figure<'_>| Cell::Number(row.of.mean)),
        field("low", "", "lower end; empty where it cannot be given", |row: &Figure<'_>| Cell::maybe(row.of.low)),
        field("high", "", "upper end", |row: &Figure<'_>| Cell::Number(row.of.high)),
        field("hits", "trials", "trials with a non-zero observation", |row: &Figure<'_>| Cell::Count(row.of.hits)),
        field("trials", "trials", "trials", |row: &Figure<'_>| Cell::Count(row.point.outcome.trials)),
    ]);
    let rows = of.points.iter().enumerate().flat_map(|(at, point)| {
        point.outcome.designs.iter().flat_map(move |design| {
            figures(design).into_iter().map(move |(name, unit, of)| Figure {
                number: at as u64 + 1,
                point,
                design,
                name,
                unit,
                of,
            })
        })
    });
    Sheet::write("sweep.csv", fields, rows, locale)
}

/// A number is a number for the spreadsheet, too.
fn value(text: &str) -> Cell {
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map_or_else(|| Cell::text(text), Cell::Number)
}

/// One row for each pair, and for each cause of its difference.
pub(crate) fn comparison(of: &Comparison, locale: CsvLocale) -> Result<Sheet, FilesError> {
    type Row<'a> = (&'a Pair, Option<&'a str>, Gap);
    let fields = vec![
        field("design", "", "the design with less downtime", |row: &Row<'_>| Cell::text(&row.0.design)),
        field("against", "", "the other", |row: &Row<'_>| Cell::text(&row.0.against)),
        field("cause", "", "the cause; `all` for the whole difference", |row: &Row<'_>| {
            Cell::text(row.1.unwrap_or("all"))
        }),
        field("difference_min_per_month", "min/month", "its downtime less the other's", |row: &Row<'_>| {
            Cell::Number(row.2.min_per_month)
        }),
        field("difference_low", "min/month", "lower end, simultaneous", |row: &Row<'_>| Cell::Number(row.2.low)),
        field("difference_high", "min/month", "upper end, simultaneous", |row: &Row<'_>| Cell::Number(row.2.high)),
        field("hits", "trials", "trials in which the two differ", |row: &Row<'_>| Cell::Count(row.2.hits)),
        field("p_adjusted", "", "adjusted p value of no difference (Holm)", |row: &Row<'_>| match row.1 {
            None => Cell::Number(row.0.p_adjusted),
            Some(_) => Cell::Empty,
        }),
        field("same_storms", "", "whether both live through the same storms", |row: &Row<'_>| {
            Cell::text(if row.0.same_storms { "yes" } else { "no" })
        }),
        field("says", "", "the difference in words", |row: &Row<'_>| match row.1 {
            None => Cell::text(&row.0.says),
            Some(_) => Cell::Empty,
        }),
    ];
    let rows = of.pairs.iter().flat_map(|pair| {
        let causes = pair.causes.iter().map(move |(cause, gap)| (pair, Some(cause.as_str()), *gap));
        std::iter::once((pair, None, pair.difference)).chain(causes)
    });
    Sheet::write("comparison.csv", fields, rows, locale)
}
