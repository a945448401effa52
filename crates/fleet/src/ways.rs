//! The ways of requests through a service of parts, and the queues that they meet there: times of responses.
//!
//! In: a [`Structure`] and what a design says of its tiers (groups of sets whose machines work on requests). Out: the ways that
//! a request may take (one part of each group of alternatives and of each failover group, all parts in series), and how
//! many of the requests on them are late in a state of load. A component takes no time. Pure functions; what a trial
//! remembers is in `parts/times.rs`.
//!
//! Each tier is a queue at rest, and the time of a request is the sum over the tiers of its way (`zonefall_exact::tandem` says
//! where that is exact). What can go wrong is said by [`NoWay`]: answers that wait for k of n parts, ways through more
//! tiers than the sum is known for, more ways than are told apart.

use crate::kinds::{Answers, Kinds, Queued};
use crate::service::{Queue, are_too_late};
use crate::states::Load;
use crate::structure::{Part, Structure};
use std::time::Duration;
use zonefall_exact::tandem::{STATIONS_MAX, Tandem};
use zonefall_exact::waiting::Station;

/// The most tiers of a way.
pub const TIERS_MAX: usize = STATIONS_MAX;
/// The most ways of a service.
pub const WAYS_MAX: usize = 64;

/// Machines that work on requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Its node in the service.
    pub node: u32,
    /// Requests that a machine works on at once.
    pub parallelism: u32,
    /// Where the others wait.
    pub queue: Queue,
    /// What each machine serves, in thousandths of a request a second.
    pub serves_milli: u64,
}

/// What a request passes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Way {
    /// Tiers, by number.
    pub tiers: Vec<u32>,
    /// Components, by node.
    pub components: Vec<u32>,
    /// Groups of alternatives, and the part of each that it goes through, by node.
    pub chosen: Vec<(u32, u32)>,
}

/// The ways through a service, and what is asked of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ways {
    /// The tiers.
    pub tiers: Vec<Tier>,
    /// The ways.
    pub ways: Vec<Way>,
    /// Of the requests that are answered, 95 of 100 are answered within this; none if times are only told.
    pub within: Option<Duration>,
}

/// The state of load of a way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct WayLoad {
    /// Requests that go along it, in thousandths a second.
    pub requests_milli: u64,
    /// Its tiers, in order.
    pub tiers: [Load; TIERS_MAX],
}

/// Why no times are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoWay {
    /// The answer waits for several of the parts of this node.
    Several(u32),
    /// A way through more tiers than [`TIERS_MAX`].
    Tiers(usize),
    /// More ways than [`WAYS_MAX`].
    Ways,
}

impl Tier {
    /// One of its machines with nobody there.
    fn idle(&self) -> Queued {
        Queued { machines: 1, spare_milli: self.serves_milli, ..Queued::default() }
    }
}

impl Ways {
    /// The tiers of a way.
    pub fn tiers_of(&self, way: usize) -> impl Iterator<Item = &Tier> {
        self.ways[way].tiers.iter().map(|&tier| &self.tiers[tier as usize])
    }

    /// The whole way by the queues of its tiers, in order; none where one of them is overloaded.
    pub fn tandem(&self, way: usize, queues: impl IntoIterator<Item = Queued>) -> Option<Tandem> {
        let mut stations = [Station::IDLE; TIERS_MAX];
        let mut count = 0;
        for (tier, queue) in self.tiers_of(way).zip(queues) {
            stations[count] = tier.works().station(&queue)?;
            count += 1;
        }
        Tandem::new(&stations[..count]).ok()
    }

    /// The same with nobody else there.
    pub fn alone(&self, way: usize) -> Option<Tandem> {
        self.tandem(way, self.tiers_of(way).map(Tier::idle))
    }

    /// The kinds of machines that a request may meet on a way, one of each tier: `each` gets every choice.
    pub fn each_choice(&self, way: usize, load: &WayLoad, mut each: impl FnMut(&[Answers])) {
        let mut kinds = [None; TIERS_MAX];
        let mut choice = [Answers::default(); TIERS_MAX];
        let tiers = self.ways[way].tiers.len();
        for ((place, tier), load) in kinds.iter_mut().zip(self.tiers_of(way)).zip(&load.tiers) {
            *place = Some(tier.works().kinds(load));
        }
        let counts = kinds.map(|of| of.map_or(1, |of: Kinds| of.as_slice().len()));
        for number in 0..counts.iter().product() {
            let mut rest = number;
            for ((place, of), count) in choice.iter_mut().zip(&kinds).zip(counts) {
                if let Some(&answers) = of.as_ref().and_then(|of| of.as_slice().get(rest % count)) {
                    *place = answers;
                }
                rest /= count;
            }
            each(&choice[..tiers]);
        }
    }

    /// Share of the requests of a way that are answered later than `within`.
    pub fn late(&self, way: usize, load: &WayLoad, within: Duration) -> f64 {
        let seconds = within.as_secs_f64();
        let mut late = 0.0;
        self.each_choice(way, load, |choice| {
            let share: f64 = choice.iter().map(Answers::share).product();
            let tandem = self.tandem(way, choice.iter().map(|of| of.queued));
            late += share * tandem.map_or(1.0, |way| way.response_exceeds(seconds));
        });
        late
    }

    /// Whether more than 5 of 100 answers are late, where the ways have these loads: all of them where something arrives and
    /// nothing is answered.
    pub fn are_slow(&self, loads: &[WayLoad], demand_milli: u64) -> bool {
        let Some(within) = self.within else { return false };
        let (mut all, mut late) = (0.0, 0.0);
        for (way, load) in loads.iter().enumerate().filter(|(_, load)| load.requests_milli > 0) {
            let requests = load.requests_milli as f64;
            all += requests;
            late += requests * self.late(way, load, within);
        }
        if all > 0.0 { are_too_late(late, all) } else { demand_milli > 0 }
    }
}

impl Structure {
    /// The ways through it, where these are its tiers.
    ///
    /// # Errors
    /// Where times are not known.
    pub fn ways(&self, tiers: &[Tier]) -> Result<Vec<Way>, NoWay> {
        let mut of: Vec<Vec<Way>> = Vec::with_capacity(self.nodes.len());
        for (at, node) in self.nodes.iter().enumerate() {
            let ways = match &node.part {
                Part::Sets(..) => {
                    let tier = tiers.iter().position(|tier| tier.node as usize == at);
                    vec![Way { tiers: tier.into_iter().map(|tier| tier as u32).collect(), ..Way::default() }]
                }
                Part::Component(_) => vec![Way { components: vec![at as u32], ..Way::default() }],
                Part::Group { parts, least } if self.is_failover(at) || *least == 1 && parts.len() > 1 => {
                    let chosen = |part: u32| (!self.is_failover(at)).then_some((at as u32, part));
                    let through = |&part: &u32| {
                        let go = |way: &Way| Way {
                            chosen: way.chosen.iter().copied().chain(chosen(part)).collect(),
                            ..way.clone()
                        };
                        of[part as usize].iter().map(go).collect::<Vec<_>>()
                    };
                    parts.iter().flat_map(through).collect()
                }
                Part::Group { parts, least } if *least as usize == parts.len() => {
                    let series = |ways: Vec<Way>, &part: &u32| joined(&ways, &of[part as usize]);
                    // Cut where there are too many, which is told below.
                    parts.iter().fold(vec![Way::default()], |ways, part| {
                        let mut ways = series(ways, part);
                        ways.truncate(WAYS_MAX + 1);
                        ways
                    })
                }
                Part::Group { .. } if self.sets_within(at).is_empty() => vec![Way::default()],
                Part::Group { .. } => return Err(NoWay::Several(at as u32)),
            };
            if ways.len() > WAYS_MAX {
                return Err(NoWay::Ways);
            }
            of.push(ways);
        }
        let ways = of.pop().unwrap_or_default();
        match ways.iter().map(|way| way.tiers.len()).max() {
            Some(most) if most > TIERS_MAX => Err(NoWay::Tiers(most)),
            _ => Ok(ways),
        }
    }

    fn is_failover(&self, node: usize) -> bool {
        self.failovers.iter().any(|failover| failover.node as usize == node)
    }
}

/// Each way of one part, then each of the next.
fn joined(before: &[Way], after: &[Way]) -> Vec<Way> {
    let both = |a: &[u32], b: &[u32]| a.iter().chain(b).copied().collect();
    let join = |a: &Way, b: &Way| Way {
        tiers: both(&a.tiers, &b.tiers),
        components: both(&a.components, &b.components),
        chosen: a.chosen.iter().chain(&b.chosen).copied().collect(),
    };
    before.iter().flat_map(|a| after.iter().map(move |b| join(a, b))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::{Component, Footing, Least, Node};

    fn node(part: Part) -> Node {
        Node { name: String::new(), part, promise: None }
    }

    fn sets(set: u32) -> Node {
        node(Part::Sets(vec![set], Least::Serving(1)))
    }

    fn component() -> Node {
        node(Part::Component(Component { cause: None, footing: Footing::Global, ceiling: None }))
    }

    fn group(parts: &[u32], least: u32) -> Node {
        node(Part::Group { parts: parts.to_vec(), least })
    }

    fn tiers(nodes: &[u32]) -> Vec<Tier> {
        nodes.iter().map(|&node| Tier { node, parallelism: 1, queue: Queue::Shared, serves_milli: 1000 }).collect()
    }

    #[test]
    fn a_way_goes_through_all_parts_in_series_and_one_of_alternatives() {
        let nodes = vec![sets(0), component(), sets(1), group(&[1, 2], 1), sets(2), group(&[0, 3, 4], 3)];
        let ways = Structure::new(nodes).ways(&tiers(&[0, 2, 4])).unwrap_or_default();
        let told: Vec<_> = ways.iter().map(|way| (&way.tiers[..], &way.components[..], &way.chosen[..])).collect();
        assert_eq!(told, [(&[0, 2][..], &[1][..], &[(3, 1)][..]), (&[0, 1, 2][..], &[][..], &[(3, 2)][..])]);
    }

    #[test]
    fn several_answers_long_ways_and_many_are_refused() {
        let three = |least| Structure::new(vec![sets(0), sets(1), sets(2), group(&[0, 1, 2], least)]);
        let all = tiers(&[0, 1, 2, 3, 4]);
        assert_eq!(three(2).ways(&all), Err(NoWay::Several(3)));
        assert_eq!(three(3).ways(&all).map(|ways| ways.len()), Ok(1));
        let long = (0..5).map(sets).chain([group(&[0, 1, 2, 3, 4], 5)]).collect();
        assert_eq!(Structure::new(long).ways(&all), Err(NoWay::Tiers(5)));
        // Seven pairs of alternatives in series are 128 ways.
        let mut many: Vec<Node> = (0..14).map(|_| component()).collect();
        many.extend((0..7).map(|pair| group(&[2 * pair, 2 * pair + 1], 1)));
        many.push(group(&[14, 15, 16, 17, 18, 19, 20], 7));
        assert_eq!(Structure::new(many).ways(&[]), Err(NoWay::Ways));
        // A quorum of components takes no time.
        let quorum = vec![component(), component(), component(), group(&[0, 1, 2], 2), sets(0), group(&[3, 4], 2)];
        assert_eq!(Structure::new(quorum).ways(&tiers(&[4])).map(|ways| ways.len()), Ok(1));
    }

    #[test]
    fn a_share_of_all_requests_may_be_late_whatever_way_they_go() {
        // M/M/1 twice over: what is left is 0.5 and 0.25 a second.
        let tiers = tiers(&[0, 1]);
        let way = |tier| Way { tiers: vec![tier], ..Way::default() };
        let within = |seconds: u64| Some(Duration::from_secs(seconds));
        let load = |reach_milli, requests_milli| {
            let mut load = WayLoad { requests_milli, ..WayLoad::default() };
            load.tiers[0] = Load::whole(1, reach_milli);
            load
        };
        let of = |seconds| Ways { tiers: tiers.clone(), ways: vec![way(0), way(1)], within: within(seconds) };
        let loads = [load(500, 500), load(750, 750)];
        // (0.4 exp(-t/2) + 0.6 exp(-t/4)) is 0.0535 at 10 s, and 0.0400 at 11 s.
        assert!(of(10).are_slow(&loads, 1250) && !of(11).are_slow(&loads, 1250));
        assert!(of(11).are_slow(&[load(500, 500), load(1000, 1000)], 1500), "a tier is overloaded");
        assert!(of(11).are_slow(&[WayLoad::default(); 2], 10) && !of(11).are_slow(&[WayLoad::default(); 2], 0));
        assert!(!Ways { within: None, ..of(1) }.are_slow(&loads, 1250));
    }
}
