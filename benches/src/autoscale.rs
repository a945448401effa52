//! A hundred machines under a year of hourly demand with autoscale: level, so that it hardly acts, and daily.

use std::path::Path;
use zonefall_cli::assemble::{Overrides, study};
use zonefall_scenario::load;
use zonefall_study::Study;

/// One of them by its name.
pub fn autoscaled(name: &str) -> Study {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/autoscale").join(name).with_extension("toml");
    let scenario = load(&path).unwrap_or_else(|why| panic!("{why}"));
    let found = study(&scenario, Overrides::default()).unwrap_or_else(|why| panic!("{why:#}"));
    Study { counterfactual: false, ..found }
}
