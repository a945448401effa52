//! FD: fault domains.

/// FD-08: the fault domain of a new machine: the fewest machines of its own set, then the fewest of all sets, then the
/// lowest index. `own`, `all`: machines by fault domain of its zone or placement group; 0 if there are none.
pub fn assign(own: &[u32], all: &[u32]) -> usize {
    let domains = own.iter().zip(all).enumerate();
    domains.min_by_key(|&(_, loads)| loads).map_or(0, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fd_08_the_fewest_machines_lowest_index_on_ties() {
        assert_eq!(assign(&[1, 0, 0], &[0; 3]), 1);
        assert_eq!(assign(&[2, 2, 2], &[2; 3]), 0);
        assert_eq!(assign(&[], &[]), 0);
        let mut loads = [0; 5];
        (0..12).for_each(|_| loads[assign(&loads, &[0; 5])] += 1);
        assert_eq!(loads, [3, 3, 2, 2, 2]);
    }

    #[test]
    fn fd_08_other_sets_only_break_ties() {
        assert_eq!(assign(&[1, 1, 0], &[1, 1, 9]), 2);
        assert_eq!(assign(&[1, 1, 1], &[3, 2, 4]), 1);
    }
}
