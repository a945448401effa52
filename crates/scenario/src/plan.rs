//! `[plan]`: the choices of a plan, and every candidate that they make.
//!
//! A candidate is one of the scenario's designs with one value of every choice laid over it, read like any other design.
//! What Azure refuses is no mistake of a plan, for it may come from a combination: such candidates are left out and counted by
//! reason. A value with which no candidate is possible is a mistake, told with the reasons (`blame`).
//!
//! The cost is that of the machines asked for, 730 hours a month, whatever happens to them, by the prices of `[money]` or of
//! `[plan.price]` (the same model with one price for every size); without either it is the number of machines. How many machines an
//! autoscaled set has is known to nobody before it is simulated: such candidates keep their prices by the hour.

mod blame;
mod chosen;
mod limits;

use crate::codes;
use crate::designs::{self, Around, Laid};
use crate::diagnostic::Sink;
use crate::doubts::Doubts;
use crate::impossible::{self, ErrorBudget};
use crate::known_names;
use crate::memory::Memory;
use crate::method;
use crate::money::{self, Rates};
use crate::node::{Node, Table, Value};
use crate::overlay::Seen;
use crate::paths::{Step, spelled};
use crate::reader::Reader;
use crate::scenario::Target;
use crate::sets::Placed;
use crate::timeline;
use crate::what_if::{self, Unfelt};
use blame::Failed;
use chosen::{Read, read};
use limits::{Least, Limits, Size};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use zonefall_azure::prices::{HOURS_PER_MONTH, PriceList, SizePrice};
use zonefall_faults::Method;
use zonefall_fleet::management::{Action, Change};
use zonefall_fleet::{Design, PAID, Paid, paid_as_designed};

/// The most candidates.
const CANDIDATES_MAX: usize = 20_000;
/// The limit that Azure sets (AL-05): candidates beyond it are counted like those beyond limits of the plan.
const QUOTA: &str = "quota";
/// Reasons for which candidates are impossible, of which the others are summed up.
const REASONS_MAX: usize = 20;

/// `[plan]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The target; that of the objective if none.
    pub target: Option<Target>,
    /// The most trials of a candidate.
    pub trials_max: u64,
    /// How trials are drawn, if the scenario says.
    pub method: Option<Method>,
    /// The keys with their values.
    pub choices: Vec<PlanChoice>,
    /// What the cost is in and as of when; none if it is the number of machines.
    pub price: Option<Price>,
    /// The candidates; only if they were asked for.
    pub candidates: Vec<PlanCandidate>,
    /// Why candidates are impossible, the most frequent reason first.
    pub impossible: Vec<Impossible>,
    /// Candidates beyond a limit of the plan.
    pub over_limit: u64,
    /// The limits that they are beyond.
    pub limits_broken: Vec<&'static str>,
    /// The most that a candidate may cost a month.
    pub max_cost: Option<f64>,
    /// Hints on capacity that come of the values of candidates.
    pub doubts: Doubts,
}

/// A key that may be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanChoice {
    /// Its path.
    pub key: String,
    /// Its values.
    pub values: Vec<String>,
    /// Whether more of it, or less, never means more downtime; none if nobody says so.
    pub more_helps: Option<bool>,
}

/// What machines cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Price {
    /// In what.
    pub currency: String,
    /// As of when.
    pub date: String,
    /// From where.
    pub source: String,
    /// Components that cost nothing, for none has a price.
    pub unpriced: Vec<String>,
}

/// A design that may be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanCandidate {
    /// The design.
    pub design: Arc<Design>,
    /// Which of the scenario's designs it was made from.
    pub shape: usize,
    /// The place of its value among those of each choice.
    pub values: Vec<u32>,
    /// What it costs a month as it was designed.
    pub cost: f64,
    /// What it pays by the hour and by the request, where a set changes its size or requests cost: then the cost is to be simulated.
    pub rates: Option<Rates>,
}

/// Why some candidates are impossible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impossible {
    /// In words.
    pub why: String,
    /// How many are.
    pub candidates: u64,
    /// The name of the first of them; empty for other reasons together.
    pub first: String,
}

/// Reads `[plan]`; the outer `None` is a mistake, the inner one its absence. With `whole` the candidates are made.
pub(crate) fn plan(
    root: &Reader<'_>,
    seen: &[Seen],
    around: &Around<'_>,
    whole: bool,
    sink: &mut Sink,
) -> Option<Option<Plan>> {
    let Some(reader) = root.sub("plan", "plan", sink) else {
        return if root.has("plan") { None } else { Some(None) };
    };
    let target = reader.optional("target", sink, |reader, key, sink| timeline::share(reader, key, sink));
    let trials_max = reader.count("trials_max", sink);
    let limits = Limits::read(&reader, sink);
    let own = price(&reader, around.prices.is_some(), sink);
    let read = read(&reader, sink);
    let method = if root.has("method") { method::method(root, sink).map(Some) } else { Some(None) };
    // All of them, before the first ends it.
    let tables: Vec<&Table> = seen.iter().filter_map(|of| of.tree.table()).collect();
    let known = |of: &Read, sink: &mut Sink| known_names::known(&tables, &of.path, codes::UNKNOWN_KEY, sink);
    let unknown = read.right.iter().filter(|of| !seen.is_empty() && known(of, sink).is_none()).count();
    let (target, trials_max, limits, own, method) = (target?, trials_max?, limits?, own?, method?);
    if unknown > 0 || !read.all {
        return None;
    }
    let read = read.right;
    unfelt(&read, seen, sink);
    let memory = Memory::default();
    let around = &Around { prices: own.as_ref().or(around.prices), memory: Some(&memory), ..*around };
    let price = around.prices.map(|list| Price {
        currency: list.currency.clone(),
        date: list.date.clone(),
        source: list.source.clone(),
        unpriced: money::unpriced(seen.iter().map(|of| &of.tree)),
    });
    let limits = limits.in_currency(price.as_ref().map(|price| price.currency.as_str()));
    let number = read.iter().map(|of| of.nodes.len()).chain([seen.len()]).try_fold(1_usize, |n, of| n.checked_mul(of));
    let number = number.unwrap_or(usize::MAX);
    if number > CANDIDATES_MAX {
        let words = format!("the choices make {number} candidates, more than {CANDIDATES_MAX}");
        sink.error(codes::TOO_MUCH, reader.span(), words).help("make a range coarser: \"6 to 30 step 3\"");
        return None;
    }
    let choices = read.iter().map(|of| of.choice.clone()).collect();
    let mut plan = Plan {
        target,
        trials_max,
        method,
        choices,
        price,
        candidates: Vec::new(),
        impossible: Vec::new(),
        over_limit: 0,
        limits_broken: Vec::new(),
        max_cost: limits.cost(),
        doubts: Doubts::default(),
    };
    if whole {
        candidates(&mut plan, &read, seen, around, &limits, sink)?;
    }
    Some(Some(plan))
}

/// Tells of designs that a choice would turn something on in.
fn unfelt(read: &[Read], seen: &[Seen], sink: &mut Sink) {
    for of in read {
        for (design, gone) in seen.iter().filter_map(|seen| Some((&seen.name, lacking(seen, of)?))) {
            let words = format!("the design `{design}` does without `{gone}`: no candidate is made of it");
            sink.warn(codes::KEPT_BY_DESIGN, &of.span, words);
        }
    }
}

/// The table of a choice's key that a design turns off or drops.
fn lacking(seen: &Seen, of: &Read) -> Option<String> {
    let path: Vec<Step> = of.path.iter().map(|(step, _)| step.clone()).collect();
    let without = |table: &Table| match what_if::unfelt(table, &path) {
        Some(Unfelt::Without(gone)) if gone != of.choice.key => Some(gone),
        _ => None,
    };
    seen.own.as_ref().and_then(without).or_else(|| without(seen.tree.table()?))
}

/// `[plan.price]`: one price for every size; the outer `None` is a mistake, the inner one its absence.
fn price(reader: &Reader<'_>, has_money: bool, sink: &mut Sink) -> Option<Option<PriceList>> {
    let Some(own) = reader.sub("price", "plan.price", sink) else { return Some(None) };
    if has_money {
        let words = "`plan.price` and `[money]` are two price lists: keep one";
        sink.error(codes::EXCLUSIVE, &reader.span_of("price"), words)
            .help("`[money]` prices each size by itself, for plans too");
        return None;
    }
    let reader = own;
    for (key, help) in [("per_machine_hour", "per_machine_hour = 0.192"), ("date", "date = \"2026-01-15, price list\"")]
    {
        if !reader.has(key) {
            reader.missing(key, help, sink);
        }
    }
    let per_hour = reader.number("per_machine_hour", sink);
    let spot = reader.optional("spot_per_machine_hour", sink, Reader::number);
    let standby = reader.optional("standby_per_machine_hour", sink, Reader::number);
    let (currency, date) = (reader.text("currency", sink), reader.text("date", sink));
    let on_demand = per_hour?;
    let all = Some(on_demand);
    let any = SizePrice { on_demand, spot: spot?.or(all), one_year: all, three_years: all, standby: standby?.or(all) };
    Some(Some(PriceList { currency: currency?, date: date?, any: Some(any), ..PriceList::default() }))
}

/// Makes every candidate.
fn candidates(
    plan: &mut Plan,
    read: &[Read],
    seen: &[Seen],
    around: &Around<'_>,
    limits: &Limits,
    sink: &mut Sink,
) -> Option<()> {
    let mut reasons: BTreeMap<String, (u64, String)> = BTreeMap::new();
    // For each choice and value, whether some candidate is possible, else the mistakes of the first.
    let mut first: Vec<Vec<Option<Failed>>> = read.iter().map(|of| of.nodes.iter().map(|_| None).collect()).collect();
    let mut possible: Vec<Vec<bool>> = read.iter().map(|of| vec![false; of.nodes.len()]).collect();
    let names = names(read);
    let mut least = Least::default();
    let mut over_quota: Option<Sink> = None;
    let budget = ErrorBudget::of_candidates(around.times.horizon);
    for (shape, of) in seen.iter().enumerate() {
        let mut at = vec![0_u32; read.len()];
        let mut judged: Vec<Vec<bool>> = possible.iter().map(|of| vec![false; of.len()]).collect();
        loop {
            let mut own = Sink::default();
            // What is asked along the whole demand is asked once for each value of a shape.
            let hints = at.iter().enumerate().any(|(key, &value)| !judged[key][value as usize]);
            let around = &Around { hints, fits_quota: true, ..*around };
            let design = candidate(of, read, &at, around, &mut own).filter(|_| !own.has_errors());
            sink.asked.extend(std::mem::take(&mut own.asked));
            let name = || named(seen, shape, &names, read, &at);
            match design {
                Some(laid) => {
                    if let (true, Some(budget)) = (hints, budget) {
                        impossible::check(&laid, budget, &mut own);
                    }
                    plan.doubts.tell(own.told(), name);
                    for (key, &value) in at.iter().enumerate() {
                        (judged[key][value as usize], possible[key][value as usize]) = (true, true);
                    }
                    take(plan, laid, name(), (shape, &at), limits, &mut least);
                }
                None if own.has_only_errors_of(codes::QUOTA) => {
                    at.iter().enumerate().for_each(|(key, &value)| possible[key][value as usize] = true);
                    beyond(plan, [QUOTA].into_iter());
                    over_quota.get_or_insert(own);
                }
                None => {
                    let why = own.first_error().unwrap_or_default();
                    reasons.entry(why).or_insert_with(|| (0, name())).0 += 1;
                    let own = Rc::new(own);
                    for (key, &value) in at.iter().enumerate() {
                        first[key][value as usize].get_or_insert_with(|| Failed {
                            values: at.clone(),
                            name: name(),
                            mistakes: Rc::clone(&own),
                        });
                    }
                }
            }
            if !count_up(&mut at, read) {
                break;
            }
        }
    }
    plan.doubts.allow(|code| sink.allowed.contains(code));
    plan.doubts.forget(sink.told());
    let fine = blame::tell(read, &possible, first, sink);
    plan.impossible = impossible(reasons);
    if fine && plan.candidates.is_empty() {
        match over_quota.filter(|_| plan.limits_broken == [QUOTA]) {
            Some(first) => sink.copy_errors(&first, None),
            None => limits.tell(&least, &read[0].span, sink),
        }
        return None;
    }
    fine.then_some(())
}

fn impossible(reasons: BTreeMap<String, (u64, String)>) -> Vec<Impossible> {
    let mut all: Vec<Impossible> =
        reasons.into_iter().map(|(why, (candidates, first))| Impossible { why, candidates, first }).collect();
    all.sort_by_key(|of| Reverse(of.candidates));
    if all.len() > REASONS_MAX {
        let candidates = all.split_off(REASONS_MAX - 1).iter().map(|of| of.candidates).sum();
        all.push(Impossible { why: "other reasons".into(), candidates, first: String::new() });
    }
    all
}

/// The next combination of values, the last choice fastest.
fn count_up(at: &mut [u32], read: &[Read]) -> bool {
    for (value, of) in at.iter_mut().zip(read).rev() {
        *value += 1;
        if (*value as usize) < of.nodes.len() {
            return true;
        }
        *value = 0;
    }
    false
}

fn candidate(of: &Seen, read: &[Read], at: &[u32], around: &Around<'_>, sink: &mut Sink) -> Option<Laid> {
    let mut table = of.tree.table().cloned().unwrap_or_default();
    for (choice, &value) in read.iter().zip(at) {
        // Another design may have it.
        known_names::known(&[&table], &choice.path, codes::UNKNOWN_KEY, sink)?;
        if let Some(gone) = lacking(of, choice) {
            let words = format!("the design `{}` does without `{gone}`", of.name);
            sink.error(codes::PLAN, &choice.span, words);
            return None;
        }
        let change = what_if::Change { path: choice.path.clone(), value: choice.nodes[value as usize].clone() };
        what_if::apply(&mut table, &change, &[], sink)?;
    }
    let tree = Node { span: of.tree.span.clone(), value: Value::Table(table) };
    designs::design(
        &Seen { name: of.name.clone(), span: of.span.clone(), tree, own: None, meant: Vec::new() },
        around,
        sink,
    )
}

/// What the choices are called in names of candidates: the last part of the key, all of it where that is not enough.
fn names(read: &[Read]) -> Vec<String> {
    // An index stands with what it counts.
    let last = |of: &Read| {
        let begins = of.path.iter().rposition(|(step, _)| step.key().is_some()).unwrap_or(0);
        spelled(of.path[begins..].iter().map(|(step, _)| step))
    };
    let name = |of: &Read| {
        let mine = last(of);
        if read.iter().filter(|other| last(other) == mine).count() == 1 { mine } else { of.choice.key.clone() }
    };
    read.iter().map(name).collect()
}

fn named(seen: &[Seen], shape: usize, names: &[String], read: &[Read], at: &[u32]) -> String {
    let value = |((name, of), &value): ((&String, &Read), &u32)| format!("{name} {}", of.choice.values[value as usize]);
    let values: Vec<String> = names.iter().zip(read).zip(at).map(value).collect();
    let values = values.join(", ");
    if seen.len() > 1 { format!("{}: {values}", seen[shape].name) } else { values }
}

/// Takes a candidate that is within the limits.
fn take(plan: &mut Plan, laid: Laid, name: String, (shape, at): (usize, &[u32]), limits: &Limits, least: &mut Least) {
    let cost = cost(&laid);
    let pays_by_request = laid.rates.as_ref().is_some_and(|rates| rates.request > 0.0) && laid.design.demand.is_some();
    let pays_by_gateway = laid.rates.as_ref().is_some_and(|rates| rates.gateway_instance > 0.0);
    let rates = (changes_size(&laid.design) || pays_by_request || pays_by_gateway)
        .then(|| laid.rates.clone().unwrap_or_else(|| by_the_machine(&laid)));
    // Nobody reads the meters of others.
    let bought = rates.as_ref().map(|_| laid.sets.iter().map(|placed| placed.purchase.bought).collect());
    let design = Design { name, bought, ..laid.design };
    // What is to be simulated is held against the limit then.
    let size = Size::of(&design, if rates.is_some() { 0.0 } else { cost });
    least.note(&size);
    let mut broken = limits.broken_by(&size).peekable();
    if broken.peek().is_none() {
        plan.candidates.push(PlanCandidate { design: Arc::new(design), shape, values: at.to_vec(), cost, rates });
        return;
    }
    beyond(plan, broken);
}

/// Counts a candidate that is beyond these limits.
fn beyond(plan: &mut Plan, broken: impl Iterator<Item = &'static str>) {
    plan.over_limit += 1;
    for key in broken {
        if !plan.limits_broken.contains(&key) {
            plan.limits_broken.push(key);
        }
    }
}

/// Whether autoscale, a change or a runbook decides how many machines there are: then only lives tell what is paid.
fn changes_size(design: &Design) -> bool {
    let resizes = |change: &Change| match change.action {
        Action::Capacity(_) | Action::Delete { .. } | Action::Attach { .. } | Action::Detach { .. } => true,
        Action::Deallocate(_) | Action::Start => true,
        Action::Zones(_) | Action::ReplaceFailed | Action::ResumeRepairs | Action::ForceDetach => false,
        Action::StopRollout | Action::RollBack => false,
    };
    let mut managed = design.sets.iter().filter_map(|set| set.management.as_ref());
    managed.any(|managed| managed.autoscale.is_some() || managed.changes.iter().any(resizes))
}

/// Without a price a machine that is there all month costs one.
fn by_the_machine(laid: &Laid) -> Rates {
    let mut prices = [0.0; PAID];
    for paid in [Paid::OnDemand, Paid::Committed, Paid::Spot, Paid::Standby] {
        prices[paid as usize] = 1.0 / HOURS_PER_MONTH;
    }
    Rates { sets: vec![prices; laid.sets.len()], ..Rates::default() }
}

/// What a design costs a month; its machines without a price.
fn cost(laid: &Laid) -> f64 {
    let machines = |(at, placed): (usize, &Placed)| {
        let paid = paid_as_designed(&laid.design.set_as_paid(at), placed.purchase.bought);
        let [on_demand, committed, spot, standby, ..] = paid;
        on_demand + committed + spot + standby
    };
    money::as_designed(laid).unwrap_or_else(|| laid.sets.iter().enumerate().map(machines).sum::<u64>() as f64)
}
