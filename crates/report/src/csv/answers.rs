//! Sweeps and comparisons as tables for spreadsheets: long, one figure a row.

use super::bounded::Bounded;
use super::cell::{Cell, CsvLocale};
use super::designs::verdict;
use super::sessions::difference;
use super::sheet::{Field, Sheet, bounded, field};
use crate::files::FilesError;
use zonefall_study::comparison::{Comparison, Gap, Pair};
use zonefall_study::outcome::{DesignOutcome, Difference, Estimate, Outcome, Quality, SessionsDifference, Verdict};
use zonefall_study::sweep::{Point, Sweep};

/// A figure of a design at a point.
struct Figure<'a> {
    of: &'a Sweep,
    number: u64,
    point: &'a Point,
    design: &'a DesignOutcome,
    told: Told,
}

impl<'a> Figure<'a> {
    /// The keys that its design does not feel.
    fn keeps(&self) -> impl Iterator<Item = &'a str> {
        self.of.kept_by(&self.design.design)
    }
}

/// A figure: its name, its unit, what it is, and its verdict where it has one.
#[derive(Clone, Copy)]
struct Told(&'static str, &'static str, Value, Option<Verdict>);

#[derive(Clone, Copy)]
enum Value {
    Estimated(Bounded),
    /// Without ends.
    Plain(f64),
}

impl Value {
    fn mean(self) -> Option<f64> {
        match self {
            Self::Estimated(of) => of.mean,
            Self::Plain(value) => Some(value),
        }
    }

    fn estimate(self) -> Option<Bounded> {
        if let Self::Estimated(of) = self { Some(of) } else { None }
    }
}

fn figures(outcome: &Outcome, design: &DesignOutcome) -> Vec<Told> {
    let missed = Bounded::from(design.unavailability);
    let all = [
        ("unavailability", "share", Some(missed), Some(design.verdict_mean)),
        ("downtime", "min/month", Some(missed.minutes_per_month()), Some(design.verdict_mean)),
        ("windows_met", "share", design.windows_met.map(Bounded::at_least_of_few), design.verdict_windows),
        ("outages", "1/year", Some(design.outages_per_year.into()), None),
        ("any_miss", "probability", Some(design.any_miss.into()), None),
        ("capacity_lost", "share", Some(design.capacity_lost.into()), None),
        ("unserved", "share", design.unserved.map(Bounded::from), None),
    ];
    let told = |(name, unit, of, verdict): (&'static str, &'static str, Option<Bounded>, Option<Verdict>)| {
        Some(Told(name, unit, Value::Estimated(of?), verdict.filter(|_| !outcome.until_first_miss)))
    };
    let mut figures: Vec<Told> = all.into_iter().filter_map(told).collect();
    let against_first = outcome.differences.iter().find(|of| of.design == design.design);
    figures.extend(
        against_first.map(|of| Told("downtime_difference", "min/month", Value::Estimated(downtime(of).into()), None)),
    );
    figures.extend(sessions(design));
    figures
}

/// Downtime less that of the first design of the point.
fn downtime(of: &Difference) -> Estimate {
    let mean = of.downtime_min_per_month;
    Estimate { mean, low: of.low, high: of.high.unwrap_or(mean), quality: Quality::Interval, hits: of.hits }
}

fn sessions(design: &DesignOutcome) -> Vec<Told> {
    let Some(of) = &design.sessions else { return Vec::new() };
    let mut figures = vec![
        Told("sessions_lost", "1/month", Value::Estimated(of.lost_per_month.into()), None),
        Told("sessions_begun", "1/month", Value::Plain(of.begun_per_month), None),
        Told("sessions_share_of_begun", "share", Value::Plain(of.share_of_begun), None),
    ];
    let less = of.difference.as_ref().map(|of| Value::Estimated(difference(of, Quality::Interval).into()));
    figures.extend(less.map(|less| Told("sessions_lost_difference", "1/month", less, None)));
    figures
}

/// One row for each point, design and figure.
pub(crate) fn sweep(of: &Sweep, locale: CsvLocale) -> Result<Sheet, FilesError> {
    let mut fields: Vec<Vec<Field<Figure<'_>>>> =
        vec![field("point", "", "the point, from 1", |row: &Figure<'_>| Cell::Count(row.number))];
    for (at, key) in of.keys.iter().enumerate() {
        let says = "its value; empty where what the file or the design says stands (column keeps)";
        fields.push(field(key, "", says, move |row: &Figure<'_>| {
            let felt = !row.keeps().any(|kept| *kept == row.of.keys[at]);
            row.point.values[at].as_deref().filter(|_| felt).map_or(Cell::Empty, value)
        }));
    }
    fields.extend([
        field("design", "", "the design", |row: &Figure<'_>| Cell::text(&row.design.design)),
        field("machines", "", "its machines", |row: &Figure<'_>| Cell::Count(row.design.machines)),
        field("figure", "", "what is told; a difference is to the first design of the point", |row: &Figure<'_>| {
            Cell::text(row.told.0)
        }),
        field("unit", "", "its unit", |row: &Figure<'_>| Cell::text(row.told.1)),
        field("value", "", "the estimate", |row: &Figure<'_>| Cell::maybe(row.told.2.mean())),
        field("low", "", "lower end; empty where it cannot be given", |row: &Figure<'_>| {
            Cell::maybe(row.told.2.estimate().and_then(|of| of.low))
        }),
        field("high", "", "upper end; empty where it cannot be given", |row: &Figure<'_>| {
            Cell::maybe(row.told.2.estimate().and_then(|of| of.high))
        }),
        field("quality", "", "how far it is known: interval, upper_bound or lower_bound (too few hits for both ends), recorded, or exact", |row: &Figure<'_>| {
            row.told.2.estimate().map_or(Cell::Empty, |of| Cell::text(of.quality))
        }),
        field("verdict", "", "of unavailability, downtime and windows_met against the target: meets, misses, not_resolved", |row: &Figure<'_>| {
            row.told.3.map_or(Cell::Empty, verdict)
        }),
        field("hits", "trials", "trials with a non-zero observation", |row: &Figure<'_>| {
            row.told.2.estimate().map_or(Cell::Empty, |of| Cell::Count(of.hits))
        }),
        field("trials", "trials", "trials", |row: &Figure<'_>| Cell::Count(row.point.outcome.trials)),
        field(
            "keeps",
            "",
            "the keys that it does not feel, as it says them itself or does without them: it is the same at all their values; empty if it \
             feels all",
            |row: &Figure<'_>| match row.keeps().collect::<Vec<_>>() {
                none if none.is_empty() => Cell::Empty,
                keys => Cell::text(&keys.join("; ")),
            },
        ),
    ]);
    let rows = of.points.iter().enumerate().flat_map(|(at, point)| {
        point.outcome.designs.iter().flat_map(move |design| {
            let told = figures(&point.outcome, design).into_iter();
            told.map(move |told| Figure { of, number: at as u64 + 1, point, design, told })
        })
    });
    Sheet::write("sweep.csv", fields, rows, locale)
}

/// A number is a number for the spreadsheet, too.
fn value(text: &str) -> Cell {
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map_or_else(|| Cell::text(text), Cell::Number)
}

/// A pair, one cause of its difference or none, and the difference.
type Row<'a> = (&'a Pair, Option<&'a str>, Gap);

/// Sessions are told in the row of the whole difference.
fn sessions_of<'a>(row: &Row<'a>) -> Option<&'a SessionsDifference> {
    row.0.sessions.as_ref().filter(|_| row.1.is_none())
}

/// One row for each pair, and for each cause of its difference.
pub(crate) fn comparison(of: &Comparison, locale: CsvLocale) -> Result<Sheet, FilesError> {
    let fields = vec![
        field("design", "", "the design with less downtime", |row: &Row<'_>| Cell::text(&row.0.design)),
        field("against", "", "the other", |row: &Row<'_>| Cell::text(&row.0.against)),
        field("cause", "", "the cause; `all` for the whole difference", |row: &Row<'_>| {
            Cell::text(row.1.unwrap_or("all"))
        }),
        field("difference_min_per_month", "min/month", "its downtime less the other's", |row: &Row<'_>| {
            Cell::Number(row.2.min_per_month)
        }),
        field("difference_low", "min/month", "lower end, simultaneous", |row: &Row<'_>| Cell::Number(row.2.low)),
        field("difference_high", "min/month", "upper end, simultaneous", |row: &Row<'_>| Cell::Number(row.2.high)),
        field("hits", "trials", "trials in which the two differ", |row: &Row<'_>| Cell::Count(row.2.hits)),
        field(
            "p_adjusted",
            "",
            "adjusted p value of no difference (Holm); three digits, 0 below 1e-12",
            |row: &Row<'_>| match row.1 {
                None => Cell::p_value(row.0.p_adjusted),
                Some(_) => Cell::Empty,
            },
        ),
        field("same_storms", "", "whether both live through the same storms", |row: &Row<'_>| {
            Cell::text(if row.0.same_storms { "yes" } else { "no" })
        }),
        field("says", "", "the difference in words", |row: &Row<'_>| match row.1 {
            None => Cell::text(&row.0.says.to_string()),
            Some(_) => Cell::Empty,
        }),
        bounded(
            "sessions_difference_per_month",
            "1/month",
            "sessions that it loses less those of the other; the interval holds for all pairs together",
            |row: &Row<'_>| Some(difference(sessions_of(row)?, Quality::Interval).into()),
        ),
        field(
            "sessions_p_adjusted",
            "",
            "adjusted p value of no difference in sessions lost (Holm); three digits, 0 below 1e-12",
            |row: &Row<'_>| sessions_of(row).map_or(Cell::Empty, |of| Cell::p_value(of.p_adjusted)),
        ),
        field("sessions_says", "", "the same in words", |row: &Row<'_>| {
            sessions_of(row).map_or(Cell::Empty, |of| Cell::text(&of.says))
        }),
    ];
    let rows = of.pairs.iter().flat_map(|pair| {
        let causes = pair.causes.iter().map(move |(cause, gap)| (pair, Some(cause.as_str()), *gap));
        std::iter::once((pair, None, pair.difference)).chain(causes)
    });
    Sheet::write("comparison.csv", fields, rows, locale)
}
