//! Measured coverage of the intervals, at fixed seeds and a modest budget.
//!
//! The family is compound Poisson: a trial has Poisson(h/n) outages, each of
//! lognormal length with log standard deviation σ, and the trial's total is
//! observed in whole milliseconds. h is the expected number of outages over
//! all n trials. Trials without an outage are all alike, so only the number of
//! outages is drawn and each is put in a trial of its own; two outages in one
//! trial would only make the sum less skewed.
//!
//! `COVERAGE_REPLICATIONS=20000 cargo test --release --test coverage -- --nocapture`
//! reprints the tables of the module documentation.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use zonefall_stats::skewed::{SkewedMean, student_coverage};
use zonefall_stats::{
    Bounds, Confidence, DifferenceBounds, DifferenceEstimate, Histogram, MeanEstimate, Moments, Proportion,
    QuantileLevel, intervals,
};

const C95: Confidence = Confidence::P95;
const CAP_MS: f64 = 31_536_000_000.0;
const MEDIAN_MS: f64 = 600_000.0;

/// SplitMix64 (Steele, Lea, Flood 2014): enough for a test, and ours.
struct Generator(u64);

impl Generator {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform on (0, 1).
    fn uniform(&mut self) -> f64 {
        ((self.word() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.uniform()));
        radius * libm::cos(2.0 * std::f64::consts::PI * self.uniform())
    }

    fn poisson(&mut self, mean: f64) -> u64 {
        let mut time = -libm::log(self.uniform());
        let mut count = 0;
        while time < mean {
            time -= libm::log(self.uniform());
            count += 1;
        }
        count
    }

    fn lognormal_ms(&mut self, sigma: f64) -> i64 {
        (MEDIAN_MS * libm::exp(sigma * self.normal())).round() as i64
    }
}

fn replications(budget: u64) -> u64 {
    let asked = std::env::var("COVERAGE_REPLICATIONS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(budget)
}

/// One study: n trials, Poisson(h) of them hit.
fn study(generator: &mut Generator, h: f64, sigma: f64, n: u64) -> Moments {
    let hits = generator.poisson(h).min(n);
    let mut moments: Moments = (0..hits).map(|_| generator.lognormal_ms(sigma)).collect();
    moments.add_times(0, n - hits);
    moments
}

fn true_mean(h: f64, sigma: f64, n: u64) -> f64 {
    h / n as f64 * MEDIAN_MS * libm::exp(0.5 * sigma * sigma)
}

#[derive(Default)]
struct Row {
    studies: f64,
    student: f64,
    ours: f64,
    below: f64,
    above: f64,
    predicted: f64,
    width: f64,
}

fn mean_row(h: f64, sigma: f64, n: u64, budget: u64) -> Row {
    let mut generator = Generator(20_240 + h as u64 + n);
    let mean = true_mean(h, sigma, n);
    let mut row = Row::default();
    for _ in 0..replications(budget) {
        let m = study(&mut generator, h, sigma, n);
        if m.hits() < 2 {
            continue;
        }
        let student = intervals::student_t(m.mean(), m.standard_deviation(), n, C95);
        let ours = SkewedMean::of_non_negative(&m).interval(C95);
        row.studies += 1.0;
        row.student += f64::from(student.contains(mean));
        row.ours += f64::from(ours.contains(mean));
        row.below += f64::from(mean < ours.low);
        row.above += f64::from(mean > ours.high);
        row.predicted += student_coverage(&m);
        row.width += ours.half_width() / student.half_width();
    }
    let Row { studies, .. } = row;
    eprintln!(
        "//! | {sigma} | {h} | {n} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.2} |",
        100.0 * row.student / studies,
        100.0 * row.predicted / studies,
        100.0 * row.ours / studies,
        100.0 * row.below / studies,
        100.0 * row.above / studies,
        row.width / studies,
    );
    row
}

#[test]
fn corrected_means_are_near_nominal() {
    for sigma in [1.0, 0.0, 0.5, 1.5] {
        for (h, n) in [(20.0, 2_000), (30.0, 2_000), (50.0, 5_000), (100.0, 10_000), (300.0, 10_000)] {
            let row = mean_row(h, sigma, n, if sigma == 1.0 { 3_000 } else { 1_000 });
            let covered = row.ours / row.studies;
            // Four standard errors at the budget around what was measured.
            let slack = 4.0 * libm::sqrt(0.95 * 0.05 / row.studies);
            let least = if sigma > 1.0 { 0.93 } else { 0.94 };
            assert!(covered > least - slack, "σ {sigma}, h {h}: {covered}");
            assert!(covered < 0.985 + slack, "σ {sigma}, h {h}: {covered}");
            if sigma == 1.0 && h < 150.0 {
                assert!(row.student < row.ours, "σ {sigma}, h {h}: Student should fall short");
                let predicted = (row.predicted - row.student).abs() / row.studies;
                assert!(predicted < 0.03, "σ {sigma}, h {h}: prediction off by {predicted}");
            }
        }
    }
}

#[test]
fn estimates_cover_across_the_twenty_hit_border() {
    for sigma in [1.0, 0.5, 1.5] {
        for h in [0.5, 1.0, 2.0, 4.0, 7.0, 10.0, 14.0, 18.0, 20.0, 25.0] {
            let (n, mean) = (2_000, true_mean(h, sigma, 2_000));
            let mut generator = Generator(7 + h as u64);
            let (mut bounds, mut covered, mut size) = (0.0, 0.0, 0.0);
            for _ in 0..replications(3_000) {
                let m = study(&mut generator, h, sigma, n);
                let e = MeanEstimate::new(&m, CAP_MS, C95);
                if let Bounds::UpperBound { high, .. } = e.bounds {
                    bounds += 1.0;
                    covered += f64::from(high >= mean);
                    size += if m.hits() > 0 { high / e.mean } else { 0.0 };
                }
            }
            eprintln!(
                "bound: σ {sigma} h {h}: {:.2} % of {bounds} bounds cover, mean factor {:.1}",
                100.0 * covered / bounds,
                size / bounds
            );
            if bounds > 500.0 {
                let least = if sigma > 1.0 { 0.94 } else { 0.95 };
                assert!(covered / bounds > least, "σ {sigma}, h {h}: {}", covered / bounds);
            }
        }
    }
}

#[test]
fn differences_cover() {
    // Two designs on the same storm: a share of the outages hits only one.
    for (h, share_of_first) in [(30.0, 1.0), (50.0, 1.0), (50.0, 0.8), (100.0, 0.5), (300.0, 0.8)] {
        let n = 10_000;
        let mean = true_mean(h, 1.0, n) * (2.0 * share_of_first - 1.0);
        let mut generator = Generator(99);
        let (mut resolved, mut covered) = (0.0, 0.0);
        for _ in 0..replications(1_500) {
            let hits = generator.poisson(h);
            let mut m = Moments::new();
            for _ in 0..hits {
                let first = generator.uniform() < share_of_first;
                let length = generator.lognormal_ms(1.0);
                m.add(if first { length } else { -length });
            }
            m.add_times(0, n - hits);
            if let DifferenceBounds::Interval(i) = DifferenceEstimate::new(&m, CAP_MS, C95).bounds {
                resolved += 1.0;
                covered += f64::from(i.contains(mean));
            }
        }
        eprintln!("difference: h {h}, first {share_of_first}: {:.1} %", 100.0 * covered / resolved);
        let slack = 4.0 * libm::sqrt(0.95 * 0.05 / resolved);
        assert!(covered / resolved > 0.94 - slack, "{h} {share_of_first}");
    }
}

#[test]
fn clustered_proportions_cover() {
    // 12 windows a trial; a bad trial (one in twenty) fails each with ½, a good one with a small p.
    for (n, bad, good) in
        [(400, 0.05, 0.0), (400, 0.05, 0.01), (2_000, 0.002, 0.0), (2_000, 0.0, 0.0005), (200, 0.3, 0.1)]
    {
        let truth = bad * 0.5 + (1.0 - bad) * good;
        let mut generator = Generator(5);
        let (mut exact, mut wilson) = (0.0, 0.0);
        let studies = replications(600);
        for _ in 0..studies {
            let mut proportion = Proportion::new();
            for _ in 0..n {
                let p = if generator.uniform() < bad { 0.5 } else { good };
                let failed = (0..12).filter(|_| p > 0.0 && generator.uniform() < p).count();
                proportion.add(failed as u32, 12);
            }
            exact += f64::from(proportion.interval(C95).contains(truth));
            wilson += f64::from(proportion.wilson(C95).contains(truth));
        }
        let share = |covered: f64| covered / studies as f64;
        eprintln!("proportion: n {n}, bad {bad}, good {good}: exact {:.3}, wilson {:.3}", share(exact), share(wilson));
        let slack = 4.0 * libm::sqrt(0.95 * 0.05 / studies as f64);
        assert!(share(exact) > 0.95 - slack);
        assert!(share(wilson) > 0.93 - slack);
    }
}

#[test]
fn quantile_intervals_cover() {
    for (n, level, truth) in [(200, 0.5, 0.0), (1_000, 0.99, 2.326_347_874_040_841)] {
        let level = QuantileLevel::from_f64(level);
        let truth = (MEDIAN_MS * libm::exp(truth)).round() as u64;
        let mut generator = Generator(11);
        let studies = replications(1_500);
        let mut covered = 0.0;
        for _ in 0..studies {
            let mut histogram = Histogram::new();
            (0..n).for_each(|_| histogram.add(generator.lognormal_ms(1.0) as u64));
            let i = histogram.quantile_interval(level, C95);
            let inside = i.low.is_none_or(|low| low <= truth) && i.high.is_none_or(|high| truth <= high);
            covered += f64::from(inside);
        }
        let share = covered / studies as f64;
        eprintln!("quantile: n {n}: {share:.3}");
        assert!((0.93..0.99).contains(&share), "{share}");
    }
}
