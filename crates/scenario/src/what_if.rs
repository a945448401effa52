//! What-ifs: `key=value`, laid over the tree of a file before anything of it is read.
//!
//! In: the texts of the command line. Out: the changed tree, so that a change is checked like the file itself. Places of
//! changes lie behind the end of the file's text, in a text of their own ([`WhatIf::text`]): a mistake names the change.
//!
//! A key is the path of the table of keys (`scale_set.web.capacity`, `region.eastus.zones`); a design is
//! `design.<name>.…`, an entry of another list `script[0].…`, from 0, wherever it stands (`scale_set.web.autoscale.rule[0].threshold`);
//! of a list at the top also `script.1.…`, from 1. A value is TOML, or else a bare text: `slo.target=99.9%`.
//! `scale_set.web=false` removes a set, as in a design.
//! `scale_set.second={capacity=3}` adds one. What can go wrong: no `=`, a key that is no path, a name that is not there, the
//! same key twice. A design that says the key itself keeps its own value; that is told.

use crate::codes;
use crate::diagnostic::Sink;
use crate::dropped;
use crate::instead::gives_way;
use crate::keys;
use crate::known_names;
use crate::node::{self, Entry, Node, Table, Value};
use crate::overlay::{NAMED, drop_inner};
use crate::paths::{Part, Step, path_of, spelled};
use std::ops::Range;
use std::rc::Rc;
use toml::de::DeValue;

/// Changes of a file, one a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatIf {
    text: String,
    called: &'static str,
}

impl Default for WhatIf {
    fn default() -> Self {
        Self { text: String::new(), called: "--what-if" }
    }
}

impl WhatIf {
    /// The changes as they were given.
    pub fn new<S: AsRef<str>>(changes: &[S]) -> Self {
        // A line feed within a change would break its place; TOML has another way to write it.
        let lines = changes.iter().map(|change| change.as_ref().replace(['\n', '\r'], " "));
        Self { text: lines.collect::<Vec<String>>().join("\n"), ..Self::default() }
    }

    /// The same, called otherwise where its mistakes are told.
    #[must_use]
    pub fn given_by(self, called: &'static str) -> Self {
        Self { called, ..self }
    }

    /// What it is called where its mistakes are told.
    pub fn called(&self) -> &'static str {
        self.called
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// One change a line.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// In words, for titles; empty if nothing changes.
    pub fn words(&self) -> String {
        self.text.lines().map(str::trim).collect::<Vec<&str>>().join(", ")
    }
}

/// A design that does not feel a change: it says the key itself, or does without what it is a key of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Which of the changes, from 0.
    pub change: usize,
    /// The design.
    pub design: String,
}

/// A path through tables, and the value at its end.
pub(crate) struct Change {
    pub path: Vec<Part>,
    pub value: Node,
}

impl Change {
    /// The path without its places.
    fn steps(&self) -> Vec<Step> {
        self.path.iter().map(|(step, _)| step.clone()).collect()
    }
}

/// Lays the changes over a tree, and tells who does not feel them. Their places begin at `base`.
pub(crate) fn lay(mut root: Node, what_if: &WhatIf, base: usize, sink: &mut Sink) -> (Node, Vec<Kept>) {
    let (mut at, mut kept) = (base, Vec::new());
    let mut said: Vec<Vec<Step>> = Vec::new();
    for (number, line) in what_if.text.split('\n').filter(|_| !what_if.is_empty()).enumerate() {
        let place = at..at + line.len();
        if let Some(change) = change(line, place, sink) {
            let steps = change.steps();
            if said.contains(&steps) {
                let key = spelled(&steps);
                sink.error(codes::DUPLICATE, &whole(&change), format!("`{key}` is changed twice"));
            } else if let Some(table) = root.table().cloned() {
                let designs = told_of_designs(&table, &change, sink).into_iter();
                kept.extend(designs.map(|design| Kept { change: number, design }));
                let mut table = table;
                let known = known_names::of_change(&table, &change.path, sink);
                if known.is_some() && apply(&mut table, &change, &said, sink).is_some() {
                    root.value = Value::Table(table);
                }
            }
            said.push(steps);
        }
        at += line.len() + 1;
    }
    (root, kept)
}

fn whole(change: &Change) -> Range<usize> {
    let first = change.path.first().map_or(change.value.span.start, |(_, span)| span.start);
    first..change.value.span.end.max(first)
}

/// Reads one change.
fn change(line: &str, place: Range<usize>, sink: &mut Sink) -> Option<Change> {
    let wrong = |sink: &mut Sink, words: &str| {
        let more = sink.error(codes::WHAT_IF, &place, format!("`{}` {words}", line.trim()));
        more.help("write for example `scale_set.web.capacity=12` or `slo.target=99.9%`");
    };
    let Some(split) = equals(line) else {
        wrong(sink, "is not of the form key=value");
        return None;
    };
    let Some(path) = path_of(&line[..split], place.start) else {
        wrong(sink, "does not begin with the path of a key");
        return None;
    };
    let text = &line[split + 1..];
    let begin = place.start + split + 1;
    let trimmed = text.trim();
    let start = begin + (text.len() - text.trim_start().len());
    let value = match DeValue::parse(trimmed) {
        Ok(value) => node::from_value(&value).moved(start),
        Err(_) => Node { span: start..start + trimmed.len(), value: Value::Text(trimmed.to_owned()) },
    };
    Some(Change { path, value })
}

/// The first `=` outside quotes.
fn equals(line: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '=') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    None
}

/// Lays one change over a table, after others whose paths are `said`; `None` if a mistake was told.
pub(crate) fn apply(table: &mut Table, change: &Change, said: &[Vec<Step>], sink: &mut Sink) -> Option<()> {
    set(table, "", &change.path, &Laying { change, said }, sink)
}

/// A change on its way down, and the paths of those that were laid before it.
struct Laying<'a> {
    change: &'a Change,
    said: &'a [Vec<Step>],
}

impl Laying<'_> {
    /// Whether a change says this key beside the one that is laid.
    fn says(&self, key: &str) -> bool {
        let Some(((last, _), around)) = self.change.path.split_last() else { return false };
        let is_it = |step: &Step| step.key() == Some(key);
        let beside = |said: &Vec<Step>| {
            said.split_last()
                .is_some_and(|(other, before)| is_it(other) && before.iter().eq(around.iter().map(|(step, _)| step)))
        };
        is_it(last) || self.said.iter().any(beside)
    }
}

/// Sets a value in a table, whose place in the table of keys is `at`; `None` if a mistake was told.
fn set(table: &mut Table, at: &str, path: &[Part], laying: &Laying<'_>, sink: &mut Sink) -> Option<()> {
    let change = laying.change;
    // Whoever comes to a list takes the entry's step too.
    let Some(((Step::Key(key), key_span), rest)) = path.split_first() else { return None };
    let at_top = path.len() == change.path.len();
    if rest.is_empty() {
        let gone = gives_way(at, |key| table.get(key).is_some(), |key| laying.says(key));
        gone.into_iter().for_each(|key| table.remove(key));
        let node = Rc::new(change.value.clone());
        table.set(Entry { key: key.clone(), key_span: key_span.clone(), node });
        return Some(());
    }
    if let [(Step::Key(set), _)] = rest
        && NAMED.contains(&key.as_str())
        && change.value.is_off()
    {
        drop_inner(table, key, set);
        return Some(());
    }
    let inside = keys::under(at, key);
    let old = table.get(key).cloned();
    let by_index = matches!(rest, [(Step::At(_), _), ..]);
    let node = match old.as_deref().map(|node| (&node.value, node.span.clone())) {
        Some((Value::List(items), span)) if at_top || by_index => {
            let items = set_in_list(items, (key, &inside), rest, laying, sink)?;
            Node { span, value: Value::List(items) }
        }
        Some((Value::List(items), _)) => {
            let words = format!("`{key}` is a list of {}", items.len());
            sink.error(codes::WHAT_IF, key_span, words).help(format!("its entries count from 0: `{key}[0].…`"));
            return None;
        }
        other if by_index => {
            no_list(key, key_span, other.is_some(), laying, sink);
            return None;
        }
        Some((Value::Table(inner), span)) => {
            let mut inner = inner.clone();
            set(&mut inner, &inside, rest, laying, sink)?;
            Node { span, value: Value::Table(inner) }
        }
        _ => {
            let mut inner = Table::default();
            set(&mut inner, &inside, rest, laying, sink)?;
            Node { span: whole(change), value: Value::Table(inner) }
        }
    };
    let key_span = table.entry(key).map_or(key_span.clone(), |entry| entry.key_span.clone());
    table.set(Entry { key: key.clone(), key_span, node: Rc::new(node) });
    Some(())
}

/// Tells that an index stands where there is no list.
fn no_list(key: &str, span: &Range<usize>, is_there: bool, laying: &Laying<'_>, sink: &mut Sink) {
    if is_there {
        sink.error(codes::WHAT_IF, span, format!("`{key}` is no list, so nothing of it has a number"));
        return;
    }
    let more = sink.error(codes::WHAT_IF, span, format!("there is no list `{key}` here to change"));
    if laying.change.path.first().is_some_and(|(first, _)| first.key() == Some("design")) {
        more.help("what a design does not say itself is the base's: change it there, or let the design say the list");
    }
}

/// Sets a value in the entry of a list: by its index; a design by its name, others at the top by their number too.
fn set_in_list(
    items: &[Rc<Node>],
    (list, inside): (&str, &str),
    path: &[Part],
    laying: &Laying<'_>,
    sink: &mut Sink,
) -> Option<Vec<Rc<Node>>> {
    let ((which, span), rest) = path.split_first()?;
    if let Step::At(at) = *which
        && list != "design"
    {
        return set_at(items, (list, inside, at), (span, rest), laying, sink);
    }
    let which = &which.to_string();
    let names: Vec<String> = items.iter().enumerate().map(|(at, item)| called(list, at, item)).collect();
    let Some(at) = names.iter().position(|name| name == which) else {
        let words = format!("there is no `{list}.{which}` to change");
        let more = sink.error(codes::WHAT_IF, span, words).nearest(which, names.iter().map(String::as_str));
        if list != "design" && !names.is_empty() {
            more.help(format!("the entries of `{list}` have numbers, 1 to {}: `{list}.1.…`", names.len()));
        }
        return None;
    };
    let mut inner = items[at].table().cloned().unwrap_or_default();
    if let [] | [(Step::At(_), _), ..] = rest {
        sink.error(codes::WHAT_IF, span, format!("`{list}.{which}` is a table: name one of its keys"));
        return None;
    }
    // A design's keys are those of the file.
    let inside = if list == "design" { "" } else { inside };
    set(&mut inner, inside, rest, laying, sink)?;
    let mut items = items.to_vec();
    items[at] = Rc::new(Node { span: items[at].span.clone(), value: Value::Table(inner) });
    Some(items)
}

/// Sets a value in the entry of a list that an index names, or the entry itself where it is no table.
fn set_at(
    items: &[Rc<Node>],
    (list, inside, at): (&str, &str, usize),
    (place, rest): (&Range<usize>, &[Part]),
    laying: &Laying<'_>,
    sink: &mut Sink,
) -> Option<Vec<Rc<Node>>> {
    let Some(item) = items.get(at) else {
        let words = match items.len() {
            0 => format!("`{list}` has no entries"),
            1 => format!("`{list}` has one entry: `{list}[0]`"),
            count => format!("`{list}` has {count} entries: `{list}[0]` to `{list}[{}]`", count - 1),
        };
        sink.error(codes::WHAT_IF, place, words);
        return None;
    };
    let new = match (item.table(), rest) {
        (Some(_), [] | [(Step::At(_), _), ..]) => {
            sink.error(codes::WHAT_IF, place, format!("`{list}[{at}]` is a table: name one of its keys"));
            return None;
        }
        (None, []) => laying.change.value.clone(),
        (Some(table), _) => {
            let mut inner = table.clone();
            set(&mut inner, inside, rest, laying, sink)?;
            Node { span: item.span.clone(), value: Value::Table(inner) }
        }
        (None, _) => {
            sink.error(codes::WHAT_IF, place, format!("`{list}[{at}]` is no table, so it has no keys"));
            return None;
        }
    };
    let mut items = items.to_vec();
    items[at] = Rc::new(new);
    Some(items)
}

fn called(list: &str, at: usize, item: &Node) -> String {
    let name = item.table().and_then(|table| table.get("name"));
    match name.map(|name| &name.value) {
        Some(Value::Text(name)) if list == "design" => name.clone(),
        _ => (at + 1).to_string(),
    }
}

/// A key as TOML wants it.
pub(crate) fn quoted(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if bare { name.to_owned() } else { format!("{name:?}") }
}

/// Tells of designs that do not feel a change: they say the key themselves, or do without what it is a key of. Their names.
fn told_of_designs(root: &Table, change: &Change, sink: &mut Sink) -> Vec<String> {
    let Some(Value::List(designs)) = root.get("design").map(|node| &node.value) else { return Vec::new() };
    let mut names = Vec::new();
    let path = change.steps();
    let key = spelled(&path);
    for (at, design) in designs.iter().enumerate() {
        let Some(unfelt) = design.table().and_then(|table| unfelt(table, &path)) else { continue };
        let name = called("design", at, design);
        let words = match unfelt {
            Unfelt::Said(own) => format!("the design `{name}` says its own `{own}`, which stays"),
            Unfelt::Without(gone) => format!("the design `{name}` does without `{gone}`, and does not feel this"),
        };
        sink.warn(codes::KEPT_BY_DESIGN, &whole(change), words)
            .help(format!("to change it there: `design.{}.{key}=…`", quoted(&name)));
        names.push(name);
    }
    names
}

/// Why a design does not feel a change of the base, by the path of what stands in its way.
pub(crate) enum Unfelt {
    /// It says this itself.
    Said(String),
    /// It turns this off, or drops it.
    Without(String),
}

/// Whether a design does not feel a change of the base's key.
pub(crate) fn unfelt(design: &Table, path: &[Step]) -> Option<Unfelt> {
    let mut table = design;
    for (at, step) in path.iter().enumerate() {
        let upto = || spelled(&path[..=at]);
        let last = at + 1 == path.len();
        let Some(node) = step.key().and_then(|key| table.get(key)) else { break };
        if node.is_off() && !last {
            return Some(Unfelt::Without(upto()));
        }
        // Lists and laws are laid over as a whole.
        match node.table().filter(|inner| !last && inner.get("law").is_none()) {
            Some(inner) => table = inner,
            None => return Some(Unfelt::Said(upto())),
        }
    }
    let around = (1..=path.len()).map(|upto| spelled(&path[..upto]));
    around.into_iter().find(|path| dropped::names(design, path)).map(Unfelt::Without)
}
