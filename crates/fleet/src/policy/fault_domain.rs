//! FD: fault domains.

/// FD-08: the fault domain of a new machine: the fewest machines, the lowest index on ties. `loads`: machines by fault
/// domain of its zone or placement group; 0 if there are none.
pub fn assign(loads: &[u32]) -> usize {
    let least = loads.iter().copied().min().unwrap_or(0);
    loads.iter().position(|&load| load == least).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fd_08_the_fewest_machines_lowest_index_on_ties() {
        assert_eq!(assign(&[1, 0, 0]), 1);
        assert_eq!(assign(&[2, 2, 2]), 0);
        assert_eq!(assign(&[]), 0);
        let mut loads = [0; 5];
        (0..12).for_each(|_| loads[assign(&loads)] += 1);
        assert_eq!(loads, [3, 3, 2, 2, 2]);
    }
}
