//! `credits.csv`, the steps of the SLA's credits, and `money.csv`, the bills.

use super::bounded::Bounded;
use super::cell::{Cell, CsvLocale};
use super::sheet::{Sheet, bounded, estimate, field};
use crate::files::FilesError;
use zonefall_study::outcome::{
    AgreementOutcome, BillOutcome, CreditTier, DesignOutcome, Outcome, PartCredit, SlaOutcome,
};

/// The steps of the credits, a row each.
pub(crate) fn credits(outcome: &Outcome, locale: CsvLocale) -> Result<Sheet, FilesError> {
    type Row<'a> = (&'a str, &'a SlaOutcome, &'a CreditTier, Option<&'a AgreementOutcome>);
    let fields = vec![
        field("design", "", "the design", |row: &Row| Cell::text(row.0)),
        field("sla_name", "", "Azure's promise that applies", |row: &Row| Cell::text(&row.1.name)),
        field(
            "uptime_below",
            "share",
            "a window with less uptime than this, and not less than in the next row …",
            |row: &Row| Cell::Number(row.2.below),
        ),
        field("credit_percent", "percent", "… brings a credit of so much of its bill", |row: &Row| {
            Cell::Count(row.2.credit_percent.into())
        }),
        estimate("months_share", "share", "share of whole months with just this credit", |row: &Row| {
            Some(row.2.months_share)
        }),
        field(
            "part",
            "",
            "the region or set that is promised by itself; empty where one promise covers all",
            |row: &Row| row.3.map_or(Cell::Empty, |part| Cell::text(&part.of)),
        ),
        field("each_machine", "", "yes: each machine of it by itself, and months are machine-months", |row: &Row| {
            row.3.map_or(Cell::Empty, |part| Cell::text(if part.each_machine { "yes" } else { "no" }))
        }),
        field(
            "uptime",
            "share",
            "uptime by Azure's definition of what is promised; of a machine if each is",
            |row: &Row| Cell::Number(row.1.uptime),
        ),
        field(
            "expected_credit_percent",
            "percent",
            "expected credit, of a month's bill of what is promised",
            |row: &Row| Cell::maybe(row.1.expected_credit_percent),
        ),
    ];
    let of_design = |design| -> Vec<Row> { tiers_of(design) };
    Sheet::write("credits.csv", fields, outcome.designs.iter().flat_map(of_design), locale)
}

fn tiers_of(design: &DesignOutcome) -> Vec<(&str, &SlaOutcome, &CreditTier, Option<&AgreementOutcome>)> {
    let mut rows = Vec::new();
    for (part, sla) in design.promises() {
        rows.extend(sla.tiers.iter().map(|tier| (design.design.as_str(), sla, tier, part)));
    }
    rows
}

/// A row of the bills.
struct Line<'a> {
    design: &'a str,
    item: &'a str,
    part: &'a str,
    hours: Option<f64>,
    cost: Bounded,
    currency: &'a str,
    date: &'a str,
}

/// The bills: what is paid for, and what comes of it.
pub(crate) fn money(outcome: &Outcome, locale: CsvLocale) -> Result<Sheet, FilesError> {
    let fields = vec![
        field("design", "", "the design", |row: &Line| Cell::text(row.design)),
        field(
            "item",
            "",
            "what is paid for (on_demand, committed, spot, standby, stopped, disks, load_balancer or application_gateway, capacity_units, components, inter_zone, and what else has a price: these sum to the bill), and bill, credit_of_part (of the part in the last column; these sum to the credit), credit, downtime, total (bill and downtime less credit)",
            |row: &Line| Cell::text(row.item),
        ),
        field(
            "machine_hours_per_month",
            "h/month",
            "machine-hours of a month of 730 hours; empty for what is not a machine",
            |row: &Line| Cell::maybe(row.hours),
        ),
        bounded(
            "cost_per_month",
            "money/month",
            "what it costs in a month of 730 hours, in the currency; the ends of a total are those of its parts added up",
            |row: &Line| Some(row.cost),
        ),
        field("currency", "", "what the prices are in", |row: &Line| Cell::text(row.currency)),
        field("prices_date", "", "as of when the prices are", |row: &Line| Cell::text(row.date)),
        field("part", "", "the region or set that a credit is of, where promises are by part", |row: &Line| {
            Cell::text(row.part)
        }),
    ];
    let lines = outcome.designs.iter().filter_map(|design| Some((design, design.bill.as_ref()?)));
    let lines: Vec<Line> = lines.flat_map(|(design, bill)| lines_of(outcome, &design.design, bill)).collect();
    Sheet::write("money.csv", fields, lines, locale)
}

fn lines_of<'a>(outcome: &'a Outcome, design: &'a str, bill: &'a BillOutcome) -> Vec<Line<'a>> {
    let (currency, date) = outcome.money.as_ref().map_or(("", ""), |money| (&money.currency, &money.prices_date));
    let line = |item, hours, cost| Line { design, item, part: "", hours, cost, currency, date };
    let items = bill.items.iter().map(|item| {
        let mean = Some(item.cost_per_month);
        let cost = Bounded { mean, low: None, high: None, quality: "", hits: bill.bill_per_month.hits };
        line(item.item.as_str(), item.machine_hours_per_month, cost)
    });
    let of_part =
        |of: &'a PartCredit| Line { part: &of.of, ..line("credit_of_part", None, Bounded::from(of.credit_per_month)) };
    let credits = bill.credits.iter().map(of_part);
    let whole = line("bill", None, Bounded::from(bill.bill_per_month));
    let parts = [
        ("credit", bill.credit_per_month),
        ("downtime", bill.downtime_cost_per_month),
        ("total", Some(bill.total_per_month)),
    ];
    let parts = parts.into_iter().filter_map(|(item, of)| Some(line(item, None, Bounded::from(of?))));
    items.chain([whole]).chain(credits).chain(parts).collect()
}
