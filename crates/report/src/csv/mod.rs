//! The CSV files: RFC 4180 (CRLF), UTF-8, a header row, units in the names of columns.
//!
//! A file is a list of fields; a field knows its name, unit, meaning and how to read its cell from a row. The data
//! dictionary is made from the same fields, so a column cannot exist without being explained.

mod answers;
mod assumptions;
mod bounded;
mod cell;
mod designs;
mod fits;
mod frontier;
mod importance;
mod jobs;
mod latency;
mod money;
mod plan;
mod sessions;
mod sheet;
mod tables;
mod timeline;

pub(crate) use answers::{comparison, sweep};
pub(crate) use assumptions::assumptions;
pub(crate) use bounded::Bounded;
pub(crate) use cell::Cell;
pub use cell::CsvLocale;
pub(crate) use designs::designs;
pub(crate) use fits::fits;
pub(crate) use frontier::frontier;
pub(crate) use importance::importance;
pub(crate) use jobs::jobs;
pub(crate) use latency::latency;
pub(crate) use money::{credits, money};
pub(crate) use plan::{plan, plan_columns};
pub(crate) use sessions::sessions;
pub(crate) use sheet::{Column, Sheet};
pub(crate) use tables::{causes, causes_of, dictionary, differences, evidence, losses, operations, trials, windows};
pub(crate) use timeline::timeline;
