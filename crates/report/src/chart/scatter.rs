//! Offers over two axes, cost and what is missed, numbered, with their intervals and the border of the best of them.

use super::SIDE_BY_SIDE;
use super::levels::{Levels, Share};
use super::numbers;
use super::room::Room;
use super::scale::Scale;
use super::svg::{Anchor, Svg, cut, first_part, lines, width_of};

/// One offer.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    /// Its name.
    pub(crate) label: String,
    /// Its figures in words, at the end of its line below.
    pub(crate) words: String,
    /// All of it in words, when it is pointed at.
    pub(crate) tip: String,
    /// What it costs.
    pub(crate) cost: f64,
    /// The ends of that, where they are apart.
    pub(crate) cost_ends: Option<(f64, f64)>,
    /// The share that it misses.
    pub(crate) missed: f64,
    /// The ends of that; no lower one where only a bound is known.
    pub(crate) missed_ends: (Option<f64>, f64),
    /// Whether no other is as cheap and as good.
    pub(crate) on: bool,
}

impl Offer {
    fn share(&self) -> Share {
        Share { at: self.missed, low: self.missed_ends.0, high: self.missed_ends.1 }
    }
}

/// Words around the picture.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    /// What the level axis counts.
    pub(crate) axis: String,
    /// The share that may be missed, and what it is called.
    pub(crate) goal: (f64, String),
}

/// Costs that are so many times apart are drawn on a logarithmic axis.
const FAR_APART: f64 = 8.0;
/// Lines of a name where the figures have a line of their own.
const LINES: usize = 3;
/// The height of a line below the picture.
const LINE: f64 = 20.0;

/// Draws the offers, from the cheapest on, so wide; none where nothing has a place.
pub(crate) fn scatter(label: &str, offers: &[Offer], words: &Words, width: f64) -> Option<String> {
    let shares: Vec<Share> = offers.iter().map(Offer::share).collect();
    let (top, bottom) = (34.0, if width < SIDE_BY_SIDE { 270.0 } else { 320.0 });
    let y = Levels::new(&shares, words.goal.0, (top, bottom))?;
    let widest = y.ticks().into_iter().map(|tick| width_of(&nines(tick))).fold(0.0, f64::max);
    let (left, right) = ((widest + 8.0).max(74.0), width - 14.0);
    let x = costs(offers)?.between(left, right);
    let mut svg = Svg::new(width, label);
    axes(&mut svg, (&x, &y), ((left, top), (right, bottom)), words);
    border(&mut svg, offers, (&x, &y), right);
    let mut room = Room::default();
    // What the axis says below it.
    room.take((left - 40.0, bottom + 4.0, right + 14.0, bottom + 40.0));
    // No number stands on the line of the goal.
    let line = y.place(words.goal.0);
    room.take((left, line - 1.0, right, line + 1.0));
    for offer in offers {
        draw(&mut svg, offer, (&x, &y), bottom, &mut room);
    }
    let marks: Vec<(f64, f64)> = offers.iter().map(|offer| stands((&x, &y), offer)).collect();
    numbers::write(&mut svg, &marks, ((left, top - 14.0), (right + 12.0, bottom + 2.0)), &mut room);
    goal(&mut svg, &y, ((left, top), (right, bottom)), words, &mut room);
    let (mut line, beside) = (bottom + 60.0, width >= SIDE_BY_SIDE);
    for (at, offer) in offers.iter().enumerate() {
        let place = (13.0, line - 4.5);
        dot(&mut svg, offer.on, place);
        let label = format!("{} {}", at + 1, offer.label);
        let room = if beside { width - width_of(&offer.words) - 60.0 } else { width - 30.0 };
        if beside {
            svg.text("legend", (26.0, line), Anchor::Start, &cut(&label, room));
        } else {
            for part in lines(&label, room, LINES) {
                svg.text("legend", (26.0, line), Anchor::Start, &part);
                line += LINE - 3.0;
            }
        }
        svg.text("value small", (width - 4.0, line), Anchor::End, &offer.words);
        line += LINE;
    }
    Some(svg.finish(line - 4.0))
}

/// The axis of costs: not from zero, for the differences are what is looked at.
fn costs(offers: &[Offer]) -> Option<Scale> {
    let ends = |of: &Offer| of.cost_ends.map_or([of.cost; 2], |(low, high)| [low, high]);
    let all = || offers.iter().flat_map(ends).filter(|cost| cost.is_finite());
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    if low > high {
        return None;
    }
    let room = (0.07 * (high - low)).max(0.01 * high.abs());
    match Scale::log(all()) {
        Some(log) if low > 0.0 && high >= FAR_APART * low => Some(log),
        _ => Some(Scale::exactly(low - room, high + room)),
    }
}

type Axes<'a> = (&'a Scale, &'a Levels);

fn axes(svg: &mut Svg, (x, y): Axes<'_>, (from, to): ((f64, f64), (f64, f64)), words: &Words) {
    for tick in x.ticks() {
        svg.line("grid", (x.place(tick), from.1), (x.place(tick), to.1));
    }
    svg.ticks(x, to.1 + 17.0);
    for tick in y.ticks() {
        let place = y.place(tick);
        svg.line("grid", (from.0, place), (to.0, place));
        svg.text("tick", (from.0 - 6.0, place + 4.5), Anchor::End, &nines(tick));
    }
    if let Some(place) = y.none() {
        svg.line("grid", (from.0, place), (to.0, place));
        svg.text("tick", (from.0 - 6.0, place + 4.5), Anchor::End, &nines(0.0));
    }
    svg.text(
        "axis",
        (f64::midpoint(from.0, to.0), to.1 + 37.0),
        Anchor::Middle,
        &first_part(&words.axis, to.0 - from.0),
    );
    svg.text("axis", (4.0, 14.0), Anchor::Start, "availability");
    let place = y.place(words.goal.0);
    svg.line("goal", (from.0, place), (to.0, place));
}

/// What the line is called: below it on the right if there is room, for what costs more meets it.
fn goal(svg: &mut Svg, y: &Levels, (from, to): ((f64, f64), (f64, f64)), words: &Words, room: &mut Room) {
    let place = y.place(words.goal.0);
    let label = cut(&words.goal.1, to.0 - from.0);
    let wide = width_of(&label);
    let (left, right) = ((from.0 + 4.0, Anchor::Start), (to.0 - 4.0, Anchor::End));
    let sides = [(right, 15.0), (left, -6.0), (left, 15.0), (right, -6.0)];
    let rect = |((x, anchor), down): ((f64, Anchor), f64)| {
        let begin = if matches!(anchor, Anchor::Start) { x } else { x - wide };
        (begin, place + down - 11.0, begin + wide, place + down + 3.0)
    };
    let ((x, anchor), down) = sides[room.place(&sides.map(rect))];
    svg.text("goal-label halo", (x, place + down), anchor, &label);
}

/// Where an offer stands.
fn stands((x, y): Axes<'_>, offer: &Offer) -> (f64, f64) {
    (x.place(offer.cost), y.stands(offer.share()))
}

/// A missed share as an availability: "99.95 %".
fn nines(share: f64) -> String {
    format!("{} %", crate::number::tidy(100.0 * (1.0 - share)))
}

/// What the best cost and miss, as stairs.
fn border(svg: &mut Svg, offers: &[Offer], (x, y): Axes<'_>, end: f64) {
    let mut stairs: Vec<(f64, f64)> = Vec::new();
    let mut best = f64::INFINITY;
    for of in offers.iter().filter(|of| of.on && (of.missed > 0.0 || of.share().is_none())) {
        // One of which only a bound is known may stand lower than a cheaper one.
        if of.missed < best {
            best = of.missed;
            stairs.push((x.place(of.cost), y.stands(of.share())));
        }
    }
    svg.steps("border", &stairs, end, None);
}

fn draw(svg: &mut Svg, offer: &Offer, (x, y): Axes<'_>, bottom: f64, room: &mut Room) {
    let place = stands((x, y), offer);
    room.take((place.0 - 5.0, place.1 - 5.0, place.0 + 5.0, place.1 + 5.0));
    let class = if offer.on { "interval good" } else { "interval plain" };
    svg.tipped(&offer.tip, |svg| {
        svg.circle("hit", place, 12.0);
        let (low, high) = offer.missed_ends;
        if let Some(way) = y.beyond(offer.share()) {
            // It lies beyond the edge.
            arrow(svg, class, place, way, room);
        } else if offer.share().is_none() {
            // Without doubt: no interval.
        } else if let Some(low) = low {
            // An interval that begins at nothing missed has no upper end that could be drawn.
            let ends = (y.place(low), y.place(high).min(bottom));
            room.take((place.0 - 2.0, ends.0, place.0 + 2.0, ends.1));
            svg.line(class, (place.0, ends.0), (place.0, ends.1));
            for (end, drawn) in [(ends.0, low > 0.0), (ends.1, true)] {
                if drawn {
                    svg.line(class, (place.0 - 4.0, end), (place.0 + 4.0, end));
                }
            }
        } else {
            // Only a bound: it misses no more, perhaps much less.
            arrow(svg, class, place, -1.0, room);
        }
        if let Some((low, high)) = offer.cost_ends {
            svg.line(class, (x.place(low), place.1), (x.place(high), place.1));
        }
        dot(svg, offer.on, place);
    });
}

/// From a mark on, up (−1) or down (1).
fn arrow(svg: &mut Svg, class: &str, mark: (f64, f64), way: f64, room: &mut Room) {
    let tip = mark.1 + 22.0 * way;
    room.take((mark.0 - 2.0, mark.1.min(tip), mark.0 + 2.0, mark.1.max(tip)));
    svg.line(class, mark, (mark.0, tip));
    let barb = tip - 6.0 * way;
    svg.path(class, &[(mark.0 - 4.0, barb), (mark.0, tip), (mark.0 + 4.0, barb)], false);
}

/// A filled circle on the border, an empty square behind it.
fn dot(svg: &mut Svg, on: bool, (x, y): (f64, f64)) {
    if on {
        svg.circle("mark good", (x, y), 5.5);
    } else {
        svg.rect("hollow behind", (x - 4.5, y - 4.5), (9.0, 9.0));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn offer(cost: f64, missed: f64, on: bool) -> Offer {
        Offer {
            label: "a <b>".into(),
            words: "99.9 %".into(),
            tip: "all <of> it".into(),
            cost,
            cost_ends: None,
            missed,
            missed_ends: (Some(missed / 2.0), missed * 2.0),
            on,
        }
    }

    #[test]
    fn what_is_never_missed_and_what_is_never_served_are_drawn_at_the_edges() {
        let words = Words { axis: "USD a month".into(), goal: (0.0005, "objective".into()) };
        let none = Offer { missed_ends: (Some(0.0), 0.0), ..offer(140.0, 0.0, true) };
        let all = Offer { missed_ends: (Some(1.0), 1.0), ..offer(90.0, 1.0, false) };
        let near = [offer(100.0, 0.001, true), offer(120.0, 0.0003, true)];
        let text = scatter("Cost", &[&near[..], &[none, all]].concat(), &words, 820.0).unwrap();
        // The axis is that of the two, with a line for 100 %; nothing else is a mark of its own.
        assert!(text.contains(">100 %<") && text.contains(">99.95 %<") && text.contains(">99.9 %<"), "{text}");
        assert!(!text.contains(">0 %<") && !text.contains("NaN"), "{text}");
    }

    #[test]
    fn offers_are_drawn_and_nothing_breaks_it() {
        let words = Words { axis: "USD a month".into(), goal: (0.0005, "objective".into()) };
        let text = scatter(
            "Cost",
            &[offer(100.0, 0.01, true), offer(120.0, 0.0001, true), offer(130.0, 0.001, false)],
            &words,
            820.0,
        )
        .unwrap();
        assert_eq!(text.matches("mark good").count(), 4, "two dots and two of the list");
        assert_eq!(text.matches("hollow behind").count(), 2);
        assert!(text.contains("99.9 %") && text.contains("&lt;b&gt;") && !text.contains("<b>"));
        for (cost, missed) in [(f64::NAN, 0.1), (0.0, 0.0), (f64::INFINITY, f64::NAN), (1.0, 2.0)] {
            let drawn = scatter("Cost", &[offer(cost, missed, true), offer(1e12, 1e-300, false)], &words, 350.0);
            assert!(drawn.is_none_or(|text| !text.contains("NaN") && !text.contains("inf")));
        }
        assert_eq!(scatter("Cost", &[], &words, 350.0), None);
        assert_eq!(nines(0.0005), "99.95 %");
    }
}
