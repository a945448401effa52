//! What is known, without a trial, of misses that no trial has shown.
//!
//! In: a study, one of its designs, how many trials were played. Out: how long a miss lasts on average, at most, and how much the
//! rarest modes bring, for [`zonefall_stats::MeanEstimate::knowing_the_unseen`].
//!
//! *How long.* Where an objective counts machines, or what they serve of a demand that all of them together carry at every hour, and
//! nothing but outages takes them away, a miss is covered by the outages that began while no more machines could be spared:
//! whenever it is missed, the last of the outages under way was such a one. Their
//! lengths do not hang on what came before them. So a miss that one of them brings lasts no longer, on average, than the mode with
//! the longest outages does; further ones fall into an outage under way, so lengths are taken as an inspector finds them,
//! E(L²) / E(L), which is more. To it comes all that machines wait for afterwards, until the last of them is back: restart, boot,
//! warm-up, probes, and for healing the time that no hardware or no control plane is to be had. Checked against exact answers in
//! `tests/rare/known.rs`.
//!
//! A trial may hold several such misses. They come like a Poisson stream or more regularly (failures that repeat are taken with
//! those that they bring), unless something makes whole trials bad: where machines stand by luck (hidden zones), laws under which
//! who has just failed fails again sooner. For these and for other designs (a demand that may be too much, or varies by chance,
//! retries, managed sets, queues, failover, crews) nothing is known from places and laws alone, and a miss may last as long as a trial.
//!
//! *How much.* Kinds of misses known from places ([`crate::misses`]), of one outage or of up to three that meet, of which fewer than ten are
//! expected in all trials: rate × length, which needs no trial at all. However many small misses there are, these are not among them;
//! so every upper end has room for them, and a difference for those that two designs do not share. Of kinds that come often the few
//! long ones may be missing among many short: an upper end is no lower than the known variance of their lengths has it.

use crate::conclude::cap_ms;
use crate::lengths::{back_ms, no_hardware_ms, outage_ms};
use crate::misses::Kinds;
use crate::study::Study;
use zonefall_engine::Shape;
use zonefall_faults::{Effect, Mode, Scope};
use zonefall_fleet::{Demand, Design, Least, Need, Part, ScaleSet, StartState};
use zonefall_stats::{Confidence, MeanEstimate, Moments, Unseen};

/// The mean missed time of a trial, with what the world and the places say of misses that no trial has shown.
pub(crate) fn missed_ms(
    study: &Study,
    design: &Design,
    kinds: &Kinds,
    missed: &Moments,
    confidence: Confidence,
) -> MeanEstimate {
    let cap = cap_ms(study);
    let of = Unseen { hit: longest_ms(study, design), beyond: kinds.beyond(missed.n()) };
    MeanEstimate::new(missed, cap, confidence).knowing_the_unseen(of, cap, confidence)
}

/// How long a miss lasts on average, at most; infinite where that is not known.
pub(crate) fn longest_ms(study: &Study, design: &Design) -> f64 {
    let modes = || study.profile.modes.iter();
    let cluster = modes().map(brings).fold(1.0, f64::max);
    if study.replay.is_some() || !counts_outages(design) || cluster.is_infinite() {
        return f64::INFINITY;
    }
    let waits = no_hardware_ms(&study.profile.modes);
    let machines = design.capacity();
    let lasts = |mode: &Mode| outage_ms(mode, machines) + if mode.heals { waits } else { 0.0 };
    let slows = |mode: &Mode| matches!(mode.effect, Effect::Degraded(_)) && matches!(design.need, Need::Served(..));
    let reaches = |mode: &&Mode| mode.stops_machines(&design.depends_on) || is_component(mode) || slows(mode);
    let longest = modes().filter(reaches).map(lasts);
    (longest.fold(0.0, f64::max) + back_ms(design)) * cluster
}

/// How many failures one failure is and brings, at most, on average: more than one where another becomes likelier after it;
/// infinite where that is not known.
fn brings(mode: &Mode) -> f64 {
    let known = match mode.time_to_failure.shape() {
        Shape::Constant(_) | Shape::Uniform(..) | Shape::Exponential(_) => true,
        Shape::Weibull(shape, _) | Shape::Gamma(shape, _) => *shape >= 1.0,
        Shape::LogNormal(..) | Shape::Pareto(..) | Shape::Empirical(_) => false,
    };
    if known && mode.crews.is_none() { repeated(mode) } else { f64::INFINITY }
}

/// The same where nothing but `repeat` makes another likelier.
pub(crate) fn repeated(mode: &Mode) -> f64 {
    // The area of the excess hazard after a failure.
    let more = mode
        .repeat
        .map_or(0.0, |repeat| 0.5 * (repeat.factor - 1.0) * repeat.within_ms / mode.time_to_failure.mean_ms().max(1.0));
    if more < 1.0 { 1.0 / (1.0 - more) } else { f64::INFINITY }
}

fn is_component(mode: &Mode) -> bool {
    mode.scope == Scope::Component
}

/// Whether nothing but machines and components that are out can miss the objective.
fn counts_outages(design: &Design) -> bool {
    let serving = match &design.need {
        Need::Serving(_) => true,
        Need::Served(share, of) => carries_its_demand(design, *share as f64 / *of as f64),
        Need::Done(..) => false,
        Need::Parts(service) => service.nodes.iter().all(|node| match &node.part {
            Part::Sets(_, least) => matches!(least, Least::Serving(_)),
            Part::Component(component) => component.ceiling.is_none(),
            Part::Group { .. } => true,
        }),
    };
    let known = |set: &ScaleSet| set.start == StartState::Running && !set.zones.is_empty() && set.disk_elsewhere <= 0.0;
    serving
        && design.sets.iter().all(known)
        && !design.is_managed()
        && !design.fails_over()
        && design.within().is_none()
}

/// Whether all machines of a design together serve so much of its demand at every hour, and nothing but outages can change that.
fn carries_its_demand(design: &Design, share: f64) -> bool {
    let all: f64 = design.needed_sets().map(|(_, set)| f64::from(set.capacity) * set.serves_milli as f64).sum();
    let carried = |demand: &Demand| !demand.is_noisy() && demand.most_milli() * share <= all;
    let at_once = |(_, set): (usize, &ScaleSet)| set.slow_start.is_none();
    design.demand.as_ref().is_some_and(carried) && design.service.is_plain() && design.needed_sets().all(at_once)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use zonefall_engine::Law;
    use zonefall_faults::Outage;

    #[test]
    fn failures_are_taken_with_those_that_they_bring() {
        let law = |shape| Law::new(shape, None).unwrap();
        let mode = |time_to_failure, repeat| {
            let outage = Outage::Law(law(Shape::Constant(1.0)));
            Mode { time_to_failure, repeat, ..Mode::plain("host", Scope::Host, 1.0, outage).unwrap() }
        };
        let of = |shape| brings(&mode(law(shape), None));
        assert_eq!([of(Shape::Exponential(9.0)), of(Shape::Weibull(1.5, 9.0)), of(Shape::Constant(9.0))], [1.0; 3]);
        assert!(of(Shape::Weibull(0.5, 9.0)).is_infinite() && of(Shape::Empirical([1.0, 9.0].into())).is_infinite());
        // Ten times the hazard, falling over a tenth of the mean: 0.45 more, each of which brings as many.
        let repeat = |within_ms| Some(zonefall_faults::Repeat { factor: 10.0, within_ms });
        let again = brings(&mode(law(Shape::Exponential(100.0)), repeat(10.0)));
        assert!((again - 1.0 / 0.55).abs() < 1e-12, "{again}");
        assert!(brings(&mode(law(Shape::Exponential(100.0)), repeat(30.0))).is_infinite());
    }
}
