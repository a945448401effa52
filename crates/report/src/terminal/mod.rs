//! Tables for people: the answer first, then why.
//!
//! Everything is returned as text; whoever prints it decides on width, colour and signs. Numbers are rounded towards the
//! bad side; an estimate with too few hits shows its bound only. The objective and Azure's SLA never share a table.

mod agreement;
mod answer;
mod assumptions;
mod blips;
mod causes;
mod comparison;
mod composite;
mod designs;
mod differences;
mod draw;
mod drill;
mod first_miss;
mod fit;
mod frontier;
mod importance;
mod incidents;
mod instants;
mod jobs;
mod latency;
mod method;
mod money;
mod operations;
mod plan;
mod sessions;
mod sla;
mod storms;
mod sweep;
mod timeline;
mod windows;

pub use agreement::agreements;
pub(crate) use answer::{availability, is_record, target};
pub(crate) use assumptions::sources;
pub(crate) use causes::whole_percent;
pub(crate) use comparison::blocks as comparison_blocks;
pub use comparison::comparison;
pub(crate) use designs::{minutes as minutes_of, with as bound_with};
pub(crate) use differences::row as difference_cells;
pub use draw::wrapped;
pub use drill::drill;
pub(crate) use drill::{blocks as drill_blocks, verdict_of as drill_verdict};
pub use fit::fit_table;
pub use importance::importances;
pub use incidents::incident_table;
pub(crate) use operations::shown as operation_words;
pub use plan::plan;
pub(crate) use plan::{
    availability as plan_availability, blocks as plan_blocks, blocks_below as plan_blocks_below, cost_words,
    downtime as plan_downtime, verdict as plan_verdict,
};
pub use sweep::sweep;
pub use timeline::{Told, timeline};
pub(crate) use timeline::{again, by_the_clock, charged, instant, still, to_the_end};

use crate::warnings::warnings;
use crate::{number, page};
use page::{Page, Tone};
use zonefall_study::outcome::Outcome;
use zonefall_study::timeline::Storms;

/// What stands above every table of losses.
pub const CONDITIONAL: &str =
    "these are conditional losses: \"this outage would have cost you …\"; nothing here says how often";

/// The title of the block of warnings.
pub(crate) const WARNINGS: &str = "Warnings";

impl Style {
    /// Words in one piece, for reports that break lines themselves.
    pub(crate) const WORDS: Self = Self { width: usize::MAX, colour: false, unicode: true };
}

/// What the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Characters in a line; less than 40 is taken for 40.
    pub width: usize,
    /// Whether ANSI colours are understood and wanted.
    pub colour: bool,
    /// Whether signs beyond ASCII are understood (names from the scenario are shown as they are).
    pub unicode: bool,
}

/// Draws an outcome.
pub fn render(outcome: &Outcome, style: Style) -> String {
    blocks(outcome, None, style).finish()
}

/// Everything that there is to say about an outcome, block by block; with storms where some were looked at.
pub(crate) fn blocks(outcome: &Outcome, storms: Option<&Storms>, style: Style) -> Page {
    let mut page = Page::new(style);
    if outcome.until_first_miss {
        first_miss::draw(&mut page, outcome);
    } else {
        answer::draw(&mut page, outcome);
        assumptions::draw(&mut page, outcome);
        designs::draw(&mut page, outcome);
        windows::draw(&mut page, outcome);
        instants::draw(&mut page, outcome);
        latency::draw(&mut page, outcome);
        blips::draw(&mut page, outcome);
        jobs::draw(&mut page, outcome);
        sessions::draw(&mut page, outcome);
        differences::draw(&mut page, outcome);
        causes::draw(&mut page, outcome);
        if let Some(storms) = storms {
            storms::draw(&mut page, storms);
        }
        operations::draw(&mut page, outcome);
        composite::draw(&mut page, outcome);
        sla::draw(&mut page, outcome);
        money::draw(&mut page, outcome);
        frontier::draw(&mut page, outcome);
    }
    method::draw(&mut page, outcome);
    warned_of(&mut page, &warnings(outcome));
    if !outcome.not_modelled.is_empty() {
        page.line("");
        page.paragraph(None, &format!("Not modelled: {}", outcome.not_modelled), Some(Tone::Faint));
    }
    page
}

/// What to know before a number is believed; a report puts it where its reader sees it.
fn warned_of(page: &mut Page, warnings: &[String]) {
    if warnings.is_empty() {
        return;
    }
    page.title(WARNINGS);
    for warning in warnings {
        let sign = page.paint(Tone::Unsure, "!");
        page.paragraph(Some((&sign, 1)), warning, None);
    }
}
