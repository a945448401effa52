//! Bars that are cut into parts, one bar a row, with a legend below.

use super::COLOURS;
use super::SIDE_BY_SIDE;
use super::scale::Scale;
use super::svg::{Anchor, LINE, NAME_LINES, Svg, first_part, lines, more_lines, name, width_of};

/// One part of a bar.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Which of the legend's.
    pub(crate) kind: usize,
    /// How long.
    pub(crate) length: f64,
    /// A few letters, where there is room for them.
    pub(crate) words: String,
    /// All of it in words, when the part is pointed at.
    pub(crate) tip: String,
}

/// One bar.
#[derive(Debug, Clone)]
pub(crate) struct Bar {
    /// Its name.
    pub(crate) label: String,
    /// The figure at its end.
    pub(crate) words: String,
    /// Its parts, from the left.
    pub(crate) parts: Vec<Part>,
}

const HEIGHT: f64 = 20.0;

/// Draws the bars, so wide; `kinds` is the legend.
pub(crate) fn stacked(label: &str, bars: &[Bar], kinds: &[String], axis: &str, width: f64) -> String {
    let mut svg = Svg::new(width, label);
    let beside = width >= SIDE_BY_SIDE;
    let widest = |words: fn(&Bar) -> &String| bars.iter().map(|bar| width_of(words(bar))).fold(0.0, f64::max);
    let values = widest(|bar| &bar.words);
    let names = if beside { widest(|bar| &bar.label).min(0.34 * width) } else { width - values - 24.0 };
    let plot = if beside { (names + 20.0, width - values - 20.0) } else { (8.0, width - 8.0) };
    let more = more_lines(bars.iter().map(|bar| &bar.label), names, beside);
    let (row, bar_top) = if beside { (30.0, 5.0) } else { (50.0 + more, 23.0 + more) };
    let lengths = bars.iter().map(|bar| bar.parts.iter().map(|part| part.length).sum());
    let scale = Scale::linear(lengths).between(plot.0, plot.1);
    let bottom = 6.0 + bars.len() as f64 * row;
    for tick in scale.ticks() {
        let x = scale.place(tick);
        if beside {
            svg.line("grid", (x, 6.0), (x, bottom));
        }
        for at in (0..bars.len()).filter(|_| !beside) {
            let top = 6.0 + at as f64 * row;
            svg.line("grid", (x, top + bar_top - 3.0), (x, top + row));
        }
    }
    svg.ticks(&scale, bottom + 17.0);
    for (at, bar) in bars.iter().enumerate() {
        let top = 6.0 + at as f64 * row;
        let words = if beside { top + 19.5 } else { top + 16.0 };
        svg.lines("name", (4.0, words), &name(&bar.label, names, beside));
        svg.text("value", (width - 4.0, words), Anchor::End, &bar.words);
        parts(&mut svg, bar, top + bar_top, &scale);
    }
    let middle = if beside { (plot.0 + plot.1) / 2.0 } else { width / 2.0 };
    svg.text("axis", (middle, bottom + 37.0), Anchor::Middle, &first_part(axis, width));
    let end = legend(&mut svg, kinds, bottom + 52.0, width);
    svg.finish(end)
}

fn parts(svg: &mut Svg, bar: &Bar, top: f64, scale: &Scale) {
    let mut begun = 0.0;
    for part in bar.parts.iter().filter(|part| part.length > 0.0) {
        let (left, right) = (scale.place(begun), scale.place(begun + part.length));
        begun += part.length;
        svg.tipped(&part.tip, |svg| {
            svg.rect(&format!("part f{}", part.kind % COLOURS), (left, top), (right - left, HEIGHT));
            if width_of(&part.words) + 8.0 <= right - left {
                let middle = ((left + right) / 2.0, top + 14.5);
                svg.text(&format!("inside t{}", part.kind % COLOURS), middle, Anchor::Middle, &part.words);
            }
        });
    }
}

/// Squares with their names, as many in a line as fit; returns the lower end.
fn legend(svg: &mut Svg, kinds: &[String], top: f64, width: f64) -> f64 {
    let (mut x, mut y) = (8.0, top);
    for (kind, name) in kinds.iter().enumerate() {
        let name = lines(name, width - 40.0, NAME_LINES);
        let needed = 18.0 + name.iter().map(|line| width_of(line)).fold(0.0, f64::max);
        if x > 8.0 && x + needed > width - 4.0 {
            (x, y) = (8.0, y + 20.0);
        }
        svg.rect(&format!("part f{}", kind % COLOURS), (x, y), (12.0, 12.0));
        svg.lines("legend", (x + 18.0, y + 11.0), &name);
        y += (name.len() - 1) as f64 * LINE;
        x += needed + 18.0;
    }
    y + 22.0
}
