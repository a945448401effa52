//! SVG text in the making.

use super::scale::{Scale, written};
use std::fmt::Write;
use zonefall_study::is_hidden;

/// A rough width of a letter, as a part of the size of the text.
const LETTER: f64 = 0.56;
/// The size of text in charts.
pub(super) const TEXT: f64 = 13.0;

/// How text stands to its point.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture in the making.
pub(super) struct Svg {
    width: f64,
    label: String,
    body: String,
}

impl Svg {
    /// An empty picture; `label` says what it shows to those who do not see it.
    pub(super) fn new(width: f64, label: &str) -> Self {
        Self { width, label: escaped(label), body: String::new() }
    }

    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.put(format_args!(r#"<line class="{class}" x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}"/>"#));
    }

    pub(super) fn rect(&mut self, class: &str, at: (f64, f64), size: (f64, f64)) {
        let ((x, y), (width, height)) = (at, size);
        self.put(format_args!(
            r#"<rect class="{class}" x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}"/>"#
        ));
    }

    pub(super) fn circle(&mut self, class: &str, at: (f64, f64), radius: f64) {
        let (x, y) = at;
        self.put(format_args!(r#"<circle class="{class}" cx="{x:.1}" cy="{y:.1}" r="{radius:.1}"/>"#));
    }

    /// Straight lines through points; `close` makes an area of it.
    pub(super) fn path(&mut self, class: &str, points: &[(f64, f64)], close: bool) {
        let mut data = String::new();
        for (at, (x, y)) in points.iter().enumerate() {
            let _ = write!(data, "{}{x:.1} {y:.1}", if at == 0 { 'M' } else { 'L' });
        }
        data.push_str(if close { "Z" } else { "" });
        self.put(format_args!(r#"<path class="{class}" d="{data}"/>"#));
    }

    /// A level that changes at each point and lasts until `end`; down to `floor` it is an area.
    pub(super) fn steps(&mut self, class: &str, points: &[(f64, f64)], end: f64, floor: Option<f64>) {
        let Some(&(first, level)) = points.first() else { return };
        let mut data = match floor {
            Some(floor) => format!("M{first:.1} {floor:.1}V{level:.1}"),
            None => format!("M{first:.1} {level:.1}"),
        };
        for (x, y) in &points[1..] {
            let _ = write!(data, "H{x:.1}V{y:.1}");
        }
        let _ = write!(data, "H{end:.1}");
        if let Some(floor) = floor {
            let _ = write!(data, "V{floor:.1}");
        }
        self.put(format_args!(r#"<path class="{class}" d="{data}"/>"#));
    }

    pub(super) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, words: &str) {
        let ((x, y), words) = (at, escaped(words));
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.put(format_args!(r#"<text class="{class}" x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{words}</text>"#));
    }

    /// The marks along an axis below, as many as stand beside each other in the picture.
    pub(super) fn ticks(&mut self, scale: &Scale, y: f64) {
        let mut free = f64::NEG_INFINITY;
        for tick in scale.ticks() {
            let words = written(tick);
            let half = width_of(&words) / 2.0;
            let middle = scale.place(tick).clamp(half, (self.width - half).max(half));
            if middle - half > free {
                self.text("tick", (middle, y), Anchor::Middle, &words);
                free = middle + half + 4.0;
            }
        }
    }

    /// Lines below each other, from the left.
    pub(super) fn lines(&mut self, class: &str, (x, y): (f64, f64), lines: &[String]) {
        for (at, line) in lines.iter().enumerate() {
            self.text(class, (x, y + at as f64 * LINE), Anchor::Start, line);
        }
    }

    /// Everything that `draw` draws, with words that appear when it is pointed at.
    pub(super) fn tipped(&mut self, tip: &str, draw: impl FnOnce(&mut Self)) {
        let tip = escaped(tip);
        self.put(format_args!(r#"<g class="tip"><title>{tip}</title>"#));
        draw(self);
        self.put(format_args!("</g>"));
    }

    /// The whole picture, so high.
    pub(super) fn finish(self, height: f64) -> String {
        let Self { width, label, body } = self;
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" viewBox="0 0 {width:.0} {height:.0}" font-size="{TEXT}">{body}</svg>"#
        )
    }

    fn put(&mut self, what: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.body.write_fmt(what);
    }
}

/// Words that cannot be taken for markup.
pub(crate) fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Not allowed in XML, whatever stands before it, or it would turn the words around it.
            c if is_hidden(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Lines that a name may take where it stands above its row.
pub(super) const NAME_LINES: usize = 3;
/// From one line of a name to the next.
pub(super) const LINE: f64 = 16.0;

/// A name in the lines that it takes above its row; beside it, in one.
pub(super) fn name(label: &str, width: f64, beside: bool) -> Vec<String> {
    if beside { vec![cut(label, width)] } else { lines(label, width, NAME_LINES) }
}

/// How much more than one line the longest of such names takes.
pub(super) fn more_lines<'a>(labels: impl Iterator<Item = &'a String>, width: f64, beside: bool) -> f64 {
    labels.map(|label| (name(label, width, beside).len() - 1) as f64 * LINE).fold(0.0, f64::max)
}

/// How wide words are, roughly.
pub(super) fn width_of(words: &str) -> f64 {
    words.chars().map(|c| if c.is_ascii() { LETTER } else { 2.0 * LETTER }).sum::<f64>() * TEXT
}

/// Words cut to a width, with a sign that something is missing.
pub(super) fn cut(words: &str, width: f64) -> String {
    if width_of(words) <= width {
        return words.to_owned();
    }
    let mut out = String::new();
    for c in words.chars() {
        out.push(c);
        if width_of(&out) + LETTER * TEXT > width {
            out.pop();
            break;
        }
    }
    out.trim_end().to_owned() + "…"
}

/// Words cut to a width, at the end of a part of their sentence if there is one.
pub(super) fn first_part(words: &str, width: f64) -> String {
    let ends = words.match_indices([';', ',']).map(|(at, _)| at).rev();
    let whole = std::iter::once(words.len()).chain(ends).find(|&end| width_of(&words[..end]) <= width);
    whole.map_or_else(|| cut(words, width), |end| words[..end].to_owned())
}

/// Words in lines of a width, `most` of them; what is too much is cut.
pub(super) fn lines(words: &str, width: f64, most: usize) -> Vec<String> {
    let mut all: Vec<String> = vec![String::new()];
    for word in words.split(' ') {
        let last = all.len() - 1;
        let longer = if all[last].is_empty() { word.to_owned() } else { format!("{} {word}", all[last]) };
        if width_of(&longer) <= width || all[last].is_empty() || all.len() == most {
            all[last] = longer;
        } else {
            all.push(word.to_owned());
        }
    }
    all.iter().map(|line| cut(line, width)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_never_markup() {
        let mut svg = Svg::new(100.0, "a \"label\" <b>");
        svg.text("x", (1.0, 2.0), Anchor::Start, "<script>alert('&')</script>\u{1b}");
        let text = svg.finish(10.0);
        assert!(!text.contains("<script") && !text.contains("<b>"), "{text}");
        assert!(text.contains("&lt;script&gt;alert(&#39;&amp;&#39;)") && text.contains("a &quot;label&quot;"));
    }

    #[test]
    fn sentences_end_where_a_part_does_and_names_go_on_in_the_next_line() {
        assert_eq!(first_part("minutes a month, logarithmic; less is better", 250.0), "minutes a month, logarithmic");
        assert_eq!(first_part("short", 250.0), "short");
        assert_eq!(lines("capacity 18, zones [1]", 100.0, 3), ["capacity 18,", "zones [1]"]);
        assert_eq!(lines("a b", 100.0, 2), ["a b"]);
        assert!(lines(&"word ".repeat(40), 100.0, 2)[1].ends_with('…'));
    }

    #[test]
    fn long_words_are_cut() {
        assert_eq!(cut("short", 100.0), "short");
        let long = cut(&"x".repeat(200), 100.0);
        assert!(long.ends_with('…') && width_of(&long) <= 108.0);
        assert_eq!(cut("a", 0.0), "…");
    }
}
