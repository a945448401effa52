//! FD: fault and update domains.

/// FD-11: update domains of a placement group of a Uniform set.
pub const UPDATE_DOMAINS: u32 = 5;

/// FD-08: the fault domain of a new machine: the fewest machines, the lowest index on ties. `loads`: machines by fault
/// domain of its zone or placement group; 0 if there are none.
pub fn assign(loads: &[u32]) -> usize {
    let least = loads.iter().copied().min().unwrap_or(0);
    loads.iter().position(|&load| load == least).unwrap_or(0)
}

/// FD-11: update domains are taken in turn: of five, the sixth machine joins the first one's. `ordinal` counts from 0.
pub const fn update_domain(ordinal: u32, domains: u32) -> u32 {
    ordinal % if domains == 0 { 1 } else { domains }
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

    #[test]
    fn fd_11_the_sixth_machine_joins_the_first_ones_update_domain() {
        assert_eq!(
            (0..7).map(|ordinal| update_domain(ordinal, UPDATE_DOMAINS)).collect::<Vec<_>>(),
            [0, 1, 2, 3, 4, 0, 1]
        );
        assert_eq!(update_domain(7, 0), 0);
    }
}
