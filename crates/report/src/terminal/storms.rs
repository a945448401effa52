//! A typical and the worst storm of each design: which trials they are, and what they came to.

use super::number;
use super::page::{Grid, Page, Picture, Side, Tone, clean};
use crate::clock::{by_the_clock, instant};
use zonefall_study::timeline::{Storms, Timeline};

/// How to read the pictures.
const PICTURES: &str = "In the pictures: the longest outage of the trial and what led to it. Machines that serve, all of \
                        them, by zone, and by rack where single racks were struck, with the fewest and the most at the end of a lane; \
                        dashed what the objective needs, where that is a number of machines; shaded while it is missed; below, \
                        what struck. Good for requests/s: what those that serve can do together, where some are slow or unlike; \
                        the same of a gateway that grows. Jobs that wait, or requests in line, are an area of their own, with \
                        deadlines dashed. \
                        Machines that stand by serve nobody until clients are sent to them.";

pub(super) fn draw(page: &mut Page, storms: &Storms) {
    page.title("Capacity over a storm: a typical one and the worst");
    let rows: Vec<Vec<String>> = storms
        .designs
        .iter()
        .flat_map(|design| {
            let mut name = clean(&design.design);
            let both = [("typical", &design.typical), ("worst", &design.worst)];
            let told = both.into_iter().filter_map(|(which, of)| Some((which, of.as_ref()?)));
            told.map(|(which, of)| row(std::mem::take(&mut name), which, of)).collect::<Vec<_>>()
        })
        .collect();
    if !rows.is_empty() {
        page.paragraph(None, &scope(storms), None);
        table(page, rows);
    }
    for (at, design) in storms.designs.iter().enumerate() {
        for (worst, of) in [(false, &design.typical), (true, &design.worst)] {
            if of.is_some() {
                page.picture(Picture::Storm { design: at, worst }, None);
            }
        }
    }
    let never: Vec<String> =
        storms.designs.iter().filter(|design| design.missed == 0).map(|design| clean(&design.design)).collect();
    if !never.is_empty() {
        let words = format!("Without a miss in {} trials: {}.", number::count(storms.searched), never.join("; "));
        page.paragraph(None, &words, None);
    }
    for note in &storms.notes {
        page.paragraph(None, &format!("Not shown: {}.", clean(note).trim_end_matches('.')), Some(Tone::Faint));
    }
}

/// A table of trials, and how to read the pictures of them.
pub(super) fn table(page: &mut Page, rows: Vec<Vec<String>>) {
    page.grid(&Grid { columns: columns(), rows });
    page.legend(PICTURES);
}

fn scope(storms: &Storms) -> String {
    let of = match (storms.searched, storms.trials) {
        (1, 1) => "the one trial".to_owned(),
        (searched, trials) if searched == trials => format!("all {} trials", number::count(trials)),
        (searched, trials) => format!("the first {} of {} trials", number::count(searched), number::count(trials)),
    };
    let told = storms.designs.iter().find_map(|of| of.worst.as_ref().or(of.typical.as_ref()));
    let clock = told.map_or_else(String::new, |of| format!(" {}", by_the_clock(of)));
    format!(
        "Single trials out of {of}: nothing here says how often. Worst: the trial with the most missed time; typical: the middle \
         one of those that missed. zonefall trace with the same \
         scenario and seed, --design and --trial tells one step by step.{clock}"
    )
}

fn columns() -> Vec<(String, Side)> {
    vec![
        ("design".into(), Side::Name),
        ("which".into(), Side::Left),
        ("trial".into(), Side::Right),
        ("missed\nin all".into(), Side::Right),
        ("longest\noutage".into(), Side::Right),
        ("from".into(), Side::Left),
        ("charged mostly to".into(), Side::Text),
    ]
}

/// A trial: what it came to.
pub(super) fn row(name: String, which: &str, of: &Timeline) -> Vec<String> {
    let minutes = |ms: u64| number::duration(ms as f64 / 60_000.0);
    let longest = of.longest_outage();
    let cause = longest.and_then(|outage| outage.causes.first()).map_or(String::new(), |(cause, _)| clean(cause));
    vec![
        name,
        which.to_owned(),
        of.trial.to_string(),
        minutes(of.missed_ms),
        longest.map_or(String::new(), |outage| minutes(outage.length_ms())),
        longest.map_or(String::new(), |outage| instant(of, outage.from_ms)),
        cause,
    ]
}
