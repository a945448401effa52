//! Golden bits: the first draws of each law from a fixed key, as they must be on every machine and in every build.
//!
//! A feature switched on by another crate of the tree can exchange the mathematics under a sampler; the distribution
//! stays right and every result changes. Repin only on purpose, and say so in the changelog: seeds then mean
//! something else.
#![allow(clippy::unwrap_used)]

use zonefall_engine::{Key, Law, Shape};

const HOUR: f64 = 3_600_000.0;

fn laws() -> Vec<(&'static str, Law)> {
    [
        ("constant", Shape::Constant(HOUR), None),
        ("uniform", Shape::Uniform(HOUR, 5.0 * HOUR), None),
        ("exponential", Shape::Exponential(40.0 * HOUR), None),
        ("exponential below", Shape::Exponential(40.0 * HOUR), Some(30.0 * HOUR)),
        ("weibull 0.8", Shape::Weibull(0.8, 40.0 * HOUR), None),
        ("weibull 1.5", Shape::Weibull(1.5, 40.0 * HOUR), None),
        ("gamma 0.5", Shape::Gamma(0.5, 20.0 * HOUR), None),
        ("gamma 3", Shape::Gamma(3.0, 10.0 * HOUR), None),
        ("lognormal", Shape::LogNormal(2.0 * HOUR, 1.2), None),
        ("lognormal below", Shape::LogNormal(2.0 * HOUR, 1.2), Some(8.0 * HOUR)),
        ("pareto 2.5", Shape::Pareto(2.5, HOUR), None),
        ("pareto 0.9 below", Shape::Pareto(0.9, HOUR), Some(100.0 * HOUR)),
        ("empirical", Shape::Empirical([0.5, 1.0, 1.0, 2.0, 8.0].map(|hours| hours * HOUR).into()), None),
    ]
    .map(|(name, shape, below)| (name, Law::new(shape, below).unwrap()))
    .into()
}

fn first(draw: impl FnMut() -> f64) -> [u64; 3] {
    let mut bits = std::iter::repeat_with(draw).map(f64::to_bits);
    std::array::from_fn(|_| bits.next().unwrap())
}

fn assert_golden(seen: &[(&str, [u64; 3])], golden: &[(&str, [u64; 3])]) {
    let listed: String = seen.iter().map(|(name, bits)| format!("    ({name:?}, {bits:#018x?}),\n")).collect();
    assert!(seen == golden, "the bits are now\n{listed}");
}

#[test]
fn draws() {
    let key = Key::root(42).named("golden").part(3, 5);
    let seen: Vec<_> = laws()
        .iter()
        .map(|(name, law)| {
            let mut stream = key.stream();
            (*name, first(|| law.draw_ms(&mut stream)))
        })
        .collect();
    assert_golden(&seen, &DRAWS);
}

#[test]
fn residuals() {
    let key = Key::root(42).named("golden").part(3, 5);
    let seen: Vec<_> = laws()
        .iter()
        .map(|(name, law)| {
            let mut stream = key.stream();
            (*name, first(|| law.draw_residual_ms(&mut stream)))
        })
        .collect();
    assert_golden(&seen, &RESIDUALS);
}

#[test]
fn moments_and_survivals() {
    let seen: Vec<_> = laws()
        .iter()
        .map(|(name, law)| {
            let bits = [law.mean_ms(), law.survival(2.2 * HOUR), law.survival(4.4 * HOUR)].map(f64::to_bits);
            (*name, bits)
        })
        .collect();
    assert_golden(&seen, &MOMENTS);
}

/// A million draws, folded: the rare branches of a sampler (the tails of the ziggurat) are in it.
fn folded(law: &Law) -> u64 {
    let mut stream = Key::root(42).named("tails").stream();
    (0..1_000_000).fold(0u64, |fold, _| {
        (fold.rotate_left(5) ^ law.draw_ms(&mut stream).to_bits()).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    })
}

#[test]
fn the_tails_do_not_move() {
    let exponential = folded(&Law::new(Shape::Exponential(1.0), None).unwrap());
    let normal = folded(&Law::new(Shape::LogNormal(1.0, 1.0), None).unwrap());
    assert!([exponential, normal] == TAILS, "the folds are now {:#018x?}", [exponential, normal]);
}

const DRAWS: [(&str, [u64; 3]); 13] = [
    ("constant", [0x414b_7740_0000_0000, 0x414b_7740_0000_0000, 0x414b_7740_0000_0000]),
    ("uniform", [0x4161_595e_187e_0f72, 0x4168_9e90_970f_cccd, 0x4161_1596_2f5e_b0aa]),
    ("exponential", [0x4198_45e2_5910_5b40, 0x4195_1469_578c_97b8, 0x4190_43c5_3d78_b9f6]),
    ("exponential below", [0x4198_45e2_5910_5b40, 0x4195_1469_578c_97b8, 0x4190_43c5_3d78_b9f6]),
    ("weibull 0.8", [0x4196_41f2_175b_350c, 0x4192_a8e5_1744_8500, 0x418a_fccd_aa8c_89c0]),
    ("weibull 1.5", [0x419b_3f31_a55b_abff, 0x4198_cd2d_c4ff_5178, 0x4194_dd32_c5ea_21af]),
    ("gamma 0.5", [0x415e_4ea9_8969_8ee5, 0x4190_a47e_917e_cac9, 0x4197_b87c_417b_67f8]),
    ("gamma 3", [0x4191_e41f_760b_866b, 0x4192_8304_9868_c1e4, 0x41a0_5669_e0b1_0c2a]),
    ("lognormal", [0x4151_47a9_251b_7659, 0x4164_2ecb_a645_ee70, 0x4152_6233_7bfc_ce75]),
    ("lognormal below", [0x4151_47a9_251b_7659, 0x4164_2ecb_a645_ee70, 0x4152_6233_7bfc_ce75]),
    ("pareto 2.5", [0x4152_38ac_b6b0_61ae, 0x4151_8e51_7cf1_f8b3, 0x4150_9922_3da1_0c7d]),
    ("pareto 0.9 below", [0x415e_1ffa_fe60_7597, 0x415b_2ac9_b312_4bae, 0x4157_3f3e_4809_26ea]),
    ("empirical", [0x414b_7740_0000_0000, 0x415b_7740_0000_0000, 0x414b_7740_0000_0000]),
];

const RESIDUALS: [(&str, [u64; 3]); 13] = [
    ("constant", [0x4134_f71c_30fc_1ee3, 0x4141_c0c0_970f_cccd, 0x4134_6f8c_5ebd_6153]),
    ("uniform", [0x415c_4b18_a1ba_9104, 0x415b_d887_be63_f46f, 0x4164_be8e_ed6b_23f2]),
    ("exponential", [0x4198_45e2_5910_5b40, 0x4195_1469_578c_97b8, 0x4190_43c5_3d78_b9f6]),
    ("exponential below", [0x4182_0f64_ba22_0e35, 0x418a_8cab_7025_16e7, 0x417a_f9c5_053a_9a29]),
    ("weibull 0.8", [0x4193_fa02_183c_05f4, 0x41b6_1355_2cb2_0d3c, 0x41bf_836d_ec36_d554]),
    ("weibull 1.5", [0x4188_6e30_bac2_79c0, 0x41a4_154f_b065_cb43, 0x41a9_16d0_c59a_0858]),
    ("gamma 0.5", [0x4174_5ddb_7f4b_f405, 0x4196_ef04_28cd_8139, 0x41a0_454e_4155_6e2d]),
    ("gamma 3", [0x4183_0108_8777_26d2, 0x419d_ca7b_f13c_16de, 0x41a2_8083_97d3_1ead]),
    ("lognormal", [0x4167_921d_50df_8450, 0x4168_f72a_06be_47fa, 0x4186_0e0f_4439_f4a5]),
    ("lognormal below", [0x4167_921d_50df_8450, 0x4168_f72a_06be_47fa, 0x414d_7652_42ef_936e]),
    ("pareto 2.5", [0x414c_7149_e06e_2638, 0x4148_3d21_f446_d178, 0x4158_c509_28cc_66f3]),
    ("pareto 0.9 below", [0x4170_a4ef_c931_b3d7, 0x416f_a52d_ede3_494e, 0x4191_c32d_53a2_0a9a]),
    ("empirical", [0x4171_c0c0_970f_cccd, 0x4171_acae_5a9c_e1d1, 0x4173_ee74_b3c2_cecf]),
];

const MOMENTS: [(&str, [u64; 3]); 13] = [
    ("constant", [0x414b_7740_0000_0000, 0x0000_0000_0000_0000, 0x0000_0000_0000_0000]),
    ("uniform", [0x4164_9970_0000_0000, 0x3fe6_6666_6666_6666, 0x3fc3_3333_3333_332f]),
    ("exponential", [0x41a1_2a88_0000_0000, 0x3fee_499b_3893_8495, 0x3fec_aaac_5937_a61e]),
    ("exponential below", [0x4186_8f71_ebe0_5a20, 0x3fec_c121_d493_6991, 0x3fe9_aeba_62c9_6f71]),
    ("weibull 0.8", [0x41a3_7304_7bbd_6ec9, 0x3fed_017b_831d_9a54, 0x3fea_f812_ca7c_8952]),
    ("weibull 1.5", [0x419e_fe48_e8bd_5f74, 0x3fef_9703_4b21_a81f, 0x3fee_da84_b4d6_c070]),
    ("gamma 0.5", [0x4181_2a88_0000_0000, 0x3fe4_7303_d7c7_cecd, 0x3fe0_3a58_df1a_ce2e]),
    ("gamma 3", [0x4199_bfcc_0000_0000, 0x3fef_f3a9_7481_4ef0, 0x3fef_ac13_09ce_4347]),
    ("lognormal", [0x416c_369d_e3bb_7b67, 0x3fdd_f966_abc5_4e76, 0x3fd0_5b57_a01e_2cdc]),
    ("lognormal below", [0x415f_0ea0_bb85_62a8, 0x3fd9_2873_6296_4006, 0x3fc3_39e8_9c50_6021]),
    ("pareto 2.5", [0x4156_e360_0000_0000, 0x3fc1_d480_0ecd_6ab2, 0x3f99_372d_9997_84c6]),
    ("pareto 0.9 below", [0x4172_5d1a_a105_b16a, 0x3fde_f425_de4f_54bd, 0x3fd0_1bfd_384d_9ea4]),
    ("empirical", [0x4161_2a88_0000_0000, 0x3fc9_9999_9999_999a, 0x3fc9_9999_9999_999a]),
];

/// As a build without the features of development has them.
const TAILS: [u64; 2] = [0x5b38_a2f1_aa5a_549c, 0x7a83_c27a_29df_3913];
