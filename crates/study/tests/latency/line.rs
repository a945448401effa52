//! How far a line of a fluid (`service.patience`) is from one of single requests: a queue is simulated request by request
//! through overloads, each followed by a lower load until the line has long been over.
//!
//! `ZONEFALL_BLESS=1 cargo test -p zonefall-study --release --test latency line -- --ignored` measures the whole grid and writes
//! its tables into docs/latency.md.

use crate::support::{design, study};
use std::sync::atomic::AtomicBool;
use zonefall_engine::{Key, SimDuration, SimTime};
use zonefall_exact::waiting::settling_time;
use zonefall_faults::Profile;
use zonefall_fleet::{Demand, Latency, Need, Patience, Queue, SURE, SURE_CAPPED, Step, Windows};
use zonefall_study::latency::SETTLED;
use zonefall_study::outcome::LatencyOutcome;
use zonefall_study::{Labels, Silent, conclude, run};

const LEVEL: f64 = 0.95;
const OVERLOADS: [f64; 3] = [1.1, 1.5, 2.0];
const SERVERS: [u32; 4] = [1, 4, 16, 64];
/// How long lines become, in standard deviations.
const LENGTHS: [f64; 4] = [5.0, 10.0, 20.0, 40.0];
const AFTER: f64 = 0.8;
/// No patience ends.
const ENDLESS: f64 = 80_000.0;

/// Times in seconds; a request takes one on average.
#[derive(Debug, Clone, Copy)]
struct Cycle {
    servers: u32,
    overload: f64,
    lasts: f64,
    then: f64,
    patience: f64,
}

impl Cycle {
    /// The line becomes so many standard deviations long, or a part of that, after which clients give up.
    fn new(servers: u32, overload: f64, length: f64, capped: Option<f64>) -> Self {
        let lasts = length * length * (overload + 1.0) / ((overload - 1.0) * (overload - 1.0)) / f64::from(servers);
        let longest = (overload - 1.0) * lasts;
        let patience = capped.map_or(ENDLESS, |part| part * longest);
        // The queue comes to rest, too, before the next.
        let rest = 2.5 * SETTLED * settling_time(servers.into(), AFTER * f64::from(servers), 1.0);
        let then = patience.min(longest) / (1.0 - AFTER) + rest;
        Self { servers, overload, lasts, then, patience }
    }

    fn rate(&self, load: f64) -> f64 {
        load * f64::from(self.servers)
    }

    /// What the program says of one.
    fn told(&self) -> LatencyOutcome {
        let mut web = design("web", &[1], self.servers, 1);
        web.need = Need::Served(0, 1);
        let (milli, ms) = (|load: f64| (self.rate(load) * 1000.0) as u64, |seconds: f64| (seconds * 1000.0) as u64);
        let after = Step { from: SimTime::from_ms(ms(self.lasts)), per_second_milli: milli(AFTER) };
        web.demand = Some(Demand::course(milli(self.overload), vec![after], None));
        web.service.latency = Some(Latency { parallelism: 1, queue: Queue::Shared, serves_milli: 1000, limit: None });
        web.service.patience = Some(Patience { most: SimDuration::from_ms(ms(self.patience)), in_time: None });
        let mut study = study(Profile { name: "none".into(), modes: vec![] }, vec![web], 30, 2);
        let horizon = SimTime::from_ms(ms(self.lasts + self.then));
        let windows = Windows::every(SimDuration::from_ms(horizon.as_ms()), SimTime::ZERO, horizon);
        let measure = std::sync::Arc::get_mut(&mut study.measure).unwrap();
        (measure.horizon, measure.windows, measure.months) = (horizon, windows.clone(), windows);
        let done = run(&study, 1, &AtomicBool::new(false), &Silent).unwrap();
        let words = || "x".to_owned();
        let labels = Labels {
            version: words(),
            scenario_hash: words(),
            target: words(),
            window: words(),
            not_modelled: words(),
        };
        conclude(&study, &done, &labels).designs[0].latency.clone().unwrap()
    }

    /// The same from single requests: the quantile in milliseconds, and the share that gives up.
    fn measured(&self, requests: f64, seed: u64) -> (f64, f64) {
        let all = self.rate(self.overload) * self.lasts + self.rate(AFTER) * self.then;
        let mut queue = super::Queue::new(self.servers.into(), Key::root(seed).stream());
        let mut responses = Vec::new();
        let mut gave_up = 0;
        for _ in 0..(requests / all).ceil() as u64 {
            for (load, lasts) in [(self.overload, self.lasts), (AFTER, self.then)] {
                let end = queue.now + lasts;
                queue.spell((self.rate(load), self.patience), end, |response| match response {
                    Some(response) => responses.push(response as f32),
                    None => gave_up += 1,
                });
            }
        }
        let all = responses.len() + gave_up;
        let at = (LEVEL * all as f64) as usize;
        let late = at.min(responses.len() - 1);
        let (_, measured, _) = responses.select_nth_unstable_by(late, f32::total_cmp);
        (1000.0 * f64::from(*measured), gave_up as f64 / all as f64)
    }
}

#[test]
fn a_long_line_is_right_to_five_percent_and_told_without_doubt() {
    for (servers, overload) in [(1, 1.5), (16, 1.1), (64, 2.0)] {
        let cycle = Cycle::new(servers, overload, 1.1 * SURE, None);
        let (told, (measured, _)) = (cycle.told(), cycle.measured(1_500_000.0, 1));
        let found = told.p95_ms.unwrap() / measured;
        assert!((found - 1.0).abs() < 0.05, "{servers} servers at {overload}: {found}");
        assert!(told.unsettled < 0.01 && told.overloaded == 0.0, "{told:?}");
    }
}

#[test]
fn as_many_give_up_as_single_clients_do() {
    for (servers, overload) in [(1, 1.5), (16, 1.1), (64, 2.0)] {
        // Half the line that there would be, from which it is as many deviations less.
        let cycle = Cycle::new(servers, overload, 1.1 * SURE_CAPPED * 2f64.sqrt(), Some(0.5));
        let (told, (_, gave_up)) = (cycle.told(), cycle.measured(1_500_000.0, 1));
        assert!(
            (told.overloaded / gave_up - 1.0).abs() < 0.1,
            "{servers} at {overload}: {} {gave_up}",
            told.overloaded
        );
        assert!(told.unsettled < 0.01, "{told:?}");
    }
}

#[test]
fn a_short_line_is_told_with_doubt() {
    let told = Cycle::new(1, 1.5, 5.0, None).told();
    assert!(told.unsettled > 0.1, "{told:?}");
}

fn table(servers: u32) -> String {
    let head: String = LENGTHS.iter().map(|length| format!(" {length} |")).collect();
    let rule = "---|".repeat(LENGTHS.len() + 1);
    let mut text = format!("{servers} server{}\n\n| load |{head}\n|{rule}\n", if servers == 1 { "" } else { "s" });
    for overload in OVERLOADS {
        let cell = |length: &f64| {
            let cycle = Cycle::new(servers, overload, *length, None);
            let (measured, _) = cycle.measured(3e6, u64::from(servers));
            let error = 100.0 * (cycle.told().p95_ms.unwrap() / measured - 1.0);
            if error.abs() < 5.0 { format!(" {error:+.1} % |") } else { format!(" **{error:+.1} %** |") }
        };
        text += &format!("| {overload} |{}\n", LENGTHS.iter().map(cell).collect::<String>());
    }
    text + "\n"
}

#[test]
#[ignore = "measures the whole grid: a minute"]
fn the_page_holds_what_is_measured_of_lines() {
    let tables: String = SERVERS.iter().map(|&servers| table(servers)).collect();
    super::page("lines", &tables);
}
