//! Whether anything that is drawn can reach a design at all.
//!
//! In: a study and one of its designs. Out: true unless it is certain that every trial of the design is the same. Then what one trial
//! shows is no estimate: its figures are exact. Such a design is struck by a script or by nothing, takes the same time for
//! whatever it does, and meets a demand without noise.
//!
//! Only what is certain counts: whatever is not taken apart here (managed sets, failover, planned maintenance, hidden zones that
//! are struck) is taken for drawn, and its figures stay estimates. Structs are taken apart field by field, so a field that is new
//! does not compile before somebody has said here whether chance is in it.

use crate::study::Study;
use zonefall_engine::{Law, Shape};
use zonefall_faults::{Kind, Mode, Scope};
use zonefall_fleet::{Design, ScaleSet, Service, StartState, Structure};

/// Whether something that is drawn may reach the design.
pub(crate) fn reaches(study: &Study, design: &Design) -> bool {
    let mut modes = study.profile.modes.iter().filter(|mode| strikes(mode, design)).peekable();
    let struck = modes.peek().is_some();
    let drawn = struck && (study.replay.is_none() || modes.any(draws));
    drawn || is_in(design, struck)
}

/// Whether a mode may have an effect on anything that the design is made of.
fn strikes(mode: &Mode, design: &Design) -> bool {
    match mode.scope {
        Scope::Global => design.depends_on.contains(&mode.name),
        Scope::Component => design.structure().is_some(),
        _ => true,
    }
}

/// Whether a recorded strike of the mode leaves something to be drawn.
fn draws(mode: &Mode) -> bool {
    // When it strikes, whom, for how long and with what warning is in the record; where it comes from concerns nobody.
    let Mode {
        name: _,
        scope: _,
        effect: _,
        time_to_failure: _,
        repeat: _,
        outage: _,
        share: _,
        staged: _,
        restart,
        recovery: _,
        kind,
        start: _,
        clock: _,
        crews,
        predicted: _,
        common_cause: _,
        control_plane: _,
        surge,
        heals,
        application_only: _,
        evidence: _,
    } = mode;
    let may_wait = crews.is_some() || surge.is_some() || *heals;
    *kind != Kind::Outage || mode.depends_on_history() || may_wait || restart.as_ref().is_some_and(varies)
}

/// Whether chance is in the design itself; `struck` if its machines may go down.
fn is_in(design: &Design, struck: bool) -> bool {
    let Design {
        name: _,
        sets,
        balancer,
        demand,
        jobs,
        service,
        need: _,
        sla: _,
        agreements: _,
        depends_on: _,
        healing_needs_control_plane: _,
        quota: _,
        zone_down_milli: _,
        bought: _,
        maintenance,
    } = design;
    // The phase of probes is drawn; where nothing goes down, no probe finds anything.
    struck && (balancer.is_some() || maintenance.is_some())
        || demand.as_ref().is_some_and(|demand| demand.is_noisy())
        || jobs.as_ref().is_some_and(|jobs| jobs.sigma > 0.0)
        || sets.iter().any(|set| is_in_set(set, struck, balancer.is_some()))
        || is_in_service(service)
        || design.structure().is_some_and(is_in_parts)
}

fn is_in_set(set: &ScaleSet, struck: bool, probed: bool) -> bool {
    let ScaleSet {
        name: _,
        region: _,
        zones,
        capacity: _,
        spreading: _,
        hidden_zone: _,
        placement_groups: _,
        disk_elsewhere,
        serves_milli: _,
        boot,
        warm_up,
        slow_start,
        start,
        management,
    } = set;
    let is_hidden = zones.is_empty() || *disk_elsewhere > 0.0;
    let creating = match start {
        StartState::Running => false,
        StartState::Creating(law) => probed || varies(law) || varies(warm_up),
    };
    let again = is_hidden || varies(boot) || varies(warm_up);
    struck && again || creating || slow_start.as_ref().is_some_and(|slow| varies(&slow.time)) || management.is_some()
}

fn is_in_service(service: &Service) -> bool {
    // Retries, waiting and sessions are fluids: expected numbers, solved for.
    let Service {
        latency: _,
        ways: _,
        retry: _,
        blips: _,
        sessions: _,
        ceiling: _,
        gateway,
        drain: _,
        patience: _,
        spreads_evenly: _,
    } = service;
    gateway.as_ref().is_some_and(|gateway| varies(&gateway.grows_in))
}

fn is_in_parts(service: &Structure) -> bool {
    // The rack of a zone that a component stands on goes by its name, so it is the same in every trial; what takes a component by itself,
    // and what it recovers from by luck, are modes.
    !service.failovers.is_empty()
}

/// Whether a law has more than one value.
fn varies(law: &Law) -> bool {
    match law.shape() {
        Shape::Constant(_) => false,
        Shape::Uniform(low, high) => low < high,
        Shape::Empirical(values) => values.first() != values.last(),
        _ => true,
    }
}
