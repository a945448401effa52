//! Diagnostics as they are found while a file is read: each once, with its help, in the order of the file in the end.

use super::{Diagnostic, Diagnostics, LineStarts, Severity, nearest, printable};
use crate::codes;
use crate::syntax::Broken;
use crate::what_if::WhatIf;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use zonefall_topology::listed;

/// Of what is said once, how many others are named.
const FOLDED_SHOWN: usize = 3;
/// How many diagnostics of one file are kept; more are counted.
const KEPT_MAX: usize = 1000;

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
    /// Whether something could not be looked at because of the mistakes.
    pub unseen: bool,
    /// Codes of warnings and hints that are not told.
    pub allowed: BTreeSet<&'static str>,
    /// Where keys begin that their tables cannot have.
    misspelt: BTreeSet<usize>,
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

    /// All that was told so far.
    pub fn told(&self) -> &[Diagnostic] {
        &self.items
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

    /// Whether there are errors, and all of them have this code.
    pub fn has_only_errors_of(&self, code: &str) -> bool {
        let is_of = |item: &Diagnostic| item.severity != Severity::Error || item.code == code;
        self.has_errors() && self.items.iter().all(is_of)
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
    /// complaints that something is not there. A key that its table cannot have stays told.
    pub fn forget_consequences(&mut self, broken: &Broken) {
        if broken.lines.is_empty() {
            return;
        }
        let misspelt = std::mem::take(&mut self.misspelt);
        self.items.retain(|item| {
            let Some(span) = &item.span else { return item.code == codes::SYNTAX };
            let misspelt = item.code == codes::UNKNOWN_KEY && misspelt.contains(&span.start);
            let absence = codes::OF_ABSENCE.contains(&item.code) && !(misspelt && broken.spares_table_of(span));
            item.code == codes::SYNTAX || !(absence || broken.touches(span))
        });
    }

    /// An error that a table has no such key, whatever else the file says.
    pub fn misspelt(&mut self, span: &Range<usize>, message: impl Into<String>) -> More<'_> {
        self.misspelt.insert(span.start);
        self.error(codes::UNKNOWN_KEY, span, message)
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
        Diagnostics {
            file: printable(file),
            source: source.into(),
            items: self.items,
            untold: self.untold,
            unseen: self.unseen,
            others,
        }
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

    /// The same of what arrives, and how to say it.
    pub fn lacks_demand(self) -> Self {
        self.lacks(["demand"]).help("add `[demand]` with `rate = \"600 req/s\"`")
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
            None => self.help(format!("known here: {}", listed(right))),
        }
    }
}
