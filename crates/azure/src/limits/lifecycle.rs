//! SI and OV: terminate notice (V-16), protection (V-17), overprovisioning (V-18).

use super::model::those;
use super::{Matter, Model, Violation};

/// A notice before deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// `notBeforeTimeout`, in milliseconds.
    pub timeout_ms: u64,
}

/// V-16, SI-09: 5 to 15 minutes, and not for Spot machines.
pub fn check_terminate_notice(model: &Model, notice: Notice) -> Vec<Violation> {
    let refuse = |words: &str, help: &str| {
        Violation::ours(Matter::Lifecycle, "SI-09", "InvalidParameter", words.into())
            .row("V-16", "terminate_notice")
            .help(help)
    };
    those([
        (
            !(300_000..=900_000).contains(&notice.timeout_ms),
            refuse("a deletion is announced 5 to 15 minutes ahead", "write for example `terminate_notice = \"5 min\"`"),
        ),
        (
            model.spot,
            refuse("Spot machines have no terminate notice", "take `terminate_notice` out, or `priority = \"spot\"`"),
        ),
    ])
}

/// V-17, SI-07: what is protected from actions on the set is protected from scale-in too.
pub fn check_protection(from_scale_in: u32, from_actions: u32) -> Option<Violation> {
    let words = format!(
        "{from_actions} machines protected from actions on the set need as many protected from scale-in, not {from_scale_in}"
    );
    (from_actions > from_scale_in).then(|| {
        Violation::ours(Matter::Lifecycle, "SI-07", "InvalidParameter", words)
            .row("V-17", "protection.scale_set_actions")
            .help(format!("write `protection = {{ scale_in = {from_actions}, scale_set_actions = {from_actions} }}`"))
    })
}

/// V-18, OV-01, OV-03, ZP-07: only Uniform sets start more machines than asked, and none with automatic placement.
/// `written` is the property, if it is there; without it a Uniform set has it on.
pub fn check_overprovision(model: &Model, written: Option<bool>) -> Option<Violation> {
    let refuse = |rule, words: &str, help: &str| {
        Some(
            Violation::ours(Matter::Lifecycle, rule, "InvalidParameter", words.into())
                .row("V-18", "overprovision")
                .help(help),
        )
    };
    if model.is_flexible() && written == Some(true) {
        let help = "write `overprovision = false`, or `orchestration = \"uniform\"`";
        return refuse("OV-01", "a Flexible scale set does not overprovision", help);
    }
    if model.auto_placement && !model.is_flexible() && written != Some(false) {
        let words = "automatic zone placement needs overprovisioning off, and it is on by default";
        return refuse("OV-03", words, "write `overprovision = false`");
    }
    None
}
