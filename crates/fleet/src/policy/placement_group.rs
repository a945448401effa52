//! PG: placement groups of Uniform sets.

/// PG-01: the most machines of a group.
pub const GROUP_MAX: u32 = 100;

/// PG-06: the group of a new machine: the fullest one that is not full, the lowest number on ties; else a new one, whose
/// number is the count of groups.
pub fn choose(groups: &[u32]) -> usize {
    let open = groups.iter().enumerate().filter(|(_, count)| **count < GROUP_MAX);
    open.max_by_key(|&(at, &count)| (count, std::cmp::Reverse(at))).map_or(groups.len(), |(at, _)| at)
}
