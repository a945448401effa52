//! What a partial result holds and in which order: one list of fields, passed over by the writer and by the reader.
//!
//! Structs are taken apart without `..`: a field that is added and not written down does not compile.

use super::origin::Origin;
use crate::by_part::AgreementTally;
use crate::latency::{LatencyTally, Load};
use crate::sessions::SessionsTally;
use crate::tally::DesignTally;
use crate::ways::{WayState, WaysTally};
use std::ops::Range;
use zonefall_fleet::Queued;
use zonefall_stats::{Histogram, Moments, Proportion};

/// Writes values down, or reads them back into the places given.
pub(super) trait Pass {
    /// What can go wrong.
    type Error;
    fn number(&mut self, value: &mut u64) -> Result<(), Self::Error>;
    fn amount(&mut self, value: &mut i128) -> Result<(), Self::Error>;
    fn yes_or_no(&mut self, value: &mut bool) -> Result<(), Self::Error>;
    fn fingerprint(&mut self, value: &mut [u8; 32]) -> Result<(), Self::Error>;
    fn text(&mut self, value: &mut String) -> Result<(), Self::Error>;
    fn texts(&mut self, value: &mut Vec<String>) -> Result<(), Self::Error>;
    fn moments(&mut self, value: &mut Moments) -> Result<(), Self::Error>;
    fn proportion(&mut self, value: &mut Proportion) -> Result<(), Self::Error>;
    fn histogram(&mut self, value: &mut Histogram) -> Result<(), Self::Error>;
}

/// Whose it is, and which trials.
pub(super) fn head<P: Pass>(origin: &mut Origin, trials: &mut Range<u64>, pass: &mut P) -> Result<(), P::Error> {
    let Origin { version, scenario_hash, seed, counterfactual, horizon_ms, fingerprint, designs, causes } = origin;
    pass.text(version)?;
    pass.text(scenario_hash)?;
    pass.number(seed)?;
    pass.yes_or_no(counterfactual)?;
    pass.number(horizon_ms)?;
    pass.fingerprint(fingerprint)?;
    pass.texts(designs)?;
    pass.texts(causes)?;
    let Range { start, end } = trials;
    pass.number(start)?;
    pass.number(end)
}

/// One design. Lists have the length that the study gives them, on both passes.
pub(super) fn design<P: Pass>(tally: &mut DesignTally, pass: &mut P) -> Result<(), P::Error> {
    let DesignTally {
        missed,
        against_reference,
        breaches,
        window_missed,
        outages,
        outage_ms,
        cut_by_horizon,
        longest,
        first_miss,
        held_at,
        capacity_lost,
        unserved,
        lost_to_dead,
        slow,
        latency,
        ways,
        sessions:
            SessionsTally {
                lost: sessions_lost,
                by_cause: sessions_by_cause,
                begun: sessions_begun,
                against_reference: sessions_against_reference,
            },
        batches_missed,
        clearance,
        by_cause,
        avoided,
        unconnected,
        sla_breaches,
        sla_tiers,
        sla_credit,
        unpromised_ms,
        agreements,
        paid,
        requests,
        bill,
        classes,
        machine_ms,
        observed_ms,
        crew_jobs,
        crew_wait_ms,
        machine_failures,
        delayed_healings,
        control_plane_out_ms,
        allocation_out_ms,
        operations,
        events,
    } = tally;
    let of_trials =
        [missed, against_reference, outages, first_miss, capacity_lost, unserved, lost_to_dead, slow, unconnected];
    let others = [sla_credit, bill, sessions_lost, sessions_against_reference];
    let of_causes = by_cause.iter_mut().chain(sessions_by_cause);
    let moments =
        of_trials.into_iter().chain(others).chain(of_causes).chain(avoided).chain(operations).chain(sla_tiers);
    for moments in moments {
        pass.moments(moments)?;
    }
    for proportion in [breaches, sla_breaches, batches_missed].into_iter().chain(held_at) {
        pass.proportion(proportion)?;
    }
    for histogram in [window_missed, outage_ms, longest, clearance] {
        pass.histogram(histogram)?;
    }
    let counts = [cut_by_horizon, crew_jobs, machine_failures, delayed_healings, events];
    for count in counts {
        pass.number(count)?;
    }
    let sums = [machine_ms, observed_ms, crew_wait_ms, control_plane_out_ms, allocation_out_ms, unpromised_ms];
    for sum in sums.into_iter().chain([sessions_begun, requests]).chain(classes).chain(paid.iter_mut().flatten()) {
        pass.amount(sum)?;
    }
    agreements.iter_mut().try_for_each(|of| agreement(of, pass))?;
    states(latency, pass)?;
    states_of_ways(ways, pass)
}

fn agreement<P: Pass>(tally: &mut AgreementTally, pass: &mut P) -> Result<(), P::Error> {
    let AgreementTally { figures, clock_ms, months } = tally;
    figures.iter_mut().try_for_each(|moments| pass.moments(moments))?;
    [clock_ms, months].into_iter().try_for_each(|sum| pass.amount(sum))
}

/// Requests by state of load, as many states as there are. A reader's list is empty and grows no further than what it reads.
fn states<P: Pass>(LatencyTally(tally): &mut LatencyTally, pass: &mut P) -> Result<(), P::Error> {
    let mut rows = std::mem::take(tally).into_iter();
    let mut count = rows.len() as u64;
    pass.number(&mut count)?;
    for _ in 0..count {
        let (Load { queued: mut of, mut settled }, mut requests) = rows.next().unwrap_or_default();
        queued(&mut of, pass)?;
        pass.yes_or_no(&mut settled)?;
        pass.amount(&mut requests)?;
        tally.insert(Load { queued: of, settled }, requests);
    }
    Ok(())
}

fn queued<P: Pass>(of: &mut Queued, pass: &mut P) -> Result<(), P::Error> {
    let Queued { machines, spare_milli, lacks_milli, slower } = of;
    pass.number(machines)?;
    pass.number(spare_milli)?;
    pass.number(lacks_milli)?;
    let mut number = u64::from(*slower);
    pass.number(&mut number)?;
    *slower = number as u32;
    Ok(())
}

/// The same of services of parts.
fn states_of_ways<P: Pass>(WaysTally(tally): &mut WaysTally, pass: &mut P) -> Result<(), P::Error> {
    let mut rows = std::mem::take(tally).into_iter();
    let mut count = rows.len() as u64;
    pass.number(&mut count)?;
    for _ in 0..count {
        let (mut state, mut requests) = rows.next().unwrap_or_default();
        let WayState { way, overloaded, tiers, settled } = &mut state;
        let mut number = u64::from(*way);
        pass.number(&mut number)?;
        *way = number as u32;
        pass.yes_or_no(overloaded)?;
        tiers.iter_mut().try_for_each(|tier| queued(tier, pass))?;
        pass.yes_or_no(settled)?;
        pass.amount(&mut requests)?;
        tally.insert(state, requests);
    }
    Ok(())
}
