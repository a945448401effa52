//! A bar on standard error: trials, rate, time left, and the half-width that the run has reached.

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use zonefall_stats::{Bounds, Confidence, MeanEstimate};
use zonefall_study::stopping::{foreseen, widest};
use zonefall_study::{Finished, Progress, Study, Tally};

/// Minutes a month per millisecond of a trial.
const MINUTES_PER_MONTH: f64 = zonefall_study::outcome::MINUTES_PER_MONTH;

/// The half-width is computed anew after this time.
const PAUSE: Duration = Duration::from_millis(100);

/// The bar.
pub struct Bar {
    bar: ProgressBar,
    confidence: Confidence,
    measured_ms: f64,
    /// The study, if a rule stops it.
    until: Option<Study>,
    /// When the half-width was last computed.
    told: Mutex<Option<Instant>>,
}

impl Bar {
    /// A bar for a study of which so many trials are finished.
    pub fn new(study: &Study, finished: u64, colour: bool) -> Self {
        Self::with_rest(study, study.trials, finished, colour, "")
    }

    /// A bar for the looks at what is assumed, of so many trials in all.
    pub fn of_looks(study: &Study, trials: u64, colour: bool) -> Self {
        Self::with_rest(study, trials, 0, colour, " (what is assumed)")
    }

    fn with_rest(study: &Study, trials: u64, finished: u64, colour: bool, what: &str) -> Self {
        let bar = if colour { "{bar:20.cyan/dim}" } else { "{bar:20}" };
        let rest = format!(" {{human_pos}}/{{human_len}} trials{what}  {{rate}}  {{eta}} left  {{msg}}");
        let style =
            ProgressStyle::with_template(&format!("{bar}{rest}")).unwrap_or_else(|_| ProgressStyle::default_bar());
        let style = style.with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
            let _ = write!(out, "{:.0}/s", state.per_sec());
        });
        let bar = ProgressBar::new(trials).with_style(style).with_position(finished);
        bar.reset_eta();
        let until = study.stopping.is_some().then(|| study.clone());
        let measured = study.measure.horizon.since(study.measure.from);
        Self {
            bar,
            confidence: study.confidence,
            measured_ms: measured.as_ms().max(1) as f64,
            until,
            told: Mutex::new(None),
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
        told(widths.max_by(f64::total_cmp)? / self.measured_ms)
    }
}

/// A half-width, a share of time; none while it says next to nothing.
fn told(width: f64) -> Option<String> {
    /// Of all time.
    const TOLD_MAX: f64 = 0.1;
    (width < TOLD_MAX).then(|| format!("±{:.2} min/month", width * MINUTES_PER_MONTH))
}

impl Progress for Bar {
    fn merged(&self, finished: &Finished) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_some_and(|told| told.elapsed() < PAUSE) {
            return;
        }
        *told = Some(Instant::now());
        if let Some(study) = &self.until {
            // As far as one can tell by now.
            self.bar.set_length(foreseen(study, finished));
            if let Some((half, asked)) = widest(study, finished) {
                let unit = study.stopping.as_ref().map_or("", |rule| rule.metric.unit());
                self.bar.set_message(format!("±{half:.3} of ±{asked:.3} {unit}"));
            }
        } else if let Some(widest) = self.widest(&finished.tally) {
            self.bar.set_message(widest);
        }
    }

    fn computed(&self, trials: u64) {
        self.bar.inc(trials);
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn a_half_width_that_says_nothing_is_not_told() {
        assert_eq!(told(15_040.67 / 43_200.0), None);
        assert_eq!(told(f64::INFINITY), None);
        assert_eq!(told(1.5 / 43_200.0).as_deref(), Some("±1.50 min/month"));
    }
}
