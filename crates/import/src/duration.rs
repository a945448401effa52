//! Lengths of time as Chaos Studio writes them: ISO 8601, `PT10M`.

use jiff::{SignedDuration, Span, SpanRelativeTo};
use zonefall_engine::SimDuration;

/// The length; none if it is not one, or not positive.
pub(crate) fn duration(text: &str) -> Option<SimDuration> {
    // A span may also be written in words, which Azure does not take.
    let span: Span = text.starts_with(['P', 'p']).then(|| text.parse().ok())??;
    let length: SignedDuration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    let ms = u64::try_from(length.as_millis()).ok()?;
    (ms > 0).then(|| SimDuration::from_ms(ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ch_01_durations_are_iso_8601() {
        for (text, minutes) in [("PT10M", 10), ("PT1H30M", 90), ("P1D", 1440), ("pt5m", 5)] {
            assert_eq!(duration(text), Some(SimDuration::from_ms(minutes * 60_000)), "{text}");
        }
        for text in ["", "10 min", "PT0S", "-PT5M", "P1M", "PT99999999999999H"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
