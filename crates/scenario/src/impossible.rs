//! What a design asks for and cannot have: machines, or requests served, of all of it, of its parts and of its components.
//!
//! In: a design that is right, how long it lives, and what the target can spare of that. Out: warnings where it can never be, or takes
//! more of the time than the target can spare; hints at peaks beside that.

use crate::codes;
use crate::designs::Laid;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use crate::sets::Placed;
use crate::units::duration_words;
use std::ops::Range;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_fleet::{Demand, Design, Least, Need, Node, Part, Step, Structure, Throughput};

/// The length of a trial, and the share of it that the target can spare.
#[derive(Clone, Copy)]
pub(crate) struct ErrorBudget {
    pub horizon_ms: u64,
    pub share: f64,
}

impl ErrorBudget {
    /// Of candidates, of which nobody asks how long a peak takes.
    pub fn of_candidates(horizon: Option<SimTime>) -> Option<Self> {
        Some(Self { horizon_ms: horizon?.as_ms(), share: 1.0 })
    }
}

/// What a design, a part or a component serves at most, in thousandths of a request a second, and the share of what arrives that it
/// has to serve.
struct Capacity<'a> {
    milli: u128,
    least: (u64, u64),
    /// Where that is asked for.
    place: &'a Range<usize>,
}

/// When a capacity is too little.
#[derive(Clone, Copy, PartialEq)]
enum When {
    Always,
    AtPeak,
}

impl Capacity<'_> {
    fn is_too_little(&self, arrives_milli: u64) -> bool {
        let (share, of) = self.least;
        u128::from(arrives_milli) * u128::from(share) > self.milli * u128::from(of)
    }

    /// Tells if it is too little for the least that arrives, or for the most. The words are asked with when, and with the requests a
    /// second that must be served then.
    fn tell(&self, design: &Design, words: impl Fn(When, f64) -> String, budget: ErrorBudget, sink: &mut Sink) {
        let Some(demand) = &design.demand else { return };
        let (fewest, most) = demand.range_milli();
        let asked = |milli: u64| per_second(asked_milli(milli, self.least));
        if self.is_too_little(fewest) {
            sink.warn(codes::IMPOSSIBLE, self.place, words(When::Always, asked(fewest)));
        } else if self.is_too_little(most) && self.loses(design, demand, budget.horizon_ms) {
            let words = words(When::AtPeak, asked(most)) + &in_vain(design);
            self.tell_peak(design, demand, words, budget, sink);
        }
    }

    /// Whether the peak is too much for longer than clients wait.
    fn loses(&self, design: &Design, demand: &Demand, horizon_ms: u64) -> bool {
        let patience = design.service.patience.as_ref();
        patience.is_none_or(|patience| self.lets_wait_in_vain(demand, patience.most, horizon_ms))
    }

    /// Whether clients who wait do so in vain: more than is asked for arrives when the line has become as long as its clients stay.
    /// Those who come last to a line of a patience's work wait for just as long as they would, so a longer one loses some of them.
    fn lets_wait_in_vain(&self, demand: &Demand, patience: SimDuration, horizon_ms: u64) -> bool {
        let (mut line, most) = (0_u128, self.milli * u128::from(patience.as_ms()));
        for (arrives, ms) in stretches(demand, horizon_ms) {
            let ms = u128::from(ms);
            let waiting = (line + u128::from(arrives) * ms).saturating_sub(self.milli * ms);
            if waiting > most && self.is_too_little(arrives) {
                return true;
            }
            line = waiting.min(most);
        }
        false
    }

    /// The share of the time in which it is too little.
    fn share_of_time(&self, demand: &Demand, horizon_ms: u64) -> f64 {
        let too_little = stretches(demand, horizon_ms).into_iter().filter(|&(arrives, _)| self.is_too_little(arrives));
        too_little.map(|(_, ms)| ms).sum::<u64>() as f64 / horizon_ms.max(1) as f64
    }

    /// Tells of a peak that is too much: a warning where it alone takes more time than the target can spare. Who waits may be served
    /// later, so there nobody knows.
    fn tell_peak(&self, design: &Design, demand: &Demand, words: String, budget: ErrorBudget, sink: &mut Sink) {
        let waits = design.service.patience.is_some();
        let share = if waits { 0.0 } else { self.share_of_time(demand, budget.horizon_ms) };
        if share <= budget.share {
            sink.hint(codes::PEAK, self.place, words);
            return;
        }
        let percent = match share * 100.0 {
            few if few < 0.01 => "less than 0.01".to_owned(),
            some if some < 1.0 => ((some * 100.0).round() / 100.0).to_string(),
            many => ((many * 10.0).round() / 10.0).to_string(),
        };
        let words = format!("{words}, for {percent} % of the time");
        sink.warn(codes::PEAK, self.place, words).help("that alone is more than the target of the objective can spare");
    }
}

/// What arrives, in thousandths of a request a second, and for how many milliseconds: from change to change until the end.
fn stretches(demand: &Demand, horizon_ms: u64) -> Vec<(u64, u64)> {
    let end = Step { from: SimTime::from_ms(horizon_ms), per_second_milli: 0 };
    let (mut from, mut now) = (0, demand.at_milli(SimTime::ZERO));
    let stretch = |step: &Step| {
        let until = step.from.as_ms().min(horizon_ms);
        let stretch = (now, until.saturating_sub(from));
        (from, now) = (until, step.per_second_milli);
        stretch
    };
    demand.steps().iter().chain([&end]).map(stretch).collect()
}

/// A share of what arrives, rounded up.
fn asked_milli(arrives_milli: u64, (share, of): (u64, u64)) -> u128 {
    (u128::from(arrives_milli) * u128::from(share)).div_ceil(u128::from(of))
}

fn per_second(milli: u128) -> f64 {
    milli as f64 / 1000.0
}

/// Thousandths of a request a second that must be served, rounded up: when the least arrives, and when the most does.
pub(crate) fn needed_milli(design: &Design) -> Option<(u128, u128)> {
    let (&Need::Served(share, of), Some(demand)) = (&design.need, &design.demand) else { return None };
    let (least, most) = demand.range_milli();
    Some((asked_milli(least, (share, of)), asked_milli(most, (share, of))))
}

/// What clients wait for, where they wait.
fn in_vain(design: &Design) -> String {
    let patience = design.service.patience.as_ref().map(|patience| duration_words(patience.most));
    patience.map_or(String::new(), |most| format!(", for longer than its clients wait ({most})"))
}

/// Tells of whatever a design asks of itself and never has, or not at its peak.
pub(crate) fn check(laid: &Laid, budget: ErrorBudget, sink: &mut Sink) {
    let design = &laid.design;
    if let Need::Serving(least) = design.need {
        let who = format!("design `{}` can never meet the objective", design.name);
        few_machines(&who, least, served(laid), &laid.need_span, sink);
    }
    parts(laid, budget, sink);
    components(laid, budget, sink);
    all_of_it(laid, budget, sink);
}

/// A design that serves less than it has to, or lets less through to its machines.
fn all_of_it(laid: &Laid, budget: ErrorBudget, sink: &mut Sink) {
    let design = &laid.design;
    let Need::Served(share, of) = design.need else { return };
    let machines: u128 = served(laid).map(most_milli).sum();
    let ceiling = design.service.ceiling.as_ref().map(|of| (of.capacity_milli, format!("`{}` lets through", of.name)));
    let gateway = design.service.gateway.as_ref();
    let gate = gateway.map(|of| (of.lets_through(of.most), "its gateway lets through at most".to_owned()));
    let bounds = ceiling.into_iter().chain(gate).map(|(milli, words)| (u128::from(milli), words));
    let all = std::iter::once((machines, "its machines together serve".to_owned())).chain(bounds);
    let (milli, gives) = all.reduce(|least, of| if of.0 < least.0 { of } else { least }).unwrap_or_default();
    let (name, give) = (&design.name, per_second(milli));
    let words = |when, asked| match when {
        When::Always => {
            format!("design `{name}` can never meet the objective: it must serve {asked} req/s, and {gives} {give}")
        }
        When::AtPeak => format!(
            "design `{name}` cannot meet the objective at its peak: it must serve {asked} req/s then, and {gives} {give}"
        ),
    };
    Capacity { milli, least: (share, of), place: &laid.need_span }.tell(design, words, budget, sink);
}

/// Components that let less through than has to be: where clients may be sent elsewhere nobody knows what comes to one.
fn components(laid: &Laid, budget: ErrorBudget, sink: &mut Sink) {
    let design = &laid.design;
    let Some(service) = design.structure() else { return };
    if design.fails_over() {
        return;
    }
    for (at, component) in service.components() {
        let Some(Throughput { capacity_milli, least }) = component.ceiling else { continue };
        let (part, name, give) = (&service.nodes[at].name, &design.name, per_second(capacity_milli.into()));
        let words = |when, _| {
            let when = if when == When::Always { "ever" } else { "at the peak of the demand" };
            format!("component `{part}` of design `{name}` cannot hold {when}: it lets {give} req/s through")
        };
        let capacity = Capacity { milli: capacity_milli.into(), least, place: laid.node_span(at) };
        capacity.tell(design, words, budget, sink);
    }
}

/// Parts that ask for more than their sets ever have or serve. What need not be there, as one of several, gets by without.
fn parts(laid: &Laid, budget: ErrorBudget, sink: &mut Sink) {
    let design = &laid.design;
    let Some(service) = design.structure() else { return };
    // Where jobs are the objective nothing else is asked of the parts.
    let is_asked = matches!(design.need, Need::Parts(_));
    let needed = needed(service);
    for (at, (node, needed)) in service.nodes.iter().zip(needed).enumerate() {
        let Part::Sets(sets, least) = &node.part else { continue };
        let placed = sets.iter().map(|&set| &laid.sets[set as usize]);
        let (part, name) = (&node.name, &design.name);
        match *least {
            Least::Serving(least) => {
                let who = format!("part `{part}` of design `{name}` can never hold");
                few_machines(&who, least, placed, laid.node_span(at), sink);
            }
            Least::Served(share, of) if needed && is_asked => {
                let milli = placed.map(most_milli).sum();
                let give = per_second(milli);
                let words = |when, asked| {
                    let never = if when == When::Always { "can never hold" } else { "cannot hold at the peak" };
                    format!(
                        "part `{part}` of design `{name}` {never}: it must serve {asked} req/s, and its machines together serve {give}"
                    )
                };
                let capacity = Capacity { milli, least: (share, of), place: laid.node_span(at) };
                capacity.tell(design, words, budget, sink);
            }
            Least::Served(..) => {}
        }
    }
}

/// Tells if sets never have as many machines as are asked for.
fn few_machines<'p>(
    who: &str,
    least: u32,
    sets: impl Iterator<Item = &'p Placed>,
    place: &Range<usize>,
    sink: &mut Sink,
) {
    let machines: u64 = sets.map(|placed| u64::from(placed.most_asked())).sum();
    if u64::from(least) > machines {
        sink.warn(codes::IMPOSSIBLE, place, format!("{who}: min_serving is {least}, and it has {machines} machines"));
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
