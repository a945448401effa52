//! What becomes of finished trials: conclusions, files, a table, a verdict.

use crate::about::about;
use crate::args::{self, CsvLocale, Format};
use crate::assemble::labels;
use crate::assumptions;
use crate::console::Console;
use crate::exit::Exit;
use crate::gate::{gate, judged};
use crate::target;
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use zonefall_engine::name_tag;
use zonefall_report::{
    Contents, FolderError, Identity, Options, Replaced, ReportKind, Reports, ResultSet, ResultsFolder, Timing,
};
use zonefall_scenario::Scenario;
use zonefall_study::assumptions::Looks;
use zonefall_study::outcome::{MethodOutcome, Outcome, Warning};
use zonefall_study::timeline::Storms;
use zonefall_study::{Finished, Study, TrialRow, conclude};

/// Finished trials, and the work that they took here and now.
pub struct Work {
    /// What is finished.
    pub finished: Finished,
    /// Trials that were computed now, and not read from a file.
    pub trials: u64,
    /// Events dispatched for them.
    pub events: u64,
    /// How long it took.
    pub seconds: f64,
    /// On how many threads; 0: as many as there are cores.
    pub threads: usize,
    /// The looks at what is assumed.
    pub looks: Looked,
    /// How a method that was asked for chose plain trials.
    pub method: Option<MethodOutcome>,
    /// A typical and the worst storm of each design, if a report shows them.
    pub storms: Option<Storms>,
}

/// What became of the looks at what is assumed.
pub enum Looked {
    /// None was asked for, or nothing is assumed.
    Not,
    /// They were interrupted.
    Interrupted,
    /// They were taken.
    Taken(Box<Looks>),
}

impl Looked {
    /// Puts them into an outcome, or says that they are not whole.
    pub fn add_to(&self, outcome: &mut Outcome, study: &Study) {
        match self {
            Self::Taken(looks) => looks.add_to(outcome, study),
            Self::Interrupted => {
                outcome.partial = true;
                outcome.warnings.push("interrupted: what is assumed was not looked at".into());
            }
            Self::Not => {}
        }
    }
}

impl Work {
    /// How long it took.
    fn timing(&self) -> Timing {
        timing(self.seconds, self.threads, self.trials, self.events)
    }
}

/// Seconds and rates of what was computed here and now.
pub fn timing(seconds: f64, threads: usize, trials: u64, events: u64) -> Timing {
    let threads = if threads == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { threads };
    let per_second = |count: u64| count as f64 / seconds.max(1e-9);
    Timing { seconds, threads, trials_per_second: per_second(trials), events_per_second: per_second(events) }
}

/// The reports that are asked for, each once.
pub fn kinds(asked: &[args::Report]) -> Vec<ReportKind> {
    let mut kinds = Vec::new();
    for report in asked {
        let kind = match report {
            args::Report::Html => ReportKind::Html,
            args::Report::Xlsx => ReportKind::Xlsx,
            args::Report::Md => ReportKind::Markdown,
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// The names of the files that will be written.
pub fn names(output: &args::Output, rows: bool, losses: bool) -> Vec<&'static str> {
    let mut names = zonefall_report::result_names(!losses, true, rows && !losses, losses);
    names.extend(kinds(&output.report).into_iter().map(ReportKind::file));
    names
}

/// Where files of a run may be: those that it writes, or that an earlier one has left and it takes away; also those of a run that
/// is interrupted.
pub fn places(out: &Path) -> Vec<PathBuf> {
    let mut names = zonefall_report::result_names(true, true, true, true);
    names.extend([ReportKind::Html, ReportKind::Xlsx, ReportKind::Markdown].map(ReportKind::file));
    let beside = beside(out, 1);
    [out, &beside].into_iter().flat_map(|folder| target::in_folder(folder, &names)).collect()
}

/// Folders for partial results beside one that they do not replace.
const BESIDE_MAX: usize = 99;

/// The first or a further folder for a partial result beside one that it does not replace.
fn beside(out: &Path, nth: usize) -> PathBuf {
    let whole = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    let mut name = whole.file_name().unwrap_or("results".as_ref()).to_owned();
    name.push(if nth > 1 { format!("-partial-{nth}") } else { "-partial".into() });
    whole.with_file_name(name)
}

/// Events dispatched for what is finished.
pub fn events(finished: &Finished) -> u64 {
    finished.tally.designs.iter().map(|design| design.events).sum()
}

/// `results/` and the scenario file's name; a replay and a changed scenario have folders of their own.
pub fn default_folder(scenario: &Path, what_if: &args::WhatIf, replay: bool) -> PathBuf {
    let mut name = scenario.file_stem().unwrap_or(scenario.as_os_str()).to_owned();
    if !what_if.what_if.is_empty() {
        name.push(format!("-what-if{}", told_apart(&what_if.what_if)));
    }
    if replay {
        name.push("-replay");
    }
    Path::new("results").join(name)
}

/// The last keys of changes and their values, in letters that any file system takes, and a hash of all that is changed, so that no
/// what-if replaces what another one wrote.
fn told_apart(changes: &[String]) -> String {
    const LETTERS_MAX: usize = 40;
    let (mut name, mut all) = (String::new(), String::new());
    for change in changes {
        let (key, value) = change.split_once('=').unwrap_or((change, ""));
        let (key, value) = (key.trim(), value.trim());
        for part in [key.rsplit('.').next().unwrap_or(key), value] {
            name.push('-');
            let safe = |letter: char| {
                if letter.is_ascii_alphanumeric() || letter == '.' || letter == '_' { letter } else { '-' }
            };
            name.extend(part.chars().map(safe));
        }
        all += &format!("{key}={value}\n");
    }
    let words: Vec<&str> = name.split('-').map(|word| word.trim_matches('.')).filter(|word| !word.is_empty()).collect();
    let mut name = words.join("-");
    name.truncate(LETTERS_MAX);
    format!("-{}-{:08x}", name.trim_end_matches(['-', '.']), name_tag(&all) >> 32)
}

/// Remarks on the scenario that say why demand is not served, or served by more machines than it needs: a peak, a gateway, a standby,
/// autoscale that goes one way only.
const OF_CAPACITY: [&str; 4] = ["W016", "W023", "W025", "W027"];

/// These hints on a scenario.
pub fn of_capacity(scenario: &Scenario) -> impl Iterator<Item = String> {
    let told = scenario.warnings.items().iter().filter(|item| OF_CAPACITY.contains(&item.code));
    told.map(|item| format!("{} ({})", item.message, item.code))
}

/// Puts in what the scenario says of results: where too little was ordered, which explains what is charged to overload, and what comes
/// of its gate.
pub fn held_against(scenario: &Scenario, outcome: &mut Outcome) {
    outcome.warnings.extend(of_capacity(scenario).map(Warning::from));
    outcome.gate = judged(scenario, outcome);
}

/// Concludes, writes the result files and shows the results. `options` is the run that makes the same files.
pub fn publish(
    options: &args::Run,
    scenario: &Scenario,
    study: &Study,
    work: &Work,
    out: &Path,
    console: Console,
) -> Result<Exit> {
    let mut outcome = conclude(study, &work.finished, &labels(scenario));
    outcome.method = work.method.clone();
    work.looks.add_to(&mut outcome, study);
    outcome.not_weighed = assumptions::are_not_weighed(study, &outcome);
    held_against(scenario, &mut outcome);
    let rows = options.rows.then_some(work.finished.tally.rows.as_slice());
    present(options, scenario, study, (&outcome, rows, work.storms.as_ref()), work.timing(), work.trials, out, console)
}

/// Writes the result files and shows the results; `trials` were computed here and now.
#[allow(clippy::too_many_arguments, reason = "what is shown, and where")]
pub fn present(
    options: &args::Run,
    scenario: &Scenario,
    study: &Study,
    (outcome, rows, storms): (&Outcome, Option<&[TrialRow]>, Option<&Storms>),
    timing: Timing,
    trials: u64,
    out: &Path,
    console: Console,
) -> Result<Exit> {
    let (kinds, about) = (kinds(&options.output.report), about(options, scenario, study));
    let reports = (!kinds.is_empty()).then_some(Reports { kinds: &kinds, about: &about, storms });
    let contents = Contents { outcome: Some(outcome), rows, losses: None, reports };
    let seconds = timing.seconds;
    let written = write(&options.output, scenario, study, contents, outcome.trials, timing, out);
    // What was computed is shown even if it could not be written.
    match options.output.format {
        Format::Table => console.data(&zonefall_report::terminal::render(outcome, style(console)))?,
        Format::Json => console.data(&format!("{}\n", zonefall_report::json(outcome)?))?,
        Format::Csv => console.data(&zonefall_report::csv_table(outcome)?)?,
    }
    let written = written?;
    if let Written::Files(written) = &written {
        farewell(options, written, trials, seconds, console)?;
    }
    if outcome.partial {
        let (done, asked) = (outcome.trials, outcome.trials_asked);
        console.complain(&match written {
            Written::Files(written) => {
                format!("interrupted: {done} of {asked} trials kept in {}", written.dir.display())
            }
            Written::More { dir, trials } => format!(
                "interrupted: {done} of {asked} trials, not written: {} stays as it is, with {trials} trials of the same \
                 scenario and seed",
                dir.display()
            ),
        });
        return Ok(Exit::Interrupted);
    }
    Ok(gate(&options.output, scenario, outcome, console))
}

/// What became of a set of result files.
pub enum Written {
    /// They are there.
    Files(ResultsFolder),
    /// A partial result of the same scenario and seed that got further stays instead.
    More { dir: PathBuf, trials: u64 },
}

/// Writes a set of result files. A partial result that may not replace what is there goes beside it: nothing already computed is lost.
pub fn write(
    output: &args::Output,
    scenario: &Scenario,
    study: &Study,
    contents: Contents<'_>,
    trials: u64,
    timing: Timing,
    out: &Path,
) -> Result<Written> {
    let locale = output.csv_locale.into();
    let identity = Identity {
        version: env!("CARGO_PKG_VERSION").into(),
        study: study.name.clone(),
        scenario_hash: scenario.hash.clone(),
        seed: study.seed,
        trials,
    };
    let files = zonefall_report::result_files(contents, locale)?;
    let partial = contents.outcome.is_some_and(|outcome| outcome.partial);
    let set = ResultSet { identity, files, timing };
    let options = Options { force: output.force, partial };
    let mut places = std::iter::once(out.to_owned()).chain((1..=BESIDE_MAX).map(|nth| beside(out, nth))).peekable();
    while let Some(place) = places.next() {
        match ResultsFolder::write(&place, &set, options) {
            Err(FolderError::PartialOverMore { dir, trials, same: true }) => return Ok(Written::More { dir, trials }),
            Err(FolderError::PartialOverComplete { .. } | FolderError::PartialOverMore { .. })
                if places.peek().is_some() => {}
            written => return Ok(Written::Files(written?)),
        }
    }
    bail!("no place is left beside {}", out.display())
}

/// How tables are drawn here.
pub fn style(console: Console) -> zonefall_report::terminal::Style {
    zonefall_report::terminal::Style { width: console.width(), colour: console.colour_out(), unicode: true }
}

/// Says what an earlier run left in the folder and this one took away, and whose results it has replaced by others or by fewer trials.
pub fn tell_removed(written: &ResultsFolder, console: Console) {
    if let Some(Replaced { study, trials, more }) = &written.replaced {
        let (dir, trials) =
            (written.dir.display(), if *trials == 1 { "1 trial".into() } else { format!("{trials} trials") });
        let words = format!(
            "replaced the results of {trials} of \"{study}\" in {dir}; another folder (--out) would have kept them"
        );
        // Who asks for quiet does not ask for losing what took longer.
        if *more { console.complain(&words) } else { console.remark(&words) }
    }
    if !written.removed.is_empty() {
        let names = written.removed.join(" ");
        console.complain(&format!("removed {names} of an earlier run from {}", written.dir.display()));
    }
}

/// The files, and the command that makes them again.
pub fn farewell(
    options: &args::Run,
    written: &ResultsFolder,
    trials: u64,
    seconds: f64,
    console: Console,
) -> Result<()> {
    tell_removed(written, console);
    if options.output.format != Format::Table {
        return Ok(());
    }
    // Nothing was computed by a merge: it has no rate.
    let rate = match trials {
        0 => String::new(),
        trials => format!(", {:.0} trials a second", trials as f64 / seconds.max(1e-9)),
    };
    console.data(&format!(
        "\nFiles      {}\n           in {}\nAgain      {}\nTook       {seconds:.2} s{rate}\n",
        written.written.join(" "),
        written.dir.display(),
        command(options)
    ))
}

/// The command that makes the result files again.
pub fn command(options: &args::Run) -> String {
    let mut command = format!("zonefall run {}", quoted(&options.scenario));
    for change in &options.what_if.what_if {
        command += &format!(" --what-if {}", quoted(Path::new(change)));
    }
    if let Some(trials) = options.trials {
        command += &format!(" --trials {trials}");
    }
    if let Some(seed) = options.seed {
        command += &format!(" --seed {seed}");
    }
    if let Some(method) = options.method {
        command += &format!(" --method {}", method.word());
    }
    if let Some(faults) = &options.faults {
        command += &format!(" --faults {}", quoted(faults));
    }
    for (given, flag) in [
        (options.allow_mapping, " --allow-mapping"),
        (options.rows, " --rows"),
        (options.no_counterfactual, " --no-counterfactual"),
        (options.no_assumptions, " --no-assumptions"),
        (options.output.csv_locale == CsvLocale::Eu, " --csv-locale eu"),
    ] {
        command += if given { flag } else { "" };
    }
    let reports: Vec<&str> = kinds(&options.output.report).into_iter().map(ReportKind::word).collect();
    if !reports.is_empty() {
        command += &format!(" --report {}", reports.join(","));
    }
    if let Some(out) = &options.output.out {
        command += &format!(" --out {}", quoted(out));
    }
    command
}

/// A path as a shell takes it.
pub fn quoted(path: &Path) -> String {
    let shown = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+=,:@".contains(c);
    if !shown.is_empty() && shown.chars().all(plain) { shown } else { format!("'{}'", shown.replace('\'', "'\\''")) }
}
