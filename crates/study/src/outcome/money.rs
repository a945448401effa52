//! What is promised for a design, what is paid back, and what it costs.

use super::Estimate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// SL-07: the promise for one part of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PartPromise {
    /// The part.
    pub part: String,
    /// Its promised availability; none where nothing is promised.
    pub promise: Option<f64>,
}

/// SL-07: what the promises for the parts of a service multiply to, and what the simulated downtime comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompositeOutcome {
    /// The availability by arithmetic, as if parts and routers failed independently; none where a part has no promise.
    pub promise: Option<f64>,
    /// What is left of 1 by that, which keeps its digits where the promise is nearly 1.
    #[serde(default)]
    pub unpromised: Option<f64>,
    /// The parts that promises are for, and the routers of failover groups that are no parts; without a promise a router is left
    /// out of the arithmetic.
    pub parts: Vec<PartPromise>,
    /// Downtime charged to components that fail by themselves.
    pub components_min_per_month: f64,
    /// Downtime charged to causes that may strike several parts at once.
    pub shared_min_per_month: f64,
    /// All other downtime.
    pub rest_min_per_month: f64,
}

/// A step of the SLA's credits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CreditTier {
    /// Uptime of a month below this …
    pub below: f64,
    /// … and not below the next step brings a credit of so many percent of its bill.
    pub credit_percent: u32,
    /// Share of whole months with just this credit.
    #[serde(alias = "windows_share")]
    pub months_share: Estimate,
}

/// Azure's own yardstick.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlaOutcome {
    /// Which promise applies.
    pub name: String,
    /// The promised uptime.
    pub promise: f64,
    /// Uptime by the published definition (a connection to at least one machine).
    pub uptime: f64,
    /// Minutes without any connection, a month.
    pub unconnected_min_per_month: Estimate,
    /// Share of whole months below the promise.
    pub breach_share: Option<Estimate>,
    /// Expected credit in percent of a month's bill.
    pub expected_credit_percent: Option<f64>,
    /// The same with its interval.
    #[serde(default)]
    pub credit_percent: Option<Estimate>,
    /// The steps of the credit, the promise first.
    #[serde(default)]
    pub tiers: Vec<CreditTier>,
    /// Share of time in which the machines qualified for the promise: its clock stands while fewer of them, or in fewer
    /// zones, are started.
    #[serde(default)]
    pub clock_share: f64,
}

/// What Azure promises for a part of a design, where it promises nothing for all of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AgreementOutcome {
    /// What it is for: a region, or a set.
    pub of: String,
    /// Each machine is promised by itself: times are those of a machine, and months are machine-months, each counting by the share
    /// of it in which its machine ran.
    pub each_machine: bool,
    /// Machines that it covers, as designed.
    pub machines: u64,
    /// What comes of it.
    pub sla: SlaOutcome,
}

impl super::DesignOutcome {
    /// What is promised for all of its machines, or part by part.
    pub fn promises(&self) -> impl Iterator<Item = (Option<&AgreementOutcome>, &SlaOutcome)> {
        let by_part = self.agreements.iter().map(|part| (Some(part), &part.sla));
        self.sla.iter().map(|sla| (None, sla)).chain(by_part)
    }
}

/// What a part of a design gives back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PartCredit {
    /// What it is for: a region, or a set.
    pub of: String,
    /// The mean cost of the machines that it covers: on demand and paid in advance.
    pub covered_per_month: f64,
    /// The expected credit of this.
    pub credit_per_month: Estimate,
}

/// Something that is paid for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BillItem {
    /// What: `on_demand`, `committed`, `spot`, `standby`, `stopped`, `disks`, `load_balancer` or `application_gateway`, `capacity_units`,
    /// `components`, `inter_zone`.
    pub item: String,
    /// Machine-hours of a month of 730 hours, in thousandths; none for what is not a machine.
    pub machine_hours_per_month: Option<f64>,
    /// What they cost.
    pub cost_per_month: f64,
}

/// What a design costs in a month of 730 hours, in whole cents: costs rounded up, credits down, intervals outwards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BillOutcome {
    /// What is paid for; sums to the bill to the cent.
    pub items: Vec<BillItem>,
    /// The bill.
    pub bill_per_month: Estimate,
    /// Expected credit of the SLA, of the mean cost of the machines that it covers: on demand and paid in advance. None
    /// where no promise applies.
    pub credit_per_month: Option<Estimate>,
    /// The same by part, where the promises are by part; they sum to the credit to the cent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<PartCredit>,
    /// What missed time costs the business; none where nobody says what an hour costs.
    pub downtime_cost_per_month: Option<Estimate>,
    /// Bill and downtime less credit; its ends are those of its parts added up.
    pub total_per_month: Estimate,
}

/// The prices behind every bill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MoneyOutcome {
    /// What they are in.
    pub currency: String,
    /// As of when.
    pub prices_date: String,
    /// Where from.
    pub prices_source: String,
    /// What is to be known of the prices of these designs, in words.
    pub notes: Vec<String>,
    /// Hours of a month in bills.
    pub hours_per_month: f64,
    /// What an hour costs in which the objective is missed.
    pub downtime_per_hour: Option<f64>,
}
