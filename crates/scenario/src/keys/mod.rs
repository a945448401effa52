//! The one table of keys: what may stand where, of which kind, with which default, from which source.
//!
//! The decoder reads known keys, ranges and defaults from it, the JSON schema is built from it, and `explain` prints it.
//!
//! Paths: `scale_set.<name>.zones`, `script[].at`. A design may change the keys whose [`Key::overlay`] is set, under
//! the same path. The keys of a law stand under `law`, wherever the law stands.

pub(crate) mod autoscale;
pub(crate) mod change;
pub(crate) mod demand;
mod failover;
pub(crate) mod fault;
pub(crate) mod fleet;
mod gate;
mod jobs;
mod maintenance;
mod manage;
pub(crate) mod money;
pub(crate) mod offer;
pub(crate) mod parts;
pub(crate) mod plan;
mod retry;
mod runbook;
mod service;
mod sessions;
pub(crate) mod upgrade;
mod world;

use crate::diagnostic::nearest;
use crate::node::{Entry, Node, Table};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::sync::OnceLock;
use zonefall_azure::defaults::Preset;

/// The days of a week.
pub(crate) const DAY_NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const DAYS: Kind = Kind::Choice(&DAY_NAMES);

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Any text.
    Text,
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// A whole number in a range, ends included.
    Count(u64, u64),
    /// A number in a range, ends included.
    Number(f64, f64),
    /// `true` or `false`.
    Flag,
    /// `false`: turns an inherited table off.
    Off,
    /// A duration: `"90 min"`.
    Duration,
    /// A law of durations: a duration, or a table with `law`.
    Law,
    /// A share: `"99.95%"` or `0.9995`.
    Share,
    /// A rate of failures: `"0.1 per rack-year"`.
    Rate,
    /// A rate of requests: `"100 req/s"`.
    RequestRate,
    /// A date or a date with time, of the calendar.
    Instant,
    /// A list of values of one kind, with at most this many.
    List(&'static Kind, usize),
    /// A table whose keys have paths of their own.
    Table,
    /// A list of such tables, with at most this many.
    Tables(usize),
    /// One of several.
    Either(&'static [Kind]),
}

impl Kind {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::Text => "a text".into(),
            Self::Choice(words) => words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" or "),
            Self::Count(low, high) => format!("a whole number from {low} to {high}"),
            Self::Number(low, high) => format!("a number from {low} to {high}"),
            Self::Flag => "true or false".into(),
            Self::Off => "false".into(),
            Self::Duration => "a duration such as \"90 min\"".into(),
            Self::Law => {
                "a duration such as \"90 min\", or a law such as { law = \"exponential\", mean = \"4 h\" }".into()
            }
            Self::Share => "a share such as \"99.95%\"".into(),
            Self::Rate => "a rate such as \"0.1 per rack-year\"".into(),
            Self::RequestRate => "a rate of requests such as \"100 req/s\"".into(),
            Self::Instant => "a date such as \"2026-01-01\"".into(),
            Self::List(kind, most) => format!("a list of at most {most}, each {}", kind.words()),
            Self::Table => "a table".into(),
            Self::Tables(most) => format!("at most {most} tables"),
            Self::Either(kinds) => kinds.iter().map(Self::words).collect::<Vec<_>>().join(", or "),
        }
    }
}

/// What holds where a key is absent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Default {
    /// A value in TOML, or a bare text.
    Text(&'static str),
    /// Numbers with their evidence.
    Preset(&'static Preset),
}

impl Default {
    /// Its numbers with their evidence, where there are any.
    pub fn preset(&self) -> Option<&'static Preset> {
        if let Self::Preset(preset) = self { Some(preset) } else { None }
    }
}

/// In TOML, or as a bare text.
impl fmt::Display for Default {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Preset(preset) => preset.fmt(f),
        }
    }
}

/// One key of the file format.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Key {
    /// Where it stands.
    pub path: &'static str,
    /// What its value looks like.
    pub kind: Kind,
    /// Whether its number counts in percent: 20 and not 0.2.
    pub in_percent: bool,
    /// Its value where it is absent; none if there is none, or if it depends on others.
    pub default: Option<Default>,
    /// Where another value holds, and which.
    pub but: Option<(&'static str, Default)>,
    /// Whether a design may change it.
    pub overlay: bool,
    /// What it means.
    pub doc: &'static str,
    /// The rule or source behind it; empty if there is none.
    pub source: &'static str,
}

impl Key {
    const fn new(path: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { path, kind, in_percent: false, default: None, but: None, overlay: false, doc, source: "" }
    }

    const fn or(self, default: &'static str) -> Self {
        Self { default: Some(Default::Text(default)), ..self }
    }

    /// The default that Azure's data knows.
    const fn preset(self, default: &'static Preset) -> Self {
        Self { default: Some(Default::Preset(default)), ..self }
    }

    /// The default where something else in the same table is so.
    const fn but(self, so: &'static str, default: &'static Preset) -> Self {
        Self { but: Some((so, Default::Preset(default))), ..self }
    }

    const fn from(self, source: &'static str) -> Self {
        Self { source, ..self }
    }

    const fn in_percent(self) -> Self {
        Self { in_percent: true, ..self }
    }

    const fn overlay(self) -> Self {
        Self { overlay: true, ..self }
    }

    /// The last part of its path.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The path of the table it stands in; empty for the top.
    pub fn parent(&self) -> &'static str {
        self.path.rsplit_once('.').map_or("", |(parent, _)| parent)
    }
}

/// All keys, in the order of the documentation.
pub fn keys() -> &'static [Key] {
    static ALL: OnceLock<Vec<Key>> = OnceLock::new();
    ALL.get_or_init(|| {
        [
            world::KEYS,
            gate::KEYS,
            fleet::KEYS,
            parts::KEYS,
            failover::KEYS,
            demand::KEYS,
            service::KEYS,
            jobs::KEYS,
            retry::KEYS,
            sessions::KEYS,
            manage::KEYS,
            offer::KEYS,
            autoscale::KEYS,
            change::KEYS,
            upgrade::KEYS,
            runbook::KEYS,
            maintenance::KEYS,
            fault::KEYS,
            plan::KEYS,
            money::KEYS,
        ]
        .concat()
    })
}

/// The key with a path, and its place in the table.
pub(crate) fn find(path: &str) -> Option<(usize, &'static Key)> {
    static INDEX: OnceLock<BTreeMap<&'static str, usize>> = OnceLock::new();
    let index = INDEX.get_or_init(|| keys().iter().enumerate().map(|(at, key)| (key.path, at)).collect());
    index.get(path).map(|&at| (at, &keys()[at]))
}

/// The path of a key called `name` in the table at `parent`.
pub(crate) fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") }
}

/// The path that a key called `name` has in the table at `parent`: a name of its own stands under `<name>`, a list of tables
/// under `[]`.
pub(crate) fn under(parent: &str, name: &str) -> String {
    let plain = join(parent, name);
    let others = [format!("{plain}[]"), join(parent, "<name>")];
    if find(&plain).is_some() {
        return plain;
    }
    others.into_iter().find(|path| find(path).is_some()).unwrap_or(plain)
}

/// Other words for a key of a table, which are no slip of its own name.
const OTHER_WORDS: [(&str, &str, &str); 33] = [
    ("", "objective", "slo"),
    ("", "objectives", "slo"),
    ("", "goal", "slo"),
    ("", "failures", "faults"),
    ("", "vmss", "scale_set"),
    ("", "vm", "virtual_machine"),
    ("", "lb", "load_balancer"),
    ("blips", "rate", "every"),
    ("blips", "outage", "lasts"),
    ("blips", "length", "lasts"),
    ("jobs", "rate", "count"),
    ("failover.<name>", "order", "parts"),
    ("slo", "availability", "target"),
    ("slo", "sla", "target"),
    ("slo", "uptime", "target"),
    ("plan", "budget", "max_cost"),
    ("plan", "cost", "max_cost"),
    ("component.<name>", "sla", "availability"),
    ("component.<name>", "target", "availability"),
    ("scale_set.<name>", "count", "capacity"),
    ("scale_set.<name>", "instances", "capacity"),
    ("scale_set.<name>", "sku", "size"),
    ("scale_set.<name>", "vm_size", "size"),
    ("virtual_machine.<name>", "sku", "size"),
    ("virtual_machine.<name>", "vm_size", "size"),
    ("scale_set.<name>.autoscale", "min", "minimum"),
    ("scale_set.<name>.autoscale", "max", "maximum"),
    ("scale_set.<name>.autoscale.rule[]", "above", "threshold"),
    ("scale_set.<name>.autoscale.rule[]", "below", "threshold"),
    ("scale_set.<name>.autoscale.rule[]", "add", "increase"),
    ("scale_set.<name>.autoscale.rule[]", "remove", "decrease"),
    ("scale_set.<name>.autoscale.profile[]", "min", "minimum"),
    ("scale_set.<name>.autoscale.profile[]", "max", "maximum"),
];

/// The key that is meant by another word.
pub(crate) fn meant(table: &str, name: &str) -> Option<&'static str> {
    OTHER_WORDS.iter().find(|(of, word, _)| (*of, *word) == (table, name)).map(|(.., key)| *key)
}

/// The keys of a table at a path that are meant by those that it has not.
pub(crate) fn misspelt(path: &str, table: &Table) -> impl Iterator<Item = &'static str> {
    let names: Vec<&'static str> = children(path).map(plain_name).collect();
    let any_name = names.contains(&"<name>");
    let unknown = table.entries.iter().filter(|entry| !any_name && !names.contains(&entry.key.as_str()));
    let near = |key: &str| meant(path, key).or_else(|| nearest(key, &names));
    let found: Vec<&str> = unknown.filter_map(|entry| near(&entry.key)).collect();
    found.into_iter()
}

/// What is written under a misspelt name of a key.
pub(crate) fn misspelt_as<'t>(path: &str, table: &'t Table, name: &str) -> Option<&'t Rc<Node>> {
    let is_it = |entry: &&Entry| misspelt(path, &Table { entries: vec![(*entry).clone()] }).any(|meant| meant == name);
    table.entries.iter().find(is_it).map(|entry| &entry.node)
}

/// Paths of keys that are called so, or nearly so, wherever they stand: those that stand highest, three at most. Of what is written as
/// a table, tables.
pub(crate) fn elsewhere(name: &str, as_table: bool) -> Vec<&'static str> {
    let fits = |key: &&Key| if as_table { may_be_table(key) } else { key.kind != Kind::Table };
    let mut names: Vec<&str> = keys().iter().filter(fits).map(plain_name).collect();
    names.sort_unstable();
    names.dedup();
    let called = names
        .iter()
        .find(|other| **other == name)
        .copied()
        .or_else(|| nearest(name, &names).filter(|near| is_near(name, near)));
    let mut paths: Vec<&str> =
        keys().iter().filter(fits).filter(|key| Some(plain_name(key)) == called).map(|key| key.path).collect();
    paths.sort_by_key(|path| (path.matches('<').count(), path.matches('.').count()));
    paths.truncate(3);
    paths
}

/// Whether its value may be a table, or is a list of them.
fn may_be_table(key: &Key) -> bool {
    match key.kind {
        Kind::Table => true,
        Kind::Either(kinds) => kinds.contains(&Kind::Table),
        _ => key.path.ends_with("[]"),
    }
}

/// Whether a key of another table may be meant: a slip in a short word makes any other of it.
fn is_near(wrong: &str, name: &str) -> bool {
    let is_part = name.split('_').any(|word| word == wrong);
    is_part || 4 * strsim::osa_distance(wrong, name) <= wrong.chars().count()
}

/// The keys that may stand in the table at `parent`.
pub(crate) fn children(parent: &str) -> impl Iterator<Item = &'static Key> + '_ {
    keys().iter().filter(move |key| key.parent() == parent)
}

/// How often a list of tables is written: `script[]` is the key `script`.
pub(crate) fn plain_name(key: &Key) -> &'static str {
    key.name().trim_end_matches("[]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_words_are_no_keys_and_mean_some() {
        for (table, word, key) in OTHER_WORDS {
            assert!(find(&join(table, key)).is_some(), "{table}.{key}");
            assert!(find(&join(table, word)).is_none(), "{table}.{word}");
        }
    }
}
