//! What waits over a stretch of time: an area below straight lines, with the instants that matter to it marked.

use super::scale::Scale;
use super::svg::{Anchor, Svg, name, width_of};

/// A course that is straight between its corners.
#[derive(Debug, Clone)]
pub(crate) struct Area {
    /// Its name, with the unit.
    pub(crate) label: String,
    /// The figure at its end.
    pub(crate) words: String,
    /// When, and how much; the first and the last at the ends of the stretch.
    pub(crate) corners: Vec<(f64, f64)>,
    /// Instants, each with what it is and all of it in words.
    pub(crate) marks: Vec<(f64, &'static str, String)>,
}

/// How high it is drawn.
pub(super) const HEIGHT: f64 = 60.0;
/// What the names of marks take above it.
const NAMES: f64 = 17.0;

impl Area {
    /// The height above the area that the names of its marks take.
    pub(super) fn above(&self) -> f64 {
        if self.marks.is_empty() { 0.0 } else { NAMES }
    }
}

/// Where it stands.
pub(super) struct Place<'a> {
    /// The upper end of the area, and how far above it its own words begin.
    pub(super) top: f64,
    pub(super) above: f64,
    pub(super) names: f64,
    pub(super) width: f64,
    pub(super) beside: bool,
    pub(super) columns: usize,
    pub(super) x: &'a Scale,
}

/// Draws it.
pub(super) fn area(svg: &mut Svg, of: &Area, place: &Place<'_>) {
    let (floor, x) = (place.top + HEIGHT, place.x);
    let most = of.corners.iter().map(|corner| corner.1).filter(|much| much.is_finite()).fold(0.0, f64::max).max(1.0);
    let y = |much: f64| floor - HEIGHT * (much / most).clamp(0.0, 1.0);
    let (from, to) = (x.place(f64::NEG_INFINITY), x.place(f64::INFINITY));
    svg.line("grid", (from, floor), (to, floor));
    svg.tipped(&format!("{}: {}", of.label, of.words), |svg| {
        svg.rect("hit", (0.0, place.top - place.above), (place.width, HEIGHT + place.above));
        let corners = thinned(&of.corners, place.columns);
        let drawn = corners.iter().map(|&(t, much)| (x.place(t), y(much)));
        let line: Vec<(f64, f64)> = std::iter::once((from, floor)).chain(drawn).chain([(to, floor)]).collect();
        svg.path("level l2", &line, true);
        let words = if place.beside { place.top + 22.0 } else { place.top - place.above + 14.0 };
        svg.lines("name", (4.0, words), &name(&of.label, place.names, place.beside));
        svg.text("value", (place.width - 4.0, words), Anchor::End, &of.words);
    });
    let mut free = f64::NEG_INFINITY;
    for (at, label, tip) in &of.marks {
        let at = x.place(*at);
        svg.tipped(tip, |svg| {
            svg.rect("hit", (at - 6.0, place.top - NAMES), (12.0, HEIGHT + NAMES));
            svg.line("goal", (at, place.top - 2.0), (at, floor));
        });
        let half = width_of(label) / 2.0;
        let middle = at.clamp(from + half, (to - half).max(from + half));
        if middle - half > free {
            svg.text("goal-label", (middle, place.top - 5.0), Anchor::Middle, label);
            free = middle + half + 6.0;
        }
    }
}

/// The corners, at most two a column: the highest of each and where it ends.
fn thinned(corners: &[(f64, f64)], columns: usize) -> Vec<(f64, f64)> {
    let (Some(first), Some(last)) = (corners.first(), corners.last()) else { return Vec::new() };
    if corners.len() <= 2 * columns {
        return corners.to_vec();
    }
    let column = |t: f64| ((t - first.0) / (last.0 - first.0) * columns as f64) as usize;
    let mut line = vec![*first];
    for of in corners.chunk_by(|a, b| column(a.0) == column(b.0)) {
        let higher = |most: (f64, f64), corner: &(f64, f64)| if corner.1 > most.1 { *corner } else { most };
        line.push(of.iter().fold(of[0], higher));
        line.extend(of.last());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_thinned_keeps_the_heights_and_the_ends() {
        let corners: Vec<(f64, f64)> =
            (0..10_000).map(|at| (f64::from(at), f64::from(if at == 7_777 { 90 } else { 10 + at % 2 }))).collect();
        let line = thinned(&corners, 50);
        assert!(line.len() <= 103, "{}", line.len());
        assert!(line.contains(&(7_777.0, 90.0)), "the height is there");
        assert_eq!((line.first(), line.last()), (corners.first(), corners.last()));
        assert!(line.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        assert_eq!(thinned(&corners[..3], 50), corners[..3]);
        assert_eq!(thinned(&[], 50), []);
    }
}
