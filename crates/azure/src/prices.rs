//! What machines cost (CO-01 to CO-05): a price list, and the built-in one.
//!
//! Prices are an hour, those of disks a month of 730 hours. There is no charge for a scale set nor for zones (CO-05), and
//! traffic between zones costs nothing in the built-in list (CO-04). A list is dated, for prices change.

use crate::limits::Size;
use std::collections::BTreeMap;

/// Hours of a month in prices.
pub const HOURS_PER_MONTH: f64 = 730.0;

/// The prices of one size, an hour; none where the list does not know.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SizePrice {
    /// Pay as you go.
    pub on_demand: f64,
    /// As a Spot machine.
    pub spot: Option<f64>,
    /// Paid for a year in advance.
    pub one_year: Option<f64>,
    /// Paid for three years in advance.
    pub three_years: Option<f64>,
    /// In a standby pool; on demand if it runs and nothing if it does not, without it.
    pub standby: Option<f64>,
}

/// A price list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PriceList {
    /// In what.
    pub currency: String,
    /// As of when.
    pub date: String,
    /// Where from.
    pub source: String,
    /// By size.
    pub sizes: Vec<(Size, SizePrice)>,
    /// The price of every size that the list does not name; none in lists by size.
    pub any: Option<SizePrice>,
    /// Disks of a machine a month, by the word of the key `disk`.
    pub disks: BTreeMap<String, f64>,
    /// A load balancer an hour.
    pub load_balancer: Option<f64>,
    /// An application gateway an hour, without its capacity units.
    pub application_gateway: Option<f64>,
    /// One of its capacity units an hour.
    pub capacity_unit: Option<f64>,
    /// A gigabyte that goes from one zone to another (CO-04).
    pub inter_zone_gb: f64,
}

impl PriceList {
    /// The prices of a size.
    pub fn of(&self, size: &Size) -> Option<SizePrice> {
        let found = self.sizes.iter().find(|(known, _)| known.is_same(&size.name));
        found.map(|(_, price)| *price).or(self.any)
    }
}

/// CO-01: sizes of the D series, on demand.
const SIZES: [(&str, f64); 3] = [("Standard_D2s_v5", 0.096), ("Standard_D4s_v5", 0.192), ("Standard_D8s_v5", 0.384)];
/// CO-02: of the price on demand, a Spot machine costs so much (60 to 90 % off; in the middle), and one that is paid for one or
/// three years in advance.
const SPOT: f64 = 0.25;
const ONE_YEAR: f64 = 0.6;
const THREE_YEARS: f64 = 0.4;
/// CO-03: the smallest disks: P4 and S4. Of Standard SSDs only an E30 of 1 TiB is known (76.80), which is no match for these: no
/// price, and so a mistake where a design has them.
const DISKS: [(&str, f64); 2] = [("premium-ssd", 5.28), ("standard-hdd", 1.54)];
/// CO-03: a Standard load balancer with up to five rules.
const LOAD_BALANCER: f64 = 0.025;
/// CO-03: an application gateway v2 without a firewall, and its capacity unit. With one (WAF v2) these are 0.36 and 0.0144.
const APPLICATION_GATEWAY: f64 = 0.20;
const CAPACITY_UNIT: f64 = 0.008;

/// CO-04: the newer word is that nothing is charged; older price lists have 0.01 USD.
const INTER_ZONE_GB: f64 = 0.0;

/// The built-in list: list prices of East US, Linux, in USD.
pub fn built_in() -> PriceList {
    let size = |(name, on_demand): (&str, f64)| {
        let of = |share: f64| Some(on_demand * share);
        let price = SizePrice {
            on_demand,
            spot: of(SPOT),
            one_year: of(ONE_YEAR),
            three_years: of(THREE_YEARS),
            standby: None,
        };
        Size::parse(name).ok().map(|size| (size, price))
    };
    PriceList {
        currency: "USD".into(),
        date: "2026-01".into(),
        source:
            "built-in list prices of East US, Linux, copied by third parties 2024 to 2026 (CO-01 to CO-03); Spot at \
                 75 % off, one and three years in advance at 40 and 60 % off (CO-02)"
                .into(),
        sizes: SIZES.into_iter().filter_map(size).collect(),
        any: None,
        disks: DISKS.map(|(kind, month)| (kind.to_owned(), month)).into(),
        load_balancer: Some(LOAD_BALANCER),
        application_gateway: Some(APPLICATION_GATEWAY),
        capacity_unit: Some(CAPACITY_UNIT),
        inter_zone_gb: INTER_ZONE_GB,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn co_01_and_co_02_list_prices_a_month() {
        let list = built_in();
        let of = |name: &str| list.of(&Size::parse(name).unwrap()).unwrap();
        assert!((of("Standard_D2s_v5").on_demand * HOURS_PER_MONTH - 70.08).abs() < 1e-9);
        assert!((of("D4s_v5").one_year.unwrap() - 0.1152).abs() < 1e-12);
        assert!((of("Standard_D8s_v5").three_years.unwrap() - 0.1536).abs() < 1e-12);
        let spot = of("Standard_D4s_v5").spot.unwrap() / 0.192;
        assert!((0.1..=0.4).contains(&spot), "60 to 90 % off");
        assert_eq!(list.of(&Size::parse("Standard_M128s").unwrap()), None);
    }

    #[test]
    fn co_03_disks_load_balancers_and_application_gateways() {
        let list = built_in();
        let disk = |kind: &str| list.disks.get(kind).copied();
        assert_eq!((disk("premium-ssd"), disk("standard-hdd")), (Some(5.28), Some(1.54)));
        // A kind of which no such small disk is known has no price, and is not free.
        assert_eq!((disk("standard-ssd"), disk("ultra"), disk("premium-ssd-v2")), (None, None, None));
        assert_eq!(list.load_balancer, Some(0.025));
        assert_eq!((list.application_gateway, list.capacity_unit), (Some(0.20), Some(0.008)));
    }
}
