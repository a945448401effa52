//! A statistical battery on keyed streams: one stream read in order, and words taken round-robin from many keys whose
//! paths differ in one number only, which is how a simulation reads them and where keyed generators break.
//!
//! All seeds are fixed, so a test that passes, passes always; a p-value outside (10⁻⁶, 1 − 10⁻⁶) fails. Larger
//! batteries (dieharder, TestU01) were run on the same interleavings.
#![allow(clippy::unwrap_used)]

mod check;

use check::{SURPRISE, chi_square, chi_square_p, normal_p};
use zonefall_engine::{Key, Stream, name_tag};

const WORDS: usize = 1 << 19;

type Words = Box<dyn Iterator<Item = u64>>;

/// Ways of reading words: each yields at least [`WORDS`].
fn readings() -> Vec<(&'static str, Words)> {
    let root = Key::root(2026).named("battery");
    let round_robin = |keys: Vec<Key>| -> Words { Box::new((0..).flat_map(move |i| words_at(keys.clone(), i))) };
    vec![
        ("one stream", Box::new((0..).map(move |i| root.word(i)))),
        ("one stream, every 4096th word", Box::new((0..).map(move |i| root.word(i << 12)))),
        ("16 trials in turn", round_robin((0..16).map(|trial| root.part(trial, 0)).collect())),
        ("4096 trials in turn", round_robin((0..4096).map(|trial| root.part(trial, 0)).collect())),
        ("4096 units in turn", round_robin((0..4096).map(|unit| root.part(5, unit)).collect())),
        ("first word of each trial", Box::new((0..).map(move |trial| root.part(trial, 0).word(0)))),
        ("first word of each unit", Box::new((0..).map(move |unit| root.part(0, unit).word(0)))),
        ("first word over a grid", Box::new((0..).map(move |i| root.part(i >> 10, i & 1023).word(0)))),
        ("first word over a grid, transposed", Box::new((0..).map(move |i| root.part(i & 1023, i >> 10).word(0)))),
        ("first word along the diagonal", Box::new((0..).map(move |i| root.part(i, i).word(0)))),
        ("first word, numbers far apart", Box::new((0..).map(move |i| root.part(i << 40, 1).word(0)))),
        ("first word of each seed", Box::new((0..).map(|seed| Key::root(seed).word(0)))),
        ("64 seeds in turn", round_robin((0..64).map(Key::root).collect())),
        ("a part of a part", Box::new((0..).map(move |i| root.part(i >> 6, 0).part(i & 63, 2).word(i & 1)))),
    ]
}

fn words_at(keys: Vec<Key>, i: u64) -> impl Iterator<Item = u64> {
    keys.into_iter().map(move |key| key.word(i))
}

/// Runs a test on every reading, and on the same words with their bits reversed, so that low bits are as exposed as
/// high ones. The test answers P(a statistic at least this large).
fn on_every_reading(what: &str, test: impl Fn(&[u64]) -> f64) {
    for (reading, words) in readings() {
        let mut words: Vec<u64> = words.take(WORDS).collect();
        for order in ["", ", bits reversed"] {
            let p = test(&words);
            assert!(p > SURPRISE && p < 1.0 - SURPRISE, "{what} on {reading}{order}: p = {p:e}");
            words.iter_mut().for_each(|word| *word = word.reverse_bits());
        }
    }
}

/// P of a chi-square of `counts` against an even spread.
fn even_p(counts: &[u32]) -> f64 {
    let expected = counts.iter().map(|&count| f64::from(count)).sum::<f64>() / counts.len() as f64;
    chi_square_p(chi_square(counts.iter().map(|&count| (f64::from(count), expected))), counts.len() as f64 - 1.0)
}

#[test]
fn ones_are_as_many_as_zeros() {
    on_every_reading("monobit", |words| {
        let ones: u32 = words.iter().map(|word| word.count_ones()).sum();
        let bits = words.len() as f64 * 64.0;
        normal_p((2.0 * f64::from(ones) - bits) / bits.sqrt())
    });
}

#[test]
fn each_bit_is_fair() {
    on_every_reading("each bit", |words| {
        let n = words.len() as f64;
        let statistic = (0..64)
            .map(|bit| {
                let ones = words.iter().map(|word| word >> bit & 1).sum::<u64>() as f64;
                (2.0 * ones - n) * (2.0 * ones - n) / n
            })
            .sum();
        chi_square_p(statistic, 64.0)
    });
}

#[test]
fn bits_of_a_word_are_independent() {
    on_every_reading("pairs of bits", |words| {
        // Rotations by lag and by 64 − lag hold the same pairs, and the one by 32 holds each of its pairs twice.
        let bits = words.len() as f64 * 64.0;
        let statistic = (1..=32)
            .map(|lag| {
                let ones: u32 = words.iter().map(|word| (word ^ word.rotate_left(lag)).count_ones()).sum();
                let excess = 2.0 * f64::from(ones) - bits;
                excess * excess / if lag == 32 { 2.0 * bits } else { bits }
            })
            .sum();
        chi_square_p(statistic, 32.0)
    });
}

#[test]
fn bytes_are_spread_evenly() {
    on_every_reading("bytes", |words| {
        let mut counts = [0; 256];
        words.iter().flat_map(|word| word.to_le_bytes()).for_each(|byte| counts[usize::from(byte)] += 1);
        even_p(&counts)
    });
}

#[test]
fn neighbouring_words_are_independent_in_two_dimensions() {
    on_every_reading("serial pairs", |words| {
        let mut counts = vec![0; 1 << 14];
        for pair in words.chunks_exact(2) {
            counts[(pair[0] >> 57 << 7 | pair[1] >> 57) as usize] += 1;
        }
        even_p(&counts)
    });
}

#[test]
fn neighbouring_words_are_independent_in_three_dimensions() {
    on_every_reading("serial triples", |words| {
        let mut counts = vec![0; 1 << 12];
        for triple in words.chunks_exact(3) {
            counts[triple.iter().fold(0, |cell, word| cell << 4 | (word >> 60) as usize)] += 1;
        }
        even_p(&counts)
    });
}

/// The highest bit and the lowest (by reversal), eight neighbours at a time.
#[test]
fn the_leading_bit_has_no_pattern() {
    on_every_reading("leading bits", |words| {
        let mut counts = [0; 256];
        for eight in words.chunks_exact(8) {
            counts[eight.iter().fold(0, |cell, word| cell << 1 | (word >> 63) as usize)] += 1;
        }
        even_p(&counts)
    });
}

#[test]
fn runs_of_equal_bits_are_as_long_as_they_should_be() {
    on_every_reading("runs", |words| {
        // Changes between neighbouring bits of the whole bit string, word borders included.
        let mut changes = 0u64;
        let mut last = words[0] >> 63;
        for word in words {
            let shifted = word >> 1 | last << 63;
            changes += u64::from((word ^ shifted).count_ones());
            last = word & 1;
        }
        let bits = words.len() as f64 * 64.0;
        normal_p((2.0 * changes as f64 - bits) / bits.sqrt())
    });
}

#[test]
fn rising_runs_are_as_long_as_they_should_be() {
    // Knuth's simplified run test: the word after a run is skipped, so run lengths are independent with
    // P(length = r) = 1/r! − 1/(r+1)!.
    on_every_reading("rising runs", |words| {
        let mut counts = [0u32; 7];
        let mut words = words.iter();
        'runs: while let Some(mut last) = words.next() {
            let mut length = 1;
            loop {
                let Some(next) = words.next() else { break 'runs };
                if next < last {
                    break;
                }
                (last, length) = (next, length + 1);
            }
            counts[length.min(7) - 1] += 1;
        }
        let total = f64::from(counts.iter().sum::<u32>());
        let factorial = |n: usize| (1..=n).product::<usize>() as f64;
        let expected = |r: usize| total * (1.0 / factorial(r) - if r < 7 { 1.0 / factorial(r + 1) } else { 0.0 });
        chi_square_p(chi_square((1..=7).map(|r| (f64::from(counts[r - 1]), expected(r)))), 6.0)
    });
}

#[test]
fn gaps_between_visits_are_geometric() {
    const LONGEST: usize = 80;
    on_every_reading("gaps", |words| {
        let mut counts = [0u32; LONGEST + 1];
        let mut gap = 0;
        for word in words {
            if word >> 60 == 0 {
                counts[gap] += 1;
                gap = 0;
            } else {
                gap = (gap + 1).min(LONGEST);
            }
        }
        let (p, total) = (1.0 / 16.0, f64::from(counts.iter().sum::<u32>()));
        let expected = |gap: usize| {
            let reached = total * (1.0f64 - p).powi(gap as i32);
            if gap < LONGEST { reached * p } else { reached }
        };
        chi_square_p(chi_square((0..=LONGEST).map(|gap| (f64::from(counts[gap]), expected(gap)))), LONGEST as f64)
    });
}

/// Marsaglia's birthday spacings: 1024 birthdays in a year of 2²⁸ days; repeated spacings are Poisson with mean 1.
#[test]
fn birthday_spacings_repeat_as_often_as_they_should() {
    const BIRTHDAYS: usize = 1 << 10;
    on_every_reading("birthday spacings", |words| {
        let mut counts = [0u32; 5];
        for group in words.chunks_exact(BIRTHDAYS) {
            let mut days: Vec<u32> = group.iter().map(|word| (word >> 36) as u32).collect();
            days.sort_unstable();
            let mut spacings: Vec<u32> = days.windows(2).map(|pair| pair[1] - pair[0]).collect();
            spacings.sort_unstable();
            let repeats = spacings.windows(2).filter(|pair| pair[0] == pair[1]).count();
            counts[repeats.min(4)] += 1;
        }
        let total = f64::from(counts.iter().sum::<u32>());
        let poisson = [1.0, 1.0, 0.5, 1.0 / 6.0].map(|share| share * (-1.0f64).exp());
        let expected = |k: usize| total * poisson.get(k).copied().unwrap_or(1.0 - poisson.iter().sum::<f64>());
        chi_square_p(chi_square((0..5).map(|k| (f64::from(counts[k]), expected(k)))), 4.0)
    });
}

/// Ranks of 32 × 32 bit matrices, from the 32 highest and (by reversal) the 32 lowest bits.
#[test]
fn bit_matrices_have_the_ranks_of_random_ones() {
    let share = |rank: i32| {
        let product: f64 = (0..rank)
            .map(|i| {
                let p = 1.0 - 2f64.powi(i - 32);
                p * p / (1.0 - 2f64.powi(i - rank))
            })
            .product();
        2f64.powi(rank * (64 - rank) - 1024) * product
    };
    let shares = [share(32), share(31), share(30), 1.0 - share(32) - share(31) - share(30)];
    on_every_reading("ranks", |words| {
        let mut counts = [0u32; 4];
        for rows in words.chunks_exact(32) {
            let rank = rank(rows.iter().map(|word| (word >> 32) as u32).collect());
            counts[(32 - rank).min(3)] += 1;
        }
        let total = f64::from(counts.iter().sum::<u32>());
        chi_square_p(chi_square((0..4).map(|i| (f64::from(counts[i]), total * shares[i]))), 3.0)
    });
}

/// The rank over GF(2), by elimination.
fn rank(mut rows: Vec<u32>) -> usize {
    let mut rank = 0;
    while let Some(pivot) = rows.pop() {
        if pivot != 0 {
            rank += 1;
            let low = pivot & pivot.wrapping_neg();
            rows.iter_mut().filter(|row| **row & low != 0).for_each(|row| *row ^= pivot);
        }
    }
    rank
}

/// Distances between the words of neighbouring keys, as numbers and as bits, at lags 0 to 4.
#[test]
fn neighbouring_keys_are_uncorrelated_at_every_lag() {
    const KEYS: u64 = 1 << 14;
    const DEPTH: u64 = 4;
    let root = Key::root(9).named("neighbours");
    let families: [(&str, &dyn Fn(u64) -> Key); 5] = [
        ("trials", &|n| root.part(n, 0)),
        ("units", &|n| root.part(0, n)),
        ("diagonal", &|n| root.part(n, n)),
        ("parts of parts", &|n| root.part(n, 0).part(1, 1)),
        ("seeds", &Key::root),
    ];
    for (family, key) in families {
        for lag in 0..=4 {
            for step in [1, 2, 256] {
                let (mut product, mut differing) = (0.0, 0);
                for n in 0..KEYS {
                    let (here, there) = (key(n), key(n + step));
                    for i in 0..DEPTH {
                        product += 12.0 * (here.unit(i) - 0.5) * (there.unit(i + lag) - 0.5);
                        differing += (here.word(i) ^ there.word(i + lag)).count_ones();
                    }
                }
                let pairs = (KEYS * DEPTH) as f64;
                let bits = 64.0 * pairs;
                for (what, z) in
                    [("numbers", product / pairs.sqrt()), ("bits", (2.0 * f64::from(differing) - bits) / bits.sqrt())]
                {
                    assert!(z.abs() < 4.9, "{what} of neighbouring {family}, {step} apart, at lag {lag}: z = {z}");
                }
            }
        }
    }
}

/// Flipping one bit of what a word is for flips each of its bits with probability 1/2.
#[test]
fn each_bit_of_a_path_moves_each_bit_of_the_word() {
    const SAMPLES: u64 = 4096;
    type Flip = fn(u64, u64) -> [u64; 2];
    let inputs: [(&str, Flip); 5] = [
        ("x", |n, flip| [0, flip].map(|flip| Key::root(4).part(n ^ flip, 7).word(0))),
        ("y", |n, flip| [0, flip].map(|flip| Key::root(4).part(7, n ^ flip).word(0))),
        ("the seed", |n, flip| [0, flip].map(|flip| Key::root(n ^ flip).word(0))),
        ("the grandparent's x", |n, flip| [0, flip].map(|flip| Key::root(4).part(n ^ flip, 0).part(1, 2).word(3))),
        ("the word's number", |n, flip| [0, flip].map(|flip| Key::root(4).part(1, 2).word(n ^ flip))),
    ];
    for (input, words) in inputs {
        let mut all = 0.0;
        for bit in 0..64 {
            let mut flips = [0u32; 64];
            for i in 0..SAMPLES {
                // The numbers with this bit clear, so that no pair is seen twice.
                let low = i & ((1 << bit) - 1);
                let n = low | (i ^ low) << 1;
                let [before, after] = words(n, 1 << bit);
                let moved = before ^ after;
                flips.iter_mut().enumerate().for_each(|(out, count)| *count += (moved >> out & 1) as u32);
            }
            for (out, &count) in flips.iter().enumerate() {
                let z = (2.0 * f64::from(count) - SAMPLES as f64) / (SAMPLES as f64).sqrt();
                // 4,096 cells an input: one of them beyond six standard errors is one chance in 120,000.
                assert!(z.abs() < 6.0, "bit {bit} of {input} flips bit {out} of the word {count} times in {SAMPLES}");
                all += z * z;
            }
        }
        let p = chi_square_p(all, 4096.0);
        assert!(p > SURPRISE && p < 1.0 - SURPRISE, "flips by {input} are spread with p = {p:e}");
    }
}

/// Streams of different purposes share no word: 2²¹ words without one collision (expected: 10⁻⁷).
#[test]
fn words_of_different_keys_do_not_meet() {
    let root = Key::root(1);
    let mut words: Vec<u64> =
        (0..1 << 9).flat_map(|x| (0..1 << 9).flat_map(move |y| (0..8).map(move |i| root.part(x, y).word(i)))).collect();
    words.sort_unstable();
    assert!(words.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn keys_tell_their_paths_apart() {
    let root = Key::root(1);
    let paths = [
        root,
        root.part(0, 0),
        root.part(0, 1),
        root.part(1, 0),
        root.part(0, 0).part(0, 0),
        root.part(0, 1).part(1, 0),
        root.part(1, 0).part(0, 1),
        root.named("a"),
        root.named("b"),
        root.named(""),
        root.named("a").named("b"),
        root.named("b").named("a"),
        root.named("ab"),
        Key::root(0),
        Key::root(2),
        Key::root(u64::MAX),
    ];
    for (i, one) in paths.iter().enumerate() {
        assert!(paths[..i].iter().all(|other| other != one && other.word(0) != one.word(0)), "path {i}");
    }
    assert_ne!(name_tag("zone 1"), name_tag("zone 2"));
}

#[test]
fn numbers_below_a_bound_are_even() {
    let mut stream: Stream = Key::root(3).named("below").stream();
    for bound in [1u64, 2, 3, 7, 10, 1000] {
        let mut counts = vec![0; bound as usize];
        (0..200_000).for_each(|_| counts[stream.below(bound) as usize] += 1);
        assert!(bound == 1 || even_p(&counts) > SURPRISE, "below {bound}");
    }
}
