//! `[[plan.choice]]`: keys with their values.
//!
//! In: the tables. Out: each with its path and its values as texts and as nodes. What can go wrong, told all at once: a path that
//! is no key, a key that no design may change, values that are none or twice the same.

use super::PlanChoice;
use crate::choices::{CHOICES_MAX, choices};
use crate::codes;
use crate::diagnostic::Sink;
use crate::keys::{self, Kind, plan::KEYS_MAX};
use crate::node::{self, Node, Value};
use crate::overlay::is_overlay;
use crate::paths::{Part, Step, path_of};
use crate::reader::Reader;
use std::ops::Range;
use toml::de::DeValue;

/// A choice with the places of its parts.
pub(super) struct Read {
    pub choice: PlanChoice,
    pub path: Vec<Part>,
    pub nodes: Vec<Node>,
    pub span: Range<usize>,
}

/// The choices that could be read, and whether these are all.
pub(super) struct AllRead {
    pub right: Vec<Read>,
    pub all: bool,
}

/// The choices; all mistakes of all of them are told.
pub(super) fn read(reader: &Reader<'_>, sink: &mut Sink) -> AllRead {
    let nodes = reader.tables("choice", KEYS_MAX, sink);
    if nodes.is_empty() {
        let words = "a plan needs at least one `[[plan.choice]]`";
        sink.error(codes::MISSING_KEY, reader.span(), words)
            .help("write for example `[[plan.choice]]`, `key = \"scale_set.web.capacity\"`, `values = \"6 to 12\"`");
        return AllRead { right: Vec::new(), all: false };
    }
    let read: Vec<Option<Read>> =
        nodes.iter().map(|node| one(&Reader::new(node, "plan.choice[]", sink), sink)).collect();
    let mut all = read.iter().all(Option::is_some);
    let right: Vec<Read> = read.into_iter().flatten().collect();
    for (at, of) in right.iter().enumerate() {
        if right[..at].iter().any(|other| other.choice.key == of.choice.key) {
            sink.error(codes::DUPLICATE, &of.span, format!("`{}` is chosen twice", of.choice.key));
            all = false;
        }
    }
    AllRead { right, all }
}

fn one(reader: &Reader<'_>, sink: &mut Sink) -> Option<Read> {
    for (key, help) in [("key", "key = \"scale_set.web.capacity\""), ("values", "values = \"6 to 12\"")] {
        if !reader.has(key) {
            reader.missing(key, help, sink);
        }
    }
    let helps = reader.choice("helps", sink);
    let key = reader.text("key", sink);
    let values = values(reader, sink);
    let key = key?;
    let span = reader.span_of("key");
    // Within the quotes of the text.
    let Some(path) = path_of(&key, span.start + 1) else {
        sink.error(codes::WHAT_IF, &span, format!("`{key}` is not the path of a key"));
        return None;
    };
    known(&key, &path, &span, sink)?;
    let (texts, nodes) = values?;
    let more_helps = match helps? {
        "more" => Some(true),
        "less" => Some(false),
        _ => None,
    };
    Some(Read { choice: PlanChoice { key, values: texts, more_helps }, path, nodes, span })
}

/// Whether a design may change the key; tells why not.
fn known(key: &str, path: &[Part], span: &Range<usize>, sink: &mut Sink) -> Option<()> {
    let mut parent = String::new();
    for (at, (step, _)) in path.iter().enumerate() {
        let is_list = keys::find(&parent).is_some_and(|(_, key)| matches!(key.kind, Kind::Tables(_) | Kind::List(..)));
        let name = match step {
            Step::Key(name) => name,
            Step::At(_) if is_list => continue,
            Step::At(_) => {
                let list = parent.rsplit('.').next().unwrap_or_default();
                sink.error(codes::UNKNOWN_KEY, span, format!("`{key}` is not a key: `{list}` is no list"));
                return None;
            }
        };
        // `change.1.at`, from 1.
        if is_list && at == 1 && name.parse::<u32>().is_ok() {
            continue;
        }
        let here: Vec<&str> = keys::children(&parent).map(keys::plain_name).collect();
        if !here.is_empty() && !here.contains(&name.as_str()) && !here.contains(&"<name>") {
            let words = format!("`{key}` is not a key: `{name}` is unknown");
            sink.error(codes::UNKNOWN_KEY, span, words).nearest(name, here.iter().copied());
            return None;
        }
        parent = keys::under(&parent, name);
    }
    let first = path.first().and_then(|(step, _)| step.key()).unwrap_or_default();
    let of_objective = keys::find(&parent).is_none_or(|(_, key)| key.overlay);
    if !is_overlay(first) || !of_objective {
        let words = format!("a plan cannot choose `{key}`: all candidates live through the same storms");
        sink.error(codes::WORLD, span, words).help("vary it with `zonefall sweep`, or plan another file");
        return None;
    }
    Some(())
}

/// The values as texts and as nodes.
fn values(reader: &Reader<'_>, sink: &mut Sink) -> Option<(Vec<String>, Vec<Node>)> {
    let written = reader.node("values", sink)?;
    if let Value::List(items) = &written.value {
        if items.len() > CHOICES_MAX {
            sink.error(codes::TOO_MUCH, &written.span, format!("`values` has more than {CHOICES_MAX} entries"));
            return None;
        }
        let nodes: Vec<Node> = items.iter().map(|item| Node::clone(item)).collect();
        let texts: Vec<String> = nodes.iter().map(shown).collect();
        return distinct(texts, nodes, reader, sink);
    }
    let text = reader.text("values", sink)?;
    let span = reader.span_of("values");
    match choices(&text) {
        Ok(texts) => {
            let node = |text: &String| match DeValue::parse(text) {
                Ok(value) => Node { span: span.clone(), ..node::from_value(&value) },
                Err(_) => Node { span: span.clone(), value: Value::Text(text.clone()) },
            };
            let nodes = texts.iter().map(node).collect();
            distinct(texts, nodes, reader, sink)
        }
        Err(why) => {
            sink.error(codes::CHOICE, &span, format!("`values`: \"{text}\" {why}"))
                .help("write for example \"6 to 30 step 3\", or a list");
            None
        }
    }
}

fn distinct(
    texts: Vec<String>,
    nodes: Vec<Node>,
    reader: &Reader<'_>,
    sink: &mut Sink,
) -> Option<(Vec<String>, Vec<Node>)> {
    let mut sorted: Vec<&String> = texts.iter().collect();
    sorted.sort_unstable();
    let twice = sorted.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone());
    if let Some(twice) = twice {
        sink.error(codes::DUPLICATE, &reader.span_of("values"), format!("`values` has {twice} twice"));
        return None;
    }
    if texts.is_empty() {
        sink.error(codes::CHOICE, &reader.span_of("values"), "`values` has no value");
        return None;
    }
    Some((texts, nodes))
}

/// A value as people write it.
fn shown(node: &Node) -> String {
    match &node.value {
        Value::Text(text) | Value::Date(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(_, text) => text.clone(),
        Value::Flag(flag) => flag.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(|item| shown(item)).collect::<Vec<_>>().join(", ")),
        Value::Table(table) => {
            let entries = table.entries.iter().map(|entry| format!("{} = {}", entry.key, shown(&entry.node)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}
