//! A timeline as a picture: SVG, all machines and zones as lanes, what the objective needs dashed, its outages shaded, the jobs or requests that
//! wait as an area, what the storm did as bars.
//!
//! The longest outage with what led to it, or the whole trial if there is none. Plain SVG 1.1 without script or font files.

use crate::chart::escaped;
use crate::terminal::{by_the_clock, instant};
use std::fmt::Write;
use zonefall_study::timeline::{Capacity, Fluid, Kind, Lane, Outage, Timeline, Waiting};

const WIDTH: f64 = 960.0;
const LEFT: f64 = 240.0;
const RIGHT: f64 = 20.0;
const LANE: f64 = 70.0;
/// What the names of deadlines take above the lane of what waits.
const MARKS: f64 = 14.0;
const GAP: f64 = 14.0;
const BAR: f64 = 16.0;
const TOP: f64 = 64.0;
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

    fn x(&self, ms: u64) -> f64 {
        let share = (ms.clamp(self.from, self.to) - self.from) as f64 / (self.to - self.from).max(1) as f64;
        LEFT + share * (WIDTH - LEFT - RIGHT)
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
    let bars = bars(of, &stretch);
    let drawn = lanes(of);
    let lanes = drawn.len() as f64;
    let above = of.waiting.as_ref().map_or(0.0, |waiting| if waiting.deadlines.is_empty() { 0.0 } else { MARKS });
    let waits = of.waiting.as_ref().map_or(0.0, |_| above + LANE + GAP);
    let bottom = TOP + lanes * (LANE + GAP) + waits + bars.len() as f64 * (BAR + 4.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {h}\" width=\"{WIDTH}\" height=\"{h}\" role=\"img\" \
         font-family=\"sans-serif\" font-size=\"12\">\n",
        h = bottom + 40.0
    );
    let title = format!("{}: trial {} of {}", of.study, of.trial, of.design);
    let _ = writeln!(svg, "<title>{}</title>", escaped(&title));
    let _ = writeln!(svg, "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>");
    text(&mut svg, 12.0, 24.0, "start", 16, &title);
    let which = match of.longest {
        Some(at) if of.outages.len() > 1 => format!("; outage {} of {}, the longest", at + 1, of.outages.len()),
        _ => String::new(),
    };
    let needs = drawn.iter().any(|(.., needed)| !needed.is_empty());
    let dashed = if needs { "; dashed: what it needs" } else { "" };
    text(
        &mut svg,
        12.0,
        44.0,
        "start",
        12,
        &format!("{}; shaded: the objective is missed{dashed}{which}. {}", of.need, by_the_clock(of)),
    );
    for outage in of.outages.iter().filter(|outage| outage.to_ms > stretch.from && outage.from_ms < stretch.to) {
        let (from, to) = (stretch.x(outage.from_ms), stretch.x(outage.to_ms));
        let _ = writeln!(
            svg,
            "<rect x=\"{from:.2}\" y=\"{TOP}\" width=\"{:.2}\" height=\"{:.2}\" fill=\"#d55e00\" fill-opacity=\"0.25\"/>",
            (to - from).max(1.0),
            bottom - TOP
        );
    }
    for (at, lane) in drawn.iter().enumerate() {
        draw_lane(&mut svg, lane, TOP + at as f64 * (LANE + GAP), &stretch);
    }
    let mut y = TOP + lanes * (LANE + GAP);
    if let Some(waiting) = &of.waiting {
        draw_waiting(&mut svg, waiting, y + above, &stretch);
        y += waits;
    }
    for (at, (name, from, to)) in bars.iter().enumerate() {
        draw_bar(&mut svg, name, (stretch.x(*from), stretch.x(*to)), y + at as f64 * (BAR + 4.0));
    }
    axis(&mut svg, of, &stretch, bottom + 16.0);
    svg + "</svg>\n"
}

/// What the storm did in the stretch: name, beginning, end.
pub(crate) fn bars(of: &Timeline, stretch: &Stretch) -> Vec<(String, u64, u64)> {
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

/// A lane: its name, its level, and the level that the objective needs (empty where none is known).
type Drawn = (String, Vec<(u64, f64)>, Vec<(u64, f64)>);

/// All machines that serve, what they are good for where their number does not tell it, and those of each zone of several.
fn lanes(of: &Timeline) -> Vec<Drawn> {
    let mut lanes = vec![("all machines".to_owned(), counted(&total(&of.lanes)), counted(&of.needed))];
    lanes.extend(
        capacities(of).map(|(name, capacity)| (name.to_owned(), capacity.good_for.clone(), capacity.needed.clone())),
    );
    let zones = of.lanes.iter().filter(|_| of.lanes.len() > 1);
    lanes.extend(zones.map(|zone| (zone.name.clone(), counted(&zone.steps), Vec::new())));
    lanes
}

/// The sum of all lanes.
pub(crate) fn total<'a>(lanes: impl IntoIterator<Item = &'a Lane>) -> Vec<(u64, i64)> {
    let changes = |lane: &Lane| {
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
pub(crate) fn capacities(of: &Timeline) -> impl Iterator<Item = (&'static str, &Capacity)> {
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
pub(crate) fn deadlines(of: &Waiting, stretch: &Stretch) -> Vec<(u64, u64)> {
    let mut all: Vec<(u64, u64)> = of.deadlines.iter().copied().filter(|deadline| stretch.holds(deadline.0)).collect();
    if all.len() > MARKS_MAX {
        all.retain(|deadline| deadline.1 > 0);
    }
    if all.len() > MARKS_MAX { Vec::new() } else { all }
}

/// Steps of counts as steps of numbers.
pub(crate) fn counted(steps: &[(u64, i64)]) -> Vec<(u64, f64)> {
    steps.iter().map(|&(t, count)| (t, count as f64)).collect()
}

fn draw_lane(svg: &mut String, (name, steps, needed): &Drawn, top: f64, stretch: &Stretch) {
    let most = steps.iter().chain(needed).map(|step| step.1).filter(|level| level.is_finite()).fold(1.0, f64::max);
    let y = |level: f64| top + LANE * (1.0 - (level / most).clamp(0.0, 1.0));
    text(svg, 12.0, top + LANE / 2.0, "start", 12, &shortened(name, 32));
    text(svg, LEFT - 8.0, top + 10.0, "end", 10, &format!("{most}"));
    text(svg, LEFT - 8.0, top + LANE, "end", 10, "0");
    let _ = writeln!(
        svg,
        "<line x1=\"{LEFT}\" y1=\"{0:.2}\" x2=\"{1}\" y2=\"{0:.2}\" stroke=\"#bbbbbb\"/>",
        top + LANE,
        WIDTH - RIGHT
    );
    let line = |steps: &[(u64, f64)], style: &str, svg: &mut String| {
        let path = path(steps, stretch, &y);
        let _ = writeln!(svg, "<path d=\"{path}\" fill=\"none\" {style}/>");
    };
    line(steps, "stroke=\"#0072b2\" stroke-width=\"2\"", svg);
    if !needed.is_empty() {
        line(needed, "stroke=\"#222222\" stroke-dasharray=\"5 4\"", svg);
    }
}

/// What waits, as an area that is straight between its corners, and the deadlines that pass.
fn draw_waiting(svg: &mut String, of: &Waiting, top: f64, stretch: &Stretch) {
    let course = of.between(stretch.from, stretch.to);
    let most = course.iter().map(|corner| corner.1).fold(1.0, f64::max);
    let floor = top + LANE;
    let mut path = format!("M{LEFT:.2} {floor:.2}");
    for (t, waits) in course {
        let _ = write!(path, " L{:.2} {:.2}", stretch.x(t), floor - LANE * (waits / most).clamp(0.0, 1.0));
    }
    let _ = write!(path, " L{:.2} {floor:.2} Z", WIDTH - RIGHT);
    text(svg, 12.0, top + LANE / 2.0, "start", 12, what_waits(of));
    text(svg, LEFT - 8.0, top + 10.0, "end", 10, &format!("{}", most.ceil()));
    text(svg, LEFT - 8.0, floor, "end", 10, "0");
    let _ = writeln!(
        svg,
        "<path d=\"{path}\" fill=\"#009e73\" fill-opacity=\"0.25\" stroke=\"#009e73\" stroke-width=\"1.6\"/>"
    );
    let mut free = f64::NEG_INFINITY;
    for x in deadlines(of, stretch).into_iter().map(|deadline| stretch.x(deadline.0)) {
        let _ = writeln!(
            svg,
            "<line x1=\"{x:.2}\" y1=\"{:.2}\" x2=\"{x:.2}\" y2=\"{floor:.2}\" stroke=\"#222222\" stroke-dasharray=\"5 4\"/>",
            top - 2.0
        );
        if x > free {
            text(svg, x, top - 4.0, "middle", 10, "deadline");
            free = x + 50.0;
        }
    }
}

/// Steps within the stretch.
fn path(steps: &[(u64, f64)], stretch: &Stretch, y: &impl Fn(f64) -> f64) -> String {
    let before = steps.partition_point(|step| step.0 <= stretch.from);
    let mut level = before.checked_sub(1).map_or(0.0, |at| steps[at].1);
    let mut path = format!("M{LEFT:.2} {:.2}", y(level));
    for &(t, next) in steps[before..].iter().take_while(|step| step.0 < stretch.to) {
        let x = stretch.x(t);
        let _ = write!(path, " L{x:.2} {:.2} L{x:.2} {:.2}", y(level), y(next));
        level = next;
    }
    let _ = write!(path, " L{:.2} {:.2}", WIDTH - RIGHT, y(level));
    path
}

fn draw_bar(svg: &mut String, name: &str, (from, to): (f64, f64), top: f64) {
    let _ = writeln!(
        svg,
        "<rect x=\"{from:.2}\" y=\"{top:.2}\" width=\"{:.2}\" height=\"{BAR}\" fill=\"#e69f00\"><title>{}</title></rect>",
        (to - from).max(2.0),
        escaped(name)
    );
    text(svg, 12.0, top + BAR - 4.0, "start", 11, &shortened(name, 40));
}

fn shortened(name: &str, most: usize) -> String {
    if name.chars().count() <= most { name.to_owned() } else { name.chars().take(most - 1).chain(['…']).collect() }
}

fn axis(svg: &mut String, of: &Timeline, stretch: &Stretch, y: f64) {
    for (part, anchor) in [(0, "start"), (2, "middle"), (4, "end")] {
        let ms = stretch.from + (stretch.to - stretch.from) / 4 * part;
        text(svg, LEFT + (WIDTH - LEFT - RIGHT) * part as f64 / 4.0, y, anchor, 11, &instant(of, ms));
    }
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, size: u32, words: &str) {
    let words = escaped(words);
    let _ = writeln!(
        svg,
        "<text x=\"{x:.2}\" y=\"{y:.2}\" text-anchor=\"{anchor}\" font-size=\"{size}\" fill=\"#222222\">{words}</text>"
    );
}
