//! A worker that breaks down.
//!
//! Avi-Itzhak and Naor (1963), *Some queuing problems with the service station subject to breakdown*: Poisson arrivals,
//! exponential work, breakdowns at any time, work resumed where it stopped.

use crate::error::{Error, check, positive};

/// Mean number of jobs with one worker: arrivals, work done while up, breakdowns while up and repairs while down, all as
/// rates. The queue must not grow for ever: arrival < service × repair / (breakdown + repair).
pub fn mean_jobs_with_breakdowns(arrival: f64, service: f64, breakdown: f64, repair: f64) -> Result<f64, Error> {
    for (what, rate) in [("arrival rate", arrival), ("service rate", service), ("breakdown rate", breakdown)] {
        positive(what, rate)?;
    }
    let both = breakdown + positive("repair rate", repair)?;
    let spare = repair * (service - arrival) - arrival * breakdown;
    check(spare > 0.0, "arrival rate", arrival, "below what the worker gets done")?;
    Ok(arrival * (both * both + breakdown * service) / (both * spare))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markov::Explored;

    #[test]
    fn a_chain_cut_at_three_hundred_jobs_agrees() -> Result<(), Error> {
        let (arrival, service, breakdown, repair) = (0.5, 1.0, 0.01, 0.1);
        let next = |&(jobs, up): &(usize, bool)| {
            let more = ((jobs + 1, up), if jobs < 300 { arrival } else { 0.0 });
            let done = ((jobs.saturating_sub(1), up), if up && jobs > 0 { service } else { 0.0 });
            vec![more, done, ((jobs, !up), if up { breakdown } else { repair })]
        };
        let chain = Explored::from((0, true), next)?;
        let shares = chain.chain.stationary()?;
        let mean: f64 = chain.states.iter().zip(shares).map(|(state, share)| state.0 as f64 * share).sum();
        let exact = mean_jobs_with_breakdowns(arrival, service, breakdown, repair)?;
        assert!((mean / exact - 1.0).abs() < 1e-9, "{mean} {exact}");
        assert!(mean_jobs_with_breakdowns(0.95, service, breakdown, repair).is_err());
        Ok(())
    }
}
