//! Which keys take each other's place, in designs and in what-ifs alike.
//!
//! In: the place of a table in the table of keys, what it says already, and what is laid over it. Out: the keys that give way.
//! A pure function over [`RIVALS`]. What can go wrong: two rivals that are laid over together; neither gives way, and whoever
//! reads the table tells that one of them has to go.

/// Keys of a table that exclude each other.
struct Rivals {
    /// The table's path in the table of keys.
    table: &'static str,
    /// Keys that may stand together, camp by camp.
    camps: &'static [&'static [&'static str]],
    /// Keys that go along with a camp that gives way.
    along: &'static [&'static str],
}

const RIVALS: &[Rivals] = &[
    Rivals {
        table: "slo",
        camps: &[&["min_serving"], &["min_served", "p95_latency"], &["jobs_by_deadline"]],
        along: &[],
    },
    Rivals {
        table: "part.<name>",
        camps: &[&["sets"], &["all"], &["any"], &["of"]],
        along: &["min_serving", "min_served", "least"],
    },
    Rivals { table: "part.<name>", camps: &[&["min_serving"], &["min_served"]], along: &[] },
    Rivals { table: "component.<name>", camps: &[&["availability"], &["time_to_failure"]], along: &[] },
    Rivals { table: "demand", camps: &[&["rate"], &["trace", "trace_every"]], along: &[] },
    Rivals { table: "sessions", camps: &[&["requests"], &["at_once"]], along: &[] },
    Rivals { table: "change[]", camps: &[&["at", "every"], &["when"]], along: &[] },
    Rivals { table: "faults.mode.<name>", camps: &[&["rate"], &["mttf"], &["time_to_failure"]], along: &[] },
    Rivals { table: "faults.mode.<name>", camps: &[&["outage"], &["repair"]], along: &[] },
];

/// The keys of a table that give way to what is laid over it. `is_there` is what it says, `says` what is laid over it.
pub(crate) fn gives_way(
    table: &str,
    is_there: impl Fn(&str) -> bool,
    says: impl Fn(&str) -> bool,
) -> Vec<&'static str> {
    let mut all: Vec<&str> = Vec::new();
    for rivals in RIVALS.iter().filter(|rivals| rivals.table == table) {
        if !rivals.camps.iter().any(|camp| camp.iter().any(|key| says(key))) {
            continue;
        }
        let leaves = |key: &&&str| is_there(key) && !says(key);
        let others = rivals.camps.iter().filter(|camp| !camp.iter().any(|key| says(key)));
        let gone: Vec<&str> = others.flat_map(|camp| camp.iter()).filter(leaves).copied().collect();
        if !gone.is_empty() {
            all.extend(rivals.along.iter().filter(leaves));
        }
        all.extend(gone);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys;

    fn gone(table: &str, there: &[&str], said: &[&str]) -> Vec<&'static str> {
        gives_way(table, |key| there.contains(&key), |key| said.contains(&key))
    }

    #[test]
    fn one_objective_takes_the_place_of_those_that_it_does_not_go_with() {
        assert_eq!(gone("slo", &["min_serving", "target"], &["min_served"]), ["min_serving"]);
        assert_eq!(gone("slo", &["min_serving"], &["p95_latency"]), ["min_serving"]);
        assert_eq!(gone("slo", &["min_served"], &["p95_latency"]), [""; 0]);
        assert_eq!(gone("slo", &["min_served", "p95_latency"], &["min_serving"]), ["min_served", "p95_latency"]);
        assert_eq!(gone("slo", &["p95_latency"], &["jobs_by_deadline"]), ["p95_latency"]);
        // Both are said: neither gives way, and reading tells of it.
        assert_eq!(gone("slo", &["min_serving"], &["min_serving", "min_served"]), [""; 0]);
        assert_eq!(gone("slo", &["min_serving"], &["target"]), [""; 0]);
    }

    #[test]
    fn another_kind_of_part_takes_its_needs_along_and_the_same_kind_does_not() {
        let web = ["sets", "min_serving"];
        assert_eq!(gone("part.<name>", &web, &["any"]), ["min_serving", "sets"]);
        assert_eq!(gone("part.<name>", &web, &["sets"]), [""; 0]);
        assert_eq!(gone("part.<name>", &web, &["min_served"]), ["min_serving"]);
        assert_eq!(gone("part.<name>", &web, &["of", "least"]), ["min_serving", "sets"]);
    }

    #[test]
    fn every_other_pair_takes_its_rivals_place() {
        assert_eq!(gone("component.<name>", &["availability", "outage"], &["time_to_failure"]), ["availability"]);
        assert_eq!(gone("demand", &["trace", "trace_every", "daily"], &["rate"]), ["trace", "trace_every"]);
        assert_eq!(gone("change[]", &["at", "every"], &["when"]), ["at", "every"]);
        assert_eq!(gone("faults.mode.<name>", &["mttf", "outage"], &["rate"]), ["mttf"]);
        assert_eq!(gone("faults.mode.<name>", &["mttf", "outage"], &["repair"]), ["outage"]);
        assert_eq!(gone("scale_set.<name>", &["capacity"], &["zones"]), [""; 0]);
    }

    #[test]
    fn all_rivals_are_keys() {
        for rivals in RIVALS {
            for key in rivals.camps.iter().flat_map(|camp| camp.iter()).chain(rivals.along) {
                let path = keys::join(rivals.table, key);
                assert!(keys::find(&path).is_some(), "{path}");
            }
        }
    }
}
