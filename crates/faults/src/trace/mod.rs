//! Fault traces: what struck, as a file. A trial can be written down and lived through again bit for bit, and outages
//! that really happened can take the place of drawn ones.
//!
//! # The file
//! UTF-8 text. First lines that begin with `#` and say `key: value`:
//!
//! | key | value |
//! |---|---|
//! | (first line) | `# zonefall fault trace` |
//! | `format` | 1 |
//! | `seed`, `trial`, `lineage` | which trial was recorded; absent where none was |
//! | `topology`, `profile`, `population` | fingerprints, 16 hexadecimal digits; `population` may be absent |
//! | `profile name` | in words |
//! | `horizon_ms` | the end of the trial |
//! | `thinned` | strikes left out because they found their unit down by the same mode |
//! | `not recorded` | modes whose strikes follow from the fleet's history, separated by `;` |
//!
//! Then CSV as in RFC 4180 (written with line feeds, read with either line break): a row of column names and the
//! columns `event_id, parent_id, stage, announced_ms, start_ms, end_ms, scope, members, effect, factor, cause`.
//!
//! * `event_id` numbers what happened; rows of one event share it. `parent_id` is the event that brought this one.
//! * `stage` is one of [`Stage`]. An event that takes racks has one `main` row, whose end is its main recovery (it may
//!   name no member), and `tail` rows for racks that come back later. A `past` row is a wave of pauses that was over before
//!   the trial (MT-05): it starts at 0, and its `end_ms` is how long before the trial it began.
//! * Times are milliseconds from the beginning of the trial. `announced_ms` is empty unless the strike was seen coming;
//!   then the machine only pauses. An empty `end_ms` never ends. A `shock` ends where it starts: each machine recovers
//!   by fleet luck, keyed by the trial. The end of a unit's row is the end of its repair had it begun at once: waiting
//!   for crews and for free capacity is the fleet's.
//! * `members` are names separated by `;`: `*`, `eastus`, `eastus/1`, `eastus/1/rack07`, `eastus/1/rack03-rack07`,
//!   `eastus/1/rack07/host003`, `web/eastus/1/0`. One member is one outage: a zone that fails as a whole is one name.
//! * `effect` is `down`, `degraded` (with its `factor` in thousandths), `frozen`, `evicted` (Spot machines) or
//!   `unhealthy`; `cause` is a mode's name. A row of stage `allocation` that is `degraded` says how many thousandths of the
//!   requests for capacity succeed.
//!
//! What must never be here: a draw of chance, or what a fleet does about a strike.

mod causes;
mod foreign;
mod incidents;
mod intervals;
mod layout;
mod members;
mod problems;
mod read;
mod record;
mod records;
mod replay;
mod row;
mod spread;
mod table;
mod write;

pub use foreign::{
    BURST_UNITS_MIN, BURST_WITHIN_MS, Bursts, Dirty, Foreign, ForeignCause, ForeignColumns, ForeignReport, TimeUnit,
    parse_foreign, read_foreign,
};
pub use incidents::{Incident, Incidents, incident_storm, parse_incidents, read_incidents};
pub use problems::{PROBLEMS_SHOWN_MAX, Problems, TraceError};
pub use read::{parse_trace, read_trace};
pub use record::{Recording, record};
pub use records::{
    Dirt, GROUPS_MAX, Lasted, LengthColumn, Record, RecordColumns, Records, parse_instant, parse_records,
    read_column_names, read_records,
};
pub use replay::{Mapping, Replay, replay};
pub use row::{Header, Row, Stage, Trace, TrialId};
pub use table::separator;

/// The version of the file format that is written, and the only one that is read.
pub const FORMAT: u32 = 1;
/// The most bytes of a file that is read.
pub const BYTES_MAX: u64 = 512 << 20;
/// The most rows, and the most members of all rows: each has a beginning and an end, and 2²⁴ of these can be told apart.
pub const ROWS_MAX: usize = 1 << 23;
