//! What matters most: causes, zones, and the tornado of rates.

use super::Style;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::importance::{CauseImportance, DesignImportance, Importance, PartImportance, Swing};
use zonefall_study::outcome::{Estimate, MINUTES_PER_MONTH, Quality, Verdict};

/// Draws importances.
pub fn importances(of: &Importance, style: Style) -> String {
    let mut page = Page::new(style);
    page.title(&format!("{}: what matters most", of.study));
    let about = format!(
        "{} trials lived through again without each cause and each zone, on the same storms; each end of a rate in {} \
         trials; seed {}, {} intervals.",
        number::count(of.trials),
        number::count(of.trials_of_ends),
        of.seed,
        number::percent_given(of.confidence)
    );
    page.paragraph(None, &about, Some(Tone::Faint));
    for design in &of.designs {
        one(&mut page, design);
    }
    page.line("");
    page.paragraph(
        None,
        "Elasticity: by how many percent the downtime changes when the rate does by one percent; above 1 together where \
         misses need several failures. Spared: what would not be, had it never happened; these need not sum. \
         (docs/statistics.md)",
        Some(Tone::Faint),
    );
    page.finish()
}

fn one(page: &mut Page, design: &DesignImportance) {
    let downtime = number::plain(design.downtime_min_per_month, Toward::Up);
    page.title(&format!("{} (downtime {downtime} min a month)", clean(&design.design)));
    if design.downtime_min_per_month == 0.0 {
        page.paragraph(None, "No trial missed its objective: nothing can be said of what matters.", None);
    }
    if design.own_min_per_month > 0.0 {
        let own = number::plain(design.own_min_per_month, Toward::Up);
        let words = format!(
            "{own} of them are charged to the fleet itself (overload, releases, missing capacity): no rate below changes \
             them; `run` tells which."
        );
        page.paragraph(None, &words, None);
    }
    let columns = vec![
        ("cause".to_owned(), Side::Name),
        ("elasticity".into(), Side::Right),
        ("interval".into(), Side::Left),
        ("spared if never\nmin a month".into(), Side::Right),
        ("availability\nif never".into(), Side::Left),
        ("min a month for\n1 more a year".into(), Side::Right),
    ];
    let rows: Vec<Vec<String>> = design.causes.iter().map(|of| cause(page, of)).collect();
    page.grid(&Grid { columns, rows });
    if !design.parts.is_empty() {
        page.line("");
        let columns = vec![
            ("if nothing ever struck".to_owned(), Side::Name),
            ("spared\nmin a month".into(), Side::Right),
            ("availability\nthen".into(), Side::Left),
        ];
        let rows = design.parts.iter().map(|of| part(page, of)).collect();
        page.grid(&Grid { columns, rows });
    }
    tornado(page, design);
}

fn cause(page: &Page, of: &CauseImportance) -> Vec<String> {
    let two = |number: f64| format!("{number:.2}").replace('-', page.sign("−", "-"));
    let (elasticity, interval) = match of.elasticity {
        Some(of) => {
            let ends = of.low.zip(of.high);
            let few = || "few trials".to_owned();
            (two(of.mean), ends.map_or_else(few, |(low, high)| format!("{} to {}", two(low), two(high))))
        }
        None => (number::NONE.into(), String::new()),
    };
    vec![
        clean(&of.cause),
        elasticity,
        interval,
        spared(page, of.spared_if_never),
        available(of.unavailability_if_never),
        of.per_event_a_year.map_or_else(|| number::NONE.into(), |per| signed(page, per)),
    ]
}

fn part(page: &Page, of: &PartImportance) -> Vec<String> {
    vec![clean(&of.part), spared(page, of.spared_if_never), available(of.unavailability_if_never)]
}

/// A difference; a star where it rests on few trials.
fn spared(page: &Page, of: Estimate) -> String {
    let star = if of.quality == Quality::UpperBound { "*" } else { "" };
    format!("{}{star}", signed(page, of.mean))
}

fn signed(page: &Page, number: f64) -> String {
    number::signed(number, number.abs(), Toward::Up, page.sign('−', '-'))
}

fn available(unavailable: f64) -> String {
    format!("{} %", number::availabilities(&[unavailable], 2)[0])
}

fn tornado(page: &mut Page, design: &DesignImportance) {
    if design.tornado.is_empty() {
        return;
    }
    let columns = vec![
        ("rate from end to end".to_owned(), Side::Name),
        ("a year".into(), Side::Right),
        ("from".into(), Side::Right),
        ("to".into(), Side::Right),
        ("known".into(), Side::Left),
        ("downtime from … to\nmin a month".into(), Side::Left),
        ("turns the\nverdict".into(), Side::Left),
    ];
    let plain = |number: f64| number::plain(number, Toward::Up);
    let row = |of: &Swing| {
        vec![
            clean(&of.mode),
            plain(of.rate),
            plain(of.rate_low),
            plain(of.rate_high),
            of.confidence.clone(),
            format!("{} … {}", end(page, of.at_low), end(page, of.at_high)),
            if of.turns_verdict { "yes".into() } else { "no".to_owned() },
        ]
    };
    let (matter, still): (Vec<&Swing>, Vec<&Swing>) =
        design.tornado.iter().partition(|of| of.swing_min_per_month > 0.0);
    let rows = matter.iter().map(|of| row(of)).collect();
    page.line("");
    page.grid(&Grid { columns, rows });
    if !still.is_empty() {
        let names: Vec<String> = still.iter().map(|of| clean(&of.mode)).collect();
        page.paragraph(None, &format!("No difference in these trials: {}.", names.join(", ")), Some(Tone::Faint));
    }
    let verdict = design.verdict_mean;
    let words = match design.survives {
        Some(true) => format!("On average: {verdict}, and no assumed rate turns that, one at a time."),
        Some(false) => {
            format!("On average: {verdict}, but an assumed rate turns that: not resolved, depends on assumptions.")
        }
        None => format!("On average: {}: more trials before the assumptions.", Verdict::NotResolved),
    };
    page.paragraph(None, &words, None);
}

fn end(page: &Page, of: Estimate) -> String {
    match of.quality {
        Quality::UpperBound => {
            format!("{} {}", page.sign("≤", "<="), number::plain(of.high * MINUTES_PER_MONTH, Toward::Up))
        }
        Quality::Interval | Quality::Recorded => number::plain(of.mean * MINUTES_PER_MONTH, Toward::Up),
    }
}
