//! Trials, horizon, warm-up, windows: what is measured over which time.

use crate::codes;
use crate::diagnostic::Sink;
use crate::months;
use crate::node::Value;
use crate::reader::Reader;
use crate::scenario::{CalendarStart, Target, Until, Window};
use crate::units;
use crate::units::duration_words;
use crate::until;
use crate::values::wrong_type;
use std::ops::{Range, RangeInclusive};
use zonefall_engine::{SimDuration, SimTime};
use zonefall_fleet::{Measure, Windows};

/// The most windows of a trial.
pub(crate) const WINDOWS_MAX: u64 = 100_000;
/// Below this many trials the intervals of rare outages say little.
const FEW_TRIALS: u64 = 1000;
/// A month's days.
const MONTH_DAYS: RangeInclusive<u64> = 28..=31;
const DAY_MS: u64 = 86_400_000;

/// What the file says of time and of the objective's target, but for [`Times`].
pub(crate) struct Timeline {
    pub seed: u64,
    pub trials: u64,
    pub measure: Measure,
    pub target: Target,
    pub window: Window,
    pub confidence: Target,
}

/// What others need of it, each known even where something else of it is wrong.
pub(crate) struct Times {
    pub horizon: Option<SimTime>,
    /// A trial ends at its first miss.
    pub until_first_miss: bool,
    trials: Option<u64>,
    /// When these are enough.
    pub until: Option<Until>,
    pub start: Option<CalendarStart>,
    /// A beginning is said, wrongly.
    wrong_start: bool,
    /// Whether nothing is said of a calendar, rightly or wrongly.
    pub lacks_calendar: bool,
}

/// Reads what others need.
pub(crate) fn times(root: &Reader<'_>, sink: &mut Sink) -> Times {
    let (trials, until) = until::trials(root, sink).unzip();
    if let Some(trials) = trials {
        few(trials, root, sink);
    }
    let (horizon, until_first_miss) = horizon(root, sink).unzip();
    let start = start(root, sink);
    Times {
        horizon,
        until_first_miss: until_first_miss == Some(true),
        trials,
        until: until.flatten(),
        wrong_start: start.is_none(),
        start: start.flatten(),
        lacks_calendar: !root.has("start") && !root.means("start"),
    }
}

/// Reads everything else.
pub(crate) fn timeline(
    root: &Reader<'_>,
    slo: Option<&Reader<'_>>,
    times: &Times,
    sink: &mut Sink,
) -> Option<Timeline> {
    let seed = root.count("seed", sink);
    let budget = root.count("event_budget", sink);
    let from = root.duration("measure_from", sink);
    let at = root.durations("measure_at", sink);
    let target = slo.and_then(|slo| share(slo, "target", sink));
    let confidence = slo.and_then(|slo| confidence(slo, sink));
    let window = slo.and_then(|slo| window(slo, sink));
    let horizon = times.horizon?;
    let from = from.and_then(|from| warm_up(root, from, horizon, sink));
    let at = at.and_then(|at| instants(at, horizon, sink));
    let window = window.filter(|_| !times.wrong_start)?;
    let (start, until_first_miss) = (times.start.as_ref(), times.until_first_miss);
    let slo_span = slo.map_or(0..0, |slo| slo.span_of("window"));
    let place = (&slo_span, times.lacks_calendar);
    // A trial that ends at its first miss is not judged by windows, so how they fit says nothing.
    let mut unheard = Sink::default();
    let windows = if until_first_miss {
        let windows = windows(window, start, (from?, horizon), place, &mut unheard);
        sink.take_errors(unheard);
        windows?
    } else {
        windows(window, start, (from?, horizon), place, sink)?
    };
    let from = from?;
    let months = months_of(&windows, start, from, horizon);
    let measure = Measure { horizon, from, windows, months, at: at?, until_first_miss, event_budget: budget? };
    Some(Timeline { seed: seed?, trials: times.trials?, measure, target: target?, window, confidence: confidence? })
}

fn few(trials: u64, root: &Reader<'_>, sink: &mut Sink) {
    if trials < FEW_TRIALS {
        let words = format!("{trials} trials are few: below {FEW_TRIALS} the intervals of rare outages say little");
        sink.hint(codes::FEW_TRIALS, &root.span_of("trials"), words);
    }
}

/// The horizon, and whether the first miss ends a trial.
fn horizon(root: &Reader<'_>, sink: &mut Sink) -> Option<(SimTime, bool)> {
    if !root.has("horizon") {
        root.missing("horizon", "horizon = \"360 days\"", sink);
        return None;
    }
    let node = root.node("horizon", sink)?;
    match &node.value {
        Value::Text(_) => root.span_of_time("horizon", sink).map(|length| (SimTime::ZERO.after(length), false)),
        Value::Table(_) => {
            let reader = Reader::new(&node, "horizon", sink);
            let until = reader.choice("until", sink);
            if !reader.has("until") {
                reader.missing("until", "until = \"first miss\"", sink);
            }
            if !reader.has("at_most") {
                reader.missing("at_most", "at_most = \"100000 h\"", sink);
            }
            let length = reader.span_of_time("at_most", sink)?;
            until.map(|_| (SimTime::ZERO.after(length), true))
        }
        _ => wrong_type(&node, "horizon", "a duration such as \"360 days\"", sink),
    }
}

fn warm_up(root: &Reader<'_>, from: SimDuration, horizon: SimTime, sink: &mut Sink) -> Option<SimTime> {
    let from = SimTime::ZERO.after(from);
    if from >= horizon {
        let words = "the warm-up is as long as the horizon, so nothing is measured";
        sink.error(codes::TIME, &root.span_of("measure_from"), words);
        return None;
    }
    Some(from)
}

/// The sampled instants in their order.
fn instants(at: Vec<(SimDuration, Range<usize>)>, horizon: SimTime, sink: &mut Sink) -> Option<Vec<SimTime>> {
    let mut fine = true;
    let mut instants: Vec<SimTime> = Vec::with_capacity(at.len());
    for (length, span) in at {
        let instant = SimTime::ZERO.after(length);
        if instant >= horizon {
            sink.error(codes::TIME, &span, "this instant does not lie before the horizon, where the trial ends");
            fine = false;
        } else if instants.contains(&instant) {
            sink.error(codes::DUPLICATE, &span, "this instant is listed twice");
            fine = false;
        }
        instants.push(instant);
    }
    instants.sort_unstable();
    fine.then_some(instants)
}

/// The calendar; the outer `None` is a mistake, the inner one no calendar.
fn start(root: &Reader<'_>, sink: &mut Sink) -> Option<Option<CalendarStart>> {
    let time_zone = root.text("time_zone", sink);
    let Some(node) = root.node("start", sink) else {
        if root.has("time_zone") {
            sink.error(
                codes::EXCLUSIVE,
                &root.span_of("time_zone"),
                "`time_zone` is the zone of `start`, which is absent",
            )
            .help("add for example `start = \"2026-01-01\"`");
            return None;
        }
        return Some(None);
    };
    let (Value::Text(text) | Value::Date(text)) = &node.value else {
        return wrong_type(&node, "start", "a date such as \"2026-01-01\"", sink);
    };
    let no_date = |sink: &mut Sink| {
        sink.error(codes::INSTANT, &node.span, format!("`start`: \"{text}\" is not a date"))
            .help("write \"2026-01-01\" or \"2026-01-01T08:00\"; the zone stands in `time_zone`");
    };
    // Both are told, whichever is wrong.
    if time_zone.as_deref().is_none_or(|zone| months::zone(zone).is_none()) && months::start(text, "UTC").is_err() {
        no_date(sink);
    }
    match months::start(text, &time_zone?) {
        Ok(start) => Some(Some(start)),
        Err(months::Wrong::Date) => {
            no_date(sink);
            None
        }
        Err(months::Wrong::Zone) => {
            sink.error(codes::INSTANT, &root.span_of("time_zone"), "this is not an IANA time zone")
                .help("write for example \"Europe/Berlin\" or \"UTC\"");
            None
        }
    }
}

pub(crate) fn share(slo: &Reader<'_>, name: &str, sink: &mut Sink) -> Option<Target> {
    let ratio = slo.share(name, sink)?;
    let node = slo.node(name, sink)?;
    let text = match &node.value {
        Value::Text(text) | Value::Float(_, text) => text.trim().to_owned(),
        Value::Integer(number) => number.to_string(),
        _ => return None,
    };
    Some(Target { text, numerator: ratio.numerator, denominator: ratio.denominator })
}

fn confidence(slo: &Reader<'_>, sink: &mut Sink) -> Option<Target> {
    let level = share(slo, "confidence", sink)?;
    if level.numerator == 0 || level.numerator == level.denominator {
        let words = "a confidence lies between 0% and 100%, without either";
        sink.error(codes::RANGE, &slo.span_of("confidence"), words).help("95% is usual");
        return None;
    }
    Some(level)
}

fn window(slo: &Reader<'_>, sink: &mut Sink) -> Option<Window> {
    let node = slo.node("window", sink)?;
    match &node.value {
        Value::Text(text) if text == "month" => Some(Window::Month),
        Value::Text(text) if units::duration(text).is_err() && text.contains("month") => {
            sink.error(codes::DURATION, &node.span, format!("\"{text}\" has no fixed length"))
                .help("write \"month\" for calendar months, or \"30 days\"");
            None
        }
        _ => slo.span_of_time("window", sink).map(Window::Length),
    }
}

/// SL-02, SL-03: the months that Azure's promise goes by: those of the calendar, where one is known, though none of them be whole;
/// else the objective's windows if they are months, else 30 days each. None where there are more than anybody would pay for.
fn months_of(windows: &Windows, start: Option<&CalendarStart>, from: SimTime, horizon: SimTime) -> Windows {
    let is_month = |window| MONTH_DAYS.contains(&(windows.length(window).as_ms() / DAY_MS));
    let month = SimDuration::from_ms(30 * DAY_MS);
    if horizon.since(from).as_ms() / month.as_ms() > WINDOWS_MAX {
        return Windows::new(Vec::new(), false);
    }
    let of_calendar = start.map(|start| months::windows(start, from, horizon, &(0..0), &mut Sink::default()));
    match of_calendar {
        Some(months) => months,
        None if windows.whole() > 0 && (0..windows.whole()).all(is_month) => windows.clone(),
        None => Windows::every(month, from, horizon),
    }
}

fn windows(
    window: Window,
    start: Option<&CalendarStart>,
    (from, horizon): (SimTime, SimTime),
    (span, lacks_calendar): (&Range<usize>, bool),
    sink: &mut Sink,
) -> Option<Windows> {
    let measured = horizon.since(from).as_ms();
    let length = match (window, start) {
        (Window::Length(length), _) => length,
        (Window::Month, Some(start)) => return Some(months::windows(start, from, horizon, span, sink)),
        (Window::Month, None) if !lacks_calendar => return None,
        (Window::Month, None) => {
            sink.error(codes::MONTHS, span, "calendar months need to know the calendar")
                .help("add for example `start = \"2026-01-01\"`, or write window = \"30 days\"");
            return None;
        }
    };
    let count = measured.div_ceil(length.as_ms());
    if count > WINDOWS_MAX {
        let words = format!("{count} windows of {} are more than {WINDOWS_MAX}", duration_words(length));
        sink.error(codes::WINDOWS, span, words).help("a longer window, or a shorter horizon");
        return None;
    }
    let rest = measured % length.as_ms();
    if measured < length.as_ms() {
        let words = format!(
            "one window ({}) is longer than the measured time, so no window can be breached",
            duration_words(length)
        );
        sink.hint(codes::SHORT_WINDOW, span, words);
    } else if rest > 0 {
        let rest = duration_words(SimDuration::from_ms(rest));
        let words =
            format!("the last {rest} are no whole window of {}: they never count as a breach", duration_words(length));
        let whole = duration_words(SimDuration::from_ms(measured / length.as_ms() * length.as_ms()));
        sink.hint(codes::PART_WINDOW, span, words).help(format!("{whole} of measured time would fit"));
    }
    Some(Windows::every(length, from, horizon))
}
