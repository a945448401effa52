//! Every rule with an id is held by a test that bears it, or left out for a reason, and `docs/rules.md` says so.
//!
//! The page is written from the code: `ZONEFALL_BLESS=1` writes it instead of comparing it.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

#[path = "rules/dossier.rs"]
mod dossier;
mod kit;
#[path = "rules/scan.rs"]
mod scan;

use std::collections::BTreeSet;
use zonefall_azure::rules::{self, Confidence, RuleTest};

const PAGE: &str = "docs/rules.md";

/// Every test of the workspace whose name begins with an id of a known family, once for each id.
fn rule_tests() -> Vec<RuleTest> {
    let root = kit::root();
    let mut found = Vec::new();
    for folder in ["crates", "benches"] {
        for path in scan::sources(&root.join(folder)) {
            let parts: Vec<&str> =
                path.strip_prefix(&root).unwrap().iter().map(|part| part.to_str().unwrap()).collect();
            for name in scan::tests_of(&std::fs::read_to_string(&path).unwrap()) {
                let test = |rule| RuleTest { rule, file: parts.join("/"), name: name.clone() };
                found.extend(rules::ids_of_test(&name).into_iter().map(test));
            }
        }
    }
    found
}

#[test]
fn the_page_says_what_the_code_says() {
    let page = rules::render(&rule_tests());
    let path = kit::root().join(PAGE);
    if std::env::var_os("ZONEFALL_BLESS").is_some_and(|bless| bless == "1") {
        std::fs::write(path, page).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    let differs = page.lines().zip(committed.lines().chain(std::iter::repeat(""))).find(|(now, then)| now != then);
    assert!(
        page == committed,
        "{PAGE} is not what the code says; ZONEFALL_BLESS=1 writes it. First difference, now and then: {differs:#?}"
    );
}

#[test]
fn every_rule_that_is_modelled_or_checked_has_a_test() {
    let tested: BTreeSet<String> = rule_tests().into_iter().map(|test| test.rule).collect();
    let bare: Vec<&str> = rules::rules()
        .filter(|rule| rule.standing.needs_test() && !tested.contains(rule.id))
        .map(|rule| rule.id)
        .collect();
    assert!(bare.is_empty(), "{} rules have no test: {}", bare.len(), bare.join(" "));
}

/// A unit test of a pure function holds its arithmetic, not that anything asks it.
#[test]
fn every_rule_that_is_modelled_is_seen_in_force_or_pure_for_a_reason() {
    let seen: BTreeSet<String> =
        rule_tests().into_iter().filter(|test| !test.is_pure()).map(|test| test.rule).collect();
    let acts = || rules::rules().filter(|rule| rule.standing.acts());
    let bare: Vec<&str> =
        acts().filter(|rule| rule.pure.is_none() && !seen.contains(rule.id)).map(|rule| rule.id).collect();
    assert!(bare.is_empty(), "{} rules are held by arithmetic alone: {}", bare.len(), bare.join(" "));
    let stale: Vec<&str> = rules::rules()
        .filter(|rule| rule.pure.is_some() && (seen.contains(rule.id) || !rule.standing.acts()))
        .map(|rule| rule.id)
        .collect();
    assert!(stale.is_empty(), "no longer pure: {}", stale.join(" "));
}

#[test]
fn no_test_names_an_unknown_rule() {
    let unknown: Vec<RuleTest> = rule_tests().into_iter().filter(|test| rules::find(&test.rule).is_none()).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn every_key_that_a_rule_names_is_a_key() {
    let known: BTreeSet<String> =
        zonefall_scenario::keys().iter().map(|key| key.path.replace(".<name>", "").replace("[]", "")).collect();
    let wrong: Vec<String> = rules::rules()
        .filter_map(|rule| Some((rule.id, rule.key?)))
        .filter(|(_, key)| !known.contains(*key))
        .map(|(id, key)| format!("{id}: {key}"))
        .collect();
    assert!(wrong.is_empty(), "{} keys do not exist: {}", wrong.len(), wrong.join(", "));
}

/// A rule of the dossier may be known in one way only: by its mark there.
#[test]
fn the_table_and_the_dossier_have_the_same_rules() {
    let Some(path) = kit::shared("domain/azure-compute.md") else { return };
    let entries = dossier::entries(&std::fs::read_to_string(path).unwrap());
    let families: BTreeSet<&str> = entries.iter().filter_map(|entry| entry.id.split('-').next()).collect();
    let there: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    let here: Vec<&str> = rules::rules().map(|rule| rule.id).filter(|id| families.contains(family(id))).collect();
    let (there_once, here_once): (BTreeSet<_>, BTreeSet<_>) = (there.iter().collect(), here.iter().collect());
    assert_eq!(there_once.len(), there.len(), "an id stands twice in the dossier");
    let missing: Vec<_> = there_once.difference(&here_once).collect();
    let invented: Vec<_> = here_once.difference(&there_once).collect();
    assert!(missing.is_empty() && invented.is_empty(), "missing {missing:?}, invented {invented:?}");
    assert!(there.len() > 200, "{}", there.len());

    for entry in &entries {
        let confidence = rules::find(&entry.id).unwrap().confidence;
        let right = match entry.mark.as_str() {
            "" if entry.id.starts_with("C-") => confidence == Confidence::Conflicting,
            "" if entry.id.starts_with("V-") => entry.is_ours == (confidence == Confidence::Inferred),
            "" => confidence == Confidence::Documented,
            mark if mark.contains("measured") => confidence == Confidence::Measured,
            mark if mark.starts_with('D') => confidence == Confidence::Documented,
            mark if mark.starts_with('I') => confidence == Confidence::Inferred,
            mark if mark.starts_with('U') => confidence == Confidence::Unknown,
            mark => panic!("{}: what does [{mark}] mean?", entry.id),
        };
        assert!(right, "{}: [{}] is not {}", entry.id, entry.mark, confidence.word());
    }
}

const fn mark(confidence: Confidence) -> char {
    match confidence {
        Confidence::Documented => 'D',
        Confidence::Recalled => '*',
        Confidence::Inferred => 'I',
        Confidence::Unknown => 'U',
        Confidence::Conflicting => 'C',
        Confidence::Measured => 'M',
    }
}

/// The rules that the contradictions of the section about them are in, in its order.
const CONTRADICTED: [&str; 10] =
    ["AS-11", "LB-01", "UP-04", "AS-13", "DR-02", "MT-03", "DR-09", "CO-04", "CH-04", "AFD-01"];

/// Each rule on operations is known as its marks say, as a whole and in its parts: nothing that is recalled, inferred or
/// chosen is told as documented.
#[test]
fn lb_09_sl_02_sl_03_sl_07_dr_05_rules_are_known_as_the_dossier_marks_them() {
    let Some(path) = kit::shared("domain/azure-operations.md") else { return };
    let document = std::fs::read_to_string(path).unwrap();
    assert_eq!(dossier::switches(&document).len(), CONTRADICTED.len());
    let entries = dossier::known(&document);
    assert!(entries.len() > 90, "{}", entries.len());
    let mut wrong = Vec::new();
    for entry in &entries {
        let Some(rule) = rules::find(&entry.id) else {
            wrong.push(format!("{} is not in the table", entry.id));
            continue;
        };
        let mut there = entry.all.clone();
        // A field manual beside a page adds nothing to how well a rule is known.
        if there.contains(&'D') {
            there.remove(&'M');
        }
        if CONTRADICTED.contains(&rule.id) {
            there.insert('C');
        }
        let mut here: BTreeSet<char> = rule.partly.iter().copied().map(mark).collect();
        let whole = mark(rule.confidence);
        assert!(!here.contains(&whole), "{}: known twice in the same way", rule.id);
        // Where a rule as a whole has no mark the table says what it rests on.
        there.extend(entry.whole.is_none().then_some(whole));
        here.insert(whole);
        if here != there || entry.whole.is_some_and(|mark| mark != whole) {
            wrong.push(format!("{}: {} against {there:?}", rule.id, rule.confidence_words()));
        }
    }
    assert!(wrong.is_empty(), "{} rules: {wrong:#?}", wrong.len());
}

/// What is left out of the model is told as the table tells it, and nothing else is.
#[test]
fn fr_01_fr_02_in_02_what_is_not_modelled_is_what_the_rules_leave_out() {
    let told = kit::ran(&mut kit::Desk::new().command(["explain", "not-modelled"])).ends(0).out;
    let rows = told.lines().filter_map(|line| line.strip_prefix("  "));
    let told: Vec<(&str, &str)> = rows.filter_map(|row| row.split_once(": ")).collect();
    let left_out = rules::rules().filter_map(|rule| {
        let part = if rule.standing.needs_test() { "in part" } else { "all" };
        rule.standing.leaves_out().map(|why| (format!("{} ({part})", rule.id), why))
    });
    let left_out: Vec<(String, &str)> = left_out.collect();
    assert_eq!(told, left_out.iter().map(|(id, why)| (id.as_str(), *why)).collect::<Vec<_>>());
    for (id, words) in
        [("FR-01", "repair of a failed host itself"), ("FR-02", "up to 120 s"), ("IN-02", "lost for good (0.1 to 1 %)")]
    {
        assert!(told.contains(&(&format!("{id} (in part)"), rules::find(id).unwrap().standing.leaves_out().unwrap())));
        assert!(rules::find(id).unwrap().standing.leaves_out().unwrap().contains(words), "{id}");
    }
}

fn family(id: &str) -> &str {
    id.split('-').next().unwrap()
}
