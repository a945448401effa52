//! What of a standby is paid for (DR-07): the machines that stand by, and all of them while they get ready or serve.
//!
//! The first part is always paid for in full. Sets whose machines change are metered machine by machine, whatever they are for.

use crate::design::Design;
use crate::failover::{Failover, Pattern};
use crate::structure::Structure;
use crate::world::World;
use zonefall_engine::SimTime;

/// Machines of a set that do not run, and are not paid for, while it stands by in a failover group.
fn idle(design: &Design, failover: &Failover, set: usize) -> u32 {
    let set = &design.sets[set];
    match &failover.pattern {
        Pattern::Standby(standby) if set.management.is_none() => {
            let stand = (u64::from(set.capacity) * u64::from(standby.standing_milli)).div_ceil(1000) as u32;
            set.capacity - stand.min(set.capacity)
        }
        _ => 0,
    }
}

/// The parts that stand by at the beginning, with their sets.
fn standing(service: &Structure) -> impl Iterator<Item = (&Failover, Vec<u32>)> {
    service.failovers.iter().flat_map(move |failover| {
        let parts = service.parts_of(failover.node as usize).iter().skip(1);
        parts.map(move |&part| (failover, service.sets_within(part as usize)))
    })
}

/// Machines of a set that are not paid for as long as nothing happens: it stands by.
pub(crate) fn idle_as_designed(design: &Design, set: usize) -> u32 {
    let Some(service) = design.structure() else { return 0 };
    let within = standing(service).find(|(_, sets)| sets.contains(&(set as u32)));
    within.map_or(0, |(failover, _)| idle(design, failover, set))
}

impl World {
    /// Machines of standbys begin or cease to be paid for.
    pub(super) fn pay_for_parts(&mut self, at: usize, failover: &Failover, t: SimTime) {
        if !self.meters.is_active() {
            return;
        }
        for part in 0..self.routing[at].views.len() {
            let runs = part == 0 || self.routing[at].watch.runs(part as u32);
            if self.routing[at].paid[part] == runs {
                continue;
            }
            self.routing[at].paid[part] = runs;
            for index in 0..self.routing[at].sets[part].len() {
                let set = self.routing[at].sets[part][index] as usize;
                let machines = i64::from(idle(&self.design, failover, set));
                self.meter_standby(set, if runs { machines } else { -machines }, t);
            }
        }
    }
}
