//! The CSV files: explained, parseable, the same bytes for the same results.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use zonefall_report::{Contents, CsvLocale, ResultFile, csv_table, json, result_files, result_names};
use zonefall_study::outcome::Outcome;

fn all(locale: CsvLocale) -> BTreeMap<String, String> {
    let (outcome, rows, losses) = (common::outcome(), common::rows(), common::losses());
    let contents = Contents { outcome: Some(&outcome), rows: Some(&rows), losses: Some(&losses), reports: None };
    text(result_files(contents, locale).unwrap())
}

fn text(files: Vec<ResultFile>) -> BTreeMap<String, String> {
    files.into_iter().map(|file| (file.name, String::from_utf8(file.bytes).unwrap())).collect()
}

fn table(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn cell<'a>(table: &'a [Vec<String>], row: usize, column: &str) -> &'a str {
    let at = table[0].iter().position(|name| name == column).unwrap_or_else(|| panic!("no column {column}"));
    &table[row][at]
}

#[test]
fn every_column_is_explained_and_nothing_else() {
    let files = all(CsvLocale::Point);
    let columns: BTreeSet<(String, String)> = files
        .iter()
        .filter(|(name, _)| name.ends_with(".csv"))
        .flat_map(|(name, text)| {
            let header = table(text, b',')[0].clone();
            assert_eq!(header.len(), header.iter().collect::<BTreeSet<_>>().len(), "{name} repeats a column");
            header.into_iter().map(|column| (name.clone(), column))
        })
        .collect();
    let dictionary = table(&files["dictionary.csv"], b',');
    let explained: BTreeSet<(String, String)> =
        dictionary[1..].iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    assert_eq!(explained, columns);
    assert_eq!(explained.len(), dictionary.len() - 1);
    assert!(dictionary[1..].iter().all(|row| !row[3].is_empty()));
}

#[test]
fn names_are_known_before() {
    let names = |files: &[ResultFile]| files.iter().map(|file| file.name.clone()).collect::<Vec<_>>();
    // What is there only if there is something to put in is left out.
    let outcome = Outcome { money: None, ..common::outcome() };
    let (rows, losses) = (common::rows(), common::losses());
    for bits in 0..8 {
        let (with_outcome, with_rows, with_losses) = (bits & 1 > 0, bits & 2 > 0, bits & 4 > 0);
        let contents = Contents {
            outcome: with_outcome.then_some(&outcome),
            rows: with_rows.then_some(&rows),
            losses: with_losses.then_some(&losses),
            reports: None,
        };
        let files = result_files(contents, CsvLocale::Point).unwrap();
        assert_eq!(names(&files), result_names(with_outcome, false, with_rows, with_losses));
    }
}

#[test]
fn lines_end_as_rfc_4180_says() {
    for (name, text) in all(CsvLocale::Point).iter().filter(|(name, _)| name.ends_with(".csv")) {
        assert!(text.ends_with("\r\n"), "{name}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{name}");
    }
}

#[test]
fn availability_has_its_twins() {
    let designs = table(&all(CsvLocale::Point)["designs.csv"], b',');
    let number = |row, column: &str| cell(&designs, row, column).parse::<f64>().unwrap();
    for (row, _) in designs.iter().enumerate().skip(1) {
        let lost = 1.0 - number(row, "availability_low");
        assert!((number(row, "downtime_min_per_month_high") / 43_200.0 - lost).abs() < 1e-12);
        assert!((number(row, "nines_low") + lost.log10()).abs() < 1e-6);
    }
    // The last design missed nothing: an upper bound on downtime, a lower bound on nines, no nines for the mean.
    let last = designs.len() - 1;
    for (column, expected) in [
        ("downtime_min_per_month", "0"),
        ("downtime_min_per_month_low", ""),
        ("downtime_min_per_month_quality", "upper_bound"),
        ("downtime_min_per_month_hits", "0"),
        ("availability", "1"),
        ("availability_high", ""),
        ("availability_quality", "lower_bound"),
        ("nines", ""),
        ("sla_uptime", ""),
    ] {
        assert_eq!(cell(&designs, last, column), expected, "{column}");
    }
    assert_eq!(cell(&designs, 2, "verdict_mean"), "not_resolved");
    assert_eq!(cell(&designs, 1, "held_at_2"), "0.9993");
}

#[test]
fn spreadsheets_read_numbers_as_numbers_and_text_as_text() {
    let mut outcome = common::outcome();
    outcome.designs[0].design = "=HYPERLINK(\"x\")".into();
    outcome.designs[1].design = "a;b, \"c\"\r\nd".into();
    let contents = Contents { outcome: Some(&outcome), ..Contents::default() };
    for (locale, delimiter, small) in [(CsvLocale::Point, b',', "0.0000001"), (CsvLocale::Eu, b';', "0,0000001")] {
        let files = text(result_files(contents, locale).unwrap());
        let designs = table(&files["designs.csv"], delimiter);
        assert_eq!(cell(&designs, 1, "design"), "'=HYPERLINK(\"x\")");
        assert_eq!(cell(&designs, 2, "design"), "a;b, \"c\"\r\nd");
        let differences = table(&files["differences.csv"], delimiter);
        assert_eq!(cell(&differences, 1, "p_adjusted").replace(',', "."), "0.31");
        assert_eq!(cell(&differences, 2, "p_adjusted"), small);
        assert!(cell(&differences, 2, "downtime_difference_min_per_month").starts_with('-'));
    }
}

#[test]
fn trial_rows_keep_what_they_say() {
    let trials = table(&all(CsvLocale::Eu)["trials.csv"], b';');
    assert_eq!(trials.len(), 5);
    assert_eq!(cell(&trials, 1, "missed_min"), "1,5");
    assert_eq!(cell(&trials, 1, "first_miss_h"), "0");
    assert_eq!(cell(&trials, 2, "first_miss_h"), "");
    assert_eq!(cell(&trials, 2, "design"), "zonal-pinned");
}

#[test]
fn json_reads_back_and_the_table_is_the_file() {
    let outcome = common::outcome();
    let text = json(&outcome).unwrap();
    let back: Outcome = serde_json::from_str(&text).unwrap();
    // Reading floats back is right to the last bit but one, so compare what is not a float, and one that is.
    assert_eq!(back.designs.len(), outcome.designs.len());
    assert_eq!((back.seed, back.differences[0].says), (outcome.seed, outcome.differences[0].says));
    assert!((back.designs[0].unavailability.mean - outcome.designs[0].unavailability.mean).abs() < 1e-15);
    let keys: Vec<_> = text.lines().filter(|line| line.starts_with("  \"")).take(3).collect();
    assert!(keys[0].contains("schema") && keys[1].contains("version") && keys[2].contains("study"));
    assert_eq!(all(CsvLocale::Point)["summary.json"], text);
    assert_eq!(all(CsvLocale::Point)["designs.csv"], csv_table(&outcome).unwrap());
    let losses = common::losses();
    let only = result_files(Contents { losses: Some(&losses), ..Contents::default() }, CsvLocale::Point).unwrap();
    let summary = String::from_utf8(only.into_iter().find(|file| file.name == "summary.json").unwrap().bytes).unwrap();
    assert!(summary.contains("zonefall-losses/1") && summary.contains("nothing here says how often"));
}
