//! What real outages would have cost: incident × design, over the zones that each was put on.

use super::number::{self, Toward};
use super::page::{Grid, Page, Side, clean};
use super::{CONDITIONAL, Style};
use zonefall_study::incidents::Loss;

/// One incident's losses in one design.
struct Group<'a> {
    incident: &'a str,
    design: &'a str,
    losses: Vec<&'a Loss>,
}

/// Draws the losses of an incident study: the least, mean and most missed minutes over zones.
pub fn incident_table(losses: &[Loss], style: Style) -> String {
    let mut page = Page::new(style);
    page.title("What these outages would have cost");
    let said = CONDITIONAL.replace('…', page.sign("…", "..."));
    page.paragraph(None, &said, None);
    page.line("");
    page.grid(&summary(losses));
    page.title("One by one");
    let columns = vec![
        ("incident".to_owned(), Side::Text),
        ("design".into(), Side::Name),
        ("missed min\nbest zone".into(), Side::Right),
        ("mean".into(), Side::Right),
        ("worst zone".into(), Side::Right),
        ("which".into(), Side::Name),
        ("zones".into(), Side::Right),
    ];
    let groups = groups(losses);
    let rows = groups.iter().enumerate().map(|(at, group)| {
        let repeated = at > 0 && groups[at - 1].incident == group.incident;
        row(group, repeated)
    });
    page.grid(&Grid { rows: rows.collect(), columns });
    page.finish()
}

/// The answer: how many cases cost each design something, how much on average, and the worst.
fn summary(losses: &[Loss]) -> Grid {
    let mut designs: Vec<&str> = Vec::new();
    for loss in losses {
        if !designs.contains(&loss.design.as_str()) {
            designs.push(&loss.design);
        }
    }
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("cases\nwith a loss".into(), Side::Right),
        ("mean loss\nmin".into(), Side::Right),
        ("worst\nmin".into(), Side::Right),
        ("which".into(), Side::Text),
    ];
    let row = |design: &&str| {
        let mine: Vec<&Loss> = losses.iter().filter(|loss| loss.design == *design).collect();
        let lost = mine.iter().filter(|loss| loss.missed_min > 0.0).count();
        let mean = mine.iter().map(|loss| loss.missed_min).sum::<f64>() / mine.len().max(1) as f64;
        let worst = mine.iter().copied().reduce(|a, b| if b.missed_min > a.missed_min { b } else { a });
        let most = worst.map_or(0.0, |loss| loss.missed_min);
        vec![
            clean(design),
            format!("{lost} of {}", mine.len()),
            number::plain(mean, Toward::Up),
            number::plain(most, Toward::Up),
            worst.filter(|_| most > 0.0).map_or(String::new(), |loss| clean(&loss.incident)),
        ]
    };
    Grid { rows: designs.iter().map(row).collect(), columns }
}

/// Groups in order of incident, then design, each in the order of its first loss.
fn groups(losses: &[Loss]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group> = Vec::new();
    for loss in losses {
        let same = |group: &&mut Group| group.incident == loss.incident && group.design == loss.design;
        if let Some(group) = groups.iter_mut().find(same) {
            group.losses.push(loss);
            continue;
        }
        let after = groups.iter().rposition(|group| group.incident == loss.incident);
        let at = after.map_or(groups.len(), |last| last + 1);
        groups.insert(at, Group { incident: &loss.incident, design: &loss.design, losses: vec![loss] });
    }
    groups
}

fn row(group: &Group, repeated: bool) -> Vec<String> {
    let minutes = || group.losses.iter().map(|loss| loss.missed_min);
    let least = minutes().fold(f64::INFINITY, f64::min);
    let mean = minutes().sum::<f64>() / group.losses.len().max(1) as f64;
    let worst = group.losses.iter().copied().reduce(|a, b| if b.missed_min > a.missed_min { b } else { a });
    let most = worst.map_or(f64::NAN, |loss| loss.missed_min);
    let same = least == most;
    let [least, mean, most] = [least, mean, most].map(|minutes| number::plain(minutes, Toward::Up));
    let which = if same { "all alike".into() } else { worst.map_or(String::new(), |loss| clean(&loss.zone)) };
    let incident = if repeated { String::new() } else { clean(group.incident) };
    vec![incident, clean(group.design), least, mean, most, which, group.losses.len().to_string()]
}
