//! `drop`: keys and tables of the base that a design does without.
//!
//! In: the base and a design's table. Out: the base without what is named, before the design is laid over it, so that what it
//! says of a dropped table stands alone. What can go wrong: no path, a path that the base has not, one twice, the world's.

use crate::codes;
use crate::diagnostic::Sink;
use crate::keys::{self, fleet::DROPPED_MAX};
use crate::node::{Entry, Node, Table, Value};
use crate::overlay::{NAMED, PARTLY, is_overlay, world};
use crate::paths::{Step, path_of};
use crate::values::wrong_type;
use std::ops::Range;
use std::rc::Rc;

/// What a design names under `drop`, each with its place; nothing but texts are looked at.
pub(crate) fn listed(design: &Table) -> Vec<(&str, &Range<usize>)> {
    let Some(Value::List(items)) = design.get("drop").map(|node| &node.value) else { return Vec::new() };
    items
        .iter()
        .filter_map(|item| if let Value::Text(text) = &item.value { Some((&text[..], &item.span)) } else { None })
        .collect()
}

/// Whether a design drops the thing at this path.
pub(crate) fn names(design: &Table, path: &str) -> bool {
    listed(design).iter().any(|(said, _)| *said == path)
}

/// Takes what a design drops out of the base; tells what cannot be.
pub(crate) fn apply(tree: &mut Table, design: &Table, sink: &mut Sink) {
    if let Some((at, _)) = keys::find("design[].drop") {
        sink.asked.insert(at);
    }
    let Some(node) = design.get("drop") else { return };
    let Value::List(items) = &node.value else {
        wrong_type::<()>(node, "drop", "a list of paths", sink);
        return;
    };
    if items.len() > DROPPED_MAX {
        sink.error(codes::TOO_MUCH, &node.span, format!("`drop` has {} entries, more than {DROPPED_MAX}", items.len()));
        return;
    }
    for item in items.iter().filter(|item| !matches!(item.value, Value::Text(_))) {
        wrong_type::<()>(item, "drop", "a text", sink);
    }
    let mut said: Vec<&str> = Vec::new();
    for (path, span) in listed(design) {
        if said.contains(&path) {
            sink.error(codes::DUPLICATE, span, format!("`{path}` is dropped twice"));
        } else {
            one(tree, path, span, sink);
        }
        said.push(path);
    }
}

fn one(tree: &mut Table, path: &str, span: &Range<usize>, sink: &mut Sink) {
    let Some(parts) = path_of(path, 0) else {
        sink.error(codes::UNKNOWN_KEY, span, format!("`{path}` is not the path of a key"))
            .help("write for example `drop = [\"scale_set.web.autoscale\"]`");
        return;
    };
    let steps: Vec<Step> = parts.into_iter().map(|(step, _)| step).collect();
    let first = steps.first().and_then(Step::key).unwrap_or_default();
    let within = keys::under(first, &steps.get(1).map(Step::to_string).unwrap_or_default());
    let partly = PARTLY.contains(&first) && keys::find(&within).is_some_and(|(_, key)| !key.overlay);
    let is_of_world = keys::children("").any(|key| keys::plain_name(key) == first) && !is_overlay(first);
    if is_of_world || partly || (PARTLY.contains(&first) && steps.len() == 1) {
        return world(path, span, sink);
    }
    if NAMED.contains(&first) && steps.len() == 1 {
        let words = format!("`drop` needs the names of what goes: `{first}.<name>`");
        sink.error(codes::UNKNOWN_KEY, span, words).nearest("", names_of(tree, first));
        return;
    }
    if let Err((part, there)) = remove(tree, &steps) {
        let more = sink.error(codes::UNKNOWN_KEY, span, format!("the base has no `{path}` to drop"));
        more.nearest(&part, there.iter().map(String::as_str));
    }
}

fn names_of<'t>(tree: &'t Table, key: &str) -> impl Iterator<Item = &'t str> {
    let entries = tree.get(key).and_then(|node| node.table()).map_or(&[][..], |table| &table.entries);
    entries.iter().map(|entry| entry.key.as_str())
}

/// Removes what is at the end of a path; else the step that is not there, and what is in its place.
fn remove(table: &mut Table, path: &[Step]) -> Result<(), (String, Vec<String>)> {
    let Some((first, rest)) = path.split_first() else { return Ok(()) };
    let absent = |table: &Table| (first.to_string(), table.entries.iter().map(|entry| entry.key.clone()).collect());
    let Some(entry) = first.key().and_then(|key| table.entry(key)).cloned() else { return Err(absent(table)) };
    if rest.is_empty() {
        table.remove(&entry.key);
        return Ok(());
    }
    let mut inner = entry.node.table().cloned().unwrap_or_default();
    remove(&mut inner, rest)?;
    let node = Rc::new(Node { span: entry.node.span.clone(), value: Value::Table(inner) });
    table.set(Entry { node, ..entry });
    Ok(())
}
