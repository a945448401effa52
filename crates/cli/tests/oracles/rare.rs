//! Entries of the capability `five nines` that the product itself holds: rare events by forced trials, and first misses that
//! lie far away.

use super::readings::{first_miss_h, unavailability};
use super::text::{Text, exponential};
use super::{Entry, Held, Oracles};

/// The entries; the others of the capability are held by `crates/exact`.
pub const IDS: [&str; 4] = ["B06", "D16", "R01", "R10"];

const YEAR: &str = "8760 h";

pub fn entries(file: &Oracles) -> Vec<Entry> {
    vec![pair(file), two_zones(file), four_machines(file), three_zones(file)]
}

/// Machines that are down now and then, each for itself.
fn machines(file: &Oracles, id: &str, (count, zones): (u32, u32), names: (&str, &str), more: &str) -> Text {
    let (up, down) = (exponential(file.number(id, names.0)), exponential(file.number(id, names.1)));
    Text::new(count, zones, 1, YEAR).mode("vm", "instance", up, down, more)
}

fn far(file: &Oracles, id: &'static str, text: Text, trials: (u64, u64)) -> Entry {
    let expected = file.exact(id);
    // Fifteen times the mean: later than this once in three million times.
    let toml = text.until_first_miss(&format!("{} h", (15.0 * expected).round())).to_string();
    Entry { id, toml, expected, read: first_miss_h, trials: trials.0, held: Held::ByIntervals { trials: trials.1 } }
}

fn forced(file: &Oracles, id: &'static str, mut text: Text) -> Entry {
    text.time += "\nmethod = \"forcing\"";
    let (toml, expected) = (text.to_string(), file.exact(id));
    Entry { id, toml, expected, read: unavailability, trials: 200, held: Held::ByIntervals { trials: 100 } }
}

/// B06: one of two.
fn pair(file: &Oracles) -> Entry {
    let text = machines(file, "B06", (2, 1), ("mttf_h", "mttr_h"), "start = \"new\"");
    far(file, "B06", text, (200, 100))
}

/// D16: two zones of two machines, until all are gone.
fn two_zones(file: &Oracles) -> Entry {
    let of = |name| file.number("D16", name);
    let zones = of("zones") as u32;
    let count = (zones * of("vms_per_zone") as u32, zones);
    let text = machines(file, "D16", count, ("vm_mttf_h", "vm_mttr_h"), "start = \"new\"").mode(
        "zone",
        "zone",
        exponential(of("zone_up_h")),
        exponential(of("zone_out_h")),
        "start = \"new\"",
    );
    far(file, "D16", text, (25, 25))
}

/// R01: one of four, 1e-12.
fn four_machines(file: &Oracles) -> Entry {
    let count = file.number("R01", "n") as u32;
    forced(file, "R01", machines(file, "R01", (count, 1), ("mttf_h", "mttr_h"), ""))
}

/// R10: three zones of four machines, one of twelve, 1.5e-12.
fn three_zones(file: &Oracles) -> Entry {
    let of = |name| file.number("R10", name);
    let zones = of("zones") as u32;
    let count = (zones * of("vms") as u32, zones);
    let (up, out) = (exponential(of("zone_up_h")), exponential(of("zone_out_h")));
    forced(file, "R10", machines(file, "R10", count, ("vm_mttf_h", "vm_mttr_h"), "").mode("zone", "zone", up, out, ""))
}
