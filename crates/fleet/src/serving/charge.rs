//! Whom missed time is charged to.
//!
//! In: the length of an interval in which the objective is missed, and the state that held in it. Out: the same length, split
//! over causes by what each withholds, so that the parts sum exactly.

use super::Book;
use crate::design::Need;
use crate::ledger::split;
use crate::parts::Counts;
use crate::retries::Clients;
use crate::service::needed;
use crate::structure::Least;

impl Book {
    /// Charges missed time.
    pub(super) fn charge(&mut self, length_ms: u64) {
        self.ledger.missed_ms += length_ms;
        if let (Need::Done(..), Some(backlog)) = (&self.need, &mut self.backlog) {
            // Charged when it is over, by all that was withheld until then.
            return backlog.is_late_for(length_ms);
        }
        if let (true, Some(line)) = (self.waiting.is_some_and(|waiting| waiting.answers), &mut self.line) {
            let charged = &mut self.ledger.missed_by_cause_ms;
            split(length_ms, &line.weights()[..charged.len()], charged);
            return;
        }
        let counts = self.all_machines();
        let (demand, in_time) = (self.demand, self.needs_in_time());
        // Enough for the demand may not be enough for all its tries.
        let failing = self.clients.as_ref().is_some_and(Clients::is_failing);
        let counts = Counts { capacity: self.gated(counts.capacity), ..counts };
        let counts = counts.of_use(self.room.as_deref(), self.passed());
        // However much they serve together, what slows some of them makes too many wait.
        let counts = match self.unlike_are_slow() {
            true => Counts { capacity: counts.capacity.min(in_time - 1), ..counts },
            false => counts,
        };
        let most = (self.level(super::Class::Capacity), self.gated(self.ceiling));
        let (probe_lag, overload) = (self.probe_lag, self.overload);
        let own = |failing: bool| (if failing { overload } else { probe_lag }, overload);
        let charged = &mut self.ledger.missed_by_cause_ms;
        let withheld = &mut self.withheld;
        let least = match self.need {
            Need::Serving(least) => Least::Serving(least),
            Need::Served(share, of) => Least::Served(share, of),
            Need::Done(..) => return,
            Need::Parts(_) => {
                let Some(parts) = &mut self.parts else { return };
                if parts.root_holds() {
                    let of = |part: usize| &withheld[part * self.stride..][..charged.len()];
                    // Late: the fullest of the parts that miss something, or none where all machines would be late.
                    match parts.late_for(|part| of(part).iter().sum()) {
                        Some(part) => split(length_ms, of(part), charged),
                        None => charged[self.overload] += length_ms,
                    }
                    return;
                }
                let by_part = (&mut withheld[..], self.stride);
                return parts.charge(length_ms, charged, by_part, |lack, length_ms, withheld, charged| {
                    let (machines, gate) = (lack.counts.capacity, i64::try_from(lack.gate).unwrap_or(i64::MAX));
                    let counts = (Counts { capacity: machines.min(gate), ..lack.counts }, (machines, gate));
                    charge_machines(
                        length_ms,
                        (lack.need, lack.demand, lack.own, 0),
                        counts,
                        withheld,
                        own(lack.failing),
                        charged,
                    );
                });
            }
        };
        let withheld = &mut withheld[..charged.len()];
        charge_machines(length_ms, (least, demand, demand, in_time), (counts, most), withheld, own(failing), charged);
    }

    /// The capacity that answers all of the demand in time; 0 without a limit on that.
    fn needs_in_time(&self) -> i64 {
        self.limit().map_or(0, |(limit, works)| (limit.fewest(self.demand.unwrap_or(0)) * works.serves_milli) as i64)
    }
}

/// Splits missed time over the causes that withhold capacity. Where the machines alive would suffice if no request went to a
/// dead one, the lag of the probes is the cause; what even everything together could not serve is overload, and so is what
/// fails on the way (TF-03) where nobody is dead; but what would be too much of the demand that is its own only. So much
/// capacity is needed to answer in time. Machines together serve so much, of which no more than a ceiling is of use.
fn charge_machines(
    length_ms: u64,
    (need, demand, own, in_time): (Least, Option<u64>, Option<u64>, i64),
    (counts, (machines, ceiling)): (Counts, (i64, i64)),
    withheld: &mut [i64],
    (probe_lag, overload): (usize, usize),
    charged: &mut [u64],
) {
    let mut lacking = 0;
    if let (Least::Served(share, of), Some(demand)) = (need, demand) {
        let needed = needed(demand, (share, of)).max(in_time);
        if counts.capacity >= needed {
            charged[if counts.dead > 0 { probe_lag } else { overload }] += length_ms;
            return;
        }
        // What no machine could help with.
        let beyond = needed.saturating_sub(ceiling);
        if beyond > 0 && machines >= needed {
            charged[overload] += length_ms;
            return;
        }
        let others = needed - self::needed(own.unwrap_or(demand), (share, of)).max(in_time).min(needed);
        lacking = (needed - machines - withheld.iter().sum::<i64>()).max(beyond).saturating_sub(others).max(0);
    }
    if lacking > 0 || withheld.iter().all(|&capacity| capacity == 0) {
        withheld[overload] = lacking.max(1);
        split(length_ms, withheld, charged);
        withheld[overload] = 0;
    } else {
        split(length_ms, withheld, charged);
    }
}
