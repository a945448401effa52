//! From bytes to a scenario.

use crate::checks::{self, All};
use crate::codes;
use crate::components::Modes;
use crate::designs::{self, Around, Laid};
use crate::diagnostic::{Diagnostics, Sink};
use crate::faults;
use crate::files::{Files, Named, nearest_file};
use crate::foreign;
use crate::gate;
use crate::method;
use crate::money;
use crate::node::Node;
use crate::offers::{self, Lacks};
use crate::overlay::{self, Seen};
use crate::plan;
use crate::reader::Reader;
use crate::scenario::{Assumptions, FaultSource, Scenario};
use crate::script::{self, World};
use crate::syntax;
use crate::timeline::{self, Timeline, Times};
use crate::until;
use crate::waves;
use crate::what_if::{self, WhatIf};
use crate::whose;
use crate::world;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use zonefall_faults::{Profile, UNITS_MAX};
use zonefall_topology::Topology;

/// The most bytes of a scenario file: 8 MiB.
pub const FILE_BYTES_MAX: u64 = 8 << 20;

/// Reads and checks a scenario file. Files that it names must be there.
///
/// # Errors
/// All mistakes of the file at once, with places and help; or that it cannot be read.
pub fn load(path: &Path) -> Result<Scenario, Diagnostics> {
    load_with(path, &WhatIf::default())
}

/// [`load`], as if the file had been changed.
///
/// # Errors
/// Those of [`load`]; mistakes in the changes name the change.
pub fn load_with(path: &Path, what_if: &WhatIf) -> Result<Scenario, Diagnostics> {
    load_as(path, what_if, false)
}

/// [`load_with`] that also makes every candidate of the plan.
///
/// # Errors
/// Those of [`load`], and values of the plan with which no candidate is possible.
pub fn load_plan(path: &Path, what_if: &WhatIf) -> Result<Scenario, Diagnostics> {
    load_as(path, what_if, true)
}

fn load_as(path: &Path, what_if: &WhatIf, whole_plan: bool) -> Result<Scenario, Diagnostics> {
    let name = path.display().to_string();
    let refuse = |code, words: String| {
        let mut sink = Sink::default();
        let more = sink.error_of_file(code, words);
        if let Some(near) = nearest_file(path) {
            more.help(format!("did you mean `{}`?", near.display()));
        }
        Err(sink.finish(&name, ""))
    };
    match text_of(path) {
        Err((codes::UNREADABLE, why)) => refuse(codes::UNREADABLE, format!("{name}: {why}")),
        Err((code, why)) => refuse(code, why),
        Ok(text) => decode(&Source { text: &text, file: &name, check_files: true, whole_plan, what_if }),
    }
}

/// The text of a file, or what is wrong with it.
pub(crate) fn text_of(path: &Path) -> Result<String, (&'static str, String)> {
    let bytes = read(path).map_err(|why| (codes::UNREADABLE, format!("the file cannot be read: {why}")))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err((codes::HUGE, "the file is larger than 8 MiB".into()));
    }
    let text = String::from_utf8(bytes).map_err(|why| {
        let at = why.utf8_error().valid_up_to();
        (codes::NOT_TEXT, format!("the file is not UTF-8 text: byte {at} belongs to no character"))
    })?;
    match text.find('\0') {
        Some(at) => Err((codes::NOT_TEXT, format!("the file is not text: byte {at} is NUL"))),
        None => Ok(text),
    }
}

/// At most one byte more than is allowed.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    // Opening a pipe would wait for its writer for ever.
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Checks the text of a scenario; `file_name` is what diagnostics call it and what paths in it are relative to. Files
/// that it names need not be there.
///
/// # Errors
/// All mistakes of the text at once, with places and help.
pub fn parse(text: &str, file_name: &str) -> Result<Scenario, Diagnostics> {
    parse_with(text, file_name, &WhatIf::default())
}

/// [`parse`], as if the text had been changed.
///
/// # Errors
/// Those of [`parse`]; mistakes in the changes name the change.
pub fn parse_with(text: &str, file_name: &str, what_if: &WhatIf) -> Result<Scenario, Diagnostics> {
    decode(&Source { text, file: file_name, check_files: false, whole_plan: false, what_if })
}

/// What is decoded.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub text: &'a str,
    /// What diagnostics call it, and what paths in it are relative to.
    pub file: &'a str,
    pub check_files: bool,
    /// Whether every candidate of a plan is made.
    pub whole_plan: bool,
    pub what_if: &'a WhatIf,
}

fn decode(source: &Source<'_>) -> Result<Scenario, Diagnostics> {
    let mut sink = Sink::default();
    match decode_into(source, &mut sink) {
        Some(scenario) if !sink.has_errors() => {
            let warnings = sink.finish_with(source.file, source.text, source.what_if);
            Ok(Scenario { warnings, ..scenario })
        }
        _ => Err(sink.finish_with(source.file, source.text, source.what_if)),
    }
}

/// The scenario without its warnings; also for the tests, which look at what was asked for.
pub(crate) fn decode_into(source: &Source<'_>, sink: &mut Sink) -> Option<Scenario> {
    let Source { text, file, check_files, whole_plan, what_if } = *source;
    if text.len() as u64 > FILE_BYTES_MAX {
        sink.error_of_file(codes::HUGE, "the file is larger than 8 MiB");
        return None;
    }
    if let Some(at) = text.find('\0') {
        sink.error_of_file(codes::NOT_TEXT, format!("the file is not text: byte {at} is NUL"));
        return None;
    }
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        sink.error_of_file(codes::EMPTY, "the file is empty").help("begin with a template: `zonefall init`");
        return None;
    }
    if let Some(foreign) = foreign::foreign(text) {
        sink.error(codes::SYNTAX, &foreign::begin(text), foreign.told()).help(foreign.help(file));
        return None;
    }
    let (tree, broken) = syntax::tree(text, sink);
    let (tree, kept) = what_if::lay(tree, what_if, text.len() + 1, sink);
    let root = Reader::new(&tree, "", sink);
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let named = Named::default();
    let files = Files { base: folder, check: check_files, named: &named };
    allowed(&root, sink);
    let scenario = everything(&root, &tree, files, whole_plan, sink);
    let scenario = scenario.map(|scenario| Scenario { files: named.paths(), kept, ..scenario });
    sink.forget_consequences(&broken);
    // A file of modes is a part of the scenario.
    let mut whole = sink.attached_texts().fold(text.to_owned(), |whole, part| whole + "\0" + part);
    if what_if.is_empty() {
        return scenario.map(|scenario| Scenario { hash: hash(&whole), ..scenario });
    }
    whole += &format!("\0what if\0{}", what_if.text());
    let name = |name: &str| format!("{name}, if {}", what_if.words());
    scenario.map(|scenario| Scenario { name: name(&scenario.name), hash: hash(&whole), ..scenario })
}

/// The warnings and hints that are not to be told.
fn allowed(root: &Reader<'_>, sink: &mut Sink) {
    for (code, span) in root.texts("allow", sink).unwrap_or_default() {
        match codes::find_code(&code).filter(|code| code.id.starts_with('W')) {
            Some(code) => drop(sink.allowed.insert(code.id)),
            None => {
                let ids = codes::CODES.iter().map(|code| code.id).filter(|id| id.starts_with('W'));
                let words = format!("`{code}` is no code of a warning or hint");
                sink.error(codes::CHOICE, &span, words).nearest(&code, ids).help("`zonefall explain codes` lists them");
            }
        }
    }
}

/// What all designs live in, as far as it could be read.
struct Surroundings {
    name: Option<String>,
    times: Times,
    timeline: Option<Timeline>,
    assumptions: Option<Assumptions>,
    method: Option<zonefall_faults::Method>,
    topology: Option<Topology>,
    lacks: Lacks,
    profile: Option<Profile>,
    source: Option<FaultSource>,
}

impl Surroundings {
    /// Whether all that stands before the designs could be read.
    fn is_understood(&self) -> bool {
        self.topology.is_some() && self.profile.is_some() && self.timeline.is_some()
    }
}

fn surroundings(root: &Reader<'_>, tree: &Node, files: Files<'_>, sink: &mut Sink) -> Surroundings {
    let name = root.text("name", sink);
    let nothing = Node::empty_table();
    let slo = root.sub("slo", "slo", sink).unwrap_or_else(|| Reader::new(&nothing, "slo", sink));
    let times = timeline::times(root, sink);
    let timeline = timeline::timeline(root, Some(&slo), &times, sink);
    let assumptions = assumptions(root, sink);
    let method = method::method(root, sink);
    let topology = world::topology(root, sink);
    let lacks = offers::lacks(root, topology.as_ref(), sink);
    let (profile, source) = faults::faults(root, tree, files, sink);
    Surroundings { name, times, timeline, assumptions, method, topology, lacks, profile, source }
}

fn everything(root: &Reader<'_>, tree: &Node, files: Files<'_>, whole_plan: bool, sink: &mut Sink) -> Option<Scenario> {
    let read = surroundings(root, tree, files, sink);
    let seen = overlay::designs(tree, root, sink);
    stops_by_names(&read.times, &seen, root, sink);
    let gate = gate::gate(root, &seen, sink);
    let money = money::asked(root, files, sink);
    let modes = Modes::default();
    let around = Around {
        topology: read.topology.as_ref(),
        lacks: &read.lacks,
        profile: read.profile.as_ref(),
        times: &read.times,
        files,
        modes: &modes,
        prices: money.as_ref().and_then(Option::as_ref).map(|money| &money.prices),
        memory: None,
        hints: true,
        fits_quota: !(whole_plan && root.has("plan")),
    };
    let laid = all_designs(tree, &seen, &around, sink);
    let plan = plan::plan(root, &seen, &around, whole_plan && !sink.has_errors(), sink);
    let complete = !laid.is_empty() && laid.iter().all(Option::is_some);
    let laid: Vec<Laid> = laid.into_iter().flatten().collect();
    let planned = whole_plan && root.has("plan") && sink.has_errors();
    sink.unseen = planned || plan.is_none() || !complete || !read.is_understood();
    fit_together(&laid, root, sink);
    let horizon = read.times.horizon;
    let world = World { topology: read.topology.as_ref(), laid: &laid, designs_are_complete: complete, horizon };
    let rows = script::script(root, &world, sink);
    let hypothesis = script::hypothesis(root, sink);
    let read = Surroundings { profile: read.profile.map(|profile| modes.extend(profile)), ..read };
    suits_the_faults(&read, root, sink);
    let source = match read.source? {
        FaultSource::Script(_) => FaultSource::Script(rows?),
        other => other,
    };
    let (timeline, topology, profile, method, plan) =
        (read.timeline?, read.topology?, read.profile?, read.method?, plan?);
    let money = match money? {
        Some(asked) => Some(money::money(asked, &laid, &timeline.measure, sink)?),
        None => None,
    };
    if sink.has_errors() {
        return None;
    }
    let all = All {
        laid: &laid,
        topology: &topology,
        profile: &profile,
        source: &source,
        trials: timeline.trials,
        target: &timeline.target,
        horizon_ms: timeline.measure.horizon.as_ms(),
        horizon_span: root.span_of("horizon"),
        root,
        plan: plan.as_ref(),
    };
    checks::check(&all, sink);
    let of_sets = |laid: &Laid| laid.sets.iter().map(|placed| placed.orchestration).collect();
    let orchestrations = laid.iter().map(of_sets).collect();
    let (designs, arrivals) = laid.into_iter().map(|laid| (laid.design, laid.arrivals)).unzip();
    let Timeline { seed, trials, measure, target, window, confidence } = timeline;
    Some(Scenario {
        name: read.name?,
        seed,
        trials,
        method,
        until: read.times.until,
        measure,
        start: read.times.start,
        target,
        window,
        confidence,
        topology,
        profile,
        source,
        hypothesis: hypothesis?,
        designs,
        arrivals,
        orchestrations,
        assumptions: read.assumptions?,
        gate,
        plan,
        money,
        warnings: Sink::default().finish("", ""),
        hash: String::new(),
        files: Vec::new(),
        kept: Vec::new(),
    })
}

/// Whether waves come one at a time, and the method can draw what strikes.
fn suits_the_faults(read: &Surroundings, root: &Reader<'_>, sink: &mut Sink) {
    if let (Some(profile), Some(topology)) = (&read.profile, &read.topology) {
        waves::check(profile, topology, root, sink);
    }
    if let (Some(method), Some(source)) = (read.method, &read.source) {
        method::check(method, source, &read.times, root, sink);
    }
}

/// `until` names designs that are there; not looked at where one could not be told by its name.
fn stops_by_names(times: &Times, seen: &[Seen], root: &Reader<'_>, sink: &mut Sink) {
    let written = root.tables("design", usize::MAX, sink).len().max(1);
    if let Some(until) = times.until.as_ref().filter(|_| seen.len() == written) {
        let names: Vec<&str> = seen.iter().map(|seen| seen.name.as_str()).collect();
        until::check(until, &names, root, sink);
    }
}

/// Every design, and whose each mistake is: the base's, or that of some designs.
fn all_designs(tree: &Node, seen: &[Seen], around: &Around<'_>, sink: &mut Sink) -> Vec<Option<Laid>> {
    let read = |(at, seen): (usize, &Seen)| {
        sink.reads(Some(at));
        designs::design(seen, around, sink)
    };
    let laid = seen.iter().enumerate().map(read).collect();
    sink.reads(None);
    let alone = || {
        let mut alone = Sink::default();
        designs::design(&overlay::base(tree), around, &mut alone);
        alone
    };
    whose::name(seen, alone, sink);
    laid
}

/// The slots of all designs are numbered together.
fn fit_together(laid: &[Laid], root: &Reader<'_>, sink: &mut Sink) {
    let machines: u64 = laid.iter().map(Laid::most_machines).sum();
    if machines > UNITS_MAX {
        let words = format!("{machines} machines in all designs together are more than {UNITS_MAX}");
        sink.error(codes::MACHINES, &root.span_of("design"), words);
    }
}

/// `assumptions = 2000`, or `false`.
fn assumptions(root: &Reader<'_>, sink: &mut Sink) -> Option<Assumptions> {
    if root.is_off("assumptions") {
        return Some(Assumptions::Off);
    }
    Some(root.optional("assumptions", sink, Reader::count)?.map_or(Assumptions::Auto, Assumptions::Trials))
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
