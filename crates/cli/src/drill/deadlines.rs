//! Why a drill says nothing of deadlines, and which drill would, in words.

use zonefall_engine::{SimDuration, SimTime};
use zonefall_scenario::{Scenario, duration_words};
use zonefall_study::drill::{Hypothesis, NoDeadline};

/// Why a design was not judged.
pub(super) fn words(why: NoDeadline, scenario: &Scenario, of: &Hypothesis) -> String {
    let span = |from: u64, to: u64| duration_words(SimDuration::from_ms(to - from));
    let lasts = span(of.begins_ms, of.horizon_ms);
    let no = format!("no deadline passes in the {lasts} from the beginning of the experiment to the end of the drill");
    let Some(due) = why.next.map(SimTime::as_ms) else {
        return format!("{no}, and no batch within the horizon has a later one: a longer `horizon` has more of them");
    };
    let date = scenario.start.as_ref().and_then(|start| start.after(SimDuration::from_ms(due)));
    let when = date.map_or_else(String::new, |date| format!(", on {date}"));
    let watch_ms = of.watch_to_see_ms(due);
    let judges = of.recovered_ms + watch_ms;
    let longer = if judges > scenario.measure.horizon.as_ms() { " and a longer `horizon`" } else { "" };
    format!(
        "{no}. The next one passes {} later{when}; a longer drill would judge it: `drill.watch = \"{}\"`{longer}",
        span(of.horizon_ms, due),
        span(0, watch_ms)
    )
}
