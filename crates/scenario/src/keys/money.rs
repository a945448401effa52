//! Keys of money: which price list, what downtime costs, and the list itself, in the scenario or in a file of its own.

use super::Key;
use super::Kind::{Either, Number, Table, Text};

/// The most of an hour's price.
pub(crate) const PRICE_MAX: f64 = 1e6;
/// The most of a gigabyte's price.
const GB_MAX: f64 = 10.0;
/// The most that an hour of downtime may cost.
const DOWNTIME_MAX: f64 = 1e12;

macro_rules! price {
    ($name:literal, $doc:literal) => {
        Key::new(concat!("money.prices.size.<name>.", $name), Number(0.0, PRICE_MAX), $doc)
    };
}

macro_rules! disk {
    ($name:literal) => {
        Key::new(
            concat!("money.prices.disk.", $name),
            Number(0.0, PRICE_MAX),
            "The disks of a machine whose `disk` is this, a month of 730 hours.",
        )
        .from("CO-03")
    };
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "money",
        Table,
        "Asks for the bill of each design: machine-hours by what they are paid as, expected SLA credit, cost of downtime. An empty table takes the built-in prices.",
    )
    .from("CO-01 to CO-05, SL-03"),
    Key::new("money.downtime_per_hour", Number(0.0, DOWNTIME_MAX), "What an hour costs the business in which the objective is missed, in the currency of the prices."),
    Key::new(
        "money.prices",
        Either(&[Text, Table]),
        "The price list: a TOML file with the keys of this table, by its path from the scenario's folder, or the table itself. The built-in list of three D sizes without it.",
    )
    .from("CO-01"),
    Key::new("money.prices.date", Text, "When the prices were looked up: prices change."),
    Key::new("money.prices.source", Text, "Where they are from.").or("not said"),
    Key::new("money.prices.currency", Text, "What they are in.").or("USD"),
    Key::new("money.prices.size", Table, "Machine sizes, each `[size.<name>]`: at least one."),
    Key::new("money.prices.size.<name>", Table, "The prices of one machine size, such as `Standard_D4s_v5`, an hour.").from("CO-01"),
    price!("on_demand", "Pay as you go, an hour.").from("CO-01"),
    price!("spot", "As a Spot machine, an hour; prices do not move here. Needed where a design has Spot machines of the size.").from("CO-02"),
    price!("one_year", "Paid for a year in advance, an hour. Needed where `committed` machines have the size.").from("CO-02"),
    price!("three_years", "Paid for three years in advance, an hour. Needed where `committed` machines have the size for three years.").from("CO-02"),
    price!("standby", "In a standby pool, an hour. Without it: on demand for pools that run, nothing for others."),
    Key::new("money.prices.disk", Table, "Disks by kind; a design with a kind that is not listed is a mistake. Without any, disks are left out, and the results say so."),
    disk!("ultra"),
    disk!("premium-ssd-v2"),
    disk!("premium-ssd"),
    disk!("standard-ssd"),
    disk!("standard-hdd"),
    Key::new("money.prices.inter_zone_gb", Number(0.0, GB_MAX), "A gigabyte (10⁹ bytes) that goes from one zone to another (`demand.kb_between_zones`): 0 by the vendor's newer word, 0.01 USD in older lists, which counts once what both ends may be charged for.").or("0.0").from("CO-04"),
    Key::new("money.prices.load_balancer", Number(0.0, PRICE_MAX), "A load balancer, an hour; without it, it costs nothing, and the results say so.").from("CO-03"),
    Key::new("money.prices.application_gateway", Number(0.0, PRICE_MAX), "An application gateway (`load_balancer.kind`), an hour, without its capacity units; without it, it costs nothing, and the results say so. In the built-in list 0.20, v2 without a firewall.").from("CO-03"),
    Key::new("money.prices.capacity_unit", Number(0.0, PRICE_MAX), "A capacity unit of an application gateway, an hour: an instance of one that scales (`load_balancer.autoscale`) has ten, of others it is not known how many. In the built-in list 0.008.").from("CO-03"),
];
