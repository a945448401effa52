//! Requests that pass several stations, one after the other: how long they take in all.
//!
//! At rest, what leaves an M/M/c queue is a Poisson stream again (Burke 1956), so each station has the distribution that it has
//! alone, and the number at one says nothing of that at another (Jackson 1957). A request's times at two stations are
//! independent as well, whatever the number of servers, and so they are at more if those between have one server and one line
//! (Reich 1957, Burke 1969). Between stations where requests overtake each other times are not quite independent from the third
//! on: the sum that is given here is then near, not exact.
//!
//! A time at a station is a service, after a wait that is exponential and that some are spared. So the whole is the time until
//! a chain of at most two phases a station has been gone through: the exponential of a triangular matrix, found by doubling
//! from nonnegative terms only, so that nothing cancels where rates are near each other.

use crate::error::{Error, check};
use crate::waiting::Station;

/// The most stations of a way.
pub const STATIONS_MAX: usize = 4;
const PHASES: usize = 2 * STATIONS_MAX;
/// Terms of the series, for times of at most one over the greatest rate.
const TERMS: u32 = 18;
/// Quantiles are found to this share of themselves.
const PRECISION: f64 = 1e-12;
/// Times are not doubled more often: each costs a bit of the result, and 12 of 52 are left then. Longer ones, against the fastest
/// of the stations, leave nothing.
const DOUBLINGS_MAX: i32 = 40;

type Matrix = [[f64; PHASES]; PHASES];

/// Stations that a request passes in turn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tandem {
    /// Of each station in turn, the share that waits, what is left of the servers, the service rate.
    stations: [(f64, f64, f64); STATIONS_MAX],
    count: usize,
}

impl Tandem {
    /// The way through these stations; at none a request takes no time.
    pub fn new(stations: &[Station]) -> Result<Self, Error> {
        let count = stations.len();
        check(count <= STATIONS_MAX, "stations", count as f64, "at most four")?;
        let mut of = [(0.0, 1.0, 1.0); STATIONS_MAX];
        for (phase, station) in of.iter_mut().zip(stations) {
            *phase = (station.waiting_share(), station.spare(), station.service_rate());
        }
        Ok(Self { stations: of, count })
    }

    /// The mean of the whole time.
    pub fn mean_response(&self) -> f64 {
        self.stations[..self.count].iter().map(|(waits, spare, service)| waits / spare + 1.0 / service).sum()
    }

    /// Share of requests that are answered later than `t` after they came.
    pub fn response_exceeds(&self, t: f64) -> f64 {
        if self.count == 0 || t <= 0.0 {
            return if t < 0.0 || self.count > 0 { 1.0 } else { 0.0 };
        }
        let phases = 2 * self.count;
        let fastest = self.stations[..self.count].iter().fold(0.0_f64, |most, of| most.max(of.1).max(of.2));
        let doublings = (libm::ceil(libm::log2(fastest * t)) as i32).max(0);
        if doublings > DOUBLINGS_MAX {
            return 0.0;
        }
        let mut left = self.after(libm::ldexp(t, -doublings), fastest, phases);
        for _ in 0..doublings {
            left = product(&left, &left, phases);
        }
        let (waits, ..) = self.stations[0];
        let row = |phase: usize| left[phase][..phases].iter().sum::<f64>();
        (waits * row(0) + (1.0 - waits) * row(1)).clamp(0.0, 1.0)
    }

    /// The time within which the share `level` of requests is answered.
    pub fn response_quantile(&self, level: f64) -> Result<f64, Error> {
        check((0.0..1.0).contains(&level), "level", level, "at least 0 and below 1")?;
        let late = |t: f64| self.response_exceeds(t) > 1.0 - level;
        let (mut low, mut high) = (0.0, self.mean_response());
        while late(high) {
            (low, high) = (high, 2.0 * high);
        }
        while high - low > PRECISION * high {
            let middle = 0.5 * (low + high);
            if late(middle) { low = middle } else { high = middle }
        }
        Ok(high)
    }

    /// The chance to be in one phase a time `t` after being in another, for `fastest` × `t` of at most 1.
    fn after(&self, t: f64, fastest: f64, phases: usize) -> Matrix {
        // What moves in a step of 1/fastest, over the terms of exp(fastest t).
        let mut moves = [[0.0; PHASES]; PHASES];
        for (at, &(_, spare, service)) in self.stations[..self.count].iter().enumerate() {
            let (waiting, served) = (2 * at, 2 * at + 1);
            moves[waiting][waiting] = (fastest - spare) * t;
            moves[waiting][served] = spare * t;
            moves[served][served] = (fastest - service) * t;
            if at + 1 < self.count {
                let (waits, ..) = self.stations[at + 1];
                moves[served][waiting + 2] = service * waits * t;
                moves[served][served + 2] = service * (1.0 - waits) * t;
            }
        }
        let mut sum = unit();
        for term in (1..=TERMS).rev() {
            sum = product(&moves, &sum, phases);
            for (at, row) in sum.iter_mut().enumerate() {
                row.iter_mut().for_each(|value| *value /= f64::from(term));
                row[at] += 1.0;
            }
        }
        let rest = libm::exp(-fastest * t);
        sum.iter_mut().flatten().for_each(|value| *value *= rest);
        sum
    }
}

fn unit() -> Matrix {
    let mut unit = [[0.0; PHASES]; PHASES];
    (0..PHASES).for_each(|at| unit[at][at] = 1.0);
    unit
}

/// Of upper triangular matrices.
fn product(a: &Matrix, b: &Matrix, phases: usize) -> Matrix {
    let mut product = [[0.0; PHASES]; PHASES];
    for row in 0..phases {
        for between in row..phases {
            let factor = a[row][between];
            for column in between..phases {
                product[row][column] += factor * b[between][column];
            }
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, exact: f64, by: f64) {
        assert!((found - exact).abs() <= by * exact.abs().max(1e-300), "{found} is not {exact}");
    }

    #[test]
    fn one_station_is_the_station() -> Result<(), Error> {
        for (servers, arrival, service) in [(1, 0.8, 1.0), (4, 3.0, 1.0), (4, 3.9, 1.0), (30, 12.0, 0.7), (3, 0.0, 2.0)]
        {
            let station = Station::new(servers, arrival, service)?;
            let way = Tandem::new(&[station])?;
            for t in [0.01, 0.3, 1.0, 4.0, 17.0] {
                near(way.response_exceeds(t), station.response_exceeds(t), 1e-11);
            }
        }
        Ok(())
    }

    #[test]
    fn alike_stations_are_an_erlang_law_and_others_a_mixture_of_exponentials() -> Result<(), Error> {
        // M/M/1 in series: each response is exponential with what is left.
        let one = |arrival: f64| Station::new(1, arrival, 1.0);
        let alike = Tandem::new(&[one(0.5)?, one(0.5)?, one(0.5)?])?;
        for t in [0.1, 2.0, 9.0, 60.0] {
            let x = 0.5 * t;
            near(alike.response_exceeds(t), libm::exp(-x) * (1.0 + x + x * x / 2.0), 1e-11);
        }
        let (a, b) = (0.2, 0.7);
        let apart = Tandem::new(&[one(1.0 - a)?, one(1.0 - b)?])?;
        for t in [0.1, 2.0, 9.0, 60.0, 3000.0] {
            let exact = (b * libm::exp(-a * t) - a * libm::exp(-b * t)) / (b - a);
            near(apart.response_exceeds(t), exact, 1e-10);
        }
        near(apart.mean_response(), 1.0 / a + 1.0 / b, 1e-12);
        // Rates that are almost the same, where differences would cancel.
        let close = Tandem::new(&[one(0.5)?, one(0.5 + 1e-9)?])?;
        near(close.response_exceeds(4.0), libm::exp(-2.0) * 3.0, 1e-8);
        Ok(())
    }

    #[test]
    fn the_order_does_not_matter_and_the_tail_integrates_to_the_mean() -> Result<(), Error> {
        let stations = [Station::new(3, 2.4, 1.0)?, Station::new(8, 2.4, 0.35)?, Station::new(1, 2.4, 40.0)?];
        let [a, b, c] = stations;
        let (way, back) = (Tandem::new(&stations)?, Tandem::new(&[c, b, a])?);
        let mut sum = 0.0;
        let step = 0.01;
        for at in 0..20_000 {
            let t = f64::from(at) * step;
            // The trapezium: half of the first.
            sum += way.response_exceeds(t) * step * if at == 0 { 0.5 } else { 1.0 };
            if at % 500 == 1 {
                near(way.response_exceeds(t), back.response_exceeds(t), 1e-10);
            }
        }
        near(sum, way.mean_response(), 1e-5);
        near(way.response_exceeds(way.response_quantile(0.95)?), 0.05, 1e-9);
        Ok(())
    }

    #[test]
    fn rates_far_apart_long_times_and_bad_input_are_no_trouble() -> Result<(), Error> {
        let (fast, slow) = (Station::new(10, 10.0, 1e6)?, Station::new(1, 10.0, 10.01)?);
        let way = Tandem::new(&[fast, slow])?;
        near(way.response_exceeds(100.0), libm::exp(-1.0), 1e-4);
        assert_eq!(way.response_exceeds(1e30), 0.0);
        assert_eq!((way.response_exceeds(0.0), way.response_exceeds(-1.0)), (1.0, 1.0));
        assert_eq!(Tandem::new(&[])?.response_exceeds(0.0), 0.0);
        assert!(Tandem::new(&[fast; 5]).is_err());
        assert!(way.response_quantile(1.0).is_err());
        assert_eq!(Tandem::new(&[])?.response_quantile(0.95)?, 0.0);
        Ok(())
    }
}
