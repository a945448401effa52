//! The rules of the real system as pure functions over small read-only views: no luck, no clock of their own, and no state but what a
//! rule itself counts (`gateway::Growth`, `repair::Streak`), which the world keeps.
//!
//! One rule family a file; each rule carries its id in the documentation and in the name of its test.

pub mod allocation;
pub mod auto_zone_balance;
pub mod autoscale;
pub mod blip;
pub mod disk;
pub mod fault_domain;
pub mod gateway;
pub mod health;
pub mod instance_mix;
pub mod maintenance;
pub mod overprovision;
pub mod placement_group;
pub mod repair;
pub mod resilient;
pub mod retry;
pub mod router;
pub mod scale_in;
pub mod session;
pub mod spot;
pub mod standby;
pub mod upgrade;
pub mod zone_balance;
pub mod zone_placement;
