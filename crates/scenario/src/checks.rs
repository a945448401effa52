//! What runs but may not mean what the reader thinks: warnings and hints over the whole scenario.

use crate::codes;
use crate::designs::Laid;
use crate::diagnostic::Sink;
use crate::impossible::{self, ErrorBudget, needed_milli};
use crate::plan::Plan;
use crate::reader::Reader;
use crate::scenario::{FaultSource, Target};
use std::ops::Range;
use zonefall_faults::{Mode, Profile, Scope};
use zonefall_fleet::policy::overprovision::for_zone_loss;
use zonefall_fleet::{Design, Need, spread_over_zones, worst_zone_loss};
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
    pub target: &'a Target,
    pub horizon_ms: u64,
    pub horizon_span: Range<usize>,
    /// The file.
    pub root: &'a Reader<'a>,
    pub plan: Option<&'a Plan>,
}

/// Tells all of it.
pub(crate) fn check(all: &All<'_>, sink: &mut Sink) {
    let budget = ErrorBudget { horizon_ms: all.horizon_ms, share: 1.0 - all.target.share() };
    for laid in all.laid {
        impossible::check(laid, budget, sink);
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
    let mut served = impossible::served(laid);
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
