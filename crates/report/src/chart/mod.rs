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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// Where the words of a class stand in a picture: left, right, and the words.
    fn words(svg: &str, class: &str) -> Vec<(f64, f64, String)> {
        let mut found = Vec::new();
        for text in svg.split("<text ").skip(1).filter(|text| text.starts_with(&format!("class=\"{class}\""))) {
            let of =
                |name: &str| text.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
            let words = text.split('>').nth(1).unwrap().split('<').next().unwrap().to_owned();
            let (x, wide): (f64, f64) = (of("x").parse().unwrap(), svg::width_of(&words));
            let left = match &*of("text-anchor") {
                "middle" => x - wide / 2.0,
                "end" => x - wide,
                _ => x,
            };
            found.push((left, left + wide, words));
        }
        found
    }

    /// Very small numbers take much room: none leaves the picture, and none along an axis stands in another.
    #[test]
    fn the_marks_of_very_rare_misses_stay_apart_and_in_the_picture() {
        let row = |mean: f64| Row {
            label: "a".into(),
            mean: Some(mean),
            low: Some(mean / 2.0),
            high: Some(mean * 2.0),
            reach: None,
            mark: Mark::Plain,
            words: "99.999999999 %".into(),
            tip: String::new(),
        };
        let rows = [row(1e-10), row(4e-4)];
        let scale = Scale::log(rows.iter().filter_map(|row| row.mean)).unwrap();
        let axis = Axis { title: "minutes".into(), scale, reference: None };
        let curve =
            Curve { label: "a".into(), points: vec![((1.0, 1e-7), String::new()), ((9.0, 1e-8), String::new())] };
        let corner = Corner { x: 5.0, y: 0.05, label: "objective: at most 5 % here".into() };
        let titles = ("minutes", "share", (|share| format!("{} %", share * 100.0)) as fn(f64) -> String);
        for width in [350.0, 820.0] {
            let forest = forest("of it", &rows, &axis, width);
            let along = words(&forest, "tick");
            assert!(along.len() > 1 && along.windows(2).all(|pair| pair[0].1 < pair[1].0), "{along:?}");
            let curves = curves("of it", std::slice::from_ref(&curve), &corner, titles, width).unwrap();
            for (left, right, words) in along.into_iter().chain(words(&curves, "tick")) {
                assert!(left >= 0.0 && right <= width, "{words} from {left} to {right} of {width}");
            }
            // The name of the corner stands above the plot, where nothing crosses it.
            let y =
                curves.split("goal-label\"").nth(1).unwrap().split("y=\"").nth(1).unwrap().split('"').next().unwrap();
            assert!(y.parse::<f64>().unwrap() < 34.0, "{y}");
        }
    }
}
