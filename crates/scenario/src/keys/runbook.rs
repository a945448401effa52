//! Keys of runbooks: what an operator does when an alert goes off.

use super::Kind::{Choice, Count, Duration, Flag, Law, List, Share, Table, Tables, Text};
use super::change::CHANGES_MAX;
use super::fleet::MACHINES_MAX;
use super::{DAYS, Key};

macro_rules! runbook_key {
    ($name:literal, $kind:expr, $doc:literal) => {
        Key::new(concat!("runbook[].", $name), $kind, $doc).overlay()
    };
    ($name:literal, $kind:expr, $doc:literal, $default:expr) => {
        runbook_key!($name, $kind, $doc).or($default)
    };
}

pub(super) const KEYS: &[Key] = &[
    Key::new("runbook[]", Tables(CHANGES_MAX), "What the operator does when an alert goes off: each with `when` and one action. Without it nobody does anything, but for the operator of a `[[release]]` (`release.rollback`). A design's own list takes the place of the base's.").overlay().from("ZN-06"),
    runbook_key!("set", Text, "The scale set. May be left out where there is one."),
    runbook_key!("when", Table, "What the alert looks at: one of `capacity_lost`, `serving_below` and `objective`."),
    runbook_key!("when.capacity_lost", Share, "At least this share of the capacity that is asked for does not serve."),
    runbook_key!("when.serving_below", Count(1, MACHINES_MAX), "Fewer machines of the design than this serve."),
    runbook_key!("when.objective", Choice(&["missed"]), "The objective of the design does not hold."),
    runbook_key!("when.lasting", Duration, "For at least so long. Assumed.", "5 min"),
    runbook_key!("notice", Law, "From the alert until somebody has noticed. Assumed.", "{ law = \"lognormal\", median = \"5 min\", sigma = 0.7 }"),
    runbook_key!("act", Law, "From then until the action is ordered. Assumed.", "{ law = \"lognormal\", median = \"10 min\", sigma = 0.7 }"),
    runbook_key!("office", Table, "When people are there, by the calendar, which needs `start`; always without it."),
    runbook_key!("office.days", List(&DAYS, 7), "The days of a week; every day without it.", "[]"),
    runbook_key!("office.from", Text, "When they come: \"09:00\"."),
    runbook_key!("office.to", Text, "When they go: \"17:00\"; on the next day if it is earlier."),
    runbook_key!("office.time_zone", Text, "The IANA time zone of these hours; the scenario's without it."),
    runbook_key!("office.notice_outside", Law, "`notice` of somebody who is called outside of these hours; those who come when work begins may notice before. Without it only they do."),
    runbook_key!("success", Share, "Probability that the action does what it should.", "100%"),
    runbook_key!("control_plane", Choice(&["wait", "fail"]), "What becomes of an action while the control plane is out.", "wait"),
    runbook_key!("capacity", Count(0, MACHINES_MAX), "Sets the capacity."),
    runbook_key!("start", Flag, "Starts every deallocated machine."),
    runbook_key!("replace_failed", Flag, "Deletes the machines that failed to be created, and asks for others."),
    runbook_key!("resume_repairs", Flag, "Ends a suspension of repairs."),
    runbook_key!("force_detach", Flag, "Data disks of machines in dark zones are detached and attached to new machines elsewhere."),
    runbook_key!("stop_rollout", Flag, "Stops a rollout; what it has done stays. The way back from a bad version goes on."),
    runbook_key!("roll_back", Flag, "Brings the model from before the newest one back."),
    runbook_key!("retry", Duration, "If the action failed or did not reach its end, it is tried again after this time, of at least 1 min, as long as what set off the alert is so."),
    runbook_key!("back_after", Duration, "With `capacity`: the capacity from before is asked for again once the service would do without the more, and no zone was dark for so long."),
];
