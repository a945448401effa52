//! A sweep: a list of points, or a heat map where two keys or more vary together. Downtime first, then sessions lost where a
//! design holds some.

use super::Style;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::{DesignOutcome, Estimate, MINUTES_PER_MONTH, Verdict};
use zonefall_study::sweep::{Point, Sweep};

/// Draws a sweep.
pub fn sweep(sweep: &Sweep, style: Style) -> String {
    let mut page = Page::new(style);
    let Some(first) = sweep.points.first().map(|point| &point.outcome) else { return String::new() };
    page.title(&format!("{}: downtime in minutes a month", clean(&first.study)));
    let words = format!(
        "{} points, {} trials each on the same luck; seed {}. The target is {}; {} intervals are in the CSV.",
        number::count(sweep.points.len() as u64),
        number::count(first.trials),
        first.seed,
        clean(&first.target),
        number::percent_given(first.confidence),
    );
    page.paragraph(None, &words, None);
    let downtime = Shades::new(sweep, Figure::Downtime);
    draw_all(&mut page, sweep, first.designs.len(), &downtime);
    let legend = format!(
        "{} min a month in equal steps of the logarithm; {} the mean meets the target, {} misses it, ? not resolved; *: fewer \
         than 20 trials with a miss.",
        downtime.legend(&page),
        page.sign("✓", "+"),
        page.sign("✗", "x"),
    );
    page.paragraph(None, &legend, Some(Tone::Faint));
    let mut designs = sweep.points.iter().flat_map(|point| &point.outcome.designs);
    if designs.any(|design| design.sessions.is_some()) {
        page.title(&format!("{}: sessions lost a month", clean(&first.study)));
        let lost = Shades::new(sweep, Figure::SessionsLost);
        draw_all(&mut page, sweep, first.designs.len(), &lost);
        let legend =
            format!("{} a month, shaded as above; *: fewer than 20 trials that lose some.", lost.legend(&page));
        page.paragraph(None, &legend, Some(Tone::Faint));
    }
    page.finish()
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
    fn verdict(self, page: &Page, design: &DesignOutcome) -> &'static str {
        match (self, design.verdict_mean) {
            (Self::SessionsLost, _) => "",
            (Self::Downtime, Verdict::Meets) => page.sign(" ✓", " +"),
            (Self::Downtime, Verdict::Misses) => page.sign(" ✗", " x"),
            (Self::Downtime, Verdict::NotResolved) => " ?",
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
        let all = designs.filter_map(|design| Some(figure.of(design)?.mean)).filter(|&of| of > 0.0);
        let (least, most) =
            all.fold((f64::INFINITY, 0.0), |(least, most), of| (f64::min(least, of), f64::max(most, of)));
        Self { figure, least: if least.is_finite() { least } else { 0.0 }, most }
    }

    /// "░▒▓█ from 12 to 48".
    fn legend(&self, page: &Page) -> String {
        let signs: String = self.signs(page).iter().collect();
        let (least, most) = (number::plain(self.least, Toward::Up), number::plain(self.most, Toward::Up));
        format!("{} from {least} to {most}", signs.trim())
    }

    fn signs(&self, page: &Page) -> [char; 5] {
        page.sign([' ', '░', '▒', '▓', '█'], [' ', '.', ':', '%', '#'])
    }

    fn sign(&self, page: &Page, value: f64) -> char {
        let signs = self.signs(page);
        if value <= 0.0 {
            return signs[0];
        }
        let width = libm::log(self.most / self.least).max(1e-9);
        let step = libm::floor(4.0 * libm::log(value / self.least) / width) as usize;
        signs[1 + step.min(3)]
    }
}

fn cell(page: &Page, design: &DesignOutcome, shades: &Shades) -> String {
    let Some(of) = shades.figure.of(design) else { return number::NONE.into() };
    let few = if of.low.is_none() { "*" } else { "" };
    let shade: String = [shades.sign(page, of.mean); 2].iter().collect();
    format!("{shade} {}{few}{}", number::plain(of.mean, Toward::Up), shades.figure.verdict(page, design))
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
    page.title(&format!("{}, by {}", name.map_or(String::new(), |of| clean(&of.design)), clean(last)));
    let heads = others.iter().map(|key| (clean(key), Side::Text));
    let columns = heads.chain(across.into_iter().map(|value| (value, Side::Right))).collect();
    draw(page, &Grid { columns, rows });
}
