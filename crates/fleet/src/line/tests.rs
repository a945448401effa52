use super::*;
use std::cell::Cell;

thread_local! {
    static LOOKED_AT: Cell<u64> = const { Cell::new(0) };
}

/// A stretch, or a piece that a front goes over.
pub(super) fn looks_at_one_more() {
    LOOKED_AT.set(LOOKED_AT.get() + 1);
}

/// The same, a millisecond at a time.
struct Slow {
    came: Vec<i128>,
    left: Vec<i128>,
}

impl Slow {
    /// Served and given up.
    fn tick(&mut self, rates: Rates, patience: i64) -> (i128, i128) {
        let now = self.came.last().copied().unwrap_or(0) + i128::from(rates.reach);
        self.came.push(now);
        let before = self.came.len() as i64 - 1 - patience;
        let gone_by = usize::try_from(before).map_or(0, |before| self.came[before]);
        let left = self.left[self.left.len() - 1];
        let served = i128::from(rates.capacity).min(now - left);
        let gone = (gone_by - left - served).max(0);
        self.left.push(left + served + gone);
        (served, gone)
    }

    /// How long who is next at `t` has waited.
    fn waited(&self, t: usize) -> i64 {
        let left = self.left[t];
        let next = self.came.partition_point(|&came| came <= left);
        if left >= self.came[t] {
            return 0;
        }
        let arrival = if self.came[next - 1] == left { next - 1 } else { next };
        (t - arrival) as i64
    }
}

fn line(patience: i64, in_time: Option<u64>) -> Line {
    let most = SimDuration::from_ms(patience as u64);
    Line::new(Patience { most, in_time: in_time.map(SimDuration::from_ms) }, (2, 1))
}

#[test]
fn what_is_solved_for_is_what_a_walk_over_all_milliseconds_finds() {
    let mut state = 7u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let (mut waited, mut gave_up, mut stretches, mut late) = (0, 0, 0, 0);
    for case in 0..400 {
        let patience = 1 + next(300) as i64;
        let mut fast = line(patience, (next(2) > 0).then(|| next(patience as u64)));
        let mut slow = Slow { came: vec![0], left: vec![0] };
        let mut ledger = Ledger::default();
        let mut at = 0;
        for _ in 0..1 + next(12) {
            let rates = Rates { reach: next(8) * 1000, capacity: next(8) * 900 };
            let end = at + 1 + next(400);
            let (mut served, mut gone) = (0, 0);
            for _ in at..end {
                let (now, lost) = slow.tick(rates, patience);
                (served, gone) = (served + now, gone + lost);
            }
            let told = fast.changes(SimTime::from_ms(at), rates, SimTime::from_ms(end));
            let before = fast.stands(SimTime::from_ms(at), rates);
            while at < end {
                let (from, to) = (SimTime::from_ms(at), SimTime::from_ms(end));
                let stretch = fast.live(from, to, (rates, &[0, 0]), Some(&mut ledger));
                (served, gone) = (served - stretch.served, gone - stretch.gone);
                if stretch.waits && stretch.served > 0 {
                    let of = |t: u64| slow.waited(t as usize).min(patience);
                    assert_eq!(stretch.waited, (of(at), of(stretch.until as u64)), "case {case} from {at}");
                }
                at = stretch.until as u64;
                stretches += 1;
                let (stands, waited) = (fast.stands(SimTime::from_ms(at), rates), slow.waited(at as usize));
                if let Some(most) = fast.in_time.filter(|&most| waited != most) {
                    assert!(stands.is_late == (waited > most) || stands.gives_up > 0, "case {case} at {at}");
                    late += usize::from(stands.is_late);
                }
                if at < end && SimTime::from_ms(at) < told {
                    assert_eq!(fast.stands(SimTime::from_ms(at), rates), before, "case {case} at {at}");
                }
            }
            assert_eq!((served, gone), (0, 0), "case {case} up to {end}");
        }
        waited += ledger.waited.len();
        gave_up += usize::from(ledger.gave_up > 0);
        assert!(ledger.waited.iter().all(|of| of.from_ms.max(of.to_ms) <= patience && of.requests > 0));
    }
    assert!(waited > 1000 && gave_up > 100 && late > 100, "{waited} {gave_up} {stretches} {late}");
}

#[test]
fn a_line_is_told_without_doubt_if_it_is_long_against_what_chance_makes() {
    // 15 come and 10 are served a second: 5 T against the root of 25 T, which is 20 deviations from T = 400 s on.
    let sure = |seconds: u64| {
        let (mut line, mut ledger) = (line(1_000_000, None), Ledger::default());
        let peak = Rates { reach: 15_000, capacity: 10_000 };
        let end = SimTime::from_ms(seconds * 1000);
        line.live(SimTime::ZERO, end, (peak, &[0, 0]), Some(&mut ledger));
        line.close(&mut ledger);
        ledger.waited[0].sure
    };
    assert!(sure(401) && !sure(399));
}

/// What is looked at where the demand has so many steps of ten seconds, about as much as is served, and clients wait for half of it;
/// and the largest number of pieces that are remembered.
fn work_of(steps: u64) -> (u64, usize) {
    let mut line = line(steps as i64 * 5_000, Some(60_000));
    let (mut at, mut most, mut state) = (0, 0, 3_u64);
    LOOKED_AT.set(0);
    for step in 0..steps {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let rates = Rates { reach: 900_000 + (state >> 33) % 400_000, capacity: 1_000_000 };
        let end = (step + 1) * 10_000;
        while at < end {
            let (from, horizon) = (SimTime::from_ms(at), SimTime::from_ms(steps * 10_000));
            let next = line.changes(from, rates, horizon).as_ms().min(end);
            while at < next {
                let to = SimTime::from_ms(next);
                at = line.live(SimTime::from_ms(at), to, (rates, &[0, 0]), None).until as u64;
            }
            most = most.max(line.arrived.len());
        }
    }
    (LOOKED_AT.get(), most)
}

#[test]
fn a_demand_of_many_steps_costs_no_more_a_step_than_one_of_few() {
    let a_step = |steps: u64| {
        let (looked_at, most) = work_of(steps);
        assert!(most as u64 > steps / 3, "{most} pieces of {steps} steps are remembered");
        looked_at as f64 / steps as f64
    };
    let (few, many) = (a_step(1000), a_step(8000));
    assert!(many < 4.0 * AHEAD as f64 && many < 1.2 * few, "{few} and {many} a step");
}
