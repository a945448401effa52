//! Charts as SVG text, from plain numbers and words: whole without a script and on paper.
//!
//! Colours are CSS classes, so that a page can have a light and a dark form; what a colour says is also said by a shape, a
//! dash or a word. Lengths are in the units of the view box; text is measured roughly. Words are escaped here.

mod area;
mod curves;
mod forest;
mod levels;
mod numbers;
mod room;
mod scale;
mod scatter;
mod stacked;
mod storm;
mod svg;

pub(crate) use area::Area;
pub(crate) use curves::{Corner, Curve, curves};
pub(crate) use forest::{Axis, Mark, Reference, Row, forest};
pub(crate) use scale::Scale;
pub(crate) use scatter::{Offer, Words, scatter};
pub(crate) use stacked::{Bar, Part, stacked};
pub(crate) use storm::{Lane, Span, Storm, storm};
pub(crate) use svg::escaped;

/// Colours that can be told apart by colour-blind readers: classes `c0` to `c7` of the page.
pub(crate) const COLOURS: usize = 8;

/// From here on names stand beside their bars, below it above them.
const SIDE_BY_SIDE: f64 = 600.0;
