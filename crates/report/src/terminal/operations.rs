//! What the platform and the customer did to the managed sets, a year.

use super::designs::estimate;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::{Outcome, Quality};

const NOTE: &str = "Each row is explained in operations.csv and by `explain operations`.";

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    let designs: Vec<_> = outcome.designs.iter().filter(|design| !design.operations.is_empty()).collect();
    if designs.is_empty() {
        return;
    }
    page.title("What was done to the machines");
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("what".into(), Side::Name),
        ("a year".into(), Side::Right),
        ("95 % interval".into(), Side::Name),
    ];
    let columns = columns.into_iter().map(|(head, side)| (head.replace("95", &percent(outcome)), side)).collect();
    let mut rows = Vec::new();
    for design in designs {
        let mut name = clean(&design.design);
        for operation in &design.operations {
            let what = operation.operation.trim_end_matches("_h").replace('_', " ");
            let plain = |number| number::plain(number, Toward::Up);
            let unit = if operation.in_hours { " h" } else { "" };
            let of = operation.per_year;
            let interval = match (of.low, of.quality) {
                (Some(low), Quality::Interval) => number::ends(low, of.high, number::plain).join(page.sign("–", "-")),
                _ => String::new(),
            };
            rows.push(vec![std::mem::take(&mut name), what, format!("{}{unit}", estimate(page, of, plain)), interval]);
        }
    }
    page.grid(&Grid { rows, columns });
    page.paragraph(None, NOTE, Some(Tone::Faint));
}

fn percent(outcome: &Outcome) -> String {
    number::percent_given(outcome.confidence).trim_end_matches(" %").to_owned()
}
