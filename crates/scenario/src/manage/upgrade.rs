//! `[scale_set.<name>.upgrade]`: how a set gets new models, and what Azure would refuse of it.

use crate::codes;
use crate::diagnostic::Sink;
use crate::laws;
use crate::reader::Reader;
use zonefall_azure::limits::{self, Model, UpgradeShape};
use zonefall_engine::SimDuration;
use zonefall_fleet::management::{Automatic, ReleaseKind, UpgradePolicy};
use zonefall_fleet::policy::upgrade::{Denominator, Mode, Rolling};

/// MT-11: how long a machine may drain before Azure gives it a new image.
const DRAIN_MAX: SimDuration = SimDuration::from_ms(15 * 60_000);

/// The policy, and what is written of it.
pub(crate) struct Told {
    pub policy: UpgradePolicy,
    is_written: bool,
    automatic_rollback_is_written: bool,
}

/// Every key has a default, so a set without the table has a policy too.
pub(crate) fn read(reader: &Reader<'_>, sink: &mut Sink) -> Option<Told> {
    let nothing = crate::node::Node::empty_table();
    let written = reader.sub("upgrade", "scale_set.<name>.upgrade", sink);
    let is_written = written.is_some();
    let reader = written.unwrap_or_else(|| Reader::new(&nothing, "scale_set.<name>.upgrade", sink));
    let mode = reader.choice("mode", sink);
    let rolling = rolling(&reader, sink);
    let pause = reader.duration("pause", sink);
    let health_wait = reader.duration("health_wait", sink);
    let rollback_failed = reader.flag("rollback_failed", sink);
    let max_surge = reader.flag("max_surge", sink);
    let automatic_os = reader.flag("automatic_os", sink);
    let automatic_extensions = reader.flag("automatic_extensions", sink);
    let rolls_back = reader.flag("automatic_rollback", sink);
    let own_limits = reader.flag("use_rolling_policy", sink);
    let drain = reader.duration("drain", sink);
    let reimage = laws::law(&reader, "reimage_time", sink);
    let extension = laws::law(&reader, "extension_time", sink);
    let application = laws::law(&reader, "application_time", sink);
    let (rolling, pause, rolls_back) = (rolling?, pause?, rolls_back?);
    let automatic = if own_limits? {
        Automatic { rolling, pause, rolls_back }
    } else {
        Automatic { rolling: Rolling::USUAL, pause: SimDuration::ZERO, rolls_back }
    };
    Some(Told {
        policy: UpgradePolicy {
            mode: match mode? {
                "automatic" => Mode::Automatic,
                "rolling" => Mode::Rolling,
                _ => Mode::Manual,
            },
            rolling,
            pause,
            health_wait: health_wait?,
            rollback_failed: rollback_failed?,
            max_surge: max_surge?,
            automatic_os: automatic_os?.then_some(automatic),
            automatic_extension: automatic_extensions?.then_some(automatic),
            drain: drain?,
            reimage: reimage?,
            extension: extension?,
            application: application?,
        },
        is_written,
        automatic_rollback_is_written: reader.has("automatic_rollback") || reader.has("use_rolling_policy"),
    })
}

fn rolling(reader: &Reader<'_>, sink: &mut Sink) -> Option<Rolling> {
    let batch = reader.count("batch", sink);
    let unhealthy = reader.count("max_unhealthy", sink);
    let upgraded = reader.count("max_unhealthy_upgraded", sink);
    let denominator = reader.choice("denominator", sink);
    let cross_zone = reader.flag("cross_zone", sink);
    let prioritize = reader.flag("prioritize_unhealthy", sink);
    Some(Rolling {
        batch: batch? as u32,
        unhealthy: unhealthy? as u32,
        unhealthy_upgraded: upgraded? as u32,
        denominator: if denominator? == "set" { Denominator::Set } else { Denominator::Upgraded },
        cross_zone: cross_zone?,
        prioritize_unhealthy: prioritize?,
    })
}

impl Told {
    /// UP-02: whether releases of this kind go to no machine that exists.
    pub fn is_by_hand(&self, kind: ReleaseKind) -> bool {
        self.policy.mode == Mode::Manual && self.policy.automatic(kind).is_none()
    }

    /// MT-11: Azure goes on with an image when its own time is up.
    pub fn check_drain(&self, reader: &Reader<'_>, kinds: impl IntoIterator<Item = ReleaseKind>, sink: &mut Sink) {
        if self.policy.drain > DRAIN_MAX && kinds.into_iter().any(|kind| kind == ReleaseKind::Image) {
            let words = "before a new image Azure waits for 15 min at most, if `osImageNotificationProfile` asks for it (MT-11)";
            sink.warn(codes::DRAIN, &reader.place("upgrade.drain"), words);
        }
    }

    /// What Azure would refuse of a policy that is written. `health_sources`: how many the set has.
    pub fn check(&self, reader: &Reader<'_>, model: &Model, health_sources: u32, sink: &mut Sink) -> bool {
        if !self.is_written {
            return true;
        }
        let policy = &self.policy;
        if self.automatic_rollback_is_written && policy.automatic_os.is_none() && policy.automatic_extension.is_none() {
            let words =
                "`automatic_rollback` and `use_rolling_policy` say how automatic upgrades go, and there are none";
            sink.warn(codes::UNUSED, &reader.place("upgrade"), words);
        }
        let shape = UpgradeShape {
            is_rolling: policy.mode == Mode::Rolling,
            automatic_os: policy.automatic_os.is_some(),
            automatic_extensions: policy.automatic_extension.is_some(),
            max_surge: policy.max_surge,
            rollback_failed: policy.rollback_failed,
            batch: policy.rolling.batch,
            max_unhealthy: policy.rolling.unhealthy,
            health_sources,
        };
        super::tell_all(reader, &limits::check_upgrade(model, &shape), sink)
    }
}
