//! What the platform and the customer did to the managed sets, a year.

use super::designs::estimate;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::{OPERATION_TABLE, Outcome, Quality};

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
            let what = shown(&operation.operation);
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
    page.paragraph(None, &format!("{}{NOTE}", words(outcome)), Some(Tone::Faint));
}

/// Rows whose names alone do not tell what they count.
const TOLD: [&str; 7] = [
    "failovers_failed",
    "failovers_refused",
    "failover_data_lost_h",
    "retry_storms",
    "retry_storm_h",
    "metastable_h",
    "metastable_if_hit_h",
];

/// A word on those of them that stand in the table.
fn words(outcome: &Outcome) -> String {
    let stands = |name: &str| outcome.designs.iter().flat_map(|of| &of.operations).any(|of| of.operation == name);
    let told = OPERATION_TABLE.iter().filter(|row| TOLD.contains(&row.name) && stands(row.name));
    let told = told.map(|row| format!("{}: {}", shown(row.name), row.doc)).collect::<Vec<_>>().join("; ");
    if told.is_empty() { told } else { format!("{told}. ") }
}

/// An operation's name as tables show it. What is called a storm of retries is an overload where there is one try only.
pub(crate) fn shown(name: &str) -> String {
    match name {
        "retry_storms" => "overloads".into(),
        "retry_storm_h" => "overloaded".into(),
        name => name.trim_end_matches("_h").replace('_', " "),
    }
}

fn percent(outcome: &Outcome) -> String {
    number::percent_given(outcome.confidence).trim_end_matches(" %").to_owned()
}
