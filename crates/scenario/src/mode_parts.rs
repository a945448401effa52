//! The parts of a failure mode that are tables of their own. Each answers `None` if it told a mistake.

use crate::diagnostic::Sink;
use crate::laws;
use crate::modes::{Given, table_or_off};
use crate::node::Value;
use crate::reader::Reader;
use crate::units::Ratio;
use crate::values::wrong_type;
use zonefall_faults::{ControlPlaneHit, Effect, Mode, Predicted, Recovery, Repeat, Share, Staged, Surge};

/// `"down"`, `"frozen"`, `"evicted"`, `"unhealthy"` (the last two not in scripts) or `{ degraded = 0.5 }`; the inner `None` where the file is silent. Also for scripts and releases.
pub(crate) fn effect(reader: &Reader<'_>, path: &str, sink: &mut Sink) -> Option<Option<Effect>> {
    let Some(node) = reader.node("effect", sink) else { return Some(None) };
    let inner = match path {
        "script[]" => "script[].effect",
        "release[]" => "release[].effect",
        _ => "faults.mode.<name>.effect",
    };
    match &node.value {
        Value::Text(_) => reader.choice("effect", sink).map(|word| match word {
            "frozen" => Some(Effect::Frozen),
            "evicted" => Some(Effect::Evicted),
            "unhealthy" => Some(Effect::Unhealthy),
            _ => Some(Effect::Down),
        }),
        Value::Table(_) => {
            let table = Reader::new(&node, inner, sink);
            if !table.has("degraded") {
                table.missing("degraded", "effect = { degraded = 0.5 }", sink);
            }
            table.number("degraded", sink).map(|part| Some(Effect::Degraded((part * 1000.0).round() as u32)))
        }
        _ => wrong_type(&node, "effect", "a word such as \"down\", or { degraded = 0.5 }", sink),
    }
}

/// The inner `None` where the file is silent. Also for scripts.
pub(crate) fn recovery(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<Recovery>> {
    if !reader.has("recovery") {
        reader.node("recovery", sink);
        return Some(None);
    }
    reader.choice("recovery", sink).map(|word| match word {
        "boot" => Some(Recovery::Boot),
        "warm-up" => Some(Recovery::WarmUp),
        _ => Some(Recovery::Reachable),
    })
}

/// A share that must be said.
fn required(reader: &Reader<'_>, key: &str, help: &str, sink: &mut Sink) -> Option<f64> {
    if !reader.has(key) {
        reader.missing(key, help, sink);
    }
    reader.share(key, sink).map(Ratio::as_f64)
}

pub(crate) fn share(mode: &mut Mode, reader: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    let Some(table) = reader.sub("share", "faults.mode.<name>.share", sink) else { return Some(()) };
    let whole = if table.has("whole") {
        table.share("whole", sink).map(Ratio::as_f64)
    } else {
        Some(if table.has("low") || table.has("high") { 0.0 } else { 1.0 })
    };
    let (low, high) = (table.share("low", sink), table.share("high", sink));
    mode.share = Share { whole: whole?, low: low?.as_f64(), high: high?.as_f64() };
    Some(())
}

pub(crate) fn staged(mode: &mut Mode, reader: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    match table_or_off(reader, "staged", "faults.mode.<name>.staged", sink) {
        Given::Absent => {}
        Given::Off => mode.staged = None,
        Given::Said(table) => {
            let (main, tail) = (table.share("main", sink), table.number("tail", sink));
            mode.staged = Some(Staged { main: main?.as_f64(), tail: tail? });
        }
    }
    Some(())
}

pub(crate) fn restart(mode: &mut Mode, reader: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    if reader.is_off("restart") {
        mode.restart = None;
        return Some(());
    }
    let law = laws::law(reader, "restart", sink);
    if reader.has("restart") {
        mode.restart = Some(law?);
    }
    Some(())
}

pub(crate) fn repeat(mode: &mut Mode, reader: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    match table_or_off(reader, "repeat", "faults.mode.<name>.repeat", sink) {
        Given::Absent => {}
        Given::Off => mode.repeat = None,
        Given::Said(table) => {
            if !table.has("factor") {
                table.missing("factor", "repeat = { factor = 20, within = \"7 days\" }", sink);
            }
            let (factor, within) = (table.number("factor", sink), table.span_of_time("within", sink));
            mode.repeat = Some(Repeat { factor: factor?, within_ms: within?.as_ms() as f64 });
        }
    }
    Some(())
}

pub(crate) fn predicted(mode: &mut Mode, reader: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    match table_or_off(reader, "predicted", "faults.mode.<name>.predicted", sink) {
        Given::Absent => {}
        Given::Off => mode.predicted = None,
        Given::Said(table) => {
            let share = required(&table, "share", "predicted = { share = 0.5 }", sink);
            let (pause, lead) = (laws::law(&table, "pause", sink), laws::law(&table, "lead", sink));
            mode.predicted = Some(Predicted { share: share?, pause: pause?, lead: lead? });
        }
    }
    Some(())
}

pub(crate) fn control_plane(mode: &mut Mode, reader: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    match table_or_off(reader, "control_plane", "faults.mode.<name>.control_plane", sink) {
        Given::Absent => {}
        Given::Off => mode.control_plane = None,
        Given::Said(table) => {
            let example = "control_plane = { probability = 0.26, outage = \"3 h\" }";
            let probability = required(&table, "probability", example, sink);
            if !table.has("outage") {
                table.missing("outage", example, sink);
            }
            let outage = laws::law(&table, "outage", sink);
            mode.control_plane = Some(ControlPlaneHit { probability: probability?, outage: outage? });
        }
    }
    Some(())
}

pub(crate) fn surge(mode: &mut Mode, reader: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    match table_or_off(reader, "surge", "faults.mode.<name>.surge", sink) {
        Given::Absent => {}
        Given::Off => mode.surge = None,
        Given::Said(table) => {
            let (least, greatest) = (table.share("least", sink), table.share("greatest", sink));
            mode.surge = Some(Surge { least: least?.as_f64(), greatest: greatest?.as_f64() });
        }
    }
    Some(())
}

pub(crate) fn crews(mode: &mut Mode, reader: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    if reader.is_off("crews") {
        mode.crews = None;
        return Some(());
    }
    let crews = reader.count("crews", sink);
    if reader.has("crews") {
        mode.crews = Some(crews? as u32);
    }
    Some(())
}
