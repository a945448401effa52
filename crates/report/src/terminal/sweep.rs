//! A sweep: a list of points, or a heat map where two keys or more vary together.

use super::Style;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::{DesignOutcome, MINUTES_PER_MONTH, Verdict};
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
    let shades = Shades::new(sweep);
    if sweep.keys.len() < 2 || sweep.one_at_a_time {
        list(&mut page, sweep, &shades);
    } else {
        for design in 0..first.designs.len() {
            map(&mut page, sweep, design, &shades);
        }
    }
    let legend = format!(
        "{} from {} to {} min a month in equal steps of the logarithm; {} the mean meets the target, {} misses it, \
         ? not resolved; *: fewer than 20 trials with a miss.",
        shades.signs(&page).iter().collect::<String>().trim(),
        number::plain(shades.least, Toward::Up),
        number::plain(shades.most, Toward::Up),
        page.sign("✓", "+"),
        page.sign("✗", "x"),
    );
    page.paragraph(None, &legend, Some(Tone::Faint));
    page.finish()
}

/// How dark a cell is: the logarithm of its downtime between the least above zero and the most.
struct Shades {
    least: f64,
    most: f64,
}

impl Shades {
    fn new(sweep: &Sweep) -> Self {
        let all = sweep.points.iter().flat_map(|point| &point.outcome.designs).map(minutes).filter(|&of| of > 0.0);
        let (least, most) =
            all.fold((f64::INFINITY, 0.0), |(least, most), of| (f64::min(least, of), f64::max(most, of)));
        Self { least: if least.is_finite() { least } else { 0.0 }, most }
    }

    fn signs(&self, page: &Page) -> [char; 5] {
        page.sign([' ', '░', '▒', '▓', '█'], [' ', '.', ':', '%', '#'])
    }

    fn sign(&self, page: &Page, minutes: f64) -> char {
        let signs = self.signs(page);
        if minutes <= 0.0 {
            return signs[0];
        }
        let width = libm::log(self.most / self.least).max(1e-9);
        let step = libm::floor(4.0 * libm::log(minutes / self.least) / width) as usize;
        signs[1 + step.min(3)]
    }
}

fn minutes(design: &DesignOutcome) -> f64 {
    design.unavailability.mean * MINUTES_PER_MONTH
}

fn cell(page: &Page, design: &DesignOutcome, shades: &Shades) -> String {
    let minutes = minutes(design);
    let few = if design.unavailability.low.is_none() { "*" } else { "" };
    let verdict = match design.verdict_mean {
        Verdict::Meets => page.sign("✓", "+"),
        Verdict::Misses => page.sign("✗", "x"),
        Verdict::NotResolved => "?",
    };
    let shade: String = [shades.sign(page, minutes); 2].iter().collect();
    format!("{shade} {}{few} {verdict}", number::plain(minutes, Toward::Up))
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
