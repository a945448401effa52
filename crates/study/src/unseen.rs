//! What is known, without a trial, of misses that no trial has shown.
//!
//! In: a study, one of its designs, how many trials were played. Out: how long a miss lasts on average, at most, and how much the
//! rarest modes bring, for [`zonefall_stats::MeanEstimate::knowing_the_unseen`].
//!
//! *How long.* Where an objective counts machines and nothing but outages takes them away, a miss is covered by the outages that
//! began while no more machines could be spared: whenever it is missed, the last of the outages under way was such a one. Their
//! lengths do not hang on what came before them. So a miss that one of them brings lasts no longer, on average, than the mode with
//! the longest outages does; further ones fall into an outage under way, so lengths are taken as an inspector finds them,
//! E(L²) / E(L), which is more. To it comes all that machines wait for afterwards, until the last of them is back: restart, boot,
//! warm-up, probes, and for healing the time that no hardware or no control plane is to be had. Checked against exact answers in
//! `tests/rare/known.rs`.
//!
//! A trial may hold several such misses. They come like a Poisson stream or more regularly (failures that repeat are taken with
//! those that they bring), unless something makes whole trials bad: where machines stand by luck (hidden zones), laws under which
//! who has just failed fails again sooner. For these and for other designs (a demand that may be too much, managed sets, queues,
//! failover, crews) nothing is known from places and laws alone, and a miss may last as long as a trial.
//!
//! *How much.* Kinds of misses known from places ([`crate::misses`]), of one outage or of two that meet, of which fewer than ten are
//! expected in all trials: rate × length, which needs no trial at all. However many small misses there are, these are not among them;
//! so every upper end has room for them, and a difference for those that two designs do not share.

use crate::conclude::cap_ms;
use crate::misses::Kinds;
use crate::study::Study;
use zonefall_engine::{Law, Shape, SimTime};
use zonefall_faults::{Kind, Mode, Outage, Scope};
use zonefall_fleet::{Design, Least, LoadBalancer, Need, Part, ProbeTimes, ScaleSet, StartState};
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
    let of = Unseen { hit: longest_ms(study, design), rare: kinds.rare_ms(missed.n()) };
    MeanEstimate::new(missed, cap, confidence).knowing_the_unseen(of, cap, confidence)
}

/// What misses a design's objective, known from places.
pub(crate) fn kinds(study: &Study, design: &Design) -> Kinds {
    Kinds::of(study, design, back_ms(design))
}

/// How long a miss lasts on average, at most; infinite where that is not known.
fn longest_ms(study: &Study, design: &Design) -> f64 {
    let modes = || study.profile.modes.iter();
    let cluster = modes().map(brings).fold(1.0, f64::max);
    if study.replay.is_some() || !counts_outages(design) || cluster.is_infinite() {
        return f64::INFINITY;
    }
    let waits = no_hardware_ms(&study.profile.modes);
    let machines = design.capacity();
    let lasts = |mode: &Mode| outage_ms(mode, machines) + if mode.heals { waits } else { 0.0 };
    let longest = modes().filter(|mode| mode.stops_machines(&design.depends_on) || is_component(mode)).map(lasts);
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
    // The area of the excess hazard after a failure.
    let more = mode
        .repeat
        .map_or(0.0, |repeat| 0.5 * (repeat.factor - 1.0) * repeat.within_ms / mode.time_to_failure.mean_ms().max(1.0));
    if known && mode.crews.is_none() && more < 1.0 { 1.0 / (1.0 - more) } else { f64::INFINITY }
}

fn is_component(mode: &Mode) -> bool {
    mode.scope == Scope::Component
}

/// Whether nothing but machines and components that are out can miss the objective.
fn counts_outages(design: &Design) -> bool {
    let serving = match &design.need {
        Need::Serving(_) => true,
        Need::Served(..) | Need::Done(..) => false,
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

/// How long one hit is out, as an inspector finds it: the sum for things that follow each other is never less. Where each machine
/// recovers by itself, the last of all of them.
fn outage_ms(mode: &Mode, machines: u64) -> f64 {
    // A wave of maintenance lasts as long as it takes through a region.
    let (Outage::Law(law), Kind::Outage | Kind::Shock) = (&mode.outage, mode.kind) else { return f64::INFINITY };
    let stage = mode.staged.map_or(1.0, |staged| staged.tail.max(1.0));
    let warned = mode.predicted.as_ref().map_or(0.0, |predicted| inspected_ms(&predicted.pause));
    let struck = if mode.kind == Kind::Shock { last_ms(law, machines) } else { inspected_ms(law) };
    (struck * stage + mode.restart.as_ref().map_or(0.0, |law| last_ms(law, machines))).max(warned)
}

/// How long hardware or the control plane is kept away from those who would be healed: the busy period of a queue with a server for
/// each, in which nobody waits for another to end.
fn no_hardware_ms(modes: &[Mode]) -> f64 {
    let keeps = |mode: &Mode| {
        let alone = matches!(mode.scope, Scope::Allocation | Scope::ControlPlane) || mode.surge.is_some();
        let own = if alone { outage_ms(mode, 1) } else { 0.0 };
        mode.control_plane.as_ref().map_or(0.0, |hit| inspected_ms(&hit.outage)).max(own)
    };
    let longest = modes.iter().map(keeps).fold(0.0, f64::max);
    let load: f64 = modes.iter().map(|mode| keeps(mode) / mode.time_to_failure.mean_ms().max(1.0)).sum();
    if load > 0.0 { longest * libm::expm1(load) / load } else { longest }
}

/// From the end of an outage until a machine serves.
fn back_ms(design: &Design) -> f64 {
    let last = |law: &Law| last_ms(law, design.capacity());
    let starts = design.sets.iter().map(|set| last(&set.boot) + last(&set.warm_up)).fold(0.0, f64::max);
    // LB-03: the last probe that a machine needs which has flapped as often as counts.
    let readmitted = |balancer: LoadBalancer| ProbeTimes::new(balancer, 0.0).readmitted(SimTime::from_ms(1), u32::MAX);
    starts + design.balancer.map_or(0.0, |balancer| readmitted(balancer).as_ms() as f64)
}

/// The longest of as many as there are machines, at most: E(max L) ≤ √(n·E(L²)); of one as an inspector finds it.
fn last_ms(law: &Law, machines: u64) -> f64 {
    let most = match law.shape() {
        Shape::Constant(length) => *length,
        Shape::Uniform(_, high) => *high,
        Shape::Empirical(values) => values.iter().copied().fold(0.0, f64::max),
        _ => f64::INFINITY,
    };
    let one = inspected_ms(law);
    let all = libm::sqrt(machines as f64 * law.mean_ms() * one);
    one.max(all).min(most).min(law.below().unwrap_or(f64::INFINITY))
}

/// E(L²) / E(L). Of a law that is cut no more than that of the whole law, nor than the cut.
fn inspected_ms(law: &Law) -> f64 {
    let gamma = |shape: f64| libm::exp(libm::lgamma(shape));
    let whole = match law.shape() {
        Shape::Constant(length) => *length,
        Shape::Uniform(low, high) if *high > 0.0 => 2.0 / 3.0 * (low * low + low * high + high * high) / (low + high),
        Shape::Uniform(..) => 0.0,
        Shape::Exponential(mean) => 2.0 * mean,
        Shape::Weibull(shape, scale) => scale * gamma(1.0 + 2.0 / shape) / gamma(1.0 + 1.0 / shape),
        Shape::Gamma(shape, scale) => (shape + 1.0) * scale,
        Shape::LogNormal(median, sigma) => median * libm::exp(1.5 * sigma * sigma),
        Shape::Pareto(index, least) if *index > 2.0 => least * (index - 1.0) / (index - 2.0),
        Shape::Pareto(..) => f64::INFINITY,
        Shape::Empirical(values) => {
            let (sum, squares) = values.iter().fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
            if sum > 0.0 { squares / sum } else { 0.0 }
        }
    };
    whole.min(law.below().unwrap_or(f64::INFINITY))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_last_of_many_takes_longer_but_no_longer_than_any_can() {
        let law = |shape, below| Law::new(shape, below).unwrap();
        assert_eq!(last_ms(&law(Shape::Constant(5.0), None), 1000), 5.0);
        assert_eq!(last_ms(&law(Shape::Uniform(0.0, 6.0), None), 1000), 6.0);
        assert_eq!(last_ms(&law(Shape::Exponential(3.0), None), 1), 6.0);
        // The last of 100 takes 5.19 means.
        let last = last_ms(&law(Shape::Exponential(1.0), None), 100);
        assert!(last > 5.19 && (last - 200.0_f64.sqrt()).abs() < 1e-9, "{last}");
        assert_eq!(last_ms(&law(Shape::Exponential(3.0), Some(10.0)), 1000), 10.0);
    }

    #[test]
    fn waits_for_hardware_join_into_longer_ones() {
        let law = |mean| Law::exponential(mean).unwrap();
        let mode = |mean| Mode {
            time_to_failure: law(mean),
            ..Mode::plain("allocation", Scope::Allocation, 1.0, Outage::Law(law(2.0))).unwrap()
        };
        assert_eq!(no_hardware_ms(&[]), 0.0);
        assert!((no_hardware_ms(&[mode(4e6)]) - 4.0).abs() < 1e-5);
        // As long as there is one of two that come once in four and last as an inspector finds them: (e² − 1) / 2 times as long.
        let two = no_hardware_ms(&[mode(4.0), mode(4.0)]);
        assert!((two / (4.0 * (2.0_f64.exp() - 1.0) / 2.0) - 1.0).abs() < 1e-12, "{two}");
    }

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

    #[test]
    fn lengths_are_as_an_inspector_finds_them() {
        let ms = |shape| inspected_ms(&Law::new(shape, None).unwrap());
        let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-9, "{a} {b}");
        near(ms(Shape::Constant(5.0)), 5.0);
        near(ms(Shape::Uniform(0.0, 6.0)), 4.0);
        near(ms(Shape::Exponential(3.0)), 6.0);
        near(ms(Shape::Weibull(1.0, 3.0)), 6.0);
        near(ms(Shape::Gamma(1.0, 3.0)), 6.0);
        near(ms(Shape::Empirical([1.0, 3.0].into())), 2.5);
        assert!(ms(Shape::Pareto(2.0, 1.0)).is_infinite());
        near(inspected_ms(&Law::new(Shape::Pareto(1.5, 1.0), Some(10.0)).unwrap()), 10.0);
    }
}
