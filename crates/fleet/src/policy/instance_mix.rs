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

/// IM-02: the sizes in the order in which they are tried, as indices.
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
