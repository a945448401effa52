//! Machines that start slowly, against timelines by hand.

mod tried;

use crate::support::*;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::{Effect, Mode, Recovery, Scope};
use zonefall_fleet::policy::autoscale::{
    Aggregation, Autoscale, Blind, Change, Chosen, Direction, Metric, Operator, Profile, Rule,
};
use zonefall_fleet::{Demand, Design, Latency, Limit, Need, Operation, Queue, SlowStart, Works};

const RACK: u16 = 0;
const PAUSE: u16 = 1;

/// Two racks of one machine each, of 1 req/s, which serves 40 % for its first ten minutes; all of 2 req/s are needed.
fn web() -> Design {
    let mut web = design(&[1], 2, 2);
    web.sets[0].warm_up = constant(2 * MINUTE);
    web.sets[0].slow_start = Some(SlowStart { capacity_milli: 400, time: constant(10 * MINUTE) });
    web.demand = Some(Demand::constant(2000));
    web.need = Need::Served(1, 1);
    web
}

fn script(outages: &[Scripted]) -> Script {
    let restart = Mode { recovery: Recovery::Boot, ..mode("rack", Scope::Rack) };
    let pause = Mode { effect: Effect::Frozen, ..mode("pause", Scope::Rack) };
    Script::new(topology(1, 2, 1), vec![restart, pause], DAY).outages(outages)
}

fn lost(full: u64, part: u64) -> i128 {
    i128::from(DAY * 2000 - full * 1000 - part * 600)
}

#[test]
fn a_machine_that_has_started_serves_a_part_until_it_is_warm() {
    let one = [(RACK, 0, 1, 6 * HOUR, 7 * HOUR)];
    let ledger = script(&one).play(web());
    assert_eq!(ledger.served, lost(62 * MINUTE, 10 * MINUTE));
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[RACK as usize]), (72 * MINUTE, 72 * MINUTE));
    assert_eq!((ledger.classes.degraded, ledger.classes.starting), (10 * i128::from(MINUTE), 2 * i128::from(MINUTE)));
    // Two edges, ready, warm.
    assert_eq!(ledger.events, 4);
    // It serves, and counts.
    let counted = Design { need: Need::Serving(2), ..web() };
    assert_eq!(script(&one).play(counted).missed_ms, 62 * MINUTE);
    // What serves all of its demand as it is misses nothing.
    let enough = Design { demand: Some(Demand::constant(1400)), ..web() };
    assert_eq!(script(&one).play(enough).missed_ms, 62 * MINUTE);
}

#[test]
fn only_time_in_rotation_warms_and_a_new_start_begins_anew() {
    // Warm after ten minutes of serving: from 7:02 to 7:05 and, after a pause of half an hour, from 7:35 to 7:42.
    let paused = [(RACK, 0, 1, 6 * HOUR, 7 * HOUR), (PAUSE, 0, 1, 7 * HOUR + 5 * MINUTE, 7 * HOUR + 35 * MINUTE)];
    let ledger = script(&paused).play(web());
    assert_eq!(ledger.served, lost(92 * MINUTE, 10 * MINUTE));
    // The pause is charged with what it withholds, and with what is still cold after it: it took the machine out last.
    assert_eq!(ledger.missed_by_cause_ms[PAUSE as usize], 37 * MINUTE);
    assert_eq!(ledger.missed_ms, 102 * MINUTE);
    let twice = [(RACK, 0, 1, 6 * HOUR, 7 * HOUR), (RACK, 0, 1, 7 * HOUR + 5 * MINUTE, 7 * HOUR + 35 * MINUTE)];
    assert_eq!(script(&twice).play(web()).served, lost(62 * MINUTE + 32 * MINUTE, 3 * MINUTE + 10 * MINUTE));
    // A pause of a warm machine leaves it warm.
    let warm = [(PAUSE, 0, 1, 6 * HOUR, 7 * HOUR)];
    assert_eq!(script(&warm).play(web()).served, lost(HOUR, 0));
}

#[test]
fn what_slows_a_cold_machine_more_hides_the_slow_start_and_is_charged() {
    let mut slow = mode("slow", Scope::Rack);
    slow.effect = Effect::Degraded(100);
    let mut script = script(&[(RACK, 0, 1, 6 * HOUR, 7 * HOUR), (1, 0, 1, 7 * HOUR, 7 * HOUR + 5 * MINUTE)]);
    script.modes[1] = slow;
    let ledger = script.play(web());
    // 10 % from 7:02 to 7:05, 40 % until 7:12.
    assert_eq!(ledger.served, lost(62 * MINUTE, 7 * MINUTE) - i128::from(3 * MINUTE * 900));
    assert_eq!(ledger.missed_by_cause_ms[1], 3 * MINUTE);
}

#[test]
fn times_of_responses_tell_a_cold_machine_from_a_whole_one() {
    let mut web = web();
    web.need = Need::Served(0, 1);
    web.service.latency = Some(Latency { parallelism: 1, queue: Queue::Shared, serves_milli: 1000, limit: None });
    let ledger = script(&[(RACK, 0, 1, 6 * HOUR, 7 * HOUR)]).play(web);
    let held = |machines: u32, cold: u32| {
        let of =
            ledger.states.iter().filter(move |of| (of.state.machines, of.state.slow[0].machines) == (machines, cold));
        of.map(|of| (of.state.slow[0].lacks, of.held)).collect::<Vec<_>>()
    };
    assert_eq!(held(2, 1), [(600, SimDuration::from_ms(10 * MINUTE))]);
    assert_eq!(held(1, 0), [(0, SimDuration::from_ms(62 * MINUTE))]);
}

/// How long answers are late where so many machines of 1 req/s share so much, with an outage of one from 6:00 to 7:00 and at 40 % or
/// so for the ten minutes that follow; up to so much a machine is in time, by the table for whole ones.
fn late_ms(machines: u32, cold_milli: u32, demand: u64, (evenly, within_s, queue): (bool, u64, Queue)) -> (u64, u64) {
    let mut timed = Design { need: Need::Served(0, 1), demand: Some(Demand::constant(demand)), ..web() };
    timed.sets = design(&[1], machines, machines).sets;
    timed.sets[0].slow_start = Some(SlowStart { capacity_milli: cold_milli, time: constant(10 * MINUTE) });
    timed.service.spreads_evenly = evenly;
    let admits_milli = (0..=u64::from(machines)).map(|machines| machines * 700).collect();
    let limit = Some(Limit { within: std::time::Duration::from_secs(within_s), admits_milli });
    timed.service.latency = Some(Latency { parallelism: 1, queue, serves_milli: 1000, limit });
    let restart = Mode { recovery: Recovery::Boot, ..mode("rack", Scope::Rack) };
    let out = (RACK, 0, 1, 6 * HOUR, 6 * HOUR + MINUTE);
    let ledger = Script::new(topology(1, machines, 1), vec![restart], DAY).outages(&[out]).play(timed);
    (ledger.missed_ms, ledger.missed_by_cause_ms[RACK as usize])
}

#[test]
fn a_machine_that_is_hardly_slower_is_no_less_than_one() {
    // Two at 0.6 of 1 req/s: 0.4 left, exp(-0.4 · 10) is 0.018. One alone for a minute does not serve 1.2 req/s.
    for (evenly, queue) in [(false, Queue::Each), (true, Queue::Each), (false, Queue::Shared)] {
        assert_eq!(late_ms(2, 999, 1200, (evenly, 10, queue)), (MINUTE, MINUTE), "{evenly} {queue:?}");
    }
}

#[test]
fn a_cold_machine_that_gets_as_much_as_the_others_answers_late() {
    // Four machines, 2 req/s: 0.5 each. At 60 % 0.1 is left of the cold one, and a quarter of exp(-0.1 · 10) is 0.092.
    assert_eq!(late_ms(4, 600, 2000, (true, 10, Queue::Each)), (10 * MINUTE, 10 * MINUTE));
    // By capacity it gets 0.333 of 0.6: 0.267 left, and a sixth of exp(-2.67) is 0.012, with 0.444 left of the others 0.022 in all.
    assert_eq!(late_ms(4, 600, 2000, (false, 10, Queue::Each)), (0, 0));
    // 0.525 against 0.5 each is more than it can: a quarter of all answers never comes in time.
    assert_eq!(late_ms(4, 500, 2100, (true, 600, Queue::Each)), (10 * MINUTE, 10 * MINUTE));
}

/// Four machines, 2 req/s: 50 % of each. A look a minute at the last CPU.
fn scaled(threshold_micro: i64) -> Design {
    let rule = Rule {
        metric: Metric::Cpu,
        aggregation: Aggregation::Last,
        window: SimDuration::from_ms(5 * MINUTE),
        grain: SimDuration::ZERO,
        operator: Operator::AtLeast,
        threshold_micro,
        direction: Direction::Out,
        change: Change::Count(1),
        cooldown: SimDuration::from_ms(7 * DAY),
    };
    let profile = Profile { name: "default".into(), minimum: 4, maximum: 5, default: 4, rules: vec![rule] };
    let autoscale = Autoscale {
        tick: SimDuration::from_ms(MINUTE),
        phase: Some(SimDuration::ZERO),
        metric_delay: SimDuration::ZERO,
        shared_cooldown: true,
        blind: Blind { deletes: SimDuration::ZERO, capacity: SimDuration::ZERO },
        profiles: vec![profile],
        schedule: vec![(SimTime::ZERO, 0)],
        series: vec![],
        look_ahead: None,
        chosen: Chosen::default(),
        disabled: Vec::new(),
    };
    let mut scaled = managed(design(&[1], 4, 1), |set| set.autoscale = Some(Box::new(autoscale)));
    scaled.sets[0].slow_start = Some(SlowStart { capacity_milli: 400, time: constant(10 * MINUTE) });
    scaled.demand = Some(Demand::constant(2000));
    scaled.service.spreads_evenly = true;
    scaled
}

#[test]
fn as_08_a_machine_that_is_not_warm_is_busier_and_autoscale_sees_it() {
    // While one is out three are at 66.7 %; back, it gets 500 of its 400 and is full: (3 · 50 + 100) / 4 = 62.5 %.
    let outs = |length: u64, threshold: i64| {
        let restart = Mode { recovery: Recovery::Boot, ..mode("guest", Scope::Instance) };
        let out = [(0, 0, HOUR + SECOND, HOUR + SECOND + length)];
        let ledger = Script::new(topology(1, 8, 1), vec![restart], DAY).units(&out).play(scaled(threshold));
        assert!(ledger.events < 20, "nothing ticks: {}", ledger.events);
        count(&ledger, Operation::AutoscaleOuts)
    };
    assert_eq!([outs(HOUR, 66_600_000), outs(HOUR, 66_700_000)], [1, 0]);
    // Out between two looks, it is only seen to be cold.
    assert_eq!([outs(SECOND, 62_500_000), outs(SECOND, 62_500_001)], [1, 0]);
}

#[test]
fn as_08_where_requests_go_where_there_is_room_all_are_as_busy_as_each_other() {
    // Three warm and one that serves 40 %: 2 of 3.4 are 58.8 %.
    let outs = |threshold: i64| {
        let mut scaled = scaled(threshold);
        scaled.service.spreads_evenly = false;
        let restart = Mode { recovery: Recovery::Boot, ..mode("guest", Scope::Instance) };
        let out = [(0, 0, HOUR + SECOND, HOUR + 2 * SECOND)];
        let ledger = Script::new(topology(1, 8, 1), vec![restart], DAY).units(&out).play(scaled);
        count(&ledger, Operation::AutoscaleOuts)
    };
    assert_eq!([outs(58_800_000), outs(58_900_000)], [1, 0]);
}

#[test]
fn what_is_too_much_for_a_cold_machine_is_not_served_by_others_where_all_get_the_same() {
    // Three racks of one machine each, 2 req/s: 667 each. The cold one serves 400 of them for ten minutes, though the others
    // could do 333 more each.
    let three = |spreads_evenly: bool| {
        let mut three = Design { need: Need::Served(99, 100), ..web() };
        three.sets = design(&[1], 3, 3).sets;
        three.sets[0].warm_up = constant(2 * MINUTE);
        three.sets[0].slow_start = Some(SlowStart { capacity_milli: 400, time: constant(10 * MINUTE) });
        three.service.spreads_evenly = spreads_evenly;
        three
    };
    let restart = Mode { recovery: Recovery::Boot, ..mode("rack", Scope::Rack) };
    let script = || {
        let out = (RACK, 0, 1, 6 * HOUR, 7 * HOUR);
        Script::new(topology(1, 3, 1), vec![restart.clone()], DAY).outages(&[out])
    };
    let pooled = script().play(three(false));
    assert_eq!((pooled.missed_ms, pooled.offered - pooled.served), (0, 0));
    let evenly = script().play(three(true));
    // 2,000 · 2/3 is 1,333, and the 400 of the cold one.
    assert_eq!(evenly.offered - evenly.served, i128::from(10 * MINUTE * (2000 - 1733)));
    // The outage is to blame that made it cold, not an overload.
    assert_eq!((evenly.missed_ms, evenly.missed_by_cause_ms[RACK as usize]), (10 * MINUTE, 10 * MINUTE));
    // While it overflows its answers wait for ever, whatever the capacity of all together is; those of the others do not.
    let timed = |evenly| {
        let mut timed = Design { need: Need::Served(0, 1), ..three(evenly) };
        timed.service.latency = Some(Latency { parallelism: 1, queue: Queue::Each, serves_milli: 1000, limit: None });
        let ledger = script().play(timed);
        let works = Works { parallelism: 1, queue: Queue::Each, serves_milli: 1000 };
        let cold = ledger.states.iter().find(|of| !of.state.is_whole()).unwrap();
        assert_eq!(cold.held.as_ms(), 10 * MINUTE);
        let kinds = works.kinds(&cold.state);
        kinds.as_slice().iter().map(|of| (of.milli, of.of_milli, of.queued.spare_milli)).collect::<Vec<_>>()
    };
    assert_eq!(timed(true), [(400, 1733, 0), (1333, 1733, 667)]);
    assert_eq!(timed(false), [(333, 1999, 67), (1666, 1999, 334)]);
    // At full load nobody has room, and both are the same.
    let full = |evenly| script().play(Design { demand: Some(Demand::constant(3000)), ..three(evenly) });
    assert_eq!((full(true).served, full(true).missed_ms), (full(false).served, full(false).missed_ms));
}

#[test]
fn a_machine_that_is_made_starts_slowly_too() {
    let mut grows = managed(design(&[1], 2, 2), |set| {
        set.changes = vec![at(HOUR, zonefall_fleet::management::Action::Capacity(3))];
    });
    grows.sets[0].slow_start = Some(SlowStart { capacity_milli: 250, time: constant(20 * MINUTE) });
    grows.demand = Some(Demand::constant(3000));
    grows.need = Need::Served(1, 1);
    let ledger = Script::new(topology(1, 8, 1), vec![mode("rack", Scope::Rack)], 3 * HOUR).play(grows);
    let made = HOUR + 75 * SECOND;
    let served = 3 * HOUR * 2000 + 20 * MINUTE * 250 + (3 * HOUR - made - 20 * MINUTE) * 1000;
    assert_eq!(ledger.served, i128::from(served));
    assert_eq!(ledger.missed_ms, made + 20 * MINUTE);
}
