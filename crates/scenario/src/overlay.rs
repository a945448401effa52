//! Designs laid over the base: which keys may change, and the tree that results.

use crate::codes;
use crate::diagnostic::{Sink, is_slip};
use crate::dropped;
use crate::instead::gives_way;
use crate::keys::{self, fleet::DESIGNS_MAX};
use crate::node::{Entry, Node, Table, Value};
use crate::reader::Reader;
use crate::values::{check_name, wrong_type};
use crate::what_if::quoted;
use std::ops::Range;
use std::rc::Rc;

/// The file as one design sees it.
pub(crate) struct Seen {
    pub name: String,
    /// Where the design's name stands, else the beginning of the file.
    pub span: Range<usize>,
    /// The base with the design laid over it.
    pub tree: Node,
    /// What the design itself says; none of a base without designs.
    pub own: Option<Table>,
    /// Keys of the top that are written misspelt, in the base or by the design: what they say is unknown.
    pub meant: Vec<&'static str>,
}

/// The tables of named things, each of which a design may remove.
pub(crate) const NAMED: [&str; 6] =
    ["scale_set", "availability_set", "virtual_machine", "component", "part", "failover"];

/// Tables of which a design may change some keys only.
pub(crate) const PARTLY: [&str; 2] = ["slo", "maintenance"];

/// The base by itself.
pub(crate) fn base(root: &Node) -> Seen {
    let mut base = root.table().cloned().unwrap_or_default();
    let meant = keys::misspelt("", &base).collect();
    base.entries.retain(|entry| is_overlay(&entry.key));
    Seen { name: "base".into(), span: 0..0, tree: table_node(root.span.clone(), base), own: None, meant }
}

/// The base as every design sees it: without designs, or with each laid over it.
pub(crate) fn designs(root: &Node, reader: &Reader<'_>, sink: &mut Sink) -> Vec<Seen> {
    let mut base = root.table().cloned().unwrap_or_default();
    let of_base: Vec<&str> = keys::misspelt("", &base).collect();
    base.entries.retain(|entry| is_overlay(&entry.key));
    let said = reader.tables("design", usize::MAX, sink);
    if said.len() > DESIGNS_MAX {
        let words = format!("{} designs are more than {DESIGNS_MAX}", said.len());
        sink.error(codes::DESIGNS, &reader.span_of("design"), words);
        return Vec::new();
    }
    if said.is_empty() {
        return vec![self::base(root)];
    }
    let mut seen: Vec<Seen> = Vec::new();
    for node in said {
        let Some(table) = node.table() else {
            wrong_type::<()>(&node, "design", "a table", sink);
            continue;
        };
        let Some((name, span)) = name(table, &node, sink) else { continue };
        if seen.iter().any(|other| other.name == name) {
            sink.error(codes::DUPLICATE, &span, format!("two designs are called `{name}`"));
        }
        let tree = lay_over(&base, table, sink);
        let meant = of_base.iter().copied().chain(keys::misspelt("", table)).collect();
        let tree = table_node(root.span.clone(), tree);
        seen.push(Seen { name, span, tree, own: Some(table.clone()), meant });
    }
    seen
}

fn table_node(span: Range<usize>, table: Table) -> Node {
    Node { span, value: Value::Table(table) }
}

pub(crate) fn is_overlay(key: &str) -> bool {
    // A list of tables such as `change` stands under `change[]`.
    [key.to_owned(), format!("{key}[]")].iter().any(|path| keys::find(path).is_some_and(|(_, key)| key.overlay))
}

fn name(table: &Table, node: &Node, sink: &mut Sink) -> Option<(String, Range<usize>)> {
    if let Some((at, _)) = keys::find("design[].name") {
        sink.asked.insert(at);
    }
    let Some(entry) = table.entry("name") else {
        sink.error(codes::MISSING_KEY, &node.span, "a design needs a name")
            .help("write for example `name = \"zonal\"`");
        return None;
    };
    let Value::Text(text) = &entry.node.value else {
        return wrong_type(&entry.node, "name", "a text", sink);
    };
    check_name(text, &entry.node.span, sink).then(|| (text.clone(), entry.node.span.clone()))
}

/// Lays a design over the base; tells what a design may not change.
fn lay_over(base: &Table, design: &Table, sink: &mut Sink) -> Table {
    let mut tree = base.clone();
    dropped::apply(&mut tree, design, sink);
    for entry in design.entries.iter().filter(|entry| !["name", "drop"].contains(&entry.key.as_str())) {
        if !allowed(base, entry, sink) {
            continue;
        }
        if NAMED.contains(&entry.key.as_str()) {
            misspelt(base, design, entry, sink);
            lay_named(&mut tree, entry, sink);
        } else {
            merge(&mut tree, "", entry);
        }
    }
    tree
}

fn allowed(base: &Table, entry: &Entry, sink: &mut Sink) -> bool {
    let overlays = || keys::children("").filter(|key| key.overlay).map(keys::plain_name);
    if is_overlay(&entry.key) {
        return !PARTLY.contains(&entry.key.as_str()) || inner_allowed(entry, sink);
    }
    if keys::children("").any(|key| keys::plain_name(key) == entry.key) {
        world(&entry.key, &entry.key_span, sink);
    } else {
        let more = sink.misspelt(&entry.key_span, format!("`{}` is not a key of a design", entry.key));
        match of_sets(base, &entry.key) {
            Some(paths) => more.help(format!("a design changes it where the base says it: {paths}")),
            None => more.nearest(&entry.key, overlays().chain(["name", "drop"])),
        };
    }
    false
}

/// Where a key of scale sets stands that a design says by itself, of three sets at most.
fn of_sets(base: &Table, key: &str) -> Option<String> {
    keys::find(&keys::join("scale_set.<name>", key))?;
    let sets = &base.get("scale_set")?.table()?.entries;
    let paths = sets.iter().take(3).map(|set| format!("`scale_set.{}.{key}`", quoted(&set.key)));
    Some(paths.collect::<Vec<_>>().join(" or ")).filter(|paths| !paths.is_empty())
}

/// Warns of a thing that a design makes new under a name that is nearly one of the base's, unless that one goes in its place.
fn misspelt(base: &Table, design: &Table, entry: &Entry, sink: &mut Sink) {
    let names = |table: &Table| -> Vec<String> {
        let of_kind = |kind: &&str| table.get(kind).and_then(|node| node.table()).map(|table| table.entries.clone());
        let entries = NAMED.iter().filter_map(of_kind).flatten();
        entries.filter(|entry| !entry.node.is_off()).map(|entry| entry.key).collect()
    };
    let there: Vec<String> = base
        .get(&entry.key)
        .and_then(|node| node.table())
        .map_or_else(Vec::new, |table| table.entries.iter().map(|entry| entry.key.clone()).collect());
    let (known, own) = (names(base), entry.node.table().map_or(&[][..], |table| &table.entries));
    for new in own.iter().filter(|new| !new.node.is_off() && !known.contains(&new.key)) {
        let replaced = |name: &str| own.iter().any(|entry| entry.key == name && entry.node.is_off());
        let path = |name: &str| format!("{}.{name}", entry.key);
        let goes = |name: &str| replaced(name) || dropped::names(design, &path(name));
        if let Some(near) = there.iter().find(|name| is_slip(&new.key, name) && !goes(name)) {
            let kind = entry.key.rsplit('_').next().unwrap_or_default();
            let words = format!("`{}` makes a new {kind}: the base has none of this name", path(&new.key));
            sink.warn(codes::MISSPELT, &new.key_span, words).help(format!("did you mean `{near}`?"));
        }
    }
}

pub(crate) fn world(key: &str, span: &Range<usize>, sink: &mut Sink) {
    let words = format!("a design cannot change `{key}`: all designs live through the same storms");
    sink.error(codes::WORLD, span, words).help("move it to the top of the file, or compare two files");
}

fn inner_allowed(entry: &Entry, sink: &mut Sink) -> bool {
    let mut fine = true;
    for inner in entry.node.table().map_or(&[][..], |table| &table.entries) {
        let path = keys::join(&entry.key, &inner.key);
        if keys::find(&path).is_some_and(|(_, key)| !key.overlay) {
            world(&path, &inner.key_span, sink);
            fine = false;
        }
    }
    fine
}

pub(crate) fn drop_inner(tree: &mut Table, outer: &str, inner: &str) {
    let Some(entry) = tree.entry(outer).cloned() else { return };
    let Some(mut table) = entry.node.table().cloned() else { return };
    table.remove(inner);
    let node = Rc::new(table_node(entry.node.span.clone(), table));
    tree.set(Entry { node, ..entry });
}

/// `scale_set.web = false` removes a set; a table changes or adds one.
fn lay_named(tree: &mut Table, entry: &Entry, sink: &mut Sink) {
    let Some(changes) = entry.node.table() else {
        return merge(tree, "", entry);
    };
    let mut kept = changes.clone();
    for change in changes.entries.iter().filter(|change| change.node.is_off()) {
        kept.remove(&change.key);
        let there: Vec<String> = tree
            .get(&entry.key)
            .and_then(|node| node.table())
            .map_or_else(Vec::new, |table| table.entries.iter().map(|entry| entry.key.clone()).collect());
        if there.contains(&change.key) {
            drop_inner(tree, &entry.key, &change.key);
        } else {
            let words = format!("the base has no `{}.{}` to remove", entry.key, change.key);
            sink.error(codes::UNKNOWN_KEY, &change.key_span, words)
                .nearest(&change.key, there.iter().map(String::as_str));
        }
    }
    let node = Rc::new(table_node(entry.node.span.clone(), kept));
    merge(tree, "", &Entry { node, ..entry.clone() });
}

/// Tables are merged key by key, and keys take each other's place; a law is a whole, as is every other value. `at` is the
/// place of the table around in the table of keys.
fn merge(tree: &mut Table, at: &str, entry: &Entry) {
    let old = tree.get(&entry.key).cloned();
    let (Some(old), Some(new)) = (old.as_ref().and_then(|node| node.table()), entry.node.table()) else {
        return tree.set(entry.clone());
    };
    if old.get("law").is_some() || new.get("law").is_some() {
        return tree.set(entry.clone());
    }
    let mut merged = old.clone();
    let at = keys::under(at, &entry.key);
    let gone = gives_way(&at, |key| old.get(key).is_some(), |key| new.get(key).is_some());
    gone.into_iter().for_each(|key| merged.remove(key));
    new.entries.iter().for_each(|inner| merge(&mut merged, &at, inner));
    let node = Rc::new(table_node(entry.node.span.clone(), merged));
    tree.set(Entry { node, ..entry.clone() });
}
