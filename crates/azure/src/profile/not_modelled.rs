//! What the profile leaves out, so that nobody believes it is in.

/// Rules of the real system that `azure-like-v0` does not contain: rule id, and what is missing.
pub const NOT_MODELLED: &[(&str, &str)] = &[
    ("FR-01", "bad guest or application releases (0.02 a release, assumed), with the rollback of UP-12 and UP-13"),
    ("FR-01", "repair of the failed host itself (median 24 h, σ 1): the host is whole again when the machine is back"),
    ("FR-01", "guests that stay down until somebody repairs them; a crash ends with the watchdog's restart"),
    ("FR-02", "bursts that are neither a rack, a hall, a zone nor a region (one cause, gaps of up to 120 s)"),
    ("IN-02", "hosts and volumes lost for good in a zone event (0.1 to 1 %)"),
    ("IN-03", "the delay of 1 to 3.5 h between loss of cooling and the shedding of machines"),
    ("IN-06", "leakage between zones through shared storage and network-injected services"),
    ("HL-03", "storage paths lost for more than 120 s, which force a shutdown"),
    ("HL-04", "the split between reboot on the same host and healing on another by detection time"),
    ("MT-12", "planned maintenance (pauses and restarts), unless the scenario has a table `maintenance`"),
    (
        "R23",
        "switches, routers and power units as parts of their own: their failures are inside the rack and zone rates",
    ),
];
