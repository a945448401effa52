//! What designs cost: machine-hours by what they are paid as, bill, expected credit, cost of downtime.

use super::designs::estimate;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::{BillOutcome, DesignOutcome, Estimate, MoneyOutcome, Outcome, Quality};

/// What the items of a bill are called.
const ITEMS: [(&str, &str); 11] = [
    ("on_demand", "on demand"),
    ("committed", "paid in advance"),
    ("spot", "Spot"),
    ("standby", "standby pool"),
    ("stopped", "deallocated"),
    ("disks", "disks"),
    ("load_balancer", "load balancer"),
    ("application_gateway", "application gateway"),
    ("capacity_units", "its capacity units"),
    ("components", "components"),
    ("inter_zone", "traffic between zones"),
];

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    let Some(money) = &outcome.money else { return };
    page.title("Money");
    page.grid(&totals(page, outcome, money));
    page.line("");
    page.grid(&items(outcome));
    if outcome.designs.iter().filter_map(|design| design.bill.as_ref()).any(|bill| !bill.credits.is_empty()) {
        page.line("");
        page.grid(&credits(page, outcome));
    }
    page.paragraph(None, &notes(money), Some(Tone::Faint));
}

fn totals(page: &Page, outcome: &Outcome, money: &MoneyOutcome) -> Grid {
    let currency = clean(&money.currency);
    let has_downtime = money.downtime_per_hour.is_some();
    let mut columns = vec![("design".to_owned(), Side::Name), (format!("bill\n{currency} a month"), Side::Right)];
    // A bill that no luck changes has no interval.
    let varies = |bill: &BillOutcome| bill.bill_per_month.low != Some(bill.bill_per_month.high);
    let bills_vary = outcome.designs.iter().filter_map(|design| design.bill.as_ref()).any(varies);
    let confidence = number::percent_given(outcome.confidence);
    if bills_vary {
        columns.push((format!("{confidence} interval\nof the bill"), Side::Left));
    }
    columns.push(("SLA credit\na month".into(), Side::Right));
    if has_downtime {
        columns.push(("downtime\na month".into(), Side::Right));
    }
    columns.push(("total\na month".into(), Side::Right));
    columns.push((format!("{confidence} interval\nof the total"), Side::Left));
    let row = |design: &DesignOutcome| {
        let mut row = vec![clean(&design.design)];
        let Some(bill) = &design.bill else { return row };
        let dear = |of: Estimate| estimate(page, of, cents);
        row.push(dear(bill.bill_per_month));
        if bills_vary {
            row.push(if varies(bill) { interval(page, bill.bill_per_month) } else { "as stated".into() });
        }
        row.push(bill.credit_per_month.map_or("none".into(), |of| estimate(page, of, cents)));
        if has_downtime {
            row.push(bill.downtime_cost_per_month.map_or_else(|| number::NONE.into(), dear));
        }
        row.push(dear(bill.total_per_month));
        row.push(interval(page, bill.total_per_month));
        row
    };
    let mut rows: Vec<Vec<String>> = outcome.designs.iter().map(row).collect();
    rows.iter_mut().for_each(|row| row.resize(columns.len(), String::new()));
    Grid { columns, rows }
}

fn interval(page: &Page, of: Estimate) -> String {
    match of.low {
        Some(low) => number::ends(low, of.high, cash).join(page.sign("–", "-")),
        None => String::new(),
    }
}

/// Which way something good is rounded: down, but a bound of it up.
pub(super) fn good(of: Estimate) -> Toward {
    if of.quality == Quality::UpperBound { Toward::Up } else { Toward::Down }
}

/// An amount that is whole cents, as all of them are in results: what stands in a column sums to what stands below.
pub(super) fn cents(amount: f64) -> String {
    number::fixed(number::tidy(amount), 2, Toward::Up)
}

/// An amount of money with two decimals below a thousand, and none above.
pub(super) fn cash(amount: f64, toward: Toward) -> String {
    if amount < 0.01 {
        return number::plain(number::tidy(amount), toward);
    }
    number::fixed(number::tidy(amount), if amount < 1000.0 { 2 } else { 0 }, toward)
}

fn items(outcome: &Outcome) -> Grid {
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("paid for".into(), Side::Name),
        ("machine-hours\na month".into(), Side::Right),
        ("cost\na month".into(), Side::Right),
    ];
    let mut rows = Vec::new();
    for (design, bill) in outcome.designs.iter().filter_map(|design| Some((design, design.bill.as_ref()?))) {
        let mut name = clean(&design.design);
        for item in &bill.items {
            let known = ITEMS.iter().find(|(key, _)| *key == item.item).map_or(item.item.as_str(), |(_, words)| words);
            let hours = item.machine_hours_per_month.map(|hours| number::plain(number::tidy(hours), Toward::Up));
            rows.push(vec![
                std::mem::take(&mut name),
                known.to_owned(),
                hours.unwrap_or_default(),
                cents(item.cost_per_month),
            ]);
        }
    }
    Grid { columns, rows }
}

/// What each part gives back, where promises are by part.
fn credits(page: &Page, outcome: &Outcome) -> Grid {
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("promised\nby itself".into(), Side::Name),
        ("its machines\na month".into(), Side::Right),
        ("SLA credit\na month".into(), Side::Right),
    ];
    let mut rows = Vec::new();
    for (design, bill) in outcome.designs.iter().filter_map(|design| Some((design, design.bill.as_ref()?))) {
        let mut name = clean(&design.design);
        for part in &bill.credits {
            let credit = estimate(page, part.credit_per_month, cents);
            rows.push(vec![std::mem::take(&mut name), clean(&part.of), cents(part.covered_per_month), credit]);
        }
    }
    Grid { columns, rows }
}

fn notes(money: &MoneyOutcome) -> String {
    let mut words = format!(
        "Prices in {} as of {}: {}. A month has 730 hours. A machine that is down costs as much as one that serves; the credit \
         is an expected refund of the mean bill of machines that are neither Spot nor pooled, if it is claimed.",
        clean(&money.currency),
        clean(&money.prices_date),
        clean(&money.prices_source)
    );
    if let Some(cost) = money.downtime_per_hour {
        words += &format!(
            " An hour of downtime costs {}. Total: bill and downtime less credit; its interval adds up theirs.",
            cash(cost, Toward::Up)
        );
    } else {
        words += " Total: bill less credit.";
    }
    if !money.notes.is_empty() {
        words += &format!(" To be known: {}.", clean(&money.notes.join("; ")));
    }
    words
}
