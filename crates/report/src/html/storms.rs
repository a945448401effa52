//! Figures of a storm: its picture with what it shows in words, and the chain of what happened.

use super::figures::Figure;
use super::table;
use crate::chart;
use crate::clock::{by_the_clock, instant};
use crate::cut::{Told as Cut, cut};
use crate::number;
use crate::page::{Grid, Side, clean};
use crate::picture::{Clock, Stretch, drawn, left_of_batch, what_waits, whole};
use crate::terminal::{again, charged, still, to_the_end};
use zonefall_study::timeline::{Amiss, Folded, Outage, Timeline, Waiting, folded};

/// Rows of the table where no more of them begin and end what explains them.
const ROWS_MAX: usize = 16;
/// Causes that a caption names.
const CAUSES: usize = 3;

/// The picture of a trial, called so: its longest outage and what led to it.
pub(super) fn storm(of: &Timeline, which: &str) -> Option<Figure> {
    let outage = of.longest_outage()?;
    let stretch = Stretch::of(of);
    let clock = Clock::new(&stretch, Some(outage));
    let drawn = drawn(of, &stretch, &clock);
    let waits = of.waiting.as_ref().map(|waiting| waits(of, waiting, &stretch));
    let beside = waits.as_ref().map_or(String::new(), |waits| format!(". {}", waits.trim_end_matches('.')));
    let label = format!("{which} of {}: machines that serve{beside}", clean(&of.design));
    let mut charged = charged(outage);
    let rest = charged.len().saturating_sub(CAUSES);
    charged.truncate(CAUSES);
    charged.extend((rest > 0).then(|| format!("the rest to {rest} more")));
    let caption = format!(
        "{}, {}: trial {}, from {} on. The objective ({}) is missed for {}, charged to {}. {}{}",
        clean(&of.design),
        which.to_lowercase(),
        of.trial,
        instant(of, outage.from_ms),
        clean(&of.need),
        number::duration(outage.length_ms() as f64 / 60_000.0),
        charged.join(", "),
        waits.map_or(String::new(), |waits| waits + " "),
        by_the_clock(of),
    );
    let rows = chain(of, outage);
    let figure = Figure::new(&caption, Some(table(rows, &[])), |width| Some(chart::storm(&label, &drawn, width)))?;
    Some(figure.told("What happened"))
}

/// "At most 41,200 jobs wait, on day 3 05:00:00. At the deadline on day 3 08:00:00, 1,200 of the batch are not done."
fn waits(of: &Timeline, waiting: &Waiting, stretch: &Stretch) -> String {
    let (at, most) = waiting.most(stretch.from, stretch.to);
    if most <= 0.0 {
        return format!("No {} wait.", waiting.what);
    }
    let wait = format!("At most {} {} wait, on {}.", whole(waiting, most), waiting.what, instant(of, at));
    let passed = waiting.deadlines.iter().filter(|deadline| stretch.holds(deadline.0));
    // Of equals the first.
    match passed.rev().max_by_key(|(_, left)| left) {
        Some(&(at, left)) => format!("{wait} At the deadline on {} {}.", instant(of, at), left_of_batch(left)),
        None => wait,
    }
}

/// What was amiss before, and what happened from the first that went down until the objective held again.
fn chain(of: &Timeline, outage: &Outage) -> Grid {
    let waits = of.waiting.as_ref().map(|waiting| (what_waits(waiting), Side::Right));
    let columns = [("when", Side::Left), ("what happened", Side::Text), ("rules", Side::Left), ("serve", Side::Right)];
    let columns: Vec<(&str, Side)> = columns.into_iter().chain(waits).collect();
    let rows = folded(&of.rows[of.rows_of(outage)]);
    let told = |told: &Folded<'_>| {
        let row = told.row;
        let says = clean(&row.says) + &again(of, told);
        let mut cells = vec![instant(of, row.at_ms), says, clean(&row.rules), row.serving.to_string()];
        cells.extend(of.waiting.as_ref().map(|waiting| whole(waiting, waiting.at(row.at_ms))));
        cells
    };
    let amiss = |told: &Amiss, says: String| vec![instant(of, told.since_ms), says, clean(&told.rules), String::new()];
    let mut told_rows: Vec<Vec<String>> = outage.amiss.iter().map(|told| amiss(told, still(told))).collect();
    told_rows.extend(cut(&rows, Some(outage), ROWS_MAX).into_iter().map(|row| match row {
        Cut::Row(row) => told(row),
        Cut::Left(rows) => vec![format!("… {} more …", number::count(rows as u64))],
    }));
    told_rows.extend(outage.still.iter().map(|told| amiss(told, to_the_end(told))));
    told_rows.iter_mut().for_each(|row| row.resize(columns.len(), String::new()));
    Grid { columns: columns.into_iter().map(|(head, side)| (head.to_owned(), side)).collect(), rows: told_rows }
}
