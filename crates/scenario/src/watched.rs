//! Whether there is what the rules of autoscale look at, and whether a set may follow them.
//!
//! In: the sets of a design, what arrives there, and who stands by. Out: a mistake for each set that looks at what there is not, or
//! at what is not its own, and for standbys that grow otherwise.

use crate::codes;
use crate::diagnostic::Sink;
use crate::objective::as_read;
use crate::reader::Reader;
use crate::sets::Placed;
use zonefall_fleet::management::Lack;
use zonefall_fleet::policy::autoscale::{Direction, Metric, Profile};
use zonefall_fleet::{Least, Need, Part, Pattern, Sessions, Structure};

/// What there is for autoscale to look at.
#[derive(Clone, Copy)]
pub(crate) struct Watched {
    pub demand: bool,
    pub jobs: bool,
    pub sessions: bool,
}

/// Keys one of which is missing, what is wrong, and what helps.
type Lacking = (&'static [&'static str], &'static str, &'static str);

impl Watched {
    /// What is wrong with a metric that has nothing to look at, and what helps.
    fn lacks(self, metric: Metric) -> Option<Lacking> {
        let demand = "add `[demand]` with `rate = \"600 req/s\"`";
        let (there, keys, words, help): (bool, &[&str], _, _) = match metric {
            Metric::Requests { .. } => (self.demand, &["demand"], "a rule looks at requests, and none arrive", demand),
            Metric::Jobs => {
                let help = "add `[jobs]` with `count`, `at` and `deadline`";
                (self.jobs, &["jobs"], "a rule looks at the jobs that wait, and there are none", help)
            }
            Metric::Sessions { .. } => {
                let help = "add `[sessions]` with `length = \"20 min\"` and `requests = 60`";
                (self.sessions, &["sessions"], "a rule looks at sessions, and no machine holds any", help)
            }
            _ => {
                let words = "autoscale watches what the machines serve, and nothing arrives";
                (self.demand || self.jobs, &["demand", "jobs"], words, demand)
            }
        };
        (!there).then_some((keys, words, help))
    }
}

/// AS-08: autoscale has metrics only where something arrives.
/// Where sets do nothing but jobs, each sees its own load only.
pub(crate) fn watches_something(
    reader: &Reader<'_>,
    (sets, workers): (&[Placed], &[u32]),
    there: Watched,
    sink: &mut Sink,
) -> Option<()> {
    let mut fine = Some(());
    for (at, placed) in (0..).zip(sets) {
        let managed = placed.set.management.as_ref();
        let Some(setting) = managed.and_then(|managed| managed.autoscale.as_deref()) else { continue };
        let rules = setting.profiles.iter().flat_map(|profile| &profile.rules);
        let works = workers.contains(&at);
        let others = |metric: Metric| match metric {
            Metric::Requests { .. } | Metric::Sessions { .. } => works,
            Metric::Jobs => !works && !workers.is_empty(),
            _ => false,
        };
        if rules.clone().any(|rule| others(rule.metric)) {
            let name = &placed.set.name;
            let words = match works {
                true => {
                    format!("`{name}` does nothing but jobs (`jobs.sets`), and a rule looks at requests or sessions")
                }
                false => format!("a rule looks at the jobs that wait, and `{name}` does none (`jobs.sets`)"),
            };
            let span = reader.place(&format!("scale_set.{name}.autoscale"));
            sink.error(codes::AUTOSCALE, &span, words).help("a rule on what the set itself does, or on `cpu`");
            fine = None;
            continue;
        }
        let there = match (works, workers.is_empty()) {
            (_, true) => there,
            (true, _) => Watched { demand: false, ..there },
            (false, _) => Watched { jobs: false, ..there },
        };
        let lacking = rules.map(|rule| rule.metric).chain([Metric::Cpu]).find_map(|metric| there.lacks(metric));
        if let Some((keys, words, help)) = lacking {
            let span = reader.place(&format!("scale_set.{}.autoscale", placed.set.name));
            sink.error(codes::AUTOSCALE, &span, words).lacks(keys.iter().copied()).help(help);
            fine = None;
        }
    }
    fine
}

/// AS-07: what a rule sees of sessions are those of all machines that hold some: they have to be those of its own set.
pub(crate) fn sees_its_own_sessions(
    reader: &Reader<'_>,
    (sets, workers): (&[Placed], &[u32]),
    need: &Need,
    sessions: Option<&Sessions>,
    sink: &mut Sink,
) -> Option<()> {
    let Some(sessions) = sessions else { return Some(()) };
    let mut fine = Some(());
    for (at, placed) in sets.iter().enumerate() {
        let setting = placed.set.management.as_ref().and_then(|managed| managed.autoscale.as_deref());
        let mut rules = setting.into_iter().flat_map(|setting| &setting.profiles).flat_map(|profile| &profile.rules);
        let looks = rules.any(|rule| matches!(rule.metric, Metric::Sessions { .. }));
        let own = match as_read(need) {
            Some(service) => {
                matches!(&sessions.parts[..], [part] if service.node_of_set(at) == Some(*part as usize))
                    && service.sets_within(sessions.parts[0] as usize).len() == 1
            }
            None => sets.len() - workers.len() == 1,
        };
        if looks && !own {
            let span = reader.place(&format!("scale_set.{}.autoscale", placed.set.name));
            let words = "a rule looks at sessions, and machines of other sets hold some of them";
            sink.error(codes::AUTOSCALE, &span, words)
                .help("it can look at them where its set is the only one, or `sessions.parts` names its part alone");
            fine = None;
        }
    }
    fine
}

/// DR-07: what stands by warm or cold grows as its group says, and autoscale would ask for something else. A hot standby
/// shrinks to its minima, as any part does whose clients are elsewhere (AS-08), and has to be found to work then, or no client
/// ever comes back; to a part without weight none comes (AFD-03).
pub(crate) fn standbys_scale_hot(reader: &Reader<'_>, sets: &[Placed], need: &Need, sink: &mut Sink) -> Option<()> {
    let Some(service) = as_read(need) else { return Some(()) };
    let smallest = smallest(service, sets);
    let mut fine = Some(());
    // What is wrong with the tables themselves has been told.
    let mut told = Sink::default();
    for (name, _, node) in reader.named("failover", &mut told) {
        let pattern = Reader::new(node, "failover.<name>", &mut told).choice("pattern", &mut told);
        let group = service.failovers.iter().find(|of| service.nodes[of.node as usize].name == name);
        let Some(group) = group else { continue };
        for (at, &part) in service.parts_of(group.node as usize).iter().enumerate() {
            let stand = match &group.pattern {
                Pattern::ActiveActive { weights } if weights[at] == 0 => Stand::Unasked(part),
                Pattern::Standby(_) if at > 0 && pattern == Some("hot") => Stand::Hot(part),
                Pattern::Standby(_) if at > 0 => Stand::Grows,
                _ => Stand::Serves(part),
            };
            for set in service.sets_within(part as usize) {
                let placed = &sets[set as usize];
                let unfit = unfit(service, (set as usize, placed), (stand, name), &smallest);
                let Some((words, help)) = unfit else { continue };
                let span = reader.place(&format!("scale_set.{}.autoscale", placed.set.name));
                sink.error(codes::EXCLUSIVE, &span, words).help(help);
                fine = None;
            }
        }
    }
    fine
}

/// DR-04, ZN-06: what people look at beside parts that are out has to be machines, and to be over at some time.
pub(crate) fn alarms_can_end(reader: &Reader<'_>, sets: &[Placed], need: &Need, sink: &mut Sink) -> Option<()> {
    let Some(service) = as_read(need) else { return Some(()) };
    let left = |&set: &u32| minimum(&sets[set as usize]).unwrap_or(sets[set as usize].set.capacity);
    let mut fine = Some(());
    for group in &service.failovers {
        let Some(alarm) = group.alarm() else { continue };
        let name = &service.nodes[group.node as usize].name;
        let within =
            || service.parts_of(group.node as usize).iter().map(|&part| (part, service.sets_within(part as usize)));
        let small = within().find_map(|(part, sets)| {
            let machines: u32 = sets.iter().map(left).sum();
            let always = matches!(alarm.lack, Lack::ServingBelow(least) if least > machines) && !sets.is_empty();
            always.then(|| (&service.nodes[part as usize].name, machines))
        });
        let words = if within().all(|(_, sets)| sets.is_empty()) {
            format!("`when` looks at machines of scale sets, and no part of `{name}` has any")
        } else if let Some((part, machines)) = small {
            format!("`serving_below` is always so in `{part}`, of which {machines} machines may be all that there are")
        } else {
            continue;
        };
        sink.error(codes::EXCLUSIVE, &reader.place(&format!("failover.{name}.when")), words);
        fine = None;
    }
    fine
}

/// How a part of a failover group waits for clients.
#[derive(Clone, Copy)]
enum Stand {
    /// Ready; it is sent clients if it holds.
    Hot(u32),
    /// It serves, until its clients are sent elsewhere.
    Serves(u32),
    /// As many of it run as its group says.
    Grows,
    /// Clients go by weight, and it has none.
    Unasked(u32),
}

/// What is left of a node where nothing comes to it.
struct Smallest {
    /// Of a group of sets the machines, and as many as whoever looks at it must find.
    machines: (u32, u32),
    /// Whether whoever looks at it finds that it works.
    healthy: bool,
}

/// All nodes when every set that autoscales is at its minimum.
fn smallest(service: &Structure, sets: &[Placed]) -> Vec<Smallest> {
    let mut all: Vec<Smallest> = Vec::with_capacity(service.nodes.len());
    for node in &service.nodes {
        let of = match &node.part {
            Part::Sets(within, least) => {
                let left =
                    within.iter().map(|&set| minimum(&sets[set as usize]).unwrap_or(sets[set as usize].set.capacity));
                let (left, asked) = (left.sum::<u32>(), if let Least::Serving(least) = least { *least } else { 1 });
                Smallest { machines: (left, asked), healthy: left >= asked }
            }
            Part::Component(_) => Smallest { machines: (0, 0), healthy: true },
            Part::Group { parts, least } => {
                let healthy = parts.iter().filter(|&&part| all[part as usize].healthy).count();
                Smallest { machines: (0, 0), healthy: healthy >= *least as usize }
            }
        };
        all.push(of);
    }
    all
}

/// The least machines that a set may shrink to, if it autoscales: AS-09: only with a rule that decreases does it shrink by itself.
fn minimum(placed: &Placed) -> Option<u32> {
    let setting = placed.set.management.as_ref()?.autoscale.as_ref()?;
    let least = |profile: &Profile| {
        let shrinks = profile.rules.iter().any(|rule| rule.direction == Direction::In);
        let stays = placed.set.capacity.clamp(profile.minimum, profile.maximum.max(profile.minimum));
        if shrinks { profile.minimum } else { stays }
    };
    setting.profiles.iter().map(least).min()
}

/// Why a set of a part that waits for clients may not autoscale, if it does.
fn unfit(
    service: &Structure,
    (at, placed): (usize, &Placed),
    (stand, group): (Stand, &str),
    smallest: &[Smallest],
) -> Option<(String, String)> {
    let (set, minimum) = (&placed.set.name, minimum(placed)?);
    let name = |node: usize| &service.nodes[node].name;
    match stand {
        Stand::Grows => {
            let words = format!("`{set}` stands by and grows as `{group}` says: autoscale goes with hot standbys only");
            Some((words, format!("write `pattern = \"hot\"` in `failover.{group}`, or take `autoscale` out")))
        }
        Stand::Unasked(part) => {
            let part = name(part as usize);
            let words = format!(
                "`{part}` has no weight in `{group}`: no client is ever sent to it, and `{set}` would shrink for good"
            );
            Some((words, format!("take `autoscale` of `{set}` out, or give `{part}` a weight")))
        }
        Stand::Hot(part) | Stand::Serves(part) => {
            let leaf = service.node_of_set(at)?;
            let Smallest { machines: (left, asked), healthy } = smallest[leaf];
            let waits = !healthy && !smallest[part as usize].healthy;
            waits.then(|| {
                let together = if left > minimum { format!(", {left} with the other sets of its part") } else { String::new() };
                let part = name(leaf);
                let when = if let Stand::Hot(_) = stand { "standing by" } else { "while clients are elsewhere" };
                let words = format!("{when}, `{set}` shrinks to {minimum} machines{together}, and `{part}` needs {asked} to be sent any client");
                (words, format!("a `minimum` of {} or more, or `min_served` for `{part}`", minimum + asked.saturating_sub(left)))
            })
        }
    }
}
