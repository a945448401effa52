//! LB-04, LB-10, LB-11, MT-07: what becomes of the sessions of a machine that takes no more requests.

use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::Effect;

/// What becomes of the sessions of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They are lost at once.
    Lost,
    /// They wait until then.
    Wait(SimTime),
    /// They wait as they did.
    AsBefore,
}

/// LB-04, LB-11: a machine that only pauses, and needs no boot after it, has its memory when it is back.
pub fn only_pauses(effect: Effect, boots: bool) -> bool {
    effect == Effect::Frozen && !boots
}

/// LB-10, LB-11: a machine leaves at `t`, for a pause or for good; clients wait so long for it.
pub fn on_leaving(pauses: bool, t: SimTime, patience: SimDuration) -> Fate {
    if pauses { Fate::Wait(t.after(patience)) } else { Fate::Lost }
}

/// The same of a machine that is out already, and whose sessions wait: clients begin to wait no later for a further pause.
pub fn on_further_strike(pauses: bool, waits_until: SimTime, t: SimTime, patience: SimDuration) -> Fate {
    match on_leaving(pauses, t, patience) {
        Fate::Wait(until) if waits_until <= until => Fate::AsBefore,
        fate => fate,
    }
}

/// MT-07: a machine has left the rotation so long before maintenance begins. A restart loses what lasts until then, a pause what
/// is given up during it.
pub fn until_maintenance(pauses: bool, t: SimTime, before: SimDuration, patience: SimDuration) -> SimTime {
    let begins = t.after(before);
    if pauses { begins.after(patience) } else { begins }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(ms: u64) -> SimTime {
        SimTime::from_ms(ms)
    }

    const PATIENCE: SimDuration = SimDuration::from_ms(40);

    #[test]
    fn lb_10_lb_11_the_dead_lose_them_and_a_pause_keeps_them_for_as_long_as_clients_wait() {
        assert_eq!(on_leaving(false, at(100), PATIENCE), Fate::Lost);
        assert_eq!(on_leaving(true, at(100), PATIENCE), Fate::Wait(at(140)));
        assert!(only_pauses(Effect::Frozen, false) && !only_pauses(Effect::Frozen, true));
        assert!(!only_pauses(Effect::Down, false) && !only_pauses(Effect::Degraded(500), false));
    }

    #[test]
    fn lb_11_a_further_strike_shortens_the_wait_or_ends_it() {
        assert_eq!(on_further_strike(true, at(120), at(100), PATIENCE), Fate::AsBefore);
        assert_eq!(on_further_strike(true, at(140), at(100), PATIENCE), Fate::AsBefore);
        // One that drains longer than clients would wait for a pause.
        assert_eq!(on_further_strike(true, at(900), at(100), PATIENCE), Fate::Wait(at(140)));
        assert_eq!(on_further_strike(false, at(900), at(100), PATIENCE), Fate::Lost);
    }

    #[test]
    fn mt_07_a_restart_loses_what_lasts_until_it_and_a_pause_what_is_given_up() {
        let before = SimDuration::from_ms(1000);
        assert_eq!(until_maintenance(false, at(5), before, PATIENCE), at(1005));
        assert_eq!(until_maintenance(true, at(5), before, PATIENCE), at(1045));
    }
}
