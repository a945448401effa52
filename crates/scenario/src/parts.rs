//! `[part.<name>]` and `slo.holds`: how sets and components make a service.
//!
//! In: the design's sets, components, parts and failover groups. Out: a [`Structure`], every node after its children. What can go
//! wrong is told all at once: names that are not there, parts in two places or in themselves, sets in no part, needs without
//! machines.

mod tree;

use crate::codes;
use crate::components::{Promise, Site, component, routers};
use crate::demand::Clock;
use crate::designs::SET_KINDS;
use crate::diagnostic::Sink;
use crate::failover::{failover, router_promise};
use crate::keys::parts::PARTS_MAX;
use crate::node::Node;
use crate::promise::terms;
use crate::reader::Reader;
use crate::sets::Placed;
use std::ops::Range;
use std::sync::Arc;
use tree::{Draft, KnownSets, Names, REST, Tree, WORKS, What};
use zonefall_fleet::{Least, Need, Part, Structure};

/// What is asked of all machines that no part names.
pub(crate) type Rest = Option<(Least, Range<usize>)>;

/// What the kinds of parts are called.
const KINDS: [&str; 4] = ["sets", "all", "any", "of"];

/// Whether a design has parts.
pub(crate) fn are_there(reader: &Reader<'_>) -> bool {
    ["part", "component", "failover"].into_iter().any(|key| reader.has(key) && !reader.is_off(key))
}

/// How a design with parts becomes one of machines in one pool.
pub(crate) fn one_pool(reader: &Reader<'_>) -> String {
    let quiet = &mut Sink::default();
    let of = |kind: &'static str, quiet: &mut Sink| {
        let there = reader.has(kind) && !reader.is_off(kind);
        let all = if there { reader.named(kind, quiet) } else { Vec::new() };
        all.into_iter().map(move |(name, ..)| format!("`[{kind}.{name}]`"))
    };
    let components: Vec<String> = of("component", quiet).collect();
    let others: Vec<String> = of("part", quiet).chain(of("failover", quiet)).collect();
    match (&others[..], &components[..]) {
        ([], []) => "put all machines into one pool".into(),
        ([], [db]) => format!(
            "take {db} out, which makes a service of parts: let `service.depends_on` name a mode of scope `global` in its place"
        ),
        ([], [db, rest @ ..]) => format!(
            "take {db} and {} more out, which make a service of parts: let `service.depends_on` name modes of scope `global` in their place",
            rest.len()
        ),
        ([first, ..], _) => match others.len() + components.len() - 1 {
            0 => format!("take {first} out, which makes a service of parts"),
            more => format!("put all machines into one pool: {first} and {more} more make a service of parts"),
        },
    }
}

/// What the sets of a design are called, and what they are, for a mistake in one of them nothing but names; and which do nothing but
/// jobs, so that no part may have them.
pub(crate) type Sets<'a> = (&'a [&'a str], Option<&'a [Placed]>, Option<&'a [u32]>);

/// Reads the service of a design. `rest` is what `min_serving` or `min_served` asks of all machines. Where only the names of the sets
/// are known, only mistakes come out.
pub(crate) fn service(
    (reader, slo): (&Reader<'_>, Option<&Reader<'_>>),
    sets: Sets<'_>,
    has_demand: bool,
    rest: Option<Rest>,
    (site, clock): (&Site<'_>, &Clock<'_>),
    sink: &mut Sink,
) -> Option<(Need, Range<usize>)> {
    let root = slo.and_then(|slo| slo.text("holds", sink).map(|name| (name, slo.span_of("holds"))));
    let components = components(reader, site, sink);
    let groups = reader.named("failover", sink);
    let written = reader.named("part", sink);
    if written.len().max(groups.len()) > PARTS_MAX {
        sink.error(codes::TOO_MUCH, &reader.span_of("part"), format!("a design may have {PARTS_MAX} parts"));
        return None;
    }
    let mut taken: Vec<Option<String>> = vec![None; sets.0.len()];
    let workers = sets.2.unwrap_or_default();
    workers.iter().for_each(|&set| taken[set as usize] = Some(WORKS.into()));
    let mut drafts = Vec::new();
    for (name, span, node) in written {
        let (what, promise) = match part(name, &span, node, (sets, has_demand), &mut taken, sink) {
            Ok(read) => read,
            Err(names) => (What::Broken(names), None),
        };
        drafts.push(Draft { name: name.to_owned(), span, what, promise, failover: None });
    }
    let routers = routers(reader);
    drafts.extend(groups.into_iter().map(|(name, span, node)| failing_over(name, span, node, (clock, &routers), sink)));
    drafts.extend(components?);
    // Who is in no part is known when every part is; until then it may be asked for.
    let whole = sets.2.is_some() && drafts.iter().all(|draft| !matches!(draft.what, What::Broken(_)));
    let rest = rest.filter(|_| whole && !sets.0.is_empty()).and_then(|rest| the_rest(sets, &taken, rest, reader, sink));
    let known = rest.is_some();
    let unknown =
        Draft { name: REST.into(), span: 0..0, what: What::Broken(Vec::new()), promise: None, failover: None };
    drafts.extend(rest.unwrap_or_else(|| drafts.iter().all(|draft| draft.name != REST).then_some(unknown)));
    let span = root.as_ref().map_or_else(|| reader.span_of("part"), |(_, span)| span.clone());
    let known_sets = KnownSets { reader, names: sets.0, taken: &taken };
    let (mut tree, fine) = Tree::new(drafts, known_sets, sink);
    let top = tree.top(root.as_ref(), sink).filter(|_| known && fine)?;
    let order = tree.order(top, root.as_ref(), sink)?;
    sets.1?;
    let nodes = tree.nodes(&order).filter(|_| tree.failovers_are_apart(sink))?;
    let failovers = tree.failovers(&order);
    Some((Need::Parts(Arc::new(Structure { nodes, failovers })), span))
}

/// A failover group; the routers that are written as components tell whether its own is among them.
fn failing_over(
    name: &str,
    span: Range<usize>,
    node: &Node,
    (clock, routers): (&Clock<'_>, &[&str]),
    sink: &mut Sink,
) -> Draft {
    let (names, failover) = failover(name, node, clock, sink);
    let promise = router_promise(node, routers);
    let what = match failover {
        Some(_) => What::Group { names, least: Some(1) },
        None => What::Broken(names),
    };
    Draft { name: name.to_owned(), span, what, promise, failover: failover.map(Box::new) }
}

fn components(reader: &Reader<'_>, site: &Site<'_>, sink: &mut Sink) -> Option<Vec<Draft>> {
    let written = reader.named("component", sink);
    if written.len() > PARTS_MAX {
        sink.error(codes::TOO_MUCH, &reader.span_of("component"), format!("a design may have {PARTS_MAX} components"));
        return None;
    }
    let read = |(name, span, node): (&str, Range<usize>, &Node)| {
        let (what, promise) = match component(name, &span, node, site, sink) {
            Some((component, promise)) => (What::Leaf(Part::Component(component)), promise),
            None => (What::Broken(Vec::new()), None),
        };
        Draft { name: name.to_owned(), span, what, promise, failover: None }
    };
    Some(written.into_iter().map(read).collect())
}

/// Reads one part: what it is and the promise for it; of a mistaken one, the parts it names.
fn part(
    name: &str,
    span: &Range<usize>,
    node: &Node,
    (sets, has_demand): (Sets<'_>, bool),
    taken: &mut [Option<String>],
    sink: &mut Sink,
) -> Result<(What, Promise), Names> {
    let reader = Reader::new(node, "part.<name>", sink);
    let said: Vec<&str> = KINDS.into_iter().filter(|kind| reader.has(kind)).collect();
    let [kind] = said[..] else {
        let words = format!("part `{name}` needs one of `sets`, `all`, `any` and `of`, and has {}", said.len());
        sink.error(codes::PART, span, words).help("write for example `sets = [\"web\"]` and `min_serving = 6`");
        return Err(Vec::new());
    };
    let names = reader.texts(kind, sink).ok_or_else(Vec::new)?;
    let need = least(&reader, has_demand, sink);
    let count = reader.count("least", sink);
    let goes =
        [("min_serving", "sets"), ("min_served", "sets"), ("parallelism", "sets"), ("queue", "sets"), ("least", "of")];
    let mut fine = true;
    for (key, with) in goes.into_iter().filter(|(key, with)| reader.has(key) && kind != *with) {
        sink.error(codes::EXCLUSIVE, &reader.span_of(key), format!("`{key}` goes with `{with}`, not with `{kind}`"));
        fine = false;
    }
    if names.is_empty() {
        sink.error(codes::PART, &reader.span_of(kind), format!("part `{name}` is made of nothing"));
        fine = false;
    }
    if kind == "sets" {
        let found = (!sets.0.is_empty()).then(|| find_sets(name, &names, sets.0, taken, sink)).flatten();
        if matches!(need, Some(None)) {
            sink.error(codes::PART, span, format!("part `{name}` does not say what it needs"))
                .help("write `min_serving = 6`, or `min_served = \"99%\"` with `[demand]`");
        }
        let (Some(found), Some(Some((need, _))), true) = (found, need, fine) else {
            return Err(Vec::new());
        };
        let promise = sets.1.and_then(|sets| promise(sets, &found));
        return Ok((What::Leaf(Part::Sets(found, need)), promise));
    }
    let least = match (kind, count) {
        ("all", _) => None,
        ("any", _) => Some(1),
        (_, Some(count)) => {
            if count > names.len() as u64 {
                let words = format!("{count} of {} parts can never hold", names.len());
                sink.error(codes::RANGE, &reader.span_of("least"), words);
                fine = false;
            }
            Some(count as u32)
        }
        (_, None) => {
            if !reader.has("least") {
                reader.missing("least", "least = 2", sink);
            }
            fine = false;
            None
        }
    };
    if fine { Ok((What::Group { names, least }, None)) } else { Err(names) }
}

/// `min_serving` or `min_served` of a table; the outer `None` is a mistake, the inner one the absence of both.
pub(crate) fn least(reader: &Reader<'_>, has_demand: bool, sink: &mut Sink) -> Option<Rest> {
    if reader.has("min_serving") && reader.has("min_served") {
        let words = "`min_serving` and `min_served` are two objectives: keep one";
        sink.error(codes::EXCLUSIVE, &reader.span_of("min_served"), words);
    }
    if reader.has("min_serving") {
        let count = reader.count("min_serving", sink)?;
        return Some(Some((Least::Serving(count as u32), reader.span_of("min_serving"))));
    }
    if !reader.has("min_served") {
        return Some(None);
    }
    let span = reader.span_of("min_served");
    let share = reader.share("min_served", sink);
    if !has_demand {
        sink.error(codes::OBJECTIVE, &span, "`min_served` is a share of a demand, and there is none").lacks_demand();
    }
    let share = share.filter(|_| has_demand)?;
    if share.numerator == 0 {
        sink.error(codes::RANGE, &span, "an objective of 0% is always met");
        return None;
    }
    Some(Some((Least::Served(share.numerator, share.denominator), span)))
}

fn find_sets(
    part: &str,
    names: &[(String, Range<usize>)],
    sets: &[&str],
    taken: &mut [Option<String>],
    sink: &mut Sink,
) -> Option<Vec<u32>> {
    let mut found = Vec::new();
    let mut fine = true;
    for (name, span) in names {
        let Some(at) = sets.iter().position(|set| set == name) else {
            let all = sets.iter().copied();
            sink.error(codes::PART, span, format!("the design has no set `{name}`"))
                .lacks_named(&SET_KINDS, name)
                .nearest(name, all);
            fine = false;
            continue;
        };
        match &taken[at] {
            Some(other) if other == WORKS => {
                let words = format!("set `{name}` does nothing but jobs, and parts serve requests");
                sink.error(codes::EXCLUSIVE, span, words).help("take it out of the part, or out of `jobs.sets`");
                fine = false;
            }
            Some(other) => {
                sink.error(codes::DUPLICATE, span, format!("set `{name}` is in part `{other}` already"));
                fine = false;
            }
            None => {
                taken[at] = Some(part.to_owned());
                found.push(at as u32);
            }
        }
    }
    fine.then_some(found)
}

/// SL-01: the promise for the machines of a group of sets.
fn promise(sets: &[Placed], of: &[u32]) -> Promise {
    let chosen: Vec<&Placed> = of.iter().map(|&at| &sets[at as usize]).collect();
    terms(&chosen).and_then(|terms| terms.tiers.first().map(|&(up, of, _)| (up, of)))
}

/// The machines that no part names, with what is asked of all machines.
fn the_rest(
    sets: Sets<'_>,
    taken: &[Option<String>],
    rest: Rest,
    reader: &Reader<'_>,
    sink: &mut Sink,
) -> Option<Option<Draft>> {
    let left: Vec<u32> = (0..taken.len() as u32).filter(|&at| taken[at as usize].is_none()).collect();
    match (left.first(), rest) {
        (None, None) => Some(None),
        (None, Some((_, span))) => {
            let words = "every set is in a part, which says what it needs";
            sink.error(codes::EXCLUSIVE, &span, words).help("take this out, or a set out of its part");
            None
        }
        (Some(&first), None) => {
            let name = sets.0[first as usize];
            sink.error(codes::PART, &reader.span_of("slo"), format!("set `{name}` is in no part"))
                .help("name it in a part's `sets`, or write `min_serving` under `[slo]` for all that no part names");
            None
        }
        (Some(_), Some((need, span))) => {
            let promise = sets.1.and_then(|sets| promise(sets, &left));
            let what = What::Leaf(Part::Sets(left, need));
            Some(Some(Draft { name: REST.into(), span, what, promise, failover: None }))
        }
    }
}
