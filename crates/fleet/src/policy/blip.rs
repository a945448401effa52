//! TF-03: short breaks of the network, and clients whose tries heal them or not. A closed form beside the ledger: no events.
//!
//! Breaks come now and then, whatever else happens; while one lasts each attempt fails with the same probability, by its own luck. A
//! request is lost if all of its attempts are made within the break and fail. One that comes with r of the break ahead of it makes all
//! of them within it if their waits together, W, are less than r; r is spread evenly over the length D. So a break costs
//! s^n · E((D − W)⁺) of what arrives in a unit of time, for n tries and a share s that fails, and s · E(D) where each is tried once.
//!
//! Not reckoned with: what attempts of a break ask of the machines, and requests that fail for another reason as well.

use super::retry::Retry;
use zonefall_engine::{Law, SimDuration};

/// Breaks of the network.
#[derive(Debug, Clone, PartialEq)]
pub struct Blips {
    /// From one to the next on average.
    pub every: SimDuration,
    /// How long one lasts.
    pub lasts: Law,
    /// Share of attempts that fail while it does.
    pub fails: f64,
    /// What a client waits before its second try, and before its third; twice as long before each further one.
    pub waits: [SimDuration; 2],
}

/// TF-02: waits are this much longer or shorter, evenly, one draw for all waits of a request.
const JITTER: f64 = 0.25;
/// Steps of a piece of the integral.
const STEPS: u32 = 4096;
/// What is taken for never.
const NEVER: f64 = 1e-12;

/// What breaks cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lost {
    /// Share of requests that are lost.
    pub share: f64,
    /// The same if each were tried once.
    pub tried_once: f64,
    /// Whether the breaker keeps clients from trying again in a break.
    pub breaker_opens: bool,
}

impl Blips {
    /// What they cost, with clients that try again or not.
    pub fn lost(&self, retry: Option<&Retry>) -> Lost {
        let (every, mean) = (self.every.as_ms() as f64, self.lasts.mean_ms());
        let tried_once = self.fails * mean / every;
        let breaker_opens = retry.is_some_and(|retry| retry.breaker.is_some_and(|opens| self.fails >= opens));
        let tries = if breaker_opens { 1 } else { retry.map_or(1, |retry| retry.tries) };
        let (mut all_fail, mut again) = (self.fails, 0.0);
        for made in 1..tries {
            // Who is not in the break any more is served.
            again += all_fail * if mean > 0.0 { self.within(self.waited(made)) / mean } else { 0.0 };
            all_fail *= self.fails;
        }
        // Who may not try again for want of a budget is lost at the first try.
        let budget = retry.and_then(|retry| retry.budget).filter(|&most| again > most);
        let may = budget.map_or(1.0, |most| most / again);
        let within = self.within(self.waited(tries));
        let share = (may * all_fail * within + (1.0 - may) * self.fails * mean) / every;
        Lost { share, tried_once, breaker_opens }
    }

    /// All waits of a request that is tried so often, without jitter.
    fn waited(&self, tries: u32) -> f64 {
        let [first, second] = self.waits.map(|wait| wait.as_ms() as f64);
        let (mut sum, mut next) = (if tries > 1 { first } else { 0.0 }, second);
        for _ in 2..tries {
            sum += next;
            next *= 2.0;
        }
        sum
    }

    /// E((D − W)⁺): how much of a break is left when the last try is made.
    fn within(&self, waited: f64) -> f64 {
        if self.lasts.survival(waited * (1.0 - JITTER)) <= 0.0 {
            return 0.0;
        }
        f64::max(self.lasts.mean_ms() - self.shorter_than_waits(waited), 0.0)
    }

    /// E(min(D, W)), for waits of this length but for jitter: what of a break is healed.
    fn shorter_than_waits(&self, waited: f64) -> f64 {
        let (short, long) = (waited * (1.0 - JITTER), waited * (1.0 + JITTER));
        let longer = |x: f64| if x < short { 1.0 } else { (long - x) / (long - short) };
        let both = |x: f64| self.lasts.survival(x) * longer(x);
        let (mut sum, mut from, mut to) = (0.0, 0.0, self.lasts.mean_ms() / 8.0);
        while from < long && self.lasts.survival(from) > NEVER && to > from {
            let border = if from < short { short } else { long };
            let end = f64::min(to, border);
            let step = (end - from) / f64::from(STEPS);
            sum += (0..STEPS).map(|at| both(from + (f64::from(at) + 0.5) * step)).sum::<f64>() * step;
            if end == to {
                to *= 2.0;
            }
            from = end;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use zonefall_engine::{Key, Shape};

    const DAY: f64 = 86_400_000.0;

    fn blips(fails: f64) -> Blips {
        let ms = SimDuration::from_ms;
        let lasts = Law::new(Shape::Uniform(500.0, 3000.0), None).unwrap();
        Blips { every: ms(DAY as u64), lasts, fails, waits: [ms(0), ms(1000)] }
    }

    fn retry(tries: u32) -> Retry {
        Retry { tries, wasted: 1.0, breaker: None, budget: None, faults: 0.0 }
    }

    fn near(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-6, "{found}, not {expected}");
    }

    #[test]
    fn tf_03_a_blip_a_day_of_half_a_second_to_three_costs_two_in_100_000_and_less_with_tries() {
        let once = blips(1.0).lost(None);
        near(once.share, 1750.0 / DAY);
        near(once.tried_once, once.share);
        // A second try at once is as lost as the first.
        near(blips(1.0).lost(Some(&retry(2))).share, 1750.0 / DAY);
        // A third after 0.75 to 1.25 s: the mean of (3 − w)² / 5 over that is 0.804167 s.
        near(blips(1.0).lost(Some(&retry(3))).share, 804.166_667 / DAY);
        // A fourth after three times as long, 2.25 to 3.75 s: the cube of 0.75 over 15, over 1.5.
        near(blips(1.0).lost(Some(&retry(4))).share, 18.75 / DAY);
        // After 5.25 s all is over.
        assert_eq!(blips(1.0).lost(Some(&retry(5))).share, 0.0);
    }

    #[test]
    fn tf_03_a_part_of_the_attempts_a_breaker_and_a_budget() {
        // A fifth fails: three tries within the blip fail in one of 125.
        near(blips(0.2).lost(Some(&retry(3))).share, 0.008 * 804.166_667 / DAY);
        // The breaker opens at half of them.
        let breaker = |fails: f64| blips(fails).lost(Some(&Retry { breaker: Some(0.5), ..retry(3) }));
        assert!(breaker(0.5).breaker_opens && !breaker(0.49).breaker_opens);
        near(breaker(0.5).share, 0.5 * 1750.0 / DAY);
        near(breaker(0.4).share, 0.064 * 804.166_667 / DAY);
        // Tries again for a tenth of what comes, where two of each would be made.
        let budget = blips(1.0).lost(Some(&Retry { budget: Some(0.1), ..retry(3) }));
        near(budget.share, (0.05 * 804.166_667 + 0.95 * 1750.0) / DAY);
        // Nobody is in the break any more when a second try would come: one of each is made, not two.
        let late = Blips { waits: [SimDuration::from_ms(5000); 2], ..blips(1.0) };
        near(late.lost(Some(&Retry { budget: Some(0.5), ..retry(3) })).share, 0.5 * 1750.0 / DAY);
    }

    /// Requests one by one, in breaks of drawn lengths, with drawn waits and attempts.
    #[test]
    fn tf_03_the_closed_form_is_what_requests_one_by_one_come_to() {
        let mut stream = Key::root(3).stream();
        for (fails, tries) in [(1.0, 3), (0.6, 3), (0.8, 4), (1.0, 1)] {
            let of = blips(fails);
            let (mut lost, mut squares, breaks, each) = (0.0, 0.0, 20_000_u32, 20_u32);
            for _ in 0..breaks {
                let length = of.lasts.draw_ms(&mut stream);
                let mut mine = 0.0;
                for _ in 0..each {
                    let ahead = stream.unit() * length;
                    let jitter = 0.75 + 0.5 * stream.unit();
                    let (mut at, mut wait, mut served) = (0.0, 1000.0, false);
                    for attempt in 0..tries {
                        if attempt >= 2 {
                            at += wait * jitter;
                            wait *= 2.0;
                        }
                        served |= at > ahead || stream.unit() >= fails;
                    }
                    mine += if served { 0.0 } else { length / f64::from(each) };
                }
                (lost, squares) = (lost + mine, squares + mine * mine);
            }
            let (mean, of_squares) = (lost / f64::from(breaks), squares / f64::from(breaks));
            let error = libm::sqrt((of_squares - mean * mean) / f64::from(breaks));
            let expected = of.lost(Some(&retry(tries))).share * DAY;
            assert!((mean - expected).abs() < 4.0 * error, "{mean} ± {error}, not {expected}");
        }
    }
}
