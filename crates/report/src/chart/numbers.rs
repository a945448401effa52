//! The numbers of marks: each beside its own, further off with a line to it where there is no room, one for marks that lie on each
//! other.

use super::room::Room;
use super::svg::{Anchor, Svg, width_of};

/// Marks nearer than this have one label.
const TOGETHER: f64 = 9.5;
/// How far labels stand off; beyond the first with a line.
const OFF: [f64; 4] = [9.0, 19.0, 31.0, 45.0];
/// Half the height of a label.
const HALF: f64 = 6.0;
/// What stays free beside one.
const GAP: f64 = 4.0;
/// What a place outside of the picture, or nearer to another mark, counts like in overlap.
const OUTSIDE: f64 = 1e6;
const MISTAKEN: f64 = 1e3;

/// A place on the picture.
type Point = (f64, f64);

/// Marks that lie on each other: where, and their numbers from 1.
#[derive(Debug, PartialEq)]
struct Group {
    at: Point,
    numbers: Vec<usize>,
}

fn groups(marks: &[Point]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (number, &at) in marks.iter().enumerate() {
        match groups.iter_mut().find(|group| far(group.at, at) < TOGETHER) {
            Some(group) => group.numbers.push(number + 1),
            None => groups.push(Group { at, numbers: vec![number + 1] }),
        }
    }
    groups
}

fn far(a: Point, b: Point) -> f64 {
    libm::hypot(a.0 - b.0, a.1 - b.1)
}

/// "3" or "3, 4, 7".
fn text(numbers: &[usize]) -> String {
    numbers.iter().map(usize::to_string).collect::<Vec<String>>().join(", ")
}

/// The middles of places for a label so wide, the best first, and whether each needs a line to its mark.
fn places(mark: Point, wide: f64) -> Vec<(Point, bool)> {
    let half = (wide - GAP) / 2.0;
    let around = |off: f64| {
        let (aside, up) = (off + half, off + HALF - 2.0);
        let corner = 0.8 * off;
        let sides = [
            (corner + half, corner + 3.0),
            (corner + half, -corner - 3.0),
            (-corner - half, -corner - 3.0),
            (-corner - half, corner + 3.0),
            (aside, 0.0),
            (-aside, 0.0),
            (0.0, up),
            (0.0, -up),
        ];
        sides.map(|(x, y)| ((mark.0 + x, mark.1 + y), off > OFF[0]))
    };
    OFF.into_iter().flat_map(around).collect()
}

/// Writes the numbers of marks within these corners.
pub(super) fn write(svg: &mut Svg, marks: &[Point], (from, to): (Point, Point), room: &mut Room) {
    let groups = groups(marks);
    for group in &groups {
        let text = text(&group.numbers);
        let wide = width_of(&text) + GAP;
        let places = places(group.at, wide);
        let rect = |(x, y): Point| (x - wide / 2.0, y - HALF, x + wide / 2.0, y + HALF);
        let boxes: Vec<_> = places.iter().map(|&(middle, _)| rect(middle)).collect();
        let against = |at: usize| {
            let (middle, of) = (places[at].0, boxes[at]);
            let outside = of.0 < from.0 || of.1 < from.1 || of.2 > to.0 || of.3 > to.1;
            let mine = far(middle, group.at);
            let mistaken = groups.iter().any(|other| other != group && far(middle, other.at) < mine + 3.0);
            // With a line to its mark it is mistaken less.
            let mistaken = if mistaken { if places[at].1 { 1.0 } else { MISTAKEN } } else { 0.0 };
            mistaken + if outside { OUTSIDE } else { 0.0 }
        };
        let at = room.place_against(&boxes, against);
        let Some(&((x, y), with_line)) = places.get(at) else { continue };
        if with_line {
            svg.line("lead", group.at, (x, y));
        }
        svg.text("goal-label halo", (x, y + 4.5), Anchor::Middle, &text);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// Where each label stands, by its words.
    fn written(marks: &[Point]) -> Vec<(String, Point)> {
        let (mut svg, mut room) = (Svg::new(400.0, "x"), Room::default());
        marks.iter().for_each(|&(x, y)| room.take((x - 5.0, y - 5.0, x + 5.0, y + 5.0)));
        write(&mut svg, marks, ((0.0, 0.0), (400.0, 300.0)), &mut room);
        let text = svg.finish(300.0);
        let number = |part: &str, name: &str| -> f64 {
            part.split(&format!(" {name}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
        };
        let labels = text.split("<text").skip(1);
        labels
            .map(|part| {
                let words = part.split('>').nth(1).unwrap().split('<').next().unwrap().to_owned();
                (words, (number(part, "x"), number(part, "y") - 4.5))
            })
            .collect()
    }

    #[test]
    fn no_number_prints_over_another_or_stands_at_the_neighbours_mark() {
        // A row of marks as near as they may be, a cluster, one in each corner.
        let row = (0..12).map(|at| (100.0 + 10.0 * f64::from(at), 150.0));
        let cluster = [(200.0, 60.0), (210.0, 60.0), (204.0, 69.0), (214.0, 69.0)];
        let corners = [(2.0, 2.0), (398.0, 2.0), (2.0, 298.0), (398.0, 298.0)];
        let marks: Vec<Point> = row.chain(cluster).chain(corners).collect();
        let labels = written(&marks);
        assert_eq!(labels.len(), marks.len());
        for (at, (words, middle)) in labels.iter().enumerate() {
            assert_eq!(*words, (at + 1).to_string());
            let half = width_of(words) / 2.0;
            assert!(
                middle.0 - half >= -0.1 && middle.0 + half <= 400.1 && (0.0..=300.0).contains(&middle.1),
                "{words}"
            );
            for (other, place) in &labels[at + 1..] {
                let apart = (middle.0 - place.0).abs() >= half + width_of(other) / 2.0 + GAP - 0.2
                    || (middle.1 - place.1).abs() >= 2.0 * HALF - 0.2;
                assert!(apart, "{words} {middle:?} and {other} {place:?}");
            }
        }
        // Two neighbours with room around them each have their number on their own side.
        let two = [(100.0, 100.0), (112.0, 100.0)];
        for (at, (_, middle)) in written(&two).into_iter().enumerate() {
            assert!(far(middle, two[at]) < far(middle, two[1 - at]), "{at} {middle:?}");
        }
    }

    #[test]
    fn marks_that_lie_on_each_other_share_a_label() {
        let labels = written(&[(50.0, 50.0), (200.0, 50.0), (51.0, 52.0)]);
        assert_eq!(labels.iter().map(|(words, _)| words.as_str()).collect::<Vec<&str>>(), ["1, 3", "2"]);
    }
}
