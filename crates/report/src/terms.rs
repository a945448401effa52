//! Words that stand on pages and are no key, column or rule: what each of them means there.

/// Names of a term, the first of which is its own, and what it says.
const TERMS: [(&[&str], &str); 33] = [
    (&["availability"], "The share of the measured time in which the objective held, over all trials; rounded down."),
    (&["downtime"], "Time in which the objective was missed, in minutes of a month of 30 days; rounded up."),
    (
        &["meets", "misses"],
        "The whole interval lies on the objective's good side, or on its bad one, under every look at what is assumed.",
    ),
    (
        &["not resolved", "resolved", "unresolved"],
        "The interval has the objective inside, or a look at what is assumed turns the verdict: more trials help with the first, better evidence with the second.",
    ),
    (
        &["exact", "exactly"],
        "No estimate, so without an interval: nothing that is drawn by chance can reach the design (a script or a record strikes it, or nothing; all that it does takes fixed times; its demand has no noise), so that one trial shows what all would. Assumptions are in it as in any other figure. In `verify` it is the answer without a draw, by formulas and Markov chains, that the simulated one is held against.",
    ),
    (
        &["retry storm", "metastable"],
        "Attempts fail for lack of capacity, and each that fails costs work and is tried again. With all of the work wasted (`retry.wasted_work`) nobody is served in it. It is metastable where there would be room for every request, had none failed before: retries alone keep it up, until all tries together fit (the demand falls, capacity comes), or a breaker opens. A trace says from when on, how many attempts come for how many requests, and when it ends.",
    ),
    (&["on average"], "The verdict on the mean over all trials: what a fleet gets in the long run."),
    (
        &["windows that meet", "months that meet"],
        "The share of windows (`slo.window`) whose own downtime is within the target: what you can hope for in one of them.",
    ),
    (
        &["windows in breach", "months in breach"],
        "The share of windows (`slo.window`) whose own downtime is more than the target allows.",
    ),
    (&["1-in-10-year window", "1-in-10-year month"], "The downtime that a window exceeds once in ten years."),
    (&["outages a year"], "How often a year the objective came to be missed."),
    (&["longest outage"], "95 % of trials have no outage that lasts longer."),
    (
        &["capacity lost"],
        "The share of what was asked for that did not serve, averaged over time, whether the objective was missed or not.",
    ),
    (
        &["unserved"],
        "The share of requests that were not served: turned away, sent to dead machines, or failed; where clients try again, at the last try.",
    ),
    (
        &["charged"],
        "Minutes of downtime of which a cause is held to be what made the objective missed; all causes sum to the downtime.",
    ),
    (
        &["avoided", "avoided without it"],
        "What would not be, had the cause never happened: the same trials again without it. These need not sum. `-`: the fleet's own, such as the lag of probes, which goes with the causes that it follows.",
    ),
    (
        &["sampling", "sampling 95 % interval"],
        "What luck may have done: the interval of the mean over the trials. More trials shrink it.",
    ),
    (
        &["assumptions", "worst to best", "as stated", "low rates", "high rates", "pairs 0 %", "pairs 15 %"],
        "What the figure is with other assumptions, by its own estimate at each: every rate at the low or at the high end of its range, no or 15 % of zone events taking a second zone. `as stated`: none of these is worse, or better. `luck`: what stands there is not told apart from the run, whichever look it is. As each is of as many trials, luck is in it too where these are few.",
    ),
    (&["clearance"], "From the coming of a batch of jobs until all of it is done."),
    (
        &["promise", "composite promise"],
        "The uptime that Azure's SLA promises for such a configuration (SL-01 to SL-07): a yardstick beside the objective, with its own clock.",
    ),
    (
        &["uptime", "unconnected"],
        "By the SLA's clock: the share of a month in which at least one machine could be reached, whatever the objective needs; unconnected are the other minutes, if the platform is why: not an application that is down or warms up, nor a release (SL-02, SL-03).",
    ),
    (
        &["credit", "expected credit"],
        "The share of a month's bill that the SLA gives back after its steps of uptime; on average over all months (SL-03).",
    ),
    (
        &["tie", "ties"],
        "A candidate of a plan whose miss budget cannot be told from the target's band, or that costs nearly as much as the answer.",
    ),
    (&["runner-up", "runner up"], "The candidate of a plan that would be the answer if the first were not there."),
    (
        &["frontier", "on the frontier"],
        "Of the candidates of a plan that were simulated those for which no other costs as little and misses as little; each is told apart from the one before.",
    ),
    (
        &["told apart", "not told apart"],
        "Two designs are told apart where the interval of their difference, trial against trial, leaves out 0; else luck alone may make what lies between them.",
    ),
    (
        &["passes", "fails", "trials passed"],
        "In a drill: a design passes if the hypothesis of `[drill]` holds in every trial, and fails if it does not in one. Below `fails` stands which part of it did not hold, and in how many trials: before, during or after the experiment. `run` and `plan` say meets and misses.",
    ),
    (
        &["not judged", "not run", "cannot be run", "nothing to run"],
        "In a drill: no verdict, and exit code 5. Azure would refuse to run the experiment on this design, nothing of it strikes anything that the model has, it was run in part only (`--allow-not-run` takes that for the whole), or nothing in the drill could miss the objective.",
    ),
    (
        &["before", "during", "during: worst", "after"],
        "In a drill: the minutes for which the objective was missed before the experiment, while it lasted, and behind the time in which it may recover; of the trial that missed the most.",
    ),
    (
        &["typical"],
        "In a drill: while the experiment lasted half of the trials missed the objective for no longer than this.",
    ),
    (
        &["hypothesis", "steady state"],
        "In a drill: what must hold. `[drill]` says how long before the experiment, for how long it may be missed during it, how soon all must be well again, and how long for good.",
    ),
    (
        &["well again", "well again after"],
        "In a drill: from the end of the experiment until the steady state holds again.",
    ),
    (&["fewest serving"], "In a drill: the fewest machines that served from its beginning on."),
];

/// What a term means, by any of its names.
pub fn term(name: &str) -> Option<String> {
    // A heading says in brackets or behind a comma in what.
    let name = name.split(['(', ',']).next().unwrap_or(name).trim().to_lowercase();
    let (_, says) = TERMS.iter().find(|(names, _)| names.contains(&name.as_str()))?;
    Some(format!("{name}\n  {says}\n"))
}

/// The names of all terms.
pub(crate) fn terms() -> impl Iterator<Item = String> {
    TERMS.iter().flat_map(|(names, _)| names.iter().map(|name| (*name).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_has_one_meaning_and_is_found_by_all_its_names() {
        let mut names: Vec<String> = terms().collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert_eq!(term("Months in Breach").map(|text| text.contains("target allows")), Some(true));
        assert_eq!(term("scale_set"), None);
    }
}
