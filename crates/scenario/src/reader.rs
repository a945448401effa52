//! Reads the keys of one table: known keys, kinds, ranges and defaults all come from the table of keys.
//!
//! Every getter answers `None` for a value that is absent without a default, and for one that is wrong; the mistake is
//! then already told, and [`Reader::has`] tells the two apart.

use crate::codes;
use crate::diagnostic::{More, Sink, nearest};
use crate::keys::{self, Kind};
use crate::node::{Node, Table, Value};
use crate::units::{self, RateText, Ratio};
use crate::values::{
    Asked, check_name, count_of, duration_of, fine_duration_of, number_of, told, words_of, wrong_type,
};
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;
use zonefall_engine::SimDuration;

/// One table of the file under a path of the table of keys.
pub(crate) struct Reader<'t> {
    table: &'t Table,
    path: &'static str,
    span: Range<usize>,
    /// Whether its keys have their other defaults ([`keys::Key::but`]).
    otherwise: bool,
}

/// Whether it is written as a table, or as a list of them.
fn is_table(node: &Node) -> bool {
    match &node.value {
        Value::List(items) => items.first().is_some_and(|item| item.table().is_some()),
        _ => node.table().is_some(),
    }
}

/// What to write where a list is asked for: the list that a text names, or one of a single value.
fn as_list(name: &str, value: &Value, each: Kind) -> Vec<String> {
    let one = |shown: &str| format!("a list of one: `{name} = [{shown}]`");
    match value {
        Value::Text(text) => {
            let parts = text.trim_matches(['[', ']', '(', ')']).split([',', ';', ' ']).map(str::trim);
            let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
            let numbers = matches!(each, Kind::Count(..) | Kind::Number(..));
            match numbers {
                true if parts.is_empty() || parts.iter().any(|part| part.parse::<u32>().is_err()) => Vec::new(),
                true => vec![format!("write `{name} = [{}]`", parts.join(", "))],
                false => vec![one(&format!("\"{text}\""))],
            }
        }
        Value::Integer(number) => vec![one(&number.to_string())],
        _ => Vec::new(),
    }
}

const NOTHING: &Table = &Table { entries: Vec::new() };

impl<'t> Reader<'t> {
    /// Reads a table; tells what is unknown in it. Something else than a table is told and read as an empty one.
    pub fn new(node: &'t Node, path: &'static str, sink: &mut Sink) -> Self {
        let Some(table) = node.table() else {
            wrong_type::<()>(node, path, "a table", sink);
            return Self { table: NOTHING, path, span: node.span.clone(), otherwise: false };
        };
        let names: Vec<&str> = keys::children(path).map(keys::plain_name).collect();
        if !names.contains(&"<name>") {
            for entry in table.entries.iter().filter(|entry| !names.contains(&entry.key.as_str())) {
                let is_table = is_table(&entry.node);
                let place = if path.is_empty() { "a scenario".to_owned() } else { format!("`{path}`") };
                let words = format!("`{}` is not a key of {place}", entry.key);
                let more = sink.misspelt(&entry.key_span, words);
                if let Some(meant) = keys::meant(path, &entry.key) {
                    more.help(format!("did you mean `{meant}`?"));
                    continue;
                }
                match keys::elsewhere(&entry.key, is_table) {
                    // What stands in a list is no place for keys of other tables.
                    _ if nearest(&entry.key, &names).is_some() || path.contains("[]") => {
                        more.nearest(&entry.key, names.iter().copied())
                    }
                    places if places.is_empty() => more.nearest(&entry.key, names.iter().copied()),
                    places => more.help(format!("did you mean `{}`?", places.join("` or `"))),
                };
            }
        }
        Self { table, path, span: node.span.clone(), otherwise: false }
    }

    /// The same, where keys with other defaults have those ([`keys::Key::but`]).
    pub fn otherwise(self, otherwise: bool) -> Self {
        Self { otherwise, ..self }
    }

    /// All that is written in it.
    pub fn table(&self) -> &'t Table {
        self.table
    }

    /// The place of the whole table.
    pub fn span(&self) -> &Range<usize> {
        &self.span
    }

    /// The place of a key's value, or of the table where it is absent.
    pub fn span_of(&self, name: &str) -> Range<usize> {
        self.table.get(name).map_or_else(|| self.span.clone(), |node| node.span.clone())
    }

    /// Whether the key is written, rightly or wrongly.
    pub fn has(&self, name: &str) -> bool {
        self.table.entry(name).is_some()
    }

    /// Whether the key is there misspelt: that has been told with its right name, and what it should say is unknown.
    pub fn means(&self, name: &str) -> bool {
        keys::misspelt(self.path, self.table).any(|meant| meant == name)
    }

    /// Whether the key is written as `false`.
    pub fn is_off(&self, name: &str) -> bool {
        self.table.get(name).is_some_and(|node| node.is_off())
    }

    /// Whether the key is written as a list.
    pub fn is_list(&self, name: &str) -> bool {
        self.table.get(name).is_some_and(|node| matches!(node.value, Value::List(_)))
    }

    /// Whether the key is written as a table.
    pub fn is_table(&self, name: &str) -> bool {
        self.table.get(name).is_some_and(|node| node.table().is_some())
    }

    /// The place of a key deeper in the table, `repairs.grace`; of the nearest table around it where it is absent.
    pub fn place(&self, path: &str) -> Range<usize> {
        let mut span = self.span.clone();
        let mut table = Some(self.table);
        for part in path.split('.') {
            let Some(node) = table.and_then(|table| table.get(part)) else { break };
            span = node.span.clone();
            table = node.table();
        }
        span
    }

    /// The place of a key deeper in the table, whose names may hold points; none where it is absent.
    pub fn place_of(&self, path: &[&str]) -> Option<Range<usize>> {
        let (last, around) = path.split_last()?;
        let into = |table: &'t Table, part: &&str| table.get(part).and_then(|node| node.table());
        let table = around.iter().try_fold(self.table, into)?;
        table.get(last).map(|node| node.span.clone())
    }

    /// A value without a default: the outer `None` is a mistake, the inner one its absence.
    pub fn optional<T>(
        &self,
        name: &str,
        sink: &mut Sink,
        get: impl Fn(&Self, &str, &mut Sink) -> Option<T>,
    ) -> Option<Option<T>> {
        let value = get(self, name, sink);
        if value.is_none() && self.has(name) { None } else { Some(value) }
    }

    /// The value, or the default of the table of keys, with the key's kind.
    fn value(&self, name: &str, sink: &mut Sink) -> Option<(Rc<Node>, Kind)> {
        let found = keys::find(&keys::join(self.path, name));
        debug_assert!(found.is_some(), "`{}.{name}` is not in the table of keys", self.path);
        let (at, key) = found?;
        sink.asked.insert(at);
        let node = self.table.get(name).cloned();
        let default = || key.but.filter(|_| self.otherwise).map(|(_, default)| default).or(key.default);
        let node = node.or_else(|| default().map(|default| Rc::new(Node::from_default(&default.to_string()))))?;
        Some((node, key.kind))
    }

    /// The value as it stands.
    pub fn node(&self, name: &str, sink: &mut Sink) -> Option<Rc<Node>> {
        self.value(name, sink).map(|(node, _)| node)
    }

    /// A table among the keys; `path` is its place in the table of keys.
    pub fn sub(&self, name: &str, path: &'static str, sink: &mut Sink) -> Option<Reader<'t>> {
        self.value(name, sink);
        self.table.get(name).map(|node| Reader::new(node, path, sink))
    }

    /// A table among the keys, unless it is `false`.
    pub fn sub_or_off(&self, name: &str, path: &'static str, sink: &mut Sink) -> Option<Reader<'t>> {
        if self.is_off(name) {
            self.value(name, sink);
            return None;
        }
        self.sub(name, path, sink)
    }

    /// The named tables within a table such as `region`, in order of writing.
    pub fn named(&self, name: &str, sink: &mut Sink) -> Vec<(&'t str, Range<usize>, &'t Node)> {
        self.value(name, sink);
        // What is misspelt is read as meant, so that its other mistakes and those of what names it are told as well.
        let meant = || keys::misspelt_as(self.path, self.table, name);
        let Some(node) = self.table.get(name).or_else(meant) else { return Vec::new() };
        if let Some((at, _)) = keys::find(&format!("{}.<name>", keys::join(self.path, name))) {
            sink.asked.insert(at);
        }
        let Some(table) = node.table() else {
            wrong_type::<()>(node, &keys::join(self.path, name), "a table of tables", sink);
            return Vec::new();
        };
        let mut all = Vec::new();
        for entry in &table.entries {
            check_name(&entry.key, &entry.key_span, sink);
            all.push((entry.key.as_str(), entry.key_span.clone(), &*entry.node));
        }
        all
    }

    /// The tables of a list such as `[[script]]`.
    pub fn tables(&self, name: &str, most: usize, sink: &mut Sink) -> Vec<Rc<Node>> {
        self.value(&format!("{name}[]"), sink);
        let Some(node) = self.table.get(name) else { return Vec::new() };
        let Value::List(items) = &node.value else {
            sink.error(
                codes::WRONG_TYPE,
                &node.span,
                format!("`{name}` must be a list of tables, not {}", node.kind()),
            )
            .help(format!("write `[[{name}]]` above each"));
            return Vec::new();
        };
        if items.len() > most {
            sink.error(codes::TOO_MUCH, &node.span, format!("{} `{name}` tables are more than {most}", items.len()));
        }
        items.iter().take(most).cloned().collect()
    }

    /// Tells that a key is missing, unless it is there misspelt: that has been told with its right name.
    pub fn missing(&self, name: &str, help: &str, sink: &mut Sink) {
        if self.means(name) {
            return;
        }
        let place = match self.path {
            "" => String::new(),
            path if path.contains('<') => " here".to_owned(),
            path => format!(" in `{path}`"),
        };
        let path = keys::join(self.path, name);
        let doc = keys::find(&path).map_or("", |(_, key)| key.doc);
        let more = sink.error(codes::MISSING_KEY, &self.span, format!("`{name}` is missing{place}"));
        more.lacks([path.as_str()]).help(format!("write for example `{help}`")).help(doc);
    }

    pub fn text(&self, name: &str, sink: &mut Sink) -> Option<String> {
        let (node, kind) = self.value(name, sink)?;
        match &node.value {
            Value::Text(text) if text.len() > 4096 => {
                sink.error(codes::TOO_MUCH, &node.span, format!("`{name}` is longer than 4096 bytes"));
                None
            }
            Value::Text(text) => Some(text.clone()),
            _ => wrong_type(&node, name, &kind.words(), sink),
        }
    }

    /// One of the words of a choice; of a word that is told as wrong the nearest right one, so that what it would ask for is looked at.
    pub fn choice(&self, name: &str, sink: &mut Sink) -> Option<&'static str> {
        let (node, kind) = self.value(name, sink)?;
        let words = words_of(kind);
        let Value::Text(text) = &node.value else { return wrong_type(&node, name, &kind.words(), sink) };
        if let Some(word) = words.iter().find(|word| text == **word) {
            return Some(word);
        }
        sink.error(codes::CHOICE, &node.span, format!("`{name}` must be {}, not \"{text}\"", kind.words()))
            .nearest(text, words.iter().copied());
        nearest(text, words)
    }

    fn asked<'a>(&self, name: &'a str, kind: Kind) -> Asked<'a> {
        let key = keys::find(&keys::join(self.path, name));
        Asked { name, kind, in_percent: key.is_some_and(|(_, key)| key.in_percent) }
    }

    pub fn count(&self, name: &str, sink: &mut Sink) -> Option<u64> {
        let (node, kind) = self.value(name, sink)?;
        count_of(&node, self.asked(name, kind), sink)
    }

    pub fn number(&self, name: &str, sink: &mut Sink) -> Option<f64> {
        let (node, kind) = self.value(name, sink)?;
        number_of(&node, self.asked(name, kind), sink)
    }

    pub fn flag(&self, name: &str, sink: &mut Sink) -> Option<bool> {
        let (node, kind) = self.value(name, sink)?;
        match node.value {
            Value::Flag(flag) => Some(flag),
            _ => wrong_type(&node, name, &kind.words(), sink),
        }
    }

    pub fn duration(&self, name: &str, sink: &mut Sink) -> Option<SimDuration> {
        let (node, _) = self.value(name, sink)?;
        duration_of(&node, name, sink)
    }

    /// A duration above zero.
    pub fn span_of_time(&self, name: &str, sink: &mut Sink) -> Option<SimDuration> {
        let length = self.duration(name, sink)?;
        if length == SimDuration::ZERO {
            sink.error(codes::RANGE, &self.span_of(name), format!("`{name}` must be longer than nothing"));
            return None;
        }
        Some(length)
    }

    /// [`Self::span_of_time`] of less than a millisecond, too.
    pub fn fine_span_of_time(&self, name: &str, sink: &mut Sink) -> Option<Duration> {
        let (node, _) = self.value(name, sink)?;
        let length = fine_duration_of(&node, name, sink)?;
        if length.is_zero() {
            sink.error(codes::RANGE, &self.span_of(name), format!("`{name}` must be longer than nothing"));
            return None;
        }
        Some(length)
    }

    pub fn share(&self, name: &str, sink: &mut Sink) -> Option<Ratio> {
        let (node, kind) = self.value(name, sink)?;
        let text = match &node.value {
            Value::Text(text) | Value::Float(_, text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            _ => return wrong_type(&node, name, &kind.words(), sink),
        };
        told(units::share(&text), codes::SHARE, &node, name, &text, "99.95%", sink)
    }

    pub fn rate(&self, name: &str, sink: &mut Sink) -> Option<RateText> {
        let (node, kind) = self.value(name, sink)?;
        let Value::Text(text) = &node.value else { return wrong_type(&node, name, &kind.words(), sink) };
        told(units::rate(text), codes::RATE, &node, name, text, "0.1 per rack-year", sink)
    }

    pub fn request_rate(&self, name: &str, sink: &mut Sink) -> Option<u64> {
        let (node, kind) = self.value(name, sink)?;
        let Value::Text(text) = &node.value else { return wrong_type(&node, name, &kind.words(), sink) };
        told(units::request_rate(text), codes::REQUEST_RATE, &node, name, text, "100 req/s", sink)
    }

    /// The items of a list, with the kind of each; told if there are too many.
    pub fn list(&self, name: &str, sink: &mut Sink) -> Option<(Vec<Rc<Node>>, Kind)> {
        let (node, kind) = self.value(name, sink)?;
        let Kind::List(each, most) = kind else { return None };
        let Value::List(items) = &node.value else {
            let words = format!("`{name}` must be {}, not {}", kind.words(), node.kind());
            let more = sink.error(codes::WRONG_TYPE, &node.span, words);
            as_list(name, &node.value, *each).into_iter().fold(more, More::help);
            return None;
        };
        if items.len() > most {
            sink.error(codes::TOO_MUCH, &node.span, format!("`{name}` has {} entries, more than {most}", items.len()));
            return None;
        }
        Some((items.clone(), *each))
    }

    /// A list of whole numbers, each with its place.
    pub fn counts(&self, name: &str, sink: &mut Sink) -> Option<Vec<(u64, Range<usize>)>> {
        let (items, each) = self.list(name, sink)?;
        items.iter().map(|item| Some((count_of(item, self.asked(name, each), sink)?, item.span.clone()))).collect()
    }

    /// A list of numbers.
    pub fn numbers(&self, name: &str, sink: &mut Sink) -> Option<Vec<f64>> {
        let (items, each) = self.list(name, sink)?;
        items.iter().map(|item| number_of(item, self.asked(name, each), sink)).collect()
    }

    /// A list of durations, each with its place.
    pub fn durations(&self, name: &str, sink: &mut Sink) -> Option<Vec<(SimDuration, Range<usize>)>> {
        let (items, _) = self.list(name, sink)?;
        items.iter().map(|item| Some((duration_of(item, name, sink)?, item.span.clone()))).collect()
    }

    /// A list of texts, each with its place.
    pub fn texts(&self, name: &str, sink: &mut Sink) -> Option<Vec<(String, Range<usize>)>> {
        let (items, each) = self.list(name, sink)?;
        let text = |item: &Rc<Node>, sink: &mut Sink| match &item.value {
            Value::Text(text) => Some((text.clone(), item.span.clone())),
            _ => wrong_type(item, name, &each.words(), sink),
        };
        items.iter().map(|item| text(item, sink)).collect()
    }
}
