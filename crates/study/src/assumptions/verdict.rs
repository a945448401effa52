//! When a look unsettles a verdict. Pure comparisons.

use zonefall_stats::Verdict;

/// How bad something is (unavailability, or the share of windows that miss), with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Badness {
    pub mean: f64,
    /// None where only an upper bound is known.
    pub low: Option<f64>,
    pub high: f64,
}

/// Whether a look unsettles the verdict of the run: it says the opposite, or it leaves open what the run resolves and is
/// worse (for *misses*: better) than the run beyond what its own luck explains.
///
/// A look has fewer trials than the run. One that is not resolved, but not distinguishable from the run either, says
/// nothing against it; so does one that lies further on the run's own side.
pub(crate) fn unsettles(run: (Verdict, Badness), look: (Verdict, Badness)) -> bool {
    let away = |beyond: bool, bound: bool| if look.1.low.is_some() { beyond } else { bound };
    match (run.0, look.0) {
        (Verdict::NotResolved, _) => false,
        (one, other) if one == other => false,
        (Verdict::Meets, Verdict::NotResolved) => {
            away(look.1.low.is_some_and(|low| low > run.1.mean), look.1.mean > run.1.mean)
        }
        (Verdict::Misses, Verdict::NotResolved) => away(look.1.high < run.1.mean, look.1.mean < run.1.mean),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::{Meets, Misses, NotResolved};

    fn bad(mean: f64, low: f64, high: f64) -> Badness {
        Badness { mean, low: Some(low), high }
    }

    #[test]
    fn the_opposite_unsettles() {
        let run = bad(2.0, 1.5, 2.5);
        assert!(unsettles((Meets, run), (Misses, bad(9.0, 8.0, 10.0))));
        assert!(unsettles((Misses, run), (Meets, bad(0.5, 0.4, 0.6))));
        assert!(!unsettles((Meets, run), (Meets, bad(4.0, 3.0, 4.5))));
        assert!(!unsettles((NotResolved, run), (Misses, bad(9.0, 8.0, 10.0))));
    }

    #[test]
    fn what_a_look_leaves_open_unsettles_if_it_is_worse_than_luck_explains() {
        let run = bad(2.0, 1.5, 2.5);
        assert!(unsettles((Meets, run), (NotResolved, bad(5.0, 3.0, 8.0))));
        assert!(!unsettles((Meets, run), (NotResolved, bad(2.4, 1.0, 6.0))));
        assert!(!unsettles((Misses, run), (NotResolved, bad(1.9, 1.0, 6.0))));
        assert!(unsettles((Misses, run), (NotResolved, bad(0.9, 0.2, 1.8))));
    }

    #[test]
    fn few_hits_unsettle_by_their_side() {
        let few = |mean: f64| Badness { mean, low: None, high: 20.0 };
        let run = bad(2.0, 1.5, 2.5);
        assert!(unsettles((Meets, run), (NotResolved, few(3.0))));
        assert!(!unsettles((Meets, run), (NotResolved, few(1.0))));
        assert!(!unsettles((Meets, few(0.0)), (NotResolved, few(0.0))));
        assert!(unsettles((Misses, run), (NotResolved, few(0.5))));
    }
}
