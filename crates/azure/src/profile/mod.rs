//! The failure profiles: `azure-like-v0` (FR-01 with IN-01..04 and IN-07) and `none`.
//!
//! `rows` is the table, one row a mode; `spot` holds the rows that come with Spot machines, `maintenance` those of planned maintenance; `extra` holds what several modes share (repeats, predictions, partial zones);
//! `assemble` turns a row into a [`Mode`]. Rates are per unit and year of 365 days, lengths of time carry their unit.
//! Every mode starts stationary and ages by the calendar.

mod assemble;
mod extra;
mod maintenance;
mod rows;
mod spot;

use crate::Number;
use zonefall_faults::{Mode, Profile};

/// The name of the default profile.
pub const AZURE_LIKE_V0: &str = "azure-like-v0";
/// The name of the profile without a failure.
pub const NONE: &str = "none";

/// The default failure profile (FR-01): assumptions in the order of magnitude of what is published, not Azure's own
/// figures, which are not published.
pub fn azure_like_v0() -> Profile {
    Profile { name: AZURE_LIKE_V0.into(), modes: rows::ROWS.iter().map(assemble::mode).collect() }
}

/// Evictions of Spot machines (SP-01, SP-04), one by one and in waves. No part of [`azure_like_v0`]: see
/// [`with_spot_modes`].
pub fn spot_modes() -> Vec<Mode> {
    spot::ROWS.iter().map(assemble::mode).collect()
}

/// A profile with the modes of [`spot_modes`] at its end. A mode of the same name that is there already stays as it is.
#[must_use]
pub fn with_spot_modes(mut profile: Profile) -> Profile {
    for mode in spot_modes() {
        if profile.find(&mode.name).is_none() {
            profile.modes.push(mode);
        }
    }
    profile
}

/// Planned maintenance (MT-12): pauses, long pauses, restarts. No part of [`azure_like_v0`]: see
/// [`with_maintenance_modes`].
pub fn maintenance_modes() -> Vec<Mode> {
    maintenance::ROWS.iter().map(assemble::mode).collect()
}

/// A profile with the modes of [`maintenance_modes`] at its end. A mode of the same name that is there already stays as
/// it is.
#[must_use]
pub fn with_maintenance_modes(mut profile: Profile) -> Profile {
    for mode in maintenance_modes() {
        if profile.find(&mode.name).is_none() {
            profile.modes.push(mode);
        }
    }
    profile
}

/// The profile called `name`.
pub fn profile(name: &str) -> Option<Profile> {
    match name {
        AZURE_LIKE_V0 => Some(azure_like_v0()),
        NONE => Some(Profile::none()),
        _ => None,
    }
}

/// The names that [`profile`] knows, the default first.
pub const fn profile_names() -> [&'static str; 2] {
    [AZURE_LIKE_V0, NONE]
}

/// One number of the default profile, of the Spot modes or of maintenance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EvidenceRow {
    /// The mode it belongs to.
    pub mode: &'static str,
    /// What it says of the mode.
    pub quantity: &'static str,
    /// The number with its range, unit, source and confidence.
    pub number: Number,
}

/// Every number of the default profile, then of [`spot_modes`] and [`maintenance_modes`], mode by mode, its rate first.
pub fn evidence() -> Vec<EvidenceRow> {
    let of = |row: &rows::Row| {
        let mode = row.name;
        assemble::numbers(row).into_iter().map(move |(quantity, number)| EvidenceRow { mode, quantity, number })
    };
    rows::ROWS.iter().chain(spot::ROWS).chain(maintenance::ROWS).flat_map(of).collect()
}
