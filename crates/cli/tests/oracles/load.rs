//! Entries about demand that changes and about what answers to it.

use super::text::{Text, exponential};
use super::{Entry, Held, Oracles, Reading};
use zonefall_study::outcome::Outcome;

/// The entries of the capability `load and operations` that are held so far.
pub const IDS: [&str; 1] = ["G01"];

fn unavailability(outcome: &Outcome) -> Reading {
    Reading::Estimated(outcome.designs[0].unavailability)
}

pub fn entries(file: &Oracles) -> Vec<Entry> {
    vec![phases(file)]
}

/// G01: ten machines, of which a day needs eight for eight hours and four for the rest.
fn phases(file: &Oracles) -> Entry {
    let of = |name: &str| file.number("G01", name);
    let (up, down) = (exponential(of("mttf_h")), exponential(of("mttr_h")));
    let mut text = Text::new(of("n") as u32, 1, 1, "8760 h").mode("vm", "instance", up, down, "");
    text.time += "\nstart = \"2026-01-01\"";
    text.set += "\ncapacity_per_instance = \"100 req/s\"";
    // Three parts of a day: eight hours each.
    assert_eq!(of("peak_h"), 8.0);
    text.more =
        format!("[demand]\nrate = \"{} req/s\"\ndaily = [{}, 1, 1]", 100.0 * of("off_k"), of("peak_k") / of("off_k"));
    let toml = text.to_string().replace("min_serving = 1", "min_served = \"100%\"");
    let expected = 1.0 - file.exact("G01");
    Entry { id: "G01", toml, expected, read: unavailability, trials: 1000, held: Held::ByIntervals { trials: 500 } }
}
