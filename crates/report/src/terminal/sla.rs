//! Azure's own yardstick, apart from the objective.

use super::designs::{estimate, share_of_few};
use super::money::good;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::{
    AgreementOutcome, CreditTier, DesignOutcome, MINUTES_PER_MONTH, Outcome, Quality, SlaOutcome,
};
use zonefall_study::quoted;

const NOTE: &str = "Uptime here is a connection to at least one machine, whatever the objective needs. Meeting it does \
                    not meet the objective, and a credit is not the cost of an outage.";

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    if all(outcome).next().is_none() {
        return;
    }
    let has_parts = has_parts(outcome);
    page.title("Azure's own SLA, another yardstick");
    let mut columns = vec![
        ("design".to_owned(), Side::Name),
        ("promise".into(), Side::Right),
        ("uptime".into(), Side::Right),
        ("unconnected\nmin a month".into(), Side::Right),
        ("months\nbelow".into(), Side::Right),
        ("expected\ncredit".into(), Side::Right),
    ];
    if has_parts {
        columns.insert(1, ("part".into(), Side::Name));
    }
    let mut rows: Vec<Vec<String>> = Vec::new();
    for design in &outcome.designs {
        let begin = |name: String, part: String| if has_parts { vec![name, part] } else { vec![name] };
        let mut name = clean(&design.design);
        for (part, sla) in design.promises() {
            let mut row = begin(std::mem::take(&mut name), part.map(part_in_words).unwrap_or_default());
            row.extend(cells(page, outcome, sla));
            rows.push(row);
        }
        if !name.is_empty() {
            let mut row = begin(name, String::new());
            row.push(if promised_by_part(design) { "by part".into() } else { "none".into() });
            rows.push(row);
        }
    }
    rows.iter_mut().for_each(|row| row.resize(columns.len(), String::new()));
    page.grid(&Grid { rows, columns });
    page.line("");
    page.grid(&steps(page, outcome, has_parts));
    page.paragraph(
        None,
        &format!(
            "Promises: {}. {}{}{NOTE}{}{}{}{}",
            promises(outcome),
            by_part(outcome),
            parts(outcome),
            bounds(page, outcome),
            releases(outcome),
            clock(outcome),
            months(outcome)
        ),
        Some(Tone::Faint),
    );
}

/// Every promise of every design.
fn all(outcome: &Outcome) -> impl Iterator<Item = &SlaOutcome> {
    outcome.designs.iter().flat_map(DesignOutcome::promises).map(|(_, sla)| sla)
}

fn has_parts(outcome: &Outcome) -> bool {
    outcome.designs.iter().any(|design| !design.agreements.is_empty())
}

/// A part, and whether it is one machine after the other.
fn part_in_words(part: &AgreementOutcome) -> String {
    let name = clean(&part.of);
    match (part.each_machine, part.machines) {
        (true, 2..) => format!("{name}, each of {}", number::count(part.machines)),
        _ => name,
    }
}

/// What parts with promises of their own are.
fn parts(outcome: &Outcome) -> &'static str {
    match has_parts(outcome) {
        true => {
            "A part (a region, a set, or each machine of one) has a promise, an uptime and a credit of its own where there is none for all \
             machines together; of machines that are promised one by one minutes and months are those of a machine. "
        }
        false => "",
    }
}

/// Whether there is a promise for the parts of a design, and none for all of it.
fn promised_by_part(design: &DesignOutcome) -> bool {
    design.sla.is_none()
        && design.agreements.is_empty()
        && design.composite.as_ref().is_some_and(|of| of.promise.is_some() || of.unpromised.is_some())
}

/// What stands in place of a promise there.
fn by_part(outcome: &Outcome) -> &'static str {
    match outcome.designs.iter().any(promised_by_part) {
        true => {
            "By part: the agreement promises each part by itself and nothing for the whole, so there is no uptime and no credit of \
             the whole; what the promises multiply to is the composite promise of the table above. "
        }
        false => "",
    }
}

/// The steps of the credits and how many months reach them.
fn steps(page: &Page, outcome: &Outcome, has_parts: bool) -> Grid {
    let mut columns = vec![
        ("design".to_owned(), Side::Name),
        ("uptime of\na month".into(), Side::Right),
        ("credit".into(), Side::Right),
        ("months".into(), Side::Right),
        (format!("{} interval", number::percent_given(outcome.confidence)), Side::Left),
    ];
    if has_parts {
        columns.insert(1, ("part".into(), Side::Name));
    }
    let mut rows = Vec::new();
    let promises = outcome.designs.iter().flat_map(|design| {
        let named = |(at, (part, sla))| (if at == 0 { clean(&design.design) } else { String::new() }, part, sla);
        design.promises().enumerate().map(named)
    });
    for (mut name, part, sla) in promises {
        let mut part = part.map(part_in_words).unwrap_or_default();
        for tier in &sla.tiers {
            let up = |share| number::percent(share, Toward::Up);
            let of = tier.months_share;
            let interval = match (of.low, of.quality) {
                (Some(low), Quality::Interval) => number::ends(low, of.high, number::percent).join(page.sign("–", "-")),
                _ => String::new(),
            };
            let mut row = vec![std::mem::take(&mut name)];
            row.extend(has_parts.then(|| std::mem::take(&mut part)));
            row.extend([
                band(&sla.tiers, tier.below),
                format!("{} %", tier.credit_percent),
                estimate(page, of, up),
                interval,
            ]);
            rows.push(row);
        }
    }
    Grid { columns, rows }
}

/// The uptime of the months that get the credit of a step: from where the next step begins.
fn band(tiers: &[CreditTier], below: f64) -> String {
    let next = tiers.iter().map(|tier| tier.below).filter(|&other| other < below).reduce(f64::max);
    match next {
        Some(next) => format!("{} to < {}", number::percent_given(next), number::percent_given(below)),
        None => format!("< {}", number::percent_given(below)),
    }
}

/// What is a bound and no estimate.
fn bounds(page: &Page, outcome: &Outcome) -> String {
    let is_bound = |sla: &SlaOutcome| sla.unconnected_min_per_month.quality == Quality::UpperBound;
    if !all(outcome).any(is_bound) {
        return String::new();
    }
    format!(
        " {} and {}: too few trials were ever without a connection; the worst that they, and the time in which the objective is \
         missed, allow for.",
        page.sign("≥", ">="),
        page.sign("≤", "<=")
    )
}

/// SL-03: credits are monthly.
fn months(outcome: &Outcome) -> String {
    if all(outcome).all(|sla| sla.breach_share.is_none()) {
        return " The agreement goes by months: no whole month was measured, so nothing is known of credits.".into();
    }
    String::new()
}

/// SL-03: where there are releases, that what they take out is not among these minutes.
fn releases(outcome: &Outcome) -> &'static str {
    let operations = outcome
        .designs
        .iter()
        .filter(|design| design.promises().next().is_some())
        .flat_map(|design| &design.operations);
    match operations.into_iter().any(|of| of.operation == "releases") {
        true => {
            " The agreement leaves out what a customer does, so a machine that your own releases take out or spoil counts as one that \
             can be reached (SL-03): nothing is to be taken off for them."
        }
        false => "",
    }
}

/// SL-02, where it matters.
fn clock(outcome: &Outcome) -> String {
    let stood: Vec<String> = outcome
        .designs
        .iter()
        .flat_map(|design| design.promises().map(move |(part, sla)| (design, part, sla)))
        .filter(|(.., sla)| sla.clock_share < 1.0)
        .map(|(design, part, sla)| {
            let part = part.map(|part| format!(" in {}", part_in_words(part))).unwrap_or_default();
            let share = number::percent(1.0 - sla.clock_share, Toward::Up);
            format!("{}{part} {share}", quoted(&clean(&design.design)))
        })
        .collect();
    if stood.is_empty() {
        return String::new();
    }
    format!(
        " Time that does not count, for the customer had too few machines or zones started (SL-02): {}.",
        stood.join(", ")
    )
}

/// Every promise that applies somewhere, once, in words.
fn promises(outcome: &Outcome) -> String {
    let mut names: Vec<&str> = Vec::new();
    for sla in all(outcome) {
        if !names.contains(&sla.name.as_str()) {
            names.push(&sla.name);
        }
    }
    names.join("; ")
}

/// How many plain trials there were, where none was ever without a connection and only their number bounds what may be.
fn none_in(outcome: &Outcome, sla: &SlaOutcome) -> Option<u64> {
    let of = sla.unconnected_min_per_month;
    let plain = outcome.method.as_ref().is_none_or(|of| of.used == "crude");
    (plain && of.quality == Quality::UpperBound && of.hits == 0).then_some(outcome.trials)
}

fn cells(page: &Page, outcome: &Outcome, sla: &SlaOutcome) -> Vec<String> {
    let below = sla.breach_share.map(|of| share_of_few(page, of));
    let minutes = estimate(page, sla.unconnected_min_per_month, |minutes| number::plain(minutes, Toward::Up));
    let none = none_in(outcome, sla).map(|trials| format!("\nnone in\n{} trials", number::count(trials)));
    vec![
        number::percent_given(sla.promise),
        uptime(page, sla),
        minutes + &none.unwrap_or_default(),
        below.unwrap_or_else(|| number::NONE.into()),
        match sla.credit_percent {
            Some(of) => estimate(page, of, |percent| format!("{} %", number::plain(percent, good(of)))),
            None => number::NONE.into(),
        },
    ]
}

fn uptime(page: &Page, sla: &SlaOutcome) -> String {
    let of = sla.unconnected_min_per_month;
    let shown = |minutes: f64| {
        let decimals = number::target_decimals(sla.promise);
        number::availabilities(&[minutes / MINUTES_PER_MONTH], decimals).concat()
    };
    match of.quality {
        Quality::Interval | Quality::Recorded | Quality::Exact => format!("{} %", shown(of.mean)),
        Quality::UpperBound => format!("{} {} %", page.sign("≥", ">="), shown(of.high)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zonefall_study::outcome::Estimate;

    /// A step's months are those that do not reach the next.
    #[test]
    fn steps_of_credits_are_bands() {
        let months_share = Estimate { mean: 0.1, low: None, high: 0.2, quality: Quality::UpperBound, hits: 3 };
        let tier = |below, credit_percent| CreditTier { below, credit_percent, months_share };
        let tiers = [tier(0.999, 10), tier(0.99, 25), tier(0.95, 100)];
        let bands = tiers.map(|tier| band(&tiers, tier.below));
        assert_eq!(bands, ["99 % to < 99.9 %", "95 % to < 99 %", "< 95 %"]);
    }
}
