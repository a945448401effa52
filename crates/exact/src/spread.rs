//! Units in groups in groups: how many can be reached when every level has outages of
//! its own.
//!
//! A unit is reached when it is up and everything above it is up. Levels and siblings
//! are independent unless a common cause is stated, and only long-run shares of time
//! enter, so the laws behind them do not matter. Everything is a convolution or a
//! mixture of nonnegative terms, so rare outcomes keep their digits.

use crate::error::{Error, positive, probability};
use crate::mass::{binomial, convolve};
use crate::subsets::{some_dark, thinned};

/// Most parts that common causes within one [`Part::Paired`] may name.
const PAIRED_PARTS_MAX: usize = 12;

/// A piece of the structure, with everything below it.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// `count` alike units side by side.
    Unit {
        /// Long-run probability that one unit is down by itself.
        unavailability: f64,
        /// How many there are.
        count: usize,
    },
    /// Parts that are all unreachable while the group itself is out.
    Group {
        /// Long-run probability that the group is out.
        unavailability: f64,
        /// What the group holds.
        parts: Vec<Part>,
    },
    /// Parts side by side, some pairs of which also go out together.
    Paired {
        /// The parts; the common causes come on top of their own outages.
        parts: Vec<Part>,
        /// The common causes, independent of one another and of everything else.
        pairs: Vec<Pair>,
    },
    /// A part some of whose units, evenly chosen, are held down by something else: a queue for crews, a shock.
    Held {
        /// The part.
        part: Box<Part>,
        /// P(exactly m of its units are held), m from 0 to their number.
        held: Vec<f64>,
    },
    /// Parts side by side, some of which, evenly chosen, are dark.
    SomeDark {
        /// The parts.
        parts: Vec<Part>,
        /// P(exactly c of them are dark), c from 0 to their number.
        dark: Vec<f64>,
    },
}

/// A common cause that makes two parts unreachable at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The two parts, as indices into the parts beside it; equal ones mean just one.
    pub parts: (usize, usize),
    /// Long-run probability that the cause is active.
    pub unavailability: f64,
}

/// P(exactly j units are reachable), j from 0 to the number of units in the part.
pub fn distribution(part: &Part) -> Result<Vec<f64>, Error> {
    match part {
        Part::Unit { unavailability, count } => {
            let down = probability("unit unavailability", *unavailability)?;
            Ok(binomial(*count, 1.0 - down, down))
        }
        Part::Group { unavailability, parts } => {
            let out = probability("group unavailability", *unavailability)?;
            let mut mass = side_by_side(&distributions(parts)?);
            mass.iter_mut().for_each(|p| *p *= 1.0 - out);
            mass[0] += out;
            Ok(mass)
        }
        Part::Paired { parts, pairs } => paired(&distributions(parts)?, pairs),
        Part::Held { part, held } => thinned(&distribution(part)?, held),
        Part::SomeDark { parts, dark } => some_dark(&distributions(parts)?, dark),
    }
}

/// Expected share of `demand` (in units, > 0) that is served when each reachable unit
/// serves one: E\[min(1, up / demand)\].
pub fn expected_served(distribution: &[f64], demand: f64) -> Result<f64, Error> {
    positive("demand", demand)?;
    let served = |(up, p): (usize, &f64)| p * (up as f64 / demand).min(1.0);
    Ok(distribution.iter().enumerate().map(served).sum())
}

fn distributions(parts: &[Part]) -> Result<Vec<Vec<f64>>, Error> {
    parts.iter().map(distribution).collect()
}

fn side_by_side(masses: &[Vec<f64>]) -> Vec<f64> {
    (masses.iter()).fold(vec![1.0], |sum, mass| convolve(&sum, mass))
}

/// Mix over which of the named parts the common causes hold down.
fn paired(masses: &[Vec<f64>], pairs: &[Pair]) -> Result<Vec<f64>, Error> {
    let named = named_parts(masses.len(), pairs)?;
    let unnamed: Vec<Vec<f64>> =
        (0..masses.len()).filter(|part| !named.contains(part)).map(|part| masses[part].clone()).collect();
    let rest = side_by_side(&unnamed);
    let units: usize = masses.iter().map(|mass| mass.len() - 1).sum();
    let mut mixed = vec![0.0; units + 1];
    for (held, weight) in held_down(&named, pairs).into_iter().enumerate() {
        if weight <= 0.0 {
            continue;
        }
        let free = (named.iter().enumerate()).filter(|(bit, _)| held & (1 << bit) == 0);
        let mass = free.fold(rest.clone(), |sum, (_, &part)| convolve(&sum, &masses[part]));
        for (out, p) in mixed.iter_mut().zip(mass) {
            *out += weight * p;
        }
    }
    Ok(mixed)
}

/// The parts that any pair names, in order, each once.
fn named_parts(parts: usize, pairs: &[Pair]) -> Result<Vec<usize>, Error> {
    let mut named = Vec::new();
    for pair in pairs {
        probability("pair unavailability", pair.unavailability)?;
        for index in [pair.parts.0, pair.parts.1] {
            if index >= parts {
                return Err(Error::Index { what: "paired part", index, len: parts });
            }
            named.push(index);
        }
    }
    named.sort_unstable();
    named.dedup();
    if named.len() > PAIRED_PARTS_MAX {
        return Err(Error::TooLarge {
            what: "number of paired parts",
            size: named.len() as f64,
            limit: PAIRED_PARTS_MAX as f64,
        });
    }
    Ok(named)
}

/// P(exactly this set of named parts is held down), indexed by the set as bits.
fn held_down(named: &[usize], pairs: &[Pair]) -> Vec<f64> {
    let mut weights = vec![0.0; 1 << named.len()];
    weights[0] = 1.0;
    for pair in pairs {
        let bit = |part| named.iter().position(|&name| name == part).map_or(0, |at| 1 << at);
        let both: usize = bit(pair.parts.0) | bit(pair.parts.1);
        // from large sets to small, so that each weight moves up once
        for set in (0..weights.len()).rev() {
            let hit = weights[set] * pair.unavailability;
            if set & both != both {
                weights[set] *= 1.0 - pair.unavailability;
                weights[set | both] += hit;
            }
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mass::probability_fewer_than;

    fn zone(unavailability: f64, units: usize) -> Part {
        let unit = Part::Unit { unavailability: 0.01, count: units };
        Part::Group { unavailability, parts: vec![unit] }
    }

    fn pair(a: usize, b: usize, unavailability: f64) -> Pair {
        Pair { parts: (a, b), unavailability }
    }

    fn close(a: &[f64], b: &[f64]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-14 * b)
    }

    #[test]
    fn a_group_that_never_fails_changes_nothing() -> Result<(), Error> {
        let units = Part::Unit { unavailability: 0.01, count: 5 };
        assert!(close(&distribution(&zone(0.0, 5))?, &distribution(&units)?));
        let gone = distribution(&zone(1.0, 5))?;
        assert_eq!(gone, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        let empty = Part::Group { unavailability: 0.3, parts: vec![] };
        assert_eq!(distribution(&empty)?, [1.0]);
        Ok(())
    }

    #[test]
    fn one_pair_is_a_group_around_both() -> Result<(), Error> {
        let zones = vec![zone(0.02, 2), zone(0.03, 3), zone(0.04, 1)];
        let paired = Part::Paired { parts: zones.clone(), pairs: vec![pair(0, 2, 0.05)] };
        let around = Part::Group { unavailability: 0.05, parts: vec![zones[0].clone(), zones[2].clone()] };
        let same = Part::Group { unavailability: 0.0, parts: vec![around, zones[1].clone()] };
        assert!(close(&distribution(&paired)?, &distribution(&same)?));
        Ok(())
    }

    #[test]
    fn three_pairs_leave_all_zones_out_when_any_two_are_active() -> Result<(), Error> {
        let perfect = Part::Unit { unavailability: 0.0, count: 1 };
        let q = 0.1;
        let parts = Part::Paired { parts: vec![perfect; 3], pairs: vec![pair(0, 1, q), pair(1, 2, q), pair(0, 2, q)] };
        let none = 3.0 * q * q * (1.0 - q) + q * q * q;
        let one = 3.0 * q * (1.0 - q) * (1.0 - q);
        let all = (1.0 - q) * (1.0 - q) * (1.0 - q);
        assert!(close(&distribution(&parts)?, &[none, one, 0.0, all]));
        Ok(())
    }

    #[test]
    fn what_is_not_served_of_one_unit_is_the_chance_of_none() -> Result<(), Error> {
        let mass = distribution(&zone(0.02, 5))?;
        assert!((1.0 - expected_served(&mass, 1.0)? - probability_fewer_than(&mass, 1)).abs() < 1e-15);
        assert!(expected_served(&mass, 0.0).is_err());
        Ok(())
    }

    #[test]
    fn malformed_structures_are_refused() {
        assert!(distribution(&zone(1.1, 2)).is_err());
        let missing = Part::Paired { parts: vec![zone(0.1, 1)], pairs: vec![pair(0, 1, 0.1)] };
        assert!(matches!(distribution(&missing), Err(Error::Index { .. })));
        let many =
            Part::Paired { parts: vec![zone(0.1, 1); 14], pairs: (0..13).map(|at| pair(at, at + 1, 0.1)).collect() };
        assert!(matches!(distribution(&many), Err(Error::TooLarge { .. })));
    }
}
