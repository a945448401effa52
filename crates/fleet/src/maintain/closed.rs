//! Hosts under maintenance: until a step is over no new machine is put on its hosts.
//!
//! In: the groups that steps take, and until when. Out: whether a host takes machines. Kept only where machines may come
//! and go during a trial.

use super::steps::Group;
use crate::world::World;
use std::ops::Range;
use zonefall_engine::SimTime;
use zonefall_topology::RackId;

/// Neighbouring hosts that take no new machine.
#[derive(Debug, Clone)]
pub(super) struct Closed {
    hosts: Range<u32>,
    until: SimTime,
}

impl World {
    /// A step takes a rack: all of its hosts are closed.
    pub(super) fn close_rack(&mut self, group: Group, until: SimTime, t: SimTime) {
        if let Group::Rack(rack) = group {
            let hosts = self.topology.hosts_of(RackId(rack));
            self.close(hosts, until, t);
        }
    }

    /// A step takes one machine, of an update domain or of a window: its host is closed.
    pub(super) fn close_host(&mut self, group: Group, at: usize, until: SimTime, t: SimTime) {
        if !matches!(group, Group::Rack(_)) && self.manager.is_active() {
            let host = self.host_of(at).0;
            self.close(host..host + 1, until, t);
        }
    }

    fn close(&mut self, hosts: Range<u32>, until: SimTime, t: SimTime) {
        if self.manager.is_active() && until > t {
            self.passages.closed.retain(|closed| closed.until > t);
            self.passages.closed.push(Closed { hosts, until });
        }
    }

    /// Whether the host of a slot is under maintenance.
    pub(crate) fn is_maintained(&self, at: usize, t: SimTime) -> bool {
        if self.passages.closed.is_empty() {
            return false;
        }
        let host = self.host_of(at).0;
        self.passages.closed.iter().any(|closed| t < closed.until && closed.hosts.contains(&host))
    }
}
