//! Pictures of a storm: machines that serve over its time against what is needed, with a lane a zone and a struck rack, and what
//! waits meanwhile.

use super::figures::Figure;
use super::table;
use crate::chart::{self, Area, Lane, Span, Storm};
use crate::number;
use crate::page::{Grid, Side, clean};
use crate::picture::{Stretch, bars, capacities, counted, deadlines, total, what_waits};
use crate::terminal::{again, by_the_clock, charged, instant, still};
use zonefall_study::timeline::{Capacity, Fluid, Folded, Lane as Steps, Outage, Timeline, Waiting, folded};

/// Lanes of zones and of racks that are drawn; of more, those that lose least are one.
const LANES_MAX: usize = 6;
/// Rows of the table: half of them from the beginning, half from the end.
const ROWS_MAX: usize = 16;
/// Causes that a caption names.
const CAUSES: usize = 3;
/// Heights of the lanes: all machines, a zone, a rack.
const HEIGHTS: [f64; 3] = [86.0, 34.0, 22.0];
/// Units of time, the largest first, and from how many of them on it is used.
const UNITS: [(&str, f64); 4] =
    [("days", 86_400_000.0), ("hours", 3_600_000.0), ("minutes", 60_000.0), ("seconds", 1000.0)];
const UNITS_LEAST: f64 = 3.0;

/// The picture of a trial, called so: its longest outage and what led to it.
pub(super) fn storm(of: &Timeline, which: &str) -> Option<Figure> {
    let outage = of.longest_outage()?;
    let stretch = Stretch::of(of);
    let clock = Clock::new(&stretch, outage.from_ms);
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

fn left_of_batch(jobs: u64) -> String {
    match jobs {
        0 => "all of the batch are done".into(),
        left => format!("{} of the batch are not done", number::count(left)),
    }
}

/// In whole ones, as rows tell them: a job that is being worked on waits too, a part of a request does not.
fn whole(of: &Waiting, waits: f64) -> String {
    let whole = match of.what {
        Fluid::Jobs => (waits - 1e-6).ceil(),
        Fluid::Requests => (waits + 1e-6).floor(),
    };
    number::count(whole.max(0.0) as u64)
}

/// What waits, as it is drawn.
fn area(of: &Timeline, waiting: &Waiting, stretch: &Stretch, clock: &Clock) -> Area {
    let course = waiting.between(stretch.from, stretch.to);
    let least = course.iter().map(|corner| corner.1).fold(f64::INFINITY, f64::min);
    let (_, most) = waiting.most(stretch.from, stretch.to);
    let deadlines = deadlines(waiting, stretch).into_iter();
    let tip = |at: u64, left: u64| format!("deadline on {}: {}", instant(of, at), left_of_batch(left));
    let [least_said, most_said] = [least, most].map(|waits| whole(waiting, waits));
    Area {
        label: what_waits(waiting).into(),
        words: if least == most { most_said } else { format!("{least_said} to {most_said}") },
        corners: course.into_iter().map(|(t, waits)| (clock.of(t), waits)).collect(),
        marks: deadlines.map(|(at, left)| (clock.of(at), "deadline", tip(at, left))).collect(),
    }
}

/// Time as it is drawn.
struct Clock {
    zero: u64,
    unit: f64,
    axis: String,
}

impl Clock {
    fn new(stretch: &Stretch, zero: u64) -> Self {
        let length = (stretch.to - stretch.from) as f64;
        let found = UNITS.into_iter().find(|(_, unit)| length >= UNITS_LEAST * unit);
        let (name, unit) = found.unwrap_or(UNITS[3]);
        Self { zero, unit, axis: format!("{name} from the moment the objective is missed") }
    }

    fn of(&self, ms: u64) -> f64 {
        (ms as f64 - self.zero as f64) / self.unit
    }
}

fn drawn(of: &Timeline, stretch: &Stretch, clock: &Clock) -> Storm {
    let clip = |ms: u64| clock.of(ms.clamp(stretch.from, stretch.to));
    let lane = |name: &str, steps: &[(u64, f64)], needed: &[(u64, f64)], height: f64| Lane {
        label: clean(name),
        words: ends(steps, stretch).map_or_else(String::new, in_words),
        steps: steps.iter().map(|&(t, level)| (clock.of(t), level)).collect(),
        needed: needed.iter().map(|&(t, level)| (clock.of(t), level)).collect(),
        height,
    };
    let mut lanes = vec![lane("all machines", &counted(&total(&of.lanes)), &counted(&of.needed), HEIGHTS[0])];
    for (name, Capacity { good_for, needed }) in capacities(of) {
        lanes.push(lane(name, good_for, needed, HEIGHTS[1]));
    }
    let zones = of.lanes.iter().filter(|_| of.lanes.len() > 1);
    let struck = |rack: &&Steps| rack.out.iter().any(|&(from, to)| from < stretch.to && to > stretch.from);
    let used = |rack: &&Steps| ends(&counted(&rack.steps), stretch).is_some_and(|(_, most)| most > 0.0);
    let racks = of.racks.iter().filter(struck).filter(used);
    for (places, height, what) in [(zones.collect(), HEIGHTS[1], "zones"), (racks.collect(), HEIGHTS[2], "racks")] {
        let (shown, rest) = shown(places, stretch);
        lanes.extend(shown.iter().map(|place| lane(&place.name, &counted(&place.steps), &[], height)));
        if !rest.is_empty() {
            let name = format!("{} more {what}", rest.len());
            lanes.push(lane(&name, &counted(&total(rest.iter().copied())), &[], height));
        }
    }
    let inside = of.outages.iter().filter(|outage| outage.to_ms > stretch.from && outage.from_ms < stretch.to);
    let shaded = inside.map(|outage| Span {
        label: "missed".into(),
        from: clip(outage.from_ms),
        to: clip(outage.to_ms),
        tip: format!("missed for {}", number::duration(outage.length_ms() as f64 / 60_000.0)),
    });
    let bars = bars(of, stretch).into_iter().map(|(name, from, to)| Span {
        tip: format!("{}, from {}", clean(&name), instant(of, from)),
        label: clean(&name),
        from: clip(from),
        to: clip(to),
    });
    Storm {
        stretch: (clock.of(stretch.from), clock.of(stretch.to)),
        axis: clock.axis.clone(),
        shaded: shaded.collect(),
        lanes,
        waits: of.waiting.as_ref().map(|waiting| area(of, waiting, stretch, clock)),
        bars: bars.collect(),
    }
}

/// The places that have a lane of their own, those that lose the most first where there are too many, in their order; and those
/// that are one lane together.
fn shown<'a>(places: Vec<&'a Steps>, stretch: &Stretch) -> (Vec<&'a Steps>, Vec<&'a Steps>) {
    if places.len() <= LANES_MAX {
        return (places, Vec::new());
    }
    let lost = |place: &Steps| ends(&counted(&place.steps), stretch).map_or(0.0, |(least, most)| most - least);
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|&a, &b| lost(places[b]).total_cmp(&lost(places[a])));
    order.truncate(LANES_MAX - 1);
    let (shown, rest): (Vec<_>, Vec<_>) = places.into_iter().enumerate().partition(|(at, _)| order.contains(at));
    let plain = |of: Vec<(usize, &'a Steps)>| of.into_iter().map(|(_, place)| place).collect();
    (plain(shown), plain(rest))
}

/// The fewest and the most in the stretch.
fn ends(steps: &[(u64, f64)], stretch: &Stretch) -> Option<(f64, f64)> {
    let first = steps.partition_point(|step| step.0 <= stretch.from).saturating_sub(1);
    let within = steps[first.min(steps.len())..].iter().take_while(|step| step.0 < stretch.to).map(|step| step.1);
    within.fold(None, |ends, level| {
        let (least, most) = ends.unwrap_or((level, level));
        Some((level.min(least), level.max(most)))
    })
}

fn in_words((least, most): (f64, f64)) -> String {
    if least == most { least.to_string() } else { format!("{least} to {most}") }
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
    let amiss = outage.amiss.iter();
    let amiss = amiss.map(|told| vec![instant(of, told.since_ms), still(told), clean(&told.rules), String::new()]);
    let mut told_rows: Vec<Vec<String>> = amiss.collect();
    let half = ROWS_MAX / 2;
    if rows.len() <= ROWS_MAX {
        told_rows.extend(rows.iter().map(told));
    } else {
        let more = format!("… {} more …", rows.len() - 2 * half);
        told_rows.extend(rows[..half].iter().map(told));
        told_rows.push(vec![more, String::new(), String::new(), String::new()]);
        told_rows.extend(rows[rows.len() - half..].iter().map(told));
    }
    told_rows.iter_mut().for_each(|row| row.resize(columns.len(), String::new()));
    Grid { columns: columns.into_iter().map(|(head, side)| (head.to_owned(), side)).collect(), rows: told_rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_sum_to_all_machines() {
        let lane = |steps: &[(u64, i64)]| Steps { name: String::new(), steps: steps.to_vec(), out: Vec::new() };
        let lanes = [lane(&[(0, 4), (10, 3), (20, 4)]), lane(&[(0, 2), (10, 0)])];
        assert_eq!(total(&lanes), [(0, 6), (10, 3), (20, 4)]);
    }

    #[test]
    fn of_too_many_racks_those_without_a_lane_are_counted_together() {
        let rack = |at: i64| Steps { name: format!("r{at}"), steps: vec![(0, 10), (5, 10 - at)], out: Vec::new() };
        let racks: Vec<Steps> = (0..9).map(rack).collect();
        let stretch = Stretch { from: 0, to: 10 };
        let (shown, rest) = shown(racks.iter().collect(), &stretch);
        let names = |of: &[&Steps]| of.iter().map(|rack| rack.name.clone()).collect::<Vec<_>>().join(" ");
        assert_eq!((names(&shown), names(&rest)), ("r4 r5 r6 r7 r8".into(), "r0 r1 r2 r3".into()));
        assert_eq!(total(rest), [(0, 40), (5, 34)]);
        assert_eq!(super::shown(racks[..6].iter().collect(), &stretch).1.len(), 0);
    }
}
