//! Plain restatements: every state of every part, and chains that know every machine by name.

use zonefall_exact::markov::Explored;

/// P(fewer than `need` of so many machines up): each part is out with its probability and takes its machines with it.
pub fn count_states(parts: &[(f64, Vec<usize>)], machines: usize, need: usize) -> f64 {
    assert!(parts.len() <= 20);
    let mut missed = 0.0;
    for state in 0..1_usize << parts.len() {
        let out = |part: usize| state >> part & 1 == 1;
        let weight: f64 =
            (0..parts.len()).map(|part| if out(part) { parts[part].0 } else { 1.0 - parts[part].0 }).product();
        let up = |machine: &usize| (0..parts.len()).all(|part| !out(part) || !parts[part].1.contains(machine));
        if (0..machines).filter(up).count() < need {
            missed += weight;
        }
    }
    missed
}

/// Share of `[0, horizon_h]` that a chain spends in the states that are `missed`, by uniformisation.
pub fn chain_over_time<S: Ord + Clone>(
    horizon_h: f64,
    start: S,
    next: impl Fn(&S) -> Vec<(S, f64)>,
    missed: impl Fn(&S) -> bool,
) -> f64 {
    let explored = Explored::from(start, next).unwrap();
    let times = explored.chain.accumulated(&explored.start(), horizon_h).unwrap().times;
    explored.which(missed).into_iter().map(|state| times[state]).sum::<f64>() / horizon_h
}
