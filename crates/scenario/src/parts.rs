//! `[part.<name>]` and `slo.holds`: how sets and components make a service.
//!
//! In: the design's sets, components and parts. Out: a [`Structure`], every node after its children. What can go wrong is told
//! all at once: names that are not there, parts in two places or in themselves, sets in no part, needs without machines.

use crate::codes;
use crate::components::{Site, Told, component};
use crate::designs::terms;
use crate::diagnostic::Sink;
use crate::keys::parts::PARTS_MAX;
use crate::node::Node;
use crate::reader::Reader;
use crate::sets::Placed;
use std::ops::Range;
use zonefall_fleet::{Least, Need, Part, Structure};

/// What is asked of all machines that no part names.
pub(crate) type Rest = Option<(Least, Range<usize>)>;

/// What the kinds of parts are called.
const KINDS: [&str; 4] = ["sets", "all", "any", "of"];

/// A node before its children are found.
struct Draft {
    name: String,
    span: Range<usize>,
    what: What,
    promise: Option<(u64, u64)>,
}

enum What {
    Leaf(Part),
    Group { names: Vec<(String, Range<usize>)>, least: Option<u32> },
}

/// Whether a design has parts.
pub(crate) fn are_there(reader: &Reader<'_>) -> bool {
    ["part", "component"].into_iter().any(|key| reader.has(key) && !reader.is_off(key))
}

/// Reads the service of a design. `rest` is what `min_serving` or `min_served` asks of all machines.
pub(crate) fn service(
    reader: &Reader<'_>,
    sets: Option<&[Placed]>,
    has_demand: bool,
    rest: Option<Rest>,
    site: &Site<'_>,
    sink: &mut Sink,
) -> Option<(Need, Range<usize>)> {
    let slo = reader.sub("slo", "slo", sink);
    let root = slo.as_ref().and_then(|slo| slo.text("holds", sink).map(|name| (name, slo.span_of("holds"))));
    let components = components(reader, site, sink);
    let (written, sets) = (reader.named("part", sink), sets?);
    if written.len() > PARTS_MAX {
        sink.error(codes::TOO_MUCH, &reader.span_of("part"), format!("a design may have {PARTS_MAX} parts"));
        return None;
    }
    let mut taken: Vec<Option<String>> = vec![None; sets.len()];
    let mut drafts = Vec::new();
    let mut fine = components.is_some();
    for (name, span, node) in written {
        match part(name, span, node, (sets, has_demand), &mut taken, sink) {
            Some(draft) => drafts.push(draft),
            None => fine = false,
        }
    }
    let (components, rest) = (components.filter(|_| fine)?, rest?);
    let leaf = |told: Told| Draft {
        name: told.name,
        span: told.span,
        what: What::Leaf(Part::Component(told.component)),
        promise: told.promise,
    };
    drafts.extend(components.into_iter().map(leaf));
    drafts.extend(the_rest(sets, &taken, rest, reader, sink)?);
    let span = root.as_ref().map_or_else(|| reader.span_of("part"), |(_, span)| span.clone());
    let nodes = Tree::new(drafts, sink)?.nodes(root, sink)?;
    Some((Need::Parts(Box::new(Structure { nodes })), span))
}

fn components(reader: &Reader<'_>, site: &Site<'_>, sink: &mut Sink) -> Option<Vec<Told>> {
    let written = reader.named("component", sink);
    if written.len() > PARTS_MAX {
        sink.error(codes::TOO_MUCH, &reader.span_of("component"), format!("a design may have {PARTS_MAX} components"));
        return None;
    }
    let read = |(name, span, node): &(&str, Range<usize>, &Node)| component(name, span, node, site, sink);
    let all: Vec<Option<Told>> = written.iter().map(read).collect();
    all.into_iter().collect()
}

/// Reads one part.
fn part(
    name: &str,
    span: Range<usize>,
    node: &Node,
    (sets, has_demand): (&[Placed], bool),
    taken: &mut [Option<String>],
    sink: &mut Sink,
) -> Option<Draft> {
    let reader = Reader::new(node, "part.<name>", sink);
    let said: Vec<&str> = KINDS.into_iter().filter(|kind| reader.has(kind)).collect();
    let [kind] = said[..] else {
        let words = format!("part `{name}` needs one of `sets`, `all`, `any` and `of`, and has {}", said.len());
        sink.error(codes::PART, &span, words).help("write for example `sets = [\"web\"]` and `min_serving = 6`");
        return None;
    };
    let names = reader.texts(kind, sink);
    let need = least(&reader, has_demand, sink);
    let count = reader.count("least", sink);
    let goes = [("min_serving", "sets"), ("min_served", "sets"), ("least", "of")];
    let mut fine = true;
    for (key, with) in goes.into_iter().filter(|(key, with)| reader.has(key) && kind != *with) {
        sink.error(codes::EXCLUSIVE, &reader.span_of(key), format!("`{key}` goes with `{with}`, not with `{kind}`"));
        fine = false;
    }
    let names = names.filter(|_| fine)?;
    if names.is_empty() {
        sink.error(codes::PART, &reader.span_of(kind), format!("part `{name}` is made of nothing"));
        return None;
    }
    let draft = |what, promise| Draft { name: name.to_owned(), span: span.clone(), what, promise };
    if kind == "sets" {
        let found = find_sets(name, &names, sets, taken, sink);
        let need = match need? {
            Some((need, _)) => need,
            None => {
                sink.error(codes::PART, &span, format!("part `{name}` does not say what it needs"))
                    .help("write `min_serving = 6`, or `min_served = \"99%\"` with `[demand]`");
                return None;
            }
        };
        let found = found?;
        let promise = promise(sets, &found);
        return Some(draft(What::Leaf(Part::Sets(found, need)), promise));
    }
    let least = match kind {
        "all" => None,
        "any" => Some(1),
        _ => {
            let Some(count) = count else {
                if !reader.has("least") {
                    reader.missing("least", "least = 2", sink);
                }
                return None;
            };
            if count > names.len() as u64 {
                let words = format!("{count} of {} parts can never hold", names.len());
                sink.error(codes::RANGE, &reader.span_of("least"), words);
                return None;
            }
            Some(count as u32)
        }
    };
    Some(draft(What::Group { names, least }, None))
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
        sink.error(codes::OBJECTIVE, &span, "`min_served` is a share of a demand, and there is none")
            .help("add `[demand]` with `rate = \"600 req/s\"`");
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
    sets: &[Placed],
    taken: &mut [Option<String>],
    sink: &mut Sink,
) -> Option<Vec<u32>> {
    let mut found = Vec::new();
    let mut fine = true;
    for (name, span) in names {
        let Some(at) = sets.iter().position(|placed| placed.set.name == *name) else {
            let all = sets.iter().map(|placed| placed.set.name.as_str());
            sink.error(codes::PART, span, format!("the design has no set `{name}`")).nearest(name, all);
            fine = false;
            continue;
        };
        match &taken[at] {
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
fn promise(sets: &[Placed], of: &[u32]) -> Option<(u64, u64)> {
    let chosen: Vec<&Placed> = of.iter().map(|&at| &sets[at as usize]).collect();
    terms(&chosen).and_then(|terms| terms.tiers.first().map(|&(up, of, _)| (up, of)))
}

/// The machines that no part names, with what is asked of all machines.
fn the_rest(
    sets: &[Placed],
    taken: &[Option<String>],
    rest: Rest,
    reader: &Reader<'_>,
    sink: &mut Sink,
) -> Option<Option<Draft>> {
    let left: Vec<u32> = (0..sets.len() as u32).filter(|&at| taken[at as usize].is_none()).collect();
    match (left.first(), rest) {
        (None, None) => Some(None),
        (None, Some((_, span))) => {
            let words = "every set is in a part, which says what it needs";
            sink.error(codes::EXCLUSIVE, &span, words).help("take this out, or a set out of its part");
            None
        }
        (Some(&first), None) => {
            let name = &sets[first as usize].set.name;
            sink.error(codes::PART, &reader.span_of("slo"), format!("set `{name}` is in no part"))
                .help("name it in a part's `sets`, or write `min_serving` under `[slo]` for all that no part names");
            None
        }
        (Some(_), Some((need, span))) => {
            let promise = promise(sets, &left);
            let what = What::Leaf(Part::Sets(left, need));
            Some(Some(Draft { name: "machines".into(), span, what, promise }))
        }
    }
}

/// Drafts with their children.
struct Tree {
    drafts: Vec<Draft>,
    children: Vec<Vec<usize>>,
    parents: Vec<Option<usize>>,
}

impl Tree {
    fn new(drafts: Vec<Draft>, sink: &mut Sink) -> Option<Self> {
        let mut fine = true;
        for (at, draft) in drafts.iter().enumerate() {
            if drafts[..at].iter().any(|other| other.name == draft.name) {
                sink.error(codes::DUPLICATE, &draft.span, format!("two parts are called `{}`", draft.name));
                fine = false;
            }
        }
        let mut children = vec![Vec::new(); drafts.len()];
        let mut parents: Vec<Option<usize>> = vec![None; drafts.len()];
        for (at, draft) in drafts.iter().enumerate() {
            let What::Group { names, .. } = &draft.what else { continue };
            for (name, span) in names {
                let Some(child) = drafts.iter().position(|other| other.name == *name) else {
                    let all = drafts.iter().map(|draft| draft.name.as_str());
                    sink.error(codes::PART, span, format!("the design has no part or component `{name}`"))
                        .nearest(name, all);
                    fine = false;
                    continue;
                };
                if let Some(other) = parents[child] {
                    let words = format!("`{name}` is in part `{}` already", drafts[other].name);
                    sink.error(codes::PART, span, words).help("put what several parts need in series with all of them");
                    fine = false;
                    continue;
                }
                parents[child] = Some(at);
                children[at].push(child);
            }
        }
        fine.then_some(Self { drafts, children, parents })
    }

    /// The nodes, the root last.
    fn nodes(mut self, root: Option<(String, Range<usize>)>, sink: &mut Sink) -> Option<Vec<zonefall_fleet::Node>> {
        let tops: Vec<usize> = (0..self.drafts.len()).filter(|&at| self.parents[at].is_none()).collect();
        let top = match &root {
            Some((name, span)) => {
                let Some(at) = self.drafts.iter().position(|draft| draft.name == *name) else {
                    let all = self.drafts.iter().map(|draft| draft.name.as_str());
                    sink.error(codes::PART, span, format!("the design has no part or component `{name}`"))
                        .nearest(name, all);
                    return None;
                };
                at
            }
            None if tops.len() == 1 => tops[0],
            None => {
                let span = 0..0;
                let what = What::Group { names: Vec::new(), least: None };
                self.drafts.push(Draft { name: "service".into(), span, what, promise: None });
                self.children.push(tops);
                self.drafts.len() - 1
            }
        };
        // Every part has one parent at most, so what the root reaches is a tree.
        let mut order = vec![top];
        let mut next = 0;
        while let Some(&at) = order.get(next) {
            order.extend(&self.children[at]);
            next += 1;
        }
        let mut fine = true;
        for (at, draft) in self.drafts.iter().enumerate() {
            if !order.contains(&at) {
                let words = match &root {
                    Some((name, _)) => {
                        format!("part `{}` is not in `{name}`, which the objective asks for", draft.name)
                    }
                    None => format!("part `{}` is in itself", draft.name),
                };
                sink.error(codes::PART, &draft.span, words);
                fine = false;
            }
        }
        if !fine {
            return None;
        }
        order.reverse();
        let place = |at: &usize| order.iter().position(|of| of == at).map_or(0, |place| place as u32);
        let node = |&at: &usize| {
            let draft = &self.drafts[at];
            let part = match &draft.what {
                What::Leaf(part) => part.clone(),
                What::Group { least, .. } => {
                    let parts: Vec<u32> = self.children[at].iter().map(place).collect();
                    let least = least.unwrap_or(parts.len() as u32);
                    Part::Group { parts, least }
                }
            };
            zonefall_fleet::Node { name: draft.name.clone(), part, promise: draft.promise }
        };
        Some(order.iter().map(node).collect())
    }
}
