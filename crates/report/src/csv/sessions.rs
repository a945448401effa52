//! `sessions.csv`: sessions that are lost, a row per design that has some for all of them, then one per cause.

use super::cell::{Cell, CsvLocale};
use super::sheet::{Field, Sheet, estimate, field};
use crate::files::FilesError;
use zonefall_study::outcome::{Estimate, Outcome};

struct Row<'a> {
    design: &'a str,
    cause: &'a str,
    lost: Estimate,
    share: f64,
    begun: Option<f64>,
    of_begun: Option<f64>,
}

pub(crate) fn sessions(outcome: &Outcome, locale: CsvLocale) -> Result<Sheet, FilesError> {
    let fields: Vec<Vec<Field<Row>>> = vec![
        field("design", "", "the design", |of: &Row| Cell::text(of.design)),
        field("cause", "", "what the sessions are lost to; empty in the row of all of them", |of: &Row| {
            Cell::text(of.cause)
        }),
        estimate("sessions_lost_per_month", "1/month", "sessions lost with the machines that held them", |of: &Row| {
            Some(of.lost)
        }),
        field("share", "share", "of all sessions that are lost", |of: &Row| Cell::Number(of.share)),
        field("sessions_begun_per_month", "1/month", "sessions that begin", |of: &Row| Cell::maybe(of.begun)),
        field("lost_share", "share", "sessions lost, of those that begin", |of: &Row| Cell::maybe(of.of_begun)),
    ];
    Sheet::write("sessions.csv", fields, rows(outcome), locale)
}

fn rows(outcome: &Outcome) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for design in &outcome.designs {
        let Some(of) = &design.sessions else { continue };
        let name = design.design.as_str();
        let (begun, of_begun) = (Some(of.begun_per_month), Some(of.lost_share));
        rows.push(Row { design: name, cause: "", lost: of.lost_per_month, share: 1.0, begun, of_begun });
        rows.extend(of.causes.iter().map(|cause| Row {
            design: name,
            cause: &cause.cause,
            lost: cause.lost_per_month,
            share: cause.share,
            begun: None,
            of_begun: None,
        }));
    }
    rows
}
