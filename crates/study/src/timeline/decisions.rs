//! What an operation is called when it happens: the counters of reports have names for sums, a timeline tells events.

use super::Place;
use super::amiss::REFUSALS;
use zonefall_fleet::policy::zone_balance::Refusal;
use zonefall_fleet::{Operation, Why};

/// One event in words; none for counters of time, which do not happen at an instant.
pub(super) const fn event(of: Operation) -> Option<&'static str> {
    use Operation as O;
    Some(match of {
        O::ScaleOuts => "a capacity increase is accepted",
        O::ScaleOutsBlocked => "a capacity increase is refused: the balance of zones forbids it",
        O::ScaleIns => "a capacity decrease is accepted",
        O::ScaleInsBlocked => "a capacity decrease is held up by balance or protection, whole or in part",
        O::ControlPlaneRefusals => "a request fails: the region's control plane is out",
        O::QuotaRefusals => "a request is refused for lack of quota",
        O::AllocationsFailed => "a machine finds no capacity in its zone",
        O::NoRoom => "the model has no slot for a machine, where Azure may have had hardware",
        O::Creations => "the creation of a machine begins",
        O::CreationsTimedOut => "an attempt to create a machine does not run in time",
        O::CreationsFailed => "a machine stays in state Failed",
        O::Deletions => "the deletion of a machine begins",
        O::DeletionsRetried => "an attempt to delete meets a transient error and is tried again",
        O::DeletionsFailed => "a machine cannot be deleted",
        O::Repairs => "an automatic repair begins",
        O::RepairsFailed => "a repair fails, or its machine is not healthy at the end of its grace",
        O::RepairsBlocked => "a replacement is refused: strict balance forbids it",
        O::Suspensions => "repairs are suspended",
        O::Rebalances => "automatic zone balance begins an operation",
        O::RebalancesUndone => "an operation of automatic zone balance is cancelled, fails, or deletes the new machine",
        O::OtherSizes => "a machine of an instance mix is made of another size than the first of its order",
        O::Evictions => "a Spot machine is evicted",
        O::Restores => "an evicted machine is restored",
        O::RestoresGivenUp => "the restoring of an evicted machine times out",
        O::StandbyUsed => "a machine is taken from a standby pool",
        O::Redeploys => "the customer redeploys a machine off a failed dedicated host",
        O::ForceDetaches => "a data disk is detached by force",
        O::DataDisksLost => "a data disk is lost for good",
        O::TemporaryDisksLost => "a temporary disk is lost in healing, deallocation or deletion",
        O::AutoscaleOuts => "autoscale asks for more capacity, and it is accepted",
        O::AutoscaleIns => "autoscale asks for less capacity, and it is accepted",
        O::AutoscaleFailed => "a request of autoscale is refused",
        O::AutoscaleHeldBack => "a scale-in by autoscale is shortened or held back: it would have to be undone",
        O::AutoscaleMetricsLost => "autoscale finds no data of a metric",
        O::Releases => "a release: the model of a set changes",
        O::BadReleases => "the release is bad",
        O::Rollouts => "a rollout begins",
        O::RolloutBatches => "a batch of a rollout begins",
        O::RolloutsCompleted => "a rollout has reached every machine in its way",
        O::RolloutsFaulted => "unhealthy machines stop a rollout",
        O::RolloutsCancelled => "another model cuts a rollout short",
        O::MachinesUpgraded => "a machine gets another model",
        O::UpgradesFailed => "a machine cannot be upgraded, or is not healthy in time",
        O::MachinesRolledBack => "a machine gets its old model back: it was not healthy",
        O::SurgesInPlace => "quota turns a batch from surge to in place",
        O::ReleasesTakenBack => "the operator takes a bad release back",
        O::RetryStorms => "attempts begin to fail for lack of capacity",
        O::RunbooksBegun => "an alert goes off",
        O::RunbooksIdle => "a runbook is at hand, and not needed any more",
        O::RunbooksFailed => "an action of a runbook does not do what it should, or meets a control plane that is out",
        O::FailoversBegun => "the part that serves is found to be out, with another to go to",
        O::Failovers => "another part serves from here on",
        O::FailoversFailed => {
            "an order to send clients elsewhere does not do what it should, or meets a control plane that is out"
        }
        O::FailoversRefused => "a standby cannot get ready for want of capacity, and is tried again",
        O::FailoversLate => "the failover took longer than is promised",
        O::Failbacks => "clients are sent back to the part that comes first",
        O::GatewayGrowths => "the application gateway orders more instances",
        O::GatewayTurnedAway => "requests have been turned away by the application gateway",
        O::DataLostMs
        | O::FailoverLostMs
        | O::ExistingMs
        | O::SpotMs
        | O::DeallocatedMs
        | O::StandbyMs
        | O::SuspendedMs
        | O::DiskUnreachableMs
        | O::RolloutMs
        | O::RetryStormMs
        | O::MetastableMs
        | O::VulnerableMs
        | O::GatewayShortMs
        | O::GatewayInstanceMs
        | O::LineMs
        | O::GaveUp => return None,
    })
}

/// What came to nothing, and why, in words, and the rule.
pub(super) const fn refused(why: Why) -> (&'static str, &'static str) {
    match why {
        Why::Balance(Refusal::ZonesDown) => ("a capacity increase is refused: two zones or more are out", "ZB-06"),
        Why::Balance(Refusal::Unbalanced) => ("a capacity increase is refused: zones would be out of balance", "ZB-07"),
        Why::ControlPlane => ("an action of a runbook fails: the region's control plane is out", "IN-04"),
        Why::Chance => ("an action of a runbook does not do what it should", "ZN-06"),
    }
}

/// Where an event stands within its instant.
pub(super) const fn place_of(of: Operation) -> Place {
    use Operation as O;
    match of {
        O::AutoscaleOuts
        | O::AutoscaleIns
        | O::AutoscaleFailed
        | O::AutoscaleHeldBack
        | O::AutoscaleMetricsLost
        | O::CreationsTimedOut
        | O::DeletionsRetried
        | O::DeletionsFailed
        | O::RepairsFailed
        | O::MachinesUpgraded
        | O::MachinesRolledBack
        | O::UpgradesFailed
        | O::Rebalances
        | O::RebalancesUndone
        | O::Evictions
        | O::RunbooksBegun
        | O::FailoversBegun => Place::Asked,
        O::AllocationsFailed
        | O::NoRoom
        | O::Creations
        | O::Deletions
        | O::OtherSizes
        | O::StandbyUsed
        | O::ForceDetaches => Place::Begun,
        _ => Place::Decided,
    }
}

/// Whether it is an answer of no: who is refused asks again, so the same may be told every few minutes.
pub(super) fn is_refusal(of: Operation) -> bool {
    use Operation as O;
    let another = matches!(
        of,
        O::ScaleInsBlocked
            | O::AutoscaleHeldBack
            | O::AutoscaleMetricsLost
            | O::RepairsBlocked
            | O::FailoversFailed
            | O::FailoversRefused
    );
    another || REFUSALS.contains(&of)
}

/// What a counter counts.
pub(super) enum Counts {
    /// Machines that something is done to.
    Machines,
    /// How often something happens.
    Times,
    Requests,
}

pub(super) const fn counts(of: Operation) -> Counts {
    use Operation as O;
    match of {
        O::AllocationsFailed
        | O::NoRoom
        | O::Creations
        | O::CreationsFailed
        | O::Deletions
        | O::DeletionsFailed
        | O::Repairs
        | O::RepairsFailed
        | O::RepairsBlocked
        | O::OtherSizes
        | O::Evictions
        | O::Restores
        | O::RestoresGivenUp
        | O::StandbyUsed
        | O::Redeploys
        | O::MachinesUpgraded
        | O::UpgradesFailed
        | O::MachinesRolledBack => Counts::Machines,
        O::GatewayTurnedAway => Counts::Requests,
        _ => Counts::Times,
    }
}

#[cfg(test)]
mod tests {
    use super::event;
    use zonefall_fleet::{OPERATION_TABLE, Operation};

    #[test]
    fn what_happens_at_an_instant_has_words_and_nothing_else() {
        for row in OPERATION_TABLE {
            // Who gives up in line is counted when the trial is over, not at instants.
            let is_sum = row.operation.is_time() || row.operation == Operation::GaveUp;
            assert_eq!(event(row.operation).is_none(), is_sum, "{}", row.name);
        }
    }
}
