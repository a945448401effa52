//! Modes that mark single machines: what one strike does to one unit, as a function of mode, unit and instant.
//!
//! The same function answers for the clock that draws a unit's future and for the fleet that lives through it, and its
//! answer does not depend on the design. A strike at instant 0 stands for a unit that is already down when the trial
//! begins: its outage is the residual.

use crate::clocks::TRIES;
use crate::mode::{Effect, Kind, Mode, Outage, Profile, Scope, UNIT_MODES_MAX};
use crate::renewal::TimeToFailure;
use zonefall_engine::{Key, SimDuration, SimTime, name_tag};

/// What a strike does to the unit it hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// How long the repair takes once it starts; `None` if it never ends.
    pub length: Option<SimDuration>,
    /// The strike was predicted: the machine was moved and only pauses.
    pub predicted: bool,
}

/// A mode that marks machines, ready to be drawn.
#[derive(Debug, Clone)]
pub struct UnitMode {
    /// The mode.
    pub mode: Mode,
    /// Its place in the profile: the cause.
    pub cause: u16,
    pub(crate) time_to_failure: TimeToFailure,
    tag: u64,
    /// Keys the instants of strikes.
    clock: Key,
    /// Keys what a strike does.
    luck: Key,
}

/// The modes that mark machines, in profile order.
#[derive(Debug, Clone)]
pub struct UnitModes {
    modes: Vec<UnitMode>,
    recorded: Vec<(u32, u32, SimTime, SimTime)>,
    /// Recorded pauses of strikes that were predicted.
    pauses: Vec<(u32, u32, SimTime, SimTime)>,
    /// What strikes at the beginning strikes then, and is not under way already: somebody has written it so.
    as_written: bool,
}

impl UnitModes {
    /// Picks the marking modes of a profile.
    pub fn new(profile: &Profile, horizon: SimDuration) -> Self {
        assert!(profile.modes.iter().filter(|mode| mode.marks_machines()).count() <= UNIT_MODES_MAX);
        let marking = profile.modes.iter().enumerate().filter(|(_, mode)| mode.marks_machines());
        let unit = |(cause, mode): (usize, &Mode)| UnitMode {
            mode: mode.clone(),
            cause: cause as u16,
            time_to_failure: TimeToFailure::new(mode, horizon.as_ms() as f64),
            tag: name_tag(&mode.name),
            clock: Key::root(0),
            luck: Key::root(0),
        };
        Self { modes: marking.map(unit).collect(), recorded: Vec::new(), pauses: Vec::new(), as_written: false }
    }

    /// The modes.
    pub fn as_slice(&self) -> &[UnitMode] {
        &self.modes
    }

    /// Keys every mode for a trial.
    pub fn begin(&mut self, trial: Key) {
        for unit in &mut self.modes {
            unit.clock = trial.part(unit.tag, 2);
            unit.luck = trial.part(unit.tag, 3);
        }
    }

    /// Takes the ends of outages from a record (mode, unit, start, end), instead of drawing them.
    pub fn record(&mut self, mut ends: Vec<(u32, u32, SimTime, SimTime)>) {
        ends.sort_unstable();
        self.recorded = ends;
    }

    /// Takes the pauses of predicted strikes from a record (mode, unit, start, end).
    pub fn record_predicted(&mut self, mut pauses: Vec<(u32, u32, SimTime, SimTime)>) {
        pauses.sort_unstable();
        self.pauses = pauses;
    }

    /// Takes strikes at the beginning for such as begin there.
    pub(crate) fn take_as_written(&mut self) {
        self.as_written = true;
    }

    /// How long the outage of a unit has lasted already with which a stationary trial begins; what remains of it is its outcome.
    /// None if it begins with the trial.
    pub fn age_at_start(&self, mode: u32, who: (u64, u64)) -> Option<SimDuration> {
        let unit = &self.modes[mode as usize];
        let Outage::Law(law) = &unit.mode.outage else { return None };
        if self.as_written || initially_down(&unit.mode) <= 0.0 {
            return None;
        }
        let mut stream = unit.luck_key(who, SimTime::ZERO).stream();
        Some(SimDuration::from_ms(law.draw_age_ms(&mut stream) as u64))
    }

    /// Whether outages end as recorded, not as drawn.
    pub fn is_recorded(&self) -> bool {
        !self.recorded.is_empty() || !self.pauses.is_empty()
    }

    /// What a strike of `mode` at `start` does to `unit`, whose luck is keyed by `who`.
    #[inline]
    pub fn outcome(&self, mode: u32, unit: u32, who: (u64, u64), start: SimTime) -> Outcome {
        if self.is_recorded() {
            for (list, predicted) in [(&self.recorded, false), (&self.pauses, true)] {
                if let Some(end) = recorded_end(list, mode, unit, start) {
                    return Outcome { length: Some(end.since(start)), predicted };
                }
            }
        }
        self.modes[mode as usize].outcome(who, start)
    }
}

fn recorded_end(list: &[(u32, u32, SimTime, SimTime)], mode: u32, unit: u32, start: SimTime) -> Option<SimTime> {
    let at = list.partition_point(|&(m, u, s, _)| (m, u, s) < (mode, unit, start));
    list.get(at).filter(|&&(m, u, s, _)| (m, u, s) == (mode, unit, start)).map(|&(.., end)| end)
}

impl UnitMode {
    /// The key of a unit's own renewal.
    pub(crate) fn unit_key(&self, who: (u64, u64)) -> Key {
        self.clock.part(who.0, who.1)
    }

    /// The key of one of this mode's streams.
    pub(crate) fn stream_key(&self, tag: u64, number: u64) -> Key {
        self.clock.part(!tag, number)
    }

    /// [`Mode::depends_on_history`].
    pub fn depends_on_history(&self) -> bool {
        self.mode.depends_on_history()
    }

    /// The `k`-th time to failure of a unit (k = 0 from the beginning), for modes that depend on history.
    pub fn life(&self, who: (u64, u64), k: u32) -> Option<SimDuration> {
        let key = self.unit_key(who).part(0x0011_fe00, u64::from(k));
        let mut stream = key.stream();
        let ms = if k == 0 {
            let u = stream.unit();
            self.time_to_failure.first(u, &mut stream)?
        } else {
            self.time_to_failure.next(&mut stream)
        };
        Some(SimDuration::from_ms((ms as u64).max(1)))
    }

    /// The `k`-th time to failure of a unit that has lived for `age` of it: infinite beyond the horizon; none if it cannot be
    /// found by drawing.
    pub fn life_after(&self, who: (u64, u64), k: u32, age: SimDuration) -> Option<f64> {
        let mut stream = self.unit_key(who).part(0x0011_fe01, u64::from(k)).stream();
        let (law, age_ms) = (&self.time_to_failure, age.as_ms() as f64);
        match k {
            0 => law.first_after(age_ms + 1.0, &mut stream, TRIES),
            _ => law.after(age_ms + 1.0, &mut stream, TRIES),
        }
    }

    /// The probability that a unit is down at the beginning of a stationary trial: outage / (life + outage).
    pub(crate) fn down_at_start(&self) -> f64 {
        initially_down(&self.mode)
    }

    #[inline]
    fn outcome(&self, who: (u64, u64), start: SimTime) -> Outcome {
        let Outage::Law(law) = &self.mode.outage else { return Outcome { length: None, predicted: false } };
        if let (zonefall_engine::Shape::Constant(length), None) = (law.shape(), &self.mode.predicted)
            && start > SimTime::ZERO
        {
            return Outcome { length: Some(SimDuration::from_ms(*length as u64)), predicted: false };
        }
        let mut stream = self.luck_key(who, start).stream();
        if let Some(predicted) = &self.mode.predicted
            && stream.unit() < predicted.share
        {
            return Outcome { length: Some(predicted.pause.draw(&mut stream)), predicted: true };
        }
        let length = if start == SimTime::ZERO {
            SimDuration::from_ms(law.draw_residual_ms(&mut stream) as u64)
        } else {
            law.draw(&mut stream)
        };
        Outcome { length: Some(length), predicted: false }
    }

    #[inline]
    fn luck_key(&self, who: (u64, u64), start: SimTime) -> Key {
        self.luck.part(who.0.wrapping_add(who.1), start.as_ms())
    }

    /// How long before `start` a predicted strike on `who` is announced.
    pub fn announced(&self, who: (u64, u64), start: SimTime) -> SimTime {
        let Some(predicted) = &self.mode.predicted else { return start };
        let mut stream = self.luck_key(who, start).part(0xa1, 0).stream();
        SimTime::from_ms(start.as_ms().saturating_sub(predicted.lead.draw(&mut stream).as_ms()))
    }
}

/// The probability that a unit of a mode is down when a stationary trial begins. Shocks begin with everything up: their
/// bias is at most rate × outage and dies out within one outage. Nobody has been evicted when it begins.
pub(crate) fn initially_down(mode: &Mode) -> f64 {
    let Outage::Law(law) = &mode.outage else { return 0.0 };
    if mode.start == crate::mode::Start::New || mode.kind != Kind::Outage || mode.scope == Scope::Global {
        return 0.0;
    }
    if mode.effect == Effect::Evicted {
        return 0.0;
    }
    let (up, down) = (mode.time_to_failure.mean_ms(), law.mean_ms());
    if mode.predicted.is_some() { 0.0 } else { down / (up + down) }
}
