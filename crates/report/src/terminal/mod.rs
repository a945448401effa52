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
pub(crate) use answer::{availability, is_record, target, with_reason};
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
pub(crate) use timeline::{again, charged, still, to_the_end};

pub use crate::page::Style;
use crate::warnings::warnings;
use crate::{number, page};
use page::{Page, clean};
use zonefall_study::outcome::Outcome;
use zonefall_study::timeline::Storms;

/// What stands above every table of losses.
pub const CONDITIONAL: &str =
    "these are conditional losses: \"this outage would have cost you …\"; nothing here says how often";

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
    warnings(outcome).iter().for_each(|words| page.warn(words));
    if !outcome.not_modelled.is_empty() {
        page.not_modelled = Some(clean(&format!("Not modelled: {}", outcome.not_modelled)));
    }
    page
}
