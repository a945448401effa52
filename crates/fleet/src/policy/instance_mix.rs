//! IM: in which order the sizes of an instance mix are tried.

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
    /// How likely it is to be had, relative to the others; for `capacityOptimized`.
    pub availability: f64,
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

/// IM-02: the sizes in the order in which they are tried, as indices; equal ones as written. A size without quota is
/// skipped by whoever tries.
pub fn order(mix: &Mix) -> Vec<usize> {
    let mut order: Vec<usize> = (0..mix.sizes.len()).collect();
    let sizes = &mix.sizes;
    order.sort_by(|&a, &b| match mix.strategy {
        Strategy::LowestPrice => sizes[a].price.total_cmp(&sizes[b].price),
        Strategy::CapacityOptimized => sizes[b].availability.total_cmp(&sizes[a].availability),
        Strategy::Prioritized => sizes[a].rank.cmp(&sizes[b].rank),
    });
    order
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
        let has_quota = |size: &usize| *size != 1;
        assert_eq!(order(&mix(Strategy::LowestPrice)).into_iter().find(has_quota), Some(3));
    }
}
