//! LB-01..03: a load balancer that finds dead instances by probes, computed and never ticked.
//!
//! Probes go out at the instants phase + j · interval, the same for all instances behind one balancer; the phase is the
//! trial's luck. An instance is removed at the k-th failed probe in a row and returns at the m-th success. Where a machine
//! lives whose application does not, its port is refused, or an error is answered: such a probe has failed at once; where
//! nobody answers it has failed when its time-out is over. Requests that arrive in between are sent to a dead machine and lost.

use zonefall_engine::{SimDuration, SimTime};

/// Probe settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadBalancer {
    /// Time between probes (LB-01: 5 s by default).
    pub interval: SimDuration,
    /// Failed probes in a row that remove an instance (LB-01: 2).
    pub unhealthy_threshold: u32,
    /// Successful probes in a row that readmit it (LB-01: 1).
    pub healthy_threshold: u32,
    /// How long an unanswered probe takes to count as failed (LB-02).
    pub timeout: SimDuration,
    /// LB-03: each return within this time of the last one doubles the successes needed, up to 8 times; zero turns it off.
    pub flap_window: SimDuration,
    /// LB-05: where no machine is taken for healthy, all of them get new flows (AllProbedUp); else none does.
    pub all_when_none: bool,
}

/// The probe grid of one trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProbeTimes {
    balancer: LoadBalancer,
    phase_ms: u64,
}

/// LB-02: the longest that an HTTP probe is waited for.
const HTTP_TIMEOUT_MAX: SimDuration = SimDuration::from_ms(30_000);

/// LB-02: how long a load balancer waits for the answer to a probe: until the next probe, for HTTP at most 30 s.
pub fn probe_timeout(interval: SimDuration, http: bool) -> SimDuration {
    if http { interval.min(HTTP_TIMEOUT_MAX) } else { interval }
}

/// LB-03: the most times that flapping multiplies the successes needed.
const FLAP_TIMES_MAX: u32 = 8;

impl ProbeTimes {
    /// The grid whose phase is the fraction `u` of an interval, in `[0, 1)`.
    pub fn new(balancer: LoadBalancer, u: f64) -> Self {
        Self { balancer, phase_ms: (u * balancer.interval.as_ms() as f64) as u64 }
    }

    /// The first probe at or after `t`.
    fn next(&self, t: SimTime) -> SimTime {
        let interval = self.balancer.interval.as_ms();
        let steps = t.as_ms().saturating_sub(self.phase_ms).div_ceil(interval);
        SimTime::from_ms(self.phase_ms.saturating_add(steps.saturating_mul(interval)))
    }

    fn after_probes(&self, t: SimTime, count: u32) -> SimTime {
        let more = u64::from(count - 1) * self.balancer.interval.as_ms();
        self.next(t).after(SimDuration::from_ms(more))
    }

    /// LB-02: when an instance leaves the rotation that answers nothing from `t` on.
    pub fn removed(&self, t: SimTime) -> SimTime {
        self.refused(t).after(self.balancer.timeout)
    }

    /// LB-02: when an instance leaves the rotation whose machine refuses probes, or answers with an error, from `t` on.
    pub fn refused(&self, t: SimTime) -> SimTime {
        self.after_probes(t, self.balancer.unhealthy_threshold)
    }

    /// LB-03: when an instance that is up again from `t` on returns, having returned `flaps` times shortly before.
    pub fn readmitted(&self, t: SimTime, flaps: u32) -> SimTime {
        let times = 1u32.checked_shl(flaps).unwrap_or(u32::MAX).min(FLAP_TIMES_MAX);
        self.after_probes(t, self.balancer.healthy_threshold.saturating_mul(times))
    }

    /// LB-03: whether a return at `now` counts as flapping after one at `before`.
    pub fn flaps(&self, before: SimTime, now: SimTime) -> bool {
        before > SimTime::ZERO && now.since(before) < self.balancer.flap_window
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(phase: f64) -> ProbeTimes {
        let balancer = LoadBalancer {
            interval: SimDuration::from_ms(5000),
            unhealthy_threshold: 2,
            healthy_threshold: 1,
            timeout: SimDuration::from_ms(5000),
            flap_window: SimDuration::from_ms(300_000),
            all_when_none: false,
        };
        ProbeTimes::new(balancer, phase)
    }

    #[test]
    fn lb_02_a_dead_instance_leaves_when_the_second_probe_has_waited_and_a_refused_one_at_once() {
        // Probes at 1 s, 6 s, 11 s: dead from 2 s on fails those at 6 s and 11 s; the last is waited for until 16 s.
        assert_eq!(grid(0.2).removed(SimTime::from_ms(2000)), SimTime::from_ms(16_000));
        assert_eq!(grid(0.2).refused(SimTime::from_ms(2000)), SimTime::from_ms(11_000));
        // A probe at the very instant of death fails.
        assert_eq!(grid(0.2).removed(SimTime::from_ms(6000)), SimTime::from_ms(16_000));
        assert_eq!(grid(0.2).refused(SimTime::from_ms(6000)), SimTime::from_ms(11_000));
    }

    #[test]
    fn lb_02_a_probe_is_waited_for_until_the_next_and_an_http_probe_30_s_at_most() {
        let seconds = |interval: u64, http| probe_timeout(SimDuration::from_ms(interval * 1000), http).as_ms() / 1000;
        assert_eq!([seconds(5, false), seconds(30, false), seconds(60, false)], [5, 30, 60]);
        assert_eq!([seconds(5, true), seconds(30, true), seconds(60, true)], [5, 30, 30]);
    }

    #[test]
    fn ag_01_a_gateway_finds_a_dead_backend_after_its_third_probe_has_waited() {
        // U(0, 30) until the next probe, two intervals more, and 30 s until the last has failed.
        let gateway = LoadBalancer {
            interval: SimDuration::from_ms(30_000),
            unhealthy_threshold: 3,
            timeout: SimDuration::from_ms(30_000),
            flap_window: SimDuration::ZERO,
            ..grid(0.0).balancer
        };
        let found = |phase: f64| ProbeTimes::new(gateway, phase).removed(SimTime::from_ms(600_000)).as_ms() - 600_000;
        assert_eq!([found(0.0), found(0.5), found(0.9)], [90_000, 105_000, 117_000]);
        // Back at its first success, however often it was out.
        let grid = ProbeTimes::new(gateway, 0.5);
        assert!(!grid.flaps(SimTime::from_ms(599_999), SimTime::from_ms(600_000)));
        assert_eq!(grid.readmitted(SimTime::from_ms(600_000), 0).as_ms() - 600_000, 15_000);
    }

    #[test]
    fn lb_03_a_new_instance_waits_for_its_first_success() {
        assert_eq!(grid(0.2).readmitted(SimTime::from_ms(2000), 0), SimTime::from_ms(6000));
        assert_eq!(grid(0.0).readmitted(SimTime::from_ms(0), 0), SimTime::ZERO);
    }

    #[test]
    fn lb_03_flapping_doubles_the_successes_needed_up_to_eight() {
        let at = |flaps| grid(0.0).readmitted(SimTime::from_ms(1), flaps).as_ms();
        assert_eq!([at(0), at(1), at(2), at(3), at(9)], [5000, 10_000, 20_000, 40_000, 40_000]);
        assert!(grid(0.0).flaps(SimTime::from_ms(1), SimTime::from_ms(300_000)));
        assert!(!grid(0.0).flaps(SimTime::from_ms(1), SimTime::from_ms(300_001)));
    }
}
