//! Failover as it was designed: parts of a service, most often regions, of which some serve, and who sends clients where.
//!
//! Keys only; what happens is decided in `routing.rs` by the pure rules of `policy/router.rs`. In: what a scenario says,
//! checked. A part is healthy for whoever looks while it holds; machines that need a share of the demand are so while any of
//! them serves, for overload is nothing that a probe sees.

use crate::balancer::LoadBalancer;
use crate::management::{Lack, Office};
use zonefall_engine::{Law, SimDuration};

/// A share of all clients, in millionths: all of them.
pub const ALL_CLIENTS: u32 = 1_000_000;

/// How a router comes to know that a part is out, or back.
#[derive(Debug, Clone, PartialEq)]
pub enum Sight {
    /// By probes on one grid (TM-01): as a load balancer finds machines.
    Probes(LoadBalancer),
    /// After a draw of these laws.
    Laws {
        /// From failing until it is known.
        out: Law,
        /// From being healthy until that is known.
        back: Law,
    },
}

/// Who serves.
#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// All parts at once: clients are spread by weight over those that are not known to be out (AFD-03, TM-03).
    ActiveActive {
        /// The weight of each part; not all 0.
        weights: Vec<u32>,
    },
    /// One part at a time, the first that is healthy; the others stand by.
    Standby(Box<Standby>),
}

/// What has to happen before another part serves (DR-07), and before the first serves again (DR-04).
#[derive(Debug, Clone, PartialEq)]
pub struct Standby {
    /// People decide; the router does by itself without them.
    pub operator: Option<Operator>,
    /// From the decision until the standby is ready.
    pub ready: Law,
    /// Clients are sent over at the decision, not when it is ready (warm: what runs there serves meanwhile).
    pub sent_at_once: bool,
    /// What of its machines runs before it is ready, in thousandths; whole ones.
    pub running_milli: u32,
    /// What of its machines runs, and is paid for, while it stands by, in thousandths.
    pub standing_milli: u32,
    /// Getting ready needs the control plane of the standby's region, and waits for it while that is out (IN-04).
    pub needs_control_plane: bool,
    /// Probability that the region has no room when it gets ready (IN-07); 0 where capacity is reserved (DR-03).
    pub capacity_risk: f64,
    /// From being refused until it is tried again.
    pub capacity_retry: Law,
    /// DR-02: recovery within this is promised; longer ones are counted.
    pub promised: Option<SimDuration>,
    /// DR-01, DR-05: how old the newest copy of the data is when a part is lost for good and another takes over.
    pub recovery_point: Law,
    /// What is done when the first part is healthy again; nothing without it.
    pub failback: Option<Failback>,
}

/// People who decide (DR-04).
#[derive(Debug, Clone, PartialEq)]
pub struct Operator {
    /// From the router's view until somebody has noticed.
    pub notice: Law,
    /// From then until it is ordered.
    pub act: Law,
    /// When people are at their desks; always without it.
    pub office: Option<Office>,
    /// Probability that an order does what it should; one that does not is noticed, and given again.
    pub success: f64,
    /// Whether an order waits while the control plane that it needs is out; else it fails.
    pub waits: bool,
    /// What they see beside a part that is out; nothing without it.
    pub alarm: Option<Alarm>,
}

/// DR-04: the least time from an order that has failed until the next.
pub const ORDER_AGAIN_LEAST: SimDuration = SimDuration::from_ms(60_000);

/// A part of which machines still answer, but too few: no router sees it, people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alarm {
    /// What of its machines is looked at.
    pub lack: Lack,
    /// It goes off when it has been so for this long, and is over when it has not been so for as long.
    pub lasting: SimDuration,
}

/// Going back to the first part.
#[derive(Debug, Clone, PartialEq)]
pub struct Failback {
    /// From the first part being known to be healthy until it may serve again: protection is turned round, data flow back.
    pub after: Law,
    /// How long nobody is served while it is done.
    pub outage: Law,
    /// People start it, at their desks, once it may be.
    pub by_operator: bool,
}

/// A failover group: a node of the service whose parts stand in for each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Failover {
    /// The node, a group of alternatives.
    pub node: u32,
    /// Who serves.
    pub pattern: Pattern,
    /// How it is seen that a part is out or back.
    pub sight: Sight,
    /// Clients that are sent elsewhere go within this time, evenly: what is left of a time to live (TM-02), or the edges of
    /// a network that look each for themselves (AFD-02).
    pub spread: SimDuration,
    /// The group holds while at least so many clients, in millionths, are sent to parts that hold.
    pub clients_least: u32,
}

impl Failover {
    /// What people who decide see beside parts that are out.
    pub fn alarm(&self) -> Option<Alarm> {
        match &self.pattern {
            Pattern::Standby(standby) => standby.operator.as_ref()?.alarm,
            Pattern::ActiveActive { .. } => None,
        }
    }

    /// "all clients", "at least 90 % of clients".
    pub fn clients_in_words(&self) -> String {
        match self.clients_least {
            ALL_CLIENTS => "all clients".into(),
            least => format!("at least {} % of clients", f64::from(least) / 10_000.0),
        }
    }
}
