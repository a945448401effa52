//! Keys of sessions: connections that last, each held by one machine.

use super::Key;
use super::Kind::{Count, Duration, Either, List, Number, Off, Table, Text};
use super::parts::PARTS_MAX;

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "sessions",
        Either(&[Table, Off]),
        "Connections that last, each held by one machine: a machine that dies, or is deleted or upgraded before it has drained, loses those it holds. One begins with a request that is served, on any of the machines that serve, evenly; none begins with one that is turned away, gives up or meets nobody. `false` in a design removes them.",
    )
    .overlay()
    .from("LB-04, LB-10"),
    Key::new("sessions.length", Duration, "How long a session lasts on average; lengths are exponential.").overlay(),
    Key::new(
        "sessions.requests",
        Number(1e-3, 1e9),
        "Requests that make one session, on average: at 600 req/s and 60 of them 10 sessions begin a second, as far as they are served.",
    )
    .overlay(),
    Key::new(
        "sessions.at_once",
        Count(1, 1_000_000_000),
        "In place of `requests`: as many want to begin all the time as keep up so many at once; of them begins the share of the demand that is served, or, without demand, all who meet a machine that is up and the components they need.",
    )
    .overlay(),
    Key::new(
        "sessions.parts",
        List(&Text, PARTS_MAX),
        "In a service of parts: the part whose machines hold the sessions, such as the front tier; where clients are sent from one to another by `[failover]`, one of each. They begin where clients are sent to, and stay where they are: open connections do not move. A component that fails breaks none, but none begins without it. May be left out where only one part has sets.",
    )
    .overlay()
    .from("TM-02"),
    Key::new(
        "sessions.patience",
        Duration,
        "How long a session outlives a machine that only pauses (`effect = \"frozen\"`): an idle one is dropped after 4 min; of one that sends, Windows gives up after 25 to 50 s, Linux after about 15 min.",
    )
    .or("4 min")
    .overlay()
    .from("LB-06, LB-11"),
];
