//! `fit`: from a file of incidents to rates, laws and failure modes.

use crate::args::{Fit, Format, Instants, LawChoice, LengthUnit};
use crate::console::Console;
use crate::exit::Exit;
use crate::inputs;
use crate::target;
use anyhow::{Context, Result};
use std::io::Write;
use std::path::Path;
use zonefall_faults::{
    LengthColumn, RecordColumns, TimeUnit, TraceError, parse_instant, read_column_names, read_records,
};
use zonefall_report::terminal::{Style, fit_table};
use zonefall_report::{ModesError, Struck, fit_csv, fit_json, modes_toml};
use zonefall_stats::Confidence;
use zonefall_study::fitting::{
    Choice, Family, Fitted, Grouping, INCIDENT_COLUMNS, Observed, Plan, fit_records, mode_name,
};

/// What a failure mode may strike, and the unit of its rates.
pub const SCOPES: [(&str, &str); 9] = [
    ("instance", "VM"),
    ("host", "host"),
    ("rack", "rack"),
    ("hall", "hall"),
    ("zone", "zone"),
    ("region", "region"),
    ("global", "world"),
    ("control-plane", "region"),
    ("allocation", "zone"),
];

/// Columns by which a file of published incidents is known, together with [`INCIDENT_COLUMNS`].
const INCIDENT_HEADER: [&str; 3] = ["start_utc", "main_hours", "tail_hours"];

pub const AFTER_HELP: &str = "\
Files of published incidents (columns start_utc, main_hours, tail_hours, scope, cause_class) are known by their header and \
need no mapping; `zonefall explain fit` says how they are grouped, what is assumed and when it fails.";

pub const EXPLAINED: &str = "\
fit: rates and durations from recorded incidents.

  zonefall fit incidents.csv
  zonefall fit log.csv --start began --end ended --time s --unit node --scope host --write fitted.toml

How often     events over unit-years (--units or --unit, --span), with Garwood's exact Poisson interval. A dispersion test
              (variance over mean of counts in equal windows, 1 for Poisson) says whether events are clustered or their
              rate changes; then the interval is widened as if there were only events / dispersion of them.
How long      median, mean and 90 % quantile as recorded (product-limit where durations are cut off), and the mean and
              standard deviation (divisor n - 1) of ln(hours).
By which law  maximum likelihood for exponential, lognormal (sigma with divisor n - 1), Weibull and gamma. Below 20 durations
              the family cannot be told and lognormal is taken by convention (exponential below 3). From 20 on the smallest
              AICc decides; families within 2 of it are named. From 50 on, if every family is rejected (p < 0.01), the
              recorded durations themselves are the law.
Intervals     95 %. Lognormal and exponential: exact. Else: profile likelihood with Student's quantile; from 2,000 durations
              on the curvature. Cut-off durations (`>24`, --still-running) count as longer than recorded.
p             Anderson-Darling with a parametric bootstrap; small means the law does not fit. Not tested below 5 durations
              or with cut-off ones.

Dirty rows are counted, named by reason and line, and left out. A row without an end counts for how often, not for how
long.

Published incidents (columns start_utc, main_hours, tail_hours, scope, cause_class) are grouped by reach and cause:
  zone-power-cooling  scope zone, datacenter or datacenter/zone; cause power, cooling, power+cooling or water+fire
  zone-power          of these, power only
  zone-cooling        of these, any cooling
  zone-other          the same scopes; every other cause: network, control plane, software, attack
  region              scope region, any cause
  global              scope global or multi-region, any cause
They change the modes datacenter, zone-network, region-data-plane and global-edge of the default profile; the two that are
parts of another group change none.

--write makes a file of failure modes (confidence \"derived\", rates with low and high values) that a scenario takes with
[faults] modes_from = \"fitted.toml\".

When it fails: trends, mixed causes, one incident told in many rows, units that never failed and are in no file, records
that leave out short outages. Fits describe the record, not the future.";

/// Fits a file.
pub fn fit(options: &Fit, console: Console) -> Result<Exit> {
    target::refuse_unless_free(&options.write, [options.file.as_path()], options.force)?;
    inputs::there(&options.file)?;
    let asked = match asked(options) {
        Ok(asked) => asked,
        Err(Wrong::Usage(words)) => {
            console.complain(&format!("error: {words}"));
            return Ok(Exit::Usage);
        }
        Err(Wrong::File(error)) => return Err(in_words(error, &options.file)),
    };
    let (columns, mut plan) = asked;
    let records = read_records(&options.file, &columns).map_err(|error| in_words(error, &options.file))?;
    plan.units = plan.units.or(records.units);
    let fitted = fit_records(&records, &plan).with_context(|| options.file.display().to_string())?;
    let modes = match &options.write {
        Some(path) => match fragment(options, &fitted, path) {
            Ok(text) => Some(text),
            Err(words) => {
                console.complain(&format!("error: {words}"));
                return Ok(Exit::Usage);
            }
        },
        None => None,
    };
    let style = Style { width: console.width(), colour: console.colour_out(), unicode: true };
    match options.format {
        Format::Table => console.data(&fit_table(&fitted, style))?,
        Format::Json => console.data(&fit_json(&fitted)?)?,
        Format::Csv => console.data(&fit_csv(&fitted)?)?,
    }
    if let (Some(path), Some(text)) = (&options.write, modes) {
        target::write(path, options.force, |file| Ok(file.write_all(text.as_bytes())?))?;
        let name = path.file_name().unwrap_or_default().display();
        console
            .remark(&format!("wrote {}; a scenario takes it with: [faults] modes_from = \"{name}\"", path.display()));
    }
    if options.format != Format::Table {
        tell_dirt(&fitted, console);
    }
    Ok(Exit::Fine)
}

/// Where figures go into a pipe, people still see what was left out.
fn tell_dirt(fitted: &Fitted, console: Console) {
    for left in &fitted.left_out {
        console.remark(&format!("note: left out: {}", left.words()));
    }
}

/// The failure modes, checked as a scenario would check them.
fn fragment(options: &Fit, fitted: &Fitted, path: &Path) -> Result<String, String> {
    let of = |scope: &String| SCOPES.iter().find(|(name, _)| name == scope);
    let struck = options.scope.as_ref().and_then(of).map(|&(scope, unit)| Struck { scope, unit });
    let text = modes_toml(fitted, struck).map_err(|error: ModesError| error.to_string())?;
    zonefall_scenario::check_modes(&text, &path.display().to_string())
        .map_err(|wrong| format!("no scenario would take these modes\n{wrong}"))?;
    Ok(text)
}

/// A column that is not there gets the nearest that is.
fn in_words(error: TraceError, path: &Path) -> anyhow::Error {
    let near = match &error {
        TraceError::Column { name, found } => {
            let found: Vec<&str> = found.iter().map(String::as_str).collect();
            zonefall_scenario::nearest(name, &found).map(str::to_owned)
        }
        _ => None,
    };
    let error = anyhow::Error::new(error);
    match near {
        Some(near) => error.context(format!("{}: did you mean `{near}`?", path.display())),
        None => error.context(path.display().to_string()),
    }
}

enum Wrong {
    Usage(String),
    File(TraceError),
}

fn usage<T>(words: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong::Usage(words.into()))
}

/// What the command line asks for, and what the header adds.
fn asked(options: &Fit) -> Result<(RecordColumns, Plan), Wrong> {
    let names = read_column_names(&options.file).map_err(Wrong::File)?;
    let has = |name: &&str| names.iter().any(|found| found == name);
    let known = INCIDENT_HEADER.iter().chain(&INCIDENT_COLUMNS).all(has);
    let mapped = options.start.is_some() || options.end.is_some() || options.duration.is_some();
    let incidents = known && !mapped;
    let time = time(options.time);
    let (span, observed) = span(options, time)?;
    let length = match (&options.end, &options.duration) {
        (Some(end), _) => LengthColumn::End(end.clone()),
        (None, Some(duration)) => LengthColumn::Duration(duration.clone(), milliseconds(options.duration_unit)),
        (None, None) if incidents => LengthColumn::Duration("main_hours".into(), milliseconds(LengthUnit::H)),
        (None, None) => return usage(format!("say --end or --duration; {}", columns_in_words(&names))),
    };
    if options.start.is_none() && options.end.is_some() {
        return usage(format!("--end needs --start; {}", columns_in_words(&names)));
    }
    let own_groups = incidents && options.group.is_empty();
    let groups = if own_groups { INCIDENT_COLUMNS.map(str::to_owned).to_vec() } else { listed(&options.group) };
    let (units, units_of) = units(options)?;
    let columns = RecordColumns {
        start: options.start.clone().or(incidents.then(|| "start_utc".into())),
        length,
        time,
        groups,
        unit: options.unit.clone(),
        only: only(options)?,
        span,
        running_until: span.map(|(_, to)| to).filter(|_| options.still_running),
    };
    if options.still_running && span.is_none() {
        return usage("--still-running needs to know when: --span FROM..TO");
    }
    let all = mode_name(&options.file.file_stem().unwrap_or_default().to_string_lossy());
    let plan = Plan {
        source: options.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        grouping: if own_groups { Grouping::Incidents } else { Grouping::Columns(all) },
        observed,
        units,
        units_of,
        choice: choice(options.law),
        confidence: Confidence::P95,
    };
    Ok((columns, plan))
}

/// The names of lists with commas between them; one in double quotes may have commas.
fn listed(lists: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    for list in lists {
        let mut quoted = false;
        let parts = list.split(|c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        });
        names.extend(parts.map(|name| {
            let trimmed = name.trim();
            let inner = trimmed.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            inner.unwrap_or(name).to_owned()
        }));
    }
    names
}

fn columns_in_words(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(30).map(|name| format!("`{}`", name.escape_debug())).collect();
    format!("the file has the columns {}", if shown.is_empty() { "none".into() } else { shown.join(", ") })
}

fn time(time: Instants) -> TimeUnit {
    match time {
        Instants::Iso => TimeUnit::Iso8601,
        Instants::S => TimeUnit::UnixSeconds,
        Instants::Ms => TimeUnit::UnixMs,
        Instants::Hours => TimeUnit::Hours,
    }
}

fn milliseconds(unit: LengthUnit) -> f64 {
    match unit {
        LengthUnit::Ms => 1.0,
        LengthUnit::S => 1e3,
        LengthUnit::Min => 6e4,
        LengthUnit::H => 3.6e6,
        LengthUnit::Days => 8.64e7,
    }
}

fn choice(law: LawChoice) -> Choice {
    match law {
        LawChoice::Auto => Choice::Auto,
        LawChoice::Exponential => Choice::Family(Family::Exponential),
        LawChoice::Lognormal => Choice::Family(Family::LogNormal),
        LawChoice::Weibull => Choice::Family(Family::Weibull),
        LawChoice::Gamma => Choice::Family(Family::Gamma),
        LawChoice::Empirical => Choice::Empirical,
    }
}

type Span = (Option<(i64, i64)>, Observed);

fn span(options: &Fit, time: TimeUnit) -> Result<Span, Wrong> {
    let Some(text) = &options.span else { return Ok((None, Observed::AsRecorded)) };
    if let Some((from, to)) = text.split_once("..") {
        let instant = |text: &str| parse_instant(text, time).map_err(|why| Wrong::Usage(format!("--span: {why}")));
        let (from, to) = (instant(from)?, instant(to)?);
        return if from < to {
            Ok((Some((from, to)), Observed::Between(from, to)))
        } else {
            usage(format!("--span {text} ends before it begins"))
        };
    }
    match zonefall_scenario::parse_duration(text) {
        Ok(length) if length.as_ms() > 0 => Ok((None, Observed::For(length.as_ms() as f64))),
        Ok(_) => usage("--span must be longer than nothing"),
        Err(why) => usage(format!("--span: \"{text}\" {why}; write FROM..TO or a duration such as \"3 years\"")),
    }
}

fn only(options: &Fit) -> Result<Vec<(String, Vec<String>)>, Wrong> {
    let mut only: Vec<(String, Vec<String>)> = Vec::new();
    for text in &options.only {
        let Some((column, value)) = text.split_once('=') else {
            return usage(format!("--where {text}: write COLUMN=VALUE"));
        };
        match only.iter_mut().find(|(name, _)| name == column) {
            Some((_, values)) => values.push(value.to_owned()),
            None => only.push((column.to_owned(), vec![value.to_owned()])),
        }
    }
    Ok(only)
}

type Units = (Option<u64>, Vec<(String, u64)>);

fn units(options: &Fit) -> Result<Units, Wrong> {
    let (mut all, mut of) = (None, Vec::new());
    for text in &options.units {
        let (group, number) = text.rsplit_once('=').map_or((None, text.as_str()), |(group, n)| (Some(group), n));
        let number: u64 = match number.trim().replace('_', "").parse() {
            Ok(number) if number > 0 => number,
            _ => return usage(format!("--units {text}: `{number}` is no number of units of at least 1")),
        };
        match group {
            Some(group) => of.push((group.trim().to_owned(), number)),
            None if all.is_some() => return usage("--units: two numbers for all groups"),
            None => all = Some(number),
        }
    }
    Ok((all, of))
}
