//! Keys of failover: parts, most often regions, that stand in for each other.

use super::Kind::{Choice, Count, Duration, Either, Flag, Law, List, Off, Share, Table, Text};
use super::fleet::MACHINES_MAX;
use super::{DAYS, Key};
use zonefall_fleet::FAILOVER_PARTS_MAX;

/// How a standby is kept.
pub(crate) const PATTERNS: &[&str] = &["active-active", "hot", "warm", "cold", "site-recovery"];
/// Who sends clients to parts.
pub(crate) const ROUTERS: &[&str] = &["front-door", "traffic-manager", "global-load-balancer", "other"];

macro_rules! failover_key {
    ($name:literal, $kind:expr, $doc:literal, $source:literal) => {
        Key::new(concat!("failover.<name>.", $name), $kind, $doc).overlay().from($source)
    };
    ($name:literal, $kind:expr, $doc:literal, $source:literal, $default:expr) => {
        failover_key!($name, $kind, $doc, $source).or($default)
    };
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "failover",
        Table,
        "Parts of the service, most often regions, that stand in for each other, each group `[failover.<name>]`: a part like others. While the part that serves is out and clients have not come to another, nobody is served.",
    )
    .overlay()
    .from("DR-07"),
    Key::new("failover.<name>", Either(&[Table, Off]), "A failover group; `false` in a design removes it.").overlay(),
    failover_key!("parts", List(&Text, FAILOVER_PARTS_MAX), "Two parts or components or more; but for active/active in the order in which they are to serve. A part is found to be out when it does not hold, or, with `min_served`, when none of its machines serves (people may see more: `when`). One that autoscales shrinks while its clients are elsewhere (AS-08), and is too small when they come back until it has scaled out: a minimum that can take them, or a schedule, avoids it.", "AFD-03, TM-03"),
    failover_key!("pattern", Choice(PATTERNS), "How the others are kept, and what of them is paid for while they stand by (all machines; with warm those that run; with cold and Site Recovery none): all serve; one is ready but for a switch; one runs small and is scaled out; one is deployed and restored; machines are replicated by Site Recovery.", "DR-07"),
    failover_key!("router", Choice(ROUTERS), "What finds out that a part is out and sends clients to another. `other` needs `detect`.", "LB-08, AFD-01, TM-01"),
    failover_key!("weights", List(&Count(0, 1000), FAILOVER_PARTS_MAX), "With active/active: the weight of each part; the same for all without it.", "AFD-03, TM-03"),
    failover_key!("probe_interval", Duration, "Time between probes of Front Door (1 to 255 s) or Traffic Manager (30 s or 10 s). Without it 30 s.", "AFD-01, TM-01"),
    failover_key!("probe_timeout", Duration, "How long an unanswered probe takes to count as failed. Without it 30 s with Front Door, 10 s with Traffic Manager and 9 s with its fast probes.", "AFD-02, TM-01"),
    failover_key!("sample_size", Count(1, 255), "With Front Door: the last probes that are looked at.", "AFD-01", "4"),
    failover_key!("samples_needed", Count(1, 255), "With Front Door: good ones among them that an origin needs.", "AFD-01", "3"),
    failover_key!("tolerated_failures", Count(0, 9), "With Traffic Manager: failed probes in a row that change nothing.", "TM-01", "3"),
    failover_key!("ttl", Duration, "With Traffic Manager or `other`: the time to live of its answers. Each client keeps its own for what is left of it, so clients move evenly over this time; who is sent back on the way moves evenly over all of it again, from where clients are then. Without it 60 s with Traffic Manager, none with `other`.", "TM-02"),
    failover_key!("detect", Law, "From a part's failure until it is found to be out, in place of what probes make of it.", "LB-08, AFD-02, TM-02"),
    failover_key!("detect_back", Law, "From its recovery until it is found to be back. With `detect` and without this: at once.", "LB-08, AFD-02, TM-02"),
    failover_key!("min_clients", Share, "The group holds while at least this share of the clients is sent to parts that hold.", "TM-02", "99%"),
    failover_key!("trigger", Choice(&["automatic", "operator"]), "Who decides for a failover. Without it the router with active/active and a hot standby, an operator with the others.", "DR-04"),
    failover_key!("notice", Law, "With an operator: from the router's finding until somebody has noticed. Assumed.", "DR-02", "{ law = \"lognormal\", median = \"5 min\", sigma = 0.7 }"),
    failover_key!("act", Law, "With an operator: from then until it is ordered. Assumed.", "DR-02", "{ law = \"lognormal\", median = \"10 min\", sigma = 0.7 }"),
    failover_key!("when", Table, "With an operator: what else they look at. A router sees a part whose machines all fail; here clients are sent over although some of it still answers. They look at each part's own machines. The alarm goes off when it has been so for `lasting`, and stays up until it has not been so for as long: then clients go back by the rules of `failback`. To a part for which it is so, clients are sent only if theirs is out. Without it a part that is seen to work keeps its clients.", "ZN-06, DR-04"),
    failover_key!("when.capacity_lost", Share, "At least this share of the capacity that is asked for in the part does not serve.", "ZN-06"),
    failover_key!("when.serving_below", Count(1, MACHINES_MAX), "Fewer machines of the part than this serve.", "ZN-06"),
    failover_key!("when.lasting", Duration, "For at least so long. Assumed.", "ZN-06", "5 min"),
    failover_key!("success", Share, "With an operator: probability that an order to send clients over, or back, does what it should. One that does not changes nothing: it is noticed and given again, after `notice` and `act` as at first (`act` alone on the way back), at least 1 min later, as long as it is needed. Without it every order works, which no exercise shows.", "DR-04", "100%"),
    failover_key!("control_plane", Choice(&["wait", "fail"]), "With an operator, where getting ready needs the control plane (`needs_control_plane`): what becomes of an order while that of the standby's region is out. It waits, or fails and is given again as with `success`.", "IN-04", "wait"),
    failover_key!("office", Table, "With an operator: when people are there, by the calendar, which needs `start`; always without it.", "DR-04"),
    failover_key!("office.days", List(&DAYS, 7), "The days of a week; every day without it.", "", "[]"),
    failover_key!("office.from", Text, "When they come: \"09:00\".", ""),
    failover_key!("office.to", Text, "When they go: \"17:00\"; on the next day if it is earlier.", ""),
    failover_key!("office.time_zone", Text, "The IANA time zone of these hours; the scenario's without it.", ""),
    failover_key!("office.notice_outside", Law, "`notice` of somebody who is called outside of these hours; those who come when work begins may notice before. Without it only they do.", ""),
    failover_key!("ready", Law, "From the decision until the standby is ready. Without it hot 0 to 2 min, warm 5 to 20 min, cold 1 to 8 h (uniform), Site Recovery lognormal with median 15 min and sigma 0.6.", "DR-02, DR-07"),
    failover_key!("running", Share, "With a warm standby: the share of its machines that run before it is scaled out; clients are sent to it at once, and whole machines (rounded up) serve them. Assumed.", "DR-07", "30%"),
    failover_key!("reserved", Flag, "Capacity is reserved for the standby, so it is always found, and paid for.", "DR-03", "false"),
    failover_key!("capacity_risk", Share, "With a warm or cold standby or Site Recovery, without `reserved`: probability that its region has no room, each time that it is asked. Assumed from what is known of zones: 5 to 30 %.", "DR-03, IN-07", "17.5%"),
    failover_key!("capacity_retry", Law, "From being refused until it is asked again. Assumed.", "DR-03", "\"30 min\""),
    failover_key!("needs_control_plane", Flag, "Getting ready waits while the control plane of the standby's region is out. Without it false for a hot standby, true for others.", "IN-04"),
    failover_key!("promised_within", Duration, "Recoveries that take longer are counted. Without it 2 h with Site Recovery (older and zone-to-zone pages; newer ones say 1 h), nothing with others.", "DR-02"),
    failover_key!("recovery_point", Law, "How old the newest copy of the data is when another part takes over. Without it Site Recovery 0 to 5 min, cold 0 to 24 h (a standard backup a day), others none.", "DR-01, DR-05"),
    failover_key!("failback", Choice(&["automatic", "operator", "never"]), "Who sends clients back to the part that comes first. Without it the one who decides for a failover. People who are at it when the part that serves fails go on, once protection is turned round, unless another failover would be done sooner.", "DR-04"),
    failover_key!("failback_after", Law, "From that part being found to be back until it can take over: protection is turned round. Without it at once with a hot standby, else 4 h. Assumed.", "DR-04"),
    failover_key!("failback_outage", Law, "How long nobody is served while clients are sent back. Without it none with a hot or warm standby, else as `ready` of Site Recovery. Assumed.", "DR-04"),
];
