//! Scenario files.
mod codes;
mod diagnostic;
mod keys;
mod laws;
mod months;
mod node;
mod reader;
mod scenario;
mod timeline;
mod units;
mod world;
