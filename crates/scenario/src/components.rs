//! `[component.<name>]`: a part of the service that is no machine, and the failure mode that is its own.
//!
//! In: the tables of a design. Out: a [`Component`] with its ground, and a mode of scope component in [`Modes`], which hold
//! those of all designs: components of one name and one law are one mode; another law makes a mode that names its design (and
//! a number, if the design was laid out with several laws), with the same luck.

use crate::codes;
use crate::diagnostic::Sink;
use crate::laws;
use crate::node::Node;
use crate::reader::Reader;
use crate::service::CEILING_MAX_MILLI;
use crate::units::Ratio;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use zonefall_azure::sla;
use zonefall_engine::Law;
use zonefall_faults::{Confidence, Mode, Outage, Profile, Scope, Start, component_cause};
use zonefall_fleet::{Component, Footing, Throughput};
use zonefall_topology::{RegionId, Topology};

/// The most modes of components in all designs together.
const MODES_MAX: usize = 2000;
/// A published availability is a promise, not a measurement: its rate may be so many times smaller or greater.
const SPREAD: f64 = 3.0;

/// The modes of the components of all designs.
#[derive(Debug, Default)]
pub(crate) struct Modes(RefCell<Known>);

#[derive(Debug, Default)]
struct Known {
    modes: Vec<Mode>,
    /// Where each stands, by name.
    places: BTreeMap<String, usize>,
}

impl Modes {
    /// The name of a component's mode, which is added where it is new: the first that is free or its own already. The
    /// candidates of a plan all have the name of one design.
    fn name(&self, mode: &Mode, design: &str) -> Option<String> {
        let mut known = self.0.borrow_mut();
        let Known { modes, places } = &mut *known;
        let further = (2..).map(|law| component_cause(&mode.name, Some(&format!("{design} {law}"))));
        let names = [mode.name.clone(), component_cause(&mode.name, Some(design))].into_iter().chain(further);
        for name in names {
            let own = Mode { name: name.clone(), ..mode.clone() };
            match places.get(&name) {
                Some(&at) if modes[at] == own => return Some(name),
                Some(_) => {}
                None if modes.len() == MODES_MAX => return None,
                None => {
                    places.insert(name.clone(), modes.len());
                    modes.push(own);
                    return Some(name);
                }
            }
        }
        None
    }

    /// The profile with these modes after its own.
    pub fn extend(self, profile: Profile) -> Profile {
        let modes = profile.modes.into_iter().chain(self.0.into_inner().modes).collect();
        Profile { modes, ..profile }
    }
}

/// The share that is promised, if any is.
pub(crate) type Promise = Option<(u64, u64)>;

/// Where a component is read.
pub(crate) struct Site<'a> {
    pub design: &'a str,
    pub topology: Option<&'a Topology>,
    pub profile: Option<&'a Profile>,
    pub modes: &'a Modes,
    pub has_demand: bool,
}

/// The kinds of components that may stand for a router between regions: of load balancers those of the global tier.
pub(crate) fn routers(reader: &Reader<'_>) -> Vec<&'static str> {
    // What is wrong with them is told by whoever reads them.
    let mut told = Sink::default();
    let written = reader.named("component", &mut told);
    let kind = |(_, _, node): (&str, Range<usize>, &Node)| {
        let mut told = Sink::default();
        let reader = Reader::new(node, "component.<name>", &mut told);
        let kind = reader.choice("kind", &mut told)?;
        let is_global = kind != "load-balancer" || reader.choice("placement", &mut told) == Some("global");
        is_global.then_some(kind)
    };
    written.into_iter().filter_map(kind).collect()
}

/// Reads one component, with the availability that is promised for it.
pub(crate) fn component(
    name: &str,
    span: &Range<usize>,
    node: &Node,
    site: &Site<'_>,
    sink: &mut Sink,
) -> Option<(Component, Promise)> {
    let reader = Reader::new(node, "component.<name>", sink);
    let kind = reader.choice("kind", sink);
    let outage = laws::law(&reader, "outage", sink);
    let start = reader.choice("start", sink);
    let footing = footing(&reader, kind.unwrap_or("other"), site.topology, sink);
    let ceiling = ceiling(&reader, site.has_demand, sink);
    // What a kind promises is not known where the kind is not; what is written is looked at all the same.
    let of_kind =
        kind.or_else(|| ["availability", "time_to_failure"].into_iter().any(|key| reader.has(key)).then_some("other"));
    let own = of_kind.and_then(|kind| own_failures(&reader, kind, outage.as_ref(), sink));
    kind?;
    let (footing, (life, promise), outage, ceiling) = (footing?, own?, outage?, ceiling?);
    if let Some(other) = site.profile.and_then(|profile| profile.modes.iter().find(|mode| mode.name == name)) {
        let words = format!("component `{}` has the name of a failure mode", other.name);
        sink.error(codes::DUPLICATE, span, words).help("its own failures are told under its name: take another one");
        return None;
    }
    let Some(life) = life else {
        return Some((Component { cause: None, footing, ceiling }, promise));
    };
    let mut mode = Mode::plain(name, Scope::Component, 1.0, Outage::Law(outage)).ok()?;
    mode.time_to_failure = life;
    mode.start = if start? == "new" { Start::New } else { Start::Stationary };
    let rate = mode.rate_per_year();
    mode.evidence.rate_low_high = (rate, rate);
    if promise.is_some() {
        mode.evidence.source = "an availability that is promised for it, and the length of its outages (SL-07)".into();
        mode.evidence.confidence = Confidence::Derived;
        mode.evidence.rate_low_high = (rate / SPREAD, rate * SPREAD);
    }
    let wrong = mode.check();
    for why in &wrong {
        sink.error(codes::CONTRADICTION, reader.span(), why.to_string());
    }
    if !wrong.is_empty() {
        return None;
    }
    let Some(cause) = site.modes.name(&mode, site.design) else {
        sink.error(codes::TOO_MUCH, span, format!("the components of all designs have more than {MODES_MAX} laws"));
        return None;
    };
    Some((Component { cause: Some(cause), footing, ceiling }, promise))
}

/// What it lets through and how much has to be; the outer `None` is a mistake, the inner one a component that lets everything
/// through.
fn ceiling(reader: &Reader<'_>, has_demand: bool, sink: &mut Sink) -> Option<Option<Throughput>> {
    let capacity = reader.request_rate("capacity", sink);
    let share = reader.share("min_served", sink);
    let (with, least) = (reader.has("capacity"), reader.has("min_served"));
    match (with, least) {
        (false, false) => return Some(None),
        (true, false) => {
            reader.missing("min_served", "min_served = \"99%\"", sink);
            return None;
        }
        (false, true) => {
            let words = "a component without `capacity` lets everything through";
            sink.error(codes::SERVICE, &reader.span_of("min_served"), words).help("add `capacity = \"800 req/s\"`");
            return None;
        }
        (true, true) => {}
    }
    if !has_demand {
        let words = "a capacity is one of what is let through, and nothing arrives";
        sink.error(codes::SERVICE, &reader.span_of("capacity"), words).lacks_demand();
    }
    let (capacity_milli, share) = (capacity?, share?);
    if !(1..=CEILING_MAX_MILLI).contains(&capacity_milli) {
        let words = "a capacity must be above 0 and at most 1,000,000,000 req/s";
        sink.error(codes::RANGE, &reader.span_of("capacity"), words);
        return None;
    }
    if share.numerator == 0 {
        sink.error(codes::RANGE, &reader.span_of("min_served"), "an objective of 0% is always met");
        return None;
    }
    let least = (share.numerator, share.denominator);
    has_demand.then_some(Some(Throughput { capacity_milli, least }))
}

type Own = (Option<Law>, Promise);

/// The law of the time to failure (none if it never fails by itself), and the promise that it comes from.
fn own_failures(reader: &Reader<'_>, kind: &str, outage: Option<&Law>, sink: &mut Sink) -> Option<Own> {
    let law = laws::law(reader, "time_to_failure", sink);
    let share = reader.share("availability", sink);
    if reader.has("time_to_failure") {
        if reader.has("availability") {
            let words = "`availability` and `time_to_failure` both say how often it fails: keep one";
            sink.error(codes::EXCLUSIVE, &reader.span_of("availability"), words);
            return None;
        }
        return Some((Some(law?), None));
    }
    let published = sla::component(kind).map(|(numerator, denominator)| Ratio { numerator, denominator });
    let Some(share) = (if reader.has("availability") { share } else { published }) else {
        if !reader.has("availability") {
            reader.missing("availability", "availability = \"99.99%\"", sink);
        }
        return None;
    };
    let (up, of) = (share.numerator, share.denominator);
    if up == 0 {
        let words = "a component with an availability of 0% is no part of a service";
        sink.error(codes::RANGE, &reader.span_of("availability"), words);
        return None;
    }
    let promise = Some((up, of));
    if up == of {
        return Some((None, promise));
    }
    let outage_ms = outage?.mean_ms();
    if outage_ms <= 0.0 {
        let words = "outages of no length give no availability below 100%";
        sink.error(codes::RANGE, &reader.span_of("outage"), words);
        return None;
    }
    // Up over up and out: A = T / (T + D).
    match Law::exponential(outage_ms * up as f64 / (of - up) as f64) {
        Ok(law) => Some((Some(law), promise)),
        Err(why) => {
            sink.error(codes::LAW, &reader.span_of("availability"), format!("its time to failure cannot be: {why}"));
            None
        }
    }
}

/// LB-07: the ground that a component stands on.
fn footing(reader: &Reader<'_>, kind: &str, topology: Option<&Topology>, sink: &mut Sink) -> Option<Footing> {
    let placement = reader.choice("placement", sink);
    let zone = reader.count("zone", sink);
    let least = reader.count("zones_needed", sink);
    let placement = match placement {
        Some(placement) => placement,
        None if reader.has("placement") => return None,
        None if reader.has("zone") => "zonal",
        None if matches!(kind, "front-door" | "traffic-manager") => "global",
        None => "zone-redundant",
    };
    let goes = [("zone", "zonal"), ("zones_needed", "zone-redundant")];
    let stray = goes.into_iter().find(|(key, with)| reader.has(key) && placement != *with);
    if let Some((key, with)) = stray {
        let words = format!("`{key}` goes with a {with} component, and this one is {placement}");
        sink.error(codes::EXCLUSIVE, &reader.span_of(key), words);
        return None;
    }
    if placement == "global" {
        if reader.has("region") {
            let words = "a global component is in no region";
            sink.error(codes::EXCLUSIVE, &reader.span_of("region"), words);
            return None;
        }
        return Some(Footing::Global);
    }
    let region = crate::sets::region(reader, topology, sink)?;
    in_region(reader, placement, region, (zone, least), topology?, sink)
}

fn in_region(
    reader: &Reader<'_>,
    placement: &str,
    region: RegionId,
    (zone, least): (Option<u64>, Option<u64>),
    topology: &Topology,
    sink: &mut Sink,
) -> Option<Footing> {
    let zones = topology.region(region).zones;
    match placement {
        "zonal" => {
            let Some(number) = zone else {
                if !reader.has("zone") {
                    reader.missing("zone", "zone = 1", sink);
                }
                return None;
            };
            let numbers = [(number, reader.span_of("zone"))];
            crate::sets::zones(&numbers, region, topology, sink)?.first().copied().map(Footing::Zone)
        }
        "zone-redundant" => {
            let least = least? as u32;
            if least > zones {
                let words = format!("it needs {least} zones, and its region has {zones}");
                sink.error(codes::RANGE, &reader.span_of("zones_needed"), words);
                return None;
            }
            Some(Footing::Zones { region, least })
        }
        _ => Some(Footing::Region(region)),
    }
}
