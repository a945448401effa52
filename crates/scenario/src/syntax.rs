//! Text to tree, with as much as possible saved from a text that is not TOML.
//!
//! A line that is no key and no table makes the parser lose what follows, so does a list or a long text that is never closed: such
//! lines are blanked and the text is parsed again. One slip often looks like several: of mistakes on the same or on neighbouring lines the first is told.
//! Keys that are unknown are told as well, in tables that were understood from their header to the next, but for values of single
//! keys: any other line that is lost may have been a header, or have opened a table within it, and what stands around it are then keys
//! of another table.

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
    /// Those of them that are keys with a value or without, and open nothing.
    keys: Vec<Range<usize>>,
    /// Where the headers of tables stand that were understood, in order.
    headers: Vec<usize>,
}

impl Broken {
    /// Whether a place touches a line that was not understood.
    pub fn touches(&self, span: &Range<usize>) -> bool {
        // What the parser puts in the place of a value that it could not read stands nowhere.
        let nowhere = !self.lines.is_empty() && *span == (0..0);
        nowhere || self.lines.iter().any(|line| span.start <= line.end && line.start <= span.end)
    }

    /// Whether all lines from the header above a place to the next header were understood, but for values of keys.
    pub fn spares_table_of(&self, span: &Range<usize>) -> bool {
        let next = self.headers.partition_point(|&at| at <= span.start);
        let header = self.headers[..next].last().copied().unwrap_or(0);
        let end = self.headers.get(next).copied().unwrap_or(usize::MAX);
        let is_of_a_key =
            |line: &Range<usize>| self.keys.iter().any(|key| key.start <= line.start && line.end <= key.end);
        let lost = self.lines.iter().filter(|line| !is_of_a_key(line));
        !lost.into_iter().any(|line| line.end >= header && line.start < end)
    }
}

/// The tree of a text, and what of it was not understood.
pub(crate) fn tree(text: &str, sink: &mut Sink) -> (Node, Broken) {
    let mut wrong: Vec<(Range<usize>, String)> = Vec::new();
    let starts = LineStarts::new(text);
    let mut text_now = text.to_owned();
    let mut blanked_lines: Vec<Range<usize>> = Vec::new();
    let rounds = if text.len() > RECOVERED_BYTES_MAX { 0 } else { BLANKED_MAX };
    for _ in 0..rounds {
        let Some(Lost { span, message, lines }) = lost(&text_now, &starts) else { break };
        let blank: String = text_now[lines.clone()].chars().map(blanked).collect();
        text_now.replace_range(lines.clone(), &blank);
        blanked_lines.push(lines);
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
    let mut keys: Vec<Range<usize>> = lines.iter().filter(|line| is_key(&text[(*line).clone()])).cloned().collect();
    keys.extend(blanked_lines.iter().filter(|lines| starts_key(&text[(*lines).clone()])).cloned());
    lines.extend(blanked_lines);
    let tree = node::from_document(&document);
    let mut headers = Vec::new();
    if !lines.is_empty() {
        headers_in(&tree, text, &mut headers);
        headers.sort_unstable();
    }
    (tree, Broken { lines, keys, headers })
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

/// What loses the rest of a text: where it is told, in which words, and the lines without which the rest is read.
struct Lost {
    span: Range<usize>,
    message: String,
    lines: Range<usize>,
}

/// The first mistake that loses the rest of the text.
fn lost(text: &str, starts: &LineStarts) -> Option<Lost> {
    let first = DeTable::parse(text).err()?;
    let of = |error: &toml::de::Error| {
        let (span, message) = (error.span()?, error.message().replace('\n', "; "));
        let line = starts.lines_of(text, &span);
        match () {
            () if message.starts_with("key with no value") => Some(Lost { lines: line, span, message }),
            () if message.contains("array") => unclosed_list(text, starts, &span, &line),
            () if message.contains("multi-line") => {
                let open = text[..span.start].rfind("\"\"\"").max(text[..span.start].rfind("\'\'\'"))?;
                let span = open..open + 3;
                Some(Lost { lines: starts.lines_of(text, &span), span, message })
            }
            () => None,
        }
    };
    of(&first).or_else(|| DeTable::parse_recoverable(text).1.iter().take(MISTAKES_MAX).find_map(of))
}

/// A list that opens on an earlier line than a mistake within it, which is the next key or table: all from where it opens to there.
fn unclosed_list(text: &str, starts: &LineStarts, span: &Range<usize>, line: &Range<usize>) -> Option<Lost> {
    let begins = |at: usize| starts_key(&text[at..]) || starts_header(&text[at..]);
    let at_end = text[span.start..].trim().is_empty();
    if !at_end && !begins(line.start) {
        return None;
    }
    let before = if at_end { text.len() } else { line.start };
    let (begin, opened) = text[..before].match_indices('=').rev().find_map(|(at, _)| {
        let begin = starts.lines_of(text, &(at..at + 1)).start;
        let value = text[at + 1..].trim_start_matches([' ', '\t']);
        (starts_key(&text[begin..]) && value.starts_with('[')).then(|| (begin, text.len() - value.len()))
    })?;
    let first = starts.lines_of(text, &(opened..opened + 1));
    let mut end = first.end;
    while end + 1 < before && !begins(end + 1) {
        end = starts.lines_of(text, &(end + 1..end + 2)).end;
    }
    let message = "the list that begins here is not closed, expected `]`".to_owned();
    Some(Lost { span: opened..opened + 1, message, lines: begin..end })
}

/// What stands in the place of a sign that is left out, in as many bytes.
fn blanked(c: char) -> &'static str {
    match c {
        '\n' => "\n",
        '\r' => "\r",
        c => &"    "[..c.len_utf8()],
    }
}

/// Whether a line is a key with what may be its value, and opens neither a list nor a table.
fn is_key(line: &str) -> bool {
    starts_key(line) && !line.contains(['[', ']', '{', '}']) && !line.contains("\"\"\"") && !line.contains("\'\'\'")
}

/// Whether a text begins with the header of a table, and not with a list within a list.
fn starts_header(text: &str) -> bool {
    let name =
        text.trim_start_matches([' ', '\t']).strip_prefix('[').map(|rest| rest.strip_prefix('[').unwrap_or(rest));
    name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
}

/// Whether a text begins with a bare key and what separates it from its value.
fn starts_key(text: &str) -> bool {
    let rest = text.trim_start_matches([' ', '\t']);
    let value = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    value.len() < rest.len() && value.trim_start_matches([' ', '\t']).starts_with(['=', ':'])
}
