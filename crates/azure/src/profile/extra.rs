//! What several modes share: each extra knows its numbers and what they do to a mode.

use crate::defaults::{RESTART_GREATEST, RESTART_LEAST};
use crate::{Number, Unit};
use zonefall_engine::{Law, Shape};
use zonefall_faults::Confidence::{Assumed, Derived, Published};
use zonefall_faults::{ControlPlaneHit, Mode, ModeError, Predicted, Repeat, Share, Staged, Surge};

/// Something that a mode has beside its rate and its outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extra {
    /// The platform heals the machine on other hardware (HL-02, HL-05).
    Heals,
    /// Only the application stops (HM-07).
    ApplicationOnly,
    /// Failures cluster after a failure.
    Repeats,
    /// Half of the failures are predicted; the machine is moved and only pauses (HL-06).
    Predicted,
    /// Only a share of the racks is hit (IN-01).
    Partial,
    /// Most are back at the main recovery, the rest later (IN-02).
    Staged,
    /// Machines restart one by one after the power is back (ZN-08).
    Restarts,
    /// The region's control plane may go too (IN-04).
    HitsControlPlane,
    /// A second zone may go too.
    CommonCause,
    /// Allocation fails now and then in the region's other zones meanwhile (IN-07).
    Surges,
    /// A wave of evictions goes through the whole zone.
    WholeZone,
}

const CHOSEN: &str = "FR-01, chosen";

const REPEAT_FACTOR: Number =
    Number::new(20.0, (1.0, 40.0), Unit::Plain, Assumed, "FR-01, chosen: failures of one machine cluster in time");
const REPEAT_SPAN: Number = Number::new(7.0, (1.0, 14.0), Unit::Days, Assumed, CHOSEN);

const NARYA: &str = "Levy et al., OSDI 2020 (Narya), as quoted by others: recall 0.507 (R28)";
const PREDICTED_SHARE: Number = Number::new(0.5, (0.25, 0.75), Unit::Share, Derived, NARYA);
const PAUSE_SOURCE: &str = "HL-06, Azure maintenance documentation: typically at most 5 s";
const PAUSE_LEAST: Number = Number::new(1.0, (0.0, 5.0), Unit::Seconds, Assumed, CHOSEN);
const PAUSE_GREATEST: Number = Number::new(5.0, (5.0, 10.0), Unit::Seconds, Published, PAUSE_SOURCE);
const LEAD_SOURCE: &str = "Levy et al., OSDI 2020 (Narya), as quoted by others: median 2.44 d, horizon 7 d (R28)";
const LEAD_MEDIAN: Number = Number::new(2.4, (0.8, 7.0), Unit::Days, Derived, LEAD_SOURCE);
const LEAD_SIGMA: Number = Number::new(1.0, (0.5, 1.5), Unit::Plain, Assumed, "chosen: only the median is known");

const PARTIAL_SOURCE: &str = "IN-01, chosen: published incidents usually hit a hall or some units, not a whole zone";
const SHARE_WHOLE: Number = Number::new(0.25, (0.1, 0.5), Unit::Share, Assumed, PARTIAL_SOURCE);
const SHARE_LOW: Number = Number::new(0.05, (0.02, 0.1), Unit::Share, Assumed, PARTIAL_SOURCE);
const SHARE_HIGH: Number = Number::new(0.6, (0.4, 0.8), Unit::Share, Assumed, PARTIAL_SOURCE);

const STAGED_SOURCE: &str = "IN-02, inferred from the reviews of Sydney 2016 and West Europe 2023";
const MAIN_SHARE: Number = Number::new(0.8, (0.6, 0.95), Unit::Share, Derived, STAGED_SOURCE);
const TAIL: Number = Number::new(3.0, (2.0, 4.0), Unit::Plain, Derived, STAGED_SOURCE);

// The range is the 95 % Wilson interval of 8 in 31.
const CONTROL_PLANE_SOURCE: &str = "IN-04: 8 of 31 timed zone events in published reviews (R40)";
const CONTROL_PLANE_SHARE: Number = Number::new(0.26, (0.137, 0.432), Unit::Share, Derived, CONTROL_PLANE_SOURCE);
const CONTROL_PLANE_SPAN: &str = "IN-04: creating and scaling failed or was slow for 1 to 11 h";
const CONTROL_PLANE_LEAST: Number = Number::new(1.0, (0.5, 2.0), Unit::Hours, Derived, CONTROL_PLANE_SPAN);
const CONTROL_PLANE_GREATEST: Number = Number::new(11.0, (6.0, 22.0), Unit::Hours, Derived, CONTROL_PLANE_SPAN);

const COMMON_CAUSE: Number =
    Number::new(1.0 / 26.0, (0.0, 0.15), Unit::Share, Assumed, "FR-01, chosen; sweep 0 to 0.15 before relying on it");

const SURGE_SOURCE: &str = "IN-07, chosen: during a zone event other customers compete for the surviving zones";
const SURGE_LEAST: Number = Number::new(0.05, (0.0, 0.15), Unit::Share, Assumed, SURGE_SOURCE);
const SURGE_GREATEST: Number = Number::new(0.3, (0.15, 0.9), Unit::Share, Assumed, SURGE_SOURCE);

const WAVE_SOURCE: &str = "chosen: whoever needs the zone's capacity takes all Spot machines there";
const WAVE_WHOLE: Number = Number::new(1.0, (0.25, 1.0), Unit::Share, Assumed, WAVE_SOURCE);

impl Extra {
    /// Its numbers, with the words for each.
    pub(super) const fn numbers(self) -> &'static [(&'static str, Number)] {
        match self {
            Self::Heals | Self::ApplicationOnly => &[],
            Self::Repeats => &[
                ("hazard right after a failure, times the usual", REPEAT_FACTOR),
                ("span over which that fades", REPEAT_SPAN),
            ],
            Self::Predicted => &[
                ("share predicted", PREDICTED_SHARE),
                ("pause of a predicted one, least", PAUSE_LEAST),
                ("pause of a predicted one, greatest", PAUSE_GREATEST),
                ("lead of the prediction, median", LEAD_MEDIAN),
                ("lead of the prediction, σ of the logarithm", LEAD_SIGMA),
            ],
            Self::Partial => &[
                ("probability that the whole zone is hit", SHARE_WHOLE),
                ("share of the zone hit otherwise, least", SHARE_LOW),
                ("share of the zone hit otherwise, greatest", SHARE_HIGH),
            ],
            Self::Staged => {
                &[("share back at the main recovery", MAIN_SHARE), ("last one back, times the main recovery", TAIL)]
            }
            Self::Restarts => &[
                ("restart delay per machine, least", RESTART_LEAST),
                ("restart delay per machine, greatest", RESTART_GREATEST),
            ],
            Self::HitsControlPlane => &[
                ("probability that the control plane goes too", CONTROL_PLANE_SHARE),
                ("control plane out, least", CONTROL_PLANE_LEAST),
                ("control plane out, greatest", CONTROL_PLANE_GREATEST),
            ],
            Self::CommonCause => &[("share of events that take a second zone", COMMON_CAUSE)],
            Self::Surges => &[
                ("probability that an allocation fails in the other zones meanwhile, least", SURGE_LEAST),
                ("probability that an allocation fails in the other zones meanwhile, greatest", SURGE_GREATEST),
            ],
            Self::WholeZone => &[("probability that the whole zone is hit", WAVE_WHOLE)],
        }
    }

    /// Gives it to a mode.
    pub(super) fn apply(self, mode: &mut Mode) -> Result<(), ModeError> {
        match self {
            Self::Heals => mode.heals = true,
            Self::ApplicationOnly => mode.application_only = true,
            Self::Repeats => {
                mode.repeat = Some(Repeat { factor: REPEAT_FACTOR.value, within_ms: REPEAT_SPAN.ms() });
            }
            Self::Predicted => {
                let lead = Law::new(Shape::LogNormal(LEAD_MEDIAN.ms(), LEAD_SIGMA.value), None)?;
                let pause = uniform(PAUSE_LEAST, PAUSE_GREATEST)?;
                mode.predicted = Some(Predicted { share: PREDICTED_SHARE.value, pause, lead });
            }
            Self::Partial => {
                mode.share = Share { whole: SHARE_WHOLE.value, low: SHARE_LOW.value, high: SHARE_HIGH.value };
            }
            Self::Staged => mode.staged = Some(Staged { main: MAIN_SHARE.value, tail: TAIL.value }),
            Self::Restarts => mode.restart = Some(uniform(RESTART_LEAST, RESTART_GREATEST)?),
            Self::HitsControlPlane => {
                let outage = uniform(CONTROL_PLANE_LEAST, CONTROL_PLANE_GREATEST)?;
                mode.control_plane = Some(ControlPlaneHit { probability: CONTROL_PLANE_SHARE.value, outage });
            }
            Self::CommonCause => mode.common_cause = COMMON_CAUSE.value,
            Self::Surges => mode.surge = Some(Surge { least: SURGE_LEAST.value, greatest: SURGE_GREATEST.value }),
            Self::WholeZone => mode.share = Share { whole: WAVE_WHOLE.value, ..Share::ALL },
        }
        Ok(())
    }
}

fn uniform(least: Number, greatest: Number) -> Result<Law, ModeError> {
    Ok(Law::new(Shape::Uniform(least.ms(), greatest.ms()), None)?)
}
