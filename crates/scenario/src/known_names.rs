//! Whether a path names a thing that is there: a change of `scale_set.shp.capacity` must not make a second set of a typo.
//!
//! In: the path of a what-if, a vary or a choice, and the tables in which its thing may stand. Out: a mistake with the nearest
//! right name. A thing given whole (`scale_set.second={capacity=3}`) is new on purpose.

use crate::codes;
use crate::diagnostic::Sink;
use crate::node::{Node, Table, Value};
use crate::overlay::NAMED;
use std::ops::Range;

/// A path's parts with their places.
pub(crate) type Path = [(String, Range<usize>)];

/// Tables of named things beside those that a design may remove.
const OTHERS: [&str; 2] = ["region", "failover"];

/// Checks the path of a change against the file's table; `None` if a mistake was told.
pub(crate) fn of_change(root: &Table, path: &Path, sink: &mut Sink) -> Option<()> {
    if path.first().is_some_and(|(first, _)| first == "design") {
        let [_, (design, _), inner @ ..] = path else { return Some(()) };
        let Some(Value::List(designs)) = root.get("design").map(|node| &node.value) else { return Some(()) };
        let tables = designs.iter().filter_map(|node| node.table());
        let named = |table: &&Table| matches!(table.get("name").map(|node| &node.value), Some(Value::Text(name)) if name == design);
        let mut within: Vec<&Table> = tables.filter(named).collect();
        within.push(root);
        return known(&within, inner, codes::WHAT_IF, sink);
    }
    known(&[root], path, codes::WHAT_IF, sink)
}

/// Whether one of the tables has the thing whose key the path names; tells if none has.
pub(crate) fn known(within: &[&Table], path: &Path, code: &'static str, sink: &mut Sink) -> Option<()> {
    let [(kind, _), (name, span), _, ..] = path else { return Some(()) };
    if !NAMED.iter().chain(&OTHERS).any(|one| one == kind) {
        return Some(());
    }
    let there = within.iter().filter_map(|table| table.get(kind)).filter_map(|node: &std::rc::Rc<Node>| node.table());
    let names: Vec<&str> = there.flat_map(|table| &table.entries).map(|entry| entry.key.as_str()).collect();
    if names.contains(&name.as_str()) {
        return Some(());
    }
    let more = sink.error(code, span, format!("there is no `{kind}.{name}` to change"));
    more.nearest(name, names);
    None
}
