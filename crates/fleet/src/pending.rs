//! What a fleet has pending, packed into a calendar tag: class, mode, unit. The class order breaks ties in time.

use crate::maintain::Upkeep;
use crate::reach::Touched;

/// A pending event. Units are machines by position, or hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pending {
    /// The demand changes.
    Demand,
    /// A batch of jobs comes, a deadline passes, or late jobs may be done.
    Jobs,
    /// Instances of an application gateway come, or may go.
    Gateway,
    /// With the requests that wait in line it stands otherwise.
    Line,
    /// A component recovers on a seat from a shock.
    Recovered { seat: u32, cause: u16 },
    /// A machine's repair of one mode ends; a predicted strike was only a pause. `epoch` tells machines apart that stood
    /// in the same slot after each other.
    Repaired { mode: u32, machine: u32, predicted: bool, epoch: u16 },
    /// A host's repair of one mode ends.
    HostRepaired { mode: u32, host: u32 },
    /// A life of a mode that depends on history ends.
    LifeEnds { mode: u32, unit: u32 },
    /// A machine has restarted, booted and warmed up.
    Ready { machine: u32 },
    /// A machine has served long enough to serve in full.
    Warm { machine: u32 },
    /// Probes notice that a machine is dead.
    Noticed { machine: u32 },
    /// Probes readmit a machine.
    Readmitted { machine: u32 },
    /// Clients wait no longer for a machine that kept their sessions.
    GivenUp { machine: u32 },
    /// Something that a managed set waits for; `unit` is a machine, one on its way out, a set or a change.
    Due { what: Due, unit: u32 },
    /// The next step of a wave of maintenance, or its owner's next redeployment.
    Upkeep { what: Upkeep, passage: u32 },
    /// A failover group is looked at.
    Routed { group: u32 },
    /// A machine has booted after a fault of the platform, and can be reached.
    Reached,
}

/// What a managed set waits for. The order breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Due {
    /// A machine has been created and boots no longer; its application may still warm up.
    Created,
    /// A creation times out.
    CreateTimeout,
    /// A machine is gone, or an attempt to delete it has failed; the unit is one on its way out.
    Deleted,
    /// A notice of termination is over.
    Terminate,
    /// A standby machine is ready; the unit is a slot group.
    Standby,
    /// A repair of a machine in place is over.
    Repaired,
    /// The grace of a repair's product is over.
    Product,
    /// A machine may have become unhealthy for long enough to be repaired.
    Repair,
    /// The next look of automatic repairs at those that wait; the unit is a set.
    Look,
    /// An operation of automatic zone balance may begin; the unit is a set.
    Rebalance,
    /// The operation's new machine is healthy, or the wait is over; the unit is a set.
    Rebalanced,
    /// An evicted machine is tried to be restored.
    Restore,
    /// A change is made; the unit is a change.
    Change,
    /// The service has been short for long enough; the unit is a change.
    Short,
    /// A change is taken back; the unit is a change.
    Back,
    /// Another profile of autoscale is in force, or it sees what others changed; the unit is a set that autoscales.
    Profile,
    /// An evaluation of autoscale that may come to something; the unit is a set that autoscales.
    Autoscale,
    /// A machine has got another model.
    Upgraded,
    /// A bad release shows on a machine.
    Symptom,
    /// The next step of a rollout; the unit is a set.
    Rollout,
    /// A release happens; the unit is one of the design's releases.
    Release,
    /// The operator takes a bad release back; the unit is a set.
    Rollback,
}

impl Due {
    const ALL: [Self; 22] = [
        Self::Created,
        Self::CreateTimeout,
        Self::Deleted,
        Self::Terminate,
        Self::Standby,
        Self::Repaired,
        Self::Product,
        Self::Repair,
        Self::Look,
        Self::Rebalance,
        Self::Rebalanced,
        Self::Restore,
        Self::Change,
        Self::Short,
        Self::Back,
        Self::Profile,
        Self::Autoscale,
        Self::Upgraded,
        Self::Symptom,
        Self::Rollout,
        Self::Release,
        Self::Rollback,
    ];
}

const fn tag(class: u64, mode: u32, unit: u32) -> u64 {
    class << 56 | (mode as u64) << 48 | unit as u64
}

impl Pending {
    #[inline]
    pub const fn tag(self) -> u64 {
        match self {
            Self::Demand => tag(0, 0, 0),
            Self::Jobs => tag(0, 0, 1),
            Self::Gateway => tag(0, 0, 2),
            Self::Line => tag(0, 0, 3),
            Self::Recovered { seat, cause } => tag(0, 1, seat) | (cause as u64) << 32,
            Self::Repaired { mode, machine, predicted, epoch } => {
                tag(1, mode | (predicted as u32) << 7, machine) | (epoch as u64) << 32
            }
            Self::HostRepaired { mode, host } => tag(2, mode, host),
            Self::LifeEnds { mode, unit } => tag(3, mode, unit),
            Self::Ready { machine } => tag(4, 0, machine),
            Self::Warm { machine } => tag(4, 1, machine),
            Self::Noticed { machine } => tag(5, 0, machine),
            Self::Readmitted { machine } => tag(6, 0, machine),
            Self::GivenUp { machine } => tag(6, 1, machine),
            Self::Due { what, unit } => tag(7, what as u32, unit),
            Self::Upkeep { what, passage } => tag(8, what as u32, passage),
            Self::Routed { group } => tag(9, 0, group),
            Self::Reached => tag(10, 0, 0),
        }
    }

    #[inline]
    pub const fn from_tag(tag: u64) -> Self {
        let (mode, unit) = ((tag >> 48) as u32 & 0xff, tag as u32);
        match tag >> 56 {
            0 if mode == 1 => Self::Recovered { seat: unit, cause: (tag >> 32) as u16 },
            0 if unit == 0 => Self::Demand,
            0 if unit == 1 => Self::Jobs,
            0 if unit == 2 => Self::Gateway,
            0 => Self::Line,
            1 => Self::Repaired { mode: mode & 0x7f, machine: unit, predicted: mode > 0x7f, epoch: (tag >> 32) as u16 },
            2 => Self::HostRepaired { mode, host: unit },
            3 => Self::LifeEnds { mode, unit },
            4 if mode == 1 => Self::Warm { machine: unit },
            4 => Self::Ready { machine: unit },
            5 => Self::Noticed { machine: unit },
            6 if mode == 1 => Self::GivenUp { machine: unit },
            6 => Self::Readmitted { machine: unit },
            7 => Self::Due { what: Due::ALL[mode as usize], unit },
            8 => Self::Upkeep { what: Upkeep::ALL[mode as usize], passage: unit },
            9 => Self::Routed { group: unit },
            _ => Self::Reached,
        }
    }

    /// Who may be reached since.
    #[inline]
    pub const fn touches(self) -> Touched {
        match self {
            Self::Demand | Self::Jobs | Self::Gateway | Self::Line | Self::Recovered { .. } | Self::Routed { .. } => {
                Touched::Nobody
            }
            Self::Repaired { machine, .. }
            | Self::Ready { machine }
            | Self::Warm { machine }
            | Self::Noticed { machine }
            | Self::Readmitted { machine }
            | Self::GivenUp { machine } => Touched::One(machine),
            Self::HostRepaired { .. }
            | Self::LifeEnds { .. }
            | Self::Due { .. }
            | Self::Upkeep { .. }
            | Self::Reached => Touched::Any,
        }
    }

    /// The tags of all `Ready` events of a range of machines.
    pub fn ready_tags(machines: std::ops::Range<u32>) -> std::ops::Range<u64> {
        tag(4, 0, machines.start)..tag(4, 0, machines.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_lossless_and_ordered_by_class() {
        let all = [
            Pending::Demand,
            Pending::Jobs,
            Pending::Gateway,
            Pending::Line,
            Pending::Recovered { seat: 7, cause: 300 },
            Pending::Repaired { mode: 23, machine: 9, predicted: true, epoch: u16::MAX },
            Pending::HostRepaired { mode: 1, host: 8 },
            Pending::LifeEnds { mode: 2, unit: 7 },
            Pending::Ready { machine: u32::MAX },
            Pending::Warm { machine: 3 },
            Pending::Noticed { machine: 0 },
            Pending::Readmitted { machine: 5 },
            Pending::GivenUp { machine: 2 },
            Pending::Due { what: Due::CreateTimeout, unit: 6 },
            Pending::Due { what: Due::Back, unit: 0 },
            Pending::Due { what: Due::Autoscale, unit: 0 },
            Pending::Upkeep { what: Upkeep::Step, passage: 3 },
            Pending::Upkeep { what: Upkeep::Redeploy, passage: 0 },
            Pending::Upkeep { what: Upkeep::Begin, passage: 0 },
            Pending::Routed { group: 3 },
            Pending::Reached,
        ];
        assert!(all.windows(2).all(|pair| pair[0].tag() < pair[1].tag()));
        assert!(all.iter().all(|&pending| Pending::from_tag(pending.tag()) == pending));
        assert!(Due::ALL.iter().enumerate().all(|(at, &due)| due as usize == at));
        assert!(Pending::ready_tags(3..5).contains(&Pending::Ready { machine: 4 }.tag()));
    }
}
