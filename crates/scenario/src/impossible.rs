//! What a design asks for and cannot have: machines, or requests served, of all of it, of its parts and of its components.
//!
//! In: a design that is right, and the course of what arrives. Out: warnings where it can never be, or takes more of the time than the
//! target can spare; hints at peaks beside that.

use crate::codes;
use crate::designs::Laid;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use crate::scenario::duration_words;
use crate::sets::Placed;
use std::ops::Range;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_fleet::{Demand, Design, Least, Need, Node, Part, Step, Structure, Throughput};

/// Thousandths of a request a second that must be served, rounded up: when the least arrives, and when the most does.
pub(crate) fn needed_milli(design: &Design) -> Option<(u128, u128)> {
    let (&Need::Served(share, of), Some(demand)) = (&design.need, &design.demand) else { return None };
    let needed = |milli: u64| (u128::from(milli) * u128::from(share)).div_ceil(u128::from(of));
    let (least, most) = demand.range_milli();
    Some((needed(least), needed(most)))
}

/// The share of what arrives that the objective asks for.
fn asked_share(design: &Design) -> (u64, u64) {
    if let Need::Served(share, of) = design.need { (share, of) } else { (1, 1) }
}

/// Whether clients who wait do so in vain: more than is asked for arrives when the line has become as long as its clients stay. Those
/// who come last to a line of a patience's work wait for just as long as they would, so a longer one loses some of them.
fn wait_in_vain(demand: &Demand, patience: SimDuration, give: u128, (share, of): (u64, u64), horizon_ms: u64) -> bool {
    let end = Step { from: SimTime::from_ms(horizon_ms), per_second_milli: 0 };
    let (mut from, mut now) = (0, demand.at_milli(SimTime::ZERO));
    let (mut line, most) = (0_u128, give * u128::from(patience.as_ms()));
    for step in demand.steps().iter().chain([&end]) {
        let until = step.from.as_ms().min(horizon_ms);
        let ms = u128::from(until.saturating_sub(from));
        let waiting = (line + u128::from(now) * ms).saturating_sub(give * ms);
        if waiting > most && u128::from(now) * u128::from(share) > give * u128::from(of) {
            return true;
        }
        (line, from, now) = (waiting.min(most), until, step.per_second_milli);
    }
    false
}

/// Whether a demand whose peak is too much is so for longer than its clients wait.
fn is_lost(design: &Design, give: u128, share: (u64, u64), horizon_ms: u64) -> bool {
    let Some(patience) = &design.service.patience else { return true };
    let demand = design.demand.as_ref();
    demand.is_some_and(|demand| wait_in_vain(demand, patience.most, give, share, horizon_ms))
}

/// What clients wait for, where they wait.
fn in_vain(design: &Design) -> String {
    let patience = design.service.patience.as_ref().map(|patience| duration_words(patience.most));
    patience.map_or(String::new(), |most| format!(", for longer than its clients wait ({most})"))
}

/// How long demand comes, and the share of that time which the target can spare.
#[derive(Clone, Copy)]
pub(crate) struct Course {
    pub horizon_ms: u64,
    pub spare: f64,
}

impl Course {
    /// Of candidates, of which nobody asks how long a peak takes.
    pub fn of_candidates() -> Self {
        Self { horizon_ms: 0, spare: 1.0 }
    }
}

/// The share of the time in which more is asked for than there is.
fn share_of_time(demand: &Demand, is_too_much: impl Fn(u64) -> bool, horizon_ms: u64) -> f64 {
    let end = Step { from: SimTime::from_ms(horizon_ms), per_second_milli: 0 };
    let (mut from, mut now, mut too_much) = (0, demand.at_milli(SimTime::ZERO), 0);
    for step in demand.steps().iter().chain([&end]) {
        let until = step.from.as_ms().min(horizon_ms);
        too_much += if is_too_much(now) { until.saturating_sub(from) } else { 0 };
        (from, now) = (until, step.per_second_milli);
    }
    too_much as f64 / horizon_ms.max(1) as f64
}

/// Tells of a peak that is too much: a warning where it alone takes more time than the target can spare. Who waits may be served
/// later, so there nobody knows.
fn peak(
    laid: &Laid,
    place: &Range<usize>,
    words: String,
    is_too_much: impl Fn(u64) -> bool,
    course: Course,
    sink: &mut Sink,
) {
    let Course { horizon_ms, spare } = course;
    let waits = laid.design.service.patience.is_some();
    let demand = laid.design.demand.as_ref().filter(|_| !waits);
    let share = demand.map_or(0.0, |demand| share_of_time(demand, is_too_much, horizon_ms));
    if share <= spare {
        sink.hint(codes::PEAK, place, words);
        return;
    }
    let percent = match share * 100.0 {
        few if few < 0.01 => "less than 0.01".to_owned(),
        some if some < 1.0 => ((some * 100.0).round() / 100.0).to_string(),
        many => ((many * 10.0).round() / 10.0).to_string(),
    };
    let words = format!("{words}, for {percent} % of the time");
    sink.warn(codes::PEAK, place, words).help("that alone is more than the target of the objective can spare");
}

/// Tells of whatever a design asks of itself and never has, or not at its peak.
pub(crate) fn check(laid: &Laid, course: Course, sink: &mut Sink) {
    let horizon_ms = course.horizon_ms;
    let design = &laid.design;
    let name = &design.name;
    let machines: u64 = served(laid).map(|placed| u64::from(placed.most_asked())).sum();
    match design.need {
        Need::Serving(count) if u64::from(count) > machines => {
            let words = format!(
                "design `{name}` can never meet the objective: min_serving is {count}, and it has {machines} machines"
            );
            sink.warn(codes::IMPOSSIBLE, &laid.need_span, words);
        }
        _ => {}
    }
    impossible_parts(laid, course, sink);
    impossible_components(laid, course, sink);
    let machines: u128 = served(laid).map(most_milli).sum();
    let ceiling = design.service.ceiling.as_ref().map(|of| (of.capacity_milli, format!("`{}` lets through", of.name)));
    let gateway = design.service.gateway.as_ref();
    let gate = gateway.map(|of| (of.lets_through(of.most), "its gateway lets through at most".to_owned()));
    let bounds = ceiling.into_iter().chain(gate).map(|(milli, words)| (u128::from(milli), words));
    let all = std::iter::once((machines, "its machines together serve".to_owned())).chain(bounds);
    let (give, gives) = all.reduce(|least, of| if of.0 < least.0 { of } else { least }).unwrap_or_default();
    let per_second = |milli: u128| milli as f64 / 1000.0;
    match needed_milli(design) {
        Some((least, _)) if least > give => {
            let words = format!(
                "design `{name}` can never meet the objective: it must serve {} req/s, and {gives} {}",
                per_second(least),
                per_second(give)
            );
            sink.warn(codes::IMPOSSIBLE, &laid.need_span, words);
        }
        // Who waits may be served later.
        Some((_, most)) if most > give && is_lost(design, give, asked_share(design), horizon_ms) => {
            let words = format!(
                "design `{name}` cannot meet the objective at its peak: it must serve {} req/s then, and {gives} {}{}",
                per_second(most),
                per_second(give),
                in_vain(design)
            );
            let (share, of) = asked_share(design);
            let is_too_much = |milli: u64| u128::from(milli) * u128::from(share) > give * u128::from(of);
            peak(laid, &laid.need_span, words, is_too_much, course, sink);
        }
        _ => {}
    }
}

/// Components that let less through than has to be: where clients may be sent elsewhere nobody knows what comes to one.
fn impossible_components(laid: &Laid, course: Course, sink: &mut Sink) {
    let design = &laid.design;
    let (Some(service), Some(demand)) = (design.structure(), &design.demand) else { return };
    if design.fails_over() {
        return;
    }
    let (fewest, most) = demand.range_milli();
    for (at, component) in service.components() {
        let Some(Throughput { capacity_milli, least: (share, of) }) = component.ceiling else { continue };
        let too_much = |milli: u64| u128::from(milli) * u128::from(share) > u128::from(capacity_milli) * u128::from(of);
        let when = match () {
            () if too_much(fewest) => "ever",
            () if too_much(most) && is_lost(design, capacity_milli.into(), (share, of), course.horizon_ms) => {
                "at the peak of the demand"
            }
            () => continue,
        };
        let longer = if when == "ever" { String::new() } else { in_vain(design) };
        let words = format!(
            "component `{}` of design `{}` cannot hold {when}: it lets {} req/s through{longer}",
            service.nodes[at].name,
            design.name,
            capacity_milli as f64 / 1000.0
        );
        match when {
            "ever" => _ = sink.warn(codes::IMPOSSIBLE, laid.node_span(at), words),
            _ => peak(laid, laid.node_span(at), words, too_much, course, sink),
        }
    }
}

/// Parts that ask for more than their sets ever have or serve. What need not be there, as one of several, gets by without.
fn impossible_parts(laid: &Laid, course: Course, sink: &mut Sink) {
    let design = &laid.design;
    let Some(service) = design.structure() else { return };
    // Where jobs are the objective nothing else is asked of the parts.
    let is_asked = matches!(design.need, Need::Parts(_));
    let needed = needed(service);
    for (at, (node, needed)) in service.nodes.iter().zip(needed).enumerate() {
        let Part::Sets(sets, least) = &node.part else { continue };
        let placed = || sets.iter().map(|&set| &laid.sets[set as usize]);
        match *least {
            Least::Serving(least) => {
                let machines: u64 = placed().map(|placed| u64::from(placed.most_asked())).sum();
                if u64::from(least) > machines {
                    let words = format!(
                        "part `{}` of design `{}` can never hold: min_serving is {least}, and it has {machines} machines",
                        node.name, design.name
                    );
                    sink.warn(codes::IMPOSSIBLE, laid.node_span(at), words);
                }
            }
            Least::Served(share, of) if needed && is_asked => {
                let give = placed().map(most_milli).sum();
                too_little(laid, (at, &node.name), give, (share, of), course, sink);
            }
            Least::Served(..) => {}
        }
    }
}

/// Which nodes of a service have to hold for all of it to do so.
fn needed(service: &Structure) -> Vec<bool> {
    let mut needed = vec![false; service.nodes.len()];
    needed.last_mut().into_iter().for_each(|top| *top = true);
    // Every part stands before what is made of it.
    for at in (0..service.nodes.len()).rev() {
        if let Part::Group { parts, least } = &service.nodes[at].part {
            let all = needed[at] && *least as usize == parts.len();
            parts.iter().for_each(|&part| needed[part as usize] = all);
        }
    }
    needed
}

/// A part that serves less than it has to, always or at the peak.
fn too_little(laid: &Laid, (at, part): (usize, &str), give: u128, share: (u64, u64), course: Course, sink: &mut Sink) {
    let Some(demand) = &laid.design.demand else { return };
    let asked = |milli: u64| (u128::from(milli) * u128::from(share.0)).div_ceil(u128::from(share.1));
    let (fewest, most) = demand.range_milli();
    let name = &laid.design.name;
    let serves = |milli: u128| {
        let (asked, give) = (milli as f64 / 1000.0, give as f64 / 1000.0);
        format!("it must serve {asked} req/s, and its machines together serve {give}")
    };
    if asked(fewest) > give {
        let words = format!("part `{part}` of design `{name}` can never hold: {}", serves(asked(fewest)));
        sink.warn(codes::IMPOSSIBLE, laid.node_span(at), words);
    } else if asked(most) > give && is_lost(&laid.design, give, share, course.horizon_ms) {
        let longer = in_vain(&laid.design);
        let words =
            format!("part `{part}` of design `{name}` cannot hold at the peak: {}{longer}", serves(asked(most)));
        peak(laid, laid.node_span(at), words, |milli| asked(milli) > give, course, sink);
    }
}

/// The sets that do not do jobs alone.
pub(crate) fn served(laid: &Laid) -> impl Iterator<Item = &Placed> {
    laid.sets.iter().enumerate().filter(|&(at, _)| !laid.design.only_works(at)).map(|(_, placed)| placed)
}

/// The most that a set ever serves, in thousandths of a request a second.
fn most_milli(placed: &Placed) -> u128 {
    u128::from(placed.most_asked()) * u128::from(placed.set.serves_milli)
}

/// Where it is said what a part must serve, and what a component lets through.
pub(crate) fn node_spans(design: &Design, reader: &Reader<'_>, otherwise: &Range<usize>) -> Vec<Range<usize>> {
    let nodes = design.structure().map_or(&[][..], |service| &service.nodes[..]);
    let place = |node: &Node| match &node.part {
        Part::Component(_) => reader.place_of(&["component", &node.name, "capacity"]),
        Part::Sets(_, Least::Serving(_)) => reader.place_of(&["part", &node.name, "min_serving"]),
        Part::Sets(_, Least::Served(..)) => reader.place_of(&["part", &node.name, "min_served"]),
        Part::Group { .. } => None,
    };
    nodes.iter().map(|node| place(node).unwrap_or_else(|| otherwise.clone())).collect()
}
