//! PG: placement groups of Uniform sets.

/// PG-01: the most machines of a group.
pub const GROUP_MAX: u32 = 100;

/// PG-06: the group of a new machine: the fullest one that is not full, the lowest number on ties; else a new one, whose
/// number is the count of groups.
pub fn choose(groups: impl ExactSizeIterator<Item = u32>) -> usize {
    let total = groups.len();
    let open = groups.enumerate().filter(|&(_, count)| count < GROUP_MAX);
    open.max_by_key(|&(at, count)| (count, std::cmp::Reverse(at))).map_or(total, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pg_01_a_group_holds_a_hundred() {
        let mut groups = Vec::new();
        for _ in 0..250 {
            let group = choose(groups.iter().copied());
            if group == groups.len() {
                groups.push(0);
            }
            groups[group] += 1;
        }
        assert_eq!(groups, [100, 100, 50]);
    }

    #[test]
    fn pg_06_the_fullest_that_is_not_full_lowest_number_on_ties() {
        assert_eq!(choose([].into_iter()), 0);
        assert_eq!(choose([100].into_iter()), 1);
        assert_eq!(choose([100, 40, 99, 99].into_iter()), 2);
        assert_eq!(choose([0, 0].into_iter()), 0);
        assert_eq!(choose([100, 101].into_iter()), 2);
    }
}
