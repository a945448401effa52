//! A strike in eight bytes: time within the window, what, and which unit. Sorting the numbers sorts the strikes by
//! time, then infrastructure before machines, then by mode, then by unit: the documented order of ties.

use zonefall_engine::SimTime;

/// Bits for the unit (a storm edge, a host, an instance).
const UNIT_BITS: u32 = 24;
/// Bits for the class: 0 for a storm edge, else 1 + the unit mode.
const CLASS_BITS: u32 = 5;
/// The longest window in milliseconds: what is left for the time (about 397 days).
pub(crate) const WINDOW_MS_MAX: u64 = (1 << (64 - UNIT_BITS - CLASS_BITS)) - 1;
/// The most units of one kind: slots of all designs together, or hosts.
pub const UNITS_MAX: u64 = 1 << UNIT_BITS;

/// The most strikes of one trial that are drawn ahead (storm edges, and strikes of laws with memory).
pub(crate) const STRIKES_MAX: u64 = UNITS_MAX;

/// One strike of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry(u64);

/// What an entry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A rack outage begins or ends: an index into [`crate::Storm::edges`].
    Edge(u32),
    /// A unit mode strikes a host or an instance (which of the two is the mode's scope).
    Unit {
        /// Index into [`crate::UnitModes`].
        mode: u32,
        /// The host's id, or the instance's number in the [`crate::Population`].
        unit: u32,
    },
}

impl Entry {
    #[inline]
    pub(crate) fn new(base: SimTime, time: SimTime, class: u32, unit: u32) -> Self {
        let offset = time.as_ms() - base.as_ms();
        debug_assert!(offset <= WINDOW_MS_MAX && u64::from(unit) < UNITS_MAX);
        Self(offset << (UNIT_BITS + CLASS_BITS) | u64::from(class) << UNIT_BITS | u64::from(unit))
    }

    /// The raw number, for sorting.
    #[inline]
    pub(crate) const fn raw(self) -> u64 {
        self.0
    }

    /// When, given the window's base.
    #[inline]
    pub const fn time(self, base: SimTime) -> SimTime {
        SimTime::from_ms(base.as_ms() + (self.0 >> (UNIT_BITS + CLASS_BITS)))
    }

    /// What.
    #[inline]
    pub const fn what(self) -> What {
        let unit = (self.0 & (UNITS_MAX - 1)) as u32;
        let class = (self.0 >> UNIT_BITS) as u32 & ((1 << CLASS_BITS) - 1);
        if class == 0 { What::Edge(unit) } else { What::Unit { mode: class - 1, unit } }
    }
}

/// Sorts a window's entries: one counting pass over the high bits, then an insertion sort of the almost sorted whole.
/// `scratch` and `counts` are kept between windows so that nothing is allocated.
pub(crate) fn sort(entries: &mut Vec<Entry>, scratch: &mut Vec<Entry>, counts: &mut Vec<u32>) {
    let n = entries.len();
    if n > 24 {
        let most = entries.iter().fold(0, |most, entry| most | entry.raw());
        let bits = 64 - most.leading_zeros();
        let shift = bits.saturating_sub(n.next_power_of_two().trailing_zeros());
        counts.clear();
        counts.resize((most >> shift) as usize + 2, 0);
        for entry in entries.iter() {
            counts[(entry.raw() >> shift) as usize + 1] += 1;
        }
        for bucket in 1..counts.len() {
            counts[bucket] += counts[bucket - 1];
        }
        scratch.clear();
        scratch.resize(n, Entry(0));
        for &entry in entries.iter() {
            let place = &mut counts[(entry.raw() >> shift) as usize];
            scratch[*place as usize] = entry;
            *place += 1;
        }
        std::mem::swap(entries, scratch);
    }
    if n > 24 && crowded(counts, n) {
        entries.sort_unstable();
    } else {
        insertion_sort(entries);
    }
}

/// Whether some bucket holds so many entries that an insertion sort would be slow. After the scatter, `counts[b]` is the
/// end of bucket `b`.
fn crowded(counts: &[u32], n: usize) -> bool {
    let mut start = 0;
    let mut most = 0;
    for &end in counts.iter().take(counts.len() - 1) {
        most = most.max(end - start);
        start = end;
    }
    n > 64 && most > 64
}

fn insertion_sort(entries: &mut [Entry]) {
    for i in 1..entries.len() {
        let entry = entries[i];
        let mut at = i;
        while at > 0 && entries[at - 1] > entry {
            entries[at] = entries[at - 1];
            at -= 1;
        }
        entries[at] = entry;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zonefall_engine::Key;

    #[test]
    fn packing_is_lossless() {
        let base = SimTime::from_ms(1_000_000_000_000);
        let time = SimTime::from_ms(base.as_ms() + WINDOW_MS_MAX);
        let entry = Entry::new(base, time, 25, (UNITS_MAX - 1) as u32);
        assert_eq!(entry.time(base), time);
        assert_eq!(entry.what(), What::Unit { mode: 24, unit: (UNITS_MAX - 1) as u32 });
        assert_eq!(Entry::new(base, base, 0, 7).what(), What::Edge(7));
    }

    #[test]
    fn sorts_like_the_standard_library() {
        let mut stream = Key::root(3).stream();
        for (n, mask) in [(0, !0), (5, !0), (1000, !0), (5000, 0xff), (5000, !0u64 >> 20), (4096, 0)] {
            let mut entries: Vec<Entry> = (0..n).map(|_| Entry(stream.word() & mask)).collect();
            let mut expected = entries.clone();
            expected.sort_unstable();
            sort(&mut entries, &mut Vec::new(), &mut Vec::new());
            assert_eq!(entries, expected);
        }
    }
}
