//! Mistakes, warnings and hints with their places, rendered together; `sink` collects them.

mod sink;

pub(crate) use sink::{More, Sink};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use zonefall_topology::is_hidden;

/// Lines longer than this are named, not shown.
const SHOWN_BYTES_MAX: usize = 400;
/// A mark over more lines than this shows its first lines only.
const SHOWN_LINES_MAX: usize = 4;

/// What stands below mistakes that hide a part of the file.
const MORE_MAY_COME: &str = "What depends on these could not be checked: when they are mended, more may come.";

/// What a diagnostic means for the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot run.
    Error,
    /// It runs, but the result may not mean what the reader thinks.
    Warning,
    /// It runs; this may be worth knowing.
    Hint,
}

/// One mistake, warning or hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A code of [`crate::CODES`].
    pub code: &'static str,
    /// In words.
    pub message: String,
    /// Bytes of the source that it is about.
    pub span: Option<Range<usize>>,
    /// Line, from 1; 0 without a place.
    pub line: usize,
    /// Column in characters, from 1; 0 without a place.
    pub column: usize,
    /// What to do.
    pub help: Vec<String>,
    /// Bytes of the source that are shown below: what a design's mistake is about in the base.
    pub(crate) about: Option<Range<usize>>,
    /// Where it is that something is missing: the keys one of which is.
    pub(crate) lacks: Vec<String>,
}

impl Diagnostic {
    fn is_within(&self, place: &Range<usize>) -> bool {
        self.span.as_ref().is_some_and(|span| place.start <= span.start && span.end <= place.end)
    }
}

/// All diagnostics of one scenario file, in the order of the file, errors first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics {
    file: String,
    source: Arc<str>,
    items: Vec<Diagnostic>,
    untold: usize,
    /// Whether some of the file could not be looked at because of its mistakes.
    unseen: bool,
    /// Those of files that the scenario names.
    others: Vec<Diagnostics>,
}

impl Diagnostics {
    /// All of the scenario file itself.
    pub fn items(&self) -> &[Diagnostic] {
        &self.items
    }

    /// Those of files that the scenario names, file by file.
    pub fn others(&self) -> &[Self] {
        &self.others
    }

    /// All but hints, and how many hints there are.
    #[must_use]
    pub fn without_hints(&self) -> (Self, usize) {
        let (mut rest, mut hints) = (self.clone(), self.items.len());
        rest.items.retain(|item| item.severity != Severity::Hint);
        hints -= rest.items.len();
        for other in &mut rest.others {
            let (left, more) = other.without_hints();
            (*other, hints) = (left, hints + more);
        }
        (rest, hints)
    }

    /// Those that are not left out.
    #[must_use]
    pub fn without(&self, out: impl Fn(&Diagnostic) -> bool + Copy) -> Self {
        let mut rest = self.clone();
        rest.items.retain(|item| !out(item));
        rest.others = rest.others.iter().map(|other| other.without(out)).collect();
        rest
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.others.iter().all(Self::is_empty)
    }

    /// Errors that are told; warnings and hints are not counted.
    pub fn error_count(&self) -> usize {
        self.items.iter().filter(|item| item.severity == Severity::Error).count()
    }

    /// The text for people, with the places in the file; with colours if asked for.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut out = Vec::new();
        // What stops the run comes first, in whichever file it stands.
        self.render_those(true, &renderer, &mut out);
        self.render_those(false, &renderer, &mut out);
        let untold = self.untold + self.others.iter().map(|other| other.untold).sum::<usize>();
        if untold > 0 {
            out.push(format!("… and {untold} more"));
        }
        if self.unseen && self.error_count() + self.others.iter().map(Self::error_count).sum::<usize>() > 0 {
            out.push(MORE_MAY_COME.into());
        }
        out.join("\n\n")
    }

    /// Those that are errors, or those that are not, of all files.
    fn render_those(&self, errors: bool, renderer: &Renderer, out: &mut Vec<String>) {
        let lines = LineStarts::new(&self.source);
        let those = self.items.iter().filter(|item| (item.severity == Severity::Error) == errors);
        out.extend(those.map(|item| self.render_one(item, renderer, &lines)));
        self.others.iter().for_each(|other| other.render_those(errors, renderer, out));
    }

    fn render_one(&self, item: &Diagnostic, renderer: &Renderer, lines: &LineStarts) -> String {
        let level = match item.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Hint => Level::INFO.with_name("hint"),
        };
        let mut group = Group::with_title(level.primary_title(item.message.as_str()).id(item.code));
        group = match item.span.as_ref().and_then(|span| lines.excerpt(&self.source, span)) {
            Some((text, first_line, mark)) => group.element(
                Snippet::source(text)
                    .path(self.file.as_str())
                    .line_start(first_line)
                    .fold(false)
                    .annotation(AnnotationKind::Primary.span(mark)),
            ),
            None if item.line > 0 => {
                group.element(Origin::path(self.file.as_str()).line(item.line).char_column(item.column))
            }
            None => group.element(Origin::path(self.file.as_str())),
        };
        if let Some((text, first_line, mark)) = item.about.as_ref().and_then(|span| lines.excerpt(&self.source, span)) {
            let about = Snippet::source(text).path(self.file.as_str()).line_start(first_line).fold(false);
            group = group.element(about.annotation(AnnotationKind::Context.span(mark).label("what it is about")));
        }
        for help in &item.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

/// Where lines begin.
pub(crate) struct LineStarts(Vec<usize>);

impl LineStarts {
    pub fn new(source: &str) -> Self {
        Self(std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// The whole lines that a span touches, as bytes, without the last line feed.
    pub fn lines_of(&self, source: &str, span: &Range<usize>) -> Range<usize> {
        let first = self.0.partition_point(|&start| start <= span.start).max(1) - 1;
        let next = self.0.partition_point(|&start| start < span.end.max(span.start + 1));
        self.0[first]..self.0.get(next).map_or(source.len(), |start| start - 1)
    }

    /// Line and column (in characters) of a byte, both from 1.
    fn place(&self, source: &str, at: usize) -> (usize, usize) {
        let line = self.0.partition_point(|&start| start <= at).max(1);
        let column = source.get(self.0[line - 1]..at).map_or(1, |text| text.chars().count() + 1);
        (line, column)
    }

    /// The lines of a span, the number of the first, and the span within them; nothing if they are too long to show.
    fn excerpt<'s>(&self, source: &'s str, span: &Range<usize>) -> Option<(&'s str, usize, Range<usize>)> {
        let first = self.0.partition_point(|&start| start <= span.start).max(1) - 1;
        let last = self.0.partition_point(|&start| start < span.end).max(first + 1).min(first + SHOWN_LINES_MAX);
        let from = self.0[first];
        let to = self.0.get(last).copied().unwrap_or(source.len());
        let text = source.get(from..to)?.trim_end_matches(['\n', '\r']);
        if text.len() > SHOWN_BYTES_MAX * SHOWN_LINES_MAX || text.lines().any(|line| line.len() > SHOWN_BYTES_MAX) {
            return None;
        }
        let begin = (span.start - from).min(text.len());
        let end = (span.end - from).clamp(begin, text.len());
        Some((text, first + 1, begin..end))
    }
}

/// The right name that is nearest to a wrong one, if it is near at all.
pub fn nearest<'n>(wrong: &str, right: &[&'n str]) -> Option<&'n str> {
    if wrong.len() > 200 {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace(['-', ' ', '.'], "_");
    let wrong = plain(wrong);
    let score = |name: &str| {
        let name = plain(name);
        let like = strsim::jaro_winkler(&wrong, &name);
        // A slip of the finger in a short word, and a word that was left away.
        let slip = wrong.chars().count() > 2 && strsim::osa_distance(&wrong, &name) == 1;
        let part = wrong.len() > 3 && name.split('_').any(|word| word == wrong);
        // Of several such the shortest.
        if slip || part { like.max(0.85 + 0.1 / name.len() as f64) } else { like }
    };
    let scored = right.iter().take(1000).map(|name| (score(name), *name));
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(score, _)| *score >= 0.8).map(|(_, name)| name)
}

/// Whether a name is so near to another that it may be a slip of the finger: one letter, or two of a long name, or in capitals. Names
/// that are numbered (`web1`, `web-b`) are not.
pub(crate) fn is_slip(name: &str, other: &str) -> bool {
    if name != other && name.to_lowercase() == other.to_lowercase() {
        return true;
    }
    let letters = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>().to_lowercase();
    let (stem, other_stem) = (letters(name), letters(other));
    let lettered = |text: &str| text.rsplit_once(['-', '_']).filter(|(_, last)| last.chars().count() <= 1).is_some();
    let lengths = [stem.chars().count(), other_stem.chars().count()];
    let [short, long] = [lengths[0].min(lengths[1]), lengths[0].max(lengths[1])];
    let lettered = lettered(&stem) && lettered(&other_stem);
    if name.len().max(other.len()) > 200 || short < 2 || long < 3 || stem == other_stem || lettered {
        return false;
    }
    strsim::osa_distance(&stem, &other_stem) <= if short < 8 { 1 } else { 2 }
}

/// Text from a file without hidden characters, and not endless.
fn printable(text: &str) -> String {
    let mut out: String = text.chars().take(1000).map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(1000).is_some() {
        out.push('…');
    }
    out
}
