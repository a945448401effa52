//! `autoscale` of a scale set: the default profile, further ones with their times, and the rules of each.

mod rule;
mod schedule;

use crate::codes;
use crate::demand;
use crate::diagnostic::Sink;
use crate::keys::DAY_NAMES;
use crate::months;
use crate::node::{Node, Value};
use crate::reader::Reader;
use crate::values::{check_name, wrong_type};
use jiff::tz::TimeZone;
use rule::{Known, rules};
use schedule::{CHANGES_MAX, Clock, When, changes_most, schedule};
use std::rc::Rc;
use zonefall_engine::SimDuration;
use zonefall_engine::SimTime;
use zonefall_fleet::Demand;
use zonefall_fleet::policy::autoscale::{Autoscale, Blind, Chosen, Profile, Rounding, Rule, SERIES_MAX};

/// AS-01.
const PROFILES_MAX: usize = 20;
const FIXED_MAX_MS: i64 = 365 * 86_400_000;
/// AS-19.
const LOOK_AHEAD_MS: std::ops::RangeInclusive<u64> = 60_000..=3_600_000;
const TABLE: &str = "scale_set.<name>.autoscale";
const RULE: &str = "scale_set.<name>.autoscale.rule[]";
const PROFILE: &str = "scale_set.<name>.autoscale.profile[]";
const RULE_OF_PROFILE: &str = "scale_set.<name>.autoscale.profile[].rule[]";
const SERIES: &str = "scale_set.<name>.autoscale.series[]";
const SERIES_NOISE: &str = "scale_set.<name>.autoscale.series[].noise";

/// The outer `None` is a mistake, the inner one no autoscale.
pub(crate) fn autoscale(set: &Reader<'_>, clock: &demand::Clock<'_>, sink: &mut Sink) -> Option<Option<Autoscale>> {
    let Some(reader) = set.sub_or_off("autoscale", TABLE, sink) else { return Some(None) };
    let limits = limits(&reader, None, sink);
    let zone = demand::zone(&reader, clock, sink);
    let memory = memory(&reader, sink);
    let (names, series) = all_series(&reader, clock, zone.as_ref(), sink);
    let chosen = chosen(&reader, sink);
    let [increase, decrease] = ["round_increase", "round_decrease"].map(|key| rounding(&reader, key, sink));
    let known = Known { memory, series: names, rounding: increase.zip(decrease) };
    let rules = rules(&reader, RULE, &known, sink);
    let (tick, phase) = (reader.span_of_time("tick", sink), reader.optional("phase", sink, Reader::duration));
    let metric_delay = reader.duration("metric_delay", sink);
    let shared = reader.choice("cooldown", sink).map(|word| word == "shared");
    let (deletes, capacity) = (reader.duration("blind_to_deletes", sink), reader.duration("blind_to_capacity", sink));
    let look_ahead = look_ahead(&reader, sink);
    let base = limits.zip(rules).map(|(limits, rules)| limits.profile("default".into(), rules));
    let others = profiles(&reader, base.as_ref(), &known, clock, zone.as_ref(), sink);
    let (base, (others, times), look_ahead) = (base?, others?, look_ahead?);
    let foresees = std::iter::once(&base).chain(&others).flat_map(|profile| &profile.rules).any(Rule::is_predictive);
    if look_ahead.is_some() && !foresees {
        let words = "predictive autoscale goes by rules on average CPU that scale out, and there is none (AS-19)";
        sink.error(codes::AUTOSCALE, &reader.span_of("predictive"), words);
        return None;
    }
    let horizon = clock.horizon?;
    if changes_most(&times, horizon) > CHANGES_MAX {
        let words = format!("its profiles may change more than {CHANGES_MAX} times within the horizon");
        sink.error(codes::TOO_MUCH, reader.span(), words).help("a shorter horizon, or fewer profiles");
        return None;
    }
    let start = clock.start.map(|start| start.unix_ms);
    let zone = zone.unwrap_or(TimeZone::UTC);
    let known = start.map(|start_unix_ms| Clock { zone: &zone, start_unix_ms, horizon });
    let schedule = schedule(&times, known.as_ref());
    Some(Some(Autoscale {
        tick: tick?,
        phase: phase?,
        metric_delay: metric_delay?,
        shared_cooldown: shared?,
        chosen: chosen?,
        blind: Blind { deletes: deletes?, capacity: capacity? },
        profiles: std::iter::once(base).chain(others).collect(),
        schedule,
        series: memory.and(series)?,
        look_ahead,
        disabled: Vec::new(),
    }))
}

/// AS-05, AS-13, AS-17: what the documents leave open, or say in two ways.
fn chosen(reader: &Reader<'_>, sink: &mut Sink) -> Option<Chosen> {
    let (waits, cools) = (reader.flag("limits_wait", sink), reader.flag("failures_cool", sink));
    let shortened = reader.choice("shortened_to", sink);
    Some(Chosen { limits_wait: waits?, failures_cool: cools?, stops_as_example: shortened? == "example" })
}

/// AS-10.
fn rounding(reader: &Reader<'_>, key: &str, sink: &mut Sink) -> Option<Rounding> {
    Some(match reader.choice(key, sink)? {
        "up" => Rounding::Up,
        "nearest" => Rounding::Nearest,
        _ => Rounding::Down,
    })
}

/// AS-19; the outer `None` is a mistake, the inner one no prediction that acts.
fn look_ahead(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<SimDuration>> {
    let path = "scale_set.<name>.autoscale.predictive";
    let Some(reader) = reader.sub_or_off("predictive", path, sink) else { return Some(None) };
    let (mode, ahead) = (reader.choice("mode", sink), reader.duration("look_ahead", sink));
    let (mode, ahead) = (mode?, ahead?);
    if !LOOK_AHEAD_MS.contains(&ahead.as_ms()) {
        let words = "it looks 1 min to 60 min ahead (AS-19)";
        sink.error(codes::AUTOSCALE, &reader.span_of("look_ahead"), words);
        return None;
    }
    Some((mode == "enabled").then_some(ahead))
}

/// Memory at rest and at full CPU, in millionths of a percent; the outer `None` is a mistake, the inner one no memory.
fn memory(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<(i64, i64)>> {
    if !reader.has("memory") {
        return Some(None);
    }
    let reader = reader.sub("memory", "scale_set.<name>.autoscale.memory", sink)?;
    for (key, example) in [("at_rest", "at_rest = 30"), ("at_full", "at_full = 85")] {
        if !reader.has(key) {
            reader.missing(key, example, sink);
        }
    }
    let micro = |percent: f64| libm::round(percent * 1e6) as i64;
    let (at_rest, at_full) = (reader.number("at_rest", sink), reader.number("at_full", sink));
    let (at_rest, at_full) = (micro(at_rest?), micro(at_full?));
    if at_full < at_rest {
        let words = "memory grows with CPU here: `at_full` is at least `at_rest`";
        sink.error(codes::AUTOSCALE, &reader.span_of("at_full"), words);
        return None;
    }
    Some(Some((at_rest, at_full)))
}

/// The names of all series, and their courses if all could be read.
fn all_series(
    reader: &Reader<'_>,
    clock: &demand::Clock<'_>,
    zone: Option<&TimeZone>,
    sink: &mut Sink,
) -> (Vec<String>, Option<Vec<(String, Demand)>>) {
    let nodes = reader.tables("series", SERIES_MAX, sink);
    let mut fine = !reader.has("series") || reader.is_list("series");
    let (mut names, mut all): (Vec<String>, Vec<(String, Demand)>) = (Vec::new(), Vec::new());
    for node in &nodes {
        let reader = Reader::new(node, SERIES, sink);
        if !reader.has("name") {
            reader.missing("name", "name = \"players\"", sink);
        }
        let name = reader.text("name", sink).filter(|name| check_name(name, &reader.span_of("name"), sink));
        let course = demand::series(&reader, SERIES_NOISE, clock, zone, sink);
        if let Some(name) = name.as_ref().filter(|name| names.contains(name)) {
            sink.error(codes::DUPLICATE, &node.span, format!("two series are called `{name}`"));
            fine = false;
        }
        names.extend(name.clone());
        fine &= name.is_some() && course.is_some();
        all.extend(name.zip(course));
    }
    (names, fine.then_some(all))
}

struct Limits {
    minimum: u32,
    maximum: u32,
    default: u32,
}

impl Limits {
    fn profile(self, name: String, rules: Vec<Rule>) -> Profile {
        let Self { minimum, maximum, default } = self;
        Profile { name, minimum, maximum, default, rules }
    }
}

/// AS-05: the limits of a profile, those of the default profile where it says nothing.
fn limits(reader: &Reader<'_>, base: Option<&Profile>, sink: &mut Sink) -> Option<Limits> {
    let limit = |key: &str, example: &str, base: Option<u32>, sink: &mut Sink| {
        if !reader.has(key) && base.is_none() {
            reader.missing(key, example, sink);
        }
        reader.count(key, sink).map(|count| count as u32).or(base.filter(|_| !reader.has(key)))
    };
    let minimum = limit("minimum", "minimum = 3", base.map(|base| base.minimum), sink);
    let maximum = limit("maximum", "maximum = 12", base.map(|base| base.maximum), sink);
    let default = reader.optional("default", sink, Reader::count);
    let (minimum, maximum) = (minimum?, maximum?);
    let default = default?.map_or(minimum, |default| default as u32);
    if minimum > maximum {
        let words = format!("the minimum {minimum} is above the maximum {maximum} (AS-05)");
        let said: Vec<_> = ["minimum", "maximum"].into_iter().filter(|key| reader.has(key)).collect();
        let place = |at: usize| said.get(at).map(|key| reader.span_of(key));
        let more = sink.error(codes::AUTOSCALE, &place(0).unwrap_or_else(|| reader.span().clone()), words);
        let more = more.help("a smaller `minimum`, or a larger `maximum`");
        if let Some(other) = place(1) {
            more.about(other);
        }
        return None;
    }
    if !(minimum..=maximum).contains(&default) {
        let words = format!("the default {default} lies outside of {minimum} to {maximum} (AS-05)");
        sink.error(codes::AUTOSCALE, &reader.span_of("default"), words);
        return None;
    }
    Some(Limits { minimum, maximum, default })
}

/// The profiles after the default one, and when they hold.
fn profiles(
    reader: &Reader<'_>,
    base: Option<&Profile>,
    known: &Known,
    clock: &demand::Clock<'_>,
    zone: Option<&TimeZone>,
    sink: &mut Sink,
) -> Option<(Vec<Profile>, Vec<When>)> {
    let nodes = reader.tables("profile", usize::MAX, sink);
    let mut fine = !reader.has("profile") || reader.is_list("profile");
    if nodes.len() >= PROFILES_MAX {
        let words = format!("a setting has at most {PROFILES_MAX} profiles, the default one included (AS-01)");
        sink.error(codes::AUTOSCALE, &reader.span_of("profile"), words);
        return None;
    }
    if !nodes.is_empty() && clock.lacks_calendar {
        sink.error(codes::AUTOSCALE, &reader.span_of("profile"), "profiles need to know the calendar")
            .help("add for example `start = \"2026-01-01\"` at the top of the file");
        fine = false;
    }
    let (mut all, mut times): (Vec<Profile>, Vec<When>) = (Vec::new(), Vec::new());
    for node in &nodes {
        let Some((profile, when)) = profile(node, base, known, clock, zone, sink) else {
            fine = false;
            continue;
        };
        if all.iter().any(|other| other.name == profile.name) {
            sink.error(codes::DUPLICATE, &node.span, format!("two profiles are called `{}`", profile.name));
            fine = false;
        }
        all.push(profile);
        times.push(when);
    }
    fine.then_some((all, times))
}

fn profile(
    node: &Rc<Node>,
    base: Option<&Profile>,
    known: &Known,
    clock: &demand::Clock<'_>,
    zone: Option<&TimeZone>,
    sink: &mut Sink,
) -> Option<(Profile, When)> {
    let reader = Reader::new(node, PROFILE, sink);
    if !reader.has("name") {
        reader.missing("name", "name = \"evening\"", sink);
    }
    let name = reader.text("name", sink);
    // What the default profile lacks is told there.
    let nothing = Profile { name: String::new(), minimum: 0, maximum: u32::MAX, default: 0, rules: Vec::new() };
    let limits = limits(&reader, Some(base.unwrap_or(&nothing)), sink);
    let own = rules(&reader, RULE_OF_PROFILE, known, sink);
    let same = reader.flag("same_rules", sink);
    let when = when(&reader, clock, zone, sink);
    let (own, same) = (own?, same?);
    let rules = if own.is_empty() && same { base.map_or_else(Vec::new, |base| base.rules.clone()) } else { own };
    Some((limits?.profile(name?, rules), when?))
}

/// AS-03, AS-04: when a profile holds.
fn when(reader: &Reader<'_>, clock: &demand::Clock<'_>, zone: Option<&TimeZone>, sink: &mut Sink) -> Option<When> {
    let days = reader.texts("days", sink);
    let starts = minute_of(reader, "starts", sink);
    let ends = minute_of(reader, "ends", sink);
    let from = date_of(reader, "from", clock, zone, sink);
    let until = date_of(reader, "until", clock, zone, sink);
    let (recurs, fixed) = (reader.has("starts") || reader.has("days"), reader.has("from") || reader.has("until"));
    if recurs == fixed {
        let words = "a profile either recurs (`days`, `starts`) or has a fixed date (`from`, `until`) (AS-03)";
        sink.error(codes::AUTOSCALE, reader.span(), words).help("write for example `starts = \"18:00\"`");
        return None;
    }
    if recurs {
        if !reader.has("starts") {
            reader.missing("starts", "starts = \"18:00\"", sink);
        }
        return Some(When::Weekly { days: week(&days?, sink)?, starts: starts?.unwrap_or(0), ends: ends? });
    }
    for (key, example) in [("from", "from = \"2026-11-27\""), ("until", "until = \"2026-11-28\"")] {
        if !reader.has(key) {
            reader.missing(key, example, sink);
        }
    }
    let (from, until) = (from?, until?);
    if until <= from || until - from > FIXED_MAX_MS {
        let words = "a fixed date ends after it begins, and within 365 days (AS-01)";
        sink.error(codes::AUTOSCALE, &reader.span_of("until"), words);
        return None;
    }
    Some(When::Fixed { from, until })
}

/// When hours on days of a week begin and end until so long after the horizon, in turn, the beginning first.
pub(super) fn hours(
    days: [bool; 7],
    (from, to): (u32, u32),
    (clock, ahead): (&demand::Clock<'_>, SimDuration),
    zone: &TimeZone,
    reader: &Reader<'_>,
    sink: &mut Sink,
) -> Option<Vec<SimTime>> {
    let (start, horizon) = (clock.start?, clock.horizon?.after(ahead));
    let times = [When::Weekly { days, starts: from, ends: Some(to) }];
    if changes_most(&times, horizon) > CHANGES_MAX {
        let words = format!("hours that begin and end more than {CHANGES_MAX} times within the horizon");
        sink.error(codes::TOO_MUCH, reader.span(), words).help("a shorter horizon");
        return None;
    }
    let found = schedule(&times, Some(&Clock { zone, start_unix_ms: start.unix_ms, horizon }));
    // It begins closed: the first turn is the first beginning.
    Some(found.into_iter().skip_while(|turn| turn.1 == 0).map(|turn| turn.0).collect())
}

/// The days of a week, all of them if none is named.
pub(super) fn week(days: &[(String, std::ops::Range<usize>)], sink: &mut Sink) -> Option<[bool; 7]> {
    let mut week = [days.is_empty(); 7];
    let mut fine = true;
    for (name, span) in days {
        match DAY_NAMES.iter().position(|day| day == name) {
            Some(day) => week[day] = true,
            None => {
                sink.error(codes::CHOICE, span, format!("`{name}` is not a day of the week")).nearest(name, DAY_NAMES);
                fine = false;
            }
        }
    }
    fine.then_some(week)
}

/// A time of the day in minutes; the inner `None` for `"never"` and for what is absent.
pub(super) fn minute_of(reader: &Reader<'_>, name: &str, sink: &mut Sink) -> Option<Option<u32>> {
    let Some(text) = reader.text(name, sink) else { return (!reader.has(name)).then_some(None) };
    if name == "ends" && text == "never" {
        return Some(None);
    }
    let parsed = text.split_once(':').and_then(|(hours, minutes)| {
        let number = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() == 2);
        let (hours, minutes) = (number(hours)?, number(minutes)?);
        (hours < 24 && minutes < 60).then_some(60 * hours + minutes)
    });
    if parsed.is_none() {
        sink.error(codes::INSTANT, &reader.span_of(name), format!("`{name}`: \"{text}\" is not a time of day"))
            .help("write for example \"18:00\"");
    }
    parsed.map(Some)
}

/// A date in milliseconds after the trial's beginning.
fn date_of(
    reader: &Reader<'_>,
    name: &str,
    clock: &demand::Clock<'_>,
    zone: Option<&TimeZone>,
    sink: &mut Sink,
) -> Option<i64> {
    let node = reader.node(name, sink)?;
    let (Value::Text(text) | Value::Date(text)) = &node.value else {
        return wrong_type(&node, name, "a date such as \"2026-11-27\"", sink);
    };
    let zone = zone.and_then(TimeZone::iana_name).unwrap_or("UTC");
    match months::start(text, zone) {
        Ok(at) => clock.start.map(|start| at.unix_ms - start.unix_ms),
        Err(_) => {
            sink.error(codes::INSTANT, &node.span, format!("`{name}`: \"{text}\" is not a date"));
            None
        }
    }
}

/// AS-05, OM-02: the greatest capacity that it may ask for.
pub(crate) fn most(autoscale: Option<&Autoscale>) -> u32 {
    autoscale.map_or(0, Autoscale::most)
}
