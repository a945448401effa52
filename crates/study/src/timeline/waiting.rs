//! How many jobs, or requests in line, wait over a trial.

use serde::Serialize;
use std::fmt;
use zonefall_fleet::{Batched, Design, Seen, Sighting};

/// Millionths of a request.
const MICRO: f64 = 1e6;

/// Of what waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fluid {
    /// Jobs.
    Jobs,
    /// Requests in line.
    Requests,
}

impl fmt::Display for Fluid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jobs => "jobs",
            Self::Requests => "requests",
        })
    }
}

/// What waits over time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Waiting {
    /// Of what.
    pub what: Fluid,
    /// When, and how many: straight up or down from each to the next; two of one instant where a batch comes.
    pub course: Vec<(u64, f64)>,
    /// When deadlines pass, and how many of the batch are not done then; none where requests wait.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deadlines: Vec<(u64, u64)>,
}

impl Waiting {
    /// How many wait when an instant is over.
    pub fn at(&self, ms: u64) -> f64 {
        let next = self.course.partition_point(|corner| corner.0 <= ms);
        match (next.checked_sub(1).map(|before| self.course[before]), self.course.get(next)) {
            (None, _) => 0.0,
            (Some(from), None) => from.1,
            (Some(from), Some(to)) => from.1 + (to.1 - from.1) * (ms - from.0) as f64 / (to.0 - from.0) as f64,
        }
    }

    /// The course from an instant to another, with where it stands at both.
    pub fn between(&self, from: u64, to: u64) -> Vec<(u64, f64)> {
        let first = self.course.partition_point(|corner| corner.0 <= from);
        let end = self.course.partition_point(|corner| corner.0 < to).max(first);
        let until = self.course.get(end).filter(|corner| corner.0 == to).map_or_else(|| self.at(to), |corner| corner.1);
        let within = self.course[first..end].iter().copied();
        std::iter::once((from, self.at(from))).chain(within).chain([(to, until)]).collect()
    }

    /// Since when something has waited without a break at an instant.
    pub fn since(&self, ms: u64) -> u64 {
        let before = self.course[..self.course.partition_point(|corner| corner.0 <= ms)].iter();
        before.rev().find(|corner| corner.1 <= 0.0).map_or(0, |corner| corner.0)
    }

    /// The most from an instant to another, and when first.
    pub fn most(&self, from: u64, to: u64) -> (u64, f64) {
        let more = |most: (u64, f64), corner: (u64, f64)| if corner.1 > most.1 { corner } else { most };
        self.between(from, to).into_iter().fold((from, 0.0), more)
    }
}

/// None where nothing ever waits.
pub(super) fn waiting(design: &Design, sightings: &[Sighting]) -> Option<Waiting> {
    let jobs = design.jobs.as_ref().filter(|_| design.jobs_wait_foremost());
    let (what, each) = jobs.map_or((Fluid::Requests, 1), |jobs| (Fluid::Jobs, jobs.work));
    let corner = |sighting: &Sighting| match sighting.what {
        Seen::Waits(micro) => Some((sighting.t.as_ms(), micro as f64 / MICRO / each as f64)),
        _ => None,
    };
    let course: Vec<(u64, f64)> = sightings.iter().filter_map(corner).collect();
    let deadline = |sighting: &Sighting| match sighting.what {
        Seen::Batch(_, Batched::Due { left }) if jobs.is_some() => Some((sighting.t.as_ms(), left)),
        _ => None,
    };
    let any = course.iter().any(|corner| corner.1 > 0.0);
    any.then(|| Waiting { what, course, deadlines: sightings.iter().filter_map(deadline).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_is_straight_between_its_corners() {
        let course = vec![(0, 0.0), (10, 0.0), (10, 100.0), (30, 60.0), (30, 90.0), (60, 0.0), (90, 0.0)];
        let of = Waiting { what: Fluid::Jobs, course, deadlines: vec![] };
        assert_eq!([0, 9, 10, 20, 30, 45, 60, 99].map(|ms| of.at(ms)), [0.0, 0.0, 100.0, 80.0, 90.0, 45.0, 0.0, 0.0]);
        assert_eq!(of.between(20, 30), [(20, 80.0), (30, 60.0)]);
        assert_eq!(of.between(25, 40), [(25, 70.0), (30, 60.0), (30, 90.0), (40, 60.0)]);
        assert_eq!([5, 45, 70].map(|ms| of.since(ms)), [0, 10, 60]);
        assert_eq!((of.most(0, 90), of.most(40, 50), of.most(70, 80)), ((10, 100.0), (40, 60.0), (70, 0.0)));
    }
}
