//! What runs but may not mean what the reader thinks: warnings and hints over the whole scenario.

use crate::codes;
use crate::designs::Laid;
use crate::diagnostic::Sink;
use crate::plan::Plan;
use crate::reader::Reader;
use crate::scenario::{FaultSource, duration_words};
use crate::sets::Placed;
use std::ops::Range;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::{Mode, Profile, Scope};
use zonefall_fleet::policy::overprovision::for_zone_loss;
use zonefall_fleet::{
    Demand, Design, Least, Need, Part, Step, Structure, Throughput, spread_over_zones, worst_zone_loss,
};
use zonefall_topology::Topology;

/// Below this many expected events in all trials a mode's effect is a guess.
const EVENTS_LEAST: f64 = 10.0;
/// Milliseconds in a year, for rates.
const MS_PER_YEAR: f64 = crate::units::MS_PER_YEAR;

/// What the checks look at.
pub(crate) struct All<'a> {
    pub laid: &'a [Laid],
    pub topology: &'a Topology,
    pub profile: &'a Profile,
    pub source: &'a FaultSource,
    pub trials: u64,
    pub horizon_ms: u64,
    pub horizon_span: Range<usize>,
    /// The file.
    pub root: &'a Reader<'a>,
    pub plan: Option<&'a Plan>,
}

/// Tells all of it.
pub(crate) fn check(all: &All<'_>, sink: &mut Sink) {
    for laid in all.laid {
        impossible(laid, all.horizon_ms, sink);
        few_per_zone(laid, sink);
        zone_loss(laid, sink);
    }
    unused(all.laid, sink);
    nobody_depends(all, sink);
    same(all.laid, sink);
    if *all.source == FaultSource::Drawn {
        rare(all, sink);
    }
}

/// Keys that change nothing in any design that has them.
fn unused(laid: &[Laid], sink: &mut Sink) {
    let all = || laid.iter().flat_map(|laid| &laid.uses);
    for one in all() {
        let Some(why) = one.idle else { continue };
        if !all().any(|other| other.span == one.span && other.idle.is_none()) {
            sink.warn(codes::UNUSED, &one.span, format!("`{}` has no effect: {why}", one.key))
                .help(format!("take it out, or see `zonefall explain {}`", one.key));
        }
    }
}

/// Global modes of the file that no design depends on, nor a candidate of its plan may.
fn nobody_depends(all: &All<'_>, sink: &mut Sink) {
    let chosen = all.plan.is_some_and(|plan| plan.choices.iter().any(|choice| choice.key == "service.depends_on"));
    if *all.source != FaultSource::Drawn || chosen {
        return;
    }
    let written = all.root.sub("faults", "faults", sink).map_or_else(Vec::new, |faults| faults.named("mode", sink));
    let needed = |name: &str| all.laid.iter().any(|laid| laid.design.depends_on.iter().any(|of| of == name));
    for (name, span, _) in written {
        let mode = all.profile.find(name).map(|at| &all.profile.modes[at]);
        if mode.is_some_and(|mode| mode.scope == Scope::Global) && !needed(name) {
            let words = format!("`{name}` has no effect: it is a mode of scope global, and no design depends on it");
            sink.warn(codes::UNUSED, &span, words)
                .help(format!("write `depends_on = [\"{name}\"]` under `[service]`, in the base or in a design"));
        }
    }
}

/// Thousandths of a request a second that must be served, rounded up: when the least arrives, and when the most does.
fn needed_milli(design: &Design) -> Option<(u128, u128)> {
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

fn impossible(laid: &Laid, horizon_ms: u64, sink: &mut Sink) {
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
    impossible_parts(laid, horizon_ms, sink);
    impossible_components(laid, horizon_ms, sink);
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
            sink.hint(codes::PEAK, &laid.need_span, words);
        }
        _ => {}
    }
}

/// Components that let less through than has to be: where clients may be sent elsewhere nobody knows what comes to one.
fn impossible_components(laid: &Laid, horizon_ms: u64, sink: &mut Sink) {
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
            () if too_much(most) && is_lost(design, capacity_milli.into(), (share, of), horizon_ms) => {
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
            "ever" => sink.warn(codes::IMPOSSIBLE, &laid.need_span, words),
            _ => sink.hint(codes::PEAK, &laid.need_span, words),
        };
    }
}

/// Parts that ask for more than their sets ever have or serve. What need not be there, as one of several, gets by without.
fn impossible_parts(laid: &Laid, horizon_ms: u64, sink: &mut Sink) {
    let design = &laid.design;
    let Some(service) = design.structure() else { return };
    // Where jobs are the objective nothing else is asked of the parts.
    let is_asked = matches!(design.need, Need::Parts(_));
    let needed = needed(service);
    for (node, needed) in service.nodes.iter().zip(needed) {
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
                    sink.warn(codes::IMPOSSIBLE, &laid.need_span, words);
                }
            }
            Least::Served(share, of) if needed && is_asked => {
                let give = placed().map(most_milli).sum();
                too_little(laid, &node.name, give, (share, of), horizon_ms, sink);
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
fn too_little(laid: &Laid, part: &str, give: u128, share: (u64, u64), horizon_ms: u64, sink: &mut Sink) {
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
        sink.warn(codes::IMPOSSIBLE, &laid.need_span, words);
    } else if asked(most) > give && is_lost(&laid.design, give, share, horizon_ms) {
        let longer = in_vain(&laid.design);
        let words =
            format!("part `{part}` of design `{name}` cannot hold at the peak: {}{longer}", serves(asked(most)));
        sink.hint(codes::PEAK, &laid.need_span, words);
    }
}

/// The sets that do not do jobs alone.
fn served(laid: &Laid) -> impl Iterator<Item = &Placed> {
    laid.sets.iter().enumerate().filter(|&(at, _)| !laid.design.only_works(at)).map(|(_, placed)| placed)
}

/// The most that a set ever serves, in thousandths of a request a second.
fn most_milli(placed: &Placed) -> u128 {
    u128::from(placed.most_asked()) * u128::from(placed.set.serves_milli)
}

/// V-36: a spanning set with an empty zone.
fn few_per_zone(laid: &Laid, sink: &mut Sink) {
    for placed in &laid.sets {
        let (zones, machines) = (placed.spanned_zones(), placed.set.capacity);
        if zones > machines as usize {
            let words = format!(
                "`{}` spans {zones} zones with {machines} machines, so a zone stays empty (V-36)",
                placed.set.name
            );
            sink.warn(codes::FEW_PER_ZONE, &placed.capacity_span, words);
        }
    }
}

/// OV-05: what is left when the fullest zone is lost, tested on the real vector. Only for sets that span zones: that
/// one zone takes a zonal set down is what the word says.
fn zone_loss(laid: &Laid, sink: &mut Sink) {
    let mut served = served(laid);
    let (Some(placed), None) = (served.next(), served.next()) else { return };
    let zones = placed.spanned_zones();
    if zones < 2 {
        return;
    }
    let left = worst_zone_loss(&spread_over_zones(placed.set.capacity, zones).collect::<Vec<u32>>());
    let needed = match laid.design.need {
        Need::Serving(count) => u128::from(count),
        Need::Parts(_) => return,
        Need::Served(..) => match needed_milli(&laid.design) {
            Some((_, milli)) => milli.div_ceil(u128::from(placed.set.serves_milli)),
            None => return,
        },
        Need::Done(..) => return,
    };
    let machines = u128::from(placed.set.capacity);
    if u128::from(left) < needed && needed <= machines {
        let enough = for_zone_loss(needed as u32, zones as u32);
        let words = format!(
            "design `{}`: one lost zone leaves {left} of {machines} machines, and the objective needs {needed} (OV-05)",
            laid.design.name
        );
        let scales = placed.set.management.as_ref().and_then(|managed| managed.autoscale.as_ref());
        let enough = format!("{enough} machines over {zones} zones survive the loss of one (OV-04)");
        let more = sink.hint(codes::ZONE_LOSS, &placed.capacity_span, words).help(enough);
        if scales.is_some() {
            more.help(
                "that is at its first capacity: autoscale adds machines only after its metrics have shown the loss",
            );
        }
    }
}

fn same(laid: &[Laid], sink: &mut Sink) {
    for (at, one) in laid.iter().enumerate() {
        let like = |other: &&Laid| Design { name: one.design.name.clone(), ..other.design.clone() } == one.design;
        if let Some(other) = laid[..at].iter().find(like) {
            let words = format!("design `{}` is the same as `{}`", one.design.name, other.design.name);
            sink.hint(codes::SAME, &one.span, words);
        }
    }
}

/// Modes that strike many at once and are expected fewer than ten times in all trials.
fn rare(all: &All<'_>, sink: &mut Sink) {
    let years = all.horizon_ms as f64 / MS_PER_YEAR;
    for mode in &all.profile.modes {
        let units = units(mode, all);
        if units == 0.0 {
            continue;
        }
        let per_trial = mode.rate_per_year() * units * years;
        let expected = per_trial * all.trials as f64;
        if expected < EVENTS_LEAST {
            let words = format!(
                "`{}` is expected {} times in all {} trials, once in {} years of this world: too rare to be judged",
                mode.name,
                figure(expected),
                all.trials,
                years_in_words(1.0 / (mode.rate_per_year() * units))
            );
            let enough = (EVENTS_LEAST / per_trial).ceil();
            sink.hint(codes::RARE, &all.horizon_span, words)
                .help(format!("ten are expected in {enough} trials of this horizon"));
        }
    }
}

fn years_in_words(years: f64) -> String {
    let whole = years.round();
    if (years - whole).abs() < 1e-9 * whole { format!("{whole}") } else { format!("{years:.3}") }
}

fn figure(x: f64) -> String {
    if x < 0.01 { format!("{x:.1e}") } else { format!("{x:.2}") }
}

/// Units of a mode that may touch some design; zero where its rarity decides nothing.
fn units(mode: &Mode, all: &All<'_>) -> f64 {
    let used = |region: &zonefall_topology::RegionId| {
        all.laid.iter().any(|laid| laid.design.sets.iter().any(|set| set.region == *region))
    };
    let regions: Vec<_> = all.topology.region_ids().filter(used).collect();
    let zones = || regions.iter().map(|&region| f64::from(all.topology.region(region).zones)).sum::<f64>();
    let halls = || {
        let of = |&region: &_| {
            let region = all.topology.region(region);
            f64::from(region.zones) * f64::from(region.halls_per_zone)
        };
        regions.iter().map(of).sum::<f64>()
    };
    match mode.scope {
        Scope::Hall => halls(),
        Scope::Zone => zones(),
        Scope::Region => regions.len() as f64,
        Scope::Global => {
            let needed = all.laid.iter().any(|laid| laid.design.depends_on.contains(&mode.name));
            f64::from(u8::from(needed))
        }
        // One machine, host or rack stops no service that is spread; a control plane stops nothing that runs.
        Scope::Component => {
            let has = |laid: &Laid| {
                let service = laid.design.structure();
                service.is_some_and(|service| service.components().any(|(_, of)| of.cause.as_ref() == Some(&mode.name)))
            };
            f64::from(u8::from(all.laid.iter().any(has)))
        }
        Scope::Instance | Scope::Host | Scope::Rack | Scope::ControlPlane | Scope::Allocation => 0.0,
    }
}
