//! Every code that a diagnostic may carry: one table, read by the diagnostics themselves and by `explain`.
//!
//! Codes are stable: a number is never given to another mistake. `E…` stops the run, `W…` does not.

/// A kind of mistake, warning or hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// `E010`, `W003` …
    pub id: &'static str,
    /// In a few words.
    pub title: &'static str,
    /// What it means and what to do.
    pub text: &'static str,
}

macro_rules! codes {
    ($($name:ident $id:literal $title:literal $text:literal)*) => {
        $(pub(crate) const $name: &str = $id;)*
        /// All codes in order.
        pub static CODES: &[Code] = &[$(Code { id: $id, title: $title, text: $text }),*];
    };
}

codes! {
UNREADABLE "E001" "the file cannot be read" "The path is missing, is a directory, or may not be read."
EMPTY "E002" "the file says nothing" "A scenario needs at least a region and something that runs in it. `zonefall init` writes one to begin with."
HUGE "E003" "the file is too large" "A scenario file may have 8 MiB. Long lists of outages belong into a trace (`faults.trace`)."
NOT_TEXT "E004" "the file is not text" "A scenario is UTF-8 text without NUL bytes."
SYNTAX "E005" "not TOML" "The text breaks the rules of TOML 1.1. What could be read of the rest was checked as well."
UNKNOWN_KEY "E010" "unknown key" "No key of this name belongs here. The nearest right name is offered; `zonefall explain <key>` describes each."
MISSING_KEY "E011" "missing key" "A key without a default is absent."
WRONG_TYPE "E012" "wrong type" "The value is, for example, a number where a text with a unit is needed."
EXCLUSIVE "E013" "keys that exclude each other" "Two keys say the same thing in different ways, or a key does not go with another one: keep one of them."
CHOICE "E014" "not one of the choices" "The value has to be one of a few words."
DUPLICATE "E015" "said twice" "A name, a zone or an instant stands twice where each may stand once."
RANGE "E020" "out of range" "A number is negative, not finite, or beyond its limit. `zonefall explain <key>` gives the range."
DURATION "E021" "not a duration" "Durations are texts with a unit: `\"90 min\"`, `\"2.5 h\"`, `\"1h 30m\"`, `\"2 weeks\"`, ISO `\"PT90M\"`. A day has 24 h and a year 365 days; a month has no fixed length."
RATE "E022" "not a rate" "Rates are texts like `\"0.03 per zone-year\"`, `\"2 per VM-year\"`, `\"0.1 per year\"` or `\"1 per 1000 h\"`."
SHARE "E023" "not a share" "Shares are percentages in quotes, `\"99.95%\"`, or fractions between 0 and 1, `0.9995`."
REQUEST_RATE "E024" "not a rate of requests" "Write for example `\"100 req/s\"` or `\"6000 req/min\"`."
LAW "E025" "an impossible law" "The parameters of a law of durations contradict each other, or a law lacks one."
INSTANT "E026" "not a date or a time zone" "Dates are `\"2026-01-01\"` or `\"2026-01-01T08:00\"`, time zones IANA names such as `\"Europe/Berlin\"`."
NAME "E027" "not a name" "Names become parts of paths such as `web/eastus/1/0`: 1 to 80 characters, no `/`, no blanks around, no control characters, and none that turn the direction of text (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069)."
TOPOLOGY "E030" "a world that cannot be" "Zones, halls, racks and hosts must each be at least 1, halls no more than racks, and all hosts no more than 16,777,216."
REGION "E031" "unknown region" "A set names a region without a `[region.<name>]` table, or names none where there are several."
ZONE "E032" "unknown zone (V-09)" "Zones are numbered from 1 to `region.<name>.zones`, and each may stand once (ZN-01)."
FAULT_DOMAINS "E040" "a fault domain count that Azure refuses (V-03, FD-02)" "Uniform with zones: 1 or 5. Uniform regional: 1 to 5. Flexible with zones: 1. Flexible regional: 1 to 3. `\"max\"` is 1."
RACKS "E041" "more fault domains than racks (FD-04)" "Fixed spreading needs exactly that many fault domains (racks) in each zone; if there are fewer, allocation fails."
AVAILABILITY_SET "E042" "an availability set that Azure refuses (V-32, AV-01)" "At most 3 fault domains (in some regions 2), 20 update domains and 200 machines, and no zones."
MACHINES "E043" "too many machines" "A design may have 10,000,000 machines."
NO_MACHINES "E044" "a design without machines" "Each design needs at least one scale set, availability set or virtual machine."
OBJECTIVE "E045" "no objective" "`slo.min_serving`, or `slo.min_served` or `slo.p95_latency` together with `[demand]`, or `slo.jobs_by_deadline` together with `[jobs]`, says when the service is up; in a service of parts `slo.holds`, the name of a part, a component or a failover group."
CAPACITY "E046" "more machines than Azure allows in the set (V-02)" "1,000 in a scale set; 600 with a legacy managed image, 200 of families G, H, L, M, N with several fault domains, 100 in a single placement group or with InfiniBand (OM-02, OM-03, OM-04, OM-06). A plain set that never changes only warns (W001)."
PLACEMENT "E047" "a placement that Azure refuses (V-05, V-06, V-08, V-11, V-22, V-34)" "Placement groups, zone balance, automatic zone balance and automatic zone placement exclude each other in many ways (PG, ZB, AZ, ZP). The message names the row of the validation matrix, the rule and Azure's code; a code marked as ours is not published."
HEALTH "E048" "health monitoring or repairs that Azure refuses (V-12, V-13, V-14)" "One source of health: the extension, or for Uniform sets the load balancer's probe. Probes every 5 to 60 s, 1 to 24 in a row, a grace of at most 14,400 s, a path with HTTP and none with TCP; repairs need a source and a grace of 10 to 90 min (HM-01, HM-04, AR-04, AR-06)."
LIFECYCLE "E049" "a scale-in or deletion setting that Azure refuses (V-16, V-17, V-18)" "A terminate notice is 5 to 15 min and not for Spot (SI-09); protection from actions on the set includes protection from scale-in (SI-07); only Uniform sets overprovision (OV-01)."
WORLD "E050" "a design changes the world" "All designs live through the same storms, or their comparison would mean nothing. A design may change only its sets, `slo.min_serving`, `slo.min_served`, `slo.p95_latency` or `slo.jobs_by_deadline`, `load_balancer`, `demand`, `jobs`, `retry`, `service` and `healing`. Put other worlds into another file."
DESIGNS "E051" "too many designs" "A study compares at most 200 designs."
CHANGE "E052" "a change that Azure refuses (V-01, V-07, V-15, V-19, V-20, V-30, V-33)" "Orchestration mode, fault domains and a lost single placement group cannot be changed, zones only be added, the action of repairs not while they are on; machines join and leave only Flexible sets with one fault domain; a Flexible set with machines is not deleted (OM-01, PG-03, AR-06, CV, OM-10)."
OFFER "E053" "Spot, an instance mix or a standby pool that Azure refuses (V-24 to V-29)" "Priorities, sizes and pools go with few other settings (SP, IM, SB); the message names the other one."
HARDWARE "E054" "a reservation, host, disk, pin or size that Azure refuses (V-10, V-21, V-23, V-31, V-35)" "A size has to exist in each zone (ZN-10); reservations, dedicated hosts and pins go with few other settings (CR-04, DH-01, FD-08); only Premium SSD and Standard SSD are copied over zones, and only data disks are force-detached (DK-02, DK-04)."
SIZE "E055" "not a machine size" "Sizes are names such as `Standard_D4s_v5`: letters of the family, vCPUs, letters of features, version. `Mix` stands for an instance mix."
QUOTA "E056" "more than the quota (AL-05)" "The designed sets need more vCPUs or machines than `[quota]` allows in their region; Azure answers QuotaExceeded. Reserved machines count: the reservation holds their quota (CR-02); so do those of standby pools, deallocated ones too (SB-01)."
SET "E057" "unknown scale set" "A `[[change]]` names a scale set that the design does not have, or names none where there are several; a `[[release]]` likewise. Availability sets and single machines do not change."
DEMAND "E058" "a demand that cannot be" "A demand has one source, `rate` or `trace`; shapes of day and week need `start`; a day is cut into equal parts of whole minutes, a week into seven days; a launch that comes again must be over by then; rows of a trace rise in time, its columns are there once, and its numbers can be read in one way only."
AUTOSCALE "E059" "an autoscale setting that cannot be" "At most 20 profiles of at most 10 rules; minimum ≤ default ≤ maximum; cooldowns of 1 min to 7 days; rules that scale out compare upwards, rules that scale in downwards; a profile recurs or has a fixed date of at most 365 days (AS-01, AS-03, AS-05). It needs `[demand]`, and profiles need `start`."
TIME "E060" "times that do not fit" "An instant lies beyond the horizon, or the warm-up leaves nothing to measure."
WINDOWS "E061" "too many windows" "A trial has at most 100,000 windows of the objective."
MONTHS "E062" "calendar months without a calendar" "`slo.window = \"month\"` needs `start = \"2026-01-01\"` (and may have `time_zone`)."
HALF_WIDTH "E063" "not a half-width" "`trials.until` is `\"±10 %\"` of the estimate, or a half-width in the unit of `trials.of`: `\"±0.5 min/month\"` of downtime and differences, `\"±0.01 per year\"` of outages, `\"±0.1 points\"` of percentages; its design has to be there, and differences need two."
MODE "E071" "unknown failure mode" "The name is not in the profile. To make a new mode, say what it strikes: `scope = \"rack\"`."
CONTRADICTION "E072" "a failure mode contradicts itself" "Two keys of the mode cannot both hold; the message says which."
UNIT_MODES "E073" "too many modes that strike single machines" "At most 24 marks on single machines: modes of scope instance or host, shocks, and each distinct effect of bad releases."
DEPENDENCY "E074" "unknown dependency" "`service.depends_on` names failure modes of scope `global`."
SOURCES "E075" "several sources of faults" "Faults are drawn from the profile, or replayed from one `trace`, or conditioned on `incidents`, or scripted by `[[script]]`."
NO_FILE "E076" "a file that the scenario names is not there" "Paths are relative to the scenario file."
MEMBER "E077" "unknown member of a script" "Members are `eastus`, `eastus/1`, `eastus/1/hall0`, `eastus/1/rack07`, `eastus/1/rack07/host003`, or a machine: `web/eastus/1/0` (set, region, zone, ordinal from 0) and `web/eastus/0` for a regional set, or a component that fails by itself. With effect control-plane: regions; allocation: regions and zones; no-autoscale: scale sets that autoscale."
RATE_UNIT "E078" "a rate per something else" "The rate of a mode is per unit of its scope: per rack-year for scope rack."
MODES_FROM "E079" "a file of failure modes that has mistakes" "The file that `faults.modes_from` names holds tables `[faults.mode.<name>]` and nothing else. Its own mistakes are told with line and column in that file."
WHAT_IF "E080" "not a change" "A change is `key=value`: the path of a key as `zonefall explain` names it, `design.<name>.…` for a design, `scale_set.web.autoscale.rule[0].threshold` for an entry of a list, from 0 (of a list at the top `script.1.…` too, from 1); and TOML or a bare text as value."
GATE "E081" "a gate that asks nothing, or a design that is not there" "`[gate]` says what `run --gate` asks: `designs` names designs of this file, and at least one of `average`, `windows`, `downtime_max`, `batches_by_deadline` and `no_worse` has to ask something. `batches_by_deadline` needs `[jobs]` in every design that it asks."
PLAN "E082" "a plan without candidates" "No combination of the choices can be a design with this value, or none is within the limits of the plan. What stands in the way is told beside it."
SERVICE "E083" "a service that cannot be" "Times of responses need `[demand]`, `service.parallelism`, machines that are alike, and a limit that an idle machine keeps; the closed forms take on 10,000 requests at once in one queue. In a service of parts each part says how it works, and requests pass four tiers at most. `[retry]` needs `[demand]`, `service.ceiling` that or `[jobs]`, and so do `[sessions]` that begin with `requests`."
JOBS "E084" "jobs that cannot be" "`[jobs]` says how many come a day, `at` which time and by which `deadline` they should be done; it needs `start`. `slo.jobs_by_deadline` needs `[jobs]`."
PRICE "E085" "a machine without a price" "The price list does not know a size that a design has, or not its price as a Spot machine or in advance. Nothing is priced by a guess: give `money.prices` a list that has it. Mistakes of a list in a file of its own are told with line and column in that file."
PART "E086" "parts that do not make a service" "A part is `sets` with `min_serving` or `min_served`, or parts and components by `all`, `any`, or `of` with `least`. Each part and set stands in one place, and `slo.holds` reaches all of them. A failover group has two parts or more, and no other group within it."
UPGRADE "E087" "an upgrade policy that Azure refuses" "Upgrades that go batch by batch need one source of health; `max_unhealthy` is at least `batch`; surge does not go with automatic OS upgrades of a Flexible set; only Uniform sets roll failed machines back when a rollout stops (UP-01, UP-02, UP-07, UP-11)."
MAINTENANCE "E089" "maintenance that cannot be (MT-04, MT-05)" "Waves of one kind follow each other, so one must be over before the next; update domains are at least 30 min apart. A maintenance configuration takes sets on dedicated hosts or of an isolated size, with windows of at least 2 h and at most 35 days apart."
TOO_MUCH "E090" "more than the program accepts" "A list is longer, or a text larger, than its documented limit."
BIG_SET "W001" "a scale set above Azure's limit (OM-02)" "Azure allows 1,000 machines in a scale set. The simulation runs; the real thing would have to be several sets."
FEW_PER_ZONE "W002" "fewer machines than zones (V-36)" "A set that spans zones but has fewer machines than zones leaves a zone empty."
ZONE_LOSS "W003" "one lost zone stops the service (OV-05)" "Machines left after the loss of the fullest zone are fewer than the objective needs. Sizing for one lost zone is peak × Z/(Z−1), rounded up (OV-04)."
RARE "W004" "events that matter are too rare to be seen" "In all trials together fewer than ten events of this mode are expected, so what it does to the result is a guess: more trials, or a longer horizon."
PART_WINDOW "W005" "the last window is cut off" "The measured time is not a whole number of windows: the rest counts for availability, never for breaches."
FAST_PROBE "W006" "probes faster than Azure allows (LB-01)" "The least probe interval of Azure Load Balancer is 5 s."
UNUSED_PROFILE "W007" "a profile that is not used" "With a script or a trace nothing is drawn from the profile; its modes only name causes."
TWO_ZONES "W008" "a region with two zones (ZN-01)" "Azure's regions have at least three zones, or none (write 1)."
IMPOSSIBLE "W009" "an objective that the design can never meet" "The objective asks for more than all machines together give, so availability is 0."
SAME "W010" "two designs are the same" "Every difference between them will be exactly zero."
FEW_TRIALS "W011" "few trials" "Below 1,000 trials the intervals of rare outages say little."
UNMEASURED "W012" "time outside every month" "With calendar months, what lies before the first whole month counts for availability but belongs to no window."
SHORT_WINDOW "W013" "no whole window" "The measured time is shorter than one window, so no window can be breached."
NO_HEADROOM "W014" "automatic zone balance without head-room (V-36, AZ-08)" "Each rebalancing makes one machine more before it takes one away; where the quota has no room for it, it never starts. Autoscale should have room for it, too: a maximum above the capacity."
UNUSED "W015" "a key that changes nothing" "The key is right, but nothing in any design makes it matter: a scale-in policy of a set whose capacity never changes, for example, or a failure mode of scope global that no design names in `service.depends_on`."
PEAK "W016" "a peak that the design cannot serve" "At its greatest demand the objective asks for more than all machines together give; that time is missed, as overload. Where clients wait (`service.patience`) it is told if the demand stays above what is given until the line is as long as they wait, without noise. A warning where the time above what is given is more than `slo.target` can spare and nobody waits, else a hint."
KEPT_BY_DESIGN "W017" "a change that a design does not feel" "`--what-if` and `--vary` change the base; a design that says the same key keeps its own value, and one that does without its table (`retry = false`, `drop = [\"retry\"]`) stays without it. `--what-if design.<name>.<key>=…` changes the design. A key of `[plan]` is laid over the designs themselves, but turns on nothing that one of them has turned off: of such a design there are no candidates."
AUTOSCALE_RANGE "W018" "a short window that Azure may refuse (AS-01)" "The documented range is 5 min to 12 h, but a log in the documents shows one of a minute; a longer one is refused (E059)."
DRAIN "W019" "a drain that Azure does not wait for (LB-10, MT-11)" "Autoscale deletes machines at once. They drain only within a notice of termination (`terminate_notice`), which is at least as long. Before a new image Azure waits for 15 min at most. The simulation drains them all the same."
ONE_TRY "W020" "one try, and its work is wasted (TF-01)" "With `[retry]` an attempt that fails in an overload costs the machines `wasted_work` of what one costs that is served, also if it is the only one: with 100 % an overload of a few per cent may leave nobody served. Without the table what is too much is turned away at no cost. `wasted_work = 0` does the same with it."
MISSPELT "W021" "a new thing with nearly the name of an old one" "A table of a design such as `[design.scale_set.wbe]` changes the set of the base that is called so, or makes a new one. Here it makes one, and the base has one of nearly that name, which stays as it is. Names that differ by a number (`web1`, `web2`) are not told."
ONE_REGION "W022" "parts that stand in for each other in one region (ZN-06)" "Every part of the `[failover]` is machines of one region. Clients can be sent from zone to zone, but when the region is lost there is nobody to send them to."
GATEWAY_PEAK "W023" "a gateway whose maximum is below the peak (AG-03)" "An application gateway that has grown to its `maximum` lets less through than the most that arrives. What is too much is turned away at its door, whatever the machines could do."
SHRINKS "W024" "a runbook that shrinks its set" "A `[[runbook]]` with `capacity = n` sets the capacity to n; it does not add n. Here n is below the capacity that the set begins with, so the alert is answered by taking machines away."
SMALL_STANDBY "W025" "a standby too small for the peak (DR-07)" "The machines of a part that stands by carry less than the most that arrives: all of them, or those that run (`running`) until it has grown. Clients are sent to it all the same. Not said of sets with autoscale."
OVERWORKED "W026" "more jobs than all machines can do" "Each day brings more work than all machines of the design do in a day, with everything up and at its greatest size: what waits only grows. Or a batch alone is more than they do from `at` to `deadline`: as large a share of it as `slo.jobs_by_deadline` asks for, else all of it. Of batches of different sizes (`sigma`) only the first is told. Beside a demand they do less, for requests come first."
NO_RULE "W027" "autoscale without a rule, or with rules one way only (AS-05, AS-09)" "Without a rule autoscale keeps the number of machines within its limits and nothing else: whatever the load, it neither adds machines nor takes any away. With rules that only scale out, what the first peak brings stays for ever; with rules that only scale in, what is given back never comes again. Not said where profiles change the limits with time, nor of one way where a `[[change]]` or a `[[runbook]]` sets the capacity."
ODD_RULE "W028" "autoscale that may not mean what it says (AS-05, AS-06, AS-12)" "Azure takes all of it. A threshold of CPU or memory is in percent: 0.6 is not 60 %, and nothing is above 100 %. A rule that scales in at or above the threshold at which one scales out on the same metric leaves no room between them: where both fire machines are added, and below that only the check for flapping keeps them apart. And a set that begins outside of the limits of its autoscale is brought within them by the first evaluation; that is not said of a schedule of several profiles."
UNCOVERED "W029" "a trace that does not say what arrives in the trial" "Without `trace_every` the first rate of a trace holds until its first row, and the last one after its last. So a trace that begins late, or lies wholly before or after the trial, is hardly meant. And a local time that the clock leaves out (02:30 on 2026-03-29 in Berlin) is read as so much later as clocks go forward."
COLD_PRODUCT "W030" "machines that are repaired while they warm up (AR-04, AR-07, HM-05)" "The grace of repairs begins when a machine is up, not when it is warm: that of a new machine and of every repair's product. Where the warm-up, on the mean, is longer, what the application does not answer yet counts as unhealthy; the machine is repaired, its product is judged unhealthy as well, and after a few in a row Azure suspends repairs. With rich states a machine is initializing for `health.grace`, and meanwhile neither repaired nor judged."
UNSIZED "W031" "a set that is priced by the default size" "With `[money]` a set without `size` costs what a Standard_D4s_v5 does, the default; another set of the design says another size, so one may have been forgotten."
SLOW_POOL "W032" "slow machines that cost nothing, for nobody says how requests are spread" "A failure mode of scope instance or host, or a bad release, leaves single machines a part of their capacity, `[demand]` says what arrives, and neither `[load_balancer]` nor `service.spread` is written. So requests go where there is room, and the others make up for the slow ones. Azure's load balancers spread evenly and know nothing of a machine's load: there what is too much for a slow machine is lost. `spread = \"by-capacity\"` says that it is known who is free."
}

/// Complaints that something is not there, which prove nothing in a file that could be read only in part.
pub(crate) const OF_ABSENCE: &[&str] =
    &[MISSING_KEY, REGION, SET, NO_MACHINES, OBJECTIVE, MODE, DEPENDENCY, MEMBER, MONTHS, UNKNOWN_KEY, LAW, PART];

/// The code called `id`, in any case.
pub fn find_code(id: &str) -> Option<&'static Code> {
    CODES.iter().find(|code| code.id.eq_ignore_ascii_case(id))
}
