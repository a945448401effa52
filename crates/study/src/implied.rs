//! FR-03: what a profile implies for one machine and for a whole spread set, computed from the profile itself by `exact`.
//!
//! The simulation must agree with these; if it does not, the correlation code is wrong.

use zonefall_exact::Error;
use zonefall_exact::profile::{Breakdown, Term, breakdown};
use zonefall_exact::spread::{Pair, Part, distribution};
use zonefall_faults::{Effect, Kind, Mode, Outage, Profile, Recovery, Scope};

const MS_PER_HOUR: f64 = 3_600_000.0;
const HOURS_PER_YEAR: f64 = zonefall_exact::profile::HOURS_PER_YEAR;

/// How long a machine takes to start, in hours.
#[derive(Debug, Clone, Copy, Default)]
pub struct StartHours {
    /// Mean boot.
    pub boot: f64,
    /// Mean warm-up.
    pub warm_up: f64,
}

/// The downtime of one machine in a region of `zones` zones, by mode: rate × share hit × mean time until that machine
/// is back. Global modes only if `depends_on` names them. Modes that never end are left out: they have no such time.
///
/// # Errors
/// If a number is outside what `exact` can take.
pub fn one_machine(
    profile: &Profile,
    zones: u32,
    start: StartHours,
    depends_on: &[String],
) -> Result<Breakdown, Error> {
    let terms: Vec<Term> = profile
        .modes
        .iter()
        .filter(|mode| mode.stops_machines(depends_on) && mode.outage != Outage::Never)
        .map(|mode| term(mode, zones, start))
        .collect();
    breakdown(&terms)
}

fn term(mode: &Mode, zones: u32, start: StartHours) -> Term {
    let needs = match mode.recovery {
        Recovery::Reachable => 0.0,
        Recovery::WarmUp => start.warm_up,
        Recovery::Boot => start.boot + start.warm_up,
    };
    let unpredicted = mode.predicted.as_ref().map_or(1.0, |predicted| 1.0 - predicted.share);
    let partial = if mode.scope == Scope::Zone { mode.share.mean() } else { 1.0 };
    let busy_h = busy_h(mode);
    let rate = mode.rate_per_year();
    Term {
        name: mode.name.clone(),
        events_per_year: rate / (1.0 + rate * busy_h / HOURS_PER_YEAR) * zone_times(mode, zones),
        busy_h,
        share_hit: partial,
        mean_out_h: mode.mean_time_back_ms() / MS_PER_HOUR + unpredicted * needs,
    }
}

/// How long the clock of a unit's next event stands while one is under way, in hours.
fn busy_h(mode: &Mode) -> f64 {
    let tail = mode.staged.map_or(1.0, |staged| staged.tail);
    match &mode.outage {
        Outage::Law(law) if mode.kind == Kind::Outage => law.mean_ms() * tail / MS_PER_HOUR,
        _ => 0.0,
    }
}

/// A zone is struck at its rate, and once more as the second of a pair.
fn zone_times(mode: &Mode, zones: u32) -> f64 {
    if zones > 1 { 1.0 + mode.common_cause } else { 1.0 }
}

/// The share of time in which no machine at all of a large set over `zones` zones can be reached (all racks in use, no
/// machine out by itself): region events, and zones that are out whole, alone or in pairs, until the main recovery.
///
/// # Errors
/// If a number is outside what `exact` can take.
pub fn whole_set(profile: &Profile, zones: u32) -> Result<f64, Error> {
    let outage_share = |mode: &Mode, times: f64| {
        let Outage::Law(law) = &mode.outage else { return 1.0 };
        let main = law.mean_ms() / MS_PER_HOUR / HOURS_PER_YEAR;
        let tail = mode.staged.map_or(1.0, |staged| staged.tail);
        let rate = mode.rate_per_year() * times;
        rate * main / (1.0 + rate * main * tail)
    };
    let down = |mode: &&Mode| mode.effect == Effect::Down && mode.kind == Kind::Outage;
    let of = |scope: Scope| profile.modes.iter().filter(down).filter(move |mode| mode.scope == scope);
    let region: f64 = of(Scope::Region).map(|mode| outage_share(mode, 1.0)).sum();
    let (mut alone, mut together) = (0.0, 0.0);
    for mode in of(Scope::Zone) {
        let common = if zones > 1 { mode.common_cause } else { 0.0 };
        alone += mode.share.whole * outage_share(mode, 1.0 - common);
        if zones > 1 {
            let each = 2.0 * common / f64::from(zones - 1);
            together += mode.share.whole * mode.share.whole * outage_share(mode, each);
        }
    }
    let part = |_| Part::Group { unavailability: alone, parts: vec![Part::Unit { unavailability: 0.0, count: 1 }] };
    let zones = zones as usize;
    let pairs = (0..zones).flat_map(|one| (one + 1..zones).map(move |other| (one, other)));
    let pairs = pairs.map(|parts| Pair { parts, unavailability: together }).collect();
    let set = Part::Group {
        unavailability: region,
        parts: vec![Part::Paired { parts: (0..zones).map(part).collect(), pairs }],
    };
    Ok(distribution(&set)?.first().copied().unwrap_or(0.0))
}
