//! A timeline as a review reads it: each outage of the objective with the chain that led to it and out of it.

use super::Style;
use super::number;
use super::page::{Page, Tone, clean};
use zonefall_study::timeline::{Amiss, Kind, Outage, Row, Timeline};

/// Rows of one outage that are shown.
const ROWS_SHOWN: usize = 60;
/// Outages that are shown.
const OUTAGES_SHOWN: usize = 20;

/// Draws a timeline; with `all` every row, else those of the outages.
pub fn timeline(of: &Timeline, all: bool, style: Style) -> String {
    let mut page = Page::new(style);
    page.title(&format!("{}: trial {} of {}, seed {}", clean(&of.study), of.trial, clean(&of.design), of.seed));
    page.paragraph(None, &verdict(of), Some(if of.missed_ms > 0 { Tone::Bad } else { Tone::Good }));
    if let Some(words) = sessions(of) {
        page.paragraph(None, &words, None);
    }
    if all {
        page.title("Everything that happened");
        rows(&mut page, of, &of.rows, usize::MAX);
        return page.finish();
    }
    let shown = shown(of);
    for &at in &shown {
        let before = at.checked_sub(1).filter(|before| shown.contains(before));
        tell(&mut page, of, (at, before), &of.outages[at]);
    }
    let more = of.outages.len().saturating_sub(OUTAGES_SHOWN);
    let more = if more > 0 { format!("{more} more outages and a") } else { "A".to_owned() };
    let words = format!("{more}ll {} rows of the trial: `zonefall trace` with --all, or --csv FILE.", of.rows.len());
    page.paragraph(None, &words, Some(Tone::Faint));
    page.finish()
}

/// The first outages, and the longest.
fn shown(of: &Timeline) -> Vec<usize> {
    let mut shown: Vec<usize> = (0..of.outages.len().min(OUTAGES_SHOWN)).collect();
    let longest = longest(of).filter(|at| !shown.contains(at));
    if let (Some(last), Some(longest)) = (shown.last_mut(), longest) {
        *last = longest;
    }
    shown
}

fn longest(of: &Timeline) -> Option<usize> {
    let longest = of.longest_outage()?;
    of.outages.iter().rposition(|outage| outage == longest)
}

fn verdict(of: &Timeline) -> String {
    let horizon = number::span(of.horizon_ms as f64 / 3_600_000.0);
    match of.outages.as_slice() {
        [] => format!("The objective ({}) holds for all of {horizon}.", of.need),
        outages => format!(
            "The objective ({}) is missed {} in {horizon}, {} in all{}.",
            of.need,
            if outages.len() == 1 { "once".to_owned() } else { format!("{} times", outages.len()) },
            exactly(of.missed_ms),
            match longest(of) {
                Some(at) if outages.len() > 1 => format!("; the longest is outage {}", at + 1),
                _ => String::new(),
            },
        ),
    }
}

/// "1,204 sessions are lost: planned 1,100, rack 104".
fn sessions(of: &Timeline) -> Option<String> {
    let all: f64 = of.sessions_lost.iter().map(|(_, lost)| lost).sum();
    let plain = |lost: f64| number::plain(lost, number::Toward::Up);
    let cause = |(cause, lost): &(String, f64)| format!("{} {}", clean(cause), plain(*lost));
    let causes: Vec<String> = of.sessions_lost.iter().map(cause).collect();
    (all > 0.0).then(|| format!("{} sessions are lost: {}.", plain(all), causes.join(", ")))
}

/// "43 min 12.005 s": nothing is rounded.
fn exactly(ms: u64) -> String {
    let (hours, minutes, seconds, rest) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
    let mut text = String::new();
    if hours > 0 {
        text += &format!("{hours} h ");
    }
    if ms >= 60_000 {
        text += &format!("{minutes} min ");
    }
    if rest == 0 { text + &format!("{seconds} s") } else { text + &format!("{seconds}.{rest:03} s") }
}

/// "day 71 04:10:22".
pub(crate) fn instant(ms: u64) -> String {
    let (day, rest) = (ms / 86_400_000, ms % 86_400_000);
    format!("day {day} {:02}:{:02}:{:02}", rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60)
}

/// Tells an outage; the one before it is told already, or not.
fn tell(page: &mut Page, of: &Timeline, (at, before): (usize, Option<usize>), outage: &Outage) {
    let length = outage.to_ms - outage.from_ms;
    page.title(&format!("Outage {}: {}, {}", at + 1, instant(outage.from_ms), exactly(length)));
    let cause = |(cause, ms): &(String, u64)| {
        format!("{} {}", clean(cause), number::percent(*ms as f64 / length.max(1) as f64, number::Toward::Down))
    };
    let causes: Vec<String> = outage.causes.iter().map(cause).collect();
    let cut = if outage.cut { "; cut by the end of the trial" } else { "" };
    page.paragraph(None, &format!("Charged to {}{cut}.", causes.join(", ")), None);
    let after = |ms: u64| of.rows.partition_point(|row| row.at_ms <= ms);
    let (first, end) = (of.rows.partition_point(|row| row.at_ms < outage.roots_ms), after(outage.over_ms));
    // What led to an outage before led to this one, too.
    let told = before.map_or(0, |before| after(of.outages[before].over_ms));
    if first < told {
        let words = format!("It begins with what was out in outage {at}: from {} on.", instant(outage.roots_ms));
        page.paragraph(None, &words, None);
    }
    let first = first.max(told);
    for amiss in &outage.amiss {
        let since = instant(amiss.since_ms);
        page.paragraph(Some((&since, since.len())), &still(amiss), Some(Tone::Unsure));
    }
    rows(page, of, &of.rows[first..end], ROWS_SHOWN);
}

/// "still amiss: web/eastus/1/3 stays in state Failed ... [RC-07]".
pub(crate) fn still(amiss: &Amiss) -> String {
    let rules = if amiss.rules.is_empty() { String::new() } else { format!(" [{}]", amiss.rules) };
    clean(&format!("still amiss: {}{rules}", amiss.says))
}

fn rows(page: &mut Page, of: &Timeline, rows: &[Row], most: usize) {
    for (at, row) in rows.iter().enumerate() {
        // The beginning and the end are what a reader looks for.
        if rows.len() > most && at == most / 2 {
            page.line(&format!("    … {} more rows …", rows.len() - most));
        }
        if rows.len() > most && (most / 2..rows.len() - most / 2).contains(&at) {
            continue;
        }
        let tone = match row.kind {
            Kind::Objective if row.says.starts_with("the objective holds") => Some(Tone::Good),
            Kind::Objective => Some(Tone::Bad),
            Kind::Fault => Some(Tone::Unsure),
            _ => None,
        };
        page.paragraph(Some((&instant(row.at_ms), instant(row.at_ms).len())), &words(of, row), tone);
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
