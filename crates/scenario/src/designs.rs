//! One design, as the fleet wants it: its sets, what sends requests to them, what it needs.

use crate::arrivals::{Arrivals, Daily};
use crate::balancer;
use crate::blips;
use crate::codes;
use crate::components::{Modes, Site};
use crate::demand::{self, Clock};
use crate::diagnostic::Sink;
use crate::doubtful;
use crate::files::Files;
use crate::impossible;
use crate::jobs;
use crate::keys::fleet::{MACHINES_MAX, SETS_MAX};
use crate::manage::{self, QuotaTold, Use};
use crate::memory::Memory;
use crate::money::{self, Rates};
use crate::node::Node;
use crate::objective::{Arrives, Objective, Objectives, objectives};
use crate::offers::Lacks;
use crate::overlay::Seen;
use crate::promise;
use crate::reader::Reader;
use crate::scale_sets::scale_set;
use crate::service;
use crate::sets::{self, Ground, Placed};
use crate::site_recovery;
use crate::slow_start;
use crate::timeline::Times;
use crate::watched::{self, Watched, watches_something};
use std::ops::Range;
use zonefall_azure::prices::PriceList;
use zonefall_faults::{Profile, Scope, UNIT_MODES_MAX};
use zonefall_fleet::maintenance::Maintenance;
use zonefall_fleet::{Design, Jobs, LoadBalancer, Need, Service};
use zonefall_topology::Topology;

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
    /// Whether hints are asked of the design.
    pub hints: bool,
    /// Whether it has to fit the quota: not where a plan has it for a shape only, and holds its candidates against that.
    pub fits_quota: bool,
}

impl<'a> Around<'a> {
    fn clock(&self) -> Clock<'a> {
        let Times { horizon, start, lacks_calendar, .. } = self.times;
        Clock {
            start: start.as_ref(),
            lacks_calendar: *lacks_calendar,
            horizon: *horizon,
            files: self.files,
            memory: self.memory,
        }
    }
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
    let reader = Reader::new(&seen.tree, "", sink);
    let clock = around.clock();
    let machines = machines(&reader, seen, (around, &clock), sink);
    let load = load(&reader, seen, (around, &clock), sink);
    let rates = rates(&reader, around.prices, &machines, &load, sink);
    let (sets, workers) = (machines.sets.as_deref(), load.workers.as_deref());
    let &Around { topology, profile, modes, memory, .. } = around;
    let site = Site { design: &seen.name, topology, profile, modes, has_demand: load.arrives.demand };
    let asked = (load.arrives, seen.meant.contains(&"slo"));
    let objectives = objectives(&reader, (&site, &clock), (&load.set_names, sets, workers), asked, sink);
    let depends_on = depends_on(&reader, profile, sink);
    let healing_needs_control_plane = healing_needs_control_plane(&reader, sink);
    let asked = objectives.of_service.as_ref();
    let (need, within) = (asked.map(|asked| &asked.need), asked.and_then(|asked| asked.within.as_ref()));
    let of_service = (sets, workers.unwrap_or_default());
    let service = service::service(&reader, of_service, (need, load.arrives.demand), (within, memory), sink);
    let sets = sets.zip(workers);
    sets.and_then(|sets| watched(&reader, sets, (need, service.as_ref()), load.arrives, sink))?;
    let read = Read { machines, load, rates, objectives, depends_on, healing_needs_control_plane, service };
    put_together(&reader, seen, around, read, sink)
}

/// What a design says, as far as it could be read.
struct Read<'a> {
    machines: MachinesRead,
    load: Load<'a>,
    /// The inner `None`: nobody asks.
    rates: Option<Option<Rates>>,
    objectives: Objectives,
    depends_on: Option<Vec<String>>,
    healing_needs_control_plane: Option<bool>,
    service: Option<Service>,
}

/// The machines of a design, what sends requests to them, and what happens to them.
struct MachinesRead {
    balancer: Option<Option<LoadBalancer>>,
    /// Whether changes, runbooks and releases could be read.
    is_managed: bool,
    quota: Option<Option<QuotaTold>>,
    zone_down_milli: Option<u32>,
    sets: Option<Vec<Placed>>,
    maintenance: Option<Option<Box<Maintenance>>>,
}

fn machines(reader: &Reader<'_>, seen: &Seen, around: (&Around<'_>, &Clock<'_>), sink: &mut Sink) -> MachinesRead {
    let (&Around { topology, lacks, profile, .. }, clock) = around;
    let balancer = balancer::load_balancer(reader, sink);
    let names: Vec<&str> = reader.named("scale_set", sink).into_iter().map(|(name, ..)| name).collect();
    let rows = manage::rows(reader, &names, clock.horizon, sink);
    let runbooks = manage::runbooks(reader, &names, clock, sink);
    let rows = rows.zip(runbooks).map(|(rows, runbooks)| [rows, runbooks].into_iter().flatten().collect::<Vec<_>>());
    let releases = manage::releases(reader, &names, clock.horizon, sink);
    let quota = manage::quota(reader, sink);
    let zone_down_milli = manage::platform(reader, sink);
    let ground = Ground {
        topology,
        lacks,
        balancer: balancer.as_ref().and_then(Option::as_ref),
        rows: rows.as_deref().unwrap_or_default(),
        releases: releases.as_deref().unwrap_or_default(),
        clock,
    };
    let sets = all_sets(reader, seen, &ground, sink);
    let has_waves = profile.is_some_and(|profile| profile.modes.iter().any(|mode| mode.wave().is_some()));
    let maintenance = manage::maintenance(reader, sets.as_deref(), (clock, has_waves), sink);
    let is_managed = rows.is_some() && releases.is_some();
    MachinesRead { balancer, is_managed, quota, zone_down_milli, sets, maintenance }
}

/// What arrives at a design, and who works on it.
struct Load<'a> {
    demand: Option<Option<demand::Read>>,
    /// What is sent between zones, in kB a request, and whether that is idle.
    between_zones: Option<(f64, Option<Use>)>,
    set_names: Vec<&'a str>,
    /// The sets that do jobs alone.
    workers: Option<Vec<u32>>,
    jobs: Option<Option<(Jobs, Daily)>>,
    arrives: Arrives,
}

fn load<'a>(reader: &Reader<'a>, seen: &Seen, around: (&Around<'_>, &Clock<'_>), sink: &mut Sink) -> Load<'a> {
    let (around, clock) = around;
    let demand = demand::demand(reader, clock, sink);
    let between_zones = demand::kb_between_zones(reader, around.prices.is_some(), sink);
    let set_names = set_names(reader, sink);
    let workers = jobs::sets(reader, &set_names, sink);
    let jobs = jobs::jobs(reader, workers.as_deref(), clock, sink);
    // What is misspelt may be there.
    let arrives = Arrives {
        demand: demand.as_ref().is_none_or(Option::is_some) || seen.meant.contains(&"demand"),
        jobs: jobs.as_ref().is_none_or(Option::is_some) || seen.meant.contains(&"jobs"),
    };
    Load { demand, between_zones, set_names, workers, jobs, arrives }
}

/// What a design pays, if anybody asks and all that is paid for could be read.
fn rates(
    reader: &Reader<'_>,
    prices: Option<&PriceList>,
    machines: &MachinesRead,
    load: &Load<'_>,
    sink: &mut Sink,
) -> Option<Option<Rates>> {
    let components = money::components(reader, sink)?;
    let (Some(list), Some(sets), Some((kb, _))) = (prices, &machines.sets, &load.between_zones) else {
        return Some(None);
    };
    let has_balancer = machines.balancer.as_ref().is_some_and(Option::is_some);
    let workers = load.workers.as_deref().unwrap_or_default();
    money::rates((sets, workers), (has_balancer, *kb), (list, reader), components, sink).map(Some)
}

fn healing_needs_control_plane(reader: &Reader<'_>, sink: &mut Sink) -> Option<bool> {
    let Some(healing) = reader.sub("healing", "healing", sink) else { return Some(false) };
    healing.flag("needs_control_plane", sink)
}

/// The design of what was read, if all of it was and fits together.
fn put_together(
    reader: &Reader<'_>,
    seen: &Seen,
    around: &Around<'_>,
    read: Read<'_>,
    sink: &mut Sink,
) -> Option<Laid> {
    let Read { machines, load, objectives, .. } = read;
    let (mut sets, Objective { need, span, .. }) = (machines.sets?, objectives.of_service?);
    let first = objectives.of_jobs.as_ref().and_then(Option::as_ref).map_or(&need, |of_jobs| &of_jobs.need);
    jobs::others_are_left(reader, (&load.workers?, sets.len()), (first, load.arrives.demand), sink)?;
    let ((demand, course), (jobs, daily)) = (load.demand?.unzip(), load.jobs?.unzip());
    let arrivals = Arrivals { demand: course.flatten(), jobs: daily };
    let service = read.service?;
    let (need, need_span, jobs) = match objectives.of_jobs? {
        Some(done) => (done.need, done.span, jobs.zip(Some(need)).map(|(jobs, need)| by_parts(jobs, need))),
        None => (need, span, jobs),
    };
    let quota = machines.quota?;
    let fits = quota.as_ref().filter(|_| around.fits_quota).is_none_or(|told| manage::check_quota(&sets, told, sink));
    if !fits || !machines.is_managed {
        return None;
    }
    let (_, traffic) = load.between_zones?;
    let mut rates = read.rates?;
    let arrives = demand.is_some() || jobs.is_some();
    let uses = all_uses(reader, &mut sets, around.prices.is_some(), traffic, arrives);
    let mut design = Design {
        name: seen.name.clone(),
        sets: sets.iter().map(|placed| placed.set.clone()).collect(),
        balancer: machines.balancer?,
        demand,
        jobs,
        service,
        need,
        sla: promise::terms(&sets.iter().collect::<Vec<_>>()),
        agreements: Vec::new(),
        depends_on: read.depends_on?,
        healing_needs_control_plane: read.healing_needs_control_plane?,
        quota: quota.map(|told| told.quota),
        zone_down_milli: machines.zone_down_milli?,
        maintenance: machines.maintenance?,
        bought: around.prices.map(|_| sets.iter().map(|placed| placed.purchase.bought).collect()),
    };
    design.agreements = around.topology.map_or_else(Vec::new, |of| promise::by_part(&sets, &design, of));
    if let Some(rates) = &mut rates {
        rates.once *= money::balanced_regions(&design);
    }
    has_marks(&design, around.profile, reader, sink)?;
    doubtful::of_autoscale(reader, &sets, sink);
    if around.hints {
        doubtful::check(reader, &design, &sets, (around.topology, around.profile), sink);
    }
    let node_spans = impossible::node_spans(&design, reader, &need_span);
    Some(Laid { design, arrivals, sets, rates, uses, span: seen.span.clone(), need_span, node_spans })
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
    let replicated = site_recovery::zone_to_zone(reader, sets, need, sink);
    watched::alarms_can_end(reader, sets, need, sink).and(replicated).and(fine)
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
    all.extend(money::uses_of_components(reader, has_prices));
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
    // A quota always matters: what is designed has to fit it.
    let platform = Some("platform").filter(|key| reader.has(key) && !reader.is_off(key));
    all.extend(platform.map(|key| Use { span: reader.span_of(key), key, idle }));
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

type ReadSet = fn(&str, &Node, &Ground<'_>, &mut Sink) -> Option<Placed>;

fn all_sets(reader: &Reader<'_>, seen: &Seen, ground: &Ground<'_>, sink: &mut Sink) -> Option<Vec<Placed>> {
    let kinds: [ReadSet; 3] = [scale_set, sets::availability_set, sets::virtual_machine];
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

/// Jobs that the parts of a service work on, where nothing is asked of these but that the jobs are done.
fn by_parts(jobs: Jobs, need: Need) -> Jobs {
    Jobs { through: if let Need::Parts(parts) = need { Some(parts) } else { None }, ..jobs }
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
