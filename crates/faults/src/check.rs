//! What a failure mode cannot say: numbers out of range, and keys that contradict each other.

use crate::mode::{Clock, Effect, Kind, Mode, ModeError, Outage, Recovery, Scope, Share, Start};
use zonefall_engine::Law;

impl Mode {
    /// Finds what cannot be, all of it.
    pub fn check(&self) -> Vec<ModeError> {
        let mut wrong = Vec::new();
        let mut must = |fine: bool, words: &str| {
            if !fine {
                wrong.push(ModeError::Contradiction(format!("mode `{}`: {words}", self.name)));
            }
        };
        let fraction = |x: f64| (0.0..=1.0).contains(&x);
        let rate = self.rate_per_year();
        must(rate.is_finite() && rate > 0.0 && rate < 1e9, "the rate must be above 0 and below 1e9 a year");
        must(self.crews != Some(0), "`crews` must be at least 1");
        must(self.crews.is_none() || self.is_unit(), "`crews` go with modes of scope instance or host");
        must(
            self.crews.is_none() || self.kind == Kind::Outage || self.scope == Scope::Instance,
            "`crews` repair hosts or instances, so a host mode with crews needs kind = \"outage\"",
        );
        must(self.crews.is_none() || self.start == Start::New, "a mode with `crews` needs start = \"new\"");
        must(
            self.repeat.is_none_or(|r| r.factor >= 1.0 && r.factor.is_finite() && r.within_ms > 0.0),
            "a repeat factor must be at least 1 and its span above 0",
        );
        must(
            fraction(self.share.whole)
                && fraction(self.share.low)
                && fraction(self.share.high)
                && self.share.low <= self.share.high,
            "shares must lie between 0 and 1, low before high",
        );
        must(
            self.share == Share::ALL || self.scope == Scope::Zone || self.wave().is_some(),
            "`share` goes with modes of scope zone: what strikes another unit strikes all of it",
        );
        must(
            self.staged.is_none_or(|s| fraction(s.main) && s.tail >= 1.0 && s.tail <= 1000.0),
            "staged recovery needs a share between 0 and 1 and a tail between 1 and 1000",
        );
        must(fraction(self.common_cause), "`common_cause` must lie between 0 and 1");
        must(self.common_cause == 0.0 || self.scope == Scope::Zone, "`common_cause` goes with modes of scope zone");
        must(
            self.common_cause == 0.0 || self.time_to_failure.memoryless_mean().is_some(),
            "`common_cause` needs an exponential time to failure",
        );
        must(
            self.predicted.as_ref().is_none_or(|p| fraction(p.share) && self.is_unit()),
            "`predicted` needs a share between 0 and 1 and goes with modes of scope instance or host",
        );
        must(
            self.predicted.is_none() || self.scope == Scope::Instance || self.kind == Kind::Shock,
            "the machines of a host are moved one by one: a host mode with `predicted` needs kind = \"shock\"",
        );
        must(
            self.predicted.is_none() || self.crews.is_none(),
            "a machine that is moved in time waits for no crew: `predicted` or `crews`, not both",
        );
        must(
            self.control_plane.as_ref().is_none_or(|c| fraction(c.probability)),
            "`control_plane` needs a probability between 0 and 1",
        );
        must(
            !matches!(self.effect, Effect::Degraded(_)) || self.kind == Kind::Outage || self.is_unit(),
            "a shock stops or freezes machines; it cannot degrade them",
        );
        must(
            self.kind == Kind::Outage || !matches!(self.scope, Scope::ControlPlane | Scope::Allocation),
            "a control plane or a zone's capacity knows outages, not shocks",
        );
        must(
            self.clock == Clock::Calendar || self.marks_machines(),
            "clock = \"operating\" goes with modes that strike single machines, and with shocks",
        );
        must(
            self.clock == Clock::Calendar
                || self.scope == Scope::Instance
                || self.time_to_failure.memoryless_mean().is_some() && self.repeat.is_none(),
            "clock = \"operating\" with a time to failure that has memory goes with modes of scope instance",
        );
        must(
            self.clock == Clock::Calendar
                || self.start == Start::New
                || self.time_to_failure.memoryless_mean().is_some(),
            "clock = \"operating\" with a time to failure that is not exponential needs start = \"new\"",
        );
        must(self.repeat.is_none() || self.is_unit(), "a repeat factor goes with modes of scope instance or host");
        must(
            self.staged.is_none() || self.kind == Kind::Outage,
            "after a shock each machine recovers by itself; `staged` goes with outages",
        );
        must(
            self.crews.is_none() || !self.heals,
            "a machine that is healed on other hardware waits for no crew: `heals` or `crews`, not both",
        );
        must(
            !self.application_only || (self.scope == Scope::Instance && self.effect == Effect::Down && !self.heals),
            "`application_only` goes with modes of scope instance and effect down that are not healed on other hardware",
        );
        self.check_effect(&mut must);
        self.check_wave(&mut must);
        must(
            self.surge.is_none_or(|s| fraction(s.least) && fraction(s.greatest) && s.least <= s.greatest),
            "`surge` needs probabilities between 0 and 1, least before greatest",
        );
        must(
            self.surge.is_none() || (self.scope == Scope::Zone && self.kind == Kind::Outage),
            "`surge` goes with outages of scope zone: it lasts as long as they do",
        );
        let finite = |law: &Law| law.mean_ms().is_finite();
        if let Outage::Law(law) = &self.outage {
            must(finite(law), "the outage needs a finite mean");
        }
        wrong
    }

    /// Maintenance goes through regions, and nothing breaks.
    fn check_wave(&self, must: &mut impl FnMut(bool, &str)) {
        if self.wave().is_none() {
            return;
        }
        must(self.scope == Scope::Region, "a wave of maintenance goes through a region: keep scope = \"region\"");
        must(
            matches!(self.effect, Effect::Down | Effect::Frozen),
            "maintenance pauses (\"frozen\") or restarts (\"down\") machines",
        );
        must(
            self.time_to_failure.memoryless_mean().is_some(),
            "waves of maintenance come at random: they need an exponential time between them",
        );
        must(self.outage != Outage::Never, "maintenance ends: it needs an `outage`");
        let plain = self.share == Share::ALL && self.control_plane.is_none() && self.clock == Clock::Calendar;
        must(plain && !self.heals, "`share`, `control_plane`, `clock` and `heals` do not go with waves of maintenance");
    }

    /// Effects that not every scope, and not every other key, can go with.
    fn check_effect(&self, must: &mut impl FnMut(bool, &str)) {
        let managed = self.effect.is_managed();
        let alone = self.scope == Scope::Instance;
        let many = matches!(self.scope, Scope::Host | Scope::Rack | Scope::Hall | Scope::Zone | Scope::Region);
        must(
            !managed || alone || many,
            "evictions and bad health strike machines: scope instance, host, rack, hall, zone or region",
        );
        must(
            !managed
                || !many
                || self.kind == Kind::Shock
                || self.effect == Effect::Unhealthy && self.scope != Scope::Host,
            "evictions, and bad health of a host, strike each machine by itself: they need kind = \"shock\"",
        );
        must(
            !managed || (!self.heals && self.crews.is_none() && self.predicted.is_none()),
            "nothing is broken by an eviction or bad health: `heals`, `crews` and `predicted` do not go with them",
        );
        must(
            !managed || (self.recovery == Recovery::Reachable && self.restart.is_none()),
            "the set decides what becomes of an evicted or unhealthy machine: no `recovery`, no `restart`",
        );
        must(
            !managed || self.clock == Clock::Calendar,
            "evictions and bad health know no age of the machine: they need clock = \"calendar\"",
        );
        must(
            self.scope != Scope::Allocation || matches!(self.effect, Effect::Down | Effect::Degraded(_)) || managed,
            "a zone's capacity is gone (\"down\") or short ({ degraded = 0.8 }: that part of the requests succeeds)",
        );
        must(
            self.scope != Scope::ControlPlane || self.effect == Effect::Down || managed,
            "a control plane can only be down",
        );
        let whole = self.kind == Kind::Outage && self.effect == Effect::Down && self.staged.is_none();
        let plain = whole && self.recovery == Recovery::Reachable && self.restart.is_none() && !self.heals;
        must(self.scope != Scope::Component || plain, "a component is up or down, all of it at once");
    }
}
