//! What a world needs to know of what may befall it, at hand: of unit modes, and of causes of the storm.

use crate::design::Design;
use crate::machine::{NEEDS_BOOT, NEEDS_WARM_UP};
use crate::repair::Crews;
use zonefall_engine::{Law, Shape, SimDuration};
use zonefall_faults::{Clock, Effect, Kind, Outage, Recovery, Scope, Strikes, UnitMode};

/// What a world needs to know of a unit mode, at hand.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) cause: u16,
    pub(crate) effect: Effect,
    pub(crate) down: bool,
    pub(crate) factor: u32,
    pub(crate) needs: u32,
    pub(crate) operating: bool,
    pub(crate) on_host: bool,
    /// All machines of the host come back together.
    pub(crate) together: bool,
    pub(crate) heals: bool,
    pub(crate) application_only: bool,
    pub(crate) history: bool,
    pub(crate) fixed: Option<SimDuration>,
    pub(crate) restart: Option<Law>,
    pub(crate) crews: Option<Crews>,
}

zonefall_engine::pooled_clone!(Facts {
    cause,
    effect,
    down,
    factor,
    needs,
    operating,
    on_host,
    together,
    heals,
    application_only,
    history,
    fixed,
    restart,
    crews
});

/// What a world needs to know of a cause of the storm.
#[derive(Debug, Clone)]
pub(crate) struct StormFacts {
    pub(crate) effect: Effect,
    pub(crate) needs: u32,
    pub(crate) restart: Option<Law>,
    /// The unit mode whose mark a shock leaves.
    pub(crate) shock: Option<u32>,
    /// The unit mode whose mark maintenance leaves.
    pub(crate) wave: Option<u32>,
    /// SP-01: evictions of a whole zone or more, which leave it short of Spot capacity.
    pub(crate) of_zones: bool,
    pub(crate) ignored: bool,
    /// SL-03: while it holds a machine, this cannot be reached: it is neither the application's nor of what the service depends on.
    pub(crate) of_platform: bool,
}

impl Facts {
    /// What software does to the machine that runs it, until it gets other software.
    pub(crate) fn of_software(cause: u16, effect: Effect, factor: u32) -> Self {
        Self {
            cause,
            effect,
            down: effect == Effect::Down,
            factor,
            needs: NEEDS_WARM_UP,
            operating: false,
            on_host: false,
            together: false,
            heals: false,
            application_only: true,
            history: false,
            fixed: None,
            restart: None,
            crews: None,
        }
    }
}

fn needs(recovery: Recovery) -> u32 {
    match recovery {
        Recovery::Reachable => 0,
        Recovery::WarmUp => NEEDS_WARM_UP,
        Recovery::Boot => NEEDS_BOOT | NEEDS_WARM_UP,
    }
}

pub(crate) fn facts(unit: &UnitMode, recorded: bool) -> Facts {
    let mode = &unit.mode;
    let fixed = match &mode.outage {
        Outage::Law(law) if !recorded && mode.predicted.is_none() && law.below().is_none() => match law.shape() {
            Shape::Constant(length) => Some(SimDuration::from_ms(*length as u64)),
            _ => None,
        },
        _ => None,
    };
    Facts {
        cause: unit.cause,
        effect: mode.effect,
        down: matches!(mode.effect, Effect::Down | Effect::Frozen),
        factor: if let Effect::Degraded(left) = mode.effect { left } else { 0 },
        needs: needs(mode.recovery),
        operating: mode.clock == Clock::Operating,
        on_host: mode.scope == Scope::Host,
        together: mode.kind == Kind::Outage,
        heals: mode.heals,
        application_only: mode.application_only,
        history: unit.depends_on_history(),
        fixed,
        restart: mode.restart.clone(),
        crews: mode.crews.map(Crews::new),
    }
}

pub(crate) fn storm_facts(cause: u16, strikes: &Strikes, design: &Design) -> StormFacts {
    let mode = strikes.storm_modes().mode_of(cause);
    let marks = || strikes.unit_modes().as_slice().iter().position(|unit| unit.mode.name == mode.name);
    let mark = |has: bool| has.then(marks).flatten().map(|at| at as u32);
    StormFacts {
        effect: mode.effect,
        needs: needs(mode.recovery),
        restart: mode.restart.clone(),
        shock: mark(mode.kind == Kind::Shock),
        wave: mark(mode.wave().is_some()),
        of_zones: matches!(mode.scope, Scope::Zone | Scope::Region),
        ignored: mode.scope == Scope::Global && !design.depends_on.contains(&mode.name),
        of_platform: mode.scope != Scope::Global && !mode.application_only,
    }
}
