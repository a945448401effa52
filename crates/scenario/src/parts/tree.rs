//! Parts, components and failover groups by name, put together to a tree.
//!
//! In: each with the names that it is made of. Out: nodes, every one after its children. What can go wrong, told all at once: names that
//! are not there, parts in two places or in themselves, a failover within another.

use crate::codes;
use crate::components::Promise;
use crate::designs::SET_KINDS;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use std::ops::Range;
use zonefall_fleet::{Failover, Node, Part};

/// What the machines that no part names are called.
pub(super) const REST: &str = "machines";

/// What stands for the part of sets that do nothing but jobs; no name that a part can have.
pub(super) const WORKS: &str = "";

/// A node before its children are found.
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) span: Range<usize>,
    pub(super) what: What,
    pub(super) promise: Promise,
    /// Its parts stand in for each other only when clients have been sent over.
    pub(super) failover: Option<Box<Failover>>,
}

pub(super) enum What {
    Leaf(Part),
    Group {
        names: Names,
        least: Option<u32>,
    },
    /// Told as wrong already; what it names may be wrong too.
    Broken(Names),
}

pub(super) type Name = (String, Range<usize>);
pub(super) type Names = Vec<Name>;

/// Sets by name with the parts that they are in, for those who name one where a part belongs.
pub(super) struct KnownSets<'a> {
    pub(super) reader: &'a Reader<'a>,
    pub(super) names: &'a [&'a str],
    pub(super) taken: &'a [Option<String>],
}

impl KnownSets<'_> {
    /// What to write instead of what is the name of a set.
    fn instead_of(&self, name: &str) -> Option<String> {
        let at = self.names.iter().position(|set| *set == name)?;
        let is = |kind: &&str| self.reader.named(kind, &mut Sink::default()).iter().any(|(set, ..)| *set == name);
        let kind = SET_KINDS.into_iter().find(is)?.replace('_', " ");
        let article = if kind.starts_with('a') { "an" } else { "a" };
        Some(match &self.taken[at] {
            Some(part) if part == WORKS => {
                format!("`{name}` is {article} {kind} that does nothing but jobs (`jobs.sets`)")
            }
            Some(part) => format!("`{name}` is {article} {kind}, and in part `{part}`: name that"),
            None => format!(
                "`{name}` is {article} {kind}: write `[part.{name}]` with `sets = [\"{name}\"]` and what it needs (`min_serving` or `min_served`)"
            ),
        })
    }
}

/// Drafts with their children.
pub(super) struct Tree<'a> {
    sets: KnownSets<'a>,
    drafts: Vec<Draft>,
    children: Vec<Vec<usize>>,
    parents: Vec<Option<usize>>,
}

impl<'a> Tree<'a> {
    /// Finds the children, and says whether all is well so far.
    pub(super) fn new(drafts: Vec<Draft>, sets: KnownSets<'a>, sink: &mut Sink) -> (Self, bool) {
        let mut fine = true;
        for (at, draft) in drafts.iter().enumerate() {
            if drafts[..at].iter().any(|other| other.name == draft.name) {
                sink.error(codes::DUPLICATE, &draft.span, format!("two parts are called `{}`", draft.name));
                fine = false;
            }
        }
        let (children, parents) = (vec![Vec::new(); drafts.len()], vec![None; drafts.len()]);
        let mut tree = Self { sets, drafts, children, parents };
        for at in 0..tree.drafts.len() {
            let (What::Group { names, .. } | What::Broken(names)) = &mut tree.drafts[at].what else { continue };
            for (name, span) in std::mem::take(names) {
                fine &= tree.adopt(at, &name, &span, sink);
            }
        }
        (tree, fine)
    }

    /// Makes what is called so a child; false if it cannot be.
    fn adopt(&mut self, at: usize, name: &str, span: &Range<usize>, sink: &mut Sink) -> bool {
        let Some(child) = self.find(name, span, Some(at), sink) else { return false };
        if let Some(other) = self.parents[child] {
            let words = format!("`{name}` is in part `{}` already", self.drafts[other].name);
            sink.error(codes::PART, span, words).help("put what several parts need in series with all of them");
            return false;
        }
        self.parents[child] = Some(at);
        self.children[at].push(child);
        true
    }

    /// What is called so; if nothing is, those are offered that may stand there: not the group itself that asks, and no rest of which it
    /// is not known whether there is one.
    fn find(&self, name: &str, span: &Range<usize>, within: Option<usize>, sink: &mut Sink) -> Option<usize> {
        let found = self.drafts.iter().position(|draft| draft.name == name);
        if found.is_none() {
            let is_known = |draft: &Draft| draft.name != REST || !matches!(draft.what, What::Broken(_));
            let others = self.drafts.iter().enumerate().filter(|&(at, draft)| Some(at) != within && is_known(draft));
            let all = others.map(|(_, draft)| draft.name.as_str());
            let more = sink
                .error(codes::PART, span, format!("the design has no part or component `{name}`"))
                .lacks_named(&["part", "component", "failover"], name);
            match self.sets.instead_of(name) {
                Some(help) => more.help(help),
                None => more.nearest(name, all),
            };
        }
        found
    }

    /// The top of the tree: what the objective asks for, or all that is in no other part.
    pub(super) fn top(&mut self, root: Option<&Name>, sink: &mut Sink) -> Option<usize> {
        if let Some((name, span)) = root {
            return self.find(name, span, None, sink);
        }
        let tops: Vec<usize> = (0..self.drafts.len()).filter(|&at| self.parents[at].is_none()).collect();
        if let [top] = tops[..] {
            return Some(top);
        }
        let what = What::Group { names: Vec::new(), least: None };
        self.drafts.push(Draft { name: "service".into(), span: 0..0, what, promise: None, failover: None });
        self.children.push(tops);
        Some(self.drafts.len() - 1)
    }

    /// What is below the top, every part after those it needs.
    pub(super) fn order(&self, top: usize, root: Option<&Name>, sink: &mut Sink) -> Option<Vec<usize>> {
        // Every part has one parent at most, so what the top reaches is a tree, or comes back to the top.
        let mut order = vec![top];
        let mut next = 0;
        while let Some(&at) = order.get(next) {
            if self.children[at].contains(&top) {
                let draft = &self.drafts[at];
                sink.error(codes::PART, &draft.span, format!("part `{}` is in itself", self.drafts[top].name));
                return None;
            }
            order.extend(&self.children[at]);
            next += 1;
        }
        for (_, draft) in self.drafts.iter().enumerate().filter(|(at, _)| !order.contains(at)) {
            let words = match root {
                Some((name, _)) => format!("part `{}` is not in `{name}`, which the objective asks for", draft.name),
                None => format!("part `{}` is in itself", draft.name),
            };
            let told = sink.error(codes::PART, &draft.span, words);
            if let Some((name, _)) = root {
                told.help(format!(
                    "name it in `all`, `any` or `of` of `[part.{name}]`, or let `slo.holds` name a part above both: \
                     all = [\"{name}\", \"{}\"]",
                    draft.name
                ));
            }
        }
        order.reverse();
        (order.len() == self.drafts.len()).then_some(order)
    }

    /// None where a part is broken.
    pub(super) fn nodes(&self, order: &[usize]) -> Option<Vec<Node>> {
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
                What::Broken(_) => return None,
            };
            Some(Node { name: draft.name.clone(), part, promise: draft.promise })
        };
        order.iter().map(node).collect()
    }

    /// The groups that fail over, by their places.
    pub(super) fn failovers(&self, order: &[usize]) -> Vec<Failover> {
        let failover = |(place, &at): (usize, &usize)| {
            let failover = self.drafts[at].failover.as_deref()?;
            Some(Failover { node: place as u32, ..failover.clone() })
        };
        order.iter().enumerate().filter_map(failover).collect()
    }

    /// A group that fails over within another would have clients of clients.
    pub(super) fn failovers_are_apart(&self, sink: &mut Sink) -> bool {
        let mut fine = true;
        for at in (0..self.drafts.len()).filter(|&at| self.drafts[at].failover.is_some()) {
            let mut above = self.parents.get(at).copied().flatten();
            while let Some(outer) = above {
                if self.drafts[outer].failover.is_some() {
                    let (inner, outer) = (&self.drafts[at].name, &self.drafts[outer].name);
                    let words =
                        format!("failover group `{inner}` is within `{outer}`: write all of its parts in one group");
                    sink.error(codes::PART, &self.drafts[at].span, words);
                    fine = false;
                }
                above = self.parents[outer];
            }
        }
        fine
    }
}
