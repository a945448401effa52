//! SP: Spot machines and the mix of priorities (V-24 to V-27).

use super::model::those;
use super::{Matter, Model, Size, Violation};

/// What a set says of Spot; the model says whether it has Spot machines.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SpotShape {
    /// `baseRegularPriorityCount`, if stated.
    pub base_regular: Option<u64>,
    /// `regularPriorityPercentageAboveBase`, if stated.
    pub regular_percent_above: Option<u64>,
    /// Whether an eviction policy is stated.
    pub has_eviction: bool,
    /// Whether evicted machines are to be restored.
    pub restores: bool,
    /// `maxPrice`, if stated.
    pub max_price: Option<f64>,
}

/// V-24..26, SP-01, SP-03, SP-04, SP-05, OM-04, OM-07.
pub fn check_spot(model: &Model, size: Option<&Size>, asked: &SpotShape) -> Vec<Violation> {
    let mut wrong = mix(model, asked);
    let needs = "write `priority = \"spot\"`, or take it out";
    let only = "EvictionPolicyCanBeSetOnlyOnAzureSpotVirtualMachines";
    let price = asked.max_price.is_some_and(|price| price != -1.0 && !(price.is_finite() && price > 0.0));
    wrong.extend(those([
        (
            asked.has_eviction && !model.spot,
            Violation::azures(Matter::Offer, "SP-01", only, "an eviction policy is for Spot machines only".into())
                .row("V-25", "spot.eviction")
                .help(needs),
        ),
        (
            asked.max_price.is_some() && !model.spot,
            Violation::azures(Matter::Offer, "SP-01", only, "a maximal price is for Spot machines only".into())
                .row("V-25", "spot.max_price")
                .help(needs),
        ),
        (
            price,
            Violation::azures(
                Matter::Offer,
                "SP-01",
                "MaxPriceValueInvalid",
                "the maximal price is -1 or above 0".into(),
            )
            .row("V-25", "spot.max_price")
            .help("write `max_price = -1`: no eviction for its price"),
        ),
        (
            asked.restores && !model.spot,
            Violation::azures(
                Matter::Offer,
                "SP-03",
                "SpotRestorationIsSupportedOnlyForAzureSpotScaleSets",
                "only evicted Spot machines are restored".into(),
            )
            .row("V-26", "spot.restore")
            .help(needs),
        ),
        (
            model.spot && size.is_some_and(|size| !size.may_be_spot()),
            Violation::ours(
                Matter::Offer,
                "SP-04",
                "InvalidParameter",
                "sizes of the B series and promotional ones are not Spot in a scale set (C-18)".into(),
            )
            .row("", "size")
            .help("choose another size, such as `size = \"Standard_D4s_v5\"`"),
        ),
    ]));
    wrong
}

/// V-24.
fn mix(model: &Model, asked: &SpotShape) -> Vec<Violation> {
    let refuse = |rule, about, words: String, help: &str| {
        Violation::ours(Matter::Offer, rule, "InvalidParameter", words).row("V-24", about).help(help)
    };
    let percent = asked.regular_percent_above.unwrap_or(0);
    let base = asked.base_regular.unwrap_or(0);
    let about = if base > 0 { "spot.base_regular" } else { "spot.regular_percent_above" };
    let mixed = base > 0 || percent > 0;
    let stated = asked.base_regular.is_some() || asked.regular_percent_above.is_some();
    let about_stated = if asked.base_regular.is_some() { "spot.base_regular" } else { "spot.regular_percent_above" };
    those([
        (
            percent > 100,
            refuse(
                "SP-05",
                "spot.regular_percent_above",
                format!("a percentage is 0 to 100, not {percent}"),
                "write for example `regular_percent_above = 50`",
            ),
        ),
        (
            mixed && !model.is_flexible(),
            refuse(
                "OM-07",
                about,
                "a Uniform scale set is all Spot or all regular".into(),
                "write `orchestration = \"flexible\"`, or take the mix out",
            ),
        ),
        (
            mixed && model.single_placement_group,
            refuse(
                "SP-05",
                about,
                "a mix of priorities does not go with a single placement group".into(),
                "write `single_placement_group = false`",
            ),
        ),
        (
            mixed && model.is_limited(),
            refuse(
                "OM-04",
                about,
                "sizes of families G, H, L, M, N with several fault domains cannot mix priorities".into(),
                "write `fault_domains = 1`, or choose another size",
            ),
        ),
        (
            stated && !model.spot,
            refuse(
                "SP-05",
                about_stated,
                "a mix of priorities needs Spot machines".into(),
                "write `priority = \"spot\"`, or take it out",
            ),
        ),
    ])
}

/// V-27, SP-04: no Spot machine in an availability set.
pub fn check_spot_availability_set(spot: bool) -> Option<Violation> {
    let words = "Spot machines cannot be in an availability set".to_owned();
    spot.then(|| {
        Violation::azures(Matter::Offer, "SP-04", "AzureSpotVMNotSupportedInAvailabilitySet", words)
            .row("V-27", "priority")
            .help("write `priority = \"regular\"`, or use a scale set")
    })
}
