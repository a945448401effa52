//! `latency.csv`: times of responses, a row per design that was asked for them.

use super::cell::{Cell, CsvLocale};
use super::sheet::{Field, Sheet, estimate, field};
use crate::files::FilesError;
use zonefall_study::outcome::{LatencyOutcome, Outcome};

type Row<'a> = (&'a str, &'a LatencyOutcome);

pub(crate) fn latency(outcome: &Outcome, locale: CsvLocale) -> Result<Sheet, FilesError> {
    let fields: Vec<Vec<Field<Row>>> = vec![
        field("design", "", "the design", |of: &Row| Cell::text(of.0)),
        field(
            "p50_ms",
            "ms",
            "half of the requests are answered within this; empty if more come in overload",
            |of: &Row| Cell::maybe(of.1.p50_ms),
        ),
        field("p95_ms", "ms", "the same of 95 of 100 requests", |of: &Row| Cell::maybe(of.1.p95_ms)),
        field("p99_ms", "ms", "the same of 99 of 100 requests", |of: &Row| Cell::maybe(of.1.p99_ms)),
        field("limit_ms", "ms", "the objective's limit on p95 at every instant; empty without one", |of: &Row| {
            Cell::maybe(of.1.limit_ms)
        }),
        estimate("slow", "share", "share of demand offered while p95 is above the limit", |of: &Row| of.1.slow),
        field(
            "overloaded",
            "share",
            "share of requests that come while more arrives than is served: their wait is withheld; with service.patience that give up",
            |of: &Row| Cell::Number(of.1.overloaded),
        ),
        field(
            "unsettled",
            "share",
            "share of requests in states or lines too short for the formulas to be right to 5 % (docs/latency.md)",
            |of: &Row| Cell::Number(of.1.unsettled),
        ),
    ];
    let rows = outcome.designs.iter().filter_map(|design| Some((design.design.as_str(), design.latency.as_ref()?)));
    Sheet::write("latency.csv", fields, rows, locale)
}
