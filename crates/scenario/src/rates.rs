//! A rate that is not known exactly: `{ events = 3, unit_years = 120 }`, `{ median = "0.05 per rack-year", factor = 3 }`.

use crate::codes;
use crate::diagnostic::Sink;
use crate::modes::per_year;
use crate::reader::Reader;
use zonefall_faults::{Confidence, Evidence, RateSpread};

/// A distribution over a rate, with the three numbers that stand for it.
pub(crate) struct Known {
    spread: RateSpread,
    pub mean: f64,
    low: f64,
    high: f64,
}

impl Known {
    /// Writes down where the rate comes from.
    pub fn note(self, evidence: &mut Evidence) {
        evidence.source = format!("the scenario: {}", self.spread.words());
        evidence.confidence = match self.spread {
            RateSpread::Events { .. } => Confidence::Derived,
            RateSpread::Factor { .. } => Confidence::Assumed,
        };
        evidence.rate_low_high = (self.low, self.high);
        evidence.spread = Some(self.spread);
    }
}

/// The distribution at `rate`; the inner `None` where it is a plain rate or absent, the outer one a mistake.
pub(crate) fn rate_spread(
    units: &'static [&'static str],
    reader: &Reader<'_>,
    sink: &mut Sink,
) -> Option<Option<Known>> {
    if !reader.is_table("rate") {
        return Some(None);
    }
    let table = reader.sub("rate", "faults.mode.<name>.rate", sink)?;
    let counted = ["events", "unit_years"].map(|key| table.has(key));
    let judged = ["median", "factor"].map(|key| table.has(key));
    let events = table.count("events", sink);
    let unit_years = table.number("unit_years", sink);
    let median = per_year("median", units, &table, sink);
    let factor = table.number("factor", sink);
    let spread = match (counted, judged) {
        ([true, true], [false, false]) => RateSpread::Events { events: events?, unit_years: unit_years? },
        ([false, false], [true, true]) => RateSpread::Factor { median: median?, factor: factor? },
        _ => {
            let words = "a rate that is a distribution has `events` and `unit_years`, or `median` and `factor`";
            sink.error(codes::RATE, table.span(), words)
                .help("rate = { events = 3, unit_years = 120 }")
                .help("rate = { median = \"0.05 per rack-year\", factor = 3 }");
            return None;
        }
    };
    match spread.mean_low_high() {
        Ok((mean, low, high)) if (1e-12..1e9).contains(&low) && (1e-12..1e9).contains(&high) => {
            Some(Some(Known { spread, mean, low, high }))
        }
        _ => {
            sink.error(codes::RANGE, table.span(), "this rate reaches below 1e-12 or above 1e9 a year");
            None
        }
    }
}
