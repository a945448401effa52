//! `designs.csv`: a row per design, everything that is known of it.

use super::bounded::Bounded;
use super::cell::{Cell, CsvLocale};
use super::sheet::{Field, Sheet, bounded, estimate, field, quantile};
use crate::files::FilesError;
use zonefall_study::outcome::{ClassShares, DesignOutcome, MINUTES_PER_MONTH, Outcome, SlaOutcome, Verdict};

/// A design and the study it is from.
struct Row<'a> {
    outcome: &'a Outcome,
    design: &'a DesignOutcome,
}

type Fields<'a> = Vec<Vec<Field<Row<'a>>>>;

pub(crate) fn designs(outcome: &Outcome, locale: CsvLocale) -> Result<Sheet, FilesError> {
    let instants = outcome.designs.iter().map(|design| design.held_at.len()).max().unwrap_or(0);
    let fields = [
        about(),
        availability(),
        windows(),
        outages(),
        first_miss(instants),
        capacity(),
        classes(),
        platform(),
        sla_uptime(),
        sla_promise(),
    ];
    let rows = outcome.designs.iter().map(|design| Row { outcome, design });
    Sheet::write("designs.csv", fields.into_iter().flatten().collect(), rows, locale)
}

pub(crate) fn verdict(of: Verdict) -> Cell {
    Cell::text(match of {
        Verdict::Meets => "meets",
        Verdict::Misses => "misses",
        Verdict::NotResolved => "not_resolved",
    })
}

fn about<'a>() -> Fields<'a> {
    vec![
        field("design", "", "the design's name", |row: &Row| Cell::text(&row.design.design)),
        field("machines", "machines", "its machines", |row: &Row| Cell::Count(row.design.machines)),
        field("need", "", "its objective in words", |row: &Row| Cell::text(&row.design.need)),
        field("target", "", "the availability asked for, as written", |row: &Row| Cell::text(&row.outcome.target)),
        field("target_share", "share", "the same as a number between 0 and 1", |row: &Row| {
            Cell::Number(row.outcome.target_share)
        }),
        field("window", "", "the span over which the target is judged", |row: &Row| Cell::text(&row.outcome.window)),
        field(
            "confidence",
            "share",
            "confidence of every interval, and the share of windows that must meet",
            |row: &Row| Cell::Number(row.outcome.confidence),
        ),
        field("trials", "trials", "replications behind every number", |row: &Row| Cell::Count(row.outcome.trials)),
    ]
}

fn unavailability(row: &Row) -> Bounded {
    Bounded::from(row.design.unavailability)
}

fn availability<'a>() -> Fields<'a> {
    vec![
        field("verdict_mean", "", "mean availability against the target: meets, misses, not_resolved", |row: &Row| {
            verdict(row.design.verdict_mean)
        }),
        bounded("availability", "share", "share of time in which the objective held", |row: &Row| {
            Some(unavailability(row).availability())
        }),
        bounded(
            "downtime_min_per_month",
            "min/month",
            "the same as missed minutes in a month of 30 days",
            |row: &Row| Some(unavailability(row).minutes_per_month()),
        ),
        bounded(
            "nines",
            "nines",
            "the same as -log10(1 - availability); empty where nothing was missed",
            |row: &Row| Some(unavailability(row).nines()),
        ),
        field(
            "missed_min_sd",
            "min",
            "standard deviation over trials of the missed minutes of a trial",
            |row: &Row| Cell::Number(row.design.missed_min_sd),
        ),
    ]
}

fn windows<'a>() -> Fields<'a> {
    vec![
        field(
            "verdict_windows",
            "",
            "whether enough windows meet the target; empty without whole windows",
            |row: &Row| row.design.verdict_windows.map_or(Cell::Empty, verdict),
        ),
        bounded("windows_met", "share", "share of whole windows that meet the target", |row: &Row| {
            row.design.windows_met.map(Bounded::at_least_of_few)
        }),
        field("windows", "windows", "whole windows over all trials", |row: &Row| Cell::Count(row.design.windows)),
        quantile("once_in_10_years_min", "min", "downtime that a window exceeds once in ten years", |row: &Row| {
            row.design.once_in_10_years_min
        }),
    ]
}

fn outages<'a>() -> Fields<'a> {
    vec![
        estimate("outages_per_year", "1/year", "outages of the objective", |row: &Row| {
            Some(row.design.outages_per_year)
        }),
        field("outage_mean_min", "min", "mean length of an outage; empty without any", |row: &Row| {
            Cell::maybe(row.design.outage_mean_min)
        }),
        quantile("outage_p95_min", "min", "length that 95 % of outages do not exceed", |row: &Row| {
            row.design.outage_p95_min
        }),
        quantile("longest_p95_min", "min", "length that 95 % of trials' longest outages do not exceed", |row: &Row| {
            row.design.longest_p95_min
        }),
        field("cut_by_horizon", "trials", "trials whose last outage was cut by the end of the trial", |row: &Row| {
            Cell::Count(row.design.cut_by_horizon)
        }),
    ]
}

fn first_miss<'a>(instants: usize) -> Fields<'a> {
    let mut fields = vec![
        estimate("any_miss", "share", "probability of at least one miss in a trial", |row: &Row| {
            Some(row.design.any_miss)
        }),
        estimate("first_miss_h", "h", "mean time to the first miss, over the trials that have one", |row: &Row| {
            row.design.first_miss_h
        }),
    ];
    fields.extend((0..instants).map(|at| {
        let name = format!("held_at_{}", at + 1);
        let meaning = format!("probability that the objective holds at asked instant {}", at + 1);
        estimate(&name, "share", &meaning, move |row: &Row| row.design.held_at.get(at).copied())
    }));
    fields
}

fn capacity<'a>() -> Fields<'a> {
    vec![
        estimate("capacity_lost", "share", "share of capacity lost, averaged over time", |row: &Row| {
            Some(row.design.capacity_lost)
        }),
        estimate("unserved", "share", "share of demand not served; empty without demand", |row: &Row| {
            row.design.unserved
        }),
        estimate(
            "lost_to_dead",
            "share",
            "share of demand whose first try is sent to a dead machine; with [retry] a later try may serve it, so this may be more than unserved; empty without demand",
            |row: &Row| row.design.lost_to_dead,
        ),
        field(
            "lost_in_blips",
            "share",
            "expected share of requests of which all tries fail in a break of the network, by a closed form and in no other figure; empty without [blips]",
            |row: &Row| Cell::maybe(row.design.blips.map(|blips| blips.lost)),
        ),
    ]
}

fn classes<'a>() -> Fields<'a> {
    let class = |name, meaning, read: fn(&ClassShares) -> f64| {
        field(name, "share", meaning, move |row: &Row| Cell::Number(read(&row.design.classes)))
    };
    vec![
        class("time_serving", "machine time in rotation and alive", |of| of.serving),
        class("time_dead_in_rotation", "machine time in rotation but dead", |of| of.dead_in_rotation),
        class("time_awaiting_probe", "machine time up, waiting to be readmitted", |of| of.awaiting_probe),
        class("time_starting", "machine time restarting, booting, warming up", |of| of.starting),
        class("time_down", "machine time out for any other reason, dead in rotation included", |of| of.down),
        class("time_degraded", "machine time serving at less than full capacity", |of| of.degraded),
        field("serving_machine_hours", "h", "machine-hours per trial in rotation and alive", |row: &Row| {
            Cell::Number(row.design.serving_machine_hours)
        }),
    ]
}

fn platform<'a>() -> Fields<'a> {
    let number = |name, unit, meaning, read: fn(&DesignOutcome) -> Option<f64>| {
        field(name, unit, meaning, move |row: &Row| Cell::maybe(read(row.design)))
    };
    vec![
        number("machine_failures_per_year", "1/year", "strikes on machines that took effect", |of| {
            Some(of.machine_failures_per_year)
        }),
        number("crew_wait_mean_h", "h", "mean wait for a repair crew; empty without crews", |of| of.crew_wait_mean_h),
        number("delayed_healings_per_year", "1/year", "healings that waited for capacity", |of| {
            Some(of.delayed_healings_per_year)
        }),
        number(
            "control_plane_out_h_per_year",
            "h/year",
            "time in which a control plane of its regions was out",
            |of| Some(of.control_plane_out_h_per_year),
        ),
        number("allocation_out_h_per_year", "h/year", "time in which one of its zones had no capacity to give", |of| {
            Some(of.allocation_out_h_per_year)
        }),
        number("events_per_trial", "events", "events simulated per trial", |of| Some(of.events_per_trial)),
    ]
}

fn sla<'a>(row: &Row<'a>) -> Option<&'a SlaOutcome> {
    row.design.sla.as_ref()
}

fn unconnected(of: &SlaOutcome) -> Bounded {
    Bounded::from(of.unconnected_min_per_month).scaled(1.0 / MINUTES_PER_MONTH)
}

fn sla_uptime<'a>() -> Fields<'a> {
    vec![
        bounded(
            "sla_uptime",
            "share",
            "uptime by Azure's definition: a connection to at least one machine",
            |row: &Row| sla(row).map(|of| Bounded { mean: Some(of.uptime), ..unconnected(of).availability() }),
        ),
        estimate(
            "sla_unconnected_min_per_month",
            "min/month",
            "minutes without any connection in 30 days",
            |row: &Row| sla(row).map(|of| of.unconnected_min_per_month),
        ),
        bounded(
            "sla_nines",
            "nines",
            "the same as -log10(1 - sla_uptime); empty where nothing was lost",
            |row: &Row| sla(row).map(|of| unconnected(of).nines()),
        ),
    ]
}

fn sla_promise<'a>() -> Fields<'a> {
    let breach = |row: &Row| sla(row)?.breach_share.map(Bounded::at_most_of_few);
    vec![
        field("sla_name", "", "Azure's promise that applies; sla columns are empty where none does", |row: &Row| {
            sla(row).map_or(Cell::Empty, |of| Cell::text(&of.name))
        }),
        field("sla_promise", "share", "the promised uptime", |row: &Row| Cell::maybe(sla(row).map(|of| of.promise))),
        bounded("sla_breach_share", "share", "share of whole months below the promise", breach),
        field("sla_expected_credit_percent", "percent", "expected credit, of a month's bill", |row: &Row| {
            Cell::maybe(sla(row).and_then(|of| of.expected_credit_percent))
        }),
    ]
}
