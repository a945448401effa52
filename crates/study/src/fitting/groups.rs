//! Rows into groups.
//!
//! Published incidents are sorted by how far they reached and by the family of their cause, as the rule document's
//! section on incidents does. A datacenter counts as a zone. Two groups are parts of the first.
//!
//! | group | scope | cause class |
//! |---|---|---|
//! | `zone-power-cooling` | zone, datacenter, datacenter/zone | power, cooling, power+cooling, water+fire |
//! | `zone-power` | the same | power |
//! | `zone-cooling` | the same | any with cooling in it |
//! | `zone-other` | the same | every other: network, control plane, software, attack … |
//! | `region` | region | any |
//! | `global` | global, multi-region | any |

use super::Grouping;
use serde::Serialize;
use zonefall_faults::{Record, Records};

/// The group columns that published incidents need.
pub const INCIDENT_COLUMNS: [&str; 2] = ["scope", "cause_class"];

/// What a group of published incidents is in the default profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The outages of this failure mode.
    Is(&'static str),
    /// A part of another group.
    PartOf(&'static str),
}

/// A group before anything is fitted.
pub(super) struct Sorted {
    pub name: String,
    pub holds: String,
    pub mode: Option<Mode>,
    pub events: Vec<Record>,
}

/// Sorts the events. Groups without events are left out.
pub(super) fn sort(records: &Records, grouping: &Grouping) -> Vec<Sorted> {
    match grouping {
        Grouping::Columns(all) => by_columns(records, all),
        Grouping::Incidents => incidents(records),
    }
}

fn by_columns(records: &Records, all: &str) -> Vec<Sorted> {
    let mut sorted: Vec<Sorted> = Vec::new();
    for values in &records.groups {
        let shown = |value: &String| if value.is_empty() { "(empty)".to_owned() } else { value.clone() };
        let holds =
            if values.is_empty() { all.to_owned() } else { values.iter().map(shown).collect::<Vec<_>>().join(", ") };
        // Different values may look alike once they are names.
        let plain = slug(&holds);
        let taken = |name: &String| sorted.iter().any(|group| group.name == *name);
        let mut numbered = (2..).map(|number| format!("{plain}-{number}"));
        let name = if taken(&plain) { numbered.find(|name| !taken(name)).unwrap_or(plain) } else { plain };
        sorted.push(Sorted { name, holds, mode: None, events: Vec::new() });
    }
    for event in &records.events {
        sorted[event.group as usize].events.push(*event);
    }
    sorted.sort_by(|a, b| b.events.len().cmp(&a.events.len()).then_with(|| a.name.cmp(&b.name)));
    sorted
}

const ZONE: [&str; 3] = ["zone", "datacenter", "datacenter/zone"];
const WORLD: [&str; 2] = ["global", "multi-region"];
const PLANT: [&str; 4] = ["power", "cooling", "power+cooling", "water+fire"];

type Belongs = fn(&str, &str) -> bool;

fn incidents(records: &Records) -> Vec<Sorted> {
    let kinds: [(&str, &str, Option<Mode>, Belongs); 7] = [
        ("zone-power-cooling", "zones: power, cooling or both", Some(Mode::Is("datacenter")), |scope, cause| {
            ZONE.contains(&scope) && PLANT.contains(&cause)
        }),
        ("zone-power", "of these, power only", Some(Mode::PartOf("zone-power-cooling")), |scope, cause| {
            ZONE.contains(&scope) && cause == "power"
        }),
        ("zone-cooling", "of these, any cooling", Some(Mode::PartOf("zone-power-cooling")), |scope, cause| {
            ZONE.contains(&scope) && PLANT.contains(&cause) && cause.contains("cooling")
        }),
        ("zone-other", "zones: network, control, other", Some(Mode::Is("zone-network")), |scope, cause| {
            ZONE.contains(&scope) && !PLANT.contains(&cause)
        }),
        ("region", "regions", Some(Mode::Is("region-data-plane")), |scope, _| scope == "region"),
        ("global", "global or multi-region", Some(Mode::Is("global-edge")), |scope, _| WORLD.contains(&scope)),
        ("other-scope", "any other scope", None, |scope, _| {
            !ZONE.contains(&scope) && scope != "region" && !WORLD.contains(&scope)
        }),
    ];
    let of = |event: &&Record, belongs: Belongs| match &records.groups[event.group as usize][..] {
        [scope, cause, ..] => belongs(scope, cause),
        _ => false,
    };
    let sorted = kinds.into_iter().map(|(name, holds, mode, belongs)| Sorted {
        name: name.into(),
        holds: holds.into(),
        mode,
        events: records.events.iter().filter(|event| of(event, belongs)).copied().collect(),
    });
    let mut sorted: Vec<Sorted> = sorted.collect();
    sorted.retain(|group| !group.events.is_empty());
    sorted
}

/// Lower-case letters, digits and single dashes; at most 60 characters.
pub(super) fn slug(words: &str) -> String {
    let mut name = String::new();
    for c in words.chars() {
        if name.len() >= 60 {
            break;
        }
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-');
    if name.is_empty() { "events".into() } else { name.into() }
}
