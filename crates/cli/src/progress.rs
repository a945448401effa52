//! A bar on standard error: trials, rate, time left, and the half-width that the run has reached.

use indicatif::{ProgressBar, ProgressStyle};
use zonefall_stats::{Bounds, Confidence, MeanEstimate};
use zonefall_study::{Progress, Study, Tally};

/// Minutes a month per millisecond of a trial.
const MINUTES_PER_MONTH: f64 = zonefall_study::outcome::MINUTES_PER_MONTH;

/// The bar.
pub struct Bar {
    bar: ProgressBar,
    names: Vec<String>,
    confidence: Confidence,
    measured_ms: f64,
}

impl Bar {
    pub fn new(study: &Study) -> Self {
        let template = "{spinner} {wide_bar:.cyan/dim} {human_pos}/{human_len} trials  {per_sec}  {eta} left  {msg}";
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(study.trials).with_style(style);
        let measured = study.measure.horizon.since(study.measure.from);
        Self {
            bar,
            names: study.designs.iter().map(|design| design.name.clone()).collect(),
            confidence: study.confidence,
            measured_ms: measured.as_ms().max(1) as f64,
        }
    }

    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// The widest interval so far, in minutes a month.
    fn widest(&self, tally: &Tally) -> Option<String> {
        let half_width = |moments| match MeanEstimate::new(moments, self.measured_ms, self.confidence).bounds {
            Bounds::Interval(interval) => interval.half_width(),
            Bounds::UpperBound { high, .. } => high,
        };
        let widths = tally.designs.iter().map(|design| half_width(&design.missed));
        let (name, width) = self.names.iter().zip(widths).max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some(format!("±{:.2} min/month ({name})", width / self.measured_ms * MINUTES_PER_MONTH))
    }
}

impl Progress for Bar {
    fn merged(&self, _: u64, tally: &Tally) {
        if let Some(widest) = self.widest(tally) {
            self.bar.set_message(widest);
        }
    }

    fn computed(&self, trials: u64) {
        self.bar.inc(trials);
    }
}
