//! One rule of autoscale.

use crate::codes;
use crate::diagnostic::Sink;
use crate::node::Node;
use crate::reader::Reader;
use std::ops::Range;
use std::rc::Rc;
use zonefall_engine::SimDuration;
use zonefall_fleet::policy::autoscale::{Aggregation, Change, Direction, Metric, Operator, Rounding, Rule};

/// AS-01.
const RULES_MAX: usize = 10;
const MINUTE_MS: u64 = 60_000;
const WINDOW_MS: std::ops::RangeInclusive<u64> = 5 * MINUTE_MS..=12 * 60 * MINUTE_MS;
const GRAIN_MS: std::ops::RangeInclusive<u64> = MINUTE_MS..=12 * 60 * MINUTE_MS;
const COOLDOWN_MS: std::ops::RangeInclusive<u64> = MINUTE_MS..=7 * 24 * 60 * MINUTE_MS;

const ACTIONS: [&str; 6] =
    ["increase", "increase_percent", "increase_to", "decrease", "decrease_percent", "decrease_to"];

/// What rules may look at beside CPU and requests.
pub(super) struct Known {
    /// Memory at rest and at full CPU, in millionths of a percent; the outer `None` is a mistake told already.
    pub memory: Option<Option<(i64, i64)>>,
    /// The names of the series, those too that could not be read.
    pub series: Vec<String>,
    /// AS-10: how percentages are rounded outwards and inwards; `None` is a mistake told already.
    pub rounding: Option<(Rounding, Rounding)>,
}

/// The rules of one profile.
pub(super) fn rules(reader: &Reader<'_>, path: &'static str, known: &Known, sink: &mut Sink) -> Option<Vec<Rule>> {
    let nodes = reader.tables("rule", usize::MAX, sink);
    let mut fine = !reader.has("rule") || reader.is_list("rule");
    if nodes.len() > RULES_MAX {
        let words = format!("a profile has at most {RULES_MAX} rules, not {} (AS-01)", nodes.len());
        sink.error(codes::AUTOSCALE, &reader.span_of("rule"), words);
        return None;
    }
    let mut all = Vec::with_capacity(nodes.len());
    for node in &nodes {
        match rule(node, path, known, sink) {
            Some(rule) => all.push(rule),
            None => fine = false,
        }
    }
    if fine {
        no_room(&all, &nodes, sink);
    }
    fine.then_some(all)
}

/// AS-09, AS-12: a rule that scales in at or above the threshold at which one scales out on the same metric.
fn no_room(rules: &[Rule], nodes: &[Rc<Node>], sink: &mut Sink) {
    let place = |at: usize| {
        let key = nodes[at].table().and_then(|rule| rule.get("threshold"));
        key.map_or_else(|| nodes[at].span.clone(), |threshold| threshold.span.clone())
    };
    for (at, inwards) in rules.iter().enumerate().filter(|(_, rule)| rule.direction == Direction::In) {
        let crosses = |(_, out): &(usize, &Rule)| {
            out.direction == Direction::Out
                && (out.metric, out.aggregation) == (inwards.metric, inwards.aggregation)
                && out.threshold_micro <= inwards.threshold_micro
        };
        let Some((other, out)) = rules.iter().enumerate().find(crosses) else { continue };
        let percent = |rule: &Rule| rule.threshold_micro as f64 / 1e6;
        let words = format!(
            "this scales in up to {}, and another rule on the same metric scales out from {} on: there is no room between them (AS-09, AS-12)",
            percent(inwards),
            percent(out)
        );
        sink.hint(codes::ODD_RULE, &place(at), words)
            .about(place(other))
            .help("where both fire machines are added, and below that only the check for flapping keeps the two apart: scale in well below the threshold that scales out");
    }
}

/// AS-06: a threshold of a percentage that is hardly one.
fn no_percentage(rule: &Rule, span: &Range<usize>, sink: &mut Sink) {
    const WHOLE: i64 = 100_000_000;
    let of = match rule.metric {
        Metric::Cpu => "CPU",
        Metric::Memory { .. } => "memory",
        _ => return,
    };
    let at = rule.threshold_micro;
    let never = matches!((rule.operator, at), (Operator::Above, WHOLE..) | (Operator::AtLeast, 100_000_001..));
    let always = matches!((rule.operator, at), (Operator::AtMost, WHOLE..) | (Operator::Below, 100_000_001..));
    let percent = at as f64 / 1e6;
    let (words, help) = match () {
        () if never => (format!("{of} is never above 100 %: this rule never fires"), "write for example 70".to_owned()),
        () if always => {
            (format!("{of} is never above 100 %: this rule always fires"), "write for example 35".to_owned())
        }
        () if at <= 1_000_000 => {
            let meant = if at > 0 { percent * 100.0 } else { 70.0 };
            let help = format!("write {} for {0} %", (meant * 1e6).round() / 1e6);
            (format!("this is {percent} % of {of}: thresholds are in percent (AS-06)"), help)
        }
        () => return,
    };
    sink.hint(codes::ODD_RULE, span, words).help(help);
}

fn rule(node: &Rc<Node>, path: &'static str, known: &Known, sink: &mut Sink) -> Option<Rule> {
    let reader = Reader::new(node, path, sink);
    for (key, example) in
        [("metric", "metric = \"cpu\""), ("operator", "operator = \">\""), ("threshold", "threshold = 70")]
    {
        if !reader.has(key) {
            reader.missing(key, example, sink);
        }
    }
    let metric = metric(&reader, known, sink);
    let aggregation = reader.choice("aggregation", sink);
    let window = window(&reader, sink);
    let grain = grain(&reader, sink);
    let operator = reader.choice("operator", sink);
    let threshold = reader.number("threshold", sink);
    let change = change(&reader, known, sink);
    let cooldown = cooldown(&reader, sink);
    let (metric, (direction, change)) = (metric?, change?);
    let aggregation = match aggregation? {
        "minimum" => Aggregation::Minimum,
        "maximum" => Aggregation::Maximum,
        "last" => Aggregation::Last,
        "total" => Aggregation::Total,
        _ => Aggregation::Average,
    };
    if let Some(words) = has_no(aggregation, metric) {
        sink.error(codes::AUTOSCALE, &reader.span_of("aggregation"), words);
        return None;
    }
    let operator = operator_of(operator?, direction, &reader, sink)?;
    let threshold_micro = (threshold? * 1e6).round() as i64;
    let (window, grain, cooldown) = (window?, grain?, cooldown?);
    let rule = Rule { metric, aggregation, window, grain, operator, threshold_micro, direction, change, cooldown };
    no_percentage(&rule, &reader.span_of("threshold"), sink);
    Some(rule)
}

/// Why a metric cannot be looked at in this way.
fn has_no(aggregation: Aggregation, metric: Metric) -> Option<&'static str> {
    match (metric, aggregation) {
        (Metric::Cpu | Metric::Memory { .. }, Aggregation::Total) => {
            Some("a percentage over a window has a mean, a least and a greatest value, and no total")
        }
        (Metric::Sessions { .. } | Metric::Jobs, Aggregation::Minimum | Aggregation::Maximum | Aggregation::Total) => {
            Some("sessions and queues change all the time: their average or last value is looked at here")
        }
        _ => None,
    }
}

fn metric(reader: &Reader<'_>, known: &Known, sink: &mut Sink) -> Option<Metric> {
    let word = reader.choice("metric", sink);
    let name = reader.text("series", sink);
    let per_instance = reader.flag("per_instance", sink)?;
    let word = word?;
    if reader.has("series") && word != "series" {
        let words = format!("`series` names a series, and the metric is `{word}`");
        sink.error(codes::EXCLUSIVE, &reader.span_of("series"), words).help("write `metric = \"series\"`");
        return None;
    }
    if per_instance && matches!(word, "cpu" | "memory") {
        let words = "a percentage is a mean over instances already: `per_instance` goes with requests, sessions and series (AS-07)";
        sink.error(codes::AUTOSCALE, &reader.span_of("per_instance"), words);
        return None;
    }
    if word == "queue" && reader.has("per_instance") {
        let words = "the length of a queue is always divided by the instance count (AS-07)";
        sink.error(codes::AUTOSCALE, &reader.span_of("per_instance"), words).help("take `per_instance` out");
        return None;
    }
    match word {
        "sessions" => Some(Metric::Sessions { per_instance }),
        "queue" => Some(Metric::Jobs),
        "requests" => Some(Metric::Requests { per_instance }),
        "series" => series(reader, name, known, sink).map(|which| Metric::Series { which, per_instance }),
        "memory" => {
            if known.memory == Some(None) {
                sink.error(codes::AUTOSCALE, &reader.span_of("metric"), "nothing says how memory follows CPU")
                    .help("add `memory = { at_rest = 30, at_full = 85 }` to `autoscale`");
            }
            known.memory?.map(|(at_rest, at_full)| Metric::Memory { at_rest, at_full })
        }
        _ => Some(Metric::Cpu),
    }
}

/// The place of the series that a rule names.
fn series(reader: &Reader<'_>, name: Option<String>, known: &Known, sink: &mut Sink) -> Option<u8> {
    if !reader.has("series") {
        reader.missing("series", "series = \"players\"", sink);
    }
    let name = name?;
    let found = known.series.iter().position(|other| *other == name);
    if found.is_none() {
        let words = format!("there is no series `{name}`");
        sink.error(codes::AUTOSCALE, &reader.span_of("series"), words)
            .nearest(&name, known.series.iter().map(String::as_str))
            .help("each stands under `[[scale_set.<name>.autoscale.series]]`");
    }
    found.and_then(|at| u8::try_from(at).ok())
}

/// AS-01: a log in the documents shows a window of a minute, so that shorter ones only warn.
fn window(reader: &Reader<'_>, sink: &mut Sink) -> Option<SimDuration> {
    let window = reader.span_of_time("window", sink)?;
    let words = "Azure takes windows of 5 min to 12 h (AS-01)";
    if window.as_ms() > *WINDOW_MS.end() {
        sink.error(codes::AUTOSCALE, &reader.span_of("window"), words);
        return None;
    }
    if window.as_ms() < *WINDOW_MS.start() {
        sink.warn(codes::AUTOSCALE_RANGE, &reader.span_of("window"), words);
    }
    Some(window)
}

/// AS-01, AS-06: of how much time a sample is the mean.
fn grain(reader: &Reader<'_>, sink: &mut Sink) -> Option<SimDuration> {
    if reader.is_off("grain") {
        return Some(SimDuration::ZERO);
    }
    let grain = reader.duration("grain", sink)?;
    if !GRAIN_MS.contains(&grain.as_ms()) {
        let words = "a time grain lasts 1 min to 12 h (AS-01)";
        sink.error(codes::AUTOSCALE, &reader.span_of("grain"), words);
        return None;
    }
    Some(grain)
}

fn cooldown(reader: &Reader<'_>, sink: &mut Sink) -> Option<SimDuration> {
    let cooldown = reader.duration("cooldown", sink)?;
    if !COOLDOWN_MS.contains(&cooldown.as_ms()) {
        let words = "a cooldown lasts 1 min to 7 days (AS-01)";
        sink.error(codes::AUTOSCALE, &reader.span_of("cooldown"), words);
        return None;
    }
    Some(cooldown)
}

fn change(reader: &Reader<'_>, known: &Known, sink: &mut Sink) -> Option<(Direction, Change)> {
    let counts = ACTIONS.map(|key| (key, reader.count(key, sink)));
    let written: Vec<&str> = ACTIONS.into_iter().filter(|key| reader.has(key)).collect();
    match written[..] {
        [key] => {
            let count = counts.into_iter().find(|(other, _)| *other == key)?.1? as u32;
            let direction = if key.starts_with("increase") { Direction::Out } else { Direction::In };
            let change = match key.rsplit('_').next() {
                Some("percent") => {
                    let (increase, decrease) = known.rounding?;
                    Change::Percent(count, if direction == Direction::Out { increase } else { decrease })
                }
                Some("to") => Change::Exact(count),
                _ => Change::Count(count),
            };
            Some((direction, change))
        }
        [] => {
            sink.error(codes::MISSING_KEY, reader.span(), "this rule changes nothing")
                .help("write for example `increase = 2`")
                .help(format!("one of: {}", ACTIONS.join(", ")));
            None
        }
        [_, second, ..] => {
            let words = format!("a rule has one action, and this has {}: keep one", written.join(" and "));
            sink.error(codes::EXCLUSIVE, &reader.span_of(second), words);
            None
        }
    }
}

fn operator_of(word: &str, direction: Direction, reader: &Reader<'_>, sink: &mut Sink) -> Option<Operator> {
    let found = match (word, direction) {
        (">", Direction::Out) => Some(Operator::Above),
        (">=", Direction::Out) => Some(Operator::AtLeast),
        ("<", Direction::In) => Some(Operator::Below),
        ("<=", Direction::In) => Some(Operator::AtMost),
        _ => None,
    };
    if found.is_none() {
        let words = match direction {
            Direction::Out => "a rule that scales out compares with > or >= here: more load, more machines",
            Direction::In => "a rule that scales in compares with < or <= here: less load, fewer machines",
        };
        sink.error(codes::AUTOSCALE, &reader.span_of("operator"), words);
    }
    found
}
