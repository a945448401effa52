//! Units or parts that are held by something which does not care which: given how many, each set is as likely.

use crate::error::{Error, check, probability};
use crate::mass::convolve;

/// A mass that must belong to `count` things: as many entries plus one, each a probability.
fn check_counts(what: &'static str, mass: &[f64], count: usize) -> Result<(), Error> {
    if mass.len() != count + 1 {
        return Err(Error::Length { what, len: mass.len(), must_have: count + 1 });
    }
    mass.iter().try_for_each(|&p| probability(what, p.min(1.0)).map(drop))
}

/// P(j reachable) where `reachable` is the mass before, and `held`\[m\] the probability that m of the units, evenly
/// chosen and independent of that, are held down as well.
pub(crate) fn thinned(reachable: &[f64], held: &[f64]) -> Result<Vec<f64>, Error> {
    check(!reachable.is_empty(), "units", 0.0, "given")?;
    let n = reachable.len() - 1;
    check_counts("units held", held, n)?;
    let log = log_factorials(n);
    let choose = |n: usize, k: usize| log[n] - log[k] - log[n - k];
    let mut left = vec![0.0; n + 1];
    for (r, &p) in reachable.iter().enumerate().filter(|(_, p)| **p > 0.0) {
        for (m, &q) in held.iter().enumerate().filter(|(_, q)| **q > 0.0) {
            // of the m held, `both` were reachable
            for both in (r + m).saturating_sub(n)..=m.min(r) {
                let chance = libm::exp(choose(r, both) + choose(n - r, m - both) - choose(n, m));
                left[r - both] += p * q * chance;
            }
        }
    }
    Ok(left)
}

/// The mass of the parts together where `dark`\[c\] is the probability that c of them, evenly chosen, are dark.
pub(crate) fn some_dark(masses: &[Vec<f64>], dark: &[f64]) -> Result<Vec<f64>, Error> {
    check_counts("parts that are dark", dark, masses.len())?;
    let units: usize = masses.iter().map(|mass| mass.len() - 1).sum();
    // kept[j][u]: the mean over the sets of j among the parts so far of P(u units reachable in the set)
    let mut kept = vec![vec![1.0]];
    for (at, mass) in masses.iter().enumerate() {
        let so_far = (at + 1) as f64;
        let mut next = vec![Vec::new(); at + 2];
        for (j, set) in kept.iter().enumerate() {
            add(&mut next[j], (so_far - j as f64) / so_far, set);
            add(&mut next[j + 1], (j + 1) as f64 / so_far, &convolve(set, mass));
        }
        kept = next;
    }
    let mut sum = vec![0.0; units + 1];
    for (c, &p) in dark.iter().enumerate() {
        add(&mut sum, p, &kept[masses.len() - c]);
    }
    Ok(sum)
}

fn add(sum: &mut Vec<f64>, factor: f64, terms: &[f64]) {
    sum.resize(sum.len().max(terms.len()), 0.0);
    for (s, term) in sum.iter_mut().zip(terms) {
        *s += factor * term;
    }
}

/// P(c of `used` places are dark), where the places are evenly chosen among all those of some blocks, of the given
/// sizes, each of which is out with probability `out`, independently.
pub fn dark_places(blocks: &[usize], out: f64, used: usize) -> Result<Vec<f64>, Error> {
    probability("block unavailability", out)?;
    let all: usize = blocks.iter().sum();
    check(used <= all, "places used", used as f64, "at most the places that there are")?;
    let mut dark = vec![1.0];
    for &places in blocks {
        let mut block = vec![0.0; places + 1];
        block[0] += 1.0 - out;
        block[places] += out;
        dark = convolve(&dark, &block);
    }
    let log = log_factorials(all);
    let choose = |n: usize, k: usize| log[n] - log[k] - log[n - k];
    let mut of_used = vec![0.0; used + 1];
    for (d, &p) in dark.iter().enumerate().filter(|(_, p)| **p > 0.0) {
        let (least, most) = ((used + d).saturating_sub(all), d.min(used));
        for (c, sum) in of_used.iter_mut().enumerate().take(most + 1).skip(least) {
            *sum += p * libm::exp(choose(used, c) + choose(all - used, d - c) - choose(all, d));
        }
    }
    Ok(of_used)
}

/// ln 0!, …, ln n!.
fn log_factorials(n: usize) -> Vec<f64> {
    let mut log = vec![0.0; n + 1];
    for k in 1..=n {
        log[k] = log[k - 1] + libm::log(k as f64);
    }
    log
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: &[f64], b: &[f64]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-13)
    }

    #[test]
    fn holding_each_unit_by_itself_is_a_product() -> Result<(), Error> {
        let binomial = |down: f64| crate::kofn::up_distribution(&[(6, down)]);
        let mut held = binomial(0.3)?;
        held.reverse();
        assert!(close(&thinned(&binomial(0.1)?, &held)?, &binomial(1.0 - 0.9 * 0.7)?));
        assert!(thinned(&[1.0, 0.0], &[1.0]).is_err());
        Ok(())
    }

    #[test]
    fn dark_parts_by_hand() -> Result<(), Error> {
        // sizes 1 and 2, always reachable; one dark: either
        let masses = [vec![0.0, 1.0], vec![0.0, 0.0, 1.0]];
        assert!(close(&some_dark(&masses, &[0.5, 0.4, 0.1])?, &[0.1, 0.2, 0.2, 0.5]));
        assert!(some_dark(&masses, &[1.0]).is_err());
        Ok(())
    }

    #[test]
    fn two_halls_of_two_racks_by_hand() -> Result<(), Error> {
        // two racks used of four: in the same hall with probability 1/3
        let q = 0.1;
        let both = q * q + 2.0 * q * (1.0 - q) / 6.0;
        let one = 2.0 * q * (1.0 - q) * 4.0 / 6.0;
        assert!(close(&dark_places(&[2, 2], q, 2)?, &[1.0 - both - one, one, both]));
        assert!(dark_places(&[1], 0.5, 2).is_err());
        Ok(())
    }
}
