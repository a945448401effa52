//! The one error type of the crate, and the checks that raise it.

/// Why a question has no answer here.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A number lies outside the domain of the formula.
    #[error("{what} is {value}, but must be {must_be}")]
    Domain {
        /// Which argument.
        what: &'static str,
        /// What was given.
        value: f64,
        /// The domain, in words.
        must_be: &'static str,
    },
    /// A list has the wrong length.
    #[error("{what} has {len} entries, but must have {must_have}")]
    Length {
        /// Which argument.
        what: &'static str,
        /// How many were given.
        len: usize,
        /// How many are needed.
        must_have: usize,
    },
    /// State or part index beyond the end.
    #[error("{what} {index} does not exist: there are {len}")]
    Index {
        /// What is being indexed.
        what: &'static str,
        /// The index given.
        index: usize,
        /// How many there are.
        len: usize,
    },
    /// The chain has more than one closed class, so no single stationary distribution.
    #[error("state {state} cannot reach state 0, so the stationary distribution is not unique")]
    Reducible {
        /// A state that never reaches state 0.
        state: usize,
    },
    /// Absorption is not certain, so its mean time is infinite.
    #[error("from state {state} the chain is never absorbed, so the mean time is infinite")]
    NeverAbsorbed {
        /// A state in a closed class without an absorbing state.
        state: usize,
    },
    /// More work or memory than an exact method is meant for.
    #[error("{what} is {size}, more than the {limit} that the exact method takes on")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Its size.
        size: f64,
        /// The largest size accepted.
        limit: f64,
    },
}

/// Finite and greater than zero.
pub(crate) fn positive(what: &'static str, value: f64) -> Result<f64, Error> {
    let must_be = "finite and greater than zero";
    check(value.is_finite() && value > 0.0, what, value, must_be)
}

/// Finite and not less than zero.
pub(crate) fn nonnegative(what: &'static str, value: f64) -> Result<f64, Error> {
    let must_be = "finite and not negative";
    check(value.is_finite() && value >= 0.0, what, value, must_be)
}

/// Between zero and one, both included.
pub(crate) fn probability(what: &'static str, value: f64) -> Result<f64, Error> {
    check((0.0..=1.0).contains(&value), what, value, "between 0 and 1")
}

/// `value` if `ok`, else the domain error.
pub(crate) fn check(ok: bool, what: &'static str, value: f64, must_be: &'static str) -> Result<f64, Error> {
    if ok { Ok(value) } else { Err(Error::Domain { what, value, must_be }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_and_infinity_are_refused_in_words() {
        assert!(probability("share", f64::NAN).is_err());
        assert!(nonnegative("horizon", f64::INFINITY).is_err());
        let message = positive("mean up time", 0.0).map_err(|e| e.to_string());
        assert_eq!(message, Err("mean up time is 0, but must be finite and greater than zero".to_owned()));
    }
}
