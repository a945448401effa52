//! Deadlines of jobs that a drill waits for: where none passes from the beginning of the experiment on, an objective on
//! them cannot be missed, whatever is out.

use zonefall_engine::{SimDuration, SimTime};
use zonefall_fleet::{Design, Need};
use zonefall_scenario::{Scenario, duration_words};
use zonefall_study::drill::Hypothesis;

const HOUR_MS: u64 = 3_600_000;

/// Why a drill in which nothing was missed says nothing of a design; none where a deadline passes, or nothing is asked of any.
pub(super) fn not_judged(design: &Design, scenario: &Scenario, of: &Hypothesis) -> Option<String> {
    let (Need::Done(..), Some(jobs)) = (&design.need, &design.jobs) else { return None };
    let next = jobs.next_deadline(SimTime::from_ms(of.begins_ms)).map(SimTime::as_ms);
    if next.is_some_and(|due| due < of.horizon_ms) {
        return None;
    }
    let span = |from: u64, to: u64| SimDuration::from_ms(to - from);
    let lasts = duration_words(span(of.begins_ms, of.horizon_ms));
    let no = format!("no deadline passes in the {lasts} from the beginning of the experiment to the end of the drill");
    let Some(due) = next else {
        return Some(format!(
            "{no}, and no batch within the horizon has a later one: a longer `horizon` has more of them"
        ));
    };
    let date = scenario.start.as_ref().and_then(|start| start.after(SimDuration::from_ms(due)));
    let when = date.map_or_else(String::new, |date| format!(", on {date}"));
    let watch = SimDuration::from_ms(((due - of.recovered_ms) / HOUR_MS + 1) * HOUR_MS);
    let judges = of.recovered_ms + watch.as_ms();
    let longer = if judges > scenario.measure.horizon.as_ms() { " and a longer `horizon`" } else { "" };
    Some(format!(
        "{no}. The next one passes {} later{when}; a longer drill would judge it: `drill.watch = \"{}\"`{longer}",
        duration_words(span(of.horizon_ms, due)),
        duration_words(watch)
    ))
}
