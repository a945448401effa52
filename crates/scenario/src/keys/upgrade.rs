//! Keys of upgrade policies and of releases.

use super::Key;
use super::Kind::{Choice, Count, Duration, Either, Flag, Law, Number, Off, Share, Table, Tables, Text};
use super::manage::set_key;

/// The most releases of a design.
pub(crate) const RELEASES_MAX: usize = 100;

macro_rules! release_key {
    ($name:literal, $kind:expr, $doc:literal, $source:literal) => {
        Key::new(concat!("release[].", $name), $kind, $doc).overlay().from($source)
    };
    ($name:literal, $kind:expr, $doc:literal, $default:expr, $source:literal) => {
        release_key!($name, $kind, $doc, $source).or($default)
    };
}

pub(super) const KEYS: &[Key] = &[
    set_key!("upgrade", Table, "The upgrade policy: how a `[[release]]` reaches the machines that exist.", "UP-02"),
    set_key!(
        "upgrade.mode",
        Choice(&["manual", "automatic", "rolling"]),
        "Machines that exist keep their model; all get the new one at once; or batch by batch, which needs `health`.",
        "manual",
        "UP-02"
    ),
    set_key!("upgrade.batch", Count(5, 100), "The most percent of the set in a batch, rounded down, at least one machine.", "20", "UP-01, UP-03").in_percent(),
    set_key!("upgrade.max_unhealthy", Count(5, 100), "With more percent of the set unhealthy, no batch begins and the rollout stops for good. At least `batch`.", "20", "UP-01, UP-04").in_percent(),
    set_key!("upgrade.max_unhealthy_upgraded", Count(0, 100), "With more percent of the upgraded machines unhealthy after a batch, the rollout stops for good.", "20", "UP-01, UP-04").in_percent(),
    set_key!(
        "upgrade.denominator",
        Choice(&["upgraded", "set"]),
        "Of what `max_unhealthy_upgraded` is a share. The pages contradict each other.",
        "upgraded",
        "UP-04"
    ),
    set_key!("upgrade.pause", Duration, "After a finished batch.", "0 s", "UP-01, UP-06"),
    set_key!("upgrade.health_wait", Duration, "How long a batch may take to be healthy; it is over as soon as it is.", "5 min", "UP-09"),
    set_key!("upgrade.cross_zone", Flag, "Whether a batch may cross zones. Without it zones go one at a time, in ascending order.", "false", "UP-05"),
    set_key!("upgrade.prioritize_unhealthy", Flag, "Whether unhealthy machines go first.", "false", "UP-06"),
    set_key!("upgrade.rollback_failed", Flag, "Whether machines that failed get their old model back when a rollout stops. Uniform only.", "false", "UP-11"),
    set_key!("upgrade.max_surge", Flag, "Whether new machines are made before old ones go, if quota and hardware are there; else in place.", "false", "UP-07"),
    set_key!("upgrade.drain", Duration, "For so long before a machine is taken for a new image or application it gets nothing new; what it holds goes on. Azure does not wait, but up to 15 min for an image where `osImageNotificationProfile` asks for it; for an application your own deployment has to.", "0 s", "MT-11"),
    set_key!("upgrade.automatic_os", Flag, "Whether images come by automatic OS upgrades: batch by batch, and a machine that is not healthy in time gets its old disk back.", "false", "UP-09"),
    set_key!("upgrade.automatic_extensions", Flag, "Whether extensions come by automatic upgrades, likewise.", "false", "UP-10"),
    set_key!("upgrade.automatic_rollback", Flag, "Whether automatic upgrades give the old disk or version back (`disableAutomaticRollback` turns it off).", "true", "UP-09"),
    set_key!("upgrade.use_rolling_policy", Flag, "Whether automatic upgrades take the limits of this policy; else 20 % each, no pause, no zones crossed.", "false", "UP-09"),
    set_key!(
        "upgrade.reimage_time",
        Law,
        "How long a machine is down for a new image, without warm-up. Not published.",
        "{ law = \"lognormal\", median = \"4 min\", sigma = 0.4 }",
        "UP-08"
    ),
    set_key!("upgrade.extension_time", Law, "How long an extension takes; nothing stops. Not published.", "1 min", "UP-08"),
    set_key!("upgrade.application_time", Law, "How long a machine is down for a new version of its application, without warm-up. Assumed.", "30 s", "UP-08"),
    Key::new("release[]", Tables(RELEASES_MAX), "What is released: the model of a set changes, new machines have it, and its `upgrade` policy brings it to the others. A design's own list takes the place of the base's.").overlay().from("UP-02"),
    release_key!("set", Text, "The scale set. May be left out where there is one.", ""),
    release_key!("name", Text, "What its luck is keyed by: a release of this name is bad in every design or in none. Without it: its set, its kind, and its place among such.", ""),
    release_key!("kind", Choice(&["image", "extension", "application"]), "What changes: the machine is reimaged, nothing stops, or the application restarts. A rollout of one kind waits for one of another; what takes a bad release back does not, and goes on with the other afterwards. No machine is changed before what is under way on it is done.", "image", "UP-08"),
    release_key!("at", Duration, "The first one.", ""),
    release_key!("every", Law, "From one to the next, at least 1 min on average. Without it there is one.", ""),
    release_key!("bad", Share, "Probability that a release is bad.", "2%", "FR-01"),
    release_key!("effect", Either(&[Choice(&["down"]), Table]), "What a bad release does to a machine: `\"down\"` or `{ degraded = 0.5 }`, which health does not see.", "down", "UP-12"),
    release_key!("effect.degraded", Number(0.0, 1.0), "What is left of the machine's capacity.", "UP-12"),
    release_key!("symptom_after", Law, "How long a machine runs a bad release until it shows; the same for all machines of a release. While anything holds the machine down, another bad release too, this time stands still; it begins anew when the machine is reimaged, replaced or restarted for a release or a repair.", "0 s", "UP-12"),
    release_key!("rollback", Either(&[Table, Off]), "What the operator does about a bad release; `false`: nothing.", "UP-13"),
    release_key!("rollback.notice", Law, "From the first symptom until somebody notices.", "{ law = \"uniform\", low = \"5 min\", high = \"10 min\" }", "UP-13"),
    release_key!("rollback.act", Law, "From then until the old model is ordered, which goes the way of the policy; by hand where that is manual.", "0 s", "UP-13"),
];
