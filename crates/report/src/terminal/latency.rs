//! Times of responses, where they are asked for.

use super::designs::estimate;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::{LatencyOutcome, Outcome};

const NOTE: &str = "Times of requests that a machine answers, from closed forms for queues at rest (M/M/c), over all \
                    states of load; slow: demand offered while the 95 % quantile is above the limit; overload: the wait \
                    is withheld and counts as later than any time; p95 and p99 are rounded up.";

const IN_LINE: &str = "Where requests wait in line (service.patience), their times are those of a fluid, and overload is the \
                       share that gives up.";

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    if outcome.designs.iter().all(|design| design.latency.is_none()) {
        return;
    }
    page.title("Times of responses");
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("p50\nms".into(), Side::Right),
        ("p95\nms".into(), Side::Right),
        ("p99\nms".into(), Side::Right),
        ("limit\nof p95".into(), Side::Right),
        ("slow".into(), Side::Right),
        ("in overload".into(), Side::Right),
        ("unsettled".into(), Side::Right),
    ];
    let rows = outcome.designs.iter().filter_map(|design| {
        let mut row = vec![clean(&design.design)];
        row.extend(cells(page, design.latency.as_ref()?));
        Some(row)
    });
    page.grid(&Grid { rows: rows.collect(), columns });
    page.paragraph(None, NOTE, Some(Tone::Faint));
    if outcome.designs.iter().flat_map(|design| &design.latency).any(|of| of.patience_ms.is_some()) {
        page.paragraph(None, IN_LINE, Some(Tone::Faint));
    }
}

fn cells(page: &Page, of: &LatencyOutcome) -> Vec<String> {
    let up = |share| number::percent(share, Toward::Up);
    let time = |ms: Option<f64>| ms.map_or_else(|| "unbounded".into(), |ms| number::plain(ms, Toward::Up));
    vec![
        time(of.p50_ms),
        time(of.p95_ms),
        time(of.p99_ms),
        of.limit_ms.map_or_else(|| number::NONE.into(), |ms| format!("{ms} ms")),
        of.slow.map_or_else(|| number::NONE.into(), |slow| estimate(page, slow, up)),
        up(of.overloaded),
        up(of.unsettled),
    ]
}
