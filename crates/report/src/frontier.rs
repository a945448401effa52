//! Cost against availability: which designs no other beats, and what each step to a better one costs.
//!
//! In: an outcome with bills. Out: its designs by cost. Two are told apart by their differences from the first design, on the same
//! luck, or where their intervals lie apart; this decides, whatever their estimates are. Of others the estimates decide: what costs more
//! and is not told apart from a cheaper design of the frontier is no gain, and not on it. A design of which only a bound is known stands
//! at its bound, but is not behind another for that: where its trials with a miss say otherwise, it cannot be placed. Bills that differ
//! by no more than [`zonefall_study::plan::SAME_PRICE`] are one price, of which the best by its estimate stands first.

use zonefall_study::outcome::{DesignOutcome, Estimate, Outcome, Quality};
use zonefall_study::plan::at_price;

/// A design at its price.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offered<'a> {
    /// The design.
    pub(crate) of: &'a DesignOutcome,
    /// Its bill a month.
    pub(crate) bill: Estimate,
    /// What is known of it beside the others.
    pub(crate) standing: Standing<'a>,
}

/// Whether another design is as cheap and as good.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Standing<'a> {
    /// None is.
    On,
    /// This one is, and it is better beyond doubt, or at least by its estimate.
    Behind(&'a str, bool),
    /// This one may be: of the design only a bound is known, which is above it, and what its trials missed is not.
    Unplaced(&'a str),
    /// None is, by the estimates, but it is not told apart from this one, which costs less.
    NotApart(&'a str),
}

impl Standing<'_> {
    /// In words.
    pub(crate) fn words(self) -> String {
        match self {
            Self::On => "on the frontier".into(),
            Self::Behind(other, true) => format!("behind {other}"),
            Self::Behind(other, false) => format!("behind {other}, but not told apart"),
            Self::Unplaced(other) => format!("cannot be placed beside {other}"),
            Self::NotApart(other) => format!("dearer than {other}, and not told apart"),
        }
    }
}

/// The number that stands for an estimate.
pub(crate) fn at(of: Estimate) -> f64 {
    if of.quality == Quality::UpperBound { of.high } else { of.mean }
}

/// The designs that have a bill, by cost; none where there is no availability to buy.
pub(crate) fn offered(outcome: &Outcome) -> Vec<Offered<'_>> {
    if outcome.until_first_miss {
        return Vec::new();
    }
    let bills = outcome.designs.iter().filter_map(|of| Some((of, of.bill.as_ref()?.bill_per_month)));
    let mut all: Vec<(&DesignOutcome, Estimate)> = bills.collect();
    all.sort_by(|a, b| at(a.1).total_cmp(&at(b.1)).then(at(a.0.unavailability).total_cmp(&at(b.0.unavailability))));
    best_first(&mut all);
    let mut last: Option<&DesignOutcome> = None;
    let offer = |place: usize| {
        let (of, bill) = all[place];
        let standing = match (standing(outcome, &all, place), last) {
            (Standing::On, Some(cheaper)) if !is_better(outcome, of, cheaper) => Standing::NotApart(&cheaper.design),
            (standing, _) => standing,
        };
        if standing == Standing::On {
            last = Some(of);
        }
        Offered { of, bill, standing }
    };
    (0..all.len()).map(offer).collect()
}

/// Of those at one price, counted from its least bill, the best first.
fn best_first(all: &mut [(&DesignOutcome, Estimate)]) {
    let mut from = 0;
    while let Some(&(_, least)) = all.get(from) {
        let to = from + all[from..].partition_point(|of| at_price(at(of.1), at(least))).max(1);
        all[from..to].sort_by(|a, b| at(a.0.unavailability).total_cmp(&at(b.0.unavailability)));
        from = to;
    }
}

/// Whether a design misses less than another beyond doubt: by what lies between them on the same luck, or else by their intervals.
fn is_better(outcome: &Outcome, of: &DesignOutcome, than: &DesignOutcome) -> bool {
    if let (Some(own), Some(other)) = (from_first(outcome, of), from_first(outcome, than))
        && (own.1 < other.0 || other.1 < own.0)
    {
        return own.1 < other.0;
    }
    than.unavailability.low.is_some_and(|low| of.unavailability.high < low)
}

/// The ends of what a design misses more than the first one; all of them hold together.
fn from_first(outcome: &Outcome, of: &DesignOutcome) -> Option<(f64, f64)> {
    if outcome.designs.first().is_some_and(|first| first.design == of.design) {
        return Some((0.0, 0.0));
    }
    let difference = outcome.differences.iter().find(|difference| difference.design == of.design)?;
    Some((difference.low?, difference.high?))
}

/// Against those that cost no more. Who is better beyond doubt comes first, at the same price wherever it stands; of the others those
/// that stand before it and are not worse beyond doubt, by their estimates.
fn standing<'a>(outcome: &Outcome, all: &[(&'a DesignOutcome, Estimate)], place: usize) -> Standing<'a> {
    let (own, bill) = all[place];
    let least = |of: &[&'a DesignOutcome]| {
        of.iter().copied().min_by(|a, b| at(a.unavailability).total_cmp(&at(b.unavailability)))
    };
    let no_dearer = all.iter().enumerate().filter(|&(other, of)| other < place || at_price(at(of.1), at(bill)));
    let better: Vec<_> = no_dearer.map(|(_, of)| of.0).filter(|of| is_better(outcome, of, own)).collect();
    if let Some(best) = least(&better) {
        return Standing::Behind(&best.design, true);
    }
    let above = |of: &&DesignOutcome| at(of.unavailability) <= at(own.unavailability) && !is_better(outcome, own, of);
    let before: Vec<_> = all[..place].iter().map(|of| of.0).filter(above).collect();
    let missed_less = |of: &&DesignOutcome| of.unavailability.mean <= own.unavailability.mean;
    let seen: Vec<_> = before.iter().copied().filter(missed_less).collect();
    match (least(&seen), least(&before)) {
        (Some(best), _) => Standing::Behind(&best.design, false),
        (None, Some(best)) => Standing::Unplaced(&best.design),
        (None, None) => Standing::On,
    }
}

/// A step along the frontier.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step<'a> {
    pub(crate) from: Offered<'a>,
    pub(crate) to: Offered<'a>,
    /// What it costs more a month.
    pub(crate) more: f64,
    /// How many times less is missed; none where the first is a bound only, or the second one that lies above it.
    pub(crate) times_less: Option<f64>,
}

impl Step<'_> {
    /// What a tenth of the missed time costs at this price; none where it is not known.
    pub(crate) fn a_nine(&self) -> Option<f64> {
        let nines = libm::log10(self.times_less?);
        (nines > 0.0 && nines.is_finite()).then(|| self.more / nines)
    }

    /// Whether the second is a bound only: it misses at least so many times less.
    pub(crate) fn at_least(&self) -> bool {
        self.to.of.unavailability.quality == Quality::UpperBound
    }
}

/// The steps from each design of the frontier to the next.
pub(crate) fn steps<'a>(offered: &[Offered<'a>]) -> Vec<Step<'a>> {
    let on: Vec<Offered<'a>> = offered.iter().copied().filter(|of| of.standing == Standing::On).collect();
    let step = |pair: &[Offered<'a>]| {
        let (from, to) = (pair[0], pair[1]);
        let known = from.of.unavailability.quality != Quality::UpperBound;
        let times = at(from.of.unavailability) / at(to.of.unavailability);
        Step {
            from,
            to,
            more: at(to.bill) - at(from.bill),
            times_less: (known && (1.0..f64::INFINITY).contains(&times)).then_some(times),
        }
    };
    on.windows(2).map(step).collect()
}
