//! Mistakes, warnings and hints with their places, collected and rendered together.

use crate::codes;
use crate::what_if::WhatIf;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use zonefall_topology::is_hidden;

/// Of what is said once, how many others are named.
const FOLDED_SHOWN: usize = 3;
/// How many diagnostics of one file are kept; more are counted.
const KEPT_MAX: usize = 1000;
/// Lines longer than this are named, not shown.
const SHOWN_BYTES_MAX: usize = 400;
/// A mark over more lines than this shows its first lines only.
const SHOWN_LINES_MAX: usize = 4;

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

/// Place, code and words.
type Said = (usize, usize, &'static str, String);

fn said(item: &Diagnostic) -> Said {
    let place = item.span.clone().unwrap_or(0..0);
    (place.start, place.end, item.code, item.message.clone())
}

/// Collects while the file is read.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    items: Vec<Diagnostic>,
    /// What was said, with the designs that were read then.
    seen: BTreeMap<Said, Vec<usize>>,
    reading: Option<usize>,
    untold: usize,
    /// Keys that the decoder asked for, by their place in the table of keys; the tests compare both.
    pub asked: BTreeSet<usize>,
    /// Values of empirical laws read so far, in all designs.
    pub empirical_values: usize,
    /// Codes of warnings and hints that are not told.
    pub allowed: BTreeSet<&'static str>,
    /// Of files that the scenario names, with their texts.
    attached: Vec<(Diagnostics, String)>,
}

impl Sink {
    pub fn error(&mut self, code: &'static str, span: &Range<usize>, message: impl Into<String>) -> More<'_> {
        self.push(Severity::Error, code, Some(span.clone()), message.into())
    }

    pub fn warn(&mut self, code: &'static str, span: &Range<usize>, message: impl Into<String>) -> More<'_> {
        self.push(Severity::Warning, code, Some(span.clone()), message.into())
    }

    pub fn hint(&mut self, code: &'static str, span: &Range<usize>, message: impl Into<String>) -> More<'_> {
        self.push(Severity::Hint, code, Some(span.clone()), message.into())
    }

    pub fn error_of_file(&mut self, code: &'static str, message: impl Into<String>) -> More<'_> {
        self.push(Severity::Error, code, None, message.into())
    }

    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|item| item.severity == Severity::Error)
    }

    /// Adds what is to be said of a file that the scenario names; once, though it is read for every design.
    pub fn attach(&mut self, of_file: Diagnostics, text: String) {
        if self.attached.iter().all(|(known, _)| known.file != of_file.file) {
            self.attached.push((of_file, text));
        }
    }

    /// The texts of those files.
    pub fn attached_texts(&self) -> impl Iterator<Item = &str> {
        self.attached.iter().map(|(_, text)| text.as_str())
    }

    /// What is told from here on is of this design.
    pub fn reads(&mut self, design: Option<usize>) {
        self.reading = design;
    }

    /// The errors, with the designs that tell them.
    fn of_designs(&self) -> impl Iterator<Item = (usize, &[usize])> {
        let errors = self.items.iter().enumerate().filter(|(_, item)| item.severity == Severity::Error);
        errors.filter_map(|(at, item)| Some((at, &self.seen.get(&said(item))?[..])))
    }

    /// Whether an error at such a place is told of such designs.
    pub fn told_of_designs(&self, is: &impl Fn(&Range<usize>, &[usize]) -> bool) -> bool {
        self.of_designs().any(|(at, designs)| self.items[at].span.as_ref().is_some_and(|span| is(span, designs)))
    }

    /// Whether the same is told here.
    pub fn tells(&self, item: &Diagnostic) -> bool {
        self.seen.contains_key(&said(item))
    }

    /// Says errors of designs in another way, where there is one.
    pub fn rename(&mut self, other: impl Fn(&Diagnostic, &[usize]) -> Option<Diagnostic>) {
        let new = self.of_designs().filter_map(|(at, designs)| Some((at, other(&self.items[at], designs)?)));
        for (at, item) in new.collect::<Vec<_>>() {
            self.items[at] = item;
        }
    }

    /// The first error in words.
    pub fn first_error(&self) -> Option<String> {
        self.items.iter().find(|item| item.severity == Severity::Error).map(|item| item.message.clone())
    }

    /// Whether an error lies within a place.
    pub fn has_error_within(&self, place: &Range<usize>) -> bool {
        self.items.iter().any(|item| item.severity == Severity::Error && item.is_within(place))
    }

    /// Takes over the errors of another collector, not its warnings and hints.
    pub fn take_errors(&mut self, other: Self) {
        self.copy_errors(&other, None);
        self.asked.extend(other.asked);
    }

    /// The errors of another collector, of one place or all, not its warnings and hints.
    pub fn copy_errors(&mut self, other: &Self, place: Option<&Range<usize>>) {
        let told =
            |item: &&Diagnostic| item.severity == Severity::Error && place.is_none_or(|place| item.is_within(place));
        for item in other.items.iter().filter(told).cloned() {
            let more = self.push(item.severity, item.code, item.span, item.message);
            item.help.into_iter().fold(more, More::help);
        }
    }

    /// Where the text is not TOML, takes back what may only follow from that: mistakes about the broken lines, and
    /// complaints that something is not there.
    pub fn forget_consequences(&mut self, broken: &[Range<usize>]) {
        if broken.is_empty() {
            return;
        }
        let touches = |span: &Range<usize>| broken.iter().any(|line| span.start <= line.end && line.start <= span.end);
        self.items.retain(|item| {
            let absence = codes::OF_ABSENCE.contains(&item.code);
            item.code == codes::SYNTAX || !(absence || item.span.as_ref().is_none_or(touches))
        });
    }

    /// The same words at the same place are said once, though a base is read for every design.
    fn push(
        &mut self,
        severity: Severity,
        code: &'static str,
        span: Option<Range<usize>>,
        message: String,
    ) -> More<'_> {
        debug_assert!(codes::find_code(code).is_some());
        let message = printable(&message);
        let place = span.clone().unwrap_or(0..0);
        if self.items.len() >= KEPT_MAX {
            self.untold += 1;
            return More(None);
        }
        let reading = self.reading;
        if let Some(designs) = self.seen.get_mut(&(place.start, place.end, code, message.clone())) {
            designs.extend(reading.filter(|at| !designs.contains(at)));
            return More(None);
        }
        self.seen.insert((place.start, place.end, code, message.clone()), reading.into_iter().collect());
        let help = Vec::new();
        self.items.push(Diagnostic {
            severity,
            code,
            message,
            span,
            line: 0,
            column: 0,
            help,
            about: None,
            lacks: Vec::new(),
        });
        More(self.items.last_mut())
    }

    /// [`Sink::finish`] where places behind the file's text are those of changes on the command line.
    pub fn finish_with(mut self, file: &str, source: &str, changes: &WhatIf) -> Diagnostics {
        let base = source.len() + 1;
        let behind = |item: &Diagnostic| item.span.as_ref().is_some_and(|span| span.start >= base);
        let (mut of_changes, of_file): (Vec<_>, Vec<_>) = std::mem::take(&mut self.items).into_iter().partition(behind);
        self.items = of_file;
        self.items.iter_mut().for_each(|item| item.about = item.about.take().filter(|of| of.start < base));
        if !of_changes.is_empty() {
            for item in &mut of_changes {
                item.span = item.span.as_ref().map(|span| span.start - base..span.end.max(span.start) - base);
                item.about = item.about.take().filter(|of| of.start >= base).map(|of| of.start - base..of.end - base);
            }
            let told = Self { items: of_changes, ..Self::default() };
            self.attached.push((told.finish(changes.called(), changes.text()), String::new()));
        }
        self.finish(file, source)
    }

    /// Puts everything in order and finds lines and columns.
    pub fn finish(mut self, file: &str, source: &str) -> Diagnostics {
        let lines = LineStarts::new(source);
        self.items.retain(|item| item.severity == Severity::Error || !self.allowed.contains(item.code));
        for item in &mut self.items {
            if let Some(span) = &item.span {
                (item.line, item.column) = lines.place(source, span.start);
            }
        }
        self.items.sort_by_key(|item| (item.severity, item.span.as_ref().map_or(0, |span| span.start)));
        fold(&mut self.items, codes::SMALL_STANDBY);
        let allowed = &self.allowed;
        let mut others: Vec<Diagnostics> = self.attached.into_iter().map(|(of_file, _)| of_file).collect();
        for other in &mut others {
            other.items.retain(|item| item.severity == Severity::Error || !allowed.contains(item.code));
        }
        Diagnostics { file: printable(file), source: source.into(), items: self.items, untold: self.untold, others }
    }
}

/// Says what has one code once: the first of them, with how many more there are and where.
fn fold(items: &mut Vec<Diagnostic>, code: &'static str) {
    let of_code = |item: &Diagnostic| item.code == code && item.severity != Severity::Error;
    let more: Vec<String> = items.iter().filter(|item| of_code(item)).skip(1).map(told_at).collect();
    let Some(first) = items.iter().position(of_code).filter(|_| !more.is_empty()) else { return };
    let shown = more.len().min(FOLDED_SHOWN);
    let left = if shown < more.len() { "; …" } else { "" };
    items[first].help.push(format!("{} more like it: {}{left}", more.len(), more[..shown].join("; ")));
    let mut at = 0;
    items.retain(|item| {
        at += 1;
        at - 1 <= first || !of_code(item)
    });
}

/// Where it is, and what is said there.
fn told_at(item: &Diagnostic) -> String {
    if item.line > 0 { format!("line {}: {}", item.line, item.message) } else { item.message.clone() }
}

/// The diagnostic just made, for adding help to it.
pub(crate) struct More<'a>(Option<&'a mut Diagnostic>);

impl More<'_> {
    pub fn help(mut self, words: impl Into<String>) -> Self {
        if let Some(item) = &mut self.0 {
            item.help.push(printable(&words.into()));
        }
        self
    }

    /// Shows another place of the file below.
    pub fn about(mut self, span: Range<usize>) -> Self {
        if let Some(item) = &mut self.0 {
            item.about = Some(span);
        }
        self
    }

    /// Says what is missing: any one of these keys would do.
    pub fn lacks<'k>(mut self, keys: impl IntoIterator<Item = &'k str>) -> Self {
        if let Some(item) = &mut self.0 {
            item.lacks.extend(keys.into_iter().map(str::to_owned));
        }
        self
    }

    /// The same of a thing by its name, of whichever kinds.
    pub fn lacks_named(self, kinds: &[&str], name: &str) -> Self {
        let keys: Vec<String> = kinds.iter().map(|kind| format!("{kind}.{name}")).collect();
        self.lacks(keys.iter().map(String::as_str))
    }

    /// Offers the nearest of the right names, else all of them if they are few.
    pub fn nearest<'n>(self, wrong: &str, right: impl IntoIterator<Item = &'n str>) -> Self {
        if self.0.is_none() {
            return self;
        }
        let right: Vec<&str> = right.into_iter().collect();
        match nearest(wrong, &right) {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None if right.is_empty() || right.len() > 20 => self,
            None => self.help(format!("known here: {}", right.join(", "))),
        }
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
