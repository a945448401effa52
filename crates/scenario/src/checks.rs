//! What runs but may not mean what the reader thinks: warnings and hints over the whole scenario.

use crate::codes;
use crate::designs::Laid;
use crate::diagnostic::Sink;
use crate::scenario::FaultSource;
use crate::sets::Placed;
use std::ops::Range;
use zonefall_faults::{Mode, Profile, Scope};
use zonefall_fleet::policy::overprovision::for_zone_loss;
use zonefall_fleet::{Design, Least, Need, Part, Throughput, spread_over_zones, worst_zone_loss};
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
}

/// Tells all of it.
pub(crate) fn check(all: &All<'_>, sink: &mut Sink) {
    for laid in all.laid {
        impossible(laid, sink);
        few_per_zone(laid, sink);
        zone_loss(laid, sink);
    }
    unused(all.laid, sink);
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

/// Thousandths of a request a second that must be served, rounded up: when the least arrives, and when the most does.
fn needed_milli(design: &Design) -> Option<(u128, u128)> {
    let (&Need::Served(share, of), Some(demand)) = (&design.need, &design.demand) else { return None };
    let needed = |milli: u64| (u128::from(milli) * u128::from(share)).div_ceil(u128::from(of));
    let (least, most) = demand.range_milli();
    Some((needed(least), needed(most)))
}

fn impossible(laid: &Laid, sink: &mut Sink) {
    let design = &laid.design;
    let name = &design.name;
    let machines: u64 = laid.sets.iter().map(|placed| u64::from(placed.most_asked())).sum();
    match design.need {
        Need::Serving(count) if u64::from(count) > machines => {
            let words = format!(
                "design `{name}` can never meet the objective: min_serving is {count}, and it has {machines} machines"
            );
            sink.warn(codes::IMPOSSIBLE, &laid.need_span, words);
        }
        _ => {}
    }
    impossible_parts(laid, sink);
    impossible_components(laid, sink);
    let most = |placed: &Placed| u128::from(placed.most_asked()) * u128::from(placed.set.serves_milli);
    let machines: u128 = laid.sets.iter().map(most).sum();
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
        Some((_, most)) if most > give && design.service.patience.is_none() => {
            let words = format!(
                "design `{name}` cannot meet the objective at its peak: it must serve {} req/s then, and {gives} {}",
                per_second(most),
                per_second(give)
            );
            sink.hint(codes::PEAK, &laid.need_span, words);
        }
        _ => {}
    }
}

/// Components that let less through than has to be: where clients may be sent elsewhere nobody knows what comes to one.
fn impossible_components(laid: &Laid, sink: &mut Sink) {
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
            () if too_much(most) && design.service.patience.is_none() => "at the peak of the demand",
            () => continue,
        };
        let words = format!(
            "component `{}` of design `{}` cannot hold {when}: it lets {} req/s through",
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

/// Parts that ask for more machines than their sets ever have.
fn impossible_parts(laid: &Laid, sink: &mut Sink) {
    let nodes = laid.design.structure().map_or(&[][..], |service| &service.nodes);
    for node in nodes {
        let Part::Sets(sets, Least::Serving(least)) = &node.part else { continue };
        let machines: u64 = sets.iter().map(|&set| u64::from(laid.sets[set as usize].most_asked())).sum();
        if u64::from(*least) > machines {
            let (name, design) = (&node.name, &laid.design.name);
            let words = format!(
                "part `{name}` of design `{design}` can never hold: min_serving is {least}, and it has {machines} machines"
            );
            sink.warn(codes::IMPOSSIBLE, &laid.need_span, words);
        }
    }
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
    let [placed] = &laid.sets[..] else { return };
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
