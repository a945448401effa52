//! Whether there is what the rules of autoscale look at, and whether a set may follow them.
//!
//! In: the sets of a design, what arrives there, and who stands by. Out: a mistake for each set that looks at what there is not, or
//! at what is not its own, and for standbys that grow otherwise.

use crate::codes;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use crate::sets::Placed;
use zonefall_fleet::policy::autoscale::Metric;
use zonefall_fleet::{Least, Need, Node, Part, Sessions};

/// What there is for autoscale to look at.
#[derive(Clone, Copy)]
pub(crate) struct Watched {
    pub demand: bool,
    pub jobs: bool,
    pub sessions: bool,
}

impl Watched {
    /// What is wrong with a metric that has nothing to look at, and what helps.
    fn lacks(self, metric: Metric) -> Option<(&'static str, &'static str)> {
        let demand = "add `[demand]` with `rate = \"600 req/s\"`";
        let (there, words, help) = match metric {
            Metric::Requests { .. } => (self.demand, "a rule looks at requests, and none arrive", demand),
            Metric::Jobs => {
                let help = "add `[jobs]` with `count`, `at` and `deadline`";
                (self.jobs, "a rule looks at the jobs that wait, and there are none", help)
            }
            Metric::Sessions { .. } => {
                let help = "add `[sessions]` with `length = \"20 min\"` and `requests = 60`";
                (self.sessions, "a rule looks at sessions, and no machine holds any", help)
            }
            _ => {
                let words = "autoscale watches what the machines serve, and nothing arrives";
                (self.demand || self.jobs, words, demand)
            }
        };
        (!there).then_some((words, help))
    }
}

/// AS-08: autoscale has metrics only where something arrives.
pub(crate) fn watches_something(reader: &Reader<'_>, sets: &[Placed], there: Watched, sink: &mut Sink) -> Option<()> {
    let mut fine = Some(());
    for placed in sets {
        let managed = placed.set.management.as_ref();
        let Some(setting) = managed.and_then(|managed| managed.autoscale.as_deref()) else { continue };
        let rules = setting.profiles.iter().flat_map(|profile| &profile.rules);
        let lacking = rules.map(|rule| rule.metric).chain([Metric::Cpu]).find_map(|metric| there.lacks(metric));
        if let Some((words, help)) = lacking {
            let span = reader.place(&format!("scale_set.{}.autoscale", placed.set.name));
            sink.error(codes::AUTOSCALE, &span, words).help(help);
            fine = None;
        }
    }
    fine
}

/// AS-07: what a rule sees of sessions are those of all machines that hold some: they have to be those of its own set.
pub(crate) fn sees_its_own_sessions(
    reader: &Reader<'_>,
    sets: &[Placed],
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
        let own = match need.structure() {
            Some(service) => {
                matches!(&sessions.parts[..], [part] if service.node_of_set(at) == Some(*part as usize))
                    && service.sets_within(sessions.parts[0] as usize).len() == 1
            }
            None => sets.len() == 1,
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
/// shrinks to its minimum, and has to be fit to serve then.
pub(crate) fn standbys_scale_hot(reader: &Reader<'_>, sets: &[Placed], need: &Need, sink: &mut Sink) -> Option<()> {
    let Some(service) = need.structure() else { return Some(()) };
    let mut fine = Some(());
    // What is wrong with the tables themselves has been told.
    let mut told = Sink::default();
    for (name, _, node) in reader.named("failover", &mut told) {
        let pattern = Reader::new(node, "failover.<name>", &mut told).choice("pattern", &mut told);
        let Some(group) = service.nodes.iter().position(|node| node.name == name) else { continue };
        let standbys = service.parts_of(group).iter().skip(1).filter(|_| pattern != Some("active-active"));
        let sets_of = |&part: &u32| service.sets_within(part as usize).into_iter().map(move |set| (part, set));
        for (part, set) in standbys.flat_map(sets_of) {
            let placed = &sets[set as usize];
            let Some(words) = unfit(&service.nodes[part as usize], placed, (name, pattern)) else { continue };
            sink.error(codes::EXCLUSIVE, &reader.place(&format!("scale_set.{}.autoscale", placed.set.name)), words);
            fine = None;
        }
    }
    fine
}

/// Why a set of a standby may not autoscale, if it does.
fn unfit(part: &Node, placed: &Placed, (group, pattern): (&str, Option<&str>)) -> Option<String> {
    let scale = placed.set.management.as_ref()?.autoscale.as_ref()?;
    let set = &placed.set.name;
    if pattern != Some("hot") {
        return Some(format!("`{set}` stands by and grows as `{group}` says: autoscale goes with hot standbys only"));
    }
    let (Part::Sets(_, Least::Serving(least)), minimum) = (&part.part, scale.minimum()) else { return None };
    let words = format!(
        "standing by, `{set}` shrinks to {minimum} machines, and `{}` needs {least} to be sent any client",
        part.name
    );
    (*least > minimum).then_some(words)
}
