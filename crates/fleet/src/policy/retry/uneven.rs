//! TF-01: clients that try again, of machines that are not alike and get as much as each other.
//!
//! In: the machines alive by what one of them can serve, and the load. Out: the state that it settles in, as of one pool. Of x
//! attempts over first tries that are let in, a machine that could serve C if all were like it, over first tries, has
//! (1 − C/x)/(1 − w) fail, no fewer than none and no more than all, as each that fails takes w of the work of one that is served.
//! Who is turned away tries again anywhere. So of what comes to machines alive a share F fails, the mean of these, and a state p
//! holds itself where the attempts that it makes have no more than p fail. A ceiling over all machines is asked for what they do, also
//! for attempts that fail at one of them; where that is more than it lets through, more fail, at all machines alike.

use super::{Load, Retry};

/// Machines alive, by what each of them can serve.
#[derive(Debug, Clone, Copy)]
pub struct Uneven<'a> {
    /// What one can serve, in any unit, and how many of these there are.
    pub levels: &'a [(i64, i64)],
    /// What a machine in rotation gets of the first tries, in the same unit.
    pub each: f64,
}

/// So much more of the attempts fails in an overload that holds itself than in the state that nobody failed before.
const MORE: f64 = 1e-6;
/// A sum of what machines can serve is no ceiling over them.
const ROUNDING: f64 = 1e-12;

impl Retry {
    /// [`Self::settles`], where machines are not alike.
    pub fn settles_unevenly(&self, load: Load, of: Uneven<'_>, before: f64) -> (f64, bool) {
        self.settles_where(load, before, |retry, p| retry.is_too_much_unevenly(load, of, p))
    }

    /// Whether a state is kept up by tries again alone.
    pub fn holds_itself_unevenly(&self, load: Load, of: Uneven<'_>, p: f64) -> bool {
        let (anew, _) = self.settles_unevenly(load, of, 0.0);
        p > 0.0 && (anew <= 0.0 || p - anew > MORE)
    }

    /// Whether in such a state attempts fail at machines that can serve less than others, and nowhere else: no gateway turns any away,
    /// the best machines have room for what each gets, and no ceiling over all of them has more fail.
    pub fn fails_at_the_weaker_alone(&self, load: Load, of: Uneven<'_>, settled: (f64, bool)) -> bool {
        let comes = (1.0 - self.faults) * self.attempts(load, settled);
        let most = of.levels.iter().filter(|(_, machines)| *machines > 0).map(|(can, _)| *can).max();
        let fits = comes * of.each <= most.unwrap_or(0) as f64;
        comes <= load.gate && fits && settled.0 - self.fails_at_machines(of, comes * of.each) <= MORE
    }

    /// The share of what comes to machines alive that fails there for what each can serve, if each gets so much.
    fn fails_at_machines(&self, of: Uneven<'_>, gets: f64) -> f64 {
        let (fail, all) = of.levels.iter().fold((0.0, 0.0), |(fail, all), &(can, machines)| {
            let (can, machines) = (can as f64, machines as f64);
            (fail + self.fails_at_one(can, gets) * machines, all + machines)
        });
        fail / all
    }

    /// The share of what comes to one machine that fails, if it can serve so much and gets so much.
    fn fails_at_one(&self, can: f64, gets: f64) -> f64 {
        if gets <= can { 0.0 } else { f64::min((1.0 - can / gets) / (1.0 - self.wasted), 1.0) }
    }

    /// Whether more would fail than such a share: at a gateway, at the machines, or beyond a ceiling over all of them.
    fn is_too_much_unevenly(&self, load: Load, of: Uneven<'_>, p: f64) -> bool {
        let comes = (1.0 - self.faults) * self.tries(self.fails(load, p));
        let passes = f64::min(comes, load.gate);
        let gets = passes * of.each;
        let served = 1.0 - self.fails_at_machines(of, gets);
        if 1.0 - passes / comes * served > p {
            return true;
        }
        // Of what machines would serve, what else fails does so at the ceiling, and is work for it and for the machine as far as it
        // is wasted. No machine asks for more than it can do.
        let beyond = if served > 0.0 { 1.0 - (1.0 - p) * comes / (passes * served) } else { 0.0 };
        let work = |failed: f64| (1.0 - failed) * (1.0 - (1.0 - self.wasted) * beyond) + self.wasted * failed;
        let (asked, all) = of.levels.iter().fold((0.0, 0.0), |(asked, all), &(can, machines)| {
            let (can, machines) = (can as f64, machines as f64);
            (asked + f64::min(can, gets * work(self.fails_at_one(can, gets))) * machines, all + machines)
        });
        asked > load.capacity * of.each * all / load.alive * (1.0 + ROUNDING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Retry = Retry { tries: 1, wasted: 0.0, breaker: None, budget: None, faults: 0.0 };

    /// The load of machines of which some are dead, under so much demand a machine in rotation.
    fn load(levels: &[(i64, i64)], dead: i64, each: f64, gate: f64) -> Load {
        let (alive, can) = levels.iter().fold((0, 0), |(alive, sum), &(can, of)| (alive + of, sum + can * of));
        let rotation = (alive + dead) as f64;
        Load { alive: alive as f64 / rotation, capacity: can as f64 / (each * rotation), gate }
    }

    /// Attempts machine by machine, again and again, each round with the tries that the last one's failures make.
    fn lived(retry: Retry, levels: &[(i64, i64)], dead: i64, each: f64, gate: f64, before: f64) -> f64 {
        let machines: Vec<f64> = levels.iter().flat_map(|&(can, of)| (0..of).map(move |_| can as f64)).collect();
        let rotation = machines.len() as f64 + dead as f64;
        let answers = |p: f64| machines.len() as f64 / rotation * (1.0 - retry.faults) * (1.0 - p);
        let mut p = before;
        for round in 0..20_000 {
            let answered = answers(p);
            let mut tries: f64 = (0..retry.tries).map(|again| (1.0 - answered).powi(again as i32)).sum();
            tries = retry.budget.map_or(tries, |most| tries.min(1.0 + most));
            let sent = each * rotation * tries * (1.0 - retry.faults);
            let let_in = sent.min(gate * each * rotation);
            let gets = let_in / rotation;
            let served: f64 = machines
                .iter()
                .map(|&can| match gets {
                    fits if fits <= can => fits,
                    // w of the work for each that fails: s + w (gets − s) = can.
                    _ if retry.wasted < 1.0 => ((can - retry.wasted * gets) / (1.0 - retry.wasted)).max(0.0),
                    _ => 0.0,
                })
                .sum();
            let failed = 1.0 - served / (sent * machines.len() as f64 / rotation);
            p += (failed - p) * if round < 10_000 { 0.02 } else { 0.002 };
        }
        // A breaker that opens stays so until first tries alone have settled; then all try again, unless that opens it again.
        let opens = |p: f64| p > 1e-6 && retry.breaker.is_some_and(|from| 1.0 - answers(p) >= from);
        if !opens(p) {
            return p;
        }
        let without = Retry { breaker: None, ..retry };
        let open = lived(Retry { tries: 1, ..without }, levels, dead, each, gate, p);
        let again = lived(without, levels, dead, each, gate, open);
        if opens(again) { open } else { again }
    }

    #[test]
    fn tf_01_machines_that_are_alike_are_one_pool() {
        let mut other = 0;
        for (wasted, tries, budget) in [(0.0, 3, None), (0.4, 5, None), (1.0, 3, None), (0.8, 4, Some(0.3))] {
            let retry = Retry { tries, wasted, budget, faults: 0.01, ..PLAIN };
            for (dead, gate, ceiling) in [
                (0, f64::INFINITY, 1.0),
                (2, f64::INFINITY, 1.0),
                (0, 1.3, 1.0),
                (1, 0.8, 1.0),
                (0, f64::INFINITY, 0.8),
            ] {
                for each in (100..1500).step_by(7) {
                    let levels = [(600, 5)];
                    let load = load(&levels, dead, f64::from(each), gate);
                    let load = Load { capacity: ceiling * load.capacity, ..load };
                    for before in [0.0, 0.5, 1.0] {
                        let of = Uneven { levels: &levels, each: f64::from(each) };
                        let (pool, even) = (retry.settles(load, before), retry.settles_unevenly(load, of, before));
                        other += u32::from((pool.0 - even.0).abs() > 1e-9);
                    }
                }
            }
        }
        assert_eq!(other, 0);
    }

    #[test]
    fn tf_01_what_a_cold_machine_turns_away_is_tried_again_at_the_others() {
        // Two of 1,000 and one of 400, each is sent 600. Attempts that cost nothing where they fail: x = 600 A(p), of which
        // p = (1 − 400/x)/3 fails: with two tries x = 600 (1 + p), so 3 p (1 + p) = 1 + p − 2/3.
        let levels = [(400, 1), (1000, 2)];
        let retry = Retry { tries: 2, ..PLAIN };
        let of = Uneven { levels: &levels, each: 600.0 };
        let (p, _) = retry.settles_unevenly(load(&levels, 0, 600.0, f64::INFINITY), of, 0.0);
        let exact = (-2.0 + f64::sqrt(4.0 + 4.0)) / 6.0;
        assert!((p - exact).abs() < 1e-9, "{p} {exact}");
        assert!(!retry.holds_itself_unevenly(load(&levels, 0, 600.0, f64::INFINITY), of, p));
    }

    #[test]
    fn tf_01_a_cold_machine_may_be_what_begins_an_overload() {
        // Three of 1,000 are sent 950 each and hold; an attempt costs as much where it fails. While one serves 400, all of its
        // 950 fail and are tried up to twice again: more than 1,000 each. Nobody is served, and it stays so when it is warm.
        let retry = Retry { tries: 3, wasted: 1.0, ..PLAIN };
        let settles = |levels: &[(i64, i64)], before| {
            let of = Uneven { levels, each: 950.0 };
            retry.settles_unevenly(load(levels, 0, 950.0, f64::INFINITY), of, before).0
        };
        let warm = [(1000, 3)];
        assert_eq!(settles(&warm, 0.0), 0.0);
        let cold = settles(&[(400, 1), (1000, 2)], 0.0);
        assert_eq!((cold, settles(&warm, cold)), (1.0, 1.0));
        // One pool of 2,400 is as much too small; one of 2,900 is not, and yet its cold machine of 900 begins it.
        assert_eq!(settles(&[(900, 1), (1000, 2)], 0.0), 1.0);
        assert_eq!(retry.settles(load(&[(900, 1), (1000, 2)], 0, 950.0, f64::INFINITY), 0.0).0, 0.0);
        let of = Uneven { levels: &warm, each: 950.0 };
        assert!(retry.holds_itself_unevenly(load(&warm, 0, 950.0, f64::INFINITY), of, 1.0));
    }

    #[test]
    fn tf_01_attempts_fail_at_the_weaker_alone_where_nothing_else_has_them_fail() {
        let levels = [(400, 1), (1000, 2)];
        let retry = Retry { tries: 2, ..PLAIN };
        let alone = |each: f64, gate: f64, ceiling: f64| {
            let (all, of) = (load(&levels, 0, each, gate), Uneven { levels: &levels, each });
            let load = Load { capacity: ceiling * all.capacity, ..all };
            let settled = retry.settles_unevenly(load, of, 0.0);
            assert!(settled.0 > 0.0, "{each} {gate} {ceiling}");
            retry.fails_at_the_weaker_alone(load, of, settled)
        };
        // The others serve more than 600 each, tries again too.
        assert!(alone(600.0, f64::INFINITY, 1.0) && alone(600.0, 2.0, 0.9));
        assert!(!alone(1100.0, f64::INFINITY, 1.0), "too much for every machine");
        assert!(!alone(600.0, 0.9, 1.0), "too much for the gateway");
        assert!(!alone(600.0, f64::INFINITY, 0.6), "too much for what all of them need");
        // Where less comes to them the weaker serve more, as an attempt that fails costs half: what the gateway turns away is hidden
        // in what they would turn away of all attempts.
        let (levels, half) = ([(400, 2), (1000, 1)], Retry { wasted: 0.5, ..retry });
        let (load, of) = (load(&levels, 0, 600.0, 0.95), Uneven { levels: &levels, each: 600.0 });
        let settled = half.settles_unevenly(load, of, 0.0);
        // p = 1 − 1,030 / 1,800 (1 + p).
        assert!((settled.0 - f64::sqrt(1.0 - 1030.0 / 1800.0)).abs() < 1e-9, "{settled:?}");
        assert!(
            !half.fails_at_the_weaker_alone(load, of, settled),
            "too much for the gateway, which spares the weaker"
        );
    }

    #[test]
    fn tf_01_uneven_machines_settle_as_attempts_do_round_after_round() {
        let mut other = Vec::new();
        let (mut opened, mut all) = (0, 0);
        for (wasted, tries, budget, breaker) in [
            (0.0, 3, None, None),
            (0.3, 2, None, None),
            (0.6, 4, Some(0.5), None),
            (0.5, 3, None, None),
            (0.5, 4, None, Some(0.5)),
            (0.8, 4, None, Some(0.7)),
        ] {
            let retry = Retry { tries, wasted, budget, breaker, faults: 0.02 };
            for levels in [&[(300, 2), (1000, 4)][..], &[(100, 1), (500, 1), (900, 3)], &[(0, 1), (1000, 5)]] {
                for (dead, gate) in [(0, f64::INFINITY), (2, f64::INFINITY), (1, 1.1)] {
                    for each in [200.0, 450.0, 700.0, 980.0, 1600.0] {
                        for before in [0.0, 1.0] {
                            let load = load(levels, dead, each, gate);
                            let (found, open) = retry.settles_unevenly(load, Uneven { levels, each }, before);
                            let lived = lived(retry, levels, dead, each, gate, before);
                            if (found - lived).abs() > 1e-4 {
                                other.push((retry, levels, dead, gate, each, before, found, lived));
                            }
                            opened += u32::from(open);
                            all += 1;
                        }
                    }
                }
            }
        }
        assert!(other.is_empty(), "{} of {all}: {other:#?}", other.len());
        assert!(opened > 20, "{opened}");
    }

    #[test]
    fn tf_01_a_ceiling_is_asked_for_what_a_cold_machine_does_however_much_of_it_is_wasted() {
        // Eight of 100 and one of 40 get 700/9 · (1 + 1/9 + 1/81) = 87.4 each: the slow one fails all of its own where 46 % are wasted,
        // and is full. 8 · 87.4 + 40 = 739 are too much for 725, so attempts at all of them fail; for 740 they are not.
        let levels = [(40, 1), (100, 8)];
        for percent in [46, 50, 60, 80, 82, 90, 100] {
            let retry = Retry { tries: 3, wasted: f64::from(percent) / 100.0, ..PLAIN };
            let of = Uneven { levels: &levels, each: 700.0 / 9.0 };
            let settles = |ceiling: f64| {
                let load = Load { alive: 1.0, capacity: ceiling / 700.0, gate: f64::INFINITY };
                retry.settles_unevenly(load, of, 0.0).0
            };
            assert!((settles(740.0) - 1.0 / 9.0).abs() < 1e-9, "{percent}: {}", settles(740.0));
            assert!(settles(725.0) > 1.0 / 9.0 + 0.01, "{percent}: {}", settles(725.0));
        }
    }
}
