//! IM: in which order the sizes of an instance mix are tried, and which of them have quota.

/// IM-01: the most sizes.
pub const SIZES_MAX: usize = 5;

/// One size of a mix.
#[derive(Debug, Clone, PartialEq)]
pub struct Size {
    /// Its name.
    pub name: String,
    /// What it costs an hour; any unit.
    pub price: f64,
    /// `rank` (prioritized): lower goes first, ties as written.
    pub rank: u32,
    /// How likely it is to be had, relative to the others; for `capacityOptimized`. It decides the order only.
    pub availability: f64,
    /// vCPUs of a machine of it.
    pub vcpus: u32,
    /// AL-05: regular vCPUs of its family that the set may use; `u32::MAX` for any number.
    pub quota: u32,
}

/// IM-02: the strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// The cheapest first.
    LowestPrice,
    /// The likeliest first.
    CapacityOptimized,
    /// By rank.
    Prioritized,
}

/// An instance mix.
#[derive(Debug, Clone, PartialEq)]
pub struct Mix {
    /// The sizes as written.
    pub sizes: Vec<Size>,
    /// IM-02.
    pub strategy: Strategy,
    /// Probability that a zone's lack of capacity for the first size is one for another size too.
    pub shared_shortage: f64,
}

/// IM-02: the sizes in the order in which they are tried, as indices; equal ones as written. Whoever tries skips a size that has
/// no quota left: [`fill`].
pub fn order(mix: &Mix) -> Vec<usize> {
    let sizes = &mix.sizes;
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|&a, &b| match mix.strategy {
        Strategy::LowestPrice => sizes[a].price.total_cmp(&sizes[b].price),
        Strategy::CapacityOptimized => sizes[b].availability.total_cmp(&sizes[a].availability),
        Strategy::Prioritized => sizes[a].rank.cmp(&sizes[b].rank),
    });
    order
}

/// What the sizes of a mix take and may take of quota, in the order in which they are tried: for [`fill`].
pub fn room(mix: &Mix, spot: bool) -> impl Iterator<Item = (u32, u32)> + '_ {
    order(mix).into_iter().map(move |at| {
        let size = &mix.sizes[at];
        (size.vcpus, if spot { u32::MAX } else { size.quota })
    })
}

/// IM-02, AL-05: of `count` machines, how many find quota if each takes the first size that has some, and the vCPUs that
/// they take. `sizes`: vCPUs of a machine and what is left of the size's own quota, in the order of trying; `left`: what is
/// left of the region's. What no longer fits a size never fits it again, so machine by machine is size by size.
pub fn fill(sizes: impl Iterator<Item = (u32, u32)>, count: u32, left: u64) -> (u32, u64) {
    let (mut filled, mut taken) = (0, 0);
    for (vcpus, own) in sizes {
        let vcpus = u64::from(vcpus).max(1);
        let fit = u64::from(own).min(left - taken) / vcpus;
        let machines = fit.min(u64::from(count - filled)) as u32;
        filled += machines;
        taken += u64::from(machines) * vcpus;
    }
    (filled, taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names, prices, ranks and availabilities.
    fn mix(strategy: Strategy) -> Mix {
        let sizes = [("a", 0.4, 1, 0.5), ("b", 0.1, 2, 0.7), ("c", 0.2, 0, 0.9), ("d", 0.1, 1, 0.9)];
        let size = |(name, price, rank, availability): (&str, f64, u32, f64)| Size {
            name: name.into(),
            price,
            rank,
            availability,
            vcpus: 4,
            quota: u32::MAX,
        };
        Mix { sizes: sizes.map(size).into(), strategy, shared_shortage: 0.0 }
    }

    #[test]
    fn im_02_lowest_price_goes_from_the_cheapest_up() {
        assert_eq!(order(&mix(Strategy::LowestPrice)), [1, 3, 2, 0]);
    }

    #[test]
    fn im_02_capacity_optimized_ignores_the_price() {
        assert_eq!(order(&mix(Strategy::CapacityOptimized)), [2, 3, 1, 0]);
    }

    #[test]
    fn im_02_prioritized_goes_by_rank_ties_as_written() {
        assert_eq!(order(&mix(Strategy::Prioritized)), [2, 0, 3, 1]);
    }

    #[test]
    fn im_02_a_size_without_quota_is_skipped() {
        // In the order 1, 3, 2, 0: one vCPU too few for a machine of the first, one machine of the next, and none of two more.
        let mut lacking = mix(Strategy::LowestPrice);
        (lacking.sizes[1].quota, lacking.sizes[3].quota, lacking.sizes[2].quota) = (3, 4, 0);
        assert_eq!(order(&lacking), [1, 3, 2, 0]);
        let machines = |count| fill(room(&lacking, false), count, u64::MAX);
        assert_eq!([1, 2].map(machines), [(1, 4), (2, 8)]);
        let of_each: Vec<u32> = room(&lacking, false).map(|size| fill([size].into_iter(), 9, 36).0).collect();
        assert_eq!(of_each, [0, 1, 0, 9]);
        // Spot machines take none of these quotas.
        let as_spot: Vec<u32> = room(&lacking, true).map(|size| fill([size].into_iter(), 9, 36).0).collect();
        assert_eq!(as_spot, [9; 4]);
    }

    #[test]
    fn im_02_al_05_machines_take_the_first_size_that_has_quota() {
        let sizes = || [(8, u32::MAX), (4, 8), (2, u32::MAX)].into_iter();
        assert_eq!(fill(sizes(), 3, 100), (3, 24));
        // Two of 8 vCPUs, one of 4, one of 2.
        assert_eq!(fill(sizes(), 9, 23), (4, 22));
        // The second size's own quota ends first.
        assert_eq!(fill(sizes().skip(1), 5, 100), (5, 14));
        assert_eq!(fill(std::iter::empty(), 2, 100), (0, 0));
    }
}
