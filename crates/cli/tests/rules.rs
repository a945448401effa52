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

fn family(id: &str) -> &str {
    id.split('-').next().unwrap()
}
