//! Studies that end a trial at the first miss: when it comes, and whether it comes at all. No availability: the time after
//! the miss is not lived through.

use super::designs::estimate;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, clean};
use zonefall_study::outcome::{DesignOutcome, Outcome};

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    page.title(&outcome.study);
    let most = number::span(outcome.horizon_h);
    let trials = number::count(outcome.trials);
    page.paragraph(None, &format!("When is the objective first missed? {trials} trials, each up to {most}."), None);
    page.line("");
    let columns = vec![
        ("design".to_owned(), Side::Name),
        (format!("missed within\n{most}"), Side::Right),
        ("95 % interval".replace("95 %", &number::percent_given(outcome.confidence)), Side::Left),
        ("mean time to\nfirst miss h".into(), Side::Right),
        (format!("{} interval", number::percent_given(outcome.confidence)), Side::Left),
        ("needs".into(), Side::Text),
    ];
    let rows = outcome.designs.iter().map(|design| row(page, design)).collect();
    page.grid(&Grid { columns, rows });
    page.paragraph(None, "The mean is taken over the trials that missed.", None);
}

fn row(page: &Page, design: &DesignOutcome) -> Vec<String> {
    let dash = page.sign("–", "-");
    let ends = |low: Option<f64>, high: f64, show: &dyn Fn(f64) -> String| {
        low.map_or_else(String::new, |low| format!("{}{dash}{}", show(low), show(high)))
    };
    let share = |value: f64| number::percent(value, Toward::Up);
    let hours = |value: f64| number::plain(value, Toward::Down);
    let first = design.first_miss_h;
    vec![
        clean(&design.design),
        share(design.any_miss.mean),
        ends(design.any_miss.low, design.any_miss.high, &share),
        first.map_or_else(|| number::NONE.into(), |of| estimate(page, of, hours)),
        first.map_or_else(String::new, |of| ends(of.low, of.high, &hours)),
        clean(&design.need),
    ]
}
