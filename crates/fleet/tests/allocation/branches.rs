//! Trials that are saved and go on from there, with everything on that a fleet can do.

use super::*;
use zonefall_fleet::Descent;

/// One design and its strikes, and where they are saved.
struct Bench {
    strikes: Strikes,
    world: World,
    saved: (Course, World),
}

impl Bench {
    fn new(design: Design, profile: &Profile) -> Self {
        let topology = topology(3, 8, 10);
        let measure = Arc::new(measure(45 * DAY, 30 * DAY));
        let people = population(std::slice::from_ref(&design), &topology);
        let mut strikes = Strikes::new(profile, &topology, people, measure.horizon.since(SimTime::ZERO));
        strikes.allow_branches();
        let mut world = World::new(Arc::new(design), measure, topology, &strikes);
        world.allow_branches();
        let saved = (Course::default(), world.clone());
        Self { strikes, world, saved }
    }

    fn begin(&mut self, trial: u64) -> Key {
        let key = Key::root(9).part(trial, 0);
        self.strikes.begin(key).unwrap();
        self.world.begin(key, &self.strikes, None);
        key
    }

    /// Lives on until so many machines' worth more are lost than now, or the objective is missed, or to the end.
    fn descend(&mut self, lost: i64) -> Option<SimTime> {
        let mut descent = Descent::to((self.world.margin() - lost).max(-1));
        while self.strikes.next_window() {
            self.world.live_watched(&self.strikes, &mut descent).unwrap();
            if descent.reached.is_some() {
                break;
            }
        }
        descent.reached
    }

    fn save(&mut self) {
        self.strikes.save(&mut self.saved.0);
        self.saved.1.clone_from(&self.world);
    }

    fn restore(&mut self) {
        self.strikes.restore(&self.saved.0);
        self.world.clone_from(&self.saved.1);
    }

    /// Lives on to the end, the rest of the window first.
    fn finish(&mut self) -> &Ledger {
        self.world.live(&self.strikes).unwrap();
        while self.strikes.next_window() {
            self.world.live(&self.strikes).unwrap();
        }
        self.world.finish(&self.strikes)
    }
}

/// A profile in which machines age, too.
fn ageing(mut profile: Profile) -> Profile {
    let weibull = |mean_days: u64| Law::new(Shape::Weibull(1.5, mean_days as f64 * DAY as f64), None).unwrap();
    let mut worn = Mode::plain("worn", Scope::Instance, 1.0, Outage::Law(constant(HOUR))).unwrap();
    (worn.clock, worn.time_to_failure) = (Clock::Operating, weibull(40));
    let mut hall = Mode::plain("hall", Scope::Hall, 1.0, Outage::Law(constant(HOUR))).unwrap();
    hall.time_to_failure = weibull(60);
    profile.modes.extend([worn, hall]);
    profile
}

fn every_design() -> Vec<(Design, Profile)> {
    let plain = rich_designs().into_iter().map(|design| (design, ageing(rich_profile())));
    let managed = managed_designs().into_iter().map(|design| (design, ageing(managed_profile())));
    let services = services::services().into_iter().map(|design| (design, ageing(services::service_profile())));
    plain.chain(managed).chain(services).collect()
}

#[test]
fn a_copy_goes_on_as_the_original_does() {
    for (design, profile) in every_design() {
        let mut bench = Bench::new(design, &profile);
        let mut saved = 0;
        for trial in 0..3 {
            bench.begin(trial);
            while bench.strikes.next_window() {
                bench.world.live(&bench.strikes).unwrap();
            }
            let whole = bench.world.finish(&bench.strikes).clone();
            bench.begin(trial);
            let Some(after) = bench.descend(3 + trial as i64) else { continue };
            bench.save();
            saved += 1;
            bench.begin(trial + 100);
            bench.finish();
            for _ in 0..2 {
                bench.restore();
                assert_eq!(bench.world.audit(), Vec::<String>::new());
                bench.strikes.go_on(after);
                assert_eq!(bench.finish(), &whole);
            }
        }
        assert!(saved >= 2, "{}: {saved}", bench.world.design().name);
    }
}

#[test]
fn branches_differ_and_keep_the_books() {
    for (design, profile) in every_design() {
        let mut bench = Bench::new(design, &profile);
        bench.begin(1);
        let after = bench.descend(3).unwrap();
        bench.save();
        let mut seen = Vec::new();
        for branch in 1..5 {
            bench.restore();
            let lineage = Key::root(9).part(1, branch);
            bench.strikes.branch(after, lineage).unwrap();
            bench.world.branch(after, lineage, &bench.strikes);
            let ledger = bench.finish();
            assert_eq!(ledger.missed_by_cause_ms.iter().sum::<u64>(), ledger.missed_ms);
            seen.push(ledger.clone());
            assert_eq!(bench.world.audit(), Vec::<String>::new());
        }
        for (at, one) in seen.iter().enumerate() {
            assert!(!seen[..at].contains(one), "{}", bench.world.design().name);
        }
    }
}

#[test]
fn nor_does_a_branch_allocate_once_it_has_room() {
    for (design, profile) in every_design() {
        let mut bench = Bench::new(design, &profile);
        let mut play = || {
            let (mut missed, mut branches) = (0, 0);
            for trial in 0..3 {
                bench.begin(trial);
                if let Some(after) = bench.descend(4) {
                    bench.save();
                    for branch in 1..3 {
                        bench.restore();
                        let lineage = Key::root(9).part(trial, branch);
                        bench.strikes.branch(after, lineage).unwrap();
                        bench.world.branch(after, lineage, &bench.strikes);
                        missed += bench.finish().missed_ms;
                        branches += 1;
                    }
                }
            }
            (missed, branches)
        };
        // Twice: copies take turns with what they are copied from, and each list has to have been as long as it gets.
        let first = play();
        assert!(first.1 > 0, "nothing has branched");
        assert_eq!(play(), first);
        let mut again = (0, 0);
        let counted = allocation_counter::measure(|| again = play());
        assert_eq!((again, counted.count_total), (first, 0));
    }
}
