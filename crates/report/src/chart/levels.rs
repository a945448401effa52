//! Shares that are missed, from the least above to the most below: a logarithmic axis over what belongs together, a line of its own above
//! it for nothing missed, and the edges for what lies so far away that the rest could not be told apart.

use super::scale::Scale;

/// So many times apart from all others nothing takes part in the axis.
const APART: f64 = 100.0;
/// Ends of intervals stretch the axis by so much at most.
const STRETCH: f64 = 10.0;
/// How far the line of nothing missed stands above the axis.
const ABOVE: f64 = 30.0;

/// What is drawn of one share: where it stands and the ends of what is known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) at: f64,
    pub(super) low: Option<f64>,
    pub(super) high: f64,
}

impl Share {
    /// Nothing is missed, without doubt.
    pub(super) fn is_none(self) -> bool {
        self.at == 0.0 && self.high == 0.0
    }

    /// What stands for it on the axis: its upper end where nothing was missed.
    fn shown(self) -> f64 {
        if self.at > 0.0 { self.at } else { self.high }
    }
}

/// The axis.
#[derive(Debug)]
pub(super) struct Levels {
    scale: Scale,
    /// The ends of the axis as shares.
    ends: (f64, f64),
    /// Where nothing missed is drawn; none if nothing is.
    none: Option<f64>,
}

impl Levels {
    /// An axis over these shares and the goal, drawn from top to bottom; none without a share above zero.
    pub(super) fn new(shares: &[Share], goal: f64, (top, bottom): (f64, f64)) -> Option<Self> {
        let usable = |share: &f64| share.is_finite() && *share > 0.0;
        let mut points: Vec<f64> = shares.iter().map(|of| of.shown()).chain([goal]).filter(usable).collect();
        points.sort_by(f64::total_cmp);
        // The goal is always seen.
        while let [rest @ .., before, last] = points.as_slice()
            && last / before > APART
            && *last != goal
            && !rest.is_empty()
        {
            points.pop();
        }
        while let [first, second, _, ..] = points.as_slice()
            && second / first > APART
            && *first != goal
        {
            points.remove(0);
        }
        let (least, most) = (points.first()? / STRETCH, points.last()? * STRETCH);
        let ends = shares.iter().flat_map(|of| [of.low, Some(of.high)]).flatten();
        let ends = ends.filter(usable).filter(|end| (least..=most).contains(end));
        let all: Vec<f64> = points.iter().copied().chain(ends).collect();
        let ends = all.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), &of| (low.min(of), high.max(of)));
        let none = shares.iter().any(|of| of.is_none()).then_some(top);
        let begins = if none.is_some() { top + ABOVE } else { top };
        Some(Self { scale: Scale::log(all.into_iter())?.between(begins, bottom), ends, none })
    }

    /// Where a share is drawn; beyond the ends at the edge.
    pub(super) fn place(&self, share: f64) -> f64 {
        self.scale.place(share)
    }

    /// Where a whole one stands.
    pub(super) fn stands(&self, of: Share) -> f64 {
        match self.none {
            Some(none) if of.is_none() => none,
            _ => self.place(of.shown()),
        }
    }

    /// Whether a whole one stands at an edge because it lies beyond it: −1 above, 1 below.
    pub(super) fn beyond(&self, of: Share) -> Option<f64> {
        match of.shown() {
            shown if of.is_none() || !shown.is_finite() => None,
            shown if shown > self.ends.1 => Some(1.0),
            shown if shown < self.ends.0 => Some(-1.0),
            _ => None,
        }
    }

    /// Where nothing missed is drawn, if anything is.
    pub(super) fn none(&self) -> Option<f64> {
        self.none
    }

    /// Shares to be written along it.
    pub(super) fn ticks(&self) -> Vec<f64> {
        self.scale.ticks()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn share(at: f64) -> Share {
        Share { at, low: Some(at / 2.0), high: at * 2.0 }
    }

    #[test]
    fn what_lies_far_away_does_not_squeeze_the_rest() {
        let near = [share(1e-4), share(4e-4), share(2e-3)];
        let axis = |more: &[Share]| Levels::new(&[&near[..], more].concat(), 5e-4, (0.0, 300.0)).unwrap();
        let apart = |of: &Levels| of.stands(near[2]) - of.stands(near[0]);
        let plain = apart(&axis(&[]));
        // Nothing served, next to nothing missed, an interval that ends next to nothing.
        let ends = Share { at: 3e-4, low: Some(1e-12), high: 6e-4 };
        for (of, beyond) in [(share(1.0), Some(1.0)), (share(1e-12), Some(-1.0)), (ends, None)] {
            let axis = axis(&[of]);
            assert!(apart(&axis) > 0.55 * plain, "{of:?} {} of {plain}", apart(&axis));
            assert_eq!(axis.beyond(of), beyond, "{of:?}");
            assert!((0.0..=300.0).contains(&axis.stands(of)));
        }
        // What is within reach takes part.
        assert_eq!(axis(&[share(0.05)]).beyond(share(0.05)), None);
        // The goal is always seen.
        let goal = Levels::new(&[share(0.5), share(0.4)], 1e-6, (0.0, 300.0)).unwrap();
        assert!(goal.place(1e-6) < 100.0 && goal.beyond(share(0.5)).is_none());
    }

    #[test]
    fn nothing_missed_has_a_line_of_its_own_above_the_axis() {
        let none = Share { at: 0.0, low: Some(0.0), high: 0.0 };
        let axis = Levels::new(&[none, share(1e-4), share(1e-3)], 5e-4, (34.0, 300.0)).unwrap();
        assert_eq!((axis.stands(none), axis.none()), (34.0, Some(34.0)));
        assert!(axis.stands(share(1e-4)) > 34.0 + ABOVE && axis.ticks().len() > 2);
        // Of nothing but a bound the bound is drawn.
        let bound = Share { at: 0.0, low: None, high: 2e-4 };
        assert_eq!(axis.stands(bound), axis.place(2e-4));
        assert!(Levels::new(&[none], 0.0, (0.0, 1.0)).is_none());
    }
}
