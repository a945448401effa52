//! `sessions.csv`: sessions that are lost, a row per design that has some for all of them, with how it differs from the first
//! of these designs, then a row per cause.

use super::bounded::Bounded;
use super::cell::{Cell, CsvLocale};
use super::sheet::{Field, Sheet, bounded, estimate, field};
use crate::files::FilesError;
use zonefall_study::outcome::{Estimate, Outcome, Quality, SessionsDifference};

struct Row<'a> {
    design: &'a str,
    cause: &'a str,
    lost: Estimate,
    share: f64,
    begun: Option<f64>,
    of_begun: Option<f64>,
    difference: Option<&'a SessionsDifference>,
}

/// A difference as other estimates are written.
pub(super) fn difference(of: &SessionsDifference, quality: Quality) -> Estimate {
    Estimate { mean: of.lost_per_month, low: Some(of.low), high: of.high, quality, hits: of.hits }
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
        field("share_of_lost", "share", "of all sessions that the design loses", |of: &Row| Cell::Number(of.share)),
        field("sessions_begun_per_month", "1/month", "sessions that begin", |of: &Row| Cell::maybe(of.begun)),
        field("share_of_begun", "share", "sessions lost, of those that begin", |of: &Row| Cell::maybe(of.of_begun)),
        field("sessions_against", "", "the first design with sessions, on the same storms", |of: &Row| {
            of.difference.map_or(Cell::Empty, |of| Cell::text(&of.against))
        }),
        bounded(
            "sessions_difference_per_month",
            "1/month",
            "sessions lost less those of that design; the interval holds for all rows together",
            |of: &Row| Some(Bounded::from(difference(of.difference?, Quality::Interval))),
        ),
        field(
            "sessions_p_adjusted",
            "share",
            "p value against no difference in sessions lost, adjusted for all rows (Holm); three digits, 0 below 1e-12",
            |of: &Row| of.difference.map_or(Cell::Empty, |of| Cell::p_value(of.p_adjusted)),
        ),
        field(
            "sessions_says",
            "",
            "fewer lost, more lost, not distinguishable, the same in every trial",
            |of: &Row| of.difference.map_or(Cell::Empty, |of| Cell::text(&of.says)),
        ),
    ];
    Sheet::write("sessions.csv", fields, rows(outcome), locale)
}

fn rows(outcome: &Outcome) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for design in &outcome.designs {
        let Some(of) = &design.sessions else { continue };
        let name = design.design.as_str();
        let (begun, of_begun) = (Some(of.begun_per_month), Some(of.share_of_begun));
        let difference = of.difference.as_ref();
        rows.push(Row { design: name, cause: "", lost: of.lost_per_month, share: 1.0, begun, of_begun, difference });
        rows.extend(of.causes.iter().map(|cause| Row {
            design: name,
            cause: &cause.cause,
            lost: cause.lost_per_month,
            share: cause.share_of_lost,
            begun: None,
            of_begun: None,
            difference: None,
        }));
    }
    rows
}
