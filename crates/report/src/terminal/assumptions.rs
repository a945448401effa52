//! The two intervals: what luck may have done, and what the assumptions may do; then what a verdict depends on.

use super::answer::{mark, said};
use super::designs::AT_LEAST;
use super::number::{self, Toward};
use super::page::{Grid, Page, Picture, Side, Tone, clean};
use zonefall_study::outcome::{
    AssumptionsOutcome, DesignAssumptions, DesignOutcome, Estimate, MINUTES_PER_MONTH, Outcome, Quality, Verdict,
};

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    let Some(looks) = &outcome.assumptions else { return };
    let of: Vec<(&DesignOutcome, &DesignAssumptions)> =
        outcome.designs.iter().filter_map(|design| Some((design, design.assumptions.as_ref()?))).collect();
    page.title("Two intervals: luck, and what is assumed");
    page.picture(Picture::Assumptions, None);
    let grid = intervals(page, outcome, looks, &of);
    page.grid(&grid);
    for (design, of) in &of {
        for (windows, words) in [(false, &of.mean_depends_on), (true, &of.windows_depend_on)] {
            if let Some(words) = words {
                let sign = page.paint(Tone::Unsure, "?");
                let verdict = if windows { "in windows" } else { "on average" };
                // A look that is open itself may be so for its own luck.
                let why = if design.kept_open(windows).1 { "depends on assumptions" } else { "and may be only luck" };
                let said = format!("{}, {verdict}: not resolved, {why}: {words}.", design.design);
                page.paragraph(Some((&sign, 1)), &said, None);
            }
        }
    }
    page.paragraph(None, &format!("{} {}", signs(page, &of), notes(looks, &of)), Some(Tone::Faint));
    not_known(page, outcome, looks, &of);
}

/// Whether the end that a look gives may be no more than its luck.
fn is_luck(looks: &AssumptionsOutcome, own: Estimate, of: &DesignAssumptions, name: &Option<String>) -> bool {
    let look = name.as_ref().and_then(|name| looks.variations.iter().position(|look| look.name == *name));
    look.is_some_and(|look| of.may_be_luck(own, look))
}

/// Stands at an end that no look gives.
const AS_STATED: &str = "as stated";
/// Stands at both ends where looks give them that are not told apart from the run: no assumption is to be taken for their cause.
const LUCK: &str = "luck";

/// Where the worst and the best end come from.
pub(crate) fn sources(looks: &AssumptionsOutcome, own: Estimate, of: &DesignAssumptions) -> [String; 2] {
    let ends = [&of.high_from, &of.low_from];
    if ends.into_iter().all(|name| is_luck(looks, own, of, name)) {
        return [LUCK; 2].map(str::to_owned);
    }
    ends.map(|name| {
        let luck = if is_luck(looks, own, of, name) { "*" } else { "" };
        format!("{}{luck}", name.as_deref().map_or_else(|| AS_STATED.to_owned(), clean))
    })
}

fn intervals(
    page: &Page,
    outcome: &Outcome,
    looks: &AssumptionsOutcome,
    of: &[(&DesignOutcome, &DesignAssumptions)],
) -> Grid {
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("availability".into(), Side::Left),
        (format!("sampling\n{} interval", number::percent_given(outcome.confidence)), Side::Left),
        ("assumptions\nworst to best".into(), Side::Left),
        ("worst\nfrom".into(), Side::Left),
        ("best\nfrom".into(), Side::Left),
    ];
    let decimals = number::target_decimals(outcome.target_share);
    let dash = page.sign("–", "-");
    let row = |&(design, of): &(&DesignOutcome, &DesignAssumptions)| {
        let own = design.unavailability;
        let low = own.low.unwrap_or(own.mean);
        let shown = number::availability_between(own.high, own.mean, low, decimals);
        let (mean, sampling) = match own.quality {
            Quality::Exact => (format!("{} %", shown[1]), "exact".into()),
            Quality::Interval | Quality::Recorded => {
                (format!("{} %", shown[1]), format!("{}{dash}{}", shown[0], shown[2]))
            }
            Quality::UpperBound => (
                format!("{} {} %", page.sign("≥", ">="), number::availabilities(&[own.high], decimals)[0]),
                AT_LEAST.into(),
            ),
        };
        // No fewer digits than the estimate has.
        let digits = shown[1].rsplit_once('.').map_or(0, |(_, behind)| behind.len() as u32);
        let [worst, _, best] =
            number::availability_between(of.high, own.mean, of.low, decimals.max(digits.saturating_sub(1)));
        let mut ends = [worst, best];
        if of.low <= 0.0 {
            ends[1] = "100".into();
        }
        let sampling = format!("{} {sampling}", mark(page, of.verdict_mean_sampling)).trim_end().to_owned();
        let range = format!("{} {}{dash}{}", mark(page, design.verdict_mean), ends[0], ends[1]);
        let [worst, best] = sources(looks, own, of);
        vec![clean(&design.design), mean, sampling, range, worst, best]
    };
    Grid { columns, rows: of.iter().map(row).collect() }
}

/// What the signs are that stand there.
fn signs(page: &Page, of: &[(&DesignOutcome, &DesignAssumptions)]) -> String {
    let stands = |verdict: &Verdict| {
        of.iter().any(|(design, of)| [design.verdict_mean, of.verdict_mean_sampling].contains(verdict))
    };
    let all = [Verdict::Meets, Verdict::Misses, Verdict::NotResolved].into_iter().filter(stands);
    let signs: Vec<String> = all.map(|verdict| said(page, verdict)).collect();
    format!(
        "Signs are verdicts on the average ({}): with the first interval as far as luck goes, with the second under every look.",
        signs.join(", ")
    )
}

fn notes(looks: &AssumptionsOutcome, of: &[(&DesignOutcome, &DesignAssumptions)]) -> String {
    let few = match of.iter().any(|(_, of)| of.low <= 0.0) {
        true => " A best end of 100: that look had too few misses to say less.",
        false => "",
    };
    let ends: Vec<String> = of.iter().flat_map(|(design, of)| sources(looks, design.unavailability, of)).collect();
    let told = |stands: bool, words| if stands { words } else { "" };
    let stated = told(ends.iter().any(|end| end == AS_STATED), " As stated: no look is worse there, or better.");
    let star = told(
        ends.iter().any(|end| end.ends_with('*')),
        " *: this look's own interval holds the estimate of the run, so luck alone may have put this end there: more trials tell.",
    );
    let luck = told(
        ends.iter().any(|end| end == LUCK),
        " Luck: the own intervals of the looks at both ends hold the estimate of the run, so no look there is told apart from it: more \
         trials tell.",
    );
    let said: Vec<String> = looks.variations.iter().map(|look| format!("{}: {}", look.name, look.says)).collect();
    format!(
        "Looks of {} trials each{} on the luck of the run's first. {}. More trials shrink the first interval, and of the second no \
         more than the luck of its looks; a verdict stands only if it stands under every look \
         (assumptions.csv).{few}{stated}{star}{luck}",
        number::count(looks.trials),
        longer(looks),
        said.join("; ")
    )
}

/// The looks that have more trials, since they left open what the run resolves.
fn longer(looks: &AssumptionsOutcome) -> String {
    let longer = looks.variations.iter().filter(|look| look.trials > looks.trials);
    let said: Vec<String> = longer.map(|look| format!("{} for {}", number::count(look.trials), look.name)).collect();
    if said.is_empty() { String::new() } else { format!(" ({}, to tell)", said.join(", ")) }
}

/// Where rates are distributions.
fn not_known(
    page: &mut Page,
    outcome: &Outcome,
    looks: &AssumptionsOutcome,
    of: &[(&DesignOutcome, &DesignAssumptions)],
) {
    let Some(drawn) = &looks.drawn else { return };
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("downtime\nmin a month".into(), Side::Right),
        ("not known\nsd".into(), Side::Right),
        ("luck of\nthe run, sd".into(), Side::Right),
        (format!("{} of rates\ngive", number::percent_given(outcome.confidence)), Side::Left),
        ("rates that meet\nthe target".into(), Side::Right),
    ];
    let row = |&(design, of): &(&DesignOutcome, &DesignAssumptions)| {
        let Some(of) = of.ignorance else {
            let nothing = || number::NONE.to_owned();
            return vec![clean(&design.design), nothing(), nothing(), nothing(), "too few misses".into(), nothing()];
        };
        let minutes = [of.mean, of.sd_not_known, of.sd_luck, of.low, of.high].map(|share| share * MINUTES_PER_MONTH);
        let digits = number::decimals_of(&minutes);
        let shown = |minutes: f64, toward| number::fixed(minutes, digits, toward);
        let [mean, sd_not_known, sd_luck, low, high] = minutes;
        let [mean, sd_not_known, sd_luck] = [mean, sd_not_known, sd_luck].map(|of| shown(of, Toward::Up));
        vec![
            clean(&design.design),
            mean,
            sd_not_known,
            sd_luck,
            number::ends(low, high, shown).join(page.sign("–", "-")),
            number::percent(of.share_that_meets, Toward::Down),
        ]
    };
    let grid = Grid { columns, rows: of.iter().map(row).collect() };
    page.title("What is not known of the rates, apart from luck");
    page.grid(&grid);
    let note = format!(
        "Rates drawn from what is known of them ({}): {} sets, {} trials each.",
        drawn.modes.join(", "),
        number::count(drawn.draws),
        number::count(drawn.trials_each)
    );
    page.paragraph(None, &note, Some(Tone::Faint));
}
