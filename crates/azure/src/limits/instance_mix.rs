//! IM: mixes of sizes (V-28).

use super::model::those;
use super::{Matter, Model, Size, Violation};

/// A mix of sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MixShape<'a> {
    /// Its sizes, as written.
    pub sizes: &'a [Size],
    /// The set's own size, if one is written; it has to be `Mix`.
    pub sku_name: Option<&'a str>,
    /// Whether a tier is stated.
    pub has_tier: bool,
}

/// The most sizes (IM-01).
const SIZES_MAX: usize = 5;

/// V-28, IM-01, IM-02, OM-04.
pub fn check_instance_mix(model: &Model, mix: &MixShape<'_>) -> Vec<Violation> {
    let azures = |rule, code, about, words: String, help: &str| {
        Violation::azures(Matter::Offer, rule, code, words).row("V-28", about).help(help)
    };
    let sizes = mix.sizes;
    let twice = sizes.iter().enumerate().find(|(at, size)| sizes[..*at].iter().any(|other| other.is_same(&size.name)));
    let name = mix.sku_name.filter(|name| !name.eq_ignore_ascii_case("mix"));
    let mut wrong = those([
        (
            sizes.is_empty(),
            azures(
                "IM-02",
                "SkuProfileVMSizesCannotBeNullOrEmpty",
                "instance_mix",
                "an instance mix needs sizes".into(),
                "write `sizes = [{ name = \"Standard_D4s_v5\" }, { name = \"Standard_D4as_v5\" }]`",
            ),
        ),
        (
            sizes.len() > SIZES_MAX,
            azures(
                "IM-01",
                "SkuProfileHasTooManyVMSizesInRequest",
                "instance_mix.sizes",
                format!("an instance mix has at most {SIZES_MAX} sizes, not {}", sizes.len()),
                "keep five of them",
            ),
        ),
        (
            twice.is_some(),
            azures(
                "IM-01",
                "SkuProfileVMSizesCannotHaveDuplicates",
                "instance_mix.sizes",
                format!("size {} stands twice in the mix", twice.map_or("", |(_, size)| &size.name)),
                "take one of them out",
            ),
        ),
        (
            name.is_some(),
            azures(
                "IM-01",
                "SkuNameMustBeMixIfSkuProfileIsSpecified",
                "size",
                format!("with an instance mix the set's own size is \"Mix\", not \"{}\"", name.unwrap_or_default()),
                "write `size = \"Mix\"`, or take it out",
            ),
        ),
        (
            mix.has_tier,
            azures(
                "IM-01",
                "SkuTierMustNotBeSetIfSkuProfileIsSpecified",
                "instance_mix.tier",
                "with an instance mix the tier must not be set".into(),
                "take `tier` out",
            ),
        ),
    ]);
    wrong.extend(unsupported(model, sizes));
    wrong
}

/// IM-02, AL-05: sizes whose own quotas hold fewer machines than the set begins with.
pub fn check_quota_of_mix(fits: u32, machines: u32) -> Option<Violation> {
    let words = format!(
        "the sizes of the mix have quota for {fits} regular machines together, and the set begins with {machines}"
    );
    (fits < machines).then(|| {
        Violation::azures(Matter::Quota, "AL-05", "QuotaExceeded", words)
            .about("instance_mix.sizes")
            .help("give a size more `quota`, add a size, or make the set smaller")
    })
}

/// Combinations that `SkuProfileScenarioNotSupported` names.
fn unsupported(model: &Model, sizes: &[Size]) -> Vec<Violation> {
    let refuse = |wrong: bool, rule, about, words: &str, help: &str| {
        let violation = Violation::azures(
            Matter::Offer,
            rule,
            "SkuProfileScenarioNotSupported",
            format!("an instance mix {words}"),
        );
        (wrong, violation.row("V-28", about).help(help))
    };
    let mixed = sizes.windows(2).any(|pair| pair[0].kind() != pair[1].kind());
    let either = "take one of the two out";
    let families = sizes.iter().any(|size| !size.is_mixable());
    those([
        refuse(
            !model.is_flexible(),
            "IM-01",
            "instance_mix",
            "needs a Flexible scale set",
            "write `orchestration = \"flexible\"`",
        ),
        refuse(families, "IM-01", "instance_mix.sizes", "takes families A, B, D, E and F", "choose other sizes"),
        refuse(
            mixed,
            "IM-01",
            "instance_mix.sizes",
            "needs sizes of one architecture, storage interface, premium storage, local disk and security",
            "choose sizes with the same letters, such as D4s_v5, D8s_v5 and E4s_v5",
        ),
        refuse(
            model.is_limited(),
            "OM-04",
            "instance_mix",
            "does not go with several fault domains of families G, H, L, M, N",
            "write `fault_domains = 1`",
        ),
        refuse(model.dedicated_hosts, "IM-01", "dedicated_hosts", "does not go with dedicated hosts", either),
        refuse(model.reservation, "IM-01", "reserved_per_zone", "does not go with a capacity reservation", either),
        refuse(model.standby_pool, "IM-01", "standby_pool", "does not go with a standby pool", either),
        refuse(
            model.proximity_placement_group,
            "IM-01",
            "proximity_placement_group",
            "does not go with a proximity placement group",
            either,
        ),
    ])
}
