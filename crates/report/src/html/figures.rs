//! The pictures of the page: each wide and narrow, with a table of its figures where no other table has them.

use super::frontiers::frontier;
use super::storms::storm;
use super::{HtmlTable, table};
use crate::chart::{self, Axis, Bar, Corner, Curve, Mark, Reference, Row, Scale};
use crate::headline::both;
use crate::number::{self, Toward};
use crate::page::{Grid, Page, Picture, Side, Style, clean};
use crate::terminal::{availability, bound_with, is_record, minutes_of, sources, target, whole_percent};
use serde::Serialize;
use zonefall_study::outcome::{
    Compared, DesignAssumptions, DesignOutcome, Difference, MINUTES_PER_MONTH, Outcome, Quality, Verdict,
};
use zonefall_study::timeline::Storms;

/// Widths of the two forms of a picture.
const WIDTHS: [f64; 2] = [820.0, 350.0];
/// Causes with a colour of their own; all others are one.
const CAUSES: usize = chart::COLOURS - 1;
/// Linear axes show numbers badly that are so many times apart.
const FAR_APART: f64 = 8.0;

/// A picture in two widths.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    wide: String,
    narrow: String,
    caption: String,
    table: Option<HtmlTable>,
    /// What the table is called.
    summary: &'static str,
}

impl Figure {
    pub(super) fn new(caption: &str, table: Option<HtmlTable>, draw: impl Fn(f64) -> Option<String>) -> Option<Self> {
        let [wide, narrow] = WIDTHS.map(draw);
        Some(Self { wide: wide?, narrow: narrow?, caption: caption.to_owned(), table, summary: "The figures" })
    }

    /// The same without its table, where what it says is told beside it.
    pub(super) fn bare(self) -> Self {
        Self { table: None, ..self }
    }

    /// The same with another name for its table.
    pub(super) fn told(self, summary: &'static str) -> Self {
        Self { summary, ..self }
    }
}

/// A picture of an outcome; none where there is nothing to draw.
pub(super) fn figure(picture: Picture, outcome: &Outcome, storms: Option<&Storms>) -> Option<Figure> {
    match picture {
        Picture::Downtime => downtime(outcome),
        Picture::Assumptions => assumptions(outcome),
        Picture::Differences => differences(outcome),
        Picture::Causes => causes(outcome),
        Picture::Windows => windows(outcome),
        Picture::Frontier => frontier(outcome),
        Picture::Storm { design, worst } => {
            let of = storms?.designs.get(design)?;
            let (told, which) = if worst { (&of.worst, "Worst storm") } else { (&of.typical, "Typical storm") };
            storm(told.as_ref()?, which)
        }
    }
}

/// Minutes that the objective leaves in a span of so many minutes.
fn budget(outcome: &Outcome, of_min: f64) -> f64 {
    number::tidy((1.0 - outcome.target_share) * of_min)
}

fn downtime(outcome: &Outcome) -> Option<Figure> {
    let page = Page::new(Style::WORDS);
    let rows: Vec<Row> = outcome.designs.iter().map(|design| downtime_row(&page, outcome, design)).collect();
    let caption = format!(
        "Mean downtime of each design with its {} interval, against what the objective leaves. Circle: meets it, on \
         average and in enough windows; cross: misses one of the two; diamond: not resolved. An arrow: only an upper \
         bound is known. Beside it the availability.",
        number::percent_given(outcome.confidence)
    );
    against_objective("Downtime of the designs", &caption, outcome, &rows)
}

/// Rows of minutes a month against what the objective leaves.
fn against_objective(label: &str, caption: &str, outcome: &Outcome, rows: &[Row]) -> Option<Figure> {
    let goal = budget(outcome, MINUTES_PER_MONTH);
    let numbers = || rows.iter().flat_map(|row| [row.mean, row.low, row.high, row.reach]).flatten().chain([goal]);
    let positive = || numbers().filter(|number| number.is_finite() && *number > 0.0);
    let far = positive().fold(0.0, f64::max) >= FAR_APART * positive().fold(f64::INFINITY, f64::min);
    let log = if far && !is_record(outcome) { Scale::log(numbers()) } else { None };
    let axis = Axis {
        title: format!(
            "minutes of downtime a month{}; less is better",
            if log.is_some() { ", logarithmic" } else { "" }
        ),
        scale: log.unwrap_or_else(|| Scale::linear(numbers())),
        reference: Some(Reference {
            at: goal,
            label: format!("objective {}: {} min", target(outcome), number::plain(goal, Toward::Up)),
        }),
    };
    Figure::new(caption, None, |width| Some(chart::forest(label, rows, &axis, width)))
}

/// Two rows a design: the interval of luck, and the span of all looks at what is assumed.
fn assumptions(outcome: &Outcome) -> Option<Figure> {
    let page = Page::new(Style::WORDS);
    let pair = |design: &DesignOutcome| {
        let of = design.assumptions.as_ref()?;
        let name = clean(&design.design);
        let minutes = |share: f64| share * MINUTES_PER_MONTH;
        let luck = Row { mark: Mark::Plain, label: name.clone(), ..downtime_row(&page, outcome, design) };
        let [worst, best] = sources(outcome.assumptions.as_ref()?, design.unavailability, of);
        let [least, most] = number::ends(minutes(of.low), minutes(of.high), number::plain);
        // A least of 0 is a look with too few misses to say one.
        let range = if of.low > 0.0 { format!("from {least} ({best}) to {most}") } else { format!("at most {most}") };
        let farthest = farthest(outcome, of);
        let beyond = farthest.map_or(String::new(), |(look, most)| {
            let most = number::plain(minutes(most), Toward::Up);
            format!("; {}: its own interval ends at {most} min", clean(look))
        });
        let assumed = Row {
            label: "↳ if assumptions differ".into(),
            mean: None,
            low: Some(minutes(of.low)).filter(|low| *low > 0.0),
            high: Some(minutes(of.high)),
            reach: farthest.map(|(_, most)| minutes(most)),
            mark: mark(both(design)),
            words: if of.low > 0.0 { format!("{least} to {most} min") } else { format!("≤ {most} min") },
            tip: format!("{name}, if assumptions differ: {range} min a month ({worst}){beyond}"),
        };
        Some([luck, assumed])
    };
    let rows: Vec<Row> = outcome.designs.iter().filter_map(pair).flatten().collect();
    (!rows.is_empty()).then_some(())?;
    let caption = "Two rows a design. The first is what luck may have done: more trials shrink it. The second spans all looks at \
                   what is assumed, each with its own estimate: only better evidence shrinks it; its thin line goes on to the \
                   farthest upper end of a look's own interval. A design of which all this lies left of the line meets the \
                   objective on average.";
    against_objective("Luck and assumptions", caption, outcome, &rows)
}

/// The look whose own interval goes farthest beyond the span of all looks, and where to.
fn farthest<'a>(outcome: &'a Outcome, of: &DesignAssumptions) -> Option<(&'a str, f64)> {
    let looks = &outcome.assumptions.as_ref()?.variations;
    let ends = looks.iter().zip(&of.variations).map(|(look, found)| (look.name.as_str(), found.unavailability.high));
    ends.filter(|end| end.1 > of.high).reduce(|most, end| if end.1 > most.1 { end } else { most })
}

fn downtime_row(page: &Page, outcome: &Outcome, design: &DesignOutcome) -> Row {
    let of = design.unavailability;
    let minutes = |share: f64| share * MINUTES_PER_MONTH;
    let words = availability(page, outcome, design).trim().to_owned();
    let [mean, least, most] = minutes_of(of.times(MINUTES_PER_MONTH));
    let figures = match of.quality {
        Quality::UpperBound => {
            format!("{most} min a month {}", bound_with(outcome.confidence)[1])
        }
        Quality::Recorded => format!("{mean} min a month"),
        Quality::Exact => format!("exactly {mean} min a month"),
        Quality::Interval => format!("{mean} min a month ({least} to {most})"),
    };
    let windows = design.verdict_windows.map_or(String::new(), |of| format!(", in enough windows: {of}"));
    let interval = of.quality == Quality::Interval || of.quality == Quality::UpperBound;
    Row {
        label: clean(&design.design),
        mean: (of.quality != Quality::UpperBound).then(|| minutes(of.mean)),
        low: of.low.filter(|_| interval).map(minutes),
        high: Some(minutes(of.high)).filter(|_| interval),
        reach: None,
        mark: if is_record(outcome) { Mark::Plain } else { mark(both(design)) },
        tip: format!("{}: {words}, {figures}; on average: {}{windows}", clean(&design.design), design.verdict_mean),
        words,
    }
}

fn mark(of: Verdict) -> Mark {
    match of {
        Verdict::Meets => Mark::Good,
        Verdict::Misses => Mark::Bad,
        Verdict::NotResolved => Mark::Unsure,
    }
}

fn differences(outcome: &Outcome) -> Option<Figure> {
    let first = clean(&outcome.differences.first()?.against);
    let rows: Vec<Row> = outcome.differences.iter().map(difference_row).collect();
    let numbers = rows.iter().flat_map(|row| [row.mean, row.low, row.high]).flatten();
    let axis = Axis {
        title: format!("minutes a month more than {first}"),
        scale: Scale::linear(numbers),
        reference: Some(Reference { at: 0.0, label: "no difference".into() }),
    };
    let caption = format!(
        "Each design's downtime less that of {first}, on the same storms: less on the left of the line. The {} intervals hold for all together. Circle: \
         less downtime; cross: more; diamond: they cannot be told apart.",
        number::percent_given(outcome.confidence)
    );
    Figure::new(&caption, None, |width| Some(chart::forest("Differences between designs", &rows, &axis, width)))
}

fn difference_row(of: &Difference) -> Row {
    let cells = crate::terminal::difference_cells(of, '−');
    let [design, mean, interval, says] = <[String; 4]>::try_from(cells).unwrap_or_default();
    let interval = if interval.is_empty() { interval } else { format!(" ({interval})") };
    Row {
        tip: format!("{design}: {mean} min a month{interval}; {says}"),
        label: design,
        mean: Some(of.downtime_min_per_month),
        low: of.low,
        high: of.high,
        reach: None,
        mark: match of.says {
            Compared::Less => Mark::Good,
            Compared::More => Mark::Bad,
            Compared::NotDistinguishable => Mark::Unsure,
            Compared::Same => Mark::Plain,
        },
        words: mean,
    }
}

/// The causes with the most downtime over all designs, and whether there are others.
fn kinds(outcome: &Outcome) -> (Vec<String>, bool) {
    let mut sums: Vec<(&str, f64)> = Vec::new();
    for cause in outcome.designs.iter().flat_map(|design| &design.causes) {
        let minutes = cause.downtime_min_per_month.mean;
        match sums.iter_mut().find(|(name, _)| *name == cause.cause) {
            Some((_, sum)) => *sum += minutes,
            None => sums.push((&cause.cause, minutes)),
        }
    }
    sums.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let more = sums.len() > CAUSES + 1;
    sums.truncate(if more { CAUSES } else { CAUSES + 1 });
    (sums.into_iter().map(|(name, _)| name.to_owned()).collect(), more)
}

fn causes(outcome: &Outcome) -> Option<Figure> {
    let (kinds, more) = kinds(outcome);
    let bars: Vec<Bar> = outcome.designs.iter().map(|design| bar(design, &kinds)).collect();
    bars.iter().any(|bar| !bar.parts.is_empty()).then_some(())?;
    let legend: Vec<String> = kinds.iter().map(|name| clean(name)).chain(more.then(|| "other causes".into())).collect();
    let caption = "Downtime charged to each cause; the parts of a bar sum to the design's downtime. Where only an upper bound (≤) is \
                   known, the bar is what few trials saw.";
    let axis = "minutes of downtime a month";
    Figure::new(caption, None, |width| Some(chart::stacked("Downtime by cause", &bars, &legend, axis, width)))
}

fn bar(design: &DesignOutcome, kinds: &[String]) -> Bar {
    let mut parts: Vec<chart::Part> = design
        .causes
        .iter()
        .map(|cause| {
            let minutes = cause.downtime_min_per_month.mean;
            let share = whole_percent(cause.share);
            chart::Part {
                kind: kinds.iter().position(|name| *name == cause.cause).unwrap_or(kinds.len()),
                length: minutes,
                tip: format!(
                    "{}: {}, {} min a month, {share} of the downtime",
                    clean(&design.design),
                    clean(&cause.cause),
                    number::plain(minutes, Toward::Up)
                ),
                words: share,
            }
        })
        .collect();
    parts.sort_by_key(|part| part.kind);
    let of = design.unavailability;
    let [mean, _, most] = minutes_of(of.times(MINUTES_PER_MONTH));
    let words = match of.quality {
        Quality::UpperBound => format!("≤ {most} min"),
        Quality::Interval | Quality::Recorded | Quality::Exact => format!("{mean} min"),
    };
    Bar { label: clean(&design.design), words, parts }
}

/// "calendar month", or "window of 30 days".
fn window_words(window: &str) -> String {
    let counted = window.starts_with(|first: char| first.is_ascii_digit());
    if counted { format!("window of {}", clean(window)) } else { clean(window) }
}

fn windows(outcome: &Outcome) -> Option<Figure> {
    let all: Vec<Curve> = outcome.designs.iter().map(curve).collect();
    let budget = budget(outcome, outcome.window_min);
    let share = number::tidy(1.0 - outcome.confidence);
    let percent = number::percent_given(share);
    let corner = Corner { x: budget, y: share, label: format!("objective: at most {percent} here") };
    let titles =
        ("minutes of downtime in a window, logarithmic", "share of windows with more", upright as fn(f64) -> String);
    let caption = format!(
        "How often a {} has more downtime than this. The objective is kept where a curve passes below the shaded \
         corner: at most {percent} of windows with more than {} min. The left end counts windows with any downtime at all.",
        window_words(&outcome.window),
        number::plain(budget, Toward::Up),
    );
    Figure::new(&caption, Some(window_table(outcome)), |width| {
        chart::curves("Downtime of windows", &all, &corner, titles, width)
    })
}

fn upright(share: f64) -> String {
    format!("{} %", number::tidy(share * 100.0))
}

/// The share of windows with more than so many minutes, at each edge where some are left.
fn curve(design: &DesignOutcome) -> Curve {
    let name = clean(&design.design);
    let point = |minutes: f64, share: f64| {
        let shown = number::percent(share, Toward::Up);
        let what = if minutes < 1.0 { "any downtime".into() } else { format!("more than {minutes} min") };
        ((minutes, share), format!("{name}: {shown} of windows have {what}"))
    };
    let bars = design.window_bars.iter();
    let points = bars.map(|bar| point(bar.up_to_min.max(0.5), number::tidy(1.0 - bar.cumulative_share)));
    Curve { points: points.collect(), label: name }
}

/// The counts behind the curves.
fn window_table(outcome: &Outcome) -> HtmlTable {
    let longest = outcome.designs.iter().max_by_key(|design| design.window_bars.len());
    let bars = longest.map_or(&[][..], |design| &design.window_bars);
    let heads = bars.iter().map(|bar| match bar.up_to_min {
        up_to if up_to <= 0.0 => "none".to_owned(),
        up_to if up_to >= 1e9 => format!("over {}", bar.above_min),
        up_to => format!("to {up_to}"),
    });
    let columns =
        std::iter::once(("windows by minutes".to_owned(), Side::Name)).chain(heads.map(|head| (head, Side::Right)));
    let rows = outcome.designs.iter().map(|design| {
        let counts = (0..bars.len()).map(|at| design.window_bars.get(at).map_or(0, |bar| bar.windows));
        std::iter::once(clean(&design.design)).chain(counts.map(number::count)).collect()
    });
    table(Grid { rows: rows.collect(), columns: columns.collect() }, &[])
}
