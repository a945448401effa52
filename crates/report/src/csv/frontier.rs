//! Cost against availability as a sheet of the workbook: a row a design, by cost.

use super::bounded::Bounded;
use super::cell::{Cell, CsvLocale};
use super::sheet::{Sheet, estimate, field};
use crate::files::FilesError;
use crate::frontier::{Offered, Standing, at, offered, steps};
use zonefall_study::outcome::{MINUTES_PER_MONTH, Outcome};

/// A design, and the step that led to it.
type Row<'a> = (Offered<'a>, Option<(f64, Option<f64>)>);

/// The designs that have a bill.
pub(crate) fn frontier(outcome: &Outcome, locale: CsvLocale) -> Result<Sheet, FilesError> {
    let all = offered(outcome);
    let steps = steps(&all);
    let step = |of: &Offered<'_>| {
        let found = steps.iter().find(|step| step.to.of.design == of.of.design);
        found.map(|step| (step.more, step.a_nine()))
    };
    let rows: Vec<Row<'_>> = all.iter().map(|of| (*of, step(of))).collect();
    let fields = vec![
        field("design", "", "the design, by its bill", |row: &Row<'_>| Cell::text(&row.0.of.design)),
        field("bill", "money/month", "its bill a month; the upper end where only that is known", |row: &Row<'_>| {
            Cell::Number(at(row.0.bill))
        }),
        field(
            "downtime",
            "min/month",
            "its minutes of downtime a month; the upper end where only that is known",
            |row: &Row<'_>| Cell::Number(at(row.0.of.unavailability) * MINUTES_PER_MONTH),
        ),
        estimate("bill_per_month", "money/month", "its bill in a month of 730 hours", |row: &Row<'_>| Some(row.0.bill)),
        super::sheet::bounded("downtime_min_per_month", "min/month", "its downtime", |row: &Row<'_>| {
            Some(Bounded::from(row.0.of.unavailability).minutes_per_month())
        }),
        field(
            "on_frontier",
            "",
            "yes if no other design costs as little and misses as little, and it is told apart from what is cheaper; unplaced if too few \
             of its trials missed to tell",
            |row: &Row<'_>| {
                Cell::text(match row.0.standing {
                    Standing::On => "yes",
                    Standing::Unplaced(_) => "unplaced",
                    Standing::Behind(..) | Standing::NotApart(_) => "no",
                })
            },
        ),
        field(
            "behind",
            "",
            "the design that is as cheap and better, or cheaper and not told apart, or beside which it cannot be placed; empty on the frontier",
            |row: &Row<'_>| match row.0.standing {
                Standing::On => Cell::Empty,
                Standing::Behind(other, _) | Standing::NotApart(other) | Standing::Unplaced(other) => Cell::text(other),
            },
        ),
        field("behind_beyond_doubt", "", "whether the two are told apart", |row: &Row<'_>| match row.0.standing {
            Standing::On => Cell::Empty,
            Standing::Behind(_, sure) => Cell::text(if sure { "yes" } else { "no" }),
            Standing::NotApart(_) | Standing::Unplaced(_) => Cell::text("no"),
        }),
        field(
            "more_per_month",
            "money/month",
            "what it costs more than the design before it on the frontier",
            |row: &Row<'_>| Cell::maybe(row.1.map(|step| step.0)),
        ),
        field(
            "nine_per_month",
            "money/month",
            "what it costs to miss ten times less at the price of this step; at most so much where only a bound of it is known",
            |row: &Row<'_>| Cell::maybe(row.1.and_then(|step| step.1)),
        ),
    ];
    Sheet::write("frontier.csv", fields, rows, locale)
}
