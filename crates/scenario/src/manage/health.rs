//! Health monitoring and automatic repairs.

use crate::codes;
use crate::diagnostic::Sink;
use crate::node::{Node, Value};
use crate::reader::Reader;
use crate::values::wrong_type;
use zonefall_azure::limits::{HealthProbes, HealthSources};
use zonefall_engine::SimDuration;
use zonefall_fleet::LoadBalancer;
use zonefall_fleet::management::{Health, RepairAction, Repairs};
use zonefall_fleet::policy::health::{HealthSource, dead_after, default_grace};

/// What is said of health, in Azure's terms and in the fleet's.
pub(crate) struct Told {
    pub sources: HealthSources,
    pub probes: HealthProbes,
    pub health: Health,
}

/// The outer `None` is a mistake, the inner one no monitoring.
pub(crate) fn health(reader: &Reader<'_>, balancer: Option<&LoadBalancer>, sink: &mut Sink) -> Option<Option<Told>> {
    let Some(reader) = reader.sub_or_off("health", "scale_set.<name>.health", sink) else { return Some(None) };
    let sources = sources(&reader, balancer.is_some(), sink);
    let rich = reader.flag("rich", sink);
    let protocol = reader.optional("protocol", sink, Reader::choice);
    let path = reader.optional("request_path", sink, Reader::text);
    let interval = reader.span_of_time("interval", sink);
    let probes = reader.count("probes", sink);
    let grace = reader.optional("grace", sink, Reader::duration);
    let dead = reader.optional("dead_after", sink, Reader::duration);
    let dead_triggers = reader.flag("dead_vm_triggers_repair", sink);
    let (sources, path) = (sources?, path?);
    let http = protocol?.map_or(path.is_some(), |word| word != "tcp");
    let (mut interval, mut probes) = (interval?, probes? as u32);
    let mut timeout = interval;
    if let (true, Some(balancer)) = (sources.load_balancer, balancer) {
        interval = if reader.has("interval") { interval } else { balancer.interval };
        probes = if reader.has("probes") { probes } else { balancer.unhealthy_threshold };
        timeout = balancer.timeout;
    }
    let usual_grace = default_grace(interval, probes);
    let grace = grace?.unwrap_or(usual_grace);
    let source = match (sources.load_balancer, rich?, http) {
        (true, ..) => HealthSource::LoadBalancerProbe,
        (false, false, _) => HealthSource::Binary,
        (false, true, true) => HealthSource::RichHttp,
        (false, true, false) => HealthSource::RichTcp,
    };
    // HM-07: an extension cannot report the death of its machine; a load balancer's probe finds it by itself.
    let usual_dead = if sources.load_balancer {
        SimDuration::from_ms(interval.as_ms() * u64::from(probes.saturating_sub(1))).plus(timeout)
    } else {
        dead_after(interval)
    };
    let dead = dead?.unwrap_or(usual_dead);
    Some(Some(Told {
        sources,
        probes: HealthProbes {
            interval_ms: interval.as_ms(),
            probes,
            grace_ms: grace.as_ms(),
            http,
            has_path: path.is_some(),
        },
        health: Health { source, interval, probes, grace, dead_after: dead_triggers?.then_some(dead) },
    }))
}

/// One source, or a list of them (which Azure refuses).
fn sources(reader: &Reader<'_>, has_load_balancer: bool, sink: &mut Sink) -> Option<HealthSources> {
    let node = reader.node("source", sink)?;
    let words: Vec<String> = match &node.value {
        Value::List(items) => {
            let texts = items.iter().map(|item| match &item.value {
                Value::Text(text) => Some(text.clone()),
                _ => wrong_type(item, "source", "\"extension\" or \"load-balancer\"", sink),
            });
            texts.collect::<Option<_>>()?
        }
        _ => vec![reader.choice("source", sink)?.to_owned()],
    };
    if let Some(word) = words.iter().find(|word| !["extension", "load-balancer"].contains(&word.as_str())) {
        let told = format!("`source` must be \"extension\" or \"load-balancer\", not \"{word}\"");
        sink.error(codes::CHOICE, &node.span, told).nearest(word, ["extension", "load-balancer"]);
        return None;
    }
    let has = |word: &str| words.iter().any(|other| other == word);
    Some(HealthSources { extension: has("extension"), load_balancer: has("load-balancer"), has_load_balancer })
}

const REPAIRS: &str = "scale_set.<name>.repairs";

/// AR, AZ-03: what is repaired where automatic zone balance turns repairs on, as if the table stood there without a key.
pub(crate) fn usual_repairs(sink: &mut Sink) -> Option<Repairs> {
    repairs_of(&Reader::new(&Node::empty_table(), REPAIRS, sink), sink)
}

/// The outer `None` is a mistake, the inner one no repairs.
pub(crate) fn repairs(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<Repairs>> {
    let Some(reader) = reader.sub_or_off("repairs", REPAIRS, sink) else { return Some(None) };
    repairs_of(&reader, sink).map(Some)
}

fn repairs_of(reader: &Reader<'_>, sink: &mut Sink) -> Option<Repairs> {
    let action = reader.choice("action", sink);
    let grace = reader.duration("grace", sink);
    let dwell = reader.duration("dwell", sink);
    let tick = reader.duration("tick", sink);
    let suspend = reader.count("suspend_after", sink);
    Some(Repairs {
        action: action_of(action?),
        grace: grace?,
        dwell: dwell?,
        tick: tick?,
        suspend_after: suspend? as u32,
    })
}

fn action_of(word: &str) -> RepairAction {
    match word {
        "reimage" => RepairAction::Reimage,
        "restart" => RepairAction::Restart,
        _ => RepairAction::Replace,
    }
}
