//! HM: what health monitoring says of a machine, and how long it takes to say it.

use zonefall_engine::SimDuration;

/// HM-01: the one source of health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthSource {
    /// The application health extension with binary states (HM-02).
    Binary,
    /// The extension with rich states over HTTP (HM-03).
    RichHttp,
    /// The extension with rich states over TCP (HM-03).
    RichTcp,
    /// A load balancer's probe; Uniform only.
    LoadBalancerProbe,
}

/// The state of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthState {
    /// HM-05: new, not known yet.
    Initializing,
    /// Well.
    Healthy,
    /// Not well.
    Unhealthy,
    /// No usable answer.
    Unknown,
}

/// What is wrong with a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The machine runs, but its application does not answer, or not as it should.
    Application,
    /// The machine or its host is dead, so that nothing in it can report.
    Machine,
}

/// What one probe meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// An HTTP response.
    Http {
        /// Its status code.
        status: u16,
        /// What `ApplicationHealthState` in its body says; none if there is none, or another word.
        says: Option<Says>,
    },
    /// A TCP connection was made.
    Connected,
    /// Nothing in time.
    Nothing,
}

/// HM-03: the two words of a rich body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// `Healthy`.
    Healthy,
    /// `Unhealthy`.
    Unhealthy,
}

/// HM-02, HM-03: what one probe's answer is worth. (Of a change, `probes` equal ones in a row are needed: HM-04.)
pub const fn judge(source: HealthSource, answer: Answer) -> HealthState {
    match (source, answer) {
        (HealthSource::RichHttp, Answer::Http { status: 200..=299, says: Some(Says::Healthy) }) => HealthState::Healthy,
        (HealthSource::RichHttp, Answer::Http { status: 200..=299, says: Some(Says::Unhealthy) }) => {
            HealthState::Unhealthy
        }
        (HealthSource::RichHttp, _) => HealthState::Unknown,
        (HealthSource::RichTcp, Answer::Connected) => HealthState::Healthy,
        (HealthSource::RichTcp, _) => HealthState::Unhealthy,
        (_, Answer::Http { status: 200, .. } | Answer::Connected) => HealthState::Healthy,
        _ => HealthState::Unhealthy,
    }
}

/// HM-06: whether a state calls for a repair. A rolling upgrade takes `Unknown` for unhealthy too.
pub const fn calls_for_repair(state: HealthState) -> bool {
    matches!(state, HealthState::Unhealthy | HealthState::Unknown)
}

/// HM-02, HM-03, HM-07: what the source calls a machine in trouble. Rich states over TCP know no `Unknown` (HM-03), so a
/// dead machine is `Unhealthy` there.
pub const fn state_in_trouble(source: HealthSource, trouble: Trouble) -> HealthState {
    match trouble {
        Trouble::Application => judge(source, Answer::Http { status: 503, says: None }),
        Trouble::Machine => judge(source, Answer::Nothing),
    }
}

/// HM-05: what a machine that has not reported by the end of its grace is called.
pub const fn state_after_grace(source: HealthSource) -> HealthState {
    judge(source, Answer::Nothing)
}

/// HM-05: whether new machines begin as `Initializing`.
pub const fn begins_initializing(source: HealthSource) -> bool {
    matches!(source, HealthSource::RichHttp | HealthSource::RichTcp)
}

/// HM-04: the grace of rich states where nothing is said: as many intervals as probes, at most four hours.
pub const fn default_grace(interval: SimDuration, probes: u32) -> SimDuration {
    let grace = interval.as_ms().saturating_mul(probes as u64);
    SimDuration::from_ms(if grace > 14_400_000 { 14_400_000 } else { grace })
}

/// HM-07: the default time after which a dead machine counts as unhealthy: three missed intervals, at least a minute.
pub const fn dead_after(interval: SimDuration) -> SimDuration {
    let three = 3 * interval.as_ms();
    SimDuration::from_ms(if three < 60_000 { 60_000 } else { three })
}

#[cfg(test)]
mod tests {
    use super::*;

    use HealthSource::{Binary, LoadBalancerProbe, RichHttp, RichTcp};
    use HealthState::{Healthy, Unhealthy, Unknown};

    const fn http(status: u16, says: Option<Says>) -> Answer {
        Answer::Http { status, says }
    }

    #[test]
    fn hm_02_binary_is_200_or_a_handshake() {
        for source in [Binary, LoadBalancerProbe] {
            assert_eq!(judge(source, http(200, None)), Healthy);
            assert_eq!(judge(source, Answer::Connected), Healthy);
            assert_eq!(judge(source, http(204, Some(Says::Healthy))), Unhealthy);
            assert_eq!(judge(source, http(503, None)), Unhealthy);
            assert_eq!(judge(source, Answer::Nothing), Unhealthy);
        }
        assert_eq!(state_in_trouble(Binary, Trouble::Application), Unhealthy);
        assert_eq!(state_in_trouble(LoadBalancerProbe, Trouble::Application), Unhealthy);
    }

    #[test]
    fn hm_03_rich_http_needs_a_body_that_says_so() {
        assert_eq!(judge(RichHttp, http(200, Some(Says::Healthy))), Healthy);
        assert_eq!(judge(RichHttp, http(200, Some(Says::Unhealthy))), Unhealthy);
        assert_eq!(judge(RichHttp, http(200, None)), Unknown);
        assert_eq!(judge(RichHttp, http(500, Some(Says::Unhealthy))), Unknown);
        assert_eq!(judge(RichHttp, Answer::Nothing), Unknown);
        assert_eq!(state_in_trouble(RichHttp, Trouble::Application), Unknown);
    }

    #[test]
    fn hm_03_rich_tcp_knows_no_unknown() {
        assert_eq!(judge(RichTcp, Answer::Connected), Healthy);
        assert_eq!(judge(RichTcp, Answer::Nothing), Unhealthy);
        for trouble in [Trouble::Application, Trouble::Machine] {
            assert_eq!(state_in_trouble(RichTcp, trouble), Unhealthy);
        }
    }

    #[test]
    fn c_15_any_2xx_will_do_with_a_body() {
        assert_eq!(judge(RichHttp, http(299, Some(Says::Healthy))), Healthy);
        assert_eq!(judge(RichHttp, http(300, Some(Says::Healthy))), Unknown);
    }

    #[test]
    fn hm_04_the_default_grace_is_as_many_intervals_as_probes() {
        let five = SimDuration::from_ms(5_000);
        assert_eq!(default_grace(five, 3), SimDuration::from_ms(15_000));
        assert_eq!(default_grace(SimDuration::from_ms(3_600_000), 24), SimDuration::from_ms(14_400_000));
    }

    #[test]
    fn hm_05_rich_machines_begin_as_initializing_until_their_grace_ends() {
        assert_eq!([Binary, LoadBalancerProbe, RichHttp, RichTcp].map(begins_initializing), [false, false, true, true]);
        assert_eq!(state_after_grace(RichHttp), Unknown);
        assert_eq!(state_after_grace(RichTcp), Unhealthy);
    }

    #[test]
    fn hm_06_unhealthy_and_unknown_call_for_a_repair() {
        assert_eq!(
            [Unhealthy, Unknown, Healthy, HealthState::Initializing].map(calls_for_repair),
            [true, true, false, false]
        );
    }

    #[test]
    fn hm_07_a_dead_machine_cannot_report() {
        assert_eq!(state_in_trouble(LoadBalancerProbe, Trouble::Machine), Unhealthy);
        assert_eq!(state_in_trouble(Binary, Trouble::Machine), Unhealthy);
        assert_eq!(state_in_trouble(RichHttp, Trouble::Machine), Unknown);
        assert_eq!(dead_after(SimDuration::from_ms(5_000)), SimDuration::from_ms(60_000));
        assert_eq!(dead_after(SimDuration::from_ms(20_000)), SimDuration::from_ms(60_000));
        assert_eq!(dead_after(SimDuration::from_ms(60_000)), SimDuration::from_ms(180_000));
    }
}
