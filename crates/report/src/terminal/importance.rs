//! What matters most: causes, zones, and the tornado of rates.

use super::Style;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::importance::{CauseImportance, DesignImportance, Elasticity, Importance, PartImportance, Swing};
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
         misses need several failures. Spared: what would not be, had it never happened; these need not sum. In brackets \
         intervals; where few trials tell, only what it is at most or at least. \
         (docs/statistics.md)",
        Some(Tone::Faint),
    );
    page.finish()
}

fn one(page: &mut Page, design: &DesignImportance) {
    let downtime = with_ends(page, design.downtime_min_per_month);
    page.title(&format!("{} (downtime {downtime} min a month)", clean(&design.design)));
    if design.downtime_min_per_month.hits == 0 {
        page.paragraph(None, "No trial missed its objective: nothing can be said of what matters.", None);
    }
    if design.own_min_per_month.hits > 0 {
        let own = with_ends(page, design.own_min_per_month);
        let spared = match design.causes.is_empty() {
            true => "no cause of the profile misses the objective",
            false => "to no cause below; where a failure sets them off, it is its row that spares them",
        };
        let words = format!(
            "{own} of them are charged to the fleet itself (probe lag, overload, releases, missing capacity; `run` tells which) and \
             {spared}."
        );
        page.paragraph(None, &words, None);
    }
    let columns = vec![
        ("cause".to_owned(), Side::Name),
        ("elasticity".into(), Side::Right),
        ("interval".into(), Side::Left),
        ("spared if never\nmin a month".into(), Side::Left),
        ("availability\nif never".into(), Side::Left),
        ("min a month for\n1 more a year".into(), Side::Left),
    ];
    let rows: Vec<Vec<String>> = design.causes.iter().map(|of| cause(page, of)).collect();
    if !rows.is_empty() {
        page.grid(&Grid { columns, rows });
    }
    if !design.parts.is_empty() {
        page.line("");
        let columns = vec![
            ("if nothing ever struck".to_owned(), Side::Name),
            ("spared\nmin a month".into(), Side::Left),
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
        Some(Elasticity { mean, low: Some(low), high: Some(high), .. }) => {
            (two(mean), format!("{} to {}", two(low), two(high)))
        }
        // Of few trials no size is told that a reader could take for known.
        Some(_) => (number::NONE.into(), "few trials".into()),
        None => (number::NONE.into(), String::new()),
    };
    vec![
        clean(&of.cause),
        elasticity,
        interval,
        spared(page, of.spared_if_never),
        available(page, of.unavailability_if_never),
        of.per_event_a_year.map_or_else(|| number::NONE.into(), |per| spared(page, per)),
    ]
}

fn part(page: &Page, of: &PartImportance) -> Vec<String> {
    vec![clean(&of.part), spared(page, of.spared_if_never), available(page, of.unavailability_if_never)]
}

/// What cannot be negative with its interval; of few trials the most that it is.
fn with_ends(page: &Page, of: Estimate) -> String {
    match (of.quality, of.low) {
        (Quality::UpperBound, _) | (_, None) => {
            format!("{} {}", page.sign("≤", "<="), number::plain(of.high, Toward::Up))
        }
        (_, Some(low)) => {
            let digits = number::decimals_of(&[of.mean, of.high]);
            let shown = |number: f64, toward| number::fixed(number, digits, toward);
            format!("{} ({})", shown(of.mean, Toward::Up), number::ends(low, of.high, shown).join(" to "))
        }
    }
}

/// A difference with its interval; of few trials how large it is at most, either way.
fn difference(page: &Page, of: Estimate) -> String {
    let minus = page.sign('−', '-');
    match (of.quality, of.low) {
        (Quality::UpperBound, _) | (_, None) => {
            format!("{} {}", page.sign("within ±", "within +-"), number::plain(of.high, Toward::Up))
        }
        (_, Some(low)) => {
            let size = low.abs().max(of.high.abs());
            let shown = |number: f64, toward| number::signed(number, size, toward, minus);
            format!("{} ({})", shown(of.mean, Toward::Up), number::ends(low, of.high, shown).join(" to "))
        }
    }
}

/// What is spared with its interval; of few trials the most that it is.
fn spared(page: &Page, of: Estimate) -> String {
    if of.quality == Quality::UpperBound { with_ends(page, of) } else { difference(page, of) }
}

/// An availability with its interval; of few misses the least that it is.
fn available(page: &Page, of: Estimate) -> String {
    match (of.quality, of.low) {
        (Quality::UpperBound, _) | (_, None) => {
            format!("{} {} %", page.sign("≥", ">="), number::availabilities(&[of.high], 2)[0])
        }
        (_, Some(low)) => {
            let [least, mean, best] = number::availability_between(of.high, of.mean, low, 2);
            format!("{mean} % ({least} to {best})")
        }
    }
}

fn tornado(page: &mut Page, design: &DesignImportance) {
    if design.tornado.is_empty() {
        return;
    }
    let columns = vec![
        ("rate from end to end".to_owned(), Side::Name),
        ("a year".into(), Side::Left),
        ("known".into(), Side::Left),
        ("min a month at\nthe low … high rate".into(), Side::Left),
        ("turns the\nverdict".into(), Side::Left),
    ];
    let row = |of: &Swing| {
        vec![
            clean(&of.mode),
            format!("{} … {}", number::stated(of.rate_low), number::stated(of.rate_high)),
            of.confidence.clone(),
            ends(page, of),
            turns(of, design.verdict_windows.is_some()).to_owned(),
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
    let as_stated = with_ends(page, design.stated.times(MINUTES_PER_MONTH));
    page.paragraph(None, &format!("As stated, in the same trials: {as_stated} min a month."), None);
    let mean = survival("On average", design.verdict_mean, design.survives);
    let windows = design.verdict_windows.map(|verdict| survival("In windows", verdict, design.windows_survive));
    page.paragraph(None, &[Some(mean), windows].into_iter().flatten().collect::<Vec<_>>().join(" "), None);
}

/// Whether a verdict survives all rates.
fn survival(which: &str, verdict: Verdict, survives: Option<bool>) -> String {
    match survives {
        Some(true) => format!("{which}: {verdict}, and no rate turns that within its range, one at a time."),
        Some(false) => {
            format!("{which}: {verdict}, but a rate within its range turns that: not resolved, depends on assumptions.")
        }
        None => format!("{which}: {}: more trials before the assumptions.", Verdict::NotResolved),
    }
}

/// Which verdict a rate turns.
fn turns(of: &Swing, has_windows: bool) -> &'static str {
    match (of.turns_verdict, of.turns_windows) {
        (false, false) => "no",
        (true, false) if !has_windows => "yes",
        (true, false) => "on average",
        (false, true) => "in windows",
        (true, true) => "both",
    }
}

/// Downtime at both ends of a rate. Two bounds say nothing of which end is worse: then the larger is one for both.
fn ends(page: &Page, of: &Swing) -> String {
    let minutes = |of: Estimate| with_ends(page, of.times(MINUTES_PER_MONTH));
    match (of.at_low.quality, of.at_high.quality) {
        (Quality::UpperBound, Quality::UpperBound) => {
            let larger = if of.at_low.high > of.at_high.high { of.at_low } else { of.at_high };
            format!("{} at either: few misses", minutes(larger))
        }
        _ => format!("{} … {}", minutes(of.at_low), minutes(of.at_high)),
    }
}
