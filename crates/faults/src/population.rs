//! Who can be struck: the union, over all designs of a study, of the instances and hosts that somebody occupies.
//!
//! An instance is named by its slot (scale set, zone, ordinal), never by an id of a machine, so that the same slot has
//! the same luck in every design. Numbers are dense over the union and differ from study to study; luck is keyed by
//! the group's tag and the ordinal, which do not.

use std::ops::Range;
use zonefall_engine::{Key, name_tag};
use zonefall_topology::{HostId, Topology, ZoneId};

/// The slots of one scale set in one zone (or of a regional set, whose zone is hidden).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceGroup {
    /// `web/eastus/1` or `web/eastus`.
    pub name: String,
    /// What its luck is keyed by.
    pub tag: u64,
    /// Its first instance's number.
    pub first: u32,
    /// How many slots, the most of any design.
    pub count: u32,
}

/// The occupied hosts of a zone, numbered layer by layer: the first host of every rack, then the second, and so on.
#[derive(Debug, Clone)]
pub(crate) struct HostGroup {
    pub tag: u64,
    pub first_host: u32,
    pub racks: u32,
    pub hosts_per_rack: u32,
    /// Layered numbers below this one may be occupied.
    pub count: u32,
}

impl HostGroup {
    /// The host with a layered number.
    #[inline]
    pub fn host(&self, layered: u32) -> u32 {
        self.first_host + (layered % self.racks) * self.hosts_per_rack + layered / self.racks
    }

    /// The same, if some design has a machine there.
    #[inline]
    pub fn occupied(&self, layered: u32, population: &Population) -> Option<u32> {
        if layered >= self.count {
            return None;
        }
        let host = self.host(layered);
        population.is_occupied(host).then_some(host)
    }
}

/// The union of all designs' slots and hosts.
#[derive(Debug, Clone)]
pub struct Population {
    groups: Vec<InstanceGroup>,
    instances: u32,
    hosts: Vec<HostGroup>,
    occupied: Vec<u64>,
}

impl Population {
    /// Nobody yet, on a topology.
    pub fn new(topology: &Topology) -> Self {
        let group = |zone: ZoneId| {
            let first_rack = zonefall_topology::RackId(topology.racks_of(zone).start);
            HostGroup {
                tag: name_tag(&topology.zone_name(zone)),
                first_host: topology.hosts_of(first_rack).start,
                racks: topology.racks_in(zone),
                hosts_per_rack: topology.hosts_per_rack(zone),
                count: 0,
            }
        };
        Self {
            groups: Vec::new(),
            instances: 0,
            hosts: topology.zone_ids().map(group).collect(),
            occupied: vec![0; topology.host_count().div_ceil(64) as usize],
        }
    }

    /// Makes room for `count` slots in the group called `name`. Call [`Population::number`] once all designs are in.
    pub fn add_slots(&mut self, name: &str, count: u32) {
        match self.groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.count = group.count.max(count),
            None => self.groups.push(InstanceGroup { name: name.into(), tag: name_tag(name), first: 0, count }),
        }
    }

    /// Numbers the slots.
    pub fn number(&mut self) {
        self.instances = 0;
        for group in &mut self.groups {
            group.first = self.instances;
            self.instances += group.count;
        }
    }

    /// Marks a host as occupied.
    pub fn occupy(&mut self, topology: &Topology, host: HostId) {
        self.occupied[host.0 as usize / 64] |= 1 << (host.0 % 64);
        let zone = topology.zone_of(topology.rack_of(host));
        let group = &mut self.hosts[zone.0 as usize];
        let within = host.0 - group.first_host;
        let layered = (within % group.hosts_per_rack) * group.racks + within / group.hosts_per_rack;
        group.count = group.count.max(layered + 1);
    }

    /// Whether some design has a machine on this host.
    #[inline]
    pub fn is_occupied(&self, host: u32) -> bool {
        self.occupied[host as usize / 64] >> (host % 64) & 1 == 1
    }

    /// The number of slots.
    pub fn instance_count(&self) -> u32 {
        self.instances
    }

    /// The slot groups.
    pub fn groups(&self) -> &[InstanceGroup] {
        &self.groups
    }

    /// The numbers of a group's slots.
    pub fn slots(&self, name: &str) -> Option<Range<u32>> {
        self.groups.iter().find(|group| group.name == name).map(|group| group.first..group.first + group.count)
    }

    /// A number that two populations share only if they have the same slots and the same occupied hosts.
    pub fn fingerprint(&self) -> u64 {
        let slots = self.groups.iter().map(|group| (group.tag, u64::from(group.count)));
        let hosts = self.occupied.iter().enumerate().filter(|&(_, &bits)| bits != 0);
        let hosts = hosts.map(|(at, &bits)| (at as u64, bits));
        let key = slots.chain(hosts).fold(Key::root(0), |key, (x, y)| key.part(x, y));
        key.word(0)
    }

    pub(crate) fn host_groups(&self) -> &[HostGroup] {
        &self.hosts
    }

    /// What a host's luck is keyed by: its zone's tag and its place there.
    #[inline]
    pub fn host_key(&self, host: u32) -> (u64, u64) {
        let at = self.hosts.partition_point(|group| group.first_host <= host);
        let group = &self.hosts[at.saturating_sub(1)];
        (group.tag, u64::from(host - group.first_host))
    }

    /// What an instance's luck is keyed by: its group's tag and its ordinal.
    #[inline]
    pub fn instance_key(&self, instance: u32) -> (u64, u64) {
        let at = self.groups.partition_point(|group| group.first <= instance);
        let group = &self.groups[at.saturating_sub(1)];
        (group.tag, u64::from(instance - group.first))
    }

    /// `web/eastus/1/0`.
    pub fn instance_name(&self, instance: u32) -> String {
        let at = self.groups.partition_point(|group| group.first <= instance);
        let group = &self.groups[at.saturating_sub(1)];
        format!("{}/{}", group.name, instance - group.first)
    }

    /// The instance called `web/eastus/1/0`.
    pub fn find_instance(&self, name: &str) -> Option<u32> {
        let (group, ordinal) = name.rsplit_once('/')?;
        let slots = self.slots(group)?;
        let instance = slots.start.checked_add(ordinal.parse().ok()?)?;
        slots.contains(&instance).then_some(instance)
    }
}
