//! `[jobs]`: a batch a day, and a deadline. Days are cut here, by a time zone's clock, so that the fleet only knows instants.
//!
//! `jobs.sets` says who does nothing else.
//!
//! What can go wrong: no calendar, names of no set, nobody left for requests, times that are none, more batches or work than is
//! accepted; all told at their places. On a day whose clock skips a time, the batch comes at the instant that the zone's rule
//! gives for it.

use crate::arrivals::Daily;
use crate::codes;
use crate::demand::{Clock, zone};
use crate::designs::SET_KINDS;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use std::sync::Arc;
use zonefall_engine::SimTime;
use zonefall_fleet::{Batch, JOBS_TOTAL_MAX, Jobs, Need};

/// The most batches of a trial.
const BATCHES_MAX: u64 = 1_000_000;
const DAY_MS: u64 = 86_400_000;

/// The sets that do nothing but jobs, of sets of these names, in their order; none where there are no jobs.
pub(crate) fn sets(root: &Reader<'_>, names: &[&str], sink: &mut Sink) -> Option<Vec<u32>> {
    let Some(reader) = root.sub_or_off("jobs", "jobs", sink) else { return Some(Vec::new()) };
    let mut found: Vec<u32> = Vec::new();
    let mut fine = true;
    for (name, span) in reader.texts("sets", sink)? {
        match names.iter().position(|set| *set == name) {
            Some(at) if found.contains(&(at as u32)) => {
                sink.error(codes::DUPLICATE, &span, format!("`{name}` is listed twice"));
                fine = false;
            }
            Some(at) => found.push(at as u32),
            None => {
                sink.error(codes::JOBS, &span, format!("the design has no set `{name}`"))
                    .lacks_named(&SET_KINDS, &name)
                    .nearest(&name, names.iter().copied());
                fine = false;
            }
        }
    }
    found.sort_unstable();
    fine.then_some(found)
}

/// Somebody has to be left for what else is asked of a design.
pub(crate) fn others_are_left(
    root: &Reader<'_>,
    (workers, sets): (&[u32], usize),
    (need, has_demand): (&Need, bool),
    sink: &mut Sink,
) -> Option<()> {
    let asks_nothing_else = matches!(need, Need::Done(..)) && !has_demand;
    if workers.len() < sets || workers.is_empty() || asks_nothing_else {
        return Some(());
    }
    let words = if has_demand {
        "every set does nothing but jobs, and requests arrive: nobody is left to serve them"
    } else {
        "every set does nothing but jobs, and the objective is one on machines that serve"
    };
    sink.error(codes::JOBS, &root.place("jobs.sets"), words)
        .help("leave a set out of `jobs.sets`, or take `sets` out: then jobs take what requests leave of all");
    None
}

/// The outer `None` is a mistake, the inner one no jobs. Of sets these do nothing else, as far as they could be read.
pub(crate) fn jobs(
    root: &Reader<'_>,
    workers: Option<&[u32]>,
    clock: &Clock<'_>,
    sink: &mut Sink,
) -> Option<Option<(Jobs, Daily)>> {
    let Some(reader) = root.sub_or_off("jobs", "jobs", sink) else { return Some(None) };
    let zone = zone(&reader, clock, sink);
    for (key, example) in [("count", "count = 20_000"), ("at", "at = \"22:00\""), ("deadline", "deadline = \"05:00\"")]
    {
        if !reader.has(key) {
            reader.missing(key, example, sink);
        }
    }
    let (count, sigma, work) = (reader.count("count", sink), reader.number("sigma", sink), reader.count("work", sink));
    let (at, deadline) = (minute(&reader, "at", sink), minute(&reader, "deadline", sink));
    let (Some(start), Some(horizon)) = (clock.start, clock.horizon) else {
        if clock.lacks_calendar {
            sink.error(codes::JOBS, reader.span(), "a batch a day needs to know the calendar")
                .help("add for example `start = \"2026-01-01\"` at the top of the file");
        }
        return None;
    };
    if horizon.as_ms() / DAY_MS > BATCHES_MAX {
        let words = format!("a batch a day makes more than {BATCHES_MAX} of them within the horizon");
        sink.error(codes::TOO_MUCH, reader.span(), words);
        return None;
    }
    let (count, sigma, work, at, deadline) = (count?, sigma?, work?, at?, deadline?);
    let zone = zone?;
    let batches = days(&zone, start.unix_ms, horizon, (at, deadline));
    let jobs = Jobs { count, work, sigma, batches: Arc::from(batches), through: None, sets: Arc::from(workers?) };
    let most = jobs.most();
    if most > JOBS_TOTAL_MAX {
        let days = jobs.batches.len();
        let what = if work == 1 { "jobs" } else { "requests' worth of jobs" };
        let words = format!("`count` makes up to {most:.1e} {what} in {days} days, more than {JOBS_TOTAL_MAX:.0e}");
        sink.error(codes::TOO_MUCH, &reader.span_of("count"), words)
            .help("a smaller `count`, `work` or `sigma`, or a shorter horizon");
        return None;
    }
    let hour = |time: Time| format!("{:02}:{:02}", time.hour(), time.minute());
    let time_zone = zone.iana_name().unwrap_or("UTC").to_owned();
    Some(Some((jobs, Daily { at: hour(at), deadline: hour(deadline), time_zone })))
}

/// A time of the day.
fn minute(reader: &Reader<'_>, name: &str, sink: &mut Sink) -> Option<Time> {
    let text = reader.text(name, sink)?;
    let parsed = text.split_once(':').and_then(|(hours, minutes)| {
        let number = |text: &str| text.parse::<i8>().ok().filter(|_| text.len() == 2);
        Time::new(number(hours)?, number(minutes)?, 0, 0).ok()
    });
    if parsed.is_none() {
        sink.error(codes::JOBS, &reader.span_of(name), format!("`{name}`: \"{text}\" is not a time of the day"))
            .help("write \"05:00\" or \"22:30\"");
    }
    parsed
}

/// A batch a day that comes within the horizon.
fn days(zone: &TimeZone, start_unix_ms: i64, horizon: SimTime, (at, deadline): (Time, Time)) -> Vec<Batch> {
    let instant =
        |date: Date, time: Time| crate::months::local_ms(date.to_datetime(time), zone)?.checked_sub(start_unix_ms);
    let mut batches: Vec<Batch> = Vec::new();
    let Ok(begin) = Timestamp::from_millisecond(start_unix_ms) else { return batches };
    let mut date = begin.to_zoned(zone.clone()).date();
    loop {
        let Ok(next) = date.tomorrow() else { break };
        let due = if deadline > at { date } else { next };
        let (Some(comes), Some(due)) = (instant(date, at), instant(due, deadline)) else { break };
        if comes >= horizon.as_ms() as i64 {
            break;
        }
        // A day whose clock jumps over both times has no batch of its own.
        if comes >= 0 && due > comes {
            batches.push(Batch { at: SimTime::from_ms(comes as u64), due: SimTime::from_ms(due as u64) });
        }
        date = next;
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;

    fn hours(zone: &str, start_unix_ms: i64, at: i8, deadline: i8) -> Vec<(u64, u64)> {
        let zone = crate::months::zone(zone).expect("a zone");
        let hour = |hour| Time::new(hour, 0, 0, 0).expect("an hour");
        let found = days(&zone, start_unix_ms, SimTime::from_ms(2 * DAY_MS), (hour(at), hour(deadline)));
        found.into_iter().map(|of| (of.at.as_ms() / HOUR, of.due.as_ms() / HOUR)).collect()
    }

    #[test]
    fn a_batch_comes_every_day_and_is_due_at_the_next_such_time() {
        assert_eq!(hours("UTC", 0, 22, 5), [(22, 29), (46, 53)]);
        assert_eq!(hours("UTC", 0, 8, 17), [(8, 17), (32, 41)]);
        // From 2026-03-28 in Berlin: the next night is an hour shorter.
        assert_eq!(hours("Europe/Berlin", 1_774_652_400_000, 22, 5), [(22, 28), (45, 52)]);
    }
}
