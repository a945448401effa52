//! Waves of planned maintenance: an event that goes through a region rack by rack, zone after zone (MT-02, MT-04).
//!
//! In: how long a step takes and how zones follow each other. Out: when a wave is in which zone, how long it lasts, and
//! (for the storm) the law of the quiet time between two waves of a kind. Which machines a step reaches, and whether it
//! goes ahead, is the fleet's. Times are in milliseconds from the wave's beginning.
//!
//! A wave's rate is how often it passes a machine in a year, waves included: the quiet time between two waves is shorter
//! than the mean gap by a wave's length, so that a longer wave does not make maintenance rarer.

use crate::mode::{Kind, Mode};
use zonefall_engine::{Law, SimDuration};
use zonefall_topology::{RegionId, Topology};

/// The quiet time between two waves is at least this share of their mean gap, however long waves take.
const QUIET_LEAST: f64 = 0.01;

/// MT-03: how long before they come waves of restarts may be known: a storm holds those that begin within this time after its horizon.
/// Nothing of them happens within it but what owners do ahead of them.
pub const KNOWN_AHEAD: SimDuration = SimDuration::from_ms(90 * 24 * 3_600_000);

/// MT-05: how long a maintenance configuration may hold a wave of pauses up: a storm holds those, too, that began within this
/// time before it and are over. Nothing of them happens but what waits for a window.
pub const HELD_AT_MOST: SimDuration = SimDuration::from_ms(35 * 24 * 3_600_000);

/// How a wave goes through a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wave {
    /// From one step to the next.
    pub between: SimDuration,
    /// From a zone's end to the next zone's beginning, and from the end of the last zone of one region to the beginning of the
    /// first of the other.
    pub between_zones: SimDuration,
    /// MT-02: the share of a zone's time, in thousandths, by which the next zone begins before it ends.
    pub overlap_milli: u32,
    /// A zone takes at least so many steps: there may be more update domains than racks.
    pub steps_least: u32,
    /// MT-02, DR-06: of two regions one comes after the other.
    pub paired: bool,
}

impl Wave {
    /// How long a zone of so many racks takes.
    pub fn zone_length(&self, racks: u32) -> SimDuration {
        self.between.times(u64::from(racks.max(self.steps_least)))
    }

    /// When it comes to a zone of a region, the zones in the wave's order.
    pub fn zone_start(&self, place: u32, racks: u32) -> SimDuration {
        let zone = self.zone_length(racks);
        let apart = u128::from(zone.as_ms()) * u128::from(1000 - self.overlap_milli.min(1000)) / 1000;
        SimDuration::from_ms(apart as u64).plus(self.between_zones).times(u64::from(place))
    }

    /// How long it takes in a region.
    pub fn length(&self, region: RegionId, topology: &Topology) -> SimDuration {
        let of = topology.region(region);
        self.zone_start(of.zones.saturating_sub(1), of.racks_per_zone).plus(self.zone_length(of.racks_per_zone))
    }

    /// The regions that one wave goes through, one after the other, for each kind of waves that there are.
    pub fn courses(&self, topology: &Topology) -> Vec<Vec<RegionId>> {
        let regions: Vec<RegionId> = topology.region_ids().collect();
        if self.paired && regions.len() == 2 {
            vec![regions]
        } else {
            regions.into_iter().map(|one| vec![one]).collect()
        }
    }

    /// How long the longest course takes.
    pub fn longest(&self, topology: &Topology) -> SimDuration {
        let all = self.courses(topology).into_iter();
        all.map(|course| self.course_length(&course, topology)).max().unwrap_or(SimDuration::ZERO)
    }

    /// DR-06: when it comes to each of these regions and when it has left it.
    pub(crate) fn legs<'a>(
        &'a self,
        course: &'a [RegionId],
        topology: &'a Topology,
    ) -> impl Iterator<Item = (RegionId, SimDuration, SimDuration)> + 'a {
        let mut next = SimDuration::ZERO;
        course.iter().map(move |&region| {
            let (from, to) = (next, next.plus(self.length(region, topology)));
            next = to.plus(self.between_zones);
            (region, from, to)
        })
    }

    /// How long it takes to go through these regions; of a pair, until the next wave may begin in the first of them.
    pub(crate) fn course_length(&self, course: &[RegionId], topology: &Topology) -> SimDuration {
        let left = self.legs(course, topology).last().map_or(SimDuration::ZERO, |(_, _, to)| to);
        if course.len() > 1 { left.plus(self.between_zones) } else { left }
    }
}

impl Mode {
    /// How its waves go, if it is one of waves.
    pub fn wave(&self) -> Option<Wave> {
        if let Kind::Wave(wave) = self.kind { Some(wave) } else { None }
    }

    /// The same mode with the quiet time after waves of `length_ms` in place of their gap.
    pub(crate) fn quiet_between(&self, length_ms: f64) -> Self {
        let gap_ms = self.time_to_failure.mean_ms();
        let quiet_ms = (gap_ms - length_ms).max(gap_ms * QUIET_LEAST);
        let law = Law::exponential(quiet_ms).unwrap_or_else(|_| self.time_to_failure.clone());
        Self { time_to_failure: law, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zonefall_topology::Region;

    fn wave() -> Wave {
        let minutes = |m: u64| SimDuration::from_ms(m * 60_000);
        Wave { between: minutes(30), between_zones: minutes(60), overlap_milli: 0, steps_least: 1, paired: true }
    }

    fn topology(regions: u32) -> Topology {
        let region =
            |n| Region { name: format!("r{n}"), zones: 3, halls_per_zone: 1, racks_per_zone: 4, hosts_per_rack: 2 };
        Topology::new((0..regions).map(region).collect()).expect("a world")
    }

    #[test]
    fn mt_02_zones_follow_each_other_and_may_overlap_at_the_tail() {
        let hours = |d: SimDuration| d.as_hours();
        assert_eq!([0, 1, 2].map(|place| hours(wave().zone_start(place, 4))), [0.0, 3.0, 6.0]);
        assert_eq!(hours(wave().length(RegionId(0), &topology(1))), 8.0);
        let overlapping = Wave { overlap_milli: 500, between_zones: SimDuration::ZERO, ..wave() };
        assert_eq!([0, 1, 2].map(|place| hours(overlapping.zone_start(place, 4))), [0.0, 1.0, 2.0]);
        let domains = Wave { steps_least: 20, ..wave() };
        assert_eq!(hours(domains.zone_length(4)), 10.0);
    }

    #[test]
    fn mt_02_dr_06_of_two_regions_one_comes_after_the_other() {
        assert_eq!(wave().courses(&topology(2)).len(), 1);
        // Eight hours each, and an hour between them as between two zones.
        let both = [RegionId(0), RegionId(1)];
        let legs: Vec<_> =
            wave().legs(&both, &topology(2)).map(|(_, from, to)| (from.as_hours(), to.as_hours())).collect();
        assert_eq!(legs, [(0.0, 8.0), (9.0, 17.0)]);
        assert_eq!(wave().longest(&topology(2)).as_hours(), 18.0, "and an hour until the next wave");
        let apart = Wave { paired: false, ..wave() };
        assert_eq!(apart.courses(&topology(2)).len(), 2);
        assert_eq!(wave().courses(&topology(3)).len(), 3);
    }
}
