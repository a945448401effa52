//! Sessions that are lost with the machines that hold them, and against the first design that holds some.

use super::designs::estimate;
use super::differences;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::{Estimate, Outcome, Quality, SessionsDifference, SessionsOutcome};

const NOTE: &str = "A machine that dies, or is deleted or upgraded before it has drained, loses the sessions that it holds; \
                    by default Azure waits for no drain (LB-10, MT-11). Numbers are expected ones, given what happens to \
                    the machines.";

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    if outcome.designs.iter().all(|design| design.sessions.is_none()) {
        return;
    }
    page.title("Sessions lost");
    let interval = format!("{} interval", number::percent_given(outcome.confidence));
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("to what".into(), Side::Name),
        ("a month".into(), Side::Right),
        (interval, Side::Name),
        ("of all\nlost".into(), Side::Right),
        ("of those that\nbegin a month".into(), Side::Right),
    ];
    let mut rows = Vec::new();
    for design in &outcome.designs {
        if let Some(of) = &design.sessions {
            rows.extend(of_design(page, &design.design, of));
        }
    }
    page.grid(&Grid { rows, columns });
    page.paragraph(None, NOTE, Some(Tone::Faint));
    against(page, outcome);
}

fn against(page: &mut Page, outcome: &Outcome) {
    let differing = outcome.designs.iter().filter_map(|of| Some((of.design.as_str(), of.sessions.as_ref()?)));
    let differing = differing.filter_map(|(name, of)| Some((name, of.difference.as_ref()?)));
    let differing: Vec<(&str, &SessionsDifference)> = differing.collect();
    let Some((_, first)) = differing.first() else { return };
    page.title(&format!("Sessions lost against {}, on the same storms", clean(&first.against)));
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("difference\na month".into(), Side::Right),
        (format!("{} interval\nfor all together", number::percent_given(outcome.confidence)), Side::Left),
        (String::new(), Side::Left),
    ];
    let minus = page.sign('−', '-');
    let rows = differing
        .iter()
        .map(|(name, of)| [clean(name)].into_iter().chain(difference(of, minus)).chain([clean(&of.says)]).collect());
    let rows = rows.collect();
    page.grid(&Grid { columns, rows });
}

/// A difference and its interval.
pub(super) fn difference(of: &SessionsDifference, minus: char) -> [String; 2] {
    differences::cells(of.lost_per_month, (Some(of.low), Some(of.high)), of.hits, minus)
}

/// Both ends of what is lost; nothing where only one is known.
pub(super) fn interval(page: &Page, of: Estimate) -> String {
    match (of.low, of.quality) {
        (Some(low), Quality::Interval) => number::ends(low, of.high, number::plain).join(page.sign("–", "-")),
        _ => String::new(),
    }
}

fn of_design(page: &Page, name: &str, of: &SessionsOutcome) -> Vec<Vec<String>> {
    let begun = number::plain(of.begun_per_month, Toward::Up);
    let of_begun = format!("{} of {begun}", number::percent(of.share_of_begun, Toward::Up));
    let mut rows = vec![row(page, [clean(name), "all together".into()], of.lost_per_month, [String::new(), of_begun])];
    for cause in &of.causes {
        let shares = [number::percent(cause.share_of_lost, Toward::Up), String::new()];
        rows.push(row(page, [String::new(), clean(&cause.cause)], cause.lost_per_month, shares));
    }
    rows
}

fn row(page: &Page, names: [String; 2], lost: Estimate, shares: [String; 2]) -> Vec<String> {
    let mean = estimate(page, lost, |number| number::plain(number, Toward::Up));
    names.into_iter().chain([mean, interval(page, lost)]).chain(shares).collect()
}
