//! How a set scales: balance of zones, scale-in, protection, notice before deletion, extra machines.

use crate::diagnostic::Sink;
use crate::laws;
use crate::reader::Reader;
use zonefall_fleet::management::{Protection, TerminateNotice};
use zonefall_fleet::policy::scale_in::{Order, ScaleInRules};
use zonefall_fleet::policy::zone_balance::{Balance, BalanceRules};

pub(crate) struct Scaling {
    /// Whether `zone_balance` is written.
    pub balance_is_written: bool,
    pub balance: BalanceRules,
    pub scale_in: ScaleInRules,
    pub force_deletion: bool,
    pub protection: Protection,
    pub notice: Option<TerminateNotice>,
    /// Whether more machines are started than asked, if the file says so.
    pub overprovision: Option<bool>,
    pub overprovision_percent: u32,
    pub auto_zone_balance: bool,
    /// DR-09: an older document's claim is followed.
    pub zone_self_healing: bool,
}

pub(crate) fn read(reader: &Reader<'_>, sink: &mut Sink) -> Option<Scaling> {
    let balance = balance(reader, sink);
    let scale_in = scale_in(reader, sink);
    let force_deletion = reader.flag("force_deletion", sink);
    let protection = protection(reader, sink);
    let notice = notice(reader, sink);
    let overprovision = reader.optional("overprovision", sink, Reader::flag);
    let percent = reader.count("overprovision_percent", sink);
    let auto = reader.flag("auto_zone_balance", sink);
    let heals = reader.flag("zone_self_healing", sink);
    Some(Scaling {
        balance_is_written: reader.has("zone_balance"),
        balance: balance?,
        scale_in: scale_in?,
        force_deletion: force_deletion?,
        protection: protection?,
        notice: notice?,
        overprovision: overprovision?,
        overprovision_percent: percent? as u32,
        auto_zone_balance: auto?,
        zone_self_healing: heals?,
    })
}

fn balance(reader: &Reader<'_>, sink: &mut Sink) -> Option<BalanceRules> {
    let balance = reader.optional("zone_balance", sink, Reader::choice);
    let atomicity = reader.choice("strict_atomicity", sink);
    let starved = reader.flag("starved_zone_counts_as_down", sink);
    let balance = if balance? == Some("strict") { Balance::Strict } else { Balance::BestEffort };
    Some(BalanceRules { balance, atomic: atomicity? == "all-or-nothing", starved_is_down: starved? })
}

fn scale_in(reader: &Reader<'_>, sink: &mut Sink) -> Option<ScaleInRules> {
    let order = reader.choice("scale_in_policy", sink);
    let unhealthy = reader.flag("prioritize_unhealthy", sink);
    let falls_back = reader.flag("protected_zone_fallback", sink);
    let order = match order? {
        "oldest" => Order::OldestFirst,
        "newest" => Order::NewestFirst,
        _ => Order::Default,
    };
    Some(ScaleInRules { order, prioritize_unhealthy: unhealthy?, falls_back: falls_back? })
}

fn protection(reader: &Reader<'_>, sink: &mut Sink) -> Option<Protection> {
    let Some(reader) = reader.sub_or_off("protection", "scale_set.<name>.protection", sink) else {
        return Some(Protection::default());
    };
    let scale_in = reader.count("scale_in", sink);
    let actions = reader.count("scale_set_actions", sink);
    let manual = reader.flag("manual", sink);
    Some(Protection { from_scale_in: scale_in? as u32, from_scale_set_actions: actions? as u32, from_manual: manual? })
}

/// The outer `None` is a mistake, the inner one no notice.
fn notice(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<TerminateNotice>> {
    let approval = if reader.has("terminate_approval") {
        laws::law(reader, "terminate_approval", sink).map(Some)
    } else {
        reader.node("terminate_approval", sink);
        Some(None)
    };
    if reader.is_off("terminate_notice") {
        return Some(None);
    }
    let timeout = reader.optional("terminate_notice", sink, Reader::duration)?;
    let approval = approval?;
    Some(timeout.map(|timeout| TerminateNotice { timeout, approval }))
}
