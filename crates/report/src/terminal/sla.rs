//! Azure's own yardstick, apart from the objective.

use super::designs::estimate;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::{MINUTES_PER_MONTH, Outcome, Quality, SlaOutcome};

const NOTE: &str = "Uptime here is a connection to at least one machine, whatever the objective needs. Meeting it does \
                    not meet the objective, and a credit is not the cost of an outage.";

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    if outcome.designs.iter().all(|design| design.sla.is_none()) {
        return;
    }
    page.title("Azure's own SLA, another yardstick");
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("promise".into(), Side::Right),
        ("uptime".into(), Side::Right),
        ("unconnected\nmin a month".into(), Side::Right),
        ("windows\nbelow".into(), Side::Right),
        ("expected\ncredit".into(), Side::Right),
    ];
    let rows = outcome.designs.iter().map(|design| {
        let mut row = vec![clean(&design.design)];
        row.extend(match &design.sla {
            Some(sla) => cells(page, sla),
            None => vec!["none".into()],
        });
        row.resize(columns.len(), String::new());
        row
    });
    page.grid(&Grid { rows: rows.collect(), columns });
    page.paragraph(None, &format!("Promises: {}. {NOTE}", promises(outcome)), Some(Tone::Faint));
}

/// Every promise that applies somewhere, once, in words.
fn promises(outcome: &Outcome) -> String {
    let mut names: Vec<&str> = Vec::new();
    for sla in outcome.designs.iter().filter_map(|design| design.sla.as_ref()) {
        if !names.contains(&sla.name.as_str()) {
            names.push(&sla.name);
        }
    }
    names.join("; ")
}

fn cells(page: &Page, sla: &SlaOutcome) -> Vec<String> {
    let up = |share| number::percent(share, Toward::Up);
    let below = sla.breach_share.map(|of| match (of.hits, of.quality) {
        (0, Quality::Interval) => format!("{} {}", page.sign("≤", "<="), up(of.high)),
        _ => estimate(page, of, up),
    });
    vec![
        number::percent_given(sla.promise),
        uptime(page, sla),
        estimate(page, sla.unconnected_min_per_month, |minutes| number::plain(minutes, Toward::Up)),
        below.unwrap_or_else(|| number::NONE.into()),
        format!("{} %", number::plain(sla.expected_credit_percent, Toward::Down)),
    ]
}

fn uptime(page: &Page, sla: &SlaOutcome) -> String {
    let of = sla.unconnected_min_per_month;
    let shown = |minutes: f64| {
        let decimals = number::target_decimals(sla.promise);
        number::availabilities(&[minutes / MINUTES_PER_MONTH], decimals).concat()
    };
    match of.quality {
        Quality::Interval | Quality::Recorded => format!("{} %", shown(of.mean)),
        Quality::UpperBound => format!("{} {} %", page.sign("≥", ">="), shown(of.high)),
    }
}
