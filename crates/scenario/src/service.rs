//! How the machines of a design work on requests: `[service]` but for its dependencies, the limit on times, `[retry]`, and
//! (by `sessions`) the sessions that they hold.
//!
//! In: the sets (none where they could not be read) and the demand of a design. Out: a [`Service`], with the table of how much so
//! many machines may be sent for their answers to be in time, from closed forms. What can go wrong: times without a demand,
//! machines that are not alike, a limit that not even an idle machine keeps, more servers than the closed forms take on; told at
//! their places.

use crate::balancer;
use crate::blips;
use crate::codes;
use crate::diagnostic::Sink;
use crate::gateway;
use crate::memory::{Memory, Station};
use crate::parts;
use crate::patience;
use crate::reader::Reader;
use crate::sessions;
use crate::sets::Placed;
use crate::spread;
use crate::tiers;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use zonefall_exact::waiting::greatest_arrival;
use zonefall_fleet::policy::retry::Retry;
use zonefall_fleet::{Ceiling, IN_TIME, Latency, Limit, Need, Queue, Service};

/// The share of answers that a limit is about.
pub(crate) const LEVEL: f64 = IN_TIME.0 as f64 / IN_TIME.1 as f64;
/// The most that a ceiling lets through, in thousandths of a request a second.
pub(crate) const CEILING_MAX_MILLI: u64 = 1_000_000_000_000;
/// The most requests that are worked on at once in one queue.
pub(crate) const SERVERS_MAX: u64 = 10_000;

/// A limit as it was written.
pub(crate) struct Within {
    pub within: Duration,
    pub span: Range<usize>,
}

/// What a design says of how requests are worked on.
pub(crate) fn service(
    design: &Reader<'_>,
    (sets, workers): (Option<&[Placed]>, &[u32]),
    (need, has_demand): (Option<&Need>, bool),
    limit: (Option<&Within>, Option<&Memory>),
    sink: &mut Sink,
) -> Option<Service> {
    let numbered = sets.map(|sets| (0..).zip(sets));
    let served: Option<Vec<&Placed>> =
        numbered.map(|all| all.filter(|(at, _)| !workers.contains(at)).map(|(_, placed)| placed).collect());
    let served = served.as_deref();
    let (latency, ways) = match need {
        _ if !parts::are_there(design) => (latency(design, served, has_demand, limit, sink), Some(None)),
        Some(Need::Parts(parts)) if sets.is_some() => {
            let sets = sets.unwrap_or_default();
            (Some(None), tiers::ways(design, (parts, sets), has_demand, limit.0, sink))
        }
        // What is wrong with the parts has been told.
        _ => (None, None),
    };
    let retry = retry(design, has_demand, sink);
    let blips = blips::blips(design, has_demand, sink);
    let sessions = sessions::sessions(design, need, has_demand, sink);
    let ceiling = ceiling(design, (has_demand, workers.is_empty()), sink);
    let gateway = gateway::gateway(design, (need, has_demand), sink);
    let drain = balancer::drain(design, served, sink);
    let spreads_evenly = spread::evenly(design, served, (latency.as_ref(), ways.as_ref(), has_demand), sink);
    let known = latency.as_ref().and_then(Option::as_ref);
    let patience = patience::patience(design, (need, has_demand), known, sink);
    Some(Service {
        latency: latency?,
        ways: ways?,
        retry: retry?,
        blips: blips?,
        sessions: sessions?,
        drain: drain?,
        ceiling: ceiling?,
        gateway: gateway?,
        spreads_evenly: spreads_evenly?,
        patience: patience?,
    })
}

/// The outer `None` is a mistake, the inner one no retries.
fn retry(design: &Reader<'_>, has_demand: bool, sink: &mut Sink) -> Option<Option<Retry>> {
    let Some(reader) = design.sub_or_off("retry", "retry", sink) else { return Some(None) };
    let share = |name: &str, sink: &mut Sink| {
        reader.share(name, sink).map(|ratio| ratio.numerator as f64 / ratio.denominator as f64)
    };
    let tries = reader.count("tries", sink);
    let (wasted, faults) = (share("wasted_work", sink), share("faults", sink));
    let breaker = if reader.is_off("breaker") { Some(None) } else { share("breaker", sink).map(Some) };
    let budget = if reader.has("budget") {
        share("budget", sink).map(Some)
    } else {
        share("budget", sink);
        Some(None)
    };
    if !has_demand {
        sink.error(codes::SERVICE, reader.span(), "who tries again has asked before, and nothing arrives")
            .lacks_demand();
        return None;
    }
    let (tries, wasted) = (tries?, wasted?);
    if tries == 1 && wasted > 0.0 && !reader.has("wasted_work") {
        let words = format!(
            "this is not the same as no `[retry]`: an attempt that fails in an overload still costs {} % of the work of one that is served, so that fewer are, or none",
            wasted * 100.0
        );
        sink.warn(codes::ONE_TRY, &reader.span_of("tries"), words)
            .help("`wasted_work = 0` if what is too much is turned away at once, as it is without the table; else write what it is");
    }
    Some(Some(Retry { tries: tries as u32, wasted, breaker: breaker?, budget: budget?, faults: faults? }))
}

/// The outer `None` is a mistake, the inner one no ceiling.
fn ceiling(design: &Reader<'_>, (has_demand, beside): (bool, bool), sink: &mut Sink) -> Option<Option<Ceiling>> {
    let Some(service) = design.sub("service", "service", sink) else { return Some(None) };
    let Some(reader) = service.sub_or_off("ceiling", "service.ceiling", sink) else { return Some(None) };
    if !reader.has("capacity") {
        reader.missing("capacity", "capacity = \"800 req/s\"", sink);
    }
    let (name, capacity) = (reader.text("name", sink), reader.request_rate("capacity", sink));
    // Jobs of sets that do nothing else pass none.
    let has_jobs = beside && design.has("jobs") && !design.is_off("jobs");
    if !has_demand && !has_jobs {
        sink.error(codes::SERVICE, reader.span(), "a ceiling is one of what is served, and nothing arrives")
            .lacks(["demand", "jobs"])
            .help("add `[demand]` with `rate = \"600 req/s\"`");
        return None;
    }
    if service.has("parallelism") {
        let words = "times of responses know of no queue behind the machines: keep `parallelism` or `ceiling`";
        sink.error(codes::EXCLUSIVE, reader.span(), words);
        return None;
    }
    let (name, capacity_milli) = (name?, capacity?);
    if !(1..=CEILING_MAX_MILLI).contains(&capacity_milli) {
        let words = "a ceiling must be above 0 and at most 1,000,000,000 req/s";
        sink.error(codes::RANGE, &reader.span_of("capacity"), words);
        return None;
    }
    Some(Some(Ceiling { name, capacity_milli }))
}

/// The outer `None` is a mistake, the inner one that times are not asked for.
fn latency(
    design: &Reader<'_>,
    sets: Option<&[&Placed]>,
    has_demand: bool,
    (limit, memory): (Option<&Within>, Option<&Memory>),
    sink: &mut Sink,
) -> Option<Option<Latency>> {
    let reader = design.sub("service", "service", sink);
    let parallelism = reader.as_ref().and_then(|reader| reader.optional("parallelism", sink, Reader::count));
    let queue = reader.as_ref().and_then(|reader| reader.choice("queue", sink));
    let said = reader.as_ref().filter(|reader| reader.has("parallelism"));
    let Some(reader) = said else {
        if let Some(reader) = reader.as_ref().filter(|reader| reader.has("queue")) {
            let words = "`queue` says where requests wait, and nothing says how many a machine works on at once";
            sink.error(codes::SERVICE, &reader.span_of("queue"), words).help("add `parallelism = 8`");
            return None;
        }
        let Some(limit) = limit else { return Some(None) };
        let words = "times of responses need to know how many requests a machine works on at once";
        sink.error(codes::SERVICE, &limit.span, words).help("add `[service]` with `parallelism = 8`");
        return None;
    };
    let span = reader.span_of("parallelism");
    if !has_demand {
        sink.error(codes::SERVICE, &span, "times of responses are those of a demand, and there is none").lacks_demand();
    }
    // What is wrong with the sets has been told.
    let sets = sets.filter(|_| has_demand)?;
    let serves = alike(sets, &span, sink);
    let (parallelism, queue, serves_milli) = (parallelism??, queue?, serves?);
    let queue = if queue == "shared" { Queue::Shared } else { Queue::Each };
    let mut latency = Latency { parallelism: parallelism as u32, queue, serves_milli, limit: None };
    let machines: u64 = sets.iter().map(|placed| placed.most_machines()).sum();
    if queue == Queue::Shared && machines * parallelism > SERVERS_MAX {
        let words = format!(
            "{machines} machines that work on {parallelism} requests each are more than {SERVERS_MAX} in one queue"
        );
        sink.error(codes::SERVICE, &span, words).help("`queue = \"per-machine\"` has no such limit");
        return None;
    }
    if let Some(limit) = limit {
        latency.limit = Some(admitted(&latency, machines, limit, memory, sink)?);
    }
    Some(Some(latency))
}

/// What each machine serves. The closed forms know servers of one kind.
fn alike(sets: &[&Placed], span: &Range<usize>, sink: &mut Sink) -> Option<u64> {
    let first = sets.first()?.set.serves_milli;
    let Some(other) = sets.iter().find(|placed| placed.set.serves_milli != first) else { return Some(first) };
    let words = format!(
        "times of responses need machines that are alike: `{}` serves {} req/s a machine, `{}` {}",
        sets[0].set.name,
        first as f64 / 1000.0,
        other.set.name,
        other.set.serves_milli as f64 / 1000.0
    );
    sink.error(codes::SERVICE, span, words).help("give all sets the same `capacity_per_instance`");
    None
}

/// How much so many machines may be sent.
fn admitted(of: &Latency, machines: u64, limit: &Within, memory: Option<&Memory>, sink: &mut Sink) -> Option<Limit> {
    let service = of.serves_milli as f64 / 1000.0 / f64::from(of.parallelism);
    let within = limit.within.as_secs_f64();
    let most = |machines: u64, known: f64| {
        greatest_arrival(machines * u64::from(of.parallelism), service, LEVEL, within, known).unwrap_or(0.0)
    };
    let one = most(1, 0.0);
    if one <= 0.0 {
        let idle = -libm::log(1.0 - LEVEL) / service;
        let words = format!(
            "no machine can keep this: a request takes {} ms on average, and alone 95 % are answered within {} ms",
            tiers::ms_above(1.0 / service),
            tiers::ms_above(idle)
        );
        sink.error(codes::SERVICE, &limit.span, words)
            .help("a longer limit, or less `parallelism` at the same `capacity_per_instance`");
        return None;
    }
    let milli = |rate: f64| (rate * 1000.0) as u64;
    let admits: Vec<u64> = match of.queue {
        Queue::Each => (0..=machines).map(|machines| milli(one * machines as f64)).collect(),
        Queue::Shared => {
            let station = Station { parallelism: of.parallelism, serves_milli: of.serves_milli, within: limit.within };
            // More machines are never sent less.
            let next = |machines: u64, known: f64| if machines == 0 { 0.0 } else { most(machines, known) };
            let own = Memory::default();
            let rates = memory.unwrap_or(&own).admitted(station, machines as usize + 1, next);
            rates.into_iter().map(milli).collect()
        }
    };
    Some(Limit { within: limit.within, admits_milli: Arc::from(admits) })
}
