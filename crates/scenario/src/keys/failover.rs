//! Keys of failover between the alternatives of a part.

use super::Key;
use super::Kind::{Choice, Count, Duration, Either, Flag, Law, Share, Table};

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "part.<name>.failover",
        Table,
        "How clients come to one of the alternatives of `any`, of which the first is preferred. Without it whichever holds serves all of them at once.",
    )
    .overlay()
    .from("DR-07"),
    Key::new(
        "part.<name>.failover.by",
        Choice(&["traffic-manager", "front-door", "global-load-balancer", "operator"]),
        "Who notices that an alternative is gone, and sends clients elsewhere: by probes as that service has them, or an operator after `detection`.",
    )
    .or("traffic-manager")
    .overlay()
    .from("AFD-01, LB-08, TM-01"),
    Key::new(
        "part.<name>.failover.standby",
        Choice(&["active", "hot", "warm", "cold", "site-recovery", "backup"]),
        "What the other alternatives do until they are needed. Active: all serve an even share of the clients. The others decide how long they take (`decision`, `ready`), when one fails back, and how old their data is. Their machines are simulated all the time.",
    )
    .or("active")
    .overlay()
    .from("DR-01, DR-02, DR-05, DR-07"),
    Key::new(
        "part.<name>.failover.detection",
        Law,
        "From the failure until it is noticed, in place of probes; needed with an operator. That it is back is noticed at once.",
    )
    .overlay()
    .from("DR-04"),
    Key::new(
        "part.<name>.failover.probe_interval",
        Duration,
        "Time between probes. Without it: Traffic Manager and Front Door 30 s, global load balancer 5 s.",
    )
    .overlay()
    .from("AFD-01, LB-08, TM-01"),
    Key::new(
        "part.<name>.failover.probe_timeout",
        Duration,
        "How long an unanswered probe takes to count as failed. Without it: Traffic Manager 10 s, Front Door 30 s, global load balancer 5 s.",
    )
    .overlay()
    .from("AFD-02, LB-08, TM-01"),
    Key::new(
        "part.<name>.failover.failures",
        Count(1, 100),
        "Failed probes that take an alternative out. Without it: Traffic Manager 4 (3 tolerated), Front Door 2, global load balancer 1.",
    )
    .overlay()
    .from("AFD-02, TM-01"),
    Key::new(
        "part.<name>.failover.successes",
        Count(1, 100),
        "Successful probes that bring it back. Without it: Front Door 3, others 1.",
    )
    .overlay()
    .from("AFD-02, TM-01"),
    Key::new(
        "part.<name>.failover.time_to_live",
        Duration,
        "Each client keeps the old answer for what is left of this time, so clients leave a dead alternative evenly over it. Traffic Manager, without it: 60 s.",
    )
    .or("0 s")
    .overlay()
    .from("TM-02"),
    Key::new(
        "part.<name>.failover.decision",
        Law,
        "From the detection until somebody decides to fail over. Without it: cold, Site Recovery and backup 30 min, others at once.",
    )
    .overlay()
    .from("DR-04"),
    Key::new(
        "part.<name>.failover.ready",
        Law,
        "From the decision until the standby can serve. Without it: hot 0 to 2 min, warm 5 to 20 min, cold 1 to 8 h, Site Recovery median 15 min, backup 2 to 8 h.",
    )
    .overlay()
    .from("DR-02, DR-05, DR-07"),
    Key::new(
        "part.<name>.failover.reserved",
        Flag,
        "Whether capacity is reserved where a warm, cold, Site Recovery or backup standby needs it. Else it may not be there.",
    )
    .or("false")
    .overlay()
    .from("DR-03"),
    Key::new(
        "part.<name>.failover.capacity_chance",
        Share,
        "The chance that capacity is there where it is not reserved, each time it is asked for.",
    )
    .or("90%")
    .overlay()
    .from("DR-03; assumed, by IN-07"),
    Key::new("part.<name>.failover.retry", Law, "How long after a refusal it is asked for again.")
        .or("30 min")
        .overlay()
        .from("assumed"),
    Key::new(
        "part.<name>.failover.fail_back",
        Either(&[Law, Choice(&["never"])]),
        "How long after an alternative is known to be back clients return to it. Without it: hot at once, warm 1 h, others a day.",
    )
    .overlay()
    .from("DR-04; times assumed"),
    Key::new(
        "part.<name>.failover.recovery_point",
        Law,
        "How old the data is that the standby begins with, lost at each failover (`data_lost_h`). Without it: Site Recovery 0 to 5 min, backup 0 to 24 h, others nothing.",
    )
    .overlay()
    .from("DR-01, DR-05"),
    Key::new(
        "part.<name>.failover.clients",
        Share,
        "The part holds while at least this share of its clients is at an alternative that holds.",
    )
    .or("99%")
    .overlay(),
];
