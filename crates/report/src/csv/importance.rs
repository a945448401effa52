//! `importance`: one long table, a row per design and cause, zone or rate.

use super::cell::{Cell, CsvLocale};
use super::sheet::{Field, Sheet, estimate, field};
use crate::files::FilesError;
use zonefall_study::importance::Importance;
use zonefall_study::outcome::{Estimate, MINUTES_PER_MONTH};

#[derive(Default)]
struct Row<'a> {
    design: &'a str,
    what: &'static str,
    name: &'a str,
    charged: Option<Estimate>,
    elasticity: [Option<f64>; 3],
    spared: Option<Estimate>,
    unavailability: Option<Estimate>,
    per_event: Option<Estimate>,
    rates: [Option<f64>; 3],
    confidence: &'a str,
    ends: [Option<Estimate>; 2],
    turns: [Option<bool>; 2],
}

pub(crate) fn importance(of: &Importance, locale: CsvLocale) -> Result<Sheet, FilesError> {
    let mut rows = Vec::new();
    for design in &of.designs {
        let named = |what, name| Row { design: &design.design, what, name, ..Row::default() };
        rows.extend(design.causes.iter().map(|cause| Row {
            charged: Some(cause.charged_min_per_month),
            elasticity: cause.elasticity.map_or([None; 3], |of| [Some(of.mean), of.low, of.high]),
            spared: Some(cause.spared_if_never),
            unavailability: Some(cause.unavailability_if_never),
            per_event: cause.per_event_a_year,
            ..named("cause", &cause.cause)
        }));
        if design.own_min_per_month.hits > 0 {
            rows.push(Row { charged: Some(design.own_min_per_month), ..named("fleet", "") });
        }
        rows.extend(design.parts.iter().map(|part| Row {
            spared: Some(part.spared_if_never),
            unavailability: Some(part.unavailability_if_never),
            ..named("zone", &part.part)
        }));
        rows.extend(design.tornado.iter().map(|swing| Row {
            rates: [swing.rate, swing.rate_low, swing.rate_high].map(Some),
            confidence: &swing.confidence,
            ends: [Some(swing.at_low), Some(swing.at_high)],
            turns: [Some(swing.turns_verdict), design.verdict_windows.map(|_| swing.turns_windows)],
            ..named("rate", &swing.mode)
        }));
    }
    let fields: Vec<Vec<Field<Row<'_>>>> = [about(), worth(), rates()].into_iter().flatten().collect();
    Sheet::write("importance.csv", fields, rows, locale)
}

type Fields<'a> = Vec<Vec<Field<Row<'a>>>>;

fn number<'a>(
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    read: fn(&Row<'_>) -> Option<f64>,
) -> Vec<Field<Row<'a>>> {
    field(name, unit, meaning, move |row: &Row<'_>| Cell::maybe(read(row)))
}

fn about<'a>() -> Fields<'a> {
    vec![
        field("design", "", "the design", |row: &Row<'_>| Cell::text(row.design)),
        field("what", "", "cause, fleet (what it does itself), zone or rate", |row: &Row<'_>| Cell::text(row.what)),
        field("name", "", "which", |row: &Row<'_>| Cell::text(row.name)),
    ]
}

fn worth<'a>() -> Fields<'a> {
    vec![
        estimate("charged", "min/month", "downtime charged to it", |row: &Row<'_>| row.charged),
        number("elasticity", "", "percent of downtime for a percent of its rate", |row| row.elasticity[0]),
        number("elasticity_low", "", "lower end of elasticity; empty with few trials", |row| row.elasticity[1]),
        number("elasticity_high", "", "upper end of elasticity", |row| row.elasticity[2]),
        estimate(
            "spared_if_never_min_per_month",
            "min/month",
            "downtime that would not be, had it never happened; of an upper bound no more than that is spared",
            |row: &Row<'_>| row.spared,
        ),
        estimate("unavailability_if_never", "share", "unavailability then", |row: &Row<'_>| row.unavailability),
        estimate(
            "per_event_a_year",
            "min/month",
            "downtime for one more event a year of each unit",
            |row: &Row<'_>| row.per_event,
        ),
    ]
}

fn rates<'a>() -> Fields<'a> {
    let minutes = |of: Option<Estimate>| of.map(|of| of.times(MINUTES_PER_MONTH));
    vec![
        number("rate", "1/year", "the stated rate per unit", |row| row.rates[0]),
        number("rate_low", "1/year", "its low end", |row| row.rates[1]),
        number("rate_high", "1/year", "its high end", |row| row.rates[2]),
        field("confidence", "", "how well it is known", |row: &Row<'_>| Cell::text(row.confidence)),
        estimate("downtime_at_low_rate", "min/month", "downtime at the low rate", move |row: &Row<'_>| {
            minutes(row.ends[0])
        }),
        estimate("downtime_at_high_rate", "min/month", "downtime at the high rate", move |row: &Row<'_>| {
            minutes(row.ends[1])
        }),
        field("turns_verdict", "", "whether an end turns the verdict on the mean", |row: &Row<'_>| turns(row.turns[0])),
        field("turns_windows", "", "whether an end turns the verdict on windows", |row: &Row<'_>| turns(row.turns[1])),
    ]
}

fn turns(of: Option<bool>) -> Cell {
    of.map_or(Cell::Empty, |turns| Cell::text(if turns { "yes" } else { "no" }))
}
