//! Moments, histograms, intervals and verdict rules.
//!
//! What lives here: exact accumulators (integers in, integers kept), the
//! estimates and intervals that are drawn from them, and the rules that turn
//! an interval into a verdict. Observations are plain integers; the crate does
//! not know what they count (callers feed milliseconds, but nothing here
//! depends on it) and it knows nothing of simulation.
//!
//! [`fit`] works on recorded lengths, which are plain numbers: laws, rates and tests of fit.
//!
//! Two rules hold throughout:
//!
//! * **Whatever is merged is exact and associative.** [`Moments`],
//!   [`Proportion`] and [`Histogram`] hold integers only, so any grouping of
//!   merges gives the same bits.
//! * **Floating point starts after the last merge**, with `+ − × ÷ √` and
//!   transcendental functions of the pure-Rust `libm` only, so a result has
//!   the same bits on every machine.
//!
//! No function panics for any input, and no interval is ever ±0 unless its caller knows that nothing is drawn
//! ([`DifferenceEstimate::exactly`]).

pub mod confidence;
pub mod decimal;
pub mod difference;
pub mod estimate;
pub mod fit;
pub mod histogram;
pub mod intervals;
pub mod moments;
pub mod multiple;
pub mod proportion;
pub mod sample;
pub mod skewed;
pub mod special;
pub mod verdict;
pub mod weighted;
pub mod wide;

pub use confidence::{Confidence, ConfidenceError};
pub use decimal::{Target, TargetError, nines};
pub use difference::{DifferenceBounds, DifferenceEstimate, Room};
pub use estimate::{Beyond, Bounds, MeanEstimate, Unseen, UpperBoundReason};
pub use histogram::{Bucket, CountAbove, Histogram, QuantileInterval, QuantileLevel};
pub use intervals::Interval;
pub use moments::Moments;
pub use proportion::Proportion;
pub use sample::Sample;
pub use verdict::Verdict;
pub use weighted::{Weight, WeightedHistogram, WeightedMoments, WeightedRatio, WeightedSum};
