//! What a world lives without, to tell what it costs: a cause, a share of its events, or all that strikes a part.
//!
//! A share is one of eight groups, chosen by a key of the event: the same events in every design and at any thread.

use std::ops::Range;
use zonefall_engine::{Key, SimTime};
use zonefall_faults::{EventId, PastWave, Storm};

/// Groups that the events of a cause fall into.
pub const GROUPS: u32 = 8;

/// What a world lives without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suppressed {
    /// A cause: it never happened.
    Cause(u16),
    /// The events of a cause in these groups, as bits. What the fleet draws itself (operating clocks) stays.
    Groups(u16, u8),
    /// Everything that strikes these racks and what stands in them.
    Racks(Range<u32>),
}

/// The group of an event of the storm; one that another brought with it goes with that.
pub fn group_of_event(storm: &Storm, event: EventId) -> u32 {
    let event = storm.events[event.0 as usize].parent.unwrap_or(event);
    group(u64::from(event.0), storm.events[event.0 as usize].start.as_ms())
}

/// The group of a strike on one unit.
pub(crate) fn group_of_strike(mode: u32, unit: u32, t: SimTime) -> u32 {
    group(u64::from(mode) << 32 | u64::from(unit), t.as_ms().wrapping_add(1))
}

fn group(x: u64, y: u64) -> u32 {
    (Key::root(0).part(x, y).word(0) >> 61) as u32
}

impl Suppressed {
    /// Whether a whole cause never happens.
    pub(crate) fn takes_cause(&self, cause: u16) -> bool {
        *self == Self::Cause(cause)
    }

    /// Whether an event of the storm does not happen.
    #[inline]
    pub(crate) fn takes_event(&self, storm: &Storm, event: EventId) -> bool {
        let cause = storm.events[event.0 as usize].cause;
        match self {
            Self::Cause(of) => *of == cause,
            Self::Groups(of, groups) => *of == cause && groups >> group_of_event(storm, event) & 1 == 1,
            Self::Racks(_) => false,
        }
    }

    /// Whether a wave that is over when the trial begins, so long ago, never was.
    pub(crate) fn takes_past_wave(&self, wave: &PastWave) -> bool {
        match self {
            Self::Cause(of) => *of == wave.cause,
            Self::Groups(of, groups) => *of == wave.cause && groups >> group(wave.ago.as_ms(), u64::MAX) & 1 == 1,
            Self::Racks(_) => false,
        }
    }

    /// Whether a strike on one unit does not happen, by what it is.
    pub(crate) fn takes_strike(&self, cause: u16, mode: u32, unit: u32, t: SimTime) -> bool {
        match self {
            Self::Cause(of) => *of == cause,
            Self::Groups(of, groups) => *of == cause && groups >> group_of_strike(mode, unit, t) & 1 == 1,
            Self::Racks(_) => false,
        }
    }

    /// The racks that nothing strikes.
    pub(crate) fn racks(&self) -> Range<u32> {
        if let Self::Racks(racks) = self { racks.clone() } else { 0..0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_about_as_large_as_each_other() {
        let mut counts = [0_u32; GROUPS as usize];
        (0..8000)
            .for_each(|i| counts[group_of_strike(i % 7, i / 7, SimTime::from_ms(u64::from(i) * 977)) as usize] += 1);
        assert!(counts.iter().all(|&count| (850..1150).contains(&count)), "{counts:?}");
    }
}
