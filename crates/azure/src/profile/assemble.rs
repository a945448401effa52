//! From a row of the table to a mode, and to its list of numbers.

use super::rows::{Length, Row};
use crate::Number;
use zonefall_engine::{Law, Shape};
use zonefall_faults::{Evidence, Mode, ModeError, Outage};

/// Milliseconds in a year of 365 days.
const MS_PER_YEAR: f64 = 365.0 * 24.0 * 3_600_000.0;

/// The mode of a row.
pub(super) fn mode(row: &Row) -> Mode {
    try_mode(row).expect("the rows are constants, and a test assembles every one of them")
}

fn try_mode(row: &Row) -> Result<Mode, ModeError> {
    let rate = row.rate.value;
    let mut mode = Mode::plain(row.name, row.scope, rate, Outage::Law(law(&row.outage)?))?;
    if let Some(shape) = row.shape {
        let unscaled = Law::new(Shape::Weibull(shape.value, 1.0), None)?;
        mode.time_to_failure = unscaled.scaled(MS_PER_YEAR / rate / unscaled.mean_ms());
    }
    mode.effect = row.effect;
    mode.kind = row.kind;
    mode.recovery = row.recovery;
    mode.evidence = Evidence {
        source: row.rate.source.into(),
        confidence: row.rate.confidence,
        rate_low_high: (row.rate.low, row.rate.high),
        spread: None,
    };
    row.extras.iter().try_for_each(|extra| extra.apply(&mut mode))?;
    Ok(mode)
}

fn law(length: &Length) -> Result<Law, ModeError> {
    let law = match length {
        Length::Constant(length) => Law::new(Shape::Constant(length.ms()), None),
        Length::LogNormal { median, sigma, below } => {
            Law::new(Shape::LogNormal(median.ms(), sigma.value), below.map(|cut| cut.ms()))
        }
    };
    Ok(law?)
}

/// The numbers of a row in words, the rate first.
pub(super) fn numbers(row: &Row) -> Vec<(&'static str, Number)> {
    let mut all = vec![("rate", row.rate)];
    all.extend(row.shape.map(|shape| ("Weibull shape of the time to failure", shape)));
    match row.outage {
        Length::Constant(length) => all.push(("outage", length)),
        Length::LogNormal { median, sigma, below } => {
            all.extend([("outage, median", median), ("outage, σ of the logarithm", sigma)]);
            all.extend(below.map(|cut| ("outage, longest", cut)));
        }
    }
    all.extend(row.extras.iter().flat_map(|extra| extra.numbers()).copied());
    all
}
