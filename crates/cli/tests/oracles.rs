//! The product against systems with exact answers, expressed by public scenario keys only.
//!
//! Entries of `oracles/oracles.json` in the shared folder (`ZONEFALL_SHARED`, by default next to the workspace) that come
//! with the spine, with the compute rules, and some of load and operations. S01, S02 and S03 are formulas: `crates/stats` holds them.
//!
//! * `every_entry_is_met`: |estimate − exact| ≤ 4 standard errors, seeds fixed; scripts agree exactly.
//! * `managed_sets_meet_their_closed_forms`: the same for systems of our own (`oracles/managed.rs`); needs no file.
//! * `printed_intervals_cover`: 200 studies an entry; the printed 95 % intervals cover as often as they say. The longer
//!   study is `cargo run --release -p zonefall-cli --example coverage -- 1000`; its table is `docs/coverage.md`.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

#[path = "oracles/biasing.rs"]
mod biasing;
#[path = "oracles/mod.rs"]
mod oracles;

use oracles::coverage::{self, SEEDS};
use oracles::{Held, Oracles, failover, load, managed, placement, precision, rare, rollouts};
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use zonefall_cli::assemble::{self, Overrides};
use zonefall_exact::markov::MachineRepair;
use zonefall_exact::single::Alternating;
use zonefall_faults::Method;
use zonefall_study::Silent;
use zonefall_study::rare::{Choice, Way, choose};

/// The capabilities whose entries are held here.
const ISSUES: [&str; 2] = ["spine", "compute rules"];
/// Held by `crates/stats`, as formulas to 1e-9.
const ELSEWHERE: [&str; 3] = ["S01", "S02", "S03"];
/// Of [`SEEDS`] intervals of one entry, so many at least must cover: five standard deviations below 95 %.
const COVERED_LEAST: u64 = 177;
/// Of all intervals together.
const COVERED_POOLED: std::ops::RangeInclusive<f64> = 0.935..=0.965;

#[test]
fn every_entry_is_met() {
    let Some(file) = Oracles::find() else { return };
    let entries = oracles::entries(&file);
    let mut here: BTreeSet<String> = entries.iter().map(|entry| entry.id.to_owned()).collect();
    here.insert(placement::ID.into());
    let of_issues = file.ids_from(&ISSUES).into_iter().filter(|id| !ELSEWHERE.contains(&id.as_str()));
    let expected: BTreeSet<String> = of_issues
        .chain(load::IDS.map(str::to_owned))
        .chain(failover::IDS.map(str::to_owned))
        .chain(rollouts::IDS.map(str::to_owned))
        .chain(rare::IDS.map(str::to_owned))
        .collect();
    assert_eq!(here, expected, "entries that this test holds, and entries of the file");

    let mut wrong = Vec::new();
    println!("{}", precision::HEAD);
    for entry in &entries {
        let met = precision::play(entry);
        println!("{}", met.row());
        wrong.extend(met.complaint());
    }
    wrong.extend(placement::complaint(&file));
    assert!(wrong.is_empty(), "{} of {} entries fail:\n{}", wrong.len(), expected.len(), wrong.join("\n"));
}

#[test]
fn managed_sets_meet_their_closed_forms() {
    let mut wrong = Vec::new();
    println!("{}", precision::HEAD);
    for entry in managed::own().iter().chain(&rollouts::own()).chain(&failover::own()) {
        let met = precision::play(entry);
        println!("{}", met.row());
        wrong.extend(met.complaint());
    }
    assert!(wrong.is_empty(), "{} fail:\n{}", wrong.len(), wrong.join("\n"));
}

/// Failure biasing on the Markov-like systems that it is made for, beside forcing and splitting: the table of
/// docs/statistics.md. Each comes to 10 % (half of a 95 % interval; the queue to 25 % by splitting).
#[test]
fn markov_like_systems_are_met_by_failure_biasing() {
    let Some(file) = Oracles::find() else { return };
    let queue = MachineRepair::new(10, 1, Alternating::new(1000.0, 5.0).unwrap()).unwrap().unavailability(6);
    let exact = |id: &str| match id {
        "queue" => queue,
        "R04" => file.entry(id)["exact_value"]["U"].as_f64().unwrap(),
        id => file.exact(id),
    };
    for case in biasing::cases(exact) {
        let restated = biasing::biased(&case.groups, &case.is_down, 200_000);
        let found = restated.unavailability;
        assert!((found / case.exact - 1.0).abs() < 0.1, "{}: {restated:?} for {}", case.name, case.exact);
        println!("{}: restated plainly {found:.4e}, work {:.0}", case.name, restated.work);
        for (method, trials, within) in [("biasing", 40_000, 0.1), (case.method, case.trials, case.within)] {
            let text = format!("trials = {trials}\nmethod = \"{method}\"\n{}", case.toml);
            comes_to(&case, method, &text, within);
        }
    }
}

/// Within four standard errors of the exact answer, and an interval whose half is no more than a share of the value.
fn comes_to(case: &biasing::Case, method: &str, text: &str, within: f64) {
    let scenario = zonefall_scenario::parse(text, case.name).unwrap_or_else(|why| panic!("{}", why.render(false)));
    let study = assemble::study(&scenario, Overrides { no_counterfactual: true, ..Overrides::default() }).unwrap();
    let stop = AtomicBool::new(false);
    let asked = [Method::Forcing, Method::Splitting, Method::Biasing].into_iter().find(|of| of.word() == method);
    let way = match choose(&study, asked.unwrap(), 1, &stop).unwrap() {
        Choice::Forcing { plan, .. } => Way::Forced(plan),
        Choice::Splitting { ladder, .. } => Way::Split(ladder),
        Choice::Biasing { bias, .. } => Way::Biased(bias),
        other => panic!("{}: {other:?}", case.name),
    };
    let played = way.play(&study, (&assemble::labels(&scenario), way.method(), ""), 1, &stop, &Silent).unwrap();
    let found = played.outcome.designs[0].unavailability;
    let error = (found.high - found.low.unwrap()) / 2.0 / 1.96 / found.mean;
    let work = error * error * played.events as f64;
    println!(
        "{}, {method}: exact {:.4e}, found {:.4e} ± {:.1} %, work {work:.0}",
        case.name,
        case.exact,
        found.mean,
        100.0 * error
    );
    assert!((found.mean / case.exact - 1.0).abs() < 4.0 * error, "{}: {found:?}", case.name);
    assert!(1.96 * error <= within, "{}: {found:?}", case.name);
}

#[test]
fn printed_intervals_cover() {
    let Some(file) = Oracles::find() else { return };
    let mut all = coverage::Covered::default();
    let mut wrong = Vec::new();
    println!("{}", coverage::HEAD);
    for entry in oracles::entries(&file) {
        if let Held::ByIntervals { trials } = entry.held {
            let covered = coverage::play(&entry, trials, SEEDS, 1);
            println!("{}", covered.row(entry.id, trials));
            if covered.covered < COVERED_LEAST {
                wrong.push(format!("{}: {} of {SEEDS} intervals cover", entry.id, covered.covered));
            }
            all.add(&covered);
        } else {
            println!("{}", entry.left_out());
        }
    }
    println!("{}", all.pooled());
    assert!(wrong.is_empty(), "fewer than {COVERED_LEAST}:\n{}", wrong.join("\n"));
    assert!(COVERED_POOLED.contains(&all.share()), "pooled {:.4} is not in {COVERED_POOLED:?}", all.share());
}
