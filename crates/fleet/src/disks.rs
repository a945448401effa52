//! DK-06: disks of regional machines that stand in another zone than their machines. A dark rack stops the machines on it
//! and those whose disks are there (HL-03); they start again once both are back.

use crate::machine::RACK_OUT;
use crate::world::World;
use zonefall_engine::{Law, SimTime};
use zonefall_faults::Strikes;
use zonefall_topology::{RackId, ZoneId};

/// A machine whose disk stands elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FarDisk {
    pub rack: u32,
    pub machine: u32,
}

impl World {
    /// Draws where the disks of regional machines stand in this trial.
    pub(crate) fn place_disks(&mut self) {
        self.far_disks.clear();
        for group in self.slots.iter().filter(|group| group.zone.is_none()) {
            let set = &self.design.sets[group.set as usize];
            let zones = self.topology.region(set.region).zones;
            if set.disk_elsewhere <= 0.0 || zones < 2 {
                continue;
            }
            let luck = self.luck.named("disk zone").named(&set.name);
            for (ordinal, number) in group.numbers.clone().enumerate() {
                let mut stream = luck.part(ordinal as u64, 0).stream();
                if stream.unit() >= set.disk_elsewhere {
                    continue;
                }
                let machine = self.position_of[number as usize];
                let own = self.topology.zone_of(RackId(self.rack_of(machine as usize)));
                let step = 1 + stream.below(u64::from(zones) - 1) as u32;
                let index = (self.topology.zone_number(own) - 1 + step) % zones + 1;
                let zone = self.topology.zone(set.region, index).unwrap_or(ZoneId(0));
                let racks = self.topology.racks_of(zone);
                let rack = racks.start + stream.below(racks.len() as u64) as u32;
                self.far_disks.push(FarDisk { rack, machine });
            }
        }
        self.far_disks.sort_unstable();
    }

    /// The machines whose disks stand on a rack, by their places among the far disks.
    fn far_disks_on(&self, rack: u32) -> std::ops::Range<usize> {
        let from = self.far_disks.partition_point(|disk| disk.rack < rack);
        let to = self.far_disks.partition_point(|disk| disk.rack <= rack);
        from..to
    }

    /// A rack has gone dark, or is hit again: machines elsewhere lose their disks, and those that only paused what they kept.
    pub(crate) fn disks_fail(&mut self, rack: u32, cause: u16, t: SimTime) {
        for at in self.far_disks_on(rack) {
            let machine = self.far_disks[at].machine as usize;
            if self.machines[machine].marks & RACK_OUT == 0 {
                self.halt(machine, RACK_OUT, cause, t);
            } else {
                self.is_hit_again(machine, cause, t);
            }
        }
    }

    /// A rack is back: machines elsewhere that were stopped for their disks start, if their own rack is lit.
    pub(crate) fn disks_return(
        &mut self,
        rack: u32,
        (cause, needs): (u16, u32),
        restart: Option<&Law>,
        t: SimTime,
        strikes: &Strikes,
    ) {
        for at in self.far_disks_on(rack) {
            let machine = self.far_disks[at].machine as usize;
            self.machines[machine].marks |= needs;
            let mark = if self.rack_depth[self.rack_of(machine) as usize] == 0 { RACK_OUT } else { 0 };
            self.free(machine, mark, cause, restart, t, strikes);
        }
    }

    /// The disk of a machine that stands on another rack than it.
    fn far_disk_of(&self, machine: usize) -> Option<&FarDisk> {
        self.far_disks.iter().find(|disk| disk.machine as usize == machine)
    }

    /// Whether the disk of a machine stands on another rack that is dark.
    pub(crate) fn disk_is_dark(&self, machine: usize) -> bool {
        self.far_disk_of(machine).is_some_and(|disk| self.rack_depth[disk.rack as usize] > 0)
    }

    /// What darkens the rack of a machine, or that of its disk; what began first comes first.
    pub(crate) fn darkened_by(&self, machine: usize) -> impl Iterator<Item = u16> + '_ {
        let own = self.rack_of(machine);
        let disk = self.far_disk_of(machine).map_or(own, |disk| disk.rack);
        let here = self.rack_active.iter().filter(move |(rack, _)| [own, disk].contains(rack));
        here.map(|&(_, cause)| cause)
    }
}
