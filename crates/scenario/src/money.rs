//! `[money]`: the price list, and what the sets of a design cost by it.
//!
//! In: a list (built in, in the scenario, or a file of its own whose mistakes are told in its own lines) and the sets of a
//! design. Out: prices an hour by set and by what a machine is paid as. A size that the list does not know is a mistake with the
//! nearest name: nothing is ever priced by a guess.

mod balancers;
mod sizes;

pub(crate) use balancers::balanced_regions;

use crate::codes;
use crate::designs::Laid;
use crate::diagnostic::Sink;
use crate::files::{Files, Mistaken};
use crate::manage::Use;
use crate::node::{Node, Value};
use crate::promise;
use crate::reader::Reader;
use crate::sets::Placed;
use crate::syntax;
use std::collections::BTreeMap;
use std::ops::Range;
use zonefall_azure::limits::Size;
use zonefall_azure::prices::{HOURS_PER_MONTH, PriceList, SizePrice, built_in};
use zonefall_fleet::{Bought, Demand, Design, Measure, PAID, Paid, Pattern, initial_counts, paid_as_designed};
use zonefall_topology::{RegionId, ZoneId};

/// The most money of a trial: far within what bills count in.
const BILL_MAX: f64 = 1e12;
const MS_PER_HOUR: f64 = 3_600_000.0;

/// What designs cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Money {
    /// What the prices are in.
    pub currency: String,
    /// As of when.
    pub date: String,
    /// Where from.
    pub source: String,
    /// What an hour costs in which the objective is missed.
    pub downtime_per_hour: Option<f64>,
    /// What is to be known of the prices of these designs.
    pub notes: Vec<String>,
    /// The prices of the designs, in their order.
    pub designs: Vec<Rates>,
}

/// Kilobytes of a gigabyte.
const KB_PER_GB: f64 = 1e6;

/// The prices of one design, an hour.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rates {
    /// Of a machine, by set and [`Paid`].
    pub sets: Vec<[f64; PAID]>,
    /// Of what the design has once.
    pub once: f64,
    /// Of its components.
    pub components: f64,
    /// What the design has once is an application gateway.
    pub is_gateway: bool,
    /// Of an instance of a gateway that scales by itself.
    pub gateway_instance: f64,
    /// Of a request that is served: what it moves between zones.
    pub request: f64,
    /// The sizes of machines by which they are priced, in words, by set.
    pub sizes: Vec<String>,
    /// What is to be known of them.
    pub notes: Vec<String>,
}

/// `[money]`, without the designs.
pub(crate) struct Asked {
    pub prices: PriceList,
    downtime_per_hour: Option<f64>,
    span: Range<usize>,
}

/// What a set says of its price.
#[derive(Debug, Clone)]
pub(crate) struct Purchase {
    /// Its size, or those of its mix.
    pub sizes: Vec<Size>,
    pub bought: Bought,
    three_years: bool,
    /// The word of its disks.
    disk: &'static str,
    disk_span: Range<usize>,
    size_span: Range<usize>,
    /// Whether the set says its size, and the place of its table.
    sized: bool,
    set_span: Range<usize>,
    committed_span: Range<usize>,
    reserved_span: Range<usize>,
}

impl Purchase {
    /// The keys that matter to a bill only, and whether anybody asks for one.
    pub fn uses(&self, billed: bool) -> impl Iterator<Item = Use> {
        let idle = (!billed).then_some(NO_BILL);
        let Bought { committed, reserved_per_zone } = self.bought;
        let committed = Use { span: self.committed_span.clone(), key: "committed", idle }.when(committed > 0);
        let reserved = Use { span: self.reserved_span.clone(), key: "reserved_per_zone", idle: None };
        committed.into_iter().chain(reserved.when(billed && reserved_per_zone > 0))
    }
}

const NO_BILL: &str = "nobody asks for a bill: there is no `[money]`";

/// Reads `[money]`; the outer `None` is a mistake, the inner one its absence.
pub(crate) fn asked(root: &Reader<'_>, files: Files<'_>, sink: &mut Sink) -> Option<Option<Asked>> {
    let Some(reader) = root.sub("money", "money", sink) else {
        return if root.has("money") { None } else { Some(None) };
    };
    let downtime_per_hour = reader.optional("downtime_per_hour", sink, Reader::number);
    let prices = if reader.is_table("prices") {
        reader.sub("prices", "money.prices", sink).and_then(|list| list_of(&list, sink))
    } else if reader.has("prices") {
        let mistaken = Mistaken { code: codes::PRICE, words: "the price list" };
        let read = |text: &str, own: &mut Sink| file(text, own);
        // A file that is not there and need not be.
        files.read(&reader, "prices", mistaken, sink, read).map(|list| list.unwrap_or_else(built_in))
    } else {
        reader.node("prices", sink);
        Some(built_in())
    };
    let span = reader.span().clone();
    Some(Some(Asked { prices: prices?, downtime_per_hour: downtime_per_hour?, span }))
}

/// A list in a file of its own.
fn file(text: &str, sink: &mut Sink) -> Option<PriceList> {
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        sink.error_of_file(codes::EMPTY, "the price list is empty");
        return None;
    }
    let (tree, broken) = syntax::tree(text, sink);
    let list = list_of(&Reader::new(&tree, "money.prices", sink), sink);
    sink.forget_consequences(&broken);
    list
}

fn list_of(reader: &Reader<'_>, sink: &mut Sink) -> Option<PriceList> {
    if !reader.has("date") {
        reader.missing("date", "date = \"2026-01-15\"", sink);
    }
    let (date, source, currency) =
        (reader.text("date", sink), reader.text("source", sink), reader.text("currency", sink));
    let sizes = sizes(reader, sink);
    let mut disks = Some(BTreeMap::new());
    if let Some(of) = reader.sub("disk", "money.prices.disk", sink) {
        for kind in ["ultra", "premium-ssd-v2", "premium-ssd", "standard-ssd", "standard-hdd"] {
            match of.optional(kind, sink, Reader::number) {
                Some(price) => disks.iter_mut().for_each(|all| all.extend(price.map(|price| (kind.to_owned(), price)))),
                None => disks = None,
            }
        }
    }
    let [load_balancer, application_gateway, capacity_unit] =
        ["load_balancer", "application_gateway", "capacity_unit"].map(|key| reader.optional(key, sink, Reader::number));
    let inter_zone_gb = reader.number("inter_zone_gb", sink);
    Some(PriceList {
        currency: currency?,
        date: date?,
        source: source?,
        sizes: sizes?,
        any: None,
        disks: disks?,
        load_balancer: load_balancer?,
        application_gateway: application_gateway?,
        capacity_unit: capacity_unit?,
        inter_zone_gb: inter_zone_gb?,
    })
}

fn sizes(reader: &Reader<'_>, sink: &mut Sink) -> Option<Vec<(Size, SizePrice)>> {
    let named = reader.named("size", sink);
    if named.is_empty() && !reader.has("size") {
        reader.missing("size", "[size.Standard_D4s_v5]", sink);
    }
    let mut all: Vec<(Size, SizePrice)> = Vec::new();
    let mut fine = !named.is_empty();
    for (name, span, node) in named {
        let of = Reader::new(node, "money.prices.size.<name>", sink);
        if !of.has("on_demand") {
            of.missing("on_demand", "on_demand = 0.192", sink);
        }
        let on_demand = of.number("on_demand", sink);
        let [spot, one_year, three_years, standby] =
            ["spot", "one_year", "three_years", "standby"].map(|key| of.optional(key, sink, Reader::number));
        let size = Size::parse(name).map_err(|why| {
            sink.error(codes::SIZE, &span, format!("\"{name}\" {why}"))
                .help("write for example [size.Standard_D4s_v5]");
        });
        let price = (|| {
            let (spot, one_year, three_years) = (spot?, one_year?, three_years?);
            Some(SizePrice { on_demand: on_demand?, spot, one_year, three_years, standby: standby? })
        })();
        let (Ok(size), Some(price)) = (size, price) else {
            fine = false;
            continue;
        };
        if all.iter().any(|(known, _)| known.is_same(&size.name)) {
            sink.error(codes::DUPLICATE, &span, format!("the size `{name}` stands twice"));
            fine = false;
        }
        all.push((size, price));
    }
    fine.then_some(all)
}

/// What a set says of its price.
pub(crate) fn purchase(
    reader: &Reader<'_>,
    sizes: Vec<Size>,
    reserved_per_zone: u32,
    sink: &mut Sink,
) -> Option<Purchase> {
    let committed = reader.count("committed", sink);
    let term = reader.choice("committed_for", sink);
    let disk = reader.choice("disk", sink);
    Some(Purchase {
        sizes,
        bought: Bought { committed: committed? as u32, reserved_per_zone },
        three_years: term? == "3 years",
        disk: disk?,
        disk_span: reader.place("disk"),
        size_span: reader.place(if reader.has("instance_mix") { "instance_mix.sizes" } else { "size" }),
        sized: reader.has("size") || reader.has("instance_mix"),
        set_span: reader.span().clone(),
        committed_span: reader.span_of("committed"),
        reserved_span: reader.place("reserved_per_zone"),
    })
}

/// The prices of a design's sets.
pub(crate) fn rates(
    (sets, workers): (&[Placed], &[u32]),
    (has_balancer, kb_between_zones): (bool, f64),
    (list, reader): (&PriceList, &Reader<'_>),
    components: f64,
    sink: &mut Sink,
) -> Option<Rates> {
    let mut rates = Rates { components, ..Rates::default() };
    let of_design = Node { span: 0..0, value: Value::Table(reader.table().clone()) };
    unpriced_in_words(&unpriced(std::iter::once(&of_design)))
        .into_iter()
        .for_each(|words| note(&mut rates.notes, words));
    let mut fine = true;
    for placed in sets {
        match of_set(placed, list, &mut rates.notes, sink) {
            Some(prices) => rates.sets.push(prices),
            None => fine = false,
        }
    }
    if list.any.is_none() {
        rates.sizes = sets.iter().map(sizes::in_words).collect();
        sizes::tell_unsized(sets, sink);
    }
    if has_balancer && list.any.is_none() {
        balancers::price(&mut rates, list, reader);
    }
    let gb = kb_between_zones * share_between_zones(sets, workers) / KB_PER_GB;
    rates.request = gb * list.inter_zone_gb;
    if gb > 0.0 && list.inter_zone_gb == 0.0 && list.any.is_none() {
        let words = "traffic between zones is not charged, by the vendor's newer word; older lists have 0.01 USD a GB";
        note(&mut rates.notes, words.into());
    }
    fine.then_some(rates)
}

/// What the components of a design cost an hour; none if a price is wrong.
pub(crate) fn components(reader: &Reader<'_>, sink: &mut Sink) -> Option<f64> {
    let prices: Vec<Option<f64>> = each_component(reader).map(|of| of.number("price", sink)).collect();
    prices.into_iter().sum::<Option<f64>>().map(|a_month| a_month / HOURS_PER_MONTH)
}

/// The prices of components, and whether anybody asks for a bill.
pub(crate) fn uses_of_components(reader: &Reader<'_>, billed: bool) -> Vec<Use> {
    let idle = (!billed).then_some(NO_BILL);
    let priced = each_component(reader).filter(|of| of.has("price"));
    priced.map(|of| Use { span: of.span_of("price"), key: "price", idle }).collect()
}

/// What else is wrong with a component is told by whoever reads it.
fn each_component<'t>(reader: &Reader<'t>) -> impl Iterator<Item = Reader<'t>> {
    let named = if reader.is_off("component") { Vec::new() } else { reader.named("component", &mut Sink::default()) };
    let each = named.into_iter().filter(|(.., node)| !node.is_off());
    each.map(|(.., node)| Reader::new(node, "component.<name>", &mut Sink::default()))
}

/// Components of designs that have no price, each once.
pub(crate) fn unpriced<'t>(designs: impl Iterator<Item = &'t Node>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for of in designs.filter_map(|design| design.table()?.get("component")?.table()) {
        let free =
            of.entries.iter().filter(|entry| entry.node.table().is_some_and(|table| table.get("price").is_none()));
        for entry in free.filter(|entry| !names.contains(&entry.key)).collect::<Vec<_>>() {
            names.push(entry.key.clone());
        }
    }
    names
}

/// That some components cost nothing.
pub fn unpriced_in_words(names: &[String]) -> Option<String> {
    let (kind, has) = if names.len() == 1 { ("component", "it has") } else { ("components", "they have") };
    (!names.is_empty()).then(|| format!("no price of the {kind} {}: {has} no `price`", names.join(", ")))
}

/// CO-04: the chance that two machines of a region, picked one by one, stand in different zones as designed; of regions by
/// their machines.
fn share_between_zones(sets: &[Placed], workers: &[u32]) -> f64 {
    let mut zones: BTreeMap<ZoneId, f64> = BTreeMap::new();
    // Machines of a region, those in known zones, and the pairs of these that share a zone.
    let mut regions: BTreeMap<RegionId, [f64; 3]> = BTreeMap::new();
    // Requests come to no machine that does nothing but jobs.
    let served = (0..).zip(sets).filter(|(at, _)| !workers.contains(at));
    for set in served.map(|(_, placed)| &placed.set) {
        let of_region = regions.entry(set.region).or_default();
        of_region[0] += f64::from(set.capacity);
        for (&zone, count) in set.zones.iter().zip(initial_counts(set)) {
            let (before, more) = (zones.entry(zone).or_default(), f64::from(count));
            of_region[1] += more;
            of_region[2] += more * (more + 2.0 * *before);
            *before += more;
        }
    }
    let all: f64 = regions.values().map(|of| of[0]).sum();
    let of_region = |[machines, zoned, together]: [f64; 3]| (zoned * zoned - together) / machines / all;
    regions.into_values().filter(|of| of[0] > 0.0).map(of_region).sum()
}

fn note(notes: &mut Vec<String>, words: String) {
    if !notes.contains(&words) {
        notes.push(words);
    }
}

fn of_set(placed: &Placed, list: &PriceList, notes: &mut Vec<String>, sink: &mut Sink) -> Option<[f64; PAID]> {
    let purchase = &placed.purchase;
    let known: Option<Vec<(&Size, SizePrice)>> =
        purchase.sizes.iter().map(|size| Some((size, price_of(size, purchase, list, sink)?))).collect();
    // A mix at its dearest size: which of them a machine gets is a matter of luck.
    let (size, price) = known?.into_iter().max_by(|a, b| a.1.on_demand.total_cmp(&b.1.on_demand))?;
    if purchase.sizes.len() > 1 {
        note(notes, "instance mixes at their dearest size".into());
    }
    let managed = placed.set.management.as_ref();
    let mut lacks = |what: &str, key: &str, span: &Range<usize>| {
        let words = format!("the price list knows no price of `{}` {what}", size.name);
        sink.error(codes::PRICE, span, words).help(format!("write `{key} = ` under [size.Standard_{}]", size.name));
        None
    };
    let spot = match price.spot {
        None if managed.is_some_and(|managed| managed.spot.is_some()) => {
            lacks("as a Spot machine", "spot", &purchase.size_span)?
        }
        spot => spot.unwrap_or(0.0),
    };
    let (term, words, key) = match purchase.three_years {
        true => (price.three_years, "for three years in advance", "three_years"),
        false => (price.one_year, "for a year in advance", "one_year"),
    };
    let committed = match term {
        None if purchase.bought.committed > 0 => lacks(words, key, &purchase.committed_span)?,
        term => term.unwrap_or(0.0),
    };
    let runs = managed.and_then(|managed| managed.standby.as_ref()).is_some_and(|pool| pool.running);
    let disk = list.disks.get(purchase.disk).copied();
    match disk {
        None if list.disks.is_empty() && list.any.is_none() => note(notes, "no prices of disks".into()),
        None if list.any.is_none() => {
            // CO-03: beside kinds that have one it would be the cheapest.
            let words = format!("the price list has prices of disks, and none of `{}`", purchase.disk);
            sink.error(codes::PRICE, &purchase.disk_span, words).help(format!(
                "give `money.prices` a list with `disk.{} = ` what those of a machine cost a month",
                purchase.disk
            ));
            return None;
        }
        _ => {}
    }
    let mut prices = [0.0; PAID];
    prices[Paid::OnDemand as usize] = price.on_demand;
    prices[Paid::Committed as usize] = committed;
    prices[Paid::Spot as usize] = spot;
    prices[Paid::Standby as usize] = price.standby.unwrap_or(if runs { price.on_demand } else { 0.0 });
    prices[Paid::Disks as usize] = disk.unwrap_or(0.0) / HOURS_PER_MONTH;
    Some(prices)
}

fn price_of(size: &Size, purchase: &Purchase, list: &PriceList, sink: &mut Sink) -> Option<SizePrice> {
    let found = list.of(size);
    if found.is_none() {
        let names: Vec<String> = list.sizes.iter().map(|(size, _)| format!("Standard_{}", size.name)).collect();
        let words = format!("the price list does not know the size `Standard_{}`", size.name);
        sink.error(codes::PRICE, &purchase.size_span, words)
            .nearest(&format!("Standard_{}", size.name), names.iter().map(String::as_str))
            .help("give `money.prices` a list that has it");
    }
    found
}

/// What a design costs a month as it was designed, if nothing ever happens to it.
pub(crate) fn as_designed(laid: &Laid) -> Option<f64> {
    let rates = laid.rates.as_ref()?;
    let of_set = |(at, (placed, prices)): (usize, (&Placed, &[f64; PAID]))| -> f64 {
        let paid = paid_as_designed(&laid.design.set_as_paid(at), placed.purchase.bought);
        paid.iter().zip(prices).map(|(&machines, price)| machines as f64 * price).sum()
    };
    let hourly: f64 = laid.sets.iter().zip(&rates.sets).enumerate().map(of_set).sum();
    // What scales by itself has at least what it always has.
    let instances = laid.design.service.gateway.as_ref().map_or(0, |gateway| gateway.least.max(1));
    let gateway = f64::from(instances) * rates.gateway_instance;
    Some((hourly + rates.once + rates.components + gateway) * HOURS_PER_MONTH)
}

/// The money of all designs.
pub(crate) fn money(asked: Asked, laid: &[Laid], measure: &Measure, sink: &mut Sink) -> Option<Money> {
    let horizon_ms = measure.horizon.as_ms();
    let rates: Vec<Rates> = laid.iter().filter_map(|laid| laid.rates.clone()).collect();
    for (laid, rates) in laid.iter().zip(&rates) {
        let dearest = |prices: &[f64; PAID]| prices.iter().copied().fold(0.0, f64::max) * 2.0;
        let hourly: f64 =
            laid.sets.iter().zip(&rates.sets).map(|(set, of)| set.most_machines() as f64 * dearest(of)).sum();
        let arrives = laid.design.demand.as_ref().map_or(0.0, Demand::most_milli) * 3.6;
        let instances = laid.design.service.gateway.as_ref().map_or(0, |gateway| gateway.most);
        let hourly = hourly + rates.once + rates.components + f64::from(instances) * rates.gateway_instance;
        if (hourly + arrives * rates.request) * horizon_ms as f64 / MS_PER_HOUR > BILL_MAX {
            let words = format!("the bill of a trial of `{}` may be more than 10^12", laid.design.name);
            sink.error(codes::TOO_MUCH, &asked.span, words).help("price in a larger unit of money");
            return None;
        }
    }
    let mut notes = Vec::new();
    rates.iter().flat_map(|rates| &rates.notes).for_each(|words| note(&mut notes, words.clone()));
    notes.extend(standbys_unpriced(laid.iter().map(|laid| &laid.design)).map(str::to_owned));
    let promised = |laid: &Laid| laid.design.sla.is_some() || !laid.design.agreements.is_empty();
    if measure.months.whole() == 0 && laid.iter().any(promised) {
        // SL-03.
        notes.push("no credit, for there is no whole month, and the agreement goes by months".into());
    }
    let idle = |laid: &Laid| {
        let design = &laid.design;
        design.sla.is_none() && (0..design.sets.len()).any(|set| promise::stands_by(design, set))
    };
    if laid.iter().any(idle) {
        // SL-02.
        notes.push("no credit of standbys that do not run until something fails: their clocks stand until then".into());
    }
    let Asked { prices: PriceList { currency, date, source, .. }, downtime_per_hour, .. } = asked;
    Some(Money { currency, date, source, downtime_per_hour, notes, designs: rates })
}

/// What the costs of designs with a standby leave out, or count in full.
pub fn standbys_unpriced<'a>(designs: impl Iterator<Item = &'a Design>) -> impl Iterator<Item = &'static str> {
    let (mut any, mut managed) = (false, false);
    for design in designs {
        let Some(service) = design.structure() else { continue };
        for failover in service.failovers.iter().filter(|of| matches!(of.pattern, Pattern::Standby(_))) {
            any = true;
            let parts = service.parts_of(failover.node as usize).iter().skip(1);
            let mut sets = parts.flat_map(|&part| service.sets_within(part as usize));
            managed |= sets.any(|set| design.sets[set as usize].management.is_some());
        }
    }
    let words = [
        (any, "what a standby keeps is not priced: replicas (Site Recovery), backups, copies of data"),
        (managed, "standbys whose sets are managed are paid for in full, also while they stand by"),
    ];
    words.into_iter().filter_map(|(is, words)| is.then_some(words))
}
