//! Failure modes: what the file changes in the profile, and what it adds.

use crate::codes;
use crate::diagnostic::{Sink, nearest};
use crate::laws;
use crate::mode_parts::{control_plane, crews, effect, predicted, recovery, repeat, restart, share, staged, surge};
use crate::rates::rate_spread;
use crate::reader::Reader;
use crate::units::{MS_PER_YEAR, RateText};
use std::ops::Range;
use zonefall_engine::Law;
use zonefall_faults::{Clock, Confidence, Kind, Mode, Outage, Profile, Scope, Start, UNIT_MODES_MAX};

/// The most modes of a profile.
const MODES_MAX: usize = 200;
/// The path of a mode in the table of keys.
pub(crate) const PATH: &str = "faults.mode.<name>";

/// The profile with the file's modes in it, and where the file says something of each.
pub(crate) fn apply(profile: &mut Profile, faults: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    let named = faults.named("mode", sink);
    let mut fine = true;
    for (name, span, node) in &named {
        let reader = Reader::new(node, PATH, sink);
        fine &= one(profile, name, span, &reader, sink).is_some();
    }
    let here = faults.span_of("mode");
    if profile.modes.len() > MODES_MAX {
        sink.error(codes::TOO_MUCH, &here, format!("{} failure modes are more than {MODES_MAX}", profile.modes.len()));
        fine = false;
    }
    let marking = profile.modes.iter().filter(|mode| mode.marks_machines()).count();
    if marking > UNIT_MODES_MAX {
        let words = format!("{marking} modes mark single machines; at most {UNIT_MODES_MAX} may");
        sink.error(codes::UNIT_MODES, &here, words)
            .help("modes of scope instance or host and shocks do; join some, or turn some off with `enabled = false`");
        fine = false;
    }
    fine.then_some(())
}

fn one(profile: &mut Profile, name: &str, span: &Range<usize>, reader: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    let known = profile.find(name);
    let enabled = reader.flag("enabled", sink);
    let scope = scope(reader, sink);
    if known.is_none() && !reader.has("scope") {
        let words = format!("profile `{}` has no failure mode `{name}`", profile.name);
        let more = sink.error(codes::MODE, span, words);
        if zonefall_azure::profile::maintenance_modes().iter().any(|mode| mode.name == name) {
            more.help("it comes with planned maintenance: add a table `[maintenance]`");
        } else if zonefall_azure::profile::spot_modes().iter().any(|mode| mode.name == name) {
            more.help("it comes with Spot machines: a scale set with priority = \"spot\" or a table `spot`");
        } else {
            more.nearest(name, profile.modes.iter().map(|mode| mode.name.as_str()))
                .help("a new mode needs a `scope`, for example scope = \"rack\"");
        }
    }
    let is_new = known.is_none() && reader.has("scope");
    // A name that is nearly right is read as that mode, so that its other mistakes are told as well.
    let names: Vec<&str> = profile.modes.iter().map(|mode| mode.name.as_str()).collect();
    let base = known.or_else(|| profile.find(nearest(name, &names)?)).filter(|_| !is_new);
    let mut mode = match base {
        Some(at) => profile.modes[at].clone(),
        None => Mode::plain(name, scope.filter(|_| is_new)?, 1.0, Outage::Never).ok()?,
    };
    let told = change(&mut mode, is_new, scope, reader, sink);
    if enabled == Some(false) {
        if let Some(at) = known {
            profile.modes.remove(at);
        }
        return told;
    }
    told?;
    (known.is_some() || is_new).then_some(())?;
    let contradictions = mode.check();
    for why in &contradictions {
        sink.error(codes::CONTRADICTION, span, why.to_string());
    }
    match known {
        Some(at) => profile.modes[at] = mode,
        None => profile.modes.push(mode),
    }
    (contradictions.is_empty() && enabled.is_some()).then_some(())
}

fn scope(reader: &Reader<'_>, sink: &mut Sink) -> Option<Scope> {
    Some(match reader.choice("scope", sink)? {
        "instance" => Scope::Instance,
        "host" => Scope::Host,
        "hall" => Scope::Hall,
        "zone" => Scope::Zone,
        "region" => Scope::Region,
        "global" => Scope::Global,
        "control-plane" => Scope::ControlPlane,
        "allocation" => Scope::Allocation,
        _ => Scope::Rack,
    })
}

/// Reads every key; tells what is wrong in any of them.
fn change(mode: &mut Mode, is_new: bool, scope: Option<Scope>, reader: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    if let Some(scope) = scope {
        mode.scope = scope;
    }
    let parts = [
        effect(reader, PATH, sink).map(|effect| mode.effect = effect.unwrap_or(mode.effect)),
        time_to_failure(mode, is_new, reader, sink),
        outage(mode, is_new, reader, sink),
        words(mode, reader, sink),
        recovery(reader, sink).map(|recovery| mode.recovery = recovery.unwrap_or(mode.recovery)),
        share(mode, reader, sink),
        staged(mode, reader, sink),
        restart(mode, reader, sink),
        repeat(mode, reader, sink),
        predicted(mode, reader, sink),
        control_plane(mode, reader, sink),
        surge(mode, reader, sink),
        crews(mode, reader, sink),
        flags(mode, reader, sink),
        evidence(mode, reader, sink),
    ];
    parts.iter().all(Option::is_some).then_some(())
}

/// One of `rate`, `mttf` and `time_to_failure`; the first two keep the shape of the law that is there.
fn time_to_failure(mode: &mut Mode, is_new: bool, reader: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    let said: Vec<&str> = ["rate", "mttf", "time_to_failure"].into_iter().filter(|key| reader.has(key)).collect();
    if said.len() > 1 {
        let words = format!("{} say the same thing: keep one", said.join(" and "));
        sink.error(codes::EXCLUSIVE, &reader.span_of(said[1]), words);
        return None;
    }
    let spread = rate_spread(units_of(mode), reader, sink);
    let rate = match &spread {
        Some(None) => per_year("rate", units_of(mode), reader, sink),
        Some(Some(known)) => Some(known.mean),
        None => None,
    };
    let mttf = reader.span_of_time("mttf", sink);
    let law = laws::law(reader, "time_to_failure", sink);
    match said.first() {
        None if is_new => {
            reader.missing("rate", "rate = \"0.1 per rack-year\"", sink);
            None
        }
        None => Some(()),
        Some(key) => {
            let law = match *key {
                "rate" => scaled(mode, MS_PER_YEAR / rate?),
                "mttf" => scaled(mode, mttf?.as_ms() as f64),
                _ => law?,
            };
            mode.time_to_failure = law;
            let rate = mode.rate_per_year();
            mode.evidence.rate_low_high = (rate, rate);
            mode.evidence.source = "the scenario".into();
            mode.evidence.confidence = Confidence::Assumed;
            mode.evidence.spread = None;
            if let Some(known) = spread.flatten() {
                known.note(&mut mode.evidence);
            }
            Some(())
        }
    }
}

fn scaled(mode: &Mode, mean_ms: f64) -> Law {
    mode.time_to_failure.scaled(mean_ms / mode.time_to_failure.mean_ms())
}

/// A rate above zero, per unit of the mode's scope.
pub(crate) fn per_year(key: &str, units: &'static [&'static str], reader: &Reader<'_>, sink: &mut Sink) -> Option<f64> {
    let RateText { per_year, unit } = reader.rate(key, sink)?;
    let span = reader.span_of(key);
    if per_year <= 0.0 || !(1e-12..1e9).contains(&per_year) {
        sink.error(codes::RANGE, &span, format!("`{key}` must be above 0 and below 1e9 a year, not {per_year}"))
            .help("a mode that never strikes is turned off with `enabled = false`");
        return None;
    }
    if let Some(unit) = unit.filter(|unit| !units.contains(&unit.as_str())) {
        let words = format!("`{key}` is per {unit}, but the mode strikes by the {}", units[0]);
        sink.error(codes::RATE_UNIT, &span, words).help(format!("write for example \"0.1 per {}-year\"", units[0]));
        return None;
    }
    Some(per_year)
}

/// What a unit of a mode is called in rates. Maintenance meets every machine of a region once a wave.
pub(crate) fn units_of(mode: &Mode) -> &'static [&'static str] {
    match mode.scope {
        Scope::Region if mode.wave().is_some() => &["vm", "instance", "machine", "region"],
        Scope::Instance => &["vm", "instance", "machine"],
        Scope::Host => &["host", "server", "node"],
        Scope::Rack => &["rack", "fault-domain"],
        Scope::Hall => &["hall"],
        Scope::Zone => &["zone"],
        Scope::Region => &["region"],
        Scope::Global => &["world", "global"],
        Scope::ControlPlane => &["region", "control-plane"],
        Scope::Allocation => &["zone", "allocation"],
        Scope::Component => &["component"],
    }
}

fn outage(mode: &mut Mode, is_new: bool, reader: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    let law = laws::law(reader, "outage", sink);
    let never = reader.choice("repair", sink);
    match (reader.has("outage"), reader.has("repair")) {
        (true, true) => {
            let words = "`outage` and `repair` both say how long it lasts: keep one";
            sink.error(codes::EXCLUSIVE, &reader.span_of("repair"), words);
            return None;
        }
        (true, false) => mode.outage = Outage::Law(law?),
        (false, true) => mode.outage = never.map(|_| Outage::Never)?,
        (false, false) if is_new => {
            reader.missing("outage", "outage = \"90 min\"", sink);
            return None;
        }
        (false, false) => {}
    }
    Some(())
}

fn words(mode: &mut Mode, reader: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    let (kind, start, clock) =
        (reader.choice("kind", sink), reader.choice("start", sink), reader.choice("clock", sink));
    if let (Some(_), Kind::Wave(_)) = (kind, mode.kind) {
        let words = "planned maintenance comes in waves: its `kind` stays as it is";
        sink.error(codes::MAINTENANCE, &reader.span_of("kind"), words);
        return None;
    }
    match kind {
        Some("shock") => mode.kind = Kind::Shock,
        Some(_) => mode.kind = Kind::Outage,
        None => {}
    }
    match start {
        Some("new") => mode.start = Start::New,
        Some(_) => mode.start = Start::Stationary,
        None => {}
    }
    match clock {
        Some("operating") => mode.clock = Clock::Operating,
        Some(_) => mode.clock = Clock::Calendar,
        None => {}
    }
    let read = |key: &str, found: bool| found || !reader.has(key);
    (read("kind", kind.is_some()) && read("start", start.is_some()) && read("clock", clock.is_some())).then_some(())
}

fn flags(mode: &mut Mode, reader: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    let heals = reader.flag("heals", sink);
    let application_only = reader.flag("application_only", sink);
    let common = reader.share("common_cause", sink);
    mode.application_only = application_only.unwrap_or(mode.application_only);
    mode.heals = heals.unwrap_or(mode.heals);
    mode.common_cause = common.map_or(mode.common_cause, |share| share.as_f64());
    let read = |key: &str, found: bool| found || !reader.has(key);
    let flags = read("heals", heals.is_some()) && read("application_only", application_only.is_some());
    (flags && read("common_cause", common.is_some())).then_some(())
}

fn evidence(mode: &mut Mode, reader: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    let (low, high) =
        (per_year("rate_low", units_of(mode), reader, sink), per_year("rate_high", units_of(mode), reader, sink));
    if let Some(key) = ["rate_low", "rate_high"].into_iter().find(|key| reader.has(key))
        && reader.is_table("rate")
    {
        let words = format!("`{key}` does not go with a `rate` that is a distribution: its ends follow from it");
        sink.error(codes::EXCLUSIVE, &reader.span_of(key), words);
        return None;
    }
    let (source, confidence) = (reader.text("source", sink), reader.choice("confidence", sink));
    let range = &mut mode.evidence.rate_low_high;
    *range = (low.unwrap_or(range.0), high.unwrap_or(range.1));
    let (low_now, high_now, rate) = (range.0, range.1, mode.rate_per_year());
    if let Some(source) = source {
        mode.evidence.source = source;
    }
    match confidence {
        Some("published") => mode.evidence.confidence = Confidence::Published,
        Some("derived") => mode.evidence.confidence = Confidence::Derived,
        Some(_) => mode.evidence.confidence = Confidence::Assumed,
        None => {}
    }
    // A rate that was converted twice may differ in its last digits.
    if low_now > rate * (1.0 + 1e-9) || high_now < rate * (1.0 - 1e-9) {
        let key = if low_now > rate { "rate_low" } else { "rate_high" };
        sink.error(
            codes::RANGE,
            &reader.span_of(key),
            format!("the rate {rate} a year does not lie between {low_now} and {high_now}"),
        );
        return None;
    }
    ["rate_low", "rate_high", "source", "confidence"]
        .iter()
        .zip([low.is_some(), high.is_some(), true, confidence.is_some()])
        .all(|(key, found)| found || !reader.has(key))
        .then_some(())
}

/// Whether a table stands at a key that may also be `false`.
pub(crate) fn table_or_off<'t>(
    reader: &Reader<'t>,
    key: &str,
    path: &'static str,
    sink: &mut Sink,
) -> Given<Reader<'t>> {
    if !reader.has(key) {
        // Asked for all the same: the table of keys is compared with what the decoder asks for.
        reader.node(key, sink);
        Given::Absent
    } else if reader.is_off(key) {
        Given::Off
    } else {
        reader.sub(key, path, sink).map_or(Given::Absent, Given::Said)
    }
}

/// What stands at a key that may also be `false`.
pub(crate) enum Given<T> {
    /// Nothing.
    Absent,
    /// `false`.
    Off,
    /// Something.
    Said(T),
}
