//! Estimates with their intervals, one a row, against a reference.

use super::SIDE_BY_SIDE;
use super::scale::Scale;
use super::svg::{Anchor, Svg, first_part, more_lines, name, width_of};

/// What an estimate is found to be; each has its own shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A filled circle.
    Good,
    /// A cross.
    Bad,
    /// A hollow diamond.
    Unsure,
    /// A square: nothing is said of it.
    Plain,
}

/// One estimate.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Its name.
    pub(crate) label: String,
    /// The estimate; none if only its bound is known.
    pub(crate) mean: Option<f64>,
    /// The lower end; none if it cannot be given.
    pub(crate) low: Option<f64>,
    /// The upper end.
    pub(crate) high: Option<f64>,
    /// How far a thin line goes on beyond the upper end, where one does.
    pub(crate) reach: Option<f64>,
    /// What it is found to be.
    pub(crate) mark: Mark,
    /// The figure in words, at the end of the row.
    pub(crate) words: String,
    /// All of it in words, when the row is pointed at.
    pub(crate) tip: String,
}

/// A line across all rows.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    /// Where.
    pub(crate) at: f64,
    /// What it is called.
    pub(crate) label: String,
}

/// The axis below.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    /// What it measures.
    pub(crate) title: String,
    /// From numbers to places.
    pub(crate) scale: Scale,
    /// A line across all rows.
    pub(crate) reference: Option<Reference>,
}

/// The height of the words above a row.
const WORDS: f64 = 20.0;
/// What a line across the rows keeps away from these.
const AIR: f64 = 3.0;

/// Where things stand.
struct Layout {
    /// The left and right end of the axis.
    plot: (f64, f64),
    /// The width of names.
    names: f64,
    /// The height of a row.
    row: f64,
    /// How far below the top of its row the interval is drawn.
    bar: f64,
    /// What names above their rows take beyond one line.
    more: f64,
    /// The height above the first row.
    top: f64,
    width: f64,
}

impl Layout {
    fn new(rows: &[Row], axis: &Axis, width: f64) -> Self {
        let widest = |words: fn(&Row) -> &String| rows.iter().map(|row| width_of(words(row))).fold(0.0, f64::max);
        let top = if axis.reference.is_some() { 24.0 } else { 6.0 };
        if width < SIDE_BY_SIDE {
            let names = width - widest(|row| &row.words) - 24.0;
            let more = more_lines(rows.iter().map(|row| &row.label), names, false);
            return Self { plot: (8.0, width - 8.0), names, row: 46.0 + more, bar: 31.0 + more, more, top, width };
        }
        let names = widest(|row| &row.label).min(0.34 * width);
        let plot = (names + 20.0, width - widest(|row| &row.words) - 20.0);
        Self { plot, names, row: 30.0, bar: 15.0, more: 0.0, top, width }
    }

    /// A line across all rows; where names stand above their rows it leaves out their words.
    fn upright(&self, svg: &mut Svg, class: &str, x: f64, rows: usize) {
        if self.beside() {
            return svg.line(class, (x, self.top - 4.0), (x, self.top + rows as f64 * self.row));
        }
        for row in 0..rows {
            let top = self.top + row as f64 * self.row;
            svg.line(class, (x, top + WORDS + self.more + AIR), (x, top + self.row - AIR));
        }
    }

    fn beside(&self) -> bool {
        self.width >= SIDE_BY_SIDE
    }
}

/// Draws the rows, so wide.
pub(crate) fn forest(label: &str, rows: &[Row], axis: &Axis, width: f64) -> String {
    let lay = Layout::new(rows, axis, width);
    let mut svg = Svg::new(width, label);
    let scale = axis.scale.between(lay.plot.0, lay.plot.1);
    let bottom = lay.top + rows.len() as f64 * lay.row;
    for tick in scale.ticks() {
        lay.upright(&mut svg, "grid", scale.place(tick), rows.len());
    }
    svg.ticks(&scale, bottom + 17.0);
    if let Some(reference) = &axis.reference {
        let x = scale.place(reference.at);
        lay.upright(&mut svg, "goal", x, rows.len());
        let half = width_of(&reference.label) / 2.0;
        let middle = x.clamp(half.min(width / 2.0), (width - half).max(width / 2.0));
        svg.text("goal-label", (middle, 14.0), Anchor::Middle, &reference.label);
    }
    for (at, row) in rows.iter().enumerate() {
        draw(&mut svg, row, lay.top + at as f64 * lay.row, &lay, &scale);
    }
    let middle = if lay.beside() { (lay.plot.0 + lay.plot.1) / 2.0 } else { width / 2.0 };
    svg.text("axis", (middle, bottom + 37.0), Anchor::Middle, &first_part(&axis.title, width));
    svg.finish(bottom + 46.0)
}

fn draw(svg: &mut Svg, row: &Row, top: f64, lay: &Layout, scale: &Scale) {
    let y = top + lay.bar;
    svg.tipped(&row.tip, |svg| {
        svg.rect("hit", (0.0, top), (lay.width, lay.row));
        let words = if lay.beside() { y + 4.5 } else { top + 16.0 };
        svg.lines("name", (4.0, words), &name(&row.label, lay.names, lay.beside()));
        svg.text("value", (lay.width - 4.0, words), Anchor::End, &row.words);
        interval(svg, row, y, lay, scale);
        if let Some(mean) = row.mean {
            mark(svg, row.mark, (scale.place(mean), y));
        }
    });
}

/// The interval, with an arrow where it is open.
fn interval(svg: &mut Svg, row: &Row, y: f64, lay: &Layout, scale: &Scale) {
    let Some(high) = row.high.filter(|high| high.is_finite()) else { return };
    let class = format!("interval {}", colour(row.mark));
    let low = row.low.filter(|&low| scale.has(low));
    let (left, right) = (low.map_or(lay.plot.0, |low| scale.place(low)), scale.place(high));
    svg.line(&class, (left, y), (right, y));
    svg.line(&class, (right, y - 5.0), (right, y + 5.0));
    if let Some(reach) = row.reach.filter(|reach| reach.is_finite() && *reach > high) {
        let (class, end) = (format!("interval reach {}", colour(row.mark)), scale.place(reach));
        svg.line(&class, (right, y), (end, y));
        svg.line(&class, (end, y - 3.0), (end, y + 3.0));
    }
    if low.is_some() {
        svg.line(&class, (left, y - 5.0), (left, y + 5.0));
    } else {
        svg.path(&class, &[(left + 7.0, y - 5.0), (left, y), (left + 7.0, y + 5.0)], false);
    }
}

fn colour(mark: Mark) -> &'static str {
    match mark {
        Mark::Good => "good",
        Mark::Bad => "bad",
        Mark::Unsure => "unsure",
        Mark::Plain => "plain",
    }
}

fn mark(svg: &mut Svg, mark: Mark, (x, y): (f64, f64)) {
    match mark {
        Mark::Good => svg.circle("mark good", (x, y), 6.0),
        Mark::Bad => {
            svg.line("cross bad", (x - 5.5, y - 5.5), (x + 5.5, y + 5.5));
            svg.line("cross bad", (x - 5.5, y + 5.5), (x + 5.5, y - 5.5));
        }
        Mark::Unsure => svg.path("hollow unsure", &[(x, y - 7.0), (x + 7.0, y), (x, y + 7.0), (x - 7.0, y)], true),
        Mark::Plain => svg.rect("mark plain", (x - 5.0, y - 5.0), (10.0, 10.0)),
    }
}
