//! An outcome as a study of six designs would give it.
#![allow(dead_code, reason = "every test binary uses its own part")]

mod sketches;
mod storms;

use sketches::{Sketch, sketches};
#[allow(unused_imports, reason = "every test binary uses its own part")]
pub use storms::storms;
use zonefall_study::TrialRow;
use zonefall_study::incidents::Loss;
use zonefall_study::outcome::*;

pub fn interval(mean: f64, low: f64, high: f64, hits: u64) -> Estimate {
    Estimate { mean, low: Some(low), high, quality: Quality::Interval, hits }
}

pub fn bound(mean: f64, high: f64, hits: u64) -> Estimate {
    Estimate { mean, low: None, high, quality: Quality::UpperBound, hits }
}

fn spread(mean: f64, half: f64, hits: u64) -> Estimate {
    if hits < 20 {
        bound(mean, mean * 3.0, hits)
    } else {
        interval(mean, mean * (1.0 - half), mean * (1.0 + half), hits)
    }
}

fn quantile(level: f64, value: f64) -> Option<Quantile> {
    Some(Quantile { level, value, low: Some(value * 0.93), high: Some(value * 1.08) })
}

fn causes(sketch: &Sketch) -> Vec<CauseOutcome> {
    let total = sketch.downtime.mean;
    let hits = sketch.downtime.hits;
    let cause = |&(cause, share, avoided): &(&str, f64, f64)| CauseOutcome {
        cause: cause.into(),
        downtime_min_per_month: spread(total * share, 0.2, (hits as f64 * share) as u64),
        share,
        avoided_min_per_month: (avoided > 0.0).then(|| spread(total * avoided, 0.2, (hits as f64 * share) as u64)),
    };
    sketch.causes.iter().map(cause).collect()
}

fn sla(name: &str, promise: f64, unconnected: f64) -> SlaOutcome {
    let unconnected_min_per_month = if unconnected > 0.1 { spread(unconnected, 0.2, 400) } else { bound(0.0, 0.01, 0) };
    let breach = if unconnected > 0.1 { interval(0.031, 0.027, 0.035, 1290) } else { interval(0.0, 0.0, 0.0004, 0) };
    SlaOutcome {
        name: name.into(),
        promise,
        uptime: 1.0 - unconnected_min_per_month.mean / MINUTES_PER_MONTH,
        unconnected_min_per_month,
        breach_share: Some(breach),
        expected_credit_percent: Some(breach.mean * 10.0),
        credit_percent: Some(interval(breach.mean * 10.0, 0.0, breach.high * 10.0, breach.hits)),
        tiers: vec![CreditTier { below: promise, credit_percent: 10, months_share: breach }],
        clock_share: 1.0,
    }
}

fn bars(met: f64) -> Vec<WindowBar> {
    let none = (120_000.0 * met) as u64;
    let some = 120_000 - none;
    let bar = |above_min, up_to_min, windows, cumulative: u64| WindowBar {
        above_min,
        up_to_min,
        windows,
        cumulative_share: cumulative as f64 / 120_000.0,
    };
    vec![bar(0.0, 0.0, none, none), bar(0.0, 1.0, some / 4, none + some / 4), bar(1e5, 1e9, some - some / 4, 120_000)]
}

fn bill(sketch: &Sketch) -> BillOutcome {
    let hours = sketch.machines as f64 * 730.0;
    let item = |item: &str, machine_hours_per_month, cost_per_month| BillItem {
        item: item.into(),
        machine_hours_per_month,
        cost_per_month,
    };
    let items = vec![
        item("on_demand", Some(hours), hours * 0.192),
        item("disks", Some(hours), 5.28 * sketch.machines as f64),
        item("load_balancer", None, 18.25),
    ];
    let sum: f64 = items.iter().map(|item| item.cost_per_month).sum();
    let scale = 730.0 / MINUTES_PER_MONTH * 1234.5;
    let down = sketch.downtime;
    let downtime =
        Estimate { mean: down.mean * scale, low: down.low.map(|low| low * scale), high: down.high * scale, ..down };
    let credit = sketch.sla.map(|_| bound(0.0, 0.4321, 3));
    BillOutcome {
        items,
        bill_per_month: interval(sum, sum, sum, 10_000),
        credit_per_month: credit,
        credits: Vec::new(),
        downtime_cost_per_month: Some(downtime),
        total_per_month: Estimate {
            mean: sum + downtime.mean,
            low: downtime.low.map(|low| sum + low - credit.map_or(0.0, |of| of.high)),
            high: sum + downtime.high,
            ..downtime
        },
    }
}

fn design(sketch: &Sketch) -> DesignOutcome {
    let scaled = |share: f64| share / MINUTES_PER_MONTH;
    let of = sketch.downtime;
    let hits = of.hits;
    DesignOutcome {
        design: sketch.name.into(),
        machines: sketch.machines,
        need: "at least 6 serving".into(),
        unavailability: Estimate { mean: scaled(of.mean), low: of.low.map(scaled), high: scaled(of.high), ..of },
        missed_min_sd: of.mean * 31.0,
        carried_by_few: false,
        verdict_mean: sketch.verdicts.0,
        windows_met: Some(interval(
            sketch.met.0,
            sketch.met.1,
            sketch.met.2,
            if sketch.met.0 == 1.0 { 0 } else { hits },
        )),
        verdict_windows: Some(sketch.verdicts.1),
        windows: 120_000,
        once_in_10_years_min: quantile(1.0 - 1.0 / 122.0, sketch.rare_min),
        outages_per_year: if hits == 0 { bound(0.0, 0.000_3, 0) } else { spread(sketch.outages, 0.1, hits) },
        outage_mean_min: (hits > 0).then_some(of.mean * 12.0 / sketch.outages),
        outage_p95_min: if hits > 0 { quantile(0.95, sketch.longest_min * 0.9) } else { None },
        longest_p95_min: quantile(0.95, sketch.longest_min),
        cut_by_horizon: 2,
        any_miss: interval(hits as f64 / 1e4, 0.9 * hits as f64 / 1e4, 1.0 / 9000.0 + 1.1 * hits as f64 / 1e4, hits),
        first_miss_h: (hits > 0).then(|| spread(4100.0, 0.05, hits)),
        held_at: vec![interval(0.9991, 0.9983, 0.9996, 9), interval(0.9993, 0.9985, 0.9997, 7)],
        capacity_lost: spread(sketch.lost, 0.03, 9_900),
        unserved: None,
        lost_to_dead: None,
        blips: None,
        latency: None,
        jobs: None,
        sessions: None,
        classes: ClassShares {
            serving: 1.0 - sketch.lost,
            dead_in_rotation: sketch.lost * 0.01,
            awaiting_probe: sketch.lost * 0.02,
            starting: sketch.lost * 0.1,
            down: sketch.lost * 0.88,
            degraded: 0.0,
        },
        serving_machine_hours: sketch.machines as f64 * 8760.0 * (1.0 - sketch.lost),
        causes: causes(sketch),
        window_bars: bars(sketch.met.0),
        composite: None,
        agreements: Vec::new(),
        sla: sketch.sla.map(|(name, promise, minutes)| sla(name, promise, minutes)),
        machine_failures_per_year: sketch.machines as f64 * 0.31,
        crew_wait_mean_h: None,
        delayed_healings_per_year: 0.02,
        control_plane_out_h_per_year: 1.4,
        allocation_out_h_per_year: 3.3,
        operations: vec![],
        bill: Some(bill(sketch)),
        assumptions: None,
        events_per_trial: 214.6,
    }
}

fn difference(of: &DesignOutcome, against: &DesignOutcome) -> Difference {
    let mean = (of.unavailability.mean - against.unavailability.mean) * MINUTES_PER_MONTH;
    let resolved = mean < -20.0;
    Difference {
        design: of.design.clone(),
        against: against.design.clone(),
        downtime_min_per_month: mean,
        low: Some(mean - 5.4),
        high: Some(if resolved { mean + 5.1 } else { mean + 14.2 }),
        hits: 2134,
        p_adjusted: if resolved { 1e-7 } else { 0.31 },
        says: if resolved { Compared::Less } else { Compared::NotDistinguishable },
    }
}

/// The fixture.
pub fn outcome() -> Outcome {
    let designs: Vec<DesignOutcome> = sketches().iter().map(design).collect();
    Outcome {
        assumptions: None,
        not_weighed: false,
        stopping: None,
        schema: SCHEMA.into(),
        version: "0.1.0".into(),
        study: "payments-api".into(),
        scenario_hash: "6d1f".repeat(16),
        seed: 42,
        trials_asked: 10_000,
        trials: 10_000,
        partial: false,
        until_first_miss: false,
        window_min: 43_200.0,
        asked_h: vec![3.0, 27.5],
        horizon_h: 8760.0,
        observed_h: 8760.0,
        profile: "azure-like-v0".into(),
        target: "99.95%".into(),
        target_share: 0.9995,
        window: "30 days".into(),
        confidence: 0.95,
        differences: designs[1..].iter().map(|of| difference(of, &designs[0])).collect(),
        designs,
        not_modelled: "allocation failures in the healthy zones during a zone event, storage paths lost for more than \
                       120 s, planned host updates that preserve memory."
            .into(),
        method: None,
        gate: None,
        money: Some(MoneyOutcome {
            currency: "EUR".into(),
            prices_date: "2026-01-15".into(),
            prices_source: "a list".into(),
            notes: vec!["no price of load balancers".into()],
            hours_per_month: 730.0,
            downtime_per_hour: Some(1234.5),
        }),
        warnings: vec![
            Warning::of(
                "two-regions",
                "only 4 trials missed their objective (an interval needs 20); only an upper bound is given",
            ),
            Warning::of("regions+zones", "no trial of 10000 missed its objective; only an upper bound is given"),
        ],
    }
}

/// Rows of two trials in the first two designs.
pub fn rows() -> Vec<TrialRow> {
    let row = |trial, design, missed_ms| TrialRow {
        trial,
        design,
        missed_ms,
        observed_ms: 31_536_000_000,
        outages: u64::from(missed_ms > 0),
        longest_ms: missed_ms,
        first_miss: (missed_ms > 0).then(Default::default),
        serving_ms: 9 * 31_536_000_000,
        capacity_lost: 1e-7,
        unserved: 0.0,
        breaches: 1,
        machine_failures: 3,
    };
    vec![row(0, 0, 90_000), row(0, 1, 0), row(1, 0, 0), row(1, 1, 1)]
}

/// Two incidents on three zones of two designs.
pub fn losses() -> Vec<Loss> {
    let mut losses = Vec::new();
    for (incident, scale) in [("cooling loss, one zone", 1.0), ("storage, two zones", 2.5)] {
        for (zone, hit) in [("1", 1.0), ("2", 0.4), ("3", 0.0)] {
            for (design, share) in [("one-zone", 1.0), ("spanning-6+3", 0.1), ("regions+zones", 0.0)] {
                losses.push(Loss {
                    incident: incident.into(),
                    zone: format!("eu-west/{zone}"),
                    design: design.into(),
                    missed_min: 480.0 * scale * hit * share,
                    longest_min: 470.0 * scale * hit * share,
                    machine_hours_lost: 64.0 * scale * hit,
                });
            }
        }
    }
    losses
}
