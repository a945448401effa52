//! Batches of jobs and their deadlines.

use super::designs::share_of_few;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::{BATCHES, DesignOutcome, Estimate, JobsOutcome, Outcome, Quality, Quantile};

/// Least decimals of a share of batches that were in time, in percent.
const MET_DECIMALS: u32 = 2;

/// So large a share of batches may never be done without a word.
const NEVER_MAX: f64 = 0.01;

const NOTE: &str = "Clearance: from the coming of a batch until all of it is done, over the batches that were; workers are \
                    a fluid, and the last job of a batch takes its own time on top.";

const UNTOLD: &str = "Not counted here: trials that are forced or split tell of shares of time and not of single batches, so neither how many \
                      were late nor how long they took is known. `--method crude` counts them.";

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    let untold = outcome.method.as_ref().is_some_and(|of| of.untold.iter().any(|what| what == BATCHES));
    if outcome.designs.iter().all(|design| design.jobs.is_none()) {
        if untold {
            page.title("Batches of jobs");
            page.paragraph(None, UNTOLD, None);
        }
        return;
    }
    page.title("Batches of jobs");
    let beside = outcome.designs.iter().any(|design| design.jobs.is_some() && design.unserved.is_some());
    let interval = format!("{} interval", number::percent_given(outcome.confidence));
    let mut columns = vec![
        ("design".to_owned(), Side::Name),
        ("not all done\nby deadline".into(), Side::Right),
        (interval.clone(), Side::Left),
        ("batches".into(), Side::Right),
        ("clearance\nhalf".into(), Side::Right),
        ("95 of 100".into(), Side::Right),
        ("99 of 100".into(), Side::Right),
    ];
    let rows = outcome.designs.iter().filter_map(|design| {
        let mut row = vec![clean(&design.design)];
        row.extend(cells(page, design.jobs.as_ref()?));
        Some(row)
    });
    page.grid(&Grid { rows: rows.collect(), columns: columns.clone() });
    page.paragraph(None, &notes(page, outcome), Some(Tone::Faint));
    if beside {
        columns.truncate(1);
        columns.extend([("requests\nnot served".into(), Side::Right), (interval, Side::Left)]);
        page.line("");
        page.grid(&Grid { rows: outcome.designs.iter().map(|design| requests(page, design)).collect(), columns });
        page.paragraph(
            None,
            "Where the same machines serve requests, these come first: jobs take what is left.",
            Some(Tone::Faint),
        );
    }
}

fn notes(page: &Page, outcome: &Outcome) -> String {
    let bound = |of: &JobsOutcome| share_of_few(page, missed(of)).starts_with(['≤', '<']);
    let few = match outcome.designs.iter().filter_map(|design| design.jobs.as_ref()).any(bound) {
        true => format!("{}: late in fewer than 20 trials, so a bound only. ", page.sign("≤", "<=")),
        false => String::new(),
    };
    let never = outcome.designs.iter().filter_map(|design| {
        let (never, of) = never_done(design.jobs.as_ref()?)?;
        Some(format!("{}: {} of {}", clean(&design.design), number::count(never), number::count(of)))
    });
    let never: Vec<String> = never.collect();
    let never =
        if never.is_empty() { String::new() } else { format!(" Never done, and not in it: {}.", never.join("; ")) };
    format!("{few}{NOTE}{never}")
}

/// Batches that were due and not done when their trial ended, where they are so many that clearance tells of a choice only.
fn never_done(of: &JobsOutcome) -> Option<(u64, u64)> {
    let never = of.batches.saturating_sub(of.complete?);
    (never as f64 > NEVER_MAX * of.batches as f64).then_some((never, of.batches))
}

/// What was not complete by its deadline.
pub(super) fn missed(of: &JobsOutcome) -> Estimate {
    let less = |share: f64| number::tidy(1.0 - share);
    Estimate { mean: less(of.met.mean), high: less(of.met.low.unwrap_or(0.0)), low: Some(less(of.met.high)), ..of.met }
}

fn up(share: f64, toward: Toward) -> String {
    number::percent(share, toward)
}

/// A share and its interval, or its bound alone.
fn share(page: &Page, of: Estimate) -> [String; 2] {
    let shown = share_of_few(page, of);
    let interval = match (of.quality, of.low) {
        (Quality::Interval, Some(low)) if !shown.starts_with(['≤', '<']) => {
            number::ends(low, of.high, up).join(page.sign("–", "-"))
        }
        (Quality::Exact, _) => "exact".into(),
        _ => String::new(),
    };
    [shown, interval]
}

fn cells(page: &Page, of: &JobsOutcome) -> Vec<String> {
    let length = |of: Option<Quantile>| of.map_or_else(|| number::NONE.into(), |of| number::duration(of.value * 60.0));
    let [missed, interval] = match of.batches {
        0 => [number::NONE.into(), String::new()],
        _ => share(page, missed(of)),
    };
    vec![
        missed,
        interval,
        number::count(of.batches),
        length(of.clearance_p50_h),
        length(of.clearance_p95_h),
        length(of.clearance_p99_h),
    ]
}

/// What was complete in time, and its interval; where little was late the least that it is.
pub(super) fn met(page: &Page, of: &JobsOutcome) -> [String; 2] {
    let late = missed(of);
    let [worst, mean, best] =
        number::availability_between(late.high, late.mean, late.low.unwrap_or(late.mean), MET_DECIMALS);
    match of.met.quality {
        _ if of.batches == 0 => [number::NONE.into(), String::new()],
        quality if of.met.is_of_few() || quality == Quality::UpperBound => [
            format!("{} {} %", page.sign("≥", ">="), number::availabilities(&[late.high], MET_DECIMALS).concat()),
            String::new(),
        ],
        Quality::Interval => [format!("{mean} %"), format!("{worst}{}{best}", page.sign("–", "-"))],
        _ => [format!("{mean} %"), "exact".into()],
    }
}

fn requests(page: &Page, design: &DesignOutcome) -> Vec<String> {
    let none = || [number::NONE.into(), String::new()];
    [clean(&design.design)].into_iter().chain(design.unserved.map_or_else(none, |of| share(page, of))).collect()
}
