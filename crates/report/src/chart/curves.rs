//! Curves over two logarithmic axes, each with its own dash and marks, and the corner that they must keep below.

use super::COLOURS;
use super::scale::Scale;
use super::svg::{Anchor, LINE, NAME_LINES, Svg, cut, lines, width_of};

/// One curve.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    /// Its name.
    pub(crate) label: String,
    /// Its points, from the left, each with what is said when it is pointed at.
    pub(crate) points: Vec<((f64, f64), String)>,
}

/// The corner: right of `x` a curve must be below `y`.
#[derive(Debug, Clone)]
pub(crate) struct Corner {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) label: String,
}

/// Titles of the two axes, and how to write a mark of the upright one.
pub(crate) type Titles<'a> = (&'a str, &'a str, fn(f64) -> String);

/// Draws the curves, so wide; none if nothing is positive.
pub(crate) fn curves(label: &str, all: &[Curve], corner: &Corner, titles: Titles<'_>, width: f64) -> Option<String> {
    let points = || all.iter().flat_map(|curve| curve.points.iter().map(|(point, _)| *point));
    let height = if width < 600.0 { 250.0 } else { 300.0 };
    let (top, right) = (34.0, width - 10.0);
    points().any(|point| point.1 > 0.0).then_some(())?;
    let y = Scale::log(points().map(|point| point.1).chain([corner.y, 1.0]))?.between(height, top);
    let widest = y.ticks().into_iter().map(|tick| width_of(&titles.2(tick))).fold(0.0, f64::max);
    let plot = (((widest + 8.0).max(58.0), top), (right, height));
    let x = Scale::log(points().map(|point| point.0).chain([corner.x]))?.between(plot.0.0, plot.1.0);
    let mut svg = Svg::new(width, label);
    axes(&mut svg, &x, &y, plot, titles);
    forbidden(&mut svg, corner, &x, &y, plot);
    for (at, curve) in all.iter().enumerate() {
        draw(&mut svg, curve, at, &x, &y);
    }
    let end = legend(&mut svg, all, height + 54.0, width);
    Some(svg.finish(end))
}

type Plot = ((f64, f64), (f64, f64));

fn axes(svg: &mut Svg, x: &Scale, y: &Scale, (from, to): Plot, (below, aside, written_y): Titles<'_>) {
    for tick in x.ticks() {
        svg.line("grid", (x.place(tick), from.1), (x.place(tick), to.1));
    }
    svg.ticks(x, to.1 + 17.0);
    for tick in y.ticks() {
        let place = y.place(tick);
        svg.line("grid", (from.0, place), (to.0, place));
        svg.text("tick", (from.0 - 6.0, place + 4.5), Anchor::End, &written_y(tick));
    }
    svg.text("axis", ((from.0 + to.0) / 2.0, to.1 + 37.0), Anchor::Middle, below);
    svg.text("axis", (4.0, 14.0), Anchor::Start, aside);
}

/// The part of the plane where a curve breaks the objective.
fn forbidden(svg: &mut Svg, corner: &Corner, x: &Scale, y: &Scale, (from, to): Plot) {
    let (left, low) = (x.place(corner.x), y.place(corner.y));
    svg.rect("forbidden", (left, from.1), ((to.0 - left).max(0.0), (low - from.1).max(0.0)));
    svg.path("goal", &[(left, from.1), (left, low), (to.0, low)], false);
    let words = cut(&corner.label, to.0 - from.0);
    // Above the plot no line or curve crosses it.
    let fits = left + width_of(&words) <= to.0;
    let (at, anchor) = if fits { (left, Anchor::Start) } else { (to.0, Anchor::End) };
    svg.text("goal-label", (at, from.1 - 5.0), anchor, &words);
}

fn class(at: usize) -> String {
    format!("curve l{} d{}", at % COLOURS, (at / COLOURS + at) % 4)
}

fn draw(svg: &mut Svg, curve: &Curve, at: usize, x: &Scale, y: &Scale) {
    let points = || curve.points.iter().filter(|((_, share), _)| *share > 0.0);
    let path: Vec<(f64, f64)> = points().map(|((a, b), _)| (x.place(*a), y.place(*b))).collect();
    svg.path(&class(at), &path, false);
    for (((_, _), tip), &place) in points().zip(&path) {
        svg.tipped(tip, |svg| dot(svg, at, place));
    }
}

/// A mark of the curve's own shape.
fn dot(svg: &mut Svg, at: usize, (x, y): (f64, f64)) {
    svg.circle("hit", (x, y), 9.0);
    let class = format!("dot f{}", at % COLOURS);
    match at % 4 {
        0 => svg.circle(&class, (x, y), 3.6),
        1 => svg.rect(&class, (x - 3.3, y - 3.3), (6.6, 6.6)),
        2 => svg.path(&class, &[(x, y - 4.6), (x + 4.6, y), (x, y + 4.6), (x - 4.6, y)], true),
        _ => svg.path(&class, &[(x, y - 4.4), (x + 4.4, y + 3.4), (x - 4.4, y + 3.4)], true),
    }
}

/// Pieces of the curves with their names; returns the lower end.
fn legend(svg: &mut Svg, all: &[Curve], top: f64, width: f64) -> f64 {
    let (mut x, mut y) = (8.0, top);
    for (at, curve) in all.iter().enumerate() {
        let name = lines(&curve.label, width - 60.0, NAME_LINES);
        let needed = 40.0 + name.iter().map(|line| width_of(line)).fold(0.0, f64::max);
        if x > 8.0 && x + needed > width - 4.0 {
            (x, y) = (8.0, y + 20.0);
        }
        svg.path(&class(at), &[(x, y), (x + 32.0, y)], false);
        dot(svg, at, (x + 16.0, y));
        svg.lines("legend", (x + 40.0, y + 4.5), &name);
        y += (name.len() - 1) as f64 * LINE;
        x += needed + 18.0;
    }
    y + 18.0
}
