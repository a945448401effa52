//! SL-02: whether the machines qualify for Azure's promise now. The clock of maximum available minutes runs while enough of
//! them, in enough zones, have been started by the customer and not stopped; what fails meanwhile is down time, what the
//! customer stops is not. Spot machines do not count (SL-03), nor those that nobody asked for.

use crate::design::{Design, SlaTerms};
use crate::world::World;
use zonefall_engine::SimTime;
use zonefall_topology::Topology;

/// Started machines of a design; idle where nothing changes them or no promise is made.
#[derive(Debug, Default)]
pub(crate) struct Promise {
    least_machines: u32,
    least_zones: u32,
    machines: u32,
    /// By zone; empty where the promise asks for none.
    by_zone: Vec<u32>,
    zones: u32,
}

zonefall_engine::pooled_clone!(Promise { least_machines, least_zones, machines, by_zone, zones });

impl Promise {
    pub fn new(design: &Design, topology: &Topology) -> Self {
        design
            .sla
            .as_ref()
            .filter(|_| design.is_managed())
            .map_or_else(Self::default, |terms| Self::of(terms, topology))
    }

    /// Of one promise.
    pub fn of(terms: &SlaTerms, topology: &Topology) -> Self {
        let zones = if terms.least_zones > 0 { topology.zone_count() as usize } else { 0 };
        let (least_machines, least_zones) = (terms.least_machines, terms.least_zones);
        Self { least_machines, least_zones, by_zone: vec![0; zones], ..Self::default() }
    }

    #[inline]
    pub fn is_active(&self) -> bool {
        self.least_machines > 0
    }

    pub fn begin(&mut self) {
        self.machines = 0;
        self.zones = 0;
        self.by_zone.fill(0);
    }

    pub fn qualifies(&self) -> bool {
        self.machines >= self.least_machines && self.zones >= self.least_zones
    }

    /// One machine more counts, or one less.
    pub fn count(&mut self, zone: Option<usize>, starts: bool) {
        self.machines = self.machines.wrapping_add_signed(if starts { 1 } else { -1 });
        let Some(here) = zone.and_then(|zone| self.by_zone.get_mut(zone)) else { return };
        *here = here.wrapping_add_signed(if starts { 1 } else { -1 });
        if starts && *here == 1 {
            self.zones += 1;
        } else if !starts && *here == 0 {
            self.zones -= 1;
        }
    }
}

impl World {
    /// Whether a machine counts for the promise now; none does where there is no promise.
    #[inline]
    pub(crate) fn is_promised(&self, at: usize) -> bool {
        self.manager.promise.is_active() && self.manager.slots[at].is_promised()
    }

    /// A slot has changed, whose machine counted for the promise or not: that may be otherwise now.
    #[inline]
    pub(crate) fn see_promise(&mut self, at: usize, counted: bool, t: SimTime) {
        if self.manager.promise.is_active() {
            let now = self.manager.slots[at].is_promised();
            if counted != now {
                self.count_for_promise(self.manager.slots[at].group as usize, now, t);
            }
        }
        self.see_uptime(at, t);
    }

    /// A machine that was started again is up.
    pub(crate) fn is_started(&mut self, at: usize, t: SimTime) {
        let counted = self.is_promised(at);
        self.manager.slots[at].starts = false;
        self.see_promise(at, counted, t);
    }

    fn count_for_promise(&mut self, group: usize, starts: bool, t: SimTime) {
        let zone = self.manager.groups[group].zone.map(|zone| zone.0 as usize);
        self.manager.promise.count(zone, starts);
        let stands = !self.manager.promise.qualifies();
        if stands != self.book.clock_stands {
            self.book.settle(t, &self.measure);
            self.book.clock_stands = stands;
        }
    }
}
