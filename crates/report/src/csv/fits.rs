//! Fits as a table for spreadsheets: one row a group.

use super::cell::{Cell, CsvLocale};
use super::sheet::{Field, Sheet, field};
use crate::files::FilesError;
use zonefall_study::fitting::{Candidate, Group};

type Of<'a> = &'a Group;

fn first(group: Of<'_>) -> Option<&Candidate> {
    group.fit.first()
}

fn parameter(group: Of<'_>, at: usize, pick: fn(&zonefall_study::fitting::Parameter) -> f64) -> Cell {
    Cell::maybe(first(group).and_then(|first| first.parameters.get(at)).map(pick))
}

fn fields<'a>() -> Vec<Vec<Field<Of<'a>>>> {
    let mut fields: Vec<Vec<Field<Of<'a>>>> = vec![
        field("group", "", "the group's name", |group: &Of<'a>| Cell::text(&group.name)),
        field("holds", "", "what is in it", |group: &Of<'a>| Cell::text(&group.holds)),
        field("events", "", "events", |group: &Of<'a>| Cell::Count(group.events)),
        field("durations", "", "events whose duration is known", |group: &Of<'a>| Cell::Count(group.durations)),
        field("cut_off", "", "events known only to have lasted longer", |group: &Of<'a>| Cell::Count(group.cut_off)),
        field("unknown", "", "events of unknown duration", |group: &Of<'a>| Cell::Count(group.unknown)),
        field("units", "", "units watched; empty if nobody said", |group: &Of<'a>| {
            group.often.and_then(|often| often.units).map_or(Cell::Empty, Cell::Count)
        }),
        field("rate_per_year", "1/year", "events per unit and year", |group: &Of<'a>| {
            Cell::maybe(group.often.map(|often| often.per_year))
        }),
        field("rate_low", "1/year", "lower end", |group: &Of<'a>| {
            Cell::maybe(group.often.map(|often| often.interval.low))
        }),
        field("rate_high", "1/year", "upper end", |group: &Of<'a>| {
            Cell::maybe(group.often.map(|often| often.interval.high))
        }),
        field("dispersion", "", "variance over mean of counts; 1 is Poisson", |group: &Of<'a>| {
            Cell::maybe(group.dispersion.map(|found| found.index))
        }),
        field("dispersion_p", "", "its p value", |group: &Of<'a>| Cell::maybe(group.dispersion.map(|found| found.p))),
        field("median_h", "h", "median as recorded", |group: &Of<'a>| {
            Cell::maybe(group.long.and_then(|long| long.median_h))
        }),
        field("mean_h", "h", "mean as recorded", |group: &Of<'a>| Cell::maybe(group.long.and_then(|long| long.mean_h))),
        field("p90_h", "h", "90 % quantile as recorded", |group: &Of<'a>| {
            Cell::maybe(group.long.and_then(|long| long.p90_h))
        }),
        field("mean_ln_h", "", "mean of ln(hours)", |group: &Of<'a>| {
            Cell::maybe(group.long.map(|long| long.mean_ln_h))
        }),
        field("sd_ln_h", "", "standard deviation of ln(hours)", |group: &Of<'a>| {
            Cell::maybe(group.long.and_then(|long| long.sd_ln_h))
        }),
        field("law", "", "the law to take", |group: &Of<'a>| {
            first(group).map_or(Cell::Empty, |first| Cell::text(first.law.family().word()))
        }),
    ];
    for at in 0..2 {
        let name = |suffix: &str| format!("parameter_{}{suffix}", at + 1);
        fields.push(field(&name(""), "", "its name", move |group: &Of<'a>| {
            let named = first(group).and_then(|first| first.parameters.get(at));
            named.map_or(Cell::Empty, |of| Cell::text(of.name))
        }));
        fields.push(field(&name("_value"), "h or none", "its value", move |group: &Of<'a>| {
            parameter(group, at, |of| of.value)
        }));
        fields.push(field(&name("_low"), "h or none", "lower end", move |group: &Of<'a>| {
            parameter(group, at, |of| of.interval.low)
        }));
        fields.push(field(&name("_high"), "h or none", "upper end", move |group: &Of<'a>| {
            parameter(group, at, |of| of.interval.high)
        }));
    }
    fields.extend([
        field("fit_p", "", "p value of the Anderson-Darling test", |group: &Of<'a>| {
            Cell::maybe(first(group).and_then(|first| first.goodness).map(|goodness| goodness.p))
        }),
        field("law_median_h", "h", "median of the law", |group: &Of<'a>| {
            Cell::maybe(group.fitted.map(|of| of.median_h))
        }),
        field("law_mean_h", "h", "mean of the law", |group: &Of<'a>| Cell::maybe(group.fitted.map(|of| of.mean_h))),
        field("law_p90_h", "h", "90 % quantile of the law", |group: &Of<'a>| {
            Cell::maybe(group.fitted.map(|of| of.p90_h))
        }),
        field("word", "", "how far the choice of the law can be trusted", |group: &Of<'a>| Cell::text(&group.word)),
        field("remarks", "", "what else there is to say", |group: &Of<'a>| Cell::Text(group.remarks.join("; "))),
    ]);
    fields
}

/// The groups.
pub(crate) fn fits(groups: &[Group], locale: CsvLocale) -> Result<Sheet, FilesError> {
    Sheet::write("fit.csv", fields(), groups.iter(), locale)
}
