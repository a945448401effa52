//! Sums over independent causes of downtime: what each costs one unit a year.
//!
//! Rates are events a year, durations hours, results minutes a year or shares of time.
//! A year is 365 days: 8,760 hours, 525,600 minutes.

use crate::error::{Error, nonnegative, probability};

/// Hours in a year of 365 days.
pub const HOURS_PER_YEAR: f64 = 8_760.0;

/// Minutes in a year of 365 days.
const MINUTES_PER_YEAR: f64 = 525_600.0;

/// One cause of downtime, as seen by one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// What to call it.
    pub name: String,
    /// Events a year that may reach the unit.
    pub events_per_year: f64,
    /// Probability that an event hits the unit, 0 to 1.
    pub share_hit: f64,
    /// Mean hours from the event until a unit that was hit is back.
    pub mean_out_h: f64,
}

impl Term {
    /// Expected minutes down a year when `events_per_year` is the long-run frequency:
    /// rate × share hit × mean out. Overlap with other terms is not taken off.
    pub fn minutes_per_year(&self) -> Result<f64, Error> {
        self.check()?;
        Ok(self.events_per_year * self.share_hit * self.mean_out_h * 60.0)
    }

    /// Long-run share of time that the unit is down by this term when
    /// `events_per_year` is the rate *while no event is under way* (one over the mean
    /// time to failure) and the clock of the next event starts when the unit is back.
    /// [`Self::stationary_fraction_when_busy`] with an event as long as `mean_out_h`.
    pub fn stationary_fraction(&self) -> Result<f64, Error> {
        self.stationary_fraction_when_busy(self.mean_out_h)
    }

    /// The same when the clock of the next event starts `busy_h` ≥ 0 mean hours after the
    /// last one began, whoever was hit: share hit × rate × mean out / (1 + rate × busy).
    ///
    /// Exact for an alternating renewal process with any laws. Should not be less than
    /// the mean time out, else events overlap on one unit and the share can pass 1,
    /// which is an error.
    pub fn stationary_fraction_when_busy(&self, busy_h: f64) -> Result<f64, Error> {
        self.check()?;
        nonnegative("mean busy time", busy_h)?;
        let rate = self.events_per_year / HOURS_PER_YEAR;
        let share = self.share_hit * rate * self.mean_out_h / (1.0 + rate * busy_h);
        probability("share of time down", share)
    }

    fn check(&self) -> Result<(), Error> {
        nonnegative("events per year", self.events_per_year)?;
        probability("share hit", self.share_hit)?;
        nonnegative("mean time out", self.mean_out_h)?;
        Ok(())
    }
}

/// What one term costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The name of the term.
    pub name: String,
    /// [`Term::minutes_per_year`].
    pub minutes_per_year: f64,
    /// [`Term::stationary_fraction`].
    pub stationary_fraction: f64,
}

/// What all terms cost together.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakdown {
    /// One row a term, in the order given.
    pub rows: Vec<Row>,
    /// The sum of the rows' minutes: an upper bound, for overlaps count twice.
    pub total_minutes_per_year: f64,
    /// Long-run share of time that at least one term holds the unit down, terms being
    /// independent: 1 - Π (1 - stationary fraction).
    pub unavailability: f64,
}

impl Breakdown {
    /// `unavailability` in minutes a year.
    #[must_use]
    pub fn unavailable_minutes_per_year(&self) -> f64 {
        self.unavailability * MINUTES_PER_YEAR
    }
}

/// Cost of each term and of all together. No terms cost nothing.
pub fn breakdown(terms: &[Term]) -> Result<Breakdown, Error> {
    let rows = terms.iter().map(row).collect::<Result<Vec<Row>, Error>>()?;
    let shares: Vec<f64> = rows.iter().map(|row| row.stationary_fraction).collect();
    Ok(Breakdown {
        total_minutes_per_year: rows.iter().map(|row| row.minutes_per_year).sum(),
        unavailability: any_down(&shares)?,
        rows,
    })
}

fn row(term: &Term) -> Result<Row, Error> {
    Ok(Row {
        name: term.name.clone(),
        minutes_per_year: term.minutes_per_year()?,
        stationary_fraction: term.stationary_fraction()?,
    })
}

/// P(at least one of independent parts is down), from their unavailabilities: the
/// unavailability of parts in series, without cancellation.
pub fn any_down(unavailabilities: &[f64]) -> Result<f64, Error> {
    let mut log_up = 0.0;
    for &share in unavailabilities {
        log_up += libm::log1p(-probability("unavailability", share)?);
    }
    Ok(-libm::expm1(log_up))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(name: &str, events_per_year: f64, share_hit: f64, mean_out_h: f64) -> Term {
        Term { name: name.to_owned(), events_per_year, share_hit, mean_out_h }
    }

    #[test]
    fn a_hall_that_fails_every_33_years_costs_about_13_minutes() -> Result<(), Error> {
        let main_h = crate::laws::lognormal_from_median(libm::exp(2.03), 0.99)?.mean;
        assert!((main_h * 60.0 - 746.0).abs() < 1.0);
        // Of what it hits 80 % are back then, and the rest evenly until three times as long.
        let out_h = main_h * 1.2;
        let hall = term("hall", 0.03, 0.49, out_h);
        assert!((hall.minutes_per_year()? - 13.15).abs() < 0.05);
        Ok(())
    }

    #[test]
    fn the_parts_add_up_and_overlap_comes_off() -> Result<(), Error> {
        let terms = [term("a", 2.0, 1.0, 876.0), term("b", 1.0, 0.5, 876.0)];
        let sum = breakdown(&terms)?;
        assert_eq!(sum.total_minutes_per_year, (2.0 + 0.5) * 876.0 * 60.0);
        // a: 0.2 / 1.2, b: 0.5 · 0.1 / 1.1
        let (a, b) = (0.2 / 1.2, 0.05 / 1.1);
        assert!((sum.unavailability - (a + b - a * b)).abs() < 1e-15);
        assert!(sum.unavailable_minutes_per_year() < sum.total_minutes_per_year);
        assert_eq!(sum.rows[1].name, "b");
        assert_eq!(breakdown(&[])?.unavailability, 0.0);
        Ok(())
    }

    #[test]
    fn a_term_that_always_hits_is_an_alternating_unit() -> Result<(), Error> {
        let unit = crate::single::Alternating::new(500.0, 2.0)?;
        let term = term("one", HOURS_PER_YEAR / 500.0, 1.0, 2.0);
        assert!((term.stationary_fraction()? / unit.unavailability() - 1.0).abs() < 1e-15);
        Ok(())
    }

    #[test]
    fn parts_in_series_keep_small_digits() -> Result<(), Error> {
        assert!((any_down(&[1e-20, 2e-20])? / 3e-20 - 1.0).abs() < 1e-15);
        assert_eq!(any_down(&[1.0, 0.5])?, 1.0);
        Ok(())
    }

    #[test]
    fn impossible_terms_are_refused() {
        assert!(breakdown(&[term("x", -1.0, 1.0, 1.0)]).is_err());
        assert!(breakdown(&[term("x", 1.0, 1.5, 1.0)]).is_err());
        assert!(term("x", 8760.0, 1.0, 9.0).stationary_fraction_when_busy(0.0).is_err());
    }
}
