//! When a design is up: what it needs, of its machines, of its parts or by the deadline of its jobs, and the limit of times in it.
//!
//! What can go wrong, told all at once: nothing is asked, two things are, or something that the design does not have.

use crate::codes;
use crate::components::Site;
use crate::demand::Clock;
use crate::diagnostic::Sink;
use crate::keys;
use crate::parts::{self, Sets};
use crate::reader::Reader;
use crate::service::Within;
use crate::tries;
use std::ops::Range;
use zonefall_fleet::{Least, Need, Structure};

/// The keys that say when the service is up.
const OBJECTIVES: [&str; 4] = ["min_serving", "min_served", "p95_latency", "jobs_by_deadline"];

/// What arrives; what could not be read may be there.
#[derive(Clone, Copy)]
pub(crate) struct Arrives {
    pub demand: bool,
    pub jobs: bool,
}

/// What is needed, where it is written, and the limit of times in it.
pub(crate) struct Objective {
    pub need: Need,
    pub span: Range<usize>,
    pub within: Option<Within>,
}

/// All that is asked of a design; an outer `None` is a mistake.
pub(crate) struct Objectives {
    /// Beside what a service of parts needs: by the deadline of its jobs.
    pub of_jobs: Option<Option<Objective>>,
    /// Of its machines or its parts; of its jobs where it has no parts.
    pub of_service: Option<Objective>,
}

/// Reads what a design needs; nothing is told of an objective that `is_misspelt`.
pub(crate) fn objectives(
    reader: &Reader<'_>,
    around: (&Site<'_>, &Clock<'_>),
    sets: Sets<'_>,
    (arrives, is_misspelt): (Arrives, bool),
    sink: &mut Sink,
) -> Objectives {
    if parts::are_there(reader) {
        return of_parts(reader, around, sets, arrives, sink);
    }
    Objectives { of_jobs: Some(None), of_service: of_sets(reader, arrives, is_misspelt, sink) }
}

/// What a service of parts needs: by the deadline of its jobs, where that is asked, and of its parts.
fn of_parts(
    reader: &Reader<'_>,
    (site, clock): (&Site<'_>, &Clock<'_>),
    sets: Sets<'_>,
    arrives: Arrives,
    sink: &mut Sink,
) -> Objectives {
    let mut of_jobs = Some(None);
    let slo = reader.sub("slo", "slo", sink);
    if let Some(slo) = slo.as_ref().filter(|slo| slo.has("jobs_by_deadline")) {
        of_jobs = by_deadline(slo, arrives.jobs, sink).map(Some);
        if slo.has("p95_latency") {
            let words = "`jobs_by_deadline` and `p95_latency` are two objectives: keep one";
            sink.error(codes::EXCLUSIVE, &slo.span_of("p95_latency"), words);
            of_jobs = None;
        }
    }
    let rest = slo.as_ref().map_or(Some(None), |slo| parts::least(slo, arrives.demand, sink));
    let need = parts::service((reader, slo.as_ref()), sets, arrives.demand, rest, (site, clock), sink);
    let within = slo.as_ref().map_or(Some(None), |slo| within(slo, sink));
    let fine = one_queue(reader, sink);
    let need =
        need.filter(|(need, _)| as_read(need).is_none_or(|parts| tries::have_a_queue(reader, parts, sink)) && fine);
    let of_service = need.zip(within).map(|((need, span), within)| Objective { need, span, within });
    Objectives { of_jobs, of_service }
}

/// What is needed, where that is said, and the limit on times; nothing is told of what is misspelt.
fn of_sets(reader: &Reader<'_>, arrives: Arrives, is_misspelt: bool, sink: &mut Sink) -> Option<Objective> {
    let slo = reader.sub("slo", "slo", sink);
    let said = |key: &str| slo.as_ref().is_some_and(|slo| slo.has(key));
    if let Some(slo) = slo.as_ref().filter(|slo| slo.has("holds")) {
        return no_parts(slo, is_misspelt, sink);
    }
    let means = |slo: &Reader<'_>| OBJECTIVES.iter().any(|key| slo.means(key));
    let Some(slo) = slo.as_ref().filter(|_| OBJECTIVES.iter().any(|key| said(key))) else {
        if is_misspelt || slo.as_ref().is_some_and(means) {
            return None;
        }
        let span = slo.as_ref().map_or_else(|| reader.span().clone(), |slo| slo.span().clone());
        sink.error(codes::OBJECTIVE, &span, "the scenario does not say when the service is up")
            .lacks(OBJECTIVES.map(|key| keys::join("slo", key)).iter().map(String::as_str))
            .help("write `min_serving = 6` under `[slo]`, or `min_served = \"99%\"` with `[demand]`");
        return None;
    };
    let first = if said("min_serving") { "min_serving" } else { "jobs_by_deadline" };
    for other in OBJECTIVES.into_iter().filter(|&other| other != first && said(first) && said(other)) {
        let words = format!("`{first}` and `{other}` are two objectives: keep one");
        sink.error(codes::EXCLUSIVE, &slo.span_of(other), words);
    }
    if said("jobs_by_deadline") {
        return by_deadline(slo, arrives.jobs, sink);
    }
    let within = within(slo, sink)?;
    if said("min_serving") {
        let count = slo.count("min_serving", sink)?;
        return Some(Objective { need: Need::Serving(count as u32), span: slo.span_of("min_serving"), within: None });
    }
    let (need, span, within) = match parts::least(slo, arrives.demand, sink)? {
        Some((Least::Serving(least), span)) => (Need::Serving(least), span, None),
        Some((Least::Served(share, of), span)) => (Need::Served(share, of), span, within),
        // Nothing is asked of how much is served.
        None => (Need::Served(0, 1), slo.span_of("p95_latency"), within),
    };
    Some(Objective { need, span, within })
}

/// `holds` in a design without parts.
fn no_parts(slo: &Reader<'_>, is_misspelt: bool, sink: &mut Sink) -> Option<Objective> {
    let name = slo.text("holds", sink)?;
    if !is_misspelt {
        let more = sink.error(codes::PART, &slo.span_of("holds"), "`holds` names a part, and the design has none");
        let part = if name.is_empty() { "[part.<name>]".to_owned() } else { format!("[part.{}]", name) };
        more.lacks_named(&["part", "component", "failover"], &name).help(format!(
            "write `{part}`: with `sets = [\"<set>\"]` and `min_serving`, or with `all`, `any` or `of` other parts"
        ));
    }
    None
}

/// The limit on times: the outer `None` is a mistake, the inner one its absence.
fn within(slo: &Reader<'_>, sink: &mut Sink) -> Option<Option<Within>> {
    let within = slo.optional("p95_latency", sink, Reader::fine_span_of_time)?;
    Some(within.map(|within| Within { within, span: slo.span_of("p95_latency") }))
}

/// A ceiling is of one queue: a service of parts may have several.
fn one_queue(reader: &Reader<'_>, sink: &mut Sink) -> bool {
    let (key, help) =
        ("service.ceiling", "a ceiling of a service of parts is a component with `capacity` and `min_served`");
    let fine = reader.place(key) == reader.place("service");
    if !fine {
        let words = "a ceiling is of one queue, and a service of parts may have several";
        sink.error(codes::EXCLUSIVE, &reader.place(key), words).help(help);
    }
    fine
}

/// The parts of a service while it is read, before jobs take what works on them.
pub(crate) fn as_read(need: &Need) -> Option<&Structure> {
    if let Need::Parts(parts) = need { Some(parts) } else { None }
}

/// So many of the jobs by their deadline.
fn by_deadline(slo: &Reader<'_>, has_jobs: bool, sink: &mut Sink) -> Option<Objective> {
    let span = slo.span_of("jobs_by_deadline");
    let share = slo.share("jobs_by_deadline", sink);
    if !has_jobs {
        sink.error(codes::JOBS, &span, "`jobs_by_deadline` is a share of jobs, and there are none")
            .lacks(["jobs"])
            .help("add `[jobs]` with `count`, `at` and `deadline`");
        return None;
    }
    let share = share?;
    if share.numerator == 0 {
        sink.error(codes::RANGE, &span, "an objective of 0% is always met");
        return None;
    }
    Some(Objective { need: Need::Done(share.numerator, share.denominator), span, within: None })
}
