//! A timeline as a picture: SVG, all machines, zones and struck racks as lanes, what the objective needs dashed, its outages shaded, the jobs
//! or requests that wait as an area, what the storm did as bars.
//!
//! The longest outage with what led to it, or the whole trial if there is none: the figure of a page, and the same alone with a
//! title and plain colours of its own. Plain SVG 1.1 without script or font files.

use crate::chart::{self, Area, Lane, Span, Storm};
use crate::clock::{by_the_clock, instant};
use crate::number;
use crate::page::clean;
use zonefall_study::timeline::{Capacity, Fluid, Kind, Lane as Steps, Outage, Timeline, Waiting};

const WIDTH: f64 = 960.0;
/// What the page says in its style sheet, in plain colours for viewers that know no others.
const STYLE: &str = ".grid{stroke:#dddddd}.forbidden{fill:#d55e00;fill-opacity:.15}.miss{fill:none;stroke:#b34400}.hit{fill:none}\
    .goal{fill:none;stroke:#222222;stroke-width:1.6;stroke-dasharray:6 4}.goal-label,.value{font-weight:600}\
    .goal-label,.small,.tick,.axis{font-size:12px}.tick,.axis{fill:#57606a}.level{stroke-width:1.6;fill-opacity:.2}\
    .l0{fill:#0072b2;stroke:#0072b2}.l2{fill:#009e73;stroke:#009e73}.l5{fill:#56b4e9;stroke:#56b4e9}.f3{fill:#d55e00}";
const BACK: &str = "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>";
/// Lanes of zones and of racks that are drawn; of more, those that lose least are one.
const LANES_MAX: usize = 6;
/// Heights of the lanes: all machines, a zone, a rack.
const HEIGHTS: [f64; 3] = [86.0, 34.0, 22.0];
/// Units of time, the largest first, and from how many of them on it is used.
const UNITS: [(&str, f64); 4] =
    [("days", 86_400_000.0), ("hours", 3_600_000.0), ("minutes", 60_000.0), ("seconds", 1000.0)];
const UNITS_LEAST: f64 = 3.0;

/// Bars of the storm that are drawn.
const BARS_MAX: usize = 12;

/// More deadlines than these are no marks any more.
const MARKS_MAX: usize = 24;
/// So much of a backlog before its deadline, or of a line around an outage, is drawn in any case.
const BACKLOG_MAX_MS: u64 = 86_400_000;
const LINE_MAX_MS: u64 = 600_000;

/// The stretch of time that is drawn.
pub(crate) struct Stretch {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

impl Stretch {
    /// The longest outage and what led to it; the whole trial if there is none.
    pub(crate) fn of(timeline: &Timeline) -> Self {
        let Some(outage) = timeline.longest_outage() else { return Self { from: 0, to: timeline.horizon_ms.max(1) } };
        // Long-dead machines are not worth a picture of a year around an hour.
        let length = outage.length_ms();
        let (since, most) = backlog(timeline, outage).unwrap_or((u64::MAX, 0));
        let most = most.max(2 * length);
        let before = |by: u64| outage.from_ms.saturating_sub(by);
        let roots = outage.roots_ms.max(before(2 * length)).min(since.max(before(most)));
        // Nor is a line that stays behind for long.
        let over = outage.over_ms.clamp(outage.to_ms, outage.to_ms.saturating_add(most));
        let margin = ((over - roots) / 5).max(60_000);
        Self { from: roots.saturating_sub(margin), to: (over + margin).min(timeline.horizon_ms).max(1) }
    }

    /// Whether an instant lies in it.
    pub(crate) fn holds(&self, ms: u64) -> bool {
        (self.from..=self.to).contains(&ms)
    }
}

/// Since when a line has been there when an outage begins, or the jobs that its deadline finds not done; and how much of that is worth
/// a picture.
fn backlog(of: &Timeline, outage: &Outage) -> Option<(u64, u64)> {
    let waiting = of.waiting.as_ref()?;
    let is_due = || waiting.deadlines.iter().any(|&(at, left)| at == outage.from_ms && left > 0);
    let most = match waiting.what {
        Fluid::Jobs => is_due().then_some(BACKLOG_MAX_MS)?,
        Fluid::Requests => LINE_MAX_MS,
    };
    Some((waiting.since(outage.from_ms), most))
}

/// Draws a timeline.
pub fn timeline_svg(of: &Timeline) -> String {
    let stretch = Stretch::of(of);
    let clock = Clock::new(&stretch, of.longest_outage());
    let title = clean(&format!("{}: trial {} of {}", of.study, of.trial, of.design));
    let which = match of.longest {
        Some(at) if of.outages.len() > 1 => format!("; outage {} of {}, the longest", at + 1, of.outages.len()),
        _ => String::new(),
    };
    let mut drawn = drawn(of, &stretch, &clock);
    let needs = drawn.lanes.iter().any(|lane| !lane.needed.is_empty());
    let dashed = if needs { "; dashed: what it needs" } else { "" };
    drawn.head = vec![
        title.clone(),
        format!("{}; shaded: the objective is missed{dashed}{which}", clean(&of.need)),
        format!("From {} to {}. {}", instant(of, stretch.from), instant(of, stretch.to), by_the_clock(of)),
    ];
    // The first tag ends there: words are escaped.
    chart::storm(&title, &drawn, WIDTH).replacen(
        '>',
        &format!(" font-family=\"sans-serif\"><style>{STYLE}</style>{BACK}"),
        1,
    ) + "\n"
}

/// What the storm did in the stretch: name, beginning, end.
fn bars(of: &Timeline, stretch: &Stretch) -> Vec<(String, u64, u64)> {
    let mut bars: Vec<(String, u64, u64)> = Vec::new();
    // What has no cause of its own, such as a bad release that shows, does not end as faults do.
    for row in of.rows.iter().filter(|row| row.kind == Kind::Fault && !row.cause.is_empty()) {
        let name = if row.strikes.is_empty() { format!("{} {}", row.cause, row.place) } else { row.strikes.clone() };
        let open = bars.iter_mut().rev().find(|bar| bar.0 == name && bar.2 == u64::MAX);
        match open {
            Some(bar) if row.ends => bar.2 = row.at_ms,
            _ if row.ends => {}
            _ => bars.push((name, row.at_ms, u64::MAX)),
        }
    }
    bars.retain(|bar| bar.1 < stretch.to && bar.2 > stretch.from);
    bars.truncate(BARS_MAX);
    bars
}

/// The sum of all lanes.
fn total<'a>(lanes: impl IntoIterator<Item = &'a Steps>) -> Vec<(u64, i64)> {
    let changes = |lane: &Steps| {
        let mut before = 0;
        lane.steps.iter().map(|&(t, level)| (t, level - std::mem::replace(&mut before, level))).collect::<Vec<_>>()
    };
    let mut all: Vec<(u64, i64)> = lanes.into_iter().flat_map(changes).collect();
    all.sort_by_key(|change| change.0);
    let (mut steps, mut level): (Vec<(u64, i64)>, i64) = (Vec::new(), 0);
    for (t, change) in all {
        level += change;
        match steps.last_mut() {
            Some(last) if last.0 == t => last.1 = level,
            _ => steps.push((t, level)),
        }
    }
    steps
}

/// What the machines that serve and a gateway before them are good for, where it changes otherwise than their number.
fn capacities(of: &Timeline) -> impl Iterator<Item = (&'static str, &Capacity)> {
    let machines = of.capacity.iter().map(|capacity| ("good for requests/s", capacity));
    machines.chain(of.gateway.iter().map(|gateway| ("gateway lets through/s", gateway)))
}

/// What the jobs or the requests that wait are called.
pub(crate) fn what_waits(of: &Waiting) -> &'static str {
    match of.what {
        Fluid::Jobs => "jobs that wait",
        Fluid::Requests => "requests in line",
    }
}

/// The deadlines that are marked: those in the stretch; of very many those that found jobs not done, if these are few.
fn deadlines(of: &Waiting, stretch: &Stretch) -> Vec<(u64, u64)> {
    let mut all: Vec<(u64, u64)> = of.deadlines.iter().copied().filter(|deadline| stretch.holds(deadline.0)).collect();
    if all.len() > MARKS_MAX {
        all.retain(|deadline| deadline.1 > 0);
    }
    if all.len() > MARKS_MAX { Vec::new() } else { all }
}

/// Steps of counts as steps of numbers.
fn counted(steps: &[(u64, i64)]) -> Vec<(u64, f64)> {
    steps.iter().map(|&(t, count)| (t, count as f64)).collect()
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
pub(crate) struct Clock {
    zero: u64,
    unit: f64,
    axis: String,
}

impl Clock {
    pub(crate) fn new(stretch: &Stretch, outage: Option<&Outage>) -> Self {
        let length = (stretch.to - stretch.from) as f64;
        let found = UNITS.into_iter().find(|(_, unit)| length >= UNITS_LEAST * unit);
        let (name, unit) = found.unwrap_or(UNITS[3]);
        let since = if outage.is_some() { "the moment the objective is missed" } else { "the beginning of the trial" };
        Self { zero: outage.map_or(0, |outage| outage.from_ms), unit, axis: format!("{name} from {since}") }
    }

    fn of(&self, ms: u64) -> f64 {
        (ms as f64 - self.zero as f64) / self.unit
    }
}

/// All that is drawn of a stretch.
pub(crate) fn drawn(of: &Timeline, stretch: &Stretch, clock: &Clock) -> Storm {
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
        label: outage
            .causes
            .first()
            .map_or_else(|| "missed".to_owned(), |(cause, _)| format!("missed: {}", clean(cause))),
        from: clip(outage.from_ms),
        to: clip(outage.to_ms),
        tip: format!("missed for {}{}", number::duration(outage.length_ms() as f64 / 60_000.0), charged(outage)),
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
        head: Vec::new(),
        shaded: shaded.collect(),
        lanes,
        waits: of.waiting.as_ref().map(|waiting| area(of, waiting, stretch, clock)),
        bars: bars.collect(),
    }
}

/// What the missed time of an outage is charged to, the most first.
fn charged(outage: &Outage) -> String {
    let causes: Vec<String> = outage.causes.iter().map(|(cause, _)| clean(cause)).collect();
    if causes.is_empty() { String::new() } else { format!(", charged to {}", causes.join(", ")) }
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

/// What a deadline finds of its batch.
pub(crate) fn left_of_batch(jobs: u64) -> String {
    match jobs {
        0 => "all of the batch are done".into(),
        left => format!("{} of the batch are not done", number::count(left)),
    }
}

/// In whole ones, as rows tell them: a job that is being worked on waits too, a part of a request does not.
pub(crate) fn whole(of: &Waiting, waits: f64) -> String {
    let whole = match of.what {
        Fluid::Jobs => (waits - 1e-6).ceil(),
        Fluid::Requests => (waits + 1e-6).floor(),
    };
    number::count(whole.max(0.0) as u64)
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
