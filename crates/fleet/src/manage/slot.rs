//! What a slot of a managed set holds, and what its zone has to give.

use super::order::NOBODY;
use crate::policy::health::Trouble;
use zonefall_engine::SimTime;

/// What a slot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing.
    Vacant,
    /// A machine that does not run yet for the first time.
    Creating,
    /// A machine; it may well be down.
    Running,
    /// A machine whose creation failed for good; it counts (RC-07).
    Failed,
    /// A machine without hardware; it counts (OM-09).
    Deallocated,
    /// A machine that serves until its notice is over; it no longer counts.
    Terminating,
}

impl State {
    /// Whether the machine counts as an instance of its set.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Creating | Self::Running | Self::Failed | Self::Deallocated)
    }

    /// Whether it counts for the balance of zones (ZB-01): not what failed to be created.
    pub const fn balances(self) -> bool {
        matches!(self, Self::Creating | Self::Running | Self::Deallocated)
    }

    /// Whether there is data on its disk: it has run, and is not on its way out.
    pub const fn has_data(self) -> bool {
        matches!(self, Self::Running | Self::Terminating | Self::Deallocated)
    }

    /// Whether it holds hardware (CR-03).
    pub const fn is_allocated(self) -> bool {
        matches!(self, Self::Creating | Self::Running | Self::Terminating)
    }
}

/// A slot and the machine in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub state: State,
    /// Machines that stood here before.
    pub epoch: u16,
    /// Its slot group.
    pub group: u32,
    pub rack: u32,
    /// What its luck is keyed by.
    pub who: u64,
    /// OM-08: never used again in its set.
    pub id: u32,
    pub created: SimTime,
    /// When its data began to be written.
    pub data_since: SimTime,
    pub spot: bool,
    /// IM-02: its size, by the order in which those of its set's mix are tried.
    pub size: u8,
    /// OV-01: one more than asked for.
    pub extra: bool,
    /// OV-01: it is one of overprovisioning that is not paid for.
    pub free: bool,
    /// RC-02: made by the creation of its set or by a scale-out.
    pub scale_out: bool,
    /// AZ-05: it is being made or deleted by a change of its set.
    pub of_change: bool,
    /// Being repaired, or (a new machine) the repair of another one.
    pub repairing: bool,
    /// Its repair was held up by strict balance, and counted as such.
    pub blocked: bool,
    /// DK-04: its data disk was detached, or is attached to it before it serves.
    pub data_moved: bool,
    /// Its data disk cannot be reached.
    pub disk_dark: bool,
    /// SL-02: it was started again, and has not been up since.
    pub starts: bool,
    /// Runs, and its application says that it is well.
    pub well: bool,
    /// Since when it is well or not.
    pub since: SimTime,
    pub trouble: Trouble,
    /// HM-05: since when, or from when on, its system is up and its health extension runs: never, if it does not boot.
    pub up_at: SimTime,
    /// HM-05: it has been known to be well since then, and is no longer initializing.
    pub decided: bool,
    /// AR-04.
    pub grace_until: SimTime,
    /// The wait that its state is in.
    pub due: SimTime,
    pub repair_due: SimTime,
    pub product_due: SimTime,
    /// Attempts to create or to restore.
    pub attempts: u32,
    /// The first of them.
    pub first_try: SimTime,
    /// RC-03: when the present attempt to create times out.
    pub deadline: SimTime,
    /// SP-01: evicted alone, it finds no Spot capacity before this instant.
    pub short_until: SimTime,
    /// It counts among the ill ones of its group.
    pub counted_ill: bool,
    /// Its neighbours in its line.
    pub older: u32,
    pub newer: u32,
}

impl Slot {
    /// AL-05: what its machine takes quota as: Spot or not, and the size.
    pub const fn taken(&self) -> (bool, u8) {
        (self.spot, self.size)
    }

    /// Whether its machine runs, or is on its way out and still does.
    pub const fn runs(&self) -> bool {
        matches!(self.state, State::Running | State::Terminating)
    }

    /// OV-01: whether its machine was asked for by a scale-out, and is still being created.
    pub const fn is_awaited(&self) -> bool {
        matches!(self.state, State::Creating) && self.scale_out && !self.extra
    }

    /// SL-02: whether the customer has a machine there that was started and not stopped.
    pub const fn is_there(&self) -> bool {
        self.runs() && !self.starts
    }

    /// SL-02, SL-03: whether that counts for Azure's promise.
    pub const fn is_promised(&self) -> bool {
        self.is_there() && !self.spot && !self.extra
    }

    pub const VACANT: Self = Self {
        state: State::Vacant,
        epoch: 0,
        group: 0,
        rack: 0,
        who: 0,
        id: 0,
        created: SimTime::ZERO,
        data_since: SimTime::ZERO,
        spot: false,
        size: 0,
        extra: false,
        free: false,
        scale_out: false,
        of_change: false,
        repairing: false,
        blocked: false,
        data_moved: false,
        disk_dark: false,
        starts: false,
        well: true,
        since: SimTime::ZERO,
        trouble: Trouble::Application,
        up_at: SimTime::ZERO,
        decided: true,
        grace_until: SimTime::ZERO,
        due: SimTime::NEVER,
        repair_due: SimTime::NEVER,
        product_due: SimTime::NEVER,
        attempts: 0,
        first_try: SimTime::ZERO,
        deadline: SimTime::NEVER,
        short_until: SimTime::ZERO,
        counted_ill: false,
        older: NOBODY,
        newer: NOBODY,
    };

    /// The same slot without a machine.
    pub const fn emptied(&self, epoch: u16) -> Self {
        Self { epoch, group: self.group, rack: self.rack, who: self.who, ..Self::VACANT }
    }
}

/// What a zone has to give from an instant on, and until when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Capacity {
    pub from: SimTime,
    pub until: SimTime,
    /// The share of requests, in thousandths, that it grants.
    pub left_milli: u32,
    /// If it grants none, when it does again.
    pub back: SimTime,
}

impl Capacity {
    pub const UNKNOWN: Self = Self { from: SimTime::ZERO, until: SimTime::ZERO, left_milli: 1000, back: SimTime::ZERO };
}
