//! Requests that wait for one of several servers: the M/M/c family.
//!
//! Poisson arrivals, exponential service times, first come, first served, and the state held long enough that its
//! beginning no longer matters ([`settling_time`] is the scale of that). Erlang (1917); the distributions are those
//! of Gross and Harris, *Fundamentals of Queueing Theory*, chapter 2.

use crate::error::{Error, check, nonnegative, positive};

/// Terms of a sum below this share of it no longer count.
const NEGLIGIBLE: f64 = 1e-18;
/// Halvings of an interval that find a quantile to the last digits.
const HALVINGS: u32 = 200;

/// Share of arrivals that find all `servers` busy where nobody waits (Erlang B); `load` is arrival rate over service rate.
fn erlang_b(servers: u64, load: f64) -> Result<f64, Error> {
    nonnegative("load", load)?;
    if load == 0.0 {
        return Ok(if servers == 0 { 1.0 } else { 0.0 });
    }
    // 1/B = sum over k of c(c-1)...(c-k+1)/a^k: from its first terms, so that far fewer than c are needed near a full load.
    let (mut sum, mut term) = (1.0, 1.0);
    for left in (1..=servers).rev() {
        term *= left as f64 / load;
        sum += term;
        if !sum.is_finite() {
            return Ok(0.0);
        }
        if (left as f64) < load && term < sum * NEGLIGIBLE {
            break;
        }
    }
    Ok(1.0 / sum)
}

/// Share of arrivals that wait (Erlang C).
fn erlang_c(servers: u64, load: f64) -> Result<f64, Error> {
    check(load < servers as f64, "load", load, "below the number of servers")?;
    let blocked = erlang_b(servers, load)?;
    Ok(blocked / (1.0 - load / servers as f64 * (1.0 - blocked)))
}

/// Share of arrivals that are turned away where at most `room` may be there at once, those being served among them
/// (M/M/c/K). Any load has an answer.
pub fn turned_away(servers: u64, room: u64, load: f64) -> Result<f64, Error> {
    check(servers > 0 && room >= servers, "room", room as f64, "at least the number of servers, which is at least 1")?;
    let full = erlang_b(servers, nonnegative("load", load)?)?;
    // From all servers busy and nobody waiting, one place after the other: B(k) = rB(k-1) / (1 + rB(k-1)) with r = a/c.
    let ratio = load / servers as f64;
    Ok((servers..room).fold(full, |blocked, _| ratio * blocked / (1.0 + ratio * blocked)))
}

/// A queue in front of several servers, at rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Station {
    spare: f64,
    service: f64,
    waits: f64,
}

impl Station {
    /// One server that nobody comes to.
    pub const IDLE: Self = Self { spare: 1.0, service: 1.0, waits: 0.0 };

    /// `arrival` and `service` (of one server) are rates. The queue must not grow for ever.
    pub fn new(servers: u64, arrival: f64, service: f64) -> Result<Self, Error> {
        nonnegative("arrival rate", arrival)?;
        positive("service rate", service)?;
        let waits = erlang_c(servers, arrival / service)?;
        Ok(Self { spare: servers as f64 * service - arrival, service, waits })
    }

    /// The same line, for a request that is then worked on at this rate.
    pub fn worked_on_at(self, service: f64) -> Result<Self, Error> {
        Ok(Self { service: positive("service rate", service)?, ..self })
    }

    /// What one server works off.
    pub fn service_rate(&self) -> f64 {
        self.service
    }

    /// What is left of the servers.
    pub fn spare(&self) -> f64 {
        self.spare
    }

    /// Share of requests that wait.
    pub fn waiting_share(&self) -> f64 {
        self.waits
    }

    /// Mean wait, those that do not wait counted in.
    pub fn mean_wait(&self) -> f64 {
        self.waits / self.spare()
    }

    /// Share of requests that wait longer than `t`.
    pub fn wait_exceeds(&self, t: f64) -> f64 {
        self.waits * libm::exp(-self.spare() * t)
    }

    /// Share of requests that are answered later than `t` after they came.
    pub fn response_exceeds(&self, t: f64) -> f64 {
        // exp(-mt) (1 + C m t (1 - exp(-z)) / z) with z = (spare - m) t; z may be 0 or negative.
        let (work, z) = (self.service * t, (self.spare() - self.service) * t);
        let shape = if libm::fabs(z) < 1e-9 { 1.0 - z / 2.0 } else { -libm::expm1(-z) / z };
        if shape.is_finite() {
            return libm::exp(-work) * (1.0 + self.waits * work * shape);
        }
        // A tiny service term beside a long wait: only the wait is left.
        self.waits * self.service / (self.service - self.spare()) * libm::exp(-self.spare() * t)
    }

    /// The time within which the share `level` of requests is answered.
    pub fn response_quantile(&self, level: f64) -> Result<f64, Error> {
        check((0.0..1.0).contains(&level), "level", level, "at least 0 and below 1")?;
        let tail = 1.0 - level;
        // A response is at most service plus wait: twice the two quantiles of half the tail is beyond it.
        let mut high = 2.0 * libm::log(2.0 / tail) * (1.0 / self.service + 1.0 / self.spare());
        let mut low = 0.0;
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if self.response_exceeds(middle) > tail { low = middle } else { high = middle }
        }
        Ok(high)
    }
}

/// The scale on which a disturbed queue comes to rest: 1 / (√(cμ) − √λ)² (the relaxation time of M/M/1, and of several
/// servers near their limit), and no less than a service. Infinite at the limit.
pub fn settling_time(servers: u64, arrival: f64, service: f64) -> f64 {
    let gap = libm::sqrt(servers as f64 * service) - libm::sqrt(arrival);
    (1.0 / (gap * gap)).max(1.0 / service)
}

/// The greatest arrival rate at which the share `level` of requests is answered within `within`; 0 if the service alone
/// takes longer. `at_least` is a rate that is known to be admitted (0 if none is).
pub fn greatest_arrival(servers: u64, service: f64, level: f64, within: f64, at_least: f64) -> Result<f64, Error> {
    positive("time", within)?;
    let tail = 1.0 - check((0.0..1.0).contains(&level), "level", level, "at least 0 and below 1")?;
    let late = |arrival: f64| Ok::<_, Error>(Station::new(servers, arrival, service)?.response_exceeds(within) > tail);
    if servers == 0 || late(0.0)? {
        return Ok(0.0);
    }
    let (mut low, mut high) = (at_least, servers as f64 * service);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        // To a part in 10¹².
        if high - low <= 1e-12 * high {
            break;
        }
        if late(middle)? { high = middle } else { low = middle }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markov::Explored;

    #[test]
    fn one_server_has_the_textbook_answers() -> Result<(), Error> {
        let station = Station::new(1, 0.8, 1.0)?;
        assert!((station.waiting_share() - 0.8).abs() < 1e-15);
        assert!((station.mean_wait() - 4.0).abs() < 1e-12);
        // The response of M/M/1 is exponential with rate μ − λ.
        for t in [0.0, 0.1, 1.0, 7.0, 40.0] {
            assert!((station.response_exceeds(t) - libm::exp(-0.2 * t)).abs() < 1e-14, "{t}");
        }
        assert!((station.response_quantile(0.95)? - libm::log(20.0) / 0.2).abs() < 1e-10);
        Ok(())
    }

    #[test]
    fn shares_agree_with_chains_cut_far_out() -> Result<(), Error> {
        for (servers, room, load) in [(3_usize, 60_usize, 1.5), (8, 15, 9.0), (5, 5, 2.0)] {
            let next = |&n: &usize| {
                let more = (n + 1, if n < room { load } else { 0.0 });
                vec![more, (n.saturating_sub(1), n.min(servers) as f64)]
            };
            let chain = Explored::from(0, next)?;
            let shares = chain.chain.stationary()?;
            let share = |of: &dyn Fn(usize) -> bool| {
                chain.states.iter().zip(&shares).filter(|(n, _)| of(**n)).map(|(_, share)| share).sum::<f64>()
            };
            let full = share(&|n| n == room);
            assert!((turned_away(servers as u64, room as u64, load)? - full).abs() < 1e-12);
            if load < servers as f64 && room > 50 {
                assert!((erlang_c(servers as u64, load)? - share(&|n| n >= servers)).abs() < 1e-9);
            }
        }
        Ok(())
    }

    #[test]
    fn the_response_is_continuous_where_the_formula_is_not() -> Result<(), Error> {
        // c − 1 = a makes the closed form 0/0.
        let at = |arrival: f64| Station::new(4, arrival, 1.0).map(|station| station.response_exceeds(2.0));
        assert!((at(3.0)? - at(3.0 + 1e-7)?).abs() < 1e-6);
        assert!((at(3.0)? - at(3.0 - 1e-7)?).abs() < 1e-6);
        Ok(())
    }

    #[test]
    fn the_greatest_arrival_is_just_admitted() -> Result<(), Error> {
        for (servers, within) in [(1, 4.0), (10, 4.0), (400, 3.1)] {
            let most = greatest_arrival(servers, 1.0, 0.95, within, 0.0)?;
            assert!((Station::new(servers, most, 1.0)?.response_quantile(0.95)? / within - 1.0).abs() < 1e-6);
        }
        // The service alone: its 95 % quantile is ln 20 = 2.996.
        assert_eq!(greatest_arrival(10, 1.0, 0.95, 2.99, 0.0)?, 0.0);
        Ok(())
    }

    #[test]
    fn many_servers_and_bad_input_are_no_trouble() -> Result<(), Error> {
        let station = Station::new(100_000, 99_000.0, 1.0)?;
        assert!(station.waiting_share() > 0.0 && station.waiting_share() < 0.01);
        assert_eq!(erlang_c(100_000, 10.0)?, 0.0);
        assert!(Station::new(3, 3.0, 1.0).is_err());
        assert!(Station::new(3, f64::NAN, 1.0).is_err());
        assert!(turned_away(3, 2, 1.0).is_err());
        assert!(station.response_quantile(1.0).is_err());
        Ok(())
    }
}
