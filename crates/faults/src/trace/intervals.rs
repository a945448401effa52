//! Outages of one unit made one after the other, and bursts: many units that go down at about the same time.

/// Units that make a burst.
pub const BURST_UNITS_MIN: usize = 50;
/// Milliseconds from the first start of a burst to its last.
pub const BURST_WITHIN_MS: u64 = 120_000;

/// Groups of at least [`BURST_UNITS_MIN`] units that go down within [`BURST_WITHIN_MS`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bursts {
    /// How many.
    pub count: u64,
    /// Units in all of them.
    pub units: u64,
    /// Units in the largest.
    pub units_most: u64,
}

impl Bursts {
    /// Counts the bursts among (start in milliseconds, unit) pairs. A group begins at the first start that is in no
    /// group and holds every start within the span; groups do not overlap.
    pub(crate) fn count(mut starts: Vec<(u64, u32)>) -> Self {
        starts.sort_unstable();
        let mut bursts = Self::default();
        let mut rest = starts.as_slice();
        while let Some(&(first, _)) = rest.first() {
            let length = rest.partition_point(|&(start, _)| start <= first.saturating_add(BURST_WITHIN_MS));
            let mut units: Vec<u32> = rest[..length].iter().map(|&(_, unit)| unit).collect();
            units.sort_unstable();
            units.dedup();
            if units.len() >= BURST_UNITS_MIN {
                bursts.count += 1;
                bursts.units += units.len() as u64;
                bursts.units_most = bursts.units_most.max(units.len() as u64);
            }
            rest = &rest[length..];
        }
        bursts
    }
}

/// One outage of one unit, with its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Interval {
    pub unit: u32,
    pub start_ms: u64,
    pub end_ms: u64,
    pub cause: u32,
}

/// How many outages were joined to the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Joined {
    /// They began while the unit was out.
    pub overlapping: u64,
    /// They began when the unit came back, to the millisecond.
    pub adjoining: u64,
    /// Of both, those whose cause was another.
    pub causes_lost: u64,
}

/// The union of each unit's outages, in the order of starts; a union has the cause of its first outage.
pub(crate) fn union(mut intervals: Vec<Interval>) -> (Vec<Interval>, Joined) {
    intervals.sort_unstable();
    let mut joined = Joined::default();
    let mut kept: Vec<Interval> = Vec::with_capacity(intervals.len());
    for next in intervals {
        match kept.last_mut() {
            Some(last) if last.unit == next.unit && next.start_ms <= last.end_ms => {
                joined.overlapping += u64::from(next.start_ms < last.end_ms);
                joined.adjoining += u64::from(next.start_ms == last.end_ms);
                joined.causes_lost += u64::from(next.cause != last.cause);
                last.end_ms = last.end_ms.max(next.end_ms);
            }
            _ => kept.push(next),
        }
    }
    kept.sort_unstable_by_key(|interval| (interval.start_ms, interval.unit));
    (kept, joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outage(unit: u32, start_ms: u64, end_ms: u64) -> Interval {
        Interval { unit, start_ms, end_ms, cause: 0 }
    }

    #[test]
    fn overlapping_and_adjoining_outages_of_one_unit_become_one() {
        let (kept, joined) = union(vec![outage(1, 5, 9), outage(0, 7, 20), outage(0, 0, 10), outage(0, 20, 30)]);
        assert_eq!(kept, [outage(0, 0, 30), outage(1, 5, 9)]);
        assert_eq!(joined, Joined { overlapping: 1, adjoining: 1, causes_lost: 0 });
    }

    #[test]
    fn a_burst_counts_units_not_outages() {
        let starts = |units: u32| (0..100).map(|at| (at * 1000, at as u32 % units)).collect();
        assert_eq!(Bursts::count(starts(49)), Bursts::default());
        assert_eq!(Bursts::count(starts(60)), Bursts { count: 1, units: 60, units_most: 60 });
        assert_eq!(Bursts::count((0..50).map(|at| (u64::from(at) * 3000, at)).collect()).count, 0);
    }
}
