//! A timeline as a review reads it: each outage of the objective with the chain that led to it and out of it.

use super::Style;
use super::number;
use super::page::{Page, Tone, clean};
use crate::clock::{by_the_clock, exactly, instant};
use crate::cut::{Told as Cut, cut};
use zonefall_study::timeline::{Amiss, Folded, Kind, Outage, Row, Timeline, folded};

/// Rows of one outage that are shown.
const ROWS_SHOWN: usize = 60;
/// Outages that are shown.
const OUTAGES_SHOWN: usize = 20;

/// How much of a timeline is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Its outages, in order.
    Outages,
    /// The longest of them alone.
    Longest,
    /// Every row.
    Everything,
    /// Its outages, below a drill, which has no options of its own for more.
    Drilled,
}

/// Draws a timeline.
pub fn timeline(of: &Timeline, told: Told, style: Style) -> String {
    let mut page = Page::new(style);
    blocks(&mut page, of, told);
    page.finish()
}

/// Puts a timeline on a page, block by block.
pub(super) fn blocks(page: &mut Page, of: &Timeline, told: Told) {
    page.title(&format!("{}: trial {} of {}, seed {}", clean(&of.study), of.trial, clean(&of.design), of.seed));
    let tone = match (of.missed_ms, &of.not_judged) {
        (0, None) => Tone::Good,
        (0, Some(_)) => Tone::Unsure,
        _ => Tone::Bad,
    };
    page.paragraph(None, &verdict(of), Some(tone));
    if let Some(words) = longest(of, told) {
        page.paragraph(None, &words, None);
    }
    page.paragraph(None, &by_the_clock(of), Some(Tone::Faint));
    if let Some(words) = sessions(of) {
        page.paragraph(None, &words, None);
    }
    if told == Told::Everything {
        page.title("Everything that happened");
        rows(page, of, &of.rows, None, usize::MAX);
        return;
    }
    let shown = shown(of, told);
    for &at in &shown {
        let before = at.checked_sub(1).filter(|before| shown.contains(before));
        tell(page, of, (at, before), &of.outages[at]);
    }
    let rest = rest(of, &shown, told);
    if !rest.is_empty() {
        page.paragraph(None, &rest, Some(Tone::Faint));
    }
}

/// The first outages and the longest, or the longest alone.
fn shown(of: &Timeline, told: Told) -> Vec<usize> {
    if told == Told::Longest {
        return of.longest.into_iter().collect();
    }
    let mut shown: Vec<usize> = (0..of.outages.len().min(OUTAGES_SHOWN)).collect();
    let longest = of.longest.filter(|at| !shown.contains(at));
    if let (Some(last), Some(longest)) = (shown.last_mut(), longest) {
        *last = longest;
    }
    shown
}

/// What is not shown, and how to see it.
fn rest(of: &Timeline, shown: &[usize], told: Told) -> String {
    let missed = |at: usize| of.outages[at].length_ms();
    let left: Vec<usize> = (0..of.outages.len()).filter(|at| !shown.contains(at)).collect();
    let more = match (left.len(), told) {
        (0, _) => String::new(),
        (count, Told::Longest) => format!(
            "{} ({} in all): without --longest. ",
            if count == 1 {
                "The other outage".to_owned()
            } else {
                format!("The other {} outages", number::count(count as u64))
            },
            exactly(left.into_iter().map(missed).sum())
        ),
        (1, _) => "One more outage is not shown here. ".to_owned(),
        (count, _) => format!("{} more outages are not shown here. ", number::count(count as u64)),
    };
    if told == Told::Drilled {
        return more;
    }
    let without = if told == Told::Longest { ", without --longest" } else { "" };
    format!("{more}All {} rows of the trial: `zonefall trace` with --all, or --csv FILE{without}.", of.rows.len())
}

fn verdict(of: &Timeline) -> String {
    let horizon = number::span(of.horizon_ms as f64 / 3_600_000.0);
    if let Some(why) = &of.not_judged {
        return format!("The objective ({}) is not judged in {horizon}: {}.", of.need, clean(why));
    }
    match of.outages.as_slice() {
        [] => format!("The objective ({}) holds for all of {horizon}.", of.need),
        outages => format!(
            "The objective ({}) is missed {} in {horizon}, {} in all.",
            of.need,
            if outages.len() == 1 { "once".to_owned() } else { format!("{} times", outages.len()) },
            exactly(of.missed_ms),
        ),
    }
}

/// Which of several outages is the longest, when, and how much of the missed time it is.
fn longest(of: &Timeline, told: Told) -> Option<String> {
    let (at, outage) = (of.longest.filter(|_| of.outages.len() > 1)?, of.longest_outage()?);
    let share = number::percent(outage.length_ms() as f64 / of.missed_ms.max(1) as f64, number::Toward::Down);
    let how = if told == Told::Outages { " Alone: --longest." } else { "" };
    Some(format!(
        "The longest is outage {}, on {}: {}, {share} of the missed time.{how}",
        at + 1,
        instant(of, outage.from_ms),
        exactly(outage.length_ms()),
    ))
}

/// "1,204 sessions are lost: planned 1,100, rack 104".
fn sessions(of: &Timeline) -> Option<String> {
    let all: f64 = of.sessions_lost.iter().map(|(_, lost)| lost).sum();
    let plain = |lost: f64| number::plain(lost, number::Toward::Up);
    let cause = |(cause, lost): &(String, f64)| format!("{} {}", clean(cause), plain(*lost));
    let causes: Vec<String> = of.sessions_lost.iter().map(cause).collect();
    (all > 0.0).then(|| format!("{} sessions are lost: {}.", plain(all), causes.join(", ")))
}

/// Tells an outage; the one before it is told already, or not.
fn tell(page: &mut Page, of: &Timeline, (at, before): (usize, Option<usize>), outage: &Outage) {
    let length = outage.length_ms();
    page.title(&format!("Outage {}: {}, {}", at + 1, instant(of, outage.from_ms), exactly(length)));
    let cut = if outage.cut { "; cut by the end of the trial" } else { "" };
    page.paragraph(None, &format!("Charged to {}{cut}.", charged(outage).join(", ")), None);
    let of_it = of.rows_of(outage);
    // What led to an outage before led to this one, too.
    let told = before.map_or(0, |before| of.rows_of(&of.outages[before]).end);
    if of_it.start < told {
        let words = format!("It begins with what was out in outage {at}: from {} on.", instant(of, outage.roots_ms));
        page.paragraph(None, &words, None);
    }
    let before = outage.amiss.iter().map(|amiss| (amiss, still(amiss)));
    for (amiss, words) in before.chain(outage.still.iter().map(|amiss| (amiss, to_the_end(amiss)))) {
        let since = instant(of, amiss.since_ms);
        let rules = if amiss.rules.is_empty() { String::new() } else { format!(" [{}]", clean(&amiss.rules)) };
        page.paragraph(Some((&since, since.len())), &format!("{words}{rules}"), Some(Tone::Unsure));
    }
    rows(page, of, &of.rows[of_it.start.max(told)..of_it.end], Some(at), ROWS_SHOWN);
}

/// What its missed time is charged to, in shares that sum to all of it.
pub(crate) fn charged(outage: &Outage) -> Vec<String> {
    let parts: Vec<u64> = outage.causes.iter().map(|(_, ms)| *ms).collect();
    let told = outage.causes.iter().zip(number::shares(&parts));
    told.map(|((cause, _), share)| format!("{} {share}", clean(cause))).collect()
}

/// "still amiss: web/eastus/1/3 stays in state Failed …".
pub(crate) fn still(amiss: &Amiss) -> String {
    clean(&format!("still amiss: {}", amiss.says))
}

/// The same of what is amiss when the end of the trial cuts an outage.
pub(crate) fn to_the_end(amiss: &Amiss) -> String {
    clean(&format!("amiss until the trial ends: {}", amiss.says))
}

/// Rows under the heading of an outage, or of none.
fn rows(page: &mut Page, of: &Timeline, rows: &[Row], heading: Option<usize>, most: usize) {
    let rows = folded(rows);
    for told in cut(&rows, heading.map(|at| &of.outages[at]), most) {
        let told = match told {
            Cut::Row(told) => told,
            Cut::Left(rows) => {
                page.line(&format!("    … {} …", more_rows(rows)));
                continue;
            }
        };
        let row = told.row;
        let tone = match row.kind {
            Kind::Objective if row.says.starts_with("the objective holds") => Some(Tone::Good),
            Kind::Objective => Some(Tone::Bad),
            Kind::Fault => Some(Tone::Unsure),
            _ => None,
        };
        let when = instant(of, row.at_ms);
        let which =
            which(of, row).filter(|&at| Some(at) != heading).map_or(String::new(), |at| format!(": outage {}", at + 1));
        page.paragraph(Some((&when, when.len())), &(words(of, row) + &which + &again(of, told)), tone);
    }
}

/// "1 more row", "381 more rows".
fn more_rows(rows: usize) -> String {
    format!("{} more row{}", number::count(rows as u64), if rows == 1 { "" } else { "s" })
}

/// The outage that a row begins or ends.
fn which(of: &Timeline, row: &Row) -> Option<usize> {
    let its = |outage: &Outage| [outage.from_ms, outage.to_ms].contains(&row.at_ms);
    (row.kind == Kind::Objective).then(|| of.outages.iter().position(its)).flatten()
}

/// ", and again 12 times until day 3 04:15:00"; "and both again" where the row before came again with it.
pub(crate) fn again(of: &Timeline, told: &Folded<'_>) -> String {
    let what = match told.with {
        0 => "again".to_owned(),
        1 => "both again".into(),
        more => format!("all {} again", more + 1),
    };
    match told.again {
        0 => String::new(),
        1 => format!(", and {what} on {}", instant(of, told.until_ms)),
        many => format!(", and {what} {} times until {}", number::count(many as u64), instant(of, told.until_ms)),
    }
}

fn words(of: &Timeline, row: &Row) -> String {
    let rules = if row.rules.is_empty() { String::new() } else { format!(" [{}]", row.rules) };
    let lost = match of.has_demand {
        true if row.unserved_per_s > 0.0 => {
            format!(", {} req/s lost", number::plain(row.unserved_per_s, number::Toward::Up))
        }
        _ => String::new(),
    };
    let dead = if row.dead > 0 { format!(", {} dead in rotation", row.dead) } else { String::new() };
    let place =
        if row.place.is_empty() || row.says.contains(&row.place) { String::new() } else { format!(", {}", row.place) };
    clean(&format!("{}{place}{rules} ({} serve{dead}{lost})", row.says, row.serving))
}
