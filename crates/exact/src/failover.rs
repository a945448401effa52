//! Parts that stand in for each other, when clients have been sent over after a while.
//!
//! Units up and down in turn, up for `up` on the mean and down for `down`. Clients are lost while the one that they were
//! sent to is down, but no longer than it takes to send them elsewhere. Times in one unit.

use crate::error::{Error, positive};
use crate::markov::Generator;
use crate::single::Alternating;

/// E01: one that serves and another that is always there, and hands back at once. `capped` is the mean of the shorter of an
/// outage and the time to fail over.
///
/// # Errors
/// If a mean is not positive.
pub fn standby_unavailability(up: f64, down: f64, capped: f64) -> Result<f64, Error> {
    Ok(positive("mean lost to an outage", capped)? * Alternating::new(up, down)?.failure_frequency())
}

/// Two that serve together, independently of each other: both down, or one of them for so short that its clients have not
/// been sent to the other, which is up. What is back is known at once.
///
/// # Errors
/// If a mean is not positive.
pub fn pair_unavailability(up: f64, down: f64, capped: f64) -> Result<f64, Error> {
    let lost = standby_unavailability(up, down, capped)?;
    let out = Alternating::new(up, down)?.unavailability();
    Ok(out * out + 2.0 * (1.0 - out) * lost)
}

/// E05: two, of which one serves. While it is down and the other is up, the other takes over after an exponential time, and
/// nobody hands back.
///
/// # Errors
/// If a mean is not positive.
pub fn memoryless_switch_unavailability(up: f64, down: f64, switch: f64) -> Result<f64, Error> {
    let unit = Alternating::new(up, down)?;
    let (fail, repair) = (unit.failure_rate(), unit.repair_rate());
    let switch = 1.0 / positive("mean time to switch", switch)?;
    // Serving and other: up up, up down, down up, down down.
    let mut chain = Generator::new(4)?;
    let rates = [
        (0, 1, fail),
        (0, 2, fail),
        (1, 0, repair),
        (1, 3, fail),
        (2, 0, repair),
        (2, 1, switch),
        (2, 3, fail),
        (3, 1, repair),
        (3, 2, repair),
    ];
    rates.into_iter().try_for_each(|(from, to, rate)| chain.add(from, to, rate))?;
    let shares = chain.stationary()?;
    Ok(shares[2] + shares[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_at_once_leaves_what_both_miss_and_one_that_never_comes_all_of_it() -> Result<(), Error> {
        let out = 5.0 / 2005.0;
        let at_once = memoryless_switch_unavailability(2000.0, 5.0, 1e-9)?;
        assert!((at_once / (out * out) - 1.0).abs() < 1e-6, "{at_once}");
        let never = memoryless_switch_unavailability(2000.0, 5.0, 1e12)?;
        assert!((never / out - 1.0).abs() < 1e-6, "{never}");
        // A pair that is never told apart misses whenever either is down.
        let either = pair_unavailability(2000.0, 5.0, 5.0)?;
        assert!((either - (1.0 - (1.0 - out) * (1.0 - out))).abs() < 1e-12, "{either}");
        assert!(pair_unavailability(2000.0, 5.0, 0.0).is_err());
        Ok(())
    }
}
