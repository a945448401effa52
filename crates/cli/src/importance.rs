//! `importance`: what matters most.

use crate::answers::{self, Steps};
use crate::args;
use crate::assemble::{self, Overrides};
use crate::check;
use crate::console::Console;
use crate::exit::Exit;
use crate::results::style;
use crate::run::interrupt;
use crate::target;
use anyhow::Result;
use zonefall_study::Threads;
use zonefall_study::importance::{How, play, steps};

/// Most trials of each end of a rate.
const ENDS_MAX: u64 = 5000;
/// Fewest, if there are so many.
const ENDS_MIN: u64 = 1000;

/// Tells what matters most.
pub fn importance(options: &args::Importance, console: Console) -> Result<Exit> {
    answers::refuse_idle_locale(options.shown.csv_locale, options.shown.writes_csv())?;
    let Some(scenario) = check::load_for(&options.scenario, &options.what_if, options.effort.trials, console) else {
        return Ok(Exit::BadScenario);
    };
    target::refuse_unless_free(
        &options.shown.csv,
        target::read_for(&options.scenario, &scenario),
        options.shown.force,
    )?;
    let effort = &options.effort;
    let overrides = Overrides { trials: effort.trials, seed: effort.seed, rows: false, no_counterfactual: true };
    let study = assemble::without_rule(assemble::study(&scenario, overrides)?);
    if study.replay.is_some() || crate::run::is_record(&scenario) || study.measure.until_first_miss {
        console.complain(
            "error: importances need faults that are drawn and a downtime: not a record, not a script, not a trial that \
             ends at its first miss",
        );
        return Ok(Exit::Usage);
    }
    let trials = study.trials;
    let ends = (trials / 4).clamp(ENDS_MIN, ENDS_MAX).min(trials);
    let (stop, threads) = (interrupt()?, Threads::new(effort.threads.map_or(0, usize::from))?);
    let bar = Steps::new(console, steps(&study, trials, ends), "trials");
    let how = How { threads: &threads, stop: &stop, told: &|more| bar.told(more) };
    let found = play(&study, trials, ends, &how);
    bar.clear();
    let Some(found) = found? else {
        console.complain("interrupted: nothing kept");
        return Ok(Exit::Interrupted);
    };
    let csv = zonefall_report::importance_csv(&found, options.shown.csv_locale.into())?;
    let table = || zonefall_report::terminal::importances(&found, style(console));
    answers::show(&options.shown, || zonefall_report::to_json(&found), table, &csv, console)?;
    Ok(Exit::Fine)
}
