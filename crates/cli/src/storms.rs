//! Typical and worst storms for the reports, between the run and its results.

use crate::answers::Steps;
use crate::args::{Output, Report};
use crate::console::Console;
use crate::results::Work;
use anyhow::Result;
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use zonefall_study::timeline::{SEARCHED_MAX, Storms, storms};
use zonefall_study::{Study, Threads, Visit};

/// Why weighted trials have none.
pub const WEIGHTED: &str = "the trials are weighted, so none of them is typical";

/// Whether a report shows storms.
pub fn are_shown(output: &Output) -> bool {
    output.report.iter().any(|report| matches!(report, Report::Html | Report::Md))
}

/// Looks for them among the finished trials, if a report shows them.
pub fn look(output: &Output, study: &Study, work: &mut Work, stop: &AtomicBool, console: Console) -> Result<()> {
    if !are_shown(output) || work.finished.trials == 0 {
        return Ok(());
    }
    let (began, threads) = (Instant::now(), Threads::new(work.threads)?);
    let bar = Steps::new(
        console,
        work.finished.trials.min(SEARCHED_MAX) * study.designs.len() as u64,
        "trials × designs (storms to show)",
    );
    let how = Visit { threads: &threads, stop, told: &|more| bar.told(more) };
    let found = storms(study, work.finished.trials, &how);
    bar.clear();
    work.storms = Some(found?.unwrap_or_else(|| Storms::none("interrupted before a storm was chosen")));
    work.seconds += began.elapsed().as_secs_f64();
    Ok(())
}
