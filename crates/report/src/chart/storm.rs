//! Levels over a stretch of time, one lane above the other, with what waits for them and what befell them as bars below.

use super::SIDE_BY_SIDE;
use super::area::{self, Area, Place, area};
use super::scale::Scale;
use super::svg::{Anchor, LINE, Svg, first_part, more_lines, name, width_of};

/// A level over time.
#[derive(Debug, Clone)]
pub(crate) struct Lane {
    /// Its name.
    pub(crate) label: String,
    /// The figure at its end.
    pub(crate) words: String,
    /// When, and the level from then on; the first not after the beginning.
    pub(crate) steps: Vec<(f64, f64)>,
    /// The level that is needed, as steps; empty where none is.
    pub(crate) needed: Vec<(f64, f64)>,
    /// How high it is drawn.
    pub(crate) height: f64,
}

/// Something that lasts.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    /// Its name.
    pub(crate) label: String,
    /// From here …
    pub(crate) from: f64,
    /// … until here.
    pub(crate) to: f64,
    /// All of it in words, when it is pointed at.
    pub(crate) tip: String,
}

/// What is drawn.
#[derive(Debug, Clone)]
pub(crate) struct Storm {
    /// The stretch of time.
    pub(crate) stretch: (f64, f64),
    /// What time is counted in and from.
    pub(crate) axis: String,
    /// What stands above it where no page says what it is, the first line as its title.
    pub(crate) head: Vec<String>,
    /// When all is not well.
    pub(crate) shaded: Vec<Span>,
    /// The levels.
    pub(crate) lanes: Vec<Lane>,
    /// What waits meanwhile, if anything does.
    pub(crate) waits: Option<Area>,
    /// What befell them.
    pub(crate) bars: Vec<Span>,
}

/// Corners of all paths together, about.
const CORNERS_MAX: usize = 1_200;
/// The first lane may have so many times as many.
const FIRST: usize = 3;
const BAR: f64 = 13.0;
const GAP: f64 = 10.0;
/// The height of a line of words above a lane.
const WORDS: f64 = 19.0;

/// Where things stand.
struct Layout {
    plot: (f64, f64),
    names: f64,
    width: f64,
    beside: bool,
    /// Columns of a lane; more steps than these are thinned.
    columns: usize,
}

impl Layout {
    fn new(of: &Storm, width: f64) -> Self {
        let beside = width >= SIDE_BY_SIDE;
        let words = of.lanes.iter().map(|lane| &lane.words).chain(of.waits.iter().map(|waits| &waits.words));
        let values = words.map(|words| width_of(words)).fold(0.0, f64::max);
        let labels = of.lanes.iter().map(|lane| &lane.label).chain(of.waits.iter().map(|waits| &waits.label));
        let labels = labels.chain(of.bars.iter().map(|bar| &bar.label));
        let widest = labels.map(|label| width_of(label)).fold(0.0, f64::max);
        let names = if beside { widest.min(0.3 * width) } else { width - values - 24.0 };
        let plot = if beside { (names + 20.0, width - values - 16.0) } else { (8.0, width - 8.0) };
        let corners = if beside { CORNERS_MAX } else { CORNERS_MAX / 2 };
        let columns = (corners / 2 / (of.lanes.len() + FIRST)).clamp(16, 200);
        Self { plot, names, width, beside, columns }
    }

    /// What a lane or bar with so much room for its name needs above it.
    fn above(&self, label: &String, room: f64) -> f64 {
        if self.beside { 0.0 } else { WORDS + more_lines(std::iter::once(label), room, false) }
    }

    /// The name of a bar, in as many lines as it needs: beside it too, where a place and a cause stand in it.
    fn bar_name(&self, label: &str) -> Vec<String> {
        let room = if self.beside { self.names } else { self.width - 8.0 };
        name(label, room, false)
    }

    /// What a bar needs below it, where its name is beside it and longer than a line.
    fn below(&self, label: &str) -> f64 {
        if self.beside { (self.bar_name(label).len() - 1) as f64 * LINE } else { 0.0 }
    }

    /// The same of what waits, with the names of its marks.
    fn above_waits(&self, of: &Area) -> f64 {
        self.above(&of.label, self.names) + of.above()
    }
}

/// Draws it, so wide.
pub(crate) fn storm(label: &str, of: &Storm, width: f64) -> String {
    let lay = Layout::new(of, width);
    let mut svg = Svg::new(width, label);
    let x = Scale::exactly(of.stretch.0, of.stretch.1).between(lay.plot.0, lay.plot.1);
    let words = of.head.len() as f64 * WORDS;
    for (at, line) in of.head.iter().enumerate() {
        let class = if at == 0 { "value" } else { "name" };
        svg.text(class, (4.0, (at + 1) as f64 * WORDS - 3.0), Anchor::Start, line);
    }
    let top = words + 20.0;
    let lanes: f64 = of.lanes.iter().map(|lane| lay.above(&lane.label, lay.names) + lane.height + GAP).sum();
    let bars: f64 =
        of.bars.iter().map(|bar| lay.above(&bar.label, width - 8.0) + BAR + lay.below(&bar.label) + GAP / 2.0).sum();
    let waits = of.waits.as_ref().map_or(0.0, |waits| lay.above_waits(waits) + area::HEIGHT + GAP);
    let bottom = top + lanes + waits + bars;
    shades(&mut svg, of, &x, (top, bottom));
    for tick in x.ticks() {
        svg.line("grid", (x.place(tick), top), (x.place(tick), bottom));
    }
    svg.ticks(&x, bottom + 17.0);
    let mut y = top;
    for (at, lane) in of.lanes.iter().enumerate() {
        y += lay.above(&lane.label, lay.names);
        level(&mut svg, lane, at, y, &lay, &x, of.stretch);
        y += lane.height + GAP;
    }
    if let Some(waits) = &of.waits {
        let above = lay.above_waits(waits);
        y += above;
        let Layout { names, width, beside, columns, .. } = lay;
        area(&mut svg, waits, &Place { top: y, above, names, width, beside, columns, x: &x });
        y += area::HEIGHT + GAP;
    }
    for bar in &of.bars {
        let above = lay.above(&bar.label, width - 8.0);
        y += above;
        let words = if lay.beside { y + BAR - 2.0 } else { y + WORDS - above - 4.0 };
        let (from, to) = (x.place(bar.from), x.place(bar.to));
        svg.tipped(&bar.tip, |svg| {
            svg.rect("part f3", (from, y), ((to - from).max(2.0), BAR));
            svg.lines("name small", (4.0, words), &lay.bar_name(&bar.label));
        });
        y += BAR + lay.below(&bar.label) + GAP / 2.0;
    }
    let middle = if lay.beside { (lay.plot.0 + lay.plot.1) / 2.0 } else { width / 2.0 };
    svg.text("axis", (middle, bottom + 37.0), Anchor::Middle, &first_part(&of.axis, width));
    svg.finish(bottom + 46.0)
}

/// Bands with edges, so that they are seen without colours.
fn shades(svg: &mut Svg, of: &Storm, x: &Scale, (top, bottom): (f64, f64)) {
    let mut free = f64::NEG_INFINITY;
    for span in &of.shaded {
        let (from, to) = (x.place(span.from), x.place(span.to));
        svg.tipped(&span.tip, |svg| {
            svg.rect("forbidden", (from, top), ((to - from).max(1.0), bottom - top));
            svg.path("miss", &[(from, bottom), (from, top), (to, top), (to, bottom)], false);
        });
        let half = width_of(&span.label) / 2.0;
        let middle = f64::midpoint(from, to).clamp(half, (x.place(f64::INFINITY) - half).max(half));
        if middle - half > free {
            svg.text("goal-label", (middle, top - 6.0), Anchor::Middle, &span.label);
            free = middle + half + 6.0;
        }
    }
}

fn level(svg: &mut Svg, lane: &Lane, at: usize, top: f64, lay: &Layout, x: &Scale, stretch: (f64, f64)) {
    let numbers = || lane.steps.iter().chain(&lane.needed).map(|step| step.1).filter(|number| number.is_finite());
    let most = numbers().fold(0.0, f64::max).max(1.0);
    let y = |number: f64| top + lane.height * (1.0 - (number / most).clamp(0.0, 1.0));
    let floor = top + lane.height;
    svg.line("grid", (lay.plot.0, floor), (lay.plot.1, floor));
    let above = lay.above(&lane.label, lay.names);
    let (own, columns) = if at == 0 { ("level l0", FIRST * lay.columns) } else { ("level l5", lay.columns) };
    svg.tipped(&format!("{}: {}", lane.label, lane.words), |svg| {
        svg.rect("hit", (0.0, top - above), (lay.width, lane.height + above));
        let line = outline(&lane.steps, stretch, columns);
        let placed: Vec<(f64, f64)> = line.iter().map(|&(t, number)| (x.place(t), y(number))).collect();
        svg.steps(own, &placed, lay.plot.1, Some(floor));
        let words = if lay.beside { top + (lane.height / 2.0 + 5.0).min(22.0) } else { top + WORDS - above - 5.0 };
        svg.lines("name", (4.0, words), &name(&lane.label, lay.names, lay.beside));
        svg.text("value", (lay.width - 4.0, words), Anchor::End, &lane.words);
    });
    let line = outline(&lane.needed, stretch, columns);
    if !line.is_empty() {
        let placed: Vec<(f64, f64)> = line.iter().map(|&(t, number)| (x.place(t), y(number))).collect();
        svg.steps("goal", &placed, lay.plot.1, None);
    }
}

/// The steps within the stretch, at most two a column: the lowest of each and where it ends.
fn outline(steps: &[(f64, f64)], (from, to): (f64, f64), columns: usize) -> Vec<(f64, f64)> {
    let first = steps.partition_point(|step| step.0 <= from);
    let Some(before) = first.checked_sub(1).or((!steps.is_empty()).then_some(0)) else { return Vec::new() };
    let within = steps[first..].iter().copied().take_while(|step| step.0 < to);
    let mut line = vec![(from, steps[before].1)];
    if within.clone().count() <= columns {
        line.extend(within);
        return line;
    }
    let column = |t: f64| ((t - from) / (to - from) * columns as f64) as usize;
    let mut last = usize::MAX;
    let mut lowest = (from, 0.0);
    let mut now = 0.0;
    for (t, number) in within {
        if column(t) == last {
            lowest.1 = number.min(lowest.1);
        } else {
            if last != usize::MAX {
                line.extend([lowest, (f64::midpoint(lowest.0, t), now)]);
            }
            (last, lowest) = (column(t), (t, number));
        }
        now = number;
    }
    line.extend([lowest, (f64::midpoint(lowest.0, to), now)]);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_bars_beside_them_are_whole() {
        let label = "new machines in westeurope/2 and westeurope/3 (datacenter)".to_owned();
        let span = |label: String| Span { label, from: 1.0, to: 2.0, tip: String::new() };
        let of = |bars| Storm {
            stretch: (0.0, 3.0),
            axis: String::new(),
            head: Vec::new(),
            shaded: Vec::new(),
            lanes: Vec::new(),
            waits: None,
            bars,
        };
        let (one, two) = (storm("", &of(vec![span("rack".into())]), 960.0), storm("", &of(vec![span(label)]), 960.0));
        assert!(!two.contains('…') && two.contains("(datacenter)") && two.contains("westeurope/3"), "{two}");
        let height =
            |svg: &str| svg.split("viewBox=\"").nth(1).and_then(|of| of.split([' ', '"']).nth(3)?.parse::<f64>().ok());
        assert!(height(&two) > height(&one), "{two} {one}");
    }

    #[test]
    fn what_is_thinned_keeps_the_depths_and_the_ends() {
        let steps: Vec<(f64, f64)> =
            (0..10_000).map(|at| (f64::from(at), f64::from(if at == 7_777 { 0 } else { 10 + at % 2 }))).collect();
        let line = outline(&steps, (0.0, 10_000.0), 50);
        assert!(line.len() <= 102, "{}", line.len());
        assert!(line.iter().any(|step| step.1 == 0.0), "the depth is there");
        assert_eq!(line.last().map(|step| step.1), steps.last().map(|step| step.1));
        assert!(line.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        assert_eq!(outline(&steps[..3], (1.5, 9.0), 50), [(1.5, 11.0), (2.0, 10.0)]);
        assert_eq!(outline(&[], (0.0, 1.0), 50), []);
    }
}
