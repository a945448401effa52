//! Sessions that are lost with the machines that hold them.

use super::designs::estimate;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::{Estimate, Outcome, Quality, SessionsOutcome};

const NOTE: &str = "A machine that dies, or is deleted before it has drained, loses the sessions that it holds. Numbers are \
                    expected ones, given what happens to the machines.";

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
        ("share".into(), Side::Right),
    ];
    let mut rows = Vec::new();
    for design in &outcome.designs {
        if let Some(of) = &design.sessions {
            rows.extend(of_design(page, &design.design, of));
        }
    }
    page.grid(&Grid { rows, columns });
    page.paragraph(None, NOTE, Some(Tone::Faint));
}

fn of_design(page: &Page, name: &str, of: &SessionsOutcome) -> Vec<Vec<String>> {
    let begun = number::plain(of.begun_per_month, Toward::Up);
    let share = format!("{} of {begun}", number::percent(of.lost_share, Toward::Up));
    let mut rows = vec![row(page, (clean(name), "all together".into()), of.lost_per_month, share)];
    for cause in &of.causes {
        let share = number::percent(cause.share, Toward::Up);
        rows.push(row(page, (String::new(), clean(&cause.cause)), cause.lost_per_month, share));
    }
    rows
}

fn row(page: &Page, (design, cause): (String, String), lost: Estimate, share: String) -> Vec<String> {
    let plain = |number| number::plain(number, Toward::Up);
    let interval = match (lost.low, lost.quality) {
        (Some(low), Quality::Interval) => {
            format!("{}{}{}", number::plain(low, Toward::Down), page.sign("–", "-"), plain(lost.high))
        }
        _ => String::new(),
    };
    vec![design, cause, estimate(page, lost, plain), interval, share]
}
