//! The components of a service: where they stand, and what takes them down.
//!
//! A component fails by its own mode (an outage of no racks, whose cause names it), and with the ground that it stands on: a
//! keyed rack of each of its zones, when an outage of a hall, a zone, a region or everything reaches it. After a shock each
//! seat recovers by a draw of its own. Slow-downs, evictions and bad health are things of machines.

use crate::balancer::ProbeTimes;
use crate::design::Design;
use crate::parts::WHOLE;
use crate::pending::Pending;
use crate::structure::Footing;
use crate::world::World;
use zonefall_engine::{SimTime, name_tag};
use zonefall_faults::{Effect, Outage, RackOutage, Scope, Strikes};
use zonefall_topology::{Topology, ZoneId};

/// Purpose of a component's luck: its recovery from a shock.
const RECOVERY: u64 = 9;

/// A place that a component stands on.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    /// Its node in the service.
    part: u32,
    /// Its own failure, by number.
    own: Option<u16>,
    /// Which of its seats.
    number: u32,
    rack: u32,
    /// The least that must happen to take it.
    reach: Scope,
    /// Whose luck.
    who: u64,
}

/// The seats of a design's components, where the causes have these names.
pub(crate) fn seats(design: &Design, causes: &[String], topology: &Topology) -> Vec<Seat> {
    let mut all = Vec::new();
    let Some(service) = design.structure() else { return all };
    for (part, component) in service.components() {
        let who = name_tag(&service.nodes[part].name);
        let own = component.cause.as_ref().and_then(|of| causes.iter().position(|cause| cause == of));
        let in_zone = |zone: ZoneId| {
            let racks = topology.racks_of(zone);
            racks.start + (who % racks.len().max(1) as u64) as u32
        };
        let (racks, reach): (Vec<u32>, Scope) = match component.footing {
            Footing::Global => (vec![0], Scope::Global),
            Footing::Region(region) => (vec![topology.racks_of_region(region).start], Scope::Region),
            Footing::Zone(zone) => (vec![in_zone(zone)], Scope::Hall),
            Footing::Zones { region, .. } => (topology.zones_of(region).map(in_zone).collect(), Scope::Hall),
        };
        let seat = |(number, rack)| Seat {
            part: part as u32,
            own: own.map(|cause| cause as u16),
            number,
            rack,
            reach,
            who: who.wrapping_add(u64::from(number)),
        };
        all.extend((0..).zip(racks).map(seat));
    }
    all
}

impl World {
    /// An outage begins or ends: components that it reaches go down or come back.
    #[inline(never)]
    pub(crate) fn components_feel(
        &mut self,
        outage: RackOutage,
        cause: u16,
        ends: bool,
        t: SimTime,
        strikes: &Strikes,
    ) {
        let mode = strikes.storm_modes().mode_of(cause);
        if !matches!(mode.effect, Effect::Down | Effect::Frozen) {
            return;
        }
        let shock = self.causes[cause as usize].shock.is_some();
        if shock && ends {
            return;
        }
        let hit = outage.first_rack..outage.first_rack + outage.racks;
        let spared = self.suppressed.as_ref().map_or(0..0, crate::suppressed::Suppressed::racks);
        for at in 0..self.seats.len() {
            let seat = &self.seats[at];
            if mode.scope == Scope::Component {
                if seat.own == Some(cause) && seat.number == 0 {
                    self.take(seat.part, cause, WHOLE, ends, t);
                }
                continue;
            }
            if mode.scope < seat.reach || !hit.contains(&seat.rack) || spared.contains(&seat.rack) {
                continue;
            }
            let (part, number, who) = (seat.part, seat.number, seat.who);
            self.take(part, cause, number, ends, t);
            if let (true, Outage::Law(law)) = (shock, &mode.outage) {
                let back = t.after(law.draw(&mut self.luck_by(who, t, RECOVERY).stream()));
                self.pending.push(back, Pending::Recovered { seat: at as u32, cause }.tag());
            }
        }
    }

    /// A component has recovered on a seat from a shock.
    pub(crate) fn seat_recovers(&mut self, seat: u32, cause: u16, t: SimTime) {
        let Some(Seat { part, number, .. }) = self.seats.get(seat as usize) else { return };
        self.take(*part, cause, *number, true, t);
    }

    fn take(&mut self, part: u32, cause: u16, seat: u32, ends: bool, t: SimTime) {
        self.book.settle(t, &self.measure);
        if let Some(parts) = &mut self.book.parts {
            parts.hold_down(part as usize, cause, seat, ends);
        }
    }

    /// Whether a machine does nothing but jobs.
    #[inline]
    pub(crate) fn only_works(&self, at: usize) -> bool {
        self.book.workers().is_some_and(|workers| self.part_of(at) == workers)
    }

    /// What finds a machine dead, or alive again: nobody sends a request to those that do nothing but jobs.
    #[inline]
    pub(crate) fn probes_of(&self, at: usize) -> Option<ProbeTimes> {
        self.probes.filter(|_| !self.only_works(at))
    }

    /// The part of the service that a machine's set is in.
    #[inline]
    pub(crate) fn part_of(&self, at: usize) -> u32 {
        self.sets[self.machines[at].set as usize].part
    }
}
