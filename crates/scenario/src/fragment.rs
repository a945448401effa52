//! A file of failure modes that a scenario names: `[faults] modes_from = "fitted.toml"`.
//!
//! It holds tables `[faults.mode.<name>]` and nothing else, and is checked like the rest. Its mistakes are told in its own
//! lines and columns, beside one that points at the scenario's key.

use crate::codes;
use crate::diagnostic::{Diagnostics, Sink};
use crate::files::{Files, Mistaken};
use crate::modes;
use crate::node::{Entry, Node, Table, Value};
use crate::reader::Reader;
use crate::syntax;
use std::rc::Rc;
use zonefall_azure::profile;
use zonefall_faults::Profile;

/// Lays the modes of the named file over the profile. Without a name nothing is done; where files need not be there, one
/// that is not is passed over.
pub(crate) fn apply(profile: &mut Profile, faults: &Reader<'_>, files: Files<'_>, sink: &mut Sink) -> Option<()> {
    if !faults.has("modes_from") {
        faults.text("modes_from", sink);
        return Some(());
    }
    let mistaken = Mistaken { code: codes::MODES_FROM, words: "the file of failure modes" };
    files.read(faults, "modes_from", mistaken, sink, |text, own| modes_of(profile, text, own)).map(|_| ())
}

/// Checks the text of a file of failure modes, as a scenario of the default profile would take it; `file_name` is what
/// diagnostics call it.
///
/// # Errors
/// All mistakes of the text at once, with places and help.
pub fn check_modes(text: &str, file_name: &str) -> Result<(), Diagnostics> {
    let mut sink = Sink::default();
    let read = modes_of(&mut profile::azure_like_v0(), text, &mut sink);
    let fine = read.is_some() && !sink.has_errors();
    if fine { Ok(()) } else { Err(sink.finish(file_name, text)) }
}

/// Reads the modes of a fragment.
fn modes_of(profile: &mut Profile, text: &str, sink: &mut Sink) -> Option<()> {
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        sink.error_of_file(codes::EMPTY, "the file of failure modes is empty");
        return None;
    }
    let (tree, broken) = syntax::tree(text, sink);
    let faults = only(&tree, "faults", "", sink);
    let mode = faults.as_ref().and_then(|faults| only(faults, "mode", "faults.", sink));
    let applied = mode.and_then(|mode| {
        let entry = Entry { key: "mode".into(), key_span: mode.span.clone(), node: Rc::new(mode) };
        let around = Node { span: tree.span.clone(), value: Value::Table(Table { entries: vec![entry] }) };
        modes::apply(profile, &Reader::new(&around, "faults", sink), sink)
    });
    sink.forget_consequences(&broken);
    applied
}

/// The table `name`, which must be there and alone.
fn only(node: &Node, name: &str, path: &str, sink: &mut Sink) -> Option<Node> {
    let entries = node.table().map_or(&[][..], |table| &table.entries);
    for entry in entries.iter().filter(|entry| entry.key != name) {
        let words = format!("`{path}{}` does not belong into a file of failure modes", entry.key);
        sink.error(codes::UNKNOWN_KEY, &entry.key_span, words).help("it holds tables [faults.mode.<name>] only");
    }
    let found = node.table().and_then(|table| table.get(name));
    if found.is_none() {
        sink.error(codes::MISSING_KEY, &node.span, format!("there is no table `{path}{name}`"))
            .help("it holds tables [faults.mode.<name>]");
    }
    found.map(|node| (**node).clone())
}
