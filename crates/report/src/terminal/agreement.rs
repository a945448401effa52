//! Exact answers beside simulated ones.

use super::Style;
use super::number;
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::agreement::{Agreement, Agrees, CHANCE_BEYOND, Z_MOST};

/// Draws comparisons, and why there is none where there is none.
pub fn agreements(title: &str, rows: &[Agreement], style: Style) -> String {
    let mut page = Page::new(style);
    page.title(title);
    let columns = vec![
        ("system".to_owned(), Side::Name),
        ("exact".into(), Side::Right),
        ("simulated".into(), Side::Right),
        ("interval".into(), Side::Left),
        ("z".into(), Side::Right),
        (String::new(), Side::Left),
    ];
    let compared = |row: &&Agreement| row.agrees != Agrees::NoExact;
    let (words, tone) = verdict(rows);
    page.paragraph(None, &words, Some(tone));
    let cells: Vec<Vec<String>> = rows.iter().filter(compared).map(|row| cells(&page, rows, row)).collect();
    if !cells.is_empty() {
        page.line("");
        page.grid(&Grid { columns, rows: cells });
    }
    for row in rows.iter().filter(|row| row.agrees == Agrees::NoExact) {
        page.paragraph(None, &format!("{}: no exact answer.", name(rows, row)), Some(Tone::Strong));
        for words in &row.obstacles {
            let sign = page.sign('·', '-').to_string();
            page.paragraph(Some((&sign, 1)), words, None);
        }
    }
    page.finish()
}

/// The design; its study, where there are several; both, where that has several designs.
fn name(rows: &[Agreement], of: &Agreement) -> String {
    let alone = rows.iter().filter(|row| row.study == of.study).count() == 1;
    match (rows.iter().all(|row| row.study == of.study), alone) {
        (true, _) => clean(&of.design),
        (false, true) => clean(&of.study),
        (false, false) => format!("{}: {}", clean(&of.study), clean(&of.design)),
    }
}

fn cells(page: &Page, rows: &[Agreement], row: &Agreement) -> Vec<String> {
    let scientific = |value: f64| if value == 0.0 { "0".to_owned() } else { format!("{value:.4e}") };
    let of = row.simulated;
    let interval = match of.low {
        Some(low) => format!("{} to {}", scientific(low), scientific(of.high)),
        None => format!("{} {}", page.sign("≤", "at most"), scientific(of.high)),
    };
    let minus = page.sign('−', '-');
    let z = row.z.map_or_else(String::new, |z| format!("{}{:.2}", if z < 0.0 { minus } else { '+' }, z.abs()));
    let says = match row.agrees {
        Agrees::Yes => page.sign("✓", "agrees").to_owned(),
        Agrees::No => page.sign("✗ differs", "DIFFERS").to_owned(),
        Agrees::TooFewHits => format!("? {} trials with a miss", number::count(of.hits)),
        Agrees::NoExact => String::new(),
    };
    vec![name(rows, row), scientific(row.exact.unwrap_or(0.0)), scientific(of.mean), interval, z, says]
}

fn verdict(rows: &[Agreement]) -> (String, Tone) {
    let number = |agrees: Agrees| rows.iter().filter(|row| row.agrees == agrees).count();
    let (yes, no, few) = (number(Agrees::Yes), number(Agrees::No), number(Agrees::TooFewHits));
    let compared = yes + no + few;
    if compared == 0 {
        return ("Nothing to compare: no design has an exact answer.".into(), Tone::Unsure);
    }
    let mut words = format!(
        "{yes} of {compared} agree: the share of time in which the objective does not hold, exact and simulated, lie"
    );
    words += &format!(" at most {Z_MOST} standard errors apart. If all is right, luck alone breaks this once in");
    words += &format!(" {:.0} times at most.", 1.0 / (CHANCE_BEYOND * compared as f64));
    if few > 0 {
        words += &format!(" {few} cannot be judged: too few trials missed the objective; run more (`--trials`).");
    }
    let tone = if no > 0 {
        Tone::Bad
    } else if few > 0 {
        Tone::Unsure
    } else {
        Tone::Good
    };
    (words, tone)
}
