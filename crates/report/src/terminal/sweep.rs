//! A sweep: a list of points, or a heat map where two keys or more vary together. Downtime first, then sessions lost where a
//! design holds some. Figures, intervals and verdicts are in the words of a run.

use super::Style;
use super::answer;
use super::designs::estimate;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::{DesignOutcome, Estimate, MINUTES_PER_MONTH, Quality, Verdict};
use zonefall_study::sweep::{Point, Sweep};

/// Draws a sweep.
pub fn sweep(sweep: &Sweep, style: Style) -> String {
    let mut page = Page::new(style);
    let Some(first) = sweep.points.first().map(|point| &point.outcome) else { return String::new() };
    page.title(&format!("{}: downtime in minutes a month", clean(&first.study)));
    let words = format!(
        "{} points, {} trials each on the same luck; seed {}. {}; below each figure its {} interval.",
        number::count(sweep.points.len() as u64),
        number::count(first.trials),
        first.seed,
        targets(sweep),
        number::percent_given(first.confidence),
    );
    page.paragraph(None, &words, None);
    let downtime = Shades::new(sweep, Figure::Downtime);
    draw_all(&mut page, sweep, first.designs.len(), &downtime);
    let legend = format!(
        "{} {} meets the target on average, {} misses it, ? not resolved{}; {}: fewer than \
         20 trials miss, so only a bound is known, without a shade.",
        downtime.legend(&page, "min a month in equal steps of the logarithm;"),
        answer::mark(&page, Verdict::Meets),
        answer::mark(&page, Verdict::Misses),
        verdicts(sweep),
        page.sign("≤", "<="),
    );
    page.paragraph(None, &legend, Some(Tone::Faint));
    for words in kept(sweep) {
        page.paragraph(None, &words, None);
    }
    let mut designs = sweep.points.iter().flat_map(|point| &point.outcome.designs);
    if designs.any(|design| design.sessions.is_some()) {
        page.title(&format!("{}: sessions lost a month", clean(&first.study)));
        let lost = Shades::new(sweep, Figure::SessionsLost);
        draw_all(&mut page, sweep, first.designs.len(), &lost);
        let legend = format!(
            "{} {}: fewer than 20 trials lose some.",
            lost.legend(&page, "a month, shaded as above;"),
            page.sign("≤", "<=")
        );
        page.paragraph(None, &legend, Some(Tone::Faint));
    }
    page.finish()
}

/// Who does not feel a key, key by key.
fn kept(sweep: &Sweep) -> Vec<String> {
    let keys = sweep.keys.iter().filter_map(|key| {
        let designs: Vec<String> = sweep.kept.iter().filter(|of| of.key == *key).map(|of| clean(&of.design)).collect();
        (!designs.is_empty()).then(|| (clean(key), designs.join(", ")))
    });
    let words = |(key, designs)| {
        format!("`{key}` is not varied in {designs}: what the design itself says of it stays, at all values (W017).")
    };
    keys.map(words).collect()
}

/// The target, or all of them where points differ in it.
fn targets(sweep: &Sweep) -> String {
    let mut all: Vec<String> = Vec::new();
    for point in &sweep.points {
        let target = clean(&point.outcome.target);
        if !all.contains(&target) {
            all.push(target);
        }
    }
    match all.as_slice() {
        [one] => format!("The target is {one}"),
        many => format!("Targets are {}, by point", many.join(", ")),
    }
}

/// What the verdicts stand on.
fn verdicts(sweep: &Sweep) -> String {
    let mut designs = sweep.points.iter().flat_map(|point| &point.outcome.designs);
    if !designs.any(|design| design.assumptions.is_some()) {
        return ", as far as luck goes: what is assumed is not weighed".into();
    }
    let mut designs = sweep.points.iter().flat_map(|point| &point.outcome.designs);
    let depends = designs.any(|of| of.assumptions.as_ref().is_some_and(|of| of.mean_depends_on.is_some()));
    let depends = if depends { ", by luck or because that depends on what is assumed" } else { "" };
    format!("{depends} (luck and what is assumed, as in `run`)")
}

fn draw_all(page: &mut Page, sweep: &Sweep, designs: usize, shades: &Shades) {
    if sweep.keys.len() < 2 || sweep.one_at_a_time {
        list(page, sweep, shades);
    } else {
        for design in 0..designs {
            map(page, sweep, design, shades);
        }
    }
}

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Figure {
    Downtime,
    SessionsLost,
}

impl Figure {
    /// Minutes or sessions a month; none of a design without sessions.
    fn of(self, design: &DesignOutcome) -> Option<Estimate> {
        match self {
            Self::Downtime => Some(design.unavailability.times(MINUTES_PER_MONTH)),
            Self::SessionsLost => design.sessions.as_ref().map(|of| of.lost_per_month),
        }
    }

    /// The verdict on it, where there is one.
    fn verdict(self, page: &Page, design: &DesignOutcome) -> String {
        match self {
            Self::SessionsLost => String::new(),
            Self::Downtime => format!(" {}", answer::mark(page, design.verdict_mean)),
        }
    }
}

/// How dark a cell is: the logarithm of its figure between the least above zero and the most.
struct Shades {
    figure: Figure,
    least: f64,
    most: f64,
}

impl Shades {
    fn new(sweep: &Sweep, figure: Figure) -> Self {
        let designs = sweep.points.iter().flat_map(|point| &point.outcome.designs);
        // A bound says how little the trials tell, not how much there is.
        let known = designs.filter_map(|design| figure.of(design)).filter(|of| of.quality != Quality::UpperBound);
        let all = known.map(|of| of.mean).filter(|&of| of > 0.0);
        let (least, most) =
            all.fold((f64::INFINITY, 0.0), |(least, most), of| (f64::min(least, of), f64::max(most, of)));
        Self { figure, least: if least.is_finite() { least } else { 0.0 }, most }
    }

    /// "░▒▓█ from 12 to 48", of what; nothing of what no trial suffices for.
    fn legend(&self, page: &Page, what: &str) -> String {
        if self.most <= 0.0 {
            return "No figure is known well enough for a shade: more `--trials` would tell.".into();
        }
        let signs: String = self.signs(page).iter().collect();
        let (least, most) = (number::plain(self.least, Toward::Up), number::plain(self.most, Toward::Up));
        format!("{} from {least} to {most} {what}", signs.trim())
    }

    fn signs(&self, page: &Page) -> [char; 5] {
        page.sign([' ', '░', '▒', '▓', '█'], [' ', '.', ':', '%', '#'])
    }

    fn sign(&self, page: &Page, of: Estimate) -> char {
        let (signs, value) = (self.signs(page), of.mean);
        if value <= 0.0 || of.quality == Quality::UpperBound {
            return signs[0];
        }
        let width = libm::log(self.most / self.least).max(1e-9);
        let step = libm::floor(4.0 * libm::log(value / self.least) / width) as usize;
        signs[1 + step.min(3)]
    }
}

fn cell(page: &Page, design: &DesignOutcome, shades: &Shades) -> String {
    let Some(of) = shades.figure.of(design) else { return number::NONE.into() };
    let shade: String = [shades.sign(page, of); 2].iter().collect();
    let figure = estimate(page, of, |number| number::plain(number, Toward::Up));
    let verdict = shades.figure.verdict(page, design);
    let interval = match (of.quality, of.low) {
        (Quality::Interval, Some(low)) => number::ends(low, of.high, number::plain).join(page.sign("–", "-")),
        _ => String::new(),
    };
    // The sign of the verdict stands by itself to the right.
    let below =
        if interval.is_empty() { interval } else { format!("\n{interval}{}", " ".repeat(verdict.chars().count())) };
    format!("{shade} {figure}{verdict}{below}")
}

fn draw(page: &mut Page, grid: &Grid) {
    let (good, bad) = (page.sign("✓", "+"), page.sign("✗", "x"));
    page.grid_with(grid, vec![(good.to_owned(), Tone::Good), (bad.to_owned(), Tone::Bad)]);
}

/// A row for each point, a column for each design.
fn list(page: &mut Page, sweep: &Sweep, shades: &Shades) {
    let mut columns: Vec<(String, Side)> = sweep.keys.iter().map(|key| (clean(key), Side::Text)).collect();
    let mut names: Vec<&str> = Vec::new();
    for design in sweep.points.iter().flat_map(|point| &point.outcome.designs) {
        if !names.contains(&design.design.as_str()) {
            names.push(&design.design);
        }
    }
    columns.extend(names.iter().map(|name| (clean(name), Side::Right)));
    let rows = sweep.points.iter().map(|point| {
        let of = |name: &&str| point.outcome.designs.iter().find(|design| design.design == *name);
        let values = point.values.iter().map(|value| value.as_deref().map_or("as it is".into(), clean));
        values.chain(names.iter().map(|name| of(name).map_or(String::new(), |of| cell(page, of, shades)))).collect()
    });
    let rows = rows.collect();
    draw(page, &Grid { columns, rows });
}

/// A design: a column for each value of the last key, a row for each of the others.
fn map(page: &mut Page, sweep: &Sweep, design: usize, shades: &Shades) {
    let Some((last, others)) = sweep.keys.split_last() else { return };
    let value = |point: &Point, at: usize| point.values[at].as_deref().map_or("as it is".into(), clean);
    let mut across: Vec<String> = Vec::new();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for point in &sweep.points {
        let Some(of) = point.outcome.designs.get(design) else { continue };
        let here = value(point, others.len());
        let column = across.iter().position(|there| *there == here).unwrap_or_else(|| {
            across.push(here);
            across.len() - 1
        });
        let head: Vec<String> = (0..others.len()).map(|at| value(point, at)).collect();
        if rows.last().is_none_or(|row| row[..others.len()] != head[..]) {
            rows.push(head);
        }
        let Some(row) = rows.last_mut() else { continue };
        row.resize((others.len() + column + 1).max(row.len()), String::new());
        row[others.len() + column] = cell(page, of, shades);
    }
    let width = others.len() + across.len();
    rows.iter_mut().for_each(|row| row.resize(width, String::new()));
    let name = sweep.points.first().and_then(|point| point.outcome.designs.get(design));
    let name = name.map_or("", |of| of.design.as_str());
    let own = if sweep.kept_by(name).any(|key| key == last) { " (it keeps its own)" } else { "" };
    page.title(&format!("{}, by {}{own}", clean(name), clean(last)));
    let heads = others.iter().map(|key| (clean(key), Side::Text));
    let columns = heads.chain(across.into_iter().map(|value| (value, Side::Right))).collect();
    draw(page, &Grid { columns, rows });
}
