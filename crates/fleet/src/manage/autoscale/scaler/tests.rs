//! Plans against a walk over all looks.

use super::*;
use crate::policy::autoscale::{
    Aggregation, Blind, Change, Chosen, Decision, Metric, Operator, Rounding, Rule, View, decide,
};

const MINUTE: u64 = 60_000;
const WEEK: u64 = 7 * 24 * 60 * MINUTE;
const MICRO: i64 = 1_000_000;

/// Numbers that look like chance.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    fn rule(&mut self) -> Rule {
        let direction = self.of(&[Direction::Out, Direction::In]);
        let operators = match direction {
            Direction::Out => [Operator::Above, Operator::AtLeast],
            Direction::In => [Operator::Below, Operator::AtMost],
        };
        let metric = self.of(&[
            Metric::Cpu,
            Metric::Cpu,
            Metric::Requests { per_instance: true },
            Metric::Requests { per_instance: false },
            Metric::Memory { at_rest: 30 * MICRO, at_full: 90 * MICRO },
            Metric::Series { which: 0, per_instance: true },
            Metric::Series { which: 0, per_instance: false },
        ]);
        let mut aggregations =
            vec![Aggregation::Average, Aggregation::Minimum, Aggregation::Maximum, Aggregation::Last];
        if !matches!(metric, Metric::Cpu | Metric::Memory { .. }) {
            aggregations.push(Aggregation::Total);
        }
        let threshold = if direction == Direction::Out { 40 + 10 * self.below(6) } else { 10 * self.below(6) };
        Rule {
            metric,
            aggregation: self.of(&aggregations),
            window: SimDuration::from_ms((1 + self.below(10)) * MINUTE),
            grain: self.of(&[SimDuration::ZERO, SimDuration::from_ms(MINUTE)]),
            operator: self.of(&operators),
            threshold_micro: threshold as i64 * MICRO,
            direction,
            change: self.of(&[Change::Count(1), Change::Count(3), Change::Percent(30, Rounding::Up), Change::Exact(4)]),
            cooldown: SimDuration::ZERO,
        }
    }

    fn scaled(&mut self) -> (Scaled, Profile, SimTime) {
        let (minimum, maximum) = (1 + self.below(3) as u32, 4 + self.below(5) as u32);
        let rules = (0..1 + self.below(4)).map(|_| self.rule()).collect();
        let default = minimum + self.below(4) as u32;
        let profile = Profile { name: String::new(), minimum, maximum, default, rules };
        let mut history = History::new(SimDuration::from_ms(11 * MINUTE), SimDuration::from_ms(45_000));
        let mut at = 0;
        let mut serving = 0;
        for piece in 0..=self.below(5) {
            at += if piece == 0 { 0 } else { 1 + self.below(6 * MINUTE) };
            serving = self.below(5) as u32;
            let cpu = (serving > 0).then(|| 10 * self.below(11) as i64 * MICRO);
            let series = [10 * self.below(40) as i64 * MICRO, 0, 0, 0];
            history.record(SimTime::from_ms(at), cpu, 10 * self.below(40) as i64 * MICRO, series);
        }
        let now = SimTime::from_ms(at + self.below(2 * MINUTE));
        // Half of them foresee: a week ago and two, around the same minutes.
        let forecast = (self.below(2) > 0).then(|| {
            let mut forecast = Forecast::new(SimDuration::from_ms(WEEK));
            let mut from = 0;
            for _ in 0..=self.below(6) {
                let total = (self.below(8) > 0).then(|| 30 * self.below(20) as i64 * MICRO);
                forecast.record(SimTime::from_ms(from), total);
                from += 1 + self.below(9 * MINUTE);
            }
            forecast
        });
        let cool = |dice: &mut Self| SimTime::from_ms(at + dice.below(3) * 7 * MINUTE);
        let (out_from, in_from) = (cool(self), cool(self));
        let scaled = Scaled {
            set: 0,
            history,
            forecast,
            tides: Vec::new(),
            series: [0; SERIES_MAX],
            series_moved: false,
            grid: Grid { phase_ms: self.below(MINUTE), tick: SimDuration::from_ms(MINUTE) },
            at: 0,
            due: SimTime::NEVER,
            looked: None,
            out_from,
            in_from,
            limits_wait: false,
            again_from: SimTime::ZERO,
            seen: Seen { serving, capacity: self.below(10) as u32, ..Seen::default() },
            blind_until: SimTime::ZERO,
            believed: 0,
            waits_for_balance: false,
            has_courses: false,
            courses: Courses::default(),
            held_back: self.below(2) > 0,
            lacks_data: self.below(2) > 0,
        };
        (scaled, profile, now)
    }
}

fn decided(scaled: &Scaled, profile: &Profile, t: SimTime) -> Decision {
    let readings: Vec<Reading> = profile.rules.iter().map(|rule| scaled.history.reading(rule, t)).collect();
    let (may_out, may_in) = (t >= scaled.out_from, t >= scaled.in_from);
    let foreseen = scaled.foreseen(t);
    decide(&View {
        capacity: scaled.seen.capacity,
        profile,
        readings: &readings,
        foreseen,
        may_out,
        may_in,
        chosen: Chosen::default(),
    })
}

#[test]
fn as_02_no_look_is_left_out_that_would_have_come_to_something() {
    let mut dice = Dice(3);
    let (mut acted, mut never) = (0, 0);
    for case in 0..20_000 {
        let (mut scaled, profile, now) = dice.scaled();
        let known = scaled.held_back;
        let planned = scaled.plan(&profile, now);
        let mut t = scaled.grid.at_or_after(now);
        let found = (0..60).find_map(|_| {
            let here = t;
            t = t.after(scaled.grid.tick);
            match decided(&scaled, &profile, here) {
                Decision::Stay => None,
                // Held back already: it is counted once, and nothing comes of it.
                Decision::Flapping if known => None,
                decision => Some((here, decision)),
            }
        });
        let cooled = scaled.grid.at_or_after(scaled.out_from.min(scaled.in_from));
        match found {
            Some((at, decision)) => {
                assert!(planned <= at, "case {case}: {decision:?} at {at:?}, planned {planned:?}\n{profile:?}");
                acted += 1;
                assert!(planned == at || planned == cooled || known, "case {case}: {at:?} {planned:?} {decision:?}");
            }
            None => {
                never += 1;
                assert!(planned >= t || planned == cooled || known, "case {case}: {planned:?}");
            }
        }
    }
    assert!(acted > 5000 && never > 3000, "{acted} {never}");
}

#[test]
fn as_11_a_cooldown_holds_for_both_directions_or_for_each_its_own() {
    let mut setting = Autoscale {
        tick: SimDuration::from_ms(MINUTE),
        phase: None,
        metric_delay: SimDuration::ZERO,
        shared_cooldown: true,
        blind: Blind { deletes: SimDuration::ZERO, capacity: SimDuration::ZERO },
        profiles: vec![],
        schedule: vec![],
        series: vec![],
        look_ahead: None,
        chosen: Chosen::default(),
        disabled: Vec::new(),
    };
    let (mut scaled, ..) = Dice(1).scaled();
    let hour = |minutes: u64| SimTime::from_ms(minutes * MINUTE);
    // In at 13:00 with a cooldown of 40 minutes: the spike of 13:20 is answered at 13:40.
    scaled.cools(&setting, Direction::In, SimDuration::from_ms(40 * MINUTE), hour(13 * 60));
    assert_eq!((scaled.out_from, scaled.in_from), (hour(13 * 60 + 40), hour(13 * 60 + 40)));
    setting.shared_cooldown = false;
    scaled.cools(&setting, Direction::Out, SimDuration::from_ms(60 * MINUTE), hour(13 * 60 + 40));
    assert_eq!((scaled.out_from, scaled.in_from), (hour(14 * 60 + 40), hour(13 * 60 + 40)));
}
