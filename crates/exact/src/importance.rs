//! Which part matters most, in a system that is given by its minimal paths.
//!
//! Parts are independent; the system is up while all parts of at least one path are. Summed over the states of the
//! parts, so at most [`PARTS_MAX`] of them. Importances: Birnbaum (1969), and the risk achievement worth of
//! probabilistic safety assessment.

use crate::error::{Error, check, probability};

/// The most parts.
pub const PARTS_MAX: usize = 20;

/// A system of parts and the sets of parts that suffice.
#[derive(Debug, Clone, PartialEq)]
pub struct Paths {
    /// Unavailability of each part.
    down: Vec<f64>,
    /// Parts of each path, as bits.
    paths: Vec<u32>,
}

impl Paths {
    /// `unavailability` of each part, 0 to 1; each path lists parts, counted from 0.
    pub fn new(unavailability: &[f64], paths: &[Vec<usize>]) -> Result<Self, Error> {
        let parts = unavailability.len();
        if parts > PARTS_MAX {
            return Err(Error::TooLarge { what: "number of parts", size: parts as f64, limit: PARTS_MAX as f64 });
        }
        unavailability.iter().try_for_each(|&q| probability("unavailability", q).map(drop))?;
        let bits = |path: &Vec<usize>| {
            path.iter().try_fold(0, |bits, &index| {
                if index < parts {
                    Ok(bits | 1 << index)
                } else {
                    Err(Error::Index { what: "part", index, len: parts })
                }
            })
        };
        Ok(Self { down: unavailability.to_vec(), paths: paths.iter().map(bits).collect::<Result<_, Error>>()? })
    }

    /// P(no path is up), summed from the states in which that is so.
    #[must_use]
    pub fn unavailability(&self) -> f64 {
        let parts = self.down.len();
        let fails = |up: &u32| self.paths.iter().all(|path| path & !up != 0);
        (0..1_u32 << parts).filter(fails).map(|up| self.weight(up)).sum()
    }

    /// P(exactly these parts are up).
    fn weight(&self, up: u32) -> f64 {
        let part = |(at, &down): (usize, &f64)| if up >> at & 1 == 1 { 1.0 - down } else { down };
        self.down.iter().enumerate().map(part).product()
    }

    /// The same system with one part certainly up or down.
    fn with(&self, part: usize, down: f64) -> Result<Self, Error> {
        check(part < self.down.len(), "part", part as f64, "one of the parts")?;
        let mut other = self.clone();
        other.down[part] = down;
        Ok(other)
    }

    /// Birnbaum importance: by how much the availability falls when the part does, from certainly up to certainly down.
    pub fn birnbaum(&self, part: usize) -> Result<f64, Error> {
        Ok(self.with(part, 1.0)?.unavailability() - self.with(part, 0.0)?.unavailability())
    }

    /// Risk achievement worth: how many times as unavailable the system is with the part down for good. Needs a system
    /// that is down at times.
    pub fn risk_achievement_worth(&self, part: usize) -> Result<f64, Error> {
        let now = self.unavailability();
        check(now > 0.0, "unavailability of the system", now, "above 0")?;
        Ok(self.with(part, 1.0)?.unavailability() / now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_and_parallel_are_as_everybody_knows() -> Result<(), Error> {
        let series = Paths::new(&[0.1, 0.2], &[vec![0, 1]])?;
        assert!((series.unavailability() - 0.28).abs() < 1e-15);
        assert!((series.birnbaum(0)? - 0.8).abs() < 1e-15);
        let parallel = Paths::new(&[0.1, 0.2], &[vec![0], vec![1]])?;
        assert!((parallel.unavailability() - 0.02).abs() < 1e-16);
        assert!((parallel.risk_achievement_worth(0)? - 10.0).abs() < 1e-12);
        Ok(())
    }

    #[test]
    fn nonsense_is_refused() -> Result<(), Error> {
        assert!(Paths::new(&[1.1], &[]).is_err());
        assert!(Paths::new(&[0.1; 21], &[]).is_err());
        assert!(Paths::new(&[0.1], &[vec![1]]).is_err());
        let perfect = Paths::new(&[0.0], &[vec![0]])?;
        assert!(perfect.risk_achievement_worth(0).is_err() && perfect.birnbaum(1).is_err());
        Ok(())
    }
}
