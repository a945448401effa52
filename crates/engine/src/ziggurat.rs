//! Standard exponential and normal variates by the ziggurat (Doornik's ZIGNOR, 2005; 256 layers), with `libm` alone.
//!
//! `rand_distr` has the same ziggurats, but their tails and wedges call `ln` and `exp` through `num-traits`, whose
//! feature `std`, on as soon as any crate of the tree asks for it, exchanges `libm` for the machine's library.

use crate::Stream;
use libm::{exp, fabs, log, sqrt};
use std::sync::LazyLock;

const LAYERS: usize = 256;
const EXPONENTIAL_R: f64 = 7.697_117_470_131_05;
const EXPONENTIAL_V: f64 = 0.003_949_659_822_581_572;
const NORMAL_R: f64 = 3.654_152_885_361_009;
const NORMAL_V: f64 = 0.004_928_673_233_99;

/// Abscissae of the layers' right ends, and the density there.
struct Layers {
    x: [f64; LAYERS + 1],
    f: [f64; LAYERS + 1],
}

impl Layers {
    fn new(r: f64, area: f64, density: fn(f64) -> f64, inverse: fn(f64) -> f64) -> Self {
        let mut x = [0.0; LAYERS + 1];
        (x[0], x[1]) = (area / density(r), r);
        for layer in 2..LAYERS {
            x[layer] = inverse(area / x[layer - 1] + density(x[layer - 1]));
        }
        Self { x, f: x.map(density) }
    }
}

fn exponential_density(x: f64) -> f64 {
    exp(-x)
}

fn normal_density(x: f64) -> f64 {
    exp(-x * x / 2.0)
}

static EXPONENTIAL: LazyLock<Layers> =
    LazyLock::new(|| Layers::new(EXPONENTIAL_R, EXPONENTIAL_V, exponential_density, |y| -log(y)));
static NORMAL: LazyLock<Layers> =
    LazyLock::new(|| Layers::new(NORMAL_R, NORMAL_V, normal_density, |y| sqrt(-2.0 * log(y))));

#[inline]
pub(crate) fn exponential(stream: &mut Stream) -> f64 {
    let layers = &*EXPONENTIAL;
    loop {
        let word = stream.word();
        let layer = (word & 0xff) as usize;
        let x = open(word) * layers.x[layer];
        if x < layers.x[layer + 1] {
            return x;
        }
        if layer == 0 {
            return EXPONENTIAL_R - log(stream.open_unit());
        }
        if within(layers, layer, stream) < exponential_density(x) {
            return x;
        }
    }
}

#[inline]
pub(crate) fn normal(stream: &mut Stream) -> f64 {
    let layers = &*NORMAL;
    loop {
        let word = stream.word();
        let layer = (word & 0xff) as usize;
        let u = 2.0 * open(word) - 1.0;
        let x = u * layers.x[layer];
        if fabs(x) < layers.x[layer + 1] {
            return x;
        }
        if layer == 0 {
            return normal_tail(u < 0.0, stream);
        }
        if within(layers, layer, stream) < normal_density(x) {
            return x;
        }
    }
}

/// Marsaglia's tail beyond the last layer.
#[cold]
fn normal_tail(negative: bool, stream: &mut Stream) -> f64 {
    loop {
        let x = log(stream.open_unit()) / NORMAL_R;
        let y = log(stream.open_unit());
        if -2.0 * y >= x * x {
            return if negative { x - NORMAL_R } else { NORMAL_R - x };
        }
    }
}

/// A number in (0, 1) from the bits that do not choose the layer.
#[inline]
fn open(word: u64) -> f64 {
    ((word >> 12) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
}

#[inline]
fn within(layers: &Layers, layer: usize, stream: &mut Stream) -> f64 {
    layers.f[layer + 1] + (layers.f[layer] - layers.f[layer + 1]) * stream.unit()
}
