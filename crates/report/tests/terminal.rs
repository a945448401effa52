//! The terminal's text, compared with files under `golden/`; `UPDATE_GOLDEN=1` rewrites them.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;
use zonefall_report::terminal::{Style, incident_table, render};
use zonefall_study::outcome::{Outcome, Verdict};

fn style(width: usize) -> Style {
    Style { width, colour: false, unicode: true }
}

fn compare(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|asked| asked == "1") {
        std::fs::write(&path, text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, golden, "{name} changed; UPDATE_GOLDEN=1 rewrites it");
}

fn widest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

#[test]
fn golden_texts() {
    let outcome = common::outcome();
    compare("study-120.txt", &render(&outcome, style(120)));
    compare("study-140.txt", &render(&outcome, style(140)));
    compare("study-80.txt", &render(&outcome, style(80)));
    compare("study-80-ascii.txt", &render(&outcome, Style { unicode: false, ..style(80) }));
    compare("incidents-80.txt", &incident_table(&common::losses(), style(80)));
}

#[test]
fn fits_the_width() {
    for width in [60, 72, 80, 100, 120, 200] {
        let text = render(&common::outcome(), style(width));
        assert!(widest(&text) <= width, "{width}: {}\n{text}", widest(&text));
        assert!(widest(&incident_table(&common::losses(), style(width))) <= width);
    }
}

#[test]
fn one_table_where_it_fits_and_two_where_not() {
    let tables = |width| {
        let text = render(&common::outcome(), style(width));
        let from = text.find("\nDesigns\n").unwrap();
        text[from..text.find("\nMonths by").unwrap()].matches("one-zone").count()
    };
    assert_eq!((tables(80), tables(120), tables(140)), (2, 1, 1));
}

#[test]
fn ascii_is_ascii_and_colour_only_adds() {
    let outcome = common::outcome();
    let plain = Style { unicode: false, ..style(80) };
    assert!(render(&outcome, plain).is_ascii());
    assert!(incident_table(&common::losses(), plain).is_ascii());
    let coloured = render(&outcome, Style { colour: true, ..style(120) });
    let mut stripped = String::new();
    for (at, part) in coloured.split('\x1b').enumerate() {
        stripped.push_str(if at == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert_eq!(stripped, render(&outcome, style(120)));
    assert!(coloured.contains("\x1b[31m✗ misses\x1b[0m"));
    assert!(coloured.contains("\x1b[32m✓ meets\x1b[0m"));
}

#[test]
fn nothing_that_input_can_do_breaks_it() {
    let empty = Outcome { designs: vec![], differences: vec![], warnings: vec![], ..common::outcome() };
    assert!(render(&empty, style(80)).contains("payments-api"));
    let mut odd = common::outcome();
    odd.target = "five nines\x1b[31m".into();
    odd.horizon_h = f64::NAN;
    odd.target_share = f64::NAN;
    odd.confidence = f64::INFINITY;
    for (at, design) in odd.designs.iter_mut().enumerate() {
        design.design = format!("a name that goes on and on and on {at} \x1b[2J\n\t日本語 {}", "x".repeat(90));
        design.need = format!("need {at}");
        design.unavailability.mean = [f64::NAN, f64::INFINITY, -1.0, 2.0, 1e-300, 0.0][at];
        design.unavailability.high = f64::NAN;
        design.windows_met = None;
        design.verdict_windows = None;
        design.verdict_mean = Verdict::NotResolved;
        design.once_in_10_years_min = None;
        design.causes.iter_mut().for_each(|cause| cause.share = f64::NAN);
    }
    for width in [0, 1, 40, 80, 120, usize::MAX] {
        let text = render(&odd, style(width));
        assert!(!text.contains('\x1b') && !text.contains('\t'));
    }
    assert!(incident_table(&[], style(0)).contains("conditional losses"));
}

#[test]
fn sl_03_without_a_whole_month_nothing_is_said_of_credits() {
    let words = "The agreement goes by months";
    let mut outcome = common::outcome();
    assert!(!render(&outcome, style(120)).contains(words));
    for sla in outcome.designs.iter_mut().filter_map(|design| design.sla.as_mut()) {
        (sla.breach_share, sla.credit_percent, sla.expected_credit_percent) = (None, None, None);
        sla.tiers.clear();
    }
    let text = render(&outcome, style(200)).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("nothing is known of credits") && !text.contains(" 0 %"), "{text}");
}

#[test]
fn bounds_are_said_as_bounds() {
    let text = render(&common::outcome(), style(120));
    assert!(text.contains("≥ 99.9999"), "{text}");
    assert!(text.contains("≤ 0.0129"), "{text}");
    assert!(!text.contains("100.0"), "nothing is known to be perfect\n{text}");
}
