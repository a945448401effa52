//! Keys of the customer's changes, of quota, and of what the platform calls a zone down.

use super::Key;
use super::Kind::{self, Choice, Count, Duration, Either, Flag, Law, List, Off, Share, Table, Tables, Text};
use super::fleet::MACHINES_MAX;

/// The most changes of a design.
pub(crate) const CHANGES_MAX: usize = 1000;
/// The most machines that one change attaches.
const ATTACHED_MAX: u64 = 1000;

const ZONES: Kind = List(&Count(1, 100), 100);
pub(super) const VCPUS_MAX: u64 = 1_000_000_000;

macro_rules! change_key {
    ($name:literal, $kind:expr, $doc:literal, $source:literal) => {
        Key::new(concat!("change[].", $name), $kind, $doc).overlay().from($source)
    };
    ($name:literal, $kind:expr, $doc:literal, $default:expr, $source:literal) => {
        change_key!($name, $kind, $doc, $source).or($default)
    };
}

pub(super) const KEYS: &[Key] = &[
    Key::new("change[]", Tables(CHANGES_MAX), "What the customer changes while a trial runs: each with one of `at` and `when`, and one action. A design's own list takes the place of the base's.").overlay().from("ZB-04, ZN-06"),
    change_key!("set", Text, "The scale set. May be left out where there is one.", ""),
    change_key!("at", Duration, "When it happens.", ""),
    change_key!("every", Duration, "It happens again and again after so much time, of at least 1 min.", ""),
    change_key!("when", Table, "It happens whenever too few machines serve.", "ZN-06"),
    change_key!("when.serving_below", Count(1, MACHINES_MAX), "Fewer machines of the design than this serve.", "ZN-06"),
    change_key!("when.lasting", Duration, "For at least so long. Assumed.", "5 min", "ZN-06"),
    change_key!("when.react", Law, "How long the customer takes to notice and act. Assumed.", "10 min", "ZN-06"),
    change_key!("capacity", Count(0, MACHINES_MAX), "Sets the capacity.", "OM-02, SI-01, ZB-03"),
    change_key!("zones", ZONES, "The set's zones from now on: zones may only be added.", "CV-01, CV-02"),
    change_key!("delete", Count(1, MACHINES_MAX), "Deletes so many machines, the newest first, whatever their protection.", "ZB-14, SI-07"),
    change_key!("attach", Count(1, ATTACHED_MAX), "So many running machines join the set. Flexible only.", "CV-05, CV-06"),
    change_key!("detach", Count(1, MACHINES_MAX), "So many machines leave the set, the newest first. Flexible only.", "CV-07"),
    change_key!("zone", Count(1, 100), "In which zone machines are deleted, attached or detached.", "CV-05"),
    change_key!("deallocate", Count(1, MACHINES_MAX), "Deallocates so many machines, the newest first; they go on counting.", "OM-09, AL-03"),
    change_key!("start", Flag, "Starts every deallocated machine.", "OM-09, AL-03"),
    change_key!("replace_failed", Flag, "Deletes the machines that failed to be created, and asks for others.", "RC-07"),
    change_key!("resume_repairs", Flag, "Ends a suspension of repairs.", "AR-07"),
    change_key!("force_detach", Either(&[Flag, Choice(&["data", "os"])]), "Data disks of machines in dark zones are detached and attached to new machines elsewhere.", "DK-04"),
    change_key!("orchestration", Choice(&["flexible", "uniform"]), "Changes the mode: Azure refuses.", "OM-01"),
    change_key!("single_placement_group", Flag, "Changes the placement groups: Azure refuses to make one of several.", "PG-03"),
    change_key!("repair_action", Choice(&["replace", "reimage", "restart"]), "Changes the action of repairs: Azure refuses while they are on.", "AR-06"),
    change_key!("delete_set", Flag, "Deletes the whole set: Azure refuses for a Flexible one with machines.", "OM-10"),
    change_key!("attach_existing", Table, "What the machines of `attach` are, if they exist already.", "CV-06"),
    change_key!("attach_existing.availability_set", Flag, "They are in an availability set.", "false", "CV-06, CV-08"),
    change_key!("attach_existing.fault_domains", Count(1, 100), "The fault domain count that they come with.", "1", "CV-06, CV-08"),
    change_key!("attach_existing.unmanaged_disk", Flag, "Their disks are not managed.", "false", "CV-06, CV-08"),
    change_key!("attach_existing.proximity_placement_group", Flag, "They are in a proximity placement group.", "false", "CV-06, CV-08"),
    change_key!("attach_existing.dedicated_host", Flag, "They are on a dedicated host.", "false", "CV-06"),
    change_key!("attach_existing.infiniband", Flag, "They are connected by InfiniBand.", "false", "CV-06"),
    change_key!("retry", Duration, "If the capacity was not reached, or the request was refused, it is asked for again after this time, of at least 1 min. The set itself does not keep trying.", "AL-04"),
    change_key!("back_after", Duration, "With `when`: the capacity from before is asked for again once no zone was dark for so long.", "ZN-09"),
    Key::new("quota", Either(&[Table, Off]), "What the subscription allows in each region; unlimited without it. The designed machines of all sets have to fit it, reserved ones too; while a trial runs, machines that come and go are those of the sets whose machines can change.").overlay().from("AL-05"),
    Key::new("quota.vcpus", Count(1, VCPUS_MAX), "vCPUs of regular machines, deallocated ones and standby pools included.").overlay().from("AL-05"),
    Key::new("quota.spot_vcpus", Count(1, VCPUS_MAX), "vCPUs of Spot machines.").overlay().from("AL-05"),
    Key::new("quota.machines", Count(1, MACHINES_MAX), "Machines.").overlay().from("AL-05"),
    Key::new("platform", Table, "What the platform does that no page says.").overlay(),
    Key::new("platform.zone_unavailable_from", Share, "From this share of its racks dark, a zone counts as unavailable for scaling.")
        .or("50%")
        .overlay()
        .from("ZB-05, assumed"),
];
