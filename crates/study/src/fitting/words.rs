//! What there is to say about a fit, in words that a planner can use.

use super::{Choice, Family, Fitted, Group, LeftOut, Observed, Plan, Verdict};
use zonefall_faults::Records;

/// Below this a test of fit is worth a word.
const DOUBTFUL: f64 = 0.05;
/// A lognormal of a greater sigma has a mean that nobody can measure.
const HEAVY: f64 = 2.0;

fn events(count: u64) -> String {
    if count == 1 { "1 event".into() } else { format!("{count} events") }
}

fn durations(count: u64) -> String {
    if count == 1 { "1 duration".into() } else { format!("{count} durations") }
}

fn listed(families: &[Family]) -> String {
    families.iter().map(|family| family.word()).collect::<Vec<_>>().join(", ")
}

/// Why no row is an event.
pub(super) fn why_nothing(records: &Records, left_out: &[LeftOut]) -> String {
    let mut parts: Vec<String> = Vec::new();
    if records.rows == 0 {
        parts.push("it has no rows".into());
    }
    if records.aside > 0 {
        parts.push(format!("{} left aside by the filter", records.aside));
    }
    for left in left_out {
        let why = if left.first == left.why { String::new() } else { format!(": {}", left.first) };
        parts.push(format!("{}{why}", left.words()));
    }
    format!(": {}", parts.join("; "))
}

/// How far the choice of the law can be trusted.
pub(super) fn word(group: &Group, choice: Choice) -> String {
    let n = group.durations;
    if choice == Choice::Empirical && !group.own_h.is_empty() {
        return "the recorded durations, as asked".into();
    }
    match &group.fit.verdict {
        Verdict::Nothing => "no duration is known".into(),
        Verdict::Constant(_) => format!("{}, all alike", durations(n)),
        Verdict::TooFew => {
            let by = if n < 3 { "exponential" } else { "lognormal" };
            format!("{}: the family cannot be told; {by} by convention", durations(n))
        }
        Verdict::Asked => "as asked".into(),
        Verdict::NoneFits if group.own_h.is_empty() => "no family fits".into(),
        Verdict::NoneFits => "no family fits: the recorded durations are taken".into(),
        Verdict::Chosen(near) if near.is_empty() => "preferred clearly (AICc)".into(),
        Verdict::Chosen(near) => format!("preferred (AICc), hardly to be told from {}", listed(near)),
    }
}

/// What else there is to say of a group.
pub(super) fn of_group(group: &Group, choice: Choice) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(found) = group.dispersion.filter(|found| found.is_clustered()) {
        remarks.push(format!(
            "starts are clustered, or their rate changes with time (variance {:.1} times the mean over {} windows, p {:.3}); \
             the interval of the rate is widened accordingly",
            found.index, found.windows, found.p
        ));
    }
    let first = group.fit.first();
    if let Some(goodness) = first.and_then(|first| first.goodness).filter(|goodness| goodness.p < DOUBTFUL) {
        let family = first.map_or("", |first| first.law.family().word());
        remarks.push(format!(
            "the {family} law fits badly (Anderson-Darling {:.2}, p {:.3})",
            goodness.distance, goodness.p
        ));
    }
    if let Some(goodness) =
        first.and_then(|first| first.goodness).filter(|goodness| (goodness.tested as u64) < group.durations)
    {
        remarks.push(format!("fit tested on {} of {} durations", goodness.tested, group.durations));
    }
    let heavy = |law: &super::Law| matches!(law, super::Law::LogNormal { sigma, .. } if *sigma > HEAVY);
    if group.own_h.is_empty() && first.is_some_and(|first| heavy(&first.law)) {
        remarks.push(format!("sigma is above {HEAVY}: the mean rests on outages longer than any that was recorded"));
    }
    if group.unknown > 0 {
        remarks.push(format!("{} without a known end: counted for how often, not for how long", events(group.unknown)));
    }
    if group.cut_off > 0 {
        remarks.push(format!("{} cut off: taken as longer than recorded; fit not tested", events(group.cut_off)));
        if choice == Choice::Empirical || group.fit.verdict == Verdict::NoneFits {
            remarks.push("recorded durations are no law where some are cut off".into());
        }
    }
    if (1..5).contains(&group.durations) {
        remarks.push("too few durations to test any fit".into());
    }
    remarks
}

/// What else there is to say of the file.
pub(super) fn remarks(fitted: &Fitted, plan: &Plan, units_named: Option<u64>) -> Vec<String> {
    let mut remarks = Vec::new();
    if plan.observed == Observed::AsRecorded && fitted.span_days.is_some() {
        remarks.push(
            "The span is taken from the first start to the last end: rates are a little too high, the more so the fewer \
             events. Say --span to give what was really watched."
                .into(),
        );
    }
    if let Some(units) = units_named.filter(|units| plan.units == Some(*units)) {
        remarks.push(format!(
            "{units} units are named in the file; units that never failed are not in it and not counted."
        ));
    } else if plan.units.is_none() && plan.units_of.is_empty() && fitted.span_days.is_some() {
        remarks.push("Nobody said how many units were watched (--units), so rates are of the whole record.".into());
    }
    if fitted.span_days.is_none() {
        remarks.push("No start is known, or no time lies between the starts: no rate.".into());
    }
    if plan.grouping == super::Grouping::Incidents {
        remarks.push(
            "Only published incidents: those that nobody wrote about are missing, above all the short ones; rates are a \
             floor, durations too long."
                .into(),
        );
    }
    remarks
}
