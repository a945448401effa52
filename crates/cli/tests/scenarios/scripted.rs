//! Faults that are stated and nothing that is drawn: figures are exact.

use super::kit::{self, Desk};
use serde_json::Value;

const TRIALS: u64 = 20;

/// Two hours of thirty days without a zone, in which a database stands, or a store that needs two of three zones.
fn found(db: &str) -> Value {
    let desk = Desk::with(&format!(
        "name = \"beside\"\nhorizon = \"30 days\"\ntrials = {TRIALS}\nseed = 7\n[region.east]\n\
         [scale_set.web]\nzones = [1, 2, 3]\ncapacity = 6\n[component.db]\n{db}\navailability = \"100%\"\n\
         [part.front]\nsets = [\"web\"]\nmin_serving = 1\n[faults]\nprofile = \"none\"\n\
         [[script]]\nat = \"1 day\"\nfor = \"2 h\"\nmembers = [\"east/1\"]\n"
    ));
    desk.run("run s.toml --out r").ends(0);
    kit::json(&desk.path("r/summary.json"))["designs"][0]["unavailability"].clone()
}

#[test]
fn a_script_beside_a_component_is_exact_where_nothing_is_drawn() {
    // All of a zone is out, whichever of its racks the database stands on.
    let of = found("placement = \"zonal\"\nzone = 1");
    let exact = 2.0 / 720.0;
    assert_eq!((&of["quality"], of["mean"].as_f64()), (&"exact".into(), Some(exact)), "{of}");
    assert_eq!((of["low"].as_f64(), of["high"].as_f64()), (Some(exact), Some(exact)), "{of}");
    // Two of three zones are left.
    let of = found("placement = \"zone-redundant\"\nzones_needed = 2");
    assert_eq!(
        (&of["quality"], of["mean"].as_f64(), of["high"].as_f64()),
        (&"exact".into(), Some(0.0), Some(0.0)),
        "{of}"
    );
}
