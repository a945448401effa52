//! What a design does about lost parts, planned maintenance and sessions, and what it stands before, in words, for `check`.

use crate::managed::{lack, length, percent};
use crate::understood::milli;
use zonefall_fleet::maintenance::Maintenance;
use zonefall_fleet::{ALL_CLIENTS, Alarm, Design, Failover, Pattern, Sight, Standby, Structure};
use zonefall_scenario::duration_words;

/// One line for each failover group, under its name.
pub fn failovers(design: &Design) -> Vec<(String, String)> {
    let Some(service) = design.structure() else { return Vec::new() };
    let line = |of: &Failover| (service.nodes[of.node as usize].name.clone(), failover(service, of));
    service.failovers.iter().map(line).collect()
}

fn failover(service: &Structure, of: &Failover) -> String {
    let name = |part: &u32| service.nodes[*part as usize].name.clone();
    let names: Vec<String> = service.parts_of(of.node as usize).iter().map(name).collect();
    let serves = match &of.pattern {
        Pattern::ActiveActive { weights } => {
            let weights: Vec<String> = weights.iter().map(u32::to_string).collect();
            format!("{} serve at once, by weights {}", names.join(" and "), weights.join(" and "))
        }
        Pattern::Standby(standby) => format!("{} serves, else {}", names[0], standing_by(&names[1..], standby)),
    };
    let seen = match &of.sight {
        Sight::Probes(probes) => format!(
            "an outage shows after {} failed probes, one every {}",
            probes.unhealthy_threshold,
            duration_words(probes.interval)
        ),
        Sight::Laws { out, .. } => format!("an outage shows after {}", length(out)),
    };
    let missed = match ALL_CLIENTS.saturating_sub(of.clients_least) {
        0 => "any client is".into(),
        more => format!("more than {} % of clients are", f64::from(more) / 10_000.0),
    };
    let moves = duration_words(of.spread);
    format!("{serves}; {seen}; clients move within {moves}; missed while {missed} sent to one that does not hold")
}

fn standing_by(others: &[String], of: &Standby) -> String {
    let mut says = vec![format!("{} ({} % runs)", others.join(", then "), f64::from(of.standing_milli) / 10.0)];
    if let Some(operator) = &of.operator {
        says.extend(operator.alarm.map(alarm));
        says.push(format!("noticed by people in {}, ordered in {}", length(&operator.notice), length(&operator.act)));
        if operator.success < 1.0 {
            says.push(format!("which works {} of the time", percent(operator.success)));
        }
        if of.needs_control_plane && !operator.waits {
            says.push("and fails while the control plane is out".into());
        }
    }
    says.extend(getting_ready(of));
    says.push(if of.failback.is_some() { "with failback" } else { "without failback" }.into());
    says.join(", ")
}

/// From the order until all of it runs: nothing where all of it does already, and clients need not wait for it (DR-07).
fn getting_ready(of: &Standby) -> Vec<String> {
    let mut says = Vec::new();
    if of.sent_at_once {
        says.push("clients sent to it at once".into());
        if of.running_milli >= 1000 {
            says.push("all of it runs and nothing has to be created".into());
            return says;
        }
    }
    let all = if of.sent_at_once { "all of it " } else { "" };
    says.push(format!("{all}ready in {}", length(&of.ready)));
    if of.capacity_risk > 0.0 {
        says.push(format!("refused in {}", percent(of.capacity_risk)));
    }
    says
}

fn alarm(of: Alarm) -> String {
    format!("also when {} for {}", lack(of.lack), duration_words(of.lasting))
}

/// What a design does about maintenance; none where nothing is asked for.
pub fn maintenance(design: &Design) -> Option<String> {
    let Maintenance { health, events, self_service, sets } = design.maintenance.as_deref()?;
    let mut says = Vec::new();
    if let Some(stop) = health {
        let above = f64::from(stop.above_milli) / 10.0;
        let patience = duration_words(stop.patience);
        says.push(format!("waves stand still while more than {above} % are out, {patience} at most"));
    }
    if let Some(events) = events {
        let approves = if events.approves { ", then approved" } else { "" };
        says.push(format!("machines leave the rotation {} before{approves}", duration_words(events.preparation)));
    }
    if let Some(owner) = self_service {
        says.push(format!("the owner redeploys within {} ahead of restarts", duration_words(owner.window)));
    }
    for (set, of) in design.sets.iter().zip(sets) {
        if of.update_domains > 0 {
            says.push(format!("{} by {} update domains", set.name, of.update_domains));
        }
        if of.windows.is_some() {
            says.push(format!("{} in windows of its own", set.name));
        }
    }
    Some(if says.is_empty() { "machines are hit as they are".into() } else { says.join("; ") })
}

/// What becomes of sessions, and what lies behind the machines; none where neither is asked for.
pub fn service(design: &Design) -> Option<String> {
    let of = &design.service;
    let mut says = Vec::new();
    if let Some(sessions) = &of.sessions {
        let names = design.structure().map(|service| {
            let names = sessions.parts.iter().map(|&part| format!("`{}`", service.nodes[part as usize].name));
            format!(", held by {}", names.collect::<Vec<String>>().join(", "))
        });
        says.push(format!("sessions of {} on average{}", duration_words(sessions.length), names.unwrap_or_default()));
    }
    if let Some(drain) = of.drain {
        says.push(format!("machines that are to be deleted drain for {}", duration_words(drain)));
    } else if of.sessions.is_some() {
        says.push("no drain".into());
    }
    for set in &design.sets {
        if let Some(slow) = &set.slow_start {
            let capacity = f64::from(slow.capacity_milli) / 10.0;
            let name = if design.sets.len() > 1 { format!("machines of `{}`", set.name) } else { "machines".into() };
            says.push(format!("{name} that have just started serve {capacity} % for {}", length(&slow.time)));
        }
    }
    if let Some(ceiling) = &of.ceiling {
        says.push(format!("`{}` lets {} a second through", ceiling.name, milli(ceiling.capacity_milli)));
    }
    if let Some(gateway) = &of.gateway {
        let several = design.structure().filter(|service| service.has_several_entrances());
        let gateway_of = several.map_or("the gateway has", |_| "the gateway of each part that clients are sent to has");
        says.push(format!(
            "{gateway_of} {} to {} instances and lets up to {} a second through",
            gateway.least,
            gateway.most,
            milli(gateway.lets_through(gateway.most))
        ));
    }
    (!says.is_empty()).then(|| says.join("; "))
}
