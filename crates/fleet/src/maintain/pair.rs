//! DR-06: of a pair of regions one is updated at a time. The storm lets the second begin when the first is over as planned; what
//! bad health holds up in the first (MT-02) holds up the second too.

use super::steps::{Group, Step};
use super::{NO_OUTAGE, Passage};
use crate::world::World;
use zonefall_engine::SimDuration;
use zonefall_faults::{EventId, Strikes};

impl World {
    /// The first event of the wave that a passage is of, if the wave goes through a pair of regions.
    fn pair_of(&self, passage: &Passage, strikes: &Strikes) -> Option<EventId> {
        let wave = strikes.unit_modes().as_slice()[passage.mode as usize].mode.wave()?;
        let outage = (wave.paired && passage.outage != NO_OUTAGE).then_some(passage.outage)?;
        let event = strikes.storm().outages[outage as usize].event;
        Some(strikes.storm().events[event.0 as usize].parent.unwrap_or(event))
    }

    /// Notes how late a wave through a pair of regions is.
    pub(super) fn note_delay(&mut self, passage: usize, strikes: &Strikes) {
        let of = &self.passages.list[passage];
        let Some(pair) = self.pair_of(of, strikes) else { return };
        let late = of.late.plus(of.shift);
        match self.passages.delays.iter_mut().find(|delay| delay.0 == pair) {
            Some(delay) => delay.1 = delay.1.max(late),
            None => self.passages.delays.push((pair, late)),
        }
    }

    /// Whether a step has to come later than was known, as the other region of the pair was late.
    pub(super) fn comes_after_the_other(&mut self, passage: usize, step: Step, strikes: &Strikes) -> bool {
        let of = &self.passages.list[passage];
        if self.passages.delays.is_empty() || matches!(step.group, Group::Window { .. }) {
            return false;
        }
        let Some(pair) = self.pair_of(of, strikes) else { return false };
        let late = self.passages.delays.iter().find(|delay| delay.0 == pair).map(|delay| delay.1);
        let Some(late) = late.filter(|&late| late > of.late.plus(of.shift)) else { return false };
        let of = &mut self.passages.list[passage];
        of.shift = SimDuration::from_ms(late.as_ms() - of.late.as_ms());
        true
    }
}
