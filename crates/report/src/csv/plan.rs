//! A plan as a table for spreadsheets: one row for each design that it names, and in which role.

use super::cell::{Cell, CsvLocale};
use super::sheet::{Field, Sheet, estimate, field};
use crate::files::FilesError;
use zonefall_study::outcome::MINUTES_PER_MONTH;
use zonefall_study::plan::{Batches, Offer, Planned, Verdict};

/// Role, target, design, and its batches of jobs where they were counted.
type Named<'a> = (&'static str, Option<f64>, &'a Offer, Option<&'a Batches>);

/// The designs of a plan.
pub(crate) fn plan(of: &Planned, locale: CsvLocale) -> Result<Sheet, FilesError> {
    sheet(&of.keys, rows(of), !of.batches.is_empty(), locale)
}

/// The columns of every plan, to be told of; each has a column for each of its keys besides.
pub(crate) fn plan_columns(locale: CsvLocale) -> Result<Sheet, FilesError> {
    sheet(&[], Vec::new(), true, locale)
}

fn sheet(keys: &[String], rows: Vec<Named<'_>>, jobs: bool, locale: CsvLocale) -> Result<Sheet, FilesError> {
    let mut fields: Vec<Vec<Field<Named<'_>>>> = vec![
        field(
            "role",
            "",
            "best, promising (the best so far, where the trials do not suffice), runner_up, cheaper, tie, open, closest, frontier, or nine",
            |row: &Named<'_>| Cell::text(row.0),
        ),
        field("target", "share", "the target that it answers; empty for the frontier", |row: &Named<'_>| {
            Cell::maybe(row.1)
        }),
        field("design", "", "the design", |row: &Named<'_>| Cell::text(&row.2.design)),
    ];
    for (at, key) in keys.iter().enumerate() {
        fields.push(field(key, "", "its value", move |row: &Named<'_>| {
            let text = &row.2.values[at];
            text.parse::<f64>().ok().filter(|number| number.is_finite()).map_or_else(|| Cell::text(text), Cell::Number)
        }));
    }
    fields.extend([
        field("machines", "", "its machines", |row: &Named<'_>| Cell::Count(row.2.machines)),
        field("cost_per_month", "", "its cost, in the unit of the plan", |row: &Named<'_>| Cell::Number(row.2.cost)),
        field(
            "downtime",
            "min/month",
            "its minutes of downtime a month; the upper end where only that is known",
            |row: &Named<'_>| Cell::Number(row.2.shown() * MINUTES_PER_MONTH),
        ),
        field("quality", "", "interval, or upper_bound where too few trials missed", |row: &Named<'_>| {
            Cell::text(if row.2.is_bound() { "upper_bound" } else { "interval" })
        }),
        field("unavailability", "share", "share of time missed, on average over the trials", |row: &Named<'_>| {
            Cell::Number(row.2.unavailability)
        }),
        field("unavailability_low", "share", "lower end, for all candidates together", |row: &Named<'_>| {
            Cell::maybe(row.2.low)
        }),
        field("unavailability_high", "share", "upper end, for all candidates together", |row: &Named<'_>| {
            Cell::Number(row.2.high)
        }),
        field("trials", "trials", "trials", |row: &Named<'_>| Cell::Count(row.2.trials)),
        field("hits", "trials", "trials with missed time", |row: &Named<'_>| Cell::Count(row.2.hits)),
    ]);
    if jobs {
        fields.extend([
            field(
                "batches",
                "batches",
                "batches of jobs that were counted; empty where none were",
                |row: &Named<'_>| row.3.map_or(Cell::Empty, |of| Cell::Count(of.jobs.batches)),
            ),
            estimate(
                "batches_met",
                "share",
                "share of them that were complete by their deadline; the interval is of this design alone",
                |row: &Named<'_>| row.3.map(|of| of.jobs.met),
            ),
        ]);
    }
    Sheet::write("plan.csv", fields, rows, locale)
}

fn rows(of: &Planned) -> Vec<Named<'_>> {
    let target = Some(of.target_share);
    let first = if of.verdict == Verdict::Found { "best" } else { "promising" };
    let single = [(first, &of.best), ("runner_up", &of.runner_up), ("cheaper", &of.cheaper), ("closest", &of.closest)];
    let mut rows: Vec<(&'static str, Option<f64>, &Offer)> = Vec::new();
    rows.extend(single.into_iter().filter_map(|(role, of)| Some((role, target, of.as_ref()?))));
    rows.extend(of.ties.iter().map(|of| ("tie", target, of)));
    rows.extend(of.open.iter().map(|of| ("open", target, of)));
    rows.extend(of.nines.iter().filter_map(|nine| Some(("nine", Some(nine.target_share), nine.best.as_ref()?))));
    rows.extend(of.frontier.iter().map(|of| ("frontier", None, of)));
    let counted = |offer: &Offer| of.batches.iter().find(|batches| batches.design == offer.design);
    rows.into_iter().map(|(role, target, offer)| (role, target, offer, counted(offer))).collect()
}
