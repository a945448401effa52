//! The answer of a plan in one sentence, and what `run --gate` asks beside it.

use super::super::causes::whole_percent;
use super::super::number::{self, Toward};
use super::super::page::{Tone, clean};
use super::{allowed, cost_of, cost_words, downtime_words, target};
use zonefall_study::outcome::Verdict as Sampling;
use zonefall_study::plan::{AskedBy, BAND, Planned, Verdict, Windowed};

/// Causes that the verdict names.
const NAMED: usize = 2;

/// The answer in one sentence.
pub(crate) fn verdict(of: &Planned) -> (String, Tone) {
    match (of.verdict, &of.best) {
        (Verdict::Found, Some(best)) => {
            let within = if of.meets_target_itself {
                format!("it meets the target of {} on average over the years", target(of))
            } else {
                let band = BAND * 100.0;
                format!(
                    "its misses are proven to be at most {band:.0} % above what the target of {} allows on average over the years",
                    target(of)
                )
            };
            let said = format!("{}, for {}: {within}", clean(&best.design), cost_words(of, best));
            let too = windows(of) + &nights(of) + &kept(of);
            let amiss = of.windows.as_ref().is_some_and(Windowed::is_amiss)
                || of.batches_asked.is_some_and(|asked| asked.verdict != Sampling::Meets);
            match of.depends_on() {
                Some(words) => (
                    format!("{said}, as far as luck goes; but that depends on assumptions: {words}.{too}"),
                    Tone::Unsure,
                ),
                None => (format!("{said}.{too}"), if amiss { Tone::Unsure } else { Tone::Good }),
            }
        }
        (Verdict::NoneMeets, _) => {
            let closest = of.closest.as_ref().map_or(String::new(), |closest| {
                format!(
                    " The closest is {}, for {}, with {}; the target allows {}.{}",
                    clean(&closest.design),
                    cost_words(of, closest),
                    downtime_words(closest),
                    allowed(of),
                    above_all(of)
                )
            });
            // What misses more than nine tenths of the budget may still be just within it.
            let in_band =
                of.closest.as_ref().and_then(|closest| closest.low).is_some_and(|low| low <= 1.0 - of.target_share);
            let words = if in_band {
                "No design is proven to meet it, and at best one just does."
            } else {
                "No design meets it."
            };
            let hangs = of.depends_on().map_or(String::new(), |words| {
                format!(" That is as far as luck goes; it depends on assumptions: {words}.")
            });
            let tone = if hangs.is_empty() { Tone::Bad } else { Tone::Unsure };
            (format!("{words}{hangs}{closest}{}", dearer(of)), tone)
        }
        (Verdict::TooDear, _) => {
            let least = of.priced.as_ref().map_or(String::new(), |priced| {
                format!(
                    ": the cheapest, {}, costs {}, simulated",
                    clean(&priced.cheapest),
                    cost_of(of, priced.least_cost)
                )
            });
            (
                format!(
                    "No candidate is within `max_cost`{least}. None was tested: allow more, or offer less of what is paid for."
                ),
                Tone::Bad,
            )
        }
        (_, Some(best)) => (
            format!(
                "Not resolved: the trials do not suffice.{} The most promising is {}, for {}.{}",
                would_do(of),
                clean(&best.design),
                cost_words(of, best),
                dearer(of)
            ),
            Tone::Unsure,
        ),
        _ => (format!("Not resolved: the trials do not suffice.{}{}", would_do(of), dearer(of)), Tone::Unsure),
    }
}

/// Who was not tested, because the budget does not allow it.
fn dearer(of: &Planned) -> String {
    let priced = of.priced.as_ref().filter(|priced| priced.too_dear > 0);
    let cheapest = priced.and_then(|priced| Some((priced.too_dear, priced.dearer.as_ref()?)));
    cheapest.map_or(String::new(), |(count, (name, cost))| {
        let (name, cost) = (clean(name), cost_of(of, *cost));
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
            " But with this target it fails `run --gate`, which asks for at least {asked} of {window} too: {share} of them meet the target."
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
            " But `run --gate` asks for at least {asked} of {window} too, and with this target that is not resolved: {share} of them met the target.{}",
            run_of_it(windows.trials_would_do)
        ),
    };
    let knows = of.gate_kept.as_ref().is_some_and(|kept| kept.by.is_some());
    let remedy = if knows { "" } else { ": a higher --target finds what misses less" };
    format!("{says} A plan searches by the average{remedy}.")
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
            " But it fails `run --gate`, which asks for {share} of batches to be complete by their deadline. A plan searches by the \
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
            let of = match all {
                1 => "the first that was judged".to_owned(),
                all => format!("of {} judged from cheap to dear", number::count(all)),
            };
            let (name, cost) = (clean(&by.design), cost_words(of_plan, by));
            format!(
                " The cheapest known to keep the gate is {name}, for {cost}, {of}; what is assumed is not looked at there."
            )
        }
        (None, 0) => " No dearer candidate was tested that might keep the gate.".into(),
        (None, 1) => {
            let open = if kept.not_resolved > 0 { " (not resolved)" } else { "" };
            format!(" The one dearer candidate that was judged is not known to keep the gate{open}.")
        }
        (None, all) => {
            let open = match kept.not_resolved {
                0 => String::new(),
                open => format!(" ({} not resolved)", number::count(open)),
            };
            format!(
                " Of {} dearer candidates that were judged none is known to keep the gate{open}.",
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
