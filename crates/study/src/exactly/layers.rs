//! What each mode of a profile does to a design, sorted by what it strikes; and why a mode has no exact answer.

use super::course::{Course, family, memory};
use zonefall_engine::Law;
use zonefall_exact::markov::CrowdCause;
use zonefall_faults::{Clock, Kind, Mode, Outage, Profile, Recovery, Scope, Start};
use zonefall_fleet::Design;

/// The modes that can keep a design's machines from serving.
#[derive(Debug, Clone, Default)]
pub(super) struct Layers {
    /// Outages by scope; those of zones are in `zones`.
    outages: Vec<(Scope, Course)>,
    /// Shocks by scope, each machine hit recovering by itself.
    shocks: Vec<(Scope, CrowdCause)>,
    /// Outages of zones: their rate is shared out between zones alone and pairs.
    pub zones: Vec<Mode>,
    /// Modes of single machines that share crews.
    pub crews: Vec<CrowdCause>,
    /// Modes of hosts that share crews.
    pub host_crews: Vec<CrowdCause>,
    /// Modes that strike running machines only, so that they exclude each other; with the scopes of the shocks.
    pub excluding: Vec<(Scope, CrowdCause)>,
}

impl Layers {
    /// Those of single machines and hosts; crews that they share stand in the way.
    pub fn of_units(profile: &Profile, units: &[Mode], design: &Design, obstacles: &mut Vec<String>) -> Self {
        Self::of(profile, units, design, obstacles, |layers, mode| match (mode.clock, mode.crews, mode.kind) {
            (Clock::Operating, ..) => Err("its clock stops while the machine does not run".into()),
            (_, Some(_), _) => Err("crews that machines share".into()),
            (_, None, Kind::Shock) if mode.scope == Scope::Host => Err("a shock to hosts".into()),
            _ => layers.sort(mode, false),
        })
    }

    /// Sorts the modes; says what stands in the way.
    pub fn new(profile: &Profile, design: &Design, obstacles: &mut Vec<String>) -> Self {
        let active: Vec<&Mode> = profile.modes.iter().filter(|mode| mode.stops_machines(&design.depends_on)).collect();
        // A single mode finds every machine running that it does not hold itself.
        let alone = active.len() == 1;
        let operating = |mode: &&Mode| mode.clock == Clock::Operating;
        let excluding = !alone && active.iter().all(|mode| operating(mode) && may_exclude(mode));
        Self::of(profile, &profile.modes, design, obstacles, |layers, mode| match mode.clock {
            Clock::Operating if !alone && !excluding => {
                Err("its clock stops while the machine does not run, and other modes stop it".into())
            }
            _ => layers.sort(mode, excluding),
        })
    }

    /// Sorts those of the modes that stop machines, each in the way that `sort` says.
    fn of(
        profile: &Profile,
        modes: &[Mode],
        design: &Design,
        obstacles: &mut Vec<String>,
        sort: impl Fn(&mut Self, &Mode) -> Result<(), String>,
    ) -> Self {
        let mut layers = Self::default();
        for mode in modes.iter().filter(|mode| mode.stops_machines(&design.depends_on)) {
            let sorted = plain(mode, profile, design).and_then(|()| sort(&mut layers, mode));
            if let Err(words) = sorted {
                obstacles.push(format!("mode `{}`: {words}", mode.name));
            }
        }
        layers
    }

    fn sort(&mut self, mode: &Mode, excluding: bool) -> Result<(), String> {
        let scope = mode.scope;
        if excluding {
            self.excluding.push((scope, crowd_cause(mode)?));
            return Ok(());
        }
        match (scope, mode.kind, mode.crews) {
            (Scope::Instance, _, Some(_)) => self.crews.push(crowd_cause(mode)?),
            (Scope::Host, _, Some(_)) => self.host_crews.push(crowd_cause(mode)?),
            (Scope::Instance, ..) | (_, Kind::Outage, None) if scope != Scope::Zone => {
                self.outages.push((scope, Course::new(mode, 1.0)?));
            }
            (Scope::Zone, Kind::Outage, _) => {
                Course::new(mode, 1.0)?;
                self.zones.push(mode.clone());
            }
            (Scope::Hall, Kind::Shock, _) => return Err("a shock to halls, whose racks are shuffled".into()),
            _ if mode.common_cause > 0.0 => return Err("a shock that takes a second zone with it".into()),
            _ => self.shocks.push((scope, crowd_cause(mode)?)),
        }
        Ok(())
    }

    /// The outages of a scope.
    pub fn outages(&self, of: Scope) -> Vec<Course> {
        self.outages.iter().filter(|(scope, _)| *scope == of).map(|&(_, course)| course).collect()
    }

    /// What takes a zone alone, where the region has so many.
    pub fn zones_alone(&self, zones: usize) -> Result<Vec<Course>, String> {
        self.zones_as(|mode| if zones > 1 { 1.0 - mode.common_cause } else { 1.0 })
    }

    /// What takes two certain zones of so many together.
    pub fn zone_pairs(&self, zones: usize) -> Result<Vec<Course>, String> {
        self.zones_as(|mode| mode.common_cause * 2.0 / (zones as f64 - 1.0))
    }

    fn zones_as(&self, times: impl Fn(&Mode) -> f64) -> Result<Vec<Course>, String> {
        let all = self.zones.iter().map(|mode| (mode, times(mode))).filter(|(_, times)| *times > 0.0);
        all.map(|(mode, times)| Course::new(mode, times)).collect()
    }

    /// The same without the outages of zones, regions and everything.
    pub fn within_zones(&self) -> Self {
        let mut inner = self.clone();
        inner.outages.retain(|(scope, _)| !matches!(scope, Scope::Region | Scope::Global));
        inner.zones.clear();
        inner
    }

    /// The shocks to a scope.
    pub fn shocks(&self, of: Scope) -> impl Iterator<Item = CrowdCause> + '_ {
        self.shocks.iter().filter(move |(scope, _)| *scope == of).map(|&(_, cause)| cause)
    }
}

/// Whether the outage is over for everybody when it is over, and for nobody before.
pub(super) fn plain(mode: &Mode, profile: &Profile, design: &Design) -> Result<(), String> {
    let whole = mode.share.whole >= 1.0 || mode.share.low >= 1.0;
    let tight = |within_ms: f64| within_ms / 3.0 >= mode.time_to_failure.mean_ms();
    let obstacles = [
        (
            mode.staged.is_some_and(|staged| staged.tail > 1.0),
            "repair with staged recovery is not Markov: racks hit together come back one after the other",
        ),
        (mode.scope == Scope::Zone && !whole, "it takes a part of a zone, drawn anew each time"),
        (mode.wave().is_some(), "it is planned maintenance, which takes the machines one after the other"),
        (mode.predicted.as_ref().is_some_and(|predicted| predicted.share > 0.0), "a part of its strikes is predicted"),
        (
            mode.heals && healing_may_wait(profile, design),
            "healing waits for capacity or for the control plane, which other modes take away",
        ),
        (
            mode.repeat.is_some_and(|repeat| tight(repeat.within_ms)),
            "failures cluster over longer than the time between them",
        ),
    ];
    let mut words: Vec<&str> = obstacles.iter().filter(|(is_so, _)| *is_so).map(|&(_, words)| words).collect();
    words.extend(after_outages(mode, design));
    if words.is_empty() { Ok(()) } else { Err(words.join("; ")) }
}

/// What machines still wait for when an outage is over.
pub(super) fn after_outages(mode: &Mode, design: &Design) -> Vec<&'static str> {
    let takes_time = |law: &Law| law.mean_ms() > 0.0;
    let sets = || design.needed_sets().map(|(_, set)| set);
    let starts = match mode.recovery {
        Recovery::Reachable => false,
        Recovery::WarmUp => sets().any(|set| takes_time(&set.warm_up)),
        Recovery::Boot => sets().any(|set| takes_time(&set.boot) || takes_time(&set.warm_up)),
    };
    let mut words = Vec::new();
    if starts {
        words.push("machines boot or warm up after it, so what serves depends on how outages overlap");
    }
    if mode.restart.as_ref().is_some_and(takes_time) {
        words.push("machines restart after it one by one, so what serves depends on how outages overlap");
    }
    words
}

fn healing_may_wait(profile: &Profile, design: &Design) -> bool {
    let starves = |mode: &Mode| mode.scope == Scope::Allocation || mode.surge.is_some();
    let cuts_off = |mode: &Mode| mode.scope == Scope::ControlPlane || mode.control_plane.is_some();
    let modes = &profile.modes;
    modes.iter().any(starves) || design.healing_needs_control_plane && modes.iter().any(cuts_off)
}

/// Whether a mode fits a chain of machines that are each up or held by one mode.
fn may_exclude(mode: &Mode) -> bool {
    match mode.scope {
        Scope::Instance => mode.start == Start::New || mode.kind == Kind::Shock,
        Scope::Rack | Scope::Zone | Scope::Region => mode.kind == Kind::Shock && mode.common_cause == 0.0,
        _ => false,
    }
}

/// The mode as a cause of a Markov chain; rates per millisecond.
pub(super) fn crowd_cause(mode: &Mode) -> Result<CrowdCause, String> {
    if let Some(law) = memory(mode) {
        return Err(format!("{law} time to failure with crews or a shock is not Markov"));
    }
    let repair_rate = match &mode.outage {
        Outage::Never => 0.0,
        Outage::Law(law) => match law.memoryless_mean() {
            Some(mean_ms) => 1.0 / mean_ms,
            None => return Err(format!("{} repair with crews or after a shock is not Markov", family(law))),
        },
    };
    Ok(CrowdCause {
        rate: 1.0 / mode.time_to_failure.mean_ms(),
        repair_rate,
        crews: mode.crews.map(|crews| crews as usize),
        together: mode.kind == Kind::Shock && mode.scope != Scope::Instance,
    })
}
