//! What happens to a managed set while a trial runs, in words, for `check`.

use zonefall_engine::{Law, SimDuration, SimTime};
use zonefall_fleet::ScaleSet;
use zonefall_fleet::management::{
    Action, Alert, Automatic, Bad, Change, EvictionPolicy, Lack, Management, Release, ReleaseKind, RepairAction,
    Rollback, Symptom, Trigger, Upgrades, Watch,
};
use zonefall_fleet::policy::spot::regular_target;
use zonefall_fleet::policy::upgrade::Mode;
use zonefall_fleet::policy::zone_balance::Balance;
use zonefall_scenario::duration_words;
use zonefall_topology::{Topology, ZoneId};

/// One line for what the platform does, then one for each change of the customer's and each release; none for a set that
/// never changes.
pub fn lines(set: &ScaleSet, topology: &Topology) -> Vec<String> {
    let Some(managed) = &set.management else { return Vec::new() };
    let platform = platform(set, managed);
    let changes = managed.changes.iter().map(|change| change_in_words(change, topology));
    let releases = managed.upgrades.iter().flat_map(|upgrades| &upgrades.releases).map(release_in_words);
    std::iter::once(platform.join(", ")).chain(changes).chain(releases).collect()
}

fn platform(set: &ScaleSet, managed: &Management) -> Vec<String> {
    let mut says = Vec::new();
    if managed.auto_placement.is_some() {
        says.push("zones chosen by the platform".to_owned());
    }
    if set.zones.len() > 1 {
        let strict = managed.balance.balance == Balance::Strict;
        says.push(if strict { "strict balance" } else { "best-effort balance" }.into());
    }
    if let Some(autoscale) = &managed.autoscale {
        let base = &autoscale.profiles[0];
        let others = match autoscale.profiles.len() - 1 {
            0 => String::new(),
            count => format!(", {count} more profiles"),
        };
        let by = match base.rules.len() {
            0 => "without a rule".to_owned(),
            1 => "by 1 rule".into(),
            count => format!("by {count} rules"),
        };
        says.push(format!("autoscaled {} to {} {by}{others}", base.minimum, base.maximum));
    }
    if let Some(upgrades) = managed.upgrades.as_ref().filter(|upgrades| !upgrades.releases.is_empty()) {
        says.push(upgrades_in_words(upgrades));
    }
    if managed.auto_zone_balance {
        says.push("automatic zone balance".into());
    }
    match (&managed.repairs, &managed.health) {
        (Some(repairs), Some(health)) => {
            let action = match repairs.action {
                RepairAction::Replace => "replaced",
                RepairAction::Reimage => "reimaged",
                RepairAction::Restart => "restarted",
            };
            let dead = health.dead_after.map_or("never".into(), |after| format!("after {}", duration_words(after)));
            says.push(format!(
                "ill machines {action} (a dead one counts as ill {dead}; grace {})",
                duration_words(repairs.grace)
            ));
        }
        _ => says.push("no repairs".into()),
    }
    if let Some(spot) = &managed.spot {
        let of = set.capacity - regular_target(set.capacity, spot.mix);
        let gone = match (spot.eviction, spot.restore) {
            (EvictionPolicy::Delete, _) => "deleted when evicted".into(),
            (_, None) => "deallocated when evicted, and not restored (spot.restore)".into(),
            (_, Some(limit)) => format!("deallocated when evicted, restored for {}", duration_words(limit)),
        };
        says.push(format!("{of} of {} Spot, {gone}", set.capacity));
    }
    if let Some(mix) = &managed.instance_mix {
        says.push(format!("{} sizes", mix.sizes.len()));
    }
    if let Some(pool) = &managed.standby {
        let state = if pool.running { "running" } else { "stopped" };
        says.push(format!("standby up to {} machines in all, {state}", pool.max_ready));
    }
    if managed.reserved_per_zone > 0 {
        says.push(format!("{} reserved in each zone", managed.reserved_per_zone));
    }
    if let Some(notice) = &managed.terminate_notice {
        says.push(format!("terminate notice {}", duration_words(notice.timeout)));
    }
    let flags = [
        (managed.overprovision.is_some(), "overprovisioned"),
        (managed.creation.resilient, "resilient create"),
        (managed.deletion.resilient, "resilient delete"),
        (managed.protection.from_scale_in.max(managed.protection.from_scale_set_actions) > 0, "some protected"),
        (managed.disks.data, "a data disk each"),
    ];
    says.extend(flags.into_iter().filter(|(on, _)| *on).map(|(_, words)| words.to_owned()));
    if managed.creation.failure > 0.0 {
        says.push(format!("{} of creations time out", percent(managed.creation.failure)));
    }
    says
}

fn change_in_words(change: &Change, topology: &Topology) -> String {
    let when = match &change.trigger {
        Trigger::At { at, every: None } => format!("at {}", instant(*at)),
        Trigger::At { at, every: Some(every) } => format!("at {} and every {}", instant(*at), duration_words(*every)),
        Trigger::ServingBelow { machines, lasting, react } => {
            format!("when fewer than {machines} serve for {}, {} later", duration_words(*lasting), length(react))
        }
        Trigger::Alert(alert) => alert_in_words(alert),
    };
    let retry = match (&change.trigger, change.retry) {
        (_, Some(retry)) => format!(", again every {} until done", duration_words(retry)),
        // People may be refused, and a runbook without `retry` leaves it at that.
        (Trigger::Alert(_), None) => ", tried once".into(),
        _ => String::new(),
    };
    let back = change.back_after.map_or(String::new(), |after| format!(", taken back {} after", duration_words(after)));
    format!("{when}: {}{retry}{back}", action(&change.action, topology))
}

/// What of machines is missing.
pub(crate) fn lack(of: Lack) -> String {
    match of {
        Lack::ServingBelow(machines) => format!("fewer than {machines} serve"),
        Lack::CapacityLost(milli) => format!("{} % of the capacity is lost", f64::from(milli) / 10.0),
    }
}

fn alert_in_words(alert: &Alert) -> String {
    let Alert { watch, lasting, notice, act, office, success, waits } = alert;
    let what = match watch {
        Watch::Lacks(of) => lack(*of),
        Watch::Missed => "the objective is missed".into(),
    };
    let office = match office.as_ref().map(|office| &office.notice_outside) {
        None => String::new(),
        Some(None) => " in hours of work (nobody notices outside of them)".into(),
        Some(Some(later)) => format!(" in hours of work ({} outside of them)", length(later)),
    };
    let luck = if *success < 1.0 { format!(", works {} of the time", percent(*success)) } else { String::new() };
    let out = if *waits { "waits" } else { "fails" };
    format!(
        "when {what} for {}, noticed {} later{office} and acted on {} after{luck} ({out} while the control plane is out)",
        duration_words(*lasting),
        length(notice),
        length(act)
    )
}

fn release_in_words(release: &Release) -> String {
    let Release { name, kind, at, every, bad } = release;
    let kind = match kind {
        ReleaseKind::Image => "image",
        ReleaseKind::Extension => "extension",
        ReleaseKind::Application => "application",
    };
    let every = every.as_ref().map_or(String::new(), |every| format!(" and every {}", length(every)));
    let bad = bad.as_ref().map_or(String::new(), bad_in_words);
    format!("at {}{every}: {kind} `{name}` released{bad}", instant(*at))
}

fn bad_in_words(bad: &Bad) -> String {
    let Bad { probability, symptom, after, rollback } = bad;
    let symptom = match symptom {
        Symptom::Down => "down".to_owned(),
        Symptom::Degraded(milli) => format!("at {} %", f64::from(*milli) / 10.0),
    };
    let rollback = match rollback {
        None => "nobody rolls it back".to_owned(),
        Some(Rollback { notice, act }) => {
            format!("rolled back by the operator, noticed {} later, ordered {} after", length(notice), length(act))
        }
    };
    format!(", bad in {}: a machine is {symptom} after {} of it; {rollback}", percent(*probability), length(after))
}

/// How the set takes its releases.
fn upgrades_in_words(upgrades: &Upgrades) -> String {
    let policy = &upgrades.policy;
    let mode = match policy.mode {
        Mode::Manual => "manual upgrades".to_owned(),
        Mode::Automatic => "upgrades of all machines at once".into(),
        Mode::Rolling => {
            format!("rolling upgrades by {} %, {} between batches", policy.rolling.batch, duration_words(policy.pause))
        }
    };
    let by_itself = |kind: &str, automatic: &Option<Automatic>| {
        automatic.map_or(String::new(), |of| format!(", {kind} by the platform by {} %", of.rolling.batch))
    };
    let surge = if policy.max_surge { ", new machines before old ones go" } else { "" };
    let drain = policy.drain > SimDuration::ZERO;
    let drain = if drain { format!(", after a drain of {}", duration_words(policy.drain)) } else { String::new() };
    let images = by_itself("images", &policy.automatic_os);
    format!("{mode}{surge}{drain}{images}{}", by_itself("extensions", &policy.automatic_extension))
}

pub fn percent(share: f64) -> String {
    format!("{} %", (share * 1e6).round() / 1e4)
}

fn instant(at: SimTime) -> String {
    duration_words(at.since(SimTime::ZERO))
}

/// A law's mean to three digits.
pub fn length(law: &Law) -> String {
    let ms = law.mean_ms();
    if ms == 0.0 {
        return "0 s".into();
    }
    let units = [(86_400_000.0, "days"), (3_600_000.0, "h"), (60_000.0, "min"), (1000.0, "s")];
    let (unit, word) = units.into_iter().find(|(unit, _)| ms >= *unit).unwrap_or((1.0, "ms"));
    let value = ms / unit;
    let places = if value >= 100.0 {
        1.0
    } else if value >= 10.0 {
        10.0
    } else {
        100.0
    };
    let words = format!("{} {word}", (value * places).round() / places);
    if matches!(law.shape(), zonefall_engine::Shape::Constant(_)) { words } else { format!("{words} on average") }
}

fn action(action: &Action, topology: &Topology) -> String {
    let place = |zone: &Option<ZoneId>| zone.map_or(String::new(), |zone| format!(" in {}", topology.zone_name(zone)));
    match action {
        Action::Capacity(capacity) => format!("capacity {capacity}"),
        Action::Zones(zones) => {
            let names: Vec<String> = zones.iter().map(|&zone| topology.zone_name(zone)).collect();
            format!("zones {}", names.join(", "))
        }
        Action::Delete { zone, count } => format!("{count} deleted{}", place(zone)),
        Action::Attach { zone, count } => format!("{count} attached{}", place(zone)),
        Action::Detach { zone, count } => format!("{count} detached{}", place(zone)),
        Action::Deallocate(count) => format!("{count} deallocated"),
        Action::Start => "deallocated machines started".into(),
        Action::ReplaceFailed => "machines that failed to be created replaced".into(),
        Action::ResumeRepairs => "repairs resumed".into(),
        Action::ForceDetach => "data disks in dark zones detached by force and attached elsewhere".into(),
        Action::StopRollout => "the rollout stopped".into(),
        Action::RollBack => "the model from before brought back".into(),
    }
}
