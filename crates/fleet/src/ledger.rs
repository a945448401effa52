//! What was observed in one trial of one design: time-weighted integers, no event list.
//!
//! Times are milliseconds of the measured part of the trial; machine-times are machine-milliseconds; amounts of demand
//! are thousandths of a request a second times milliseconds (so, millionths of a request). The missed time of all
//! causes sums exactly to `missed_ms`.

use crate::bill::PAID;
use crate::line::Waited;
use crate::operations::OPERATIONS;
use crate::states::{Load, States};
use crate::uptimes::Kept;
use crate::ways::WayLoad;
use zonefall_engine::SimTime;

/// Machine-milliseconds by what the machines were doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClassTimes {
    /// In rotation and alive.
    pub serving: i128,
    /// In rotation but dead: not yet noticed by probes. Part of `down` (or of `starting`).
    pub dead_in_rotation: i128,
    /// Up, but not yet readmitted by probes.
    pub awaiting_probe: i128,
    /// Restarting, booting or warming up.
    pub starting: i128,
    /// Out for any other reason. With `serving`, `awaiting_probe` and `starting` it makes up all machine time.
    pub down: i128,
    /// Serving with less than their capacity (part of `serving`).
    pub degraded: i128,
}

/// One trial of one design.
#[derive(Debug, PartialEq, Eq)]
pub struct Ledger {
    /// Length of the measured time.
    pub observed_ms: u64,
    /// Time in which the objective did not hold.
    pub missed_ms: u64,
    /// Missed time by cause, over the storm's causes and [`crate::EXTRA_CAUSES`]; sums to `missed_ms`.
    pub missed_by_cause_ms: Vec<u64>,
    /// Missed time by window, the part-window last.
    pub missed_by_window_ms: Vec<u64>,
    /// Lengths of the outages of the objective within the measured time, in order.
    pub outages_ms: Vec<u64>,
    /// Whether the last outage was cut by the horizon.
    pub cut_by_horizon: bool,
    /// The first instant at which the objective was missed.
    pub first_miss: Option<SimTime>,
    /// Whether the objective held at each of the asked instants.
    pub held_at: Vec<bool>,
    /// What the machines did.
    pub classes: ClassTimes,
    /// Machines × measured time.
    pub machine_ms: i128,
    /// Capacity in rotation, in thousandths of a request a second × milliseconds.
    pub capacity_ms: i128,
    /// The same if every machine had served all the time.
    pub capacity_full_ms: i128,
    /// Demand offered.
    pub offered: i128,
    /// Demand served.
    pub served: i128,
    /// Demand sent to machines that probes had not yet found dead.
    pub lost_to_dead: i128,
    /// Demand offered while answers were not in time; 0 without a limit on them.
    pub slow: i128,
    /// Batches of jobs whose deadline passed, of those that came within the measured time.
    pub batches_due: u32,
    /// Those of them that were complete by then.
    pub batches_met: u32,
    /// From the coming of each batch until it was complete, in order.
    pub clearance_ms: Vec<u64>,
    /// How long each state of load was held; empty unless the times of responses are asked for.
    pub states: States<Load>,
    /// The same of a service of parts, by way.
    pub ways: Vec<States<WayLoad>>,
    /// Requests that have waited in line; empty where they are turned away.
    pub waited: Vec<Waited>,
    /// Requests whose clients gave up in line, in millionths.
    pub gave_up: i128,
    /// Time without a connection to any machine, by month (the SLA's downtime, SL-02).
    pub unconnected_by_month_ms: Vec<u64>,
    /// Time in which the machines did not qualify for the SLA, by month, so that it does not count (SL-02); empty if they
    /// always did.
    pub unpromised_by_month_ms: Vec<u64>,
    /// Time without a connection over all measured time, whole months or not.
    pub unconnected_ms: u64,
    /// Time that does not count, over all measured time.
    pub unpromised_ms: u64,
    /// What each of [`crate::Design::agreements`] has come to.
    pub kept: Vec<Kept>,
    /// Machine-milliseconds that are paid for, by set and [`crate::Paid`]; empty where nobody asks for a bill.
    pub paid: Vec<[i128; PAID]>,
    /// Sessions that began, in thousandths; 0 unless machines hold some.
    pub sessions_begun: u64,
    /// Sessions lost by cause, in thousandths; empty unless machines hold some.
    pub sessions_lost: Vec<u64>,
    /// Repairs begun by crews, of failures within the measured time.
    pub crew_jobs: u64,
    /// Milliseconds of waiting for a crew, over all jobs.
    pub crew_wait_ms: u64,
    /// Strikes on this design's machines that took effect.
    pub machine_failures: u64,
    /// Healings that waited for free capacity or a control plane.
    pub delayed_healings: u64,
    /// Time in which a control plane of a region that the design uses was out.
    pub control_plane_out_ms: u64,
    /// Time in which a zone that the design uses had no capacity to allocate.
    pub allocation_out_ms: u64,
    /// Events dispatched.
    pub events: u64,
    /// What was done to managed sets, by [`crate::Operation`]; all zero where no set is managed.
    pub operations: [u64; OPERATIONS],
}

zonefall_engine::pooled_clone!(Ledger {
    observed_ms,
    missed_ms,
    missed_by_cause_ms,
    missed_by_window_ms,
    outages_ms,
    cut_by_horizon,
    first_miss,
    held_at,
    classes,
    machine_ms,
    capacity_ms,
    capacity_full_ms,
    offered,
    served,
    lost_to_dead,
    slow,
    batches_due,
    batches_met,
    clearance_ms,
    states,
    ways,
    waited,
    gave_up,
    unconnected_by_month_ms,
    crew_jobs,
    crew_wait_ms,
    machine_failures,
    delayed_healings,
    control_plane_out_ms,
    allocation_out_ms,
    events,
    operations,
    unpromised_by_month_ms,
    unconnected_ms,
    unpromised_ms,
    kept,
    paid,
    sessions_begun,
    sessions_lost
});

impl Default for Ledger {
    fn default() -> Self {
        Self {
            observed_ms: Default::default(),
            missed_ms: Default::default(),
            missed_by_cause_ms: Default::default(),
            missed_by_window_ms: Default::default(),
            outages_ms: Default::default(),
            cut_by_horizon: Default::default(),
            first_miss: Default::default(),
            held_at: Default::default(),
            classes: Default::default(),
            machine_ms: Default::default(),
            capacity_ms: Default::default(),
            capacity_full_ms: Default::default(),
            offered: Default::default(),
            served: Default::default(),
            lost_to_dead: Default::default(),
            slow: Default::default(),
            batches_due: Default::default(),
            batches_met: Default::default(),
            clearance_ms: Default::default(),
            states: Default::default(),
            ways: Default::default(),
            waited: Default::default(),
            gave_up: Default::default(),
            unconnected_by_month_ms: Default::default(),
            unpromised_by_month_ms: Default::default(),
            unconnected_ms: Default::default(),
            unpromised_ms: Default::default(),
            kept: Default::default(),
            paid: Default::default(),
            sessions_begun: Default::default(),
            sessions_lost: Default::default(),
            crew_jobs: Default::default(),
            crew_wait_ms: Default::default(),
            machine_failures: Default::default(),
            delayed_healings: Default::default(),
            control_plane_out_ms: Default::default(),
            allocation_out_ms: Default::default(),
            events: Default::default(),
            operations: [0; OPERATIONS],
        }
    }
}

impl Ledger {
    /// The longest outage.
    pub fn longest_ms(&self) -> u64 {
        self.outages_ms.iter().copied().max().unwrap_or(0)
    }

    /// Sets everything to nothing, keeping the memory.
    pub(crate) fn reset(&mut self, causes: usize, windows: usize, months: usize) {
        let mut keep = std::mem::take(self);
        for (list, length) in [
            (&mut keep.missed_by_cause_ms, causes),
            (&mut keep.missed_by_window_ms, windows),
            (&mut keep.unconnected_by_month_ms, months),
        ] {
            list.clear();
            list.resize(length, 0);
        }
        keep.outages_ms.clear();
        keep.unpromised_by_month_ms.clear();
        keep.paid.clear();
        keep.kept.clear();
        keep.sessions_lost.clear();
        keep.held_at.clear();
        keep.clearance_ms.clear();
        keep.states.clear();
        keep.waited.clear();
        keep.ways.iter_mut().for_each(States::clear);
        *self = Self {
            missed_by_cause_ms: keep.missed_by_cause_ms,
            missed_by_window_ms: keep.missed_by_window_ms,
            unconnected_by_month_ms: keep.unconnected_by_month_ms,
            unpromised_by_month_ms: keep.unpromised_by_month_ms,
            paid: keep.paid,
            kept: keep.kept,
            sessions_lost: keep.sessions_lost,
            outages_ms: keep.outages_ms,
            held_at: keep.held_at,
            clearance_ms: keep.clearance_ms,
            states: keep.states,
            ways: keep.ways,
            waited: keep.waited,
            ..Self::default()
        };
    }
}

/// Splits `length` over `weights` in proportion: floors, then the largest remainders, ties to the lower index. The
/// parts sum to `length` exactly. Does nothing if all weights are zero.
pub(crate) fn split(length: u64, weights: &[i64], into: &mut [u64]) {
    let total: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
    if total <= 0 {
        return;
    }
    let share = |weight: i64| i128::from(length) * i128::from(weight) / total;
    let rest = |weight: i64| i128::from(length) * i128::from(weight) % total;
    let mut given = 0;
    for (part, &weight) in into.iter_mut().zip(weights).filter(|(_, weight)| **weight != 0) {
        let share = share(weight) as u64;
        *part += share;
        given += share;
    }
    // Fewer milliseconds are left than there are weights: give them to the largest remainders, one each.
    let mut last: Option<(i128, usize)> = None;
    for _ in given..length {
        let before = |candidate: (i128, usize)| {
            last.is_none_or(|(rest, at)| candidate.0 < rest || (candidate.0 == rest && candidate.1 > at))
        };
        let next = weights
            .iter()
            .enumerate()
            .filter(|(_, weight)| **weight != 0)
            .map(|(at, &weight)| (rest(weight), at))
            .filter(|&candidate| before(candidate))
            .max_by_key(|&(rest, at)| (rest, std::cmp::Reverse(at)));
        let Some((rest, at)) = next else { return };
        into[at] += 1;
        last = Some((rest, at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_sums_exactly_and_favours_the_largest_remainder_then_the_lowest_index() {
        let mut into = [0; 3];
        split(10, &[1, 1, 1], &mut into);
        assert_eq!(into, [4, 3, 3]);
        let mut into = [0; 4];
        split(7, &[0, 3, 2, 3], &mut into);
        assert_eq!(into, [0, 3, 2, 2]);
        let mut into = [0; 2];
        split(7, &[0, 0], &mut into);
        assert_eq!(into, [0, 0]);
    }
}
