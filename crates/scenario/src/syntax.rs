//! Text to tree, with as much as possible saved from a text that is not TOML.
//!
//! A line that is no key and no table makes the parser lose what follows, so such lines are blanked and the text is
//! parsed again. One slip often looks like several: of mistakes on the same or on neighbouring lines the first is told.
//! Keys that are unknown are told as well, in tables that were understood from their header to the next: a lost line may have been a
//! header, or have opened a table within it, and what stands around it are then keys of another table.

use crate::codes;
use crate::diagnostic::{LineStarts, Sink};
use crate::node::{self, Node, Value};
use std::ops::Range;
use toml::Spanned;
use toml::de::DeTable;

/// How many lines are blanked before the rest is given up.
const BLANKED_MAX: usize = 10;
/// Beyond this size a text that is not TOML is given up at the first mistake: each may hold as many as it has bytes.
const RECOVERED_BYTES_MAX: usize = 1 << 20;
/// How many of the parser's mistakes are looked at.
const MISTAKES_MAX: usize = 1000;

/// What of a text was not understood.
pub(crate) struct Broken {
    /// Lines, as bytes.
    pub lines: Vec<Range<usize>>,
    /// Where the headers of tables stand that were understood, in order.
    headers: Vec<usize>,
}

impl Broken {
    /// Whether a place touches a line that was not understood.
    pub fn touches(&self, span: &Range<usize>) -> bool {
        self.lines.iter().any(|line| span.start <= line.end && line.start <= span.end)
    }

    /// Whether all lines from the header above a place to the next header were understood.
    pub fn spares_table_of(&self, span: &Range<usize>) -> bool {
        let next = self.headers.partition_point(|&at| at <= span.start);
        let header = self.headers[..next].last().copied().unwrap_or(0);
        let end = self.headers.get(next).copied().unwrap_or(usize::MAX);
        !self.lines.iter().any(|line| line.end >= header && line.start < end)
    }
}

/// The tree of a text, and what of it was not understood.
pub(crate) fn tree(text: &str, sink: &mut Sink) -> (Node, Broken) {
    let mut wrong: Vec<(Range<usize>, String)> = Vec::new();
    let starts = LineStarts::new(text);
    let mut text_now = text.to_owned();
    let rounds = if text.len() > RECOVERED_BYTES_MAX { 0 } else { BLANKED_MAX };
    for _ in 0..rounds {
        let Some((span, message)) = lost_line(&text_now) else { break };
        let line = starts.lines_of(&text_now, &span);
        let blank = " ".repeat(line.len());
        text_now.replace_range(line, &blank);
        wrong.push((span, message));
    }
    let (document, errors) = match DeTable::parse(&text_now) {
        Ok(document) => (document, Vec::new()),
        Err(error) if text.len() > RECOVERED_BYTES_MAX => (Spanned::new(0..0, DeTable::new()), vec![error]),
        Err(_) => DeTable::parse_recoverable(&text_now),
    };
    wrong.extend(
        errors
            .iter()
            .take(MISTAKES_MAX)
            .map(|error| (error.span().unwrap_or(0..0), error.message().replace('\n', "; "))),
    );
    wrong.sort_by_key(|(span, _)| span.start);
    let mut lines: Vec<Range<usize>> = Vec::new();
    let mut in_open_list = false;
    for (span, message) in wrong {
        let line = starts.lines_of(text, &span);
        // A list that is not closed swallows the rest of the text.
        let follows = in_open_list || lines.last().is_some_and(|last| line.start <= last.end + 1);
        in_open_list |= message.contains("array");
        lines.push(line);
        if !follows {
            sink.error(codes::SYNTAX, &span, format!("this is not TOML: {message}"));
        }
    }
    let tree = node::from_document(&document);
    let mut headers = Vec::new();
    if !lines.is_empty() {
        headers_in(&tree, text, &mut headers);
        headers.sort_unstable();
    }
    (tree, Broken { lines, headers })
}

/// Where the headers of tables stand, `[slo]` and `[[design]]`.
fn headers_in(node: &Node, text: &str, found: &mut Vec<usize>) {
    match &node.value {
        Value::Table(table) => {
            if text.get(node.span.start..).is_some_and(|rest| rest.starts_with('[')) {
                found.push(node.span.start);
            }
            table.entries.iter().for_each(|entry| headers_in(&entry.node, text, found));
        }
        Value::List(items) => items.iter().for_each(|item| headers_in(item, text, found)),
        _ => {}
    }
}

/// The first mistake, if it is one that loses the rest of the text.
fn lost_line(text: &str) -> Option<(Range<usize>, String)> {
    let error = DeTable::parse(text).err()?;
    let span = error.span()?;
    error.message().starts_with("key with no value").then(|| (span, error.message().replace('\n', "; ")))
}
