//! SL-07: what the promises for the parts multiply to, beside what was simulated, and why they differ.

use super::designs::estimate;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::listed;
use zonefall_study::outcome::{CompositeOutcome, DesignOutcome, MINUTES_PER_MONTH, Outcome, Quality};

const NOTE: &str = "The arithmetic multiplies promises as if parts failed independently and just as often as promised: in \
                    series a · b, of alternatives 1 − (1 − a)(1 − b), of parts that clients are sent to that times the \
                    router's (which is never out where no component stands for it). A promise is a refund, no forecast. \
                    Charged minutes sum to the simulated downtime.";

/// The cause of what is missed while another part could serve.
const FAILING_OVER: &str = "failover";

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    let with: Vec<(&DesignOutcome, &CompositeOutcome)> =
        outcome.designs.iter().filter_map(|design| Some((design, design.composite.as_ref()?))).collect();
    if with.is_empty() {
        return;
    }
    page.title("The promises for the parts, multiplied, and what was simulated");
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("composite\npromise".into(), Side::Right),
        ("promised\nmin a month".into(), Side::Right),
        ("simulated\nmin a month".into(), Side::Right),
        ("components\nthemselves".into(), Side::Right),
        ("causes of\nseveral parts".into(), Side::Right),
        ("all\nelse".into(), Side::Right),
    ];
    let rows = with.iter().map(|(design, of)| row(page, design, of)).collect();
    page.grid(&Grid { rows, columns });
    for (design, of) in &with {
        page.paragraph(None, &words(design, of), None);
    }
    page.paragraph(None, NOTE, Some(Tone::Faint));
}

/// The share of the time that is not promised.
fn unpromised(of: &CompositeOutcome) -> Option<f64> {
    of.unpromised.or_else(|| of.promise.map(|promise| 1.0 - promise))
}

fn row(page: &Page, design: &DesignOutcome, of: &CompositeOutcome) -> Vec<String> {
    let minutes = |minutes: f64| number::plain(minutes, Toward::Up);
    vec![
        clean(&design.design),
        unpromised(of).map_or(number::NONE.into(), percent),
        unpromised(of).map_or(number::NONE.into(), |share| minutes(share * MINUTES_PER_MONTH)),
        estimate(page, design.unavailability, |share| minutes(share * MINUTES_PER_MONTH)),
        minutes(of.components_min_per_month),
        minutes(of.shared_min_per_month),
        minutes(of.rest_min_per_month),
    ]
}

/// A promise by what is left of 100 %: four decimals, or as many as tell it from that.
fn percent(unpromised: f64) -> String {
    let nines = -unpromised.max(f64::MIN_POSITIVE).log10();
    format!("{} %", number::availability(unpromised, (nines.ceil() as u32).saturating_sub(1).max(4)))
}

/// Why the two differ.
fn words(design: &DesignOutcome, of: &CompositeOutcome) -> String {
    let name = clean(&design.design);
    let without: Vec<String> =
        of.parts.iter().filter(|part| part.promise.is_none()).map(|part| clean(&part.part)).collect();
    let Some(unpromised) = unpromised(of) else {
        return format!("{name}: nothing is promised for {}, so there is no composite promise.", listed(&without));
    };
    let left_out = match without.is_empty() {
        true => String::new(),
        false => format!(" No promise is known for {}, which is left out.", listed(&without)),
    };
    format!("{}{left_out}", difference(&name, design, of, unpromised * MINUTES_PER_MONTH))
}

fn difference(name: &str, design: &DesignOutcome, of: &CompositeOutcome, promised: f64) -> String {
    let simulated = design.unavailability.mean * MINUTES_PER_MONTH;
    if design.unavailability.quality == Quality::UpperBound {
        return format!("{name}: too few trials miss to tell it from what the promises multiply to.");
    }
    let more = if simulated >= promised { "more" } else { "less" };
    let failing_over = design.causes.iter().find(|row| row.cause == FAILING_OVER);
    let failing_over = failing_over.map_or(0.0, |row| row.downtime_min_per_month.mean);
    let gap = number::plain((simulated - promised).abs(), Toward::Up);
    let parts = [
        (of.components_min_per_month, "from components that fail by themselves, as often as promised"),
        (
            of.shared_min_per_month,
            "from causes that strike several parts at once, which the arithmetic takes for independent",
        ),
        (failing_over, "from failing over, which no promise for a part counts"),
        (
            of.rest_min_per_month - failing_over,
            "from what strikes or overloads one part, whose promise is a bound and not its law",
        ),
    ];
    let told: Vec<String> = parts
        .iter()
        .filter(|(minutes, _)| *minutes > 1e-12)
        .map(|(minutes, words)| format!("{} {words}", number::plain(*minutes, Toward::Up)))
        .collect();
    let charged = if told.is_empty() { "nothing was missed".into() } else { told.join("; ") };
    format!("{name}: {gap} min a month {more} than the promises multiply to. Charged: {charged}.")
}
