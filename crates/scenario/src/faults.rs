//! Where faults come from: the profile with the file's modes, a trace, incidents, or a script.

use crate::codes;
use crate::diagnostic::Sink;
use crate::files::Files;
use crate::fragment;
use crate::modes;
use crate::node::{Node, Value};
use crate::reader::Reader;
use crate::scenario::{FaultSource, TraceColumns};
use crate::waves;
use zonefall_azure::profile;
use zonefall_engine::SimDuration;
use zonefall_faults::Profile;

/// The profile, and the source but for the rows of a script. `tree` is the whole file.
pub(crate) fn faults(
    root: &Reader<'_>,
    tree: &Node,
    files: Files<'_>,
    sink: &mut Sink,
) -> (Option<Profile>, Option<FaultSource>) {
    let nothing = Node::empty_table();
    let said = root.sub("faults", "faults", sink);
    let reader = said.unwrap_or_else(|| Reader::new(&nothing, "faults", sink));
    let profile = reader.choice("profile", sink).and_then(profile::profile);
    let spot = |profile: &Profile| profile.name == profile::AZURE_LIKE_V0 && has_spot_machines(tree);
    let profile = profile.map(|profile| if spot(&profile) { profile::with_spot_modes(profile) } else { profile });
    let profile = profile.and_then(|profile| waves::extend(profile, root, tree, sink));
    let profile = profile.and_then(|mut profile| {
        // What the scenario itself says of a mode is checked even if the file that it names has mistakes.
        let from_file = fragment::apply(&mut profile, &reader, files, sink);
        modes::apply(&mut profile, &reader, sink).and(from_file).map(|()| profile)
    });
    let source = source(root, &reader, files, sink);
    (profile, source)
}

/// SP-04: whether the base or a design has a scale set with `priority = "spot"` or a table `spot`. Asked of the file as
/// it is written, for the profile is the same for all designs and is read before them.
fn has_spot_machines(tree: &Node) -> bool {
    let of_set = |set: &Node| {
        let Some(set) = set.table() else { return false };
        let priority =
            set.get("priority").is_some_and(|node| matches!(&node.value, Value::Text(word) if word == "spot"));
        priority || set.get("spot").is_some_and(|node| node.table().is_some())
    };
    let of_sets = |root: &Node| {
        let sets = root.table().and_then(|root| root.get("scale_set")?.table());
        sets.is_some_and(|sets| sets.entries.iter().any(|entry| of_set(&entry.node)))
    };
    let designs = tree.table().and_then(|root| match &root.get("design")?.value {
        Value::List(designs) => Some(designs),
        _ => None,
    });
    of_sets(tree) || designs.is_some_and(|designs| designs.iter().any(|design| of_sets(design)))
}

fn source(root: &Reader<'_>, reader: &Reader<'_>, files: Files<'_>, sink: &mut Sink) -> Option<FaultSource> {
    let trace = files.path(reader, "trace", sink);
    let incidents = files.path(reader, "incidents", sink);
    let columns = columns(reader, sink);
    let allow_mapping = reader.flag("allow_mapping", sink);
    let said = [reader.has("trace"), reader.has("incidents"), root.has("script")];
    if said.iter().filter(|said| **said).count() > 1 {
        let span = if said[0] { reader.span_of("trace") } else { reader.span_of("incidents") };
        sink.error(codes::SOURCES, &span, "faults have one source: a trace, incidents, or a script");
        return None;
    }
    for key in ["columns", "allow_mapping"] {
        if reader.has(key) && !said[0] {
            sink.error(codes::EXCLUSIVE, &reader.span_of(key), format!("`{key}` describes a trace, and there is none"))
                .help("add `trace = \"file.csv\"`");
        }
    }
    if reader.has("profile") && (said[0] || said[2]) {
        let by = if said[0] { "trace" } else { "script" };
        let words = format!("nothing is drawn from the profile: the faults come from the {by}");
        sink.hint(codes::UNUSED_PROFILE, &reader.span_of("profile"), words);
    }
    match said {
        [true, ..] => Some(FaultSource::Trace { path: trace?, columns: columns?, allow_mapping: allow_mapping? }),
        [_, true, _] => Some(FaultSource::Incidents { path: incidents? }),
        [.., true] => Some(FaultSource::Script(Vec::new())),
        _ => Some(FaultSource::Drawn),
    }
}

/// The outer `None` is a mistake, the inner one our own columns.
fn columns(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<TraceColumns>> {
    let Some(table) = reader.sub("columns", "faults.columns", sink) else { return Some(None) };
    let named = |key: &str, sink: &mut Sink| {
        let column = table.text(key, sink);
        if !table.has(key) {
            let words = format!("`faults.columns.{key}` is missing: which column is it?");
            sink.error(codes::MISSING_KEY, &reader.span_of("columns"), words);
        }
        column
    };
    let columns = TraceColumns {
        unit: named("unit", sink),
        start: named("start", sink),
        end: named("end", sink),
        time_unit: table
            .choice("time_unit", sink)
            .map(|unit| SimDuration::from_ms(if unit == "ms" { 1 } else { 1000 })),
        cause: table.text("cause", sink),
        scope: table.choice("scope", sink).map(str::to_owned),
    };
    Some(Some(columns))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Named;
    use crate::syntax;
    use std::path::Path;

    /// Whether the profile of a file has the modes of Spot machines. What the file says of sets is not read here.
    fn has_spot_modes(text: &str) -> bool {
        let mut sink = Sink::default();
        let (tree, _) = syntax::tree(text, &mut sink);
        let root = Reader::new(&tree, "", &mut sink);
        let files = Files { base: Path::new(""), check: false, named: &Named::default() };
        let profile = faults(&root, &tree, files, &mut sink).0.expect("a profile");
        let found: Vec<bool> = profile::spot_modes().iter().map(|mode| profile.find(&mode.name).is_some()).collect();
        assert_eq!(found[0], found[1]);
        found[0]
    }

    #[test]
    fn sp_04_spot_modes_come_with_spot_machines_of_the_base_or_of_a_design() {
        let with = [
            "[scale_set.web]\npriority = \"spot\"",
            "[scale_set.web]\ncapacity = 1\n[scale_set.jobs.spot]\nmax_price = -1",
            "[scale_set.web]\n[[design]]\nname = \"a\"\n[[design]]\nname = \"b\"\nscale_set.web.priority = \"spot\"",
            "[[design]]\nname = \"a\"\n[design.scale_set.web.spot]\nshare = 0.5",
        ];
        for text in with {
            assert!(has_spot_modes(text), "{text}");
            assert!(!has_spot_modes(&format!("{text}\n[faults]\nprofile = \"none\"")), "{text}");
        }
        let without = [
            "",
            "scale_set = 3",
            "[scale_set]\nweb = 3",
            "[scale_set.web]\npriority = \"regular\"\nspot = false",
            "[virtual_machine.web]\npriority = \"spot\"",
            "design = 3",
            "[[design]]\nname = \"spot\"",
        ];
        for text in without {
            assert!(!has_spot_modes(text), "{text}");
        }
    }

    #[test]
    fn sp_04_spot_modes_are_overridden_like_any_other() {
        let text = "[scale_set.web]\npriority = \"spot\"\n[faults.mode.spot-eviction]\nrate = \"9 per VM-year\"\n\
                    [faults.mode.spot-eviction-wave]\nenabled = false";
        let mut sink = Sink::default();
        let (tree, _) = syntax::tree(text, &mut sink);
        let root = Reader::new(&tree, "", &mut sink);
        let files = Files { base: Path::new(""), check: false, named: &Named::default() };
        let (profile, _) = faults(&root, &tree, files, &mut sink);
        let modes = profile.expect("a profile").modes;
        assert!(modes.iter().any(|mode| mode.name == "spot-eviction" && (mode.rate_per_year() - 9.0).abs() < 1e-9));
        assert!(modes.iter().all(|mode| mode.name != "spot-eviction-wave"));
    }
}
