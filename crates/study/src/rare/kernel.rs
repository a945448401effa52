//! Patterns of outages that overlap, with their exact expected durations: what trials are forced into, and how a trial that
//! was drawn so is weighed.
//!
//! Sources (`zonefall_faults::Source`) are sorted into *classes*: zones, pairs of zones, regions, racks, machines, …; the
//! sources of one unit under several modes are one *site*. A [`Pattern`] asks for so many different sites of each class at
//! once. With N_s(t) the outages of site s that cover t and e_m the elementary symmetric polynomial (the number of ways to
//! pick m different sites that are out), its *duration* in a trial is
//!
//! > h = ∫ Π over classes of e_m(N_1(t), N_2(t), …) dt over the measured time,
//!
//! and because sources are independent and each has the mean ρ_s at every instant, its expectation is known exactly:
//! Λ = (measured time) · Π e_m(ρ_1, ρ_2, …). Drawing a trial with the density h/Λ against the plain one is simple (Mecke's
//! formula for Poisson processes; Last & Penrose, *Lectures on the Poisson Process*, §4.1): pick an instant evenly, pick the
//! sites and their sources in proportion to ρ, put an outage over the instant into each (length-biased, begun anywhere
//! within it), and draw everything else as ever.
//!
//! A study mixes plain trials (share α₀) with forced ones (shares α_k); a trial's weight is
//! 1 / (α₀ + Σ α_k h_k/Λ_k) whichever way it was drawn (the balance heuristic of Veach & Guibas, 1995; for unions of rare
//! events Karp & Luby, 1983, and Owen, Maximov & Chertkov, 2019), so never above 1/α₀. The weights do not ask what the fleet
//! made of the outages: whatever the policy, the estimate is unbiased.

use zonefall_engine::{Key, Stream};
use zonefall_faults::{Forced, Point, Scope, Source};

/// The most sites that a pattern asks for of one class.
pub(crate) const ORDER_MAX: usize = 8;

/// Sources of one kind of unit.
#[derive(Debug, Clone)]
pub(crate) struct Class {
    pub scope: Scope,
    pub pair: bool,
    sites: Vec<Site>,
    /// `table[s][m]` = e_m over the sites from s on.
    table: Vec<[f64; ORDER_MAX + 1]>,
}

#[derive(Debug, Clone)]
struct Site {
    place: u32,
    share: f64,
    sources: Vec<u32>,
}

/// So many different sites of each class.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pattern(pub Vec<u8>);

impl Pattern {
    /// Whether whatever holds the other holds this.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(own, other)| own <= other)
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|&order| order == 0)
    }
}

/// The classes of a layout.
#[derive(Debug, Clone)]
pub(crate) struct Kernel {
    pub classes: Vec<Class>,
    sources: Vec<Source>,
    /// Class and site of each source.
    place_of: Vec<(u16, u32)>,
    from_ms: f64,
    to_ms: f64,
}

/// What is kept between trials.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scratch {
    edges: Vec<(f64, bool, u32)>,
    active: Vec<Vec<(u32, f64)>>,
    ways: Vec<[f64; ORDER_MAX + 1]>,
}

/// Takes a factor (1 + x z) into a polynomial in z.
fn take_in(ways: &mut [f64; ORDER_MAX + 1], x: f64) {
    for m in (1..=ORDER_MAX).rev() {
        ways[m] += ways[m - 1] * x;
    }
}

const NOTHING: [f64; ORDER_MAX + 1] = {
    let mut ways = [0.0; ORDER_MAX + 1];
    ways[0] = 1.0;
    ways
};

impl Class {
    fn settle(&mut self) {
        self.table = vec![NOTHING; self.sites.len() + 1];
        for at in (0..self.sites.len()).rev() {
            self.table[at] = self.table[at + 1];
            take_in(&mut self.table[at], self.sites[at].share);
        }
    }

    /// How many sites there are.
    pub fn len(&self) -> usize {
        self.sites.len()
    }

    /// In words: "zones".
    pub fn name(&self) -> &'static str {
        match self.scope {
            Scope::Zone if self.pair => "pairs of zones",
            Scope::Instance => "machines",
            Scope::Host => "hosts",
            Scope::Rack => "racks",
            Scope::Hall => "halls",
            Scope::Zone => "zones",
            Scope::Region => "regions",
            Scope::Component => "components",
            Scope::Global | Scope::ControlPlane | Scope::Allocation => "others",
        }
    }

    /// Picks `order` different sites in proportion to the product of their shares.
    fn pick(&self, order: usize, stream: &mut Stream, mut each: impl FnMut(&Site, &mut Stream)) {
        let mut left = order;
        for (at, site) in self.sites.iter().enumerate() {
            if left == 0 {
                return;
            }
            let taken = site.share * self.table[at + 1][left - 1];
            if stream.unit() * self.table[at][left] < taken || self.sites.len() - at == left {
                each(site, stream);
                left -= 1;
            }
        }
    }
}

impl Kernel {
    /// Sorts sources into classes, for the time measured from `from_ms` to `to_ms`.
    pub fn new(sources: &[Source], (from_ms, to_ms): (f64, f64)) -> Self {
        let mut classes: Vec<Class> = Vec::new();
        let mut place_of = Vec::with_capacity(sources.len());
        for (number, source) in sources.iter().enumerate() {
            let same = |class: &Class| class.scope == source.scope && class.pair == source.pair;
            let at = classes.iter().position(same).unwrap_or_else(|| {
                classes.push(Class { scope: source.scope, pair: source.pair, sites: Vec::new(), table: Vec::new() });
                classes.len() - 1
            });
            let sites = &mut classes[at].sites;
            // Sources of one mode come in the order of their places, so a site is near or new.
            let site = match sites.binary_search_by_key(&source.place, |site| site.place) {
                Ok(site) => site,
                Err(site) => {
                    sites.insert(site, Site { place: source.place, share: 0.0, sources: Vec::new() });
                    site
                }
            };
            sites[site].share += source.share_out();
            sites[site].sources.push(number as u32);
        }
        classes.sort_by_key(|class| (class.scope, class.pair));
        place_of.resize(sources.len(), (0, 0));
        for (at, class) in classes.iter_mut().enumerate() {
            class.settle();
            for (site, of) in class.sites.iter().enumerate() {
                of.sources.iter().for_each(|&source| place_of[source as usize] = (at as u16, site as u32));
            }
        }
        Self { classes, sources: sources.to_vec(), place_of, from_ms, to_ms }
    }

    /// Λ: the expected duration of a pattern, in milliseconds.
    pub fn expected_ms(&self, pattern: &Pattern) -> f64 {
        let ways = self.classes.iter().zip(&pattern.0).map(|(class, &order)| class.table[0][order as usize]);
        (self.to_ms - self.from_ms) * ways.product::<f64>()
    }

    /// The pattern of another kernel in terms of this one; none if it asks for more units than there are.
    pub fn translated(&self, pattern: &Pattern, of: &Self) -> Option<Pattern> {
        let mut mine = Pattern(vec![0; self.classes.len()]);
        for (class, &order) in of.classes.iter().zip(&pattern.0).filter(|(_, order)| **order > 0) {
            let same = |mine: &Class| (mine.scope, mine.pair) == (class.scope, class.pair);
            let at = self.classes.iter().position(same).filter(|&at| self.classes[at].len() >= order as usize)?;
            mine.0[at] = order;
        }
        Some(mine)
    }

    /// The pattern of units by their scope and whether they are pairs of zones; those that are no sources are left out.
    pub fn pattern_of(&self, units: &[(Scope, bool)]) -> Pattern {
        let order = |class: &Class| units.iter().filter(|unit| **unit == (class.scope, class.pair)).count();
        // A conversion that is exact: no more than three ever meet.
        Pattern(self.classes.iter().map(|class| order(class).min(class.len()) as u8).collect())
    }

    /// The outages that force a trial into a pattern.
    pub fn force(&self, pattern: &Pattern, trial: Key, forced: &mut Vec<Forced>) {
        let mut stream = trial.named("forced outages").stream();
        let t_ms = self.from_ms + (self.to_ms - self.from_ms) * stream.unit();
        for (class, &order) in self.classes.iter().zip(&pattern.0) {
            class.pick(order as usize, &mut stream, |site, stream| {
                let mut left = stream.unit() * site.share;
                let chosen = site.sources.iter().find(|&&number| {
                    left -= self.sources[number as usize].share_out();
                    left < 0.0
                });
                let Some(&number) = chosen.or(site.sources.last()) else { return };
                forced.push(self.sources[number as usize].covering(number, t_ms, stream));
            });
        }
    }

    /// h of each pattern in a trial with these outages, in milliseconds.
    pub fn durations(&self, points: &[Point], patterns: &[Pattern], scratch: &mut Scratch, into: &mut Vec<f64>) {
        into.clear();
        into.resize(patterns.len(), 0.0);
        let Scratch { edges, active, ways } = scratch;
        edges.clear();
        for (number, point) in points.iter().enumerate() {
            let (from, to) = (point.from_ms.max(self.from_ms), point.to_ms.min(self.to_ms));
            if from < to {
                edges.extend([(from, true, number as u32), (to, false, number as u32)]);
            }
        }
        edges.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        active.resize(self.classes.len(), Vec::new());
        active.iter_mut().for_each(Vec::clear);
        ways.resize(self.classes.len(), NOTHING);
        ways.fill(NOTHING);
        let mut since = self.from_ms;
        for &(at, begins, number) in edges.iter() {
            if at > since {
                for (sum, pattern) in into.iter_mut().zip(patterns) {
                    let ways = ways.iter().zip(&pattern.0).map(|(ways, &order)| ways[order as usize]);
                    *sum += (at - since) * ways.product::<f64>();
                }
                since = at;
            }
            let (class, _) = self.place_of[points[number as usize].source as usize];
            let active = &mut active[class as usize];
            match active.binary_search_by_key(&number, |&(of, _)| of) {
                Ok(at) if !begins => drop(active.remove(at)),
                Err(at) if begins => active.insert(at, (number, points[number as usize].weight)),
                _ => {}
            }
            ways[class as usize] = self.ways(active, points);
        }
    }

    /// e_0, e_1, … over the sites that the active outages are on.
    fn ways(&self, active: &[(u32, f64)], points: &[Point]) -> [f64; ORDER_MAX + 1] {
        let site = |number: u32| self.place_of[points[number as usize].source as usize].1;
        let mut ways = NOTHING;
        for (at, &(number, weight)) in active.iter().enumerate() {
            let mine = site(number);
            if active[..at].iter().any(|&(other, _)| site(other) == mine) {
                continue;
            }
            let others = active[at + 1..].iter().filter(|&&(other, _)| site(other) == mine);
            take_in(&mut ways, others.fold(weight, |sum, (_, weight)| sum + weight));
        }
        ways
    }

    /// In words: "2 zones and a machine".
    pub fn words(&self, pattern: &Pattern) -> String {
        let of = self.classes.iter().zip(&pattern.0).filter(|(_, order)| **order > 0);
        let words: Vec<String> = of
            .rev()
            .map(|(class, order)| match (order, class.name()) {
                (1, "pairs of zones") => "a pair of zones".into(),
                (1, name) => format!("a {}", name.trim_end_matches('s')),
                (order, name) => format!("{order} {name}"),
            })
            .collect();
        words.join(" and ")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use zonefall_engine::{Law, SimDuration};
    use zonefall_faults::{Mode, Outage, Population, Profile, Staged, Strikes};
    use zonefall_topology::{HostId, Region, Topology};

    const HOUR: f64 = 3_600_000.0;

    /// Two zones of two racks, a machine in each; everything fails often.
    fn strikes() -> (Strikes, Topology) {
        let region = Region { name: "here".into(), zones: 2, halls_per_zone: 1, racks_per_zone: 2, hosts_per_rack: 1 };
        let topology = Topology::new(vec![region]).unwrap();
        let mode = |name: &str, scope, up_h: f64, down_h: f64| {
            let outage = Outage::Law(Law::exponential(down_h * HOUR).unwrap());
            Mode::plain(name, scope, 8760.0 / up_h, outage).unwrap()
        };
        let zone = Mode { common_cause: 0.2, ..mode("zone", Scope::Zone, 100.0, 10.0) };
        let staged = Some(Staged { main: 0.5, tail: 3.0 });
        let modes = vec![
            Mode { staged, ..zone },
            mode("network", Scope::Zone, 200.0, 5.0),
            mode("rack", Scope::Rack, 50.0, 4.0),
            mode("host", Scope::Host, 60.0, 3.0),
            mode("vm", Scope::Instance, 40.0, 2.0),
        ];
        let mut population = Population::new(&topology);
        population.add_slots("web/here/1", 2);
        population.add_slots("web/here/2", 2);
        population.number();
        (0..4).for_each(|host| population.occupy(&topology, HostId(host)));
        let profile = Profile { name: "test".into(), modes };
        let strikes = Strikes::new(&profile, &topology, population, SimDuration::from_ms((300.0 * HOUR) as u64));
        (strikes, topology)
    }

    fn patterns() -> Vec<Pattern> {
        // machines, hosts, racks, zones, pairs
        [
            [1, 0, 0, 0, 0],
            [0, 2, 0, 0, 0],
            [0, 0, 1, 1, 0],
            [0, 0, 0, 2, 0],
            [0, 0, 0, 0, 1],
            [2, 0, 0, 1, 0],
            [0, 1, 1, 0, 1],
        ]
        .map(|orders| Pattern(orders.into()))
        .into()
    }

    /// Means over trials of what `of` says, with their standard errors.
    fn means(trials: u64, count: usize, mut of: impl FnMut(u64) -> Vec<f64>) -> Vec<(f64, f64)> {
        let (mut sums, mut squares) = (vec![0.0; count], vec![0.0; count]);
        for trial in 0..trials {
            for (at, x) in of(trial).into_iter().enumerate() {
                sums[at] += x;
                squares[at] += x * x;
            }
        }
        let n = trials as f64;
        let one = |(sum, square): (&f64, &f64)| (sum / n, ((square / n - sum / n * sum / n) / n).sqrt());
        sums.iter().zip(&squares).map(one).collect()
    }

    #[test]
    fn plain_trials_hold_patterns_as_long_as_is_known() {
        let (mut strikes, topology) = strikes();
        let kernel = Kernel::new(strikes.force(&topology), (50.0 * HOUR, 300.0 * HOUR));
        assert_eq!(kernel.classes.iter().map(Class::len).collect::<Vec<_>>(), [4, 4, 4, 2, 1]);
        let (patterns, mut scratch) = (patterns(), Scratch::default());
        let found = means(20_000, patterns.len(), |trial| {
            strikes.begin_forced(Key::root(5).part(trial, 0), &[]).unwrap();
            let mut durations = Vec::new();
            kernel.durations(strikes.points(), &patterns, &mut scratch, &mut durations);
            durations
        });
        for (pattern, (mean, error)) in patterns.iter().zip(found) {
            let expected = kernel.expected_ms(pattern);
            assert!(
                (mean - expected).abs() <= 4.0 * error,
                "{}: {mean} ± {error} for {expected}",
                kernel.words(pattern)
            );
        }
    }

    #[test]
    fn forced_trials_weighed_back_are_plain_trials() {
        let (mut strikes, topology) = strikes();
        let kernel = Kernel::new(strikes.force(&topology), (50.0 * HOUR, 300.0 * HOUR));
        let mut scratch = Scratch::default();
        for pattern in patterns() {
            let expected = kernel.expected_ms(&pattern);
            let only = [pattern];
            // The number of outages, of events and of edges, in trials that hold the pattern at all.
            let mut look = |forced: &[Forced], key: Key| {
                strikes.begin_forced(key, forced).unwrap();
                let mut durations = Vec::new();
                kernel.durations(strikes.points(), &only, &mut scratch, &mut durations);
                let storm = strikes.storm();
                let counts = [strikes.points().len(), storm.events.len(), storm.edges.len()].map(|count| count as f64);
                (durations[0], counts)
            };
            let plain = means(4000, 4, |trial| {
                let (h, counts) = look(&[], Key::root(6).part(trial, 0));
                let holds = f64::from(h > 0.0);
                [&[holds][..], &counts.map(|count| count * holds)].concat()
            });
            let weighed = means(4000, 4, |trial| {
                let key = Key::root(7).part(trial, 0);
                let mut forced = Vec::new();
                if trial % 2 == 1 {
                    kernel.force(&only[0], key, &mut forced);
                }
                let (h, counts) = look(&forced, key);
                assert!(forced.is_empty() || h > 0.0, "{}", kernel.words(&only[0]));
                let weight = f64::from(h > 0.0) / (0.5 + 0.5 * h / expected);
                [&[weight][..], &counts.map(|count| count * weight)].concat()
            });
            for ((plain, plain_error), (mean, error)) in plain.into_iter().zip(weighed) {
                let z = (mean - plain) / (plain_error * plain_error + error * error).sqrt();
                assert!(z.abs() <= 4.5, "{}: {mean} ± {error} for {plain}, z {z}", kernel.words(&only[0]));
            }
        }
    }

    #[test]
    fn words_for_people() {
        let (mut strikes, topology) = strikes();
        let kernel = Kernel::new(strikes.force(&topology), (0.0, HOUR));
        assert_eq!(kernel.words(&Pattern(vec![1, 0, 0, 2, 0])), "2 zones and a machine");
        assert_eq!(kernel.words(&Pattern(vec![0, 0, 0, 0, 1])), "a pair of zones");
    }
}
