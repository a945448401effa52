//! Times of responses of a service of parts: `parallelism` and `queue` of `[service]` or of a part, and the limit on times.
//!
//! In: the tree, its sets and the demand. Out: the tiers and the ways through them, for the fleet's own closed forms. What can
//! go wrong: parts that do not say how they work, machines of one part that are not alike, capacities of components (no
//! queue is known before them), answers that wait for k of n parts, ways that are too long or too many, a limit that not even
//! idle machines keep; told at their places, all at once.

use crate::codes;
use crate::diagnostic::Sink;
use crate::patience::SERVED_INSTEAD;
use crate::reader::Reader;
use crate::service::{LEVEL, SERVERS_MAX, Within};
use crate::sets::Placed;
use std::ops::Range;
use zonefall_fleet::{NoWay, Part, Queue, Structure, TIERS_MAX, Tier, WAYS_MAX, Ways};

/// How machines work on requests, as it is written.
struct Said {
    parallelism: Option<u64>,
    queue: Option<Queue>,
    span: Range<usize>,
}

/// What is asked of the times of a service: the outer `None` is a mistake, the inner one that they are not asked for.
pub(crate) fn ways(
    design: &Reader<'_>,
    (service, sets): (&Structure, &[Placed]),
    has_demand: bool,
    limit: Option<&Within>,
    sink: &mut Sink,
) -> Option<Option<Ways>> {
    let whole = match design.sub("service", "service", sink) {
        Some(reader) => said(&reader, sink),
        None => Some(Said { parallelism: None, queue: None, span: design.span().clone() }),
    };
    let own: Vec<Option<(&str, Said)>> = design
        .named("part", sink)
        .into_iter()
        .map(|(name, _, node)| Some((name, said(&Reader::new(node, "part.<name>", sink), sink)?)))
        .collect();
    let (whole, own) = (whole?, own.into_iter().collect::<Option<Vec<_>>>()?);
    let parts = || own.iter().map(|(_, said)| said);
    let all = || std::iter::once(&whole).chain(parts());
    let Some(first) = all().find(|said| said.parallelism.is_some()) else {
        let waits =
            design.sub("service", "service", sink).is_some_and(|of| of.has("patience") && !of.is_off("patience"));
        return nothing_said(all().find(|said| said.queue.is_some()), (limit, waits), sink);
    };
    let mut fine = true;
    if !has_demand {
        sink.error(codes::SERVICE, &first.span, "times of responses are those of a demand, and there is none")
            .lacks_demand();
        fine = false;
    }
    if let Some((at, _)) = service.components().find(|(_, component)| component.ceiling.is_some()) {
        let name = &service.nodes[at].name;
        let words =
            format!("times of responses know of no queue before `{name}`: keep `parallelism` or its `capacity`");
        sink.error(codes::EXCLUSIVE, &first.span, words)
            .help("what works on requests with a queue is a set of machines, or a virtual machine");
        fine = false;
    }
    let tiers = tiers(service, sets, (&whole, &own), &first.span, sink)?;
    let ways = match service.ways(&tiers) {
        Ok(ways) => Ways { tiers, ways, within: limit.map(|limit| limit.within) },
        Err(why) => {
            refuse(why, service, &first.span, sink);
            return None;
        }
    };
    fine &= limit.is_none_or(|limit| some_way_keeps(&ways, limit, sink));
    fine.then_some(Some(ways))
}

fn said(reader: &Reader<'_>, sink: &mut Sink) -> Option<Said> {
    let parallelism = reader.optional("parallelism", sink, Reader::count)?;
    let queue = match reader.has("queue") {
        true => Some(if reader.choice("queue", sink)? == "shared" { Queue::Shared } else { Queue::Each }),
        false => None,
    };
    let key = if parallelism.is_some() { "parallelism" } else { "queue" };
    Some(Said { parallelism, queue, span: reader.span_of(key) })
}

/// Nobody says how many requests a machine works on at once. Where clients wait before all parts nobody may.
fn nothing_said(
    queue: Option<&Said>,
    (limit, waits): (Option<&Within>, bool),
    sink: &mut Sink,
) -> Option<Option<Ways>> {
    let (span, words) = match (limit, queue) {
        (None, None) => return Some(None),
        (Some(limit), _) => {
            (&limit.span, "times of responses need to know how many requests a machine works on at once")
        }
        (None, Some(queue)) => {
            (&queue.span, "`queue` says where requests wait, and nothing says how many a machine works on at once")
        }
    };
    let help = match (waits, limit) {
        (false, _) => "add `[service]` with `parallelism = 8`, or `parallelism` to each part",
        (true, None) => "take `queue` out: by `patience` requests wait in one line before the parts",
        (true, Some(_)) => "take `p95_latency` out, or `patience`, with which no times of a service of parts are told",
    };
    let instead = if waits && limit.is_some() { SERVED_INSTEAD } else { "" };
    sink.error(codes::SERVICE, span, words).help(format!("{help}{instead}"));
    None
}

fn tiers(
    service: &Structure,
    sets: &[Placed],
    (whole, own): (&Said, &[(&str, Said)]),
    span: &Range<usize>,
    sink: &mut Sink,
) -> Option<Vec<Tier>> {
    let mut fine = true;
    let mut tiers = Vec::new();
    for (node, of) in service.nodes.iter().enumerate() {
        let Part::Sets(sets_of, _) = &of.part else { continue };
        let name = &of.name;
        let own = own.iter().find(|(part, _)| part == name).map(|(_, said)| said);
        let parallelism = own.and_then(|own| own.parallelism).or(whole.parallelism);
        let queue = own.and_then(|own| own.queue).or(whole.queue).unwrap_or(Queue::Each);
        let place = own.filter(|own| own.parallelism.is_some()).map_or(span, |own| &own.span);
        let mut no = |words: String, help: &str| {
            sink.error(codes::SERVICE, place, words).help(help);
            fine = false;
        };
        let Some(parallelism) = parallelism else {
            no(
                format!("times of responses are told, and `{name}` does not say how many requests a machine works on"),
                "add `parallelism = 8` to it, or `[service]` with `parallelism` for all parts that do not say",
            );
            continue;
        };
        let of_part = || sets_of.iter().map(|&at| &sets[at as usize]);
        let serves_milli = of_part().next().map_or(1, |placed| placed.set.serves_milli);
        if of_part().any(|placed| placed.set.serves_milli != serves_milli) {
            no(
                format!("times of responses need machines that are alike, and those of `{name}` are not"),
                "give all of its sets the same `capacity_per_instance`, or each a part of its own",
            );
        }
        let machines: u64 = of_part().map(Placed::most_machines).sum();
        if queue == Queue::Shared && machines * parallelism > SERVERS_MAX {
            no(
                format!(
                    "{machines} machines of `{name}` that work on {parallelism} requests each are more than {SERVERS_MAX} in one queue"
                ),
                "`queue = \"per-machine\"` has no such limit",
            );
        }
        tiers.push(Tier { node: node as u32, parallelism: parallelism as u32, queue, serves_milli });
    }
    fine.then_some(tiers)
}

fn refuse(why: NoWay, service: &Structure, span: &Range<usize>, sink: &mut Sink) {
    let (words, help) = match why {
        NoWay::Several(node) => (
            format!(
                "an answer that waits for several parts of `{}` takes as long as the last of them, which no closed form here knows",
                service.nodes[node as usize].name
            ),
            "leave `parallelism` away, or write the parts in series (`all`) or as alternatives (`any`)",
        ),
        NoWay::Tiers(most) => (
            format!("requests pass {most} tiers of machines, and times are told for {TIERS_MAX} at most"),
            "put machines that work side by side in one part",
        ),
        NoWay::Ways => (
            format!("requests may go more than {WAYS_MAX} ways through the service, too many to tell their times"),
            "fewer alternatives in series",
        ),
    };
    sink.error(codes::SERVICE, span, words).help(help);
}

/// Seconds in milliseconds, rounded up: to whole ones, or below ten to hundredths.
pub(crate) fn ms_above(seconds: f64) -> f64 {
    let parts = if seconds < 0.01 { 100.0 } else { 1.0 };
    (1000.0 * seconds * parts).ceil() / parts
}

/// Whether the limit is kept anywhere with nobody else there.
fn some_way_keeps(ways: &Ways, limit: &Within, sink: &mut Sink) -> bool {
    let within = limit.within.as_secs_f64();
    let alone = |way: usize| ways.alone(way)?.response_quantile(LEVEL).ok();
    let fastest = (0..ways.ways.len()).filter_map(alone).fold(f64::INFINITY, f64::min);
    if fastest <= within {
        return true;
    }
    let words =
        format!("the parts cannot keep this: alone in the service, 95 % are answered within {} ms", ms_above(fastest));
    sink.error(codes::SERVICE, &limit.span, words)
        .help("a longer limit, or less `parallelism` at the same `capacity_per_instance`");
    false
}
