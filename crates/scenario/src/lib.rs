//! Scenario files: TOML in, a typed and checked [`Scenario`] out, or every mistake at once.
//!
//! The way of a file: bytes → text → a tree of values with their places (`node`) → typed parts, read key by key
//! through `reader` against the one table of keys ([`keys()`]) → checks over the whole. Designs are laid over the base
//! before they are read (`overlay`), so a design is read like any other file. Each mistake carries a code of [`CODES`],
//! its line and column, and help; warnings and hints are apart and never stop a run.
//!
//! Units at this border: durations and laws become milliseconds, rates failures a year, shares exact ratios, requests
//! thousandths a second. What must never be here: a random draw, a result, and writing files.

mod arrivals;
mod balancer;
mod blips;
mod checks;
mod choices;
mod codes;
mod components;
mod demand;
mod designs;
mod diagnostic;
mod doubtful;
mod doubts;
mod dropped;
mod explain;
mod failover;
mod fault_domains;
mod faults;
mod files;
mod foreign;
mod fragment;
mod gate;
mod gateway;
mod impossible;
mod instead;
mod jobs;
mod keys;
mod known_names;
mod laws;
mod load;
mod manage;
mod memory;
mod method;
mod mode_parts;
mod modes;
mod money;
mod months;
mod node;
mod objective;
mod offers;
mod overlay;
mod parts;
mod paths;
mod patience;
mod plan;
mod promise;
mod rates;
mod reader;
mod scale_sets;
mod scenario;
mod schema;
pub mod script;
mod service;
mod sessions;
mod sets;
mod site_recovery;
mod slow_start;
mod spread;
mod syntax;
mod templates;
mod tiers;
mod timeline;
mod tries;
mod units;
mod until;
mod values;
mod watched;
mod waves;
mod what_if;
mod whose;
mod world;

pub use arrivals::{Arrivals, Course, Daily, Surge};
pub use choices::{CHOICES_MAX, choices};
pub use codes::{CODES, Code, find_code};
pub use diagnostic::{Diagnostic, Diagnostics, Severity, nearest};
pub use doubts::Doubts;
pub use explain::{explain, nearest_topic, topics};
pub use files::nearest_file;
pub use foreign::no_experiment;
pub use fragment::check_modes;
pub use gate::Gate;
pub use keys::{Default, Key, Kind, keys};
pub use load::{FILE_BYTES_MAX, load, load_plan, load_with, parse, parse_with};
pub use money::{Money, Rates, standbys_unpriced, unpriced_in_words};
pub use plan::{Impossible, Plan, PlanCandidate, PlanChoice, Price};
pub use scenario::{
    Assumptions, CalendarStart, FaultSource, HalfWidth, Hypothesis, Member, Scenario, ScriptRow, SecurityRule, Target,
    TraceColumns, Until, Window,
};
pub use schema::schema;
pub use templates::{template, template_names};
pub use units::{duration as parse_duration, duration_words};
pub use what_if::{Kept, WhatIf};
pub use zonefall_azure::limits::Orchestration;

#[cfg(test)]
mod agreement_tests;
