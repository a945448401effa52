//! Repair crews: first come, first served, per mode.

use std::collections::VecDeque;
use zonefall_engine::{SimDuration, SimTime};

/// A unit that waits for a crew.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Job {
    pub unit: u32,
    pub since: SimTime,
    pub length: SimDuration,
    /// Which of the machines that stood here after each other.
    pub epoch: u16,
}

/// The crews of one mode.
#[derive(Debug, Default)]
pub(crate) struct Crews {
    limit: u32,
    busy: u32,
    queue: VecDeque<Job>,
}

zonefall_engine::pooled_clone!(Crews { limit, busy, queue });

impl Crews {
    pub fn new(limit: u32) -> Self {
        Self { limit, ..Self::default() }
    }

    pub fn reset(&mut self) {
        self.busy = 0;
        self.queue.clear();
    }

    /// A unit fails: true if a crew begins at once, else the unit queues.
    pub fn take(&mut self, job: Job) -> bool {
        let free = self.busy < self.limit;
        if free {
            self.busy += 1;
        } else {
            self.queue.push_back(job);
        }
        free
    }

    /// A repair ends: the job that the crew begins next, if any waits.
    pub fn release(&mut self) -> Option<Job> {
        let next = self.queue.pop_front();
        if next.is_none() {
            self.busy -= 1;
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_come_first_served() {
        let job = |unit| Job { unit, since: SimTime::ZERO, length: SimDuration::ZERO, epoch: 0 };
        let mut crews = Crews::new(1);
        assert!(crews.take(job(1)));
        assert!(!crews.take(job(2)) && !crews.take(job(3)));
        assert_eq!(crews.release().map(|job| job.unit), Some(2));
        assert_eq!(crews.release().map(|job| job.unit), Some(3));
        assert!(crews.release().is_none());
        assert!(crews.take(job(4)));
    }
}
