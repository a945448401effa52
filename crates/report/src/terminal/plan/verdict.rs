//! The answer of a plan in one sentence, and what `run --gate` asks beside it.

use super::super::causes::whole_percent;
use super::super::number::{self, Toward};
use super::super::page::{Tone, clean};
use super::{allowed, cost_of, cost_words, downtime_words, name, target};
use zonefall_study::gate::{of_average, of_batches, of_windows, percent};
use zonefall_study::outcome::Verdict as Sampling;
use zonefall_study::plan::{AskedBy, BAND, CHEAPER, Offer, Planned, Verdict, Windowed};

/// Causes that the verdict names.
const NAMED: usize = 2;
/// Designs as cheap as the answer that it names.
const TIES_NAMED: usize = 3;

/// The answer in one sentence.
pub(crate) fn verdict(of: &Planned) -> (String, Tone) {
    match (of.verdict, &of.best) {
        (Verdict::Found, Some(best)) => found(of, best),
        (Verdict::NoneMeets, _) => none_meets(of),
        (Verdict::TooDear, _) => (too_dear(of), Tone::Bad),
        (_, best) => (not_resolved(of, best.as_ref()), Tone::Unsure),
    }
}

/// The cheapest design that meets, and what `run --gate` asks of it beside.
fn found(of: &Planned, best: &Offer) -> (String, Tone) {
    let within = if of.meets_target_itself {
        format!("it meets the target of {} on average over the years", target(of))
    } else {
        let band = BAND * 100.0;
        format!(
            "its misses are proven to be at most {band:.0} % above what the target of {} allows on average over the years",
            target(of)
        )
    };
    let said = format!("{}, for {}: {within}", name(&best.design), cost_words(of, best));
    let too = as_cheap(of, best) + &others(of) + &windows(of) + &nights(of) + &kept(of);
    let amiss = match &of.gate {
        Some(gate) => gate.verdict != Sampling::Meets,
        None => of.windows.as_ref().is_some_and(Windowed::is_amiss),
    };
    match of.depends_on() {
        Some(words) => {
            (format!("{said}, as far as luck goes; but that depends on assumptions: {words}.{too}"), Tone::Unsure)
        }
        None => (format!("{said}.{too}"), if amiss { Tone::Unsure } else { Tone::Good }),
    }
}

/// That no design meets, and which comes closest.
fn none_meets(of: &Planned) -> (String, Tone) {
    let closest = of.closest.as_ref().map_or(String::new(), |closest| {
        format!(
            " The closest is {}, for {}, with {}; the target allows {}.{}",
            name(&closest.design),
            cost_words(of, closest),
            downtime_words(closest),
            allowed(of),
            above_all(of)
        )
    });
    // What misses more than nine tenths of the budget may still be just within it.
    let in_band = of.closest.as_ref().and_then(|closest| closest.low).is_some_and(|low| low <= 1.0 - of.target_share);
    let words =
        if in_band { "No design is proven to meet it, and at best one just does." } else { "No design meets it." };
    let hangs = of
        .depends_on()
        .map_or(String::new(), |words| format!(" That is as far as luck goes; it depends on assumptions: {words}."));
    let tone = if hangs.is_empty() { Tone::Bad } else { Tone::Unsure };
    (format!("{words}{hangs}{closest}{}", dearer(of)), tone)
}

/// That the budget allows none, and the least that it would take.
fn too_dear(of: &Planned) -> String {
    let least = of.priced.as_ref().map_or(String::new(), |priced| {
        format!(": the cheapest, {}, costs {}, simulated", name(&priced.cheapest), cost_of(of, priced.least_cost))
    });
    format!("No candidate is within `max_cost`{least}. None was tested: allow more, or offer less of what is paid for.")
}

/// That more trials would tell, and who looks best so far.
fn not_resolved(of: &Planned, best: Option<&Offer>) -> String {
    let promising = best.map_or(String::new(), |best| {
        format!(" The most promising is {}, for {}.", name(&best.design), cost_words(of, best))
    });
    format!("Not resolved: the trials do not suffice.{}{promising}{}", would_do(of), dearer(of))
}

/// Who was not tested, because the budget does not allow it.
fn dearer(of: &Planned) -> String {
    let priced = of.priced.as_ref().filter(|priced| priced.too_dear > 0);
    let cheapest = priced.and_then(|priced| Some((priced.too_dear, priced.dearer.as_ref()?)));
    cheapest.map_or(String::new(), |(count, (dearest, cost))| {
        let (name, cost) = (name(dearest), cost_of(of, *cost));
        let others = match count {
            1 => format!("{name}, for {cost}, was not tested"),
            _ => {
                format!("{} dearer ones were not tested, the cheapest of them {name}, for {cost}", number::count(count))
            }
        };
        format!(" That is of what costs no more than `max_cost`: {others}.")
    })
}

/// How many would.
fn would_do(of: &Planned) -> String {
    let says = |trials| format!(" At least about {} of each candidate would do (`--trials`).", number::count(trials));
    of.trials_would_do.map_or(String::new(), says)
}

/// What `run --gate` asks beside the average, and whether the answer meets that too: a search does not look for it.
fn windows(of: &Planned) -> String {
    let Some(windows) = of.windows.as_ref().filter(|of| of.asked_by != AskedBy::Nobody) else { return String::new() };
    let asked = number::percent_given(windows.asked_share);
    let window = match windows.window.as_str() {
        words if words.starts_with(|c: char| c.is_ascii_digit()) => format!("windows of {words}"),
        words => format!("{words}s"),
    };
    let share = number::percent(windows.met.mean, Toward::Down);
    let says = match windows.verdict {
        Sampling::Meets => {
            return format!(
                " The target is met in at least {asked} of {window} too, as `run --gate` asks: in {share}."
            );
        }
        Sampling::Misses => format!(
            " But `run --gate` asks for at least {asked} of {window} too, and with this target that is missed: {share} of them met the target \
             in {} trials.",
            number::count(windows.trials)
        ),
        Sampling::NotResolved if windows.depends_on.is_some() => {
            let hangs = match windows.depends_on.as_deref() {
                same if same == of.depends_on() => "on the same".to_owned(),
                other => format!("on assumptions: {}", other.unwrap_or_default()),
            };
            format!(
                " But `run --gate` asks for at least {asked} of {window} too, and that depends {hangs}; {share} of them met the target."
            )
        }
        Sampling::NotResolved => format!(
            " But `run --gate` asks for at least {asked} of {window} too, and with this target that is not resolved: {share} of them met the target \
             in {} trials.{}",
            number::count(windows.trials),
            run_of_it(windows.trials_would_do)
        ),
    };
    // A scenario's gate is asked of others too (`kept`); the default one is not.
    let remedy = match windows.asked_by {
        AskedBy::Default => "; with `windows = true` in a `[gate]` it asks dearer candidates for their windows, too",
        _ => "",
    };
    format!("{says} A plan searches by the average{remedy}.")
}

/// Designs of the same cost that luck may have put behind the answer: which of them is named is the order of the estimates.
fn as_cheap(of: &Planned, best: &Offer) -> String {
    let may_be_as_good = |other: &&Offer| {
        let costs_the_same = (other.cost - best.cost).abs() <= CHEAPER * best.cost;
        costs_the_same && other.low.is_none_or(|low| low <= best.high) && best.low.is_none_or(|low| low <= other.high)
    };
    let tied: Vec<&Offer> = of.runner_up.iter().chain(&of.ties).filter(may_be_as_good).collect();
    let mut names: Vec<String> = tied.iter().take(TIES_NAMED).map(|of| name(&of.design)).collect();
    match tied.len() {
        0 => return String::new(),
        all if all > TIES_NAMED => names.push(format!("{} more", all - TIES_NAMED)),
        _ => {}
    }
    format!(
        " As cheap, and not told apart from it: {}; of these the one with the least downtime by its estimate is named.",
        names.join(", ")
    )
}

/// What the scenario's gate asks of the answer beside windows and batches and is not shown to hold.
fn others(of: &Planned) -> String {
    let told = [
        of.windows.as_ref().map(|windows| of_windows(&written(of), windows.asked_share)),
        of.batches_asked.map(|asked| of_batches(asked.share)),
    ];
    let conditions = of.gate.iter().flat_map(|gate| &gate.conditions);
    // That the average depends on assumptions is said before.
    let average = of.depends_on().map(|_| of_average(&written(of)));
    let amiss = conditions.filter(|of| {
        let is_told = told.iter().chain([&average]).flatten().any(|told| *told == of.asks);
        of.verdict != Sampling::Meets && !is_told
    });
    amiss
        .map(|of| format!(" But `run --gate` asks for {}, and that is {}.", clean(&of.asks), came_to(of.verdict)))
        .collect()
}

/// The target as conditions have it.
fn written(of: &Planned) -> String {
    format!("{}%", percent(of.target_share))
}

fn came_to(verdict: Sampling) -> &'static str {
    match verdict {
        Sampling::Meets => "met",
        Sampling::Misses => "missed",
        Sampling::NotResolved => "not resolved",
    }
}

/// The same of batches of jobs, of which a share is asked to be complete by its deadline.
fn nights(of: &Planned) -> String {
    let Some(asked) = of.batches_asked else { return String::new() };
    let share = number::percent_given(asked.share);
    match asked.verdict {
        Sampling::Meets => {
            format!(" At least {share} of batches are complete by their deadline, as `run --gate` asks.")
        }
        Sampling::Misses => format!(
            " But `run --gate` asks for {share} of batches to be complete by their deadline, and that is missed. A plan searches by the \
             share of time."
        ),
        Sampling::NotResolved => format!(
            " But `run --gate` asks for {share} of batches to be complete by their deadline, and that is not resolved.{}",
            run_of_it(asked.trials_would_do)
        ),
    }
}

/// How many trials of the answer by itself would tell, as a search has no use for them.
fn run_of_it(trials_would_do: Option<u64>) -> String {
    let says =
        |trials| format!(" At least about {} trials would do, in a `run` of this design.", number::count(trials));
    trials_would_do.map_or(String::new(), says)
}

/// Who keeps the gate where the answer does not.
fn kept(of_plan: &Planned) -> String {
    let Some(kept) = &of_plan.gate_kept else { return String::new() };
    match (&kept.by, kept.judged) {
        (Some(by), all) => {
            let before = match all {
                1 => String::new(),
                2 => "; 1 that costs less than this was asked and is not known to".to_owned(),
                all => format!("; {} that cost less than this were asked and are not known to", number::count(all - 1)),
            };
            let (name, cost) = (name(&by.design), cost_words(of_plan, by));
            let luck = if of_plan.assumed.is_empty() { "" } else { ", as far as luck goes" };
            format!(
                " All that the gate asks was then asked of dearer candidates, the cheapest first: {name}, for {cost}, is known to keep \
                 it{luck}{before}."
            )
        }
        (None, 0) => " No dearer candidate was tested that might keep the gate.".into(),
        (None, 1) => {
            let came = if kept.not_resolved > 0 { "that is not resolved" } else { "it is missed there, too" };
            format!(
                " All that the gate asks was then asked of the one dearer candidate that was tested enough: {came}."
            )
        }
        (None, all) => {
            let open = match kept.not_resolved {
                0 => "all of them miss it".to_owned(),
                open if open == all => "not resolved of any of them".to_owned(),
                open => format!(
                    "{} of them miss it, of {} that is not resolved",
                    number::count(all - open),
                    number::count(open)
                ),
            };
            format!(
                " All that the gate asks was then asked of {} dearer candidates: none is known to keep it ({open}).",
                number::count(all)
            )
        }
    }
}

/// What the downtime comes from above all, in a sentence.
fn above_all(of: &Planned) -> String {
    let Some(why) = &of.why else { return String::new() };
    let causes = why.causes.iter().filter(|cause| cause.share > 0.0).take(NAMED);
    let named: Vec<String> =
        causes.map(|cause| format!("{} ({})", clean(&cause.cause), whole_percent(cause.share))).collect();
    if named.is_empty() { String::new() } else { format!(" That comes above all from {}.", named.join(" and ")) }
}
