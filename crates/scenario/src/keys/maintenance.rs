//! Keys of planned maintenance.

use super::Kind::{Duration, Either, Flag, Law, List, Off, Share, Table, Text};
use super::fleet::SETS_MAX;
use super::{DAYS, Key};
use zonefall_azure::defaults::{MAINTENANCE_BETWEEN, MAINTENANCE_BETWEEN_ZONES, Preset};

macro_rules! key {
    ($name:literal, $kind:expr, $source:literal, $doc:literal) => {
        Key::new(concat!("maintenance.", $name), $kind, $doc).from($source)
    };
    ($name:literal, $kind:expr, $source:literal, $doc:literal, $default:expr) => {
        key!($name, $kind, $source, $doc).or($default)
    };
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "maintenance",
        Table,
        "Planned maintenance: waves of pauses, long pauses and restarts (failure modes `maintenance-pause`, `maintenance-long-pause`, `maintenance-reboot`, changed under `faults.mode`) go through each region rack by rack, zone after zone. None without the table; an empty one is enough. A wave's rate is how often it meets a machine.",
    )
    .overlay()
    .from("MT-01 to MT-12"),
    key!("between", Duration, "MT-02, MT-04", "From one rack or update domain to the next.").preset(&Preset::One(MAINTENANCE_BETWEEN)),
    key!("between_zones", Duration, "MT-02; chosen", "From a zone's end to the next zone's beginning; also from the end of a region's last zone to the beginning of the first one of the other region of a pair.").preset(&Preset::One(MAINTENANCE_BETWEEN_ZONES)),
    key!("overlap", Share, "MT-02", "Pauses only: the share of a zone's time by which the next zone begins before it ends.", "0%"),
    key!("paired", Flag, "MT-02, DR-06", "Where there are two regions, a wave goes through the one and, `between_zones` after its end, through the other, and the next wave of its kind as long after that at the earliest, so that one of them is updated at a time; what bad health holds up in the first holds up the second. `false`: each has waves of its own.", "true"),
    key!("stop_above", Either(&[Share, Off]), "MT-02; the share is chosen", "A wave stands still while more than this share of the design's machines do not serve; `false`: nothing stops it.", "10%").overlay(),
    key!("look_again", Duration, "chosen", "A wave that stands still looks again after this time.", "30 min").overlay(),
    key!("patience", Duration, "MT-03: a window of several days", "A wave that is later than this is called off for the machines that it has not met.", "7 d").overlay(),
    key!("events", Either(&[Table, Off]), "MT-06 to MT-09", "Machines listen to scheduled events and leave the rotation before maintenance begins, so that no request is lost. Without it they are hit as they are.").overlay(),
    key!("events.freeze_notice", Duration, "MT-06, HL-08", "From the event to the begin of a pause.", "15 min").overlay(),
    key!("events.reboot_notice", Duration, "MT-06, HL-08", "From the event to the begin of a restart.", "15 min").overlay(),
    key!("events.noticed_after", Duration, "MT-09", "From the event until a machine has read of it.", "1 min").overlay(),
    key!("events.preparation", Duration, "assumed", "From then until it takes no requests any more. Longer than the notice leaves: it is hit unprepared.", "5 min").overlay(),
    key!("events.approve", Flag, "MT-08", "Whether it then says that maintenance may begin at once; else it waits for the announced time, out of rotation.", "true").overlay(),
    key!("events.neighbours", Share, "MT-08; assumed", "Probability that everybody else on the host has approved as well.", "100%").overlay(),
    key!("self_service", Either(&[Table, Off]), "MT-03", "The owner redeploys machine after machine ahead of a wave of restarts, as long as the objective does without it (deadlines of jobs, which are judged when they come, hold none up); what is left over is the platform's. What would have been redeployed before the trial has been, if the objective does without it in the quietest of these hours in the first week.").overlay(),
    key!("self_service.window", Duration, "MT-03: 35 days, elsewhere four weeks", "How long before the wave the owner may begin: 90 days at most.", "35 d").overlay(),
    key!("self_service.redeploy", Law, "HL-09; assumed", "How long a machine is away, its warm-up not counted.", "5 min").overlay(),
    key!("self_service.again", Duration, "assumed", "A machine that cannot be spared is put off, holds up nobody behind it, and is looked at again after this time, or with the next of the owner's hours.", "1 h").overlay(),
    key!("self_service.office", Table, "assumed", "The owner's hours, by the calendar, which needs `start`. Without it the redeployments are spread over the whole window.").overlay(),
    key!("self_service.office.days", List(&DAYS, 7), "", "The days of a week; every day without it.", "[]").overlay(),
    key!("self_service.office.from", Text, "", "When work begins: \"09:00\".").overlay(),
    key!("self_service.office.to", Text, "", "When it ends: \"17:00\"; on the next day if it is earlier.").overlay(),
    key!("self_service.office.time_zone", Text, "", "The IANA time zone of these hours; the scenario's without it.").overlay(),
    key!("configuration", Either(&[Table, Off]), "MT-05", "A maintenance configuration of scope host: pauses wait for its windows, and then take all machines of its sets at once.").overlay(),
    key!("configuration.sets", List(&Text, SETS_MAX), "MT-05", "The sets that are assigned to it: on dedicated hosts, or of an isolated size.", "[]").overlay(),
    key!("configuration.isolated", Flag, "MT-05", "Whether their machines are of an isolated size.", "false").overlay(),
    key!("configuration.first", Duration, "", "From the beginning of the trial until a window opens.", "2 d").overlay(),
    key!("configuration.every", Duration, "MT-05", "From one window to the next, at most 35 days.", "7 d").overlay(),
    key!("configuration.length", Duration, "MT-05", "How long a window is open: at least two hours.", "2 h").overlay(),
];
