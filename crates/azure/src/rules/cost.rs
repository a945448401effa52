//! CO: what machines cost.

use super::Confidence::Recalled;
use super::Rule;

const LISTS: &str = "pinned price tables of third parties, 2024 to 2026";

pub(super) const COST: &[Rule] = &[
    Rule::modelled(
        "CO-01",
        "A machine costs so much an hour by its size, a month has 730 hours: D2s v5 0.096 USD, 70.08 a month.",
        LISTS,
    )
    .key("money.prices"),
    Rule::modelled(
        "CO-02",
        "Spot machines are up to 90 % off (75 % here), one year paid in advance about 40 %, three years 60 %.",
        "price pages, recalled",
    )
    .recalled()
    .key("money.prices.size.spot"),
    Rule::modelled(
        "CO-03",
        "USD an hour: a load balancer 0.025, an application gateway 0.20 and 0.008 a unit; a month: a P4 disk 5.28, an S4 1.54.",
        "pinned price tables of third parties, 2024 to 2026; the rate of the first five rules is recalled",
    )
    .partly(&[Recalled])
    .key("money.prices.load_balancer"),
    Rule::in_part(
        "CO-04",
        "Traffic between zones: no longer charged (the default), says the vendor; price lists still have 0.01 USD a GB.",
        "price lists against a notice of 2024, which is recalled",
        "which machine talks to which: those of a request stand in zones as all machines of a region do when nothing has \
         happened",
    )
    .conflicting()
    .partly(&[Recalled])
    .key("money.prices.inter_zone_gb"),
    Rule::modelled("CO-05", "There is no charge for a scale set, nor for its zones.", "scale set pages"),
];
