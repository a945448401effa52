//! `assumptions.csv`: a row per design and look, the run itself first.

use super::bounded::Bounded;
use super::cell::{Cell, CsvLocale};
use super::designs::verdict;
use super::sheet::{Field, Sheet, bounded, field};
use crate::files::FilesError;
use zonefall_study::outcome::{
    DesignAssumptions, DesignOutcome, DesignVariation, Ignorance, MINUTES_PER_MONTH, Outcome, Variation,
};

/// A design as stated, or under a look.
struct Row<'a> {
    design: &'a DesignOutcome,
    assumptions: &'a DesignAssumptions,
    look: Option<(&'a Variation, &'a DesignVariation)>,
    trials: u64,
}

type Fields<'a> = Vec<Vec<Field<Row<'a>>>>;

pub(crate) fn assumptions(outcome: &Outcome, locale: CsvLocale) -> Result<Sheet, FilesError> {
    let fields: Fields = [about(), what_it_gets(), verdicts(), ends(), not_known()].into_iter().flatten().collect();
    let mut rows = Vec::new();
    for design in &outcome.designs {
        let (Some(assumptions), Some(looks)) = (&design.assumptions, &outcome.assumptions) else { continue };
        rows.push(Row { design, assumptions, look: None, trials: outcome.trials });
        let looked = looks.variations.iter().zip(&assumptions.variations);
        rows.extend(looked.map(|look| Row { design, assumptions, look: Some(look), trials: looks.trials }));
    }
    Sheet::write("assumptions.csv", fields, rows, locale)
}

fn about<'a>() -> Fields<'a> {
    vec![
        field("design", "", "the design", |row: &Row| Cell::text(&row.design.design)),
        field("look", "", "what is otherwise; `as stated` is the run itself", |row: &Row| {
            Cell::text(row.look.map_or("as stated", |(look, _)| &look.name))
        }),
        field("says", "", "the same in words", |row: &Row| {
            row.look.map_or(Cell::Empty, |(look, _)| Cell::text(&look.says))
        }),
        field("trials", "trials", "replications behind the row", |row: &Row| Cell::Count(row.trials)),
    ]
}

fn unavailability(row: &Row) -> Bounded {
    Bounded::from(row.look.map_or(row.design.unavailability, |(_, of)| of.unavailability))
}

fn what_it_gets<'a>() -> Fields<'a> {
    vec![
        bounded("availability", "share", "share of time in which the objective held", |row: &Row| {
            Some(unavailability(row).availability())
        }),
        bounded(
            "downtime_min_per_month",
            "min/month",
            "the same as missed minutes in a month of 30 days",
            |row: &Row| Some(unavailability(row).minutes_per_month()),
        ),
        bounded("windows_met", "share", "share of whole windows that meet the target", |row: &Row| {
            row.look.map_or(row.design.windows_met, |(_, of)| of.windows_met).map(Bounded::at_least_of_few)
        }),
    ]
}

fn verdicts<'a>() -> Fields<'a> {
    let windows = |row: &Row| row.look.map_or(row.assumptions.verdict_windows_sampling, |(_, of)| of.verdict_windows);
    vec![
        field(
            "verdict_mean",
            "",
            "mean availability against the target, by the sampling interval of this row alone: meets, misses, not_resolved",
            |row: &Row| verdict(row.look.map_or(row.assumptions.verdict_mean_sampling, |(_, of)| of.verdict_mean)),
        ),
        field("verdict_windows", "", "the same of windows; empty without whole windows", move |row: &Row| {
            windows(row).map_or(Cell::Empty, verdict)
        }),
        field(
            "mostly",
            "",
            "the varied failure mode whose downtime differs most from the run's; empty for the run itself",
            |row: &Row| row.look.and_then(|(_, of)| of.mostly.as_deref()).map_or(Cell::Empty, Cell::text),
        ),
    ]
}

/// A field of the run's own row; empty in the rows of looks.
fn of_run<'a>(
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    read: fn(&DesignAssumptions) -> Cell,
) -> Vec<Field<Row<'a>>> {
    field(name, unit, meaning, move |row: &Row| if row.look.is_none() { read(row.assumptions) } else { Cell::Empty })
}

fn ends<'a>() -> Fields<'a> {
    vec![
        of_run(
            "assumptions_low_min_per_month",
            "min/month",
            "least downtime of the run and all looks; 0 where a look has too few hits; only in the row `as stated`",
            |of| Cell::Number(of.low * MINUTES_PER_MONTH),
        ),
        of_run(
            "assumptions_high_min_per_month",
            "min/month",
            "greatest downtime of the run and all looks; an upper bound where a look has too few hits",
            |of| Cell::Number(of.high * MINUTES_PER_MONTH),
        ),
        of_run("mean_depends_on", "", "the assumption that unsettles the verdict on the mean; empty if none", |of| {
            of.mean_depends_on.as_deref().map_or(Cell::Empty, Cell::text)
        }),
        of_run("windows_depend_on", "", "the assumption that unsettles the verdict on windows", |of| {
            of.windows_depend_on.as_deref().map_or(Cell::Empty, Cell::text)
        }),
    ]
}

fn not_known<'a>() -> Fields<'a> {
    let number = |name, unit, meaning, read: fn(&Ignorance) -> f64| {
        field(name, unit, meaning, move |row: &Row| {
            let of = row.assumptions.ignorance.as_ref().filter(|_| row.look.is_none());
            Cell::maybe(of.map(read))
        })
    };
    vec![
        number(
            "not_known_sd_min_per_month",
            "min/month",
            "standard deviation of the expected downtime over rates that are distributions: what is not known",
            |of| of.sd_not_known * MINUTES_PER_MONTH,
        ),
        number(
            "luck_sd_min_per_month",
            "min/month",
            "standard error of the run's downtime: luck, which more trials shrink",
            |of| of.sd_luck * MINUTES_PER_MONTH,
        ),
        number(
            "not_known_low_min_per_month",
            "min/month",
            "lower end of the expected downtime over those rates, at the study's confidence",
            |of| of.low * MINUTES_PER_MONTH,
        ),
        number("not_known_high_min_per_month", "min/month", "upper end of the same", |of| of.high * MINUTES_PER_MONTH),
        number(
            "not_known_share_that_meets",
            "share",
            "share of those rates under which the mean meets the target",
            |of| of.share_that_meets,
        ),
    ]
}
