//! A comparison: places with ties, every pair, and what makes the difference.

use super::Style;
use super::differences::{self, CUT};
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use super::{designs, sessions};
use zonefall_study::comparison::{Comparison, Gap, Pair, Standing};
use zonefall_study::outcome::Quality;

/// Causes of a pair that are shown; the others are in the CSV.
const CAUSES_SHOWN: usize = 3;
/// Pairs that are shown.
const PAIRS_SHOWN: usize = 30;
/// Pairs whose causes are shown.
const REASONS_SHOWN: usize = 15;

/// Draws a comparison.
pub fn comparison(of: &Comparison, style: Style) -> String {
    blocks(of, style).finish()
}

/// Everything that there is to say about a comparison, block by block.
pub(crate) fn blocks(of: &Comparison, style: Style) -> Page {
    let mut page = Page::new(style);
    page.title("The order, least downtime first");
    page.paragraph(None, &verdict(of), Some(Tone::Strong));
    let words = format!(
        "{} trials of {}; {} together with {} confidence{}.",
        number::count(of.trials),
        number::span(of.horizon_h),
        match of.pairs.len() {
            1 => "the difference holds".to_owned(),
            pairs => format!("the differences of all {} pairs hold", number::count(pairs as u64)),
        },
        number::percent_given(of.confidence),
        match of.pairs.len() {
            1 => ", and would be wider among more designs",
            _ => "; of fewer designs they would be narrower",
        }
    );
    page.paragraph(None, &words, None);
    order(&mut page, of);
    pairs(&mut page, of);
    lost_sessions(&mut page, of);
    for note in &of.notes {
        let sign = page.paint(Tone::Unsure, "!");
        page.paragraph(Some((&sign, 1)), note, None);
    }
    page
}

/// Who is first, and who cannot be told from it.
fn verdict(of: &Comparison) -> String {
    let Some(first) = of.standings.first() else { return String::new() };
    let tied: Vec<String> =
        of.standings.iter().skip(1).filter(|other| other.place_from == 1).map(|other| clean(&other.design)).collect();
    match (first.place_to, tied.as_slice()) {
        (1, _) => format!("{} has the least downtime.", clean(&first.design)),
        (_, []) => format!("{} has the least downtime seen.", clean(&first.design)),
        (_, tied) => format!(
            "{} has the least downtime seen, not distinguishable from {}.",
            clean(&first.design),
            tied.join("; ")
        ),
    }
}

fn order(page: &mut Page, of: &Comparison) {
    let columns = vec![
        ("place".to_owned(), Side::Left),
        ("design".into(), Side::Name),
        ("machines".into(), Side::Right),
        ("downtime\nmin a month".into(), Side::Right),
        (format!("{} interval\neach by itself", number::percent_given(of.confidence)), Side::Left),
    ];
    let place = |of: &Standing| {
        if of.place_from == of.place_to {
            of.place_from.to_string()
        } else {
            format!("{} to {}", of.place_from, of.place_to)
        }
    };
    let rows = of.standings.iter().map(|of| {
        let downtime = of.downtime_min_per_month;
        let [_, least, most] = designs::minutes(downtime);
        let interval = downtime.low.map_or_else(String::new, |_| format!("{least} to {most}"));
        let mean = designs::downtime(page, downtime);
        vec![place(of), clean(&of.design), number::count(of.machines), mean, interval]
    });
    let rows = rows.collect();
    page.grid(&Grid { columns, rows });
}

fn pairs(page: &mut Page, of: &Comparison) {
    page.title("Every pair");
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("against".into(), Side::Name),
        ("difference\nmin a month".into(), Side::Right),
        (format!("{} interval\nfor all together", number::percent_given(of.confidence)), Side::Left),
        (String::new(), Side::Left),
    ];
    let shown = first_of(&of.pairs);
    let rows = shown.iter().map(|pair| row(page, pair)).collect();
    page.grid(&Grid { columns, rows });
    let bounded = |name: &str| {
        let of = of.standings.iter().find(|of| of.design == name);
        of.is_some_and(|of| of.downtime_min_per_month.quality == Quality::UpperBound)
    };
    // Among more designs nothing is cut.
    let alone = of.standings.len() == 2;
    if alone && shown.iter().any(|pair| pair.difference.hits > 0 && bounded(&pair.design) && bounded(&pair.against)) {
        page.paragraph(None, CUT, Some(Tone::Faint));
    }
    let hidden = of.pairs.len() - shown.len();
    if hidden > 0 {
        page.paragraph(None, &format!("{hidden} more pairs are in the CSV."), Some(Tone::Faint));
    }
    let differ: Vec<&Pair> = shown.into_iter().filter(|pair| pair.difference.hits > 0).take(REASONS_SHOWN).collect();
    if differ.is_empty() {
        return;
    }
    page.title("What makes the difference, min a month");
    for pair in differ {
        let sign = page.sign("·", "-").to_owned();
        page.paragraph(Some((&sign, 1)), &reasons(page, pair), None);
    }
    let words = "Causes of a pair sum to its difference; *: for this cause alone the difference is not beyond doubt.";
    page.paragraph(None, words, Some(Tone::Faint));
}

/// What designs with sessions lose, and every pair of them.
fn lost_sessions(page: &mut Page, of: &Comparison) {
    let confidence = number::percent_given(of.confidence);
    let lost = of.standings.iter().filter_map(|of| Some((&of.design, of.sessions_lost_per_month?)));
    let rows: Vec<Vec<String>> = lost
        .map(|(design, lost)| {
            let mean = designs::estimate(page, lost, |number| number::plain(number, Toward::Up));
            vec![clean(design), mean, sessions::interval(page, lost)]
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    page.title("Sessions lost");
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("sessions lost\na month".into(), Side::Right),
        (format!("{confidence} interval\neach by itself"), Side::Left),
    ];
    page.grid(&Grid { columns, rows });
    let minus = page.sign('−', '-');
    let pairs = first_of(&of.pairs).into_iter().filter_map(|pair| Some((pair, pair.sessions.as_ref()?)));
    let rows: Vec<Vec<String>> = pairs
        .map(|(pair, of)| {
            let names = [clean(&pair.design), clean(&pair.against)].into_iter();
            names.chain(sessions::difference(of, minus)).chain([clean(&of.says)]).collect()
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    page.title("Sessions lost, every pair of designs that hold some");
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("against".into(), Side::Name),
        ("difference\na month".into(), Side::Right),
        (format!("{confidence} interval\nfor all together"), Side::Left),
        (String::new(), Side::Left),
    ];
    page.grid(&Grid { columns, rows });
}

/// The pairs that are shown: first those of one design in several files.
fn first_of(pairs: &[Pair]) -> Vec<&Pair> {
    let own = |name: &str| name.rsplit_once(": ").map(|(_, own)| own.to_owned());
    let same = |pair: &Pair| own(&pair.design).is_some_and(|name| Some(name) == own(&pair.against));
    let mut shown: Vec<&Pair> = pairs.iter().collect();
    shown.sort_by_key(|pair| !same(pair));
    shown.truncate(PAIRS_SHOWN);
    shown
}

/// The decimals of a pair's difference and of the causes that are shown, which sum to it.
fn decimals(pair: &Pair) -> u32 {
    let Gap { min_per_month, low, high, hits } = pair.difference;
    if hits == 0 {
        return 0;
    }
    let causes = pair.causes.iter().take(CAUSES_SHOWN).map(|(_, gap)| gap.min_per_month);
    let together: Vec<f64> = causes.chain([min_per_month]).collect();
    number::decimals_together(&together).max(number::decimals_of(&[low.abs(), high.abs()]))
}

/// "a against b: datacenter −0.59, zone-network −0.25*".
fn reasons(page: &Page, pair: &Pair) -> String {
    let minus = page.sign('−', '-');
    let decimals = decimals(pair);
    let cause = |(name, gap): &(String, Gap)| {
        let doubt = if gap.low <= 0.0 && gap.high >= 0.0 { "*" } else { "" };
        format!("{} {}{doubt}", clean(name), number::signed_to(gap.min_per_month, decimals, Toward::Nearest, minus))
    };
    let mut causes: Vec<String> = pair.causes.iter().take(CAUSES_SHOWN).map(cause).collect();
    if pair.causes.len() > CAUSES_SHOWN {
        causes.push(format!("{} more", pair.causes.len() - CAUSES_SHOWN));
    }
    format!("{} against {}: {}", clean(&pair.design), clean(&pair.against), causes.join(", "))
}

fn row(page: &Page, pair: &Pair) -> Vec<String> {
    let minus = page.sign('−', '-');
    let Gap { min_per_month, low, high, hits } = pair.difference;
    let cells = differences::cells_with(min_per_month, (Some(low), Some(high)), hits, decimals(pair), minus);
    [clean(&pair.design), clean(&pair.against)].into_iter().chain(cells).chain([pair.says.to_string()]).collect()
}
