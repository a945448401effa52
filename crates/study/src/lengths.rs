//! How long outages last, and what machines wait for afterwards, at most and on average.
//!
//! In: modes, laws and designs. Out: milliseconds; infinite where nothing is known. Lengths are as an inspector finds them,
//! E(L²) / E(L): how long an outage is that is under way at a given instant, and never less than the mean; failovers are means, and
//! squares and overlaps say their powers.

use zonefall_engine::{Law, Shape, SimTime};
use zonefall_faults::{Kind, Mode, Outage, Recovery, Scope};
use zonefall_fleet::{Design, Failover, LoadBalancer, ORDER_AGAIN_LEAST, Pattern, ProbeTimes, ScaleSet, Sight};

/// How long one hit is out, as an inspector finds it: the sum for things that follow each other is never less. Where each machine
/// recovers by itself, the last of all of them.
pub(crate) fn outage_ms(mode: &Mode, machines: u64) -> f64 {
    // A wave of maintenance lasts as long as it takes through a region.
    let (Outage::Law(law), Kind::Outage | Kind::Shock) = (&mode.outage, mode.kind) else { return f64::INFINITY };
    let stage = mode.staged.map_or(1.0, |staged| staged.tail.max(1.0));
    let warned = mode.predicted.as_ref().map_or(0.0, |predicted| inspected_ms(&predicted.pause));
    let struck = if mode.kind == Kind::Shock { last_ms(law, machines) } else { inspected_ms(law) };
    (struck * stage + mode.restart.as_ref().map_or(0.0, |law| last_ms(law, machines))).max(warned)
}

/// How long hardware or the control plane is kept away from those who would be healed: the busy period of a queue with a server for
/// each, in which nobody waits for another to end.
pub(crate) fn no_hardware_ms(modes: &[Mode]) -> f64 {
    let keeps = |mode: &Mode| {
        let alone = matches!(mode.scope, Scope::Allocation | Scope::ControlPlane) || mode.surge.is_some();
        let own = if alone { outage_ms(mode, 1) } else { 0.0 };
        mode.control_plane.as_ref().map_or(0.0, |hit| inspected_ms(&hit.outage)).max(own)
    };
    let longest = modes.iter().map(keeps).fold(0.0, f64::max);
    let load: f64 = modes.iter().map(|mode| keeps(mode) / mode.time_to_failure.mean_ms().max(1.0)).sum();
    if load > 0.0 { longest * libm::expm1(load) / load } else { longest }
}

/// From the end of an outage until a machine serves, whatever it needs.
pub(crate) fn back_ms(design: &Design) -> f64 {
    back_after_ms(design, Recovery::Boot)
}

/// From the end of an outage until a machine serves that needs so much then.
pub(crate) fn back_after_ms(design: &Design, recovery: Recovery) -> f64 {
    let last = |law: &Law| last_ms(law, design.capacity());
    let start = |set: &ScaleSet| match recovery {
        Recovery::Reachable => 0.0,
        Recovery::WarmUp => last(&set.warm_up),
        Recovery::Boot => last(&set.boot) + last(&set.warm_up),
    };
    let starts = design.needed_sets().map(|(_, set)| start(set)).fold(0.0, f64::max);
    // LB-03: the last probe that a machine needs which has flapped as often as counts.
    let readmitted = |balancer: LoadBalancer| ProbeTimes::new(balancer, 0.0).readmitted(SimTime::from_ms(1), u32::MAX);
    starts + design.balancer.map_or(0.0, |balancer| readmitted(balancer).as_ms() as f64)
}

/// How long clients are without a part while another is to take over, on average; infinite where people are not always at their desks.
pub(crate) fn failover_ms(of: &Failover) -> f64 {
    let seen = match &of.sight {
        Sight::Probes(probes) => probes.interval.as_ms() as f64 * f64::from(probes.unhealthy_threshold),
        Sight::Laws { out, .. } => out.mean_ms(),
    };
    let ready = match &of.pattern {
        Pattern::ActiveActive { .. } => 0.0,
        Pattern::Standby(standby) => {
            let people = standby.operator.as_ref().map_or(0.0, |people| {
                let lasting = people.alarm.map_or(0, |alarm| alarm.lasting.as_ms()) as f64;
                let acts = people.notice.mean_ms() + people.act.mean_ms();
                // An order that fails is given again, by chance; those that meet a control plane that is out are left out.
                let failed = (1.0 - people.success).max(0.0);
                let again = if failed > 0.0 {
                    failed / people.success * acts.max(ORDER_AGAIN_LEAST.as_ms() as f64)
                } else {
                    0.0
                };
                if people.office.is_some() { f64::INFINITY } else { lasting + acts + again }
            });
            // IN-07: refused again and again, each time for a new draw.
            let refused = standby.capacity_risk / (1.0 - standby.capacity_risk).max(0.0);
            let refused_ms = if refused > 0.0 { refused * standby.capacity_retry.mean_ms() } else { 0.0 };
            people + standby.ready.mean_ms() + refused_ms
        }
    };
    seen + ready + of.spread.as_ms() as f64
}

/// The longest of as many as there are machines, at most: E(max L) ≤ √(n·E(L²)), and ≤ E(L)·(1 + ln n) where what has lasted is the
/// likelier to end the longer it has; of one as an inspector finds it.
fn last_ms(law: &Law, machines: u64) -> f64 {
    let most = match law.shape() {
        Shape::Constant(length) => *length,
        Shape::Uniform(_, high) => *high,
        Shape::Empirical(values) => values.iter().copied().fold(0.0, f64::max),
        _ => f64::INFINITY,
    };
    let one = inspected_ms(law);
    let ages = match law.shape() {
        Shape::Exponential(_) => true,
        Shape::Weibull(shape, _) | Shape::Gamma(shape, _) => *shape >= 1.0,
        _ => false,
    };
    let by_age = if ages { law.mean_ms() * (1.0 + libm::log(machines.max(1) as f64)) } else { f64::INFINITY };
    let all = libm::sqrt(machines as f64 * law.mean_ms() * one).min(by_age);
    one.max(all).min(most).min(law.below().unwrap_or(f64::INFINITY))
}

/// E(L²) / E(L). Of a law that is cut no more than that of the whole law, nor than the cut.
pub(crate) fn inspected_ms(law: &Law) -> f64 {
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

/// The middles of eighths of octaves below the most that is seen of a length, the longest first, and how wide each is.
fn eighths(most: f64) -> impl Iterator<Item = (f64, f64)> {
    let step = 0.125 * std::f64::consts::LN_2;
    let at = move |k: i32| most * libm::exp(-step * (f64::from(k) + 0.5));
    (0..8 * 40).map(move |k| (at(k), step * at(k)))
}

/// E(min(L, most)²), in square milliseconds: the mean square of a length of which no more than `most` is seen.
pub(crate) fn mean_square_ms2(law: &Law, most: f64) -> f64 {
    let seen = |ms: f64| ms.min(most) * ms.min(most);
    match law.shape() {
        Shape::Constant(length) => seen(*length),
        Shape::Empirical(values) if law.below().is_none() => {
            values.iter().copied().map(seen).sum::<f64>() / values.len().max(1) as f64
        }
        // 2·∫ x·P(L > x) dx.
        _ => eighths(most).map(|(ms, wide)| 2.0 * ms * wide * law.survival(ms)).sum(),
    }
}

/// What is left of a length of which no more than `most` is seen, in [`eighths`] of octaves.
#[derive(Debug)]
pub(crate) struct Spectrum {
    /// How wide each is.
    wide: Vec<f64>,
    /// E(L − u; L > u), which is ∫ P(L > x) dx from u on.
    left: Vec<f64>,
}

impl Spectrum {
    pub fn new(law: &Law, most: f64) -> Self {
        let at: Vec<(f64, f64)> = eighths(most).collect();
        let survival: Vec<f64> = match law.shape() {
            Shape::Empirical(values) if law.below().is_none() => {
                let mut values = values.to_vec();
                values.sort_unstable_by(f64::total_cmp);
                let longer = |ms: f64| values.len() - values.partition_point(|&value| value <= ms);
                at.iter().map(|&(ms, _)| longer(ms) as f64 / values.len().max(1) as f64).collect()
            }
            _ => at.iter().map(|&(ms, _)| law.survival(ms)).collect(),
        };
        let wide: Vec<f64> = at.into_iter().map(|(_, wide)| wide).collect();
        let mut longer = 0.0;
        let tail = |(wide, share): (&f64, f64)| {
            let half = 0.5 * share * wide;
            longer += 2.0 * half;
            longer - half
        };
        let left = wide.iter().zip(survival).map(tail).collect();
        Self { wide, left }
    }

    /// Outages that begin at any instants: the integral of the square of how long they overlap over all times between these, in
    /// milliseconds to the power of one more than there are. Both of two instants u apart lie in all of them as often as
    /// ∏ E(Lᵢ − u; Lᵢ > u), so it is 2·∫ ∏ E(Lᵢ − u; Lᵢ > u) du.
    pub fn overlap(all: &[&Self]) -> f64 {
        let Some(first) = all.first() else { return 0.0 };
        let both = |k: usize| all.iter().map(|of| of.left[k]).product::<f64>();
        first.wide.iter().enumerate().map(|(k, wide)| 2.0 * wide * both(k)).sum()
    }
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
        assert!(last > 5.19 && (last - 1.0 - 100.0_f64.ln()).abs() < 1e-9, "{last}");
        let last = last_ms(&law(Shape::Weibull(0.5, 1.0), None), 100);
        assert!((last - 2400.0_f64.sqrt()).abs() < 1e-9, "{last}");
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

    #[test]
    fn mean_squares_are_of_what_is_seen() {
        let law = |shape, below| Law::new(shape, below).unwrap();
        let near = |a: f64, b: f64, off: f64| assert!((a / b - 1.0).abs() < off, "{a} {b}");
        let year = 3.2e10;
        near(mean_square_ms2(&law(Shape::Exponential(6e4), None), year), 2.0 * 6e4 * 6e4, 1e-6);
        near(mean_square_ms2(&law(Shape::LogNormal(6e4, 1.0), None), year), 6e4 * 6e4 * 2.0_f64.exp(), 1e-6);
        near(mean_square_ms2(&law(Shape::Constant(5.0), None), 3.0), 9.0, 1e-12);
        near(mean_square_ms2(&law(Shape::Empirical([1.0, 7.0].into()), None), 5.0), 13.0, 1e-12);
        near(mean_square_ms2(&law(Shape::Uniform(0.0, 6e4), None), year), 1.2e9, 0.02);
        // m²·(1 + 4·(√(c/m) − 1)) of index 3/2.
        near(mean_square_ms2(&law(Shape::Pareto(1.5, 1e4), None), 1e10), 1e8 * (1.0 + 4.0 * 999.0), 1e-3);
        let cut = mean_square_ms2(&law(Shape::Exponential(6e4), Some(6e4)), year);
        let e = (-1.0_f64).exp();
        near(cut, 6e4 * 6e4 * (2.0 - 5.0 * e) / (1.0 - e), 0.02);
    }

    #[test]
    fn overlaps_are_those_of_closed_forms() {
        let of = |shape| Spectrum::new(&Law::new(shape, None).unwrap(), 3.2e10);
        let near = |a: f64, b: f64, off: f64| assert!((a / b - 1.0).abs() < off, "{a} {b}");
        let (short, long) = (of(Shape::Constant(6e4)), of(Shape::Constant(6e5)));
        near(Spectrum::overlap(&[&short, &long]), 6e4 * 6e4 * (6e5 - 2e4), 0.15);
        // The shorter of two exponential ones is exponential too, and what is left of the longer one again.
        let (a, b) = (6e4, 6e5);
        let (a, b, m) = (of(Shape::Exponential(a)), of(Shape::Exponential(b)), a * b / (a + b));
        let rest = m / 6e4 * 6e5 + m / 6e5 * 6e4;
        near(Spectrum::overlap(&[&a, &b]), 2.0 * m * m * (m + rest) + 4.0 * m * m * m - 2.0 * m * m * m, 1e-3);
        let two = of(Shape::Empirical([6e4, 6e6].into()));
        near(
            Spectrum::overlap(&[&two, &two]),
            (2.0 / 3.0 * (6e4_f64.powi(3) + 6e6_f64.powi(3)) + 2.0 * 6e4 * 6e4 * (6e6 - 2e4)) / 4.0,
            0.2,
        );
        // Of three exponential ones that overlap for as long as the shortest lasts: 2·∫ m³·e^(−3u/m) du.
        let of = |mean| of(Shape::Exponential(mean));
        near(Spectrum::overlap(&[&of(6e4), &of(6e4), &of(6e4)]), 2.0 / 3.0 * 6e4_f64.powi(4), 1e-3);
    }
}
