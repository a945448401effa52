//! Rare systems on which known tools print `0 ± 0`, or a wrong number with a width of nothing: whatever is printed here must
//! hold, or say that it is no more than an upper bound.

use super::splitting::split;
use super::*;

/// Four machines, all down (9.96e-13), and seven of which five are needed (3.5e-8): machines of 1,000 h and 1 h.
fn cases() -> [(&'static str, Study); 2] {
    let of = |count, need| {
        small(profile(vec![mode("vm", Scope::Instance, 1000.0, exponential(1.0))]), bare(&[1], count, need), 0)
    };
    [("four, all down", of(4, 1)), ("five of seven", of(7, 5))]
}

#[test]
fn whatever_is_printed_of_rare_systems_holds() {
    type Way = fn(&Study) -> Outcome;
    let ways: [(&str, Way); 3] =
        [("plain", plain), ("forced", |study| forced(study, 2)), ("split", |study| split(study, 2))];
    for (name, study) in cases() {
        let exact = exactly(&study, &study.designs[0]).unwrap().unavailability;
        for (way, play) in ways {
            for (trials, seed) in [(1, 1), (30, 2), (300, 3), (300, 4), (3000, 5)] {
                let outcome = play(&Study { trials, seed, ..study.clone() });
                let found = outcome.designs[0].unavailability;
                match found.quality {
                    Quality::UpperBound => {
                        assert!(found.low.is_none() && found.high > exact, "{name}, {way}, {trials}: {found:?}");
                        let said = outcome.warnings.iter().any(|words| words.words.contains("only an upper bound"));
                        assert!(said, "{name}, {way}, {trials}: {:?}", outcome.warnings);
                    }
                    _ => {
                        let width = found.high - found.low.unwrap();
                        assert!(width > 0.0, "{name}, {way}, {trials}: {found:?}");
                        // Within a whole width: about four standard errors.
                        let z = (found.mean - exact).abs() / width;
                        assert!(z < 1.0, "{name}, {way}, {trials}: {found:?} for {exact}");
                    }
                }
            }
        }
    }
}
