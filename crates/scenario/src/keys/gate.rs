//! Keys of the gate: what a pipeline asks of the results.

use super::Key;
use super::Kind::{Choice, Duration, Flag, List, Share, Table, Text};
use super::fleet::DESIGNS_MAX;

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "gate",
        Table,
        "What `run --gate` asks of the results: exit code 4 if a condition is missed, 5 if one is not resolved, else 0.",
    ),
    Key::new("gate.designs", List(&Text, DESIGNS_MAX), "The designs that are asked; all of them where it is absent."),
    Key::new("gate.average", Flag, "Their mean availability has to meet the target.").or("true"),
    Key::new("gate.windows", Flag, "Enough of their windows have to meet the target (`slo.confidence`). If `[gate]` asks for that, `plan --gate` asks it of the answer, too.").or("true"),
    Key::new(
        "gate.downtime_max",
        Duration,
        "Their mean downtime a month of 30 days has to be at most this; missed if the whole interval is above it.",
    ),
    Key::new(
        "gate.batches_by_deadline",
        Share,
        "At least this share of the batches of `[jobs]`, say of nights, has to be complete by its deadline; missed if the whole \
         interval is below it.",
    ),
    Key::new(
        "gate.no_worse",
        Flag,
        "None of them may have more downtime than the first design, on the same storms. Missed if the whole interval of the \
         difference is above `no_worse_margin`, met if it is at most that or the two are the same in every trial.",
    )
    .or("false"),
    Key::new(
        "gate.no_worse_margin",
        Duration,
        "How much more downtime a month than the first design is still no worse. Two designs that differ but are equally good \
         are never told apart: with a margin they meet, in enough trials.",
    )
    .or("0 s"),
    Key::new(
        "gate.not_resolved",
        Choice(&["fail", "pass"]),
        "Whether a condition that the trials cannot decide fails the gate (exit code 5).",
    )
    .or("fail"),
];
