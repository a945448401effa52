//! How the downtime of windows is spread: a small histogram a design, all on the same heights.

use super::designs;
use super::number::{self, Toward};
use super::page::{Grid, Page, Picture, Side, Sketch, clean};
use zonefall_study::outcome::{DesignOutcome, Outcome};

/// Minutes over the histogram; each bar is two signs wide, and every third edge is ten times the one before.
const SCALE: &str = "1     10    100   1,000 10,000";
const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const STEPS_ASCII: [char; 8] = ['.', ':', '-', '=', '+', '*', '#', '@'];

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    let most = outcome.designs.iter().flat_map(|design| design.window_bars.iter().skip(1)).map(|bar| bar.windows).max();
    let Some(most) = most.filter(|&most| most > 0) else { return };
    let window = designs::window(outcome);
    page.title(&format!("{}s by their downtime", if window == "month" { "Month" } else { "Window" }));
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("without\nany".into(), Side::Right),
        (format!("with some: how many, by minutes\n{SCALE}"), Side::Left),
    ];
    let steps = page.sign(STEPS, STEPS_ASCII);
    let rows = outcome.designs.iter().map(|design| row(design, most, steps)).collect();
    let notes = format!(
        "Each bar counts the {window}s with more downtime than the bar before it and at most its own minutes; all designs \
         on the same heights. The counts are in windows.csv."
    );
    page.picture(Picture::Windows, Some(Sketch { grid: Grid { columns, rows }, notes }));
}

fn row(design: &DesignOutcome, most: u64, steps: [char; 8]) -> Vec<String> {
    let none = design.window_bars.first().map(|bar| number::percent(bar.cumulative_share, Toward::Down));
    let bar = |windows: u64| match windows {
        0 => ' ',
        windows => steps[(windows as u128 * 8).div_ceil(most.into()) as usize - 1],
    };
    let bars = design.window_bars.iter().skip(1).flat_map(|of| [bar(of.windows); 2]);
    vec![clean(&design.design), none.unwrap_or_else(|| number::NONE.into()), bars.collect()]
}
