//! Whether a path names a thing that is there: a change of `scale_set.shp.capacity` must not make a second set of a typo.
//!
//! In: the path of a what-if, a vary or a choice, and the tables in which its thing may stand. Out: a mistake with the nearest
//! right name. A thing given whole (`scale_set.second={capacity=3}`) is new on purpose.

use crate::codes;
use crate::diagnostic::Sink;
use crate::node::{Node, Table, Value};
use crate::overlay::NAMED;
use crate::paths::{Part, Step, spelled};
use crate::what_if::quoted;

/// Tables of named things beside those that a design may remove.
const OTHERS: [&str; 2] = ["region", "failover"];

/// Checks the path of a change against the file's table; `None` if a mistake was told.
pub(crate) fn of_change(root: &Table, path: &[Part], sink: &mut Sink) -> Option<()> {
    if path.first().is_some_and(|(first, _)| first.key() == Some("design")) {
        let [_, (design, _), inner @ ..] = path else { return Some(()) };
        let Some(Value::List(designs)) = root.get("design").map(|node| &node.value) else { return Some(()) };
        let tables = designs.iter().filter_map(|node| node.table());
        let named = |table: &&Table| matches!(table.get("name").map(|node| &node.value), Some(Value::Text(name)) if Some(&name[..]) == design.key());
        let mut within: Vec<&Table> = tables.filter(named).collect();
        within.push(root);
        return known(&within, inner, codes::WHAT_IF, sink);
    }
    if let Some(words) = only_of_a_design(root, path) {
        let [(kind, _), (name, span), ..] = path else { return Some(()) };
        let more = sink.error(codes::WHAT_IF, span, format!("the base has no `{kind}.{name}` to change"));
        more.help(words);
        return None;
    }
    known(&[root], path, codes::WHAT_IF, sink)
}

/// How to change a thing that the base does not have and a design does.
fn only_of_a_design(root: &Table, path: &[Part]) -> Option<String> {
    let [(kind, _), (name, _), rest @ ..] = path else { return None };
    let (kind, name) = (kind.key()?, name.key()?);
    let has = |table: &Table| table.get(kind).and_then(|node| node.table()).is_some_and(|of| of.get(name).is_some());
    if rest.is_empty() || has(root) {
        return None;
    }
    let Value::List(designs) = &root.get("design")?.value else { return None };
    let table = designs.iter().filter_map(|node| node.table()).find(|table| has(table))?;
    let Value::Text(design) = &table.get("name")?.value else { return None };
    let key = spelled(path.iter().map(|(step, _)| step));
    Some(format!("the design `{design}` has it: `design.{}.{key}=…`", quoted(design)))
}

/// Whether one of the tables has the thing whose key the path names; tells if none has.
pub(crate) fn known(within: &[&Table], path: &[Part], code: &'static str, sink: &mut Sink) -> Option<()> {
    let [(Step::Key(kind), _), (name, span), _, ..] = path else { return Some(()) };
    let name = &name.to_string();
    if !NAMED.iter().chain(&OTHERS).any(|one| one == kind) {
        return Some(());
    }
    let there = within.iter().filter_map(|table| table.get(kind)).filter_map(|node: &std::rc::Rc<Node>| node.table());
    let names: Vec<&str> = there.flat_map(|table| &table.entries).map(|entry| entry.key.as_str()).collect();
    if names.contains(&name.as_str()) {
        return Some(());
    }
    let more = sink.error(code, span, format!("there is no `{kind}.{name}` to change"));
    match names.is_empty() {
        true => _ = more.help(format!("there is no `[{kind}.<name>]` at all: make one in the file first")),
        false => _ = more.nearest(name, names),
    }
    None
}
