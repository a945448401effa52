//! Whose mistake it is: what is wrong at a place of the base, but not of the base alone, is a design's.
//!
//! In: the mistakes that reading each design has told, and those of the base by itself. Out: the former named after their designs and
//! put where these take something away, else at their names; the place in the base is shown below. Mistakes at places of
//! the designs themselves stay as they are.

use crate::codes;
use crate::designs::SET_KINDS;
use crate::diagnostic::{Diagnostic, Sink};
use crate::dropped;
use crate::node::{Node, Table, Value};
use crate::overlay::Seen;
use std::ops::Range;

/// Names designs in mistakes that are theirs; `base` tells those of the base by itself, and is only asked where it matters.
pub(crate) fn name(seen: &[Seen], base: impl FnOnce() -> Sink, sink: &mut Sink) {
    let theirs = |span: &Range<usize>, designs: &[usize]| {
        !designs.is_empty() && !designs.iter().any(|&at| seen[at].own.as_ref().is_none_or(|own| holds(own, span)))
    };
    if !sink.told_of_designs(&theirs) {
        return;
    }
    let base = base();
    sink.rename(|item, designs| {
        let span = item.span.clone().filter(|span| theirs(span, designs))?;
        if base.tells(item) {
            return None;
        }
        let first = &seen[*designs.first()?];
        let names: Vec<String> = designs.iter().map(|&at| format!("`{}`", seen[at].name)).collect();
        let which = if names.len() == 1 { "design" } else { "designs" };
        let taken = first.own.as_ref().and_then(|own| taken(own, &item.lacks));
        let help = match &taken {
            Some((path, _)) if [codes::JOBS, codes::OBJECTIVE].contains(&item.code) => {
                vec![format!("let it keep `{path}`, or say what it needs instead{}", of_machines(&first.tree))]
            }
            Some((path, _)) => vec![format!("let it keep `{path}`, or do without what asks for it")],
            None => item.help.clone(),
        };
        let message = format!("{which} {}: {}", names.join(", "), item.message);
        let place = taken.map_or_else(|| first.span.clone(), |(_, place)| place);
        Some(Diagnostic { message, help, span: Some(place), about: Some(span), ..item.clone() })
    });
}

/// Whether a place lies in what a design says.
fn holds(own: &Table, span: &Range<usize>) -> bool {
    let inside = |of: &Range<usize>| of.start <= span.start && span.end <= of.end;
    own.entries.iter().any(|entry| {
        let deeper = entry.node.table().is_some_and(|table| holds(table, span));
        deeper || inside(&entry.key_span) || inside(&entry.node.span)
    })
}

/// What a design takes away of what is missing, and where: the whole table, the key itself, or a key of it.
fn taken(own: &Table, lacks: &[String]) -> Option<(String, Range<usize>)> {
    let mut all: Vec<(String, Range<usize>)> =
        dropped::listed(own).into_iter().map(|(path, span)| (path.to_owned(), span.clone())).collect();
    off(own, "", &mut all);
    all.into_iter().find(|(path, _)| lacks.iter().any(|lacking| is_of(path, lacking)))
}

/// Whether two paths lead the same way as far as both go; `<name>` is any.
fn is_of(path: &str, lacking: &str) -> bool {
    path.split('.').zip(lacking.split('.')).all(|(one, other)| one == other || other == "<name>")
}

/// An objective that goes with any design, of the machines that this one has; without their number where it is not plain.
fn of_machines(design: &Node) -> String {
    let count = |kind: &str| {
        let Some(of_kind) = design.table()?.get(kind) else { return Some(0) };
        let capacity = |node: &Node| match (kind, node.table()?.get("capacity").map(|node| &node.value)) {
            ("virtual_machine", _) => Some(1),
            (_, Some(Value::Integer(count))) => Some(*count),
            _ => None,
        };
        of_kind.table()?.entries.iter().map(|entry| capacity(&entry.node)).sum::<Option<i128>>()
    };
    match SET_KINDS.into_iter().map(count).sum::<Option<i128>>() {
        Some(1) => ", such as `slo.min_serving = 1`".into(),
        Some(machines) if machines > 1 => format!(", such as `slo.min_serving` of its {machines} machines"),
        _ => ", such as `slo.min_serving`".into(),
    }
}

fn off(own: &Table, at: &str, all: &mut Vec<(String, Range<usize>)>) {
    for entry in &own.entries {
        let path = if at.is_empty() { entry.key.clone() } else { format!("{at}.{}", entry.key) };
        if entry.node.is_off() {
            all.push((path, entry.key_span.start..entry.node.span.end));
        } else if let Some(table) = entry.node.table() {
            off(table, &path, all);
        }
    }
}
