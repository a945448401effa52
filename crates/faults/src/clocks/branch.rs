//! Unit clocks of a trial that goes on as a branch: what comes after an instant is drawn anew, given what was.
//!
//! A stream without memory begins again. A unit of a renewing mode has lived since its last outage: its next failure is drawn
//! from the law of those that last so long, by drawing until one does. After [`TRIES`] in vain the failure that was drawn
//! before stays, which is one of that law as well (whether it stays does not depend on it).

use super::{Clocks, each_unit, gap, renew_from};
use crate::mode::Kind;
use crate::population::Population;
use crate::unit::UnitModes;
use zonefall_engine::SimTime;

/// Draws of a life before the one that was drawn stays.
pub(crate) const TRIES: u32 = 10_000;

/// A unit under a renewing mode, as far as a branch has to know it.
#[derive(Debug, Clone, Copy)]
pub(super) struct UnitLife {
    mode: u32,
    unit: u32,
    who: (u64, u64),
    /// When its present life began or will begin, in milliseconds; none if it has not failed since the trial began.
    since_ms: Option<f64>,
    /// The next failure that was drawn.
    next_ms: f64,
}

impl UnitLife {
    pub fn reset(&mut self) {
        (self.since_ms, self.next_ms) = (None, f64::INFINITY);
    }
}

impl Clocks {
    /// From now on it is known how long units of renewing modes have lived.
    pub fn note_lives(&mut self, modes: &UnitModes, population: &Population) {
        self.lives.clear();
        for &mode in &self.renewing {
            let unit_mode = &modes.as_slice()[mode as usize];
            let lives = &mut self.lives;
            each_unit(unit_mode, population, |unit, who| {
                lives.push(UnitLife { mode, unit, who, since_ms: None, next_ms: f64::INFINITY });
            });
        }
        self.lives.sort_unstable_by_key(|life| (life.mode, life.unit));
    }

    /// Notes what has happened up to `after`, by the keys by which it was drawn.
    pub fn look_back(&mut self, modes: &UnitModes, after: SimTime) {
        let Self { lives, drawn, .. } = self;
        lives.iter_mut().for_each(|life| life.next_ms = f64::INFINITY);
        for &(start, mode, unit) in &*drawn {
            let Ok(at) = lives.binary_search_by_key(&(mode, unit), |life| (life.mode, life.unit)) else { continue };
            let life = &mut lives[at];
            if start > after {
                life.next_ms = life.next_ms.min(start.as_ms() as f64);
                continue;
            }
            let lasts = modes.as_slice()[mode as usize].mode.kind == Kind::Outage;
            let length =
                if lasts { modes.outcome(mode, unit, life.who, start).length } else { Some(Default::default()) };
            let end = |length: zonefall_engine::SimDuration| start.as_ms() as f64 + length.as_ms() as f64;
            life.since_ms = Some(length.map_or(f64::INFINITY, end));
        }
    }

    /// Draws what comes after `after`, by the modes' new keys. False if there are too many strikes to hold.
    pub fn branch(&mut self, modes: &UnitModes, population: &Population, after: SimTime, horizon: SimTime) -> bool {
        let now_ms = after.as_ms() as f64 + 1.0;
        for block in &mut self.blocks {
            let mode = &modes.as_slice()[block.mode as usize];
            block.stream = block.key(mode, population).stream();
            block.next_ms = now_ms + gap(block.gap_ms, &mut block.stream);
        }
        self.drawn.clear();
        self.taken = 0;
        for life in &self.lives {
            let unit_mode = &modes.as_slice()[life.mode as usize];
            let mut stream = unit_mode.unit_key(life.who).stream();
            let law = &unit_mode.time_to_failure;
            let next_ms = match life.since_ms {
                Some(since_ms) if since_ms >= now_ms => Some(since_ms + law.next(&mut stream).max(1.0)),
                Some(since_ms) => law.after(now_ms - since_ms, &mut stream, TRIES).map(|ms| since_ms + ms),
                None => law.first_after(now_ms, &mut stream, TRIES),
            };
            let next_ms = next_ms.unwrap_or(life.next_ms);
            let who = (life.mode, life.unit, life.who);
            renew_from(modes, who, (next_ms, &mut stream), horizon, &mut self.drawn);
        }
        self.drawn.sort_unstable();
        self.drawn.len() as u64 <= crate::packed::STRIKES_MAX
    }
}
