//! What the platform and the customer did to the managed sets of a design: counters of the measured time.

/// Something that is counted. The order is the order of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is explained in `TABLE`")]
pub enum Operation {
    ScaleOuts,
    ScaleOutsBlocked,
    ScaleIns,
    ScaleInsBlocked,
    ControlPlaneRefusals,
    QuotaRefusals,
    AllocationsFailed,
    NoRoom,
    Creations,
    CreationsTimedOut,
    CreationsFailed,
    Deletions,
    DeletionsRetried,
    DeletionsFailed,
    Repairs,
    RepairsFailed,
    RepairsBlocked,
    Suspensions,
    Rebalances,
    RebalancesUndone,
    OtherSizes,
    Evictions,
    Restores,
    RestoresGivenUp,
    StandbyUsed,
    Redeploys,
    ForceDetaches,
    DataDisksLost,
    DataLostMs,
    TemporaryDisksLost,
    ExistingMs,
    SpotMs,
    DeallocatedMs,
    StandbyMs,
    SuspendedMs,
    DiskUnreachableMs,
    AutoscaleOuts,
    AutoscaleIns,
    AutoscaleFailed,
    AutoscaleHeldBack,
    AutoscaleMetricsLost,
    Releases,
    BadReleases,
    Rollouts,
    RolloutBatches,
    RolloutsCompleted,
    RolloutsFaulted,
    RolloutsCancelled,
    MachinesUpgraded,
    UpgradesFailed,
    MachinesRolledBack,
    SurgesInPlace,
    ReleasesTakenBack,
    RolloutMs,
    RetryStorms,
    RetryStormMs,
    MetastableMs,
    VulnerableMs,
    RunbooksBegun,
    RunbooksIdle,
    RunbooksFailed,
    FailoversBegun,
    Failovers,
    FailoversFailed,
    FailoversRefused,
    FailoversLate,
    FailoverLostMs,
    Failbacks,
    GatewayGrowths,
    GatewayShortMs,
    GatewayTurnedAway,
    GatewayInstanceMs,
    LineMs,
    GaveUp,
}

/// One counter: its name in reports, what it counts, the rules behind it.
#[derive(Debug, Clone, Copy)]
pub struct OperationRow {
    /// Which.
    pub operation: Operation,
    /// Its name in files and tables.
    pub name: &'static str,
    /// What it counts, in words.
    pub doc: &'static str,
    /// Rule ids.
    pub rules: &'static str,
}

const fn row(operation: Operation, name: &'static str, doc: &'static str, rules: &'static str) -> OperationRow {
    OperationRow { operation, name, doc, rules }
}

/// The number of counters.
pub const OPERATIONS: usize = TABLE.len();

/// Every counter, in order.
pub const TABLE: [OperationRow; 74] = {
    use Operation as O;
    [
        row(O::ScaleOuts, "scale_outs", "capacity increases that were accepted", "ZB-03"),
        row(
            O::ScaleOutsBlocked,
            "scale_outs_blocked",
            "capacity increases that the balance of zones forbade",
            "ZB-06, ZB-07",
        ),
        row(O::ScaleIns, "scale_ins", "capacity decreases that were accepted", "SI-01"),
        row(
            O::ScaleInsBlocked,
            "scale_ins_blocked",
            "capacity decreases that balance or protection held up, whole or in part",
            "ZB-06, ZB-10, SI-05",
        ),
        row(
            O::ControlPlaneRefusals,
            "control_plane_refusals",
            "requests that failed because the region's control plane was out",
            "IN-04",
        ),
        row(O::QuotaRefusals, "quota_refusals", "requests refused for lack of quota", "AL-01, AL-05"),
        row(
            O::AllocationsFailed,
            "allocations_failed",
            "machines that found no capacity in their zone",
            "AL-02, AL-04",
        ),
        row(
            O::NoRoom,
            "no_room_in_model",
            "machines for which the model had no slot where Azure may have had hardware: a limit of the model",
            "AL-02",
        ),
        row(O::Creations, "creations", "machines whose creation was begun", "PT-04"),
        row(O::CreationsTimedOut, "creations_timed_out", "attempts to create that did not run in time", "RC-02, RC-03"),
        row(O::CreationsFailed, "creations_failed", "machines that stayed in state Failed", "RC-04, RC-07"),
        row(O::Deletions, "deletions", "machines whose deletion was begun", "SI-01, PT-03"),
        row(
            O::DeletionsRetried,
            "deletions_retried",
            "attempts to delete that met a transient error and were tried again",
            "RC-05",
        ),
        row(O::DeletionsFailed, "deletions_failed", "machines that could not be deleted", "RC-05"),
        row(O::Repairs, "repairs", "automatic repairs begun", "AR-01"),
        row(
            O::RepairsFailed,
            "repairs_failed",
            "repairs that failed, or whose machine was not healthy at the end of its grace",
            "AR-07, AR-11",
        ),
        row(O::RepairsBlocked, "repairs_blocked", "replacements that strict balance forbade", "AR-09, ZB-07"),
        row(O::Suspensions, "suspensions", "times that repairs were suspended", "AR-07"),
        row(O::Rebalances, "rebalances", "operations of automatic zone balance begun", "AZ-04..07"),
        row(
            O::RebalancesUndone,
            "rebalances_undone",
            "operations of automatic zone balance that were cancelled, failed, or deleted the new machine",
            "AZ-07, AZ-08, AZ-10",
        ),
        row(
            O::OtherSizes,
            "other_sizes",
            "machines of an instance mix that were made of another size than the first of its order",
            "IM-02, IM-03",
        ),
        row(O::Evictions, "evictions", "Spot machines evicted", "SP-01"),
        row(O::Restores, "restores", "evicted machines that were restored", "SP-03"),
        row(O::RestoresGivenUp, "restores_given_up", "evicted machines whose restoring timed out", "SP-03"),
        row(O::StandbyUsed, "standby_used", "machines taken from a standby pool", "SB-01"),
        row(O::Redeploys, "redeploys", "machines that the customer redeployed off a failed dedicated host", "DH-02"),
        row(O::ForceDetaches, "force_detaches", "data disks detached by force", "DK-04"),
        row(O::DataDisksLost, "data_disks_lost", "data disks lost for good", "DK-05, DK-07, AR-02"),
        row(O::DataLostMs, "data_lost_h", "hours of data that were on the lost disks", "DK-07"),
        row(
            O::TemporaryDisksLost,
            "temporary_disks_lost",
            "temporary disks lost in healing, deallocation or deletion",
            "DK-07, HL-02",
        ),
        row(O::ExistingMs, "existing_machine_h", "machine-hours of machines that exist, running or not", "OM-09"),
        row(O::SpotMs, "spot_machine_h", "machine-hours of Spot machines that are allocated", "SP-01"),
        row(O::DeallocatedMs, "deallocated_machine_h", "machine-hours of deallocated machines", "OM-09, SP-02"),
        row(O::StandbyMs, "standby_machine_h", "machine-hours of machines kept in standby pools", "SB-01"),
        row(O::SuspendedMs, "repairs_suspended_h", "hours in which repairs were suspended, over sets", "AR-07"),
        row(
            O::DiskUnreachableMs,
            "data_disk_unreachable_h",
            "disk-hours of data disks (LRS) that their zone's outage made unreachable",
            "DK-03",
        ),
        row(
            O::AutoscaleOuts,
            "autoscale_outs",
            "capacity increases that autoscale asked for and got accepted",
            "AS-09",
        ),
        row(O::AutoscaleIns, "autoscale_ins", "capacity decreases that autoscale asked for and got accepted", "AS-09"),
        row(O::AutoscaleFailed, "autoscale_failed", "requests of autoscale that were refused", "AS-17"),
        row(
            O::AutoscaleHeldBack,
            "autoscale_held_back",
            "times that a scale-in by autoscale was shortened or held back, as it would have had to be undone",
            "AS-12, AS-13",
        ),
        row(
            O::AutoscaleMetricsLost,
            "autoscale_metrics_lost",
            "times that autoscale found no data of a metric",
            "AS-15, AS-16",
        ),
        row(O::Releases, "releases", "releases: the model of a set changed", "UP-02"),
        row(O::BadReleases, "bad_releases", "releases that were bad", "FR-01, UP-12"),
        row(O::Rollouts, "rollouts", "rollouts begun, those of an older model included", "UP-02, UP-05"),
        row(O::RolloutBatches, "rollout_batches", "batches begun", "UP-03, UP-05"),
        row(O::RolloutsCompleted, "rollouts_completed", "rollouts that reached every machine in their way", "UP-14"),
        row(O::RolloutsFaulted, "rollouts_faulted", "rollouts that unhealthy machines stopped", "UP-04, UP-12"),
        row(
            O::RolloutsCancelled,
            "rollouts_cancelled",
            "rollouts that another order cut short, or a runbook stopped",
            "UP-11",
        ),
        row(
            O::MachinesUpgraded,
            "machines_upgraded",
            "machines that got another model, an older one included",
            "UP-08",
        ),
        row(
            O::UpgradesFailed,
            "upgrades_failed",
            "machines that could not be upgraded, or were not healthy in time",
            "UP-04, UP-09",
        ),
        row(
            O::MachinesRolledBack,
            "machines_rolled_back",
            "machines that got their old model back because they were not healthy",
            "UP-09, UP-10, UP-11",
        ),
        row(O::SurgesInPlace, "surges_in_place", "batches that quota turned from surge to in place", "UP-07"),
        row(O::ReleasesTakenBack, "releases_taken_back", "bad releases that the operator took back", "UP-13"),
        row(O::RolloutMs, "rollout_h", "hours in which rollouts ran, over sets", "UP-14"),
        row(O::RetryStorms, "retry_storms", "times that attempts began to fail for lack of capacity", "TF-01"),
        row(O::RetryStormMs, "retry_storm_h", "hours in which attempts fail for lack of capacity", "TF-01"),
        row(
            O::MetastableMs,
            "metastable_h",
            "those of them in which the load would be served, had the overload never begun: it holds itself by retries",
            "TF-01",
        ),
        row(
            O::VulnerableMs,
            "metastable_if_hit_h",
            "hours without an overload in which one that began would hold itself",
            "TF-01",
        ),
        row(O::RunbooksBegun, "runbooks_begun", "alerts that went off", "ZN-06"),
        row(O::RunbooksIdle, "runbooks_idle", "runbooks that were not needed any more when they were at hand", "ZN-06"),
        row(
            O::RunbooksFailed,
            "runbooks_failed",
            "actions of runbooks that did not do what they should, or met a control plane that was out",
            "IN-04",
        ),
        row(
            O::FailoversBegun,
            "failovers_begun",
            "times that the part that serves was found to be out, or by people to have lost too much, with another to go to",
            "LB-08, AFD-02, TM-02",
        ),
        row(O::Failovers, "failovers", "failovers: another part serves from here on", "DR-04, DR-07"),
        row(
            O::FailoversFailed,
            "failovers_failed",
            "orders to send clients over or back that did not do what they should, or met a control plane that was out",
            "DR-04, IN-04",
        ),
        row(
            O::FailoversRefused,
            "failovers_refused",
            "times that a standby could not get ready for want of capacity, and was tried again",
            "DR-03, IN-07",
        ),
        row(O::FailoversLate, "failovers_late", "failovers that took longer than is promised", "DR-02"),
        row(
            O::FailoverLostMs,
            "failover_data_lost_h",
            "hours of data that were not yet copied when another part took over",
            "DR-01, DR-05",
        ),
        row(O::Failbacks, "failbacks", "times that clients were sent back to the part that comes first", "DR-04"),
        row(O::GatewayGrowths, "gateway_growths", "times that the application gateway ordered more instances", "AG-03"),
        row(
            O::GatewayShortMs,
            "gateway_short_h",
            "hours in which more came to the application gateway than its instances let through",
            "AG-03",
        ),
        row(
            O::GatewayTurnedAway,
            "gateway_turned_away",
            "requests that the application gateway turned away for want of instances, each try of them",
            "AG-03",
        ),
        row(
            O::GatewayInstanceMs,
            "gateway_instance_h",
            "hours of instances of the application gateway, which are paid for by their capacity units",
            "AG-03, CO-03",
        ),
        row(O::LineMs, "line_h", "hours in which requests waited in line, more having come than was served", "TF-01"),
        row(
            O::GaveUp,
            "gave_up",
            "requests whose clients waited in line for as long as they would, and gave up",
            "TF-01",
        ),
    ]
};

impl Operation {
    /// Whether it is a time in milliseconds, reported in hours.
    pub const fn is_time(self) -> bool {
        matches!(
            self,
            Self::DataLostMs
                | Self::FailoverLostMs
                | Self::ExistingMs
                | Self::SpotMs
                | Self::DeallocatedMs
                | Self::StandbyMs
                | Self::SuspendedMs
                | Self::DiskUnreachableMs
                | Self::RolloutMs
                | Self::RetryStormMs
                | Self::MetastableMs
                | Self::VulnerableMs
                | Self::GatewayShortMs
                | Self::GatewayInstanceMs
                | Self::LineMs
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_counters() {
        assert!(TABLE.iter().enumerate().all(|(at, row)| row.operation as usize == at));
    }
}
