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
    /// Events a year in the long run that may reach the unit.
    pub events_per_year: f64,
    /// Mean hours from an event until the clock of the next one starts, whoever was hit; 0 if events come whatever is
    /// under way.
    pub busy_h: f64,
    /// Probability that an event hits the unit, 0 to 1.
    pub share_hit: f64,
    /// Mean hours from the event until a unit that was hit is back.
    pub mean_out_h: f64,
}

impl Term {
    /// Expected minutes down a year: events × share hit × mean out. Overlap, with other terms or of events of this one,
    /// is not taken off.
    pub fn minutes_per_year(&self) -> Result<f64, Error> {
        self.check()?;
        Ok(self.events_per_year * self.share_hit * self.mean_out_h * 60.0)
    }

    /// Long-run share of time that the unit is down by this term.
    ///
    /// Exact for an alternating renewal process with any laws where a unit is back no later than the clock of the next
    /// event starts, and where the clock never stops (`busy_h` 0) and times out are independent. In between, where a
    /// unit needs a fixed time more and the next event may come within it, exact for exponential times between events
    /// that always hit.
    pub fn stationary_fraction(&self) -> Result<f64, Error> {
        self.check()?;
        let (events, out) = (self.events_per_year / HOURS_PER_YEAR, self.mean_out_h);
        let while_busy = self.share_hit * events * out.min(self.busy_h);
        let idle = 1.0 - events * self.busy_h;
        if idle <= 0.0 || out <= self.busy_h {
            return probability("share of time down", while_busy.min(1.0));
        }
        // While no event is under way they come at this rate.
        let rate = events / idle;
        let later = -libm::expm1(-rate * self.share_hit * (out - self.busy_h));
        probability("share of time down", (while_busy + idle * later).min(1.0))
    }

    fn check(&self) -> Result<(), Error> {
        nonnegative("events per year", self.events_per_year)?;
        nonnegative("mean busy time", self.busy_h)?;
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
        Term { name: name.to_owned(), events_per_year, busy_h: mean_out_h, share_hit, mean_out_h }
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
        let (a, b) = (0.2, 0.05);
        assert!((sum.unavailability - (a + b - a * b)).abs() < 1e-15);
        assert!(sum.unavailable_minutes_per_year() < sum.total_minutes_per_year);
        assert_eq!(sum.rows[1].name, "b");
        assert_eq!(breakdown(&[])?.unavailability, 0.0);
        Ok(())
    }

    #[test]
    fn a_term_that_always_hits_is_an_alternating_unit() -> Result<(), Error> {
        let unit = crate::single::Alternating::new(500.0, 2.0)?;
        let term = term("one", HOURS_PER_YEAR / 502.0, 1.0, 2.0);
        assert!((term.stationary_fraction()? / unit.unavailability() - 1.0).abs() < 1e-15);
        Ok(())
    }

    #[test]
    fn events_that_overlap_on_a_unit_are_counted_once() -> Result<(), Error> {
        // They come whatever is under way: nobody has come within the last 2 h.
        let shock = Term { busy_h: 0.0, ..term("shock", 8760.0, 0.5, 2.0) };
        assert!((shock.stationary_fraction()? - (1.0 - libm::exp(-1.0))).abs() < 1e-15);
        // Up 3 h, out 1 h, and 2 h more to start, unless it fails again meanwhile.
        let slow = Term { busy_h: 1.0, ..term("slow", 8760.0 / 4.0, 1.0, 3.0) };
        let down = (1.0 + 3.0 * (1.0 - libm::exp(-2.0 / 3.0))) / 4.0;
        assert!((slow.stationary_fraction()? - down).abs() < 1e-15);
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
        assert!(Term { busy_h: -1.0, ..term("x", 1.0, 1.0, 1.0) }.stationary_fraction().is_err());
    }
}
