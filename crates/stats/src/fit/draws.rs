//! A small keyed generator: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).

use crate::special::normal_quantile;

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

pub(super) struct Draws(u64);

impl Draws {
    /// A stream for what it is for; different keys give different streams.
    pub fn new(key: [u64; 2]) -> Self {
        Self(mix(mix(key[0].wrapping_add(GAMMA)) ^ key[1]))
    }

    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        mix(self.0)
    }

    /// Strictly between 0 and 1.
    pub fn unit(&mut self) -> f64 {
        ((self.word() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
    }

    pub fn exponential(&mut self) -> f64 {
        -libm::log(self.unit())
    }

    pub fn normal(&mut self) -> f64 {
        normal_quantile(self.unit())
    }

    /// A gamma variate of scale 1 (Marsaglia and Tsang, 2000; below shape 1 by their power trick).
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * libm::pow(self.unit(), 1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            if v > 0.0 {
                let v = v * v * v;
                if libm::log(self.unit()) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                    return d * v;
                }
            }
        }
    }
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
