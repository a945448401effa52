//! The table of rules, and the page made of it.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use zonefall_azure::rules::{FAMILIES, RuleTest, find, ids_of_test, render, rules, tidy};

#[test]
fn ids_are_unique_and_stand_in_their_family_by_number() {
    let letters: BTreeSet<&str> = FAMILIES.iter().map(|family| family.letters).collect();
    assert_eq!(letters.len(), FAMILIES.len());
    for family in FAMILIES {
        let ids: Vec<&str> = family.rules.iter().map(|rule| rule.id).collect();
        assert!(ids.is_sorted_by(|one, other| one < other), "{ids:?}");
        for rule in family.rules {
            assert_eq!((rule.family(), tidy(rule.id).as_deref()), (family.letters, Some(rule.id)));
        }
    }
}

#[test]
fn every_rule_is_said_in_one_plain_line() {
    for rule in rules() {
        let texts = [
            rule.says,
            rule.source,
            rule.key.unwrap_or("x"),
            rule.standing.leaves_out().unwrap_or("x"),
            rule.pure.unwrap_or("x"),
        ];
        for text in texts {
            assert!(!text.is_empty() && text.trim() == text, "{}: {text:?}", rule.id);
            assert!(!text.contains(['|', '\n', '<', '`', '*', '_']) || rule.key == Some(text), "{}: {text}", rule.id);
        }
        assert!(rule.says.ends_with('.') && rule.says.len() <= 125, "{}: {}", rule.id, rule.says);
    }
}

#[test]
fn an_id_may_be_written_carelessly() {
    for id in ["ZB-03", "zb-03", "zb-3", "ZB3", " zb_03 ", "Zb 03"] {
        assert_eq!(find(id).map(|rule| rule.id), Some("ZB-03"), "{id}");
    }
    assert_eq!(find("v8").map(|rule| rule.id), Some("V-08"));
    for id in ["", "ZB", "03", "ZB-", "ZB-99", "ZB-003", "E001", "ZB-0x", "zone", "ZÜ-03", "Z\u{fc}3"] {
        assert_eq!(find(id), None, "{id}");
    }
    assert_eq!(tidy("zb 99").as_deref(), Some("ZB-99"));
}

#[test]
fn the_name_of_a_test_begins_with_its_rule() {
    for (name, id) in [("zb_03_spreads", "ZB-03"), ("v_08_refused", "V-08"), ("c_04_x", "C-04"), ("zb_99_x", "ZB-99")] {
        assert_eq!(ids_of_test(name), [id], "{name}");
    }
    assert_eq!(ids_of_test("sp_01_hm_02_strike"), ["SP-01", "HM-02"]);
    assert_eq!(ids_of_test("az_04_5_5_and_5"), ["AZ-04"]);
    for name in ["zb_3_spreads", "zb_03", "c_sharp_is_no_rule", "zone_03_x", "x_03_y", "zb03_x", "", "spreads_zb_03_x"]
    {
        assert_eq!(ids_of_test(name), [""; 0], "{name}");
    }
}

fn test(rule: &str, file: &str, name: &str) -> RuleTest {
    RuleTest { rule: rule.into(), file: file.into(), name: name.into() }
}

#[test]
fn the_page_names_the_tests_of_a_rule_by_file_in_any_order() {
    let mut tests = vec![
        test("ZB-01", "crates/fleet/tests/b.rs", "zb_01_two"),
        test("ZB-01", "crates/fleet/tests/a.rs", "zb_01_one"),
        test("ZB-01", "crates/fleet/tests/b.rs", "zb_01_more"),
        test("HL-03", "crates/fleet/tests/a.rs", "hl_03_in_turn"),
    ];
    let page = render(&tests);
    tests.reverse();
    assert_eq!(page, render(&tests));
    let row = |id: &str| page.lines().find(|line| line.starts_with(&format!("| {id} |"))).unwrap();
    assert!(
        row("ZB-01").contains(
            "| modelled: `zb_01_one` in [fleet/tests/a.rs](../crates/fleet/tests/a.rs); `zb_01_more`, `zb_01_two` in \
             [fleet/tests/b.rs](../crates/fleet/tests/b.rs) |"
        ),
        "{}",
        row("ZB-01")
    );
    assert!(row("ZB-03").contains("| modelled, **without a test** |"), "{}", row("ZB-03"));
    assert!(row("SI-10").contains("| out: only the machine"), "{}", row("SI-10"));
    assert!(row("HL-03").contains("the default profile; tested is `hl_03_in_turn` in"), "{}", row("HL-03"));
    assert!(row("ZN-08").contains("| unknown | `faults.mode.restart` |"), "{}", row("ZN-08"));
}

#[test]
fn every_rule_has_one_row_of_six_cells() {
    let page = render(&[]);
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| rule")).collect();
    assert_eq!(rows.len(), rules().count());
    for row in rows {
        assert_eq!(row.matches('|').count(), 7, "{row}");
    }
    assert_eq!(page.matches("\n## ").count(), FAMILIES.len());
}
