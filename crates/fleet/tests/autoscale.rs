//! Autoscale against timelines by hand: what it asks for, when, and what comes of it.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "autoscale/refill.rs"]
mod refill;
mod support;
use std::sync::Arc;
use support::*;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::Scope;
use zonefall_fleet::management::*;
use zonefall_fleet::policy::autoscale::{
    Aggregation, Autoscale, Blind, Change as By, Chosen, Direction, Metric, Operator, Profile, Rounding, Rule,
};
use zonefall_fleet::policy::gateway::Gateway;
use zonefall_fleet::policy::retry::Retry;
use zonefall_fleet::*;
use zonefall_topology::ZoneId;

fn ms(ms: u64) -> SimDuration {
    SimDuration::from_ms(ms)
}

fn cpu(direction: Direction, percent: u64, by: u32) -> Rule {
    Rule {
        metric: Metric::Cpu,
        aggregation: Aggregation::Last,
        window: ms(5 * MINUTE),
        grain: SimDuration::ZERO,
        operator: if direction == Direction::Out { Operator::Above } else { Operator::Below },
        threshold_micro: percent as i64 * 1_000_000,
        direction,
        change: By::Count(by),
        cooldown: ms(5 * MINUTE),
    }
}

fn profile(minimum: u32, maximum: u32, rules: Vec<Rule>) -> Profile {
    Profile { name: "default".into(), minimum, maximum, default: minimum, rules }
}

fn setting(profiles: Vec<Profile>) -> Autoscale {
    Autoscale {
        tick: ms(MINUTE),
        phase: Some(SimDuration::ZERO),
        metric_delay: SimDuration::ZERO,
        shared_cooldown: true,
        blind: Blind { deletes: ms(2 * HOUR), capacity: ms(HOUR) },
        profiles,
        schedule: vec![(SimTime::ZERO, 0)],
        series: vec![],
        look_ahead: None,
        chosen: Chosen::default(),
        disabled: Vec::new(),
    }
}

fn usual() -> Autoscale {
    setting(vec![profile(2, 12, vec![cpu(Direction::Out, 70, 2), cpu(Direction::In, 30, 2)])])
}

fn course(first: u64, steps: &[(u64, u64)]) -> Demand {
    let step = |&(from, per_second_milli): &(u64, u64)| Step { from: SimTime::from_ms(from), per_second_milli };
    Demand::course(first, steps.iter().map(step).collect(), None)
}

/// Machines of one request a second each, made in two minutes and gone at once.
fn web(zones: &[u32], capacity: u32, demand: Demand, autoscale: Autoscale) -> Design {
    let mut web = managed(design(zones, capacity, 1), |management| {
        management.creation.time = constant(2 * MINUTE);
        management.deletion.time = constant(0);
        management.autoscale = Some(Box::new(autoscale));
    });
    web.demand = Some(demand);
    web.need = Need::Served(1, 1);
    web
}

/// Two sets that scale, in a zone each, which share all clients; that one is out is seen two and a half minutes later.
fn active_active(demand: Demand) -> Design {
    let mut design = web(&[1, 2], 8, demand, usual());
    let set = |zone: u32| ScaleSet { name: format!("set{zone}"), zones: vec![ZoneId(zone)], ..design.sets[0].clone() };
    design.sets = vec![set(0), set(1)];
    let node = |name: &str, part| Node { name: name.into(), part, promise: None };
    let nodes = vec![
        node("east", Part::Sets(vec![0], Least::Served(99, 100))),
        node("west", Part::Sets(vec![1], Least::Served(99, 100))),
        node("site", Part::Group { parts: vec![0, 1], least: 1 }),
    ];
    let failover = Failover {
        node: 2,
        pattern: Pattern::ActiveActive { weights: vec![1, 1] },
        sight: Sight::Laws { out: constant(150 * SECOND), back: constant(0) },
        spread: SimDuration::ZERO,
        clients_least: ALL_CLIENTS,
    };
    design.need = Need::Parts(Arc::new(Structure { nodes, failovers: vec![failover] }));
    design
}

fn script(horizon: u64) -> Script {
    Script::new(topology(3, 2, 20), vec![mode("zone", Scope::Zone)], horizon)
}

#[test]
fn as_02_as_11_the_step_load_of_the_oracle() {
    // 200 a second, 900 from 10 min on, 150 from 60 min on, with machines of 100: here in tenths.
    let demand = course(2000, &[(10 * MINUTE, 9000), (60 * MINUTE, 1500)]);
    let ledger = script(2 * HOUR).play(web(&[1], 3, demand, usual()));
    assert_eq!(ledger.served * 1000 / ledger.offered, 925);
    assert_eq!(ledger.machine_ms, 51_000 * 1000);
    assert_eq!((count(&ledger, Operation::AutoscaleOuts), count(&ledger, Operation::AutoscaleIns)), (5, 4));
}

#[test]
fn as_10_by_a_count_a_share_or_to_a_number_and_within_the_limits() {
    // Five machines at 80 % (out) or 20 % (in), and one action.
    let after = |direction, maximum, change| {
        let (demand, minimum) = (if direction == Direction::Out { 4000 } else { 1000 }, 2);
        let rule = Rule { change, ..cpu(direction, if direction == Direction::Out { 70 } else { 30 }, 1) };
        let set = web(&[1], 5, course(demand, &[]), setting(vec![profile(minimum, maximum, vec![rule])]));
        live(&script(4 * MINUTE), set).1.instances(0)[0]
    };
    let out = |change| after(Direction::Out, 12, change);
    let half = |rounding| By::Percent(50, rounding);
    assert_eq!([By::Count(3), half(Rounding::Up), half(Rounding::Down), By::Exact(9)].map(out), [8, 8, 7, 9]);
    assert_eq!(after(Direction::Out, 6, By::Exact(9)), 6);
    let less = |change| after(Direction::In, 12, change);
    assert_eq!([By::Count(1), half(Rounding::Down), half(Rounding::Up), By::Count(5)].map(less), [4, 3, 2, 2]);
    // At least one.
    assert_eq!((out(By::Percent(1, Rounding::Down)), less(By::Percent(1, Rounding::Down))), (6, 4));
}

#[test]
fn as_08_tf_01_a_storm_of_retries_keeps_machines_busy_and_is_scaled_out_of() {
    // Half a minute of overload between two looks; then three tries of 2,000 each fill five machines, as 40 % did before.
    let demand = course(2000, &[(10 * MINUTE + 10 * SECOND, 6000), (10 * MINUTE + 40 * SECOND, 2000)]);
    let mut storm = web(&[1], 5, demand, setting(vec![profile(5, 12, vec![cpu(Direction::Out, 70, 2)])]));
    storm.service.retry = Some(Retry { tries: 3, wasted: 1.0, breaker: None, budget: None, faults: 0.0 });
    let ledger = script(HOUR).play(storm);
    // Seen at 11:00; seven machines, from 13:00 on, serve all tries.
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::AutoscaleOuts)), (2 * MINUTE + 50 * SECOND, 1));
}

#[test]
fn as_08_dr_07_a_region_scales_by_the_clients_that_come_to_it() {
    // Five of ten requests a second are 62.5 % of eight machines; ten are too many from 1:02:30 on. Seen at 1:03, and again
    // after the cooldown at 1:08: two machines more each time, there two minutes later.
    let ledger = script(3 * HOUR).outages(&[(0, 0, 2, HOUR, 4 * HOUR)]).play(active_active(course(10_000, &[])));
    let west = 8 * 63 + 10 * 5 + 12 * 112;
    assert_eq!(ledger.machine_ms, i128::from((8 * 180 + west) * MINUTE));
    assert_eq!(ledger.missed_ms, 5 * MINUTE);
    assert_eq!(ledger.offered - ledger.served, i128::from((5000 + 2000) * 150 * SECOND));
    assert_eq!(count(&ledger, Operation::AutoscaleOuts), 2);
}

#[test]
fn as_08_dr_07_clients_who_come_back_meet_what_autoscale_has_left() {
    // What the first part needs besides its machines is out from one o'clock to 3:00:30. Its clients are gone from 1:02:30 on: two
    // machines less at 1:03, 1:08 and 1:13.
    let mut both = active_active(course(10_000, &[]));
    let Need::Parts(service) = &mut both.need else { unreachable!("a service of parts") };
    let service = Arc::make_mut(service);
    let door = Component { cause: Some("door".into()), footing: Footing::Global, ceiling: None };
    let node = |name: &str, part| Node { name: name.into(), part, promise: None };
    service.nodes.truncate(2);
    service.nodes.push(node("door", Part::Component(door)));
    service.nodes.push(node("first", Part::Group { parts: vec![0, 2], least: 2 }));
    service.nodes.push(node("site", Part::Group { parts: vec![1, 3], least: 1 }));
    service.failovers[0].node = 4;
    let modes = vec![mode("zone", Scope::Zone), mode("door", Scope::Component)];
    let script = Script::new(topology(3, 2, 20), modes, 4 * HOUR);
    let ledger = script.outages(&[(1, 0, 0, HOUR, 3 * HOUR + 30 * SECOND)]).play(both);
    // Five a second come back to two machines; two more serve at 3:03, and six at 3:08.
    let away = 5000 * 150 * SECOND + 2000 * 150 * SECOND;
    let back = 3000 * 150 * SECOND + 1000 * 300 * SECOND;
    assert_eq!(ledger.offered - ledger.served, i128::from(away + back));
    assert_eq!(ledger.outages_ms, [5 * MINUTE, 7 * MINUTE + 30 * SECOND]);
    assert_eq!((count(&ledger, Operation::AutoscaleIns), count(&ledger, Operation::AutoscaleOuts)), (3, 2 + 3));
    // What clients meet when they are back is charged to overload and to machines on their way. What the second part lacks before is
    // the first's to answer for, its machines and the door for half each, until at 1:03 two machines are on their way: for a third.
    let charged = |causes: &[usize]| causes.iter().map(|&cause| ledger.missed_by_cause_ms[cause]).sum::<u64>();
    assert_eq!([charged(&[1]), charged(&[2, 4])], [(15 + 40) * SECOND, (450 + 15 + 80) * SECOND]);
}

/// At least so many millionths of a request a second.
fn requests(threshold_micro: i64) -> Rule {
    let metric = Metric::Requests { per_instance: false };
    Rule { metric, operator: Operator::AtLeast, threshold_micro, ..cpu(Direction::Out, 0, 1) }
}

#[test]
fn as_07_ag_03_requests_that_a_gateway_turns_away_come_to_no_machine() {
    // Of nine a second a gateway lets four through for two minutes, then all: seen at 22:00, the first look with more.
    let outs = |threshold: i64, horizon: u64| {
        let rules = vec![requests(threshold)];
        let mut web = web(&[1], 10, course(4000, &[(20 * MINUTE, 9000)]), setting(vec![profile(10, 11, rules)]));
        web.service.gateway = Some(Gateway {
            instance_milli: 4000,
            least: 0,
            most: 3,
            grows_in: constant(2 * MINUTE),
            shrinks_after: ms(HOUR),
        });
        count(&script(horizon).play(web), Operation::AutoscaleOuts)
    };
    assert_eq!([outs(4_000_001, 22 * MINUTE), outs(4_000_001, 22 * MINUTE + 1), outs(9_000_001, HOUR)], [0, 1, 0]);
}

#[test]
fn as_07_a_part_that_gets_less_than_a_thousandth_of_a_request_a_second_is_seen_to() {
    // 0.001 a second between two parts: each gets 0.0005.
    let outs = |threshold: i64| {
        let mut both = active_active(Demand::constant(1));
        for set in &mut both.sets {
            let autoscale = setting(vec![profile(8, 9, vec![requests(threshold)])]);
            set.management.as_mut().unwrap().autoscale = Some(Box::new(autoscale));
        }
        count(&script(HOUR).play(both), Operation::AutoscaleOuts)
    };
    assert_eq!([outs(500), outs(501)], [2, 0]);
}

#[test]
fn as_08_machines_are_busy_as_long_as_anybody_waits_in_line() {
    // Twenty a second for twenty seconds leave 300 in line before five machines, which three a second less work off until 12:10.
    let outs = |patience: Option<u64>| {
        let demand = course(2000, &[(10 * MINUTE + 10 * SECOND, 20_000), (10 * MINUTE + 30 * SECOND, 2000)]);
        let mut web = web(&[1], 5, demand, setting(vec![profile(5, 12, vec![cpu(Direction::Out, 70, 2)])]));
        web.service.patience = patience.map(|most| Patience { most: ms(most), in_time: None });
        count(&script(HOUR).play(web), Operation::AutoscaleOuts)
    };
    assert_eq!([outs(Some(HOUR)), outs(Some(10 * SECOND)), outs(None)], [1, 0, 0]);
}

#[test]
fn nothing_ticks_events_do_not_grow_with_the_frequency_of_evaluation() {
    let events = |tick: u64| {
        let demand = course(2000, &[(10 * MINUTE, 9000), (60 * MINUTE, 1500)]);
        let often = Autoscale { tick: ms(tick), ..usual() };
        script(200 * DAY).play(web(&[1], 3, demand, often)).events
    };
    let minute = events(MINUTE);
    assert_eq!(minute, events(SECOND));
    assert_eq!(minute, events(10));
    assert!(minute < 60, "{minute}");
}

#[test]
fn ch_03_while_it_is_disabled_nothing_is_evaluated_and_then_at_once() {
    // Three are too few from 10 min on; five are all that may be.
    let machine_minutes = |disabled: &[(u64, u64)], tick: u64| {
        let at = |minute: u64| SimTime::from_ms(minute * MINUTE);
        let disabled = disabled.iter().map(|&(from, until)| (at(from), at(until))).collect();
        let rules = vec![cpu(Direction::Out, 70, 2)];
        let set = Autoscale { disabled, tick: ms(tick), ..setting(vec![profile(3, 5, rules)]) };
        let ledger = script(2 * HOUR).play(web(&[1], 3, course(2000, &[(10 * MINUTE, 9000)]), set));
        assert!(ledger.events < 12, "{}", ledger.events);
        let minutes = ledger.machine_ms / i128::from(MINUTE);
        (minutes as u64, count(&ledger, Operation::AutoscaleOuts))
    };
    // Two more from the first look on at which it is enabled.
    let from = |minute: u64| (3 * 120 + 2 * (120 - minute), 1);
    assert_eq!(machine_minutes(&[], MINUTE), from(10));
    assert_eq!(machine_minutes(&[(5, 70)], MINUTE), from(70));
    assert_eq!(machine_minutes(&[(10, 12)], MINUTE), from(12));
    assert_eq!(machine_minutes(&[(5, 9), (10, 30)], MINUTE), from(30));
    assert_eq!(machine_minutes(&[(15, 70)], MINUTE), from(10));
    // Never enabled again.
    assert_eq!(machine_minutes(&[(5, 1_000_000)], MINUTE), (3 * 120, 0));
    // Nothing ticks.
    assert_eq!(machine_minutes(&[(5, 70)], 10), from(70));
}

#[test]
fn ch_03_limits_and_profiles_wait_until_it_is_enabled_too() {
    // Eight at least from 20 to 90 min on; disabled from 10 to 60.
    let warm = Profile { name: "warm".into(), ..profile(8, 12, vec![]) };
    let schedule = vec![(SimTime::ZERO, 0), (SimTime::from_ms(20 * MINUTE), 1)];
    let disabled = vec![(SimTime::from_ms(10 * MINUTE), SimTime::from_ms(60 * MINUTE))];
    let set = Autoscale { schedule, disabled, ..setting(vec![profile(2, 6, vec![]), warm]) };
    let ledger = script(2 * HOUR).play(web(&[1], 3, course(1500, &[]), set));
    assert_eq!(ledger.machine_ms, i128::from((3 * 60 + 8 * 60) * MINUTE));
}

#[test]
fn as_03_as_05_as_21_a_profile_brings_its_limits_and_rules_at_the_next_look() {
    // Pre-warmed to eight from 2:00:30 to 4:00:00.
    let rules = vec![cpu(Direction::Out, 70, 1), cpu(Direction::In, 30, 1)];
    let warm = Profile { name: "warm".into(), ..profile(8, 12, vec![]) };
    let schedule =
        vec![(SimTime::ZERO, 0), (SimTime::from_ms(2 * HOUR + 30 * SECOND), 1), (SimTime::from_ms(4 * HOUR), 0)];
    let set = Autoscale { schedule, ..setting(vec![profile(2, 6, rules), warm]) };
    let ledger = script(5 * HOUR).play(web(&[1], 3, course(1500, &[]), set));
    // Three until 2:01, eight until 4:00, then six (the limit), and one fewer each five minutes from 4:00 on? 1.5 of six is
    // 25 %: below 30 %, so one goes each five minutes, the first when the limit has been met.
    let machine = |from: u64, to: u64, count: u64| (to - from) * count;
    let first = machine(0, 121 * MINUTE, 3) + machine(121 * MINUTE, 240 * MINUTE, 8);
    // At 4:00 to six; at 4:01 to five (30 %: no more).
    let rest = machine(240 * MINUTE, 241 * MINUTE, 6) + machine(241 * MINUTE, 300 * MINUTE, 5);
    assert_eq!(ledger.machine_ms, i128::from(first + rest));
}

#[test]
fn as_21_a_series_of_its_own_scales_a_set_whose_demand_stays() {
    // 300 players a machine are too many: 700 from 10 min on are 350 of two, then 233 of three; 2,000 from 30 min on are too
    // many for any number up to six, one more each five minutes.
    let many = Rule {
        metric: Metric::Series { which: 0, per_instance: true },
        threshold_micro: 300_000_000,
        ..cpu(Direction::Out, 0, 1)
    };
    let players = course(400_000, &[(10 * MINUTE, 700_000), (30 * MINUTE, 2_000_000)]);
    let set = Autoscale { series: vec![("players".into(), players)], ..setting(vec![profile(2, 6, vec![many])]) };
    let ledger = script(60 * MINUTE).play(web(&[1], 2, course(1000, &[]), set.clone()));
    let machine_minutes = 2 * 10 + 3 * 20 + 4 * 5 + 5 * 5 + 6 * 20;
    assert_eq!(ledger.machine_ms, i128::from(machine_minutes * MINUTE));
    assert_eq!(count(&ledger, Operation::AutoscaleOuts), 4);
    // Without a change nothing happens, however often it is evaluated.
    let quiet = Autoscale { tick: ms(10), series: vec![("players".into(), course(1, &[]))], ..set };
    assert_eq!(script(60 * MINUTE).play(web(&[1], 2, course(1000, &[]), quiet)).events, 0);
}

#[test]
fn as_19_from_the_second_week_on_machines_are_there_before_the_peak() {
    // Each week the same peak of two hours: three machines otherwise, twelve for it, made in two minutes.
    let peaks: Vec<(u64, u64)> = (0..3u64)
        .flat_map(|week| {
            let from = 7 * DAY * week + 10 * HOUR;
            [(from, 9000), (from + 2 * HOUR, 2000)]
        })
        .collect();
    let rules = |out| {
        let average = |rule: Rule| Rule { aggregation: out, ..rule };
        let twelve = Rule { change: By::Exact(12), ..average(cpu(Direction::Out, 70, 1)) };
        vec![twelve, Rule { change: By::Exact(3), ..average(cpu(Direction::In, 45, 1)) }]
    };
    let play = |aggregation, look_ahead| {
        let set = Autoscale { look_ahead, ..setting(vec![profile(3, 12, rules(aggregation))]) };
        script(15 * DAY).play(web(&[1], 3, course(2000, &peaks), set))
    };
    let minutes = |count: u64| Some(ms(count * MINUTE));
    let (surprised, foreseeing) = (play(Aggregation::Average, None), play(Aggregation::Average, minutes(10)));
    // The mean of five minutes passes 70 % a minute after the load has come; nine machines, ten minutes before it, twice.
    assert_eq!(foreseeing.machine_ms - surprised.machine_ms, i128::from(2 * 9 * 11 * MINUTE));
    assert!(foreseeing.served > surprised.served);
    assert_eq!(count(&foreseeing, Operation::AutoscaleOuts), count(&surprised, Operation::AutoscaleOuts));
    // It goes by the average only, and no earlier than it looks ahead.
    assert_eq!(play(Aggregation::Last, minutes(10)).machine_ms, play(Aggregation::Last, None).machine_ms);
    let hour = play(Aggregation::Average, minutes(60));
    assert_eq!(hour.machine_ms - foreseeing.machine_ms, i128::from(2 * 9 * 50 * MINUTE));
}

#[test]
fn as_06_memory_follows_cpu_on_a_line() {
    // 30 % at rest and 90 % at full CPU: above 72 % of memory is above 70 % of CPU, to the millisecond.
    let rule = |metric, threshold| Rule { metric, threshold_micro: threshold, ..cpu(Direction::Out, 0, 2) };
    let memory = Metric::Memory { at_rest: 30_000_000, at_full: 90_000_000 };
    let play = |rule: Rule| {
        let demand = course(2000, &[(10 * MINUTE, 9000), (60 * MINUTE, 1500)]);
        script(2 * HOUR).play(web(&[1], 3, demand, setting(vec![profile(2, 12, vec![rule])])))
    };
    let (by_cpu, by_memory) = (play(rule(Metric::Cpu, 70_000_000)), play(rule(memory, 72_000_000)));
    assert_eq!(by_cpu, by_memory);
    assert_eq!(count(&by_memory, Operation::AutoscaleOuts), 5);
}

#[test]
fn as_11_both_directions_wait_for_the_cooldown_of_the_rule_that_fired() {
    // 13:00 in (40 min), spike at 13:20, out at 13:40 (60 min): the text of 2026.
    let out = Rule { cooldown: ms(60 * MINUTE), ..cpu(Direction::Out, 70, 1) };
    let fewer = Rule { cooldown: ms(40 * MINUTE), ..cpu(Direction::In, 30, 1) };
    let demand = || course(2000, &[(13 * HOUR, 1000), (13 * HOUR + 20 * MINUTE, 3500)]);
    let set = |shared_cooldown: bool| Autoscale { shared_cooldown, ..setting(vec![profile(2, 9, vec![out, fewer])]) };
    let play = |shared| script(14 * HOUR).play(web(&[1], 4, demand(), set(shared))).machine_ms;
    let hours = |four_until: u64, again: u64| four_until * 4 + (again - four_until) * 3 + (14 * HOUR - again) * 4;
    assert_eq!(play(true), i128::from(hours(13 * HOUR, 13 * HOUR + 40 * MINUTE)));
    assert_eq!(play(false), i128::from(hours(13 * HOUR, 13 * HOUR + 20 * MINUTE)));
}

#[test]
fn as_12_as_13_a_scale_in_that_would_be_undone_is_held_back_once() {
    // 60 % of three machines are 90 % of two.
    let rules = vec![cpu(Direction::Out, 80, 1), cpu(Direction::In, 65, 1)];
    let ledger = script(DAY).play(web(&[1], 3, course(1800, &[]), setting(vec![profile(2, 9, rules)])));
    assert_eq!(ledger.machine_ms, i128::from(3 * DAY));
    assert_eq!(count(&ledger, Operation::AutoscaleHeldBack), 1);
    assert!(ledger.events < 5, "{}", ledger.events);
}

#[test]
fn as_15_as_16_without_metrics_it_goes_to_the_default() {
    // All machines that there are stop from 1:00 to 2:00: nobody reports until two more serve, at 1:02.
    let rules = || vec![cpu(Direction::Out, 70, 1), cpu(Direction::In, 45, 1)];
    let set = |default| setting(vec![Profile { default, ..profile(2, 9, rules()) }]);
    let script = Script::new(topology(1, 1, 20), vec![mode("guest", Scope::Instance)], 3 * HOUR);
    let script = script.units(&[0, 1, 2].map(|slot| (0, slot, HOUR, 2 * HOUR)));
    let play = |default, demand| script.play(web(&[1], 3, demand, set(default)));
    let counts = |ledger: &Ledger| {
        [Operation::AutoscaleMetricsLost, Operation::AutoscaleOuts, Operation::AutoscaleIns, Operation::AutoscaleFailed]
            .map(|operation| count(ledger, operation))
    };
    // 50 % of three. At 1:00 the default of five; the new two alone are at 75 %, so a sixth at 1:02. At 2:00 six are at 25 %: one
    // goes each five minutes, down to three at 50 %.
    let ledger = play(5, course(1500, &[]));
    let minutes = 3 * 60 + 5 * 2 + 6 * 58 + 5 * 5 + 4 * 5 + 3 * 50;
    assert_eq!((counts(&ledger), ledger.machine_ms), ([1, 2, 3, 0], i128::from(minutes * MINUTE)));
    // Where there are as many as by default or more nothing is done, however long nothing is known, and nothing is counted.
    let ledger = play(3, course(1500, &[]));
    assert_eq!((counts(&ledger), ledger.machine_ms), ([0; 4], i128::from(3 * 3 * HOUR)));
    let ledger = play(2, course(1500, &[]));
    assert_eq!((counts(&ledger), ledger.machine_ms), ([0; 4], i128::from(3 * 3 * HOUR)));
}

#[test]
fn as_17_an_action_that_fails_consumes_its_cooldown() {
    let mut script = script(HOUR);
    script.control_plane = vec![(9 * MINUTE, 32 * MINUTE)];
    let demand = || course(1000, &[(10 * MINUTE, 3000)]);
    let ledger = script.play(web(&[1], 3, demand(), usual()));
    // Refused at 10, 15, 20, 25 and 30; done at 35.
    assert_eq!(count(&ledger, Operation::AutoscaleFailed), 5);
    assert_eq!(count(&ledger, Operation::ControlPlaneRefusals), 5);
    assert_eq!(ledger.machine_ms, i128::from(3 * 35 * MINUTE + 5 * 25 * MINUTE));
    // As a switch it does not: refused each minute from 10 to 31, done at 32.
    let chosen = Chosen { failures_cool: false, ..Chosen::default() };
    let ledger = script.play(web(&[1], 3, demand(), Autoscale { chosen, ..usual() }));
    assert_eq!(count(&ledger, Operation::AutoscaleFailed), 22);
    assert_eq!(ledger.machine_ms, i128::from(3 * 32 * MINUTE + 5 * 28 * MINUTE));
}

#[test]
fn as_05_a_cooldown_delays_limits_only_where_that_is_chosen() {
    // Out at 1:00 with a cooldown of an hour; at 1:10 a profile has a maximum of three.
    let out = Rule { cooldown: ms(HOUR), ..cpu(Direction::Out, 70, 2) };
    let few = Profile { name: "few".into(), ..profile(2, 3, vec![]) };
    let schedule = vec![(SimTime::ZERO, 0), (SimTime::from_ms(HOUR + 10 * MINUTE), 1)];
    let play = |limits_wait| {
        let chosen = Chosen { limits_wait, ..Chosen::default() };
        let profiles = vec![profile(2, 9, vec![out]), few.clone()];
        let set = Autoscale { chosen, schedule: schedule.clone(), ..setting(profiles) };
        script(3 * HOUR).play(web(&[1], 4, course(1000, &[(HOUR, 3500)]), set)).machine_ms
    };
    let until = |fewer: u64| i128::from(4 * HOUR + 6 * (fewer - HOUR) + 3 * (3 * HOUR - fewer));
    assert_eq!([false, true].map(play), [until(HOUR + 10 * MINUTE), until(2 * HOUR)]);
}

#[test]
fn as_18_single_deletes_are_not_seen_for_two_hours() {
    // Two of four are deleted by hand at 1:00. CPU is 90 % then; autoscale still counts four and asks for six.
    let mut deleted = web(&[1], 4, course(1800, &[]), usual());
    let change = at(HOUR, Action::Delete { zone: None, count: 2 });
    deleted.sets[0].management.as_mut().unwrap().changes.push(change);
    let ledger = script(90 * MINUTE).play(deleted.clone());
    assert_eq!(ledger.machine_ms, i128::from(4 * HOUR + 6 * 30 * MINUTE));
    // A change of capacity by hand is seen after an hour: until then the limit of three is not noticed.
    let rules = vec![cpu(Direction::Out, 99, 1)];
    let mut manual = web(&[1], 4, course(100, &[]), setting(vec![profile(3, 9, rules)]));
    manual.sets[0].management.as_mut().unwrap().changes.push(at(HOUR, Action::Capacity(2)));
    let ledger = script(3 * HOUR).play(manual);
    assert_eq!(ledger.machine_ms, i128::from(4 * HOUR + 2 * HOUR + 3 * HOUR));
}

#[test]
fn as_22_a_lost_zone_counts_and_the_new_machines_go_where_placement_lets_them() {
    // Nine over three zones at 60 %. Zone 1 is lost for two hours: six survivors at 90 % bring three, over two zones.
    let rules = vec![cpu(Direction::Out, 70, 3), cpu(Direction::In, 20, 1)];
    let nine = web(&[1, 2, 3], 9, course(5400, &[]), setting(vec![profile(9, 12, rules)]));
    let (ledger, world) = script(5 * HOUR).outages(&[(0, 0, 2, HOUR, 3 * HOUR)]).live(nine, None);
    assert_eq!(count(&ledger, Operation::AutoscaleOuts), 1);
    let mut counts = world.instances(0);
    counts.truncate(3);
    assert_eq!(counts, [3, 5, 4]);
}

#[test]
fn az_10_a_scale_in_by_autoscale_waits_for_automatic_zone_balance() {
    // Zone 1 has two machines fewer: balance begins to move one an hour after the trial's deletion. While it waits for the
    // new machine to be healthy, demand falls.
    let rules = vec![cpu(Direction::Out, 90, 1), cpu(Direction::In, 30, 1)];
    let demand = course(3000, &[(2 * HOUR + 30 * SECOND, 1200)]);
    let mut set = setting(vec![profile(3, 9, rules)]);
    set.blind.deletes = SimDuration::ZERO;
    let mut moved = web(&[1, 2, 3], 9, demand, set);
    let management = moved.sets[0].management.as_mut().unwrap();
    repaired(management, RepairAction::Replace);
    management.auto_zone_balance = true;
    management.changes.push(at(HOUR, Action::Delete { zone: Some(ZoneId(0)), count: 2 }));
    let ledger = script(2 * HOUR + 10 * MINUTE).play(moved);
    assert_eq!(count(&ledger, Operation::Rebalances), 1);
    assert_eq!(count(&ledger, Operation::RebalancesUndone), 0, "the scale-in has not cancelled it");
    assert!(count(&ledger, Operation::AutoscaleIns) >= 1);
}

#[test]
fn a_design_without_autoscale_is_not_touched_by_one_that_has_it() {
    let demand = || course(2000, &[(10 * MINUTE, 9000), (60 * MINUTE, 1500)]);
    let plain = managed(design(&[1], 3, 1), |_| ());
    let with_demand = Design { demand: Some(demand()), ..plain.clone() };
    let script = script(DAY).outages(&[(0, 0, 1, HOUR, 2 * HOUR)]);
    let (one, two) = (script.play(plain), script.play(with_demand));
    assert_eq!((one.classes, one.events + 2), (two.classes, two.events));
}

/// A rule that looks at a metric at each evaluation.
fn looks(metric: Metric, direction: Direction, threshold: u64, by: u32) -> Rule {
    Rule { metric, threshold_micro: threshold as i64 * 1_000_000, ..cpu(direction, 0, by) }
}

/// Workers of a job a second; batches of so many jobs at these minutes, due long after.
fn workers(capacity: u32, count: u64, at: &[u64], autoscale: Autoscale) -> Design {
    let mut of = web(&[1], capacity, Demand::constant(0), autoscale);
    let batch = |&at: &u64| Batch { at: SimTime::from_ms(at * MINUTE), due: SimTime::from_ms((at + 1000) * MINUTE) };
    of.demand = None;
    of.jobs = Some(Jobs {
        count,
        work: 1,
        sigma: 0.0,
        batches: at.iter().map(batch).collect(),
        through: None,
        sets: [].into(),
    });
    of.need = Need::Done(1, 1);
    of
}

#[test]
fn as_07_as_14_a_queue_is_shared_out_and_followed_down_its_straight_line() {
    // Out above 50 a machine, in below 10. 100 jobs are 50 for each of two: nothing happens.
    let rules = || vec![looks(Metric::Jobs, Direction::Out, 50, 1), looks(Metric::Jobs, Direction::In, 10, 1)];
    let outs = |jobs: u64| {
        let ledger = script(3 * HOUR).play(workers(2, jobs, &[60], setting(vec![profile(2, 5, rules())])));
        (count(&ledger, Operation::AutoscaleOuts), count(&ledger, Operation::AutoscaleIns), ledger.clearance_ms)
    };
    assert_eq!(outs(100), (0, 0, vec![50 * SECOND]));
    // 600 jobs: 300 each. A third machine from 62:00 on (120 done a minute until then, so 360 left), asked for at 60:00. The
    // cooldown is over at 65:00; none are left at 64:00. At 65:00 three are one too many; one goes.
    assert_eq!(outs(600), (1, 1, vec![4 * MINUTE]));
    // 3,000: the third at 62:00, 2,760 left, less 180 a minute; a fourth is asked for at 65:00 (2,220 left are 740 each) and
    // comes at 67:00 (1,860 left); a fifth at 70:00 (1,140 are 285), there from 72:00 on (660 left): done at 74:12.
    let (out, back, cleared) = outs(3000);
    assert_eq!((out, cleared), (3, vec![14 * MINUTE + 12 * SECOND]));
    // One goes each five minutes from 75:00 on, down to two.
    assert_eq!(back, 3);
}

#[test]
fn as_08_workers_are_busy_as_long_as_anything_waits() {
    // 600 jobs of two workers take five minutes; the look at 61:00 sees 100 %, those after 65:00 see nothing to do.
    let rules = vec![cpu(Direction::Out, 90, 1), cpu(Direction::In, 10, 1)];
    let ledger = script(3 * HOUR).play(workers(2, 600, &[60], setting(vec![profile(2, 3, rules)])));
    assert_eq!((count(&ledger, Operation::AutoscaleOuts), count(&ledger, Operation::AutoscaleIns)), (1, 1));
    assert_eq!(ledger.clearance_ms, [4 * MINUTE]);
}

#[test]
fn as_08_machines_that_serve_requests_too_are_as_busy_as_these_when_no_job_waits() {
    // Half of two machines is left: 600 jobs of half a second each take five minutes. The third at 62:00 finds 240 left of them, and
    // two a second are done. After that requests keep three at 33 %: none is one too many, where a third of that would be.
    let played = |below: u64| {
        let rules = vec![cpu(Direction::Out, 90, 1), cpu(Direction::In, below, 1)];
        let mut of = workers(2, 300, &[60], setting(vec![profile(2, 3, rules)]));
        of.jobs = of.jobs.map(|jobs| Jobs { work: 2, ..jobs });
        of.demand = Some(Demand::constant(1000));
        let ledger = script(3 * HOUR).play(of);
        (count(&ledger, Operation::AutoscaleOuts), count(&ledger, Operation::AutoscaleIns), ledger.clearance_ms)
    };
    let done = vec![2 * MINUTE + 240 * SECOND];
    assert_eq!((played(30), played(40)), ((1, 0, done.clone()), (1, 1, done)));
}

#[test]
fn as_07_a_queue_counts_jobs_however_much_each_takes() {
    // As 600 jobs of one request, 10 of 60: 5 for each of two machines.
    let outs = |threshold: u64| {
        let rules = vec![looks(Metric::Jobs, Direction::Out, threshold, 1)];
        let mut of = workers(2, 10, &[60], setting(vec![profile(2, 3, rules)]));
        of.jobs = of.jobs.map(|jobs| Jobs { work: 60, ..jobs });
        count(&script(3 * HOUR).play(of), Operation::AutoscaleOuts)
    };
    assert_eq!((outs(4), outs(5)), (1, 0));
}

/// 600 requests a second, twice as many from an hour on; 60 make a session of 20 minutes: 12,000 sessions, then 24,000.
fn holding(autoscale: Autoscale) -> Design {
    let mut of = web(&[1], 4, course(600_000, &[(HOUR, 1_200_000)]), autoscale);
    of.sets[0].serves_milli = 1_000_000;
    of.need = Need::Serving(1);
    of.service.sessions = Some(Sessions {
        length: ms(20 * MINUTE),
        begin: Begin::EveryRequests(60.0),
        patience: ms(MINUTE),
        parts: Vec::new(),
    });
    of
}

#[test]
fn as_21_sessions_are_followed_along_their_closed_form() {
    // 24,000 − 12,000 e^(−t/20) passes 20,000, which is 5,000 for each of four, after 20 ln 3 = 21.97 minutes.
    let sessions = |threshold| looks(Metric::Sessions { per_instance: true }, Direction::Out, threshold, 1);
    let machine_ms = |threshold, horizon| {
        let rules = vec![sessions(threshold)];
        let ledger = script(horizon).play(holding(setting(vec![profile(4, 5, rules)])));
        assert!(ledger.events < 12, "{}", ledger.events);
        ledger.machine_ms
    };
    let five = |from: u64| i128::from(4 * 2 * HOUR + 2 * HOUR - from);
    assert_eq!(machine_ms(5000, 2 * HOUR), five(HOUR + 22 * MINUTE));
    // 4,000 for each are 16,000, after 20 ln 1.5 = 8.11 minutes; 6,000 are never passed.
    assert_eq!(machine_ms(4000, 2 * HOUR), five(HOUR + 9 * MINUTE));
    assert_eq!(machine_ms(6000, 2 * HOUR), i128::from(4 * 2 * HOUR));
    // In the first hour each holds 3,000: above 2,999 at once.
    assert_eq!(machine_ms(2999, 2 * HOUR), five(0));
}

#[test]
fn as_21_a_loss_of_sessions_is_seen() {
    // A zone with half of the machines goes, and 6,000 of 12,000 sessions: each of four instances had 3,000, and has 1,500.
    let rules = vec![looks(Metric::Sessions { per_instance: true }, Direction::In, 2000, 1)];
    let mut of = holding(setting(vec![profile(3, 4, rules)]));
    of.sets[0].zones = vec![ZoneId(0), ZoneId(1)];
    of.demand = Some(Demand::constant(600_000));
    let played = |length: u64| {
        let out = [(0, 0, 2, 30 * MINUTE + 10 * SECOND, 30 * MINUTE + 10 * SECOND + length)];
        count(&script(HOUR).outages(&out).play(of.clone()), Operation::AutoscaleIns)
    };
    // New ones go to those that are left: 12,000 − 6,000 e^(−t/20) is above 8,000 after 8.1 minutes, but at 31:00 it is not.
    assert_eq!(played(HOUR), 1);
    let none = script(HOUR).play(of.clone());
    assert_eq!(count(&none, Operation::AutoscaleIns), 0);
}

#[test]
fn queues_and_sessions_do_not_tick() {
    let often = |tick: u64, rules| Autoscale { tick: ms(tick), ..setting(vec![profile(2, 5, rules)]) };
    let queue = |tick| {
        let average = |rule| Rule { aggregation: Aggregation::Average, ..rule };
        let rules = vec![
            average(looks(Metric::Jobs, Direction::Out, 50, 1)),
            average(looks(Metric::Jobs, Direction::In, 10, 1)),
        ];
        script(20 * DAY).play(workers(2, 600, &[60, 600, 6000], often(tick, rules))).events
    };
    let held = |tick| {
        let rules = vec![looks(Metric::Sessions { per_instance: true }, Direction::Out, 5000, 1)];
        script(20 * DAY).play(holding(Autoscale { profiles: vec![profile(4, 5, rules)], ..often(tick, vec![]) })).events
    };
    for events in [&queue as &dyn Fn(u64) -> u64, &held] {
        let minute = events(MINUTE);
        assert!(minute < 60, "{minute}");
        assert!([events(SECOND), events(10)].into_iter().all(|often| often.abs_diff(minute) <= 2), "{minute}");
    }
}
