//! Batches of jobs and their deadlines.

use super::designs::estimate;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::{JobsOutcome, Outcome, Quantile};

const NOTE: &str = "Clearance: from the coming of a batch until all of it is done, over the batches that were; workers are \
                    a fluid, and the last job of a batch takes its own time on top.";

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    if outcome.designs.iter().all(|design| design.jobs.is_none()) {
        return;
    }
    page.title("Batches of jobs");
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("missed their\ndeadline".into(), Side::Right),
        ("clearance\nhalf".into(), Side::Right),
        ("95 of 100".into(), Side::Right),
        ("99 of 100".into(), Side::Right),
        ("batches".into(), Side::Right),
    ];
    let rows = outcome.designs.iter().filter_map(|design| {
        let mut row = vec![clean(&design.design)];
        row.extend(cells(page, design.jobs.as_ref()?));
        Some(row)
    });
    page.grid(&Grid { rows: rows.collect(), columns });
    page.paragraph(None, NOTE, Some(Tone::Faint));
}

fn cells(page: &Page, of: &JobsOutcome) -> Vec<String> {
    let mut missed = of.met;
    (missed.mean, missed.high, missed.low) =
        (1.0 - of.met.mean, 1.0 - of.met.low.unwrap_or(0.0), Some(1.0 - of.met.high));
    let length = |of: Option<Quantile>| of.map_or_else(|| number::NONE.into(), |of| number::duration(of.value * 60.0));
    vec![
        estimate(page, missed, |share| number::percent(share, Toward::Up)),
        length(of.clearance_p50_h),
        length(of.clearance_p95_h),
        length(of.clearance_p99_h),
        of.batches.to_string(),
    ]
}
