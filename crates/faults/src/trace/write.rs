//! A trace as text.

use super::FORMAT;
use super::problems::TraceError;
use super::row::{Header, Row, Trace, effect_word, scope_word};
use crate::mode::Effect;
use std::io::Write;
use zonefall_engine::SimTime;

/// The columns, in their order.
pub(crate) const COLUMNS: [&str; 11] = [
    "event_id",
    "parent_id",
    "stage",
    "announced_ms",
    "start_ms",
    "end_ms",
    "scope",
    "members",
    "effect",
    "factor",
    "cause",
];

/// The first line of every trace.
pub(crate) const TITLE: &str = "zonefall fault trace";

/// A name as a header line can carry it: on one line, without the separator.
pub(crate) fn header_name(name: &str) -> String {
    let plain = |c: char| if c.is_control() || c == ';' { ' ' } else { c };
    name.chars().map(plain).collect::<String>().trim().to_owned()
}

impl Trace {
    /// Writes the trace: its header, the row of column names, the rows.
    ///
    /// # Errors
    /// If `to` refuses to be written to.
    pub fn write(&self, mut to: impl Write) -> Result<(), TraceError> {
        write_header(&self.header, &mut to)?;
        let mut writer = csv::Writer::from_writer(to);
        let failed = |error: csv::Error| TraceError::Io(error.into());
        writer.write_record(COLUMNS).map_err(failed)?;
        for row in self.rows() {
            writer.write_record(fields(row, self.cause(row))).map_err(failed)?;
        }
        Ok(writer.flush()?)
    }

    /// The trace as text.
    ///
    /// # Errors
    /// Never in practice: memory does not refuse.
    pub fn to_text(&self) -> Result<String, TraceError> {
        let mut bytes = Vec::new();
        self.write(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn write_header(header: &Header, to: &mut impl Write) -> Result<(), TraceError> {
    writeln!(to, "# {TITLE}\n# format: {FORMAT}")?;
    if let Some(id) = header.trial {
        writeln!(to, "# seed: {}\n# trial: {}\n# lineage: {}", id.seed, id.trial, id.lineage)?;
    }
    writeln!(to, "# topology: {:016x}\n# profile: {:016x}", header.topology, header.profile)?;
    writeln!(to, "# profile name: {}", header_name(&header.profile_name))?;
    if let Some(population) = header.population {
        writeln!(to, "# population: {population:016x}")?;
    }
    writeln!(to, "# horizon_ms: {}\n# thinned: {}", header.horizon.as_ms(), header.thinned)?;
    if !header.not_recorded.is_empty() {
        writeln!(to, "# not recorded: {}", header.not_recorded.join("; "))?;
    }
    Ok(())
}

fn fields(row: &Row, cause: &str) -> [String; 11] {
    let ms = |time: SimTime| if time == SimTime::NEVER { String::new() } else { time.as_ms().to_string() };
    let factor = if let Effect::Degraded(left) = row.effect { left.to_string() } else { String::new() };
    [
        row.event_id.to_string(),
        row.parent_id.map_or_else(String::new, |id| id.to_string()),
        row.stage.word().into(),
        row.announced.map_or_else(String::new, ms),
        ms(row.start),
        ms(row.end),
        scope_word(row.scope).into(),
        row.members.to_string(),
        effect_word(row.effect).into(),
        factor,
        cause.into(),
    ]
}
