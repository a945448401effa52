//! One design, as the fleet wants it: its sets, what sends requests to them, what it needs.

use crate::arrivals::Arrivals;
use crate::balancer;
use crate::blips;
use crate::codes;
use crate::components::{Modes, Site};
use crate::demand;
use crate::diagnostic::Sink;
use crate::doubtful;
use crate::files::Files;
use crate::impossible;
use crate::jobs;
use crate::keys::{
    self,
    fleet::{MACHINES_MAX, SETS_MAX},
};
use crate::manage::{self, Use};
use crate::memory::Memory;
use crate::money::{self, Rates};
use crate::node::Node;
use crate::offers::Lacks;
use crate::overlay::Seen;
use crate::parts;
use crate::reader::Reader;
use crate::scale_sets::scale_set;
use crate::service::{self, Within};
use crate::sets::{self, Ground, Placed};
use crate::slow_start;
use crate::timeline::Times;
use crate::tries;
use crate::watched::{self, Watched, watches_something};
use std::ops::Range;
use zonefall_azure::prices::PriceList;
use zonefall_azure::sla::{self, Disk, GroupKind, Machines};
use zonefall_faults::{Profile, Scope, UNIT_MODES_MAX};
use zonefall_fleet::{Design, Jobs, Least, Need, Service, SlaTerms, Structure};
use zonefall_topology::Topology;

/// The keys that say when the service is up.
const OBJECTIVES: [&str; 4] = ["min_serving", "min_served", "p95_latency", "jobs_by_deadline"];

/// What arrives; what could not be read may be there.
#[derive(Clone, Copy)]
struct Arrives {
    demand: bool,
    jobs: bool,
}

/// A design and the places of its parts, for the checks that follow.
pub(crate) struct Laid {
    pub design: Design,
    /// What was understood of what arrives.
    pub arrivals: Arrivals,
    pub sets: Vec<Placed>,
    /// Its prices, if anybody asks.
    pub rates: Option<Rates>,
    /// Keys that may be idle in it.
    pub uses: Vec<Use>,
    /// Its name's place.
    pub span: Range<usize>,
    /// The place of what it needs.
    pub need_span: Range<usize>,
    /// The places of what is asked of each part of its service, and of what each component lets through.
    pub node_spans: Vec<Range<usize>>,
}

/// What all designs share, as far as it could be read.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub topology: Option<&'a Topology>,
    pub lacks: &'a Lacks,
    pub profile: Option<&'a Profile>,
    pub times: &'a Times,
    pub files: Files<'a>,
    /// The modes of all components, which are added to the profile.
    pub modes: &'a Modes,
    /// The price list, if anybody asks what designs cost.
    pub prices: Option<&'a PriceList>,
    /// What candidates of a plan have in common, where such are read.
    pub memory: Option<&'a Memory>,
}

impl Laid {
    /// The place of a part or component of its service.
    pub fn node_span(&self, node: usize) -> &Range<usize> {
        self.node_spans.get(node).unwrap_or(&self.need_span)
    }

    /// The most machines that it may have at one time.
    pub fn most_machines(&self) -> u64 {
        self.sets.iter().map(Placed::most_machines).sum()
    }
}

/// Reads one design.
pub(crate) fn design(seen: &Seen, around: &Around<'_>, sink: &mut Sink) -> Option<Laid> {
    let profile = around.profile;
    let reader = Reader::new(&seen.tree, "", sink);
    let balancer = balancer::load_balancer(&reader, sink);
    let names: Vec<&str> = reader.named("scale_set", sink).into_iter().map(|(name, ..)| name).collect();
    let Around { times, files, memory, .. } = *around;
    let Times { horizon, start, lacks_calendar, .. } = times;
    let (horizon, lacks_calendar) = (*horizon, *lacks_calendar);
    let clock = demand::Clock { start: start.as_ref(), lacks_calendar, horizon, files, memory };
    let rows = manage::rows(&reader, &names, horizon, sink);
    let runbooks = manage::runbooks(&reader, &names, &clock, sink);
    let rows = rows.zip(runbooks).map(|(rows, runbooks)| [rows, runbooks].into_iter().flatten().collect::<Vec<_>>());
    let releases = manage::releases(&reader, &names, horizon, sink);
    let quota = manage::quota(&reader, sink);
    let zone_down = manage::platform(&reader, sink);
    let ground = Ground {
        topology: around.topology,
        lacks: around.lacks,
        balancer: balancer.as_ref().and_then(Option::as_ref),
        rows: rows.as_deref().unwrap_or_default(),
        releases: releases.as_deref().unwrap_or_default(),
        clock: &clock,
    };
    let sets = all_sets(&reader, seen, &ground, sink);
    let has_waves = profile.is_some_and(|profile| profile.modes.iter().any(|mode| mode.wave().is_some()));
    let maintenance = manage::maintenance(&reader, sets.as_deref(), (&clock, has_waves), sink);
    let demand = demand::demand(&reader, &clock, sink);
    let between_zones = demand::kb_between_zones(&reader, around.prices.is_some(), sink);
    // What is misspelt may be there.
    let has_demand = demand.as_ref().is_none_or(Option::is_some) || seen.meant.contains(&"demand");
    let called = set_names(&reader, sink);
    let workers = jobs::sets(&reader, &called, sink);
    let jobs = jobs::jobs(&reader, workers.as_deref(), &clock, sink);
    let has_jobs = jobs.as_ref().is_none_or(Option::is_some) || seen.meant.contains(&"jobs");
    let arrives = Arrives { demand: has_demand, jobs: has_jobs };
    let rates = match (around.prices, sets.as_deref(), &between_zones) {
        (Some(list), Some(sets), Some((kb, _))) => {
            let has_balancer = balancer.as_ref().is_some_and(Option::is_some);
            Some(money::rates(
                (sets, workers.as_deref().unwrap_or_default()),
                (has_balancer, *kb),
                (list, &reader),
                sink,
            ))
        }
        _ => None,
    };
    let components_priced = money::components(&reader, sink);
    let (done, need) = if parts::are_there(&reader) {
        let sets = (called.as_slice(), sets.as_deref(), workers.as_deref());
        need_of_parts(&reader, (seen, around, &clock), sets, arrives, sink)
    } else {
        (Some(None), need(&reader, arrives, seen.meant.contains(&"slo"), sink))
    };
    let depends_on = depends_on(&reader, profile, sink);
    let healing = match reader.sub("healing", "healing", sink) {
        Some(healing) => healing.flag("needs_control_plane", sink),
        None => Some(false),
    };
    let within = need.as_ref().and_then(|(.., within)| within.as_ref());
    let asked = need.as_ref().map(|(need, ..)| need);
    let of_service = (sets.as_deref(), workers.as_deref().unwrap_or_default());
    let service = service::service(&reader, of_service, (asked, has_demand), (within, memory), sink);
    let seen_of_all = sets.as_deref().zip(workers.as_deref());
    let seen_of_all = seen_of_all.and_then(|sets| watched(&reader, sets, (asked, service.as_ref()), arrives, sink));
    let (mut sets, (need, need_span, _)) = (sets?, need?);
    seen_of_all?;
    let asked = done.as_ref().and_then(|done| done.as_ref()).map_or(&need, |(done, ..)| done);
    jobs::others_are_left(&reader, (&workers?, sets.len()), (asked, has_demand), sink)?;
    let ((demand, course), (jobs, daily)) = (demand?.unzip(), jobs?.unzip());
    let arrivals = Arrivals { demand: course.flatten(), jobs: daily };
    let service = service?;
    let (need, need_span, jobs) = match done? {
        Some((done, span, _)) => (done, span, jobs.zip(Some(need)).map(|(jobs, need)| by_parts(jobs, need))),
        None => (need, need_span, jobs),
    };
    let quota = quota?;
    let fits = quota.as_ref().is_none_or(|told| manage::check_quota(&sets, told, sink));
    rows.filter(|_| fits)?;
    releases?;
    let (_, traffic) = between_zones?;
    components_priced?;
    let rates = match rates {
        Some(rates) => Some(rates?),
        None => None,
    };
    let arrives = demand.is_some() || jobs.is_some();
    let uses = all_uses(&reader, &mut sets, around.prices.is_some(), traffic, arrives);
    let design = Design {
        name: seen.name.clone(),
        sets: sets.iter().map(|placed| placed.set.clone()).collect(),
        balancer: balancer?,
        demand,
        jobs,
        service,
        need,
        sla: terms(&sets.iter().collect::<Vec<_>>()),
        depends_on: depends_on?,
        healing_needs_control_plane: healing?,
        quota: quota.map(|told| told.quota),
        zone_down_milli: zone_down?,
        maintenance: maintenance?,
        bought: around.prices.map(|_| sets.iter().map(|placed| placed.purchase.bought).collect()),
    };
    has_marks(&design, around.profile, &reader, sink)?;
    // Of candidates nobody reads hints.
    if memory.is_none() {
        doubtful::check(&reader, &design, &sets, around.topology, sink);
    }
    let node_spans = impossible::node_spans(&design, &reader, &need_span);
    Some(Laid { design, arrivals, sets, rates, uses, span: seen.span.clone(), need_span, node_spans })
}

/// An objective, where it is written, and the limit of times in it.
type Asked = (Need, Range<usize>, Option<Within>);

/// What a service of parts needs: by the deadline of its jobs, where that is asked, and of its parts.
fn need_of_parts(
    reader: &Reader<'_>,
    (seen, around, clock): (&Seen, &Around<'_>, &demand::Clock<'_>),
    sets: (&[&str], Option<&[Placed]>, Option<&[u32]>),
    arrives: Arrives,
    sink: &mut Sink,
) -> (Option<Option<Asked>>, Option<Asked>) {
    let mut done = Some(None);
    let slo = reader.sub("slo", "slo", sink);
    if let Some(slo) = slo.as_ref().filter(|slo| slo.has("jobs_by_deadline")) {
        done = by_deadline(slo, arrives.jobs, sink).map(Some);
        if slo.has("p95_latency") {
            let words = "`jobs_by_deadline` and `p95_latency` are two objectives: keep one";
            sink.error(codes::EXCLUSIVE, &slo.span_of("p95_latency"), words);
            done = None;
        }
    }
    let has_demand = arrives.demand;
    let rest = slo.as_ref().map_or(Some(None), |slo| parts::least(slo, has_demand, sink));
    let &Around { topology, profile, modes, .. } = around;
    let site = Site { design: &seen.name, topology, profile, modes, has_demand };
    let need = parts::service((reader, slo.as_ref()), sets, has_demand, rest, (&site, clock), sink);
    let within = slo.as_ref().map_or(Some(None), |slo| within(slo, sink));
    let fine = one_queue(reader, sink);
    let need =
        need.filter(|(need, _)| as_read(need).is_none_or(|parts| tries::have_a_queue(reader, parts, sink)) && fine);
    (done, need.zip(within).map(|((need, span), within)| (need, span, within)))
}

/// Whether rules, probes and alarms see what they watch.
fn watched(
    reader: &Reader<'_>,
    (sets, workers): (&[Placed], &[u32]),
    (need, service): (Option<&Need>, Option<&Service>),
    arrives: Arrives,
    sink: &mut Sink,
) -> Option<()> {
    let of_sessions = service.map(|service| service.sessions.as_ref());
    let sessions = of_sessions.is_none_or(|sessions| sessions.is_some());
    let there = Watched { demand: arrives.demand, jobs: arrives.jobs, sessions };
    let fine = watches_something(reader, (sets, workers), there, sink);
    let need = need?;
    watched::sees_its_own_sessions(reader, (sets, workers), need, of_sessions.flatten(), sink)?;
    watched::standbys_scale_hot(reader, sets, need, sink)?;
    watched::alarms_can_end(reader, sets, need, sink).and(fine)
}

/// Everything that is written down and may change nothing.
fn all_uses(
    reader: &Reader<'_>,
    sets: &mut [Placed],
    has_prices: bool,
    traffic: Option<Use>,
    arrives: bool,
) -> Vec<Use> {
    let of_bills: Vec<Use> = sets.iter().flat_map(|placed| placed.purchase.uses(has_prices)).collect();
    let mut all = uses(reader, sets);
    all.extend(of_bills);
    all.extend(traffic);
    all.extend(blips::uses(reader));
    all.extend(balancer::uses(reader, sets));
    all.extend(slow_start::uses(reader, sets, arrives));
    all
}

/// Machines carry a mark for each mode that strikes them singly, and for each thing that bad releases do to them.
fn has_marks(design: &Design, profile: Option<&Profile>, reader: &Reader<'_>, sink: &mut Sink) -> Option<()> {
    let marking = profile.map_or(0, |profile| profile.modes.iter().filter(|mode| mode.marks_machines()).count());
    let own = design.own_marks();
    if own == 0 || marking + own <= UNIT_MODES_MAX {
        return Some(());
    }
    let words = format!(
        "{marking} modes mark single machines, and bad releases have {own} effects on them; at most {UNIT_MODES_MAX} together"
    );
    sink.error(codes::UNIT_MODES, &reader.span_of("release"), words)
        .help("give releases the same `effect`, or turn modes off with `enabled = false`");
    None
}

/// The keys of the sets and of the design that may be idle.
fn uses(reader: &Reader<'_>, sets: &mut [Placed]) -> Vec<Use> {
    let changes = sets.iter().any(|placed| placed.set.management.is_some());
    let mut all: Vec<Use> = sets.iter_mut().flat_map(|placed| std::mem::take(&mut placed.uses)).collect();
    let idle = (!changes).then_some("nothing changes any machine while a trial runs");
    let written = ["quota", "platform"].into_iter().filter(|key| reader.has(key) && !reader.is_off(key));
    all.extend(written.map(|key| Use { span: reader.span_of(key), key, idle }));
    all
}

/// What the sets of a design are called, each name once, whatever is wrong with them.
fn set_names<'a>(reader: &Reader<'a>, sink: &mut Sink) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for kind in SET_KINDS {
        for (name, ..) in reader.named(kind, sink) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// The tables of sets, in the order in which a design has them.
pub(crate) const SET_KINDS: [&str; 3] = ["scale_set", "availability_set", "virtual_machine"];

type Read = fn(&str, &Node, &Ground<'_>, &mut Sink) -> Option<Placed>;

fn all_sets(reader: &Reader<'_>, seen: &Seen, ground: &Ground<'_>, sink: &mut Sink) -> Option<Vec<Placed>> {
    let kinds: [Read; 3] = [scale_set, sets::availability_set, sets::virtual_machine];
    let mut all = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let mut fine = true;
    for (kind, read) in SET_KINDS.into_iter().zip(kinds) {
        for (name, span, node) in reader.named(kind, sink) {
            if names.len() == SETS_MAX {
                sink.error(codes::TOO_MUCH, &span, format!("a design may have {SETS_MAX} sets"));
                return None;
            }
            if names.contains(&name) {
                sink.error(codes::DUPLICATE, &span, format!("two sets are called `{name}`"));
                fine = false;
            }
            names.push(name);
            match read(name, node, ground, sink) {
                Some(placed) => all.push(placed),
                None => fine = false,
            }
        }
    }
    if names.is_empty() && SET_KINDS.iter().any(|kind| seen.meant.contains(kind)) {
        return None;
    }
    if names.is_empty() {
        sink.error(codes::NO_MACHINES, &seen.span, format!("design `{}` has no machines", seen.name))
            .help("add `[scale_set.web]` with `capacity = 9`");
        return None;
    }
    let machines: u64 = all.iter().map(Placed::most_machines).sum();
    if machines > MACHINES_MAX {
        let span = all.last().map_or_else(|| seen.span.clone(), |placed| placed.capacity_span.clone());
        sink.error(codes::MACHINES, &span, format!("{machines} machines in one design are more than {MACHINES_MAX}"));
        return None;
    }
    fine.then_some(all)
}

/// What is needed, where that is said, and the limit on times; nothing is told of what is misspelt.
fn need(reader: &Reader<'_>, arrives: Arrives, is_misspelt: bool, sink: &mut Sink) -> Option<Asked> {
    let slo = reader.sub("slo", "slo", sink);
    let said = |key: &str| slo.as_ref().is_some_and(|slo| slo.has(key));
    let means = |slo: &Reader<'_>| OBJECTIVES.iter().any(|key| slo.means(key));
    let Some(slo) = slo.as_ref().filter(|_| OBJECTIVES.iter().any(|key| said(key))) else {
        if is_misspelt || slo.as_ref().is_some_and(means) {
            return None;
        }
        let span = slo.as_ref().map_or_else(|| reader.span().clone(), |slo| slo.span().clone());
        sink.error(codes::OBJECTIVE, &span, "the scenario does not say when the service is up")
            .lacks(OBJECTIVES.map(|key| keys::join("slo", key)).iter().map(String::as_str))
            .help("write `min_serving = 6` under `[slo]`, or `min_served = \"99%\"` with `[demand]`");
        return None;
    };
    if slo.has("holds") {
        let words = "`holds` names a part, and the design has none";
        let name = slo.text("holds", sink).unwrap_or_default();
        let more = sink.error(codes::PART, &slo.span_of("holds"), words);
        more.lacks_named(&["part", "component", "failover"], &name).help("add `[part.<name>]` or `[component.<name>]`");
        return None;
    }
    let first = if said("min_serving") { "min_serving" } else { "jobs_by_deadline" };
    for other in OBJECTIVES.into_iter().filter(|&other| other != first && said(first) && said(other)) {
        let words = format!("`{first}` and `{other}` are two objectives: keep one");
        sink.error(codes::EXCLUSIVE, &slo.span_of(other), words);
    }
    if said("jobs_by_deadline") {
        return by_deadline(slo, arrives.jobs, sink);
    }
    let within = within(slo, sink)?;
    if said("min_serving") {
        let count = slo.count("min_serving", sink)?;
        return Some((Need::Serving(count as u32), slo.span_of("min_serving"), None));
    }
    Some(match parts::least(slo, arrives.demand, sink)? {
        Some((Least::Serving(least), span)) => (Need::Serving(least), span, None),
        Some((Least::Served(share, of), span)) => (Need::Served(share, of), span, within),
        // Nothing is asked of how much is served.
        None => (Need::Served(0, 1), slo.span_of("p95_latency"), within),
    })
}

/// The limit on times: the outer `None` is a mistake, the inner one its absence.
fn within(slo: &Reader<'_>, sink: &mut Sink) -> Option<Option<Within>> {
    let within = slo.optional("p95_latency", sink, Reader::fine_span_of_time)?;
    Some(within.map(|within| Within { within, span: slo.span_of("p95_latency") }))
}

/// A ceiling is of one queue: a service of parts may have several.
fn one_queue(reader: &Reader<'_>, sink: &mut Sink) -> bool {
    let (key, help) =
        ("service.ceiling", "a ceiling of a service of parts is a component with `capacity` and `min_served`");
    let fine = reader.place(key) == reader.place("service");
    if !fine {
        let words = "a ceiling is of one queue, and a service of parts may have several";
        sink.error(codes::EXCLUSIVE, &reader.place(key), words).help(help);
    }
    fine
}

/// The parts of a service while it is read, before jobs take what works on them.
pub(crate) fn as_read(need: &Need) -> Option<&Structure> {
    if let Need::Parts(parts) = need { Some(parts) } else { None }
}

/// Jobs that the parts of a service work on, where nothing is asked of these but that the jobs are done.
fn by_parts(jobs: Jobs, need: Need) -> Jobs {
    Jobs { through: if let Need::Parts(parts) = need { Some(parts) } else { None }, ..jobs }
}

fn by_deadline(slo: &Reader<'_>, has_jobs: bool, sink: &mut Sink) -> Option<Asked> {
    let span = slo.span_of("jobs_by_deadline");
    let share = slo.share("jobs_by_deadline", sink);
    if !has_jobs {
        sink.error(codes::JOBS, &span, "`jobs_by_deadline` is a share of jobs, and there are none")
            .lacks(["jobs"])
            .help("add `[jobs]` with `count`, `at` and `deadline`");
        return None;
    }
    let share = share?;
    if share.numerator == 0 {
        sink.error(codes::RANGE, &span, "an objective of 0% is always met");
        return None;
    }
    Some((Need::Done(share.numerator, share.denominator), span, None))
}

fn depends_on(reader: &Reader<'_>, profile: Option<&Profile>, sink: &mut Sink) -> Option<Vec<String>> {
    let Some(service) = reader.sub("service", "service", sink) else { return Some(Vec::new()) };
    let names = service.texts("depends_on", sink)?;
    let profile = profile?;
    let global = || profile.modes.iter().filter(|mode| mode.scope == Scope::Global).map(|mode| mode.name.as_str());
    let mut fine = true;
    let mut all: Vec<String> = Vec::new();
    for (name, span) in names {
        if !global().any(|known| known == name) {
            let words = format!("`{name}` is not a failure mode of scope global in profile `{}`", profile.name);
            sink.error(codes::DEPENDENCY, &span, words).nearest(&name, global());
            fine = false;
        } else if all.contains(&name) {
            sink.error(codes::DUPLICATE, &span, format!("`{name}` is listed twice"));
            fine = false;
        }
        all.push(name);
    }
    fine.then_some(all)
}

/// SL-01: Azure's promise for the machines of a design, all of its sets together. None over several regions.
pub(crate) fn terms(sets: &[&Placed]) -> Option<SlaTerms> {
    // SL-03: no promise covers Spot machines.
    let sets: Vec<&Placed> = sets.iter().copied().filter(|placed| placed.regular_machines() > 0).collect();
    let first = sets.first()?;
    if sets.iter().any(|placed| placed.set.region != first.set.region) {
        return None;
    }
    let mut zones: Vec<_> = sets.iter().copied().flat_map(used_zones).collect();
    zones.sort_unstable();
    zones.dedup();
    let kind = match sets[..] {
        [only] => only.kind,
        // Machines of several sets share a promise only by their zones.
        _ => GroupKind::ScaleSet,
    };
    let machines = Machines {
        instances: sets.iter().map(|placed| u64::from(placed.regular_machines())).sum(),
        zones: zones.len() as u32,
        kind,
        disk: sets.iter().map(|placed| placed.disk).max_by_key(|disk| badness(*disk))?,
        regional: sets.iter().any(|placed| placed.set.zones.is_empty()),
    };
    let table = sla::terms_for(&machines)?;
    let (least_machines, least_zones) = table.least;
    Some(SlaTerms { name: table.name.to_owned(), tiers: table.tiers.to_vec(), least_machines, least_zones })
}

/// Zones with a machine in them: a set of two over three zones uses two.
fn used_zones(placed: &Placed) -> impl Iterator<Item = zonefall_topology::ZoneId> + '_ {
    placed.set.zones.iter().copied().take(placed.regular_machines() as usize)
}

fn badness(disk: Disk) -> u8 {
    match disk {
        Disk::UltraDisk | Disk::PremiumSsd => 0,
        Disk::StandardSsd => 1,
        Disk::StandardHdd => 2,
    }
}
