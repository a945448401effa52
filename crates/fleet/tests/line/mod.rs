//! Requests that wait in line, against timelines by hand.

mod parts;

use crate::support::*;
use std::time::Duration;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::Scope;
use zonefall_fleet::policy::gateway::Gateway;
use zonefall_fleet::*;

/// The fleet's own causes follow the only mode; overload is the third.
const OVERLOAD: usize = 3;

/// Ten machines of 1 req/s, two racks of five; 8 req/s come.
fn web(patience: u64, steps: &[(u64, u64)]) -> Design {
    let step = |&(from, per_second_milli): &(u64, u64)| Step { from: SimTime::from_ms(from), per_second_milli };
    let mut web = design(&[1], 10, 1);
    web.demand = Some(Demand::course(8000, steps.iter().map(step).collect(), None));
    web.need = Need::Served(99, 100);
    web.service.latency = Some(Latency { parallelism: 1, queue: Queue::Shared, serves_milli: 1000, limit: None });
    web.service.patience = Some(Patience { most: SimDuration::from_ms(patience), in_time: None });
    web
}

fn script() -> Script {
    Script::new(topology(1, 2, 5), vec![mode("rack", Scope::Rack)], DAY)
}

/// From six on 15 req/s for a minute, then 6.
const PEAK: [(u64, u64); 2] = [(6 * HOUR, 15_000), (6 * HOUR + MINUTE, 6000)];

fn waited(ledger: &Ledger) -> Vec<(i64, i64, i128)> {
    ledger.waited.iter().map(|of| (of.from_ms, of.to_ms, of.requests)).collect()
}

#[test]
fn what_is_too_much_is_served_later_and_nothing_is_missed() {
    let ledger = script().play(web(10 * MINUTE, &PEAK));
    assert_eq!((ledger.served, ledger.missed_ms, ledger.gave_up), (ledger.offered, 0, 0));
    // 300 have come too many by 6:01, and four a second are worked off: 75 s. Who comes at a has 10 a second served before him.
    assert_eq!(count(&ledger, Operation::LineMs), 135 * SECOND);
    let requests = |count: i128| count * 1_000_000;
    assert_eq!(
        waited(&ledger),
        [(0, 20_000, requests(600)), (20_000, 30_000, requests(300)), (30_000, 0, requests(450))]
    );
    // Two steps, one instant at which clients would have begun to give up, one at which nobody waits any more.
    assert_eq!(ledger.events, 4);
    // Turned away at once, they would be lost.
    let mut refused = web(1, &PEAK);
    refused.service.patience = None;
    let refused = script().play(refused);
    assert_eq!((refused.offered - refused.served, refused.missed_ms), (requests(300), MINUTE));
}

#[test]
fn clients_who_have_waited_for_as_long_as_they_would_give_up() {
    // After 45 s who is next has waited for 15 s; from then on five of fifteen give up, until at 75 s those of 6:01 are next.
    let ledger = script().play(web(15 * SECOND, &PEAK));
    assert_eq!((ledger.gave_up, ledger.offered - ledger.served), (150_000_000, 150_000_000));
    assert_eq!(count(&ledger, Operation::GaveUp), 150);
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[OVERLOAD]), (30 * SECOND, 30 * SECOND));
    // 90 wait then, and four a second are worked off.
    assert_eq!(count(&ledger, Operation::LineMs), 97_500);
    assert_eq!(ledger.waited.iter().map(|of| of.to_ms).max(), Some(15_000));
    // Time that is not measured is lived through all the same.
    let mut half = script();
    half.measure.from = SimTime::from_ms(6 * HOUR + 50 * SECOND);
    let ledger = half.play(web(15 * SECOND, &PEAK));
    // Those who came after it began give up from 6:01:05 to 6:01:15.
    assert_eq!((ledger.gave_up, ledger.missed_ms), (50_000_000, 25 * SECOND));
}

#[test]
fn who_gives_up_is_a_miss_while_nothing_comes_too() {
    // 300 wait when it ends; ten a second are served, five give up from 6:00:45 on, until those of 6:01 are next at 6:01:15.
    let ends = [(6 * HOUR, 15_000), (6 * HOUR + MINUTE, 0)];
    let ledger = script().play(web(15 * SECOND, &ends));
    assert_eq!(ledger.gave_up, 150_000_000);
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[OVERLOAD]), (30 * SECOND, 30 * SECOND));
    // Nobody gives up, nothing is missed.
    assert_eq!(script().play(web(10 * MINUTE, &ends)).missed_ms, 0);
}

#[test]
fn a_demand_of_many_steps_is_looked_at_once_or_twice_a_step() {
    // A step a minute, one in three over what is served, and clients who wait all day: after each step there are that many
    // instants ahead at which a line may stand otherwise.
    let steps: Vec<_> = (1..1440).map(|at| (at * MINUTE, if at % 3 == 0 { 12_000 } else { 9_100 })).collect();
    let ledger = script().play(web(DAY, &steps));
    assert_eq!((ledger.gave_up, ledger.missed_ms), (0, 0));
    assert!(ledger.events < 3 * 1440, "{}", ledger.events);
}

#[test]
fn who_came_before_time_is_measured_is_neither_served_nor_gives_up_in_it() {
    let from = |seconds: u64, patience: u64| {
        let mut late = script();
        late.measure.from = SimTime::from_ms(6 * HOUR + seconds * SECOND);
        late.play(web(patience, &PEAK))
    };
    // While it grows, and while it gets shorter: all that has come since is served, and no more.
    for seconds in [1, 30, 59, 60, 61, 100, 134, 135, 200] {
        let ledger = from(seconds, 10 * MINUTE);
        assert_eq!((ledger.served, ledger.gave_up), (ledger.offered, 0), "{seconds}");
        let waited: i128 = ledger.waited.iter().map(|of| of.requests).sum();
        assert!(waited <= ledger.served);
    }
    for seconds in [1, 30, 46, 59, 60, 70, 100] {
        let ledger = from(seconds, 15 * SECOND);
        assert_eq!(ledger.served + ledger.gave_up, ledger.offered, "{seconds}");
    }
    // At 30 s who is next has come 10 s before: the first 150 of the line are none of those that count.
    assert_eq!(waited(&from(30, 10 * MINUTE))[0], (15_000, 20_000, 150_000_000));
}

#[test]
fn only_what_the_line_makes_missed_is_charged_to_what_made_it() {
    // A rack is out for an hour while somebody waits for overload; eight machines are to serve.
    let mut serving = web(10 * MINUTE, &[(6 * HOUR, 15_000), (6 * HOUR + 2 * MINUTE, 6000)]);
    serving.need = Need::Serving(8);
    let outage = [(0, 0, 1, 6 * HOUR + MINUTE, 7 * HOUR)];
    let ledger = script().outages(&outage).play(serving);
    assert!(count(&ledger, Operation::LineMs) > 0 && ledger.missed_by_cause_ms[OVERLOAD] == 0);
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[0]), (59 * MINUTE, 59 * MINUTE));
}

/// The demand is said anew every minute, and is the same: nothing happens, but the book is settled.
fn said_anew(web: &Design) -> Design {
    let steps: Vec<_> = (1..1440).map(|at| (at * MINUTE + 2, 8000)).collect();
    let demand = self::web(1, &steps).demand;
    Design { demand, ..web.clone() }
}

#[test]
fn what_a_line_answers_for_is_the_same_however_often_the_book_is_settled() {
    // Two of five racks are out for one cause until 6:20, two others for another from 6:15 to 6:40; two machines go on, and the
    // line stands from the first to the last.
    let causes = vec![mode("rack", Scope::Rack), mode("other", Scope::Rack)];
    let at = |minute: u64| 6 * HOUR + minute * MINUTE;
    let script =
        Script::new(topology(1, 5, 2), causes, DAY).outages(&[(0, 0, 2, at(0), at(20)), (1, 2, 2, at(15), at(40))]);
    let web = web(2 * MINUTE, &[]);
    let tiers = parts::alone(web.clone());
    for web in [web, tiers] {
        for web in [said_anew(&web), web] {
            let ledger = script.play(web);
            // Who is next has waited for two minutes after eight. Two a second give up for 7 min, six for 5, and two for 20.
            assert_eq!((ledger.missed_ms, ledger.gave_up), (32 * MINUTE, 5_040_000_000));
            // What the last two minutes of patience say: from 6:15 on the other grows to a half for two minutes, from 6:20 on to all of it;
            // by as much as the first has less in one of them it has more in the other.
            let of_first = ledger.missed_by_cause_ms[0];
            assert!(of_first.abs_diff(7 * MINUTE + 5 * MINUTE / 2 + MINUTE) < 40, "{of_first}");
            assert_eq!(of_first + ledger.missed_by_cause_ms[1], ledger.missed_ms);
        }
    }
}

/// More comes than is served all day, and nobody waits for longer than a few seconds.
#[test]
fn who_has_left_the_line_answers_for_nobody_who_waits() {
    let charged = |outages: &[Scripted]| {
        let mut script = script();
        script.modes.push(mode("other", Scope::Rack));
        let mut web = web(5 * SECOND, &[(HOUR, 12_000)]);
        web.demand = Some(Demand::course(12_000, vec![], None));
        let ledger = script.outages(outages).play(web);
        assert!(ledger.missed_ms > DAY - MINUTE);
        [ledger.missed_by_cause_ms[0], ledger.missed_by_cause_ms[1]]
    };
    // A rack of five withholds five of the seven that are short, for an hour; the last of those who came in it leave five seconds later.
    let (first, other) = ((0, 0, 1, 2 * HOUR, 3 * HOUR), (1, 1, 1, 5 * HOUR, 6 * HOUR));
    let ([alone, _], [_, beside], both) = (charged(&[first]), charged(&[other]), charged(&[first, other]));
    assert!(alone.abs_diff(HOUR * 5 / 7) < 5 * SECOND, "{alone}");
    assert_eq!(both, [alone, beside]);
}

#[test]
fn answers_are_late_while_who_is_next_has_waited_for_too_long_and_the_outage_is_to_blame_to_the_end() {
    let mut web = web(10 * MINUTE, &[]);
    web.service.patience = web.service.patience.map(|of| Patience { in_time: Some(SimDuration::from_ms(6000)), ..of });
    let limit = Limit { within: Duration::from_millis(9000), admits_milli: (0..=10).map(|of| of * 900).collect() };
    web.service.latency = web.service.latency.map(|of| Latency { limit: Some(limit), ..of });
    // Five serve for a minute: who is next has waited for 3/8 of the time since, 6 s after 16 s, and 22.5 s at the end. Then it
    // gets less by a quarter of the time: 6 s after another 66 s.
    let ledger = script().outages(&[(0, 0, 1, 6 * HOUR, 6 * HOUR + MINUTE)]).play(web);
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[0]), (110 * SECOND, 110 * SECOND));
    assert_eq!((ledger.served, ledger.slow), (ledger.offered, i128::from(110 * SECOND * 8000)));
    assert_eq!(count(&ledger, Operation::LineMs), 150 * SECOND);
    // The states of load are those in which nobody waits.
    let held: u64 = ledger.states.iter().map(|state| state.held.as_ms()).sum();
    assert_eq!(held, DAY - 150 * SECOND);
}

#[test]
fn with_no_machine_in_rotation_nobody_waits_and_who_does_gives_up() {
    let all = |from: u64| (0, 0, 2, 6 * HOUR + from, 6 * HOUR + from + MINUTE);
    // What comes meanwhile is turned away.
    let ledger = script().outages(&[all(0)]).play(web(10 * MINUTE, &[]));
    assert_eq!((ledger.offered - ledger.served, ledger.missed_ms), (i128::from(MINUTE * 8000), MINUTE));
    // 50 wait after ten seconds at 15 a second; they give up 15 s after they came.
    let ledger = script().outages(&[all(10 * SECOND)]).play(web(15 * SECOND, &PEAK));
    assert_eq!(ledger.gave_up, 50_000_000);
}

#[test]
fn what_goes_bit_by_bit_within_an_instant_leaves_no_line() {
    // Five machines go and five more at the same instant: in between more comes than is served, for no time at all. With nobody left
    // nobody waits; at 7:00 all are back.
    let racks = [(0, 0, 1, 6 * HOUR, 7 * HOUR), (0, 1, 1, 6 * HOUR, 7 * HOUR)];
    let ledger = script().outages(&racks).play(web(40 * MINUTE, &[(6 * HOUR + 5 * MINUTE, 7000)]));
    assert_eq!((count(&ledger, Operation::LineMs), ledger.gave_up, ledger.missed_ms), (0, 0, HOUR));
    assert!(ledger.waited.is_empty());
    // The demand ends at the same instant: nothing is missed.
    let ledger = script().outages(&racks).play(web(40 * MINUTE, &[(6 * HOUR, 0), (7 * HOUR, 8000)]));
    assert_eq!((count(&ledger, Operation::LineMs), ledger.missed_ms), (0, 0));
}

#[test]
fn events_grow_with_overloads_and_not_with_patience() {
    let events = |patience: u64| script().play(web(patience, &PEAK)).events;
    assert!(events(15 * SECOND) <= 6 && events(10 * HOUR) <= 4, "{} {}", events(15 * SECOND), events(10 * HOUR));
}

#[test]
fn what_a_gateway_turns_away_is_charged_as_if_nobody_waited() {
    // It lets six of eight through, a rack leaves five, of six one gives up: two more than that are missing anyhow.
    let gated = |patience: Option<u64>| {
        let mut web = web(patience.unwrap_or(1), &[]);
        web.service.patience = web.service.patience.filter(|_| patience.is_some());
        let (grows_in, shrinks_after) = (constant(MINUTE), SimDuration::from_ms(HOUR));
        web.service.gateway = Some(Gateway { instance_milli: 6000, least: 1, most: 1, grows_in, shrinks_after });
        script().outages(&[(0, 0, 1, 6 * HOUR, 7 * HOUR)]).play(web)
    };
    let (waits, refused) = (gated(Some(15 * SECOND)), gated(None));
    assert!(waits.gave_up > 0 && waits.missed_ms == DAY);
    assert_eq!(waits.missed_by_cause_ms, refused.missed_by_cause_ms);
}
