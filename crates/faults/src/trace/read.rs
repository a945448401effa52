//! A trace from text: everything that is wrong is found and said, line by line.

use super::problems::{Problems, TraceError};
use super::row::{EFFECTS, Header, Row, Stage, Trace, TrialId, effect_word, scope_from_word};
use super::table::{Fields, Table, read_file, without_mark};
use super::write::{COLUMNS, TITLE};
use super::{FORMAT, ROWS_MAX};
use crate::mode::{Effect, Scope};
use std::collections::BTreeMap;
use std::path::Path;
use zonefall_engine::{SimDuration, SimTime};

/// The most different causes of one file.
const CAUSES_MAX: usize = 4096;

/// Reads a fault trace from a file of at most [`super::BYTES_MAX`] bytes.
///
/// # Errors
/// If the file cannot be read, or for the reasons of [`parse_trace`].
pub fn read_trace(path: &Path) -> Result<Trace, TraceError> {
    parse_trace(&read_file(path)?)
}

/// Reads a fault trace from its text.
///
/// # Errors
/// If this is no trace of format [`FORMAT`], columns are missing, there are too many rows or members, or any line is
/// wrong; every wrong line is named, the first [`super::PROBLEMS_SHOWN_MAX`] in words.
pub fn parse_trace(bytes: &[u8]) -> Result<Trace, TraceError> {
    let text = without_mark(bytes);
    let mut problems = Problems::new("line");
    let (header, lines, rest) = read_header(text, &mut problems)?;
    let mut table = Table::new(rest, lines)?;
    let columns = table.columns(COLUMNS)?;
    let (mut trace, mut places, mut members) = (Trace::new(header), Vec::new(), 0);
    while let Some(fields) = table.next()? {
        match fields.check().and_then(|()| read_row(&fields, &columns)) {
            Ok((row, cause)) => {
                members += row.members.split(';').count();
                trace.push(row, cause);
                places.push(fields.line);
            }
            Err(words) => problems.add(fields.line, words),
        }
        let counts = [("members", members, ROWS_MAX), ("causes", trace.causes().len(), CAUSES_MAX)];
        for (what, count, limit) in counts {
            if count > limit {
                return Err(TraceError::TooMany { what, count: count as u64, limit: limit as u64 });
            }
        }
    }
    check_events(&trace, &places, &mut problems);
    problems.into_result()?;
    Ok(trace)
}

/// The header, the number of its lines, and the text after it.
fn read_header<'a>(text: &'a [u8], problems: &mut Problems) -> Result<(Header, u64, &'a [u8]), TraceError> {
    let (mut rest, mut lines) = (text, 0);
    let mut values: BTreeMap<String, (u64, String)> = BTreeMap::new();
    while rest.first() == Some(&b'#') {
        let length = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| at + 1);
        let line = String::from_utf8_lossy(&rest[..length]);
        let line = line.trim_start_matches('#').trim();
        (rest, lines) = (&rest[length..], lines + 1);
        if lines == 1 && line != TITLE {
            break;
        }
        let Some((key, value)) = line.split_once(':') else { continue };
        let twice = values.insert(key.trim().to_lowercase(), (lines, value.trim().to_owned()));
        if twice.is_some() {
            problems.add(lines, format!("the header says `{}` twice", key.trim()));
        }
    }
    if !text.starts_with(b"#") || lines == 0 || (lines == 1 && values.is_empty()) {
        return Err(TraceError::NotATrace(format!("its first line is not `# {TITLE}`")));
    }
    match values.get("format") {
        Some((_, format)) if *format == FORMAT.to_string() => {}
        Some((_, format)) => return Err(TraceError::NotATrace(format!("its format is {format}"))),
        None => return Err(TraceError::NotATrace("its header does not say `format`".into())),
    }
    Ok((header(&values, problems), lines, rest))
}

fn header(values: &BTreeMap<String, (u64, String)>, problems: &mut Problems) -> Header {
    let mut number = |key: &str, radix: u32, required: bool| {
        let Some((line, value)) = values.get(key) else {
            if required {
                problems.add(1, format!("the header does not say `{key}`"));
            }
            return None;
        };
        let number = u64::from_str_radix(value, radix);
        if number.is_err() {
            problems.add(*line, format!("`{key}` must be a whole number, not `{value}`"));
        }
        number.ok()
    };
    let text = |key: &str| values.get(key).map_or("", |(_, value)| value);
    let (seed, trial, lineage) = (number("seed", 10, false), number("trial", 10, false), number("lineage", 10, false));
    let id = |seed, trial| TrialId { seed, trial, lineage: lineage.unwrap_or(0) };
    let names = text("not recorded").split(';').map(str::trim).filter(|name| !name.is_empty());
    Header {
        trial: seed.zip(trial).map(|(seed, trial)| id(seed, trial)),
        topology: number("topology", 16, true).unwrap_or(0),
        profile: number("profile", 16, true).unwrap_or(0),
        profile_name: text("profile name").to_owned(),
        population: number("population", 16, false),
        horizon: SimTime::from_ms(number("horizon_ms", 10, true).unwrap_or(0)),
        thinned: number("thinned", 10, false).unwrap_or(0),
        not_recorded: names.map(str::to_owned).collect(),
    }
}

/// One row and the name of its cause.
fn read_row<'a>(fields: &Fields<'a>, columns: &[usize; 11]) -> Result<(Row, &'a str), String> {
    let field = |column: usize| fields.text(columns[column]);
    let required = |column: usize| match field(column) {
        "" => Err(format!("`{}` is empty", COLUMNS[column])),
        text => Ok(text),
    };
    let whole = |column: usize| {
        let text = required(column)?;
        text.parse::<u64>().map_err(|_| format!("`{}` must be a whole number, not `{text}`", COLUMNS[column]))
    };
    let time = |column: usize| match whole(column)? {
        ms if ms > SimDuration::MAX.as_ms() => Err(format!("`{}` is beyond 10,000 years", COLUMNS[column])),
        ms => Ok(SimTime::from_ms(ms)),
    };
    let optional = |column: usize| if field(column).is_empty() { Ok(None) } else { time(column).map(Some) };
    let event_id = whole(0)?;
    let parent_id = if field(1).is_empty() { None } else { Some(whole(1)?) };
    let stage = Stage::from_word(required(2)?).ok_or_else(|| unknown("stage", field(2)))?;
    let (announced, start, end) = (optional(3)?, time(4)?, optional(5)?.unwrap_or(SimTime::NEVER));
    if announced.is_some_and(|announced| announced > start) {
        return Err("it is announced after it starts".into());
    }
    if stage == Stage::Past && (start > SimTime::ZERO || end == SimTime::NEVER) {
        return Err(
            "a wave that was over before the trial starts at 0 and ends as long after it as it began before it".into(),
        );
    }
    if end < start {
        return Err(format!("it ends at {} ms, before it starts at {} ms", end.as_ms(), start.as_ms()));
    }
    let scope = scope_from_word(required(6)?).ok_or_else(|| unknown("scope", field(6)))?;
    let effect = read_effect(required(8)?, field(9))?;
    check_effect(effect, stage, scope)?;
    required(10)?;
    let members = fields.raw(columns[7]).into();
    let row = Row { event_id, parent_id, stage, announced, start, end, scope, members, effect, cause: 0 };
    Ok((row, fields.raw(columns[10])))
}

fn unknown(what: &str, word: &str) -> String {
    format!("there is no {what} `{word}`")
}

fn read_effect(word: &str, factor: &str) -> Result<Effect, String> {
    let known = EFFECTS.into_iter().find(|&e| effect_word(e) == word);
    match known.ok_or_else(|| unknown("effect", word))? {
        Effect::Degraded(_) => match factor.parse() {
            Ok(left) if left <= 1000 => Ok(Effect::Degraded(left)),
            _ => Err(format!("`factor` must lie between 0 and 1000, not `{factor}`")),
        },
        effect if factor.is_empty() => Ok(effect),
        _ => Err(format!("`factor` goes with the effect `degraded`, not with `{word}`")),
    }
}

/// What an effect cannot be said of.
fn check_effect(effect: Effect, stage: Stage, scope: Scope) -> Result<(), String> {
    let word = effect_word(effect);
    let each = stage == Stage::Shock || (stage == Stage::Unit && scope == Scope::Instance);
    match (stage, effect) {
        (Stage::Main | Stage::Tail, Effect::Unhealthy) => Ok(()),
        (_, Effect::Evicted | Effect::Unhealthy) if !each => {
            Err(format!("`{word}` strikes each machine by itself: stage `shock`, or stage `unit` of scope `instance`"))
        }
        (Stage::Allocation, Effect::Frozen) => Err("a zone's capacity is `down` or `degraded`, not `frozen`".into()),
        (Stage::ControlPlane, Effect::Frozen | Effect::Degraded(_)) => {
            Err(format!("a control plane is `down`, not `{word}`"))
        }
        _ => Ok(()),
    }
}

/// Rows of one event agree on their cause and parent; parents exist; a late rack has a main row.
fn check_events(trace: &Trace, places: &[u64], problems: &mut Problems) {
    let rows = trace.rows();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|&at| (rows[at].event_id, rows[at].stage));
    let known = |id: u64| order.binary_search_by_key(&id, |&at| rows[at].event_id).is_ok();
    let mut first: Option<usize> = None;
    for &at in &order {
        let row = &rows[at];
        match first.map(|first| &rows[first]).filter(|first| first.event_id == row.event_id) {
            Some(main) => {
                if (main.cause, main.parent_id) != (row.cause, row.parent_id) {
                    problems.add(places[at], format!("event {} has another cause or parent elsewhere", row.event_id));
                }
                if row.stage == Stage::Unit {
                    problems.add(places[at], format!("event {} is not only this unit's", row.event_id));
                }
            }
            None => {
                first = Some(at);
                if row.stage == Stage::Tail {
                    problems.add(places[at], format!("event {} has late racks but no main row", row.event_id));
                }
            }
        }
        if row.parent_id.is_some_and(|parent| parent >= row.event_id || !known(parent)) {
            problems.add(places[at], "`parent_id` must be an event of the file with a lower number");
        }
    }
}
