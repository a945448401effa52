//! FD: fault and update domains.

/// FD-11: update domains of a placement group of a Uniform set.
pub const UPDATE_DOMAINS: u32 = 5;

/// FD-08: the fault domain of a new machine: the fewest machines, the lowest index on ties.
pub fn assign(loads: &[u32]) -> usize {
    let least = loads.iter().copied().min().unwrap_or(0);
    loads.iter().position(|&load| load == least).unwrap_or(0)
}

/// FD-11: update domains are taken in turn: the sixth machine joins the first one's.
pub const fn update_domain(ordinal: u32, domains: u32) -> u32 {
    ordinal % if domains == 0 { 1 } else { domains }
}
