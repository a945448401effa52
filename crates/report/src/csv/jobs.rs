//! `jobs.csv`: batches of jobs, a row per design that has them.

use super::bounded::Bounded;
use super::cell::{Cell, CsvLocale};
use super::sheet::{Field, Sheet, bounded, field, quantile};
use crate::files::FilesError;
use zonefall_study::outcome::{JobsOutcome, Outcome};

type Row<'a> = (&'a str, &'a JobsOutcome);

pub(crate) fn jobs(outcome: &Outcome, locale: CsvLocale) -> Result<Sheet, FilesError> {
    let fields: Vec<Vec<Field<Row>>> = vec![
        field("design", "", "the design", |of: &Row| Cell::text(of.0)),
        field("batches", "batches", "batches whose deadline passed, over all trials", |of: &Row| {
            Cell::Count(of.1.batches)
        }),
        bounded("met", "share", "share of them of which all was done by their deadline", |of: &Row| {
            Some(Bounded::at_least_of_few(of.1.met))
        }),
        field("complete", "batches", "batches that became complete at all, which clearance is told of", |of: &Row| {
            of.1.complete.map_or(Cell::Empty, Cell::Count)
        }),
        quantile("clearance_p50_h", "h", "half of the batches are complete this long after they came", |of: &Row| {
            of.1.clearance_p50_h
        }),
        quantile("clearance_p95_h", "h", "the same of 95 of 100", |of: &Row| of.1.clearance_p95_h),
        quantile("clearance_p99_h", "h", "the same of 99 of 100", |of: &Row| of.1.clearance_p99_h),
    ];
    let rows = outcome.designs.iter().filter_map(|design| Some((design.design.as_str(), design.jobs.as_ref()?)));
    Sheet::write("jobs.csv", fields, rows, locale)
}
