//! Workloads W1, W2, W4 and W6, the managed fleet, autoscaled ones, their rivals, and the pins of their event counts.
//!
//! What lives here: the bare loop ([`bare`]), W1 in our engine ([`repair_shop`]), the fleet workloads as ordinary
//! studies ([`workloads`], [`managed`], [`autoscale`]), rivals as subprocesses ([`peers`]), clocks and memory ([`measure`]), interleaved rounds
//! and their table ([`rounds`]), and the counts that a deterministic run must reproduce ([`pins`]). Nothing here is
//! used by the program itself.
//!
//! Every figure is a ratio or a rate within one run; rivals take turns, and the median of the rounds counts.

pub mod autoscale;
pub mod bare;
pub mod managed;
pub mod measure;
pub mod peers;
pub mod pins;
pub mod repair_shop;
pub mod rounds;
pub mod workloads;
